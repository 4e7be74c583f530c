/* SPDX-License-Identifier: Apache-2.0 */
/* write.c: strings of any bytes as JSON, XML and text for people. */
#include <string.h>

#include "dset.h"

enum { REPLACEMENT = 0xFFFD, LONGEST_TEXT = 2000 };

/* ---- characters ---- */

uint32_t next_character(const char **at, const char *end) {
  /* what a first byte says: how many follow, and the least code point that needs so many */
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const unsigned char *c = (const unsigned char *)*at;
  ++*at;
  if (c[0] < 0x80) return c[0];
  size_t more = c[0] >= 0xF0 ? 3 : c[0] >= 0xE0 ? 2 : 1;
  if (c[0] < 0xC2 || c[0] > 0xF4 || (size_t)(end - *at) < more) return REPLACEMENT;
  uint32_t point = c[0] & (0x3FU >> more);
  for (size_t i = 1; i <= more; i++) {
    if ((c[i] & 0xC0) != 0x80) return REPLACEMENT;
    point = point << 6 | (c[i] & 0x3FU);
  }
  if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return REPLACEMENT;
  *at += more;
  return point;
}

/* U+FFFD may stand in the text itself: it took three bytes then. */
static bool is_broken(uint32_t point, size_t bytes) {
  return point == REPLACEMENT && bytes == 1;
}

static void write_replacement(FILE *file) {
  fputs("\xEF\xBF\xBD", file);
}

/* ---- JSON ---- */

static void write_json_character(FILE *file, uint32_t point, const char *bytes, size_t count) {
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";
  const char *found = point == 0 || point > 0x7F ? NULL : strchr(escaped, (int)point);
  if (found != NULL) {
    fprintf(file, "\\%c", letters[found - escaped]);
  } else if (point < 0x20 || point == 0x7F) {
    fprintf(file, "\\u%04x", (unsigned)point);
  } else if (is_broken(point, count)) {
    write_replacement(file);
  } else {
    fwrite(bytes, 1, count, file);
  }
}

void write_json_part(FILE *file, const char *text) {
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    const char *start = at;
    uint32_t point = next_character(&at, end);
    write_json_character(file, point, start, (size_t)(at - start));
  }
}

void write_json(FILE *file, const char *text) {
  fputc('"', file);
  if (text != NULL) write_json_part(file, text);
  fputc('"', file);
}

/* ---- XML ---- */

/* XML 1.0, production 2: of the control characters only these; and not the two last of the plane. */
static bool is_xml(uint32_t point) {
  if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
  return point != 0xFFFE && point != 0xFFFF;
}

void write_xml(FILE *file, const char *text) {
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    const char *start = at;
    uint32_t point = next_character(&at, end);
    size_t count = (size_t)(at - start);
    if (!is_xml(point) || is_broken(point, count)) {
      write_replacement(file);
    } else if (point < 0x20 || strchr("&<>\"'", (int)(point < 0x80 ? point : 'a')) != NULL) {
      fprintf(file, "&#%u;", (unsigned)point); /* a bare tab or line break of an attribute would become a blank */
    } else {
      fwrite(start, 1, count, file);
    }
  }
}

/* ---- text for people ---- */

bool is_clean(uint32_t point) {
  if (point < 0x20 || (point >= 0x7F && point <= 0x9F)) return false; /* control characters */
  if (point >= 0x202A && point <= 0x202E) return false;               /* these turn the direction of writing around */
  if (point >= 0x2066 && point <= 0x2069) return false;
  return point != 0x2028 && point != 0x2029; /* line breaks for some */
}

void write_clean(FILE *file, const char *text) {
  size_t length = strlen(text);
  const char *end = text + (length > LONGEST_TEXT ? LONGEST_TEXT : length);
  for (const char *at = text; at < end;) {
    const char *start = at;
    uint32_t point = next_character(&at, text + length);
    if (is_clean(point) && !is_broken(point, (size_t)(at - start))) {
      fwrite(start, 1, (size_t)(at - start), file);
    } else {
      write_replacement(file);
    }
  }
  if (length > LONGEST_TEXT) fputs("...", file);
}
