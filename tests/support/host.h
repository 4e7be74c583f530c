/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h: a host that does what a test tells it, and writes down what it is asked:
 *
 *   test_host h;
 *   host_init(&h, &world, "CreatePod n2 conflict; DeletePod * pending");
 *   host_apply(&h);
 *   expect_text("row", "calls", h.log, "CreatePod n1; !SuccessfulCreate Created pod: agent-n1; CreatePod n2; ...");
 *   host_free(&h);
 *
 * A rule is an action type, an object or "*", and a result; without a rule an action is OK. Created pods are named
 * "agent-<node>" unless `nameless`. Events start with "!". `save` keeps the ledger's bytes.
 */
#ifndef DSET_TEST_HOST_H
#define DSET_TEST_HOST_H

#include "build.h"

typedef struct test_host {
  dset_world *world;
  const char *rules;
  char log[16384];
  size_t length;
  bool nameless;
  bool save_fails;
  bool finishes_inside; /* pending actions are finished by their own callback */
  uint64_t version;     /* of replies */
  const char *text;     /* of replies that are not OK; NULL: none */
  unsigned char *saved;
  size_t saved_bytes;
  dset_ledger *ledger;
  dset_callbacks callbacks;
  dset_apply_options options;
  dset_run *run; /* of the last host_apply() */
} test_host;

/* A world whose plan holds certain actions: "two", "pods", "old", "failed", "claims", "revisions", "new", "duplicates",
 * "behind", "collision"; see host.c. Between them they hold every kind. */
void host_situation(dset_world *w, const char *name);

void host_init(test_host *h, dset_world *world, const char *rules);
void host_free(test_host *h);

/* All of that: a world of that situation, and a host that has carried its plan out; and both freed. */
void host_start(test_host *h, dset_world *w, const char *situation, bool nameless, const char *rules);
void host_end(test_host *h, dset_world *w);

/* Plans with what the ledger knows, and carries the plan out. */
const dset_apply_result *host_apply(test_host *h);

/* Carries a plan out; the code. */
int host_apply_plan(test_host *h, const dset_plan *plan, dset_error *error);

/* The ledger's bytes; the caller frees them. */
unsigned char *host_bytes(const dset_ledger *ledger, size_t *count);

/* What is in flight, as "CreatePod n1 agent-n1; DeletePod p". */
const char *host_flights(test_host *h);

/* Kubernetes' counters, as "creates/deletes". */
const char *host_counters(test_host *h);

/* The pod of these words, see world_pods(), in a world of its own, is seen; its name is the first. */
void host_see(test_host *h, int event, const char *words);

/* The counts of a result, as "done 3 refused 0 failed 1 skipped 2 unknown 0 waiting 0". */
const char *host_counts(test_host *h);

#endif
