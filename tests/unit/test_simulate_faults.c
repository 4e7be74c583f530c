/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_faults.c: what goes wrong in real clusters, one thing at a time, in rolling updates with and without
 * surge:
 *
 *   matrix     the six cells of upstream's robustness tests
 *   sieve      the three ways in which a controller is misled by its view: stale reads, time travel, states that it
 * never saw hosts      a lost leadership; clocks that jump incidents  those of upstream's history that a cluster can
 * show (tests/parity/ledger.tsv)
 *
 * No invariant is broken, the update settles and stays quiet, and the fault has happened.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/scene.h"

enum { NODES = 20, CALM_MS = 900000 };

/* A rolling update from v1 to v2 a minute after the start, three nodes at a time; faults end after 15 minutes. */
static void begin_update(scene *s, size_t nodes, bool surge) {
  scene_init(s, nodes);
  s->traced = true;
  world_budget(&s->w, surge ? "0" : "3", surge ? "3" : "0");
  s->faults.until_ms = SCENE_START + CALM_MS;
  s->delays.restart = (dset_span){1000, 5000};
  scene_template(s, 60000, "v2");
}

/* It ends as it should, whatever happened before. */
static void expect_end(scene *s, const char *row) {
  ck_assert_int_eq(scene_run(s, DSET_NEVER), DSET_END_REST);
  ck_assert_int_eq(dset_simulation_judge(s->simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(s->simulation, 1000, NULL), DSET_OK);
  scene_expect_none(s, row);
}

static void expect_updated(scene *s, const char *row) {
  expect_end(s, row);
  const dset_simulation_stats *stats = scene_stats(s);
  ck_assert_int_eq(stats->eligible, stats->updated);
}

static void expect_fault(const scene *s, const char *row, int fault) {
  ck_assert_msg(scene_stats(s)->faults[fault] > 0, "%s: %s never happened", row, dset_fault_name(fault));
}

static void expect_said(const scene *s, const char *row, const char *what) {
  ck_assert_msg(strstr(s->trace, what) != NULL, "%s: nobody said \"%s\"\n%s", row, what, s->trace);
}

/* ---- matrix ---- */

static void lag(scene *s) {
  for (int kind = 0; kind < DSET_WATCHES; kind++) s->delays.watch[kind] = (dset_span){0, 5000};
}

static void conflicts(scene *s) {
  s->faults.per_mille[DSET_FAULT_CONFLICT] = 500; /* every second write of an object */
}

static void flaky(scene *s) {
  s->faults.per_mille[DSET_FAULT_FAILED] = 300;
}

static void combined(scene *s) {
  lag(s);
  conflicts(s);
  flaky(s);
}

/* Pods are not shown any more while the update goes on, and the clock is put on 6 minutes. */
static void expiry(scene *s) {
  scene_change(s, 61000, DSET_CHANGE_STOP_WATCH, NULL)->kind = DSET_WATCH_PODS;
  scene_change(s, 65000, DSET_CHANGE_SET_CLOCK, NULL)->ms = 360000;
  scene_change(s, 70000, DSET_CHANGE_RESUME_WATCH, NULL)->kind = DSET_WATCH_PODS;
}

static const struct {
  const char *name;
  void (*make)(scene *s);
  int fault; /* that must have happened; -1: what the cell does is in its changes */
} cells[] = {{"baseline", NULL, -1},
             {"write conflicts", conflicts, DSET_FAULT_CONFLICT},
             {"cache lag", lag, -1},
             {"flaky API 30 %", flaky, DSET_FAULT_FAILED},
             {"combined", combined, DSET_FAULT_FAILED},
             {"expectation timeout, lost watch, clock 6 minutes on", expiry, -1}};

START_TEST(matrix) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, NODES, surge == 1);
    if (cells[_i].make != NULL) cells[_i].make(&s);
    expect_updated(&s, cells[_i].name);
    if (cells[_i].fault >= 0) expect_fault(&s, cells[_i].name, cells[_i].fault);
    ck_assert_int_ge(scene_stats(&s)->least_available, surge == 1 ? NODES : NODES - 3);
    ck_assert_uint_eq(scene_stats(&s)->creates, 2 * NODES);
    scene_free(&s);
  }
}
END_TEST

/* ---- sieve ---- */

/* While a list is older than what this host wrote, it does nothing (I2): no pod twice, none deleted again. */
START_TEST(stale_reads) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, 8, surge == 1);
    lag(&s);
    s.faults.per_mille[DSET_FAULT_WATCH_LOST] = 200;
    s.faults.per_mille[DSET_FAULT_STALE_LIST] = 900;
    expect_updated(&s, "stale reads");
    expect_fault(&s, "stale reads", DSET_FAULT_STALE_LIST);
    expect_said(&s, "stale reads", "waits: stale");
    ck_assert_uint_eq(scene_stats(&s)->creates, 16);
    scene_free(&s);
  }
}
END_TEST

