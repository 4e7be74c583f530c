/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.c (L5): finds the documents of a text and has them read, see source.h.
 *
 * Documents are counted as Kubernetes' clients count them. JSON values follow one another. YAML is first cut into
 * pieces at separator lines, and a piece into documents at "..." lines:
 *
 *   line                           the piece is empty          the piece holds a line
 *   "---", "--- # comment"         belongs to the piece        ends the piece, belongs to none
 *   "--- {a: b}", "--- |"          belongs to the piece        ends the piece, starts the next
 *   "..."                          ends a document that has content, belongs to it
 *
 * A piece is at least one document, even when it holds comments alone; white space alone is none. A separator does not
 * end a piece that holds directives ("%YAML 1.1") and no content, as it is what the directives are for.
 */
#include "source.h"

#include <string.h>

#include "error.h"
#include "json.h"
#include "text.h"
#include "yaml.h"

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- characters ---- */

static int check_characters(const char *text, size_t bytes, dset_error *error) {
  size_t length;
  for (size_t i = 0; i < bytes; i += length) {
    length = dset_text_character(text + i, bytes - i);
    if (length > 0 && text[i] != '\0') continue;
    int code = length > 0 ? dset_fail(error, DSET_ERR_ENCODING, "", "the text holds a NUL byte")
                          : dset_fail(error, DSET_ERR_ENCODING, "", "the text is not UTF-8: unexpected byte 0x%02x",
                                      (unsigned)(unsigned char)text[i]);
    dset_slice good = {text, 0, i, 1, 1};
    dset_cursor cursor = dset_cursor_at(&good);
    dset_cursor_move(&cursor, DSET_UNIT_BYTES, i);
    dset_fail_at(error, cursor.line, cursor.column);
    return code;
  }
  return DSET_OK;
}

int dset_source_open(dset_source *source, const char *text, size_t bytes, const dset_bounds *bounds,
                     dset_error *error) {
  memset(source, 0, sizeof *source);
  if (bytes > bounds->max_bytes) {
    return dset_fail(error, DSET_ERR_LIMIT, "", "the text has %zu bytes; the limit is %zu", bytes, bounds->max_bytes);
  }
  if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
    text += 3;
    bytes -= 3;
  }
  int code = check_characters(text, bytes, error);
  if (code != DSET_OK) return code;
  size_t first = 0;
  while (first < bytes && is_blank(text[first])) first++;
  source->text = text;
  source->bytes = bytes;
  source->bounds = *bounds;
  source->line = source->column = 1;
  source->yaml = !bounds->json_only && (first == bytes || (text[first] != '{' && text[first] != '['));
  return DSET_OK;
}

/* ---- documents ---- */

/* What is not read yet, up to `end`. */
static dset_slice slice_to(const dset_source *source, size_t end) {
  return (dset_slice){source->text, source->offset, end, source->line, source->column};
}

static void advance(dset_source *source, size_t offset) {
  dset_slice passed = slice_to(source, offset);
  dset_cursor cursor = dset_cursor_at(&passed);
  dset_cursor_move(&cursor, DSET_UNIT_BYTES, offset - source->offset);
  source->offset = offset;
  source->line = cursor.line;
  source->column = cursor.column;
}

/* Loads what `slice` holds; of JSON the first value, whose end becomes that of the slice. */
static int load(const dset_source *source, dset_slice *slice, json_t **root, dset_error *error) {
  dset_repeats before = {0};
  if (source->repeats != NULL) before = *source->repeats;
  int code = source->yaml ? dset_yaml_load(slice, &source->bounds, source->repeats, root, error)
                          : dset_json_load(slice, &source->bounds, source->repeats, root, &slice->end, error);
  if (code != DSET_OK && source->repeats != NULL) *source->repeats = before;
  return code;
}

static void describe(dset_source *source, dset_source_document *document, dset_slice slice) {
  document->index = source->index++;
  document->line = source->line;
  document->slice = slice;
  document->yaml = source->yaml;
}

enum line_kind {
  LINE_BLANK,
  LINE_COMMENT,
  LINE_DIRECTIVE,
  LINE_CONTENT,
  LINE_SEPARATOR,
  LINE_SEPARATOR_CONTENT,
  LINE_END
};

/* The kind of line[0..bytes). A directive is one only in front of content; its caller knows. */
static enum line_kind classify(const char *line, size_t bytes) {
  size_t i = 0;
  while (i < bytes && is_blank(line[i])) i++;
  if (i == bytes) return LINE_BLANK;
  if (line[i] == '#') return LINE_COMMENT;
  if (line[0] == '%') return LINE_DIRECTIVE;
  bool separator = bytes >= 3 && memcmp(line, "---", 3) == 0;
  bool end = bytes >= 3 && memcmp(line, "...", 3) == 0;
  if (!separator && !end) return LINE_CONTENT;
  for (i = 3; i < bytes && is_blank(line[i]);) i++;
  if (end) return i == 3 && i < bytes ? LINE_CONTENT : LINE_END;
  if (i == bytes || line[i] == '#') return LINE_SEPARATOR;
  return i == 3 ? LINE_CONTENT : LINE_SEPARATOR_CONTENT;
}

