/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_view.c (L4s): what callers ask of a simulation: its state, its numbers, whether it is where it should be;
 * and the writes of their own controllers. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "error.h"
#include "model.h"
#include "simulate.h"

enum { SNAPSHOT_KEEPS = 1 << 20 };

/* ---- numbers ---- */

const dset_simulation_stats *dset_simulation_stats_of(const dset_simulation *simulation) {
  return &simulation->stats;
}

void dset_sim_measure(dset_simulation *sim) {
  dset_simulation_stats *stats = &sim->stats;
  if (sim->objects[DSET_WATCH_DAEMONSETS].count == 0) return;
  dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, 0);
  const dset_sim_spec *before = daemonset->measured;
  const dset_sim_sums *sums = dset_sim_count(sim, daemonset, DSET_SIM_STORE);
  if (sums == NULL) return;
  stats->eligible = sums->eligible;
  stats->available = sums->available;
  stats->updated = sums->updated;
  if (before != sums->spec || sums->available < stats->least_available) stats->least_available = sums->available;
  daemonset->measured = sums->spec;
}

uint64_t dset_simulation_version(const dset_simulation *simulation, int side, int resource) {
  int kind = resource == DSET_RESOURCE_DAEMONSETS ? DSET_WATCH_DAEMONSETS : DSET_WATCH_PODS;
  if (side == DSET_SIDE_VIEW) return simulation->hosts[0].versions[kind];
  return side == DSET_SIDE_STORE ? simulation->logs[kind].version : 0;
}

/* ---- state ---- */

/* Memory for a list that one call returns; its items are NULL until they are set. */
static void *list_of(dset_simulation *sim, size_t count, size_t bytes) {
  void *list = sim->failed ? NULL : dset_arena_zalloc(&sim->snapshot, count, bytes);
  if (list == NULL) sim->failed = true;
  return list;
}

static void list_nodes(dset_simulation *sim, int side, dset_snapshot *snapshot) {
  const dset_sim_objects *objects = &sim->objects[DSET_WATCH_NODES];
  const dset_node **nodes = list_of(sim, objects->count, sizeof *nodes);
  for (size_t i = 0; i < objects->count && nodes != NULL; i++) {
    const dset_sim_node *node = dset_sim_node_at(sim, i);
    const dset_node *facts = side == DSET_SIM_STORE ? node->store : node->seen[side];
    if (facts != NULL) nodes[snapshot->node_count++] = facts;
  }
  snapshot->nodes = nodes;
}

static void list_pods(dset_simulation *sim, int side, dset_snapshot *snapshot) {
  const dset_sim_objects *objects = &sim->objects[DSET_WATCH_PODS];
  size_t count = 0;
  for (size_t i = 0; i < objects->count; i++) count += dset_sim_state_of(dset_sim_pod_at(sim, i), side)->exists;
  const dset_pod **pods = list_of(sim, count, sizeof *pods);
  dset_pod *facts = list_of(sim, count, sizeof *facts);
  for (size_t i = 0; i < objects->count && !sim->failed; i++) {
    const dset_sim_pod *pod = dset_sim_pod_at(sim, i);
    const dset_sim_state *state = dset_sim_state_of(pod, side);
    if (!state->exists) continue;
    dset_sim_pod_facts(pod, state, &facts[snapshot->pod_count]);
    pods[snapshot->pod_count] = &facts[snapshot->pod_count];
    snapshot->pod_count++;
  }
  snapshot->pods = pods;
}

static void list_revisions(dset_simulation *sim, int side, dset_snapshot *snapshot) {
  const dset_sim_objects *objects = &sim->objects[DSET_WATCH_REVISIONS];
  const dset_revision **revisions = list_of(sim, objects->count, sizeof *revisions);
  for (size_t i = 0; i < objects->count && revisions != NULL; i++) {
    const dset_sim_revision *revision = dset_sim_revision_at(sim, i);
    const dset_revision *facts = side == DSET_SIM_STORE ? revision->store : revision->seen[side];
    if (facts != NULL) revisions[snapshot->revision_count++] = facts;
  }
  snapshot->revisions = revisions;
}

/* The facts of one side; the lists are valid until the next time. */
static void snap(dset_simulation *sim, int side, const dset_sim_daemonset *daemonset, dset_snapshot *snapshot) {
  dset_arena_reset(&sim->snapshot, SNAPSHOT_KEEPS);
  *snapshot = (dset_snapshot){.size = snapshot->size, .now_ms = dset_sim_time(sim, side)};
  list_nodes(sim, side, snapshot);
  list_pods(sim, side, snapshot);
  list_revisions(sim, side, snapshot);
  const dset_sim_facts *facts = daemonset == NULL ? NULL : dset_sim_facts_of(daemonset, side);
  if (facts == NULL || facts->spec == NULL) return;
  dset_daemonset *whole = list_of(sim, 1, sizeof *whole);
  if (whole == NULL) return;
  dset_sim_whole(facts, whole);
  snapshot->daemonset = whole;
}

