/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_host_bugs.c: bugs that authors of hosts make, and the invariant of simulate.h that catches each, by its name.
 * The same host without bug passes every scenario. bottle_host.h says what each bug is, bottle_scenes.h what happens
 * in each scenario.
 */
#include <string.h>

#include "support/bottle_scenes.h"

static const struct {
  host_bug bug;
  const char *scene;
  const char *invariant;
  bool no_versions; /* of a host that knows no versions (I2): otherwise its view is too old to act on */
} rows[] = {
    {HOST_BUG_FORGETS_IN_FLIGHT, "installs", "one-pod", false},
    {HOST_BUG_CLEARS_ON_EVENT, "lags", "one-pod", true},
    {HOST_BUG_COUNTS_IN_FLIGHT, "crashes_later", "one-pod", true},
    {HOST_BUG_TIMEOUT_IS_FAILURE, "loses_answers", "one-pod", false},
    {HOST_BUG_ACTS_TWICE, "installs", "one-pod", false},
    {HOST_BUG_TWO_LEADERS, "installs", "one-pod", false},
    {HOST_BUG_NEVER_EXPIRES, "loses_a_pod", "settles", false},
    {HOST_BUG_NEVER_SAVES, "crashes_after", "one-pod", true},
    {HOST_BUG_SAVES_LATE, "crashes_after", "one-pod", true},
    {HOST_BUG_SETTLES_EARLY, "crashes_after", "one-pod", true},
    {HOST_BUG_IGNORES_VERSION, "starts_in_the_past", "one-pod", false},
    {HOST_BUG_LOSES_BACKOFFS, "fails_and_crashes", "backoff", false},
    {HOST_BUG_IGNORES_BACKOFF, "fails", "backoff", false},
    {HOST_BUG_RESETS_BACKOFF, "fails", "backoff", false},
    {HOST_BUG_SHORT_BACKOFF, "fails", "backoff", false},
    {HOST_BUG_STALE_CACHE, "installs", "one-pod", true},
    {HOST_BUG_SEES_RUNNING_ONLY, "installs", "one-pod", false},
    {HOST_BUG_SEES_BOUND_ONLY, "binds_late", "one-pod", false},
    {HOST_BUG_SEES_NO_FAILED, "fails", "one-pod", false},
    {HOST_BUG_SEES_NO_DELETING, "stops_slowly", "one-pod", false},
    {HOST_BUG_READY_FOR_EVER, "rolls_with_flaps", "budget", false},
    {HOST_BUG_IGNORES_MIN_READY, "surges", "surge", false},
    {HOST_BUG_IGNORES_MIN_READY, "rolls_slowly", "budget", false},
    {HOST_BUG_CLOCK_AHEAD, "surges", "surge", false},
    {HOST_BUG_IGNORES_TAINTS, "taints", "pod-needless", false},
    {HOST_BUG_IGNORES_NODE_SELECTOR, "selects_nodes", "pod-needless", false},
    {HOST_BUG_EVICTS_CORDONED, "taints", "pod-lost", false},
    {HOST_BUG_EVICTS_NO_SCHEDULE, "taints", "pod-lost", false},
    {HOST_BUG_NODES_FOR_EVER, "node_goes", "pod-needless", false},
    {HOST_BUG_FORGETS_REJOINED, "node_is_back", "settles", false},
    {HOST_BUG_WATCHES_NO_NODES, "node_comes", "settles", false},
    {HOST_BUG_LEAVES_VANISHED, "node_vanishes", "settles", false},
    {HOST_BUG_OWNS_BY_LABELS, "overlaps", "owned", false},
    {HOST_BUG_OWNS_BY_NAME, "orphans", "owned", false},
    {HOST_BUG_ADOPTS_ALL, "overlaps", "owned", false},
    {HOST_BUG_LABELS_ALL, "overlaps", "owned", false},
    {HOST_BUG_RELEASES_ALL, "overlaps", "owned", false},
    {HOST_BUG_ONE_TOO_MANY, "rolls", "budget", false},
    {HOST_BUG_PERCENT_OF_ALL, "rolls_by_percent", "budget", false},
    {HOST_BUG_ZERO_IS_NO_LIMIT, "rolls_by_default", "budget", false},
    {HOST_BUG_SPENDS_TWICE, "rolls", "budget", false},
    {HOST_BUG_DELETES_FIRST, "surges", "surge", false},
    {HOST_BUG_SURGE_AS_UNAVAILABLE, "surges", "surge", false},
    {HOST_BUG_SURGES_EVERYWHERE, "surges", "surge", false},
    {HOST_BUG_ON_DELETE_ROLLS, "on_delete", "pod-lost", false},
    {HOST_BUG_DELETES_NEWEST, "rolls", "pod-lost", false},
    {HOST_BUG_DELETES_NEWEST, "surges", "pod-lost", false},
    {HOST_BUG_HASHES_GENERATION, "other_budget", "pod-lost", false},
    {HOST_BUG_FORGETS_HASH, "installs", "settles", false},
    {HOST_BUG_DROPS_REVISIONS, "rolls", "revision-lost", false},
    {HOST_BUG_DROPS_CURRENT, "many_revisions", "revision-lost", false},
    {HOST_BUG_IGNORES_COLLISION, "collides", "settles", false},
    {HOST_BUG_WRITES_NO_STATUS, "installs", "settles", false},
    {HOST_BUG_COUNTS_GENERATIONS, "crashes_later", "status", false},
    {HOST_BUG_COUNTS_EVENTS, "installs", "status", false},
    {HOST_BUG_WRITES_STATUS_ALWAYS, "installs", "quiet", false},
    {HOST_BUG_NUMBERS_REVISIONS, "installs", "quiet", false},
    {HOST_BUG_SWALLOWS_FAILURES, "stands_still", "settles", false},
    {HOST_BUG_NEVER_RETRIES, "stands_still", "settles", false},
    {HOST_BUG_NO_NEXT_CHECK, "surges", "settles", false},
    {HOST_BUG_ONE_TIMER, "two_surge", "settles", false},
};

