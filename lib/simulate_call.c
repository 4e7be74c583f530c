/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_call.c (L4s): a controller's writes. What goes wrong is decided when one is sent:
 *
 *   fault                     | is done | what the host hears
 *   failed, conflict          | no      | that
 *   lost-request              | no      | DSET_RESULT_TIMEOUT
 *   lost-answer               | yes     | DSET_RESULT_TIMEOUT
 *   crash-before, crash-after | no, yes | nothing: it is not there any more
 *   none                      | yes     | what became of it
 *
 * After a timeout the host reads anew, and so learns the version that the store then has (I2).
 */
#include <string.h>

#include "copy.h"
#include "model.h"
#include "simulate.h"

/* ---- pods ---- */

/* The labels of a pod of this spec with that hash: one list for all. */
static void set_labels(dset_simulation *sim, dset_sim_spec *spec, const char *hash, dset_sim_state *state) {
  if (spec->labels == NULL || spec->label_hash != hash) {
    const dset_daemonset *facts = spec->facts;
    dset_label *labels = dset_sim_alloc(sim, facts->template_label_count, sizeof *labels);
    if (labels == NULL) return;
    size_t count = facts->template_label_count;
    for (size_t i = 0; i < count; i++)
      labels[i] = (dset_label){dset_sim_text(sim, facts->template_labels[i].key),
                               dset_sim_text(sim, facts->template_labels[i].value)};
    const dset_label *all = labels;
    if (spec->generation != NULL)
      all = dset_sim_with_label(sim, all, &count, DSET_LABEL_TEMPLATE_GENERATION, spec->generation);
    if (hash[0] != '\0') all = dset_sim_with_label(sim, all, &count, DSET_LABEL_HASH, hash);
    spec->labels = all;
    spec->label_count = count;
    spec->label_hash = hash;
  }
  state->labels = spec->labels;
  state->label_count = spec->label_count;
}

static const dset_owner *own(dset_simulation *sim, const dset_sim_spec *spec, const dset_owner *owners, size_t *count) {
  dset_owner *copy = dset_sim_alloc(sim, *count + 1, sizeof *copy);
  if (copy == NULL) return owners;
  if (*count != 0) memcpy(copy, owners, *count * sizeof *copy);
  copy[(*count)++] = (dset_owner){"DaemonSet", spec->facts->name, spec->facts->uid, true};
  return copy;
}

static const dset_owner *disown(dset_simulation *sim, const dset_sim_spec *spec, const dset_owner *owners,
                                size_t *count) {
  dset_owner *copy = dset_sim_alloc(sim, *count, sizeof *copy);
  size_t kept = 0;
  for (size_t i = 0; i < *count && copy != NULL; i++) {
    if (!dset_text_equal(owners[i].uid, spec->facts->uid)) copy[kept++] = owners[i];
  }
  *count = kept;
  return copy;
}

/* Pins a pod to its node (D10). One piece of memory. */
static const dset_terms *pin(dset_simulation *sim, const dset_sim_node *node) {
  struct pinned {
    dset_terms terms;
    dset_term term;
    dset_requirement field;
    const char *values[1];
  } *pinned = dset_sim_alloc(sim, 1, sizeof *pinned);
  if (pinned == NULL) return NULL;
  pinned->values[0] = node->object.name;
  pinned->field = (dset_requirement){"metadata.name", "In", pinned->values, 1};
  pinned->term = (dset_term){.fields = &pinned->field, .field_count = 1};
  pinned->terms = (dset_terms){&pinned->term, 1};
  return &pinned->terms;
}

/* A name that no pod has or had. */
static const char *new_name(dset_simulation *sim, const dset_sim_object *daemonset) {
  const char *name;
  do {
    name = dset_sim_format(sim, "%.250s-%llu", daemonset->name, (unsigned long long)++sim->pods_made);
  } while (dset_sim_find_pod(sim, daemonset->ns, name) != NULL && !sim->failed);
  return name;
}

static bool is_ending(const dset_simulation *sim, const char *ns) {
  for (size_t i = 0; i < sim->ending_count; i++) {
    if (sim->ending[i] == ns) return true;
  }
  return false;
}

