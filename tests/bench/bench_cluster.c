/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_cluster.c: what events and plans of a cluster cost.
 *
 *   bench_cluster steps NODES EVENTS     a node or a pod changes, its DaemonSet is planned; for counting instructions
 * of the function one_step(), after a warm-up bench_cluster labels                 1,000 DaemonSets, 10,000 nodes,
 * labels change: verdicts computed and avoided bench_cluster memory [NODES [SETS]]  nodes, DaemonSets and a pod for
 * each pair: seconds and resident memory bench_cluster tail [EVENTS]          the time of each of many events:
 * median, 99.9 %, greatest
 *
 * Prints figures. `labels` judges its counters, `steps` that nothing is allocated, `memory` that it stays within 1.5
 * GiB with at most 2.6 million pods. Times are not judged.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "daemonset.h"

enum { NAME_BYTES = 48, NODE_LABELS = 10 };

/* So that the label that changes is one that somebody names. */
static const char *const slow_disks[] = {"hdd"};
static const dset_requirement not_slow = {"example.com/disk", "NotIn", slow_disks, 1};
static const dset_term fast_nodes = {.expressions = &not_slow, .expression_count = 1};
static const dset_terms affinity = {&fast_nodes, 1};

static void fail(const char *text) {
  fprintf(stderr, "bench_cluster: %s\n", text);
  exit(2);
}

static void expect(int code, const dset_error *error) {
  if (code != DSET_OK) fail(error->text);
}

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One DaemonSet of many. */
typedef struct set {
  char name[NAME_BYTES];
  char uid[NAME_BYTES];
  char hash[NAME_BYTES];
  char revision[2 * NAME_BYTES];
  dset_label labels[2];
  dset_selector selector;
  dset_label wanted;
  dset_owner owner;
  dset_daemonset object;
  dset_status status;
} set;

static void fill_set(set *of, size_t number, const char *wanted_key) {
  memset(of, 0, sizeof *of);
  snprintf(of->name, sizeof of->name, "agent-%zu", number);
  snprintf(of->uid, sizeof of->uid, "3f5b3a0e-7c54-4c58-9a53-%012zu", number);
  snprintf(of->hash, sizeof of->hash, "6d5f8c%zu", number);
  snprintf(of->revision, sizeof of->revision, "%s-%s", of->name, of->hash);
  of->labels[0] = (dset_label){"app", of->name};
  of->labels[1] = (dset_label){DSET_LABEL_HASH, of->hash};
  of->selector = (dset_selector){.labels = of->labels, .label_count = 1};
  of->owner = (dset_owner){"DaemonSet", of->name, of->uid, true};
  of->object = (dset_daemonset){.size = sizeof of->object, .ns = "kube-system", .name = of->name, .uid = of->uid};
  of->object.generation = 1;
  of->object.selector = &of->selector;
  of->object.template_labels = of->labels;
  of->object.template_label_count = 1;
  of->object.revision_data = "template";
  of->object.revision_data_bytes = 8;
  of->object.has_rolling_update = true;
  of->object.max_unavailable = (dset_amount){.kind = DSET_AMOUNT_INT, .number = 1};
  if (wanted_key == NULL) return;
  of->wanted = (dset_label){wanted_key, "yes"};
  of->object.node_selector = &of->wanted;
  of->object.node_selector_count = 1;
}

static void put_set(dset_cluster *cluster, set *of) {
  dset_error error;
  expect(dset_cluster_put_daemonset(cluster, &of->object, of->hash, &error), &error);
  const dset_revision revision = {.size = sizeof revision,
                                  .ns = "kube-system",
                                  .name = of->revision,
                                  .labels = of->labels,
                                  .label_count = 2,
                                  .owners = &of->owner,
                                  .owner_count = 1,
                                  .number = 1,
                                  .data = "template",
                                  .data_bytes = 8};
  expect(dset_cluster_put_revision(cluster, &revision, &error), &error);
}

/* A node or a pod, with what it points to. */
typedef struct object {
  char name[2 * NAME_BYTES];
  char node_name[NAME_BYTES];
  dset_label labels[NODE_LABELS];
  dset_node node;
  dset_pod pod;
} object;

/* A node with the labels that clouds give, and one of its own. */
static const dset_node *make_node(object *of, size_t number, const char *key, const char *value) {
  static const char *const keys[] = {"kubernetes.io/arch",
                                     "kubernetes.io/os",
                                     "beta.kubernetes.io/arch",
                                     "beta.kubernetes.io/os",
                                     "node.kubernetes.io/instance-type",
                                     "topology.kubernetes.io/region",
                                     "topology.kubernetes.io/zone",
                                     "example.com/pool"};
  static const char *const values[] = {"amd64", "linux", "amd64", "linux", "m5.xlarge", "eu-1", "eu-1a", "default"};
  snprintf(of->name, sizeof of->name, "node-%06zu.nodes.example", number);
  for (size_t i = 0; i < NODE_LABELS - 2; i++) of->labels[i] = (dset_label){keys[i], values[i]};
  of->labels[NODE_LABELS - 2] = (dset_label){"kubernetes.io/hostname", of->name};
  of->labels[NODE_LABELS - 1] = (dset_label){key, value};
  of->node = (dset_node){.size = sizeof of->node, .name = of->name, .labels = of->labels, .label_count = NODE_LABELS};
  return &of->node;
}

