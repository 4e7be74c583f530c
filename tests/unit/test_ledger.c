/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger.c: what is in flight: which writes end when, what counts as lost, counters, versions, bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"
#include "support/random.h"

/* A creation on n1 and a deletion of q, in flight. */
static void begin(dset_world *w, test_host *h, bool nameless, const char *rules) {
  world_init(w);
  world_nodes(w, "n1; n2");
  world_pods(w, "p@n2 ready; q@n2 age=60");
  host_init(h, w, rules);
  h->nameless = nameless;
  host_apply(h);
}

static void end(dset_world *w, test_host *h) {
  host_free(h);
  world_free(w);
}

/* What ends what: the table of ledger_observe.c. Pods as world_pods() reads them; counters as creates/deletes. */
typedef struct observe_row {
  const char *row;
  int event;
  bool nameless;
  const char *pod; /* words of a pod; its name is the first */
  const char *flights;
  const char *counters;
} observe_row;

static const observe_row observe_rows[] = {
    {"nothing seen", 0, false, "", "CreatePod n1 agent-n1; DeletePod q", "1/1"},
    {"added: its name", DSET_POD_ADDED, false, "agent-n1@n1", "DeletePod q", "0/1"},
    {"added: its name, still waiting for the node", DSET_POD_ADDED, false, "agent-n1>n1 pending", "DeletePod q", "0/1"},
    {"added: its name, its node cannot be told (D10)", DSET_POD_ADDED, false, "agent-n1 pending", "DeletePod q", "0/1"},
    {"added: another name on its node", DSET_POD_ADDED, false, "other@n1", "CreatePod n1 agent-n1; DeletePod q", "0/1"},
    {"added: another pod, its node cannot be told", DSET_POD_ADDED, false, "other",
     "CreatePod n1 agent-n1; DeletePod q", "0/1"},
    {"changed: its name", DSET_POD_CHANGED, false, "agent-n1@n1", "DeletePod q", "1/1"},
    {"added, deleting: its name (I15)", DSET_POD_ADDED, false, "agent-n1@n1 deleting", "DeletePod q", "1/0"},
    {"gone: its name", DSET_POD_GONE, false, "agent-n1@n1", "DeletePod q", "1/0"},
    {"nameless, added: on its node, its hash", DSET_POD_ADDED, true, "x@n1", "DeletePod q", "0/1"},
    {"nameless, changed: on its node, its hash", DSET_POD_CHANGED, true, "x@n1", "DeletePod q", "1/1"},
    {"nameless, added: pinned to its node", DSET_POD_ADDED, true, "x>n1 pending", "DeletePod q", "0/1"},
    {"nameless, added: another hash", DSET_POD_ADDED, true, "x@n1 old", "CreatePod n1; DeletePod q", "0/1"},
    {"nameless, added: no hash", DSET_POD_ADDED, true, "x@n1 nohash", "CreatePod n1; DeletePod q", "0/1"},
    {"nameless, added: deleting", DSET_POD_ADDED, true, "x@n1 deleting", "CreatePod n1; DeletePod q", "1/0"},
    {"nameless, gone", DSET_POD_GONE, true, "x@n1", "CreatePod n1; DeletePod q", "1/0"},
    {"nameless, added: another node", DSET_POD_ADDED, true, "x@n2", "CreatePod n1; DeletePod q", "0/1"},
    {"deletion: changed, not deleting", DSET_POD_CHANGED, false, "q@n2", "CreatePod n1 agent-n1; DeletePod q", "1/1"},
    {"deletion: changed, deleting (I16)", DSET_POD_CHANGED, false, "q@n2 deleting", "CreatePod n1 agent-n1", "1/0"},
    {"deletion: gone (I17)", DSET_POD_GONE, false, "q@n2", "CreatePod n1 agent-n1", "1/0"},
    {"deletion: another pod is gone", DSET_POD_GONE, false, "p@n2", "CreatePod n1 agent-n1; DeletePod q", "1/0"},
    {"D13 another uid", DSET_POD_GONE, false, "q@n2 foreign", "CreatePod n1 agent-n1; DeletePod q", "1/1"},
    {"D13 another namespace", DSET_POD_GONE, false, "q@n2 ns=other", "CreatePod n1 agent-n1; DeletePod q", "1/1"},
    {"an orphan that is added", DSET_POD_ADDED, false, "agent-n1@n1 orphan", "CreatePod n1 agent-n1; DeletePod q",
     "1/1"},
    {"gone, its owners not known", DSET_POD_GONE, false, "q orphan", "CreatePod n1 agent-n1", "1/0"},
    {"gone, its owners not known: a creation", DSET_POD_GONE, false, "agent-n1 orphan", "DeletePod q", "1/0"},
    {"gone, its owners not known: nobody's", DSET_POD_GONE, false, "z orphan", "CreatePod n1 agent-n1; DeletePod q",
     "1/1"},
    {"gone, in another namespace", DSET_POD_GONE, false, "q orphan ns=defaul", "CreatePod n1 agent-n1; DeletePod q",
     "1/1"},
};

