/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_pod.c (L4s): what happens to pods by themselves: a scheduler binds them, kubelets start and stop them,
 * collectors remove those whose node or DaemonSet is gone.
 *
 *   waits ──schedule──► bound ──start──► runs ──ready──► ready ──up──► runs, not ready ──down──► ready   (flaps)
 *                                         └──────────────┴──fail──► ended: Failed
 *   deleting ──stop──► gone                     one that is not bound goes at once
 *
 * While a node is cut off its pods stay as they are, and what was due happens when it is back.
 */
#include <string.h>

#include "model.h"
#include "simulate.h"

static void tell(dset_simulation *sim, const dset_sim_pod *pod, const char *what) {
  if (!dset_sim_heard(sim)) return;
  const dset_owner *owner = dset_sim_controller(&pod->store);
  dset_trace trace = {.type = DSET_TRACE_POD,
                      .ns = pod->object.ns,
                      .daemonset = owner == NULL ? "" : owner->name,
                      .node = pod->node == NULL ? "" : pod->node->object.name,
                      .name = pod->object.name};
  dset_sim_tell(sim, &trace, "%s on %s %s", pod->object.name, pod->node == NULL ? "no node" : pod->node->object.name,
                what);
}

/* ---- which rule ---- */

static bool names(const char *pattern, const char *name) {
  size_t length = strlen(pattern);
  if (length == 0) return true;
  if (pattern[length - 1] == '*') return strncmp(pattern, name, length - 1) == 0;
  return strcmp(pattern, name) == 0;
}

/* The number of the template that a pod was made from; 0: not known. */
static uint32_t template_of(const dset_simulation *sim, const dset_sim_pod *pod) {
  for (const dset_sim_spec *spec = sim->specs; spec != NULL; spec = spec->next) {
    if (dset_sim_owns(spec, pod, &pod->store) && dset_sim_is_new(spec, &pod->store)) return spec->number;
  }
  return 0;
}

static const dset_kubelet *rule_of(dset_simulation *sim, dset_sim_pod *pod) {
  static const dset_kubelet usual = {.start = {1000, 1000}, .ready = {1000, 1000}, .stop = {1000, 1000}};
  dset_sim_node *node = pod->node;
  uint32_t number = sim->kubelet_count == 0 ? 0 : template_of(sim, pod);
  if (node->fitted == NULL && sim->kubelet_count != 0)
    node->fitted = dset_sim_alloc(sim, sim->kubelet_count, sizeof *node->fitted);
  for (size_t i = 0; i < sim->kubelet_count && node->fitted != NULL; i++) {
    const dset_kubelet *rule = sim->kubelets[i];
    if (rule->template_number != 0 && rule->template_number != number) continue;
    if (!names(dset_text_or_empty(rule->node), node->object.name)) continue;
    if (rule->pods != 0 && node->fitted[i] >= rule->pods) continue;
    node->fitted[i]++;
    return rule;
  }
  return &usual;
}

/* ---- life ---- */

static void live_at(dset_simulation *sim, dset_sim_pod *pod, int64_t at_ms) {
  dset_sim_plan_task(sim, at_ms, DSET_TASK_LIVE, 0, pod, ++pod->stamp);
}

/* A running pod: ready after a while, unless it fails before, or never. */
static void await_ready(dset_simulation *sim, dset_sim_pod *pod, const dset_span *span) {
  int64_t at_ms = pod->kubelet->never_ready ? DSET_NEVER : dset_sim_after(sim, span);
  if (pod->fails_at_ms < at_ms) at_ms = pod->fails_at_ms;
  if (at_ms != DSET_NEVER) live_at(sim, pod, at_ms);
}

static void await_end(dset_simulation *sim, dset_sim_pod *pod) {
  int64_t at_ms = pod->fails_at_ms;
  if (pod->flaps > 0) {
    int64_t flap_ms = dset_sim_after(sim, &pod->kubelet->up);
    if (flap_ms < at_ms) at_ms = flap_ms;
  }
  if (at_ms != DSET_NEVER) live_at(sim, pod, at_ms);
}

static void set_ready(dset_simulation *sim, dset_sim_pod *pod, bool ready) {
  if (pod->store.ready == ready) return;
  pod->store.ready = ready;
  pod->store.ready_since_ms = sim->now_ms / 1000 * 1000; /* J6 */
}

