/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate.c (L4s): a simulation from its making to its end. A step is one moment:
 *
 *   what is due now, in the order in which it was put ──► the controller plans ──► anything due now again? ──► ...
 */
#include "simulate.h"

#include <string.h>

#include "check.h"
#include "error.h"
#include "model.h"
#include "sync.h"

/* 2030-01-01T00:00:00Z: late enough for objects with times of today. */
static const int64_t usual_start_ms = INT64_C(1893456000000);

/* ---- making ---- */

static dset_simulation *make(const dset_options *options) {
  dset_arena host;
  dset_arena_init(&host, options->allocator);
  dset_simulation *sim = host.allocator.allocate(host.allocator.context, sizeof *sim);
  if (sim == NULL) return NULL;
  memset(sim, 0, sizeof *sim);
  dset_pool_init(&sim->pool, &host.allocator);
  dset_arena_init(&sim->arena, &host.allocator);
  dset_arena_init(&sim->snapshot, &host.allocator);
  sim->options = *options;
  sim->options.allocator = &sim->pool.allocator;
  sim->options.revision_hash = NULL;
  bool done = dset_index_init(&sim->texts, &sim->pool);
  for (int kind = 0; kind < DSET_WATCHES; kind++) done &= dset_index_init(&sim->objects[kind].index, &sim->pool);
  sim->failed = !done;
  return sim;
}

static void copy_rates(dset_simulation *sim, const dset_fault_rates *from) {
  if (from == NULL) return;
  sim->faults = *from;
  uint64_t *silenced = dset_sim_alloc(sim, from->silenced_count, sizeof *silenced);
  if (silenced != NULL && from->silenced_count != 0)
    memcpy(silenced, from->silenced, from->silenced_count * sizeof *silenced);
  sim->faults.silenced = silenced;
  if (from->until_ms != 0) dset_sim_plan_task(sim, from->until_ms, DSET_TASK_CALM, 0, sim, 0);
}

static void copy_kubelets(dset_simulation *sim, const dset_scenario *scenario) {
  const dset_kubelet **rules = dset_sim_alloc(sim, scenario->kubelet_count, sizeof *rules);
  for (size_t i = 0; i < scenario->kubelet_count && rules != NULL; i++) {
    dset_kubelet *rule = dset_sim_alloc(sim, 1, sizeof *rule);
    if (rule == NULL) return;
    *rule = *scenario->kubelets[i];
    rule->node = dset_sim_text(sim, rule->node);
    rules[i] = rule;
  }
  sim->kubelets = rules;
  sim->kubelet_count = scenario->kubelet_count;
}

static void set_up(dset_simulation *sim, const dset_scenario *scenario, const dset_listener *listener) {
  static const dset_span usual_unreachable = {40000, 40000};
  if (listener != NULL) sim->listener = *listener;
  sim->controller = scenario->controller;
  sim->dice = scenario->seed;
  sim->version = DSET_SIM_FIRST_VERSION;
  for (int kind = 0; kind < DSET_WATCHES; kind++) sim->logs[kind].version = DSET_SIM_FIRST_VERSION;
  sim->now_ms = scenario->start_ms == 0 ? usual_start_ms : scenario->start_ms;
  sim->stats = (dset_simulation_stats){.size = sizeof sim->stats, .start_ms = sim->now_ms, .now_ms = sim->now_ms};
  if (scenario->delays != NULL) sim->delays = *scenario->delays;
  if (sim->delays.unreachable.least_ms == 0 && sim->delays.unreachable.most_ms == 0)
    sim->delays.unreachable = usual_unreachable;
  const dset_fault_rates *faults = scenario->faults;
  sim->history = faults != NULL &&
                 (faults->per_mille[DSET_FAULT_STALE_LIST] != 0 || faults->per_mille[DSET_FAULT_TIME_TRAVEL] != 0);
  copy_rates(sim, faults);
  copy_kubelets(sim, scenario);
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    dset_sim_host *host = &sim->hosts[i];
    *host = (dset_sim_host){.sim = sim, .number = i, .wake_ms = DSET_NEVER};
    for (int kind = 0; kind < DSET_WATCHES; kind++) host->shows_ms[kind] = DSET_NEVER;
  }
}

static int duplicate(const char *list, size_t index, const char *name, dset_error *error) {
  return dset_sim_in_list(dset_fail(error, DSET_ERR_DUPLICATE, "name", "there is another \"%s\"", name), list, index,
                          error);
}

