/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trial.c: what the laws stand on: a seed gives the same state each time, a digest sees every change, and a state
 * that breaks a law shrinks to the one thing that breaks it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/trial.h"

START_TEST(trial_seed_repeats) {
  for (uint64_t i = 0; i < 50; i++) {
    trial *a = trial_random(i);
    trial *b = trial_random(i);
    trial *other = trial_random(i + 1);
    trial *copy = trial_copy(a);
    char *texts[] = {trial_json(a, ""), trial_json(b, ""), trial_json(copy, ""), trial_json(other, "")};
    ck_assert_str_eq(texts[0], texts[1]);
    ck_assert_str_eq(texts[0], texts[2]);
    ck_assert_str_ne(texts[0], texts[3]);
    for (size_t j = 0; j < 4; j++) free(texts[j]);
    trial_free(a);
    trial_free(b);
    trial_free(other);
    trial_free(copy);
  }
}
END_TEST

/* A digest that misses a change would make "unchanged" hold for anything. */
START_TEST(trial_digest_sees_changes) {
  trial *t = trial_random(7);
  dset_snapshot snapshot;
  trial_snapshot(t, &snapshot);
  uint64_t digest = trial_digest(t);
  ck_assert(t->node_count > 0 && t->pod_count > 0 && t->pods[0].label_count > 0);
  t->pods[0].ready = !t->pods[0].ready;
  ck_assert(trial_digest(t) != digest);
  t->pods[0].ready = !t->pods[0].ready;
  char *value = (char *)(uintptr_t)t->pods[0].labels[0].value;
  ck_assert_uint_eq(trial_digest(t), digest);
  value[0] ^= 1;
  ck_assert(trial_digest(t) != digest);
  value[0] ^= 1;
  const dset_node **nodes = (const dset_node **)(uintptr_t)snapshot.nodes;
  nodes[0] = NULL;
  ck_assert(trial_digest(t) != digest);
  trial_free(t);
}
END_TEST

static bool no_failed_pod(const trial *t) {
  for (size_t i = 0; i < t->pod_count; i++) {
    if (t->pods[i].phase == DSET_PHASE_FAILED) return false;
  }
  return true;
}

static bool no_gpu_taint(const trial *t) {
  for (size_t i = 0; i < t->node_count; i++) {
    for (size_t j = 0; j < t->nodes[i].taint_count; j++) {
      if (strcmp(t->nodes[i].taints[j].key, "gpu") == 0) return false;
    }
  }
  return true;
}

static bool no_old_revision_without_owner(const trial *t) {
  for (size_t i = 0; i < t->revision_count; i++) {
    if (t->revisions[i].owner_count == 0 && t->revisions[i].number > 2) return false;
  }
  return true;
}

typedef struct shrink_row {
  trial_law *law;
  size_t nodes, pods, revisions, labels, taints;
} shrink_row;

static const shrink_row shrink_rows[] = {
    {no_failed_pod, 0, 1, 0, 0, 0},
    {no_gpu_taint, 1, 0, 0, 0, 1},
    {no_old_revision_without_owner, 0, 0, 1, 0, 0},
};

/* Laws that do not hold leave one thing: the one that breaks them. */
START_TEST(trial_shrinks_to_the_cause) {
  const shrink_row *row = &shrink_rows[_i];
  for (uint64_t found = 0, seed = 0; found < 10; seed++) {
    trial *t = trial_random(seed);
    if (row->law(t)) {
      trial_free(t);
      continue;
    }
    found++;
    trial *small = trial_shrink(t, row->law);
    ck_assert(!row->law(t));
    ck_assert(!row->law(small));
    ck_assert_uint_eq(small->node_count, row->nodes);
    ck_assert_uint_eq(small->pod_count, row->pods);
    ck_assert_uint_eq(small->revision_count, row->revisions);
    ck_assert_uint_eq(small->backoff_count + small->daemonset.toleration_count, 0);
    size_t labels = small->daemonset.template_label_count + small->daemonset.node_selector_count;
    size_t taints = 0;
    for (size_t i = 0; i < small->node_count; i++) {
      labels += small->nodes[i].label_count;
      taints += small->nodes[i].taint_count;
    }
    for (size_t i = 0; i < small->pod_count; i++) labels += small->pods[i].label_count;
    for (size_t i = 0; i < small->revision_count; i++) labels += small->revisions[i].label_count;
    ck_assert_uint_eq(labels, row->labels);
    ck_assert_uint_eq(taints, row->taints);
    trial_free(small);
    trial_free(t);
  }
}
END_TEST

TCase *dset_tcase_trial(void);

TCase *dset_tcase_trial(void) {
  TCase *tcase = tcase_create("trial");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, trial_seed_repeats);
  tcase_add_test(tcase, trial_digest_sees_changes);
  tcase_add_loop_test(tcase, trial_shrinks_to_the_cause, 0, (int)(sizeof shrink_rows / sizeof *shrink_rows));
  return tcase;
}
