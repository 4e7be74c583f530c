/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cluster_cost.c: the table COST of cluster.h, by the counters: they are the same on every machine. n nodes, d
 * DaemonSets of which the first asks for gpu=yes and all others for disk=ssd, one pod of the first on each node.
 *
 *   a label changes that nobody names      no verdict, nobody dirty
 *   one changes that 1 of 1,000 names      at most 1 % of the verdicts that rescanning would compute
 *   a node comes or goes, its like is there  no verdict
 *   a pod changes                          its node is visited, however many there are
 *   a status changes                       no verdict, no claim
 *   a template changes                     no verdict; each of its own nodes once
 *   placement changes                      one verdict a class, when no node is named
 *   a plan once more                       no node is visited
 *   events and plans after a while         no allocation
 */
#include <check.h>
#include <inttypes.h>
#include <string.h>

#include "daemonset/cluster.h"
#include "support/build.h"
#include "support/fault.h"

enum { DAEMONSETS = 1000, WARM_UP = 200, ROUNDS = 200 };

typedef struct scene {
  dset_world w;
  fault memory;
  dset_cluster *c;
  size_t nodes;
  size_t daemonsets;
  dset_cluster_counters before;
} scene;

static void put_daemonset(scene *s, size_t index) {
  dset_daemonset daemonset = s->w.daemonset;
  if (index > 0) daemonset.name = daemonset.uid = world_format(&s->w, "ds-%04zu", index);
  const char *label = index == 0 ? "gpu=yes" : "disk=ssd";
  daemonset.node_selector = world_labels(&s->w, label, &daemonset.node_selector_count);
  ck_assert_int_eq(dset_cluster_put_daemonset(s->c, &daemonset, NULL, NULL), DSET_OK);
  if (index == 0) s->w.daemonset = daemonset;
}

static void put_node(scene *s, const char *words) {
  world_nodes(&s->w, words);
  ck_assert_int_eq(dset_cluster_put_node(s->c, s->w.nodes.items[s->w.nodes.count - 1], NULL), DSET_OK);
}

static void put_pod(scene *s, const char *words) {
  world_pods(&s->w, words);
  ck_assert_int_eq(dset_cluster_put_pod(s->c, s->w.pods.items[s->w.pods.count - 1], NULL), DSET_OK);
}

/* Plans everything that is due. */
static void plan_due(scene *s) {
  dset_key key;
  const dset_plan *plan;
  while (dset_cluster_dirty(s->c, s->w.now_ms, &key, 1) > 0) {
    ck_assert_int_eq(dset_cluster_plan(s->c, key.ns, key.name, s->w.now_ms, &plan, NULL), DSET_OK);
  }
}

static size_t dirty_count(scene *s) {
  return dset_cluster_dirty(s->c, s->w.now_ms, NULL, 0);
}

static void begin(scene *s, size_t nodes, size_t daemonsets) {
  *s = (scene){.nodes = nodes, .daemonsets = daemonsets};
  world_init(&s->w);
  fault_init(&s->memory, FAULT_NEVER, FAULT_ONCE);
  s->w.options.allocator = &s->memory.allocator;
  ck_assert_int_eq(dset_cluster_new(&s->w.options, &s->c, NULL), DSET_OK);
  for (size_t i = 0; i < daemonsets; i++) put_daemonset(s, i);
  for (size_t i = 0; i < nodes; i++) {
    put_node(s, world_format(&s->w, "n%05zu disk=ssd gpu=yes host=n%05zu", i, i));
    put_pod(s, world_format(&s->w, "p%05zu@n%05zu new ready", i, i));
  }
  for (size_t i = 0; i < s->w.revisions.count; i++) {
    ck_assert_int_eq(dset_cluster_put_revision(s->c, s->w.revisions.items[i], NULL), DSET_OK);
  }
  plan_due(s);
  s->before = *dset_cluster_counters_of(s->c);
}

