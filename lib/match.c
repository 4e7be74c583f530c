/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.c (L2): the verdict on a node (C4).
 *
 *   node name | selector and affinity | untolerated NoExecute | untolerated NoSchedule | verdict
 *   differs   | any                   | any                   | any                    | NEITHER
 *   ok        | no                    | any                   | any                    | NEITHER
 *   ok        | yes                   | yes                   | any                    | NEITHER
 *   ok        | yes                   | no                    | yes                    | STAY
 *   ok        | yes                   | no                    | no                     | RUN
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model.h"
#include "text.h"

static int compare_pairs(const void *a, const void *b) {
  const dset_pair *left = a;
  const dset_pair *right = b;
  int order = strcmp(left->key, right->key);
  return order != 0 ? order : strcmp(left->value, right->value);
}

/* C6. */
static bool selector_of(dset_arena *arena, const dset_daemonset *daemonset, dset_rules *rules) {
  size_t count = rules->selector_count = daemonset->node_selector_count;
  rules->selector = dset_arena_alloc(arena, count, sizeof *rules->selector);
  if (rules->selector == NULL) return false;
  for (size_t i = 0; i < count; i++) {
    dset_pair *pair = &rules->selector[i];
    pair->key = dset_arena_string(arena, daemonset->node_selector[i].key);
    pair->value = dset_arena_string(arena, daemonset->node_selector[i].value);
    if (pair->key == NULL || pair->value == NULL) return false;
    if (!dset_keys_add(&rules->keys, arena, pair->key, &pair->slot)) return false;
  }
  if (count > 1) qsort(rules->selector, count, sizeof *rules->selector, compare_pairs);
  return true;
}

static const char *copy_fact(dset_reasons *reasons, const char *text) {
  const char *copy = dset_arena_string(reasons->arena, text);
  if (copy == NULL) reasons->failed = true;
  return copy;
}

void dset_reasons_add(dset_reasons *reasons, const dset_reason *reason) {
  dset_reason *items =
      dset_arena_grow(reasons->arena, reasons->items, reasons->count, &reasons->capacity, sizeof *items);
  if (items == NULL || reason->text == NULL) {
    reasons->failed = true;
    return;
  }
  reasons->items = items;
  dset_reason *item = &items[reasons->count];
  *item = *reason;
  item->key = copy_fact(reasons, reason->key);
  item->op = copy_fact(reasons, reason->op);
  item->value = copy_fact(reasons, reason->value);
  item->effect = copy_fact(reasons, reason->effect);
  item->actual = copy_fact(reasons, reason->actual);
  if (!reasons->failed) reasons->count++;
}

/* C5. */
static bool name_matches(const dset_rules *rules, const dset_node *node, dset_reasons *reasons) {
  if (rules->node_name[0] == '\0' || dset_text_equal(rules->node_name, node->name)) return true;
  if (reasons == NULL) return false;
  dset_reason reason = {.code = DSET_REASON_NODE_NAME, .term = -1, .requirement = -1, .value = rules->node_name};
  reason.actual = node->name;
  reason.text = dset_arena_format(reasons->arena, "the template is for node %s only", rules->node_name);
  dset_reasons_add(reasons, &reason);
  return false;
}

static void add_selector(dset_reasons *reasons, const dset_pair *pair, const char *actual) {
  dset_reason reason = {.term = -1, .requirement = -1, .key = pair->key, .value = pair->value, .actual = actual};
  if (actual == NULL) {
    reason.code = DSET_REASON_NODE_SELECTOR_MISSING;
    reason.text = dset_arena_format(reasons->arena, "the node selector wants label %s=%s, the node has no such label",
                                    pair->key, pair->value);
  } else {
    reason.code = DSET_REASON_NODE_SELECTOR_DIFFERS;
    reason.text = dset_arena_format(reasons->arena, "the node selector wants label %s=%s, the node has \"%s\"",
                                    pair->key, pair->value, actual);
  }
  dset_reasons_add(reasons, &reason);
}

