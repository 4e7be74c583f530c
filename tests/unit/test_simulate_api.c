/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_api.c: the simulation as a tool for testing other controllers: steps, states, writes, what it refuses;
 * memory that runs out; scenarios that are made small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/scene.h"

/* ---- a controller of one's own ---- */

static void begin_by_hand(scene *s, size_t nodes) {
  scene_init(s, nodes);
  s->scenario.controller = DSET_CONTROLLER_NONE;
  scene_start(s);
}

static int act(scene *s, int type, const char *node, const char *pod, dset_reply *reply) {
  const dset_action action = {.size = sizeof action, .type = type, .node = node, .pod = pod, .hash = "h"};
  int result;
  ck_assert_int_eq(dset_simulation_act(s->simulation, "default", "agent", &action, &result, reply, NULL), DSET_OK);
  return result;
}

/* A side's pods as "agent-1@n1 ready; ...". */
static const char *pods(scene *s, int side) {
  static char text[1024];
  dset_snapshot snapshot = {.size = sizeof snapshot};
  size_t length = 0;
  ck_assert_int_eq(dset_simulation_snapshot(s->simulation, side, "default", "agent", &snapshot, NULL), DSET_OK);
  text[0] = '\0';
  for (size_t i = 0; i < snapshot.pod_count; i++) {
    const dset_pod *pod = snapshot.pods[i];
    const char *node = pod->node_name[0] != '\0' ? pod->node_name : "-";
    const char *state = pod->deleting                      ? "deleting"
                        : pod->phase == DSET_PHASE_FAILED  ? "failed"
                        : pod->ready                       ? "ready"
                        : pod->phase == DSET_PHASE_RUNNING ? "running"
                                                           : "pending";
    length +=
        (size_t)snprintf(text + length, sizeof text - length, "%s%s@%s %s", i == 0 ? "" : "; ", pod->name, node, state);
  }
  return text;
}

static void wait(scene *s, int64_t after_ms) {
  scene_run(s, scene_now(s) + after_ms);
}

/* State, actions, next state: nothing happens that the controller did not do, or the cluster by itself. */
START_TEST(steps_by_hand) {
  scene s;
  dset_reply reply = {.size = sizeof reply};
  begin_by_hand(&s, 2);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text("nobody does anything", "pods", pods(&s, DSET_SIDE_STORE), "");
  ck_assert_int_eq(act(&s, DSET_ACTION_CREATE_POD, "n1", NULL, &reply), DSET_RESULT_OK);
  ck_assert_str_eq(reply.pod, "agent-1");
  ck_assert_uint_gt(reply.version, 0);
  expect_text("created", "store", pods(&s, DSET_SIDE_STORE), "agent-1@- pending");
  expect_text("created", "view", pods(&s, DSET_SIDE_VIEW), ""); /* from the next step on */
  wait(&s, 0);
  expect_text("bound", "view", pods(&s, DSET_SIDE_VIEW), "agent-1@n1 pending");
  ck_assert_uint_ge(dset_simulation_version(s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_PODS), reply.version);
  wait(&s, 1000);
  expect_text("a second later", "view", pods(&s, DSET_SIDE_VIEW), "agent-1@n1 running");
  wait(&s, 1000);
  expect_text("and another", "view", pods(&s, DSET_SIDE_VIEW), "agent-1@n1 ready");
  ck_assert_int_eq(act(&s, DSET_ACTION_DELETE_POD, NULL, "agent-1", NULL), DSET_RESULT_OK);
  wait(&s, 0);
  expect_text("deleted", "view", pods(&s, DSET_SIDE_VIEW), "agent-1@n1 deleting");
  ck_assert_int_eq(act(&s, DSET_ACTION_DELETE_POD, NULL, "agent-1", NULL), DSET_RESULT_OK);
  wait(&s, 1000);
  expect_text("gone", "view", pods(&s, DSET_SIDE_VIEW), "");
  ck_assert_int_eq(act(&s, DSET_ACTION_DELETE_POD, NULL, "agent-1", NULL), DSET_RESULT_NOT_FOUND);
  scene_free(&s);
}
END_TEST

