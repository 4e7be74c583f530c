/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.c (L5): libyaml's events to a tree, see yaml.h.
 *
 * A value is built by one call that takes the event it starts with. What Kubernetes makes of things JSON does not have:
 *
 *   untyped scalars       scalar.c; whole reals become integers, as Go writes them so
 *   keys                  scalars become strings; null, mappings and sequences are refused
 *   equal keys            the last one wins
 *   <<: merged            the merged keys are set where "<<" stands: later keys replace them, and they replace earlier
 *                         ones; of a list, its first mapping wins
 *   !!binary              the decoded bytes, which must be UTF-8
 *   tags of collections   ignored
 *
 * An alias shares the value of its anchor. It counts as if the value were written out, in number and in depth, so that
 * whoever walks the tree meets the bounds that the text was held to.
 */
#include "yaml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "error.h"
#include "scalar.h"
#include "text.h"

typedef struct builder {
  yaml_parser_t parser;
  const dset_slice *slice;
  const dset_bounds *bounds;
  json_t *anchors; /* name -> record: [value, values, height]; [] while the value is being built */
  size_t values;
  dset_error *error;
  int code;
} builder;

static json_t *build_value(builder *b, yaml_event_t *event, size_t depth, size_t *height);

/* ---- errors ---- */

/* The offset in the text of the character number `index` of the slice. */
static size_t offset_of(const dset_slice *slice, size_t index) {
  size_t at = slice->begin;
  for (; index > 0 && at < slice->end; index--) {
    at += dset_text_character(slice->text + at, slice->end - at);
  }
  return at;
}

static bool refuse_at(builder *b, int code, size_t offset, const char *text) {
  size_t line, column;
  b->code = dset_fail(b->error, code, "", "%s", text);
  dset_source_position(b->slice->text, offset, &line, &column);
  dset_fail_at(b->error, line, column);
  return false;
}

static bool refuse(builder *b, int code, const yaml_event_t *event, const char *text) {
  return refuse_at(b, code, offset_of(b->slice, event->start_mark.index), text);
}

static bool out_of_memory(builder *b) {
  b->code = dset_fail_memory(b->error);
  return false;
}

static bool refuse_parser(builder *b) {
  const yaml_parser_t *parser = &b->parser;
  const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
  char text[256], where[128] = "";
  if (parser->error == YAML_MEMORY_ERROR) return out_of_memory(b);
  if (parser->error == YAML_READER_ERROR) {
    size_t offset = b->slice->begin + parser->problem_offset;
    return refuse_at(b, DSET_ERR_SYNTAX, offset < b->slice->end ? offset : b->slice->end, problem);
  }
  size_t offset = offset_of(b->slice, parser->problem_mark.index);
  bool tab = offset < b->slice->end && b->slice->text[offset] == '\t';
  if (parser->context != NULL) {
    size_t line, column;
    dset_source_position(b->slice->text, offset_of(b->slice, parser->context_mark.index), &line, &column);
    snprintf(where, sizeof where, " %s that starts in line %zu", parser->context, line);
  }
  snprintf(text, sizeof text, "%s%s%s", problem, where, tab ? "; a tab does not indent" : "");
  return refuse_at(b, DSET_ERR_SYNTAX, offset, text);
}

static bool next_event(builder *b, yaml_event_t *event) {
  return yaml_parser_parse(&b->parser, event) != 0 || refuse_parser(b);
}

/* ---- bounds ---- */

static bool count_values(builder *b, size_t count, const yaml_event_t *event) {
  char text[96];
  if (count <= b->bounds->max_values - b->values) {
    b->values += count;
    return true;
  }
  snprintf(text, sizeof text, "the document holds more values than the limit of %zu, aliases expanded",
           b->bounds->max_values);
  return refuse(b, DSET_ERR_LIMIT, event, text);
}

static bool check_depth(builder *b, size_t depth, const yaml_event_t *event) {
  char text[80];
  if (depth <= b->bounds->max_depth) return true;
  snprintf(text, sizeof text, "values are nested deeper than the limit of %zu", b->bounds->max_depth);
  return refuse(b, DSET_ERR_LIMIT, event, text);
}

/* ---- anchors ---- */

static const char *anchor_of(const yaml_event_t *event) {
  switch (event->type) {
    case YAML_SCALAR_EVENT: return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT: return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT: return (const char *)event->data.mapping_start.anchor;
    default: return NULL;
  }
}

