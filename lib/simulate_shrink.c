/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_shrink.c (L4s): scenarios that fail, made smaller: what can be left out is left out, in this order, again
 * and again until nothing more can:
 *
 *   kinds of faults | changes | pods, revisions, rules, DaemonSets but the first, nodes | single faults | delays
 *
 * Lists are halved as long as that goes, then single items go.
 */
#include "simulate.h"

#include <string.h>

#include "check.h"
#include "error.h"

enum { MOST_FAULTS = 64 }; /* that are silenced one by one */

typedef struct shrinker {
  dset_scenario now; /* fails; its lists are the shrinker's */
  dset_fault_rates faults;
  dset_delays delays;
  uint64_t silenced[MOST_FAULTS];
  size_t tries;
  bool (*fails)(void *user_data, const dset_scenario *scenario);
  void *user_data;
  bool better; /* something went in this round */
} shrinker;

static bool fails(shrinker *s) {
  if (s->tries == 0) return false;
  s->tries--;
  return s->fails(s->user_data, &s->now);
}

/* Keeps what was changed if it still fails. */
static bool keep(shrinker *s) {
  bool good = fails(s);
  s->better |= good;
  return good;
}

/* Leaves out items of a list, in pieces of half of it, a quarter ..., one; `first` items stay. */
static void shrink_list(shrinker *s, const void **items, size_t *count, size_t first, const void **saved) {
  for (size_t piece = *count; piece > 0; piece /= 2) {
    for (size_t at = first; at + piece <= *count && s->tries > 0;) {
      memcpy(saved, items, *count * sizeof *items);
      size_t before = *count;
      memmove(items + at, items + at + piece, (*count - at - piece) * sizeof *items);
      *count -= piece;
      if (keep(s)) continue;
      memcpy(items, saved, before * sizeof *items);
      *count = before;
      at += piece;
    }
  }
}

static void shrink_rates(shrinker *s) {
  for (int i = 0; i < DSET_FAULTS; i++) {
    uint32_t before = s->faults.per_mille[i];
    if (before == 0) continue;
    s->faults.per_mille[i] = 0;
    if (!keep(s)) s->faults.per_mille[i] = before;
  }
}

static bool any_rate(const shrinker *s) {
  for (int i = 0; i < DSET_FAULTS; i++) {
    if (s->faults.per_mille[i] != 0) return true;
  }
  return false;
}

/* As few faults as possible: first no more than so many, then without single ones. */
static void shrink_faults(shrinker *s) {
  if (!any_rate(s)) return;
  uint64_t high = s->faults.most == 0 ? UINT64_C(1) << 20 : s->faults.most;
  uint64_t low = 0;
  while (low + 1 < high && s->tries > 0) { /* `high` fails, `low` does not */
    uint64_t before = s->faults.most;
    s->faults.most = low + (high - low) / 2;
    if (fails(s)) {
      high = s->faults.most;
    } else {
      low = s->faults.most;
      s->faults.most = before;
    }
  }
  if (s->faults.most > MOST_FAULTS || s->faults.most == 0) return;
  for (uint64_t number = 1; number <= s->faults.most && s->faults.silenced_count < MOST_FAULTS; number++) {
    bool is_off = false;
    for (size_t i = 0; i < s->faults.silenced_count; i++) is_off |= s->silenced[i] == number;
    if (is_off) continue;
    s->silenced[s->faults.silenced_count++] = number;
    if (!keep(s)) s->faults.silenced_count--;
  }
}

static void shrink_span(shrinker *s, dset_span *span) {
  const dset_span before = *span;
  if (before.least_ms == 0 && before.most_ms == 0) return;
  *span = (dset_span){0, 0};
  if (!keep(s)) *span = before;
}

static void shrink_delays(shrinker *s) {
  for (int kind = 0; kind < DSET_WATCHES; kind++) shrink_span(s, &s->delays.watch[kind]);
  shrink_span(s, &s->delays.call);
  shrink_span(s, &s->delays.schedule);
  shrink_span(s, &s->delays.collect);
  shrink_span(s, &s->delays.restart);
}

