/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_errors.c: what simulate.h says of the members of scenarios, of wrong arguments, and of scenarios that
 * are made smaller.
 */
#include <string.h>

#include "support/log.h"

static const dset_node n1 = {.size = sizeof n1, .name = "n1"};
static const dset_pod p1 = {.size = sizeof p1, .ns = "default", .name = "p1"};
static const dset_revision r1 = {.size = sizeof r1, .ns = "default", .name = "r1"};

/* ---- members ---- */

/* `start_ms`, two DaemonSets; the figures are of the first. */
START_TEST(two_daemonsets) {
  static const dset_label app = {"app", "other"};
  static const dset_selector selector = {.labels = &app, .label_count = 1};
  scene s;
  scene_init(&s, 3);
  scene_fill(&s);
  dset_daemonset other = s.w.daemonset;
  other.name = "other", other.uid = "uid-other", other.selector = &selector;
  other.template_labels = &app, other.template_label_count = 1, other.node_name = "n2";
  const dset_daemonset *both[] = {&s.w.daemonset, &other};
  s.scenario.daemonsets = both, s.scenario.daemonset_count = 2;
  s.scenario.start_ms = 5000000;
  ck_assert_int_eq(dset_simulation_new(&s.scenario, NULL, &s.simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_run(s.simulation, DSET_NEVER, NULL, NULL), DSET_OK);
  ck_assert_int_eq(scene_stats(&s)->start_ms, 5000000);
  ck_assert_int_eq(scene_stats(&s)->now_ms, 5002000);
  ck_assert_uint_eq(scene_stats(&s)->creates, 4);
  ck_assert_int_eq(scene_stats(&s)->eligible, 3);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "two");
  scene_free(&s);
}
END_TEST

/* `hash` of a change: that of the revision, and part of its name. */
START_TEST(hash_of_a_change) {
  scene s;
  scene_init(&s, 1);
  s.scenario.hash = "one";
  scene_template(&s, 60000, "v2");
  s.changes[0].hash = "two";
  scene_run(&s, DSET_NEVER);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  ck_assert_uint_eq(snapshot.revision_count, 2);
  for (size_t i = 0; i < 2; i++) {
    const char *expected = snapshot.revisions[i]->number == 1 ? "agent-one" : "agent-two";
    ck_assert_str_eq(snapshot.revisions[i]->name, expected);
  }
  scene_expect_none(&s, "hash");
  scene_free(&s);
}
END_TEST

/* `clock_ms`: the clock jumps forth by 3 s once, so that 10 s after ready are over 3 s early. */
START_TEST(clock_jump) {
  scene s;
  scene_init(&s, 1);
  s.w.daemonset.min_ready_seconds = 10;
  s.faults.per_mille[DSET_FAULT_CLOCK_FORTH] = 1000;
  s.faults.clock_ms = 3000;
  s.faults.most = 1;
  expect_text("clock", "status", (scene_start(&s), log_status(&s, 8999)), "1/1/0/1/1/0/1");
  expect_text("clock", "status", log_status(&s, 9000), "1/1/0/1/1/1/0");
  ck_assert_uint_eq(scene_stats(&s)->faults[DSET_FAULT_CLOCK_FORTH], 1);
  scene_free(&s);
}
END_TEST

/* Pods and revisions that are there at the beginning are kept. */
START_TEST(what_is_there) {
  scene s;
  scene_log log;
  scene_init(&s, 2);
  world_clear_revisions(&s.w);
  world_revisions(&s.w, "agent-cur #5 hash=cur current");
  world_pods(&s.w, "a@n1 new ready");
  log_start(&log, &s);
  scene_run(&s, DSET_NEVER);
  expect_text("there", "creations", log_writes(&log, DSET_ACTION_CREATE_POD), "0: n2");
  expect_text("there", "revisions", log_writes(&log, DSET_ACTION_CREATE_REVISION), "");
  ck_assert_int_eq(scene_stats(&s)->updated, 2);
  scene_expect_none(&s, "there");
  log_free(&log);
  scene_free(&s);
}
END_TEST

/* ---- scenarios ---- */

typedef struct mistake_row {
  const char *row;
  int code;
  const char *path; /* "" = not looked at */
} mistake_row;