/* A record for the value that `event` starts; `*record` stays NULL when it has no anchor. The caller releases it. */
static bool open_anchor(builder *b, const yaml_event_t *event, json_t **record) {
  const char *name = anchor_of(event);
  if (name == NULL) return true;
  *record = json_array();
  if (*record == NULL || json_object_set_nocheck(b->anchors, name, *record) != 0) return out_of_memory(b);
  return true;
}

static bool close_anchor(builder *b, json_t *record, json_t *value, size_t values, size_t height) {
  if (record == NULL) return true;
  bool done = json_array_append(record, value) == 0 &&
              json_array_append_new(record, json_integer((json_int_t)values)) == 0 &&
              json_array_append_new(record, json_integer((json_int_t)height)) == 0;
  return done || out_of_memory(b);
}

static json_t *build_alias(builder *b, const yaml_event_t *event, size_t depth, size_t *height) {
  const json_t *record = json_object_get(b->anchors, (const char *)event->data.alias.anchor);
  char text[128];
  if (record == NULL || json_array_size(record) == 0) {
    snprintf(
        text, sizeof text,
        record == NULL ? "no anchor '%.60s' stands in front of its alias" : "anchor '%.60s' holds an alias of itself",
        (const char *)event->data.alias.anchor);
    refuse(b, DSET_ERR_SYNTAX, event, text);
    return NULL;
  }
  *height = (size_t)json_integer_value(json_array_get(record, 2));
  if (!check_depth(b, depth + *height, event)) return NULL;
  if (!count_values(b, (size_t)json_integer_value(json_array_get(record, 1)), event)) return NULL;
  return json_incref(json_array_get(record, 0));
}

/* ---- scalars ---- */

static bool has_tag(const yaml_event_t *event, const char *tag) {
  return event->data.scalar.tag != NULL && strcmp((const char *)event->data.scalar.tag, tag) == 0;
}

static int base64_digit(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = c == '\0' ? NULL : strchr(digits, c);
  return found == NULL ? -1 : (int)(found - digits);
}

/* Decodes base64 (RFC 4648, padded, line breaks allowed) in place; false when it is none. */
static bool decode_base64(char *text, size_t *length) {
  size_t used = 0, count = 0, padding = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < *length; i++) {
    if (text[i] == '\n' || text[i] == '\r') continue;
    int digit = base64_digit(text[i]);
    if (text[i] == '=') padding++;
    if (text[i] == '=' ? padding > 2 : digit < 0 || padding > 0) return false;
    bits = (bits << 6 | (digit < 0 ? 0 : (unsigned)digit)) & 0xFFFFFF;
    if (++count % 4 != 0) continue;
    for (int shift = 16; shift >= 0; shift -= 8) text[used++] = (char)(bits >> shift & 0xFF);
  }
  if (count % 4 != 0) return false;
  *length = used - padding;
  return true;
}

/* Checks that the value of a scalar fits in a string. */
static bool check_string(builder *b, yaml_event_t *event) {
  char *value = (char *)event->data.scalar.value;
  size_t *length = &event->data.scalar.length;
  if (has_tag(event, "tag:yaml.org,2002:binary")) {
    if (!decode_base64(value, length)) return refuse(b, DSET_ERR_SYNTAX, event, "a !!binary value is not base64");
    for (size_t i = 0, bytes; i < *length; i += bytes) {
      bytes = dset_text_character(value + i, *length - i);
      if (bytes == 0) return refuse(b, DSET_ERR_ENCODING, event, "a !!binary value is not UTF-8");
    }
  }
  if (memchr(value, '\0', *length) == NULL) return true;
  return refuse(b, DSET_ERR_ENCODING, event, "a string holds an escaped NUL");
}

static bool resolve(builder *b, yaml_event_t *event, dset_scalar *scalar) {
  const char *tag = (const char *)event->data.scalar.tag;
  bool plain = event->data.scalar.plain_implicit != 0;
  if (!dset_scalar_resolve(tag, plain, (const char *)event->data.scalar.value, event->data.scalar.length, scalar)) {
    return refuse(b, DSET_ERR_SYNTAX, event, "this value is not of the type that its tag says");
  }
  return scalar->kind != DSET_SCALAR_STRING || check_string(b, event);
}

