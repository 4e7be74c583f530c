/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_check.c (L4s): the invariants. A plan is held against what its host was shown when it was made, action by
 * action, each as if those before it were done; a write of a caller's controller when it is sent. A deletion:
 *
 *   row | the pod in the view                            | the node        | the deletion
 *   1   | not there, or deleting, or a deletion was sent | any             | says nothing
 *   2   | of another controller, or of none              | any             | owned
 *   3   | is not bound, its node is not there            | not there       | right (E15)
 *   4   | any                                            | verdict NEITHER | right (E4)
 *   5   | Succeeded; Failed and outdated                 | any             | right (E6, F7)
 *   6   | Failed, of the current template                | any             | backoff, if it is too soon
 *   7   | alone there, of the current template           | any             | pod-lost, unless several revisions hold it
 *   8   | alone, outdated, not RollingUpdate             | any             | pod-lost (F1)
 *   9   | alone, outdated, no surge, available           | verdict RUN     | budget, if it is spent (F8)
 *   10  | alone, outdated, surge                         | verdict RUN     | surge (E14)
 *   11  | alone, outdated, surge, available              | verdict STAY    | surge, if few are available (F12)
 *   12  | the outdated available one of two, surge       | verdict RUN     | surge, if the new one is not available
 *   13  | the new one beside outdated ones, surge        | verdict RUN     | pod-lost (E14)
 *   14  | any other                                      | any             | right: E11, E13, F7, F10
 */
#include <string.h>

#include "model.h"
#include "simulate.h"

/* ---- budgets ---- */

static int64_t scaled(const dset_amount *amount, int64_t total, int64_t fallback) {
  int64_t value;
  return dset_amount_scale(amount, total, &value) ? value : fallback;
}

static int64_t most_surging(const dset_daemonset *facts, int64_t eligible) {
  bool rolls = facts->strategy == DSET_STRATEGY_ROLLING_UPDATE && facts->has_rolling_update;
  return rolls && facts->max_surge.kind != DSET_AMOUNT_ABSENT ? scaled(&facts->max_surge, eligible, 0) : 0;
}

static int64_t most_unavailable(const dset_daemonset *facts, int64_t eligible) {
  int64_t most = facts->has_rolling_update ? scaled(&facts->max_unavailable, eligible, 0) : 0;
  return most == 0 && most_surging(facts, eligible) == 0 ? 1 : most; /* F5 */
}

/* As manage asks it (F3). */
static bool surges(const dset_daemonset *facts) {
  return most_surging(facts, 1) > 0;
}

/* ---- what is sent ---- */

/* A write is sent, or will be (`sign` 1); or will not (-1). Claims matter while a plan is held against the view. */
static void mark(dset_simulation *sim, const dset_sim_call *call, int sign) {
  const dset_sim_node *node = NULL;
  if (call->type == DSET_ACTION_CREATE_POD) {
    node = dset_sim_find_node(sim, call->node);
    if (node == NULL) return;
    call->daemonset->sent[node->number] = (uint8_t)(call->daemonset->sent[node->number] + sign);
  } else {
    dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
    if (pod == NULL) return;
    node = pod->node;
    if (call->type == DSET_ACTION_ADOPT_POD) pod->adopter = sign > 0 ? call->spec : NULL;
    if (call->type == DSET_ACTION_RELEASE_POD) pod->released = sign > 0;
    if (call->type == DSET_ACTION_DELETE_POD && sign > 0) pod->sent_before_ms = pod->sent_ms;
    if (call->type == DSET_ACTION_DELETE_POD)
      pod->sent_ms = sign > 0 ? call->daemonset->decided_ms[call->host] : pod->sent_before_ms; /* as in the ledger */
  }
  dset_sim_stale_views(sim, node);
}

/* ---- deletions ---- */

/* Live pods of the DaemonSet on the pod's node, but for itself. */
typedef struct company {
  size_t live;
  bool available; /* one of them is */
  bool is_new;
} company;

