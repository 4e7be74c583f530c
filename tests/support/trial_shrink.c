/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial_shrink.c: making a failing state smaller. A reduction takes one thing out of a copy; it is kept when the law
 * still fails. Rounds go on until none of the reductions is kept any more.
 */
#include <stdlib.h>
#include <string.h>

#include "trial.h"

/* Applies reduction number `index` of its kind. False: there is no such number. */
typedef bool reduction(trial *t, size_t index);

static void remove_item(void *items, size_t *count, size_t index, size_t item_bytes) {
  unsigned char *at = (unsigned char *)items + index * item_bytes;
  (*count)--;
  memmove(at, at + item_bytes, (*count - index) * item_bytes);
}

#define REMOVE(name, items, count)                                             \
  static bool name(trial *t, size_t index) {                                   \
    if (index >= (count)) return false;                                        \
    remove_item((void *)(uintptr_t)(items), &(count), index, sizeof *(items)); \
    return true;                                                               \
  }

REMOVE(remove_pod, t->pods, t->pod_count)
REMOVE(remove_node, t->nodes, t->node_count)
REMOVE(remove_revision, t->revisions, t->revision_count)
REMOVE(remove_backoff, t->backoffs, t->backoff_count)
REMOVE(remove_toleration, t->daemonset.tolerations, t->daemonset.toleration_count)
REMOVE(remove_template_label, t->daemonset.template_labels, t->daemonset.template_label_count)
REMOVE(remove_selected, t->daemonset.node_selector, t->daemonset.node_selector_count)

/* Half of a list at once, so that long ones shrink in few steps: 0 the first half, 1 the second. */
static bool remove_half(void *items, size_t *count, size_t index, size_t item_bytes) {
  if (index > 1 || *count < 2) return false;
  size_t half = *count / 2;
  if (index == 0) memmove(items, (unsigned char *)items + half * item_bytes, (*count - half) * item_bytes);
  *count = index == 0 ? *count - half : half;
  return true;
}

static bool halve_pods(trial *t, size_t index) {
  return remove_half(t->pods, &t->pod_count, index, sizeof *t->pods);
}

static bool halve_nodes(trial *t, size_t index) {
  return remove_half(t->nodes, &t->node_count, index, sizeof *t->nodes);
}

/* ---- inside nodes, pods and revisions: one label or taint less, then each member plain ---- */

static bool simplify_node(trial *t, size_t index) {
  for (size_t i = 0; i < t->node_count; i++) {
    dset_node *node = &t->nodes[i];
    size_t count = node->label_count + node->taint_count;
    if (index >= count) {
      index -= count;
    } else if (index < node->label_count) {
      remove_item((void *)(uintptr_t)node->labels, &node->label_count, index, sizeof *node->labels);
      return true;
    } else {
      remove_item((void *)(uintptr_t)node->taints, &node->taint_count, index - node->label_count, sizeof *node->taints);
      return true;
    }
  }
  return false;
}

static void plain_pod(dset_pod *pod, size_t part) {
  switch (part) {
    case 0: pod->required_affinity = NULL; break;
    case 1: pod->owner_count = 0; break;
    case 2: pod->created_ms = 0; break;
    case 3: pod->ready_since_ms = 0; break;
    case 4: pod->ready = false; break;
    case 5: pod->deleting = false; break;
    case 6: pod->phase = DSET_PHASE_RUNNING; break;
    default: pod->node_name = NULL; break;
  }
}

static bool simplify_pod(trial *t, size_t index) {
  enum { PARTS = 8 };
  for (size_t i = 0; i < t->pod_count; i++) {
    dset_pod *pod = &t->pods[i];
    if (index < PARTS) {
      plain_pod(pod, index);
      return true;
    }
    index -= PARTS;
    if (index < pod->label_count) {
      remove_item((void *)(uintptr_t)pod->labels, &pod->label_count, index, sizeof *pod->labels);
      return true;
    }
    index -= pod->label_count;
  }
  return false;
}

