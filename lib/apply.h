/* SPDX-License-Identifier: Apache-2.0 */
/* apply.h (L4h): a run: a plan on its way through the callbacks. apply_begin.c makes it, apply.c walks it,
 * apply_follow.c decides what follows from what a callback says. */
#ifndef DSET_LIB_APPLY_H
#define DSET_LIB_APPLY_H

#include "arena.h"
#include "ledger.h"

/* What failures lead to, see the table in host.h. */
enum dset_step_kind {
  DSET_STEP_CLAIM_REVISION,
  DSET_STEP_HISTORY, /* ends the run */
  DSET_STEP_CLAIM_POD,
  DSET_STEP_EVENT,
  DSET_STEP_CREATE,
  DSET_STEP_DELETE,
  DSET_STEP_CLEANUP,
  DSET_STEP_STATUS,
  DSET_STEP_NONE
};

enum dset_step_state { DSET_STEP_UNTRIED = 0, DSET_STEP_CALLED, DSET_STEP_GIVEN_UP, DSET_STEP_OVER };

typedef struct dset_step {
  dset_action action; /* its texts are the run's */
  dset_write *write;  /* NULL: an event; or let go */
  enum dset_step_kind kind;
  enum dset_step_state state;
  int32_t result;
  int32_t skip;
  int32_t attempt;
} dset_step;

struct dset_run {
  dset_arena arena;
  dset_ledger *ledger;
  dset_ledger_record *record; /* NULL: the run does not hold it (any more) */
  const char *ns;
  const char *name;
  const char *uid;
  dset_callbacks callbacks;
  void *user_data;
  int64_t now_ms;
  uint64_t number; /* of the ledger's runs */
  dset_step *steps;
  size_t count;
  size_t next;         /* the first that was not tried */
  size_t batch;        /* how many creations are tried next (E18) */
  size_t create_count; /* of the plan */
  size_t delete_count;
  dset_backoff_block before; /* back-offs to return to, if no pods are touched */
  int64_t observed_before;
  enum dset_step_kind claim_failed; /* which claims failed (D8); NONE: none */
  bool ended;                       /* D8, I7 */
  bool pods_begun;                  /* creations or deletions were reached: the counters are set (E20) */
  bool create_failed;               /* E18 */
  bool pods_failed;                 /* I9 */
  bool cleanup_failed;              /* G16 */
  bool busy;                        /* callbacks are on their way */
  dset_apply_result result;
  char text[256]; /* of the result */
};

/* A run of copies; NULL when an allocation fails. */
dset_run *dset_run_make(const dset_plan *plan, const dset_apply_options *options, const dset_callbacks *callbacks,
                        void *user_data, dset_ledger *ledger);

/* Begins the run, which then has its record, or defers it. Errors: DSET_ERR_NOMEM. */
int dset_run_begin(dset_run *run, const dset_plan *plan, const dset_apply_options *options, dset_error *error);

enum dset_step_kind dset_step_kind_of(const dset_action *action);

/* What it is done to: what its write is called in the ledger. */
const char *dset_step_object(const dset_step *step);

/* Whether an action is not to be tried any more, and why. */
int32_t dset_step_skipped(dset_run *run, const dset_step *step);

/* I2: the version that a callback tells is what views must be as new as. */
void dset_step_note_version(dset_run *run, const dset_step *step, int32_t result, uint64_t version);

/* A callback has said what became of a step, or the step is skipped (DSET_RESULT_SKIP with `skip`). */
void dset_step_follow(dset_run *run, dset_step *step, const dset_reply *reply);

/* Lets go of the write of a step that has a result: it stays in flight, perhaps with a name, or is over. */
void dset_step_release(dset_run *run, dset_step *step, const dset_reply *reply);

/* How much later to plan again after so many failures in a row (I12). */
int64_t dset_retry_ms(uint32_t failures);

#endif
