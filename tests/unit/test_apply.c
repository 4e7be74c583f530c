/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply.c: plans carried out: what follows from each answer of a callback, order, batches, what waits, the guard,
 * crashes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"
#include "support/random.h"
#include "support/trial.h"

/* Situations whose plans hold every kind of action. */
static void situation(dset_world *w, const char *name) {
  world_init(w);
  if (strcmp(name, "pods") == 0) { /* creations on n1 to n4, deletions of q and s, an old revision, the status */
    w->daemonset.has_revision_history_limit = true;
    world_nodes(w, "n1; n2; n3; n4; n5; n6");
    world_pods(w, "p@n5 ready; q@n5 age=60; r@n6 ready; s@n6 age=60");
  } else if (strcmp(name, "failed") == 0) { /* a failed pod */
    world_nodes(w, "n1");
    world_pods(w, "p@n1 failed");
  } else if (strcmp(name, "claims") == 0) { /* two orphans, one to release, a creation */
    world_nodes(w, "n1; n2; n3");
    world_pods(w, "a@n1 orphan ready; b@n2 orphan ready; c@n3 mismatch");
  } else if (strcmp(name, "revisions") == 0) { /* revisions to adopt and release, one without label, pods to adopt */
    world_nodes(w, "n1; n2");
    world_pods(w, "a@n1 orphan ready");
    world_revisions(w, "r1 orphan; r2 mismatch; r3 nohash");
  } else if (strcmp(name, "new") == 0) { /* a revision to create */
    w->daemonset.revision_data = "another";
    w->daemonset.revision_data_bytes = 7;
    w->options.revision_hash = "x";
    world_nodes(w, "n1");
  } else if (strcmp(name, "duplicates") == 0) { /* two current revisions: pods are relabelled, one is deleted */
    world_nodes(w, "n1; n2");
    world_pods(w, "a@n1 old ready");
    world_revisions(w, "dup current #7");
  } else if (strcmp(name, "behind") == 0) { /* the current revision has no label and a low number */
    world_nodes(w, "n1");
    world_clear_revisions(w);
    world_revisions(w, "r1 #5; r2 current nohash #1");
  } else if (strcmp(name, "collision") == 0) {
    w->daemonset.revision_data = "another";
    w->daemonset.revision_data_bytes = 7;
    w->options.revision_hash = "x";
    world_nodes(w, "n1");
    world_revisions(w, "agent-x");
  } else {
    ck_abort_msg("there is no situation %s", name);
  }
}

/* E20: as long as nothing was seen, Kubernetes' counters say how many writes the ledger knows. */
static void expect_counters(test_host *h, const char *row) {
  dset_flight flights[64];
  size_t count = dset_ledger_list(h->ledger, "default", "agent", flights, 64);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h->ledger, "default", "agent", &creates, &deletes, &since_ms);
  for (size_t i = 0; i < count; i++) {
    creates -= flights[i].type == DSET_ACTION_CREATE_POD;
    deletes -= flights[i].type == DSET_ACTION_DELETE_POD;
    ck_assert_int_eq(flights[i].since_ms, since_ms);
  }
  ck_assert_msg(creates == 0 && deletes == 0, "%s: counters are off by %d and %d", row, (int)creates, (int)deletes);
}

/* What each result counts as: d one, r efused, f ailed, s kipped; in the order of enum dset_result, then an unknown. */
typedef struct answer_row {
  int type;
  const char *situation;
  const char *counts_as;
} answer_row;

