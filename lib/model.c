/* SPDX-License-Identifier: Apache-2.0 */
/* model.c (L1): questions about the caller's structs. */
#include "model.h"

#include <string.h>

#include "text.h"

bool dset_abi_ok(const void *object, size_t known) {
  size_t size;
  memcpy(&size, object, sizeof size);
  if (size == 0 || size == known) return true;
  if (size < known) return false; /* release 0.1 is the first: there is no shorter struct yet */
  const unsigned char *bytes = object;
  for (size_t i = known; i < size; i++) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

const char *dset_label_value(const dset_label *labels, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++) {
    const char *candidate = dset_text_or_empty(labels[i].key);
    if (candidate[0] != key[0]) continue; /* most keys differ here: this saves the call */
    if (strcmp(candidate, key) == 0) return dset_text_or_empty(labels[i].value);
  }
  return NULL;
}

const dset_owner *dset_controller_of(const dset_owner *owners, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (owners[i].controller) return &owners[i];
  }
  return NULL;
}

bool dset_pod_adopted(const dset_pod *pod) {
  return dset_controller_of(pod->owners, pod->owner_count) == NULL;
}

int64_t dset_time_add(int64_t a_ms, int64_t b_ms) {
  if (b_ms > 0 && a_ms > INT64_MAX - b_ms) return INT64_MAX;
  if (b_ms < 0 && a_ms < INT64_MIN - b_ms) return INT64_MIN;
  return a_ms + b_ms;
}

int dset_pod_compare(const dset_pod *a, const dset_pod *b) {
  bool a_waits = dset_text_empty(a->node_name);
  bool b_waits = dset_text_empty(b->node_name);
  if (a_waits != b_waits) return a_waits ? 1 : -1;
  if (a->created_ms != b->created_ms) {
    if (a->created_ms == 0) return -1;
    if (b->created_ms == 0) return 1;
    return a->created_ms < b->created_ms ? -1 : 1;
  }
  return dset_text_compare(a->name, b->name);
}

bool dset_pod_terminal(const dset_pod *pod) {
  return pod->phase == DSET_PHASE_FAILED || pod->phase == DSET_PHASE_SUCCEEDED;
}

int64_t dset_pod_available_from(const dset_pod *pod, int32_t min_ready_seconds) {
  if (!pod->ready) return DSET_TIME_FAR;
  if (min_ready_seconds == 0) return DSET_TIME_PAST;
  if (pod->ready_since_ms == 0) return DSET_TIME_FAR;
  return dset_time_add(pod->ready_since_ms, (int64_t)min_ready_seconds * 1000);
}

bool dset_pod_available(const dset_pod *pod, int32_t min_ready_seconds, int64_t now_ms) {
  int64_t from_ms = dset_pod_available_from(pod, min_ready_seconds);
  return from_ms != DSET_TIME_FAR && from_ms <= now_ms;
}

static bool carries(const dset_pod *pod, const char *key, const char *value) {
  const char *carried = dset_label_value(pod->labels, pod->label_count, key);
  return carried != NULL && strcmp(carried, value) == 0;
}

bool dset_pod_is_new(const dset_pod *pod, const char *hash, const char *generation) {
  if (hash[0] != '\0' && carries(pod, DSET_LABEL_HASH, hash)) return true;
  return generation != NULL && carries(pod, DSET_LABEL_TEMPLATE_GENERATION, generation);
}

bool dset_amount_scale(const dset_amount *amount, int64_t total, int64_t *value) {
  if (amount->kind == DSET_AMOUNT_INT) {
    *value = amount->number;
    return true;
  }
  if (amount->kind != DSET_AMOUNT_TEXT) return false;
  const char *text = dset_text_or_empty(amount->text);
  size_t length = strlen(text);
  int64_t percent;
  if (length == 0 || text[length - 1] != '%' || !dset_text_to_int64(text, length - 1, &percent)) return false;
  double exact = (double)percent * (double)total / 100;
  if (!(exact >= -9223372036854775808.0 && exact < 9223372036854775808.0)) {
    *value = INT64_MIN; /* what the controller's conversion gives on amd64; only absurd percentages get here */
    return true;
  }
  int64_t whole = (int64_t)exact;
  *value = (double)whole < exact ? whole + 1 : whole;
  return true;
}
