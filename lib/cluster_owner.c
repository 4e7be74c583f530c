/* SPDX-License-Identifier: Apache-2.0 */
/* cluster_owner.c (L4): controllers, and what they own; what has no controller belongs to nobody, by namespace. */
#include <string.h>

#include "cluster.h"
#include "text.h"

struct owner_key {
  const char *ns;
  const dset_owner *controller; /* NULL: none */
};

bool dset_owner_is(const dset_record_owner *owner, const dset_owner *controller) {
  if (controller == NULL || !owner->owner.controller) return controller == NULL && !owner->owner.controller;
  return dset_text_equal(owner->owner.uid, controller->uid) && dset_text_equal(owner->owner.name, controller->name) &&
         dset_text_equal(owner->owner.kind, controller->kind);
}

static bool owner_equals(const dset_hook *hook, const void *key) {
  const dset_record_owner *owner = (const dset_record_owner *)hook;
  const struct owner_key *wanted = key;
  return dset_text_equal(owner->ns, wanted->ns) && dset_owner_is(owner, wanted->controller);
}

static uint64_t hash_owner(const char *ns, const dset_owner *controller) {
  uint64_t hash = dset_cluster_hash(ns, controller == NULL ? "" : controller->uid);
  if (controller == NULL) return hash;
  hash = dset_table_hash(hash, dset_text_or_empty(controller->name));
  return dset_table_hash(dset_table_hash(hash, dset_text_or_empty(controller->kind)), "controller");
}

dset_record_owner *dset_owner_find(const dset_cluster *cluster, const char *ns, const dset_owner *controller) {
  struct owner_key key = {dset_text_or_empty(ns), controller};
  return (dset_record_owner *)dset_index_find(&cluster->owners, hash_owner(ns, controller), owner_equals, &key);
}

static size_t record_bytes(const char *ns, const dset_owner *controller) {
  size_t bytes = sizeof(dset_record_owner) + dset_text_size(ns);
  if (controller == NULL) return bytes;
  return bytes + dset_text_size(controller->kind) + dset_text_size(controller->name) + dset_text_size(controller->uid);
}

size_t dset_owner_room(const char *ns, const dset_owner *controller) {
  return dset_pool_room(record_bytes(ns, controller));
}

dset_record_owner *dset_owner_take(dset_cluster *cluster, const char *ns, const dset_owner *controller) {
  dset_record_owner *owner = dset_owner_find(cluster, ns, controller);
  if (owner != NULL) return owner;
  size_t bytes = record_bytes(ns, controller);
  owner = dset_pool_take(&cluster->pool, bytes);
  *owner = (dset_record_owner){.bytes = bytes, .owner = {.controller = controller != NULL}};
  char *at = (char *)(owner + 1);
  owner->ns = dset_text_place(ns, &at);
  if (controller != NULL) {
    owner->owner.kind = dset_text_place(controller->kind, &at);
    owner->owner.name = dset_text_place(controller->name, &at);
    owner->owner.uid = dset_text_place(controller->uid, &at);
  }
  dset_index_add(&cluster->owners, &cluster->pool, &owner->hook, hash_owner(ns, controller));
  return owner;
}

void dset_owner_tidy(dset_cluster *cluster, dset_record_owner *owner) {
  if (owner == NULL || owner->pods != NULL || owner->revisions != NULL || owner->daemonset != NULL) return;
  dset_index_remove(&cluster->owners, &owner->hook);
  dset_pool_give(&cluster->pool, owner, owner->bytes);
}
