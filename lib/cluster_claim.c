/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_claim.c (L4): which DaemonSets claim a pod (D2 to D4). A pod with a controller concerns that one alone and is
 * kept or released; one without concerns all DaemonSets of its namespace, and each that wants it adopts it.
 */
#include <string.h>

#include "cluster.h"
#include "model.h"
#include "text.h"

/* The hash label of a pod that is claimed and whose node is known (G17), or "". */
static const char *carried_hash(const dset_pod *pod) {
  return dset_text_or_empty(dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH));
}

size_t dset_pod_claim_room(const dset_cluster *cluster, const dset_record_daemonset *daemonset, const dset_pod *pod,
                           const dset_record_node *target) {
  return dset_pool_room(sizeof(dset_adoption)) + 2 * dset_order_room() +
         dset_pool_room(sizeof(dset_carried) + strlen(carried_hash(pod)) + 1) +
         dset_member_list_room(cluster, target, daemonset->number) + dset_member_room(target, daemonset);
}

static void carry(dset_cluster *cluster, dset_record_daemonset *daemonset, const dset_record_pod *pod) {
  const char *hash = carried_hash(&pod->view);
  if (pod->target == NULL || hash[0] == '\0') return;
  dset_carried *carried = dset_order_find(&daemonset->carried, hash);
  if (carried == NULL) {
    size_t bytes = sizeof *carried + strlen(hash) + 1;
    carried = dset_pool_take(&cluster->pool, bytes);
    *carried = (dset_carried){.bytes = bytes};
    memcpy(carried->text, hash, strlen(hash) + 1);
    dset_order_add(&daemonset->carried, &cluster->pool, carried->text, carried);
  }
  carried->pods++;
}

static void uncarry(dset_cluster *cluster, dset_record_daemonset *daemonset, const dset_record_pod *pod) {
  const char *hash = carried_hash(&pod->view);
  if (pod->target == NULL || hash[0] == '\0') return;
  dset_carried *carried = dset_order_find(&daemonset->carried, hash);
  if (--carried->pods != 0) return;
  dset_order_remove(&daemonset->carried, &cluster->pool, carried->text);
  dset_pool_give(&cluster->pool, carried, carried->bytes);
}

static dset_member *count_in(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_pod *pod) {
  carry(cluster, daemonset, pod);
  if (pod->target == NULL || !dset_census_counts(&pod->view)) return NULL;
  return dset_member_join(cluster, daemonset, pod->target, &pod->view);
}

static void count_out(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_pod *pod,
                      dset_member *member) {
  uncarry(cluster, daemonset, pod);
  if (member != NULL) dset_member_leave(cluster, member, &pod->view);
}

static void adopt(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_pod *pod) {
  dset_adoption *adoption = dset_pool_take(&cluster->pool, sizeof *adoption);
  *adoption = (dset_adoption){.next = pod->adoptions, .daemonset = daemonset};
  pod->adoptions = adoption;
  dset_order_add(&daemonset->adopts, &cluster->pool, pod->view.name, pod);
  adoption->member = count_in(cluster, daemonset, pod);
}

void dset_pod_claim(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_pod *pod) {
  if (!daemonset->claims) return;
  cluster->counters.claims_decided++;
  switch (dset_claim_of(&daemonset->sync, &pod->view)) {
    case DSET_CLAIM_IGNORE: return;
    case DSET_CLAIM_KEEP:
      pod->kept = true;
      pod->member = count_in(cluster, daemonset, pod);
      break;
    case DSET_CLAIM_ADOPT: adopt(cluster, daemonset, pod); break;
    case DSET_CLAIM_RELEASE:
      pod->released = true;
      dset_order_add(&daemonset->releases, &cluster->pool, pod->view.name, pod);
      break;
  }
  dset_cluster_touch(cluster, daemonset);
}

