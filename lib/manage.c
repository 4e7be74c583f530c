/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manage.c (L3): one usable pod on every eligible node.
 *
 * Per node (E4); `pods` are the live ones of its entry, deleting ones are never touched again:
 *
 *   verdict  | entry | action
 *   RUN      | no    | create
 *   RUN      | yes   | sort out its pods
 *   STAY     | yes   | sort out its pods, never create
 *   STAY     | no    | nothing
 *   NEITHER  | yes   | delete every live pod
 *   NEITHER  | no    | nothing
 *
 * Sorting out (E5 to E14): Succeeded pods go. Failed pods go, one each time the node's back-off has run out. Of the
 * rest R:
 *
 *   surge | R          | action
 *   off   | 0 or 1     | nothing
 *   off   | 2 or more  | all but the first go
 *   on    | 0          | create, if RUN
 *   on    | 1          | nothing
 *   on    | 2 or more  | the first with the current hash (N) and the first with another (O) stay, the others go; then
 *
 *   O is ready | N is available | action (E14)
 *   no         | any            | O goes
 *   yes        | yes            | O goes
 *   yes        | no             | both stay
 *
 * Pods that wait for a node which vanished go, deleting ones too (E15).
 */
#include "manage.h"

#include <string.h>

#include "model.h"
#include "text.h"

enum { PART_NODES = 0, PART_VANISHED = 1 };

/* F3: with a total of 1, so that any percentage counts. */
static bool surge_is_on(const dset_daemonset *daemonset) {
  int64_t surge;
  return daemonset->strategy == DSET_STRATEGY_ROLLING_UPDATE && daemonset->has_rolling_update &&
         dset_amount_scale(&daemonset->max_surge, 1, &surge) && surge > 0;
}

static void remove_pod(dset_manager *manager, const dset_entry *entry, const dset_pod *pod, int cause) {
  dset_work_delete(&manager->managed->work, entry->name, pod, PART_NODES, cause);
}

/*
 * Whether a failed pod comes before another: one that is owned before one that is adopted in the same sync; then any
 * may be the first (F19), so the one that was taken: deleted (2), or announced (1) and left to the limit.
 */
typedef struct precedence {
  bool adopted;
  int taken;
} precedence;

/* False when an allocation fails. */
static bool precedence_of(const dset_manager *manager, const dset_entry *entry, const dset_pod *pod, precedence *to) {
  const dset_taken *taken = manager->sync->taken;
  *to = (precedence){.adopted = dset_pod_adopted(pod)};
  if (taken == NULL) return true;
  const char *message = dset_work_event_text(manager->sync->scratch, entry->name, pod);
  if (message == NULL) return false;
  if (dset_taken_has(taken, DSET_ACTION_EMIT_EVENT, message)) to->taken = 1;
  if (dset_taken_has(taken, DSET_ACTION_DELETE_POD, pod->name)) to->taken = 2;
  return true;
}

static bool precedes(const precedence *a, const precedence *b) {
  return a->adopted != b->adopted ? b->adopted : a->taken > b->taken;
}

/*
 * E7 to E9: at most one failed pod goes, because the first uses the back-off that the others then wait for. The
 * controller meets pods that it owns before those that it adopts in the same sync.
 */
static bool choose_failed(dset_manager *manager, const dset_entry *entry, const dset_pod **chosen) {
  const dset_pod *first = NULL;
  precedence of_first;
  size_t count = 0;
  *chosen = NULL;
  for (size_t i = 0; i < entry->count; i++) {
    const dset_pod *pod = entry->pods[i];
    if (pod->deleting || pod->phase != DSET_PHASE_FAILED) continue;
    precedence of_pod;
    if (!precedence_of(manager, entry, pod, &of_pod)) return false;
    if (count++ != 0 && !precedes(&of_pod, &of_first)) continue;
    first = pod;
    of_first = of_pod;
  }
  if (count == 0) return true;
  size_t place = dset_backoffs_find(manager->backoffs, entry->name);
  if (!dset_backoffs_active(manager->backoffs, place)) {
    if (!dset_backoffs_advance(manager->backoffs, entry->name, &place)) return false;
    *chosen = first;
    count--;
  }
  int64_t until_ms = dset_backoffs_end(manager->backoffs, place);
  if (count > 0 && until_ms < manager->managed->waits_until_ms) manager->managed->waits_until_ms = until_ms;
  return true;
}

