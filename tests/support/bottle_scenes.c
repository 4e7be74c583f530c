/* SPDX-License-Identifier: Apache-2.0 */
/* bottle_scenes.c: see bottle_scenes.h. */
#include "bottle_scenes.h"

#include <stdlib.h>
#include <string.h>

#define BOTTLE_SCENE_ROW(name, versions) {#name, bottle_scene_##name, versions},
const bottle_scene bottle_scenes[] = {BOTTLE_SCENES(BOTTLE_SCENE_ROW)};
#undef BOTTLE_SCENE_ROW
const size_t bottle_scene_count = COUNT_OF(bottle_scenes);

const bottle_scene *bottle_scene_of(const char *name) {
  for (size_t i = 0; i < COUNT_OF(bottle_scenes); i++) {
    if (strcmp(bottle_scenes[i].name, name) == 0) return &bottle_scenes[i];
  }
  abort();
}

/* ---- pieces ---- */

static void begin(bottle_host *h, const char *nodes) {
  world_nodes(&h->s.w, nodes);
  h->s.delays.watch[DSET_WATCH_PODS] = (dset_span){500, 500};
}

static void six_nodes(bottle_host *h, const char *max_unavailable) {
  begin(h, "n1; n2; n3; n4; n5; n6");
  world_budget(&h->s.w, max_unavailable, "0");
  scene_template(&h->s, 60000, "v2");
}

static dset_kubelet *usual_pods(bottle_host *h) {
  dset_kubelet *rule = scene_kubelet(&h->s);
  rule->start = rule->ready = rule->stop = (dset_span){1000, 1000};
  return rule;
}

/* A second DaemonSet with the same selector. */
static dset_daemonset *add_other(bottle_host *h) {
  scene *s = &h->s;
  const dset_daemonset **both = world_alloc(&s->w, 2, sizeof *both);
  dset_daemonset *other = world_alloc(&s->w, 1, sizeof *other);
  *other = s->w.daemonset;
  other->name = "other";
  other->uid = "uid-second";
  both[0] = &s->w.daemonset;
  both[1] = other;
  s->scenario.daemonsets = both;
  s->scenario.daemonset_count = 2;
  return other;
}

static void put_node(bottle_host *h, int64_t after_ms, const char *node) {
  world_nodes(&h->s.w, node);
  scene_change(&h->s, after_ms, DSET_CHANGE_PUT_NODE, NULL)->node =
      h->s.w.nodes.items[--h->s.w.nodes.count]; /* not one that the scene begins with */
}

/* ---- pods come, and are replaced ---- */

void bottle_scene_installs(bottle_host *h) {
  begin(h, "n1; n2; n3");
}

void bottle_scene_rolls(bottle_host *h) {
  six_nodes(h, "2");
}

void bottle_scene_rolls_slowly(bottle_host *h) {
  h->s.w.daemonset.min_ready_seconds = 30;
  six_nodes(h, "2");
}

void bottle_scene_rolls_by_default(bottle_host *h) {
  six_nodes(h, "0");
}

void bottle_scene_rolls_by_percent(bottle_host *h) {
  begin(h, "n1; n2; n3 neither; n4 neither; n5 neither; n6 neither");
  world_budget(&h->s.w, "50%", "0");
  scene_template(&h->s, 60000, "v2");
}

void bottle_scene_rolls_with_flaps(bottle_host *h) {
  six_nodes(h, "1");
  dset_kubelet *flaps = usual_pods(h);
  flaps->node = "n6", flaps->template_number = 1, flaps->flaps = 1;
  flaps->up = (dset_span){55000, 55000}, flaps->down = (dset_span){20000, 20000};
  usual_pods(h);
}

void bottle_scene_rolls_with_lag(bottle_host *h) {
  six_nodes(h, "2");
  h->s.delays.watch[DSET_WATCH_PODS] = (dset_span){0, 4000};
  usual_pods(h)->stop = (dset_span){100, 6000};
}

void bottle_scene_surges(bottle_host *h) {
  begin(h, "n1; n2; n3");
  world_budget(&h->s.w, "0", "1");
  h->s.w.daemonset.min_ready_seconds = 10;
  scene_template(&h->s, 60000, "v2");
}

void bottle_scene_surges_late(bottle_host *h) {
  begin(h, "n1; n2");
  world_budget(&h->s.w, "0", "100%");
  h->s.w.daemonset.min_ready_seconds = 10;
  dset_kubelet *late = usual_pods(h);
  late->node = "n2", late->template_number = 2, late->ready = (dset_span){8000, 8000};
  usual_pods(h);
  scene_template(&h->s, 60000, "v2");
}

void bottle_scene_two_surge(bottle_host *h) {
  bottle_scene_surges_late(h);
  add_other(h);
}

/* ---- pods fail ---- */

void bottle_scene_fails(bottle_host *h) {
  begin(h, "n1; n2");
  dset_kubelet *rule = scene_kubelet(&h->s);
  rule->start = (dset_span){100, 100};
  rule->pods = 4;
  rule->fail_per_mille = 1000;
  usual_pods(h);
}

void bottle_scene_fails_and_crashes(bottle_host *h) {
  bottle_scene_fails(h);
  h->crash_ms = 5000;
}

/* ---- delays and faults ---- */

void bottle_scene_lags(bottle_host *h) {
  h->s.scenario.seed = 1;
  begin(h, "n1; n2; n3; n4; n5; n6");
  h->s.delays.watch[DSET_WATCH_PODS] = (dset_span){0, 5000};
}

