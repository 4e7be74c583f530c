/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_observe.c (L4h): what happens to a pod, and which writes it ends.
 *
 *   seen                     | creation of its name | nameless one, node and hash fit | deletion | counters
 *   added, not deleting      | ends                 | ends                            | stays    | creates - 1
 *   changed, not deleting    | ends                 | ends                            | stays    |
 *   added, changed, deleting | ends                 | stays                           | ends     | deletes - 1
 *   gone                     | ends                 | stays                           | ends     | deletes - 1
 *
 * The counters are those of I15 to I17. A write whose callback is not finished does not end: it remembers the pod. One
 * that was not sent yet cannot be meant.
 */
#include <string.h>

#include "check.h"
#include "claim.h"
#include "error.h"
#include "ledger.h"
#include "model.h"

/* Whether the pod may be what a creation for its node has made. */
static bool made_by(const dset_write *write, const dset_pod *pod, bool going) {
  if (write->named) return strcmp(write->name, pod->name) == 0;
  if (going) return false;
  const char *hash = dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH);
  return write->hash[0] == '\0' || (hash != NULL && strcmp(hash, write->hash) == 0);
}

/* The creation of a pod; one whose node cannot be told is known by its name alone. */
static dset_write *creation_of(const dset_ledger_record *record, const dset_pod *pod, bool going) {
  const char *target = dset_claim_target(pod);
  dset_write *write = target == NULL ? NULL : dset_order_find(&record->creates, target);
  if (write != NULL) return made_by(write, pod, going) ? write : NULL;
  for (const dset_rank *rank = record->creates.first; target == NULL && rank != NULL; rank = rank->next) {
    write = rank->item;
    if (write->named && strcmp(write->name, pod->name) == 0) return write;
  }
  return NULL;
}

static void end(dset_ledger *ledger, dset_ledger_record *record, dset_write *write, const char *pod) {
  if (!write->held) {
    dset_ledger_drop(ledger, record, write);
    return;
  }
  if (!write->sent) return;
  size_t bytes = strlen(pod) + 1;
  if (write->name != NULL && bytes > DSET_WRITE_NAME_BYTES) return;
  write->seen = true;
  if (write->name != NULL) memcpy(write->name, pod, bytes);
}

static void observe(dset_ledger *ledger, dset_ledger_record *record, int event, const dset_pod *pod) {
  bool going = event == DSET_POD_GONE || pod->deleting;
  if (record->expected && going) dset_count_down(&record->expected_deletes);
  if (record->expected && !going && event == DSET_POD_ADDED) dset_count_down(&record->expected_creates);
  dset_write *creation = creation_of(record, pod, going);
  if (creation != NULL) end(ledger, record, creation, pod->name);
  dset_write *deletion = going ? dset_order_find(&record->deletes, pod->name) : NULL;
  if (deletion != NULL) end(ledger, record, deletion, pod->name);
  dset_ledger_tidy(ledger, record);
}

/* Of a pod that is gone perhaps nothing is left but its name. */
static void observe_nameless(dset_ledger *ledger, const dset_pod *pod) {
  const char *ns = dset_text_or_empty(pod->ns);
  size_t bytes = strlen(ns);
  for (const dset_rank *rank = ledger->records.first, *next; rank != NULL; rank = next) {
    next = rank->next;
    dset_ledger_record *record = rank->item;
    if (strncmp(record->key, ns, bytes) != 0 || record->key[bytes] != '/') continue;
    bool known = dset_order_find(&record->deletes, pod->name) != NULL || creation_of(record, pod, true) != NULL;
    if (known) observe(ledger, record, DSET_POD_GONE, pod);
  }
}

int dset_ledger_observe_pod(dset_ledger *ledger, int event, const dset_pod *pod, dset_error *error) {
  if (ledger == NULL) return dset_fail(error, DSET_ERR_INVALID, "ledger", "must not be NULL");
  if (event < DSET_POD_ADDED || event > DSET_POD_GONE) {
    return dset_fail(error, DSET_ERR_INVALID, "event", "there is no event %d", event);
  }
  int code = dset_check_pod(pod, "pod", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  const dset_owner *owner = dset_controller_of(pod->owners, pod->owner_count);
  if (owner == NULL) {
    if (event == DSET_POD_GONE) observe_nameless(ledger, pod);
    return DSET_OK;
  }
  if (!dset_text_equal(owner->kind, "DaemonSet")) return DSET_OK;
  dset_ledger_record *record = dset_ledger_find(ledger, pod->ns, owner->name);
  if (record != NULL && dset_text_equal(record->uid, owner->uid)) observe(ledger, record, event, pod);
  return DSET_OK;
}
