/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_manage.c: section E, one pod a node. Actions of the rolling update (section F) do not appear: it waits while
 * manage has something to do (I9), and the other rows use OnDelete or leave it nothing.
 */
#include <string.h>

#include "support/build.h"

typedef struct manage_row {
  const char *row;
  const char *node; /* the words of n1 */
  const char *pods;
  const char *expected; /* PODS and EVENTS */
} manage_row;

/* Surge on is maxSurge 1 (F3), surge off OnDelete, so that only manage acts. */
static void set_surge(dset_world *w, bool surge) {
  world_budget(w, surge ? "0" : "1", surge ? "1" : "0");
  w->daemonset.strategy = surge ? DSET_STRATEGY_ROLLING_UPDATE : DSET_STRATEGY_ON_DELETE;
}

static void expect_manage(const manage_row *row, bool surge, int32_t min_ready_seconds) {
  dset_world w;
  world_init(&w);
  set_surge(&w, surge);
  w.daemonset.min_ready_seconds = min_ready_seconds;
  world_nodes(&w, world_format(&w, "n1 %s", row->node));
  world_pods(&w, row->pods);
  const char *name = world_format(&w, "%s, surge %s", row->row, surge ? "on" : "off");
  world_expect(&w, name, TRACE_PODS | TRACE_EVENTS, row->expected);
  world_free(&w);
}

#define CREATE "CreatePod n1 node-needs-pod"
#define FAILED(pod) "EmitEvent Warning FailedDaemonPod " pod
#define SUCCEEDED(pod) "EmitEvent Normal SucceededDaemonPod " pod

/* ---- E4: the same with surge on and off ---- */

static const manage_row node_rows[] = {
    {"E4 run, no entry", "run", "", CREATE},
    {"E4 run, no entry because its pod is terminal and deleting", "run", "p@n1 failed deleting", CREATE},
    {"E4 run, entry", "run", "p@n1 ready", ""},
    {"E4 run, entry of a waiting pod", "run", "p>n1 pending", ""},
    {"E4 run, entry, excess", "run", "p@n1; q@n1 age=60", "DeletePod q excess"},
    {"E4 run, entry, succeeded beside a good one", "run", "p@n1; q@n1 succeeded",
     SUCCEEDED("q") "; DeletePod q pod-succeeded"},
    {"E4 stay, entry", "stay", "p@n1 ready", ""},
    {"E4 stay, entry, excess", "stay", "p@n1; q@n1 age=60", "DeletePod q excess"},
    {"E4 stay, entry, failed: no replacement", "stay", "p@n1 failed", FAILED("p") "; DeletePod p pod-failed"},
    {"E4 stay, entry, succeeded: no replacement", "stay", "p@n1 succeeded",
     SUCCEEDED("p") "; DeletePod p pod-succeeded"},
    {"E4 stay, entry, deleting: no replacement", "stay", "p@n1 deleting", ""},
    {"E4 stay, no entry", "stay", "", ""},
    {"E4 neither, entry, running", "neither", "p@n1 running", "DeletePod p node-ineligible"},
    {"E4 neither, entry, pending", "neither", "p@n1 pending", "DeletePod p node-ineligible"},
    {"E4 neither, entry, unknown", "neither", "p@n1 unknown", "DeletePod p node-ineligible"},
    {"E4 neither, entry, no phase", "neither", "p@n1 nophase", "DeletePod p node-ineligible"},
    {"E4 neither, entry, waiting", "neither", "p>n1 pending", "DeletePod p node-ineligible"},
    {"E4 neither, entry, failed: no event", "neither", "p@n1 failed", "DeletePod p node-ineligible"},
    {"E4 neither, entry, succeeded: no event", "neither", "p@n1 succeeded", "DeletePod p node-ineligible"},
    {"E4 neither, entry, deleting", "neither", "p@n1 deleting", ""},
    {"E4 neither, entry, all live ones", "neither", "c@n1 new; a@n1 old ready; b@n1 failed; d@n1 deleting",
     "DeletePod a node-ineligible; DeletePod b node-ineligible; DeletePod c node-ineligible"},
    {"E4 neither, no entry", "neither", "", ""},
};

