/* SPDX-License-Identifier: Apache-2.0 */
/* model_cluster.c: see model_cluster.h. */
#include "model_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_init(model_cluster *m, const dset_options *options) {
  *m = (model_cluster){.options = *options};
}

void model_clear(model_cluster *m) {
  free(m->nodes);
  free(m->pods);
  free(m->revisions);
  free(m->daemonsets);
  *m = (model_cluster){0};
}

bool model_same(const char *a, const char *b) {
  return dset_text_equal(a, b);
}

/* ---- lists ---- */

#define NONE SIZE_MAX

static size_t node_at(const model_cluster *m, const char *name) {
  for (size_t i = 0; i < m->node_count; i++) {
    if (model_same(m->nodes[i]->name, name)) return i;
  }
  return NONE;
}

static size_t pod_at(const model_cluster *m, const char *ns, const char *name) {
  for (size_t i = 0; i < m->pod_count; i++) {
    if (model_same(m->pods[i]->name, name) && model_same(m->pods[i]->ns, ns)) return i;
  }
  return NONE;
}

static size_t revision_at(const model_cluster *m, const char *ns, const char *name) {
  for (size_t i = 0; i < m->revision_count; i++) {
    if (model_same(m->revisions[i]->name, name) && model_same(m->revisions[i]->ns, ns)) return i;
  }
  return NONE;
}

static size_t daemonset_at(const model_cluster *m, const char *ns, const char *name) {
  for (size_t i = 0; i < m->daemonset_count; i++) {
    const dset_daemonset *object = m->daemonsets[i].object;
    if (model_same(object->name, name) && model_same(object->ns, ns)) return i;
  }
  return NONE;
}

const dset_node *model_node(const model_cluster *m, const char *name) {
  size_t at = node_at(m, name);
  return at == NONE ? NULL : m->nodes[at];
}

const dset_pod *model_pod(const model_cluster *m, const char *ns, const char *name) {
  size_t at = pod_at(m, ns, name);
  return at == NONE ? NULL : m->pods[at];
}

const dset_revision *model_revision(const model_cluster *m, const char *ns, const char *name) {
  size_t at = revision_at(m, ns, name);
  return at == NONE ? NULL : m->revisions[at];
}

model_daemonset *model_find(const model_cluster *m, const char *ns, const char *name) {
  size_t at = daemonset_at(m, ns, name);
  return at == NONE ? NULL : &m->daemonsets[at];
}

/* Room for one more item, counted already; its index is written to `at`. */
static void *grown(void *items, size_t *count, size_t item_bytes, size_t *at) {
  *at = (*count)++;
  void *made = realloc(items, *count * item_bytes);
  if (made == NULL) abort();
  return made;
}

static void drop(void *items, size_t *count, size_t at, size_t item_bytes) {
  if (at == NONE) return;
  unsigned char *item = (unsigned char *)items + at * item_bytes;
  (*count)--;
  memmove(item, item + item_bytes, (*count - at) * item_bytes);
}

/* ---- events ---- */

static int64_t observed_generation(const dset_daemonset *daemonset) {
  return daemonset->status == NULL ? 0 : daemonset->status->observed_generation;
}

static void put_daemonset(model_cluster *m, const script_event *event) {
  const dset_daemonset *object = event->daemonset;
  size_t at = daemonset_at(m, object->ns, object->name);
  if (at == NONE) {
    m->daemonsets = grown(m->daemonsets, &m->daemonset_count, sizeof *m->daemonsets, &at);
    m->daemonsets[at] = (model_daemonset){.object = object};
  }
  model_daemonset *daemonset = &m->daemonsets[at];
  bool other = !model_same(daemonset->object->uid, object->uid);
  if (other || observed_generation(daemonset->object) != observed_generation(object)) daemonset->backoff_count = 0;
  if (other) daemonset->creates = daemonset->deletes = daemonset->since_ms = 0;
  daemonset->object = object;
  daemonset->revision_hash = event->revision_hash;
}

static int check_backoffs(const script_event *event) {
  for (size_t i = 0; i < event->backoff_count; i++) {
    const dset_backoff *backoff = &event->backoffs[i];
    if (model_same(backoff->node, "") || backoff->delay_ms < 0) return DSET_ERR_INVALID;
    for (size_t j = 0; j < i; j++) {
      if (model_same(event->backoffs[j].node, backoff->node)) return DSET_ERR_DUPLICATE;
    }
  }
  return DSET_OK;
}

/* What an event says about a DaemonSet that must be there. */
static int set_state(model_cluster *m, const script_event *event) {
  model_daemonset *daemonset = model_find(m, event->ns, event->name);
  if (daemonset == NULL) return DSET_ERR_INVALID;
  if (event->kind == SCRIPT_PUT_IN_FLIGHT) {
    daemonset->creates = event->creates;
    daemonset->deletes = event->deletes;
    daemonset->since_ms = event->since_ms;
    return DSET_OK;
  }
  int code = check_backoffs(event);
  if (code != DSET_OK) return code;
  daemonset->backoffs = event->backoffs;
  daemonset->backoff_count = event->backoff_count;
  return DSET_OK;
}

static void put(model_cluster *m, const script_event *event) {
  size_t at;
  switch (event->kind) {
    case SCRIPT_PUT_NODE:
      at = node_at(m, event->name);
      if (at == NONE) m->nodes = grown(m->nodes, &m->node_count, sizeof *m->nodes, &at);
      m->nodes[at] = event->node;
      break;
    case SCRIPT_PUT_POD:
      at = pod_at(m, event->ns, event->name);
      if (at == NONE) m->pods = grown(m->pods, &m->pod_count, sizeof *m->pods, &at);
      m->pods[at] = event->pod;
      break;
    case SCRIPT_PUT_REVISION:
      at = revision_at(m, event->ns, event->name);
      if (at == NONE) m->revisions = grown(m->revisions, &m->revision_count, sizeof *m->revisions, &at);
      m->revisions[at] = event->revision;
      break;
    default: put_daemonset(m, event); break;
  }
}

