/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_admit_random.c: judgements on what the real controller did (tests/golden) and on random states.
 *
 *   golden   all of `required`, and of each group of `anyOf` the first, the last, or any of its members, are admitted;
 *            one more of a group, or one less, is not
 *   own      the library's own plan is admitted, in any order; without one of its actions, or with one twice, it is not
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "support/build.h"
#include "support/random.h"
#include "support/trial.h"
#include "text.h"

#define SEED UINT64_C(20260303)
enum { STATES = 3000, MOST = 4096 };

typedef struct proposal {
  dset_arena arena;
  dset_action *items;
  const dset_action **pointers;
  size_t count;
} proposal;

static void begin(proposal *p) {
  dset_arena_init(&p->arena, NULL);
  p->items = dset_arena_zalloc(&p->arena, MOST, sizeof *p->items);
  p->pointers = dset_arena_zalloc(&p->arena, MOST, sizeof *p->pointers);
  p->count = 0;
  ck_assert(p->items != NULL && p->pointers != NULL);
}

static dset_action *propose(proposal *p, int type) {
  ck_assert_uint_lt(p->count, MOST);
  dset_action *action = &p->items[p->count++];
  *action = (dset_action){.size = sizeof *action, .type = type};
  return action;
}

/* The rule, "" when admitted. It lives as long as the proposal. */
static const char *judge(proposal *p, const dset_snapshot *snapshot, const dset_options *options, const char *what) {
  dset_judgement *judgement;
  dset_error error;
  for (size_t i = 0; i < p->count; i++) p->pointers[i] = &p->items[i];
  int code = dset_plan_admits(snapshot, options, p->pointers, p->count, &judgement, &error);
  if (code != DSET_OK) ck_abort_msg("%s: %s: %s", what, error.path, error.text);
  const char *rule = dset_judgement_rule(judgement);
  bool admitted = dset_judgement_admitted(judgement);
  bool told = dset_judgement_text(judgement)[0] != '\0' && dset_judgement_allowed(judgement)[0] != '\0';
  if ((rule[0] == '\0') != admitted || told == admitted) ck_abort_msg("%s: half a judgement", what);
  const char *text = dset_arena_format(&p->arena, "%s%s%s", rule, admitted ? "" : ": ", dset_judgement_text(judgement));
  dset_judgement_free(judgement);
  return text;
}

static void expect_admitted(proposal *p, const dset_snapshot *snapshot, const dset_options *options, const char *what) {
  const char *rule = judge(p, snapshot, options, what);
  if (rule[0] != '\0') ck_abort_msg("%s is not admitted: %s", what, rule);
}

static void expect_refused(proposal *p, const dset_snapshot *snapshot, const dset_options *options, const char *what) {
  if (judge(p, snapshot, options, what)[0] == '\0') ck_abort_msg("%s is admitted", what);
}

/* ---- golden: from what the controller did to actions ---- */

typedef struct example {
  const json_t *expect;
  const dset_snapshot *snapshot;
  const dset_options *options;
  const dset_plan *plan; /* the library's own */
  dset_random *random;
  int variant; /* first, last, random */
} example;

enum { FIRST, LAST, ANY, VARIANTS };

static const char *text_at(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  ck_assert_msg(text != NULL, "no text %s", key);
  return text;
}

/* What a created pod carries. */
static const char *created_hash(const example *e) {
  for (size_t i = 0; i < dset_plan_action_count(e->plan); i++) {
    const dset_action *action = dset_plan_action(e->plan, i);
    if (action->type == DSET_ACTION_CREATE_POD) return action->hash;
  }
  return "";
}

static void propose_pod(proposal *p, const example *e, int type, const char *name) {
  dset_action *action = propose(p, type);
  if (type == DSET_ACTION_CREATE_POD) {
    action->node = name;
    action->hash = created_hash(e);
  } else {
    action->pod = name;
  }
}

