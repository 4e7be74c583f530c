/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_answers.c: callbacks that get no answer, and what stays in flight then; versions that callbacks tell, and
 * for which writes they count. What each answer counts as stands in test_apply.c. */
#include "support/host.h"

/* What is seen, and what is in flight then. */
typedef struct timeout_row {
  const char *row;
  bool nameless;
  int event; /* 0: nothing is seen */
  const char *pod;
  const char *flights;
} timeout_row;

static const timeout_row timeout_rows[] = {
    {"nothing", false, 0, "", "CreatePod n1 agent-n1; DeletePod q"},
    {"nameless, nothing", true, 0, "", "CreatePod n1; DeletePod q"},
    {"its name", false, DSET_POD_ADDED, "agent-n1@n1", "DeletePod q"},
    {"another name", false, DSET_POD_ADDED, "y@n1", "CreatePod n1 agent-n1; DeletePod q"},
    {"nameless: its node and hash", true, DSET_POD_ADDED, "y@n1", "DeletePod q"},
    {"nameless: another hash", true, DSET_POD_ADDED, "y@n1 old", "CreatePod n1; DeletePod q"},
    {"the deletion", false, DSET_POD_CHANGED, "q@n2 deleting", "CreatePod n1 agent-n1"},
    {"the deletion is over", false, DSET_POD_GONE, "q@n2", "CreatePod n1 agent-n1"},
};

START_TEST(timeout_stays_in_flight) {
  const timeout_row *row = &timeout_rows[_i];
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", row->nameless, "CreatePod * timeout; DeletePod * timeout");
  expect_text(row->row, "E19 counters", host_counters(&h), "0/0");
  if (row->event != 0) host_see(&h, row->event, row->pod);
  expect_text(row->row, "in flight", host_flights(&h), row->flights);
  host_end(&h, &w);
}
END_TEST

/* The same of callbacks that finish later, whatever is seen before they do. */
START_TEST(timeout_finished_later) {
  const timeout_row *row = &timeout_rows[_i];
  dset_world w;
  test_host h;
  host_start(&h, &w, "two", true, "CreatePod * pending; DeletePod * pending");
  if (row->event == DSET_POD_ADDED) host_see(&h, row->event, row->pod);
  const dset_reply reply = {.size = sizeof reply, .pod = row->nameless ? "" : "agent-n1"};
  ck_assert_int_eq(dset_run_finish(h.run, 0, DSET_RESULT_TIMEOUT, &reply, NULL), DSET_OK);
  if (row->event != DSET_POD_ADDED && row->event != 0) host_see(&h, row->event, row->pod);
  ck_assert_int_eq(dset_run_finish(h.run, 1, DSET_RESULT_TIMEOUT, NULL, NULL), DSET_OK);
  expect_text(row->row, "in flight", host_flights(&h), row->flights);
  expect_text(row->row, "counts", host_counts(&h), "done 1 refused 0 failed 2 skipped 0 unknown 0 waiting 0");
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  host_end(&h, &w);
}
END_TEST

/* The next plans wait until what was not answered is seen, or for 5 minutes; Kubernetes' do not, and create twice. */
START_TEST(timeout_waits_where_kubernetes_does_not) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1");
  host_init(&h, &w, "CreatePod * timeout");
  ck_assert_int_eq(host_apply(&h)->retry_after_ms, 5);
  h.rules = "";
  h.length = 0;
  for (int i = 0; i < 2; i++) { /* at once, and exactly 5 minutes later */
    host_apply(&h);
    w.now_ms = WORLD_NOW + DSET_IN_FLIGHT_TIMEOUT_MS;
  }
  expect_text("I8", "calls", h.log, "UpdateStatus; UpdateStatus");
  w.in_flight_creates = 0; /* E19, E20: what the counters say */
  h.options.by_counters = true;
  h.length = 0;
  ck_assert_int_eq(host_apply_plan(&h, world_plan(&w), NULL), DSET_OK);
  expect_text("E19", "calls", h.log, "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; UpdateStatus");
  expect_text("what was asked for twice is in flight once", "in flight", host_flights(&h), "CreatePod n1 agent-n1");
  h.options.by_counters = false;
  h.length = 0;
  w.now_ms += DSET_IN_FLIGHT_TIMEOUT_MS + 1; /* now even the second counts as lost */
  host_apply(&h);
  expect_text("E20", "calls", h.log, "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; UpdateStatus");
  host_end(&h, &w);
}
END_TEST

