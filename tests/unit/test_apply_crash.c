/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_crash.c: when the ledger is saved, and what follows when a host crashes and reads it back; ledgers and
 * threads. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/host.h"

/* The host crashes: nothing is left but what was saved. */
static void crash(test_host *h) {
  dset_run_free(h->run);
  h->run = NULL;
  dset_ledger_free(h->ledger);
  ck_assert_int_eq(dset_ledger_read(h->saved, h->saved_bytes, NULL, &h->ledger, NULL), DSET_OK);
  h->length = 0;
  h->log[0] = '\0';
}

/* What is saved holds all writes of the plan, and no callback was called before. */
static int save_first(void *user_data, const dset_ledger *ledger) {
  test_host *h = user_data;
  ck_assert_uint_eq(h->length, 0);
  ck_assert_ptr_eq(ledger, h->ledger);
  expect_text("before it is saved", "in flight", host_flights(h),
              "CreatePod n1; CreatePod n2; CreatePod n3; CreatePod n4; DeletePod q; DeletePod s; DeleteRevision "
              "agent-old; UpdateStatus");
  free(h->saved);
  h->saved = host_bytes(ledger, &h->saved_bytes);
  return h->save_fails ? DSET_PENDING : DSET_RESULT_OK;
}

START_TEST(saved_before_the_first_callback) {
  dset_world w;
  test_host h;
  host_situation(&w, "pods");
  host_init(&h, &w, "");
  h.callbacks.save = save_first;
  h.save_fails = true; /* DSET_PENDING is no answer here */
  ck_assert_int_eq(host_apply(&h)->reason, DSET_DEFER_NOT_SAVED);
  expect_text("not saved", "calls", h.log, "");
  expect_text("not saved", "in flight", host_flights(&h), "");
  h.save_fails = false;
  ck_assert_uint_eq(host_apply(&h)->done, 8);
  crash(&h);
  expect_text("as saved", "in flight", host_flights(&h),
              "CreatePod n1; CreatePod n2; CreatePod n3; CreatePod n4; DeletePod q; DeletePod s; DeleteRevision "
              "agent-old; UpdateStatus");
  host_end(&h, &w);
}
END_TEST

/* A crash before `save` has returned: what was saved before says nothing of the plan, which is made again. */
START_TEST(crash_before_it_is_saved) {
  dset_world w;
  test_host h;
  host_situation(&w, "two");
  host_init(&h, &w, "");
  h.saved = host_bytes(h.ledger, &h.saved_bytes);
  unsigned char *before = malloc(h.saved_bytes);
  ck_assert_ptr_nonnull(before);
  memcpy(before, h.saved, h.saved_bytes);
  size_t count = h.saved_bytes;
  h.save_fails = true; /* and nothing was called since */
  host_apply(&h);
  expect_text("crash", "calls", h.log, "");
  free(h.saved);
  h.saved = before, h.saved_bytes = count;
  crash(&h);
  h.save_fails = false;
  ck_assert_uint_eq(host_apply(&h)->done, 3);
  expect_text("made again", "calls", h.log,
              "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; DeletePod q; !SuccessfulDelete Deleted pod: q; "
              "UpdateStatus");
  host_end(&h, &w);
}
END_TEST

/*
 * The host crashes after `done` of its callbacks and reads what it saved: what was created is seen and not created
 * again, what was not is created once it counts as lost.
 */
START_TEST(crash_after_every_call) {
  enum { NODES = 4 };
  for (size_t done = 0; done <= NODES; done++) {
    dset_world w;
    test_host h;
    world_init(&w);
    world_nodes(&w, "n1; n2; n3; n4");
    host_init(&h, &w, "");
    host_apply(&h); /* of which only the first callbacks came to pass */
    crash(&h);
    for (size_t i = 1; i <= done; i++) {
      world_pods(&w, world_format(&w, "made-%zu@n%zu ready", i, i));
      const dset_pod *pod = world_pod(&w, world_format(&w, "made-%zu", i));
      ck_assert_int_eq(dset_ledger_observe_pod(h.ledger, DSET_POD_ADDED, pod, NULL), DSET_OK);
    }
    host_apply(&h); /* waits, if anything is in flight (I8) */
    ck_assert_ptr_null(strstr(h.log, "CreatePod"));
    w.now_ms += DSET_IN_FLIGHT_TIMEOUT_MS + 1;
    host_apply(&h);
    for (size_t i = 1; i <= NODES; i++) {
      const char *call = world_format(&w, "CreatePod n%zu", i);
      ck_assert_msg((strstr(h.log, call) != NULL) == (i > done), "after %zu: %s", done, h.log);
    }
    host_end(&h, &w);
  }
}
END_TEST

