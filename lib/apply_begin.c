/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_begin.c (L4h): a run is made, and may begin or is deferred. All memory that it will ever need is taken here.
 *
 *   deferred, the first that holds                                           | why
 *   another run of the DaemonSet is not finished                             | RUNNING (I13)
 *   the plan is of another DaemonSet, uid or generation; the digests differ  | MOVED
 *   the pods, or the DaemonSets, were read before they were written          | STALE (I2)
 *   it creates or deletes, and creations or deletions are in flight          | IN_FLIGHT (I8)
 *   the callback `save` fails                                                | NOT_SAVED
 */
#include <string.h>

#include "apply.h"
#include "copy.h"
#include "digest.h"
#include "error.h"
#include "plan.h"
#include "text.h"

/* Copies an action's texts to the run. */
static bool copy_action(dset_run *run, const dset_action *from, dset_action *to) {
  *to = *from;
  const char **const texts[] = {&to->text, &to->node,       &to->pod,         &to->revision,
                                &to->hash, &to->event_type, &to->event_reason};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (*texts[i] != NULL && (*texts[i] = dset_arena_string(&run->arena, *texts[i])) == NULL) return false;
  }
  if (from->status == NULL) return true;
  to->status = dset_status_copy(&run->arena, from->status);
  return to->status != NULL;
}

static bool copy_plan(dset_run *run, const dset_plan *plan) {
  run->steps = dset_arena_zalloc(&run->arena, plan->action_count, sizeof *run->steps);
  if (run->steps == NULL) return false;
  for (size_t i = 0; i < plan->action_count; i++) {
    dset_step *step = &run->steps[run->count++];
    if (!copy_action(run, &plan->actions[i], &step->action)) return false;
    step->kind = dset_step_kind_of(&step->action);
    step->result = DSET_PENDING;
    run->create_count += step->kind == DSET_STEP_CREATE;
    run->delete_count += step->kind == DSET_STEP_DELETE;
  }
  return true;
}

dset_run *dset_run_make(const dset_plan *plan, const dset_apply_options *options, const dset_callbacks *callbacks,
                        void *user_data, dset_ledger *ledger) {
  const dset_daemonset *daemonset = options->daemonset;
  dset_arena arena;
  dset_arena_init(&arena, &ledger->pool.allocator);
  dset_run *run = dset_arena_zalloc(&arena, 1, sizeof *run);
  if (run == NULL) return NULL;
  *run = (dset_run){.arena = arena, .ledger = ledger, .callbacks = *callbacks, .user_data = user_data};
  run->now_ms = options->now_ms;
  run->batch = 1;
  run->claim_failed = DSET_STEP_NONE;
  run->result = (dset_apply_result){.size = sizeof run->result, .state = DSET_RUN_WAITING, .text = run->text};
  run->ns = dset_arena_string(&run->arena, daemonset->ns);
  run->name = dset_arena_string(&run->arena, daemonset->name);
  run->uid = dset_arena_string(&run->arena, daemonset->uid);
  bool copied = run->ns != NULL && run->name != NULL && run->uid != NULL && copy_plan(run, plan);
  if (copied) return run;
  arena = run->arena;
  dset_arena_clear(&arena);
  return NULL;
}

/* I2: the record of what a view is new enough for is dropped. */
static bool stale(dset_run *run, dset_ledger_record *record, const dset_apply_options *options) {
  const uint64_t read[DSET_RESOURCES] = {options->read_pods, options->read_daemonsets};
  static const char *const names[DSET_RESOURCES] = {"pods", "daemonsets.apps"};
  bool found = false;
  for (size_t i = 0; i < DSET_RESOURCES; i++) {
    uint64_t written = record->versions[i];
    if (read[i] != 0 && read[i] >= written) record->versions[i] = 0;
    if (read[i] == 0 || read[i] >= written || found) continue;
    found = true;
    dset_error line;
    dset_fail(&line, DSET_ERR_INVALID, NULL,
              "read version: %llu is not as new as written version: %llu for group resource %s",
              (unsigned long long)read[i], (unsigned long long)written, names[i]);
    memcpy(run->text, line.text, sizeof run->text);
  }
  return found;
}

static bool say(dset_run *run, int32_t reason, const char *text) {
  memcpy(run->text, text, strlen(text) + 1);
  run->result.reason = reason;
  return true;
}

static bool in_flight(const dset_run *run, const dset_ledger_record *record, bool by_counters) {
  if (run->create_count + run->delete_count == 0) return false;
  if (!by_counters) return record->creates.count + record->deletes.count != 0;
  return record->expected && (record->expected_creates > 0 || record->expected_deletes > 0);
}

