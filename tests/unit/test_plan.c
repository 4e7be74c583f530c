/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plan.c: the order of a sync (section I), the order of actions, and the moment to ask again (J4, E8, E20).
 * What dset_plan_compute() promises as a function is in test_plan_input.c.
 */
#include <string.h>

#include "support/build.h"

/* ---- I5, I6: nothing else is done ---- */

typedef struct stop_row {
  const char *row;
  bool empty_selector;
  bool deleting;
  const char *expected;
} stop_row;

#define SELECTS_ALL "EmitEvent Warning SelectingAll"

static const stop_row stop_rows[] = {
    {"I5 empty selector", true, false, SELECTS_ALL},
    {"I5 is checked before I6", true, true, SELECTS_ALL},
    {"I6 deleting", false, true, ""},
};

START_TEST(I5_I6_stop) {
  const stop_row *row = &stop_rows[_i];
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-a #1 nohash orphan; agent-b #1 mismatch");
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed; q@n1; r@n1 orphan; s@n1 mismatch; t>gone; u@n2 ready=5");
  world_backoff(&w, "n1", 1000, w.now_ms - 5000);
  w.daemonset.min_ready_seconds = 10;
  world_status(&w)->number_ready = 42;
  if (row->empty_selector) w.daemonset.selector = world_selector(&w, "");
  w.daemonset.deleting = row->deleting;
  world_expect(&w, row->row, TRACE_ALL, row->expected);
  expect_text(row->row, "problems", world_problems(&w, w.plan), "");
  ck_assert_msg(dset_plan_status(w.plan)->number_ready == 42, "%s: the status is the one it came with", row->row);
  ck_assert_msg(!dset_plan_rollout(w.plan)->ran, "%s: rollout ran", row->row);
  ck_assert_msg(dset_plan_next_check_ms(w.plan) == DSET_NEVER, "%s: next check", row->row);
  if (row->empty_selector) {
    const dset_action *event = dset_plan_action(w.plan, 0);
    ck_assert_str_eq(event->text, "This daemon set is selecting all pods. A non-empty selector is required.");
    ck_assert_str_eq(dset_cause_name(event->cause), "selects-all");
    ck_assert(event->pod == NULL && event->node == NULL);
  }
  world_free(&w);
}
END_TEST

/* I5: an absent selector passes the test and then matches nothing. */
START_TEST(I5_absent_selector) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 ready");
  w.daemonset.selector = NULL;
  w.options.revision_hash = "fresh";
  world_expect(&w, "I5 absent", TRACE_ALL,
               "CreateRevision agent-fresh #1 fresh template-new; ReleasePod p selector-mismatch; "
               "CreatePod n1 node-needs-pod; UpdateStatus");
  world_free(&w);
}
END_TEST

/* ---- I7, I8, I9: the phases ---- */

/* I7: an error of history ends the sync: neither pods nor status. */
START_TEST(I7_history_error) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-fresh #1 foreign; agent-o #2 orphan");
  w.options.revision_hash = "fresh";
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 failed; q@n1 orphan; r@n1 ready=5");
  w.daemonset.min_ready_seconds = 10;
  world_expect(&w, "I7", TRACE_ALL, "AdoptRevision agent-o orphan-matches; BumpCollisionCount 1 name-collision");
  expect_text("I7", "problems", world_problems(&w, w.plan), "revision-collision");
  ck_assert_int_eq(dset_plan_status(w.plan)->desired_number_scheduled, 0);
  world_free(&w);
}
END_TEST

typedef struct flight_row {
  const char *row;
  int64_t creates;
  int64_t deletes;
  int64_t age_ms; /* since they were sent; -1 = unknown */
  bool pending;
} flight_row;