/* C6. */
static bool selector_matches(const dset_rules *rules, const dset_key_values *values, dset_reasons *reasons) {
  bool matches = true;
  for (size_t i = 0; i < rules->selector_count; i++) {
    const dset_pair *pair = &rules->selector[i];
    const char *actual = dset_key_value(values, pair->slot, pair->key);
    if (actual != NULL && dset_text_same(actual, pair->value)) continue;
    if (reasons == NULL) return false;
    matches = false;
    add_selector(reasons, pair, actual);
  }
  return matches;
}

/* C6 to C13. */
static bool labels_match(const dset_rules *rules, const dset_node *node, dset_reasons *reasons) {
  dset_key_values values;
  dset_keys_find(&rules->keys, node->labels, node->label_count, &values);
  bool matches = selector_matches(rules, &values, reasons);
  if (!matches && reasons == NULL) return false;
  return dset_affinity_matches(&rules->affinity, node, &values, reasons) && matches;
}

int dset_rules_verdict(const dset_rules *rules, const dset_node *node, dset_reasons *reasons) {
  bool matches = name_matches(rules, node, reasons);
  if (!matches && reasons == NULL) return DSET_VERDICT_NEITHER;
  bool bare = reasons == NULL && rules->bare_decided && !dset_keys_maybe(&rules->keys, node->labels, node->label_count);
  matches = (bare ? rules->bare_matches : labels_match(rules, node, reasons)) && matches;
  if (!matches && reasons == NULL) return DSET_VERDICT_NEITHER;
  if (node->taint_count == 0) return matches ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER;
  int permits = dset_taints_permit(&rules->tolerations, node, reasons);
  return matches ? permits : DSET_VERDICT_NEITHER;
}

bool dset_rules_keys(const dset_rules *rules, bool (*visit)(void *context, const char *key), void *context) {
  for (size_t i = 0; i < rules->selector_count; i++) {
    if (!visit(context, rules->selector[i].key)) return false;
  }
  for (size_t i = 0; i < rules->affinity.count; i++) {
    const dset_parsed_term *term = &rules->affinity.terms[i];
    for (size_t j = 0; j < term->expression_count && term->unusable == NULL; j++) {
      if (!visit(context, term->expressions[j].key)) return false;
    }
  }
  return true;
}

bool dset_rules_name_matters(const dset_rules *rules) {
  if (rules->node_name[0] != '\0') return true;
  for (size_t i = 0; i < rules->affinity.count; i++) {
    const dset_parsed_term *term = &rules->affinity.terms[i];
    if (term->field_count != 0 && term->unusable == NULL) return true;
  }
  return false;
}

/* Most nodes have none of the labels that rules ask about: their answer is found once, by asking about such a node. */
static void decide_bare(dset_rules *rules) {
  const dset_node bare = {.name = NULL};
  if (rules->keys.count == DSET_KEYS_NO_SLOT || dset_rules_name_matters(rules)) return;
  rules->bare_matches = labels_match(rules, &bare, NULL);
  rules->bare_decided = true;
}

bool dset_rules_of(dset_arena *arena, const dset_daemonset *daemonset, bool compare_tolerations, dset_rules *rules) {
  *rules = (dset_rules){.node_name = dset_arena_string(arena, daemonset->node_name)};
  bool made = rules->node_name != NULL && selector_of(arena, daemonset, rules) &&
              dset_affinity_parse(arena, daemonset->required_affinity, &rules->affinity) &&
              dset_affinity_keys(&rules->affinity, arena, &rules->keys) &&
              dset_tolerations_of(arena, daemonset, compare_tolerations, &rules->tolerations);
  if (made) decide_bare(rules);
  return made;
}

/* The object, its rules and all their strings live in one arena, and the object is the arena's first piece. */
struct dset_matcher {
  dset_arena arena;
  dset_rules rules;
};

