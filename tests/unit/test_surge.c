/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_surge.c: section F with maxSurge: new pods beside outdated ones. As in test_rollout.c, entries that manage would
 * change on a node of the cluster are bound pods of a node that vanished ("gone"), or failed pods that wait in backoff.
 */
#include "support/build.h"

/* The arithmetic as one line, as in "S1 V0 X0 Y0 k0". */
static const char *arithmetic(dset_world *w) {
  const dset_rollout *r = dset_plan_rollout(w->plan);
  if (!r->ran || !r->surge) return "did not run with surge";
  return world_format(w, "S%d V%d X%d Y%d k%d", (int)r->surging, (int)r->available, (int)r->replace, (int)r->candidates,
                      (int)r->picked);
}

/* ---- F3: whether manage surges; a node whose only pod is deleting shows it (E12) ---- */

typedef struct surge_row {
  const char *row;
  const char *max_surge;
  bool on;
} surge_row;

static const surge_row surge_rows[] = {
    {"F3 absent", "-", false},   {"F3 0", "0", false},
    {"F3 1", "1", true},         {"F3 -1", "#-1", false},
    {"F3 0%", "0%", false},      {"F3 1%", "1%", true},
    {"F3 100%", "100%", true},   {"F3 -100%", "-100%", false},
    {"F3 bad text", "x", false}, {"F3 a number as text", "1 ", false},
};

START_TEST(F3_surge_on) {
  const surge_row *row = &surge_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", row->max_surge);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 deleting");
  world_expect(&w, row->row, TRACE_PODS, row->on ? "CreatePod n1 node-needs-replacement" : "");
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_expect(&w, "F3 only RollingUpdate", TRACE_PODS, "");
  w.daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
  w.daemonset.has_rolling_update = false;
  world_expect(&w, "F3 rollingUpdate absent", TRACE_PODS, "");
  world_free(&w);
}
END_TEST

/* S3: with percent surge and no eligible node manage behaves "surge", rolling takes the branch without. */
START_TEST(F5_percent_surge_of_no_nodes) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "50%");
  world_nodes(&w, "n1 stay; n2 stay");
  world_pods(&w, "a@n1 old; b@n2 old ready");
  world_expect(&w, "S3", TRACE_PODS, "DeletePod a outdated-unavailable rollout");
  ck_assert(dset_plan_rollout(w.plan)->ran && !dset_plan_rollout(w.plan)->surge);
  world_pods(&w, "c@n2 old ready age=5");
  world_expect(&w, "S3 manage keeps one old pod", TRACE_PODS, "DeletePod c excess");
  world_free(&w);
}
END_TEST

/* ---- F10: the rows, with surge, minReadySeconds 10, maxUnavailable 0, maxSurge 1; D = 1 ---- */

#define OK_N1 "n@n1 new ready; "
#define SURGE_NOW(node) "CreatePod " node " surge-unavailable rollout"
#define SURGE(node) "CreatePod " node " surge-budget rollout"
#define REPLACED(pod) "DeletePod " pod " outdated-replaced rollout"
#define LEAVE_NOW(pod) "DeletePod " pod " ineligible-unavailable rollout"
#define LEAVE(pod) "DeletePod " pod " ineligible-available rollout"

typedef struct entry_row {
  const char *row;
  const char *pods; /* nodes: n1, n2 stay; not "gone" */
  const char *arithmetic;
  const char *expected;
} entry_row;