START_TEST(E4_node) {
  expect_manage(&node_rows[_i], false, 0);
  expect_manage(&node_rows[_i], true, 0);
}
END_TEST

/* E4: a pod of an ineligible node goes in spite of an active backoff, and advances none. */
START_TEST(E4_ineligible_ignores_backoff) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1 neither");
  world_pods(&w, "p@n1 failed");
  world_expect(&w, "E4 without backoff", TRACE_PODS, "DeletePod p node-ineligible");
  ck_assert_uint_eq(dset_plan_backoff_count(w.plan), 0);
  world_backoff(&w, "n1", 60000, w.now_ms);
  world_expect(&w, "E4 in backoff", TRACE_PODS, "DeletePod p node-ineligible");
  ck_assert_uint_eq(dset_plan_backoff_count(w.plan), 1);
  ck_assert_int_eq(dset_plan_backoff(w.plan, 0)->delay_ms, 60000);
  world_free(&w);
}
END_TEST

/* ---- E5 to E7: phases, surge off ---- */

static const manage_row phase_rows[] = {
    {"E5 pending is kept", "run", "p@n1 pending", ""},
    {"E5 running is kept", "run", "p@n1 running", ""},
    {"E5 unknown is kept", "run", "p@n1 unknown", ""},
    {"E5 no phase is kept", "run", "p@n1 nophase", ""},
    {"E5 deleting ones are skipped", "run", "p@n1 deleting; q@n1 age=60; r@n1 deleting age=30", ""},
    {"E5 pending counts as running", "run", "p@n1 pending; q@n1 unknown age=60; r@n1 nophase age=50",
     "DeletePod q excess; DeletePod r excess"},
    {"E6 succeeded", "run", "p@n1 succeeded", SUCCEEDED("p") "; DeletePod p pod-succeeded"},
    {"E6 each succeeded", "run", "q@n1 succeeded; p@n1 succeeded",
     SUCCEEDED("p") "; " SUCCEEDED("q") "; DeletePod p pod-succeeded; DeletePod q pod-succeeded"},
    {"E6 ready plays no part", "run", "p@n1 succeeded ready", SUCCEEDED("p") "; DeletePod p pod-succeeded"},
    {"E7 failed", "run", "p@n1 failed", FAILED("p") "; DeletePod p pod-failed"},
    {"E7 ready plays no part", "run", "p@n1 failed ready", FAILED("p") "; DeletePod p pod-failed"},
    {"E9 one of three failed, the first", "run", "c@n1 failed age=10; a@n1 failed age=20; b@n1 failed age=30",
     FAILED("b") "; DeletePod b pod-failed"},
    {"E9 an adopted one only if there is no other", "run", "a@n1 failed orphan; b@n1 failed age=10",
     FAILED("b") "; DeletePod b pod-failed"},
    {"E9 of adopted ones the first", "run", "b@n1 failed orphan; a@n1 failed orphan",
     FAILED("a") "; DeletePod a pod-failed"},
    {"E9 one failed beside succeeded ones", "run", "a@n1 failed; b@n1 failed; c@n1 succeeded",
     FAILED("a") "; " SUCCEEDED("c") "; DeletePod a pod-failed; DeletePod c pod-succeeded"},
    {"E5 failed and running", "run", "p@n1 failed; q@n1; r@n1 age=5",
     FAILED("p") "; DeletePod p pod-failed; DeletePod r excess"},
};

START_TEST(E5_phase) {
  expect_manage(&phase_rows[_i], false, 0);
}
END_TEST

/* ---- E8, E9: the backoff ---- */

enum { MINUTE = 60000 };

typedef struct backoff_row {
  const char *row;
  int64_t delay_ms; /* 0 = no entry */
  int64_t age_ms;   /* since the delay started */
  int64_t initial_ms;
  int64_t max_ms;
  bool deleted;
  int64_t next_delay_ms;
} backoff_row;

