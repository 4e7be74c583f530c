/* SPDX-License-Identifier: Apache-2.0 */
/* sync.c (L3): checking a snapshot and preparing what the stages read. */
#include "sync.h"

#include <stdio.h>

#include "check.h"
#include "model.h"
#include "prefetch.h"
#include "text.h"

enum { DEFAULT_BURST = 250, DEFAULT_BACKOFF_INITIAL_MS = 1000, DEFAULT_BACKOFF_MAX_MS = 900000 };

static int fail_duplicate(dset_error *error, const char *list, size_t index, size_t first, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "%s[%zu]", list, index);
  return dset_fail(error, DSET_ERR_DUPLICATE, path, "\"%s\" is there already as %s[%zu]", name, list, first);
}

int dset_sync_options(const dset_options *options, dset_options *taken, dset_error *error) {
  *taken = (dset_options){.size = sizeof *taken};
  if (options != NULL) *taken = *options; /* its size was checked with the call's arguments */
  if (taken->backoff_initial_ms < 0) {
    return dset_fail(error, DSET_ERR_INVALID, "options.backoff_initial_ms", "must not be negative");
  }
  if (taken->backoff_max_ms < 0) {
    return dset_fail(error, DSET_ERR_INVALID, "options.backoff_max_ms", "must not be negative");
  }
  int code = dset_check_hash(taken->revision_hash, "options.revision_hash", error);
  if (code != DSET_OK) return code;
  if (taken->burst == 0) taken->burst = DEFAULT_BURST;
  if (taken->backoff_initial_ms == 0) taken->backoff_initial_ms = DEFAULT_BACKOFF_INITIAL_MS;
  if (taken->backoff_max_ms == 0) taken->backoff_max_ms = DEFAULT_BACKOFF_MAX_MS;
  return DSET_OK;
}

static int check_lists(const dset_snapshot *snapshot, dset_error *error) {
  const struct {
    const void *items;
    size_t count;
    const char *name;
  } lists[] = {
      {snapshot->nodes, snapshot->node_count, "nodes"},
      {snapshot->pods, snapshot->pod_count, "pods"},
      {snapshot->revisions, snapshot->revision_count, "revisions"},
      {snapshot->backoffs, snapshot->backoff_count, "backoffs"},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    int code = dset_check_list(lists[i].items, lists[i].count, lists[i].name, error);
    if (code != DSET_OK) return code;
  }
  return DSET_OK;
}

static int take_nodes(dset_sync *sync, dset_error *error) {
  const dset_snapshot *snapshot = sync->snapshot;
  if (!dset_table_init(&sync->nodes, sync->scratch, snapshot->node_count)) return dset_fail_memory(error);
  for (size_t i = 0; i < snapshot->node_count; i++) {
    const dset_node *node = snapshot->nodes[i];
    if (i + DSET_AHEAD < snapshot->node_count) dset_prefetch(snapshot->nodes[i + DSET_AHEAD]);
    int code = dset_check_node(node, "nodes", i, error);
    if (code != DSET_OK) return code;
    if (dset_text_empty(node->name)) {
      char path[64];
      snprintf(path, sizeof path, "nodes[%zu].name", i);
      return dset_fail(error, DSET_ERR_INVALID, path, "must not be empty");
    }
    size_t first = dset_table_insert(&sync->nodes, node->name, "", i);
    if (first != DSET_TABLE_NONE) return fail_duplicate(error, "nodes", i, first, node->name);
  }
  return DSET_OK;
}

static int check_pods(const dset_sync *sync, dset_error *error) {
  const dset_snapshot *snapshot = sync->snapshot;
  dset_table names;
  if (!dset_table_init(&names, sync->scratch, snapshot->pod_count)) return dset_fail_memory(error);
  for (size_t i = 0; i < snapshot->pod_count; i++) {
    const dset_pod *pod = snapshot->pods[i];
    if (i + DSET_AHEAD < snapshot->pod_count) dset_prefetch(snapshot->pods[i + DSET_AHEAD]);
    int code = dset_check_pod(pod, "pods", i, error);
    if (code != DSET_OK) return code;
    size_t first = dset_table_insert(&names, pod->ns, pod->name, i);
    if (first != DSET_TABLE_NONE) return fail_duplicate(error, "pods", i, first, pod->name);
  }
  return DSET_OK;
}