static const mistake_row mistakes[] = {
    {"two nodes of a name", DSET_ERR_DUPLICATE, "nodes[1].name"},
    {"a node without name", DSET_ERR_INVALID, "nodes[1].name"},
    {"a node that is NULL", DSET_ERR_INVALID, "nodes[1]"},
    {"two pods of a name", DSET_ERR_DUPLICATE, "pods[1].name"},
    {"nodes without list", DSET_ERR_INVALID, "nodes"},
    {"no such controller", DSET_ERR_INVALID, ""},
    {"negative start of a kubelet", DSET_ERR_INVALID, ""},
    {"negative delay", DSET_ERR_INVALID, ""},
    {"a rate above 1,000", DSET_ERR_INVALID, ""},
    {"the rate of no fault", DSET_ERR_INVALID, ""},
    {"fail_per_mille above 1,000", DSET_ERR_INVALID, ""},
    {"a change without node", DSET_ERR_INVALID, ""},
    {"a change without type", DSET_ERR_INVALID, ""},
    {"larger than this library's", DSET_ERR_ABI, ""},
    {"smaller than any", DSET_ERR_ABI, ""},
    {"an option out of its bounds", DSET_ERR_INVALID, ""},
    {"silenced without list", DSET_ERR_INVALID, ""},
};

static void make_mistake(scene *s, int which, void *large, const dset_node **nodes) {
  static const dset_node unnamed = {.size = sizeof unnamed};
  static const dset_options options = {.size = sizeof options, .backoff_initial_ms = -1};
  static const dset_pod *const pods[] = {&p1, &p1};
  if (which <= 2) s->scenario.nodes = nodes, s->scenario.node_count = 2;
  switch (which) {
    case 0: nodes[1] = &n1; break;
    case 1: nodes[1] = &unnamed; break;
    case 2: nodes[1] = NULL; break;
    case 3: s->scenario.pods = pods, s->scenario.pod_count = 2; break;
    case 4: s->scenario.nodes = NULL; break;
    case 5: s->scenario.controller = 3; break;
    case 6: s->kubelets[0].start = (dset_span){-1, 5}; break;
    case 7: s->delays.call = (dset_span){-1, -1}; break;
    case 8: s->faults.per_mille[DSET_FAULT_FAILED] = 1001; break;
    case 9: s->faults.per_mille[DSET_FAULTS] = 1; break;
    case 10: s->kubelets[0].fail_per_mille = 1001; break;
    case 11: s->changes[0] = (dset_change){.size = sizeof(dset_change), .type = DSET_CHANGE_PUT_NODE}; break;
    case 12: s->changes[0] = (dset_change){.size = sizeof(dset_change)}; break;
    case 13:
      memcpy(large, &s->scenario, sizeof s->scenario);
      ((dset_scenario *)large)->size = sizeof s->scenario + 8;
      ((char *)large)[sizeof s->scenario] = 1;
      break;
    case 14: s->scenario.size = 4; break;
    case 15: s->scenario.options = &options; break;
    default: s->faults.silenced_count = 1; break;
  }
}

START_TEST(scenario_mistakes) {
  const mistake_row *row = &mistakes[_i];
  scene s;
  scene_init(&s, 1);
  scene_kubelet(&s);
  scene_change(&s, 1000, DSET_CHANGE_CORDON, "n1");
  scene_fill(&s);
  s.scenario.delays = &s.delays, s.scenario.faults = &s.faults;
  dset_scenario large[2];
  const dset_node *nodes[2] = {&n1, NULL};
  make_mistake(&s, _i, large, nodes);
  dset_simulation *simulation = (dset_simulation *)&s;
  dset_error error = {0};
  int code = dset_simulation_new(_i == 13 ? large : &s.scenario, NULL, &simulation, &error);
  ck_assert_msg(code == row->code, "%s: %s, %s: %s", row->row, dset_code_name(code), error.path, error.text);
  ck_assert_ptr_null(simulation);
  ck_assert_int_eq(error.code, row->code);
  ck_assert_msg(error.text[0] != '\0', "%s: no text", row->row);
  if (row->path[0] != '\0') expect_text(row->row, "path", error.path, row->path);
  scene_free(&s);
}
END_TEST

