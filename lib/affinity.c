/* SPDX-License-Identifier: Apache-2.0 */
/*
 * affinity.c (L2): required node affinity.
 *
 *   term                                  | matches
 *   no expressions and no fields          | never (C8)
 *   an expression or field is unparsable  | never; the other terms still count (C10, C11)
 *   otherwise                             | when all expressions and all fields hold (C9)
 *
 * One matching term suffices; without any the node does not match.
 */
#include "affinity.h"

#include <string.h>

#include "model.h"
#include "text.h"

/* C13: In and NotIn with exactly one value. Neither key nor value is checked. */
static bool parse_field(dset_arena *arena, const dset_requirement *from, dset_parsed_requirement *to,
                        dset_unusable *unusable) {
  enum dset_operator op;
  *unusable = NULL;
  if (!dset_operator_of(from->op, &op) || (op != DSET_OP_IN && op != DSET_OP_NOT_IN)) {
    *unusable = "fields know only In and NotIn";
  } else if (from->value_count != 1) {
    *unusable = "a field needs exactly one value";
  }
  return *unusable != NULL || dset_requirement_copy(arena, from, op, to);
}

/* Remembers the requirement that makes a term unusable. */
static bool note_unusable(dset_arena *arena, dset_parsed_term *term, const dset_requirement *from, size_t index) {
  if (term->unusable == NULL) return true;
  term->unusable_key = dset_arena_string(arena, from->key);
  term->unusable_index = (int32_t)index;
  return term->unusable_key != NULL;
}

static bool parse_term(dset_arena *arena, const dset_term *from, dset_parsed_term *to) {
  *to = (dset_parsed_term){.empty = from->expression_count == 0 && from->field_count == 0};
  to->expressions = dset_arena_alloc(arena, from->expression_count, sizeof *to->expressions);
  to->fields = dset_arena_alloc(arena, from->field_count, sizeof *to->fields);
  if (to->expressions == NULL || to->fields == NULL) return false;
  for (size_t i = 0; i < from->expression_count && to->unusable == NULL; i++) {
    dset_parsed_requirement *requirement = &to->expressions[to->expression_count++];
    if (!dset_requirement_parse(arena, &from->expressions[i], true, requirement, &to->unusable) ||
        !note_unusable(arena, to, &from->expressions[i], i)) {
      return false;
    }
  }
  for (size_t i = 0; i < from->field_count && to->unusable == NULL; i++) {
    dset_parsed_requirement *requirement = &to->fields[to->field_count++];
    if (!parse_field(arena, &from->fields[i], requirement, &to->unusable) ||
        !note_unusable(arena, to, &from->fields[i], i)) {
      return false;
    }
  }
  return true;
}

bool dset_affinity_parse(dset_arena *arena, const dset_terms *from, dset_parsed_affinity *to) {
  *to = (dset_parsed_affinity){.any = from == NULL};
  if (from == NULL) return true;
  to->terms = dset_arena_alloc(arena, from->count, sizeof *to->terms);
  if (to->terms == NULL) return false;
  for (; to->count < from->count; to->count++) {
    if (!parse_term(arena, &from->terms[to->count], &to->terms[to->count])) return false;
  }
  return true;
}

bool dset_affinity_keys(const dset_parsed_affinity *affinity, dset_arena *arena, dset_keys *keys) {
  for (size_t i = 0; i < affinity->count; i++) {
    const dset_parsed_term *term = &affinity->terms[i];
    for (size_t j = 0; j < term->expression_count && term->unusable == NULL; j++) {
      if (!dset_keys_add(keys, arena, term->expressions[j].key, &term->expressions[j].slot)) return false;
    }
  }
  return true;
}

static const char *join(dset_arena *arena, const dset_parsed_requirement *requirement) {
  const char *joined = requirement->value_count == 0 ? "" : requirement->values[0];
  for (size_t i = 1; i < requirement->value_count && joined != NULL; i++) {
    joined = dset_arena_format(arena, "%s,%s", joined, requirement->values[i]);
  }
  return joined;
}

