/* SPDX-License-Identifier: Apache-2.0 */
/* instant.c: actions that take effect at once (instant.h). */
#include "instant.h"

#include <string.h>

/* ---- lists ---- */

static void list_remove(world_list *list, size_t index) {
  list->count--;
  memmove(&list->items[index], &list->items[index + 1], (list->count - index) * sizeof *list->items);
}

void world_remove_pod(dset_world *w, const char *name) {
  for (size_t i = w->pods.count; i > 0; i--) {
    const dset_pod *pod = w->pods.items[i - 1];
    if (strcmp(pod->name, name) == 0) list_remove(&w->pods, i - 1);
  }
}

void world_remove_node(dset_world *w, const char *name) {
  for (size_t i = w->nodes.count; i > 0; i--) {
    const dset_node *node = w->nodes.items[i - 1];
    if (strcmp(node->name, name) == 0) list_remove(&w->nodes, i - 1);
  }
}

static void remove_revision(dset_world *w, const char *name) {
  for (size_t i = w->revisions.count; i > 0; i--) {
    const dset_revision *revision = w->revisions.items[i - 1];
    if (strcmp(revision->name, name) == 0) list_remove(&w->revisions, i - 1);
  }
}

static bool has_pod(const dset_world *w, const char *name) {
  for (size_t i = 0; i < w->pods.count; i++) {
    const dset_pod *pod = w->pods.items[i];
    if (strcmp(pod->name, name) == 0) return true;
  }
  return false;
}

/* "<node>-<n>" with the least n that no pod has. */
static const char *free_name(dset_world *w, const char *node) {
  for (int i = 0;; i++) {
    const char *name = world_format(w, "%s-%d", node, i);
    if (!has_pod(w, name)) return name;
  }
}

void world_add_nodes(dset_world *w, int first, int count, const char *words) {
  for (int i = first; i < first + count; i++) world_nodes(w, world_format(w, "node-%d %s", i, words));
}

void world_add_pods(dset_world *w, const char *node, int count, const char *words) {
  for (int i = 0; i < count; i++) world_pods(w, world_format(w, "%s@%s %s", free_name(w, node), node, words));
}

/* ---- pods ---- */

void world_mark_ready(dset_world *w) {
  for (size_t i = 0; i < w->pods.count; i++) {
    dset_pod *pod = w->pods.items[i];
    if (!pod->ready) pod->ready_since_ms = w->now_ms;
    pod->ready = true;
  }
}

int world_ready_count(const dset_world *w) {
  int count = 0;
  for (size_t i = 0; i < w->pods.count; i++) count += ((const dset_pod *)w->pods.items[i])->ready;
  return count;
}

/* A copy of labels in which `key` has `value`. */
static const dset_label *with_label(dset_world *w, const dset_label *labels, size_t *count, const char *key,
                                    const char *value) {
  dset_label *copy = world_alloc(w, *count + 1, sizeof *copy);
  size_t place = *count;
  for (size_t i = 0; i < *count; i++) {
    copy[i] = labels[i];
    if (strcmp(labels[i].key, key) == 0) place = i;
  }
  copy[place] = (dset_label){key, world_format(w, "%s", value)};
  if (place == *count) (*count)++;
  return copy;
}

void world_set_hash(dset_world *w, dset_pod *pod, const char *hash) {
  pod->labels = with_label(w, pod->labels, &pod->label_count, DSET_LABEL_HASH, hash);
}

const char *world_hash(const dset_pod *pod) {
  for (size_t i = 0; i < pod->label_count; i++) {
    if (strcmp(pod->labels[i].key, DSET_LABEL_HASH) == 0) return pod->labels[i].value;
  }
  return "";
}

const char *world_target(const dset_pod *pod) {
  if (pod->node_name != NULL && pod->node_name[0] != '\0') return pod->node_name;
  return pod->required_affinity == NULL ? "" : pod->required_affinity->terms[0].fields[0].values[0];
}

void world_set_template(dset_world *w, const char *data) {
  w->daemonset.revision_data = data;
  w->daemonset.revision_data_bytes = strlen(data);
}

/* ---- carrying out ---- */

static const dset_owner *own(dset_world *w) {
  dset_owner *owner = world_alloc(w, 1, sizeof *owner);
  *owner = (dset_owner){"DaemonSet", w->daemonset.name, w->daemonset.uid, true};
  return owner;
}

static void create_pod(dset_world *w, const dset_action *action) {
  const char *name = free_name(w, action->node);
  world_pods(w, world_format(w, "%s>%s hash=%s pending age=0", name, action->node, action->hash));
  world_pod(w, name)->owners = own(w);
}

