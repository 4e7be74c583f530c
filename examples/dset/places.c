/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.c: the line of a finding, with a caret under its column. Marks are set every 64 KiB, so that ten thousand
 * findings in a large text, or in one long line, do not mean ten thousand walks through it.
 *
 *       8 |         image:  nginx       columns count characters; tabs stay tabs, wide characters take two places,
 *         |         ^                   and what could steer the terminal is not shown
 */
#include <stdlib.h>
#include <string.h>

#include "manifests.h"

enum { MARK_EVERY = 1 << 16, LONGEST_LINE = 110, BEFORE_CARET = 60 };

struct mark {
  size_t offset;
  size_t line;
  size_t column;
};

struct places {
  const char *text;
  size_t length;
  struct mark *marks;
  size_t count;
};

/* Goes on by one byte. Line breaks are \n, as in the positions of the library. */
static void step(struct mark *at, char c) {
  at->offset++;
  if (c == '\n') {
    at->line++;
    at->column = 1;
  } else if (((unsigned char)c & 0xC0) != 0x80) {
    at->column++;
  }
}

/* A byte order mark is not part of the text. */
struct places *places_new(const char *text, size_t length) {
  static const char order_mark[] = "\xEF\xBB\xBF";
  if (text == NULL) length = 0;
  size_t skip = length >= 3 && memcmp(text, order_mark, 3) == 0 ? 3 : 0;
  struct places *made = need(calloc(1, sizeof *made));
  made->text = text == NULL ? "" : text + skip;
  made->length = length - skip;
  return made;
}

void places_free(struct places *places) {
  free(places->marks);
  free(places);
}

static void set_marks(struct places *places) {
  places->marks = need(malloc((places->length / MARK_EVERY + 1) * sizeof *places->marks));
  struct mark at = {0, 1, 1};
  for (;;) {
    if (at.offset % MARK_EVERY == 0) places->marks[places->count++] = at;
    if (at.offset == places->length) break;
    step(&at, places->text[at.offset]);
  }
}

/* The offset of a line and column, or of the end of the line when it is shorter. */
static size_t offset_of(struct places *places, size_t line, size_t column) {
  if (places->count == 0) set_marks(places);
  size_t low = 0, high = places->count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    const struct mark *mark = &places->marks[middle];
    bool behind = mark->line > line || (mark->line == line && mark->column > column);
    *(behind ? &high : &low) = middle;
  }
  struct mark at = places->marks[low];
  while (at.offset < places->length && (at.line < line || (at.line == line && at.column < column))) {
    if (at.line == line && places->text[at.offset] == '\n') break;
    step(&at, places->text[at.offset]);
  }
  /* the column is counted at a character's first byte: go behind the rest of the one before */
  while (at.offset < places->length && ((unsigned char)places->text[at.offset] & 0xC0) == 0x80) at.offset++;
  return at.offset;
}

/* Places a character takes on a terminal: none (combining), one, or two (East Asian wide, pictures). */
static int width(uint32_t c) {
  static const uint32_t wide[][2] = {
      {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
      {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
  };
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
    if (c >= wide[i][0] && c <= wide[i][1]) return 2;
  }
  return 1;
}

/* Characters of text[begin..end) that may be shown; with `blanks`, as many blanks as they take places. */
static void write_part(FILE *file, const char *begin, const char *end, bool blanks) {
  for (const char *at = begin; at < end;) {
    const char *start = at;
    uint32_t c = next_character(&at, end);
    if (c == '\t') {
      fputc('\t', file);
    } else if (blanks) {
      fprintf(file, "%*s", is_clean(c) ? width(c) : 1, "");
    } else if (is_clean(c)) {
      fwrite(start, 1, (size_t)(at - start), file);
    } else {
      fputs("\xEF\xBF\xBD", file);
    }
  }
}

/* Moves `at` by up to `count` characters towards `limit`, which is not passed. */
static const char *move(const char *at, const char *limit, size_t count) {
  while (at != limit && count-- > 0) {
    at += at < limit ? 1 : -1;
    while (at != limit && ((unsigned char)*at & 0xC0) == 0x80) at += at < limit ? 1 : -1;
  }
  return at;
}

void places_excerpt(struct places *places, FILE *file, size_t line, size_t column) {
  const char *end_of_text = places->text + places->length;
  const char *caret = places->text + offset_of(places, line, column);
  const char *begin = move(caret, places->text, 0), *end = caret;
  begin = move(caret, places->text, BEFORE_CARET);
  for (const char *at = begin; at < caret; at++) {
    if (*at == '\n') begin = at + 1;
  }
  bool cut_before = begin > places->text && begin[-1] != '\n';
  end = move(begin, end_of_text, LONGEST_LINE);
  const char *line_end = memchr(caret, '\n', (size_t)(end - caret));
  if (line_end != NULL) end = line_end;
  bool cut_behind = end < end_of_text && *end != '\n' && *end != '\r';
  if (end > caret && end[-1] == '\r') end--;
  fprintf(file, "%6zu | %s", line, cut_before ? "..." : "");
  write_part(file, begin, end, false);
  fprintf(file, "%s\n%6s | %s", cut_behind ? "..." : "", "", cut_before ? "   " : "");
  write_part(file, begin, caret, true);
  fputs("^\n", file);
}
