/* SPDX-License-Identifier: Apache-2.0 */
/* literal.c (L0): values as JSON text. */
#include "literal.h"

#include <string.h>

/* The escape of one byte, or NULL when it stands for itself. Go also escapes what HTML would read. */
static const char *escape_of(unsigned char byte, char text[8]) {
  static const char digits[] = "0123456789abcdef";
  switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (byte >= 0x20 && byte != '<' && byte != '>' && byte != '&') return NULL;
  memcpy(text, "\\u00", 4);
  text[4] = digits[byte >> 4];
  text[5] = digits[byte & 15];
  text[6] = '\0';
  return text;
}

void dset_literal_string(dset_buffer *buffer, const char *text, size_t length) {
  size_t written = 0;
  dset_buffer_add(buffer, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    char small[8];
    const char *escape = escape_of((unsigned char)text[i], small);
    size_t taken = 1;
    if (escape == NULL && length - i >= 3 && memcmp(text + i, "\xE2\x80\xA8", 3) == 0) escape = "\\u2028";
    if (escape == NULL && length - i >= 3 && memcmp(text + i, "\xE2\x80\xA9", 3) == 0) escape = "\\u2029";
    if (escape == NULL) continue;
    if (escape[2] == '2') taken = 3;
    dset_buffer_add(buffer, text + written, i - written);
    dset_buffer_string(buffer, escape);
    i += taken - 1;
    written = i + 1;
  }
  dset_buffer_add(buffer, text + written, length - written);
  dset_buffer_add(buffer, "\"", 1);
}

/* Days since 1970-01-01 to a date of the Gregorian calendar, by eras of 400 years that start in March. */
static void date_of(int64_t days, int64_t *year, int *month, int *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t of_era = days - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * march_month + 2) / 5 + 1);
  *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

void dset_literal_time(dset_buffer *buffer, int64_t time_ms) {
  const int64_t last_ms = INT64_C(253402300799000);  /* 9999-12-31T23:59:59Z */
  const int64_t first_ms = -INT64_C(62135596800000); /* 0001-01-01T00:00:00Z */
  if (time_ms > last_ms) time_ms = last_ms;
  if (time_ms < first_ms) time_ms = first_ms;
  dset_literal_moment(buffer, time_ms);
}

void dset_literal_moment(dset_buffer *buffer, int64_t time_ms) {
  int64_t day_ms = time_ms % 86400000;
  if (day_ms < 0) day_ms += 86400000;
  int64_t year;
  int month;
  int day;
  date_of((time_ms - day_ms) / 86400000, &year, &month, &day);
  int seconds = (int)(day_ms / 1000);
  int thousandths = (int)(day_ms % 1000);
  dset_buffer_format(buffer, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month, day, seconds / 3600, seconds / 60 % 60,
                     seconds % 60);
  if (thousandths != 0) dset_buffer_format(buffer, ".%03d", thousandths);
  dset_buffer_string(buffer, "Z");
}