/* What was done since it was asked last. */
static dset_cluster_counters work(scene *s) {
  dset_cluster_counters now = *dset_cluster_counters_of(s->c);
  dset_cluster_counters done = {
      .events = now.events - s->before.events,
      .verdicts_computed = now.verdicts_computed - s->before.verdicts_computed,
      .verdicts_reused = now.verdicts_reused - s->before.verdicts_reused,
      .claims_decided = now.claims_decided - s->before.claims_decided,
      .nodes_visited = now.nodes_visited - s->before.nodes_visited,
      .plans = now.plans - s->before.plans,
      .allocations = now.allocations - s->before.allocations,
  };
  s->before = now;
  return done;
}

static void end(scene *s) {
  dset_cluster_free(s->c);
  fault_expect_empty(&s->memory, "cluster");
  world_free(&s->w);
}

START_TEST(cost_label_nobody_names) {
  scene s;
  begin(&s, 50, DAEMONSETS);
  put_node(&s, "n00007 disk=ssd gpu=yes host=other");
  put_node(&s, "n00007 disk=ssd gpu=yes boot=1");
  put_node(&s, "n00007 disk=ssd gpu=yes");
  ck_assert_uint_eq(dirty_count(&s), 0);
  dset_cluster_counters done = work(&s);
  ck_assert_uint_eq(done.events, 3);
  ck_assert_uint_eq(done.verdicts_computed, 0);
  ck_assert_uint_eq(done.nodes_visited + done.claims_decided, 0);
  end(&s);
}
END_TEST

/* Rescanning evaluates each of the 1,000 for the node. */
static void expect_little(scene *s, const char *what, size_t dirty) {
  size_t was_dirty = dirty_count(s);
  plan_due(s);
  dset_cluster_counters done = work(s);
  ck_assert_msg(was_dirty == dirty, "%s: %zu are dirty", what, was_dirty);
  ck_assert_msg(done.verdicts_computed <= DAEMONSETS / 100, "%s: %" PRIu64 " verdicts", what, done.verdicts_computed);
  ck_assert_msg(done.verdicts_computed + done.verdicts_reused >= DAEMONSETS, "%s: %" PRIu64 " verdicts reused", what,
                done.verdicts_reused);
  ck_assert_msg(done.nodes_visited <= 2 * dirty, "%s: %" PRIu64 " nodes visited", what, done.nodes_visited);
}

START_TEST(cost_label_one_names) {
  scene s;
  begin(&s, 50, DAEMONSETS);
  put_node(&s, "n00007 disk=ssd gpu=no host=n00007");
  expect_little(&s, "the label changes", 1);
  put_node(&s, "n00007 disk=ssd host=n00007");
  expect_little(&s, "it goes, and no verdict changes", 0);
  put_node(&s, "n00007 disk=ssd gpu=yes host=n00007");
  expect_little(&s, "it is back", 1);
  put_node(&s, "n00008 disk=ssd gpu=no host=n00008");
  expect_little(&s, "the same on another node", 1);
  end(&s);
}
END_TEST

/* Whoever wants its like gets one more. */
START_TEST(cost_node_of_a_known_class) {
  scene s;
  begin(&s, 50, DAEMONSETS);
  put_node(&s, "n99999 disk=ssd gpu=yes host=n99999");
  ck_assert_uint_eq(dirty_count(&s), DAEMONSETS);
  ck_assert_uint_eq(work(&s).verdicts_computed, 0);
  plan_due(&s);
  ck_assert_uint_le(work(&s).nodes_visited, 2 * DAEMONSETS);
  ck_assert_int_eq(dset_cluster_remove_node(s.c, "n99999", NULL), DSET_OK);
  ck_assert_uint_eq(dirty_count(&s), DAEMONSETS);
  ck_assert_uint_eq(work(&s).verdicts_computed, 0);
  end(&s);
}
END_TEST

