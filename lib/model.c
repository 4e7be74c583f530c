/* SPDX-License-Identifier: Apache-2.0 */
/* model.c (L1): questions about the caller's structs. */
#include "model.h"

#include <string.h>

#include "text.h"

bool dset_abi_zero_tail(const void *object, size_t known, size_t size) {
  if (size < known) return false; /* release 0.1 is the first: there is no shorter struct yet */
  const unsigned char *bytes = object;
  for (size_t i = known; i < size; i++) {
    if (bytes[i] != 0) return false;
  }
  return true;
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