static const entry_row entry_rows[] = {
    {"F10 more than one new", OK_N1 "a@gone new ready; b@gone new ready", "S1 V1 X0 Y0 k0", ""},
    {"F10 more than one new, beside an old", OK_N1 "a@gone new ready; b@gone new; c@gone old ready", "S1 V1 X0 Y0 k0",
     ""},
    {"F10 more than one old", OK_N1 "a@gone old ready; b@gone old", "S1 V1 X0 Y0 k0", ""},
    {"F10 more than one old, beside a new", OK_N1 "a@gone old; b@gone old ready; c@gone new ready", "S1 V1 X0 Y0 k0",
     ""},
    {"F10 none, only a deleting old pod", OK_N1 "a@n2 old ready deleting", "S0 V1 X0 Y0 k0", ""},
    {"F10 none, only a deleting new pod", OK_N1 "a@n2 new ready deleting", "S0 V1 X0 Y0 k0", ""},
    {"F10 one new, available", "a@n1 new ready", "S0 V1 X0 Y0 k0", ""},
    {"F10 one new, available at this moment", "a@n1 new ready=10", "S0 V1 X0 Y0 k0", ""},
    {"F10 one new, not ready", "a@n1 new", "S0 V0 X0 Y0 k0", ""},
    {"F10 one new, ready, not available", "a@n1 new ready=9", "S0 V0 X0 Y0 k0", ""},
    {"F10 one new, available, where it may only stay", OK_N1 "a@n2 new ready", "S0 V2 X0 Y0 k0", ""},
    {"F10 one new, available, on a vanished node", OK_N1 "a@gone new ready", "S0 V2 X0 Y0 k0", ""},
    {"F10 one new, not available, on a vanished node", OK_N1 "a@gone new", "S0 V1 X0 Y0 k0", ""},
    {"F10 one old, not ready, run", "a@n1 old", "S0 V0 X1 Y0 k0", SURGE_NOW("n1")},
    {"F10 one old, ready, not available, run", "a@n1 old ready=9", "S0 V0 X1 Y0 k0", SURGE_NOW("n1")},
    {"F10 one old, not available, run, beside a deleting one", "a@n1 old; b@n1 new deleting", "S0 V0 X1 Y0 k0",
     SURGE_NOW("n1")},
    {"F10 one old, not ready, not run", OK_N1 "a@n2 old", "S0 V1 X0 Y0 k0", LEAVE_NOW("a")},
    {"F10 one old, ready, not available, not run", OK_N1 "a@n2 old ready=9", "S0 V1 X0 Y0 k0", LEAVE_NOW("a")},
    {"F10 one old, available, run", "a@n1 old ready", "S0 V1 X0 Y1 k1", SURGE("n1")},
    {"F10 one old, available, not run", OK_N1 "a@n2 old ready", "S0 V2 X0 Y0 k0", LEAVE("a")},
    {"F10 one old, available, not run, too few others (F12)", "n@n1 new; a@n2 old ready", "S0 V1 X0 Y0 k0", ""},
    {"F10 pair, new available, old available", OK_N1 "a@gone old ready; b@gone new ready", "S0 V2 X0 Y0 k0",
     REPLACED("a")},
    {"F10 pair, new available, old not available", OK_N1 "a@gone old ready=9; b@gone new ready", "S0 V1 X0 Y0 k0",
     REPLACED("a")},
    {"F10 pair, new available, old not ready", OK_N1 "a@gone old; b@gone new ready=10", "S0 V1 X0 Y0 k0",
     REPLACED("a")},
    {"F10 pair, new not available, old available", OK_N1 "a@gone old ready; b@gone new ready=9", "S1 V2 X0 Y0 k0", ""},
    {"F10 pair, new not available, old not available", OK_N1 "a@gone old; b@gone new ready=9", "S1 V1 X0 Y0 k0", ""},
    {"F10 pair, new not ready, old available, run", "a@n1 old ready; b@n1 new", "S1 V1 X0 Y0 k0", ""},
    {"F10 pair, new not available, old not available, run", "a@n1 old ready=9; b@n1 new ready=5", "S1 V0 X0 Y0 k0", ""},
    {"F10 pair, new not ready, old available, stay", OK_N1 "a@n2 old ready; b@n2 new", "S1 V2 X0 Y0 k0", ""},
};

START_TEST(F10_entry) {
  const entry_row *row = &entry_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_budget(&w, "0", "1");
  world_nodes(&w, "n1; n2 stay");
  world_pods(&w, row->pods);
  world_expect(&w, row->row, TRACE_PODS, row->expected);
  expect_text(row->row, "arithmetic", arithmetic(&w), row->arithmetic);
  world_free(&w);
}
END_TEST

/* F10 with failed pods that wait in backoff: live pods of every phase count. */
START_TEST(F10_failed_in_backoff) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_nodes(&w, "n1");
  world_backoff(&w, "n1", 60000, w.now_ms - 1000);
  world_pods(&w, "a@n1 old failed; b@n1 new ready");
  world_expect(&w, "F10 pair, old failed, new available", TRACE_PODS, REPLACED("a"));
  expect_text("F10 pair, old failed", "arithmetic", arithmetic(&w), "S0 V0 X0 Y0 k0");
  world_pod(&w, "a")->ready = true;
  world_expect(&w, "F10 pair, old failed but ready", TRACE_PODS, REPLACED("a"));
  expect_text("F10 pair, old failed but ready", "arithmetic", arithmetic(&w), "S0 V1 X0 Y0 k0");
  w.pods.count = 0;
  world_pods(&w, "a@n1 new failed; b@n1 new ready");
  world_expect(&w, "F10 two new, one failed", TRACE_PODS, "");
  expect_text("F10 two new, one failed", "arithmetic", arithmetic(&w), "S1 V0 X0 Y0 k0");
  w.pods.count = 0;
  world_pods(&w, "a@n1 new failed; b@n1 old ready");
  world_expect(&w, "F10 pair, new failed", TRACE_PODS, "");
  expect_text("F10 pair, new failed", "arithmetic", arithmetic(&w), "S1 V1 X0 Y0 k0");
  world_free(&w);
}
END_TEST

