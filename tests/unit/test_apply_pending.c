/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_pending.c: callbacks that finish later, in every order; runs that are given up, and what is heard of them
 * afterwards. */
#include <stdlib.h>
#include <string.h>

#include "support/host.h"

/* Seven creations (1, 2, 4), three deletions and the rest, all of which finish later. */
static void slow_world(dset_world *w, test_host *h) {
  world_init(w);
  w->daemonset.has_revision_history_limit = true;
  world_nodes(w, "a1; a2; a3; a4; a5; a6; a7; b1; b2; b3");
  world_pods(w, "p1@b1; q1@b1 age=60; p2@b2; q2@b2 age=60; p3@b3; q3@b3 age=60");
  host_init(h, w, "CreatePod * pending; DeletePod * pending; DeleteRevision * pending; UpdateStatus * pending");
}

/* Finishes what waits, each time the one that `choice` picks; how many choices there were is multiplied up. */
static size_t finish_in_order(test_host *h, size_t choice, const char *bad_pod) {
  size_t orders = 1;
  while (dset_run_result(h->run)->state == DSET_RUN_WAITING) {
    size_t waiting = dset_run_result(h->run)->waiting;
    size_t pick = choice % waiting;
    choice /= waiting;
    orders *= waiting;
    for (size_t i = 0; i < dset_run_outcome_count(h->run); i++) {
      dset_outcome outcome;
      dset_run_outcome(h->run, i, &outcome);
      dset_error error;
      bool waits =
          dset_run_finish(h->run, i, DSET_PENDING, NULL, &error) != DSET_OK && strcmp(error.path, "result") == 0;
      if (!waits || pick-- != 0) continue;
      const char *object = outcome.action->node == NULL ? "" : outcome.action->node;
      int result = strcmp(object, bad_pod) == 0 ? DSET_RESULT_FAILED : DSET_RESULT_OK;
      ck_assert_int_eq(dset_run_finish(h->run, i, result, NULL, NULL), DSET_OK);
      ck_assert_int_eq(dset_run_finish(h->run, i, result, NULL, NULL), DSET_ERR_INVALID); /* once */
      break;
    }
  }
  return orders;
}

static const char *const bad_pods[] = {"-", "a1", "a3", "a6", "b2"};

/* Whatever the order in which pending actions are finished, the outcome is that of callbacks that finish at once. */
START_TEST(pending_in_every_order) {
  dset_world w;
  test_host h;
  slow_world(&w, &h);
  h.rules = world_format(&w, "CreatePod %s failed; DeletePod q2 %s", bad_pods[_i], _i == 4 ? "failed" : "ok");
  host_apply(&h);
  size_t wanted_bytes, bytes;
  unsigned char *wanted = host_bytes(h.ledger, &wanted_bytes);
  const char *counts = host_counts(&h);
  size_t orders = 1;
  for (size_t choice = 0; choice < orders; choice++) {
    dset_world w2;
    test_host h2;
    slow_world(&w2, &h2);
    ck_assert_int_eq(host_apply(&h2)->state, DSET_RUN_WAITING);
    world_nodes(&w2, "z");
    world_plan(&w2); /* the run does not need its plan any more */
    orders = finish_in_order(&h2, choice, bad_pods[_i]);
    expect_text("order", "counts", host_counts(&h2), counts);
    unsigned char *found = host_bytes(h2.ledger, &bytes);
    ck_assert_uint_eq(bytes, wanted_bytes);
    ck_assert_int_eq(memcmp(found, wanted, bytes), 0);
    free(found);
    host_end(&h2, &w2);
  }
  ck_assert_uint_ge(orders, _i == 1 ? 6 : 12);
  free(wanted);
  host_end(&h, &w);
}
END_TEST

/* A group starts when all of the one before is finished: what is finished, and what is called then. */
typedef struct group_row {
  const char *finished; /* a node, a pod, a revision */
  const char *log;
} group_row;

static const group_row group_rows[] = {
    {"", "CreatePod n1"},
    {"n1", "!SuccessfulCreate Created pod: agent-n1; CreatePod n2; CreatePod n3"},
    {"n3", "!SuccessfulCreate Created pod: agent-n3"},
    {"n2", "!SuccessfulCreate Created pod: agent-n2; CreatePod n4"},
    {"n4", "!SuccessfulCreate Created pod: agent-n4; DeletePod q; DeletePod s"},
    {"s", "!SuccessfulDelete Deleted pod: s"},
    {"q", "!SuccessfulDelete Deleted pod: q; DeleteRevision agent-old"},
    {"agent-old", "UpdateStatus"},
};

static size_t index_of(const dset_run *run, const char *object) {
  dset_outcome outcome;
  for (size_t i = 0; dset_run_outcome(run, i, &outcome); i++) {
    const dset_action *action = outcome.action;
    const char *name = action->type == DSET_ACTION_CREATE_POD ? action->node : action->pod;
    if (name == NULL) name = action->revision;
    if (name != NULL && strcmp(name, object) == 0) return i;
  }
  ck_abort_msg("nothing is done to %s", object);
  return 0;
}

