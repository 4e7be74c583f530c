/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instant.h: a world in which actions take effect at once, as in the unit tests of Kubernetes, whose fake pod control
 * writes straight into the controller's caches (F25):
 *
 *   world_sync()   plan ─► carry out ─┬─ manage acted ─► plan ─► carry out, if rolling out is all that is left
 *                                     └─ otherwise done
 *
 * So one world_sync() counts what one sync of such a test counts: manage, then a rollout that sees what manage did.
 */
#ifndef DSET_TEST_INSTANT_H
#define DSET_TEST_INSTANT_H

#include "build.h"

/* How many pods are created and deleted, and how many events emitted. */
typedef struct work_count {
  int creates;
  int deletes;
  int events;
} work_count;

work_count world_count(const dset_plan *plan);

/* One sync; fails with `row` in the message unless it creates, deletes and emits as many. */
void world_sync(dset_world *w, const char *row, int creates, int deletes, int events);

/* Does what one action says; the pods it creates are pending and pinned to their node. */
void world_carry_out(dset_world *w, const dset_action *action);

/* Carries the back-off of a plan over into the next snapshot (E8). */
void world_carry_backoffs(dset_world *w, const dset_plan *plan);

/* Takes the last plan away from the world; the caller frees it. */
dset_plan *world_take_plan(dset_world *w);

/* Nodes node-<first>, ..., each with `words`; pods <node>-0, ... bound to a node, each with `words`. */
void world_add_nodes(dset_world *w, int first, int count, const char *words);
void world_add_pods(dset_world *w, const char *node, int count, const char *words);

/* Removes a pod or a node by name; nothing when there is none. */
void world_remove_pod(dset_world *w, const char *name);
void world_remove_node(dset_world *w, const char *name);

/* All pods become ready now, if they are not; how many are. */
void world_mark_ready(dset_world *w);
int world_ready_count(const dset_world *w);

/* Sets the hash label of a pod; what it is, "" without. */
void world_set_hash(dset_world *w, dset_pod *pod, const char *hash);
const char *world_hash(const dset_pod *pod);

/* The node a pod is bound or pinned to. */
const char *world_target(const dset_pod *pod);

/* Another template: `data` without blanks. */
void world_set_template(dset_world *w, const char *data);

#endif
