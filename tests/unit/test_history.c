/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_history.c: section G, which revision is current and which old ones go. The hash of a new revision is given as
 * "fresh", so that its name is agent-fresh.
 */
#include <string.h>

#include "support/build.h"

typedef struct history_row {
  const char *row;
  const char *revisions;
  const char *expected; /* REVISIONS */
  const char *hash;     /* that a pod created in the same sync gets (G15) */
} history_row;

static void expect_history(const history_row *row) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, row->revisions);
  w.options.revision_hash = "fresh";
  world_nodes(&w, "n1");
  world_expect(&w, row->row, TRACE_REVISIONS, row->expected);
  const char *hash = "no pod is created";
  for (size_t i = 0; i < dset_plan_action_count(w.plan); i++) {
    const dset_action *action = dset_plan_action(w.plan, i);
    if (action->type == DSET_ACTION_CREATE_POD) hash = action->hash;
  }
  expect_text(row->row, "hash of the pod", hash, row->hash);
  world_free(&w);
}

#define FRESH(number) "CreateRevision agent-fresh #" number " fresh template-new"

/* ---- G2, G3, G9, G12: number and label ---- */

static const history_row number_rows[] = {
    {"G9 none at all", "", FRESH("1"), "fresh"},
    {"G9 only old ones", "agent-a #3; agent-b #7; agent-c #5", FRESH("8"), "fresh"},
    {"G9 r is at least 1", "agent-a #-5", FRESH("1"), "fresh"},
    {"G9 one, highest", "agent-a #3; agent-b #4 hash=b current", "", "b"},
    {"G9 one, only it", "agent-b #1 hash=b current", "", "b"},
    {"G9 one, behind", "agent-a #3; agent-b #2 hash=b current", "UpdateRevision agent-b #4 b number-behind", "b"},
    {"G9 one, equal to an old one", "agent-a #3; agent-b #3 hash=b current",
     "UpdateRevision agent-b #4 b number-behind", "b"},
    {"G9 a higher number is kept", "agent-a #3; agent-b #9 hash=b current", "", "b"},
    {"G9 its number below 1", "agent-b #0 hash=b current", "UpdateRevision agent-b #1 b number-behind", "b"},
    {"G15 the label counts, not the name", "agent-b #1 hash=whatever current", "", "whatever"},
    {"G2 current without label", "agent-b #1 nohash current", "UpdateRevision agent-b #1 agent-b label-missing",
     "agent-b"},
    {"G2 old without label", "agent-a #3 nohash; agent-b #4 hash=b current",
     "UpdateRevision agent-a #3 agent-a label-missing", "b"},
    {"G2 several without label, by number, then name",
     "agent-d #2 nohash; agent-c #3 nohash; agent-a #2 nohash; agent-b #4 hash=b current",
     "UpdateRevision agent-a #2 agent-a label-missing; UpdateRevision agent-d #2 agent-d label-missing; "
     "UpdateRevision agent-c #3 agent-c label-missing",
     "b"},
    {"G2 label and number in one update", "agent-a #3; agent-b #2 nohash current",
     "UpdateRevision agent-b #4 agent-b number-behind", "agent-b"},
    {"G2 of an adopted one", "agent-b #1 nohash current orphan",
     "AdoptRevision agent-b orphan-matches; UpdateRevision agent-b #1 agent-b label-missing", "agent-b"},
    {"G2 not of a released one", "agent-a #1 nohash mismatch; agent-b #1 hash=b current",
     "ReleaseRevision agent-a selector-mismatch", "b"},
    {"G1 what is not claimed does not count for r", "agent-a #9 foreign; agent-b #2 hash=b current", "", "b"},
    {"G1 of another namespace", "agent-b #2 hash=b current ns=other", FRESH("1"), "fresh"},
    {"G1 a deleting one of ours counts", "agent-b #2 hash=b current deleting", "", "b"},
    {"D4 claims by name", "agent-c #1 orphan; agent-a #2 orphan; agent-b #3 hash=b current orphan",
     "AdoptRevision agent-a orphan-matches; AdoptRevision agent-b orphan-matches; "
     "AdoptRevision agent-c orphan-matches",
     "b"},
};

START_TEST(G9_number) {
  expect_history(&number_rows[_i]);
}
END_TEST

