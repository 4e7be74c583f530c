/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bottle_writes.c: bugs in what a host writes; see bottle_host.h.
 *
 *   bottle_change_action()    another object, another value, or not at all
 *   bottle_write_more()       beside an action
 *   bottle_write_after()      behind a plan
 */
#include <string.h>

#include "bottle_host.h"
#include "model.h"

/* ---- writes that are changed ---- */

/* The pod that was created last: on the node, if there are several, otherwise anywhere. */
static const char *newest_pod(const bottle_view *view, const char *node) {
  const dset_pod *found = NULL;
  size_t beside = 0;
  for (size_t i = 0; i < view->pod_count; i++) beside += dset_text_equal(view->pods[i].node_name, node);
  for (size_t i = 0; i < view->pod_count; i++) {
    const dset_pod *pod = &view->pods[i];
    if (beside > 1 && !dset_text_equal(pod->node_name, node)) continue;
    if (!pod->deleting && (found == NULL || pod->created_ms > found->created_ms)) found = pod;
  }
  return found == NULL ? "" : found->name;
}

static const dset_revision *newest_revision(const bottle_view *view) {
  const dset_revision *found = NULL;
  for (size_t i = 0; i < view->revision_count; i++) {
    if (found == NULL || view->revisions[i]->number > found->number) found = view->revisions[i];
  }
  return found;
}

static bool replaces(const dset_action *action) {
  return action->type == DSET_ACTION_DELETE_POD &&
         (action->cause == DSET_CAUSE_OUTDATED || action->cause == DSET_CAUSE_OUTDATED_UNAVAILABLE ||
          action->cause == DSET_CAUSE_OUTDATED_REPLACED);
}

bool bottle_change_action(bottle_host *h, dset_action *action, dset_status *status) {
  int type = action->type;
  switch (h->bug) {
    case HOST_BUG_LEAVES_VANISHED: return action->cause != DSET_CAUSE_NODE_GONE;
    case HOST_BUG_IGNORES_COLLISION: return type != DSET_ACTION_BUMP_COLLISION_COUNT;
    case HOST_BUG_WRITES_NO_STATUS: return type != DSET_ACTION_UPDATE_STATUS;
    case HOST_BUG_DELETES_NEWEST:
      if (replaces(action)) action->pod = newest_pod(&h->view, action->node);
      return true;
    case HOST_BUG_FORGETS_HASH:
      if (type == DSET_ACTION_CREATE_POD) action->hash = "";
      return true;
    case HOST_BUG_DROPS_CURRENT:
      if (type == DSET_ACTION_DELETE_REVISION) action->revision = newest_revision(&h->view)->name;
      return true;
    case HOST_BUG_COUNTS_GENERATIONS:
    case HOST_BUG_COUNTS_EVENTS:
      if (type != DSET_ACTION_UPDATE_STATUS) return true;
      *status = *action->status;
      status->observed_generation = h->number;
      action->status = status;
      return true;
    default: return true;
  }
}

/* ---- writes that nobody asked for ---- */

static void delete_on_node(bottle_host *h, const bottle_daemonset *item, const char *node) {
  for (size_t i = 0; i < h->view.pod_count; i++) {
    if (dset_text_equal(h->view.pods[i].node_name, node))
      bottle_write(h, item, (dset_action){.type = DSET_ACTION_DELETE_POD, .pod = h->view.pods[i].name});
  }
}

void bottle_write_more(bottle_host *h, const bottle_daemonset *item, const dset_action *action) {
  if (action->type != DSET_ACTION_CREATE_POD) return;
  if (h->bug == HOST_BUG_ACTS_TWICE) bottle_write(h, item, *action);
  if (h->bug == HOST_BUG_DELETES_FIRST) delete_on_node(h, item, action->node);
}

static bool is_deleted(const dset_plan *plan, const char *pod) {
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type == DSET_ACTION_DELETE_POD && strcmp(action->pod, pod) == 0) return true;
  }
  return false;
}