START_TEST(null_arguments) {
  scene s;
  scene_init(&s, 1);
  scene_start(&s);
  dset_simulation *simulation = NULL;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_action action = {.size = sizeof action, .type = DSET_ACTION_CREATE_POD, .node = "n1"};
  int result;
  ck_assert_int_eq(dset_simulation_new(NULL, NULL, &simulation, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_new(&s.scenario, NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_step(NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_run(NULL, 0, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_change(NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_change(s.simulation, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_wake(NULL, 0, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_judge(NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_quiet(NULL, 1, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, 2, "default", "agent", &snapshot, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_snapshot(s.simulation, DSET_SIDE_VIEW, "default", "agent", NULL, NULL),
                   DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "nobody", &action, &result, NULL, NULL),
                   DSET_ERR_INVALID);
  action.type = 99;
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", &action, &result, NULL, NULL),
                   DSET_ERR_INVALID);
  ck_assert_int_eq(dset_simulation_act(s.simulation, "default", "agent", NULL, &result, NULL, NULL), DSET_ERR_INVALID);
  dset_simulation_free(NULL);
  dset_violation violation;
  ck_assert(!dset_simulation_violation(s.simulation, 0, &violation));
  scene_free(&s);
}
END_TEST

/* Each type of change, without any of its members. A namespace may be "". */
static bool needs_nothing(int type) {
  return type == DSET_CHANGE_NAMESPACE_ENDS || type == DSET_CHANGE_NAMESPACE_STAYS || type == DSET_CHANGE_CRASH_HOST ||
         type == DSET_CHANGE_TWO_HOSTS || type == DSET_CHANGE_SET_CLOCK || type == DSET_CHANGE_STOP_WATCH ||
         type == DSET_CHANGE_RESUME_WATCH;
}

START_TEST(changes_that_lack_members) {
  scene s;
  scene_init(&s, 1);
  scene_start(&s);
  dset_change change = {.size = sizeof change, .type = _i};
  dset_error error = {0};
  int code = dset_simulation_change(s.simulation, &change, &error);
  bool fine = needs_nothing(_i);
  ck_assert_msg((code == DSET_OK) == fine, "%s", dset_change_name(_i));
  if (!fine) ck_assert_int_eq(code, DSET_ERR_INVALID);
  if (!fine) ck_assert_str_ne(error.text, "");
  ck_assert_int_eq(strcmp(dset_change_name(_i), "unknown") == 0, _i == 0 || _i == 22);
  scene_free(&s);
}
END_TEST

/* Changes of what is not there do no harm. */
START_TEST(changes_of_nothing) {
  static const int types[] = {
      DSET_CHANGE_REMOVE_NODE, DSET_CHANGE_CORDON,         DSET_CHANGE_UNCORDON,         DSET_CHANGE_DRAIN,
      DSET_CHANGE_CUT_OFF,     DSET_CHANGE_REJOIN,         DSET_CHANGE_REMOVE_DAEMONSET, DSET_CHANGE_DELETE_POD,
      DSET_CHANGE_FAIL_POD,    DSET_CHANGE_REMOVE_REVISION};
  scene s;
  scene_init(&s, 1);
  for (size_t i = 0; i < COUNT_OF(types); i++) scene_change(&s, 1000, types[i], "nothing");
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  scene_expect_none(&s, "nothing");
  ck_assert_uint_eq(scene_stats(&s)->creates, 1);
  scene_free(&s);
}
END_TEST

/* ---- names ---- */

START_TEST(names) {
  ck_assert_str_eq(dset_fault_name(DSET_FAULT_LOST_ANSWER), "lost-answer");
  ck_assert_str_eq(dset_fault_name(DSET_FAULT_TWO_HOSTS), "two-hosts");
  ck_assert_str_eq(dset_fault_name(DSET_FAULTS), "unknown");
  ck_assert_str_eq(dset_fault_name(-1), "unknown");
  ck_assert_str_eq(dset_change_name(DSET_CHANGE_CUT_OFF), "cut-off");
  ck_assert_str_eq(dset_invariant_name(DSET_INVARIANT_ONE_POD), "one-pod");
  ck_assert_str_eq(dset_invariant_name(DSET_INVARIANT_QUIET), "quiet");
  ck_assert_str_eq(dset_invariant_name(12), "unknown");
  ck_assert_str_eq(dset_invariant_rule(DSET_INVARIANT_BACKOFF), "E8");
  ck_assert_str_eq(dset_invariant_rule(12), "");
}
END_TEST

/* ---- shrink ---- */

typedef struct search {
  size_t calls;
  dset_scenario last; /* the one that was accepted last; its lists may be gone */
  uint32_t failed;    /* its rate of that fault */
  int change;
} search;

/* Fails as long as there is a node n3, and a drain. */
static bool drains(void *user_data, const dset_scenario *scenario) {
  search *found = user_data;
  bool node = false, drain = false;
  found->calls++;
  for (size_t i = 0; i < scenario->node_count; i++) node = node || strcmp(scenario->nodes[i]->name, "n3") == 0;
  for (size_t i = 0; i < scenario->change_count; i++) drain = drain || scenario->changes[i]->type == DSET_CHANGE_DRAIN;
  if (!node || !drain) return false;
  found->last = *scenario;
  found->failed = scenario->faults == NULL ? 0 : scenario->faults->per_mille[DSET_FAULT_FAILED];
  found->change = scenario->changes[0]->type;
  return true;
}

START_TEST(shrink) {
  scene s;
  search found = {0};
  scene_init(&s, 6);
  world_pods(&s.w, "a@n1 new; b@n2 new");
  scene_kubelet(&s)->node = "n1";
  scene_kubelet(&s);
  scene_change(&s, 1000, DSET_CHANGE_CORDON, "n1");
  scene_change(&s, 2000, DSET_CHANGE_DRAIN, "n3");
  scene_change(&s, 3000, DSET_CHANGE_CUT_OFF, "n4");
  s.faults.per_mille[DSET_FAULT_FAILED] = 100;
  scene_fill(&s);
  s.scenario.faults = &s.faults;
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, drains, &found, NULL), DSET_OK);
  ck_assert_uint_eq(found.last.node_count, 1);
  ck_assert_uint_eq(found.last.change_count, 1);
  ck_assert_int_eq(found.change, DSET_CHANGE_DRAIN);
  ck_assert_uint_eq(found.last.pod_count, 0);
  ck_assert_uint_eq(found.last.kubelet_count, 0);
  ck_assert_uint_eq(found.failed, 0);
  ck_assert_uint_le(found.calls, 1000);
  ck_assert_uint_eq(s.scenario.node_count, 6); /* borrowed, never modified */
  found.calls = 0;
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 5, drains, &found, NULL), DSET_OK);
  ck_assert_uint_le(found.calls, 5);
  s.scenario.change_count = 1;
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, drains, &found, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_scenario_shrink(NULL, 1000, drains, &found, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, NULL, &found, NULL), DSET_ERR_INVALID);
  s.scenario.size = 4;
  ck_assert_int_eq(dset_scenario_shrink(&s.scenario, 1000, drains, &found, NULL), DSET_ERR_ABI);
  scene_free(&s);
}
END_TEST

/* A revision of somebody else's that is there stays. */
START_TEST(put_revision_twice) {
  scene s;
  scene_init(&s, 1);
  dset_revision again = r1;
  again.number = 9;
  scene_change(&s, 1000, DSET_CHANGE_PUT_REVISION, NULL)->revision = &r1;
  scene_change(&s, 2000, DSET_CHANGE_PUT_REVISION, NULL)->revision = &again;
  scene_run(&s, DSET_NEVER);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_simulation_snapshot(s.simulation, DSET_SIDE_STORE, "default", "agent", &snapshot, NULL);
  bool found = false;
  for (size_t i = 0; i < snapshot.revision_count; i++) {
    if (strcmp(snapshot.revisions[i]->name, "r1") != 0) continue;
    found = true;
    ck_assert_int_eq(snapshot.revisions[i]->number, 0);
  }
  ck_assert(found);
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate_errors(void) {
  Suite *suite = suite_create("simulate_errors");
  TCase *tcase = tcase_create("errors");
  tcase_add_test(tcase, two_daemonsets);
  tcase_add_test(tcase, hash_of_a_change);
  tcase_add_test(tcase, clock_jump);
  tcase_add_test(tcase, what_is_there);
  ADD_ROWS(tcase, scenario_mistakes, mistakes);
  tcase_add_test(tcase, null_arguments);
  tcase_add_loop_test(tcase, changes_that_lack_members, 0, 23);
  tcase_add_test(tcase, changes_of_nothing);
  tcase_add_test(tcase, names);
  tcase_add_test(tcase, shrink);
  tcase_add_test(tcase, put_revision_twice);
  suite_add_tcase(suite, tcase);
  return suite;
}
