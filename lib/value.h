/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h (L1): values of more than one part as findings show them (B1): as JSON of the type that the API server keeps,
 * with its field names, which are Go's where that type has no JSON tags.
 */
#ifndef DSET_LIB_VALUE_H
#define DSET_LIB_VALUE_H

#include "daemonset/validate.h"
#include "text.h"

/* Labels by key; without any `null` when the list is NULL, else `{}`. */
void dset_value_labels(dset_buffer *buffer, const dset_label *labels, size_t count);

void dset_value_strings(dset_buffer *buffer, const char *const *strings, size_t count);
void dset_value_amount(dset_buffer *buffer, const dset_amount *amount);
void dset_value_strategy(dset_buffer *buffer, const dset_manifest *manifest);
void dset_value_owner(dset_buffer *buffer, const dset_owner_reference *owner);
void dset_value_owners(dset_buffer *buffer, const dset_owner_reference *owners, size_t count);

/* NULL is `null`. Two selectors are the same to Kubernetes (A19) exactly when this text is. */
void dset_value_selector(dset_buffer *buffer, const dset_selector *selector);

/* 0 is `null`. */
void dset_value_time(dset_buffer *buffer, int64_t time_ms);

#endif
