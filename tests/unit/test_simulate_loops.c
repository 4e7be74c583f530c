/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_loops.c: controllers beside each other: one of the caller's that does what the library's does, in the
 * callback that simulate.h has for it; the library's woken as Kubernetes is; crashes, clocks and lack of memory.
 */
#include <string.h>

#include "support/fault.h"
#include "support/log.h"

static const dset_node n1 = {.size = sizeof n1, .name = "n1"};

static const char *deletes(const scene_log *log) {
  return log_writes(log, DSET_ACTION_DELETE_POD);
}

static dset_span exactly(int64_t ms) {
  return (dset_span){ms, ms};
}

static void fails_after(scene *s, int64_t after_ms) {
  dset_kubelet *rule = scene_kubelet(s);
  rule->fail_per_mille = 1000, rule->fail = exactly(after_ms);
}

/* ---- a controller of the caller's ---- */

/* It sees its writes at once, so that it keeps nothing but the back-offs. */
typedef struct loop {
  scene_log log; /* first: the callbacks for the trace get the same pointer */
  dset_plan *plan;
  int64_t observed; /* the back-offs are those of that generation (E8) */
} loop;

static bool loop_plan(void *user_data) {
  loop *l = user_data;
  dset_simulation *simulation = l->log.scene->simulation;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  ck_assert_int_eq(dset_simulation_snapshot(simulation, DSET_SIDE_VIEW, "default", "agent", &snapshot, NULL), DSET_OK);
  dset_backoff backoffs[16];
  snapshot.backoffs = backoffs;
  int64_t observed = snapshot.daemonset->status == NULL ? 0 : snapshot.daemonset->status->observed_generation;
  for (size_t i = 0; l->plan != NULL && observed == l->observed && i < dset_plan_backoff_count(l->plan); i++) {
    backoffs[snapshot.backoff_count++] = *dset_plan_backoff(l->plan, i);
  }
  dset_plan *plan;
  ck_assert_int_eq(dset_plan_compute(&snapshot, NULL, &plan, NULL), DSET_OK);
  dset_plan_free(l->plan);
  l->plan = plan, l->observed = observed;
  bool wrote = false;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    int result;
    wrote = wrote || action->type != DSET_ACTION_EMIT_EVENT;
    ck_assert_int_eq(dset_simulation_act(simulation, "default", "agent", action, &result, NULL, NULL), DSET_OK);
    ck_assert_int_eq(result, DSET_RESULT_OK);
  }
  int64_t next = dset_plan_next_check_ms(plan);
  if (next != DSET_NEVER) ck_assert_int_eq(dset_simulation_wake(simulation, next, NULL), DSET_OK);
  return wrote;
}

/* Rollouts with and without surge, minReadySeconds, and pods that fail. */
static void busy(scene *s, int row) {
  scene_init(s, 5);
  if (row == 1) world_budget(&s->w, "0", "2");
  s->w.daemonset.min_ready_seconds = 10;
  if (row == 2) fails_after(s, 500);
  if (row == 2) s->kubelets[0].node = "n3", s->kubelets[0].pods = 5;
  scene_template(s, 60000, "v2");
  scene_change(s, 65000, DSET_CHANGE_DELETE_POD, NULL)->node = &n1;
  scene_change(s, 70000, DSET_CHANGE_CORDON, "n2");
}

START_TEST(callers_equals_library) {
  scene s[2];
  loop l[2] = {{.plan = NULL}, {.plan = NULL}};
  for (int i = 0; i < 2; i++) {
    busy(&s[i], _i);
    if (i == 1) s[i].scenario.controller = DSET_CONTROLLER_NONE, s[i].listener.plan = loop_plan;
    log_start(&l[i].log, &s[i]);
    ck_assert_int_eq(scene_run(&s[i], DSET_NEVER), DSET_END_REST);
    ck_assert_int_eq(dset_simulation_judge(s[i].simulation, NULL), DSET_OK);
    ck_assert_int_eq(dset_simulation_quiet(s[i].simulation, 2, NULL), DSET_OK);
    scene_expect_none(&s[i], i == 0 ? "library" : "caller");
  }
  for (int type = DSET_ACTION_CREATE_POD; type <= DSET_ACTION_BUMP_COLLISION_COUNT; type++) {
    expect_text(dset_action_type_name(type), "writes", log_writes(&l[1].log, type), log_writes(&l[0].log, type));
  }
  ck_assert_uint_ge(scene_stats(&s[1])->deletes, 4);
  for (int i = 0; i < 2; i++) {
    dset_plan_free(l[i].plan);
    log_free(&l[i].log);
    scene_free(&s[i]);
  }
}
END_TEST