static json_t *make_scalar(builder *b, const yaml_event_t *event, const dset_scalar *scalar) {
  json_t *value = NULL;
  int64_t whole;
  switch (scalar->kind) {
    case DSET_SCALAR_NULL: return json_null();
    case DSET_SCALAR_BOOLEAN: return json_boolean(scalar->boolean);
    case DSET_SCALAR_INTEGER: value = json_integer(scalar->integer); break;
    case DSET_SCALAR_HUGE: refuse(b, DSET_ERR_RANGE, event, "this number is beyond a 64-bit integer"); return NULL;
    case DSET_SCALAR_REAL:
      if (!isfinite(scalar->real)) {
        refuse(b, DSET_ERR_RANGE, event, "a number must be finite");
        return NULL;
      }
      value = dset_scalar_whole(scalar->real, &whole) ? json_integer(whole) : json_real(scalar->real);
      break;
    case DSET_SCALAR_STRING:
      value = json_stringn_nocheck((const char *)event->data.scalar.value, event->data.scalar.length);
  }
  if (value == NULL) out_of_memory(b);
  return value;
}

static json_t *build_scalar(builder *b, yaml_event_t *event) {
  dset_scalar scalar;
  return resolve(b, event, &scalar) ? make_scalar(b, event, &scalar) : NULL;
}

/* ---- keys ---- */

/* The text of a key: of the event, of an anchor's value, or for all but strings, `short_key`. */
typedef struct key {
  const char *bytes;
  size_t length;
  json_t *owner; /* of the bytes that an alias stands for */
  char short_key[32];
} key;

static bool set_key(builder *b, const yaml_event_t *event, const dset_scalar *scalar, key *k) {
  if (!dset_scalar_key(scalar, k->short_key)) {
    return refuse(b, DSET_ERR_SYNTAX, event, "a key must be a string, a number within 64 bits, or a boolean");
  }
  k->bytes = k->short_key;
  k->length = strlen(k->short_key);
  return true;
}

/* The key that an alias stands for. */
static bool read_alias_key(builder *b, const yaml_event_t *event, key *k) {
  size_t height;
  json_t *value = build_alias(b, event, 0, &height);
  if (value == NULL) return false;
  dset_scalar scalar = {DSET_SCALAR_NULL, json_is_true(value), json_integer_value(value), json_real_value(value)};
  if (json_is_boolean(value)) scalar.kind = DSET_SCALAR_BOOLEAN;
  if (json_is_integer(value)) scalar.kind = DSET_SCALAR_INTEGER;
  if (json_is_real(value)) scalar.kind = DSET_SCALAR_REAL;
  k->bytes = json_string_value(value);
  k->length = json_string_length(value);
  k->owner = value;
  return json_is_string(value) || set_key(b, event, &scalar, k);
}

static bool read_scalar_key(builder *b, yaml_event_t *event, key *k) {
  dset_scalar scalar;
  json_t *record = NULL;
  if (!resolve(b, event, &scalar)) return false;
  k->bytes = (const char *)event->data.scalar.value;
  k->length = event->data.scalar.length;
  bool done = scalar.kind == DSET_SCALAR_STRING || set_key(b, event, &scalar, k);
  if (done && anchor_of(event) != NULL) {
    json_t *value = make_scalar(b, event, &scalar);
    done = value != NULL && open_anchor(b, event, &record) && close_anchor(b, record, value, 1, 0);
    json_decref(record);
    json_decref(value);
  }
  return done;
}

static bool read_key(builder *b, yaml_event_t *event, key *k) {
  if (event->type == YAML_SCALAR_EVENT) return read_scalar_key(b, event, k);
  if (event->type == YAML_ALIAS_EVENT) return read_alias_key(b, event, k);
  return refuse(b, DSET_ERR_SYNTAX, event, "a mapping or a sequence cannot be a key");
}

/* ---- collections ---- */

static bool is_merge(const yaml_event_t *event) {
  if (event->type != YAML_SCALAR_EVENT || strcmp((const char *)event->data.scalar.value, "<<") != 0) return false;
  return event->data.scalar.plain_implicit || has_tag(event, "tag:yaml.org,2002:merge");
}

