/* SPDX-License-Identifier: Apache-2.0 */
/* plan_text.c: see plan_text.h. Written by hand, not by printf: tests make millions of these texts. */
#include "plan_text.h"

#include <stdlib.h>

#include "text.h"

static void add_number(dset_buffer *text, int64_t number) {
  char digits[24];
  char *at = digits + sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do *--at = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0) *--at = '-';
  *--at = ' ';
  dset_buffer_add(text, at, (size_t)(digits + sizeof digits - at));
}

/* NULL and "" differ. */
static void add_text(dset_buffer *text, const char *value) {
  dset_buffer_string(text, value == NULL ? " -" : " \"");
  if (value == NULL) return;
  dset_buffer_string(text, value);
  dset_buffer_string(text, "\"");
}

static void add_status(dset_buffer *text, const dset_status *status) {
  dset_buffer_string(text, status == NULL ? " no status" : " status");
  if (status == NULL) return;
  const int64_t numbers[] = {(int64_t)status->size,
                             status->desired_number_scheduled,
                             status->current_number_scheduled,
                             status->number_misscheduled,
                             status->number_ready,
                             status->updated_number_scheduled,
                             status->number_available,
                             status->number_unavailable,
                             status->collision_count,
                             status->observed_generation,
                             status->has_collision_count};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) add_number(text, numbers[i]);
  add_text(text, status->conditions);
}

static void add_action(dset_buffer *text, const dset_action *action) {
  dset_buffer_string(text, dset_action_type_name(action->type));
  dset_buffer_string(text, " ");
  dset_buffer_string(text, dset_cause_name(action->cause));
  add_number(text, (int64_t)action->size);
  add_number(text, action->type);
  add_number(text, action->cause);
  add_number(text, action->phase);
  add_number(text, action->number);
  const char *const texts[] = {action->text, action->node,       action->pod,         action->revision,
                               action->hash, action->event_type, action->event_reason};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add_text(text, texts[i]);
  if (action->status != NULL) add_status(text, action->status);
  dset_buffer_string(text, "\n");
}

static void add_rollout(dset_buffer *text, const dset_rollout *r) {
  const int64_t numbers[] = {r->ran,       r->surge,   r->desired, r->max_unavailable, r->max_surge, r->unavailable,
                             r->available, r->surging, r->replace, r->candidates,      r->picked};
  dset_buffer_string(text, "\nrollout");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) add_number(text, numbers[i]);
}

static void add_backoffs(dset_buffer *text, const dset_plan *plan) {
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(plan, i);
    dset_buffer_string(text, "\nback-off");
    add_text(text, backoff->node);
    add_number(text, backoff->delay_ms);
    add_number(text, backoff->last_ms);
  }
}

char *plan_text(const dset_plan *plan, size_t *decisions) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) add_action(&text, dset_plan_action(plan, i));
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++) {
    const dset_problem *problem = dset_plan_problem(plan, i);
    dset_buffer_string(&text, "problem ");
    dset_buffer_string(&text, dset_problem_name(problem->code));
    add_number(&text, problem->code);
    add_text(&text, problem->text);
    dset_buffer_string(&text, "\n");
  }
  add_status(&text, dset_plan_status(plan));
  add_rollout(&text, dset_plan_rollout(plan));
  if (decisions != NULL) *decisions = text.length;
  add_backoffs(&text, plan);
  dset_buffer_string(&text, "\nnext check");
  add_number(&text, dset_plan_next_check_ms(plan));
  if (text.failed) abort();
  return text.bytes;
}
