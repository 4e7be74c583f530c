/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim.c (L3): whose pods? An object of the DaemonSet's namespace is (D4)
 *
 *   its controller | selector matches | object is deleting | result
 *   another        | any              | any                | ignored
 *   ours           | yes              | any                | kept
 *   ours           | no               | any                | released
 *   none           | yes              | no                 | adopted
 *   none           | yes              | yes                | ignored
 *   none           | no               | any                | ignored
 *
 * A DaemonSet that is being deleted claims nothing; its sync ends before this stage (I6).
 */
#include "claim.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "prefetch.h"
#include "text.h"

enum dset_claim_result dset_claim_decide(bool has_controller, bool ours, bool matches, bool deleting) {
  if (has_controller) {
    if (!ours) return DSET_CLAIM_IGNORE;
    return matches ? DSET_CLAIM_KEEP : DSET_CLAIM_RELEASE;
  }
  return matches && !deleting ? DSET_CLAIM_ADOPT : DSET_CLAIM_IGNORE;
}

/* D2, for pods: kind, name and uid. */
static bool is_ours(const dset_owner *controller, const dset_daemonset *daemonset) {
  return dset_text_equal(controller->uid, daemonset->uid) && dset_text_equal(controller->kind, "DaemonSet") &&
         dset_text_equal(controller->name, daemonset->name);
}

enum dset_claim_result dset_claim_of(const dset_sync *sync, const dset_pod *pod) {
  const dset_owner *controller = dset_controller_of(pod->owners, pod->owner_count);
  bool ours = controller != NULL && is_ours(controller, sync->daemonset);
  if (controller != NULL && !ours) return DSET_CLAIM_IGNORE;
  bool matches = dset_selector_matches(&sync->selector, pod->labels, pod->label_count);
  return dset_claim_decide(controller != NULL, ours, matches, pod->deleting);
}

/* The node an unbound pod is pinned to: the first requirement metadata.name In decides, whether it helps or not. */
static const char *pinned_node(const dset_terms *terms) {
  if (terms == NULL) return NULL;
  for (size_t i = 0; i < terms->count; i++) {
    const dset_term *term = &terms->terms[i];
    for (size_t j = 0; j < term->field_count; j++) {
      const dset_requirement *field = &term->fields[j];
      if (!dset_text_equal(field->key, "metadata.name") || !dset_text_equal(field->op, "In")) continue;
      return field->value_count == 1 ? dset_text_or_empty(field->values[0]) : NULL;
    }
  }
  return NULL;
}

const char *dset_claim_target(const dset_pod *pod) {
  return dset_text_empty(pod->node_name) ? pinned_node(pod->required_affinity) : pod->node_name;
}

/*
 * Claims on their way to their nodes. Where the pods stand in the order of their nodes, the next node is tried first,
 * which costs less than to look it up; the others wait until there are enough to look them up together.
 */
struct course {
  const dset_sync *sync;
  dset_claims *claims;
  size_t last;    /* the node of the claim before, or DSET_TABLE_NONE */
  bool in_step;   /* it was the one behind that of the claim before */
  size_t located; /* the claims before this one have their nodes */
};

/* Looks up the nodes of the claims that wait. */
static void look_up(struct course *course) {
  dset_claims *claims = course->claims;
  dset_claim *waiting[DSET_TABLE_BATCH];
  const char *names[DSET_TABLE_BATCH] = {NULL};
  size_t found[DSET_TABLE_BATCH];
  size_t count = 0;
  for (size_t i = course->located; i < claims->count; i++) {
    if (claims->items[i].target == NULL) continue;
    waiting[count] = &claims->items[i];
    names[count++] = claims->items[i].target;
  }
  dset_table_find_batch(&course->sync->nodes, names, count, found);
  for (size_t i = 0; i < count; i++) {
    waiting[i]->node = found[i];
    claims->stray_count += found[i] == DSET_TABLE_NONE;
    course->in_step = found[i] == course->last + 1;
    course->last = found[i];
  }
  course->located = claims->count;
}

