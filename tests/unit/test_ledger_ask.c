/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger_ask.c: what host.h promises of each function on ledgers: what it lists, fills in, reads, and refuses. */
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"

/* Every kind of write, in flight: creations by node, deletions by pod, others by kind and name. */
typedef struct list_row {
  const char *situation;
  const char *flights; /* as type node/pod/revision */
} list_row;

static const list_row list_rows[] = {
    {"pods",
     "CreatePod n1//; CreatePod n2//; CreatePod n3//; CreatePod n4//; DeletePod /q/; DeletePod /s/; "
     "DeleteRevision //agent-old; UpdateStatus //"},
    {"claims", "CreatePod n3//; AdoptPod /a/; AdoptPod /b/; ReleasePod /c/; UpdateStatus //"},
    {"revisions",
     "CreatePod n2//; AdoptPod /a/; AdoptRevision //r1; ReleaseRevision //r2; UpdateRevision //r3; "
     "UpdateStatus //"},
    {"duplicates", "CreatePod n2//; DeleteRevision //agent-cur; LabelPod /a/; UpdateStatus //"},
    {"new", "CreatePod n1//; CreateRevision //agent-x; UpdateStatus //"},
    {"collision", "BumpCollisionCount //agent-x"},
};

static const char *listed(dset_world *w, const dset_ledger *ledger, bool running) {
  dset_flight flights[16];
  size_t count = dset_ledger_list(ledger, "default", "agent", flights, 16);
  const char *text = "";
  for (size_t i = 0; i < count; i++) {
    const dset_flight *flight = &flights[i];
    ck_assert_int_eq(flight->running, running);
    ck_assert_int_eq(flight->since_ms, WORLD_NOW);
    text = world_format(w, "%s%s%s %s/%s/%s", text, i == 0 ? "" : "; ", dset_action_type_name(flight->type),
                        flight->node, flight->pod, flight->revision);
  }
  return text;
}

/* Saves what the ledger says while the run goes on; fails, so that nothing is done. */
static int save_and_fail(void *user_data, const dset_ledger *ledger) {
  test_host *h = user_data;
  h->text = listed(h->world, ledger, true);
  h->saved = host_bytes(ledger, &h->saved_bytes);
  return DSET_RESULT_FAILED;
}

START_TEST(list) {
  const list_row *row = &list_rows[_i];
  dset_world w;
  test_host h;
  host_situation(&w, row->situation);
  host_init(&h, &w, "");
  h.callbacks.save = save_and_fail;
  host_apply(&h);
  expect_text(row->situation, "running", h.text, row->flights);
  dset_ledger_free(h.ledger);
  ck_assert_int_eq(dset_ledger_read(h.saved, h.saved_bytes, NULL, &h.ledger, NULL), DSET_OK);
  expect_text(row->situation, "read", listed(&w, h.ledger, false), row->flights);
  dset_flight flights[3];
  flights[2].node = "untouched";
  size_t count = dset_ledger_list(h.ledger, "default", "agent", NULL, 0);
  ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "agent", flights, 2), count);
  ck_assert_str_eq(flights[2].node, "untouched");
  host_end(&h, &w);
}
END_TEST

/* What is filled in: the members of these names, back-offs among them. */
START_TEST(fill) {
  dset_world w;
  test_host h;
  host_situation(&w, "failed");
  world_nodes(&w, "n2");
  host_init(&h, &w, "");
  host_apply(&h);
  dset_snapshot snapshot;
  world_snapshot(&w, &snapshot);
  snapshot.backoffs = NULL, snapshot.backoff_count = 0;
  ck_assert_int_eq(dset_ledger_fill(h.ledger, &snapshot, NULL), DSET_OK);
  ck_assert_int_eq(snapshot.in_flight_creates, 1);
  ck_assert_int_eq(snapshot.in_flight_deletes, 1);
  ck_assert_int_eq(snapshot.in_flight_since_ms, WORLD_NOW);
  ck_assert_uint_eq(snapshot.backoff_count, 1);
  ck_assert_str_eq(snapshot.backoffs[0].node, "n1");
  host_end(&h, &w);
}
END_TEST

