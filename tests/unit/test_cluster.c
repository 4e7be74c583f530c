/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cluster.c: what cluster.h promises of each function, row by row. That plans are right is the matter of the law
 * (test_cluster_law.c); costs are in test_cluster_cost.c, failing allocations in test_cluster_memory.c.
 */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemonset/cluster.h"
#include "support/build.h"
#include "support/plan_text.h"
#include "support/play.h"

/* Puts everything the world holds. */
static void put_world(dset_cluster *c, dset_world *w) {
  for (size_t i = 0; i < w->nodes.count; i++) ck_assert_int_eq(dset_cluster_put_node(c, w->nodes.items[i], NULL), 0);
  for (size_t i = 0; i < w->pods.count; i++) ck_assert_int_eq(dset_cluster_put_pod(c, w->pods.items[i], NULL), 0);
  for (size_t i = 0; i < w->revisions.count; i++) {
    ck_assert_int_eq(dset_cluster_put_revision(c, w->revisions.items[i], NULL), 0);
  }
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w->daemonset, NULL, NULL), 0);
}

static dset_cluster *new_cluster(dset_world *w, const char *nodes, const char *pods) {
  dset_cluster *c;
  world_init(w);
  world_nodes(w, nodes);
  world_pods(w, pods);
  ck_assert_int_eq(dset_cluster_new(&w->options, &c, NULL), DSET_OK);
  put_world(c, w);
  return c;
}

static void end(dset_cluster *c, dset_world *w) {
  dset_cluster_free(c);
  world_free(w);
}

static const dset_plan *plan_of(dset_cluster *c, const char *ns, const char *name, int64_t now_ms) {
  const dset_plan *plan;
  dset_error error = {0};
  int code = dset_cluster_plan(c, ns, name, now_ms, &plan, &error);
  ck_assert_msg(code == DSET_OK, "%s/%s: %s: %s", ns, name, error.path, error.text);
  return plan;
}

/* The plan of the world's DaemonSet is the one of the world. */
static const dset_plan *expect_plan(const char *row, dset_cluster *c, dset_world *w) {
  const dset_plan *plan = plan_of(c, w->daemonset.ns, w->daemonset.name, w->now_ms);
  char *got = plan_text(plan, NULL);
  char *wanted = plan_text(world_plan(w), NULL);
  expect_text(row, "plan", got, wanted);
  free(got);
  free(wanted);
  return plan;
}

/* The dirty ones as "ns/name ns/name". */
static const char *dirty_text(dset_cluster *c, dset_world *w, int64_t now_ms) {
  dset_key keys[16];
  const char *text = "";
  size_t count = dset_cluster_dirty(c, now_ms, keys, COUNT_OF(keys));
  ck_assert_uint_le(count, COUNT_OF(keys));
  for (size_t i = 0; i < count; i++) {
    text = world_format(w, "%s%s%s/%s", text, i == 0 ? "" : " ", keys[i].ns, keys[i].name);
  }
  return text;
}

static void expect_dirty(const char *row, dset_cluster *c, dset_world *w, int64_t now_ms, const char *expected) {
  expect_text(row, "dirty", dirty_text(c, w, now_ms), expected);
}

static uint64_t events_of(const dset_cluster *c) {
  return dset_cluster_counters_of(c)->events;
}

/* Another DaemonSet like the world's. */
static dset_daemonset like(const dset_world *w, const char *ns, const char *name) {
  dset_daemonset daemonset = w->daemonset;
  daemonset.ns = ns;
  daemonset.name = name;
  daemonset.uid = name;
  return daemonset;
}

static void put_like(dset_cluster *c, const dset_world *w, const char *ns, const char *name) {
  dset_daemonset daemonset = like(w, ns, name);
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &daemonset, NULL, NULL), DSET_OK);
}

/* ---- a cluster without anything ---- */

