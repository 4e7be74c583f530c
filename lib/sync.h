/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync.h (L3): what every stage of a plan reads: the checked snapshot, options with their defaults, the compiled
 * selector and placement rules, and the nodes by name. Nothing in it changes once the first stage has begun.
 */
#ifndef DSET_LIB_SYNC_H
#define DSET_LIB_SYNC_H

#include "arena.h"
#include "daemonset/plan.h"
#include "match.h"
#include "selector.h"
#include "table.h"
#include "taken.h"

typedef struct dset_sync {
  const dset_snapshot *snapshot;
  const dset_daemonset *daemonset;
  dset_status status;             /* as the DaemonSet came with it */
  dset_options options;           /* defaults filled in */
  dset_arena *scratch;            /* memory that ends with the call */
  const dset_taken *taken;        /* choices to prefer; NULL: the documented order alone (F18, F26) */
  dset_parsed_selector selector;  /* of the DaemonSet */
  dset_unusable selector_failure; /* NULL: the selector can be used (D1) */
  const char *generation;         /* the template generation in decimal; NULL: there is none (A21) */
  dset_rules rules;
  dset_table nodes;    /* name to index in the snapshot */
  dset_table backoffs; /* node name to index in the snapshot */
} dset_sync;

/* Options whose size was checked, NULL allowed, with their defaults. Errors: DSET_ERR_INVALID. */
int dset_sync_options(const dset_options *options, dset_options *taken, dset_error *error);

/* Prepares what follows from sync->daemonset, sync->options alone: status, selector, rules. Errors: DSET_ERR_NOMEM. */
int dset_sync_compile(dset_sync *sync, dset_error *error);

/* Checks the snapshot's back-offs and puts them into a table in scratch memory. Errors: those of dset_plan_compute().
 */
int dset_sync_backoffs(dset_sync *sync, dset_error *error);

/* Checks the arguments and prepares `sync`. Errors: those of dset_plan_compute(). */
int dset_sync_begin(dset_sync *sync, const dset_snapshot *snapshot, const dset_options *options, dset_arena *scratch,
                    dset_error *error);

#endif
