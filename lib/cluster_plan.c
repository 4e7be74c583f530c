/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_plan.c (L4): a plan from what a cluster keeps. The stages are those of a plan from a snapshot; they get the
 * sums, and of the entries those that something is to be done with:
 *
 *   manage   all that have Failed or Succeeded pods; of those to create on, to delete from and that vanished the first
 *            `burst` by node
 *   rollout  of each row of its table the first `burst` by node, or as many as the budget has room for
 *   status   the sums alone
 */
#include <string.h>

#include "cluster.h"
#include "text.h"

/* What a plan is made with. */
struct planner {
  dset_cluster *cluster;
  dset_record_daemonset *daemonset;
  dset_kept kept;
};

static bool list_pods(dset_cluster *cluster, const dset_order *order, const dset_pod ***pods, size_t *count) {
  *pods = dset_arena_alloc(&cluster->scratch, order->count, sizeof **pods);
  *count = 0;
  if (*pods == NULL) return false;
  for (const dset_rank *rank = order->first; rank != NULL; rank = rank->next) {
    (*pods)[(*count)++] = &((const dset_record_pod *)rank->item)->view;
  }
  return true;
}

static bool gather_claims(void *context, const dset_sync *sync, dset_claims *claims) {
  const struct planner *planner = context;
  const dset_record_daemonset *daemonset = planner->daemonset;
  (void)sync;
  *claims = (dset_claims){.owner_incomplete = !daemonset->claims};
  return list_pods(planner->cluster, &daemonset->adopts, &claims->adopt, &claims->adopt_count) &&
         list_pods(planner->cluster, &daemonset->releases, &claims->release, &claims->release_count);
}

static void add_claim(dset_claims *claims, const dset_record_pod *pod) {
  const char *target = pod->target == NULL ? NULL : pod->target->view.name;
  claims->items[claims->count++] = (dset_claim){.pod = &pod->view, .target = target, .node = DSET_TABLE_NONE};
}

static bool gather_items(void *context, const dset_sync *sync, dset_claims *claims) {
  const struct planner *planner = context;
  const dset_record_owner *owner = planner->daemonset->owner;
  const dset_record_pod *first = owner == NULL ? NULL : owner->pods;
  size_t count = planner->daemonset->adopts.count;
  for (const dset_record_pod *pod = first; pod != NULL; pod = pod->next) count += pod->kept;
  claims->items = dset_arena_alloc(sync->scratch, count, sizeof *claims->items);
  if (claims->items == NULL) return false;
  for (const dset_record_pod *pod = first; pod != NULL; pod = pod->next) {
    if (pod->kept) add_claim(claims, pod);
  }
  for (const dset_rank *rank = planner->daemonset->adopts.first; rank != NULL; rank = rank->next) {
    add_claim(claims, rank->item);
  }
  return true;
}

static bool gather_hashes(void *context, const dset_sync *sync, const dset_claims *claims, dset_table *live) {
  const dset_order *carried = &((const struct planner *)context)->daemonset->carried;
  (void)claims;
  if (!dset_table_init(live, sync->scratch, carried->count)) return false;
  for (const dset_rank *rank = carried->first; rank != NULL; rank = rank->next) {
    dset_table_insert(live, rank->name, "", 0);
  }
  return true;
}

