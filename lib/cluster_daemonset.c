/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_daemonset.c (L4): DaemonSets that appear, change and go.
 *
 *   what changes                         | what follows
 *   status, template, strategy, ...      | its facts are replaced; the next plan sees whether shares must be judged
 * anew placement rules, selector, uid       | it leaves all nodes and pods, and meets them again uid or observed
 * generation           | its back-offs are dropped (E8) uid                                  | nothing is in flight any
 * more (I14)
 *
 * The new facts are compiled beside the old ones, and all memory is there before the first of the old ones goes.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cluster.h"
#include "copy.h"
#include "model.h"
#include "text.h"

/* Copies and compiles. */
static int compile(dset_cluster *cluster, dset_record_daemonset *made, const dset_daemonset *from,
                   const char *revision_hash, dset_error *error) {
  made->facts = cluster->spare;
  dset_arena_init(&cluster->spare, &cluster->allocator);
  if (!dset_daemonset_copy(&made->facts, from, &made->view)) return dset_fail_memory(error);
  dset_sync *sync = &made->sync;
  *sync = (dset_sync){.daemonset = made->view, .options = cluster->options, .scratch = &made->facts};
  if (!dset_text_empty(revision_hash)) {
    sync->options.revision_hash = dset_arena_string(&made->facts, revision_hash);
    if (sync->options.revision_hash == NULL) return dset_fail_memory(error);
  }
  int code = dset_sync_compile(sync, error);
  if (code != DSET_OK) return code;
  const char *hash;
  if (!dset_history_name(sync, &made->facts, &hash, &made->new_revision)) return dset_fail_memory(error);
  made->named = dset_rules_name_matters(&sync->rules);
  made->claims =
      sync->selector_failure == NULL && !dset_text_empty(made->view->ns) && !dset_text_empty(made->view->uid);
  return DSET_OK;
}

/* A number, and keys that tell nodes apart. */
static bool enroll(dset_cluster *cluster, dset_record_daemonset *made) {
  if (!dset_class_number(cluster, &made->number)) return false;
  if (dset_class_take_keys(cluster, made)) return true;
  dset_class_give_number(cluster, made->number);
  return false;
}

static void disenroll(dset_cluster *cluster, dset_record_daemonset *made) {
  dset_class_give_keys(cluster, made);
  dset_class_give_number(cluster, made->number);
}

/* Its verdict on each node in the order of their index, in scratch memory; 0 for those that are not there. */
static int8_t *verdicts_of(dset_cluster *cluster, const dset_record_daemonset *made) {
  dset_arena_reset(&cluster->scratch, SIZE_MAX);
  int8_t *verdicts = dset_arena_zalloc(&cluster->scratch, cluster->nodes.count, sizeof *verdicts);
  size_t at = 0;
  for (dset_hook *hook = NULL; verdicts != NULL && (hook = dset_index_next(&cluster->nodes, hook)) != NULL; at++) {
    const dset_record_node *node = (const dset_record_node *)hook;
    if (node->of != NULL) verdicts[at] = (int8_t)dset_class_verdict(cluster, made, &node->view, node->of);
  }
  return verdicts;
}

/* Reserves what its entries and claims take. */
static bool reserve(dset_cluster *cluster, const dset_record_daemonset *made, const int8_t *verdicts) {
  size_t room = dset_pod_claims_room(cluster, made);
  size_t at = 0;
  for (dset_hook *hook = NULL; (hook = dset_index_next(&cluster->nodes, hook)) != NULL; at++) {
    if (verdicts[at] != DSET_VERDICT_RUN) continue;
    room += dset_member_list_room(cluster, (const dset_record_node *)hook, made->number) + dset_member_room(NULL, made);
  }
  return dset_pool_reserve(&cluster->pool, room);
}

/* Meets all nodes and pods. There must be room. */
static void settle_in(dset_cluster *cluster, dset_record_daemonset *daemonset, const int8_t *verdicts) {
  size_t at = 0;
  for (dset_hook *hook = NULL; (hook = dset_index_next(&cluster->nodes, hook)) != NULL; at++) {
    dset_record_node *node = (dset_record_node *)hook;
    if (node->of != NULL) dset_member_judge(cluster, daemonset, node, verdicts[at]);
  }
  dset_pod_claim_all(cluster, daemonset);
}

