/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_update.c: the situations of Kubernetes' tests of surge (daemon_controller_test.go) and of rolling
 * updates (update_test.go), with the counts that those tests expect, sync by sync.
 */
#include <string.h>

#include "support/instant.h"

/* Nodes node-0, ... with one current pod each, made under OnDelete as those tests do. */
static void begin_with_pods(dset_world *w, int nodes) {
  world_init(w);
  w->daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_add_nodes(w, 0, nodes, "");
  world_sync(w, "first pods", nodes, 0, 0);
}

static void update(dset_world *w, const char *data, const char *max_unavailable, const char *max_surge) {
  w->daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
  world_budget(w, max_unavailable, max_surge);
  world_set_template(w, data);
}

/* ---- surge: manage ---- */

static void begin_surge(dset_world *w) {
  world_init(w);
  world_budget(w, "0", "1");
  world_add_nodes(w, 0, 5, "");
}

START_TEST(upstream_surge_deals_with_existing_pods) {
  dset_world w;
  begin_surge(&w);
  world_add_pods(&w, "node-1", 1, "");
  world_add_pods(&w, "node-2", 2, "");
  world_add_pods(&w, "node-3", 5, "");
  world_add_pods(&w, "node-4", 2, "mismatch");
  world_sync(&w, "one to each node", 2, 5, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_surge_preserves_ready_old_pods) {
  dset_world w;
  begin_surge(&w);
  world_pods(&w, "new@node-1 age=100; old@node-1 nohash ready age=150; delete@node-1 nohash ready age=140");
  world_add_pods(&w, "node-2", 1, "");
  world_expect(&w, "the oldest stays", TRACE_PODS,
               "CreatePod node-0 node-needs-pod; CreatePod node-3 node-needs-pod; CreatePod node-4 node-needs-pod; "
               "DeletePod delete excess");
  world_sync(&w, "the oldest stays", 3, 1, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_surge_creates_beyond_max_surge) {
  dset_world w;
  begin_surge(&w);
  world_pods(&w, "new@node-0 age=100; old@node-0 nohash ready age=150");
  for (int i = 1; i < 5; i++) {
    world_pods(&w, world_format(&w, "preserve-%d@node-%d nohash ready age=199%s", i, i, i == 4 ? " deleting" : ""));
  }
  world_expect(&w, "node-4 has but a deleting pod", TRACE_PODS, "CreatePod node-4 node-needs-replacement");
  world_sync(&w, "node-4 has but a deleting pod", 1, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_surge_deletes_unready_old_pods) {
  dset_world w;
  begin_surge(&w);
  world_pods(&w, "new@node-1 age=100; old-unready@node-1 nohash age=150; delete@node-1 nohash ready age=140");
  world_add_pods(&w, "node-2", 1, "");
  world_expect(&w, "unready or not the oldest", TRACE_PODS,
               "CreatePod node-0 node-needs-pod; CreatePod node-3 node-needs-pod; CreatePod node-4 node-needs-pod; "
               "DeletePod delete excess; DeletePod old-unready outdated-not-ready");
  world_sync(&w, "unready or not the oldest", 3, 2, 0);
  world_free(&w);
}
END_TEST

/* The new pod is ready for so many seconds of 15. */
static void expect_min_ready(int ready_seconds, int deletes, const char *deleted) {
  dset_world w;
  begin_surge(&w);
  w.daemonset.min_ready_seconds = 15;
  world_pods(&w, world_format(&w, "new@node-1 age=100 ready=%d", ready_seconds));
  world_pods(&w, "old@node-1 nohash ready=never age=150; delete@node-1 nohash ready=never age=140");
  world_add_pods(&w, "node-2", 1, "");
  world_expect(&w, "minReadySeconds", TRACE_PODS,
               world_format(&w,
                            "CreatePod node-0 node-needs-pod; CreatePod node-3 node-needs-pod; "
                            "CreatePod node-4 node-needs-pod; %s",
                            deleted));
  world_sync(&w, "minReadySeconds", 3, deletes, 0);
  world_free(&w);
}

START_TEST(upstream_surge_preserves_old_ready_min_ready) {
  expect_min_ready(10, 1, "DeletePod delete excess");
}
END_TEST

START_TEST(upstream_surge_deletes_old_ready_min_ready) {
  expect_min_ready(20, 2, "DeletePod delete excess; DeletePod old outdated-replaced");
}
END_TEST

/* ---- rolling updates ---- */

START_TEST(upstream_updates_pods) {
  dset_world w;
  begin_with_pods(&w, 5);
  world_mark_ready(&w);
  update(&w, "template-2", "2", "0");
  static const int waves[] = {2, 2, 1};
  for (size_t i = 0; i < COUNT_OF(waves); i++) {
    world_sync(&w, "a wave goes", 0, waves[i], 0);
    world_sync(&w, "and comes again", waves[i], 0, 0);
    world_mark_ready(&w);
  }
  world_sync(&w, "done", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_pods_with_max_surge) {
  dset_world w;
  begin_with_pods(&w, 5);
  world_mark_ready(&w);
  update(&w, "template-2", "0", "2");
  static const struct { int creates, deletes; } waves[] = {{2, 0}, {2, 2}, {1, 2}, {0, 1}};
  for (size_t i = 0; i < COUNT_OF(waves); i++) {
    world_sync(&w, "a wave", waves[i].creates, waves[i].deletes, 0);
    world_sync(&w, "it is not ready", 0, 0, 0);
    world_mark_ready(&w);
  }
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_pods_not_match_taints_with_max_surge) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_tolerations(&w, "node-role.kubernetes.io/control-plane Exists - -");
  world_nodes(&w, "node-0 !node-role.kubernetes.io/control-plane:NoSchedule");
  world_add_nodes(&w, 1, 4, "");
  world_sync(&w, "tolerated", 5, 0, 0);
  world_mark_ready(&w);
  w.daemonset.toleration_count = 0;
  world_set_template(&w, "template-2");
  static const struct { int creates, deletes; } waves[] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 1}};
  for (size_t i = 0; i < COUNT_OF(waves); i++) {
    world_sync(&w, "a wave", waves[i].creates, waves[i].deletes, 0);
    world_sync(&w, "it is not ready", 0, 0, 0);
    world_mark_ready(&w);
  }
  for (size_t i = 0; i < w.pods.count; i++) ck_assert_str_ne(world_target(w.pods.items[i]), "node-0");
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_when_new_pod_is_not_ready) {
  dset_world w;
  begin_with_pods(&w, 5);
  world_mark_ready(&w);
  update(&w, "template-2", "3", "0");
  world_sync(&w, "three go", 0, 3, 0);
  world_sync(&w, "and come again", 3, 0, 0);
  world_sync(&w, "they are not ready", 0, 0, 0);
  world_free(&w);
}
END_TEST

/* One update whose new pods do not become ready. */
static void update_in_vain(dset_world *w, const char *data, const char *max_unavailable, int pods) {
  update(w, data, max_unavailable, "0");
  world_sync(w, data, 0, pods, 0);
  world_sync(w, data, pods, 0, 0);
  world_sync(w, data, 0, 0, 0);
}

START_TEST(upstream_updates_some_old_pods_not_ready) {
  dset_world w;
  begin_with_pods(&w, 5);
  world_mark_ready(&w);
  update_in_vain(&w, "template-2", "2", 2);
  update_in_vain(&w, "template-3", "2", 2);
  ck_assert_int_eq(world_ready_count(&w), 3);
  world_free(&w);
}
END_TEST

/* The budget is random there; here it is each that there can be. */
START_TEST(upstream_updates_save_old_healthy_pods) {
  dset_world w;
  begin_with_pods(&w, 20);
  world_mark_ready(&w);
  update_in_vain(&w, "template-2", "10", 10);
  const char *healthy[10];
  size_t count = 0;
  for (size_t i = 0; i < w.pods.count; i++) {
    const dset_pod *pod = w.pods.items[i];
    if (pod->ready) healthy[count++] = pod->name;
  }
  ck_assert_uint_eq(count, 10);
  for (int i = 0; i < 10; i++) {
    update_in_vain(&w, world_format(&w, "template-3-%d", i), world_format(&w, "%d", i), 10);
    for (size_t j = 0; j < count; j++) ck_assert(world_pod(&w, healthy[j])->ready);
    ck_assert_int_eq(world_ready_count(&w), 10);
  }
  update_in_vain(&w, "template-4", "11", 11);
  ck_assert_int_eq(world_ready_count(&w), 9);
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_old_not_ready_and_new_not_ready) {
  dset_world w;
  begin_with_pods(&w, 100);
  world_mark_ready(&w);
  update(&w, "template-2", "10", "0");
  for (int i = 0; i < 10; i++) {
    world_sync(&w, "ten go", 0, 10, 0);
    world_sync(&w, "and come again", 10, 0, 0);
    world_mark_ready(&w);
  }
  world_sync(&w, "done", 0, 0, 0);
  for (size_t i = 0; i < w.pods.count; i++) { /* ten old ones are available, two are not, nor are all new ones */
    dset_pod *pod = w.pods.items[i];
    if (i >= 10) pod->ready = false;
    if (i < 12) world_set_hash(&w, pod, "cur"); /* of the first template */
    pod->created_ms = i >= 10 && i < 12 ? 1 : 2;
  }
  world_sync(&w, "the two unavailable old ones", 0, 2, 0);
  world_sync(&w, "their replacements", 2, 0, 0);
  world_sync(&w, "nothing else", 0, 0, 0);
  for (size_t i = 0; i < w.pods.count; i++) ck_assert_int_ne(((const dset_pod *)w.pods.items[i])->created_ms, 1);
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_all_old_pods_not_ready) {
  dset_world w;
  begin_with_pods(&w, 5);
  update_in_vain(&w, "template-2", "3", 5);
  world_free(&w);
}
END_TEST

static bool alone(const dset_world *w, const dset_pod *pod) {
  for (size_t i = 0; i < w->pods.count; i++) {
    const dset_pod *other = w->pods.items[i];
    if (other != pod && strcmp(world_target(other), world_target(pod)) == 0) return false;
  }
  return true;
}

/* So many new pods become ready now. */
static void make_ready(dset_world *w, const char *hash, int count) {
  for (size_t i = 0; count > 0 && i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    if (pod->ready || strcmp(world_hash(pod), hash) != 0) continue;
    pod->ready = true;
    pod->ready_since_ms = w->now_ms;
    count--;
  }
  ck_assert_int_eq(count, 0);
}

/* One old pod that has no new one beside it ceases to be ready. */
static void make_one_unready(dset_world *w, const char *hash) {
  for (size_t i = 0; i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    if (strcmp(world_hash(pod), hash) == 0 || !alone(w, pod)) continue;
    pod->ready = false;
    return;
  }
  ck_abort_msg("every old pod has a new one beside it");
}

/* The hash of the revision that holds the template. */
static const char *current_hash(dset_world *w) {
  for (size_t i = 0; i < w->revisions.count; i++) {
    const dset_revision *revision = w->revisions.items[i];
    if (revision->data_bytes != w->daemonset.revision_data_bytes) continue;
    if (memcmp(revision->data, w->daemonset.revision_data, revision->data_bytes) != 0) continue;
    for (size_t j = 0; j < revision->label_count; j++) {
      if (strcmp(revision->labels[j].key, DSET_LABEL_HASH) == 0) return revision->labels[j].value;
    }
  }
  ck_abort_msg("no revision holds the template");
}

START_TEST(upstream_updates_all_old_pods_not_ready_max_surge) {
  dset_world w;
  begin_with_pods(&w, 5);
  update(&w, "template-2", "0", "3");
  w.now_ms = 100 * 1000;
  world_sync(&w, "100 s: beside each unavailable one a new one", 5, 0, 0);
  w.now_ms = 200 * 1000;
  world_sync(&w, "200 s: the old ones go", 0, 5, 0);
  world_mark_ready(&w);
  w.daemonset.min_ready_seconds = 15;
  world_set_template(&w, "template-3");
  w.now_ms = 300 * 1000;
  world_sync(&w, "300 s: three", 3, 0, 0);
  const char *hash = current_hash(&w);
  make_ready(&w, hash, 2);
  make_one_unready(&w, hash);
  w.now_ms = 310 * 1000;
  world_sync(&w, "310 s: one more for the one that is not ready", 1, 0, 0);
  w.now_ms = 320 * 1000;
  world_sync(&w, "320 s: two are available, one is not ready", 1, 3, 0);
  make_ready(&w, hash, 3);
  w.now_ms = 340 * 1000;
  world_sync(&w, "340 s: the others", 0, 2, 0);
  w.now_ms = 350 * 1000;
  world_sync(&w, "350 s: done", 0, 0, 0);
  world_free(&w);
}
END_TEST

START_TEST(upstream_updates_no_template_changed) {
  dset_world w;
  begin_with_pods(&w, 5);
  update(&w, "template", "3", "0");
  world_sync(&w, "the strategy alone", 0, 0, 0);
  world_free(&w);
}
END_TEST

/* ---- the budget ---- */

typedef struct budget_row {
  const char *row;
  int nodes;
  const char *pods;
  const char *max_unavailable;
  const char *max_surge;
  int surge, unavailable, desired;
} budget_row;

#define BOTH "pod-0@node-0 ready; pod-1@node-1 ready"

static const budget_row budget_rows[] = {
    {"no nodes", 0, "", "0", "-", 0, 0, 0},
    {"two nodes", 2, BOTH, "1", "-", 0, 1, 2},
    {"one node without pod", 2, "pod-0@node-0 ready", "0", "-", 0, 1, 2},
    {"one node without pod, surge", 2, "pod-0@node-0 ready", "0", "0", 0, 1, 2},
    {"percent", 2, BOTH, "50%", "-", 0, 1, 2},
    {"percent, surge", 2, BOTH, "0", "50%", 1, 0, 2},
    {"100%, surge", 2, BOTH, "0", "100%", 2, 0, 2},
    {"percent, one deleting", 3, BOTH " deleting", "50%", "-", 0, 2, 3},
};

/* A node without pod gets one first: the budget is that of the rollout after it. */
START_TEST(upstream_get_unavailable_numbers) {
  const budget_row *row = &budget_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, row->max_unavailable, row->max_surge);
  world_add_nodes(&w, 0, row->nodes, "");
  world_pods(&w, row->pods);
  world_sync(&w, row->row, row->nodes - (int)w.pods.count, 0, 0);
  const dset_rollout *rollout = dset_plan_rollout(world_plan(&w));
  ck_assert_msg(rollout->ran, "%s: rollout did not run", row->row);
  ck_assert_msg(rollout->max_surge == row->surge && rollout->max_unavailable == row->unavailable &&
                    rollout->desired == row->desired,
                "%s: %d/%d/%d", row->row, (int)rollout->max_surge, (int)rollout->max_unavailable,
                (int)rollout->desired);
  world_free(&w);
}
END_TEST

