/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_objects.c: see script_writer.h. An event puts what the writer's trial or its argument holds, mostly the object
 * that is there already with one thing changed.
 */
#include <stdlib.h>
#include <string.h>

#include "script_writer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CHOOSE(random, array) ((array)[random_below(random, COUNT(array))])

static const struct {
  const char *ns, *name, *app;
} slots[] = {
    {"default", "agent", "agent"}, {"default", "logger", "agent"},  {"kube-system", "agent", "agent"},
    {"default", "net", "other"},   {"kube-system", "dns", "other"}, {"team", "agent-b", "agent"},
};

/* Beyond those that have a name, by number. */
static const char *slot_name(writer *w, size_t slot) {
  return slot < COUNT(slots) ? slots[slot].name : trial_format(w->t, "agent-%02zu", slot);
}

void writer_emit(writer *w, script_event event) {
  static const unsigned char plans[] = {35, 25, 32, 8, 0};
  event.plans = w->all ? SCRIPT_PLAN_DUE : (enum script_plans)random_weighted(&w->maker.random, plans);
  *script_add(w->s, event.kind, event.ns, event.name) = event;
  model_apply(&w->model, &event);
}

/* Seldom what a host should not give and may: a label twice, of which the first counts; no value, which is "". */
static void odd_labels(writer *w, const dset_label **labels, size_t *count) {
  static const char *const values[] = {"", "a", "agent", "other"};
  if (*count == 0 || !once_in(w, 40)) return;
  dset_label *items = trial_alloc(w->t, *count + 1, sizeof *items);
  size_t at = random_below(&w->maker.random, *count);
  memcpy(items, *labels, *count * sizeof *items);
  items[*count] = (dset_label){items[at].key, CHOOSE(&w->maker.random, values)};
  if (once_in(w, 2)) items[at].value = NULL;
  *count += once_in(w, 2);
  *labels = items;
}

/* ---- putting what the trial holds ---- */

void writer_put_node(writer *w, const dset_node *node) {
  dset_node *kept = trial_alloc(w->t, 1, sizeof *kept);
  *kept = *node;
  odd_labels(w, &kept->labels, &kept->label_count);
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_NODE, .name = kept->name, .node = kept});
}

void writer_put_pod(writer *w, const dset_pod *pod) {
  dset_pod *kept = trial_alloc(w->t, 1, sizeof *kept);
  *kept = *pod;
  odd_labels(w, &kept->labels, &kept->label_count);
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_POD, .ns = kept->ns, .name = kept->name, .pod = kept});
}

void writer_put_revision(writer *w, const dset_revision *revision) {
  dset_revision *kept = trial_alloc(w->t, 1, sizeof *kept);
  *kept = *revision;
  odd_labels(w, &kept->labels, &kept->label_count);
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_REVISION, .ns = kept->ns, .name = kept->name, .revision = kept});
}

void writer_put_daemonset(writer *w) {
  dset_daemonset *kept = trial_alloc(w->t, 1, sizeof *kept);
  dset_status *status = trial_alloc(w->t, 1, sizeof *status);
  *kept = w->t->daemonset;
  odd_labels(w, &kept->template_labels, &kept->template_label_count);
  odd_labels(w, &kept->node_selector, &kept->node_selector_count);
  *status = w->t->status;
  kept->status = w->t->has_status ? status : NULL;
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_DAEMONSET,
                                .ns = kept->ns,
                                .name = kept->name,
                                .daemonset = kept,
                                .revision_hash = w->t->options.revision_hash});
}

void writer_put_in_flight(writer *w) {
  const trial *t = w->t;
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_IN_FLIGHT,
                                .ns = t->daemonset.ns,
                                .name = t->daemonset.name,
                                .creates = t->in_flight_creates,
                                .deletes = t->in_flight_deletes,
                                .since_ms = t->in_flight_since_ms});
}