/* A host that starts is shown a past in which the pods it deleted still run. */
START_TEST(time_travel) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, 8, surge == 1);
    lag(&s);
    s.faults.per_mille[DSET_FAULT_TIME_TRAVEL] = 1000;
    for (int64_t at_ms = 61000; at_ms < 100000; at_ms += 4000) scene_change(&s, at_ms, DSET_CHANGE_CRASH_HOST, NULL);
    expect_updated(&s, "time travel");
    expect_fault(&s, "time travel", DSET_FAULT_TIME_TRAVEL);
    expect_said(&s, "time travel", "waits: stale");
    ck_assert_uint_eq(scene_stats(&s)->creates, 16);
    scene_free(&s);
  }
}
END_TEST

/* Pods that fail and are replaced between two looks. */
START_TEST(unobserved_states) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, 8, surge == 1);
    lag(&s);
    dset_kubelet *rule = scene_kubelet(&s);
    rule->pods = 2, rule->fail_per_mille = 1000, rule->fail = (dset_span){0, 100};
    rule->ready = (dset_span){50, 50};
    s.faults.per_mille[DSET_FAULT_UNOBSERVED] = 900;
    expect_updated(&s, "unobserved states");
    expect_fault(&s, "unobserved states", DSET_FAULT_UNOBSERVED);
    scene_free(&s);
  }
}
END_TEST

/* ---- hosts ---- */

/* The second host reads the ledger that the first saved, and waits for what that had sent; the first cannot save any
 * more. */
START_TEST(lost_leadership) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, 8, surge == 1);
    lag(&s);
    s.delays.call = (dset_span){200, 2000};
    for (int64_t at_ms = 60100; at_ms < 200000; at_ms += 7300) scene_change(&s, at_ms, DSET_CHANGE_TWO_HOSTS, NULL);
    expect_updated(&s, "two hosts");
    expect_said(&s, "two hosts", "host 2 takes over");
    expect_said(&s, "two hosts", "host 1 is not the leader any more");
    ck_assert_uint_eq(scene_stats(&s)->creates, 16);
    scene_free(&s);
  }
}
END_TEST

START_TEST(clocks_jump) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    begin_update(&s, 8, surge == 1);
    s.w.daemonset.min_ready_seconds = 5;
    lag(&s);
    int64_t offset_ms = 0;
    for (int64_t at_ms = 60500; at_ms < 150000; at_ms += 5000) {
      offset_ms = offset_ms == 0 ? 360000 : offset_ms > 0 ? -360000 : 0;
      scene_change(&s, at_ms, DSET_CHANGE_SET_CLOCK, NULL)->ms = offset_ms;
    }
    scene_change(&s, 160000, DSET_CHANGE_SET_CLOCK, NULL)->ms = 0;
    expect_updated(&s, "clocks");
    ck_assert_uint_eq(scene_stats(&s)->creates, 16);
    scene_free(&s);
  }
}
END_TEST

/* A request that nobody answered is not sent again for 5 minutes, done or not. */
START_TEST(lost_answers) {
  scene s;
  begin_update(&s, 8, false);
  s.faults.per_mille[DSET_FAULT_LOST_REQUEST] = 200;
  s.faults.per_mille[DSET_FAULT_LOST_ANSWER] = 200;
  expect_updated(&s, "lost answers");
  expect_fault(&s, "lost answers", DSET_FAULT_LOST_REQUEST);
  expect_fault(&s, "lost answers", DSET_FAULT_LOST_ANSWER);
  ck_assert_uint_le(scene_stats(&s)->creates, 16); /* one that waits may be of the new template at once */
  scene_free(&s);
}
END_TEST

/* ---- incidents ---- */

/* 14528: pods that wait for the scheduler count. */
START_TEST(incident_14528) {
  scene s;
  scene_init(&s, 5);
  s.delays.schedule = (dset_span){600000, 600000};
  expect_updated(&s, "14528");
  ck_assert_uint_eq(scene_stats(&s)->creates, 5);
  scene_free(&s);
}
END_TEST

/* 66298: an affinity whose values are in no order is a template like any other; nothing restarts again and again. */
START_TEST(incident_66298) {
  scene s;
  scene_init(&s, 0);
  world_nodes(&s.w, "n1 zone=b; n2 zone=a");
  s.w.daemonset.required_affinity = world_terms(&s.w, "zone In c,b,a");
  scene_template(&s, 60000, "v2");
  expect_updated(&s, "66298");
  ck_assert_uint_eq(scene_stats(&s)->creates, 4);
  scene_free(&s);
}
END_TEST

