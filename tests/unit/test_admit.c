/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_admit.c: wrong actions, and the rule they break. A row takes the library's own plan of a small world, which must
 * be admitted, edits it, and says what the judgement must be:
 *
 *   "+DeletePod b"                 an action more; CreatePod gets the hash "cur"
 *   "-CreatePod n1" "-EmitEvent a" one less, by its node, pod or revision
 *   "=CreatePod n1 x"              another hash; "=UpdateRevision r #5" another number; "=EmitEvent a Normal" another
 *                                  type; "=UpdateStatus ready" one more of that counter
 *
 * Vectors and random states stand in test_admit_random.c.
 */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"
#include "support/fault.h"

typedef struct wrong {
  const char *row;
  const char *nodes;
  const char *pods;
  const char *facts; /* see apply_fact() */
  const char *edits;
  const char *rule;    /* "": admitted */
  const char *allowed; /* NULL: not compared */
} wrong;

/* Splits a copy of `text`; NULL at the end. */
static char **split(dset_world *w, const char *text, const char *separators) {
  char **parts = world_alloc(w, strlen(text) + 1, sizeof *parts);
  char *rest;
  size_t count = 0;
  char *copy = world_format(w, "%s", text);
  for (char *part = strtok_r(copy, separators, &rest); part != NULL; part = strtok_r(NULL, separators, &rest)) {
    parts[count++] = part;
  }
  return parts;
}

static bool is(const char *text, const char *other) {
  return strcmp(text, other) == 0;
}

/* ---- facts ---- */

static const char *value_of(const char *word, const char *key) {
  size_t length = strlen(key);
  return strncmp(word, key, length) == 0 ? word + length : NULL;
}

static bool apply_flag(dset_world *w, const char *word) {
  dset_daemonset *daemonset = &w->daemonset;
  if (is(word, "ondelete")) {
    daemonset->strategy = DSET_STRATEGY_ON_DELETE;
  } else if (is(word, "deleting")) {
    daemonset->deleting = true;
  } else if (is(word, "selects-all")) {
    daemonset->selector = world_selector(w, "");
  } else if (is(word, "bad-selector")) {
    daemonset->selector = world_selector(w, "app Like x");
  } else if (is(word, "no-uid")) {
    daemonset->uid = "";
  } else if (is(word, "no-labels")) {
    daemonset->template_label_count = 0;
    world_revision(w, "agent-cur")->labels =
        world_labels(w, "app=agent controller-revision-hash=", &world_revision(w, "agent-cur")->label_count);
  } else if (is(word, "in-flight")) {
    w->in_flight_creates = 1;
  } else if (is(word, "no-revisions")) {
    world_clear_revisions(w);
  } else if (is(word, "written")) { /* the status is written already */
    const dset_status *computed = dset_plan_status(world_plan(w));
    *world_status(w) = *computed;
  } else {
    return false;
  }
  return true;
}

/* One word; after "revision:" what world_revisions() reads, with "," for blanks. */
static void apply_fact(dset_world *w, const char *word) {
  const char *value;
  if (apply_flag(w, word)) return;
  if ((value = value_of(word, "unavailable=")) != NULL) {
    world_budget(w, value, "0");
  } else if ((value = value_of(word, "surge=")) != NULL) {
    world_budget(w, "0", value);
  } else if ((value = value_of(word, "burst=")) != NULL) {
    w->options.burst = (uint32_t)atoi(value);
  } else if ((value = value_of(word, "min-ready=")) != NULL) {
    w->daemonset.min_ready_seconds = atoi(value);
  } else if ((value = value_of(word, "limit=")) != NULL) {
    w->daemonset.has_revision_history_limit = true;
    w->daemonset.revision_history_limit = atoi(value);
  } else if ((value = value_of(word, "selected:")) != NULL) {
    w->daemonset.node_selector = world_labels(w, value, &w->daemonset.node_selector_count);
  } else if ((value = value_of(word, "backoff=")) != NULL) {
    world_backoff(w, world_format(w, "%s", value), 60000, w->now_ms - 1000);
  } else if ((value = value_of(word, "hash=")) != NULL) {
    w->options.revision_hash = world_format(w, "%s", value);
  } else if ((value = value_of(word, "revision:")) != NULL) {
    char *text = world_format(w, "%s", value);
    for (char *at = text; *at != '\0'; at++) *at = *at == ',' ? ' ' : *at;
    world_revisions(w, text);
  } else {
    ck_abort_msg("no such fact: %s", word);
  }
}

/* ---- proposals ---- */

enum { MOST = 64 };

typedef struct proposal {
  dset_action items[MOST];
  const dset_action *pointers[MOST];
  size_t count;
} proposal;

static void propose_plan(proposal *p, const dset_plan *plan) {
  p->count = dset_plan_action_count(plan);
  ck_assert_uint_le(p->count, MOST);
  for (size_t i = 0; i < p->count; i++) p->items[i] = *dset_plan_action(plan, i);
}

