/* SPDX-License-Identifier: Apache-2.0 */
/* work.c (L3): pods to create and delete. */
#include "work.h"

#include <stdlib.h>
#include <string.h>

void dset_work_init(dset_work *work, dset_arena *arena) {
  *work = (dset_work){.arena = arena};
}

/* Room for one more item, or NULL with `failed` set. */
static void *grow(dset_work *work, void *items, size_t count, size_t *capacity, size_t item_bytes) {
  void *grown = work->failed ? NULL : dset_arena_grow(work->arena, items, count, capacity, item_bytes);
  if (grown == NULL) work->failed = true;
  return grown;
}

void dset_work_create(dset_work *work, const char *node, int part, int cause) {
  dset_create *items = grow(work, work->creates, work->create_count, &work->create_capacity, sizeof *items);
  if (items == NULL) return;
  items[work->create_count++] = (dset_create){node, part, cause};
  work->creates = items;
}

void dset_work_delete(dset_work *work, const char *node, const dset_pod *pod, int part, int cause) {
  dset_delete *items = grow(work, work->deletes, work->delete_count, &work->delete_capacity, sizeof *items);
  if (items == NULL) return;
  items[work->delete_count] = (dset_delete){node, pod, work->delete_count, part, cause};
  work->delete_count++;
  work->deletes = items;
}

void dset_work_event(dset_work *work, const char *node, const dset_pod *pod) {
  dset_event *items = grow(work, work->events, work->event_count, &work->event_capacity, sizeof *items);
  if (items == NULL) return;
  items[work->event_count] = (dset_event){node, pod, work->event_count};
  work->event_count++;
  work->events = items;
}

static int compare_ranks(size_t a, size_t b) {
  return a < b ? -1 : a > b;
}

static int compare_creates(const void *a, const void *b) {
  const dset_create *left = a;
  const dset_create *right = b;
  return left->part != right->part ? left->part - right->part : strcmp(left->node, right->node);
}

static int compare_deletes(const void *a, const void *b) {
  const dset_delete *left = a;
  const dset_delete *right = b;
  if (left->part != right->part) return left->part - right->part;
  int order = strcmp(left->node, right->node);
  return order != 0 ? order : compare_ranks(left->rank, right->rank);
}

static int compare_events(const void *a, const void *b) {
  const dset_event *left = a;
  const dset_event *right = b;
  int order = strcmp(left->node, right->node);
  return order != 0 ? order : compare_ranks(left->rank, right->rank);
}

static void sort(void *items, size_t count, size_t item_bytes, int (*compare)(const void *, const void *)) {
  if (count > 1) qsort(items, count, item_bytes, compare);
}

void dset_work_finish(dset_work *work, size_t burst) {
  sort(work->creates, work->create_count, sizeof *work->creates, compare_creates);
  sort(work->deletes, work->delete_count, sizeof *work->deletes, compare_deletes);
  sort(work->events, work->event_count, sizeof *work->events, compare_events);
  if (work->create_count > burst) work->create_count = burst;
  if (work->delete_count > burst) work->delete_count = burst;
}
