/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_cluster.c: Kubernetes' integration and end-to-end tests of DaemonSets as sequences of syncs, incidents
 * that its users had, and the host's bad days: writes that fail, are seen late, or never.
 */
#include <string.h>

#include "support/instant.h"
#include "support/random.h"

/* One node or more, each with a ready current pod that is bound. */
static void begin_running(dset_world *w, int nodes) {
  world_init(w);
  world_add_nodes(w, 0, nodes, "");
  world_sync(w, "first pods", nodes, 0, 0);
  world_mark_ready(w);
  for (size_t i = 0; i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    pod->node_name = world_target(pod);
  }
}

static int count_hash(const dset_world *w, const char *hash) {
  int count = 0;
  for (size_t i = 0; i < w->pods.count; i++) count += strcmp(world_hash(w->pods.items[i]), hash) == 0;
  return count;
}

/* ---- integration ---- */

/* Failed and succeeded pods are replaced; one that a finalizer keeps, being deleted, is replaced beside it. */
START_TEST(upstream_restarts_pods_on_terminal_phase) {
  static const char *const words[] = {"succeeded", "failed", "succeeded deleting"};
  dset_world w;
  world_init(&w);
  world_add_nodes(&w, 0, 1, "");
  world_add_pods(&w, "node-0", 1, words[_i]);
  if (_i < 2) world_sync(&w, "it goes", 0, 1, 1);
  world_sync(&w, "another one comes", 1, 0, 0);
  world_mark_ready(&w);
  world_sync(&w, "and stays", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_with_node_selector_launches_pods) {
  dset_world w;
  world_init(&w);
  world_add_nodes(&w, 0, 2, "zone=test");
  world_add_nodes(&w, 2, 4, "zone=other");
  w.daemonset.required_affinity = world_terms(&w, "zone In test | @metadata.name In node-3");
  world_sync(&w, "either term", 3, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_launch_with_hash_collision) {
  dset_world w;
  begin_running(&w, 1);
  world_set_template(&w, "template-2");
  char hash[16];
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, hash, sizeof hash, NULL), DSET_OK);
  world_revisions(&w, world_format(&w, "agent-%s #1 hash=%s data=forged", hash, hash));
  world_sync(&w, "the name is taken", 0, 0, 0);
  ck_assert_int_eq(w.daemonset.status->collision_count, 1);
  world_sync(&w, "another name: the update goes on", 0, 1, 0);
  world_sync(&w, "its pod", 1, 0, 0);
  ck_assert_int_eq(count_hash(&w, hash), 0);
  ck_assert_int_eq(w.daemonset.status->collision_count, 1);
  world_free(&w);
}
END_TEST

/* The sync itself still sees the old labels (G11); the pod must be up to date afterwards. */
START_TEST(upstream_relabels_after_dedup) {
  dset_world w;
  begin_running(&w, 1);
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_revisions(&w, "agent-copy #9 hash=copy current");
  world_expect(&w, "the higher number stays", TRACE_REVISIONS | TRACE_PODS,
               "LabelPod node-0-0 copy duplicate-revision; DeleteRevision agent-cur duplicate-revision");
  world_sync(&w, "the higher number stays", 0, 0, 0);
  w.daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
  world_sync(&w, "no pod is restarted", 0, 0, 0);
  ck_assert_int_eq(count_hash(&w, "copy"), 1);
  world_free(&w);
}
END_TEST

START_TEST(upstream_tainted_node) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n !key=value:NoSchedule");
  world_sync(&w, "tainted", 0, 0, 0);
  world_node(&w, "n")->taint_count = 0;
  world_sync(&w, "no longer", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_unschedulable_node_does_launch_pod) {
  dset_world w;
  world_init(&w);
  w.daemonset.host_network = true;
  world_nodes(&w,
              "a !node.kubernetes.io/unschedulable:NoSchedule; b !node.kubernetes.io/network-unavailable:NoSchedule");
  world_sync(&w, "both", 2, 0, 0);
  world_free(&w);
}
END_TEST

