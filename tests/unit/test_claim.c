/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_claim.c: section D, whose pods and revisions are these. A claim is seen in two ways: as AdoptPod or ReleasePod,
 * and by the node: with a claimed pod on it, it needs no other.
 */
#include <string.h>

#include "census.h"
#include "support/build.h"

#define NEEDS "CreatePod n1 node-needs-pod"

/* ---- D1: the selector ---- */

typedef struct selector_row {
  const char *row;
  const char *selector;
  bool matches; /* a pod with the labels app=agent tier=a */
} selector_row;

static const selector_row selector_rows[] = {
    {"D1 absent matches nothing", NULL, false},
    {"D1 label equal", "app=agent", true},
    {"D1 label differs", "app=other", false},
    {"D1 label missing", "zone=agent", false},
    {"D1 label missing, empty value wanted", "zone=", false},
    {"D1 labels are ANDed", "app=agent & tier=b", false},
    {"D1 both labels", "app=agent & tier=a", true},
    {"D1 label and expression are ANDed", "app=agent & tier NotIn a", false},
    {"D1 In, value in set", "tier In b,a", true},
    {"D1 In, value not in set", "tier In b,c", false},
    {"D1 In, missing", "zone In a", false},
    {"D1 NotIn, value in set", "tier NotIn a,b", false},
    {"D1 NotIn, value not in set", "tier NotIn b", true},
    {"D1 NotIn, missing", "zone NotIn a", true},
    {"D1 Exists, present", "tier Exists", true},
    {"D1 Exists, missing", "zone Exists", false},
    {"D1 DoesNotExist, present", "tier DoesNotExist", false},
    {"D1 DoesNotExist, missing", "zone DoesNotExist", true},
};

START_TEST(D1_selector) {
  const selector_row *row = &selector_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "mine@n1; orphan@n1 orphan");
  world_clear_revisions(&w);
  size_t count = 0;
  const dset_label *labels = world_labels(&w, "app=agent tier=a", &count);
  for (size_t i = 0; i < 2; i++) {
    dset_pod *pod = world_pod(&w, i == 0 ? "mine" : "orphan");
    pod->labels = labels;
    pod->label_count = count;
  }
  w.daemonset.selector = world_selector(&w, row->selector);
  world_expect(&w, row->row, TRACE_CLAIMS,
               row->matches ? "AdoptPod orphan orphan-matches" : "ReleasePod mine selector-mismatch");
  world_free(&w);
}
END_TEST

static const selector_row bad_selector_rows[] = {
    {"D1 bad key of a label", "-app=agent", false},
    {"D1 bad value of a label", "app=-agent", false},
    {"D1 key of two slashes", "a/b/c=d", false},
    {"D1 bad key of an expression", "-app Exists", false},
    {"D1 bad value of an expression", "app In agent,a/b", false},
    {"D1 operator Gt", "app Gt 1", false},
    {"D1 unknown operator", "app Like agent", false},
    {"D1 operators are case-sensitive", "app in agent", false},
    {"D1 In without values", "app In", false},
    {"D1 Exists with a value", "app Exists agent", false},
    {"D1 one bad requirement spoils the selector", "app=agent & -x Exists", false},
};

/* The first phase that claims is history: its error ends the sync before the status (I7, G14). */
START_TEST(D1_selector_error) {
  const selector_row *row = &bad_selector_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "orphan@n1 orphan; failed@n1 failed");
  w.daemonset.selector = world_selector(&w, row->selector);
  world_expect(&w, row->row, TRACE_ALL, "");
  expect_text(row->row, "problems", world_problems(&w, w.plan), "selector");
  world_free(&w);
}
END_TEST

typedef struct grammar_row {
  const char *row;
  const char *key;
  const char *value;
  bool valid;
} grammar_row;

#define LONG63 "a23456789012345678901234567890123456789012345678901234567890123"
#define LONG252 LONG63 LONG63 LONG63 LONG63

