/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_plan.c: what one plan of a settled DaemonSet costs, in nanoseconds a node, through the struct API. Prints
 * figures and judges nothing; the state is checked to be settled, so that what is timed is what is named.
 *
 *   case             | what is different from a DaemonSet without placement rules
 *   status pass      | a write is in flight, so that only the status is computed (I8); six NotIn
 *   scattered        | nodes and pods ascend, but not the nodes of the pods; six NotIn
 *   any order        | nodes and pods stand in no order; six NotIn
 *   own strings      | no two objects share a string; six NotIn
 *
 * usage: bench_plan [repetitions [nodes [case]]]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemonset.h"

#define UID "3f5b3a0e-7c54-4c58-9a53-0d4a1f1f9d11"

enum { TOLERATIONS = 20, NODE_LABELS = 5, POD_LABELS = 3 };

/* A cluster in which every node has its pod, each object in memory of its own as in a host's cache. */
struct cluster {
  dset_daemonset daemonset;
  dset_status status;
  dset_revision revision;
  const dset_node **nodes;
  const dset_pod **pods;
  dset_toleration tolerations[TOLERATIONS];
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

static const dset_label node_selector[] = {{"kubernetes.io/os", "linux"}};
static const dset_taint taints[] = {{"example.com/dedicated", "agent", "NoSchedule"}};

/* One case of the table above. */
struct shape {
  const char *name;
  bool with_affinity;
  bool with_selector;
  bool with_tolerations; /* the last of them tolerates the taint that every node has */
  bool in_flight;
  bool scattered;
  bool shuffled;
  bool own_strings;
};

static const struct shape shapes[] = {
    {.name = "no rules"},
    {.name = "six NotIn", .with_affinity = true},
    {.name = "one selector label", .with_selector = true},
    {.name = "20 tolerations", .with_tolerations = true},
    {.name = "status pass", .with_affinity = true, .in_flight = true},
    {.name = "scattered", .with_affinity = true, .scattered = true},
    {.name = "any order", .with_affinity = true, .shuffled = true},
    {.name = "own strings", .with_affinity = true, .own_strings = true},
};

static void fail_memory(void) {
  fputs("out of memory\n", stderr);
  exit(2);
}

/* Everything that was allocated for the cluster at hand. */
static void **pieces;
static size_t piece_count;
static size_t piece_capacity;

static void *allocate(size_t bytes) {
  if (piece_count == piece_capacity) {
    piece_capacity = piece_capacity == 0 ? 1024 : piece_capacity * 2;
    pieces = realloc(pieces, piece_capacity * sizeof *pieces);
  }
  void *memory = pieces == NULL ? NULL : calloc(1, bytes);
  if (memory == NULL) fail_memory();
  return pieces[piece_count++] = memory;
}

static void release(void) {
  while (piece_count > 0) free(pieces[--piece_count]);
}

static char *name(const char *pattern, size_t number) {
  char *text = allocate(64);
  snprintf(text, 64, "%s-%06zu.nodes.example", pattern, number);
  return text;
}

static const char *copy(const char *text) {
  size_t bytes = strlen(text) + 1;
  return memcpy(allocate(bytes), text, bytes);
}

static dset_label *copy_labels(const dset_label *labels, size_t count, const char *host, bool own_strings) {
  dset_label *list = allocate((count + 1) * sizeof *list);
  for (size_t i = 0; i < count; i++) list[i] = labels[i];
  list[count] = (dset_label){"kubernetes.io/hostname", host};
  for (size_t i = 0; own_strings && i <= count; i++) list[i] = (dset_label){copy(list[i].key), copy(list[i].value)};
  return list;
}

static void build_node(dset_node *node, size_t number, const struct shape *shape) {
  static const dset_label labels[NODE_LABELS - 1] = {{"kubernetes.io/arch", "amd64"},
                                                     {"kubernetes.io/os", "linux"},
                                                     {"node.kubernetes.io/instance-type", "m"},
                                                     {"topology.kubernetes.io/zone", "a"}};
  *node = (dset_node){.size = sizeof *node, .name = name("node", number), .label_count = NODE_LABELS};
  node->labels = copy_labels(labels, NODE_LABELS - 1, node->name, shape->own_strings);
  if (!shape->with_tolerations) return;
  node->taints = taints;
  node->taint_count = 1;
}

static void build_pod(dset_pod *pod, size_t number, size_t node, const struct shape *shape) {
  *pod = (dset_pod){.size = sizeof *pod, .ns = "kube-system", .name = name("agent", number)};
  pod->node_name = name("node", node);
  pod->labels = copy_labels(revision_labels, POD_LABELS - 1, pod->node_name, shape->own_strings);
  pod->label_count = POD_LABELS;
  pod->owners = owners;
  pod->owner_count = 1;
  pod->phase = DSET_PHASE_RUNNING;
  pod->ready = true;
  pod->created_ms = pod->ready_since_ms = 1000;
  if (!shape->own_strings) return;
  dset_owner *owner = allocate(sizeof *owner);
  *owner = (dset_owner){copy(owners[0].kind), copy(owners[0].name), copy(owners[0].uid), true};
  pod->owners = owner;
  pod->ns = copy(pod->ns);
}

/* The places 0 to count - 1, in order or in none, but the same on every run. */
static void fill_places(size_t *places, size_t count, bool shuffled, uint64_t seed) {
  for (size_t i = 0; i < count; i++) places[i] = i;
  for (size_t i = count; shuffled && i > 1; i--) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    size_t other = (size_t)(seed >> 33) % i;
    size_t held = places[i - 1];
    places[i - 1] = places[other];
    places[other] = held;
  }
}