static const dset_pod *make_pod(object *of, const set *owner, size_t number, bool ready) {
  snprintf(of->name, sizeof of->name, "%s-x%06zu", owner->name, number);
  snprintf(of->node_name, sizeof of->node_name, "node-%06zu.nodes.example", number);
  of->pod = (dset_pod){.size = sizeof of->pod,
                       .ns = "kube-system",
                       .name = of->name,
                       .uid = "b3f0c9a4-0000-4000-8000-000000000000",
                       .node_name = of->node_name,
                       .labels = owner->labels,
                       .label_count = 2,
                       .owners = &owner->owner,
                       .owner_count = 1,
                       .created_ms = 1000,
                       .ready_since_ms = 2000,
                       .phase = DSET_PHASE_RUNNING,
                       .ready = ready};
  return &of->pod;
}

static void put_node(dset_cluster *cluster, const dset_node *node) {
  dset_error error;
  expect(dset_cluster_put_node(cluster, node, &error), &error);
}

static void put_pod(dset_cluster *cluster, const dset_pod *pod) {
  dset_error error;
  expect(dset_cluster_put_pod(cluster, pod, &error), &error);
}

static void plan(dset_cluster *cluster, set *of) {
  const dset_plan *made;
  dset_error error;
  expect(dset_cluster_plan(cluster, "kube-system", of->name, 10000, &made, &error), &error);
}

static dset_cluster *new_cluster(void) {
  dset_cluster *cluster;
  dset_error error;
  expect(dset_cluster_new(NULL, &cluster, &error), &error);
  return cluster;
}

/* One event and a plan. Not static and not inlined, so that a profiler can be told to count it alone. */
__attribute__((noinline)) void one_step(dset_cluster *cluster, set *of, const dset_node *node, const dset_pod *pod);

void one_step(dset_cluster *cluster, set *of, const dset_node *node, const dset_pod *pod) {
  if (node != NULL) put_node(cluster, node);
  if (pod != NULL) put_pod(cluster, pod);
  plan(cluster, of);
}

/* Events of the kinds that a settled cluster sees: a pod is not ready, is ready; a node's label changes, and changes
 * back. What is passed in is made before the clock runs. */
static double timed_step(dset_cluster *cluster, set *of, size_t nodes, size_t step) {
  object made;
  const dset_node *node = NULL;
  const dset_pod *pod = NULL;
  size_t number = step / 4 * 7919 % nodes;
  if (step % 4 < 2) {
    pod = make_pod(&made, of, number, step % 4 == 1);
  } else {
    node = make_node(&made, number, "example.com/disk", step % 4 == 2 ? "hdd" : "ssd");
  }
  double start = now_s();
  one_step(cluster, of, node, pod);
  return now_s() - start;
}

/* A cluster in which every node has its pod, planned once. */
static dset_cluster *settled(set *agent, size_t nodes) {
  object made;
  dset_cluster *cluster = new_cluster();
  fill_set(agent, 0, NULL);
  agent->object.required_affinity = &affinity;
  put_set(cluster, agent);
  for (size_t i = 0; i < nodes; i++) put_node(cluster, make_node(&made, i, "example.com/disk", "ssd"));
  for (size_t i = 0; i < nodes; i++) put_pod(cluster, make_pod(&made, agent, i, true));
  plan(cluster, agent);
  return cluster;
}

static int steps(size_t nodes, size_t events) {
  static set agent;
  dset_cluster *cluster = settled(&agent, nodes);
  const dset_cluster_counters *counters = dset_cluster_counters_of(cluster);
  for (size_t i = 0; i < events; i++) timed_step(cluster, &agent, nodes, i);
  uint64_t before = counters->allocations;
  for (size_t i = 0; i < events; i++) timed_step(cluster, &agent, nodes, i);
  uint64_t allocations = counters->allocations - before;
  printf("%zu nodes, %zu steps, %" PRIu64 " allocations after as many to warm up\n", nodes, events, allocations);
  dset_cluster_free(cluster);
  return allocations != 0;
}

enum { TEAMS = 100, SETS = 1000, SET_NODES = 10000 };

