/* SPDX-License-Identifier: Apache-2.0 */
/* pod.c (L5): the pod that the controller would create (C19 to C22), from the template in the revision data. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "emit.h"
#include "render.h"
#include "taint.h"
#include "template.h"

/* A chain of json_object_set_new() whose first failure is remembered. */
static void set(json_t *object, const char *key, json_t *value, bool *good) {
  *good = json_object_set_new(object, key, value) == 0 && *good;
}

static void set_text(json_t *object, const char *key, const char *value, bool *good) {
  if (!dset_text_empty(value)) set(object, key, json_string(value), good);
}

/* The object member, made when it is missing or no object. Borrowed; NULL when an allocation failed. */
static json_t *object_at(json_t *parent, const char *key, bool *good) {
  json_t *member = json_object_get(parent, key);
  if (json_is_object(member)) return member;
  set(parent, key, json_object(), good);
  return *good ? json_object_get(parent, key) : NULL;
}

/* C19. Of the template's metadata only labels, annotations and finalizers reach the pod. */
static void set_metadata(json_t *pod, json_t *template, const dset_daemonset *daemonset, const char *hash, bool *good) {
  json_t *from = json_object_get(template, "metadata");
  json_t *metadata = object_at(pod, "metadata", good);
  if (metadata == NULL) return;
  json_t *labels = json_object_get(from, "labels");
  set(metadata, "labels", json_is_object(labels) ? json_copy(labels) : json_object(), good);
  /* json_copy() does not say that it lost members to a failed allocation. */
  *good = json_object_size(json_object_get(metadata, "labels")) == json_object_size(labels) && *good;
  static const char *const kept[] = {"annotations", "finalizers"};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    json_t *member = json_object_get(from, kept[i]);
    if (member != NULL) *good = json_object_set(metadata, kept[i], member) == 0 && *good;
  }
  labels = json_object_get(metadata, "labels");
  if (daemonset->has_template_generation) {
    char generation[24];
    snprintf(generation, sizeof generation, "%lld", (long long)daemonset->template_generation);
    set_text(labels, DSET_LABEL_TEMPLATE_GENERATION, generation, good);
  }
  set_text(labels, DSET_LABEL_HASH, hash, good);
  set(metadata, "generateName", json_sprintf("%s-", dset_text_or_empty(daemonset->name)), good); /* C20 */
  set_text(metadata, "namespace", daemonset->ns, good);
}

/* C21. */
static void set_owner(json_t *pod, const dset_daemonset *daemonset, bool *good) {
  json_t *metadata = object_at(pod, "metadata", good);
  json_t *owner = json_object();
  set_text(owner, "apiVersion", "apps/v1", good);
  set_text(owner, "kind", "DaemonSet", good);
  set(owner, "name", json_string(dset_text_or_empty(daemonset->name)), good);
  set(owner, "uid", json_string(dset_text_or_empty(daemonset->uid)), good);
  set(owner, "controller", json_true(), good);
  set(owner, "blockOwnerDeletion", json_true(), good);
  json_t *owners = json_array();
  *good = json_array_append_new(owners, owner) == 0 && *good;
  set(metadata, "ownerReferences", owners, good);
}

/* C2, C3. */
static void set_tolerations(json_t *spec, const dset_daemonset *daemonset, const dset_allocator *allocator,
                            bool *good) {
  dset_arena arena;
  dset_arena_init(&arena, allocator);
  dset_tolerations tolerations;
  json_t *list = json_array();
  *good = dset_tolerations_of(&arena, daemonset, false, &tolerations) && *good;
  for (size_t i = 0; *good && i < tolerations.count; i++) {
    const dset_toleration *toleration = &tolerations.items[i];
    json_t *item = json_object();
    set_text(item, "key", toleration->key, good);
    set_text(item, "operator", toleration->op, good);
    set_text(item, "value", toleration->value, good);
    set_text(item, "effect", toleration->effect, good);
    if (toleration->has_toleration_seconds) {
      set(item, "tolerationSeconds", json_integer(toleration->toleration_seconds), good);
    }
    *good = json_array_append_new(list, item) == 0 && *good;
  }
  dset_arena_clear(&arena);
  set(spec, "tolerations", list, good);
}