/* G2: a revision without any label, possible only with a selector that such labels match. */
START_TEST(G2_without_labels) {
  dset_world w;
  world_init(&w);
  w.daemonset.selector = world_selector(&w, "zone NotIn a");
  world_revision(&w, "agent-cur")->labels = NULL;
  world_revision(&w, "agent-cur")->label_count = 0;
  world_expect(&w, "G2 no labels", TRACE_REVISIONS, "UpdateRevision agent-cur #2 agent-cur label-missing");
  world_free(&w);
}
END_TEST

typedef struct bytes_row {
  const char *row;
  const char *data;
  size_t bytes;
  bool current;
} bytes_row;

/* The template's bytes are "temp\0late". */
static const bytes_row bytes_rows[] = {
    {"G3 equal", "temp\0late", 9, true},
    {"G3 shorter", "temp\0late", 8, false},
    {"G3 longer", "temp\0late", 10, false},
    {"G3 differs behind a NUL", "temp\0lat3", 9, false},
    {"G3 differs before a NUL", "tamp\0late", 9, false},
    {"G3 empty", NULL, 0, false},
};

START_TEST(G3_bytes) {
  const bytes_row *row = &bytes_rows[_i];
  dset_world w;
  world_init(&w);
  w.daemonset.revision_data = "temp\0late";
  w.daemonset.revision_data_bytes = 9;
  w.options.revision_hash = "fresh";
  world_clear_revisions(&w);
  world_revisions(&w, "agent-b #1 hash=b");
  world_revision(&w, "agent-b")->data = row->data;
  world_revision(&w, "agent-b")->data_bytes = row->bytes;
  world_expect(&w, row->row, TRACE_REVISIONS, row->current ? "" : FRESH("2"));
  world_free(&w);
}
END_TEST

/* ---- G10, G11: several current revisions ---- */

static const history_row duplicate_rows[] = {
    {"G10 the highest is kept", "agent-a #2 hash=a current; agent-b #3 hash=b current",
     "DeleteRevision agent-a duplicate-revision", "b"},
    {"G10 of equal numbers the least name", "agent-b #3 hash=b current; agent-a #3 hash=a current",
     "DeleteRevision agent-b duplicate-revision", "a"},
    {"G10 all others go", "agent-c #5 hash=c current; agent-b #1 hash=b current; agent-a #1 hash=a current",
     "DeleteRevision agent-a duplicate-revision; DeleteRevision agent-b duplicate-revision", "c"},
    {"G9 and the kept one is renumbered", "agent-a #2 hash=a current; agent-b #3 hash=b current; agent-c #9",
     "DeleteRevision agent-a duplicate-revision; UpdateRevision agent-b #10 b number-behind", "b"},
    {"G9 duplicates do not count for r", "agent-a #8 hash=a current; agent-b #9 hash=b current; agent-c #2",
     "DeleteRevision agent-a duplicate-revision", "b"},
    {"G2 labels first", "agent-a #2 nohash current; agent-b #3 nohash current",
     "UpdateRevision agent-a #2 agent-a label-missing; UpdateRevision agent-b #3 agent-b label-missing; "
     "DeleteRevision agent-a duplicate-revision",
     "agent-b"},
};

START_TEST(G10_duplicates) {
  expect_history(&duplicate_rows[_i]);
}
END_TEST

/* G11: every claimed pod with another label is relabelled; the rest of the sync sees the old labels. */
START_TEST(G11_relabel) {
  dset_world w;
  world_init(&w);
  world_revisions(&w, "agent-dup #1 hash=dup current");
  world_nodes(&w, "n1; n2; n3; n4");
  world_pods(&w,
             "e@n4 hash=dup ready; d@n3 nohash ready; c@n2 old ready; b@n1 new ready; a@gone hash=dup deleting; "
             "f@n4 hash=dup foreign; g@n4 hash=dup mismatch; h hash=x; i@gone hash=dup failed deleting; "
             "j hash=dup orphan");
  world_budget(&w, "0", "1");
  world_expect(&w, "G11", TRACE_CLAIMS | TRACE_REVISIONS | TRACE_PODS,
               "AdoptPod j orphan-matches; ReleasePod g selector-mismatch; "
               "LabelPod a cur duplicate-revision; LabelPod c cur duplicate-revision; "
               "LabelPod d cur duplicate-revision; LabelPod e cur duplicate-revision; "
               "LabelPod h cur duplicate-revision; LabelPod i cur duplicate-revision; "
               "LabelPod j cur duplicate-revision; DeleteRevision agent-dup duplicate-revision; "
               "CreatePod n2 surge-budget rollout");
  world_free(&w);
}
END_TEST

