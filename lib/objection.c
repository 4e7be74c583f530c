/* SPDX-License-Identifier: Apache-2.0 */
/* objection.c (L3): why an action must not be taken as it was, or be left out; for pods see objection_pod.c. */
#include "objection.h"

#include <stdlib.h>

#include "model.h"
#include "text.h"

enum { MOST_NAMES = 20 }; /* in one list */

void dset_object(dset_judge *judge, const char *rule, const char *text, const char *allowed) {
  judge->rule = rule;
  judge->text = text;
  judge->allowed = allowed;
  if (text == NULL || allowed == NULL) judge->failed = true;
}

static int compare_names(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return dset_text_compare(*left, *right);
}

const char *dset_any_of(dset_judge *judge, size_t take, const char **names, size_t count) {
  if (take == 0) return "none now";
  if (count > 1) qsort(names, count, sizeof *names, compare_names);
  const char *text = take < count ? dset_arena_format(judge->arena, "any %zu of ", take)
                                  : dset_arena_string(judge->arena, count == 1 ? "" : "all of ");
  for (size_t i = 0; text != NULL && i < count && i < MOST_NAMES; i++) {
    text = dset_arena_format(judge->arena, "%s%s%s", text, i == 0 ? "" : ", ", names[i]);
  }
  if (text == NULL || count <= MOST_NAMES) return text;
  return dset_arena_format(judge->arena, "%s and %zu more", text, count - MOST_NAMES);
}

const char *dset_choice_text(dset_judge *judge, const dset_work *work, bool creates) {
  size_t found = creates ? work->create_found : work->delete_found;
  size_t take = creates ? work->create_count : work->delete_count;
  const char **names = dset_arena_alloc(judge->sync->scratch, found, sizeof *names);
  if (names == NULL) return NULL;
  size_t first_part = 0;
  for (size_t i = 0; i < found; i++) {
    names[i] = creates ? work->creates[i].node : work->deletes[i].pod->name;
    first_part += (creates ? work->creates[i].part : work->deletes[i].part) == 0;
  }
  bool limited = take == judge->sync->options.burst && take <= first_part;
  if (!limited && first_part < found)
    return dset_any_of(judge, take - first_part, names + first_part, found - first_part);
  const char *text = dset_any_of(judge, take, names, first_part);
  bool by_node = !creates && limited && work == &judge->done->managed.work; /* F19 */
  return text == NULL || !by_node ? text : dset_arena_format(judge->arena, "%s, one node after the other", text);
}

/* What a sync does that ends early, by the rule that ends it. */
static void object_to_ended(dset_judge *judge) {
  static const dset_label ends[] = {
      {"I5", "the selector is empty: the sync ends with the event SelectingAll"},
      {"I6", "the DaemonSet is being deleted: the sync does nothing"},
      {"D1", "the selector cannot be used: the sync ends with an error"},
      {"D2", "the DaemonSet lacks a namespace, a name or a uid: the sync ends with an error"},
      {"G13", "the new revision's name belongs to another template: the sync ends with an error"},
      {"I8", "writes are in flight: the sync only updates the status"},
  };
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    if (dset_text_equal(ends[i].key, judge->done->ends)) {
      dset_object(judge, ends[i].key, ends[i].value, "nothing beyond that point");
    }
  }
}

/* Whether the sync ended before it could take an action of that type. */
static bool ended_before(const dset_judge *judge, const dset_action *action) {
  const char *ends = judge->done->ends;
  const dset_revision *current = judge->done->history.current;
  if (ends == NULL) return false;
  if (ends[0] == 'I' && ends[1] != '8') return true;
  if (dset_text_equal(ends, "D1")) return true;
  switch (action->type) {
    case DSET_ACTION_CREATE_POD:
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_EMIT_EVENT: return true;
    case DSET_ACTION_UPDATE_STATUS:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: return !dset_text_equal(ends, "I8");
    case DSET_ACTION_DELETE_REVISION: /* the current one never goes, wherever the sync ends */
      return current == NULL || !dset_text_equal(current->name, action->revision);
    default: return false;
  }
}