void writer_put_backoffs(writer *w) {
  const trial *t = w->t;
  writer_emit(w, (script_event){.kind = SCRIPT_PUT_BACKOFFS,
                                .ns = t->daemonset.ns,
                                .name = t->daemonset.name,
                                .backoffs = t->backoffs,
                                .backoff_count = t->backoff_count});
}

void writer_remove_object(writer *w, enum script_kind kind, const char *ns, const char *name) {
  writer_emit(w, (script_event){.kind = kind, .ns = ns, .name = name});
}

void writer_put_time(writer *w, int64_t now_ms) {
  if (now_ms > INT64_MAX / 4 * 3) now_ms = INT64_MAX / 2; /* it must not end */
  writer_emit(w, (script_event){.kind = SCRIPT_TIME, .now_ms = now_ms});
}

/* ---- the trial as the model is ---- */

void writer_load(writer *w, const model_daemonset *daemonset) {
  trial *t = w->t;
  t->daemonset = *daemonset->object;
  t->has_status = t->daemonset.status != NULL;
  t->status = (dset_status){.size = sizeof t->status};
  if (t->has_status) t->status = *t->daemonset.status;
  t->options = w->model.options;
  t->options.revision_hash = daemonset->revision_hash;
  t->now_ms = w->model.now_ms;
  t->nodes = NULL;
  t->pods = NULL;
  t->revisions = NULL;
  t->backoffs = NULL;
  t->in_flight_creates = t->in_flight_deletes = t->in_flight_since_ms = 0;
  t->node_count = t->pod_count = t->revision_count = t->backoff_count = 0;
  w->maker.app = trial_label(t->daemonset.template_labels, t->daemonset.template_label_count, "app");
  if (w->maker.app == NULL) w->maker.app = "agent";
  w->maker.hash = "cur";
  for (size_t i = 0; i < w->model.revision_count; i++) {
    const dset_revision *revision = w->model.revisions[i];
    bool current = revision->data_bytes == t->daemonset.revision_data_bytes &&
                   memcmp(revision->data, t->daemonset.revision_data, revision->data_bytes) == 0;
    const char *hash = trial_label(revision->labels, revision->label_count, DSET_LABEL_HASH);
    if (current && hash != NULL && model_same(revision->ns, t->daemonset.ns)) w->maker.hash = hash;
  }
}

void writer_load_nodes(writer *w) {
  trial *t = w->t;
  t->node_count = w->model.node_count;
  t->nodes = trial_alloc(t, t->node_count, sizeof *t->nodes);
  for (size_t i = 0; i < t->node_count; i++) t->nodes[i] = *w->model.nodes[i];
}

/* memcpy, so that same_bytes() can tell what was changed. */
void writer_load_all(writer *w, const model_daemonset *daemonset) {
  trial *t = w->t;
  writer_load(w, daemonset);
  writer_load_nodes(w);
  t->pod_count = w->model.pod_count;
  t->pods = trial_alloc(t, t->pod_count, sizeof *t->pods);
  for (size_t i = 0; i < t->pod_count; i++) memcpy(&t->pods[i], w->model.pods[i], sizeof *t->pods);
  t->revision_count = w->model.revision_count;
  t->revisions = trial_alloc(t, t->revision_count, sizeof *t->revisions);
  for (size_t i = 0; i < t->revision_count; i++) memcpy(&t->revisions[i], w->model.revisions[i], sizeof *t->revisions);
  t->in_flight_creates = daemonset->creates;
  t->in_flight_deletes = daemonset->deletes;
  t->in_flight_since_ms = daemonset->since_ms;
}

const model_daemonset *writer_pick(writer *w) {
  if (w->model.daemonset_count == 0) return NULL;
  const model_daemonset *daemonset = &w->model.daemonsets[random_below(&w->maker.random, w->model.daemonset_count)];
  writer_load(w, daemonset);
  return daemonset;
}

static const char *pick_node(writer *w) {
  if (w->model.node_count == 0) return "gone";
  return w->model.nodes[random_below(&w->maker.random, w->model.node_count)]->name;
}

/* ---- nodes ---- */