static company company_of(const dset_simulation *sim, const dset_sim_spec *spec, const dset_sim_pod *pod, int side) {
  company found = {0};
  for (const dset_sim_pod *other = pod->node->pods; other != NULL; other = other->next) {
    const dset_sim_state *state = dset_sim_state_of(other, side);
    if (other == pod || !dset_sim_lives(sim, other, side) || !dset_sim_claims(spec, other, state)) continue;
    found.live++;
    found.available |= dset_sim_available(sim, spec, state, side);
    found.is_new |= dset_sim_has_hash(spec, state);
  }
  return found;
}

/* Row 6: delays double from deletion to deletion, as long as the same generation is observed (E8). */
typedef struct dset_sim_delay {
  dset_sim_backoff *backoff;
  int64_t generation; /* 0 is that of no deletion yet */
  int64_t past_ms;
  bool fresh;
} dset_sim_delay;

int64_t dset_sim_most_delay_ms(const dset_simulation *sim) {
  return sim->options.backoff_max_ms == 0 ? 900000 : sim->options.backoff_max_ms;
}

static dset_sim_delay delay_of(const dset_simulation *sim, const dset_sim_call *call, const dset_sim_node *node) {
  dset_sim_daemonset *daemonset = call->daemonset;
  dset_sim_delay delay = {.backoff = &daemonset->backoffs[node->number],
                          .generation = daemonset->seen[call->host].status->observed_generation + 1};
  delay.past_ms = daemonset->decided_ms[call->host] - delay.backoff->last_ms;
  delay.fresh = delay.backoff->generation != delay.generation || delay.past_ms > 2 * dset_sim_most_delay_ms(sim);
  return delay;
}

static void check_backoff(dset_simulation *sim, const dset_sim_call *call, const dset_sim_pod *pod) {
  dset_sim_delay delay = delay_of(sim, call, pod->node);
  if (delay.fresh || delay.past_ms < 0 || delay.past_ms >= delay.backoff->delay_ms) return;
  dset_sim_violate(sim, DSET_INVARIANT_BACKOFF, call->daemonset,
                   "%s is deleted %lld ms after the last failed pod of %s, not %lld", pod->object.name,
                   (long long)delay.past_ms, pod->node->object.name, (long long)delay.backoff->delay_ms);
}

static void advance_backoff(dset_simulation *sim, const dset_sim_call *call, const dset_sim_node *node) {
  dset_sim_delay delay = delay_of(sim, call, node);
  int64_t initial_ms = sim->options.backoff_initial_ms == 0 ? 1000 : sim->options.backoff_initial_ms;
  int64_t next_ms = delay.fresh ? initial_ms : delay.backoff->delay_ms * 2;
  if (next_ms > dset_sim_most_delay_ms(sim)) next_ms = dset_sim_most_delay_ms(sim);
  *delay.backoff = (dset_sim_backoff){delay.generation, call->daemonset->decided_ms[call->host], next_ms};
}

/* Whether several revisions hold the template. Pods with the hash of one that is not kept count as outdated, also in
 * the sync that gives them the label of the kept one (G10, G11). */
static bool has_duplicates(const dset_simulation *sim, const dset_sim_spec *spec, int side) {
  const dset_sim_objects *revisions = &sim->objects[DSET_WATCH_REVISIONS];
  size_t count = 0;
  for (size_t i = 0; i < revisions->count; i++) {
    const dset_revision *revision = dset_sim_revision_at(sim, i)->seen[side];
    count += revision != NULL && dset_text_equal(revision->ns, spec->facts->ns) &&
             dset_data_same(revision->data, revision->data_bytes, spec->facts->revision_data,
                            spec->facts->revision_data_bytes);
  }
  return count > 1;
}

