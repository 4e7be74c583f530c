/* SPDX-License-Identifier: Apache-2.0 */
/* script.c: see script.h: the memory of a script and its text. */
#include "script.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

script *script_new(void) {
  script *s = calloc(1, sizeof *s);
  if (s == NULL) abort();
  s->memory = trial_new();
  s->options.size = sizeof s->options;
  return s;
}

void script_free(script *s) {
  trial_free(s->memory);
  for (size_t i = 0; i < s->kept_count; i++) trial_free(s->kept[i]);
  free(s->kept);
  free(s->events);
  free(s);
}

script_event *script_add(script *s, enum script_kind kind, const char *ns, const char *name) {
  if (s->count == s->capacity) {
    s->capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
    s->events = realloc(s->events, s->capacity * sizeof *s->events);
    if (s->events == NULL) abort();
  }
  script_event *event = &s->events[s->count++];
  *event = (script_event){.kind = kind, .plans = SCRIPT_PLAN_DUE, .ns = ns, .name = name};
  return event;
}

void script_keep(script *s, trial *memory) {
  s->kept = realloc(s->kept, (s->kept_count + 1) * sizeof *s->kept);
  if (s->kept == NULL) abort();
  s->kept[s->kept_count++] = memory;
}

/* ---- one object as a trial ---- */

trial *script_copy_object(const script_event *event, script_event *copy) {
  trial one = {.backoffs = (dset_backoff *)(uintptr_t)event->backoffs, .backoff_count = event->backoff_count};
  dset_node node;
  dset_pod pod;
  dset_revision revision;
  if (event->node != NULL) {
    node = *event->node;
    one.nodes = &node;
    one.node_count = 1;
  } else if (event->pod != NULL) {
    pod = *event->pod;
    one.pods = &pod;
    one.pod_count = 1;
  } else if (event->revision != NULL) {
    revision = *event->revision;
    one.revisions = &revision;
    one.revision_count = 1;
  } else if (event->daemonset != NULL) {
    one.daemonset = *event->daemonset;
    one.has_status = event->daemonset->status != NULL;
    if (one.has_status) one.status = *event->daemonset->status;
    one.options.revision_hash = event->revision_hash;
  }
  trial *holder = trial_copy(&one);
  *copy = *event;
  script_take_object(copy, holder);
  return holder;
}

void script_take_object(script_event *event, trial *holder) {
  if (event->node != NULL) event->node = &holder->nodes[0];
  if (event->pod != NULL) event->pod = &holder->pods[0];
  if (event->revision != NULL) event->revision = &holder->revisions[0];
  if (event->backoffs != NULL) event->backoffs = holder->backoffs;
  if (event->daemonset == NULL) return;
  holder->daemonset.status = holder->has_status ? &holder->status : NULL;
  event->daemonset = &holder->daemonset;
  event->revision_hash = holder->options.revision_hash;
}

/* ---- text ---- */

/* As it is when it is a plain word, quoted otherwise. */
static void word(dset_buffer *text, const char *value) {
  const char *of = dset_text_or_empty(value);
  if (of[0] != '\0' && strpbrk(of, " \"=,;:&|") == NULL) {
    dset_buffer_string(text, of);
  } else {
    dset_text_quote(text, of);
  }
}

static void member(dset_buffer *text, const char *name, const char *value) {
  if (value == NULL) return;
  dset_buffer_format(text, " %s=", name);
  word(text, value);
}

static void number(dset_buffer *text, const char *name, int64_t value) {
  if (value != 0) dset_buffer_format(text, " %s=%" PRId64, name, value);
}

static void flag(dset_buffer *text, const char *name, bool set) {
  if (set) dset_buffer_format(text, " %s", name);
}

static void labels(dset_buffer *text, const char *name, const dset_label *items, size_t count) {
  if (count == 0) return;
  dset_buffer_format(text, " %s{", name);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) dset_buffer_string(text, " ");
    word(text, items[i].key);
    dset_buffer_string(text, "=");
    word(text, items[i].value);
  }
  dset_buffer_string(text, "}");
}

static void owners(dset_buffer *text, const dset_owner *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    dset_buffer_string(text, items[i].controller ? " controller{" : " owner{");
    word(text, items[i].kind);
    dset_buffer_string(text, " ");
    word(text, items[i].name);
    dset_buffer_string(text, " ");
    word(text, items[i].uid);
    dset_buffer_string(text, "}");
  }
}