/* ---- G12: a new revision ---- */

START_TEST(G12_own_hash) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  char hash[16];
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, hash, sizeof hash, NULL), DSET_OK);
  world_expect(&w, "G12 the library's own hash", TRACE_REVISIONS,
               world_format(&w, "CreateRevision agent-%s #1 %s template-new", hash, hash));
  world_free(&w);
}
END_TEST

/* G8: a function of data and collision count; lower-case letters and digits; absent and 0 differ (G6). */
START_TEST(G8_hash) {
  dset_world w;
  world_init(&w);
  char hashes[6][16];
  dset_status *status = NULL;
  for (size_t i = 0; i < 5; i++) {
    if (i == 1) status = world_status(&w);
    if (i == 2) status->has_collision_count = true;
    if (i == 3) status->collision_count = 1;
    if (i == 4) w.daemonset.revision_data = "Template";
    memset(hashes[i], '#', sizeof hashes[i]);
    ck_assert_int_eq(dset_revision_hash(&w.daemonset, hashes[i], sizeof hashes[i], NULL), DSET_OK);
    size_t length = strlen(hashes[i]);
    ck_assert(length > 0 && length < 16);
    ck_assert_uint_eq(strspn(hashes[i], "0123456789abcdefghijklmnopqrstuvwxyz"), length);
    for (size_t j = 0; j < i; j++) {
      if (i == 1 && j == 0) continue;
      ck_assert_msg(strcmp(hashes[i], hashes[j]) != 0, "G8: hashes %zu and %zu are equal", i, j);
    }
  }
  ck_assert_msg(strcmp(hashes[0], hashes[1]) == 0, "G8: a status without collision count changes nothing");
  w.daemonset.generation = 9;
  w.daemonset.min_ready_seconds = 9;
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, hashes[5], sizeof hashes[5], NULL), DSET_OK);
  ck_assert_msg(strcmp(hashes[4], hashes[5]) == 0, "G8: only data and collision count matter");
  world_free(&w);
}
END_TEST

START_TEST(G8_hash_arguments) {
  dset_world w;
  world_init(&w);
  char hash[16] = "unchanged";
  dset_error error = {0};
  ck_assert_int_eq(dset_revision_hash(NULL, hash, sizeof hash, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(error.code, DSET_ERR_INVALID);
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, NULL, sizeof hash, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, hash, 15, NULL), DSET_ERR_INVALID);
  w.daemonset.size = 7;
  ck_assert_int_eq(dset_revision_hash(&w.daemonset, hash, sizeof hash, NULL), DSET_ERR_ABI);
  world_free(&w);
}
END_TEST

/* ---- G13: the name is taken ---- */

typedef struct collision_row {
  const char *row;
  const char *revision; /* what holds the name agent-fresh */
  int64_t count;        /* -1 = absent */
  const char *expected; /* ALL */
  const char *problems;
} collision_row;

#define GOES_ON "CreatePod n1 node-needs-pod; UpdateStatus"

static const collision_row collision_rows[] = {
    {"G13 other data, no count yet", "agent-fresh #1 foreign", -1, "BumpCollisionCount 1 name-collision",
     "revision-collision"},
    {"G13 other data, count 0", "agent-fresh #1 foreign", 0, "BumpCollisionCount 1 name-collision",
     "revision-collision"},
    {"G13 other data, count 7", "agent-fresh #1 foreign", 7, "BumpCollisionCount 8 name-collision",
     "revision-collision"},
    {"G13 other data, ours", "agent-fresh #1", -1, "BumpCollisionCount 1 name-collision", "revision-collision"},
    {"G13 other data, adopted in this sync", "agent-fresh #1 orphan", -1,
     "AdoptRevision agent-fresh orphan-matches; BumpCollisionCount 1 name-collision", "revision-collision"},
    {"G13 equal data, another owner", "agent-fresh #5 hash=fresh current foreign", -1, GOES_ON, ""},
    {"G13 equal data, no owner, not matched", "agent-fresh #5 hash=fresh current orphan mismatch", -1, GOES_ON, ""},
    {"G13 equal data, its number behind", "agent-fresh #0 hash=fresh current foreign", -1, GOES_ON, ""},
    {"G13 the name in another namespace", "agent-fresh #1 foreign ns=other", -1, FRESH("4") "; " GOES_ON, ""},
};

