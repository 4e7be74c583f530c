/* SPDX-License-Identifier: Apache-2.0 */
/* conform.h (L5): strict decoding: any tree to a typed tree of the schema (schema.h), with everything that is wrong
 * with it. */
#ifndef DSET_LIB_CONFORM_H
#define DSET_LIB_CONFORM_H

#include <jansson.h>

#include "findings.h"
#include "schema.h"

/*
 * A typed tree of `type`, new, that shares nothing changeable with `tree`. What does not fit is left out and found:
 * unknown fields, values of a wrong kind, numbers, times and quantities out of range. `path` leads to `tree`.
 * NULL when an allocation fails.
 */
json_t *dset_conform(const json_t *tree, uint16_t type, const dset_path *path, dset_findings *findings);

#endif
