/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h (L3): pods to create and delete, as manage and rollout find them, then brought into the documented order and
 * cut at the burst limit (plan.h, E16, E17).
 */
#ifndef DSET_LIB_WORK_H
#define DSET_LIB_WORK_H

#include "arena.h"
#include "daemonset/plan.h"

/* `part` orders whole groups: those of part 0 come before those of part 1. */
typedef struct dset_create {
  const char *node;
  int part;
  int cause;
} dset_create;

typedef struct dset_delete {
  const char *node;
  const dset_pod *pod;
  size_t rank; /* keeps the order in which the pods of one node were found */
  int part;
  int cause;
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
  size_t create_count;
  size_t create_capacity;
  dset_delete *deletes;
  size_t delete_count;
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

/* Sorts the lists and cuts creates and deletes to `burst` each. */
void dset_work_finish(dset_work *work, size_t burst);

#endif
