/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_wake.c (L4s): when a controller asks to be woken, though nothing is shown to it.
 *
 *   DSET_CONTROLLER_LIBRARY                       DSET_CONTROLLER_KUBERNETES (I22)
 *     the plan's next check                         a failed pod in back-off: its whole delay later (E10)
 *     a write in flight counts as lost (E20)        ready and available differ: minReadySeconds later (H12)
 *     a failed run is tried again (I12)             a pod became ready: minReadySeconds + 1 s later (I16)
 *                                                   a failed run is tried again (I12)
 *   anew after each plan                          of those it waits for only the earliest is kept
 */
#include "model.h"
#include "simulate.h"

/* A host wakes up at the earliest moment that one of its DaemonSets asks for. */
static void set_wake(dset_simulation *sim, dset_sim_host *host) {
  int64_t at_ms = DSET_NEVER;
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++) {
    int64_t asked_ms = dset_sim_daemonset_at(sim, i)->wake_ms[host->number];
    if (asked_ms < at_ms) at_ms = asked_ms;
  }
  if (at_ms != DSET_NEVER && at_ms < sim->now_ms) at_ms = sim->now_ms;
  if (at_ms == host->wake_ms) return;
  host->wake_ms = at_ms;
  if (at_ms != DSET_NEVER) dset_sim_plan_task(sim, at_ms, DSET_TASK_WAKE, 0, host, 0);
}

void dset_sim_add_wake(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset, int64_t at_ms) {
  if (at_ms >= daemonset->wake_ms[host->number]) return;
  daemonset->wake_ms[host->number] = at_ms;
  set_wake(sim, host);
}

void dset_sim_wake(dset_simulation *sim, dset_sim_host *host) {
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++) {
    dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
    if (daemonset->wake_ms[host->number] > sim->now_ms) continue;
    daemonset->wake_ms[host->number] = DSET_NEVER;
    daemonset->due[host->number] = true;
  }
  host->wake_ms = DSET_NEVER;
  set_wake(sim, host);
}

static void ask_exactly(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset,
                        const dset_plan *plan) {
  const dset_sim_object *object = &daemonset->object;
  int64_t at_ms = dset_plan_next_check_ms(plan);
  if (at_ms != DSET_NEVER) at_ms = dset_time_add(at_ms, -host->clock_ms);
  bool in_flight = dset_ledger_list(host->ledger, object->ns, object->name, NULL, 0) > 0;
  int64_t lost_ms = dset_time_add(sim->now_ms, DSET_IN_FLIGHT_TIMEOUT_MS + 1);
  if (in_flight && lost_ms < at_ms) at_ms = lost_ms;
  daemonset->wake_ms[host->number] = at_ms;
  set_wake(sim, host);
}

/* Whether a node has a failed pod, which its back-off keeps (E7). */
static bool keeps_failed(const dset_simulation *sim, const dset_sim_host *host, const dset_sim_daemonset *daemonset,
                         const char *name) {
  const dset_sim_node *node = dset_sim_find_node(sim, name);
  const dset_sim_spec *spec = daemonset->seen[host->number].spec;
  for (const dset_sim_pod *pod = node == NULL ? NULL : node->pods; pod != NULL; pod = pod->next) {
    const dset_sim_state *state = &pod->seen[host->number];
    bool failed = state->exists && !state->deleting && state->phase == DSET_PHASE_FAILED;
    if (failed && dset_sim_claims(spec, pod, state)) return true;
  }
  return false;
}

static void ask_as_kubernetes(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset,
                              const dset_plan *plan) {
  const dset_status *status = dset_plan_status(plan);
  int64_t min_ready_ms = (int64_t)daemonset->seen[host->number].spec->facts->min_ready_seconds * 1000;
  int64_t now_ms = dset_sim_time(sim, host->number);
  if (min_ready_ms > 0 && status->number_ready != status->number_available)
    dset_sim_add_wake(sim, host, daemonset, dset_time_add(sim->now_ms, min_ready_ms));
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(plan, i);
    bool waits = backoff->last_ms < now_ms && now_ms - backoff->last_ms < backoff->delay_ms;
    if (waits && keeps_failed(sim, host, daemonset, backoff->node))
      dset_sim_add_wake(sim, host, daemonset, dset_time_add(sim->now_ms, backoff->delay_ms));
  }
}

void dset_sim_ask(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset, const dset_plan *plan) {
  if (sim->controller == DSET_CONTROLLER_KUBERNETES) {
    ask_as_kubernetes(sim, host, daemonset, plan);
  } else {
    ask_exactly(sim, host, daemonset, plan);
  }
}

/* I16. */
void dset_sim_ask_pod(dset_simulation *sim, dset_sim_host *host, const dset_sim_pod *pod,
                      const dset_sim_state *before) {
  const dset_sim_state *after = &pod->seen[host->number];
  if (sim->controller != DSET_CONTROLLER_KUBERNETES || !before->exists || before->ready || !after->ready) return;
  const dset_owner *owner = dset_sim_controller(after);
  if (owner == NULL) return;
  dset_sim_daemonset *daemonset = dset_sim_find_daemonset(sim, pod->object.ns, owner->name);
  if (daemonset == NULL || daemonset->seen[host->number].spec == NULL) return;
  int64_t min_ready_s = daemonset->seen[host->number].spec->facts->min_ready_seconds;
  if (min_ready_s > 0) dset_sim_add_wake(sim, host, daemonset, dset_time_add(sim->now_ms, (min_ready_s + 1) * 1000));
}
