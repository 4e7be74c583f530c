/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed.c: a whole host in one file. It keeps a cluster in memory, asks for plans, carries them out, and rolls an
 * update out over three nodes, one at a time. Needs the core of the library alone.
 */
#include <daemonset.h>
#include <stdio.h>
#include <string.h>

enum { NODES = 3, PODS = 8, REVISIONS = 4, NAME = 32, STEPS = 40 };

/* A pod of this host: its facts, and the memory they point to. */
struct pod {
  dset_pod facts;
  char name[NAME];
  char node[NAME];
  char hash[NAME];
  dset_label labels[2];
};

struct revision {
  dset_revision facts;
  char name[NAME];
  char hash[NAME];
  char data[NAME];
  dset_label labels[2];
};

struct cluster {
  int64_t now_ms;
  dset_daemonset agent;
  dset_status status;
  dset_node nodes[NODES];
  struct pod pods[PODS];
  size_t pod_count;
  struct revision revisions[REVISIONS];
  size_t revision_count;
  unsigned created;
};

static const dset_label app = {"app", "agent"};
static const dset_selector selector = {.labels = &app, .label_count = 1};
static const dset_owner owner = {"DaemonSet", "agent", "uid-1", true};

/* A daemon pod starts on its node and is ready at once. */
static void create_pod(struct cluster *cluster, const dset_action *action) {
  struct pod *pod = &cluster->pods[cluster->pod_count++];
  snprintf(pod->name, NAME, "agent-%u", ++cluster->created);
  snprintf(pod->node, NAME, "%s", action->node);
  snprintf(pod->hash, NAME, "%s", action->hash);
  pod->facts = (dset_pod){.size = sizeof pod->facts, .ns = "default", .phase = DSET_PHASE_RUNNING, .ready = true};
  pod->facts.created_ms = pod->facts.ready_since_ms = cluster->now_ms;
}

static void delete_pod(struct cluster *cluster, const char *name) {
  for (size_t i = 0; i < cluster->pod_count; i++) {
    if (strcmp(cluster->pods[i].name, name) == 0) cluster->pods[i] = cluster->pods[--cluster->pod_count];
  }
}

static void create_revision(struct cluster *cluster, const dset_action *action) {
  struct revision *revision = &cluster->revisions[cluster->revision_count++];
  snprintf(revision->name, NAME, "%s", action->revision);
  snprintf(revision->hash, NAME, "%s", action->hash);
  snprintf(revision->data, NAME, "%s", (const char *)cluster->agent.revision_data);
  revision->facts = (dset_revision){.size = sizeof revision->facts, .ns = "default", .number = action->number};
  revision->facts.data_bytes = strlen(revision->data);
}

/* The action's strings belong to the plan, which is about to be released. Of a status that is `conditions`. */
static void update_status(struct cluster *cluster, const dset_action *action) {
  const char *conditions = cluster->status.conditions;
  cluster->status = *action->status;
  cluster->status.conditions = conditions;
}

/* What a host does with each action; this cluster never needs the others. */
static void carry_out(struct cluster *cluster, const dset_action *action) {
  printf("  %s (%s): %s\n", dset_action_type_name(action->type), dset_cause_name(action->cause), action->text);
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: create_pod(cluster, action); break;
    case DSET_ACTION_DELETE_POD: delete_pod(cluster, action->pod); break;
    case DSET_ACTION_CREATE_REVISION: create_revision(cluster, action); break;
    case DSET_ACTION_UPDATE_STATUS: update_status(cluster, action); break;
    default: break;
  }
}

