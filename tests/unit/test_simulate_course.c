/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_course.c: revisions, status, taints, namespaces and the deletion of a DaemonSet over time, rule by
 * rule. Pods take a second to start, one more to be ready, and one to stop, unless a rule for kubelets says otherwise.
 */
#include <string.h>

#include "support/log.h"

static const char *creates(const scene_log *log) {
  return log_writes(log, DSET_ACTION_CREATE_POD);
}

static const char *deletes(const scene_log *log) {
  return log_writes(log, DSET_ACTION_DELETE_POD);
}

static void keep(scene *s, int32_t limit) {
  s->w.daemonset.has_revision_history_limit = true;
  s->w.daemonset.revision_history_limit = limit;
}

/* G16: what is kept of v1 to v5, and after the way back to v4: G18, it moves to the top. */
typedef struct history_row {
  const char *row;
  int32_t limit; /* -1: absent */
  const char *before;
  const char *after;
} history_row;

static const history_row history_rows[] = {
    {"G16 two", 2, "3=v3 4=v4 5=v5", "3=v3 5=v5 6=v4"},
    {"G16 none", 0, "5=v5", "6=v4"},
    {"G17 absent is ten", -1, "1=v1 2=v2 3=v3 4=v4 5=v5", "1=v1 2=v2 3=v3 5=v5 6=v4"},
};

START_TEST(G16_history) {
  const history_row *row = &history_rows[_i];
  scene s;
  scene_log log;
  scene_init(&s, 2);
  if (row->limit >= 0) keep(&s, row->limit);
  for (int i = 2; i <= 5; i++) scene_template(&s, i * 60000, world_format(&s.w, "v%d", i));
  scene_template(&s, 600000, "v4");
  log_start(&log, &s);
  scene_run(&s, 599999);
  expect_text(row->row, "revisions", log_revisions(&s), row->before);
  scene_run(&s, DSET_NEVER);
  expect_text(row->row, "revisions", log_revisions(&s), row->after);
  expect_text("G18", "deletions", log_writes_after(&log, DSET_ACTION_DELETE_POD, 600000), "600000: n1; 603000: n2");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, row->row);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S27: a revision whose hash a pod carries stays, and does not count. */
START_TEST(G16_live_revisions) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  keep(&s, _i);
  for (int i = 2; i <= 4; i++) scene_template(&s, i * 60000, world_format(&s.w, "v%d", i));
  static const dset_node n1 = {.size = sizeof n1, .name = "n1"}, n2 = {.size = sizeof n2, .name = "n2"};
  scene_change(&s, 300000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(&s, 310000, DSET_CHANGE_DELETE_POD, NULL)->node = &n2;
  log_start(&log, &s);
  scene_run(&s, 309999);
  expect_text("G16", "revisions", log_revisions(&s), "1=v1 4=v4");
  scene_run(&s, DSET_NEVER);
  expect_text("G16", "revisions", log_revisions(&s), _i == 0 ? "4=v4" : "1=v1 4=v4");
  scene_expect_none(&s, "G16");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* G18: the way back from a rollout that is stuck restarts no pod but the new ones. */
START_TEST(G18_roll_back) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  dset_kubelet *kubelet = scene_kubelet(&s);
  kubelet->template_number = 2, kubelet->never_ready = true;
  scene_template(&s, 60000, "v2");
  scene_template(&s, 90000, "v1");
  log_start(&log, &s);
  expect_text("H2", "status", log_status(&s, 89999), "3/3/0/2/1/2/1");
  expect_text("H2", "status", log_status(&s, DSET_NEVER), "3/3/0/3/3/3/0");
  expect_text("G9", "revisions", log_revisions(&s), "2=v2 3=v1");
  expect_text("G18", "deletions", deletes(&log), "60000: n1; 90000: n1");
  expect_text("G18", "creations", creates(&log), "0: n1 n2 n3; 61000: n1; 90000: n1");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "G18");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* G13: the name that the revision of v2 would have is taken by other data; the collision count makes another name. */
