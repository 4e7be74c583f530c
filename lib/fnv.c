/* SPDX-License-Identifier: Apache-2.0 */
/* fnv.c (L0): sums and the names made of them. */
#include "fnv.h"

uint32_t dset_fnv_add(uint32_t sum, const void *data, size_t bytes) {
  const unsigned char *at = data;
  for (size_t i = 0; i < bytes; i++) sum = (sum ^ at[i]) * UINT32_C(16777619);
  return sum;
}

void dset_fnv_name(uint32_t sum, char name[DSET_FNV_NAME_BYTES]) {
  char digits[DSET_FNV_NAME_BYTES];
  size_t length = 0;
  do {
    digits[length++] = "456789bcdf"[sum % 10];
    sum /= 10;
  } while (sum != 0);
  for (size_t i = 0; i < length; i++) name[i] = digits[length - 1 - i];
  name[length] = '\0';
}
