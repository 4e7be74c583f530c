/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_rules.c: what a whole rollout looks like over time, rule by rule: which nodes at which millisecond.
 * Pods take a second to start, one more to be ready, and one to stop, unless a rule for kubelets says otherwise.
 */
#include <string.h>

#include "support/log.h"

static const char *creates(const scene_log *log) {
  return log_writes(log, DSET_ACTION_CREATE_POD);
}

static const char *deletes(const scene_log *log) {
  return log_writes(log, DSET_ACTION_DELETE_POD);
}

/* Waves. At 60 s there is another template. */
typedef struct wave_row {
  const char *row;
  size_t nodes;
  const char *unavailable;
  const char *surge;
  int32_t min_ready_seconds;
  int64_t least_available;
  const char *creates; /* of the rollout */
  const char *deletes;
} wave_row;

static const wave_row wave_rows[] = {
    {"F8 one of three", 3, "1", "0", 0, 2, "61000: n1; 64000: n2; 67000: n3", "60000: n1; 63000: n2; 66000: n3"},
    {"F8 two of five", 5, "2", "0", 0, 3, "61000: n1 n2; 64000: n3 n4; 67000: n5",
     "60000: n1 n2; 63000: n3 n4; 66000: n5"},
    {"F4 40% of five are two", 5, "40%", "0", 0, 3, "61000: n1 n2; 64000: n3 n4; 67000: n5",
     "60000: n1 n2; 63000: n3 n4; 66000: n5"},
    {"F4 41% of five are three", 5, "41%", "0", 0, 2, "61000: n1 n2 n3; 64000: n4 n5", "60000: n1 n2 n3; 63000: n4 n5"},
    {"S2 1% of two is one", 2, "1%", "0", 0, 1, "61000: n1; 64000: n2", "60000: n1; 63000: n2"},
    {"F5 both zero: one", 2, "0", "0", 0, 1, "61000: n1; 64000: n2", "60000: n1; 63000: n2"},
    {"F5 0% and 0%: one", 2, "0%", "0%", 0, 1, "61000: n1; 64000: n2", "60000: n1; 63000: n2"},
    {"F8 more than there are", 3, "10", "0", 0, 0, "61000: n1 n2 n3", "60000: n1 n2 n3"},
    {"J4 ready and 7 s", 2, "1", "0", 7, 1, "61000: n1; 71000: n2", "60000: n1; 70000: n2"},
    {"F11 one of three", 3, "0", "1", 0, 3, "60000: n1; 62000: n2; 64000: n3", "62000: n1; 64000: n2; 66000: n3"},
    {"F11 two of five", 5, "0", "2", 0, 5, "60000: n1 n2; 62000: n3 n4; 64000: n5",
     "62000: n1 n2; 64000: n3 n4; 66000: n5"},
    {"F4 50% surge of three are two", 3, "0", "50%", 0, 3, "60000: n1 n2; 62000: n3", "62000: n1 n2; 64000: n3"},
    {"F15 E14 available, not ready, counts", 3, "0", "1", 10, 3, "60000: n1; 72000: n2; 84000: n3",
     "72000: n1; 84000: n2; 96000: n3"},
};

START_TEST(waves) {
  const wave_row *row = &wave_rows[_i];
  scene s;
  scene_log log;
  scene_init(&s, row->nodes);
  world_budget(&s.w, row->unavailable, row->surge);
  s.w.daemonset.min_ready_seconds = row->min_ready_seconds;
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text(row->row, "creations", log_writes_after(&log, DSET_ACTION_CREATE_POD, 60000), row->creates);
  expect_text(row->row, "deletions", deletes(&log), row->deletes);
  const dset_simulation_stats *stats = scene_stats(&s);
  ck_assert_msg(stats->least_available == row->least_available, "%s: %d", row->row, (int)stats->least_available);
  ck_assert_int_eq(stats->updated, (int64_t)row->nodes);
  ck_assert_int_eq(stats->available, (int64_t)row->nodes);
  ck_assert_int_eq(stats->eligible, (int64_t)row->nodes);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(s.simulation, 3, NULL), DSET_OK);
  scene_expect_none(&s, row->row);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* Pods of template 1 on n1 and n2 never get ready: they go at once and spend the budget (S4). */
