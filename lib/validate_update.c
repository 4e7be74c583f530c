/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_update.c (L2): what an update may not change (B23).
 *
 *   template    | template generation | finding at spec.templateGeneration
 *   any         | lower               | must not be decremented
 *   changed     | equal               | must be incremented upon template update
 *   the same    | higher              | must not be incremented without template update
 */
#include <stdlib.h>

#include "model.h"
#include "table.h"
#include "text.h"
#include "validate.h"
#include "value.h"

/* ---- finalizers ---- */

static int compare_texts(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

/* The finalizers that the stored object does not have, each once, by name. NULL when an allocation fails. */
static const char **new_finalizers(dset_validation *v, size_t *count) {
  const dset_manifest *manifest = v->manifest;
  const dset_manifest *stored = v->stored;
  dset_table known;
  const char **added = dset_arena_alloc(&v->scratch, manifest->finalizer_count, sizeof *added);
  if (added == NULL || !dset_table_init(&known, &v->scratch, stored->finalizer_count + manifest->finalizer_count)) {
    return NULL;
  }
  for (size_t i = 0; i < stored->finalizer_count; i++) {
    dset_table_insert(&known, dset_text_or_empty(stored->finalizers[i]), "", i);
  }
  *count = 0;
  for (size_t i = 0; i < manifest->finalizer_count; i++) {
    const char *name = dset_text_or_empty(manifest->finalizers[i]);
    if (dset_table_insert(&known, name, "", i) == DSET_TABLE_NONE) added[(*count)++] = name;
  }
  if (*count > 1) qsort(added, *count, sizeof *added, compare_texts);
  return added;
}

static void check_new_finalizers(dset_validation *v, const dset_path *metadata) {
  size_t count;
  if (v->stored->deletion_ms == 0 && !v->stored->daemonset->deleting) return;
  const char **added = new_finalizers(v, &count);
  if (added == NULL) {
    v->findings->failed = true;
    return;
  }
  if (count == 0) return;
  dset_buffer list = dset_findings_buffer(v->findings);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) dset_buffer_string(&list, ", ");
    dset_text_quote(&list, added[i]);
  }
  dset_findings_add(v->findings, DSET_FINDING_FORBIDDEN, "B23", DSET_AT(metadata, "finalizers"), NULL,
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{%s}",
                    dset_findings_take(v->findings, &list));
}

/* ---- metadata ---- */

static void immutable(dset_validation *v, const dset_path *path, bool changed, const char *value) {
  if (!changed) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B23", path, value, "field is immutable");
}

static void immutable_time(dset_validation *v, const dset_path *path, int64_t new_ms, int64_t old_ms) {
  if (new_ms == old_ms) return;
  dset_buffer value = dset_findings_buffer(v->findings);
  dset_value_time(&value, new_ms);
  immutable(v, path, true, dset_findings_take(v->findings, &value));
}

static void check_identity(dset_validation *v, const dset_path *metadata) {
  const dset_manifest *manifest = v->manifest;
  const dset_manifest *stored = v->stored;
  const dset_daemonset *now = manifest->daemonset;
  const dset_daemonset *before = stored->daemonset;
  bool grace_changed =
      manifest->has_deletion_grace_seconds != stored->has_deletion_grace_seconds ||
      (manifest->has_deletion_grace_seconds && manifest->deletion_grace_seconds != stored->deletion_grace_seconds);
  immutable(v, DSET_AT(metadata, "name"), !dset_text_equal(now->name, before->name),
            dset_findings_quote(v->findings, now->name));
  immutable(v, DSET_AT(metadata, "namespace"), !dset_text_equal(now->ns, before->ns),
            dset_findings_quote(v->findings, now->ns));
  immutable(v, DSET_AT(metadata, "uid"), !dset_text_equal(now->uid, before->uid),
            dset_findings_json(v->findings, now->uid));
  immutable_time(v, DSET_AT(metadata, "creationTimestamp"), manifest->created_ms, stored->created_ms);
  immutable_time(v, DSET_AT(metadata, "deletionTimestamp"), manifest->deletion_ms, stored->deletion_ms);
  immutable(v, DSET_AT(metadata, "deletionGracePeriodSeconds"), grace_changed,
            manifest->has_deletion_grace_seconds ? dset_findings_number(v->findings, manifest->deletion_grace_seconds)
                                                 : "null");
}

void dset_validate_meta_update(dset_validation *v, const dset_path *metadata) {
  const dset_manifest *manifest = v->manifest;
  int64_t generation = v->daemonset->generation;
  const dset_path *generation_path = DSET_AT(metadata, "generation");
  check_new_finalizers(v, metadata);
  if (dset_text_empty(manifest->resource_version)) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B23", DSET_AT(metadata, "resourceVersion"), "\"\"",
                      "must be specified for an update");
  }
  dset_validate_not_negative(v, "B23", generation_path, generation);
  if (generation < v->stored->daemonset->generation) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B23", generation_path,
                      dset_findings_number(v->findings, generation), "must not be decremented");
  }
  check_identity(v, metadata);
  dset_validate_labels(v, "B4", DSET_AT(metadata, "labels"), manifest->labels, manifest->label_count);
  dset_validate_annotations(v, "B5", DSET_AT(metadata, "annotations"), manifest->annotations,
                            manifest->annotation_count, DSET_GENERATION_ANNOTATION);
  dset_validate_owners(v, metadata);
  dset_validate_finalizer_names(v, metadata);
}

/* ---- spec ---- */

static void check_template_generation(dset_validation *v, const dset_path *path) {
  const dset_daemonset *now = v->daemonset;
  const dset_daemonset *before = v->stored->daemonset;
  int64_t generation = v->manifest->template_generation;
  int64_t old_generation = v->stored->template_generation;
  bool changed =
      !dset_data_same(now->revision_data, now->revision_data_bytes, before->revision_data, before->revision_data_bytes);
  const char *text = NULL;
  if (generation < old_generation) text = "must not be decremented";
  if (generation == old_generation && changed) text = "must be incremented upon template update";
  if (generation > old_generation && !changed) text = "must not be incremented without template update";
  if (text == NULL) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B23", path, dset_findings_number(v->findings, generation), "%s",
                    text);
}

static void check_selector(dset_validation *v, const dset_path *path) {
  dset_buffer now = dset_findings_buffer(v->findings);
  dset_buffer before = dset_findings_buffer(v->findings);
  dset_value_selector(&now, v->daemonset->selector);
  dset_value_selector(&before, v->stored->daemonset->selector);
  if (now.failed || before.failed) v->findings->failed = true;
  bool changed = !v->findings->failed && strcmp(now.bytes, before.bytes) != 0;
  dset_buffer_clear(&before);
  immutable(v, path, changed, dset_findings_take(v->findings, &now));
}

void dset_validate_spec_update(dset_validation *v, const dset_path *spec) {
  check_template_generation(v, DSET_AT(spec, "templateGeneration"));
  check_selector(v, DSET_AT(spec, "selector"));
}
