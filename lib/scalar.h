/* SPDX-License-Identifier: Apache-2.0 */
/* scalar.h (L5): what the text of a scalar means: real numbers of JSON and YAML, and the untyped scalars of YAML. */
#ifndef DSET_LIB_SCALAR_H
#define DSET_LIB_SCALAR_H

#include "daemonset/base.h"

enum dset_scalar_kind {
  DSET_SCALAR_NULL,
  DSET_SCALAR_BOOLEAN,
  DSET_SCALAR_INTEGER,
  DSET_SCALAR_HUGE, /* an integer beyond int64 and within uint64 */
  DSET_SCALAR_REAL, /* may be infinite or no number */
  DSET_SCALAR_STRING
};

typedef struct dset_scalar {
  enum dset_scalar_kind kind;
  bool boolean;
  int64_t integer;
  double real;
} dset_scalar;

/*
 * The number [+-]digits[.digits][e[+-]digits], underscores ignored, whatever the locale; false when it is beyond
 * double. The caller has checked the form.
 */
bool dset_scalar_real(const char *text, size_t bytes, double *value);

/*
 * What a YAML scalar means to Kubernetes. `tag` is NULL or the long form of a tag; `plain` says that the scalar is
 * neither quoted nor a block. False when the text is not what its tag says.
 */
bool dset_scalar_resolve(const char *tag, bool plain, const char *text, size_t bytes, dset_scalar *scalar);

/* The integer that Kubernetes' JSON shows for a real that is whole ("1e3" is 1000); false for all others. */
bool dset_scalar_whole(double real, int64_t *integer);

/* The key that a scalar becomes, at most 31 bytes; false for null and huge integers. Not for strings. */
bool dset_scalar_key(const dset_scalar *scalar, char key[32]);

/*
 * What tells a key that is no string from all others, which its text does not: two such keys are equal when these bytes
 * are. They start with one that no UTF-8 has, and from DSET_SCALAR_PREFIX on are the text. Returns how many; 0 for what
 * is no key, and for no number, which equals nothing.
 */
enum { DSET_SCALAR_PREFIX = 2 + sizeof(double), DSET_SCALAR_IDENTITY = DSET_SCALAR_PREFIX + 32 };
size_t dset_scalar_identity(const dset_scalar *scalar, char identity[DSET_SCALAR_IDENTITY]);
bool dset_scalar_is_identity(const char *bytes);

/* The fewest digits that are this finite real, as Go writes it in JSON: 0.1, 1e+21. Free of the locale. */
void dset_scalar_text(double real, char text[48]);

/* Decodes base64 (RFC 4648, padded, line breaks allowed) in place; false when it is none. */
bool dset_scalar_base64(char *text, size_t *length);

#endif
