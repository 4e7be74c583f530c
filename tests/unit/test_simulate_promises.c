/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_promises.c: what simulate.h promises of kubelets, delays, faults and changes, member by member.
 */
#include <string.h>

#include "support/log.h"

static const dset_node n1 = {.size = sizeof n1, .name = "n1"}, n2 = {.size = sizeof n2, .name = "n2"};

static dset_span exactly(int64_t ms) {
  return (dset_span){ms, ms};
}

static const char *creates(const scene_log *log) {
  return log_writes(log, DSET_ACTION_CREATE_POD);
}

static const char *deletes(const scene_log *log) {
  return log_writes(log, DSET_ACTION_DELETE_POD);
}

/* ---- kubelets ---- */

/* The first rule that fits counts; a pattern, a template, and none: 1 s, 1 s, 1 s. */
START_TEST(kubelet_rules) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  dset_kubelet *rule = scene_kubelet(&s);
  rule->node = "n1", rule->start = exactly(5000);
  rule = scene_kubelet(&s);
  rule->node = "n*", rule->template_number = 1, rule->start = exactly(2000), rule->stop = exactly(4000);
  rule = scene_kubelet(&s);
  rule->node = "n3", rule->start = exactly(7000), rule->ready = exactly(3000);
  world_budget(&s.w, "3", "0");
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  expect_text("start", "pods", log_pods(&s, 1999), "n1:w n2:w n3:w");
  expect_text("start", "pods", log_pods(&s, 2000), "n1:w n2:R n3:R");
  expect_text("start", "pods", log_pods(&s, 5000), "n1:R n2:R n3:R");
  expect_text("stop", "pods", log_pods(&s, 60000), "n1:w n2:Rd n3:Rd"); /* n1 stops at once */
  expect_text("stop", "pods", log_pods(&s, 63999), "n1:w n2:Rd n3:Rd");
  expect_text("stop", "pods", log_pods(&s, 64000), "n1:w n2:w n3:w");
  expect_text("no rule", "pods", log_pods(&s, 65000), "n1:R n2:r n3:w");
  expect_text("no rule", "pods", log_pods(&s, 66000), "n1:R n2:R n3:w");
  expect_text("third rule", "pods", log_pods(&s, 71000), "n1:R n2:R n3:r");
  expect_text("third rule", "pods", log_pods(&s, 73999), "n1:R n2:R n3:r");
  expect_text("third rule", "pods", log_pods(&s, 74000), "n1:R n2:R n3:R");
  scene_expect_none(&s, "kubelets");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* `pods`: the first two of each node fail. */
START_TEST(kubelet_first_pods) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  dset_kubelet *rule = scene_kubelet(&s);
  rule->pods = 2, rule->fail_per_mille = 1000, rule->fail = exactly(100);
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text("pods", "deletions", deletes(&log), "100: n1 n2; 1100: n1 n2");
  expect_text("pods", "pods", log_pods(&s, DSET_NEVER), "n1:R n2:R");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* Ready for 5 s, unready for 3 s, twice. */
START_TEST(kubelet_flaps) {
  static const struct {
    int64_t at_ms;
    const char *pods;
  } rows[] = {{0, "n1:R"},     {4999, "n1:R"},  {5000, "n1:r"},  {7999, "n1:r"},  {8000, "n1:R"},
              {12999, "n1:R"}, {13000, "n1:r"}, {16000, "n1:R"}, {99000, "n1:R"}, {DSET_NEVER, "n1:R"}};
  scene s;
  scene_log log;
  scene_init(&s, 1);
  dset_kubelet *rule = scene_kubelet(&s);
  rule->flaps = 2, rule->up = exactly(5000), rule->down = exactly(3000);
  log_start(&log, &s);
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    expect_text(world_format(&s.w, "%lld", (long long)rows[i].at_ms), "pods", log_pods(&s, rows[i].at_ms),
                rows[i].pods);
  }
  scene_expect_none(&s, "flaps");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* A span is drawn from both ends and all between; `most_ms` below `least_ms` counts as equal to it. */
