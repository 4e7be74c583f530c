/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollout.c (L3): replacing outdated pods within the budget.
 *
 * What a node holds, by its live pods: NONE; NEW, one current pod; OLD, one outdated pod; BOTH, one of each; EXCESS,
 * more than one of a kind. Every entry counts, also of nodes that are not eligible or have vanished.
 *
 * Without surge (F6 to F8). U = unavailable nodes:
 *
 *   node holds                 | U  | the outdated pod
 *   EXCESS, NONE, BOTH         | +1 |
 *   NEW, available             |    |
 *   NEW, unavailable           | +1 |
 *   OLD, unavailable           | +1 | goes at once
 *   OLD, available             |    | is a candidate: maxUnavailable - U of them go
 *
 * With surge (F10 to F14). S = surge slots in use, V = available nodes:
 *
 *   node holds                        | S  | V                 | action
 *   EXCESS                            | +1 |                   |
 *   NONE                              |    |                   |
 *   NEW                               |    | +1 if available   |
 *   OLD, unavailable, node RUN        |    |                   | create beside it at once
 *   OLD, unavailable, node not RUN    |    |                   | it goes
 *   OLD, available, node RUN          |    | +1                | candidate: create beside maxSurge - S of them
 *   OLD, available, node not RUN      |    | +1                | V - desired of them go
 *   OLD, node vanished                |    |                   | problem, nothing is done (F14)
 *   BOTH, new one available           |    | +1 if O available | the outdated one goes
 *   BOTH, new one unavailable         | +1 | +1 if O available |
 */
#include "rollout.h"

#include <string.h>

#include "model.h"
#include "text.h"

/* What goes at once, and candidates, of which the budget picks some: C of F6, Y and Z of F10. */
enum { PART_FIRST = 0, PART_PICKED = 1 };

enum holding { HOLDS_NONE, HOLDS_NEW, HOLDS_OLD, HOLDS_BOTH, HOLDS_EXCESS };

struct roller {
  const dset_sync *sync;
  const char *hash;
  dset_rolled *rolled;
};

static bool available(const struct roller *roller, const dset_pod *pod) {
  return dset_pod_available(pod, roller->sync->daemonset->min_ready_seconds, roller->sync->snapshot->now_ms);
}

static enum holding holding_of(const struct roller *roller, const dset_entry *entry, const dset_pod **fresh,
                               const dset_pod **old) {
  *fresh = NULL;
  *old = NULL;
  for (size_t i = 0; i < entry->count; i++) {
    const dset_pod *pod = entry->pods[i];
    if (pod->deleting) continue;
    const dset_pod **kind = dset_pod_is_new(pod, roller->hash, roller->sync->generation) ? fresh : old;
    if (*kind != NULL) return HOLDS_EXCESS;
    *kind = pod;
  }
  if (*fresh != NULL) return *old != NULL ? HOLDS_BOTH : HOLDS_NEW;
  return *old != NULL ? HOLDS_OLD : HOLDS_NONE;
}

/* `a - b`, held at the ends of the range: budgets may be absurd. */
static int64_t difference(int64_t a, int64_t b) {
  return dset_time_add(a, -b);
}

/* How many candidates the budget allows. */
static size_t room(int64_t budget) {
  if (budget <= 0) return 0;
  return (uint64_t)budget < SIZE_MAX ? (size_t)budget : SIZE_MAX;
}

static void set_picked(dset_rollout *facts, size_t allowed) {
  bool enough = (uint64_t)facts->candidates <= allowed;
  facts->picked = enough ? facts->candidates : (int64_t)allowed;
}

static void without_surge(struct roller *roller, const dset_census *census) {
  dset_work *work = &roller->rolled->work;
  dset_rollout *facts = &roller->rolled->facts;
  for (size_t i = 0; i < census->count; i++) {
    const dset_entry *entry = &census->entries[i];
    /* Ineligible nodes without a pod have no entry; eligible ones get an empty entry for this phase (F5). */
    if (entry->count == 0 && entry->verdict != DSET_VERDICT_RUN) continue;
    const dset_pod *fresh;
    const dset_pod *old;
    switch (holding_of(roller, entry, &fresh, &old)) {
      case HOLDS_NEW: facts->unavailable += !available(roller, fresh); break;
      case HOLDS_OLD:
        if (available(roller, old)) {
          facts->candidates++;
          dset_work_delete(work, entry->name, old, PART_PICKED, DSET_CAUSE_OUTDATED);
        } else {
          facts->unavailable++;
          facts->replace++;
          dset_work_delete(work, entry->name, old, PART_FIRST, DSET_CAUSE_OUTDATED_UNAVAILABLE);
        }
        break;
      default: facts->unavailable++; break;
    }
  }
  work->delete_room = room(difference(facts->max_unavailable, facts->unavailable));
  set_picked(facts, work->delete_room);
}

