/* SPDX-License-Identifier: Apache-2.0 */
/* play.c: see play.h. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan_text.h"

static int call(dset_cluster *c, const script_event *e, dset_error *error) {
  switch (e->kind) {
    case SCRIPT_PUT_NODE: return dset_cluster_put_node(c, e->node, error);
    case SCRIPT_PUT_POD: return dset_cluster_put_pod(c, e->pod, error);
    case SCRIPT_PUT_REVISION: return dset_cluster_put_revision(c, e->revision, error);
    case SCRIPT_PUT_DAEMONSET: return dset_cluster_put_daemonset(c, e->daemonset, e->revision_hash, error);
    case SCRIPT_REMOVE_NODE: return dset_cluster_remove_node(c, e->name, error);
    case SCRIPT_REMOVE_POD: return dset_cluster_remove_pod(c, e->ns, e->name, error);
    case SCRIPT_REMOVE_REVISION: return dset_cluster_remove_revision(c, e->ns, e->name, error);
    case SCRIPT_REMOVE_DAEMONSET: return dset_cluster_remove_daemonset(c, e->ns, e->name, error);
    case SCRIPT_PUT_IN_FLIGHT:
      return dset_cluster_put_in_flight(c, e->ns, e->name, e->creates, e->deletes, e->since_ms, error);
    case SCRIPT_PUT_BACKOFFS: return dset_cluster_put_backoffs(c, e->ns, e->name, e->backoffs, e->backoff_count, error);
    default: return DSET_OK; /* time is an argument of every call that needs it */
  }
}

int play_event(dset_cluster *cluster, const script_event *event, dset_error *error) {
  script_event passed;
  trial *holder = script_copy_object(event, &passed);
  int code = call(cluster, &passed, error);
  trial_free(holder);
  return code;
}

bool play_same_texts(const char *got, const char *wanted, char *why, size_t bytes) {
  size_t at = 0;
  while (got[at] != '\0' && got[at] == wanted[at]) at++;
  if (got[at] == wanted[at]) return true;
  size_t from = at < 60 ? 0 : at - 60;
  snprintf(why, bytes, "\n  ...%.400s\nexpected:\n  ...%.400s", got + from, wanted + from);
  return false;
}

static bool same_plan(dset_cluster *cluster, const model_cluster *model, const model_daemonset *daemonset, char *why,
                      size_t bytes) {
  const dset_daemonset *object = daemonset->object;
  const dset_plan *plan;
  dset_error error;
  if (dset_cluster_plan(cluster, object->ns, object->name, model->now_ms, &plan, &error) != DSET_OK) {
    snprintf(why, bytes, "no plan: %s: %s", error.path, error.text);
    return false;
  }
  dset_plan *wanted = model_plan(model, daemonset);
  char *texts[] = {plan_text(plan, NULL), plan_text(wanted, NULL)};
  bool same = play_same_texts(texts[0], texts[1], why, bytes);
  free(texts[0]);
  free(texts[1]);
  dset_plan_free(wanted);
  return same;
}

bool play_equal(dset_cluster *cluster, const model_cluster *model, char *why, size_t bytes) {
  for (size_t i = 0; i < model->daemonset_count; i++) {
    if (!same_plan(cluster, model, &model->daemonsets[i], why, bytes)) return false;
  }
  return true;
}
