/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cluster.c: what cluster.h promises of each function, row by row. That plans are right is the matter of the law
 * (test_cluster_law.c); what is refused is in test_cluster_refused.c, what
 * changes in test_cluster_changes.c, costs in test_cluster_cost.c, failing allocations in test_cluster_memory.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/cluster_case.h"
#include "support/plan_text.h"
#include "support/play.h"

/* ---- what is there ---- */

/* Everything goes, and comes back. */
START_TEST(cluster_remove) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new ready; b@n2 old ready");
  case_expect_plan("full", c, &w);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "default", "b", NULL), DSET_OK);
  w.pods.count = 1;
  case_expect_dirty("a pod", c, &w, w.now_ms, "default/agent");
  case_expect_plan("a pod", c, &w);
  ck_assert_int_eq(dset_cluster_remove_node(c, "n2", NULL), DSET_OK);
  w.nodes.count = 1;
  case_expect_dirty("a node", c, &w, w.now_ms, "default/agent");
  case_expect_plan("a node", c, &w);
  ck_assert_int_eq(dset_cluster_remove_revision(c, "default", "agent-cur", NULL), DSET_OK);
  w.revisions.count = 1;
  case_expect_dirty("a revision", c, &w, w.now_ms, "default/agent");
  case_expect_plan("a revision", c, &w);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "default", "agent", NULL), DSET_OK);
  case_expect_dirty("the DaemonSet", c, &w, w.now_ms, "");
  w.nodes.count = w.pods.count = w.revisions.count = 2;
  case_put_world(c, &w);
  case_expect_dirty("all again", c, &w, w.now_ms, "default/agent");
  case_expect_plan("all again", c, &w);
  case_end(c, &w);
}
END_TEST

/* Each of many DaemonSets has a next check, though none had one while they were put. Their places are reserved then:
 * one too few was memory of somebody else. */
START_TEST(cluster_many_checks) {
  enum { MANY = 40 };
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "");
  for (int i = 0; i < MANY; i++) case_put_like(c, &w, world_format(&w, "ns-%d", i), "agent");
  for (int i = 0; i < MANY; i++) {
    const char *ns = world_format(&w, "ns-%d", i);
    ck_assert_int_eq(dset_cluster_put_in_flight(c, ns, "agent", 1, 0, w.now_ms + i, NULL), DSET_OK);
    case_plan(c, ns, "agent", w.now_ms + i);
  }
  case_plan(c, "default", "agent", w.now_ms);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + DSET_IN_FLIGHT_TIMEOUT_MS + 1);
  for (int i = 0; i < MANY; i++)
    ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms + DSET_IN_FLIGHT_TIMEOUT_MS + 1 + i, NULL, 0), (size_t)i + 1);
  case_end(c, &w);
}
END_TEST

START_TEST(cluster_names_are_per_namespace) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 new ready");
  case_expect_plan("one", c, &w);
  case_put_like(c, &w, "other", "agent");
  world_pods(&w, "a@n1 old failed ns=other");
  ck_assert_int_eq(dset_cluster_put_pod(c, w.pods.items[1], NULL), DSET_OK);
  case_expect_plan("two", c, &w);
  case_plan(c, "other", "agent", w.now_ms);
  ck_assert_int_eq(dset_cluster_remove_pod(c, "other", "a", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "other", "agent", NULL), DSET_OK);
  w.pods.count = 1;
  case_expect_plan("one again", c, &w);
  case_end(c, &w);
}
END_TEST

/* NULL and "" are the same namespace. */
START_TEST(cluster_namespace_may_be_absent) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "");
  dset_daemonset bare = case_like(&w, NULL, "bare");
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &bare, NULL, NULL), DSET_OK);
  bare.ns = "";
  uint64_t events = case_events(c);
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &bare, NULL, NULL), DSET_OK);
  ck_assert_uint_eq(case_events(c), events);
  const dset_plan *plan = case_plan(c, NULL, "bare", w.now_ms);
  ck_assert_int_eq(dset_plan_problem(plan, 0)->code, DSET_PROBLEM_OWNER);
  case_plan(c, "", "bare", w.now_ms);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, NULL, "bare", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_plan(c, "", "bare", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  case_end(c, &w);
}
END_TEST

/* NULL is "" in every string of a list. */
START_TEST(cluster_strings_may_be_absent) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new ready");
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
  case_put_world(c, &w);
  case_expect_plan("absent strings", c, &w);
  w.daemonset.node_selector = bare;
  w.daemonset.node_selector_count = 2;
  w.daemonset.tolerations = &(const dset_toleration){0};
  w.daemonset.toleration_count = 1;
  w.daemonset.required_affinity = NULL;
  pod->owner_count = 0;
  case_put_world(c, &w);
  case_expect_plan("absent strings in the template", c, &w);
  dset_cluster_remove_node(c, "n1", NULL);
  dset_cluster_put_node(c, node, NULL);
  case_expect_plan("the node is back", c, &w);
  case_end(c, &w);
}
END_TEST

