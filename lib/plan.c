/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c (L3): one sync, from a snapshot to a plan. The only file that knows the order of the stages (section I):
 *
 *   selector empty?       event, end (I5)
 *   being deleted?        end (I6)
 *   history               problem: end (I7)
 *   writes in flight?     status without observed generation, end (I8)
 *   manage                what it finds to do
 *   rollout               only if manage found nothing to do (I9); a problem skips cleanup
 *   cleanup
 *   status                always (I10)
 */
#include "plan.h"

#include "check.h"
#include "digest.h"
#include "model.h"

static bool gather_claims(void *context, const dset_sync *sync, dset_claims *claims) {
  (void)context;
  return dset_claim_pods(sync, claims);
}

static bool gather_items(void *context, const dset_sync *sync, dset_claims *claims) {
  (void)context, (void)sync, (void)claims;
  return true; /* they are there */
}

static bool gather_hashes(void *context, const dset_sync *sync, const dset_claims *claims, dset_table *live) {
  (void)context;
  return dset_claim_hashes(sync, claims, live);
}

static bool gather_census(void *context, const dset_sync *sync, const dset_claims *claims, const char *hash,
                          dset_census *census) {
  (void)context, (void)hash;
  return dset_census_take(sync, claims, census);
}

static const dset_gather from_snapshot = {NULL, gather_claims, gather_items, gather_hashes, gather_census};

static bool selects_all(const dset_daemonset *daemonset) {
  const dset_selector *selector = daemonset->selector;
  return selector != NULL && selector->label_count == 0 && selector->expression_count == 0;
}

/* E20: the writes that were sent and not seen count until they are too old. */
static bool in_flight(const dset_snapshot *snapshot, int64_t *until_ms) {
  *until_ms = DSET_NEVER;
  if (snapshot->in_flight_creates <= 0 && snapshot->in_flight_deletes <= 0) return false;
  if (snapshot->in_flight_since_ms == 0) return true;
  /* Strictly older than the timeout: the first moment is one millisecond later. */
  *until_ms = dset_time_add(dset_time_add(snapshot->in_flight_since_ms, DSET_IN_FLIGHT_TIMEOUT_MS), 1);
  return snapshot->now_ms < *until_ms;
}

static void earlier(dset_plan *plan, int64_t time_ms) {
  if (time_ms < plan->next_check_ms) plan->next_check_ms = time_ms;
}

/* The revision phase (G1 to G15). False: the sync ends here. */
static bool plan_history(dset_plan *plan, const dset_sync *sync, const dset_gather *gather, dset_stages *done) {
  const dset_history *history = &done->history;
  dset_plan_history_claims(plan, history);
  if (history->collides) {
    done->ends = "G13";
    dset_plan_collision(plan, sync, history);
    dset_plan_set_problem(plan, DSET_PROBLEM_REVISION_COLLISION, "failed to construct revisions: \"", history->new_name,
                          "\" already exists with another template");
    return false;
  }
  if (history->current == NULL) dset_plan_new_revision(plan, history);
  if (history->duplicates.count != 0 && !done->claims.owner_incomplete) {
    if (!gather->items(gather->context, sync, &done->claims)) plan->failed = true;
    dset_plan_claims(plan, &done->claims);
    dset_plan_relabel(plan, &done->claims, history);
    dset_plan_duplicates(plan, history);
  }
  if (done->claims.owner_incomplete) {
    done->ends = "D2";
    if (history->duplicates.count == 0 && history->renumber) dset_plan_renumber(plan, history);
    dset_plan_set_problem(plan, DSET_PROBLEM_OWNER,
                          "cannot claim pods: the DaemonSet needs a namespace, a name and a uid", "", "");
    return false;
  }
  if (history->renumber) dset_plan_renumber(plan, history);
  if (history->duplicates.count == 0) dset_plan_claims(plan, &done->claims);
  return true;
}

