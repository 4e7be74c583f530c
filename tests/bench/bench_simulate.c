/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_simulate.c: what simulations cost.
 *
 *   bench_simulate update [NODES]   130,000 nodes are installed and updated, a tenth at a time; invariants are checked
 *   bench_simulate faults [HOURS]   100 nodes, an update every five minutes, everything goes wrong: for so many hours
 *
 * Prints processor time. Judged are invariants and where it ends, not times; for a count of instructions callgrind can
 * collect inside dset_simulation_run().
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemonset.h"

enum { NAME_BYTES = 24, MINUTE_MS = 60000 };

static void fail(const char *text) {
  fprintf(stderr, "bench_simulate: %s\n", text);
  exit(2);
}

static void expect(int code, const dset_error *error) {
  if (code != DSET_OK) fail(error->text);
}

static double cpu_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const dset_label app = {"app", "agent"};
static const dset_selector selector = {.labels = &app, .label_count = 1};

static dset_daemonset agent_of(const char *template) {
  return (dset_daemonset){.size = sizeof(dset_daemonset),
                          .ns = "default",
                          .name = "agent",
                          .uid = "uid-agent",
                          .generation = 1,
                          .selector = &selector,
                          .template_labels = &app,
                          .template_label_count = 1,
                          .revision_data = template,
                          .revision_data_bytes = strlen(template),
                          .has_rolling_update = true,
                          .max_unavailable = {DSET_AMOUNT_TEXT, 0, "10%"}};
}

/* Nodes "n0" and so on. */
static const dset_node **make_nodes(size_t count) {
  const dset_node **list = calloc(count, sizeof *list);
  dset_node *nodes = calloc(count, sizeof *nodes);
  char *names = calloc(count, NAME_BYTES);
  if (list == NULL || nodes == NULL || names == NULL) fail("out of memory");
  for (size_t i = 0; i < count; i++) {
    char *name = names + i * NAME_BYTES;
    snprintf(name, NAME_BYTES, "n%zu", i);
    nodes[i] = (dset_node){.size = sizeof nodes[i], .name = name};
    list[i] = &nodes[i];
  }
  return list;
}

static void free_nodes(const dset_node **list) {
  free((void *)(uintptr_t)list[0]->name);
  free((void *)(uintptr_t)list[0]);
  free(list);
}

/* No invariant is broken, and every node runs the current template. */
static void judge(dset_simulation *simulation) {
  dset_violation first;
  dset_error error;
  expect(dset_simulation_judge(simulation, &error), &error);
  if (dset_simulation_violation(simulation, 0, &first)) fail(first.text);
  const dset_simulation_stats *stats = dset_simulation_stats_of(simulation);
  if (stats->updated != stats->eligible) fail("it is not updated");
}

static void put_template(dset_simulation *simulation, const char *template) {
  dset_error error;
  const dset_daemonset agent = agent_of(template);
  const dset_change change = {.size = sizeof change, .type = DSET_CHANGE_PUT_DAEMONSET, .daemonset = &agent};
  expect(dset_simulation_change(simulation, &change, &error), &error);
}

static void update(size_t count) {
  const dset_daemonset agent = agent_of("v1");
  const dset_daemonset *daemonsets[] = {&agent};
  const dset_node **nodes = make_nodes(count);
  const dset_scenario scenario = {
      .size = sizeof scenario, .nodes = nodes, .node_count = count, .daemonsets = daemonsets, .daemonset_count = 1};
  dset_simulation *simulation;
  dset_error error;
  double started_s = cpu_s();
  expect(dset_simulation_new(&scenario, NULL, &simulation, &error), &error);
  expect(dset_simulation_run(simulation, DSET_NEVER, NULL, &error), &error);
  double installed_s = cpu_s();
  const dset_simulation_stats *stats = dset_simulation_stats_of(simulation);
  uint64_t seen = stats->seen;
  int64_t began_ms = stats->now_ms;
  put_template(simulation, "v2");
  expect(dset_simulation_run(simulation, DSET_NEVER, NULL, &error), &error);
  double updated_s = cpu_s();
  judge(simulation);
  printf("update: %zu nodes: made and installed in %.2f s, updated in %.2f s (%.1f s simulated), %" PRIu64
         " changes shown, %.2f us each, at least %" PRId64 " available\n",
         count, installed_s - started_s, updated_s - installed_s, (double)(stats->now_ms - began_ms) / 1000,
         stats->seen - seen, (updated_s - installed_s) * 1e6 / (double)(stats->seen - seen), stats->least_available);
  dset_simulation_free(simulation);
  free_nodes(nodes);
}

