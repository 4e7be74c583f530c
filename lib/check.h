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

/* In place of an index: the object is not an item of a list. */
#define DSET_CHECK_SINGLE SIZE_MAX

/* Each returns DSET_OK, DSET_ERR_INVALID or DSET_ERR_ABI. In errors the object is called `name` or `name[index]`. */
int dset_check_daemonset(const dset_daemonset *daemonset, dset_error *error);
int dset_check_node(const dset_node *node, const char *name, size_t index, dset_error *error);
int dset_check_pod(const dset_pod *pod, const char *name, size_t index, dset_error *error);
int dset_check_revision(const dset_revision *revision, const char *name, size_t index, dset_error *error);

int dset_check_manifest(const dset_manifest *manifest, const char *name, size_t index, dset_error *error);
int dset_check_validate_options(const dset_validate_options *options, dset_error *error);

/* A list of `count` items at `items` under `name`: DSET_ERR_INVALID when there are items but no address. */
int dset_check_list(const void *items, size_t count, const char *name, dset_error *error);

/* DSET_ERR_ABI when the struct called `name`, of `known` bytes here, cannot be read; NULL is no struct and fine. */
int dset_check_size(const void *object, size_t known, const char *name, dset_error *error);

#endif
