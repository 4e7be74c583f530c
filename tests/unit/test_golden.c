/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_golden.c: what the Kubernetes controller did, line by line (tests/golden/README.md says what a line holds).
 *
 *   a line ─► dset_state_read ─► dset_plan_compute ─► the plan's structs ─► as `expect` says?
 *                    │                     └────────► dset_plan_json ─────► the same as the structs?
 *                    └─────────► dset_pod_json ───────────────────────────► as `createdPod` says?
 *
 * Paths are relative to the repository's root, where the runner is started.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "support/build.h"
#include "text.h"

/* One line of a file, and what became of it. */
typedef struct example {
  dset_arena arena; /* of texts */
  json_t *line;
  json_t *expect;
  dset_state *state;
  dset_plan *plan;
} example;

#define FAIL(e, ...) fail_in(e, dset_arena_format(&(e)->arena, __VA_ARGS__))

static _Noreturn void fail_in(const example *e, const char *text) {
  ck_abort_msg("%s: %.3000s", dset_state_name(e->state), text); /* Check refuses long messages */
}

static void expect_equal(example *e, const char *what, const char *got, const char *want) {
  if (strcmp(got, want) != 0) FAIL(e, "%s: got %.1200s, want %.1200s", what, got, want);
}

/* ---- lists of texts ---- */

enum { MOST = 4096 };

typedef struct list {
  const char *items[MOST];
  size_t count;
} list;

static void add(list *to, const char *item) {
  ck_assert_msg(item != NULL && to->count < MOST, "a list of more than %d items", MOST);
  to->items[to->count++] = item;
}

