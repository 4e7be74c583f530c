/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c (L5): writing typed trees, see encode.h.
 *
 *   value is            field has `omit`     field is always written
 *   set and not zero    written              written
 *   set, zero, pointer  written              written
 *   empty list or map   left out             written
 *   zero or absent      left out             "" 0 false "0" {...}; null for pointers, lists, maps and times
 *
 * The controller makes revision data by a detour through Go's untyped JSON: keys sorted, and numbers that were doubles
 * in between.
 */
#include "encode.h"

#include <stdlib.h>
#include <string.h>

#include "emit.h"

enum order { IN_GO_ORDER, BY_KEY };

/* No type of the table has more fields, inline ones included; a test says so. */
enum { MAX_FIELDS = 128 };

static void encode_struct(dset_buffer *buffer, const json_t *tree, uint16_t type, enum order order, bool patch);

static bool is_zero(const json_t *value) {
  if (value == NULL) return true;
  switch (json_typeof(value)) {
    case JSON_STRING: return json_string_length(value) == 0;
    case JSON_INTEGER: return json_integer_value(value) == 0;
    case JSON_FALSE:
    case JSON_NULL: return true;
    case JSON_OBJECT: return json_object_size(value) == 0;
    default: return false;
  }
}

bool dset_encode_is_stored(const dset_field *field, const json_t *value) {
  if (value == NULL || !field->omit) return value != NULL;
  if (field->shape == DSET_SCHEMA_LIST) return json_array_size(value) > 0;
  return field->shape != DSET_SCHEMA_MAP || json_object_size(value) > 0;
}

static bool left_out(const dset_field *field, const json_t *value) {
  if (!field->omit) return false;
  return field->shape == DSET_SCHEMA_PLAIN ? is_zero(value) : !dset_encode_is_stored(field, value);
}

static void encode_absent(dset_buffer *buffer, const dset_field *field, enum order order) {
  if (field->shape != DSET_SCHEMA_PLAIN) {
    dset_buffer_string(buffer, "null");
    return;
  }
  switch (field->kind) {
    case DSET_SCHEMA_STRING: dset_buffer_string(buffer, "\"\""); break;
    case DSET_SCHEMA_QUANTITY: dset_buffer_string(buffer, "\"0\""); break;
    case DSET_SCHEMA_BOOL: dset_buffer_string(buffer, "false"); break;
    case DSET_SCHEMA_STRUCT: encode_struct(buffer, NULL, field->type, order, false); break;
    case DSET_SCHEMA_INT32:
    case DSET_SCHEMA_INT64:
    case DSET_SCHEMA_INT_OR_STRING: dset_buffer_string(buffer, "0"); break;
    default: dset_buffer_string(buffer, "null"); break;
  }
}

static bool is_time(uint8_t kind) {
  return kind == DSET_SCHEMA_TIME || kind == DSET_SCHEMA_MICRO_TIME;
}

static void encode_item(dset_buffer *buffer, const json_t *value, const dset_field *field, enum order order) {
  if (field->kind == DSET_SCHEMA_STRUCT) {
    encode_struct(buffer, value, field->type, order, false);
  } else if (is_time(field->kind) && strcmp(json_string_value(value), DSET_SCHEMA_ZERO_TIME) == 0) {
    dset_buffer_string(buffer, "null");
  } else {
    dset_emit_tree(buffer, value, DSET_EMIT_SORTED); /* maps are written by key, and have no structs in them */
  }
}

static void encode_value(dset_buffer *buffer, const json_t *value, const dset_field *field, enum order order) {
  if (value == NULL) {
    encode_absent(buffer, field, order);
  } else if (field->shape == DSET_SCHEMA_MAP) {
    dset_emit_tree(buffer, value, DSET_EMIT_SORTED);
  } else if (field->shape == DSET_SCHEMA_LIST) {
    for (size_t i = 0; i < json_array_size(value); i++) {
      dset_buffer_string(buffer, i == 0 ? "[" : ",");
      encode_item(buffer, json_array_get(value, i), field, order);
    }
    dset_buffer_string(buffer, json_array_size(value) == 0 ? "[]" : "]");
  } else {
    encode_item(buffer, value, field, order);
  }
}

/* The fields of a type as JSON has them: inline structs taken apart. */
static size_t flatten(uint16_t type, const dset_field **fields, size_t count) {
  const dset_type *of = &dset_schema_types[type];
  for (size_t i = 0; i < of->count; i++) {
    const dset_field *field = &dset_schema_fields[of->first + i];
    if (field->shape == DSET_SCHEMA_INLINE) {
      count = flatten(field->type, fields, count);
    } else if (count < MAX_FIELDS) {
      fields[count++] = field;
    }
  }
  return count;
}

static int compare_fields(const void *a, const void *b) {
  const dset_field *const *left = a;
  const dset_field *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

/* `patch`: with the member that makes the object replace what it is merged into. '$' sorts before every letter. */
static void encode_struct(dset_buffer *buffer, const json_t *tree, uint16_t type, enum order order, bool patch) {
  const dset_field *fields[MAX_FIELDS];
  size_t count = flatten(type, fields, 0);
  if (order == BY_KEY) qsort(fields, count, sizeof *fields, compare_fields);
  const char *separator = "";
  dset_buffer_string(buffer, patch ? "{\"$patch\":\"replace\"" : "{");
  if (patch) separator = ",";
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_object_get(tree, fields[i]->name);
    if (left_out(fields[i], value)) continue;
    dset_buffer_format(buffer, "%s\"%s\":", separator, fields[i]->name);
    encode_value(buffer, value, fields[i], order);
    separator = ",";
  }
  dset_buffer_string(buffer, "}");
}

void dset_encode_object(dset_buffer *buffer, const json_t *typed, uint16_t type) {
  encode_struct(buffer, typed, type, IN_GO_ORDER, false);
}

void dset_encode_revision_data(dset_buffer *buffer, const json_t *typed_template) {
  dset_buffer_string(buffer, "{\"spec\":{\"template\":");
  encode_struct(buffer, typed_template, DSET_SCHEMA_POD_TEMPLATE, BY_KEY, true);
  dset_buffer_string(buffer, "}}");
}
