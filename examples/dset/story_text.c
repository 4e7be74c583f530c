/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story_text.c: a run for people. A step is one line: when, how many nodes have an available pod, how many of them an
 * updated one, and what happens, the same of many nodes put together:
 *
 *        1s        4/6      0/6  gone from gpu-1, gpu-2; create on gpu-1, gpu-2
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

enum { MOST_NAMES = 4, MOST_ORDERED = 10, MOST_BLOCKERS = 5 };

/* ---- what an event is called ---- */

/* Of a write: what it does, and whether to a pod, which its node stands for. NULL: it is not shown. */
static const char *write_phrase(int action, bool *by_node) {
  *by_node = true;
  switch (action) {
    case DSET_ACTION_CREATE_POD: return "create on";
    case DSET_ACTION_DELETE_POD: return "delete on";
    case DSET_ACTION_ADOPT_POD: return "adopt on";
    case DSET_ACTION_RELEASE_POD: return "release on";
    case DSET_ACTION_LABEL_POD: return "label on";
    default: *by_node = false; break;
  }
  switch (action) {
    case DSET_ACTION_CREATE_REVISION: return "create revision";
    case DSET_ACTION_UPDATE_REVISION: return "update revision";
    case DSET_ACTION_DELETE_REVISION: return "delete revision";
    case DSET_ACTION_ADOPT_REVISION: return "adopt revision";
    case DSET_ACTION_RELEASE_REVISION: return "release revision";
    case DSET_ACTION_BUMP_COLLISION_COUNT: return "bump collision count";
    case DSET_ACTION_UPDATE_STATUS: return "status";
    default: return NULL;
  }
}

/* Of a pod. What is only a beginning is not shown: that it is bound, or that it stops as it was told to. */
static const char *pod_phrase(const struct event *event) {
  static const struct {
    const char *says;
    const char *phrase;
  } phrases[] = {{" is running", "running on"},
                 {" is ready", "ready on"},
                 {" is not ready any more", "not ready any more on"},
                 {" counts as not ready", "counts as not ready on"},
                 {" has failed", "failed on"},
                 {" is gone", "gone from"},
                 {" is collected: its node is gone", "collected from"}};
  const char *text = event->trace.text;
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
    size_t length = strlen(text), wanted = strlen(phrases[i].says);
    if (length >= wanted && strcmp(text + length - wanted, phrases[i].says) == 0) return phrases[i].phrase;
  }
  return NULL;
}

/* NULL: it is not shown. `*item` is what is put together, "" for what stands alone. */
static const char *phrase_of(const struct event *event, const char **item) {
  const dset_trace *trace = &event->trace;
  bool by_node;
  const char *phrase;
  *item = "";
  switch (trace->type) {
    case DSET_TRACE_WRITE:
      phrase = write_phrase(trace->action, &by_node);
      *item = by_node ? trace->node : trace->name;
      return phrase;
    case DSET_TRACE_POD: *item = trace->node[0] == '\0' ? "no node" : trace->node; return pod_phrase(event);
    case DSET_TRACE_WAIT:
      *item = trace->node;
      return trace->node[0] == '\0' ? "the update waits" : "the update waits for";
    case DSET_TRACE_PLAN: return NULL;
    case DSET_TRACE_HOST: return strstr(trace->text, " waits: ") != NULL ? NULL : trace->text;
    default: return trace->text;
  }
}

static const char *prefix_of(int type) {
  switch (type) {
    case DSET_TRACE_REFUSED: return "refused: ";
    case DSET_TRACE_FAULT: return "fault: ";
    case DSET_TRACE_VIOLATION: return "VIOLATION: ";
    default: return "";
  }
}

/* ---- one step ---- */

/* Of several DaemonSets the one whose pod it is. */
static void print_whose(const struct story *story, const dset_trace *trace, const char *node) {
  if (story->daemonset_count < 2 || node == trace->name || trace->daemonset[0] == '\0') return;
  fputs(" (", stdout);
  write_clean(stdout, trace->daemonset);
  fputs(")", stdout);
}

/* All events from `index` on that are called the same; they are shown then. */
static void print_group(const struct story *story, size_t index, bool *shown) {
  const char *item;
  const char *phrase = phrase_of(&story->events[index], &item);
  fputs(prefix_of(story->events[index].trace.type), stdout);
  write_clean(stdout, phrase);
  size_t count = 0;
  for (size_t i = index; i < story->event_count; i++) {
    const char *other = phrase_of(&story->events[i], &item);
    if (shown[i] || other == NULL || strcmp(other, phrase) != 0) continue;
    shown[i] = true;
    if (item[0] == '\0') continue;
    if (count < MOST_NAMES) {
      fputs(count == 0 ? " " : ", ", stdout);
      write_clean(stdout, item);
      print_whose(story, &story->events[i].trace, item);
    }
    count++;
  }
  if (count > MOST_NAMES) printf(" and %zu more", count - MOST_NAMES);
}

static void print_counts(const struct story *story) {
  const dset_simulation_stats *stats = dset_simulation_stats_of(story->simulation);
  char *time = duration_text(stats->now_ms - story->start_ms);
  char *available = format("%" PRId64 "/%" PRId64, stats->available, stats->eligible);
  char *updated = format("%" PRId64 "/%" PRId64, stats->updated, stats->eligible);
  printf("%10s  %9s  %9s  ", time, available, updated);
  free(time);
  free(available);
  free(updated);
}

