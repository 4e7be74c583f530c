/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time.c (L5): RFC 3339 times, as strict as the API server: an hour of one digit, an offset of 24 hours and a comma in
 * front of the fraction are good, too.
 */
#include <string.h>

#include "daemonset/codec.h"
#include "error.h"

/* Two or four digits at `text`; -1 when they are not all digits. */
static int digits(const char *text, int count) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

static bool leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to a date. */
static int64_t days_to(int year, int month, int day) {
  int64_t whole = year - 1; /* years since the year 1; the year 0 is a leap year before it */
  int64_t days = year == 0 ? -366 : whole * 365 + whole / 4 - whole / 100 + whole / 400;
  days -= 719162; /* from 0001-01-01 to 1970-01-01 */
  for (int m = 1; m < month; m++) days += days_in(year, m);
  return days + day - 1;
}

/* "2026-03-01T12:00:00" at the start of `text`, which holds at least 19 bytes; the hour may have one digit. */
static bool parse_civil(const char *text, int64_t *seconds, const char **rest) {
  int hour_digits = text[12] == ':' ? 1 : 2;
  const char *clock = text + 11 + hour_digits; /* ":00:00" */
  int year = digits(text, 4);
  int month = digits(text + 5, 2);
  int day = digits(text + 8, 2);
  int hour = digits(text + 11, hour_digits);
  int minute = digits(clock + 1, 2);
  int second = digits(clock + 4, 2);
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || clock[0] != ':' || clock[3] != ':') return false;
  *rest = clock + 6;
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  *seconds = days_to(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  return true;
}

/* "Z" or "+01:00", the whole of `text`. */
static bool parse_offset(const char *text, int *seconds) {
  *seconds = 0;
  if (strcmp(text, "Z") == 0) return true;
  if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  int hours = digits(text + 1, 2);
  int minutes = digits(text + 4, 2);
  if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59) return false;
  *seconds = (hours * 60 + minutes) * 60;
  if (text[0] == '-') *seconds = -*seconds;
  return true;
}

int dset_time_parse(const char *text, int64_t *time_ms, dset_error *error) {
  if (text == NULL || time_ms == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  *time_ms = 0;
  int64_t seconds = 0;
  const char *rest = "";
  bool good = strlen(text) >= 19 && parse_civil(text, &seconds, &rest);
  int thousandths = 0;
  if (good && (rest[0] == '.' || rest[0] == ',')) {
    size_t length = strspn(rest + 1, "0123456789");
    for (size_t i = 0; i < 3; i++) thousandths = thousandths * 10 + (i < length ? rest[1 + i] - '0' : 0);
    good = length > 0;
    rest += 1 + length;
  }
  int offset = 0;
  if (!good || !parse_offset(rest, &offset)) {
    return dset_fail(error, DSET_ERR_RANGE, NULL, "\"%s\" is not an RFC 3339 time such as 2026-03-01T12:00:00Z", text);
  }
  *time_ms = (seconds - offset) * 1000 + thousandths;
  return DSET_OK;
}
