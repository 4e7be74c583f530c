/* SPDX-License-Identifier: Apache-2.0 */
/* template.h (L5): the pod template inside the revision data of a DaemonSet. */
#ifndef DSET_LIB_TEMPLATE_H
#define DSET_LIB_TEMPLATE_H

#include <jansson.h>

#include "daemonset/model.h"
#include "error.h"

/*
 * Reads the revision data, which the caller releases with json_decref(); `*template` is a part of them. Both are NULL
 * on failure. Errors: DSET_ERR_INVALID (they are not a Kubernetes pod template), DSET_ERR_NOMEM.
 */
int dset_template_read(const dset_daemonset *daemonset, json_t **data, json_t **template, dset_error *error);

#endif