/* The host creates nothing; the status in the same plan is right all the same, and so is the one of the next. */
START_TEST(upstream_status_despite_creation_failure) {
  dset_world w;
  world_init(&w);
  world_add_nodes(&w, 0, 1, "");
  world_expect(&w, "create, then status", TRACE_ALL, "CreatePod node-0 node-needs-pod; UpdateStatus");
  dset_plan *plan = world_take_plan(&w);
  world_carry_out(&w, dset_plan_action(plan, 1));
  dset_plan_free(plan);
  expect_text("desired", "status", world_status_line(&w, w.daemonset.status), "1/0/0/0/0/0/1");
  world_expect(&w, "once more", TRACE_ALL, "CreatePod node-0 node-needs-pod");
  world_free(&w);
}
END_TEST

/* Syncs until nothing changes, none of the new pods becoming ready. */
static void settle(dset_world *w) {
  for (int i = 0; i < 20; i++) {
    dset_plan *plan = (world_plan(w), world_take_plan(w));
    size_t count = dset_plan_action_count(plan);
    for (size_t j = 0; j < count; j++) world_carry_out(w, dset_plan_action(plan, j));
    dset_plan_free(plan);
    if (count == 0) return;
  }
  ck_abort_msg("the cluster does not settle");
}

/* All pods become ready, until the cluster rests; then one up-to-date pod for each desired node. */
static void finish(dset_world *w, const char *row, int desired) {
  for (int i = 0; i < 20; i++) {
    world_mark_ready(w);
    settle(w);
  }
  expect_text(row, "status", world_status_line(w, w->daemonset.status),
              world_format(w, "%d/%d/0/%d/%d/%d/0", desired, desired, desired, desired, desired));
  ck_assert_int_eq((int)w->pods.count, desired);
}

#define COMMON "zone-common Exists - -"

START_TEST(upstream_rolling_update_with_tolerations) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_add_nodes(&w, 0, 2, "!zone-y:NoSchedule");
  world_add_nodes(&w, 2, 2, "!zone-z:NoSchedule");
  world_add_nodes(&w, 4, 2, "!zone-common:NoSchedule");
  world_tolerations(&w, "zone-y Exists - -; " COMMON);
  settle(&w);
  finish(&w, "zone y", 4);
  world_tolerations(&w, "zone-z Exists - -; " COMMON);
  world_set_template(&w, "template-z");
  settle(&w);
  ck_assert_int_eq((int)w.pods.count, 7);
  finish(&w, "zone z", 4);
  world_tolerations(&w, "zone-y Exists - -; zone-z Exists - -; " COMMON);
  world_set_template(&w, "template-yz");
  settle(&w);
  ck_assert_int_eq((int)w.pods.count, 7);
  finish(&w, "both zones", 6);
  w.daemonset.toleration_count = 0;
  world_set_template(&w, "template-none");
  finish(&w, "none", 0);
  world_free(&w);
}
END_TEST

/* ---- end to end ---- */

START_TEST(upstream_e2e_simple_daemon) {
  dset_world w;
  begin_running(&w, 3);
  world_remove_pod(&w, "node-1-0");
  world_expect(&w, "it is revived", TRACE_PODS, "CreatePod node-1 node-needs-pod");
  world_sync(&w, "it is revived", 1, 0, 0);
  world_free(&w);
}
END_TEST

static void paint(dset_world *w, const char *color) {
  dset_node *node = world_node(w, "node-0");
  node->labels = world_labels(w, world_format(w, "color=%s", color), &node->label_count);
}

