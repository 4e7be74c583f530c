/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_status.c: section H. A status is written here as desired/current/misscheduled/ready/updated/available/
 * unavailable.
 */
#include <string.h>

#include "support/build.h"

typedef struct status_row {
  const char *row;
  const char *nodes;
  const char *pods;
  const char *expected;
} status_row;

/* minReadySeconds is 10. */
static const status_row status_rows[] = {
    {"H2 run, no entry", "n1 run", "", "1/0/0/0/0/0/1"},
    {"H2 run, entry, new, available", "n1 run", "p@n1 new ready", "1/1/0/1/1/1/0"},
    {"H2 run, entry, new, ready, not available", "n1 run", "p@n1 new ready=9", "1/1/0/1/1/0/1"},
    {"H2 run, entry, new, not ready", "n1 run", "p@n1 new", "1/1/0/0/1/0/1"},
    {"H2 run, entry, old, available", "n1 run", "p@n1 old ready", "1/1/0/1/0/1/0"},
    {"H2 run, entry, old, ready, not available", "n1 run", "p@n1 old ready=9", "1/1/0/1/0/0/1"},
    {"H2 run, entry, old, not ready", "n1 run", "p@n1 old", "1/1/0/0/0/0/1"},
    {"H2 run, entry, waiting pod", "n1 run", "p>n1 new pending", "1/1/0/0/1/0/1"},
    {"H2 stay, entry", "n1 stay", "p@n1 new ready", "0/0/1/0/0/0/0"},
    {"H2 stay, entry, not ready", "n1 stay", "p@n1 old", "0/0/1/0/0/0/0"},
    {"H2 neither, entry", "n1 neither", "p@n1 new ready", "0/0/1/0/0/0/0"},
    {"H2 neither, entry, deleting", "n1 neither", "p@n1 new ready deleting", "0/0/1/0/0/0/0"},
    {"H2 neither, two pods are one node", "n1 neither", "p@n1; q@n1", "0/0/1/0/0/0/0"},
    {"H2 stay, no entry", "n1 stay", "", "0/0/0/0/0/0/0"},
    {"H2 neither, no entry", "n1 neither", "", "0/0/0/0/0/0/0"},
    {"H2 all kinds of nodes", "a; b; c stay; d stay; e neither; f neither; g",
     "p@b new ready; q@c new ready; r@e old; s@g old ready", "3/2/2/2/1/2/1"},
    {"H1 vanished nodes contribute nothing", "n1 run", "p@gone new ready; q>gone2 new", "1/0/0/0/0/0/1"},
    {"H1 no nodes", "", "p@gone new ready", "0/0/0/0/0/0/0"},
    {"H2 an entry of terminal deleting pods is none", "n1 run", "p@n1 failed deleting ready", "1/0/0/0/0/0/1"},
    {"H2 foreign pods are no entry", "n1 run", "p@n1 foreign ready", "1/0/0/0/0/0/1"},
    {"H2 adopted pods are", "n1 run", "p@n1 orphan new ready", "1/1/0/1/1/1/0"},
    {"H2 released pods are not", "n1 run", "p@n1 mismatch new ready", "1/0/0/0/0/0/1"},
    {"H2 underivable pods are not", "n1 run", "p new ready", "1/0/0/0/0/0/1"},
    {"H4 a failed pod is judged", "n1 run", "p@n1 new failed", "1/1/0/0/1/0/1"},
    {"H4 a failed pod that is ready counts", "n1 run", "p@n1 new failed ready", "1/1/0/1/1/1/0"},
    {"H4 a succeeded pod is judged", "n1 run", "p@n1 old succeeded", "1/1/0/0/0/0/1"},
    {"H5 a deleting pod counts", "n1 run", "p@n1 new ready deleting", "1/1/0/1/1/1/0"},
    {"H4 a deleting older pod is the one judged", "n1 run", "p@n1 old ready deleting; q@n1 new age=60",
     "1/1/0/1/0/1/0"},
    {"H5 the older one is judged: old, then new", "n1 run", "p@n1 old ready; q@n1 new age=60", "1/1/0/1/0/1/0"},
    {"H5 the older one is judged: new, then old", "n1 run", "q@n1 old ready age=60; p@n1 new", "1/1/0/0/1/0/1"},
    {"H5 bound beats an older waiting one", "n1 run", "p>n1 old; q@n1 new ready age=60", "1/1/0/1/1/1/0"},
    {"H4 of equal age the name decides", "n1 run", "q@n1 old ready; p@n1 new", "1/1/0/0/1/0/1"},
    {"H4 an unset creation is the oldest", "n1 run", "p@n1 old ready; q@n1 new age=unset", "1/1/0/0/1/0/1"},
    {"H3 unavailable is desired without available", "a; b; c; d", "p@a ready; q@b ready=9; r@c", "4/3/0/2/3/1/3"},
};

