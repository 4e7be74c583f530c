/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_match_random.c: the matcher, which finds all labels in one walk and knows its answer for nodes without any,
 * against the tables of section C read row by row, on random rules and nodes. An explanation must agree with both: it
 * takes no such short cut.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "daemonset/match.h"
#include "keys.h"
#include "support/random.h"

enum { MOST = 4, MOST_KEYS = 40, NODES = 8, RULES = 4000, SEED = 20260 };

/* Few texts, so that they meet. Keys begin alike, and there are more than slots (keys.h): the rest begin otherwise. */
static char keys[MOST_KEYS][8];
static const char *const values[] = {"a", "b", "", "5", "-7", NULL};
static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
static const char *const effects[] = {"NoExecute", "NoSchedule", "PreferNoSchedule", "", NULL};

typedef struct draft {
  dset_daemonset daemonset;
  dset_label selector[MOST];
  dset_requirement requirements[MOST_KEYS + MOST * MOST];
  const char *texts[MOST_KEYS + MOST * MOST];
  dset_term terms[MOST];
  dset_terms affinity;
  dset_toleration tolerations[MOST];
  size_t key_count; /* that rules and nodes draw from */
} draft;

static const char *text_or_empty(const char *text) {
  return text == NULL ? "" : text;
}

static bool equal(const char *a, const char *b) {
  return strcmp(text_or_empty(a), text_or_empty(b)) == 0;
}

static const char *any_value(dset_random *random) {
  return values[random_below(random, sizeof values / sizeof *values)];
}

static const char *any_key(dset_random *random, const draft *d) {
  return keys[random_below(random, d->key_count)];
}

/* An expression that can be used, most of the time. */
static dset_requirement any_expression(dset_random *random, draft *d, size_t place) {
  dset_requirement made = {.key = any_key(random, d), .values = &d->texts[place]};
  size_t op = (size_t)random_below(random, 6);
  made.op = operators[op];
  made.value_count = op == 2 || op == 3 ? 0 : 1;
  d->texts[place] = op < 4 ? text_or_empty(any_value(random)) : "1";
  if (random_once_in(random, 20)) made.op = "Unknown";
  return made;
}

static void draw_affinity(dset_random *random, draft *d) {
  static const char *const names[] = {"n1", "n2"};
  size_t place = 0;
  d->affinity = (dset_terms){d->terms, (size_t)random_below(random, MOST)};
  for (size_t i = 0; i < d->affinity.count; i++) {
    dset_term *term = &d->terms[i];
    bool many = i == 0 && d->key_count == MOST_KEYS;
    *term = (dset_term){.expressions = &d->requirements[place]};
    term->expression_count = many ? MOST_KEYS - 2 : (size_t)random_below(random, MOST - 1);
    for (size_t j = 0; j < term->expression_count; j++, place++) {
      d->requirements[place] = any_expression(random, d, place);
      if (!many) continue; /* one key each, so that some have no slot, and the term still holds often */
      d->requirements[place].key = keys[j];
      d->requirements[place].op = "NotIn";
      d->requirements[place].value_count = 1;
      d->texts[place] = "a";
    }
    if (!random_once_in(random, 6)) continue;
    term->fields = &d->requirements[place];
    term->field_count = 1;
    d->texts[place] = names[random_below(random, 2)];
    d->requirements[place] =
        (dset_requirement){"metadata.name", operators[random_below(random, 2)], &d->texts[place], 1};
    place++;
  }
  d->daemonset.required_affinity = random_once_in(random, 4) ? NULL : &d->affinity;
}

static void draw(dset_random *random, draft *d) {
  *d = (draft){.key_count = random_once_in(random, 4) ? MOST_KEYS : 5};
  d->daemonset.size = sizeof d->daemonset;
  if (random_once_in(random, 10)) d->daemonset.node_name = "n1";
  d->daemonset.node_selector = d->selector;
  if (random_once_in(random, 3)) d->daemonset.node_selector_count = 1 + (size_t)random_below(random, 2);
  for (size_t i = 0; i < d->daemonset.node_selector_count; i++) {
    d->selector[i] = (dset_label){any_key(random, d), any_value(random)};
  }
  draw_affinity(random, d);
  d->daemonset.tolerations = d->tolerations;
  d->daemonset.toleration_count = (size_t)random_below(random, MOST);
  for (size_t i = 0; i < d->daemonset.toleration_count; i++) {
    static const char *const ops[] = {"Exists", "Equal", "", NULL, "Other"};
    dset_toleration *toleration = &d->tolerations[i];
    *toleration = (dset_toleration){.op = ops[random_below(random, 5)], .value = any_value(random)};
    toleration->key = random_once_in(random, 3) ? NULL : any_key(random, d);
    toleration->effect = effects[random_below(random, 5)];
  }
}

/* ---- the tables, row by row ---- */

static const char *label_of(const dset_node *node, const char *key) {
  for (size_t i = 0; i < node->label_count; i++) {
    if (equal(node->labels[i].key, key)) return text_or_empty(node->labels[i].value);
  }
  return NULL;
}

/* C12. All bounds are 1, and the numbers among the values are 5 and -7. */
static bool holds(const dset_requirement *requirement, const char *actual) {
  if (equal(requirement->op, "In")) return actual != NULL && equal(actual, requirement->values[0]);
  if (equal(requirement->op, "NotIn")) return actual == NULL || !equal(actual, requirement->values[0]);
  if (equal(requirement->op, "Exists")) return actual != NULL;
  if (equal(requirement->op, "DoesNotExist")) return actual == NULL;
  if (equal(requirement->op, "Gt")) return equal(actual, "5");
  return equal(actual, "-7");
}