/* The rows OLD of the table with surge. */
static void surge_beside(struct roller *roller, const dset_entry *entry, const dset_pod *old, bool old_available) {
  dset_rolled *rolled = roller->rolled;
  bool runs = entry->verdict == DSET_VERDICT_RUN;
  if (entry->vanished) {
    /* The least name, so that the problem does not depend on the order of pods. */
    if (rolled->problem == 0 || strcmp(entry->name, rolled->problem_part) < 0) rolled->problem_part = entry->name;
    rolled->problem = DSET_PROBLEM_NODE_GONE;
  } else if (old_available && runs) {
    rolled->facts.candidates++;
    dset_work_create(&rolled->work, entry->name, PART_PICKED, DSET_CAUSE_SURGE_BUDGET);
  } else if (old_available) {
    dset_work_delete(&rolled->work, entry->name, old, PART_PICKED, DSET_CAUSE_INELIGIBLE_AVAILABLE);
  } else if (runs) {
    rolled->facts.replace++;
    dset_work_create(&rolled->work, entry->name, PART_FIRST, DSET_CAUSE_SURGE_UNAVAILABLE);
  } else {
    dset_work_delete(&rolled->work, entry->name, old, PART_FIRST, DSET_CAUSE_INELIGIBLE_UNAVAILABLE);
  }
}

static void surge_entry(struct roller *roller, const dset_entry *entry) {
  dset_work *work = &roller->rolled->work;
  dset_rollout *facts = &roller->rolled->facts;
  const dset_pod *fresh;
  const dset_pod *old;
  enum holding holding = holding_of(roller, entry, &fresh, &old);
  bool old_available = holding != HOLDS_EXCESS && old != NULL && available(roller, old);
  facts->available += old_available;
  switch (holding) {
    case HOLDS_NONE: break;
    case HOLDS_EXCESS: facts->surging++; break;
    case HOLDS_NEW: facts->available += available(roller, fresh); break;
    case HOLDS_OLD: surge_beside(roller, entry, old, old_available); break;
    case HOLDS_BOTH:
      if (available(roller, fresh)) {
        dset_work_delete(work, entry->name, old, PART_FIRST, DSET_CAUSE_OUTDATED_REPLACED);
      } else {
        facts->surging++;
      }
      break;
  }
}

static void with_surge(struct roller *roller, const dset_census *census) {
  dset_work *work = &roller->rolled->work;
  dset_rollout *facts = &roller->rolled->facts;
  for (size_t i = 0; i < census->count; i++) surge_entry(roller, &census->entries[i]);
  work->delete_room = room(facts->available - facts->desired);
  work->create_room = room(difference(facts->max_surge, facts->surging));
  set_picked(facts, work->create_room);
}

/* F5. False: an amount cannot be scaled. */
static bool budget(const dset_sync *sync, dset_rolled *rolled) {
  const dset_daemonset *daemonset = sync->daemonset;
  dset_rollout *facts = &rolled->facts;
  if (daemonset->has_rolling_update) {
    rolled->problem = DSET_PROBLEM_BUDGET;
    rolled->problem_part = "maxUnavailable";
    rolled->problem_absent = daemonset->max_unavailable.kind == DSET_AMOUNT_ABSENT;
    if (!dset_amount_scale(&daemonset->max_unavailable, facts->desired, &facts->max_unavailable)) return false;
    rolled->problem_part = "maxSurge";
    rolled->problem_absent = false; /* then it is 0 */
    bool has_surge = daemonset->max_surge.kind != DSET_AMOUNT_ABSENT;
    if (has_surge && !dset_amount_scale(&daemonset->max_surge, facts->desired, &facts->max_surge)) return false;
    rolled->problem = 0;
    rolled->problem_part = NULL;
  }
  if (facts->desired > 0 && facts->max_unavailable == 0 && facts->max_surge == 0) facts->max_unavailable = 1;
  return true;
}

bool dset_roll_out(const dset_sync *sync, const dset_census *census, const char *hash, dset_rolled *rolled) {
  *rolled = (dset_rolled){.facts = {.desired = census->desired}};
  dset_work_init(&rolled->work, sync->scratch);
  if (!budget(sync, rolled)) return true;
  struct roller roller = {.sync = sync, .hash = hash, .rolled = rolled};
  rolled->facts.ran = true;
  rolled->facts.surge = rolled->facts.max_surge != 0;
  if (rolled->facts.surge) {
    with_surge(&roller, census);
  } else {
    without_surge(&roller, census);
  }
  dset_work_finish(&rolled->work, sync->options.burst, sync->taken);
  if (rolled->problem != 0) rolled->work.create_count = rolled->work.delete_count = 0;
  return !rolled->work.failed;
}