START_TEST(observations) {
  const observe_row *row = &observe_rows[_i];
  dset_world w;
  test_host h;
  begin(&w, &h, row->nameless, "");
  if (row->event != 0) host_see(&h, row->event, row->pod);
  expect_text(row->row, "in flight", host_flights(&h), row->flights);
  expect_text(row->row, "counters", host_counters(&h), row->counters);
  end(&w, &h);
}
END_TEST

/* What is seen before the callback is finished. */
typedef struct early_row {
  const char *row;
  const char *seen;  /* added; "" nothing */
  const char *named; /* as the callback is finished; "" not at all */
  const char *flights;
} early_row;

static const early_row early_rows[] = {
    {"nothing", "", "x", "CreatePod n1 x"},
    {"nothing, no name", "", "", "CreatePod n1"},
    {"the pod", "x@n1", "x", ""},
    {"a pod, and no name is given", "x@n1", "", ""},
    {"another pod on the node", "y@n1", "x", "CreatePod n1 x"},
    {"an old pod on the node", "x@n1 old", "", "CreatePod n1"},
};

START_TEST(seen_before_it_is_finished) {
  const early_row *row = &early_rows[_i];
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  host_init(&h, &w, "CreatePod * pending");
  h.nameless = true;
  host_apply(&h);
  host_see(&h, DSET_POD_ADDED, "z@n2"); /* n2 has not been tried: it cannot be meant */
  if (row->seen[0] != '\0') host_see(&h, DSET_POD_ADDED, row->seen);
  const dset_reply reply = {.size = sizeof reply, .pod = row->named};
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_RESULT_OK, &reply, NULL), DSET_OK);
  dset_run_free(h.run); /* n2 waits and is given up */
  h.run = NULL;
  expect_text(row->row, "in flight", host_flights(&h),
              world_format(&w, "%s%sCreatePod n2", row->flights, row->flights[0] == '\0' ? "" : "; "));
  end(&w, &h);
}
END_TEST

/* A deletion that is seen before its callback is finished is over, whatever the callback says, or if it is given up. */
START_TEST(deletion_seen_early) {
  for (int way = 0; way < 3; way++) {
    dset_world w;
    test_host h;
    begin(&w, &h, false, "DeletePod * pending");
    host_see(&h, DSET_POD_CHANGED, "q@n2 deleting");
    expect_text("it waits for its callback", "in flight", host_flights(&h),
                "CreatePod n1 agent-n1; DeletePod q; UpdateStatus");
    if (way < 2) ck_assert_int_eq(dset_run_finish(h.run, 1, way, NULL, NULL), DSET_OK);
    dset_run_free(h.run);
    h.run = NULL;
    expect_text("over", "in flight", host_flights(&h), "CreatePod n1 agent-n1");
    end(&w, &h);
  }
}
END_TEST

