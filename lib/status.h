/* SPDX-License-Identifier: Apache-2.0 */
/* status.h (L3): the counters of the status. */
#ifndef DSET_LIB_STATUS_H
#define DSET_LIB_STATUS_H

#include "share.h"

/*
 * The status after this sync (section H). `observed`: the sync did its whole work, so the generation counts as observed
 * (H6). `*changed` says whether it is to be written (H9).
 */
void dset_status_count(const dset_sync *sync, const dset_census *census, const char *hash, bool observed,
                       dset_status *status, bool *changed);

/* What an entry adds (H2). */
dset_share dset_status_share_of(const dset_sync *sync, const dset_entry *entry, const char *hash);

/* Adds a share, or takes it away when `sign` is -1. */
void dset_shares_add(dset_shares *sums, const dset_share *share, int sign);

/* The earliest moment after now from which a ready pod of the entry is available (J4), or DSET_NEVER. */
int64_t dset_status_available_after(const dset_sync *sync, const dset_entry *entry);

/* The earliest moment at which a ready pod of any entry becomes available (J4), or DSET_NEVER. */
int64_t dset_status_next_available(const dset_sync *sync, const dset_census *census);

#endif