static int type_of(const char *name) {
  for (int type = 1; !is(dset_action_type_name(type), "unknown"); type++) {
    if (is(dset_action_type_name(type), name)) return type;
  }
  ck_abort_msg("no such type: %s", name);
}

static bool is_about(const dset_action *action, const char *subject) {
  if (subject == NULL) return true;
  const char *names[] = {action->node, action->pod, action->revision};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    if (names[i] != NULL && is(names[i], subject)) return true;
  }
  return false;
}

static size_t find(const proposal *p, int type, const char *subject) {
  for (size_t i = 0; i < p->count; i++) {
    if (p->items[i].type == type && is_about(&p->items[i], subject)) return i;
  }
  ck_abort_msg("no such action: %s %s", dset_action_type_name(type), subject == NULL ? "" : subject);
}

static void add_event(dset_world *w, dset_action *action, char **words) {
  bool failed = is(words[1], "FailedDaemonPod");
  action->event_type = failed ? "Warning" : "Normal";
  action->event_reason = words[1];
  action->text = world_format(w, "Found %s daemon pod default/%s on node %s, will try to %s it",
                              failed ? "failed" : "succeeded", words[2], words[3], failed ? "kill" : "delete");
}

/* "Type subject #number hash", the last two as far as there are any. */
static void add_action(dset_world *w, proposal *p, int type, char **words) {
  dset_action *action = &p->items[p->count++];
  *action = (dset_action){.size = sizeof *action, .type = type};
  if (type == DSET_ACTION_EMIT_EVENT) {
    add_event(w, action, words);
    return;
  }
  if (type == DSET_ACTION_UPDATE_STATUS) action->status = dset_plan_status(w->plan);
  if (type == DSET_ACTION_CREATE_POD) action->hash = "cur";
  action->node = action->pod = action->revision = words[1];
  for (size_t i = 2; words[1] != NULL && words[i] != NULL; i++) {
    if (words[i][0] == '#') action->number = strtoll(words[i] + 1, NULL, 10);
    if (words[i][0] != '#') action->hash = words[i];
  }
}

static dset_status *raise(dset_world *w, const dset_status *status, const char *counter) {
  dset_status *raised = world_alloc(w, 1, sizeof *raised);
  *raised = *status;
  const struct {
    const char *name;
    int32_t *counter;
  } counters[] = {{"desired", &raised->desired_number_scheduled}, {"current", &raised->current_number_scheduled},
                  {"misscheduled", &raised->number_misscheduled}, {"ready", &raised->number_ready},
                  {"updated", &raised->updated_number_scheduled}, {"available", &raised->number_available},
                  {"unavailable", &raised->number_unavailable},   {"collisions", &raised->collision_count}};
  for (size_t i = 0; i < COUNT_OF(counters); i++) {
    if (is(counters[i].name, counter)) (*counters[i].counter)++;
  }
  if (is(counter, "collisions")) raised->has_collision_count = true;
  if (is(counter, "generation")) raised->observed_generation++;
  if (is(counter, "conditions")) raised->conditions = "[{}]";
  return raised;
}

static void change_action(dset_world *w, dset_action *action, char **words) {
  if (action->type == DSET_ACTION_UPDATE_STATUS) {
    action->status = raise(w, action->status, words[1]);
  } else if (action->type == DSET_ACTION_EMIT_EVENT) {
    action->event_type = words[2];
  } else if (words[2][0] == '#') {
    action->number = strtoll(words[2] + 1, NULL, 10);
  } else {
    action->hash = words[2];
  }
}

static void edit(dset_world *w, proposal *p, const char *edits) {
  char **each = split(w, edits, ";");
  for (size_t i = 0; each[i] != NULL; i++) {
    char **words = split(w, each[i], " ");
    int type = type_of(words[0] + 1);
    bool of_one = type == DSET_ACTION_UPDATE_STATUS || type == DSET_ACTION_BUMP_COLLISION_COUNT;
    if (words[0][0] == '+') {
      add_action(w, p, type, words);
    } else if (words[0][0] == '=') {
      change_action(w, &p->items[find(p, type, of_one ? NULL : words[1])], words);
    } else {
      size_t at = find(p, type, of_one ? NULL : words[1]);
      p->items[at] = p->items[--p->count];
    }
  }
}