START_TEST(upstream_e2e_complex_daemon) {
  bool affinity = _i == 1;
  dset_world w;
  world_init(&w);
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  if (affinity) w.daemonset.required_affinity = world_terms(&w, "color In blue");
  if (!affinity) w.daemonset.node_selector = world_labels(&w, "color=blue", &w.daemonset.node_selector_count);
  world_add_nodes(&w, 0, 2, "");
  world_sync(&w, "no node is blue", 0, 0, 0);
  paint(&w, "blue");
  world_sync(&w, "blue", 1, 0, 0);
  world_mark_ready(&w);
  paint(&w, "green");
  world_sync(&w, "green", 0, 1, 0);
  if (affinity) w.daemonset.required_affinity = world_terms(&w, "color In green");
  if (!affinity) w.daemonset.node_selector = world_labels(&w, "color=green", &w.daemonset.node_selector_count);
  w.daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
  world_set_template(&w, "template-green");
  world_sync(&w, "green is wanted", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_e2e_retry_failed_pods) {
  dset_world w;
  begin_running(&w, 3);
  world_pod(&w, "node-1-0")->phase = DSET_PHASE_FAILED;
  world_sync(&w, "it goes", 0, 1, 1);
  world_sync(&w, "it is revived", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_e2e_on_delete_does_not_update) {
  dset_world w;
  begin_running(&w, 3);
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_set_template(&w, "template-2");
  world_sync(&w, "a revision, no pod", 0, 0, 0);
  ck_assert_uint_eq(w.revisions.count, 3);
  ck_assert_int_eq(count_hash(&w, "cur"), 3);
  world_free(&w);
}
END_TEST

START_TEST(upstream_e2e_rolling_update) {
  dset_world w;
  begin_running(&w, 3);
  world_set_template(&w, "template-2");
  finish(&w, "all three", 3);
  ck_assert_int_eq(count_hash(&w, "cur"), 0);
  ck_assert_uint_eq(w.revisions.count, 3);
  world_free(&w);
}
END_TEST

START_TEST(upstream_e2e_rollback_without_restarts) {
  dset_world w;
  begin_running(&w, 3);
  world_set_template(&w, "template-broken");
  world_sync(&w, "one goes", 0, 1, 0);
  world_sync(&w, "the broken one comes", 1, 0, 0);
  world_sync(&w, "and keeps the others from going", 0, 0, 0);
  world_set_template(&w, "template");
  world_sync(&w, "back: the broken one goes", 0, 1, 0);
  ck_assert_int_eq(count_hash(&w, "cur"), 2);
  world_sync(&w, "a good one comes", 1, 0, 0);
  ck_assert_int_eq(count_hash(&w, "cur"), 3);
  ck_assert_int_eq(world_ready_count(&w), 2);
  world_free(&w);
}
END_TEST

START_TEST(upstream_e2e_revision_lifecycle) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-first #1 hash=cur current");
  world_add_nodes(&w, 0, 1, "");
  world_sync(&w, "first pod", 1, 0, 0);
  world_mark_ready(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-copy #2 hash=copy current orphan");
  world_expect(&w, "the copy takes its place", TRACE_REVISIONS, "AdoptRevision agent-copy orphan-matches");
  world_sync(&w, "the pod is no longer current", 0, 1, 0);
  world_sync(&w, "its replacement", 1, 0, 0);
  world_set_template(&w, "template-2");
  w.options.revision_hash = "x";
  world_expect(&w, "one more", TRACE_REVISIONS, "CreateRevision agent-x #3 x template-new");
  world_free(&w);
}
END_TEST

/* The selector can not be changed in Kubernetes, as this is what would come of it: every pod is let go and doubled. */
START_TEST(upstream_selector_immutability) {
  dset_world w;
  begin_running(&w, 2);
  w.daemonset.selector = world_selector(&w, "app=other");
  world_expect(&w, "let go", TRACE_PODS | TRACE_CLAIMS,
               "ReleasePod node-0-0 selector-mismatch; ReleasePod node-1-0 selector-mismatch; "
               "CreatePod node-0 node-needs-pod; CreatePod node-1 node-needs-pod");
  world_free(&w);
}
END_TEST

/* The hash is of the bytes, wherever they stand. */
START_TEST(upstream_deep_object_pointer) {
  dset_world w;
  world_init(&w);
  char here[] = "template";
  char first[16];
  char second[16];
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, first, sizeof first, NULL), DSET_OK);
  w.daemonset.revision_data = here;
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, second, sizeof second, NULL), DSET_OK);
  ck_assert_str_eq(first, second);
  here[0] = 'T';
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, second, sizeof second, NULL), DSET_OK);
  ck_assert_str_ne(first, second);
  world_free(&w);
}
END_TEST

/* ---- incidents ---- */

/* 14528: pods that wait for the scheduler were not recognised, and created again and again. */
START_TEST(upstream_incident_14528) {
  dset_world w;
  world_init(&w);
  world_add_nodes(&w, 0, 4, "");
  world_sync(&w, "one each", 4, 0, 0);
  for (int i = 0; i < 10; i++) world_sync(&w, "they wait", 0, 0, 0);
  ck_assert_uint_eq(w.pods.count, 4);
  world_free(&w);
}
END_TEST

