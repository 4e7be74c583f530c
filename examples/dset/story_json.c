/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story_json.c: a run as one JSON document, written as it happens. Times are seconds since the start; members that do
 * not apply are left out.
 *
 *   {"steps": [{"at", "eligible", "available", "updated", "events": [{"type", "text", ...}]}],
 *    "summary": {"daemonSet", "settled", "end", "seed", "start", "seconds", ...},
 *    "violations": [{"invariant", "rule", "at", "text"}]}
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

static void write_seconds(int64_t ms) {
  printf("%" PRId64, ms / 1000);
  if (ms % 1000 != 0) printf(".%03d", (int)(ms % 1000));
}

static void write_member(const char *name, const char *text) {
  if (text[0] == '\0') return;
  printf(",\"%s\":", name);
  write_json(stdout, text);
}

/* ---- steps ---- */

static void write_event(const dset_trace *trace) {
  static const char *const types[] = {"",     "change", "write", "refused", "pod",      "node",
                                      "plan", "wait",   "host",  "fault",   "violation"}; /* by enum dset_trace_type */
  char *daemonset = trace->daemonset[0] == '\0' ? NULL : format("%s/%s", trace->ns, trace->daemonset);
  bool is_write = trace->type == DSET_TRACE_WRITE || trace->type == DSET_TRACE_REFUSED;
  printf("{\"type\":\"%s\"", types[trace->type]);
  if (is_write) write_member("action", dset_action_type_name(trace->action));
  if (is_write && trace->cause != 0) write_member("reason", dset_cause_name(trace->cause));
  if (is_write && trace->cause != 0) write_member("rule", dset_cause_rule(trace->cause));
  if (trace->type == DSET_TRACE_REFUSED) write_member("result", dset_result_name(trace->result));
  if (trace->type == DSET_TRACE_FAULT) write_member("fault", dset_fault_name(trace->fault));
  if (trace->type == DSET_TRACE_VIOLATION) write_member("invariant", dset_invariant_name(trace->invariant));
  if (trace->type == DSET_TRACE_PLAN) printf(",\"actions\":%" PRIu64, trace->number);
  if (trace->host != 0) printf(",\"host\":%d", (int)trace->host);
  if (daemonset != NULL) write_member("daemonSet", daemonset);
  write_member("node", trace->node);
  write_member("name", trace->name);
  write_member("text", trace->text);
  putchar('}');
  free(daemonset);
}

void story_json_step(struct story *story) {
  const dset_simulation_stats *stats = dset_simulation_stats_of(story->simulation);
  fputs(story->told++ == 0 ? "{\"steps\":[\n" : ",\n", stdout);
  fputs("{\"at\":", stdout);
  write_seconds(stats->now_ms - story->start_ms);
  printf(",\"eligible\":%" PRId64 ",\"available\":%" PRId64 ",\"updated\":%" PRId64 ",\"events\":[", stats->eligible,
         stats->available, stats->updated);
  for (size_t i = 0; i < story->event_count; i++) {
    if (i > 0) putchar(',');
    write_event(&story->events[i].trace);
  }
  fputs("]}", stdout);
}

/* ---- the end ---- */

static void write_nodes(const struct story *story) {
  fputs(",\"updateOrder\":[", stdout);
  for (size_t i = 0; i < story->order_count; i++) {
    fputs(i == 0 ? "{\"node\":" : ",{\"node\":", stdout);
    write_json(stdout, story->order[i]->name);
    fputs(",\"at\":", stdout);
    write_seconds(story->order[i]->updated_ms - story->start_ms);
    putchar('}');
  }
  size_t count;
  struct told_node **blockers = story_blockers(story, &count);
  fputs("],\"waitedFor\":[", stdout);
  for (size_t i = 0; i < count; i++) {
    fputs(i == 0 ? "{\"node\":" : ",{\"node\":", stdout);
    write_json(stdout, blockers[i]->name);
    fputs(",\"seconds\":", stdout);
    write_seconds(blockers[i]->blocked_ms);
    putchar('}');
  }
  free(blockers);
  putchar(']');
}

static void write_figures(const dset_simulation_stats *stats) {
  printf(",\"eligible\":%" PRId64 ",\"available\":%" PRId64 ",\"updated\":%" PRId64 ",\"leastAvailable\":%" PRId64,
         stats->eligible, stats->available, stats->updated, stats->least_available);
  printf(",\"creates\":%" PRIu64 ",\"deletes\":%" PRIu64 ",\"writes\":%" PRIu64 ",\"plans\":%" PRIu64
         ",\"steps\":%" PRIu64 ",\"faults\":{",
         stats->creates, stats->deletes, stats->writes, stats->plans, stats->steps);
  bool first = true;
  for (int fault = 0; fault < DSET_FAULTS; fault++) {
    if (stats->faults[fault] == 0) continue;
    printf("%s\"%s\":%" PRIu64, first ? "" : ",", dset_fault_name(fault), stats->faults[fault]);
    first = false;
  }
  putchar('}');
}

static void write_violations(const struct story *story) {
  dset_violation violation;
  fputs("\"violations\":[", stdout);
  for (size_t i = 0, count = 0; story_violation(story, &i, &violation); count++) {
    int64_t at_ms = violation.at_ms < story->limit_ms ? violation.at_ms : story->limit_ms;
    printf("%s{\"invariant\":\"%s\"", count == 0 ? "" : ",", dset_invariant_name(violation.invariant));
    write_member("rule", dset_invariant_rule(violation.invariant));
    fputs(",\"at\":", stdout);
    write_seconds(at_ms - story->start_ms);
    write_member("text", violation.text);
    putchar('}');
  }
  putchar(']');
}

void story_json_end(const struct story *story) {
  int64_t end_ms = story->over ? story->limit_ms : story->last_ms;
  char *name = format("%s/%s", story->ns, story->name);
  char *start = time_text(story->start_ms);
  fputs(story->told == 0 ? "{\"steps\":[],\n\"summary\":{\"daemonSet\":" : "\n],\n\"summary\":{\"daemonSet\":", stdout);
  write_json(stdout, name);
  printf(",\"settled\":%s,\"end\":\"%s\",\"seed\":%" PRIu64 ",\"start\":\"%s\",\"seconds\":",
         story->settled ? "true" : "false", story->over ? "time" : "rest", story->simulated->seed, start);
  write_seconds(end_ms - story->start_ms);
  if (story->update_ms >= 0 && story->update_ms <= end_ms) {
    fputs(",\"updateAt\":", stdout);
    write_seconds(story->update_ms - story->start_ms);
  }
  if (story->over) {
    fputs(",\"nextAt\":", stdout);
    write_seconds(story->next_ms - story->start_ms);
  }
  write_figures(&story->stats);
  write_nodes(story);
  if (!story->settled && story->wait != NULL) write_member("lastWait", story->wait);
  fputs("},\n", stdout);
  write_violations(story);
  puts("}");
  free(name);
  free(start);
}