/* Structs of another release: size 0 is the first one, a longer one is fine as long as its tail is zero. */
START_TEST(cluster_sizes) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 old ready");
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
  case_expect_plan("sizes", c, &w);
  case_end(c, &w);
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
  case_expect_plan("copies", c, &w);
  dset_key key;
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, &key, 1), 0);
  case_end(c, &w);
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
  case_put_world(c, &w);
  const dset_plan *plan = case_expect_plan("options", c, &w);
  ck_assert_int_eq(dset_plan_backoff(plan, 0)->delay_ms, 7000);
  case_end(c, &w);
}
END_TEST

/* revision_hash of dset_cluster_put_daemonset() is that of dset_options. */
START_TEST(cluster_revision_hash) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "");
  w.daemonset.revision_data = "another";
  w.daemonset.revision_data_bytes = strlen("another");
  const char *const hashes[] = {"abc", "def", NULL};
  for (size_t i = 0; i < COUNT_OF(hashes); i++) {
    ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, hashes[i], NULL), DSET_OK);
    case_expect_dirty("another hash", c, &w, w.now_ms, "default/agent");
    w.options.revision_hash = hashes[i];
    case_expect_plan("another hash", c, &w);
    uint64_t events = case_events(c);
    ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, hashes[i], NULL), DSET_OK);
    ck_assert_uint_eq(case_events(c), events);
    case_expect_dirty("the same hash", c, &w, w.now_ms, "");
  }
  case_end(c, &w);
}
END_TEST

/* ---- plans ---- */

/* A plan stays as it is, whatever happens, until the next one of its DaemonSet. */
START_TEST(cluster_plan_is_valid) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 old failed; b@n2 old ready");
  case_put_like(c, &w, "default", "other");
  const dset_plan *plan = case_plan(c, "default", "agent", w.now_ms);
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
  case_plan(c, "default", "other", w.now_ms);
  dset_cluster_remove_daemonset(c, "default", "other", NULL);
  dset_cluster_dirty(c, INT64_MAX, NULL, 0);
  char *after = plan_text(plan, NULL);
  ck_assert_str_eq(before, after);
  free(before);
  free(after);
  case_end(c, &w);
}
END_TEST

/* An invalid call leaves the plan; *plan is NULL after it. */
START_TEST(cluster_plan_clears_its_output) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "");
  const dset_plan *plan = case_plan(c, "default", "agent", w.now_ms);
  ck_assert_ptr_nonnull(plan);
  ck_assert_int_eq(dset_cluster_plan(c, "default", "none", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  ck_assert_int_eq(dset_cluster_plan(NULL, "default", "agent", w.now_ms, &plan, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  case_end(c, &w);
}
END_TEST

/* Planning changes no facts: the same moment gives the same plan, back-off and all, until the back-offs are put. */
START_TEST(cluster_plan_changes_no_facts) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 new failed");
  for (int i = 0; i < 3; i++) case_expect_plan("again", c, &w);
  w.now_ms += 500;
  const dset_plan *plan = case_expect_plan("later", c, &w);
  ck_assert_uint_eq(dset_plan_backoff_count(plan), 1);
  world_backoff(&w, "n1", 1000, w.now_ms);
  ck_assert_int_eq(dset_cluster_put_backoffs(c, "default", "agent", dset_plan_backoff(plan, 0), 1, NULL), DSET_OK);
  case_expect_dirty("back-offs are facts", c, &w, w.now_ms, "default/agent");
  w.now_ms += 500;
  plan = case_expect_plan("waiting", c, &w);
  ck_assert_int_eq(dset_plan_next_check_ms(plan), w.now_ms + 500);
  case_end(c, &w);
}
END_TEST

/* Time may go back. */
START_TEST(cluster_time_goes_back) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1; n2", "a@n1 new ready=20; b@n2 old ready=5");
  w.daemonset.min_ready_seconds = 10;
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL), DSET_OK);
  const int64_t steps_ms[] = {0, 5000, -20000, 1, 30000, -3600000, 3600000};
  for (size_t i = 0; i < COUNT_OF(steps_ms); i++) {
    w.now_ms += steps_ms[i];
    case_expect_plan(world_format(&w, "step %zu", i), c, &w);
  }
  case_end(c, &w);
}
END_TEST

/* What a host reads from the cluster and its plans may be passed to the next call as it is. */
START_TEST(cluster_takes_its_own) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 new succeeded");
  world_status(&w)->conditions = "[{\"type\":\"Custom\"}]";
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL), DSET_OK);
  dset_key key;
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, &key, 1), 1);
  const dset_plan *plan = case_plan(c, key.ns, key.name, w.now_ms);
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
  case_expect_plan("after it", c, &w);
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, key.ns, key.name, NULL), DSET_OK);
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, NULL, 0), 0);
  case_end(c, &w);
}
END_TEST