/* ---- Kubernetes' wake-ups ---- */

/* H12, I16: with surge the outdated pod is the one judged (H5), so that nothing but I16 wakes; the second pod's
 * wake-up is lost to the earlier one of the first. The library looks at ready and minReadySeconds, exactly (J4). */
typedef struct wake_row {
  const char *row;
  int64_t second_ready_ms;
  const char *library;
  const char *kubernetes;
  bool stands_still;
} wake_row;

static const wake_row wake_rows[] = {
    {"one second apart", 1000, "70000: n1; 71000: n2", "71000: n1 n2", false},
    {"five seconds apart", 5000, "70000: n1; 75000: n2", "71000: n1", true},
    {"twelve seconds apart", 12000, "70000: n1; 82000: n2", "71000: n1; 83000: n2", false},
};

START_TEST(I16_lost_wake_up) {
  const wake_row *row = &wake_rows[_i];
  for (int controller = DSET_CONTROLLER_LIBRARY; controller <= DSET_CONTROLLER_KUBERNETES; controller++) {
    scene s;
    scene_log log;
    scene_init(&s, 2);
    s.scenario.controller = controller;
    world_budget(&s.w, "0", "2");
    s.w.daemonset.min_ready_seconds = 10;
    dset_kubelet *rule = scene_kubelet(&s);
    rule->node = "n2", rule->template_number = 2, rule->ready = exactly(row->second_ready_ms);
    rule->stop = exactly(1000);
    scene_kubelet(&s)->stop = exactly(1000);
    scene_template(&s, 60000, "v2");
    log_start(&log, &s);
    ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
    bool kubernetes = controller == DSET_CONTROLLER_KUBERNETES;
    expect_text(row->row, "deletions", deletes(&log), kubernetes ? row->kubernetes : row->library);
    ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
    ck_assert_int_eq(scene_violated(&s, DSET_INVARIANT_SETTLES), kubernetes && row->stands_still);
    log_free(&log);
    scene_free(&s);
  }
}
END_TEST

/* H12: without surge both wake at ready and minReadySeconds. */
START_TEST(H12_wake_up) {
  scene s;
  scene_log log;
  scene_init(&s, 3);
  s.scenario.controller = _i;
  s.w.daemonset.min_ready_seconds = 7;
  scene_template(&s, 60000, "v2");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("H12", "deletions", deletes(&log), "60000: n1; 70000: n2; 80000: n3");
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "H12");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* A run in pieces is the same run, byte for byte; so is one whose nodes are listed the other way round, where no dice
 * are thrown. */
