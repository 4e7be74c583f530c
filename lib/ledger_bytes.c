/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_bytes.c (L4h): a ledger as bytes and back. Numbers are little-endian; a text is its length in four bytes, and
 * its bytes. There is one way to write a ledger, and only that is read:
 *
 *   file    "dsetledg"  version(4)  count(8)  record*  sum(8)           the sum is FNV-1a, 64 bits, of all before it
 *   record  key uid  flags(1)  failures(4)  version(8)*2                 keys ascend
 *           creates(8) deletes(8) since(8)                               if flag 1
 *           observed generation(8)                                       if there are back-offs
 *           count(8) { node delay(8) last(8) }*                          nodes ascend
 *           count(8) { type(1) object since(8) flags(1) hash name }*     by order, then key; the last two of CREATE_POD
 */
#include <string.h>

#include "error.h"
#include "ledger.h"
#include "text.h"

static const char magic[8] = {'d', 's', 'e', 't', 'l', 'e', 'd', 'g'};

enum { FORMAT = 1, FLAG_EXPECTED = 1, FLAG_NAMED = 1 };

/* Bytes being written: counted all, kept as far as there is room. */
typedef struct writer {
  unsigned char *bytes;
  size_t capacity;
  size_t count;
  uint64_t sum;
} writer;

static uint64_t sum_add(uint64_t sum, unsigned char byte) {
  return (sum ^ byte) * UINT64_C(0x100000001B3);
}

static void put(writer *w, const void *bytes, size_t count) {
  const unsigned char *from = bytes;
  for (size_t i = 0; i < count; i++) {
    if (w->count < w->capacity) w->bytes[w->count] = from[i];
    w->count++;
    w->sum = sum_add(w->sum, from[i]);
  }
}

static void put_number(writer *w, uint64_t number, size_t bytes) {
  unsigned char text[8];
  for (size_t i = 0; i < bytes; i++) text[i] = (unsigned char)(number >> (8 * i));
  put(w, text, bytes);
}

static void put_text(writer *w, const char *text) {
  size_t bytes = strlen(text);
  put_number(w, bytes, 4);
  put(w, text, bytes);
}

static void put_writes(writer *w, const dset_order *order) {
  for (const dset_rank *rank = order->first; rank != NULL; rank = rank->next) {
    const dset_write *write = rank->item;
    put_number(w, (uint64_t)write->type, 1);
    put_text(w, write->object);
    put_number(w, (uint64_t)write->since_ms, 8);
    put_number(w, write->named ? FLAG_NAMED : 0, 1);
    if (write->type != DSET_ACTION_CREATE_POD) continue;
    put_text(w, write->hash);
    put_text(w, write->named ? write->name : "");
  }
}

static void put_record(writer *w, const dset_ledger_record *record) {
  put_text(w, record->key);
  put_text(w, record->uid);
  put_number(w, record->expected ? FLAG_EXPECTED : 0, 1);
  put_number(w, record->failures, 4);
  for (size_t i = 0; i < DSET_RESOURCES; i++) put_number(w, record->versions[i], 8);
  if (record->expected) {
    put_number(w, (uint64_t)record->expected_creates, 8);
    put_number(w, (uint64_t)record->expected_deletes, 8);
    put_number(w, (uint64_t)record->expected_since_ms, 8);
  }
  put_number(w, record->backoffs.count, 8);
  if (record->backoffs.count != 0) put_number(w, (uint64_t)record->observed_generation, 8);
  for (size_t i = 0; i < record->backoffs.count; i++) {
    const dset_backoff *backoff = &record->backoffs.items[i];
    put_text(w, backoff->node);
    put_number(w, (uint64_t)backoff->delay_ms, 8);
    put_number(w, (uint64_t)backoff->last_ms, 8);
  }
  put_number(w, record->creates.count + record->deletes.count + record->others.count, 8);
  put_writes(w, &record->creates);
  put_writes(w, &record->deletes);
  put_writes(w, &record->others);
}

