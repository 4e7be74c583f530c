/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.c: fields of the table by name. A struct has some forty of them at most, so they are looked through in order;
 * those of an inline struct stand where it does.
 */
#include "schema.h"

#include <string.h>

const dset_field *dset_schema_find(uint16_t type, const char *name) {
  const dset_type *of = &dset_schema_types[type];
  for (uint16_t i = 0; i < of->count; i++) {
    const dset_field *field = &dset_schema_fields[of->first + i];
    if (field->shape != DSET_SCHEMA_INLINE) {
      if (strcmp(field->name, name) == 0) return field;
      continue;
    }
    const dset_field *inner = dset_schema_find(field->type, name);
    if (inner != NULL) return inner;
  }
  return NULL;
}

static char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool same_letter(char a, char b) {
  return lower(a) == lower(b);
}

static bool same_but_for_case(const char *a, const char *b) {
  while (*a != '\0' && same_letter(*a, *b)) a++, b++;
  return *a == '\0' && *b == '\0';
}

/* Up to where they part they are alike; behind it one letter of one, of the other, of both, or two are passed over. */
static bool one_edit_apart(const char *wrong, const char *right) {
  while (*wrong != '\0' && same_letter(*wrong, *right)) wrong++, right++;
  if (*wrong != '\0' && same_but_for_case(wrong + 1, right)) return true; /* added */
  if (*right != '\0' && same_but_for_case(wrong, right + 1)) return true; /* left out */
  if (*wrong == '\0' || *right == '\0') return false;
  if (same_but_for_case(wrong + 1, right + 1)) return true; /* changed */
  return same_letter(wrong[0], right[1]) && same_letter(wrong[1], right[0]) &&
         same_but_for_case(wrong + 2, right + 2); /* swapped */
}

bool dset_schema_alike(const char *wrong, const char *right) {
  return same_but_for_case(wrong, right) || one_edit_apart(wrong, right);
}

/* How many fields are like that, and one of them. */
static size_t alike(uint16_t type, const char *name, bool (*like)(const char *, const char *),
                    const dset_field **found) {
  const dset_type *of = &dset_schema_types[type];
  size_t count = 0;
  for (uint16_t i = 0; i < of->count; i++) {
    const dset_field *field = &dset_schema_fields[of->first + i];
    if (field->shape == DSET_SCHEMA_INLINE) {
      count += alike(field->type, name, like, found);
    } else if (like(name, field->name)) {
      *found = field;
      count++;
    }
  }
  return count;
}

const dset_field *dset_schema_suggest(uint16_t type, const char *name) {
  const dset_field *found = NULL;
  size_t count = alike(type, name, same_but_for_case, &found);
  if (count == 0) count = alike(type, name, one_edit_apart, &found);
  return count == 1 ? found : NULL;
}