void bottle_scene_loses_answers(bottle_host *h) {
  h->s.scenario.seed = 1;
  begin(h, "n1; n2; n3");
  h->s.faults.per_mille[DSET_FAULT_LOST_ANSWER] = 667;
  h->s.faults.until_ms = SCENE_START + 20000;
  h->s.delays.watch[DSET_WATCH_PODS] = (dset_span){3000, 3000};
}

void bottle_scene_loses_a_pod(bottle_host *h) {
  begin(h, "n1");
  world_revisions(&h->s.w, "agent-cur hash=cur current"); /* so that the pod is the first write */
  h->s.faults.per_mille[DSET_FAULT_LOST_REQUEST] = 1000;
  h->s.faults.most = 1;
}

void bottle_scene_stands_still(bottle_host *h) {
  begin(h, "n1");
  world_revisions(&h->s.w, "agent-cur hash=cur current");
  world_pods(&h->s.w, "a@n1 new ready");
  h->s.faults.per_mille[DSET_FAULT_FAILED] = 1000;
  h->s.faults.until_ms = SCENE_START + 30000;
}

/* ---- crashes ---- */

static void crash_at(bottle_host *h, uint64_t write, bool after) {
  begin(h, "n1; n2; n3");
  h->s.delays.watch[DSET_WATCH_PODS] = (dset_span){3000, 3000};
  h->crash_write = write;
  h->crash_after = after;
  h->restart_ms = 1000;
}

void bottle_scene_crashes_before(bottle_host *h) {
  crash_at(h, 4, false);
}

void bottle_scene_crashes_after(bottle_host *h) {
  crash_at(h, 4, true);
}

void bottle_scene_crashes_later(bottle_host *h) {
  crash_at(h, 11, true); /* the pod that replaces the first */
  h->crash_ms = 30000;
  scene_template(&h->s, 60000, "v2");
}

void bottle_scene_starts_in_the_past(bottle_host *h) {
  begin(h, "n1; n2; n3");
  h->past_ms = 100; /* pods are made, and not shown yet */
  h->crash_ms = 30000;
  h->restart_ms = 1000;
  h->past_until_ms = 40000;
}

/* ---- nodes ---- */

void bottle_scene_on_delete(bottle_host *h) {
  begin(h, "n1; n2");
  h->s.w.daemonset.strategy = DSET_STRATEGY_ON_DELETE;
  scene_template(&h->s, 60000, "v2");
  scene_change(&h->s, 90000, DSET_CHANGE_DELETE_POD, "agent-1");
}

void bottle_scene_taints(bottle_host *h) {
  begin(h, "n1; n2; n3; n4 neither; n5 stay");
  put_node(h, 60000, "n2 stay");
  scene_change(&h->s, 90000, DSET_CHANGE_CORDON, "n3");
}

void bottle_scene_selects_nodes(bottle_host *h) {
  begin(h, "n1 disk=ssd; n2 disk=hdd");
  h->s.w.daemonset.node_selector = world_labels(&h->s.w, "disk=ssd", &h->s.w.daemonset.node_selector_count);
}

void bottle_scene_node_comes(bottle_host *h) {
  begin(h, "n1; n2");
  put_node(h, 60000, "n3");
}

void bottle_scene_node_goes(bottle_host *h) {
  begin(h, "n1; n2");
  scene_change(&h->s, 60000, DSET_CHANGE_REMOVE_NODE, "n1");
}

void bottle_scene_node_is_back(bottle_host *h) {
  begin(h, "n1; n2");
  scene_change(&h->s, 60000, DSET_CHANGE_CUT_OFF, "n2");
  scene_change(&h->s, 200000, DSET_CHANGE_REJOIN, "n2");
  scene_change(&h->s, 300000, DSET_CHANGE_DELETE_POD, "agent-2");
}

void bottle_scene_node_vanishes(bottle_host *h) {
  begin(h, "n1; n2");
  h->s.delays.schedule = (dset_span){5000, 5000};
  scene_change(&h->s, 2000, DSET_CHANGE_REMOVE_NODE, "n2");
}

void bottle_scene_binds_late(bottle_host *h) {
  begin(h, "n1; n2");
  h->s.delays.schedule = (dset_span){5000, 5000};
}

void bottle_scene_stops_slowly(bottle_host *h) {
  six_nodes(h, "2");
  usual_pods(h)->stop = (dset_span){30000, 30000};
}

/* ---- templates and revisions ---- */

void bottle_scene_many_revisions(bottle_host *h) {
  static const char *const templates[] = {"v2", "v3", "v4", "v5"};
  begin(h, "n1; n2");
  h->s.w.daemonset.has_revision_history_limit = true;
  h->s.w.daemonset.revision_history_limit = 1;
  for (size_t i = 0; i < COUNT_OF(templates); i++) scene_template(&h->s, 60000 * (int64_t)(i + 1), templates[i]);
}

void bottle_scene_other_budget(bottle_host *h) {
  begin(h, "n1; n2; n3");
  dset_daemonset *changed = scene_template(&h->s, 60000, "v1");
  changed->max_unavailable.number = 2;
}

void bottle_scene_collides(bottle_host *h) {
  char hash[16];
  begin(h, "n1");
  ck_assert_int_eq(dset_revision_hash(&h->s.w.daemonset, hash, sizeof hash, NULL), DSET_OK);
  world_revisions(&h->s.w, world_format(&h->s.w, "agent-%s foreign mismatch data=other hash=%s", hash, hash));
}

/* ---- whose pods ---- */

void bottle_scene_overlaps(bottle_host *h) {
  begin(h, "n1; n2");
  add_other(h);
}

void bottle_scene_orphans(bottle_host *h) {
  begin(h, "n1; n2; n3");
  world_pods(&h->s.w,
             "a@n1 foreign old ready; b@n2 orphan old ready; c@n3 orphan old ready; d@n3 orphan mismatch ready");
}
