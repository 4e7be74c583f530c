/* SPDX-License-Identifier: Apache-2.0 */
/* trial_json.c: a trial as the JSON line that `dset plan --batch` reads, and its template as revision data. */
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "trial.h"

/* ---- members: each starts with a comma unless it is the first of its object ---- */

static void begin(dset_buffer *out, const char *key) {
  char last = out->length == 0 ? '{' : out->bytes[out->length - 1];
  if (last != '{' && last != '[') dset_buffer_string(out, ",");
  if (key != NULL) dset_buffer_format(out, "\"%s\":", key);
}

static void put_text(dset_buffer *out, const char *key, const char *value) {
  if (value == NULL) return;
  begin(out, key);
  dset_emit_string(out, value);
}

static void put_some_text(dset_buffer *out, const char *key, const char *value) {
  if (value != NULL && value[0] != '\0') put_text(out, key, value);
}

static void put_number(dset_buffer *out, const char *key, int64_t value) {
  begin(out, key);
  dset_buffer_format(out, "%lld", (long long)value);
}

static void put_time(dset_buffer *out, const char *key, int64_t time_ms) {
  if (time_ms == 0) return;
  begin(out, key);
  dset_buffer_string(out, "\"");
  dset_emit_time(out, time_ms);
  dset_buffer_string(out, "\"");
}

static void open_object(dset_buffer *out, const char *key) {
  begin(out, key);
  dset_buffer_string(out, "{");
}

static void open_list(dset_buffer *out, const char *key) {
  begin(out, key);
  dset_buffer_string(out, "[");
}

static int by_key(const void *a, const void *b) {
  const dset_label *const *left = a;
  const dset_label *const *right = b;
  return strcmp((*left)->key, (*right)->key);
}

/* By key: the order of labels means nothing, that of the bytes of revision data does. */
static void put_labels(dset_buffer *out, const char *key, const dset_label *labels, size_t count) {
  enum { MOST = 16 };
  const dset_label *sorted[MOST];
  if (count == 0) return;
  if (count > MOST) abort();
  for (size_t i = 0; i < count; i++) sorted[i] = &labels[i];
  qsort(sorted, count, sizeof *sorted, by_key);
  open_object(out, key);
  for (size_t i = 0; i < count; i++) {
    begin(out, NULL);
    dset_emit_string(out, sorted[i]->key);
    dset_buffer_string(out, ":");
    dset_emit_string(out, sorted[i]->value);
  }
  dset_buffer_string(out, "}");
}

static void put_requirements(dset_buffer *out, const char *key, const dset_requirement *items, size_t count) {
  if (count == 0) return;
  open_list(out, key);
  for (size_t i = 0; i < count; i++) {
    open_object(out, NULL);
    put_text(out, "key", items[i].key == NULL ? "" : items[i].key);
    put_text(out, "operator", items[i].op == NULL ? "" : items[i].op);
    if (items[i].value_count > 0) {
      open_list(out, "values");
      for (size_t j = 0; j < items[i].value_count; j++) put_text(out, NULL, items[i].values[j]);
      dset_buffer_string(out, "]");
    }
    dset_buffer_string(out, "}");
  }
  dset_buffer_string(out, "]");
}

static void put_affinity(dset_buffer *out, const dset_terms *terms) {
  if (terms == NULL) return;
  open_object(out, "affinity");
  open_object(out, "nodeAffinity");
  open_object(out, "requiredDuringSchedulingIgnoredDuringExecution");
  if (terms->count == 0) {
    begin(out, "nodeSelectorTerms");
    dset_buffer_string(out, "null}}}");
    return;
  }
  open_list(out, "nodeSelectorTerms");
  for (size_t i = 0; i < terms->count; i++) {
    open_object(out, NULL);
    put_requirements(out, "matchExpressions", terms->terms[i].expressions, terms->terms[i].expression_count);
    put_requirements(out, "matchFields", terms->terms[i].fields, terms->terms[i].field_count);
    dset_buffer_string(out, "}");
  }
  dset_buffer_string(out, "]}}}");
}

/* ---- template ---- */

