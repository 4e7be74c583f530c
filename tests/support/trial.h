/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.h: one planner state that random tests make, copy, change and make smaller.
 *
 *   trial *t = trial_random(seed);
 *   trial *copy = trial_copy(t);
 *   trial_snapshot(copy, &snapshot);
 *   ...
 *   trial_free(copy);
 *   trial_free(t);
 *
 * A trial owns all memory its structs point to, literals apart. Running out of memory aborts.
 */
#ifndef DSET_TEST_TRIAL_H
#define DSET_TEST_TRIAL_H

#include "daemonset.h"

typedef struct trial_block trial_block;

typedef struct trial {
  uint64_t seed; /* of everything random that is done with the trial later, so that it can be repeated */
  dset_daemonset daemonset;
  dset_status status; /* daemonset.status points here when has_status */
  bool has_status;
  dset_options options;
  dset_node *nodes;
  size_t node_count;
  dset_pod *pods;
  size_t pod_count;
  dset_revision *revisions;
  size_t revision_count;
  dset_backoff *backoffs;
  size_t backoff_count;
  int64_t now_ms;
  int64_t in_flight_creates;
  int64_t in_flight_deletes;
  int64_t in_flight_since_ms;
  trial_block *blocks;
} trial;

/* A random state (random_state.c); the same seed gives the same state. */
trial *trial_random(uint64_t seed);

trial *trial_new(void);
trial *trial_copy(const trial *from);
void trial_free(trial *t);

/* Zero-filled memory and text that live as long as the trial. */
void *trial_alloc(trial *t, size_t count, size_t bytes);
char *trial_format(trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *trial_text(trial *t, const char *text); /* a copy; NULL stays NULL */

/* Appends a zero-filled item to a list of the trial and returns it. */
dset_pod *trial_add_pod(trial *t);
dset_revision *trial_add_revision(trial *t);

/* Labels with `key` set to `value`, as a new list; the old list stays as it is. */
void trial_set_label(trial *t, const dset_label **labels, size_t *count, const char *key, const char *value);
const char *trial_label(const dset_label *labels, size_t count, const char *key);

/* Fills a snapshot that is valid as long as the trial is and no list changes. */
void trial_snapshot(trial *t, dset_snapshot *snapshot);

/* A digest of every byte that the trial owns and of the trial itself. */
uint64_t trial_digest(const trial *t);

/* Shuffles every list whose order means nothing: of the trial, of labels and of taints. */
void trial_shuffle(trial *t, uint64_t seed);

/*
 * Writes the template's facts to revision_data in the form codec.h gives them (G4). Revisions that were current stay
 * so. Called after the facts of the template change.
 */
void trial_seal(trial *t);

/* The state as the JSON line that `dset plan --batch` reads; the caller frees it. */
char *trial_json(const trial *t, const char *name);

/*
 * Whether that line says everything: JSON cannot hold a rolling budget without defaults (A3), nor the option
 * compare_tolerations.
 */
bool trial_json_is_exact(const trial *t);

/* Whether a law holds for a trial. */
typedef bool trial_law(const trial *t);

/*
 * The smallest trial, by removing and simplifying one thing after another, for which `law` still fails. `failing` is
 * left as it is; the caller frees the result.
 */
trial *trial_shrink(const trial *failing, trial_law *law);

/*
 * Takes one thing out of an object of the trial, or makes a member plain: simplification `index` of a kind, both
 * counted from 0. False: there is no such number, and nothing has changed.
 */
bool trial_simplify(trial *t, size_t kind, size_t index);
enum { TRIAL_SIMPLIFICATIONS = 8 };

#endif
