/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_watch.c (L4s): what hosts are shown of the store. A watch shows entry after entry of a log, each when it is
 * due. One that was lost lists: it jumps to a later entry, or to an earlier one after a crash, and shows of each object
 * the last state up to there. No plan is made in between.
 */
#include "model.h"
#include "simulate.h"

/* ---- one entry ---- */

static void must(dset_simulation *sim, int code) {
  if (code != DSET_OK) sim->failed = true; /* objects were checked when they came: no memory */
}

static void show_node(dset_simulation *sim, dset_sim_host *host, dset_sim_node *node, const dset_node *facts) {
  node->seen[host->number] = facts;
  dset_sim_stale_node(sim, node, host->number);
  if (host->cluster == NULL) return;
  must(sim, facts != NULL ? dset_cluster_put_node(host->cluster, facts, NULL)
                          : dset_cluster_remove_node(host->cluster, node->object.name, NULL));
}

/* Pods that no side has any more leave their node. */
static void unlink_gone(const dset_simulation *sim, dset_sim_pod *pod) {
  bool kept = pod->store.exists;
  for (int i = 0; i < DSET_SIM_HOSTS; i++) kept |= sim->hosts[i].alive && pod->seen[i].exists;
  if (kept || !pod->linked) return;
  dset_sim_pod **at = &pod->node->pods;
  while (*at != pod) at = &(*at)->next;
  *at = pod->next;
  pod->linked = false;
}

static void show_pod(dset_simulation *sim, dset_sim_host *host, dset_sim_pod *pod, const dset_sim_state *state) {
  const dset_sim_state before = pod->seen[host->number];
  pod->seen[host->number] = *state;
  if (pod->node != NULL) dset_sim_stale_node(sim, pod->node, host->number);
  if (state->exists) {
    dset_sim_link(pod);
  } else {
    unlink_gone(sim, pod);
  }
  if (!before.exists && !state->exists) return;
  int event = !before.exists ? DSET_POD_ADDED : state->exists ? DSET_POD_CHANGED : DSET_POD_GONE;
  dset_pod facts;
  dset_sim_pod_facts(pod, state->exists ? state : &before, &facts);
  if (host->number == 0 && sim->listener.seen != NULL) sim->listener.seen(sim->listener.user_data, event, &facts);
  if (host->cluster == NULL) return;
  must(sim, state->exists ? dset_cluster_put_pod(host->cluster, &facts, NULL)
                          : dset_cluster_remove_pod(host->cluster, facts.ns, facts.name, NULL));
  must(sim, dset_ledger_observe_pod(host->ledger, event, &facts, NULL));
  dset_sim_ask_pod(sim, host, pod, &before);
}

void dset_sim_whole(const dset_sim_facts *from, dset_daemonset *to) {
  *to = *from->spec->facts;
  to->status = from->status;
}

static void show_daemonset(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset,
                           const dset_sim_facts *facts) {
  const dset_sim_spec *before = daemonset->seen[host->number].spec;
  daemonset->seen[host->number] = *facts;
  if (before != facts->spec) dset_sim_stale_all(sim, host->number);
  if (host->cluster == NULL) return;
  const dset_sim_object *object = &daemonset->object;
  if (facts->spec == NULL) {
    must(sim, dset_cluster_remove_daemonset(host->cluster, object->ns, object->name, NULL));
    dset_ledger_forget(host->ledger, object->ns, object->name);
    return;
  }
  dset_daemonset whole;
  dset_sim_whole(facts, &whole);
  const char *hash = facts->spec->hash;
  bool collided = facts->status->collision_count != facts->spec->collisions; /* since it was computed (G6) */
  if (hash[0] != '\0' && collided) hash = dset_sim_format(sim, "%s%d", hash, (int)facts->status->collision_count);
  must(sim, dset_cluster_put_daemonset(host->cluster, &whole, hash[0] == '\0' ? NULL : hash, NULL));
}

static void show_revision(dset_simulation *sim, dset_sim_host *host, dset_sim_revision *revision,
                          const dset_revision *facts) {
  revision->seen[host->number] = facts;
  if (host->cluster == NULL) return;
  const dset_sim_object *object = &revision->object;
  must(sim, facts != NULL ? dset_cluster_put_revision(host->cluster, facts, NULL)
                          : dset_cluster_remove_revision(host->cluster, object->ns, object->name, NULL));
}

