/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_view.c (L4h): what hosts ask a ledger: what is in flight at a moment, what is waited for, what is over. */
#include <string.h>

#include "check.h"
#include "error.h"
#include "ledger.h"
#include "model.h"

/* E20: strictly older than the timeout. Writes "of the future" count from now: the clock was put back. */
static bool lost(int64_t *since_ms, int64_t now_ms) {
  if (*since_ms > now_ms) *since_ms = now_ms;
  return now_ms > dset_time_add(*since_ms, DSET_IN_FLIGHT_TIMEOUT_MS);
}

static void expire_writes(dset_ledger *ledger, dset_ledger_record *record, const dset_order *order, int64_t now_ms) {
  for (const dset_rank *rank = order->first, *next; rank != NULL; rank = next) {
    next = rank->next;
    dset_write *write = rank->item;
    if (!write->held && lost(&write->since_ms, now_ms)) dset_ledger_drop(ledger, record, write);
  }
}

/* E8: what is older than twice the maximum counts no more. Those "of the future" count from now: else a clock that is
 * put back would keep failed pods for as long as it was ahead. */
static void expire_backoffs(dset_ledger *ledger, dset_ledger_record *record, int64_t now_ms) {
  int64_t keep_ms = dset_time_add(ledger->backoff_max_ms, ledger->backoff_max_ms);
  dset_backoff_block *block = &record->backoffs;
  size_t kept = 0;
  for (size_t i = 0; i < block->count; i++) {
    if (block->items[i].last_ms > now_ms) block->items[i].last_ms = now_ms;
    if (now_ms <= dset_time_add(block->items[i].last_ms, keep_ms)) block->items[kept++] = block->items[i];
  }
  block->count = kept;
  if (kept == 0) dset_backoffs_drop(ledger, block);
}

void dset_ledger_expire(dset_ledger *ledger, dset_ledger_record *record, int64_t now_ms) {
  expire_writes(ledger, record, &record->creates, now_ms);
  expire_writes(ledger, record, &record->deletes, now_ms);
  expire_writes(ledger, record, &record->others, now_ms);
  expire_backoffs(ledger, record, now_ms);
  if (record->expected) record->expected = !lost(&record->expected_since_ms, now_ms);
}

static int64_t newest(const dset_order *order, int64_t since_ms) {
  for (const dset_rank *rank = order->first; rank != NULL; rank = rank->next) {
    const dset_write *write = rank->item;
    if (write->since_ms > since_ms) since_ms = write->since_ms;
  }
  return since_ms;
}

/* Fills in what stands in a record. A snapshot takes 0 for an unknown time: a millisecond later is as good. */
static void show(const dset_ledger_record *record, dset_in_flight *in_flight) {
  in_flight->creates = (int64_t)record->creates.count;
  in_flight->deletes = (int64_t)record->deletes.count;
  if (in_flight->creates + in_flight->deletes != 0) {
    in_flight->since_ms = newest(&record->deletes, newest(&record->creates, INT64_MIN));
    if (in_flight->since_ms == 0) in_flight->since_ms = 1;
  }
  in_flight->backoffs = record->backoffs.items;
  in_flight->backoff_count = record->backoffs.count;
}

static void look(dset_ledger *ledger, const dset_daemonset *daemonset, int64_t now_ms, dset_in_flight *in_flight) {
  dset_ledger_record *record = dset_ledger_find(ledger, daemonset->ns, daemonset->name);
  if (record == NULL) return;
  if (!dset_text_equal(record->uid, daemonset->uid)) {
    dset_ledger_forget(ledger, daemonset->ns, daemonset->name);
    return;
  }
  dset_ledger_expire(ledger, record, now_ms);
  int64_t observed = daemonset->status == NULL ? 0 : daemonset->status->observed_generation;
  bool newer = observed > record->observed_generation; /* an older view is behind, and its back-offs come back (E8) */
  if (newer && !record->running) dset_backoffs_drop(ledger, &record->backoffs);
  show(record, in_flight);
  if (record->observed_generation != observed) in_flight->backoffs = NULL, in_flight->backoff_count = 0;
  dset_ledger_tidy(ledger, record);
}

int dset_ledger_in_flight(dset_ledger *ledger, const dset_daemonset *daemonset, int64_t now_ms,
                          dset_in_flight *in_flight, dset_error *error) {
  if (ledger == NULL) return dset_fail(error, DSET_ERR_INVALID, "ledger", "must not be NULL");
  if (in_flight == NULL) return dset_fail(error, DSET_ERR_INVALID, "in_flight", "must not be NULL");
  int code = dset_check_size(in_flight, sizeof *in_flight, "in_flight", error);
  if (code == DSET_OK) code = dset_ledger_check(daemonset, error);
  if (code != DSET_OK) return code;
  dset_in_flight found = {.size = in_flight->size};
  look(ledger, daemonset, now_ms, &found);
  *in_flight = found;
  return DSET_OK;
}