/* 66298: affinity was sorted in place, so the template was another in every sync: an endless update. */
START_TEST(upstream_incident_66298) {
  dset_world w;
  world_init(&w);
  const dset_terms *terms = world_terms(&w, "zone In c,a,b & arch Exists | zone In b,a");
  w.daemonset.required_affinity = terms;
  world_add_nodes(&w, 0, 2, "zone=a arch=x");
  world_sync(&w, "one each", 2, 0, 0);
  world_mark_ready(&w);
  size_t revisions = w.revisions.count;
  for (int i = 0; i < 5; i++) world_sync(&w, "nothing changed", 0, 0, 0);
  ck_assert_uint_eq(w.revisions.count, revisions);
  ck_assert_str_eq(terms->terms[0].expressions[0].key, "zone");
  ck_assert_str_eq(terms->terms[0].expressions[0].values[0], "c");
  ck_assert_str_eq(terms->terms[1].expressions[0].values[0], "b");
  world_free(&w);
}
END_TEST

/* 75836: a pod of a vanished node was deleted again and again, though it was gone, and a new node waited for its own.
 */
START_TEST(upstream_incident_75836) {
  dset_world w;
  begin_running(&w, 2);
  world_remove_node(&w, "node-1");
  world_pods(&w, "lost>node-1 deleting");
  world_nodes(&w, "node-2");
  world_expect(&w, "both at once", TRACE_PODS, "CreatePod node-2 node-needs-pod; DeletePod lost node-gone");
  world_sync(&w, "both at once", 1, 1, 0);
  world_remove_pod(&w, "node-1-0");
  world_mark_ready(&w);
  world_sync(&w, "at rest", 0, 0, 0);
  expect_text("all of them", "status", world_status_line(&w, w.daemonset.status), "2/2/0/2/2/2/0");
  world_free(&w);
}
END_TEST

/* 95432: a taint evicted a pod and went while the deletion was on its way; no pod came back. */
START_TEST(upstream_incident_95432) {
  dset_world w;
  begin_running(&w, 1);
  dset_node *node = world_node(&w, "node-0");
  const dset_taint taint = {"maintenance", "", "NoExecute"};
  node->taints = &taint;
  node->taint_count = 1;
  world_expect(&w, "evicted", TRACE_PODS, "DeletePod node-0-0 node-ineligible");
  w.in_flight_deletes = 1;
  w.in_flight_since_ms = w.now_ms;
  world_pod(&w, "node-0-0")->deleting = true;
  node->taint_count = 0;
  world_expect(&w, "the deletion is not seen", TRACE_PODS, "");
  ck_assert_int_ne(dset_plan_next_check_ms(w.plan), DSET_NEVER);
  w.pods.count = 0;
  w.in_flight_deletes = 0;
  world_sync(&w, "it is: the pod comes back", 1, 0, 0);
  world_free(&w);
}
END_TEST

/* 132459: a pod counted as misplaced for ever, though the taint had gone. */
START_TEST(upstream_incident_132459) {
  dset_world w;
  begin_running(&w, 1);
  dset_node *node = world_node(&w, "node-0");
  const dset_taint taint = {"node.cloudprovider.kubernetes.io/uninitialized", "true", "NoSchedule"};
  node->taints = &taint;
  node->taint_count = 1;
  world_sync(&w, "tainted", 0, 0, 0);
  expect_text("tainted", "status", world_status_line(&w, w.daemonset.status), "0/0/1/0/0/0/0");
  node->taint_count = 0;
  world_sync(&w, "no longer", 0, 0, 0);
  expect_text("no longer", "status", world_status_line(&w, w.daemonset.status), "1/1/0/1/1/1/0");
  world_free(&w);
}
END_TEST

/* ---- bad days ---- */

enum { NODES = 20, BUDGET = 2, SYNCS = 600, SEEDS = 20 };

typedef struct weather {
  const char *row;
  unsigned failing; /* per cent of all writes */
  bool conflicts;   /* every second update of an existing object is refused */
  int lag;          /* plans until a write is seen */
} weather;

static const weather weathers[] = {
    {"baseline", 0, false, 0},   {"write conflicts", 0, true, 0}, {"cache lag", 0, false, 3},
    {"flaky API", 30, false, 0}, {"combined", 30, true, 3},
};

static bool is_update(int32_t type) {
  return type != DSET_ACTION_CREATE_POD && type != DSET_ACTION_DELETE_POD && type != DSET_ACTION_CREATE_REVISION &&
         type != DSET_ACTION_DELETE_REVISION && type != DSET_ACTION_EMIT_EVENT;
}

