/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c (L5): reading members of JSON objects, with errors that say where and what was expected. */
#include "decode.h"

#include <stdio.h>
#include <string.h>

#include "daemonset/codec.h"
#include "error.h"
#include "text.h"

void dset_decoder_init(dset_decoder *decoder, dset_arena *arena, dset_error *error) {
  *decoder = (dset_decoder){.arena = arena, .error = error};
}

void dset_decoder_enter(dset_decoder *decoder, const char *key, size_t index) {
  if (decoder->depth < DSET_DECODE_DEPTH) decoder->steps[decoder->depth] = (dset_step){key, index};
  decoder->depth++;
}

void dset_decoder_leave(dset_decoder *decoder) {
  decoder->depth--;
}

/* Whether a key can stand behind a dot; others are put in brackets, as `metadata.labels[example.com/tier]`. */
static bool plain(const char *key) {
  for (; *key != '\0'; key++) {
    bool letter = (*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') || (*key >= '0' && *key <= '9');
    if (!letter && *key != '_' && *key != '$') return false;
  }
  return true;
}

static void write_path(const dset_decoder *decoder, dset_buffer *path) {
  for (size_t i = 0; i < decoder->depth && i < DSET_DECODE_DEPTH; i++) {
    const dset_step *step = &decoder->steps[i];
    if (step->key == NULL) {
      dset_buffer_format(path, "[%zu]", step->index);
    } else {
      dset_buffer_format(path, plain(step->key) ? "%s%s" : "%s[%s]", plain(step->key) && i > 0 ? "." : "", step->key);
    }
  }
}

bool dset_decoder_fail(dset_decoder *decoder, int code, const char *text, const char *found) {
  dset_buffer path;
  dset_buffer_init(&path, &decoder->arena->allocator);
  write_path(decoder, &path);
  if (path.failed) code = DSET_ERR_NOMEM;
  decoder->code = code;
  if (code == DSET_ERR_NOMEM) {
    dset_fail_memory(decoder->error);
  } else {
    dset_fail(decoder->error, code, path.bytes, "%s%s", text, found);
  }
  dset_buffer_clear(&path);
  return false;
}

bool dset_decode_is_huge(const json_t *value) {
  double number = json_real_value(value); /* 0 when it is none */
  return number >= 0x1p63 || number < -0x1p63;
}

const char *dset_decode_kind(const json_t *value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "a number";
    case JSON_REAL: return dset_decode_is_huge(value) ? "a number beyond 64 bits" : "a fractional number";
    case JSON_NULL: return "null";
    default: return "a boolean";
  }
}

bool dset_decode_refuse(dset_decoder *decoder, const char *expected, const json_t *found) {
  char text[64];
  snprintf(text, sizeof text, "expected %s, found ", expected);
  return dset_decoder_fail(decoder, DSET_ERR_TYPE, text, dset_decode_kind(found));
}

/* The member, or NULL when it is absent or null. On success the decoder stands at it. */
static json_t *find(dset_decoder *decoder, const json_t *object, const char *key) {
  json_t *value = json_object_get(object, key);
  if (value == NULL || json_is_null(value)) return NULL;
  dset_decoder_enter(decoder, key, 0);
  return value;
}

bool dset_decode_string(dset_decoder *decoder, const json_t *object, const char *key, const char **value) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  if (!json_is_string(member)) return dset_decode_refuse(decoder, "a string", member);
  *value = dset_arena_copy(decoder->arena, json_string_value(member), json_string_length(member));
  if (*value == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_bool(dset_decoder *decoder, const json_t *object, const char *key, bool *value) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  if (!json_is_boolean(member)) return dset_decode_refuse(decoder, "true or false", member);
  *value = json_is_true(member);
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_integer(dset_decoder *decoder, const json_t *object, const char *key, int64_t least, int64_t most,
                         int64_t *value) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  if (!json_is_integer(member)) return dset_decode_refuse(decoder, "an integer", member);
  int64_t number = json_integer_value(member);
  if (number < least || number > most) {
    char text[96];
    snprintf(text, sizeof text, "expected an integer from %lld to %lld, found %lld", (long long)least, (long long)most,
             (long long)number);
    return dset_decoder_fail(decoder, DSET_ERR_RANGE, text, "");
  }
  *value = number;
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_seconds(dset_decoder *decoder, const json_t *object, const char *key, int64_t *milliseconds) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  if (!json_is_number(member)) return dset_decode_refuse(decoder, "a number of seconds", member);
  double seconds = json_number_value(member);
  if (!(seconds >= 0 && seconds <= 1e12)) {
    return dset_decoder_fail(decoder, DSET_ERR_RANGE, "expected a number of seconds from 0 to 1e12", "");
  }
  *milliseconds = (int64_t)(seconds * 1000 + 0.5);
  dset_decoder_leave(decoder);
  return true;
}

