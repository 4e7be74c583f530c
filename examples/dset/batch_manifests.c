/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch_manifests.c: `--batch` of validate and default. A question is {"name", "document": manifest}; the manifest is
 * handed on as the bytes that stand in the line, so that duplicate keys are still there. With files, each DaemonSet
 * of them is a question. The answers:
 *
 *   validate   {"name", "decodeError"}, or {"name", "strictError", "errors", "warnings"}; an error is {"type", "field",
 *              "text"}; without strict errors or warnings those members are absent. With --warnings=error all of them
 *              are errors
 *   default    {"name", "decodeError"}, or {"name", "daemonSet", "revisionData", "hash", "strictError"}
 *
 * For files, "file" and "index" (of the document in the file) stand in place of "name".
 */
#include <stdlib.h>
#include <string.h>

#include "jsontext.h"
#include "manifests.h"

/* ---- kinds: each error is one of three ---- */

typedef bool chosen(const struct request *request, const dset_finding *finding);

static bool is_warning(const struct request *request, const dset_finding *finding) {
  return !is_error(request, finding);
}

/* What is not decoded at all. */
static bool is_decode_error(const struct request *request, const dset_finding *finding) {
  (void)request; /* an error, whatever it says */
  switch (finding->kind) {
    case DSET_FINDING_SYNTAX:
    case DSET_FINDING_NO_KIND:
    case DSET_FINDING_WRONG_TYPE:
    case DSET_FINDING_OUT_OF_RANGE: return true;
    default: return false;
  }
}

/* What strict decoding alone refuses. */
static bool is_strict_error(const struct request *request, const dset_finding *finding) {
  bool strict = finding->kind == DSET_FINDING_UNKNOWN_FIELD || finding->kind == DSET_FINDING_DUPLICATE_FIELD;
  return strict && is_error(request, finding);
}

/* What validation found. */
static bool is_refusal(const struct request *request, const dset_finding *finding) {
  return is_error(request, finding) && !is_decode_error(request, finding) && !is_strict_error(request, finding);
}

/* The first finding from `*index` on that is wanted; NULL when there is none. */
static const dset_finding *next_finding(const struct manifest_set *set, const struct manifest *manifest, chosen *wanted,
                                        size_t *index) {
  const dset_finding *finding;
  while ((finding = manifest_finding(set, manifest, (*index)++)) != NULL) {
    if (wanted(set->request, finding)) return finding;
  }
  return NULL;
}

/* ---- parts of an answer, each with a comma in front ---- */

static void write_decode_error(const struct manifest_set *set, const struct manifest *manifest) {
  const char *separator = "";
  const dset_finding *finding;
  fputs(",\"decodeError\":\"", stdout);
  for (size_t i = 0; (finding = next_finding(set, manifest, is_decode_error, &i)) != NULL;) {
    fputs(separator, stdout);
    write_json_part(stdout, finding->field);
    if (finding->field[0] != '\0') fputs(": ", stdout);
    write_json_part(stdout, finding->text);
    separator = "; ";
  }
  if (separator[0] == '\0') fputs("see --max-findings", stdout); /* all that are kept say something else */
  putchar('"');
}

/* In the words of the API server. */
static void write_strict_error(const struct manifest_set *set, const struct manifest *manifest) {
  const char *separator = ",\"strictError\":\"strict decoding error: ";
  const dset_finding *finding;
  size_t i = 0, found = 0;
  for (; (finding = next_finding(set, manifest, is_strict_error, &i)) != NULL; found++) {
    bool unknown = finding->kind == DSET_FINDING_UNKNOWN_FIELD;
    printf("%s%s field \\\"", separator, unknown ? "unknown" : "duplicate");
    write_json_part(stdout, finding->field);
    fputs("\\\"", stdout);
    separator = ", ";
  }
  if (found > 0) putchar('"');
}