static json_t *build_sequence(builder *b, size_t depth, size_t *height) {
  json_t *array = json_array();
  bool done = array != NULL || out_of_memory(b);
  while (done) {
    yaml_event_t event;
    size_t inner = 0;
    if (!next_event(b, &event)) break;
    if (event.type == YAML_SEQUENCE_END_EVENT) return array;
    json_t *value = build_value(b, &event, depth, &inner);
    done = value != NULL && (json_array_append_new(array, value) == 0 || out_of_memory(b));
    if (inner >= *height) *height = inner + 1;
  }
  json_decref(array);
  return NULL;
}

static bool merge_mapping(builder *b, json_t *object, json_t *mapping, size_t character) {
  if (json_is_object(mapping)) return json_object_update(object, mapping) == 0 || out_of_memory(b);
  return refuse_at(b, DSET_ERR_SYNTAX, offset_of(b->slice, character),
                   "'<<' takes a mapping or a sequence of mappings");
}

/* Sets the keys that stand behind "<<". */
static bool merge(builder *b, json_t *object, size_t depth, size_t *height) {
  yaml_event_t event;
  if (!next_event(b, &event)) return false;
  bool list = event.type == YAML_SEQUENCE_START_EVENT;
  size_t character = event.start_mark.index;
  json_t *merged = build_value(b, &event, depth, height);
  bool done = merged != NULL && (list || merge_mapping(b, object, merged, character));
  for (size_t i = list ? json_array_size(merged) : 0; done && i > 0; i--) {
    done = merge_mapping(b, object, json_array_get(merged, i - 1), character);
  }
  json_decref(merged);
  return done;
}

static bool build_member(builder *b, json_t *object, yaml_event_t *key_event, size_t depth, size_t *height) {
  yaml_event_t event;
  key k = {.owner = NULL};
  if (is_merge(key_event)) return merge(b, object, depth, height);
  bool done = read_key(b, key_event, &k) && next_event(b, &event);
  json_t *value = done ? build_value(b, &event, depth, height) : NULL;
  done = value != NULL && (json_object_setn_new_nocheck(object, k.bytes, k.length, value) == 0 || out_of_memory(b));
  json_decref(k.owner);
  return done;
}

static json_t *build_mapping(builder *b, size_t depth, size_t *height) {
  json_t *object = json_object();
  bool done = object != NULL || out_of_memory(b);
  while (done) {
    yaml_event_t event;
    size_t inner = 0;
    if (!next_event(b, &event)) break;
    if (event.type == YAML_MAPPING_END_EVENT) return object;
    done = build_member(b, object, &event, depth, &inner);
    yaml_event_delete(&event);
    if (inner >= *height) *height = inner + 1;
  }
  json_decref(object);
  return NULL;
}

/* The value that `event` starts, inside `depth` collections; `*height` is that of the collections in it. */
static json_t *build_node(builder *b, yaml_event_t *event, size_t depth, size_t *height) {
  if (!count_values(b, 1, event)) return NULL;
  *height = 0;
  if (event->type == YAML_SCALAR_EVENT) return build_scalar(b, event);
  if (!check_depth(b, depth + 1, event)) return NULL;
  *height = 1;
  if (event->type == YAML_SEQUENCE_START_EVENT) return build_sequence(b, depth + 1, height);
  return build_mapping(b, depth + 1, height);
}

/* The same with anchors and aliases; releases the event. */
static json_t *build_value(builder *b, yaml_event_t *event, size_t depth, size_t *height) {
  json_t *record = NULL, *value = NULL;
  size_t before = b->values;
  if (event->type == YAML_ALIAS_EVENT) {
    value = build_alias(b, event, depth, height);
  } else if (open_anchor(b, event, &record)) {
    value = build_node(b, event, depth, height);
    if (value != NULL && !close_anchor(b, record, value, b->values - before, *height)) {
      json_decref(value);
      value = NULL;
    }
  }
  json_decref(record);
  yaml_event_delete(event);
  return value;
}

/* ---- documents ---- */

static bool start_parser(yaml_parser_t *parser, const dset_slice *slice) {
  if (yaml_parser_initialize(parser) == 0) return false;
  yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(parser, (const unsigned char *)slice->text + slice->begin, slice->end - slice->begin);
  return true;
}

static bool skip_event(builder *b, yaml_event_type_t *type) {
  yaml_event_t event;
  if (!next_event(b, &event)) return false;
  *type = event.type;
  yaml_event_delete(&event);
  return true;
}

