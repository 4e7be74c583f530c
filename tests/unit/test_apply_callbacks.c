/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_callbacks.c: what host.h promises to callbacks: which is called for what, with what, and what they may
 * call; that nothing they were given, or have given, is needed afterwards. */
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/host.h"

/* Between them they hold every kind of action. */
static const char *const situations[] = {"two", "pods",       "failed", "claims",   "revisions",
                                         "new", "duplicates", "behind", "collision"};

enum { TYPES = DSET_ACTION_EMIT_EVENT + 1, CALLS = 64 };

/* A host that notes how it is called. */
typedef struct witness {
  int result; /* of every callback */
  const fault *memory;
  size_t asked; /* allocations when the first callback was called */
  pthread_t thread;
  int depth; /* callbacks that have not returned */
  size_t calls[TYPES];
  size_t notices;
  size_t count;
  struct {
    const dset_action *action;
    size_t index;
  } seen[CALLS];
} witness;

static void enter(witness *me) {
  ck_assert_int_eq(me->depth++, 0);
  ck_assert(pthread_equal(me->thread, pthread_self()));
  if (me->asked == 0 && me->memory != NULL) me->asked = me->memory->asked;
}

static int take(void *user_data, const dset_call *call, dset_reply *reply) {
  witness *me = user_data;
  enter(me);
  ck_assert_str_eq(call->ns, "default");
  ck_assert_str_eq(call->name, "agent");
  ck_assert_str_eq(call->uid, WORLD_UID);
  ck_assert_uint_eq(reply->size, sizeof *reply);
  ck_assert(reply->pod == NULL && reply->text == NULL && reply->version == 0);
  reply->text = "said";
  size_t attempt = ++me->calls[call->action->type];
  if (call->action->type == DSET_ACTION_UPDATE_STATUS) ck_assert_int_eq(call->attempt, (int)attempt);
  if (call->action->type != DSET_ACTION_UPDATE_STATUS) ck_assert_int_eq(call->attempt, 1);
  ck_assert_uint_lt(me->count, CALLS);
  me->seen[me->count].action = call->action;
  me->seen[me->count++].index = call->index;
  me->depth--;
  return me->result;
}

static int on_create(void *user_data, const dset_call *call, dset_reply *reply) {
  ck_assert_int_eq(call->action->type, DSET_ACTION_CREATE_POD);
  return take(user_data, call, reply);
}

static int on_delete(void *user_data, const dset_call *call, dset_reply *reply) {
  ck_assert_int_eq(call->action->type, DSET_ACTION_DELETE_POD);
  return take(user_data, call, reply);
}

static int on_change(void *user_data, const dset_call *call, dset_reply *reply) {
  int type = call->action->type;
  ck_assert(type == DSET_ACTION_ADOPT_POD || type == DSET_ACTION_RELEASE_POD || type == DSET_ACTION_LABEL_POD);
  return take(user_data, call, reply);
}

static int on_revision(void *user_data, const dset_call *call, dset_reply *reply) {
  int type = call->action->type;
  ck_assert(type == DSET_ACTION_CREATE_REVISION || type == DSET_ACTION_UPDATE_REVISION ||
            type == DSET_ACTION_DELETE_REVISION || type == DSET_ACTION_ADOPT_REVISION ||
            type == DSET_ACTION_RELEASE_REVISION);
  return take(user_data, call, reply);
}

static int on_daemonset(void *user_data, const dset_call *call, dset_reply *reply) {
  int type = call->action->type;
  ck_assert(type == DSET_ACTION_UPDATE_STATUS || type == DSET_ACTION_BUMP_COLLISION_COUNT);
  return take(user_data, call, reply);
}

static int on_save(void *user_data, const dset_ledger *ledger) {
  witness *me = user_data;
  enter(me);
  ck_assert_uint_gt(dset_ledger_write(ledger, NULL, 0), 28);
  me->depth--;
  return DSET_RESULT_OK;
}

