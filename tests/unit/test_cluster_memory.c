/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cluster_memory.c: every allocation of every call on a cluster fails in turn. The call says so, nothing has
 * changed and nothing leaks; made once more, it succeeds. That nothing has changed is what the law says: all plans are
 * those of the model.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "support/play.h"

enum { EVENTS = 60, SCRIPTS = 3 };

/* A cluster and its model where the first events of a script have happened. */
typedef struct scene {
  fault memory;
  dset_cluster *cluster;
  model_cluster model;
} scene;

static void begin(scene *s, const script *of, size_t events) {
  dset_options options = of->options;
  fault_init(&s->memory, FAULT_NEVER, FAULT_ONCE);
  options.allocator = &s->memory.allocator;
  ck_assert_int_eq(dset_cluster_new(&options, &s->cluster, NULL), DSET_OK);
  model_init(&s->model, &of->options);
  for (size_t i = 0; i < events; i++) {
    int code = model_apply(&s->model, &of->events[i]);
    ck_assert_int_eq(play_event(s->cluster, &of->events[i], NULL), code);
  }
}

static void expect_law(scene *s, const script *of, size_t event, const char *when) {
  char why[1024];
  if (play_equal(s->cluster, &s->model, why, sizeof why)) return;
  ck_abort_msg("script %d, event %zu, allocation %zu, %s: %s", (int)of->seed, event, s->memory.at, when, why);
}

static void end(scene *s) {
  dset_cluster_free(s->cluster);
  model_clear(&s->model);
  fault_expect_empty(&s->memory, "cluster");
}

/* The dirty list, as text. */
static void write_dirty(const scene *s, char *text, size_t bytes) {
  dset_key keys[16];
  size_t count = dset_cluster_dirty(s->cluster, INT64_MIN, keys, 16);
  size_t length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < count && length < bytes; i++) {
    length += (size_t)snprintf(text + length, bytes - length, " %s/%s", keys[i].ns, keys[i].name);
  }
}

/* One event whose allocation number `at` fails. True: it had so many. `planned`: plans were made before. */
static bool event_fails(const script *of, size_t event, size_t at, enum fault_mode mode, bool planned) {
  scene s;
  char before[512];
  char after[512];
  dset_error error = {0};
  begin(&s, of, event);
  if (planned) expect_law(&s, of, event, "before");
  write_dirty(&s, before, sizeof before);
  uint64_t events = dset_cluster_counters_of(s.cluster)->events;
  s.memory.mode = mode;
  s.memory.at = s.memory.asked + at;
  int code = play_event(s.cluster, &of->events[event], &error);
  s.memory.at = FAULT_NEVER;
  bool failed = code == DSET_ERR_NOMEM;
  if (failed) {
    ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
    write_dirty(&s, after, sizeof after);
    ck_assert_str_eq(before, after);
    ck_assert_uint_eq(dset_cluster_counters_of(s.cluster)->events, events);
    if (at % 2 == 0) expect_law(&s, of, event, "after it failed"); /* else the retry finds what was left */
    code = play_event(s.cluster, &of->events[event], NULL);
  }
  ck_assert_int_eq(code, model_apply(&s.model, &of->events[event]));
  expect_law(&s, of, event, "after it");
  end(&s);
  return failed;
}

static const enum fault_mode modes[] = {FAULT_ONCE, FAULT_ON};

/* Every event of a script, on a cluster that has plans and on one that has none; the first ones make it grow. */
START_TEST(memory_events) {
  script *s = script_random((uint64_t)_i + 1, EVENTS);
  size_t failed = 0;
  for (size_t event = 0; event < s->count; event++) {
    for (int way = 0; way < 4; way++) {
      size_t at = 0;
      while (event_fails(s, event, at, modes[way % 2], way / 2 == 1)) at++;
      failed += at;
    }
  }
  ck_assert_uint_gt(failed, 0);
  script_free(s);
}
END_TEST