START_TEST(cluster_empty) {
  dset_cluster *c;
  dset_error error = {0};
  dset_key key = {"x", "y"};
  const dset_plan *plan = (const dset_plan *)&error;
  ck_assert_int_eq(dset_cluster_new(NULL, &c, &error), DSET_OK);
  ck_assert_uint_eq(dset_cluster_dirty(c, INT64_MAX, NULL, 0), 0);
  ck_assert_uint_eq(dset_cluster_dirty(c, INT64_MIN, &key, 1), 0);
  ck_assert_str_eq(key.ns, "x");
  ck_assert_int_eq(dset_cluster_next_check(c), DSET_NEVER);
  const dset_cluster_counters *counters = dset_cluster_counters_of(c);
  ck_assert_uint_eq(counters->size, sizeof *counters);
  ck_assert_uint_eq(counters->events + counters->verdicts_computed + counters->verdicts_reused, 0);
  ck_assert_uint_eq(counters->claims_decided + counters->nodes_visited + counters->plans, 0);
  ck_assert_int_eq(dset_cluster_plan(c, "default", "agent", 0, &plan, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  ck_assert_int_eq(error.code, DSET_ERR_INVALID);
  dset_cluster_free(c);
  dset_cluster_free(NULL);
}
END_TEST

START_TEST(cluster_new_errors) {
  const dset_options sized = {.size = 8};
  const dset_options initial = {.size = sizeof initial, .backoff_initial_ms = -1};
  const dset_options greatest = {.size = sizeof greatest, .backoff_max_ms = -1};
  const dset_options hash = {.size = sizeof hash, .revision_hash = "abc"};
  const struct {
    const dset_options *options;
    int code;
    const char *path;
  } rows[] = {
      {&sized, DSET_ERR_ABI, "options"},
      {&initial, DSET_ERR_INVALID, "options.backoff_initial_ms"},
      {&greatest, DSET_ERR_INVALID, "options.backoff_max_ms"},
      {&hash, DSET_ERR_INVALID, "options.revision_hash"},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    dset_error error = {0};
    dset_cluster *c = (dset_cluster *)&error;
    ck_assert_int_eq(dset_cluster_new(rows[i].options, &c, &error), rows[i].code);
    ck_assert_int_eq(error.code, rows[i].code);
    ck_assert_str_eq(error.path, rows[i].path);
    ck_assert_ptr_null(c);
  }
  dset_error error = {0};
  ck_assert_int_eq(dset_cluster_new(NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "cluster");
  ck_assert_int_eq(dset_cluster_new(NULL, NULL, NULL), DSET_ERR_INVALID);
}
END_TEST

/* ---- calls that are refused ---- */

#define REFUSED(name, call)                                                                      \
  static int name(dset_cluster *c, dset_world *w, dset_error *error) {                           \
    dset_node node = *(const dset_node *)w->nodes.items[0];                                      \
    dset_pod pod = *(const dset_pod *)w->pods.items[0];                                          \
    dset_revision revision = *(const dset_revision *)w->revisions.items[0];                      \
    dset_daemonset daemonset = w->daemonset;                                                     \
    dset_backoff backoffs[] = {{"n1", 1000, 1}, {"n2", 1000, 1}};                                \
    const dset_plan *plan = NULL;                                                                \
    (void)c, (void)node, (void)pod, (void)revision, (void)daemonset, (void)backoffs, (void)plan; \
    return call;                                                                                 \
  }

#define OF "default", "agent"
REFUSED(node_no_cluster, dset_cluster_put_node(NULL, &node, error))
REFUSED(node_null, dset_cluster_put_node(c, NULL, error))
REFUSED(node_no_name, (node.name = NULL, dset_cluster_put_node(c, &node, error)))
REFUSED(node_empty_name, (node.name = "", dset_cluster_put_node(c, &node, error)))
REFUSED(node_labels, (node.labels = NULL, node.label_count = 1, dset_cluster_put_node(c, &node, error)))
REFUSED(node_taints, (node.taints = NULL, node.taint_count = 1, dset_cluster_put_node(c, &node, error)))
REFUSED(node_size, (node.size = 3, dset_cluster_put_node(c, &node, error)))
REFUSED(pod_no_cluster, dset_cluster_put_pod(NULL, &pod, error))
REFUSED(pod_null, dset_cluster_put_pod(c, NULL, error))
REFUSED(pod_no_name, (pod.name = NULL, dset_cluster_put_pod(c, &pod, error)))
REFUSED(pod_labels, (pod.labels = NULL, dset_cluster_put_pod(c, &pod, error)))
REFUSED(pod_owners, (pod.owners = NULL, dset_cluster_put_pod(c, &pod, error)))
REFUSED(pod_terms, (pod.required_affinity = &(dset_terms){NULL, 1}, dset_cluster_put_pod(c, &pod, error)))
REFUSED(pod_size, (pod.size = 3, dset_cluster_put_pod(c, &pod, error)))
REFUSED(revision_no_cluster, dset_cluster_put_revision(NULL, &revision, error))
REFUSED(revision_null, dset_cluster_put_revision(c, NULL, error))
REFUSED(revision_no_name, (revision.name = "", dset_cluster_put_revision(c, &revision, error)))
REFUSED(revision_labels, (revision.labels = NULL, dset_cluster_put_revision(c, &revision, error)))
REFUSED(revision_owners, (revision.owners = NULL, dset_cluster_put_revision(c, &revision, error)))
REFUSED(revision_data, (revision.data = NULL, dset_cluster_put_revision(c, &revision, error)))
REFUSED(revision_size, (revision.size = 3, dset_cluster_put_revision(c, &revision, error)))
REFUSED(daemonset_no_cluster, dset_cluster_put_daemonset(NULL, &daemonset, NULL, error))
REFUSED(daemonset_null, dset_cluster_put_daemonset(c, NULL, NULL, error))
REFUSED(daemonset_no_name, (daemonset.name = NULL, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_labels, (daemonset.template_labels = NULL, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_node_selector,
        (daemonset.node_selector_count = 1, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_tolerations, (daemonset.toleration_count = 1, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_data, (daemonset.revision_data = NULL, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_selector, (daemonset.selector = &(dset_selector){.label_count = 1},
                             dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_terms,
        (daemonset.required_affinity = &(dset_terms){NULL, 1}, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_status,
        (daemonset.status = &(dset_status){.size = 3}, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(daemonset_size, (daemonset.size = 3, dset_cluster_put_daemonset(c, &daemonset, NULL, error)))
REFUSED(remove_node_no_cluster, dset_cluster_remove_node(NULL, "n1", error))
REFUSED(remove_pod_no_cluster, dset_cluster_remove_pod(NULL, "default", "a", error))
REFUSED(remove_revision_no_cluster, dset_cluster_remove_revision(NULL, "default", "agent-old", error))
REFUSED(remove_daemonset_no_cluster, dset_cluster_remove_daemonset(NULL, OF, error))
REFUSED(in_flight_no_cluster, dset_cluster_put_in_flight(NULL, OF, 1, 0, 0, error))
REFUSED(in_flight_of_none, dset_cluster_put_in_flight(c, "other", "agent", 1, 0, 0, error))
REFUSED(backoffs_no_cluster, dset_cluster_put_backoffs(NULL, OF, backoffs, 2, error))
REFUSED(backoffs_of_none, dset_cluster_put_backoffs(c, "default", "other", backoffs, 2, error))
REFUSED(backoffs_null, dset_cluster_put_backoffs(c, OF, NULL, 2, error))
REFUSED(backoffs_no_node, (backoffs[1].node = NULL, dset_cluster_put_backoffs(c, OF, backoffs, 2, error)))
REFUSED(backoffs_empty_node, (backoffs[0].node = "", dset_cluster_put_backoffs(c, OF, backoffs, 2, error)))
REFUSED(backoffs_negative, (backoffs[1].delay_ms = -1, dset_cluster_put_backoffs(c, OF, backoffs, 2, error)))
REFUSED(backoffs_twice, (backoffs[1].node = "n1", dset_cluster_put_backoffs(c, OF, backoffs, 2, error)))
REFUSED(plan_no_cluster, dset_cluster_plan(NULL, OF, 1, &plan, error))
REFUSED(plan_of_none, dset_cluster_plan(c, "default", "other", 1, &plan, error))
REFUSED(plan_no_name, dset_cluster_plan(c, "default", NULL, 1, &plan, error))
REFUSED(plan_no_plan, dset_cluster_plan(c, OF, 1, NULL, error))

static const struct {
  int (*call)(dset_cluster *c, dset_world *w, dset_error *error);
  int code;
  const char *path; /* NULL: not said by the header */
} refused[] = {
    {node_no_cluster, DSET_ERR_INVALID, "cluster"},
    {node_null, DSET_ERR_INVALID, "node"},
    {node_no_name, DSET_ERR_INVALID, "node.name"},
    {node_empty_name, DSET_ERR_INVALID, "node.name"},
    {node_labels, DSET_ERR_INVALID, "node.labels"},
    {node_taints, DSET_ERR_INVALID, "node.taints"},
    {node_size, DSET_ERR_ABI, "node"},
    {pod_no_cluster, DSET_ERR_INVALID, "cluster"},
    {pod_null, DSET_ERR_INVALID, "pod"},
    {pod_no_name, DSET_ERR_INVALID, "pod.name"},
    {pod_labels, DSET_ERR_INVALID, "pod.labels"},
    {pod_owners, DSET_ERR_INVALID, "pod.owners"},
    {pod_terms, DSET_ERR_INVALID, "pod.required_affinity"},
    {pod_size, DSET_ERR_ABI, "pod"},
    {revision_no_cluster, DSET_ERR_INVALID, "cluster"},
    {revision_null, DSET_ERR_INVALID, "revision"},
    {revision_no_name, DSET_ERR_INVALID, "revision.name"},
    {revision_labels, DSET_ERR_INVALID, "revision.labels"},
    {revision_owners, DSET_ERR_INVALID, "revision.owners"},
    {revision_data, DSET_ERR_INVALID, "revision.data"},
    {revision_size, DSET_ERR_ABI, "revision"},
    {daemonset_no_cluster, DSET_ERR_INVALID, "cluster"},
    {daemonset_null, DSET_ERR_INVALID, "daemonset"},
    {daemonset_no_name, DSET_ERR_INVALID, "daemonset.name"},
    {daemonset_labels, DSET_ERR_INVALID, "daemonset.template_labels"},
    {daemonset_node_selector, DSET_ERR_INVALID, "daemonset.node_selector"},
    {daemonset_tolerations, DSET_ERR_INVALID, "daemonset.tolerations"},
    {daemonset_data, DSET_ERR_INVALID, "daemonset.revision_data"},
    {daemonset_selector, DSET_ERR_INVALID, "daemonset.selector"},
    {daemonset_terms, DSET_ERR_INVALID, "daemonset.required_affinity"},
    {daemonset_status, DSET_ERR_ABI, "daemonset.status"},
    {daemonset_size, DSET_ERR_ABI, "daemonset"},
    {remove_node_no_cluster, DSET_ERR_INVALID, "cluster"},
    {remove_pod_no_cluster, DSET_ERR_INVALID, "cluster"},
    {remove_revision_no_cluster, DSET_ERR_INVALID, "cluster"},
    {remove_daemonset_no_cluster, DSET_ERR_INVALID, "cluster"},
    {in_flight_no_cluster, DSET_ERR_INVALID, "cluster"},
    {in_flight_of_none, DSET_ERR_INVALID, NULL},
    {backoffs_no_cluster, DSET_ERR_INVALID, "cluster"},
    {backoffs_of_none, DSET_ERR_INVALID, NULL},
    {backoffs_null, DSET_ERR_INVALID, "backoffs"},
    {backoffs_no_node, DSET_ERR_INVALID, "backoffs[1]"},
    {backoffs_empty_node, DSET_ERR_INVALID, "backoffs[0]"},
    {backoffs_negative, DSET_ERR_INVALID, "backoffs[1]"},
    {backoffs_twice, DSET_ERR_DUPLICATE, "backoffs[1]"},
    {plan_no_cluster, DSET_ERR_INVALID, "cluster"},
    {plan_of_none, DSET_ERR_INVALID, NULL},
    {plan_no_name, DSET_ERR_INVALID, NULL},
    {plan_no_plan, DSET_ERR_INVALID, "plan"},
};

/* It says what and where, and nothing has changed. */
START_TEST(cluster_refuses) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new ready");
  const char *row = world_format(&w, "row %d", _i);
  expect_plan(row, c, &w);
  uint64_t events = events_of(c);
  dset_error error = {0};
  int code = refused[_i].call(c, &w, &error);
  ck_assert_msg(code == refused[_i].code, "row %d: %s", _i, dset_code_name(code));
  ck_assert_int_eq(error.code, code);
  ck_assert_str_ne(error.text, "");
  if (refused[_i].path != NULL) expect_text(row, "path", error.path, refused[_i].path);
  ck_assert_int_eq(refused[_i].call(c, &w, NULL), code);
  ck_assert_uint_eq(events_of(c), events);
  expect_dirty(row, c, &w, w.now_ms, "");
  expect_plan(row, c, &w);
  end(c, &w);
}
END_TEST

START_TEST(cluster_remove_absent) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 new ready");
  expect_plan("before", c, &w);
  uint64_t events = events_of(c);
  dset_error error = {0};
  ck_assert_int_eq(dset_cluster_remove_node(c, "n2", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_node(c, NULL, &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "other", "a", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_pod(c, NULL, NULL, &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_revision(c, "other", "agent-old", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "other", "agent", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, NULL, NULL, NULL), DSET_OK);
  ck_assert_int_eq(error.code, 0);
  ck_assert_uint_eq(events_of(c), events);
  expect_dirty("after", c, &w, w.now_ms, "");
  expect_plan("after", c, &w);
  end(c, &w);
}
END_TEST

/* ---- what is there ---- */

/* Everything goes, and comes back. */
START_TEST(cluster_remove) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new ready; b@n2 old ready");
  expect_plan("full", c, &w);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "default", "b", NULL), DSET_OK);
  w.pods.count = 1;
  expect_dirty("a pod", c, &w, w.now_ms, "default/agent");
  expect_plan("a pod", c, &w);
  ck_assert_int_eq(dset_cluster_remove_node(c, "n2", NULL), DSET_OK);
  w.nodes.count = 1;
  expect_dirty("a node", c, &w, w.now_ms, "default/agent");
  expect_plan("a node", c, &w);
  ck_assert_int_eq(dset_cluster_remove_revision(c, "default", "agent-cur", NULL), DSET_OK);
  w.revisions.count = 1;
  expect_dirty("a revision", c, &w, w.now_ms, "default/agent");
  expect_plan("a revision", c, &w);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "default", "agent", NULL), DSET_OK);
  expect_dirty("the DaemonSet", c, &w, w.now_ms, "");
  w.nodes.count = w.pods.count = w.revisions.count = 2;
  put_world(c, &w);
  expect_dirty("all again", c, &w, w.now_ms, "default/agent");
  expect_plan("all again", c, &w);
  end(c, &w);
}
END_TEST

START_TEST(cluster_names_are_per_namespace) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 new ready");
  expect_plan("one", c, &w);
  put_like(c, &w, "other", "agent");
  world_pods(&w, "a@n1 old failed ns=other");
  ck_assert_int_eq(dset_cluster_put_pod(c, w.pods.items[1], NULL), DSET_OK);
  expect_plan("two", c, &w);
  plan_of(c, "other", "agent", w.now_ms);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "other", "a", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "other", "agent", NULL), DSET_OK);
  w.pods.count = 1;
  expect_plan("one again", c, &w);
  end(c, &w);
}
END_TEST

/* NULL and "" are the same namespace. */
START_TEST(cluster_namespace_may_be_absent) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "");
  dset_daemonset bare = like(&w, NULL, "bare");
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &bare, NULL, NULL), DSET_OK);
  bare.ns = "";
  uint64_t events = events_of(c);
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &bare, NULL, NULL), DSET_OK);
  ck_assert_uint_eq(events_of(c), events);
  const dset_plan *plan = plan_of(c, NULL, "bare", w.now_ms);
  ck_assert_int_eq(dset_plan_problem(plan, 0)->code, DSET_PROBLEM_OWNER);
  plan_of(c, "", "bare", w.now_ms);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, NULL, "bare", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_plan(c, "", "bare", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  end(c, &w);
}
END_TEST

