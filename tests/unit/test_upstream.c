/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream.c: the situations of the unit tests of Kubernetes' DaemonSet controller (daemon_controller_test.go),
 * with the counts that those tests expect. A test bears the name of its model; tests/parity/ledger.tsv says which
 * stands for which. The loop index is the update strategy: 0 is OnDelete, 1 is RollingUpdate with maxUnavailable 1.
 *
 *   test_upstream.c          placement, existing pods, failed pods
 *   test_upstream_update.c   surge and rolling updates (update_test.go)
 *   test_upstream_events.c   what a watch event may change
 *   test_upstream_cluster.c  integration and end-to-end tests, lost and failing writes, incidents
 */
#include <stdio.h>
#include <string.h>

#include "support/instant.h"

static void begin(dset_world *w, int strategy) {
  world_init(w);
  if (strategy == 0) w->daemonset.strategy = DSET_STRATEGY_ON_DELETE;
}

static const dset_label *blue(dset_world *w, size_t *count) {
  return world_labels(w, "color=blue type=production", count);
}

/* Four nodes without labels, three that are blue. */
static void begin_seven(dset_world *w, int strategy) {
  begin(w, strategy);
  world_add_nodes(w, 0, 4, "");
  world_add_nodes(w, 4, 3, "color=blue type=production");
}

/* Five nodes without labels, five that are blue; the template wants blue ones. */
static void begin_ten(dset_world *w, int strategy) {
  begin(w, strategy);
  world_add_nodes(w, 0, 5, "");
  world_add_nodes(w, 5, 5, "color=blue type=production");
  w->daemonset.node_selector = blue(w, &w->daemonset.node_selector_count);
}

/* ---- which nodes ---- */

START_TEST(upstream_simple_daemon_set_launches_pods) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  world_sync(&w, "five nodes", 5, 0, 0);
  world_sync(&w, "once more", 0, 0, 0);
  world_free(&w);
}
END_TEST

/* One creation for each node, and what it makes (codec/pod_json) is not bound. */
START_TEST(upstream_schedule_daemon_set_pods_launches_pods) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  world_expect(&w, "one for each node", TRACE_PODS,
               "CreatePod node-0 node-needs-pod; CreatePod node-1 node-needs-pod; CreatePod node-2 node-needs-pod; "
               "CreatePod node-3 node-needs-pod; CreatePod node-4 node-needs-pod");
  world_free(&w);
}
END_TEST

