/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger_bytes.c: ledgers as bytes and back, bytes that are damaged, and allocations that fail on the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"
#include "support/random.h"

/* A random ledger: DaemonSets with pods in all states, answers of all kinds, versions. */
static dset_ledger *random_ledger(uint64_t seed, const dset_options *options) {
  dset_random random = random_from(seed);
  dset_ledger *ledger;
  ck_assert_int_eq(dset_ledger_new(options, &ledger, NULL), DSET_OK);
  size_t count = random_below(&random, 4);
  for (size_t i = 0; i < count; i++) {
    dset_world w;
    test_host h;
    world_init(&w);
    static const char *const results[] = {"ok", "failed", "pending", "namespace-terminating", "timeout"};
    host_init(&h, &w, world_format(&w, "CreatePod * %s", results[random_below(&random, 5)]));
    dset_ledger_free(h.ledger);
    h.ledger = ledger;
    h.nameless = random_once_in(&random, 2);
    h.version = random_below(&random, 3);
    for (uint64_t n = random_below(&random, 6); n > 0; n--) {
      world_nodes(&w, world_format(&w, "m%d", (int)n));
      static const char *const pods[] = {"", "p%d@m%d ready; q%d@m%d age=60", "f%d@m%d failed", "o%d@m%d orphan"};
      const char *form = pods[random_below(&random, 4)];
      char words[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      snprintf(words, sizeof words, form, (int)n, (int)n, (int)n, (int)n);
#pragma GCC diagnostic pop
      world_pods(&w, words);
    }
    host_apply(&h);
    dset_run_free(h.run);
    h.run = NULL;
    h.ledger = NULL;
    host_end(&h, &w);
    dset_daemonset other = {.size = sizeof other, .ns = "b", .name = i % 2 == 0 ? "x" : "y", .uid = "u"};
    ck_assert_int_eq(dset_ledger_wrote(ledger, &other, (int)(i % 2), random_next(&random), NULL), DSET_OK);
  }
  return ledger;
}

enum { SEEDS = 200 };

START_TEST(bytes_round_trip) {
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    dset_ledger *ledger = random_ledger(seed, NULL);
    size_t count, again;
    unsigned char *bytes = host_bytes(ledger, &count);
    dset_ledger *read;
    dset_error error;
    int code = dset_ledger_read(bytes, count, NULL, &read, &error);
    ck_assert_msg(code == DSET_OK, "seed %d: %s", (int)seed, error.text);
    unsigned char *copy = host_bytes(read, &again);
    ck_assert_msg(count == again && memcmp(bytes, copy, count) == 0, "seed %d: other bytes", (int)seed);
    dset_flight before[64], after[64];
    size_t flights = dset_ledger_list(ledger, "default", "agent", before, 64);
    ck_assert_uint_eq(dset_ledger_list(read, "default", "agent", after, 64), flights);
    for (size_t i = 0; i < flights; i++) {
      ck_assert_str_eq(before[i].pod, after[i].pod);
      ck_assert_str_eq(before[i].node, after[i].node);
      ck_assert_int_eq(before[i].since_ms, after[i].since_ms);
    }
    free(bytes);
    free(copy);
    dset_ledger_free(ledger);
    dset_ledger_free(read);
  }
}
END_TEST

/* The sum at the end, so that what stands before it is looked at as well. */
static void seal(unsigned char *bytes, size_t count) {
  uint64_t sum = UINT64_C(0xCBF29CE484222325);
  for (size_t i = 0; i + 8 < count; i++) sum = (sum ^ bytes[i]) * UINT64_C(0x100000001B3);
  for (size_t i = 0; i < 8 && count >= 8; i++) bytes[count - 8 + i] = (unsigned char)(sum >> (8 * i));
}

/* Damaged bytes are an error, or, with the right sum, a ledger that is written as exactly these bytes. */
static bool mutated(uint64_t seed, const unsigned char *bytes, size_t count, bool sealed) {
  dset_random random = random_from(seed);
  unsigned char *copy = malloc(count + 8);
  ck_assert_ptr_nonnull(copy);
  memcpy(copy, bytes, count);
  size_t length = count;
  if (random_once_in(&random, 4)) length = random_below(&random, count);
  for (uint64_t n = random_below(&random, 4); n > 0 && length > 0; n--) {
    size_t at = random_below(&random, length);
    static const unsigned char values[] = {0, 1, 255, 128, '/', 2};
    copy[at] = random_once_in(&random, 2) ? values[random_below(&random, 6)] : (unsigned char)random_next(&random);
  }
  if (sealed) seal(copy, length);
  bool same = length == count && memcmp(copy, bytes, count) == 0;
  dset_ledger *read;
  dset_error error = {0};
  int code = dset_ledger_read(copy, length, NULL, &read, &error);
  bool taken = code == DSET_OK;
  if (taken) {
    size_t again;
    unsigned char *written = host_bytes(read, &again);
    ck_assert_msg(again == length && memcmp(written, copy, length) == 0, "seed %llu: read, and written otherwise",
                  (unsigned long long)seed);
    free(written);
    dset_ledger_free(read);
  } else {
    ck_assert_ptr_null(read);
    ck_assert_int_eq(error.code, code);
    ck_assert(code == DSET_ERR_SYNTAX || code == DSET_ERR_LIMIT);
  }
  ck_assert_msg(sealed || taken == same, "seed %llu: damage is taken for a ledger", (unsigned long long)seed);
  free(copy);
  return taken && !same;
}

