/* SPDX-License-Identifier: Apache-2.0 */
/* cluster.c (L4): a cluster as a whole: its beginning and end, its DaemonSets by name, which of them are dirty. */
#include "cluster.h"

#include <string.h>

#include "check.h"
#include "text.h"

enum { FIRST_NUMBERS = 8 };

static bool init_indexes(dset_cluster *cluster) {
  dset_index *indexes[] = {&cluster->keys, &cluster->classes,    &cluster->nodes,    &cluster->owners,
                           &cluster->pods, &cluster->label_sets, &cluster->revisions};
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
    if (!dset_index_init(indexes[i], &cluster->pool)) return false;
  }
  cluster->numbers = dset_pool_take(&cluster->pool, FIRST_NUMBERS * sizeof *cluster->numbers);
  if (cluster->numbers == NULL) return false;
  memset(cluster->numbers, 0, FIRST_NUMBERS * sizeof *cluster->numbers);
  cluster->number_limit = FIRST_NUMBERS;
  return true;
}

static void *count_allocation(void *context, size_t bytes) {
  dset_cluster *cluster = context;
  cluster->counters.allocations++;
  return cluster->host.allocate(cluster->host.context, bytes);
}

static void release_counted(void *context, void *memory, size_t bytes) {
  const dset_cluster *cluster = context;
  cluster->host.release(cluster->host.context, memory, bytes);
}

int dset_cluster_new(const dset_options *options, dset_cluster **cluster, dset_error *error) {
  if (cluster == NULL) return dset_fail(error, DSET_ERR_INVALID, "cluster", "must not be NULL");
  *cluster = NULL;
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  dset_options taken;
  code = dset_sync_options(options, &taken, error);
  if (code != DSET_OK) return code;
  if (!dset_text_empty(taken.revision_hash)) {
    return dset_fail(error, DSET_ERR_INVALID, "options.revision_hash", "must not be set: it goes with each DaemonSet");
  }
  dset_arena host;
  dset_arena_init(&host, taken.allocator);
  dset_cluster *made = host.allocator.allocate(host.allocator.context, sizeof *made);
  if (made == NULL) return dset_fail_memory(error);
  *made = (dset_cluster){.host = host.allocator, .options = taken};
  made->counters = (dset_cluster_counters){.size = sizeof made->counters, .allocations = 1};
  made->allocator = (dset_allocator){count_allocation, release_counted, made};
  made->options.allocator = &made->allocator;
  made->options.revision_hash = NULL;
  dset_pool_init(&made->pool, &made->allocator);
  dset_arena_init(&made->scratch, &made->allocator);
  dset_arena_init(&made->spare, &made->allocator);
  if (!init_indexes(made)) {
    dset_cluster_free(made);
    return dset_fail_memory(error);
  }
  *cluster = made;
  return DSET_OK;
}

void dset_cluster_free(dset_cluster *cluster) {
  if (cluster == NULL) return;
  for (size_t i = 0; i < cluster->daemonset_count; i++) dset_daemonset_release(cluster, cluster->daemonsets[i]);
  dset_pool_release(&cluster->pool, cluster->daemonsets, cluster->daemonset_capacity * sizeof *cluster->daemonsets);
  dset_index *indexes[] = {&cluster->keys, &cluster->classes,    &cluster->nodes,    &cluster->owners,
                           &cluster->pods, &cluster->label_sets, &cluster->revisions};
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) dset_index_clear(indexes[i], &cluster->pool);
  dset_moments_clear(&cluster->checks, &cluster->pool);
  dset_arena_clear(&cluster->scratch);
  dset_arena_clear(&cluster->spare);
  dset_pool_clear(&cluster->pool);
  dset_allocator host = cluster->host;
  host.release(host.context, cluster, sizeof *cluster);
}

uint64_t dset_cluster_hash(const char *ns, const char *name) {
  return dset_table_hash(dset_table_hash(1, dset_text_or_empty(ns)), dset_text_or_empty(name));
}

