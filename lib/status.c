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

static void judge(const dset_sync *sync, const dset_pod *pod, const char *hash, dset_status *status) {
  int32_t min_ready = sync->daemonset->min_ready_seconds;
  status->number_ready += pod->ready;
  status->number_available += dset_pod_available(pod, min_ready, sync->snapshot->now_ms);
  status->updated_number_scheduled += dset_pod_is_new(pod, hash, sync->generation);
}

/* H9. */
static bool differs(const dset_status *a, const dset_status *b) {
  return a->desired_number_scheduled != b->desired_number_scheduled ||
         a->current_number_scheduled != b->current_number_scheduled ||
         a->number_misscheduled != b->number_misscheduled || a->number_ready != b->number_ready ||
         a->updated_number_scheduled != b->updated_number_scheduled || a->number_available != b->number_available ||
         a->number_unavailable != b->number_unavailable;
}

void dset_status_count(const dset_sync *sync, const dset_census *census, const char *hash, bool observed,
                       dset_status *status, bool *changed) {
  const dset_status *before = &sync->status;
  *status = (dset_status){
      .size = sizeof *status,
      .observed_generation = observed ? sync->daemonset->generation : before->observed_generation,
      .collision_count = before->collision_count,
      .has_collision_count = before->has_collision_count,
      .conditions = before->conditions,
  };
  for (size_t i = 0; i < census->node_count; i++) {
    const dset_entry *entry = &census->entries[i];
    bool scheduled = entry->count > 0;
    if (entry->verdict != DSET_VERDICT_RUN) {
      status->number_misscheduled += scheduled;
      continue;
    }
    status->desired_number_scheduled++;
    status->current_number_scheduled += scheduled;
    if (scheduled) judge(sync, entry->pods[0], hash, status);
  }
  status->number_unavailable = status->desired_number_scheduled - status->number_available;
  *changed = differs(status, before) || before->observed_generation < sync->daemonset->generation;
}

int64_t dset_status_next_available(const dset_sync *sync, const dset_census *census) {
  int64_t now_ms = sync->snapshot->now_ms;
  int64_t next_ms = DSET_NEVER;
  int32_t min_ready = sync->daemonset->min_ready_seconds;
  if (min_ready == 0) return next_ms; /* then time plays no part in availability (J3) */
  int64_t latest_ms = min_ready < 0 ? DSET_NEVER : dset_time_add(now_ms, (int64_t)min_ready * 1000);
  for (size_t i = 0; i < census->count; i++) {
    const dset_entry *entry = &census->entries[i];
    for (size_t j = 0; j < entry->count; j++) {
      int64_t from_ms = dset_pod_available_from(entry->pods[j], min_ready);
      if (from_ms == DSET_TIME_FAR || from_ms <= now_ms) continue;
      if (from_ms > latest_ms) from_ms = latest_ms; /* ready since a future moment: a clock was off (H12) */
      if (from_ms < next_ms) next_ms = from_ms;
    }
  }
  return next_ms;
}
