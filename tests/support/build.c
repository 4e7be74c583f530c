/* SPDX-License-Identifier: Apache-2.0 */
/* build.c: the builders of build.h: words to structs. Traces of plans are in trace.c. */
#include "build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_SECONDS 3600

static void list_add(world_list *list, void *item) {
  if (list->count == list->capacity) {
    list->capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    list->items = realloc(list->items, list->capacity * sizeof *list->items);
    if (list->items == NULL) abort();
  }
  list->items[list->count++] = item;
}

void *world_alloc(dset_world *w, size_t count, size_t bytes) {
  void *memory = calloc(count == 0 ? 1 : count, bytes == 0 ? 1 : bytes);
  if (memory == NULL) abort();
  list_add(&w->owned, memory);
  return memory;
}

char *world_format(dset_world *w, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) abort();
  char *text = world_alloc(w, 1, (size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

/* Cuts `text` at any of `marks`, trims the pieces of blanks, and drops empty ones. The list ends in NULL. */
static char **split(dset_world *w, const char *text, const char *marks) {
  char **pieces = world_alloc(w, strlen(text) + 2, sizeof *pieces);
  size_t count = 0;
  while (*text != '\0') {
    size_t length = strcspn(text, marks);
    const char *piece = text;
    size_t used = length;
    while (used > 0 && *piece == ' ') piece++, used--;
    while (used > 0 && piece[used - 1] == ' ') used--;
    if (used > 0) pieces[count++] = world_format(w, "%.*s", (int)used, piece);
    text += length;
    if (*text != '\0') text++;
  }
  return pieces;
}

static size_t piece_count(char **pieces) {
  size_t count = 0;
  while (pieces[count] != NULL) count++;
  return count;
}

/* What follows `prefix` in `word`, or NULL when it does not start so. */
static const char *after(const char *word, const char *prefix) {
  size_t length = strlen(prefix);
  return strncmp(word, prefix, length) == 0 ? word + length : NULL;
}

static bool is(const char *word, const char *other) {
  return strcmp(word, other) == 0;
}

static _Noreturn void bad_word(const char *of, const char *word) {
  fprintf(stderr, "test error: %s: unknown word \"%s\"\n", of, word);
  abort();
}

/* Appends to a list of labels that has room. */
static void add_label(dset_label *labels, size_t *count, const char *key, const char *value) {
  labels[*count].key = key;
  labels[*count].value = value;
  (*count)++;
}

/* "key=value" to its two parts; the key alone when there is no "=". */
static void cut_pair(dset_world *w, const char *text, const char **key, const char **value) {
  const char *equals = strchr(text, '=');
  *key = equals == NULL ? world_format(w, "%s", text) : world_format(w, "%.*s", (int)(equals - text), text);
  *value = equals == NULL ? "" : world_format(w, "%s", equals + 1);
}

const dset_label *world_labels(dset_world *w, const char *text, size_t *count) {
  char **words = split(w, text, " ");
  dset_label *labels = world_alloc(w, piece_count(words), sizeof *labels);
  *count = 0;
  for (size_t i = 0; words[i] != NULL; i++) {
    cut_pair(w, words[i], &labels[i].key, &labels[i].value);
    (*count)++;
  }
  return labels;
}

/* ---- nodes ---- */

/* "key=value:Effect", the value and the effect optional. */
static dset_taint read_taint(dset_world *w, const char *text) {
  dset_taint taint = {0};
  const char *colon = strrchr(text, ':');
  const char *pair = colon == NULL ? text : world_format(w, "%.*s", (int)(colon - text), text);
  cut_pair(w, pair, &taint.key, &taint.value);
  taint.effect = colon == NULL ? "" : world_format(w, "%s", colon + 1);
  return taint;
}

static dset_node *read_node(dset_world *w, const char *text) {
  char **words = split(w, text, " ");
  size_t room = piece_count(words);
  dset_node *node = world_alloc(w, 1, sizeof *node);
  dset_label *labels = world_alloc(w, room, sizeof *labels);
  dset_taint *taints = world_alloc(w, room, sizeof *taints);
  node->size = sizeof *node;
  node->name = words[0];
  for (size_t i = 1; words[i] != NULL; i++) {
    const char *word = words[i];
    if (is(word, "run")) continue;
    if (is(word, "stay")) {
      taints[node->taint_count++] = read_taint(w, "stay:NoSchedule");
    } else if (is(word, "neither")) {
      taints[node->taint_count++] = read_taint(w, "neither:NoExecute");
    } else if (word[0] == '!') {
      taints[node->taint_count++] = read_taint(w, word + 1);
    } else if (strchr(word, '=') != NULL) {
      cut_pair(w, word, &labels[node->label_count].key, &labels[node->label_count].value);
      node->label_count++;
    } else {
      bad_word(text, word);
    }
  }
  node->labels = labels;
  node->taints = taints;
  return node;
}

void world_nodes(dset_world *w, const char *nodes) {
  char **each = split(w, nodes, ";");
  for (size_t i = 0; each[i] != NULL; i++) list_add(&w->nodes, read_node(w, each[i]));
}

/* ---- owners, pods ---- */

/* One owner reference with the DaemonSet's kind and name. */
static const dset_owner *owner_of(dset_world *w, const char *uid) {
  dset_owner *owner = world_alloc(w, 1, sizeof *owner);
  owner->kind = "DaemonSet";
  owner->name = w->daemonset.name;
  owner->uid = uid;
  owner->controller = true;
  return owner;
}

static bool pod_phase_word(dset_pod *pod, const char *word) {
  static const char *const names[] = {"nophase", "pending", "running", "succeeded", "failed", "unknown"};
  static const int32_t phases[] = {DSET_PHASE_NONE,      DSET_PHASE_PENDING, DSET_PHASE_RUNNING,
                                   DSET_PHASE_SUCCEEDED, DSET_PHASE_FAILED,  DSET_PHASE_UNKNOWN};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    if (!is(word, names[i])) continue;
    pod->phase = phases[i];
    return true;
  }
  return false;
}

/* Words on ownership and times; false for any other word. */
static bool pod_fact_word(dset_world *w, dset_pod *pod, const char *word) {
  const char *value;
  if (is(word, "ready") || is(word, "ready=never") || after(word, "ready=") != NULL) {
    value = after(word, "ready=");
    pod->ready = true;
    int64_t seconds = value == NULL ? HOUR_SECONDS : strtoll(value, NULL, 10);
    pod->ready_since_ms = is(word, "ready=never") ? 0 : w->now_ms - 1000 * seconds;
  } else if ((value = after(word, "age=")) != NULL) {
    pod->created_ms = is(value, "unset") ? 0 : w->now_ms - 1000 * strtoll(value, NULL, 10);
  } else if (is(word, "deleting")) {
    pod->deleting = true;
  } else if (is(word, "orphan")) {
    pod->owners = NULL;
    pod->owner_count = 0;
  } else if (is(word, "foreign")) {
    pod->owners = owner_of(w, "uid-other");
  } else if ((value = after(word, "ns=")) != NULL) {
    pod->ns = value;
  } else {
    return false;
  }
  return true;
}

static void pod_words(dset_world *w, dset_pod *pod, const char *text, char **words) {
  const char *app = "agent";
  const char *hash = "cur";
  const char *generation = NULL;
  for (size_t i = 1; words[i] != NULL; i++) {
    const char *word = words[i];
    if (is(word, "new") || is(word, "old")) {
      hash = is(word, "new") ? "cur" : "old";
    } else if (is(word, "nohash")) {
      hash = NULL;
    } else if (after(word, "hash=") != NULL) {
      hash = after(word, "hash=");
    } else if (after(word, "gen=") != NULL) {
      generation = after(word, "gen=");
    } else if (is(word, "mismatch")) {
      app = "other";
    } else if (!pod_phase_word(pod, word) && !pod_fact_word(w, pod, word)) {
      bad_word(text, word);
    }
  }
  dset_label *labels = world_alloc(w, 3, sizeof *labels);
  add_label(labels, &pod->label_count, "app", app);
  if (hash != NULL) add_label(labels, &pod->label_count, DSET_LABEL_HASH, hash);
  if (generation != NULL) add_label(labels, &pod->label_count, DSET_LABEL_TEMPLATE_GENERATION, generation);
  pod->labels = labels;
}

static dset_pod *read_pod(dset_world *w, const char *text) {
  char **words = split(w, text, " ");
  dset_pod *pod = world_alloc(w, 1, sizeof *pod);
  size_t length = strcspn(words[0], "@>");
  const char *node = words[0][length] == '\0' ? "" : words[0] + length + 1;
  pod->size = sizeof *pod;
  pod->ns = "default";
  pod->name = world_format(w, "%.*s", (int)length, words[0]);
  pod->uid = world_format(w, "uid-%s", pod->name);
  if (words[0][length] == '@') pod->node_name = node;
  if (words[0][length] == '>') pod->required_affinity = world_terms(w, world_format(w, "@metadata.name In %s", node));
  pod->owners = owner_of(w, WORLD_UID);
  pod->owner_count = 1;
  pod->created_ms = w->now_ms - 1000 * HOUR_SECONDS;
  pod->phase = DSET_PHASE_RUNNING;
  pod_words(w, pod, text, words);
  return pod;
}

void world_pods(dset_world *w, const char *pods) {
  char **each = split(w, pods, ";");
  for (size_t i = 0; each[i] != NULL; i++) list_add(&w->pods, read_pod(w, each[i]));
}

/* ---- revisions ---- */

static dset_revision *read_revision(dset_world *w, const char *text) {
  char **words = split(w, text, " ");
  dset_revision *revision = world_alloc(w, 1, sizeof *revision);
  const char *app = "agent";
  const char *hash = words[0];
  const char *data = world_format(w, "data of %s", words[0]);
  revision->size = sizeof *revision;
  revision->ns = "default";
  revision->name = words[0];
  revision->uid = world_format(w, "uid-%s", words[0]);
  revision->number = 1;
  revision->owners = owner_of(w, WORLD_UID);
  revision->owner_count = 1;
  for (size_t i = 1; words[i] != NULL; i++) {
    const char *word = words[i];
    if (word[0] == '#') {
      revision->number = strtoll(word + 1, NULL, 10);
    } else if (after(word, "hash=") != NULL) {
      hash = after(word, "hash=");
    } else if (is(word, "nohash")) {
      hash = NULL;
    } else if (is(word, "current")) {
      data = w->daemonset.revision_data;
    } else if (after(word, "data=") != NULL) {
      data = after(word, "data=");
    } else if (is(word, "orphan")) {
      revision->owner_count = 0;
    } else if (is(word, "foreign")) {
      revision->owners = owner_of(w, "uid-other");
    } else if (is(word, "mismatch")) {
      app = "other";
    } else if (is(word, "deleting")) {
      revision->deleting = true;
    } else if (after(word, "ns=") != NULL) {
      revision->ns = after(word, "ns=");
    } else {
      bad_word(text, word);
    }
  }
  dset_label *labels = world_alloc(w, 2, sizeof *labels);
  add_label(labels, &revision->label_count, "app", app);
  if (hash != NULL) add_label(labels, &revision->label_count, DSET_LABEL_HASH, hash);
  revision->labels = labels;
  revision->data = data;
  revision->data_bytes = strlen(data);
  return revision;
}

void world_revisions(dset_world *w, const char *revisions) {
  char **each = split(w, revisions, ";");
  for (size_t i = 0; each[i] != NULL; i++) list_add(&w->revisions, read_revision(w, each[i]));
}

void world_clear_revisions(dset_world *w) {
  w->revisions.count = 0;
}

/* ---- found again by name ---- */

dset_node *world_node(dset_world *w, const char *name) {
  for (size_t i = 0; i < w->nodes.count; i++) {
    dset_node *node = w->nodes.items[i];
    if (is(node->name, name)) return node;
  }
  bad_word("no such node", name);
}

dset_pod *world_pod(dset_world *w, const char *name) {
  for (size_t i = 0; i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    if (is(pod->name, name)) return pod;
  }
  bad_word("no such pod", name);
}

dset_revision *world_revision(dset_world *w, const char *name) {
  for (size_t i = 0; i < w->revisions.count; i++) {
    dset_revision *revision = w->revisions.items[i];
    if (is(revision->name, name)) return revision;
  }
  bad_word("no such revision", name);
}

/* ---- requirements ---- */

/* "a,b,''" to its values; nothing at all when `text` is NULL. */
static void read_values(dset_world *w, const char *text, dset_requirement *requirement) {
  if (text == NULL) return;
  char **values = split(w, text, ",");
  for (size_t i = 0; values[i] != NULL; i++) {
    if (is(values[i], "''")) values[i][0] = '\0';
    requirement->value_count++;
  }
  requirement->values = (const char *const *)values;
}

/* "key op values". */
static dset_requirement read_requirement(dset_world *w, const char *text) {
  dset_requirement requirement = {0};
  char **words = split(w, text, " ");
  requirement.key = is(words[0], "''") ? "" : words[0];
  if (words[1] == NULL) return requirement;
  requirement.op = words[1];
  read_values(w, words[2], &requirement);
  return requirement;
}

const dset_selector *world_selector(dset_world *w, const char *text) {
  if (text == NULL) return NULL;
  char **parts = split(w, text, "&");
  dset_selector *selector = world_alloc(w, 1, sizeof *selector);
  dset_label *labels = world_alloc(w, piece_count(parts), sizeof *labels);
  dset_requirement *expressions = world_alloc(w, piece_count(parts), sizeof *expressions);
  for (size_t i = 0; parts[i] != NULL; i++) {
    if (strchr(parts[i], '=') != NULL) {
      cut_pair(w, parts[i], &labels[selector->label_count].key, &labels[selector->label_count].value);
      selector->label_count++;
    } else {
      expressions[selector->expression_count++] = read_requirement(w, parts[i]);
    }
  }
  selector->labels = labels;
  selector->expressions = expressions;
  return selector;
}

static dset_term read_term(dset_world *w, const char *text) {
  dset_term term = {0};
  if (is(text, "()")) return term;
  char **parts = split(w, text, "&");
  dset_requirement *expressions = world_alloc(w, piece_count(parts), sizeof *expressions);
  dset_requirement *fields = world_alloc(w, piece_count(parts), sizeof *fields);
  for (size_t i = 0; parts[i] != NULL; i++) {
    if (parts[i][0] == '@') {
      fields[term.field_count++] = read_requirement(w, parts[i] + 1);
    } else {
      expressions[term.expression_count++] = read_requirement(w, parts[i]);
    }
  }
  term.expressions = expressions;
  term.fields = fields;
  return term;
}

const dset_terms *world_terms(dset_world *w, const char *text) {
  if (text == NULL) return NULL;
  char **parts = split(w, text, "|");
  dset_terms *terms = world_alloc(w, 1, sizeof *terms);
  dset_term *items = world_alloc(w, piece_count(parts), sizeof *items);
  for (size_t i = 0; parts[i] != NULL; i++) items[terms->count++] = read_term(w, parts[i]);
  terms->terms = items;
  return terms;
}

void world_tolerations(dset_world *w, const char *text) {
  char **each = split(w, text, ";");
  dset_toleration *tolerations = world_alloc(w, piece_count(each), sizeof *tolerations);
  size_t count = 0;
  for (; each[count] != NULL; count++) {
    char **words = split(w, each[count], " ");
    if (piece_count(words) != 4) bad_word("toleration", each[count]);
    for (size_t i = 0; i < 4; i++) {
      if (is(words[i], "-")) words[i][0] = '\0';
    }
    tolerations[count] = (dset_toleration){.key = words[0], .op = words[1], .value = words[2], .effect = words[3]};
  }
  w->daemonset.tolerations = tolerations;
  w->daemonset.toleration_count = count;
}

/* ---- the DaemonSet and the snapshot ---- */

static dset_amount read_amount(dset_world *w, const char *text) {
  dset_amount amount = {0};
  if (is(text, "-")) return amount;
  const char *number = text[0] == '#' ? text + 1 : text;
  char *end;
  long value = strtol(number, &end, 10);
  if (text[0] == '#' || (*end == '\0' && end != number)) {
    amount.kind = DSET_AMOUNT_INT;
    amount.number = (int32_t)value;
  } else {
    amount.kind = DSET_AMOUNT_TEXT;
    amount.text = world_format(w, "%s", text);
  }
  return amount;
}

void world_budget(dset_world *w, const char *max_unavailable, const char *max_surge) {
  w->daemonset.has_rolling_update = true;
  w->daemonset.max_unavailable = read_amount(w, max_unavailable);
  w->daemonset.max_surge = read_amount(w, max_surge);
}

void world_backoff(dset_world *w, const char *node, int64_t delay_ms, int64_t last_ms) {
  if (w->backoff_count == COUNT_OF(w->backoffs)) abort();
  w->backoffs[w->backoff_count++] = (dset_backoff){.node = node, .delay_ms = delay_ms, .last_ms = last_ms};
}

dset_status *world_status(dset_world *w) {
  dset_status *status = world_alloc(w, 1, sizeof *status);
  status->size = sizeof *status;
  w->daemonset.status = status;
  return status;
}

void world_init(dset_world *w) {
  memset(w, 0, sizeof *w);
  w->now_ms = WORLD_NOW;
  w->options.size = sizeof w->options;
  dset_daemonset *daemonset = &w->daemonset;
  daemonset->size = sizeof *daemonset;
  daemonset->ns = "default";
  daemonset->name = "agent";
  daemonset->uid = WORLD_UID;
  daemonset->generation = 1;
  daemonset->selector = world_selector(w, "app=agent");
  daemonset->template_labels = world_labels(w, "app=agent", &daemonset->template_label_count);
  daemonset->revision_data = "template";
  daemonset->revision_data_bytes = strlen("template");
  world_budget(w, "1", "0");
  world_revisions(w, "agent-old #1 hash=old; agent-cur #2 hash=cur current");
}

void world_free(dset_world *w) {
  dset_plan_free(w->plan);
  for (size_t i = 0; i < w->owned.count; i++) free(w->owned.items[i]);
  free(w->owned.items);
  free(w->nodes.items);
  free(w->pods.items);
  free(w->revisions.items);
  memset(w, 0, sizeof *w);
}

void world_snapshot(dset_world *w, dset_snapshot *snapshot) {
  const dset_node **nodes = world_alloc(w, w->nodes.count, sizeof *nodes);
  const dset_pod **pods = world_alloc(w, w->pods.count, sizeof *pods);
  const dset_revision **revisions = world_alloc(w, w->revisions.count, sizeof *revisions);
  for (size_t i = 0; i < w->nodes.count; i++) nodes[i] = w->nodes.items[i];
  for (size_t i = 0; i < w->pods.count; i++) pods[i] = w->pods.items[i];
  for (size_t i = 0; i < w->revisions.count; i++) revisions[i] = w->revisions.items[i];
  memset(snapshot, 0, sizeof *snapshot);
  snapshot->size = sizeof *snapshot;
  snapshot->daemonset = &w->daemonset;
  snapshot->nodes = nodes;
  snapshot->node_count = w->nodes.count;
  snapshot->pods = pods;
  snapshot->pod_count = w->pods.count;
  snapshot->revisions = revisions;
  snapshot->revision_count = w->revisions.count;
  snapshot->now_ms = w->now_ms;
  snapshot->backoffs = w->backoffs;
  snapshot->backoff_count = w->backoff_count;
  snapshot->in_flight_creates = w->in_flight_creates;
  snapshot->in_flight_deletes = w->in_flight_deletes;
  snapshot->in_flight_since_ms = w->in_flight_since_ms;
}
