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

static bool available(const dset_roller *roller, const dset_pod *pod) {
  return dset_pod_available(pod, roller->sync->daemonset->min_ready_seconds, roller->sync->snapshot->now_ms);
}

static enum holding holding_of(const dset_roller *roller, const dset_entry *entry, const dset_pod **fresh,
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

static dset_roll_share without_surge(const dset_roller *roller, const dset_entry *entry, const dset_pod **old) {
  dset_roll_share share = {0};
  /* Ineligible nodes without a pod have no entry; eligible ones get an empty entry for this phase (F5). */
  if (entry->count == 0 && entry->verdict != DSET_VERDICT_RUN) return share;
  const dset_pod *fresh;
  switch (holding_of(roller, entry, &fresh, old)) {
    case HOLDS_NEW: share.unavailable = !available(roller, fresh); break;
    case HOLDS_OLD:
      share.unavailable = !available(roller, *old);
      share.rolling = share.unavailable ? DSET_ROLLING_REPLACE : DSET_ROLLING_CANDIDATE;
      break;
    default: share.unavailable = 1; break;
  }
  return share;
}

/* The rows OLD of the table with surge. */
static int8_t beside(const dset_entry *entry, bool old_available) {
  if (entry->vanished) return DSET_ROLLING_GONE;
  if (entry->verdict == DSET_VERDICT_RUN) return old_available ? DSET_ROLLING_BESIDE_CANDIDATE : DSET_ROLLING_BESIDE;
  return old_available ? DSET_ROLLING_MAY_LEAVE : DSET_ROLLING_LEAVES;
}

static dset_roll_share with_surge(const dset_roller *roller, const dset_entry *entry, const dset_pod **old) {
  dset_roll_share share = {0};
  const dset_pod *fresh;
  enum holding holding = holding_of(roller, entry, &fresh, old);
  bool old_available = holding != HOLDS_EXCESS && *old != NULL && available(roller, *old);
  share.available = old_available;
  switch (holding) {
    case HOLDS_NONE: break;
    case HOLDS_EXCESS: share.surging = 1; break;
    case HOLDS_NEW: share.available = available(roller, fresh); break;
    case HOLDS_OLD: share.rolling = beside(entry, old_available); break;
    case HOLDS_BOTH:
      if (available(roller, fresh)) {
        share.rolling = DSET_ROLLING_REPLACED;
      } else {
        share.surging = 1;
      }
      break;
  }
  return share;
}

dset_roll_share dset_roll_share_of(const dset_roller *roller, const dset_entry *entry, const dset_pod **old) {
  return roller->surge ? with_surge(roller, entry, old) : without_surge(roller, entry, old);
}

static inline void add(dset_roll_shares *sums, const dset_roll_share *share, int sign) {
  sums->unavailable += sign * share->unavailable;
  sums->surging += sign * share->surging;
  sums->available += sign * share->available;
  sums->rolling[share->rolling] += sign;
}

void dset_roll_shares_add(dset_roll_shares *sums, const dset_roll_share *share, int sign) {
  add(sums, share, sign);
}

/* Puts what an entry has to be done into the lists. */
static void emit(dset_rolled *rolled, const dset_entry *entry, int rolling, const dset_pod *old) {
  dset_work *work = &rolled->work;
  switch (rolling) {
    case DSET_ROLLING_REPLACE:
      dset_work_delete(work, entry->name, old, PART_FIRST, DSET_CAUSE_OUTDATED_UNAVAILABLE);
      break;
    case DSET_ROLLING_CANDIDATE: dset_work_delete(work, entry->name, old, PART_PICKED, DSET_CAUSE_OUTDATED); break;
    case DSET_ROLLING_BESIDE: dset_work_create(work, entry->name, PART_FIRST, DSET_CAUSE_SURGE_UNAVAILABLE); break;
    case DSET_ROLLING_BESIDE_CANDIDATE:
      dset_work_create(work, entry->name, PART_PICKED, DSET_CAUSE_SURGE_BUDGET);
      break;
    case DSET_ROLLING_REPLACED:
      dset_work_delete(work, entry->name, old, PART_FIRST, DSET_CAUSE_OUTDATED_REPLACED);
      break;
    case DSET_ROLLING_LEAVES:
      dset_work_delete(work, entry->name, old, PART_FIRST, DSET_CAUSE_INELIGIBLE_UNAVAILABLE);
      break;
    case DSET_ROLLING_MAY_LEAVE:
      dset_work_delete(work, entry->name, old, PART_PICKED, DSET_CAUSE_INELIGIBLE_AVAILABLE);
      break;
    case DSET_ROLLING_GONE:
      /* The least name, so that the problem does not depend on the order of pods. */
      if (rolled->problem == 0 || strcmp(entry->name, rolled->problem_part) < 0) rolled->problem_part = entry->name;
      rolled->problem = DSET_PROBLEM_NODE_GONE;
      break;
    default: break;
  }
}

/* Looks at every entry, or at those that a cluster knows to matter. */
static void roll_entries(const dset_roller *roller, const dset_census *census, dset_rolled *rolled,
                         dset_roll_shares *sums) {
  const dset_pod *old;
  if (census->kept == NULL) {
    for (size_t i = 0; i < census->count; i++) {
      const dset_entry *entry = &census->entries[i];
      dset_roll_share share = dset_roll_share_of(roller, entry, &old);
      add(sums, &share, 1);
      if (share.rolling != DSET_ROLLING_NOTHING) emit(rolled, entry, share.rolling, old);
    }
    return;
  }
  *sums = census->kept->rollout;
  for (size_t i = 0; i < census->kept->roll_count; i++) {
    const dset_entry *entry = census->kept->rolls[i];
    dset_roll_share share = dset_roll_share_of(roller, entry, &old);
    emit(rolled, entry, share.rolling, old);
  }
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

void dset_roll_spend(dset_rolled *rolled, const dset_roll_shares *sums) {
  dset_rollout *facts = &rolled->facts;
  dset_work *work = &rolled->work;
  facts->unavailable = sums->unavailable;
  facts->surging = sums->surging;
  facts->available = sums->available;
  size_t allowed;
  if (facts->surge) {
    facts->replace = sums->rolling[DSET_ROLLING_BESIDE];
    facts->candidates = sums->rolling[DSET_ROLLING_BESIDE_CANDIDATE];
    work->delete_room = room(facts->available - facts->desired);
    work->create_room = allowed = room(difference(facts->max_surge, facts->surging));
  } else {
    facts->replace = sums->rolling[DSET_ROLLING_REPLACE];
    facts->candidates = sums->rolling[DSET_ROLLING_CANDIDATE];
    work->delete_room = allowed = room(difference(facts->max_unavailable, facts->unavailable));
  }
  facts->picked = (uint64_t)facts->candidates <= allowed ? facts->candidates : (int64_t)allowed;
}

bool dset_roll_budget(const dset_sync *sync, int64_t desired, dset_rolled *rolled) {
  *rolled = (dset_rolled){.facts = {.desired = desired}};
  const dset_daemonset *daemonset = sync->daemonset;
  dset_rollout *facts = &rolled->facts;
  if (daemonset->has_rolling_update) {
    rolled->problem = DSET_PROBLEM_BUDGET;
    rolled->problem_part = "maxUnavailable";
    rolled->problem_absent = daemonset->max_unavailable.kind == DSET_AMOUNT_ABSENT;
    if (!dset_amount_scale(&daemonset->max_unavailable, desired, &facts->max_unavailable)) return false;
    rolled->problem_part = "maxSurge";
    rolled->problem_absent = false; /* then it is 0 */
    bool has_surge = daemonset->max_surge.kind != DSET_AMOUNT_ABSENT;
    if (has_surge && !dset_amount_scale(&daemonset->max_surge, desired, &facts->max_surge)) return false;
    rolled->problem = 0;
    rolled->problem_part = NULL;
  }
  if (desired > 0 && facts->max_unavailable == 0 && facts->max_surge == 0) facts->max_unavailable = 1;
  facts->ran = true;
  facts->surge = facts->max_surge != 0;
  return true;
}

bool dset_roll_out(const dset_sync *sync, const dset_census *census, const char *hash, dset_rolled *rolled) {
  bool spendable = dset_roll_budget(sync, census->desired, rolled);
  dset_work_init(&rolled->work, sync->scratch);
  if (!spendable) return true;
  dset_roller roller = {.sync = sync, .hash = hash, .surge = rolled->facts.surge};
  dset_roll_shares sums = {0};
  roll_entries(&roller, census, rolled, &sums);
  dset_roll_spend(rolled, &sums);
  dset_work_finish(&rolled->work, sync->options.burst, sync->taken);
  if (rolled->problem != 0) rolled->work.create_count = rolled->work.delete_count = 0;
  return !rolled->work.failed;
}
