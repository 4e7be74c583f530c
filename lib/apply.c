/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply.c (L4h): carries a plan out. What it may write is recorded first; then its steps are walked, some together:
 *
 *   claims, history | one | events | one | creates 1 | 2 | 4 ... | all deletes | one old revision | one | status
 *
 * A group starts when nothing of the one before waits any more. Callbacks may finish steps while a group starts: then
 * it is the loop that started it that goes on.
 */
#include "apply.h"

#include "check.h"
#include "error.h"
#include "text.h"

typedef int dset_callback(void *user_data, const dset_call *call, dset_reply *reply);

static dset_callback *callback_of(const dset_run *run, int32_t type) {
  switch (type) {
    case DSET_ACTION_CREATE_POD: return run->callbacks.create_pod;
    case DSET_ACTION_DELETE_POD: return run->callbacks.delete_pod;
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: return run->callbacks.change_pod;
    case DSET_ACTION_UPDATE_STATUS:
    case DSET_ACTION_BUMP_COLLISION_COUNT: return run->callbacks.write_daemonset;
    default: return run->callbacks.write_revision;
  }
}

/* A step that is not tried. */
static void skip(dset_run *run, dset_step *step, int32_t why) {
  step->state = DSET_STEP_OVER;
  step->result = DSET_RESULT_SKIP;
  step->skip = why;
  const dset_reply nothing = {.size = sizeof nothing};
  if (step->write != NULL) dset_step_follow(run, step, &nothing);
}

static void call(dset_run *run, dset_step *step);

/* H10: what is no success the first time is tried once more. */
static bool again(const dset_step *step, int32_t result) {
  return step->kind == DSET_STEP_STATUS && step->attempt == 1 && result != DSET_RESULT_OK && result != DSET_RESULT_SKIP;
}

static int32_t known(int result) {
  return result < DSET_RESULT_OK || result > DSET_RESULT_TIMEOUT ? DSET_RESULT_FAILED : result;
}

static void close_step(dset_step *step, int32_t result) {
  step->state = DSET_STEP_OVER;
  step->result = result;
  if (result == DSET_RESULT_SKIP) step->skip = DSET_SKIP_HOST;
}

static void complete(dset_run *run, dset_step *step, int result, const dset_reply *reply) {
  run->result.waiting--;
  result = known(result);
  dset_step_note_version(run, step, result, reply->version);
  if (again(step, result)) {
    call(run, step);
    return;
  }
  close_step(step, result);
  dset_step_follow(run, step, reply);
}

static void call(dset_run *run, dset_step *step) {
  dset_callback *callback = callback_of(run, step->action.type);
  if (callback == NULL) {
    skip(run, step, DSET_SKIP_HOST);
    return;
  }
  int32_t attempt = ++step->attempt;
  step->state = DSET_STEP_CALLED;
  step->write->sent = true;
  run->result.waiting++;
  const dset_call what = {&step->action, (size_t)(step - run->steps), attempt, run->ns, run->name, run->uid};
  dset_reply reply = {.size = sizeof reply};
  int result = callback(run->user_data, &what, &reply);
  bool finished = step->state == DSET_STEP_OVER || step->attempt != attempt; /* by the callback itself */
  if (finished) return;
  if (result == DSET_PENDING) {
    dset_write_name(step->write, reply.pod);
  } else {
    complete(run, step, result, &reply);
  }
}

static void emit(dset_run *run, dset_step *step) {
  const dset_action *action = &step->action;
  step->state = DSET_STEP_OVER;
  step->result = DSET_RESULT_OK;
  const dset_notice notice = {action->event_type, action->event_reason, action->text, (size_t)(step - run->steps)};
  if (run->callbacks.event != NULL) run->callbacks.event(run->user_data, &notice);
}

/* How many steps from the next one on go together. */
static size_t group_size(dset_run *run) {
  enum dset_step_kind kind = run->steps[run->next].kind;
  if (kind != DSET_STEP_CREATE && kind != DSET_STEP_DELETE) return 1;
  size_t most = run->count - run->next;
  if (kind == DSET_STEP_CREATE && run->batch < most) most = run->batch;
  if (kind == DSET_STEP_CREATE) run->batch *= 2;
  size_t size = 1;
  while (size < most && run->steps[run->next + size].kind == kind) size++;
  return size;
}

/* E20: creations or deletions are reached. */
static void begin_pods(dset_run *run) {
  run->pods_begun = true;
  run->record->expected = true;
  run->record->expected_creates = (int64_t)run->create_count;
  run->record->expected_deletes = (int64_t)run->delete_count;
  run->record->expected_since_ms = run->now_ms;
}

static void start_group(dset_run *run) {
  size_t end = run->next + group_size(run);
  int32_t why = dset_step_skipped(run, &run->steps[run->next]);
  enum dset_step_kind kind = run->steps[run->next].kind;
  bool pods = kind == DSET_STEP_CREATE || kind == DSET_STEP_DELETE;
  if (pods && why != DSET_SKIP_ENDED && !run->pods_begun) begin_pods(run);
  while (run->next < end) {
    dset_step *step = &run->steps[run->next++];
    if (why != DSET_SKIP_NONE) {
      skip(run, step, why);
    } else if (kind == DSET_STEP_EVENT) {
      emit(run, step);
    } else {
      call(run, step);
    }
  }
}

/* E8: back-offs advance when manage runs; before that, nothing has happened. */
static void close_backoffs(dset_run *run) {
  bool reached = run->pods_begun || run->create_count + run->delete_count == 0;
  if (!reached) {
    dset_backoffs_drop(run->ledger, &run->record->backoffs);
    run->record->backoffs = run->before;
    run->record->observed_generation = run->observed_before;
    run->before = (dset_backoff_block){0};
  }
  dset_backoffs_drop(run->ledger, &run->before);
}

