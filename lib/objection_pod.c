/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objection_pod.c (L3): why a pod must not be created, or deleted. The first row that applies:
 *
 *   deleted pod                                     | rule
 *   not claimed                                     | D4
 *   its node cannot be told                         | D10
 *   terminal and deleting                           | D11
 *   the rolling phase ended with a problem          | F5, F14
 *   found by the phase that acted, but not chosen   | F8, F12; E17 when it is behind the limit
 *   deleting                                        | E5
 *   failed, in back-off or not the one that goes    | E8, E9
 *   rolling: current                                | F2
 *            outdated, alone, with surge            | F11
 *            outdated, beside another               | F6, with surge F10
 *   bound to a vanished node                        | E15
 *   manage: outdated and alone                      | I9, or F1 when nothing ever rolls
 *           the one that stays                      | E11, with surge E12, E13, E14
 *
 *   created on a node                               | rule
 *   that is unknown                                 | E4
 *   after a problem of the rolling phase            | F5, F14
 *   found, and pods would have no labels            | C23
 *   found by the phase that acted, but not chosen   | F11; E17 when it is behind the limit
 *   where it must not run                           | that of the first reason; with surge, beside a pod, F10
 *   rolling with surge, beside a pod                | F10
 *   manage with surge, beside outdated pods         | I9
 *                      beside a current one         | E12
 *   that has a pod                                  | E4
 */
#include "model.h"
#include "objection.h"
#include "text.h"

/* The pods of an entry that the phases look at. */
typedef struct holding {
  size_t fresh; /* of the current template (F2) */
  size_t old;
  size_t rest;   /* not terminal (R of E5) */
  bool labelled; /* one of the rest has the current hash, as E13 looks at it */
} holding;

static const dset_entry *find_entry(const dset_judge *judge, const char *node) {
  const dset_census *census = &judge->done->census;
  for (size_t i = 0; i < census->count; i++) {
    if (dset_text_equal(census->entries[i].name, node)) return &census->entries[i];
  }
  return NULL;
}

static bool has_hash(const dset_judge *judge, const dset_pod *pod) {
  return dset_text_equal(dset_label_value(pod->labels, pod->label_count, DSET_LABEL_HASH), judge->done->history.hash);
}

static bool is_new(const dset_judge *judge, const dset_pod *pod) {
  return dset_pod_is_new(pod, judge->done->history.hash, judge->sync->generation);
}

static holding look(const dset_judge *judge, const dset_entry *entry) {
  holding held = {0};
  for (size_t i = 0; i < entry->count; i++) {
    const dset_pod *pod = entry->pods[i];
    if (pod->deleting) continue;
    *(is_new(judge, pod) ? &held.fresh : &held.old) += 1;
    if (dset_pod_terminal(pod)) continue;
    held.rest++;
    held.labelled = held.labelled || has_hash(judge, pod);
  }
  return held;
}

static const char *pod_text(dset_judge *judge, const dset_entry *entry, const dset_pod *pod, const char *words) {
  return dset_arena_format(judge->arena, "pod %s on node %s %s", pod->name, entry->name, words);
}

static const char *node_text(dset_judge *judge, const char *node, const char *words) {
  return dset_arena_format(judge->arena, "node %s %s", node, words);
}

/* The deletes of a node: "a, b", or "none". */
static const char *deletes_of(dset_judge *judge, const dset_entry *entry) {
  const dset_work *work = judge->done->rolls ? &judge->done->rolled.work : &judge->done->managed.work;
  const char *list = NULL;
  for (size_t i = 0; i < work->delete_count; i++) {
    if (!dset_text_equal(work->deletes[i].node, entry->name)) continue;
    const char *name = work->deletes[i].pod->name;
    list = dset_arena_format(judge->arena, "%s%s%s", dset_text_or_empty(list), list == NULL ? "" : ", ", name);
    if (list == NULL) return NULL;
  }
  return dset_arena_format(judge->arena, "on node %s: %s", entry->name, list == NULL ? "no deletion" : list);
}