static int check_revisions(const dset_sync *sync, dset_error *error) {
  const dset_snapshot *snapshot = sync->snapshot;
  dset_table names;
  if (!dset_table_init(&names, sync->scratch, snapshot->revision_count)) return dset_fail_memory(error);
  for (size_t i = 0; i < snapshot->revision_count; i++) {
    const dset_revision *revision = snapshot->revisions[i];
    int code = dset_check_revision(revision, "revisions", i, error);
    if (code != DSET_OK) return code;
    size_t first = dset_table_insert(&names, revision->ns, revision->name, i);
    if (first != DSET_TABLE_NONE) return fail_duplicate(error, "revisions", i, first, revision->name);
  }
  return DSET_OK;
}

int dset_sync_backoffs(dset_sync *sync, dset_error *error) {
  const dset_snapshot *snapshot = sync->snapshot;
  if (!dset_table_init(&sync->backoffs, sync->scratch, snapshot->backoff_count)) return dset_fail_memory(error);
  for (size_t i = 0; i < snapshot->backoff_count; i++) {
    const dset_backoff *backoff = &snapshot->backoffs[i];
    char path[64];
    snprintf(path, sizeof path, "backoffs[%zu]", i);
    if (dset_text_empty(backoff->node)) return dset_fail(error, DSET_ERR_INVALID, path, "needs the name of a node");
    if (backoff->delay_ms < 0) return dset_fail(error, DSET_ERR_INVALID, path, "the delay must not be negative");
    size_t first = dset_table_insert(&sync->backoffs, backoff->node, "", i);
    if (first != DSET_TABLE_NONE) return fail_duplicate(error, "backoffs", i, first, backoff->node);
  }
  return DSET_OK;
}

int dset_sync_compile(dset_sync *sync, dset_error *error) {
  const dset_daemonset *daemonset = sync->daemonset;
  if (daemonset->status != NULL) sync->status = *daemonset->status;
  sync->status.size = sizeof sync->status;
  if (!dset_selector_parse(sync->scratch, daemonset->selector, &sync->selector, &sync->selector_failure) ||
      !dset_rules_of(sync->scratch, daemonset, sync->options.compare_tolerations, &sync->rules)) {
    return dset_fail_memory(error);
  }
  if (!daemonset->has_template_generation) return DSET_OK;
  sync->generation = dset_arena_format(sync->scratch, "%lld", (long long)daemonset->template_generation);
  return sync->generation == NULL ? dset_fail_memory(error) : DSET_OK;
}

int dset_sync_begin(dset_sync *sync, const dset_snapshot *snapshot, const dset_options *options, dset_arena *scratch,
                    dset_error *error) {
  if (snapshot == NULL) return dset_fail(error, DSET_ERR_INVALID, "snapshot", "must not be NULL");
  int code = dset_check_size(snapshot, sizeof *snapshot, "snapshot", error);
  if (code != DSET_OK) return code;
  *sync = (dset_sync){.snapshot = snapshot, .daemonset = snapshot->daemonset, .scratch = scratch};
  code = dset_sync_options(options, &sync->options, error);
  if (code == DSET_OK) code = dset_check_daemonset(snapshot->daemonset, error);
  if (code == DSET_OK) code = check_lists(snapshot, error);
  if (code == DSET_OK) code = take_nodes(sync, error);
  if (code == DSET_OK) code = check_pods(sync, error);
  if (code == DSET_OK) code = check_revisions(sync, error);
  if (code == DSET_OK) code = dset_sync_backoffs(sync, error);
  return code == DSET_OK ? dset_sync_compile(sync, error) : code;
}
