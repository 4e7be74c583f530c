/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rollout.c: section F, replacing outdated pods within maxUnavailable; test_surge.c is the branch with
 * maxSurge. The phase is reached only when manage has
 * nothing to do (I9). Entries that manage would change on a node of the cluster are therefore built as upstream can
 * meet them: bound pods of a node that vanished ("gone"), or a failed pod that waits in backoff.
 */
#include <string.h>

#include "support/build.h"

/* The arithmetic as one line, as in "U1 A0 C1 k0". */
static const char *arithmetic(dset_world *w) {
  const dset_rollout *r = dset_plan_rollout(w->plan);
  if (!r->ran || r->surge) return "did not run without surge";
  return world_format(w, "U%d A%d C%d k%d", (int)r->unavailable, (int)r->replace, (int)r->candidates, (int)r->picked);
}

/* ---- F1, F2 ---- */

typedef struct strategy_row {
  const char *row;
  int32_t strategy;
  const char *expected;
} strategy_row;

static const strategy_row strategy_rows[] = {
    {"F1 RollingUpdate", DSET_STRATEGY_ROLLING_UPDATE, "DeletePod p outdated rollout"},
    {"F1 OnDelete", DSET_STRATEGY_ON_DELETE, ""},
    {"F1 another type", DSET_STRATEGY_OTHER, ""},
};

START_TEST(F1_strategy) {
  const strategy_row *row = &strategy_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.strategy = row->strategy;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 old ready");
  world_expect(&w, row->row, TRACE_PODS, row->expected);
  ck_assert_msg(dset_plan_rollout(w.plan)->ran == (row->expected[0] != '\0'), "%s: ran", row->row);
  w.pods.count = 0;
  world_expect(&w, "F1 manage creates what is missing", TRACE_PODS, "CreatePod n1 node-needs-pod");
  ck_assert(!dset_plan_rollout(w.plan)->ran);
  ck_assert_int_eq(dset_plan_rollout(w.plan)->desired, 0);
  world_free(&w);
}
END_TEST

typedef struct updated_row {
  const char *row;
  const char *words;
  const char *hash;   /* label of the current revision; NULL = "cur" */
  int64_t generation; /* 0 = the annotation is absent */
  bool updated;
} updated_row;

static const updated_row updated_rows[] = {
    {"F2 hash equal", "hash=cur", NULL, 0, true},
    {"F2 hash differs", "hash=old", NULL, 0, false},
    {"F2 hash missing", "nohash", NULL, 0, false},
    {"F2 hash is case-sensitive", "hash=CUR", NULL, 0, false},
    {"F2 hash differs, generation equal", "hash=old gen=7", NULL, 7, true},
    {"F2 hash missing, generation equal", "nohash gen=7", NULL, 7, true},
    {"F2 hash equal, generation differs", "hash=cur gen=6", NULL, 7, true},
    {"F2 both differ", "hash=old gen=6", NULL, 7, false},
    {"F2 both missing", "nohash", NULL, 7, false},
    {"F2 generation compares text", "nohash gen=07", NULL, 7, false},
    {"F2 negative generation", "nohash gen=-7", NULL, -7, true},
    {"F2 generation without annotation", "nohash gen=0", NULL, 0, false},
    {"F2 an empty hash equals nothing", "hash=", "", 0, false},
    {"F2 an empty hash, generation equal", "hash= gen=7", "", 7, true},
};

START_TEST(F2_updated) {
  const updated_row *row = &updated_rows[_i];
  dset_world w;
  world_init(&w);
  if (row->hash != NULL) {
    world_clear_revisions(&w);
    world_revisions(&w, world_format(&w, "agent-r #1 hash=%s current", row->hash));
  }
  w.daemonset.template_generation = row->generation;
  w.daemonset.has_template_generation = row->generation != 0;
  world_nodes(&w, "n1");
  world_pods(&w, world_format(&w, "p@n1 %s ready", row->words));
  world_expect(&w, row->row, TRACE_PODS, row->updated ? "" : "DeletePod p outdated rollout");
  ck_assert_int_eq(dset_plan_status(w.plan)->updated_number_scheduled, row->updated ? 1 : 0);
  world_free(&w);
}
END_TEST