START_TEST(G13_collision) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  dset_daemonset *second = scene_template(&s, 60000, "v2");
  char hash[16];
  ck_assert_int_eq(dset_revision_hash(second, hash, sizeof hash, NULL), DSET_OK);
  dset_revision *taken = world_alloc(&s.w, 1, sizeof *taken);
  *taken = (dset_revision){.size = sizeof *taken, .ns = "default", .number = 40, .data = "x", .data_bytes = 1};
  taken->name = world_format(&s.w, "agent-%s", hash);
  scene_change(&s, 30000, DSET_CHANGE_PUT_REVISION, NULL)->revision = taken;
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("G13", "counts", log_writes(&log, DSET_ACTION_BUMP_COLLISION_COUNT), "60000:");
  expect_text("G13", "revisions", log_revisions(&s), "1=v1 2=v2 40=x");
  expect_text("G13", "deletions", deletes(&log), "60000: n1");
  ck_assert_int_eq(scene_stats(&s)->updated, 1);
  scene_expect_none(&s, "G13");
  dset_snapshot snapshot = {.size = sizeof snapshot};
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  ck_assert(snapshot.daemonset->status->has_collision_count);
  ck_assert_int_eq(snapshot.daemonset->status->collision_count, 1);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* G3, G9, G12: people delete the current revision, it is made anew with the number it had; an old one is not. */
START_TEST(G9_revision_removed) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  s.scenario.hash = "abc";
  scene_template(&s, 60000, "v2");
  scene_change(&s, 90000, DSET_CHANGE_REMOVE_REVISION, "agent-abc");
  log_start(&log, &s);
  scene_run(&s, 59999);
  ck_assert_str_eq(log_find(&log, DSET_TRACE_WRITE, 0)->name, "agent-abc");
  scene_run(&s, 89999);
  expect_text("G9", "revisions", log_revisions(&s), "1=v1 2=v2");
  scene_run(&s, DSET_NEVER);
  expect_text("G9", "revisions", log_revisions(&s), "2=v2");
  scene_expect_none(&s, "G9");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* H2 to H5 at each moment of a rollout; the status is that after the last plan of the moment. */
typedef struct moment_row {
  int64_t at_ms;
  const char *status; /* desired/current/misscheduled/ready/updated/available/unavailable */
} moment_row;

static const moment_row plain[] = {
    {0, "2/2/0/0/2/0/2"},     {1999, "2/2/0/0/2/0/2"},  {2000, "2/2/0/2/2/0/2"},  {11999, "2/2/0/2/2/0/2"},
    {12000, "2/2/0/2/2/2/0"}, {60000, "2/2/0/2/0/2/0"}, /* H5: a deleting pod counts as available */
    {61000, "2/2/0/1/1/1/1"}, {63000, "2/2/0/2/1/1/1"}, {72999, "2/2/0/2/1/1/1"}, {73000, "2/2/0/2/1/2/0"},
    {74000, "2/2/0/1/2/1/1"}, {76000, "2/2/0/2/2/1/1"}, {86000, "2/2/0/2/2/2/0"},
};

static const moment_row surging[] = {
    {60000, "2/2/0/2/0/2/0"}, {62000, "2/2/0/2/0/2/0"}, {71999, "2/2/0/2/0/2/0"}, /* H5: the old pod is the one judged
                                                                                   */
    {72000, "2/2/0/2/0/2/0"}, {73000, "2/2/0/2/1/2/0"}, {84000, "2/2/0/2/1/2/0"}, {85000, "2/2/0/2/2/2/0"},
};

START_TEST(H2_at_each_moment) {
  const moment_row *rows = _i == 0 ? plain : surging;
  size_t count = _i == 0 ? COUNT_OF(plain) : COUNT_OF(surging);
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.w.daemonset.min_ready_seconds = 10;
  world_budget(&s.w, _i == 0 ? "1" : "0", _i == 0 ? "0" : "1");
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  for (size_t i = 0; i < count; i++) {
    const char *row = world_format(&s.w, "%s %lld", _i == 0 ? "plain" : "surging", (long long)rows[i].at_ms);
    expect_text(row, "status", log_status(&s, rows[i].at_ms), rows[i].status);
  }
  log_free(&log);
  scene_free(&s);
}
END_TEST

static dset_node *tainted(scene *s, int64_t after_ms, const char *name, const char *effect) {
  dset_node *node = world_alloc(&s->w, 1, sizeof *node);
  *node = (dset_node){.size = sizeof *node, .name = name};
  if (effect != NULL) {
    dset_taint *taint = world_alloc(&s->w, 1, sizeof *taint);
    *taint = (dset_taint){"dedicated", "db", effect};
    node->taints = taint, node->taint_count = 1;
  }
  scene_change(s, after_ms, DSET_CHANGE_PUT_NODE, NULL)->node = node;
  return node;
}

