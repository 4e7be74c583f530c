/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_guard.c: plans that are deferred, what a failed or ended run leaves behind, digests. */
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"

/* E20: a run that ends before it reaches the pods leaves the counters of the one before it. */
START_TEST(E20_counters_of_the_run_before) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1");
  host_init(&h, &w, "");
  host_apply(&h);
  world_pods(&w, "agent-n1@n1; o@n2 orphan");
  dset_ledger_observe_pod(h.ledger, DSET_POD_ADDED, world_pod(&w, "agent-n1"), NULL);
  world_nodes(&w, "n2; n3");
  h.rules = "AdoptPod * failed";
  ck_assert_uint_ge(host_apply(&h)->skipped, 2);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h.ledger, "default", "agent", &creates, &deletes, &since_ms);
  ck_assert_int_eq(creates, 0);
  host_end(&h, &w);
}
END_TEST

/* E8: back-offs advance when deletions are reached, and not before. */
START_TEST(E8_backoffs) {
  static const char *const rules[] = {"", "AdoptPod * failed", "AdoptPod * pending"};
  for (size_t i = 0; i < COUNT_OF(rules); i++) {
    dset_world w;
    test_host h;
    world_init(&w);
    world_nodes(&w, "n1; n2");
    world_pods(&w, "a@n1 failed; b@n2 orphan");
    host_init(&h, &w, rules[i]);
    host_apply(&h);
    dset_run_free(h.run);
    h.run = NULL;
    dset_in_flight found = {.size = sizeof found};
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, i == 0);
    if (i == 0) ck_assert_int_eq(found.backoffs[0].delay_ms, 1000);
    dset_status *status = world_status(&w);
    status->observed_generation = -1; /* an older view: they are not its, and not dropped */
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, 0);
    status->observed_generation = 0;
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, i == 0);
    status->observed_generation = 5; /* starts afresh */
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, 0);
    host_end(&h, &w);
  }
}
END_TEST

static void expect_deferred(test_host *h, const dset_plan *plan, int reason, const char *text) {
  size_t before_length = h->length;
  ck_assert_int_eq(host_apply_plan(h, plan, NULL), DSET_OK);
  const dset_apply_result *result = dset_run_result(h->run);
  expect_text(text, "reason", dset_defer_name(result->reason), dset_defer_name(reason));
  ck_assert_int_eq(result->state, DSET_RUN_DEFERRED);
  ck_assert_int_gt(result->retry_after_ms, 0);
  expect_text("deferred", "text", result->text, text);
  ck_assert_uint_eq(h->length, before_length);
  ck_assert_uint_eq(dset_run_outcome_count(h->run), 0);
  ck_assert_int_eq(dset_run_finish(h->run, 0, DSET_RESULT_OK, NULL, NULL), DSET_ERR_INVALID);
}

START_TEST(guard_moved) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "");
  const dset_plan *plan = world_plan(&w);
  const char *text = "the DaemonSet is not the one that the plan was made for, or has changed since";
  w.daemonset.generation++;
  expect_deferred(&h, plan, DSET_DEFER_MOVED, text);
  w.daemonset.generation--;
  w.daemonset.uid = "another";
  expect_deferred(&h, plan, DSET_DEFER_MOVED, text);
  w.daemonset.uid = WORLD_UID;
  h.options.digest = dset_plan_digest(plan) + 1;
  expect_deferred(&h, plan, DSET_DEFER_MOVED, "a plan of the state as it is now decides something else");
  ck_assert_int_eq(dset_run_result(h.run)->retry_after_ms, 5); /* I12: a new uid starts afresh */
  expect_deferred(&h, plan, DSET_DEFER_MOVED, "a plan of the state as it is now decides something else");
  ck_assert_int_eq(dset_run_result(h.run)->retry_after_ms, 10);
  h.options.digest = dset_plan_digest(plan);
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->done, 8);
  host_end(&h, &w);
}
END_TEST

START_TEST(guard_in_flight_and_running) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "UpdateStatus * pending");
  const dset_plan *plan = world_plan(&w);
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  dset_run *first = h.run;
  h.run = NULL;
  expect_deferred(&h, plan, DSET_DEFER_RUNNING, "an earlier plan is still being carried out"); /* I13 */
  dset_run_free(first);
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of"); /* I8 */
  h.options.by_counters = true;
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  w.now_ms += DSET_IN_FLIGHT_TIMEOUT_MS; /* E20: strictly older */
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  h.options.by_counters = false;
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  w.now_ms++;
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->done, 7);
  host_end(&h, &w);
}
END_TEST