START_TEST(kubelet_spans) {
  scene s;
  scene_log log;
  size_t times[8] = {0}, failed = 0;
  scene_init(&s, 60);
  dset_kubelet *rule = scene_kubelet(&s);
  rule->start = (dset_span){2, 5}, rule->ready = (dset_span){1000, 10};
  rule->fail_per_mille = 500, rule->fail = exactly(2000);
  log_start(&log, &s);
  scene_run(&s, 5);
  for (size_t i = 0; i < log.count; i++) {
    if (log.lines[i].type == DSET_TRACE_POD && strstr(log.lines[i].text, "running") != NULL)
      times[log.lines[i].at_ms]++;
  }
  ck_assert_uint_eq(times[2] + times[3] + times[4] + times[5], 60);
  ck_assert(times[2] > 5 && times[3] > 5 && times[4] > 5 && times[5] > 5);
  scene_run(&s, 1001);
  ck_assert_uint_eq(strlen(log_status(&s, 1001)), strlen("60/60/0/0/60/0/60"));
  scene_run(&s, 2005);
  for (size_t i = 0; i < log.count; i++) failed += strstr(log.lines[i].text, "has failed") != NULL;
  ck_assert_msg(failed > 15 && failed < 45, "%zu of 60", failed);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* ---- delays ---- */

typedef struct lag_row {
  const char *row;
  int kind;
  const char *creates;
  const char *deletes;
} lag_row;

/* Two nodes; a third at 30 s; a template at 60 s. Each kind is seen 2 s late. A status that was written and is not seen
 * yet holds the next plan up (I2). */
static const lag_row lag_rows[] = {
    {"nodes", DSET_WATCH_NODES, "0: n1 n2; 32000: n3; 61000: n1; 64000: n2; 67000: n3",
     "60000: n1; 63000: n2; 66000: n3"},
    {"pods", DSET_WATCH_PODS, "0: n1 n2; 30000: n3; 63000: n1; 70000: n2; 77000: n3",
     "60000: n1; 67000: n2; 74000: n3"},
    {"I2: daemonsets", DSET_WATCH_DAEMONSETS, "0: n1 n2; 30000: n3; 64000: n1; 68000: n2; 72000: n3",
     "62000: n1; 66000: n2; 70000: n3"},
    {"revisions", DSET_WATCH_REVISIONS, "0: n1 n2; 30000: n3; 61000: n1; 64000: n2; 67000: n3",
     "60000: n1; 63000: n2; 66000: n3"},
};

START_TEST(watch_lags) {
  const lag_row *row = &lag_rows[_i];
  static const dset_node n3 = {.size = sizeof n3, .name = "n3"};
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.delays.watch[row->kind] = exactly(2000);
  scene_change(&s, 30000, DSET_CHANGE_PUT_NODE, NULL)->node = &n3;
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text(row->row, "creations", creates(&log), row->creates);
  expect_text(row->row, "deletions", deletes(&log), row->deletes);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, row->row);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* Cut off: 40 s later, or as said, the node is tainted and its pod not ready; of the taints NoSchedule is not tolerated
 * (C2, C4). Its kubelet stops nothing until it is back. */
START_TEST(cut_off_and_back) {
  int64_t after = _i == 0 ? 40000 : 15000;
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.delays.unreachable = exactly(_i == 0 ? 0 : after);
  scene_change(&s, 10000, DSET_CHANGE_CUT_OFF, "n2");
  scene_change(&s, 60000, DSET_CHANGE_DELETE_POD, NULL)->node = &n2;
  scene_change(&s, 80000, DSET_CHANGE_REJOIN, "n2");
  log_start(&log, &s);
  expect_text("cut off", "status", log_status(&s, 10000 + after - 1), "2/2/0/2/2/2/0");
  expect_text("cut off", "status", log_status(&s, 10000 + after), "1/1/1/1/1/1/0");
  ck_assert_int_eq(log_find(&log, DSET_TRACE_NODE, 0)->at_ms, 10000 + after);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  size_t taints = 0;
  for (size_t i = 0; i < 2; i++) taints += snapshot.nodes[i]->taint_count;
  ck_assert_uint_ge(taints, 1);
  expect_text("cut off", "pods", log_pods(&s, 79999), "n1:R n2:rd");
  scene_run(&s, DSET_NEVER);
  expect_text("back", "creations", creates(&log), "0: n1 n2; 81000: n2");
  expect_text("back", "status", log_status(&s, DSET_NEVER), "2/2/0/2/2/2/0");
  dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  for (size_t i = 0; i < 2; i++) ck_assert_uint_eq(snapshot.nodes[i]->taint_count, 0);
  scene_expect_none(&s, "cut off");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* A host that has crashed does nothing until it has started again. */
START_TEST(crash_and_restart) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  s.delays.restart = exactly(7000);
  scene_change(&s, 10000, DSET_CHANGE_CRASH_HOST, NULL);
  scene_change(&s, 12000, DSET_CHANGE_PUT_NODE, NULL)->node = &n2;
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("restart", "creations", creates(&log), "0: n1; 17000: n2");
  ck_assert_int_eq(log_find(&log, DSET_TRACE_HOST, 10001)->at_ms, 17000);
  scene_expect_none(&s, "restart");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* ---- changes of what hosts see ---- */

START_TEST(stopped_watch) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  scene_change(&s, 10000, DSET_CHANGE_STOP_WATCH, NULL)->kind = DSET_WATCH_PODS;
  scene_change(&s, 11000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(&s, 50000, DSET_CHANGE_RESUME_WATCH, NULL)->kind = DSET_WATCH_PODS;
  log_start(&log, &s);
  scene_run(&s, 49999);
  ck_assert_uint_lt(dset_simulation_version(s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_PODS),
                    dset_simulation_version(s.simulation, DSET_SIDE_STORE, DSET_RESOURCE_PODS));
  scene_run(&s, DSET_NEVER);
  expect_text("watch", "creations", creates(&log), "0: n1 n2; 50000: n1");
  ck_assert_uint_eq(dset_simulation_version(s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_PODS),
                    dset_simulation_version(s.simulation, DSET_SIDE_STORE, DSET_RESOURCE_PODS));
  scene_expect_none(&s, "watch");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* The hosts' clock is 5 s ahead: 10 s after a pod is ready are over 5 s early; J3 goes by that clock. */
START_TEST(clock_ahead) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.w.daemonset.min_ready_seconds = 10;
  scene_change(&s, 1000, DSET_CHANGE_SET_CLOCK, NULL)->ms = 5000;
  log_start(&log, &s);
  expect_text("clock", "status", log_status(&s, 6999), "2/2/0/2/2/0/2");
  expect_text("clock", "status", log_status(&s, 7000), "2/2/0/2/2/2/0");
  log_free(&log);
  scene_free(&s);
}
END_TEST

START_TEST(two_hosts) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  s.delays.call = exactly(200);
  s.delays.watch[DSET_WATCH_PODS] = exactly(300);
  scene_template(&s, 60000, "v2");
  scene_change(&s, 60100, DSET_CHANGE_TWO_HOSTS, NULL);
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  size_t second = 0;
  for (size_t i = 0; i < log.count; i++) second += log.lines[i].host == 2 && log.lines[i].type == DSET_TRACE_WRITE;
  ck_assert_uint_gt(second, 0);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "two hosts");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* ---- faults ---- */

enum { FAULTS_UNTIL = 200000 };

/* Two rollouts with lags, in which hosts crash and watches are lost without any faults. */
static void eventful(scene *s) {
  scene_init(s, 4);
  for (int kind = 0; kind < DSET_WATCHES; kind++) s->delays.watch[kind] = (dset_span){50, 400};
  s->delays.call = (dset_span){20, 200};
  s->delays.restart = (dset_span){1000, 3000};
  scene_template(s, 60000, "v2");
  for (int i = 0; i < 8; i++) scene_change(s, 60500 + 1500 * i, DSET_CHANGE_CRASH_HOST, NULL);
  for (int i = 0; i < 6; i++) {
    scene_change(s, 90000 + 4000 * i, DSET_CHANGE_STOP_WATCH, NULL)->kind = i % DSET_WATCHES;
    scene_change(s, 92000 + 4000 * i, DSET_CHANGE_RESUME_WATCH, NULL)->kind = i % DSET_WATCHES;
  }
  scene_template(s, 120000, "v3");
  s->faults.until_ms = SCENE_START + FAULTS_UNTIL;
}

/* Each fault happens, no other does, none after `until_ms`, and the library stands it. */
START_TEST(each_fault) {
  scene s;
  scene_log log;
  eventful(&s);
  s.faults.per_mille[_i] = _i == DSET_FAULT_STALE_LIST ? 1000 : 200;
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  const dset_simulation_stats *stats = scene_stats(&s);
  for (int fault = 0; fault < DSET_FAULT_SLOTS; fault++) {
    bool meant = fault == _i;
    ck_assert_msg((stats->faults[fault] > 0) == meant, "%s: %d %s", dset_fault_name(_i), (int)stats->faults[fault],
                  dset_fault_name(fault));
  }
  uint64_t number = 0;
  for (size_t i = 0; i < log.count; i++) {
    const log_line *line = &log.lines[i];
    if (line->type != DSET_TRACE_FAULT) continue;
    ck_assert_int_eq(line->fault, _i);
    ck_assert_int_lt(line->at_ms, FAULTS_UNTIL);
    ck_assert_uint_eq(line->number, ++number);
  }
  ck_assert_uint_eq(number, stats->faults[_i]);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(s.simulation, 4, NULL), DSET_OK);
  scene_expect_none(&s, dset_fault_name(_i));
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* `most`, and `silenced`: those numbers do not happen. */
START_TEST(faults_that_are_left) {
  static const uint64_t silenced[] = {1, 3};
  scene s;
  scene_log log;
  eventful(&s);
  s.faults.per_mille[DSET_FAULT_FAILED] = 1000;
  if (_i == 0) s.faults.most = 3;
  if (_i == 1) s.faults.silenced = silenced, s.faults.silenced_count = COUNT_OF(silenced);
  if (_i == 1) s.faults.until_ms = SCENE_START + 3000;
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  if (_i == 0) {
    ck_assert_uint_eq(scene_stats(&s)->faults[DSET_FAULT_FAILED], 3);
    ck_assert_uint_eq(log_count(&log, DSET_TRACE_FAULT), 3);
  } else {
    const log_line *line = log_find(&log, DSET_TRACE_FAULT, 0);
    ck_assert_uint_eq(line->number, 2);
    while ((++line)->type != DSET_TRACE_FAULT) ck_assert_ptr_ne(line, log.lines + log.count);
    ck_assert_uint_eq(line->number, 4);
  }
  scene_expect_none(&s, "faults");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* `crash_call`: at the second write, which is the first creation; done or not. What was recorded and may not have been
 * sent waits for five minutes and a millisecond, unless it is seen (host.h: A CRASH). */
START_TEST(crash_call) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  s.delays.restart = exactly(5000);
  s.faults.crash_call = 2;
  s.faults.crash_after = _i == 1;
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text("crash", "creations", creates(&log), _i == 1 ? "0: n1" : "300001: n1");
  ck_assert_int_eq(log_find(&log, DSET_TRACE_HOST, 1)->at_ms, 5000);
  scene_expect_none(&s, "crash");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* ---- determinism ---- */

/* The same seed gives the same trace, another seed another. */
START_TEST(same_seed_same_trace) {
  scene s[3];
  scene_log log[3];
  for (int i = 0; i < 3; i++) {
    eventful(&s[i]);
    s[i].scenario.seed = i == 2 ? 8 : 7;
    for (int fault = 0; fault < DSET_FAULTS; fault++) s[i].faults.per_mille[fault] = 20;
    log_start(&log[i], &s[i]);
    scene_run(&s[i], DSET_NEVER);
  }
  for (int other = 1; other < 3; other++) {
    bool equal = log[0].count == log[other].count;
    for (size_t i = 0; equal && i < log[0].count; i++) {
      const log_line *a = &log[0].lines[i], *b = &log[other].lines[i];
      equal = a->at_ms == b->at_ms && a->type == b->type && a->host == b->host && strcmp(a->text, b->text) == 0;
    }
    ck_assert_msg(equal == (other == 1), "run %d", other);
  }
  for (int i = 0; i < 3; i++) {
    scene_expect_none(&s[i], "seeds");
    log_free(&log[i]);
    scene_free(&s[i]);
  }
}
END_TEST

Suite *dset_suite_simulate_promises(void) {
  Suite *suite = suite_create("simulate_promises");
  TCase *tcase = tcase_create("promises");
  tcase_add_test(tcase, kubelet_rules);
  tcase_add_test(tcase, kubelet_first_pods);
  tcase_add_test(tcase, kubelet_flaps);
  tcase_add_test(tcase, kubelet_spans);
  ADD_ROWS(tcase, watch_lags, lag_rows);
  tcase_add_loop_test(tcase, cut_off_and_back, 0, 2);
  tcase_add_test(tcase, crash_and_restart);
  tcase_add_test(tcase, stopped_watch);
  tcase_add_test(tcase, clock_ahead);
  tcase_add_test(tcase, two_hosts);
  tcase_add_loop_test(tcase, each_fault, 0, DSET_FAULTS);
  tcase_add_loop_test(tcase, faults_that_are_left, 0, 2);
  tcase_add_loop_test(tcase, crash_call, 0, 2);
  tcase_add_test(tcase, same_seed_same_trace);
  suite_add_tcase(suite, tcase);
  return suite;
}
