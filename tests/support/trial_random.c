/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial_random.c: random planner states. Few words are used for many things, so that names, hashes, labels and times
 * meet often; what is unusual is rare, so that most states still get past their first stage.
 */
#include <stdlib.h>
#include <string.h>

#include "trial_make.h"

#define NOW INT64_C(1772000000000)
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CHOOSE(random, array) ((array)[random_below(random, COUNT(array))])

static const char *const label_keys[] = {"zone", "tier", "cores", "example.com/gpu", "kubernetes.io/os"};
static const char *const label_values[] = {"", "a", "b", "linux", "3", "-7", "007", "12"};
static const char *const taint_keys[] = {"dedicated", "gpu", "node.kubernetes.io/not-ready",
                                         "node.kubernetes.io/unschedulable", "node.kubernetes.io/network-unavailable"};
static const char *const hashes[] = {"cur", "old", "older", "oldest", ""};

static bool once_in(trial_maker *m, uint64_t times) {
  return random_once_in(&m->random, times);
}

static int64_t between(trial_maker *m, int64_t least, int64_t most) {
  return least + (int64_t)random_below(&m->random, (uint64_t)(most - least) + 1);
}

const dset_label *trial_make_labels(trial_maker *m, size_t most, size_t *count) {
  const dset_label *labels = NULL;
  *count = 0;
  for (size_t i = random_below(&m->random, most + 1); i > 0; i--) {
    const char *value = CHOOSE(&m->random, label_values); /* not as an argument: their order is the compiler's choice */
    trial_set_label(m->t, &labels, count, CHOOSE(&m->random, label_keys), value);
  }
  return labels;
}

/* ---- requirements ---- */