static const dset_pod *find_pod(const example *e, const char *name) {
  const dset_snapshot *snapshot = e->snapshot;
  for (size_t i = 0; i < snapshot->pod_count; i++) {
    const dset_pod *pod = snapshot->pods[i];
    if (strcmp(pod->name, name) == 0 && strcmp(pod->ns, snapshot->daemonset->ns) == 0) return pod;
  }
  return NULL;
}

enum { OWNED, ORPHAN, FOREIGN };

static int whose(const example *e, const char *name) {
  const dset_pod *pod = find_pod(e, name);
  if (pod == NULL || pod->phase != DSET_PHASE_FAILED) return OWNED; /* not a question */
  if (pod->owner_count == 0 || !pod->owners[0].controller) return ORPHAN;
  return strcmp(pod->owners[0].uid, e->snapshot->daemonset->uid) == 0 ? OWNED : FOREIGN;
}

/*
 * The members of a group in the order to choose from. A group of failed pods of one node names all of them, though the
 * controller takes none of another controller (D4), and own ones before those it adopts (E9).
 */
static size_t order_group(const example *e, const json_t *from, const char **names) {
  size_t count = 0;
  int best = FOREIGN;
  for (size_t i = 0; i < json_array_size(from); i++) {
    int owner = whose(e, json_string_value(json_array_get(from, i)));
    if (owner < best) best = owner;
  }
  for (size_t i = 0; i < json_array_size(from); i++) {
    const char *name = json_string_value(json_array_get(from, i));
    if (whose(e, name) == best) names[count++] = name;
  }
  for (size_t i = 0; e->variant == LAST && i < count / 2; i++) {
    const char *name = names[i];
    names[i] = names[count - 1 - i];
    names[count - 1 - i] = name;
  }
  if (e->variant == ANY) random_shuffle(e->random, names, count, sizeof *names);
  return count;
}

/* The event that announces another pod of the group now announces the chosen one (E9). */
static void announce(proposal *p, const json_t *from, const char *chosen) {
  for (size_t i = 0; i < p->count; i++) {
    if (p->items[i].type != DSET_ACTION_EMIT_EVENT) continue;
    for (size_t j = 0; j < json_array_size(from); j++) {
      const char *name = json_string_value(json_array_get(from, j));
      const char *part = dset_arena_format(&p->arena, "/%s on node ", name);
      const char *at = strstr(p->items[i].text, part);
      if (at == NULL) continue;
      int length = (int)(at - p->items[i].text) + 1;
      p->items[i].text =
          dset_arena_format(&p->arena, "%.*s%s%s", length, p->items[i].text, chosen, at + 1 + strlen(name));
    }
  }
}

static void propose_choice(proposal *p, const example *e, const char *member, int type) {
  const json_t *choice = json_object_get(e->expect, member);
  const json_t *required = json_object_get(choice, "required");
  const json_t *groups = json_object_get(choice, "anyOf");
  for (size_t i = 0; i < json_array_size(required); i++) {
    propose_pod(p, e, type, json_string_value(json_array_get(required, i)));
  }
  for (size_t g = 0; g < json_array_size(groups); g++) {
    const json_t *from = json_object_get(json_array_get(groups, g), "from");
    size_t choose = (size_t)json_integer_value(json_object_get(json_array_get(groups, g), "choose"));
    const char **names = dset_arena_alloc(&p->arena, json_array_size(from), sizeof *names);
    ck_assert_ptr_nonnull(names);
    ck_assert_uint_le(choose, order_group(e, from, names));
    for (size_t i = 0; i < choose; i++) propose_pod(p, e, type, names[i]);
    if (type == DSET_ACTION_DELETE_POD && choose == 1) announce(p, from, names[0]);
  }
}

static const char *name_of(const json_t *item) {
  return json_is_string(item) ? json_string_value(item) : text_at(item, "name");
}

