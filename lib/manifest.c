/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c (L5): one DaemonSet that somebody wrote, see manifest.h. */
#include "manifest.h"

#include <string.h>

#include "conform.h"
#include "defaults.h"
#include "encode.h"
#include "facts.h"
#include "hash.h"
#include "validate.h"

/*
 * A21: an annotation that is no int64 fails the request before it is validated; one that is comes back in its canonical
 * form. False when an allocation fails.
 */
static bool conform_generation(const json_t *typed, const dset_path *path, dset_findings *findings) {
  json_t *annotations = json_object_get(json_object_get(typed, "metadata"), "annotations");
  const char *text = json_string_value(json_object_get(annotations, DSET_GENERATION_ANNOTATION));
  int64_t generation;
  if (text == NULL) return true;
  if (dset_text_to_int64(text, strlen(text), &generation)) {
    const char *canonical = dset_findings_number(findings, generation);
    return json_object_set_new_nocheck(annotations, DSET_GENERATION_ANNOTATION, json_string_nocheck(canonical)) == 0;
  }
  const dset_path *at = DSET_AT(DSET_AT(DSET_AT(path, "metadata"), "annotations"), DSET_GENERATION_ANNOTATION);
  dset_findings_add(findings, DSET_FINDING_OUT_OF_RANGE, "A21", at, NULL, "expected an integer, found %s",
                    dset_findings_quote(findings, text));
  return true;
}

static bool take_buffer(dset_buffer *buffer, dset_arena *arena, const char **text) {
  *text = buffer->failed ? NULL : dset_arena_copy(arena, buffer->bytes, buffer->length);
  dset_buffer_clear(buffer);
  return *text != NULL;
}

static bool take_member(const json_t *object, const char *key, dset_arena *arena, const char **text) {
  *text = dset_arena_string(arena, json_string_value(json_object_get(object, key)));
  return *text != NULL;
}

/* Items of a DaemonSetList need not say what they are; what becomes of them does. */
static bool fill_kind(json_t *typed) {
  return json_object_set_new_nocheck(typed, "kind", json_string_nocheck("DaemonSet")) == 0 &&
         json_object_set_new_nocheck(typed, "apiVersion", json_string_nocheck("apps/v1")) == 0;
}

/* kubectl puts objects without a namespace into the one of its context. */
static bool fill_namespace(json_t *typed, const char *default_ns) {
  json_t *metadata = json_object_get(typed, "metadata");
  const char *ns = json_string_value(json_object_get(metadata, "namespace"));
  if (!dset_text_empty(ns)) return true;
  if (metadata == NULL) {
    metadata = json_object();
    if (json_object_set_new_nocheck(typed, "metadata", metadata) != 0) return false;
  }
  return json_object_set_new_nocheck(metadata, "namespace", json_string_nocheck(default_ns)) == 0;
}

/* A20: the API server sets both generations of what it creates, and then validates. */
static void validate_creation(const dset_manifest *manifest, const dset_validate_options *validate,
                              dset_findings *findings) {
  dset_daemonset daemonset = *manifest->daemonset;
  dset_manifest created = *manifest;
  daemonset.generation = 1;
  created.daemonset = &daemonset;
  if (created.template_generation < 1) created.template_generation = 1;
  dset_validate_manifest(&created, NULL, validate, findings);
}

/* Validation starts at the object: its findings from `first` on get the way to it in the document. */
static bool lead_through(const dset_path *path, dset_findings *findings, size_t first) {
  size_t depth;
  const dset_step *way = dset_path_steps(path, &findings->arena, &depth);
  if (way == NULL) return false;
  for (size_t i = first; depth > 0 && i < findings->count; i++) {
    dset_found *found = &findings->records[i];
    dset_step *steps = dset_arena_alloc(&findings->arena, depth + found->step_count, sizeof *steps);
    if (steps == NULL) return false;
    memcpy(steps, way, depth * sizeof *steps);
    if (found->step_count > 0) memcpy(steps + depth, found->steps, found->step_count * sizeof *steps);
    found->steps = steps;
    found->step_count += depth;
  }
  return true;
}

static bool load_typed(json_t *typed, const dset_path *path, dset_arena *arena, const dset_validate_options *validate,
                       dset_findings *findings, dset_manifest_entry *entry) {
  if (!dset_defaults_fill(typed, &arena->allocator)) return false;
  dset_buffer object;
  dset_buffer_init(&object, &arena->allocator);
  dset_encode_object(&object, typed, DSET_SCHEMA_DAEMONSET);
  if (!take_buffer(&object, arena, &entry->object)) return false;
  dset_decoder decoder;
  dset_decoder_init(&decoder, arena, NULL);
  if (!dset_decode_manifest(&decoder, typed, &entry->manifest)) return false;
  const dset_status *status = entry->manifest->daemonset->status;
  char *hash = dset_arena_alloc(arena, 1, DSET_FNV_NAME_BYTES);
  if (hash == NULL || !dset_hash_template(json_object_get(json_object_get(typed, "spec"), "template"),
                                          status->has_collision_count, status->collision_count, arena, hash)) {
    return false;
  }
  entry->hash = hash;
  size_t first = findings->count;
  validate_creation(entry->manifest, validate, findings);
  return !findings->failed && lead_through(path, findings, first);
}

bool dset_manifest_load(const json_t *tree, const dset_path *path, const char *default_ns,
                        const dset_validate_options *validate, dset_arena *arena, dset_findings *findings,
                        dset_manifest_entry *entry) {
  json_t *typed = dset_conform(tree, DSET_SCHEMA_DAEMONSET, path, findings);
  if (typed == NULL) return false;
  bool good = conform_generation(typed, path, findings) && fill_kind(typed) && fill_namespace(typed, default_ns);
  const json_t *metadata = json_object_get(typed, "metadata");
  good = good && take_member(metadata, "name", arena, &entry->name) &&
         take_member(metadata, "namespace", arena, &entry->ns) && !findings->failed;
  if (good && findings->undecoded == 0) good = load_typed(typed, path, arena, validate, findings, entry);
  json_decref(typed);
  return good;
}