static void put_tolerations(dset_buffer *out, const dset_daemonset *daemonset) {
  if (daemonset->toleration_count == 0) return;
  open_list(out, "tolerations");
  for (size_t i = 0; i < daemonset->toleration_count; i++) {
    const dset_toleration *toleration = &daemonset->tolerations[i];
    open_object(out, NULL);
    put_some_text(out, "effect", toleration->effect);
    put_some_text(out, "key", toleration->key);
    put_some_text(out, "operator", toleration->op);
    if (toleration->has_toleration_seconds) put_number(out, "tolerationSeconds", toleration->toleration_seconds);
    put_some_text(out, "value", toleration->value);
    dset_buffer_string(out, "}");
  }
  dset_buffer_string(out, "]");
}

/* Members in the order of their keys, `containers` even when there are none: what the codec writes as revision data
 * (G4). */
static void put_template(dset_buffer *out, const dset_daemonset *daemonset, bool patch) {
  open_object(out, "template");
  if (patch) put_text(out, "$patch", "replace");
  open_object(out, "metadata");
  put_labels(out, "labels", daemonset->template_labels, daemonset->template_label_count);
  dset_buffer_string(out, "}");
  open_object(out, "spec");
  put_affinity(out, daemonset->required_affinity);
  begin(out, "containers");
  dset_buffer_string(out, "null");
  if (daemonset->host_network) {
    begin(out, "hostNetwork");
    dset_buffer_string(out, "true");
  }
  put_some_text(out, "nodeName", daemonset->node_name);
  put_labels(out, "nodeSelector", daemonset->node_selector, daemonset->node_selector_count);
  put_tolerations(out, daemonset);
  dset_buffer_string(out, "}}");
}

static bool is_current(const trial *t, const dset_revision *revision) {
  return revision->data_bytes == t->daemonset.revision_data_bytes && revision->data_bytes > 0 &&
         memcmp(revision->data, t->daemonset.revision_data, revision->data_bytes) == 0;
}

void trial_seal(trial *t) {
  dset_buffer out;
  dset_buffer_init(&out, NULL);
  dset_buffer_string(&out, "{\"spec\":{");
  put_template(&out, &t->daemonset, true);
  dset_buffer_string(&out, "}}");
  if (out.failed) abort();
  const char *data = trial_text(t, out.bytes);
  for (size_t i = 0; i < t->revision_count; i++) {
    if (!is_current(t, &t->revisions[i])) continue;
    t->revisions[i].data = data;
    t->revisions[i].data_bytes = out.length;
  }
  t->daemonset.revision_data = data;
  t->daemonset.revision_data_bytes = out.length;
  dset_buffer_clear(&out);
}

/* ---- DaemonSet ---- */

static void put_amount(dset_buffer *out, const char *key, const dset_amount *amount) {
  if (amount->kind == DSET_AMOUNT_INT) put_number(out, key, amount->number);
  if (amount->kind == DSET_AMOUNT_TEXT) put_text(out, key, amount->text);
}

static void put_strategy(dset_buffer *out, const dset_daemonset *daemonset) {
  static const char *const names[] = {"RollingUpdate", "OnDelete", "Recreate"};
  open_object(out, "updateStrategy");
  put_text(out, "type", names[daemonset->strategy]);
  if (daemonset->has_rolling_update) {
    open_object(out, "rollingUpdate");
    put_amount(out, "maxUnavailable", &daemonset->max_unavailable);
    put_amount(out, "maxSurge", &daemonset->max_surge);
    dset_buffer_string(out, "}");
  }
  dset_buffer_string(out, "}");
}

static void put_status(dset_buffer *out, const dset_status *status) {
  open_object(out, "status");
  put_number(out, "desiredNumberScheduled", status->desired_number_scheduled);
  put_number(out, "currentNumberScheduled", status->current_number_scheduled);
  put_number(out, "numberMisscheduled", status->number_misscheduled);
  put_number(out, "numberReady", status->number_ready);
  put_number(out, "updatedNumberScheduled", status->updated_number_scheduled);
  put_number(out, "numberAvailable", status->number_available);
  put_number(out, "numberUnavailable", status->number_unavailable);
  put_number(out, "observedGeneration", status->observed_generation);
  if (status->has_collision_count) put_number(out, "collisionCount", status->collision_count);
  if (status->conditions != NULL) {
    begin(out, "conditions");
    dset_buffer_string(out, status->conditions);
  }
  dset_buffer_string(out, "}");
}

