/* SPDX-License-Identifier: Apache-2.0 */
/* test_simulate.c: what happens in a simulation when nothing goes wrong, step by step; and the stall of Kubernetes. */
#include <stdlib.h>
#include <string.h>

#include "support/scene.h"

/* At rest, as it should be, and quiet. */
static void expect_settled(scene *s, const char *row) {
  ck_assert_int_eq(dset_simulation_judge(s->simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(s->simulation, 1000, NULL), DSET_OK);
  scene_expect_none(s, row);
}

START_TEST(installs) {
  scene s;
  scene_init(&s, 2);
  s.traced = true;
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  expect_text("two nodes", "trace", s.trace,
              "   0.000 plan of agent: 4 actions\n"
              "   0.000 CreateRevision agent-68dcdf9b9b, template-new\n"
              "   0.000 CreatePod agent-1 on n1, node-needs-pod\n"
              "   0.000 CreatePod agent-2 on n2, node-needs-pod\n"
              "   0.000 UpdateStatus, status-changed\n"
              "   0.000 agent-1 on n1 is bound\n"
              "   0.000 agent-2 on n2 is bound\n"
              "   0.000 plan of agent: 1 action\n"
              "   0.000 UpdateStatus, status-changed\n"
              "   1.000 agent-1 on n1 is running\n"
              "   1.000 agent-2 on n2 is running\n"
              "   2.000 agent-1 on n1 is ready\n"
              "   2.000 agent-2 on n2 is ready\n"
              "   2.000 plan of agent: 1 action\n"
              "   2.000 UpdateStatus, status-changed\n");
  expect_settled(&s, "two nodes");
  scene_free(&s);
}
END_TEST

/* Two nodes, maxSurge 100 %, minReadySeconds 10; the second new pod is ready 8 s after the first. */
static void begin_stall(scene *s, int controller) {
  scene_init(s, 2);
  world_budget(&s->w, "0", "100%");
  s->w.daemonset.min_ready_seconds = 10;
  s->scenario.controller = controller;
  dset_kubelet *late = scene_kubelet(s);
  late->node = "n2", late->template_number = 2, late->ready = (dset_span){8000, 8000};
  scene_kubelet(s);
  scene_template(s, 60000, "v2");
}

/* The first possible second: ready at 68 s, available at 78 s. */
START_TEST(finishes_where_kubernetes_stalls) {
  scene s;
  begin_stall(&s, DSET_CONTROLLER_LIBRARY);
  ck_assert_int_eq(scene_run(&s, 77999), DSET_END_TIME);
  ck_assert_int_eq(scene_stats(&s)->updated, 1);
  scene_run(&s, 78000);
  ck_assert_int_eq(scene_stats(&s)->updated, 2);
  ck_assert_uint_eq(scene_stats(&s)->deletes, 2);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  ck_assert_int_eq(scene_now(&s), 78000);
  ck_assert_int_eq(scene_stats(&s)->least_available, 2);
  expect_settled(&s, "the library");
  scene_free(&s);
}
END_TEST

/* Of the two wake-ups it keeps the one for n1; when n2's pod becomes available nobody wakes it, for ever. */
START_TEST(stalls_as_kubernetes_does) {
  scene s;
  begin_stall(&s, DSET_CONTROLLER_KUBERNETES);
  ck_assert_int_eq(scene_run(&s, DSET_NEVER), DSET_END_REST);
  ck_assert_int_eq(scene_stats(&s)->updated, 2);  /* both new pods are available, */
  ck_assert_uint_eq(scene_stats(&s)->deletes, 1); /* and one outdated pod is still there */
  ck_assert_int_eq(dset_simulation_judge(s.simulation, NULL), DSET_OK);
  ck_assert(scene_violated(&s, DSET_INVARIANT_SETTLES));
  scene_free(&s);
}
END_TEST

/* A host that starts anew is shown an empty list of pods, older than its own: that list has a version, too (I2). */
START_TEST(waits_when_it_starts_before_the_first_pod) {
  scene s;
  scene_init(&s, 3);
  s.scenario.seed = 28; /* one with which the list of pods is from before the first one */
  s.faults.per_mille[DSET_FAULT_TIME_TRAVEL] = 500;
  s.delays.watch[DSET_WATCH_PODS] = (dset_span){2000, 2000};
  scene_change(&s, 30000, DSET_CHANGE_CRASH_HOST, NULL);
  scene_run(&s, DSET_NEVER);
  ck_assert_uint_gt(scene_stats(&s)->faults[DSET_FAULT_TIME_TRAVEL], 0);
  ck_assert_uint_eq(scene_stats(&s)->creates, 3);
  expect_settled(&s, "before the first pod");
  scene_free(&s);
}
END_TEST

Suite *dset_suite_simulate(void);
Suite *dset_suite_simulate(void) {
  Suite *suite = suite_create("simulate");
  TCase *tcase = tcase_create("simulate");
  tcase_add_test(tcase, installs);
  tcase_add_test(tcase, finishes_where_kubernetes_stalls);
  tcase_add_test(tcase, stalls_as_kubernetes_does);
  tcase_add_test(tcase, waits_when_it_starts_before_the_first_pod);
  suite_add_tcase(suite, tcase);
  return suite;
}