/* Whether the plan must not be carried out now. */
static bool deferred(dset_run *run, dset_ledger_record *record, const dset_plan *plan,
                     const dset_apply_options *options) {
  if (record->running) return say(run, DSET_DEFER_RUNNING, "an earlier plan is still being carried out");
  if (plan->identity != dset_digest_identity(options->daemonset)) {
    return say(run, DSET_DEFER_MOVED, "the DaemonSet is not the one that the plan was made for, or has changed since");
  }
  if (options->digest != 0 && options->digest != dset_plan_digest(plan)) {
    return say(run, DSET_DEFER_MOVED, "a plan of the state as it is now decides something else");
  }
  if (stale(run, record, options)) {
    run->result.reason = DSET_DEFER_STALE;
    return true;
  }
  dset_ledger_expire(run->ledger, record, options->now_ms);
  if (in_flight(run, record, options->by_counters)) {
    return say(run, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  }
  return false;
}

/* Nothing was done: says so, and leaves the ledger but for the count of failures. */
static void defer(dset_run *run, dset_ledger_record *record) {
  run->result.state = DSET_RUN_DEFERRED;
  run->count = 0;
  if (record->running) {
    run->result.retry_after_ms = dset_retry_ms(record->failures + 1);
    return;
  }
  if (record->failures < UINT32_MAX) record->failures++;
  run->result.retry_after_ms = dset_retry_ms(record->failures);
}

/* Writes that were not there before go; others stay as they were. */
static void let_go(dset_run *run, dset_ledger_record *record) {
  for (size_t i = 0; i < run->count; i++) {
    dset_write *write = run->steps[i].write;
    if (write != NULL) dset_ledger_release(run->ledger, record, write, !write->fresh);
    run->steps[i].write = NULL;
  }
}

/* All memory that the run needs of the ledger. False when an allocation fails; then nothing has changed. */
static bool hold(dset_run *run, dset_ledger_record *record, const dset_plan *plan, dset_backoff_block *backoffs) {
  bool held = dset_backoffs_copy(run->ledger, plan->backoffs, plan->backoff_count, backoffs);
  for (size_t i = 0; held && i < run->count; i++) {
    dset_step *step = &run->steps[i];
    if (step->kind == DSET_STEP_EVENT) continue;
    step->write = dset_ledger_hold(run->ledger, record, step->action.type, dset_step_object(step));
    held = step->write != NULL;
  }
  if (held) return true;
  let_go(run, record);
  dset_backoffs_drop(run->ledger, backoffs);
  return false;
}

/* From here on the ledger says that all of the plan may be in flight. */
static void begin(dset_run *run, dset_ledger_record *record, const dset_backoff_block *backoffs,
                  const dset_daemonset *daemonset) {
  run->record = record;
  record->running = true;
  run->before = record->backoffs;
  run->observed_before = record->observed_generation;
  record->backoffs = *backoffs;
  record->observed_generation = daemonset->status == NULL ? 0 : daemonset->status->observed_generation;
  run->number = ++run->ledger->runs;
  for (size_t i = 0; i < run->count; i++) {
    const dset_step *step = &run->steps[i];
    if (step->write != NULL) dset_write_begin(step->write, run->number, step->action.hash, run->now_ms);
  }
}

/* Without a place to remember what was sent, nothing is sent. */
static void give_up(dset_run *run) {
  dset_ledger_record *record = run->record;
  for (size_t i = 0; i < run->count; i++) {
    if (run->steps[i].write != NULL) dset_ledger_release(run->ledger, record, run->steps[i].write, false);
  }
  dset_backoffs_drop(run->ledger, &record->backoffs);
  record->backoffs = run->before;
  record->observed_generation = run->observed_before;
  run->before = (dset_backoff_block){0};
  record->running = false;
  run->record = NULL;
  say(run, DSET_DEFER_NOT_SAVED, "the ledger could not be saved");
  defer(run, record);
}

/* A plan without writes changes nothing that a crash could lose. */
static bool saved(const dset_run *run) {
  bool writes = false;
  for (size_t i = 0; i < run->count; i++) writes = writes || run->steps[i].write != NULL;
  if (!writes || run->callbacks.save == NULL) return true;
  return run->callbacks.save(run->user_data, run->ledger) == DSET_RESULT_OK;
}

int dset_run_begin(dset_run *run, const dset_plan *plan, const dset_apply_options *options, dset_error *error) {
  dset_ledger_record *record = dset_ledger_open(run->ledger, run->ns, run->name, run->uid);
  if (record == NULL) return dset_fail_memory(error);
  if (deferred(run, record, plan, options)) {
    defer(run, record);
    return DSET_OK;
  }
  dset_backoff_block backoffs;
  if (!hold(run, record, plan, &backoffs)) {
    dset_ledger_tidy(run->ledger, record);
    return dset_fail_memory(error);
  }
  begin(run, record, &backoffs, options->daemonset);
  if (!saved(run)) give_up(run);
  return DSET_OK;
}
