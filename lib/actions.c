/* SPDX-License-Identifier: Apache-2.0 */
/* actions.c (L3): turning what the stages found into the plan's actions, each with a text that names its facts. */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "plan.h"
#include "text.h"

static const char *keep(dset_plan *plan, const char *text) {
  if (text == NULL) return NULL;
  const char *copy = dset_arena_string(&plan->arena, text);
  if (copy == NULL) plan->failed = true;
  return copy;
}

/* Appends an action whose strings are all in the plan's arena; a NULL text is a failed allocation. */
static void add(dset_plan *plan, const dset_action *action) {
  if (action->text == NULL) plan->failed = true;
  if (plan->failed) return;
  dset_action *items =
      dset_arena_grow(&plan->arena, plan->actions, plan->action_count, &plan->action_capacity, sizeof *items);
  if (items == NULL) {
    plan->failed = true;
    return;
  }
  dset_action *item = &items[plan->action_count++];
  *item = *action;
  item->size = sizeof *item;
  plan->actions = items;
}

void dset_plan_claims(dset_plan *plan, const dset_claims *claims) {
  for (size_t i = 0; i < claims->adopt_count; i++) {
    dset_action action = {.type = DSET_ACTION_ADOPT_POD, .cause = DSET_CAUSE_ORPHAN_MATCHES};
    action.pod = keep(plan, claims->adopt[i]->name);
    action.text = dset_arena_format(&plan->arena, "pod %s has no controller and matches the selector", action.pod);
    add(plan, &action);
  }
  for (size_t i = 0; i < claims->release_count; i++) {
    dset_action action = {.type = DSET_ACTION_RELEASE_POD, .cause = DSET_CAUSE_SELECTOR_MISMATCH};
    action.pod = keep(plan, claims->release[i]->name);
    action.text = dset_arena_format(&plan->arena, "pod %s no longer matches the selector", action.pod);
    add(plan, &action);
  }
}

static void add_revision(dset_plan *plan, int type, int cause, const dset_revision *revision, const char *text) {
  dset_action action = {.type = type, .cause = cause, .revision = keep(plan, revision->name)};
  action.text = dset_arena_format(&plan->arena, "revision %s %s", action.revision, text);
  add(plan, &action);
}

void dset_plan_history_claims(dset_plan *plan, const dset_history *history) {
  for (size_t i = 0; i < history->adopt.count; i++) {
    add_revision(plan, DSET_ACTION_ADOPT_REVISION, DSET_CAUSE_ORPHAN_MATCHES, history->adopt.items[i],
                 "has no controller and matches the selector");
  }
  for (size_t i = 0; i < history->release.count; i++) {
    add_revision(plan, DSET_ACTION_RELEASE_REVISION, DSET_CAUSE_SELECTOR_MISMATCH, history->release.items[i],
                 "no longer matches the selector");
  }
  for (size_t i = 0; i < history->unlabelled.count; i++) {
    const dset_revision *revision = history->unlabelled.items[i];
    if (history->renumber && revision == history->current) continue; /* that update sets both, label and number */
    dset_action action = {.type = DSET_ACTION_UPDATE_REVISION, .cause = DSET_CAUSE_LABEL_MISSING};
    action.revision = keep(plan, revision->name);
    action.hash = action.revision;
    action.number = revision->number;
    action.text = dset_arena_format(&plan->arena, "revision %s has no label " DSET_LABEL_HASH, action.revision);
    add(plan, &action);
  }
}

void dset_plan_new_revision(dset_plan *plan, const dset_history *history) {
  dset_action action = {.type = DSET_ACTION_CREATE_REVISION, .cause = DSET_CAUSE_TEMPLATE_NEW};
  action.revision = keep(plan, history->new_name);
  action.hash = keep(plan, history->hash);
  action.number = history->number;
  action.text = dset_arena_format(&plan->arena, "no revision holds this template, it becomes number %lld",
                                  (long long)history->number);
  add(plan, &action);
}

