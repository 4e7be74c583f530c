/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h (L5): the smallest parts of JSON (RFC 8259): blanks, strings, escapes, numbers. Both readers of JSON text
 * take them from here: json.c, which makes trees, and stream.c, which makes none.
 *
 * Nothing is read at or behind `end`.
 */
#ifndef DSET_LIB_TOKEN_H
#define DSET_LIB_TOKEN_H

#include "daemonset/base.h"

/* Why a token is refused. */
typedef struct dset_token_fault {
  int code;
  const char *text; /* NULL: a digit was expected at `at` */
  const char *at;
} dset_token_fault;

typedef struct dset_token_number {
  int64_t integer;
  double value;
  bool real; /* then it is `value`, otherwise `integer` */
} dset_token_number;

/* Behind the blanks at `at`. */
static inline const char *dset_token_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

static inline bool dset_token_digit(const char *at, const char *end) {
  return at < end && *at >= '0' && *at <= '9';
}

/* The bytes of the escape whose backslash stands at `at`; 0 and the fault filled when it is none. */
size_t dset_token_escape(const char *at, const char *end, dset_token_fault *fault);

/* Decodes the byte or the escape at `*at` of a string that was checked, and goes behind it. The bytes in `out`. */
size_t dset_token_decode(const char **at, const char *end, char out[4]);

/* Reads the number at `at`, a '-' or a digit. Returns what is behind it; NULL and the fault filled when it is none. */
const char *dset_token_read_number(const char *at, const char *end, dset_token_number *number, dset_token_fault *fault);

/*
 * The first byte that a string does not hold as it is: '"', a backslash, a control character, or one beyond ASCII,
 * whose character is to be checked; `end` when there is none. The second one needs no SSE2; the first one is that where
 * the processor has none.
 */
const char *dset_token_plain(const char *at, const char *end);
const char *dset_token_plain_portable(const char *at, const char *end);

#endif