/* A controller that plans from the view and does all of it at once. */
static bool plan_at_once(void *user_data) {
  scene *s = user_data;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_plan *plan;
  int result;
  ck_assert_int_eq(dset_simulation_snapshot(s->simulation, DSET_SIDE_VIEW, "default", "agent", &snapshot, NULL),
                   DSET_OK);
  ck_assert_int_eq(dset_plan_compute(&snapshot, NULL, &plan, NULL), DSET_OK);
  size_t count = dset_plan_action_count(plan);
  for (size_t i = 0; i < count; i++) {
    const dset_action *action = dset_plan_action(plan, i);
    ck_assert_int_eq(dset_simulation_act(s->simulation, "default", "agent", action, &result, NULL, NULL), DSET_OK);
    ck_assert_int_eq(result, DSET_RESULT_OK);
  }
  if (dset_plan_next_check_ms(plan) != DSET_NEVER)
    ck_assert_int_eq(dset_simulation_wake(s->simulation, dset_plan_next_check_ms(plan), NULL), DSET_OK);
  dset_plan_free(plan);
  return count > 0;
}

START_TEST(plans_by_callback) {
  for (int surge = 0; surge < 2; surge++) {
    scene s;
    scene_init(&s, 5);
    world_budget(&s.w, surge == 1 ? "0" : "2", surge == 1 ? "2" : "0");
    s.w.daemonset.min_ready_seconds = 7;
    s.scenario.controller = DSET_CONTROLLER_NONE;
    s.listener.plan = plan_at_once;
    scene_template(&s, 60000, "v2");
    ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
    ck_assert_int_eq(scene_stats(&s)->updated, 5);
    ck_assert_int_eq(scene_stats(&s)->least_available, surge == 1 ? 5 : 3);
    ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
    ck_assert_int_eq(dset_simulation_quiet(s.simulation, 1000, NULL), DSET_OK);
    scene_expect_none(&s, "a controller in a callback");
    ck_assert_uint_eq(dset_simulation_version(s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_PODS),
                      dset_simulation_version(s.simulation, DSET_SIDE_STORE, DSET_RESOURCE_PODS));
    scene_free(&s);
  }
}
END_TEST

/* The revision that pods of this template carry: as a controller makes it first. */
static void make_revision(scene *s) {
  const dset_action action = {
      .size = sizeof action, .type = DSET_ACTION_CREATE_REVISION, .revision = "agent-h", .number = 1, .hash = "h"};
  int result;
  ck_assert_int_eq(dset_simulation_act(s->simulation, "default", "agent", &action, &result, NULL, NULL), DSET_OK);
  ck_assert_int_eq(result, DSET_RESULT_OK);
  ck_assert_int_eq(dset_simulation_act(s->simulation, "default", "agent", &action, &result, NULL, NULL), DSET_OK);
  ck_assert_int_eq(result, DSET_RESULT_OK); /* the same data (G13) */
}

/* Each invariant that one write can break. */
START_TEST(invariants_by_hand) {
  scene s;
  scene_init(&s, 2);
  world_nodes(&s.w, "n3 neither");
  world_pods(&s.w, "other@n2 foreign ready");
  s.scenario.controller = DSET_CONTROLLER_NONE;
  scene_start(&s);
  make_revision(&s);
  act(&s, DSET_ACTION_CREATE_POD, "n1", NULL, NULL);
  wait(&s, 5000);
  scene_expect_none(&s, "one pod");
  act(&s, DSET_ACTION_CREATE_POD, "n1", NULL, NULL);
  ck_assert(scene_violated(&s, DSET_INVARIANT_ONE_POD));
  act(&s, DSET_ACTION_CREATE_POD, "n3", NULL, NULL);
  ck_assert(scene_violated(&s, DSET_INVARIANT_POD_NEEDLESS));
  act(&s, DSET_ACTION_DELETE_POD, NULL, "other", NULL);
  ck_assert(scene_violated(&s, DSET_INVARIANT_OWNED));
  act(&s, DSET_ACTION_DELETE_POD, NULL, "agent-2", NULL);
  wait(&s, 5000);
  ck_assert(!scene_violated(&s, DSET_INVARIANT_POD_LOST)); /* there was another one */
  act(&s, DSET_ACTION_DELETE_POD, NULL, "agent-1", NULL);
  ck_assert(scene_violated(&s, DSET_INVARIANT_POD_LOST));
  const dset_action revision = {.size = sizeof revision, .type = DSET_ACTION_DELETE_REVISION, .revision = "agent-h"};
  const dset_status status = {.size = sizeof status, .observed_generation = 7};
  const dset_action observed = {.size = sizeof observed, .type = DSET_ACTION_UPDATE_STATUS, .status = &status};
  int result;
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &revision, &result, NULL, NULL), DSET_OK);
  ck_assert(scene_violated(&s, DSET_INVARIANT_REVISION_LOST));
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &observed, &result, NULL, NULL), DSET_OK);
  ck_assert(scene_violated(&s, DSET_INVARIANT_STATUS));
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  ck_assert(scene_violated(&s, DSET_INVARIANT_SETTLES));
  scene_free(&s);
}
END_TEST