/* ---- revisions ---- */

START_TEST(upstream_controlled_histories) {
  dset_world w;
  world_init(&w);
  world_revisions(&w, "agent-x1 #1; agent-x2 #1 orphan; agent-x3 #1 orphan ns=default-other");
  world_expect(&w, "ours and the orphan of our namespace", TRACE_REVISIONS, "AdoptRevision agent-x2 orphan-matches");
  w.daemonset.has_revision_history_limit = true;
  world_expect(&w, "only they are cleaned up", TRACE_REVISIONS,
               "AdoptRevision agent-x2 orphan-matches; DeleteRevision agent-old history-limit; "
               "DeleteRevision agent-x1 history-limit; DeleteRevision agent-x2 history-limit");
  world_free(&w);
}
END_TEST

void dset_add_upstream_update(Suite *suite); /* called by the suite of test_upstream.c */

void dset_add_upstream_update(Suite *suite) {
  TCase *tcase = tcase_create("update");
  tcase_add_test(tcase, upstream_surge_deals_with_existing_pods);
  tcase_add_test(tcase, upstream_surge_preserves_ready_old_pods);
  tcase_add_test(tcase, upstream_surge_creates_beyond_max_surge);
  tcase_add_test(tcase, upstream_surge_deletes_unready_old_pods);
  tcase_add_test(tcase, upstream_surge_preserves_old_ready_min_ready);
  tcase_add_test(tcase, upstream_surge_deletes_old_ready_min_ready);
  tcase_add_test(tcase, upstream_updates_pods);
  tcase_add_test(tcase, upstream_updates_pods_with_max_surge);
  tcase_add_test(tcase, upstream_updates_pods_not_match_taints_with_max_surge);
  tcase_add_test(tcase, upstream_updates_when_new_pod_is_not_ready);
  tcase_add_test(tcase, upstream_updates_some_old_pods_not_ready);
  tcase_add_test(tcase, upstream_updates_save_old_healthy_pods);
  tcase_add_test(tcase, upstream_updates_old_not_ready_and_new_not_ready);
  tcase_add_test(tcase, upstream_updates_all_old_pods_not_ready);
  tcase_add_test(tcase, upstream_updates_all_old_pods_not_ready_max_surge);
  tcase_add_test(tcase, upstream_updates_no_template_changed);
  ADD_ROWS(tcase, upstream_get_unavailable_numbers, budget_rows);
  tcase_add_test(tcase, upstream_controlled_histories);
  suite_add_tcase(suite, tcase);
}
