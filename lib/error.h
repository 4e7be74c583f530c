/* SPDX-License-Identifier: Apache-2.0 */
/* error.h (L0): filling the caller's dset_error. */
#ifndef DSET_LIB_ERROR_H
#define DSET_LIB_ERROR_H

#include "daemonset/base.h"

#if defined(__GNUC__)
#define DSET_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define DSET_PRINTF(format_index, first_index)
#endif

/* Fills `error` (NULL is allowed) and returns `code`, so that a caller can write `return dset_fail(...)`. */
int dset_fail(dset_error *error, int code, const char *path, const char *format, ...) DSET_PRINTF(4, 5);

/* dset_fail for an allocation that failed. */
int dset_fail_memory(dset_error *error);

/* Adds a position to an error that dset_fail has filled. */
void dset_fail_at(dset_error *error, size_t line, size_t column);

#endif
