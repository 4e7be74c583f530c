/* SPDX-License-Identifier: Apache-2.0 */
/* script.h: what script.c and script_changes.c share: a YAML document whose parts know where they stand. */
#ifndef DSET_SCRIPT_H
#define DSET_SCRIPT_H

#include <yaml.h>

#include "simulation.h"

struct script {
  struct simulated *to;
  struct input *input;
  const struct request *request;
  const char *file;
  yaml_document_t document;
};

/* Says "FILE:LINE:COLUMN: expected ..., found ..." of a value; always false. */
bool script_expected(const struct script *script, const yaml_node_t *value, const char *expected);

/* Says something else of it; always false. */
bool script_refuse(const struct script *script, const yaml_node_t *value, const char *text, const char *name);

/* The text of a scalar; NULL: it is a list or a map. */
const char *script_text(const yaml_node_t *value);

/* The items of a list, which `value` must be, each shown to `each`; NULL in its place has none. */
bool script_items(struct script *script, const yaml_node_t *value, bool (*each)(struct script *, const yaml_node_t *));

/*
 * A member of a map; `names` are all that it may have, and what the map is for stands in `what`. script_map() checks
 * that `value` is a map, whose keys are among the names, each once.
 */
bool script_map(const struct script *script, const yaml_node_t *value, const char *const *names, size_t count,
                const char *what);
const yaml_node_t *script_member(const struct script *script, const yaml_node_t *map, const char *name);

/* The list `changes`: one item. */
bool script_change(struct script *script, const yaml_node_t *value);

#endif
