/* SPDX-License-Identifier: Apache-2.0 */
/* defaults.h (L5): what the API server fills in when a DaemonSet is created (A2 to A19). */
#ifndef DSET_LIB_DEFAULTS_H
#define DSET_LIB_DEFAULTS_H

#include <jansson.h>

#include "daemonset/base.h"

/* Fills the defaults into the typed tree of a DaemonSet; the allocator is for work. False when an allocation fails. */
bool dset_defaults_fill(json_t *daemonset, const dset_allocator *allocator);

#endif