START_TEST(F7_unavailable_go_first) {
  scene s;
  scene_log log;
  scene_init(&s, 4);
  for (size_t i = 0; i < 2; i++) {
    dset_kubelet *kubelet = scene_kubelet(&s);
    kubelet->node = i == 0 ? "n1" : "n2", kubelet->template_number = 1, kubelet->never_ready = true;
  }
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  /* Theirs stop at once; the rule is that of the template. */
  expect_text("F7", "deletions", deletes(&log), "60000: n1 n2; 62000: n3; 65000: n4");
  scene_expect_none(&s, "F7");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* F6: pods that never get ready stop a rollout; the next template replaces them first (F7). */
START_TEST(F8_stuck_and_unstuck) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  dset_kubelet *kubelet = scene_kubelet(&s);
  kubelet->template_number = 2, kubelet->never_ready = true;
  scene_template(&s, 60000, "v2");
  scene_template(&s, 600000, "v3");
  log_start(&log, &s);
  expect_text("F8", "pods", log_pods(&s, 599999), "n1:r n2:R n3:R");
  scene_run(&s, DSET_NEVER);
  expect_text("F8", "deletions", deletes(&log), "60000: n1; 600000: n1; 602000: n2; 605000: n3");
  scene_expect_none(&s, "F8");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* F11: an unavailable outdated pod is replaced whatever maxSurge says (X), and with surge it goes when its new one is
 * there (E14). */
START_TEST(F11_surge_beside_unavailable) {
  scene s;
  scene_log log;
  scene_init(&s, 4);
  world_budget(&s.w, "0", "1");
  for (size_t i = 0; i < 2; i++) {
    dset_kubelet *kubelet = scene_kubelet(&s);
    kubelet->node = i == 0 ? "n1" : "n2", kubelet->template_number = 1, kubelet->never_ready = true;
  }
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("F11", "creations", log_writes_after(&log, DSET_ACTION_CREATE_POD, 60000), "60000: n1 n2 n3; 62000: n4");
  expect_text("E14", "deletions", deletes(&log), "60000: n1 n2; 62000: n3; 64000: n4");
  scene_expect_none(&s, "F11");
  log_free(&log);
  scene_free(&s);
}
END_TEST

static void fails_after(scene *s, int64_t after_ms) {
  dset_kubelet *kubelet = scene_kubelet(s);
  kubelet->fail_per_mille = 1000;
  kubelet->fail = (dset_span){after_ms, after_ms};
}

/* E8: 1 s, 2 s, 4 s ... 512 s, 900 s, 900 s between deletions. Pods fail half a second after they are made. */
START_TEST(E8_back_off) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  fails_after(&s, 500);
  log_start(&log, &s);
  scene_run(&s, 3000000);
  expect_text("E8", "deletions", deletes(&log),
              "500: n1; 1500: n1; 3500: n1; 7500: n1; 15500: n1; 31500: n1; 63500: n1; 127500: n1; 255500: n1; "
              "511500: n1; 1023500: n1; 1923500: n1; 2823500: n1");
  expect_text("E11", "creations", creates(&log), world_format(&s.w, "0: n1; %s", deletes(&log)));
  scene_expect_none(&s, "E8");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* The options of plans count: 100 ms, at most 400 ms. */
START_TEST(E8_options) {
  scene s;
  scene_log log;
  dset_options options = {.size = sizeof options, .backoff_initial_ms = 100, .backoff_max_ms = 400};
  scene_init(&s, 1);
  s.scenario.options = &options;
  s.w.options = options;
  fails_after(&s, 50);
  log_start(&log, &s);
  scene_run(&s, 2000);
  expect_text("E8", "deletions", deletes(&log), "50: n1; 150: n1; 350: n1; 750: n1; 1150: n1; 1550: n1; 1950: n1");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* Each node has its own back-off; a failed pod that takes 10 s to stop does not hold its node (D11, S9). */
START_TEST(E8_by_node) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  dset_kubelet *kubelet = scene_kubelet(&s);
  kubelet->node = "n2", kubelet->fail_per_mille = 1000, kubelet->fail = (dset_span){700, 700};
  kubelet->stop = (dset_span){10000, 10000};
  fails_after(&s, 500);
  log_start(&log, &s);
  scene_run(&s, 8000);
  expect_text("E8", "deletions", deletes(&log),
              "500: n1; 700: n2; 1500: n1; 1700: n2; 3500: n1; 3700: n2; 7500: n1; 7700: n2");
  expect_text("D11", "creations", creates(&log),
              "0: n1 n2; 500: n1; 700: n2; 1500: n1; 1700: n2; 3500: n1; 3700: n2; 7500: n1; 7700: n2");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S6: the rollout deletes failed outdated pods in their back-off; E8: with the new generation it starts afresh. */
START_TEST(E8_new_generation) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  fails_after(&s, 500);
  scene_template(&s, 5000, "v2"); /* a pod failed at 4000, to stay until 7500 */
  log_start(&log, &s);
  scene_run(&s, 9000);
  expect_text("E8", "deletions", deletes(&log), "500: n1; 1500: n1; 3500: n1; 5000: n1; 5500: n1; 6500: n1; 8500: n1");
  scene_expect_none(&s, "E8");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* E8: exactly 30 minutes after its last failure a node is still known, one millisecond later it is not. */
START_TEST(E8_expiry) {
  static const int64_t moments[] = {10000, 12000, 13000, 1814000, 1815000, 3622001, 3622500};
  scene s;
  scene_log log;
  scene_init(&s, 1);
  scene_kubelet(&s);
  for (size_t i = 0; i < COUNT_OF(moments); i++) scene_change(&s, moments[i], DSET_CHANGE_FAIL_POD, NULL);
  for (size_t i = 0; i < COUNT_OF(moments); i++) {
    static const dset_node n1 = {.size = sizeof n1, .name = "n1"};
    s.changes[i].node = &n1;
  }
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("E8", "deletions", deletes(&log),
              "10000: n1; 12000: n1; 14000: n1; 1814000: n1; 1822000: n1; 3622001: n1; 3623001: n1");
  scene_expect_none(&s, "E8");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S10: with surge the replacement stands at once beside each failed pod, deleted or in its back-off. */
START_TEST(E12_surge_beside_failed) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  world_budget(&s.w, "0", "1");
  fails_after(&s, 500);
  log_start(&log, &s);
  expect_text("E12", "pods", log_pods(&s, 3400), "n1:F n1:F n1:F n1:F n1:R");
  scene_run(&s, 3999);
  expect_text("E12", "creations", creates(&log),
              "0: n1; 500: n1; 1000: n1; 1500: n1; 2000: n1; 2500: n1; 3000: n1; 3500: n1");
  expect_text("E12", "deletions", deletes(&log), "500: n1; 1500: n1; 3500: n1");
  scene_expect_none(&s, "E12");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S9: a deleting pod that has not ended holds its node without surge alone. */
START_TEST(E11_E12_deleting) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  world_budget(&s.w, _i == 0 ? "1" : "0", _i == 0 ? "0" : "1");
  dset_kubelet *kubelet = scene_kubelet(&s);
  kubelet->stop = (dset_span){5000, 5000};
  scene_change(&s, 10000, DSET_CHANGE_DELETE_POD, NULL)->node = &(dset_node){.size = sizeof(dset_node), .name = "n1"};
  log_start(&log, &s);
  expect_text("S9", "pods", log_pods(&s, 12000), _i == 0 ? "n1:Rd" : "n1:Rd n1:R");
  scene_run(&s, DSET_NEVER);
  expect_text("S9", "creations", creates(&log), _i == 0 ? "0: n1; 15000: n1" : "0: n1; 10000: n1");
  expect_text("S9", "deletions", deletes(&log), "");
  scene_expect_none(&s, "S9");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* E15: a pod that waits for a vanished node goes, a bound one is the collector's. */
START_TEST(E15_vanished_nodes) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.delays.schedule = (dset_span){10000, 10000};
  s.delays.collect = (dset_span){40000, 40000};
  scene_change(&s, 5000, DSET_CHANGE_REMOVE_NODE, "n1");
  scene_change(&s, 30000, DSET_CHANGE_REMOVE_NODE, "n2");
  log_start(&log, &s);
  expect_text("E15", "pods", log_pods(&s, 69999), "n2:R");
  expect_text("E15", "pods", log_pods(&s, 70000), "");
  scene_run(&s, DSET_NEVER);
  const log_line *line = log_find(&log, DSET_TRACE_WRITE, 5000);
  ck_assert_ptr_nonnull(line);
  ck_assert_int_eq(line->at_ms, 5000);
  ck_assert_int_eq(line->action, DSET_ACTION_DELETE_POD);
  ck_assert_int_eq(line->cause, DSET_CAUSE_NODE_GONE);
  ck_assert_uint_eq(scene_stats(&s)->deletes, 1);
  scene_expect_none(&s, "E15");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* F14, S13: with surge an outdated pod of a vanished node stops the rollout until the collector has it. */
START_TEST(F14_vanished_node_stops_surge) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  world_budget(&s.w, "0", "1");
  s.delays.collect = (dset_span){40000, 40000};
  scene_change(&s, 50000, DSET_CHANGE_REMOVE_NODE, "n3");
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("F14", "creations", creates(&log), "0: n1 n2 n3; 90000: n1; 92000: n2");
  expect_text("F14", "deletions", deletes(&log), "92000: n1; 94000: n2");
  scene_expect_none(&s, "F14");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S5: the pod of a node that is cut off goes first, cannot stop, and spends the budget until the node is back. */
START_TEST(S5_cut_off_node_stops_rollout) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  scene_change(&s, 10000, DSET_CHANGE_CUT_OFF, "n2");
  scene_template(&s, 60000, "v2");
  scene_change(&s, 120000, DSET_CHANGE_REJOIN, "n2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("S5", "deletions", deletes(&log), "60000: n2; 123000: n1; 126000: n3");
  expect_text("S5", "creations", log_writes_after(&log, DSET_ACTION_CREATE_POD, 1),
              "121000: n2; 124000: n1; 127000: n3");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "S5");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S11: from surge to something else in mid-rollout: manage keeps the oldest pod and kills the new one. */
START_TEST(S11_surge_switched_off) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  world_budget(&s.w, "0", "1");
  dset_kubelet *kubelet = scene_kubelet(&s);
  kubelet->template_number = 2, kubelet->ready = (dset_span){30000, 30000};
  scene_template(&s, 60000, "v2");
  world_budget(&s.w, "1", "0");
  if (_i == 1) s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  scene_template(&s, 70000, "v2");
  log_start(&log, &s);
  scene_run(&s, 69999);
  expect_text("S11", "creations", creates(&log), "0: n1 n2; 60000: n1");
  scene_run(&s, DSET_NEVER);
  const log_line *line = log_find(&log, DSET_TRACE_WRITE, 70000);
  while (line->action != DSET_ACTION_DELETE_POD) line++;
  ck_assert_int_eq(line->cause, DSET_CAUSE_EXCESS);
  /* The killed one stops at once, the outdated one takes a second. */
  expect_text("S11", "deletions", deletes(&log), _i == 1 ? "70000: n1" : "70000: n1 n1; 101000: n2");
  expect_text("S11", "creations", log_writes_after(&log, DSET_ACTION_CREATE_POD, 60001),
              _i == 1 ? "" : "71000: n1; 102000: n2");
  scene_expect_none(&s, "S11");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* F1: with OnDelete nothing is replaced until people delete; then by the current template, whose revision is there. */
START_TEST(F1_on_delete) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  scene_template(&s, 60000, "v2");
  scene_change(&s, 90000, DSET_CHANGE_DELETE_POD, NULL)->node = &(dset_node){.size = sizeof(dset_node), .name = "n2"};
  log_start(&log, &s);
  expect_text("F1", "status", log_status(&s, 89999), "2/2/0/2/0/2/0");
  expect_text("G9", "revisions", log_revisions(&s), "1=v1 2=v2");
  expect_text("F1", "status", log_status(&s, DSET_NEVER), "2/2/0/2/1/2/0");
  expect_text("F1", "creations", creates(&log), "0: n1 n2; 91000: n2");
  expect_text("F1", "deletions", deletes(&log), "");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "F1");
  log_free(&log);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_rules(void) {
  Suite *suite = suite_create("simulate_rules");
  TCase *tcase = tcase_create("rules");
  ADD_ROWS(tcase, waves, wave_rows);
  tcase_add_test(tcase, F7_unavailable_go_first);
  tcase_add_test(tcase, F8_stuck_and_unstuck);
  tcase_add_test(tcase, F11_surge_beside_unavailable);
  tcase_add_test(tcase, E8_back_off);
  tcase_add_test(tcase, E8_options);
  tcase_add_test(tcase, E8_by_node);
  tcase_add_test(tcase, E8_new_generation);
  tcase_add_test(tcase, E8_expiry);
  tcase_add_test(tcase, E12_surge_beside_failed);
  tcase_add_loop_test(tcase, E11_E12_deleting, 0, 2);
  tcase_add_test(tcase, E15_vanished_nodes);
  tcase_add_test(tcase, F14_vanished_node_stops_surge);
  tcase_add_test(tcase, S5_cut_off_node_stops_rollout);
  tcase_add_loop_test(tcase, S11_surge_switched_off, 0, 2);
  tcase_add_test(tcase, F1_on_delete);
  suite_add_tcase(suite, tcase);
  return suite;
}
