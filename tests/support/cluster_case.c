/* SPDX-License-Identifier: Apache-2.0 */
/* cluster_case.c: see cluster_case.h. */
#include "support/cluster_case.h"

#include <check.h>
#include <stdlib.h>

#include "support/plan_text.h"

void case_put_world(dset_cluster *c, dset_world *w) {
  for (size_t i = 0; i < w->nodes.count; i++) ck_assert_int_eq(dset_cluster_put_node(c, w->nodes.items[i], NULL), 0);
  for (size_t i = 0; i < w->pods.count; i++) ck_assert_int_eq(dset_cluster_put_pod(c, w->pods.items[i], NULL), 0);
  for (size_t i = 0; i < w->revisions.count; i++) {
    ck_assert_int_eq(dset_cluster_put_revision(c, w->revisions.items[i], NULL), 0);
  }
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &w->daemonset, NULL, NULL), 0);
}

dset_cluster *case_new(dset_world *w, const char *nodes, const char *pods) {
  dset_cluster *c;
  world_init(w);
  world_nodes(w, nodes);
  world_pods(w, pods);
  ck_assert_int_eq(dset_cluster_new(&w->options, &c, NULL), DSET_OK);
  case_put_world(c, w);
  return c;
}

void case_end(dset_cluster *c, dset_world *w) {
  dset_cluster_free(c);
  world_free(w);
}

const dset_plan *case_plan(dset_cluster *c, const char *ns, const char *name, int64_t now_ms) {
  const dset_plan *plan;
  dset_error error = {0};
  int code = dset_cluster_plan(c, ns, name, now_ms, &plan, &error);
  ck_assert_msg(code == DSET_OK, "%s/%s: %s: %s", ns, name, error.path, error.text);
  return plan;
}

const dset_plan *case_expect_plan(const char *row, dset_cluster *c, dset_world *w) {
  const dset_plan *plan = case_plan(c, w->daemonset.ns, w->daemonset.name, w->now_ms);
  char *got = plan_text(plan, NULL);
  char *wanted = plan_text(world_plan(w), NULL);
  expect_text(row, "plan", got, wanted);
  free(got);
  free(wanted);
  return plan;
}

const char *case_dirty(dset_cluster *c, dset_world *w, int64_t now_ms) {
  dset_key keys[16];
  const char *text = "";
  size_t count = dset_cluster_dirty(c, now_ms, keys, COUNT_OF(keys));
  ck_assert_uint_le(count, COUNT_OF(keys));
  for (size_t i = 0; i < count; i++) {
    text = world_format(w, "%s%s%s/%s", text, i == 0 ? "" : " ", keys[i].ns, keys[i].name);
  }
  return text;
}

void case_expect_dirty(const char *row, dset_cluster *c, dset_world *w, int64_t now_ms, const char *expected) {
  expect_text(row, "dirty", case_dirty(c, w, now_ms), expected);
}

uint64_t case_events(const dset_cluster *c) {
  return dset_cluster_counters_of(c)->events;
}

dset_daemonset case_like(const dset_world *w, const char *ns, const char *name) {
  dset_daemonset daemonset = w->daemonset;
  daemonset.ns = ns;
  daemonset.name = name;
  daemonset.uid = name;
  return daemonset;
}

void case_put_like(dset_cluster *c, const dset_world *w, const char *ns, const char *name) {
  dset_daemonset daemonset = case_like(w, ns, name);
  ck_assert_int_eq(dset_cluster_put_daemonset(c, &daemonset, NULL, NULL), DSET_OK);
}
