/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_tell.c (L4s): what listeners hear, violations, and names. */
#include <stdio.h>
#include <string.h>

#include "simulate.h"
#include "text.h"

enum { LINE_BYTES = 512 };

bool dset_sim_heard(const dset_simulation *sim) {
  return sim->listener.trace != NULL;
}

static void say(dset_simulation *sim, dset_trace *trace, const char *text) {
  trace->size = sizeof *trace;
  trace->at_ms = sim->now_ms;
  trace->ns = dset_text_or_empty(trace->ns);
  trace->daemonset = dset_text_or_empty(trace->daemonset);
  trace->node = dset_text_or_empty(trace->node);
  trace->name = dset_text_or_empty(trace->name);
  trace->text = text;
  sim->listener.trace(sim->listener.user_data, trace);
}

void dset_sim_tell(dset_simulation *sim, dset_trace *trace, const char *format, ...) {
  if (!dset_sim_heard(sim)) return;
  char line[LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  say(sim, trace, line);
}

void dset_sim_violate(dset_simulation *sim, int invariant, const dset_sim_daemonset *daemonset, const char *format,
                      ...) {
  char line[LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (sim->stats.violations++ < DSET_SIM_VIOLATIONS) {
    char *kept = sim->failed ? NULL : dset_arena_string(&sim->arena, line);
    if (kept == NULL) sim->failed = true;
    sim->violations[sim->stats.violations - 1] =
        (dset_violation){.invariant = invariant,
                         .at_ms = sim->now_ms,
                         .ns = daemonset == NULL ? "" : daemonset->object.ns,
                         .daemonset = daemonset == NULL ? "" : daemonset->object.name,
                         .text = dset_text_or_empty(kept)};
  }
  if (!dset_sim_heard(sim)) return;
  dset_trace trace = {.type = DSET_TRACE_VIOLATION, .invariant = invariant};
  if (daemonset != NULL) trace.ns = daemonset->object.ns, trace.daemonset = daemonset->object.name;
  dset_sim_tell(sim, &trace, "%s: %s", dset_invariant_name(invariant), line);
}

size_t dset_simulation_violation_count(const dset_simulation *simulation) {
  uint64_t count = simulation->stats.violations;
  return count < DSET_SIM_VIOLATIONS ? (size_t)count : DSET_SIM_VIOLATIONS;
}

bool dset_simulation_violation(const dset_simulation *simulation, size_t index, dset_violation *violation) {
  if (index >= dset_simulation_violation_count(simulation)) return false;
  *violation = simulation->violations[index];
  return true;
}

/* ---- plans ---- */

/* The first node of those that spend the budget. */
static const dset_sim_node *blocking(const dset_simulation *sim, const dset_sim_daemonset *daemonset, int host,
                                     bool surge) {
  const dset_sim_sums *sums = &daemonset->sums[host];
  for (size_t i = 0; i < sums->known; i++) {
    const dset_sim_share *share = &sums->shares[i];
    if (surge ? share->surging : share->eligible && !share->available) return dset_sim_node_at(sim, i);
  }
  return NULL;
}

static void tell_wait(dset_simulation *sim, const dset_sim_host *host, dset_sim_daemonset *daemonset,
                      const dset_rollout *rollout) {
  if (dset_sim_count(sim, daemonset, host->number) == NULL) return;
  const dset_sim_node *node = blocking(sim, daemonset, host->number, rollout->surge);
  int64_t waiting = rollout->candidates - rollout->picked;
  int64_t spent = rollout->surge ? rollout->surging : rollout->unavailable;
  int64_t most = rollout->surge ? rollout->max_surge : rollout->max_unavailable;
  const char *text =
      dset_sim_format(sim, "%lld outdated %s for %s; %s nodes: %lld of at most %lld", (long long)waiting,
                      waiting == 1 ? "pod waits" : "pods wait", node == NULL ? "others" : node->object.name,
                      rollout->surge ? "surging" : "unavailable", (long long)spent, (long long)most);
  if (text == daemonset->waits) return;
  daemonset->waits = text;
  dset_trace trace = {.type = DSET_TRACE_WAIT,
                      .host = host->number + 1,
                      .ns = daemonset->object.ns,
                      .daemonset = daemonset->object.name,
                      .node = node == NULL ? "" : node->object.name};
  dset_sim_tell(sim, &trace, "%s", text);
}

void dset_sim_tell_plan(dset_simulation *sim, const dset_sim_host *host, dset_sim_daemonset *daemonset,
                        const dset_plan *plan) {
  const dset_rollout *rollout = dset_plan_rollout(plan);
  size_t count = dset_plan_action_count(plan);
  if (count > 0) {
    dset_trace trace = {.type = DSET_TRACE_PLAN,
                        .host = host->number + 1,
                        .number = count,
                        .ns = daemonset->object.ns,
                        .daemonset = daemonset->object.name};
    dset_sim_tell(sim, &trace, "plan of %s: %zu %s", daemonset->object.name, count, count == 1 ? "action" : "actions");
  }
  if (rollout->ran && rollout->candidates > rollout->picked && rollout->picked == 0)
    tell_wait(sim, host, daemonset, rollout);
}

/* ---- names ---- */

const char *dset_fault_name(int fault) {
  static const char *const names[DSET_FAULTS] = {
      "failed",     "conflict",    "lost-request", "lost-answer", "crash-before", "crash-after", "watch-lost",
      "stale-list", "time-travel", "unobserved",   "clock-forth", "clock-back",   "two-hosts"};
  return fault >= 0 && fault < DSET_FAULTS ? names[fault] : "unknown";
}

const char *dset_change_name(int type) {
  static const char *const names[] = {
      "unknown",    "put-node",     "remove-node",     "cordon",           "uncordon",  "drain",
      "cut-off",    "rejoin",       "put-daemonset",   "remove-daemonset", "put-pod",   "delete-pod",
      "fail-pod",   "put-revision", "remove-revision", "crash-host",       "two-hosts", "set-clock",
      "stop-watch", "resume-watch", "namespace-ends",  "namespace-stays"};
  return type >= DSET_CHANGE_PUT_NODE && type <= DSET_CHANGE_NAMESPACE_STAYS ? names[type] : "unknown";
}

/* By number. */
static const struct {
  const char *name;
  const char *rule;
} invariants[] = {{"unknown", ""},          {"one-pod", "E4, E13"},
                  {"budget", "F8"},         {"surge", "E14, F10, F11, F12"},
                  {"owned", "D4"},          {"pod-lost", "E4, E14, F1"},
                  {"pod-needless", "E4"},   {"backoff", "E8"},
                  {"revision-lost", "G16"}, {"status", "H6"},
                  {"settles", "I9"},        {"quiet", "H9"}};

static int known(int invariant) {
  return invariant >= DSET_INVARIANT_ONE_POD && invariant <= DSET_INVARIANT_QUIET ? invariant : 0;
}

const char *dset_invariant_name(int invariant) {
  return invariants[known(invariant)].name;
}

const char *dset_invariant_rule(int invariant) {
  return invariants[known(invariant)].rule;
}
