/* SPDX-License-Identifier: Apache-2.0 */
/* prefetch.h (L0): asking for memory before it is read. Objects of a host lie anywhere: waiting for one after the other
 * is most of what a plan of many nodes costs. */
#ifndef DSET_LIB_PREFETCH_H
#define DSET_LIB_PREFETCH_H

#include <stddef.h>

/* How many objects ahead an object is asked for, and what it points at. */
enum { DSET_AHEAD = 16, DSET_AHEAD_PARTS = 8 };

/* Any address will do, also NULL and one past the end: nothing is read. */
static inline void dset_prefetch(const void *address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#else
  (void)address;
#endif
}

#endif