static int compare_pods(const void *a, const void *b) {
  const dset_action *left = a;
  const dset_action *right = b;
  return strcmp(left->pod, right->pod);
}

void dset_plan_relabel(dset_plan *plan, const dset_claims *claims, const dset_history *history) {
  size_t first = plan->action_count;
  for (size_t i = 0; i < claims->count; i++) {
    const dset_pod *pod = claims->items[i].pod;
    const char *carried = dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH);
    if (strcmp(dset_text_or_empty(carried), history->hash) == 0) continue;
    dset_action action = {.type = DSET_ACTION_LABEL_POD, .cause = DSET_CAUSE_DUPLICATE_REVISION};
    action.pod = keep(plan, pod->name);
    action.hash = keep(plan, history->hash);
    action.text = dset_arena_format(&plan->arena, "of several revisions with this template %s is kept; pod %s joins it",
                                    history->current->name, action.pod);
    add(plan, &action);
  }
  size_t count = plan->action_count - first;
  if (count > 1) qsort(plan->actions + first, count, sizeof *plan->actions, compare_pods);
}

void dset_plan_duplicates(dset_plan *plan, const dset_history *history) {
  for (size_t i = 0; i < history->duplicates.count; i++) {
    add_revision(plan, DSET_ACTION_DELETE_REVISION, DSET_CAUSE_DUPLICATE_REVISION, history->duplicates.items[i],
                 "holds the same template as one with a higher number");
  }
}

void dset_plan_renumber(dset_plan *plan, const dset_history *history) {
  dset_action action = {.type = DSET_ACTION_UPDATE_REVISION, .cause = DSET_CAUSE_NUMBER_BEHIND};
  action.revision = keep(plan, history->current->name);
  action.hash = keep(plan, history->hash);
  action.number = history->number;
  action.text =
      dset_arena_format(&plan->arena, "revision %s is current and moves from number %lld to the highest, %lld",
                        action.revision, (long long)history->current->number, (long long)history->number);
  add(plan, &action);
}

void dset_plan_beyond_limit(dset_plan *plan, const dset_revisions *beyond) {
  for (size_t i = 0; i < beyond->count; i++) {
    add_revision(plan, DSET_ACTION_DELETE_REVISION, DSET_CAUSE_HISTORY_LIMIT, beyond->items[i],
                 "is old, unused, and beyond revisionHistoryLimit");
  }
}

void dset_plan_selects_all(dset_plan *plan) {
  dset_action action = {.type = DSET_ACTION_EMIT_EVENT, .cause = DSET_CAUSE_SELECTS_ALL};
  action.event_type = "Warning";
  action.event_reason = "SelectingAll";
  action.text = "This daemon set is selecting all pods. A non-empty selector is required.";
  add(plan, &action);
}

/* E6, E7. */
static void add_events(dset_plan *plan, const dset_work *work) {
  for (size_t i = 0; i < work->event_count; i++) {
    const dset_event *event = &work->events[i];
    bool failed = event->pod->phase == DSET_PHASE_FAILED;
    dset_action action = {.type = DSET_ACTION_EMIT_EVENT, .phase = DSET_SYNC_MANAGE};
    action.cause = failed ? DSET_CAUSE_POD_FAILED : DSET_CAUSE_POD_SUCCEEDED;
    action.event_type = failed ? "Warning" : "Normal";
    action.event_reason = failed ? "FailedDaemonPod" : "SucceededDaemonPod";
    action.node = keep(plan, event->node);
    action.pod = keep(plan, event->pod->name);
    action.text = dset_work_event_text(&plan->arena, event->node, event->pod);
    add(plan, &action);
  }
}