/* B2: keys and values of labels. */
static const grammar_row grammar_rows[] = {
    {"D1 key of one character", "a", "v", true},
    {"D1 key of all characters", "A-z_0.9", "v", true},
    {"D1 key starts with a dot", ".a", "v", false},
    {"D1 key ends in a dash", "a-", "v", false},
    {"D1 key of 63 bytes", LONG63, "v", true},
    {"D1 key of 64 bytes", LONG63 "4", "v", false},
    {"D1 key with another character", "a:b", "v", false},
    {"D1 key not ASCII", "\303\244", "v", false},
    {"D1 empty name", "example.com/", "v", false},
    {"D1 empty prefix", "/a", "v", false},
    {"D1 prefix", "example.com/a", "v", true},
    {"D1 prefix of one character", "1/a", "v", true},
    {"D1 prefix with a long label", LONG63 "4.com/a", "v", true},
    {"D1 prefix of 253 bytes", LONG252 "x/a", "v", true},
    {"D1 prefix of 254 bytes", LONG252 "xy/a", "v", false},
    {"D1 prefix with an upper-case letter", "exAmple.com/a", "v", false},
    {"D1 prefix with an underscore", "ex_ample.com/a", "v", false},
    {"D1 prefix with an empty label", "example..com/a", "v", false},
    {"D1 prefix starts with a dot", ".com/a", "v", false},
    {"D1 prefix ends in a dot", "com./a", "v", false},
    {"D1 prefix label starts with a dash", "example.-com/a", "v", false},
    {"D1 prefix label ends in a dash", "example-.com/a", "v", false},
    {"D1 prefix with a dash inside", "ex-am--ple.com/a", "v", true},
    {"D1 two slashes", "example.com/a/b", "v", false},
    {"D1 empty value", "a", "", true},
    {"D1 value of all characters", "a", "A-z_0.9", true},
    {"D1 value starts with an underscore", "a", "_v", false},
    {"D1 value ends in a dot", "a", "v.", false},
    {"D1 value of 63 bytes", "a", LONG63, true},
    {"D1 value of 64 bytes", "a", LONG63 "4", false},
    {"D1 value with a slash", "a", "v/w", false},
    {"D1 value with a blank", "a", "v w", false},
};

START_TEST(D1_grammar) {
  const grammar_row *row = &grammar_rows[_i];
  dset_world w;
  world_init(&w);
  dset_label label = {.key = row->key, .value = row->value};
  dset_requirement requirement = {.key = row->key, .op = "NotIn", .values = &label.value, .value_count = 1};
  dset_selector by_label = {.labels = &label, .label_count = 1};
  dset_selector by_expression = {.expressions = &requirement, .expression_count = 1};
  const char *expected = row->valid ? "" : "selector";
  w.daemonset.selector = &by_label;
  expect_text(row->row, "problems of a label", world_problems(&w, world_plan(&w)), expected);
  w.daemonset.selector = &by_expression;
  expect_text(row->row, "problems of an expression", world_problems(&w, world_plan(&w)), expected);
  world_free(&w);
}
END_TEST

/* ---- D2, D3: candidates and the controller reference ---- */

START_TEST(D2_namespace) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "mine@n1 ns=other; orphan@n1 orphan ns=other; mismatch@n1 mismatch ns=other");
  world_expect(&w, "D2 pods of another namespace are ignored", TRACE_PODS | TRACE_CLAIMS, NEEDS);
  world_free(&w);
}
END_TEST

typedef struct owner_row {
  const char *row;
  const char *expected_pod;      /* PODS and CLAIMS */
  const char *expected_revision; /* of a revision that holds the template and has number 1 */
  dset_owner owners[3];
} owner_row;

#define OWNER_OTHER \
  { "DaemonSet", "agent", "uid-other", true }
#define OWNER_OURS \
  { "DaemonSet", "agent", WORLD_UID, true }
#define FRESH "CreateRevision agent-fresh #1 fresh template-new"

