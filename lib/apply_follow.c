/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_follow.c (L4h): what follows from what a callback says. "lower": the counter of its kind goes down (E19).
 *
 *   kind    | result           | counts as | in flight        | event (E23)      | and
 *   create  | OK               | done      | till seen        | SuccessfulCreate |
 *           | NAMESPACE_TERM.  | refused   | till lost        | -                |
 *           | SKIP             | skipped   | no, lower        | -                |
 *           | TIMEOUT          | failed    | till seen, lower | FailedCreate     | no later batch, no cleanup
 *           | any other        | failed    | no, lower        | FailedCreate     | no later batch, no cleanup
 *   delete  | OK               | done      | till seen        | SuccessfulDelete |
 *           | NOT_FOUND        | done      | no, lower        | -                |
 *           | SKIP             | skipped   | no, lower        | -                |
 *           | TIMEOUT          | failed    | till seen, lower | FailedDelete     | no cleanup
 *           | any other        | failed    | no, lower        | FailedDelete     | no cleanup
 *   claim   | OK, NOT_FOUND    | done      | no               | -                |
 *           | else, not SKIP   | failed    | no               | -                | ends behind these claims
 *   history | any but OK, SKIP | failed    | no               | -                | the run ends
 *   cleanup | any but OK, SKIP | failed    | no               | -                | no more cleanup
 *   status  | any but OK, SKIP | failed    | no               | -                | the second time; see apply.c
 */
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "text.h"

enum { MESSAGE_BYTES = 1024 }; /* as long as Kubernetes takes them */

enum dset_step_kind dset_step_kind_of(const dset_action *action) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: return DSET_STEP_CREATE;
    case DSET_ACTION_DELETE_POD: return DSET_STEP_DELETE;
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD: return DSET_STEP_CLAIM_POD;
    case DSET_ACTION_ADOPT_REVISION:
    case DSET_ACTION_RELEASE_REVISION: return DSET_STEP_CLAIM_REVISION;
    case DSET_ACTION_DELETE_REVISION:
      return action->cause == DSET_CAUSE_HISTORY_LIMIT ? DSET_STEP_CLEANUP : DSET_STEP_HISTORY;
    case DSET_ACTION_UPDATE_STATUS: return DSET_STEP_STATUS;
    case DSET_ACTION_EMIT_EVENT: return DSET_STEP_EVENT;
    default: return DSET_STEP_HISTORY;
  }
}

int32_t dset_step_skipped(dset_run *run, const dset_step *step) {
  if (run->claim_failed != DSET_STEP_NONE && run->claim_failed != step->kind) run->ended = true;
  if (run->ended) return DSET_SKIP_ENDED;
  if (step->kind == DSET_STEP_CREATE && run->create_failed) return DSET_SKIP_BATCH;
  if (step->kind == DSET_STEP_CLEANUP && run->pods_failed) return DSET_SKIP_PODS;
  if (step->kind == DSET_STEP_CLEANUP && run->cleanup_failed) return DSET_SKIP_CLEANUP;
  return DSET_SKIP_NONE;
}

static void notify(dset_run *run, const dset_step *step, const char *type, const char *reason, const char *before,
                   const char *fact) {
  if (run->callbacks.event == NULL) return;
  char message[MESSAGE_BYTES];
  int length = snprintf(message, sizeof message, "%s%s", before, fact);
  if (length >= MESSAGE_BYTES) { /* cut at the start of a character */
    size_t end = MESSAGE_BYTES - 1;
    while (end > 0 && ((unsigned char)message[end - 1] & 0xC0) == 0x80) end--;
    if (end > 0 && (unsigned char)message[end - 1] >= 0xC0) end--;
    message[end] = '\0';
  }
  const dset_notice notice = {type, reason, message, (size_t)(step - run->steps)};
  run->callbacks.event(run->user_data, &notice);
}

/* E19; before the pods were reached the counters are not those of this plan. */
static void lower(dset_run *run, const dset_step *step) {
  if (!run->pods_begun || !run->record->expected) return;
  if (step->kind == DSET_STEP_CREATE) dset_count_down(&run->record->expected_creates);
  if (step->kind == DSET_STEP_DELETE) dset_count_down(&run->record->expected_deletes);
}

const char *dset_step_object(const dset_step *step) {
  const dset_action *action = &step->action;
  if (action->type == DSET_ACTION_CREATE_POD) return action->node;
  return dset_text_or_empty(action->pod != NULL ? action->pod : action->revision);
}

/* What went wrong, as told, or else in a word; the first of a run is kept. */
static const char *explain(dset_run *run, const dset_step *step, const dset_reply *reply) {
  const char *why = dset_text_empty(reply->text) ? dset_result_name(step->result) : reply->text;
  if (run->result.failed == 1) {
    dset_error line; /* cuts what is too long */
    const char *object = dset_step_object(step);
    dset_fail(&line, DSET_ERR_INVALID, NULL, "%s%s%s: %s", dset_action_type_name(step->action.type),
              object[0] == '\0' ? "" : " ", object, why);
    memcpy(run->text, line.text, sizeof run->text);
  }
  return why;
}