/* A problem that ended the rolling phase. */
static bool object_to_problem(dset_judge *judge) {
  const dset_rolled *rolled = &judge->done->rolled;
  if (!judge->done->rolls || rolled->problem == 0) return false;
  const char *rule = rolled->problem == DSET_PROBLEM_BUDGET ? "F5" : "F14";
  dset_object(judge, rule, dset_arena_string(judge->arena, judge->plan->problem.text),
              "nothing: the rolling update fails with this error");
  return true;
}

/* Found by the phase that acted, and left out by the budget or the limit. */
static bool object_to_unchosen_delete(dset_judge *judge, const dset_entry *entry, const dset_pod *pod) {
  const dset_stages *done = judge->done;
  const dset_work *work = done->rolls ? &done->rolled.work : &done->managed.work;
  const dset_rollout *facts = &done->rolled.facts;
  size_t at = work->delete_count;
  while (at < work->delete_found && work->deletes[at].pod != pod) at++;
  if (at == work->delete_found) return false;
  const char *text;
  const char *rule = "E17";
  if (!done->rolls || work->delete_count == judge->sync->options.burst) {
    text = dset_arena_format(judge->arena, "pod %s on node %s is beyond the limit: %u of %zu deletes", pod->name,
                             entry->name, (unsigned)judge->sync->options.burst, work->delete_found);
  } else if (facts->surge) {
    rule = "F12";
    text = dset_arena_format(judge->arena, "pod %s on node %s is one too many; nodes available: %lld, desired: %lld",
                             pod->name, entry->name, (long long)facts->available, (long long)facts->desired);
  } else {
    rule = "F8";
    text = dset_arena_format(
        judge->arena,
        "pod %s on node %s is over the budget; nodes that may be unavailable: %lld of %lld, that are: %lld", pod->name,
        entry->name, (long long)facts->max_unavailable, (long long)facts->desired, (long long)facts->unavailable);
  }
  dset_object(judge, rule, text, dset_choice_text(judge, work, false));
  return true;
}

/* E8, E9: a failed pod that is not the one to go. */
static void object_to_failed(dset_judge *judge, const dset_entry *entry, const dset_pod *pod) {
  const dset_work *work = &judge->done->managed.work;
  const dset_pod *gone = NULL;
  for (size_t i = 0; i < work->event_count; i++) {
    const dset_event *event = &work->events[i];
    if (event->pod->phase == DSET_PHASE_FAILED && dset_text_equal(event->node, entry->name)) gone = event->pod;
  }
  if (gone == NULL) {
    dset_object(judge, "E8", pod_text(judge, entry, pod, "has failed, and the node's back-off has not run out"),
                "none of the failed pods of the node");
    return;
  }
  bool owned = dset_controller_of(gone->owners, gone->owner_count) != NULL;
  const char **names = dset_arena_alloc(judge->sync->scratch, entry->count, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; names != NULL && i < entry->count; i++) {
    const dset_pod *other = entry->pods[i];
    bool other_owned = dset_controller_of(other->owners, other->owner_count) != NULL;
    if (!other->deleting && other->phase == DSET_PHASE_FAILED && other_owned == owned) names[count++] = other->name;
  }
  const char *allowed = names == NULL ? NULL : dset_any_of(judge, 1, names, count);
  dset_object(judge, "E9", pod_text(judge, entry, pod, "is not the failed pod whose deletion starts the back-off"),
              allowed);
}

/* In the rolling update, by what the node holds. */
static void object_to_rolled_delete(dset_judge *judge, const dset_entry *entry, const dset_pod *pod) {
  const dset_rollout *facts = &judge->done->rolled.facts;
  holding held = look(judge, entry);
  const char *allowed = deletes_of(judge, entry);
  if (is_new(judge, pod)) {
    dset_object(judge, "F2", pod_text(judge, entry, pod, "runs the current template"), allowed);
  } else if (facts->surge && held.fresh == 0 && held.old == 1) {
    dset_object(judge, "F11", pod_text(judge, entry, pod, "goes only when a new one beside it is available"), allowed);
  } else if (facts->surge) {
    dset_object(judge, "F10", pod_text(judge, entry, pod, "stays until the new one beside it is available"), allowed);
  } else {
    dset_object(judge, "F6", pod_text(judge, entry, pod, "is not alone, the node counts as unavailable"), allowed);
  }
}

