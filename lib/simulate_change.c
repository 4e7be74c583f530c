/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_change.c (L4s): what people, machines and tests do to a cluster, checked and done.
 *
 *   change                                | needs
 *   put-node, put-pod, put-daemonset ...  | the object, as a plan would take it
 *   remove-node, cordon, cut-off ...      | name
 *   delete-pod, fail-pod                  | name, or node: all pods on it
 *   remove-daemonset, remove-revision     | name
 *   stop-watch, resume-watch              | kind
 *   namespace-ends, namespace-stays       | ns
 *   crash-host, two-hosts, set-clock      | nothing
 */
#include <string.h>

#include "check.h"
#include "copy.h"
#include "model.h"
#include "simulate.h"

/* ---- checking ---- */

static int lacks(const char *member, int type, dset_error *error) {
  return dset_fail(error, DSET_ERR_INVALID, member, "is absent; %s needs it", dset_change_name(type));
}

/* A change that brings an object. */
static int check_object(const dset_change *change, dset_error *error) {
  int type = change->type;
  int code;
  switch (type) {
    case DSET_CHANGE_PUT_NODE:
      if (change->node == NULL) return lacks("node", type, error);
      if (dset_text_empty(change->node->name)) return lacks("node.name", type, error);
      return dset_check_node(change->node, "node", DSET_CHECK_SINGLE, error);
    case DSET_CHANGE_PUT_POD:
      if (change->pod == NULL) return lacks("pod", type, error);
      return dset_check_pod(change->pod, "pod", DSET_CHECK_SINGLE, error);
    case DSET_CHANGE_PUT_DAEMONSET:
      if (change->daemonset == NULL) return lacks("daemonset", type, error);
      if (dset_text_empty(change->daemonset->name)) return lacks("daemonset.name", type, error);
      code = dset_check_daemonset(change->daemonset, error);
      return code != DSET_OK ? code : dset_check_hash(change->hash, "hash", error);
    default:
      if (change->revision == NULL) return lacks("revision", type, error);
      return dset_check_revision(change->revision, "revision", DSET_CHECK_SINGLE, error);
  }
}

int dset_sim_check_change(const dset_change *change, dset_error *error) {
  int type = change->type;
  switch (type) {
    case DSET_CHANGE_PUT_NODE:
    case DSET_CHANGE_PUT_POD:
    case DSET_CHANGE_PUT_DAEMONSET:
    case DSET_CHANGE_PUT_REVISION: return check_object(change, error);
    case DSET_CHANGE_DELETE_POD:
    case DSET_CHANGE_FAIL_POD:
      if (change->node != NULL && !dset_text_empty(change->node->name)) return DSET_OK;
      return dset_text_empty(change->name) ? lacks("name", type, error) : DSET_OK;
    case DSET_CHANGE_REMOVE_NODE:
    case DSET_CHANGE_CORDON:
    case DSET_CHANGE_UNCORDON:
    case DSET_CHANGE_DRAIN:
    case DSET_CHANGE_CUT_OFF:
    case DSET_CHANGE_REJOIN:
    case DSET_CHANGE_REMOVE_DAEMONSET:
    case DSET_CHANGE_REMOVE_REVISION: return dset_text_empty(change->name) ? lacks("name", type, error) : DSET_OK;
    case DSET_CHANGE_STOP_WATCH:
    case DSET_CHANGE_RESUME_WATCH:
      return change->kind < 0 || change->kind >= DSET_WATCHES ? lacks("kind", type, error) : DSET_OK;
    case DSET_CHANGE_CRASH_HOST:
    case DSET_CHANGE_TWO_HOSTS:
    case DSET_CHANGE_SET_CLOCK:
    case DSET_CHANGE_NAMESPACE_ENDS:
    case DSET_CHANGE_NAMESPACE_STAYS: return DSET_OK;
    default: return dset_fail(error, DSET_ERR_INVALID, "type", "%d is no change", type);
  }
}

/* ---- for later ---- */

