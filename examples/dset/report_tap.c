/* SPDX-License-Identifier: Apache-2.0 */
/* report_tap.c: findings as TAP 14: a test point for each manifest, its findings as a YAML diagnostic block. */
#include <stdlib.h>
#include <string.h>

#include "manifests.h"

/* A description: \ and # have a meaning there. */
static void describe(const char *text) {
  while (*text != '\0') {
    size_t plain = strcspn(text, "\\#");
    char *part = format("%.*s", (int)plain, text);
    write_clean(stdout, part);
    free(part);
    text += plain;
    if (*text != '\0') printf("\\%c", *text++);
  }
}

static void write_point(size_t *points, bool good, const struct manifest_file *file, const char *name) {
  printf("%s %zu - ", good ? "ok" : "not ok", ++*points);
  describe(file->name);
  fputs(": ", stdout);
  describe(name);
  putchar('\n');
}

/* Strings in quotes as JSON, which is YAML as well. */
static void member(const char *name, const char *text) {
  printf("      %s: ", name);
  write_json(stdout, text);
  putchar('\n');
}

static void write_finding(const struct request *request, const struct manifest *manifest, const dset_finding *finding) {
  printf("    - severity: %s\n", is_error(request, finding) ? "error" : "warning");
  member("type", dset_finding_kind_name(finding->kind));
  member("field", finding->field);
  member("text", finding->text);
  if (finding->rule[0] != '\0') member("rule", finding->rule);
  printf("      line: %zu\n      column: %zu\n", finding_line(manifest, finding), finding_column(manifest, finding));
}

static void write_manifest(struct manifest_set *set, const struct manifest_file *file, const struct manifest *manifest,
                           size_t *points) {
  size_t errors = error_count(set, manifest), warnings = warning_count(set, manifest);
  char *name = manifest_name(manifest);
  write_point(points, errors == 0, file, name);
  free(name);
  if (errors + warnings == 0) return;
  printf("  ---\n  errors: %zu\n  warnings: %zu\n", errors, warnings);
  const dset_finding *finding;
  size_t shown = 0;
  for (; (finding = manifest_show(set, manifest, shown)) != NULL; shown++) {
    if (shown == 0) puts("  findings:");
    write_finding(set->request, manifest, finding);
  }
  if (errors + warnings > shown) printf("  omitted: %zu\n", errors + warnings - shown);
  puts("  ...");
}

static void write_unreadable(const struct manifest_file *file, size_t *points) {
  write_point(points, false, file, "can be read");
  fputs("  ---\n  message: ", stdout);
  write_json(stdout, file->problem);
  puts("\n  ...");
}

void report_tap(struct manifest_set *set) {
  size_t points = 0;
  puts("TAP version 14");
  for (size_t i = 0; i < set->file_count; i++) {
    const struct manifest_file *file = &set->files[i];
    if (file->problem != NULL) write_unreadable(file, &points);
    for (size_t j = 0; j < file->count; j++) write_manifest(set, file, &file->items[j], &points);
  }
  size_t omitted = findings_omitted(set);
  if (omitted > 0) printf("# %zu findings more, not shown\n", omitted);
  printf(points == 0 ? "1..%zu # SKIP no DaemonSet\n" : "1..%zu\n", points);
}