/* ---- nodes and people ---- */

static void begin_settled(scene *s, size_t nodes) {
  scene_init(s, nodes);
  s->traced = true;
  scene_run(s, DSET_NEVER);
}

static void change(scene *s, int type, const char *name) {
  const dset_change change = {.size = sizeof change, .type = type, .ns = "default", .name = name};
  ck_assert_int_eq(dset_simulation_change(s->simulation, &change, NULL), DSET_OK);
}

START_TEST(nodes_come_and_go) {
  scene s;
  begin_settled(&s, 2);
  change(&s, DSET_CHANGE_CORDON, "n1");
  wait(&s, 5000);
  expect_text("cordoned", "pods", pods(&s, DSET_SIDE_STORE), "agent-1@n1 ready; agent-2@n2 ready");
  change(&s, DSET_CHANGE_CUT_OFF, "n2");
  wait(&s, 39999);
  expect_text("cut off", "pods", pods(&s, DSET_SIDE_STORE), "agent-1@n1 ready; agent-2@n2 ready");
  wait(&s, 1);
  expect_text("unreachable", "pods", pods(&s, DSET_SIDE_STORE), "agent-1@n1 ready; agent-2@n2 running");
  ck_assert_int_eq(scene_stats(&s)->available, 1);
  change(&s, DSET_CHANGE_DELETE_POD, "agent-2");
  wait(&s, 600000);
  expect_text("nobody there stops it", "pods", pods(&s, DSET_SIDE_STORE), "agent-1@n1 ready; agent-2@n2 deleting");
  change(&s, DSET_CHANGE_REJOIN, "n2");
  wait(&s, 5000);
  expect_text("back", "pods", pods(&s, DSET_SIDE_STORE), "agent-1@n1 ready; agent-3@n2 ready");
  change(&s, DSET_CHANGE_REMOVE_NODE, "n1");
  wait(&s, 5000);
  expect_text("removed", "pods", pods(&s, DSET_SIDE_STORE), "agent-3@n2 ready");
  ck_assert_int_eq(scene_stats(&s)->eligible, 1);
  change(&s, DSET_CHANGE_REMOVE_DAEMONSET, "agent");
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text("no DaemonSet", "pods", pods(&s, DSET_SIDE_STORE), "");
  scene_expect_none(&s, "nodes");
  scene_free(&s);
}
END_TEST

/* Pods that fail, flap, are never ready, by rule. */
START_TEST(kubelets_by_rule) {
  scene s;
  scene_init(&s, 3);
  dset_kubelet *fails = scene_kubelet(&s), *flaps = scene_kubelet(&s), *never = scene_kubelet(&s);
  fails->node = "n1", fails->pods = 2, fails->fail_per_mille = 1000, fails->fail = (dset_span){500, 500};
  fails->ready = (dset_span){1000, 1000};
  flaps->node = "n2*", flaps->flaps = 2, flaps->up = (dset_span){3000, 3000}, flaps->down = (dset_span){2000, 2000};
  never->node = "n3", never->never_ready = true;
  s.traced = true;
  scene_run(&s, 60000);
  size_t failed = 0, flapped = 0;
  for (const char *at = s.trace; (at = strstr(at, "has failed")) != NULL; at++) failed++;
  for (const char *at = s.trace; (at = strstr(at, "is not ready any more")) != NULL; at++) flapped++;
  ck_assert_uint_eq(failed, 2);
  ck_assert_uint_eq(flapped, 2);
  ck_assert_int_eq(scene_stats(&s)->available, 2);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  ck_assert_uint_eq(scene_violations(&s), 1); /* n3's pod */
  scene_free(&s);
}
END_TEST

