/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_judge.c (L4): what an entry adds to the sums, and what is to be done about it. An entry is judged anew when
 *
 *   it changed                                            its node's verdict, or its pods
 *   its moment has come                                   a pod of it is available now (J4)
 *   what all entries are judged by changed                hash, template generation, minReadySeconds, surge (F2, F3,
 * F5) time moved back, and minReadySeconds is not 0
 *
 * Manage, rollout and status judge it, with the functions that judge it in a plan from a snapshot.
 */
#include <string.h>

#include "cluster.h"
#include "model.h"
#include "text.h"

struct judge {
  dset_cluster *cluster;
  dset_record_daemonset *daemonset;
  dset_manager manager;
  dset_managed managed;
  size_t rest_capacity;
  dset_roller roller;
  bool rolls;
};

/* What the facts are judged by at `now`. */
static dset_basis basis_now(const dset_record_daemonset *daemonset, bool manage_surge) {
  const dset_daemonset *view = daemonset->view;
  dset_rolled rolled;
  bool rolls =
      view->strategy == DSET_STRATEGY_ROLLING_UPDATE && dset_roll_budget(&daemonset->sync, daemonset->desired, &rolled);
  return (dset_basis){
      .template_generation = view->template_generation,
      .now_ms = daemonset->snapshot.now_ms,
      .min_ready_seconds = view->min_ready_seconds,
      .has_template_generation = view->has_template_generation,
      .manage_surge = manage_surge,
      .rolls = rolls,
      .roll_surge = rolls && rolled.facts.surge,
  };
}

static bool stands(const dset_basis *before, const dset_basis *now, const char *hash) {
  if (before->hash == NULL || strcmp(before->hash, hash) != 0) return false;
  if (before->now_ms > now->now_ms && now->min_ready_seconds != 0) return false;
  return before->template_generation == now->template_generation &&
         before->has_template_generation == now->has_template_generation &&
         before->min_ready_seconds == now->min_ready_seconds && before->manage_surge == now->manage_surge &&
         before->rolls == now->rolls && before->roll_surge == now->roll_surge;
}

/* Replaces the basis; all is judged anew if it does not stand. */
static bool rebase(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_basis now, const char *hash) {
  dset_basis *basis = &daemonset->basis;
  bool all = !stands(basis, &now, hash);
  if (basis->hash != NULL && strcmp(basis->hash, hash) == 0) {
    now.hash = basis->hash;
    now.hash_bytes = basis->hash_bytes;
  } else {
    now.hash_bytes = strlen(hash) + 1;
    now.hash = dset_pool_take(&cluster->pool, now.hash_bytes);
    if (now.hash == NULL) return false;
    memcpy(now.hash, hash, now.hash_bytes);
    dset_pool_give(&cluster->pool, basis->hash, basis->hash_bytes);
  }
  *basis = now;
  if (all) dset_member_change_all(daemonset);
  return true;
}

static dset_member *of_moment(dset_moment *moment) {
  return (dset_member *)(void *)((char *)moment - offsetof(dset_member, moment));
}

/* Entries of which a pod is available by now. */
static void wake(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  dset_moment *moment;
  while ((moment = dset_moments_first(&daemonset->moments)) != NULL && moment->at_ms <= daemonset->snapshot.now_ms) {
    dset_moments_remove(&daemonset->moments, moment);
    dset_member_change(cluster, of_moment(moment));
  }
}

/* Room for the pods of one entry, for manage. */
static bool reserve_rest(struct judge *judge, size_t count) {
  if (count <= judge->rest_capacity) return true;
  judge->manager.rest = dset_arena_alloc(judge->manager.sync->scratch, count * 2, sizeof *judge->manager.rest);
  judge->rest_capacity = count * 2;
  return judge->manager.rest != NULL;
}