/* C22: one term that names the node, in place of all required ones. */
static void pin(json_t *spec, const char *node, bool *good) {
  json_t *affinity = object_at(spec, "affinity", good);
  json_t *node_affinity = affinity == NULL ? NULL : object_at(affinity, "nodeAffinity", good);
  if (node_affinity == NULL) return;
  json_t *terms = json_pack("{s:[{s:[{s:s,s:s,s:[s]}]}]}", "nodeSelectorTerms", "matchFields", "key", "metadata.name",
                            "operator", "In", "values", node);
  set(node_affinity, "requiredDuringSchedulingIgnoredDuringExecution", terms, good);
}

/* The whole pod; NULL when an allocation failed. */
static json_t *make_pod(json_t *template, const dset_daemonset *daemonset, const char *node, const char *hash,
                        const dset_allocator *allocator) {
  bool good = true;
  json_t *pod = json_object();
  set_text(pod, "apiVersion", "v1", &good);
  set_text(pod, "kind", "Pod", &good);
  if (good) set_metadata(pod, template, daemonset, hash, &good);
  if (good) set_owner(pod, daemonset, &good);
  json_t *spec = json_object_get(template, "spec");
  if (good) set_tolerations(spec, daemonset, allocator, &good);
  if (good) pin(spec, node, &good);
  if (good) good = json_object_set(pod, "spec", spec) == 0;
  if (good) return pod;
  json_decref(pod);
  return NULL;
}

/* jansson takes no string that is not UTF-8, and does not tell that from a lack of memory. */
static int check_encoding(const dset_daemonset *daemonset, const char *node, const char *hash, dset_error *error) {
  const struct {
    const char *path;
    const char *text;
  } texts[] = {{"node", node},
               {"hash", hash},
               {"daemonset.ns", daemonset->ns},
               {"daemonset.name", daemonset->name},
               {"daemonset.uid", daemonset->uid}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *text = dset_text_or_empty(texts[i].text);
    if (dset_text_stray(text, strlen(text)) == NULL) continue;
    return dset_fail(error, DSET_ERR_ENCODING, texts[i].path, "is not UTF-8");
  }
  return DSET_OK;
}

int dset_write_pod(dset_buffer *buffer, const dset_daemonset *daemonset, const char *node, const char *hash,
                   dset_error *error) {
  json_t *data, *template;
  int code = check_encoding(daemonset, node, hash, error);
  if (code == DSET_OK) code = dset_template_read(daemonset, &data, &template, error);
  if (code != DSET_OK) return code;
  json_t *pod = make_pod(template, daemonset, node, hash, &buffer->allocator);
  if (pod != NULL) dset_emit_tree(buffer, pod, DSET_EMIT_AS_IS);
  json_decref(data);
  json_decref(pod);
  return pod == NULL ? dset_fail_memory(error) : DSET_OK;
}

int dset_pod_json(const dset_daemonset *daemonset, const char *node, const char *hash,
                  const dset_write_options *options, dset_text **text, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  *text = NULL;
  if (node == NULL) return dset_fail(error, DSET_ERR_INVALID, "node", "must not be NULL");
  int code = dset_check_daemonset(daemonset, error);
  if (code != DSET_OK) return code;
  dset_buffer buffer;
  code = dset_text_begin(options, &buffer, error);
  if (code != DSET_OK) return code;
  code = dset_write_pod(&buffer, daemonset, node, hash, error);
  if (code == DSET_OK) return dset_text_end(&buffer, text, error);
  dset_buffer_clear(&buffer);
  return code;
}