static bool fails(const weather *sky, dset_random *random, int32_t type, int sync) {
  return random_below(random, 100) < sky->failing || (sky->conflicts && is_update(type) && sync % 2 == 0);
}

/* Marks what succeeds, up to a write other than of pods that fails: that ends the controller's sync as well. */
static size_t attempt(const weather *sky, dset_random *random, const dset_plan *plan, int sync, bool *good) {
  size_t count = dset_plan_action_count(plan);
  for (size_t i = 0; i < count; i++) {
    int32_t type = dset_plan_action(plan, i)->type;
    good[i] = !fails(sky, random, type, sync);
    if (!good[i] && type != DSET_ACTION_CREATE_POD && type != DSET_ACTION_DELETE_POD) return i;
  }
  return count;
}

/* One sync of a host with such luck. What it sent is not seen at once; until then plans must leave pods alone. */
static void unlucky_sync(dset_world *w, const weather *sky, dset_random *random, int sync) {
  world_plan(w);
  dset_plan *plan = world_take_plan(w);
  bool good[4 * NODES + 8] = {false};
  ck_assert_uint_le(dset_plan_action_count(plan), sizeof good / sizeof *good);
  size_t end = attempt(sky, random, plan, sync, good);
  for (size_t i = 0; i < end; i++) {
    w->in_flight_creates += good[i] && dset_plan_action(plan, i)->type == DSET_ACTION_CREATE_POD;
    w->in_flight_deletes += good[i] && dset_plan_action(plan, i)->type == DSET_ACTION_DELETE_POD;
  }
  bool waits = w->in_flight_creates + w->in_flight_deletes > 0;
  w->in_flight_since_ms = w->now_ms;
  for (int i = 0; waits && i < sky->lag; i++) {
    w->now_ms += 1000;
    world_expect(w, "not seen", TRACE_PODS, "");
  }
  w->in_flight_creates = w->in_flight_deletes = w->in_flight_since_ms = 0;
  for (size_t i = 0; i < end; i++) {
    if (good[i]) world_carry_out(w, dset_plan_action(plan, i));
  }
  dset_plan_free(plan);
  w->now_ms += 1000;
}

/* How many nodes have a ready pod; fails when one has more pods than it may. */
static int available_nodes(dset_world *w, const weather *sky, size_t most) {
  int available = 0;
  for (int i = 0; i < NODES; i++) {
    const char *node = world_format(w, "node-%d", i);
    size_t pods = 0;
    bool ready = false;
    for (size_t j = 0; j < w->pods.count; j++) {
      const dset_pod *pod = w->pods.items[j];
      if (strcmp(world_target(pod), node) != 0) continue;
      pods++;
      ready |= pod->ready;
    }
    ck_assert_msg(pods <= most, "%s: %zu pods on %s", sky->row, pods, node);
    available += ready;
  }
  return available;
}

static void expect_update(const weather *sky, bool surge, uint64_t seed) {
  dset_random random = random_from(seed);
  dset_world w;
  begin_running(&w, NODES);
  world_budget(&w, surge ? "0" : "2", surge ? "2" : "0");
  world_set_template(&w, "template-2");
  int least = surge ? NODES : NODES - BUDGET;
  bool rests = false;
  for (int sync = 1; !rests && sync < SYNCS; sync++) {
    unlucky_sync(&w, sky, &random, sync);
    int available = available_nodes(&w, sky, surge ? 2 : 1);
    ck_assert_msg(available >= least, "%s, surge %d, seed %d: %d nodes available", sky->row, surge, (int)seed,
                  available);
    world_mark_ready(&w);
    rests = dset_plan_action_count(world_plan(&w)) == 0;
  }
  ck_assert_msg(rests, "%s, surge %d, seed %d: it does not come to an end", sky->row, surge, (int)seed);
  ck_assert_uint_eq(w.pods.count, NODES);
  ck_assert_int_eq(count_hash(&w, "cur"), 0);
  ck_assert_int_eq(w.daemonset.status->updated_number_scheduled, NODES);
  world_free(&w);
}

START_TEST(upstream_robustness) {
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    expect_update(&weathers[_i], false, seed);
    expect_update(&weathers[_i], true, seed);
  }
}
END_TEST