static int labels(void) {
  static set sets[SETS];
  static char keys[TEAMS][NAME_BYTES];
  dset_cluster *cluster = new_cluster();
  for (size_t i = 0; i < TEAMS; i++) snprintf(keys[i], sizeof keys[i], "example.com/team-%zu", i);
  object made;
  for (size_t i = 0; i < SET_NODES; i++) put_node(cluster, make_node(&made, i, keys[i % TEAMS], "yes"));
  for (size_t i = 0; i < SETS; i++) {
    fill_set(&sets[i], i, keys[i % TEAMS]);
    put_set(cluster, &sets[i]);
  }
  const dset_cluster_counters *counters = dset_cluster_counters_of(cluster);
  dset_cluster_counters before = *counters;
  double start = now_s();
  size_t events = 0;
  for (size_t i = 0; i < SET_NODES; i += 7, events += 2) {
    char value[NAME_BYTES];
    snprintf(value, sizeof value, "no-%zu", i); /* looks that were never seen before */
    put_node(cluster, make_node(&made, i, keys[i % TEAMS], value));
    put_node(cluster, make_node(&made, i, keys[i % TEAMS], "yes"));
  }
  double took_us = (now_s() - start) * 1e6 / (double)events;
  double all = (double)events * SETS;
  double computed = (double)(counters->verdicts_computed - before.verdicts_computed);
  printf("%d DaemonSets, %d nodes, %zu label changes: %.2f us each; %.3f %% of %.0f verdicts avoided\n", SETS,
         SET_NODES, events, took_us, 100 * (1 - computed / all), all);
  dset_cluster_free(cluster);
  return computed > all / 100;
}

enum { MOST_PODS = 2600000, MOST_KIB = 1536 * 1024 };

static int memory(size_t nodes, size_t count) {
  set *sets = calloc(count, sizeof *sets);
  if (sets == NULL) fail("out of memory");
  double start = now_s();
  dset_cluster *cluster = new_cluster();
  object made;
  for (size_t i = 0; i < nodes; i++) put_node(cluster, make_node(&made, i, "example.com/disk", "ssd"));
  for (size_t i = 0; i < count; i++) {
    fill_set(&sets[i], i, NULL);
    put_set(cluster, &sets[i]);
  }
  for (size_t i = 0; i < nodes; i++) {
    for (size_t j = 0; j < count; j++) put_pod(cluster, make_pod(&made, &sets[j], i, true));
  }
  double built_s = now_s() - start;
  for (size_t i = 0; i < count; i++) plan(cluster, &sets[i]);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%zu nodes, %zu DaemonSets, %zu pods: built in %.1f s, planned after %.1f s, %.2f GiB resident at most\n",
         nodes, count, nodes * count, built_s, now_s() - start, (double)usage.ru_maxrss / 1024 / 1024);
  dset_cluster_free(cluster);
  free(sets);
  return nodes * count <= MOST_PODS && usage.ru_maxrss > MOST_KIB;
}

enum { BUCKETS = 100000, BUCKET_NS = 10 };

/* The time below which so many of a thousand lie, in microseconds. */
static double quantile_us(const uint64_t *buckets, uint64_t events, uint64_t of_thousand) {
  uint64_t left = events * of_thousand / 1000;
  size_t at = 0;
  while (at + 1 < BUCKETS && buckets[at] <= left) left -= buckets[at++];
  return (double)(at + 1) * BUCKET_NS / 1000;
}

static int tail(size_t events) {
  enum { NODES = 10000 };
  static set agent;
  static uint64_t buckets[BUCKETS];
  dset_cluster *cluster = settled(&agent, NODES);
  double most = 0;
  for (size_t i = 0; i < events; i++) {
    double took = timed_step(cluster, &agent, NODES, i);
    size_t bucket = (size_t)(took * 1e9 / BUCKET_NS);
    buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    if (took > most) most = took;
  }
  double median = quantile_us(buckets, events, 500);
  double high = quantile_us(buckets, events, 999);
  printf("%zu events with plans: median %.2f us, 99.9 %% %.2f us, greatest %.0f us; 99.9 %% / median %.1f\n", events,
         median, high, most * 1e6, high / median);
  dset_cluster_free(cluster);
  return 0;
}

static size_t number(int argc, char **argv, int index, size_t otherwise) {
  if (argc <= index) return otherwise;
  size_t value = (size_t)strtoull(argv[index], NULL, 10);
  if (value == 0) fail("a number above 0 is expected");
  return value;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "steps") == 0) return steps(number(argc, argv, 2, 1000), number(argc, argv, 3, 1000));
  if (strcmp(what, "labels") == 0) return labels();
  if (strcmp(what, "memory") == 0) return memory(number(argc, argv, 2, 130000), number(argc, argv, 3, 20));
  if (strcmp(what, "tail") == 0) return tail(number(argc, argv, 2, 10000000));
  fputs("usage: bench_cluster steps [nodes [events]] | labels | memory [nodes [sets]] | tail [events]\n", stderr);
  return 2;
}
