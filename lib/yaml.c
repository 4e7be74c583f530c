/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.c (L5): libyaml's events to a tree, see yaml.h.
 *
 * A value is built by one call that takes the event it starts with. What Kubernetes makes of things JSON does not have:
 *
 *   untyped scalars       scalar.c; whole reals become integers, as Go writes them so
 *   keys                  scalars become strings; null, mappings and sequences are refused
 *   equal keys            the last one wins; see "repeated keys" for when two are equal
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
  dset_repeats *repeats;
  dset_trail *trail; /* the innermost of the collections that are open */
  json_t *anchors;   /* name -> record: [value, values, height, keys]; [] while the value is being built */
  size_t values;
  dset_error *error;
  int code;
} builder;

/* What is known of a value beside its tree. */
typedef struct traits {
  bool merged;   /* set by who has it built: it stands behind "<<" */
  size_t height; /* of the collections in it */
  json_t *keys;  /* of a mapping: see "repeated keys"; of a merged sequence: those of its items. NULL: nobody asks */
} traits;

static json_t *build_value(builder *b, yaml_event_t *event, size_t depth, traits *of);

/* ---- errors ---- */

static dset_cursor cursor_at(const builder *b, enum dset_unit unit, size_t mark) {
  dset_cursor cursor = dset_cursor_at(b->slice);
  dset_cursor_move(&cursor, unit, mark);
  return cursor;
}

static bool refuse_at(builder *b, int code, dset_cursor cursor, const char *text) {
  b->code = dset_fail(b->error, code, "", "%s", text);
  dset_fail_at(b->error, cursor.line, cursor.column);
  return false;
}

static bool refuse(builder *b, int code, const yaml_event_t *event, const char *text) {
  return refuse_at(b, code, cursor_at(b, DSET_UNIT_CHARACTERS, event->start_mark.index), text);
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
    return refuse_at(b, DSET_ERR_SYNTAX, cursor_at(b, DSET_UNIT_BYTES, parser->problem_offset), problem);
  }
  dset_cursor cursor = cursor_at(b, DSET_UNIT_CHARACTERS, parser->problem_mark.index);
  bool tab = cursor.at < cursor.end && *cursor.at == '\t';
  if (parser->context != NULL) {
    size_t line = cursor_at(b, DSET_UNIT_CHARACTERS, parser->context_mark.index).line;
    snprintf(where, sizeof where, " %s that starts in line %zu", parser->context, line);
  }
  snprintf(text, sizeof text, "%s%s%s", problem, where, tab ? "; a tab does not indent" : "");
  return refuse_at(b, DSET_ERR_SYNTAX, cursor, text);
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

static bool close_anchor(builder *b, json_t *record, json_t *value, size_t values, const traits *of) {
  if (record == NULL) return true;
  bool done = json_array_append(record, value) == 0 &&
              json_array_append_new(record, json_integer((json_int_t)values)) == 0 &&
              json_array_append_new(record, json_integer((json_int_t)of->height)) == 0 &&
              (of->keys == NULL || json_array_append(record, of->keys) == 0);
  return done || out_of_memory(b);
}

static json_t *build_alias(builder *b, const yaml_event_t *event, size_t depth, traits *of) {
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
  of->height = (size_t)json_integer_value(json_array_get(record, 2));
  if (!check_depth(b, depth + of->height, event)) return NULL;
  if (!count_values(b, (size_t)json_integer_value(json_array_get(record, 1)), event)) return NULL;
  of->keys = json_incref(json_array_get(record, 3));
  return json_incref(json_array_get(record, 0));
}

/* ---- scalars ---- */

static bool has_tag(const yaml_event_t *event, const char *tag) {
  return event->data.scalar.tag != NULL && strcmp((const char *)event->data.scalar.tag, tag) == 0;
}