static void move_out(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  dset_pod_unclaim_all(cluster, daemonset);
  dset_member_drop_all(cluster, daemonset);
}

static void release_backoffs(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  dset_pool_give(&cluster->pool, daemonset->backoffs, daemonset->backoff_bytes);
  daemonset->backoffs = NULL;
  daemonset->backoff_count = 0;
  daemonset->backoff_bytes = 0;
}

static size_t text_bytes(const dset_key *key) {
  return strlen(key->ns) + strlen(key->name) + 2;
}

/* One arena waits for the next facts, so that a status that is written needs no allocator. */
static void release_facts(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  enum { KEEP_BYTES = 256 * 1024 };
  dset_arena_clear(&cluster->spare);
  cluster->spare = daemonset->facts;
  dset_arena_reset(&cluster->spare, KEEP_BYTES);
}

void dset_daemonset_release(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  dset_plan_free(daemonset->plan);
  release_backoffs(cluster, daemonset);
  dset_moments_clear(&daemonset->moments, &cluster->pool);
  dset_pool_give(&cluster->pool, daemonset->basis.hash, daemonset->basis.hash_bytes);
  release_facts(cluster, daemonset);
  if (daemonset->key.ns != NULL) {
    dset_pool_give(&cluster->pool, (void *)(uintptr_t)daemonset->key.ns, text_bytes(&daemonset->key));
  }
  dset_pool_give(&cluster->pool, daemonset, sizeof *daemonset);
}

/* The facts of `made`, in place of those of `daemonset`, which go with `made`. */
static void exchange(dset_record_daemonset *daemonset, dset_record_daemonset *made) {
  dset_record_daemonset before = *daemonset;
  daemonset->facts = made->facts;
  daemonset->view = made->view;
  daemonset->sync = made->sync;
  daemonset->new_revision = made->new_revision;
  daemonset->named = made->named;
  daemonset->claims = made->claims;
  daemonset->keys = made->keys;
  daemonset->key_count = made->key_count;
  daemonset->key_bytes = made->key_bytes;
  daemonset->number = made->number;
  made->facts = before.facts;
  made->keys = before.keys;
  made->key_count = before.key_count;
  made->key_bytes = before.key_bytes;
  made->number = before.number;
}

/* Takes the name, and a place among the others. */
static bool prepare_place(dset_cluster *cluster, dset_record_daemonset *made) {
  size_t ns_bytes = strlen(dset_text_or_empty(made->view->ns)) + 1;
  size_t name_bytes = strlen(made->view->name) + 1;
  char *text = dset_pool_take(&cluster->pool, ns_bytes + name_bytes);
  if (text == NULL) return false;
  made->key = (dset_key){memcpy(text, dset_text_or_empty(made->view->ns), ns_bytes),
                         memcpy(text + ns_bytes, made->view->name, name_bytes)};
  size_t total = cluster->daemonset_count + 1; /* each may have a check, those without one now, too */
  if (!dset_moments_reserve(&cluster->checks, &cluster->pool, total)) return false;
  if (cluster->daemonset_count < cluster->daemonset_capacity) return true;
  size_t capacity = cluster->daemonset_capacity == 0 ? 8 : cluster->daemonset_capacity * 2;
  dset_record_daemonset **grown = dset_pool_allocate(&cluster->pool, capacity * sizeof *grown);
  if (grown == NULL) return false;
  if (cluster->daemonset_count != 0) {
    memcpy(grown, cluster->daemonsets, cluster->daemonset_count * sizeof *grown);
  }
  dset_pool_release(&cluster->pool, cluster->daemonsets, cluster->daemonset_capacity * sizeof *grown);
  cluster->daemonsets = grown;
  cluster->daemonset_capacity = capacity;
  return true;
}

static void take_place(dset_cluster *cluster, dset_record_daemonset *made) {
  bool there;
  size_t at = dset_cluster_place(cluster, made->key.ns, made->key.name, &there);
  memmove(&cluster->daemonsets[at + 1], &cluster->daemonsets[at],
          (cluster->daemonset_count - at) * sizeof *cluster->daemonsets);
  cluster->daemonsets[at] = made;
  cluster->daemonset_count++;
}

