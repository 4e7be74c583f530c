/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.c (L3): the revisions of the template.
 *
 * Claimed revisions are current when their data are the template's bytes, otherwise old (G3). With r = 1 + the highest
 * old number (G9):
 *
 *   current revisions | name taken | its data    | result
 *   none              | no         |             | create one with number r (G12)
 *   none              | yes        | the same    | use it, whoever owns it (G13)
 *   none              | yes        | different   | collision: the sync ends (G13)
 *   one               |            |             | use it, raise its number to r if it is lower
 *   several           |            |             | keep the highest number, relabel pods, delete the others
 *
 * Between equal numbers the controller follows the order of a map (F24); here the least name comes first, or, when
 * there are choices to prefer, the revisions that were deleted.
 */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fnv.h"
#include "model.h"
#include "text.h"

enum { DEFAULT_HISTORY_LIMIT = 10 };

const char *dset_revision_hash_label(const dset_revision *revision) {
  const char *value = dset_label_value(revision->labels, revision->label_count, DSET_LABEL_HASH);
  return value != NULL ? value : revision->name;
}

static bool is_current(const dset_daemonset *daemonset, const dset_revision *revision) {
  return dset_data_same(revision->data, revision->data_bytes, daemonset->revision_data, daemonset->revision_data_bytes);
}

static int compare_names(const void *a, const void *b) {
  const dset_revision *const *left = a;
  const dset_revision *const *right = b;
  return dset_text_compare((*left)->name, (*right)->name);
}

static int compare_numbers(const void *a, const void *b) {
  const dset_revision *const *left = a;
  const dset_revision *const *right = b;
  if ((*left)->number != (*right)->number) return (*left)->number < (*right)->number ? -1 : 1;
  return compare_names(a, b);
}

static void sort(dset_revisions *list, int (*compare)(const void *, const void *)) {
  if (list->count > 1) qsort(list->items, list->count, sizeof *list->items, compare);
}

/* F24: revisions that were taken come first among those of equal number. */
static void sort_by_number(const dset_sync *sync, dset_revisions *list) {
  sort(list, compare_numbers);
  size_t front = 0;
  for (size_t i = 0; sync->taken != NULL && i < list->count; i++) {
    const dset_revision *revision = list->items[i];
    if (i > 0 && list->items[i - 1]->number != revision->number) front = i;
    if (!dset_taken_has(sync->taken, DSET_ACTION_DELETE_REVISION, revision->name)) continue;
    memmove(&list->items[front + 1], &list->items[front], (i - front) * sizeof *list->items);
    list->items[front++] = revision;
  }
}

static bool reserve(dset_arena *arena, dset_revisions *list, size_t count) {
  list->items = dset_arena_alloc(arena, count, sizeof *list->items);
  return list->items != NULL;
}

static void add(dset_revisions *list, const dset_revision *revision) {
  list->items[list->count++] = revision;
}

/* G1: as for pods, but the uid alone decides whose a revision is. */
static enum dset_claim_result decide(const dset_sync *sync, const dset_revision *revision) {
  const dset_owner *controller = dset_controller_of(revision->owners, revision->owner_count);
  bool ours = controller != NULL && dset_text_equal(controller->uid, sync->daemonset->uid);
  bool matches = dset_selector_matches(&sync->selector, revision->labels, revision->label_count);
  return dset_claim_decide(controller != NULL, ours, matches, revision->deleting);
}

/* Claims revisions and parts them into current ones (`duplicates`, for now) and old ones. */
static bool claim(const dset_sync *sync, dset_history *history) {
  const dset_snapshot *snapshot = sync->snapshot;
  dset_revisions *lists[] = {&history->adopt, &history->release, &history->unlabelled, &history->old,
                             &history->duplicates};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (!reserve(sync->scratch, lists[i], snapshot->revision_count)) return false;
  }
  for (size_t i = 0; i < snapshot->revision_count; i++) {
    const dset_revision *revision = snapshot->revisions[i];
    if (!dset_text_equal(revision->ns, sync->daemonset->ns)) continue;
    enum dset_claim_result result = decide(sync, revision);
    if (result == DSET_CLAIM_ADOPT) add(&history->adopt, revision);
    if (result == DSET_CLAIM_RELEASE) add(&history->release, revision);
    if (result != DSET_CLAIM_ADOPT && result != DSET_CLAIM_KEEP) continue;
    if (dset_label_value(revision->labels, revision->label_count, DSET_LABEL_HASH) == NULL) {
      add(&history->unlabelled, revision);
    }
    add(is_current(sync->daemonset, revision) ? &history->duplicates : &history->old, revision);
  }
  sort(&history->adopt, compare_names);
  sort(&history->release, compare_names);
  sort(&history->unlabelled, compare_numbers);
  sort_by_number(sync, &history->old);
  sort(&history->duplicates, compare_numbers);
  return true;
}

