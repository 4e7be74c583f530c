/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_random.c: random scripts. Objects are those of trial_random.c; each event changes one, so that clusters walk
 * through states that one throw would seldom hit:
 *
 *   put, change, remove    nodes (names return), pods, revisions, DaemonSets: up to six in three namespaces
 *   carry out              what a plan says and what time does meanwhile (cluster.h), as events, some of them lost
 *   again                  an object as it is already
 *   refused                what a cluster must not accept
 *   time                   a little, a lot, back, and to the moments around the next check
 */
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "script_writer.h"

#define NOW INT64_C(1772000000000)
#define NOTHING UINT64_MAX /* is lost: once in so many */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- state ---- */

static void change_in_flight(writer *w) {
  if (writer_pick(w) == NULL) return;
  trial_make_in_flight(&w->maker);
  if (once_in(w, 2)) w->t->in_flight_creates = between(w, -1, 2);
  writer_put_in_flight(w);
}

static void change_backoffs(writer *w) {
  const model_daemonset *daemonset = writer_pick(w);
  if (daemonset == NULL) return;
  if (once_in(w, 3)) {
    writer_load_nodes(w);
    trial_make_backoffs(&w->maker);
    random_shuffle(&w->maker.random, w->t->backoffs, w->t->backoff_count, sizeof *w->t->backoffs);
    if (once_in(w, 8) && w->t->backoff_count > 0) w->t->backoffs[0].delay_ms = -1; /* refused */
    if (once_in(w, 8) && w->t->backoff_count > 1) w->t->backoffs[1].node = w->t->backoffs[0].node;
  } else {
    dset_plan *plan = model_plan(&w->model, daemonset);
    w->t->backoff_count = dset_plan_backoff_count(plan);
    w->t->backoffs = trial_alloc(w->t, w->t->backoff_count, sizeof *w->t->backoffs);
    for (size_t i = 0; i < w->t->backoff_count; i++) {
      w->t->backoffs[i] = *dset_plan_backoff(plan, i);
      w->t->backoffs[i].node = trial_text(w->t, w->t->backoffs[i].node);
    }
    dset_plan_free(plan);
  }
  writer_put_backoffs(w);
}

/* An empty name, a DaemonSet that is not there. */
static void refused(writer *w) {
  dset_node node = {.size = sizeof node};
  dset_pod pod = {.size = sizeof pod, .ns = "default", .name = ""};
  dset_revision revision = {.size = sizeof revision, .ns = "default"};
  switch (between(w, 0, 3)) {
    case 0: writer_put_node(w, &node); break;
    case 1: writer_put_pod(w, &pod); break;
    case 2: writer_put_revision(w, &revision); break;
    default:
      writer_emit(w, (script_event){.kind = SCRIPT_PUT_IN_FLIGHT, .ns = "default", .name = "nowhere", .creates = 1});
  }
}

static void change_time(writer *w) {
  static const unsigned char weights[] = {40, 30, 10, 10, 10, 2, 2, 0};
  int64_t now_ms = w->model.now_ms;
  const model_daemonset *daemonset = writer_pick(w);
  switch (random_weighted(&w->maker.random, weights)) {
    case 0: writer_put_time(w, now_ms + between(w, 0, 3000)); return;
    case 1: break;
    case 2: writer_put_time(w, now_ms + between(w, 60, 4000) * 1000); return;
    case 3: writer_put_time(w, now_ms - between(w, 1, 5000)); return;
    case 4: writer_put_time(w, once_in(w, 2) ? -NOW : INT64_MAX / 2); return;
    case 5: writer_put_time(w, NOW + (int64_t)w->s->count * 1000); return;
    default: writer_put_time(w, now_ms - between(w, 60, 1000) * 1000); return;
  }
  if (daemonset == NULL) return;
  dset_plan *plan = model_plan(&w->model, daemonset);
  int64_t next_ms = dset_plan_next_check_ms(plan);
  dset_plan_free(plan);
  if (next_ms != DSET_NEVER) writer_put_time(w, next_ms + between(w, -1, 1));
}

/* ---- carrying out ---- */

/* What cluster_step() has done to pods and revisions; some of it is lost. */
static void emit_changed_pods(writer *w, uint64_t lost) {
  trial *t = w->t;
  for (size_t i = 0; i < t->pod_count; i++) {
    const dset_pod *before = model_pod(&w->model, t->pods[i].ns, t->pods[i].name);
    if (before != NULL && memcmp(before, &t->pods[i], sizeof *before) == 0) continue;
    if (!once_in(w, lost)) writer_put_pod(w, &t->pods[i]);
  }
  for (size_t i = w->model.pod_count; i > 0; i--) {
    const dset_pod *pod = w->model.pods[i - 1];
    bool stays = false;
    for (size_t j = 0; !stays && j < t->pod_count; j++) {
      stays = model_same(t->pods[j].name, pod->name) && model_same(t->pods[j].ns, pod->ns);
    }
    if (!stays && !once_in(w, lost)) writer_remove_object(w, SCRIPT_REMOVE_POD, pod->ns, pod->name);
  }
}

static void emit_changed_revisions(writer *w, uint64_t lost) {
  trial *t = w->t;
  for (size_t i = 0; i < t->revision_count; i++) {
    const dset_revision *before = model_revision(&w->model, t->revisions[i].ns, t->revisions[i].name);
    if (before != NULL && memcmp(before, &t->revisions[i], sizeof *before) == 0) continue;
    if (!once_in(w, lost)) writer_put_revision(w, &t->revisions[i]);
  }
  for (size_t i = w->model.revision_count; i > 0; i--) {
    const dset_revision *revision = w->model.revisions[i - 1];
    bool stays = false;
    for (size_t j = 0; !stays && j < t->revision_count; j++) {
      stays = model_same(t->revisions[j].name, revision->name) && model_same(t->revisions[j].ns, revision->ns);
    }
    if (!stays && !once_in(w, lost)) writer_remove_object(w, SCRIPT_REMOVE_REVISION, revision->ns, revision->name);
  }
}