static void object_to_claim(dset_judge *judge, const dset_action *action) {
  bool adopts = action->type == DSET_ACTION_ADOPT_POD;
  const dset_claims *claims = &judge->done->claims;
  for (size_t i = 0; i < claims->count; i++) {
    if (!dset_text_equal(claims->items[i].pod->name, action->pod)) continue;
    dset_object(judge, "D4",
                dset_arena_format(judge->arena, "pod %s %s", action->pod,
                                  adopts ? "has the DaemonSet as its controller already" : "matches the selector"),
                "nothing: the DaemonSet holds it");
    return;
  }
  dset_object(judge, "D4", dset_stranger_text(judge, action->pod),
              adopts ? "adopting pods that match, have no controller, and are not deleting"
                     : "releasing pods of the DaemonSet that do not match");
}

static void object_to_label(dset_judge *judge, const dset_action *action) {
  bool several = judge->done->history.duplicates.count != 0;
  dset_object(judge, "G11",
              dset_arena_format(judge->arena, "pod %s is not one to label: %s", action->pod,
                                several ? "it is not the DaemonSet's, or has the right label"
                                        : "there are not several revisions with this template"),
              "labels for the DaemonSet's pods when several revisions hold the template");
}

static void object_to_new_revision(dset_judge *judge, const dset_action *action) {
  const dset_history *history = &judge->done->history;
  if (history->collides) {
    dset_object(judge, "G13",
                dset_arena_format(judge->arena, "the name %s belongs to another template", history->new_name),
                "raising the collision count");
  } else if (history->current != NULL) {
    dset_object(judge, "G12",
                dset_arena_format(judge->arena, "revision %s is not needed: %s holds this template", action->revision,
                                  history->current->name),
                "no new revision");
  } else {
    dset_object(judge, "G12",
                dset_arena_format(judge->arena, "a new revision is named after the DaemonSet and its hash, not %s",
                                  action->revision),
                dset_arena_string(judge->arena, history->new_name));
  }
}

static bool holds(const dset_revisions *list, const char *name) {
  for (size_t i = 0; i < list->count; i++) {
    if (dset_text_equal(list->items[i]->name, name)) return true;
  }
  return false;
}

/* What cleanup deletes: "agent-1, agent-2", or "no old revision". */
static const char *beyond_text(dset_judge *judge) {
  const dset_revisions *beyond = &judge->done->cleanup.beyond;
  if (beyond->count == 0) return "no old revision";
  const char *text = dset_arena_string(judge->arena, "of the old revisions ");
  for (size_t i = 0; text != NULL && i < beyond->count; i++) {
    text = dset_arena_format(judge->arena, "%s%s%s", text, i == 0 ? "" : ", ", beyond->items[i]->name);
  }
  return text;
}

/* A revision that stays: not ours, current, in use, or within the limit. */
static void object_to_revision(dset_judge *judge, const dset_action *action) {
  const dset_history *history = &judge->done->history;
  const char *name = action->revision;
  bool old = holds(&history->old, name);
  if (history->current != NULL && dset_text_equal(history->current->name, name)) {
    bool several = history->duplicates.count != 0;
    dset_object(judge, several ? "G10" : "G17",
                dset_arena_format(judge->arena, "revision %s is %s", name,
                                  several ? "the one to keep of those with this template" : "the current one"),
                "the current revision stays");
  } else if (!old) {
    dset_object(judge, "G1", dset_arena_format(judge->arena, "revision %s is not the DaemonSet's", name),
                "old revisions of the DaemonSet");
  } else if (!judge->done->cleans) {
    dset_object(judge, "I9",
                dset_arena_format(judge->arena, "revision %s stays: an error before the cleanup skips it", name),
                "no old revision");
  } else if (holds(&judge->done->cleanup.in_use, name)) {
    dset_object(judge, "G17", dset_arena_format(judge->arena, "revision %s is in use, a pod carries its hash", name),
                beyond_text(judge));
  } else {
    dset_object(judge, "G16",
                dset_arena_format(judge->arena, "revision %s is within the limit, or others have lower numbers", name),
                beyond_text(judge));
  }
}