static int create_pod(dset_simulation *sim, dset_sim_call *call) {
  const dset_sim_object *daemonset = &call->daemonset->object;
  if (is_ending(sim, daemonset->ns)) return DSET_RESULT_NAMESPACE_TERMINATING;
  const char *name = new_name(sim, daemonset);
  dset_sim_node *node = dset_sim_node_of(sim, call->node);
  dset_sim_pod *pod = dset_sim_add_pod(sim, daemonset->ns, name);
  if (pod == NULL || node == NULL) return DSET_RESULT_FAILED;
  pod->uid = dset_sim_format(sim, "uid-of-%s", name);
  pod->created_ms = sim->now_ms / 1000 * 1000; /* J6 */
  pod->affinity = pin(sim, node);
  pod->node = node;
  pod->made = true;
  pod->store = (dset_sim_state){.node_name = "", .phase = DSET_PHASE_PENDING, .exists = true};
  set_labels(sim, call->spec, call->hash, &pod->store);
  pod->store.owners = own(sim, call->spec, NULL, &pod->store.owner_count);
  dset_sim_link(pod);
  dset_sim_check_made(sim, call, pod);
  sim->stats.creates++;
  call->made = pod->object.name;
  dset_sim_log_pod(sim, pod);
  call->version = sim->version;
  dset_sim_begin_pod(sim, pod);
  const dset_sim_spec *now = call->daemonset->store.spec;
  if (now == NULL || !dset_text_equal(now->facts->uid, call->spec->facts->uid)) /* it goes with its owner (A23) */
    dset_sim_await_collect(sim, &pod->object);
  return DSET_RESULT_OK;
}

static int change_pod(dset_simulation *sim, dset_sim_call *call) {
  dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
  if (pod == NULL || !pod->store.exists) return DSET_RESULT_NOT_FOUND;
  dset_sim_state *state = &pod->store;
  switch (call->type) {
    case DSET_ACTION_DELETE_POD:
      sim->stats.deletes++;
      pod->doomed = true;
      dset_sim_delete_pod(sim, pod);
      call->version = sim->version;
      return DSET_RESULT_OK;
    case DSET_ACTION_ADOPT_POD:
      if (dset_sim_controller(state) != NULL) return DSET_RESULT_FAILED; /* a second controller is refused */
      state->owners = own(sim, call->spec, state->owners, &state->owner_count);
      break;
    case DSET_ACTION_RELEASE_POD: state->owners = disown(sim, call->spec, state->owners, &state->owner_count); break;
    default:
      state->labels = dset_sim_with_label(sim, state->labels, &state->label_count, DSET_LABEL_HASH, call->hash);
      break;
  }
  dset_sim_log_pod(sim, pod);
  call->version = sim->version;
  return DSET_RESULT_OK;
}

/* ---- revisions ---- */

static int create_revision(dset_simulation *sim, const dset_sim_call *call) {
  const dset_daemonset *facts = call->spec->facts;
  const dset_sim_revision *there = dset_sim_find_revision(sim, facts->ns, call->revision);
  if (there != NULL && there->store != NULL) { /* G13: the same data is as good */
    const dset_revision *other = there->store;
    bool same = dset_data_same(other->data, other->data_bytes, facts->revision_data, facts->revision_data_bytes);
    return same ? DSET_RESULT_OK : DSET_RESULT_ALREADY_EXISTS;
  }
  size_t count = facts->template_label_count;
  const dset_owner owner = {"DaemonSet", facts->name, facts->uid, true};
  const dset_revision revision = {
      .size = sizeof revision,
      .ns = facts->ns,
      .name = call->revision,
      .uid = dset_sim_format(sim, "uid-of-%s", call->revision),
      .labels = dset_sim_with_label(sim, facts->template_labels, &count, DSET_LABEL_HASH, call->hash),
      .label_count = count,
      .owners = &owner,
      .owner_count = 1,
      .number = call->number,
      .data = facts->revision_data,
      .data_bytes = facts->revision_data_bytes};
  dset_sim_put_revision(sim, &revision);
  return DSET_RESULT_OK;
}

static int change_revision(dset_simulation *sim, const dset_sim_call *call) {
  if (call->type == DSET_ACTION_CREATE_REVISION) return create_revision(sim, call);
  dset_sim_revision *revision = dset_sim_find_revision(sim, call->daemonset->object.ns, call->revision);
  if (revision == NULL || revision->store == NULL) return DSET_RESULT_NOT_FOUND;
  if (call->type == DSET_ACTION_DELETE_REVISION) {
    dset_sim_remove_revision(sim, revision);
    return DSET_RESULT_OK;
  }
  dset_revision changed = *revision->store;
  if (call->type == DSET_ACTION_UPDATE_REVISION) {
    changed.number = call->number;
    changed.labels = dset_sim_with_label(sim, changed.labels, &changed.label_count, DSET_LABEL_HASH, call->hash);
  } else if (call->type == DSET_ACTION_ADOPT_REVISION) {
    changed.owners = own(sim, call->spec, changed.owners, &changed.owner_count);
  } else {
    changed.owners = disown(sim, call->spec, changed.owners, &changed.owner_count);
  }
  if (!sim->failed) dset_sim_put_revision(sim, &changed);
  return DSET_RESULT_OK;
}

