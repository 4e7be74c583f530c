/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.c (L3): what a plan decides as one number, for the guard of dset_apply(). It is made of the decisions, not of
 * the facts behind them: a digest of facts would have to read each of them in every plan, which a cluster must not, and
 * would refuse plans that are as right as before. Only who is planned for is taken down while planning.
 */
#include "digest.h"

#include "plan.h"
#include "table.h"

static uint64_t add_number(uint64_t sum, uint64_t number) {
  sum = (sum ^ number) * UINT64_C(0x9E3779B97F4A7C15);
  return sum ^ sum >> 29;
}

/* NULL and "" are two things (an event without pod, a pod without hash). */
static uint64_t add_text(uint64_t sum, const char *text) {
  return text == NULL ? add_number(sum, 1) : add_number(dset_table_hash(sum, text), 2);
}

uint64_t dset_digest_identity(const dset_daemonset *daemonset) {
  return dset_table_hash((uint64_t)daemonset->generation, dset_text_or_empty(daemonset->uid));
}

static uint64_t add_status(uint64_t sum, const dset_status *status) {
  const int32_t counts[] = {status->desired_number_scheduled,
                            status->current_number_scheduled,
                            status->number_misscheduled,
                            status->number_ready,
                            status->updated_number_scheduled,
                            status->number_available,
                            status->number_unavailable,
                            status->has_collision_count,
                            status->has_collision_count ? status->collision_count : 0};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) sum = add_number(sum, (uint64_t)counts[i]);
  return add_text(add_number(sum, (uint64_t)status->observed_generation), status->conditions);
}

static uint64_t add_rollout(uint64_t sum, const dset_rollout *rollout) {
  const int64_t counts[] = {rollout->ran,       rollout->surge,       rollout->desired,   rollout->max_unavailable,
                            rollout->max_surge, rollout->unavailable, rollout->available, rollout->surging,
                            rollout->replace,   rollout->candidates,  rollout->picked};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) sum = add_number(sum, (uint64_t)counts[i]);
  return sum;
}

/* The status of an action is that of the plan. */
static uint64_t add_action(uint64_t sum, const dset_action *action) {
  sum = add_number(sum, (uint64_t)action->type);
  sum = add_number(sum, (uint64_t)action->cause);
  sum = add_number(sum, (uint64_t)action->phase);
  sum = add_number(sum, (uint64_t)action->number);
  const char *const texts[] = {action->text, action->node,       action->pod,         action->revision,
                               action->hash, action->event_type, action->event_reason};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) sum = add_text(sum, texts[i]);
  return sum;
}

uint64_t dset_plan_digest(const dset_plan *plan) {
  uint64_t sum = add_number(plan->identity, plan->action_count);
  for (size_t i = 0; i < plan->action_count; i++) sum = add_action(sum, &plan->actions[i]);
  sum = add_number(sum, (uint64_t)plan->problem.code);
  sum = add_text(sum, plan->problem.text);
  sum = add_rollout(add_status(sum, &plan->status), &plan->rollout);
  return sum == 0 ? 1 : sum;
}
