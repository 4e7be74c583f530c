/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h: what a scene tells, kept line by line, so that a test can say what must happen when.
 *
 *   scene s; scene_log log;
 *   scene_init(&s, 3);
 *   log_start(&log, &s);
 *   scene_run(&s, DSET_NEVER);
 *   expect_text("F8", "deletions", log_writes(&log, DSET_ACTION_DELETE_POD), "60000: n1; 63000: n2; 66000: n3");
 *   log_free(&log);
 *   scene_free(&s);
 *
 * Times are milliseconds since the scene's start.
 */
#ifndef DSET_TEST_LOG_H
#define DSET_TEST_LOG_H

#include "scene.h"

typedef struct log_line {
  int64_t at_ms;
  int type; /* enum dset_trace_type */
  int host;
  int action;
  int cause;
  int result;
  int fault;
  int invariant;
  uint64_t number;
  char node[32];
  char name[64];
  char text[192];
} log_line;

typedef struct scene_log {
  scene *scene;
  log_line *lines;
  size_t count;
  size_t capacity;
  size_t seen[4]; /* how many pods were shown, by enum dset_pod_event */
} scene_log;

/* Makes the scene's simulation, and listens. Members of the scene's listener but `plan` are replaced. */
void log_start(scene_log *log, scene *s);
void log_free(scene_log *log);

/* Moments and nodes of the writes of a kind that were done, after so many milliseconds if asked: "0: n1 n2; 60000: n1".
 * Valid as long as the scene. Of writes without a node the moments alone. */
const char *log_writes(const scene_log *log, int action);
const char *log_writes_after(const scene_log *log, int action, int64_t after_ms);

/* The first line of a type at or after a moment; NULL: there is none. */
const log_line *log_find(const scene_log *log, int type, int64_t from_ms);

size_t log_count(const scene_log *log, int type);

/* Runs to a moment and writes the status that is stored then, as world_status_line() does. */
const char *log_status(scene *s, int64_t at_ms);

/* Runs to a moment and writes the pods of the store by node, the oldest first, as "n1:Rd n1:w n2:F": R ready, r
 * running, w waiting, F failed; d behind it: deleting. */
const char *log_pods(scene *s, int64_t at_ms);

/* The revisions of the store, by number: "1=v1 2=v2". */
const char *log_revisions(scene *s);

#endif