START_TEST(upstream_no_nodes_does_nothing) {
  dset_world w;
  begin(&w, _i);
  world_sync(&w, "no nodes", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_one_node_daemon_launches_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "only-node");
  world_sync(&w, "one node", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_selector_daemon_launches_pods) {
  dset_world w;
  begin_seven(&w, _i);
  w.daemonset.node_selector = blue(&w, &w.daemonset.node_selector_count);
  world_sync(&w, "three of seven match", 3, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_bad_selector_daemon_does_nothing) {
  dset_world w;
  begin_seven(&w, _i);
  w.daemonset.node_selector = world_labels(&w, "color=red type=production", &w.daemonset.node_selector_count);
  world_sync(&w, "none matches", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_name_daemon_set_launches_pods) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  w.daemonset.node_name = "node-0";
  world_sync(&w, "one of that name", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_bad_name_daemon_set_does_nothing) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  w.daemonset.node_name = "node-10";
  world_sync(&w, "none of that name", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_name_and_selector_daemon_set_launches_pods) {
  dset_world w;
  begin_seven(&w, _i);
  w.daemonset.node_selector = blue(&w, &w.daemonset.node_selector_count);
  w.daemonset.node_name = "node-6";
  world_sync(&w, "name and selector agree", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_inconsistent_name_selector_does_nothing) {
  dset_world w;
  begin_seven(&w, _i);
  w.daemonset.node_selector = blue(&w, &w.daemonset.node_selector_count);
  w.daemonset.node_name = "node-0";
  world_sync(&w, "name and selector differ", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_node_affinity_daemon_launches_pods) {
  dset_world w;
  begin_seven(&w, _i);
  w.daemonset.required_affinity = world_terms(&w, "color In blue");
  world_sync(&w, "three of seven match", 3, 0, 0);
  world_free(&w);
}
END_TEST

/* ---- taints ---- */

#define DEDICATED "dedicated=user1:NoSchedule"

START_TEST(upstream_no_schedule_taint_does_not_evict) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !" DEDICATED);
  world_pods(&w, "keep-running-me@tainted");
  world_sync(&w, "stays", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_no_execute_taint_does_evict) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !dedicated=user1:NoExecute");
  world_pods(&w, "stop-running-me@tainted");
  world_sync(&w, "goes", 0, 1, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_tainted_node_intolerant_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !" DEDICATED);
  world_sync(&w, "none is created", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_tainted_node_tolerant_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !" DEDICATED);
  world_tolerations(&w, "dedicated - user1 NoSchedule");
  world_sync(&w, "tolerated", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_not_ready_node_launches_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !node.kubernetes.io/not-ready:NoExecute");
  world_sync(&w, "not ready", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_unreachable_node_launches_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w, "tainted !node.kubernetes.io/unreachable:NoExecute");
  world_sync(&w, "unreachable", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_node_launches_tolerant_pod) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 1, "");
  world_tolerations(&w, "dedicated - user1 NoSchedule");
  world_sync(&w, "tolerations do not restrict", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_taint_pressure_node_launches_pod) {
  dset_world w;
  begin(&w, _i);
  world_nodes(&w,
              "resources-pressure !node.kubernetes.io/disk-pressure:NoSchedule "
              "!node.kubernetes.io/memory-pressure:NoSchedule !node.kubernetes.io/pid-pressure:NoSchedule");
  world_sync(&w, "three pressures", 1, 0, 0);
  world_free(&w);
}
END_TEST

/* ---- facts of manifests that must not matter: read from text, as the structs do not even hold them ---- */

#define ROOM "status: {allocatable: {memory: 100M, cpu: 200m, pods: '100'}"
#define PORT(n) "containers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: " n "}]}]"
#define NEEDS(memory) "containers: [{name: c, image: i, resources: {requests: {memory: " memory ", cpu: 75m}}}]"
#define OWNED                                                                                                     \
  "labels: {name: foo, controller-revision-hash: cur}, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, " \
  "name: foo, uid: uid-foo, controller: true}]"
#define POD(more, spec) "{metadata: {name: p, namespace: default, uid: uid-p, " more "}, spec: {" spec "}}"

typedef struct manifest_row {
  const char *row;
  const char *template_spec;
  const char *nodes;
  const char *pods;
  int creates;
} manifest_row;

/* What one plan does about a state given as text. */
static work_count count_of_state(const char *text) {
  dset_state *state;
  dset_plan *plan;
  dset_error error;
  int code = dset_state_read(text, strlen(text), NULL, &state, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s in %s", error.path, error.text, text);
  code = dset_plan_compute(dset_state_snapshot(state), dset_state_options(state), &plan, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", error.path, error.text);
  work_count count = world_count(plan);
  dset_plan_free(plan);
  dset_state_free(state);
  return count;
}

static void expect_manifest(const manifest_row *row, int strategy) {
  char text[2048];
  int length = snprintf(text, sizeof text,
                        "{options: {revisionHash: cur}, daemonSet: {metadata: {namespace: default, name: foo, uid: "
                        "uid-foo}, spec: {updateStrategy: {type: %s}, selector: {matchLabels: {name: foo}}, template: "
                        "{metadata: {labels: {name: foo}}, spec: {%s}}}}, nodes: [%s], pods: [%s]}",
                        strategy == 0 ? "OnDelete" : "RollingUpdate", row->template_spec, row->nodes, row->pods);
  ck_assert_int_lt(length, (int)sizeof text);
  work_count count = count_of_state(text);
  ck_assert_msg(count.creates == row->creates && count.deletes == 0 && count.events == 0, "%s: %d/%d/%d", row->row,
                count.creates, count.deletes, count.events);
}

START_TEST(upstream_not_ready_condition_does_launch_pod) {
  expect_manifest(
      &(manifest_row){"Ready is False", PORT("1"),
                      "{metadata: {name: n1}, status: {conditions: [{type: Ready, status: 'False'}]}}", "", 1},
      _i);
}
END_TEST

START_TEST(upstream_network_unavailable_condition_launches_pod) {
  expect_manifest(&(manifest_row){"NetworkUnavailable is True", PORT("1"),
                                  "{metadata: {name: n1}, status: {conditions: [{type: NetworkUnavailable, status: "
                                  "'True'}]}}",
                                  "", 1},
                  _i);
}
END_TEST

START_TEST(upstream_insufficient_capacity_running_pod) {
  expect_manifest(
      &(manifest_row){"a foreign pod leaves no room", "nodeName: n1, " NEEDS("75M"),
                      "{metadata: {name: n1}, " ROOM "}}", POD("labels: {}", "nodeName: n1, " NEEDS("75M")), 1},
      _i);
}
END_TEST

START_TEST(upstream_insufficient_capacity_node_label) {
  expect_manifest(&(manifest_row){"the label decides, not the room", "nodeSelector: {color: blue}, " NEEDS("50M"),
                                  "{metadata: {name: small}, status: {allocatable: {memory: 10M, cpu: 20m}}}, "
                                  "{metadata: {name: n1, labels: {color: blue}}, " ROOM "}}",
                                  "", 1},
                  _i);
}
END_TEST

START_TEST(upstream_port_conflict_with_same_daemon_pod) {
  expect_manifest(&(manifest_row){"our own pod holds the port", "nodeName: n1, " PORT("666"), "{metadata: {name: n1}}",
                                  POD(OWNED, "nodeName: n1, " PORT("666")), 0},
                  _i);
}
END_TEST

START_TEST(upstream_no_port_conflict_launches_pod) {
  expect_manifest(&(manifest_row){"another pod holds another port", "nodeName: n1, " PORT("6662"),
                                  "{metadata: {name: n1}}", POD("labels: {}", "nodeName: n1, " PORT("6661")), 1},
                  _i);
}
END_TEST

#define TEST_NODE "{metadata: {name: test-node, labels: {name: foo, type: production}}, spec: {}, " ROOM "}}"
#define TYPE_IN(value)                                                                                                 \
  "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: " \
  "[{key: type, operator: In, values: [" value "]}]}]}}}"
#define HOLDS_PORT POD("labels: {}", "nodeName: test-node, " PORT("666"))

static const manifest_row verdict_rows[] = {
    {"fits", NEEDS("50M"), TEST_NODE, "", 1},
    {"asks for more than there is", NEEDS("200M"), TEST_NODE, "", 1},
    {"another node's name", "nodeName: other-node, " NEEDS("50M"), TEST_NODE, "", 0},
    {"its port is taken", PORT("666"), TEST_NODE, HOLDS_PORT, 1},
    {"the rest is not enough", NEEDS("100M"), TEST_NODE, POD("labels: {}", "nodeName: test-node, " NEEDS("50M")), 1},
    {"the rest is enough", NEEDS("50M"), TEST_NODE, HOLDS_PORT, 1},
    {"node selector differs", "nodeSelector: {name: bar}", TEST_NODE, "", 0},
    {"node selector matches", "nodeSelector: {name: foo}", TEST_NODE, "", 1},
    {"affinity differs", TYPE_IN("test"), TEST_NODE, "", 0},
    {"affinity matches", TYPE_IN("production"), TEST_NODE, "", 1},
    {"unschedulable", NEEDS("50M"), "{metadata: {name: test-node}, spec: {unschedulable: true}, " ROOM "}}", "", 1},
};

START_TEST(upstream_node_should_run_daemon_pod) {
  for (int strategy = 0; strategy < 2; strategy++) expect_manifest(&verdict_rows[_i], strategy);
}
END_TEST

/* ---- a DaemonSet that must not act ---- */

START_TEST(upstream_dont_do_anything_if_being_deleted) {
  dset_world w;
  begin(&w, _i);
  w.daemonset.deleting = true;
  w.daemonset.node_name = "not-too-much-mem";
  world_nodes(&w, "not-too-much-mem");
  world_pods(&w, "p@not-too-much-mem orphan mismatch");
  world_sync(&w, "deleting", 0, 0, 0);
  world_free(&w);
}
END_TEST

/*
 * The host reads the DaemonSet once more before it adopts (D5). That the orphan blocks all else there is in the order
 * of the plan: adoptions come before creations. With what the host reads then, there is nothing to do.
 */
START_TEST(upstream_dont_do_anything_if_being_deleted_race) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  world_pods(&w, "pod1@node-0 orphan");
  const dset_action *first = dset_plan_action(world_plan(&w), 0);
  ck_assert_int_eq(first->type, DSET_ACTION_ADOPT_POD);
  w.daemonset.deleting = true;
  world_expect(&w, "deleting", TRACE_ALL, "");
  world_free(&w);
}
END_TEST

START_TEST(upstream_empty_label_selector) {
  dset_world w;
  begin(&w, _i);
  w.daemonset.selector = world_selector(&w, "");
  w.daemonset.node_selector = world_labels(&w, "foo=bar", &w.daemonset.node_selector_count);
  world_nodes(&w, "node1");
  world_pods(&w, "p@node1 orphan mismatch");
  world_sync(&w, "selects all", 0, 0, 1);
  world_free(&w);
}
END_TEST

/* ---- existing pods ---- */

START_TEST(upstream_deals_with_existing_pods) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  world_add_pods(&w, "node-1", 1, "");
  world_add_pods(&w, "node-2", 2, "");
  world_add_pods(&w, "node-3", 5, "");
  world_add_pods(&w, "node-4", 2, "mismatch");
  world_sync(&w, "one to each node", 2, 5, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_selector_daemon_deletes_unselected_pods) {
  dset_world w;
  begin_ten(&w, _i);
  world_add_pods(&w, "node-0", 2, "mismatch");
  world_add_pods(&w, "node-1", 3, "");
  world_add_pods(&w, "node-1", 1, "mismatch");
  world_add_pods(&w, "node-4", 1, "");
  world_sync(&w, "those that are not released go", 5, 4, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_selector_daemon_deals_with_existing_pods) {
  dset_world w;
  begin_ten(&w, _i);
  world_add_pods(&w, "node-0", 1, "");
  world_add_pods(&w, "node-1", 3, "");
  world_add_pods(&w, "node-1", 2, "mismatch");
  world_add_pods(&w, "node-2", 4, "");
  world_add_pods(&w, "node-6", 13, "");
  world_add_pods(&w, "node-7", 4, "mismatch");
  world_add_pods(&w, "node-9", 1, "");
  world_add_pods(&w, "node-9", 1, "mismatch");
  world_sync(&w, "missing, excess, unselected", 3, 20, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_respects_termination) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 1, "color=blue");
  world_add_pods(&w, "node-0", 1, "deleting");
  world_sync(&w, "a deleting pod holds its node", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_unscheduled_pod_for_not_existing_node) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 1, "");
  world_add_pods(&w, "node-0", 1, "");
  world_add_pods(&w, "node-1", 1, "");
  world_pods(&w, "pod1-node-3>node-2 pending");
  world_expect(&w, "the one that waits", TRACE_PODS, "DeletePod pod1-node-3 node-gone");
  world_sync(&w, "the one that waits", 0, 1, 0);
  world_free(&w);
}
END_TEST

/* Which pods are looked at shows in what there is one too many of; and in the revisions that they protect. */
START_TEST(upstream_get_nodes_to_daemon_pods) {
  dset_world w;
  begin(&w, 0);
  world_add_nodes(&w, 0, 2, "");
  world_pods(&w,
             "owned-0@node-0; orphan-0@node-0 orphan age=9; owned-1@node-1; orphan-1@node-1 orphan age=9; "
             "succeeded-0@node-0 succeeded; failed-1@node-1 failed; released-0@node-0 mismatch; "
             "unmatched-1@node-1 orphan mismatch; foreign-0@node-0 foreign; "
             "ended-0@node-0 succeeded deleting; ended-1@node-1 failed deleting old");
  world_expect(&w, "all but the ended", TRACE_PODS | TRACE_CLAIMS,
               "AdoptPod orphan-0 orphan-matches; AdoptPod orphan-1 orphan-matches; ReleasePod released-0 "
               "selector-mismatch; DeletePod succeeded-0 pod-succeeded; DeletePod orphan-0 excess; "
               "DeletePod failed-1 pod-failed; DeletePod orphan-1 excess");
  w.daemonset.has_revision_history_limit = true;
  world_expect(&w, "the ended one protects its revision", TRACE_REVISIONS, "");
  world_remove_pod(&w, "ended-1");
  world_expect(&w, "without it", TRACE_REVISIONS, "DeleteRevision agent-old history-limit");
  world_free(&w);
}
END_TEST

/* ---- status ---- */

START_TEST(upstream_updates_status_after_launching_pods) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 5, "");
  world_sync(&w, "five nodes", 5, 0, 0);
  expect_text("the created ones count", "status", world_status_line(&w, w.daemonset.status), "5/5/0/0/5/0/5");
  world_free(&w);
}
END_TEST

START_TEST(upstream_number_ready_status) {
  dset_world w;
  begin(&w, _i);
  world_add_nodes(&w, 0, 2, "color=blue");
  world_add_pods(&w, "node-0", 1, "");
  world_add_pods(&w, "node-1", 1, "");
  world_sync(&w, "not ready", 0, 0, 0);
  ck_assert_int_eq(w.daemonset.status->number_ready, 0);
  world_mark_ready(&w);
  world_sync(&w, "ready", 0, 0, 0);
  ck_assert_int_eq(w.daemonset.status->number_ready, 2);
  world_free(&w);
}
END_TEST

START_TEST(upstream_observed_generation) {
  dset_world w;
  begin(&w, _i);
  w.daemonset.generation = 7;
  world_add_nodes(&w, 0, 1, "color=blue");
  world_add_pods(&w, "node-0", 1, "");
  world_sync(&w, "whole sync", 0, 0, 0);
  ck_assert_int_eq(w.daemonset.status->observed_generation, 7);
  world_free(&w);
}
END_TEST

/* ---- failed pods ---- */

static const struct {
  const char *row;
  int failed, normal, creates, deletes, events;
} failed_rows[] = {
    {"normal", 0, 1, 0, 0, 0},
    {"no pods", 0, 0, 1, 0, 0},
    {"one failed: its replacement comes later", 1, 0, 0, 1, 1},
    {"one failed, three normal", 1, 3, 0, 3, 1},
};

START_TEST(upstream_kill_failed_pods) {
  for (int strategy = 0; strategy < 2; strategy++) {
    dset_world w;
    begin(&w, strategy);
    world_add_nodes(&w, 0, 1, "");
    world_add_pods(&w, "node-0", failed_rows[_i].failed, "failed");
    world_add_pods(&w, "node-0", failed_rows[_i].normal, "");
    world_sync(&w, failed_rows[_i].row, failed_rows[_i].creates, failed_rows[_i].deletes, failed_rows[_i].events);
    world_free(&w);
  }
}
END_TEST

START_TEST(upstream_kill_failed_pods_backoff) {
  dset_world w;
  begin(&w, _i);
  w.options.backoff_initial_ms = 50;
  w.options.backoff_max_ms = 500;
  world_status(&w)->observed_generation = w.daemonset.generation;
  world_add_nodes(&w, 0, 1, "");
  for (int64_t delay_ms = 50; delay_ms <= 400; delay_ms *= 2) {
    w.pods.count = 0;
    world_add_pods(&w, "node-0", 1, "failed");
    world_sync(&w, "the back-off is over", 0, 1, 1);
    ck_assert_int_eq(w.backoffs[0].delay_ms, delay_ms);
    world_add_pods(&w, "node-0", 1, "failed");
    world_sync(&w, "at once", 0, 0, 0);
    ck_assert_int_eq(w.backoffs[0].delay_ms, delay_ms);
    w.now_ms += delay_ms - 1;
    world_sync(&w, "just before its end", 0, 0, 0);
    w.now_ms += 1;
  }
  world_free(&w);
}
END_TEST

Suite *dset_suite_upstream(void);
void dset_add_upstream_update(Suite *suite);  /* test_upstream_update.c */
void dset_add_upstream_events(Suite *suite);  /* test_upstream_events.c */
void dset_add_upstream_cluster(Suite *suite); /* test_upstream_cluster.c */

#define ADD_BOTH(test) tcase_add_loop_test(tcase, test, 0, 2)

static void add_placement(Suite *suite) {
  TCase *tcase = tcase_create("placement");
  ADD_BOTH(upstream_simple_daemon_set_launches_pods);
  ADD_BOTH(upstream_schedule_daemon_set_pods_launches_pods);
  ADD_BOTH(upstream_no_nodes_does_nothing);
  ADD_BOTH(upstream_one_node_daemon_launches_pod);
  ADD_BOTH(upstream_selector_daemon_launches_pods);
  ADD_BOTH(upstream_bad_selector_daemon_does_nothing);
  ADD_BOTH(upstream_name_daemon_set_launches_pods);
  ADD_BOTH(upstream_bad_name_daemon_set_does_nothing);
  ADD_BOTH(upstream_name_and_selector_daemon_set_launches_pods);
  ADD_BOTH(upstream_inconsistent_name_selector_does_nothing);
  ADD_BOTH(upstream_node_affinity_daemon_launches_pods);
  ADD_BOTH(upstream_no_schedule_taint_does_not_evict);
  ADD_BOTH(upstream_no_execute_taint_does_evict);
  ADD_BOTH(upstream_tainted_node_intolerant_pod);
  ADD_BOTH(upstream_tainted_node_tolerant_pod);
  ADD_BOTH(upstream_not_ready_node_launches_pod);
  ADD_BOTH(upstream_unreachable_node_launches_pod);
  ADD_BOTH(upstream_node_launches_tolerant_pod);
  ADD_BOTH(upstream_taint_pressure_node_launches_pod);
  ADD_BOTH(upstream_not_ready_condition_does_launch_pod);
  ADD_BOTH(upstream_network_unavailable_condition_launches_pod);
  ADD_BOTH(upstream_insufficient_capacity_running_pod);
  ADD_BOTH(upstream_insufficient_capacity_node_label);
  ADD_BOTH(upstream_port_conflict_with_same_daemon_pod);
  ADD_BOTH(upstream_no_port_conflict_launches_pod);
  ADD_ROWS(tcase, upstream_node_should_run_daemon_pod, verdict_rows);
  suite_add_tcase(suite, tcase);
}

static void add_pods(Suite *suite) {
  TCase *tcase = tcase_create("pods");
  ADD_BOTH(upstream_dont_do_anything_if_being_deleted);
  ADD_BOTH(upstream_dont_do_anything_if_being_deleted_race);
  ADD_BOTH(upstream_empty_label_selector);
  ADD_BOTH(upstream_deals_with_existing_pods);
  ADD_BOTH(upstream_selector_daemon_deletes_unselected_pods);
  ADD_BOTH(upstream_selector_daemon_deals_with_existing_pods);
  ADD_BOTH(upstream_respects_termination);
  ADD_BOTH(upstream_unscheduled_pod_for_not_existing_node);
  tcase_add_test(tcase, upstream_get_nodes_to_daemon_pods);
  ADD_BOTH(upstream_updates_status_after_launching_pods);
  ADD_BOTH(upstream_number_ready_status);
  ADD_BOTH(upstream_observed_generation);
  ADD_ROWS(tcase, upstream_kill_failed_pods, failed_rows);
  ADD_BOTH(upstream_kill_failed_pods_backoff);
  suite_add_tcase(suite, tcase);
}

Suite *dset_suite_upstream(void) {
  Suite *suite = suite_create("upstream");
  add_placement(suite);
  add_pods(suite);
  dset_add_upstream_update(suite);
  dset_add_upstream_events(suite);
  dset_add_upstream_cluster(suite);
  return suite;
}
