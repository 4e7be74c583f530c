/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_events.c: Kubernetes' tests of watch events. Its controller decides by event which DaemonSets to sync;
 * the library is asked with the whole state instead. What those tests want is then a statement on plans:
 *
 *   the event enqueues the DaemonSet         its plan is another afterwards
 *   the event enqueues no DaemonSet          no plan is another afterwards
 *   expectations are not fulfilled           writes in flight: the plan leaves pods alone
 *
 * Two DaemonSets of one namespace share the selector app=agent: "one" owns the pods that the builders make, "two" those
 * that they call foreign. A third one selects something else.
 */
#include <string.h>

#include "support/instant.h"

enum { ONE, TWO, THREE, SETS };

/* The plans of the three, as text. */
typedef struct decisions {
  const char *of[SETS];
} decisions;

static void become(dset_world *w, int set) {
  static const char *const uids[] = {WORLD_UID, "uid-other", "uid-three"};
  w->daemonset.uid = uids[set];
  w->daemonset.selector = world_selector(w, set == THREE ? "app=three" : "app=agent");
  w->daemonset.template_labels =
      world_labels(w, set == THREE ? "app=three" : "app=agent", &w->daemonset.template_label_count);
}

static const char *plan_text(dset_world *w) {
  dset_text *text;
  ck_assert_int_eq(dset_plan_json(world_plan(w), NULL, &text, NULL), DSET_OK);
  const char *copy = world_format(w, "%s", dset_text_bytes(text));
  dset_text_free(text);
  return copy;
}

static decisions decide(dset_world *w) {
  decisions all;
  for (int set = 0; set < SETS; set++) {
    become(w, set);
    all.of[set] = plan_text(w);
  }
  become(w, ONE);
  return all;
}

/* Fails unless exactly the plans that `changed` names, as in "1 2", are others than before. */
static void expect_changes(dset_world *w, const char *row, const decisions *before, const char *changed) {
  decisions after = decide(w);
  for (int set = 0; set < SETS; set++) {
    bool want = strchr(changed, '1' + set) != NULL;
    bool is = strcmp(before->of[set], after.of[set]) != 0;
    ck_assert_msg(want == is, "%s: DaemonSet %d: the plan %s\n    before: %s\n    after:  %s", row, set + 1,
                  is ? "changed" : "did not change", before->of[set], after.of[set]);
  }
}

static void begin(dset_world *w, int strategy) {
  world_init(w);
  if (strategy == 0) w->daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_add_nodes(w, 0, 1, "");
}

/* ---- pods come, change and go ---- */

START_TEST(upstream_add_pod) {
  dset_world w;
  begin(&w, _i);
  decisions before = decide(&w);
  world_pods(&w, "pod1@node-0");
  expect_changes(&w, "of one", &before, "1");
  world_remove_pod(&w, "pod1");
  world_pods(&w, "pod2@node-0 foreign");
  expect_changes(&w, "of two", &before, "2");
  world_free(&w);
}
END_TEST

START_TEST(upstream_add_pod_orphan) {
  dset_world w;
  begin(&w, _i);
  decisions before = decide(&w);
  world_pods(&w, "pod@node-0 orphan");
  expect_changes(&w, "both that match", &before, "12");
  world_free(&w);
}
END_TEST

START_TEST(upstream_update_pod) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "pod1@node-0; pod2@node-0 foreign");
  decisions before = decide(&w);
  world_pod(&w, "pod1")->ready = true;
  expect_changes(&w, "of one", &before, "1");
  before = decide(&w);
  world_pod(&w, "pod2")->ready = true;
  expect_changes(&w, "of two", &before, "2");
  world_free(&w);
}
END_TEST

START_TEST(upstream_update_pod_orphan_with_new_labels) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "pod@node-0 orphan mismatch");
  decisions before = decide(&w);
  world_remove_pod(&w, "pod");
  world_pods(&w, "pod@node-0 orphan");
  expect_changes(&w, "it matches now", &before, "12");
  world_free(&w);
}
END_TEST

START_TEST(upstream_update_pod_change_controller_ref) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "pod@node-0 foreign");
  decisions before = decide(&w);
  world_remove_pod(&w, "pod");
  world_pods(&w, "pod@node-0");
  expect_changes(&w, "old and new owner", &before, "12");
  world_free(&w);
}
END_TEST

START_TEST(upstream_update_pod_controller_ref_removed) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "pod@node-0");
  decisions before = decide(&w);
  world_pod(&w, "pod")->owner_count = 0;
  expect_changes(&w, "both that match", &before, "12");
  world_free(&w);
}
END_TEST