/* ---- F4, F5: the budget ---- */

typedef struct budget_row {
  const char *row;
  const char *max_unavailable;
  const char *max_surge;
  int desired;
  const char *expected; /* "maxUnavailable/maxSurge" scaled, or "error" */
} budget_row;

static const budget_row budget_rows[] = {
    {"F4 int", "3", "0", 10, "3/0"},
    {"F4 int is not clamped", "30", "0", 10, "30/0"},
    {"F4 negative int", "#-1", "0", 10, "-1/0"},
    {"F4 25% of 10 rounds up", "25%", "0", 10, "3/0"},
    {"F4 25% of 8", "25%", "0", 8, "2/0"},
    {"F4 1% of 1", "1%", "0", 1, "1/0"},
    {"F4 1% of 10", "1%", "0", 10, "1/0"},
    {"F4 100%", "100%", "0", 10, "10/0"},
    {"F4 99% of 10", "99%", "0", 10, "10/0"},
    {"F4 200%", "200%", "0", 10, "20/0"},
    {"F4 sign +", "+10%", "0", 10, "1/0"},
    {"F4 sign -", "-10%", "0", 10, "-1/0"},
    {"F4 leading zero", "010%", "0", 10, "1/0"},
    {"F4 no percent sign", "ten", "0", 10, "error"},
    {"F4 empty text", "", "0", 10, "error"},
    {"F4 percent sign alone", "%", "0", 10, "error"},
    {"F4 blank before the sign", "10 %", "0", 10, "error"},
    {"F4 fraction", "2.5%", "0", 10, "error"},
    {"F4 hexadecimal", "0x10%", "0", 10, "error"},
    {"F4 two percent signs", "10%%", "0", 10, "error"},
    {"F4 text behind the percent sign", "10%x", "0", 10, "error"},
    {"F4 overflow", "99999999999999999999%", "0", 10, "error"},
    {"F4 surge 25% of 10", "0", "25%", 10, "0/3"},
    {"F4 surge 1% of 10", "0", "1%", 10, "0/1"},
    {"F5 maxSurge absent", "2", "-", 10, "2/0"},
    {"F5 maxUnavailable absent", "-", "1", 10, "error"},
    {"F5 both absent", "-", "-", 10, "error"},
    {"F5 bad surge", "1", "x", 10, "error"},
    {"F5 bad surge, no nodes", "1", "x", 0, "error"},
    {"F5 both 0", "0", "0", 10, "1/0"},
    {"F5 both 0%", "0%", "0%", 10, "1/0"},
    {"F5 both 0, no nodes: nothing is raised", "0", "0", 0, "0/0"},
    {"F5 25% of no nodes", "25%", "0", 0, "0/0"},
    {"F5 both not 0", "2", "3", 10, "2/3"},
    {"F5 0% and surge", "0%", "30%", 10, "0/3"},
};

START_TEST(F5_budget) {
  const budget_row *row = &budget_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, row->max_unavailable, row->max_surge);
  world_nodes(&w, "other stay; third neither");
  for (int i = 0; i < row->desired; i++) {
    world_nodes(&w, world_format(&w, "n%d", i));
    world_pods(&w, world_format(&w, "p%d@n%d", i, i));
  }
  const dset_plan *plan = world_plan(&w);
  const dset_rollout *rollout = dset_plan_rollout(plan);
  const char *line = "error";
  if (rollout->ran) line = world_format(&w, "%d/%d", (int)rollout->max_unavailable, (int)rollout->max_surge);
  expect_text(row->row, "budget", line, row->expected);
  expect_text(row->row, "problems", world_problems(&w, plan), rollout->ran ? "" : "budget");
  ck_assert_msg(rollout->desired == (rollout->ran ? row->desired : 0), "%s: desired", row->row);
  ck_assert_msg(rollout->surge == (rollout->ran && rollout->max_surge != 0), "%s: surge", row->row);
  world_free(&w);
}
END_TEST