/* A run that is given up keeps what was not answered, and nothing that was not sent. */
START_TEST(timeout_and_cancelled) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n2 timeout; CreatePod n3 pending");
  host_apply(&h);
  dset_run_cancel(h.run);
  expect_text("cancelled", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3");
  expect_text("cancelled", "counts", host_counts(&h), "done 1 refused 0 failed 1 skipped 5 unknown 1 waiting 0");
  host_end(&h, &w);
}
END_TEST

/* Which versions a write raises, one of each kind. */
typedef struct version_row {
  int type;
  const char *situation;
  int resource; /* -1: none */
} version_row;

static const version_row version_rows[] = {
    {DSET_ACTION_CREATE_POD, "pods", DSET_RESOURCE_PODS},
    {DSET_ACTION_DELETE_POD, "pods", DSET_RESOURCE_PODS},
    {DSET_ACTION_ADOPT_POD, "claims", DSET_RESOURCE_PODS},
    {DSET_ACTION_RELEASE_POD, "claims", DSET_RESOURCE_PODS},
    {DSET_ACTION_LABEL_POD, "duplicates", DSET_RESOURCE_PODS},
    {DSET_ACTION_UPDATE_STATUS, "pods", DSET_RESOURCE_DAEMONSETS},
    {DSET_ACTION_BUMP_COLLISION_COUNT, "collision", DSET_RESOURCE_DAEMONSETS},
    {DSET_ACTION_ADOPT_REVISION, "revisions", -1},
    {DSET_ACTION_RELEASE_REVISION, "revisions", -1},
    {DSET_ACTION_UPDATE_REVISION, "revisions", -1},
    {DSET_ACTION_CREATE_REVISION, "new", -1},
    {DSET_ACTION_DELETE_REVISION, "duplicates", -1},
};

typedef struct versioned {
  int type;
  int result;
} versioned;

/* Writes of the type tell version 9; all else is fine and tells none. */
static int tell_version(void *user_data, const dset_call *call, dset_reply *reply) {
  const versioned *v = user_data;
  if (call->action->type != v->type) return DSET_RESULT_OK;
  reply->version = call->attempt == 1 ? 9 : 0;
  return v->result;
}

START_TEST(I2_versions_of_writes) {
  const version_row *row = &version_rows[_i];
  for (int result = 0; result <= DSET_RESULT_TIMEOUT; result++) {
    if (result == DSET_PENDING) continue;
    dset_world w;
    test_host h;
    host_situation(&w, row->situation);
    host_init(&h, &w, "");
    h.options.now_ms = w.now_ms;
    dset_callbacks all = {.size = sizeof all, .create_pod = tell_version, .delete_pod = tell_version};
    all.change_pod = all.write_revision = all.write_daemonset = tell_version;
    versioned v = {row->type, result};
    ck_assert_int_eq(dset_apply(world_plan(&w), &h.options, &all, &v, h.ledger, &h.run, NULL), DSET_OK);
    bool counts = result == DSET_RESULT_OK || result == DSET_RESULT_TIMEOUT;
    for (int resource = DSET_RESOURCE_PODS; resource <= DSET_RESOURCE_DAEMONSETS; resource++) {
      uint64_t wanted = counts && resource == row->resource ? 9 : 0;
      uint64_t found = dset_ledger_stale(h.ledger, "default", "agent", resource, 8);
      ck_assert_msg(found == wanted, "%s %s: version %d of resource %d", dset_action_type_name(row->type),
                    dset_result_name(result), (int)found, resource);
    }
    host_end(&h, &w);
  }
}
END_TEST

/* Why what is not tried is not: "type object: reason" of all that was skipped. */
typedef struct skip_row {
  const char *situation;
  const char *rules;
  const char *skipped;
} skip_row;

static const skip_row skip_rows[] = {
    {"two", "", ""},
    {"two", "CreatePod * skip; UpdateStatus * skip", "CreatePod: host; UpdateStatus: host"},
    {"pods", "CreatePod n2 failed", "CreatePod: batch; DeleteRevision: pods"},
    {"pods", "DeletePod s timeout", "DeleteRevision: pods"},
    {"claims", "AdoptPod b conflict", "CreatePod: ended; UpdateStatus: ended"},
    {"new", "CreateRevision * failed", "CreatePod: ended; UpdateStatus: ended"},
    {"revisions", "UpdateRevision * failed", "AdoptPod: ended; CreatePod: ended; UpdateStatus: ended"},
    {"old", "DeleteRevision agent-old failed", "DeleteRevision: cleanup; DeleteRevision: cleanup"},
    {"old", "DeleteRevision agent-old pending",
     "DeleteRevision: cancelled; DeleteRevision: cancelled; UpdateStatus: cancelled"},
};

