/* SPDX-License-Identifier: Apache-2.0 */
/* random.c: splitmix64, see random.h. */
#include "random.h"

dset_random random_from(uint64_t seed) {
  return (dset_random){seed};
}

uint64_t random_next(dset_random *random) {
  uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

uint64_t random_below(dset_random *random, uint64_t below) {
  return random_next(random) % below; /* `below` is small: the bias does not matter to a test */
}

bool random_once_in(dset_random *random, uint64_t times) {
  return random_below(random, times) == 0;
}

size_t random_weighted(dset_random *random, const unsigned char *weights) {
  uint64_t sum = 0;
  for (size_t i = 0; weights[i] != 0; i++) sum += weights[i];
  uint64_t at = random_below(random, sum);
  size_t index = 0;
  while (at >= weights[index]) at -= weights[index++];
  return index;
}

void random_shuffle(dset_random *random, void *items, size_t count, size_t item_bytes) {
  unsigned char *bytes = items;
  for (size_t i = count; i > 1; i--) {
    unsigned char *a = bytes + (i - 1) * item_bytes;
    unsigned char *b = bytes + random_below(random, i) * item_bytes;
    for (size_t j = 0; j < item_bytes; j++) {
      unsigned char kept = a[j];
      a[j] = b[j];
      b[j] = kept;
    }
  }
}