static const answer_row answer_rows[] = {
    {DSET_ACTION_CREATE_POD, "pods", "dffffrsf"},          /* E18, E19 */
    {DSET_ACTION_DELETE_POD, "pods", "dfdfffsf"},          /* E19 */
    {DSET_ACTION_ADOPT_POD, "claims", "dfdfffsf"},         /* D7 */
    {DSET_ACTION_RELEASE_POD, "claims", "dfdfffsf"},       /* D7 */
    {DSET_ACTION_ADOPT_REVISION, "revisions", "dfdfffsf"}, /* G1 */
    {DSET_ACTION_RELEASE_REVISION, "revisions", "dfdfffsf"},
    {DSET_ACTION_UPDATE_REVISION, "revisions", "dfffffsf"}, /* G2 */
    {DSET_ACTION_CREATE_REVISION, "new", "dfffffsf"},       /* G13 */
    {DSET_ACTION_LABEL_POD, "duplicates", "dfffffsf"},      /* G11 */
    {DSET_ACTION_DELETE_REVISION, "duplicates", "dfffffsf"},
    {DSET_ACTION_DELETE_REVISION, "pods", "dfffffsf"}, /* G16 */
    {DSET_ACTION_BUMP_COLLISION_COUNT, "collision", "dfffffsf"},
    {DSET_ACTION_UPDATE_STATUS, "pods", "dfffffsf"}, /* H10 */
};

static size_t expected(char counts_as, char kind) {
  return counts_as == kind;
}

START_TEST(every_answer) {
  const answer_row *row = &answer_rows[_i];
  for (int result = 0; result <= DSET_PENDING; result++) {
    dset_world w;
    test_host h;
    situation(&w, row->situation);
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
    host_free(&h);
    world_free(&w);
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
  situation(&w, row->situation);
  host_init(&h, &w, row->rules);
  h.text = "no luck";
  host_apply(&h);
  const char *flights = host_flights(&h);
  expect_text(row->row, "calls", h.log, row->log);
  expect_text(row->row, "counts", host_counts(&h), row->counts);
  expect_text(row->row, "in flight", flights, row->flights);
  expect_counters(&h, row->row);
  host_free(&h);
  world_free(&w);
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
      host_free(&h);
      world_free(&w);
    }
  }
}
END_TEST

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
    host_free(&h2);
    world_free(&w2);
  }
  ck_assert_uint_ge(orders, _i == 1 ? 6 : 12);
  free(wanted);
  host_free(&h);
  world_free(&w);
}
END_TEST

/* A callback that is NULL skips. */
START_TEST(null_callbacks) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
  host_init(&h, &w, "");
  h.callbacks.save = NULL;
  h.callbacks.create_pod = h.callbacks.delete_pod = NULL;
  h.callbacks.event = NULL;
  host_apply(&h);
  expect_text("NULL callbacks", "calls", h.log, "DeleteRevision agent-old; UpdateStatus");
  expect_text("NULL callbacks", "counts", host_counts(&h), "done 2 refused 0 failed 0 skipped 6 unknown 0 waiting 0");
  expect_text("NULL callbacks", "in flight", host_flights(&h), "");
  host_free(&h);
  world_free(&w);
}
END_TEST

/* Callbacks that finish their own action before they return. */
START_TEST(finishing_goes_on_once) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
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
  host_free(&h);
  world_free(&w);
}
END_TEST

/* H10: the second attempt may wait, too, and succeed. */
START_TEST(H10_second_attempt_waits) {
  dset_world w;
  test_host h;
  situation(&w, "failed");
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
  host_free(&h);
  world_free(&w);
}
END_TEST

/* What waited stays in flight, what was not tried does not. */
START_TEST(cancelled) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
  host_init(&h, &w, "CreatePod n3 pending");
  host_apply(&h);
  dset_run_cancel(h.run);
  expect_text("cancelled", "counts", host_counts(&h), "done 2 refused 0 failed 0 skipped 5 unknown 1 waiting 0");
  expect_text("cancelled", "in flight", host_flights(&h),
              "CreatePod n1 agent-n1; CreatePod n2 agent-n2; CreatePod n3 agent-n3");
  ck_assert_int_eq(dset_run_finish(h.run, 2, DSET_RESULT_OK, NULL, NULL), DSET_ERR_INVALID);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h.ledger, "default", "agent", &creates, &deletes, &since_ms);
  ck_assert_int_eq(creates, 3); /* E20: of four, one was lowered as it was skipped */
  ck_assert_int_eq(deletes, 0);
  dset_run_cancel(h.run); /* nothing is left to be cancelled */
  host_free(&h);
  world_free(&w);
}
END_TEST

