/* SPDX-License-Identifier: Apache-2.0 */
/* random.h: pseudo-random numbers that are the same on every machine (splitmix64). */
#ifndef DSET_TEST_RANDOM_H
#define DSET_TEST_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dset_random {
  uint64_t state;
} dset_random;

dset_random random_from(uint64_t seed);
uint64_t random_next(dset_random *random);

/* 0 to below - 1; `below` is not 0. */
uint64_t random_below(dset_random *random, uint64_t below);

/* True once in `times`. */
bool random_once_in(dset_random *random, uint64_t times);

/* An index by weight: `weights` ends with 0. */
size_t random_weighted(dset_random *random, const unsigned char *weights);

void random_shuffle(dset_random *random, void *items, size_t count, size_t item_bytes);

#endif
