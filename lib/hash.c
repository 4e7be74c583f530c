/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.c (L5): Kubernetes' hash of a pod template is a sum over a dump of the Go struct (G6). The dump is never made
 * here: its pieces go straight into the sum, in the order of the table.
 *
 *   in Go                | absent, not stored        | present
 *   T                    | (T) and zero              | (T)value
 *   *T                   | (*T)<nil>                 | (*T)value
 *   []T                  | ([]T)<nil>                | ([]T)[value value]
 *   map[string]T         | (map[string]T)<nil>       | (map[string]T)map[key:value key:value], by key
 *
 * with values
 *
 *   struct               {Field:(T)value Field:(T)value}, every field of it, those inside an embedded struct too
 *   string, bool, number as they are, without quotes
 *   quantity, time, ...  like a struct, by their private Go fields: those of an object that a controller just received
 */
#include "hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemonset/codec.h"
#include "emit.h"
#include "encode.h"
#include "quantity.h"
#include "schema.h"

typedef struct dump {
  uint32_t sum;
  dset_arena *scratch;
  bool failed;
} dump;

static void put(dump *to, const char *text) {
  to->sum = dset_fnv_add(to->sum, text, strlen(text));
}

static void put_number(dump *to, int64_t number) {
  char text[32];
  snprintf(text, sizeof text, "%" PRId64, number);
  put(to, text);
}

static void put_unsigned(dump *to, uint64_t number) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, number);
  put(to, text);
}

static const char *text_of(const json_t *value) {
  return value == NULL ? "" : json_string_value(value);
}

static void put_int_or_string(dump *to, const json_t *value) {
  put(to, json_is_string(value) ? "{Type:(intstr.Type)1 IntVal:(int32)" : "{Type:(intstr.Type)0 IntVal:(int32)");
  put_number(to, json_integer_value(value));
  put(to, " StrVal:(string)");
  if (json_is_string(value)) put(to, json_string_value(value));
  put(to, "}");
}

static void put_big_decimal(dump *to, const dset_quantity *quantity) {
  size_t count;
  const uint64_t *words = dset_quantity_words(quantity, to->scratch, &count);
  if (words == NULL) {
    to->failed = true;
    return;
  }
  put(to, quantity->negative ? "{unscaled:(big.Int){neg:(bool)true abs:(big.nat)"
                             : "{unscaled:(big.Int){neg:(bool)false abs:(big.nat)");
  for (size_t i = 0; i < count; i++) {
    put(to, i == 0 ? "[" : " ");
    put_unsigned(to, words[i]);
  }
  put(to, "]} scale:(inf.Scale)"); /* a canonical zero is not big, so there was a word */
  put_number(to, quantity->scale);
  put(to, "}");
}

/* One that is absent was still sent, as "0" (A18), and read from that. */
static void put_quantity(dump *to, const json_t *value) {
  const char *text = value == NULL ? "0" : json_string_value(value);
  dset_quantity quantity;
  dset_quantity_parse(text, strlen(text), &quantity); /* succeeds: the tree is typed */
  put(to, "{i:(resource.int64Amount){value:(int64)");
  put_number(to, quantity.big ? 0 : quantity.value);
  put(to, " scale:(resource.Scale)");
  put_number(to, quantity.big ? 0 : quantity.scale);
  put(to, "} d:(resource.infDecAmount){Dec:(*inf.Dec)");
  if (quantity.big) {
    put_big_decimal(to, &quantity);
  } else {
    put(to, "<nil>");
  }
  put(to, "} s:(string)");
  if (quantity.keeps_text) to->sum = dset_fnv_add(to->sum, quantity.text, quantity.bytes);
  put(to, " Format:(resource.Format)");
  put(to, dset_quantity_format_name(quantity.format));
  put(to, "}");
}

/*
 * Go counts seconds from the year 1, and sets times that it reads to the zone of the machine. That is taken to be none,
 * as in the images that Kubernetes publishes; then it is Go's own UTC.
 */
static void put_time(dump *to, const json_t *value) {
  static const int64_t seconds_before_1970 = INT64_C(62135596800);
  int64_t time_ms;
  put(to, "{Time:(time.Time){wall:(uint64)0 ext:(int64)");
  if (value == NULL) {
    put(to, "0 loc:(*time.Location)<nil>}}");
    return;
  }
  dset_time_parse(json_string_value(value), &time_ms, NULL); /* succeeds: the tree is typed */
  put_number(to, time_ms / 1000 + seconds_before_1970);
  put(to,
      " loc:(*time.Location){name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil> extend:(string)"
      " cacheStart:(int64)0 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}}}");
}