/* NULL is "" in every string of a list. */
START_TEST(cluster_strings_may_be_absent) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new ready");
  const dset_label bare[] = {{NULL, NULL}, {"zone", NULL}};
  const dset_taint taints[] = {{NULL, NULL, "NoSchedule"}, {"x", NULL, NULL}};
  const dset_owner owner = {NULL, NULL, NULL, true};
  const dset_requirement requirements[] = {{NULL, "Exists", NULL, 0}, {"zone", "In", (const char *const[]){NULL}, 1}};
  const dset_term term = {.expressions = requirements, .expression_count = 2};
  dset_node *node = world_node(&w, "n1");
  dset_pod *pod = world_pod(&w, "a");
  node->labels = bare;
  node->label_count = 2;
  node->taints = taints;
  node->taint_count = 2;
  pod->owners = &owner;
  w.daemonset.required_affinity = &(const dset_terms){&term, 1};
  put_world(c, &w);
  expect_plan("absent strings", c, &w);
  w.daemonset.node_selector = bare;
  w.daemonset.node_selector_count = 2;
  w.daemonset.tolerations = &(const dset_toleration){0};
  w.daemonset.toleration_count = 1;
  w.daemonset.required_affinity = NULL;
  pod->owner_count = 0;
  put_world(c, &w);
  expect_plan("absent strings in the template", c, &w);
  dset_cluster_remove_node(c, "n1", NULL);
  dset_cluster_put_node(c, node, NULL);
  expect_plan("the node is back", c, &w);
  end(c, &w);
}
END_TEST