static const owner_row owner_rows[] = {
    {"D3 ours", "", "", {OWNER_OURS}},
    {"D3 behind an owner that is no controller", "", "", {{"Node", "n", "u", false}, OWNER_OURS}},
    {"D3 the first controller counts, other first", NEEDS, FRESH, {OWNER_OTHER, OWNER_OURS}},
    {"D3 the first controller counts, ours first", "", "", {OWNER_OURS, OWNER_OTHER}},
    {"D3 ours, but not as controller",
     "AdoptPod p orphan-matches",
     "AdoptRevision agent-r orphan-matches",
     {{"DaemonSet", "agent", WORLD_UID, false}}},
    {"D3 several owners without a controller",
     "AdoptPod p orphan-matches",
     "AdoptRevision agent-r orphan-matches",
     {{"Node", "n", "u", false}, {"DaemonSet", "agent", "uid-other", false}}},
    {"D2 other uid", NEEDS, FRESH, {OWNER_OTHER}},
    {"D2 other kind with our uid (G1: of a revision the uid alone decides)",
     NEEDS,
     "",
     {{"ReplicaSet", "agent", WORLD_UID, true}}},
    {"D2 other name with our uid (G1: of a revision the uid alone decides)",
     NEEDS,
     "",
     {{"DaemonSet", "agent2", WORLD_UID, true}}},
};

START_TEST(D3_controller) {
  const owner_row *row = &owner_rows[_i];
  size_t count = 0;
  while (count < COUNT_OF(row->owners) && row->owners[count].kind != NULL) count++;
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "p@n1");
  world_pod(&w, "p")->owners = row->owners;
  world_pod(&w, "p")->owner_count = count;
  world_expect(&w, row->row, TRACE_PODS | TRACE_CLAIMS, row->expected_pod);
  world_clear_revisions(&w);
  world_revisions(&w, "agent-r #1 hash=cur current");
  world_revision(&w, "agent-r")->owners = row->owners;
  world_revision(&w, "agent-r")->owner_count = count;
  w.options.revision_hash = "fresh";
  world_expect(&w, row->row, TRACE_REVISIONS, row->expected_revision);
  world_free(&w);
}
END_TEST

/* Without owner data manage and status fail, so nothing is done with pods and no status is written (D8). */
START_TEST(D2_owner_error) {
  static const char *const rows[] = {"D2 no namespace", "D2 no name", "D2 no uid"};
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, "orphan@n1 orphan; failed@n1 failed");
  if (_i == 0) w.daemonset.ns = "";
  if (_i == 1) w.daemonset.name = NULL;
  if (_i == 2) w.daemonset.uid = "";
  world_expect(&w, rows[_i], TRACE_PODS | TRACE_CLAIMS | TRACE_EVENTS | TRACE_STATUS, "");
  expect_text(rows[_i], "problems", world_problems(&w, w.plan), "owner");
  world_free(&w);
}
END_TEST

/* ---- D4 ---- */

typedef struct claim_row {
  const char *row;
  const char *words; /* of the pod or revision */
  bool deleting;     /* the DaemonSet: then the sync does nothing at all (I6) */
  const char *expected;
} claim_row;

#define RELEASE "ReleasePod p selector-mismatch; " NEEDS
#define ADOPT "AdoptPod p orphan-matches"

static const claim_row pod_rows[] = {
    {"D4 other, match, -, -", "foreign", false, NEEDS},
    {"D4 other, match, -, pod deleting", "foreign deleting", false, NEEDS},
    {"D4 other, match, DS deleting, -", "foreign", true, ""},
    {"D4 other, match, DS deleting, pod deleting", "foreign deleting", true, ""},
    {"D4 other, no match, -, -", "foreign mismatch", false, NEEDS},
    {"D4 other, no match, -, pod deleting", "foreign mismatch deleting", false, NEEDS},
    {"D4 other, no match, DS deleting, -", "foreign mismatch", true, ""},
    {"D4 other, no match, DS deleting, pod deleting", "foreign mismatch deleting", true, ""},
    {"D4 ours, match, -, -", "", false, ""},
    {"D4 ours, match, -, pod deleting", "deleting", false, ""},
    {"D4 ours, match, DS deleting, -", "", true, ""},
    {"D4 ours, match, DS deleting, pod deleting", "deleting", true, ""},
    {"D4 ours, no match, -, -", "mismatch", false, RELEASE},
    {"D4 ours, no match, -, pod deleting", "mismatch deleting", false, RELEASE},
    {"D4 ours, no match, DS deleting, -", "mismatch", true, ""},
    {"D4 ours, no match, DS deleting, pod deleting", "mismatch deleting", true, ""},
    {"D4 none, match, -, -", "orphan", false, ADOPT},
    {"D4 none, match, -, pod deleting", "orphan deleting", false, NEEDS},
    {"D4 none, match, DS deleting, -", "orphan", true, ""},
    {"D4 none, match, DS deleting, pod deleting", "orphan deleting", true, ""},
    {"D4 none, no match, -, -", "orphan mismatch", false, NEEDS},
    {"D4 none, no match, -, pod deleting", "orphan mismatch deleting", false, NEEDS},
    {"D4 none, no match, DS deleting, -", "orphan mismatch", true, ""},
    {"D4 none, no match, DS deleting, pod deleting", "orphan mismatch deleting", true, ""},
};

