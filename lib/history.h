/* SPDX-License-Identifier: Apache-2.0 */
/* history.h (L3): the revisions of the template. */
#ifndef DSET_LIB_HISTORY_H
#define DSET_LIB_HISTORY_H

#include "claim.h"

/* A list of revisions, borrowed from the snapshot. */
typedef struct dset_revisions {
  const dset_revision **items;
  size_t count;
} dset_revisions;

/* What constructing the history found (G1 to G15). */
typedef struct dset_history {
  dset_revisions adopt;         /* by name */
  dset_revisions release;       /* by name */
  dset_revisions unlabelled;    /* claimed ones without hash label, by number, name (G2) */
  dset_revisions old;           /* claimed ones with another template, by number, name (G3) */
  dset_revisions duplicates;    /* current ones that are not kept, by number, name (G10) */
  const dset_revision *current; /* NULL: one is to be created, or collides */
  const char *hash;             /* of the current revision (G15) */
  const char *new_name;         /* set when no claimed revision is current */
  int64_t number;               /* the number the current revision should have (G9) */
  bool collides;                /* the new name belongs to another template (G13) */
  bool renumber;                /* the current revision's number is lower */
} dset_history;

/* False when an allocation fails. */
bool dset_history_construct(const dset_sync *sync, dset_history *history);

/* What cleaning up found (G16, G17). */
typedef struct dset_cleanup {
  dset_revisions beyond; /* old ones beyond the limit, in the order to delete them */
  dset_revisions in_use; /* those that were passed over on the way, because pods carry their hash */
} dset_cleanup;

/* The hash and the name that a new revision gets (G6, G12). False when an allocation fails. */
bool dset_history_name(const dset_sync *sync, dset_arena *arena, const char **hash, const char **name);

/* How many old revisions are beyond the limit (G16). */
size_t dset_history_excess(const dset_sync *sync, const dset_history *history);

/* Picks as many of them as pods do not use; `live` has the hashes in use (G17). False when an allocation fails. */
bool dset_history_cleanup(const dset_sync *sync, const dset_history *history, size_t excess, const dset_table *live,
                          dset_cleanup *cleanup);

/* The hash label of a claimed revision; its own name where it has none (G2). */
const char *dset_revision_hash_label(const dset_revision *revision);

#endif