size_t dset_ledger_write(const dset_ledger *ledger, void *bytes, size_t capacity) {
  writer w = {.bytes = bytes, .capacity = bytes == NULL ? 0 : capacity, .sum = UINT64_C(0xCBF29CE484222325)};
  size_t count = 0; /* a record that only a run holds, with nothing in it, is none */
  for (const dset_rank *rank = ledger->records.first; rank != NULL; rank = rank->next) {
    count += dset_ledger_says_something(rank->item);
  }
  put(&w, magic, sizeof magic);
  put_number(&w, FORMAT, 4);
  put_number(&w, count, 8);
  for (const dset_rank *rank = ledger->records.first; rank != NULL; rank = rank->next) {
    if (dset_ledger_says_something(rank->item)) put_record(&w, rank->item);
  }
  put_number(&w, w.sum, 8);
  return w.count;
}

/* Bytes being read. After a fault all that follows is 0. */
typedef struct reader {
  const unsigned char *bytes;
  size_t count;
  size_t at;
  bool failed; /* not what is written */
  bool memory; /* an allocation failed */
  dset_ledger *ledger;
  char *text; /* texts, each NUL-terminated, one behind the other; as many bytes as there are all in all suffice */
  char *text_at;
} reader;

static bool broken(const reader *r) {
  return r->failed || r->memory;
}

static uint64_t take_number(reader *r, size_t bytes) {
  if (broken(r) || r->count - r->at < bytes) r->failed = true;
  if (broken(r)) return 0;
  uint64_t number = 0;
  for (size_t i = 0; i < bytes; i++) number |= (uint64_t)r->bytes[r->at + i] << (8 * i);
  r->at += bytes;
  return number;
}

static int64_t take_signed(reader *r) {
  return (int64_t)take_number(r, 8);
}

/* A text that lasts as long as the reader; its four bytes of length leave room for the NUL. */
static const char *take_text(reader *r) {
  size_t bytes = (size_t)take_number(r, 4);
  if (broken(r) || r->count - r->at < bytes || memchr(r->bytes + r->at, '\0', bytes) != NULL) r->failed = true;
  if (broken(r)) return "";
  char *text = r->text_at;
  memcpy(text, r->bytes + r->at, bytes);
  text[bytes] = '\0';
  r->at += bytes;
  r->text_at += bytes + 1;
  return text;
}

/* A number of items, each of which takes at least so many bytes. */
static size_t take_count(reader *r, size_t least) {
  uint64_t count = take_number(r, 8);
  if (count > (r->count - r->at) / least) r->failed = true;
  return broken(r) ? 0 : (size_t)count;
}

static void require(reader *r, bool holds) {
  if (!holds) r->failed = true;
}

static void take_backoffs(reader *r, dset_ledger_record *record) {
  size_t count = take_count(r, 20);
  if (count == 0) return;
  record->observed_generation = take_signed(r);
  size_t bytes = count * sizeof(dset_backoff);
  dset_backoff *items = dset_pool_allocate(&r->ledger->pool, bytes);
  if (items == NULL) {
    r->memory = true;
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const char *node = take_text(r);
    int64_t delay_ms = take_signed(r);
    items[i] = (dset_backoff){node, delay_ms, take_signed(r)};
    require(r, node[0] != '\0' && delay_ms >= 0 && (i == 0 || strcmp(items[i - 1].node, node) < 0));
  }
  if (!broken(r) && !dset_backoffs_copy(r->ledger, items, count, &record->backoffs)) r->memory = true;
  dset_pool_release(&r->ledger->pool, items, bytes);
}

static bool names_object(int32_t type, const char *object) {
  return (object[0] == '\0') == (type == DSET_ACTION_UPDATE_STATUS);
}

/* The last write, to see that they ascend. */
typedef struct last_write {
  int order;
  const char *key;
} last_write;

static int order_of(int32_t type) {
  if (type == DSET_ACTION_CREATE_POD) return 1;
  return type == DSET_ACTION_DELETE_POD ? 2 : 3;
}

static void take_write(reader *r, dset_ledger_record *record, last_write *last) {
  int32_t type = (int32_t)take_number(r, 1);
  const char *object = take_text(r);
  int64_t since_ms = take_signed(r);
  uint64_t flags = take_number(r, 1);
  bool creates = type == DSET_ACTION_CREATE_POD;
  const char *hash = creates ? take_text(r) : "";
  const char *name = creates ? take_text(r) : "";
  require(r, type >= DSET_ACTION_CREATE_POD && type <= DSET_ACTION_UPDATE_STATUS && names_object(type, object));
  require(r, flags == (name[0] == '\0' ? 0 : FLAG_NAMED));
  require(r, strlen(hash) < DSET_WRITE_HASH_BYTES && strlen(name) < DSET_WRITE_NAME_BYTES);
  if (broken(r)) return;
  dset_write *write = dset_ledger_hold(r->ledger, record, type, object);
  if (write == NULL) {
    r->memory = true;
    return;
  }
  int order = order_of(type);
  require(r, write->fresh && (order > last->order || (order == last->order && strcmp(last->key, write->key) < 0)));
  dset_write_begin(write, 0, hash, since_ms);
  dset_write_name(write, name);
  dset_ledger_release(r->ledger, record, write, true);
  *last = (last_write){order, write->key};
}