START_TEST(I2_guard_stale) {
  dset_world w;
  test_host h;
  host_situation(&w, "claims");
  host_init(&h, &w, "CreatePod * failed");
  h.version = 40;
  host_apply(&h); /* adoptions and the status get version 40 */
  h.version = 39; /* and the highest counts */
  host_apply(&h);
  h.options.read_pods = 39;
  const dset_plan *plan = world_plan(&w);
  expect_deferred(&h, plan, DSET_DEFER_STALE,
                  "read version: 39 is not as new as written version: 40 for group resource pods");
  h.options.read_pods = 40;
  h.options.read_daemonsets = 7;
  expect_deferred(&h, plan, DSET_DEFER_STALE,
                  "read version: 7 is not as new as written version: 40 for group resource daemonsets.apps");
  h.options.read_pods = 1;       /* the record was dropped */
  h.options.read_daemonsets = 0; /* an unknown version does not block */
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  host_end(&h, &w);
}
END_TEST

START_TEST(guard_not_saved) {
  dset_world w;
  test_host h;
  host_situation(&w, "failed");
  host_init(&h, &w, "");
  h.save_fails = true;
  host_apply(&h);
  expect_text("not saved", "reason", dset_defer_name(dset_run_result(h.run)->reason), "not-saved");
  expect_text("not saved", "calls", h.log, "");
  expect_text("not saved", "in flight", host_flights(&h), "");
  h.save_fails = false;
  ck_assert_uint_eq(host_apply(&h)->done, 2); /* the back-off did not advance either */
  host_end(&h, &w);
}
END_TEST

/* I12 */
START_TEST(I12_retries) {
  dset_world w;
  test_host h;
  host_situation(&w, "new");
  host_init(&h, &w, "CreateRevision * failed");
  int64_t wanted = 5;
  for (int i = 0; i < 40; i++) {
    ck_assert_int_eq(host_apply(&h)->retry_after_ms, wanted);
    wanted = wanted * 2 < 1000000 ? wanted * 2 : 1000000;
  }
  h.rules = "";
  ck_assert_int_eq(host_apply(&h)->retry_after_ms, 0);
  h.rules = "CreateRevision * failed";
  dset_ledger_settle(h.ledger, "default", "agent");
  ck_assert_int_eq(host_apply(&h)->retry_after_ms, 5);
  host_end(&h, &w);
}
END_TEST

/* Every allocation fails: the call says so, no callback was called, the ledger says what it said. */
START_TEST(memory) {
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    dset_world w;
    test_host h;
    fault f;
    host_situation(&w, "claims");
    host_init(&h, &w, "");
    dset_ledger_free(h.ledger);
    fault_init(&f, FAULT_NEVER, _i == 0 ? FAULT_ONCE : FAULT_ON);
    const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    ck_assert_int_eq(dset_ledger_new(&options, &h.ledger, NULL), DSET_OK);
    h.rules = "AdoptPod * pending";
    host_apply(&h);
    dset_run_cancel(h.run);
    expect_text("of an earlier run", "in flight", host_flights(&h), "AdoptPod a");
    h.rules = "";
    h.length = 0;
    for (int i = 0; i < 60; i++) world_nodes(&w, world_format(&w, "more-%02d", i)); /* memory for more writes */
    size_t before, after;
    unsigned char *wanted = host_bytes(h.ledger, &before);
    const dset_plan *plan = world_plan(&w);
    f.at = f.asked + at;
    dset_error error = {0};
    code = host_apply_plan(&h, plan, &error);
    f.at = FAULT_NEVER;
    if (code != DSET_OK) {
      ck_assert_int_eq(code, DSET_ERR_NOMEM);
      ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
      ck_assert_ptr_null(h.run);
      ck_assert_uint_eq(h.length, 0);
      unsigned char *found = host_bytes(h.ledger, &after);
      ck_assert_uint_eq(before, after);
      ck_assert_int_eq(memcmp(wanted, found, before), 0);
      free(found);
      ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
    } else {
      ck_assert_uint_gt(at, 2);
    }
    ck_assert_uint_eq(dset_run_result(h.run)->failed, 0);
    free(wanted);
    host_free(&h);
    fault_expect_empty(&f, "apply");
    world_free(&w);
  }
}
END_TEST

