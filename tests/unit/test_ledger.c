/* SPDX-License-Identifier: Apache-2.0 */
/* test_ledger.c: what is in flight: which writes end when a pod is seen, or a callback says so; Kubernetes' counters.
 */
#include "support/host.h"

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
  host_start(&h, &w, "two", row->nameless, "");
  if (row->event != 0) host_see(&h, row->event, row->pod);
  expect_text(row->row, "in flight", host_flights(&h), row->flights);
  expect_text(row->row, "counters", host_counters(&h), row->counters);
  host_end(&h, &w);
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
  host_end(&h, &w);
}
END_TEST

/* A deletion that is seen before its callback is finished is over, whatever the callback says, or if it is given up. */
START_TEST(deletion_seen_early) {
  for (int way = 0; way < 3; way++) {
    dset_world w;
    test_host h;
    host_start(&h, &w, "two", false, "DeletePod * pending");
    host_see(&h, DSET_POD_CHANGED, "q@n2 deleting");
    expect_text("it waits for its callback", "in flight", host_flights(&h),
                "CreatePod n1 agent-n1; DeletePod q; UpdateStatus");
    if (way < 2) ck_assert_int_eq(dset_run_finish(h.run, 1, way, NULL, NULL), DSET_OK);
    dset_run_free(h.run);
    h.run = NULL;
    expect_text("over", "in flight", host_flights(&h), "CreatePod n1 agent-n1");
    host_end(&h, &w);
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
  host_end(&h, &w);
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
  suite_add_tcase(suite, tcase);
  return suite;
}
