/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h (L3): the plan under construction: actions with their texts, problems, and the results of the stages. */
#ifndef DSET_LIB_PLAN_H
#define DSET_LIB_PLAN_H

#include "history.h"
#include "manage.h"
#include "rollout.h"
#include "status.h"

/* The object and all it holds live in one arena. */
struct dset_plan {
  dset_arena arena;
  dset_action *actions;
  size_t action_count;
  size_t action_capacity;
  dset_problem problem; /* a sync ends with its first error, so there is at most one */
  dset_status status;
  dset_rollout rollout;
  dset_backoff *backoffs;
  size_t backoff_count;
  int64_t next_check_ms;
  uint64_t identity; /* dset_digest_identity() of the DaemonSet */
  bool failed;       /* an allocation failed */
};

/* What the stages leave behind for the stages after them, and for those who ask why. */
typedef struct dset_stages {
  dset_claims claims;
  dset_history history;
  dset_census census;
  dset_backoffs backoffs;
  dset_managed managed;
  dset_rolled rolled;
  dset_cleanup cleanup;
  const char *ends; /* the rule by which the sync ended early (I5 to I8); NULL: it came to its phases */
  bool rolls;       /* the rolling phase was reached (F1, I9) */
  bool cleans;      /* cleanup was reached (I9) */
} dset_stages;

/*
 * Where the stages get claims and census from: a snapshot, all of which is looked at, or a cluster that keeps them up
 * to date. Each function returns false when an allocation fails; what it fills in lives as long as sync->scratch.
 */
typedef struct dset_gather {
  void *context;
  /* Owner and lists of dset_claims; `items` may be left out ... */
  bool (*claims)(void *context, const dset_sync *sync, dset_claims *claims);
  /* ... until they are asked for (G11) ... */
  bool (*items)(void *context, const dset_sync *sync, dset_claims *claims);
  /* ... or what they carry is (G17). */
  bool (*hashes)(void *context, const dset_sync *sync, const dset_claims *claims, dset_table *live);
  bool (*census)(void *context, const dset_sync *sync, const dset_claims *claims, const char *hash,
                 dset_census *census);
} dset_gather;

/* Plans a sync that was begun, into a plan that takes over `arena`; after a failure the arena is empty. `gather`: NULL
 * means the snapshot. `done` receives the results of its stages, in scratch memory. False when an allocation
 * fails. */
bool dset_plan_make(const dset_sync *sync, const dset_gather *gather, dset_arena *arena, dset_stages *done,
                    dset_plan **plan);

/* What the texts of a phase are made from. */
typedef struct dset_facts {
  const char *hash; /* of the current revision */
  const dset_rollout *rollout;
  int phase; /* enum dset_phase_of_sync */
} dset_facts;

/* Each appends actions, or sets `failed`. All strings are copied. */
void dset_plan_claims(dset_plan *plan, const dset_claims *claims);
void dset_plan_history_claims(dset_plan *plan, const dset_history *history);
void dset_plan_new_revision(dset_plan *plan, const dset_history *history);
void dset_plan_relabel(dset_plan *plan, const dset_claims *claims, const dset_history *history);
void dset_plan_duplicates(dset_plan *plan, const dset_history *history);
void dset_plan_renumber(dset_plan *plan, const dset_history *history);
void dset_plan_beyond_limit(dset_plan *plan, const dset_revisions *beyond);
void dset_plan_collision(dset_plan *plan, const dset_sync *sync, const dset_history *history);
void dset_plan_selects_all(dset_plan *plan);
void dset_plan_work(dset_plan *plan, const dset_work *work, const dset_facts *facts);
void dset_plan_update_status(dset_plan *plan);

/* Sets the problem; its text is the three parts in a row. */
void dset_plan_set_problem(dset_plan *plan, int code, const char *before, const char *fact, const char *after);

#endif