/* The text of one YAML document. */
typedef struct cut {
  size_t end;     /* behind its last byte */
  size_t next;    /* where what follows starts */
  bool blank;     /* it is white space alone */
  bool content;   /* it holds more than comments and directives */
  bool continued; /* what follows belongs to the same piece */
  size_t directives;
} cut;

static cut find_cut(const dset_source *source) {
  cut result = {source->bytes, source->bytes, true, false, false, 0};
  for (size_t at = source->offset, next; at < source->bytes; at = next) {
    const char *newline = memchr(source->text + at, '\n', source->bytes - at);
    next = newline == NULL ? source->bytes : (size_t)(newline - source->text) + 1;
    enum line_kind kind = classify(source->text + at, next - at);
    bool separator = kind == LINE_SEPARATOR || kind == LINE_SEPARATOR_CONTENT;
    bool empty = at == source->offset && !source->continued;
    if (separator && !empty && (result.content || result.directives == 0)) {
      result.end = at;
      result.next = kind == LINE_SEPARATOR ? next : at;
      return result;
    }
    if (kind == LINE_END && (result.content || (source->continued && result.directives == 0))) {
      result.end = result.next = next;
      result.continued = true;
      return result;
    }
    if (kind == LINE_DIRECTIVE && !result.content) result.directives++;
    if (kind == LINE_CONTENT || separator) result.content = true;
    if (kind != LINE_BLANK) result.blank = false;
  }
  return result;
}

/* libyaml compares every %TAG with all in front of it. */
#define MAX_DIRECTIVES 100

static int check_directives(const dset_source *source, size_t directives, dset_error *error) {
  if (directives <= MAX_DIRECTIVES) return DSET_OK;
  dset_fail(error, DSET_ERR_LIMIT, "", "the document has %zu directives; the limit is %d", directives, MAX_DIRECTIVES);
  dset_fail_at(error, source->line, 1);
  return DSET_ERR_LIMIT;
}

static int next_yaml(dset_source *source, dset_source_document *document, dset_error *error) {
  while (source->offset < source->bytes) {
    cut found = find_cut(source);
    if (found.content || found.directives > 0 || (!found.blank && !source->continued)) {
      dset_slice slice = slice_to(source, found.end);
      int code = check_directives(source, found.directives, error);
      if (code != DSET_OK) return code;
      code = load(source, &slice, &document->root, error);
      if (code != DSET_OK) return code;
      describe(source, document, slice);
      advance(source, found.next);
      source->continued = found.continued;
      return DSET_OK;
    }
    advance(source, found.next);
    source->continued = found.continued;
  }
  return DSET_OK;
}

/*
 * Text that looks like JSON can still be YAML: "{a: b}", or JSON followed by a comment or by separators. As Kubernetes'
 * decoder, go over to YAML when the first or the second value is no JSON.
 */
static int fall_back_to_yaml(dset_source *source, dset_source_document *document, const dset_error *json_error,
                             dset_error *error) {
  dset_source as_yaml = *source;
  as_yaml.yaml = true;
  int code = next_yaml(&as_yaml, document, error);
  if (code != DSET_ERR_SYNTAX) { /* it is YAML, be it of values that are refused */
    if (code == DSET_OK) *source = as_yaml;
    return code;
  }
  if (error != NULL) *error = *json_error;
  return json_error->code;
}

static int next_json(dset_source *source, dset_source_document *document, dset_error *error) {
  dset_source ahead = *source;
  size_t begin = source->offset;
  while (begin < source->bytes && is_blank(source->text[begin])) begin++;
  advance(&ahead, begin);
  if (begin == source->bytes) {
    *source = ahead;
    return DSET_OK;
  }
  dset_slice slice = slice_to(&ahead, ahead.bytes);
  dset_error json_error;
  int code = load(&ahead, &slice, &document->root, &json_error);
  if (code == DSET_ERR_SYNTAX && source->index <= 1 && !source->bounds.json_only) {
    return fall_back_to_yaml(source, document, &json_error, error);
  }
  if (code != DSET_OK) {
    if (error != NULL) *error = json_error;
    return code;
  }
  describe(&ahead, document, slice);
  advance(&ahead, slice.end);
  *source = ahead;
  return DSET_OK;
}

int dset_source_next(dset_source *source, dset_source_document *document, dset_error *error) {
  memset(document, 0, sizeof *document);
  return source->yaml ? next_yaml(source, document, error) : next_json(source, document, error);
}

void dset_source_locate_all(const dset_source_document *document, dset_place *places, size_t count) {
  if (document->yaml) {
    dset_yaml_locate(&document->slice, places, count);
  } else {
    dset_json_locate(&document->slice, places, count);
  }
}

void dset_source_locate(const dset_source_document *document, const dset_step *steps, size_t step_count, size_t *line,
                        size_t *column) {
  dset_place place = {.steps = steps, .step_count = step_count};
  dset_source_locate_all(document, &place, 1);
  *line = place.line;
  *column = place.column;
}
