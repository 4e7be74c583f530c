/* SPDX-License-Identifier: Apache-2.0 */
/* cluster_pod.c (L4): pods that appear, change and go. */
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "copy.h"
#include "model.h"
#include "text.h"

static bool pod_equals(const dset_hook *hook, const void *key) {
  const dset_pod *pod = &((const dset_record_pod *)hook)->view;
  const dset_key *wanted = key;
  return strcmp(pod->name, wanted->name) == 0 && dset_text_equal(pod->ns, wanted->ns);
}

static dset_record_pod *find(const dset_cluster *cluster, const char *ns, const char *name) {
  dset_key key = {ns, dset_text_or_empty(name)};
  return (dset_record_pod *)dset_index_find(&cluster->pods, dset_cluster_hash(ns, name), pod_equals, &key);
}

struct label_list {
  const dset_label *labels;
  size_t count;
};

static bool set_equals(const dset_hook *hook, const void *key) {
  const dset_label_set *set = (const dset_label_set *)hook;
  const struct label_list *wanted = key;
  return dset_labels_same(set->labels, set->count, wanted->labels, wanted->count);
}

static size_t set_bytes(const dset_pod *pod) {
  return sizeof(dset_label_set) + dset_labels_bytes(pod->labels, pod->label_count);
}

/* The set of a pod's labels, made if it is not there; with one user more. There must be room. */
static dset_label_set *take_labels(dset_cluster *cluster, const dset_pod *pod) {
  struct label_list key = {pod->labels, pod->label_count};
  uint64_t hash = pod->label_count;
  for (size_t i = 0; i < pod->label_count; i++) {
    hash = dset_table_hash(hash, dset_text_or_empty(pod->labels[i].key));
    hash = dset_table_hash(hash, dset_text_or_empty(pod->labels[i].value));
  }
  dset_label_set *set = (dset_label_set *)dset_index_find(&cluster->label_sets, hash, set_equals, &key);
  if (set == NULL) {
    size_t bytes = set_bytes(pod);
    set = dset_pool_take(&cluster->pool, bytes);
    *set = (dset_label_set){.count = pod->label_count, .bytes = bytes};
    set->labels = dset_labels_place(pod->labels, pod->label_count, set + 1);
    dset_index_add(&cluster->label_sets, &cluster->pool, &set->hook, hash);
  }
  set->users++;
  return set;
}

static void give_labels(dset_cluster *cluster, dset_label_set *set) {
  if (set == NULL || --set->users != 0) return;
  dset_index_remove(&cluster->label_sets, &set->hook);
  dset_pool_give(&cluster->pool, set, set->bytes);
}

/* Whether a pod says nothing that its record does not have. */
static bool same(const dset_record_pod *record, const dset_pod *pod) {
  const dset_pod *view = &record->view;
  const char *target = dset_claim_target(pod);
  if ((target == NULL) != (record->target == NULL)) return false;
  if (target != NULL && strcmp(record->target->view.name, target) != 0) return false;
  return dset_text_empty(view->node_name) == dset_text_empty(pod->node_name) && view->created_ms == pod->created_ms &&
         view->ready_since_ms == pod->ready_since_ms && view->phase == pod->phase && view->ready == pod->ready &&
         view->deleting == pod->deleting &&
         dset_owner_is(record->owner, dset_controller_of(pod->owners, pod->owner_count)) &&
         dset_labels_same(view->labels, view->label_count, pod->labels, pod->label_count);
}

/* The DaemonSets that may claim a pod, as a stretch of all of them. */
static dset_record_daemonset **claimants(const dset_cluster *cluster, const dset_pod *pod, size_t *count) {
  const dset_owner *controller = dset_controller_of(pod->owners, pod->owner_count);
  bool there;
  size_t from = dset_cluster_place(cluster, pod->ns, controller == NULL ? "" : controller->name, &there);
  size_t end = from;
  while (end < cluster->daemonset_count && dset_text_equal(cluster->daemonsets[end]->key.ns, pod->ns)) {
    end++;
    if (controller != NULL) break;
  }
  *count = controller != NULL && !there ? 0 : end - from;
  return &cluster->daemonsets[from];
}