/* The lists of a scenario, as the shrinker holds them. */
typedef struct dset_shrink_lists {
  const void **items[6];
  const void **saved;
} dset_shrink_lists;

static const void **copy_list(dset_arena *arena, const void *items, size_t count) {
  const void **copy = dset_arena_zalloc(arena, count + 1, sizeof *copy);
  if (copy != NULL && count != 0) memcpy(copy, items, count * sizeof *copy);
  return copy;
}

static bool copy_lists(dset_arena *arena, dset_scenario *s, dset_shrink_lists *lists) {
  size_t counts[] = {s->change_count,  s->pod_count,       s->revision_count,
                     s->kubelet_count, s->daemonset_count, s->node_count};
  const void *from[] = {s->changes, s->pods, s->revisions, s->kubelets, s->daemonsets, s->nodes};
  size_t most = 0;
  for (size_t i = 0; i < 6; i++) {
    lists->items[i] = copy_list(arena, from[i], counts[i]);
    if (lists->items[i] == NULL) return false;
    if (counts[i] > most) most = counts[i];
  }
  lists->saved = dset_arena_zalloc(arena, most + 1, sizeof *lists->saved);
  s->changes = (const dset_change *const *)lists->items[0];
  s->pods = (const dset_pod *const *)lists->items[1];
  s->revisions = (const dset_revision *const *)lists->items[2];
  s->kubelets = (const dset_kubelet *const *)lists->items[3];
  s->daemonsets = (const dset_daemonset *const *)lists->items[4];
  s->nodes = (const dset_node *const *)lists->items[5];
  return lists->saved != NULL;
}

static void shrink(shrinker *s, const dset_shrink_lists *lists) {
  do {
    s->better = false;
    dset_scenario *now = &s->now;
    shrink_rates(s);
    shrink_list(s, lists->items[0], &now->change_count, 0, lists->saved);
    shrink_list(s, lists->items[1], &now->pod_count, 0, lists->saved);
    shrink_list(s, lists->items[2], &now->revision_count, 0, lists->saved);
    shrink_list(s, lists->items[3], &now->kubelet_count, 0, lists->saved);
    shrink_list(s, lists->items[4], &now->daemonset_count, 1, lists->saved);
    shrink_list(s, lists->items[5], &now->node_count, 0, lists->saved);
    shrink_faults(s);
    shrink_delays(s);
  } while (s->better && s->tries > 0);
}

int dset_scenario_shrink(const dset_scenario *scenario, size_t tries,
                         bool (*fails_on)(void *user_data, const dset_scenario *scenario), void *user_data,
                         dset_error *error) {
  if (scenario == NULL) return dset_fail(error, DSET_ERR_INVALID, "scenario", "must not be NULL");
  if (fails_on == NULL) return dset_fail(error, DSET_ERR_INVALID, "fails", "must not be NULL");
  int code = dset_check_size(scenario, sizeof *scenario, "scenario", error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, scenario->options == NULL ? NULL : scenario->options->allocator);
  shrinker s = {.now = *scenario, .tries = tries, .fails = fails_on, .user_data = user_data};
  dset_shrink_lists lists;
  if (!copy_lists(&arena, &s.now, &lists)) {
    dset_arena_clear(&arena);
    return dset_fail_memory(error);
  }
  if (scenario->delays != NULL) s.delays = *scenario->delays, s.now.delays = &s.delays;
  if (scenario->faults != NULL) {
    s.faults = *scenario->faults;
    if (s.faults.silenced_count > MOST_FAULTS) s.faults.silenced_count = MOST_FAULTS;
    if (s.faults.silenced_count != 0)
      memcpy(s.silenced, scenario->faults->silenced, s.faults.silenced_count * sizeof *s.silenced);
    s.faults.silenced = s.silenced;
    s.now.faults = &s.faults;
  }
  code = fails(&s) ? DSET_OK : dset_fail(error, DSET_ERR_INVALID, "scenario", "does not fail");
  if (code == DSET_OK) shrink(&s, &lists);
  dset_arena_clear(&arena);
  return code;
}
