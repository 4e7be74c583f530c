/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_detail.c: more of what happens over time, where rules meet: nodes that do not qualify in a rollout,
 * revisions of others, generations, errors and retries.
 */
#include <string.h>

#include "support/log.h"

static const dset_node n1 = {.size = sizeof n1, .name = "n1"}, n2 = {.size = sizeof n2, .name = "n2"};
static const dset_taint no_schedule = {"dedicated", "db", "NoSchedule"};
static const dset_node n2_tainted = {.size = sizeof n2_tainted, .name = "n2", .taints = &no_schedule, .taint_count = 1};
static const dset_owner agent = {"DaemonSet", "agent", WORLD_UID, true};

static const char *creates(const scene_log *log) {
  return log_writes(log, DSET_ACTION_CREATE_POD);
}

static const char *deletes(const scene_log *log) {
  return log_writes(log, DSET_ACTION_DELETE_POD);
}

static dset_snapshot store(scene *s) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  ck_assert_int_eq(dset_simulation_snapshot(s->simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  return snapshot;
}

/* S5: the pod of n2, which must leave it when it is replaced, spends the budget until it is gone. F12: with surge it
 * goes at once, as more are available than needed. */
START_TEST(S5_tainted_node) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  world_budget(&s.w, _i == 0 ? "1" : "0", _i == 0 ? "0" : "1");
  scene_change(&s, 30000, DSET_CHANGE_PUT_NODE, NULL)->node = &n2_tainted;
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("S5", "deletions", deletes(&log),
              _i == 0 ? "60000: n1; 63000: n2; 64000: n3" : "60000: n2; 62000: n1; 64000: n3");
  expect_text("S5", "creations", creates(&log),
              _i == 0 ? "0: n1 n2 n3; 61000: n1; 65000: n3" : "0: n1 n2 n3; 60000: n1; 62000: n3");
  expect_text("S5", "status", log_status(&s, DSET_NEVER), "2/2/0/2/2/2/0");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "S5");
  log_free(&log);
  scene_free(&s);
}
END_TEST

static dset_revision *put_revision(scene *s, int64_t after_ms, const char *name, const char *hash, int64_t number,
                                   const char *data) {
  dset_revision *revision = world_alloc(&s->w, 1, sizeof *revision);
  dset_label *labels = world_alloc(&s->w, 2, sizeof *labels);
  labels[0] = (dset_label){"app", "agent"}, labels[1] = (dset_label){DSET_LABEL_HASH, hash};
  *revision = (dset_revision){.size = sizeof *revision, .ns = "default", .name = name, .number = number};
  revision->owners = &agent, revision->owner_count = 1;
  revision->labels = labels, revision->label_count = hash == NULL ? 1 : 2;
  revision->data = data, revision->data_bytes = strlen(data);
  scene_change(s, after_ms, DSET_CHANGE_PUT_REVISION, NULL)->revision = revision;
  return revision;
}

/* G10, G11: another revision of the same template with a higher number: pods are labelled anew, none is restarted. In
 * the sync that labels them they are up to date by their other label (F2, C19). */
START_TEST(G11_duplicate) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.w.daemonset.has_template_generation = true, s.w.daemonset.template_generation = 1;
  put_revision(&s, 30000, "agent-dup", "dup", 7, "v1");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("G10", "revisions", log_revisions(&s), "7=v1");
  expect_text("G11", "labels", log_writes(&log, DSET_ACTION_LABEL_POD), "30000: n1 n2");
  expect_text("G11", "deletions", deletes(&log), "");
  expect_text("G11", "creations", creates(&log), "0: n1 n2");
  expect_text("G11", "status", log_status(&s, DSET_NEVER), "2/2/0/2/2/2/0");
  scene_expect_none(&s, "G11");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* G2, G3: a revision of the DaemonSet without hash gets its own name as hash, and is used when its template comes. */
START_TEST(G2_label_missing) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  put_revision(&s, 30000, "by-hand", NULL, 1, "v2");
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, 30000);
  expect_text("G2", "updates", log_writes(&log, DSET_ACTION_UPDATE_REVISION), "30000:");
  scene_run(&s, DSET_NEVER);
  expect_text("G9", "revisions", log_revisions(&s), "2=v1 3=v2");
  dset_snapshot snapshot = store(&s);
  ck_assert_uint_eq(snapshot.pod_count, 1);
  const char *hash = "";
  for (size_t i = 0; i < snapshot.pods[0]->label_count; i++) {
    if (strcmp(snapshot.pods[0]->labels[i].key, DSET_LABEL_HASH) == 0) hash = snapshot.pods[0]->labels[i].value;
  }
  ck_assert_str_eq(hash, "by-hand");
  scene_expect_none(&s, "G2");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* A22: another template raises both generations, another spec the generation, the same spec none; the status is kept,
 * and observed (H6). */
