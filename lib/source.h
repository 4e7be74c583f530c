/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h (L5): text to JSON trees, document by document. Knows bounds and positions, nothing of Kubernetes' kinds.
 *
 *   text ─► source.c: JSON or YAML? where does a document end? ─┬─► json.c: a reader of our own ──► a tree
 *                                                               └─► yaml.c: libyaml's events ─────► a tree
 *
 * A tree is a json_t that the caller releases with json_decref(). Where its values stood in the text is not kept; a
 * caller that must report values asks dset_source_locate_all(), which walks the text again. That costs only on errors.
 *
 * Each document is read from where the one before it ended, and knows the line it starts in: time is linear in the
 * text, however many documents it holds. Memory beside the text: one tree, and what libyaml or the recursion holds.
 */
#ifndef DSET_LIB_SOURCE_H
#define DSET_LIB_SOURCE_H

#include <jansson.h>

#include "daemonset/base.h"
#include "place.h"
#include "repeats.h"

/* Bounds on what is read, all numbers set. */
typedef struct dset_bounds {
  size_t max_bytes;
  size_t max_depth;
  size_t max_values; /* of one YAML document, aliases expanded; of JSON, max_bytes bounds the values */
  bool json_only;    /* what is no JSON is an error: it is not tried as YAML */
} dset_bounds;

typedef struct dset_source {
  const char *text; /* behind a byte order mark */
  size_t bytes;
  dset_bounds bounds;
  dset_repeats *repeats; /* set it to be told of repeated keys; NULL: nobody asks */
  size_t offset;         /* of what is not read yet */
  size_t line;           /* of `offset`, from 1 */
  size_t column;
  size_t index; /* of the next document */
  bool yaml;
  bool continued; /* YAML: a document of the piece at `offset` was already read, see source.c */
} dset_source;

typedef struct dset_source_document {
  json_t *root;     /* NULL at the end of the text; json null for a document without content */
  size_t index;     /* from 0 */
  size_t line;      /* where the document starts, from 1 */
  dset_slice slice; /* the text that holds it */
  bool yaml;
} dset_source_document;

/* Starts reading. Checks size and UTF-8 at once. Errors: DSET_ERR_LIMIT, DSET_ERR_ENCODING. */
int dset_source_open(dset_source *source, const char *text, size_t bytes, const dset_bounds *bounds, dset_error *error);

/*
 * The next document. A document that is refused leaves the repeats as they were. Errors: DSET_ERR_SYNTAX, _LIMIT,
 * _RANGE (a number beyond double; of YAML, an integer between int64 and uint64), _ENCODING (an escaped NUL), _NOMEM.
 */
int dset_source_next(dset_source *source, dset_source_document *document, dset_error *error);

/*
 * Where the values at the ends of paths stand (the key's position when the last step is a key, of equal keys the last
 * one's); when a path leads nowhere, the deepest part that exists. What an alias stands for is reported at the alias.
 * The text is walked once, whatever the count; no memory is taken but what libyaml needs.
 */
void dset_source_locate_all(const dset_source_document *document, dset_place *places, size_t count);

/* The same for one path. */
void dset_source_locate(const dset_source_document *document, const dset_step *steps, size_t step_count, size_t *line,
                        size_t *column);

#endif