START_TEST(run_in_pieces) {
  scene s[2];
  scene_log log[2];
  for (int i = 0; i < 2; i++) {
    busy(&s[i], 1);
    s[i].scenario.seed = (uint64_t)_i;
    if (_i > 0) s[i].delays.watch[DSET_WATCH_PODS] = (dset_span){50, 400}, s[i].delays.call = (dset_span){20, 200};
    for (int kind = 0; kind < DSET_FAULTS; kind++) s[i].faults.per_mille[kind] = _i > 0 ? 20 : 0;
    s[i].faults.until_ms = SCENE_START + 100000;
    log_start(&log[i], &s[i]);
    const dset_node *turned[8];
    if (_i == 0 && i == 1) {
      for (size_t k = 0; k < s[i].scenario.node_count; k++) {
        turned[k] = s[i].scenario.nodes[s[i].scenario.node_count - 1 - k];
      }
      dset_simulation_free(s[i].simulation);
      s[i].scenario.nodes = turned;
      ck_assert_int_eq(dset_simulation_new(&s[i].scenario, &s[i].listener, &s[i].simulation, NULL), DSET_OK);
    }
    for (int64_t at_ms = 0; i == 1 && at_ms < 200000; at_ms += 137) scene_run(&s[i], at_ms);
    scene_run(&s[i], DSET_NEVER);
  }
  for (int type = DSET_ACTION_CREATE_POD; type <= DSET_ACTION_UPDATE_STATUS; type++) {
    expect_text(dset_action_type_name(type), "writes", log_writes(&log[1], type), log_writes(&log[0], type));
  }
  ck_assert(_i == 0 || log[0].count == log[1].count);
  for (size_t k = 0; _i > 0 && k < log[0].count; k++) {
    ck_assert_str_eq(log[0].lines[k].text, log[1].lines[k].text);
    ck_assert_int_eq(log[0].lines[k].at_ms, log[1].lines[k].at_ms);
  }
  for (int i = 0; i < 2; i++) {
    log_free(&log[i]);
    scene_free(&s[i]);
  }
}
END_TEST

/* ---- seen from outside ---- */

/* Nodes with a pod that is ready and stays. */
static size_t served(scene *s) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(s->simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  size_t nodes = 0;
  for (size_t i = 0; i < snapshot.node_count; i++) {
    bool found = false;
    for (size_t k = 0; k < snapshot.pod_count; k++) {
      const dset_pod *pod = snapshot.pods[k];
      bool here = strcmp(pod->node_name, snapshot.nodes[i]->name) == 0;
      found = found || (here && pod->ready && !pod->deleting);
    }
    nodes += found;
  }
  return nodes;
}

/* F8, F10: whatever goes wrong, never more than maxUnavailable nodes of six are without one, with surge none; three
 * rollouts, the second and third into the one before, with faults in each second run. */
START_TEST(F8_from_outside) {
  enum { NODES = 6 };
  uint64_t seed = (uint64_t)_i;
  size_t unavailable = (size_t)_i % 4;
  scene s;
  scene_init(&s, NODES);
  s.scenario.seed = seed;
  world_budget(&s.w, world_format(&s.w, "%zu", unavailable), unavailable == 0 ? (_i % 8 == 0 ? "1" : "2") : "0");
  for (int kind = 0; kind < DSET_WATCHES; kind++) s.delays.watch[kind] = (dset_span){0, _i % 3 * 1500};
  s.delays.call = (dset_span){0, _i % 5 * 200};
  s.delays.restart = (dset_span){500, 5000};
  s.delays.schedule = (dset_span){0, 500};
  for (int kind = 0; kind < DSET_FAULTS; kind++) s.faults.per_mille[kind] = _i % 2 == 1 ? 15 : 0;
  s.faults.until_ms = SCENE_START + 2000000;
  scene_template(&s, 900000, "v2");
  scene_template(&s, 1000000, "v3");
  scene_template(&s, 1010000, "v1");
  scene_run(&s, 899999);
  bool complete = served(&s) == NODES; /* the first pods may be late: a lost write waits for five minutes */
  for (bool more = true; more;) {
    ck_assert_int_eq(dset_simulation_step(s.simulation, &more, NULL), DSET_OK);
    size_t now = served(&s);
    complete = complete || now == NODES;
    bool fine = !complete || now + unavailable >= NODES;
    ck_assert_msg(fine, "seed %d: %zu at %lld", _i, now, (long long)scene_now(&s));
  }
  ck_assert_int_eq(scene_stats(&s)->updated, NODES);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, world_format(&s.w, "seed %d", _i));
  scene_free(&s);
}
END_TEST

/* ---- crashes, clocks, memory ---- */

/* E8: the saved ledger has the back-offs; crashes change nothing. */
START_TEST(E8_over_crashes) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  fails_after(&s, 500);
  for (int i = 0; i < 10; i++) scene_change(&s, 1200 + 700 * i, DSET_CHANGE_CRASH_HOST, NULL);
  log_start(&log, &s);
  scene_run(&s, 16000);
  expect_text("E8", "deletions", deletes(&log), "500: n1; 1500: n1; 3500: n1; 7500: n1; 15500: n1");
  scene_expect_none(&s, "E8");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* The hosts' clock is behind: what takes 10 s by the pod's time takes 15. A clock that is put right counts at once. */