START_TEST(upstream_delete_pod) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "pod1@node-0; pod2@node-0 foreign");
  decisions before = decide(&w);
  world_remove_pod(&w, "pod1");
  expect_changes(&w, "of one", &before, "1");
  before = decide(&w);
  world_remove_pod(&w, "pod2");
  expect_changes(&w, "of two", &before, "2");
  world_free(&w);
}
END_TEST

/* An orphan that is being deleted is nobody's (D4): that it is gone then changes nothing. */
START_TEST(upstream_delete_pod_orphan) {
  dset_world w;
  begin(&w, _i);
  world_pods(&w, "p@node-0 orphan deleting; q@node-0 orphan deleting mismatch; r@node-0 orphan deleting succeeded");
  decisions before = decide(&w);
  w.pods.count = 0;
  expect_changes(&w, "nobody's", &before, "");
  world_free(&w);
}
END_TEST

/* ---- what a manifest holds besides ---- */

#define ROOM(memory) \
  "status: {allocatable: {memory: " memory ", cpu: 200m}, conditions: [{type: Ready, status: 'True'}]}"
#define SPEC(node) "spec: {nodeName: " node ", containers: [{name: c, image: i, resources: {requests: {memory: 50M}}}]}"
#define OTHER(name, node, owners) "{metadata: {namespace: default, name: " name ", uid: u" owners "}, " SPEC(node) "}"
#define CONTROLLED ", ownerReferences: [{controller: true}]"
#define SELECTED "nodeSelector: {color: blue}, "