/* G10, F24: the highest number, and of equal ones the least name that was not taken. */
static void keep_one(const dset_sync *sync, dset_history *history) {
  dset_revisions *list = &history->duplicates;
  size_t kept = list->count - 1;
  while (kept > 0 && list->items[kept - 1]->number == list->items[kept]->number) kept--;
  for (size_t i = kept; i < list->count; i++) {
    if (dset_taken_has(sync->taken, DSET_ACTION_DELETE_REVISION, list->items[i]->name)) continue;
    kept = i;
    break;
  }
  history->current = list->items[kept];
  list->count--;
  memmove(&list->items[kept], &list->items[kept + 1], (list->count - kept) * sizeof *list->items);
}

static const dset_revision *find(const dset_sync *sync, const char *name) {
  for (size_t i = 0; i < sync->snapshot->revision_count; i++) {
    const dset_revision *revision = sync->snapshot->revisions[i];
    if (dset_text_equal(revision->ns, sync->daemonset->ns) && dset_text_equal(revision->name, name)) return revision;
  }
  return NULL;
}

/* The sum of the data and, if present, the collision count; not Kubernetes' own, which needs the template (G8). */
static void hash_template(const dset_daemonset *daemonset, char text[DSET_FNV_NAME_BYTES]) {
  uint32_t sum = dset_fnv_add(dset_fnv_empty, daemonset->revision_data, daemonset->revision_data_bytes);
  const dset_status *status = daemonset->status;
  if (status != NULL && status->has_collision_count) {
    uint32_t count = (uint32_t)status->collision_count;
    unsigned char bytes[4] = {(unsigned char)count, (unsigned char)(count >> 8), (unsigned char)(count >> 16),
                              (unsigned char)(count >> 24)};
    sum = dset_fnv_add(sum, bytes, sizeof bytes);
  }
  dset_fnv_name(sum, text);
}

int dset_revision_hash(const dset_daemonset *daemonset, char *text, size_t bytes, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  if (bytes != 0) text[0] = '\0';
  if (bytes < DSET_FNV_NAME_BYTES)
    return dset_fail(error, DSET_ERR_INVALID, "bytes", "must be at least %d", DSET_FNV_NAME_BYTES);
  int code = dset_check_daemonset(daemonset, error);
  if (code == DSET_OK) hash_template(daemonset, text);
  return code;
}

bool dset_history_name(const dset_sync *sync, dset_arena *arena, const char **hash, const char **name) {
  char own[DSET_FNV_NAME_BYTES];
  const char *given = sync->options.revision_hash;
  if (dset_text_empty(given)) hash_template(sync->daemonset, own);
  *hash = dset_arena_string(arena, dset_text_empty(given) ? own : given);
  *name = dset_arena_format(arena, "%s-%s", dset_text_or_empty(sync->daemonset->name), dset_text_or_empty(*hash));
  return *hash != NULL && *name != NULL;
}

/* No claimed revision is current (G12, G13). */
static bool name_new(const dset_sync *sync, dset_history *history) {
  if (!dset_history_name(sync, sync->scratch, &history->hash, &history->new_name)) return false;
  const dset_revision *taken = find(sync, history->new_name);
  if (taken == NULL) return true;
  if (!is_current(sync->daemonset, taken)) {
    history->collides = true;
    return true;
  }
  history->current = taken;
  history->hash = dset_text_or_empty(dset_label_value(taken->labels, taken->label_count, DSET_LABEL_HASH));
  return true;
}

bool dset_history_construct(const dset_sync *sync, dset_history *history) {
  *history = (dset_history){0};
  if (!claim(sync, history)) return false;
  int64_t highest = history->old.count == 0 ? 0 : history->old.items[history->old.count - 1]->number;
  history->number = highest < 0 ? 1 : dset_time_add(highest, 1);
  if (history->duplicates.count == 0) return name_new(sync, history);
  keep_one(sync, history);
  history->hash = dset_revision_hash_label(history->current);
  history->renumber = history->current->number < history->number;
  return true;
}

size_t dset_history_excess(const dset_sync *sync, const dset_history *history) {
  const dset_daemonset *daemonset = sync->daemonset;
  int64_t limit = daemonset->has_revision_history_limit ? daemonset->revision_history_limit : DEFAULT_HISTORY_LIMIT;
  int64_t excess = (int64_t)history->old.count - limit;
  return excess > 0 ? (size_t)excess : 0;
}

bool dset_history_cleanup(const dset_sync *sync, const dset_history *history, size_t excess, const dset_table *live,
                          dset_cleanup *cleanup) {
  *cleanup = (dset_cleanup){0};
  if (!reserve(sync->scratch, &cleanup->beyond, history->old.count) ||
      !reserve(sync->scratch, &cleanup->in_use, history->old.count)) {
    return false;
  }
  for (size_t i = 0; i < history->old.count && cleanup->beyond.count < excess; i++) {
    const dset_revision *revision = history->old.items[i];
    bool unused = dset_table_find(live, dset_revision_hash_label(revision), "") == DSET_TABLE_NONE;
    add(unused ? &cleanup->beyond : &cleanup->in_use, revision);
  }
  return true;
}