/* E20: a run that ends before it reaches the pods leaves the counters of the one before it. */
START_TEST(E20_counters_of_the_run_before) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1");
  host_init(&h, &w, "");
  host_apply(&h);
  world_pods(&w, "agent-n1@n1; o@n2 orphan");
  dset_ledger_observe_pod(h.ledger, DSET_POD_ADDED, world_pod(&w, "agent-n1"), NULL);
  world_nodes(&w, "n2; n3");
  h.rules = "AdoptPod * failed";
  ck_assert_uint_ge(host_apply(&h)->skipped, 2);
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h.ledger, "default", "agent", &creates, &deletes, &since_ms);
  ck_assert_int_eq(creates, 0);
  host_free(&h);
  world_free(&w);
}
END_TEST

/* E8: back-offs advance when deletions are reached, and not before. */
START_TEST(E8_backoffs) {
  static const char *const rules[] = {"", "AdoptPod * failed", "AdoptPod * pending"};
  for (size_t i = 0; i < COUNT_OF(rules); i++) {
    dset_world w;
    test_host h;
    world_init(&w);
    world_nodes(&w, "n1; n2");
    world_pods(&w, "a@n1 failed; b@n2 orphan");
    host_init(&h, &w, rules[i]);
    host_apply(&h);
    dset_run_free(h.run);
    h.run = NULL;
    dset_in_flight found = {.size = sizeof found};
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, i == 0);
    if (i == 0) ck_assert_int_eq(found.backoffs[0].delay_ms, 1000);
    dset_status *status = world_status(&w);
    status->observed_generation = 5; /* starts afresh */
    ck_assert_int_eq(dset_ledger_in_flight(h.ledger, &w.daemonset, w.now_ms, &found, NULL), DSET_OK);
    ck_assert_uint_eq(found.backoff_count, 0);
    host_free(&h);
    world_free(&w);
  }
}
END_TEST

static void expect_deferred(test_host *h, const dset_plan *plan, int reason, const char *text) {
  size_t before_length = h->length;
  ck_assert_int_eq(host_apply_plan(h, plan, NULL), DSET_OK);
  const dset_apply_result *result = dset_run_result(h->run);
  expect_text(text, "reason", dset_defer_name(result->reason), dset_defer_name(reason));
  ck_assert_int_eq(result->state, DSET_RUN_DEFERRED);
  ck_assert_int_gt(result->retry_after_ms, 0);
  expect_text("deferred", "text", result->text, text);
  ck_assert_uint_eq(h->length, before_length);
  ck_assert_uint_eq(dset_run_outcome_count(h->run), 0);
  ck_assert_int_eq(dset_run_finish(h->run, 0, DSET_RESULT_OK, NULL, NULL), DSET_ERR_INVALID);
}

START_TEST(guard_moved) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
  host_init(&h, &w, "");
  const dset_plan *plan = world_plan(&w);
  const char *text = "the DaemonSet is not the one that the plan was made for, or has changed since";
  w.daemonset.generation++;
  expect_deferred(&h, plan, DSET_DEFER_MOVED, text);
  w.daemonset.generation--;
  w.daemonset.uid = "another";
  expect_deferred(&h, plan, DSET_DEFER_MOVED, text);
  w.daemonset.uid = WORLD_UID;
  h.options.digest = dset_plan_digest(plan) + 1;
  expect_deferred(&h, plan, DSET_DEFER_MOVED, "a plan of the state as it is now decides something else");
  ck_assert_int_eq(dset_run_result(h.run)->retry_after_ms, 5); /* I12: a new uid starts afresh */
  expect_deferred(&h, plan, DSET_DEFER_MOVED, "a plan of the state as it is now decides something else");
  ck_assert_int_eq(dset_run_result(h.run)->retry_after_ms, 10);
  h.options.digest = dset_plan_digest(plan);
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->done, 8);
  host_free(&h);
  world_free(&w);
}
END_TEST

