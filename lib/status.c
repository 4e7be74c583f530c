/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.c (L3): the counters of the status. Per node of the snapshot (H2); the judged pod is the first of its entry in
 * pod order, deleting and Failed ones included (H4):
 *
 *   verdict RUN | entry | counts
 *   yes         | no    | desired
 *   yes         | yes   | desired, current, and by the judged pod: ready, available, updated
 *   no          | yes   | misscheduled
 *   no          | no    |
 */
#include "status.h"

#include "model.h"

/* Asked for every node of every plan, hence inline. */
static inline dset_share share_of(const dset_sync *sync, const dset_entry *entry, const char *hash) {
  bool scheduled = entry->count > 0;
  if (entry->verdict != DSET_VERDICT_RUN) return (dset_share){.misscheduled = scheduled && !entry->vanished};
  if (!scheduled) return (dset_share){.desired = 1};
  const dset_pod *pod = entry->pods[0];
  return (dset_share){
      .desired = 1,
      .current = 1,
      .ready = pod->ready,
      .available = dset_pod_available(pod, sync->daemonset->min_ready_seconds, sync->snapshot->now_ms),
      .updated = dset_pod_is_new(pod, hash, sync->generation),
  };
}

static inline void add(dset_shares *sums, const dset_share *share, int sign) {
  sums->desired += sign * share->desired;
  sums->current += sign * share->current;
  sums->misscheduled += sign * share->misscheduled;
  sums->ready += sign * share->ready;
  sums->updated += sign * share->updated;
  sums->available += sign * share->available;
}

dset_share dset_status_share_of(const dset_sync *sync, const dset_entry *entry, const char *hash) {
  return share_of(sync, entry, hash);
}

void dset_shares_add(dset_shares *sums, const dset_share *share, int sign) {
  add(sums, share, sign);
}

/* H9. */
static bool differs(const dset_status *a, const dset_status *b) {
  return a->desired_number_scheduled != b->desired_number_scheduled ||
         a->current_number_scheduled != b->current_number_scheduled ||
         a->number_misscheduled != b->number_misscheduled || a->number_ready != b->number_ready ||
         a->updated_number_scheduled != b->updated_number_scheduled || a->number_available != b->number_available ||
         a->number_unavailable != b->number_unavailable;
}

static dset_shares add_up(const dset_sync *sync, const dset_census *census, const char *hash) {
  if (census->kept != NULL) return census->kept->status;
  dset_shares sums = {0};
  for (size_t i = 0; i < census->node_count; i++) {
    dset_share share = share_of(sync, &census->entries[i], hash);
    add(&sums, &share, 1);
  }
  return sums;
}

void dset_status_count(const dset_sync *sync, const dset_census *census, const char *hash, bool observed,
                       dset_status *status, bool *changed) {
  const dset_status *before = &sync->status;
  dset_shares sums = add_up(sync, census, hash);
  *status = (dset_status){
      .size = sizeof *status,
      .desired_number_scheduled = sums.desired,
      .current_number_scheduled = sums.current,
      .number_misscheduled = sums.misscheduled,
      .number_ready = sums.ready,
      .updated_number_scheduled = sums.updated,
      .number_available = sums.available,
      .number_unavailable = sums.desired - sums.available,
      .observed_generation = observed ? sync->daemonset->generation : before->observed_generation,
      .collision_count = before->collision_count,
      .has_collision_count = before->has_collision_count,
      .conditions = before->conditions,
  };
  *changed = differs(status, before) || before->observed_generation < sync->daemonset->generation;
}

int64_t dset_status_available_after(const dset_sync *sync, const dset_entry *entry) {
  int64_t next_ms = DSET_NEVER;
  int32_t min_ready = sync->daemonset->min_ready_seconds;
  if (min_ready == 0) return next_ms; /* then time plays no part in availability (J3) */
  for (size_t i = 0; i < entry->count; i++) {
    int64_t from_ms = dset_pod_available_from(entry->pods[i], min_ready);
    if (from_ms > sync->snapshot->now_ms && from_ms < next_ms) next_ms = from_ms;
  }
  return next_ms;
}

int64_t dset_status_next_available(const dset_sync *sync, const dset_census *census) {
  int64_t now_ms = sync->snapshot->now_ms;
  int64_t next_ms = DSET_NEVER;
  int32_t min_ready = sync->daemonset->min_ready_seconds;
  if (min_ready == 0) return next_ms;
  if (census->kept != NULL) {
    next_ms = census->kept->next_available_ms;
  } else {
    for (size_t i = 0; i < census->count; i++) {
      int64_t entry_ms = dset_status_available_after(sync, &census->entries[i]);
      if (entry_ms < next_ms) next_ms = entry_ms;
    }
  }
  if (next_ms == DSET_NEVER || min_ready < 0) return next_ms;
  int64_t latest_ms = dset_time_add(now_ms, (int64_t)min_ready * 1000);
  return next_ms < latest_ms ? next_ms : latest_ms; /* ready since a future moment: a clock was off (H12) */
}