/* Structs of another release: size 0 is the first one, a longer one is fine as long as its tail is zero. */
START_TEST(cluster_sizes) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 old ready");
  struct {
    dset_node node;
    uint64_t tail;
  } longer = {.node = *world_node(&w, "n1")};
  longer.node.size = sizeof longer;
  ck_assert_int_eq(dset_cluster_put_node(c, &longer.node, NULL), DSET_OK);
  longer.tail = 1;
  ck_assert_int_eq(dset_cluster_put_node(c, &longer.node, NULL), DSET_ERR_ABI);
  dset_pod pod = *world_pod(&w, "a");
  pod.size = 0;
  ck_assert_int_eq(dset_cluster_put_pod(c, &pod, NULL), DSET_OK);
  expect_plan("sizes", c, &w);
  end(c, &w);
}
END_TEST

/* What was passed is overwritten and released as soon as the call returns. */
START_TEST(cluster_copies) {
  dset_world w;
  dset_cluster *c;
  world_init(&w);
  world_nodes(&w, "n1 zone=a !dedicated=db:NoSchedule; n2 zone=b; n3");
  world_pods(&w, "a@n1 new ready; b>n2 old failed; d>n9 pending; e@n3 orphan");
  w.daemonset.required_affinity = world_terms(&w, "zone In a,b & @metadata.name NotIn n9 | zone DoesNotExist");
  world_tolerations(&w, "dedicated Equal db NoSchedule");
  world_status(&w)->conditions = "[{\"type\":\"Custom\"}]";
  world_backoff(&w, "n2", 8000, w.now_ms - 1000);
  dset_options options = w.options;
  ck_assert_int_eq(dset_cluster_new(&options, &c, NULL), DSET_OK);
  memset(&options, 0x5A, sizeof options);
  for (size_t i = 0; i < w.nodes.count; i++) {
    ck_assert_int_eq(play_event(c, &(script_event){.kind = SCRIPT_PUT_NODE, .node = w.nodes.items[i]}, NULL), DSET_OK);
  }
  for (size_t i = 0; i < w.pods.count; i++) {
    ck_assert_int_eq(play_event(c, &(script_event){.kind = SCRIPT_PUT_POD, .pod = w.pods.items[i]}, NULL), DSET_OK);
  }
  for (size_t i = 0; i < w.revisions.count; i++) {
    script_event event = {.kind = SCRIPT_PUT_REVISION, .revision = w.revisions.items[i]};
    ck_assert_int_eq(play_event(c, &event, NULL), DSET_OK);
  }
  w.options.revision_hash = "given";
  script_event event = {.kind = SCRIPT_PUT_DAEMONSET, .daemonset = &w.daemonset, .revision_hash = "given"};
  ck_assert_int_eq(play_event(c, &event, NULL), DSET_OK);
  event = (script_event){.kind = SCRIPT_PUT_BACKOFFS,
                         .ns = "default",
                         .name = "agent",
                         .backoffs = w.backoffs,
                         .backoff_count = w.backoff_count};
  ck_assert_int_eq(play_event(c, &event, NULL), DSET_OK);
  expect_plan("copies", c, &w);
  dset_key key;
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, &key, 1), 0);
  end(c, &w);
}
END_TEST

