/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c (L4h): records and the writes in them come and go; see ledger.h for the picture. */
#include "ledger.h"

#include <string.h>

#include "arena.h"
#include "backoff.h"
#include "check.h"
#include "error.h"
#include "sync.h"
#include "text.h"

int dset_ledger_make(const dset_options *options, dset_ledger **ledger, dset_error *error) {
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code != DSET_OK) return code;
  dset_options taken;
  code = dset_sync_options(options, &taken, error);
  if (code != DSET_OK) return code;
  dset_arena arena; /* knows what NULL in place of an allocator means */
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  dset_ledger *made = arena.allocator.allocate(arena.allocator.context, sizeof *made);
  if (made == NULL) return dset_fail_memory(error);
  *made = (dset_ledger){.backoff_max_ms = taken.backoff_max_ms};
  dset_pool_init(&made->pool, &arena.allocator);
  *ledger = made;
  return DSET_OK;
}

int dset_ledger_new(const dset_options *options, dset_ledger **ledger, dset_error *error) {
  if (ledger == NULL) return dset_fail(error, DSET_ERR_INVALID, "ledger", "must not be NULL");
  *ledger = NULL;
  return dset_ledger_make(options, ledger, error);
}

void dset_ledger_free(dset_ledger *ledger) {
  if (ledger == NULL) return;
  for (const dset_rank *rank = ledger->records.first; rank != NULL; rank = rank->next) {
    dset_backoffs_drop(ledger, &((dset_ledger_record *)rank->item)->backoffs);
  }
  dset_pool pool = ledger->pool;
  dset_pool_release(&pool, ledger, sizeof *ledger);
  dset_pool_clear(&pool);
}

int dset_ledger_check(const dset_daemonset *daemonset, dset_error *error) {
  if (daemonset == NULL) return dset_fail(error, DSET_ERR_INVALID, "daemonset", "must not be NULL");
  int code = dset_check_size(daemonset, sizeof *daemonset, "daemonset", error);
  if (code == DSET_OK) code = dset_check_size(daemonset->status, sizeof *daemonset->status, "daemonset.status", error);
  if (code != DSET_OK) return code;
  if (dset_text_empty(daemonset->name)) {
    return dset_fail(error, DSET_ERR_INVALID, "daemonset.name", "must not be empty");
  }
  if (strchr(daemonset->name, '/') != NULL) {
    return dset_fail(error, DSET_ERR_INVALID, "daemonset.name", "must not contain \"/\"");
  }
  if (strchr(dset_text_or_empty(daemonset->ns), '/') != NULL) {
    return dset_fail(error, DSET_ERR_INVALID, "daemonset.ns", "must not contain \"/\"");
  }
  return DSET_OK;
}

/* Compares "namespace/name" with its parts. */
static int compare_key(const char *ns, const char *name, const char *key) {
  size_t bytes = strlen(ns);
  int order = strncmp(ns, key, bytes);
  if (order != 0) return order;
  if (key[bytes] != '/') return '/' < (unsigned char)key[bytes] ? -1 : 1;
  return strcmp(name, key + bytes + 1);
}

/* The search of order.h, without a text of both parts, which would need memory. */
dset_ledger_record *dset_ledger_find(const dset_ledger *ledger, const char *ns, const char *name) {
  const dset_rank *rank = ledger->records.root;
  while (rank != NULL) {
    int order = compare_key(dset_text_or_empty(ns), dset_text_or_empty(name), rank->name);
    if (order == 0) return rank->item;
    rank = order < 0 ? rank->left : rank->right;
  }
  return NULL;
}

static dset_ledger_record *make_record(dset_ledger *ledger, const char *ns, const char *name, const char *uid) {
  size_t bytes = sizeof(dset_ledger_record) + dset_text_size(ns) + dset_text_size(name) + dset_text_size(uid);
  dset_ledger_record *record = dset_pool_take(&ledger->pool, bytes);
  if (record == NULL) return NULL;
  *record = (dset_ledger_record){.bytes = bytes};
  char *at = (char *)(record + 1);
  record->key = dset_text_place(ns, &at);
  at[-1] = '/';
  record->name = dset_text_place(name, &at);
  record->uid = dset_text_place(uid, &at);
  return record;
}

static void drop_record(dset_ledger *ledger, dset_ledger_record *record) {
  dset_order_remove(&ledger->records, &ledger->pool, record->key);
  dset_pool_give(&ledger->pool, record, record->bytes);
}

dset_ledger_record *dset_ledger_open(dset_ledger *ledger, const char *ns, const char *name, const char *uid) {
  dset_ledger_record *old = dset_ledger_find(ledger, ns, name);
  if (old != NULL && (old->running || dset_text_equal(old->uid, uid))) return old;
  dset_ledger_record *record = make_record(ledger, ns, name, uid);
  if (record == NULL) return NULL;
  if (old != NULL) {
    dset_ledger_empty(ledger, old);
    drop_record(ledger, old); /* what it gives back is what the new one takes */
  }
  if (dset_order_add(&ledger->records, &ledger->pool, record->key, record)) return record;
  dset_pool_give(&ledger->pool, record, record->bytes);
  return NULL;
}

bool dset_ledger_says_something(const dset_ledger_record *record) {
  if (record->creates.count + record->deletes.count + record->others.count + record->backoffs.count != 0) return true;
  for (size_t i = 0; i < DSET_RESOURCES; i++) {
    if (record->versions[i] != 0) return true;
  }
  return record->expected || record->failures != 0;
}