START_TEST(D4_pods) {
  const claim_row *row = &pod_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, world_format(&w, "p@n1 %s", row->words));
  w.daemonset.deleting = row->deleting;
  world_expect(&w, row->row, TRACE_ALL & ~TRACE_STATUS, row->expected);
  world_free(&w);
}
END_TEST

#define RELEASE_REVISION "ReleaseRevision agent-r selector-mismatch; " FRESH
#define ADOPT_REVISION "AdoptRevision agent-r orphan-matches"

/* The revision holds the template: when it is claimed no other is created. */
static const claim_row revision_rows[] = {
    {"D4 other, match, -, -", "foreign", false, FRESH},
    {"D4 other, match, -, revision deleting", "foreign deleting", false, FRESH},
    {"D4 other, match, DS deleting, -", "foreign", true, ""},
    {"D4 other, match, DS deleting, revision deleting", "foreign deleting", true, ""},
    {"D4 other, no match, -, -", "foreign mismatch", false, FRESH},
    {"D4 other, no match, -, revision deleting", "foreign mismatch deleting", false, FRESH},
    {"D4 other, no match, DS deleting, -", "foreign mismatch", true, ""},
    {"D4 other, no match, DS deleting, revision deleting", "foreign mismatch deleting", true, ""},
    {"D4 ours, match, -, -", "", false, ""},
    {"D4 ours, match, -, revision deleting", "deleting", false, ""},
    {"D4 ours, match, DS deleting, -", "", true, ""},
    {"D4 ours, match, DS deleting, revision deleting", "deleting", true, ""},
    {"D4 ours, no match, -, -", "mismatch", false, RELEASE_REVISION},
    {"D4 ours, no match, -, revision deleting", "mismatch deleting", false, RELEASE_REVISION},
    {"D4 ours, no match, DS deleting, -", "mismatch", true, ""},
    {"D4 ours, no match, DS deleting, revision deleting", "mismatch deleting", true, ""},
    {"D4 none, match, -, -", "orphan", false, ADOPT_REVISION},
    {"D4 none, match, -, revision deleting", "orphan deleting", false, FRESH},
    {"D4 none, match, DS deleting, -", "orphan", true, ""},
    {"D4 none, match, DS deleting, revision deleting", "orphan deleting", true, ""},
    {"D4 none, no match, -, -", "orphan mismatch", false, FRESH},
    {"D4 none, no match, -, revision deleting", "orphan mismatch deleting", false, FRESH},
    {"D4 none, no match, DS deleting, -", "orphan mismatch", true, ""},
    {"D4 none, no match, DS deleting, revision deleting", "orphan mismatch deleting", true, ""},
    {"D4 another namespace", "orphan ns=other", false, FRESH},
};

START_TEST(D4_revisions) {
  const claim_row *row = &revision_rows[_i];
  dset_world w;
  world_init(&w);
  world_clear_revisions(&w);
  world_revisions(&w, world_format(&w, "agent-r #1 hash=r current %s", row->words));
  w.options.revision_hash = "fresh";
  w.daemonset.deleting = row->deleting;
  world_expect(&w, row->row, TRACE_ALL & ~TRACE_STATUS, row->expected);
  world_free(&w);
}
END_TEST