/* "Since" is that of the last write, though each is lost in its own time. */
START_TEST(since_the_last) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1");
  host_init(&h, &w, "CreatePod * timeout");
  host_apply(&h);
  world_nodes(&w, "n2");
  world_pods(&w, "another@n1 ready"); /* which the ledger does not hear of */
  w.now_ms += 1000;
  w.in_flight_creates = 0;
  h.options.by_counters = true; /* as they say, nothing is in flight */
  ck_assert_int_eq(host_apply_plan(&h, world_plan(&w), NULL), DSET_OK);
  expect_text("two", "in flight", host_flights(&h), "CreatePod n1 agent-n1; CreatePod n2 agent-n2");
  dset_in_flight found = {.size = sizeof found};
  for (int late = 0; late < 2; late++) {
    w.now_ms = WORLD_NOW + DSET_IN_FLIGHT_TIMEOUT_MS + late;
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_int_eq(found.creates, late == 0 ? 2 : 1);
    ck_assert_int_eq(found.since_ms, WORLD_NOW + 1000);
  }
  host_end(&h, &w);
}
END_TEST

/* E20: the counters are those of the last plan that creates or deletes; one that does neither leaves them. */
START_TEST(E20_counters_of_the_last_plan_that_had_any) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
  expect_text("two", "counters", host_counters(&h), "1/1");
  w.now_ms += 1000;
  host_apply(&h); /* waits, and writes the status */
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h.ledger, "default", "agent", &creates, &deletes, &since_ms);
  ck_assert(creates == 1 && deletes == 1 && since_ms == WORLD_NOW);
  dset_ledger_counters(h.ledger, "default", "other", &creates, &deletes, &since_ms);
  ck_assert(creates == 0 && deletes == 0 && since_ms == 0);
  host_end(&h, &w);
}
END_TEST

/* Of a DaemonSet only what says who it is, and the status, is looked at; of a plan's, the generation as well. */
START_TEST(what_is_read) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "failed", false, "");
  dset_daemonset bare;
  memset(&bare, 0xA5, sizeof bare); /* pointers to nowhere */
  bare.size = sizeof bare;
  bare.ns = "default", bare.name = "agent", bare.uid = WORLD_UID;
  bare.status = w.daemonset.status;
  bare.generation = w.daemonset.generation;
  dset_in_flight found = {.size = sizeof found};
  ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &bare, w.now_ms, &found, NULL), DSET_OK);
  ck_assert_int_eq(found.deletes, 1);
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &bare, DSET_RESOURCE_PODS, 7, NULL), DSET_OK);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", DSET_RESOURCE_PODS, 6), 7);
  dset_ledger_settle(h.ledger, "default", "agent");
  h.options.daemonset = &bare;
  ck_assert_int_eq(host_apply_plan(&h, world_plan(&w), NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->done, 2);
  bare.uid = "another"; /* I14: what the one before it wrote is not waited for */
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &bare, DSET_RESOURCE_DAEMONSETS, 8, NULL), DSET_OK);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", DSET_RESOURCE_PODS, 6), 0);
  host_end(&h, &w);
}
END_TEST

/* E8: back-offs count for twice the longest of the options; the allocator is theirs, too. */
START_TEST(options_of_a_ledger) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  const dset_options options = {.size = sizeof options, .allocator = &f.allocator, .backoff_max_ms = 1000};
  dset_world w;
  test_host h;
  host_situation(&w, "failed");
  host_init(&h, &w, "");
  dset_ledger_free(h.ledger);
  ck_assert_int_eq(dset_ledger_new(&options, &h.ledger, NULL), DSET_OK);
  host_apply(&h);
  ck_assert_uint_gt(f.live, 0);
  size_t asked = f.asked;
  dset_in_flight found = {.size = sizeof found};
  for (int late = 0; late < 2; late++) {
    dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW + 2000 + late, &found, NULL);
    ck_assert_uint_eq(found.backoff_count, late == 0);
  }
  dset_ledger_write(h.ledger, NULL, 0);
  ck_assert_uint_eq(f.asked, asked); /* to ask and to write allocates nothing */
  host_end(&h, &w);
  fault_expect_empty(&f, "ledger");
}
END_TEST

/* A name and a namespace suffice for a pod that is gone. */
START_TEST(gone_by_name_alone) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
  const dset_pod gone[] = {{.ns = "default", .name = "q"}, {.ns = "default", .name = "agent-n1"}};
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, DSET_POD_GONE, &gone[0], NULL), DSET_OK);
  expect_text("the deletion", "in flight", host_flights(&h), "CreatePod n1 agent-n1");
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, DSET_POD_GONE, &gone[1], NULL), DSET_OK);
  expect_text("the creation", "in flight", host_flights(&h), "");
  host_end(&h, &w);
}
END_TEST

