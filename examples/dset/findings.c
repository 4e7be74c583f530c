/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c: what was found in a manifest: which of it is shown, how it counts, how it reads as a compiler's message.
 */
#include <stdlib.h>

#include "manifests.h"

enum { SHOWN_FINDINGS = 100 };

/* ---- kinds ---- */

bool is_error(const struct request *request, const dset_finding *finding) {
  return finding->severity == DSET_SEVERITY_ERROR || request->warnings == WARNINGS_ERROR;
}

const char *finding_tag(const dset_finding *finding) {
  return finding->rule[0] != '\0' ? finding->rule : dset_finding_kind_name(finding->kind);
}

/* ---- which ---- */

size_t findings_limit(const struct request *request) {
  return request->max_findings == 0 ? SHOWN_FINDINGS : request->max_findings;
}

const dset_finding *manifest_finding(const struct manifest_set *set, const struct manifest *manifest, size_t index) {
  size_t own = dset_findings_count(manifest->entry->findings);
  if (index < own) return dset_findings_get(manifest->entry->findings, index);
  if (index - own >= manifest->overlap_count) return NULL;
  return dset_findings_get(set->overlaps, manifest->overlap + (index - own));
}

const dset_finding *manifest_show(struct manifest_set *set, const struct manifest *manifest, size_t index) {
  if (set->shown >= findings_limit(set->request)) return NULL;
  const dset_finding *finding = manifest_finding(set, manifest, index);
  if (finding != NULL) set->shown++;
  return finding;
}

size_t findings_omitted(const struct manifest_set *set) {
  return set->errors + set->warnings - set->shown;
}

/* ---- how many ---- */

static size_t total(const struct manifest *manifest, int32_t severity) {
  return dset_findings_total(manifest->entry->findings, severity);
}

size_t error_count(const struct manifest_set *set, const struct manifest *manifest) {
  size_t count = total(manifest, DSET_SEVERITY_ERROR);
  if (set->request->warnings != WARNINGS_ERROR) return count;
  return count + total(manifest, DSET_SEVERITY_WARNING) + manifest->overlap_count;
}

size_t warning_count(const struct manifest_set *set, const struct manifest *manifest) {
  if (set->request->warnings == WARNINGS_ERROR) return 0;
  return total(manifest, DSET_SEVERITY_WARNING) + manifest->overlap_count;
}

/* ---- one of them ---- */

char *manifest_name(const struct manifest *manifest) {
  const dset_manifest_entry *entry = manifest->entry;
  return entry->name[0] == '\0' ? format("document %zu", entry->index) : format("%s/%s", entry->ns, entry->name);
}

/* What is found between manifests is about the selector of one. */
static bool is_about_selector(const struct manifest *manifest, const dset_finding *finding) {
  return finding->kind == DSET_FINDING_SELECTOR_OVERLAP && manifest->entry->selector_line != 0;
}

static bool has_place(const struct manifest *manifest, const dset_finding *finding) {
  return finding->line != 0 || is_about_selector(manifest, finding);
}

size_t finding_line(const struct manifest *manifest, const dset_finding *finding) {
  if (is_about_selector(manifest, finding)) return manifest->entry->selector_line;
  return finding->line != 0 ? finding->line : manifest->entry->line;
}

size_t finding_column(const struct manifest *manifest, const dset_finding *finding) {
  if (is_about_selector(manifest, finding)) return manifest->entry->selector_column;
  return finding->line != 0 ? finding->column : manifest->entry->line != 0;
}

static void print_label(FILE *to, bool error, bool colour) {
  const char *label = error ? "error" : "warning";
  if (colour) {
    fprintf(to, "%s%s:\033[0m ", error ? "\033[31m" : "\033[33m", label);
  } else {
    fprintf(to, "%s: ", label);
  }
}

void finding_print(FILE *to, const struct request *request, const struct manifest_file *file, struct places *places,
                   const struct manifest *manifest, const dset_finding *finding, bool colour) {
  size_t line = finding_line(manifest, finding), column = finding_column(manifest, finding);
  write_clean(to, file->name);
  if (line != 0) fprintf(to, ":%zu:%zu", line, column);
  fputs(": ", to);
  print_label(to, is_error(request, finding), colour);
  if (!has_place(manifest, finding)) { /* then it is about the manifest as a whole */
    char *name = manifest_name(manifest);
    write_clean(to, name);
    fputs(": ", to);
    free(name);
  }
  write_clean(to, finding->field);
  if (finding->field[0] != '\0') fputs(": ", to);
  write_clean(to, finding->text);
  fprintf(to, "  [%s]\n", finding_tag(finding));
  if (has_place(manifest, finding)) places_excerpt(places, to, line, column);
}
