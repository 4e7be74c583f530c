/* SPDX-License-Identifier: Apache-2.0 */
/* census.c (L3): the claimed pods by node (D11), with the verdict on each node (C4). */
#include "census.h"

#include <stdlib.h>

#include "model.h"
#include "text.h"

static int compare_pods(const void *a, const void *b) {
  const dset_pod *const *left = a;
  const dset_pod *const *right = b;
  return dset_pod_compare(*left, *right);
}

bool dset_census_counts(const dset_pod *pod) {
  return !(pod->deleting && dset_pod_terminal(pod));
}

static void judge_nodes(const dset_sync *sync, dset_census *census) {
  for (size_t i = 0; i < census->node_count; i++) {
    const dset_node *node = sync->snapshot->nodes[i];
    dset_entry *entry = &census->entries[i];
    entry->name = node->name;
    entry->verdict = dset_rules_verdict(&sync->rules, node, NULL);
    if (entry->verdict == DSET_VERDICT_RUN) census->desired++;
  }
  census->count = census->node_count;
}

/* Finds or makes the entry of each claim (`places`) and counts its pods. */
static void count_pods(const dset_claims *claims, dset_table *vanished, dset_census *census, size_t *places) {
  for (size_t i = 0; i < claims->count; i++) {
    const dset_claim *claim = &claims->items[i];
    places[i] = DSET_TABLE_NONE;
    if (claim->target == NULL || !dset_census_counts(claim->pod)) continue;
    size_t place = claim->node;
    if (place == DSET_TABLE_NONE) {
      place = dset_table_insert(vanished, claim->target, "", census->count);
      if (place == DSET_TABLE_NONE) {
        place = census->count++;
        census->entries[place] = (dset_entry){.name = claim->target, .vanished = true};
      }
    }
    places[i] = place;
    census->entries[place].count++;
  }
}

static void deal_pods(const dset_claims *claims, dset_census *census, const size_t *places, const dset_pod **pods) {
  for (size_t i = 0; i < census->count; i++) {
    dset_entry *entry = &census->entries[i];
    entry->pods = pods;
    pods += entry->count;
    if (entry->count > census->most_pods) census->most_pods = entry->count;
    entry->count = 0;
  }
  for (size_t i = 0; i < claims->count; i++) {
    if (places[i] == DSET_TABLE_NONE) continue;
    dset_entry *entry = &census->entries[places[i]];
    entry->pods[entry->count++] = claims->items[i].pod;
  }
  for (size_t i = 0; i < census->count && census->most_pods > 1; i++) {
    dset_entry *entry = &census->entries[i];
    if (entry->count > 1) qsort(entry->pods, entry->count, sizeof *entry->pods, compare_pods);
  }
}

bool dset_census_take(const dset_sync *sync, const dset_claims *claims, dset_census *census) {
  *census = (dset_census){.node_count = sync->snapshot->node_count};
  size_t strays = 0;
  for (size_t i = 0; i < claims->count; i++) {
    if (claims->items[i].target != NULL && claims->items[i].node == DSET_TABLE_NONE) strays++;
  }
  dset_table vanished;
  if (census->node_count > SIZE_MAX - strays || !dset_table_init(&vanished, sync->scratch, strays)) return false;
  census->entries = dset_arena_zalloc(sync->scratch, census->node_count + strays, sizeof *census->entries);
  size_t *places = dset_arena_alloc(sync->scratch, claims->count, sizeof *places);
  const dset_pod **pods = dset_arena_alloc(sync->scratch, claims->count, sizeof *pods);
  if (census->entries == NULL || places == NULL || pods == NULL) return false;
  judge_nodes(sync, census);
  count_pods(claims, &vanished, census, places);
  deal_pods(claims, census, places, pods);
  return true;
}
