/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector.c (L2): requirements on labels.
 *
 * Parsing (C10) accepts a requirement when its key is a label key, every value is a label value, and
 *
 *   operator      | values
 *   In, NotIn     | one or more
 *   Exists        | none
 *   DoesNotExist  | none
 *   Gt, Lt        | exactly one, a base-10 int64 (C14)
 *
 * Evaluation (C12):
 *
 *   operator      | label missing | label present
 *   In            | no            | its value is in the list
 *   NotIn         | yes           | its value is not in the list
 *   Exists        | no            | yes
 *   DoesNotExist  | yes           | no
 *   Gt            | no            | its value is an int64 above the bound
 *   Lt            | no            | its value is an int64 below the bound
 */
#include "selector.h"

#include <string.h>

#include "grammar.h"
#include "model.h"
#include "text.h"

bool dset_operator_of(const char *name, enum dset_operator *op) {
  static const char *const names[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!dset_text_equal(name, names[i])) continue;
    *op = (enum dset_operator)i;
    return true;
  }
  return false;
}

bool dset_requirement_copy(dset_arena *arena, const dset_requirement *from, enum dset_operator op,
                           dset_parsed_requirement *to) {
  *to = (dset_parsed_requirement){.op = op, .value_count = from->value_count, .slot = DSET_KEYS_NO_SLOT};
  to->key = dset_arena_string(arena, from->key);
  to->op_name = dset_arena_string(arena, from->op);
  to->values = dset_arena_alloc(arena, from->value_count, sizeof *to->values);
  if (to->key == NULL || to->op_name == NULL || to->values == NULL) return false;
  for (size_t i = 0; i < from->value_count; i++) {
    to->values[i] = dset_arena_string(arena, from->values[i]);
    if (to->values[i] == NULL) return false;
  }
  return true;
}

static dset_unusable check_value_count(enum dset_operator op, size_t count) {
  switch (op) {
    case DSET_OP_IN:
    case DSET_OP_NOT_IN: return count == 0 ? "In and NotIn need at least one value" : NULL;
    case DSET_OP_EXISTS:
    case DSET_OP_DOES_NOT_EXIST: return count != 0 ? "Exists and DoesNotExist take no value" : NULL;
    default: return count != 1 ? "Gt and Lt need exactly one value" : NULL;
  }
}

static dset_unusable check_values(const dset_requirement *from, bool numeric, int64_t *bound) {
  for (size_t i = 0; i < from->value_count; i++) {
    const char *value = dset_text_or_empty(from->values[i]);
    if (numeric && !dset_text_to_int64(value, strlen(value), bound)) return "Gt and Lt need a 64-bit integer";
    if (dset_grammar_label_value(value).count != 0) return "a value is not a valid label value";
  }
  return NULL;
}

bool dset_requirement_parse(dset_arena *arena, const dset_requirement *from, bool with_bounds,
                            dset_parsed_requirement *to, dset_unusable *unusable) {
  enum dset_operator op;
  int64_t bound = 0;
  *unusable = NULL;
  if (!dset_operator_of(from->op, &op)) {
    *unusable = "unknown operator";
    return true;
  }
  bool numeric = op == DSET_OP_GT || op == DSET_OP_LT;
  if (numeric && !with_bounds) *unusable = "Gt and Lt do not exist in label selectors";
  bool key_good = dset_grammar_label_key(dset_text_or_empty(from->key)).count == 0;
  if (*unusable == NULL && !key_good) *unusable = "the key is not a valid label key";
  if (*unusable == NULL) *unusable = check_value_count(op, from->value_count);
  if (*unusable == NULL) *unusable = check_values(from, numeric, &bound);
  if (*unusable != NULL) return true;
  if (!dset_requirement_copy(arena, from, op, to)) return false;
  to->bound = bound;
  return true;
}

bool dset_requirement_compares(const dset_parsed_requirement *requirement, const char *value) {
  int64_t number;
  if (!dset_text_to_int64(value, strlen(value), &number)) return false;
  return requirement->op == DSET_OP_GT ? number > requirement->bound : number < requirement->bound;
}

bool dset_selector_parse(dset_arena *arena, const dset_selector *from, dset_parsed_selector *to,
                         dset_unusable *unusable) {
  *to = (dset_parsed_selector){.nothing = from == NULL};
  *unusable = NULL;
  if (from == NULL) return true;
  to->requirements = dset_arena_alloc(arena, from->label_count + from->expression_count, sizeof *to->requirements);
  if (to->requirements == NULL) return false;
  for (size_t i = 0; i < from->label_count; i++) {
    dset_requirement equal = {from->labels[i].key, "In", &from->labels[i].value, 1};
    if (!dset_requirement_parse(arena, &equal, false, &to->requirements[to->count++], unusable)) return false;
    if (*unusable != NULL) return true;
  }
  for (size_t i = 0; i < from->expression_count; i++) {
    if (!dset_requirement_parse(arena, &from->expressions[i], false, &to->requirements[to->count++], unusable)) {
      return false;
    }
    if (*unusable != NULL) return true;
  }
  return true;
}

bool dset_selector_matches(const dset_parsed_selector *selector, const dset_label *labels, size_t count) {
  if (selector->nothing) return false;
  for (size_t i = 0; i < selector->count; i++) {
    const dset_parsed_requirement *requirement = &selector->requirements[i];
    if (!dset_requirement_holds(requirement, dset_label_value(labels, count, requirement->key))) return false;
  }
  return true;
}