static void on_event(void *user_data, const dset_notice *notice) {
  witness *me = user_data;
  enter(me);
  bool carried_out = strncmp(notice->reason, "Successful", 10) == 0 || strcmp(notice->reason, "FailedCreate") == 0 ||
                     strcmp(notice->reason, "FailedDelete") == 0;
  if (carried_out) ck_assert_uint_eq(notice->index, me->seen[me->count - 1].index);
  me->notices++;
  me->depth--;
}

static const dset_callbacks witnesses = {sizeof witnesses, on_save,     on_create,    on_delete,
                                         on_change,        on_revision, on_daemonset, on_event};

/* Carries the plan of a situation out. */
static void witness_apply(witness *me, test_host *h, dset_world *w, const char *situation,
                          const dset_callbacks *callbacks) {
  host_situation(w, situation);
  host_init(h, w, "");
  me->thread = pthread_self();
  h->options.now_ms = w->now_ms;
  ck_assert_int_eq(dset_apply(world_plan(w), &h->options, callbacks, me, h->ledger, &h->run, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h->run)->state, DSET_RUN_DONE);
}

/* Each callback is called for its kinds, on this thread, one at a time, with the run's copy of the action. */
START_TEST(each_kind_has_its_callback) {
  bool kinds[TYPES] = {false};
  for (size_t i = 0; i < COUNT_OF(situations); i++) {
    dset_world w;
    test_host h;
    witness me = {.result = DSET_RESULT_OK};
    witness_apply(&me, &h, &w, situations[i], &witnesses);
    dset_outcome outcome;
    for (size_t j = 0; j < me.count; j++) {
      ck_assert(dset_run_outcome(h.run, me.seen[j].index, &outcome));
      ck_assert_ptr_eq(outcome.action, me.seen[j].action);
      kinds[outcome.action->type] = true;
    }
    ck_assert(!dset_run_outcome(h.run, dset_run_outcome_count(h.run), &outcome));
    ck_assert_uint_eq(dset_run_result(h.run)->done, me.count); /* events are not counted */
    kinds[DSET_ACTION_EMIT_EVENT] = kinds[DSET_ACTION_EMIT_EVENT] || dset_run_outcome_count(h.run) > me.count;
    host_end(&h, &w);
  }
  for (int type = DSET_ACTION_CREATE_POD; type < TYPES; type++) {
    ck_assert_msg(kinds[type], "no situation has %s", dset_action_type_name(type));
  }
}
END_TEST

/* SKIP is no failure of any kind, all the rest is tried, and nothing counts as sent; a callback that is NULL skips. */
START_TEST(skip_is_no_failure) {
  for (size_t i = 0; i < COUNT_OF(situations); i++) {
    unsigned char *bytes[2];
    size_t counts[2];
    for (int way = 0; way < 2; way++) {
      dset_world w;
      test_host h;
      witness me = {.result = DSET_RESULT_SKIP};
      const dset_callbacks none = {.size = sizeof none};
      witness_apply(&me, &h, &w, situations[i], way == 0 ? &witnesses : &none);
      const dset_apply_result *result = dset_run_result(h.run);
      ck_assert_uint_eq(result->failed + result->done, 0);
      ck_assert_int_eq(result->retry_after_ms, 0);
      if (way == 0) ck_assert_uint_eq(result->skipped, me.count);
      expect_text(situations[i], "in flight", host_flights(&h), "");
      expect_text(situations[i], "counters", host_counters(&h), "0/0");
      bytes[way] = host_bytes(h.ledger, &counts[way]);
      host_end(&h, &w);
    }
    ck_assert_uint_eq(counts[0], counts[1]);
    ck_assert_int_eq(memcmp(bytes[0], bytes[1], counts[0]), 0);
    free(bytes[0]);
    free(bytes[1]);
  }
}
END_TEST

/* Numbers that are no result are failures. What fails is tried once, the status twice (H10), and the next plan finds
 * all of it again. */