static const char *hash_of(const dset_pod *pod) {
  return dset_text_or_empty(dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH));
}

static const dset_pod *pod_of(const bottle_view *view, const char *name) {
  for (size_t i = 0; i < view->pod_count; i++) {
    if (strcmp(view->pods[i].name, name) == 0) return &view->pods[i];
  }
  return NULL;
}

/* If the plan replaces an outdated pod, another one goes. */
static void spend_more(bottle_host *h, const bottle_daemonset *item) {
  for (size_t i = 0; i < dset_plan_action_count(h->plan); i++) {
    const dset_action *action = dset_plan_action(h->plan, i);
    if (action->cause != DSET_CAUSE_OUTDATED) continue;
    const dset_pod *first = pod_of(&h->view, action->pod);
    for (size_t j = 0; j < h->view.pod_count; j++) {
      const dset_pod *pod = &h->view.pods[j];
      if (is_deleted(h->plan, pod->name) || strcmp(hash_of(pod), hash_of(first)) != 0) continue;
      bottle_write(h, item, (dset_action){.type = DSET_ACTION_DELETE_POD, .pod = pod->name});
      return;
    }
  }
}

/* On pods that others control, unless they have the hash already. */
static void write_foreign(bottle_host *h, const bottle_daemonset *item, int type) {
  const char *hash = newest_revision(&h->view) == NULL ? "" : newest_revision(&h->view)->name;
  for (size_t i = 0; i < h->view.pod_count; i++) {
    const dset_pod *pod = &h->view.pods[i];
    const dset_owner *owner = dset_controller_of(pod->owners, pod->owner_count);
    if (owner == NULL || dset_text_equal(owner->uid, h->view.daemonset.uid)) continue;
    if (strcmp(hash_of(pod), hash) != 0)
      bottle_write(h, item, (dset_action){.type = type, .pod = pod->name, .hash = hash});
  }
}

static void drop_revisions(bottle_host *h, const bottle_daemonset *item) {
  const dset_revision *newest = newest_revision(&h->view);
  for (size_t i = 0; i < h->view.revision_count; i++) {
    const dset_action drop = {.type = DSET_ACTION_DELETE_REVISION, .revision = h->view.revisions[i]->name};
    if (h->view.revisions[i] != newest) bottle_write(h, item, drop);
  }
}

static void number_revision(bottle_host *h, const bottle_daemonset *item) {
  const dset_revision *newest = newest_revision(&h->view);
  const char *hash = dset_label_value(newest->labels, newest->label_count, DSET_LABEL_HASH);
  bottle_write(
      h, item,
      (dset_action){
          .type = DSET_ACTION_UPDATE_REVISION, .revision = newest->name, .number = newest->number, .hash = hash});
}

void bottle_write_after(bottle_host *h, const bottle_daemonset *item) {
  const dset_action status = {.type = DSET_ACTION_UPDATE_STATUS, .status = dset_plan_status(h->plan)};
  switch (h->bug) {
    case HOST_BUG_SPENDS_TWICE: spend_more(h, item); break;
    case HOST_BUG_ADOPTS_ALL: write_foreign(h, item, DSET_ACTION_ADOPT_POD); break;
    case HOST_BUG_LABELS_ALL: write_foreign(h, item, DSET_ACTION_LABEL_POD); break;
    case HOST_BUG_RELEASES_ALL: write_foreign(h, item, DSET_ACTION_RELEASE_POD); break;
    case HOST_BUG_DROPS_REVISIONS: drop_revisions(h, item); break;
    case HOST_BUG_WRITES_STATUS_ALWAYS:
      if (item->resync) bottle_write(h, item, status);
      break;
    case HOST_BUG_NUMBERS_REVISIONS:
      if (item->resync) number_revision(h, item);
      break;
    default: break;
  }
}