START_TEST(G13_name_taken) {
  const collision_row *row = &collision_rows[_i];
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-old #3 hash=old");
  world_revisions(&w, row->revision);
  w.options.revision_hash = "fresh";
  dset_status *status = world_status(&w);
  status->desired_number_scheduled = 77;
  status->has_collision_count = row->count >= 0;
  status->collision_count = row->count >= 0 ? (int32_t)row->count : 0;
  world_nodes(&w, "n1");
  world_expect(&w, row->row, TRACE_ALL, row->expected);
  expect_text(row->row, "problems", world_problems(&w, w.plan), row->problems);
  if (row->problems[0] != '\0') {
    ck_assert_msg(dset_plan_status(w.plan)->desired_number_scheduled == 77,
                  "%s: the sync ends before the status is computed (I7)", row->row);
  }
  world_free(&w);
}
END_TEST

/* G13, G15: the hash label of the one that is used, whatever it says. */
START_TEST(G13_hash_of_the_taken_name) {
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-fresh #5 hash=theirs current foreign");
  w.options.revision_hash = "fresh";
  world_nodes(&w, "n1");
  const dset_action *create = dset_plan_action(world_plan(&w), 0);
  ck_assert_int_eq(create->type, DSET_ACTION_CREATE_POD);
  ck_assert_str_eq(create->hash, "theirs");
  world_free(&w);
}
END_TEST

/* ---- G16, G17: cleanup ---- */

typedef struct cleanup_row {
  const char *row;
  int limit; /* -1 = absent */
  const char *revisions;
  const char *pods; /* nodes: n1 run, s1 stay */
  const char *expected;
} cleanup_row;

#define CURRENT "agent-cur #99 hash=cur current; "
#define DELETE(name) "DeleteRevision " name " history-limit"
#define ELEVEN                                                                                       \
  "agent-a #1; agent-b #2; agent-c #3; agent-d #4; agent-e #5; agent-f #6; agent-g #7; agent-h #8; " \
  "agent-i #9; agent-j #10; agent-k #11"