/* Whether the view has a revision that holds the template and has the pod's hash: a list may be older than that. */
static bool is_known_new(const dset_simulation *sim, const dset_sim_spec *spec, const dset_sim_state *state, int side) {
  const dset_sim_objects *revisions = &sim->objects[DSET_WATCH_REVISIONS];
  const char *hash = dset_text_or_empty(dset_label_value(state->labels, state->label_count, DSET_LABEL_HASH));
  for (size_t i = 0; i < revisions->count; i++) {
    const dset_revision *seen = dset_sim_revision_at(sim, i)->seen[side];
    if (seen == NULL ||
        !dset_data_same(seen->data, seen->data_bytes, spec->facts->revision_data, spec->facts->revision_data_bytes))
      continue;
    if (dset_text_equal(dset_label_value(seen->labels, seen->label_count, DSET_LABEL_HASH), hash)) return true;
  }
  return false;
}

/* Rows 7 to 11. */
static void check_alone(dset_simulation *sim, const dset_sim_call *call, const dset_sim_pod *pod, int verdict) {
  const dset_sim_spec *spec = call->spec;
  const dset_sim_state *state = dset_sim_state_of(pod, call->host);
  const char *name = pod->object.name;
  const char *node = pod->node->object.name;
  const dset_sim_sums *sums = dset_sim_count(sim, call->daemonset, call->host);
  if (sums == NULL) return;
  bool available = dset_sim_available(sim, spec, state, call->host);
  if (dset_sim_is_new(spec, state)) {
    if (has_duplicates(sim, spec, call->host) || !is_known_new(sim, spec, state, call->host)) return;
    dset_sim_violate(sim, DSET_INVARIANT_POD_LOST, call->daemonset,
                     "%s is deleted, of the current template and alone on %s", name, node);
  } else if (spec->facts->strategy != DSET_STRATEGY_ROLLING_UPDATE) {
    dset_sim_violate(sim, DSET_INVARIANT_POD_LOST, call->daemonset, "%s is deleted on %s, and pods are not replaced",
                     name, node);
  } else if (most_surging(spec->facts, sums->eligible) != 0) {
    if (verdict == DSET_VERDICT_RUN) {
      dset_sim_violate(sim, DSET_INVARIANT_SURGE, call->daemonset,
                       "%s is deleted on %s, and no other pod stands beside it", name, node);
    } else if (available && sums->serving - 1 < sums->eligible) {
      dset_sim_violate(sim, DSET_INVARIANT_SURGE, call->daemonset,
                       "%s is deleted on %s, and only %lld of %lld are available", name, node,
                       (long long)sums->serving - 1, (long long)sums->eligible);
    }
  } else if (available && verdict == DSET_VERDICT_RUN) {
    int64_t most = most_unavailable(spec->facts, sums->eligible);
    int64_t unavailable = sums->eligible - sums->available + 1;
    if (unavailable > most) {
      dset_sim_violate(sim, DSET_INVARIANT_BUDGET, call->daemonset,
                       "%s is deleted on %s, then %lld nodes are unavailable, of at most %lld", name, node,
                       (long long)unavailable, (long long)most);
    }
  }
}

/* Rows 7 to 14. */
static void check_healthy(dset_simulation *sim, const dset_sim_call *call, const dset_sim_pod *pod, int verdict) {
  const dset_sim_spec *spec = call->spec;
  const dset_sim_state *state = dset_sim_state_of(pod, call->host);
  company beside = company_of(sim, spec, pod, call->host);
  if (beside.live == 0) {
    check_alone(sim, call, pod, verdict);
    return;
  }
  if (verdict != DSET_VERDICT_RUN || !surges(spec->facts)) return;
  bool is_new = dset_sim_has_hash(spec, state); /* manage looks at no other label (S12) */
  if (is_new && !beside.is_new && !has_duplicates(sim, spec, call->host) &&
      is_known_new(sim, spec, state, call->host)) {
    dset_sim_violate(sim, DSET_INVARIANT_POD_LOST, call->daemonset,
                     "%s is deleted, the only one of the current template on %s", pod->object.name,
                     pod->node->object.name);
  }
  bool pair = beside.live == 1 && beside.is_new && !beside.available;
  if (pair && !is_new && dset_sim_available(sim, spec, state, call->host)) {
    dset_sim_violate(sim, DSET_INVARIANT_SURGE, call->daemonset,
                     "%s is deleted on %s, and the new pod is not available yet", pod->object.name,
                     pod->node->object.name);
  }
}