/* The plan's actions have no influence on the status of the same sync; the numbers are those of the snapshot. */
START_TEST(H2_counts) {
  const status_row *row = &status_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_nodes(&w, row->nodes);
  world_pods(&w, row->pods);
  const dset_plan *plan = world_plan(&w);
  expect_text(row->row, "status", world_status_line(&w, dset_plan_status(plan)), row->expected);
  const dset_action *last = dset_plan_action(plan, dset_plan_action_count(plan) - 1);
  ck_assert_msg(last->type == DSET_ACTION_UPDATE_STATUS, "%s: UpdateStatus is not the last action", row->row);
  expect_text(row->row, "written", world_status_line(&w, last->status), row->expected);
  ck_assert_uint_eq(last->status->size, sizeof(dset_status));
  world_free(&w);
}
END_TEST

/* The status is the same while the writes before are in flight (I8). */
START_TEST(H2_counts_in_flight) {
  const status_row *row = &status_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  w.in_flight_creates = 1;
  world_nodes(&w, row->nodes);
  world_pods(&w, row->pods);
  const dset_plan *plan = world_plan(&w);
  expect_text(row->row, "status", world_status_line(&w, dset_plan_status(plan)), row->expected);
  world_free(&w);
}
END_TEST

/* ---- J1, J3: ready and available ---- */

typedef struct available_row {
  const char *row;
  const char *words;
  int32_t min_ready_seconds;
  const char *expected;
} available_row;

#define NOT_READY "1/1/0/0/1/0/1"
#define READY "1/1/0/1/1/0/1"
#define AVAILABLE "1/1/0/1/1/1/0"

static const available_row available_rows[] = {
    {"J1 not ready", "", 0, NOT_READY},
    {"J1 phase is not looked at", "pending ready", 0, AVAILABLE},
    {"J1 deletion is not looked at", "ready deleting", 0, AVAILABLE},
    {"J3 without minReadySeconds at once", "ready=0", 0, AVAILABLE},
    {"J3 without minReadySeconds, no time", "ready=never", 0, AVAILABLE},
    {"J3 no time", "ready=never", 1, READY},
    {"J3 51 s ready, 50 wanted", "ready=51", 50, AVAILABLE},
    {"J3 51 s ready, 51 wanted: equality counts", "ready=51", 51, AVAILABLE},
    {"J3 51 s ready, 52 wanted", "ready=51", 52, READY},
    {"J3 ready in the future", "ready=-5", 1, READY},
    {"J3 the greatest minReadySeconds", "ready", INT32_MAX, READY},
};

START_TEST(J3_available) {
  const available_row *row = &available_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = row->min_ready_seconds;
  world_nodes(&w, "n1");
  world_pods(&w, world_format(&w, "p@n1 %s", row->words));
  expect_text(row->row, "status", world_status_line(&w, dset_plan_status(world_plan(&w))), row->expected);
  world_free(&w);
}
END_TEST

START_TEST(J3_to_the_millisecond) {
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 ready=10");
  expect_text("J3 at the moment", "status", world_status_line(&w, dset_plan_status(world_plan(&w))), AVAILABLE);
  w.now_ms--;
  expect_text("J3 1 ms before", "status", world_status_line(&w, dset_plan_status(world_plan(&w))), READY);
  world_free(&w);
}
END_TEST

/* ---- H6 to H9 ---- */

/* A status that equals what is computed for one node with one new, available pod. */
static dset_status *equal_status(dset_world *w) {
  dset_status *status = world_status(w);
  status->desired_number_scheduled = 1;
  status->current_number_scheduled = 1;
  status->number_ready = 1;
  status->updated_number_scheduled = 1;
  status->number_available = 1;
  status->observed_generation = 5;
  w->daemonset.generation = 5;
  return status;
}

typedef struct write_row {
  const char *row;
  int field; /* which counter differs; -1 = none */
  int64_t observed_generation;
  bool written;
} write_row;

static const write_row write_rows[] = {
    {"H9 equal", -1, 5, false},
    {"H9 equal, a higher generation observed", -1, 6, false},
    {"H9 equal, a lower generation observed", -1, 4, true},
    {"H9 desired differs", 0, 5, true},
    {"H9 current differs", 1, 5, true},
    {"H9 misscheduled differs", 2, 5, true},
    {"H9 ready differs", 3, 5, true},
    {"H9 updated differs", 4, 5, true},
    {"H9 available differs", 5, 5, true},
    {"H9 unavailable differs", 6, 5, true},
};

