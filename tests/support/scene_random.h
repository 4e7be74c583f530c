/* SPDX-License-Identifier: Apache-2.0 */
/* scene_random.h: random scenarios, in cells: what goes wrong in them. */
#ifndef DSET_TEST_SCENE_RANDOM_H
#define DSET_TEST_SCENE_RANDOM_H

#include "scene.h"

/* The first six are those of upstream's robustness matrix. */
enum scene_cell {
  CELL_BASELINE,
  CELL_CONFLICTS,
  CELL_LAG,
  CELL_FLAKY,    /* 30 % of all writes fail */
  CELL_COMBINED, /* all of these */
  CELL_EXPIRY,   /* a watch is lost, the clock put on 6 minutes, then it comes back */
  CELL_STALE,    /* lists that are older than the store */
  CELL_TRAVEL,   /* and older than what the host knew before it crashed */
  CELL_UNOBSERVED,
  CELL_TIMEOUTS, /* writes without answer, done or not */
  CELL_CRASHES,
  CELL_TWO_HOSTS,
  CELL_CLOCKS,
  CELL_ALL,
  CELLS
};

extern const char *const scene_cell_names[CELLS];

/* When faults stop, in milliseconds after the start, and people with them. */
enum { SCENE_CALM_MS = 600000 };

/* A scenario from a seed; its cell is `seed` modulo CELLS. At the end it can settle. */
void scene_random(scene *s, uint64_t seed);

#endif
