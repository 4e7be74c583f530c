/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_plan_input.c: what dset_plan_compute() promises as a function: which questions it refuses and where it says the
 * fault is, one answer whatever the order of its input, a plan that outlives the question, no allocation lost.
 */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"

/* ---- errors ---- */

/* A question to be spoiled. `node`, `pod` and `revision` are the second of their lists. */
typedef struct question {
  dset_world w;
  dset_snapshot snapshot;
  dset_node *node;
  dset_pod *pod;
  dset_revision *revision;
  dset_status *status;
} question;

static void question_init(question *q) {
  world_init(&q->w);
  world_nodes(&q->w, "n1; n2 k=v !t=v:NoSchedule");
  world_pods(&q->w, "p@n1; q@n2");
  world_backoff(&q->w, "n1", 1000, 1);
  q->node = world_node(&q->w, "n2");
  q->pod = world_pod(&q->w, "q");
  q->revision = world_revision(&q->w, "agent-cur");
  q->status = world_status(&q->w);
  world_snapshot(&q->w, &q->snapshot);
}

#define HASH_63 "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq"

#define SPOIL(name, statement)    \
  static void name(question *q) { \
    statement;                    \
  }

SPOIL(daemonset_null, q->snapshot.daemonset = NULL)
SPOIL(nodes_null, q->snapshot.nodes = NULL)
SPOIL(pods_null, q->snapshot.pods = NULL)
SPOIL(revisions_null, q->snapshot.revisions = NULL)
SPOIL(backoffs_null, q->snapshot.backoffs = NULL)
SPOIL(node_null, q->snapshot.nodes = world_alloc(&q->w, 2, sizeof *q->snapshot.nodes))
SPOIL(node_name_null, q->node->name = NULL)
SPOIL(node_name_empty, q->node->name = "")
SPOIL(pod_name_empty, q->pod->name = "")
SPOIL(revision_name_null, q->revision->name = NULL)
SPOIL(node_labels_null, q->node->labels = NULL)
SPOIL(node_taints_null, q->node->taints = NULL)
SPOIL(pod_labels_null, q->pod->labels = NULL)
SPOIL(pod_owners_null, q->pod->owners = NULL)
SPOIL(revision_labels_null, q->revision->labels = NULL)
SPOIL(revision_owners_null, q->revision->owners = NULL)
SPOIL(revision_data_null, q->revision->data = NULL)
SPOIL(template_labels_null, q->w.daemonset.template_labels = NULL)
SPOIL(template_null, q->w.daemonset.revision_data = NULL)
SPOIL(tolerations_null, q->w.daemonset.toleration_count = 1)
SPOIL(node_selector_null, q->w.daemonset.node_selector_count = 1)
SPOIL(initial_negative, q->w.options.backoff_initial_ms = -1)
SPOIL(max_negative, q->w.options.backoff_max_ms = -1)
SPOIL(hash_upper, q->w.options.revision_hash = "Abc")
SPOIL(hash_sign, q->w.options.revision_hash = "a-b")
SPOIL(hash_long, q->w.options.revision_hash = HASH_63 "4")
SPOIL(delay_negative, q->w.backoffs[0].delay_ms = -1)
SPOIL(node_twice, q->node->name = "n1")
SPOIL(pod_twice, q->pod->name = "p")
SPOIL(revision_twice, q->revision->name = "agent-old")
SPOIL(backoff_twice, q->w.backoffs[1] = q->w.backoffs[0]; q->snapshot.backoff_count = 2)
SPOIL(snapshot_small, q->snapshot.size = 8)
SPOIL(daemonset_small, q->w.daemonset.size = 8)
SPOIL(node_small, q->node->size = 8)
SPOIL(pod_small, q->pod->size = 8)
SPOIL(revision_small, q->revision->size = 8)
SPOIL(options_small, q->w.options.size = 8)
SPOIL(status_small, q->status->size = 8)

typedef struct bad_row {
  const char *row;
  void (*spoil)(question *q);
  int code;
  const char *path; /* what the error's path starts with; NULL = not checked */
} bad_row;

