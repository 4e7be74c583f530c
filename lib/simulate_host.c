/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_host.c (L4s): the library's controller in a simulation: a host as host.h wants it.
 *
 *   shown changes ──► cluster ──dirty, due──► plan ──► dset_apply() ──callbacks──► writes (simulate_call.c)
 *                      ▲                        ▲             │
 *                      └──────── ledger ────────┘◄── answers ─┘
 *
 * The ledger is saved before anything is written. Saving counts up a fence; a host that saves and finds that another
 * one has done so since is not the leader any more, does nothing and stops. A host that starts reads the saved ledger,
 * lists, and waits until its view is as new as the store was then (I2): what it does not know, it does not act on.
 */
#include "simulate.h"

#include "model.h"

enum { PLANS_A_MOMENT = 100, PAUSE_MS = 1000 };

static void say(dset_simulation *sim, const dset_sim_host *host, const char *what, const char *more) {
  dset_trace trace = {.type = DSET_TRACE_HOST, .host = host->number + 1};
  dset_sim_tell(sim, &trace, "host %d %s%s", host->number + 1, what, more);
}

/* ---- from crash to crash ---- */

static void take_down(dset_simulation *sim, dset_sim_host *host) {
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++) {
    dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
    dset_run_free(daemonset->runs[host->number]);
    daemonset->runs[host->number] = NULL;
    daemonset->due[host->number] = daemonset->deferred[host->number] = false;
    daemonset->backs_off[host->number] = false;
    daemonset->wake_ms[host->number] = DSET_NEVER;
  }
  dset_ledger_free(host->ledger);
  dset_cluster_free(host->cluster);
  host->ledger = NULL;
  host->cluster = NULL;
  host->alive = host->crashed = false;
  host->stamp++;
  host->wake_ms = DSET_NEVER;
  for (int kind = 0; kind < DSET_WATCHES; kind++) host->shows[kind]++, host->shows_ms[kind] = DSET_NEVER;
}

void dset_sim_stop_host(dset_simulation *sim, dset_sim_host *host) {
  if (host->alive && host->cluster != NULL) take_down(sim, host);
}

void dset_sim_crash_host(dset_simulation *sim, dset_sim_host *host) {
  if (!host->alive || host->cluster == NULL) return;
  say(sim, host, "crashes", "");
  take_down(sim, host);
  dset_sim_plan_task(sim, dset_sim_after(sim, &sim->delays.restart), DSET_TASK_RESTART, 0, host, 0);
}

/* What was to be deleted and is not there any more is gone. */
static void end_deletions(dset_simulation *sim, dset_sim_host *host, const dset_sim_daemonset *daemonset) {
  const dset_sim_object *object = &daemonset->object;
  size_t count = dset_ledger_list(host->ledger, object->ns, object->name, NULL, 0);
  dset_flight *flights = dset_sim_alloc(sim, count, sizeof *flights);
  if (flights == NULL) return;
  dset_ledger_list(host->ledger, object->ns, object->name, flights, count);
  const char **gone = dset_sim_alloc(sim, count, sizeof *gone);
  size_t gone_count = 0;
  for (size_t i = 0; i < count && gone != NULL; i++) {
    if (flights[i].type != DSET_ACTION_DELETE_POD) continue;
    const dset_sim_pod *pod = dset_sim_find_pod(sim, object->ns, flights[i].pod);
    if (pod != NULL && !pod->seen[host->number].exists) gone[gone_count++] = pod->object.name;
  }
  for (size_t i = 0; i < gone_count; i++) {
    const dset_pod pod = {.ns = object->ns, .name = gone[i]};
    dset_ledger_observe_pod(host->ledger, DSET_POD_GONE, &pod, NULL);
  }
}

/* Once it has a view that is as new as the store was when it started: before, a pod may not be there yet. */
static void reconcile(dset_simulation *sim, dset_sim_host *host) {
  if (host->reconciles == 0 || host->versions[DSET_WATCH_PODS] < host->reconciles) return;
  host->reconciles = 0;
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count && !sim->failed; i++)
    end_deletions(sim, host, dset_sim_daemonset_at(sim, i));
}