/* Digests: equal for equal decisions, whatever the back-offs and the next check; different otherwise. */
START_TEST(digests) {
  dset_world w;
  host_situation(&w, "pods");
  uint64_t first = dset_plan_digest(world_plan(&w));
  w.now_ms += 1000;
  ck_assert_uint_eq(dset_plan_digest(world_plan(&w)), first);
  world_pods(&w, "z@n1 ready");
  uint64_t second = dset_plan_digest(world_plan(&w));
  ck_assert_uint_ne(second, first);
  dset_cluster *cluster;
  ck_assert_int_eq(dset_cluster_new(NULL, &cluster, NULL), DSET_OK);
  dset_snapshot snapshot;
  world_snapshot(&w, &snapshot);
  for (size_t i = 0; i < snapshot.node_count; i++) dset_cluster_put_node(cluster, snapshot.nodes[i], NULL);
  for (size_t i = 0; i < snapshot.pod_count; i++) dset_cluster_put_pod(cluster, snapshot.pods[i], NULL);
  for (size_t i = 0; i < snapshot.revision_count; i++) dset_cluster_put_revision(cluster, snapshot.revisions[i], NULL);
  dset_cluster_put_daemonset(cluster, &w.daemonset, NULL, NULL);
  const dset_plan *plan;
  ck_assert_int_eq(dset_cluster_plan(cluster, "default", "agent", w.now_ms, &plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_plan_digest(plan), second);
  dset_cluster_free(cluster);
  w.daemonset.generation++;
  ck_assert_uint_ne(dset_plan_digest(world_plan(&w)), second);
  world_free(&w);
  uint64_t sums[2];
  for (int i = 0; i < 2; i++) { /* nothing differs but the name of a node */
    host_situation(&w, "claims");
    world_nodes(&w, i == 0 ? "m1" : "m2");
    sums[i] = dset_plan_digest(world_plan(&w));
    if (i == 0) world_free(&w);
  }
  ck_assert_uint_ne(sums[0], sums[1]);
  world_free(&w);
}
END_TEST

START_TEST(bad_arguments) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "");
  const dset_plan *plan = world_plan(&w);
  dset_error error;
  dset_run *run;
  const dset_apply_options none = {.size = sizeof none};
  const struct {
    const dset_plan *plan;
    const dset_apply_options *options;
    const dset_callbacks *callbacks;
    dset_ledger *ledger;
    const char *path;
  } rows[] = {{NULL, &h.options, &h.callbacks, h.ledger, "plan"},
              {plan, NULL, &h.callbacks, h.ledger, "options"},
              {plan, &h.options, NULL, h.ledger, "callbacks"},
              {plan, &h.options, &h.callbacks, NULL, "ledger"},
              {plan, &none, &h.callbacks, h.ledger, "daemonset"}};
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    run = (dset_run *)&w;
    ck_assert_int_eq(dset_apply(rows[i].plan, rows[i].options, rows[i].callbacks, &h, rows[i].ledger, &run, &error),
                     DSET_ERR_INVALID);
    expect_text("bad", "path", error.path, rows[i].path);
    ck_assert_ptr_null(run);
  }
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, NULL, &error), DSET_ERR_INVALID);
  h.callbacks.size = 4;
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, &run, &error), DSET_ERR_ABI);
  h.callbacks.size = sizeof h.callbacks;
  h.options.size = 4;
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, &run, &error), DSET_ERR_ABI);
  h.options.size = sizeof h.options;
  h.rules = "CreatePod * pending";
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  const dset_reply old = {.size = 4};
  ck_assert_int_eq(dset_run_finish(NULL, 0, 0, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_PENDING, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_run_finish(h.run, 1, DSET_RESULT_OK, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_run_finish(h.run, 99, DSET_RESULT_OK, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_RESULT_OK, &old, &error), DSET_ERR_ABI);
  ck_assert_uint_eq(dset_run_result(h.run)->waiting, 1);
  dset_run_free(NULL);
  dset_run_cancel(NULL);
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_apply_guard(void);
Suite *dset_suite_apply_guard(void) {
  Suite *suite = suite_create("apply_guard");
  TCase *tcase = tcase_create("apply_guard");
  tcase_add_test(tcase, E20_counters_of_the_run_before);
  tcase_add_test(tcase, E8_backoffs);
  tcase_add_test(tcase, guard_moved);
  tcase_add_test(tcase, guard_in_flight_and_running);
  tcase_add_test(tcase, I2_guard_stale);
  tcase_add_test(tcase, guard_not_saved);
  tcase_add_test(tcase, I12_retries);
  tcase_add_loop_test(tcase, memory, 0, 2);
  tcase_add_test(tcase, digests);
  tcase_add_test(tcase, bad_arguments);
  suite_add_tcase(suite, tcase);
  return suite;
}
