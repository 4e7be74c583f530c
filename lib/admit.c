/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.c (L3): could the Kubernetes controller have done exactly this? There is no second planner:
 *
 *   actions ──► the stages, which put what was taken first wherever the order is free (taken.h)
 *                  │
 *                  ▼
 *               the admissible plan nearest to the actions ──► the same actions? admitted
 *                                                              not the same: objection.c says which rule
 *
 * All freedom of the controller is an order in which it walks (F18), so if its actions are admissible at all, walking
 * in the order they show leads to exactly them.
 */
#include "daemonset/admit.h"

#include <stdio.h>

#include "check.h"
#include "model.h"
#include "objection.h"
#include "text.h"

struct dset_judgement {
  dset_arena arena;
  const char *rule;
  const char *text;
  const char *allowed;
  size_t index;
};

/* The order of the sync, as far as types follow one: which revision is current decides all that comes after. */
static const int sync_order[] = {
    DSET_ACTION_ADOPT_REVISION,  DSET_ACTION_RELEASE_REVISION,
    DSET_ACTION_CREATE_REVISION, DSET_ACTION_BUMP_COLLISION_COUNT,
    DSET_ACTION_DELETE_REVISION, DSET_ACTION_UPDATE_REVISION,
    DSET_ACTION_ADOPT_POD,       DSET_ACTION_RELEASE_POD,
    DSET_ACTION_LABEL_POD,       DSET_ACTION_CREATE_POD,
    DSET_ACTION_DELETE_POD,      DSET_ACTION_EMIT_EVENT,
    DSET_ACTION_UPDATE_STATUS,
};
enum { TYPES = sizeof sync_order / sizeof *sync_order };

/* E23: said while carrying out, not while planning. */
static bool tells_of_calls(const dset_action *action) {
  static const char *const reasons[] = {"SuccessfulCreate", "FailedCreate", "SuccessfulDelete", "FailedDelete"};
  if (action->type != DSET_ACTION_EMIT_EVENT) return false;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (dset_text_equal(action->event_reason, reasons[i])) return true;
  }
  return false;
}

/* The member that an action of its type cannot do without; NULL: it has it. */
static const char *missing_member(const dset_action *action) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: return dset_text_empty(action->node) ? "node" : NULL;
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: return dset_text_empty(action->pod) ? "pod" : NULL;
    case DSET_ACTION_BUMP_COLLISION_COUNT: return NULL;
    case DSET_ACTION_UPDATE_STATUS: return action->status == NULL ? "status" : NULL;
    case DSET_ACTION_EMIT_EVENT: return dset_text_empty(action->text) ? "text" : NULL;
    default: return dset_text_empty(action->revision) ? "revision" : NULL;
  }
}

static int check_action(const dset_action *action, size_t index, dset_error *error) {
  char path[64];
  snprintf(path, sizeof path, "actions[%zu]", index);
  if (action == NULL) return dset_fail(error, DSET_ERR_INVALID, path, "must not be NULL");
  int code = dset_check_size(action, sizeof *action, path, error);
  if (code != DSET_OK) return code;
  if (action->type < DSET_ACTION_CREATE_POD || action->type > DSET_ACTION_EMIT_EVENT) {
    snprintf(path, sizeof path, "actions[%zu].type", index);
    return dset_fail(error, DSET_ERR_INVALID, path, "%d is no type of action", (int)action->type);
  }
  const char *member = missing_member(action);
  if (member != NULL) {
    snprintf(path, sizeof path, "actions[%zu].%s", index, member);
    return dset_fail(error, DSET_ERR_INVALID, path, "must not be empty");
  }
  snprintf(path, sizeof path, "actions[%zu].status", index);
  return dset_check_size(action->status, sizeof *action->status, path, error);
}

/* The hash of a new revision is its maker's, so long as the options do not name it (G8). */
static void take_hash(dset_sync *sync) {
  if (!dset_text_empty(sync->options.revision_hash)) return;
  for (size_t i = 0; i < sync->taken->count; i++) {
    const dset_action *action = sync->taken->actions[i];
    if (action->type == DSET_ACTION_CREATE_REVISION) sync->options.revision_hash = action->hash;
  }
}

/* G2 before G9: the missing label alone, when the plan sets label and number at once and the other action does that. */
static bool labels_first(const dset_judge *judge, const dset_taken *taken, const dset_action *action) {
  const dset_revision *current = judge->done->history.current;
  if (action->type != DSET_ACTION_UPDATE_REVISION || !judge->done->history.renumber) return false;
  if (dset_label_value(current->labels, current->label_count, DSET_LABEL_HASH) != NULL) return false;
  if (!dset_text_equal(action->revision, current->name) || !dset_text_equal(action->hash, current->name)) return false;
  size_t others = 0;
  for (size_t i = 0; i < taken->count; i++) {
    const dset_action *other = taken->actions[i];
    others += other != action && other->type == action->type && dset_text_equal(other->revision, action->revision) &&
              other->number == judge->done->history.number;
  }
  return action->number == current->number && others == 1;
}

/* Sent once in every phase, or once more for the number. */
static bool may_repeat(const dset_judge *judge, const dset_taken *taken, const dset_action *action) {
  if (action->type == DSET_ACTION_ADOPT_POD || action->type == DSET_ACTION_RELEASE_POD) return true; /* D14 */
  size_t first = dset_taken_find(taken, action->type, dset_action_subject(action));
  return labels_first(judge, taken, action) || labels_first(judge, taken, taken->actions[first]);
}

