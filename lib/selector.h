/* SPDX-License-Identifier: Apache-2.0 */
/* selector.h (L2): requirements and label selectors, parsed once and asked often. */
#ifndef DSET_LIB_SELECTOR_H
#define DSET_LIB_SELECTOR_H

#include "arena.h"
#include "daemonset/model.h"
#include "keys.h"

enum dset_operator { DSET_OP_IN, DSET_OP_NOT_IN, DSET_OP_EXISTS, DSET_OP_DOES_NOT_EXIST, DSET_OP_GT, DSET_OP_LT };

/* A parsed requirement; its strings live in the arena it was parsed into. */
typedef struct dset_parsed_requirement {
  const char *key;
  const char *op_name;
  const char **values;
  size_t value_count;
  int64_t bound; /* of Gt and Lt */
  size_t slot;   /* of the key, where rules gave it one (keys.h) */
  enum dset_operator op;
} dset_parsed_requirement;

/* Why a requirement cannot be used; NULL when it can. One line, static. */
typedef const char *dset_unusable;

/* The operator of a name; false when there is none. */
bool dset_operator_of(const char *name, enum dset_operator *op);

/* A copy of a requirement with its strings, unchecked but for its operator, which must exist; false when an
 * allocation fails. */
bool dset_requirement_copy(dset_arena *arena, const dset_requirement *from, enum dset_operator op,
                           dset_parsed_requirement *to);

/*
 * Parses a requirement on labels (C10; without Gt and Lt D1). `*unusable` says why it cannot be used. False when an
 * allocation fails.
 */
bool dset_requirement_parse(dset_arena *arena, const dset_requirement *from, bool with_bounds,
                            dset_parsed_requirement *to, dset_unusable *unusable);

/* Whether a value is among those of In and NotIn. */
static inline bool dset_requirement_lists(const dset_parsed_requirement *requirement, const char *value) {
  for (size_t i = 0; i < requirement->value_count; i++) {
    if (dset_text_same(requirement->values[i], value)) return true;
  }
  return false;
}

/* Whether a value is an integer above the bound of Gt, or below that of Lt (C12). */
bool dset_requirement_compares(const dset_parsed_requirement *requirement, const char *value);

/* Whether a label's value (NULL: no such label) satisfies the requirement (C12). */
static inline bool dset_requirement_holds(const dset_parsed_requirement *requirement, const char *value) {
  switch (requirement->op) {
    case DSET_OP_IN: return value != NULL && dset_requirement_lists(requirement, value);
    case DSET_OP_NOT_IN: return value == NULL || !dset_requirement_lists(requirement, value);
    case DSET_OP_EXISTS: return value != NULL;
    case DSET_OP_DOES_NOT_EXIST: return value == NULL;
    case DSET_OP_GT:
    case DSET_OP_LT: return value != NULL && dset_requirement_compares(requirement, value);
  }
  return false;
}

/* A label selector (D1). */
typedef struct dset_parsed_selector {
  dset_parsed_requirement *requirements;
  size_t count;
  bool nothing; /* the selector is absent */
} dset_parsed_selector;

/* Parses a label selector; NULL is an absent one. As dset_requirement_parse(). */
bool dset_selector_parse(dset_arena *arena, const dset_selector *from, dset_parsed_selector *to,
                         dset_unusable *unusable);

bool dset_selector_matches(const dset_parsed_selector *selector, const dset_label *labels, size_t count);

#endif