/* A text amount of an int without percent sign, which world_budget() would read as an int. */
START_TEST(F4_int_as_text) {
  dset_world w;
  world_init(&w);
  w.daemonset.max_unavailable = (dset_amount){.kind = DSET_AMOUNT_TEXT, .text = "3"};
  world_expect(&w, "F4 \"3\"", TRACE_PODS, "");
  expect_text("F4 \"3\"", "problems", world_problems(&w, w.plan), "budget");
  w.daemonset.max_unavailable = (dset_amount){.kind = DSET_AMOUNT_TEXT, .text = NULL};
  world_expect(&w, "F4 NULL is \"\"", TRACE_PODS, "");
  expect_text("F4 NULL is \"\"", "problems", world_problems(&w, w.plan), "budget");
  world_free(&w);
}
END_TEST

START_TEST(F5_no_rolling_update) {
  dset_world w;
  world_init(&w);
  world_budget(&w, "5", "5");
  w.daemonset.has_rolling_update = false;
  world_nodes(&w, "n1; n2");
  world_pods(&w, "a@n1 old ready; b@n2 old ready");
  world_expect(&w, "F5 no rollingUpdate is 0/0, raised to 1", TRACE_PODS, "DeletePod a outdated rollout");
  ck_assert_int_eq(dset_plan_rollout(w.plan)->max_unavailable, 1);
  ck_assert_int_eq(dset_plan_rollout(w.plan)->max_surge, 0);
  world_free(&w);
}
END_TEST

/* I9, I10: a budget error skips cleanup; the status is written. */
START_TEST(F5_error_skips_cleanup) {
  dset_world w;
  world_init(&w);
  world_revisions(&w, "agent-z #1 hash=z");
  w.daemonset.has_revision_history_limit = true;
  w.daemonset.revision_history_limit = 0;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 old");
  world_expect(&w, "F5 good budget", TRACE_ALL,
               "DeletePod p outdated-unavailable rollout; DeleteRevision agent-z history-limit; UpdateStatus");
  world_budget(&w, "x", "0");
  world_expect(&w, "F5 bad budget", TRACE_ALL, "UpdateStatus");
  expect_text("F5 bad budget", "problems", world_problems(&w, w.plan), "budget");
  world_free(&w);
}
END_TEST

/* ---- F6: the rows, without surge, minReadySeconds 10, maxUnavailable 1 ---- */

typedef struct roll_row {
  const char *row;
  const char *pods; /* nodes: n1, n2 stay; not "gone" */
  const char *arithmetic;
  const char *expected;
} roll_row;

#define UNAVAILABLE(pod) "DeletePod " pod " outdated-unavailable rollout"
#define OUTDATED(pod) "DeletePod " pod " outdated rollout"
#define OK_N1 "n@n1 new ready; "

