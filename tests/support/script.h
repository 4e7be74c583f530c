/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.h: what happens to a cluster, event by event, as data: it can be made at random, played, printed and made
 * smaller. Every event is complete in itself, so that any of them can be left out.
 *
 *   script *s = script_random(seed, 500);
 *   if (!law(s, why)) {
 *     script *small = script_shrink(s, law);
 *     script_write(&text, small);
 *
 * A script owns all memory its events point to.
 */
#ifndef DSET_TEST_SCRIPT_H
#define DSET_TEST_SCRIPT_H

#include "daemonset.h"
#include "text.h"
#include "trial.h"

enum script_kind {
  SCRIPT_PUT_NODE,
  SCRIPT_PUT_POD,
  SCRIPT_PUT_REVISION,
  SCRIPT_PUT_DAEMONSET,
  SCRIPT_REMOVE_NODE,
  SCRIPT_REMOVE_POD,
  SCRIPT_REMOVE_REVISION,
  SCRIPT_REMOVE_DAEMONSET,
  SCRIPT_PUT_IN_FLIGHT,
  SCRIPT_PUT_BACKOFFS,
  SCRIPT_TIME,
  SCRIPT_KINDS
};

/* Which DaemonSets are planned after an event. */
enum script_plans {
  SCRIPT_PLAN_NONE,
  SCRIPT_PLAN_FIRST, /* the first that is due */
  SCRIPT_PLAN_DUE,   /* all that are due, and one more */
  SCRIPT_PLAN_ALL
};

typedef struct script_event {
  enum script_kind kind;
  enum script_plans plans;
  const char *ns; /* of the object; NULL for nodes */
  const char *name;
  /* PUT: the object of the kind. */
  const dset_node *node;
  const dset_pod *pod;
  const dset_revision *revision;
  const dset_daemonset *daemonset;
  const char *revision_hash;
  /* PUT_IN_FLIGHT */
  int64_t creates;
  int64_t deletes;
  int64_t since_ms;
  /* PUT_BACKOFFS */
  const dset_backoff *backoffs;
  size_t backoff_count;
  /* TIME */
  int64_t now_ms;
} script_event;

typedef struct script {
  uint64_t seed;
  dset_options options; /* of the cluster */
  script_event *events;
  size_t count;
  size_t capacity;
  trial *memory;
  trial **kept; /* more memory, see script_keep() */
  size_t kept_count;
} script;

/* A random script of about so many events (script_random.c); the same arguments give the same script. */
script *script_random(uint64_t seed, size_t events);

script *script_new(void);
void script_free(script *s);

/* Appends an event. */
script_event *script_add(script *s, enum script_kind kind, const char *ns, const char *name);

/* The script frees `memory` in the end. */
void script_keep(script *s, trial *memory);

/*
 * A deep copy of an event's object in memory of its own, which the caller frees or keeps; `copy` becomes the event with
 * that object. Events without object are copied as they are, and back-offs as well.
 */
trial *script_copy_object(const script_event *event, script_event *copy);

/* Makes `event` show the object that `holder` holds now, of script_copy_object() or simplified since. */
void script_take_object(script_event *event, trial *holder);

/* One event as a line of text; complete: two objects are equal if and only if their lines are. */
void script_write_event(dset_buffer *text, const script_event *event);

/* All of it: options, then events, numbered. */
void script_write(dset_buffer *text, const script *s);

/* Whether a law holds for a script; if not, `why` says why and `*failed` which event it is. */
typedef bool script_law(const script *s, char *why, size_t bytes, size_t *failed);

/*
 * Whether the law holds, tried in a process of its own, so that a crash is a law that does not hold as well; `quiet`:
 * what it says on the standard error output is lost.
 */
bool script_try(const script *s, script_law *law, bool quiet, char *why, size_t bytes, size_t *failed);

/*
 * Makes a failing script smaller by leaving out events, then by simplifying what is left, as long as `law` fails.
 * `s` is changed. `why` says why the smallest fails.
 */
void script_shrink(script *s, script_law *law, char *why, size_t bytes);

#endif
