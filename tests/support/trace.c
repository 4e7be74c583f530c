/* SPDX-License-Identifier: Apache-2.0 */
/* trace.c: plans as one line of text (build.h), and the checks that every plan must pass whatever it holds. */
#include <string.h>

#include "build.h"

/* The members of dset_action that stand behind each type, as plan.h lists them. */
enum { HAS_NODE = 1, HAS_POD = 2, HAS_REVISION = 4, HAS_HASH = 8, HAS_STATUS = 16, HAS_EVENT = 32, HAS_PHASE = 64 };

typedef struct action_form {
  int type;
  int shown; /* TRACE_ */
  unsigned has;
} action_form;

static const action_form forms[] = {
    {DSET_ACTION_CREATE_POD, TRACE_PODS, HAS_NODE | HAS_HASH | HAS_PHASE},
    {DSET_ACTION_DELETE_POD, TRACE_PODS, HAS_NODE | HAS_POD | HAS_PHASE},
    {DSET_ACTION_ADOPT_POD, TRACE_CLAIMS, HAS_POD},
    {DSET_ACTION_RELEASE_POD, TRACE_CLAIMS, HAS_POD},
    {DSET_ACTION_LABEL_POD, TRACE_REVISIONS, HAS_POD | HAS_HASH},
    {DSET_ACTION_CREATE_REVISION, TRACE_REVISIONS, HAS_REVISION | HAS_HASH},
    {DSET_ACTION_UPDATE_REVISION, TRACE_REVISIONS, HAS_REVISION | HAS_HASH},
    {DSET_ACTION_DELETE_REVISION, TRACE_REVISIONS, HAS_REVISION},
    {DSET_ACTION_ADOPT_REVISION, TRACE_REVISIONS, HAS_REVISION},
    {DSET_ACTION_RELEASE_REVISION, TRACE_REVISIONS, HAS_REVISION},
    {DSET_ACTION_BUMP_COLLISION_COUNT, TRACE_REVISIONS, HAS_REVISION},
    {DSET_ACTION_UPDATE_STATUS, TRACE_STATUS, HAS_STATUS},
    {DSET_ACTION_EMIT_EVENT, TRACE_EVENTS, HAS_EVENT},
};

static const action_form *form_of(const dset_action *action) {
  for (size_t i = 0; i < COUNT_OF(forms); i++) {
    if (forms[i].type == action->type) return &forms[i];
  }
  ck_abort_msg("action of unknown type %d", (int)action->type);
}

/* Exactly the members that belong to the type are set; those of an event depend on its reason. */
static void check_action(const dset_action *action) {
  const action_form *form = form_of(action);
  const char *name = dset_action_type_name(action->type);
  ck_assert_str_ne(name, "unknown");
  ck_assert_msg(strcmp(dset_cause_name(action->cause), "unknown") != 0, "%s: cause %d", name, (int)action->cause);
  ck_assert_msg(action->text != NULL && action->text[0] != '\0', "%s without text", name);
  ck_assert_msg(strchr(action->text, '\n') == NULL, "%s: text of several lines: %s", name, action->text);
  unsigned has = 0;
  if (action->revision != NULL) has |= HAS_REVISION;
  if (action->hash != NULL) has |= HAS_HASH;
  if (action->status != NULL) has |= HAS_STATUS;
  if (action->event_type != NULL && action->event_reason != NULL) has |= HAS_EVENT;
  if (action->phase != DSET_SYNC_NONE) has |= HAS_PHASE;
  if (form->type != DSET_ACTION_EMIT_EVENT) {
    if (action->node != NULL) has |= HAS_NODE;
    if (action->pod != NULL) has |= HAS_POD;
  } else {
    has &= ~(unsigned)HAS_PHASE;
  }
  ck_assert_msg(has == form->has, "%s: members set: %#x, expected %#x", name, has, form->has);
}

