/* SPDX-License-Identifier: Apache-2.0 */
/* both.c: see both.h. What is NULL one way must be NULL the other way, too. */
#include "both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reading.h"
#include "stream.h"
#include "token.h"

static bool same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_labels(const dset_label *a, size_t a_count, const dset_label *b, size_t b_count) {
  if (a_count != b_count || (a == NULL) != (b == NULL)) return false;
  for (size_t i = 0; i < a_count; i++) {
    if (!same_text(a[i].key, b[i].key) || !same_text(a[i].value, b[i].value)) return false;
  }
  return true;
}

static bool same_requirements(const dset_requirement *a, size_t a_count, const dset_requirement *b, size_t b_count) {
  if (a_count != b_count || (a == NULL) != (b == NULL)) return false;
  for (size_t i = 0; i < a_count; i++) {
    if (!same_text(a[i].key, b[i].key) || !same_text(a[i].op, b[i].op)) return false;
    if (a[i].value_count != b[i].value_count || (a[i].values == NULL) != (b[i].values == NULL)) return false;
    for (size_t v = 0; v < a[i].value_count; v++) {
      if (!same_text(a[i].values[v], b[i].values[v])) return false;
    }
  }
  return true;
}

static bool same_terms(const dset_terms *a, const dset_terms *b) {
  if (a == NULL || b == NULL) return a == b;
  if (a->count != b->count || (a->terms == NULL) != (b->terms == NULL)) return false;
  for (size_t i = 0; i < a->count; i++) {
    const dset_term *x = &a->terms[i], *y = &b->terms[i];
    if (!same_requirements(x->expressions, x->expression_count, y->expressions, y->expression_count) ||
        !same_requirements(x->fields, x->field_count, y->fields, y->field_count)) {
      return false;
    }
  }
  return true;
}

static bool same_node(const dset_node *a, const dset_node *b) {
  if (a == NULL || b == NULL) return a == b;
  if (a->size != b->size || !same_text(a->name, b->name) || a->taint_count != b->taint_count) return false;
  if (!same_labels(a->labels, a->label_count, b->labels, b->label_count)) return false;
  if ((a->taints == NULL) != (b->taints == NULL)) return false;
  for (size_t i = 0; i < a->taint_count; i++) {
    const dset_taint *x = &a->taints[i], *y = &b->taints[i];
    if (!same_text(x->key, y->key) || !same_text(x->value, y->value) || !same_text(x->effect, y->effect)) return false;
  }
  return true;
}

static bool same_owners(const dset_pod *a, const dset_pod *b) {
  if (a->owner_count != b->owner_count || (a->owners == NULL) != (b->owners == NULL)) return false;
  for (size_t i = 0; i < a->owner_count; i++) {
    const dset_owner *x = &a->owners[i], *y = &b->owners[i];
    if (!same_text(x->kind, y->kind) || !same_text(x->name, y->name) || !same_text(x->uid, y->uid) ||
        x->controller != y->controller) {
      return false;
    }
  }
  return true;
}

static bool same_pod(const dset_pod *a, const dset_pod *b) {
  if (a == NULL || b == NULL) return a == b;
  return a->size == b->size && same_text(a->ns, b->ns) && same_text(a->name, b->name) && same_text(a->uid, b->uid) &&
         same_text(a->node_name, b->node_name) && same_terms(a->required_affinity, b->required_affinity) &&
         same_labels(a->labels, a->label_count, b->labels, b->label_count) && same_owners(a, b) &&
         a->created_ms == b->created_ms && a->ready_since_ms == b->ready_since_ms && a->phase == b->phase &&
         a->ready == b->ready && a->deleting == b->deleting;
}

static bool same_object(const dset_object *a, const dset_object *b) {
  return a->kind == b->kind && a->index == b->index && a->line == b->line &&
         same_text(a->api_version, b->api_version) && same_text(a->kind_name, b->kind_name) &&
         a->daemonset == b->daemonset && a->revision == b->revision && same_node(a->node, b->node) &&
         same_pod(a->pod, b->pod);
}

/* Whether the text is one value of JSON; the public call would go on to YAML. */
static bool is_json(const char *text, size_t bytes, const dset_bounds *bounds) {
  dset_slice slice = {text, 0, bytes, 1, 1};
  json_t *root;
  size_t end = 0;
  int code = dset_json_load(&slice, bounds, NULL, &root, &end, NULL);
  json_decref(root);
  return code == DSET_OK && dset_token_blanks(text + end, text + bytes) == text + bytes;
}

static enum both_outcome compare(const dset_stream_objects *streamed, const dset_documents *documents, char why[200]) {
  size_t count = dset_documents_count(documents);
  if (streamed->count != count) {
    snprintf(why, 200, "%zu objects without a tree, %zu with one", streamed->count, count);
    return BOTH_DIFFERENT;
  }
  if (dset_findings_count(dset_documents_findings(documents)) != 0) {
    snprintf(why, 200, "there are findings");
    return BOTH_DIFFERENT;
  }
  for (size_t i = 0; i < count; i++) {
    if (same_object(&streamed->objects[i], dset_documents_object(documents, i))) continue;
    snprintf(why, 200, "object %zu differs", i);
    return BOTH_DIFFERENT;
  }
  return BOTH_READ;
}

/* A copy of just that size; a long text gets a blank in front. */
static char *copy_of(const char *text, size_t bytes, bool blank, size_t *length) {
  *length = bytes + (blank ? 1 : 0);
  char *copy = malloc(*length + (*length == 0 ? 1 : 0));
  if (copy == NULL) abort();
  if (blank) copy[0] = ' ';
  if (bytes != 0) memcpy(copy + (blank ? 1 : 0), text, bytes);
  return copy;
}

static int read_by_tree(const char *text, size_t bytes, const dset_read_options *options, dset_documents **documents,
                        dset_error *error) {
  size_t length;
  char *copy = copy_of(text, bytes, bytes >= DSET_STREAM_BYTES, &length);
  int code = dset_documents_read(copy, length, options, documents, error);
  if (code == DSET_ERR_NOMEM) abort();
  free(copy);
  return code;
}

enum both_outcome both_read(const char *text, size_t bytes, size_t max_depth, char why[200]) {
  dset_read_options options = {.size = sizeof options, .max_depth = max_depth};
  dset_bounds bounds;
  dset_arena arena;
  dset_stream_objects streamed;
  dset_documents *documents;
  dset_error error;
  size_t length;
  char *copy = copy_of(text, bytes, false, &length);
  dset_arena_init(&arena, NULL);
  if (dset_reading_bounds(&options, &bounds, &error) != DSET_OK) abort();
  enum dset_stream_code stream = dset_stream_read(copy, length, &bounds, &arena, &streamed);
  free(copy);
  if (stream == DSET_STREAM_NO_MEMORY) abort();
  int tree = read_by_tree(text, bytes, &options, &documents, &error);
  enum both_outcome outcome = tree == DSET_OK ? BOTH_LEFT : BOTH_REFUSED;
  if (stream == DSET_STREAM_READ && tree != DSET_OK) {
    snprintf(why, 200, "read without a tree, refused with one: %.100s", error.text);
    outcome = BOTH_DIFFERENT;
  } else if (stream == DSET_STREAM_READ && !is_json(text, bytes, &bounds)) {
    snprintf(why, 200, "read without a tree, and no JSON");
    outcome = BOTH_DIFFERENT;
  } else if (stream == DSET_STREAM_READ) {
    outcome = compare(&streamed, documents, why);
  }
  dset_documents_free(documents);
  dset_arena_clear(&arena);
  return outcome;
}
