/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h (L3): pods to create and delete, as manage and rollout find them, then brought into the documented order and
 * cut (plan.h, E16, E17).
 *
 *   creates: [part 0 ............][part 1, at most `room` of it ............]
 *            |<-------- count, at most `burst` -------->|<-- not chosen -->|
 *            |<---------------------------- found ------------------------>|
 */
#ifndef DSET_LIB_WORK_H
#define DSET_LIB_WORK_H

#include "arena.h"
#include "daemonset/plan.h"
#include "taken.h"

/* `part` is 0 or 1. `taken`: a choice to prefer (F18). */
typedef struct dset_create {
  const char *node;
  int part;
  int cause;
  bool taken;
} dset_create;

typedef struct dset_delete {
  const char *node;
  const dset_pod *pod;
  size_t rank; /* keeps the order in which the pods of one node were found */
  int part;
  int cause;
  bool taken;
  int group; /* of the node's deletes all (0), some (1) or none (2) are taken; 0 when there is nothing to prefer */
} dset_delete;

/* A planning event of a failed or succeeded pod (E6, E7). */
typedef struct dset_event {
  const char *node;
  const dset_pod *pod;
  size_t rank;
} dset_event;

typedef struct dset_work {
  dset_arena *arena;
  dset_create *creates;
  size_t create_count; /* after dset_work_finish() those to do */
  size_t create_found; /* and all there are */
  size_t create_room;  /* how many of part 1 may be done; no limit unless set */
  size_t create_capacity;
  dset_delete *deletes;
  size_t delete_count;
  size_t delete_found;
  size_t delete_room;
  size_t delete_capacity;
  dset_event *events;
  size_t event_count;
  size_t event_capacity;
  bool failed; /* an allocation failed */
} dset_work;

void dset_work_init(dset_work *work, dset_arena *arena);
void dset_work_create(dset_work *work, const char *node, int part, int cause);
void dset_work_delete(dset_work *work, const char *node, const dset_pod *pod, int part, int cause);
void dset_work_event(dset_work *work, const char *node, const dset_pod *pod);

/* Sorts the lists, those of `taken` (NULL is allowed) first where the order is free (F19 to F21), and cuts them. */
void dset_work_finish(dset_work *work, size_t burst, const dset_taken *taken);

/* The message of a planning event, in the controller's own words (E23); NULL when an allocation fails. */
const char *dset_work_event_text(dset_arena *arena, const char *node, const dset_pod *pod);

#endif
