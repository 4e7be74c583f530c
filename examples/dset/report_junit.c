/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_junit.c: findings as the XML that CI systems read: a test suite for each file, a test case for each manifest.
 * A case with errors has one <failure>, as some readers take only the first; warnings stand in <system-out>. A file
 * that could not be read is a suite whose only case has an <error>.
 */
#include <stdlib.h>

#include "manifests.h"

static void attribute(const char *name, const char *value) {
  printf(" %s=\"", name);
  write_xml(stdout, value);
  putchar('"');
}

/* Attributes of a test case, all but the line of a manifest. */
static void open_case(const struct manifest_file *file, const char *name) {
  fputs("    <testcase", stdout);
  attribute("name", name);
  attribute("classname", file->name);
  attribute("file", file->name);
}

/* One line of text: where, what, which rule. */
static void write_line(const struct manifest_file *file, const struct manifest *manifest, const dset_finding *finding) {
  write_xml(stdout, file->name);
  size_t line = finding_line(manifest, finding);
  if (line != 0) printf(":%zu:%zu", line, finding_column(manifest, finding));
  fputs(": ", stdout);
  write_xml(stdout, finding->field);
  if (finding->field[0] != '\0') fputs(": ", stdout);
  write_xml(stdout, finding->text);
  printf("  [%s]\n", finding_tag(finding));
}

/* The errors or the others of the first `shown` findings; how many of `total` are not among them. */
static void write_lines(const struct manifest_set *set, const struct manifest_file *file,
                        const struct manifest *manifest, size_t shown, bool errors, size_t total) {
  for (size_t i = 0; i < shown; i++) {
    const dset_finding *finding = manifest_finding(set, manifest, i);
    if (is_error(set->request, finding) != errors) continue;
    write_line(file, manifest, finding);
    total--;
  }
  if (total > 0) printf("%zu more not shown\n", total);
}

static void write_failure(const struct manifest_set *set, const struct manifest_file *file,
                          const struct manifest *manifest, size_t shown) {
  size_t errors = error_count(set, manifest);
  printf("      <failure message=\"%zu error%s\">", errors, errors == 1 ? "" : "s");
  write_lines(set, file, manifest, shown, true, errors);
  fputs("</failure>\n", stdout);
}

static void write_manifest(struct manifest_set *set, const struct manifest_file *file,
                           const struct manifest *manifest) {
  size_t shown = 0, errors = error_count(set, manifest), warnings = warning_count(set, manifest);
  while (manifest_show(set, manifest, shown) != NULL) shown++;
  char *name = manifest_name(manifest);
  open_case(file, name);
  free(name);
  if (manifest->entry->line != 0) printf(" line=\"%zu\"", manifest->entry->line);
  if (errors + warnings == 0) {
    puts("/>");
    return;
  }
  puts(">");
  if (errors > 0) write_failure(set, file, manifest, shown);
  if (warnings > 0) {
    fputs("      <system-out>", stdout);
    write_lines(set, file, manifest, shown, false, warnings);
    fputs("</system-out>\n", stdout);
  }
  puts("    </testcase>");
}

static void write_unreadable(const struct manifest_file *file) {
  open_case(file, "can be read");
  fputs(">\n      <error", stdout);
  attribute("message", file->problem);
  fputs("/>\n    </testcase>\n", stdout);
}

static void write_file(struct manifest_set *set, const struct manifest_file *file) {
  bool readable = file->problem == NULL;
  size_t failures = 0;
  if (readable && file->count == 0) return;
  for (size_t i = 0; i < file->count; i++) failures += error_count(set, &file->items[i]) > 0;
  fputs("  <testsuite", stdout);
  attribute("name", file->name);
  printf(" tests=\"%zu\" failures=\"%zu\" errors=\"%d\">\n", readable ? file->count : 1, failures, !readable);
  if (!readable) write_unreadable(file);
  for (size_t i = 0; i < file->count; i++) write_manifest(set, file, &file->items[i]);
  puts("  </testsuite>");
}

void report_junit(struct manifest_set *set) {
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dset validate\">\n", stdout);
  for (size_t i = 0; i < set->file_count; i++) write_file(set, &set->files[i]);
  size_t omitted = findings_omitted(set);
  if (omitted > 0) printf("  <!-- %zu findings more, not shown -->\n", omitted);
  puts("</testsuites>");
}
