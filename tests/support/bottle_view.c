/* SPDX-License-Identifier: Apache-2.0 */
/* bottle_view.c: what a host of bottle_host.h plans from: what it is shown, or pods as they were shown before. */
#include <string.h>

#include "bottle_host.h"
#include "copy.h"

enum { KEEP_BYTES = 1 << 16 };

/* Copies the lists of a snapshot; with `deep` all that they point to as well. */
static void copy_view(dset_arena *memory, const dset_snapshot *from, bool deep, bottle_view *view) {
  *view = (bottle_view){.now_ms = from->now_ms};
  view->nodes = dset_arena_zalloc(memory, from->node_count, sizeof *view->nodes);
  view->pods = dset_arena_zalloc(memory, from->pod_count, sizeof *view->pods);
  view->revisions = dset_arena_zalloc(memory, from->revision_count, sizeof *view->revisions);
  ck_assert(view->nodes != NULL && view->pods != NULL && view->revisions != NULL);
  dset_node *node;
  dset_pod *pod;
  dset_revision *revision;
  dset_daemonset *daemonset;
  for (size_t i = 0; i < from->node_count; i++) {
    if (deep) ck_assert(dset_node_copy(memory, from->nodes[i], &node));
    view->nodes[view->node_count++] = deep ? *node : *from->nodes[i];
  }
  for (size_t i = 0; i < from->pod_count; i++) {
    if (deep) ck_assert(dset_pod_copy(memory, from->pods[i], &pod));
    view->pods[view->pod_count++] = deep ? *pod : *from->pods[i];
  }
  for (size_t i = 0; i < from->revision_count; i++) {
    if (deep) ck_assert(dset_revision_copy(memory, from->revisions[i], &revision));
    view->revisions[view->revision_count++] = deep ? revision : from->revisions[i];
  }
  if (deep) ck_assert(dset_daemonset_copy(memory, from->daemonset, &daemonset));
  view->daemonset = deep ? *daemonset : *from->daemonset;
}

/* What the simulation shows now. False: the DaemonSet is not there. */
static bool read_live(bottle_host *h, const bottle_daemonset *item, dset_arena *memory, bool deep, bottle_view *view) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  bottle_must(dset_simulation_snapshot(h->s.simulation, DSET_SIDE_VIEW, item->ns, item->name, &snapshot, NULL),
              "reads");
  if (snapshot.daemonset == NULL) return false;
  copy_view(memory, &snapshot, deep, view);
  view->versions[DSET_RESOURCE_PODS] = dset_simulation_version(h->s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_PODS);
  view->versions[DSET_RESOURCE_DAEMONSETS] =
      dset_simulation_version(h->s.simulation, DSET_SIDE_VIEW, DSET_RESOURCE_DAEMONSETS);
  return true;
}

void bottle_keep_past(bottle_host *h) {
  dset_arena_clear(&h->past_memory);
  h->has_past = read_live(h, &h->items[0], &h->past_memory, true, &h->past);
}

bool bottle_in_the_past(const bottle_host *h) {
  int64_t since_ms = bottle_now(h) - SCENE_START;
  return h->past_until_ms != 0 && h->has_past && h->start_ms > SCENE_START && since_ms < h->past_until_ms;
}

/* Pods as they were then; a copy, as bugs change them. */
static void show_past_pods(bottle_host *h) {
  h->view.pod_count = h->past.pod_count;
  h->view.pods = dset_arena_zalloc(&h->scratch, h->past.pod_count, sizeof *h->view.pods);
  ck_assert_ptr_nonnull(h->view.pods);
  if (h->past.pod_count != 0) memcpy(h->view.pods, h->past.pods, h->past.pod_count * sizeof *h->view.pods);
  h->view.versions[DSET_RESOURCE_PODS] = h->past.versions[DSET_RESOURCE_PODS];
}

bool bottle_read_view(bottle_host *h, const bottle_daemonset *item) {
  enum { CACHE_MS = 30000 };
  bool cached = h->bug == HOST_BUG_STALE_CACHE;
  if (cached && (!h->has_past || bottle_now(h) - h->past.now_ms >= CACHE_MS)) bottle_keep_past(h);
  dset_arena_reset(&h->scratch, KEEP_BYTES);
  if (!read_live(h, item, &h->scratch, false, &h->view)) return false;
  if (cached || bottle_in_the_past(h)) show_past_pods(h);
  return true;
}

void bottle_fill_snapshot(bottle_host *h, dset_snapshot *snapshot) {
  const bottle_view *view = &h->view;
  const dset_node **nodes = dset_arena_alloc(&h->scratch, view->node_count, sizeof *nodes);
  const dset_pod **pods = dset_arena_alloc(&h->scratch, view->pod_count, sizeof *pods);
  ck_assert(nodes != NULL && pods != NULL);
  for (size_t i = 0; i < view->node_count; i++) nodes[i] = &view->nodes[i];
  for (size_t i = 0; i < view->pod_count; i++) pods[i] = &view->pods[i];
  *snapshot = (dset_snapshot){.size = sizeof *snapshot,
                              .daemonset = &view->daemonset,
                              .nodes = nodes,
                              .node_count = view->node_count,
                              .pods = pods,
                              .pod_count = view->pod_count,
                              .revisions = view->revisions,
                              .revision_count = view->revision_count,
                              .now_ms = view->now_ms};
}