static const bad_row bad_rows[] = {
    {"daemonset NULL", daemonset_null, DSET_ERR_INVALID, "daemonset"},
    {"nodes NULL", nodes_null, DSET_ERR_INVALID, "nodes"},
    {"pods NULL", pods_null, DSET_ERR_INVALID, "pods"},
    {"revisions NULL", revisions_null, DSET_ERR_INVALID, "revisions"},
    {"backoffs NULL", backoffs_null, DSET_ERR_INVALID, "backoffs"},
    {"a node NULL", node_null, DSET_ERR_INVALID, "nodes[0]"},
    {"node name NULL", node_name_null, DSET_ERR_INVALID, "nodes[1].name"},
    {"node name empty", node_name_empty, DSET_ERR_INVALID, "nodes[1].name"},
    {"pod name empty", pod_name_empty, DSET_ERR_INVALID, "pods[1].name"},
    {"revision name NULL", revision_name_null, DSET_ERR_INVALID, "revisions[1].name"},
    {"node labels NULL", node_labels_null, DSET_ERR_INVALID, "nodes[1].labels"},
    {"node taints NULL", node_taints_null, DSET_ERR_INVALID, "nodes[1].taints"},
    {"pod labels NULL", pod_labels_null, DSET_ERR_INVALID, "pods[1].labels"},
    {"pod owners NULL", pod_owners_null, DSET_ERR_INVALID, "pods[1].owners"},
    {"revision labels NULL", revision_labels_null, DSET_ERR_INVALID, "revisions[1].labels"},
    {"revision owners NULL", revision_owners_null, DSET_ERR_INVALID, "revisions[1].owners"},
    {"revision data NULL", revision_data_null, DSET_ERR_INVALID, "revisions[1].data"},
    {"template labels NULL", template_labels_null, DSET_ERR_INVALID, "daemonset.template_labels"},
    {"revision_data NULL", template_null, DSET_ERR_INVALID, "daemonset.revision_data"},
    {"tolerations NULL", tolerations_null, DSET_ERR_INVALID, "daemonset.tolerations"},
    {"node selector NULL", node_selector_null, DSET_ERR_INVALID, "daemonset.node_selector"},
    {"negative initial backoff", initial_negative, DSET_ERR_INVALID, NULL},
    {"negative greatest backoff", max_negative, DSET_ERR_INVALID, NULL},
    {"hash in capitals", hash_upper, DSET_ERR_INVALID, "options.revision_hash"},
    {"hash with a sign", hash_sign, DSET_ERR_INVALID, "options.revision_hash"},
    {"hash too long", hash_long, DSET_ERR_INVALID, "options.revision_hash"},
    {"negative delay", delay_negative, DSET_ERR_INVALID, "backoffs[0]"},
    {"two nodes of one name", node_twice, DSET_ERR_DUPLICATE, "nodes[1]"},
    {"two pods of one name", pod_twice, DSET_ERR_DUPLICATE, "pods[1]"},
    {"two revisions of one name", revision_twice, DSET_ERR_DUPLICATE, "revisions[1]"},
    {"two backoffs of one node", backoff_twice, DSET_ERR_DUPLICATE, "backoffs[1]"},
    {"snapshot too small", snapshot_small, DSET_ERR_ABI, NULL},
    {"daemonset too small", daemonset_small, DSET_ERR_ABI, "daemonset"},
    {"node too small", node_small, DSET_ERR_ABI, "nodes[1]"},
    {"pod too small", pod_small, DSET_ERR_ABI, "pods[1]"},
    {"revision too small", revision_small, DSET_ERR_ABI, "revisions[1]"},
    {"options too small", options_small, DSET_ERR_ABI, NULL},
    {"status too small", status_small, DSET_ERR_ABI, "daemonset.status"},
};