static const backoff_row backoff_rows[] = {
    {"E8 no entry", 0, 0, 0, 0, true, 1000},
    {"E8 active at once", 1000, 0, 0, 0, false, 1000},
    {"E8 active until the last millisecond", 1000, 999, 0, 0, false, 1000},
    {"E8 over when the delay has passed", 1000, 1000, 0, 0, true, 2000},
    {"E8 doubles", 4000, 5000, 0, 0, true, 8000},
    {"E8 doubles, 256 s", 256000, 256000, 0, 0, true, 512000},
    {"E8 at most 15 minutes", 512000, 600000, 0, 0, true, 900000},
    {"E8 stays at 15 minutes", 900000, 900000, 0, 0, true, 900000},
    {"E8 at 15 minutes, active", 900000, 899999, 0, 0, false, 900000},
    {"E8 not expired at 30 minutes", 8000, 30 * MINUTE, 0, 0, true, 16000},
    {"E8 expired behind 30 minutes", 8000, 30 * MINUTE + 1, 0, 0, true, 1000},
    {"E8 own initial delay", 0, 0, 50, 500, true, 50},
    {"E8 own greatest delay", 400, 400, 50, 500, true, 500},
    {"E8 own greatest delay, not expired at twice of it", 100, 1000, 50, 500, true, 200},
    {"E8 own greatest delay, expired behind twice of it", 100, 1001, 50, 500, true, 50},
    {"E8 own greatest delay, active", 500, 499, 50, 500, false, 500},
};

/* Two failed pods: one is deleted when the backoff was not active, none when it was (E9). */
START_TEST(E8_backoff) {
  const backoff_row *row = &backoff_rows[_i];
  dset_world w;
  world_init(&w);
  set_surge(&w, false);
  world_nodes(&w, "n1; n2");
  world_pods(&w, "a@n1 failed; b@n1 failed; c@n2");
  w.options.backoff_initial_ms = row->initial_ms;
  w.options.backoff_max_ms = row->max_ms;
  int64_t last_ms = w.now_ms - row->age_ms;
  if (row->delay_ms != 0) world_backoff(&w, "n1", row->delay_ms, last_ms);
  world_expect(&w, row->row, TRACE_PODS | TRACE_EVENTS, row->deleted ? FAILED("a") "; DeletePod a pod-failed" : "");
  ck_assert_msg(dset_plan_backoff_count(w.plan) == 1, "%s: no entry", row->row);
  const dset_backoff *entry = dset_plan_backoff(w.plan, 0);
  expect_text(row->row, "node", entry->node, "n1");
  ck_assert_msg(entry->delay_ms == row->next_delay_ms, "%s: delay %lld", row->row, (long long)entry->delay_ms);
  ck_assert_msg(entry->last_ms == (row->deleted ? w.now_ms : last_ms), "%s: last %lld", row->row,
                (long long)entry->last_ms);
  ck_assert_ptr_null(dset_plan_backoff(w.plan, 1));
  world_free(&w);
}
END_TEST

/* E8: every node has a backoff of its own; entries of nodes without failed pods are carried over. */
START_TEST(E8_backoff_by_node) {
  dset_world w;
  world_init(&w);
  set_surge(&w, false);
  world_nodes(&w, "n1; n2; n3");
  world_pods(&w, "a@n1 failed; b@n2 failed; c@n3");
  world_backoff(&w, "n3", 4000, w.now_ms - 100);
  world_backoff(&w, "n2", 2000, w.now_ms - 100);
  world_expect(&w, "E8 by node", TRACE_PODS, "DeletePod a pod-failed");
  ck_assert_uint_eq(dset_plan_backoff_count(w.plan), 3);
  static const int64_t delays[] = {1000, 2000, 4000};
  for (size_t i = 0; i < 3; i++) ck_assert_int_eq(dset_plan_backoff(w.plan, i)->delay_ms, delays[i]);
  world_free(&w);
}
END_TEST

/* ---- E2, E11: excess, surge off ---- */

