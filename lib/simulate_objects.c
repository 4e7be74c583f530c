/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_objects.c (L4s): objects as scenarios and changes give them. What a DaemonSet becomes when it is put (A20,
 * A22):
 *
 *   there is one | uid       | template | rest of the spec | template number, generation | status
 *   no           |           |          |                  | 1, as given                 | as given
 *   yes          | another   |          |                  | anew, as for "no"           | none; old pods go (A23)
 *   yes          | the same  | differs  |                  | + 1 or that of an equal one | kept
 *   yes          | the same  | equal    | differs          | number stays, generation +1 | kept
 *   yes          | the same  | equal    | equal            | both stay                   | kept
 */
#include <string.h>

#include "claim.h"
#include "copy.h"
#include "model.h"
#include "simulate.h"

/* ---- nodes ---- */

static const dset_taint automatic[] = {{"node.kubernetes.io/unschedulable", "", "NoSchedule"},
                                       {"node.kubernetes.io/unreachable", "", "NoSchedule"},
                                       {"node.kubernetes.io/unreachable", "", "NoExecute"}};

void dset_sim_refresh_node(dset_simulation *sim, dset_sim_node *node) {
  if (node->plain == NULL) {
    node->store = NULL;
  } else {
    dset_node *facts = dset_sim_alloc(sim, 1, sizeof *facts);
    dset_taint *taints = dset_sim_alloc(sim, node->plain->taint_count + 3, sizeof *taints);
    if (facts == NULL || taints == NULL) return;
    *facts = *node->plain;
    size_t count = facts->taint_count;
    if (count != 0) memcpy(taints, facts->taints, count * sizeof *taints);
    if (node->cordoned) taints[count++] = automatic[0];
    if (node->unreachable) taints[count++] = automatic[1];
    if (node->unreachable) taints[count++] = automatic[2];
    facts->taints = taints;
    facts->taint_count = count;
    node->store = facts;
  }
  dset_sim_log_node(sim, node);
}

void dset_sim_put_node(dset_simulation *sim, const dset_node *from) {
  dset_sim_node *node = dset_sim_node_of(sim, from->name);
  dset_node *copy;
  if (node == NULL) return;
  if (!dset_node_copy(&sim->arena, from, &copy)) {
    sim->failed = true;
    return;
  }
  bool joins = node->plain == NULL;
  node->plain = copy;
  if (joins) node->cordoned = node->cut_off = node->unreachable = false;
  dset_sim_refresh_node(sim, node);
  if (joins) dset_sim_wake_waiting(sim, node);
}

/* ---- revisions ---- */

/* A revision of a spec's template tells which hash its pods carry. */
static void learn_hash(dset_simulation *sim, dset_sim_spec *spec, const dset_revision *revision) {
  const dset_daemonset *facts = spec->facts;
  const char *hash = dset_label_value(revision->labels, revision->label_count, DSET_LABEL_HASH);
  if (dset_text_empty(hash) || !dset_text_equal(facts->ns, revision->ns)) return;
  if (!dset_data_same(facts->revision_data, facts->revision_data_bytes, revision->data, revision->data_bytes)) return;
  hash = dset_sim_text(sim, hash);
  for (size_t i = 0; i < spec->hash_count; i++) {
    if (spec->hashes[i] == hash) return;
  }
  const char **hashes = dset_sim_grow(sim, spec->hashes, spec->hash_count, &spec->hash_capacity, sizeof *hashes);
  if (hashes == NULL) return;
  spec->hashes = hashes;
  hashes[spec->hash_count++] = hash;
  for (int side = 0; side < DSET_SIM_SIDES; side++) dset_sim_stale_all(sim, side);
}

/* A revision is gone or has another label: what its template's pods carry is told by the others. */
static void unlearn_hash(dset_simulation *sim, const dset_revision *revision) {
  const dset_sim_objects *revisions = &sim->objects[DSET_WATCH_REVISIONS];
  for (dset_sim_spec *spec = sim->specs; spec != NULL; spec = spec->next) {
    const dset_daemonset *facts = spec->facts;
    if (!dset_text_equal(facts->ns, revision->ns) ||
        !dset_data_same(facts->revision_data, facts->revision_data_bytes, revision->data, revision->data_bytes))
      continue;
    spec->hash_count = 0;
    for (size_t i = 0; i < revisions->count; i++) {
      const dset_revision *other = dset_sim_revision_at(sim, i)->store;
      if (other != NULL) learn_hash(sim, spec, other);
    }
  }
  for (int side = 0; side < DSET_SIM_SIDES; side++) dset_sim_stale_all(sim, side);
}