/* The only one in a template is FieldsV1, which keeps the bytes of its JSON. */
static void put_raw(dump *to, const json_t *value) {
  dset_buffer json;
  dset_buffer_init(&json, &to->scratch->allocator);
  dset_emit_tree(&json, value, DSET_EMIT_SORTED);
  put(to, "{Raw:([]uint8)[");
  for (size_t i = 0; i < json.length; i++) {
    if (i > 0) put(to, " ");
    put_number(to, (unsigned char)json.bytes[i]);
  }
  put(to, "]}");
  to->failed = to->failed || json.failed;
  dset_buffer_clear(&json);
}

static void put_struct(dump *to, uint16_t type, const json_t *object);

/* `value` may be NULL: zero. */
static void put_value(dump *to, const dset_field *field, const json_t *value) {
  switch (field->kind) {
    case DSET_SCHEMA_STRING: put(to, text_of(value)); break;
    case DSET_SCHEMA_BOOL: put(to, json_is_true(value) ? "true" : "false"); break;
    case DSET_SCHEMA_INT32:
    case DSET_SCHEMA_INT64: put_number(to, json_integer_value(value)); break;
    case DSET_SCHEMA_INT_OR_STRING: put_int_or_string(to, value); break;
    case DSET_SCHEMA_QUANTITY: put_quantity(to, value); break;
    case DSET_SCHEMA_TIME: put_time(to, value); break;
    case DSET_SCHEMA_RAW: put_raw(to, value); break;
    default: put_struct(to, field->type, value); break; /* a template has no MicroTime */
  }
}

static int compare_keys(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

static void put_map(dump *to, const dset_field *field, const json_t *map) {
  json_t *members = (json_t *)(uintptr_t)map; /* jansson's iterators are not const, but change nothing */
  size_t count = 0;
  const char **keys = dset_arena_alloc(to->scratch, json_object_size(map), sizeof *keys);
  if (keys == NULL) {
    to->failed = true;
    return;
  }
  for (void *at = json_object_iter(members); at != NULL; at = json_object_iter_next(members, at)) {
    keys[count++] = json_object_iter_key(at);
  }
  qsort(keys, count, sizeof *keys, compare_keys);
  put(to, "map[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) put(to, " ");
    put(to, keys[i]);
    put(to, ":");
    put_value(to, field, json_object_get(map, keys[i]));
  }
  put(to, "]");
}

static void put_list(dump *to, const dset_field *field, const json_t *list) {
  put(to, "[");
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (i > 0) put(to, " ");
    put_value(to, field, json_array_get(list, i));
  }
  put(to, "]");
}

static void put_field(dump *to, const dset_field *field, const json_t *object) {
  const json_t *value = field->shape == DSET_SCHEMA_INLINE ? object : json_object_get(object, field->name);
  put(to, field->go_name);
  put(to, ":(");
  put(to, field->go_type);
  put(to, ")");
  bool always = field->shape == DSET_SCHEMA_PLAIN || field->shape == DSET_SCHEMA_INLINE;
  if (!always && !dset_encode_is_stored(field, value)) {
    put(to, "<nil>");
    return;
  }
  switch (field->shape) {
    case DSET_SCHEMA_LIST: put_list(to, field, value); break;
    case DSET_SCHEMA_MAP: put_map(to, field, value); break;
    default: put_value(to, field, value); break;
  }
}

/* `object` may be NULL: all its fields are zero. */
static void put_struct(dump *to, uint16_t type, const json_t *object) {
  const dset_type *of = &dset_schema_types[type];
  put(to, "{");
  for (uint16_t i = 0; i < of->count; i++) {
    if (i > 0) put(to, " ");
    put_field(to, &dset_schema_fields[of->first + i], object);
  }
  put(to, "}");
}

bool dset_hash_template(const json_t *template, bool has_collision_count, int32_t collision_count, dset_arena *scratch,
                        char text[DSET_FNV_NAME_BYTES]) {
  dump to = {dset_fnv_empty, scratch, false};
  put(&to, "(");
  put(&to, dset_schema_types[DSET_SCHEMA_POD_TEMPLATE].go_type);
  put(&to, ")");
  put_struct(&to, DSET_SCHEMA_POD_TEMPLATE, template);
  if (has_collision_count) {
    uint32_t count = (uint32_t)collision_count;
    const unsigned char bytes[8] = {(unsigned char)count, (unsigned char)(count >> 8), (unsigned char)(count >> 16),
                                    (unsigned char)(count >> 24)};
    to.sum = dset_fnv_add(to.sum, bytes, sizeof bytes);
  }
  dset_fnv_name(to.sum, text);
  return !to.failed;
}