static void deliver(dset_simulation *sim, dset_sim_host *host, const dset_sim_entry *entry) {
  sim->stats.seen++;
  switch (entry->object->kind) {
    case DSET_WATCH_NODES: show_node(sim, host, (dset_sim_node *)entry->object, entry->as.node); break;
    case DSET_WATCH_PODS: show_pod(sim, host, (dset_sim_pod *)entry->object, &entry->as.pod); break;
    case DSET_WATCH_DAEMONSETS:
      show_daemonset(sim, host, (dset_sim_daemonset *)entry->object, &entry->as.daemonset);
      break;
    default: show_revision(sim, host, (dset_sim_revision *)entry->object, entry->as.revision); break;
  }
}

/* What was deferred may be planned now: the view is newer. */
static void end_deferral(dset_simulation *sim, const dset_sim_host *host) {
  const dset_sim_objects *daemonsets = &sim->objects[DSET_WATCH_DAEMONSETS];
  for (size_t i = 0; i < daemonsets->count; i++) {
    dset_sim_daemonset *daemonset = dset_sim_daemonset_at(sim, i);
    if (!daemonset->deferred[host->number]) continue;
    daemonset->deferred[host->number] = false;
    daemonset->due[host->number] = true;
  }
}

/* ---- watches ---- */

static dset_sim_entry *entry_at(dset_sim_log *log, size_t index) {
  return &log->entries[index - log->first];
}

/* When the watch shows its next entry, if there is one. */
static void await_next(dset_simulation *sim, dset_sim_host *host, int kind) {
  dset_sim_log *log = &sim->logs[kind];
  host->shows_ms[kind] = DSET_NEVER;
  if (host->lost[kind] || host->stopped[kind] || host->cursors[kind] >= log->count) return;
  host->shows_ms[kind] = entry_at(log, host->cursors[kind])->due_ms[host->number];
  dset_sim_plan_task(sim, host->shows_ms[kind], DSET_TASK_SHOW, kind, host, ++host->shows[kind]);
}

/* Each kind keeps its order. */
static void set_due(dset_simulation *sim, dset_sim_host *host, int kind, dset_sim_entry *entry) {
  int64_t due_ms = dset_sim_after(sim, &sim->delays.watch[kind]);
  if (due_ms < host->last_due_ms[kind]) due_ms = host->last_due_ms[kind];
  entry->due_ms[host->number] = host->last_due_ms[kind] = due_ms;
}

void dset_sim_announce(dset_simulation *sim, int kind, dset_sim_entry *entry) {
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    dset_sim_host *host = &sim->hosts[i];
    if (!host->alive) continue;
    set_due(sim, host, kind, entry);
    if (host->shows_ms[kind] == DSET_NEVER) await_next(sim, host, kind);
  }
}

static const char *const kind_names[DSET_WATCHES] = {"nodes", "pods", "DaemonSets", "revisions"};

static void await_list(dset_simulation *sim, dset_sim_host *host, int kind) {
  dset_sim_plan_task(sim, dset_sim_after(sim, &sim->delays.restart), DSET_TASK_LIST, kind, host, ++host->shows[kind]);
}

/* Shows of each object the last of the entries from `from` to `to`, and goes on from there. */
static void jump(dset_simulation *sim, dset_sim_host *host, int kind, size_t from, size_t to) {
  dset_sim_log *log = &sim->logs[kind];
  uint64_t pass = ++sim->pass;
  for (size_t i = to; i > from; i--) {
    dset_sim_entry *entry = entry_at(log, i - 1);
    entry->due_ms[host->number] = entry->object->mark == pass ? DSET_NEVER : 0;
    entry->object->mark = pass;
  }
  for (size_t i = from; i < to && !sim->failed; i++) {
    if (entry_at(log, i)->due_ms[host->number] == 0) deliver(sim, host, entry_at(log, i));
  }
  host->versions[kind] = to > log->first ? entry_at(log, to - 1)->version : DSET_SIM_FIRST_VERSION;
  host->cursors[kind] = to;
  host->lost[kind] = false;
  for (size_t i = to; i < log->count; i++) set_due(sim, host, kind, entry_at(log, i));
  await_next(sim, host, kind);
}

void dset_sim_show(dset_simulation *sim, dset_sim_host *host, int kind) {
  dset_sim_log *log = &sim->logs[kind];
  while (host->cursors[kind] < log->count && !sim->failed) {
    dset_sim_entry *entry = entry_at(log, host->cursors[kind]);
    if (entry->due_ms[host->number] > sim->now_ms) break;
    if (dset_sim_fault(sim, DSET_FAULT_WATCH_LOST, kind_names[kind])) {
      host->lost[kind] = true;
      host->shows_ms[kind] = DSET_NEVER;
      await_list(sim, host, kind);
      return;
    }
    bool last = entry->object->last == host->cursors[kind] + 1;
    if (!last && dset_sim_fault(sim, DSET_FAULT_UNOBSERVED, entry->object->name)) {
      jump(sim, host, kind, host->cursors[kind], entry->object->last);
      end_deferral(sim, host);
      return;
    }
    host->cursors[kind]++;
    host->versions[kind] = entry->version;
    deliver(sim, host, entry);
  }
  end_deferral(sim, host);
  await_next(sim, host, kind);
}