void dset_sim_put_revision(dset_simulation *sim, const dset_revision *from) {
  dset_sim_revision *revision = dset_sim_revision_of(sim, from->ns, from->name);
  dset_revision *copy;
  if (revision == NULL) return;
  if (!dset_revision_copy(&sim->arena, from, &copy)) {
    sim->failed = true;
    return;
  }
  const dset_revision *before = revision->store;
  revision->store = copy;
  if (before != NULL) unlearn_hash(sim, before);
  for (dset_sim_spec *spec = sim->specs; spec != NULL; spec = spec->next) learn_hash(sim, spec, copy);
  dset_sim_log_revision(sim, revision);
}

void dset_sim_remove_revision(dset_simulation *sim, dset_sim_revision *revision) {
  const dset_revision *before = revision->store;
  if (before == NULL) return;
  revision->store = NULL;
  unlearn_hash(sim, before);
  dset_sim_log_revision(sim, revision);
}

/* ---- DaemonSets ---- */

/* The number of a template: that of an equal one which the DaemonSet had, or the next. */
static uint32_t number_of(const dset_simulation *sim, dset_sim_daemonset *daemonset, const dset_daemonset *facts) {
  for (const dset_sim_spec *spec = sim->specs; spec != NULL; spec = spec->next) {
    const dset_daemonset *other = spec->facts;
    if (dset_text_equal(other->ns, facts->ns) && dset_text_equal(other->name, facts->name) &&
        dset_data_same(other->revision_data, other->revision_data_bytes, facts->revision_data,
                       facts->revision_data_bytes))
      return spec->number;
  }
  return ++daemonset->templates;
}

/* A copy of a DaemonSet's spec with what follows from it; NULL when an allocation fails. */
static dset_sim_spec *make_spec(dset_simulation *sim, dset_sim_daemonset *daemonset, const dset_daemonset *from,
                                const char *hash) {
  dset_sim_spec *spec = dset_sim_alloc(sim, 1, sizeof *spec);
  if (spec == NULL) return NULL;
  dset_daemonset plain = *from;
  plain.status = NULL;
  const dset_match_options options = {.size = sizeof options,
                                      .allocator = &sim->pool.allocator,
                                      .compare_tolerations = sim->options.compare_tolerations};
  if (!dset_daemonset_copy(&sim->arena, &plain, &spec->facts) ||
      dset_matcher_new(spec->facts, &options, &spec->matcher, NULL) != DSET_OK) {
    sim->failed = true;
    return NULL;
  }
  dset_unusable unusable;
  if (!dset_selector_parse(&sim->arena, spec->facts->selector, &spec->selector, &unusable)) sim->failed = true;
  if (unusable != NULL) spec->selector.nothing = true;
  if (dset_text_empty(plain.uid)) /* each object has its own */
    spec->facts->uid = dset_sim_format(sim, "uid-of-%.200s-%llu", spec->facts->name, (unsigned long long)sim->version);
  spec->hash = dset_sim_text(sim, hash);
  spec->number = number_of(sim, daemonset, spec->facts);
  spec->next = sim->specs;
  sim->specs = spec;
  return spec;
}

/* What a spec knows of its pods' labels. */
static void finish_spec(dset_simulation *sim, dset_sim_spec *spec) {
  const dset_sim_objects *revisions = &sim->objects[DSET_WATCH_REVISIONS];
  for (size_t i = 0; i < revisions->count; i++) {
    const dset_revision *revision = dset_sim_revision_at(sim, i)->store;
    if (revision != NULL) learn_hash(sim, spec, revision);
  }
  if (!spec->facts->has_template_generation) return;
  spec->generation = dset_sim_format(sim, "%lld", (long long)spec->facts->template_generation);
}

static void begin_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset, const dset_daemonset *from,
                            const char *hash) {
  dset_status none = {.size = sizeof none};
  const dset_status *status = dset_status_copy(&sim->arena, from->status == NULL ? &none : from->status);
  dset_sim_spec *spec = make_spec(sim, daemonset, from, hash);
  if (status == NULL) sim->failed = true;
  if (spec == NULL || status == NULL) return;
  finish_spec(sim, spec);
  spec->collisions = status->collision_count;
  daemonset->store = (dset_sim_facts){.spec = spec, .status = status};
}