START_TEST(errors) {
  const bad_row *row = &bad_rows[_i];
  question q = {0};
  question_init(&q);
  dset_plan *plan = NULL;
  dset_error error = {0};
  ck_assert_int_eq(dset_plan_compute(&q.snapshot, &q.w.options, &plan, &error), DSET_OK);
  ck_assert_msg(error.code == 0, "%s: the error is written only on failure", row->row);
  dset_plan_free(plan);
  row->spoil(&q);
  plan = (dset_plan *)&q;
  int code = dset_plan_compute(&q.snapshot, &q.w.options, &plan, &error);
  expect_text(row->row, "code", dset_code_name(code), dset_code_name(row->code));
  ck_assert_msg(plan == NULL, "%s: the plan is not NULL", row->row);
  ck_assert_msg(error.code == code && error.text[0] != '\0', "%s: the error is not filled", row->row);
  ck_assert_msg(row->path == NULL || strncmp(error.path, row->path, strlen(row->path)) == 0, "%s: path %s, expected %s",
                row->row, error.path, row->path);
  code = dset_plan_compute(&q.snapshot, &q.w.options, &plan, NULL);
  ck_assert_msg(code == row->code, "%s: without an error record", row->row);
  world_free(&q.w);
}
END_TEST

START_TEST(errors_of_arguments) {
  question q = {0};
  question_init(&q);
  dset_plan *plan = (dset_plan *)&q;
  ck_assert_int_eq(dset_plan_compute(NULL, NULL, &plan, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(plan);
  ck_assert_int_eq(dset_plan_compute(&q.snapshot, NULL, NULL, NULL), DSET_ERR_INVALID);
  dset_plan_free(NULL);
  world_free(&q.w);
}
END_TEST

/* What looks like an error and is none. */
START_TEST(accepted) {
  question q = {0};
  question_init(&q);
  world_pods(&q.w, "p@n1 ns=other; q@n1 ns=third");
  world_revisions(&q.w, "agent-cur ns=other");
  q.w.daemonset.size = 0;
  q.node->size = 0;
  q.pod->size = 0;
  q.revision->size = 0;
  q.status->size = 0;
  q.w.options.size = 0;
  world_snapshot(&q.w, &q.snapshot);
  q.snapshot.size = 0;
  static const char *const hashes[] = {NULL, "", "0", HASH_63};
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
    q.w.options.revision_hash = hashes[i];
    dset_plan *plan = NULL;
    ck_assert_int_eq(dset_plan_compute(&q.snapshot, &q.w.options, &plan, NULL), DSET_OK);
    dset_plan_free(plan);
  }
  world_free(&q.w);
}
END_TEST

/* A struct of a later release: its unknown tail must be zero. */
START_TEST(newer_struct) {
  question q = {0};
  question_init(&q);
  struct {
    dset_node node;
    uint64_t later;
  } newer = {.node = *q.node, .later = 0};
  newer.node.size = sizeof newer;
  const dset_node *nodes[] = {&newer.node};
  q.snapshot.nodes = nodes;
  q.snapshot.node_count = 1;
  dset_plan *plan = NULL;
  ck_assert_int_eq(dset_plan_compute(&q.snapshot, NULL, &plan, NULL), DSET_OK);
  dset_plan_free(plan);
  newer.later = 1;
  dset_error error = {0};
  ck_assert_int_eq(dset_plan_compute(&q.snapshot, NULL, &plan, &error), DSET_ERR_ABI);
  ck_assert_int_eq(strncmp(error.path, "nodes[0]", 8), 0);
  world_free(&q.w);
}
END_TEST

/* An empty cluster and a zero-filled DaemonSet are questions, too. */
START_TEST(zero_filled) {
  dset_daemonset daemonset = {0};
  dset_snapshot empty = {.daemonset = &daemonset};
  dset_plan *plan = NULL;
  ck_assert_int_eq(dset_plan_compute(&empty, NULL, &plan, NULL), DSET_OK);
  ck_assert_uint_eq(dset_plan_problem_count(plan), 1);
  ck_assert_str_eq(dset_problem_name(dset_plan_problem(plan, 0)->code), "owner");
  ck_assert_ptr_null(dset_plan_problem(plan, 1));
  ck_assert_ptr_null(dset_plan_backoff(plan, 0));
  dset_plan_free(plan);
}
END_TEST

/* ---- one answer ---- */

/* A world in which every kind of action and every tie occurs, with and without duplicate revisions, surge, and
 * something to manage. */
enum { VARIANTS = 8 };

static void rich_world(dset_world *w, int variant) {
  world_init(w);
  world_clear_revisions(w);
  world_revisions(w, "agent-a #3 hash=a; agent-b #3 hash=b; agent-c #2 nohash; agent-d #1 orphan; agent-e #7 mismatch");
  if (variant % 2 == 1) world_revisions(w, "agent-x #5 hash=x current; agent-y #5 hash=y current");
  w->daemonset.has_revision_history_limit = true;
  w->daemonset.revision_history_limit = 1;
  w->daemonset.min_ready_seconds = 10;
  world_budget(w, variant < 4 ? "2" : "0", variant < 4 ? "0" : "40%");
  world_nodes(w, "n1; n2; n3 a=1 b=2 !x:NoSchedule !y:PreferNoSchedule; n4; n5 !z:NoExecute !x:NoSchedule; n6; n7");
  world_pods(w,
             "p1@n1 hash=x ready; p2@n2 hash=x; p3@n2 hash=a ready age=50; p4@n3 hash=y ready=5; p5@n4 hash=b ready;"
             "p6@n6 hash=a ready; p7@n7 hash=b; u1@gone ready; u2@gone2; u3 ready=3");
  if (variant % 4 < 2) {
    world_pods(w,
               "f1@n1 failed age=9; f2@n1 failed age=9; s1@n2 succeeded; e1@n5; v1>gone; v2>gone; o1@n6 orphan; "
               "m1@n6 mismatch; d1@n4 deleting; t1@n4 failed deleting");
    world_backoff(w, "n2", 1000, w->now_ms - 10);
    world_backoff(w, "n1", 2000, w->now_ms - 9000);
  }
}

/* Everything a plan says. */
static const char *whole_plan(dset_world *w) {
  const dset_plan *plan = world_plan(w);
  const char *text = world_trace(w, plan, TRACE_ALL);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    text = world_format(w, "%s\n%s %s", text, action->text, action->hash == NULL ? "" : action->hash);
  }
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *entry = dset_plan_backoff(plan, i);
    text =
        world_format(w, "%s\n%s %lld %lld", text, entry->node, (long long)entry->delay_ms, (long long)entry->last_ms);
  }
  const dset_rollout *r = dset_plan_rollout(plan);
  return world_format(w, "%s\n%s\n%s\n%lld %d %d %lld %lld %lld %lld", text,
                      world_status_line(w, dset_plan_status(plan)), world_problems(w, plan),
                      (long long)dset_plan_next_check_ms(plan), r->ran, r->surge, (long long)r->unavailable,
                      (long long)r->available, (long long)r->surging, (long long)r->picked);
}