void story_print_step(struct story *story) {
  const char *item;
  bool *shown = need(calloc(story->event_count, sizeof *shown));
  size_t groups = 0;
  for (size_t i = 0; i < story->event_count; i++) {
    if (shown[i] || phrase_of(&story->events[i], &item) == NULL) continue;
    if (groups == 0 && story->told++ == 0) puts("      TIME  AVAILABLE    UPDATED  WHAT HAPPENS");
    if (groups++ == 0) {
      print_counts(story);
    } else {
      fputs("; ", stdout);
    }
    print_group(story, i, shown);
  }
  if (groups > 0) putchar('\n');
  free(shown);
}

/* ---- the end ---- */

static void print_order(const struct story *story) {
  if (story->order_count == 0) return;
  printf("in this order:  ");
  for (size_t i = 0; i < story->order_count && i < MOST_ORDERED; i++) {
    char *time = duration_text(story->order[i]->updated_ms - story->start_ms);
    fputs(i == 0 ? "" : ", ", stdout);
    write_clean(stdout, story->order[i]->name);
    printf(" (%s)", time);
    free(time);
  }
  if (story->order_count > MOST_ORDERED) printf(" and %zu more", story->order_count - MOST_ORDERED);
  putchar('\n');
}

static void print_blockers(const struct story *story) {
  size_t count;
  struct told_node **blockers = story_blockers(story, &count);
  if (count > 0) printf("waited for:     ");
  for (size_t i = 0; i < count && i < MOST_BLOCKERS; i++) {
    char *time = duration_text(blockers[i]->blocked_ms);
    fputs(i == 0 ? "" : ", ", stdout);
    write_clean(stdout, blockers[i]->name);
    printf(" (%s)", time);
    free(time);
  }
  if (count > MOST_BLOCKERS) printf(" and %zu more", count - MOST_BLOCKERS);
  if (count > 0) putchar('\n');
  free(blockers);
}

static void print_faults(const dset_simulation_stats *stats) {
  size_t kinds = 0;
  for (int fault = 0; fault < DSET_FAULTS; fault++) {
    if (stats->faults[fault] == 0) continue;
    printf("%s%s %" PRIu64, kinds++ == 0 ? "faults:         " : ", ", dset_fault_name(fault), stats->faults[fault]);
  }
  if (kinds > 0) putchar('\n');
}

static void print_how(const struct story *story) {
  int64_t end_ms = story->over ? story->limit_ms : story->last_ms;
  char *total = duration_text(end_ms - story->start_ms);
  printf("DaemonSet %s/%s", story->ns, story->name);
  if (story->daemonset_count > 1) printf(" and %zu more", story->daemonset_count - 1);
  printf(": %s %s",
         story->settled ? "settled after"
         : story->over  ? "not settled within"
                        : "at rest and not settled after",
         total);
  free(total);
  if (story->update_ms >= 0 && story->update_ms <= end_ms) {
    char *took = duration_text(end_ms - story->update_ms);
    char *from = duration_text(story->update_ms - story->start_ms);
    printf(", %s of that for the update, applied at %s", took, from);
    free(took);
    free(from);
  } else if (story->simulated->update != NULL) {
    fputs("; the update was never applied", stdout);
  }
  putchar('\n');
}

/* Why it is not settled, or what should never have been. */
static void print_violations(const struct story *story) {
  dset_violation violation;
  for (size_t i = 0; story_violation(story, &i, &violation);) {
    if (violation.invariant == DSET_INVARIANT_SETTLES) {
      fputs("not settled:    ", stdout);
    } else {
      char *time = duration_text(violation.at_ms - story->start_ms);
      printf("VIOLATION:      at %s: %s (%s): ", time, dset_invariant_name(violation.invariant),
             dset_invariant_rule(violation.invariant));
      free(time);
    }
    write_clean(stdout, violation.text);
    putchar('\n');
  }
  uint64_t all = dset_simulation_stats_of(story->simulation)->violations;
  size_t kept = dset_simulation_violation_count(story->simulation);
  if (all > kept) printf("                and %" PRIu64 " more\n", all - kept);
}

void story_print_end(const struct story *story) {
  const dset_simulation_stats *stats = &story->stats;
  if (story->told > 0) putchar('\n');
  print_how(story);
  putchar('\n');
  printf("available:      %" PRId64 " of %" PRId64 " eligible nodes at the end, never less than %" PRId64 "\n",
         stats->available, stats->eligible, stats->least_available);
  printf("updated:        %" PRId64 " of %" PRId64 " eligible nodes at the end\n", stats->updated, stats->eligible);
  print_order(story);
  print_blockers(story);
  printf("pods:           %" PRIu64 " created, %" PRIu64 " deleted\n", stats->creates, stats->deletes);
  printf("controller:     %" PRIu64 " plans, %" PRIu64 " writes\n", stats->plans, stats->writes);
  print_faults(stats);
  if (story->over) {
    char *next = duration_text(story->next_ms - story->start_ms);
    printf("not settled:    the time is over, and more happens at %s\n", next);
    free(next);
  }
  print_violations(story);
  if (!story->settled && story->wait != NULL) {
    fputs("last wait:      ", stdout);
    write_clean(stdout, story->wait);
    putchar('\n');
  }
}