START_TEST(cluster_options_apply) {
  dset_world w;
  dset_cluster *c;
  world_init(&w);
  world_nodes(&w, "n1; n2; n3; n4 gpu=yes !gpu=5:NoSchedule");
  world_pods(&w, "a@n1 failed");
  world_tolerations(&w, "gpu Gt 3 NoSchedule");
  w.options.burst = 1;
  w.options.backoff_initial_ms = 7000;
  w.options.backoff_max_ms = 9000;
  w.options.compare_tolerations = true;
  ck_assert_int_eq(dset_cluster_new(&w.options, &c, NULL), DSET_OK);
  put_world(c, &w);
  const dset_plan *plan = expect_plan("options", c, &w);
  ck_assert_int_eq(dset_plan_backoff(plan, 0)->delay_ms, 7000);
  end(c, &w);
}
END_TEST

/* revision_hash of dset_cluster_put_daemonset() is that of dset_options. */
START_TEST(cluster_revision_hash) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "");
  w.daemonset.revision_data = "another";
  w.daemonset.revision_data_bytes = strlen("another");
  const char *const hashes[] = {"abc", "def", NULL};
  for (size_t i = 0; i < COUNT_OF(hashes); i++) {
    ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, hashes[i], NULL), DSET_OK);
    expect_dirty("another hash", c, &w, w.now_ms, "default/agent");
    w.options.revision_hash = hashes[i];
    expect_plan("another hash", c, &w);
    uint64_t events = events_of(c);
    ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, hashes[i], NULL), DSET_OK);
    ck_assert_uint_eq(events_of(c), events);
    expect_dirty("the same hash", c, &w, w.now_ms, "");
  }
  end(c, &w);
}
END_TEST

