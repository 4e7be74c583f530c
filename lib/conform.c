/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conform.c (L5): strict decoding, see conform.h. What the API server's decoder makes of a value, by the kind of its
 * field:
 *
 *   field           takes                                             makes of null
 *   string, bool    its own kind alone                                nothing; in a list or map "" or false
 *   int32, int64    a whole number in range, written without . or e   nothing; in a list or map 0
 *   int-or-string   a string, or a number that fits int32             nothing
 *   quantity        a string or a number that is a quantity (A12)     nothing; in a map "0"
 *   time            a string, RFC 3339; kept in UTC, whole seconds    nothing
 *   struct          an object; fields by name, case counts            nothing; in a list {}
 *   list, map       a list, an object                                 nothing
 *   raw             anything                                          nothing
 *
 * A value that does not fit is found and left out; the rest is read all the same, so that all is found at once.
 */
#include "conform.h"

#include <stdio.h>
#include <string.h>

#include "daemonset/codec.h"
#include "decode.h"
#include "literal.h"
#include "quantity.h"
#include "scalar.h"

/* The end of the year 9999: a time zone can lead beyond it, and what is written then cannot be read. */
#define LAST_TIME_MS INT64_C(253402300799999)

static json_t *conform_struct(const json_t *tree, uint16_t type, const dset_path *path, dset_findings *findings);

/* Leaves a value out. json_null() stands for "nothing", so that NULL can stand for a failed allocation. */
static json_t *refuse(dset_findings *findings, const dset_path *path, const char *expected, const json_t *value) {
  dset_findings_add(findings, DSET_FINDING_WRONG_TYPE, "A17", path, NULL, "expected %s, found %s", expected,
                    dset_decode_kind(value));
  return json_null();
}

static json_t *out_of_range(dset_findings *findings, const dset_path *path, const char *expected, const char *found) {
  dset_findings_add(findings, DSET_FINDING_OUT_OF_RANGE, "A17", path, NULL, "expected %s, found %s", expected, found);
  return json_null();
}

static json_t *conform_integer(const json_t *tree, int64_t least, int64_t most, const dset_path *path,
                               dset_findings *findings) {
  bool huge = dset_decode_is_huge(tree);
  if (!json_is_integer(tree) && !huge) return refuse(findings, path, "an integer", tree);
  int64_t number = json_integer_value(tree);
  if (!huge && number >= least && number <= most) return json_integer(number);
  char expected[80], found[64];
  snprintf(expected, sizeof expected, "an integer from %lld to %lld", (long long)least, (long long)most);
  if (huge) { /* what is left of it is a double */
    char rounded[48];
    dset_scalar_text(json_real_value(tree), rounded);
    snprintf(found, sizeof found, "about %s", rounded);
  }
  return out_of_range(findings, path, expected, huge ? found : dset_findings_number(findings, number));
}

/* The JSON string of a buffer, which is cleared; NULL when an allocation fails. */
static json_t *take_text(dset_buffer *buffer) {
  json_t *text = buffer->failed ? NULL : json_stringn_nocheck(buffer->bytes, buffer->length);
  dset_buffer_clear(buffer);
  return text;
}

static json_t *conform_quantity(const json_t *tree, const dset_path *path, dset_findings *findings) {
  char number[48];
  const char *text = number;
  if (json_is_string(tree)) {
    text = json_string_value(tree);
  } else if (json_is_real(tree)) {
    dset_scalar_text(json_real_value(tree), number);
  } else if (json_is_integer(tree)) {
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(tree));
  } else {
    return refuse(findings, path, "a quantity", tree);
  }
  dset_quantity quantity;
  if (dset_quantity_parse(text, strlen(text), &quantity) != NULL) {
    return out_of_range(findings, path, "a quantity such as \"500m\" or \"1Gi\"", dset_findings_quote(findings, text));
  }
  dset_buffer canonical;
  dset_buffer_init(&canonical, &findings->arena.allocator);
  dset_quantity_write(&quantity, &canonical);
  return take_text(&canonical);
}

static json_t *conform_time(const json_t *tree, const dset_field *field, const dset_path *path,
                            dset_findings *findings) {
  if (!json_is_string(tree)) return refuse(findings, path, "an RFC 3339 time", tree);
  dset_error why;
  int64_t time_ms;
  if (dset_time_parse(json_string_value(tree), &time_ms, &why) != DSET_OK) {
    dset_findings_add(findings, DSET_FINDING_OUT_OF_RANGE, "A17", path, NULL, "%s", why.text);
    return json_null();
  }
  if (time_ms > LAST_TIME_MS) {
    return out_of_range(findings, path, "a time before the year 10000", json_string_value(tree));
  }
  if (field->kind == DSET_SCHEMA_MICRO_TIME) return json_string_nocheck(json_string_value(tree));
  int64_t rest_ms = time_ms % 1000;
  time_ms -= rest_ms < 0 ? rest_ms + 1000 : rest_ms;
  dset_buffer text;
  dset_buffer_init(&text, &findings->arena.allocator);
  dset_literal_moment(&text, time_ms);
  json_t *made = take_text(&text);
  bool unset = made != NULL && strcmp(json_string_value(made), DSET_SCHEMA_ZERO_TIME) == 0;
  if (!unset || field->shape == DSET_SCHEMA_POINTER) return made;
  json_decref(made);
  return json_null();
}

static json_t *conform_int_or_string(const json_t *tree, const dset_path *path, dset_findings *findings) {
  if (json_is_string(tree)) return json_stringn_nocheck(json_string_value(tree), json_string_length(tree));
  if (!json_is_integer(tree) && !dset_decode_is_huge(tree)) {
    return refuse(findings, path, "an integer or a percentage", tree);
  }
  return conform_integer(tree, INT32_MIN, INT32_MAX, path, findings);
}

