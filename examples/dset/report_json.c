/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_json.c: findings as one JSON document:
 *
 *   {"files": [{"file", "error", "manifests": [{"index", "line", "apiVersion", "namespace", "name", "errors",
 * "warnings", "findings": [{"severity", "type", "field", "value", "text", "rule", "line", "column"}]}]}], "summary":
 * {"files", "manifests", "errors", "warnings", "unreadable", "omitted"}}
 *
 * "error" is there when the file could not be read, "manifests" when it could. A line or column of 0 is not known.
 */
#include "manifests.h"

static void member(const char *name, const char *text) {
  printf(",\"%s\":", name);
  write_json(stdout, text);
}

static void write_finding(const struct request *request, const struct manifest *manifest, const dset_finding *finding) {
  printf("{\"severity\":\"%s\"", is_error(request, finding) ? "error" : "warning");
  member("type", dset_finding_kind_name(finding->kind));
  member("field", finding->field);
  member("value", finding->value);
  member("text", finding->text);
  member("rule", finding->rule);
  printf(",\"line\":%zu,\"column\":%zu}", finding_line(manifest, finding), finding_column(manifest, finding));
}

static void write_manifest(struct manifest_set *set, const struct manifest *manifest) {
  const dset_manifest_entry *entry = manifest->entry;
  printf("{\"index\":%zu,\"line\":%zu", entry->index, entry->line);
  member("apiVersion", entry->api_version);
  member("namespace", entry->ns);
  member("name", entry->name);
  printf(",\"errors\":%zu,\"warnings\":%zu,\"findings\":[", error_count(set, manifest), warning_count(set, manifest));
  const dset_finding *finding;
  for (size_t i = 0; (finding = manifest_show(set, manifest, i)) != NULL; i++) {
    fputs(i == 0 ? "\n  " : ",\n  ", stdout);
    write_finding(set->request, manifest, finding);
  }
  fputs("]}", stdout);
}

static void write_file(struct manifest_set *set, const struct manifest_file *file) {
  fputs("{\"file\":", stdout);
  write_json(stdout, file->name);
  if (file->problem != NULL) {
    member("error", file->problem);
  } else {
    fputs(",\"manifests\":[", stdout);
    for (size_t i = 0; i < file->count; i++) {
      fputs(i == 0 ? "\n " : ",\n ", stdout);
      write_manifest(set, &file->items[i]);
    }
    putchar(']');
  }
  putchar('}');
}

void report_json(struct manifest_set *set) {
  fputs("{\"files\":[", stdout);
  for (size_t i = 0; i < set->file_count; i++) {
    fputs(i == 0 ? "\n" : ",\n", stdout);
    write_file(set, &set->files[i]);
  }
  printf(
      "],\n\"summary\":{\"files\":%zu,\"manifests\":%zu,\"errors\":%zu,\"warnings\":%zu,\"unreadable\":%zu,"
      "\"omitted\":%zu}}\n",
      set->file_count, set->manifests, set->errors, set->warnings, set->unreadable, findings_omitted(set));
}