START_TEST(E18_groups_wait_for_the_one_before) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "pods", false, "CreatePod * pending; DeletePod * pending; DeleteRevision * pending");
  const dset_apply_result *result = dset_run_result(h.run); /* kept up to date */
  for (size_t i = 0; i < COUNT_OF(group_rows); i++) {
    const group_row *row = &group_rows[i];
    ck_assert_int_eq(result->state, DSET_RUN_WAITING);
    ck_assert_uint_eq(result->done, i == 0 ? 0 : i - 1);
    if (i != 0) {
      h.length = 0;
      h.log[0] = '\0';
      ck_assert_int_eq(dset_run_finish(h.run, index_of(h.run, row->finished), DSET_RESULT_OK, NULL, NULL), DSET_OK);
    }
    expect_text(row->finished, "calls", h.log, row->log);
    dset_outcome outcome;
    dset_run_outcome(h.run, dset_run_outcome_count(h.run) - 1, &outcome);
    bool last = i + 1 == COUNT_OF(group_rows);
    ck_assert_int_eq(outcome.result, last ? DSET_RESULT_OK : DSET_PENDING);
    ck_assert_int_eq(outcome.skip, DSET_SKIP_NONE);
  }
  ck_assert_int_eq(result->state, DSET_RUN_DONE);
  ck_assert_ptr_eq(result, dset_run_result(h.run));
  host_end(&h, &w);
}
END_TEST

/* Callbacks that finish their own action before they return. */
START_TEST(finishing_goes_on_once) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n1 pending; DeletePod * pending; UpdateStatus * pending");
  h.finishes_inside = true;
  host_apply(&h); /* the run is not known to the callbacks yet: n1 waits */
  ck_assert_uint_eq(dset_run_result(h.run)->waiting, 1);
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_RESULT_OK, NULL, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  expect_text("all of it", "counts", host_counts(&h), "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0");
  expect_text("named as said with pending", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod "
              "q; DeletePod s");
  host_end(&h, &w);
}
END_TEST