/* The plan of the state that these make, as text of the world. */
static const char *state_text(dset_world *w, const char *node_selector, const char *nodes, const char *pods) {
  const char *text = world_format(
      w,
      "{daemonSet: {metadata: {namespace: default, name: foo, uid: uid-foo}, spec: {selector: {matchLabels: {name: "
      "foo}}, template: {metadata: {labels: {name: foo}}, spec: {%s containers: []}}}}, nodes: [%s], pods: [%s]}",
      node_selector, nodes, pods);
  dset_state *state;
  dset_error error;
  int code = dset_state_read(text, strlen(text), NULL, &state, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s in %s", error.path, error.text, text);
  dset_plan_free(world_take_plan(w));
  ck_assert_int_eq(dset_plan_compute(dset_state_snapshot(state), dset_state_options(state), &w->plan, &error), DSET_OK);
  dset_text *json;
  ck_assert_int_eq(dset_plan_json(w->plan, NULL, &json, NULL), DSET_OK);
  const char *copy = world_format(w, "%s", dset_text_bytes(json));
  dset_text_free(json);
  dset_state_free(state);
  return copy;
}

#define ORPHAN(version)                                                                                 \
  "{metadata: {namespace: default, name: pod1, uid: u, labels: {name: foo}, resourceVersion: '" version \
  "'}, " SPEC("n1") "}"

START_TEST(upstream_update_pod_orphan_same_labels) {
  dset_world w;
  world_init(&w);
  const char *before = state_text(&w, "", "{metadata: {name: n1}}", ORPHAN("1"));
  ck_assert_str_eq(before, state_text(&w, "", "{metadata: {name: n1}}", ORPHAN("2")));
  world_free(&w);
}
END_TEST

#define FOUR(owners) OTHER("pod_1", "n1", owners) ", " OTHER("pod_2", "n1", owners) ", " OTHER("pod_3", "n1", owners)

static const struct {
  const char *row, *gone, *left;
} unrelated_rows[] = {
    {"without controller", OTHER("pod_0", "n1", "") ", ", FOUR("")},
    {"of another controller", OTHER("pod_0", "n1", CONTROLLED) ", ", FOUR(CONTROLLED)},
    {"not scheduled", OTHER("pod_5", "''", "") ", ", FOUR(CONTROLLED)},
};

START_TEST(upstream_delete_no_daemon_pod) {
  dset_world w;
  world_init(&w);
  const char *node = "{metadata: {name: n1}, " ROOM("200M") "}";
  const char *before =
      state_text(&w, "", node, world_format(&w, "%s%s", unrelated_rows[_i].gone, unrelated_rows[_i].left));
  ck_assert_int_eq(world_count(w.plan).creates, 1);
  expect_text(unrelated_rows[_i].row, "plan", state_text(&w, "", node, unrelated_rows[_i].left), before);
  world_free(&w);
}
END_TEST

/* ---- nodes come and change ---- */

START_TEST(upstream_add_node) {
  dset_world w;
  world_init(&w);
  w.daemonset.node_selector = world_labels(&w, "color=blue", &w.daemonset.node_selector_count);
  const char *before = plan_text(&w);
  world_nodes(&w, "node1");
  ck_assert_str_eq(before, plan_text(&w));
  world_nodes(&w, "node2 color=blue");
  world_expect(&w, "the one that matches", TRACE_PODS, "CreatePod node2 node-needs-pod");
  world_free(&w);
}
END_TEST

#define PLAIN "{metadata: {name: n1}}"
#define BLUE "{metadata: {name: n1, labels: {color: blue}}}"
#define TAINTED "{metadata: {name: n1}, spec: {taints: [{key: dedicated, value: user1, effect: NoSchedule}]}}"
#define OURS                                                                                                         \
  "{metadata: {namespace: default, name: p, uid: u, labels: {name: foo}, ownerReferences: [{kind: DaemonSet, name: " \
  "foo, uid: uid-foo, controller: true}]}, " SPEC("n1") "}"

static const struct {
  const char *row, *selector, *before, *after, *pods;
  bool changes;
} node_rows[] = {
    {"nothing", SELECTED, PLAIN, PLAIN, "", false},
    {"labels", SELECTED, PLAIN, BLUE, "", true},
    {"taints", "", TAINTED, PLAIN, "", true},
    {"allocatable", "", PLAIN, "{metadata: {name: n1}, " ROOM("200M") "}", "", false},
    {"misplaced no longer", SELECTED, PLAIN, BLUE, OURS, true},
    {"unschedulable, a condition, an annotation", "", PLAIN,
     "{metadata: {name: n1, annotations: {a: b}}, spec: {unschedulable: true}, " ROOM("1M") "}", "", false},
};

START_TEST(upstream_update_node) {
  dset_world w;
  world_init(&w);
  const char *before = state_text(&w, node_rows[_i].selector, node_rows[_i].before, node_rows[_i].pods);
  const char *after = state_text(&w, node_rows[_i].selector, node_rows[_i].after, node_rows[_i].pods);
  ck_assert_msg((strcmp(before, after) != 0) == node_rows[_i].changes, "%s:\n    before: %s\n    after:  %s",
                node_rows[_i].row, before, after);
  world_free(&w);
}
END_TEST

/* ---- what has been sent and not been seen ---- */

/* The DaemonSet is deleted and made again: the host knows of no writes for the new uid, and pods of the old are not
 * ours. */
START_TEST(upstream_expectations_on_recreate) {
  dset_world w;
  begin(&w, _i);
  world_sync(&w, "created", 1, 0, 0);
  w.pods.count = 0;
  w.in_flight_creates = 1;
  w.in_flight_since_ms = w.now_ms;
  world_sync(&w, "not seen yet", 0, 0, 0);
  w.in_flight_creates = 0;
  w.in_flight_since_ms = 0;
  world_pods(&w, "late@node-0");
  w.daemonset.uid = "uid-new";
  w.daemonset.status = NULL;
  world_clear_revisions(&w);
  world_sync(&w, "made again", 1, 0, 0);
  world_free(&w);
}
END_TEST

/* What was written counts, whatever it was, and both kinds must have been seen. */
START_TEST(upstream_writes_are_waited_for) {
  dset_world w;
  begin(&w, 1);
  for (int64_t creates = -1; creates <= 2; creates++) {
    for (int64_t deletes = -1; deletes <= 2; deletes++) {
      w.in_flight_creates = creates;
      w.in_flight_deletes = deletes;
      w.in_flight_since_ms = w.now_ms;
      bool ready = creates <= 0 && deletes <= 0;
      world_expect(&w, world_format(&w, "%d creates, %d deletes", (int)creates, (int)deletes), TRACE_PODS,
                   ready ? "CreatePod node-0 node-needs-pod" : "");
    }
  }
  world_free(&w);
}
END_TEST

/* Of 100 creations 10 succeed. Slow start is the host's; the plan must be right for what came of it. */
START_TEST(upstream_pod_create_errors) {
  dset_world w;
  world_init(&w);
  if (_i == 0) w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_add_nodes(&w, 0, 100, "");
  world_plan(&w);
  dset_plan *plan = world_take_plan(&w);
  ck_assert_int_eq(world_count(plan).creates, 100);
  for (size_t i = 0; i < 10; i++) world_carry_out(&w, dset_plan_action(plan, i));
  dset_plan_free(plan);
  const dset_status *status = dset_plan_status(world_plan(&w));
  expect_text("ten of them", "status", world_status_line(&w, status), "100/10/0/0/10/0/100");
  world_sync(&w, "nothing is in flight: the rest", 90, 0, 0);
  world_free(&w);
}
END_TEST

/* A pod is gone before it is deleted: the host passes over it, and there is nothing left to be done. */
START_TEST(upstream_delete_pods_allows_missing) {
  dset_world w;
  begin(&w, 1);
  world_pods(&w, "a@node-0; b@node-0 age=60");
  world_expect(&w, "one too many", TRACE_PODS, "DeletePod b excess");
  dset_plan *plan = world_take_plan(&w);
  world_remove_pod(&w, "b");
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) world_carry_out(&w, dset_plan_action(plan, i));
  dset_plan_free(plan);
  world_expect(&w, "nothing is left", TRACE_ALL, "");
  world_free(&w);
}
END_TEST

