/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h: a scenario put together in a few lines, and what came of it.
 *
 *   scene s;
 *   scene_init(&s, 3);                                    three nodes n1, n2, n3; the DaemonSet default/agent
 *   scene_template(&s, 60000, "v2");                      a minute later another template
 *   scene_change(&s, 90000, DSET_CHANGE_CUT_OFF, "n2");
 *   scene_run(&s, DSET_NEVER);
 *   ck_assert_uint_eq(scene_violations(&s), 0);
 *   scene_free(&s);
 *
 * The template of the scenario is "v1", RollingUpdate with maxUnavailable 1. Members can be changed until
 * scene_start().
 */
#ifndef DSET_TEST_SCENE_H
#define DSET_TEST_SCENE_H

#include "build.h"

enum { SCENE_CHANGES = 64, SCENE_KUBELETS = 8 };

typedef struct scene {
  dset_world w;
  dset_scenario scenario;
  dset_delays delays;
  dset_fault_rates faults;
  dset_change changes[SCENE_CHANGES];
  const dset_change *change_list[SCENE_CHANGES];
  dset_kubelet kubelets[SCENE_KUBELETS];
  const dset_kubelet *kubelet_list[SCENE_KUBELETS];
  const dset_daemonset *daemonsets[1];
  dset_listener listener;
  dset_simulation *simulation;
  bool traced; /* the trace is kept */
  char *trace; /* lines, "  12.000 CreatePod agent-1 on n1, node-needs-pod" */
  size_t trace_bytes;
  size_t trace_capacity;
} scene;

/* A time in milliseconds since a scene begins is added to this. */
#define SCENE_START INT64_C(1893456000000)

void scene_init(scene *s, size_t nodes);
void scene_free(scene *s);

/* A rule for kubelets, behind those there are: all zero but its size. */
dset_kubelet *scene_kubelet(scene *s);

/* A change so many milliseconds after the start; `name` of what it is about, in the DaemonSet's namespace. */
dset_change *scene_change(scene *s, int64_t after_ms, int type, const char *name);

/* The DaemonSet as it is in the world then, with another template; a copy. */
dset_daemonset *scene_template(scene *s, int64_t after_ms, const char *template);

/* Fills the scenario with what was put together; scene_start() does so, too. */
void scene_fill(scene *s);

/* Makes the simulation of what was put together. */
void scene_start(scene *s);

/* Starts it if need be, and runs until nothing is left to happen, or so many milliseconds after the start; enum
 * dset_end. */
int scene_run(scene *s, int64_t after_ms);

/* Milliseconds since the start. */
int64_t scene_now(const scene *s);

/* How many invariants did not hold; fails the test with the first of them if there are some and `none` is meant. */
size_t scene_violations(const scene *s);
void scene_expect_none(const scene *s, const char *row);

/* Whether one of that name did not hold. */
bool scene_violated(const scene *s, int invariant);

const dset_simulation_stats *scene_stats(const scene *s);

#endif
