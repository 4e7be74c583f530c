/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story.c: what is kept of a run: the events of the present step, and of the first DaemonSet which nodes were updated
 * when, and for which the others had to wait.
 *
 *   a node is updated    when the pod is ready that was created there since the template changed last, or since the
 * start a node blocks        from when the update is said to wait for it until it goes on, or waits for another
 */
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

/* ---- nodes ---- */

static int compare_name(const void *key, const void *node) {
  return strcmp(key, ((const struct told_node *)node)->name);
}

static struct told_node *node_of(const struct story *story, const char *name) {
  if (story->node_count == 0) return NULL;
  return bsearch(name, story->nodes, story->node_count, sizeof *story->nodes, compare_name);
}

/* From now on other pods count. */
static void begin_anew(struct story *story) {
  for (size_t i = 0; i < story->node_count; i++) {
    free(story->nodes[i].made);
    story->nodes[i].made = NULL;
    story->nodes[i].updated_ms = -1;
    story->nodes[i].blocked_ms = 0;
  }
  story->order_count = 0;
  story->waits_for = NULL;
}

static void note_made(struct story *story, const dset_trace *trace) {
  struct told_node *node = node_of(story, trace->node);
  if (node == NULL) return;
  free(node->made);
  node->made = format("%s", trace->name);
}

static void note_ready(struct story *story, const dset_trace *trace) {
  struct told_node *node = node_of(story, trace->node);
  if (node == NULL || node->updated_ms >= 0 || node->made == NULL || strcmp(node->made, trace->name) != 0) return;
  node->updated_ms = trace->at_ms;
  story->order[story->order_count++] = node;
}

/* ---- waiting ---- */

static void end_wait(struct story *story, int64_t at_ms) {
  if (story->waits_for != NULL) story->waits_for->blocked_ms += at_ms - story->waits_since_ms;
  story->waits_for = NULL;
}

static void begin_wait(struct story *story, const dset_trace *trace) {
  end_wait(story, trace->at_ms);
  story->waits_for = node_of(story, trace->node);
  story->waits_since_ms = trace->at_ms;
  free(story->wait);
  story->wait = format("%s", trace->text);
}

/* Whether the rolling update goes on by this write. */
static bool goes_on(const dset_trace *trace) {
  return trace->cause == DSET_CAUSE_OUTDATED || trace->cause == DSET_CAUSE_OUTDATED_UNAVAILABLE ||
         trace->cause == DSET_CAUSE_SURGE_BUDGET || trace->cause == DSET_CAUSE_SURGE_UNAVAILABLE;
}

static int compare_blocked(const void *a, const void *b) {
  const struct told_node *left = *(struct told_node *const *)a;
  const struct told_node *right = *(struct told_node *const *)b;
  if (left->blocked_ms != right->blocked_ms) return left->blocked_ms > right->blocked_ms ? -1 : 1;
  return strcmp(left->name, right->name);
}

struct told_node **story_blockers(const struct story *story, size_t *count) {
  struct told_node **blockers = need(calloc(story->node_count + 1, sizeof *blockers));
  *count = 0;
  for (size_t i = 0; i < story->node_count; i++) {
    if (story->nodes[i].blocked_ms > 0) blockers[(*count)++] = &story->nodes[i];
  }
  if (*count > 1) qsort(blockers, *count, sizeof *blockers, compare_blocked);
  return blockers;
}

/* ---- hearing ---- */

static bool is_about_first(const struct story *story, const dset_trace *trace) {
  return strcmp(trace->daemonset, story->name) == 0 && strcmp(trace->ns, story->ns) == 0;
}

static bool is_new_spec(const struct story *story, const dset_trace *trace) {
  static const char prefix[] = "put-daemonset ";
  return strncmp(trace->text, prefix, sizeof prefix - 1) == 0 && strcmp(trace->name, story->name) == 0 &&
         strcmp(trace->ns, story->ns) == 0;
}

static bool ends_in(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void note(struct story *story, const dset_trace *trace) {
  if (trace->type == DSET_TRACE_CHANGE && is_new_spec(story, trace)) begin_anew(story);
  if (!is_about_first(story, trace)) return;
  switch (trace->type) {
    case DSET_TRACE_WRITE:
      if (trace->action == DSET_ACTION_CREATE_POD) note_made(story, trace);
      if (goes_on(trace)) end_wait(story, trace->at_ms);
      break;
    case DSET_TRACE_POD:
      if (ends_in(trace->text, " is ready")) note_ready(story, trace);
      break;
    case DSET_TRACE_WAIT: begin_wait(story, trace); break;
    default: break;
  }
}

/* Its texts in one block. */
static struct event copy_event(const dset_trace *trace) {
  struct event event = {.trace = *trace};
  const char **texts[] = {&event.trace.ns, &event.trace.daemonset, &event.trace.node, &event.trace.name,
                          &event.trace.text};
  size_t bytes = 0, at = 0;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) bytes += strlen(*texts[i]) + 1;
  event.texts = need(malloc(bytes));
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t length = strlen(*texts[i]) + 1;
    memcpy(event.texts + at, *texts[i], length);
    *texts[i] = event.texts + at;
    at += length;
  }
  return event;
}

void story_hear(void *context, const dset_trace *trace) {
  struct story *story = context;
  if (story->ended || trace->at_ms > story->limit_ms) return;
  bool aside = trace->type == DSET_TRACE_PLAN || trace->type == DSET_TRACE_WAIT || trace->type == DSET_TRACE_HOST;
  if (!aside) story->last_ms = trace->at_ms;
  note(story, trace);
  if (story->request->form == FORM_TABLE) return;
  if (story->event_count == story->event_capacity) {
    story->event_capacity = story->event_capacity * 2 + 16;
    story->events = need(realloc(story->events, story->event_capacity * sizeof *story->events));
  }
  story->events[story->event_count++] = copy_event(trace);
}

/* ---- steps, and the end ---- */

static void forget_events(struct story *story) {
  for (size_t i = 0; i < story->event_count; i++) free(story->events[i].texts);
  story->event_count = 0;
}

void story_step(struct story *story) {
  if (story->event_count == 0) return;
  progress_clear(story->request);
  if (story->request->form == FORM_JSON) {
    story_json_step(story);
  } else {
    story_print_step(story);
  }
  forget_events(story);
}

bool story_violation(const struct story *story, size_t *index, dset_violation *violation) {
  while (dset_simulation_violation(story->simulation, (*index)++, violation)) {
    if (violation->invariant == DSET_INVARIANT_SETTLES || violation->at_ms <= story->limit_ms) return true;
  }
  return false;
}

void story_end(struct story *story) {
  story->ended = true;
  forget_events(story);
  end_wait(story, story->over ? story->limit_ms : story->last_ms);
}

void story_free(struct story *story) {
  forget_events(story);
  for (size_t i = 0; i < story->node_count; i++) free(story->nodes[i].made);
  free(story->nodes);
  free(story->order);
  free(story->wait);
  free(story->events);
}