static void put_names(dset_buffer *out, const char *ns, const char *name, const char *uid, bool deleting) {
  open_object(out, "metadata");
  put_text(out, "namespace", ns);
  put_text(out, "name", name);
  put_text(out, "uid", uid);
  if (deleting) put_text(out, "deletionTimestamp", "2026-01-01T00:00:00Z");
}

static void put_daemonset(dset_buffer *out, const trial *t) {
  const dset_daemonset *daemonset = &t->daemonset;
  open_object(out, "daemonSet");
  put_names(out, daemonset->ns, daemonset->name, daemonset->uid, daemonset->deleting);
  put_number(out, "generation", daemonset->generation);
  if (daemonset->has_template_generation) {
    open_object(out, "annotations");
    begin(out, "deprecated.daemonset.template.generation");
    dset_buffer_format(out, "\"%lld\"}", (long long)daemonset->template_generation);
  }
  dset_buffer_string(out, "}");
  open_object(out, "spec");
  if (daemonset->selector != NULL) {
    open_object(out, "selector");
    put_labels(out, "matchLabels", daemonset->selector->labels, daemonset->selector->label_count);
    put_requirements(out, "matchExpressions", daemonset->selector->expressions, daemonset->selector->expression_count);
    dset_buffer_string(out, "}");
  }
  if (daemonset->min_ready_seconds != 0) put_number(out, "minReadySeconds", daemonset->min_ready_seconds);
  if (daemonset->has_revision_history_limit) {
    put_number(out, "revisionHistoryLimit", daemonset->revision_history_limit);
  }
  put_strategy(out, daemonset);
  put_template(out, daemonset, false);
  dset_buffer_string(out, "}");
  if (t->has_status) put_status(out, &t->status);
  dset_buffer_string(out, "}");
}

/* ---- nodes, pods, revisions ---- */

static void put_node(dset_buffer *out, const dset_node *node) {
  open_object(out, NULL);
  open_object(out, "metadata");
  put_text(out, "name", node->name);
  put_labels(out, "labels", node->labels, node->label_count);
  dset_buffer_string(out, "}");
  if (node->taint_count > 0) {
    open_object(out, "spec");
    open_list(out, "taints");
    for (size_t i = 0; i < node->taint_count; i++) {
      open_object(out, NULL);
      put_text(out, "key", node->taints[i].key);
      put_text(out, "value", node->taints[i].value);
      put_text(out, "effect", node->taints[i].effect);
      dset_buffer_string(out, "}");
    }
    dset_buffer_string(out, "]}");
  }
  dset_buffer_string(out, "}");
}

static void put_owners(dset_buffer *out, const dset_owner *owners, size_t count) {
  if (count == 0) return;
  open_list(out, "ownerReferences");
  for (size_t i = 0; i < count; i++) {
    open_object(out, NULL);
    put_text(out, "kind", owners[i].kind);
    put_text(out, "name", owners[i].name);
    put_text(out, "uid", owners[i].uid);
    begin(out, "controller");
    dset_buffer_string(out, owners[i].controller ? "true}" : "false}");
  }
  dset_buffer_string(out, "]");
}

static void put_pod(dset_buffer *out, const dset_pod *pod) {
  static const char *const phases[] = {"", "Pending", "Running", "Succeeded", "Failed", "Unknown"};
  open_object(out, NULL);
  put_names(out, pod->ns, pod->name, pod->uid, pod->deleting);
  put_labels(out, "labels", pod->labels, pod->label_count);
  put_owners(out, pod->owners, pod->owner_count);
  put_time(out, "creationTimestamp", pod->created_ms);
  dset_buffer_string(out, "}");
  open_object(out, "spec");
  put_some_text(out, "nodeName", pod->node_name);
  put_affinity(out, pod->required_affinity);
  dset_buffer_string(out, "}");
  open_object(out, "status");
  put_some_text(out, "phase", phases[pod->phase]);
  if (pod->ready || pod->ready_since_ms != 0) {
    open_list(out, "conditions");
    open_object(out, NULL);
    put_text(out, "type", "Ready");
    put_text(out, "status", pod->ready ? "True" : "False");
    put_time(out, "lastTransitionTime", pod->ready_since_ms);
    dset_buffer_string(out, "}]");
  }
  dset_buffer_string(out, "}}");
}

