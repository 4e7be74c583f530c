/* SPDX-License-Identifier: Apache-2.0 */
/* literal.h (L0): values as JSON text, byte for byte as Kubernetes writes them (G5): strings, RFC 3339 times. */
#ifndef DSET_LIB_LITERAL_H
#define DSET_LIB_LITERAL_H

#include "text.h"

/* A string with its quotes. */
void dset_literal_string(dset_buffer *buffer, const char *text, size_t length);

/* An RFC 3339 time in UTC without quotes, with milliseconds where there are any; times beyond the year 9999 are written
 * as its end. */
void dset_literal_time(dset_buffer *buffer, int64_t time_ms);

/* The same for any time that RFC 3339 can say; years beyond 9999 have five digits. */
void dset_literal_moment(dset_buffer *buffer, int64_t time_ms);

#endif