/* Rows 3 to 14. */
static void check_own(dset_simulation *sim, const dset_sim_call *call, dset_sim_pod *pod) {
  const dset_sim_state *state = dset_sim_state_of(pod, call->host);
  if (pod->node == NULL) return;
  bool there = pod->node->seen[call->host] != NULL;
  int verdict = dset_sim_verdict(call->spec, pod->node, call->host);
  if ((!there && dset_text_empty(state->node_name)) || verdict == DSET_VERDICT_NEITHER) return;
  if (state->phase == DSET_PHASE_SUCCEEDED) return;
  if (state->phase != DSET_PHASE_FAILED) {
    check_healthy(sim, call, pod, verdict);
  } else if (dset_sim_is_new(call->spec, state)) {
    pod->backs_off = true;
    check_backoff(sim, call, pod);
  }
}

static void check_delete(dset_simulation *sim, const dset_sim_call *call) {
  dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
  if (pod == NULL) return;
  const dset_sim_state *state = dset_sim_state_of(pod, call->host);
  const dset_sim_state *owned = state->exists ? state : &pod->store;
  if (owned->exists && !dset_sim_owns(call->spec, pod, owned) && !dset_sim_owns(call->spec, pod, &pod->store)) {
    dset_sim_violate(sim, DSET_INVARIANT_OWNED, call->daemonset, "%s is deleted and not the DaemonSet's",
                     pod->object.name);
    return;
  }
  bool going = state->exists && state->deleting;
  pod->backs_off = false;
  if (state->exists && !going && (dset_sim_lives(sim, pod, call->host) || state->phase == DSET_PHASE_FAILED))
    check_own(sim, call, pod);
}

/* ---- creations ---- */

/* Held against what comes of it. */
static void check_create(dset_simulation *sim, const dset_sim_call *call, bool was_surging) {
  dset_sim_daemonset *daemonset = call->daemonset;
  const dset_sim_node *node = dset_sim_find_node(sim, call->node);
  int verdict = node == NULL ? DSET_VERDICT_NEITHER : dset_sim_verdict(call->spec, node, call->host);
  if (verdict != DSET_VERDICT_RUN) {
    dset_sim_violate(sim, DSET_INVARIANT_POD_NEEDLESS, daemonset, "a pod is created on %s, which is not eligible",
                     call->node);
    return;
  }
  const dset_sim_sums *sums = dset_sim_count(sim, daemonset, call->host);
  if (sums == NULL || was_surging || !sums->shares[node->number].surging) return;
  int64_t most = most_surging(call->spec->facts, sums->eligible);
  if (sums->surging > most) {
    dset_sim_violate(sim, DSET_INVARIANT_SURGE, daemonset,
                     "a pod is created on %s beside an available one, then there are %lld such nodes, of at most %lld",
                     call->node, (long long)sums->surging, (long long)most);
  }
}

static const char *hash_of(const dset_sim_state *state) {
  return dset_text_or_empty(dset_label_value(state->labels, state->label_count, DSET_LABEL_HASH));
}

/* Whether a pod holds its node against another one: with surge those of its own hash do (E13); a label that it gets in
 * this very sync does not count (G11). */
static bool holds_node(const dset_sim_call *call, const dset_sim_pod *made, const dset_sim_pod *pod) {
  const dset_sim_state *state = &pod->store;
  const dset_sim_state *seen = dset_sim_state_of(pod, call->host);
  bool ended = dset_phase_terminal(state->phase);
  if (!surges(call->spec->facts)) return !(ended && state->deleting); /* D11 */
  return !state->deleting && !ended && dset_text_same(hash_of(seen->exists ? seen : state), hash_of(&made->store));
}