/* ---- D9 to D12, D14 ---- */

START_TEST(D9_adopted_pods_take_part) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1; n2; n3");
  world_pods(&w, "a@n1 orphan nohash; b@n2 orphan new; c@n3 orphan old ready; d@n2 orphan new age=60");
  world_expect(&w, "D9 the second pod of n2 is excess", TRACE_PODS | TRACE_CLAIMS,
               "AdoptPod a orphan-matches; AdoptPod b orphan-matches; AdoptPod c orphan-matches; "
               "AdoptPod d orphan-matches; DeletePod d excess");
  w.pods.count = 3;
  world_expect(&w, "D9 without hash label it is outdated", TRACE_PODS | TRACE_CLAIMS,
               "AdoptPod a orphan-matches; AdoptPod b orphan-matches; AdoptPod c orphan-matches; "
               "DeletePod a outdated-unavailable rollout");
  world_free(&w);
}
END_TEST

typedef struct target_row {
  const char *row;
  const char *node_name;
  const char *terms;
  const char *target; /* the node that gets no other pod; "" = underivable */
} target_row;

static const target_row target_rows[] = {
    {"D10 bound", "n1", NULL, "n1"},
    {"D10 bound beats pinned", "n1", "@metadata.name In n2", "n1"},
    {"D10 pinned", "", "@metadata.name In n1", "n1"},
    {"D10 nothing", "", NULL, ""},
    {"D10 no terms", "", "", ""},
    {"D10 term without requirements", "", "()", ""},
    {"D10 other operator", "", "@metadata.name NotIn n1", ""},
    {"D10 other key", "", "@metadata.namespace In n1", ""},
    {"D10 a label of that name", "", "metadata.name In n1", ""},
    {"D10 two values", "", "@metadata.name In n1,n2", ""},
    {"D10 no value", "", "@metadata.name In", ""},
    {"D10 no search behind two values", "", "@metadata.name In n1,n2 | @metadata.name In n2", ""},
    {"D10 no search behind no value", "", "@metadata.name In & @metadata.name In n2", ""},
    {"D10 first of a term", "", "@metadata.name In n1 & @metadata.name In n2", "n1"},
    {"D10 first of the terms", "", "@metadata.name In n2 | @metadata.name In n1", "n2"},
    {"D10 search goes on behind another operator", "", "@metadata.name NotIn n1 & @metadata.name In n2", "n2"},
    {"D10 search goes on behind another key", "", "@metadata.uid In n1 | @metadata.name In n2", "n2"},
    {"D10 search goes on in the next term", "", "zone In a | () | @metadata.name In n2", "n2"},
};

START_TEST(D10_target_node) {
  const target_row *row = &target_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1; n2");
  world_pods(&w, "p");
  dset_pod *pod = world_pod(&w, "p");
  pod->node_name = row->node_name;
  pod->required_affinity = world_terms(&w, row->terms);
  const char *creates = row->target[0] == '\0'           ? "CreatePod n1 node-needs-pod; CreatePod n2 node-needs-pod"
                        : strcmp(row->target, "n1") == 0 ? "CreatePod n2 node-needs-pod"
                                                         : "CreatePod n1 node-needs-pod";
  world_expect(&w, row->row, TRACE_PODS, creates);
  /* an underivable pod is invisible in every phase: never deleted, never counted */
  pod->phase = DSET_PHASE_FAILED;
  world_plan(&w);
  ck_assert_msg(
      (strstr(world_trace(&w, w.plan, TRACE_PODS), "DeletePod p pod-failed") != NULL) == (row->target[0] != '\0'),
      "%s: failed", row->row);
  ck_assert_int_eq(dset_plan_status(w.plan)->current_number_scheduled, row->target[0] == '\0' ? 0 : 1);
  world_free(&w);
}
END_TEST

typedef struct entry_row {
  const char *row;
  const char *words;
  const char *expected;
} entry_row;