static void build_daemonset(struct cluster *cluster, const struct shape *shape) {
  cluster->status = (dset_status){.size = sizeof cluster->status, .observed_generation = 1};
  int32_t all = (int32_t)cluster->count;
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
  if (shape->with_affinity) daemonset->required_affinity = &affinity;
  daemonset->node_selector = node_selector;
  daemonset->node_selector_count = shape->with_selector ? 1 : 0;
  for (size_t i = 0; i < TOLERATIONS; i++) {
    cluster->tolerations[i] = (dset_toleration){.key = "example.com/other", .op = "Exists", .effect = "NoSchedule"};
  }
  cluster->tolerations[TOLERATIONS - 1].key = "example.com/dedicated";
  daemonset->tolerations = cluster->tolerations;
  daemonset->toleration_count = shape->with_tolerations ? TOLERATIONS : 0;
}

static void build(struct cluster *cluster, size_t count, const struct shape *shape) {
  cluster->count = count;
  build_daemonset(cluster, shape);
  cluster->revision = (dset_revision){.size = sizeof cluster->revision, .ns = "kube-system", .name = "agent-6d5f8c7b9"};
  cluster->revision.labels = revision_labels;
  cluster->revision.label_count = 2;
  cluster->revision.owners = owners;
  cluster->revision.owner_count = 1;
  cluster->revision.number = 1;
  cluster->revision.data = "template";
  cluster->revision.data_bytes = 8;
  cluster->revisions[0] = &cluster->revision;
  cluster->nodes = allocate(count * sizeof *cluster->nodes);
  cluster->pods = allocate(count * sizeof *cluster->pods);
  size_t *node_places = allocate(count * sizeof *node_places);
  size_t *pod_places = allocate(count * sizeof *pod_places);
  size_t *pod_nodes = allocate(count * sizeof *pod_nodes);
  fill_places(pod_nodes, count, shape->scattered, 3);
  fill_places(node_places, count, shape->shuffled, 1);
  fill_places(pod_places, count, shape->shuffled, 2);
  for (size_t i = 0; i < count; i++) {
    dset_node *node = allocate(sizeof *node);
    build_node(node, i, shape);
    cluster->nodes[node_places[i]] = node;
    dset_pod *pod = allocate(sizeof *pod);
    build_pod(pod, i, pod_nodes[i], shape);
    cluster->pods[pod_places[i]] = pod;
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

static void plan_once(const dset_snapshot *snapshot) {
  dset_plan *plan;
  dset_error error;
  if (dset_plan_compute(snapshot, NULL, &plan, &error) != DSET_OK) {
    fprintf(stderr, "%s: %s\n", error.path, error.text);
    exit(2);
  }
  if (dset_plan_action_count(plan) != 0 || dset_plan_problem_count(plan) != 0) {
    fputs("the state is not settled\n", stderr);
    exit(2);
  }
  dset_plan_free(plan);
}

/* The median cost of one plan; small ones are timed several at a time, as a clock is slow, too. */
static double measure(const struct cluster *cluster, bool in_flight, size_t repetitions) {
  dset_snapshot snapshot = {.size = sizeof snapshot, .daemonset = &cluster->daemonset, .now_ms = 1000000};
  snapshot.nodes = cluster->nodes;
  snapshot.pods = cluster->pods;
  snapshot.node_count = snapshot.pod_count = cluster->count;
  snapshot.revisions = cluster->revisions;
  snapshot.revision_count = 1;
  snapshot.in_flight_creates = in_flight;
  size_t plans = 1 + 1000 / cluster->count;
  int64_t *times = malloc(repetitions * sizeof *times);
  if (times == NULL) fail_memory();
  for (size_t i = 0; i < repetitions; i++) {
    int64_t start = now_ns();
    for (size_t j = 0; j < plans; j++) plan_once(&snapshot);
    times[i] = now_ns() - start;
  }
  qsort(times, repetitions, sizeof *times, compare_times);
  double median = (double)times[repetitions / 2] / (double)plans;
  free(times);
  return median;
}

int main(int argc, char **argv) {
  size_t repetitions = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 50;
  size_t sizes[] = {5, 1000, 10000, 130000};
  size_t size_count = sizeof sizes / sizeof *sizes;
  if (argc > 2) {
    sizes[0] = (size_t)strtoul(argv[2], NULL, 10);
    size_count = 1;
  }
  if (repetitions == 0 || sizes[0] == 0) {
    fputs("usage: bench_plan [repetitions [nodes [case]]]\n", stderr);
    return 2;
  }
  printf("%-8s %-20s %14s %12s %12s\n", "nodes", "case", "ns a plan", "ns a node", "plans/s");
  for (size_t i = 0; i < size_count; i++) {
    for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
      if (argc > 3 && strcmp(argv[3], shapes[j].name) != 0) continue;
      struct cluster cluster;
      build(&cluster, sizes[i], &shapes[j]);
      double median = measure(&cluster, shapes[j].in_flight, repetitions);
      printf("%-8zu %-20s %14.0f %12.1f %12.0f\n", sizes[i], shapes[j].name, median, median / (double)sizes[i],
             1e9 / median);
      release();
    }
  }
  return 0;
}