static int32_t *counter(dset_status *status, int field) {
  int32_t *const counters[] = {&status->desired_number_scheduled, &status->current_number_scheduled,
                               &status->number_misscheduled,      &status->number_ready,
                               &status->updated_number_scheduled, &status->number_available,
                               &status->number_unavailable};
  return counters[field];
}

START_TEST(H9_write) {
  const write_row *row = &write_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 new ready");
  dset_status *status = equal_status(&w);
  status->observed_generation = row->observed_generation;
  if (row->field >= 0) *counter(status, row->field) += 3;
  world_expect(&w, row->row, TRACE_ALL, row->written ? "UpdateStatus" : "");
  expect_text(row->row, "status", world_status_line(&w, dset_plan_status(w.plan)), AVAILABLE);
  ck_assert_msg(dset_plan_status(w.plan)->observed_generation == 5, "%s: observed generation (H6)", row->row);
  world_free(&w);
}
END_TEST

/* H6: in the path I8 the generation is not observed; H9: all the same a newer one makes it write. */
START_TEST(H9_write_in_flight) {
  const write_row *row = &write_rows[_i];
  dset_world w;
  world_init(&w);
  w.in_flight_deletes = 1;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 new ready");
  dset_status *status = equal_status(&w);
  status->observed_generation = row->observed_generation;
  if (row->field >= 0) *counter(status, row->field) += 3;
  world_expect(&w, row->row, TRACE_ALL, row->written ? "UpdateStatus" : "");
  expect_text(row->row, "status", world_status_line(&w, dset_plan_status(w.plan)), AVAILABLE);
  ck_assert_msg(dset_plan_status(w.plan)->observed_generation == row->observed_generation,
                "%s: observed generation (H6, I8)", row->row);
  world_free(&w);
}
END_TEST

START_TEST(H7_H8_preserved) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  dset_status *status = world_status(&w);
  status->has_collision_count = true;
  status->collision_count = 3;
  status->conditions = "[{\"type\":\"Odd\"}]";
  for (int in_flight = 0; in_flight <= 1; in_flight++) {
    w.in_flight_creates = in_flight;
    const dset_status *computed = dset_plan_status(world_plan(&w));
    ck_assert(computed->has_collision_count);
    ck_assert_int_eq(computed->collision_count, 3);
    ck_assert_str_eq(computed->conditions, "[{\"type\":\"Odd\"}]");
  }
  status->has_collision_count = false;
  status->conditions = NULL;
  const dset_status *computed = dset_plan_status(world_plan(&w));
  ck_assert_msg(!computed->has_collision_count, "H7: absent stays absent");
  ck_assert_msg(computed->conditions == NULL || computed->conditions[0] == '\0', "H8: none are produced");
  world_free(&w);
}
END_TEST

/* No status at all is one of zeros. */
START_TEST(H9_absent_status) {
  dset_world w;
  world_init(&w);
  w.daemonset.generation = 0;
  world_expect(&w, "H9 absent, nothing to say", TRACE_ALL, "");
  w.daemonset.generation = 1;
  world_expect(&w, "H9 absent, generation 1", TRACE_ALL, "UpdateStatus");
  ck_assert_int_eq(dset_plan_status(w.plan)->observed_generation, 1);
  w.daemonset.generation = 0;
  world_nodes(&w, "n1 stay");
  world_pods(&w, "p@n1");
  world_expect(&w, "H9 absent, misscheduled", TRACE_ALL, "UpdateStatus");
  expect_text("H9 cause", "cause", dset_cause_name(dset_plan_action(w.plan, 0)->cause), "status-changed");
  world_free(&w);
}
END_TEST

Suite *dset_suite_status(void);

Suite *dset_suite_status(void) {
  Suite *suite = suite_create("status");
  TCase *tcase = tcase_create("status");
  ADD_ROWS(tcase, H2_counts, status_rows);
  ADD_ROWS(tcase, H2_counts_in_flight, status_rows);
  ADD_ROWS(tcase, J3_available, available_rows);
  tcase_add_test(tcase, J3_to_the_millisecond);
  ADD_ROWS(tcase, H9_write, write_rows);
  ADD_ROWS(tcase, H9_write_in_flight, write_rows);
  tcase_add_test(tcase, H7_H8_preserved);
  tcase_add_test(tcase, H9_absent_status);
  suite_add_tcase(suite, tcase);
  return suite;
}