/* E6, E7: what becomes of such pods depends on back-offs. */
static bool asks(const dset_entry *entry) {
  for (size_t i = 0; i < entry->count && entry->verdict != DSET_VERDICT_NEITHER; i++) {
    if (!entry->pods[i]->deleting && dset_pod_terminal(entry->pods[i])) return true;
  }
  return false;
}

static bool managing_of(struct judge *judge, const dset_entry *entry, int8_t *managing) {
  dset_work *work = &judge->managed.work;
  work->create_count = work->delete_count = 0;
  *managing = DSET_MANAGING_ASKS;
  if (entry->vanished) {
    dset_manage_vanished(&judge->manager, entry);
    *managing = work->delete_count != 0 ? DSET_MANAGING_GONE : DSET_MANAGING_NOTHING;
  } else if (!asks(entry)) {
    if (!reserve_rest(judge, entry->count) || !dset_manage_entry(&judge->manager, entry)) return false;
    *managing = work->delete_count != 0   ? DSET_MANAGING_DELETES
                : work->create_count != 0 ? DSET_MANAGING_CREATES
                                          : DSET_MANAGING_NOTHING;
  }
  return !work->failed;
}

/* From one order to another; row 0 is none. There must be room. */
static void move(dset_pool *pool, dset_order *orders, int8_t from, int8_t to, dset_member *member) {
  if (from == to) return;
  if (from != 0) dset_order_remove(&orders[from], pool, member->view.name);
  if (to != 0) dset_order_add(&orders[to], pool, member->view.name, member);
}

static bool judge_member(struct judge *judge, dset_member *member) {
  dset_pool *pool = &judge->cluster->pool;
  dset_record_daemonset *daemonset = judge->daemonset;
  const dset_entry *entry = &member->view;
  int8_t managing;
  if (!managing_of(judge, entry, &managing)) return false;
  if (!dset_pool_reserve(pool, 2 * dset_order_room()) ||
      !dset_moments_reserve(&daemonset->moments, pool, daemonset->moments.count + 1))
    return false;
  dset_share share = dset_status_share_of(&daemonset->sync, entry, judge->roller.hash);
  dset_roll_share rolling = {0};
  const dset_pod *old;
  if (judge->rolls) rolling = dset_roll_share_of(&judge->roller, entry, &old);
  dset_shares_add(&daemonset->sums, &member->share, -1);
  dset_shares_add(&daemonset->sums, &share, 1);
  dset_roll_shares_add(&daemonset->roll_sums, &member->rolling, -1);
  dset_roll_shares_add(&daemonset->roll_sums, &rolling, 1);
  move(pool, daemonset->managing, member->managing, managing, member);
  move(pool, daemonset->rolling, member->rolling.rolling, rolling.rolling, member);
  member->managing = managing;
  member->share = share;
  member->rolling = rolling;
  int64_t available_ms = dset_status_available_after(&daemonset->sync, entry);
  if (available_ms == DSET_NEVER) {
    dset_moments_remove(&daemonset->moments, &member->moment);
  } else {
    dset_moments_set(&daemonset->moments, &member->moment, available_ms);
  }
  dset_member_settle(member);
  judge->cluster->counters.nodes_visited++;
  return true;
}

bool dset_judge_changed(dset_cluster *cluster, dset_record_daemonset *daemonset, const char *hash) {
  struct judge judge = {.cluster = cluster, .daemonset = daemonset};
  if (!dset_manage_begin(&judge.manager, &daemonset->sync, hash, NULL, &judge.managed, 0)) return false;
  dset_basis now = basis_now(daemonset, judge.managed.surge);
  judge.roller = (dset_roller){.sync = &daemonset->sync, .hash = hash, .surge = now.roll_surge};
  judge.rolls = now.rolls;
  if (!rebase(cluster, daemonset, now, hash)) return false;
  wake(cluster, daemonset);
  while (daemonset->changed != NULL) {
    if (!judge_member(&judge, daemonset->changed)) return false;
  }
  return true;
}