START_TEST(A22_generations) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  scene_template(&s, 10000, "v2");
  s.w.daemonset.min_ready_seconds = 1;
  scene_template(&s, 20000, "v2");
  scene_template(&s, 30000, "v2");
  s.w.daemonset.min_ready_seconds = 0;
  log_start(&log, &s);
  static const int64_t generations[] = {1, 2, 3, 3};
  for (int i = 0; i < 4; i++) {
    scene_run(&s, 10000 * i);
    dset_snapshot snapshot = store(&s);
    ck_assert_msg(snapshot.daemonset->generation == generations[i], "%d: %d", i, (int)snapshot.daemonset->generation);
    ck_assert_int_eq(snapshot.daemonset->status->observed_generation, generations[i]);
  }
  ck_assert_int_eq(store(&s).daemonset->status->desired_number_scheduled, 1);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* I12: what fails is tried again 5, 10, 20, 40 ... ms later. */
START_TEST(I12_retries) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  if (_i == 1) s.scenario.controller = DSET_CONTROLLER_KUBERNETES;
  s.faults.per_mille[DSET_FAULT_FAILED] = 1000;
  s.faults.until_ms = SCENE_START + 100;
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  static const int64_t expected[] = {0, 5, 15, 35, 75};
  size_t count = 0;
  for (size_t i = 0; i < log.count; i++) {
    if (log.lines[i].type != DSET_TRACE_REFUSED) continue;
    ck_assert_uint_lt(count, COUNT_OF(expected));
    ck_assert_int_eq(log.lines[i].at_ms, expected[count++]);
    ck_assert_int_eq(log.lines[i].action, DSET_ACTION_CREATE_REVISION); /* I7: the sync ends */
    ck_assert_int_eq(log.lines[i].result, DSET_RESULT_FAILED);
  }
  ck_assert_uint_eq(count, COUNT_OF(expected));
  expect_text("I12", "creations", creates(&log), "155: n1");
  scene_expect_none(&s, "I12");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* H10: a status that is refused is written once more in the same sync; the pods of that sync stand. */
START_TEST(H10_status_twice) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  s.faults.per_mille[DSET_FAULT_CONFLICT] = 1000; /* a creation is no write of an existing object */
  s.faults.most = 1;
  log_start(&log, &s);
  scene_run(&s, 0);
  ck_assert_uint_eq(log_count(&log, DSET_TRACE_REFUSED), 1);
  const log_line *refused = log_find(&log, DSET_TRACE_REFUSED, 0);
  ck_assert_int_eq(refused->action, DSET_ACTION_UPDATE_STATUS);
  ck_assert_int_eq(refused->result, DSET_RESULT_CONFLICT);
  ck_assert_int_eq(refused->at_ms, 0);
  const log_line *line = refused + 1;
  while (line < log.lines + log.count && line->type != DSET_TRACE_WRITE) {
    ck_assert_int_ne(line->type, DSET_TRACE_PLAN); /* not a new plan */
    line++;
  }
  ck_assert_int_eq(line->action, DSET_ACTION_UPDATE_STATUS);
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* I8, S17: an answer that is lost: the pod is there, and no second one is made; a request that is lost waits for five
 * minutes and a millisecond. */
START_TEST(E20_lost) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  static const uint64_t silenced[] = {1}; /* the creation of the revision */
  s.faults.per_mille[_i == 0 ? DSET_FAULT_LOST_ANSWER : DSET_FAULT_LOST_REQUEST] = 1000;
  s.faults.silenced = silenced, s.faults.silenced_count = 1;
  s.faults.most = 2;
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  const log_line *fault = log_find(&log, DSET_TRACE_FAULT, 0);
  ck_assert_uint_eq(fault->number, 2);
  expect_text("E20", "pods", log_pods(&s, DSET_NEVER), "n1:R");
  ck_assert_uint_eq(scene_stats(&s)->creates, 1);
  ck_assert_int_eq(scene_now(&s), _i == 0 ? 2000 : 302001);
  scene_expect_none(&s, "E20");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* I14: a DaemonSet that is removed and made anew starts clean. */