static void requirements(dset_buffer *text, const char *mark, const dset_requirement *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    dset_buffer_format(text, " (%s", mark);
    word(text, items[i].key);
    dset_buffer_string(text, " ");
    word(text, items[i].op);
    for (size_t j = 0; j < items[i].value_count; j++) {
      dset_buffer_string(text, j == 0 ? " " : ",");
      word(text, items[i].values[j]);
    }
    dset_buffer_string(text, ")");
  }
}

static void terms(dset_buffer *text, const dset_terms *of) {
  if (of == NULL) return;
  dset_buffer_string(text, " affinity[");
  for (size_t i = 0; i < of->count; i++) {
    if (i > 0) dset_buffer_string(text, " |");
    requirements(text, "", of->terms[i].expressions, of->terms[i].expression_count);
    requirements(text, "@", of->terms[i].fields, of->terms[i].field_count);
  }
  dset_buffer_string(text, "]");
}

static void write_node(dset_buffer *text, const dset_node *node) {
  labels(text, "labels", node->labels, node->label_count);
  for (size_t i = 0; i < node->taint_count; i++) {
    dset_buffer_string(text, " !");
    word(text, node->taints[i].key);
    dset_buffer_string(text, "=");
    word(text, node->taints[i].value);
    dset_buffer_string(text, ":");
    word(text, node->taints[i].effect);
  }
}

static void write_pod(dset_buffer *text, const dset_pod *pod) {
  static const char *const phases[] = {"nophase", "pending", "running", "succeeded", "failed", "unknown"};
  member(text, "uid", pod->uid);
  member(text, "node", pod->node_name);
  terms(text, pod->required_affinity);
  dset_buffer_format(text, " %s", phases[pod->phase]);
  flag(text, "ready", pod->ready);
  flag(text, "deleting", pod->deleting);
  number(text, "created", pod->created_ms);
  number(text, "ready_since", pod->ready_since_ms);
  labels(text, "labels", pod->labels, pod->label_count);
  owners(text, pod->owners, pod->owner_count);
}

static void data(dset_buffer *text, const void *bytes, size_t count) {
  if (count == 0) return;
  dset_buffer_string(text, " data='");
  dset_buffer_add(text, bytes, count);
  dset_buffer_string(text, "'");
}

static void write_revision(dset_buffer *text, const dset_revision *revision) {
  member(text, "uid", revision->uid);
  number(text, "number", revision->number);
  flag(text, "deleting", revision->deleting);
  labels(text, "labels", revision->labels, revision->label_count);
  owners(text, revision->owners, revision->owner_count);
  data(text, revision->data, revision->data_bytes);
}

static void write_status(dset_buffer *text, const dset_status *status) {
  if (status == NULL) return;
  dset_buffer_string(text, " status{");
  number(text, "desired", status->desired_number_scheduled);
  number(text, "current", status->current_number_scheduled);
  number(text, "misscheduled", status->number_misscheduled);
  number(text, "ready", status->number_ready);
  number(text, "updated", status->updated_number_scheduled);
  number(text, "available", status->number_available);
  number(text, "unavailable", status->number_unavailable);
  number(text, "observed", status->observed_generation);
  flag(text, "collisions", status->has_collision_count);
  number(text, "collision_count", status->collision_count);
  member(text, "conditions", status->conditions);
  dset_buffer_string(text, " }");
}

static void amount(dset_buffer *text, const char *name, const dset_amount *of) {
  if (of->kind == DSET_AMOUNT_INT) dset_buffer_format(text, " %s=%d", name, of->number);
  if (of->kind == DSET_AMOUNT_TEXT) dset_buffer_format(text, " %s='%s'", name, dset_text_or_empty(of->text));
}

static void write_template(dset_buffer *text, const dset_daemonset *daemonset) {
  labels(text, "template", daemonset->template_labels, daemonset->template_label_count);
  member(text, "node_name", daemonset->node_name);
  labels(text, "node_selector", daemonset->node_selector, daemonset->node_selector_count);
  terms(text, daemonset->required_affinity);
  for (size_t i = 0; i < daemonset->toleration_count; i++) {
    const dset_toleration *t = &daemonset->tolerations[i];
    const char *const parts[] = {t->key, t->op, t->value, t->effect};
    dset_buffer_string(text, " tolerates{");
    for (size_t j = 0; j < sizeof parts / sizeof *parts; j++) {
      if (j > 0) dset_buffer_string(text, " ");
      word(text, parts[j]);
    }
    if (t->has_toleration_seconds) dset_buffer_format(text, " %" PRId64, t->toleration_seconds);
    dset_buffer_string(text, "}");
  }
  flag(text, "host_network", daemonset->host_network);
  data(text, daemonset->revision_data, daemonset->revision_data_bytes);
}