static void end_adoption(dset_cluster *cluster, dset_record_pod *pod, dset_adoption **at) {
  dset_adoption *adoption = *at;
  *at = adoption->next;
  dset_order_remove(&adoption->daemonset->adopts, &cluster->pool, pod->view.name);
  count_out(cluster, adoption->daemonset, pod, adoption->member);
  dset_cluster_touch(cluster, adoption->daemonset);
  dset_pool_give(&cluster->pool, adoption, sizeof *adoption);
}

static void end_ownership(dset_cluster *cluster, dset_record_pod *pod) {
  if (!pod->kept && !pod->released) return;
  dset_record_daemonset *daemonset = pod->owner->daemonset;
  if (pod->kept) count_out(cluster, daemonset, pod, pod->member);
  if (pod->released) dset_order_remove(&daemonset->releases, &cluster->pool, pod->view.name);
  pod->kept = pod->released = false;
  pod->member = NULL;
  dset_cluster_touch(cluster, daemonset);
}

void dset_pod_unclaim(dset_cluster *cluster, dset_record_pod *pod) {
  end_ownership(cluster, pod);
  while (pod->adoptions != NULL) end_adoption(cluster, pod, &pod->adoptions);
}

/* The owner of the pods that a DaemonSet may adopt. */
static dset_record_owner *nobody(const dset_cluster *cluster, const dset_record_daemonset *daemonset) {
  return dset_owner_find(cluster, daemonset->view->ns, NULL);
}

/* The owner that a DaemonSet is, if there is a record of it. */
static dset_owner owner_of(const dset_daemonset *daemonset) {
  return (dset_owner){.kind = "DaemonSet", .name = daemonset->name, .uid = daemonset->uid, .controller = true};
}

static size_t list_room(dset_cluster *cluster, const dset_record_daemonset *daemonset, const dset_record_owner *owner) {
  size_t room = 0;
  for (const dset_record_pod *pod = owner == NULL ? NULL : owner->pods; pod != NULL; pod = pod->next) {
    enum dset_claim_result result = dset_claim_of(&daemonset->sync, &pod->view);
    if (result != DSET_CLAIM_IGNORE) room += dset_pod_claim_room(cluster, daemonset, &pod->view, pod->target);
  }
  return room;
}

size_t dset_pod_claims_room(dset_cluster *cluster, const dset_record_daemonset *daemonset) {
  if (!daemonset->claims) return 0;
  dset_owner owner = owner_of(daemonset->view);
  return dset_owner_room(daemonset->view->ns, &owner) + list_room(cluster, daemonset, nobody(cluster, daemonset)) +
         list_room(cluster, daemonset, dset_owner_find(cluster, daemonset->view->ns, &owner));
}

void dset_pod_claim_all(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  if (!daemonset->claims) return;
  dset_owner owner = owner_of(daemonset->view);
  daemonset->owner = dset_owner_take(cluster, daemonset->view->ns, &owner);
  daemonset->owner->daemonset = daemonset;
  for (dset_record_pod *pod = daemonset->owner->pods; pod != NULL; pod = pod->next) {
    dset_pod_claim(cluster, daemonset, pod);
  }
  dset_record_owner *others = nobody(cluster, daemonset);
  for (dset_record_pod *pod = others == NULL ? NULL : others->pods; pod != NULL; pod = pod->next) {
    dset_pod_claim(cluster, daemonset, pod);
  }
}

void dset_pod_unclaim_all(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  while (daemonset->adopts.first != NULL) {
    dset_record_pod *pod = daemonset->adopts.first->item;
    dset_adoption **at = &pod->adoptions;
    while ((*at)->daemonset != daemonset) at = &(*at)->next;
    end_adoption(cluster, pod, at);
  }
  if (daemonset->owner == NULL) return;
  for (dset_record_pod *pod = daemonset->owner->pods; pod != NULL; pod = pod->next) end_ownership(cluster, pod);
  daemonset->owner->daemonset = NULL;
  dset_owner_tidy(cluster, daemonset->owner);
  daemonset->owner = NULL;
}