/* S17: one deletion lowers Kubernetes' counter as often as its pod is seen, so that two look done; the ledger knows. */
START_TEST(S17_counters_fulfil_early) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 ready; q@n1 age=60; r@n2 ready; s@n2 age=60");
  host_init(&h, &w, "");
  host_apply(&h);
  expect_text("S17", "counters", host_counters(&h), "0/2");
  host_see(&h, DSET_POD_CHANGED, "q@n1 deleting");
  host_see(&h, DSET_POD_GONE, "q@n1");
  expect_text("S17", "counters", host_counters(&h), "0/0");
  expect_text("S17", "in flight", host_flights(&h), "DeletePod s");
  host_see(&h, DSET_POD_GONE, "q@n1"); /* E20: they may become negative */
  expect_text("E20", "counters", host_counters(&h), "0/-1");
  h.options.by_counters = true; /* as Kubernetes, which would go on */
  w.in_flight_deletes = 0;
  ck_assert_int_eq(host_apply_plan(&h, world_plan(&w), NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  end(&w, &h);
}
END_TEST

static const char *in_flight(test_host *h, int64_t now_ms) {
  dset_in_flight found = {.size = sizeof found};
  ck_assert_int_eq(dset_ledger_in_flight(h->ledger, &h->world->daemonset, now_ms, &found, NULL), DSET_OK);
  return world_format(h->world, "%d %d at %lld", (int)found.creates, (int)found.deletes,
                      found.since_ms == 0 ? 0 : (long long)(found.since_ms - WORLD_NOW));
}

START_TEST(E20_expiry) {
  dset_world w;
  test_host h;
  begin(&w, &h, false, "");
  expect_text("at once", "in flight", in_flight(&h, WORLD_NOW), "1 1 at 0");
  expect_text("exactly 5 minutes", "in flight", in_flight(&h, WORLD_NOW + 300000), "1 1 at 0");
  expect_text("the clock is put back an hour: they count from then", "in flight", in_flight(&h, WORLD_NOW - 3600000),
              "1 1 at -3600000");
  expect_text("5 minutes later", "in flight", in_flight(&h, WORLD_NOW - 3300000), "1 1 at -3600000");
  expect_text("strictly older", "in flight", in_flight(&h, WORLD_NOW - 3299999), "0 0 at 0");
  ck_assert_uint_eq(dset_ledger_write(h.ledger, NULL, 0), 28); /* nothing is left */
  end(&w, &h);
}
END_TEST

/* A plan with what the ledger fills in waits, and asks again when the writes count as lost (I8). */
START_TEST(I8_fill) {
  dset_world w;
  test_host h;
  begin(&w, &h, false, "");
  dset_snapshot snapshot;
  world_snapshot(&w, &snapshot);
  ck_assert_int_eq(dset_ledger_fill(h.ledger, &snapshot, NULL), DSET_OK);
  ck_assert_int_eq(snapshot.in_flight_creates, 1);
  ck_assert_int_eq(snapshot.in_flight_deletes, 1);
  ck_assert_int_eq(snapshot.in_flight_since_ms, WORLD_NOW);
  dset_plan *plan;
  ck_assert_int_eq(dset_plan_compute(&snapshot, NULL, &plan, NULL), DSET_OK);
  ck_assert_int_eq(dset_plan_next_check_ms(plan), WORLD_NOW + DSET_IN_FLIGHT_TIMEOUT_MS + 1);
  dset_plan_free(plan);
  /* I14: another object of that name. */
  w.daemonset.uid = "another";
  expect_text("another uid", "in flight", in_flight(&h, WORLD_NOW), "0 0 at 0");
  w.daemonset.uid = WORLD_UID;
  expect_text("it was forgotten", "in flight", in_flight(&h, WORLD_NOW), "0 0 at 0");
  end(&w, &h);
}
END_TEST

START_TEST(backoffs_expire) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 failed");
  host_init(&h, &w, "");
  host_apply(&h);
  dset_in_flight found = {.size = sizeof found};
  dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW + 1800000, &found, NULL);
  ck_assert_uint_eq(found.backoff_count, 1); /* E8: 2 × maximum, and not older */
  ck_assert_str_eq(found.backoffs[0].node, "n1");
  dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW + 1800001, &found, NULL);
  ck_assert_uint_eq(found.backoff_count, 0);
  end(&w, &h);
}
END_TEST

START_TEST(I2_versions) {
  dset_world w;
  test_host h;
  world_init(&w);
  host_init(&h, &w, "");
  const int pods = DSET_RESOURCE_PODS;
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, pods, 10, NULL), DSET_OK);
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, pods, 9, NULL), DSET_OK); /* the highest counts */
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, pods, 0, NULL), DSET_OK); /* none */
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", pods, 9), 10);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", DSET_RESOURCE_DAEMONSETS, 1), 0);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "other", pods, 1), 0);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", pods, 0), 0); /* unknown */
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", pods, 10), 0);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", pods, 1), 0); /* dropped once it was satisfied */
  dset_error error;
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, 2, 1, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "resource");
  end(&w, &h);
}
END_TEST

/* DaemonSets are told apart and found by both parts of their names. */
START_TEST(many_daemonsets) {
  static const char *const parts[] = {"", "a", "a-b", "a.b", "aa", "b", "a0"};
  dset_ledger *ledger;
  ck_assert_int_eq(dset_ledger_new(NULL, &ledger, NULL), DSET_OK);
  for (size_t i = 0; i < COUNT_OF(parts); i++) {
    for (size_t j = 1; j < COUNT_OF(parts); j++) {
      const dset_daemonset set = {.size = sizeof set, .ns = parts[i], .name = parts[j], .uid = "u"};
      ck_assert_int_eq(dset_ledger_wrote(ledger, &set, DSET_RESOURCE_PODS, i * 10 + j + 2, NULL), DSET_OK);
    }
  }
  for (size_t i = 0; i < COUNT_OF(parts); i++) {
    for (size_t j = 1; j < COUNT_OF(parts); j++) {
      ck_assert_uint_eq(dset_ledger_stale(ledger, parts[i], parts[j], DSET_RESOURCE_PODS, 1), i * 10 + j + 2);
      dset_ledger_forget(ledger, parts[i], parts[j]);
    }
  }
  ck_assert_uint_eq(dset_ledger_write(ledger, NULL, 0), 28);
  dset_ledger_free(ledger);
}
END_TEST

