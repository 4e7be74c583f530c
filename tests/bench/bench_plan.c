/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_plan.c: what one full plan of a settled DaemonSet costs, in nanoseconds a node, through the struct API. Prints
 * figures and judges nothing; the state is checked to be settled, so that what is timed is what is named.
 *
 * usage: bench_plan [repetitions]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemonset.h"

#define UID "3f5b3a0e-7c54-4c58-9a53-0d4a1f1f9d11"

/* A cluster in which every node has its pod, each object in memory of its own as in a host's cache. */
struct cluster {
  dset_daemonset daemonset;
  dset_status status;
  dset_revision revision;
  dset_node **nodes;
  dset_pod **pods;
  const dset_revision *revisions[1];
  size_t count;
};

static const dset_label template_labels[] = {{"app", "agent"}};
static const dset_label revision_labels[] = {{"app", "agent"}, {DSET_LABEL_HASH, "6d5f8c7b9"}};
static const dset_owner owners[] = {{"DaemonSet", "agent", UID, true}};
static const dset_selector selector = {.labels = template_labels, .label_count = 1};
static const char *const expression_values[] = {"virtual"};
static const dset_requirement not_in[] = {
    {"example.com/class-0", "NotIn", expression_values, 1}, {"example.com/class-1", "NotIn", expression_values, 1},
    {"example.com/class-2", "NotIn", expression_values, 1}, {"example.com/class-3", "NotIn", expression_values, 1},
    {"example.com/class-4", "NotIn", expression_values, 1}, {"example.com/class-5", "NotIn", expression_values, 1},
};
static const dset_term terms[] = {{.expressions = not_in, .expression_count = 6}};
static const dset_terms affinity = {terms, 1};

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes);
  if (memory == NULL) {
    fputs("out of memory\n", stderr);
    exit(2);
  }
  return memory;
}

static char *name(const char *pattern, size_t number) {
  char *text = allocate(64);
  snprintf(text, 64, "%s-%06zu.nodes.example", pattern, number);
  return text;
}

static dset_label *copy_labels(const dset_label *labels, size_t count, const char *host) {
  dset_label *copy = allocate((count + 1) * sizeof *copy);
  for (size_t i = 0; i < count; i++) copy[i] = labels[i];
  copy[count] = (dset_label){"kubernetes.io/hostname", host};
  return copy;
}