static bool simplify_revision(trial *t, size_t index) {
  enum { PARTS = 3 };
  for (size_t i = 0; i < t->revision_count; i++) {
    dset_revision *revision = &t->revisions[i];
    if (index < PARTS) {
      if (index == 0) revision->owner_count = 0;
      if (index == 1) revision->number = 0;
      if (index == 2) revision->deleting = false;
      return true;
    }
    index -= PARTS;
    if (index < revision->label_count) {
      remove_item((void *)(uintptr_t)revision->labels, &revision->label_count, index, sizeof *revision->labels);
      return true;
    }
    index -= revision->label_count;
  }
  return false;
}

/* ---- the DaemonSet, the options, the question ---- */

static bool simplify_daemonset(trial *t, size_t index) {
  dset_daemonset *daemonset = &t->daemonset;
  const dset_amount one = {.kind = DSET_AMOUNT_INT, .number = 1};
  switch (index) {
    case 0: daemonset->required_affinity = NULL; return true;
    case 1: daemonset->node_name = NULL; return true;
    case 2: daemonset->host_network = false; return true;
    case 3: daemonset->has_template_generation = false; return true;
    case 4: daemonset->min_ready_seconds = 0; return true;
    case 5: daemonset->has_revision_history_limit = false; return true;
    case 6: daemonset->strategy = DSET_STRATEGY_ON_DELETE; return true;
    case 7: daemonset->max_surge = (dset_amount){0}; return true;
    case 8: daemonset->max_unavailable = one; return true;
    case 9: daemonset->deleting = false; return true;
    case 10: t->has_status = false; return true;
    case 11: t->status = (dset_status){.size = sizeof t->status}; return true;
    default: return false;
  }
}

static bool simplify_question(trial *t, size_t index) {
  dset_options *options = &t->options;
  switch (index) {
    case 0: t->in_flight_creates = t->in_flight_deletes = t->in_flight_since_ms = 0; return true;
    case 1: options->burst = 0; return true;
    case 2: options->revision_hash = NULL; return true;
    case 3: options->backoff_initial_ms = 0; return true;
    case 4: options->backoff_max_ms = 0; return true;
    case 5: options->compare_tolerations = false; return true;
    default: return false;
  }
}

/* Objects first, then what is inside them. */
static reduction *const reductions[] = {
    halve_pods,        halve_nodes,           remove_pod,      remove_node,        remove_revision,   remove_backoff,
    remove_toleration, remove_template_label, remove_selected, simplify_daemonset, simplify_question, simplify_revision,
    simplify_node,     simplify_pod,
};

enum { REDUCTIONS = sizeof reductions / sizeof *reductions, FIRST_INSIDE = 6 };

bool trial_simplify(trial *t, size_t kind, size_t index) {
  return FIRST_INSIDE + kind < REDUCTIONS && reductions[FIRST_INSIDE + kind](t, index);
}

/* Tries all of one kind; an index stays where it is after a success, as what was behind it has moved there. */
static bool reduce(trial **t, reduction *apply, trial_law *law) {
  bool reduced = false;
  for (size_t index = 0;;) {
    trial *smaller = trial_copy(*t);
    if (!apply(smaller, index)) {
      trial_free(smaller);
      return reduced;
    }
    trial_seal(smaller);
    char *before = trial_json(*t, "");
    char *after = trial_json(smaller, "");
    bool differs =
        strcmp(before, after) != 0 || smaller->options.compare_tolerations != (*t)->options.compare_tolerations;
    bool kept = differs && !law(smaller);
    free(before);
    free(after);
    if (kept) {
      trial_free(*t);
      *t = smaller;
      reduced = true;
    } else {
      trial_free(smaller);
      index++;
    }
  }
}

trial *trial_shrink(const trial *failing, trial_law *law) {
  trial *t = trial_copy(failing);
  for (bool reduced = true; reduced;) {
    reduced = false;
    for (size_t i = 0; i < REDUCTIONS; i++) reduced |= reduce(&t, reductions[i], law);
  }
  return t;
}