/* Its view must be as new as the store is now. */
static void require_fresh(dset_simulation *sim, dset_sim_host *host, const dset_sim_daemonset *daemonset) {
  dset_daemonset facts;
  if (daemonset->store.spec == NULL) return;
  dset_sim_whole(&daemonset->store, &facts);
  int code = dset_ledger_wrote(host->ledger, &facts, DSET_RESOURCE_PODS, sim->logs[DSET_WATCH_PODS].version, NULL);
  if (code == DSET_OK)
    code = dset_ledger_wrote(host->ledger, &facts, DSET_RESOURCE_DAEMONSETS, sim->logs[DSET_WATCH_DAEMONSETS].version,
                             NULL);
  if (code != DSET_OK) sim->failed = true;
}

void dset_sim_start_host(dset_simulation *sim, dset_sim_host *host, bool restarted) {
  bool keeps = sim->controller == DSET_CONTROLLER_LIBRARY;
  host->alive = true;
  host->wake_ms = DSET_NEVER;
  int code = dset_cluster_new(&sim->options, &host->cluster, NULL);
  if (code == DSET_OK) {
    code = keeps && sim->saved_bytes > 0
               ? dset_ledger_read(sim->saved, sim->saved_bytes, &sim->options, &host->ledger, NULL)
               : dset_ledger_new(&sim->options, &host->ledger, NULL);
  }
  if (code != DSET_OK) {
    sim->failed = true;
    return;
  }
  host->fence = ++sim->fence;
  host->reconciles = restarted && keeps ? sim->logs[DSET_WATCH_PODS].version : 0;
  if (restarted) say(sim, host, "starts", "");
  dset_sim_list_all(sim, host, restarted);
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count && !sim->failed; i++) {
    if (restarted && keeps) require_fresh(sim, host, dset_sim_daemonset_at(sim, i));
  }
}

void dset_sim_take_over(dset_simulation *sim) {
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    dset_sim_host *host = &sim->hosts[i];
    const dset_sim_host *other = &sim->hosts[1 - i];
    if (host->alive || !other->alive || other->cluster == NULL) continue;
    say(sim, host, "takes over", "");
    dset_sim_start_host(sim, host, true);
    return;
  }
}

/* As in the ledger: what is lost by now stays lost (E20); deletions and back-offs of the future count from then on. */
static void turn_clock(dset_simulation *sim, dset_sim_host *host, int64_t ms) {
  int64_t before_ms = dset_sim_time(sim, host->number);
  host->clock_ms = ms;
  int64_t after_ms = dset_sim_time(sim, host->number);
  const dset_sim_objects *pods = &sim->objects[DSET_WATCH_PODS];
  for (size_t i = 0; i < pods->count; i++) {
    dset_sim_pod *pod = dset_sim_pod_at(sim, i);
    pod->awaited_ms[host->number] = 0;
    bool sent = dset_sim_is_sent(pod, before_ms) && dset_sim_is_sent(pod, after_ms);
    if (!sent) pod->sent_ms = 0;
    if (pod->sent_ms > after_ms) pod->sent_ms = after_ms;
  }
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++) {
    dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
    for (size_t node = 0; node < daemonset->node_capacity; node++) {
      dset_sim_backoff *backoff = &daemonset->backoffs[node];
      if (before_ms > dset_time_add(backoff->last_ms, 2 * dset_sim_most_delay_ms(sim))) backoff->generation = 0;
      if (backoff->last_ms > after_ms) backoff->last_ms = after_ms;
    }
  }
}

void dset_sim_set_clock(dset_simulation *sim, dset_sim_host *host, int64_t ms) {
  turn_clock(sim, host, ms);
  dset_sim_stale_all(sim, host->number);
  if (!host->alive || host->cluster == NULL) return;
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++)
    dset_sim_daemonset_at(sim, i)->due[host->number] = true;
}