/* The same at a few nodes and at many. */
START_TEST(cost_pod) {
  const size_t sizes[] = {10, 400};
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    scene s;
    begin(&s, sizes[i], 50);
    const char *const pods[] = {
        "p00007@n00007 new",       "p00007@n00007 new ready",          "p00007@n00007 new failed",
        "p00007@n00007 old ready", "p00007@n00007 new ready deleting", "p00007@n00007 new ready"};
    for (size_t j = 0; j < COUNT_OF(pods); j++) {
      put_pod(&s, pods[j]);
      ck_assert_uint_eq(dirty_count(&s), 1);
      plan_due(&s);
      dset_cluster_counters done = work(&s);
      ck_assert_uint_eq(done.verdicts_computed, 0);
      ck_assert_msg(done.nodes_visited <= 2, "%s, %zu nodes: %" PRIu64 " visited", pods[j], sizes[i],
                    done.nodes_visited);
      ck_assert_msg(done.claims_decided <= 1, "%s: %" PRIu64 " claims decided", pods[j], done.claims_decided);
    }
    end(&s);
  }
}
END_TEST

START_TEST(cost_status) {
  scene s;
  begin(&s, 100, 5);
  world_status(&s.w)->number_ready = 3;
  put_daemonset(&s, 0);
  ck_assert_uint_eq(dirty_count(&s), 1);
  plan_due(&s);
  dset_cluster_counters done = work(&s);
  ck_assert_uint_eq(done.events, 1);
  ck_assert_uint_eq(done.verdicts_computed, 0);
  ck_assert_uint_eq(done.claims_decided, 0);
  ck_assert_uint_eq(done.nodes_visited, 0);
  end(&s);
}
END_TEST

/* Its own nodes and pods, once; the plans after it are cheap again. */
START_TEST(cost_template) {
  scene s;
  begin(&s, 100, 5);
  s.w.daemonset.revision_data = "another";
  s.w.daemonset.revision_data_bytes = 7;
  put_daemonset(&s, 0);
  ck_assert_uint_eq(dirty_count(&s), 1);
  plan_due(&s);
  dset_cluster_counters done = work(&s);
  ck_assert_uint_eq(done.verdicts_computed, 0);
  ck_assert_uint_le(done.nodes_visited, 2 * s.nodes);
  put_pod(&s, "p00007@n00007 new failed");
  plan_due(&s);
  ck_assert_uint_le(work(&s).nodes_visited, 2);
  end(&s);
}
END_TEST

/* The 100 nodes are of one class: they agree on every label that somebody names. */
START_TEST(cost_placement) {
  scene s;
  begin(&s, 100, 5);
  s.w.daemonset.required_affinity = world_terms(&s.w, "disk NotIn hdd");
  put_daemonset(&s, 0);
  ck_assert_uint_eq(dirty_count(&s), 1);
  plan_due(&s);
  ck_assert_uint_le(work(&s).verdicts_computed, 1);
  s.w.daemonset.required_affinity =
      world_terms(&s.w, "@metadata.name NotIn n00003"); /* it names nodes: each is asked */
  put_daemonset(&s, 0);
  plan_due(&s);
  uint64_t computed = work(&s).verdicts_computed;
  ck_assert_uint_ge(computed, 1);
  ck_assert_uint_le(computed, s.nodes + 1); /* and once more for the pod on the node that is left out */
  end(&s);
}
END_TEST

START_TEST(cost_plan_again) {
  scene s;
  begin(&s, 100, 5);
  const dset_plan *plan;
  for (int i = 0; i < 3; i++) {
    s.w.now_ms += 1000;
    ck_assert_int_eq(dset_cluster_plan(s.c, "default", "agent", s.w.now_ms, &plan, NULL), DSET_OK);
  }
  dset_cluster_counters done = work(&s);
  ck_assert_uint_eq(done.plans, 3);
  ck_assert_uint_eq(done.verdicts_computed + done.claims_decided + done.nodes_visited, 0);
  end(&s);
}
END_TEST

/* ---- allocations ---- */

typedef void cycle(scene *s, size_t round);

static void pods_flap(scene *s, size_t round) {
  dset_pod *pod = s->w.pods.items[round / 2 % s->nodes];
  pod->ready = round % 2 == 1;
  pod->ready_since_ms = s->w.now_ms;
  ck_assert_int_eq(dset_cluster_put_pod(s->c, pod, NULL), DSET_OK);
}

