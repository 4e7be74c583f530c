/* SPDX-License-Identifier: Apache-2.0 */
/* scene.c: see scene.h. */
#include "scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_line(void *user_data, const dset_trace *trace) {
  scene *s = user_data;
  char line[640];
  int length = snprintf(line, sizeof line, "%8.3f %s\n", (double)(trace->at_ms - SCENE_START) / 1000, trace->text);
  if (s->trace_bytes + (size_t)length + 1 > s->trace_capacity) {
    s->trace_capacity = 2 * s->trace_capacity + sizeof line;
    s->trace = realloc(s->trace, s->trace_capacity);
    if (s->trace == NULL) abort();
  }
  memcpy(s->trace + s->trace_bytes, line, (size_t)length + 1);
  s->trace_bytes += (size_t)length;
}

void scene_init(scene *s, size_t nodes) {
  memset(s, 0, sizeof *s);
  world_init(&s->w);
  world_clear_revisions(&s->w);
  s->w.daemonset.revision_data = "v1";
  s->w.daemonset.revision_data_bytes = 2;
  s->w.daemonset.generation = 1;
  for (size_t i = 1; i <= nodes; i++) world_nodes(&s->w, world_format(&s->w, "n%zu", i));
  s->delays.size = sizeof s->delays;
  s->faults.size = sizeof s->faults;
  s->listener = (dset_listener){.size = sizeof s->listener, .user_data = s};
  s->scenario = (dset_scenario){.size = sizeof s->scenario, .start_ms = SCENE_START};
}

void scene_free(scene *s) {
  dset_simulation_free(s->simulation);
  free(s->trace);
  world_free(&s->w);
}

dset_kubelet *scene_kubelet(scene *s) {
  size_t at = s->scenario.kubelet_count++;
  ck_assert_uint_lt(at, SCENE_KUBELETS);
  s->kubelets[at].size = sizeof s->kubelets[at];
  s->kubelet_list[at] = &s->kubelets[at];
  return &s->kubelets[at];
}

dset_change *scene_change(scene *s, int64_t after_ms, int type, const char *name) {
  size_t at = s->scenario.change_count++;
  ck_assert_uint_lt(at, SCENE_CHANGES);
  dset_change *change = &s->changes[at];
  *change = (dset_change){
      .size = sizeof *change, .at_ms = SCENE_START + after_ms, .type = type, .ns = "default", .name = name};
  s->change_list[at] = change;
  return change;
}

dset_daemonset *scene_template(scene *s, int64_t after_ms, const char *template) {
  dset_daemonset *copy = world_alloc(&s->w, 1, sizeof *copy);
  *copy = s->w.daemonset;
  copy->revision_data = template;
  copy->revision_data_bytes = strlen(template);
  scene_change(s, after_ms, DSET_CHANGE_PUT_DAEMONSET, NULL)->daemonset = copy;
  return copy;
}

void scene_fill(scene *s) {
  dset_scenario *scenario = &s->scenario;
  dset_snapshot snapshot = {.size = sizeof snapshot};
  world_snapshot(&s->w, &snapshot);
  scenario->nodes = snapshot.nodes, scenario->node_count = snapshot.node_count;
  scenario->pods = snapshot.pods, scenario->pod_count = snapshot.pod_count;
  scenario->revisions = snapshot.revisions, scenario->revision_count = snapshot.revision_count;
  if (scenario->daemonsets == NULL) {
    s->daemonsets[0] = &s->w.daemonset;
    scenario->daemonsets = s->daemonsets, scenario->daemonset_count = 1;
  }
  scenario->kubelets = s->kubelet_list;
  scenario->changes = s->change_list;
  scenario->delays = &s->delays;
  scenario->faults = &s->faults;
}

void scene_start(scene *s) {
  dset_error error;
  scene_fill(s);
  if (s->traced) s->listener.trace = keep_line;
  if (dset_simulation_new(&s->scenario, &s->listener, &s->simulation, &error) != DSET_OK)
    ck_abort_msg("scenario: %s: %s", error.path, error.text);
}

int scene_run(scene *s, int64_t after_ms) {
  int end;
  if (s->simulation == NULL) scene_start(s);
  int64_t until_ms = after_ms == DSET_NEVER ? DSET_NEVER : SCENE_START + after_ms;
  ck_assert_int_eq(dset_simulation_run(s->simulation, until_ms, &end, NULL), DSET_OK);
  return end;
}

const dset_simulation_stats *scene_stats(const scene *s) {
  return dset_simulation_stats_of(s->simulation);
}

int64_t scene_now(const scene *s) {
  return scene_stats(s)->now_ms - SCENE_START;
}

size_t scene_violations(const scene *s) {
  return dset_simulation_violation_count(s->simulation);
}

void scene_expect_none(const scene *s, const char *row) {
  dset_violation first;
  if (!dset_simulation_violation(s->simulation, 0, &first)) return;
  ck_abort_msg("%s: at %" PRId64 " ms: %s: %s\n%s", row, first.at_ms - SCENE_START,
               dset_invariant_name(first.invariant), first.text, s->trace == NULL ? "" : s->trace);
}

bool scene_violated(const scene *s, int invariant) {
  dset_violation violation;
  for (size_t i = 0; dset_simulation_violation(s->simulation, i, &violation); i++) {
    if (violation.invariant == invariant) return true;
  }
  return false;
}