static void plan_rollout_problem(dset_plan *plan, const dset_rolled *rolled) {
  if (rolled->problem == DSET_PROBLEM_BUDGET) {
    dset_plan_set_problem(plan, DSET_PROBLEM_BUDGET, "couldn't get unavailable numbers: ", rolled->problem_part,
                          rolled->problem_absent ? " is not set" : " is neither an integer nor a percentage");
  } else if (rolled->problem == DSET_PROBLEM_NODE_GONE) {
    dset_plan_set_problem(plan, DSET_PROBLEM_NODE_GONE, "couldn't get node \"", rolled->problem_part,
                          "\", for which there is an outdated pod");
  }
}

/* Adds what a phase found. False: it fails, and the phases behind it are skipped. */
static bool plan_phase(dset_plan *plan, const dset_sync *sync, dset_work *work, const dset_facts *facts) {
  bool labelled = sync->daemonset->template_label_count != 0 || sync->generation != NULL || facts->hash[0] != '\0';
  bool refused = !labelled && work->create_count != 0;
  if (refused) {
    work->create_count = 0; /* every one would be refused (C23); deletions go ahead (E18) */
    dset_plan_set_problem(plan, DSET_PROBLEM_NO_LABELS, "unable to create pods, no labels", "", "");
  }
  dset_plan_work(plan, work, facts);
  return !refused;
}

/* Old revisions (G16). False when an allocation fails. */
static bool plan_cleanup(dset_plan *plan, const dset_sync *sync, const dset_gather *gather, dset_stages *done) {
  size_t excess = dset_history_excess(sync, &done->history);
  if (excess == 0) return true;
  dset_table live;
  if (!gather->hashes(gather->context, sync, &done->claims, &live)) return false;
  if (!dset_history_cleanup(sync, &done->history, excess, &live, &done->cleanup)) return false;
  dset_plan_beyond_limit(plan, &done->cleanup.beyond);
  return true;
}

/* Manage, rollout, cleanup (I9). False when an allocation fails. */
static bool plan_work(dset_plan *plan, const dset_sync *sync, const dset_gather *gather, dset_stages *done) {
  const char *hash = done->history.hash;
  dset_managed *managed = &done->managed;
  if (!dset_manage(sync, &done->census, hash, &done->backoffs, managed)) return false;
  earlier(plan, managed->waits_until_ms);
  dset_facts facts = {.hash = hash, .rollout = &plan->rollout, .phase = DSET_SYNC_MANAGE};
  if (!plan_phase(plan, sync, &managed->work, &facts)) return true;
  bool idle = managed->work.create_count == 0 && managed->work.delete_count == 0;
  if (idle && sync->daemonset->strategy == DSET_STRATEGY_ROLLING_UPDATE) {
    done->rolls = true;
    if (!dset_roll_out(sync, &done->census, hash, &done->rolled)) return false;
    if (done->rolled.facts.ran) plan->rollout = done->rolled.facts;
    facts.phase = DSET_SYNC_ROLLOUT;
    plan_rollout_problem(plan, &done->rolled);
    if (!plan_phase(plan, sync, &done->rolled.work, &facts) || done->rolled.problem != 0) return true;
  }
  done->cleans = true;
  return plan_cleanup(plan, sync, gather, done);
}

/* From history to status. False when an allocation fails. */
static bool run(dset_plan *plan, const dset_sync *sync, const dset_gather *gather, dset_stages *done) {
  if (sync->selector_failure != NULL) {
    done->ends = "D1";
    dset_plan_set_problem(plan, DSET_PROBLEM_SELECTOR,
                          "failed to construct revisions: the selector cannot be used: ", sync->selector_failure, "");
    return true;
  }
  if (!gather->claims(gather->context, sync, &done->claims)) return false;
  if (!dset_history_construct(sync, &done->history)) return false;
  if (!plan_history(plan, sync, gather, done)) return true;
  if (!gather->census(gather->context, sync, &done->claims, done->history.hash, &done->census)) return false;
  int64_t until_ms;
  bool waiting = in_flight(sync->snapshot, &until_ms);
  if (waiting) {
    done->ends = "I8";
    earlier(plan, until_ms);
  } else if (!plan_work(plan, sync, gather, done)) {
    return false;
  }
  bool changed;
  dset_status_count(sync, &done->census, done->history.hash, !waiting, &plan->status, &changed);
  if (changed) dset_plan_update_status(plan);
  earlier(plan, dset_status_next_available(sync, &done->census));
  return true;
}

