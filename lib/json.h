/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h (L5): one JSON value of a text, as a tree.
 *
 * The text is read here and not by jansson's json_loadb(), which is not safe when memory runs out: it ignores that the
 * buffer of a token could not grow, then loses bytes of the token or writes behind its copy. The functions that make
 * jansson's values report every failure.
 */
#ifndef DSET_LIB_JSON_H
#define DSET_LIB_JSON_H

#include "source.h"

/*
 * Loads the JSON value at the start of `slice`, of valid UTF-8, and says where it ends; what follows is not looked at.
 * Of equal keys the last one wins; `repeats` is told of it, unless it is NULL. `*root` is NULL on failure.
 * Errors: DSET_ERR_SYNTAX, _LIMIT (depth), _RANGE, _ENCODING (an escaped NUL), _NOMEM.
 */
int dset_json_load(const dset_slice *slice, const dset_bounds *bounds, dset_repeats *repeats, json_t **root,
                   size_t *end, dset_error *error);

/* See dset_source_locate_all(). The text must be one that dset_json_load() has accepted. */
void dset_json_locate(const dset_slice *slice, dset_place *places, size_t count);

#endif