static dset_judgement *judge(dset_world *w, proposal *p) {
  dset_snapshot snapshot;
  dset_judgement *judgement;
  dset_error error;
  world_snapshot(w, &snapshot);
  for (size_t i = 0; i < p->count; i++) p->pointers[i] = &p->items[i];
  int code = dset_plan_admits(&snapshot, &w->options, p->pointers, p->count, &judgement, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", error.path, error.text);
  return judgement;
}

static void expect_judgement(const wrong *row, proposal *p, const dset_judgement *judgement, const char *rule) {
  const char *text = dset_judgement_text(judgement);
  if (!is(dset_judgement_rule(judgement), rule)) {
    ck_abort_msg("%s: rule \"%s\" (%s; allowed: %s), want \"%s\"", row->row, dset_judgement_rule(judgement), text,
                 dset_judgement_allowed(judgement), rule);
  }
  bool admitted = is(rule, "");
  ck_assert_msg(dset_judgement_admitted(judgement) == admitted, "%s: admitted", row->row);
  ck_assert_msg((text[0] == '\0') == admitted, "%s: text", row->row);
  ck_assert_msg(strchr(text, '\n') == NULL, "%s: text of several lines", row->row);
  ck_assert_msg((dset_judgement_allowed(judgement)[0] == '\0') == admitted, "%s: allowed", row->row);
  size_t index = dset_judgement_index(judgement);
  ck_assert_msg(index < p->count || index == DSET_NO_ACTION, "%s: index", row->row);
  if (admitted) ck_assert_msg(index == DSET_NO_ACTION, "%s: index", row->row);
}

static void begin_row(dset_world *w, const wrong *row, proposal *p) {
  world_init(w);
  world_nodes(w, row->nodes);
  world_pods(w, row->pods);
  char **facts = split(w, row->facts, " ");
  for (size_t i = 0; facts[i] != NULL; i++) apply_fact(w, facts[i]);
  propose_plan(p, world_plan(w));
}

#define THREE "n1; n2; n3"
#define OLD3 "a@n1 old ready; b@n2 old ready; c@n3 old ready"

static const wrong rows[] = {
    /* manage: creates */
    {"missing create", THREE, "a@n1 ready", "", "-CreatePod n2", "E4", "CreatePod n2"},
    {"second pod on a node", THREE, "a@n1 ready", "", "+CreatePod n1", "E4", NULL},
    {"two pods on an empty node", THREE, "", "", "+CreatePod n2", "E4", "once"},
    {"create beside a deleting pod", THREE, "a@n1 deleting", "", "+CreatePod n1", "E4", NULL},
    {"create on a tainted node", "n1; n2 stay", "", "", "+CreatePod n2", "C4", NULL},
    {"create on an evicting node", "n1; n2 neither", "", "", "+CreatePod n2", "C4", NULL},
    {"create on an unselected node", "n1 zone=a; n2 zone=b", "", "selected:zone=a", "+CreatePod n2", "C6", NULL},
    {"create on a node without the label", "n1 zone=a; n2", "", "selected:zone=a", "+CreatePod n2", "C6", NULL},
    {"create on a node that is not there", "n1", "", "", "+CreatePod n9", "E4", NULL},
    {"create with another hash", "n1", "", "", "=CreatePod n1 old", "C19", "\"cur\""},
    {"one create over the limit", THREE, "", "burst=2", "+CreatePod n3", "E17", "any 2 of n1, n2, n3"},
    {"one create under the limit", THREE, "", "burst=2", "-CreatePod n2", "E4", "any 2 of n1, n2, n3"},
    {"another create within the limit", THREE, "", "burst=2", "-CreatePod n2; +CreatePod n3", "", NULL},
    {"create without any label", "n1", "", "no-labels", "+CreatePod n1", "C23", NULL},
    /* manage: deletes */
    {"a pod too many is left", "n1", "a@n1 age=9; b@n1 age=5", "", "-DeletePod b", "E11", "DeletePod b"},
    {"newest instead of oldest kept", "n1", "a@n1 age=9; b@n1 age=5", "", "-DeletePod b; +DeletePod a", "E11",
     "on node n1: b"},
    {"the only pod", "n1; n2", "a@n1 ready; b@n2 ready; c@n2", "", "+DeletePod a", "E11", NULL},
    {"a foreign pod", "n1; n2", "a@n1; x@n2 foreign", "", "+DeletePod x", "D4", NULL},
    {"a pod that is not there", "n1", "a@n1 ready", "", "+DeletePod z", "D4", NULL},
    {"a pod of another namespace", "n1", "a@n1 ready; z@n1 ns=other", "", "+DeletePod z", "D4", NULL},
    {"a pod of an unknown node", "n1", "a@n1 ready; u", "", "+DeletePod u", "D10", NULL},
    {"a deleting pod", "n1; n2", "a@n1 deleting", "", "+DeletePod a", "E5", NULL},
    {"a deleting pod that has ended", "n1", "a@n1 failed deleting", "", "+DeletePod a", "D11", NULL},
    {"a pod twice", "n1 neither", "a@n1", "", "+DeletePod a", "E4", "once"},
    {"a failed pod is left", "n1", "a@n1 failed", "", "-DeletePod a", "E7", NULL},
    {"back-off ignored", "n1", "a@n1 failed", "backoff=n1", "+DeletePod a", "E8", NULL},
    {"two failed pods of a node", "n1", "a@n1 failed; b@n1 failed", "", "+DeletePod b", "E9", "any 1 of a, b"},
    {"the other failed pod", "n1", "a@n1 failed; b@n1 failed", "",
     "-DeletePod a; -EmitEvent a; +DeletePod b; +EmitEvent FailedDaemonPod b n1", "", NULL},
    {"an adopted failed pod before an own one", "n1", "a@n1 failed orphan; b@n1 failed", "",
     "-DeletePod b; -EmitEvent b; +DeletePod a; +EmitEvent FailedDaemonPod a n1", "E9", "b"},
    {"a succeeded pod is left", "n1", "a@n1 succeeded", "", "-DeletePod a", "E6", NULL},
    {"a pod on an ineligible node is left", "n1 neither", "a@n1 ready", "", "-DeletePod a", "E4", NULL},
    {"a pod that may stay", "n1 stay", "a@n1 ready", "", "+DeletePod a", "F2", NULL},
    {"a bound pod of a vanished node", "n1", "a@gone; b@n1; c@n1", "", "+DeletePod a", "E15", NULL},
    {"a waiting pod of a vanished node is left", "n1", "a>gone; b@n1", "", "-DeletePod a", "E15", NULL},
    {"one delete over the limit", "n1 neither; n2 neither", "a@n1; b@n1; c@n2", "burst=2", "+DeletePod c", "E17",
     "any 2 of a, b, c, one node after the other"},
    {"two nodes in the middle", "n1 neither; n2 neither", "a@n1; b@n1; c@n2; d@n2", "burst=2",
     "-DeletePod b; +DeletePod c", "E17", NULL},
    {"another node first", "n1 neither; n2 neither", "a@n1; b@n1; c@n2; d@n2", "burst=3", "-DeletePod b; +DeletePod d",
     "", NULL},
    {"vanished nodes before the others", "n1 neither", "a@n1; b>gone", "burst=1", "-DeletePod a; +DeletePod b", "E17",
     "a, one node after the other"},
    {"another pod of a node in the middle", "n1 neither", "a@n1; b@n1", "burst=1", "-DeletePod a; +DeletePod b", "",
     NULL},
    {"an adopted pod before an own one", "n1 neither", "o@n1 orphan age=9; a@n1 age=5", "burst=1",
     "-DeletePod a; +DeletePod o", "E17", NULL},
    {"excess pods out of order", "n1", "a@n1 age=9; b@n1 age=5; c@n1 age=3", "burst=1", "-DeletePod b; +DeletePod c",
     "E17", NULL},
    {"announced, and left to the limit", "n1 neither; n2", "x@n1; a@n2 failed; b@n2 failed", "burst=1",
     "-EmitEvent a; +EmitEvent FailedDaemonPod b n2", "", NULL},
    {"another one is announced than deleted", "n1", "a@n1 failed; b@n1 failed", "", "-DeletePod a; +DeletePod b", "E23",
     NULL},
    /* manage: surge */
    {"surge: both stay", "n1; n2", "a@n1 old ready age=9; b@n1 new age=5", "surge=1", "+DeletePod a", "E14", NULL},
    {"surge: the first new one", "n1; n2", "a@n1 old ready; b@n1 new age=9; c@n1 new age=5", "surge=1",
     "-DeletePod c; +DeletePod b", "E13", "on node n1: c"},
    {"surge: an excess one is left", "n1; n2", "a@n1 old ready; b@n1 new age=9; c@n1 new age=5", "surge=1",
     "-DeletePod c", "E13", NULL},
    {"surge: an old one that is not ready is left", "n1", "a@n1 old; b@n1 new", "surge=1", "-DeletePod a", "E14", NULL},
    {"surge: the only one", "n1; n2", "a@n1 new ready", "surge=1", "+DeletePod a", "E12", NULL},
    {"surge: a second one beside a new one", "n1; n2", "a@n1 new ready", "surge=1", "+CreatePod n1", "E12", NULL},
    {"surge: rolls though manage has work", "n1; n2", "a@n1 old ready", "surge=1", "+CreatePod n1", "I9", NULL},
    /* rolling, without surge */
    {"over the budget by one", THREE, OLD3, "", "+DeletePod b", "F8", "any 1 of a, b, c"},
    {"another one of the budget", THREE, OLD3, "unavailable=2", "-DeletePod a; +DeletePod c", "", NULL},
    {"under the budget", THREE, OLD3, "unavailable=2", "-DeletePod a", "F8", "any 2 of a, b, c"},
    {"an available one, unavailable ones left", THREE, "a@n1 old; b@n2 old ready; c@n3 old ready", "unavailable=2",
     "-DeletePod a", "F7", "DeletePod a"},
    {"an available one in place of an unavailable one", THREE, "a@n1 old; b@n2 old ready; c@n3 old ready", "",
     "-DeletePod a; +DeletePod b", "F8", "none now"},
    {"budget spent elsewhere", "n1; n2; n3", "a@n1 old ready; b@n2; c@n3 old ready", "", "+DeletePod a", "F8",
     "none now"},
    {"a current pod", THREE, "a@n1 ready; b@n2 ready; c@n3 old ready", "", "+DeletePod a", "F2", NULL},
    {"rolls though manage has work", THREE, "a@n1 old ready; b@n2 ready", "", "+DeletePod a", "I9", NULL},
    {"rolls on delete", THREE, OLD3, "ondelete", "+DeletePod a", "F1", NULL},
    {"beyond the limit", THREE, "a@n1 old; b@n2 old; c@n3 old", "burst=2", "+DeletePod c", "E17", "any 2 of a, b, c"},
    {"a candidate before the unavailable", THREE, "a@n1 old; b@n2 old ready; c@n3 old", "burst=2 unavailable=3",
     "-DeletePod c; +DeletePod b", "E17", "all of a, c"},
    {"no budget at all", THREE, OLD3, "unavailable=x", "+DeletePod a", "F5", NULL},
    /* rolling, with surge */
    {"over maxSurge", THREE, OLD3, "surge=1", "+CreatePod n2", "F11", "any 1 of n1, n2, n3"},
    {"another node surges", THREE, OLD3, "surge=1", "-CreatePod n1; +CreatePod n3", "", NULL},
    {"fewer than maxSurge", THREE, OLD3, "surge=2", "-CreatePod n2", "F11", "any 2 of n1, n2, n3"},
    {"an unavailable one is not replaced", THREE, "a@n1 old; b@n2 old ready; c@n3 ready", "surge=1", "-CreatePod n1",
     "F11", NULL},
    {"surge on an ineligible node", "n1; n2 stay", "a@n1 old ready; b@n2 old ready", "surge=2", "+CreatePod n2", "F10",
     NULL},
    {"surge beside a new pod", "n1; n2", "a@n1 ready; b@n2 old ready", "surge=2", "+CreatePod n1", "F10", NULL},
    {"deleted before a new one exists", THREE, OLD3, "surge=1", "+DeletePod a", "F11", NULL},
    {"deleted before the new one is available", "n1", "a@n1 old ready; b@n1 new ready=5", "surge=1 min-ready=60",
     "+DeletePod a", "F10", NULL},
    {"an available one of a node it must leave", "n1; n2 stay; n3 stay", "a@n1 ready; b@n2 old ready; c@n3 old ready",
     "surge=1 min-ready=0", "-DeletePod b", "F12", NULL},
    {"too many of nodes they must leave", "n1; n2; n3 stay; n4 stay",
     "a@n1 ready; b@n2; c@n3 old ready; d@n4 old ready", "surge=1", "+DeletePod d", "F12", "any 1 of c, d"},
    {"with an outdated pod on a vanished node", "n1", "a@n1 old ready; b@gone old", "surge=1", "+CreatePod n1", "F14",
     NULL},
    /* ends of the sync */
    {"acts although the DaemonSet is deleting", "n1", "", "deleting", "+CreatePod n1", "I6", NULL},
    {"writes a status although it is deleting", "n1", "", "deleting", "+UpdateStatus", "I6", NULL},
    {"acts with an empty selector", "n1", "", "selects-all", "+CreatePod n1", "I5", NULL},
    {"does not warn of an empty selector", "n1", "", "selects-all", "-EmitEvent", "I5", NULL},
    {"acts with a bad selector", "n1", "", "bad-selector", "+CreatePod n1", "D1", NULL},
    {"acts without an owner", "n1", "", "no-uid", "+CreatePod n1", "D2", NULL},
    {"creates while writes are in flight", "n1", "", "in-flight", "+CreatePod n1", "I8", NULL},
    {"deletes while writes are in flight", "n1", "a@n1; b@n1", "in-flight", "+DeletePod b", "I8", NULL},
    {"cleans up while writes are in flight", "n1", "a@n1", "in-flight limit=0", "+DeleteRevision agent-old", "I8",
     NULL},
    /* claims */
    {"adopts a deleting orphan", "n1", "a@n1 ready; o@n1 orphan deleting", "", "+AdoptPod o", "D4", NULL},
    {"adopts from another controller", "n1", "a@n1 ready; o@n1 foreign", "", "+AdoptPod o", "D4", NULL},
    {"adopts an orphan that does not match", "n1", "a@n1 ready; o@n1 orphan mismatch", "", "+AdoptPod o", "D4", NULL},
    {"does not adopt", "n1", "o@n1 orphan ready", "", "-AdoptPod o", "D4", NULL},
    {"adopts in every phase", "n1", "o@n1 orphan ready", "", "+AdoptPod o", "", NULL},
    {"releases a matching pod", "n1", "a@n1 ready", "", "+ReleasePod a", "D4", NULL},
    {"does not release", "n1", "a@n1 mismatch", "", "-ReleasePod a", "D4", NULL},
    {"deletes what it should release", "n1", "a@n1 mismatch", "", "+DeletePod a", "D4", NULL},
    {"adopts a foreign revision", "n1", "a@n1 ready", "revision:r,#1,foreign", "+AdoptRevision r", "G1", NULL},
    {"does not adopt a revision", "n1", "a@n1 ready", "revision:r,#1,orphan", "-AdoptRevision r", "G1", NULL},
    /* revisions */
    {"revision not created", "n1", "", "no-revisions", "-CreateRevision", "G12", NULL},
    {"another number", "n1", "", "no-revisions hash=new", "=CreateRevision agent-new #5", "G9", "1"},
    {"a hash of its own", "n1", "", "no-revisions", "-CreateRevision; +CreateRevision agent-zz #1 zz; =CreatePod n1 zz",
     "", NULL},
    {"a name that is not its hash", "n1", "", "no-revisions",
     "-CreateRevision; +CreateRevision agent-yy #1 zz; =CreatePod n1 zz", "G12", "agent-zz"},
    {"a hash that is not the given one", "n1", "", "no-revisions hash=new",
     "-CreateRevision; +CreateRevision agent-zz #1 zz; =CreatePod n1 zz", "G12", "agent-new"},
    {"a revision nobody needs", "n1", "a@n1 ready", "", "+CreateRevision agent-x #3 x", "G12", NULL},
    {"does not renumber", "n1", "a@n1 ready", "revision:r,#7", "-UpdateRevision agent-cur", "G9", NULL},
    {"renumbers to a wrong number", "n1", "a@n1 ready", "revision:r,#7", "=UpdateRevision agent-cur #7", "G9", "8"},
    {"renumbers without need", "n1", "a@n1 ready", "", "+UpdateRevision agent-cur #9 cur", "G9", NULL},
    {"labels a revision wrongly", "n1", "a@n1 ready", "revision:r,#1,nohash", "=UpdateRevision r x", "G2", "\"r\""},
    {"label and number in two steps", "n1", "", "no-revisions revision:r,#1,nohash,current revision:s,#4",
     "+UpdateRevision r #1 r", "", NULL},
    {"a label alone", "n1", "", "no-revisions revision:r,#1,nohash,current revision:s,#4", "=UpdateRevision r #1", "G9",
     "5"},
    {"deletes the current revision", "n1", "a@n1 ready", "", "+DeleteRevision agent-cur", "G17", NULL},
    {"deletes a revision in use", "n1", "a@n1 old", "limit=0", "+DeleteRevision agent-old", "G17", NULL},
    {"deletes more than the limit asks", "n1", "a@n1 ready", "limit=1 revision:r,#0", "+DeleteRevision agent-old",
     "G16", "of the old revisions r"},
    {"deletes the higher number", "n1", "a@n1 ready", "limit=1 revision:r,#0",
     "-DeleteRevision r; +DeleteRevision agent-old", "G16", "of the old revisions r"},
    {"either of equal numbers", "n1", "a@n1 ready", "limit=1 revision:r,#1",
     "-DeleteRevision agent-old; +DeleteRevision r", "", NULL},
    {"deletes none", "n1", "a@n1 ready", "limit=0", "-DeleteRevision agent-old", "G16", NULL},
    {"deletes a foreign revision", "n1", "a@n1 ready", "limit=0 revision:r,#1,foreign", "+DeleteRevision r", "G1",
     NULL},
    {"keeps the lower duplicate", "n1", "", "revision:r,#7,current", "-DeleteRevision agent-cur; +DeleteRevision r",
     "G10", NULL},
    {"keeps the other of a tie", "n1", "a@n1 ready", "revision:r,#2,current,hash=cur",
     "-DeleteRevision r; +DeleteRevision agent-cur", "", NULL},
    {"keeps no duplicate", "n1", "a@n1 ready", "revision:r,#2,current,hash=cur", "+DeleteRevision agent-cur", "G10",
     NULL},
    {"leaves a duplicate", "n1", "", "revision:r,#7,current", "-DeleteRevision agent-cur", "G10", NULL},
    {"labels to another hash", "n1", "a@n1 ready", "revision:r,#7,current", "=LabelPod a x", "G11", "\"r\""},
    {"labels without duplicates", "n1", "a@n1 ready", "", "+LabelPod a old", "G11", NULL},
    {"does not label", "n1", "a@n1 ready", "revision:r,#7,current", "-LabelPod a", "G11", NULL},
    {"collision not bumped", "n1", "", "no-revisions revision:agent-x,#1,foreign hash=x", "-BumpCollisionCount", "G13",
     NULL},
    {"bumped too far", "n1", "", "no-revisions revision:agent-x,#1,foreign hash=x", "=BumpCollisionCount - #2", "G13",
     "1"},
    {"a name that is taken", "n1", "", "no-revisions revision:agent-x,#1,foreign hash=x",
     "+CreateRevision agent-x #1 x", "G13", NULL},
    {"acts although the name is taken", "n1", "", "no-revisions revision:agent-x,#1,foreign hash=x", "+CreatePod n1",
     "G13", NULL},
    {"a count is raised without collision", "n1", "a@n1 ready", "", "+BumpCollisionCount - #1", "G13", NULL},
    /* events */
    {"event missing", "n1", "a@n1 failed", "", "-EmitEvent a", "E7", NULL},
    {"event of a succeeded pod missing", "n1", "a@n1 succeeded", "", "-EmitEvent a", "E6", NULL},
    {"event for an untouched pod", "n1", "a@n1 ready", "", "+EmitEvent FailedDaemonPod a n1", "E23", NULL},
    {"event of another type", "n1", "a@n1 failed", "", "=EmitEvent a Normal", "E23", "\"Warning\""},
    {"an event about a call", "n1", "a@n1 ready", "", "+EmitEvent SuccessfulCreate a n1", "", NULL},
    /* status */
    {"status missing", "n1", "a@n1 ready", "", "-UpdateStatus", "H9", NULL},
    {"status written though equal", "n1", "a@n1 ready", "written", "+UpdateStatus", "H9", NULL},
    {"wrong desired", "n1", "a@n1 ready", "", "=UpdateStatus desired", "H2", "1"},
    {"wrong current", "n1", "a@n1 ready", "", "=UpdateStatus current", "H2", "1"},
    {"wrong misscheduled", "n1", "a@n1 ready", "", "=UpdateStatus misscheduled", "H2", "0"},
    {"wrong ready", "n1", "a@n1 ready", "", "=UpdateStatus ready", "H4", "1"},
    {"wrong updated", "n1", "a@n1 ready", "", "=UpdateStatus updated", "H4", "1"},
    {"wrong available", "n1", "a@n1 ready", "", "=UpdateStatus available", "H4", "1"},
    {"wrong unavailable", "n1", "a@n1 ready", "", "=UpdateStatus unavailable", "H3", "0"},
    {"wrong generation", "n1", "a@n1 ready", "", "=UpdateStatus generation", "H6", "1"},
    {"wrong collisions", "n1", "a@n1 ready", "", "=UpdateStatus collisions", "H7", "\"absent\""},
    {"wrong conditions", "n1", "a@n1 ready", "", "=UpdateStatus conditions", "H8", "\"\""},
    {"status twice", "n1", "a@n1 ready", "", "+UpdateStatus", "H9", "once"},
};

START_TEST(rule_of_row) {
  const wrong *row = &rows[_i];
  static proposal p;
  dset_world w;
  begin_row(&w, row, &p);
  dset_judgement *judgement = judge(&w, &p);
  expect_judgement(row, &p, judgement, "");
  dset_judgement_free(judgement);
  edit(&w, &p, row->edits);
  judgement = judge(&w, &p);
  expect_judgement(row, &p, judgement, row->rule);
  if (row->allowed != NULL) expect_text(row->row, "allowed", dset_judgement_allowed(judgement), row->allowed);
  dset_judgement_free(judgement);
  world_free(&w);
}
END_TEST

/* ---- arguments, memory ---- */

static void begin_failed_pods(dset_world *w, proposal *p) {
  static const wrong world = {"",
                              "n1; n2; n3 stay",
                              "a@n1 failed; b@n1 failed; c@n2 old ready; d@n3; o@n3 orphan",
                              "burst=2 revision:r,#1",
                              "",
                              "",
                              NULL};
  begin_row(w, &world, p);
}

START_TEST(bad_actions) {
  static const struct {
    dset_action action;
    int code;
    const char *path;
  } bad[] = {
      {{.type = 0}, DSET_ERR_INVALID, "actions[1].type"},
      {{.type = 14}, DSET_ERR_INVALID, "actions[1].type"},
      {{.type = DSET_ACTION_CREATE_POD, .pod = "a"}, DSET_ERR_INVALID, "actions[1].node"},
      {{.type = DSET_ACTION_DELETE_POD, .node = "a"}, DSET_ERR_INVALID, "actions[1].pod"},
      {{.type = DSET_ACTION_ADOPT_POD, .pod = ""}, DSET_ERR_INVALID, "actions[1].pod"},
      {{.type = DSET_ACTION_DELETE_REVISION}, DSET_ERR_INVALID, "actions[1].revision"},
      {{.type = DSET_ACTION_UPDATE_STATUS}, DSET_ERR_INVALID, "actions[1].status"},
      {{.type = DSET_ACTION_EMIT_EVENT}, DSET_ERR_INVALID, "actions[1].text"},
      {{.size = 1, .type = DSET_ACTION_BUMP_COLLISION_COUNT}, DSET_ERR_ABI, "actions[1]"},
  };
  static const dset_status short_status = {.size = 1};
  dset_action good = {.type = DSET_ACTION_DELETE_POD, .pod = "a"};
  dset_action with_status = {.type = DSET_ACTION_UPDATE_STATUS, .status = &short_status};
  static proposal p;
  dset_world w;
  dset_snapshot snapshot;
  dset_error error;
  begin_failed_pods(&w, &p);
  world_snapshot(&w, &snapshot);
  for (size_t i = 0; i <= COUNT_OF(bad) + 1; i++) {
    dset_judgement *judgement = (dset_judgement *)&w;
    const dset_action *actions[] = {&good, i < COUNT_OF(bad)    ? &bad[i].action
                                           : i == COUNT_OF(bad) ? NULL
                                                                : &with_status};
    int code = dset_plan_admits(&snapshot, NULL, actions, 2, &judgement, &error);
    int want = i < COUNT_OF(bad) ? bad[i].code : i == COUNT_OF(bad) ? DSET_ERR_INVALID : DSET_ERR_ABI;
    ck_assert_msg(code == want && error.code == want, "%zu: %d", i, code);
    ck_assert_ptr_null(judgement);
    if (i < COUNT_OF(bad)) ck_assert_str_eq(error.path, bad[i].path);
  }
  ck_assert_str_eq(error.path, "actions[1].status");
  world_free(&w);
}
END_TEST

START_TEST(bad_arguments) {
  static proposal p;
  dset_world w;
  dset_snapshot snapshot;
  dset_error error;
  dset_judgement *judgement = (dset_judgement *)&w;
  begin_failed_pods(&w, &p);
  world_snapshot(&w, &snapshot);
  ck_assert_int_eq(dset_plan_admits(&snapshot, NULL, NULL, 0, NULL, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "judgement");
  ck_assert_int_eq(dset_plan_admits(NULL, NULL, NULL, 0, &judgement, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "snapshot");
  ck_assert_ptr_null(judgement);
  ck_assert_int_eq(dset_plan_admits(&snapshot, NULL, NULL, 1, &judgement, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "actions");
  w.options.size = 1;
  ck_assert_int_eq(dset_plan_admits(&snapshot, &w.options, NULL, 0, &judgement, &error), DSET_ERR_ABI);
  ck_assert_int_eq(dset_plan_admits(&snapshot, NULL, NULL, 0, &judgement, NULL), DSET_OK);
  ck_assert(!dset_judgement_admitted(judgement));
  dset_judgement_free(judgement);
  dset_judgement_free(NULL);
  world_free(&w);
}
END_TEST

/* Every allocation of a judgement that admits, and of one for each row's objection, fails in turn. */
START_TEST(every_allocation_fails) {
  const wrong *row = &rows[_i];
  static proposal p;
  dset_world w;
  dset_snapshot snapshot;
  begin_row(&w, row, &p);
  edit(&w, &p, row->edits);
  world_snapshot(&w, &snapshot);
  for (size_t i = 0; i < p.count; i++) p.pointers[i] = &p.items[i];
  fault f;
  w.options.allocator = &f.allocator;
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    dset_judgement *judgement = NULL;
    dset_error error;
    fault_init(&f, at, at % 2 == 0 ? FAULT_ONCE : FAULT_ON);
    code = dset_plan_admits(&snapshot, &w.options, p.pointers, p.count, &judgement, &error);
    if (code == DSET_OK) {
      ck_assert_str_eq(dset_judgement_rule(judgement), row->rule);
      ck_assert_uint_le(f.asked, at);
    } else {
      ck_assert_int_eq(code, DSET_ERR_NOMEM);
      ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
      ck_assert_ptr_null(judgement);
    }
    dset_judgement_free(judgement);
    fault_expect_empty(&f, row->row);
  }
  world_free(&w);
}
END_TEST

Suite *dset_suite_admit(void);
void dset_add_admit_random(Suite *suite); /* test_admit_random.c */

Suite *dset_suite_admit(void) {
  Suite *suite = suite_create("admit");
  TCase *table = tcase_create("rules");
  ADD_ROWS(table, rule_of_row, rows);
  suite_add_tcase(suite, table);
  TCase *input = tcase_create("input");
  tcase_add_test(input, bad_actions);
  tcase_add_test(input, bad_arguments);
  suite_add_tcase(suite, input);
  TCase *memory = tcase_create("memory");
  ADD_ROWS(memory, every_allocation_fails, rows);
  suite_add_tcase(suite, memory);
  dset_add_admit_random(suite);
  return suite;
}
