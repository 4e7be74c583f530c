/* SPDX-License-Identifier: Apache-2.0 */
/* check.c (L1): the contract of the caller's structs. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "text.h"

enum { LONGEST_HASH = 63 }; /* it is the value of a label */

/* Which object a check is about. */
typedef struct subject {
  const char *name;
  size_t index;
  dset_error *error;
} subject;

static void write_path(const subject *about, const char *member, char *path, size_t bytes) {
  const char *dot = member[0] == '\0' ? "" : ".";
  if (about->index == DSET_CHECK_SINGLE) {
    snprintf(path, bytes, "%s%s%s", about->name, dot, member);
  } else {
    snprintf(path, bytes, "%s[%zu]%s%s", about->name, about->index, dot, member);
  }
}

static int fail(const subject *about, int code, const char *member, const char *text) {
  char path[128];
  write_path(about, member, path, sizeof path);
  return dset_fail(about->error, code, path, "%s", text);
}

int dset_check_size(const void *object, size_t known, const char *name, dset_error *error) {
  if (object == NULL || dset_abi_ok(object, known)) return DSET_OK;
  size_t size;
  memcpy(&size, object, sizeof size);
  if (size < known) {
    return dset_fail(error, DSET_ERR_ABI, name, "the member `size` is %zu; expected 0 or %zu", size, known);
  }
  return dset_fail(error, DSET_ERR_ABI, name,
                   "the struct has %zu bytes, this release knows %zu, and the rest is not zero", size, known);
}

int dset_check_allocator(const dset_allocator *allocator, dset_error *error) {
  if (allocator == NULL || (allocator->allocate == NULL) == (allocator->release == NULL)) return DSET_OK;
  return dset_fail(error, DSET_ERR_INVALID, "options.allocator",
                   "has one of `allocate` and `release`; both are needed");
}

int dset_check_hash(const char *hash, const char *path, dset_error *error) {
  const char *at = dset_text_or_empty(hash);
  while ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9')) at++;
  if (*at == '\0' && at - dset_text_or_empty(hash) <= LONGEST_HASH) return DSET_OK;
  return dset_fail(error, DSET_ERR_INVALID, path, "must be at most %d lower-case letters and digits", LONGEST_HASH);
}

static int check_object(const subject *about, const void *object, size_t size) {
  if (object == NULL) return fail(about, DSET_ERR_INVALID, "", "must not be NULL");
  if (dset_abi_ok(object, size)) return DSET_OK; /* before any text is made: this is asked for every pod */
  char path[128];
  write_path(about, "", path, sizeof path);
  return dset_check_size(object, size, path, about->error);
}

static int check_list(const subject *about, const void *items, size_t count, const char *member) {
  if (items != NULL || count == 0) return DSET_OK;
  return fail(about, DSET_ERR_INVALID, member, "has a count but no items");
}

static int check_requirements(const subject *about, const dset_requirement *items, size_t count, const char *member) {
  int code = check_list(about, items, count, member);
  for (size_t i = 0; code == DSET_OK && i < count; i++) {
    code = check_list(about, items[i].values, items[i].value_count, member);
  }
  return code;
}

static int check_terms(const subject *about, const dset_terms *terms, const char *member) {
  if (terms == NULL) return DSET_OK;
  int code = check_list(about, terms->terms, terms->count, member);
  for (size_t i = 0; code == DSET_OK && i < terms->count; i++) {
    const dset_term *term = &terms->terms[i];
    code = check_requirements(about, term->expressions, term->expression_count, member);
    if (code == DSET_OK) code = check_requirements(about, term->fields, term->field_count, member);
  }
  return code;
}

int dset_check_list(const void *items, size_t count, const char *name, dset_error *error) {
  subject about = {name, DSET_CHECK_SINGLE, error};
  return check_list(&about, items, count, "");
}

static int check_selector(const subject *about, const dset_selector *selector) {
  if (selector == NULL) return DSET_OK;
  int code = check_list(about, selector->labels, selector->label_count, "selector");
  if (code != DSET_OK) return code;
  return check_requirements(about, selector->expressions, selector->expression_count, "selector");
}

