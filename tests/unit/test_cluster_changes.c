/* SPDX-License-Identifier: Apache-2.0 */
/* test_cluster_changes.c: puts that change nothing and those that do; what outlives a DaemonSet's change (E8, I14). */
#include <check.h>
#include <inttypes.h>

#include "support/cluster_case.h"

/* ---- puts that change nothing, and those that do ---- */

START_TEST(cluster_same_again) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1 zone=a !x=y:NoSchedule; n2", "a@n1 new ready; b>n2 old failed");
  world_backoff(&w, "n2", 1000, 5);
  world_backoff(&w, "n1", 2000, 6);
  w.in_flight_creates = 1;
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 2, NULL);
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  case_expect_plan("before", c, &w);
  uint64_t events = case_events(c);
  case_put_world(c, &w);
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 2, NULL);
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  ck_assert_uint_eq(case_events(c), events);
  case_expect_dirty("again", c, &w, w.now_ms, "");
  case_expect_plan("again", c, &w);
  case_end(c, &w);
}
END_TEST

#define CHANGE(name, statement)                 \
  static void name(dset_world *w) {             \
    dset_pod *pod = w->pods.items[0];           \
    dset_daemonset *ds = &w->daemonset;         \
    dset_node *node = w->nodes.items[0];        \
    dset_revision *rev = w->revisions.items[0]; \
    (void)pod, (void)ds, (void)node, (void)rev; \
    statement;                                  \
  }

static const dset_taint taint = {"dedicated", "db", "NoExecute"};

CHANGE(pod_node, pod->node_name = "n2")
CHANGE(pod_unbound, pod->node_name = "")
CHANGE(pod_affinity, pod->required_affinity = world_terms(w, "@metadata.name In n2"); pod->node_name = NULL)
CHANGE(pod_label, pod->labels = world_labels(w, "app=agent controller-revision-hash=old", &pod->label_count))
CHANGE(pod_owner, pod->owner_count = 0)
CHANGE(pod_created, pod->created_ms = 1)
CHANGE(pod_ready_since, pod->ready_since_ms = w->now_ms)
CHANGE(pod_phase, pod->phase = DSET_PHASE_FAILED)
CHANGE(pod_ready, pod->ready = false)
CHANGE(pod_deleting, pod->deleting = true)
CHANGE(node_label, node->labels = world_labels(w, "zone=b", &node->label_count))
CHANGE(node_taint, node->taints = &taint; node->taint_count = 1)
CHANGE(rev_number, rev->number = 9)
CHANGE(rev_label, rev->labels = world_labels(w, "app=agent", &rev->label_count))
CHANGE(rev_owner, rev->owner_count = 0)
CHANGE(rev_data, rev->data = "template"; rev->data_bytes = 8)
CHANGE(rev_deleting, rev->owner_count = 0; rev->deleting = true)
CHANGE(ds_uid, ds->uid = "another")
CHANGE(ds_generation, ds->generation = 2)
CHANGE(ds_selector, ds->selector = world_selector(w, "app In x"))
CHANGE(ds_no_selector, ds->selector = NULL)
CHANGE(ds_empty_selector, ds->selector = world_selector(w, ""))
CHANGE(ds_node_name, ds->node_name = "n2")
CHANGE(ds_node_selector, ds->node_selector = world_labels(w, "zone=c", &ds->node_selector_count))
CHANGE(ds_affinity, ds->required_affinity = world_terms(w, "zone In a"))
CHANGE(ds_fields, ds->required_affinity = world_terms(w, "@metadata.name In n2"))
CHANGE(ds_tolerations, world_tolerations(w, "stay Exists - NoSchedule"))
CHANGE(ds_data, ds->revision_data = "templates"; ds->revision_data_bytes = 9)
CHANGE(ds_min_ready, ds->min_ready_seconds = 7200)
CHANGE(ds_history, ds->has_revision_history_limit = true; ds->revision_history_limit = 0)
CHANGE(ds_strategy, ds->strategy = DSET_STRATEGY_ON_DELETE)
CHANGE(ds_budget, world_budget(w, "x", "0"))
CHANGE(ds_surge, world_budget(w, "0", "1"))
CHANGE(ds_status, world_status(w)->number_ready = 5)
CHANGE(ds_host_network, ds->host_network = true)
CHANGE(ds_deleting, ds->deleting = true)
CHANGE(ds_template_generation, ds->has_template_generation = true; ds->template_generation = 3)

static void (*const changes[])(dset_world *w) = {
    pod_node,
    pod_unbound,
    pod_affinity,
    pod_label,
    pod_owner,
    pod_created,
    pod_ready_since,
    pod_phase,
    pod_ready,
    pod_deleting,
    node_label,
    node_taint,
    rev_number,
    rev_label,
    rev_owner,
    rev_data,
    rev_deleting,
    ds_uid,
    ds_generation,
    ds_selector,
    ds_no_selector,
    ds_empty_selector,
    ds_node_name,
    ds_node_selector,
    ds_affinity,
    ds_fields,
    ds_tolerations,
    ds_data,
    ds_min_ready,
    ds_history,
    ds_strategy,
    ds_budget,
    ds_surge,
    ds_status,
    ds_host_network,
    ds_deleting,
    ds_template_generation,
};

