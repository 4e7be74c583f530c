/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_store.c (L4s): the objects of a simulation, and the log of their changes that watches read. */
#include "simulate.h"

#include <string.h>

#include "claim.h"
#include "model.h"
#include "table.h"

/* ---- objects by name ---- */

static bool object_equals(const dset_hook *hook, const void *key) {
  const dset_sim_object *object = (const dset_sim_object *)hook;
  const dset_key *asked = key;
  return strcmp(object->name, asked->name) == 0 && strcmp(object->ns, asked->ns) == 0;
}

static uint64_t hash_of(const dset_key *key) {
  return dset_table_hash(dset_table_hash(0, key->ns), key->name);
}

static dset_sim_object *find(const dset_simulation *sim, int kind, const char *ns, const char *name) {
  const dset_key key = {dset_text_or_empty(ns), dset_text_or_empty(name)};
  return (dset_sim_object *)dset_index_find(&sim->objects[kind].index, hash_of(&key), object_equals, &key);
}

dset_sim_node *dset_sim_find_node(const dset_simulation *sim, const char *name) {
  return (dset_sim_node *)find(sim, DSET_WATCH_NODES, "", name);
}

dset_sim_pod *dset_sim_find_pod(const dset_simulation *sim, const char *ns, const char *name) {
  return (dset_sim_pod *)find(sim, DSET_WATCH_PODS, ns, name);
}

dset_sim_daemonset *dset_sim_find_daemonset(const dset_simulation *sim, const char *ns, const char *name) {
  return (dset_sim_daemonset *)find(sim, DSET_WATCH_DAEMONSETS, ns, name);
}

dset_sim_revision *dset_sim_find_revision(const dset_simulation *sim, const char *ns, const char *name) {
  return (dset_sim_revision *)find(sim, DSET_WATCH_REVISIONS, ns, name);
}

/* A new object of a kind; NULL when an allocation fails. */
static void *add(dset_simulation *sim, int kind, const char *ns, const char *name, size_t bytes) {
  dset_sim_objects *objects = &sim->objects[kind];
  dset_sim_object **items =
      dset_sim_grow(sim, objects->items, objects->count, &objects->capacity, sizeof *objects->items);
  if (items != NULL) objects->items = items;
  dset_sim_object *object = dset_sim_alloc(sim, 1, bytes);
  if (object == NULL || sim->failed) return NULL;
  object->ns = dset_sim_text(sim, ns);
  object->name = dset_sim_text(sim, name);
  object->kind = (uint8_t)kind;
  const dset_key key = {object->ns, object->name};
  dset_index_add(&objects->index, &sim->pool, &object->hook, hash_of(&key));
  items[objects->count++] = object;
  return object;
}

dset_sim_node *dset_sim_node_of(dset_simulation *sim, const char *name) {
  dset_sim_node *node = dset_sim_find_node(sim, name);
  if (node != NULL) return node;
  size_t number = sim->objects[DSET_WATCH_NODES].count;
  node = add(sim, DSET_WATCH_NODES, "", name, sizeof *node);
  if (node != NULL) node->number = number;
  return node;
}

dset_sim_daemonset *dset_sim_daemonset_of(dset_simulation *sim, const char *ns, const char *name) {
  dset_sim_daemonset *daemonset = dset_sim_find_daemonset(sim, ns, name);
  if (daemonset != NULL) return daemonset;
  daemonset = add(sim, DSET_WATCH_DAEMONSETS, ns, name, sizeof *daemonset);
  if (daemonset == NULL) return NULL;
  for (int i = 0; i < DSET_SIM_HOSTS; i++) daemonset->wake_ms[i] = DSET_NEVER;
  return daemonset;
}

dset_sim_pod *dset_sim_add_pod(dset_simulation *sim, const char *ns, const char *name) {
  dset_sim_pod *pod = add(sim, DSET_WATCH_PODS, ns, name, sizeof *pod);
  if (pod == NULL) return NULL;
  pod->fails_at_ms = DSET_NEVER;
  return pod;
}

dset_sim_revision *dset_sim_revision_of(dset_simulation *sim, const char *ns, const char *name) {
  dset_sim_revision *revision = dset_sim_find_revision(sim, ns, name);
  return revision != NULL ? revision : add(sim, DSET_WATCH_REVISIONS, ns, name, sizeof *revision);
}

/* ---- the log ---- */

/* Drops what every host has been shown. Worth it only when it is most of the log. */
static void drop_shown(dset_simulation *sim, dset_sim_log *log, int kind) {
  size_t least = log->count;
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    const dset_sim_host *host = &sim->hosts[i];
    if (host->alive && host->cursors[kind] < least) least = host->cursors[kind];
  }
  size_t gone = least - log->first;
  if (gone < (log->count - log->first) / 2 + 1) return;
  memmove(log->entries, log->entries + gone, (log->count - least) * sizeof *log->entries);
  log->first = least;
}

