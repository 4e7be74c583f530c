/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caution_affinity.c (L2): required node affinity that the API server accepts and no node can match.
 *
 *   a term that is empty or cannot be parsed (C8, C10, C11, C13)              UnusableTerm, at the term or requirement
 *   requirements of one term on one key that no value satisfies              Contradiction, at the last of them
 *   a node selector that leaves no value to such requirements in every term  Contradiction, at its key
 *
 * Requirements on one key can be satisfied when
 *
 *   an In, or the node selector   | one of its values satisfies all others
 *   neither                       | not DoesNotExist beside Exists, Gt or Lt; and an integer lies between Gt and Lt.
 *                                 | A label value has no sign, so it lies above -1.
 */
#include <stdlib.h>

#include "affinity.h"
#include "table.h"
#include "text.h"
#include "validate.h"

/* Comparisons of values for one key; what needs more is not looked at, as no author wrote that. */
enum { MAX_COMPARISONS = 1000000 };

/* The requirements of a term on one key. */
typedef struct group {
  const dset_parsed_requirement *const *items;
  size_t count;
} group;

static bool all_hold(const group *of_key, const char *value) {
  for (size_t i = 0; i < of_key->count; i++) {
    if (!dset_requirement_holds(of_key->items[i], value)) return false;
  }
  return true;
}

static bool any_holds(const group *of_key, const dset_parsed_requirement *in) {
  size_t comparisons = 0;
  for (size_t i = 0; i < of_key->count; i++) comparisons += of_key->items[i]->value_count + 1;
  if (in->value_count > MAX_COMPARISONS / comparisons) return true;
  for (size_t i = 0; i < in->value_count; i++) {
    if (all_hold(of_key, in->values[i])) return true;
  }
  return false;
}

/* Without an In: existence and bounds. */
static bool leaves_room(const group *of_key) {
  bool wanted = false;
  bool denied = false;
  int64_t above = -1;
  int64_t below = INT64_MAX;
  for (size_t i = 0; i < of_key->count; i++) {
    const dset_parsed_requirement *requirement = of_key->items[i];
    wanted = wanted || requirement->op == DSET_OP_EXISTS;
    denied = denied || requirement->op == DSET_OP_DOES_NOT_EXIST;
    if (requirement->op == DSET_OP_GT && requirement->bound > above) above = requirement->bound;
    if (requirement->op == DSET_OP_LT && requirement->bound < below) below = requirement->bound;
    wanted = wanted || requirement->op == DSET_OP_GT || requirement->op == DSET_OP_LT;
  }
  return !(wanted && denied) && above < below - 1;
}

static bool satisfiable(const group *of_key, const char *selected) {
  if (selected != NULL) return all_hold(of_key, selected);
  for (size_t i = 0; i < of_key->count; i++) {
    if (of_key->items[i]->op == DSET_OP_IN) return any_holds(of_key, of_key->items[i]);
  }
  return leaves_room(of_key);
}

/* By key, then by place. */
static int compare_requirements(const void *a, const void *b) {
  const dset_parsed_requirement *const *left = a;
  const dset_parsed_requirement *const *right = b;
  int order = strcmp((*left)->key, (*right)->key);
  if (order != 0) return order;
  return *left < *right ? -1 : *left > *right;
}

/* What the node selector, a table of places by key, asks of a key; NULL: nothing, or there is no table. */
static const char *selected_value(const dset_validation *v, const dset_table *selected, const char *key) {
  size_t at = selected == NULL ? DSET_TABLE_NONE : dset_table_find(selected, key, "");
  return at == DSET_TABLE_NONE ? NULL : dset_text_or_empty(v->daemonset->node_selector[at].value);
}

/*
 * The last requirement on a key on which they contradict each other, or the node selector when there is one; NULL: they
 * do not, or an allocation failed, which is remembered.
 */
static const dset_parsed_requirement *find_contradiction(dset_validation *v, const dset_parsed_requirement *items,
                                                         size_t count, const dset_table *selected) {
  const dset_parsed_requirement **sorted = dset_arena_alloc(&v->scratch, count, sizeof *sorted);
  if (sorted == NULL) {
    v->findings->failed = true;
    return NULL;
  }
  for (size_t i = 0; i < count; i++) sorted[i] = &items[i];
  if (count > 1) qsort(sorted, count, sizeof *sorted, compare_requirements);
  for (size_t begin = 0, end; begin < count; begin = end) {
    for (end = begin + 1; end < count && strcmp(sorted[end]->key, sorted[begin]->key) == 0;) end++;
    const group of_key = {sorted + begin, end - begin};
    if (!satisfiable(&of_key, selected_value(v, selected, sorted[begin]->key))) return sorted[end - 1];
  }
  return NULL;
}