/* One action of a member that is a list of names, or of objects with a name. */
static void propose_item(proposal *p, int type, const json_t *item) {
  dset_action *action = propose(p, type);
  if (type == DSET_ACTION_EMIT_EVENT) {
    action->event_type = text_at(item, "type");
    action->event_reason = text_at(item, "reason");
    action->text = text_at(item, "message");
    return;
  }
  action->pod = action->revision = name_of(item);
  if (!json_is_object(item)) return;
  action->hash = text_at(item, "hash");
  action->number = json_integer_value(json_object_get(item, "revision"));
}

static void propose_lists(proposal *p, const example *e) {
  static const struct {
    const char *member;
    int type;
  } lists[] = {
      {"adoptPods", DSET_ACTION_ADOPT_POD},
      {"releasePods", DSET_ACTION_RELEASE_POD},
      {"labelPods", DSET_ACTION_LABEL_POD},
      {"createRevision", DSET_ACTION_CREATE_REVISION},
      {"updateRevisions", DSET_ACTION_UPDATE_REVISION},
      {"deleteRevisions", DSET_ACTION_DELETE_REVISION},
      {"adoptRevisions", DSET_ACTION_ADOPT_REVISION},
      {"releaseRevisions", DSET_ACTION_RELEASE_REVISION},
      {"events", DSET_ACTION_EMIT_EVENT},
  };
  for (size_t row = 0; row < COUNT_OF(lists); row++) {
    const json_t *member = json_object_get(e->expect, lists[row].member);
    if (json_is_object(member)) propose_item(p, lists[row].type, member);
    for (size_t i = 0; i < json_array_size(member); i++) {
      propose_item(p, lists[row].type, json_array_get(member, i));
    }
  }
}

/* Status and collision count: the numbers are those of the vector. */
static void propose_status(proposal *p, const example *e) {
  const dset_status *before = e->snapshot->daemonset->status;
  if (json_is_true(json_object_get(e->expect, "bumpCollision"))) {
    int64_t count = before != NULL && before->has_collision_count ? before->collision_count : 0;
    propose(p, DSET_ACTION_BUMP_COLLISION_COUNT)->number = count + 1;
  }
  const json_t *tree = json_object_get(e->expect, "status");
  if (tree == NULL) return;
  dset_status *status = dset_arena_zalloc(&p->arena, 1, sizeof *status);
  ck_assert_ptr_nonnull(status);
  status->size = sizeof *status;
  const struct {
    const char *key;
    int32_t *counter;
  } counters[] = {{"desiredNumberScheduled", &status->desired_number_scheduled},
                  {"currentNumberScheduled", &status->current_number_scheduled},
                  {"numberMisscheduled", &status->number_misscheduled},
                  {"numberReady", &status->number_ready},
                  {"updatedNumberScheduled", &status->updated_number_scheduled},
                  {"numberAvailable", &status->number_available},
                  {"numberUnavailable", &status->number_unavailable},
                  {"collisionCount", &status->collision_count}};
  for (size_t i = 0; i < COUNT_OF(counters); i++) {
    *counters[i].counter = (int32_t)json_integer_value(json_object_get(tree, counters[i].key));
  }
  status->observed_generation = json_integer_value(json_object_get(tree, "observedGeneration"));
  status->has_collision_count = json_object_get(tree, "collisionCount") != NULL;
  if (json_object_get(tree, "conditions") != NULL) status->conditions = before->conditions;
  propose(p, DSET_ACTION_UPDATE_STATUS)->status = status;
}

/* ---- golden: deletes of manage beyond the limit ---- */

typedef struct node_place {
  const char *node;
  uint64_t place; /* existing nodes before vanished ones, otherwise at random */
} node_place;

static int compare_places(const void *a, const void *b) {
  const node_place *left = a;
  const node_place *right = b;
  return left->place < right->place ? -1 : left->place > right->place;
}

static bool exists(const dset_snapshot *snapshot, const char *node) {
  for (size_t i = 0; i < snapshot->node_count; i++) {
    if (strcmp(snapshot->nodes[i]->name, node) == 0) return true;
  }
  return false;
}