static const entry_row entry_rows[] = {
    {"D11 running", "running", ""},
    {"D11 running, deleting", "running deleting", ""},
    {"D11 pending, deleting", "pending deleting", ""},
    {"D11 unknown, deleting", "unknown deleting", ""},
    {"D11 without phase, deleting", "nophase deleting", ""},
    {"D11 failed", "failed", "DeletePod p pod-failed"},
    {"D11 failed, deleting: no entry", "failed deleting", NEEDS},
    {"D11 succeeded", "succeeded", "DeletePod p pod-succeeded"},
    {"D11 succeeded, deleting: no entry", "succeeded deleting", NEEDS},
    {"D12 failed orphan", "failed orphan", "AdoptPod p orphan-matches; DeletePod p pod-failed"},
    {"D12 succeeded orphan", "succeeded orphan", "AdoptPod p orphan-matches; DeletePod p pod-succeeded"},
    {"D12 failed, not matched", "failed mismatch", "ReleasePod p selector-mismatch; " NEEDS},
    {"D12 of another DaemonSet that selects it too", "foreign failed", NEEDS},
};

START_TEST(D11_node_map) {
  const entry_row *row = &entry_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  world_pods(&w, world_format(&w, "p@n1 %s", row->words));
  world_expect(&w, row->row, TRACE_PODS | TRACE_CLAIMS, row->expected);
  world_free(&w);
}
END_TEST

/* ---- the nodes of pods, and the pods of nodes, whatever the order of the lists ---- */

static const char *const order_rows[] = {
    "a@n1; b@n2; c@n3; d@n4",                        /* in step with the nodes */
    "a@n2; b@n3; c@n4",                              /* from the second on */
    "a@n1; b@n3; c@n4",                              /* with a gap */
    "d@n4; c@n3; b@n2; a@n1",                        /* against them */
    "c@n1; a@n3; d@n2; b@n4",                        /* in none */
    "a@n1; b@n1; c@n2; d@n3",                        /* two on the first */
    "d@n2; c@n4; b@n4; a@n4",                        /* three on the last */
    "a@gone; b@n1; c@n2; d@gone",                    /* two on one that vanished */
    "a@n1; b@gone; c@away; d@n2",                    /* one each on two */
    "a@n4; b@gone; c@n1; d@n2",                      /* behind the last node */
    "a@; b@n1; c@n2 failed deleting; d@n3 mismatch", /* no target; no entry; no claim */
    "",
};

/* The pods of an entry, as a pod list in order: "n1: a b". */
static void expect_entry(const dset_claims *claims, const dset_entry *entry, const char *row) {
  size_t count = 0;
  for (size_t i = 0; i < claims->count; i++) {
    const dset_claim *claim = &claims->items[i];
    if (claim->target == NULL || strcmp(claim->target, entry->name) != 0 || !dset_census_counts(claim->pod)) continue;
    size_t times = 0;
    for (size_t j = 0; j < entry->count; j++) times += entry->pods[j] == claim->pod;
    ck_assert_msg(times == 1, "%s: pod %s is %zu times in its entry", row, claim->pod->name, times);
    count++;
  }
  ck_assert_msg(entry->count == count, "%s: %s has %zu pods", row, entry->name, entry->count);
  for (size_t i = 1; i < entry->count; i++) {
    ck_assert_msg(strcmp(entry->pods[i - 1]->name, entry->pods[i]->name) < 0, "%s: %s in pod order", row, entry->name);
  }
}

static void expect_claims(const dset_snapshot *snapshot, const dset_claims *claims, const char *row) {
  size_t strays = 0;
  for (size_t i = 0; i < claims->count; i++) {
    const dset_claim *claim = &claims->items[i];
    bool known = claim->target != NULL && claim->target[0] == 'n';
    ck_assert_msg(known == (claim->node != DSET_TABLE_NONE), "%s: %s", row, claim->pod->name);
    if (known) ck_assert_str_eq(snapshot->nodes[claim->node]->name, claim->target);
    strays += claim->target != NULL && !known;
  }
  ck_assert_uint_eq(claims->stray_count, strays);
}