/* Checks that the value of a scalar fits in a string. */
static bool check_string(builder *b, yaml_event_t *event) {
  char *value = (char *)event->data.scalar.value;
  size_t *length = &event->data.scalar.length;
  if (has_tag(event, "tag:yaml.org,2002:binary")) {
    if (!dset_scalar_base64(value, length)) return refuse(b, DSET_ERR_SYNTAX, event, "a !!binary value is not base64");
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

/* A key's text and identity: of the event, of an anchor's value, or for all but strings, made here. */
typedef struct key {
  const char *bytes;
  size_t length;
  const char *identity; /* see "repeated keys"; NULL: it equals no other */
  size_t identity_length;
  json_t *owner; /* of the bytes that an alias stands for */
  char short_key[32];
  char made[DSET_SCALAR_IDENTITY];
} key;

static void set_string_key(const char *bytes, size_t length, key *k) {
  k->bytes = k->identity = bytes;
  k->length = k->identity_length = length;
}

static bool set_key(builder *b, const yaml_event_t *event, const dset_scalar *scalar, key *k) {
  if (!dset_scalar_key(scalar, k->short_key)) {
    return refuse(b, DSET_ERR_SYNTAX, event, "a key must be a string, a number within 64 bits, or a boolean");
  }
  k->bytes = k->short_key;
  k->length = strlen(k->short_key);
  k->identity_length = dset_scalar_identity(scalar, k->made);
  k->identity = k->identity_length > 0 ? k->made : NULL;
  return true;
}

/* The key that an alias stands for. */
static bool read_alias_key(builder *b, const yaml_event_t *event, key *k) {
  traits of = {0};
  json_t *value = k->owner = build_alias(b, event, 0, &of);
  json_decref(of.keys);
  if (value == NULL) return false;
  dset_scalar scalar = {DSET_SCALAR_NULL, json_is_true(value), json_integer_value(value), json_real_value(value)};
  if (json_is_boolean(value)) scalar.kind = DSET_SCALAR_BOOLEAN;
  if (json_is_integer(value)) scalar.kind = DSET_SCALAR_INTEGER;
  if (json_is_real(value)) scalar.kind = DSET_SCALAR_REAL;
  if (!json_is_string(value)) return set_key(b, event, &scalar, k);
  set_string_key(json_string_value(value), json_string_length(value), k);
  return true;
}

static bool read_scalar_key(builder *b, yaml_event_t *event, key *k) {
  static const traits none = {0};
  dset_scalar scalar;
  json_t *record = NULL;
  if (!resolve(b, event, &scalar)) return false;
  set_string_key((const char *)event->data.scalar.value, event->data.scalar.length, k);
  if (scalar.kind != DSET_SCALAR_STRING && !set_key(b, event, &scalar, k)) return false;
  if (anchor_of(event) == NULL) return true;
  json_t *value = make_scalar(b, event, &scalar);
  bool done = value != NULL && open_anchor(b, event, &record) && close_anchor(b, record, value, 1, &none);
  json_decref(record);
  json_decref(value);
  return done;
}

static bool read_key(builder *b, yaml_event_t *event, key *k) {
  if (event->type == YAML_SCALAR_EVENT) return read_scalar_key(b, event, k);
  if (event->type == YAML_ALIAS_EVENT) return read_alias_key(b, event, k);
  return refuse(b, DSET_ERR_SYNTAX, event, "a mapping or a sequence cannot be a key");
}

/* ---- repeated keys ---- */

/*
 * Keys are equal when Kubernetes' strict reader finds them so, which compares values before they become text:
 *
 *   equal                                           not equal, though their text is the same
 *   a, "a", !!binary YQ==, an alias of a            1 and "1", true and "true", 1 and 1.0
 *   1 and 0x1; true and yes; 1.5 and 15e-1          1.1 and 1.10000000001, whose text is that of a 32-bit real
 *   0.0 and -0.0                                    .nan and .nan; an alias of 1.0 and 1 (equal here)
 *   a of the mapping and a of one that it merges, whichever comes first; of two that it merges
 *
 * A mapping's `keys` lead from the identity of each key to the mark where it stands first. They live as long as the
 * mapping is open or can be merged. A key of a merged mapping is reported where it stands, not at the "<<".
 */
static bool note_key(builder *b, json_t *keys, const char *identity, size_t length, size_t mark) {
  if (keys == NULL || identity == NULL) return true;
  if (json_object_getn(keys, identity, length) == NULL) {
    return json_object_setn_new_nocheck(keys, identity, length, json_integer((json_int_t)mark)) == 0 ||
           out_of_memory(b);
  }
  return dset_repeats_add(b->repeats, b->trail, mark) || out_of_memory(b);
}

/* Notes the keys of a mapping that is merged into the one whose keys are `keys`. */
static bool note_merged(builder *b, json_t *keys, json_t *merged) {
  bool done = true;
  for (void *at = json_object_iter(merged); done && at != NULL; at = json_object_iter_next(merged, at)) {
    const char *identity = json_object_iter_key(at);
    size_t length = json_object_iter_key_len(at), prefix = dset_scalar_is_identity(identity) ? DSET_SCALAR_PREFIX : 0;
    dset_trail_member(b->trail, identity + prefix, length - prefix);
    done = note_key(b, keys, identity, length, (size_t)json_integer_value(json_object_iter_value(at)));
  }
  return done;
}

/* ---- collections ---- */

static bool is_merge(const yaml_event_t *event) {
  if (event->type != YAML_SCALAR_EVENT || strcmp((const char *)event->data.scalar.value, "<<") != 0) return false;
  return event->data.scalar.plain_implicit || has_tag(event, "tag:yaml.org,2002:merge");
}

static bool append(builder *b, json_t *array, json_t *item) {
  return json_array_append_new(array, item) == 0 || out_of_memory(b);
}

/* Fills `array`, and `of->keys` when it is there. */
static bool build_items(builder *b, json_t *array, size_t depth, traits *of) {
  for (;;) {
    yaml_event_t event;
    traits inner = {0};
    if (!next_event(b, &event)) return false;
    if (event.type == YAML_SEQUENCE_END_EVENT) return true;
    dset_trail_item(b->trail, json_array_size(array));
    json_t *value = build_value(b, &event, depth, &inner);
    bool done = value != NULL && append(b, array, value);
    if (done && of->keys != NULL)
      done = append(b, of->keys, inner.keys != NULL ? json_incref(inner.keys) : json_null());
    json_decref(inner.keys);
    if (!done) return false;
    if (inner.height >= of->height) of->height = inner.height + 1;
  }
}

static bool merge_mapping(builder *b, json_t *object, const traits *of, json_t *mapping, json_t *keys, size_t mark) {
  if (!json_is_object(mapping)) {
    return refuse_at(b, DSET_ERR_SYNTAX, cursor_at(b, DSET_UNIT_CHARACTERS, mark),
                     "'<<' takes a mapping or a sequence of mappings");
  }
  if (json_object_update(object, mapping) != 0) return out_of_memory(b);
  return of->keys == NULL || note_merged(b, of->keys, keys);
}

/* Sets the keys that stand behind "<<"; gives their height. */
static bool merge(builder *b, json_t *object, size_t depth, const traits *of, size_t *height) {
  yaml_event_t event;
  traits inner = {.merged = true};
  dset_trail_member(b->trail, "<<", 2);
  if (!next_event(b, &event)) return false;
  bool list = event.type == YAML_SEQUENCE_START_EVENT;
  size_t mark = event.start_mark.index;
  json_t *merged = build_value(b, &event, depth, &inner);
  bool done = merged != NULL && (list || merge_mapping(b, object, of, merged, inner.keys, mark));
  for (size_t i = list ? json_array_size(merged) : 0; done && i > 0; i--) {
    done = merge_mapping(b, object, of, json_array_get(merged, i - 1), json_array_get(inner.keys, i - 1), mark);
  }
  *height = inner.height;
  json_decref(inner.keys);
  json_decref(merged);
  return done;
}

static bool build_member(builder *b, json_t *object, yaml_event_t *key_event, size_t depth, const traits *of,
                         size_t *height) {
  yaml_event_t event;
  traits inner = {0};
  key k = {.owner = NULL};
  bool done = read_key(b, key_event, &k);
  if (done) dset_trail_member(b->trail, k.bytes, k.length);
  done = done && note_key(b, of->keys, k.identity, k.identity_length, key_event->start_mark.index) &&
         next_event(b, &event);
  json_t *value = done ? build_value(b, &event, depth, &inner) : NULL;
  done = value != NULL && (json_object_setn_new_nocheck(object, k.bytes, k.length, value) == 0 || out_of_memory(b));
  *height = inner.height;
  json_decref(inner.keys);
  json_decref(k.owner);
  return done;
}

static bool build_members(builder *b, json_t *object, size_t depth, traits *of) {
  for (;;) {
    yaml_event_t event;
    size_t height = 0;
    if (!next_event(b, &event)) return false;
    if (event.type == YAML_MAPPING_END_EVENT) return true;
    bool done =
        is_merge(&event) ? merge(b, object, depth, of, &height) : build_member(b, object, &event, depth, of, &height);
    yaml_event_delete(&event);
    if (!done) return false;
    if (height >= of->height) of->height = height + 1;
  }
}

static json_t *build_collection(builder *b, bool mapping, size_t depth, traits *of) {
  dset_trail here = {.parent = b->trail};
  b->trail = &here;
  bool noted = b->repeats != NULL && (mapping || of->merged);
  json_t *made = mapping ? json_object() : json_array();
  if (noted) of->keys = mapping ? json_object() : json_array();
  bool done = (made != NULL && (!noted || of->keys != NULL)) || out_of_memory(b);
  done = done && (mapping ? build_members(b, made, depth, of) : build_items(b, made, depth, of));
  b->trail = here.parent;
  if (done) return made;
  json_decref(made);
  return NULL;
}

/* The value that `event` starts, inside `depth` collections. */
static json_t *build_node(builder *b, yaml_event_t *event, size_t depth, traits *of) {
  if (!count_values(b, 1, event)) return NULL;
  if (event->type == YAML_SCALAR_EVENT) return build_scalar(b, event);
  if (!check_depth(b, depth + 1, event)) return NULL;
  of->height = 1;
  return build_collection(b, event->type == YAML_MAPPING_START_EVENT, depth + 1, of);
}

/* The same with anchors and aliases; releases the event. The caller releases `of->keys`, of what fails too. */
static json_t *build_value(builder *b, yaml_event_t *event, size_t depth, traits *of) {
  json_t *record = NULL, *value = NULL;
  size_t before = b->values;
  if (event->type == YAML_ALIAS_EVENT) {
    value = build_alias(b, event, depth, of);
  } else if (open_anchor(b, event, &record)) {
    value = build_node(b, event, depth, of);
    if (value != NULL && !close_anchor(b, record, value, b->values - before, of)) {
      json_decref(value);
      value = NULL;
    }
  }
  json_decref(record);
  yaml_event_delete(event);
  return value;
}

/* ---- documents ---- */

bool dset_yaml_start(yaml_parser_t *parser, const dset_slice *slice) {
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
  traits of = {0};
  if (!skip_event(b, &type) || !skip_event(b, &type)) return NULL; /* the stream's start, the document's */
  if (type == YAML_STREAM_END_EVENT) return json_null();
  if (!next_event(b, &event)) return NULL;
  json_t *root = build_value(b, &event, 0, &of);
  json_decref(of.keys);
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

int dset_yaml_load(const dset_slice *slice, const dset_bounds *bounds, dset_repeats *repeats, json_t **root,
                   dset_error *error) {
  builder b = {.slice = slice, .bounds = bounds, .repeats = repeats, .error = error, .code = DSET_OK};
  *root = NULL;
  if (!dset_yaml_start(&b.parser, slice)) return dset_fail_memory(error);
  b.anchors = json_object();
  if (b.anchors == NULL) out_of_memory(&b);
  if (b.anchors != NULL) *root = build_document(&b);
  if (*root != NULL && repeats != NULL) dset_repeats_locate(repeats, slice, DSET_UNIT_CHARACTERS);
  json_decref(b.anchors);
  yaml_parser_delete(&b.parser);
  return b.code;
}