/* The same facts are the same bytes, in whatever order they were told, on every machine. */
START_TEST(bytes_of_the_same_facts) {
  static const unsigned char wanted[] =
      "dsetledg\1\0\0\0\2\0\0\0\0\0\0\0"
      "\3\0\0\0a/b\1\0\0\0u\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
      "\3\0\0\0a/c\1\0\0\0u\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
  for (int order = 0; order < 2; order++) {
    dset_ledger *ledger;
    ck_assert_int_eq(dset_ledger_new(NULL, &ledger, NULL), DSET_OK);
    for (int i = 0; i < 2; i++) {
      bool first = i == order;
      const dset_daemonset set = {.size = sizeof set, .ns = "a", .name = first ? "b" : "c", .uid = "u"};
      ck_assert_int_eq(
          dset_ledger_wrote(ledger, &set, first ? DSET_RESOURCE_PODS : DSET_RESOURCE_DAEMONSETS, first ? 7 : 256, NULL),
          DSET_OK);
    }
    size_t count;
    unsigned char *bytes = host_bytes(ledger, &count);
    ck_assert_uint_eq(count, sizeof wanted - 1 + 8);
    ck_assert_int_eq(memcmp(bytes, wanted, sizeof wanted - 1), 0);
    bytes[count - 1] = 'x';
    ck_assert_uint_eq(dset_ledger_write(ledger, bytes, count - 1), count); /* there is no room */
    ck_assert_int_eq(bytes[count - 1], 'x');
    free(bytes);
    dset_ledger_free(ledger);
  }
}
END_TEST

/* Each error that host.h names, of each function that takes a DaemonSet. */
typedef struct refused_row {
  const char *ns;
  const char *name;
  size_t size;
  int code;
  const char *path;
} refused_row;

static const refused_row refused_rows[] = {
    {"default", NULL, sizeof(dset_daemonset), DSET_ERR_INVALID, "daemonset.name"},
    {"default", "", sizeof(dset_daemonset), DSET_ERR_INVALID, "daemonset.name"},
    {"default", "a/b", sizeof(dset_daemonset), DSET_ERR_INVALID, "daemonset.name"},
    {"a/b", "agent", sizeof(dset_daemonset), DSET_ERR_INVALID, "daemonset.ns"},
    {"default", "agent", 4, DSET_ERR_ABI, "daemonset"},
};

START_TEST(refused_daemonsets) {
  const refused_row *row = &refused_rows[_i];
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
  const dset_daemonset bad = {.size = row->size, .ns = row->ns, .name = row->name, .uid = "u"};
  dset_in_flight found = {.size = sizeof found};
  dset_snapshot snapshot;
  world_snapshot(&w, &snapshot);
  snapshot.daemonset = &bad;
  const dset_apply_options options = {.size = sizeof options, .daemonset = &bad};
  dset_run *run;
  dset_error errors[4];
  size_t length = h.length;
  ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &bad, 0, &found, &errors[0]), row->code);
  ck_assert_int_eq(dset_ledger_fill(h.ledger, &snapshot, &errors[1]), row->code);
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, &bad, 0, 1, &errors[2]), row->code);
  ck_assert_int_eq(dset_apply(w.plan, &options, &h.callbacks, &h, h.ledger, &run, &errors[3]), row->code);
  for (size_t i = 0; i < COUNT_OF(errors); i++) {
    ck_assert_msg(strncmp(errors[i].path, row->path, strlen(row->path)) == 0, "%s, not %s", errors[i].path, row->path);
  }
  ck_assert_ptr_null(run);
  ck_assert_uint_eq(h.length, length); /* nothing was done */
  expect_text("as before", "in flight", host_flights(&h), "CreatePod n1 agent-n1; DeletePod q");
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_ledger_ask(void);
Suite *dset_suite_ledger_ask(void) {
  Suite *suite = suite_create("ledger_ask");
  TCase *tcase = tcase_create("ledger_ask");
  ADD_ROWS(tcase, list, list_rows);
  tcase_add_test(tcase, fill);
  tcase_add_test(tcase, since_the_last);
  tcase_add_test(tcase, E20_counters_of_the_last_plan_that_had_any);
  tcase_add_test(tcase, what_is_read);
  tcase_add_test(tcase, options_of_a_ledger);
  tcase_add_test(tcase, gone_by_name_alone);
  tcase_add_test(tcase, bytes_of_the_same_facts);
  ADD_ROWS(tcase, refused_daemonsets, refused_rows);
  suite_add_tcase(suite, tcase);
  return suite;
}