static const manage_row excess_rows[] = {
    {"E11 one", "run", "p@n1", ""},
    {"E11 none, only failed: no creation", "run", "p@n1 failed", FAILED("p") "; DeletePod p pod-failed"},
    {"E11 none, only deleting: no creation", "run", "p@n1 deleting", ""},
    {"E11 all but the first of five", "run", "c@n1 age=3; a@n1 age=1; b@n1 age=2; e@n1 age=5; d@n1 age=4",
     "DeletePod d excess; DeletePod c excess; DeletePod b excess; DeletePod a excess"},
    {"E11 hash plays no part", "run", "p@n1 old; q@n1 new age=60", "DeletePod q excess"},
    {"E11 ready plays no part", "run", "p@n1; q@n1 ready age=60", "DeletePod q excess"},
    {"E2 bound before unbound", "run", "p>n1 age=60; q@n1 age=5", "DeletePod p excess"},
    {"E2 earlier creation", "run", "p@n1 age=5; q@n1 age=60", "DeletePod p excess"},
    {"E2 creation not set sorts first", "run", "p@n1 age=60; q@n1 age=unset", "DeletePod p excess"},
    {"E2 name", "run", "q@n1 age=60; p@n1 age=60", "DeletePod q excess"},
    {"E2 names by bytes", "run", "a@n1; B@n1; a0@n1", "DeletePod a excess; DeletePod a0 excess"},
    {"E2 bound beats age, age beats name", "run", "a>n1 age=90; b@n1 age=5; c@n1 age=60; d>n1 age=95",
     "DeletePod b excess; DeletePod d excess; DeletePod a excess"},
};

START_TEST(E11_excess) {
  expect_manage(&excess_rows[_i], false, 0);
}
END_TEST

/* ---- E12, E13: surge on ---- */

#define REPLACE "CreatePod n1 node-needs-replacement"

static const manage_row surge_rows[] = {
    {"E12 one new", "run", "p@n1 new", ""},
    {"E12 one waiting", "run", "p>n1 new pending", ""},
    {"E12 only deleting", "run", "p@n1 old ready deleting", REPLACE},
    {"E12 only failed", "run", "p@n1 failed", FAILED("p") "; " REPLACE "; DeletePod p pod-failed"},
    {"E12 only succeeded", "run", "p@n1 succeeded", SUCCEEDED("p") "; " REPLACE "; DeletePod p pod-succeeded"},
    {"E12 failed, succeeded and deleting", "run", "p@n1 failed; q@n1 succeeded; r@n1 deleting",
     FAILED("p") "; " SUCCEEDED("q") "; " REPLACE "; DeletePod p pod-failed; DeletePod q pod-succeeded"},
    {"E12 stay: no creation", "stay", "p@n1 deleting", ""},
    {"E12 stay, failed: no creation", "stay", "p@n1 failed", FAILED("p") "; DeletePod p pod-failed"},
    {"E12 failed beside a good one", "run", "p@n1 failed; q@n1", FAILED("p") "; DeletePod p pod-failed"},
    {"E13 two new", "run", "p@n1 new; q@n1 new age=60", "DeletePod q excess"},
    {"E13 two old", "run", "p@n1 old ready; q@n1 old ready age=60", "DeletePod q excess"},
    {"E13 old hashes of two kinds are both old", "run", "p@n1 hash=x ready; q@n1 hash=y ready age=60",
     "DeletePod q excess"},
    {"E13 a missing label differs", "run", "p@n1 nohash ready; q@n1 new age=60; r@n1 old ready age=50",
     "DeletePod r excess"},
    {"E13 the first of each is kept", "run",
     "a@n1 old ready age=60; b@n1 new age=50; c@n1 old ready age=40; d@n1 new age=30; e@n1 new age=20",
     "DeletePod c excess; DeletePod d excess; DeletePod e excess"},
    {"E13 bound before waiting", "run", "p>n1 new age=90; q@n1 new age=5", "DeletePod p excess"},
    {"E13 failed and deleting ones are no part of it", "run", "p@n1 new failed; q@n1 new age=60; r@n1 new deleting",
     FAILED("p") "; DeletePod p pod-failed"},
    {"E13 also on a node where it may only stay", "stay", "p@n1 new; q@n1 new age=60", "DeletePod q excess"},
    {"E16 rest before the outdated one", "run", "a@n1 old age=60; b@n1 new age=50; c@n1 old age=40",
     "DeletePod c excess; DeletePod a outdated-not-ready"},
};

