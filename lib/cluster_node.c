/* SPDX-License-Identifier: Apache-2.0 */
/* cluster_node.c (L4): nodes that appear, change and go; names that pods give to nodes that are not there. */
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "copy.h"
#include "text.h"

static bool node_equals(const dset_hook *hook, const void *name) {
  return strcmp(((const dset_record_node *)hook)->view.name, name) == 0;
}

dset_record_node *dset_node_find(const dset_cluster *cluster, const char *name) {
  return (dset_record_node *)dset_index_find(&cluster->nodes, dset_table_hash(0, name), node_equals, name);
}

size_t dset_node_room(const char *name) {
  return dset_pool_room(sizeof(dset_record_node) + strlen(name) + 1);
}

/* There must be room. */
static dset_record_node *make(dset_cluster *cluster, const char *name) {
  size_t bytes = strlen(name) + 1;
  dset_record_node *node = dset_pool_take(&cluster->pool, sizeof *node + bytes);
  *node = (dset_record_node){.view = {.size = sizeof node->view, .name = (char *)(node + 1)}, .name_bytes = bytes};
  memcpy(node + 1, name, bytes);
  dset_index_add(&cluster->nodes, &cluster->pool, &node->hook, dset_table_hash(0, name));
  return node;
}

static void tidy(dset_cluster *cluster, dset_record_node *node) {
  if (node->of != NULL || node->pods != 0) return;
  dset_index_remove(&cluster->nodes, &node->hook);
  dset_pool_give(&cluster->pool, node->members, node->member_count * sizeof *node->members);
  dset_pool_give(&cluster->pool, node, sizeof *node + node->name_bytes);
}

dset_record_node *dset_node_target(dset_cluster *cluster, const char *name) {
  dset_record_node *node = dset_node_find(cluster, name);
  if (node == NULL) node = make(cluster, name);
  node->pods++;
  return node;
}

void dset_node_leave(dset_cluster *cluster, dset_record_node *node) {
  if (node == NULL) return;
  node->pods--;
  tidy(cluster, node);
}

static void release_labels(dset_cluster *cluster, dset_record_node *node) {
  dset_pool_give(&cluster->pool, (void *)(uintptr_t)node->view.labels, node->label_bytes);
  node->view.labels = NULL;
  node->view.label_count = 0;
  node->label_bytes = 0;
}

/* What all DaemonSets say of a node of that class, in scratch memory. NULL when an allocation fails. */
static int8_t *verdicts_on(dset_cluster *cluster, const dset_node *view, dset_class *of) {
  int8_t *verdicts = dset_arena_alloc(&cluster->scratch, cluster->daemonset_count, sizeof *verdicts);
  for (size_t i = 0; verdicts != NULL && i < cluster->daemonset_count; i++) {
    verdicts[i] = (int8_t)dset_class_verdict(cluster, cluster->daemonsets[i], view, of);
  }
  return verdicts;
}

/* What the entries take that the node gets. */
static size_t entries_room(const dset_cluster *cluster, const dset_record_node *node, const int8_t *verdicts) {
  size_t room = 0;
  for (size_t i = 0; i < cluster->daemonset_count; i++) {
    const dset_record_daemonset *daemonset = cluster->daemonsets[i];
    if (verdicts[i] != DSET_VERDICT_RUN) continue;
    if (node == NULL || dset_member_find(node, daemonset) == NULL) room += dset_member_room(NULL, daemonset);
  }
  return room == 0 ? 0 : room + dset_member_list_room(cluster, node, cluster->number_limit - 1);
}

/* The node's labels, in place of those it had. There must be room. */
static void relabel(dset_cluster *cluster, dset_record_node *node, const dset_node *from) {
  size_t bytes = dset_labels_bytes(from->labels, from->label_count);
  void *memory = dset_pool_take(&cluster->pool, bytes);
  release_labels(cluster, node);
  node->view.labels = dset_labels_place(from->labels, from->label_count, memory);
  node->view.label_count = from->label_count;
  node->label_bytes = bytes;
}

static void join_class(dset_cluster *cluster, dset_record_node *node, dset_class *of, const int8_t *verdicts) {
  dset_class_leave(cluster, node->of);
  node->of = of;
  node->view.taints = of->face.taints;
  node->view.taint_count = of->face.taint_count;
  for (size_t i = 0; i < cluster->daemonset_count; i++) {
    dset_member_judge(cluster, cluster->daemonsets[i], node, verdicts[i]);
  }
}

/* Takes in a node that is new (NULL) or may have changed; `of` is its class from now on. False when an allocation
 * fails: then nothing has happened. */
static bool take_in(dset_cluster *cluster, dset_record_node *node, const dset_node *from, dset_class *of) {
  bool moves = node == NULL || node->of != of;
  bool same =
      node != NULL && dset_labels_same(node->view.labels, node->view.label_count, from->labels, from->label_count);
  if (!moves && same) return true;
  size_t room = dset_node_room(from->name) + dset_pool_room(dset_labels_bytes(from->labels, from->label_count));
  const int8_t *verdicts = NULL;
  if (moves) {
    dset_node view = *from;
    view.taints = of->face.taints;
    view.taint_count = of->face.taint_count;
    verdicts = verdicts_on(cluster, &view, of);
    if (verdicts == NULL) return false;
    room += entries_room(cluster, node, verdicts);
  }
  if (!dset_pool_reserve(&cluster->pool, room)) return false;
  if (node == NULL) node = make(cluster, from->name);
  if (!same) relabel(cluster, node, from);
  if (moves) {
    of->nodes++;
    join_class(cluster, node, of, verdicts);
  }
  cluster->counters.events++;
  return true;
}

int dset_cluster_put_node(dset_cluster *cluster, const dset_node *node, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  int code = dset_check_node(node, "node", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  if (dset_text_empty(node->name)) return dset_fail(error, DSET_ERR_INVALID, "node.name", "must not be empty");
  cluster->calls++;
  dset_record_node *record = dset_node_find(cluster, node->name);
  dset_class *of = dset_class_join(cluster, node, record == NULL ? NULL : record->of);
  if (of == NULL) return dset_fail_memory(error);
  bool taken = take_in(cluster, record, node, of);
  dset_class_leave(cluster, of); /* the node itself holds it now, or nobody */
  return taken ? DSET_OK : dset_fail_memory(error);
}

int dset_cluster_remove_node(dset_cluster *cluster, const char *name, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  dset_record_node *node = dset_node_find(cluster, dset_text_or_empty(name));
  if (node == NULL || node->of == NULL) return DSET_OK;
  cluster->calls++;
  cluster->counters.events++;
  dset_class *of = node->of;
  node->of = NULL;
  node->view.taint_count = 0;
  node->view.taints = NULL;
  for (size_t i = 0; i < cluster->daemonset_count; i++) {
    dset_member_judge(cluster, cluster->daemonsets[i], node, DSET_VERDICT_NEITHER);
  }
  dset_class_leave(cluster, of);
  release_labels(cluster, node);
  tidy(cluster, node);
  return DSET_OK;
}