/* The nodes of a plan's deletes in an order in which the controller might walk. */
static size_t walk(const example *e, const dset_plan *whole, node_place *places) {
  size_t count = 0;
  for (size_t i = 0; i < dset_plan_action_count(whole); i++) {
    const dset_action *action = dset_plan_action(whole, i);
    if (action->type != DSET_ACTION_DELETE_POD) continue;
    if (count > 0 && strcmp(places[count - 1].node, action->node) == 0) continue;
    uint64_t place = random_next(e->random) >> 1;
    if (!exists(e->snapshot, action->node)) place |= UINT64_C(1) << 63;
    places[count++] = (node_place){action->node, place};
  }
  qsort(places, count, sizeof *places, compare_places);
  return count;
}

/*
 * The group of a vector holds all that the limit could leave; the controller finishes one node before the next (F19).
 * What there is to delete without a limit, walked node by node, and cut.
 */
static void propose_cut(proposal *p, const example *e, const dset_plan *whole, size_t burst) {
  node_place *places = dset_arena_alloc(&p->arena, MOST, sizeof *places);
  ck_assert_ptr_nonnull(places);
  size_t nodes = walk(e, whole, places);
  size_t taken = 0;
  for (size_t n = 0; n < nodes; n++) {
    for (size_t i = 0; i < dset_plan_action_count(whole); i++) {
      const dset_action *action = dset_plan_action(whole, i);
      if (action->type != DSET_ACTION_DELETE_POD || strcmp(action->node, places[n].node) != 0) continue;
      if (taken++ < burst) propose(p, DSET_ACTION_DELETE_POD)->pod = dset_arena_string(&p->arena, action->pod);
    }
  }
}

static size_t count_deletes(const dset_plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    count += action->type == DSET_ACTION_DELETE_POD && action->phase == DSET_SYNC_MANAGE;
  }
  return count;
}

/* Events do not fall to the limit: those of the plan without one. */
static void propose_events(proposal *p, const dset_plan *whole) {
  for (size_t i = 0; i < p->count; i++) {
    if (p->items[i].type == DSET_ACTION_EMIT_EVENT) p->items[i--] = p->items[--p->count];
  }
  for (size_t i = 0; i < dset_plan_action_count(whole); i++) {
    const dset_action *action = dset_plan_action(whole, i);
    if (action->type != DSET_ACTION_EMIT_EVENT) continue;
    dset_action *event = propose(p, DSET_ACTION_EMIT_EVENT);
    event->event_type = action->event_type;
    event->event_reason = action->event_reason;
    event->text = dset_arena_string(&p->arena, action->text);
  }
}

static void propose_deletes(proposal *p, const example *e) {
  dset_options unlimited = *e->options;
  unlimited.burst = UINT32_MAX;
  dset_plan *whole;
  ck_assert_int_eq(dset_plan_compute(e->snapshot, &unlimited, &whole, NULL), DSET_OK);
  size_t here = count_deletes(e->plan);
  if (here < count_deletes(whole)) {
    propose_events(p, whole);
    propose_cut(p, e, whole, here);
  } else {
    propose_choice(p, e, "deletePods", DSET_ACTION_DELETE_POD);
  }
  dset_plan_free(whole);
}

/* ---- golden: a file, line by line ---- */

static void check_example(const example *e, const char *name) {
  proposal p;
  begin(&p);
  propose_lists(&p, e);
  propose_status(&p, e);
  propose_choice(&p, e, "createPods", DSET_ACTION_CREATE_POD);
  propose_deletes(&p, e);
  random_shuffle(e->random, p.items, p.count, sizeof *p.items);
  expect_admitted(&p, e->snapshot, e->options, name);
  for (size_t i = 0; i < p.count; i++) {
    dset_action left_out = p.items[i];
    p.items[i] = p.items[--p.count];
    expect_refused(&p, e->snapshot, e->options, name);
    p.items[p.count++] = p.items[i];
    p.items[i] = left_out;
  }
  dset_arena_clear(&p.arena);
}

