/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene_random.c: random scenarios. For ten minutes people and machines change things and faults happen; then nodes
 * that were cut off are back, and the last template has pods that become ready: whatever happened before, it can
 * settle.
 */
#include "scene_random.h"

#include <string.h>

#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CHOOSE(random, array) ((array)[random_below(random, COUNT(array))])

const char *const scene_cell_names[CELLS] = {"baseline", "conflicts", "lag",    "flaky",      "combined",
                                             "expiry",   "stale",     "travel", "unobserved", "timeouts",
                                             "crashes",  "two hosts", "clocks", "all"};

enum { NODES = 9, TEMPLATES = 4 };

typedef struct maker {
  scene *s;
  dset_random random;
  size_t nodes;
  bool cut[NODES];
  size_t templates;
} maker;

static int64_t between(maker *m, int64_t least, int64_t most) {
  return least + (int64_t)random_below(&m->random, (uint64_t)(most - least) + 1);
}

static bool once_in(maker *m, uint64_t times) {
  return random_once_in(&m->random, times);
}

static dset_span span(maker *m, int64_t most_ms) {
  int64_t least = between(m, 0, most_ms);
  return (dset_span){least, least + between(m, 0, most_ms)};
}

static const char *node_name(maker *m, size_t index) {
  return world_format(&m->s->w, "n%zu", index + 1);
}

static const char *any_node(maker *m) {
  return node_name(m, (size_t)between(m, 0, (int64_t)m->nodes - 1));
}

/* ---- what is there at the start ---- */

static void make_nodes(maker *m) {
  static const char *const words[] = {"", "", "", "", "zone=a", "zone=b", "stay", "neither"};
  m->nodes = (size_t)between(m, 1, NODES);
  for (size_t i = 0; i < m->nodes; i++)
    world_nodes(&m->s->w, world_format(&m->s->w, "%s %s", node_name(m, i), CHOOSE(&m->random, words)));
}

static void make_strategy(maker *m) {
  static const char *const amounts[] = {"1", "2", "3", "10%", "50%", "100%"};
  dset_world *w = &m->s->w;
  const char *amount = CHOOSE(&m->random, amounts);
  if (once_in(m, 2)) {
    world_budget(w, "0", amount);
  } else {
    world_budget(w, once_in(m, 10) ? "0" : amount, "0");
  }
  if (once_in(m, 8)) w->daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  static const int32_t min_ready[] = {0, 0, 0, 1, 5, 10, 30};
  w->daemonset.min_ready_seconds = CHOOSE(&m->random, min_ready);
  w->daemonset.has_revision_history_limit = once_in(m, 2);
  w->daemonset.revision_history_limit = (int32_t)between(m, 0, 3);
  if (once_in(m, 4)) w->options.burst = (uint32_t)between(m, 1, 4);
}

/* Pods and a revision from an earlier life. */
static void make_pods(maker *m) {
  dset_world *w = &m->s->w;
  if (!once_in(m, 3)) return;
  world_revisions(w, "agent-old #1 hash=old data=v0");
  static const char *const words[] = {"old ready",           "old ready",         "old",           "old failed",
                                      "old ready orphan",    "old deleting",      "old succeeded", "old ready foreign",
                                      "nohash ready orphan", "old ready mismatch"};
  for (size_t i = 0; i < m->nodes; i++) {
    if (once_in(m, 4)) continue;
    const char *how = once_in(m, 8) ? ">" : "@";
    world_pods(w, world_format(w, "p%zu%s%s %s", i, how, node_name(m, i), CHOOSE(&m->random, words)));
    if (once_in(m, 6)) world_pods(w, world_format(w, "q%zu@%s %s", i, node_name(m, i), CHOOSE(&m->random, words)));
  }
  if (once_in(m, 5)) world_pods(w, "r@vanished old ready");
  if (once_in(m, 5)) world_pods(w, "s>vanished old pending");
}

/* Rules that end: for the first pods of a node, or for templates that are not the last. */
static void make_kubelets(maker *m) {
  for (int64_t rules = between(m, 0, 3); rules > 0; rules--) {
    dset_kubelet *rule = scene_kubelet(m->s);
    if (once_in(m, 2)) rule->node = any_node(m);
    rule->pods = (uint32_t)between(m, 1, 3);
    rule->start = span(m, 5000);
    rule->ready = span(m, 15000);
    rule->stop = span(m, 20000);
    rule->fail_per_mille = once_in(m, 2) ? (uint32_t)between(m, 0, 1000) : 0;
    rule->fail = span(m, 20000);
    rule->flaps = once_in(m, 3) ? (uint32_t)between(m, 1, 4) : 0;
    rule->up = span(m, 8000);
    rule->down = span(m, 8000);
  }
  dset_kubelet *usual = scene_kubelet(m->s);
  usual->start = span(m, 2000);
  usual->ready = span(m, 4000);
  usual->stop = span(m, 3000);
}