static size_t room_of(const dset_cluster *cluster, const dset_pod *pod, const char *target) {
  size_t room = dset_pool_room(sizeof(dset_record_pod) + strlen(pod->name) + 1) + dset_pool_room(set_bytes(pod)) +
                dset_owner_room(pod->ns, dset_controller_of(pod->owners, pod->owner_count));
  const dset_record_node *node = NULL;
  if (target != NULL) {
    room += dset_node_room(target);
    node = dset_node_find(cluster, target);
  }
  size_t count;
  dset_record_daemonset **daemonsets = claimants(cluster, pod, &count);
  for (size_t i = 0; i < count; i++) {
    if (!daemonsets[i]->claims || dset_claim_of(&daemonsets[i]->sync, pod) == DSET_CLAIM_IGNORE) continue;
    room += dset_pod_claim_room(cluster, daemonsets[i], pod, node);
  }
  return room;
}

static void join_owner(dset_record_pod *record, dset_record_owner *owner) {
  record->owner = owner;
  record->before = NULL;
  record->next = owner->pods;
  if (owner->pods != NULL) owner->pods->before = record;
  owner->pods = record;
}

/* Takes a pod out of all lists; what it held stays until it is given back. */
static void leave_owner(dset_record_pod *record) {
  *(record->before == NULL ? &record->owner->pods : &record->before->next) = record->next;
  if (record->next != NULL) record->next->before = record->before;
}

static dset_record_pod *make(dset_cluster *cluster, const char *name, uint64_t hash) {
  size_t bytes = strlen(name) + 1;
  dset_record_pod *record = dset_pool_take(&cluster->pool, sizeof *record + bytes);
  *record = (dset_record_pod){.name_bytes = bytes, .view = {.size = sizeof record->view, .name = (char *)(record + 1)}};
  memcpy(record + 1, name, bytes);
  dset_index_add(&cluster->pods, &cluster->pool, &record->hook, hash);
  return record;
}

/* What the pod says, in place of what its record said. There must be room. */
static void fill(dset_cluster *cluster, dset_record_pod *record, const dset_pod *pod, const char *target) {
  dset_label_set *labels = take_labels(cluster, pod);
  give_labels(cluster, record->labels);
  record->labels = labels;
  dset_record_node *node = target == NULL ? NULL : dset_node_target(cluster, target);
  dset_node_leave(cluster, record->target);
  record->target = node;
  dset_record_owner *left = record->owner;
  if (left != NULL) leave_owner(record);
  join_owner(record, dset_owner_take(cluster, pod->ns, dset_controller_of(pod->owners, pod->owner_count)));
  dset_owner_tidy(cluster, left);
  dset_pod *view = &record->view;
  view->ns = record->owner->ns;
  view->node_name = dset_text_empty(pod->node_name) ? "" : node->view.name;
  view->labels = labels->labels;
  view->label_count = labels->count;
  view->owners = &record->owner->owner;
  view->owner_count = record->owner->owner.controller;
  view->created_ms = pod->created_ms;
  view->ready_since_ms = pod->ready_since_ms;
  view->phase = pod->phase;
  view->ready = pod->ready;
  view->deleting = pod->deleting;
}

int dset_cluster_put_pod(dset_cluster *cluster, const dset_pod *pod, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  int code = dset_check_pod(pod, "pod", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  dset_record_pod *record = find(cluster, pod->ns, pod->name);
  if (record != NULL && same(record, pod)) return DSET_OK;
  const char *target = dset_claim_target(pod);
  if (!dset_pool_reserve(&cluster->pool, room_of(cluster, pod, target))) return dset_fail_memory(error);
  cluster->calls++;
  cluster->counters.events++;
  if (record == NULL) {
    record = make(cluster, pod->name, dset_cluster_hash(pod->ns, pod->name));
  } else {
    dset_pod_unclaim(cluster, record);
  }
  fill(cluster, record, pod, target);
  size_t count;
  dset_record_daemonset **daemonsets = claimants(cluster, pod, &count);
  for (size_t i = 0; i < count; i++) dset_pod_claim(cluster, daemonsets[i], record);
  return DSET_OK;
}

int dset_cluster_remove_pod(dset_cluster *cluster, const char *ns, const char *name, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  dset_record_pod *record = find(cluster, ns, name);
  if (record == NULL) return DSET_OK;
  cluster->calls++;
  cluster->counters.events++;
  dset_pod_unclaim(cluster, record);
  leave_owner(record);
  dset_owner_tidy(cluster, record->owner);
  dset_node_leave(cluster, record->target);
  give_labels(cluster, record->labels);
  dset_index_remove(&cluster->pods, &record->hook);
  dset_pool_give(&cluster->pool, record, sizeof *record + record->name_bytes);
  return DSET_OK;
}