/* ---- plans ---- */

/* A plan stays as it is, whatever happens, until the next one of its DaemonSet. */
START_TEST(cluster_plan_is_valid) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 old failed; b@n2 old ready");
  put_like(c, &w, "default", "other");
  const dset_plan *plan = plan_of(c, "default", "agent", w.now_ms);
  char *before = plan_text(plan, NULL);
  dset_cluster_remove_node(c, "n1", NULL);
  dset_cluster_remove_pod(c, "default", "a", NULL);
  dset_cluster_remove_revision(c, "default", "agent-cur", NULL);
  dset_cluster_put_node(c, world_node(&w, "n1"), NULL);
  dset_cluster_put_backoffs(c, "default", "agent", NULL, 0, NULL);
  w.daemonset.uid = "another";
  w.daemonset.revision_data = "another";
  w.daemonset.revision_data_bytes = 7;
  dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
  dset_cluster_put_pod(c, NULL, NULL);
  plan_of(c, "default", "other", w.now_ms);
  dset_cluster_remove_daemonset(c, "default", "other", NULL);
  dset_cluster_dirty(c, INT64_MAX, NULL, 0);
  char *after = plan_text(plan, NULL);
  ck_assert_str_eq(before, after);
  free(before);
  free(after);
  end(c, &w);
}
END_TEST

/* An invalid call leaves the plan; *plan is NULL after it. */
START_TEST(cluster_plan_clears_its_output) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "");
  const dset_plan *plan = plan_of(c, "default", "agent", w.now_ms);
  ck_assert_ptr_nonnull(plan);
  ck_assert_int_eq(dset_cluster_plan(c, "default", "none", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  ck_assert_int_eq(dset_cluster_plan(NULL, "default", "agent", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  end(c, &w);
}
END_TEST

/* Planning changes no facts: the same moment gives the same plan, back-off and all, until the back-offs are put. */
START_TEST(cluster_plan_changes_no_facts) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 new failed");
  for (int i = 0; i < 3; i++) expect_plan("again", c, &w);
  w.now_ms += 500;
  const dset_plan *plan = expect_plan("later", c, &w);
  ck_assert_uint_eq(dset_plan_backoff_count(plan), 1);
  world_backoff(&w, "n1", 1000, w.now_ms);
  ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", dset_plan_backoff(plan, 0), 1, NULL), DSET_OK);
  expect_dirty("back-offs are facts", c, &w, w.now_ms, "default/agent");
  w.now_ms += 500;
  plan = expect_plan("waiting", c, &w);
  ck_assert_int_eq(dset_plan_next_check_ms(plan), w.now_ms + 500);
  end(c, &w);
}
END_TEST

/* Time may go back. */
START_TEST(cluster_time_goes_back) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new ready=20; b@n2 old ready=5");
  w.daemonset.min_ready_seconds = 10;
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL), DSET_OK);
  const int64_t steps_ms[] = {0, 5000, -20000, 1, 30000, -3600000, 3600000};
  for (size_t i = 0; i < COUNT_OF(steps_ms); i++) {
    w.now_ms += steps_ms[i];
    expect_plan(world_format(&w, "step %zu", i), c, &w);
  }
  end(c, &w);
}
END_TEST

/* What a host reads from the cluster and its plans may be passed to the next call as it is. */
START_TEST(cluster_takes_its_own) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 new succeeded");
  world_status(&w)->conditions = "[{\"type\":\"Custom\"}]";
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL), DSET_OK);
  dset_key key;
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, &key, 1), 1);
  const dset_plan *plan = plan_of(c, key.ns, key.name, w.now_ms);
  w.daemonset.status = dset_plan_status(plan);
  w.daemonset.ns = key.ns;
  w.daemonset.name = key.name;
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL), DSET_OK);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type != DSET_ACTION_DELETE_POD) continue;
    ck_assert_int_eq(dset_cluster_remove_pod(c, key.ns, action->pod, NULL), DSET_OK);
    ck_assert_int_eq(dset_cluster_remove_node(c, action->node, NULL), DSET_OK);
  }
  dset_status status = *w.daemonset.status; /* its plan ends with the next one */
  status.conditions = world_format(&w, "%s", status.conditions);
  w.daemonset.status = &status;
  w.daemonset.ns = "default";
  w.daemonset.name = "agent";
  w.pods.count = w.nodes.count = 0;
  expect_plan("after it", c, &w);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, key.ns, key.name, NULL), DSET_OK);
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, NULL, 0), 0);
  end(c, &w);
}
END_TEST

/* ---- when to plan ---- */