static void take_record(reader *r, const char **last) {
  char *key = r->text_at;
  take_text(r);
  const char *uid = take_text(r);
  char *slash = broken(r) ? NULL : strchr(key, '/');
  require(r, slash != NULL && slash[1] != '\0' && strchr(slash + 1, '/') == NULL && strcmp(*last, key) < 0);
  uint64_t flags = take_number(r, 1);
  require(r, flags <= FLAG_EXPECTED);
  if (broken(r)) return;
  *slash = '\0';
  dset_ledger_record *record = dset_ledger_open(r->ledger, key, slash + 1, uid);
  if (record == NULL) {
    r->memory = true;
    return;
  }
  *last = record->key;
  record->failures = (uint32_t)take_number(r, 4);
  for (size_t i = 0; i < DSET_RESOURCES; i++) record->versions[i] = take_number(r, 8);
  record->expected = flags != 0;
  if (record->expected) {
    record->expected_creates = take_signed(r);
    record->expected_deletes = take_signed(r);
    record->expected_since_ms = take_signed(r);
  }
  take_backoffs(r, record);
  size_t count = take_count(r, 14);
  last_write before = {0, ""};
  for (size_t i = 0; i < count && !broken(r); i++) take_write(r, record, &before);
  require(r, dset_ledger_says_something(record));
}

static bool sum_holds(const unsigned char *bytes, size_t count) {
  uint64_t sum = UINT64_C(0xCBF29CE484222325);
  uint64_t stored = 0;
  for (size_t i = 0; i < count - 8; i++) sum = sum_add(sum, bytes[i]);
  for (size_t i = 0; i < 8; i++) stored |= (uint64_t)bytes[count - 8 + i] << (8 * i);
  return sum == stored;
}

static int read_all(reader *r, dset_error *error) {
  const char *last = "";
  size_t count = take_count(r, 41);
  for (size_t i = 0; i < count && !broken(r); i++) take_record(r, &last);
  if (r->memory) return dset_fail_memory(error);
  if (r->failed || r->at != r->count) {
    return dset_fail(error, DSET_ERR_SYNTAX, "bytes", "not what a ledger is written as, at byte %zu", r->at);
  }
  return DSET_OK;
}

int dset_ledger_read(const void *bytes, size_t count, const dset_options *options, dset_ledger **ledger,
                     dset_error *error) {
  if (ledger == NULL) return dset_fail(error, DSET_ERR_INVALID, "ledger", "must not be NULL");
  *ledger = NULL;
  if (bytes == NULL) return dset_fail(error, DSET_ERR_INVALID, "bytes", "must not be NULL");
  if (count < sizeof magic + 4 || memcmp(bytes, magic, sizeof magic) != 0) {
    return dset_fail(error, DSET_ERR_SYNTAX, "bytes", "not a ledger");
  }
  reader r = {.bytes = bytes, .count = count, .at = sizeof magic};
  uint64_t format = take_number(&r, 4);
  if (format != FORMAT) {
    return dset_fail(error, DSET_ERR_LIMIT, "bytes", "format %llu; this release knows %d", (unsigned long long)format,
                     FORMAT);
  }
  if (count < sizeof magic + 4 + 8 + 8 || !sum_holds(bytes, count)) {
    return dset_fail(error, DSET_ERR_SYNTAX, "bytes", "damaged: the sum at the end is not that of the rest");
  }
  r.count -= 8;
  dset_ledger *made;
  int code = dset_ledger_make(options, &made, error);
  if (code != DSET_OK) return code;
  r.ledger = made;
  r.text = r.text_at = dset_pool_allocate(&made->pool, count);
  code = r.text == NULL ? dset_fail_memory(error) : read_all(&r, error);
  dset_pool_release(&made->pool, r.text, count);
  if (code == DSET_OK)
    *ledger = made;
  else
    dset_ledger_free(made);
  return code;
}
