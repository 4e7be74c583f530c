/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_simulate_law.c: the library's controller in random clusters in which everything goes wrong that can
 * (support/scene_random.c):
 *
 *   safe      no invariant is ever broken
 *   settles   once nothing goes wrong any more it comes to rest where it should be, within MOST_STEPS steps and
 *             MOST_CALM_MS of simulated time (ESR)
 *   quiet     and then 1,000 more plans, and a start of the host, write nothing
 *   the same  the same seed gives the same run
 *   fired     each kind of fault has happened
 *
 * A seed that breaks one is made small and written to a file, with its trace. DSET_SIMULATE_SEED and
 * DSET_SIMULATE_COUNT choose other and more seeds, DSET_LAWS_DIR where to save.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/scene_random.h"

enum { SEEDS = 420, MOST_STEPS = 3000, MOST_CALM_MS = 43200000, QUIET_PLANS = 1000, TRIES = 400 };
#define SEED UINT64_C(20261128)

static uint64_t number_from(const char *variable, uint64_t usual) {
  const char *text = getenv(variable);
  return text == NULL ? usual : strtoull(text, NULL, 10);
}

/* What a run shows; `broken` is "" when all holds. */
typedef struct outcome {
  char broken[512];
  char name[32]; /* of the invariant, or "rest" */
  dset_simulation_stats stats;
  uint64_t calm_steps; /* that it took to settle */
} outcome;

static void note(outcome *o, const char *name, const char *text) {
  snprintf(o->name, sizeof o->name, "%s", name);
  snprintf(o->broken, sizeof o->broken, "%s: %s", name, text);
}

/* One run of a scenario from start to end. */
static void run(const dset_scenario *scenario, const dset_listener *listener, outcome *o) {
  dset_simulation *simulation;
  dset_violation violation;
  int end;
  memset(o, 0, sizeof *o);
  ck_assert_int_eq(dset_simulation_new(scenario, listener, &simulation, NULL), DSET_OK);
  const dset_simulation_stats *stats = dset_simulation_stats_of(simulation);
  int64_t calm_ms = SCENE_START + SCENE_CALM_MS;
  ck_assert_int_eq(dset_simulation_run(simulation, calm_ms, &end, NULL), DSET_OK);
  uint64_t before = stats->steps;
  ck_assert_int_eq(dset_simulation_run(simulation, calm_ms + MOST_CALM_MS, &end, NULL), DSET_OK);
  o->calm_steps = stats->steps - before;
  if (end != DSET_END_REST) note(o, "rest", "it does not come to rest");
  if (o->calm_steps > MOST_STEPS) note(o, "rest", "it takes too many steps");
  ck_assert_int_eq(dset_simulation_judge(simulation, NULL), DSET_OK);
  ck_assert_int_eq(dset_simulation_quiet(simulation, QUIET_PLANS, NULL), DSET_OK);
  o->stats = *stats;
  if (dset_simulation_violation(simulation, 0, &violation))
    note(o, dset_invariant_name(violation.invariant), violation.text);
  dset_simulation_free(simulation);
}

/* ---- making it small ---- */

typedef struct hunt {
  const char *name; /* what must break */
  char *report;
  size_t bytes;
  FILE *file; /* NULL: only whether it breaks */
} hunt;

static void write_line(void *user_data, const dset_trace *trace) {
  fprintf(user_data, "%9.3f  %s\n", (double)(trace->at_ms - SCENE_START) / 1000, trace->text);
}

static void write_scenario(FILE *file, const dset_scenario *s) {
  fprintf(file, "seed %" PRIu64 ", %zu nodes, %zu pods, %zu revisions, %zu rules, %zu changes\nfaults:", s->seed,
          s->node_count, s->pod_count, s->revision_count, s->kubelet_count, s->change_count);
  for (int i = 0; i < DSET_FAULTS; i++) {
    if (s->faults->per_mille[i] != 0) fprintf(file, " %s %u", dset_fault_name(i), (unsigned)s->faults->per_mille[i]);
  }
  fprintf(file, "; at most %" PRIu64 ", %zu silenced\n", s->faults->most, s->faults->silenced_count);
}

static const char *text(const char *given) {
  return given == NULL ? "" : given;
}