static void expect_order(dset_world *w, const char *row) {
  dset_snapshot snapshot;
  world_snapshot(w, &snapshot);
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_sync sync;
  ck_assert_int_eq(dset_sync_begin(&sync, &snapshot, NULL, &arena, NULL), DSET_OK);
  dset_claims claims;
  dset_census census;
  ck_assert(dset_claim_pods(&sync, &claims) && dset_census_take(&sync, &claims, &census));
  expect_claims(&snapshot, &claims, row);
  size_t most = 0;
  for (size_t i = 0; i < census.count; i++) {
    expect_entry(&claims, &census.entries[i], row);
    ck_assert_uint_eq(census.entries[i].vanished, i >= census.node_count);
    if (census.entries[i].count > most) most = census.entries[i].count;
  }
  ck_assert_uint_eq(census.most_pods, most);
  dset_arena_clear(&arena);
}

START_TEST(D11_any_order) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1; n2; n3; n4");
  world_pods(&w, order_rows[_i]);
  expect_order(&w, order_rows[_i]);
  world_free(&w);
}
END_TEST

/* Longer than what is looked up at a time: behind every 20 pods in step with the nodes come `_i` times 20 in no order.
 */
START_TEST(D11_long_lists) {
  enum { NODES = 200 };
  dset_world w;
  world_init(&w);
  const char *nodes = "n100";
  for (int i = 101; i < 100 + NODES; i++) nodes = world_format(&w, "%s; n%d", nodes, i);
  world_nodes(&w, nodes);
  const char *pods = "";
  for (int i = 0; i < NODES; i++) {
    const char *node = world_format(&w, "%s%d", i % 11 == 0 ? "gone" : "n", 100 + (i * 73) % NODES);
    if (i % 7 == 0) node = "";
    if (i / 20 % (_i + 1) == 0) node = world_format(&w, "n%d", 100 + i);
    pods = world_format(&w, "%s%sp%d@%s", pods, i == 0 ? "" : "; ", 100 + i, node);
  }
  world_pods(&w, pods);
  expect_order(&w, "long lists");
  world_free(&w);
}
END_TEST

/* Claims are listed once, by name, whichever phase comes first. */
START_TEST(D14_claims_once) {
  dset_world w;
  world_init(&w);
  world_pods(&w, "c@n1 orphan; a@n1 mismatch; b@n1 orphan");
  world_expect(&w, "D14 manage claims first", TRACE_CLAIMS,
               "AdoptPod b orphan-matches; AdoptPod c orphan-matches; ReleasePod a selector-mismatch");
  world_revisions(&w, "agent-dup #1 hash=dup current");
  world_expect(&w, "D14 the removal of duplicates claims first", TRACE_CLAIMS,
               "AdoptPod b orphan-matches; AdoptPod c orphan-matches; ReleasePod a selector-mismatch");
  world_free(&w);
}
END_TEST

Suite *dset_suite_claim(void);

Suite *dset_suite_claim(void) {
  Suite *suite = suite_create("claim");
  TCase *tcase = tcase_create("claim");
  ADD_ROWS(tcase, D1_selector, selector_rows);
  ADD_ROWS(tcase, D1_selector_error, bad_selector_rows);
  ADD_ROWS(tcase, D1_grammar, grammar_rows);
  tcase_add_test(tcase, D2_namespace);
  tcase_add_loop_test(tcase, D2_owner_error, 0, 3);
  ADD_ROWS(tcase, D3_controller, owner_rows);
  ADD_ROWS(tcase, D4_pods, pod_rows);
  ADD_ROWS(tcase, D4_revisions, revision_rows);
  tcase_add_test(tcase, D9_adopted_pods_take_part);
  ADD_ROWS(tcase, D10_target_node, target_rows);
  ADD_ROWS(tcase, D11_node_map, entry_rows);
  ADD_ROWS(tcase, D11_any_order, order_rows);
  tcase_add_loop_test(tcase, D11_long_lists, 0, 5);
  tcase_add_test(tcase, D14_claims_once);
  suite_add_tcase(suite, tcase);
  return suite;
}