static const flight_row flight_rows[] = {
    {"E20 no record", 0, 0, -1, false},
    {"E20 a create", 1, 0, 0, true},
    {"E20 a delete", 0, 1, 0, true},
    {"E20 both", 2, 3, 1000, true},
    {"E20 below zero", -1, -2, 0, false},
    {"E20 one below zero does not make up for the other", -5, 1, 0, true},
    {"E20 one below zero, one zero", -5, 0, 0, false},
    {"E20 at 5 minutes", 1, 0, DSET_IN_FLIGHT_TIMEOUT_MS, true},
    {"E20 behind 5 minutes", 1, 0, DSET_IN_FLIGHT_TIMEOUT_MS + 1, false},
    {"E20 unknown age never counts as lost", 1, 0, -1, true},
};

/* I8: while writes are in flight history and status are done, nothing else; then the whole of it. */
START_TEST(E20_in_flight) {
  const flight_row *row = &flight_rows[_i];
  dset_world w;
  world_init(&w);
  world_revisions(&w, "agent-z #1 nohash");
  w.daemonset.has_revision_history_limit = true;
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed");
  w.in_flight_creates = row->creates;
  w.in_flight_deletes = row->deletes;
  w.in_flight_since_ms = row->age_ms < 0 ? 0 : w.now_ms - row->age_ms;
  world_expect(&w, row->row, TRACE_ALL,
               row->pending ? "UpdateRevision agent-z #1 agent-z label-missing; UpdateStatus"
                            : "UpdateRevision agent-z #1 agent-z label-missing; "
                              "EmitEvent Warning FailedDaemonPod p; CreatePod n2 node-needs-pod; "
                              "DeletePod p pod-failed; DeleteRevision agent-old history-limit; "
                              "DeleteRevision agent-z history-limit; UpdateStatus");
  ck_assert_msg(dset_plan_status(w.plan)->observed_generation == (row->pending ? 0 : 1), "%s: observed", row->row);
  int64_t next_ms = DSET_NEVER;
  if (row->pending && row->age_ms >= 0) next_ms = w.in_flight_since_ms + DSET_IN_FLIGHT_TIMEOUT_MS + 1;
  ck_assert_msg(dset_plan_next_check_ms(w.plan) == next_ms, "%s: next check %lld, expected %lld", row->row,
                (long long)dset_plan_next_check_ms(w.plan), (long long)next_ms);
  world_free(&w);
}
END_TEST

/* E20, E8: what is in the backoff stays there while writes are in flight. */
START_TEST(I8_keeps_backoffs) {
  dset_world w;
  world_init(&w);
  w.in_flight_creates = 1;
  world_nodes(&w, "n1");
  world_backoff(&w, "n1", 4000, w.now_ms - 100);
  ck_assert_uint_eq(dset_plan_backoff_count(world_plan(&w)), 1);
  ck_assert_int_eq(dset_plan_backoff(w.plan, 0)->delay_ms, 4000);
  ck_assert_int_eq(dset_plan_backoff(w.plan, 0)->last_ms, w.now_ms - 100);
  world_free(&w);
}
END_TEST

/* plan.h, the order of actions, without duplicates. */
START_TEST(action_order) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-x #1 hash=x; agent-l #2 nohash; agent-o #3 orphan; agent-m #1 mismatch");
  w.daemonset.has_revision_history_limit = true;
  w.daemonset.revision_history_limit = 2;
  w.options.revision_hash = "fresh";
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed; a@n1 orphan; m@n1 mismatch");
  world_expect(&w, "action order", TRACE_ALL,
               "AdoptRevision agent-o orphan-matches; ReleaseRevision agent-m selector-mismatch; "
               "UpdateRevision agent-l #2 agent-l label-missing; CreateRevision agent-fresh #4 fresh template-new; "
               "AdoptPod a orphan-matches; ReleasePod m selector-mismatch; EmitEvent Warning FailedDaemonPod p; "
               "CreatePod n2 node-needs-pod; DeletePod p pod-failed; DeleteRevision agent-x history-limit; "
               "UpdateStatus");
  world_free(&w);
}
END_TEST

