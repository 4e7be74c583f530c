/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_pending.c: callbacks that finish later, in every order; runs that are given up; random plans with answers
 * of every kind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"
#include "support/random.h"
#include "support/trial.h"

/* Seven creations (1, 2, 4), three deletions and the rest, all of which finish later. */
static void slow_world(dset_world *w, test_host *h) {
  world_init(w);
  w->daemonset.has_revision_history_limit = true;
  world_nodes(w, "a1; a2; a3; a4; a5; a6; a7; b1; b2; b3");
  world_pods(w, "p1@b1; q1@b1 age=60; p2@b2; q2@b2 age=60; p3@b3; q3@b3 age=60");
  host_init(h, w, "CreatePod * pending; DeletePod * pending; DeleteRevision * pending; UpdateStatus * pending");
}

/* Finishes what waits, each time the one that `choice` picks; how many choices there were is multiplied up. */
static size_t finish_in_order(test_host *h, size_t choice, const char *bad_pod) {
  size_t orders = 1;
  while (dset_run_result(h->run)->state == DSET_RUN_WAITING) {
    size_t waiting = dset_run_result(h->run)->waiting;
    size_t pick = choice % waiting;
    choice /= waiting;
    orders *= waiting;
    for (size_t i = 0; i < dset_run_outcome_count(h->run); i++) {
      dset_outcome outcome;
      dset_run_outcome(h->run, i, &outcome);
      dset_error error;
      bool waits =
          dset_run_finish(h->run, i, DSET_PENDING, NULL, &error) != DSET_OK && strcmp(error.path, "result") == 0;
      if (!waits || pick-- != 0) continue;
      const char *object = outcome.action->node == NULL ? "" : outcome.action->node;
      int result = strcmp(object, bad_pod) == 0 ? DSET_RESULT_FAILED : DSET_RESULT_OK;
      ck_assert_int_eq(dset_run_finish(h->run, i, result, NULL, NULL), DSET_OK);
      ck_assert_int_eq(dset_run_finish(h->run, i, result, NULL, NULL), DSET_ERR_INVALID); /* once */
      break;
    }
  }
  return orders;
}

static const char *const bad_pods[] = {"-", "a1", "a3", "a6", "b2"};

/* Whatever the order in which pending actions are finished, the outcome is that of callbacks that finish at once. */
START_TEST(pending_in_every_order) {
  dset_world w;
  test_host h;
  slow_world(&w, &h);
  h.rules = world_format(&w, "CreatePod %s failed; DeletePod q2 %s", bad_pods[_i], _i == 4 ? "failed" : "ok");
  host_apply(&h);
  size_t wanted_bytes, bytes;
  unsigned char *wanted = host_bytes(h.ledger, &wanted_bytes);
  const char *counts = host_counts(&h);
  size_t orders = 1;
  for (size_t choice = 0; choice < orders; choice++) {
    dset_world w2;
    test_host h2;
    slow_world(&w2, &h2);
    ck_assert_int_eq(host_apply(&h2)->state, DSET_RUN_WAITING);
    world_nodes(&w2, "z");
    world_plan(&w2); /* the run does not need its plan any more */
    orders = finish_in_order(&h2, choice, bad_pods[_i]);
    expect_text("order", "counts", host_counts(&h2), counts);
    unsigned char *found = host_bytes(h2.ledger, &bytes);
    ck_assert_uint_eq(bytes, wanted_bytes);
    ck_assert_int_eq(memcmp(found, wanted, bytes), 0);
    free(found);
    host_free(&h2);
    world_free(&w2);
  }
  ck_assert_uint_ge(orders, _i == 1 ? 6 : 12);
  free(wanted);
  host_free(&h);
  world_free(&w);
}
END_TEST

/* Callbacks that finish their own action before they return. */
START_TEST(finishing_goes_on_once) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n1 pending; DeletePod * pending; UpdateStatus * pending");
  h.finishes_inside = true;
  host_apply(&h); /* the run is not known to the callbacks yet: n1 waits */
  ck_assert_uint_eq(dset_run_result(h.run)->waiting, 1);
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_RESULT_OK, NULL, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  expect_text("all of it", "counts", host_counts(&h), "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0");
  expect_text("named as said with pending", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod "
              "q; DeletePod s");
  host_free(&h);
  world_free(&w);
}
END_TEST

/* H10: the second attempt may wait, too, and succeed. */
START_TEST(H10_second_attempt_waits) {
  dset_world w;
  test_host h;
  host_situation(&w, "failed");
  host_init(&h, &w, "UpdateStatus * pending");
  host_apply(&h);
  size_t last = dset_run_outcome_count(h.run) - 1;
  ck_assert_int_eq(dset_run_finish(h.run, last, DSET_RESULT_CONFLICT, NULL, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->waiting, 1);
  const dset_reply reply = {.size = sizeof reply, .version = 70};
  ck_assert_int_eq(dset_run_finish(h.run, last, DSET_RESULT_OK, &reply, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  ck_assert_uint_eq(dset_run_result(h.run)->failed, 0);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", DSET_RESOURCE_DAEMONSETS, 69), 70); /* I2 */
  host_free(&h);
  world_free(&w);
}
END_TEST

/* What waited stays in flight, what was not tried does not. */
START_TEST(cancelled) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n3 pending");
  host_apply(&h);
  dset_run_cancel(h.run);
  expect_text("cancelled", "counts", host_counts(&h), "done 2 refused 0 failed 0 skipped 5 unknown 1 waiting 0");
  expect_text("cancelled", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3");
  ck_assert_int_eq(dset_run_finish(h.run, 2, DSET_RESULT_OK, NULL, NULL), DSET_ERR_INVALID);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h.ledger, "default", "agent", &creates, &deletes, &since_ms);
  ck_assert_int_eq(creates, 3); /* E20: of four, one was lowered as it was skipped */
  ck_assert_int_eq(deletes, 0);
  dset_run_cancel(h.run); /* nothing is left to be cancelled */
  host_free(&h);
  world_free(&w);
}
END_TEST

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

static void finish_any(dset_run *run, chaos *c) {
  while (dset_run_result(run)->state == DSET_RUN_WAITING) {
    size_t index = random_below(&c->random, dset_run_outcome_count(run));
    int result = (int)random_below(&c->random, DSET_RESULT_TIMEOUT + 1);
    dset_run_finish(run, index, result, NULL, NULL);
    if (random_once_in(&c->random, 40)) dset_run_cancel(run);
  }
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

Suite *dset_suite_apply_pending(void);
Suite *dset_suite_apply_pending(void) {
  Suite *suite = suite_create("apply_pending");
  TCase *tcase = tcase_create("apply_pending");
  ADD_ROWS(tcase, pending_in_every_order, bad_pods);
  tcase_add_test(tcase, finishing_goes_on_once);
  tcase_add_test(tcase, H10_second_attempt_waits);
  tcase_add_test(tcase, cancelled);
  tcase_add_test(tcase, anything_goes);
  suite_add_tcase(suite, tcase);
  return suite;
}
