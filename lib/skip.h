/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skip.h (L5): goes over JSON and keeps nothing. What is gone over is checked as json.c checks it, so that a text that
 * json.c refuses is refused here; why, json.c says.
 */
#ifndef DSET_LIB_SKIP_H
#define DSET_LIB_SKIP_H

#include "token.h"

/* Behind the string whose opening quote stands at `at`; NULL: it is none. `*escapes`: whether it holds escapes. */
const char *dset_skip_string(const char *at, const char *end, bool *escapes);

/* Behind the value at `at`, in which no more than `levels` arrays and objects are open at once; NULL: it is none. */
const char *dset_skip_value(const char *at, const char *end, size_t levels);

#endif
