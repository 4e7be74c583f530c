/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h (L1): questions about the caller's structs that more than one stage asks. What is asked for every node or pod
 * stands here as a whole, so that it costs no call.
 */
#ifndef DSET_LIB_MODEL_H
#define DSET_LIB_MODEL_H

#include "daemonset/model.h"
#include "text.h"

/* Whether a struct of `size` bytes, of which `known` are known here, is longer and the rest is zero. */
bool dset_abi_zero_tail(const void *object, size_t known, size_t size);

/* Whether a caller's struct (its first member is `size`) can be read as one of `known` bytes; see base.h. */
static inline bool dset_abi_ok(const void *object, size_t known) {
  size_t size;
  memcpy(&size, object, sizeof size);
  return size == 0 || size == known || dset_abi_zero_tail(object, known, size);
}

/* The value of a label, "" when it is NULL; NULL when there is no such label. */
static inline const char *dset_label_value(const dset_label *labels, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++) {
    if (dset_text_same(dset_text_or_empty(labels[i].key), key)) return dset_text_or_empty(labels[i].value);
  }
  return NULL;
}

/* The controller reference (D3), or NULL. */
static inline const dset_owner *dset_controller_of(const dset_owner *owners, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (owners[i].controller) return &owners[i];
  }
  return NULL;
}

/* Whether a template's data is the same, byte by byte (G3); NULL goes with no bytes. */
static inline bool dset_data_same(const void *a, size_t a_bytes, const void *b, size_t b_bytes) {
  return a_bytes == b_bytes && (a_bytes == 0 || memcmp(a, b, a_bytes) == 0);
}

/* Whether a claimed pod is adopted in this sync: it has no controller yet (D4). */
bool dset_pod_adopted(const dset_pod *pod);

/* a + b for times and durations, held at the ends of the range. */
int64_t dset_time_add(int64_t a_ms, int64_t b_ms);

/* Pod order (E2): negative when `a` comes first. */
int dset_pod_compare(const dset_pod *a, const dset_pod *b);

/* Failed or Succeeded (J5). */
static inline bool dset_phase_terminal(int32_t phase) {
  return phase == DSET_PHASE_FAILED || phase == DSET_PHASE_SUCCEEDED;
}

static inline bool dset_pod_terminal(const dset_pod *pod) {
  return dset_phase_terminal(pod->phase);
}

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
static inline int64_t dset_pod_available_from(const dset_pod *pod, int32_t min_ready_seconds) {
  if (!pod->ready) return DSET_TIME_FAR;
  if (min_ready_seconds == 0) return DSET_TIME_PAST;
  if (pod->ready_since_ms == 0) return DSET_TIME_FAR;
  return dset_time_add(pod->ready_since_ms, (int64_t)min_ready_seconds * 1000);
}

static inline bool dset_pod_available(const dset_pod *pod, int32_t min_ready_seconds, int64_t now_ms) {
  int64_t from_ms = dset_pod_available_from(pod, min_ready_seconds);
  return from_ms != DSET_TIME_FAR && from_ms <= now_ms;
}

/* Whether the pod runs the current template (F2): its hash label is `hash`, not empty, or its generation label is
 * `generation`, not NULL. */
static inline bool dset_pod_is_new(const dset_pod *pod, const char *hash, const char *generation) {
  const char *carried = dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH);
  if (carried != NULL && hash[0] != '\0' && dset_text_same(carried, hash)) return true;
  if (generation == NULL) return false;
  carried = dset_label_value(pod->labels, pod->label_count, DSET_LABEL_TEMPLATE_GENERATION);
  return carried != NULL && dset_text_same(carried, generation);
}

/* An int-or-percent of `total`, percents rounded up; false when it cannot be read (F4). */
bool dset_amount_scale(const dset_amount *amount, int64_t total, int64_t *value);

#endif