/* H10: the second attempt may wait, too, and succeed. */
START_TEST(H10_second_attempt_waits) {
  dset_world w;
  test_host h;
  host_situation(&w, "failed");
  host_init(&h, &w, "UpdateStatus * pending");
  host_apply(&h);
  size_t last = dset_run_outcome_count(h.run) - 1;
  ck_assert_int_eq(dset_run_finish(h.run, last, DSET_RESULT_CONFLICT, NULL, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->waiting, 1);
  const dset_reply reply = {.size = sizeof reply, .version = 70};
  ck_assert_int_eq(dset_run_finish(h.run, last, DSET_RESULT_OK, &reply, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  ck_assert_uint_eq(dset_run_result(h.run)->failed, 0);
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", DSET_RESOURCE_DAEMONSETS, 69), 70); /* I2 */
  host_end(&h, &w);
}
END_TEST

/* What waited stays in flight, what was not tried does not. */
START_TEST(cancelled) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n3 pending");
  host_apply(&h);
  dset_run_cancel(h.run);
  expect_text("cancelled", "counts", host_counts(&h), "done 2 refused 0 failed 0 skipped 5 unknown 1 waiting 0");
  expect_text("cancelled", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3");
  ck_assert_int_eq(dset_run_finish(h.run, 3, DSET_RESULT_OK, NULL, NULL), DSET_ERR_INVALID); /* was not tried */
  expect_text("E20: of four, one was lowered as it was skipped", "counters", host_counters(&h), "3/0");
  dset_run_cancel(h.run); /* nothing is left to be cancelled */
  host_end(&h, &w);
}
END_TEST

/* A creation on n1, a deletion of q, the status: one of them waits and is given up. Its index. */
static size_t give_up(dset_world *w, test_host *h, int type) {
  static const struct {
    int type;
    const char *rules;
  } waits[] = {{DSET_ACTION_CREATE_POD, "CreatePod * pending; DeletePod * skip; UpdateStatus * skip"},
               {DSET_ACTION_DELETE_POD, "CreatePod * skip; DeletePod * pending; UpdateStatus * skip"},
               {DSET_ACTION_UPDATE_STATUS, "CreatePod * skip; DeletePod * skip; UpdateStatus * pending"}};
  size_t index = 0;
  while (waits[index].type != type) index++;
  host_start(h, w, "two", true, waits[index].rules);
  dset_run_cancel(h->run);
  h->length = 0;
  h->log[0] = '\0';
  return index;
}

/* How a write that was given up ended after all, and what is in flight then. */
typedef struct late_row {
  const char *row;
  int type;
  int result;
  const char *pod; /* of the reply */
  const char *flights;
} late_row;

static const late_row late_rows[] = {
    {"created", DSET_ACTION_CREATE_POD, DSET_RESULT_OK, "x", "CreatePod n1 x"},
    {"created, no name", DSET_ACTION_CREATE_POD, DSET_RESULT_OK, "", "CreatePod n1"},
    {"not created", DSET_ACTION_CREATE_POD, DSET_RESULT_FAILED, "x", ""},
    {"nonsense", DSET_ACTION_CREATE_POD, 99, "x", ""},
    {"not sent", DSET_ACTION_CREATE_POD, DSET_RESULT_SKIP, "", ""},
    {"not answered", DSET_ACTION_CREATE_POD, DSET_RESULT_TIMEOUT, "x", "CreatePod n1 x"},
    {"S18", DSET_ACTION_CREATE_POD, DSET_RESULT_NAMESPACE_TERMINATING, "", "CreatePod n1"},
    {"deleted", DSET_ACTION_DELETE_POD, DSET_RESULT_OK, "", "DeletePod q"},
    {"deletion not answered", DSET_ACTION_DELETE_POD, DSET_RESULT_TIMEOUT, "", "DeletePod q"},
    {"gone before", DSET_ACTION_DELETE_POD, DSET_RESULT_NOT_FOUND, "", ""},
    {"not deleted", DSET_ACTION_DELETE_POD, DSET_RESULT_CONFLICT, "", ""},
    {"status written", DSET_ACTION_UPDATE_STATUS, DSET_RESULT_OK, "", ""},
    {"H10 the status is not tried once more", DSET_ACTION_UPDATE_STATUS, DSET_RESULT_CONFLICT, "", ""},
};

START_TEST(finished_after_it_was_cancelled) {
  const late_row *row = &late_rows[_i];
  dset_world w;
  test_host h;
  size_t index = give_up(&w, &h, row->type);
  const char *counts = host_counts(&h);
  const char *counters = host_counters(&h);
  const dset_reply reply = {.size = sizeof reply, .pod = row->pod, .version = 9};
  ck_assert_int_eq(dset_run_finish(h.run, index, DSET_PENDING, &reply, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_run_finish(h.run, index, row->result, &reply, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_finish(h.run, index, row->result, &reply, NULL), DSET_ERR_INVALID); /* once */
  expect_text(row->row, "in flight", host_flights(&h), row->flights);
  expect_text(row->row, "counts", host_counts(&h), counts);
  expect_text(row->row, "calls", h.log, "");
  expect_text(row->row, "counters", host_counters(&h), counters);
  dset_outcome outcome;
  dset_run_outcome(h.run, index, &outcome);
  ck_assert_int_eq(outcome.result, row->result == 99 ? DSET_RESULT_FAILED : row->result);
  int resource = row->type == DSET_ACTION_UPDATE_STATUS ? DSET_RESOURCE_DAEMONSETS : DSET_RESOURCE_PODS;
  bool counted = row->result == DSET_RESULT_OK || row->result == DSET_RESULT_TIMEOUT;
  ck_assert_uint_eq(dset_ledger_stale(h.ledger, "default", "agent", resource, 8), counted ? 9 : 0); /* I2 */
  host_end(&h, &w);
}
END_TEST

/* What is over already, or was asked for anew, is not touched. */
START_TEST(finished_too_late) {
  dset_world w;
  test_host h;
  size_t index = give_up(&w, &h, DSET_ACTION_DELETE_POD);
  host_see(&h, DSET_POD_GONE, "q@n2");
  ck_assert_int_eq(dset_run_finish(h.run, index, DSET_RESULT_OK, NULL, NULL), DSET_OK);
  expect_text("it was seen", "in flight", host_flights(&h), "");
  host_end(&h, &w);
  for (int way = 0; way < 2; way++) {
    index = give_up(&w, &h, DSET_ACTION_CREATE_POD);
    dset_run *first = h.run;
    h.run = NULL;
    dset_ledger_settle(h.ledger, "default", "agent");
    h.rules = way == 0 ? "DeletePod * skip" : "CreatePod * pending; DeletePod * skip";
    host_apply(&h); /* the same once more; it waits, or is done */
    ck_assert_int_eq(dset_run_finish(first, index, DSET_RESULT_FAILED, NULL, NULL), DSET_OK);
    const char *wanted = way == 0 ? "CreatePod n1" : "CreatePod n1; DeletePod q; UpdateStatus";
    expect_text("it was asked for anew", "in flight", host_flights(&h), wanted);
    dset_run_free(first);
    host_end(&h, &w);
  }
  index = give_up(&w, &h, DSET_ACTION_CREATE_POD);
  dset_ledger_forget(h.ledger, "default", "agent");
  ck_assert_int_eq(dset_run_finish(h.run, index, DSET_RESULT_OK, NULL, NULL), DSET_OK);
  ck_assert_uint_eq(dset_ledger_write(h.ledger, NULL, 0), 28); /* nothing is known of it */
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_apply_pending(void);
Suite *dset_suite_apply_pending(void) {
  Suite *suite = suite_create("apply_pending");
  TCase *tcase = tcase_create("apply_pending");
  ADD_ROWS(tcase, pending_in_every_order, bad_pods);
  tcase_add_test(tcase, E18_groups_wait_for_the_one_before);
  tcase_add_test(tcase, finishing_goes_on_once);
  tcase_add_test(tcase, H10_second_attempt_waits);
  tcase_add_test(tcase, cancelled);
  ADD_ROWS(tcase, finished_after_it_was_cancelled, late_rows);
  tcase_add_test(tcase, finished_too_late);
  suite_add_tcase(suite, tcase);
  return suite;
}