/* C4: NoSchedule keeps the pod, NoExecute does not; neither makes one. S29: the library's status follows at once. */
START_TEST(C4_taints_come_and_go) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  tainted(&s, 10000, "n1", "NoSchedule");
  tainted(&s, 20000, "n1", NULL);
  tainted(&s, 30000, "n1", "NoExecute");
  tainted(&s, 40000, "n1", "NoSchedule");
  tainted(&s, 50000, "n1", "PreferNoSchedule");
  log_start(&log, &s);
  expect_text("C4", "status", log_status(&s, 9999), "2/2/0/2/2/2/0");
  expect_text("I20", "status", log_status(&s, 10000), "1/1/1/1/1/1/0");
  expect_text("C4", "status", log_status(&s, 20000), "2/2/0/2/2/2/0");
  expect_text("C4", "status", log_status(&s, 30000), "1/1/1/1/1/1/0");
  expect_text("C4", "status", log_status(&s, 31000), "1/1/0/1/1/1/0");
  expect_text("C4", "status", log_status(&s, 49999), "1/1/0/1/1/1/0");
  expect_text("C4", "status", log_status(&s, DSET_NEVER), "2/2/0/2/2/2/0");
  expect_text("C4", "creations", creates(&log), "0: n1 n2; 50000: n1");
  expect_text("C4", "deletions", deletes(&log), "30000: n1");
  scene_expect_none(&s, "C4");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S29, I18: Kubernetes has no handler for a node that is removed; the library's status follows at once. */
START_TEST(I20_node_removed) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  s.delays.collect = (dset_span){60000, 60000};
  scene_change(&s, 10000, DSET_CHANGE_REMOVE_NODE, "n3");
  log_start(&log, &s);
  expect_text("I18", "status", log_status(&s, 10000), "2/2/0/2/2/2/0");
  expect_text("E15", "pods", log_pods(&s, 69999), "n1:R n2:R n3:R");
  expect_text("E15", "pods", log_pods(&s, 70000), "n1:R n2:R"); /* the collector takes it */
  ck_assert_uint_eq(scene_stats(&s)->deletes, 0);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* C2: cordoned nodes keep and get pods; a drain takes those that no DaemonSet controls. */
START_TEST(C2_cordon_and_drain) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  static const dset_node n2 = {.size = sizeof n2, .name = "n2"};
  static const dset_pod other = {.size = sizeof other, .ns = "default", .name = "other", .node_name = "n1"};
  scene_change(&s, 5000, DSET_CHANGE_PUT_POD, NULL)->pod = &other;
  scene_change(&s, 10000, DSET_CHANGE_CORDON, "n1");
  scene_change(&s, 20000, DSET_CHANGE_PUT_NODE, NULL)->node = &n2;
  scene_change(&s, 20000, DSET_CHANGE_CORDON, "n2");
  scene_change(&s, 30000, DSET_CHANGE_DRAIN, "n1");
  scene_change(&s, 40000, DSET_CHANGE_UNCORDON, "n1");
  log_start(&log, &s);
  const char *pods = log_pods(&s, 29999);
  ck_assert_msg(strstr(pods, "n1:R") != NULL && strlen(pods) > strlen("n1:R n2:R"), "%s", pods);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_uint_eq(snapshot.nodes[i]->taint_count, 1);
    ck_assert_str_eq(snapshot.nodes[i]->taints[0].key, "node.kubernetes.io/unschedulable");
    ck_assert_str_eq(snapshot.nodes[i]->taints[0].effect, "NoSchedule");
  }
  expect_text("drain", "pods", log_pods(&s, DSET_NEVER), "n1:R n2:R");
  expect_text("C2", "creations", creates(&log), "0: n1; 20000: n2");
  expect_text("C2", "deletions", deletes(&log), "");
  scene_expect_none(&s, "C2");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* S18: a creation that is refused because the namespace ends stays in flight for five minutes: E20, strictly more. */