START_TEST(E13_surge) {
  expect_manage(&surge_rows[_i], true, 0);
}
END_TEST

/* E12: in backoff the failed pod stays and its replacement comes all the same. */
START_TEST(E12_replacement_in_backoff) {
  dset_world w;
  world_init(&w);
  set_surge(&w, true);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 failed");
  world_backoff(&w, "n1", 8000, w.now_ms - 1000);
  world_expect(&w, "E12 in backoff", TRACE_PODS | TRACE_EVENTS, REPLACE);
  world_free(&w);
}
END_TEST

/* E13 compares the hash label alone, where F2 would take the template generation too. */
START_TEST(E13_hash_label_only) {
  dset_world w;
  world_init(&w);
  set_surge(&w, true);
  w.daemonset.template_generation = 7;
  w.daemonset.has_template_generation = true;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 old gen=7 ready; q@n1 new gen=7 ready age=60");
  world_expect(&w, "E13 p is the outdated one", TRACE_PODS, "DeletePod p outdated-replaced");
  world_free(&w);
}
END_TEST

/* ---- E14, minReadySeconds 10 ---- */

static const manage_row pair_rows[] = {
    {"E14 O not ready, N not ready", "run", "o@n1 old; n@n1 new age=60", "DeletePod o outdated-not-ready"},
    {"E14 O not ready, N ready, not available", "run", "o@n1 old; n@n1 new ready=5 age=60",
     "DeletePod o outdated-not-ready"},
    {"E14 O not ready, N available", "run", "o@n1 old; n@n1 new ready=20 age=60", "DeletePod o outdated-not-ready"},
    {"E14 O ready, N available", "run", "o@n1 old ready; n@n1 new ready=20 age=60", "DeletePod o outdated-replaced"},
    {"E14 O ready but not available, N available", "run", "o@n1 old ready=5; n@n1 new ready=20 age=60",
     "DeletePod o outdated-replaced"},
    {"E14 O ready, N not ready", "run", "o@n1 old ready; n@n1 new age=60", ""},
    {"E14 O ready, N ready, not available", "run", "o@n1 old ready; n@n1 new ready=9 age=60", ""},
    {"E14 O ready but not available, N not available", "run", "o@n1 old ready=5; n@n1 new ready=9 age=60", ""},
    {"E14 O ready, N available at this moment", "run", "o@n1 old ready; n@n1 new ready=10 age=60",
     "DeletePod o outdated-replaced"},
    {"E14 O ready, N ready without a time", "run", "o@n1 old ready; n@n1 new ready=never age=60", ""},
    {"E14 N the older one", "run", "n@n1 new ready; o@n1 old ready age=60", "DeletePod o outdated-replaced"},
    {"E14 on a node where it may only stay", "stay", "o@n1 old; n@n1 new age=60", "DeletePod o outdated-not-ready"},
};

START_TEST(E14_pair) {
  expect_manage(&pair_rows[_i], true, 10);
}
END_TEST

START_TEST(E11_pair_without_surge) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "o@n1 old; n@n1 new ready age=60");
  world_expect(&w, "S11 the oldest stays, the new one goes", TRACE_PODS, "DeletePod n excess");
  world_free(&w);
}
END_TEST

/* ---- E15 to E17 ---- */

typedef struct gone_row {
  const char *row;
  const char *pods; /* the only node is n1 */
  const char *expected;
} gone_row;

static const gone_row gone_rows[] = {
    {"E15 waiting", "p>gone pending", "DeletePod p node-gone"},
    {"E15 waiting and deleting", "p>gone pending deleting", "DeletePod p node-gone"},
    {"E15 bound", "p@gone", ""},
    {"E15 bound and failed", "p@gone failed", ""},
    {"E15 waiting and failed", "p>gone failed", "DeletePod p node-gone"},
    {"E15 waiting, failed and deleting: no entry (D11)", "p>gone failed deleting", ""},
    {"E15 bound and waiting", "p@gone; q>gone; r>gone age=60", "DeletePod q node-gone; DeletePod r node-gone"},
    {"E15 by node, then pod order", "a>z; b>y age=5; c>y age=60",
     "DeletePod c node-gone; DeletePod b node-gone; DeletePod a node-gone"},
    {"E15 a pod without target is not touched", "p pending", ""},
    {"E15 another DaemonSet's pod is not touched", "p>gone foreign", ""},
};