int dset_simulation_snapshot(dset_simulation *simulation, int side, const char *ns, const char *name,
                             dset_snapshot *snapshot, dset_error *error) {
  if (simulation == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  if (snapshot == NULL) return dset_fail(error, DSET_ERR_INVALID, "snapshot", "must not be NULL");
  if (side != DSET_SIDE_STORE && side != DSET_SIDE_VIEW)
    return dset_fail(error, DSET_ERR_INVALID, "side", "must be DSET_SIDE_STORE or DSET_SIDE_VIEW");
  int code = dset_check_size(snapshot, sizeof *snapshot, "snapshot", error);
  if (code != DSET_OK) return code;
  if (simulation->failed) return dset_fail_memory(error);
  snap(simulation, side == DSET_SIDE_STORE ? DSET_SIM_STORE : 0, dset_sim_find_daemonset(simulation, ns, name),
       snapshot);
  return simulation->failed ? dset_fail_memory(error) : DSET_OK;
}

/* ---- writes of other controllers ---- */

/* An action has the member that says what it is done to, as plan.h lists them. */
static int check_action(const dset_action *action, dset_error *error) {
  static const struct {
    const char *member; /* NULL: none is needed */
    size_t offset;
  } needed[] = {[DSET_ACTION_CREATE_POD] = {"node", offsetof(dset_action, node)},
                [DSET_ACTION_DELETE_POD] = {"pod", offsetof(dset_action, pod)},
                [DSET_ACTION_ADOPT_POD] = {"pod", offsetof(dset_action, pod)},
                [DSET_ACTION_RELEASE_POD] = {"pod", offsetof(dset_action, pod)},
                [DSET_ACTION_LABEL_POD] = {"pod", offsetof(dset_action, pod)},
                [DSET_ACTION_CREATE_REVISION] = {"revision", offsetof(dset_action, revision)},
                [DSET_ACTION_UPDATE_REVISION] = {"revision", offsetof(dset_action, revision)},
                [DSET_ACTION_DELETE_REVISION] = {"revision", offsetof(dset_action, revision)},
                [DSET_ACTION_ADOPT_REVISION] = {"revision", offsetof(dset_action, revision)},
                [DSET_ACTION_RELEASE_REVISION] = {"revision", offsetof(dset_action, revision)},
                [DSET_ACTION_EMIT_EVENT] = {NULL, 0}};
  if (action->type < DSET_ACTION_CREATE_POD || action->type > DSET_ACTION_EMIT_EVENT)
    return dset_fail(error, DSET_ERR_INVALID, "action.type", "%d is no action", action->type);
  const char *member = needed[action->type].member;
  const char *text = NULL;
  if (member != NULL) memcpy(&text, (const char *)action + needed[action->type].offset, sizeof text);
  if (action->type == DSET_ACTION_UPDATE_STATUS && action->status == NULL) member = "status";
  if (member == NULL || !dset_text_empty(text)) return DSET_OK;
  char path[32];
  snprintf(path, sizeof path, "action.%s", member);
  return dset_fail(error, DSET_ERR_INVALID, path, "is absent; %s needs it", dset_action_type_name(action->type));
}

static void fill_reply(dset_reply *reply, const char *pod, const char *text, uint64_t version) {
  *reply = (dset_reply){.size = reply->size, .pod = pod, .text = text, .version = version};
}

int dset_simulation_act(dset_simulation *simulation, const char *ns, const char *name, const dset_action *action,
                        int *result, dset_reply *reply, dset_error *error) {
  if (simulation == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  if (action == NULL) return dset_fail(error, DSET_ERR_INVALID, "action", "must not be NULL");
  if (result == NULL) return dset_fail(error, DSET_ERR_INVALID, "result", "must not be NULL");
  int code = dset_check_size(action, sizeof *action, "action", error);
  if (code == DSET_OK) code = dset_check_size(reply, sizeof *reply, "reply", error);
  if (code == DSET_OK) code = check_action(action, error);
  if (code != DSET_OK) return code;
  dset_sim_daemonset *daemonset = dset_sim_find_daemonset(simulation, ns, name);
  if (daemonset == NULL || daemonset->seen[0].spec == NULL)
    return dset_fail(error, DSET_ERR_INVALID, "name", "the view has no DaemonSet \"%s\"", dset_text_or_empty(name));
  if (simulation->failed) return dset_fail_memory(error);
  *result = DSET_RESULT_OK;
  if (reply != NULL) fill_reply(reply, NULL, "", 0);
  if (action->type == DSET_ACTION_EMIT_EVENT) return DSET_OK;
  daemonset->decided[0] = daemonset->seen[0].spec;
  daemonset->decided_ms[0] = dset_sim_time(simulation, 0);
  dset_sim_call call = dset_sim_call_of(simulation, daemonset, 0, action);
  call.daemonset_version = daemonset->store.version; /* callers may read anew */
  dset_sim_check_call(simulation, &call);
  dset_sim_mark_sent(simulation, &call);
  dset_sim_send(simulation, &call);
  dset_sim_effect(simulation, &call);
  *result = call.result;
  const char *text = call.result == DSET_RESULT_OK ? "" : dset_result_name(call.result);
  if (reply != NULL) fill_reply(reply, call.made, dset_text_empty(call.text) ? text : call.text, call.version);
  return simulation->failed ? dset_fail_memory(error) : DSET_OK;
}

/* ---- at rest ---- */

/* The pods of a node, as a judge sees them. */
typedef struct dset_sim_found {
  const dset_sim_pod *live;    /* the last one */
  const dset_sim_pod *waiting; /* live, not available */
  const dset_sim_pod *ended;
  size_t live_count;
  size_t count;
} dset_sim_found;

static dset_sim_found look_at(const dset_simulation *sim, const dset_sim_spec *spec, const dset_sim_node *node) {
  dset_sim_found found = {.count = 0};
  for (const dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    if (!pod->store.exists || !dset_sim_owns(spec, pod, &pod->store)) continue;
    bool ended = dset_phase_terminal(pod->store.phase);
    found.count++;
    if (ended) found.ended = pod;
    if (ended || pod->store.deleting) continue;
    found.live = pod;
    found.live_count++;
    if (!dset_sim_available(sim, spec, &pod->store, DSET_SIM_STORE)) found.waiting = pod;
  }
  return found;
}

/* What is wrong with a node of a DaemonSet that has come to rest. */
static void judge_node(dset_simulation *sim, dset_sim_daemonset *daemonset, const dset_sim_node *node) {
  const dset_sim_share *share = &daemonset->sums[DSET_SIM_STORE].shares[node->number];
  const dset_sim_spec *spec = daemonset->store.spec;
  const dset_sim_found found = look_at(sim, spec, node);
  bool rolls = spec->facts->strategy == DSET_STRATEGY_ROLLING_UPDATE;
  bool runs = share->eligible;
  const char *name = node->object.name;
  if (found.count > 0 && dset_sim_verdict(spec, node, DSET_SIM_STORE) == DSET_VERDICT_NEITHER) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "a pod is on %s, which must have none", name);
  } else if (found.ended != NULL) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "%s: %s has %s, and is still there", name,
                     found.ended->object.name, found.ended->store.phase == DSET_PHASE_FAILED ? "failed" : "succeeded");
  } else if (runs && found.live_count == 0) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "%s has no pod", name);
  } else if (runs && found.waiting != NULL) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "%s: %s is not %s", name, found.waiting->object.name,
                     found.waiting->store.ready ? "available" : "ready");
  } else if (found.count > 1) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "%s has %zu pods", name, found.count);
  } else if (runs && rolls && !share->updated) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "%s: %s is outdated", name, found.live->object.name);
  }
}

