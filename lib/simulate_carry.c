/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_carry.c (L4s): the callbacks of the library's controller, and answers that come later.
 *
 *   dset_apply() ──► callback ──► sent ──► done at once ──────────────► its result
 *                                   └────► done half-way ──► answer ──► dset_run_finish()      when calls take time
 */
#include "simulate.h"

static int save(void *user_data, const dset_ledger *ledger) {
  dset_sim_host *host = user_data;
  dset_simulation *sim = host->sim;
  if (host->fence != sim->fence) return DSET_RESULT_CONFLICT;
  size_t bytes = dset_ledger_write(ledger, sim->saved, sim->saved_capacity);
  if (bytes > sim->saved_capacity) {
    sim->saved = dset_sim_alloc(sim, 2, bytes);
    sim->saved_capacity = sim->saved == NULL ? 0 : 2 * bytes;
    if (sim->failed) return DSET_RESULT_FAILED;
    dset_ledger_write(ledger, sim->saved, sim->saved_capacity);
  }
  sim->saved_bytes = bytes;
  host->fence = ++sim->fence;
  return DSET_RESULT_OK;
}

/* A call as the simulation keeps it. */
static dset_sim_call *make_call(dset_sim_host *host, const dset_call *from) {
  dset_simulation *sim = host->sim;
  const dset_action *action = from->action;
  dset_sim_call *call = dset_pool_take(&sim->pool, sizeof *call);
  if (call == NULL) {
    sim->failed = true;
    return NULL;
  }
  dset_sim_daemonset *daemonset = dset_sim_daemonset_of(sim, from->ns, from->name);
  *call = dset_sim_call_of(sim, daemonset, host->number, action);
  call->host_stamp = host->stamp;
  call->attempt = from->attempt;
  call->index = from->index;
  if (action->status != NULL) {
    dset_status *status = dset_sim_alloc(sim, 1, sizeof *status);
    if (status != NULL) *status = *action->status, status->conditions = NULL;
    call->status = status;
  }
  return call;
}

/* H10: the second time the DaemonSet is read anew; a status that is newer than ours is left alone. */
static bool outdated(const dset_sim_call *call) {
  if (call->attempt == 1 || call->status == NULL || call->daemonset->store.spec == NULL) return false;
  return call->daemonset->store.status->observed_generation > call->status->observed_generation;
}

static void drop_call(dset_simulation *sim, dset_sim_call *call) {
  dset_pool_give(&sim->pool, call, sizeof *call);
}

/* The write is under way: it is done half-way, then the answer comes. */
static int send_later(dset_simulation *sim, dset_sim_call *call) {
  int64_t wait_ms = dset_sim_draw(sim, &sim->delays.call);
  bool crashed = sim->hosts[call->host].crashed;
  if (call->fault == DSET_FAULT_CRASH_BEFORE) {
    dset_sim_effect(sim, call); /* that there is none */
    drop_call(sim, call);
    return DSET_RESULT_SKIP;
  }
  sim->call_count++;
  dset_sim_plan_task(sim, sim->now_ms + wait_ms / 2, DSET_TASK_CALL, 0, call, 0);
  dset_sim_plan_task(sim, sim->now_ms + wait_ms, DSET_TASK_ANSWER, 0, call, 0);
  return crashed ? DSET_RESULT_SKIP : DSET_PENDING;
}

static int carry_out(void *user_data, const dset_call *what, dset_reply *reply) {
  dset_sim_host *host = user_data;
  dset_simulation *sim = host->sim;
  if (host->crashed || sim->failed) return DSET_RESULT_SKIP; /* it is not there any more */
  dset_sim_call *call = make_call(host, what);
  if (call == NULL) return DSET_RESULT_FAILED;
  const dset_plan **plan = &call->daemonset->plans[host->number];
  if (*plan != NULL) dset_sim_check_plan(sim, call->daemonset, host->number, *plan); /* the first call of its run */
  *plan = NULL;
  if (call->attempt > 1) call->daemonset_version = call->daemonset->store.version;
  if (outdated(call)) {
    drop_call(sim, call);
    return DSET_RESULT_SKIP;
  }
  dset_sim_mark_sent(sim, call);
  dset_sim_send(sim, call);
  if (sim->delays.call.most_ms > 0 || sim->delays.call.least_ms > 0) return send_later(sim, call);
  dset_sim_effect(sim, call);
  int result = call->result;
  reply->pod = call->made;
  reply->version = call->version;
  reply->text = call->text;
  drop_call(sim, call);
  return host->crashed ? DSET_RESULT_SKIP : result;
}

void dset_sim_callbacks(const dset_simulation *sim, dset_callbacks *callbacks) {
  *callbacks = (dset_callbacks){.size = sizeof *callbacks,
                                .save = sim->controller == DSET_CONTROLLER_KUBERNETES ? NULL : save,
                                .create_pod = carry_out,
                                .delete_pod = carry_out,
                                .change_pod = carry_out,
                                .write_revision = carry_out,
                                .write_daemonset = carry_out};
}

void dset_sim_answer(dset_simulation *sim, dset_sim_call *call) {
  sim->call_count--;
  dset_sim_host *host = &sim->hosts[call->host];
  dset_run *run = call->daemonset->runs[call->host];
  if (host->alive && host->stamp == call->host_stamp && run != NULL) {
    const dset_reply reply = {.size = sizeof reply, .pod = call->made, .text = call->text, .version = call->version};
    if (dset_run_finish(run, call->index, call->result, &reply, NULL) != DSET_OK) sim->failed = true;
    dset_sim_follow(sim, host, call->daemonset);
  }
  drop_call(sim, call);
}
