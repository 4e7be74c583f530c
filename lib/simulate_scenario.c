/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_scenario.c (L4s): whether a scenario is one: structs, lists, durations, rates. */
#include <string.h>

#include "check.h"
#include "error.h"
#include "model.h"
#include "simulate.h"

static int check_span(const dset_span *span, const char *path, dset_error *error) {
  if (span->least_ms >= 0 && span->most_ms >= 0) return DSET_OK;
  return dset_fail(error, DSET_ERR_INVALID, path, "must not be negative");
}

static int check_kubelet(const dset_kubelet *rule, dset_error *error) {
  if (rule == NULL) return dset_fail(error, DSET_ERR_INVALID, "", "must not be NULL");
  int code = dset_check_size(rule, sizeof *rule, "", error);
  const struct {
    const dset_span *span;
    const char *path;
  } spans[] = {{&rule->start, "start"}, {&rule->ready, "ready"}, {&rule->stop, "stop"},
               {&rule->fail, "fail"},   {&rule->up, "up"},       {&rule->down, "down"}};
  for (size_t i = 0; code == DSET_OK && i < sizeof spans / sizeof spans[0]; i++)
    code = check_span(spans[i].span, spans[i].path, error);
  bool at_once = rule->up.least_ms == 0 && rule->up.most_ms == 0 && rule->down.least_ms == 0 && rule->down.most_ms == 0;
  if (code == DSET_OK && rule->flaps != 0 && at_once)
    code = dset_fail(error, DSET_ERR_INVALID, "flaps", "need `up` or `down`: they must take time");
  if (code == DSET_OK && rule->fail_per_mille > 1000)
    code = dset_fail(error, DSET_ERR_INVALID, "fail_per_mille", "must be at most 1000");
  return code;
}

int dset_sim_in_list(int code, const char *list, size_t index, dset_error *error) {
  if (code == DSET_OK || error == NULL) return code;
  dset_error inner = *error;
  char path[sizeof inner.path];
  dset_error cut; /* cuts what is too long */
  dset_fail(&cut, code, NULL, "%s[%zu]%s%s", list, index, inner.path[0] == '\0' ? "" : ".", inner.path);
  memcpy(path, cut.text, sizeof path);
  return dset_fail(error, code, path, "%s", inner.text);
}

static int check_delays(const dset_delays *delays, dset_error *error) {
  if (delays == NULL) return DSET_OK;
  int code = dset_check_size(delays, sizeof *delays, "delays", error);
  for (int kind = 0; code == DSET_OK && kind < DSET_WATCHES; kind++)
    code = check_span(&delays->watch[kind], "delays.watch", error);
  if (code == DSET_OK) code = check_span(&delays->call, "delays.call", error);
  if (code == DSET_OK) code = check_span(&delays->schedule, "delays.schedule", error);
  if (code == DSET_OK) code = check_span(&delays->collect, "delays.collect", error);
  if (code == DSET_OK) code = check_span(&delays->unreachable, "delays.unreachable", error);
  return code != DSET_OK ? code : check_span(&delays->restart, "delays.restart", error);
}

static int check_faults(const dset_fault_rates *faults, dset_error *error) {
  if (faults == NULL) return DSET_OK;
  int code = dset_check_size(faults, sizeof *faults, "faults", error);
  if (code == DSET_OK) code = dset_check_list(faults->silenced, faults->silenced_count, "faults.silenced", error);
  for (int i = 0; code == DSET_OK && i < DSET_FAULT_SLOTS; i++) {
    uint32_t most = i < DSET_FAULTS ? 1000 : 0;
    if (faults->per_mille[i] > most)
      code = dset_fail(error, DSET_ERR_INVALID, "faults.per_mille", "%s: must be at most %u", dset_fault_name(i),
                       (unsigned)most);
  }
  if (code == DSET_OK && faults->clock_ms < 0)
    code = dset_fail(error, DSET_ERR_INVALID, "faults.clock_ms", "must not be negative");
  return code;
}