/* ---- when to plan ---- */

START_TEST(cluster_next_check_is_the_earliest) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "a@n1 new ready=4");
  w.daemonset.min_ready_seconds = 10;
  dset_cluster_put_daemonset(c, &w.daemonset, NULL, NULL);
  ck_assert_int_eq(dset_cluster_next_check(c), DSET_NEVER);
  case_expect_plan("ready in six seconds", c, &w);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  case_put_like(c, &w, "default", "other");
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  ck_assert_int_eq(dset_cluster_put_in_flight(c, "default", "other", 1, 0, w.now_ms - 298000, NULL), DSET_OK);
  case_plan(c, "default", "other", w.now_ms);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 2001);
  case_expect_dirty("a moment before", c, &w, w.now_ms + 2000, "");
  case_expect_dirty("one check", c, &w, w.now_ms + 2001, "default/other");
  case_expect_dirty("both checks, by moment", c, &w, w.now_ms + 6000, "default/other default/agent");
  case_expect_dirty("and not any more", c, &w, w.now_ms, "");
  ck_assert_int_eq(dset_cluster_remove_daemonset(c, "default", "other", NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_next_check(c), w.now_ms + 6000);
  case_plan(c, "default", "agent", w.now_ms + 6000);
  ck_assert_int_eq(dset_cluster_next_check(c), DSET_NEVER);
  case_end(c, &w);
}
END_TEST

START_TEST(cluster_dirty_order) {
  dset_world w;
  dset_cluster *c = case_new(&w, "n1", "");
  case_put_like(c, &w, "default", "zebra");
  case_put_like(c, &w, "area", "zoo");
  case_put_like(c, &w, "default", "ant");
  case_expect_dirty("as they were put", c, &w, w.now_ms, "default/agent default/zebra area/zoo default/ant");
  case_plan(c, "default", "zebra", w.now_ms);
  case_expect_dirty("a plan takes one off", c, &w, w.now_ms, "default/agent area/zoo default/ant");
  world_nodes(&w, "n2");
  dset_cluster_put_node(c, world_node(&w, "n2"), NULL);
  case_expect_dirty("to the end", c, &w, w.now_ms, "default/agent area/zoo default/ant default/zebra");
  const char *const names[] = {"agent", "ant", "zebra"};
  for (size_t i = 0; i < COUNT_OF(names); i++) case_plan(c, "default", names[i], w.now_ms);
  case_plan(c, "area", "zoo", w.now_ms);
  case_expect_dirty("none", c, &w, w.now_ms, "");
  dset_cluster_remove_node(c, "n2", NULL);
  case_expect_dirty("by name", c, &w, w.now_ms, "area/zoo default/agent default/ant default/zebra");
  dset_key keys[4] = {{0}};
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, keys, 2), 4);
  ck_assert_str_eq(keys[1].name, "agent");
  ck_assert_ptr_null(keys[2].name);
  ck_assert_uint_eq(dset_cluster_dirty(c, w.now_ms, NULL, 0), 4);
  dset_cluster_remove_daemonset(c, "default", "agent", NULL);
  case_expect_dirty("without the removed one", c, &w, w.now_ms, "area/zoo default/ant default/zebra");
  case_end(c, &w);
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
  dset_cluster *c = case_new(&w, "n1", "");
  case_put_like(c, &w, "default", "other");
  case_put_like(c, &w, "area", "zoo");
  case_plan(c, "default", "agent", w.now_ms);
  case_plan(c, "default", "other", w.now_ms);
  case_plan(c, "area", "zoo", w.now_ms);
  world_pods(&w, concerned[_i].pod);
  ck_assert_int_eq(dset_cluster_put_pod(c, world_pod(&w, "p"), NULL), DSET_OK);
  case_expect_dirty(concerned[_i].pod, c, &w, w.now_ms, concerned[_i].dirty);
  case_end(c, &w);
}
END_TEST

TCase *dset_tcase_cluster_refused(void); /* test_cluster_refused.c */
TCase *dset_tcase_cluster_changes(void); /* test_cluster_changes.c */
TCase *dset_tcase_cluster_cost(void);    /* test_cluster_cost.c */
TCase *dset_tcase_cluster_memory(void);  /* test_cluster_memory.c */
Suite *dset_suite_cluster(void);

Suite *dset_suite_cluster(void) {
  Suite *suite = suite_create("cluster");
  TCase *tcase = tcase_create("cluster");
  tcase_add_test(tcase, cluster_remove);
  tcase_add_test(tcase, cluster_many_checks);
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
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, dset_tcase_cluster_refused());
  suite_add_tcase(suite, dset_tcase_cluster_changes());
  suite_add_tcase(suite, dset_tcase_cluster_cost());
  suite_add_tcase(suite, dset_tcase_cluster_memory());
  return suite;
}