static dset_requirement make_requirement(trial_maker *m, bool field) {
  static const char *const ops[] = {"In", "In", "In", "NotIn", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Like"};
  static const char *const odd_keys[] = {"", "metadata.name", "metadata.namespace", "-x", "a/b/c"};
  static const char *const odd_values[] = {"n1", "n2", "b c", "-6", "9223372036854775808"};
  dset_requirement made = {.op = CHOOSE(&m->random, ops)};
  made.key = field ? "metadata.name" : CHOOSE(&m->random, label_keys);
  if (once_in(m, 12)) made.key = CHOOSE(&m->random, odd_keys);
  bool none = strcmp(made.op, "Exists") == 0 || strcmp(made.op, "DoesNotExist") == 0;
  made.value_count = none || field || once_in(m, 2) ? !none : (size_t)between(m, 1, 3);
  if (once_in(m, 15)) made.value_count = (size_t)between(m, 0, 3);
  const char **values = trial_alloc(m->t, made.value_count, sizeof *values);
  for (size_t i = 0; i < made.value_count; i++) {
    values[i] = field || once_in(m, 15) ? CHOOSE(&m->random, odd_values) : CHOOSE(&m->random, label_values);
  }
  made.values = values;
  return made;
}

static const dset_requirement *make_requirements(trial_maker *m, size_t most, bool field, size_t *count) {
  *count = random_below(&m->random, most + 1);
  dset_requirement *items = trial_alloc(m->t, *count, sizeof *items);
  for (size_t i = 0; i < *count; i++) items[i] = make_requirement(m, field);
  return items;
}

const dset_terms *trial_make_terms(trial_maker *m) {
  dset_terms *terms = trial_alloc(m->t, 1, sizeof *terms);
  terms->count = (size_t)between(m, once_in(m, 10) ? 0 : 1, 3);
  dset_term *items = trial_alloc(m->t, terms->count, sizeof *items);
  for (size_t i = 0; i < terms->count; i++) {
    items[i].expressions = make_requirements(m, 2, false, &items[i].expression_count);
    items[i].fields = make_requirements(m, once_in(m, 3) ? 2 : 0, true, &items[i].field_count);
  }
  terms->terms = items;
  return terms;
}

/* ---- DaemonSet ---- */

const dset_selector *trial_make_selector(trial_maker *m) {
  if (once_in(m, 60)) return NULL;
  dset_selector *selector = trial_alloc(m->t, 1, sizeof *selector);
  if (once_in(m, 60)) return selector;
  trial_set_label(m->t, &selector->labels, &selector->label_count, "app", m->app);
  if (once_in(m, 40)) trial_set_label(m->t, &selector->labels, &selector->label_count, "app", "-agent");
  if (once_in(m, 10)) selector->expressions = make_requirements(m, 2, false, &selector->expression_count);
  return selector;
}

static void make_tolerations(trial_maker *m) {
  static const char *const ops[] = {"", "Equal", "Exists", "Exists", "Gt", "Lt", "Near"};
  static const char *const effects[] = {"", "NoSchedule", "NoExecute", "PreferNoSchedule"};
  dset_daemonset *daemonset = &m->t->daemonset;
  daemonset->toleration_count = once_in(m, 3) ? (size_t)between(m, 1, 3) : 0;
  dset_toleration *items = trial_alloc(m->t, daemonset->toleration_count, sizeof *items);
  for (size_t i = 0; i < daemonset->toleration_count; i++) {
    items[i].key = once_in(m, 8) ? "" : CHOOSE(&m->random, taint_keys);
    items[i].op = CHOOSE(&m->random, ops);
    items[i].value = strcmp(items[i].op, "Exists") == 0 ? "" : CHOOSE(&m->random, label_values);
    items[i].effect = CHOOSE(&m->random, effects);
    items[i].has_toleration_seconds = once_in(m, 4);
    if (items[i].has_toleration_seconds) items[i].toleration_seconds = between(m, 0, 300);
  }
  daemonset->tolerations = items;
}

void trial_make_template(trial_maker *m) {
  static const char *const names[] = {"n1", "n2", "nowhere"};
  dset_daemonset *daemonset = &m->t->daemonset;
  daemonset->template_labels = trial_make_labels(m, 1, &daemonset->template_label_count);
  trial_set_label(m->t, &daemonset->template_labels, &daemonset->template_label_count, "app", m->app);
  if (once_in(m, 40)) daemonset->node_name = CHOOSE(&m->random, names);
  if (once_in(m, 10)) daemonset->node_selector = trial_make_labels(m, 2, &daemonset->node_selector_count);
  if (once_in(m, 4)) daemonset->required_affinity = trial_make_terms(m);
  make_tolerations(m);
  daemonset->host_network = once_in(m, 4);
}

static dset_amount make_amount(trial_maker *m) {
  static const char *const texts[] = {"25%", "25%", "50%", "100%", "1%", "0%", "%", "-10%", "x", "", "999999999999%"};
  static const unsigned char weights[] = {20, 55, 25, 0};
  switch (random_weighted(&m->random, weights)) {
    case 0: return (dset_amount){.kind = DSET_AMOUNT_ABSENT};
    case 1: return (dset_amount){.kind = DSET_AMOUNT_INT, .number = (int32_t)between(m, once_in(m, 30) ? -2 : 0, 4)};
    default: return (dset_amount){.kind = DSET_AMOUNT_TEXT, .text = CHOOSE(&m->random, texts)};
  }
}

void trial_make_strategy(trial_maker *m) {
  static const unsigned char strategies[] = {80, 12, 8, 0};
  static const int32_t min_ready[] = {0, 0, 0, 0, 10, 10, 30, -5};
  dset_daemonset *daemonset = &m->t->daemonset;
  daemonset->strategy = (int32_t)random_weighted(&m->random, strategies);
  daemonset->has_rolling_update = !once_in(m, 12);
  if (daemonset->has_rolling_update) {
    daemonset->max_unavailable = make_amount(m);
    if (once_in(m, 2)) daemonset->max_surge = make_amount(m);
  }
  daemonset->min_ready_seconds = once_in(m, 50) ? INT32_MAX : CHOOSE(&m->random, min_ready);
  daemonset->has_revision_history_limit = once_in(m, 2);
  if (daemonset->has_revision_history_limit) {
    daemonset->revision_history_limit = (int32_t)between(m, once_in(m, 20) ? -1 : 0, 3);
  }
}

void trial_make_status(trial_maker *m) {
  trial *t = m->t;
  t->has_status = !once_in(m, 8);
  t->status.size = sizeof t->status;
  if (!t->has_status) return;
  int32_t *counters[] = {&t->status.desired_number_scheduled, &t->status.current_number_scheduled,
                         &t->status.number_misscheduled,      &t->status.number_ready,
                         &t->status.updated_number_scheduled, &t->status.number_available,
                         &t->status.number_unavailable};
  for (size_t i = 0; i < COUNT(counters); i++) *counters[i] = (int32_t)between(m, 0, 3);
  t->status.observed_generation = t->daemonset.generation - between(m, once_in(m, 20) ? -1 : 0, 1);
  t->status.has_collision_count = once_in(m, 4);
  if (t->status.has_collision_count) t->status.collision_count = (int32_t)between(m, 0, 2);
  if (once_in(m, 8)) t->status.conditions = "[{\"status\":\"True\",\"type\":\"Custom\"}]";
}

void trial_make_daemonset(trial_maker *m) {
  dset_daemonset *daemonset = &m->t->daemonset;
  daemonset->size = sizeof *daemonset;
  daemonset->ns = once_in(m, 80) ? "" : "default";
  daemonset->name = once_in(m, 80) ? "" : "agent";
  daemonset->uid = once_in(m, 80) ? NULL : "uid-agent";
  daemonset->generation = between(m, 1, 5);
  daemonset->selector = trial_make_selector(m);
  daemonset->has_template_generation = once_in(m, 3);
  if (daemonset->has_template_generation) daemonset->template_generation = between(m, 1, 3);
  daemonset->deleting = once_in(m, 40);
  trial_make_template(m);
  trial_make_strategy(m);
  trial_make_status(m);
}

void trial_make_options(trial_maker *m) {
  dset_options *options = &m->t->options;
  options->size = sizeof *options;
  if (once_in(m, 4)) options->burst = (uint32_t)between(m, 1, 3);
  if (once_in(m, 2)) options->revision_hash = once_in(m, 4) ? "fresh" : "cur";
  if (once_in(m, 10)) options->backoff_initial_ms = between(m, 1, 5000);
  if (once_in(m, 10)) options->backoff_max_ms = between(m, 1, 10000);
  options->compare_tolerations = once_in(m, 10);
  m->hash = "cur";
}

/* ---- nodes ---- */

void trial_make_node(trial_maker *m, dset_node *node, size_t index) {
  static const char *const effects[] = {"NoSchedule", "NoSchedule", "NoExecute", "PreferNoSchedule", ""};
  node->size = sizeof *node;
  node->name = trial_format(m->t, once_in(m, 20) ? "n%zu.example.com" : "n%zu", index);
  node->labels = trial_make_labels(m, 4, &node->label_count);
  node->taint_count = once_in(m, 3) ? (size_t)between(m, 1, 2) : 0;
  dset_taint *taints = trial_alloc(m->t, node->taint_count, sizeof *taints);
  for (size_t i = 0; i < node->taint_count; i++) {
    taints[i].key = CHOOSE(&m->random, taint_keys);
    taints[i].value = CHOOSE(&m->random, label_values);
    taints[i].effect = CHOOSE(&m->random, effects);
  }
  node->taints = taints;
}

static void make_nodes(trial_maker *m) {
  trial *t = m->t;
  t->node_count = once_in(m, 60) ? 60 : (size_t)between(m, 0, 12);
  t->nodes = trial_alloc(t, t->node_count, sizeof *t->nodes);
  for (size_t i = 0; i < t->node_count; i++) trial_make_node(m, &t->nodes[i], i);
}

/* ---- pods and revisions ---- */

/* A name whose order has nothing to do with that of its making. */
const char *trial_make_name(trial_maker *m, const char *prefix) {
  return trial_format(m->t, "%s-%05x", prefix, (unsigned)(++m->names * 7919 % 1048573));
}

const dset_owner *trial_make_owners(trial_maker *m, const char *kind, size_t *count) {
  static const unsigned char weights[] = {84, 6, 4, 2, 2, 2, 0};
  const dset_daemonset *daemonset = &m->t->daemonset;
  dset_owner *owners = trial_alloc(m->t, 2, sizeof *owners);
  dset_owner ours = {kind, daemonset->name, daemonset->uid, true};
  *count = 1;
  switch (random_weighted(&m->random, weights)) {
    case 0: owners[0] = ours; break;
    case 1: *count = 0; break;
    case 2: owners[0] = (dset_owner){"DaemonSet", "other", "uid-other", true}; break;
    case 3:
      ours.controller = false;
      owners[0] = ours;
      break;
    case 4:
      owners[0] = (dset_owner){"Node", "n1", "uid-n1", false};
      owners[1] = ours;
      *count = 2;
      break;
    default:
      ours.kind = "ReplicaSet";
      owners[0] = ours;
      break;
  }
  return owners;
}

static const char *make_generation(trial_maker *m) {
  static const char *const odd[] = {"1", "2", "x", ""};
  if (once_in(m, 2)) return CHOOSE(&m->random, odd);
  return trial_format(m->t, "%lld", (long long)m->t->daemonset.template_generation);
}

void trial_make_pod_labels(trial_maker *m, dset_pod *pod) {
  static const unsigned char weights[] = {45, 30, 10, 3, 4, 8, 0};
  trial *t = m->t;
  pod->labels = trial_make_labels(m, once_in(m, 4) ? 2 : 0, &pod->label_count);
  if (!once_in(m, 40)) trial_set_label(t, &pod->labels, &pod->label_count, "app", once_in(m, 25) ? "other" : m->app);
  size_t hash = random_weighted(&m->random, weights);
  if (hash < COUNT(hashes)) {
    const char *value = hash == 0 ? m->hash : hashes[hash];
    trial_set_label(t, &pod->labels, &pod->label_count, DSET_LABEL_HASH, value);
  }
  if (!once_in(m, 4)) return;
  trial_set_label(t, &pod->labels, &pod->label_count, DSET_LABEL_TEMPLATE_GENERATION, make_generation(m));
}

void trial_make_pod_state(trial_maker *m, dset_pod *pod) {
  static const unsigned char phases[] = {4, 12, 66, 5, 9, 4, 0};
  const int64_t min_ready = m->t->daemonset.min_ready_seconds;
  pod->phase = (int32_t)random_weighted(&m->random, phases);
  pod->ready = pod->phase == DSET_PHASE_RUNNING ? !once_in(m, 4) : once_in(m, 20);
  pod->deleting = once_in(m, 10);
  pod->created_ms = once_in(m, 20) ? 0 : m->t->now_ms - between(m, 0, 4) * 60000;
  if (!pod->ready && !once_in(m, 5)) return;
  const int64_t ages_ms[] = {0, 3600000, min_ready * 1000, min_ready * 1000 - 1, min_ready * 1000 + 1, -20000};
  pod->ready_since_ms = once_in(m, 15) ? 0 : m->t->now_ms - CHOOSE(&m->random, ages_ms);
  if (once_in(m, 3)) pod->ready_since_ms = m->t->now_ms - between(m, 0, 40000);
}

/* The affinity that pins a pod to a node; at times one from which no node follows (D10). */
static const dset_terms *make_pin(trial_maker *m, const char *node) {
  if (once_in(m, 12)) return trial_make_terms(m);
  dset_terms *terms = trial_alloc(m->t, 1, sizeof *terms);
  dset_term *term = trial_alloc(m->t, 1, sizeof *term);
  dset_requirement *field = trial_alloc(m->t, 1, sizeof *field);
  const char **values = trial_alloc(m->t, 2, sizeof *values);
  values[0] = node;
  values[1] = "n1";
  *field = (dset_requirement){"metadata.name", "In", values, once_in(m, 20) ? 2 : 1};
  *term = (dset_term){.fields = field, .field_count = 1};
  *terms = (dset_terms){term, 1};
  return terms;
}

void trial_make_pod(trial_maker *m, const char *node) {
  dset_pod *pod = trial_add_pod(m->t);
  pod->name = trial_make_name(m, "agent");
  pod->uid = trial_format(m->t, "uid-%s", pod->name);
  pod->ns = once_in(m, 40) ? "kube-system" : m->t->daemonset.ns;
  pod->owners = trial_make_owners(m, "DaemonSet", &pod->owner_count);
  trial_make_pod_labels(m, pod);
  trial_make_pod_state(m, pod);
  if (node == NULL) return;
  bool waits = once_in(m, pod->phase == DSET_PHASE_PENDING ? 2 : 20);
  if (waits || once_in(m, 3)) pod->required_affinity = make_pin(m, node);
  if (!waits) pod->node_name = node;
}

static void make_pods(trial_maker *m) {
  static const unsigned char weights[] = {30, 45, 15, 6, 4, 0};
  static const char *const gone[] = {"gone", "n99"};
  trial *t = m->t;
  for (size_t i = 0; i < t->node_count; i++) {
    for (size_t n = random_weighted(&m->random, weights); n > 0; n--) trial_make_pod(m, t->nodes[i].name);
  }
  if (once_in(m, 4)) trial_make_pod(m, NULL);
  if (!once_in(m, 5)) return;
  for (int64_t n = between(m, 1, 2); n > 0; n--) trial_make_pod(m, CHOOSE(&m->random, gone));
}

dset_revision *trial_make_revision(trial_maker *m, const char *name, const char *hash, bool current) {
  trial *t = m->t;
  dset_revision *revision = trial_add_revision(t);
  revision->ns = once_in(m, 30) ? "kube-system" : t->daemonset.ns;
  revision->name = name;
  revision->uid = trial_format(t, "uid-%s", name);
  revision->owners = trial_make_owners(m, "DaemonSet", &revision->owner_count);
  revision->labels = trial_make_labels(m, once_in(m, 8) ? 2 : 0, &revision->label_count);
  revision->deleting = once_in(m, 40);
  trial_set_label(t, &revision->labels, &revision->label_count, "app", once_in(m, 25) ? "other" : m->app);
  if (!once_in(m, 12)) trial_set_label(t, &revision->labels, &revision->label_count, DSET_LABEL_HASH, hash);
  revision->number = between(m, 0, 5);
  if (once_in(m, 60)) revision->number = once_in(m, 2) ? INT64_MAX : -3;
  char *old =
      trial_format(t, "{\"spec\":{\"template\":{\"$patch\":\"replace\",\"spec\":{\"nodeName\":\"%s\"}}}}", name);
  revision->data = current ? t->daemonset.revision_data : old;
  revision->data_bytes = current ? t->daemonset.revision_data_bytes : strlen(old);
  return revision;
}

/* The name that a new revision would get. */
const char *trial_make_revision_name(trial_maker *m) {
  trial *t = m->t;
  char hash[16];
  const char *given = t->options.revision_hash;
  t->daemonset.status = t->has_status ? &t->status : NULL;
  if (given == NULL && dset_revision_hash(&t->daemonset, hash, sizeof hash, NULL) != DSET_OK) abort();
  return trial_format(t, "%s-%s", t->daemonset.name, given == NULL ? hash : given);
}

static void make_revisions(trial_maker *m) {
  const char *name = trial_make_revision_name(m);
  bool current = !once_in(m, 5);
  if (current && once_in(m, 2)) {
    trial_make_revision(m, "agent-first", once_in(m, 60) ? "" : m->hash, true);
  } else if (current) {
    trial_make_revision(m, name, once_in(m, 60) ? "" : m->hash, true);
  } else if (once_in(m, 4)) {
    trial_make_revision(m, name, "older", false);
  }
  for (int64_t n = once_in(m, 6) ? between(m, 1, 2) : 0; n > 0; n--) {
    trial_make_revision(m, trial_make_name(m, "agent-same"), once_in(m, 2) ? m->hash : "older", true);
  }
  for (int64_t n = between(m, 0, 4); n > 0; n--) {
    trial_make_revision(m, trial_make_name(m, "agent-old"), CHOOSE(&m->random, hashes), false);
  }
}

/* ---- the rest ---- */

void trial_make_backoffs(trial_maker *m) {
  trial *t = m->t;
  int64_t max_ms = t->options.backoff_max_ms == 0 ? 900000 : t->options.backoff_max_ms;
  t->backoffs = trial_alloc(t, t->node_count + 1, sizeof *t->backoffs);
  for (size_t i = 0; i < t->node_count; i++) {
    if (!once_in(m, 6)) continue;
    int64_t delay_ms = INT64_C(1000) << between(m, 0, 10);
    const int64_t ages_ms[] = {0, 500, delay_ms - 1, delay_ms, delay_ms + 1, 2 * max_ms, 2 * max_ms + 1, -5000};
    t->backoffs[t->backoff_count++] =
        (dset_backoff){t->nodes[i].name, delay_ms, m->t->now_ms - CHOOSE(&m->random, ages_ms)};
  }
  if (once_in(m, 20)) t->backoffs[t->backoff_count++] = (dset_backoff){"gone", 4000, m->t->now_ms - 1000};
}

void trial_make_in_flight(trial_maker *m) {
  trial *t = m->t;
  if (!once_in(m, 12)) return;
  const int64_t since_ms[] = {0, m->t->now_ms - 1000, m->t->now_ms - 299999, m->t->now_ms - 300000,
                              m->t->now_ms - 300001};
  t->in_flight_creates = between(m, -1, 2);
  t->in_flight_deletes = between(m, -1, 2);
  t->in_flight_since_ms = CHOOSE(&m->random, since_ms);
}

trial *trial_random(uint64_t seed) {
  trial_maker m = {.t = trial_new(), .random = random_from(seed), .app = "agent"};
  m.t->seed = seed;
  m.t->now_ms = NOW;
  trial_make_options(&m);
  trial_make_daemonset(&m);
  trial_seal(m.t);
  make_nodes(&m);
  make_revisions(&m);
  make_pods(&m);
  trial_make_backoffs(&m);
  trial_make_in_flight(&m);
  return m.t;
}
