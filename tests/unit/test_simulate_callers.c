/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_callers.c: what simulate.h promises to controllers of the caller's, and of every error. A controller
 * that does one wrong thing breaks the invariant of that name, and no other.
 */
#include <stdio.h>
#include <string.h>

#include "support/log.h"

/* A scene without controller, whose DaemonSet has one revision, agent-cur of v1, number 1. */
typedef struct stage {
  scene s;
  scene_log log;
} stage;

static void stage_init(stage *t, size_t nodes) {
  scene_init(&t->s, nodes);
  t->s.scenario.controller = DSET_CONTROLLER_NONE;
  scene_kubelet(&t->s);
}

static void stage_free(stage *t) {
  log_free(&t->log);
  scene_free(&t->s);
}

static int act(stage *t, const dset_action *action) {
  int result = -1;
  dset_reply reply = {.size = sizeof reply};
  dset_error error = {0};
  int code = dset_simulation_act(t->s.simulation, "default", "agent", action, &result, &reply, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", error.path, error.text);
  return result;
}

static int create(stage *t, const char *node, const char *hash) {
  dset_action action = {.size = sizeof action, .type = DSET_ACTION_CREATE_POD, .node = node, .hash = hash};
  return act(t, &action);
}

static int on_pod(stage *t, int type, const char *pod) {
  dset_action action = {.size = sizeof action, .type = type, .pod = pod, .hash = "cur"};
  return act(t, &action);
}

static int on_revision(stage *t, int type, const char *name, int64_t number, const char *hash) {
  dset_action action = {.size = sizeof action, .type = type, .revision = name, .number = number, .hash = hash};
  return act(t, &action);
}

static int write_status(stage *t, int64_t observed) {
  dset_status status = {.size = sizeof status, .observed_generation = observed};
  dset_action action = {.size = sizeof action, .type = DSET_ACTION_UPDATE_STATUS, .status = &status};
  return act(t, &action);
}

/* The pod of a node, as stored; NULL: there is none. */
static const char *pod_on(stage *t, const char *node) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(t->s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  for (size_t i = 0; i < snapshot.pod_count; i++) {
    if (strcmp(snapshot.pods[i]->node_name, node) == 0) return world_format(&t->s.w, "%s", snapshot.pods[i]->name);
  }
  return NULL;
}

static void start(stage *t) {
  log_start(&t->log, &t->s);
  scene_run(&t->s, 0);
  ck_assert_int_eq(on_revision(t, DSET_ACTION_CREATE_REVISION, "agent-cur", 1, "cur"), DSET_RESULT_OK);
  for (size_t i = 1; i <= t->s.scenario.node_count; i++) {
    ck_assert_int_eq(create(t, world_format(&t->s.w, "n%zu", i), "cur"), DSET_RESULT_OK);
  }
  scene_run(&t->s, 1000);
  scene_expect_none(&t->s, "start");
}

static void expect_violated(stage *t, int invariant, int64_t at_ms) {
  dset_violation violation;
  ck_assert_uint_ge(dset_simulation_violation_count(t->s.simulation), 1);
  for (size_t i = 0; dset_simulation_violation(t->s.simulation, i, &violation); i++) {
    ck_assert_msg(violation.invariant == invariant, "%s: %s", dset_invariant_name(invariant), violation.text);
    ck_assert_int_eq(violation.at_ms, SCENE_START + at_ms);
  }
  ck_assert_uint_eq(scene_stats(&t->s)->violations, dset_simulation_violation_count(t->s.simulation));
  ck_assert_uint_eq(log_count(&t->log, DSET_TRACE_VIOLATION), scene_stats(&t->s)->violations);
  const log_line *line = log_find(&t->log, DSET_TRACE_VIOLATION, 0);
  ck_assert_int_eq(line->invariant, invariant);
}

START_TEST(one_pod) {
  stage t;
  stage_init(&t, 1);
  start(&t);
  ck_assert_int_eq(create(&t, "n1", "cur"), DSET_RESULT_OK);
  expect_violated(&t, DSET_INVARIANT_ONE_POD, 1000);
  stage_free(&t);
}
END_TEST

/* Two of three available outdated pods go with maxUnavailable 1: the first may, the second may not. */
START_TEST(budget) {
  stage t;
  stage_init(&t, 3);
  scene_template(&t.s, 60000, "v2");
  start(&t);
  scene_run(&t.s, 60000);
  on_pod(&t, DSET_ACTION_DELETE_POD, pod_on(&t, "n1"));
  scene_expect_none(&t.s, "budget");
  on_pod(&t, DSET_ACTION_DELETE_POD, pod_on(&t, "n2"));
  expect_violated(&t, DSET_INVARIANT_BUDGET, 60000);
  stage_free(&t);
}
END_TEST

/* maxSurge 1: the second pair is one too many; or the outdated pod goes before the new one is available. */
START_TEST(surge) {
  stage t;
  stage_init(&t, 2);
  world_budget(&t.s.w, "0", "1");
  t.s.kubelets[0].template_number = 1;
  scene_template(&t.s, 60000, "v2"); /* its pods take a second to start, another to be ready */
  start(&t);
  scene_run(&t.s, 60000);
  const char *outdated = pod_on(&t, "n1");
  create(&t, "n1", "next");
  scene_expect_none(&t.s, "surge");
  if (_i == 0) create(&t, "n2", "next");
  if (_i == 1) on_pod(&t, DSET_ACTION_DELETE_POD, outdated);
  expect_violated(&t, DSET_INVARIANT_SURGE, 60000);
  stage_free(&t);
}
END_TEST

/* D4: pods of others are deleted, labelled, released; one that has a controller is adopted. */
START_TEST(owned) {
  static const int types[] = {DSET_ACTION_DELETE_POD, DSET_ACTION_LABEL_POD, DSET_ACTION_RELEASE_POD,
                              DSET_ACTION_ADOPT_POD};
  stage t;
  stage_init(&t, 1);
  world_pods(&t.s.w, "theirs@n1 foreign");
  start(&t);
  on_pod(&t, types[_i], "theirs");
  expect_violated(&t, DSET_INVARIANT_OWNED, 1000);
  stage_free(&t);
}
END_TEST

/* A pod of the current template goes; or with OnDelete an outdated one. */
START_TEST(pod_lost) {
  stage t;
  stage_init(&t, 2);
  if (_i == 1) t.s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  if (_i == 1) scene_template(&t.s, 60000, "v2");
  start(&t);
  scene_run(&t.s, 60000);
  on_pod(&t, DSET_ACTION_DELETE_POD, pod_on(&t, "n2"));
  expect_violated(&t, DSET_INVARIANT_POD_LOST, 60000);
  stage_free(&t);
}
END_TEST

/* E14: with surge the new pod beside an outdated one goes. Its revision says that it is of the current template. */
START_TEST(pod_lost_beside_outdated) {
  stage t;
  stage_init(&t, 2);
  world_budget(&t.s.w, "0", "1");
  scene_template(&t.s, 60000, "v2");
  start(&t);
  scene_run(&t.s, 60000);
  const char *outdated = pod_on(&t, "n1");
  ck_assert_int_eq(on_revision(&t, DSET_ACTION_CREATE_REVISION, "agent-next", 2, "next"), DSET_RESULT_OK);
  create(&t, "n1", "next");
  scene_run(&t.s, 60001);
  on_pod(&t, DSET_ACTION_DELETE_POD, outdated);
  scene_expect_none(&t.s, "the new one is available");
  scene_run(&t.s, 62000);
  create(&t, "n2", "next");
  scene_run(&t.s, 63000);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(t.s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  const char *newest = NULL;
  for (size_t i = 0; i < snapshot.pod_count; i++) {
    const dset_pod *pod = snapshot.pods[i];
    if (strcmp(pod->node_name, "n2") == 0 && pod->created_ms > SCENE_START + 60000) {
      newest = world_format(&t.s.w, "%s", pod->name);
    }
  }
  ck_assert_ptr_nonnull(newest);
  on_pod(&t, DSET_ACTION_DELETE_POD, newest);
  expect_violated(&t, DSET_INVARIANT_POD_LOST, 63000);
  stage_free(&t);
}
END_TEST

START_TEST(pod_needless) {
  stage t;
  stage_init(&t, 1);
  static const dset_taint taint = {"a", "b", "NoSchedule"};
  static const dset_node n9 = {.size = sizeof n9, .name = "n9", .taints = &taint, .taint_count = 1};
  scene_change(&t.s, 60000, DSET_CHANGE_PUT_NODE, NULL)->node = &n9;
  start(&t);
  scene_run(&t.s, 60000);
  create(&t, "n9", "cur");
  expect_violated(&t, DSET_INVARIANT_POD_NEEDLESS, 60000);
  stage_free(&t);
}
END_TEST

/* The second failed pod of a node goes 999 ms after the first; at 1,000 it may. */
START_TEST(backoff) {
  stage t;
  stage_init(&t, 1);
  t.s.kubelets[0].fail_per_mille = 1000;
  start(&t);
  on_pod(&t, DSET_ACTION_DELETE_POD, pod_on(&t, "n1"));
  scene_run(&t.s, 1001);
  create(&t, "n1", "cur");
  scene_run(&t.s, _i == 0 ? 1999 : 2000);
  on_pod(&t, DSET_ACTION_DELETE_POD, pod_on(&t, "n1"));
  if (_i == 0) expect_violated(&t, DSET_INVARIANT_BACKOFF, 1999);
  scene_run(&t.s, 3000);
  if (_i == 1) scene_expect_none(&t.s, "back-off");
  stage_free(&t);
}
END_TEST

/* The current revision; one whose hash a pod carries; one that nobody needs may go. */
START_TEST(revision_lost) {
  stage t;
  stage_init(&t, 1);
  if (_i == 1) scene_template(&t.s, 60000, "v2");
  dset_revision *other = world_alloc(&t.s.w, 1, sizeof *other);
  *other = (dset_revision){.size = sizeof *other, .ns = "default", .name = "agent-older", .number = 0};
  static const dset_owner owner = {"DaemonSet", "agent", WORLD_UID, true};
  static const dset_label labels[] = {{"app", "agent"}, {DSET_LABEL_HASH, "older"}};
  other->owners = &owner, other->owner_count = 1, other->labels = labels, other->label_count = 2;
  other->data = "v0", other->data_bytes = 2;
  scene_change(&t.s, 500, DSET_CHANGE_PUT_REVISION, NULL)->revision = other;
  start(&t);
  scene_run(&t.s, 60000);
  if (_i == 1) on_revision(&t, DSET_ACTION_CREATE_REVISION, "agent-next", 2, "next");
  ck_assert_int_eq(on_revision(&t, DSET_ACTION_DELETE_REVISION, "agent-older", 0, NULL), DSET_RESULT_OK);
  scene_expect_none(&t.s, "nobody needs it");
  ck_assert_int_eq(on_revision(&t, DSET_ACTION_DELETE_REVISION, "agent-cur", 0, NULL), DSET_RESULT_OK);
  expect_violated(&t, DSET_INVARIANT_REVISION_LOST, 60000);
  stage_free(&t);
}
END_TEST

/* observedGeneration ahead of the generation, or falling. */
START_TEST(observed_generation) {
  stage t;
  stage_init(&t, 1);
  start(&t);
  write_status(&t, 1);
  scene_expect_none(&t.s, "status");
  write_status(&t, _i == 0 ? 2 : 0);
  expect_violated(&t, DSET_INVARIANT_STATUS, 1000);
  stage_free(&t);
}
END_TEST

/* A node without pod does not settle. */
START_TEST(settles) {
  stage t;
  stage_init(&t, 1);
  static const dset_node n9 = {.size = sizeof n9, .name = "n9"};
  scene_change(&t.s, 60000, DSET_CHANGE_PUT_NODE, NULL)->node = &n9;
  start(&t);
  scene_run(&t.s, 60000);
  ck_assert_int_eq(dset_simulation_judge(t.s.simulation, NULL), DSET_OK);
  expect_violated(&t, DSET_INVARIANT_SETTLES, 60000);
  stage_free(&t);
}
END_TEST

/* After quiet() each write is a violation, until there is a change. */
START_TEST(quiet) {
  stage t;
  stage_init(&t, 1);
  start(&t);
  ck_assert_int_eq(dset_simulation_quiet(t.s.simulation, 3, NULL), DSET_OK);
  int64_t now = scene_now(&t.s);
  ck_assert_int_ge(now, 1000 + 2 * 60000);
  scene_expect_none(&t.s, "quiet");
  write_status(&t, 1);
  expect_violated(&t, DSET_INVARIANT_QUIET, now);
  dset_change change = {.size = sizeof change, .type = DSET_CHANGE_CORDON, .name = "n1"};
  ck_assert_int_eq(dset_simulation_change(t.s.simulation, &change, NULL), DSET_OK);
  write_status(&t, 1);
  ck_assert_uint_eq(scene_violations(&t.s), 1);
  stage_free(&t);
}
END_TEST

/* All results that writes can have. */
START_TEST(results) {
  stage t;
  stage_init(&t, 1);
  world_pods(&t.s.w, "stray@n1 orphan");
  start(&t);
  ck_assert_int_eq(on_pod(&t, DSET_ACTION_DELETE_POD, "nobody"), DSET_RESULT_NOT_FOUND);
  ck_assert_int_eq(on_revision(&t, DSET_ACTION_DELETE_REVISION, "none", 0, NULL), DSET_RESULT_NOT_FOUND);
  ck_assert_int_eq(on_pod(&t, DSET_ACTION_ADOPT_POD, "stray"), DSET_RESULT_OK);
  ck_assert_int_eq(on_pod(&t, DSET_ACTION_LABEL_POD, "stray"), DSET_RESULT_OK);
  ck_assert_int_eq(on_pod(&t, DSET_ACTION_RELEASE_POD, "stray"), DSET_RESULT_OK);
  ck_assert_int_eq(on_revision(&t, DSET_ACTION_UPDATE_REVISION, "agent-cur", 7, "cur"), DSET_RESULT_OK);
  expect_text("UPDATE_REVISION", "revisions", log_revisions(&t.s), "7=v1");
  dset_action bump = {.size = sizeof bump, .type = DSET_ACTION_BUMP_COLLISION_COUNT, .number = 3};
  ck_assert_int_eq(act(&t, &bump), DSET_RESULT_OK);
  dset_change change = {.size = sizeof change, .type = DSET_CHANGE_NAMESPACE_ENDS, .ns = "default"};
  ck_assert_int_eq(dset_simulation_change(t.s.simulation, &change, NULL), DSET_OK);
  scene_run(&t.s, 2000);
  ck_assert_int_eq(create(&t, "n1", "cur"), DSET_RESULT_NAMESPACE_TERMINATING);
  stage_free(&t);
}
END_TEST

/* A creation's reply has the name of the pod and its version, which the store has then. */
START_TEST(reply_of_create) {
  stage t;
  stage_init(&t, 1);
  log_start(&t.log, &t.s);
  scene_run(&t.s, 0);
  dset_action action = {.size = sizeof action, .type = DSET_ACTION_CREATE_POD, .node = "n1", .hash = "cur"};
  dset_reply reply = {.size = sizeof reply};
  int result;
  uint64_t before = dset_simulation_version(t.s.simulation, DSET_SIDE_STORE, DSET_RESOURCE_PODS);
  ck_assert_int_eq(dset_simulation_act(t.s.simulation, "default", "agent", &action, &result, &reply, NULL), DSET_OK);
  ck_assert_int_eq(result, DSET_RESULT_OK);
  ck_assert_uint_gt(reply.version, before);
  char name[64];
  snprintf(name, sizeof name, "%s", reply.pod);
  scene_run(&t.s, 1000);
  ck_assert_str_eq(pod_on(&t, "n1"), name);
  ck_assert_uint_ge(dset_simulation_version(t.s.simulation, DSET_SIDE_STORE, DSET_RESOURCE_PODS), reply.version);
  ck_assert_uint_eq(dset_simulation_version(t.s.simulation, 7, DSET_RESOURCE_PODS), 0);
  ck_assert_uint_eq(t.log.seen[DSET_POD_ADDED], 1);
  on_pod(&t, DSET_ACTION_DELETE_POD, name);
  scene_run(&t.s, 2000);
  ck_assert_uint_eq(t.log.seen[DSET_POD_GONE], 1);
  stage_free(&t);
}
END_TEST

/* Is asked for plans, and has nothing to do each second time. */
typedef struct asker {
  scene_log log; /* first: user_data is the log */
  int64_t at[16];
  size_t count;
} asker;

static bool ask(void *user_data) {
  asker *a = user_data;
  ck_assert_uint_lt(a->count, COUNT_OF(a->at));
  a->at[a->count++] = scene_now(a->log.scene);
  return a->count % 2 == 1;
}

/* `plan` is called in each step until it returns false; wake() makes steps. */
START_TEST(wake) {
  scene s;
  asker a = {.count = 0};
  scene_init(&s, 1);
  s.scenario.controller = DSET_CONTROLLER_NONE;
  s.listener.plan = ask;
  log_start(&a.log, &s);
  ck_assert_int_eq(dset_simulation_wake(s.simulation, SCENE_START + 7000, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_wake(s.simulation, SCENE_START + 3000, NULL), DSET_OK);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  ck_assert_uint_ge(a.count, 4);
  ck_assert_uint_eq(a.count % 2, 0);
  const int64_t expected[] = {3000, 3000, 7000, 7000};
  for (size_t i = 0; i < 4; i++) ck_assert_int_eq(a.at[a.count - 4 + i], expected[i]);
  ck_assert_int_eq(scene_now(&s), 7000);
  ck_assert_int_eq(dset_simulation_wake(s.simulation, SCENE_START, NULL), DSET_OK); /* over: now */
  bool more = false;
  ck_assert_int_eq(dset_simulation_step(s.simulation, &more, NULL), DSET_OK);
  ck_assert(more);
  ck_assert_int_eq(scene_now(&s), 7000);
  ck_assert_int_eq(dset_simulation_step(s.simulation, &more, NULL), DSET_OK);
  ck_assert(!more);
  log_free(&a.log);
  scene_free(&s);
}
END_TEST

/* run() with a time: all up to and at that moment has happened, and it is now. */
START_TEST(run_to) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  log_start(&log, &s);
  ck_assert_int_eq(scene_run(&s, 1500), DSET_END_TIME);
  ck_assert_int_eq(scene_now(&s), 1500);
  ck_assert_int_eq(scene_run(&s, 2000), DSET_END_REST);
  int end = 0;
  ck_assert_int_eq(dset_simulation_run(s.simulation, SCENE_START + 9000, &end, NULL), DSET_OK);
  ck_assert_int_eq(scene_now(&s), 9000);
  log_free(&log);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_callers(void) {
  Suite *suite = suite_create("simulate_callers");
  TCase *tcase = tcase_create("callers");
  tcase_add_test(tcase, one_pod);
  tcase_add_test(tcase, budget);
  tcase_add_loop_test(tcase, surge, 0, 2);
  tcase_add_loop_test(tcase, owned, 0, 4);
  tcase_add_loop_test(tcase, pod_lost, 0, 2);
  tcase_add_test(tcase, pod_lost_beside_outdated);
  tcase_add_test(tcase, pod_needless);
  tcase_add_loop_test(tcase, backoff, 0, 2);
  tcase_add_loop_test(tcase, revision_lost, 0, 2);
  tcase_add_loop_test(tcase, observed_generation, 0, 2);
  tcase_add_test(tcase, settles);
  tcase_add_test(tcase, quiet);
  tcase_add_test(tcase, results);
  tcase_add_test(tcase, reply_of_create);
  tcase_add_test(tcase, wake);
  tcase_add_test(tcase, run_to);
  suite_add_tcase(suite, tcase);
  return suite;
}
