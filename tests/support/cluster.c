/* SPDX-License-Identifier: Apache-2.0 */
/* cluster.c: see cluster.h. */
#include "cluster.h"

#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b) {
  return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

/* ---- whose pod, which node ---- */

static bool holds(const dset_requirement *requirement, const dset_label *labels, size_t count) {
  const char *value = trial_label(labels, count, requirement->key);
  bool in = false;
  for (size_t i = 0; value != NULL && i < requirement->value_count; i++) in |= same(value, requirement->values[i]);
  if (same(requirement->op, "In")) return in;
  if (same(requirement->op, "NotIn")) return !in;
  if (same(requirement->op, "Exists")) return value != NULL;
  return same(requirement->op, "DoesNotExist") && value == NULL;
}

bool cluster_selects(const dset_selector *selector, const dset_label *labels, size_t count) {
  if (selector == NULL) return false;
  for (size_t i = 0; i < selector->label_count; i++) {
    const char *value = trial_label(labels, count, selector->labels[i].key);
    if (value == NULL || !same(value, selector->labels[i].value)) return false;
  }
  for (size_t i = 0; i < selector->expression_count; i++) {
    if (!holds(&selector->expressions[i], labels, count)) return false;
  }
  return true;
}

bool cluster_claims(const trial *t, const dset_pod *pod) {
  const dset_daemonset *daemonset = &t->daemonset;
  if (!same(pod->ns, daemonset->ns) || !cluster_selects(daemonset->selector, pod->labels, pod->label_count))
    return false;
  for (size_t i = 0; i < pod->owner_count; i++) {
    const dset_owner *owner = &pod->owners[i];
    if (!owner->controller) continue;
    return same(owner->kind, "DaemonSet") && same(owner->name, daemonset->name) && same(owner->uid, daemonset->uid);
  }
  return !pod->deleting;
}

bool cluster_claims_revision(const trial *t, const dset_revision *revision) {
  const dset_daemonset *daemonset = &t->daemonset;
  if (!same(revision->ns, daemonset->ns)) return false;
  if (!cluster_selects(daemonset->selector, revision->labels, revision->label_count)) return false;
  for (size_t i = 0; i < revision->owner_count; i++) {
    if (revision->owners[i].controller) return same(revision->owners[i].uid, daemonset->uid);
  }
  return !revision->deleting;
}

const char *cluster_target(const dset_pod *pod) {
  if (!same(pod->node_name, "")) return pod->node_name;
  const dset_terms *terms = pod->required_affinity;
  for (size_t i = 0; terms != NULL && i < terms->count; i++) {
    for (size_t j = 0; j < terms->terms[i].field_count; j++) {
      const dset_requirement *field = &terms->terms[i].fields[j];
      if (!same(field->key, "metadata.name") || !same(field->op, "In")) continue;
      return field->value_count == 1 ? field->values[0] : NULL;
    }
  }
  return NULL;
}

dset_pod *cluster_pod(const trial *t, const char *name) {
  for (size_t i = 0; i < t->pod_count; i++) {
    if (same(t->pods[i].ns, t->daemonset.ns) && same(t->pods[i].name, name)) return &t->pods[i];
  }
  return NULL;
}

const dset_node *cluster_node(const trial *t, const char *name) {
  for (size_t i = 0; i < t->node_count; i++) {
    if (same(t->nodes[i].name, name)) return &t->nodes[i];
  }
  return NULL;
}

dset_revision *cluster_revision(const trial *t, const char *name) {
  for (size_t i = 0; i < t->revision_count; i++) {
    if (same(t->revisions[i].ns, t->daemonset.ns) && same(t->revisions[i].name, name)) return &t->revisions[i];
  }
  return NULL;
}

/* ---- time passes ---- */

static void remove_pod(trial *t, size_t index) {
  t->pod_count--;
  memmove(&t->pods[index], &t->pods[index + 1], (t->pod_count - index) * sizeof *t->pods);
}