/* A pod was made: held against the store, as it is what counts in the end. */
void dset_sim_check_made(dset_simulation *sim, const dset_sim_call *call, const dset_sim_pod *pod) {
  for (const dset_sim_pod *other = pod->node->pods; other != NULL; other = other->next) {
    if (other == pod || !other->made || !other->store.exists || !holds_node(call, pod, other)) continue;
    if (!dset_sim_claims(call->spec, other, &other->store)) continue;
    dset_sim_violate(sim, DSET_INVARIANT_ONE_POD, call->daemonset, "%s is created on %s beside %s", pod->object.name,
                     pod->node->object.name, other->object.name);
    return;
  }
}

/* ---- other writes ---- */

static void check_claim(dset_simulation *sim, const dset_sim_call *call) {
  const dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
  if (pod == NULL) return;
  const dset_sim_state *state = dset_sim_state_of(pod, call->host);
  if (!state->exists) return;
  bool ours = dset_sim_owns(call->spec, pod, state);
  bool adopts = call->type == DSET_ACTION_ADOPT_POD;
  bool relabels_orphan = call->type == DSET_ACTION_LABEL_POD && dset_sim_controller(state) == NULL; /* G11, D9 */
  if (adopts ? dset_sim_controller(state) == NULL : ours || relabels_orphan) return;
  dset_sim_violate(sim, DSET_INVARIANT_OWNED, call->daemonset, "%s: %s, which %s", dset_action_type_name(call->type),
                   call->pod, adopts ? "has a controller" : "is not the DaemonSet's");
}

/* Whether a claimed pod carries the hash, as the host sees it (G17). */
static bool is_carried(const dset_simulation *sim, const dset_sim_call *call, const char *hash) {
  const dset_sim_objects *pods = &sim->objects[DSET_WATCH_PODS];
  for (size_t i = 0; i < pods->count; i++) {
    const dset_sim_pod *pod = dset_sim_pod_at(sim, i);
    const dset_sim_state *state = dset_sim_state_of(pod, call->host);
    if (!state->exists || pod->node == NULL || !dset_sim_claims(call->spec, pod, state)) continue;
    const char *carried = dset_label_value(state->labels, state->label_count, DSET_LABEL_HASH);
    if (carried != NULL && dset_text_equal(carried, hash)) return true;
  }
  return false;
}

/* Whether another revision of the same data is there (G11). */
static bool has_twin(const dset_simulation *sim, const dset_sim_revision *revision, int side) {
  const dset_sim_objects *revisions = &sim->objects[DSET_WATCH_REVISIONS];
  const dset_revision *facts = revision->seen[side];
  for (size_t i = 0; i < revisions->count; i++) {
    const dset_revision *other = dset_sim_revision_at(sim, i)->seen[side];
    if (other == NULL || other == facts || !dset_text_equal(other->ns, facts->ns)) continue;
    if (dset_data_same(other->data, other->data_bytes, facts->data, facts->data_bytes)) return true;
  }
  return false;
}

static void check_revision(dset_simulation *sim, const dset_sim_call *call) {
  const dset_sim_revision *revision = dset_sim_find_revision(sim, call->daemonset->object.ns, call->revision);
  if (revision == NULL || revision->seen[call->host] == NULL || has_twin(sim, revision, call->host)) return;
  const dset_revision *facts = revision->seen[call->host];
  const dset_daemonset *spec = call->spec->facts;
  const char *hash = dset_label_value(facts->labels, facts->label_count, DSET_LABEL_HASH);
  bool current = dset_data_same(facts->data, facts->data_bytes, spec->revision_data, spec->revision_data_bytes);
  if (!current && (dset_text_empty(hash) || !is_carried(sim, call, hash))) return;
  dset_sim_violate(sim, DSET_INVARIANT_REVISION_LOST, call->daemonset, "revision %s is deleted, and %s", call->revision,
                   current ? "is the current one" : "pods carry its hash");
}