void writer_new_node(writer *w) {
  dset_node node = {0};
  trial_make_node(&w->maker, &node, random_below(&w->maker.random, w->nodes));
  writer_put_node(w, &node);
}

void writer_change_node(writer *w) {
  static const char *const named[] = {"zone", "tier", "cores", "example.com/gpu", "kubernetes.io/os"};
  static const char *const values[] = {"", "a", "b", "linux", "3", "-7", "007", "12"};
  static const unsigned char weights[] = {35, 25, 10, 25, 10, 0};
  trial_maker *m = &w->maker;
  if (w->model.node_count == 0) return;
  dset_node node = *w->model.nodes[random_below(&m->random, w->model.node_count)];
  dset_node other = {0};
  const char *value;
  switch (random_weighted(&m->random, weights)) {
    case 0:
      value = CHOOSE(&m->random, values);
      trial_set_label(w->t, &node.labels, &node.label_count, CHOOSE(&m->random, named), value);
      break;
    case 1: /* a label that no rule names */
      trial_set_label(w->t, &node.labels, &node.label_count, "boot", CHOOSE(&m->random, values));
      break;
    case 2:
      if (node.label_count > 0) node.label_count--;
      break;
    case 3:
      trial_make_node(m, &other, 0);
      node.taints = other.taints;
      node.taint_count = other.taint_count;
      break;
    default: break; /* as it is */
  }
  writer_put_node(w, &node);
}

static const dset_taint stay = {"dedicated", "db", "NoSchedule"};

/* Some nodes may keep their pod, and get no new one. */
void writer_taint_nodes(writer *w) {
  for (int64_t n = between(w, 1, 3); n > 0 && w->model.node_count > 0; n--) {
    dset_node node = *w->model.nodes[random_below(&w->maker.random, w->model.node_count)];
    node.taints = &stay;
    node.taint_count = 1;
    writer_put_node(w, &node);
  }
}

/* No node takes a pod any more, or all do again. */
void writer_close_nodes(writer *w) {
  bool close = once_in(w, 2);
  for (size_t i = 0; i < w->model.node_count && i < 12; i++) {
    dset_node node = *w->model.nodes[i];
    node.taints = &stay;
    node.taint_count = close;
    writer_put_node(w, &node);
  }
}

void writer_remove_node(writer *w) {
  writer_remove_object(w, SCRIPT_REMOVE_NODE, NULL, once_in(w, 10) ? "nowhere" : pick_node(w));
}

/* ---- pods ---- */

void writer_new_pod(writer *w) {
  if (writer_pick(w) == NULL) return;
  const char *node = once_in(w, 12) ? "gone" : pick_node(w);
  trial_make_pod(&w->maker, once_in(w, 15) ? NULL : node);
  dset_pod *pod = &w->t->pods[0];
  if (pod->required_affinity != NULL && once_in(w, 3)) pod->node_name = NULL;
  if (once_in(w, 12) && w->model.pod_count > 0) { /* in place of another one */
    const dset_pod *other = w->model.pods[random_below(&w->maker.random, w->model.pod_count)];
    pod->ns = other->ns;
    pod->name = other->name;
  }
  writer_put_pod(w, pod);
}

/* The name of one DaemonSet and the uid of another: mostly nobody's pod (D2). */
static const dset_owner *mixed_owner(writer *w, size_t *count) {
  dset_owner *owner = trial_alloc(w->t, 1, sizeof *owner);
  *owner = (dset_owner){"DaemonSet", w->t->daemonset.name, NULL, true};
  owner->uid = w->model.daemonsets[random_below(&w->maker.random, w->model.daemonset_count)].object->uid;
  *count = 1;
  return owner;
}

static void mark_ready(writer *w, dset_pod *pod) {
  const int64_t second_ms = 1000 * (int64_t)w->t->daemonset.min_ready_seconds;
  const int64_t ages_ms[] = {0, 0, 1, 2000, second_ms, second_ms - 1, -second_ms, -3000};
  pod->phase = DSET_PHASE_RUNNING;
  pod->ready = true;
  pod->ready_since_ms = w->model.now_ms - CHOOSE(&w->maker.random, ages_ms);
  if (once_in(w, 40)) pod->ready_since_ms = once_in(w, 2) ? INT64_MAX : INT64_MIN;
}