/* The events of one kind in a script, up to three; how many. */
static size_t kind_fails(const script *s, enum script_kind kind) {
  size_t seen = 0;
  for (size_t event = 0; event < s->count && seen < 3; event++) {
    if (s->events[event].kind != kind) continue;
    seen++;
    size_t at = 0;
    while (event_fails(s, event, at, FAULT_ONCE, true)) at++;
    bool takes = kind >= SCRIPT_REMOVE_NODE && kind <= SCRIPT_REMOVE_DAEMONSET;
    ck_assert_msg(!takes || at == 0, "removing failed for want of memory");
    if (kind == SCRIPT_PUT_IN_FLIGHT) ck_assert_uint_eq(at, 0);
  }
  return seen;
}

/* Every kind of event: put anew, put again, or taken away. */
START_TEST(memory_kinds) {
  size_t seen = 0;
  for (uint64_t seed = 77; seen < 6; seed++) {
    script *s = script_random(seed, 300);
    seen += kind_fails(s, (enum script_kind)_i);
    script_free(s);
  }
}
END_TEST

/* After a plan that fails there is none, and the DaemonSet is dirty; the next one is right. */
static bool plan_fails(const script *of, size_t at, enum fault_mode mode, bool planned) {
  scene s;
  dset_error error = {0};
  const dset_plan *plan;
  begin(&s, of, of->count);
  if (planned) expect_law(&s, of, of->count, "before");
  const dset_daemonset *daemonset = s.model.daemonsets[0].object;
  if (planned) dset_cluster_put_in_flight(s.cluster, daemonset->ns, daemonset->name, 0, 0, 1, NULL);
  if (planned)
    s.model.daemonsets[0] = (model_daemonset){.object = daemonset,
                                              .since_ms = 1,
                                              .backoffs = s.model.daemonsets[0].backoffs,
                                              .backoff_count = s.model.daemonsets[0].backoff_count,
                                              .revision_hash = s.model.daemonsets[0].revision_hash};
  s.memory.mode = mode;
  s.memory.at = s.memory.asked + at;
  uint64_t plans = dset_cluster_counters_of(s.cluster)->plans;
  int code = dset_cluster_plan(s.cluster, daemonset->ns, daemonset->name, s.model.now_ms, &plan, &error);
  s.memory.at = FAULT_NEVER;
  bool failed = code != DSET_OK;
  if (failed) {
    ck_assert_int_eq(code, DSET_ERR_NOMEM);
    ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
    ck_assert_ptr_null(plan);
    ck_assert_uint_eq(dset_cluster_counters_of(s.cluster)->plans, plans);
    dset_key keys[16];
    size_t count = dset_cluster_dirty(s.cluster, s.model.now_ms, keys, 16);
    bool dirty = false;
    for (size_t i = 0; i < count; i++) {
      dirty |= model_same(keys[i].ns, daemonset->ns) && model_same(keys[i].name, daemonset->name);
    }
    ck_assert_msg(dirty, "a DaemonSet without plan is not dirty");
  }
  expect_law(&s, of, of->count, "after it");
  end(&s);
  return failed;
}

START_TEST(memory_plan) {
  script *s = script_random((uint64_t)_i + 1, EVENTS);
  while (s->count > 0) { /* a DaemonSet must be there */
    model_cluster model;
    model_init(&model, &s->options);
    for (size_t i = 0; i < s->count; i++) model_apply(&model, &s->events[i]);
    size_t daemonsets = model.daemonset_count;
    model_clear(&model);
    if (daemonsets > 0) break;
    s->count--;
  }
  for (int way = 0; way < 4; way++) {
    size_t at = 0;
    while (plan_fails(s, at, modes[way % 2], way / 2 == 1)) at++;
    ck_assert_msg(at > 0 || way / 2 == 1, "the first plan needs no memory");
  }
  script_free(s);
}
END_TEST

START_TEST(memory_new) {
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    fault memory;
    fault_init(&memory, at, FAULT_ONCE);
    const dset_options options = {.size = sizeof options, .allocator = &memory.allocator};
    dset_cluster *cluster = (dset_cluster *)&memory;
    dset_error error = {0};
    code = dset_cluster_new(&options, &cluster, &error);
    ck_assert(code == DSET_OK || (code == DSET_ERR_NOMEM && cluster == NULL && error.code == code));
    dset_cluster_free(cluster);
    fault_expect_empty(&memory, "new");
    ck_assert(code == DSET_OK || at < 100);
  }
}
END_TEST