static uint32_t next_random(uint32_t *state) {
  *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
  return *state >> 8;
}

static void shuffle(world_list *list, uint32_t *state) {
  for (size_t i = list->count; i > 1; i--) {
    size_t j = next_random(state) % i;
    void *item = list->items[i - 1];
    list->items[i - 1] = list->items[j];
    list->items[j] = item;
  }
}

/* Turns a list of labels or taints around. */
static void reverse(const void *items, size_t count, size_t bytes, dset_world *w, const void **result) {
  char *copy = world_alloc(w, count, bytes);
  for (size_t i = 0; i < count; i++) memcpy(copy + i * bytes, (const char *)items + (count - 1 - i) * bytes, bytes);
  *result = copy;
}

static void reverse_lists(dset_world *w) {
  const void *turned;
  for (size_t i = 0; i < w->nodes.count; i++) {
    dset_node *node = w->nodes.items[i];
    reverse(node->labels, node->label_count, sizeof(dset_label), w, &turned);
    node->labels = turned;
    reverse(node->taints, node->taint_count, sizeof(dset_taint), w, &turned);
    node->taints = turned;
  }
  for (size_t i = 0; i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    reverse(pod->labels, pod->label_count, sizeof(dset_label), w, &turned);
    pod->labels = turned;
  }
}

START_TEST(input_order_means_nothing) {
  dset_world w;
  rich_world(&w, _i);
  const char *expected = whole_plan(&w);
  for (uint32_t seed = 1; seed <= 40; seed++) {
    uint32_t state = seed;
    shuffle(&w.nodes, &state);
    shuffle(&w.pods, &state);
    shuffle(&w.revisions, &state);
    reverse_lists(&w);
    if (w.backoff_count == 2) {
      dset_backoff first = w.backoffs[0];
      w.backoffs[0] = w.backoffs[1];
      w.backoffs[1] = first;
    }
    expect_text(world_format(&w, "variant %d, seed %u", _i, (unsigned)seed), "plan", whole_plan(&w), expected);
  }
  world_free(&w);
}
END_TEST

