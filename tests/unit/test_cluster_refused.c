/* SPDX-License-Identifier: Apache-2.0 */
/* test_cluster_refused.c: calls on a cluster that are refused, each with its code and path; calls that find nothing. */
#include <check.h>

#include "support/cluster_case.h"

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
REFUSED(daemonset_hash, dset_cluster_put_daemonset(c, &daemonset, "A-b", error))
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
    {daemonset_hash, DSET_ERR_INVALID, "revision_hash"},
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
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new ready");
  const char *row = world_format(&w, "row %d", _i);
  case_expect_plan(row, c, &w);
  uint64_t events = case_events(c);
  dset_error error = {0};
  int code = refused[_i].call(c, &w, &error);
  ck_assert_msg(code == refused[_i].code, "row %d: %s", _i, dset_code_name(code));
  ck_assert_int_eq(error.code, code);
  ck_assert_str_ne(error.text, "");
  if (refused[_i].path != NULL) expect_text(row, "path", error.path, refused[_i].path);
  ck_assert_int_eq(refused[_i].call(c, &w, NULL), code);
  ck_assert_uint_eq(case_events(c), events);
  case_expect_dirty(row, c, &w, w.now_ms, "");
  case_expect_plan(row, c, &w);
  case_end(c, &w);
}
END_TEST

START_TEST(cluster_remove_absent) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 new ready");
  case_expect_plan("before", c, &w);
  uint64_t events = case_events(c);
  dset_error error = {0};
  ck_assert_int_eq(dset_cluster_remove_node(c, "n2", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_node(c, NULL, &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "other", "a", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_pod(c, NULL, NULL, &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_revision(c, "other", "agent-old", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "other", "agent", &error), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, NULL, NULL, NULL), DSET_OK);
  ck_assert_int_eq(error.code, 0);
  ck_assert_uint_eq(case_events(c), events);
  case_expect_dirty("after", c, &w, w.now_ms, "");
  case_expect_plan("after", c, &w);
  case_end(c, &w);
}
END_TEST

TCase *dset_tcase_cluster_refused(void);

TCase *dset_tcase_cluster_refused(void) {
  TCase *tcase = tcase_create("cluster_refused");
  tcase_add_test(tcase, cluster_empty);
  tcase_add_test(tcase, cluster_new_errors);
  ADD_ROWS(tcase, cluster_refuses, refused);
  tcase_add_test(tcase, cluster_remove_absent);
  return tcase;
}
