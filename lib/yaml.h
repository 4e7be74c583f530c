/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h (L5): one YAML document of a text, through libyaml, as the JSON tree that Kubernetes would make of it. */
#ifndef DSET_LIB_YAML_H
#define DSET_LIB_YAML_H

#include "source.h"

struct yaml_parser_s; /* libyaml's yaml_parser_t */

/* Has a parser read `slice`. False when an allocation fails; otherwise the caller calls yaml_parser_delete(). */
bool dset_yaml_start(struct yaml_parser_s *parser, const dset_slice *slice);

/*
 * Loads the only document of `slice`, of valid UTF-8. A document without content is json null. `*root` is NULL on
 * failure. Trees of aliases are shared, so that the tree is a graph without cycles; bounds count it expanded.
 * `repeats` is told of keys that stand again, unless it is NULL.
 * Errors: DSET_ERR_SYNTAX, _LIMIT (depth, values), _RANGE, _ENCODING (an escaped NUL), _NOMEM.
 */
int dset_yaml_load(const dset_slice *slice, const dset_bounds *bounds, dset_repeats *repeats, json_t **root,
                   dset_error *error);

/* See dset_source_locate_all(). */
void dset_yaml_locate(const dset_slice *slice, dset_place *places, size_t count);

#endif