static int compare(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

static const char *joined(example *e, list *of) {
  qsort(of->items, of->count, sizeof *of->items, compare);
  size_t bytes = 1;
  for (size_t i = 0; i < of->count; i++) bytes += strlen(of->items[i]) + 2;
  char *text = dset_arena_alloc(&e->arena, bytes, 1);
  ck_assert_ptr_nonnull(text);
  char *end = text;
  for (size_t i = 0; i < of->count; i++) end += sprintf(end, "%s%s", i == 0 ? "" : "; ", of->items[i]);
  *end = '\0';
  return text;
}

static void expect_same(example *e, const char *what, list *actual, list *expected) {
  expect_equal(e, what, joined(e, actual), joined(e, expected));
}

static bool contains(const list *in, const char *item) {
  for (size_t i = 0; i < in->count; i++) {
    if (strcmp(in->items[i], item) == 0) return true;
  }
  return false;
}

static void add_texts(list *to, const json_t *array) {
  for (size_t i = 0; i < json_array_size(array); i++) add(to, json_string_value(json_array_get(array, i)));
}

/* ---- choices: createPods, deletePods ---- */

/* All of `required`, and of each group of `anyOf` exactly `choose` of its `from`; nothing twice, nothing else. */
static void expect_choice(example *e, const char *member, int type) {
  static list got, required, from;
  got.count = required.count = 0;
  for (size_t i = 0; i < dset_plan_action_count(e->plan); i++) {
    const dset_action *action = dset_plan_action(e->plan, i);
    if (action->type != type) continue;
    const char *name = type == DSET_ACTION_CREATE_POD ? action->node : action->pod;
    if (contains(&got, name)) FAIL(e, "%s: %s twice", member, name);
    add(&got, name);
  }
  const json_t *choice = json_object_get(e->expect, member);
  ck_assert_msg(json_is_object(choice), "%s: no %s", dset_state_name(e->state), member);
  add_texts(&required, json_object_get(choice, "required"));
  for (size_t i = 0; i < required.count; i++) {
    if (!contains(&got, required.items[i])) FAIL(e, "%s: %s is missing", member, required.items[i]);
  }
  size_t accounted = required.count;
  const json_t *groups = json_object_get(choice, "anyOf");
  for (size_t g = 0; g < json_array_size(groups); g++) {
    const json_t *group = json_array_get(groups, g);
    size_t chosen = 0;
    from.count = 0;
    add_texts(&from, json_object_get(group, "from"));
    for (size_t i = 0; i < from.count; i++) {
      chosen += contains(&got, from.items[i]) && !contains(&required, from.items[i]);
    }
    json_int_t choose = json_integer_value(json_object_get(group, "choose"));
    if ((json_int_t)chosen != choose) {
      FAIL(e, "%s: %zu of group %zu, want %lld; got %s", member, chosen, g, (long long)choose, joined(e, &got));
    }
    accounted += chosen;
  }
  if (got.count != accounted) FAIL(e, "%s: more than expected: %s", member, joined(e, &got));
}

/* ---- members that are lists, compared as texts in any order ---- */

typedef const char *action_text(example *e, const dset_action *action);
typedef const char *item_text(example *e, const json_t *item);

static const char *pod_of(example *e, const dset_action *action) {
  (void)e;
  return action->pod;
}

static const char *pod_hash_of(example *e, const dset_action *action) {
  return dset_arena_format(&e->arena, "%s %s", action->pod, action->hash);
}

static const char *revision_of(example *e, const dset_action *action) {
  (void)e;
  return action->revision;
}

static const char *numbered_of(example *e, const dset_action *action) {
  return dset_arena_format(&e->arena, "%s #%lld %s", action->revision, (long long)action->number, action->hash);
}

static const char *bump_of(example *e, const dset_action *action) {
  (void)e;
  (void)action;
  return "true";
}

static const char *event_of(example *e, const dset_action *action) {
  return dset_arena_format(&e->arena, "%s %s %s", action->event_type, action->event_reason, action->text);
}

static const char *string_at(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  ck_assert_msg(text != NULL, "no text %s", key);
  return text;
}

static const char *plain(example *e, const json_t *item) {
  (void)e;
  return json_is_true(item) ? "true" : json_string_value(item);
}

static const char *name_hash(example *e, const json_t *item) {
  return dset_arena_format(&e->arena, "%s %s", string_at(item, "name"), string_at(item, "hash"));
}

static const char *numbered(example *e, const json_t *item) {
  long long number = (long long)json_integer_value(json_object_get(item, "revision"));
  return dset_arena_format(&e->arena, "%s #%lld %s", string_at(item, "name"), number, string_at(item, "hash"));
}

static const char *event(example *e, const json_t *item) {
  return dset_arena_format(&e->arena, "%s %s %s", string_at(item, "type"), string_at(item, "reason"),
                           string_at(item, "message"));
}

static const struct {
  const char *member;
  int type;
  action_text *of_action;
  item_text *of_item;
} lists[] = {
    {"adoptPods", DSET_ACTION_ADOPT_POD, pod_of, plain},
    {"releasePods", DSET_ACTION_RELEASE_POD, pod_of, plain},
    {"labelPods", DSET_ACTION_LABEL_POD, pod_hash_of, name_hash},
    {"createRevision", DSET_ACTION_CREATE_REVISION, numbered_of, numbered},
    {"updateRevisions", DSET_ACTION_UPDATE_REVISION, numbered_of, numbered},
    {"deleteRevisions", DSET_ACTION_DELETE_REVISION, revision_of, plain},
    {"adoptRevisions", DSET_ACTION_ADOPT_REVISION, revision_of, plain},
    {"releaseRevisions", DSET_ACTION_RELEASE_REVISION, revision_of, plain},
    {"bumpCollision", DSET_ACTION_BUMP_COLLISION_COUNT, bump_of, plain},
    {"events", DSET_ACTION_EMIT_EVENT, event_of, event},
};

/* Where the controller follows the order of a map, `unstable` says that events and back-off are not compared. */
static bool unstable(const example *e) {
  const json_t *members = json_object_get(e->expect, "unstable");
  for (size_t i = 0; i < json_array_size(members); i++) {
    if (strcmp(json_string_value(json_array_get(members, i)), "events") == 0) return true;
  }
  return false;
}

static void expect_lists(example *e) {
  for (size_t row = 0; row < COUNT_OF(lists); row++) {
    static list actual, expected;
    actual.count = expected.count = 0;
    if (strcmp(lists[row].member, "events") == 0 && unstable(e)) continue;
    for (size_t i = 0; i < dset_plan_action_count(e->plan); i++) {
      const dset_action *action = dset_plan_action(e->plan, i);
      if (action->type == lists[row].type) add(&actual, lists[row].of_action(e, action));
    }
    const json_t *want = json_object_get(e->expect, lists[row].member);
    for (size_t i = 0; i < json_array_size(want); i++) {
      add(&expected, lists[row].of_item(e, json_array_get(want, i)));
    }
    if (json_is_object(want) || json_is_true(want)) add(&expected, lists[row].of_item(e, want));
    expect_same(e, lists[row].member, &actual, &expected);
  }
}

static void expect_backoff(example *e) {
  static list actual, expected;
  actual.count = expected.count = 0;
  if (unstable(e)) return;
  for (size_t i = 0; i < dset_plan_backoff_count(e->plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(e->plan, i);
    add(&actual, dset_arena_format(&e->arena, "%s %.3f", backoff->node, (double)backoff->delay_ms / 1000));
  }
  const json_t *want = json_object_get(e->expect, "backoff");
  for (size_t i = 0; i < json_array_size(want); i++) {
    const json_t *item = json_array_get(want, i);
    double delay = json_number_value(json_object_get(item, "delaySeconds"));
    add(&expected, dset_arena_format(&e->arena, "%s %.3f", string_at(item, "node"), delay));
  }
  expect_same(e, "backoff", &actual, &expected);
}

/* ---- the status, problems, the next check ---- */

static const char *status_text(example *e, const dset_status *status) {
  const char *collisions =
      status->has_collision_count ? dset_arena_format(&e->arena, "%d", status->collision_count) : "-";
  return dset_arena_format(
      &e->arena,
      "current %d, misscheduled %d, desired %d, ready %d, updated %d, available %d, unavailable %d, observed %lld, "
      "collisions %s, conditions %s",
      status->current_number_scheduled, status->number_misscheduled, status->desired_number_scheduled,
      status->number_ready, status->updated_number_scheduled, status->number_available, status->number_unavailable,
      (long long)status->observed_generation, collisions, status->conditions == NULL ? "-" : status->conditions);
}

/* The same text from JSON; an absent counter is 0. Conditions as they stand. */
static const char *status_text_of(example *e, const json_t *tree) {
  static const char *const known[] = {
      "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
      "updatedNumberScheduled", "numberAvailable",    "numberUnavailable",      "observedGeneration",
      "collisionCount",         "conditions"};
  json_int_t numbers[COUNT_OF(known)];
  size_t found = 0;
  for (size_t i = 0; i < COUNT_OF(known); i++) {
    numbers[i] = json_integer_value(json_object_get(tree, known[i]));
    found += json_object_get(tree, known[i]) != NULL;
  }
  if (found != json_object_size(tree)) FAIL(e, "status: has a member that this test does not know");
  json_t *conditions = json_object_get(tree, "conditions");
  char *dumped = conditions == NULL ? NULL : json_dumps(conditions, JSON_COMPACT);
  const char *collisions =
      json_object_get(tree, "collisionCount") == NULL ? "-" : dset_arena_format(&e->arena, "%d", (int)numbers[8]);
  const char *text = dset_arena_format(
      &e->arena,
      "current %d, misscheduled %d, desired %d, ready %d, updated %d, available %d, unavailable %d, observed %lld, "
      "collisions %s, conditions %s",
      (int)numbers[0], (int)numbers[1], (int)numbers[2], (int)numbers[3], (int)numbers[4], (int)numbers[5],
      (int)numbers[6], (long long)numbers[7], collisions, dumped == NULL ? "-" : dumped);
  free(dumped);
  return text;
}

static void expect_status(example *e) {
  static list actual, expected;
  actual.count = expected.count = 0;
  for (size_t i = 0; i < dset_plan_action_count(e->plan); i++) {
    const dset_action *action = dset_plan_action(e->plan, i);
    if (action->type != DSET_ACTION_UPDATE_STATUS) continue;
    add(&actual, status_text(e, action->status));
    expect_equal(e, "status", status_text(e, dset_plan_status(e->plan)), actual.items[0]);
  }
  const json_t *want = json_object_get(e->expect, "status");
  if (want != NULL) add(&expected, status_text_of(e, want));
  expect_same(e, "status", &actual, &expected);
}

static void expect_problems(example *e) {
  bool failed = !dset_text_empty(json_string_value(json_object_get(e->expect, "error")));
  if (failed != (dset_plan_problem_count(e->plan) > 0)) {
    FAIL(e, "problems: got %zu, want %s", dset_plan_problem_count(e->plan), failed ? "some" : "none");
  }
}

/* A ready pod without the time since when: time alone never makes it available (J3), though the controller looks. */
static bool timeless(const example *e) {
  const dset_snapshot *snapshot = dset_state_snapshot(e->state);
  for (size_t i = 0; i < snapshot->pod_count; i++) {
    if (snapshot->pods[i]->ready && snapshot->pods[i]->ready_since_ms == 0) return true;
  }
  return false;
}

/* The controller asks for coarse wake-ups; the plan must not ask for a later one. */
static void expect_next_check(example *e) {
  const json_t *after = json_object_get(e->expect, "requeueAfterSeconds");
  if (json_array_size(after) == 0 || timeless(e) || json_object_get(e->expect, "error") != NULL) return;
  double least = json_number_value(json_array_get(after, 0));
  for (size_t i = 1; i < json_array_size(after); i++) {
    double seconds = json_number_value(json_array_get(after, i));
    if (seconds < least) least = seconds;
  }
  int64_t now_ms = dset_state_snapshot(e->state)->now_ms;
  int64_t next_ms = dset_plan_next_check_ms(e->plan);
  if (next_ms == DSET_NEVER) FAIL(e, "nextCheck: never, want within %.3f s", least);
  if (next_ms > now_ms + (int64_t)(least * 1000)) {
    FAIL(e, "nextCheck: in %lld ms, want within %.3f s", (long long)(next_ms - now_ms), least);
  }
}

/* ---- created pods ---- */

/* Removes what writers of JSON differ in: members that are null, {} or []. */
static void strip(json_t *tree) {
  for (size_t i = 0; i < json_array_size(tree); i++) strip(json_array_get(tree, i));
  void *next;
  for (void *at = json_object_iter(tree); at != NULL; at = next) {
    json_t *value = json_object_iter_value(at);
    const char *key = json_object_iter_key(at);
    next = json_object_iter_next(tree, at);
    strip(value);
    bool empty = json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0) ||
                 (json_is_array(value) && json_array_size(value) == 0);
    if (empty) json_object_del(tree, key);
  }
}

/* A copy without what the controller's own object lacks: kind, version, namespace, and the status. */
static json_t *comparable_pod(const json_t *pod) {
  static const char *const tops[] = {"apiVersion", "kind", "status"};
  json_t *copy = json_deep_copy(pod);
  ck_assert_ptr_nonnull(copy);
  for (size_t i = 0; i < COUNT_OF(tops); i++) json_object_del(copy, tops[i]);
  json_object_del(json_object_get(copy, "metadata"), "namespace");
  strip(copy);
  return copy;
}

static json_t *parsed(example *e, const dset_text *text) {
  json_error_t error;
  json_t *tree = json_loadb(dset_text_bytes(text), dset_text_length(text), 0, &error);
  if (tree == NULL) FAIL(e, "no JSON: %s", error.text);
  if (strchr(dset_text_bytes(text), '\n') != NULL) FAIL(e, "more than one line");
  return tree;
}

static json_t *pod_json(example *e, const dset_action *create) {
  dset_text *text;
  dset_error error;
  if (dset_pod_json(dset_state_snapshot(e->state)->daemonset, create->node, create->hash, NULL, &text, &error) != 0) {
    FAIL(e, "dset_pod_json: %s", error.text);
  }
  json_t *pod = parsed(e, text);
  dset_text_free(text);
  return pod;
}

/* `createdPod` is the one for the first node by name; known only where the choice is not free. */
static void expect_created_pod(example *e) {
  const json_t *want = json_object_get(e->expect, "createdPod");
  if (want == NULL || json_object_get(json_object_get(e->expect, "createPods"), "anyOf") != NULL) return;
  const dset_action *first = NULL;
  for (size_t i = 0; i < dset_plan_action_count(e->plan); i++) {
    const dset_action *action = dset_plan_action(e->plan, i);
    if (action->type != DSET_ACTION_CREATE_POD) continue;
    if (first == NULL || strcmp(action->node, first->node) < 0) first = action;
  }
  if (first == NULL) FAIL(e, "createdPod: none");
  json_t *made = pod_json(e, first);
  json_t *actual = comparable_pod(made);
  json_t *expected = comparable_pod(want);
  char *got = json_dumps(actual, JSON_COMPACT | JSON_SORT_KEYS);
  char *wanted = json_dumps(expected, JSON_COMPACT | JSON_SORT_KEYS);
  expect_equal(e, "createdPod", got, wanted);
  free(got);
  free(wanted);
  json_decref(made);
  json_decref(actual);
  json_decref(expected);
}

/* ---- the plan as JSON carries what the structs carry ---- */

static void expect_member(example *e, const json_t *object, const char *key, const char *want) {
  const json_t *member = json_object_get(object, key);
  if (member == NULL && want == NULL) return;
  const char *got = json_string_value(member);
  if (got == NULL || want == NULL || strcmp(got, want) != 0) {
    FAIL(e, "JSON: %s is %s, want %s", key, dset_text_or_empty(got), dset_text_or_empty(want));
  }
}

static void expect_number(example *e, const json_t *object, const char *key, bool present, int64_t want) {
  const json_t *member = json_object_get(object, key);
  if ((member != NULL) != present || json_integer_value(member) != (present ? want : 0)) {
    FAIL(e, "JSON: %s is %lld, want %lld", key, (long long)json_integer_value(member), (long long)want);
  }
}

static void expect_action_json(example *e, const json_t *tree, const dset_action *action) {
  bool revision = action->type == DSET_ACTION_CREATE_REVISION || action->type == DSET_ACTION_UPDATE_REVISION;
  expect_member(e, tree, "type", dset_action_type_name(action->type));
  expect_member(e, tree, "reason", dset_cause_name(action->cause));
  expect_member(e, tree, "rule", dset_cause_rule(action->cause));
  expect_member(e, tree, "text", action->text);
  expect_member(e, tree, "phase", action->phase == DSET_SYNC_NONE ? NULL : dset_sync_name(action->phase));
  expect_member(e, tree, "node", action->node);
  expect_member(e, tree, "pod", action->pod);
  expect_member(e, tree, "revision", action->revision);
  expect_member(e, tree, "hash", action->hash);
  expect_number(e, tree, "number", revision, action->number);
  expect_number(e, tree, "count", action->type == DSET_ACTION_BUMP_COLLISION_COUNT, action->number);
  const json_t *made = json_object_get(tree, "event");
  expect_member(e, made, "type", action->event_type);
  expect_member(e, made, "reason", action->event_reason);
  expect_member(e, made, "message", action->event_type == NULL ? NULL : action->text);
  const json_t *status = json_object_get(tree, "status");
  if ((status != NULL) != (action->status != NULL)) FAIL(e, "JSON: the status of an action");
  if (status != NULL) {
    expect_equal(e, "status", status_text_of(e, status), status_text(e, action->status));
  }
  const json_t *manifest = json_object_get(tree, "manifest");
  if ((manifest != NULL) != (action->type == DSET_ACTION_CREATE_POD)) FAIL(e, "JSON: the manifest of an action");
  if (manifest != NULL) {
    json_t *pod = pod_json(e, action);
    if (!json_equal(manifest, pod)) FAIL(e, "JSON: the manifest of %s is not dset_pod_json()'s", action->node);
    json_decref(pod);
  }
}

static int64_t time_at(example *e, const json_t *object, const char *key) {
  int64_t time_ms;
  if (dset_time_parse(string_at(object, key), &time_ms, NULL) != DSET_OK) FAIL(e, "JSON: %s is no time", key);
  return time_ms;
}

static void expect_rest_json(example *e, const json_t *tree) {
  expect_member(e, tree, "name", dset_state_name(e->state));
  expect_equal(e, "status of JSON", status_text_of(e, json_object_get(tree, "status")),
               status_text(e, dset_plan_status(e->plan)));
  const json_t *problems = json_object_get(tree, "problems");
  if (json_array_size(problems) != dset_plan_problem_count(e->plan)) FAIL(e, "JSON: problems");
  for (size_t i = 0; i < json_array_size(problems); i++) {
    const dset_problem *problem = dset_plan_problem(e->plan, i);
    expect_member(e, json_array_get(problems, i), "code", dset_problem_name(problem->code));
    expect_member(e, json_array_get(problems, i), "text", problem->text);
  }
  const json_t *backoffs = json_object_get(tree, "backoff");
  if (json_array_size(backoffs) != dset_plan_backoff_count(e->plan)) FAIL(e, "JSON: backoff");
  for (size_t i = 0; i < json_array_size(backoffs); i++) {
    const json_t *item = json_array_get(backoffs, i);
    const dset_backoff *backoff = dset_plan_backoff(e->plan, i);
    expect_member(e, item, "node", backoff->node);
    double delay_ms = json_number_value(json_object_get(item, "delaySeconds")) * 1000;
    if ((int64_t)(delay_ms + 0.5) != backoff->delay_ms) FAIL(e, "JSON: delaySeconds of %s", backoff->node);
    if (time_at(e, item, "last") != backoff->last_ms) FAIL(e, "JSON: last of %s", backoff->node);
  }
  bool never = json_is_null(json_object_get(tree, "nextCheck"));
  int64_t next_ms = never ? DSET_NEVER : time_at(e, tree, "nextCheck");
  if (next_ms != dset_plan_next_check_ms(e->plan)) FAIL(e, "JSON: nextCheck");
}

static void expect_plan_json(example *e) {
  dset_write_options options = {.size = sizeof options, .name = dset_state_name(e->state)};
  options.manifests = dset_state_snapshot(e->state)->daemonset;
  dset_text *text;
  dset_error error;
  if (dset_plan_json(e->plan, &options, &text, &error) != DSET_OK) FAIL(e, "dset_plan_json: %s", error.text);
  json_t *tree = parsed(e, text);
  const json_t *actions = json_object_get(tree, "actions");
  if (json_array_size(actions) != dset_plan_action_count(e->plan)) FAIL(e, "JSON: the number of actions");
  for (size_t i = 0; i < json_array_size(actions); i++) {
    expect_action_json(e, json_array_get(actions, i), dset_plan_action(e->plan, i));
  }
  expect_rest_json(e, tree);
  json_decref(tree);
  dset_text_free(text);
}

/* ---- a file, line by line ---- */

static void check_sync(example *e) {
  dset_error error;
  int code = dset_plan_compute(dset_state_snapshot(e->state), dset_state_options(e->state), &e->plan, &error);
  if (code != DSET_OK) FAIL(e, "dset_plan_compute: %s", error.text);
  expect_choice(e, "createPods", DSET_ACTION_CREATE_POD);
  expect_choice(e, "deletePods", DSET_ACTION_DELETE_POD);
  expect_lists(e);
  expect_status(e);
  expect_problems(e);
  expect_backoff(e);
  expect_next_check(e);
  expect_created_pod(e);
  expect_plan_json(e);
  dset_plan_free(e->plan);
}

/* A verdict by its three ways: the matcher, the explanation, and JSON; each against what the controller said. */
static void check_verdict(example *e, const dset_matcher *matcher, const dset_node *node, const json_t *want,
                          const json_t *json) {
  bool run = json_is_true(json_object_get(want, "run"));
  bool stay = json_is_true(json_object_get(want, "continue"));
  int expected = run ? DSET_VERDICT_RUN : stay ? DSET_VERDICT_STAY : DSET_VERDICT_NEITHER;
  int verdict = dset_matcher_verdict(matcher, node);
  if (verdict != expected) FAIL(e, "%s: verdict %d, want %d", node->name, verdict, expected);
  dset_explanation *explanation;
  if (dset_explain(matcher, node, &explanation, NULL) != DSET_OK) FAIL(e, "%s: dset_explain", node->name);
  if (dset_explanation_verdict(explanation) != expected) FAIL(e, "%s: the explanation's verdict", node->name);
  const json_t *reasons = json_object_get(json, "reasons");
  if ((dset_explanation_count(explanation) == 0) != run) FAIL(e, "%s: reasons without need, or none", node->name);
  if (json_array_size(reasons) != dset_explanation_count(explanation)) FAIL(e, "%s: reasons in JSON", node->name);
  for (size_t i = 0; i < json_array_size(reasons); i++) {
    const dset_reason *reason = dset_explanation_reason(explanation, i);
    expect_member(e, json_array_get(reasons, i), "code", dset_reason_name(reason->code));
    expect_member(e, json_array_get(reasons, i), "rule", dset_reason_rule(reason->code));
    expect_member(e, json_array_get(reasons, i), "text", reason->text);
  }
  expect_member(e, json, "node", node->name);
  if (!json_is_boolean(json_object_get(json, "run")) || json_is_true(json_object_get(json, "run")) != run ||
      !json_is_boolean(json_object_get(json, "continue")) || json_is_true(json_object_get(json, "continue")) != stay) {
    FAIL(e, "%s: the verdict in JSON", node->name);
  }
  dset_explanation_free(explanation);
}

static void check_eligible(example *e) {
  const dset_snapshot *snapshot = dset_state_snapshot(e->state);
  dset_write_options options = {.size = sizeof options, .name = dset_state_name(e->state)};
  const json_t *wanted = json_object_get(e->line, "verdicts");
  dset_matcher *matcher;
  dset_text *text;
  dset_error error;
  if (dset_matcher_new(snapshot->daemonset, NULL, &matcher, &error) != DSET_OK ||
      dset_explain_json(snapshot->daemonset, snapshot->nodes, snapshot->node_count, &options, &text, &error) !=
          DSET_OK) {
    FAIL(e, "%s", error.text);
  }
  json_t *tree = parsed(e, text);
  const json_t *verdicts = json_object_get(tree, "verdicts");
  expect_member(e, tree, "name", options.name);
  size_t count = json_array_size(wanted);
  if (count == 0 || count != snapshot->node_count || count != json_array_size(verdicts)) {
    FAIL(e, "%zu verdicts wanted, %zu nodes, %zu answers", count, snapshot->node_count, json_array_size(verdicts));
  }
  for (size_t i = 0; i < count; i++) {
    check_verdict(e, matcher, snapshot->nodes[i], json_array_get(wanted, i), json_array_get(verdicts, i));
  }
  json_decref(tree);
  dset_text_free(text);
  dset_matcher_free(matcher);
}

typedef struct golden_file {
  const char *path;
  size_t cases;
  void (*check)(example *e);
} golden_file;

static const golden_file files[] = {
    {"tests/golden/sync-rollout.jsonl", 150, check_sync}, {"tests/golden/sync-manage.jsonl", 150, check_sync},
    {"tests/golden/sync-burst.jsonl", 150, check_sync},   {"tests/golden/sync-history.jsonl", 150, check_sync},
    {"tests/golden/sync-claim.jsonl", 150, check_sync},   {"tests/golden/sync-mixed.jsonl", 150, check_sync},
    {"tests/golden/sync-parity.jsonl", 309, check_sync},  {"tests/golden/eligible.jsonl", 250, check_eligible},
};

static void check_line(const golden_file *file, size_t number, const char *line, size_t bytes) {
  example e = {0};
  dset_error error;
  dset_arena_init(&e.arena, NULL);
  e.line = json_loadb(line, bytes, 0, NULL);
  ck_assert_msg(e.line != NULL, "%s:%zu: not JSON", file->path, number);
  e.expect = json_object_get(e.line, "expect");
  ck_assert_msg(file->check != check_sync || json_is_object(e.expect), "%s:%zu: no expect", file->path, number);
  int code = dset_state_read(line, bytes, NULL, &e.state, &error);
  ck_assert_msg(code == DSET_OK, "%s:%zu: %s %s", file->path, number, error.path, error.text);
  file->check(&e);
  dset_state_free(e.state);
  json_decref(e.line);
  dset_arena_clear(&e.arena);
}

START_TEST(golden) {
  const golden_file *file = &files[_i];
  FILE *stream = fopen(file->path, "r");
  ck_assert_msg(stream != NULL, "%s cannot be opened; is the runner started from the root of the repository?",
                file->path);
  char *line = NULL;
  size_t capacity = 0;
  size_t cases = 0;
  for (ssize_t bytes; (bytes = getline(&line, &capacity, stream)) > 0;) {
    check_line(file, ++cases, line, (size_t)bytes);
  }
  ck_assert_msg(!ferror(stream) && feof(stream), "%s cannot be read", file->path);
  free(line);
  fclose(stream);
  ck_assert_msg(cases == file->cases, "%s: %zu cases, want %zu", file->path, cases, file->cases);
}
END_TEST

Suite *dset_suite_golden(void);

Suite *dset_suite_golden(void) {
  Suite *suite = suite_create("golden");
  TCase *tcase = tcase_create("golden");
  tcase_set_timeout(tcase, 600); /* under a sanitizer or valgrind */
  ADD_ROWS(tcase, golden, files);
  suite_add_tcase(suite, tcase);
  return suite;
}
