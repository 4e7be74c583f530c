/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taint.c (L2): taints and tolerations.
 *
 * A toleration tolerates a taint when its effect is empty or equal, its key is empty or equal, and by operator (C15):
 *
 *   "", Equal         | the values are equal
 *   Exists            | always
 *   Gt, gate on       | both values are canonical integers, the taint's above the toleration's
 *   Lt, gate on       | ... below
 *   other, gate off   | never
 *
 * The worst untolerated taint decides (C4): NoExecute permits nothing, NoSchedule permits an existing pod to stay, any
 * other effect has no influence.
 */
#include "taint.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* C2, in the order in which they are appended. */
static const dset_label automatic[] = {
    {"node.kubernetes.io/not-ready", "NoExecute"},
    {"node.kubernetes.io/unreachable", "NoExecute"},
    {"node.kubernetes.io/disk-pressure", "NoSchedule"},
    {"node.kubernetes.io/memory-pressure", "NoSchedule"},
    {"node.kubernetes.io/pid-pressure", "NoSchedule"},
    {"node.kubernetes.io/unschedulable", "NoSchedule"},
    {"node.kubernetes.io/network-unavailable", "NoSchedule"}, /* only with the host's network */
};
enum { AUTOMATIC_COUNT = sizeof automatic / sizeof *automatic };

/* C3: equal by key, effect, operator and value, literally. Every equal one is replaced, or else one is appended. */
static void merge(dset_tolerations *list, const dset_label *pair) {
  dset_toleration wanted = {.key = pair->key, .op = "Exists", .value = "", .effect = pair->value};
  bool found = false;
  for (size_t i = 0; i < list->count; i++) {
    dset_toleration *item = &list->items[i];
    if (strcmp(item->key, wanted.key) != 0 || strcmp(item->effect, wanted.effect) != 0) continue;
    if (strcmp(item->op, wanted.op) != 0 || item->value[0] != '\0') continue;
    *item = wanted;
    found = true;
  }
  if (!found) list->items[list->count++] = wanted;
}

/* In place of what a taint permits: the toleration is for any effect, or for one that has no influence. */
enum { ANY_EFFECT = DSET_VERDICT_RUN, NO_EFFECT = -1 };

static int permitted_by(const char *effect) {
  if (dset_text_equal(effect, "NoExecute")) return DSET_VERDICT_NEITHER;
  if (dset_text_equal(effect, "NoSchedule")) return DSET_VERDICT_STAY;
  return DSET_VERDICT_RUN;
}

static dset_toleration_mark mark_of(const dset_toleration *toleration) {
  dset_toleration_mark mark = {.key_bytes = strlen(toleration->key), .effect = ANY_EFFECT};
  if (toleration->effect[0] == '\0') return mark;
  mark.effect = permitted_by(toleration->effect);
  if (mark.effect == DSET_VERDICT_RUN) mark.effect = NO_EFFECT;
  return mark;
}

bool dset_tolerations_of(dset_arena *arena, const dset_daemonset *daemonset, bool compare, dset_tolerations *to) {
  *to = (dset_tolerations){.compare = compare};
  size_t own = daemonset->toleration_count;
  if (own > SIZE_MAX - AUTOMATIC_COUNT) return false;
  to->items = dset_arena_alloc(arena, own + AUTOMATIC_COUNT, sizeof *to->items);
  to->marks = dset_arena_alloc(arena, own + AUTOMATIC_COUNT, sizeof *to->marks);
  if (to->items == NULL || to->marks == NULL) return false;
  for (; to->count < own; to->count++) {
    const dset_toleration *from = &daemonset->tolerations[to->count];
    dset_toleration *item = &to->items[to->count];
    *item = *from;
    item->key = dset_arena_string(arena, from->key);
    item->op = dset_arena_string(arena, from->op);
    item->value = dset_arena_string(arena, from->value);
    item->effect = dset_arena_string(arena, from->effect);
    if (item->key == NULL || item->op == NULL || item->value == NULL || item->effect == NULL) return false;
  }
  size_t count = daemonset->host_network ? AUTOMATIC_COUNT : AUTOMATIC_COUNT - 1;
  for (size_t i = 0; i < count; i++) merge(to, &automatic[i]);
  for (size_t i = 0; i < to->count; i++) to->marks[i] = mark_of(&to->items[i]);
  return true;
}

