/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_count.c (L4s): how the nodes of a DaemonSet stand, as a side sees it. Each node adds its share to the sums;
 * a node that something happened to is counted again when the sums are next asked for.
 *
 *   eligible    the verdict is RUN
 *   available   a live pod is available                              live: there, not deleting, no deletion sent, not
 * ended updated     and of the current template surging     an available outdated pod, and beside it a live new one
 * that is not available, or one that was sent
 *
 * A host's side also knows what controllers have sent: deletions for 5 minutes (E20), and pods that were made and not
 * shown yet, which count as live and not available.
 */
#include "model.h"
#include "simulate.h"

const dset_sim_facts *dset_sim_facts_of(const dset_sim_daemonset *daemonset, int side) {
  return side == DSET_SIM_STORE ? &daemonset->store : &daemonset->seen[side];
}

const dset_sim_state *dset_sim_state_of(const dset_sim_pod *pod, int side) {
  return side == DSET_SIM_STORE ? &pod->store : &pod->seen[side];
}

int64_t dset_sim_time(const dset_simulation *sim, int side) {
  return side == DSET_SIM_STORE ? sim->now_ms : dset_time_add(sim->now_ms, sim->hosts[side].clock_ms);
}

int dset_sim_verdict(const dset_sim_spec *spec, const dset_sim_node *node, int side) {
  const dset_node *facts = side == DSET_SIM_STORE ? node->store : node->seen[side];
  return facts == NULL ? DSET_VERDICT_NEITHER : dset_matcher_verdict(spec->matcher, facts);
}

bool dset_sim_has_hash(const dset_sim_spec *spec, const dset_sim_state *state) {
  const char *hash = dset_label_value(state->labels, state->label_count, DSET_LABEL_HASH);
  for (size_t i = 0; i < spec->hash_count && hash != NULL; i++) {
    if (spec->hashes[i] == hash) return true; /* texts are the simulation's */
  }
  return false;
}

bool dset_sim_is_new(const dset_sim_spec *spec, const dset_sim_state *state) {
  if (dset_sim_has_hash(spec, state)) return true;
  if (spec->generation == NULL) return false;
  const char *generation = dset_label_value(state->labels, state->label_count, DSET_LABEL_TEMPLATE_GENERATION);
  return generation != NULL && dset_text_same(generation, spec->generation);
}

bool dset_sim_is_sent(const dset_sim_pod *pod, int64_t now_ms) {
  if (pod->sent_ms == 0) return false;
  return pod->doomed || now_ms - pod->sent_ms <= DSET_IN_FLIGHT_TIMEOUT_MS;
}

/* Once it counts as lost it is forgotten: if the pod goes later, it is for another reason. */
void dset_sim_lose(dset_simulation *sim, dset_sim_pod *pod, int side) {
  if (dset_sim_is_sent(pod, dset_sim_time(sim, side))) return;
  pod->sent_ms = 0;
  dset_sim_stale_views(sim, pod->node);
}

bool dset_sim_lives(const dset_simulation *sim, const dset_sim_pod *pod, int side) {
  const dset_sim_state *state = dset_sim_state_of(pod, side);
  bool sent = side != DSET_SIM_STORE && dset_sim_is_sent(pod, dset_sim_time(sim, side));
  return state->exists && !state->deleting && !dset_phase_terminal(state->phase) && !sent;
}

/* What availability depends on (J3, J4). */
static dset_pod readiness(const dset_sim_state *state) {
  return (dset_pod){.ready = state->ready, .ready_since_ms = state->ready_since_ms};
}

bool dset_sim_available(const dset_simulation *sim, const dset_sim_spec *spec, const dset_sim_state *state, int side) {
  const dset_pod facts = readiness(state);
  return dset_pod_available(&facts, spec->facts->min_ready_seconds, dset_sim_time(sim, side));
}

/* Looks at a node again when a pod that is ready becomes available. */
static void await_available(dset_simulation *sim, const dset_sim_spec *spec, dset_sim_pod *pod, int side) {
  const dset_pod facts = readiness(dset_sim_state_of(pod, side));
  int64_t at_ms = dset_pod_available_from(&facts, spec->facts->min_ready_seconds);
  if (at_ms == DSET_TIME_FAR) return;
  at_ms = dset_time_add(at_ms, sim->now_ms - dset_sim_time(sim, side));
  if (pod->awaited_ms[side] == at_ms) return;
  pod->awaited_ms[side] = at_ms;
  dset_sim_plan_task(sim, at_ms, DSET_TASK_AVAILABLE, side, pod, 0);
}