/* ---- lists ---- */

void dset_sim_list(dset_simulation *sim, dset_sim_host *host, int kind) {
  size_t from = host->cursors[kind];
  size_t to = sim->logs[kind].count;
  if (to > from && dset_sim_fault(sim, DSET_FAULT_STALE_LIST, kind_names[kind]))
    to = from + dset_sim_dice(sim, to - from);
  jump(sim, host, kind, from, to);
  end_deferral(sim, host);
}

static void forget_seen(dset_simulation *sim, int kind, int host) {
  for (size_t i = 0; i < sim->objects[kind].count; i++) {
    dset_sim_object *object = sim->objects[kind].items[i];
    switch (kind) {
      case DSET_WATCH_NODES: ((dset_sim_node *)object)->seen[host] = NULL; break;
      case DSET_WATCH_PODS: ((dset_sim_pod *)object)->seen[host] = (dset_sim_state){.exists = false}; break;
      case DSET_WATCH_DAEMONSETS: ((dset_sim_daemonset *)object)->seen[host] = (dset_sim_facts){.spec = NULL}; break;
      default: ((dset_sim_revision *)object)->seen[host] = NULL; break;
    }
  }
}

/* Everything as it is stored, without a look at the log. */
static void list_store(dset_simulation *sim, dset_sim_host *host, int kind) {
  for (size_t i = 0; i < sim->objects[kind].count && !sim->failed; i++) {
    dset_sim_object *object = sim->objects[kind].items[i];
    switch (kind) {
      case DSET_WATCH_NODES: show_node(sim, host, (dset_sim_node *)object, ((dset_sim_node *)object)->store); break;
      case DSET_WATCH_PODS: show_pod(sim, host, (dset_sim_pod *)object, &((dset_sim_pod *)object)->store); break;
      case DSET_WATCH_DAEMONSETS:
        show_daemonset(sim, host, (dset_sim_daemonset *)object, &((dset_sim_daemonset *)object)->store);
        break;
      default: show_revision(sim, host, (dset_sim_revision *)object, ((dset_sim_revision *)object)->store); break;
    }
  }
  host->cursors[kind] = sim->logs[kind].count;
  host->versions[kind] = sim->logs[kind].version;
  await_next(sim, host, kind);
}

/* Up to where a starting host lists, in the log: its end, unless a fault says otherwise. */
static size_t list_end(dset_simulation *sim, int kind, size_t before, bool restarted) {
  size_t count = sim->logs[kind].count;
  if (!restarted || !sim->history) return count;
  if (before > 0 && dset_sim_fault(sim, DSET_FAULT_TIME_TRAVEL, kind_names[kind])) return dset_sim_dice(sim, before);
  if (count > before && dset_sim_fault(sim, DSET_FAULT_STALE_LIST, kind_names[kind]))
    return before + dset_sim_dice(sim, count - before);
  return count;
}

/* In an order in which pods find their DaemonSets, and those their revisions. */
static const int list_order[DSET_WATCHES] = {DSET_WATCH_NODES, DSET_WATCH_REVISIONS, DSET_WATCH_DAEMONSETS,
                                             DSET_WATCH_PODS};

void dset_sim_list_all(dset_simulation *sim, dset_sim_host *host, bool restarted) {
  for (int i = 0; i < DSET_WATCHES; i++) {
    int kind = list_order[i];
    size_t to = list_end(sim, kind, host->cursors[kind], restarted);
    forget_seen(sim, kind, host->number);
    host->last_due_ms[kind] = 0;
    host->lost[kind] = false;
    if (to == sim->logs[kind].count) {
      list_store(sim, host, kind);
    } else {
      jump(sim, host, kind, 0, to);
    }
  }
  dset_sim_stale_all(sim, host->number);
}

/* ---- watches that somebody stops ---- */

void dset_sim_stop_watch(dset_simulation *sim, int kind) {
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    sim->hosts[i].stopped[kind] = true;
    sim->hosts[i].shows_ms[kind] = DSET_NEVER;
    sim->hosts[i].shows[kind]++;
  }
}

void dset_sim_resume_watch(dset_simulation *sim, int kind) {
  for (int i = 0; i < DSET_SIM_HOSTS; i++) {
    dset_sim_host *host = &sim->hosts[i];
    if (!host->stopped[kind]) continue;
    host->stopped[kind] = false;
    if (host->alive) dset_sim_list(sim, host, kind);
  }
}