START_TEST(I14_made_anew) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  scene_change(&s, 10000, DSET_CHANGE_REMOVE_DAEMONSET, "agent");
  dset_daemonset *anew = scene_template(&s, 20000, "v1");
  anew->uid = "uid-anew";
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("I14", "creations", creates(&log), "0: n1 n2; 20000: n1 n2");
  expect_text("I14", "status", log_status(&s, DSET_NEVER), "2/2/0/2/2/2/0");
  expect_text("I14", "revisions", log_revisions(&s), "1=v1");
  ck_assert_int_eq(store(&s).daemonset->generation, 1);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "I14");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* D4: somebody takes the labels of a pod away: it is released and stays; another is made beside it. */
START_TEST(D4_release) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  static const dset_pod strange = {.size = sizeof strange,
                                   .ns = "default",
                                   .name = "agent-1",
                                   .node_name = "n1",
                                   .owners = &agent,
                                   .owner_count = 1,
                                   .phase = DSET_PHASE_RUNNING,
                                   .ready = true};
  scene_change(&s, 10000, DSET_CHANGE_PUT_POD, NULL)->pod = &strange;
  log_start(&log, &s);
  scene_run(&s, 9999);
  ck_assert_str_eq(store(&s).pods[0]->name, "agent-1");
  scene_run(&s, DSET_NEVER);
  expect_text("D4", "releases", log_writes(&log, DSET_ACTION_RELEASE_POD), "10000: n1");
  expect_text("D4", "creations", creates(&log), "0: n1; 10000: n1");
  expect_text("D4", "deletions", deletes(&log), "");
  ck_assert_uint_eq(store(&s).pod_count, 2);
  scene_expect_none(&s, "D4");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* E6: a pod that succeeded goes, without back-off, again and again. DELETE_POD and FAIL_POD go by name, too. */
START_TEST(E6_succeeded) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  scene_kubelet(&s);
  for (int i = 1; i <= 3; i++) {
    dset_pod *ended = world_alloc(&s.w, 1, sizeof *ended);
    static const dset_label app = {"app", "agent"};
    *ended = (dset_pod){.size = sizeof *ended, .ns = "default", .node_name = "n1", .phase = DSET_PHASE_SUCCEEDED};
    ended->name = world_format(&s.w, "agent-%d", i);
    ended->owners = &agent, ended->owner_count = 1, ended->labels = &app, ended->label_count = 1;
    scene_change(&s, 10000 + i, DSET_CHANGE_PUT_POD, NULL)->pod = ended;
  }
  scene_change(&s, 20000, DSET_CHANGE_DELETE_POD, "agent-4");
  scene_change(&s, 30000, DSET_CHANGE_FAIL_POD, "agent-5");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("E6", "deletions", deletes(&log), "10001: n1; 10002: n1; 10003: n1; 30000: n1");
  expect_text("E6", "creations", creates(&log), "0: n1; 10001: n1; 10002: n1; 10003: n1; 20000: n1; 30000: n1");
  scene_expect_none(&s, "E6");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* E9, S7: of several failed pods of a node one goes at a time. */
START_TEST(E9_several_failed) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  for (int i = 0; i < 3; i++) {
    dset_pod *failed = world_alloc(&s.w, 1, sizeof *failed);
    static const dset_label app = {"app", "agent"};
    *failed = (dset_pod){.size = sizeof *failed, .ns = "default", .node_name = "n1", .phase = DSET_PHASE_FAILED};
    failed->name = world_format(&s.w, "failed-%d", i);
    failed->owners = &agent, failed->owner_count = 1, failed->labels = &app, failed->label_count = 1;
    scene_change(&s, 10000, DSET_CHANGE_PUT_POD, NULL)->pod = failed;
  }
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("E9", "deletions", deletes(&log), "10000: n1; 11000: n1; 13000: n1");
  expect_text("E9", "creations", creates(&log), "0: n1");
  ck_assert_int_eq(scene_stats(&s)->updated, 1);
  scene_expect_none(&s, "E9");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* D8: one orphan that cannot be adopted stops creations, too, but not the revision before (I7). I12: tried at 0, at 0
 * once more as the revision is seen, then 10, 20, 40 and 80 ms later. H9: what has not changed is not written. */