/* The same with several current revisions: the pods are claimed earlier. */
START_TEST(action_order_with_duplicates) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-x #9 hash=x; agent-a #2 nohash current; agent-b #3 hash=b current");
  w.daemonset.has_revision_history_limit = true;
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 hash=b failed; a@n1 orphan hash=y");
  world_expect(&w, "action order", TRACE_ALL,
               "UpdateRevision agent-a #2 agent-a label-missing; AdoptPod a orphan-matches; "
               "LabelPod a b duplicate-revision; DeleteRevision agent-a duplicate-revision; "
               "UpdateRevision agent-b #10 b number-behind; EmitEvent Warning FailedDaemonPod p; "
               "CreatePod n2 node-needs-pod; DeletePod p pod-failed; DeleteRevision agent-x history-limit; "
               "UpdateStatus");
  world_free(&w);
}
END_TEST

/* ---- next check ---- */

typedef struct check_row {
  const char *row;
  const char *pods; /* nodes: n1, n2, s stay; minReadySeconds 10 */
  int64_t after_ms; /* -1 = never */
} check_row;

static const check_row check_rows[] = {
    {"J4 no pods", "", -1},
    {"J4 not ready", "p@n1; q@n2", -1},
    {"J4 available", "p@n1 ready=10; q@n2 ready=60", -1},
    {"J4 ready without a time", "p@n1 ready=never; q@n2", -1},
    {"J4 the moment it becomes available", "p@n1 ready=8; q@n2", 2000},
    {"J4 ready just now", "p@n1 ready=0; q@n2", 10000},
    {"J4 the earliest of two", "p@n1 ready=3; q@n2 ready=7", 3000},
    {"J4 an available one does not hide it", "p@n1 ready=60; q@n2 ready=9", 1000},
    {"J4 old pods too", "p@n1 old ready=4; q@n2 ready", 6000},
    {"J4 a deleting pod is judged by the status (H4)", "p@n1 ready=4 deleting; q@n2", 6000},
    {"J4 a pod of a vanished node spends the budget (F6)", "p@n1 ready; q@n2 ready; r@gone ready=4", 6000},
    {"J4 pods that are not ours do not count", "p@n1 ready; q@n2 ready; r@n1 foreign ready=4", -1},
    {"J4 released pods do not count", "p@n1 ready; q@n2 ready; r@n1 mismatch ready=4", -1},
    {"J4 adopted pods do", "p@n1 ready; q@n2 orphan ready=4", 6000},
    {"J4 underivable pods do not", "p@n1 ready; q@n2 ready; r ready=4", -1},
    {"J4 ready in the future: at most minReadySeconds away", "p@n1 ready=-5; q@n2", 10000},
};

START_TEST(J4_next_check) {
  const check_row *row = &check_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_nodes(&w, "n1; n2; s stay");
  world_pods(&w, row->pods);
  int64_t next_ms = dset_plan_next_check_ms(world_plan(&w));
  int64_t expected_ms = row->after_ms < 0 ? DSET_NEVER : w.now_ms + row->after_ms;
  ck_assert_msg(next_ms == expected_ms, "%s: %lld, expected %lld", row->row, (long long)next_ms,
                (long long)expected_ms);
  w.daemonset.min_ready_seconds = 0;
  ck_assert_msg(dset_plan_next_check_ms(world_plan(&w)) == DSET_NEVER, "%s: minReadySeconds 0", row->row);
  world_free(&w);
}
END_TEST

/*
 * Two new pods become available 8 s after one another. Each must be asked for: at the first moment its outdated pod
 * goes, and the plan of then must name the second moment.
 */