static int compare_keys(const dset_key *a, const char *ns, const char *name) {
  int order = dset_text_compare(a->ns, ns);
  return order != 0 ? order : dset_text_compare(a->name, name);
}

size_t dset_cluster_place(const dset_cluster *cluster, const char *ns, const char *name, bool *there) {
  size_t low = 0;
  size_t high = cluster->daemonset_count;
  *there = false;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_keys(&cluster->daemonsets[middle]->key, ns, name);
    if (order == 0) *there = true;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

dset_record_daemonset *dset_cluster_find(const dset_cluster *cluster, const char *ns, const char *name) {
  bool there;
  size_t place = dset_cluster_place(cluster, ns, name, &there);
  return there ? cluster->daemonsets[place] : NULL;
}

/* Puts a DaemonSet behind another one of the dirty, or first. */
static void link_behind(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_daemonset *before) {
  dset_record_daemonset **forth = before == NULL ? &cluster->first_dirty : &before->next;
  dset_record_daemonset **back = *forth == NULL ? &cluster->last_dirty : &(*forth)->before;
  daemonset->before = before;
  daemonset->next = *forth;
  *forth = *back = daemonset;
  daemonset->dirty = true;
  daemonset->touched = cluster->calls;
}

void dset_cluster_touch(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  if (daemonset->dirty) return;
  dset_record_daemonset *before = cluster->last_dirty;
  while (before != NULL && before->touched == cluster->calls &&
         compare_keys(&before->key, daemonset->key.ns, daemonset->key.name) > 0) {
    before = before->before;
  }
  link_behind(cluster, daemonset, before);
}

void dset_cluster_clean(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  if (!daemonset->dirty) return;
  *(daemonset->before == NULL ? &cluster->first_dirty : &daemonset->before->next) = daemonset->next;
  *(daemonset->next == NULL ? &cluster->last_dirty : &daemonset->next->before) = daemonset->before;
  daemonset->dirty = false;
}

static dset_record_daemonset *of_check(dset_moment *check) {
  return (dset_record_daemonset *)(void *)((char *)check - offsetof(dset_record_daemonset, check));
}

/* Takes those whose next check has come out of the heap, into a list by moment, namespace, name. */
static dset_record_daemonset *take_due(dset_cluster *cluster, int64_t now_ms) {
  dset_record_daemonset *first = NULL;
  dset_record_daemonset *last = NULL;
  dset_moment *check;
  while ((check = dset_moments_first(&cluster->checks)) != NULL && check->at_ms <= now_ms) {
    dset_record_daemonset *due = of_check(check);
    dset_moments_remove(&cluster->checks, check);
    /* The heap gives equal moments in any order. */
    dset_record_daemonset *before = last;
    while (before != NULL && before->check.at_ms == check->at_ms &&
           compare_keys(&before->key, due->key.ns, due->key.name) > 0) {
      before = before->due_before;
    }
    due->due_before = before;
    due->due_next = before == NULL ? first : before->due_next;
    *(before == NULL ? &first : &before->due_next) = due;
    *(due->due_next == NULL ? &last : &due->due_next->due_before) = due;
  }
  return first;
}

size_t dset_cluster_dirty(dset_cluster *cluster, int64_t now_ms, dset_key *keys, size_t capacity) {
  size_t count = 0;
  for (const dset_record_daemonset *at = cluster->first_dirty; at != NULL; at = at->next) {
    if (count < capacity) keys[count] = at->key;
    count++;
  }
  for (dset_record_daemonset *at = take_due(cluster, now_ms); at != NULL; at = at->due_next) {
    dset_moments_set(&cluster->checks, &at->check, at->check.at_ms);
    if (at->dirty) continue;
    if (count < capacity) keys[count] = at->key;
    count++;
  }
  return count;
}

int64_t dset_cluster_next_check(const dset_cluster *cluster) {
  const dset_moment *first = dset_moments_first(&cluster->checks);
  return first == NULL ? DSET_NEVER : first->at_ms;
}

const dset_cluster_counters *dset_cluster_counters_of(const dset_cluster *cluster) {
  return &cluster->counters;
}