void dset_ledger_tidy(dset_ledger *ledger, dset_ledger_record *record) {
  if (!dset_ledger_says_something(record) && !record->running) drop_record(ledger, record);
}

/* The order that writes of a type are in. */
static dset_order *order_of(dset_ledger_record *record, int32_t type) {
  if (type == DSET_ACTION_CREATE_POD) return &record->creates;
  return type == DSET_ACTION_DELETE_POD ? &record->deletes : &record->others;
}

void dset_ledger_drop_writes(dset_ledger *ledger, dset_ledger_record *record) {
  const dset_order *const orders[] = {&record->creates, &record->deletes, &record->others};
  for (size_t i = 0; i < 3; i++) {
    for (const dset_rank *rank = orders[i]->first, *next; rank != NULL; rank = next) {
      next = rank->next;
      if (!((const dset_write *)rank->item)->held) dset_ledger_drop(ledger, record, rank->item);
    }
  }
}

void dset_ledger_empty(dset_ledger *ledger, dset_ledger_record *record) {
  dset_ledger_drop_writes(ledger, record);
  dset_backoffs_drop(ledger, &record->backoffs);
  memset(record->versions, 0, sizeof record->versions);
  record->expected = false;
  record->failures = 0;
}

/* The key of a write: creations and deletions are alone in their orders, the others have their kind before them. */
static const char *kind_of(int32_t type, char text[32]) {
  if (type == DSET_ACTION_CREATE_POD || type == DSET_ACTION_DELETE_POD) return "";
  const char *name = dset_action_type_name(type);
  size_t bytes = strlen(name);
  memcpy(text, name, bytes);
  memcpy(text + bytes, " ", 2);
  return text;
}

/* A piece with its texts. */
static dset_write *make_write(dset_ledger *ledger, int32_t type, const char *object) {
  char text[32];
  const char *kind = kind_of(type, text);
  size_t room = type == DSET_ACTION_CREATE_POD ? DSET_WRITE_NAME_BYTES : 0;
  size_t bytes = sizeof(dset_write) + room + strlen(kind) + dset_text_size(object);
  dset_write *write = dset_pool_take(&ledger->pool, bytes);
  if (write == NULL) return NULL;
  *write = (dset_write){.type = type, .fresh = true, .bytes = bytes};
  char *at = (char *)(write + 1);
  if (room != 0) {
    write->name = at;
    at[0] = '\0';
    at += room;
  }
  memcpy(at, kind, strlen(kind));
  write->key = at;
  at += strlen(kind);
  write->object = dset_text_place(object, &at);
  return write;
}

dset_write *dset_ledger_hold(dset_ledger *ledger, dset_ledger_record *record, int32_t type, const char *object) {
  dset_order *order = order_of(record, type);
  dset_write *made = make_write(ledger, type, object);
  if (made == NULL) return NULL;
  dset_write *write = dset_order_find(order, made->key);
  if (write == NULL && dset_order_add(order, &ledger->pool, made->key, made)) write = made;
  if (write != made) dset_pool_give(&ledger->pool, made, made->bytes);
  if (write != NULL) write->held = true;
  return write;
}

void dset_write_begin(dset_write *write, uint64_t run, const char *hash, int64_t since_ms) {
  write->run = run;
  write->fresh = write->sent = write->named = write->seen = false;
  write->since_ms = since_ms;
  if (write->name != NULL) write->name[0] = '\0';
  size_t bytes = dset_text_size(hash);
  if (bytes > sizeof write->hash) hash = "", bytes = 1;
  memcpy(write->hash, dset_text_or_empty(hash), bytes);
}

dset_write *dset_ledger_sent(dset_ledger_record *record, uint64_t run, int32_t type, const char *object) {
  for (const dset_rank *rank = order_of(record, type)->first; rank != NULL; rank = rank->next) {
    dset_write *write = rank->item;
    if (write->run == run && write->type == type && strcmp(write->object, object) == 0) return write;
  }
  return NULL;
}

void dset_write_name(dset_write *write, const char *pod) {
  if (write->name == NULL || dset_text_empty(pod) || dset_text_size(pod) > DSET_WRITE_NAME_BYTES) return;
  write->seen = write->seen && strcmp(write->name, pod) == 0;
  write->named = true;
  memcpy(write->name, pod, dset_text_size(pod));
}

void dset_ledger_drop(dset_ledger *ledger, dset_ledger_record *record, dset_write *write) {
  dset_order_remove(order_of(record, write->type), &ledger->pool, write->key);
  dset_pool_give(&ledger->pool, write, write->bytes);
}

void dset_ledger_release(dset_ledger *ledger, dset_ledger_record *record, dset_write *write, bool keep) {
  write->held = false;
  if (!keep) dset_ledger_drop(ledger, record, write);
}

bool dset_backoffs_copy(dset_ledger *ledger, const dset_backoff *items, size_t count, dset_backoff_block *block) {
  *block = (dset_backoff_block){0};
  if (count == 0) return true;
  size_t bytes = dset_backoff_bytes(items, count);
  void *memory = dset_pool_allocate(&ledger->pool, bytes);
  if (memory == NULL) return false;
  *block = (dset_backoff_block){dset_backoff_place(items, count, memory), count, bytes};
  return true;
}

void dset_backoffs_drop(dset_ledger *ledger, dset_backoff_block *block) {
  dset_pool_release(&ledger->pool, block->items, block->bytes);
  *block = (dset_backoff_block){0};
}