START_TEST(J3_clock_behind) {
  scene s;
  scene_log log;
  scene_init(&s, 1);
  s.w.daemonset.min_ready_seconds = 10;
  scene_change(&s, 1000, DSET_CHANGE_SET_CLOCK, NULL)->ms = -5000;
  if (_i == 1) scene_change(&s, 14000, DSET_CHANGE_SET_CLOCK, NULL)->ms = 0;
  log_start(&log, &s);
  expect_text("J3", "status", log_status(&s, 13999), "1/1/0/1/1/0/1");
  expect_text("J3", "status", log_status(&s, 16999), _i == 1 ? "1/1/0/1/1/1/0" : "1/1/0/1/1/0/1");
  expect_text("J3", "status", log_status(&s, 17000), "1/1/0/1/1/1/0");
  scene_expect_none(&s, "J3");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* A node that is back before the collector comes keeps its pod. */
START_TEST(collector_is_late) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  s.delays.collect = exactly(40000);
  scene_change(&s, 10000, DSET_CHANGE_REMOVE_NODE, "n1");
  scene_change(&s, 20000, DSET_CHANGE_PUT_NODE, NULL)->node = &n1;
  log_start(&log, &s);
  expect_text("collector", "pods", log_pods(&s, DSET_NEVER), "n1:R n2:R");
  expect_text("collector", "creations", log_writes(&log, DSET_ACTION_CREATE_POD), "0: n1 n2");
  scene_expect_none(&s, "collector");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* MEMORY: once a call has had none, each call says so; nothing leaks. */
START_TEST(no_memory) {
  enum { EACH = 7, MOST = 4000 };
  bool done = false;
  for (size_t at = 0; !done && at < MOST; at += EACH) {
    fault f;
    fault_init(&f, at, FAULT_ONCE);
    dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    scene s;
    busy(&s, 0);
    scene_fill(&s);
    s.scenario.options = &options;
    int code = dset_simulation_new(&s.scenario, NULL, &s.simulation, NULL);
    if (code == DSET_OK) {
      code = dset_simulation_run(s.simulation, DSET_NEVER, NULL, NULL);
      ck_assert_int_eq(dset_simulation_step(s.simulation, NULL, NULL), code);
      ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), code);
    }
    ck_assert(code == DSET_OK || code == DSET_ERR_NOMEM);
    done = code == DSET_OK;
    dset_simulation_free(s.simulation);
    s.simulation = NULL;
    fault_expect_empty(&f, "simulation");
    scene_free(&s);
  }
  ck_assert(done);
}
END_TEST

/* E17: 250 of 300 nodes in the first plan, with the revision and the status. */
START_TEST(E17_default_burst) {
  scene s;
  scene_log log;
  scene_init(&s, 300);
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  ck_assert_uint_eq(log_find(&log, DSET_TRACE_PLAN, 0)->number, 252);
  ck_assert_uint_eq(scene_stats(&s)->creates, 300);
  scene_expect_none(&s, "E17");
  log_free(&log);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_loops(void) {
  Suite *suite = suite_create("simulate_loops");
  TCase *tcase = tcase_create("loops");
  tcase_add_loop_test(tcase, callers_equals_library, 0, 3);
  ADD_ROWS(tcase, I16_lost_wake_up, wake_rows);
  tcase_add_loop_test(tcase, H12_wake_up, 0, 2);
  tcase_add_loop_test(tcase, run_in_pieces, 0, 10);
  tcase_add_loop_test(tcase, F8_from_outside, 0, 80);
  tcase_add_test(tcase, E8_over_crashes);
  tcase_add_loop_test(tcase, J3_clock_behind, 0, 2);
  tcase_add_test(tcase, collector_is_late);
  tcase_add_test(tcase, no_memory);
  tcase_add_test(tcase, E17_default_burst);
  suite_add_tcase(suite, tcase);
  return suite;
}