static const cleanup_row cleanup_rows[] = {
    {"G16 none old", 0, CURRENT, "", ""},
    {"G16 as many as are kept", 2, CURRENT "agent-a #1; agent-b #2", "", ""},
    {"G16 one too many, the least number", 2, CURRENT "agent-b #2; agent-a #3; agent-c #1", "", DELETE("agent-c")},
    {"G16 none is kept", 0, CURRENT "agent-a #1; agent-b #2", "", DELETE("agent-a") "; " DELETE("agent-b")},
    {"G16 by number, not by name", 1, CURRENT "agent-z #1; agent-a #10; agent-b #9", "",
     DELETE("agent-z") "; " DELETE("agent-b")},
    {"G16 of equal numbers the least name", 1, CURRENT "agent-b #1; agent-a #1", "", DELETE("agent-a")},
    {"G16 live ones are skipped without counting", 1, CURRENT "agent-a #1; agent-b #2; agent-c #3",
     "p@n1 hash=agent-a ready", DELETE("agent-b") "; " DELETE("agent-c")},
    {"G16 all old ones live", 0, CURRENT "agent-a #1; agent-b #2", "p@s1 hash=agent-a; q@gone hash=agent-b", ""},
    {"G17 absent is 10", -1, CURRENT ELEVEN, "", DELETE("agent-a")},
    {"G17 the limit 10", 10, CURRENT ELEVEN, "", DELETE("agent-a")},
    {"G17 the limit 11", 11, CURRENT ELEVEN, "", ""},
    {"G17 live by a terminal deleting pod", 0, CURRENT "agent-a #1", "p@n1 hash=agent-a failed deleting", ""},
    {"G17 live by a deleting pod", 0, CURRENT "agent-a #1", "p@n1 hash=agent-a deleting", ""},
    {"G17 live by a pod on a vanished node", 0, CURRENT "agent-a #1", "p@gone hash=agent-a", ""},
    {"G17 live by a waiting pod", 0, CURRENT "agent-a #1", "p>s1 hash=agent-a", ""},
    {"G17 live by an adopted pod", 0, CURRENT "agent-a #1", "p@s1 hash=agent-a orphan", ""},
    {"G17 not live by an underivable pod", 0, CURRENT "agent-a #1", "p hash=agent-a", DELETE("agent-a")},
    {"G17 not live by another DaemonSet's pod", 0, CURRENT "agent-a #1", "p@n1 hash=agent-a foreign",
     DELETE("agent-a")},
    {"G17 not live by a released pod", 0, CURRENT "agent-a #1", "p@n1 hash=agent-a mismatch", DELETE("agent-a")},
    {"G17 an empty hash is never live", 0, CURRENT "agent-a #1 hash=", "p@s1 hash=", DELETE("agent-a")},
    {"G17 the current one stays whatever its number", 0, "agent-cur #1 hash=cur current; agent-a #2", "",
     "UpdateRevision agent-cur #3 cur number-behind; " DELETE("agent-a")},
    {"G17 a new revision makes the former one old", 0, "agent-a #1; agent-b #2", "",
     FRESH("3") "; " DELETE("agent-a") "; " DELETE("agent-b")},
    {"G17 a label that was missing", 0, CURRENT "agent-a #1 nohash", "p@s1 hash=agent-a",
     "UpdateRevision agent-a #1 agent-a label-missing"},
    {"G16 another DaemonSet's do not count", 0, CURRENT "agent-a #1 foreign", "", ""},
    {"G16 released ones do not count", 0, CURRENT "agent-a #1 mismatch", "",
     "ReleaseRevision agent-a selector-mismatch"},
    {"G16 adopted ones count", 0, CURRENT "agent-a #1 orphan", "",
     "AdoptRevision agent-a orphan-matches; " DELETE("agent-a")},
    {"G16 a negative limit keeps none", -2, CURRENT "agent-a #1", "", DELETE("agent-a")},
};

START_TEST(G16_cleanup) {
  const cleanup_row *row = &cleanup_rows[_i];
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, row->revisions);
  w.options.revision_hash = "fresh";
  w.daemonset.has_revision_history_limit = row->limit != -1;
  w.daemonset.revision_history_limit = row->limit == -1 ? 0 : row->limit;
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_nodes(&w, "n1; s1 stay");
  world_pods(&w, row->pods);
  world_expect(&w, row->row, TRACE_REVISIONS, row->expected);
  world_free(&w);
}
END_TEST

/* G17: cleanup takes the list of before the sync, and the pod labels of before G11. */
START_TEST(G17_with_duplicates) {
  dset_world w;
  world_init(&w);
  world_revisions(&w, "agent-dup #1 hash=dup current");
  w.daemonset.has_revision_history_limit = true;
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1 old ready");
  w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  world_expect(&w, "G17 agent-old is live by the label that is being replaced", TRACE_REVISIONS,
               "LabelPod p cur duplicate-revision; DeleteRevision agent-dup duplicate-revision");
  world_free(&w);
}
END_TEST

Suite *dset_suite_history(void);

Suite *dset_suite_history(void) {
  Suite *suite = suite_create("history");
  TCase *tcase = tcase_create("history");
  ADD_ROWS(tcase, G9_number, number_rows);
  tcase_add_test(tcase, G2_without_labels);
  ADD_ROWS(tcase, G3_bytes, bytes_rows);
  ADD_ROWS(tcase, G10_duplicates, duplicate_rows);
  tcase_add_test(tcase, G11_relabel);
  tcase_add_test(tcase, G12_own_hash);
  tcase_add_test(tcase, G8_hash);
  tcase_add_test(tcase, G8_hash_arguments);
  ADD_ROWS(tcase, G13_name_taken, collision_rows);
  tcase_add_test(tcase, G13_hash_of_the_taken_name);
  ADD_ROWS(tcase, G16_cleanup, cleanup_rows);
  tcase_add_test(tcase, G17_with_duplicates);
  suite_add_tcase(suite, tcase);
  return suite;
}