START_TEST(guard_in_flight_and_running) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
  host_init(&h, &w, "UpdateStatus * pending");
  const dset_plan *plan = world_plan(&w);
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  dset_run *first = h.run;
  h.run = NULL;
  expect_deferred(&h, plan, DSET_DEFER_RUNNING, "an earlier plan is still being carried out"); /* I13 */
  dset_run_free(first);
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of"); /* I8 */
  h.options.by_counters = true;
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  w.now_ms += DSET_IN_FLIGHT_TIMEOUT_MS; /* E20: strictly older */
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  h.options.by_counters = false;
  expect_deferred(&h, plan, DSET_DEFER_IN_FLIGHT, "writes are in flight that the plan does not know of");
  w.now_ms++;
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_run_result(h.run)->done, 7);
  host_free(&h);
  world_free(&w);
}
END_TEST

START_TEST(I2_guard_stale) {
  dset_world w;
  test_host h;
  situation(&w, "claims");
  host_init(&h, &w, "CreatePod * failed");
  h.version = 40;
  host_apply(&h); /* adoptions and the status get version 40 */
  h.version = 39; /* and the highest counts */
  host_apply(&h);
  h.options.read_pods = 39;
  const dset_plan *plan = world_plan(&w);
  expect_deferred(&h, plan, DSET_DEFER_STALE,
                  "read version: 39 is not as new as written version: 40 for group resource pods");
  h.options.read_pods = 40;
  h.options.read_daemonsets = 7;
  expect_deferred(&h, plan, DSET_DEFER_STALE,
                  "read version: 7 is not as new as written version: 40 for group resource daemonsets.apps");
  h.options.read_pods = 1;       /* the record was dropped */
  h.options.read_daemonsets = 0; /* an unknown version does not block */
  ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_DONE);
  host_free(&h);
  world_free(&w);
}
END_TEST

START_TEST(guard_not_saved) {
  dset_world w;
  test_host h;
  situation(&w, "failed");
  host_init(&h, &w, "");
  h.save_fails = true;
  host_apply(&h);
  expect_text("not saved", "reason", dset_defer_name(dset_run_result(h.run)->reason), "not-saved");
  expect_text("not saved", "calls", h.log, "");
  expect_text("not saved", "in flight", host_flights(&h), "");
  h.save_fails = false;
  ck_assert_uint_eq(host_apply(&h)->done, 2); /* the back-off did not advance either */
  host_free(&h);
  world_free(&w);
}
END_TEST

/* I12 */
START_TEST(I12_retries) {
  dset_world w;
  test_host h;
  situation(&w, "new");
  host_init(&h, &w, "CreateRevision * failed");
  int64_t wanted = 5;
  for (int i = 0; i < 40; i++) {
    ck_assert_int_eq(host_apply(&h)->retry_after_ms, wanted);
    wanted = wanted * 2 < 1000000 ? wanted * 2 : 1000000;
  }
  h.rules = "";
  ck_assert_int_eq(host_apply(&h)->retry_after_ms, 0);
  h.rules = "CreateRevision * failed";
  dset_ledger_settle(h.ledger, "default", "agent");
  ck_assert_int_eq(host_apply(&h)->retry_after_ms, 5);
  host_free(&h);
  world_free(&w);
}
END_TEST

