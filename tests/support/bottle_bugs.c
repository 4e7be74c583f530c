/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bottle_bugs.c: bugs in what a host sees; see bottle_host.h.
 *
 *   bottle_distort()          the view: a function for each bug, in a table
 *   bottle_distort_flight()   what is in flight, and back-offs
 */
#include <string.h>

#include "bottle_host.h"
#include "copy.h"
#include "model.h"

/* ---- pods that it does not see ---- */

static bool runs(const bottle_host *h, const dset_pod *pod) {
  (void)h;
  return pod->phase == DSET_PHASE_RUNNING;
}

static bool is_bound(const bottle_host *h, const dset_pod *pod) {
  (void)h;
  return !dset_text_empty(pod->node_name);
}

static bool has_not_failed(const bottle_host *h, const dset_pod *pod) {
  (void)h;
  return pod->phase != DSET_PHASE_FAILED;
}

static bool stays(const bottle_host *h, const dset_pod *pod) {
  (void)h;
  return !pod->deleting;
}

static void keep_pods(const bottle_host *h, bottle_view *view, bool (*keeps)(const bottle_host *, const dset_pod *)) {
  size_t kept = 0;
  for (size_t i = 0; i < view->pod_count; i++) {
    if (keeps(h, &view->pods[i])) view->pods[kept++] = view->pods[i];
  }
  view->pod_count = kept;
}

static void see_running_only(bottle_host *h, bottle_view *view) {
  keep_pods(h, view, runs);
}

static void see_bound_only(bottle_host *h, bottle_view *view) {
  keep_pods(h, view, is_bound);
}

static void see_no_failed(bottle_host *h, bottle_view *view) {
  keep_pods(h, view, has_not_failed);
}

static void see_no_deleting(bottle_host *h, bottle_view *view) {
  keep_pods(h, view, stays);
}

/* ---- pods that it sees otherwise ---- */

static bool remembers(const bottle_host *h, const char *name) {
  for (size_t i = 0; i < h->name_count; i++) {
    if (strcmp(h->names[i], name) == 0) return true;
  }
  return false;
}

static void remember(bottle_host *h, const char *name) {
  if (remembers(h, name)) return;
  ck_assert_uint_lt(h->name_count, BOTTLE_NAMES);
  h->names[h->name_count++] = world_format(&h->s.w, "%s", name);
}

static void ready_for_ever(bottle_host *h, bottle_view *view) {
  for (size_t i = 0; i < view->pod_count; i++) {
    dset_pod *pod = &view->pods[i];
    if (pod->ready) remember(h, pod->name);
    if (remembers(h, pod->name)) pod->ready = true;
  }
}

static void *scratch(bottle_host *h, size_t count, size_t bytes) {
  void *memory = dset_arena_zalloc(&h->scratch, count, bytes);
  ck_assert_ptr_nonnull(memory);
  return memory;
}

static void own(bottle_host *h, const bottle_view *view, dset_pod *pod) {
  dset_owner *owner = scratch(h, 1, sizeof *owner);
  *owner = (dset_owner){"DaemonSet", view->daemonset.name, view->daemonset.uid, true};
  pod->owners = owner;
  pod->owner_count = 1;
}

static void own_by_labels(bottle_host *h, bottle_view *view) {
  for (size_t i = 0; i < view->pod_count; i++) own(h, view, &view->pods[i]);
}

static void own_by_name(bottle_host *h, bottle_view *view) {
  for (size_t i = 0; i < view->pod_count; i++) {
    const dset_owner *owner = dset_controller_of(view->pods[i].owners, view->pods[i].owner_count);
    if (owner != NULL && dset_text_equal(owner->name, view->daemonset.name)) own(h, view, &view->pods[i]);
  }
}

/* ---- nodes ---- */

static void ignore_taints(bottle_host *h, bottle_view *view) {
  (void)h;
  for (size_t i = 0; i < view->node_count; i++) view->nodes[i].taint_count = 0;
}