START_TEST(cluster_next_check_is_the_earliest) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "a@n1 new ready=4");
  w.daemonset.min_ready_seconds = 10;
  dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
  ck_assert_int_eq(dset_cluster_next_check(c), DSET_NEVER);
  expect_plan("ready in six seconds", c, &w);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  put_like(c, &w, "default", "other");
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  ck_assert_int_eq(dset_cluster_put_in_flight(c, "default", "other", 1, 0, w.now_ms - 298000, NULL), DSET_OK);
  plan_of(c, "default", "other", w.now_ms);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 2001);
  expect_dirty("a moment before", c, &w, w.now_ms + 2000, "");
  expect_dirty("one check", c, &w, w.now_ms + 2001, "default/other");
  expect_dirty("both checks, by moment", c, &w, w.now_ms + 6000, "default/other default/agent");
  expect_dirty("and not any more", c, &w, w.now_ms, "");
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "default", "other", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  plan_of(c, "default", "agent", w.now_ms + 6000);
  ck_assert_int_eq(dset_cluster_next_check(c), DSET_NEVER);
  end(c, &w);
}
END_TEST

START_TEST(cluster_dirty_order) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "");
  put_like(c, &w, "default", "zebra");
  put_like(c, &w, "area", "zoo");
  put_like(c, &w, "default", "ant");
  expect_dirty("as they were put", c, &w, w.now_ms, "default/agent default/zebra area/zoo default/ant");
  plan_of(c, "default", "zebra", w.now_ms);
  expect_dirty("a plan takes one off", c, &w, w.now_ms, "default/agent area/zoo default/ant");
  world_nodes(&w, "n2");
  dset_cluster_put_node(c, world_node(&w, "n2"), NULL);
  expect_dirty("to the end", c, &w, w.now_ms, "default/agent area/zoo default/ant default/zebra");
  const char *const names[] = {"agent", "ant", "zebra"};
  for (size_t i = 0; i < COUNT_OF(names); i++) plan_of(c, "default", names[i], w.now_ms);
  plan_of(c, "area", "zoo", w.now_ms);
  expect_dirty("none", c, &w, w.now_ms, "");
  dset_cluster_remove_node(c, "n2", NULL);
  expect_dirty("by name", c, &w, w.now_ms, "area/zoo default/agent default/ant default/zebra");
  dset_key keys[4] = {{0}};
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, keys, 2), 4);
  ck_assert_str_eq(keys[1].name, "agent");
  ck_assert_ptr_null(keys[2].name);
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, NULL, 0), 4);
  dset_cluster_remove_daemonset(c, "default", "agent", NULL);
  expect_dirty("without the removed one", c, &w, w.now_ms, "area/zoo default/ant default/zebra");
  end(c, &w);
}
END_TEST

/* Whom an event concerns. */
static const struct {
  const char *pod;
  const char *dirty;
} concerned[] = {
    {"p@n1 new ready", "default/agent"}, /* owned */
    {"p@n1 new ready foreign", ""},      /* of another uid */
    {"p@n1 new ready orphan",
     "default/agent default/other"}, /* at most those of the namespace, at least who adopts it */
    {"p@n1 new ready ns=empty", ""},
};

START_TEST(cluster_concerned) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1", "");
  put_like(c, &w, "default", "other");
  put_like(c, &w, "area", "zoo");
  plan_of(c, "default", "agent", w.now_ms);
  plan_of(c, "default", "other", w.now_ms);
  plan_of(c, "area", "zoo", w.now_ms);
  world_pods(&w, concerned[_i].pod);
  ck_assert_int_eq(dset_cluster_put_pod(c, world_pod(&w, "p"), NULL), DSET_OK);
  expect_dirty(concerned[_i].pod, c, &w, w.now_ms, concerned[_i].dirty);
  end(c, &w);
}
END_TEST

/* ---- puts that change nothing, and those that do ---- */

START_TEST(cluster_same_again) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1 zone=a !x=y:NoSchedule; n2", "a@n1 new ready; b>n2 old failed");
  world_backoff(&w, "n2", 1000, 5);
  world_backoff(&w, "n1", 2000, 6);
  w.in_flight_creates = 1;
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 2, NULL);
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  expect_plan("before", c, &w);
  uint64_t events = events_of(c);
  put_world(c, &w);
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 2, NULL);
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  ck_assert_uint_eq(events_of(c), events);
  expect_dirty("again", c, &w, w.now_ms, "");
  expect_plan("again", c, &w);
  end(c, &w);
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
  dset_cluster *c = new_cluster(&w, "n1 zone=a; n2; n3 stay; n4 !node.kubernetes.io/network-unavailable=:NoSchedule",
                                "a@n1 new ready gen=3; b@n2 old ready gen=2");
  const dset_pod pod = *(const dset_pod *)w.pods.items[0];
  const dset_node node = *(const dset_node *)w.nodes.items[0];
  const dset_revision revision = *(const dset_revision *)w.revisions.items[0];
  const dset_daemonset daemonset = w.daemonset;
  const char *row = world_format(&w, "change %d", _i);
  expect_plan(row, c, &w);
  uint64_t events = events_of(c);
  changes[_i](&w);
  put_world(c, &w);
  ck_assert_msg(events_of(c) == events + 1, "%s: %" PRIu64 " events", row, events_of(c) - events);
  expect_plan(row, c, &w);
  *(dset_pod *)w.pods.items[0] = pod;
  *(dset_node *)w.nodes.items[0] = node;
  *(dset_revision *)w.revisions.items[0] = revision;
  w.daemonset = daemonset;
  put_world(c, &w);
  ck_assert_msg(events_of(c) == events + 2, "%s, back: %" PRIu64 " events", row, events_of(c) - events);
  expect_plan(world_format(&w, "%s, back", row), c, &w);
  end(c, &w);
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
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new failed; b@n1 new failed");
  const char *row = world_format(&w, "row %d", _i);
  for (int round = 0; round < 2; round++) { /* with what is in flight, and without */
    dset_daemonset before = w.daemonset;
    w.in_flight_creates = round == 0;
    w.backoff_count = 0;
    world_backoff(&w, "n1", 8000, w.now_ms - 1000);
    dset_cluster_put_in_flight(c, "default", "agent", w.in_flight_creates, 0, 0, NULL);
    ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 1, NULL), DSET_OK);
    expect_plan(row, c, &w);
    kept[_i].change(&w);
    dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
    if (!kept[_i].backoffs) w.backoff_count = 0;
    if (!kept[_i].in_flight) w.in_flight_creates = 0;
    expect_plan(row, c, &w);
    w.daemonset = before;
    dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
    expect_plan(row, c, &w);
  }
  dset_cluster_put_in_flight(c, "default", "agent", 1, 0, 0, NULL);
  dset_cluster_put_backoffs(c, "default", "agent", w.backoffs, 1, NULL);
  dset_cluster_remove_daemonset(c, "default", "agent", NULL);
  dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
  w.in_flight_creates = 0;
  w.backoff_count = 0;
  expect_plan("removed and put again", c, &w);
  end(c, &w);
}
END_TEST