static int add(dset_cluster *cluster, dset_record_daemonset *made, dset_error *error) {
  if (!enroll(cluster, made)) return dset_fail_memory(error);
  const int8_t *verdicts = verdicts_of(cluster, made);
  if (verdicts == NULL || !prepare_place(cluster, made) || !reserve(cluster, made, verdicts)) {
    disenroll(cluster, made);
    return dset_fail_memory(error);
  }
  take_place(cluster, made);
  settle_in(cluster, made, verdicts);
  dset_cluster_touch(cluster, made);
  return DSET_OK;
}

/* E8, I14: what does not outlive a new object, or a new observed generation. */
static void forget(dset_cluster *cluster, dset_record_daemonset *daemonset, const dset_record_daemonset *made) {
  bool other = !dset_text_equal(daemonset->view->uid, made->view->uid);
  if (other) {
    daemonset->snapshot.in_flight_creates = daemonset->snapshot.in_flight_deletes = 0;
    daemonset->snapshot.in_flight_since_ms = 0;
  }
  if (other || daemonset->sync.status.observed_generation != made->sync.status.observed_generation) {
    release_backoffs(cluster, daemonset);
  }
}

static int replace(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_daemonset *made,
                   dset_error *error) {
  bool moves = !dset_daemonset_same_placement(daemonset->view, made->view) ||
               !dset_daemonset_same_claims(daemonset->view, made->view);
  const int8_t *verdicts = NULL;
  if (moves) {
    if (!enroll(cluster, made)) return dset_fail_memory(error);
    verdicts = verdicts_of(cluster, made);
    if (verdicts == NULL || !reserve(cluster, made, verdicts)) {
      disenroll(cluster, made);
      return dset_fail_memory(error);
    }
    move_out(cluster, daemonset);
  } else {
    made->keys = daemonset->keys;
    made->key_count = daemonset->key_count;
    made->key_bytes = daemonset->key_bytes;
    made->number = daemonset->number;
  }
  forget(cluster, daemonset, made);
  exchange(daemonset, made);
  if (moves) {
    disenroll(cluster, made);
    settle_in(cluster, daemonset, verdicts);
  }
  dset_cluster_touch(cluster, daemonset);
  return DSET_OK;
}

static bool same(const dset_record_daemonset *daemonset, const dset_daemonset *from, const char *revision_hash) {
  return dset_text_equal(daemonset->sync.options.revision_hash, revision_hash) &&
         dset_daemonset_same(daemonset->view, from);
}

int dset_cluster_put_daemonset(dset_cluster *cluster, const dset_daemonset *daemonset, const char *revision_hash,
                               dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  int code = dset_check_daemonset(daemonset, error);
  if (code != DSET_OK) return code;
  code = dset_check_hash(revision_hash, "revision_hash", error);
  if (code != DSET_OK) return code;
  if (dset_text_empty(daemonset->name))
    return dset_fail(error, DSET_ERR_INVALID, "daemonset.name", "must not be empty");
  dset_record_daemonset *record = dset_cluster_find(cluster, daemonset->ns, daemonset->name);
  if (record != NULL && same(record, daemonset, revision_hash)) return DSET_OK;
  dset_record_daemonset *made = dset_pool_take(&cluster->pool, sizeof *made);
  if (made == NULL) return dset_fail_memory(error);
  *made = (dset_record_daemonset){.snapshot = {.size = sizeof made->snapshot}};
  cluster->calls++;
  code = compile(cluster, made, daemonset, revision_hash, error);
  if (code == DSET_OK) {
    code = record == NULL ? add(cluster, made, error) : replace(cluster, record, made, error);
  }
  if (code == DSET_OK) cluster->counters.events++;
  if (code != DSET_OK || record != NULL) dset_daemonset_release(cluster, made);
  return code;
}