START_TEST(J4_two_pods) {
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_budget(&w, "0", "100%");
  world_nodes(&w, "n1; n2");
  world_pods(&w, "o1@n1 old ready; o2@n2 old ready; p1@n1 new ready=9 age=30; p2@n2 new ready=1 age=20");
  world_expect(&w, "J4 both wait", TRACE_PODS, "");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), WORLD_NOW + 1000);

  w.now_ms = WORLD_NOW + 999;
  world_expect(&w, "J4 1 ms early", TRACE_PODS, "");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), WORLD_NOW + 1000);

  w.now_ms = WORLD_NOW + 1000;
  world_expect(&w, "J4 first moment", TRACE_PODS, "DeletePod o1 outdated-replaced");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), WORLD_NOW + 9000);

  w.in_flight_deletes = 1;
  w.in_flight_since_ms = w.now_ms;
  world_expect(&w, "J4 its deletion in flight", TRACE_PODS, "");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), WORLD_NOW + 9000);

  w.in_flight_deletes = 0;
  world_pod(&w, "o1")->deleting = true;
  world_expect(&w, "J4 between", TRACE_PODS, "");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), WORLD_NOW + 9000);

  w.now_ms = WORLD_NOW + 9000;
  world_expect(&w, "J4 second moment", TRACE_PODS, "DeletePod o2 outdated-replaced");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), DSET_NEVER);
  world_free(&w);
}
END_TEST

typedef struct wake_row {
  const char *row;
  const char *pods; /* nodes: n1, n2 */
  int64_t delay_ms; /* the backoff of n1; 0 = none */
  int64_t age_ms;
  int64_t next_ms; /* from now; -1 = never */
} wake_row;

static const wake_row wake_rows[] = {
    {"E8 nothing failed", "p@n1; q@n2", 4000, 1000, -1},
    {"E8 a failed pod waits", "p@n1 failed; q@n2", 4000, 1000, 3000},
    {"E8 to the millisecond", "p@n1 failed; q@n2", 4000, 3999, 1},
    {"E8 what the first deletion starts, the second waits for", "p@n1 failed; q@n2; r@n1 failed", 0, 0, 1000},
    {"E8 the same with an entry", "p@n1 failed; q@n2; r@n1 failed", 4000, 4000, 8000},
    {"E8 the backoff of another node", "p@n1; q@n2 failed; r@n2 failed", 500, 100, 1000},
    {"E8 the earlier of two", "p@n1 failed; q@n2 failed; r@n2 failed", 4000, 3500, 500},
    {"E8 a deleting failed pod does not wait", "p@n1 failed deleting; r@n1; q@n2", 4000, 1000, -1},
    {"E8 pods of a vanished node do not wait", "p@n1; q@n2; r@gone failed", 4000, 1000, -1},
};

START_TEST(E8_wake_up) {
  const wake_row *row = &wake_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_nodes(&w, "n1; n2");
  world_pods(&w, row->pods);
  if (row->delay_ms != 0) world_backoff(&w, "n1", row->delay_ms, w.now_ms - row->age_ms);
  int64_t next_ms = dset_plan_next_check_ms(world_plan(&w));
  int64_t expected_ms = row->next_ms < 0 ? DSET_NEVER : w.now_ms + row->next_ms;
  ck_assert_msg(next_ms == expected_ms, "%s: %lld, expected %lld", row->row, (long long)next_ms,
                (long long)expected_ms);
  world_free(&w);
}
END_TEST

/* A back-off that runs since a moment after now is at most its delay away. */
START_TEST(E8_wake_up_of_the_future) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 failed");
  world_backoff(&w, "n1", 4000, w.now_ms + 60000);
  world_expect(&w, "E8 it is active", TRACE_PODS, "");
  ck_assert_int_eq(dset_plan_next_check_ms(w.plan), w.now_ms + 4000);
  world_free(&w);
}
END_TEST