/* ---- what happens ---- */

static void add_template(maker *m, int64_t at_ms) {
  static const char *const templates[TEMPLATES] = {"v1", "v2", "v3", "v4"};
  dset_daemonset *copy = scene_template(m->s, at_ms, CHOOSE(&m->random, templates));
  dset_world *w = &m->s->w;
  if (!once_in(m, 4)) return;
  copy->strategy = once_in(m, 2) ? DSET_STRATEGY_ON_DELETE : DSET_STRATEGY_ROLLING_UPDATE;
  if (!once_in(m, 2)) return;
  const dset_daemonset before = w->daemonset;
  bool surge = once_in(m, 2);
  world_budget(w, surge ? "0" : "2", surge ? "2" : "0");
  copy->max_surge = w->daemonset.max_surge;
  copy->max_unavailable = w->daemonset.max_unavailable;
  copy->has_rolling_update = true;
  w->daemonset = before;
}

static void change_node(maker *m, int64_t at_ms) {
  static const int types[] = {DSET_CHANGE_REMOVE_NODE, DSET_CHANGE_CORDON,  DSET_CHANGE_UNCORDON,
                              DSET_CHANGE_DRAIN,       DSET_CHANGE_CUT_OFF, DSET_CHANGE_REJOIN};
  size_t index = (size_t)between(m, 0, (int64_t)m->nodes - 1);
  int type = CHOOSE(&m->random, types);
  scene_change(m->s, at_ms, type, node_name(m, index));
  if (type == DSET_CHANGE_CUT_OFF) m->cut[index] = true;
}

/* A node joins, or has other labels and taints. */
static void put_node(maker *m, int64_t at_ms) {
  static const dset_taint taints[] = {{"dedicated", "db", "NoSchedule"}, {"dedicated", "db", "NoExecute"}};
  dset_node *node = world_alloc(&m->s->w, 1, sizeof *node);
  node->size = sizeof *node;
  node->name = once_in(m, 3) ? world_format(&m->s->w, "new%d", (int)between(m, 1, 3)) : any_node(m);
  if (once_in(m, 3)) node->taints = &CHOOSE(&m->random, taints), node->taint_count = 1;
  scene_change(m->s, at_ms, DSET_CHANGE_PUT_NODE, NULL)->node = node;
}

static void change_pods(maker *m, int64_t at_ms) {
  dset_node *node = world_alloc(&m->s->w, 1, sizeof *node);
  node->size = sizeof *node;
  node->name = any_node(m);
  scene_change(m->s, at_ms, once_in(m, 2) ? DSET_CHANGE_FAIL_POD : DSET_CHANGE_DELETE_POD, NULL)->node = node;
}

/* Somebody makes a pod that the DaemonSet adopts, or that only looks like it. */
static void put_pod(maker *m, int64_t at_ms) {
  dset_world *w = &m->s->w;
  world_list before = w->pods;
  world_pods(w, world_format(w, "by-hand-%lld@%s %s", (long long)at_ms, any_node(m),
                             once_in(m, 2) ? "old ready orphan" : "new ready foreign"));
  dset_pod *pod = w->pods.items[before.count];
  w->pods.count = before.count;
  scene_change(m->s, at_ms, DSET_CHANGE_PUT_POD, NULL)->pod = pod;
}

static void change_namespace(maker *m, int64_t at_ms) {
  scene_change(m->s, at_ms, DSET_CHANGE_NAMESPACE_ENDS, NULL);
  scene_change(m->s, at_ms + between(m, 0, 30000), DSET_CHANGE_NAMESPACE_STAYS, NULL);
}

/* A revision with the name that the next template would have, or one of no use. */
static void put_revision(maker *m, int64_t at_ms) {
  dset_revision *revision = world_alloc(&m->s->w, 1, sizeof *revision);
  static const char *const names[] = {"agent-697d66d957", "agent-68dcdf9b9b", "agent-forged"};
  revision->size = sizeof *revision;
  revision->ns = "default";
  revision->name = CHOOSE(&m->random, names);
  revision->data = "forged";
  revision->data_bytes = 6;
  revision->labels = m->s->w.daemonset.template_labels;
  revision->label_count = m->s->w.daemonset.template_label_count;
  scene_change(m->s, at_ms, DSET_CHANGE_PUT_REVISION, NULL)->revision = revision;
}