/* Every allocation fails: the call says so, no callback was called, the ledger says what it said. */
START_TEST(memory) {
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    dset_world w;
    test_host h;
    fault f;
    situation(&w, "claims");
    host_init(&h, &w, "");
    dset_ledger_free(h.ledger);
    fault_init(&f, FAULT_NEVER, _i == 0 ? FAULT_ONCE : FAULT_ON);
    const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    ck_assert_int_eq(dset_ledger_new(&options, &h.ledger, NULL), DSET_OK);
    h.rules = "AdoptPod * pending";
    host_apply(&h);
    dset_run_cancel(h.run);
    expect_text("of an earlier run", "in flight", host_flights(&h), "AdoptPod a");
    h.rules = "";
    h.length = 0;
    for (int i = 0; i < 60; i++) world_nodes(&w, world_format(&w, "more-%02d", i)); /* memory for more writes */
    size_t before, after;
    unsigned char *wanted = host_bytes(h.ledger, &before);
    const dset_plan *plan = world_plan(&w);
    f.at = f.asked + at;
    dset_error error = {0};
    code = host_apply_plan(&h, plan, &error);
    f.at = FAULT_NEVER;
    if (code != DSET_OK) {
      ck_assert_int_eq(code, DSET_ERR_NOMEM);
      ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
      ck_assert_ptr_null(h.run);
      ck_assert_uint_eq(h.length, 0);
      unsigned char *found = host_bytes(h.ledger, &after);
      ck_assert_uint_eq(before, after);
      ck_assert_int_eq(memcmp(wanted, found, before), 0);
      free(found);
      ck_assert_int_eq(host_apply_plan(&h, plan, NULL), DSET_OK);
    } else {
      ck_assert_uint_gt(at, 2);
    }
    ck_assert_uint_eq(dset_run_result(h.run)->failed, 0);
    free(wanted);
    host_free(&h);
    fault_expect_empty(&f, "apply");
    world_free(&w);
  }
}
END_TEST

/*
 * The host crashes after `done` of its callbacks and reads what it saved: what was created is seen and not created
 * again, what was not is created once it counts as lost.
 */
START_TEST(crash_after_every_call) {
  enum { NODES = 4 };
  for (size_t done = 0; done <= NODES; done++) {
    dset_world w;
    test_host h;
    world_init(&w);
    world_nodes(&w, "n1; n2; n3; n4");
    host_init(&h, &w, "");
    host_apply(&h); /* of which only the first callbacks came to pass */
    dset_run_free(h.run);
    h.run = NULL;
    dset_ledger_free(h.ledger);
    ck_assert_int_eq(dset_ledger_read(h.saved, h.saved_bytes, NULL, &h.ledger, NULL), DSET_OK);
    for (size_t i = 1; i <= done; i++) {
      world_pods(&w, world_format(&w, "made-%zu@n%zu ready", i, i));
      const dset_pod *pod = world_pod(&w, world_format(&w, "made-%zu", i));
      ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, DSET_POD_ADDED, pod, NULL), DSET_OK);
    }
    h.length = 0;
    h.log[0] = '\0';
    host_apply(&h); /* waits, if anything is in flight (I8) */
    ck_assert_ptr_null(strstr(h.log, "CreatePod"));
    w.now_ms += DSET_IN_FLIGHT_TIMEOUT_MS + 1;
    host_apply(&h);
    for (size_t i = 1; i <= NODES; i++) {
      const char *call = world_format(&w, "CreatePod n%zu", i);
      ck_assert_msg((strstr(h.log, call) != NULL) == (i > done), "after %zu: %s", done, h.log);
    }
    host_free(&h);
    world_free(&w);
  }
}
END_TEST