int dset_cluster_remove_daemonset(dset_cluster *cluster, const char *ns, const char *name, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  bool there;
  size_t at = dset_cluster_place(cluster, ns, name, &there);
  if (!there) return DSET_OK;
  dset_record_daemonset *daemonset = cluster->daemonsets[at];
  cluster->calls++;
  cluster->counters.events++;
  move_out(cluster, daemonset);
  disenroll(cluster, daemonset);
  dset_cluster_clean(cluster, daemonset);
  dset_moments_remove(&cluster->checks, &daemonset->check);
  cluster->daemonset_count--;
  memmove(&cluster->daemonsets[at], &cluster->daemonsets[at + 1],
          (cluster->daemonset_count - at) * sizeof *cluster->daemonsets);
  dset_daemonset_release(cluster, daemonset);
  return DSET_OK;
}

int dset_daemonset_find(dset_cluster *cluster, const char *ns, const char *name, dset_record_daemonset **daemonset,
                        dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  *daemonset = dset_cluster_find(cluster, ns, name);
  if (*daemonset != NULL) return DSET_OK;
  return dset_fail(error, DSET_ERR_INVALID, "name", "there is no DaemonSet %s/%s", dset_text_or_empty(ns),
                   dset_text_or_empty(name));
}

int dset_cluster_put_in_flight(dset_cluster *cluster, const char *ns, const char *name, int64_t creates,
                               int64_t deletes, int64_t since_ms, dset_error *error) {
  dset_record_daemonset *daemonset;
  int code = dset_daemonset_find(cluster, ns, name, &daemonset, error);
  if (code != DSET_OK) return code;
  dset_snapshot *snapshot = &daemonset->snapshot;
  if (snapshot->in_flight_creates == creates && snapshot->in_flight_deletes == deletes &&
      snapshot->in_flight_since_ms == since_ms) {
    return DSET_OK;
  }
  cluster->calls++;
  cluster->counters.events++;
  snapshot->in_flight_creates = creates;
  snapshot->in_flight_deletes = deletes;
  snapshot->in_flight_since_ms = since_ms;
  dset_cluster_touch(cluster, daemonset);
  return DSET_OK;
}

static int check_backoffs(dset_cluster *cluster, const dset_backoff *backoffs, size_t count, dset_error *error) {
  int code = dset_check_list(backoffs, count, "backoffs", error);
  if (code != DSET_OK) return code;
  dset_arena_reset(&cluster->scratch, SIZE_MAX);
  const dset_snapshot snapshot = {.backoffs = backoffs, .backoff_count = count};
  dset_sync sync = {.snapshot = &snapshot, .scratch = &cluster->scratch};
  return dset_sync_backoffs(&sync, error);
}

static bool same_backoffs(const dset_record_daemonset *daemonset, const dset_backoff *copy, size_t count) {
  if (daemonset->backoff_count != count) return false;
  for (size_t i = 0; i < count; i++) {
    const dset_backoff *before = &daemonset->backoffs[i];
    if (before->delay_ms != copy[i].delay_ms || before->last_ms != copy[i].last_ms) return false;
    if (strcmp(before->node, copy[i].node) != 0) return false;
  }
  return true;
}

int dset_cluster_put_backoffs(dset_cluster *cluster, const char *ns, const char *name, const dset_backoff *backoffs,
                              size_t count, dset_error *error) {
  dset_record_daemonset *daemonset;
  int code = dset_daemonset_find(cluster, ns, name, &daemonset, error);
  if (code == DSET_OK) code = check_backoffs(cluster, backoffs, count, error);
  if (code != DSET_OK) return code;
  size_t bytes = dset_backoff_bytes(backoffs, count);
  dset_backoff *copy = dset_pool_take(&cluster->pool, bytes);
  if (copy == NULL) return dset_fail_memory(error);
  dset_backoff_sort(dset_backoff_place(backoffs, count, copy), count);
  if (same_backoffs(daemonset, copy, count)) {
    dset_pool_give(&cluster->pool, copy, bytes);
    return DSET_OK;
  }
  cluster->calls++;
  cluster->counters.events++;
  release_backoffs(cluster, daemonset);
  daemonset->backoffs = copy;
  daemonset->backoff_count = count;
  daemonset->backoff_bytes = bytes;
  dset_cluster_touch(cluster, daemonset);
  return DSET_OK;
}