int dset_ledger_fill(dset_ledger *ledger, dset_snapshot *snapshot, dset_error *error) {
  if (snapshot == NULL) return dset_fail(error, DSET_ERR_INVALID, "snapshot", "must not be NULL");
  int code = dset_check_size(snapshot, sizeof *snapshot, "snapshot", error);
  if (code != DSET_OK) return code;
  dset_in_flight found = {.size = sizeof found};
  code = dset_ledger_in_flight(ledger, snapshot->daemonset, snapshot->now_ms, &found, error);
  if (code != DSET_OK) return code;
  snapshot->in_flight_creates = found.creates;
  snapshot->in_flight_deletes = found.deletes;
  snapshot->in_flight_since_ms = found.since_ms;
  snapshot->backoffs = found.backoffs;
  snapshot->backoff_count = found.backoff_count;
  return DSET_OK;
}

void dset_ledger_counters(const dset_ledger *ledger, const char *ns, const char *name, int64_t *creates,
                          int64_t *deletes, int64_t *since_ms) {
  const dset_ledger_record *record = dset_ledger_find(ledger, ns, name);
  bool known = record != NULL && record->expected;
  *creates = known ? record->expected_creates : 0;
  *deletes = known ? record->expected_deletes : 0;
  *since_ms = known ? record->expected_since_ms : 0;
}

int dset_ledger_wrote(dset_ledger *ledger, const dset_daemonset *daemonset, int resource, uint64_t version,
                      dset_error *error) {
  if (ledger == NULL) return dset_fail(error, DSET_ERR_INVALID, "ledger", "must not be NULL");
  if (resource < 0 || resource >= DSET_RESOURCES) {
    return dset_fail(error, DSET_ERR_INVALID, "resource", "there is no resource %d", resource);
  }
  int code = dset_ledger_check(daemonset, error);
  if (code != DSET_OK || version == 0) return code;
  dset_ledger_record *record = dset_ledger_open(ledger, daemonset->ns, daemonset->name, daemonset->uid);
  if (record == NULL) return dset_fail_memory(error);
  if (!dset_text_equal(record->uid, daemonset->uid)) return DSET_OK; /* a run of the one before it is not finished */
  if (record->versions[resource] < version) record->versions[resource] = version;
  return DSET_OK;
}

uint64_t dset_ledger_stale(dset_ledger *ledger, const char *ns, const char *name, int resource, uint64_t read) {
  dset_ledger_record *record = dset_ledger_find(ledger, ns, name);
  if (record == NULL || resource < 0 || resource >= DSET_RESOURCES || read == 0) return 0;
  uint64_t written = record->versions[resource];
  if (read < written) return written;
  record->versions[resource] = 0;
  dset_ledger_tidy(ledger, record);
  return 0;
}

void dset_ledger_settle(dset_ledger *ledger, const char *ns, const char *name) {
  dset_ledger_record *record = dset_ledger_find(ledger, ns, name);
  if (record == NULL) return;
  dset_ledger_drop_writes(ledger, record);
  record->expected = false;
  dset_ledger_tidy(ledger, record);
}

void dset_ledger_forget(dset_ledger *ledger, const char *ns, const char *name) {
  dset_ledger_record *record = dset_ledger_find(ledger, ns, name);
  if (record == NULL || record->running) return;
  dset_ledger_empty(ledger, record);
  dset_ledger_tidy(ledger, record);
}

static dset_flight flight_of(const dset_write *write) {
  dset_flight flight = {write->type, "", "", "", write->since_ms, write->held};
  switch (write->type) {
    case DSET_ACTION_CREATE_POD:
      flight.node = write->object;
      if (write->named) flight.pod = write->name;
      break;
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: flight.pod = write->object; break;
    default: flight.revision = write->object; break;
  }
  return flight;
}

size_t dset_ledger_list(const dset_ledger *ledger, const char *ns, const char *name, dset_flight *flights,
                        size_t capacity) {
  const dset_ledger_record *record = dset_ledger_find(ledger, ns, name);
  if (record == NULL) return 0;
  const dset_order *const orders[] = {&record->creates, &record->deletes, &record->others};
  size_t count = 0;
  for (size_t i = 0; i < 3; i++) {
    for (const dset_rank *rank = orders[i]->first; rank != NULL; rank = rank->next, count++) {
      if (count < capacity) flights[count] = flight_of(rank->item);
    }
  }
  return count;
}