/* In manage, by what the node holds (E11 to E14). */
static void object_to_managed_delete(dset_judge *judge, const dset_entry *entry, const dset_pod *pod) {
  const dset_managed *managed = &judge->done->managed;
  bool rolling = judge->sync->daemonset->strategy == DSET_STRATEGY_ROLLING_UPDATE;
  holding held = look(judge, entry);
  const char *allowed = deletes_of(judge, entry);
  if (held.rest == 1 && !is_new(judge, pod) && !rolling) {
    dset_object(judge, "F1", pod_text(judge, entry, pod, "is outdated, but the strategy is not RollingUpdate"),
                allowed);
  } else if (held.rest == 1 && !is_new(judge, pod)) {
    dset_object(judge, "I9", pod_text(judge, entry, pod, "is outdated, but nothing rolls while manage has work"),
                allowed);
  } else if (!managed->surge) {
    dset_object(judge, "E11", pod_text(judge, entry, pod, "is the one that the node keeps"), allowed);
  } else if (held.rest == 1) {
    dset_object(judge, "E12", pod_text(judge, entry, pod, "is the node's only usable one"), allowed);
  } else if (has_hash(judge, pod) || !held.labelled) {
    dset_object(judge, "E13", pod_text(judge, entry, pod, "is the first of its kind, which the node keeps"), allowed);
  } else {
    dset_object(judge, "E14", pod_text(judge, entry, pod, "is ready, and the new one beside it is not available yet"),
                allowed);
  }
}

static const dset_claim *find_claim(const dset_judge *judge, const char *name) {
  const dset_claims *claims = &judge->done->claims;
  for (size_t i = 0; i < claims->count; i++) {
    if (dset_text_equal(claims->items[i].pod->name, name)) return &claims->items[i];
  }
  return NULL;
}

const char *dset_stranger_text(dset_judge *judge, const char *name) {
  const dset_snapshot *snapshot = judge->sync->snapshot;
  const char *ns = dset_text_or_empty(judge->sync->daemonset->ns);
  const dset_pod *pod = NULL;
  for (size_t i = 0; i < snapshot->pod_count && pod == NULL; i++) {
    const dset_pod *other = snapshot->pods[i];
    if (dset_text_equal(other->ns, ns) && dset_text_equal(other->name, name)) pod = other;
  }
  if (pod == NULL) return dset_arena_format(judge->arena, "there is no pod %s in namespace %s", name, ns);
  const char *words = "does not match the selector and has no controller";
  const dset_owner *controller = dset_controller_of(pod->owners, pod->owner_count);
  for (size_t i = 0; i < judge->done->claims.release_count; i++) {
    if (judge->done->claims.release[i] == pod) {
      return dset_arena_format(judge->arena, "pod %s no longer matches the selector and is released", name);
    }
  }
  if (controller != NULL) {
    return dset_arena_format(judge->arena, "pod %s has another controller, %s", name,
                             dset_text_or_empty(controller->name));
  }
  if (dset_selector_matches(&judge->sync->selector, pod->labels, pod->label_count)) {
    words = "has no controller, and is deleting";
  }
  return dset_arena_format(judge->arena, "pod %s %s", name, words);
}

void dset_object_to_delete(dset_judge *judge, const dset_action *action) {
  const dset_claim *claim = find_claim(judge, action->pod);
  if (claim == NULL) {
    dset_object(judge, "D4", dset_stranger_text(judge, action->pod), "pods that the DaemonSet owns or adopts");
    return;
  }
  const dset_pod *pod = claim->pod;
  const dset_entry *entry = claim->target == NULL ? NULL : find_entry(judge, claim->target);
  if (claim->target == NULL) {
    dset_object(judge, "D10", dset_arena_format(judge->arena, "the node that pod %s is for cannot be told", pod->name),
                "nothing: it is left alone");
  } else if (entry == NULL || (pod->deleting && dset_pod_terminal(pod))) {
    dset_object(judge, "D11", dset_arena_format(judge->arena, "pod %s has ended and is deleting", pod->name),
                "nothing: it is no longer looked at");
  } else if (object_to_problem(judge) || object_to_unchosen_delete(judge, entry, pod)) {
    return;
  } else if (pod->deleting) {
    dset_object(judge, "E5", pod_text(judge, entry, pod, "is deleting already"), deletes_of(judge, entry));
  } else if (pod->phase == DSET_PHASE_FAILED && !entry->vanished) {
    object_to_failed(judge, entry, pod);
  } else if (judge->done->rolls) {
    object_to_rolled_delete(judge, entry, pod);
  } else if (entry->vanished) {
    dset_object(judge, "E15", pod_text(judge, entry, pod, "is bound, and the node does not exist"),
                "of vanished nodes only pods that are not bound");
  } else {
    object_to_managed_delete(judge, entry, pod);
  }
}