static void write_daemonset(dset_buffer *text, const dset_daemonset *daemonset) {
  static const char *const strategies[] = {"rolling", "on-delete", "other"};
  member(text, "uid", daemonset->uid);
  number(text, "generation", daemonset->generation);
  const dset_selector *selector = daemonset->selector;
  dset_buffer_string(text, selector == NULL ? " no-selector" : " selects[");
  if (selector != NULL) {
    labels(text, "", selector->labels, selector->label_count);
    requirements(text, "", selector->expressions, selector->expression_count);
    dset_buffer_string(text, "]");
  }
  write_template(text, daemonset);
  if (daemonset->has_template_generation)
    dset_buffer_format(text, " template_generation=%" PRId64, daemonset->template_generation);
  number(text, "min_ready", daemonset->min_ready_seconds);
  if (daemonset->has_revision_history_limit)
    dset_buffer_format(text, " history_limit=%d", daemonset->revision_history_limit);
  dset_buffer_format(text, " %s", strategies[daemonset->strategy]);
  flag(text, "budget", daemonset->has_rolling_update);
  amount(text, "max_unavailable", &daemonset->max_unavailable);
  amount(text, "max_surge", &daemonset->max_surge);
  flag(text, "deleting", daemonset->deleting);
  write_status(text, daemonset->status);
}

static void write_backoffs(dset_buffer *text, const script_event *event) {
  for (size_t i = 0; i < event->backoff_count; i++) {
    dset_buffer_string(text, " {");
    word(text, event->backoffs[i].node);
    dset_buffer_format(text, " delay=%" PRId64 " last=%" PRId64 "}", event->backoffs[i].delay_ms,
                       event->backoffs[i].last_ms);
  }
}

void script_write_event(dset_buffer *text, const script_event *event) {
  static const char *const kinds[] = {
      "put node",        "put pod",          "put revision",  "put daemonset", "remove node", "remove pod",
      "remove revision", "remove daemonset", "put in flight", "put back-offs", "time"};
  dset_buffer_string(text, kinds[event->kind]);
  if (event->kind == SCRIPT_TIME) {
    dset_buffer_format(text, " %" PRId64, event->now_ms);
    return;
  }
  dset_buffer_string(text, " ");
  bool node = event->kind == SCRIPT_PUT_NODE || event->kind == SCRIPT_REMOVE_NODE;
  if (!node) dset_buffer_format(text, "%s/", dset_text_or_empty(event->ns));
  dset_buffer_string(text, dset_text_or_empty(event->name));
  switch (event->kind) {
    case SCRIPT_PUT_NODE: write_node(text, event->node); break;
    case SCRIPT_PUT_POD: write_pod(text, event->pod); break;
    case SCRIPT_PUT_REVISION: write_revision(text, event->revision); break;
    case SCRIPT_PUT_DAEMONSET:
      write_daemonset(text, event->daemonset);
      member(text, "revision_hash", event->revision_hash);
      break;
    case SCRIPT_PUT_IN_FLIGHT:
      dset_buffer_format(text, " creates=%" PRId64 " deletes=%" PRId64 " since=%" PRId64, event->creates,
                         event->deletes, event->since_ms);
      break;
    case SCRIPT_PUT_BACKOFFS: write_backoffs(text, event); break;
    default: break;
  }
}

void script_write(dset_buffer *text, const script *s) {
  static const char *const plans[] = {"", "  -> plan the first", "  -> plan what is due", "  -> plan all"};
  const dset_options *o = &s->options;
  dset_buffer_format(text, "seed %" PRIu64 "; options:", s->seed);
  number(text, "burst", o->burst);
  number(text, "backoff_initial", o->backoff_initial_ms);
  number(text, "backoff_max", o->backoff_max_ms);
  flag(text, "compare_tolerations", o->compare_tolerations);
  dset_buffer_string(text, "\n");
  for (size_t i = 0; i < s->count; i++) {
    dset_buffer_format(text, "%3zu  ", i);
    script_write_event(text, &s->events[i]);
    dset_buffer_format(text, "%s\n", plans[s->events[i].plans]);
  }
}