static void check_line(const char *line, size_t bytes, dset_random *random) {
  dset_state *state;
  dset_plan *plan;
  json_t *tree = json_loadb(line, bytes, 0, NULL);
  ck_assert_ptr_nonnull(tree);
  ck_assert_int_eq(dset_state_read(line, bytes, NULL, &state, NULL), DSET_OK);
  example e = {.expect = json_object_get(tree, "expect"), .random = random};
  e.snapshot = dset_state_snapshot(state);
  e.options = dset_state_options(state);
  ck_assert_int_eq(dset_plan_compute(e.snapshot, e.options, &plan, NULL), DSET_OK);
  e.plan = plan;
  for (e.variant = FIRST; e.variant < VARIANTS; e.variant++) check_example(&e, dset_state_name(state));
  dset_plan_free(plan);
  dset_state_free(state);
  json_decref(tree);
}

static const char *const files[] = {"rollout", "manage", "burst", "history", "claim", "mixed", "parity"};

START_TEST(golden_choices) {
  char path[64];
  snprintf(path, sizeof path, "tests/golden/sync-%s.jsonl", files[_i]);
  FILE *stream = fopen(path, "r");
  ck_assert_msg(stream != NULL, "%s cannot be opened; is the runner started from the root of the repository?", path);
  dset_random random = random_from(SEED);
  char *line = NULL;
  size_t capacity = 0;
  size_t lines = 0;
  for (ssize_t bytes; (bytes = getline(&line, &capacity, stream)) > 0; lines++) {
    check_line(line, (size_t)bytes, &random);
  }
  ck_assert_msg(lines >= 150, "%s: %zu lines (seed %llu)", path, lines, (unsigned long long)SEED);
  free(line);
  fclose(stream);
}
END_TEST

/* ---- random states ---- */

static void propose_plan(proposal *p, const dset_plan *plan) {
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    *propose(p, DSET_ACTION_UPDATE_STATUS) = *dset_plan_action(plan, i);
  }
}

static void check_own(const dset_snapshot *snapshot, const dset_options *options, dset_random *random,
                      const char *what) {
  dset_plan *plan;
  proposal p;
  ck_assert_int_eq(dset_plan_compute(snapshot, options, &plan, NULL), DSET_OK);
  begin(&p);
  propose_plan(&p, plan);
  random_shuffle(random, p.items, p.count, sizeof *p.items);
  expect_admitted(&p, snapshot, options, what);
  if (p.count != 0) {
    dset_action any = p.items[random_below(random, p.count)];
    *propose(&p, any.type) = any;
    bool claim = any.type == DSET_ACTION_ADOPT_POD || any.type == DSET_ACTION_RELEASE_POD;
    (claim ? expect_admitted : expect_refused)(&p, snapshot, options, what);
    p.count--;
    p.items[random_below(random, p.count)] = p.items[p.count - 1];
    p.count--;
    expect_refused(&p, snapshot, options, what);
  }
  dset_arena_clear(&p.arena);
  dset_plan_free(plan);
}

START_TEST(own_plans) {
  dset_random random = random_from(SEED);
  char what[64];
  for (size_t i = 0; i < STATES; i++) {
    uint64_t seed = random_next(&random);
    trial *t = trial_random(seed);
    dset_snapshot snapshot;
    trial_snapshot(t, &snapshot);
    snprintf(what, sizeof what, "state %zu of seed %llu", i, (unsigned long long)SEED);
    check_own(&snapshot, &t->options, &random, what);
    trial_free(t);
  }
}
END_TEST

void dset_add_admit_random(Suite *suite);

void dset_add_admit_random(Suite *suite) {
  TCase *tcase = tcase_create("random");
  tcase_set_timeout(tcase, 600); /* under a sanitizer or valgrind */
  ADD_ROWS(tcase, golden_choices, files);
  tcase_add_test(tcase, own_plans);
  suite_add_tcase(suite, tcase);
}