/* The reason for a requirement that fails; `actual` is NULL where the node has no such label. */
static void add_requirement(dset_reasons *reasons, int code, size_t term, size_t index,
                            const dset_parsed_requirement *requirement, const char *actual) {
  const char *what = code == DSET_REASON_AFFINITY_FIELD ? "field" : "label";
  const char *values = join(reasons->arena, requirement);
  dset_reason reason = {.code = code, .term = (int32_t)term, .requirement = (int32_t)index, .key = requirement->key};
  reason.op = requirement->op_name;
  reason.value = values;
  reason.actual = actual;
  const char *list = dset_text_empty(values) ? "" : dset_arena_format(reasons->arena, " [%s]", values);
  if (values == NULL || list == NULL) {
    reasons->failed = true;
    return;
  }
  if (actual == NULL) {
    reason.text = dset_arena_format(reasons->arena, "affinity term %zu wants %s %s %s%s, the node has no such %s", term,
                                    what, requirement->key, requirement->op_name, list, what);
  } else {
    reason.text = dset_arena_format(reasons->arena, "affinity term %zu wants %s %s %s%s, the node has \"%s\"", term,
                                    what, requirement->key, requirement->op_name, list, actual);
  }
  dset_reasons_add(reasons, &reason);
}

/* The reason for a term that no node can match (C8, C10). */
static void add_term(dset_reasons *reasons, const dset_parsed_term *term, size_t index) {
  dset_reason reason = {.code = DSET_REASON_AFFINITY_TERM_EMPTY, .term = (int32_t)index, .requirement = -1};
  if (term->empty) {
    reason.text = dset_arena_format(reasons->arena, "affinity term %zu is empty and matches no node", index);
  } else {
    reason.code = DSET_REASON_AFFINITY_TERM_UNUSABLE;
    reason.requirement = term->unusable_index;
    reason.key = term->unusable_key;
    reason.text = dset_arena_format(reasons->arena, "affinity term %zu cannot be used because of its key \"%s\": %s",
                                    index, term->unusable_key, term->unusable);
  }
  dset_reasons_add(reasons, &reason);
}

static bool expressions_hold(const dset_parsed_term *term, size_t index, const dset_key_values *values,
                             dset_reasons *reasons) {
  bool hold = true;
  for (size_t i = 0; i < term->expression_count; i++) {
    const dset_parsed_requirement *requirement = &term->expressions[i];
    const char *actual = dset_key_value(values, requirement->slot, requirement->key);
    if (dset_requirement_holds(requirement, actual)) continue;
    if (reasons == NULL) return false;
    hold = false;
    add_requirement(reasons, DSET_REASON_AFFINITY_EXPRESSION, index, i, requirement, actual);
  }
  return hold;
}

/* The only field is metadata.name; any other key reads as "". A node without a name passes all fields (C13). */
static bool fields_hold(const dset_parsed_term *term, size_t index, const dset_node *node, dset_reasons *reasons) {
  if (dset_text_empty(node->name)) return true;
  bool hold = true;
  for (size_t i = 0; i < term->field_count; i++) {
    const char *actual = strcmp(term->fields[i].key, "metadata.name") == 0 ? node->name : "";
    if (dset_requirement_holds(&term->fields[i], actual)) continue;
    if (reasons == NULL) return false;
    hold = false;
    add_requirement(reasons, DSET_REASON_AFFINITY_FIELD, index, i, &term->fields[i], actual);
  }
  return hold;
}

static bool term_matches(const dset_parsed_term *term, size_t index, const dset_node *node,
                         const dset_key_values *values, dset_reasons *reasons) {
  if (term->empty || term->unusable != NULL) {
    if (reasons != NULL) add_term(reasons, term, index);
    return false;
  }
  bool expressions = expressions_hold(term, index, values, reasons);
  if (!expressions && reasons == NULL) return false;
  return fields_hold(term, index, node, reasons) && expressions;
}

bool dset_affinity_matches(const dset_parsed_affinity *affinity, const dset_node *node, const dset_key_values *values,
                           dset_reasons *reasons) {
  if (affinity->any) return true;
  size_t before = reasons == NULL ? 0 : reasons->count;
  for (size_t i = 0; i < affinity->count; i++) {
    if (!term_matches(&affinity->terms[i], i, node, values, reasons)) continue;
    if (reasons != NULL) reasons->count = before; /* what other terms lack no longer matters */
    return true;
  }
  if (reasons != NULL && affinity->count == 0) {
    dset_reason reason = {.code = DSET_REASON_AFFINITY_EMPTY, .term = -1, .requirement = -1};
    reason.text = "the required node affinity has no terms and matches no node";
    dset_reasons_add(reasons, &reason);
  }
  return false;
}
