/* SPDX-License-Identifier: Apache-2.0 */
/* template.c (L5): the pod template inside revision data, see template.h, and its hash. */
#include "template.h"

#include "check.h"
#include "conform.h"
#include "daemonset/codec.h"
#include "hash.h"
#include "source.h"

/* As dset_revision_hash() asks for. */
enum { HASH_BYTES = 16 };

int dset_template_read(const dset_daemonset *daemonset, json_t **data, json_t **template, dset_error *error) {
  const dset_bounds bounds = {SIZE_MAX, 1000, SIZE_MAX, false};
  dset_source source;
  dset_source_document document = {0};
  const char *bytes = daemonset->revision_data_bytes == 0 ? "" : daemonset->revision_data;
  int code = dset_source_open(&source, bytes, daemonset->revision_data_bytes, &bounds, error);
  if (code == DSET_OK) code = dset_source_next(&source, &document, error);
  *data = NULL;
  *template = NULL;
  if (code == DSET_ERR_NOMEM) return code;
  json_t *found = json_object_get(json_object_get(document.root, "spec"), "template");
  if (!json_is_object(json_object_get(found, "spec"))) {
    json_decref(document.root);
    return dset_fail(error, DSET_ERR_INVALID, "daemonset.revision_data", "is not a Kubernetes pod template");
  }
  *data = document.root;
  *template = found;
  return DSET_OK;
}

static int hash_template(const json_t *template, const dset_status *status, dset_arena *arena, dset_error *error,
                         char hash[HASH_BYTES]) {
  dset_validate_options keep = {.size = sizeof keep, .max_findings = 1};
  dset_findings *findings = dset_findings_new(&keep);
  if (findings == NULL) return dset_fail_memory(error);
  findings->fields_ignored = true; /* "$patch" is no field */
  json_t *typed = dset_conform(template, DSET_SCHEMA_POD_TEMPLATE, NULL, findings);
  bool counted = status != NULL && status->has_collision_count;
  int code = DSET_OK;
  if (typed == NULL || findings->failed) {
    code = dset_fail_memory(error);
  } else if (findings->undecoded > 0) {
    code = dset_fail(error, DSET_ERR_INVALID, "daemonset.revision_data", "is not a Kubernetes pod template");
  } else if (!dset_hash_template(typed, counted, counted ? status->collision_count : 0, arena, hash)) {
    code = dset_fail_memory(error);
  }
  json_decref(typed);
  dset_findings_free(findings);
  return code;
}

int dset_revision_hash_kubernetes(const dset_daemonset *daemonset, char *text, size_t bytes, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  if (bytes != 0) text[0] = '\0';
  if (bytes < HASH_BYTES) return dset_fail(error, DSET_ERR_INVALID, "bytes", "must be at least %d", HASH_BYTES);
  int code = dset_check_daemonset(daemonset, error);
  if (code != DSET_OK) return code;
  json_t *data, *template;
  code = dset_template_read(daemonset, &data, &template, error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  code = hash_template(template, daemonset->status, &arena, error, text);
  dset_arena_clear(&arena);
  json_decref(data);
  return code;
}