/* E5: deals with terminal pods and leaves the others in manager->rest. */
static bool sort_out(dset_manager *manager, const dset_entry *entry, size_t *rest_count) {
  const dset_pod *chosen;
  *rest_count = 0;
  if (!choose_failed(manager, entry, &chosen)) return false;
  for (size_t i = 0; i < entry->count; i++) {
    const dset_pod *pod = entry->pods[i];
    if (pod->deleting) continue;
    if (!dset_pod_terminal(pod)) {
      manager->rest[(*rest_count)++] = pod;
    } else if (pod->phase == DSET_PHASE_SUCCEEDED || pod == chosen) {
      dset_work_event(&manager->managed->work, entry->name, pod);
      remove_pod(manager, entry, pod, pod == chosen ? DSET_CAUSE_POD_FAILED : DSET_CAUSE_POD_SUCCEEDED);
    }
  }
  return true;
}

/* E13 and E14. */
static void keep_old_and_new(dset_manager *manager, const dset_entry *entry, size_t rest_count) {
  const dset_pod *newest = NULL;
  const dset_pod *oldest = NULL;
  for (size_t i = 0; i < rest_count; i++) {
    const dset_pod *pod = manager->rest[i];
    const char *carried = dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH);
    bool current = strcmp(dset_text_or_empty(carried), manager->hash) == 0;
    const dset_pod **kept = current ? &newest : &oldest;
    if (*kept == NULL) {
      *kept = pod;
    } else {
      remove_pod(manager, entry, pod, DSET_CAUSE_EXCESS);
    }
  }
  if (newest == NULL || oldest == NULL) return;
  const dset_sync *sync = manager->sync;
  if (!oldest->ready) {
    remove_pod(manager, entry, oldest, DSET_CAUSE_OUTDATED_NOT_READY);
  } else if (dset_pod_available(newest, sync->daemonset->min_ready_seconds, sync->snapshot->now_ms)) {
    remove_pod(manager, entry, oldest, DSET_CAUSE_OUTDATED_REPLACED);
  }
}

bool dset_manage_entry(dset_manager *manager, const dset_entry *entry) {
  /* Nearly every node has one pod that runs, and no row says anything of it. */
  if (entry->count == 1 && entry->verdict != DSET_VERDICT_NEITHER && !dset_pod_terminal(entry->pods[0]) &&
      !entry->pods[0]->deleting) {
    return true;
  }
  dset_work *work = &manager->managed->work;
  if (entry->count == 0) {
    if (entry->verdict == DSET_VERDICT_RUN) {
      dset_work_create(work, entry->name, PART_NODES, DSET_CAUSE_NODE_NEEDS_POD);
    }
    return true;
  }
  if (entry->verdict == DSET_VERDICT_NEITHER) {
    for (size_t i = 0; i < entry->count; i++) {
      if (!entry->pods[i]->deleting) remove_pod(manager, entry, entry->pods[i], DSET_CAUSE_NODE_INELIGIBLE);
    }
    return true;
  }
  size_t rest_count;
  if (!sort_out(manager, entry, &rest_count)) return false;
  if (!manager->managed->surge) {
    for (size_t i = 1; i < rest_count; i++) remove_pod(manager, entry, manager->rest[i], DSET_CAUSE_EXCESS);
  } else if (rest_count >= 2) {
    keep_old_and_new(manager, entry, rest_count);
  } else if (rest_count == 0 && entry->verdict == DSET_VERDICT_RUN) {
    dset_work_create(work, entry->name, PART_NODES, DSET_CAUSE_NODE_NEEDS_REPLACEMENT);
  }
  return true;
}

void dset_manage_vanished(dset_manager *manager, const dset_entry *entry) {
  for (size_t i = 0; i < entry->count; i++) {
    if (!dset_text_empty(entry->pods[i]->node_name)) continue;
    dset_work_delete(&manager->managed->work, entry->name, entry->pods[i], PART_VANISHED, DSET_CAUSE_NODE_GONE);
  }
}

bool dset_manage_begin(dset_manager *manager, const dset_sync *sync, const char *hash, dset_backoffs *backoffs,
                       dset_managed *managed, size_t most_pods) {
  dset_work_init(&managed->work, sync->scratch);
  managed->waits_until_ms = DSET_NEVER;
  managed->surge = surge_is_on(sync->daemonset);
  *manager = (dset_manager){.sync = sync, .hash = hash, .backoffs = backoffs, .managed = managed};
  manager->rest = dset_arena_alloc(sync->scratch, most_pods, sizeof *manager->rest);
  return manager->rest != NULL;
}

bool dset_manage(const dset_sync *sync, const dset_census *census, const char *hash, dset_backoffs *backoffs,
                 dset_managed *managed) {
  dset_manager manager;
  if (!dset_manage_begin(&manager, sync, hash, backoffs, managed, census->most_pods)) return false;
  for (size_t i = 0; i < census->node_count; i++) {
    if (!dset_manage_entry(&manager, &census->entries[i])) return false;
  }
  for (size_t i = census->node_count; i < census->count; i++) dset_manage_vanished(&manager, &census->entries[i]);
  dset_work_finish(&managed->work, sync->options.burst, sync->taken);
  return !managed->work.failed;
}