static void write_findings(const struct manifest_set *set, const struct manifest *manifest, const char *name,
                           chosen *wanted) {
  const char *separator = "";
  const dset_finding *finding;
  printf(",\"%s\":[", name);
  for (size_t i = 0; (finding = next_finding(set, manifest, wanted, &i)) != NULL;) {
    printf("%s{\"type\":", separator);
    write_json(stdout, dset_finding_kind_name(finding->kind));
    fputs(",\"field\":", stdout);
    write_json(stdout, finding->field);
    fputs(",\"text\":", stdout);
    write_json(stdout, finding->text);
    putchar('}');
    separator = ",";
  }
  putchar(']');
}

static void write_object(const dset_manifest_entry *entry) {
  const dset_daemonset *daemonset = entry->manifest->daemonset;
  printf(",\"daemonSet\":%s,\"revisionData\":", entry->object);
  fwrite(daemonset->revision_data, 1, daemonset->revision_data_bytes, stdout);
  fputs(",\"hash\":", stdout);
  write_json(stdout, entry->hash);
}

/* All behind the name. */
static void write_answer(const struct manifest_set *set, const struct manifest *manifest) {
  if (manifest->entry->manifest == NULL) {
    write_decode_error(set, manifest);
  } else if (set->request->command == DEFAULT) {
    write_object(manifest->entry);
    write_strict_error(set, manifest);
  } else {
    write_strict_error(set, manifest);
    write_findings(set, manifest, "errors", is_refusal);
    if (warning_count(set, manifest) > 0) write_findings(set, manifest, "warnings", is_warning);
  }
  puts("}");
}

/* ---- files ---- */

int batch_manifests_command(const struct request *request) {
  struct manifest_set set;
  manifests_load(&set, request, request->max_findings);
  for (size_t i = 0; i < set.file_count; i++) {
    const struct manifest_file *file = &set.files[i];
    for (size_t j = 0; j < file->count; j++) {
      const struct origin from = {file->name, file->items[j].entry->index, file->items[j].entry->line};
      putchar('{');
      print_origin(&from);
      write_answer(&set, &file->items[j]);
    }
  }
  int result = manifests_exit(&set);
  manifests_free(&set);
  return result;
}

/* ---- lines ---- */

static void answer_wrong(const char *name, int code, const char *path, const char *text) {
  dset_error error = {.code = code, .line = 1};
  snprintf(error.path, sizeof error.path, "%s", path);
  snprintf(error.text, sizeof error.text, "%s", text);
  answer_error(name, &error);
}

static void answer_document(const struct request *request, const char *name, struct span document) {
  const struct manifest_set set = {.request = request};
  dset_manifests *manifests;
  dset_error error;
  int code = manifests_read(request, document.text, document.length, request->max_findings, &manifests, &error);
  if (code != DSET_OK) {
    answer_error(name, &error);
    return;
  }
  size_t count = dset_manifests_count(manifests);
  if (count > 1) {
    answer_wrong(name, DSET_ERR_INVALID, "document", "holds several DaemonSets; a question has one");
  } else {
    fputs("{\"name\":", stdout);
    write_json(stdout, name);
    if (count == 1) {
      const struct manifest manifest = {.entry = dset_manifests_entry(manifests, 0)};
      write_answer(&set, &manifest);
    } else {
      puts(",\"decodeError\":\"the document is no DaemonSet\"}");
    }
  }
  dset_manifests_free(manifests);
}

void answer_manifest(const char *line, size_t length, const struct request *request) {
  const struct span question = {line, length};
  struct span document = span_member(question, "document");
  char *text = span_string(span_member(question, "name"));
  if (document.text == NULL) {
    answer_wrong(text, DSET_ERR_INVALID, "document", "missing");
  } else if (document.text[0] != '{') {
    answer_wrong(text, DSET_ERR_TYPE, "document", "expected an object");
  } else {
    answer_document(request, text, document);
  }
  free(text);
}
