/* SPDX-License-Identifier: Apache-2.0 */
/*
 * defaults.c (L5): filling defaults into typed trees, see defaults.h. What takes the place of a zero or absent value
 * stands in the table of the schema (`fallback`, `round_up`). Where a default depends on other fields, it stands here:
 *
 *   object          member                                   default
 *   spec            updateStrategy.rollingUpdate             A3: {maxUnavailable: 1, maxSurge: 0}, each by itself, when
 *                                                            the type is RollingUpdate; A5: what is absent of it, 0
 *   pod spec        serviceAccount, serviceAccountName       A7: each takes the other's value, the second one's first
 *   container       imagePullPolicy                          A9: by the tag of the image
 *   volume image    pullPolicy                               A9: by the tag of the reference
 *   volume          emptyDir                                 A13: {} when the volume has no source
 *
 * An empty list does not survive the API server's storage: it comes back as none (A17).
 */
#include "defaults.h"

#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "quantity.h"
#include "schema.h"

static bool fill_struct(json_t *object, uint16_t type, const dset_allocator *allocator);

static bool is_unset(const json_t *value, const dset_field *field) {
  if (value == NULL) return true;
  if (field->shape == DSET_SCHEMA_POINTER) return false;
  return json_is_false(value) || (json_is_string(value) && json_string_length(value) == 0) ||
         (json_is_integer(value) && json_integer_value(value) == 0);
}

/* The value of a fallback: "text", number, false, {}. */
static json_t *make_fallback(const char *text) {
  if (text[0] == '"') return json_stringn_nocheck(text + 1, strlen(text) - 2);
  if (text[0] == '{') return json_object();
  if (text[0] == 't' || text[0] == 'f') return json_boolean(text[0] == 't');
  return json_integer(strtoll(text, NULL, 10));
}

static json_t *rounded(const json_t *value, const dset_allocator *allocator) {
  dset_quantity quantity;
  const char *from = json_string_value(value);
  if (dset_quantity_parse(from, strlen(from), &quantity) != NULL) return json_incref((json_t *)(uintptr_t)value);
  dset_quantity_round_up_milli(&quantity);
  dset_buffer text;
  dset_buffer_init(&text, allocator);
  dset_quantity_write(&quantity, &text);
  json_t *made = text.failed ? NULL : json_stringn_nocheck(text.bytes, text.length);
  dset_buffer_clear(&text);
  return made;
}

static bool fill_map(json_t *map, const dset_field *field, const dset_allocator *allocator) {
  bool good = true;
  for (void *at = json_object_iter(map); good && at != NULL; at = json_object_iter_next(map, at)) {
    json_t *value = json_object_iter_value(at);
    if (field->kind == DSET_SCHEMA_STRUCT) good = fill_struct(value, field->type, allocator);
    if (field->round_up) good = json_object_iter_set_new(map, at, rounded(value, allocator)) == 0;
  }
  return good;
}

static bool fill_field(json_t *object, const dset_field *field, const dset_allocator *allocator) {
  json_t *value = json_object_get(object, field->name);
  bool good = true, plain_struct = field->kind == DSET_SCHEMA_STRUCT && field->shape == DSET_SCHEMA_PLAIN;
  if (field->fallback != NULL && is_unset(value, field)) {
    good = json_object_set_new_nocheck(object, field->name, make_fallback(field->fallback)) == 0;
  } else if (value == NULL && plain_struct) {
    good = json_object_set_new_nocheck(object, field->name, json_object()) == 0;
  }
  value = json_object_get(object, field->name);
  if (!good || value == NULL) return good;
  bool empty_list = json_is_array(value) && json_array_size(value) == 0; /* null, where Go always writes the field */
  if (empty_list && !field->omit) return json_object_del(object, field->name) == 0;
  if (field->shape == DSET_SCHEMA_MAP) return fill_map(value, field, allocator);
  if (field->round_up) return json_object_set_new_nocheck(object, field->name, rounded(value, allocator)) == 0;
  if (field->kind != DSET_SCHEMA_STRUCT) return true;
  if (field->shape != DSET_SCHEMA_LIST) return fill_struct(value, field->type, allocator);
  for (size_t i = 0; good && i < json_array_size(value); i++) {
    good = fill_struct(json_array_get(value, i), field->type, allocator);
  }
  return good;
}

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text == NULL ? "" : text;
}

