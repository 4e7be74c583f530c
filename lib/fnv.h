/* SPDX-License-Identifier: Apache-2.0 */
/* fnv.h (L0): FNV-1a with 32 bits, and the name that a revision gets from such a sum (G6). */
#ifndef DSET_LIB_FNV_H
#define DSET_LIB_FNV_H

#include <stddef.h>
#include <stdint.h>

/* The sum of nothing, to which bytes are added. */
static const uint32_t dset_fnv_empty = UINT32_C(2166136261);

enum { DSET_FNV_NAME_BYTES = 16 };

/* The sum with more bytes behind it. */
uint32_t dset_fnv_add(uint32_t sum, const void *data, size_t bytes);

/* The sum in decimal, with letters for digits that form no words. */
void dset_fnv_name(uint32_t sum, char name[DSET_FNV_NAME_BYTES]);

#endif