/* An action of which the plan has none. */
static void object_to_kind(dset_judge *judge, const dset_action *action) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: dset_object_to_create(judge, action); break;
    case DSET_ACTION_DELETE_POD: dset_object_to_delete(judge, action); break;
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD: object_to_claim(judge, action); break;
    case DSET_ACTION_LABEL_POD: object_to_label(judge, action); break;
    case DSET_ACTION_CREATE_REVISION: object_to_new_revision(judge, action); break;
    case DSET_ACTION_DELETE_REVISION: object_to_revision(judge, action); break;
    case DSET_ACTION_UPDATE_REVISION:
      dset_object(
          judge, "G9",
          dset_arena_format(judge->arena, "revision %s has its label, and no number to be raised", action->revision),
          "no update of it");
      break;
    case DSET_ACTION_BUMP_COLLISION_COUNT:
      dset_object(judge, "G13", "no revision of another template has the new revision's name", "the count stays");
      break;
    case DSET_ACTION_UPDATE_STATUS: dset_object(judge, "H9", "the status is as it was written last", "no write"); break;
    case DSET_ACTION_EMIT_EVENT:
      dset_object(judge, "E23", dset_arena_format(judge->arena, "nothing calls for the event: %s", action->text),
                  "events for failed and succeeded pods that are to be deleted");
      break;
    default:
      dset_object(judge, "G1",
                  dset_arena_format(judge->arena, "revision %s is not to be %s", action->revision,
                                    action->type == DSET_ACTION_ADOPT_REVISION ? "adopted" : "released"),
                  "adopting orphans that match, releasing own ones that do not");
      break;
  }
}

void dset_object_to_extra(dset_judge *judge, const dset_action *action, bool again) {
  if (again) {
    const dset_action *planned =
        judge->planned.actions[dset_taken_find(&judge->planned, action->type, dset_action_subject(action))];
    dset_object(
        judge, dset_cause_rule(planned->cause),
        dset_arena_format(judge->arena, "%s is there twice: %s", dset_action_type_name(action->type), planned->text),
        "once");
  } else if (ended_before(judge, action)) {
    object_to_ended(judge);
  } else {
    object_to_kind(judge, action);
  }
}

static void object_to_text(dset_judge *judge, const char *rule, const char *what, const char *got, const char *want) {
  dset_object(judge, rule, dset_arena_format(judge->arena, "%s is \"%s\"", what, dset_text_or_empty(got)),
              dset_arena_format(judge->arena, "\"%s\"", dset_text_or_empty(want)));
}

static void object_to_number(dset_judge *judge, const char *rule, const char *what, int64_t got, int64_t want) {
  dset_object(judge, rule, dset_arena_format(judge->arena, "%s is %lld", what, (long long)got),
              dset_arena_format(judge->arena, "%lld", (long long)want));
}

static void object_to_status(dset_judge *judge, const dset_status *got, const dset_status *want) {
  bool counted = got->has_collision_count && want->has_collision_count;
  const struct {
    const char *name;
    const char *rule;
    int64_t got;
    int64_t want;
  } counters[] = {
      {"desiredNumberScheduled", "H2", got->desired_number_scheduled, want->desired_number_scheduled},
      {"currentNumberScheduled", "H2", got->current_number_scheduled, want->current_number_scheduled},
      {"numberMisscheduled", "H2", got->number_misscheduled, want->number_misscheduled},
      {"numberReady", "H4", got->number_ready, want->number_ready},
      {"updatedNumberScheduled", "H4", got->updated_number_scheduled, want->updated_number_scheduled},
      {"numberAvailable", "H4", got->number_available, want->number_available},
      {"numberUnavailable", "H3", got->number_unavailable, want->number_unavailable},
      {"observedGeneration", "H6", got->observed_generation, want->observed_generation},
      {"collisionCount", "H7", counted ? got->collision_count : 0, counted ? want->collision_count : 0},
  };
  for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
    if (counters[i].got == counters[i].want) continue;
    object_to_number(judge, counters[i].rule, counters[i].name, counters[i].got, counters[i].want);
    return;
  }
  if (got->has_collision_count != want->has_collision_count) {
    object_to_text(judge, "H7", "collisionCount", got->has_collision_count ? "present" : "absent",
                   want->has_collision_count ? "present" : "absent");
  } else if (!dset_text_equal(got->conditions, want->conditions)) {
    object_to_text(judge, "H8", "conditions", got->conditions, want->conditions);
  }
}