static void pods_come_and_go(scene *s, size_t round) {
  dset_pod *pod = s->w.pods.items[round / 2 % s->nodes];
  if (round % 2 == 1) {
    ck_assert_int_eq(dset_cluster_put_pod(s->c, pod, NULL), DSET_OK);
  } else {
    ck_assert_int_eq(dset_cluster_remove_pod(s->c, pod->ns, pod->name, NULL), DSET_OK);
  }
}

static void nodes_flap(scene *s, size_t round) {
  dset_node *node = s->w.nodes.items[round / 2 % s->nodes];
  ((dset_label *)(uintptr_t)node->labels)[1].value = round % 2 == 1 ? "yes" : "no";
  ck_assert_int_eq(dset_cluster_put_node(s->c, node, NULL), DSET_OK);
}

static void nodes_come_and_go(scene *s, size_t round) {
  dset_node *node = s->w.nodes.items[round / 2 % s->nodes];
  if (round % 2 == 1) {
    ck_assert_int_eq(dset_cluster_put_node(s->c, node, NULL), DSET_OK);
  } else {
    ck_assert_int_eq(dset_cluster_remove_node(s->c, node->name, NULL), DSET_OK);
  }
}

static void heartbeats(scene *s, size_t round) {
  dset_node *node = s->w.nodes.items[round % s->nodes];
  ((dset_label *)(uintptr_t)node->labels)[2].value = round % 2 == 1 ? "here" : "there";
  ck_assert_int_eq(dset_cluster_put_node(s->c, node, NULL), DSET_OK);
}

static void status_is_written(scene *s, size_t round) {
  dset_status status = {.size = sizeof status, .number_ready = (int32_t)(round % 7)};
  dset_daemonset daemonset = s->w.daemonset;
  daemonset.status = &status;
  ck_assert_int_eq(dset_cluster_put_daemonset(s->c, &daemonset, NULL, NULL), DSET_OK);
}

static void failures(scene *s, size_t round) {
  const dset_plan *plan;
  dset_pod *pod = s->w.pods.items[round / 2 % s->nodes];
  pod->phase = round % 2 == 1 ? DSET_PHASE_RUNNING : DSET_PHASE_FAILED;
  ck_assert_int_eq(dset_cluster_put_pod(s->c, pod, NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_plan(s->c, "default", "agent", s->w.now_ms, &plan, NULL), DSET_OK);
  const dset_backoff *backoffs = dset_plan_backoff(plan, 0);
  ck_assert_int_eq(dset_cluster_put_backoffs(s->c, "default", "agent", backoffs, dset_plan_backoff_count(plan), NULL),
                   DSET_OK);
}

static cycle *const cycles[] = {pods_flap,  pods_come_and_go,  nodes_flap, nodes_come_and_go,
                                heartbeats, status_is_written, failures};

/* Everything as often as it takes to grow, then as often again without a call of the allocator. */
START_TEST(cost_allocations) {
  scene s;
  begin(&s, 20, 10);
  ck_assert_uint_eq(dset_cluster_counters_of(s.c)->allocations, s.memory.asked);
  for (size_t round = 0; round < WARM_UP + ROUNDS; round++) {
    if (round == WARM_UP) work(&s);
    s.w.now_ms += 10;
    cycles[_i](&s, round);
    plan_due(&s);
  }
  ck_assert_uint_eq(dset_cluster_counters_of(s.c)->allocations, s.memory.asked);
  ck_assert_msg(work(&s).allocations == 0, "cycle %d: %" PRIu64 " allocations", _i, s.before.allocations);
  end(&s);
}
END_TEST

TCase *dset_tcase_cluster_cost(void);

TCase *dset_tcase_cluster_cost(void) {
  TCase *tcase = tcase_create("cluster_cost");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, cost_label_nobody_names);
  tcase_add_test(tcase, cost_label_one_names);
  tcase_add_test(tcase, cost_node_of_a_known_class);
  tcase_add_test(tcase, cost_pod);
  tcase_add_test(tcase, cost_status);
  tcase_add_test(tcase, cost_template);
  tcase_add_test(tcase, cost_placement);
  tcase_add_test(tcase, cost_plan_again);
  ADD_ROWS(tcase, cost_allocations, cycles);
  return tcase;
}