static void run(dset_simulation *sim, dset_sim_pod *pod) {
  const dset_kubelet *rule = pod->kubelet;
  pod->stage = DSET_STAGE_RUNS;
  pod->store.phase = DSET_PHASE_RUNNING;
  pod->flaps = rule->flaps;
  if (rule->fail_per_mille != 0 && dset_sim_dice(sim, 1000) < rule->fail_per_mille)
    pod->fails_at_ms = dset_sim_after(sim, &rule->fail);
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, "is running");
  await_ready(sim, pod, &rule->ready);
}

void dset_sim_fail_pod(dset_simulation *sim, dset_sim_pod *pod) {
  if (!pod->store.exists || pod->stage == DSET_STAGE_ENDED) return;
  if (!pod->store.deleting) pod->stamp++;
  pod->stage = DSET_STAGE_ENDED;
  pod->store.phase = DSET_PHASE_FAILED;
  set_ready(sim, pod, false);
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, "has failed");
}

static void become_ready(dset_simulation *sim, dset_sim_pod *pod) {
  pod->stage = DSET_STAGE_READY;
  set_ready(sim, pod, true);
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, "is ready");
  await_end(sim, pod);
}

static void flap(dset_simulation *sim, dset_sim_pod *pod) {
  pod->flaps--;
  pod->stage = DSET_STAGE_RUNS;
  set_ready(sim, pod, false);
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, "is not ready any more");
  await_ready(sim, pod, &pod->kubelet->down);
}

void dset_sim_live(dset_simulation *sim, dset_sim_pod *pod) {
  if (!pod->store.exists || pod->store.deleting) return;
  bool bound = pod->stage != DSET_STAGE_WAITS;
  if (bound && pod->node->cut_off) {
    pod->stuck = true;
    return;
  }
  bool fails = sim->now_ms >= pod->fails_at_ms;
  switch (pod->stage) {
    case DSET_STAGE_WAITS:
      if (pod->node->store == NULL) return; /* dset_sim_wake_waiting() comes when it joins */
      pod->store.node_name = pod->node->object.name;
      dset_sim_log_pod(sim, pod);
      tell(sim, pod, "is bound");
      dset_sim_begin_pod(sim, pod);
      break;
    case DSET_STAGE_BOUND: run(sim, pod); break;
    case DSET_STAGE_RUNS: fails ? dset_sim_fail_pod(sim, pod) : become_ready(sim, pod); break;
    case DSET_STAGE_READY: fails ? dset_sim_fail_pod(sim, pod) : flap(sim, pod); break;
    default: break;
  }
}

static void await_stop(dset_simulation *sim, dset_sim_pod *pod) {
  if (pod->kubelet == NULL) pod->kubelet = rule_of(sim, pod);
  dset_sim_plan_task(sim, dset_sim_after(sim, &pod->kubelet->stop), DSET_TASK_STOP, 0, pod, ++pod->stamp);
}

static enum dset_sim_stage stage_of(const dset_sim_pod *pod) {
  if (dset_text_empty(pod->store.node_name)) return DSET_STAGE_WAITS;
  if (dset_phase_terminal(pod->store.phase)) return DSET_STAGE_ENDED;
  if (pod->store.ready) return DSET_STAGE_READY;
  return pod->store.phase == DSET_PHASE_RUNNING ? DSET_STAGE_RUNS : DSET_STAGE_BOUND;
}

static bool collectable(const dset_sim_pod *pod) {
  return pod->stage != DSET_STAGE_WAITS && pod->node->store == NULL;
}

/* A pod as it was put or made: what happens next. */
void dset_sim_begin_pod(dset_simulation *sim, dset_sim_pod *pod) {
  pod->stage = (uint8_t)stage_of(pod);
  if (pod->node == NULL) return; /* nobody knows where it belongs */
  if (collectable(pod)) {
    dset_sim_await_collect(sim, &pod->object);
    return;
  }
  if (pod->stage == DSET_STAGE_WAITS) {
    if (pod->store.deleting) {
      dset_sim_plan_task(sim, sim->now_ms, DSET_TASK_STOP, 0, pod, ++pod->stamp); /* nothing runs that would stop */
    } else if (pod->node->store != NULL) {
      live_at(sim, pod, dset_sim_after(sim, &sim->delays.schedule));
    }
    return;
  }
  pod->kubelet = rule_of(sim, pod);
  if (pod->store.deleting) {
    await_stop(sim, pod);
  } else if (pod->stage == DSET_STAGE_BOUND) {
    live_at(sim, pod, dset_sim_after(sim, &pod->kubelet->start));
  } else if (pod->stage == DSET_STAGE_RUNS) {
    await_ready(sim, pod, &pod->kubelet->ready);
  }
}