/* ---- planning ---- */

/* What is in flight, and the back-offs, as the ledger has them. */
static int fill(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset, int64_t now_ms) {
  const dset_sim_object *object = &daemonset->object;
  dset_daemonset facts;
  dset_in_flight flight = {.size = sizeof flight};
  dset_sim_whole(&daemonset->seen[host->number], &facts);
  int code = dset_ledger_in_flight(host->ledger, &facts, now_ms, &flight, NULL);
  if (code != DSET_OK) return code;
  if (sim->controller == DSET_CONTROLLER_KUBERNETES)
    dset_ledger_counters(host->ledger, object->ns, object->name, &flight.creates, &flight.deletes, &flight.since_ms);
  code = dset_cluster_put_in_flight(host->cluster, object->ns, object->name, flight.creates, flight.deletes,
                                    flight.since_ms, NULL);
  bool backs_off = flight.backoff_count != 0;
  if (code == DSET_OK && (backs_off || daemonset->backs_off[host->number]))
    code =
        dset_cluster_put_backoffs(host->cluster, object->ns, object->name, flight.backoffs, flight.backoff_count, NULL);
  daemonset->backs_off[host->number] = backs_off;
  return code;
}

/* What follows from where a run stands. */
void dset_sim_follow(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset) {
  dset_run *run = daemonset->runs[host->number];
  if (host->crashed) {
    dset_sim_crash_host(sim, host);
    return;
  }
  const dset_apply_result *result = dset_run_result(run);
  if (result->state == DSET_RUN_WAITING) return;
  if (result->state == DSET_RUN_DEFERRED && result->reason == DSET_DEFER_NOT_SAVED) {
    say(sim, host, "is not the leader any more", "");
    dset_sim_stop_host(sim, host);
    return;
  }
  if (result->state == DSET_RUN_DEFERRED) {
    daemonset->deferred[host->number] = true;
    say(sim, host, "waits: ", dset_defer_name(result->reason));
  }
  bool waits_for_view = result->state == DSET_RUN_DEFERRED && result->reason == DSET_DEFER_STALE;
  if (result->retry_after_ms > 0 && !waits_for_view)
    dset_sim_add_wake(sim, host, daemonset, dset_time_add(sim->now_ms, result->retry_after_ms));
}

/* Hosts that share a ledger share their time, right or wrong: else none knows how long a write is under way. */
static void jump_clocks(dset_simulation *sim, int64_t ms) {
  for (int i = 0; i < DSET_SIM_HOSTS; i++)
    dset_sim_set_clock(sim, &sim->hosts[i], dset_time_add(sim->hosts[i].clock_ms, ms));
}

static void draw_faults(dset_simulation *sim) {
  int64_t jump_ms = sim->faults.clock_ms == 0 ? 360000 : sim->faults.clock_ms;
  if (sim->call_count == 0 && dset_sim_fault(sim, DSET_FAULT_CLOCK_FORTH, "of the hosts")) jump_clocks(sim, jump_ms);
  if (sim->call_count == 0 && dset_sim_fault(sim, DSET_FAULT_CLOCK_BACK, "of the hosts")) jump_clocks(sim, -jump_ms);
  if (sim->controller == DSET_CONTROLLER_LIBRARY && dset_sim_fault(sim, DSET_FAULT_TWO_HOSTS, "leadership"))
    dset_sim_take_over(sim);
}

