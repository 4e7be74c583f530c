/* SPDX-License-Identifier: Apache-2.0 */
/* items.h (L5): the objects of a document: the document itself, or when it is a list of Kubernetes, its items. */
#ifndef DSET_LIB_ITEMS_H
#define DSET_LIB_ITEMS_H

#include <jansson.h>

#include "path.h"

typedef struct dset_item {
  const json_t *value;
  const char *api_version; /* "" when absent; that of the list where its items have none */
  const char *kind;
  const dset_path *path; /* to the value in its document; NULL: it is the document */
  const char *expected;  /* not NULL: what the value should have been, "an object" or "a list" */
} dset_item;

/* What is done with an object; false ends the walk. */
typedef bool dset_item_visitor(void *context, const dset_item *item);

/* The kind of an object (enum dset_kind), by apiVersion and kind. */
int32_t dset_items_kind(const char *api_version, const char *kind);

/* Shows the objects of a document in order; null has none. False when a visit was. */
bool dset_items_visit(const json_t *root, dset_item_visitor *visit, void *context);

#endif
