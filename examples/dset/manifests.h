/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifests.h: the manifests that a request names, and what was found in them: by the library in each, and between them
 * (two DaemonSets that select each other's pods, in whichever files they stand).
 */
#ifndef DSET_MANIFESTS_H
#define DSET_MANIFESTS_H

#include "dset.h"

struct manifest {
  const dset_manifest_entry *entry;
  size_t overlap; /* its first finding in the set's overlaps */
  size_t overlap_count;
};

struct manifest_file {
  char *name;
  char *text; /* NULL: there is no manifest in it */
  size_t length;
  char *problem; /* why it could not be read; NULL: it could */
  bool named;    /* on the command line, not found in a folder */
  dset_manifests *manifests;
  struct manifest *items;
  size_t count;
};

/* Everything a request names, and the counts of a run. */
struct manifest_set {
  const struct request *request;
  struct manifest_file *files;
  size_t file_count;
  dset_findings *overlaps; /* NULL = none */
  size_t kept;             /* findings in memory */
  size_t limit;            /* of them */
  /* counts */
  size_t holding;    /* files that hold a DaemonSet */
  size_t unreadable; /* files that could not be read */
  size_t manifests;
  size_t errors;
  size_t warnings;
  size_t shown; /* of both */
};

/* Reads all of it; what cannot be read is said on stderr. At most `limit` findings are kept (0: the library's limit).
 */
void manifests_load(struct manifest_set *set, const struct request *request, size_t limit);
void manifests_free(struct manifest_set *set);

/* Reads one text as the request wants it read. */
int manifests_read(const struct request *request, const char *text, size_t length, size_t limit,
                   dset_manifests **manifests, dset_error *error);

/* Finding `index` of a manifest, the overlaps last; NULL past the end. */
const dset_finding *manifest_finding(const struct manifest_set *set, const struct manifest *manifest, size_t index);

/* The same for one that is shown, and counted so; NULL, too, when enough were shown. */
const dset_finding *manifest_show(struct manifest_set *set, const struct manifest *manifest, size_t index);

/* How many findings are shown when the request does not say; and how many were found and not shown. */
size_t findings_limit(const struct request *request);
size_t findings_omitted(const struct manifest_set *set);

/* How many errors and warnings a manifest has, those beyond the limit included. --warnings=error makes errors of all.
 */
size_t error_count(const struct manifest_set *set, const struct manifest *manifest);
size_t warning_count(const struct manifest_set *set, const struct manifest *manifest);
bool is_error(const struct request *request, const dset_finding *finding);

/* What stands in brackets behind a finding: the rule, or the name that --silence takes. */
const char *finding_tag(const dset_finding *finding);

/* "namespace/name", or which document it is when it has no name; the caller frees it. */
char *manifest_name(const struct manifest *manifest);

/* Where a finding is, or else where its manifest starts; 0 = not known. */
size_t finding_line(const struct manifest *manifest, const dset_finding *finding);
size_t finding_column(const struct manifest *manifest, const dset_finding *finding);

/* The exit code of a run. */
int manifests_exit(const struct manifest_set *set);

/* ---- where a finding stands in the text ---- */

struct places; /* finds lines and columns of a text without reading all of it each time */

struct places *places_new(const char *text, size_t length);
void places_free(struct places *places);

/* The line with a caret under the column. */
void places_excerpt(struct places *places, FILE *file, size_t line, size_t column);

/* A finding as compilers write it, with its line and a caret. */
void finding_print(FILE *to, const struct request *request, const struct manifest_file *file, struct places *places,
                   const struct manifest *manifest, const dset_finding *finding, bool colour);

/* ---- reports of `dset validate` on standard output ---- */

void report_text(struct manifest_set *set);
void report_json(struct manifest_set *set);
void report_junit(struct manifest_set *set);
void report_tap(struct manifest_set *set);

#endif
