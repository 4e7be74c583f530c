/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base.h: what every other header of libdaemonset builds on: status codes, the caller's error record, allocators, the
 * version, and three conventions.
 *
 * 1. Calls that can fail return int: DSET_OK (0) or one of the negative DSET_ERR_ codes. On failure every output
 *    pointer is set to NULL, inputs and existing objects are unchanged, and the dset_error passed as last argument
 *    (NULL is allowed) says what, where and what was expected.
 *
 * 2. Structs that the caller fills start with `size_t size`: set it to sizeof of the struct. They only ever grow at
 *    the end. 0 (a zero-filled struct) means the fields of release 0.1. A struct that is larger than the library's and
 *    whose unknown tail is not zero, or smaller than that of release 0.1, is refused with DSET_ERR_ABI. Such structs,
 *    and all they point to, are borrowed for the call and never modified.
 *
 * 3. Strings are UTF-8 and NUL-terminated. In structs that the caller fills, and as arguments where nothing else is
 *    said, NULL means the same as "".
 *
 * 4. Getters (dset_plan_action_count() and the like) cannot fail and must not be given NULL; each _free function may.
 *
 * 5. Objects that are called immutable may be read by many threads at once. Different objects are independent; the
 *    library has no state of its own.
 *
 * Every item is since 0.1 unless it says otherwise.
 */
#ifndef DAEMONSET_BASE_H
#define DAEMONSET_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSET_VERSION_MAJOR 0
#define DSET_VERSION_MINOR 1
#define DSET_VERSION_PATCH 0
#define DSET_VERSION_STRING "0.1.0"

/* The Kubernetes release whose controller the decisions equal. */
#define DSET_KUBERNETES_VERSION "1.37.2"

#if defined(__GNUC__)
#define DSET_API __attribute__((visibility("default")))
#else
#define DSET_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Status codes. Values are never reused. */
enum dset_code {
  DSET_OK = 0,
  DSET_ERR_NOMEM = -1,     /* an allocation failed */
  DSET_ERR_INVALID = -2,   /* an argument or a field breaks the call's contract */
  DSET_ERR_ABI = -3,       /* a struct's `size` is not one this library can read */
  DSET_ERR_DUPLICATE = -4, /* two objects of one name where only one can exist */
  DSET_ERR_SYNTAX = -5,    /* text is not JSON or YAML */
  DSET_ERR_TYPE = -6,      /* a value is of another kind than its field */
  DSET_ERR_RANGE = -7,     /* a number or a time does not fit its field */
  DSET_ERR_LIMIT = -8,     /* input exceeds a bound on size, depth or expansion */
  DSET_ERR_ENCODING = -9   /* text is not UTF-8, or holds a NUL */
};

/*
 * What went wrong. Owned by the caller, written only on failure; this struct will never change.
 * `line` and `column` count from 1 and are 0 where the input is not text; a column counts characters.
 * `path` names the offending value, as in `spec.template.spec.tolerations[2].key` or `nodes[3].name`; "" when the whole
 * input is meant. A path or text that does not fit is cut and ends in "...".
 */
typedef struct dset_error {
  int code;
  size_t line;
  size_t column;
  char path[256];
  char text[256];
} dset_error;

/*
 * Where an object takes its memory. NULL in place of an allocator means malloc and free. The struct is copied; what
 * `context` points to must live as long as the object. Its functions must both be set, or both be NULL, which means
 * malloc and free, too; one alone is DSET_ERR_INVALID, `options.allocator`. They are called only from inside calls on
 * the object they were given to. `allocate` returns memory aligned for any type, or NULL; `release` gets back what
 * `allocate` returned and the same `bytes`.
 */
typedef struct dset_allocator {
  void *(*allocate)(void *context, size_t bytes);
  void (*release)(void *context, void *memory, size_t bytes);
  void *context;
} dset_allocator;

/* The version of the library that is linked, as "0.1.0"; static. Differs from DSET_VERSION_STRING after an upgrade. */
DSET_API const char *dset_version(void);

/* A stable lower-case name of a status code, such as "out-of-memory"; static; "unknown" for any other number. */
DSET_API const char *dset_code_name(int code);

#ifdef __cplusplus
}
#endif

#endif