/* A new entry at the end; NULL when an allocation fails. */
static dset_sim_entry *append(dset_simulation *sim, dset_sim_object *object) {
  dset_sim_log *log = &sim->logs[object->kind];
  if (!sim->history && log->count - log->first == log->capacity) drop_shown(sim, log, object->kind);
  dset_sim_entry *entries =
      dset_sim_grow(sim, log->entries, log->count - log->first, &log->capacity, sizeof *log->entries);
  if (entries == NULL) return NULL;
  log->entries = entries;
  dset_sim_entry *entry = &entries[log->count++ - log->first];
  memset(entry, 0, sizeof *entry);
  entry->object = object;
  entry->version = log->version = ++sim->version;
  object->last = log->count;
  return entry;
}

void dset_sim_log_node(dset_simulation *sim, dset_sim_node *node) {
  dset_sim_stale_node(sim, node, DSET_SIM_STORE);
  dset_sim_entry *entry = append(sim, &node->object);
  if (entry == NULL) return;
  entry->as.node = node->store;
  dset_sim_announce(sim, DSET_WATCH_NODES, entry);
}

void dset_sim_log_pod(dset_simulation *sim, dset_sim_pod *pod) {
  if (pod->node != NULL) dset_sim_stale_node(sim, pod->node, DSET_SIM_STORE);
  dset_sim_stale_views(sim, pod->node); /* dset_sim_owns() looks at the store, too */
  dset_sim_entry *entry = append(sim, &pod->object);
  if (entry == NULL) return;
  entry->as.pod = pod->store;
  dset_sim_announce(sim, DSET_WATCH_PODS, entry);
}

void dset_sim_log_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset) {
  dset_sim_entry *entry = append(sim, &daemonset->object);
  if (entry == NULL) return;
  daemonset->store.version = entry->version;
  entry->as.daemonset = daemonset->store;
  dset_sim_announce(sim, DSET_WATCH_DAEMONSETS, entry);
}

void dset_sim_log_revision(dset_simulation *sim, dset_sim_revision *revision) {
  dset_sim_entry *entry = append(sim, &revision->object);
  if (entry == NULL) return;
  entry->as.revision = revision->store;
  dset_sim_announce(sim, DSET_WATCH_REVISIONS, entry);
}

/* ---- pods ---- */

const dset_owner *dset_sim_controller(const dset_sim_state *state) {
  return dset_controller_of(state->owners, state->owner_count);
}

static bool is_owner(const dset_sim_spec *spec, const dset_owner *owner) {
  return owner != NULL && dset_text_equal(owner->uid, spec->facts->uid);
}

bool dset_sim_owns(const dset_sim_spec *spec, const dset_sim_pod *pod, const dset_sim_state *state) {
  const dset_owner *owner = dset_sim_controller(state);
  if (!dset_text_equal(pod->object.ns, spec->facts->ns) || pod->released) return false;
  if (pod->adopter != NULL) return pod->adopter == spec;
  if (is_owner(spec, owner)) return true;
  /* Adopted, and not shown yet. */
  return owner == NULL && state->exists && pod->store.exists && is_owner(spec, dset_sim_controller(&pod->store));
}

bool dset_sim_claims(const dset_sim_spec *spec, const dset_sim_pod *pod, const dset_sim_state *state) {
  return dset_sim_owns(spec, pod, state) && dset_selector_matches(&spec->selector, state->labels, state->label_count);
}

const dset_label *dset_sim_with_label(dset_simulation *sim, const dset_label *labels, size_t *count, const char *key,
                                      const char *value) {
  dset_label *copy = dset_sim_alloc(sim, *count + 1, sizeof *copy);
  if (copy == NULL) return labels;
  size_t at = *count;
  for (size_t i = 0; i < *count; i++) {
    copy[i] = labels[i];
    if (dset_text_equal(labels[i].key, key)) at = i;
  }
  copy[at] = (dset_label){dset_sim_text(sim, key), dset_sim_text(sim, value)};
  if (at == *count) ++*count;
  return copy;
}

void dset_sim_link(dset_sim_pod *pod) {
  if (pod->linked || pod->node == NULL) return;
  pod->next = pod->node->pods;
  pod->node->pods = pod;
  pod->linked = true;
}

void dset_sim_pod_facts(const dset_sim_pod *pod, const dset_sim_state *state, dset_pod *facts) {
  *facts = (dset_pod){.size = sizeof *facts,
                      .ns = pod->object.ns,
                      .name = pod->object.name,
                      .uid = pod->uid,
                      .node_name = state->node_name,
                      .required_affinity = pod->affinity,
                      .labels = state->labels,
                      .label_count = state->label_count,
                      .owners = state->owners,
                      .owner_count = state->owner_count,
                      .created_ms = pod->created_ms,
                      .ready_since_ms = state->ready_since_ms,
                      .phase = state->phase,
                      .ready = state->ready,
                      .deleting = state->deleting};
}