/* "0" or -?[1-9][0-9]* within int64 (B2). */
static bool canonical_integer(const char *text, int64_t *value) {
  const char *digits = text[0] == '-' ? text + 1 : text;
  if (digits[0] == '+' || digits[0] == '-') return false;
  if (digits[0] == '0' && (digits[1] != '\0' || digits != text)) return false;
  return dset_text_to_int64(text, strlen(text), value);
}

static bool compares(const dset_toleration *toleration, const char *taint_value, bool greater) {
  int64_t bound;
  int64_t value;
  if (!canonical_integer(toleration->value, &bound) || !canonical_integer(taint_value, &value)) return false;
  return greater ? value > bound : value < bound;
}

/* The operator and the value. */
static bool value_tolerated(const dset_toleration *toleration, const dset_taint *taint, bool compare) {
  const char *op = toleration->op;
  if (strcmp(op, "Exists") == 0) return true;
  if (op[0] == '\0' || strcmp(op, "Equal") == 0) return dset_text_equal(toleration->value, taint->value);
  if (compare && strcmp(op, "Gt") == 0) return compares(toleration, dset_text_or_empty(taint->value), true);
  if (compare && strcmp(op, "Lt") == 0) return compares(toleration, dset_text_or_empty(taint->value), false);
  return false;
}

/* `permits` is what the taint does by itself. */
static bool tolerated(const dset_tolerations *tolerations, const dset_taint *taint, int permits) {
  const char *key = dset_text_or_empty(taint->key);
  size_t key_bytes = strlen(key);
  for (size_t i = 0; i < tolerations->count; i++) {
    const dset_toleration_mark *mark = &tolerations->marks[i];
    if (mark->effect != permits && mark->effect != ANY_EFFECT) continue;
    if (mark->key_bytes != key_bytes && mark->key_bytes != 0) continue;
    const dset_toleration *item = &tolerations->items[i];
    if (mark->key_bytes != 0 && !dset_text_same(item->key, key)) continue;
    if (value_tolerated(item, taint, tolerations->compare)) return true;
  }
  return false;
}

static void add_taint(dset_reasons *reasons, const dset_taint *taint, int permits) {
  dset_reason reason = {.term = -1, .requirement = -1, .key = taint->key, .value = taint->value};
  reason.code = permits == DSET_VERDICT_STAY ? DSET_REASON_TAINT_NO_SCHEDULE : DSET_REASON_TAINT_NO_EXECUTE;
  reason.effect = taint->effect;
  const char *value = dset_text_or_empty(taint->value);
  reason.text = dset_arena_format(reasons->arena, "the taint %s%s%s:%s is not tolerated",
                                  dset_text_or_empty(taint->key), value[0] == '\0' ? "" : "=", value, taint->effect);
  dset_reasons_add(reasons, &reason);
}

static int compare_taint_reasons(const void *a, const void *b) {
  const dset_reason *left = a;
  const dset_reason *right = b;
  int order = strcmp(left->key, right->key);
  if (order == 0) order = strcmp(left->effect, right->effect);
  return order != 0 ? order : strcmp(left->value, right->value);
}

int dset_taints_permit(const dset_tolerations *tolerations, const dset_node *node, dset_reasons *reasons) {
  int verdict = DSET_VERDICT_RUN;
  size_t first = reasons == NULL ? 0 : reasons->count;
  for (size_t i = 0; i < node->taint_count; i++) {
    int permits = permitted_by(node->taints[i].effect);
    if (permits == DSET_VERDICT_RUN || tolerated(tolerations, &node->taints[i], permits)) continue;
    if (permits < verdict) verdict = permits;
    if (reasons != NULL) add_taint(reasons, &node->taints[i], permits);
  }
  if (reasons != NULL && reasons->count > first + 1) {
    qsort(reasons->items + first, reasons->count - first, sizeof *reasons->items, compare_taint_reasons);
  }
  return verdict;
}