/* A taint of that key, or any when it is NULL, drives pods away. */
static void evict(bottle_host *h, bottle_view *view, const char *key) {
  for (size_t i = 0; i < view->node_count; i++) {
    dset_node *node = &view->nodes[i];
    dset_taint *taints = scratch(h, node->taint_count, sizeof *taints);
    for (size_t j = 0; j < node->taint_count; j++) {
      bool meant = key == NULL || dset_text_equal(node->taints[j].key, key);
      taints[j] = meant ? (dset_taint){.key = "evict", .effect = "NoExecute"} : node->taints[j];
    }
    node->taints = taints;
  }
}

static void evict_cordoned(bottle_host *h, bottle_view *view) {
  evict(h, view, "node.kubernetes.io/unschedulable");
}

static void evict_no_schedule(bottle_host *h, bottle_view *view) {
  evict(h, view, NULL);
}

static void nodes_for_ever(bottle_host *h, bottle_view *view) {
  for (size_t i = 0; i < view->node_count; i++) {
    dset_node *copy;
    if (remembers(h, view->nodes[i].name)) continue;
    remember(h, view->nodes[i].name);
    ck_assert(dset_node_copy(&h->past_memory, &view->nodes[i], &copy));
    h->kept[h->kept_count++] = *copy;
  }
  view->nodes = h->kept;
  view->node_count = h->kept_count;
}

static void forget_rejoined(bottle_host *h, bottle_view *view) {
  size_t kept = 0;
  for (size_t i = 0; i < view->node_count; i++) {
    const dset_node *node = &view->nodes[i];
    for (size_t j = 0; j < node->taint_count; j++) {
      if (dset_text_equal(node->taints[j].key, "node.kubernetes.io/unreachable")) remember(h, node->name);
    }
    if (!remembers(h, node->name)) view->nodes[kept++] = *node;
  }
  view->node_count = kept;
}

/* ---- the DaemonSet, and time ---- */

static void set(dset_amount *amount, int64_t number) {
  *amount = (dset_amount){.kind = DSET_AMOUNT_INT, .number = (int32_t)number};
}

static void one_too_many(bottle_host *h, bottle_view *view) {
  (void)h;
  set(&view->daemonset.max_unavailable, view->daemonset.max_unavailable.number + 1);
}

static void percent_of_all(bottle_host *h, bottle_view *view) {
  (void)h;
  int64_t number;
  ck_assert(dset_amount_scale(&view->daemonset.max_unavailable, (int64_t)view->node_count, &number));
  set(&view->daemonset.max_unavailable, number);
}

static void zero_is_no_limit(bottle_host *h, bottle_view *view) {
  (void)h;
  if (view->daemonset.max_unavailable.number == 0) set(&view->daemonset.max_unavailable, (int64_t)view->node_count);
}

static void surge_as_unavailable(bottle_host *h, bottle_view *view) {
  (void)h;
  view->daemonset.max_unavailable = view->daemonset.max_surge;
  set(&view->daemonset.max_surge, 0);
}

static void surge_everywhere(bottle_host *h, bottle_view *view) {
  (void)h;
  set(&view->daemonset.max_surge, (int64_t)view->node_count);
}

static void roll_on_delete(bottle_host *h, bottle_view *view) {
  (void)h;
  view->daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
}

static void hash_generation(bottle_host *h, bottle_view *view) {
  dset_daemonset *daemonset = &view->daemonset;
  char *data = scratch(h, daemonset->revision_data_bytes + 1, 1);
  memcpy(data, daemonset->revision_data, daemonset->revision_data_bytes);
  data[daemonset->revision_data_bytes++] = (char)('0' + daemonset->generation);
  daemonset->revision_data = data;
}

static void ignore_min_ready(bottle_host *h, bottle_view *view) {
  (void)h;
  view->daemonset.min_ready_seconds = 0;
}

static void ignore_node_selector(bottle_host *h, bottle_view *view) {
  (void)h;
  view->daemonset.node_selector_count = 0;
}

static void clock_ahead(bottle_host *h, bottle_view *view) {
  (void)h;
  view->now_ms += 3600000;
}

static void count(bottle_host *h, int64_t number) {
  if (number != h->last_number) h->number++;
  h->last_number = number;
}

static void count_generations(bottle_host *h, bottle_view *view) {
  count(h, view->daemonset.generation);
}