/* Objects and changes, a line each. */
static void write_objects(FILE *file, const dset_scenario *s) {
  for (size_t i = 0; i < s->pod_count; i++) {
    const dset_pod *pod = s->pods[i];
    fprintf(file, "pod %s on \"%s\", phase %d%s%s, owner \"%s\"\n", pod->name, text(pod->node_name), (int)pod->phase,
            pod->ready ? ", ready" : "", pod->deleting ? ", deleting" : "",
            pod->owner_count == 0 ? "" : pod->owners[0].uid);
  }
  for (size_t i = 0; i < s->daemonset_count; i++) {
    const dset_daemonset *d = s->daemonsets[i];
    fprintf(file, "daemonset %s, strategy %d, minReadySeconds %d\n", d->name, (int)d->strategy,
            (int)d->min_ready_seconds);
  }
  for (size_t i = 0; i < s->change_count; i++) {
    const dset_change *change = s->changes[i];
    fprintf(file, "change at %.3f: %s %s\n", (double)(change->at_ms - SCENE_START) / 1000,
            dset_change_name(change->type), text(change->name));
  }
}

/* The last scenario that still breaks is what the file holds in the end. */
static bool still(void *user_data, const dset_scenario *scenario) {
  hunt *h = user_data;
  outcome o;
  run(scenario, NULL, &o);
  if (strcmp(o.name, h->name) != 0) return false;
  rewind(h->file);
  write_scenario(h->file, scenario);
  write_objects(h->file, scenario);
  const dset_listener listener = {.size = sizeof listener, .trace = write_line, .user_data = h->file};
  run(scenario, &listener, &o);
  fprintf(h->file, "%s\n==== end\n", o.broken);
  return true;
}

static void report(scene *s, uint64_t seed, const outcome *o) {
  char path[512];
  const char *folder = getenv("DSET_LAWS_DIR");
  snprintf(path, sizeof path, "%s/simulate-law-%" PRIu64 ".txt", folder == NULL ? "build" : folder, seed);
  hunt h = {.name = o->name, .file = fopen(path, "w")};
  if (h.file == NULL) ck_abort_msg("seed %" PRIu64 " (%s): %s", seed, scene_cell_names[seed % CELLS], o->broken);
  dset_scenario_shrink(&s->scenario, TRIES, still, &h, NULL);
  fclose(h.file);
  ck_abort_msg("DSET_SIMULATE_SEED=%" PRIu64 " DSET_SIMULATE_COUNT=1 (%s), see %s: %s", seed,
               scene_cell_names[seed % CELLS], path, o->broken);
}

/* ---- the law ---- */

static bool same(const outcome *a, const outcome *b) {
  return memcmp(&a->stats, &b->stats, sizeof a->stats) == 0 && strcmp(a->broken, b->broken) == 0;
}

START_TEST(simulate_law_holds) {
  uint64_t seed = number_from("DSET_SIMULATE_SEED", SEED);
  uint64_t count = number_from("DSET_SIMULATE_COUNT", SEEDS);
  uint64_t fired[DSET_FAULTS] = {0};
  uint64_t slowest = 0, plans = 0, writes = 0;
  for (uint64_t i = 0; i < count; i++) {
    scene s;
    outcome o, again;
    scene_random(&s, seed + i);
    scene_fill(&s);
    run(&s.scenario, NULL, &o);
    if (o.broken[0] != '\0') report(&s, seed + i, &o);
    if (i % 16 == 0) run(&s.scenario, NULL, &again);
    if (i % 16 == 0 && !same(&o, &again)) ck_abort_msg("seed %" PRIu64 ": the second run differs", seed + i);
    for (int f = 0; f < DSET_FAULTS; f++) fired[f] += o.stats.faults[f];
    if (o.calm_steps > slowest) slowest = o.calm_steps;
    plans += o.stats.plans;
    writes += o.stats.writes;
    scene_free(&s);
  }
  printf("note: simulate law: %" PRIu64 " seeds from %" PRIu64 ", %" PRIu64 " plans, %" PRIu64
         " writes, the slowest settled in %" PRIu64 " of %d steps\n",
         count, seed, plans, writes, slowest, MOST_STEPS);
  for (int f = 0; f < DSET_FAULTS; f++)
    printf("note: simulate law: %-13s %8" PRIu64 " times\n", dset_fault_name(f), fired[f]);
  fflush(stdout);
  for (int f = 0; f < DSET_FAULTS && count >= SEEDS; f++)
    ck_assert_msg(fired[f] > 0, "the fault %s never happened", dset_fault_name(f));
}
END_TEST

Suite *dset_suite_simulate_law(void);
Suite *dset_suite_simulate_law(void) {
  Suite *suite = suite_create("simulate_law");
  TCase *tcase = tcase_create("simulate_law");
  tcase_set_timeout(tcase, 0); /* the number of seeds is the caller's choice */
  tcase_add_test(tcase, simulate_law_holds);
  suite_add_tcase(suite, tcase);
  return suite;
}
