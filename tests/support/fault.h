/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h: an allocator that fails on demand and keeps count, so that a test can let every allocation of a call fail in
 * turn:
 *
 *   for (size_t at = 0; code != DSET_OK; at++) {
 *     fault_init(&fault, at, FAULT_ONCE);
 *     code = dset_plan_compute(&snapshot, &options, &plan, &error);     options.allocator = &fault.allocator
 *     ...
 *     fault_expect_empty(&fault, "plan");
 *   }
 */
#ifndef DSET_TEST_FAULT_H
#define DSET_TEST_FAULT_H

#include "daemonset/base.h"

/* In place of a number: no allocation fails. */
#define FAULT_NEVER SIZE_MAX

enum fault_mode {
  FAULT_ONCE, /* one allocation fails and the next would succeed: finds failures that nobody looks at */
  FAULT_ON    /* it and all that follow fail: finds clean-up that needs memory */
};

typedef struct fault {
  dset_allocator allocator; /* pass its address; its context is this struct, which must not move */
  size_t at;                /* the first allocation that fails, from 0 */
  enum fault_mode mode;
  size_t asked;       /* allocations so far, failed ones included */
  size_t live;        /* blocks that were not released yet */
  size_t live_bytes;  /* and their size */
  size_t peak_bytes;  /* the most that it ever was */
  size_t wrong_bytes; /* releases that named another size than was allocated */
} fault;

void fault_init(fault *f, size_t at, enum fault_mode mode);

/* Fails the test unless everything was released, with the right size each. */
void fault_expect_empty(const fault *f, const char *what);

/*
 * Puts a fault behind jansson's allocator, which is global, until fault_jansson_off() puts back what was there. Values
 * of jansson that are made in between must be released in between. One at a time.
 */
void fault_jansson_on(fault *f);
void fault_jansson_off(void);

#endif