static bool good(const dset_step *step) {
  if (step->result == DSET_RESULT_OK) return true;
  bool optional =
      step->kind == DSET_STEP_DELETE || step->kind == DSET_STEP_CLAIM_POD || step->kind == DSET_STEP_CLAIM_REVISION;
  return step->result == DSET_RESULT_NOT_FOUND && optional;
}

static void succeed(dset_run *run, const dset_step *step, const dset_reply *reply) {
  if (step->kind == DSET_STEP_CREATE) {
    const char *pod = dset_text_empty(reply->pod) ? step->write->name : reply->pod;
    notify(run, step, "Normal", "SuccessfulCreate", "Created pod: ", pod);
  } else if (step->kind == DSET_STEP_DELETE && step->result == DSET_RESULT_NOT_FOUND) {
    lower(run, step);
  } else if (step->kind == DSET_STEP_DELETE) {
    notify(run, step, "Normal", "SuccessfulDelete", "Deleted pod: ", step->action.pod);
  }
}

static void fail(dset_run *run, const dset_step *step, const dset_reply *reply) {
  const char *why = explain(run, step, reply);
  switch (step->kind) {
    case DSET_STEP_CREATE:
      run->create_failed = run->pods_failed = true;
      lower(run, step);
      notify(run, step, "Warning", "FailedCreate", "Error creating: ", why);
      break;
    case DSET_STEP_DELETE:
      run->pods_failed = true;
      lower(run, step);
      notify(run, step, "Warning", "FailedDelete", "Error deleting: ", why);
      break;
    case DSET_STEP_CLAIM_POD:
    case DSET_STEP_CLAIM_REVISION: run->claim_failed = step->kind; break;
    case DSET_STEP_HISTORY: run->ended = true; break;
    case DSET_STEP_CLEANUP: run->cleanup_failed = true; break;
    default: break;
  }
}

void dset_step_note_version(dset_run *run, const dset_step *step, int32_t result, uint64_t version) {
  if (result != DSET_RESULT_OK && result != DSET_RESULT_TIMEOUT) return;
  int resource;
  switch (step->action.type) {
    case DSET_ACTION_CREATE_POD:
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: resource = DSET_RESOURCE_PODS; break;
    case DSET_ACTION_UPDATE_STATUS:
    case DSET_ACTION_BUMP_COLLISION_COUNT: resource = DSET_RESOURCE_DAEMONSETS; break;
    default: return;
  }
  uint64_t *written = &run->record->versions[resource];
  if (*written < version) *written = version;
}

/* Whether what was asked for is still to be seen. */
static bool stays(const dset_step *step) {
  bool pods = step->kind == DSET_STEP_CREATE || step->kind == DSET_STEP_DELETE;
  if (!pods || step->write->seen) return false;
  if (step->kind == DSET_STEP_CREATE && step->result == DSET_RESULT_NAMESPACE_TERMINATING) return true;
  return step->result == DSET_RESULT_OK || step->result == DSET_RESULT_TIMEOUT;
}

void dset_step_release(dset_run *run, dset_step *step, const dset_reply *reply) {
  if (step->result == DSET_RESULT_OK || step->result == DSET_RESULT_TIMEOUT) dset_write_name(step->write, reply->pod);
  dset_ledger_release(run->ledger, run->record, step->write, stays(step));
  step->write = NULL;
}

void dset_step_follow(dset_run *run, dset_step *step, const dset_reply *reply) {
  if (step->result == DSET_RESULT_SKIP) {
    run->result.skipped++;
    lower(run, step);
  } else if (good(step)) {
    run->result.done++;
    succeed(run, step, reply);
  } else if (step->kind == DSET_STEP_CREATE && step->result == DSET_RESULT_NAMESPACE_TERMINATING) {
    run->result.refused++;
  } else {
    run->result.failed++;
    fail(run, step, reply);
  }
  dset_step_release(run, step, reply);
}

int64_t dset_retry_ms(uint32_t failures) {
  int64_t delay_ms = 5;
  while (--failures > 0 && delay_ms < 1000000) delay_ms *= 2;
  return delay_ms < 1000000 ? delay_ms : 1000000;
}

const char *dset_result_name(int result) {
  static const char *const names[] = {
      "ok", "failed", "not-found", "already-exists", "conflict", "namespace-terminating", "skip", "pending", "timeout"};
  return result >= 0 && result <= DSET_RESULT_TIMEOUT ? names[result] : "unknown";
}

const char *dset_defer_name(int reason) {
  static const char *const names[] = {"none", "running", "stale", "moved", "in-flight", "not-saved"};
  return reason >= 0 && reason <= DSET_DEFER_NOT_SAVED ? names[reason] : "unknown";
}

const char *dset_skip_name(int skip) {
  static const char *const names[] = {"none", "host", "batch", "ended", "pods", "cleanup", "cancelled"};
  return skip >= 0 && skip <= DSET_SKIP_CANCELLED ? names[skip] : "unknown";
}