START_TEST(settle_and_forget) {
  dset_world w;
  test_host h;
  begin(&w, &h, false, "");
  dset_ledger_settle(h.ledger, "default", "other"); /* not known: nothing */
  dset_ledger_settle(h.ledger, "default", "agent");
  expect_text("settled", "in flight", host_flights(&h), "");
  expect_text("settled", "counters", host_counters(&h), "0/0");
  end(&w, &h);
  begin(&w, &h, false, "DeletePod * pending");
  dset_ledger_forget(h.ledger, "default", "agent");
  expect_text("while it runs it is not forgotten", "counters", host_counters(&h), "1/1");
  dset_ledger_settle(h.ledger, "default", "agent");
  expect_text("what a run holds stays", "in flight", host_flights(&h), "DeletePod q; UpdateStatus");
  dset_run_free(h.run);
  h.run = NULL;
  dset_ledger_forget(h.ledger, "default", "agent");
  expect_text("forgotten", "in flight", host_flights(&h), "");
  ck_assert_uint_eq(dset_ledger_write(h.ledger, NULL, 0), 28);
  end(&w, &h);
}
END_TEST

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
    static const char *const results[] = {"ok", "failed", "pending", "namespace-terminating"};
    host_init(&h, &w, world_format(&w, "CreatePod * %s", results[random_below(&random, 4)]));
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
    host_free(&h);
    world_free(&w);
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
  end(&w, &h);
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

START_TEST(bad_arguments) {
  dset_world w;
  test_host h;
  begin(&w, &h, false, "");
  dset_error error;
  dset_ledger *made;
  const dset_options negative = {.size = sizeof negative, .backoff_max_ms = -1};
  const dset_options short_one = {.size = 3};
  dset_in_flight found = {.size = sizeof found};
  const dset_pod nameless = {.size = sizeof nameless};
  const dset_pod *pod = world_pod(&w, "p");
  ck_assert_int_eq(dset_ledger_new(NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_new(&negative, &made, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(made);
  ck_assert_int_eq(dset_ledger_new(&short_one, &made, &error), DSET_ERR_ABI);
  ck_assert_int_eq(dset_ledger_fill(h.ledger, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_in_flight(NULL, &w.daemonset, 0, &found, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_in_flight(h.ledger, NULL, 0, &found, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, 0, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(NULL, 1, pod, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, 4, pod, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, 0, pod, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, 1, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, 1, &nameless, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_wrote(NULL, &w.daemonset, 0, 1, &error), DSET_ERR_INVALID);
  w.daemonset.name = "a/b";
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, 0, 1, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "daemonset.name");
  w.daemonset.name = "";
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &w.daemonset, 0, 1, &error), DSET_ERR_INVALID);
  ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "other", NULL, 0), 0);
  ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "agent", NULL, 0), 2);
  dset_ledger_free(NULL);
  end(&w, &h);
}
END_TEST

Suite *dset_suite_ledger(void);
Suite *dset_suite_ledger(void) {
  Suite *suite = suite_create("ledger");
  TCase *tcase = tcase_create("ledger");
  ADD_ROWS(tcase, observations, observe_rows);
  ADD_ROWS(tcase, seen_before_it_is_finished, early_rows);
  tcase_add_test(tcase, deletion_seen_early);
  tcase_add_test(tcase, S17_counters_fulfil_early);
  tcase_add_test(tcase, E20_expiry);
  tcase_add_test(tcase, I8_fill);
  tcase_add_test(tcase, backoffs_expire);
  tcase_add_test(tcase, I2_versions);
  tcase_add_test(tcase, many_daemonsets);
  tcase_add_test(tcase, settle_and_forget);
  tcase_add_test(tcase, bytes_round_trip);
  tcase_add_test(tcase, bytes_damaged);
  tcase_add_test(tcase, bytes_refused);
  tcase_add_test(tcase, bytes_one_way);
  tcase_add_loop_test(tcase, memory, 0, 2);
  tcase_add_test(tcase, bad_arguments);
  suite_add_tcase(suite, tcase);
  return suite;
}