/* When it is stored. */
void dset_sim_check_status(dset_simulation *sim, const dset_sim_call *call) {
  int64_t generation = call->daemonset->store.spec->facts->generation;
  int64_t before = call->daemonset->store.status->observed_generation;
  int64_t after = call->status->observed_generation;
  if (after >= before && after <= generation) return;
  dset_sim_violate(sim, DSET_INVARIANT_STATUS, call->daemonset,
                   "observedGeneration is set from %lld to %lld, the generation is %lld", (long long)before,
                   (long long)after, (long long)generation);
}

/* Room for what is kept for each node. */
static bool make_room(dset_simulation *sim, dset_sim_daemonset *daemonset) {
  size_t capacity = sim->objects[DSET_WATCH_NODES].capacity;
  size_t before = daemonset->node_capacity;
  if (capacity <= before) return true;
  dset_sim_backoff *backoffs = dset_sim_alloc(sim, capacity, sizeof *backoffs);
  uint8_t *sent = dset_sim_alloc(sim, capacity, sizeof *sent);
  if (backoffs == NULL || sent == NULL) return false;
  if (before != 0) memcpy(backoffs, daemonset->backoffs, before * sizeof *backoffs);
  if (before != 0) memcpy(sent, daemonset->sent, before * sizeof *sent);
  daemonset->backoffs = backoffs;
  daemonset->sent = sent;
  daemonset->node_capacity = capacity;
  return true;
}

static bool is_surging(dset_simulation *sim, const dset_sim_call *call) {
  const dset_sim_node *node = dset_sim_find_node(sim, call->node);
  const dset_sim_sums *sums = node == NULL ? NULL : dset_sim_count(sim, call->daemonset, call->host);
  return sums != NULL && sums->shares[node->number].surging;
}

/* Checks a write, and counts it as sent. */
static void check(dset_simulation *sim, const dset_sim_call *call) {
  bool surging;
  switch (call->type) {
    case DSET_ACTION_CREATE_POD:
      surging = is_surging(sim, call);
      mark(sim, call, 1);
      check_create(sim, call, surging);
      return;
    case DSET_ACTION_DELETE_POD: check_delete(sim, call); break;
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: check_claim(sim, call); break;
    case DSET_ACTION_DELETE_REVISION: check_revision(sim, call); break;
    default: return;
  }
  mark(sim, call, 1);
}

void dset_sim_check_call(dset_simulation *sim, const dset_sim_call *call) {
  if (!make_room(sim, call->daemonset)) return;
  check(sim, call);
  mark(sim, call, -1);
}

void dset_sim_check_plan(dset_simulation *sim, dset_sim_daemonset *daemonset, int host, const dset_plan *plan) {
  size_t count = dset_plan_action_count(plan);
  if (!make_room(sim, daemonset)) return;
  for (size_t i = 0; i < count && !sim->failed; i++) {
    const dset_sim_call call = dset_sim_call_of(sim, daemonset, host, dset_plan_action(plan, i));
    check(sim, &call);
  }
  for (size_t i = count; i > 0 && !sim->failed; i--) {
    const dset_sim_call call = dset_sim_call_of(sim, daemonset, host, dset_plan_action(plan, i - 1));
    mark(sim, &call, -1);
  }
}

/* A failed pod of the current template, as it was when its deletion was decided, counts for the next back-off. */
static void mark_failed(dset_simulation *sim, const dset_sim_call *call) {
  dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
  if (pod == NULL || !pod->backs_off) return;
  pod->backs_off = false;
  advance_backoff(sim, call, pod->node);
}

void dset_sim_mark_sent(dset_simulation *sim, const dset_sim_call *call) {
  if (call->type != DSET_ACTION_CREATE_POD && call->type != DSET_ACTION_DELETE_POD) return;
  if (!make_room(sim, call->daemonset)) return;
  if (call->type == DSET_ACTION_DELETE_POD) mark_failed(sim, call);
  mark(sim, call, 1);
}