/* Everything that can go wrong, now and then. */
static void set_faults(dset_fault_rates *faults, dset_delays *delays) {
  for (int i = 0; i < DSET_FAULTS; i++) faults->per_mille[i] = 5;
  faults->per_mille[DSET_FAULT_FAILED] = faults->per_mille[DSET_FAULT_CONFLICT] = 100;
  faults->per_mille[DSET_FAULT_CRASH_BEFORE] = faults->per_mille[DSET_FAULT_CRASH_AFTER] = 1;
  faults->per_mille[DSET_FAULT_STALE_LIST] = faults->per_mille[DSET_FAULT_TIME_TRAVEL] = 500;
  for (int kind = 0; kind < DSET_WATCHES; kind++) delays->watch[kind] = (dset_span){0, 2000};
  delays->call = (dset_span){5, 200};
  delays->schedule = (dset_span){10, 500};
  delays->restart = (dset_span){1000, 10000};
}

static void suffer(size_t hours) {
  enum { NODES = 100 };
  const dset_daemonset agent = agent_of("v1");
  const dset_daemonset *daemonsets[] = {&agent};
  const dset_kubelet rule = {.size = sizeof rule,
                             .start = {500, 5000},
                             .ready = {500, 10000},
                             .stop = {500, 10000},
                             .fail_per_mille = 10,
                             .fail = {0, 60000},
                             .flaps = 1,
                             .up = {1000, 600000},
                             .down = {500, 10000}};
  const dset_kubelet *rules[] = {&rule};
  dset_fault_rates faults = {.size = sizeof faults};
  dset_delays delays = {.size = sizeof delays};
  set_faults(&faults, &delays);
  const dset_node **nodes = make_nodes(NODES);
  const dset_scenario scenario = {.size = sizeof scenario,
                                  .nodes = nodes,
                                  .node_count = NODES,
                                  .daemonsets = daemonsets,
                                  .daemonset_count = 1,
                                  .kubelets = rules,
                                  .kubelet_count = 1,
                                  .delays = &delays,
                                  .faults = &faults};
  dset_simulation *simulation;
  dset_error error;
  double started_s = cpu_s();
  expect(dset_simulation_new(&scenario, NULL, &simulation, &error), &error);
  const dset_simulation_stats *stats = dset_simulation_stats_of(simulation);
  for (size_t turn = 0; turn < hours * 12; turn++) {
    put_template(simulation, turn % 2 == 0 ? "v1" : "v2");
    expect(dset_simulation_run(simulation, stats->now_ms + 5 * MINUTE_MS, NULL, &error), &error);
  }
  double took_s = cpu_s() - started_s;
  dset_violation first;
  if (dset_simulation_violation(simulation, 0, &first)) fail(first.text);
  double simulated_s = (double)(stats->now_ms - stats->start_ms) / 1000;
  uint64_t fired = 0;
  for (int i = 0; i < DSET_FAULTS; i++) fired += stats->faults[i];
  printf("faults: %d nodes, %.0f s simulated in %.2f s: %.0f times as fast; %" PRIu64 " faults, %" PRIu64
         " plans, %" PRIu64 " pods made\n",
         NODES, simulated_s, took_s, simulated_s / took_s, fired, stats->plans, stats->creates);
  dset_simulation_free(simulation);
  free_nodes(nodes);
}

int main(int count, char **words) {
  size_t number = count > 2 ? strtoull(words[2], NULL, 10) : 0;
  if (count > 1 && strcmp(words[1], "update") == 0) {
    update(number == 0 ? 130000 : number);
  } else if (count > 1 && strcmp(words[1], "faults") == 0) {
    suffer(number == 0 ? 10 : number);
  } else {
    fprintf(stderr, "usage: bench_simulate update [NODES] | faults [HOURS]\n");
    return 2;
  }
  return 0;
}
