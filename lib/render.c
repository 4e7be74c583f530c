/* SPDX-License-Identifier: Apache-2.0 */
/* render.c (L5): plans and verdicts as JSON. */
#include "render.h"

#include "check.h"
#include "emit.h"
#include "model.h"

struct dset_text {
  dset_allocator allocator;
  char *bytes;
  size_t length;
  size_t capacity;
};

int dset_text_begin(const dset_write_options *options, dset_buffer *buffer, dset_error *error) {
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  dset_buffer_init(buffer, options == NULL ? NULL : options->allocator);
  return DSET_OK;
}

/* What the host's names and texts hold stands in the JSON as it is: all of it is UTF-8 when the whole is. */
static int check_encoding(const dset_buffer *buffer, dset_error *error) {
  const char *stray = buffer->failed ? NULL : dset_text_stray(buffer->bytes, buffer->length);
  if (stray == NULL) return DSET_OK;
  return dset_fail(error, DSET_ERR_ENCODING, "", "a name or text is not UTF-8: unexpected byte 0x%02x",
                   (unsigned)(unsigned char)*stray);
}

int dset_text_end(dset_buffer *buffer, dset_text **text, dset_error *error) {
  dset_text *made = NULL;
  int code = check_encoding(buffer, error);
  if (code != DSET_OK) {
    dset_buffer_clear(buffer);
    return code;
  }
  if (!buffer->failed) made = buffer->allocator.allocate(buffer->allocator.context, sizeof *made);
  if (made == NULL) {
    dset_buffer_clear(buffer);
    return dset_fail_memory(error);
  }
  *made = (dset_text){buffer->allocator, buffer->bytes, buffer->length, buffer->capacity};
  *text = made;
  return DSET_OK;
}

const char *dset_text_bytes(const dset_text *text) {
  return text->bytes;
}

size_t dset_text_length(const dset_text *text) {
  return text->length;
}

void dset_text_free(dset_text *text) {
  if (text == NULL) return;
  dset_allocator allocator = text->allocator;
  allocator.release(allocator.context, text->bytes, text->capacity);
  allocator.release(allocator.context, text, sizeof *text);
}

/* `"name":...,` when there is a name. */
static void write_name(dset_buffer *buffer, const dset_write_options *options) {
  if (options == NULL || options->name == NULL) return;
  dset_buffer_string(buffer, "\"name\":");
  dset_emit_string(buffer, options->name);
  dset_buffer_string(buffer, ",");
}

static void write_status(dset_buffer *buffer, const dset_status *status) {
  dset_buffer_string(buffer, "{");
  if (status->has_collision_count) dset_buffer_format(buffer, "\"collisionCount\":%d,", status->collision_count);
  if (status->conditions != NULL) dset_buffer_format(buffer, "\"conditions\":%s,", status->conditions);
  dset_buffer_format(buffer,
                     "\"currentNumberScheduled\":%d,\"desiredNumberScheduled\":%d,\"numberAvailable\":%d,"
                     "\"numberMisscheduled\":%d,\"numberReady\":%d,\"numberUnavailable\":%d,"
                     "\"observedGeneration\":%lld,\"updatedNumberScheduled\":%d}",
                     status->current_number_scheduled, status->desired_number_scheduled, status->number_available,
                     status->number_misscheduled, status->number_ready, status->number_unavailable,
                     (long long)status->observed_generation, status->updated_number_scheduled);
}

static void write_event(dset_buffer *buffer, const dset_action *action) {
  dset_buffer_string(buffer, ",\"event\":{\"type\":");
  dset_emit_string(buffer, action->event_type);
  dset_emit_member(buffer, "reason", action->event_reason);
  dset_emit_member(buffer, "message", action->text);
  dset_buffer_string(buffer, "}");
}

static bool carries_number(int type) {
  return type == DSET_ACTION_CREATE_REVISION || type == DSET_ACTION_UPDATE_REVISION;
}