static void build(struct cluster *cluster, size_t count, bool with_affinity) {
  cluster->count = count;
  cluster->status = (dset_status){.size = sizeof cluster->status, .observed_generation = 1};
  int32_t all = (int32_t)count;
  cluster->status.desired_number_scheduled = cluster->status.current_number_scheduled = all;
  cluster->status.number_ready = cluster->status.updated_number_scheduled = cluster->status.number_available = all;
  dset_daemonset *daemonset = &cluster->daemonset;
  *daemonset = (dset_daemonset){.size = sizeof *daemonset, .ns = "kube-system", .name = "agent", .uid = UID};
  daemonset->generation = 1;
  daemonset->selector = &selector;
  daemonset->template_labels = template_labels;
  daemonset->template_label_count = 1;
  daemonset->revision_data = "template";
  daemonset->revision_data_bytes = 8;
  daemonset->has_rolling_update = true;
  daemonset->max_unavailable = (dset_amount){.kind = DSET_AMOUNT_INT, .number = 1};
  daemonset->status = &cluster->status;
  if (with_affinity) daemonset->required_affinity = &affinity;
  cluster->revision = (dset_revision){.size = sizeof cluster->revision, .ns = "kube-system", .name = "agent-6d5f8c7b9"};
  cluster->revision.labels = revision_labels;
  cluster->revision.label_count = 2;
  cluster->revision.owners = owners;
  cluster->revision.owner_count = 1;
  cluster->revision.number = 1;
  cluster->revision.data = "template";
  cluster->revision.data_bytes = 8;
  cluster->revisions[0] = &cluster->revision;
  static const dset_label node_labels[] = {{"kubernetes.io/arch", "amd64"},
                                           {"kubernetes.io/os", "linux"},
                                           {"node.kubernetes.io/instance-type", "m"},
                                           {"topology.kubernetes.io/zone", "a"}};
  cluster->nodes = allocate(count * sizeof *cluster->nodes);
  cluster->pods = allocate(count * sizeof *cluster->pods);
  for (size_t i = 0; i < count; i++) {
    dset_node *node = cluster->nodes[i] = allocate(sizeof *node);
    *node = (dset_node){.size = sizeof *node, .name = name("node", i), .label_count = 5};
    node->labels = copy_labels(node_labels, 4, node->name);
    dset_pod *pod = cluster->pods[i] = allocate(sizeof *pod);
    *pod = (dset_pod){.size = sizeof *pod, .ns = "kube-system", .name = name("agent", i), .node_name = name("node", i)};
    pod->labels = copy_labels(revision_labels, 2, pod->node_name);
    pod->label_count = 3;
    pod->owners = owners;
    pod->owner_count = 1;
    pod->phase = DSET_PHASE_RUNNING;
    pod->ready = true;
    pod->created_ms = pod->ready_since_ms = 1000;
  }
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare_times(const void *a, const void *b) {
  const int64_t *left = a;
  const int64_t *right = b;
  return *left < *right ? -1 : *left > *right;
}

/* The median cost of one plan. */
static int64_t measure(const struct cluster *cluster, size_t repetitions) {
  dset_snapshot snapshot = {.size = sizeof snapshot, .daemonset = &cluster->daemonset, .now_ms = 1000000};
  snapshot.nodes = (const dset_node *const *)cluster->nodes;
  snapshot.pods = (const dset_pod *const *)cluster->pods;
  snapshot.node_count = snapshot.pod_count = cluster->count;
  snapshot.revisions = cluster->revisions;
  snapshot.revision_count = 1;
  int64_t *times = allocate(repetitions * sizeof *times);
  for (size_t i = 0; i < repetitions; i++) {
    int64_t start = now_ns();
    dset_plan *plan;
    dset_error error;
    if (dset_plan_compute(&snapshot, NULL, &plan, &error) != DSET_OK) {
      fprintf(stderr, "%s: %s\n", error.path, error.text);
      exit(2);
    }
    if (dset_plan_action_count(plan) != 0 || dset_plan_problem_count(plan) != 0) {
      fputs("the state is not settled\n", stderr);
      exit(2);
    }
    dset_plan_free(plan);
    times[i] = now_ns() - start;
  }
  qsort(times, repetitions, sizeof *times, compare_times);
  int64_t median = times[repetitions / 2];
  free(times);
  return median;
}

static void release(struct cluster *cluster) {
  for (size_t i = 0; i < cluster->count; i++) {
    free((void *)(uintptr_t)cluster->nodes[i]->name);
    free((void *)(uintptr_t)cluster->nodes[i]->labels);
    free(cluster->nodes[i]);
    free((void *)(uintptr_t)cluster->pods[i]->name);
    free((void *)(uintptr_t)cluster->pods[i]->node_name);
    free((void *)(uintptr_t)cluster->pods[i]->labels);
    free(cluster->pods[i]);
  }
  free(cluster->nodes);
  free(cluster->pods);
}

int main(int argc, char **argv) {
  size_t repetitions = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 50;
  if (repetitions == 0) {
    fputs("usage: bench_plan [repetitions]\n", stderr);
    return 2;
  }
  static const size_t sizes[] = {5, 1000, 10000, 100000};
  printf("%-10s %-20s %12s %12s\n", "nodes", "affinity", "ns a plan", "ns a node");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (int with_affinity = 0; with_affinity < 2; with_affinity++) {
      struct cluster cluster;
      build(&cluster, sizes[i], with_affinity != 0);
      int64_t median = measure(&cluster, repetitions);
      printf("%-10zu %-20s %12" PRId64 " %12.1f\n", sizes[i], with_affinity != 0 ? "six NotIn" : "none", median,
             (double)median / (double)sizes[i]);
      release(&cluster);
    }
  }
  return 0;
}
