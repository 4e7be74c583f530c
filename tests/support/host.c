/* SPDX-License-Identifier: Apache-2.0 */
/* host.c: see host.h. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(test_host *h, const char *format, ...) {
  va_list arguments;
  if (h->length != 0) h->length += (size_t)snprintf(h->log + h->length, sizeof h->log - h->length, "; ");
  va_start(arguments, format);
  h->length += (size_t)vsnprintf(h->log + h->length, sizeof h->log - h->length, format, arguments);
  va_end(arguments);
  ck_assert_uint_lt(h->length, sizeof h->log);
}

static int result_named(const char *name) {
  for (int i = 0; i <= DSET_RESULT_TIMEOUT; i++) {
    if (strcmp(dset_result_name(i), name) == 0) return i;
  }
  if (strcmp(name, "nonsense") == 0) return 99;
  ck_abort_msg("there is no result %s", name);
  return 0;
}

static int result_of(const test_host *h, const char *type, const char *object) {
  char want_type[32], want_object[64], result[32];
  const char *rule = h->rules;
  while (rule != NULL && sscanf(rule, " %31[^ ] %63[^ ] %31[^; ]", want_type, want_object, result) == 3) {
    bool meant = strcmp(want_type, type) == 0 && (strcmp(want_object, "*") == 0 || strcmp(want_object, object) == 0);
    if (meant) return result_named(result);
    rule = strchr(rule, ';');
    if (rule != NULL) rule++;
  }
  return DSET_RESULT_OK;
}

static int carry_out(void *user_data, const dset_call *call, dset_reply *reply) {
  test_host *h = user_data;
  const dset_action *action = call->action;
  const char *type = dset_action_type_name(action->type);
  bool creates = action->type == DSET_ACTION_CREATE_POD;
  const char *object = creates ? action->node : action->pod != NULL ? action->pod : action->revision;
  note(h, "%s%s%s%s", type, object == NULL ? "" : " ", object == NULL ? "" : object,
       call->attempt == 2 ? " again" : "");
  ck_assert_str_eq(call->ns, "default");
  ck_assert_str_eq(call->name, "agent");
  ck_assert_uint_eq(reply->size, sizeof *reply);
  int result = result_of(h, type, object == NULL ? "*" : object);
  if (creates && !h->nameless) reply->pod = world_format(h->world, "agent-%s", action->node);
  reply->version = h->version;
  if (result != DSET_RESULT_OK) reply->text = h->text;
  if (result != DSET_PENDING || !h->finishes_inside || h->run == NULL) return result;
  ck_assert_int_eq(dset_run_finish(h->run, call->index, DSET_RESULT_OK, reply, NULL), DSET_OK);
  return DSET_PENDING;
}

static void show(void *user_data, const dset_notice *notice) {
  note(user_data, "!%s %s", notice->reason, notice->message);
  bool warning = strncmp(notice->reason, "Failed", 6) == 0;
  ck_assert_str_eq(notice->type, warning ? "Warning" : "Normal");
}

unsigned char *host_bytes(const dset_ledger *ledger, size_t *count) {
  *count = dset_ledger_write(ledger, NULL, 0);
  unsigned char *bytes = malloc(*count);
  ck_assert_ptr_nonnull(bytes);
  ck_assert_uint_eq(dset_ledger_write(ledger, bytes, *count), *count);
  return bytes;
}

static int save(void *user_data, const dset_ledger *ledger) {
  test_host *h = user_data;
  free(h->saved);
  h->saved = host_bytes(ledger, &h->saved_bytes);
  return h->save_fails ? DSET_RESULT_FAILED : DSET_RESULT_OK;
}

void host_situation(dset_world *w, const char *name) {
  world_init(w);
  if (strcmp(name, "two") == 0) { /* a creation on n1, a deletion of q, the status */
    world_nodes(w, "n1; n2");
    world_pods(w, "p@n2 ready; q@n2 age=60");
  } else if (strcmp(name, "pods") == 0) { /* creations on n1 to n4, deletions of q and s, an old revision, the status */
    w->daemonset.has_revision_history_limit = true;
    world_nodes(w, "n1; n2; n3; n4; n5; n6");
    world_pods(w, "p@n5 ready; q@n5 age=60; r@n6 ready; s@n6 age=60");
  } else if (strcmp(name, "old") == 0) { /* three old revisions, the status */
    w->daemonset.has_revision_history_limit = true;
    world_revisions(w, "r1; r2 #2");
  } else if (strcmp(name, "failed") == 0) { /* a failed pod */
    world_nodes(w, "n1");
    world_pods(w, "p@n1 failed");
  } else if (strcmp(name, "claims") == 0) { /* two orphans, one to release, a creation */
    world_nodes(w, "n1; n2; n3");
    world_pods(w, "a@n1 orphan ready; b@n2 orphan ready; c@n3 mismatch");
  } else if (strcmp(name, "revisions") == 0) { /* revisions to adopt and release, one without label, pods to adopt */
    world_nodes(w, "n1; n2");
    world_pods(w, "a@n1 orphan ready");
    world_revisions(w, "r1 orphan; r2 mismatch; r3 nohash");
  } else if (strcmp(name, "new") == 0) { /* a revision to create */
    w->daemonset.revision_data = "another";
    w->daemonset.revision_data_bytes = 7;
    w->options.revision_hash = "x";
    world_nodes(w, "n1");
  } else if (strcmp(name, "duplicates") == 0) { /* two current revisions: pods are relabelled, one is deleted */
    world_nodes(w, "n1; n2");
    world_pods(w, "a@n1 old ready");
    world_revisions(w, "dup current #7");
  } else if (strcmp(name, "behind") == 0) { /* the current revision has no label and a low number */
    world_nodes(w, "n1");
    world_clear_revisions(w);
    world_revisions(w, "r1 #5; r2 current nohash #1");
  } else if (strcmp(name, "collision") == 0) {
    w->daemonset.revision_data = "another";
    w->daemonset.revision_data_bytes = 7;
    w->options.revision_hash = "x";
    world_nodes(w, "n1");
    world_revisions(w, "agent-x");
  } else {
    ck_abort_msg("there is no situation %s", name);
  }
}

