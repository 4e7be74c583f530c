/* SPDX-License-Identifier: Apache-2.0 */
/*
 * default.c: `dset default`: DaemonSets as the API server would store them, or the ControllerRevisions it would make. A
 * manifest that it would refuse is not written: what is wrong with it is said on stderr.
 */
#include <string.h>

#include "jsontext.h"
#include "manifests.h"

static bool is_accepted(const struct manifest_set *set, const struct manifest *manifest) {
  return error_count(set, manifest) == 0;
}

/* ---- JSON: one object as it is, several as a List, as kubectl has it; YAML: documents ---- */

enum { ITEM_INDENT = 8 };

static void write_json_object(const char *object, size_t index, size_t count) {
  struct span value = {object, strlen(object)};
  if (count > 1) {
    const char *head = "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"List\",\n    \"items\": [";
    printf("%s\n%*s", index == 0 ? head : ",", ITEM_INDENT, "");
  }
  span_indented(stdout, value, count > 1 ? ITEM_INDENT : 0);
  if (index + 1 == count) puts(count > 1 ? "\n    ]\n}" : "");
}

static void write_yaml_object(const char *object, size_t index) {
  if (index > 0) puts("---");
  span_yaml(stdout, (struct span){object, strlen(object)});
}

/* A line for each: what a ControllerRevision has in its data, and the hash in its name. */
static void write_revision(const dset_manifest_entry *entry) {
  const dset_daemonset *daemonset = entry->manifest->daemonset;
  fputs("{\"namespace\":", stdout);
  write_json(stdout, entry->ns);
  fputs(",\"name\":", stdout);
  write_json(stdout, entry->name);
  fputs(",\"hash\":", stdout);
  write_json(stdout, entry->hash);
  fputs(",\"data\":", stdout);
  fwrite(daemonset->revision_data, 1, daemonset->revision_data_bytes, stdout);
  puts("}");
}

static void write_accepted(const struct manifest_set *set, size_t count) {
  size_t index = 0;
  for (size_t i = 0; i < set->file_count; i++) {
    for (size_t j = 0; j < set->files[i].count; j++) {
      const dset_manifest_entry *entry = set->files[i].items[j].entry;
      if (!is_accepted(set, &set->files[i].items[j])) continue;
      switch (set->request->form) {
        case FORM_YAML: write_yaml_object(entry->object, index); break;
        case FORM_REVISION: write_revision(entry); break;
        default: write_json_object(entry->object, index, count); break;
      }
      index++;
    }
  }
}

/* What was found in the manifests of a file; adds those that are accepted. */
static void say_findings(struct manifest_set *set, const struct manifest_file *file, size_t *accepted) {
  struct places *places = places_new(file->text, file->length);
  for (size_t i = 0; i < file->count; i++) {
    const dset_finding *finding;
    for (size_t j = 0; (finding = manifest_show(set, &file->items[i], j)) != NULL; j++) {
      finding_print(stderr, set->request, file, places, &file->items[i], finding, false);
    }
    *accepted += is_accepted(set, &file->items[i]);
  }
  places_free(places);
}

int default_command(const struct request *request) {
  struct manifest_set set;
  size_t accepted = 0;
  manifests_load(&set, request, findings_limit(request));
  for (size_t i = 0; i < set.file_count; i++) say_findings(&set, &set.files[i], &accepted);
  size_t omitted = findings_omitted(&set);
  if (omitted > 0) fprintf(stderr, "%zu more not shown; --max-findings sets how many are\n", omitted);
  write_accepted(&set, accepted);
  int result = manifests_exit(&set);
  if (set.manifests == 0 && result == 0) {
    fputs("dset: no DaemonSet in the input\n", stderr);
    result = EXIT_ERROR;
  }
  manifests_free(&set);
  return result;
}
