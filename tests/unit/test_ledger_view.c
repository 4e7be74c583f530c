/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger_view.c: what hosts ask a ledger: what counts as lost, versions, DaemonSets told apart, what is settled
 * and forgotten; bad arguments. */
#include "support/host.h"

static const char *in_flight(test_host *h, int64_t now_ms) {
  dset_in_flight found = {.size = sizeof found};
  ck_assert_int_eq(dset_ledger_in_flight(h->ledger, &h->world->daemonset, now_ms, &found, NULL), DSET_OK);
  return world_format(h->world, "%d %d at %lld", (int)found.creates, (int)found.deletes,
                      found.since_ms == 0 ? 0 : (long long)(found.since_ms - WORLD_NOW));
}

START_TEST(E20_expiry) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
  expect_text("at once", "in flight", in_flight(&h, WORLD_NOW), "1 1 at 0");
  expect_text("exactly 5 minutes", "in flight", in_flight(&h, WORLD_NOW + 300000), "1 1 at 0");
  expect_text("the clock is put back an hour: they count from then", "in flight", in_flight(&h, WORLD_NOW - 3600000),
              "1 1 at -3600000");
  expect_text("5 minutes later", "in flight", in_flight(&h, WORLD_NOW - 3300000), "1 1 at -3600000");
  expect_text("strictly older", "in flight", in_flight(&h, WORLD_NOW - 3299999), "0 0 at 0");
  ck_assert_uint_eq(dset_ledger_write(h.ledger, NULL, 0), 28); /* nothing is left */
  host_end(&h, &w);
}
END_TEST

/* A plan with what the ledger fills in waits, and asks again when the writes count as lost (I8). */
START_TEST(I8_fill) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
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
  host_end(&h, &w);
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
  ck_assert_int_eq(found.backoffs[0].last_ms, WORLD_NOW);
  dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW - 1, &found, NULL); /* the clock was put back */
  ck_assert_int_eq(found.backoffs[0].last_ms, WORLD_NOW - 1);
  dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW + 1799999, &found, NULL);
  ck_assert_uint_eq(found.backoff_count, 1);
  dset_ledger_in_flight(h.ledger, &w.daemonset, WORLD_NOW + 1800000, &found, NULL);
  ck_assert_uint_eq(found.backoff_count, 0);
  host_end(&h, &w);
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
  host_end(&h, &w);
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
  host_start(&h, &w, "two", false, "");
  dset_ledger_settle(h.ledger, "default", "other"); /* not known: nothing */
  dset_ledger_settle(h.ledger, "default", "agent");
  expect_text("settled", "in flight", host_flights(&h), "");
  expect_text("settled", "counters", host_counters(&h), "0/0");
  host_end(&h, &w);
  host_start(&h, &w, "two", false, "DeletePod * pending");
  dset_ledger_forget(h.ledger, "default", "agent");
  expect_text("while it runs it is not forgotten", "counters", host_counters(&h), "1/1");
  dset_ledger_settle(h.ledger, "default", "agent");
  expect_text("what a run holds stays", "in flight", host_flights(&h), "DeletePod q; UpdateStatus");
  dset_run_free(h.run);
  h.run = NULL;
  dset_ledger_forget(h.ledger, "default", "agent");
  expect_text("forgotten", "in flight", host_flights(&h), "");
  ck_assert_uint_eq(dset_ledger_write(h.ledger, NULL, 0), 28);
  host_end(&h, &w);
}
END_TEST

START_TEST(bad_arguments) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", false, "");
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
  ck_assert_int_eq(dset_ledger_wrote(h.ledger, NULL, 0, 1, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, 1, &(dset_pod){.size = 3, .name = "p"}, &error), DSET_ERR_ABI);
  found.size = 3;
  ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, 0, &found, &error), DSET_ERR_ABI);
  dset_snapshot snapshot = {.size = sizeof snapshot};
  ck_assert_int_eq(dset_ledger_fill(h.ledger, &snapshot, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_ledger_fill(NULL, &snapshot, &error), DSET_ERR_INVALID);
  snapshot.size = 3;
  ck_assert_int_eq(dset_ledger_fill(h.ledger, &snapshot, &error), DSET_ERR_ABI);
  ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "other", NULL, 0), 0);
  ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "agent", NULL, 0), 2);
  dset_ledger_free(NULL);
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_ledger_view(void);
Suite *dset_suite_ledger_view(void) {
  Suite *suite = suite_create("ledger_view");
  TCase *tcase = tcase_create("ledger_view");
  tcase_add_test(tcase, E20_expiry);
  tcase_add_test(tcase, I8_fill);
  tcase_add_test(tcase, backoffs_expire);
  tcase_add_test(tcase, I2_versions);
  tcase_add_test(tcase, many_daemonsets);
  tcase_add_test(tcase, settle_and_forget);
  tcase_add_test(tcase, bad_arguments);
  suite_add_tcase(suite, tcase);
  return suite;
}
