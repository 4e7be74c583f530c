/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_revision.c (L4): revisions that appear, change and go. There are a few for each DaemonSet, so those that one
 * concerns are looked for among the DaemonSets of its namespace:
 *
 *   controller          | concerns
 *   a DaemonSet's uid   | that one (G1)
 *   none                | all, as they may adopt it
 *   any                 | one whose new revision would have its name (G13)
 */
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "copy.h"
#include "model.h"
#include "text.h"

static bool revision_equals(const dset_hook *hook, const void *key) {
  const dset_revision *revision = &((const dset_record_revision *)hook)->view;
  const dset_key *wanted = key;
  return strcmp(revision->name, wanted->name) == 0 && dset_text_equal(revision->ns, wanted->ns);
}

static dset_record_revision *find(const dset_cluster *cluster, const char *ns, const char *name) {
  dset_key key = {ns, dset_text_or_empty(name)};
  return (dset_record_revision *)dset_index_find(&cluster->revisions, dset_cluster_hash(ns, name), revision_equals,
                                                 &key);
}

/* The uid alone decides whose a revision is (G1). */
static dset_owner owner_of(const char *uid) {
  return (dset_owner){.kind = "", .name = "", .uid = uid, .controller = true};
}

static const dset_owner *controller_of(const dset_revision *revision, dset_owner *owner) {
  const dset_owner *controller = dset_controller_of(revision->owners, revision->owner_count);
  if (controller == NULL) return NULL;
  *owner = owner_of(controller->uid);
  return owner;
}

static void touch_concerned(dset_cluster *cluster, const dset_record_revision *record) {
  bool there;
  size_t at = dset_cluster_place(cluster, record->view.ns, "", &there);
  for (; at < cluster->daemonset_count; at++) {
    dset_record_daemonset *daemonset = cluster->daemonsets[at];
    if (!dset_text_equal(daemonset->key.ns, record->view.ns)) break;
    if (!record->owner->owner.controller || dset_text_equal(record->owner->owner.uid, daemonset->view->uid) ||
        strcmp(daemonset->new_revision, record->view.name) == 0) {
      dset_cluster_touch(cluster, daemonset);
    }
  }
}

/* [record|labels|their strings|name|data] */
static size_t record_bytes(const dset_revision *from) {
  return sizeof(dset_record_revision) + dset_labels_bytes(from->labels, from->label_count) + strlen(from->name) + 1 +
         from->data_bytes;
}

static dset_record_revision *make(dset_cluster *cluster, const dset_revision *from, dset_record_owner *owner) {
  size_t bytes = record_bytes(from);
  dset_record_revision *record = dset_pool_take(&cluster->pool, bytes);
  *record = (dset_record_revision){.bytes = bytes, .owner = owner, .next = owner->revisions};
  if (owner->revisions != NULL) owner->revisions->before = record;
  owner->revisions = record;
  char *at = (char *)(record + 1);
  record->view = (dset_revision){.size = sizeof record->view, .ns = owner->ns, .number = from->number};
  record->view.labels = dset_labels_place(from->labels, from->label_count, at);
  record->view.label_count = from->label_count;
  at += dset_labels_bytes(from->labels, from->label_count);
  record->view.name = memcpy(at, from->name, strlen(from->name) + 1);
  at += strlen(from->name) + 1;
  if (from->data_bytes != 0) memcpy(at, from->data, from->data_bytes);
  record->view.data = at;
  record->view.data_bytes = from->data_bytes;
  record->view.owners = &owner->owner;
  record->view.owner_count = owner->owner.controller;
  record->view.deleting = from->deleting;
  dset_index_add(&cluster->revisions, &cluster->pool, &record->hook, dset_cluster_hash(from->ns, from->name));
  return record;
}

static void drop(dset_cluster *cluster, dset_record_revision *record) {
  touch_concerned(cluster, record);
  *(record->before == NULL ? &record->owner->revisions : &record->before->next) = record->next;
  if (record->next != NULL) record->next->before = record->before;
  dset_owner_tidy(cluster, record->owner);
  dset_index_remove(&cluster->revisions, &record->hook);
  dset_pool_give(&cluster->pool, record, record->bytes);
}

static bool same(const dset_record_revision *record, const dset_revision *from) {
  const dset_revision *view = &record->view;
  dset_owner wanted;
  return dset_owner_is(record->owner, controller_of(from, &wanted)) && view->number == from->number &&
         view->deleting == from->deleting &&
         dset_data_same(view->data, view->data_bytes, from->data, from->data_bytes) &&
         dset_labels_same(view->labels, view->label_count, from->labels, from->label_count);
}

int dset_cluster_put_revision(dset_cluster *cluster, const dset_revision *revision, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  int code = dset_check_revision(revision, "revision", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  dset_record_revision *record = find(cluster, revision->ns, revision->name);
  if (record != NULL && same(record, revision)) return DSET_OK;
  dset_owner owner;
  const dset_owner *controller = controller_of(revision, &owner);
  size_t room = dset_owner_room(revision->ns, controller) + dset_pool_room(record_bytes(revision));
  if (!dset_pool_reserve(&cluster->pool, room)) return dset_fail_memory(error);
  cluster->calls++;
  cluster->counters.events++;
  if (record != NULL) drop(cluster, record);
  touch_concerned(cluster, make(cluster, revision, dset_owner_take(cluster, revision->ns, controller)));
  return DSET_OK;
}

int dset_cluster_remove_revision(dset_cluster *cluster, const char *ns, const char *name, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  dset_record_revision *record = find(cluster, ns, name);
  if (record == NULL) return DSET_OK;
  cluster->calls++;
  cluster->counters.events++;
  drop(cluster, record);
  return DSET_OK;
}

static size_t list(const dset_record_owner *owner, const dset_revision **items) {
  size_t count = 0;
  for (const dset_record_revision *at = owner == NULL ? NULL : owner->revisions; at != NULL; at = at->next) {
    if (items != NULL) items[count] = &at->view;
    count++;
  }
  return count;
}

bool dset_revision_list(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  const char *ns = daemonset->view->ns;
  dset_owner owner = owner_of(daemonset->view->uid);
  const dset_record_owner *own = dset_owner_find(cluster, ns, &owner);
  const dset_record_owner *nobody = dset_owner_find(cluster, ns, NULL);
  const dset_record_revision *named = find(cluster, ns, daemonset->new_revision);
  if (named != NULL && (named->owner == own || named->owner == nobody)) named = NULL;
  size_t count = list(own, NULL) + list(nobody, NULL) + (named != NULL);
  const dset_revision **items = dset_arena_alloc(&cluster->scratch, count, sizeof *items);
  if (items == NULL) return false;
  size_t filled = list(own, items);
  filled += list(nobody, items + filled);
  if (named != NULL) items[filled] = &named->view;
  daemonset->snapshot.revisions = items;
  daemonset->snapshot.revision_count = count;
  return true;
}