static const char *create_text(dset_plan *plan, const dset_create *create, const dset_facts *facts) {
  dset_arena *arena = &plan->arena;
  const dset_rollout *rollout = facts->rollout;
  switch (create->cause) {
    case DSET_CAUSE_NODE_NEEDS_REPLACEMENT:
      return dset_arena_format(arena, "node %s has no usable daemon pod left", create->node);
    case DSET_CAUSE_SURGE_UNAVAILABLE:
      return dset_arena_format(arena, "the outdated pod on node %s is unavailable, a new one starts beside it",
                               create->node);
    case DSET_CAUSE_SURGE_BUDGET:
      return dset_arena_format(arena,
                               "a new pod may start beside the outdated one on node %s; surge slots in use: %lld of "
                               "%lld, nodes waiting: %lld",
                               create->node, (long long)rollout->surging, (long long)rollout->max_surge,
                               (long long)rollout->candidates);
    default: return dset_arena_format(arena, "node %s has no daemon pod", create->node);
  }
}

/* The fixed part of a deletion's text, after "pod <name> on node <node> ". */
static const char *delete_words(int cause) {
  switch (cause) {
    case DSET_CAUSE_NODE_INELIGIBLE: return "must not run there";
    case DSET_CAUSE_POD_SUCCEEDED: return "has succeeded, a daemon pod must not end";
    case DSET_CAUSE_POD_FAILED: return "has failed and its back-off has run out";
    case DSET_CAUSE_EXCESS: return "is one too many";
    case DSET_CAUSE_OUTDATED_NOT_READY: return "is outdated and not ready, a new one stands beside it";
    case DSET_CAUSE_OUTDATED_REPLACED: return "is outdated, the new one beside it is available";
    case DSET_CAUSE_NODE_GONE: return "waits for a node that does not exist";
    case DSET_CAUSE_OUTDATED_UNAVAILABLE: return "is outdated and unavailable, which no budget protects";
    case DSET_CAUSE_INELIGIBLE_UNAVAILABLE: return "is outdated and unavailable, and must not run there";
    default: return "";
  }
}

static const char *delete_text(dset_plan *plan, const dset_delete *item, const dset_facts *facts) {
  const dset_rollout *rollout = facts->rollout;
  const char *pod = dset_text_or_empty(item->pod->name);
  if (item->cause == DSET_CAUSE_OUTDATED) {
    return dset_arena_format(&plan->arena,
                             "pod %s on node %s is outdated; nodes that may be unavailable: %lld of %lld, "
                             "that are: %lld; outdated pods waiting: %lld",
                             pod, item->node, (long long)rollout->max_unavailable, (long long)rollout->desired,
                             (long long)rollout->unavailable, (long long)rollout->candidates);
  }
  if (item->cause == DSET_CAUSE_INELIGIBLE_AVAILABLE) {
    return dset_arena_format(&plan->arena,
                             "pod %s on node %s must not run there, and %lld nodes are available where "
                             "%lld are desired",
                             pod, item->node, (long long)rollout->available, (long long)rollout->desired);
  }
  return dset_arena_format(&plan->arena, "pod %s on node %s %s", pod, item->node, delete_words(item->cause));
}

void dset_plan_work(dset_plan *plan, const dset_work *work, const dset_facts *facts) {
  add_events(plan, work);
  const char *hash = work->create_count == 0 ? "" : keep(plan, facts->hash);
  for (size_t i = 0; i < work->create_count; i++) {
    const dset_create *create = &work->creates[i];
    dset_action action = {.type = DSET_ACTION_CREATE_POD, .cause = create->cause, .phase = facts->phase, .hash = hash};
    action.node = keep(plan, create->node);
    action.text = create_text(plan, create, facts);
    add(plan, &action);
  }
  for (size_t i = 0; i < work->delete_count; i++) {
    const dset_delete *item = &work->deletes[i];
    dset_action action = {.type = DSET_ACTION_DELETE_POD, .cause = item->cause, .phase = facts->phase};
    action.node = keep(plan, item->node);
    action.pod = keep(plan, item->pod->name);
    action.text = delete_text(plan, item, facts);
    add(plan, &action);
  }
}