static void locate(struct course *course, dset_claim *claim) {
  claim->target = dset_claim_target(claim->pod);
  claim->node = DSET_TABLE_NONE;
  const dset_snapshot *snapshot = course->sync->snapshot;
  size_t next = course->last + 1; /* 0 at first */
  if (course->in_step && claim->target != NULL && next < snapshot->node_count &&
      dset_text_same(snapshot->nodes[next]->name, claim->target)) {
    claim->node = course->last = next;
    course->located++;
    return;
  }
  course->in_step = false;
  if (course->claims->count - course->located == DSET_TABLE_BATCH) look_up(course);
}

static int compare_names(const void *a, const void *b) {
  const dset_pod *const *left = a;
  const dset_pod *const *right = b;
  return dset_text_compare((*left)->name, (*right)->name);
}

/* Appends to a list that is empty most of the time. */
static bool add_pod(dset_arena *arena, const dset_pod ***items, size_t *count, size_t *capacity, const dset_pod *pod) {
  const dset_pod **grown = dset_arena_grow(arena, *items, *count, capacity, sizeof *grown);
  if (grown == NULL) return false;
  grown[(*count)++] = pod;
  *items = grown;
  return true;
}

static bool claim_pod(const dset_sync *sync, const dset_pod *pod, struct course *course, dset_claims *claims) {
  enum dset_claim_result result = dset_claim_of(sync, pod);
  if (result == DSET_CLAIM_IGNORE) return true;
  if (result == DSET_CLAIM_RELEASE) {
    return add_pod(sync->scratch, &claims->release, &claims->release_count, &claims->release_capacity, pod);
  }
  dset_claim *claim = &claims->items[claims->count++];
  claim->pod = pod;
  locate(course, claim);
  return result == DSET_CLAIM_KEEP ||
         add_pod(sync->scratch, &claims->adopt, &claims->adopt_count, &claims->adopt_capacity, pod);
}

static void look_ahead(const dset_snapshot *snapshot, size_t at) {
  if (snapshot->pod_count - at > DSET_AHEAD) {
    const dset_pod *pod = snapshot->pods[at + DSET_AHEAD];
    dset_prefetch(pod);
    dset_prefetch(&pod->owner_count);
  }
  if (snapshot->pod_count - at > DSET_AHEAD_PARTS) {
    const dset_pod *pod = snapshot->pods[at + DSET_AHEAD_PARTS];
    dset_prefetch(pod->node_name);
    dset_prefetch(pod->labels);
    dset_prefetch(pod->owners);
  }
}

bool dset_claim_pods(const dset_sync *sync, dset_claims *claims) {
  const dset_daemonset *daemonset = sync->daemonset;
  const dset_snapshot *snapshot = sync->snapshot;
  *claims = (dset_claims){0};
  claims->owner_incomplete =
      dset_text_empty(daemonset->ns) || dset_text_empty(daemonset->name) || dset_text_empty(daemonset->uid);
  if (claims->owner_incomplete) return true;
  claims->items = dset_arena_alloc(sync->scratch, snapshot->pod_count, sizeof *claims->items);
  if (claims->items == NULL) return false;
  struct course course = {.sync = sync, .claims = claims, .last = DSET_TABLE_NONE, .in_step = true};
  for (size_t i = 0; i < snapshot->pod_count; i++) {
    look_ahead(snapshot, i);
    const dset_pod *pod = snapshot->pods[i];
    if (dset_text_equal(pod->ns, daemonset->ns) && !claim_pod(sync, pod, &course, claims)) return false;
  }
  look_up(&course);
  if (claims->adopt_count > 1) qsort(claims->adopt, claims->adopt_count, sizeof *claims->adopt, compare_names);
  if (claims->release_count > 1) qsort(claims->release, claims->release_count, sizeof *claims->release, compare_names);
  return true;
}

bool dset_claim_hashes(const dset_sync *sync, const dset_claims *claims, dset_table *live) {
  if (!dset_table_init(live, sync->scratch, claims->count)) return false;
  for (size_t i = 0; i < claims->count; i++) {
    const dset_claim *claim = &claims->items[i];
    const char *carried = dset_label_value(claim->pod->labels, claim->pod->label_count, DSET_LABEL_HASH);
    if (claim->target != NULL && !dset_text_empty(carried)) dset_table_insert(live, carried, "", i);
  }
  return true;
}