void host_init(test_host *h, dset_world *world, const char *rules) {
  *h = (test_host){.world = world, .rules = rules};
  h->callbacks =
      (dset_callbacks){sizeof h->callbacks, save, carry_out, carry_out, carry_out, carry_out, carry_out, show};
  h->options = (dset_apply_options){.size = sizeof h->options, .daemonset = &world->daemonset};
  ck_assert_int_eq(dset_ledger_new(NULL, &h->ledger, NULL), DSET_OK);
}

void host_free(test_host *h) {
  dset_run_free(h->run);
  dset_ledger_free(h->ledger);
  free(h->saved);
}

int host_apply_plan(test_host *h, const dset_plan *plan, dset_error *error) {
  dset_run_free(h->run);
  h->run = NULL;
  h->options.now_ms = h->world->now_ms;
  return dset_apply(plan, &h->options, &h->callbacks, h, h->ledger, &h->run, error);
}

const dset_apply_result *host_apply(test_host *h) {
  dset_world *w = h->world;
  dset_in_flight found = {.size = sizeof found};
  ck_assert_int_eq(dset_ledger_in_flight(h->ledger, &w->daemonset, w->now_ms, &found, NULL), DSET_OK);
  w->in_flight_creates = found.creates;
  w->in_flight_deletes = found.deletes;
  w->in_flight_since_ms = found.since_ms;
  w->backoff_count = 0;
  for (size_t i = 0; i < found.backoff_count; i++) w->backoffs[w->backoff_count++] = found.backoffs[i];
  const dset_plan *plan = world_plan(w);
  ck_assert_int_eq(host_apply_plan(h, plan, NULL), DSET_OK);
  return dset_run_result(h->run);
}

void host_start(test_host *h, dset_world *w, const char *situation, bool nameless, const char *rules) {
  host_situation(w, situation);
  host_init(h, w, rules);
  h->nameless = nameless;
  host_apply(h);
}

void host_end(test_host *h, dset_world *w) {
  host_free(h);
  world_free(w);
}

const char *host_flights(test_host *h) {
  dset_flight flights[64];
  size_t count = dset_ledger_list(h->ledger, "default", "agent", flights, 64);
  const char *text = "";
  for (size_t i = 0; i < count && i < COUNT_OF(flights); i++) {
    text = world_format(h->world, "%s%s%s", text, i == 0 ? "" : "; ", dset_action_type_name(flights[i].type));
    const char *const parts[] = {flights[i].node, flights[i].pod, flights[i].revision};
    for (size_t j = 0; j < COUNT_OF(parts); j++) {
      if (parts[j][0] != '\0') text = world_format(h->world, "%s %s", text, parts[j]);
    }
  }
  return text;
}

const char *host_counters(test_host *h) {
  int64_t creates, deletes, since_ms;
  dset_ledger_counters(h->ledger, "default", "agent", &creates, &deletes, &since_ms);
  return world_format(h->world, "%d/%d", (int)creates, (int)deletes);
}

void host_see(test_host *h, int event, const char *words) {
  dset_world w;
  world_init(&w);
  world_pods(&w, words);
  ck_assert_int_eq(dset_ledger_observe_pod(h->ledger, event, w.pods.items[0], NULL), DSET_OK);
  world_free(&w);
}

const char *host_counts(test_host *h) {
  const dset_apply_result *r = dset_run_result(h->run);
  return world_format(h->world, "done %zu refused %zu failed %zu skipped %zu unknown %zu waiting %zu", r->done,
                      r->refused, r->failed, r->skipped, r->unknown, r->waiting);
}