void writer_change_pod(writer *w) {
  static const unsigned char weights[] = {15, 25, 10, 12, 12, 10, 8, 8, 6, 4, 3, 6, 0};
  static const int32_t ends[] = {DSET_PHASE_FAILED, DSET_PHASE_FAILED, DSET_PHASE_SUCCEEDED};
  trial_maker *m = &w->maker;
  if (w->model.pod_count == 0 || writer_pick(w) == NULL) return;
  dset_pod pod = *w->model.pods[random_below(&m->random, w->model.pod_count)];
  switch (random_weighted(&m->random, weights)) {
    case 0: trial_make_pod_state(m, &pod); break;
    case 1: mark_ready(w, &pod); break;
    case 2: pod.ready = false; break;
    case 3: pod.deleting = !pod.deleting; break;
    case 4: pod.phase = CHOOSE(&m->random, ends); break;
    case 5:
      trial_set_label(w->t, &pod.labels, &pod.label_count, DSET_LABEL_HASH, once_in(w, 3) ? "old" : m->hash);
      break;
    case 6:
      pod.label_count = 0;
      trial_make_pod_labels(m, &pod);
      break;
    case 7: pod.owners = trial_make_owners(m, "DaemonSet", &pod.owner_count); break;
    case 8: pod.node_name = once_in(w, 3) ? NULL : pick_node(w); break;
    case 9: pod.owners = mixed_owner(w, &pod.owner_count); break;
    case 10: pod.created_ms = once_in(w, 2) ? INT64_MIN : INT64_MAX; break;
    default: break; /* as it is */
  }
  writer_put_pod(w, &pod);
}

void writer_remove_pod(writer *w) {
  if (w->model.pod_count == 0) return;
  const dset_pod *pod = w->model.pods[random_below(&w->maker.random, w->model.pod_count)];
  writer_remove_object(w, SCRIPT_REMOVE_POD, pod->ns, once_in(w, 20) ? "nowhere" : pod->name);
}

/* ---- revisions ---- */

void writer_new_revision(writer *w) {
  static const char *const hashes[] = {"cur", "old", "older", ""};
  static const dset_owner other = {"DaemonSet", "other", "uid-other", true};
  trial_maker *m = &w->maker;
  if (writer_pick(w) == NULL) return;
  const char *name = once_in(w, 3) ? trial_make_revision_name(m) : trial_make_name(m, "agent-old");
  const char *hash = once_in(w, 2) ? m->hash : CHOOSE(&m->random, hashes);
  dset_revision *revision = trial_make_revision(m, name, hash, once_in(w, 3));
  if (once_in(w, 5)) { /* somebody else's, and the name is taken all the same (G13) */
    revision->ns = w->t->daemonset.ns;
    revision->name = trial_make_revision_name(m);
    revision->owners = &other;
    revision->owner_count = 1;
  }
  writer_put_revision(w, revision);
}

void writer_change_revision(writer *w) {
  trial_maker *m = &w->maker;
  if (w->model.revision_count == 0 || writer_pick(w) == NULL) return;
  dset_revision revision = *w->model.revisions[random_below(&m->random, w->model.revision_count)];
  switch (between(w, 0, 5)) {
    case 0: revision.owners = trial_make_owners(m, "DaemonSet", &revision.owner_count); break;
    case 1: revision.number = between(w, 0, 6); break;
    case 2: revision.deleting = !revision.deleting; break;
    case 3: trial_set_label(w->t, &revision.labels, &revision.label_count, DSET_LABEL_HASH, m->hash); break;
    case 4:
      revision.data = w->t->daemonset.revision_data;
      revision.data_bytes = w->t->daemonset.revision_data_bytes;
      break;
    default: break; /* as it is */
  }
  writer_put_revision(w, &revision);
}