static void heal(trial *t, dset_pod *pod) {
  if (same(pod->node_name, "")) {
    const char *target = cluster_target(pod);
    if (target == NULL || cluster_node(t, target) == NULL) return;
    pod->node_name = target; /* and it starts at once: else a cluster could come to rest in between */
  }
  if (pod->phase == DSET_PHASE_FAILED || pod->phase == DSET_PHASE_SUCCEEDED) return;
  if (!pod->ready || pod->ready_since_ms == 0) pod->ready_since_ms = t->now_ms;
  pod->phase = DSET_PHASE_RUNNING;
  pod->ready = true;
}

static void pass_time(trial *t, const dset_plan *plan, bool healthy) {
  int64_t next_ms = dset_plan_next_check_ms(plan);
  bool idle = dset_plan_action_count(plan) == 0 && next_ms != DSET_NEVER;
  t->now_ms = idle                           ? next_ms
              : t->now_ms < INT64_MAX - 1000 ? t->now_ms + 1000
                                             : INT64_MAX; /* as the library holds it */
  t->in_flight_creates = t->in_flight_deletes = t->in_flight_since_ms = 0;
  for (size_t i = t->pod_count; i > 0; i--) {
    dset_pod *pod = &t->pods[i - 1];
    bool lost = healthy && !same(pod->node_name, "") && cluster_node(t, pod->node_name) == NULL;
    if (pod->deleting || lost) {
      remove_pod(t, i - 1);
    } else if (healthy) {
      heal(t, pod);
    }
  }
}

/* ---- carrying out ---- */

static const dset_owner *own(trial *t, const dset_owner *owners, size_t *count, const char *kind) {
  dset_owner *items = trial_alloc(t, *count + 1, sizeof *items);
  if (*count != 0) memcpy(items, owners, *count * sizeof *items);
  items[(*count)++] = (dset_owner){kind, t->daemonset.name, t->daemonset.uid, true};
  return items;
}

static const dset_owner *disown(trial *t, const dset_owner *owners, size_t *count) {
  dset_owner *items = trial_alloc(t, *count, sizeof *items);
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    if (!same(owners[i].uid, t->daemonset.uid)) items[kept++] = owners[i];
  }
  *count = kept;
  return items;
}

static const dset_terms *pin(trial *t, const char *node) {
  dset_terms *terms = trial_alloc(t, 1, sizeof *terms);
  dset_term *term = trial_alloc(t, 1, sizeof *term);
  dset_requirement *field = trial_alloc(t, 1, sizeof *field);
  const char **values = trial_alloc(t, 1, sizeof *values);
  values[0] = node;
  *field = (dset_requirement){"metadata.name", "In", values, 1};
  *term = (dset_term){.fields = field, .field_count = 1};
  *terms = (dset_terms){term, 1};
  return terms;
}

static void create_pod(trial *t, const dset_action *action, bool bound, size_t step) {
  const char *node = trial_text(t, action->node);
  dset_pod *pod = trial_add_pod(t);
  pod->ns = t->daemonset.ns;
  pod->name = trial_format(t, "agent-step-%03zu-%s", step, node);
  pod->uid = pod->name;
  pod->node_name = bound ? node : NULL;
  pod->required_affinity = pin(t, node);
  pod->labels = t->daemonset.template_labels;
  pod->label_count = t->daemonset.template_label_count;
  if (action->hash != NULL && action->hash[0] != '\0') {
    trial_set_label(t, &pod->labels, &pod->label_count, DSET_LABEL_HASH, action->hash);
  }
  if (t->daemonset.has_template_generation) {
    trial_set_label(t, &pod->labels, &pod->label_count, DSET_LABEL_TEMPLATE_GENERATION,
                    trial_format(t, "%lld", (long long)t->daemonset.template_generation));
  }
  pod->owners = own(t, NULL, &pod->owner_count, "DaemonSet");
  pod->created_ms = t->now_ms;
  pod->phase = DSET_PHASE_PENDING;
}

