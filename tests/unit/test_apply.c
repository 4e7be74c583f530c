/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply.c: plans carried out: what follows from each answer of a callback, the order of all, batches, texts. */
#include <string.h>

#include "support/host.h"

/* E20: as long as nothing was seen, Kubernetes' counters say how many writes the ledger knows, but for those that were
 * not answered (E19). */
static void expect_counters(test_host *h, const char *row) {
  dset_flight flights[64];
  size_t count = dset_ledger_list(h->ledger, "default", "agent", flights, 64);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h->ledger, "default", "agent", &creates, &deletes, &since_ms);
  dset_outcome outcome;
  for (size_t i = 0; dset_run_outcome(h->run, i, &outcome); i++) {
    if (outcome.result != DSET_RESULT_TIMEOUT) continue;
    creates += outcome.action->type == DSET_ACTION_CREATE_POD;
    deletes += outcome.action->type == DSET_ACTION_DELETE_POD;
  }
  for (size_t i = 0; i < count; i++) {
    creates -= flights[i].type == DSET_ACTION_CREATE_POD;
    deletes -= flights[i].type == DSET_ACTION_DELETE_POD;
    ck_assert_int_eq(flights[i].since_ms, since_ms);
  }
  ck_assert_msg(creates == 0 && deletes == 0, "%s: counters are off by %d and %d", row, (int)creates, (int)deletes);
}

/* What each result counts as: d one, r efused, f ailed, s kipped; in the order of enum dset_result, with an
 * unknown one in the place of DSET_PENDING. */
typedef struct answer_row {
  int type;
  const char *situation;
  const char *counts_as;
} answer_row;

static const answer_row answer_rows[] = {
    {DSET_ACTION_CREATE_POD, "pods", "dffffrsff"},          /* E18, E19 */
    {DSET_ACTION_DELETE_POD, "pods", "dfdfffsff"},          /* E19 */
    {DSET_ACTION_ADOPT_POD, "claims", "dfdfffsff"},         /* D7 */
    {DSET_ACTION_RELEASE_POD, "claims", "dfdfffsff"},       /* D7 */
    {DSET_ACTION_ADOPT_REVISION, "revisions", "dfdfffsff"}, /* G1 */
    {DSET_ACTION_RELEASE_REVISION, "revisions", "dfdfffsff"},
    {DSET_ACTION_UPDATE_REVISION, "revisions", "dfffffsff"}, /* G2 */
    {DSET_ACTION_CREATE_REVISION, "new", "dfffffsff"},       /* G13 */
    {DSET_ACTION_LABEL_POD, "duplicates", "dfffffsff"},      /* G11 */
    {DSET_ACTION_DELETE_REVISION, "duplicates", "dfffffsff"},
    {DSET_ACTION_DELETE_REVISION, "pods", "dfffffsff"}, /* G16 */
    {DSET_ACTION_BUMP_COLLISION_COUNT, "collision", "dfffffsff"},
    {DSET_ACTION_UPDATE_STATUS, "pods", "dfffffsff"}, /* H10 */
};

static size_t expected(char counts_as, char kind) {
  return counts_as == kind;
}