START_TEST(namespace_ends) {
  scene s;
  scene_init(&s, 2);
  s.traced = true;
  scene_change(&s, 0, DSET_CHANGE_NAMESPACE_ENDS, NULL);
  scene_change(&s, 100000, DSET_CHANGE_NAMESPACE_STAYS, NULL);
  scene_run(&s, 299999);
  ck_assert_uint_eq(scene_stats(&s)->creates, 0); /* they stay in flight for 5 minutes (S18) */
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  ck_assert_uint_eq(scene_stats(&s)->creates, 2);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "namespace");
  scene_free(&s);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
  const char *row;
  dset_change change;
  const char *path;
} bad_changes[] = {
    {"no type", {.type = 0}, "type"},
    {"no such type", {.type = DSET_CHANGE_NAMESPACE_STAYS + 1}, "type"},
    {"no node", {.type = DSET_CHANGE_PUT_NODE}, "node"},
    {"no pod", {.type = DSET_CHANGE_PUT_POD}, "pod"},
    {"no DaemonSet", {.type = DSET_CHANGE_PUT_DAEMONSET}, "daemonset"},
    {"no revision", {.type = DSET_CHANGE_PUT_REVISION}, "revision"},
    {"no name", {.type = DSET_CHANGE_CUT_OFF}, "name"},
    {"no name of a pod", {.type = DSET_CHANGE_FAIL_POD}, "name"},
    {"no such kind", {.type = DSET_CHANGE_STOP_WATCH, .kind = DSET_WATCHES}, "kind"},
};

START_TEST(refused_changes) {
  scene s;
  dset_error error;
  scene_init(&s, 1);
  scene_start(&s);
  dset_change given = bad_changes[_i].change;
  given.size = sizeof given;
  ck_assert_int_eq(dset_simulation_change(s.simulation, &given, &error), DSET_ERR_INVALID);
  expect_text(bad_changes[_i].row, "path", error.path, bad_changes[_i].path);
  scene_free(&s);
  scene_init(&s, 1);
  scene_fill(&s);
  scene_change(&s, 0, DSET_CHANGE_CRASH_HOST, NULL);
  *scene_change(&s, 0, 0, NULL) = given;
  ck_assert_int_eq(dset_simulation_new(&s.scenario, NULL, &s.simulation, &error), DSET_ERR_INVALID);
  char path[64];
  snprintf(path, sizeof path, "changes[1].%s", bad_changes[_i].path);
  expect_text(bad_changes[_i].row, "path in a scenario", error.path, path);
  scene_free(&s);
}
END_TEST

static void expect_refused(scene *s, int code, const char *path) {
  dset_error error;
  scene_fill(s);
  ck_assert_int_eq(dset_simulation_new(&s->scenario, NULL, &s->simulation, &error), code);
  ck_assert_ptr_null(s->simulation);
  expect_text("refused", "path", error.path, path);
  scene_free(s);
}

START_TEST(refused_scenarios) {
  scene s;
  scene_init(&s, 2);
  world_nodes(&s.w, "n2");
  expect_refused(&s, DSET_ERR_DUPLICATE, "nodes[2].name");
  scene_init(&s, 1);
  world_pods(&s.w, "p@n1 new");
  world_pod(&s.w, "p")->name = "";
  expect_refused(&s, DSET_ERR_INVALID, "pods[0].name");
  scene_init(&s, 1);
  scene_kubelet(&s)->stop.least_ms = -1;
  expect_refused(&s, DSET_ERR_INVALID, "kubelets[0].stop");
  scene_init(&s, 1);
  scene_kubelet(&s)->fail_per_mille = 1001;
  expect_refused(&s, DSET_ERR_INVALID, "kubelets[0].fail_per_mille");
  scene_init(&s, 1);
  s.delays.call.most_ms = -1;
  expect_refused(&s, DSET_ERR_INVALID, "delays.call");
  scene_init(&s, 1);
  s.faults.per_mille[DSET_FAULT_CONFLICT] = 1001;
  expect_refused(&s, DSET_ERR_INVALID, "faults.per_mille");
  scene_init(&s, 1);
  s.scenario.controller = 3;
  expect_refused(&s, DSET_ERR_INVALID, "controller");
  scene_init(&s, 1);
  s.scenario.hash = "UP";
  expect_refused(&s, DSET_ERR_INVALID, "hash");
  scene_init(&s, 1);
  s.scenario.size = 8;
  expect_refused(&s, DSET_ERR_ABI, "scenario");
  scene_init(&s, 1);
  s.w.options.backoff_max_ms = -1;
  s.scenario.options = &s.w.options;
  expect_refused(&s, DSET_ERR_INVALID, "options.backoff_max_ms");
}
END_TEST