/* One of each kind, under names that were never there before, comes and goes. */
static void come_and_go(scene *s, size_t round) {
  char name[32];
  char gone[32];
  const dset_plan *plan;
  snprintf(name, sizeof name, "x-%06zu", round);
  snprintf(gone, sizeof gone, "y-%06zu", round);
  const dset_label label = {name, gone};
  const dset_taint taint = {name, gone, "NoSchedule"};
  const dset_owner owner = {"DaemonSet", name, gone, true};
  const dset_selector selector = {.labels = &label, .label_count = 1};
  const dset_node node = {
      .size = sizeof node, .name = name, .labels = &label, .label_count = 1, .taints = &taint, .taint_count = 1};
  const dset_pod pods[] = {
      {.size = sizeof *pods, .ns = name, .name = name, .node_name = name, .labels = &label, .label_count = 1},
      {.size = sizeof *pods, .ns = name, .name = gone, .node_name = gone, .owners = &owner, .owner_count = 1},
      {.size = sizeof *pods, .ns = gone, .name = gone, .node_name = gone, .owners = &owner, .owner_count = 1},
  };
  const dset_revision revision = {.size = sizeof revision,
                                  .ns = name,
                                  .name = name,
                                  .data = name,
                                  .data_bytes = 8,
                                  .labels = &label,
                                  .label_count = 1,
                                  .owners = &owner,
                                  .owner_count = 1};
  const dset_daemonset daemonset = {.size = sizeof daemonset,
                                    .ns = name,
                                    .name = name,
                                    .uid = gone,
                                    .selector = &selector,
                                    .template_labels = &label,
                                    .template_label_count = 1,
                                    .node_selector = &label,
                                    .node_selector_count = 1,
                                    .revision_data = name,
                                    .revision_data_bytes = 8};
  dset_cluster_put_node(s->cluster, &node, NULL);
  for (size_t i = 0; i < 3; i++) dset_cluster_put_pod(s->cluster, &pods[i], NULL);
  dset_cluster_put_revision(s->cluster, &revision, NULL);
  ck_assert_int_eq(dset_cluster_put_daemonset(s->cluster, &daemonset, NULL, NULL), DSET_OK);
  ck_assert_int_eq(dset_cluster_plan(s->cluster, name, name, 1, &plan, NULL), DSET_OK);
  dset_cluster_put_backoffs(s->cluster, name, name, &(dset_backoff){gone, 1000, 1}, 1, NULL);
  for (size_t i = 0; i < 5; i++) { /* in each order */
    switch ((round + i) % 5) {
      case 0: dset_cluster_remove_node(s->cluster, name, NULL); break;
      case 1: dset_cluster_remove_pod(s->cluster, name, name, NULL); break;
      case 2:
        dset_cluster_remove_pod(s->cluster, name, gone, NULL);
        dset_cluster_remove_pod(s->cluster, gone, gone, NULL);
        break;
      case 3: dset_cluster_remove_revision(s->cluster, name, name, NULL); break;
      default: dset_cluster_remove_daemonset(s->cluster, name, name, NULL); break;
    }
  }
}

/* What is gone takes no memory, whatever its name was. */
START_TEST(memory_of_what_is_gone) {
  enum { WARM_UP = 500, ROUNDS = 5000 };
  scene s;
  script *empty = script_new();
  begin(&s, empty, 0);
  size_t warm = 0;
  for (size_t round = 0; round < ROUNDS; round++) {
    if (round == WARM_UP) warm = s.memory.peak_bytes;
    come_and_go(&s, round);
  }
  ck_assert_uint_eq(s.memory.peak_bytes, warm);
  script_free(empty);
  end(&s);
}
END_TEST

TCase *dset_tcase_cluster_memory(void);

TCase *dset_tcase_cluster_memory(void) {
  TCase *tcase = tcase_create("cluster_memory");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, memory_new);
  tcase_add_test(tcase, memory_of_what_is_gone);
  tcase_add_loop_test(tcase, memory_events, 0, SCRIPTS);
  tcase_add_loop_test(tcase, memory_kinds, 0, SCRIPT_TIME);
  tcase_add_loop_test(tcase, memory_plan, 0, SCRIPTS);
  return tcase;
}