/* Digests: equal for equal decisions, whatever the back-offs and the next check; different otherwise. */
START_TEST(digests) {
  dset_world w;
  situation(&w, "pods");
  uint64_t first = dset_plan_digest(world_plan(&w));
  w.now_ms += 1000;
  ck_assert_uint_eq(dset_plan_digest(world_plan(&w)), first);
  world_pods(&w, "z@n1 ready");
  uint64_t second = dset_plan_digest(world_plan(&w));
  ck_assert_uint_ne(second, first);
  dset_cluster *cluster;
  ck_assert_int_eq(dset_cluster_new(NULL, &cluster, NULL), DSET_OK);
  dset_snapshot snapshot;
  world_snapshot(&w, &snapshot);
  for (size_t i = 0; i < snapshot.node_count; i++) dset_cluster_put_node(cluster, snapshot.nodes[i], NULL);
  for (size_t i = 0; i < snapshot.pod_count; i++) dset_cluster_put_pod(cluster, snapshot.pods[i], NULL);
  for (size_t i = 0; i < snapshot.revision_count; i++) dset_cluster_put_revision(cluster, snapshot.revisions[i], NULL);
  dset_cluster_put_daemonset(cluster, &w.daemonset, NULL, NULL);
  const dset_plan *plan;
  ck_assert_int_eq(dset_cluster_plan(cluster, "default", "agent", w.now_ms, &plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_plan_digest(plan), second);
  dset_cluster_free(cluster);
  w.daemonset.generation++;
  ck_assert_uint_ne(dset_plan_digest(world_plan(&w)), second);
  world_free(&w);
  uint64_t sums[2];
  for (int i = 0; i < 2; i++) { /* nothing differs but the name of a node */
    situation(&w, "claims");
    world_nodes(&w, i == 0 ? "m1" : "m2");
    sums[i] = dset_plan_digest(world_plan(&w));
    if (i == 0) world_free(&w);
  }
  ck_assert_uint_ne(sums[0], sums[1]);
  world_free(&w);
}
END_TEST

START_TEST(bad_arguments) {
  dset_world w;
  test_host h;
  situation(&w, "pods");
  host_init(&h, &w, "");
  const dset_plan *plan = world_plan(&w);
  dset_error error;
  dset_run *run;
  const dset_apply_options none = {.size = sizeof none};
  const struct {
    const dset_plan *plan;
    const dset_apply_options *options;
    const dset_callbacks *callbacks;
    dset_ledger *ledger;
    const char *path;
  } rows[] = {{NULL, &h.options, &h.callbacks, h.ledger, "plan"},
              {plan, NULL, &h.callbacks, h.ledger, "options"},
              {plan, &h.options, NULL, h.ledger, "callbacks"},
              {plan, &h.options, &h.callbacks, NULL, "ledger"},
              {plan, &none, &h.callbacks, h.ledger, "daemonset"}};
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    run = (dset_run *)&w;
    ck_assert_int_eq(dset_apply(rows[i].plan, rows[i].options, rows[i].callbacks, &h, rows[i].ledger, &run, &error),
                     DSET_ERR_INVALID);
    expect_text("bad", "path", error.path, rows[i].path);
    ck_assert_ptr_null(run);
  }
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, NULL, &error), DSET_ERR_INVALID);
  w.daemonset.ns = "a/b";
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, &run, &error), DSET_ERR_INVALID);
  w.daemonset.ns = "default";
  h.callbacks.size = 4;
  ck_assert_int_eq(dset_apply(plan, &h.options, &h.callbacks, &h, h.ledger, &run, &error), DSET_ERR_ABI);
  ck_assert_int_eq(dset_run_finish(NULL, 0, 0, NULL, &error), DSET_ERR_INVALID);
  dset_run_free(NULL);
  dset_run_cancel(NULL);
  ck_assert_str_eq(dset_result_name(99), "unknown");
  ck_assert_str_eq(dset_defer_name(-1), "unknown");
  ck_assert_str_eq(dset_skip_name(DSET_SKIP_CANCELLED), "cancelled");
  ck_assert_str_eq(dset_skip_name(7), "unknown");
  host_free(&h);
  world_free(&w);
}
END_TEST

/* E23: messages are as long as events may be; what went wrong is said in the result as well. */
START_TEST(texts) {
  dset_world w;
  test_host h;
  char long_text[3001];
  for (size_t i = 0; i < 3000; i += 2) memcpy(long_text + i, "\xC3\xA9", 2);
  long_text[3000] = '\0';
  situation(&w, "pods");
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
  host_free(&h);
  world_free(&w);
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
    situation(&w, "new");
    host_init(&h, &w, "");
    const dset_callbacks callbacks = {.size = sizeof callbacks, .create_pod = create_long};
    h.options.now_ms = w.now_ms;
    ck_assert_int_eq(dset_apply(world_plan(&w), &h.options, &callbacks, name, h.ledger, &h.run, NULL), DSET_OK);
    dset_flight flight;
    ck_assert_uint_eq(dset_ledger_list(h.ledger, "default", "agent", &flight, 1), 1);
    ck_assert_uint_eq(strlen(flight.pod), length <= 255 ? length : 0);
    host_free(&h);
    world_free(&w);
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
  situation(&w, "pods");
  host_init(&h, &w, "");
  h.callbacks.create_pod = h.callbacks.delete_pod = at_once;
  host_apply(&h);
  expect_text("at once", "counts", host_counts(&h), "done 8 refused 0 failed 0 skipped 0 unknown 0 waiting 0");
  expect_text("at once", "in flight", host_flights(&h), "");
  host_free(&h);
  world_free(&w);
}
END_TEST