static void begin(bottle_host *h, const bottle_scene *chosen, host_bug bug, bool no_versions) {
  bottle_init(h, 0);
  h->bug = bug;
  h->no_versions = no_versions;
  chosen->make(h);
}

/* With versions, and without where that suffices. */
START_TEST(no_bug_passes_everything) {
  const bottle_scene *chosen = &bottle_scenes[_i];
  for (int no_versions = 0; no_versions <= !chosen->needs_versions; no_versions++) {
    bottle_host h;
    begin(&h, chosen, HOST_BUG_NONE, no_versions);
    h.s.traced = true;
    bottle_run(&h);
    bottle_rest(&h, no_versions ? 10 : 1000);
    scene_expect_none(&h.s, chosen->name);
    bottle_free(&h);
  }
}
END_TEST

/* What it violates first: on its way, at rest, or when it is asked to do nothing. */
START_TEST(is_caught) {
  bottle_host h;
  begin(&h, bottle_scene_of(rows[_i].scene), rows[_i].bug, rows[_i].no_versions);
  const char *row = world_format(&h.s.w, "%s, %s", host_bug_name(rows[_i].bug), rows[_i].scene);
  bottle_run(&h);
  bottle_rest(&h, 10);
  dset_violation first;
  bool found = dset_simulation_violation(h.s.simulation, 0, &first);
  expect_text(row, "invariant", found ? dset_invariant_name(first.invariant) : "none", rows[_i].invariant);
  bottle_free(&h);
}
END_TEST

/* No bug is left out, and few are caught by an invariant of last resort. */
START_TEST(every_bug_has_a_row) {
  size_t bugs = 0;
  size_t at_once = 0;
  for (int bug = HOST_BUG_NONE + 1; bug < HOST_BUG_END; bug++) {
    size_t i = 0;
    while (i < COUNT_OF(rows) && rows[i].bug != (host_bug)bug) i++;
    if (i == COUNT_OF(rows)) ck_abort_msg("%s has no row", host_bug_name((host_bug)bug));
    bugs++;
    at_once += strcmp(rows[i].invariant, "settles") != 0;
  }
  ck_assert_uint_ge(bugs, 50);
  ck_assert_uint_ge(at_once, 40);
}
END_TEST

Suite *dset_suite_host_bugs(void);
Suite *dset_suite_host_bugs(void) {
  Suite *suite = suite_create("host_bugs");
  TCase *tcase = tcase_create("host_bugs");
  tcase_add_loop_test(tcase, no_bug_passes_everything, 0, (int)bottle_scene_count);
  ADD_ROWS(tcase, is_caught, rows);
  tcase_add_test(tcase, every_bug_has_a_row);
  suite_add_tcase(suite, tcase);
  return suite;
}
