/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.c: an orchestrator in memory on the callbacks of host.h. Its pods take a second to start and are seen a second
 * later; it rolls an update out, crashes while one starts, and goes on with the ledger that it saved. It keeps no
 * revisions, so it cannot roll back; the hash of the template tells old pods from new ones all the same.
 */
#include <daemonset.h>
#include <stdio.h>
#include <string.h>

enum { NODES = 3, PODS = 8, NAME = 32, SECONDS = 60, LEDGER = 8192 };

enum stage { NONE, STARTING, STARTED, SEEN, STOPPED }; /* of a pod; plans are made from those that are seen */

struct pod {
  enum stage stage;
  bool waits;  /* the run waits for it to start */
  size_t call; /* of that run, and of no other: a crash ends both */
  char name[NAME], node[NAME], hash[NAME];
  dset_label labels[2];
  dset_pod facts;
};

struct host {
  int64_t now_ms;
  unsigned created;
  dset_daemonset agent;
  dset_status status;
  struct pod pods[PODS];
  dset_ledger *ledger;
  dset_run *run;
  unsigned char saved[LEDGER]; /* a real host has a file here */
  size_t saved_bytes;
};

static const dset_label app = {"app", "agent"};
static const dset_selector selector = {.labels = &app, .label_count = 1};
static const dset_owner owner = {"DaemonSet", "agent", "uid-1", true};
static const dset_node nodes[NODES] = {{.name = "n1"}, {.name = "n2"}, {.name = "n3"}};

static int save(void *user_data, const dset_ledger *ledger) {
  struct host *host = user_data;
  host->saved_bytes = dset_ledger_write(ledger, host->saved, LEDGER);
  return host->saved_bytes <= LEDGER ? DSET_RESULT_OK : DSET_RESULT_FAILED;
}

/* Starting takes a while: the event loop finishes it. */
static int create_pod(void *user_data, const dset_call *call, dset_reply *reply) {
  struct host *host = user_data;
  struct pod *pod = host->pods; /* there are more than it ever has */
  while (pod->stage != NONE) pod++;
  *pod = (struct pod){.stage = STARTING, .waits = true, .call = call->index};
  snprintf(pod->name, NAME, "agent-%u", ++host->created);
  snprintf(pod->node, NAME, "%s", call->action->node);
  snprintf(pod->hash, NAME, "%s", call->action->hash);
  pod->labels[0] = app, pod->labels[1] = (dset_label){DSET_LABEL_HASH, pod->hash};
  pod->facts = (dset_pod){.ns = "default", .name = pod->name, .node_name = pod->node, .labels = pod->labels};
  pod->facts.owners = &owner, pod->facts.owner_count = 1, pod->facts.label_count = 2;
  pod->facts.created_ms = pod->facts.ready_since_ms = host->now_ms;
  pod->facts.phase = DSET_PHASE_RUNNING, pod->facts.ready = true;
  reply->pod = pod->name;
  return DSET_PENDING;
}

static int delete_pod(void *user_data, const dset_call *call, dset_reply *reply) {
  struct host *host = user_data;
  (void)reply;
  for (struct pod *pod = host->pods; pod < host->pods + PODS; pod++) {
    if (pod->stage != SEEN || strcmp(pod->name, call->action->pod) != 0) continue;
    pod->stage = STOPPED;
    return DSET_RESULT_OK;
  }
  return DSET_RESULT_NOT_FOUND;
}

static int write_daemonset(void *user_data, const dset_call *call, dset_reply *reply) {
  (void)reply;
  if (call->action->type == DSET_ACTION_UPDATE_STATUS) ((struct host *)user_data)->status = *call->action->status;
  return DSET_RESULT_OK;
}

static void show(void *user_data, const dset_notice *notice) {
  printf("%3lld s  %s: %s\n", (long long)((struct host *)user_data)->now_ms / 1000, notice->reason, notice->message);
}

static const dset_callbacks callbacks = {.save = save,
                                         .create_pod = create_pod,
                                         .delete_pod = delete_pod,
                                         .write_daemonset = write_daemonset,
                                         .event = show};

/* What has happened since the last second: pods have started, are seen, are gone. */
static void watch(struct host *host) {
  for (struct pod *pod = host->pods; pod < host->pods + PODS; pod++) {
    if (pod->stage == STARTED) dset_ledger_observe_pod(host->ledger, DSET_POD_ADDED, &pod->facts, NULL);
    if (pod->stage == STOPPED) dset_ledger_observe_pod(host->ledger, DSET_POD_GONE, &pod->facts, NULL);
    if (pod->waits) dset_run_finish(host->run, pod->call, DSET_RESULT_OK, NULL, NULL);
    pod->waits = false;
    static const enum stage next[] = {NONE, STARTED, SEEN, SEEN, NONE};
    pod->stage = next[pod->stage];
  }
}

/* Plans and carries out; false on an error. */
static bool sync(struct host *host) {
  const dset_node *all[NODES] = {&nodes[0], &nodes[1], &nodes[2]};
  const dset_pod *pods[PODS];
  dset_snapshot snapshot = {.daemonset = &host->agent, .nodes = all, .node_count = NODES, .pods = pods};
  snapshot.now_ms = host->now_ms;
  for (size_t i = 0; i < PODS; i++) {
    if (host->pods[i].stage == SEEN) pods[snapshot.pod_count++] = &host->pods[i].facts;
  }
  const dset_apply_options options = {.daemonset = &host->agent, .now_ms = host->now_ms};
  dset_plan *plan;
  if (dset_ledger_fill(host->ledger, &snapshot, NULL) != DSET_OK) return false;
  if (dset_plan_compute(&snapshot, NULL, &plan, NULL) != DSET_OK) return false;
  dset_run_free(host->run);
  int code = dset_apply(plan, &options, &callbacks, host, host->ledger, &host->run, NULL);
  dset_plan_free(plan);
  return code == DSET_OK;
}

static bool crash(struct host *host) {
  puts("      the host crashes");
  dset_run_free(host->run), host->run = NULL;
  dset_ledger_free(host->ledger);
  for (struct pod *pod = host->pods; pod < host->pods + PODS; pod++) pod->waits = false;
  return dset_ledger_read(host->saved, host->saved_bytes, NULL, &host->ledger, NULL) == DSET_OK;
}

int main(void) {
  static struct host host;
  host.agent = (dset_daemonset){.ns = "default", .name = "agent", .uid = "uid-1", .status = &host.status};
  host.agent.selector = &selector, host.agent.template_labels = &app, host.agent.template_label_count = 1;
  host.agent.revision_data = "agent:v1", host.agent.revision_data_bytes = 8;
  bool fine = dset_ledger_new(NULL, &host.ledger, NULL) == DSET_OK;
  for (int second = 1; fine && second <= SECONDS; second++) {
    host.now_ms += 1000;
    if (second == 12) host.agent.revision_data = "agent:v2", host.agent.generation++;
    if (second == 17) fine = crash(&host);
    watch(&host);
    bool waits = host.run != NULL && dset_run_result(host.run)->state == DSET_RUN_WAITING;
    if (fine && !waits) fine = sync(&host);
  }
  dset_run_free(host.run);
  dset_ledger_free(host.ledger);
  printf("%d of %d nodes run the current template; %u pods were created\n", (int)host.status.updated_number_scheduled,
         NODES, host.created);
  return fine && host.status.updated_number_scheduled == NODES && host.created == 2 * NODES ? 0 : 1;
}