/* Each member that may change, changed alone and back again; together it counts as one event each time. */
START_TEST(cluster_changes) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1 zone=a; n2; n3 stay; n4 !node.kubernetes.io/network-unavailable=:NoSchedule",
                             "a@n1 new ready gen=3; b@n2 old ready gen=2");
  const dset_pod pod = *(const dset_pod *)w.pods.items[0];
  const dset_node node = *(const dset_node *)w.nodes.items[0];
  const dset_revision revision = *(const dset_revision *)w.revisions.items[0];
  const dset_daemonset daemonset = w.daemonset;
  const char *row = world_format(&w, "change %d", _i);
  case_expect_plan(row, c, &w);
  uint64_t events = case_events(c);
  changes[_i](&w);
  case_put_world(c, &w);
  ck_assert_msg(case_events(c) == events + 1, "%s: %" PRIu64 " events", row, case_events(c) - events);
  case_expect_plan(row, c, &w);
  *(dset_pod *)w.pods.items[0] = pod;
  *(dset_node *)w.nodes.items[0] = node;
  *(dset_revision *)w.revisions.items[0] = revision;
  w.daemonset = daemonset;
  case_put_world(c, &w);
  ck_assert_msg(case_events(c) == events + 2, "%s, back: %" PRIu64 " events", row, case_events(c) - events);
  case_expect_plan(world_format(&w, "%s, back", row), c, &w);
  case_end(c, &w);
}
END_TEST

/* ---- what goes with a DaemonSet (E8, I14) ---- */

static void other_uid(dset_world *w) {
  w->daemonset.uid = "another";
}

static void other_observed(dset_world *w) {
  w->daemonset.generation = 2;
  world_status(w)->observed_generation = 2;
}

static void other_generation(dset_world *w) {
  w->daemonset.generation = 2;
}

static void other_counters(dset_world *w) {
  world_status(w)->number_ready = 3;
}

static void other_template(dset_world *w) {
  w->daemonset.revision_data = "another";
  w->daemonset.revision_data_bytes = 7;
}

static const struct {
  void (*change)(dset_world *w);
  bool backoffs; /* stay */
  bool in_flight;
} kept[] = {
    {other_uid, false, false},    {other_observed, false, true}, {other_generation, true, true},
    {other_counters, true, true}, {other_template, true, true},
};

START_TEST(cluster_keeps_state) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new failed; b@n1 new failed");
  const char *row = world_format(&w, "row %d", _i);
  for (int round = 0; round < 2; round++) { /* with what is in flight, and without */
    dset_daemonset before = w.daemonset;
    w.in_flight_creates = round == 0;
    w.backoff_count = 0;
    world_backoff(&w, "n1", 8000, w.now_ms - 1000);
    dset_cluster_put_in_flight(c, "default", "agent", w.in_flight_creates, 0, 0, NULL);
    ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 1, NULL), DSET_OK);
    case_expect_plan(row, c, &w);
    kept[_i].change(&w);
    dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
    if (!kept[_i].backoffs) w.backoff_count = 0;
    if (!kept[_i].in_flight) w.in_flight_creates = 0;
    case_expect_plan(row, c, &w);
    w.daemonset = before;
    dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
    case_expect_plan(row, c, &w);
  }
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 1, NULL);
  dset_cluster_remove_daemonset(c, "default", "agent", NULL);
  dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
  w.in_flight_creates = 0;
  w.backoff_count = 0;
  case_expect_plan("removed and put again", c, &w);
  case_end(c, &w);
}
END_TEST

/* Two DaemonSets have each its own. */
START_TEST(cluster_state_is_per_daemonset) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new failed");
  case_put_like(c, &w, "default", "other");
  const dset_backoff backoff = {"n1", 8000, w.now_ms};
  dset_cluster_put_in_flight(c, "default", "other", 1, 1, 0, NULL);
  dset_cluster_put_backoffs(c, "default", "other", &backoff, 1, NULL);
  case_expect_plan("none of them here", c, &w);
  case_end(c, &w);
}
END_TEST

/* In any order; those that were there are replaced. */
START_TEST(cluster_backoffs_are_replaced) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2; n3", "a@n1 failed; b@n2 failed; d@n3 failed");
  const dset_backoff sorted[] = {{"n1", 4000, w.now_ms}, {"n2", 8000, w.now_ms - 100}, {"n3", 1000, w.now_ms - 2000}};
  const dset_backoff turned[] = {sorted[2], sorted[0], sorted[1]};
  dset_cluster_put_backoffs(c, "default", "agent", turned, 3, NULL);
  for (size_t i = 0; i < 3; i++) world_backoff(&w, sorted[i].node, sorted[i].delay_ms, sorted[i].last_ms);
  case_expect_plan("three", c, &w);
  uint64_t events = case_events(c);
  ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", sorted, 3, NULL), DSET_OK);
  ck_assert_uint_eq(case_events(c), events);
  case_expect_dirty("in another order", c, &w, w.now_ms, "");
  dset_cluster_put_backoffs(c, "default", "agent", &sorted[1], 1, NULL);
  w.backoffs[0] = sorted[1];
  w.backoff_count = 1;
  case_expect_plan("one", c, &w);
  dset_cluster_put_backoffs(c, "default", "agent", NULL, 0, NULL);
  w.backoff_count = 0;
  case_expect_plan("none", c, &w);
  case_end(c, &w);
}
END_TEST

TCase *dset_tcase_cluster_changes(void);

TCase *dset_tcase_cluster_changes(void) {
  TCase *tcase = tcase_create("cluster_changes");
  tcase_add_test(tcase, cluster_same_again);
  ADD_ROWS(tcase, cluster_changes, changes);
  ADD_ROWS(tcase, cluster_keeps_state, kept);
  tcase_add_test(tcase, cluster_state_is_per_daemonset);
  tcase_add_test(tcase, cluster_backoffs_are_replaced);
  return tcase;
}
