/* SPDX-License-Identifier: Apache-2.0 */
/* census.c (L3): the claimed pods by node (D11), with the verdict on each node (C4). */
#include "census.h"

#include <stdlib.h>

#include "model.h"
#include "prefetch.h"
#include "text.h"

static int compare_pods(const void *a, const void *b) {
  const dset_pod *const *left = a;
  const dset_pod *const *right = b;
  return dset_pod_compare(*left, *right);
}

static void look_ahead(const dset_snapshot *snapshot, size_t at) {
  if (snapshot->node_count - at > DSET_AHEAD) dset_prefetch(snapshot->nodes[at + DSET_AHEAD]);
  if (snapshot->node_count - at > DSET_AHEAD_PARTS) {
    const dset_node *node = snapshot->nodes[at + DSET_AHEAD_PARTS];
    dset_prefetch(node->labels);
    dset_prefetch(node->labels + 4);
    dset_prefetch(node->taints);
  }
}

static void judge_nodes(const dset_sync *sync, dset_census *census) {
  for (size_t i = 0; i < census->node_count; i++) {
    look_ahead(sync->snapshot, i);
    const dset_node *node = sync->snapshot->nodes[i];
    dset_entry *entry = &census->entries[i];
    *entry = (dset_entry){.name = node->name, .verdict = dset_rules_verdict(&sync->rules, node, NULL)};
    census->desired += entry->verdict == DSET_VERDICT_RUN;
  }
  census->count = census->node_count;
}

/* The entry of a pod that waits for, or is on, a node that vanished; made for the first such pod. */
static dset_entry *vanished_entry(const char *name, dset_table *vanished, dset_census *census) {
  size_t place = dset_table_insert(vanished, name, "", census->count);
  if (place != DSET_TABLE_NONE) return &census->entries[place];
  dset_entry *entry = &census->entries[census->count++];
  *entry = (dset_entry){.name = name, .vanished = true};
  return entry;
}

/* NULL: the pod has none (D11). */
static inline dset_entry *entry_of(const dset_claim *claim, dset_table *vanished, dset_census *census) {
  if (claim->target == NULL || !dset_census_counts(claim->pod)) return NULL;
  if (claim->node != DSET_TABLE_NONE) return &census->entries[claim->node];
  return vanished_entry(claim->target, vanished, census);
}

/* Counts the pods of each entry, and gives it its last one: that is all there is to do where none has two. */
static void count_pods(const dset_claims *claims, dset_table *vanished, dset_census *census) {
  for (size_t i = 0; i < claims->count; i++) {
    dset_claim *claim = &claims->items[i];
    dset_entry *entry = entry_of(claim, vanished, census);
    if (entry == NULL) continue;
    entry->pods = &claim->pod;
    entry->count++;
    if (entry->count > census->most_pods) census->most_pods = entry->count;
  }
}

/* Lists the pods of each entry, of which one has more than one. */
static void deal_pods(const dset_claims *claims, dset_table *vanished, dset_census *census, const dset_pod **pods) {
  for (size_t i = 0; i < census->count; i++) {
    dset_entry *entry = &census->entries[i];
    entry->pods = pods;
    pods += entry->count;
    entry->count = 0;
  }
  for (size_t i = 0; i < claims->count; i++) {
    dset_entry *entry = entry_of(&claims->items[i], vanished, census);
    if (entry != NULL) entry->pods[entry->count++] = claims->items[i].pod;
  }
  for (size_t i = 0; i < census->count; i++) {
    dset_entry *entry = &census->entries[i];
    if (entry->count > 1) qsort(entry->pods, entry->count, sizeof *entry->pods, compare_pods);
  }
}

bool dset_census_take(const dset_sync *sync, const dset_claims *claims, dset_census *census) {
  *census = (dset_census){.node_count = sync->snapshot->node_count};
  if (census->node_count > SIZE_MAX - claims->stray_count) return false;
  dset_table vanished;
  if (!dset_table_init(&vanished, sync->scratch, claims->stray_count)) return false;
  size_t most = census->node_count + claims->stray_count;
  census->entries = dset_arena_alloc(sync->scratch, most, sizeof *census->entries);
  if (census->entries == NULL) return false;
  judge_nodes(sync, census);
  count_pods(claims, &vanished, census);
  if (census->most_pods < 2) return true;
  const dset_pod **pods = dset_arena_alloc(sync->scratch, claims->count, sizeof *pods);
  if (pods == NULL) return false;
  deal_pods(claims, &vanished, census, pods);
  return true;
}
