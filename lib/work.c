/* SPDX-License-Identifier: Apache-2.0 */
/* work.c (L3): pods to create and delete. */
#include "work.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "text.h"

void dset_work_init(dset_work *work, dset_arena *arena) {
  *work = (dset_work){.arena = arena, .create_room = SIZE_MAX, .delete_room = SIZE_MAX};
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
  items[work->create_count++] = (dset_create){.node = node, .part = part, .cause = cause};
  work->creates = items;
}

void dset_work_delete(dset_work *work, const char *node, const dset_pod *pod, int part, int cause) {
  dset_delete *items = grow(work, work->deletes, work->delete_count, &work->delete_capacity, sizeof *items);
  if (items == NULL) return;
  items[work->delete_count] =
      (dset_delete){.node = node, .pod = pod, .rank = work->delete_count, .part = part, .cause = cause};
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
  if (left->part != right->part) return left->part - right->part;
  return left->taken != right->taken ? right->taken - left->taken : strcmp(left->node, right->node);
}

/* Within a node these come last, in pod order (E16); terminal and misplaced pods come in the order of a map (F19). */
static bool ordered(const dset_delete *item) {
  return item->cause == DSET_CAUSE_EXCESS || item->cause == DSET_CAUSE_OUTDATED_NOT_READY ||
         item->cause == DSET_CAUSE_OUTDATED_REPLACED;
}

static int compare_deletes(const void *a, const void *b) {
  const dset_delete *left = a;
  const dset_delete *right = b;
  if (left->part != right->part) return left->part - right->part;
  if (left->group != right->group) return left->group - right->group;
  int order = strcmp(left->node, right->node);
  if (order != 0) return order;
  if (!ordered(left) && !ordered(right)) {
    /* The list of claimed pods has those that are adopted in this sync last (D2). */
    bool adopted = dset_pod_adopted(left->pod);
    if (adopted != dset_pod_adopted(right->pod)) return adopted ? 1 : -1;
    if (left->taken != right->taken) return right->taken - left->taken;
  }
  return compare_ranks(left->rank, right->rank);
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

/* The end of the deletes that share part and node with the one at `from`. The list is sorted. */
static size_t group_end(const dset_work *work, size_t from) {
  size_t end = from + 1;
  while (end < work->delete_count && work->deletes[end].part == work->deletes[from].part &&
         strcmp(work->deletes[end].node, work->deletes[from].node) == 0) {
    end++;
  }
  return end;
}

/* F19: the controller finishes one node before the next, so at most one node is left in the middle. */
static void prefer(dset_work *work, const dset_taken *taken) {
  for (size_t i = 0; i < work->create_count; i++) {
    work->creates[i].taken = dset_taken_has(taken, DSET_ACTION_CREATE_POD, work->creates[i].node);
  }
  for (size_t i = 0; i < work->delete_count; i++) {
    work->deletes[i].taken = dset_taken_has(taken, DSET_ACTION_DELETE_POD, work->deletes[i].pod->name);
  }
  sort(work->deletes, work->delete_count, sizeof *work->deletes, compare_deletes);
  for (size_t from = 0, end; from < work->delete_count; from = end) {
    end = group_end(work, from);
    size_t count = 0;
    for (size_t i = from; i < end; i++) count += work->deletes[i].taken;
    int group = count == end - from ? 0 : count != 0 ? 1 : 2;
    for (size_t i = from; i < end; i++) work->deletes[i].group = group;
  }
}

/* How many of a list to do: all of part 0, then `room` of part 1, in all at most `burst`. */
static size_t cut(size_t first_part, size_t found, size_t room, size_t burst) {
  size_t count = found - first_part > room ? first_part + room : found;
  return count > burst ? burst : count;
}

void dset_work_finish(dset_work *work, size_t burst, const dset_taken *taken) {
  if (taken != NULL) prefer(work, taken);
  sort(work->creates, work->create_count, sizeof *work->creates, compare_creates);
  sort(work->deletes, work->delete_count, sizeof *work->deletes, compare_deletes);
  sort(work->events, work->event_count, sizeof *work->events, compare_events);
  size_t creates = 0;
  size_t deletes = 0;
  for (size_t i = 0; i < work->create_count; i++) creates += work->creates[i].part == 0;
  for (size_t i = 0; i < work->delete_count; i++) deletes += work->deletes[i].part == 0;
  work->create_found = work->create_count;
  work->delete_found = work->delete_count;
  work->create_count = cut(creates, work->create_found, work->create_room, burst);
  work->delete_count = cut(deletes, work->delete_found, work->delete_room, burst);
}

const char *dset_work_event_text(dset_arena *arena, const char *node, const dset_pod *pod) {
  bool failed = pod->phase == DSET_PHASE_FAILED;
  return dset_arena_format(arena, "Found %s daemon pod %s/%s on node %s, will try to %s it",
                           failed ? "failed" : "succeeded", dset_text_or_empty(pod->ns), dset_text_or_empty(pod->name),
                           node, failed ? "kill" : "delete");
}
