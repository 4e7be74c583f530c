/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_crash.c: the host crashes after every prefix of the actions of its plans: before the first, behind the
 * first, ... behind the last; it starts again with the ledger that it saved. For each plan of each run, until there are
 * DSET_CRASH_PLANS (1,000): no invariant is broken, and it settles as if nothing had happened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/scene_random.h"

enum { PLANS = 1000, QUIET_PLANS = 20, MOST_CALM_MS = 43200000 };
#define SEED UINT64_C(7000000)

static void count_plan(void *user_data, const dset_trace *trace) {
  size_t *plans = user_data;
  if (trace->type == DSET_TRACE_PLAN) ++*plans;
}

/* Runs to the end; how many writes there were. */
static uint64_t run(scene *s, const dset_listener *listener, uint64_t seed) {
  dset_simulation *simulation;
  dset_violation first;
  int end;
  ck_assert_int_eq(dset_simulation_new(&s->scenario, listener, &simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_run(simulation, SCENE_START + MOST_CALM_MS, &end, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_judge(simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(simulation, QUIET_PLANS, NULL), DSET_OK);
  bool broken = dset_simulation_violation(simulation, 0, &first);
  uint64_t writes = dset_simulation_stats_of(simulation)->writes;
  if (broken || end != DSET_END_REST) {
    ck_abort_msg("seed %" PRIu64 ", a crash %s write %" PRIu64 ": %s: %s", seed,
                 s->faults.crash_after ? "behind" : "before", s->faults.crash_call,
                 broken ? dset_invariant_name(first.invariant) : "it does not come to rest", broken ? first.text : "");
  }
  if (s->faults.crash_call != 0) {
    const uint64_t *faults = dset_simulation_stats_of(simulation)->faults;
    ck_assert_uint_eq(faults[DSET_FAULT_CRASH_BEFORE] + faults[DSET_FAULT_CRASH_AFTER], 1);
  }
  dset_simulation_free(simulation);
  return writes;
}

START_TEST(crashes_after_every_prefix) {
  const char *wanted = getenv("DSET_CRASH_PLANS");
  size_t least = wanted == NULL ? PLANS : strtoull(wanted, NULL, 10);
  size_t plans = 0, runs = 0;
  uint64_t seed = SEED;
  for (; plans < least; seed++) {
    scene s;
    const dset_listener listener = {.size = sizeof listener, .trace = count_plan, .user_data = &plans};
    scene_random(&s, seed * CELLS + CELL_BASELINE);
    scene_fill(&s);
    uint64_t writes = run(&s, &listener, seed);
    for (uint64_t at = 0; at < 2 * writes; at++) {
      s.faults.crash_call = at / 2 + 1;
      s.faults.crash_after = at % 2 == 1;
      run(&s, NULL, seed);
      runs++;
    }
    scene_free(&s);
  }
  printf(
      "note: simulate crash: %zu plans, a crash before and behind each of their actions: %zu crashes, seeds from "
      "%" PRIu64 "\n",
      plans, runs, SEED);
  fflush(stdout);
}
END_TEST

Suite *dset_suite_simulate_crash(void);
Suite *dset_suite_simulate_crash(void) {
  Suite *suite = suite_create("simulate_crash");
  TCase *tcase = tcase_create("simulate_crash");
  tcase_set_timeout(tcase, 0); /* the number of plans is the caller's choice */
  tcase_add_test(tcase, crashes_after_every_prefix);
  suite_add_tcase(suite, tcase);
  return suite;
}
