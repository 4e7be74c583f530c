/* SPDX-License-Identifier: Apache-2.0 */
/* match.h (L2): inside the matcher, for the stages that build and ask it. */
#ifndef DSET_LIB_MATCH_H
#define DSET_LIB_MATCH_H

#include "affinity.h"
#include "daemonset/match.h"
#include "taint.h"

/* One pair of the node selector. */
typedef struct dset_pair {
  const char *key;
  const char *value;
  size_t slot; /* of the key */
} dset_pair;

typedef struct dset_rules {
  const char *node_name;
  dset_pair *selector; /* by key */
  size_t selector_count;
  dset_keys keys;    /* of selector and affinity */
  bool bare_decided; /* a node's match is known when it has none of the keys ... */
  bool bare_matches; /* ... and is this */
  dset_parsed_affinity affinity;
  dset_tolerations tolerations;
} dset_rules;

/* Compiles the placement rules of a checked DaemonSet into `arena`; false when an allocation fails. */
bool dset_rules_of(dset_arena *arena, const dset_daemonset *daemonset, bool compare_tolerations, dset_rules *rules);

/* enum dset_verdict of a checked node (C4). `reasons` may be NULL. */
int dset_rules_verdict(const dset_rules *rules, const dset_node *node, dset_reasons *reasons);

/* Calls `visit` with each label key that the rules name, maybe more than once; false when it returns false. Nodes that
 * agree on these labels and on their taints get the same verdict, unless names matter. */
bool dset_rules_keys(const dset_rules *rules, bool (*visit)(void *context, const char *key), void *context);

/* Whether the verdict depends on the name of the node (C5, C13). */
bool dset_rules_name_matters(const dset_rules *rules);

#endif
