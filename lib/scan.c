/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c (L5): goes through a JSON text part by part, see scan.h. */
#include "scan.h"

#include <string.h>

#include "skip.h"

static void skip_blanks(dset_scan *scan) {
  scan->at = dset_token_blanks(scan->at, scan->end);
}

/* Goes over blanks, and over `c` when it follows; says whether it did. */
static bool accept(dset_scan *scan, char c) {
  skip_blanks(scan);
  if (scan->at == scan->end || *scan->at != c) return false;
  scan->at++;
  return true;
}

bool dset_scan_word(dset_scan *scan, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0) return false;
  scan->at += length;
  return true;
}

bool dset_scan_skip(dset_scan *scan, size_t levels) {
  scan->at = dset_skip_value(scan->at, scan->end, levels);
  return scan->at != NULL;
}

static bool unescape(dset_scan *scan, dset_scan_string *string) {
  const char *at = string->bytes, *end = string->bytes + string->length;
  scan->unescaped.length = 0;
  while (at < end) {
    char unit[4];
    size_t length = dset_token_decode(&at, end, unit);
    dset_buffer_add(&scan->unescaped, unit, length);
  }
  *string = (dset_scan_string){scan->unescaped.bytes, scan->unescaped.length};
  return !scan->unescaped.failed;
}

bool dset_scan_take_string(dset_scan *scan, dset_scan_string *string) {
  if (scan->at == scan->end || *scan->at != '"') return false;
  const char *open = scan->at;
  bool escapes;
  scan->at = dset_skip_string(open, scan->end, &escapes);
  if (scan->at == NULL) return false;
  *string = (dset_scan_string){open + 1, (size_t)(scan->at - open) - 2};
  return !escapes || unescape(scan, string);
}

bool dset_scan_integer(dset_scan *scan, int64_t *integer) {
  dset_token_number number;
  dset_token_fault fault;
  if (!dset_token_digit(scan->at, scan->end) && (scan->at == scan->end || *scan->at != '-')) return false;
  scan->at = dset_token_read_number(scan->at, scan->end, &number, &fault);
  *integer = number.integer;
  return scan->at != NULL && !number.real;
}

bool dset_scan_open(dset_scan *scan, dset_scan_parts *parts, char open, size_t *levels) {
  *parts = (dset_scan_parts){.close = open == '{' ? '}' : ']'};
  return (*levels)-- > 0 && accept(scan, open);
}

bool dset_scan_next(dset_scan *scan, dset_scan_parts *parts) {
  parts->ended = accept(scan, parts->close);
  if (parts->ended || (parts->begun && !accept(scan, ','))) return false;
  parts->begun = true;
  skip_blanks(scan);
  return true;
}

bool dset_scan_next_member(dset_scan *scan, dset_scan_parts *parts, dset_scan_string *key) {
  if (!dset_scan_next(scan, parts) || !dset_scan_take_string(scan, key) || !accept(scan, ':')) return false;
  skip_blanks(scan);
  return true;
}
