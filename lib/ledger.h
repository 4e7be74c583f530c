/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h (L4h): what a ledger holds. ledger.c keeps it, ledger_observe.c ends writes, ledger_view.c answers hosts,
 * ledger_bytes.c writes and reads it; a run (apply.h) holds what it writes.
 *
 *   ledger ─► records by "namespace/name" ─► record ─► creates by node    ─► write
 *                                                   ├► deletes by pod     ─► write
 *                                                   ├► others by "Type object" ─► write
 *                                                   ├► back-offs, one block
 *                                                   └► versions, counters
 *
 * A record that holds nothing is dropped, so that equal facts are equal bytes.
 */
#ifndef DSET_LIB_LEDGER_H
#define DSET_LIB_LEDGER_H

#include "daemonset/host.h"
#include "order.h"
#include "pool.h"

/* Longer names of pods and longer hashes are not kept: then a creation is known by its node alone. */
enum { DSET_WRITE_NAME_BYTES = 256, DSET_WRITE_HASH_BYTES = 64, DSET_RESOURCES = 2 };

/*
 * A write in flight. What is known of the pod that a creation made:
 *
 *   named | seen | name
 *   no    | no   | ""
 *   no    | yes  | of the last pod that may be it, seen before the callback was finished
 *   yes   | no   | as the callback gave it
 *   yes   | yes  | the same, and it was seen
 */
typedef struct dset_write {
  int32_t type;
  bool fresh; /* made for an action whose run has not begun */
  bool sent;  /* its callback was called; of what was read from bytes nobody knows */
  bool named;
  bool seen;    /* of a deletion: the pod was seen deleting or gone */
  bool held;    /* by a run that is not finished */
  size_t bytes; /* of this piece */
  uint64_t run; /* which run asked for it, see dset_ledger.runs; 0: read from bytes */
  int64_t since_ms;
  const char *key;                  /* in its order */
  const char *object;               /* node, pod, revision, or "": the end of the key */
  char *name;                       /* CREATE_POD: DSET_WRITE_NAME_BYTES; else NULL */
  char hash[DSET_WRITE_HASH_BYTES]; /* CREATE_POD: what the pod carries; "": not known */
} dset_write;

/* Back-offs with their texts in one piece of memory. */
typedef struct dset_backoff_block {
  dset_backoff *items;
  size_t count;
  size_t bytes;
} dset_backoff_block;

typedef struct dset_ledger_record {
  size_t bytes;    /* of this piece */
  const char *key; /* in the ledger's order */
  const char *name;
  const char *uid;
  int64_t observed_generation; /* of the back-offs */
  dset_backoff_block backoffs;
  dset_order creates;
  dset_order deletes;
  dset_order others;
  uint64_t versions[DSET_RESOURCES]; /* waited for; 0: none */
  bool expected;                     /* the counters were set (E20) */
  int64_t expected_creates;
  int64_t expected_deletes;
  int64_t expected_since_ms;
  uint32_t failures; /* runs that failed in a row (I12) */
  bool running;
} dset_ledger_record;

struct dset_ledger {
  dset_pool pool;
  int64_t backoff_max_ms;
  uint64_t runs; /* how many have begun, so that a run that was given up knows its writes */
  dset_order records;
};

/* Counters go below zero (E20). */
static inline void dset_count_down(int64_t *counter) {
  if (*counter > INT64_MIN) --*counter;
}

/* An empty ledger. Errors: those of dset_ledger_new(). */
int dset_ledger_make(const dset_options *options, dset_ledger **ledger, dset_error *error);

/* Whether a DaemonSet can have a record: it has a name, and no "/" in it or its namespace. Errors: DSET_ERR_INVALID,
 * DSET_ERR_ABI. */
int dset_ledger_check(const dset_daemonset *daemonset, dset_error *error);

dset_ledger_record *dset_ledger_find(const dset_ledger *ledger, const char *ns, const char *name);

/* The record of a DaemonSet, made if need be; one of another uid is emptied (I14), unless a run holds it. NULL when an
 * allocation fails. */
dset_ledger_record *dset_ledger_open(dset_ledger *ledger, const char *ns, const char *name, const char *uid);

/* Whether a record holds anything that a ledger must remember. */
bool dset_ledger_says_something(const dset_ledger_record *record);

/* Drops a record that holds nothing. */
void dset_ledger_tidy(dset_ledger *ledger, dset_ledger_record *record);

/* Drops all writes but those that runs hold. */
void dset_ledger_drop_writes(dset_ledger *ledger, dset_ledger_record *record);

/* Drops all that is known, but for what runs hold. */
void dset_ledger_empty(dset_ledger *ledger, dset_ledger_record *record);

/* The write of that type and object, made if need be, and held: no plan writes an object twice
 * in one way. NULL when an allocation fails. */
dset_write *dset_ledger_hold(dset_ledger *ledger, dset_ledger_record *record, int32_t type, const char *object);

/* What an action writes is about to be sent. */
void dset_write_begin(dset_write *write, uint64_t run, const char *hash, int64_t since_ms);

/* The write of that type and object, if that run asked for it last; otherwise NULL. */
dset_write *dset_ledger_sent(dset_ledger_record *record, uint64_t run, int32_t type, const char *object);

/* The callback gave the created pod a name. NULL and "": none. */
void dset_write_name(dset_write *write, const char *pod);

/* Lets go of a write. It stays in flight (`keep`), or is over. */
void dset_ledger_release(dset_ledger *ledger, dset_ledger_record *record, dset_write *write, bool keep);

/* Takes out a write that nobody holds. */
void dset_ledger_drop(dset_ledger *ledger, dset_ledger_record *record, dset_write *write);

/* Copies back-offs, in their order. False when an allocation fails. */
bool dset_backoffs_copy(dset_ledger *ledger, const dset_backoff *items, size_t count, dset_backoff_block *block);
void dset_backoffs_drop(dset_ledger *ledger, dset_backoff_block *block);

/* Drops writes that are lost (E20), and what is over. */
void dset_ledger_expire(dset_ledger *ledger, dset_ledger_record *record, int64_t now_ms);

#endif