/* The rule behind the hash of an action. */
static const char *hash_rule(int type) {
  switch (type) {
    case DSET_ACTION_CREATE_POD: return "C19";
    case DSET_ACTION_LABEL_POD: return "G11";
    case DSET_ACTION_CREATE_REVISION: return "G12";
    default: return "G2";
  }
}

void dset_object_to_members(dset_judge *judge, const dset_action *action, const dset_action *planned) {
  const char *what =
      dset_arena_format(judge->arena, "%s %s:", dset_action_type_name(action->type), dset_action_subject(action));
  if (what == NULL) {
    judge->failed = true;
    return;
  }
  switch (action->type) {
    case DSET_ACTION_UPDATE_STATUS: object_to_status(judge, action->status, planned->status); return;
    case DSET_ACTION_EMIT_EVENT:
      if (!dset_text_equal(action->event_type, planned->event_type)) {
        object_to_text(judge, "E23", "the event's type", action->event_type, planned->event_type);
      } else if (!dset_text_equal(action->event_reason, planned->event_reason)) {
        object_to_text(judge, "E23", "the event's reason", action->event_reason, planned->event_reason);
      }
      return;
    case DSET_ACTION_BUMP_COLLISION_COUNT:
      if (action->number != planned->number) {
        object_to_number(judge, "G13", "the new collision count", action->number, planned->number);
      }
      return;
    case DSET_ACTION_CREATE_REVISION:
    case DSET_ACTION_UPDATE_REVISION:
      if (action->number != planned->number) {
        object_to_number(judge, "G9", dset_arena_format(judge->arena, "%s the number", what), action->number,
                         planned->number);
        return;
      }
      break;
    case DSET_ACTION_CREATE_POD:
    case DSET_ACTION_LABEL_POD: break;
    default: return;
  }
  if (dset_text_equal(action->hash, planned->hash)) return;
  object_to_text(judge, hash_rule(action->type), dset_arena_format(judge->arena, "%s the hash", what), action->hash,
                 planned->hash);
}

/* Where there is a rule of its own for what a cause names in general. */
static const char *missing_rule(const dset_judge *judge, const dset_action *planned) {
  if (planned->type == DSET_ACTION_ADOPT_REVISION || planned->type == DSET_ACTION_RELEASE_REVISION) return "G1";
  if (planned->type == DSET_ACTION_LABEL_POD) return "G11";
  if (planned->cause == DSET_CAUSE_EXCESS && judge->done->managed.surge) return "E13";
  if (planned->cause == DSET_CAUSE_OUTDATED_REPLACED && planned->phase == DSET_SYNC_ROLLOUT) return "F10";
  return dset_cause_rule(planned->cause);
}

/* Whether others could have been taken in its place: it is a candidate of the budget, or the list is cut. */
static bool was_chosen(const dset_judge *judge, const dset_action *planned, const dset_work *work) {
  bool creates = planned->type == DSET_ACTION_CREATE_POD;
  if (!creates && planned->type != DSET_ACTION_DELETE_POD) return false;
  size_t count = creates ? work->create_count : work->delete_count;
  size_t found = creates ? work->create_found : work->delete_found;
  bool candidate = planned->cause == DSET_CAUSE_OUTDATED || planned->cause == DSET_CAUSE_INELIGIBLE_AVAILABLE ||
                   planned->cause == DSET_CAUSE_SURGE_BUDGET;
  return count < found && (candidate || count == judge->sync->options.burst);
}

void dset_object_to_missing(dset_judge *judge, const dset_action *planned) {
  const dset_work *work = planned->phase == DSET_SYNC_ROLLOUT ? &judge->done->rolled.work : &judge->done->managed.work;
  bool named = planned->type != DSET_ACTION_EMIT_EVENT && dset_action_subject(planned)[0] != '\0';
  const char *action = dset_arena_format(judge->arena, "%s%s%s", dset_action_type_name(planned->type), named ? " " : "",
                                         named ? dset_action_subject(planned) : "");
  const char *text =
      action == NULL ? NULL : dset_arena_format(judge->arena, "%s is missing: %s", action, planned->text);
  const char *allowed = action;
  if (was_chosen(judge, planned, work)) {
    allowed = dset_choice_text(judge, work, planned->type == DSET_ACTION_CREATE_POD);
  }
  dset_object(judge, missing_rule(judge, planned), text, allowed);
}