/* C10: the operator; "-7" is no label value. */
static bool usable(const dset_requirement *requirement) {
  return !equal(requirement->op, "Unknown") && (requirement->value_count == 0 || !equal(requirement->values[0], "-7"));
}

static bool term_matches(const dset_term *term, const dset_node *node) {
  if (term->expression_count + term->field_count == 0) return false; /* C8 */
  bool all = true;
  for (size_t i = 0; i < term->expression_count; i++) {
    const dset_requirement *requirement = &term->expressions[i];
    all = all && usable(requirement) && holds(requirement, label_of(node, requirement->key));
  }
  for (size_t i = 0; i < term->field_count; i++) all = all && holds(&term->fields[i], node->name);
  return all;
}

static bool placed(const dset_daemonset *daemonset, const dset_node *node) {
  if (daemonset->node_name != NULL && !equal(daemonset->node_name, node->name)) return false; /* C5 */
  for (size_t i = 0; i < daemonset->node_selector_count; i++) {
    const char *actual = label_of(node, daemonset->node_selector[i].key);
    if (actual == NULL || !equal(actual, daemonset->node_selector[i].value)) return false; /* C6 */
  }
  if (daemonset->required_affinity == NULL) return true; /* C7 */
  for (size_t i = 0; i < daemonset->required_affinity->count; i++) {
    if (term_matches(&daemonset->required_affinity->terms[i], node)) return true;
  }
  return false;
}

/* C15; no key here is one of the automatic tolerations. */
static bool tolerated(const dset_daemonset *daemonset, const dset_taint *taint) {
  for (size_t i = 0; i < daemonset->toleration_count; i++) {
    const dset_toleration *toleration = &daemonset->tolerations[i];
    if (!equal(toleration->effect, "") && !equal(toleration->effect, taint->effect)) continue;
    if (!equal(toleration->key, "") && !equal(toleration->key, taint->key)) continue;
    if (equal(toleration->op, "Exists")) return true;
    if (!equal(toleration->op, "") && !equal(toleration->op, "Equal")) continue;
    if (equal(toleration->value, taint->value)) return true;
  }
  return false;
}

static int expected(const dset_daemonset *daemonset, const dset_node *node) {
  int verdict = placed(daemonset, node) ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER;
  for (size_t i = 0; i < node->taint_count; i++) {
    if (tolerated(daemonset, &node->taints[i])) continue;
    if (equal(node->taints[i].effect, "NoExecute")) verdict = DSET_VERDICT_NEITHER;
    if (equal(node->taints[i].effect, "NoSchedule") && verdict == DSET_VERDICT_RUN) verdict = DSET_VERDICT_STAY;
  }
  return verdict;
}

/* ---- both on one node ---- */

static void try_node(dset_random *random, const draft *d, const dset_matcher *matcher, size_t *seen) {
  dset_label labels[MOST];
  dset_taint taints[2];
  dset_node node = {.size = sizeof node, .name = random_once_in(random, 2) ? "n1" : "n2", .labels = labels};
  node.label_count = (size_t)random_below(random, MOST + 1);
  for (size_t i = 0; i < node.label_count; i++) {
    static const char *const strange[] = {NULL, "", "other", "kind"};
    bool known = !random_once_in(random, 3);
    labels[i].key = known ? any_key(random, d) : strange[random_below(random, 4)]; /* of equal keys the first counts */
    labels[i].value = any_value(random);
  }
  node.taints = taints;
  node.taint_count = random_once_in(random, 2) ? (size_t)random_below(random, 3) : 0;
  for (size_t i = 0; i < node.taint_count; i++) {
    taints[i] = (dset_taint){random_once_in(random, 4) ? NULL : any_key(random, d), any_value(random),
                             effects[random_below(random, 5)]};
  }
  int verdict = dset_matcher_verdict(matcher, &node);
  int wanted = expected(&d->daemonset, &node);
  dset_explanation *explanation = NULL;
  ck_assert_int_eq(dset_explain(matcher, &node, &explanation, NULL), DSET_OK);
  int explained = dset_explanation_verdict(explanation);
  dset_explanation_free(explanation);
  seen[wanted]++;
  ck_assert_msg(verdict == wanted && explained == wanted, "verdict %d, explained %d, wanted %d", verdict, explained,
                wanted);
}

START_TEST(matcher_as_the_tables) {
  dset_random random = random_from(SEED);
  size_t seen[3] = {0};
  printf("note: matcher: %d random rules from seed %d\n", RULES, SEED);
  for (size_t i = 0; i < MOST_KEYS; i++) snprintf(keys[i], sizeof keys[i], "%c%zu", i < DSET_KEYS_MOST ? 'k' : 'x', i);
  for (size_t i = 0; i < RULES; i++) {
    draft d;
    draw(&random, &d);
    dset_matcher *matcher = NULL;
    ck_assert_int_eq(dset_matcher_new(&d.daemonset, NULL, &matcher, NULL), DSET_OK);
    for (size_t j = 0; j < NODES; j++) try_node(&random, &d, matcher, seen);
    dset_matcher_free(matcher);
  }
  for (size_t i = 0; i < 3; i++) ck_assert_msg(seen[i] > RULES / 8, "verdict %zu was seen %zu times", i, seen[i]);
}
END_TEST

Suite *dset_suite_match_random(void);

Suite *dset_suite_match_random(void) {
  Suite *suite = suite_create("match_random");
  TCase *tcase = tcase_create("match_random");
  tcase_add_test(tcase, matcher_as_the_tables);
  suite_add_tcase(suite, tcase);
  return suite;
}