/* A plan that writes nothing need not be saved. */
START_TEST(nothing_to_save) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_status(&w)->observed_generation = w.daemonset.generation;
  host_init(&h, &w, "");
  h.save_fails = true;
  ck_assert_int_eq(host_apply(&h)->state, DSET_RUN_DONE);
  ck_assert_uint_eq(dset_run_outcome_count(h.run), 0);
  ck_assert_ptr_null(h.saved);
  host_free(&h);
  world_free(&w);
}
END_TEST

/* A host whose callbacks answer anything, now or later, in any order. */
typedef struct chaos {
  dset_random random;
  size_t calls;
} chaos;

static int any_answer(void *user_data, const dset_call *call, dset_reply *reply) {
  chaos *c = user_data;
  c->calls++;
  if (call->action->type == DSET_ACTION_CREATE_POD && random_once_in(&c->random, 2)) reply->pod = call->action->node;
  reply->version = random_below(&c->random, 4);
  return random_once_in(&c->random, 2) ? DSET_RESULT_OK : (int)random_below(&c->random, DSET_PENDING + 1);
}

static void no_event(void *user_data, const dset_notice *notice) {
  (void)user_data;
  ck_assert_ptr_nonnull(notice->message);
}

static void finish_any(dset_run *run, chaos *c) {
  while (dset_run_result(run)->state == DSET_RUN_WAITING) {
    size_t index = random_below(&c->random, dset_run_outcome_count(run));
    int result = (int)random_below(&c->random, DSET_PENDING);
    dset_run_finish(run, index, result, NULL, NULL);
    if (random_once_in(&c->random, 40)) dset_run_cancel(run);
  }
}

/* No plan writes an object twice in one way: the ledger relies on it. */
static void expect_distinct(const dset_run *run) {
  dset_outcome a, b;
  for (size_t i = 0; dset_run_outcome(run, i, &a); i++) {
    for (size_t j = 0; j < i && dset_run_outcome(run, j, &b); j++) {
      if (a.action->type != b.action->type || a.action->type == DSET_ACTION_EMIT_EVENT) continue;
      const char *const left[] = {a.action->pod, a.action->revision, a.action->node};
      const char *const right[] = {b.action->pod, b.action->revision, b.action->node};
      size_t at = 0;
      while (at < 2 && left[at] == NULL) at++;
      ck_assert(left[at] != NULL && strcmp(left[at], right[at]) != 0);
    }
  }
}

/* Every action has one outcome, and what is in flight is what was done or is not known. */
static void expect_run(const dset_run *run, const dset_ledger *ledger, const trial *t) {
  const dset_apply_result *r = dset_run_result(run);
  size_t events = 0;
  size_t in_flight = 0;
  dset_outcome outcome;
  for (size_t i = 0; dset_run_outcome(run, i, &outcome); i++) {
    int type = outcome.action->type;
    events += type == DSET_ACTION_EMIT_EVENT;
    bool open = outcome.result == DSET_RESULT_OK || outcome.result == DSET_PENDING;
    if (type == DSET_ACTION_CREATE_POD) in_flight += open || outcome.result == DSET_RESULT_NAMESPACE_TERMINATING;
    if (type == DSET_ACTION_DELETE_POD) in_flight += open;
    ck_assert((outcome.skip != DSET_SKIP_NONE) == (outcome.result == DSET_RESULT_SKIP));
  }
  size_t sum = r->done + r->refused + r->failed + r->skipped + r->unknown + events;
  ck_assert_msg(sum == dset_run_outcome_count(run), "seed %llu: an outcome is lost", (unsigned long long)t->seed);
  size_t found = 0;
  dset_flight *flights = calloc(2000, sizeof *flights);
  size_t count = dset_ledger_list(ledger, t->daemonset.ns, t->daemonset.name, flights, 2000);
  for (size_t i = 0; i < count && i < 2000; i++) {
    found += flights[i].type == DSET_ACTION_CREATE_POD || flights[i].type == DSET_ACTION_DELETE_POD;
    ck_assert(!flights[i].running);
  }
  free(flights);
  ck_assert_msg(found == in_flight, "seed %llu: %zu in flight, not %zu", (unsigned long long)t->seed, found, in_flight);
}