/* The host dies after any part of any plan and starts again knowing nothing: the update still ends well. */
START_TEST(upstream_robustness_crash) {
  for (size_t survives = 0; survives < 4; survives++) {
    dset_world w;
    begin_running(&w, 4);
    world_set_template(&w, "template-2");
    for (int sync = 0; sync < 60; sync++) {
      world_plan(&w);
      dset_plan *plan = world_take_plan(&w);
      size_t count = dset_plan_action_count(plan);
      if (sync % 2 == 0 && survives < count) count = survives;
      for (size_t i = 0; i < count; i++) world_carry_out(&w, dset_plan_action(plan, i));
      dset_plan_free(plan);
      w.now_ms += 1000;
      world_mark_ready(&w);
    }
    world_expect(&w, "at rest", TRACE_ALL, "");
    ck_assert_uint_eq(w.pods.count, 4);
    ck_assert_int_eq(count_hash(&w, "cur"), 0);
    world_free(&w);
  }
}
END_TEST

/* The watch is lost: whether the creations came to anything is not known. After five minutes they count as lost. */
START_TEST(upstream_robustness_expectation_timeout) {
  bool created = _i == 1;
  dset_world w;
  world_init(&w);
  world_add_nodes(&w, 0, 5, "");
  world_plan(&w);
  dset_plan *plan = world_take_plan(&w);
  w.in_flight_creates = world_count(plan).creates;
  w.in_flight_since_ms = w.now_ms;
  ck_assert_int_eq(w.in_flight_creates, 5);
  world_expect(&w, "at once", TRACE_PODS, "");
  ck_assert_int_le(dset_plan_next_check_ms(w.plan), w.now_ms + 6 * 60 * 1000);
  w.now_ms += 5 * 60 * 1000;
  world_expect(&w, "five minutes later", TRACE_PODS, "");
  w.now_ms += 60 * 1000;
  for (size_t i = 0; created && i < dset_plan_action_count(plan); i++) world_carry_out(&w, dset_plan_action(plan, i));
  dset_plan_free(plan);
  world_sync(&w, "six minutes later", created ? 0 : 5, 0, 0);
  world_free(&w);
}
END_TEST

void dset_add_upstream_cluster(Suite *suite); /* called by the suite of test_upstream.c */

static void add_sequences(Suite *suite) {
  TCase *tcase = tcase_create("sequences");
  tcase_add_loop_test(tcase, upstream_restarts_pods_on_terminal_phase, 0, 3);
  tcase_add_test(tcase, upstream_with_node_selector_launches_pods);
  tcase_add_test(tcase, upstream_launch_with_hash_collision);
  tcase_add_test(tcase, upstream_relabels_after_dedup);
  tcase_add_test(tcase, upstream_tainted_node);
  tcase_add_test(tcase, upstream_unschedulable_node_does_launch_pod);
  tcase_add_test(tcase, upstream_status_despite_creation_failure);
  tcase_add_test(tcase, upstream_rolling_update_with_tolerations);
  tcase_add_test(tcase, upstream_e2e_simple_daemon);
  tcase_add_loop_test(tcase, upstream_e2e_complex_daemon, 0, 2);
  tcase_add_test(tcase, upstream_e2e_retry_failed_pods);
  tcase_add_test(tcase, upstream_e2e_on_delete_does_not_update);
  tcase_add_test(tcase, upstream_e2e_rolling_update);
  tcase_add_test(tcase, upstream_e2e_rollback_without_restarts);
  tcase_add_test(tcase, upstream_e2e_revision_lifecycle);
  tcase_add_test(tcase, upstream_selector_immutability);
  tcase_add_test(tcase, upstream_deep_object_pointer);
  suite_add_tcase(suite, tcase);
}

void dset_add_upstream_cluster(Suite *suite) {
  add_sequences(suite);
  TCase *tcase = tcase_create("bad days");
  tcase_add_test(tcase, upstream_incident_14528);
  tcase_add_test(tcase, upstream_incident_66298);
  tcase_add_test(tcase, upstream_incident_75836);
  tcase_add_test(tcase, upstream_incident_95432);
  tcase_add_test(tcase, upstream_incident_132459);
  ADD_ROWS(tcase, upstream_robustness, weathers);
  tcase_add_test(tcase, upstream_robustness_crash);
  tcase_add_loop_test(tcase, upstream_robustness_expectation_timeout, 0, 2);
  suite_add_tcase(suite, tcase);
}