/* Moves what still points into the snapshot or the scratch memory into the plan. */
static bool detach(dset_plan *plan, dset_backoffs *backoffs) {
  dset_backoffs_finish(backoffs);
  plan->backoffs = dset_arena_alloc(&plan->arena, backoffs->count, sizeof *plan->backoffs);
  if (plan->backoffs == NULL) return false;
  for (; plan->backoff_count < backoffs->count; plan->backoff_count++) {
    dset_backoff *backoff = &plan->backoffs[plan->backoff_count];
    *backoff = backoffs->items[plan->backoff_count];
    backoff->node = dset_arena_string(&plan->arena, backoff->node);
    if (backoff->node == NULL) return false;
  }
  if (plan->status.conditions == NULL) return true;
  plan->status.conditions = dset_arena_string(&plan->arena, plan->status.conditions);
  return plan->status.conditions != NULL;
}

/* Fills an empty plan. False when an allocation fails. */
static bool compute(dset_plan *plan, const dset_sync *sync, const dset_gather *gather, dset_stages *done) {
  plan->status = sync->status;
  plan->next_check_ms = DSET_NEVER;
  plan->identity = dset_digest_identity(sync->daemonset);
  if (!dset_backoffs_begin(&done->backoffs, sync)) return false;
  if (selects_all(sync->daemonset)) {
    done->ends = "I5";
    dset_plan_selects_all(plan);
  } else if (sync->daemonset->deleting) {
    done->ends = "I6";
  } else if (!run(plan, sync, gather, done)) {
    return false;
  }
  return detach(plan, &done->backoffs) && !plan->failed;
}

bool dset_plan_make(const dset_sync *sync, const dset_gather *gather, dset_arena *arena, dset_stages *done,
                    dset_plan **plan) {
  *plan = NULL;
  *done = (dset_stages){0};
  dset_plan *made = dset_arena_zalloc(arena, 1, sizeof *made);
  if (made == NULL) return false;
  made->arena = *arena;
  if (!compute(made, sync, gather == NULL ? &from_snapshot : gather, done)) {
    *arena = made->arena;
    dset_arena_clear(arena);
    return false;
  }
  *plan = made;
  return true;
}

int dset_plan_compute(const dset_snapshot *snapshot, const dset_options *options, dset_plan **plan, dset_error *error) {
  if (plan == NULL) return dset_fail(error, DSET_ERR_INVALID, "plan", "must not be NULL");
  *plan = NULL;
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  dset_arena scratch;
  dset_arena_init(&scratch, options == NULL ? NULL : options->allocator);
  dset_arena arena;
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  dset_sync sync;
  dset_stages done;
  code = dset_sync_begin(&sync, snapshot, options, &scratch, error);
  if (code == DSET_OK && !dset_plan_make(&sync, NULL, &arena, &done, plan)) code = dset_fail_memory(error);
  dset_arena_clear(&scratch);
  return code;
}

void dset_plan_free(dset_plan *plan) {
  if (plan == NULL) return;
  dset_arena arena = plan->arena;
  dset_arena_clear(&arena);
}

size_t dset_plan_action_count(const dset_plan *plan) {
  return plan->action_count;
}

const dset_action *dset_plan_action(const dset_plan *plan, size_t index) {
  return index < plan->action_count ? &plan->actions[index] : NULL;
}

const dset_status *dset_plan_status(const dset_plan *plan) {
  return &plan->status;
}

size_t dset_plan_problem_count(const dset_plan *plan) {
  return plan->problem.code == 0 ? 0 : 1;
}

const dset_problem *dset_plan_problem(const dset_plan *plan, size_t index) {
  return index < dset_plan_problem_count(plan) ? &plan->problem : NULL;
}

size_t dset_plan_backoff_count(const dset_plan *plan) {
  return plan->backoff_count;
}

const dset_backoff *dset_plan_backoff(const dset_plan *plan, size_t index) {
  return index < plan->backoff_count ? &plan->backoffs[index] : NULL;
}

int64_t dset_plan_next_check_ms(const dset_plan *plan) {
  return plan->next_check_ms;
}

const dset_rollout *dset_plan_rollout(const dset_plan *plan) {
  return &plan->rollout;
}