static bool object_to_unchosen_create(dset_judge *judge, const char *node) {
  const dset_stages *done = judge->done;
  const dset_work *work = done->rolls ? &done->rolled.work : &done->managed.work;
  const dset_rollout *facts = &done->rolled.facts;
  size_t at = work->create_count;
  while (at < work->create_found && !dset_text_equal(work->creates[at].node, node)) at++;
  if (at == work->create_found) return false;
  if (judge->plan->problem.code == DSET_PROBLEM_NO_LABELS) {
    dset_object(judge, "C23", node_text(judge, node, "gets no pod: it would carry no label at all"), "no creation");
  } else if (!done->rolls || work->create_count == judge->sync->options.burst) {
    const char *text = dset_arena_format(judge->arena, "node %s is beyond the limit: %u of %zu creates", node,
                                         (unsigned)judge->sync->options.burst, work->create_found);
    dset_object(judge, "E17", text, dset_choice_text(judge, work, true));
  } else {
    const char *text =
        dset_arena_format(judge->arena, "a new pod on node %s is over the budget; surge slots in use: %lld of %lld",
                          node, (long long)facts->surging, (long long)facts->max_surge);
    dset_object(judge, "F11", text, dset_choice_text(judge, work, true));
  }
  return true;
}

/* A node where the pod must not run: the first reason why. */
static void object_to_verdict(dset_judge *judge, const char *name) {
  size_t at = dset_table_find(&judge->sync->nodes, name, "");
  dset_reasons reasons = {.arena = judge->arena};
  dset_rules_verdict(&judge->sync->rules, judge->sync->snapshot->nodes[at], &reasons);
  if (reasons.failed || reasons.count == 0) {
    dset_object(judge, "C4", NULL, NULL);
    return;
  }
  const dset_reason *first = &reasons.items[0];
  dset_object(judge, dset_reason_rule(first->code),
              dset_arena_format(judge->arena, "node %s must not get a pod: %s", name, first->text),
              "creations on eligible nodes only");
}

void dset_object_to_create(dset_judge *judge, const dset_action *action) {
  const dset_stages *done = judge->done;
  const dset_entry *entry = find_entry(judge, action->node);
  bool surges = done->rolls && done->rolled.facts.surge;
  if (entry == NULL || entry->vanished) {
    dset_object(judge, "E4", node_text(judge, action->node, "does not exist"), "creations on eligible nodes only");
  } else if (object_to_problem(judge) || object_to_unchosen_create(judge, action->node)) {
    return;
  } else if (entry->verdict != DSET_VERDICT_RUN && (!surges || entry->count == 0)) {
    object_to_verdict(judge, action->node);
  } else if (entry->verdict != DSET_VERDICT_RUN) {
    dset_object(judge, "F10", node_text(judge, action->node, "no longer qualifies, so no new pod starts on it"),
                dset_choice_text(judge, &done->rolled.work, true));
  } else if (surges) {
    dset_object(judge, "F10", node_text(judge, action->node, "is not one where an outdated pod stands alone"),
                dset_choice_text(judge, &done->rolled.work, true));
  } else if (done->managed.surge && !done->rolls && look(judge, entry).fresh == 0) {
    dset_object(judge, "I9",
                node_text(judge, action->node, "holds an outdated pod, but manage has work: nothing rolls"),
                "no creation there");
  } else if (done->managed.surge) {
    dset_object(judge, "E12", node_text(judge, action->node, "has a usable pod"), "no creation there");
  } else {
    dset_object(judge, "E4", node_text(judge, action->node, "has a pod, even if on its way out"), "no creation there");
  }
}