/* A plan of the store as it is does nothing. */
static void judge_plan(dset_simulation *sim, dset_sim_daemonset *daemonset) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_plan *plan;
  dset_error error;
  snap(sim, DSET_SIM_STORE, daemonset, &snapshot);
  if (sim->failed) return;
  if (dset_plan_compute(&snapshot, &sim->options, &plan, &error) != DSET_OK) {
    sim->failed = true; /* the objects were checked: no memory */
    return;
  }
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++)
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "its plan has a problem: %s",
                     dset_plan_problem(plan, i)->text);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type != DSET_ACTION_EMIT_EVENT)
      dset_sim_violate(sim, DSET_INVARIANT_SETTLES, daemonset, "there is still to do: %s: %s",
                       dset_action_type_name(action->type), action->text);
  }
  dset_plan_free(plan);
}

int dset_simulation_judge(dset_simulation *simulation, dset_error *error) {
  int code = dset_sim_idle(simulation, error);
  if (code != DSET_OK) return code;
  dset_simulation *sim = simulation;
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count && !sim->failed; i++) {
    dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
    const dset_sim_spec *spec = daemonset->store.spec;
    if (spec == NULL || spec->facts->deleting) continue;
    if (dset_sim_count(sim, daemonset, DSET_SIM_STORE) == NULL) break;
    for (size_t j = 0; j < sim->objects[DSET_WATCH_NODES].count; j++)
      judge_node(sim, daemonset, dset_sim_node_at(sim, j));
    judge_plan(sim, daemonset);
  }
  return sim->failed ? dset_fail_memory(error) : DSET_OK;
}

int dset_simulation_quiet(dset_simulation *simulation, size_t plans, dset_error *error) {
  enum { MINUTE_MS = 60000 };
  int code = dset_sim_idle(simulation, error);
  if (code != DSET_OK) return code;
  dset_simulation *sim = simulation;
  sim->resting = true;
  for (size_t i = 0; i < plans && code == DSET_OK; i++) {
    const dset_change crash = {.size = sizeof crash, .type = DSET_CHANGE_CRASH_HOST};
    if (i == plans / 2) dset_sim_plan_change(sim, &crash);
    dset_sim_force_plans(sim);
    dset_sim_look(sim);
    code = dset_simulation_run(sim, dset_time_add(sim->now_ms, MINUTE_MS), NULL, error);
  }
  sim->resting = sim->controller == DSET_CONTROLLER_NONE; /* its plans are still to come */
  return code;
}