struct dset_explanation {
  dset_arena arena;
  dset_reasons reasons;
  int verdict;
};

int dset_matcher_new(const dset_daemonset *daemonset, const dset_match_options *options, dset_matcher **matcher,
                     dset_error *error) {
  if (matcher == NULL) return dset_fail(error, DSET_ERR_INVALID, "matcher", "must not be NULL");
  *matcher = NULL;
  int code = dset_check_daemonset(daemonset, error);
  if (code != DSET_OK) return code;
  code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  dset_matcher *made = dset_arena_alloc(&arena, 1, sizeof *made);
  bool compare = options != NULL && options->compare_tolerations;
  if (made == NULL || !dset_rules_of(&arena, daemonset, compare, &made->rules)) {
    dset_arena_clear(&arena);
    return dset_fail_memory(error);
  }
  made->arena = arena;
  *matcher = made;
  return DSET_OK;
}

void dset_matcher_free(dset_matcher *matcher) {
  if (matcher == NULL) return;
  dset_arena arena = matcher->arena;
  dset_arena_clear(&arena);
}

int dset_matcher_verdict(const dset_matcher *matcher, const dset_node *node) {
  if (matcher == NULL) return DSET_ERR_INVALID;
  int code = dset_check_node(node, "node", DSET_CHECK_SINGLE, NULL);
  return code != DSET_OK ? code : dset_rules_verdict(&matcher->rules, node, NULL);
}

int dset_explain(const dset_matcher *matcher, const dset_node *node, dset_explanation **explanation,
                 dset_error *error) {
  if (explanation == NULL) return dset_fail(error, DSET_ERR_INVALID, "explanation", "must not be NULL");
  *explanation = NULL;
  if (matcher == NULL) return dset_fail(error, DSET_ERR_INVALID, "matcher", "must not be NULL");
  int code = dset_check_node(node, "node", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, &matcher->arena.allocator);
  dset_explanation *made = dset_arena_zalloc(&arena, 1, sizeof *made);
  if (made == NULL) return dset_fail_memory(error);
  made->reasons.arena = &arena;
  made->verdict = dset_rules_verdict(&matcher->rules, node, &made->reasons);
  if (made->reasons.failed) {
    dset_arena_clear(&arena);
    return dset_fail_memory(error);
  }
  made->arena = arena;
  made->reasons.arena = NULL;
  *explanation = made;
  return DSET_OK;
}

int dset_explanation_verdict(const dset_explanation *explanation) {
  return explanation->verdict;
}

size_t dset_explanation_count(const dset_explanation *explanation) {
  return explanation->reasons.count;
}

const dset_reason *dset_explanation_reason(const dset_explanation *explanation, size_t index) {
  return index < explanation->reasons.count ? &explanation->reasons.items[index] : NULL;
}

void dset_explanation_free(dset_explanation *explanation) {
  if (explanation == NULL) return;
  dset_arena arena = explanation->arena;
  dset_arena_clear(&arena);
}

/* Names and rules by code, from 1. */
static const dset_label reason_names[] = {
    {"node-name", "C5"},
    {"node-selector-missing", "C6"},
    {"node-selector-differs", "C6"},
    {"affinity-empty", "C8"},
    {"affinity-term-empty", "C8"},
    {"affinity-term-unusable", "C10"},
    {"affinity-expression", "C12"},
    {"affinity-field", "C13"},
    {"taint-no-execute", "C4"},
    {"taint-no-schedule", "C4"},
};
enum { REASON_COUNT = sizeof reason_names / sizeof *reason_names };

const char *dset_reason_name(int code) {
  return code >= 1 && code <= REASON_COUNT ? reason_names[code - 1].key : "unknown";
}

const char *dset_reason_rule(int code) {
  return code >= 1 && code <= REASON_COUNT ? reason_names[code - 1].value : "";
}