static dset_sim_share share_of(dset_simulation *sim, const dset_sim_daemonset *daemonset, const dset_sim_spec *spec,
                               const dset_sim_node *node, int side) {
  dset_sim_share share = {.counted = true};
  bool old_available = false;
  bool new_waits =
      side != DSET_SIM_STORE && node->number < daemonset->node_capacity && daemonset->sent[node->number] > 0;
  share.eligible = dset_sim_verdict(spec, node, side) == DSET_VERDICT_RUN;
  for (dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    const dset_sim_state *state = dset_sim_state_of(pod, side);
    bool unshown = side != DSET_SIM_STORE && !state->exists && pod->made && pod->store.exists && !pod->store.deleting;
    if (unshown && dset_sim_claims(spec, pod, &pod->store)) new_waits = true;
    if (!dset_sim_lives(sim, pod, side) || !dset_sim_claims(spec, pod, state)) continue;
    bool available = dset_sim_available(sim, spec, state, side);
    bool is_new = dset_sim_is_new(spec, state);
    if (!available) await_available(sim, spec, pod, side);
    share.available |= available;
    share.updated |= available && is_new;
    old_available |= available && !is_new;
    new_waits |= !available && is_new;
  }
  share.surging = old_available && new_waits && !share.updated;
  return share;
}

static void add(dset_sim_sums *sums, const dset_sim_share *share, int sign) {
  if (!share->counted) return;
  sums->eligible += sign * share->eligible;
  sums->available += sign * (share->eligible && share->available);
  sums->updated += sign * (share->eligible && share->updated);
  sums->surging += sign * share->surging;
  sums->serving += sign * share->available;
}

/* ---- what is to be counted again ---- */

static void stale(dset_sim_sums *sums, size_t number) {
  if (number >= sums->known || !sums->shares[number].counted) return; /* it will be, or is on the list */
  sums->stale[sums->stale_count++] = number;
  add(sums, &sums->shares[number], -1);
  sums->shares[number].counted = false;
}

void dset_sim_stale_node(dset_simulation *sim, const dset_sim_node *node, int side) {
  const dset_sim_objects *daemonsets = &sim->objects[DSET_WATCH_DAEMONSETS];
  for (size_t i = 0; i < daemonsets->count; i++) stale(&dset_sim_daemonset_at(sim, i)->sums[side], node->number);
}

void dset_sim_stale_views(dset_simulation *sim, const dset_sim_node *node) {
  for (int side = 0; side < DSET_SIM_HOSTS && node != NULL; side++) dset_sim_stale_node(sim, node, side);
}

void dset_sim_stale_all(dset_simulation *sim, int side) {
  const dset_sim_objects *daemonsets = &sim->objects[DSET_WATCH_DAEMONSETS];
  for (size_t i = 0; i < daemonsets->count; i++) dset_sim_daemonset_at(sim, i)->sums[side].spec = NULL;
}

/* Room for every node. */
static bool grow(dset_simulation *sim, dset_sim_sums *sums) {
  size_t count = sim->objects[DSET_WATCH_NODES].count;
  if (count <= sums->capacity) return true;
  size_t capacity = sums->capacity == 0 ? 16 : sums->capacity;
  while (capacity < count) capacity *= 2;
  dset_sim_share *shares = dset_sim_alloc(sim, capacity, sizeof *shares);
  size_t *list = dset_sim_alloc(sim, capacity, sizeof *list);
  if (shares == NULL || list == NULL) return false;
  sums->shares = shares;
  sums->stale = list;
  sums->capacity = capacity;
  sums->spec = NULL;
  return true;
}

static void restart(dset_sim_sums *sums, const dset_sim_spec *spec) {
  sums->spec = spec;
  sums->eligible = sums->available = sums->updated = sums->surging = sums->serving = 0;
  sums->stale_count = sums->known = 0;
}

const dset_sim_sums *dset_sim_count(dset_simulation *sim, dset_sim_daemonset *daemonset, int side) {
  dset_sim_sums *sums = &daemonset->sums[side];
  const dset_sim_spec *spec = dset_sim_facts_of(daemonset, side)->spec;
  if (spec == NULL || !grow(sim, sums)) return NULL;
  if (sums->spec != spec) restart(sums, spec);
  while (sums->known < sim->objects[DSET_WATCH_NODES].count) sums->stale[sums->stale_count++] = sums->known++;
  for (size_t i = 0; i < sums->stale_count; i++) {
    size_t number = sums->stale[i];
    const dset_sim_node *node = dset_sim_node_at(sim, number);
    sums->shares[number] = share_of(sim, daemonset, spec, node, side);
    add(sums, &sums->shares[number], 1);
  }
  sums->stale_count = 0;
  return sums;
}