static void count_events(bottle_host *h, bottle_view *view) {
  count(h, (int64_t)view->versions[DSET_RESOURCE_DAEMONSETS]);
}

static const struct {
  host_bug bug;
  void (*distort)(bottle_host *h, bottle_view *view);
} distortions[] = {{HOST_BUG_SEES_RUNNING_ONLY, see_running_only},
                   {HOST_BUG_SEES_BOUND_ONLY, see_bound_only},
                   {HOST_BUG_SEES_NO_FAILED, see_no_failed},
                   {HOST_BUG_SEES_NO_DELETING, see_no_deleting},
                   {HOST_BUG_READY_FOR_EVER, ready_for_ever},
                   {HOST_BUG_IGNORES_MIN_READY, ignore_min_ready},
                   {HOST_BUG_CLOCK_AHEAD, clock_ahead},
                   {HOST_BUG_IGNORES_TAINTS, ignore_taints},
                   {HOST_BUG_IGNORES_NODE_SELECTOR, ignore_node_selector},
                   {HOST_BUG_EVICTS_CORDONED, evict_cordoned},
                   {HOST_BUG_EVICTS_NO_SCHEDULE, evict_no_schedule},
                   {HOST_BUG_NODES_FOR_EVER, nodes_for_ever},
                   {HOST_BUG_FORGETS_REJOINED, forget_rejoined},
                   {HOST_BUG_OWNS_BY_LABELS, own_by_labels},
                   {HOST_BUG_OWNS_BY_NAME, own_by_name},
                   {HOST_BUG_ONE_TOO_MANY, one_too_many},
                   {HOST_BUG_PERCENT_OF_ALL, percent_of_all},
                   {HOST_BUG_ZERO_IS_NO_LIMIT, zero_is_no_limit},
                   {HOST_BUG_SURGE_AS_UNAVAILABLE, surge_as_unavailable},
                   {HOST_BUG_SURGES_EVERYWHERE, surge_everywhere},
                   {HOST_BUG_ON_DELETE_ROLLS, roll_on_delete},
                   {HOST_BUG_HASHES_GENERATION, hash_generation},
                   {HOST_BUG_COUNTS_GENERATIONS, count_generations},
                   {HOST_BUG_COUNTS_EVENTS, count_events}};

void bottle_distort(bottle_host *h, bottle_view *view) {
  for (size_t i = 0; i < COUNT_OF(distortions); i++) {
    if (distortions[i].bug == h->bug) distortions[i].distort(h, view);
  }
}

/* ---- what is in flight ---- */

static bool has_new_pod(const bottle_view *view, const char *node) {
  for (size_t i = 0; i < view->pod_count; i++) {
    const dset_pod *pod = &view->pods[i];
    bool live = !pod->deleting && pod->phase != DSET_PHASE_FAILED;
    if (live && dset_text_equal(pod->node_name, node)) return true;
  }
  return false;
}

static bool forgets(const bottle_host *h, const dset_backoff *backoff) {
  switch (h->bug) {
    case HOST_BUG_IGNORES_BACKOFF: return true;
    case HOST_BUG_LOSES_BACKOFFS: return backoff->last_ms < h->start_ms;
    case HOST_BUG_RESETS_BACKOFF: return has_new_pod(&h->view, backoff->node);
    default: return false;
  }
}

void bottle_distort_flight(bottle_host *h, const bottle_daemonset *item, dset_snapshot *snapshot,
                           dset_options *options) {
  dset_backoff *kept = scratch(h, snapshot->backoff_count, sizeof *kept);
  size_t kept_count = 0;
  for (size_t i = 0; i < snapshot->backoff_count; i++) {
    if (!forgets(h, &snapshot->backoffs[i])) kept[kept_count++] = snapshot->backoffs[i];
  }
  snapshot->backoffs = kept;
  snapshot->backoff_count = kept_count;
  if (h->bug == HOST_BUG_SHORT_BACKOFF) options->backoff_initial_ms = 100;
  if (h->bug != HOST_BUG_COUNTS_IN_FLIGHT) return;
  dset_ledger_counters(h->ledger, item->ns, item->name, &snapshot->in_flight_creates, &snapshot->in_flight_deletes,
                       &snapshot->in_flight_since_ms);
}