/* ---- F11 to F13: creations and picks; n1 to n4 run, s1 to s3 stay: D = 4 ---- */

typedef struct pick_row {
  const char *row;
  const char *max_surge;
  const char *pods;
  const char *expected;
} pick_row;

#define ALL_OLD "d@n4 old ready; c@n3 old ready; b@n2 old ready; a@n1 old ready"
#define ALL_NEW "a@n1 new ready; b@n2 new ready; c@n3 new ready; d@n4 new ready; "

static const pick_row pick_rows[] = {
    {"F11 one of four", "1", ALL_OLD, SURGE("n1")},
    {"F11 two of four", "2", ALL_OLD, SURGE("n1") "; " SURGE("n2")},
    {"F11 30% of four", "30%", ALL_OLD, SURGE("n1") "; " SURGE("n2")},
    {"F11 100%", "100%", ALL_OLD, SURGE("n1") "; " SURGE("n2") "; " SURGE("n3") "; " SURGE("n4")},
    {"F11 more than there are", "9", ALL_OLD, SURGE("n1") "; " SURGE("n2") "; " SURGE("n3") "; " SURGE("n4")},
    {"F11 surge in use counts", "2", ALL_OLD "; x@n2 new age=5", SURGE("n1")},
    {"F11 all surge in use", "1", ALL_OLD "; x@n2 new age=5", ""},
    {"F11 surge overspent", "1", ALL_OLD "; x@n2 new age=5; y@n1 new age=5", ""},
    {"F11 unavailable ones without limit", "1", "a@n1 old; b@n2 old; c@n3 old; d@n4 old",
     SURGE_NOW("n1") "; " SURGE_NOW("n2") "; " SURGE_NOW("n3") "; " SURGE_NOW("n4")},
    {"F15 they do not spend the budget in this sync", "1", "a@n1 old ready; b@n2 old; c@n3 old; d@n4 old ready",
     SURGE_NOW("n2") "; " SURGE_NOW("n3") "; " SURGE("n1")},
    {"F15 once created they do", "1", "a@n1 old ready; b@n2 old ready; x@n2 new age=5; c@n3 new ready; d@n4 new ready",
     ""},
    {"F13 unavailable ones first, then picks", "2", "a@n1 old ready; b@n2 old ready; c@n3 old; d@n4 new ready",
     SURGE_NOW("n3") "; " SURGE("n1") "; " SURGE("n2")},
    {"F12 none while V = D", "1", "a@n1 new ready; b@n2 new ready; c@n3 new; d@n4 new ready; e@s1 old ready", ""},
    {"F12 none while V < D", "1", "a@n1 new ready; b@n2 new; c@n3 new; d@n4 new ready; e@s1 old ready", ""},
    {"F12 one when V = D + 1", "1",
     "a@n1 new ready; b@n2 new ready; c@n3 new; d@n4 new ready; f@s2 old ready; e@s1 old ready", LEAVE("e")},
    {"F12 all when V is D and them", "1", ALL_NEW "f@s2 old ready; e@s1 old ready", LEAVE("e") "; " LEAVE("f")},
    {"F12 unavailable ones go at once", "1", "a@n1 new; b@n2 new; c@n3 new; d@n4 new; e@s1 old; f@s2 old",
     LEAVE_NOW("e") "; " LEAVE_NOW("f")},
    {"F13 marked ones, then picks, creates before deletes", "1",
     "a@n1 old ready; b@n2 old; c@n3 new ready; d@n4 new ready; e@s1 old ready; f@s2 old ready; g@s3 old",
     SURGE_NOW("n2") "; " SURGE("n1") "; " LEAVE_NOW("g") "; " LEAVE("e")},
    {"F5 maxUnavailable is not used", "1", "a@n1 old ready; b@n2 old ready; c@n3 old ready; d@n4 new", SURGE("n1")},
};

START_TEST(F11_picks) {
  const pick_row *row = &pick_rows[_i];
  for (int max_unavailable = 0; max_unavailable <= 3; max_unavailable += 3) {
    dset_world w;
    world_init(&w);
    world_budget(&w, world_format(&w, "%d", max_unavailable), row->max_surge);
    world_nodes(&w, "n1; n2; n3; n4; s1 stay; s2 stay; s3 stay");
    world_pods(&w, row->pods);
    world_expect(&w, row->row, TRACE_PODS, row->expected);
    world_free(&w);
  }
}
END_TEST