static void make_changes(maker *m) {
  for (int64_t count = between(m, 0, 9); count > 0; count--) {
    int64_t at_ms = between(m, 0, SCENE_CALM_MS - 60000);
    switch (between(m, 0, 11)) {
      case 0:
      case 1:
      case 2:
      case 3: add_template(m, at_ms); break;
      case 4:
      case 5: change_node(m, at_ms); break;
      case 6: put_node(m, at_ms); break;
      case 7: change_pods(m, at_ms); break;
      case 8: put_pod(m, at_ms); break;
      case 9: change_namespace(m, at_ms); break;
      case 10: put_revision(m, at_ms); break;
      default: scene_change(m->s, at_ms, DSET_CHANGE_CRASH_HOST, NULL); break;
    }
  }
  for (size_t i = 0; i < NODES; i++) {
    if (m->cut[i]) scene_change(m->s, SCENE_CALM_MS, DSET_CHANGE_REJOIN, node_name(m, i));
  }
}

/* ---- what goes wrong ---- */

static void set_rate(maker *m, int fault, int64_t most) {
  m->s->faults.per_mille[fault] = (uint32_t)between(m, most / 4, most);
}

static void make_lag(maker *m, int64_t most_ms) {
  for (int kind = 0; kind < DSET_WATCHES; kind++) m->s->delays.watch[kind] = span(m, most_ms);
}

/* The sixth cell: pods are not shown any more, time goes by, and the clock jumps. */
static void make_expiry(maker *m) {
  int64_t at_ms = between(m, 10000, 200000);
  scene_template(m->s, at_ms - between(m, 0, 8000), "v2");
  scene_change(m->s, at_ms, DSET_CHANGE_STOP_WATCH, NULL)->kind = DSET_WATCH_PODS;
  scene_change(m->s, at_ms + between(m, 0, 20000), DSET_CHANGE_SET_CLOCK, NULL)->ms = 360000;
  scene_change(m->s, at_ms + between(m, 20000, 200000), DSET_CHANGE_RESUME_WATCH, NULL)->kind = DSET_WATCH_PODS;
}

static void make_faults(maker *m, int cell) {
  scene *s = m->s;
  bool all = cell == CELL_ALL;
  bool combined = cell == CELL_COMBINED || all;
  if (cell == CELL_CONFLICTS || combined) set_rate(m, DSET_FAULT_CONFLICT, 500);
  if (cell == CELL_LAG || combined) make_lag(m, 20000);
  if (cell == CELL_FLAKY || cell == CELL_COMBINED) s->faults.per_mille[DSET_FAULT_FAILED] = 300;
  if (all) set_rate(m, DSET_FAULT_FAILED, 200);
  if (cell == CELL_EXPIRY) make_expiry(m);
  if (cell == CELL_STALE || cell == CELL_TRAVEL || all) {
    set_rate(m, DSET_FAULT_STALE_LIST, 800);
    set_rate(m, DSET_FAULT_WATCH_LOST, 100);
    make_lag(m, 3000);
  }
  if (cell == CELL_TRAVEL || all) set_rate(m, DSET_FAULT_TIME_TRAVEL, 800);
  if (cell == CELL_UNOBSERVED || all) {
    set_rate(m, DSET_FAULT_UNOBSERVED, 600);
    make_lag(m, 10000);
  }
  if (cell == CELL_TIMEOUTS || all) {
    set_rate(m, DSET_FAULT_LOST_REQUEST, 150);
    set_rate(m, DSET_FAULT_LOST_ANSWER, 150);
  }
  if (cell == CELL_CRASHES || cell == CELL_TRAVEL || all) {
    set_rate(m, DSET_FAULT_CRASH_BEFORE, 60);
    set_rate(m, DSET_FAULT_CRASH_AFTER, 60);
  }
  if (cell == CELL_TWO_HOSTS || all) set_rate(m, DSET_FAULT_TWO_HOSTS, 100);
  if (cell == CELL_CLOCKS || all) {
    set_rate(m, DSET_FAULT_CLOCK_FORTH, 60);
    set_rate(m, DSET_FAULT_CLOCK_BACK, 60);
  }
}

static void make_delays(maker *m) {
  dset_delays *delays = &m->s->delays;
  if (once_in(m, 2)) delays->call = span(m, 400);
  delays->schedule = span(m, 1000);
  delays->collect = span(m, 30000);
  delays->restart = span(m, 10000);
}

void scene_random(scene *s, uint64_t seed) {
  maker m = {.s = s, .random = random_from(seed)};
  scene_init(s, 0);
  s->scenario.seed = seed;
  s->faults.until_ms = SCENE_START + SCENE_CALM_MS;
  make_nodes(&m);
  make_strategy(&m);
  make_pods(&m);
  make_kubelets(&m);
  make_delays(&m);
  make_changes(&m);
  make_faults(&m, (int)(seed % CELLS));
  s->scenario.options = &s->w.options;
}