/* The earliest over all kinds. */
START_TEST(next_check_of_all_kinds) {
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed; q@n2 ready=8");
  world_backoff(&w, "n1", 4000, w.now_ms - 1000);
  ck_assert_int_eq(dset_plan_next_check_ms(world_plan(&w)), w.now_ms + 2000);
  w.backoffs[0].last_ms = w.now_ms - 2500;
  ck_assert_int_eq(dset_plan_next_check_ms(world_plan(&w)), w.now_ms + 1500);
  w.in_flight_creates = 1;
  w.in_flight_since_ms = w.now_ms - DSET_IN_FLIGHT_TIMEOUT_MS + 999;
  ck_assert_int_eq(dset_plan_next_check_ms(world_plan(&w)), w.now_ms + 1000);
  world_free(&w);
}
END_TEST

/* ---- names ---- */

START_TEST(names) {
  ck_assert_str_eq(dset_action_type_name(DSET_ACTION_CREATE_POD), "CreatePod");
  ck_assert_str_eq(dset_action_type_name(DSET_ACTION_EMIT_EVENT), "EmitEvent");
  ck_assert_str_eq(dset_action_type_name(0), "unknown");
  ck_assert_str_eq(dset_action_type_name(DSET_ACTION_EMIT_EVENT + 1), "unknown");
  for (int cause = DSET_CAUSE_NODE_NEEDS_POD; cause <= DSET_CAUSE_SELECTS_ALL; cause++) {
    ck_assert_str_ne(dset_cause_name(cause), "unknown");
    ck_assert_str_ne(dset_cause_rule(cause), "");
    for (int other = 1; other < cause; other++) ck_assert_str_ne(dset_cause_name(cause), dset_cause_name(other));
  }
  ck_assert_str_eq(dset_cause_name(0), "unknown");
  ck_assert_str_eq(dset_cause_name(DSET_CAUSE_SELECTS_ALL + 1), "unknown");
  ck_assert_str_eq(dset_cause_rule(DSET_CAUSE_SELECTS_ALL + 1), "");
  ck_assert_str_eq(dset_cause_rule(DSET_CAUSE_NODE_NEEDS_POD), "E4");
  ck_assert_str_eq(dset_sync_name(DSET_SYNC_MANAGE), "manage");
  ck_assert_str_eq(dset_sync_name(DSET_SYNC_ROLLOUT), "rollout");
  ck_assert_str_eq(dset_sync_name(9), "unknown");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_SELECTOR), "selector");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_OWNER), "owner");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_REVISION_COLLISION), "revision-collision");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_BUDGET), "budget");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_NODE_GONE), "node-gone");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_NO_LABELS), "no-labels");
  ck_assert_str_eq(dset_problem_name(0), "unknown");
  ck_assert_str_eq(dset_problem_name(DSET_PROBLEM_NO_LABELS + 1), "unknown");
}
END_TEST

Suite *dset_suite_plan(void);
void dset_add_plan_input(Suite *suite); /* test_plan_input.c */

Suite *dset_suite_plan(void) {
  Suite *suite = suite_create("plan");
  TCase *sync = tcase_create("sync");
  ADD_ROWS(sync, I5_I6_stop, stop_rows);
  tcase_add_test(sync, I5_absent_selector);
  tcase_add_test(sync, I7_history_error);
  ADD_ROWS(sync, E20_in_flight, flight_rows);
  tcase_add_test(sync, I8_keeps_backoffs);
  tcase_add_test(sync, action_order);
  tcase_add_test(sync, action_order_with_duplicates);
  suite_add_tcase(suite, sync);
  TCase *next = tcase_create("next check");
  ADD_ROWS(next, J4_next_check, check_rows);
  tcase_add_test(next, J4_two_pods);
  ADD_ROWS(next, E8_wake_up, wake_rows);
  tcase_add_test(next, E8_wake_up_of_the_future);
  tcase_add_test(next, next_check_of_all_kinds);
  suite_add_tcase(suite, next);
  TCase *names_case = tcase_create("names");
  tcase_add_test(names_case, names);
  suite_add_tcase(suite, names_case);
  dset_add_plan_input(suite);
  return suite;
}
