/* SPDX-License-Identifier: Apache-2.0 */
/* affinity.h (L2): required node affinity, compiled. */
#ifndef DSET_LIB_AFFINITY_H
#define DSET_LIB_AFFINITY_H

#include "reasons.h"
#include "selector.h"

/* A term. Its fields are kept as requirements on the key; In and NotIn with one value are all that is usable (C13). */
typedef struct dset_parsed_term {
  dset_parsed_requirement *expressions;
  size_t expression_count;
  dset_parsed_requirement *fields;
  size_t field_count;
  dset_unusable unusable;   /* NULL: usable */
  const char *unusable_key; /* of the requirement that cannot be used */
  int32_t unusable_index;   /* its place among the expressions, or the fields */
  bool empty;
} dset_parsed_term;

typedef struct dset_parsed_affinity {
  dset_parsed_term *terms;
  size_t count;
  bool any; /* no required affinity: every node matches */
} dset_parsed_affinity;

/* NULL is no constraint (C7). False when an allocation fails. */
bool dset_affinity_parse(dset_arena *arena, const dset_terms *from, dset_parsed_affinity *to);

/* Gives slots to the keys of all terms that can be used; false when an allocation fails. */
bool dset_affinity_keys(const dset_parsed_affinity *affinity, dset_arena *arena, dset_keys *keys);

/* Whether a node matches (C8 to C13); `values` are of its labels. `reasons` may be NULL. */
bool dset_affinity_matches(const dset_parsed_affinity *affinity, const dset_node *node, const dset_key_values *values,
                           dset_reasons *reasons);

#endif