static int check_node(const dset_node *node, size_t index, dset_error *error) {
  int code = dset_check_node(node, "nodes", index, error);
  if (code != DSET_OK || !dset_text_empty(node->name)) return code;
  return dset_sim_in_list(dset_fail(error, DSET_ERR_INVALID, "name", "must not be empty"), "nodes", index, error);
}

/* The check calls it "daemonset". */
static int check_daemonset(const dset_daemonset *daemonset, size_t index, dset_error *error) {
  static const char called[] = "daemonset";
  dset_error own;
  int code = dset_check_daemonset(daemonset, &own);
  if (code == DSET_OK && dset_text_empty(daemonset->name))
    code = dset_fail(&own, DSET_ERR_INVALID, "daemonset.name", "must not be empty");
  if (code == DSET_OK || error == NULL) return code;
  const char *member = own.path + sizeof called - 1;
  dset_fail(error, code, member[0] == '.' ? member + 1 : member, "%s", own.text);
  return dset_sim_in_list(code, "daemonsets", index, error);
}

static int check_objects(const dset_scenario *scenario, dset_error *error) {
  int code = DSET_OK;
  for (size_t i = 0; code == DSET_OK && i < scenario->node_count; i++) code = check_node(scenario->nodes[i], i, error);
  for (size_t i = 0; code == DSET_OK && i < scenario->pod_count; i++)
    code = dset_check_pod(scenario->pods[i], "pods", i, error);
  for (size_t i = 0; code == DSET_OK && i < scenario->daemonset_count; i++)
    code = check_daemonset(scenario->daemonsets[i], i, error);
  for (size_t i = 0; code == DSET_OK && i < scenario->revision_count; i++)
    code = dset_check_revision(scenario->revisions[i], "revisions", i, error);
  return code;
}

static int check_rules(const dset_scenario *scenario, dset_error *error) {
  for (size_t i = 0; i < scenario->kubelet_count; i++) {
    int code = dset_sim_in_list(check_kubelet(scenario->kubelets[i], error), "kubelets", i, error);
    if (code != DSET_OK) return code;
  }
  for (size_t i = 0; i < scenario->change_count; i++) {
    int code = scenario->changes[i] == NULL ? dset_fail(error, DSET_ERR_INVALID, "", "must not be NULL")
                                            : dset_check_size(scenario->changes[i], sizeof(dset_change), "", error);
    if (code == DSET_OK) code = dset_sim_check_change(scenario->changes[i], error);
    code = dset_sim_in_list(code, "changes", i, error);
    if (code != DSET_OK) return code;
  }
  return DSET_OK;
}

int dset_sim_check_scenario(const dset_scenario *scenario, dset_error *error) {
  int code = dset_check_size(scenario, sizeof *scenario, "scenario", error);
  const struct {
    const void *items;
    size_t count;
    const char *name;
  } lists[] = {{scenario->nodes, scenario->node_count, "nodes"},
               {scenario->pods, scenario->pod_count, "pods"},
               {scenario->daemonsets, scenario->daemonset_count, "daemonsets"},
               {scenario->revisions, scenario->revision_count, "revisions"},
               {scenario->kubelets, scenario->kubelet_count, "kubelets"},
               {scenario->changes, scenario->change_count, "changes"}};
  for (size_t i = 0; code == DSET_OK && i < sizeof lists / sizeof lists[0]; i++)
    code = dset_check_list(lists[i].items, lists[i].count, lists[i].name, error);
  if (code == DSET_OK) code = check_delays(scenario->delays, error);
  if (code == DSET_OK) code = check_faults(scenario->faults, error);
  if (code == DSET_OK) code = dset_check_hash(scenario->hash, "hash", error);
  if (code == DSET_OK) code = check_objects(scenario, error);
  if (code == DSET_OK) code = check_rules(scenario, error);
  bool known = scenario->controller >= DSET_CONTROLLER_LIBRARY && scenario->controller <= DSET_CONTROLLER_NONE;
  if (code == DSET_OK && !known) code = dset_fail(error, DSET_ERR_INVALID, "controller", "there is no such controller");
  return code;
}