START_TEST(failures_are_found_again) {
  static const int results[] = {DSET_RESULT_FAILED, DSET_RESULT_TIMEOUT + 1, -1, INT_MIN, INT_MAX};
  for (size_t i = 0; i < COUNT_OF(situations) * COUNT_OF(results); i++) {
    dset_world w;
    test_host h;
    witness me = {.result = results[i % COUNT_OF(results)]};
    witness_apply(&me, &h, &w, situations[i / COUNT_OF(results)], &witnesses);
    uint64_t digest = dset_plan_digest(w.plan);
    size_t tried = 0;
    dset_outcome outcome;
    for (size_t j = 0; dset_run_outcome(h.run, j, &outcome); j++) tried += outcome.result == DSET_RESULT_FAILED;
    ck_assert_uint_eq(tried, dset_run_result(h.run)->failed);
    ck_assert_uint_eq(me.count, tried + me.calls[DSET_ACTION_UPDATE_STATUS] / 2);
    ck_assert_int_gt(dset_run_result(h.run)->retry_after_ms, 0);
    expect_text("failed", "in flight", host_flights(&h), "");
    ck_assert_uint_eq(dset_plan_digest(world_plan(&w)), digest);
    host_end(&h, &w);
  }
}
END_TEST

/* All memory is taken before the first callback. */
START_TEST(no_allocation_after_the_first_callback) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  const dset_options options = {.size = sizeof options, .allocator = &f.allocator};
  dset_world w;
  host_situation(&w, "pods");
  dset_ledger *ledger;
  dset_run *run;
  const dset_apply_options how = {.size = sizeof how, .daemonset = &w.daemonset, .now_ms = w.now_ms};
  witness me = {.result = DSET_RESULT_OK, .memory = &f, .thread = pthread_self()};
  ck_assert_int_eq(dset_ledger_new(&options, &ledger, NULL), DSET_OK);
  ck_assert_int_eq(dset_apply(world_plan(&w), &how, &witnesses, &me, ledger, &run, NULL), DSET_OK);
  ck_assert_uint_gt(me.asked, 2);
  ck_assert_uint_eq(f.asked, me.asked);
  dset_run_free(run);
  dset_ledger_free(ledger);
  fault_expect_empty(&f, "apply");
  world_free(&w);
}
END_TEST

/* Anything on the ledger but to free and to forget it. */
static int ask_everything(void *user_data, const dset_call *call, dset_reply *reply) {
  test_host *h = user_data;
  dset_daemonset *daemonset = &h->world->daemonset;
  dset_snapshot snapshot;
  dset_in_flight found = {.size = sizeof found};
  dset_flight flights[64];
  (void)reply;
  world_snapshot(h->world, &snapshot);
  ck_assert_int_eq(dset_ledger_fill(h->ledger, &snapshot, NULL), DSET_OK);
  ck_assert_int_eq(dset_ledger_in_flight(h->ledger, daemonset, h->world->now_ms + 900000, &found, NULL), DSET_OK);
  host_counters(h);
  host_see(h, DSET_POD_ADDED, "stranger@n9");
  ck_assert_int_eq(dset_ledger_wrote(h->ledger, daemonset, DSET_RESOURCE_PODS, 5, NULL), DSET_OK);
  ck_assert_uint_eq(dset_ledger_stale(h->ledger, "default", "agent", DSET_RESOURCE_PODS, 4), 5);
  ck_assert_uint_eq(dset_ledger_stale(h->ledger, "default", "agent", DSET_RESOURCE_PODS, 5), 0);
  dset_ledger_settle(h->ledger, "default", "agent");
  size_t count = dset_ledger_list(h->ledger, "default", "agent", flights, 64);
  bool listed = false;
  for (size_t i = 0; i < count; i++) listed = listed || (flights[i].running && flights[i].type == call->action->type);
  ck_assert(listed);
  free(h->saved); /* a host may save at any time */
  h->saved = host_bytes(h->ledger, &h->saved_bytes);
  dset_ledger *read;
  ck_assert_int_eq(dset_ledger_read(h->saved, h->saved_bytes, NULL, &read, NULL), DSET_OK);
  ck_assert_uint_eq(dset_ledger_list(read, "default", "agent", NULL, 0), count);
  dset_ledger_free(read);
  return DSET_RESULT_OK;
}