/* A host that lists all pods once everything has come to rest need not wait. */
START_TEST(crash_and_settle) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  host_init(&h, &w, "");
  host_apply(&h); /* of which only the first creation came to pass */
  crash(&h);
  world_pods(&w, "made@n1 ready"); /* the list */
  dset_ledger_settle(h.ledger, "default", "agent");
  host_apply(&h);
  expect_text("settled", "calls", h.log, "CreatePod n2; !SuccessfulCreate Created pod: agent-n2; UpdateStatus");
  host_end(&h, &w);
}
END_TEST

/* A plan that writes nothing need not be saved. */
START_TEST(nothing_to_save) {
  dset_world w;
  test_host h;
  world_init(&w);
  world_status(&w)->observed_generation = w.daemonset.generation;
  host_init(&h, &w, "");
  h.save_fails = true;
  ck_assert_int_eq(host_apply(&h)->state, DSET_RUN_DONE);
  ck_assert_uint_eq(dset_run_outcome_count(h.run), 0);
  ck_assert_ptr_null(h.saved);
  host_end(&h, &w);
}
END_TEST

/* One thread's work on a ledger of its own. No assertions: Check counts on one thread. */
typedef struct worker {
  const dset_plan *plan;
  const dset_apply_options *options;
  dset_ledger *ledger;
  dset_run *run;
  bool fine;
} worker;

enum { ROUNDS = 200 };

static int wait_for_it(void *user_data, const dset_call *call, dset_reply *reply) {
  (void)user_data;
  reply->pod = call->action->node;
  return DSET_PENDING;
}

static void begin_run(worker *me) {
  const dset_callbacks callbacks = {sizeof callbacks, NULL,        wait_for_it, wait_for_it,
                                    wait_for_it,      wait_for_it, wait_for_it, NULL};
  dset_run_free(me->run);
  me->run = NULL;
  dset_ledger_settle(me->ledger, "default", "agent");
  me->fine = me->fine && dset_apply(me->plan, me->options, &callbacks, NULL, me->ledger, &me->run, NULL) == DSET_OK;
}

static void end_run(worker *me) {
  while (me->fine && dset_run_result(me->run)->state == DSET_RUN_WAITING) {
    for (size_t i = 0; i < dset_run_outcome_count(me->run); i++) {
      dset_run_finish(me->run, i, DSET_RESULT_OK, NULL, NULL); /* what does not wait is refused */
    }
  }
}

static void *many_runs(void *user_data) {
  worker *me = user_data;
  for (int i = 0; i < ROUNDS; i++) {
    begin_run(me);
    end_run(me);
  }
  return NULL;
}

static void *end_a_run(void *user_data) {
  end_run(user_data);
  return NULL;
}

/* Two threads with a ledger each, and one run that goes on in another thread: all come to the same. */
START_TEST(one_thread_at_a_time) {
  enum { WORKERS = 4 }; /* the first in no thread, two at once, one that is handed over */
  dset_world w;
  host_situation(&w, "pods");
  const dset_apply_options options = {.size = sizeof options, .daemonset = &w.daemonset, .now_ms = w.now_ms};
  worker workers[WORKERS];
  pthread_t threads[WORKERS];
  const dset_plan *plan = world_plan(&w); /* all read it at once */
  for (int i = 0; i < WORKERS; i++) {
    workers[i] = (worker){.plan = plan, .options = &options, .fine = true};
    ck_assert_int_eq(dset_ledger_new(NULL, &workers[i].ledger, NULL), DSET_OK);
  }
  many_runs(&workers[0]);
  begin_run(&workers[3]);
  for (int i = 1; i < WORKERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[i], NULL, i == 3 ? end_a_run : many_runs, &workers[i]), 0);
  }
  for (int i = 1; i < WORKERS; i++) ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  size_t wanted, count;
  unsigned char *bytes = host_bytes(workers[0].ledger, &wanted);
  for (int i = 0; i < WORKERS; i++) {
    ck_assert(workers[i].fine);
    ck_assert_uint_eq(dset_run_result(workers[i].run)->done, 8);
    unsigned char *found = host_bytes(workers[i].ledger, &count);
    ck_assert_uint_eq(count, wanted);
    ck_assert_int_eq(memcmp(found, bytes, count), 0);
    free(found);
    dset_run_free(workers[i].run);
    dset_ledger_free(workers[i].ledger);
  }
  free(bytes);
  world_free(&w);
}
END_TEST

Suite *dset_suite_apply_crash(void);
Suite *dset_suite_apply_crash(void) {
  Suite *suite = suite_create("apply_crash");
  TCase *tcase = tcase_create("apply_crash");
  tcase_add_test(tcase, saved_before_the_first_callback);
  tcase_add_test(tcase, crash_before_it_is_saved);
  tcase_add_test(tcase, crash_after_every_call);
  tcase_add_test(tcase, crash_and_settle);
  tcase_add_test(tcase, nothing_to_save);
  tcase_add_test(tcase, one_thread_at_a_time);
  suite_add_tcase(suite, tcase);
  return suite;
}
