/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_member.c (L4): the entries of DaemonSets on nodes.
 *
 *   node     | verdict     | pods | entry
 *   there    | RUN         | any  | yes
 *   there    | STAY, NEITHER | some | yes
 *   there    | STAY, NEITHER | none | no
 *   vanished |             | some | yes
 *   vanished |             | none | no
 */
#include <string.h>

#include "cluster.h"
#include "model.h"

enum { FEW = sizeof((dset_member *)0)->few / sizeof *((dset_member *)0)->few };

size_t dset_member_list_room(const dset_cluster *cluster, const dset_record_node *node, size_t number) {
  if (node != NULL && number < node->member_count) return 0;
  return dset_pool_room(cluster->number_limit * sizeof *node->members);
}

size_t dset_member_room(const dset_record_node *node, const dset_record_daemonset *daemonset) {
  const dset_member *member = node == NULL ? NULL : dset_member_find(node, daemonset);
  if (member == NULL) return dset_pool_room(sizeof *member);
  return member->view.count < member->capacity ? 0 : dset_pool_room(member->capacity * 2 * sizeof *member->view.pods);
}

dset_member *dset_member_find(const dset_record_node *node, const dset_record_daemonset *daemonset) {
  return daemonset->number < node->member_count ? node->members[daemonset->number] : NULL;
}

static void link_in(dset_member **list, dset_member *member) {
  member->before = NULL;
  member->next = *list;
  if (*list != NULL) (*list)->before = member;
  *list = member;
}

static void unlink_from(dset_member **list, dset_member *member) {
  *(member->before == NULL ? list : &member->before->next) = member->next;
  if (member->next != NULL) member->next->before = member->before;
}

void dset_member_change(dset_cluster *cluster, dset_member *member) {
  dset_record_daemonset *daemonset = member->daemonset;
  dset_cluster_touch(cluster, daemonset);
  if (member->changed) return;
  unlink_from(&daemonset->settled, member);
  link_in(&daemonset->changed, member);
  member->changed = true;
}

void dset_member_settle(dset_member *member) {
  unlink_from(&member->daemonset->changed, member);
  link_in(&member->daemonset->settled, member);
  member->changed = false;
}

void dset_member_change_all(dset_record_daemonset *daemonset) {
  while (daemonset->settled != NULL) {
    dset_member *member = daemonset->settled;
    unlink_from(&daemonset->settled, member);
    link_in(&daemonset->changed, member);
    member->changed = true;
  }
}

static void reserve_list(dset_cluster *cluster, dset_record_node *node, size_t number) {
  if (number < node->member_count) return;
  size_t count = cluster->number_limit;
  dset_member **members = dset_pool_take(&cluster->pool, count * sizeof *members);
  memset(members, 0, count * sizeof *members);
  if (node->member_count != 0) memcpy(members, node->members, node->member_count * sizeof *members);
  dset_pool_give(&cluster->pool, node->members, node->member_count * sizeof *members);
  node->members = members;
  node->member_count = count;
}

static dset_member *make(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_node *node) {
  reserve_list(cluster, node, daemonset->number);
  dset_member *member = dset_pool_take(&cluster->pool, sizeof *member);
  *member = (dset_member){.daemonset = daemonset, .node = node, .capacity = FEW, .changed = true};
  member->view = (dset_entry){.name = node->view.name, .pods = member->few, .vanished = node->of == NULL};
  node->members[daemonset->number] = member;
  link_in(&daemonset->changed, member);
  dset_cluster_touch(cluster, daemonset);
  return member;
}

static void release_pods(dset_cluster *cluster, dset_member *member) {
  if (member->view.pods == member->few) return;
  dset_pool_give(&cluster->pool, member->view.pods, member->capacity * sizeof *member->view.pods);
}

/* Takes a member out of everything that was made from it. */
static void drop(dset_cluster *cluster, dset_member *member) {
  dset_record_daemonset *daemonset = member->daemonset;
  const char *name = member->view.name;
  dset_shares_add(&daemonset->sums, &member->share, -1);
  dset_roll_shares_add(&daemonset->roll_sums, &member->rolling, -1);
  if (member->managing != DSET_MANAGING_NOTHING) {
    dset_order_remove(&daemonset->managing[member->managing], &cluster->pool, name);
  }
  if (member->rolling.rolling != DSET_ROLLING_NOTHING) {
    dset_order_remove(&daemonset->rolling[member->rolling.rolling], &cluster->pool, name);
  }
  dset_moments_remove(&daemonset->moments, &member->moment);
  unlink_from(member->changed ? &daemonset->changed : &daemonset->settled, member);
  member->node->members[daemonset->number] = NULL;
  dset_cluster_touch(cluster, daemonset);
  release_pods(cluster, member);
  dset_pool_give(&cluster->pool, member, sizeof *member);
}

void dset_member_drop_all(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  dset_member_change_all(daemonset);
  while (daemonset->changed != NULL) drop(cluster, daemonset->changed);
  daemonset->desired = 0;
}

static void set_verdict(dset_member *member, int verdict) {
  member->daemonset->desired += (verdict == DSET_VERDICT_RUN) - (member->view.verdict == DSET_VERDICT_RUN);
  member->view.verdict = verdict;
}

void dset_member_judge(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_node *node, int verdict) {
  dset_member *member = dset_member_find(node, daemonset);
  bool vanished = node->of == NULL;
  if (member == NULL) {
    if (verdict == DSET_VERDICT_RUN) set_verdict(make(cluster, daemonset, node), verdict);
    return;
  }
  if (member->view.verdict == verdict && member->view.vanished == vanished) return;
  set_verdict(member, verdict);
  member->view.vanished = vanished;
  if (member->view.count == 0 && verdict != DSET_VERDICT_RUN) {
    drop(cluster, member);
  } else {
    dset_member_change(cluster, member);
  }
}

/* Room for one more pod. */
static void grow(dset_cluster *cluster, dset_member *member) {
  if (member->view.count < member->capacity) return;
  uint32_t capacity = member->capacity * 2;
  const dset_pod **pods = dset_pool_take(&cluster->pool, capacity * sizeof *pods);
  memcpy(pods, member->view.pods, member->view.count * sizeof *pods);
  release_pods(cluster, member);
  member->view.pods = pods;
  member->capacity = capacity;
}

dset_member *dset_member_join(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_node *node,
                              const dset_pod *pod) {
  dset_member *member = dset_member_find(node, daemonset);
  if (member == NULL) {
    member = make(cluster, daemonset, node);
    if (node->of != NULL) set_verdict(member, dset_class_verdict(cluster, daemonset, &node->view, node->of));
  }
  grow(cluster, member);
  size_t at = member->view.count++;
  for (; at > 0 && dset_pod_compare(pod, member->view.pods[at - 1]) < 0; at--) {
    member->view.pods[at] = member->view.pods[at - 1];
  }
  member->view.pods[at] = pod;
  dset_member_change(cluster, member);
  return member;
}

void dset_member_leave(dset_cluster *cluster, dset_member *member, const dset_pod *pod) {
  size_t at = 0;
  while (member->view.pods[at] != pod) at++;
  member->view.count--;
  memmove(&member->view.pods[at], &member->view.pods[at + 1], (member->view.count - at) * sizeof *member->view.pods);
  if (member->view.count == 0 && member->view.verdict != DSET_VERDICT_RUN) {
    drop(cluster, member);
  } else {
    dset_member_change(cluster, member);
  }
}