/* ---- the status ---- */

/* An error of the sync does not keep the status from being written, after all else; neither is lost. */
START_TEST(upstream_updates_status_error) {
  dset_world w;
  begin(&w, 1);
  world_pods(&w, "p@node-0 ready; old@gone old ready");
  world_budget(&w, "0", "1");
  world_expect(&w, "node-gone", TRACE_ALL, "UpdateStatus");
  expect_text("node-gone", "problems", world_problems(&w, w.plan), "node-gone");
  world_sync(&w, "the status is written", 0, 0, 0);
  world_expect(&w, "the error stays", TRACE_ALL, "");
  expect_text("the error stays", "problems", world_problems(&w, w.plan), "node-gone");
  world_free(&w);
}
END_TEST

/* A status that could not be stored is asked for until it is. */
START_TEST(upstream_store_daemon_set_status) {
  dset_world w;
  begin(&w, 1);
  world_pods(&w, "p@node-0 ready");
  const char *first = plan_text(&w);
  for (int failures = 0; failures < 2; failures++) {
    world_expect(&w, "not stored", TRACE_ALL, "UpdateStatus");
    ck_assert_str_eq(first, plan_text(&w));
  }
  world_sync(&w, "stored", 0, 0, 0);
  world_expect(&w, "nothing to store", TRACE_ALL, "");
  world_free(&w);
}
END_TEST

/* What is written would pass: no number is negative, and the collision count does not go down. */
START_TEST(upstream_status_is_valid) {
  dset_world w;
  begin(&w, 1);
  dset_status *status = world_status(&w);
  status->has_collision_count = true;
  status->collision_count = 3;
  world_add_nodes(&w, 1, 1, "neither");
  world_pods(&w, "p@node-0; q@node-1; r@gone; s@node-0 deleting");
  for (int sync = 0; sync < 3; sync++) {
    const dset_status *next = dset_plan_status(world_plan(&w));
    ck_assert(next->has_collision_count && next->collision_count == 3);
    ck_assert(next->desired_number_scheduled >= 0 && next->current_number_scheduled >= 0);
    ck_assert(next->number_misscheduled >= 0 && next->number_ready >= 0 && next->updated_number_scheduled >= 0);
    ck_assert(next->number_available >= 0 && next->number_unavailable >= 0 && next->observed_generation >= 0);
    w.pods.count -= w.pods.count != 0;
  }
  world_free(&w);
}
END_TEST

void dset_add_upstream_events(Suite *suite); /* called by the suite of test_upstream.c */

#define ADD_BOTH(test) tcase_add_loop_test(tcase, test, 0, 2)

void dset_add_upstream_events(Suite *suite) {
  TCase *tcase = tcase_create("events");
  ADD_BOTH(upstream_add_pod);
  ADD_BOTH(upstream_add_pod_orphan);
  ADD_BOTH(upstream_update_pod);
  tcase_add_test(tcase, upstream_update_pod_orphan_same_labels);
  ADD_BOTH(upstream_update_pod_orphan_with_new_labels);
  ADD_BOTH(upstream_update_pod_change_controller_ref);
  ADD_BOTH(upstream_update_pod_controller_ref_removed);
  ADD_BOTH(upstream_delete_pod);
  ADD_BOTH(upstream_delete_pod_orphan);
  ADD_ROWS(tcase, upstream_delete_no_daemon_pod, unrelated_rows);
  tcase_add_test(tcase, upstream_add_node);
  ADD_ROWS(tcase, upstream_update_node, node_rows);
  ADD_BOTH(upstream_expectations_on_recreate);
  tcase_add_test(tcase, upstream_writes_are_waited_for);
  ADD_BOTH(upstream_pod_create_errors);
  tcase_add_test(tcase, upstream_delete_pods_allows_missing);
  tcase_add_test(tcase, upstream_updates_status_error);
  tcase_add_test(tcase, upstream_store_daemon_set_status);
  tcase_add_test(tcase, upstream_status_is_valid);
  suite_add_tcase(suite, tcase);
}