int dset_decode_moment(const char *text, int64_t *time_ms, dset_error *error) {
  const int64_t zero_ms = -INT64_C(62135596800000); /* 0001-01-01T00:00:00Z, which Go takes for "not set" */
  int code = dset_time_parse(text, time_ms, error);
  if (code != DSET_OK) return code;
  if (*time_ms == 0) *time_ms = 1; /* 0 means "not set" in the model: the epoch itself moves by a millisecond */
  if (*time_ms == zero_ms) *time_ms = 0;
  return DSET_OK;
}

bool dset_decode_time(dset_decoder *decoder, const json_t *object, const char *key, int64_t *time_ms) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  if (!json_is_string(member)) return dset_decode_refuse(decoder, "an RFC 3339 time", member);
  dset_error why;
  if (dset_decode_moment(json_string_value(member), time_ms, &why) != DSET_OK) {
    return dset_decoder_fail(decoder, DSET_ERR_RANGE, why.text, "");
  }
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_object(dset_decoder *decoder, const json_t *object, const char *key, json_t **value) {
  *value = find(decoder, object, key);
  if (*value == NULL) return true;
  if (!json_is_object(*value)) return dset_decode_refuse(decoder, "an object", *value);
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_array(dset_decoder *decoder, const json_t *object, const char *key, json_t **value) {
  *value = find(decoder, object, key);
  if (*value == NULL) return true;
  if (!json_is_array(*value)) return dset_decode_refuse(decoder, "a list", *value);
  dset_decoder_leave(decoder);
  return true;
}

bool dset_decode_is_object(dset_decoder *decoder, const json_t *value) {
  return json_is_object(value) || dset_decode_refuse(decoder, "an object", value);
}

bool dset_decode_amount(dset_decoder *decoder, const json_t *object, const char *key, dset_amount *amount) {
  const json_t *member = find(decoder, object, key);
  if (member == NULL) return true;
  dset_decoder_leave(decoder);
  if (json_is_string(member)) {
    amount->kind = DSET_AMOUNT_TEXT;
    return dset_decode_string(decoder, object, key, &amount->text);
  }
  if (!json_is_integer(member)) {
    dset_decoder_enter(decoder, key, 0);
    return dset_decode_refuse(decoder, "an integer or a percentage", member);
  }
  int64_t number = 0;
  if (!dset_decode_integer(decoder, object, key, INT32_MIN, INT32_MAX, &number)) return false;
  amount->kind = DSET_AMOUNT_INT;
  amount->number = (int32_t)number;
  return true;
}

bool dset_decode_strings(dset_decoder *decoder, const json_t *object, const char *key, const char *const **values,
                         size_t *count) {
  json_t *array;
  if (!dset_decode_array(decoder, object, key, &array)) return false;
  if (array == NULL) return true;
  const char **items = dset_arena_alloc(decoder->arena, json_array_size(array), sizeof *items);
  if (items == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  dset_decoder_enter(decoder, key, 0);
  for (size_t i = 0; i < json_array_size(array); i++) {
    const json_t *item = json_array_get(array, i);
    dset_decoder_enter(decoder, NULL, i);
    if (!json_is_string(item)) return dset_decode_refuse(decoder, "a string", item);
    items[i] = dset_arena_copy(decoder->arena, json_string_value(item), json_string_length(item));
    if (items[i] == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
    dset_decoder_leave(decoder);
  }
  dset_decoder_leave(decoder);
  *values = items;
  *count = json_array_size(array);
  return true;
}

bool dset_decode_labels(dset_decoder *decoder, const json_t *object, const char *key, const dset_label **labels,
                        size_t *count) {
  json_t *map;
  if (!dset_decode_object(decoder, object, key, &map)) return false;
  if (map == NULL) return true;
  dset_label *items = dset_arena_alloc(decoder->arena, json_object_size(map), sizeof *items);
  if (items == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  size_t filled = 0;
  dset_decoder_enter(decoder, key, 0);
  for (void *at = json_object_iter(map); at != NULL; at = json_object_iter_next(map, at)) {
    dset_label *item = &items[filled++];
    item->value = "";
    if (!dset_decode_string(decoder, map, json_object_iter_key(at), &item->value)) return false;
    item->key = dset_arena_string(decoder->arena, json_object_iter_key(at));
    if (item->key == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  }
  dset_decoder_leave(decoder);
  *labels = items;
  *count = filled;
  return true;
}

bool dset_decode_list(dset_decoder *decoder, const json_t *object, const char *key, size_t item_bytes,
                      dset_item_decoder *decode, void **items, size_t *count) {
  json_t *array;
  if (!dset_decode_array(decoder, object, key, &array)) return false;
  if (array == NULL) return true;
  char *made = dset_arena_zalloc(decoder->arena, json_array_size(array), item_bytes);
  if (made == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  dset_decoder_enter(decoder, key, 0);
  for (size_t i = 0; i < json_array_size(array); i++) {
    const json_t *item = json_array_get(array, i);
    dset_decoder_enter(decoder, NULL, i);
    if (!dset_decode_is_object(decoder, item) || !decode(decoder, item, made + i * item_bytes)) return false;
    dset_decoder_leave(decoder);
  }
  dset_decoder_leave(decoder);
  *items = made;
  *count = json_array_size(array);
  return true;
}