/* ---- the DaemonSet's status ---- */

static int change_daemonset(dset_simulation *sim, dset_sim_call *call) {
  dset_sim_daemonset *daemonset = call->daemonset;
  const dset_sim_spec *spec = daemonset->store.spec;
  if (spec == NULL || !dset_text_equal(spec->facts->uid, call->spec->facts->uid)) return DSET_RESULT_NOT_FOUND;
  if (daemonset->store.version != call->daemonset_version) return DSET_RESULT_CONFLICT;
  dset_status changed;
  if (call->type == DSET_ACTION_BUMP_COLLISION_COUNT) {
    changed = *daemonset->store.status;
    changed.has_collision_count = true;
    changed.collision_count = (int32_t)call->number;
  } else {
    dset_sim_check_status(sim, call);
    changed = *call->status;
    changed.conditions = daemonset->store.status->conditions;
  }
  const dset_status *copy = dset_status_copy(&sim->arena, &changed);
  if (copy == NULL) {
    sim->failed = true;
    return DSET_RESULT_FAILED;
  }
  daemonset->store.status = copy;
  dset_sim_log_daemonset(sim, daemonset);
  call->version = sim->version;
  return DSET_RESULT_OK;
}

/* ---- sending ---- */

static bool on_daemonset(const dset_sim_call *call) {
  return call->type == DSET_ACTION_UPDATE_STATUS || call->type == DSET_ACTION_BUMP_COLLISION_COUNT;
}

static bool has_object(const dset_sim_call *call) {
  return call->type != DSET_ACTION_CREATE_POD && call->type != DSET_ACTION_CREATE_REVISION;
}

/* What goes wrong with a write; -1: nothing. Crashes only where there is a host to crash. */
static int draw_fault(dset_simulation *sim, const dset_sim_call *call) {
  static const int faults[] = {DSET_FAULT_CRASH_BEFORE, DSET_FAULT_CRASH_AFTER,  DSET_FAULT_FAILED,
                               DSET_FAULT_CONFLICT,     DSET_FAULT_LOST_REQUEST, DSET_FAULT_LOST_ANSWER};
  bool hosted = sim->hosts[call->host].cluster != NULL;
  const dset_fault_rates *rates = &sim->faults;
  if (hosted && rates->crash_call != 0 && sim->stats.writes == rates->crash_call) {
    int fault = rates->crash_after ? DSET_FAULT_CRASH_AFTER : DSET_FAULT_CRASH_BEFORE;
    sim->stats.faults[fault]++;
    return fault;
  }
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    if (i < 2 && !hosted) continue;
    if (faults[i] == DSET_FAULT_CONFLICT && !has_object(call)) continue;
    if (dset_sim_fault(sim, faults[i], dset_action_type_name(call->type))) return faults[i];
  }
  return -1;
}

dset_sim_call dset_sim_call_of(dset_simulation *sim, dset_sim_daemonset *daemonset, int host,
                               const dset_action *action) {
  return (dset_sim_call){.daemonset = daemonset,
                         .spec = daemonset->decided[host],
                         .daemonset_version = daemonset->seen[host].version,
                         .host = host,
                         .type = action->type,
                         .cause = action->cause,
                         .attempt = 1,
                         .node = dset_sim_text(sim, action->node),
                         .pod = dset_sim_text(sim, action->pod),
                         .revision = dset_sim_text(sim, action->revision),
                         .hash = dset_sim_text(sim, action->hash),
                         .number = action->number,
                         .status = action->status};
}

void dset_sim_send(dset_simulation *sim, dset_sim_call *call) {
  sim->stats.writes++;
  if (sim->resting)
    dset_sim_violate(sim, DSET_INVARIANT_QUIET, call->daemonset, "%s %s%s%s at rest", dset_action_type_name(call->type),
                     call->node, call->pod, call->revision);
  call->fault = sim->failed ? -1 : draw_fault(sim, call);
  bool crashes = call->fault == DSET_FAULT_CRASH_BEFORE || call->fault == DSET_FAULT_CRASH_AFTER;
  if (crashes) sim->hosts[call->host].crashed = true;
}

