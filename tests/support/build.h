/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.h: small builders, so that a test reads like the row of the truth table it checks.
 *
 *   dset_world w;
 *   world_init(&w);
 *   world_nodes(&w, "n1; n2 stay; n3 neither; n4 zone=a !dedicated=db:NoSchedule");
 *   world_pods(&w, "a@n1 new ready; b@n1 old ready=5 age=60; c>n2 failed; d@n1 orphan");
 *   world_expect(&w, "F8 one of two", TRACE_PODS, "DeletePod b outdated rollout");
 *   world_free(&w);
 *
 * A world is the DaemonSet default/agent, template and selector app=agent, RollingUpdate with maxUnavailable 1, and its
 * two revisions: agent-old (number 1, hash "old") and agent-cur (number 2, hash "cur", the template's data). Tests
 * change its members as they like. Everything that is built belongs to the world. Running out of memory aborts.
 */
#ifndef DSET_TEST_BUILD_H
#define DSET_TEST_BUILD_H

#include <check.h>

#include "daemonset.h"

#define WORLD_NOW INT64_C(1000000000000)
#define WORLD_UID "uid-agent"

/* A list of pointers that grows. */
typedef struct world_list {
  void **items;
  size_t count;
  size_t capacity;
} world_list;

typedef struct dset_world {
  dset_daemonset daemonset;
  dset_options options;
  int64_t now_ms;
  int64_t in_flight_creates;
  int64_t in_flight_deletes;
  int64_t in_flight_since_ms;
  world_list nodes;
  world_list pods;
  world_list revisions;
  dset_backoff backoffs[8];
  size_t backoff_count;
  dset_plan *plan;  /* the last one, see world_plan() */
  world_list owned; /* all memory */
} dset_world;

void world_init(dset_world *w);
void world_free(dset_world *w);

/* Zero-filled memory, and formatted text, that lives as long as the world. */
void *world_alloc(dset_world *w, size_t count, size_t bytes);
char *world_format(dset_world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Nodes: "name word…; name word…". Words: `run` (the default), `stay` (a NoSchedule taint), `neither` (a NoExecute
 * taint), `key=value` (a label), `!key=value:Effect` (a taint).
 */
void world_nodes(dset_world *w, const char *nodes);

/*
 * Pods: "name@node word…" bound, "name>node word…" waiting and pinned to the node, "name word…" neither.
 * The default is a running pod of the DaemonSet with the current hash, not ready, an hour old. Words:
 *   new old nohash hash=x gen=5      its hash and template-generation labels
 *   ready ready=10 ready=never       ready for an hour, for so many seconds, without a time
 *   pending running succeeded failed unknown nophase deleting
 *   age=60 age=unset                 seconds since its creation
 *   orphan foreign                   without owner; of a DaemonSet with another uid
 *   mismatch                         the selector does not match its labels
 *   ns=other                         namespace
 */
void world_pods(dset_world *w, const char *pods);

/*
 * Revisions: "name word…". The default is one of the DaemonSet, number 1, hash = name, other data. Words:
 *   #7 hash=x nohash current data=x orphan foreign mismatch deleting ns=other
 */
void world_revisions(dset_world *w, const char *revisions);
void world_clear_revisions(dset_world *w);

/* The object that was added by name. */
dset_node *world_node(dset_world *w, const char *name);
dset_pod *world_pod(dset_world *w, const char *name);
dset_revision *world_revision(dset_world *w, const char *name);

/* Requirements: "key op values" joined with "&"; values joined with ","; '' is the empty string. "key=value" is a label
 * pair. "" is present and empty, NULL absent. */
const dset_selector *world_selector(dset_world *w, const char *text);

/* Affinity terms: requirements as above, terms joined with "|", a field starts with "@", "()" is an empty term. "" is
 * an empty list, NULL absent. */
const dset_terms *world_terms(dset_world *w, const char *text);

/* Tolerations "key op value effect" joined with ";", "-" is the empty string. */
void world_tolerations(dset_world *w, const char *text);

/* Labels "key=value key=value". */
const dset_label *world_labels(dset_world *w, const char *text, size_t *count);

/* The budget from text: "2" is an int, "20%" or "x" text, "-" absent, "#-1" an int. Sets has_rolling_update. */
void world_budget(dset_world *w, const char *max_unavailable, const char *max_surge);

void world_backoff(dset_world *w, const char *node, int64_t delay_ms, int64_t last_ms);

/* The status as last written, all zero; fill it through the result. */
dset_status *world_status(dset_world *w);

/* Fills a snapshot that is valid as long as the world is. */
void world_snapshot(dset_world *w, dset_snapshot *snapshot);

/* dset_plan_compute(); the world keeps the plan until the next one. The first fails the test on an error and checks
 * that the plan is well formed; the second returns the code. */
const dset_plan *world_plan(dset_world *w);
int world_compute(dset_world *w, dset_error *error);

/* Which actions a trace shows. */
enum {
  TRACE_PODS = 1,      /* CreatePod, DeletePod */
  TRACE_CLAIMS = 2,    /* AdoptPod, ReleasePod */
  TRACE_REVISIONS = 4, /* everything on revisions, LabelPod, BumpCollisionCount */
  TRACE_EVENTS = 8,
  TRACE_STATUS = 16,
  TRACE_ALL = 31
};

/*
 * The actions of a plan as one line, joined with "; ":
 *   CreatePod n1 node-needs-pod · DeletePod p1 excess · AdoptPod p2 orphan-matches · LabelPod p3 cur duplicate-revision
 *   CreateRevision agent-x #3 x template-new · BumpCollisionCount 1 name-collision · UpdateStatus
 *   EmitEvent Warning FailedDaemonPod p1
 * Actions of the rolling update end in " rollout".
 */
const char *world_trace(dset_world *w, const dset_plan *plan, int shown);

/* The problems of a plan, as in "budget; node-gone". */
const char *world_problems(dset_world *w, const dset_plan *plan);

/* The status as "desired/current/misscheduled/ready/updated/available/unavailable". */
const char *world_status_line(dset_world *w, const dset_status *status);

/* Plans, and fails with `row` in the message unless the trace is as expected. */
void world_expect(dset_world *w, const char *row, int shown, const char *expected);

/* Fails with `row` in the message unless both texts are equal. */
void expect_text(const char *row, const char *what, const char *actual, const char *expected);

/* The number of elements of an array. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Adds a test that runs once for every row of a table. */
#define ADD_ROWS(tcase, test, rows) tcase_add_loop_test(tcase, test, 0, (int)COUNT_OF(rows))

#endif