static void change_pod(trial *t, const dset_action *action) {
  dset_pod *pod = cluster_pod(t, action->pod);
  if (pod == NULL) return; /* it was deleting and is gone meanwhile */
  switch (action->type) {
    case DSET_ACTION_DELETE_POD:
      pod->deleting = true;
      if (same(pod->node_name, "")) remove_pod(t, (size_t)(pod - t->pods));
      break;
    case DSET_ACTION_ADOPT_POD: pod->owners = own(t, pod->owners, &pod->owner_count, "DaemonSet"); break;
    case DSET_ACTION_RELEASE_POD: pod->owners = disown(t, pod->owners, &pod->owner_count); break;
    default: trial_set_label(t, &pod->labels, &pod->label_count, DSET_LABEL_HASH, action->hash); break;
  }
}

static void create_revision(trial *t, const dset_action *action) {
  dset_revision *revision = trial_add_revision(t);
  revision->ns = t->daemonset.ns;
  revision->name = trial_text(t, action->revision);
  revision->uid = revision->name;
  revision->labels = t->daemonset.template_labels;
  revision->label_count = t->daemonset.template_label_count;
  trial_set_label(t, &revision->labels, &revision->label_count, DSET_LABEL_HASH, action->hash);
  revision->owners = own(t, NULL, &revision->owner_count, "DaemonSet");
  revision->number = action->number;
  revision->data = t->daemonset.revision_data;
  revision->data_bytes = t->daemonset.revision_data_bytes;
}

static void change_revision(trial *t, const dset_action *action) {
  dset_revision *revision = cluster_revision(t, action->revision);
  if (revision == NULL) abort(); /* nobody but the plan touches revisions */
  switch (action->type) {
    case DSET_ACTION_UPDATE_REVISION:
      revision->number = action->number;
      trial_set_label(t, &revision->labels, &revision->label_count, DSET_LABEL_HASH, action->hash);
      break;
    case DSET_ACTION_DELETE_REVISION:
      t->revision_count--;
      memmove(revision, revision + 1, (t->revision_count - (size_t)(revision - t->revisions)) * sizeof *revision);
      break;
    case DSET_ACTION_ADOPT_REVISION:
      revision->owners = own(t, revision->owners, &revision->owner_count, "DaemonSet");
      break;
    default: revision->owners = disown(t, revision->owners, &revision->owner_count); break;
  }
}

static void change_status(trial *t, const dset_action *action) {
  t->has_status = true;
  if (action->type == DSET_ACTION_BUMP_COLLISION_COUNT) {
    t->status.has_collision_count = true;
    t->status.collision_count = (int32_t)action->number;
    if (t->options.revision_hash == NULL) return;
    t->options.revision_hash = trial_format(t, "%s%lld", t->options.revision_hash, (long long)action->number);
  } else {
    t->status = *action->status;
    t->status.conditions = trial_text(t, action->status->conditions);
  }
}

static void carry_out(trial *t, const dset_action *action, size_t index, size_t step) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: create_pod(t, action, index % 2 == 0, step); break;
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: change_pod(t, action); break;
    case DSET_ACTION_CREATE_REVISION: create_revision(t, action); break;
    case DSET_ACTION_UPDATE_REVISION:
    case DSET_ACTION_DELETE_REVISION:
    case DSET_ACTION_ADOPT_REVISION:
    case DSET_ACTION_RELEASE_REVISION: change_revision(t, action); break;
    case DSET_ACTION_BUMP_COLLISION_COUNT:
    case DSET_ACTION_UPDATE_STATUS: change_status(t, action); break;
    default: break; /* events change nothing */
  }
}

static void carry_backoffs(trial *t, const dset_plan *plan) {
  t->backoff_count = dset_plan_backoff_count(plan);
  t->backoffs = trial_alloc(t, t->backoff_count, sizeof *t->backoffs);
  for (size_t i = 0; i < t->backoff_count; i++) {
    t->backoffs[i] = *dset_plan_backoff(plan, i);
    t->backoffs[i].node = trial_text(t, t->backoffs[i].node);
  }
}

void cluster_step(trial *t, const dset_plan *plan, bool healthy, size_t step) {
  int64_t observed = t->status.observed_generation;
  pass_time(t, plan, healthy);
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) carry_out(t, dset_plan_action(plan, i), i, step);
  carry_backoffs(t, plan);
  if (t->status.observed_generation != observed) t->backoff_count = 0;
}