/* Copies the first `limit` entries of an order into the census. */
static void list_entries(const dset_order *order, size_t limit, dset_census *census) {
  for (const dset_rank *rank = order->first; rank != NULL && limit != 0; rank = rank->next, limit--) {
    const dset_entry *entry = &((const dset_member *)rank->item)->view;
    census->entries[census->count++] = *entry;
    if (entry->count > census->most_pods) census->most_pods = entry->count;
  }
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static bool list_managed(const struct planner *planner, dset_census *census) {
  const dset_order *managing = planner->daemonset->managing;
  size_t burst = planner->cluster->options.burst;
  size_t room = managing[DSET_MANAGING_ASKS].count;
  for (int i = DSET_MANAGING_NOTHING + 1; i < DSET_MANAGING_COUNT; i++) {
    if (i != DSET_MANAGING_ASKS) room += least(managing[i].count, burst);
  }
  census->entries = dset_arena_alloc(&planner->cluster->scratch, room, sizeof *census->entries);
  if (census->entries == NULL) return false;
  list_entries(&managing[DSET_MANAGING_ASKS], SIZE_MAX, census);
  list_entries(&managing[DSET_MANAGING_CREATES], burst, census);
  list_entries(&managing[DSET_MANAGING_DELETES], burst, census);
  census->node_count = census->count;
  list_entries(&managing[DSET_MANAGING_GONE], burst, census);
  return true;
}

/* How many of each row the rollout can use. */
static void limit_rows(const struct planner *planner, size_t limits[DSET_ROLLING_COUNT]) {
  const dset_record_daemonset *daemonset = planner->daemonset;
  size_t burst = planner->cluster->options.burst;
  dset_rolled rolled;
  memset(limits, 0, DSET_ROLLING_COUNT * sizeof *limits);
  if (!daemonset->basis.rolls || !dset_roll_budget(&daemonset->sync, daemonset->desired, &rolled)) return;
  dset_roll_spend(&rolled, &daemonset->roll_sums);
  for (int i = DSET_ROLLING_NOTHING + 1; i < DSET_ROLLING_COUNT; i++) limits[i] = burst;
  limits[DSET_ROLLING_CANDIDATE] = limits[DSET_ROLLING_MAY_LEAVE] = least(burst, rolled.work.delete_room);
  limits[DSET_ROLLING_BESIDE_CANDIDATE] = least(burst, rolled.work.create_room);
  limits[DSET_ROLLING_GONE] = 1;
}

static bool list_rolled(struct planner *planner) {
  const dset_order *rolling = planner->daemonset->rolling;
  size_t limits[DSET_ROLLING_COUNT];
  limit_rows(planner, limits);
  size_t room = 0;
  for (int i = 0; i < DSET_ROLLING_COUNT; i++) room += least(rolling[i].count, limits[i]);
  const dset_entry **rolls = dset_arena_alloc(&planner->cluster->scratch, room, sizeof *rolls);
  if (rolls == NULL) return false;
  size_t count = 0;
  for (int i = 0; i < DSET_ROLLING_COUNT; i++) {
    const dset_rank *rank = rolling[i].first;
    for (size_t left = limits[i]; rank != NULL && left != 0; rank = rank->next, left--) {
      rolls[count++] = &((const dset_member *)rank->item)->view;
    }
  }
  planner->kept.rolls = rolls;
  planner->kept.roll_count = count;
  return true;
}

static bool gather_census(void *context, const dset_sync *sync, const dset_claims *claims, const char *hash,
                          dset_census *census) {
  struct planner *planner = context;
  dset_record_daemonset *daemonset = planner->daemonset;
  (void)sync, (void)claims;
  if (!dset_judge_changed(planner->cluster, daemonset, hash)) return false;
  const dset_moment *next = dset_moments_first(&daemonset->moments);
  planner->kept.status = daemonset->sums;
  planner->kept.rollout = daemonset->roll_sums;
  planner->kept.next_available_ms = next == NULL ? DSET_NEVER : next->at_ms;
  *census = (dset_census){.desired = daemonset->desired, .kept = &planner->kept};
  return list_managed(planner, census) && list_rolled(planner);
}

/* The arena of the last plan, emptied. */
static dset_arena recycle(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  enum { KEEP_BYTES = 64 * 1024 };
  dset_arena arena;
  dset_arena_init(&arena, &cluster->allocator);
  if (daemonset->plan != NULL) arena = daemonset->plan->arena;
  daemonset->plan = NULL;
  dset_arena_reset(&arena, KEEP_BYTES);
  return arena;
}

/* Makes the plan; what the snapshot lacks lives in scratch memory. False when an allocation fails. */
static bool make(dset_cluster *cluster, dset_record_daemonset *daemonset, int64_t now_ms) {
  dset_arena_reset(&cluster->scratch, SIZE_MAX);
  dset_sync *sync = &daemonset->sync;
  sync->snapshot = &daemonset->snapshot;
  sync->scratch = &cluster->scratch;
  daemonset->snapshot.now_ms = now_ms;
  daemonset->snapshot.daemonset = daemonset->view;
  daemonset->snapshot.backoffs = daemonset->backoffs;
  daemonset->snapshot.backoff_count = daemonset->backoff_count;
  if (dset_sync_backoffs(sync, NULL) != DSET_OK || !dset_revision_list(cluster, daemonset)) return false;
  dset_arena arena = recycle(cluster, daemonset);
  struct planner planner = {.cluster = cluster, .daemonset = daemonset};
  const dset_gather gather = {&planner, gather_claims, gather_items, gather_hashes, gather_census};
  dset_stages done;
  return dset_plan_make(sync, &gather, &arena, &done, &daemonset->plan);
}

int dset_cluster_plan(dset_cluster *cluster, const char *ns, const char *name, int64_t now_ms, const dset_plan **plan,
                      dset_error *error) {
  if (plan == NULL) return dset_fail(error, DSET_ERR_INVALID, "plan", "must not be NULL");
  *plan = NULL;
  dset_record_daemonset *daemonset;
  int code = dset_daemonset_find(cluster, ns, name, &daemonset, error);
  if (code != DSET_OK) return code;
  cluster->calls++;
  bool made = make(cluster, daemonset, now_ms);
  dset_moments_remove(&cluster->checks, &daemonset->check);
  if (!made) {
    dset_cluster_touch(cluster, daemonset);
    return dset_fail_memory(error);
  }
  cluster->counters.plans++;
  int64_t check_ms = dset_plan_next_check_ms(daemonset->plan);
  if (check_ms != DSET_NEVER) dset_moments_set(&cluster->checks, &daemonset->check, check_ms);
  dset_cluster_clean(cluster, daemonset);
  *plan = daemonset->plan;
  return DSET_OK;
}
