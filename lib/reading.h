/* SPDX-License-Identifier: Apache-2.0 */
/* reading.h (L5): what the readers of texts share. */
#ifndef DSET_LIB_READING_H
#define DSET_LIB_READING_H

#include "daemonset/codec.h"
#include "decode.h"
#include "findings.h"
#include "source.h"

/* The bounds of options, NULL allowed. Errors: DSET_ERR_ABI, DSET_ERR_INVALID. */
int dset_reading_bounds(const dset_read_options *options, dset_bounds *bounds, dset_error *error);

/* Checks the arguments of a reader and makes its zero-filled result, whose first member is its arena. */
int dset_reading_begin(const char *text, const dset_read_options *options, size_t bytes, dset_bounds *bounds,
                       void **made, dset_error *error);

/* What a reader does with one document. False: the decoder has failed. */
typedef bool dset_document_visitor(dset_decoder *decoder, const dset_source_document *document, void *context);

/*
 * Opens `text` and shows each document to `visit`, adding line and column to what it reports. `repeats`, when not NULL,
 * has the repeated keys of the document that is shown.
 */
int dset_reading_visit(const char *text, size_t bytes, const dset_bounds *bounds, dset_arena *arena,
                       dset_repeats *repeats, dset_document_visitor *visit, void *context, dset_error *error);

/* Forgets the repeated keys of the document before. Their arena must be for them alone. */
void dset_reading_forget(dset_repeats *repeats);

/*
 * Adds a finding for each repeated key inside the object that `path` leads to; NULL: the document, to which also those
 * belong that were only counted. False when an allocation fails.
 */
bool dset_reading_repeats(const dset_source_document *document, const dset_repeats *repeats, const dset_path *path,
                          dset_findings *findings);

/* Fills in lines and columns of the findings from `first` on, which belong to the document. False when an allocation
 * fails. */
bool dset_reading_locate(const dset_source_document *document, dset_findings *findings, size_t first);

/*
 * Decodes the DaemonSet that `path` leads to (NULL: the document), which the decoder has entered. What is wrong with it
 * is added to `findings`, and the first error from number `first` on makes the decoder fail. With `defaults` it is a
 * manifest, and gets those of its template, too.
 */
bool dset_reading_daemonset(dset_decoder *decoder, const json_t *tree, const dset_path *path, bool defaults,
                            dset_findings *findings, size_t first, const dset_daemonset **daemonset);

#endif