/* A copy that stays, texts and objects included. */
static dset_change *copy_of(dset_simulation *sim, const dset_change *from) {
  dset_change *copy = dset_sim_alloc(sim, 1, sizeof *copy);
  if (copy == NULL) return NULL;
  *copy = *from;
  copy->ns = dset_sim_text(sim, from->ns);
  copy->name = dset_sim_text(sim, from->name);
  copy->hash = dset_sim_text(sim, from->hash);
  dset_node *node = NULL;
  dset_pod *pod = NULL;
  dset_daemonset *daemonset = NULL;
  dset_revision *revision = NULL;
  bool done = (from->node == NULL || dset_node_copy(&sim->arena, from->node, &node)) &&
              (from->pod == NULL || dset_pod_copy(&sim->arena, from->pod, &pod)) &&
              (from->daemonset == NULL || dset_daemonset_copy(&sim->arena, from->daemonset, &daemonset)) &&
              (from->revision == NULL || dset_revision_copy(&sim->arena, from->revision, &revision));
  copy->node = node;
  copy->pod = pod;
  copy->daemonset = daemonset;
  copy->revision = revision;
  if (!done) sim->failed = true;
  return copy;
}

void dset_sim_plan_change(dset_simulation *sim, const dset_change *change) {
  dset_change *copy = copy_of(sim, change);
  if (copy != NULL) dset_sim_plan_task(sim, copy->at_ms, DSET_TASK_CHANGE, 0, copy, 0);
}

/* ---- nodes ---- */

static void remove_node(dset_simulation *sim, dset_sim_node *node) {
  if (node->plain == NULL) return;
  node->plain = NULL;
  node->stamp++;
  dset_sim_refresh_node(sim, node);
  for (dset_sim_pod *pod = node->pods; pod != NULL; pod = pod->next) {
    if (!pod->store.exists || pod->stage == DSET_STAGE_WAITS) continue;
    dset_sim_await_collect(sim, &pod->object);
  }
}

static void cordon(dset_simulation *sim, dset_sim_node *node, bool cordoned) {
  if (node->cordoned == cordoned) return;
  node->cordoned = cordoned;
  dset_sim_refresh_node(sim, node);
}

static void drain(dset_simulation *sim, dset_sim_node *node) {
  cordon(sim, node, true);
  for (dset_sim_pod *pod = node->pods, *next; pod != NULL; pod = next) {
    next = pod->next;
    const dset_owner *owner = dset_sim_controller(&pod->store);
    if (pod->store.exists && (owner == NULL || !dset_text_equal(owner->kind, "DaemonSet")))
      dset_sim_delete_pod(sim, pod);
  }
}

static void cut_off(dset_simulation *sim, dset_sim_node *node) {
  if (node->cut_off) return;
  node->cut_off = true;
  dset_sim_plan_task(sim, dset_sim_after(sim, &sim->delays.unreachable), DSET_TASK_UNREACHABLE, 0, node, ++node->stamp);
}

static void change_node(dset_simulation *sim, const dset_change *change) {
  dset_sim_node *node = dset_sim_find_node(sim, change->name);
  if (node == NULL || node->plain == NULL) return;
  switch (change->type) {
    case DSET_CHANGE_REMOVE_NODE: remove_node(sim, node); break;
    case DSET_CHANGE_CORDON: cordon(sim, node, true); break;
    case DSET_CHANGE_UNCORDON: cordon(sim, node, false); break;
    case DSET_CHANGE_DRAIN: drain(sim, node); break;
    case DSET_CHANGE_CUT_OFF: cut_off(sim, node); break;
    default: dset_sim_rejoin(sim, node); break;
  }
}

/* ---- pods ---- */

static void change_pod(dset_simulation *sim, const dset_change *change, dset_sim_pod *pod) {
  if (change->type == DSET_CHANGE_DELETE_POD) {
    dset_sim_delete_pod(sim, pod);
  } else {
    dset_sim_fail_pod(sim, pod);
  }
}

static void change_pods(dset_simulation *sim, const dset_change *change) {
  if (change->node == NULL || dset_text_empty(change->node->name)) {
    dset_sim_pod *pod = dset_sim_find_pod(sim, change->ns, change->name);
    if (pod != NULL) change_pod(sim, change, pod);
    return;
  }
  const dset_sim_node *node = dset_sim_find_node(sim, change->node->name);
  for (dset_sim_pod *pod = node == NULL ? NULL : node->pods, *next; pod != NULL; pod = next) {
    next = pod->next;
    if (pod->store.exists) change_pod(sim, change, pod);
  }
}

/* ---- the rest ---- */

