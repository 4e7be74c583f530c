/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_random.c: random plans, whose callbacks answer anything, now or later, in any order. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/random.h"
#include "support/trial.h"

/* A host whose callbacks answer anything, now or later, in any order. */
typedef struct chaos {
  dset_random random;
  size_t calls;
} chaos;

static int any_answer(void *user_data, const dset_call *call, dset_reply *reply) {
  chaos *c = user_data;
  c->calls++;
  if (call->action->type == DSET_ACTION_CREATE_POD && random_once_in(&c->random, 2)) reply->pod = call->action->node;
  reply->version = random_below(&c->random, 4);
  return random_once_in(&c->random, 2) ? DSET_RESULT_OK : (int)random_below(&c->random, DSET_RESULT_TIMEOUT + 1);
}

static void no_event(void *user_data, const dset_notice *notice) {
  (void)user_data;
  ck_assert_ptr_nonnull(notice->message);
}

static void finish_one(dset_run *run, chaos *c) {
  size_t index = random_below(&c->random, dset_run_outcome_count(run));
  dset_run_finish(run, index, (int)random_below(&c->random, DSET_RESULT_TIMEOUT + 1), NULL, NULL);
}

/* Some runs are given up; of some of what waited then it is heard later how it ended. */
static void finish_any(dset_run *run, chaos *c) {
  while (dset_run_result(run)->state == DSET_RUN_WAITING) {
    finish_one(run, c);
    if (random_once_in(&c->random, 40)) dset_run_cancel(run);
  }
  for (size_t i = 0; i < dset_run_result(run)->unknown * 4; i++) finish_one(run, c);
}

/* No plan writes an object twice in one way: the ledger relies on it. */
static void expect_distinct(const dset_run *run) {
  dset_outcome a, b;
  for (size_t i = 0; dset_run_outcome(run, i, &a); i++) {
    for (size_t j = 0; j < i && dset_run_outcome(run, j, &b); j++) {
      if (a.action->type != b.action->type || a.action->type == DSET_ACTION_EMIT_EVENT) continue;
      const char *const left[] = {a.action->pod, a.action->revision, a.action->node};
      const char *const right[] = {b.action->pod, b.action->revision, b.action->node};
      size_t at = 0;
      while (at < 2 && left[at] == NULL) at++;
      ck_assert(left[at] != NULL && strcmp(left[at], right[at]) != 0);
    }
  }
}

/* Every action has one outcome, and what is in flight is what was done or is not known. */
static void expect_run(const dset_run *run, const dset_ledger *ledger, const trial *t) {
  const dset_apply_result *r = dset_run_result(run);
  size_t events = 0;
  size_t in_flight = 0;
  dset_outcome outcome;
  for (size_t i = 0; dset_run_outcome(run, i, &outcome); i++) {
    int type = outcome.action->type;
    events += type == DSET_ACTION_EMIT_EVENT;
    bool open =
        outcome.result == DSET_RESULT_OK || outcome.result == DSET_RESULT_TIMEOUT || outcome.result == DSET_PENDING;
    if (type == DSET_ACTION_CREATE_POD) in_flight += open || outcome.result == DSET_RESULT_NAMESPACE_TERMINATING;
    if (type == DSET_ACTION_DELETE_POD) in_flight += open;
    ck_assert((outcome.skip != DSET_SKIP_NONE) == (outcome.result == DSET_RESULT_SKIP));
  }
  size_t sum = r->done + r->refused + r->failed + r->skipped + r->unknown + events;
  ck_assert_msg(sum == dset_run_outcome_count(run), "seed %llu: an outcome is lost", (unsigned long long)t->seed);
  size_t found = 0;
  dset_flight *flights = calloc(2000, sizeof *flights);
  size_t count = dset_ledger_list(ledger, t->daemonset.ns, t->daemonset.name, flights, 2000);
  for (size_t i = 0; i < count && i < 2000; i++) {
    found += flights[i].type == DSET_ACTION_CREATE_POD || flights[i].type == DSET_ACTION_DELETE_POD;
    ck_assert(!flights[i].running);
  }
  free(flights);
  ck_assert_msg(found == in_flight, "seed %llu: %zu in flight, not %zu", (unsigned long long)t->seed, found, in_flight);
}

START_TEST(anything_goes) {
  enum { TRIALS = 3000, FIRST = 20261 };
  size_t calls = 0;
  printf("note: apply: %d random plans from seed %d\n", TRIALS, FIRST);
  for (uint64_t seed = FIRST; seed < FIRST + TRIALS; seed++) {
    trial *t = trial_random(seed);
    dset_snapshot snapshot;
    trial_snapshot(t, &snapshot);
    dset_plan *plan;
    bool named = t->daemonset.name != NULL && t->daemonset.name[0] != '\0';
    if (!named || dset_plan_compute(&snapshot, &t->options, &plan, NULL) != DSET_OK) {
      trial_free(t);
      continue;
    }
    fault f;
    fault_init(&f, FAULT_NEVER, FAULT_ONCE);
    const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    const dset_apply_options how = {.size = sizeof how, .daemonset = &t->daemonset, .now_ms = t->now_ms};
    const dset_callbacks callbacks = {sizeof callbacks, NULL,       any_answer, any_answer,
                                      any_answer,       any_answer, any_answer, no_event};
    chaos c = {random_from(seed), 0};
    dset_ledger *ledger;
    dset_run *run;
    ck_assert_int_eq(dset_ledger_new(&options, &ledger, NULL), DSET_OK);
    ck_assert_int_eq(dset_apply(plan, &how, &callbacks, &c, ledger, &run, NULL), DSET_OK);
    dset_plan_free(plan);
    size_t asked = f.asked;
    finish_any(run, &c);
    ck_assert_uint_eq(f.asked, asked); /* nothing is allocated once it has begun */
    expect_run(run, ledger, t);
    expect_distinct(run);
    calls += c.calls;
    dset_run_free(run);
    dset_ledger_free(ledger);
    fault_expect_empty(&f, "ledger");
    trial_free(t);
  }
  ck_assert_uint_gt(calls, TRIALS);
}
END_TEST

Suite *dset_suite_apply_random(void);
Suite *dset_suite_apply_random(void) {
  Suite *suite = suite_create("apply_random");
  TCase *tcase = tcase_create("apply_random");
  tcase_add_test(tcase, anything_goes);
  suite_add_tcase(suite, tcase);
  return suite;
}