/* One value, or one item of a list or map; not null. */
static json_t *conform_item(const json_t *tree, const dset_field *field, const dset_path *path,
                            dset_findings *findings) {
  switch (field->kind) {
    case DSET_SCHEMA_STRING:
      if (!json_is_string(tree)) return refuse(findings, path, "a string", tree);
      return json_stringn_nocheck(json_string_value(tree), json_string_length(tree));
    case DSET_SCHEMA_BOOL:
      return json_is_boolean(tree) ? json_boolean(json_is_true(tree)) : refuse(findings, path, "true or false", tree);
    case DSET_SCHEMA_INT32: return conform_integer(tree, INT32_MIN, INT32_MAX, path, findings);
    case DSET_SCHEMA_INT64: return conform_integer(tree, INT64_MIN, INT64_MAX, path, findings);
    case DSET_SCHEMA_INT_OR_STRING: return conform_int_or_string(tree, path, findings);
    case DSET_SCHEMA_QUANTITY: return conform_quantity(tree, path, findings);
    case DSET_SCHEMA_TIME:
    case DSET_SCHEMA_MICRO_TIME: return conform_time(tree, field, path, findings);
    case DSET_SCHEMA_STRUCT:
      if (!json_is_object(tree)) return refuse(findings, path, "an object", tree);
      return conform_struct(tree, field->type, path, findings);
    default: return json_incref((json_t *)(uintptr_t)tree); /* raw: nobody changes it */
  }
}

/* What stands in a list or map for null, or for a value that was refused: Go's zero value. */
static json_t *zero_item(const dset_field *field) {
  switch (field->kind) {
    case DSET_SCHEMA_STRING: return json_string_nocheck("");
    case DSET_SCHEMA_BOOL: return json_false();
    case DSET_SCHEMA_QUANTITY: return json_string_nocheck("0");
    case DSET_SCHEMA_STRUCT: return json_object();
    case DSET_SCHEMA_TIME:
    case DSET_SCHEMA_MICRO_TIME:
    case DSET_SCHEMA_RAW: return json_null();
    default: return json_integer(0);
  }
}

static json_t *conform_element(const json_t *tree, const dset_field *field, const dset_path *path,
                               dset_findings *findings) {
  json_t *item = json_is_null(tree) ? json_null() : conform_item(tree, field, path, findings);
  return item != NULL && json_is_null(item) ? zero_item(field) : item;
}

static json_t *conform_list(const json_t *tree, const dset_field *field, const dset_path *path,
                            dset_findings *findings) {
  if (!json_is_array(tree)) return refuse(findings, path, "a list", tree);
  json_t *list = json_array();
  for (size_t i = 0; list != NULL && i < json_array_size(tree); i++) {
    dset_path step = {.parent = path, .index = i};
    json_t *item = conform_element(json_array_get(tree, i), field, &step, findings);
    if (item != NULL && json_array_append_new(list, item) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

static json_t *conform_map(const json_t *tree, const dset_field *field, const dset_path *path,
                           dset_findings *findings) {
  if (!json_is_object(tree)) return refuse(findings, path, "an object", tree);
  json_t *map = json_object(), *from = (json_t *)(uintptr_t)tree; /* jansson's iterators are not const */
  for (void *at = json_object_iter(from); map != NULL && at != NULL; at = json_object_iter_next(from, at)) {
    const char *key = json_object_iter_key(at);
    dset_path step = {.parent = path, .key = key};
    json_t *item = conform_element(json_object_iter_value(at), field, &step, findings);
    if (item != NULL && json_object_set_new_nocheck(map, key, item) == 0) continue;
    json_decref(map);
    map = NULL;
  }
  return map;
}

static json_t *conform_field(const json_t *tree, const dset_field *field, const dset_path *path,
                             dset_findings *findings) {
  if (json_is_null(tree)) return json_null();
  if (field->shape == DSET_SCHEMA_LIST) return conform_list(tree, field, path, findings);
  if (field->shape == DSET_SCHEMA_MAP) return conform_map(tree, field, path, findings);
  return conform_item(tree, field, path, findings);
}

static void find_unknown(uint16_t type, const dset_path *path, dset_findings *findings) {
  const dset_field *meant = dset_schema_suggest(type, path->key);
  if (meant == NULL) {
    dset_findings_add(findings, DSET_FINDING_UNKNOWN_FIELD, "A17", path, NULL, "unknown field");
  } else {
    dset_findings_add(findings, DSET_FINDING_UNKNOWN_FIELD, "A17", path, NULL, "unknown field, did you mean \"%s\"?",
                      meant->name);
  }
}

static json_t *conform_struct(const json_t *tree, uint16_t type, const dset_path *path, dset_findings *findings) {
  json_t *made = json_object(), *from = (json_t *)(uintptr_t)tree;
  for (void *at = json_object_iter(from); made != NULL && at != NULL; at = json_object_iter_next(from, at)) {
    const char *key = json_object_iter_key(at);
    dset_path step = {.parent = path, .key = key};
    const dset_field *field = dset_schema_find(type, key);
    if (field == NULL) {
      find_unknown(type, &step, findings);
      continue;
    }
    json_t *value = conform_field(json_object_iter_value(at), field, &step, findings);
    bool done = value != NULL && (json_is_null(value) || json_object_set_nocheck(made, key, value) == 0);
    json_decref(value);
    if (done) continue;
    json_decref(made);
    made = NULL;
  }
  return made;
}

json_t *dset_conform(const json_t *tree, uint16_t type, const dset_path *path, dset_findings *findings) {
  return conform_struct(tree, type, path, findings);
}
