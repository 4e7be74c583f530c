/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void listen_trace(void *user_data, const dset_trace *trace) {
  scene_log *log = user_data;
  if (log->count == log->capacity) {
    log->capacity = log->capacity == 0 ? 256 : 2 * log->capacity;
    log->lines = realloc(log->lines, log->capacity * sizeof *log->lines);
    ck_assert_ptr_nonnull(log->lines);
  }
  log_line *line = &log->lines[log->count++];
  *line = (log_line){.at_ms = trace->at_ms - SCENE_START, .type = trace->type, .host = trace->host};
  line->action = trace->action, line->cause = trace->cause, line->result = trace->result;
  line->fault = trace->fault, line->invariant = trace->invariant, line->number = trace->number;
  snprintf(line->node, sizeof line->node, "%s", trace->node);
  snprintf(line->name, sizeof line->name, "%s", trace->name);
  snprintf(line->text, sizeof line->text, "%s", trace->text);
}

static void listen_seen(void *user_data, int event, const dset_pod *pod) {
  scene_log *log = user_data;
  ck_assert(event >= DSET_POD_ADDED && event <= DSET_POD_GONE && pod->name[0] != '\0');
  log->seen[event]++;
}

void log_start(scene_log *log, scene *s) {
  *log = (scene_log){.scene = s};
  s->listener = (dset_listener){.size = sizeof s->listener, .plan = s->listener.plan};
  s->listener.trace = listen_trace, s->listener.seen = listen_seen, s->listener.user_data = log;
  scene_fill(s);
  dset_error error = {0};
  int code = dset_simulation_new(&s->scenario, &s->listener, &s->simulation, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", error.path, error.text);
}

void log_free(scene_log *log) {
  free(log->lines);
}

const char *log_writes_after(const scene_log *log, int action, int64_t after_ms) {
  const char *text = "";
  int64_t last = -1;
  dset_world *w = &log->scene->w;
  for (size_t i = 0; i < log->count; i++) {
    const log_line *line = &log->lines[i];
    if (line->type != DSET_TRACE_WRITE || line->action != action || line->at_ms < after_ms) continue;
    if (line->at_ms != last) {
      text = world_format(w, "%s%s%lld:", text, last < 0 ? "" : "; ", (long long)line->at_ms);
    }
    last = line->at_ms;
    if (line->node[0] != '\0') text = world_format(w, "%s %s", text, line->node);
  }
  return text;
}

const char *log_writes(const scene_log *log, int action) {
  return log_writes_after(log, action, 0);
}

const log_line *log_find(const scene_log *log, int type, int64_t from_ms) {
  for (size_t i = 0; i < log->count; i++) {
    if (log->lines[i].type == type && log->lines[i].at_ms >= from_ms) return &log->lines[i];
  }
  return NULL;
}

size_t log_count(const scene_log *log, int type) {
  size_t count = 0;
  for (size_t i = 0; i < log->count; i++) count += log->lines[i].type == type;
  return count;
}

static void look(scene *s, dset_snapshot *snapshot) {
  *snapshot = (dset_snapshot){.size = sizeof *snapshot};
  dset_error error = {0};
  int code = dset_simulation_snapshot(s->simulation, DSET_SIDE_STORE, "default", "agent", snapshot, &error);
  ck_assert_msg(code == DSET_OK, "%s", error.text);
}

const char *log_status(scene *s, int64_t at_ms) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  scene_run(s, at_ms);
  look(s, &snapshot);
  static const dset_status none = {.size = sizeof none};
  const dset_status *status = snapshot.daemonset->status;
  return world_status_line(&s->w, status == NULL ? &none : status);
}

static int by_node(const void *a, const void *b) {
  const dset_pod *x = *(dset_pod *const *)a, *y = *(dset_pod *const *)b;
  int order = strcmp(x->node_name, y->node_name);
  if (order != 0) return order;
  if (x->created_ms != y->created_ms) return x->created_ms < y->created_ms ? -1 : 1;
  return strcmp(x->name, y->name);
}

static const char *pod_state(const dset_pod *pod) {
  if (pod->phase == DSET_PHASE_FAILED) return "F";
  if (pod->ready) return "R";
  return pod->phase == DSET_PHASE_RUNNING ? "r" : "w";
}

const char *log_pods(scene *s, int64_t at_ms) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  scene_run(s, at_ms);
  look(s, &snapshot);
  const dset_pod *pods[64];
  ck_assert_uint_le(snapshot.pod_count, COUNT_OF(pods));
  for (size_t i = 0; i < snapshot.pod_count; i++) pods[i] = snapshot.pods[i];
  qsort(pods, snapshot.pod_count, sizeof *pods, by_node);
  const char *text = "";
  for (size_t i = 0; i < snapshot.pod_count; i++) {
    text = world_format(&s->w, "%s%s%s:%s%s", text, i == 0 ? "" : " ", pods[i]->node_name, pod_state(pods[i]),
                        pods[i]->deleting ? "d" : "");
  }
  return text;
}

static int by_number(const void *a, const void *b) {
  const dset_revision *x = *(dset_revision *const *)a, *y = *(dset_revision *const *)b;
  return x->number < y->number ? -1 : x->number > y->number;
}

const char *log_revisions(scene *s) {
  dset_snapshot snapshot = {.size = sizeof snapshot};
  look(s, &snapshot);
  const dset_revision *revisions[32];
  ck_assert_uint_le(snapshot.revision_count, COUNT_OF(revisions));
  for (size_t i = 0; i < snapshot.revision_count; i++) revisions[i] = snapshot.revisions[i];
  qsort(revisions, snapshot.revision_count, sizeof *revisions, by_number);
  const char *text = "";
  for (size_t i = 0; i < snapshot.revision_count; i++) {
    text = world_format(&s->w, "%s%s%lld=%.*s", text, i == 0 ? "" : " ", (long long)revisions[i]->number,
                        (int)revisions[i]->data_bytes, (const char *)revisions[i]->data);
  }
  return text;
}
