/* SPDX-License-Identifier: Apache-2.0 */
/* model.h (L1): questions about the caller's structs that more than one stage asks. */
#ifndef DSET_LIB_MODEL_H
#define DSET_LIB_MODEL_H

#include "daemonset/model.h"

/* Whether a caller's struct (its first member is `size`) can be read as one of `known` bytes; see base.h. */
bool dset_abi_ok(const void *object, size_t known);

/* The value of a label, "" when it is NULL; NULL when there is no such label. */
const char *dset_label_value(const dset_label *labels, size_t count, const char *key);

/* The controller reference (D3), or NULL. */
const dset_owner *dset_controller_of(const dset_owner *owners, size_t count);

/* Whether a claimed pod is adopted in this sync: it has no controller yet (D4). */
bool dset_pod_adopted(const dset_pod *pod);

/* a + b for times and durations, held at the ends of the range. */
int64_t dset_time_add(int64_t a_ms, int64_t b_ms);

/* Pod order (E2): negative when `a` comes first. */
int dset_pod_compare(const dset_pod *a, const dset_pod *b);

/* Failed or Succeeded (J5). */
bool dset_pod_terminal(const dset_pod *pod);

/*
 * Availability (J3, J4): when a ready pod becomes available if nothing but time changes.
 *
 *   ready | minReadySeconds | ready since | available from
 *   no    | any             | any         | DSET_TIME_FAR
 *   yes   | 0               | any         | DSET_TIME_PAST
 *   yes   | not 0           | not set     | DSET_TIME_FAR
 *   yes   | not 0           | t           | t + minReadySeconds
 */
#define DSET_TIME_PAST INT64_MIN
#define DSET_TIME_FAR INT64_MAX
int64_t dset_pod_available_from(const dset_pod *pod, int32_t min_ready_seconds);

bool dset_pod_available(const dset_pod *pod, int32_t min_ready_seconds, int64_t now_ms);

/* Whether the pod runs the current template (F2): its hash label is `hash`, not empty, or its generation label is
 * `generation`, not NULL. */
bool dset_pod_is_new(const dset_pod *pod, const char *hash, const char *generation);

/* An int-or-percent of `total`, percents rounded up; false when it cannot be read (F4). */
bool dset_amount_scale(const dset_amount *amount, int64_t total, int64_t *value);

#endif