START_TEST(bytes_damaged) {
  size_t taken = 0;
  for (uint64_t seed = 1; seed <= SEEDS; seed++) {
    dset_ledger *ledger = random_ledger(seed, NULL);
    size_t count;
    unsigned char *bytes = host_bytes(ledger, &count);
    for (uint64_t i = 0; i < 100; i++) {
      mutated(seed * 1000 + i, bytes, count, false);
      taken += mutated(seed * 1000 + i, bytes, count, true);
    }
    free(bytes);
    dset_ledger_free(ledger);
  }
  ck_assert_uint_gt(taken, 100); /* the sealed ones reach all the way */
}
END_TEST

START_TEST(bytes_refused) {
  dset_ledger *ledger = random_ledger(3, NULL);
  size_t count;
  unsigned char *bytes = host_bytes(ledger, &count);
  dset_ledger *read;
  dset_error error;
  ck_assert_int_eq(dset_ledger_read(NULL, 0, NULL, &read, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_read(bytes, count, NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_read("dset", 4, NULL, &read, &error), DSET_ERR_SYNTAX);
  ck_assert_int_eq(dset_ledger_read(bytes, count - 1, NULL, &read, &error), DSET_ERR_SYNTAX);
  bytes[8] = 2;
  seal(bytes, count);
  ck_assert_int_eq(dset_ledger_read(bytes, count, NULL, &read, &error), DSET_ERR_LIMIT);
  ck_assert_str_eq(error.text, "format 2; this release knows 1");
  free(bytes);
  dset_ledger_free(ledger);
}
END_TEST

/* There is one way to write a ledger: back-offs ascend, and no record is empty. */
START_TEST(bytes_one_way) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed; q@n2 failed");
  host_init(&h, &w, "");
  host_apply(&h);
  size_t count;
  unsigned char *bytes = host_bytes(h.ledger, &count);
  size_t at = 0;
  while (memcmp(bytes + at, "n1", 2) != 0) at++;
  dset_ledger *read;
  dset_error error;
  bytes[at + 1] = '3';
  seal(bytes, count);
  ck_assert_int_eq(dset_ledger_read(bytes, count, NULL, &read, &error), DSET_ERR_SYNTAX);
  free(bytes);
  host_end(&h, &w);
  unsigned char empty[28 + 4 + 3 + 4 + 1 + 4 + 16 + 8 + 8] = "dsetledg\1\0\0\0\1\0\0\0\0\0\0\0\3\0\0\0a/b";
  seal(empty, sizeof empty);
  ck_assert_int_eq(dset_ledger_read(empty, sizeof empty, NULL, &read, &error), DSET_ERR_SYNTAX);
  empty[20 + 4 + 3 + 4 + 1] = 1; /* one failure is something */
  seal(empty, sizeof empty);
  ck_assert_int_eq(dset_ledger_read(empty, sizeof empty, NULL, &read, &error), DSET_OK);
  dset_ledger_free(read);
}
END_TEST

START_TEST(memory) {
  dset_ledger *ledger = random_ledger(5, NULL);
  size_t count;
  unsigned char *bytes = host_bytes(ledger, &count);
  dset_ledger_free(ledger);
  ck_assert_uint_gt(count, 200);
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    fault f;
    fault_init(&f, at, _i == 0 ? FAULT_ONCE : FAULT_ON);
    const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    dset_ledger *read;
    code = dset_ledger_read(bytes, count, &options, &read, NULL);
    ck_assert(code == DSET_OK || (code == DSET_ERR_NOMEM && read == NULL));
    dset_ledger_free(read);
    fault_expect_empty(&f, "read");
  }
  free(bytes);
  const dset_daemonset other = {.size = sizeof other, .ns = "b", .name = "x", .uid = "u"};
  fault f;
  fault_init(&f, 1, FAULT_ONCE);
  const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
  ck_assert_int_eq(dset_ledger_new(&options, &ledger, NULL), DSET_OK);
  ck_assert_int_eq(dset_ledger_wrote(ledger, &other, 0, 7, NULL), DSET_ERR_NOMEM);
  ck_assert_int_eq(dset_ledger_wrote(ledger, &other, 0, 7, NULL), DSET_OK);
  dset_ledger_free(ledger);
  fault_expect_empty(&f, "wrote");
}
END_TEST

Suite *dset_suite_ledger_bytes(void);
Suite *dset_suite_ledger_bytes(void) {
  Suite *suite = suite_create("ledger_bytes");
  TCase *tcase = tcase_create("ledger_bytes");
  tcase_add_test(tcase, bytes_round_trip);
  tcase_add_test(tcase, bytes_damaged);
  tcase_add_test(tcase, bytes_refused);
  tcase_add_test(tcase, bytes_one_way);
  tcase_add_loop_test(tcase, memory, 0, 2);
  suite_add_tcase(suite, tcase);
  return suite;
}