/* 75836: pods that wait for a node that goes are deleted, and others are created meanwhile. */
START_TEST(incident_75836) {
  scene s;
  scene_init(&s, 3);
  s.delays.schedule = (dset_span){5000, 5000};
  scene_change(&s, 2000, DSET_CHANGE_REMOVE_NODE, "n2");
  dset_node node = {.size = sizeof node, .name = "n4"};
  scene_change(&s, 2500, DSET_CHANGE_PUT_NODE, NULL)->node = &node;
  expect_updated(&s, "75836");
  ck_assert_int_eq(scene_stats(&s)->eligible, 3);
  ck_assert_uint_eq(scene_stats(&s)->creates, 4);
  ck_assert_uint_eq(scene_stats(&s)->deletes, 1);
  scene_free(&s);
}
END_TEST

/* 95432: the taint goes while the deletion that it caused is on its way. */
START_TEST(incident_95432) {
  static const dset_taint taint = {"dedicated", "db", "NoExecute"};
  scene s;
  scene_init(&s, 2);
  dset_kubelet *slow = scene_kubelet(&s);
  slow->stop = (dset_span){20000, 20000};
  const dset_node tainted = {.size = sizeof tainted, .name = "n1", .taints = &taint, .taint_count = 1};
  const dset_node plain = {.size = sizeof plain, .name = "n1"};
  scene_change(&s, 10000, DSET_CHANGE_PUT_NODE, NULL)->node = &tainted;
  scene_change(&s, 12000, DSET_CHANGE_PUT_NODE, NULL)->node = &plain;
  expect_updated(&s, "95432");
  ck_assert_uint_eq(scene_stats(&s)->creates, 3);
  scene_free(&s);
}
END_TEST

/* 118587: a pod that has failed and is being deleted holds its node no more. */
START_TEST(incident_118587) {
  scene s;
  scene_init(&s, 1);
  s.traced = true;
  dset_kubelet *slow = scene_kubelet(&s);
  slow->pods = 1, slow->stop = (dset_span){600000, 600000};
  scene_kubelet(&s);
  scene_change(&s, 10000, DSET_CHANGE_FAIL_POD, "agent-1");
  scene_run(&s, 60000);
  ck_assert_int_eq(scene_stats(&s)->available, 1); /* long before the first one is gone */
  expect_updated(&s, "118587");
  scene_free(&s);
}
END_TEST

/* 118823: with maxUnavailable 0 pods go from nodes that are not eligible any more. */
START_TEST(incident_118823) {
  static const dset_taint taint = {"dedicated", "db", "NoSchedule"};
  scene s;
  begin_update(&s, 4, true);
  const dset_node tainted = {.size = sizeof tainted, .name = "n1", .taints = &taint, .taint_count = 1};
  scene_change(&s, 59000, DSET_CHANGE_PUT_NODE, NULL)->node = &tainted;
  expect_updated(&s, "118823");
  ck_assert_int_eq(scene_stats(&s)->eligible, 3);
  ck_assert_uint_eq(scene_stats(&s)->deletes, 4); /* that of n1, too */
  scene_free(&s);
}
END_TEST

/* 132459: a node that joins with a taint is misscheduled no longer than the taint is there. */
START_TEST(incident_132459) {
  static const dset_taint taint = {"dedicated", "db", "NoSchedule"};
  scene s;
  scene_init(&s, 1);
  const dset_node tainted = {.size = sizeof tainted, .name = "n1", .taints = &taint, .taint_count = 1};
  const dset_node plain = {.size = sizeof plain, .name = "n1"};
  dset_snapshot snapshot = {.size = sizeof snapshot};
  scene_change(&s, 10000, DSET_CHANGE_PUT_NODE, NULL)->node = &tainted;
  scene_change(&s, 20000, DSET_CHANGE_PUT_NODE, NULL)->node = &plain;
  scene_run(&s, 15000);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  ck_assert_int_eq(snapshot.daemonset->status->number_misscheduled, 1);
  expect_updated(&s, "132459");
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  ck_assert_int_eq(snapshot.daemonset->status->number_misscheduled, 0);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_faults(void);
Suite *dset_suite_simulate_faults(void) {
  Suite *suite = suite_create("simulate_faults");
  TCase *tcase = tcase_create("simulate_faults");
  ADD_ROWS(tcase, matrix, cells);
  tcase_add_test(tcase, stale_reads);
  tcase_add_test(tcase, time_travel);
  tcase_add_test(tcase, unobserved_states);
  tcase_add_test(tcase, lost_leadership);
  tcase_add_test(tcase, clocks_jump);
  tcase_add_test(tcase, lost_answers);
  tcase_add_test(tcase, incident_14528);
  tcase_add_test(tcase, incident_66298);
  tcase_add_test(tcase, incident_75836);
  tcase_add_test(tcase, incident_95432);
  tcase_add_test(tcase, incident_118587);
  tcase_add_test(tcase, incident_118823);
  tcase_add_test(tcase, incident_132459);
  suite_add_tcase(suite, tcase);
  return suite;
}
