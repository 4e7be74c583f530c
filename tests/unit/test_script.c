/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_script.c: what the law of the cluster stands on: a seed gives the same script each time, scripts get everywhere,
 * and a script that breaks a law shrinks to the few events that break it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/model_cluster.h"

enum { CAUSES = 25, PROBLEMS = 6, SCRIPTS = 150, EVENTS = 400 };

static char *text_of(const script *s) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  script_write(&text, s);
  ck_assert(!text.failed);
  return text.bytes;
}

START_TEST(script_seed_repeats) {
  for (uint64_t seed = 0; seed < 5; seed++) {
    script *scripts[] = {script_random(seed, 100), script_random(seed, 100), script_random(seed + 1, 100)};
    char *texts[] = {text_of(scripts[0]), text_of(scripts[1]), text_of(scripts[2])};
    ck_assert_str_eq(texts[0], texts[1]);
    ck_assert_str_ne(texts[0], texts[2]);
    for (size_t i = 0; i < 3; i++) free(texts[i]);
    for (size_t i = 0; i < 3; i++) script_free(scripts[i]);
  }
}
END_TEST

/* A copy of an object has its text, and no memory of it. */
START_TEST(script_objects_are_copied) {
  script *s = script_random(3, 600);
  for (size_t i = 0; i < s->count; i++) {
    script_event copy;
    trial *holder = script_copy_object(&s->events[i], &copy);
    dset_buffer texts[2];
    dset_buffer_init(&texts[0], NULL);
    dset_buffer_init(&texts[1], NULL);
    script_write_event(&texts[0], &s->events[i]);
    script_write_event(&texts[1], &copy);
    if (strcmp(texts[0].bytes, texts[1].bytes) != 0) ck_abort_msg("%s\n%s", texts[0].bytes, texts[1].bytes);
    dset_buffer_clear(&texts[0]);
    dset_buffer_clear(&texts[1]);
    trial_free(holder);
  }
  script_free(s);
}
END_TEST

/* ---- scripts get everywhere ---- */

typedef struct coverage {
  size_t causes[CAUSES + 1];
  size_t problems[PROBLEMS + 1];
  size_t kinds[SCRIPT_KINDS];
  size_t refused;
  size_t surges;
  size_t waits; /* plans with a next check */
  size_t plans;
} coverage;

static void cover(coverage *seen, const script *s) {
  model_cluster model;
  model_init(&model, &s->options);
  for (size_t i = 0; i < s->count; i++) {
    seen->kinds[s->events[i].kind]++;
    seen->refused += model_apply(&model, &s->events[i]) != DSET_OK;
    if (model.daemonset_count == 0) continue;
    dset_plan *plan = model_plan(&model, &model.daemonsets[i % model.daemonset_count]);
    for (size_t j = 0; j < dset_plan_action_count(plan); j++) seen->causes[dset_plan_action(plan, j)->cause]++;
    for (size_t j = 0; j < dset_plan_problem_count(plan); j++) seen->problems[dset_plan_problem(plan, j)->code]++;
    seen->surges += dset_plan_rollout(plan)->surge;
    seen->waits += dset_plan_next_check_ms(plan) != DSET_NEVER;
    seen->plans++;
    dset_plan_free(plan);
  }
  model_clear(&model);
}

START_TEST(script_random_gets_everywhere) {
  coverage seen = {0};
  for (uint64_t seed = 1; seed <= SCRIPTS; seed++) {
    script *s = script_random(seed, EVENTS);
    cover(&seen, s);
    script_free(s);
  }
  for (int cause = 1; cause <= CAUSES; cause++) {
    ck_assert_msg(seen.causes[cause] >= 5, "\"%s\" %zu times", dset_cause_name(cause), seen.causes[cause]);
  }
  for (int code = 1; code < DSET_PROBLEM_NO_LABELS; code++) { /* every template has a label here */
    ck_assert_msg(seen.problems[code] >= 20, "\"%s\" %zu times", dset_problem_name(code), seen.problems[code]);
  }
  for (int kind = 0; kind < SCRIPT_KINDS; kind++) ck_assert_msg(seen.kinds[kind] >= 50, "kind %d", kind);
  ck_assert_uint_ge(seen.refused, 50);
  ck_assert_uint_ge(seen.surges, seen.plans / 100);
  ck_assert_uint_ge(seen.waits, seen.plans / 10);
}
END_TEST

/* ---- laws that do not hold ---- */

/* Whether no plan of the script has an action of the cause. */
static bool never(const script *s, int cause, size_t *failed) {
  model_cluster model;
  model_init(&model, &s->options);
  bool good = true;
  for (size_t i = 0; good && i < s->count; i++) {
    *failed = i;
    model_apply(&model, &s->events[i]);
    for (size_t j = 0; good && j < model.daemonset_count && s->events[i].plans == SCRIPT_PLAN_DUE; j++) {
      dset_plan *plan = model_plan(&model, &model.daemonsets[j]);
      for (size_t k = 0; k < dset_plan_action_count(plan); k++) good &= dset_plan_action(plan, k)->cause != cause;
      dset_plan_free(plan);
    }
  }
  model_clear(&model);
  return good;
}

/* A node, a DaemonSet, its pod. */
static bool no_failed_pod(const script *s, char *why, size_t bytes, size_t *failed) {
  snprintf(why, bytes, "a failed pod");
  return never(s, DSET_CAUSE_POD_FAILED, failed);
}

/* And one more pod. */
static bool no_excess(const script *s, char *why, size_t bytes, size_t *failed) {
  snprintf(why, bytes, "an excess pod");
  return never(s, DSET_CAUSE_EXCESS, failed);
}

/* A crash counts as well: that a node has the taint that the process cannot bear. */
static bool no_crash(const script *s, char *why, size_t bytes, size_t *failed) {
  (void)why, (void)bytes, (void)failed;
  for (size_t i = 0; i < s->count; i++) {
    const dset_node *node = s->events[i].node;
    for (size_t j = 0; node != NULL && j < node->taint_count; j++) {
      if (strcmp(node->taints[j].key, "gpu") == 0) abort();
    }
  }
  return true;
}

typedef struct shrink_row {
  script_law *law;
  size_t events; /* that are left */
  const char *why;
} shrink_row;

static const shrink_row shrink_rows[] = {
    {no_failed_pod, 3, "a failed pod"},
    {no_excess, 4, "an excess pod"},
    {no_crash, 1, "the process ended by signal 6"},
};

START_TEST(script_shrinks_to_the_cause) {
  const shrink_row *row = &shrink_rows[_i];
  size_t found = 0;
  for (uint64_t seed = 1; found < 3; seed++) {
    char why[256];
    size_t failed;
    script *s = script_random(seed, 150);
    if (!script_try(s, row->law, true, why, sizeof why, &failed)) {
      found++;
      script_shrink(s, row->law, why, sizeof why);
      ck_assert_str_eq(why, row->why);
      char *text = text_of(s);
      ck_assert_msg(s->count == row->events, "seed %d, %zu events are left:\n%s", (int)seed, s->count, text);
      free(text);
    }
    script_free(s);
  }
}
END_TEST

Suite *dset_suite_script(void);

Suite *dset_suite_script(void) {
  Suite *suite = suite_create("script");
  TCase *tcase = tcase_create("script");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, script_seed_repeats);
  tcase_add_test(tcase, script_objects_are_copied);
  tcase_add_test(tcase, script_random_gets_everywhere);
  tcase_add_loop_test(tcase, script_shrinks_to_the_cause, 0, (int)(sizeof shrink_rows / sizeof *shrink_rows));
  suite_add_tcase(suite, tcase);
  return suite;
}