static void end_namespace(dset_simulation *sim, const char *ns, bool ends) {
  size_t at = 0;
  while (at < sim->ending_count && sim->ending[at] != ns) at++;
  if (!ends) {
    if (at < sim->ending_count) sim->ending[at] = sim->ending[--sim->ending_count];
    return;
  }
  if (at < sim->ending_count) return;
  const char **ending = dset_sim_grow(sim, sim->ending, sim->ending_count, &sim->ending_capacity, sizeof *ending);
  if (ending == NULL) return;
  sim->ending = ending;
  ending[sim->ending_count++] = ns;
}

static void make_revision(dset_simulation *sim, const dset_revision *facts) {
  const dset_sim_revision *there = dset_sim_find_revision(sim, facts->ns, facts->name);
  if (there == NULL || there->store == NULL) dset_sim_put_revision(sim, facts);
}

static void change_rest(dset_simulation *sim, const dset_change *change) {
  dset_sim_daemonset *daemonset;
  dset_sim_revision *revision;
  switch (change->type) {
    case DSET_CHANGE_REMOVE_DAEMONSET:
      daemonset = dset_sim_find_daemonset(sim, change->ns, change->name);
      if (daemonset != NULL) dset_sim_remove_daemonset(sim, daemonset);
      break;
    case DSET_CHANGE_REMOVE_REVISION:
      revision = dset_sim_find_revision(sim, change->ns, change->name);
      if (revision != NULL) dset_sim_remove_revision(sim, revision);
      break;
    case DSET_CHANGE_CRASH_HOST:
      for (int i = 0; i < DSET_SIM_HOSTS; i++) dset_sim_crash_host(sim, &sim->hosts[i]);
      break;
    case DSET_CHANGE_TWO_HOSTS: dset_sim_take_over(sim); break;
    case DSET_CHANGE_SET_CLOCK:
      for (int i = 0; i < DSET_SIM_HOSTS; i++) dset_sim_set_clock(sim, &sim->hosts[i], change->ms);
      break;
    case DSET_CHANGE_STOP_WATCH: dset_sim_stop_watch(sim, change->kind); break;
    case DSET_CHANGE_RESUME_WATCH: dset_sim_resume_watch(sim, change->kind); break;
    default: end_namespace(sim, change->ns, change->type == DSET_CHANGE_NAMESPACE_ENDS); break;
  }
}

static void tell(dset_simulation *sim, const dset_change *change) {
  const char *name = dset_text_or_empty(change->name);
  const char *ns = change->ns;
  if (change->pod != NULL) name = change->pod->name, ns = change->pod->ns;
  if (change->daemonset != NULL) name = change->daemonset->name, ns = change->daemonset->ns;
  if (change->revision != NULL) name = change->revision->name, ns = change->revision->ns;
  const char *node = change->node == NULL ? "" : change->node->name;
  if (name[0] == '\0') name = node;
  dset_trace trace = {.type = DSET_TRACE_CHANGE, .name = name, .node = node, .ns = ns};
  dset_sim_tell(sim, &trace, "%s%s%s", dset_change_name(change->type), name[0] == '\0' ? "" : " ", name);
}

void dset_sim_do_change(dset_simulation *sim, const dset_change *change) {
  if (dset_sim_heard(sim)) tell(sim, change);
  switch (change->type) {
    case DSET_CHANGE_PUT_NODE: dset_sim_put_node(sim, change->node); break;
    case DSET_CHANGE_PUT_POD: dset_sim_put_pod(sim, change->pod); break;
    case DSET_CHANGE_PUT_DAEMONSET: dset_sim_put_daemonset(sim, change->daemonset, change->hash); break;
    case DSET_CHANGE_PUT_REVISION: make_revision(sim, change->revision); break;
    case DSET_CHANGE_DELETE_POD:
    case DSET_CHANGE_FAIL_POD: change_pods(sim, change); break;
    case DSET_CHANGE_REMOVE_NODE:
    case DSET_CHANGE_CORDON:
    case DSET_CHANGE_UNCORDON:
    case DSET_CHANGE_DRAIN:
    case DSET_CHANGE_CUT_OFF:
    case DSET_CHANGE_REJOIN: change_node(sim, change); break;
    default: change_rest(sim, change); break;
  }
}
