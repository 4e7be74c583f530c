/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h (L5): the hash that Kubernetes 1.37 names a revision by (G6 to G8). */
#ifndef DSET_LIB_HASH_H
#define DSET_LIB_HASH_H

#include <jansson.h>

#include "arena.h"
#include "fnv.h"

/*
 * The hash of a pod template, given as a typed tree (see schema.h) with its defaults, and of the status' collision
 * count if it has one. What is needed on the way is taken from `scratch`. False when an allocation fails.
 */
bool dset_hash_template(const json_t *template, bool has_collision_count, int32_t collision_count, dset_arena *scratch,
                        char text[DSET_FNV_NAME_BYTES]);

#endif
