/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h (L5): one YAML document of a text, through libyaml, as the JSON tree that Kubernetes would make of it. */
#ifndef DSET_LIB_YAML_H
#define DSET_LIB_YAML_H

#include "source.h"

/*
 * Loads the only document of `slice`, of valid UTF-8. A document without content is json null. `*root` is NULL on
 * failure. Trees of aliases are shared, so that the tree is a graph without cycles; bounds count it expanded.
 * Errors: DSET_ERR_SYNTAX, _LIMIT (depth, values), _RANGE, _ENCODING (an escaped NUL), _NOMEM.
 */
int dset_yaml_load(const dset_slice *slice, const dset_bounds *bounds, json_t **root, dset_error *error);

/* See dset_source_locate(). */
void dset_yaml_locate(const dset_slice *slice, const dset_step *steps, size_t step_count, size_t *line, size_t *column);

#endif