static void update_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset, const dset_daemonset *from,
                             const char *hash) {
  const dset_daemonset *old = daemonset->store.spec->facts;
  dset_daemonset asked = *from;
  asked.uid = old->uid;
  asked.generation = old->generation;
  asked.status = NULL;
  asked.has_template_generation = old->has_template_generation;
  asked.template_generation = old->template_generation;
  bool same_template =
      dset_data_same(old->revision_data, old->revision_data_bytes, asked.revision_data, asked.revision_data_bytes);
  if (dset_daemonset_same(old, &asked)) return;
  asked.generation++;
  if (!same_template && asked.has_template_generation) asked.template_generation++;
  dset_sim_spec *spec = make_spec(sim, daemonset, &asked, hash);
  if (spec == NULL) return;
  finish_spec(sim, spec);
  spec->collisions = daemonset->store.status->collision_count;
  daemonset->store.spec = spec;
}

void dset_sim_put_daemonset(dset_simulation *sim, const dset_daemonset *from, const char *hash) {
  dset_sim_daemonset *daemonset = dset_sim_daemonset_of(sim, from->ns, from->name);
  if (daemonset == NULL) return;
  const dset_sim_spec *old = daemonset->store.spec;
  bool another = old != NULL && !dset_text_empty(from->uid) && !dset_text_equal(old->facts->uid, from->uid);
  if (another) dset_sim_remove_daemonset(sim, daemonset);
  if (daemonset->store.spec == NULL) {
    begin_daemonset(sim, daemonset, from, hash);
  } else {
    update_daemonset(sim, daemonset, from, hash);
  }
  if (!sim->failed) dset_sim_log_daemonset(sim, daemonset);
}

/* Its objects are collected later. */
void dset_sim_remove_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset) {
  const dset_sim_spec *spec = daemonset->store.spec;
  if (spec == NULL) return;
  daemonset->store = (dset_sim_facts){.spec = NULL};
  dset_sim_log_daemonset(sim, daemonset);
  for (int kind = DSET_WATCH_PODS; kind <= DSET_WATCH_REVISIONS; kind += DSET_WATCH_REVISIONS - DSET_WATCH_PODS) {
    for (size_t i = 0; i < sim->objects[kind].count; i++) dset_sim_await_collect(sim, sim->objects[kind].items[i]);
  }
}

/* ---- pods that somebody else makes ---- */

/* Labels whose texts are those of the simulation. */
static const dset_label *own_labels(dset_simulation *sim, const dset_label *labels, size_t count) {
  dset_label *copy = dset_sim_alloc(sim, count, sizeof *copy);
  for (size_t i = 0; i < count && copy != NULL; i++)
    copy[i] = (dset_label){dset_sim_text(sim, labels[i].key), dset_sim_text(sim, labels[i].value)};
  return copy;
}

void dset_sim_put_pod(dset_simulation *sim, const dset_pod *from) {
  dset_sim_pod *pod = dset_sim_find_pod(sim, from->ns, from->name);
  bool fresh = pod == NULL || !pod->store.exists;
  if (pod == NULL) pod = dset_sim_add_pod(sim, from->ns, from->name);
  dset_pod *copy;
  if (pod == NULL) return;
  if (!dset_pod_copy(&sim->arena, from, &copy)) {
    sim->failed = true;
    return;
  }
  pod->uid = dset_text_empty(copy->uid) ? dset_sim_format(sim, "uid-%s", copy->name) : copy->uid;
  pod->created_ms = copy->created_ms != 0 || !fresh ? copy->created_ms : sim->now_ms / 1000 * 1000; /* J6 */
  pod->affinity = copy->required_affinity;
  const dset_sim_state before = pod->store;
  pod->store = (dset_sim_state){.node_name = dset_sim_text(sim, copy->node_name),
                                .labels = own_labels(sim, copy->labels, copy->label_count),
                                .label_count = copy->label_count,
                                .owners = copy->owners,
                                .owner_count = copy->owner_count,
                                .ready_since_ms = copy->ready_since_ms,
                                .phase = copy->phase,
                                .ready = copy->ready,
                                .deleting = copy->deleting,
                                .exists = true};
  const char *target = dset_claim_target(copy);
  if (pod->node == NULL && target != NULL) pod->node = dset_sim_node_of(sim, target);
  dset_sim_link(pod);
  dset_sim_log_pod(sim, pod);
  fresh ? dset_sim_begin_pod(sim, pod) : dset_sim_change_pod(sim, pod, &before);
}