static void check_plan(const dset_plan *plan) {
  size_t count = dset_plan_action_count(plan);
  for (size_t i = 0; i < count; i++) check_action(dset_plan_action(plan, i));
  ck_assert_ptr_null(dset_plan_action(plan, count));
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++) {
    const dset_problem *problem = dset_plan_problem(plan, i);
    ck_assert_str_ne(dset_problem_name(problem->code), "unknown");
    ck_assert(problem->text != NULL && problem->text[0] != '\0');
  }
  for (size_t i = 1; i < dset_plan_backoff_count(plan); i++) {
    ck_assert_str_lt(dset_plan_backoff(plan, i - 1)->node, dset_plan_backoff(plan, i)->node);
  }
  ck_assert_ptr_nonnull(dset_plan_status(plan));
  ck_assert_ptr_nonnull(dset_plan_rollout(plan));
}

int world_compute(dset_world *w, dset_error *error) {
  dset_snapshot snapshot;
  world_snapshot(w, &snapshot);
  dset_plan_free(w->plan);
  w->plan = NULL;
  return dset_plan_compute(&snapshot, &w->options, &w->plan, error);
}

const dset_plan *world_plan(dset_world *w) {
  dset_error error = {0};
  int code = world_compute(w, &error);
  ck_assert_msg(code == DSET_OK, "plan failed: %s: %s: %s", dset_code_name(code), error.path, error.text);
  check_plan(w->plan);
  return w->plan;
}

static const char *or_question_mark(const char *text) {
  return text == NULL ? "?" : text;
}

static char *trace_action(dset_world *w, const dset_action *action) {
  const char *type = dset_action_type_name(action->type);
  const char *cause = dset_cause_name(action->cause);
  const char *rollout = action->phase == DSET_SYNC_ROLLOUT ? " rollout" : "";
  const char *pod = or_question_mark(action->pod);
  const char *revision = or_question_mark(action->revision);
  long long number = (long long)action->number;
  switch (action->type) {
    case DSET_ACTION_CREATE_POD:
      return world_format(w, "%s %s %s%s", type, or_question_mark(action->node), cause, rollout);
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD: return world_format(w, "%s %s %s%s", type, pod, cause, rollout);
    case DSET_ACTION_LABEL_POD: return world_format(w, "%s %s %s %s", type, pod, or_question_mark(action->hash), cause);
    case DSET_ACTION_CREATE_REVISION:
    case DSET_ACTION_UPDATE_REVISION:
      return world_format(w, "%s %s #%lld %s %s", type, revision, number, or_question_mark(action->hash), cause);
    case DSET_ACTION_BUMP_COLLISION_COUNT: return world_format(w, "%s %lld %s", type, number, cause);
    case DSET_ACTION_UPDATE_STATUS: return world_format(w, "%s", type);
    case DSET_ACTION_EMIT_EVENT:
      return world_format(w, "%s %s %s%s%s", type, action->event_type, action->event_reason,
                          action->pod == NULL ? "" : " ", action->pod == NULL ? "" : action->pod);
    default: return world_format(w, "%s %s %s", type, revision, cause);
  }
}

const char *world_trace(dset_world *w, const dset_plan *plan, int shown) {
  const char *trace = "";
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if ((form_of(action)->shown & shown) == 0) continue;
    trace = world_format(w, "%s%s%s", trace, trace[0] == '\0' ? "" : "; ", trace_action(w, action));
  }
  return trace;
}

const char *world_problems(dset_world *w, const dset_plan *plan) {
  const char *line = "";
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++) {
    const char *name = dset_problem_name(dset_plan_problem(plan, i)->code);
    line = world_format(w, "%s%s%s", line, line[0] == '\0' ? "" : "; ", name);
  }
  return line;
}

const char *world_status_line(dset_world *w, const dset_status *status) {
  return world_format(w, "%d/%d/%d/%d/%d/%d/%d", (int)status->desired_number_scheduled,
                      (int)status->current_number_scheduled, (int)status->number_misscheduled,
                      (int)status->number_ready, (int)status->updated_number_scheduled, (int)status->number_available,
                      (int)status->number_unavailable);
}

void expect_text(const char *row, const char *what, const char *actual, const char *expected) {
  if (strcmp(actual, expected) == 0) return;
  ck_abort_msg("%s: %s\n    expected: %s\n    actual:   %s", row, what, expected[0] == '\0' ? "(nothing)" : expected,
               actual[0] == '\0' ? "(nothing)" : actual);
}

void world_expect(dset_world *w, const char *row, int shown, const char *expected) {
  expect_text(row, "actions", world_trace(w, world_plan(w), shown), expected);
}