static void sync(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset) {
  const dset_sim_object *object = &daemonset->object;
  int at = host->number;
  daemonset->due[at] = false;
  draw_faults(sim);
  reconcile(sim, host);
  int64_t now_ms = dset_sim_time(sim, at);
  const dset_plan *plan;
  if (sim->failed || fill(sim, host, daemonset, now_ms) != DSET_OK ||
      dset_cluster_plan(host->cluster, object->ns, object->name, now_ms, &plan, NULL) != DSET_OK) {
    sim->failed = true;
    return;
  }
  sim->stats.plans++;
  if (dset_sim_heard(sim)) dset_sim_tell_plan(sim, host, daemonset, plan);
  dset_daemonset facts;
  dset_sim_whole(&daemonset->seen[at], &facts);
  const dset_apply_options options = {.size = sizeof options,
                                      .daemonset = &facts,
                                      .now_ms = now_ms,
                                      .read_pods = host->versions[DSET_WATCH_PODS],
                                      .read_daemonsets = host->versions[DSET_WATCH_DAEMONSETS],
                                      .by_counters = sim->controller == DSET_CONTROLLER_KUBERNETES};
  dset_callbacks callbacks;
  dset_sim_callbacks(sim, &callbacks);
  daemonset->decided[at] = daemonset->seen[at].spec;
  daemonset->decided_ms[at] = now_ms;
  daemonset->plans[at] = plan;
  dset_run_free(daemonset->runs[at]);
  daemonset->runs[at] = NULL;
  dset_run *run;
  if (dset_apply(plan, &options, &callbacks, host, host->ledger, &run, NULL) != DSET_OK) {
    sim->failed = true;
    return;
  }
  daemonset->runs[at] = run;
  daemonset->plans[at] = NULL;
  if (!host->crashed) dset_sim_ask(sim, host, daemonset, plan);
  dset_sim_follow(sim, host, daemonset);
}

/* A host that decides the same again and again in one moment gets a pause (an absent selector, D1). */
static bool paused(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset) {
  if (daemonset->moment_ms != sim->now_ms) daemonset->moment_plans = 0;
  daemonset->moment_ms = sim->now_ms;
  if (++daemonset->moment_plans <= PLANS_A_MOMENT) return false;
  if (daemonset->moment_plans == PLANS_A_MOMENT + 1)
    dset_sim_add_wake(sim, host, daemonset, dset_time_add(sim->now_ms, PAUSE_MS));
  return true;
}

static void find_due(dset_simulation *sim, dset_sim_host *host) {
  int64_t now_ms = dset_sim_time(sim, host->number);
  bool by_time = sim->controller != DSET_CONTROLLER_KUBERNETES;
  size_t count = sim->objects[DSET_WATCH_DAEMONSETS].count;
  dset_key few[8];
  dset_key *keys = few;
  size_t found = dset_cluster_dirty(host->cluster, by_time ? now_ms : INT64_MIN, few, sizeof few / sizeof few[0]);
  if (found > sizeof few / sizeof few[0]) {
    keys = dset_arena_alloc(&sim->snapshot, count, sizeof *keys);
    if (keys == NULL) {
      sim->failed = true;
      return;
    }
    found = dset_cluster_dirty(host->cluster, by_time ? now_ms : INT64_MIN, keys, count);
  }
  for (size_t i = 0; i < found; i++) dset_sim_daemonset_of(sim, keys[i].ns, keys[i].name)->due[host->number] = true;
}

bool dset_sim_work_hosts(dset_simulation *sim) {
  bool worked = false;
  for (int h = 0; h < DSET_SIM_HOSTS; h++) {
    dset_sim_host *host = &sim->hosts[h];
    if (!host->alive || host->cluster == NULL) continue;
    find_due(sim, host);
    for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count && host->alive && !sim->failed; i++) {
      dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
      const dset_run *run = daemonset->runs[h];
      if (!daemonset->due[h] || daemonset->seen[h].spec == NULL) continue;
      if (run != NULL && dset_run_result(run)->state == DSET_RUN_WAITING) continue;
      if (paused(sim, host, daemonset)) continue;
      sync(sim, host, daemonset);
      worked = true;
    }
  }
  return worked;
}

void dset_sim_force_plans(dset_simulation *sim) {
  for (size_t i = 0; i < sim->objects[DSET_WATCH_DAEMONSETS].count; i++) {
    for (int h = 0; h < DSET_SIM_HOSTS; h++) dset_sim_daemonset_at(sim, i)->due[h] = true;
  }
}
