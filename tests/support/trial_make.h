/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial_make.h: the parts that random states are made of (trial_random.c), for generators of other things. What is made
 * belongs to the maker's trial and fits its DaemonSet: same namespace, names of its own, times around the trial's now.
 */
#ifndef DSET_TEST_TRIAL_MAKE_H
#define DSET_TEST_TRIAL_MAKE_H

#include "random.h"
#include "trial.h"

typedef struct trial_maker {
  trial *t;
  dset_random random;
  size_t names;     /* made so far */
  const char *hash; /* what new pods carry, as far as it is known */
  const char *app;  /* the label that selectors ask for */
} trial_maker;

const dset_label *trial_make_labels(trial_maker *m, size_t most, size_t *count);
const dset_terms *trial_make_terms(trial_maker *m);
const dset_selector *trial_make_selector(trial_maker *m);

/* A name whose order has nothing to do with that of its making. */
const char *trial_make_name(trial_maker *m, const char *prefix);

/* Parts of the trial's DaemonSet: labels and placement, the budget and what belongs to it, the status; all of it. */
void trial_make_template(trial_maker *m);
void trial_make_strategy(trial_maker *m);
void trial_make_status(trial_maker *m);
void trial_make_daemonset(trial_maker *m);
void trial_make_options(trial_maker *m);

void trial_make_node(trial_maker *m, dset_node *node, size_t index);

/* Adds a pod of the DaemonSet, mostly: bound or pinned to `node`, or to none when it is NULL. */
void trial_make_pod(trial_maker *m, const char *node);

/* The phase, the times and the labels of a pod alone. */
void trial_make_pod_state(trial_maker *m, dset_pod *pod);
void trial_make_pod_labels(trial_maker *m, dset_pod *pod);

/* Adds a revision, of the DaemonSet mostly; `current`: it holds the template. */
dset_revision *trial_make_revision(trial_maker *m, const char *name, const char *hash, bool current);

/* The name that a new revision would get. */
const char *trial_make_revision_name(trial_maker *m);

/* Owners of a pod ("DaemonSet") or a revision: mostly the DaemonSet alone. */
const dset_owner *trial_make_owners(trial_maker *m, const char *kind, size_t *count);

/* The trial's back-offs, which are added to those it has, and what is in flight: seldom anything. */
void trial_make_backoffs(trial_maker *m);
void trial_make_in_flight(trial_maker *m);

#endif