static const roll_row roll_rows[] = {
    {"F6 more than one new", OK_N1 "a@gone new ready; b@gone new ready", "U1 A0 C0 k0", ""},
    {"F6 more than one new, beside an old", OK_N1 "a@gone new ready; b@gone new ready; c@gone old ready", "U1 A0 C0 k0",
     ""},
    {"F6 more than one old", OK_N1 "a@gone old ready; b@gone old", "U1 A0 C0 k0", ""},
    {"F6 more than one old, beside a new", OK_N1 "a@gone old; b@gone old; c@gone new ready", "U1 A0 C0 k0", ""},
    {"F6 none, only a deleting pod", "a@n1 old ready deleting", "U1 A0 C0 k0", ""},
    {"F6 none, only a deleting new pod", "a@n1 new ready deleting", "U1 A0 C0 k0", ""},
    {"F6 one new and one old, both available", OK_N1 "a@gone new ready; b@gone old ready", "U1 A0 C0 k0", ""},
    {"F6 one new and one old, none available", OK_N1 "a@gone new; b@gone old", "U1 A0 C0 k0", ""},
    {"F6 one new, available", "a@n1 new ready", "U0 A0 C0 k0", ""},
    {"F6 one new, available at this moment", "a@n1 new ready=10", "U0 A0 C0 k0", ""},
    {"F6 one new, not ready", "a@n1 new", "U1 A0 C0 k0", ""},
    {"F6 one new, ready, not available", "a@n1 new ready=9", "U1 A0 C0 k0", ""},
    {"F6 one new, ready without a time", "a@n1 new ready=never", "U1 A0 C0 k0", ""},
    {"F6 one old, not ready", "a@n1 old", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 one old, ready, not available", "a@n1 old ready=9", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 one old, pending", "a@n1 old pending", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 one old, waiting", "a>n1 old pending", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 one old, available", "a@n1 old ready", "U0 A0 C1 k1", OUTDATED("a")},
    {"F6 one old, available at this moment", "a@n1 old ready=10", "U0 A0 C1 k1", OUTDATED("a")},
    {"F6 one old, available, beside a deleting one", "a@n1 old ready; b@n1 new deleting", "U0 A0 C1 k1", OUTDATED("a")},
    {"F6 one old, not available, beside a deleting one", "a@n1 old; b@n1 new ready deleting", "U1 A1 C0 k0",
     UNAVAILABLE("a")},
    {"F6 a node where it may only stay, not available", OK_N1 "a@n2 old", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 a node where it may only stay, available", OK_N1 "a@n2 old ready", "U0 A0 C1 k1", OUTDATED("a")},
    {"F6 a node where it may only stay, new", OK_N1 "a@n2 new", "U1 A0 C0 k0", ""},
    {"F6 a vanished node, not available", OK_N1 "a@gone old", "U1 A1 C0 k0", UNAVAILABLE("a")},
    {"F6 a vanished node, available", OK_N1 "a@gone old ready", "U0 A0 C1 k1", OUTDATED("a")},
    {"F6 a vanished node, new", OK_N1 "a@gone new", "U1 A0 C0 k0", ""},
    {"F6 an entry of terminal deleting pods is none", OK_N1 "a@n2 old failed deleting", "U0 A0 C0 k0", ""},
    {"F6 a node without entry where none may run", OK_N1, "U0 A0 C0 k0", ""},
    {"S5 pods elsewhere spend the budget", "n@n1 old ready; a@gone new", "U1 A0 C1 k0", ""},
};

START_TEST(F6_entry) {
  const roll_row *row = &roll_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.min_ready_seconds = 10;
  world_nodes(&w, "n1; n2 stay");
  world_pods(&w, row->pods);
  world_expect(&w, row->row, TRACE_PODS, row->expected);
  expect_text(row->row, "arithmetic", arithmetic(&w), row->arithmetic);
  world_free(&w);
}
END_TEST

/* F6, F9: failed pods are ordinary unavailable pods; the backoff is a rule of manage only (S6). */
START_TEST(F6_failed_in_backoff) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_backoff(&w, "n1", 60000, w.now_ms - 1000);
  world_pods(&w, "a@n1 old failed");
  world_expect(&w, "S6 one old, failed", TRACE_PODS | TRACE_EVENTS, UNAVAILABLE("a"));
  world_pods(&w, "b@n1 old");
  world_expect(&w, "F6 two old, one failed", TRACE_PODS, "");
  expect_text("F6 two old, one failed", "arithmetic", arithmetic(&w), "U1 A0 C0 k0");
  w.pods.count = 1;
  world_pods(&w, "c@n1 new ready");
  world_expect(&w, "F6 one old failed, one new", TRACE_PODS, "");
  expect_text("F6 one old failed, one new", "arithmetic", arithmetic(&w), "U1 A0 C0 k0");
  w.pods.count = 0;
  world_pods(&w, "d@n1 new failed");
  world_expect(&w, "F6 one new, failed", TRACE_PODS, "");
  expect_text("F6 one new, failed", "arithmetic", arithmetic(&w), "U1 A0 C0 k0");
  world_free(&w);
}
END_TEST