START_TEST(anything_goes) {
  enum { TRIALS = 3000, FIRST = 20261 };
  size_t calls = 0;
  printf("note: apply: %d random plans from seed %d\n", TRIALS, FIRST);
  for (uint64_t seed = FIRST; seed < FIRST + TRIALS; seed++) {
    trial *t = trial_random(seed);
    dset_snapshot snapshot;
    trial_snapshot(t, &snapshot);
    dset_plan *plan;
    bool named = t->daemonset.name != NULL && t->daemonset.name[0] != '\0';
    if (!named || dset_plan_compute(&snapshot, &t->options, &plan, NULL) != DSET_OK) {
      trial_free(t);
      continue;
    }
    fault f;
    fault_init(&f, FAULT_NEVER, FAULT_ONCE);
    const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
    const dset_apply_options how = {.size = sizeof how, .daemonset = &t->daemonset, .now_ms = t->now_ms};
    const dset_callbacks callbacks = {sizeof callbacks, NULL,       any_answer, any_answer,
                                      any_answer,       any_answer, any_answer, no_event};
    chaos c = {random_from(seed), 0};
    dset_ledger *ledger;
    dset_run *run;
    ck_assert_int_eq(dset_ledger_new(&options, &ledger, NULL), DSET_OK);
    ck_assert_int_eq(dset_apply(plan, &how, &callbacks, &c, ledger, &run, NULL), DSET_OK);
    dset_plan_free(plan);
    size_t asked = f.asked;
    finish_any(run, &c);
    ck_assert_uint_eq(f.asked, asked); /* nothing is allocated once it has begun */
    expect_run(run, ledger, t);
    expect_distinct(run);
    calls += c.calls;
    dset_run_free(run);
    dset_ledger_free(ledger);
    fault_expect_empty(&f, "ledger");
    trial_free(t);
  }
  ck_assert_uint_gt(calls, TRIALS);
}
END_TEST

Suite *dset_suite_apply(void);
Suite *dset_suite_apply(void) {
  Suite *suite = suite_create("apply");
  TCase *tcase = tcase_create("apply");
  ADD_ROWS(tcase, every_answer, answer_rows);
  ADD_ROWS(tcase, walks, walk_rows);
  ADD_ROWS(tcase, pending_in_every_order, bad_pods);
  tcase_add_loop_test(tcase, memory, 0, 2);
  tcase_add_test(tcase, E18_F23_batches);
  tcase_add_test(tcase, null_callbacks);
  tcase_add_test(tcase, texts);
  tcase_add_test(tcase, long_names);
  tcase_add_test(tcase, anything_goes);
  tcase_add_test(tcase, seen_at_once);
  tcase_add_test(tcase, nothing_to_save);
  tcase_add_test(tcase, finishing_goes_on_once);
  tcase_add_test(tcase, H10_second_attempt_waits);
  tcase_add_test(tcase, cancelled);
  tcase_add_test(tcase, E20_counters_of_the_run_before);
  tcase_add_test(tcase, E8_backoffs);
  tcase_add_test(tcase, guard_moved);
  tcase_add_test(tcase, guard_in_flight_and_running);
  tcase_add_test(tcase, I2_guard_stale);
  tcase_add_test(tcase, guard_not_saved);
  tcase_add_test(tcase, I12_retries);
  tcase_add_test(tcase, crash_after_every_call);
  tcase_add_test(tcase, digests);
  tcase_add_test(tcase, bad_arguments);
  suite_add_tcase(suite, tcase);
  return suite;
}