static json_t *build_document(builder *b) {
  yaml_event_type_t type;
  yaml_event_t event;
  size_t height = 0;
  if (!skip_event(b, &type) || !skip_event(b, &type)) return NULL; /* the stream's start, the document's */
  if (type == YAML_STREAM_END_EVENT) return json_null();
  if (!next_event(b, &event)) return NULL;
  json_t *root = build_value(b, &event, 0, &height);
  if (root == NULL) return NULL;
  bool done = skip_event(b, &type) && next_event(b, &event); /* the document's end, the stream's */
  if (done && event.type != YAML_STREAM_END_EVENT) {
    done = refuse(b, DSET_ERR_SYNTAX, &event, "text follows the end of the document");
    yaml_event_delete(&event);
  }
  if (done) return root;
  json_decref(root);
  return NULL;
}

int dset_yaml_load(const dset_slice *slice, const dset_bounds *bounds, json_t **root, dset_error *error) {
  builder b = {.slice = slice, .bounds = bounds, .error = error, .code = DSET_OK};
  *root = NULL;
  if (!start_parser(&b.parser, slice)) return dset_fail_memory(error);
  b.anchors = json_object();
  if (b.anchors != NULL) {
    *root = build_document(&b);
  } else {
    out_of_memory(&b);
  }
  json_decref(b.anchors);
  yaml_parser_delete(&b.parser);
  return b.code;
}

/* ---- positions ---- */

typedef struct finder {
  yaml_parser_t parser;
  const dset_step *steps;
  size_t step_count;
  size_t found; /* the character where the deepest part so far stands */
} finder;

/* Goes over the rest of the value that `event` has started, and releases it; false when the parser fails. */
static bool skip_value(finder *f, yaml_event_t *event) {
  size_t depth = 0;
  for (;;) {
    yaml_event_type_t type = event->type;
    yaml_event_delete(event);
    if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT) depth++;
    if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT) depth--;
    if (depth == 0) return true;
    if (yaml_parser_parse(&f->parser, event) == 0) return false;
  }
}

static bool key_is(const yaml_event_t *event, const char *wanted) {
  dset_scalar scalar;
  char short_key[32];
  if (event->type != YAML_SCALAR_EVENT) return false;
  const char *tag = (const char *)event->data.scalar.tag, *value = (const char *)event->data.scalar.value;
  if (!dset_scalar_resolve(tag, event->data.scalar.plain_implicit != 0, value, event->data.scalar.length, &scalar))
    return false;
  if (scalar.kind == DSET_SCALAR_STRING) return strcmp(value, wanted) == 0;
  return dset_scalar_key(&scalar, short_key) && strcmp(short_key, wanted) == 0;
}

/* Follows the steps from `step` on into the value that `event` starts, and goes over the value; releases `event`. */
static bool find(finder *f, yaml_event_t *event, size_t step) {
  bool mapping = event->type == YAML_MAPPING_START_EVENT, sequence = event->type == YAML_SEQUENCE_START_EVENT;
  const char *wanted = step < f->step_count ? f->steps[step].key : NULL;
  if (step == f->step_count || (wanted != NULL ? !mapping : !sequence)) return skip_value(f, event);
  yaml_event_delete(event);
  for (size_t i = 0;; i++) {
    if (yaml_parser_parse(&f->parser, event) == 0) return false;
    bool end = event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT;
    bool match = !end && (mapping ? key_is(event, wanted) : i == f->steps[step].index);
    if (match) f->found = event->start_mark.index;
    if (end) {
      yaml_event_delete(event);
      return true;
    }
    if (mapping && (!skip_value(f, event) || yaml_parser_parse(&f->parser, event) == 0)) return false;
    if (!(match ? find(f, event, step + 1) : skip_value(f, event))) return false;
  }
}

void dset_yaml_locate(const dset_slice *slice, const dset_step *steps, size_t step_count, size_t *line,
                      size_t *column) {
  finder f = {.steps = steps, .step_count = step_count, .found = 0};
  if (start_parser(&f.parser, slice)) {
    yaml_event_t event;
    bool going = true;
    while (going && yaml_parser_parse(&f.parser, &event) != 0) {
      bool header = event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT;
      going = header;
      if (header) {
        yaml_event_delete(&event);
      } else {
        f.found = event.start_mark.index;
        find(&f, &event, 0);
      }
    }
    yaml_parser_delete(&f.parser);
  }
  dset_source_position(slice->text, offset_of(slice, f.found), line, column);
}