void writer_remove_revision(writer *w) {
  if (w->model.revision_count == 0) return;
  const dset_revision *revision = w->model.revisions[random_below(&w->maker.random, w->model.revision_count)];
  writer_remove_object(w, SCRIPT_REMOVE_REVISION, revision->ns, revision->name);
}

/* ---- DaemonSets ---- */

/* Few templates, so that some return. */
void writer_new_template(writer *w) {
  dset_daemonset *daemonset = &w->t->daemonset;
  daemonset->revision_data = trial_format(w->t, "%s v%d", daemonset->name, (int)between(w, 1, 4));
  daemonset->revision_data_bytes = strlen(daemonset->revision_data);
  daemonset->generation++;
  if (daemonset->has_template_generation) daemonset->template_generation++;
}

void writer_new_daemonset(writer *w) {
  trial *t = w->t;
  size_t slot = random_below(&w->maker.random, w->daemonsets);
  model_daemonset none = {.object = &(dset_daemonset){0}};
  writer_load(w, &none);
  w->maker.app = slots[slot % COUNT(slots)].app;
  trial_make_daemonset(&w->maker);
  t->daemonset.ns = once_in(w, 60) ? (once_in(w, 2) ? "" : NULL) : slots[slot % COUNT(slots)].ns;
  t->daemonset.name = slot_name(w, slot);
  if (t->daemonset.uid != NULL) t->daemonset.uid = trial_format(t, "uid-%zu", slot);
  if (once_in(w, 4)) t->options.revision_hash = once_in(w, 2) ? "fresh" : "cur";
  writer_new_template(w);
  writer_put_daemonset(w);
}

static void new_placement(writer *w) {
  dset_daemonset *daemonset = &w->t->daemonset;
  if (once_in(w, 5)) {
    daemonset->node_name = once_in(w, 2) ? NULL : pick_node(w);
  } else {
    daemonset->node_name = NULL;
    daemonset->required_affinity = NULL;
    daemonset->node_selector_count = 0;
    trial_make_template(&w->maker);
    if (once_in(w, 3)) daemonset->required_affinity = trial_make_terms(&w->maker);
  }
  if (!once_in(w, 5)) writer_new_template(w);
}

void writer_change_daemonset(writer *w) {
  static const unsigned char weights[] = {14, 20, 20, 6, 14, 4, 3, 4, 6, 6, 6, 6, 4, 0};
  static const dset_amount surges[] = {
      {DSET_AMOUNT_INT, 0, NULL}, {DSET_AMOUNT_INT, 1, NULL}, {DSET_AMOUNT_TEXT, 0, "50%"}};
  static const char *const hashes[] = {NULL, "cur", "fresh"};
  trial *t = w->t;
  trial_maker *m = &w->maker;
  if (writer_pick(w) == NULL) return;
  switch (random_weighted(&m->random, weights)) {
    case 0: trial_make_status(m); break;
    case 1: writer_new_template(w); break;
    case 2: new_placement(w); break;
    case 3: t->daemonset.selector = trial_make_selector(m); break;
    case 4: trial_make_strategy(m); break;
    case 5: t->daemonset.uid = trial_format(t, "uid-%d", (int)between(w, 1, 3)); break;
    case 6: t->daemonset.deleting = !t->daemonset.deleting; break;
    case 7: t->options.revision_hash = CHOOSE(&m->random, hashes); break;
    case 8:
      t->has_status = true;
      t->status.observed_generation++;
      break;
    case 9: t->daemonset.min_ready_seconds = once_in(w, 2) ? 10 : 0; break;
    case 10: t->daemonset.max_surge = CHOOSE(&m->random, surges); break;
    case 11: t->daemonset.has_template_generation = !t->daemonset.has_template_generation; break;
    default: break; /* as it is */
  }
  writer_put_daemonset(w);
}

void writer_remove_daemonset(writer *w) {
  if (writer_pick(w) == NULL) return;
  writer_remove_object(w, SCRIPT_REMOVE_DAEMONSET, w->t->daemonset.ns, w->t->daemonset.name);
}