static int write_action(dset_buffer *buffer, const dset_action *action, const dset_daemonset *manifests,
                        dset_error *error) {
  dset_buffer_string(buffer, "{\"type\":");
  dset_emit_string(buffer, dset_action_type_name(action->type));
  dset_emit_member(buffer, "reason", dset_cause_name(action->cause));
  dset_emit_member(buffer, "rule", dset_cause_rule(action->cause));
  dset_emit_member(buffer, "text", action->text);
  if (action->phase != DSET_SYNC_NONE) dset_emit_member(buffer, "phase", dset_sync_name(action->phase));
  dset_emit_member(buffer, "node", action->node);
  dset_emit_member(buffer, "pod", action->pod);
  dset_emit_member(buffer, "revision", action->revision);
  dset_emit_member(buffer, "hash", action->hash);
  if (carries_number(action->type)) dset_buffer_format(buffer, ",\"number\":%lld", (long long)action->number);
  if (action->type == DSET_ACTION_BUMP_COLLISION_COUNT) {
    dset_buffer_format(buffer, ",\"count\":%lld", (long long)action->number);
  }
  if (action->event_type != NULL) write_event(buffer, action);
  if (action->status != NULL) {
    dset_buffer_string(buffer, ",\"status\":");
    write_status(buffer, action->status);
  }
  int code = DSET_OK;
  if (action->type == DSET_ACTION_CREATE_POD && manifests != NULL) {
    dset_buffer_string(buffer, ",\"manifest\":");
    code = dset_write_pod(buffer, manifests, action->node, action->hash, error);
  }
  dset_buffer_string(buffer, "}");
  return code;
}

static void write_backoffs(dset_buffer *buffer, const dset_plan *plan) {
  dset_buffer_string(buffer, "],\"backoff\":[");
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(plan, i);
    dset_buffer_string(buffer, i == 0 ? "{\"node\":" : ",{\"node\":");
    dset_emit_string(buffer, backoff->node);
    dset_buffer_format(buffer, ",\"delaySeconds\":%lld", (long long)(backoff->delay_ms / 1000));
    if (backoff->delay_ms % 1000 != 0) dset_buffer_format(buffer, ".%03d", (int)(backoff->delay_ms % 1000));
    dset_buffer_string(buffer, ",\"last\":\"");
    dset_emit_time(buffer, backoff->last_ms);
    dset_buffer_string(buffer, "\"}");
  }
}

static int write_plan(dset_buffer *buffer, const dset_plan *plan, const dset_write_options *options,
                      dset_error *error) {
  const dset_daemonset *manifests = options == NULL ? NULL : options->manifests;
  dset_buffer_string(buffer, "{");
  write_name(buffer, options);
  dset_buffer_string(buffer, "\"actions\":[");
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    if (i > 0) dset_buffer_string(buffer, ",");
    int code = write_action(buffer, dset_plan_action(plan, i), manifests, error);
    if (code != DSET_OK) return code;
  }
  dset_buffer_string(buffer, "],\"status\":");
  write_status(buffer, dset_plan_status(plan));
  dset_buffer_string(buffer, ",\"problems\":[");
  for (size_t i = 0; i < dset_plan_problem_count(plan); i++) {
    const dset_problem *problem = dset_plan_problem(plan, i);
    dset_buffer_string(buffer, i == 0 ? "{\"code\":" : ",{\"code\":");
    dset_emit_string(buffer, dset_problem_name(problem->code));
    dset_emit_member(buffer, "text", problem->text);
    dset_buffer_string(buffer, "}");
  }
  write_backoffs(buffer, plan);
  dset_buffer_string(buffer, "],\"nextCheck\":");
  if (dset_plan_next_check_ms(plan) == DSET_NEVER) {
    dset_buffer_string(buffer, "null}");
  } else {
    dset_buffer_string(buffer, "\"");
    dset_emit_time(buffer, dset_plan_next_check_ms(plan));
    dset_buffer_string(buffer, "\"}");
  }
  return DSET_OK;
}