int model_apply(model_cluster *m, const script_event *event) {
  const char *ns = event->ns;
  const char *name = event->name;
  switch (event->kind) {
    case SCRIPT_REMOVE_NODE: drop(m->nodes, &m->node_count, node_at(m, name), sizeof *m->nodes); return DSET_OK;
    case SCRIPT_REMOVE_POD: drop(m->pods, &m->pod_count, pod_at(m, ns, name), sizeof *m->pods); return DSET_OK;
    case SCRIPT_REMOVE_REVISION:
      drop(m->revisions, &m->revision_count, revision_at(m, ns, name), sizeof *m->revisions);
      return DSET_OK;
    case SCRIPT_REMOVE_DAEMONSET:
      drop(m->daemonsets, &m->daemonset_count, daemonset_at(m, ns, name), sizeof *m->daemonsets);
      return DSET_OK;
    case SCRIPT_TIME: m->now_ms = event->now_ms; return DSET_OK;
    case SCRIPT_PUT_IN_FLIGHT:
    case SCRIPT_PUT_BACKOFFS: return set_state(m, event);
    default: break;
  }
  if (model_same(name, "")) return DSET_ERR_INVALID;
  put(m, event);
  return DSET_OK;
}

bool model_present(const model_cluster *m, const script_event *event, script_event *present) {
  const model_daemonset *daemonset = model_find(m, event->ns, event->name);
  *present = (script_event){.kind = event->kind, .ns = event->ns, .name = event->name};
  switch (event->kind) {
    case SCRIPT_PUT_NODE:
    case SCRIPT_REMOVE_NODE: return (present->node = model_node(m, event->name)) != NULL;
    case SCRIPT_PUT_POD:
    case SCRIPT_REMOVE_POD: return (present->pod = model_pod(m, event->ns, event->name)) != NULL;
    case SCRIPT_PUT_REVISION:
    case SCRIPT_REMOVE_REVISION: return (present->revision = model_revision(m, event->ns, event->name)) != NULL;
    case SCRIPT_TIME: return false;
    default: break;
  }
  if (daemonset == NULL) return false;
  present->daemonset = daemonset->object;
  present->revision_hash = daemonset->revision_hash;
  present->creates = daemonset->creates;
  present->deletes = daemonset->deletes;
  present->since_ms = daemonset->since_ms;
  present->backoffs = daemonset->backoffs;
  present->backoff_count = daemonset->backoff_count;
  return true;
}

/* ---- plans ---- */

void model_snapshot(const model_cluster *m, const model_daemonset *daemonset, dset_snapshot *snapshot) {
  *snapshot = (dset_snapshot){
      .size = sizeof *snapshot,
      .daemonset = daemonset->object,
      .nodes = m->nodes,
      .node_count = m->node_count,
      .pods = m->pods,
      .pod_count = m->pod_count,
      .revisions = m->revisions,
      .revision_count = m->revision_count,
      .now_ms = m->now_ms,
      .backoffs = daemonset->backoffs,
      .backoff_count = daemonset->backoff_count,
      .in_flight_creates = daemonset->creates,
      .in_flight_deletes = daemonset->deletes,
      .in_flight_since_ms = daemonset->since_ms,
  };
}

dset_plan *model_plan(const model_cluster *m, const model_daemonset *daemonset) {
  dset_snapshot snapshot;
  dset_options options = m->options;
  dset_plan *plan;
  dset_error error;
  options.revision_hash = daemonset->revision_hash;
  model_snapshot(m, daemonset, &snapshot);
  int code = dset_plan_compute(&snapshot, &options, &plan, &error);
  if (code == DSET_OK) return plan;
  fprintf(stderr, "a state of the model is refused: %s: %s\n", error.path, error.text);
  abort();
}

/* ---- what an event may touch ---- */

/* -1: there is no such node. */
static int verdict(const model_cluster *m, const dset_daemonset *daemonset, const dset_node *node) {
  if (node == NULL) return -1;
  dset_match_options options = {.size = sizeof options, .compare_tolerations = m->options.compare_tolerations};
  dset_matcher *matcher;
  if (dset_matcher_new(daemonset, &options, &matcher, NULL) != DSET_OK) abort();
  int of = dset_matcher_verdict(matcher, node);
  dset_matcher_free(matcher);
  return of;
}

static bool may_own(const dset_daemonset *daemonset, const dset_pod *pod) {
  if (pod == NULL || !model_same(pod->ns, daemonset->ns)) return false;
  for (size_t i = 0; i < pod->owner_count; i++) {
    const dset_owner *owner = &pod->owners[i];
    if (owner->controller) return model_same(owner->uid, daemonset->uid) || model_same(owner->name, daemonset->name);
  }
  return true;
}

bool model_touches(const model_cluster *m, const script_event *event, const model_daemonset *daemonset) {
  const dset_daemonset *object = daemonset->object;
  switch (event->kind) {
    case SCRIPT_TIME: return false;
    case SCRIPT_PUT_NODE:
    case SCRIPT_REMOVE_NODE: return verdict(m, object, model_node(m, event->name)) != verdict(m, object, event->node);
    case SCRIPT_PUT_POD:
    case SCRIPT_REMOVE_POD: return may_own(object, event->pod) || may_own(object, model_pod(m, event->ns, event->name));
    case SCRIPT_PUT_REVISION:
    case SCRIPT_REMOVE_REVISION: return model_same(event->ns, object->ns);
    default: return model_same(event->ns, object->ns) && model_same(event->name, object->name);
  }
}
