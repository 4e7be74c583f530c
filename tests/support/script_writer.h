/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_writer.h: what the parts of the generator of random scripts share: script_objects.c puts, changes and removes
 * one object, script_random.c decides what happens.
 */
#ifndef DSET_TEST_SCRIPT_WRITER_H
#define DSET_TEST_SCRIPT_WRITER_H

#include "model_cluster.h"
#include "trial_make.h"

enum { WRITER_SLOTS = 6 }; /* DaemonSets of a usual script at most */

typedef struct writer {
  script *s;
  trial *t; /* s->memory: what is being made */
  trial_maker maker;
  model_cluster model;
  size_t nodes;      /* names there are */
  size_t daemonsets; /* slots there are */
  size_t pods;       /* about so many at most */
  size_t steps;      /* plans carried out */
  bool all;          /* plan whatever is due after each event */
} writer;

static inline bool once_in(writer *w, uint64_t times) {
  return random_once_in(&w->maker.random, times);
}

static inline int64_t between(writer *w, int64_t least, int64_t most) {
  return least + (int64_t)random_below(&w->maker.random, (uint64_t)(most - least) + 1);
}

/* An event is in the script, and has happened. */
void writer_emit(writer *w, script_event event);

/* Events that put a copy of what is given, or the DaemonSet, back-offs, writes in flight that the trial holds. */
void writer_put_node(writer *w, const dset_node *node);
void writer_put_pod(writer *w, const dset_pod *pod);
void writer_put_revision(writer *w, const dset_revision *revision);
void writer_put_daemonset(writer *w);
void writer_put_in_flight(writer *w);
void writer_put_backoffs(writer *w);
void writer_put_time(writer *w, int64_t now_ms);
void writer_remove_object(writer *w, enum script_kind kind, const char *ns, const char *name);

/* The trial shows one DaemonSet of the model and nothing else; with the nodes; with everything. */
void writer_load(writer *w, const model_daemonset *daemonset);
void writer_load_nodes(writer *w);
void writer_load_all(writer *w, const model_daemonset *daemonset);

/* A DaemonSet of the model, which is loaded; NULL when there is none. */
const model_daemonset *writer_pick(writer *w);

/* The template of the trial's DaemonSet is another one. */
void writer_new_template(writer *w);

/* One random event each, or none when there is nothing to change. */
void writer_new_node(writer *w);
void writer_change_node(writer *w);
void writer_taint_nodes(writer *w); /* up to three */
void writer_close_nodes(writer *w); /* up to twelve */
void writer_remove_node(writer *w);
void writer_new_pod(writer *w);
void writer_change_pod(writer *w);
void writer_remove_pod(writer *w);
void writer_new_revision(writer *w);
void writer_change_revision(writer *w);
void writer_remove_revision(writer *w);
void writer_new_daemonset(writer *w);
void writer_change_daemonset(writer *w);
void writer_remove_daemonset(writer *w);

#endif