START_TEST(E19_namespace_ends) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  if (_i == 1) s.scenario.controller = DSET_CONTROLLER_KUBERNETES;
  static const dset_node n1 = {.size = sizeof n1, .name = "n1"};
  scene_change(&s, 10000, DSET_CHANGE_NAMESPACE_ENDS, "default")->ns = "default";
  scene_change(&s, 20000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(&s, 30000, DSET_CHANGE_NAMESPACE_STAYS, "default")->ns = "default";
  if (_i == 1) scene_template(&s, 400000, "v2");
  log_start(&log, &s);
  expect_text("E19", "status", log_status(&s, 399999), _i == 0 ? "1/1/0/1/1/1/0" : "1/0/0/0/0/0/1");
  const log_line *line = log_find(&log, DSET_TRACE_REFUSED, 0);
  ck_assert_ptr_nonnull(line);
  ck_assert_int_eq(line->at_ms, 21000);
  ck_assert_int_eq(line->action, DSET_ACTION_CREATE_POD);
  ck_assert_int_eq(line->result, DSET_RESULT_NAMESPACE_TERMINATING);
  ck_assert_uint_eq(log_count(&log, DSET_TRACE_REFUSED), 1);
  /* I22 has no wake-up for it: Kubernetes waits for something to happen. */
  scene_run(&s, DSET_NEVER);
  expect_text("E20", "creations", creates(&log), _i == 0 ? "0: n1; 321001: n1" : "0: n1; 400000: n1");
  scene_expect_none(&s, "E19");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* E17, E18: a burst of five of seven, in batches of 1, 2, 2, each once the one before is done; calls take a second. */
START_TEST(E17_burst) {
  scene s;
  scene_log log;
  dset_options options = {.size = sizeof options, .burst = 5};
  scene_init(&s, 7);
  s.scenario.options = &options;
  s.w.options = options;
  s.delays.call = (dset_span){1000, 1000};
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("G12", "revisions", log_writes(&log, DSET_ACTION_CREATE_REVISION), "500:");
  const char *text = creates(&log);
  ck_assert_msg(strncmp(text, "1500: n1; 2500: n2 n3; 3500: n4 n5; ", 36) == 0, "%s", text);
  ck_assert_uint_eq(scene_stats(&s)->creates, 7);
  scene_expect_none(&s, "E17");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* I6, A23: a DaemonSet that is deleted is left alone; removed, its pods and revisions are collected. */
START_TEST(I6_deletion) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.delays.collect = (dset_span){5000, 5000};
  static const dset_node n1 = {.size = sizeof n1, .name = "n1"};
  s.w.daemonset.deleting = true;
  scene_template(&s, 60000, "v2");
  s.w.daemonset.deleting = false;
  scene_change(&s, 70000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(&s, 90000, DSET_CHANGE_REMOVE_DAEMONSET, "agent");
  log_start(&log, &s);
  expect_text("I6", "pods", log_pods(&s, 89999), "n2:R");
  expect_text("I6", "revisions", log_revisions(&s), "1=v1");
  size_t writes = log_count(&log, DSET_TRACE_WRITE);
  scene_run(&s, DSET_NEVER);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  ck_assert_ptr_null(snapshot.daemonset);
  ck_assert_uint_eq(snapshot.pod_count + snapshot.revision_count, 0);
  ck_assert_uint_eq(log_count(&log, DSET_TRACE_WRITE), writes);
  expect_text("A23", "creations", creates(&log), "0: n1 n2");
  expect_text("A23", "deletions", deletes(&log), "");
  ck_assert_int_eq(scene_now(&s), 96000); /* 5 s to the collector, 1 s to stop */
  scene_expect_none(&s, "I6");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* D4, D9: a matching orphan is adopted and, without hash, outdated: replaced at once. */
START_TEST(D4_orphan) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  world_pods(&s.w, "stray@n1 orphan nohash ready");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("D4", "adoptions", log_writes(&log, DSET_ACTION_ADOPT_POD), "0: n1");
  expect_text("D9", "deletions", deletes(&log), "0: n1");
  ck_assert_int_eq(scene_stats(&s)->updated, 1);
  scene_expect_none(&s, "D4");
  log_free(&log);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_course(void) {
  Suite *suite = suite_create("simulate_course");
  TCase *tcase = tcase_create("course");
  ADD_ROWS(tcase, G16_history, history_rows);
  tcase_add_loop_test(tcase, G16_live_revisions, 0, 2);
  tcase_add_test(tcase, G18_roll_back);
  tcase_add_test(tcase, G13_collision);
  tcase_add_test(tcase, G9_revision_removed);
  tcase_add_loop_test(tcase, H2_at_each_moment, 0, 2);
  tcase_add_test(tcase, C4_taints_come_and_go);
  tcase_add_test(tcase, I20_node_removed);
  tcase_add_test(tcase, C2_cordon_and_drain);
  tcase_add_loop_test(tcase, E19_namespace_ends, 0, 2);
  tcase_add_test(tcase, E17_burst);
  tcase_add_test(tcase, I6_deletion);
  tcase_add_test(tcase, D4_orphan);
  suite_add_tcase(suite, tcase);
  return suite;
}