/* The run lets go of its record. */
static void leave(dset_run *run) {
  if (run->record == NULL) return;
  dset_ledger_record *record = run->record;
  run->record = NULL;
  record->running = false;
  dset_ledger_tidy(run->ledger, record);
}

static void finish(dset_run *run) {
  close_backoffs(run);
  run->result.state = DSET_RUN_DONE;
  if (run->result.failed == 0 && run->result.unknown == 0) {
    run->record->failures = 0;
  } else {
    if (run->record->failures < UINT32_MAX) run->record->failures++;
    run->result.retry_after_ms = dset_retry_ms(run->record->failures);
  }
  leave(run);
}

static void advance(dset_run *run) {
  if (run->busy) return;
  run->busy = true;
  while (run->result.waiting == 0 && run->next < run->count) start_group(run);
  run->busy = false;
  if (run->result.waiting == 0) finish(run);
}

static int check(const dset_plan *plan, const dset_apply_options *options, const dset_callbacks *callbacks,
                 const dset_ledger *ledger, dset_error *error) {
  const struct {
    const void *argument;
    const char *name;
  } needed[] = {{plan, "plan"}, {options, "options"}, {callbacks, "callbacks"}, {ledger, "ledger"}};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (needed[i].argument == NULL) return dset_fail(error, DSET_ERR_INVALID, needed[i].name, "must not be NULL");
  }
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK) code = dset_check_size(callbacks, sizeof *callbacks, "callbacks", error);
  return code == DSET_OK ? dset_ledger_check(options->daemonset, error) : code;
}

int dset_apply(const dset_plan *plan, const dset_apply_options *options, const dset_callbacks *callbacks,
               void *user_data, dset_ledger *ledger, dset_run **run, dset_error *error) {
  if (run == NULL) return dset_fail(error, DSET_ERR_INVALID, "run", "must not be NULL");
  *run = NULL;
  int code = check(plan, options, callbacks, ledger, error);
  if (code != DSET_OK) return code;
  dset_run *made = dset_run_make(plan, options, callbacks, user_data, ledger);
  if (made == NULL) return dset_fail_memory(error);
  code = dset_run_begin(made, plan, options, error);
  if (code != DSET_OK) {
    dset_run_free(made);
    return code;
  }
  if (made->record != NULL) advance(made);
  *run = made;
  return DSET_OK;
}

/* Of a run that was cancelled: the ledger hears how the write ended, unless it is over or was asked for anew. */
static void finish_late(dset_run *run, dset_step *step, int result, const dset_reply *reply) {
  close_step(step, known(result));
  dset_ledger_record *record = dset_ledger_find(run->ledger, run->ns, run->name);
  if (record == NULL) return;
  step->write = dset_ledger_sent(record, run->number, step->action.type, dset_step_object(step));
  if (step->write == NULL) return;
  run->record = record;
  dset_step_note_version(run, step, step->result, reply->version);
  dset_step_release(run, step, reply);
  run->record = NULL;
  dset_ledger_tidy(run->ledger, record);
}

int dset_run_finish(dset_run *run, size_t index, int result, const dset_reply *reply, dset_error *error) {
  if (run == NULL) return dset_fail(error, DSET_ERR_INVALID, "run", "must not be NULL");
  int code = dset_check_size(reply, sizeof *reply, "reply", error);
  if (code != DSET_OK) return code;
  dset_step *step = index < run->count ? &run->steps[index] : NULL;
  bool late = step != NULL && step->state == DSET_STEP_GIVEN_UP;
  if (!late && (step == NULL || step->state != DSET_STEP_CALLED)) {
    return dset_fail(error, DSET_ERR_INVALID, "index", "action %zu does not wait", index);
  }
  if (result == DSET_PENDING) return dset_fail(error, DSET_ERR_INVALID, "result", "must not be DSET_PENDING");
  const dset_reply nothing = {.size = sizeof nothing};
  if (reply == NULL) reply = &nothing;
  if (late) {
    finish_late(run, step, result, reply);
    return DSET_OK;
  }
  bool busy = run->busy;
  run->busy = true; /* what callbacks finish meanwhile does not go on from within */
  complete(run, step, result, reply);
  run->busy = busy;
  advance(run);
  return DSET_OK;
}

void dset_run_cancel(dset_run *run) {
  if (run == NULL || run->record == NULL) return;
  for (size_t i = 0; i < run->count; i++) {
    dset_step *step = &run->steps[i];
    if (step->state == DSET_STEP_UNTRIED) {
      skip(run, step, DSET_SKIP_CANCELLED);
    } else if (step->state == DSET_STEP_CALLED) {
      step->state = DSET_STEP_GIVEN_UP;
      dset_ledger_release(run->ledger, run->record, step->write, !step->write->seen);
      step->write = NULL;
      run->result.unknown++;
    }
  }
  run->next = run->count;
  run->result.waiting = 0;
  finish(run);
}

void dset_run_free(dset_run *run) {
  if (run == NULL) return;
  dset_run_cancel(run);
  dset_arena arena = run->arena;
  dset_arena_clear(&arena);
}

const dset_apply_result *dset_run_result(const dset_run *run) {
  return &run->result;
}

size_t dset_run_outcome_count(const dset_run *run) {
  return run->count;
}

bool dset_run_outcome(const dset_run *run, size_t index, dset_outcome *outcome) {
  if (index >= run->count) return false;
  const dset_step *step = &run->steps[index];
  *outcome = (dset_outcome){&step->action, step->result, step->skip};
  return true;
}