START_TEST(every_answer) {
  const answer_row *row = &answer_rows[_i];
  for (int result = 0; result <= DSET_RESULT_TIMEOUT; result++) {
    dset_world w;
    test_host h;
    host_situation(&w, row->situation);
    const char *name = result == DSET_PENDING ? "nonsense" : dset_result_name(result);
    host_init(&h, &w, world_format(&w, "%s * %s", dset_action_type_name(row->type), name));
    host_apply(&h);
    size_t counts[256] = {0};
    dset_outcome outcome;
    for (size_t i = 0; dset_run_outcome(h.run, i, &outcome); i++) {
      bool this_one = outcome.action->type == row->type && (outcome.skip == 0 || outcome.skip == DSET_SKIP_HOST);
      if (!this_one) continue;
      counts[0]++;
      ck_assert_int_eq(outcome.result, result == DSET_PENDING ? DSET_RESULT_FAILED : result);
    }
    const dset_apply_result *sum = dset_run_result(h.run);
    const char as = row->counts_as[result];
    ck_assert_msg(counts[0] > 0, "%s: no such action", dset_action_type_name(row->type));
    const char *what = world_format(&w, "%s %s: %s", dset_action_type_name(row->type), name, host_counts(&h));
    ck_assert_msg((sum->failed == counts[0]) == expected(as, 'f'), "%s", what);
    ck_assert_msg((sum->refused == counts[0]) == expected(as, 'r'), "%s", what);
    ck_assert_msg(as != 's' || sum->skipped >= counts[0], "%s", what);
    ck_assert_msg((sum->failed != 0) == (sum->retry_after_ms != 0), "%s", what);
    ck_assert_msg((sum->failed != 0) == (sum->text[0] != '\0'), "%s", what);
    ck_assert_int_eq(sum->state, DSET_RUN_DONE);
    expect_counters(&h, what);
    host_end(&h, &w);
  }
}
END_TEST

/* What is called after what, and what is in flight in the end. */
typedef struct walk_row {
  const char *row;
  const char *situation;
  const char *rules;
  const char *log;
  const char *counts;
  const char *flights;
} walk_row;