static bool set_text(json_t *object, const char *key, const char *text) {
  return json_object_set_new_nocheck(object, key, json_string_nocheck(text)) == 0;
}

/* A9 */
static bool fill_pull_policy(json_t *object, const char *key, const char *reference) {
  return text_of(object, key)[0] != '\0' || set_text(object, key, dset_image_pull_policy(text_of(object, reference)));
}

/* A7 */
static bool fill_service_account(json_t *spec) {
  const char *name = text_of(spec, "serviceAccountName");
  if (name[0] == '\0') name = text_of(spec, "serviceAccount");
  if (name[0] == '\0') return true;
  json_t *text = json_string_nocheck(name);
  bool good = text != NULL && json_object_set_nocheck(spec, "serviceAccountName", text) == 0 &&
              json_object_set_nocheck(spec, "serviceAccount", text) == 0;
  json_decref(text);
  return good;
}

/* A13 */
static bool fill_volume(json_t *volume) {
  const dset_type *sources = &dset_schema_types[DSET_SCHEMA_VOLUME_SOURCE];
  for (size_t i = 0; i < sources->count; i++) {
    if (json_object_get(volume, dset_schema_fields[sources->first + i].name) != NULL) return true;
  }
  return json_object_set_new_nocheck(volume, "emptyDir", json_object()) == 0;
}

/* A3 and A5. */
static bool fill_budget(json_t *strategy) {
  static const char *const amounts[] = {"maxUnavailable", "maxSurge"};
  bool rolling = strcmp(text_of(strategy, "type"), "RollingUpdate") == 0;
  json_t *budget = json_object_get(strategy, "rollingUpdate");
  if (budget == NULL) {
    if (!rolling) return true;
    budget = json_object();
    if (json_object_set_new_nocheck(strategy, "rollingUpdate", budget) != 0) return false;
  }
  for (size_t i = 0; i < 2; i++) {
    if (json_object_get(budget, amounts[i]) != NULL) continue;
    if (json_object_set_new_nocheck(budget, amounts[i], json_integer(rolling && i == 0)) != 0) return false;
  }
  return true;
}

static bool fill_struct(json_t *object, uint16_t type, const dset_allocator *allocator) {
  const dset_type *of = &dset_schema_types[type];
  bool good = true;
  for (size_t i = 0; good && i < of->count; i++) {
    const dset_field *field = &dset_schema_fields[of->first + i];
    good = field->shape == DSET_SCHEMA_INLINE ? fill_struct(object, field->type, allocator)
                                              : fill_field(object, field, allocator);
  }
  if (!good) return false;
  switch (type) {
    case DSET_SCHEMA_DAEMONSET_UPDATE_STRATEGY: return fill_budget(object);
    case DSET_SCHEMA_POD_SPEC: return fill_service_account(object);
    case DSET_SCHEMA_CONTAINER:
    case DSET_SCHEMA_EPHEMERAL_CONTAINER_COMMON: return fill_pull_policy(object, "imagePullPolicy", "image");
    case DSET_SCHEMA_IMAGE_VOLUME_SOURCE: return fill_pull_policy(object, "pullPolicy", "reference");
    case DSET_SCHEMA_VOLUME_SOURCE: return fill_volume(object);
    default: return true;
  }
}

bool dset_defaults_fill(json_t *daemonset, const dset_allocator *allocator) {
  return fill_struct(daemonset, DSET_SCHEMA_DAEMONSET, allocator);
}
