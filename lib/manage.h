/* SPDX-License-Identifier: Apache-2.0 */
/* manage.h (L3): one usable pod on every eligible node. */
#ifndef DSET_LIB_MANAGE_H
#define DSET_LIB_MANAGE_H

#include "backoff.h"
#include "census.h"
#include "work.h"

/* What manage found. */
typedef struct dset_managed {
  dset_work work;
  bool surge;             /* it kept an outdated pod beside its replacement (F3) */
  int64_t waits_until_ms; /* the earliest end of a back-off that a failed pod waits for, or DSET_NEVER */
} dset_managed;

/* What deciding on a node needs. */
typedef struct dset_manager {
  const dset_sync *sync;
  const char *hash;
  dset_backoffs *backoffs;
  dset_managed *managed;
  const dset_pod **rest; /* room for the pods of the node at hand */
} dset_manager;

/* Prepares for entries of at most so many pods. False when an allocation fails. */
bool dset_manage_begin(dset_manager *manager, const dset_sync *sync, const char *hash, dset_backoffs *backoffs,
                       dset_managed *managed, size_t most_pods);

/* Decides on one node that is there (E4 to E14). False when an allocation fails. */
bool dset_manage_entry(dset_manager *manager, const dset_entry *entry);

/* Decides on the pods for a node that vanished (E15). */
void dset_manage_vanished(dset_manager *manager, const dset_entry *entry);

/* Decides on every node (section E). False when an allocation fails. */
bool dset_manage(const dset_sync *sync, const dset_census *census, const char *hash, dset_backoffs *backoffs,
                 dset_managed *managed);

#endif