int dset_check_daemonset(const dset_daemonset *daemonset, dset_error *error) {
  subject about = {"daemonset", DSET_CHECK_SINGLE, error};
  int code = check_object(&about, daemonset, sizeof *daemonset);
  if (code != DSET_OK) return code;
  code = dset_check_size(daemonset->status, sizeof *daemonset->status, "daemonset.status", error);
  if (code != DSET_OK) return code;
  const struct {
    const void *items;
    size_t count;
    const char *member;
  } lists[] = {
      {daemonset->template_labels, daemonset->template_label_count, "template_labels"},
      {daemonset->node_selector, daemonset->node_selector_count, "node_selector"},
      {daemonset->tolerations, daemonset->toleration_count, "tolerations"},
      {daemonset->revision_data, daemonset->revision_data_bytes, "revision_data"},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    code = check_list(&about, lists[i].items, lists[i].count, lists[i].member);
    if (code != DSET_OK) return code;
  }
  code = check_selector(&about, daemonset->selector);
  return code != DSET_OK ? code : check_terms(&about, daemonset->required_affinity, "required_affinity");
}

int dset_check_fault(const char *fault, const void *object, size_t size, const char *name, size_t index,
                     dset_error *error) {
  subject about = {name, index, error};
  if (fault[0] == '\0') return check_object(&about, object, size);
  bool name_empty = strcmp(fault, "name") == 0;
  return fail(&about, DSET_ERR_INVALID, fault, name_empty ? "must not be empty" : "has a count but no items");
}

int dset_check_terms(const dset_terms *terms, const char *name, size_t index, dset_error *error) {
  subject about = {name, index, error};
  return check_terms(&about, terms, "required_affinity");
}

int dset_check_revision(const dset_revision *revision, const char *name, size_t index, dset_error *error) {
  subject about = {name, index, error};
  int code = check_object(&about, revision, sizeof *revision);
  if (code == DSET_OK) code = check_list(&about, revision->labels, revision->label_count, "labels");
  if (code == DSET_OK) code = check_list(&about, revision->owners, revision->owner_count, "owners");
  if (code == DSET_OK) code = check_list(&about, revision->data, revision->data_bytes, "data");
  if (code == DSET_OK && dset_text_empty(revision->name)) {
    code = fail(&about, DSET_ERR_INVALID, "name", "must not be empty");
  }
  return code;
}

static int check_containers(const subject *about, const dset_container *const *containers, size_t count,
                            const char *member) {
  int code = check_list(about, containers, count, member);
  for (size_t i = 0; code == DSET_OK && i < count; i++) {
    if (containers[i] == NULL) return fail(about, DSET_ERR_INVALID, member, "holds a NULL");
    code = dset_check_size(containers[i], sizeof *containers[i], member, about->error);
    if (code == DSET_OK) code = check_list(about, containers[i]->ports, containers[i]->port_count, member);
  }
  return code;
}

static int check_preferred(const subject *about, const dset_manifest *manifest) {
  int code = check_list(about, manifest->preferred_terms, manifest->preferred_term_count, "preferred_terms");
  for (size_t i = 0; code == DSET_OK && i < manifest->preferred_term_count; i++) {
    const dset_terms single = {&manifest->preferred_terms[i].preference, 1};
    code = check_terms(about, &single, "preferred_terms");
  }
  return code;
}

int dset_check_manifest(const dset_manifest *manifest, const char *name, size_t index, dset_error *error) {
  subject about = {name, index, error};
  int code = check_object(&about, manifest, sizeof *manifest);
  if (code != DSET_OK) return code;
  code = dset_check_daemonset(manifest->daemonset, error);
  if (code != DSET_OK) return code;
  const struct {
    const void *items;
    size_t count;
    const char *member;
  } lists[] = {
      {manifest->labels, manifest->label_count, "labels"},
      {manifest->annotations, manifest->annotation_count, "annotations"},
      {manifest->owners, manifest->owner_count, "owners"},
      {manifest->finalizers, manifest->finalizer_count, "finalizers"},
      {manifest->template_annotations, manifest->template_annotation_count, "template_annotations"},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    code = check_list(&about, lists[i].items, lists[i].count, lists[i].member);
    if (code != DSET_OK) return code;
  }
  code = check_containers(&about, manifest->containers, manifest->container_count, "containers");
  if (code != DSET_OK) return code;
  code = check_containers(&about, manifest->init_containers, manifest->init_container_count, "init_containers");
  if (code != DSET_OK) return code;
  code = check_containers(&about, manifest->ephemeral_containers, manifest->ephemeral_container_count,
                          "ephemeral_containers");
  return code != DSET_OK ? code : check_preferred(&about, manifest);
}

int dset_check_validate_options(const dset_validate_options *options, dset_error *error) {
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code != DSET_OK || options == NULL) return code;
  code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  return dset_check_list(options->silent, options->silent_count, "options.silent", error);
}
