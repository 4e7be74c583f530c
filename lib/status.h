/* SPDX-License-Identifier: Apache-2.0 */
/* status.h (L3): the counters of the status. */
#ifndef DSET_LIB_STATUS_H
#define DSET_LIB_STATUS_H

#include "census.h"

/*
 * The status after this sync (section H). `observed`: the sync did its whole work, so the generation counts as observed
 * (H6). `*changed` says whether it is to be written (H9).
 */
void dset_status_count(const dset_sync *sync, const dset_census *census, const char *hash, bool observed,
                       dset_status *status, bool *changed);

/* The earliest moment at which a ready pod of any entry becomes available (J4), or DSET_NEVER. */
int64_t dset_status_next_available(const dset_sync *sync, const dset_census *census);

#endif