START_TEST(the_ledger_from_within) {
  for (size_t i = 0; i < COUNT_OF(situations); i++) {
    dset_world w;
    test_host h;
    host_situation(&w, situations[i]);
    host_init(&h, &w, "");
    h.callbacks.create_pod = h.callbacks.delete_pod = h.callbacks.change_pod = ask_everything;
    h.callbacks.write_revision = h.callbacks.write_daemonset = ask_everything;
    host_apply(&h);
    ck_assert_uint_gt(dset_run_result(h.run)->done, 0);
    ck_assert_uint_eq(dset_run_result(h.run)->failed + dset_run_result(h.run)->skipped, 0);
    host_end(&h, &w);
  }
}
END_TEST

/* What a reply points to is copied: the same few bytes serve for all. */
static int reuse_bytes(void *user_data, const dset_call *call, dset_reply *reply) {
  char *bytes = user_data;
  memset(bytes, 'x', 31); /* what the call before has said */
  memcpy(bytes, call->action->type == DSET_ACTION_DELETE_POD ? "no luck" : call->action->node, 8);
  if (call->action->type == DSET_ACTION_DELETE_POD) reply->text = bytes;
  if (call->action->type == DSET_ACTION_CREATE_POD) reply->pod = bytes;
  bool waits = call->action->type == DSET_ACTION_CREATE_POD && strcmp(bytes, "node-04") == 0;
  return waits ? DSET_PENDING : call->action->type == DSET_ACTION_CREATE_POD ? DSET_RESULT_OK : DSET_RESULT_FAILED;
}

/* And of the arguments of dset_apply() nothing is needed afterwards but the ledger and the user data. */
START_TEST(replies_and_arguments_are_copied) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "node-01; node-02; node-03; node-04; z");
  world_pods(&w, "p@z ready; q@z age=60");
  char bytes[32] = "", ns[] = "default", name[] = "agent", uid[] = WORLD_UID;
  dset_daemonset daemonset = w.daemonset;
  daemonset.ns = ns, daemonset.name = name, daemonset.uid = uid;
  dset_callbacks callbacks = {.size = sizeof callbacks, .create_pod = reuse_bytes, .delete_pod = reuse_bytes};
  dset_apply_options options = {.size = sizeof options, .daemonset = &daemonset, .now_ms = w.now_ms};
  test_host h;
  host_init(&h, &w, "");
  ck_assert_int_eq(dset_apply(world_plan(&w), &options, &callbacks, bytes, h.ledger, &h.run, NULL), DSET_OK);
  ck_assert_int_eq(dset_run_result(h.run)->state, DSET_RUN_WAITING);
  memset(&callbacks, 0xA5, sizeof callbacks);
  memset(&options, 0xA5, sizeof options);
  memset(&daemonset, 0xA5, sizeof daemonset);
  memset(ns, 'x', sizeof ns), memset(name, 'x', sizeof name), memset(uid, 'x', sizeof uid);
  world_nodes(&w, "other");
  world_plan(&w); /* frees the plan */
  memset(bytes, 'x', 31);
  for (size_t i = 0; i < 4; i++) dset_run_finish(h.run, i, DSET_RESULT_OK, NULL, NULL);
  expect_text("copied", "text", dset_run_result(h.run)->text, "DeletePod q: no luck");
  expect_text("copied", "in flight", host_flights(&h),
              "CreatePod node-01 node-01; CreatePod node-02 node-02; CreatePod node-03 node-03; CreatePod node-04 "
              "node-04");
  host_end(&h, &w);
}
END_TEST

Suite *dset_suite_apply_callbacks(void);
Suite *dset_suite_apply_callbacks(void) {
  Suite *suite = suite_create("apply_callbacks");
  TCase *tcase = tcase_create("apply_callbacks");
  tcase_add_test(tcase, each_kind_has_its_callback);
  tcase_add_test(tcase, skip_is_no_failure);
  tcase_add_test(tcase, failures_are_found_again);
  tcase_add_test(tcase, no_allocation_after_the_first_callback);
  tcase_add_test(tcase, the_ledger_from_within);
  tcase_add_test(tcase, replies_and_arguments_are_copied);
  suite_add_tcase(suite, tcase);
  return suite;
}