int dset_plan_json(const dset_plan *plan, const dset_write_options *options, dset_text **text, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  *text = NULL;
  if (plan == NULL) return dset_fail(error, DSET_ERR_INVALID, "plan", "must not be NULL");
  dset_buffer buffer;
  int code = dset_text_begin(options, &buffer, error);
  if (code != DSET_OK) return code;
  if (options != NULL && options->manifests != NULL) code = dset_check_daemonset(options->manifests, error);
  if (code != DSET_OK) return code;
  code = write_plan(&buffer, plan, options, error);
  if (code == DSET_OK) return dset_text_end(&buffer, text, error);
  dset_buffer_clear(&buffer);
  return code;
}

static void write_facts(dset_buffer *buffer, const dset_reason *reason) {
  const struct {
    const char *key;
    const char *value;
  } facts[] = {
      {"key", reason->key},       {"operator", reason->op},   {"value", reason->value},
      {"effect", reason->effect}, {"actual", reason->actual},
  };
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    if (facts[i].value[0] != '\0') dset_emit_member(buffer, facts[i].key, facts[i].value);
  }
  if (reason->term >= 0) dset_buffer_format(buffer, ",\"term\":%d", reason->term);
  if (reason->requirement >= 0) dset_buffer_format(buffer, ",\"requirement\":%d", reason->requirement);
}

static int write_verdict(dset_buffer *buffer, const dset_matcher *matcher, const dset_node *node, dset_error *error) {
  dset_explanation *explanation;
  int code = dset_explain(matcher, node, &explanation, error);
  if (code != DSET_OK) return code;
  int verdict = dset_explanation_verdict(explanation);
  dset_buffer_string(buffer, "{\"node\":");
  dset_emit_string(buffer, node->name);
  dset_buffer_format(buffer, ",\"run\":%s,\"continue\":%s,\"reasons\":[",
                     verdict == DSET_VERDICT_RUN ? "true" : "false",
                     verdict == DSET_VERDICT_NEITHER ? "false" : "true");
  for (size_t i = 0; i < dset_explanation_count(explanation); i++) {
    const dset_reason *reason = dset_explanation_reason(explanation, i);
    dset_buffer_string(buffer, i == 0 ? "{\"code\":" : ",{\"code\":");
    dset_emit_string(buffer, dset_reason_name(reason->code));
    dset_emit_member(buffer, "rule", dset_reason_rule(reason->code));
    dset_emit_member(buffer, "text", reason->text);
    write_facts(buffer, reason);
    dset_buffer_string(buffer, "}");
  }
  dset_buffer_string(buffer, "]}");
  dset_explanation_free(explanation);
  return DSET_OK;
}

int dset_explain_json(const dset_daemonset *daemonset, const dset_node *const *nodes, size_t node_count,
                      const dset_write_options *options, dset_text **text, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  *text = NULL;
  int code = dset_check_list(nodes, node_count, "nodes", error);
  if (code != DSET_OK) return code;
  dset_buffer buffer;
  code = dset_text_begin(options, &buffer, error);
  if (code != DSET_OK) return code;
  dset_match_options match = {.size = sizeof match, .allocator = &buffer.allocator};
  dset_matcher *matcher;
  code = dset_matcher_new(daemonset, &match, &matcher, error);
  dset_buffer_string(&buffer, "{");
  write_name(&buffer, options);
  dset_buffer_string(&buffer, "\"verdicts\":[");
  for (size_t i = 0; code == DSET_OK && i < node_count; i++) {
    if (i > 0) dset_buffer_string(&buffer, ",");
    code = dset_check_node(nodes[i], "nodes", i, error);
    if (code == DSET_OK) code = write_verdict(&buffer, matcher, nodes[i], error);
  }
  dset_buffer_string(&buffer, "]}");
  dset_matcher_free(matcher);
  if (code == DSET_OK) return dset_text_end(&buffer, text, error);
  dset_buffer_clear(&buffer);
  return code;
}