START_TEST(D8_stuck_orphan) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  world_pods(&s.w, "stray@n1 orphan new ready");
  s.faults.per_mille[DSET_FAULT_CONFLICT] = 1000;
  s.faults.until_ms = SCENE_START + 100;
  s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("G12", "revisions", log_writes(&log, DSET_ACTION_CREATE_REVISION), "0:");
  expect_text("D8", "adoptions", log_writes(&log, DSET_ACTION_ADOPT_POD), "150: n1");
  expect_text("D8", "creations", creates(&log), "150: n2");
  expect_text("H9", "status", log_writes(&log, DSET_ACTION_UPDATE_STATUS), "150:; 2150:");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* I5: a selector that selects everything: the controller does nothing any more. */
START_TEST(I5_selects_all) {
  static const dset_selector all = {.labels = NULL};
  scene s;
  scene_log log;
  scene_init(&s, 2);
  const dset_selector *before = s.w.daemonset.selector;
  s.w.daemonset.selector = &all;
  scene_template(&s, 60000, "v2");
  s.w.daemonset.selector = before;
  scene_change(&s, 70000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_template(&s, 80000, "v1");
  log_start(&log, &s);
  scene_run(&s, 79999);
  expect_text("I5", "revisions", log_revisions(&s), "1=v1");
  expect_text("I5", "status", log_status(&s, 79999), "2/2/0/2/2/2/0");
  scene_run(&s, DSET_NEVER);
  expect_text("I5", "creations", creates(&log), "0: n1 n2; 80000: n1");
  expect_text("I5", "deletions", deletes(&log), "");
  scene_expect_none(&s, "I5");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* least_available is that since the spec changed last. */
START_TEST(stats_of_a_run) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  world_budget(&s.w, "2", "0");
  scene_template(&s, 60000, "v2");
  scene_change(&s, 80000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(&s, 90000, DSET_CHANGE_PUT_NODE, NULL)->node = &n2_tainted;
  scene_change(&s, 91000, DSET_CHANGE_PUT_NODE, NULL)->node = &n2;
  log_start(&log, &s);
  scene_run(&s, 59999);
  ck_assert_int_eq(scene_stats(&s)->least_available, 0); /* the simulation began so */
  scene_run(&s, 60000);
  scene_run(&s, 60500);
  scene_run(&s, 61500);
  ck_assert_int_eq(scene_stats(&s)->available, 1);
  ck_assert_int_eq(scene_stats(&s)->least_available, 1);
  ck_assert_int_eq(scene_stats(&s)->updated, 0);
  scene_run(&s, 90000);
  ck_assert_int_eq(scene_stats(&s)->eligible, 2);
  ck_assert_int_eq(scene_stats(&s)->available, 2);
  scene_run(&s, DSET_NEVER);
  const dset_simulation_stats *stats = scene_stats(&s);
  ck_assert_int_eq(stats->start_ms, SCENE_START);
  ck_assert_int_eq(stats->updated, 3);
  ck_assert_int_eq(stats->least_available, 1);
  ck_assert_uint_eq(stats->creates, 7);
  ck_assert_uint_eq(stats->deletes, 3);
  ck_assert_uint_eq(stats->writes, log_count(&log, DSET_TRACE_WRITE) + log_count(&log, DSET_TRACE_REFUSED));
  ck_assert_uint_eq(stats->violations, 0);
  log_free(&log);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_detail(void) {
  Suite *suite = suite_create("simulate_detail");
  TCase *tcase = tcase_create("detail");
  tcase_add_loop_test(tcase, S5_tainted_node, 0, 2);
  tcase_add_test(tcase, G11_duplicate);
  tcase_add_test(tcase, G2_label_missing);
  tcase_add_test(tcase, A22_generations);
  tcase_add_loop_test(tcase, I12_retries, 0, 2);
  tcase_add_test(tcase, H10_status_twice);
  tcase_add_loop_test(tcase, E20_lost, 0, 2);
  tcase_add_test(tcase, I14_made_anew);
  tcase_add_test(tcase, D4_release);
  tcase_add_test(tcase, E6_succeeded);
  tcase_add_test(tcase, E9_several_failed);
  tcase_add_test(tcase, D8_stuck_orphan);
  tcase_add_test(tcase, I5_selects_all);
  tcase_add_test(tcase, stats_of_a_run);
  suite_add_tcase(suite, tcase);
  return suite;
}