/* F13: pairs on a vanished node are marked, and come before the picks; each part is by node. */
START_TEST(F13_marked_by_node) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_nodes(&w, "n1; s1 stay; s0 stay");
  world_pods(&w, "n@n1 new ready; z@s1 old; y@gone old; x@gone new ready; w@s0 old ready");
  world_expect(&w, "F13 gone, s1, then s0", TRACE_PODS, REPLACED("y") "; " LEAVE_NOW("z") "; " LEAVE("w"));
  world_free(&w);
}
END_TEST

/* F10: what is up to date by the template generation alone is new for this phase, though not for manage. */
START_TEST(F10_new_by_generation) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  w.daemonset.template_generation = 7;
  w.daemonset.has_template_generation = true;
  world_nodes(&w, "n1");
  world_pods(&w, "a@n1 old gen=7 ready");
  world_expect(&w, "F2 in F10", TRACE_PODS, "");
  expect_text("F2 in F10", "arithmetic", arithmetic(&w), "S0 V1 X0 Y0 k0");
  world_free(&w);
}
END_TEST

/* ---- F14 ---- */

typedef struct gone_row {
  const char *row;
  const char *words; /* of a pod bound to a node that vanished */
  const char *expected;
  const char *problems;
} gone_row;

#define WITHOUT_PROBLEM LEAVE_NOW("s") "; DeleteRevision agent-z history-limit; UpdateStatus"

static const gone_row gone_rows[] = {
    {"F14 old, available", "old ready", "UpdateStatus", "node-gone"},
    {"F14 old, not available", "old", "UpdateStatus", "node-gone"},
    {"F14 old, failed", "old failed", "UpdateStatus", "node-gone"},
    {"F14 old, deleting", "old deleting", WITHOUT_PROBLEM, ""},
    {"F14 new", "new", WITHOUT_PROBLEM, ""},
};

/* Beside it, everything else the phase would do: it is not done, and cleanup is skipped. */
START_TEST(F14_node_gone) {
  const gone_row *row = &gone_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_revisions(&w, "agent-z #1 hash=z");
  w.daemonset.has_revision_history_limit = true;
  w.daemonset.revision_history_limit = 0;
  world_nodes(&w, "n1; s1 stay");
  world_pods(&w, world_format(&w, "n@n1 new ready; s@s1 old; p@zz %s", row->words));
  world_expect(&w, row->row, TRACE_ALL, row->expected);
  expect_text(row->row, "problems", world_problems(&w, w.plan), row->problems);
  world_free(&w);
}
END_TEST

/* A surge creation asks for the current hash. */
START_TEST(F11_hash) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "0", "1");
  world_nodes(&w, "n1");
  world_pods(&w, "a@n1 old ready");
  const dset_action *create = dset_plan_action(world_plan(&w), 0);
  ck_assert_int_eq(create->type, DSET_ACTION_CREATE_POD);
  ck_assert_str_eq(create->hash, "cur");
  ck_assert_int_eq(create->phase, DSET_SYNC_ROLLOUT);
  world_free(&w);
}
END_TEST

START_TEST(E17_burst_of_surge) {
  dset_world w;
  world_init(&w);
  w.options.burst = 2;
  world_budget(&w, "0", "9");
  world_nodes(&w, "n1; n2; n3; n4");
  world_pods(&w, "a@n1 old ready; b@n2 old ready; c@n3 old; d@n4 old ready");
  world_expect(&w, "F21 creates", TRACE_PODS, SURGE_NOW("n3") "; " SURGE("n1"));
  w.nodes.count = 0;
  world_nodes(&w, "n1 stay; n2 stay; n3 stay; n4 stay");
  world_expect(&w, "F21 deletes", TRACE_PODS, LEAVE_NOW("c") "; " LEAVE("a"));
  world_free(&w);
}
END_TEST

/* Called by the suite of test_rollout.c. */
void dset_add_surge(Suite *suite);

void dset_add_surge(Suite *suite) {
  TCase *tcase = tcase_create("surge");
  ADD_ROWS(tcase, F3_surge_on, surge_rows);
  tcase_add_test(tcase, F5_percent_surge_of_no_nodes);
  ADD_ROWS(tcase, F10_entry, entry_rows);
  tcase_add_test(tcase, F10_failed_in_backoff);
  tcase_add_test(tcase, F10_new_by_generation);
  ADD_ROWS(tcase, F11_picks, pick_rows);
  tcase_add_test(tcase, F11_hash);
  tcase_add_test(tcase, F13_marked_by_node);
  ADD_ROWS(tcase, F14_node_gone, gone_rows);
  tcase_add_test(tcase, E17_burst_of_surge);
  suite_add_tcase(suite, tcase);
}