static void put_revision(dset_buffer *out, const dset_revision *revision) {
  open_object(out, NULL);
  put_names(out, revision->ns, revision->name, revision->uid, revision->deleting);
  put_labels(out, "labels", revision->labels, revision->label_count);
  put_owners(out, revision->owners, revision->owner_count);
  dset_buffer_string(out, "}");
  put_number(out, "revision", revision->number);
  begin(out, "data");
  dset_buffer_add(out, revision->data, revision->data_bytes);
  dset_buffer_string(out, "}");
}

/* ---- the question ---- */

static void put_seconds(dset_buffer *out, const char *key, int64_t milliseconds) {
  begin(out, key);
  dset_buffer_format(out, "%lld.%03d", (long long)(milliseconds / 1000), (int)(milliseconds % 1000));
}

static void put_options(dset_buffer *out, const dset_options *options) {
  open_object(out, "options");
  if (options->burst != 0) put_number(out, "burst", options->burst);
  put_text(out, "revisionHash", options->revision_hash);
  if (options->backoff_initial_ms != 0) put_seconds(out, "backoffInitialSeconds", options->backoff_initial_ms);
  if (options->backoff_max_ms != 0) put_seconds(out, "backoffMaxSeconds", options->backoff_max_ms);
  dset_buffer_string(out, "}");
}

static void put_lists(dset_buffer *out, const trial *t) {
  open_list(out, "nodes");
  for (size_t i = 0; i < t->node_count; i++) put_node(out, &t->nodes[i]);
  dset_buffer_string(out, "]");
  open_list(out, "pods");
  for (size_t i = 0; i < t->pod_count; i++) put_pod(out, &t->pods[i]);
  dset_buffer_string(out, "]");
  open_list(out, "controllerRevisions");
  for (size_t i = 0; i < t->revision_count; i++) put_revision(out, &t->revisions[i]);
  dset_buffer_string(out, "]");
  open_list(out, "backoff");
  for (size_t i = 0; i < t->backoff_count; i++) {
    open_object(out, NULL);
    put_text(out, "node", t->backoffs[i].node);
    put_seconds(out, "delaySeconds", t->backoffs[i].delay_ms);
    put_time(out, "last", t->backoffs[i].last_ms);
    dset_buffer_string(out, "}");
  }
  dset_buffer_string(out, "]");
}

char *trial_json(const trial *t, const char *name) {
  dset_buffer out;
  dset_buffer_init(&out, NULL);
  dset_buffer_string(&out, "{");
  put_text(&out, "name", name);
  put_time(&out, "now", t->now_ms);
  put_options(&out, &t->options);
  put_daemonset(&out, t);
  put_lists(&out, t);
  open_object(&out, "inFlight");
  put_number(&out, "creates", t->in_flight_creates);
  put_number(&out, "deletes", t->in_flight_deletes);
  put_time(&out, "since", t->in_flight_since_ms);
  dset_buffer_string(&out, "}}");
  if (out.failed) abort();
  char *json = malloc(out.length + 1);
  if (json == NULL) abort();
  memcpy(json, out.bytes, out.length + 1);
  dset_buffer_clear(&out);
  return json;
}

bool trial_json_is_exact(const trial *t) {
  const dset_daemonset *daemonset = &t->daemonset;
  bool defaulted = daemonset->strategy == DSET_STRATEGY_ROLLING_UPDATE &&
                   (!daemonset->has_rolling_update || daemonset->max_unavailable.kind == DSET_AMOUNT_ABSENT);
  return !defaulted && !t->options.compare_tolerations;
}