/* A pod that somebody changed: it goes on from what it is now. */
void dset_sim_change_pod(dset_simulation *sim, dset_sim_pod *pod, const dset_sim_state *before) {
  if (pod->stage == stage_of(pod) && pod->store.deleting == before->deleting) return;
  pod->stamp++;
  dset_sim_begin_pod(sim, pod);
}

void dset_sim_wake_waiting(dset_simulation *sim, dset_sim_node *node) {
  for (dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    if (pod->store.exists && pod->stage == DSET_STAGE_WAITS && !pod->store.deleting)
      live_at(sim, pod, dset_sim_after(sim, &sim->delays.schedule));
  }
}

/* ---- the end ---- */

void dset_sim_delete_pod(dset_simulation *sim, dset_sim_pod *pod) {
  if (!pod->store.exists) return;
  if (pod->stage == DSET_STAGE_WAITS || pod->node == NULL) {
    dset_sim_end_pod(sim, pod, "is gone");
    return;
  }
  if (pod->store.deleting) return;
  pod->store.deleting = true;
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, "is stopping");
  await_stop(sim, pod);
}

void dset_sim_end_pod(dset_simulation *sim, dset_sim_pod *pod, const char *why) {
  if (!pod->store.exists) return;
  if (pod->node != NULL && pod->node->cut_off && pod->stage != DSET_STAGE_WAITS && pod->node->store != NULL) {
    pod->stuck = true;
    return;
  }
  pod->store.exists = false;
  pod->stamp++;
  dset_sim_log_pod(sim, pod);
  tell(sim, pod, why);
}

static bool owner_is_gone(const dset_simulation *sim, const char *ns, const dset_owner *owner) {
  if (owner == NULL || !dset_text_equal(owner->kind, "DaemonSet")) return false;
  const dset_sim_daemonset *daemonset = dset_sim_find_daemonset(sim, ns, owner->name);
  return daemonset == NULL || daemonset->store.spec == NULL ||
         !dset_text_equal(daemonset->store.spec->facts->uid, owner->uid);
}

void dset_sim_await_collect(dset_simulation *sim, dset_sim_object *object) {
  dset_sim_plan_task(sim, dset_sim_after(sim, &sim->delays.collect), DSET_TASK_COLLECT, 0, object, 0);
}

void dset_sim_collect(dset_simulation *sim, dset_sim_object *object) {
  if (object->kind == DSET_WATCH_REVISIONS) {
    dset_sim_revision *revision = (dset_sim_revision *)object;
    if (revision->store == NULL) return;
    const dset_owner *owner = dset_controller_of(revision->store->owners, revision->store->owner_count);
    if (!owner_is_gone(sim, object->ns, owner)) return;
    dset_sim_remove_revision(sim, revision);
    return;
  }
  dset_sim_pod *pod = (dset_sim_pod *)object;
  if (!pod->store.exists) return;
  if (pod->node != NULL && collectable(pod)) {
    dset_sim_end_pod(sim, pod, "is collected: its node is gone");
  } else if (owner_is_gone(sim, object->ns, dset_sim_controller(&pod->store))) {
    dset_sim_delete_pod(sim, pod);
  }
}

/* ---- nodes that are cut off ---- */

void dset_sim_unreachable(dset_simulation *sim, dset_sim_node *node) {
  if (node->store == NULL) return;
  node->unreachable = true;
  dset_trace trace = {.type = DSET_TRACE_NODE, .node = node->object.name};
  dset_sim_tell(sim, &trace, "node %s counts as unreachable", node->object.name);
  dset_sim_refresh_node(sim, node);
  for (dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    if (!pod->store.exists || pod->stage != DSET_STAGE_READY) continue;
    pod->stage = DSET_STAGE_RUNS;
    pod->stamp++;
    pod->stuck = true;
    set_ready(sim, pod, false);
    dset_sim_log_pod(sim, pod);
    tell(sim, pod, "counts as not ready");
  }
}

void dset_sim_rejoin(dset_simulation *sim, dset_sim_node *node) {
  node->cut_off = false;
  node->stamp++;
  if (node->unreachable) {
    node->unreachable = false;
    dset_sim_refresh_node(sim, node);
  }
  for (dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    if (!pod->store.exists || !pod->stuck) continue;
    pod->stuck = false;
    if (pod->store.deleting) {
      await_stop(sim, pod);
    } else {
      live_at(sim, pod, sim->now_ms);
    }
  }
}