static void judge_action(dset_judge *judge, const dset_taken *taken, size_t index) {
  const dset_action *action = taken->actions[index];
  const char *subject = dset_action_subject(action);
  if (tells_of_calls(action)) return;
  size_t planned = dset_taken_find(&judge->planned, action->type, subject);
  if (planned == DSET_TABLE_NONE) {
    dset_object_to_extra(judge, action, false);
  } else if (dset_taken_find(taken, action->type, subject) != index && !may_repeat(judge, taken, action)) {
    dset_object_to_extra(judge, action, true);
  } else if (!labels_first(judge, taken, action)) {
    dset_object_to_members(judge, action, judge->planned.actions[planned]);
  }
}

/* Stops at the first objection; `*index` is the action to blame. */
static void judge_all(dset_judge *judge, const dset_taken *taken, size_t *index) {
  for (size_t order = 0; order < TYPES; order++) {
    for (size_t i = 0; i < taken->count; i++) {
      if (taken->actions[i]->type != sync_order[order]) continue;
      judge_action(judge, taken, i);
      *index = i;
      if (judge->failed || judge->rule != NULL) return;
    }
    *index = DSET_NO_ACTION;
    for (size_t i = 0; i < judge->planned.count; i++) {
      const dset_action *planned = judge->planned.actions[i];
      if (planned->type != sync_order[order]) continue;
      if (dset_taken_has(taken, planned->type, dset_action_subject(planned))) continue;
      dset_object_to_missing(judge, planned);
      return;
    }
  }
}

/* Compares the actions with the plan. False when an allocation fails. */
static bool compare(dset_judgement *made, const dset_sync *sync, const dset_stages *done, const dset_plan *plan) {
  const dset_action **planned = dset_arena_alloc(sync->scratch, plan->action_count, sizeof *planned);
  if (planned == NULL) return false;
  for (size_t i = 0; i < plan->action_count; i++) planned[i] = &plan->actions[i];
  dset_judge judge = {.sync = sync, .done = done, .plan = plan, .arena = &made->arena};
  if (!dset_taken_begin(&judge.planned, sync->scratch, planned, plan->action_count)) return false;
  judge_all(&judge, sync->taken, &made->index);
  made->rule = dset_text_or_empty(judge.rule);
  made->text = dset_text_or_empty(judge.text);
  made->allowed = dset_text_or_empty(judge.allowed);
  return !judge.failed;
}

/* Judges the actions of a sync that was begun. False when an allocation fails. */
static bool judge_sync(const dset_sync *sync, dset_judgement **judgement) {
  dset_stages done;
  dset_plan *plan;
  dset_arena arena;
  dset_arena_init(&arena, sync->options.allocator);
  if (!dset_plan_make(sync, NULL, &arena, &done, &plan)) return false;
  dset_arena_init(&arena, sync->options.allocator);
  dset_judgement *made = dset_arena_zalloc(&arena, 1, sizeof *made);
  bool good = made != NULL;
  if (good) {
    made->arena = arena;
    made->index = DSET_NO_ACTION;
    good = compare(made, sync, &done, plan);
  }
  dset_plan_free(plan);
  if (good) {
    *judgement = made;
  } else {
    dset_judgement_free(made);
  }
  return good;
}

int dset_plan_admits(const dset_snapshot *snapshot, const dset_options *options, const dset_action *const *actions,
                     size_t action_count, dset_judgement **judgement, dset_error *error) {
  if (judgement == NULL) return dset_fail(error, DSET_ERR_INVALID, "judgement", "must not be NULL");
  *judgement = NULL;
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) code = dset_check_allocator(options->allocator, error);
  if (code == DSET_OK) code = dset_check_list(actions, action_count, "actions", error);
  for (size_t i = 0; code == DSET_OK && i < action_count; i++) code = check_action(actions[i], i, error);
  if (code != DSET_OK) return code;
  dset_arena scratch;
  dset_arena_init(&scratch, options == NULL ? NULL : options->allocator);
  dset_sync sync;
  dset_taken taken;
  code = dset_sync_begin(&sync, snapshot, options, &scratch, error);
  if (code == DSET_OK && !dset_taken_begin(&taken, &scratch, actions, action_count)) code = dset_fail_memory(error);
  if (code == DSET_OK) {
    sync.taken = &taken;
    take_hash(&sync);
    if (!judge_sync(&sync, judgement)) code = dset_fail_memory(error);
  }
  dset_arena_clear(&scratch);
  return code;
}

void dset_judgement_free(dset_judgement *judgement) {
  if (judgement == NULL) return;
  dset_arena arena = judgement->arena;
  dset_arena_clear(&arena);
}

bool dset_judgement_admitted(const dset_judgement *judgement) {
  return judgement->rule[0] == '\0';
}

const char *dset_judgement_rule(const dset_judgement *judgement) {
  return judgement->rule;
}

const char *dset_judgement_text(const dset_judgement *judgement) {
  return judgement->text;
}

const char *dset_judgement_allowed(const dset_judgement *judgement) {
  return judgement->allowed;
}

size_t dset_judgement_index(const dset_judgement *judgement) {
  return judgement->index;
}