/* A plan outlives what it was computed from: every name and text of the world is overwritten. */
START_TEST(plan_is_independent) {
  dset_world copy;
  dset_world w;
  world_init(&copy);
  rich_world(&w, _i);
  const dset_plan *plan = world_plan(&w);
  const char *before = world_trace(&copy, plan, TRACE_ALL);
  w.plan = NULL;
  world_free(&w);
  expect_text("independent", "trace", world_trace(&copy, plan, TRACE_ALL), before);
  copy.plan = (dset_plan *)(uintptr_t)plan;
  world_free(&copy);
}
END_TEST

/* ---- memory ---- */

typedef struct counting {
  size_t allowed; /* allocations until one fails */
  size_t bytes;   /* not released */
  size_t calls;
} counting;

static void *count_allocate(void *context, size_t bytes) {
  counting *counter = context;
  if (counter->calls++ >= counter->allowed) return NULL;
  counter->bytes += bytes;
  return malloc(bytes);
}

static void count_release(void *context, void *memory, size_t bytes) {
  counting *counter = context;
  counter->bytes -= bytes;
  free(memory);
}

/* Each allocation fails in turn: the failure is reported and nothing is kept. */
static void fail_each_allocation(dset_world *w) {
  dset_snapshot snapshot;
  world_snapshot(w, &snapshot);
  int code = DSET_ERR_NOMEM;
  for (size_t allowed = 0; code != DSET_OK; allowed++) {
    counting counter = {.allowed = allowed};
    dset_allocator allocator = {.allocate = count_allocate, .release = count_release, .context = &counter};
    w->options.allocator = &allocator;
    dset_plan *plan = (dset_plan *)w;
    dset_error error = {0};
    code = dset_plan_compute(&snapshot, &w->options, &plan, &error);
    if (code == DSET_OK) {
      ck_assert_msg(allowed > 0, "the allocator is not used");
      ck_assert_msg(counter.calls <= allowed, "allocation %zu failed and was not reported", allowed);
      dset_plan_free(plan);
    } else {
      ck_assert_msg(code == DSET_ERR_NOMEM && error.code == DSET_ERR_NOMEM, "allocation %zu: %s", allowed,
                    dset_code_name(code));
      ck_assert_ptr_null(plan);
    }
    ck_assert_msg(counter.bytes == 0, "allocation %zu: %zu bytes kept", allowed, counter.bytes);
  }
}

/* The library allocates in blocks. Worlds of many sizes move the ends of the blocks through its code. */
START_TEST(allocation_failures) {
  dset_world w;
  rich_world(&w, _i);
  for (int size = 0; size < 64; size++) {
    fail_each_allocation(&w);
    world_nodes(&w, world_format(&w, "more%d zone=a !k=v:NoSchedule", size));
    world_pods(&w, world_format(&w, "more%d@%s%d old orphan; also%d@n1 failed", size, size % 3 == 0 ? "gone" : "more",
                                size, size));
    world_revisions(&w, world_format(&w, "agent-more%d #%d", size, size));
  }
  world_free(&w);
}
END_TEST

/* Called by the suite of test_plan.c. */
void dset_add_plan_input(Suite *suite);

void dset_add_plan_input(Suite *suite) {
  TCase *tcase = tcase_create("input");
  ADD_ROWS(tcase, errors, bad_rows);
  tcase_add_test(tcase, errors_of_arguments);
  tcase_add_test(tcase, accepted);
  tcase_add_test(tcase, newer_struct);
  tcase_add_test(tcase, zero_filled);
  tcase_add_loop_test(tcase, input_order_means_nothing, 0, VARIANTS);
  tcase_add_loop_test(tcase, plan_is_independent, 0, VARIANTS);
  tcase_add_loop_test(tcase, allocation_failures, 0, VARIANTS);
  suite_add_tcase(suite, tcase);
}