START_TEST(skip_reasons) {
  const skip_row *row = &skip_rows[_i];
  dset_world w;
  test_host h;
  host_start(&h, &w, row->situation, false, row->rules);
  dset_run_cancel(h.run); /* nothing, unless it waits */
  const char *text = "";
  dset_outcome outcome;
  for (size_t i = 0; dset_run_outcome(h.run, i, &outcome); i++) {
    ck_assert((outcome.skip != DSET_SKIP_NONE) == (outcome.result == DSET_RESULT_SKIP));
    if (outcome.skip == DSET_SKIP_NONE) continue;
    text = world_format(&w, "%s%s%s: %s", text, text[0] == '\0' ? "" : "; ",
                        dset_action_type_name(outcome.action->type), dset_skip_name(outcome.skip));
  }
  expect_text(row->rules, "skipped", text, row->skipped);
  host_end(&h, &w);
}
END_TEST

/* G13: the name of the new revision is taken; once the revision is seen, the next plan counts the collision. A host
 * that finds its own data there says OK, and the pods follow. */
START_TEST(G13_the_name_is_taken) {
  dset_world w;
  test_host h;
  host_start(&h, &w, "new", false, "CreateRevision * already-exists");
  expect_text("G13", "calls", h.log, "CreateRevision agent-x");
  h.rules = "";
  h.length = 0;
  host_apply(&h);
  expect_text("it is our own", "calls", h.log,
              "CreateRevision agent-x; CreatePod n1; !SuccessfulCreate Created pod: agent-n1; UpdateStatus");
  world_revisions(&w, "agent-x");
  h.length = 0;
  host_apply(&h);
  expect_text("it is seen", "calls", h.log, "BumpCollisionCount agent-x");
  host_end(&h, &w);
}
END_TEST

START_TEST(stable_names) {
  static const char *const names[] = {
      "ok", "failed", "not-found", "already-exists", "conflict", "namespace-terminating", "skip", "pending", "timeout"};
  for (int i = 0; i < (int)COUNT_OF(names); i++) ck_assert_str_eq(dset_result_name(i), names[i]);
  ck_assert_str_eq(dset_result_name(-1), "unknown");
  ck_assert_str_eq(dset_result_name((int)COUNT_OF(names)), "unknown");
  static const char *const defers[] = {"none", "running", "stale", "moved", "in-flight", "not-saved"};
  for (int i = 0; i < (int)COUNT_OF(defers); i++) ck_assert_str_eq(dset_defer_name(i), defers[i]);
  ck_assert_str_eq(dset_defer_name(-1), "unknown");
  ck_assert_str_eq(dset_defer_name((int)COUNT_OF(defers)), "unknown");
  static const char *const skips[] = {"none", "host", "batch", "ended", "pods", "cleanup", "cancelled"};
  for (int i = 0; i < (int)COUNT_OF(skips); i++) ck_assert_str_eq(dset_skip_name(i), skips[i]);
  ck_assert_str_eq(dset_skip_name(-1), "unknown");
  ck_assert_str_eq(dset_skip_name((int)COUNT_OF(skips)), "unknown");
}
END_TEST

Suite *dset_suite_apply_answers(void);
Suite *dset_suite_apply_answers(void) {
  Suite *suite = suite_create("apply_answers");
  TCase *tcase = tcase_create("apply_answers");
  ADD_ROWS(tcase, timeout_stays_in_flight, timeout_rows);
  ADD_ROWS(tcase, timeout_finished_later, timeout_rows);
  tcase_add_test(tcase, timeout_waits_where_kubernetes_does_not);
  tcase_add_test(tcase, timeout_and_cancelled);
  ADD_ROWS(tcase, I2_versions_of_writes, version_rows);
  ADD_ROWS(tcase, skip_reasons, skip_rows);
  tcase_add_test(tcase, G13_the_name_is_taken);
  tcase_add_test(tcase, stable_names);
  suite_add_tcase(suite, tcase);
  return suite;
}