/* ---- F7, F8, F9: the picks; five nodes n1 to n5 ---- */

typedef struct pick_row {
  const char *row;
  const char *max_unavailable;
  const char *pods;
  const char *expected;
} pick_row;

static const pick_row pick_rows[] = {
    {"F8 one of five", "1", "e@n5 old ready; d@n4 old ready; c@n3 old ready; b@n2 old ready; a@n1 old ready",
     OUTDATED("a")},
    {"F8 two of five", "2", "e@n5 old ready; d@n4 old ready; c@n3 old ready; b@n2 old ready; a@n1 old ready",
     OUTDATED("a") "; " OUTDATED("b")},
    {"F8 40% of five", "40%", "a@n1 old ready; b@n2 old ready; c@n3 old ready; d@n4 old ready; e@n5 old ready",
     OUTDATED("a") "; " OUTDATED("b")},
    {"F8 more than there are", "9", "a@n1 new ready; b@n2 new ready; c@n3 new ready; d@n4 old ready; e@n5 old ready",
     OUTDATED("d") "; " OUTDATED("e")},
    {"F8 an unready new pod spends the budget", "1",
     "a@n1 new; b@n2 old ready; c@n3 old ready; d@n4 old ready; e@n5 old ready", ""},
    {"F8 two unready new pods, budget three", "3", "a@n1 new; b@n2 new; c@n3 old ready; d@n4 old ready; e@n5 old ready",
     OUTDATED("c")},
    {"F8 budget overspent", "1", "a@n1 new; b@n2 new; c@n3 new; d@n4 old ready; e@n5 old ready", ""},
    {"F8 negative budget", "#-2", "a@n1 old ready; b@n2 old ready; c@n3 old ready; d@n4 old ready; e@n5 old ready", ""},
    {"F7 all unavailable ones at once", "1", "a@n1 old; b@n2 old; c@n3 old; d@n4 old; e@n5 old",
     UNAVAILABLE("a") "; " UNAVAILABLE("b") "; " UNAVAILABLE("c") "; " UNAVAILABLE("d") "; " UNAVAILABLE("e")},
    {"F7 they spend the budget", "2", "a@n1 old ready; b@n2 old ready; c@n3 old; d@n4 old; e@n5 old ready",
     UNAVAILABLE("c") "; " UNAVAILABLE("d")},
    {"F9 unavailable ones first, then picks", "3", "a@n1 old ready; b@n2 old ready; c@n3 old; d@n4 old; e@n5 old ready",
     UNAVAILABLE("c") "; " UNAVAILABLE("d") "; " OUTDATED("a")},
    {"F9 age plays no part between nodes", "1",
     "a@n1 old ready age=5; b@n2 old ready age=90; c@n3 new ready; d@n4 new ready; e@n5 new ready", OUTDATED("a")},
    {"F8 nothing outdated", "5", "a@n1 new ready; b@n2 new ready; c@n3 new ready; d@n4 new ready; e@n5 new ready", ""},
};

START_TEST(F8_picks) {
  const pick_row *row = &pick_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, row->max_unavailable, "0");
  world_nodes(&w, "n1; n2; n3; n4; n5");
  world_pods(&w, row->pods);
  world_expect(&w, row->row, TRACE_PODS, row->expected);
  world_free(&w);
}
END_TEST

/* Without surge nothing is looked up. */
START_TEST(F14_only_with_surge) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "n@n1 new ready; p@gone old ready");
  world_expect(&w, "F14 without surge", TRACE_PODS, OUTDATED("p"));
  expect_text("F14 without surge", "problems", world_problems(&w, w.plan), "");
  world_free(&w);
}
END_TEST

/* ---- I9, E17 ---- */

typedef struct wait_row {
  const char *row;
  const char *more; /* what gives manage something to do */
  const char *expected;
} wait_row;