/* Two DaemonSets have each its own. */
START_TEST(cluster_state_is_per_daemonset) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2", "a@n1 new failed");
  put_like(c, &w, "default", "other");
  const dset_backoff backoff = {"n1", 8000, w.now_ms};
  dset_cluster_put_in_flight(c, "default", "other", 1, 1, 0, NULL);
  dset_cluster_put_backoffs(c, "default", "other", &backoff, 1, NULL);
  expect_plan("none of them here", c, &w);
  end(c, &w);
}
END_TEST

/* In any order; those that were there are replaced. */
START_TEST(cluster_backoffs_are_replaced) {
  dset_world w;
  dset_cluster *c = new_cluster(&w, "n1; n2; n3", "a@n1 failed; b@n2 failed; d@n3 failed");
  const dset_backoff sorted[] = {{"n1", 4000, w.now_ms}, {"n2", 8000, w.now_ms - 100}, {"n3", 1000, w.now_ms - 2000}};
  const dset_backoff turned[] = {sorted[2], sorted[0], sorted[1]};
  dset_cluster_put_backoffs(c, "default", "agent", turned, 3, NULL);
  for (size_t i = 0; i < 3; i++) world_backoff(&w, sorted[i].node, sorted[i].delay_ms, sorted[i].last_ms);
  expect_plan("three", c, &w);
  uint64_t events = events_of(c);
  ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", sorted, 3, NULL), DSET_OK);
  ck_assert_uint_eq(events_of(c), events);
  expect_dirty("in another order", c, &w, w.now_ms, "");
  dset_cluster_put_backoffs(c, "default", "agent", &sorted[1], 1, NULL);
  w.backoffs[0] = sorted[1];
  w.backoff_count = 1;
  expect_plan("one", c, &w);
  dset_cluster_put_backoffs(c, "default", "agent", NULL, 0, NULL);
  w.backoff_count = 0;
  expect_plan("none", c, &w);
  end(c, &w);
}
END_TEST

TCase *dset_tcase_cluster_cost(void);   /* test_cluster_cost.c */
TCase *dset_tcase_cluster_memory(void); /* test_cluster_memory.c */
Suite *dset_suite_cluster(void);

Suite *dset_suite_cluster(void) {
  Suite *suite = suite_create("cluster");
  TCase *tcase = tcase_create("cluster");
  tcase_add_test(tcase, cluster_empty);
  tcase_add_test(tcase, cluster_new_errors);
  ADD_ROWS(tcase, cluster_refuses, refused);
  tcase_add_test(tcase, cluster_remove_absent);
  tcase_add_test(tcase, cluster_remove);
  tcase_add_test(tcase, cluster_names_are_per_namespace);
  tcase_add_test(tcase, cluster_namespace_may_be_absent);
  tcase_add_test(tcase, cluster_strings_may_be_absent);
  tcase_add_test(tcase, cluster_sizes);
  tcase_add_test(tcase, cluster_copies);
  tcase_add_test(tcase, cluster_options_apply);
  tcase_add_test(tcase, cluster_revision_hash);
  tcase_add_test(tcase, cluster_plan_is_valid);
  tcase_add_test(tcase, cluster_plan_clears_its_output);
  tcase_add_test(tcase, cluster_plan_changes_no_facts);
  tcase_add_test(tcase, cluster_time_goes_back);
  tcase_add_test(tcase, cluster_takes_its_own);
  tcase_add_test(tcase, cluster_next_check_is_the_earliest);
  tcase_add_test(tcase, cluster_dirty_order);
  ADD_ROWS(tcase, cluster_concerned, concerned);
  tcase_add_test(tcase, cluster_same_again);
  ADD_ROWS(tcase, cluster_changes, changes);
  ADD_ROWS(tcase, cluster_keeps_state, kept);
  tcase_add_test(tcase, cluster_state_is_per_daemonset);
  tcase_add_test(tcase, cluster_backoffs_are_replaced);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, dset_tcase_cluster_cost());
  suite_add_tcase(suite, dset_tcase_cluster_memory());
  return suite;
}