START_TEST(refused_calls) {
  scene s;
  dset_error error;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  int result;
  begin_by_hand(&s, 1);
  dset_action action = {.size = sizeof action, .type = 99};
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &action, &result, NULL, &error),
                   DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "action.type");
  action.type = DSET_ACTION_UPDATE_STATUS;
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &action, &result, NULL, &error),
                   DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "action.status");
  action.type = DSET_ACTION_EMIT_EVENT;
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "nobody", &action, &result, NULL, &error),
                   DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "name");
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &action, NULL, NULL, &error),
                   DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", NULL, &result, NULL, &error),
                   DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_act(NULL, "default", "agent", &action, &result, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, 2, "", "", &snapshot, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, 0, "", "", NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, 0, "default", "nobody", &snapshot, &error), DSET_OK);
  ck_assert_ptr_null(snapshot.daemonset);
  ck_assert_int_eq(dset_simulation_change(s.simulation, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_step(NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_run(NULL, 0, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_judge(NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_quiet(NULL, 1, &error), DSET_ERR_INVALID);
  dset_simulation *none;
  ck_assert_int_eq(dset_simulation_new(NULL, NULL, &none, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(none);
  dset_simulation_free(NULL);
  scene_free(&s);
}
END_TEST

/* ---- memory ---- */

/* A life with everything in it, on a failing allocator; the code. */
static int live(const dset_scenario *scenario, dset_allocator *allocator) {
  dset_options options = {.size = sizeof options, .allocator = allocator};
  dset_scenario given = *scenario;
  dset_simulation *simulation;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  given.options = &options;
  int code = dset_simulation_new(&given, NULL, &simulation, NULL);
  if (code != DSET_OK) return code;
  code = dset_simulation_run(simulation, DSET_NEVER, NULL, NULL);
  if (code == DSET_OK) code = dset_simulation_snapshot(simulation, DSET_SIDE_VIEW, "default", "agent", &snapshot, NULL);
  if (code == DSET_OK) code = dset_simulation_judge(simulation, NULL);
  if (code == DSET_OK) code = dset_simulation_quiet(simulation, 2, NULL);
  dset_simulation_free(simulation);
  return code;
}

START_TEST(memory_runs_out) {
  scene s;
  scene_init(&s, 3);
  world_pods(&s.w, "p@n1 old ready; q>gone old");
  s.delays.call = (dset_span){10, 20};
  s.delays.watch[DSET_WATCH_PODS] = (dset_span){0, 100};
  s.faults.per_mille[DSET_FAULT_CRASH_AFTER] = 100;
  s.faults.per_mille[DSET_FAULT_STALE_LIST] = 500;
  s.faults.until_ms = SCENE_START + 100000;
  scene_template(&s, 20000, "v2");
  scene_change(&s, 30000, DSET_CHANGE_FAIL_POD, "agent-3");
  scene_fill(&s);
  for (int mode = FAULT_ONCE; mode <= FAULT_ON; mode++) {
    size_t refused = 0;
    for (size_t at = 0;; at++) {
      fault f;
      fault_init(&f, at, (enum fault_mode)mode);
      int code = live(&s.scenario, &f.allocator);
      fault_expect_empty(&f, "simulation");
      if (f.asked <= at) break;
      refused += code == DSET_ERR_NOMEM; /* a table that cannot grow stays small: that is no error */
      ck_assert(code == DSET_OK || code == DSET_ERR_NOMEM);
    }
    ck_assert_uint_gt(refused, 50);
  }
  scene_free(&s);
}
END_TEST

/* ---- made small ---- */

/* Fails if n2 is cut off while the update is under way; nothing else matters. */
static bool loses_n2(void *user_data, const dset_scenario *scenario) {
  scene *seen = user_data;
  dset_simulation *simulation;
  ck_assert_int_eq(dset_simulation_new(scenario, NULL, &simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_run(simulation, SCENE_START + 600000, NULL, NULL), DSET_OK);
  const dset_simulation_stats *stats = dset_simulation_stats_of(simulation);
  bool fails = stats->eligible < (int64_t)scenario->node_count; /* it counts as unreachable */
  dset_simulation_free(simulation);
  if (fails) seen->scenario = *scenario, seen->scenario.changes = NULL;
  if (fails && scenario->change_count > 0) seen->changes[0] = *scenario->changes[0];
  return fails;
}

START_TEST(shrinks) {
  scene s, seen = {0};
  dset_error error;
  scene_init(&s, 6);
  world_pods(&s.w, "p@n1 old ready; q@n3 new ready");
  scene_template(&s, 60000, "v2");
  scene_change(&s, 70000, DSET_CHANGE_CORDON, "n4");
  scene_change(&s, 80000, DSET_CHANGE_CUT_OFF, "n2");
  scene_change(&s, 90000, DSET_CHANGE_UNCORDON, "n4");
  scene_kubelet(&s)->node = "n5";
  s.faults.per_mille[DSET_FAULT_FAILED] = 100;
  s.faults.per_mille[DSET_FAULT_CONFLICT] = 100;
  s.delays.call = (dset_span){5, 5};
  scene_fill(&s);
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, loses_n2, &seen, NULL), DSET_OK);
  ck_assert_uint_eq(seen.scenario.node_count, 1);
  ck_assert_uint_eq(seen.scenario.change_count, 1);
  ck_assert_int_eq(seen.changes[0].type, DSET_CHANGE_CUT_OFF);
  ck_assert_uint_eq(seen.scenario.pod_count, 0);
  ck_assert_uint_eq(seen.scenario.kubelet_count, 0);
  s.scenario.change_count = 0;
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, loses_n2, &seen, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.text, "does not fail");
  ck_assert_int_eq(dset_scenario_shrink(NULL, 1000, loses_n2, &seen, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, NULL, &seen, &error), DSET_ERR_INVALID);
  scene_free(&s);
}
END_TEST

START_TEST(names) {
  ck_assert_str_eq(dset_fault_name(DSET_FAULT_LOST_ANSWER), "lost-answer");
  ck_assert_str_eq(dset_fault_name(DSET_FAULT_TWO_HOSTS), "two-hosts");
  ck_assert_str_eq(dset_fault_name(DSET_FAULTS), "unknown");
  ck_assert_str_eq(dset_fault_name(-1), "unknown");
  ck_assert_str_eq(dset_change_name(DSET_CHANGE_CUT_OFF), "cut-off");
  ck_assert_str_eq(dset_change_name(DSET_CHANGE_NAMESPACE_STAYS), "namespace-stays");
  ck_assert_str_eq(dset_change_name(0), "unknown");
  ck_assert_str_eq(dset_invariant_name(DSET_INVARIANT_ONE_POD), "one-pod");
  ck_assert_str_eq(dset_invariant_name(DSET_INVARIANT_QUIET), "quiet");
  ck_assert_str_eq(dset_invariant_name(0), "unknown");
  ck_assert_str_eq(dset_invariant_rule(DSET_INVARIANT_BACKOFF), "E8");
  ck_assert_str_eq(dset_invariant_rule(99), "");
}
END_TEST

Suite *dset_suite_simulate_api(void);
Suite *dset_suite_simulate_api(void) {
  Suite *suite = suite_create("simulate_api");
  TCase *tcase = tcase_create("simulate_api");
  tcase_add_test(tcase, steps_by_hand);
  tcase_add_test(tcase, plans_by_callback);
  tcase_add_test(tcase, invariants_by_hand);
  tcase_add_test(tcase, nodes_come_and_go);
  tcase_add_test(tcase, kubelets_by_rule);
  tcase_add_test(tcase, namespace_ends);
  ADD_ROWS(tcase, refused_changes, bad_changes);
  tcase_add_test(tcase, refused_scenarios);
  tcase_add_test(tcase, refused_calls);
  tcase_add_test(tcase, memory_runs_out);
  tcase_add_test(tcase, shrinks);
  tcase_add_test(tcase, names);
  suite_add_tcase(suite, tcase);
  return suite;
}