static void change_pod(dset_world *w, const dset_action *action) {
  if (!has_pod(w, action->pod)) return; /* somebody else was faster: nothing is left to be done */
  dset_pod *pod = world_pod(w, action->pod);
  switch (action->type) {
    case DSET_ACTION_DELETE_POD: world_remove_pod(w, action->pod); break;
    case DSET_ACTION_LABEL_POD: world_set_hash(w, pod, action->hash); break;
    case DSET_ACTION_RELEASE_POD: pod->owner_count = 0; break;
    default:
      pod->owners = own(w);
      pod->owner_count = 1;
      break;
  }
}

static void change_revision(dset_world *w, const dset_action *action) {
  dset_revision *revision = world_revision(w, action->revision);
  switch (action->type) {
    case DSET_ACTION_DELETE_REVISION: remove_revision(w, action->revision); break;
    case DSET_ACTION_UPDATE_REVISION:
      revision->number = action->number;
      revision->labels = with_label(w, revision->labels, &revision->label_count, DSET_LABEL_HASH, action->hash);
      break;
    case DSET_ACTION_RELEASE_REVISION: revision->owner_count = 0; break;
    default:
      revision->owners = own(w);
      revision->owner_count = 1;
      break;
  }
}

static void change_status(dset_world *w, const dset_action *action) {
  const dset_status *before = w->daemonset.status;
  dset_status *status = world_status(w);
  if (before != NULL) *status = *before;
  if (action->type == DSET_ACTION_BUMP_COLLISION_COUNT) {
    status->has_collision_count = true;
    status->collision_count = (int32_t)action->number;
    return;
  }
  if (action->status->observed_generation != status->observed_generation) w->backoff_count = 0; /* E8 */
  *status = *action->status;
  if (status->conditions != NULL) status->conditions = world_format(w, "%s", status->conditions);
}

void world_carry_out(dset_world *w, const dset_action *action) {
  switch (action->type) {
    case DSET_ACTION_CREATE_POD: create_pod(w, action); break;
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: change_pod(w, action); break;
    case DSET_ACTION_CREATE_REVISION:
      world_revisions(
          w, world_format(w, "%s #%lld hash=%s current", action->revision, (long long)action->number, action->hash));
      break;
    case DSET_ACTION_UPDATE_REVISION:
    case DSET_ACTION_DELETE_REVISION:
    case DSET_ACTION_ADOPT_REVISION:
    case DSET_ACTION_RELEASE_REVISION: change_revision(w, action); break;
    case DSET_ACTION_BUMP_COLLISION_COUNT:
    case DSET_ACTION_UPDATE_STATUS: change_status(w, action); break;
    default: break; /* events change nothing */
  }
}

void world_carry_backoffs(dset_world *w, const dset_plan *plan) {
  w->backoff_count = 0;
  for (size_t i = 0; i < dset_plan_backoff_count(plan); i++) {
    const dset_backoff *backoff = dset_plan_backoff(plan, i);
    world_backoff(w, world_format(w, "%s", backoff->node), backoff->delay_ms, backoff->last_ms);
  }
}

dset_plan *world_take_plan(dset_world *w) {
  dset_plan *plan = w->plan;
  w->plan = NULL;
  return plan;
}

/* ---- one sync ---- */

work_count world_count(const dset_plan *plan) {
  work_count count = {0};
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    int32_t type = dset_plan_action(plan, i)->type;
    count.creates += type == DSET_ACTION_CREATE_POD;
    count.deletes += type == DSET_ACTION_DELETE_POD;
    count.events += type == DSET_ACTION_EMIT_EVENT;
  }
  return count;
}

static bool manages(const dset_plan *plan) {
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->type != DSET_ACTION_EMIT_EVENT && action->phase == DSET_SYNC_MANAGE) return true;
  }
  return false;
}

static work_count carry_out_all(dset_world *w) {
  work_count count = world_count(w->plan);
  world_carry_backoffs(w, w->plan);
  for (size_t i = 0; i < dset_plan_action_count(w->plan); i++) world_carry_out(w, dset_plan_action(w->plan, i));
  return count;
}

void world_sync(dset_world *w, const char *row, int creates, int deletes, int events) {
  bool managed = manages(world_plan(w));
  work_count count = carry_out_all(w);
  if (managed && !manages(world_plan(w))) {
    work_count rollout = carry_out_all(w);
    count.creates += rollout.creates;
    count.deletes += rollout.deletes;
    count.events += rollout.events;
  }
  ck_assert_msg(count.creates == creates && count.deletes == deletes && count.events == events,
                "%s: created/deleted/events %d/%d/%d, expected %d/%d/%d", row, count.creates, count.deletes,
                count.events, creates, deletes, events);
}