static void describe(dset_simulation *sim, const dset_sim_call *call) {
  if (!dset_sim_heard(sim)) return;
  const char *pod = call->made != NULL ? call->made : call->pod;
  const char *name = pod[0] != '\0' ? pod : call->revision;
  const char *node = call->node;
  const dset_sim_pod *known = dset_sim_find_pod(sim, call->daemonset->object.ns, pod);
  if (node[0] == '\0' && known != NULL && known->node != NULL) node = known->node->object.name;
  bool good = call->result == DSET_RESULT_OK;
  dset_trace trace = {.type = good ? DSET_TRACE_WRITE : DSET_TRACE_REFUSED,
                      .host = call->host + 1,
                      .action = call->type,
                      .cause = call->cause,
                      .result = call->result,
                      .ns = call->daemonset->object.ns,
                      .daemonset = call->daemonset->object.name,
                      .node = node,
                      .name = name};
  const char *on = node[0] == '\0' ? "" : " on ";
  const char *why = call->cause == 0 ? "" : dset_cause_name(call->cause);
  dset_sim_tell(sim, &trace, "%s%s%s%s%s%s%s%s%s", dset_action_type_name(call->type), name[0] == '\0' ? "" : " ", name,
                on, node, good ? "" : ": ", good ? "" : dset_result_name(call->result), why[0] == '\0' ? "" : ", ",
                why);
}

static int do_it(dset_simulation *sim, dset_sim_call *call) {
  switch (call->type) {
    case DSET_ACTION_CREATE_POD: return create_pod(sim, call);
    case DSET_ACTION_DELETE_POD:
    case DSET_ACTION_ADOPT_POD:
    case DSET_ACTION_RELEASE_POD:
    case DSET_ACTION_LABEL_POD: return change_pod(sim, call);
    case DSET_ACTION_UPDATE_STATUS:
    case DSET_ACTION_BUMP_COLLISION_COUNT: return change_daemonset(sim, call);
    default: return change_revision(sim, call);
  }
}

/* A deletion that was sent and not done: it counts as sent no longer than hosts wait for it (E20), and not at all when
 * they know. */
static void follow_deletion(dset_simulation *sim, const dset_sim_call *call) {
  dset_sim_pod *pod = dset_sim_find_pod(sim, call->daemonset->object.ns, call->pod);
  bool done =
      call->result == DSET_RESULT_OK || (call->fault == DSET_FAULT_LOST_ANSWER && call->result == DSET_RESULT_TIMEOUT);
  if (pod == NULL || done) return;
  bool known = call->result != DSET_RESULT_TIMEOUT;
  if (known) pod->sent_ms = 0;
  dset_sim_stale_views(sim, pod->node);
  for (int side = 0; side < DSET_SIM_HOSTS && pod->node != NULL && !known; side++) {
    int64_t wait_ms = pod->sent_ms + DSET_IN_FLIGHT_TIMEOUT_MS + 1 - dset_sim_time(sim, side);
    dset_sim_plan_task(sim, dset_time_add(sim->now_ms, wait_ms), DSET_TASK_LOST, side, pod, 0);
  }
}

void dset_sim_effect(dset_simulation *sim, dset_sim_call *call) {
  static const struct {
    int fault;
    int result;
    const char *text;
  } refused[] = {{DSET_FAULT_FAILED, DSET_RESULT_FAILED, "the server is not able to do it now"},
                 {DSET_FAULT_CONFLICT, DSET_RESULT_CONFLICT, "the object has been changed"},
                 {DSET_FAULT_LOST_REQUEST, DSET_RESULT_TIMEOUT, "no answer"},
                 {DSET_FAULT_CRASH_BEFORE, DSET_RESULT_SKIP, ""}};
  const dset_sim_node *node = dset_sim_find_node(sim, call->node);
  if (call->type == DSET_ACTION_CREATE_POD && node != NULL && call->daemonset->sent[node->number] > 0)
    call->daemonset->sent[node->number]--;
  dset_sim_stale_views(sim, node);
  bool done = true;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    if (call->fault != refused[i].fault) continue;
    call->result = refused[i].result;
    call->text = refused[i].text;
    done = false;
  }
  if (done) call->result = do_it(sim, call);
  bool lost = call->fault == DSET_FAULT_LOST_ANSWER && call->result == DSET_RESULT_OK;
  if (call->fault != DSET_FAULT_CRASH_BEFORE) describe(sim, call);
  if (lost) call->result = DSET_RESULT_TIMEOUT, call->text = "no answer";
  if (call->result == DSET_RESULT_TIMEOUT) {
    call->version = sim->logs[on_daemonset(call) ? DSET_WATCH_DAEMONSETS : DSET_WATCH_PODS].version;
    call->made = NULL;
  }
  if (call->type == DSET_ACTION_DELETE_POD) follow_deletion(sim, call);
}
