/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.h (L1): collecting findings. An allocation that fails is remembered: nothing is added from then on, and
 * whoever started the list looks at `failed` once, at the end.
 */
#ifndef DSET_LIB_FINDINGS_H
#define DSET_LIB_FINDINGS_H

#include "arena.h"
#include "daemonset/validate.h"
#include "error.h"
#include "grammar.h"
#include "path.h"

/* A finding, and the way to the value in the tree of its manifest. */
typedef struct dset_found {
  dset_finding finding;
  const dset_step *steps;
  size_t step_count;
} dset_found;

struct dset_findings {
  dset_arena arena; /* of the list itself, its records and their texts */
  dset_found *records;
  size_t count;
  size_t capacity;
  size_t limit;
  size_t errors; /* totals, those beyond the limit included */
  size_t warnings;
  const int32_t *silent; /* while it is being filled */
  size_t silent_count;
  bool no_warnings;
  bool fields_warn;    /* a field that is unknown or there twice is a warning */
  bool fields_ignored; /* it is no finding at all */
  size_t undecoded;    /* findings because of which there is no object to validate */
  bool failed;
};

/* An empty list; NULL options mean all defaults. NULL when an allocation fails. */
dset_findings *dset_findings_new(const dset_validate_options *options);

/* Gives the filled list to the host, or fails with DSET_ERR_NOMEM when an allocation has failed, and releases it. */
int dset_findings_finish(dset_findings *findings, dset_findings **target, dset_error *error);

/*
 * Adds a finding whose severity follows from its kind. `value` is what the text shows in front of the detail, as it is
 * to be written (see below); NULL = none. The detail may be "". The text follows from the kind (B1).
 */
void dset_findings_add(dset_findings *findings, int32_t kind, const char *rule, const dset_path *path,
                       const char *value, const char *format, ...) DSET_PRINTF(6, 7);

/* Counts findings that are not kept. */
void dset_findings_count_more(dset_findings *findings, int32_t kind, size_t count);

/* Adds a DSET_FINDING_INVALID for each message on `text`, which is the value. */
void dset_findings_grammar(dset_findings *findings, const char *rule, const dset_path *path, const char *text,
                           dset_messages messages);

/* Values as B1 writes them, in the list's arena; "" when an allocation fails, which the list remembers. */
const char *dset_findings_quote(dset_findings *findings, const char *text); /* a Go string: as strconv.Quote */
const char *dset_findings_json(dset_findings *findings, const char *text);  /* a Go type made of string: as JSON */
const char *dset_findings_number(dset_findings *findings, int64_t number);

/* For values of more than one part: a buffer on the list's allocator, and its text once it is filled. */
dset_buffer dset_findings_buffer(const dset_findings *findings);
const char *dset_findings_take(dset_findings *findings, dset_buffer *buffer);

#endif