/* The objects of the scenario, revisions before what carries their hashes. */
static int fill_store(dset_simulation *sim, const dset_scenario *scenario, dset_error *error) {
  for (size_t i = 0; i < scenario->node_count; i++) {
    const dset_node *node = scenario->nodes[i];
    if (dset_sim_find_node(sim, node->name) != NULL) return duplicate("nodes", i, node->name, error);
    dset_sim_put_node(sim, node);
  }
  for (size_t i = 0; i < scenario->revision_count; i++) {
    const dset_revision *revision = scenario->revisions[i];
    if (dset_sim_find_revision(sim, revision->ns, revision->name) != NULL)
      return duplicate("revisions", i, revision->name, error);
    dset_sim_put_revision(sim, revision);
  }
  for (size_t i = 0; i < scenario->daemonset_count; i++) {
    const dset_daemonset *daemonset = scenario->daemonsets[i];
    if (dset_sim_find_daemonset(sim, daemonset->ns, daemonset->name) != NULL)
      return duplicate("daemonsets", i, daemonset->name, error);
    dset_sim_put_daemonset(sim, daemonset, i == 0 ? scenario->hash : NULL);
  }
  for (size_t i = 0; i < scenario->pod_count; i++) {
    const dset_pod *pod = scenario->pods[i];
    if (dset_sim_find_pod(sim, pod->ns, pod->name) != NULL) return duplicate("pods", i, pod->name, error);
    dset_sim_put_pod(sim, pod);
  }
  for (size_t i = 0; i < scenario->change_count; i++) dset_sim_plan_change(sim, scenario->changes[i]);
  return sim->failed ? dset_fail_memory(error) : DSET_OK;
}

static void first_sight(dset_simulation *sim) {
  dset_sim_host *host = &sim->hosts[0];
  if (sim->controller != DSET_CONTROLLER_NONE) {
    dset_sim_start_host(sim, host, false);
    return;
  }
  host->alive = true;
  dset_sim_list_all(sim, host, false);
  dset_sim_look(sim);
}

int dset_simulation_new(const dset_scenario *scenario, const dset_listener *listener, dset_simulation **simulation,
                        dset_error *error) {
  if (simulation == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  *simulation = NULL;
  if (scenario == NULL) return dset_fail(error, DSET_ERR_INVALID, "scenario", "must not be NULL");
  int code = dset_sim_check_scenario(scenario, error);
  if (code == DSET_OK) code = dset_check_size(listener, sizeof *listener, "listener", error);
  if (code == DSET_OK) code = dset_check_size(scenario->options, sizeof *scenario->options, "options", error);
  if (code != DSET_OK) return code;
  dset_options options;
  if (scenario->options != NULL) code = dset_check_allocator(scenario->options->allocator, error);
  if (code == DSET_OK) code = dset_sync_options(scenario->options, &options, error);
  if (code != DSET_OK) return code;
  dset_simulation *sim = make(&options);
  if (sim == NULL) return dset_fail_memory(error);
  if (!sim->failed) set_up(sim, scenario, listener);
  code = sim->failed ? dset_fail_memory(error) : fill_store(sim, scenario, error);
  if (code == DSET_OK) first_sight(sim);
  if (code == DSET_OK && sim->failed) code = dset_fail_memory(error);
  if (code != DSET_OK) {
    dset_simulation_free(sim);
    return code;
  }
  dset_sim_measure(sim);
  *simulation = sim;
  return DSET_OK;
}

void dset_simulation_free(dset_simulation *simulation) {
  if (simulation == NULL) return;
  dset_simulation *sim = simulation;
  for (int i = 0; i < DSET_SIM_HOSTS; i++) dset_sim_stop_host(sim, &sim->hosts[i]);
  for (dset_sim_spec *spec = sim->specs; spec != NULL; spec = spec->next) dset_matcher_free(spec->matcher);
  dset_index_clear(&sim->texts, &sim->pool);
  for (int kind = 0; kind < DSET_WATCHES; kind++) dset_index_clear(&sim->objects[kind].index, &sim->pool);
  dset_arena_clear(&sim->arena);
  dset_arena_clear(&sim->snapshot);
  dset_pool pool = sim->pool;
  dset_allocator allocator = pool.allocator;
  dset_pool_clear(&pool);
  allocator.release(allocator.context, sim, sizeof *sim);
}

/* ---- stepping ---- */

static void calm_down(dset_simulation *sim) {
  sim->calm = true;
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    if (sim->hosts[i].clock_ms != 0) dset_sim_set_clock(sim, &sim->hosts[i], 0);
  }
}

static void perform(dset_simulation *sim, const dset_sim_task *task) {
  switch (task->kind) {
    case DSET_TASK_CHANGE: dset_sim_do_change(sim, task->object); break;
    case DSET_TASK_LIVE: dset_sim_live(sim, task->object); break;
    case DSET_TASK_STOP: dset_sim_end_pod(sim, task->object, "is gone"); break;
    case DSET_TASK_AVAILABLE: dset_sim_stale_node(sim, ((const dset_sim_pod *)task->object)->node, task->part); break;
    case DSET_TASK_LOST: dset_sim_lose(sim, task->object, task->part); break;
    case DSET_TASK_UNREACHABLE: dset_sim_unreachable(sim, task->object); break;
    case DSET_TASK_COLLECT: dset_sim_collect(sim, task->object); break;
    case DSET_TASK_SHOW: dset_sim_show(sim, task->object, task->part); break;
    case DSET_TASK_LIST: dset_sim_list(sim, task->object, task->part); break;
    case DSET_TASK_CALL: dset_sim_effect(sim, task->object); break;
    case DSET_TASK_ANSWER: dset_sim_answer(sim, task->object); break;
    case DSET_TASK_WAKE: dset_sim_wake(sim, task->object); break;
    case DSET_TASK_RESTART: dset_sim_start_host(sim, task->object, true); break;
    case DSET_TASK_LOOK: break; /* whoever wants to look does so when all else is done */
    default: calm_down(sim); break;
  }
}