static const wait_row wait_rows[] = {
    {"I9 nothing to manage", "", OUTDATED("p")},
    {"I9 a creation", "node n2", "CreatePod n2 node-needs-pod"},
    {"I9 a deletion", "pod q@n1 age=5", "DeletePod q excess"},
    {"I9 a pod of a vanished node", "pod q>gone", "DeletePod q node-gone"},
    {"I9 a failed pod that waits is nothing", "pod q@s failed", OUTDATED("p")},
    {"I9 an adoption is nothing", "pod q@s orphan", OUTDATED("p")},
};

START_TEST(I9_rolling_waits) {
  const wait_row *row = &wait_rows[_i];
  dset_world w;
  world_init(&w);
  world_budget(&w, "2", "0");
  world_nodes(&w, "n1; s stay");
  world_pods(&w, "p@n1 old ready");
  world_backoff(&w, "s", 60000, w.now_ms);
  if (strncmp(row->more, "node ", 5) == 0) world_nodes(&w, row->more + 5);
  if (strncmp(row->more, "pod ", 4) == 0) world_pods(&w, row->more + 4);
  world_expect(&w, row->row, TRACE_PODS, row->expected);
  ck_assert_msg(dset_plan_rollout(w.plan)->ran == (strcmp(row->expected, OUTDATED("p")) == 0), "%s: ran", row->row);
  world_free(&w);
}
END_TEST

START_TEST(E17_burst_of_rollout) {
  dset_world w;
  world_init(&w);
  w.options.burst = 2;
  world_budget(&w, "9", "0");
  world_nodes(&w, "n1; n2; n3; n4");
  world_pods(&w, "a@n1 old ready; b@n2 old ready; c@n3 old; d@n4 old ready");
  world_expect(&w, "F20 unavailable ones before picks", TRACE_PODS, UNAVAILABLE("c") "; " OUTDATED("a"));
  world_free(&w);
}
END_TEST

/* The default limit holds for the list of the rolling update, too. */
START_TEST(E17_default_burst_of_rollout) {
  dset_world w;
  world_init(&w);
  for (int i = 0; i < 251; i++) {
    world_nodes(&w, world_format(&w, "n%03d", i));
    world_pods(&w, world_format(&w, "p%03d@n%03d old", i, i));
  }
  size_t deletes = 0;
  const dset_plan *plan = world_plan(&w);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type != DSET_ACTION_DELETE_POD) continue;
    ck_assert_str_eq(action->pod, world_format(&w, "p%03zu", deletes++));
    ck_assert_int_eq(action->phase, DSET_SYNC_ROLLOUT);
  }
  ck_assert_uint_eq(deletes, 250);
  ck_assert_int_eq(dset_plan_rollout(plan)->replace, 251);
  world_free(&w);
}
END_TEST

Suite *dset_suite_rollout(void);
void dset_add_surge(Suite *suite); /* test_surge.c */

Suite *dset_suite_rollout(void) {
  Suite *suite = suite_create("rollout");
  TCase *tcase = tcase_create("rollout");
  ADD_ROWS(tcase, F1_strategy, strategy_rows);
  ADD_ROWS(tcase, F2_updated, updated_rows);
  ADD_ROWS(tcase, F5_budget, budget_rows);
  tcase_add_test(tcase, F4_int_as_text);
  tcase_add_test(tcase, F5_no_rolling_update);
  tcase_add_test(tcase, F5_error_skips_cleanup);
  ADD_ROWS(tcase, F6_entry, roll_rows);
  tcase_add_test(tcase, F6_failed_in_backoff);
  ADD_ROWS(tcase, F8_picks, pick_rows);
  ADD_ROWS(tcase, I9_rolling_waits, wait_rows);
  tcase_add_test(tcase, E17_burst_of_rollout);
  tcase_add_test(tcase, E17_default_burst_of_rollout);
  suite_add_tcase(suite, tcase);
  tcase_add_test(tcase, F14_only_with_surge);
  dset_add_surge(suite);
  return suite;
}
