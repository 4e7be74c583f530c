/* SPDX-License-Identifier: Apache-2.0 */
/* manifests.c: reading the manifests of a request, and counting what was found in them. */
#include "manifests.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

int manifests_read(const struct request *request, const char *text, size_t length, size_t limit,
                   dset_manifests **manifests, dset_error *error) {
  dset_read_options read = {.size = sizeof read, .max_bytes = request->max_bytes, .max_values = request->max_values};
  dset_validate_options validate = {.size = sizeof validate, .max_findings = limit};
  validate.silent = request->silent;
  validate.silent_count = request->silent_count;
  validate.no_warnings = request->warnings == WARNINGS_OFF;
  dset_manifest_options options = {.size = sizeof options, .read = &read, .validate = &validate};
  options.validation = request->validation;
  return dset_manifests_read(text, length, &options, manifests, error);
}

static char *copy(const char *text) {
  return format("%s", text);
}

/* Why a text could not be read, with what could be done about a limit. */
static char *explain_error(const dset_error *error) {
  char *place = error->line == 0 ? copy("") : format("%zu:%zu: ", error->line, error->column);
  const char *colon = error->path[0] == '\0' ? "" : ": ";
  const char *advice = error->code == DSET_ERR_LIMIT ? "; --max-values sets the limit of values" : "";
  char *text = format("%s%s%s%s%s", place, error->path, colon, error->text, advice);
  free(place);
  return text;
}

/* A line about a file on stderr. */
static void say(const struct request *request, const char *file, const char *text) {
  progress_clear(request);
  fputs("dset: ", stderr);
  write_clean(stderr, file);
  fputs(": ", stderr);
  write_clean(stderr, text);
  fputc('\n', stderr);
}

static struct manifest_file *add_file(struct manifest_set *set, const struct source *source) {
  bool full = (set->file_count & (set->file_count + 1)) == 0; /* capacities are 1, 3, 7, 15 ... */
  if (full) set->files = need(realloc(set->files, (set->file_count * 2 + 1) * sizeof *set->files));
  struct manifest_file *file = &set->files[set->file_count++];
  *file = (struct manifest_file){.name = copy(source->file), .named = source->named, .length = source->length};
  return file;
}

static bool unreadable(struct manifest_set *set, struct manifest_file *file, char *problem) {
  file->problem = problem;
  set->unreadable++;
  say(set->request, file->name, problem);
  return false;
}

/* Takes over what was read; and the text, as something of it may have to be shown. */
static void take_manifests(struct manifest_set *set, struct manifest_file *file, struct source *source) {
  size_t findings = 0;
  file->count = dset_manifests_count(file->manifests);
  file->items = need(calloc(file->count + 1, sizeof *file->items));
  for (size_t i = 0; i < file->count; i++) {
    file->items[i].entry = dset_manifests_entry(file->manifests, i);
    findings += dset_findings_count(file->items[i].entry->findings);
  }
  set->kept += findings;
  set->manifests += file->count;
  set->holding += file->count > 0;
  if (file->count == 0) return;
  file->text = source->text;
  source->text = NULL;
}

static bool load_source(void *context, struct source *source) {
  struct manifest_set *set = context;
  const struct request *request = set->request;
  struct manifest_file *file = add_file(set, source);
  if (source->text == NULL) return unreadable(set, file, copy(source->problem));
  size_t limit = set->limit == 0 ? 0 : set->limit > set->kept ? set->limit - set->kept : 1;
  dset_error error;
  if (manifests_read(request, source->text, source->length, limit, &file->manifests, &error) != DSET_OK) {
    return unreadable(set, file, explain_error(&error));
  }
  take_manifests(set, file, source);
  if (file->count == 0 && file->named) say(request, file->name, "note: there is no DaemonSet in it");
  return true;
}

/* ---- overlaps ---- */

/* Gives each manifest its part of the overlaps, which stand in the order of the manifests. */
static void share_overlaps(struct manifest_set *set) {
  size_t next = 0, index = 0;
  for (size_t i = 0; i < set->file_count; i++) {
    for (size_t j = 0; j < set->files[i].count; j++) {
      struct manifest *manifest = &set->files[i].items[j];
      if (manifest->entry->manifest == NULL) continue;
      manifest->overlap = next;
      const dset_finding *finding;
      while ((finding = dset_findings_get(set->overlaps, next)) != NULL && finding->manifest == index) next++;
      manifest->overlap_count = next - manifest->overlap;
      index++;
    }
  }
}

static void find_overlaps(struct manifest_set *set) {
  const struct request *request = set->request;
  const dset_manifest **all = need(malloc((set->manifests + 1) * sizeof(dset_manifest *)));
  size_t count = 0;
  for (size_t i = 0; i < set->file_count; i++) {
    for (size_t j = 0; j < set->files[i].count; j++) {
      const dset_manifest *manifest = set->files[i].items[j].entry->manifest;
      if (manifest != NULL) all[count++] = manifest;
    }
  }
  dset_validate_options options = {.size = sizeof options, .max_findings = count + 1}; /* one a manifest */
  options.silent = request->silent;
  options.silent_count = request->silent_count;
  options.no_warnings = request->warnings == WARNINGS_OFF;
  dset_error error;
  if (dset_validate_overlap(all, count, &options, &set->overlaps, &error) == DSET_OK) {
    share_overlaps(set);
  } else {
    complain(NULL, &error);
    set->unreadable++;
  }
  free(all);
}

/* ---- the set ---- */

void manifests_load(struct manifest_set *set, const struct request *request, size_t limit) {
  *set = (struct manifest_set){.request = request, .limit = limit};
  files_visit(request, load_source, set);
  find_overlaps(set);
  for (size_t i = 0; i < set->file_count; i++) {
    for (size_t j = 0; j < set->files[i].count; j++) {
      set->errors += error_count(set, &set->files[i].items[j]);
      set->warnings += warning_count(set, &set->files[i].items[j]);
    }
  }
}

void manifests_free(struct manifest_set *set) {
  for (size_t i = 0; i < set->file_count; i++) {
    struct manifest_file *file = &set->files[i];
    dset_manifests_free(file->manifests);
    free(file->name);
    free(file->text);
    free(file->problem);
    free(file->items);
  }
  dset_findings_free(set->overlaps);
  free(set->files);
}

int manifests_exit(const struct manifest_set *set) {
  return set->unreadable > 0 ? EXIT_ERROR : set->errors > 0 ? EXIT_FINDINGS : 0;
}