static void step(writer *w, const model_daemonset *daemonset, bool healthy, uint64_t lost) {
  writer_load_all(w, daemonset);
  bool was_in_flight = w->t->in_flight_creates != 0 || w->t->in_flight_deletes != 0;
  bool had_backoffs = daemonset->backoff_count > 0;
  dset_plan *plan = model_plan(&w->model, daemonset);
  cluster_step(w->t, plan, healthy, w->steps++);
  dset_plan_free(plan);
  writer_put_time(w, w->t->now_ms);
  emit_changed_revisions(w, lost);
  bool early = once_in(w, 2);
  if (early) emit_changed_pods(w, lost);
  writer_put_daemonset(w);
  if (had_backoffs || w->t->backoff_count > 0) writer_put_backoffs(w);
  if (!early) emit_changed_pods(w, lost);
  if (was_in_flight) writer_put_in_flight(w);
}

static void carry_out(writer *w) {
  const model_daemonset *daemonset = writer_pick(w);
  bool healthy = !once_in(w, 4);
  if (daemonset != NULL) step(w, daemonset, healthy, once_in(w, 2) ? NOTHING : 5);
}

/* A healthy cluster does what it is told; then a rolling update begins. */
static void roll(writer *w) {
  const model_daemonset *daemonset = writer_pick(w);
  if (daemonset == NULL) return;
  const char *ns = w->t->daemonset.ns;
  const char *name = w->t->daemonset.name;
  for (int64_t n = between(w, 2, 5); n > 0; n--) step(w, model_find(&w->model, ns, name), true, NOTHING);
  writer_load(w, model_find(&w->model, ns, name));
  w->t->daemonset.deleting = false;
  w->t->daemonset.strategy = DSET_STRATEGY_ROLLING_UPDATE;
  writer_new_template(w);
  writer_put_daemonset(w);
  if (once_in(w, 3)) writer_taint_nodes(w);
  for (int64_t n = between(w, 1, 5); n > 0; n--) step(w, model_find(&w->model, ns, name), !once_in(w, 5), NOTHING);
}

/* ---- worlds ---- */

/* How often what happens. */
static const struct {
  void (*happen)(writer *);
  unsigned char weight;
} things[] = {
    {writer_new_node, 40},
    {writer_change_node, 90},
    {writer_remove_node, 12},
    {writer_close_nodes, 3},
    {writer_new_pod, 80},
    {writer_change_pod, 150},
    {writer_remove_pod, 60},
    {writer_new_revision, 10},
    {writer_change_revision, 10},
    {writer_remove_revision, 10},
    {writer_new_daemonset, 20},
    {writer_change_daemonset, 60},
    {writer_remove_daemonset, 8},
    {change_in_flight, 15},
    {change_backoffs, 20},
    {refused, 4},
    {change_time, 60},
    {carry_out, 25},
    {roll, 6},
};

static void one_thing(writer *w) {
  unsigned char weights[COUNT(things) + 1] = {0};
  for (size_t i = 0; i < COUNT(things); i++) weights[i] = things[i].weight;
  void (*happen)(writer *) = things[random_weighted(&w->maker.random, weights)].happen;
  if (happen == writer_new_pod && w->model.pod_count > w->pods) happen = writer_remove_pod;
  happen(w);
}

/* Nodes, DaemonSets and pods that are there already, in any order; then each DaemonSet has its way once. */
static void begin(writer *w) {
  bool all = w->all;
  w->all = false;
  for (size_t nodes = w->nodes, daemonsets = w->daemonsets, pods = w->nodes; nodes + daemonsets + pods > 0;) {
    size_t at = random_below(&w->maker.random, nodes + daemonsets + pods);
    if (at < nodes) {
      nodes--;
      writer_new_node(w);
    } else if (at < nodes + daemonsets) {
      daemonsets--;
      writer_new_daemonset(w);
    } else {
      pods--;
      writer_new_pod(w);
    }
  }
  for (size_t i = 0; i < w->daemonsets; i++) carry_out(w);
  w->all = all;
}

/* A few of everything; seldom many nodes, or many DaemonSets. */
static void choose_size(writer *w) {
  static const unsigned char weights[] = {56, 2, 2, 0};
  size_t size = random_weighted(&w->maker.random, weights);
  w->nodes = (size_t)(size == 1 ? between(w, 60, 90) : between(w, size == 2 ? 2 : 3, size == 2 ? 4 : 12));
  w->daemonsets = (size_t)(size == 2 ? between(w, 20, 40) : between(w, 1, size == 1 ? 3 : WRITER_SLOTS));
  w->pods = w->nodes * w->daemonsets + w->nodes;
}

script *script_random(uint64_t seed, size_t events) {
  writer w = {.s = script_new(), .maker.random = random_from(seed)};
  w.t = w.s->memory;
  w.s->seed = seed;
  w.maker.t = w.t;
  w.maker.app = "agent";
  choose_size(&w);
  w.all = once_in(&w, 2);
  trial_make_options(&w.maker);
  w.s->options = w.t->options;
  w.s->options.revision_hash = NULL;
  model_init(&w.model, &w.s->options);
  w.model.now_ms = NOW;
  writer_put_time(&w, NOW);
  begin(&w);
  if (w.nodes * w.daemonsets > 100) events /= 4;
  while (w.s->count < events) one_thing(&w);
  model_clear(&w.model);
  return w.s;
}