/* Points the facts at this host's memory and plans. The result says whether there was anything to do, or -1. */
static int sync(struct cluster *cluster) {
  const dset_node *nodes[NODES];
  const dset_pod *pods[PODS];
  const dset_revision *revisions[REVISIONS];
  for (size_t i = 0; i < NODES; i++) nodes[i] = &cluster->nodes[i];
  for (size_t i = 0; i < cluster->pod_count; i++) {
    struct pod *pod = &cluster->pods[i];
    pod->labels[0] = app;
    pod->labels[1] = (dset_label){DSET_LABEL_HASH, pod->hash};
    pod->facts.name = pod->name;
    pod->facts.node_name = pod->node;
    pod->facts.labels = pod->labels;
    pod->facts.label_count = 2;
    pod->facts.owners = &owner;
    pod->facts.owner_count = 1;
    pods[i] = &pod->facts;
  }
  for (size_t i = 0; i < cluster->revision_count; i++) {
    struct revision *revision = &cluster->revisions[i];
    revision->labels[0] = app;
    revision->labels[1] = (dset_label){DSET_LABEL_HASH, revision->hash};
    revision->facts.name = revision->name;
    revision->facts.labels = revision->labels;
    revision->facts.label_count = 2;
    revision->facts.owners = &owner;
    revision->facts.owner_count = 1;
    revision->facts.data = revision->data;
    revisions[i] = &revision->facts;
  }
  const dset_snapshot snapshot = {.size = sizeof snapshot,
                                  .daemonset = &cluster->agent,
                                  .nodes = nodes,
                                  .node_count = NODES,
                                  .pods = pods,
                                  .pod_count = cluster->pod_count,
                                  .revisions = revisions,
                                  .revision_count = cluster->revision_count,
                                  .now_ms = cluster->now_ms};
  dset_plan *plan;
  dset_error error;
  if (dset_plan_compute(&snapshot, NULL, &plan, &error) != DSET_OK) {
    fprintf(stderr, "%s: %s\n", error.path, error.text);
    return -1;
  }
  size_t count = dset_plan_action_count(plan);
  if (count > 0) printf("at %lld s:\n", (long long)(cluster->now_ms / 1000));
  for (size_t i = 0; i < count; i++) carry_out(cluster, dset_plan_action(plan, i));
  int64_t next_ms = dset_plan_next_check_ms(plan);
  dset_plan_free(plan);
  if (count == 0 && next_ms == DSET_NEVER) return 0;
  cluster->now_ms = count == 0 ? next_ms : cluster->now_ms + 1000;
  return 1;
}

/* Syncs until nothing is left to do. */
static int settle(struct cluster *cluster, const char *template) {
  printf("template %s\n", template);
  cluster->agent.revision_data = template;
  cluster->agent.revision_data_bytes = strlen(template);
  cluster->agent.generation++;
  for (int step = 0; step < STEPS; step++) {
    int result = sync(cluster);
    if (result <= 0) return result;
  }
  fputs("the cluster does not settle\n", stderr);
  return -1;
}

int main(void) {
  struct cluster cluster = {.now_ms = 1000};
  static const char *const names[NODES] = {"n1", "n2", "n3"};
  for (size_t i = 0; i < NODES; i++) cluster.nodes[i] = (dset_node){.size = sizeof(dset_node), .name = names[i]};
  cluster.status = (dset_status){.size = sizeof cluster.status, .conditions = "[]"};
  cluster.agent = (dset_daemonset){.size = sizeof cluster.agent,
                                   .ns = "default",
                                   .name = "agent",
                                   .uid = "uid-1",
                                   .selector = &selector,
                                   .template_labels = &app,
                                   .template_label_count = 1,
                                   .min_ready_seconds = 5,
                                   .has_rolling_update = true,
                                   .max_unavailable = {.kind = DSET_AMOUNT_INT, .number = 1},
                                   .status = &cluster.status};
  if (settle(&cluster, "agent:v1") != 0 || settle(&cluster, "agent:v2") != 0) return 1;
  printf("%d of %d nodes run the current template; the conditions are still %s\n",
         (int)cluster.status.updated_number_scheduled, NODES, cluster.status.conditions);
  return cluster.status.updated_number_scheduled == NODES ? 0 : 1;
}