START_TEST(E15_vanished_nodes) {
  const gone_row *row = &gone_rows[_i];
  for (int surge = 0; surge <= 1; surge++) {
    dset_world w;
    world_init(&w);
    set_surge(&w, surge == 1);
    world_nodes(&w, "n1");
    world_pods(&w, "here@n1");
    world_pods(&w, row->pods);
    world_expect(&w, row->row, TRACE_PODS | TRACE_EVENTS, row->expected);
    world_free(&w);
  }
}
END_TEST

START_TEST(E16_list_order) {
  dset_world w;
  world_init(&w);
  set_surge(&w, false);
  world_nodes(&w, "n4; n3 neither; n2; n1; n0; n5 stay; b");
  world_pods(&w, "a@n1; b@n1 age=60; c@n1 succeeded age=50; d@n1 failed age=70; e@n3; f>gone; g@n5; h@n5 age=5");
  world_expect(&w, "E16", TRACE_PODS,
               "CreatePod b node-needs-pod; CreatePod n0 node-needs-pod; CreatePod n2 node-needs-pod; "
               "CreatePod n4 node-needs-pod; DeletePod d pod-failed; DeletePod c pod-succeeded; "
               "DeletePod b excess; DeletePod e node-ineligible; DeletePod h excess; DeletePod f node-gone");
  world_free(&w);
}
END_TEST

START_TEST(E17_burst) {
  dset_world w;
  world_init(&w);
  set_surge(&w, false);
  world_nodes(&w, "a; b; c; n1; n2; n3");
  world_pods(&w, "p@n1 failed; q@n2 failed; r@n3 failed; s@n3 succeeded; t>gone");
  w.options.burst = 2;
  world_expect(&w, "E17 the first of each list; events for all", TRACE_PODS | TRACE_EVENTS,
               FAILED("p") "; " FAILED("q") "; " FAILED("r") "; " SUCCEEDED("s") "; CreatePod a node-needs-pod; "
               "CreatePod b node-needs-pod; DeletePod p pod-failed; DeletePod q pod-failed");
  ck_assert_msg(dset_plan_backoff_count(w.plan) == 3, "S8: the backoff of r advances though r is cut off");
  world_free(&w);
}
END_TEST

/* 251 of each; the default limit is 250. */
START_TEST(E17_default_burst) {
  dset_world w;
  world_init(&w);
  for (int i = 0; i < 251; i++) {
    world_nodes(&w, world_format(&w, "a%03d; b%03d", i, i));
    world_pods(&w, world_format(&w, "p%03d@b%03d; q%03d@b%03d age=60", i, i, i, i));
  }
  size_t creates = 0;
  size_t deletes = 0;
  const dset_plan *plan = world_plan(&w);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type == DSET_ACTION_CREATE_POD) {
      ck_assert_str_eq(action->node, world_format(&w, "a%03zu", creates++));
      ck_assert_str_eq(action->hash, "cur");
    } else if (action->type == DSET_ACTION_DELETE_POD) {
      ck_assert_str_eq(action->pod, world_format(&w, "q%03zu", deletes));
      ck_assert_str_eq(action->node, world_format(&w, "b%03zu", deletes++));
    }
  }
  ck_assert_uint_eq(creates, 250);
  ck_assert_uint_eq(deletes, 250);
  world_free(&w);
}
END_TEST

typedef struct label_row {
  const char *row;
  const char *hash; /* of the current revision */
  bool template_labels;
  bool template_generation;
  bool created;
} label_row;

static const label_row label_rows[] = {
    {"C23 no label at all", "", false, false, false},
    {"C23 the hash is one", "cur", false, false, true},
    {"C23 the template's label", "", true, false, true},
    {"C23 the generation is one", "", false, true, true},
};

