/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h (L1): whether the caller's structs keep the contract of base.h and model.h: known size, items where there is
 * a count. What is inside is Kubernetes' business and decided by the stages.
 */
#ifndef DSET_LIB_CHECK_H
#define DSET_LIB_CHECK_H

#include "daemonset/model.h"
#include "daemonset/validate.h"
#include "error.h"
#include "model.h"

/* In place of an index: the object is not an item of a list. */
#define DSET_CHECK_SINGLE SIZE_MAX

/* Each returns DSET_OK, DSET_ERR_INVALID or DSET_ERR_ABI. In errors the object is called `name` or `name[index]`. */
int dset_check_daemonset(const dset_daemonset *daemonset, dset_error *error);
int dset_check_revision(const dset_revision *revision, const char *name, size_t index, dset_error *error);

int dset_check_manifest(const dset_manifest *manifest, const char *name, size_t index, dset_error *error);
int dset_check_validate_options(const dset_validate_options *options, dset_error *error);

/* A list of `count` items at `items` under `name`: DSET_ERR_INVALID when there are items but no address. */
int dset_check_list(const void *items, size_t count, const char *name, dset_error *error);

/* DSET_ERR_ABI when the struct called `name`, of `known` bytes here, cannot be read; NULL is no struct and fine. */
int dset_check_size(const void *object, size_t known, const char *name, dset_error *error);

/* The allocator in the options of a call; NULL is fine. */
int dset_check_allocator(const dset_allocator *allocator, dset_error *error);

/* The hash of a new revision that the host gives, at `path` (G8): DSET_ERR_INVALID when it cannot be one. */
int dset_check_hash(const char *hash, const char *path, dset_error *error);

/*
 * Nodes and pods. These checks are made for each of them in every plan, so they cost no call unless there is a fault: a
 * member that breaks the contract, or "" for the object as a whole; dset_check_fault() says what it is.
 */
int dset_check_fault(const char *fault, const void *object, size_t size, const char *name, size_t index,
                     dset_error *error);

/* The terms of a pod's `required_affinity`. */
int dset_check_terms(const dset_terms *terms, const char *name, size_t index, dset_error *error);

static inline bool dset_check_listed(const void *items, size_t count) {
  return items != NULL || count == 0;
}

static inline int dset_check_node(const dset_node *node, const char *name, size_t index, dset_error *error) {
  const char *fault = NULL;
  if (node == NULL || !dset_abi_ok(node, sizeof *node)) {
    fault = "";
  } else if (!dset_check_listed(node->labels, node->label_count)) {
    fault = "labels";
  } else if (!dset_check_listed(node->taints, node->taint_count)) {
    fault = "taints";
  }
  return fault == NULL ? DSET_OK : dset_check_fault(fault, node, sizeof *node, name, index, error);
}

static inline int dset_check_pod(const dset_pod *pod, const char *name, size_t index, dset_error *error) {
  const char *fault = NULL;
  if (pod == NULL || !dset_abi_ok(pod, sizeof *pod)) {
    fault = "";
  } else if (!dset_check_listed(pod->labels, pod->label_count)) {
    fault = "labels";
  } else if (!dset_check_listed(pod->owners, pod->owner_count)) {
    fault = "owners";
  } else if (pod->required_affinity != NULL) {
    int code = dset_check_terms(pod->required_affinity, name, index, error);
    if (code != DSET_OK) return code;
  }
  if (fault == NULL && dset_text_empty(pod->name)) fault = "name";
  return fault == NULL ? DSET_OK : dset_check_fault(fault, pod, sizeof *pod, name, index, error);
}

#endif