void dset_plan_update_status(dset_plan *plan) {
  const dset_status *status = &plan->status;
  dset_action action = {.type = DSET_ACTION_UPDATE_STATUS, .cause = DSET_CAUSE_STATUS_CHANGED, .status = status};
  action.text =
      dset_arena_format(&plan->arena,
                        "%d of %d nodes have a daemon pod, %d ready, %d available, %d updated, "
                        "%d on nodes that should have none",
                        status->current_number_scheduled, status->desired_number_scheduled, status->number_ready,
                        status->number_available, status->updated_number_scheduled, status->number_misscheduled);
  add(plan, &action);
}

void dset_plan_collision(dset_plan *plan, const dset_sync *sync, const dset_history *history) {
  dset_action action = {.type = DSET_ACTION_BUMP_COLLISION_COUNT, .cause = DSET_CAUSE_NAME_COLLISION};
  action.number = sync->status.has_collision_count ? (int64_t)sync->status.collision_count + 1 : 1;
  action.revision = keep(plan, history->new_name);
  action.text =
      dset_arena_format(&plan->arena, "the name %s belongs to a revision of another template", history->new_name);
  add(plan, &action);
}

void dset_plan_set_problem(dset_plan *plan, int code, const char *before, const char *fact, const char *after) {
  plan->problem.code = code;
  plan->problem.text = dset_arena_format(&plan->arena, "%s%s%s", before, fact, after);
  if (plan->problem.text == NULL) plan->failed = true;
}

/* Names and rules by number, from 1. */
static const char *const action_names[] = {
    "CreatePod",          "DeletePod",      "AdoptPod",       "ReleasePod",    "LabelPod",
    "CreateRevision",     "UpdateRevision", "DeleteRevision", "AdoptRevision", "ReleaseRevision",
    "BumpCollisionCount", "UpdateStatus",   "EmitEvent",
};
static const char *const problem_names[] = {"selector", "owner",     "revision-collision",
                                            "budget",   "node-gone", "no-labels"};
static const dset_label cause_names[] = {
    {"node-needs-pod", "E4"},
    {"node-needs-replacement", "E12"},
    {"surge-unavailable", "F11"},
    {"surge-budget", "F11"},
    {"node-ineligible", "E4"},
    {"pod-succeeded", "E6"},
    {"pod-failed", "E7"},
    {"excess", "E11"},
    {"outdated-not-ready", "E14"},
    {"outdated-replaced", "E14"},
    {"node-gone", "E15"},
    {"outdated-unavailable", "F7"},
    {"outdated", "F8"},
    {"ineligible-unavailable", "F10"},
    {"ineligible-available", "F12"},
    {"orphan-matches", "D4"},
    {"selector-mismatch", "D4"},
    {"duplicate-revision", "G10"},
    {"label-missing", "G2"},
    {"template-new", "G12"},
    {"number-behind", "G9"},
    {"name-collision", "G13"},
    {"history-limit", "G16"},
    {"status-changed", "H9"},
    {"selects-all", "I5"},
};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

const char *dset_action_type_name(int type) {
  return type >= 1 && type <= COUNT(action_names) ? action_names[type - 1] : "unknown";
}

const char *dset_problem_name(int code) {
  return code >= 1 && code <= COUNT(problem_names) ? problem_names[code - 1] : "unknown";
}

const char *dset_cause_name(int cause) {
  return cause >= 1 && cause <= COUNT(cause_names) ? cause_names[cause - 1].key : "unknown";
}

const char *dset_cause_rule(int cause) {
  return cause >= 1 && cause <= COUNT(cause_names) ? cause_names[cause - 1].value : "";
}

const char *dset_sync_name(int phase) {
  switch (phase) {
    case DSET_SYNC_NONE: return "none";
    case DSET_SYNC_MANAGE: return "manage";
    case DSET_SYNC_ROLLOUT: return "rollout";
    default: return "unknown";
  }
}