static const walk_row walk_rows[] = {
    {"G2 G9 the current revision is labelled and renumbered", "behind", "CreatePod * skip",
     "UpdateRevision r2; CreatePod n1; UpdateStatus", "done 2 refused 0 failed 0 skipped 1 unknown 0 waiting 0", ""},
    {"E18 all goes well", "pods", "",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod s; !SuccessfulDelete Deleted pod: s; DeleteRevision "
     "agent-old; UpdateStatus",
     "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod q; "
     "DeletePod s"},
    {"E18 E19 the first creation fails: later batches are not tried, deletions are; I9 no cleanup", "pods",
     "CreatePod n1 failed",
     "CreatePod n1; !FailedCreate Error creating: no luck; DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod s; "
     "!SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 3 refused 0 failed 1 skipped 4 unknown 0 waiting 0", "DeletePod q; DeletePod s"},
    {"E18 one of the second batch fails: all of it is tried", "pods", "CreatePod n2 conflict",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !FailedCreate Error creating: no luck; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod "
     "s; !SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 5 refused 0 failed 1 skipped 2 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n3 agent-n3; DeletePod q; DeletePod s"},
    {"E18 one of the last batch fails", "pods", "CreatePod n4 already-exists",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !FailedCreate Error creating: no luck; "
     "DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod s; !SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 6 refused 0 failed 1 skipped 1 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; DeletePod q; DeletePod s"},
    {"E19 S18 namespace terminating", "pods", "CreatePod * namespace-terminating",
     "CreatePod n1; CreatePod n2; CreatePod n3; CreatePod n4; DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod "
     "s; !SuccessfulDelete Deleted pod: s; DeleteRevision agent-old; UpdateStatus",
     "done 4 refused 4 failed 0 skipped 0 unknown 0 waiting 0",
     "CreatePod n1; CreatePod n2; CreatePod n3; CreatePod n4; DeletePod q; DeletePod s"},
    {"a creation the host skips", "pods", "CreatePod n1 skip",
     "CreatePod n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; CreatePod n3; !SuccessfulCreate Created "
     "pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; DeletePod q; !SuccessfulDelete Deleted "
     "pod: q; DeletePod s; !SuccessfulDelete Deleted pod: s; DeleteRevision agent-old; UpdateStatus",
     "done 7 refused 0 failed 0 skipped 1 unknown 0 waiting 0",
     "CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod q; DeletePod s"},
    {"E19 a deletion fails: the other goes on; I9 no cleanup", "pods", "DeletePod q failed",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; !FailedDelete Error deleting: no luck; DeletePod s; !SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 6 refused 0 failed 1 skipped 1 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod s"},
    {"E18 E19 a creation is not answered: as if it had failed, but it stays in flight", "pods", "CreatePod n2 timeout",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !FailedCreate Error creating: no luck; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod "
     "s; !SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 5 refused 0 failed 1 skipped 2 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; DeletePod q; DeletePod s"},
    {"E19 a deletion is not answered", "pods", "DeletePod q timeout",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; !FailedDelete Error deleting: no luck; DeletePod s; !SuccessfulDelete Deleted pod: s; UpdateStatus",
     "done 6 refused 0 failed 1 skipped 1 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod q; "
     "DeletePod s"},
    {"E19 a pod that is gone already", "pods", "DeletePod q not-found",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; DeletePod s; !SuccessfulDelete Deleted pod: s; DeleteRevision agent-old; UpdateStatus",
     "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod s"},
    {"G16 cleanup fails: the status is written all the same", "pods", "DeleteRevision * not-found",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod s; !SuccessfulDelete Deleted pod: s; DeleteRevision "
     "agent-old; UpdateStatus",
     "done 7 refused 0 failed 1 skipped 0 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod q; "
     "DeletePod s"},
    {"H10 the status is tried twice", "pods", "UpdateStatus * conflict",
     "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; "
     "CreatePod n3; !SuccessfulCreate Created pod: agent-n3; CreatePod n4; !SuccessfulCreate Created pod: agent-n4; "
     "DeletePod q; !SuccessfulDelete Deleted pod: q; DeletePod s; !SuccessfulDelete Deleted pod: s; DeleteRevision "
     "agent-old; UpdateStatus; UpdateStatus again",
     "done 7 refused 0 failed 1 skipped 0 unknown 0 waiting 0",
     "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3; CreatePod n4 agent-n4; DeletePod q; "
     "DeletePod s"},
    {"H10 the status is not answered: it is written once more", "new", "CreatePod * skip; UpdateStatus * timeout",
     "CreateRevision agent-x; CreatePod n1; UpdateStatus; UpdateStatus again",
     "done 1 refused 0 failed 1 skipped 1 unknown 0 waiting 0", ""},
    {"E23 events of planning", "failed", "",
     "!FailedDaemonPod Found failed daemon pod default/p on node n1, will try to kill it; DeletePod p; "
     "!SuccessfulDelete Deleted pod: p; UpdateStatus",
     "done 2 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "DeletePod p"},
    {"D9 claims", "claims", "",
     "AdoptPod a; AdoptPod b; ReleasePod c; CreatePod n3; !SuccessfulCreate Created pod: agent-n3; UpdateStatus",
     "done 5 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "CreatePod n3 agent-n3"},
    {"D7 D8 a claim fails: the others are tried, then nothing", "claims", "AdoptPod a failed",
     "AdoptPod a; AdoptPod b; ReleasePod c", "done 2 refused 0 failed 1 skipped 2 unknown 0 waiting 0", ""},
    {"D7 claimed pods that are gone", "claims", "AdoptPod a not-found; ReleasePod c not-found",
     "AdoptPod a; AdoptPod b; ReleasePod c; CreatePod n3; !SuccessfulCreate Created pod: agent-n3; UpdateStatus",
     "done 5 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "CreatePod n3 agent-n3"},
    {"G1 G2 revisions", "revisions", "",
     "AdoptRevision r1; ReleaseRevision r2; UpdateRevision r3; AdoptPod a; CreatePod n2; !SuccessfulCreate Created "
     "pod: agent-n2; UpdateStatus",
     "done 6 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "CreatePod n2 agent-n2"},
    {"G14 a revision cannot be adopted: the others are tried, then nothing", "revisions", "AdoptRevision r1 conflict",
     "AdoptRevision r1; ReleaseRevision r2", "done 1 refused 0 failed 1 skipped 4 unknown 0 waiting 0", ""},
    {"G14 a revision cannot be labelled: nothing more", "revisions", "UpdateRevision r3 failed",
     "AdoptRevision r1; ReleaseRevision r2; UpdateRevision r3",
     "done 2 refused 0 failed 1 skipped 3 unknown 0 waiting 0", ""},
    {"G12", "new", "", "CreateRevision agent-x; CreatePod n1; !SuccessfulCreate Created pod: agent-n1; UpdateStatus",
     "done 3 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "CreatePod n1 agent-n1"},
    {"G13 the name is taken: the sync ends", "new", "CreateRevision * already-exists", "CreateRevision agent-x",
     "done 0 refused 0 failed 1 skipped 2 unknown 0 waiting 0", ""},
    {"G10 G11", "duplicates", "",
     "LabelPod a; DeleteRevision agent-cur; CreatePod n2; !SuccessfulCreate Created pod: agent-n2; UpdateStatus",
     "done 4 refused 0 failed 0 skipped 0 unknown 0 waiting 0", "CreatePod n2 agent-n2"},
    {"G11 a pod cannot be labelled", "duplicates", "LabelPod a not-found", "LabelPod a",
     "done 0 refused 0 failed 1 skipped 3 unknown 0 waiting 0", ""},
    {"G13", "collision", "", "BumpCollisionCount agent-x", "done 1 refused 0 failed 0 skipped 0 unknown 0 waiting 0",
     ""},
};

START_TEST(walks) {
  const walk_row *row = &walk_rows[_i];
  dset_world w;
  test_host h;
  host_situation(&w, row->situation);
  host_init(&h, &w, row->rules);
  h.text = "no luck";
  host_apply(&h);
  const char *flights = host_flights(&h);
  expect_text(row->row, "calls", h.log, row->log);
  expect_text(row->row, "counts", host_counts(&h), row->counts);
  expect_text(row->row, "in flight", flights, row->flights);
  expect_counters(&h, row->row);
  host_end(&h, &w);
}
END_TEST

/* E18, F23: of n creations the one at `bad` fails: those tried are whole batches, up to the one that holds it. */
START_TEST(E18_F23_batches) {
  for (size_t n = 1; n <= 17; n++) {
    for (size_t bad = 0; bad < n; bad++) {
      dset_world w;
      test_host h;
      world_init(&w);
      for (size_t i = 0; i < n; i++) world_nodes(&w, world_format(&w, "n%02zu", i));
      host_init(&h, &w, world_format(&w, "CreatePod n%02zu failed; CreatePod n%02zu failed", bad, n - 1));
      host_apply(&h);
      size_t tried = 0;
      for (size_t batch = 1; tried <= bad; batch *= 2) tried += batch;
      if (tried > n) tried = n;
      dset_outcome outcome;
      size_t seen = 0;
      for (size_t i = 0; dset_run_outcome(h.run, i, &outcome); i++) {
        if (outcome.action->type != DSET_ACTION_CREATE_POD) continue;
        ck_assert_msg((outcome.skip == DSET_SKIP_BATCH) == (seen >= tried), "n %zu, bad %zu, at %zu", n, bad, seen);
        seen++;
      }
      ck_assert_uint_eq(seen, n);
      host_end(&h, &w);
    }
  }
}
END_TEST

/* A callback that is NULL skips. */
START_TEST(null_callbacks) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "");
  h.callbacks.save = NULL;
  h.callbacks.create_pod = h.callbacks.delete_pod = NULL;
  h.callbacks.event = NULL;
  host_apply(&h);
  expect_text("NULL callbacks", "calls", h.log, "DeleteRevision agent-old; UpdateStatus");
  expect_text("NULL callbacks", "counts", host_counts(&h), "done 2 refused 0 failed 0 skipped 6 unknown 0 waiting 0");
  expect_text("NULL callbacks", "in flight", host_flights(&h), "");
  host_end(&h, &w);
}
END_TEST

/* E23: messages are as long as events may be; what went wrong is said in the result as well. */
START_TEST(texts) {
  dset_world w;
  test_host h;
  char long_text[3001];
  for (size_t i = 0; i < 3000; i += 2) memcpy(long_text + i, "\xC3\xA9", 2);
  long_text[3000] = '\0';
  host_situation(&w, "pods");
  host_init(&h, &w, "CreatePod n1 failed; DeletePod q conflict");
  h.text = "no luck";
  expect_text("the first failure", "text", host_apply(&h)->text, "CreatePod n1: no luck");
  host_free(&h);
  host_init(&h, &w, "DeletePod q conflict; UpdateStatus * failed");
  expect_text("without a text", "text", host_apply(&h)->text, "DeletePod q: conflict");
  ck_assert_ptr_nonnull(strstr(h.log, "!FailedDelete Error deleting: conflict;"));
  host_free(&h);
  host_init(&h, &w, "CreatePod n1 failed");
  h.text = long_text;
  host_apply(&h);
  const char *message = strstr(h.log, "Error creating: ");
  size_t length = strcspn(message, ";");
  ck_assert_uint_gt(length, 1000);
  ck_assert_uint_lt(length, 1024);
  ck_assert_int_eq((unsigned char)message[length - 1], 0xA9); /* no half character */
  host_end(&h, &w);
}
END_TEST

/* A name of 256 bytes or more is not kept: the creation is known by its node. */
static int create_long(void *user_data, const dset_call *call, dset_reply *reply) {
  (void)call;
  reply->pod = user_data;
  return DSET_RESULT_OK;
}

START_TEST(long_names) {
  for (size_t length = 254; length <= 257; length++) {
    dset_world w;
    test_host h;
    char name[300];
    memset(name, 'x', length);
    name[length] = '\0';
    host_situation(&w, "new");
    host_init(&h, &w, "");
    const dset_callbacks callbacks = {.size = sizeof callbacks, .create_pod = create_long};
    h.options.now_ms = w.now_ms;
    ck_assert_int_eq(dset_apply(world_plan(&w), &h.options, &callbacks, name, h.ledger, &h.run, NULL), DSET_OK);
    dset_flight flight;
    ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "agent", &flight, 1), 1);
    ck_assert_uint_eq(strlen(flight.pod), length <= 255 ? length : 0);
    host_end(&h, &w);
  }
}
END_TEST

/* A host that sees what it does at once, and says so from within its callbacks: nothing stays in flight. */
static int at_once(void *user_data, const dset_call *call, dset_reply *reply) {
  test_host *h = user_data;
  dset_world *w = h->world;
  if (call->action->type == DSET_ACTION_DELETE_POD) {
    const dset_pod *pod = world_pod(w, call->action->pod);
    ck_assert_int_eq(dset_ledger_observe_pod(h->ledger, DSET_POD_GONE, pod, NULL), DSET_OK);
  } else {
    reply->pod = world_format(w, "made-%s", call->action->node);
    world_pods(w, world_format(w, "%s@%s", reply->pod, call->action->node));
    ck_assert_int_eq(dset_ledger_observe_pod(h->ledger, DSET_POD_ADDED, world_pod(w, reply->pod), NULL), DSET_OK);
    dset_ledger_settle(h->ledger, "default", "agent"); /* of what a run holds nothing is dropped */
  }
  return DSET_RESULT_OK;
}

START_TEST(seen_at_once) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "");
  h.callbacks.create_pod = h.callbacks.delete_pod = at_once;
  host_apply(&h);
  expect_text("at once", "counts", host_counts(&h), "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0");
  expect_text("at once", "in flight", host_flights(&h), "");
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_apply(void);
Suite *dset_suite_apply(void) {
  Suite *suite = suite_create("apply");
  TCase *tcase = tcase_create("apply");
  ADD_ROWS(tcase, every_answer, answer_rows);
  ADD_ROWS(tcase, walks, walk_rows);
  tcase_add_test(tcase, E18_F23_batches);
  tcase_add_test(tcase, null_callbacks);
  tcase_add_test(tcase, texts);
  tcase_add_test(tcase, long_names);
  tcase_add_test(tcase, seen_at_once);
  suite_add_tcase(suite, tcase);
  return suite;
}