/* All that is due at this moment; false: there was nothing. */
static bool perform_due(dset_simulation *sim) {
  bool worked = false;
  for (;;) {
    const dset_sim_task *next = dset_sim_next_task(sim);
    if (next == NULL || next->at_ms > sim->now_ms || sim->failed) return worked;
    dset_sim_task task = dset_sim_take_task(sim);
    perform(sim, &task);
    worked = true;
  }
}

/* A controller of the caller's. */
static bool ask_caller(dset_simulation *sim, size_t turn) {
  enum { TURNS = 10000 };
  if (sim->listener.plan == NULL || turn > TURNS) return false;
  if (turn == TURNS) {
    dset_sim_violate(sim, DSET_INVARIANT_SETTLES, NULL,
                     "the controller never has nothing to do: %d times in one moment", (int)TURNS);
    return false;
  }
  sim->busy = true;
  bool did = sim->listener.plan(sim->listener.user_data);
  sim->busy = false;
  return did;
}

static bool do_moment(dset_simulation *sim) {
  bool worked = false;
  size_t turn = 0;
  for (bool again = true; again && !sim->failed;) {
    again = perform_due(sim);
    if (dset_sim_work_hosts(sim) || ((again || worked) && ask_caller(sim, turn++))) again = true;
    worked |= again;
  }
  if (worked) sim->stats.steps++;
  dset_sim_measure(sim);
  return worked;
}

int dset_sim_idle(const dset_simulation *sim, dset_error *error) {
  if (sim == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  if (sim->busy) return dset_fail(error, DSET_ERR_INVALID, "simulation", "is in the middle of a step");
  return sim->failed ? dset_fail_memory(error) : DSET_OK;
}

/* One step, up to a moment. */
static int step_until(dset_simulation *sim, int64_t until_ms, bool *more, dset_error *error) {
  if (sim->failed) return dset_fail_memory(error);
  *more = do_moment(sim); /* what somebody changed since the last step */
  const dset_sim_task *next = dset_sim_next_task(sim);
  if (!*more && next != NULL && next->at_ms <= until_ms) {
    sim->now_ms = sim->stats.now_ms = next->at_ms;
    *more = do_moment(sim);
  }
  return sim->failed ? dset_fail_memory(error) : DSET_OK;
}

int dset_simulation_step(dset_simulation *simulation, bool *more, dset_error *error) {
  bool unread;
  int code = dset_sim_idle(simulation, error);
  if (code != DSET_OK) return code;
  return step_until(simulation, DSET_NEVER - 1, more == NULL ? &unread : more, error);
}

int dset_simulation_run(dset_simulation *simulation, int64_t until_ms, int *end, dset_error *error) {
  int64_t last_ms = until_ms == DSET_NEVER ? DSET_NEVER - 1 : until_ms;
  int code = dset_sim_idle(simulation, error);
  for (bool more = true; more && code == DSET_OK;) code = step_until(simulation, last_ms, &more, error);
  if (code != DSET_OK) return code;
  if (end != NULL) *end = dset_sim_next_task(simulation) == NULL ? DSET_END_REST : DSET_END_TIME;
  if (until_ms != DSET_NEVER && until_ms > simulation->now_ms) {
    simulation->now_ms = simulation->stats.now_ms = until_ms;
    dset_sim_measure(simulation);
  }
  return DSET_OK;
}

void dset_sim_look(dset_simulation *sim) {
  if (sim->listener.plan != NULL) dset_sim_plan_task(sim, sim->now_ms, DSET_TASK_LOOK, 0, sim, 0);
}

int dset_simulation_wake(dset_simulation *simulation, int64_t at_ms, dset_error *error) {
  if (simulation == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  if (at_ms == DSET_NEVER) return DSET_OK;
  if (!simulation->failed) dset_sim_plan_task(simulation, at_ms, DSET_TASK_LOOK, 0, simulation, 0);
  return simulation->failed ? dset_fail_memory(error) : DSET_OK;
}

int dset_simulation_change(dset_simulation *simulation, const dset_change *change, dset_error *error) {
  if (simulation == NULL) return dset_fail(error, DSET_ERR_INVALID, "simulation", "must not be NULL");
  if (change == NULL) return dset_fail(error, DSET_ERR_INVALID, "change", "must not be NULL");
  int code = dset_check_size(change, sizeof *change, "change", error);
  if (code == DSET_OK) code = dset_sim_check_change(change, error);
  if (code != DSET_OK) return code;
  if (simulation->failed) return dset_fail_memory(error);
  simulation->resting = false;
  dset_sim_plan_change(simulation, change);
  return simulation->failed ? dset_fail_memory(error) : DSET_OK;
}
