/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bottle_host.c: see bottle_host.h. From top to bottom: writes, a plan, from crash to crash, what is due, time.
 *
 *   has seen something, a moment it asked for has come, E20 ──► due ──► plan
 *
 * The bugs that are not here are in bottle_bugs.c and bottle_writes.c: in what it sees, and in what it writes.
 */
#include "bottle_host.h"

#include <stdlib.h>
#include <string.h>

enum { PLANS_A_MOMENT = 20, PAUSE_MS = 1000, LONG_MS = 1200000, MINUTE_MS = 60000 };

const char *host_bug_name(host_bug bug) {
  static const char *const names[] = {"none",
#define HOST_BUG_NAME(id, name) name,
                                      HOST_BUGS(HOST_BUG_NAME)
#undef HOST_BUG_NAME
  };
  return bug >= HOST_BUG_NONE && bug < HOST_BUG_END ? names[bug] : "unknown";
}

void bottle_must(int code, const char *what) {
  if (code != DSET_OK) ck_abort_msg("the host: %s: %d", what, code);
}

int64_t bottle_now(const bottle_host *h) {
  return scene_stats(&h->s)->now_ms;
}

static int64_t earlier(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* ---- writes ---- */

static int write_saved(bottle_host *h, const dset_ledger *ledger) {
  h->saved_bytes = dset_ledger_write(ledger, NULL, 0);
  h->saved = realloc(h->saved, h->saved_bytes);
  if (h->saved == NULL) abort();
  dset_ledger_write(ledger, h->saved, h->saved_bytes);
  return DSET_RESULT_OK;
}

static int save(void *user_data, const dset_ledger *ledger) {
  bottle_host *h = user_data;
  bool lost = h->bug == HOST_BUG_NEVER_SAVES || h->bug == HOST_BUG_SAVES_LATE;
  return lost ? DSET_RESULT_OK : write_saved(h, ledger);
}

static int act(bottle_host *h, const char *ns, const char *name, const dset_action *action, dset_reply *reply) {
  int result;
  bottle_must(dset_simulation_act(h->s.simulation, ns, name, action, &result, reply, NULL), "writes");
  bool on_daemonset = action->type == DSET_ACTION_UPDATE_STATUS || action->type == DSET_ACTION_BUMP_COLLISION_COUNT;
  uint64_t *newest = &h->newest[on_daemonset ? DSET_RESOURCE_DAEMONSETS : DSET_RESOURCE_PODS];
  if (reply->version > *newest) *newest = reply->version;
  if (h->no_versions) reply->version = 0;
  return result;
}

void bottle_write(bottle_host *h, const bottle_daemonset *item, dset_action action) {
  dset_reply reply = {.size = sizeof reply};
  action.size = sizeof action;
  act(h, item->ns, item->name, &action, &reply);
}

static bottle_daemonset *item_of(bottle_host *h, const char *ns, const char *name) {
  for (size_t i = 0; i < h->item_count; i++) {
    if (strcmp(h->items[i].ns, ns) == 0 && strcmp(h->items[i].name, name) == 0) return &h->items[i];
  }
  abort();
}

static int carry_out(void *user_data, const dset_call *call, dset_reply *reply) {
  bottle_host *h = user_data;
  if (h->crashed) return DSET_RESULT_SKIP; /* it is not there any more */
  bool last = ++h->writes == h->crash_write;
  h->crashed = last;
  if (last && !h->crash_after) return DSET_RESULT_SKIP;
  dset_action action = *call->action;
  dset_status status;
  if (!bottle_change_action(h, &action, &status)) return DSET_RESULT_OK;
  int result = act(h, call->ns, call->name, &action, reply);
  if (last) return DSET_RESULT_SKIP;
  if (result == DSET_RESULT_OK) bottle_write_more(h, item_of(h, call->ns, call->name), &action);
  if (h->bug == HOST_BUG_TIMEOUT_IS_FAILURE && result == DSET_RESULT_TIMEOUT) return DSET_RESULT_FAILED;
  if (h->bug == HOST_BUG_SWALLOWS_FAILURES && result == DSET_RESULT_FAILED) return DSET_RESULT_OK;
  return result;
}

/* ---- one plan ---- */

/* When it is to wake up, though nothing is shown to it: by the clock of the simulation, not its own. */
static void ask(bottle_host *h, bottle_daemonset *item, const dset_plan *plan, const dset_apply_result *result) {
  int64_t ahead_ms = h->view.now_ms - bottle_now(h);
  int64_t at_ms = dset_plan_next_check_ms(plan);
  if (h->bug == HOST_BUG_NO_NEXT_CHECK) at_ms = DSET_NEVER;
  if (at_ms != DSET_NEVER) at_ms -= ahead_ms;
  bool waits = dset_ledger_list(h->ledger, item->ns, item->name, NULL, 0) > 0;
  if (waits) at_ms = earlier(at_ms, bottle_now(h) + DSET_IN_FLIGHT_TIMEOUT_MS + 1);
  if (waits && h->bug == HOST_BUG_NEVER_EXPIRES) at_ms = DSET_NEVER;
  bool retries = result->retry_after_ms > 0 && h->bug != HOST_BUG_NEVER_RETRIES;
  if (retries) at_ms = earlier(at_ms, bottle_now(h) + result->retry_after_ms);
  for (size_t i = 0; i < h->item_count && h->bug == HOST_BUG_ONE_TIMER; i++) h->items[i].wake_ms = DSET_NEVER;
  item->wake_ms = at_ms;
}

static void carry_out_plan(bottle_host *h, bottle_daemonset *item, const dset_plan *plan) {
  static const dset_callbacks callbacks = {.size = sizeof callbacks,
                                           .save = save,
                                           .create_pod = carry_out,
                                           .delete_pod = carry_out,
                                           .change_pod = carry_out,
                                           .write_revision = carry_out,
                                           .write_daemonset = carry_out};
  const dset_apply_options options = {
      .size = sizeof options,
      .daemonset = &h->view.daemonset,
      .now_ms = h->view.now_ms,
      .read_pods = h->no_versions ? 0 : h->view.versions[DSET_RESOURCE_PODS],
      .read_daemonsets = h->no_versions ? 0 : h->view.versions[DSET_RESOURCE_DAEMONSETS],
      .by_counters = h->bug == HOST_BUG_COUNTS_IN_FLIGHT};
  dset_run *run;
  bottle_must(dset_apply(plan, &options, &callbacks, h, h->ledger, &run, NULL), "carries out");
  if (!h->crashed) {
    ask(h, item, plan, dset_run_result(run));
    bottle_write_after(h, item);
  }
  dset_run_free(run);
  if (h->bug == HOST_BUG_SAVES_LATE && !h->crashed) write_saved(h, h->ledger);
}

static void plan_with(bottle_host *h, bottle_daemonset *item) {
  dset_options options = {.size = sizeof options};
  dset_snapshot snapshot = {.size = sizeof snapshot};
  dset_plan *plan;
  if (!bottle_read_view(h, item)) {
    dset_ledger_forget(h->ledger, item->ns, item->name);
    return;
  }
  bottle_distort(h, &h->view);
  bottle_fill_snapshot(h, &snapshot);
  bottle_must(dset_ledger_fill(h->ledger, &snapshot, NULL), "fills");
  bottle_distort_flight(h, item, &snapshot, &options);
  bottle_must(dset_plan_compute(&snapshot, &options, &plan, NULL), "plans");
  h->plans++;
  h->plan = plan;
  carry_out_plan(h, item, plan);
  h->plan = NULL;
  dset_plan_free(plan);
}

static void new_ledger(dset_ledger **ledger) {
  dset_ledger_free(*ledger);
  bottle_must(dset_ledger_new(NULL, ledger, NULL), "a ledger");
}

static void swap_ledgers(bottle_host *h) {
  dset_ledger *ledger = h->ledger;
  h->ledger = h->other_ledger;
  h->other_ledger = ledger;
}

static void plan_item(bottle_host *h, bottle_daemonset *item) {
  if (h->bug == HOST_BUG_FORGETS_IN_FLIGHT) new_ledger(&h->ledger);
  plan_with(h, item);
  if (h->bug != HOST_BUG_TWO_LEADERS) return;
  swap_ledgers(h);
  plan_with(h, item);
  swap_ledgers(h);
}

/* ---- crashes ---- */

static void take_down(bottle_host *h) {
  dset_ledger_free(h->ledger);
  h->ledger = NULL;
  h->alive = h->crashed = false;
  h->start_ms = bottle_now(h) + h->restart_ms;
  for (size_t i = 0; i < h->item_count; i++) h->items[i].wake_ms = DSET_NEVER;
}

/* Tells the ledger of all pods that are there, and that others are gone whose deletion it waits for. */
static void list_pods(bottle_host *h) {
  enum { FLIGHTS = 64 };
  for (size_t i = 0; i < h->item_count; i++) {
    const bottle_daemonset *item = &h->items[i];
    if (!bottle_read_view(h, item)) continue;
    dset_flight flights[FLIGHTS];
    for (size_t j = 0; j < h->view.pod_count; j++)
      bottle_must(dset_ledger_observe_pod(h->ledger, DSET_POD_ADDED, &h->view.pods[j], NULL), "lists");
    size_t count = dset_ledger_list(h->ledger, item->ns, item->name, flights, FLIGHTS);
    dset_pod gone[FLIGHTS];
    size_t gone_count = 0;
    for (size_t j = 0; j < count && j < FLIGHTS; j++) {
      bool there = flights[j].type != DSET_ACTION_DELETE_POD;
      for (size_t k = 0; k < h->view.pod_count && !there; k++)
        there = strcmp(h->view.pods[k].name, flights[j].pod) == 0;
      const char *name = there ? "" : world_format(&h->s.w, "%s", flights[j].pod);
      if (!there) gone[gone_count++] = (dset_pod){.size = sizeof(dset_pod), .ns = item->ns, .name = name};
    }
    for (size_t j = 0; j < gone_count; j++)
      bottle_must(dset_ledger_observe_pod(h->ledger, DSET_POD_GONE, &gone[j], NULL), "lists");
    if (h->bug == HOST_BUG_SETTLES_EARLY) dset_ledger_settle(h->ledger, item->ns, item->name);
  }
}

/* Its view must be as new as what was written before it started (I2). */
static void require_fresh(bottle_host *h) {
  bool careless = h->no_versions || h->bug == HOST_BUG_IGNORES_VERSION;
  for (size_t i = 0; i < h->item_count && !careless; i++) {
    if (!bottle_read_view(h, &h->items[i])) continue;
    for (int resource = 0; resource < 2; resource++)
      bottle_must(dset_ledger_wrote(h->ledger, &h->view.daemonset, resource, h->newest[resource], NULL), "starts");
  }
}

static void start(bottle_host *h) {
  h->alive = true;
  h->number = h->last_number = 0;
  if (h->saved_bytes > 0) {
    bottle_must(dset_ledger_read(h->saved, h->saved_bytes, NULL, &h->ledger, NULL), "reads the ledger");
  } else {
    bottle_must(dset_ledger_new(NULL, &h->ledger, NULL), "a ledger");
  }
  list_pods(h);
  require_fresh(h);
  for (size_t i = 0; i < h->item_count; i++) h->items[i].due = true;
}

static void seen(void *user_data, int event, const dset_pod *pod) {
  bottle_host *h = user_data;
  if (!h->alive || bottle_in_the_past(h)) return;
  bottle_must(dset_ledger_observe_pod(h->ledger, event, pod, NULL), "sees");
  if (h->other_ledger != NULL) bottle_must(dset_ledger_observe_pod(h->other_ledger, event, pod, NULL), "sees");
  for (size_t i = 0; i < h->item_count && h->bug == HOST_BUG_CLEARS_ON_EVENT; i++)
    dset_ledger_settle(h->ledger, h->items[i].ns, h->items[i].name);
}

/* ---- what is due ---- */

static void find_due(bottle_host *h) {
  uint64_t shown = scene_stats(&h->s)->seen;
  bool changed = shown != h->looked;
  h->looked = shown;
  if (h->bug == HOST_BUG_WATCHES_NO_NODES) changed = false;
  for (int resource = 0; resource < 2; resource++) {
    uint64_t version = dset_simulation_version(h->s.simulation, DSET_SIDE_VIEW, resource);
    changed |= version != h->looked_at[resource];
    h->looked_at[resource] = version;
  }
  for (size_t i = 0; i < h->item_count; i++) {
    bottle_daemonset *item = &h->items[i];
    bool timed = item->wake_ms <= bottle_now(h);
    if (timed) item->wake_ms = DSET_NEVER;
    item->resync = item->due && !timed && !changed;
    item->due |= timed || changed;
  }
}

/* One that decides the same again and again in one moment gets a pause. */
static bool paused(bottle_host *h, bottle_daemonset *item) {
  if (item->moment_ms != bottle_now(h)) item->moment_plans = 0;
  item->moment_ms = bottle_now(h);
  if (item->moment_plans++ < PLANS_A_MOMENT) return false;
  item->wake_ms = bottle_now(h) + PAUSE_MS;
  return true;
}

static void work(bottle_host *h) {
  if (!h->alive && bottle_now(h) >= h->start_ms) start(h);
  if (!h->alive) return;
  find_due(h);
  for (size_t i = 0; i < h->item_count && h->alive; i++) {
    bottle_daemonset *item = &h->items[i];
    if (!item->due) continue;
    item->due = false;
    if (!paused(h, item)) plan_item(h, item);
    if (h->crashed) take_down(h);
  }
}

/* ---- time ---- */

/* What happens to the host at certain moments of the scene. */
static void perform(bottle_host *h) {
  int64_t since_ms = bottle_now(h) - SCENE_START;
  if (h->past_until_ms != 0 && !h->has_past && since_ms >= h->past_ms) bottle_keep_past(h);
  if (h->crash_ms != 0 && since_ms >= h->crash_ms && h->alive) {
    h->crash_ms = 0;
    take_down(h);
  }
  if (h->past_until_ms == 0 || since_ms < h->past_until_ms) return;
  h->past_until_ms = 0;
  if (h->alive) list_pods(h);
}

static int64_t next_moment(const bottle_host *h) {
  int64_t at_ms = h->alive ? DSET_NEVER : h->start_ms;
  int64_t since_ms = bottle_now(h) - SCENE_START;
  const int64_t moments[] = {h->crash_ms, h->past_ms, h->past_until_ms};
  for (size_t i = 0; i < COUNT_OF(moments); i++) {
    if (moments[i] > since_ms) at_ms = earlier(at_ms, SCENE_START + moments[i]);
  }
  for (size_t i = 0; i < h->item_count; i++) at_ms = earlier(at_ms, h->items[i].wake_ms);
  return at_ms;
}

/* A change that changes nothing, so that a step ends then. */
static void set_alarm(bottle_host *h, int64_t at_ms) {
  if (at_ms == DSET_NEVER || at_ms == h->alarm_ms) return;
  h->alarm_ms = at_ms;
  const dset_change alarm = {
      .size = sizeof alarm, .at_ms = at_ms, .type = DSET_CHANGE_UNCORDON, .name = "nowhere: the host's alarm"};
  bottle_must(dset_simulation_change(h->s.simulation, &alarm, NULL), "sets an alarm");
}

static void begin(bottle_host *h) {
  const dset_scenario *scenario = &h->s.scenario;
  h->s.scenario.controller = DSET_CONTROLLER_NONE;
  h->s.listener.seen = seen;
  scene_start(&h->s);
  for (size_t i = 0; i < scenario->daemonset_count; i++) {
    ck_assert_uint_lt(i, BOTTLE_DAEMONSETS);
    h->items[h->item_count++] = (bottle_daemonset){
        .ns = scenario->daemonsets[i]->ns, .name = scenario->daemonsets[i]->name, .wake_ms = DSET_NEVER};
  }
  h->start_ms = SCENE_START;
  if (h->bug == HOST_BUG_TWO_LEADERS) new_ledger(&h->other_ledger);
}

void bottle_run(bottle_host *h) {
  bool more = true;
  if (h->s.simulation == NULL) begin(h);
  while (more && bottle_now(h) - SCENE_START < LONG_MS && scene_violations(&h->s) == 0) {
    perform(h);
    work(h);
    set_alarm(h, next_moment(h));
    bottle_must(dset_simulation_step(h->s.simulation, &more, NULL), "time");
  }
}

void bottle_rest(bottle_host *h, int plans) {
  if (scene_violations(&h->s) != 0) return;
  bottle_must(dset_simulation_judge(h->s.simulation, NULL), "judges");
  bottle_must(dset_simulation_quiet(h->s.simulation, 1, NULL), "rests");
  for (int i = 0; i < plans && scene_violations(&h->s) == 0; i++) {
    if (i == plans / 2) take_down(h), h->start_ms = bottle_now(h);
    for (size_t j = 0; j < h->item_count; j++) h->items[j].due = true;
    work(h);
    bottle_must(dset_simulation_run(h->s.simulation, bottle_now(h) + MINUTE_MS, NULL, NULL), "time");
  }
}

/* ---- from beginning to end ---- */

void bottle_init(bottle_host *h, size_t nodes) {
  memset(h, 0, sizeof *h);
  scene_init(&h->s, nodes);
  dset_arena_init(&h->scratch, NULL);
  dset_arena_init(&h->past_memory, NULL);
}

void bottle_free(bottle_host *h) {
  dset_ledger_free(h->ledger);
  dset_ledger_free(h->other_ledger);
  dset_arena_clear(&h->scratch);
  dset_arena_clear(&h->past_memory);
  free(h->saved);
  scene_free(&h->s);
}