/* ---- findings ---- */

static void say_unusable(dset_validation *v, const dset_path *path, const dset_parsed_term *term) {
  if (term->empty) {
    dset_findings_add(v->findings, DSET_FINDING_UNUSABLE_TERM, "", path, NULL,
                      "an empty term matches no node; leave it out, or all of the affinity when every node is meant");
    return;
  }
  const char *list = term->field_count > 0 ? "matchFields" : "matchExpressions";
  dset_findings_add(v->findings, DSET_FINDING_UNUSABLE_TERM, "",
                    DSET_AT_INDEX(DSET_AT(path, list), (size_t)term->unusable_index), NULL,
                    "%s, so that no node matches this term; correct the requirement on \"%s\"", term->unusable,
                    term->unusable_key);
}

/* Whether the requirements of the term contradict each other, which is reported. */
static bool contradicts_itself(dset_validation *v, const dset_path *path, const dset_parsed_term *term) {
  static const char *const text = "no node can satisfy all that this term requires of \"%s\"; correct one of them";
  const dset_parsed_requirement *last = find_contradiction(v, term->expressions, term->expression_count, NULL);
  if (last != NULL) {
    dset_findings_add(v->findings, DSET_FINDING_CONTRADICTION, "",
                      DSET_AT_INDEX(DSET_AT(path, "matchExpressions"), (size_t)(last - term->expressions)), NULL, text,
                      last->key);
    return true;
  }
  last = find_contradiction(v, term->fields, term->field_count, NULL);
  if (last == NULL) return false;
  dset_findings_add(v->findings, DSET_FINDING_CONTRADICTION, "",
                    DSET_AT_INDEX(DSET_AT(path, "matchFields"), (size_t)(last - term->fields)), NULL, text, last->key);
  return true;
}

static void say_selector(dset_validation *v, const dset_path *pod, const char *key, const char *value) {
  dset_findings_add(v->findings, DSET_FINDING_CONTRADICTION, "", DSET_AT_HIDDEN(DSET_AT(pod, "nodeSelector"), key),
                    NULL,
                    "no node that has \"%s\" of \"%s\" matches the required node affinity, so that no node gets a pod;"
                    " correct one of them",
                    value, key);
}

/* Every term by itself, then all of them beside the node selector. */
static void check_terms(dset_validation *v, const dset_path *pod, const dset_path *terms,
                        const dset_parsed_affinity *affinity, const dset_table *selected) {
  const char *key = NULL; /* on which a term and the node selector exclude each other */
  bool open = affinity->any;
  for (size_t i = 0; i < affinity->count; i++) {
    const dset_path *path = DSET_AT_INDEX(terms, i);
    const dset_parsed_term *term = &affinity->terms[i];
    if (term->empty || term->unusable != NULL) {
      say_unusable(v, path, term);
    } else if (!contradicts_itself(v, path, term)) {
      const dset_parsed_requirement *last = find_contradiction(v, term->expressions, term->expression_count, selected);
      open = open || last == NULL;
      if (key == NULL && last != NULL) key = last->key;
    }
  }
  if (!open && key != NULL) say_selector(v, pod, key, selected_value(v, selected, key));
}

void dset_validate_caution_affinity(dset_validation *v, const dset_path *pod) {
  const dset_daemonset *daemonset = v->daemonset;
  const dset_path *required =
      DSET_AT(DSET_AT(DSET_AT(pod, "affinity"), "nodeAffinity"), "requiredDuringSchedulingIgnoredDuringExecution");
  dset_parsed_affinity affinity;
  dset_table selected;
  if (v->affinity_refused || v->findings->failed) return;
  if (!dset_affinity_parse(&v->scratch, daemonset->required_affinity, &affinity) ||
      !dset_table_init(&selected, &v->scratch, daemonset->node_selector_count)) {
    v->findings->failed = true;
    return;
  }
  for (size_t i = 0; i < daemonset->node_selector_count; i++) {
    dset_table_insert(&selected, daemonset->node_selector[i].key, "", i);
  }
  check_terms(v, pod, DSET_AT(required, "nodeSelectorTerms"), &affinity, &selected);
}
