/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c: `dset plan`: what to do for each DaemonSet of the input, as tables or as JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dset.h"

static const char *or_dash(const char *text) {
  return text == NULL || text[0] == '\0' ? "-" : text;
}

static enum colour colour_of(int type) {
  switch (type) {
    case DSET_ACTION_CREATE_POD:
    case DSET_ACTION_CREATE_REVISION: return GREEN;
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_DELETE_REVISION: return RED;
    default: return YELLOW;
  }
}

static void print_actions(const dset_plan *plan, bool colour) {
  static const char *const heads[] = {"ACTION", "NODE", "OBJECT", "REASON", "RULE", "BECAUSE"};
  struct table *rows = table_new(heads, 6);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    const char *object = action->pod != NULL ? action->pod : action->revision;
    const char *type = dset_action_type_name(action->type);
    const char *cells[] = {type,
                           or_dash(action->node),
                           or_dash(object),
                           dset_cause_name(action->cause),
                           dset_cause_rule(action->cause),
                           action->text};
    table_add(rows, colour_of(action->type), cells);
  }
  table_print(rows, stdout, colour);
  table_free(rows);
}

static void print_rollout(const dset_rollout *rollout) {
  if (!rollout->ran) return;
  if (rollout->surge) {
    printf("rollout: surge slots in use: %" PRId64 " of %" PRId64 ", outdated pods waiting: %" PRId64
           ", started now: %" PRId64 "\n",
           rollout->surging, rollout->max_surge, rollout->candidates, rollout->picked + rollout->replace);
  } else {
    printf("rollout: unavailable: %" PRId64 ", allowed: %" PRId64 ", available outdated pods: %" PRId64
           ", replaced now: %" PRId64 "\n",
           rollout->unavailable, rollout->max_unavailable, rollout->candidates, rollout->picked + rollout->replace);
  }
}

static void print_plan(const dset_daemonset *daemonset, const dset_plan *plan, const struct request *request) {
  size_t count = dset_plan_action_count(plan);
  printf("DaemonSet %s/%s: %zu %s\n", daemonset->ns, or_dash(daemonset->name), count,
         count == 1 ? "action" : "actions");
  if (count > 0) {
    putchar('\n');
    print_actions(plan, request->colour);
    putchar('\n');
  }
  const dset_status *status = dset_plan_status(plan);
  printf("status: desired %" PRId32 ", current %" PRId32 ", ready %" PRId32 ", updated %" PRId32 ", available %" PRId32
         ", misscheduled %" PRId32 "\n",
         status->desired_number_scheduled, status->current_number_scheduled, status->number_ready,
         status->updated_number_scheduled, status->number_available, status->number_misscheduled);
  print_rollout(dset_plan_rollout(plan));
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++) {
    const dset_problem *problem = dset_plan_problem(plan, i);
    printf("problem: %s: %s\n", dset_problem_name(problem->code), problem->text);
  }
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(plan, i);
    char *last = time_text(backoff->last_ms);
    printf("back-off: node %s waits %" PRId64 ".%03" PRId64 " s from %s\n", backoff->node, backoff->delay_ms / 1000,
           backoff->delay_ms % 1000, last);
    free(last);
  }
  char *next = time_text(dset_plan_next_check_ms(plan));
  printf("next check: %s\n", next);
  free(next);
}

static int print_json(const dset_plan *plan, const dset_daemonset *daemonset, const struct request *request,
                      const struct origin *from) {
  char *name = format("%s/%s", daemonset->ns, daemonset->name == NULL ? "" : daemonset->name);
  dset_write_options options = {.size = sizeof options, .name = name};
  if (request->manifests) options.manifests = daemonset;
  dset_text *text;
  dset_error error;
  int code = dset_plan_json(plan, &options, &text, &error);
  free(name);
  if (code != DSET_OK) {
    complain(from->file, &error);
    return EXIT_ERROR;
  }
  fputs("{", stdout);
  if (request->batch) {
    print_origin(from);
    fputs(",", stdout);
  }
  puts(dset_text_bytes(text) + 1); /* behind the opening brace */
  dset_text_free(text);
  return 0;
}

static int plan_one(const struct input *input, size_t index, const struct request *request, bool *work) {
  dset_daemonset daemonset = complete(input, index);
  dset_snapshot snapshot = {.size = sizeof snapshot, .daemonset = &daemonset, .now_ms = request->now_ms};
  snapshot.nodes = input->nodes;
  snapshot.node_count = input->node_count;
  snapshot.pods = input->pods;
  snapshot.pod_count = input->pod_count;
  snapshot.revisions = input->revisions;
  snapshot.revision_count = input->revision_count;
  dset_options options = {.size = sizeof options, .burst = request->burst};
  dset_plan *plan;
  dset_error error;
  if (dset_plan_compute(&snapshot, &options, &plan, &error) != DSET_OK) {
    complain(input->daemonset_origins[index].file, &error);
    return EXIT_ERROR;
  }
  int result = 0;
  if (dset_plan_action_count(plan) > 0) *work = true;
  if (request->form == FORM_JSON || request->batch) {
    result = print_json(plan, &daemonset, request, &input->daemonset_origins[index]);
  } else {
    if (index > 0) putchar('\n');
    print_plan(&daemonset, plan, request);
  }
  dset_plan_free(plan);
  return result;
}

int plan_command(struct input *input, const struct request *request) {
  input_default_namespaces(input);
  bool work = false;
  for (size_t i = 0; i < input->daemonset_count; i++) {
    int result = plan_one(input, i, request, &work);
    if (result != 0) return result;
  }
  return work && request->exit_code ? EXIT_WORK : 0;
}