/* C23, E19: a pod without any label cannot be created: an error, so cleanup is skipped, but the deletions go on. */
START_TEST(C23_no_labels) {
  const label_row *row = &label_rows[_i];
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, world_format(&w, "agent-old #1; agent-cur #2 hash=%s current", row->hash));
  w.daemonset.has_revision_history_limit = true;
  w.daemonset.has_template_generation = row->template_generation;
  if (!row->template_labels) w.daemonset.template_label_count = 0;
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n2; q@n2 age=60");
  world_expect(&w, row->row, TRACE_ALL,
               row->created ? CREATE "; DeletePod q excess; DeleteRevision agent-old history-limit; UpdateStatus"
                            : "DeletePod q excess; UpdateStatus");
  expect_text(row->row, "problems", world_problems(&w, w.plan), row->created ? "" : "no-labels");
  world_free(&w);
}
END_TEST

START_TEST(E23_event_messages) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p@n1 failed; q@n2 succeeded");
  const dset_plan *plan = world_plan(&w);
  const dset_action *failed = dset_plan_action(plan, 0);
  const dset_action *succeeded = dset_plan_action(plan, 1);
  ck_assert_int_eq(failed->type, DSET_ACTION_EMIT_EVENT);
  ck_assert_str_eq(failed->text, "Found failed daemon pod default/p on node n1, will try to kill it");
  ck_assert_str_eq(failed->node, "n1");
  ck_assert_str_eq(failed->pod, "p");
  ck_assert_str_eq(dset_cause_name(failed->cause), "pod-failed");
  ck_assert_int_eq(succeeded->type, DSET_ACTION_EMIT_EVENT);
  ck_assert_str_eq(succeeded->text, "Found succeeded daemon pod default/q on node n2, will try to delete it");
  ck_assert_str_eq(succeeded->node, "n2");
  ck_assert_str_eq(succeeded->pod, "q");
  ck_assert_str_eq(dset_cause_name(succeeded->cause), "pod-succeeded");
  world_free(&w);
}
END_TEST

/* The node of a deletion is the pod's target, also for waiting pods and vanished nodes. */
START_TEST(delete_names_the_node) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1 neither");
  world_pods(&w, "p>n1; q>gone");
  const dset_plan *plan = world_plan(&w);
  ck_assert_str_eq(dset_plan_action(plan, 0)->pod, "p");
  ck_assert_str_eq(dset_plan_action(plan, 0)->node, "n1");
  ck_assert_str_eq(dset_plan_action(plan, 1)->pod, "q");
  ck_assert_str_eq(dset_plan_action(plan, 1)->node, "gone");
  world_free(&w);
}
END_TEST

Suite *dset_suite_manage(void);

Suite *dset_suite_manage(void) {
  Suite *suite = suite_create("manage");
  TCase *tcase = tcase_create("manage");
  ADD_ROWS(tcase, E4_node, node_rows);
  tcase_add_test(tcase, E4_ineligible_ignores_backoff);
  ADD_ROWS(tcase, E5_phase, phase_rows);
  ADD_ROWS(tcase, E8_backoff, backoff_rows);
  tcase_add_test(tcase, E8_backoff_by_node);
  ADD_ROWS(tcase, E11_excess, excess_rows);
  ADD_ROWS(tcase, E13_surge, surge_rows);
  tcase_add_test(tcase, E12_replacement_in_backoff);
  tcase_add_test(tcase, E13_hash_label_only);
  ADD_ROWS(tcase, E14_pair, pair_rows);
  tcase_add_test(tcase, E11_pair_without_surge);
  ADD_ROWS(tcase, E15_vanished_nodes, gone_rows);
  tcase_add_test(tcase, E16_list_order);
  tcase_add_test(tcase, E17_burst);
  tcase_add_test(tcase, E17_default_burst);
  ADD_ROWS(tcase, C23_no_labels, label_rows);
  tcase_add_test(tcase, E23_event_messages);
  tcase_add_test(tcase, delete_names_the_node);
  suite_add_tcase(suite, tcase);
  return suite;
}
