/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_match.c: section C, may a node run the daemon pod (match.h). Each table is one of the rules' tables; the rows of
 * C4 are all sixteen combinations of its four columns.
 */
#include <string.h>

#include "support/build.h"

static const char *const verdict_names[] = {"neither", "stay", "run"};

static void expect_verdict(dset_world *w, const char *row, bool gate, const char *node, int expected) {
  dset_error error = {0};
  dset_matcher *matcher = NULL;
  dset_match_options options = {.size = sizeof options, .compare_tolerations = gate};
  int code = dset_matcher_new(&w->daemonset, &options, &matcher, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s: %s", row, error.path, error.text);
  int verdict = dset_matcher_verdict(matcher, world_node(w, node));
  ck_assert_msg(verdict >= 0 && verdict <= DSET_VERDICT_RUN, "%s: verdict %d", row, verdict);
  expect_text(row, "verdict", verdict_names[verdict], verdict_names[expected]);

  dset_explanation *explanation = NULL;
  code = dset_explain(matcher, world_node(w, node), &explanation, &error);
  ck_assert_msg(code == DSET_OK, "%s: explain: %s", row, error.text);
  ck_assert_msg(dset_explanation_verdict(explanation) == verdict, "%s: explanation and verdict differ", row);
  ck_assert_msg((dset_explanation_count(explanation) == 0) == (verdict == DSET_VERDICT_RUN),
                "%s: reasons are absent if and only if the verdict is run", row);
  dset_explanation_free(explanation);
  dset_matcher_free(matcher);
}

/* ---- C4: verdicts ---- */

typedef struct verdict_row {
  const char *row;
  const char *node_name; /* of the template; the node is n1 */
  const char *zone;      /* the affinity asks for; the node is in zone a */
  const char *taints;
  int verdict;
} verdict_row;

static const verdict_row verdict_rows[] = {
    {"C4 nodeName ok, affinity yes, no taint", "n1", "a", "", DSET_VERDICT_RUN},
    {"C4 nodeName ok, affinity yes, NoSchedule", "n1", "a", "!x:NoSchedule", DSET_VERDICT_STAY},
    {"C4 nodeName ok, affinity yes, NoExecute", "n1", "a", "!x:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName ok, affinity yes, both taints", "n1", "a", "!x:NoSchedule !y:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName ok, affinity no, no taint", "n1", "b", "", DSET_VERDICT_NEITHER},
    {"C4 nodeName ok, affinity no, NoSchedule", "n1", "b", "!x:NoSchedule", DSET_VERDICT_NEITHER},
    {"C4 nodeName ok, affinity no, NoExecute", "n1", "b", "!x:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName ok, affinity no, both taints", "n1", "b", "!x:NoSchedule !y:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity yes, no taint", "n2", "a", "", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity yes, NoSchedule", "n2", "a", "!x:NoSchedule", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity yes, NoExecute", "n2", "a", "!x:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity yes, both taints", "n2", "a", "!x:NoSchedule !y:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity no, no taint", "n2", "b", "", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity no, NoSchedule", "n2", "b", "!x:NoSchedule", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity no, NoExecute", "n2", "b", "!x:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 nodeName differs, affinity no, both taints", "n2", "b", "!x:NoSchedule !y:NoExecute", DSET_VERDICT_NEITHER},
    {"C4 PreferNoSchedule is ignored", "n1", "a", "!x:PreferNoSchedule", DSET_VERDICT_RUN},
    {"C4 an empty effect is ignored", "n1", "a", "!x=y", DSET_VERDICT_RUN},
    {"C4 an unknown effect is ignored", "n1", "a", "!x:Evict", DSET_VERDICT_RUN},
    {"C4 effects are case-sensitive", "n1", "a", "!x:noexecute", DSET_VERDICT_RUN},
};

/* The affinity column is decided by C6 and by C8 in turn. */
START_TEST(C4_verdict) {
  const verdict_row *row = &verdict_rows[_i];
  for (int by_terms = 0; by_terms <= 1; by_terms++) {
    dset_world w;
    world_init(&w);
    world_nodes(&w, world_format(&w, "n1 zone=a %s", row->taints));
    w.daemonset.node_name = row->node_name;
    if (by_terms) {
      w.daemonset.required_affinity = world_terms(&w, world_format(&w, "zone In %s", row->zone));
    } else {
      w.daemonset.node_selector =
          world_labels(&w, world_format(&w, "zone=%s", row->zone), &w.daemonset.node_selector_count);
    }
    expect_verdict(&w, row->row, false, "n1", row->verdict);
    world_free(&w);
  }
}
END_TEST

/* ---- C2, C3: automatic tolerations ---- */

typedef struct automatic_row {
  const char *row;
  const char *taint;
  bool host_network;
  const char *tolerations; /* of the template */
  int verdict;
} automatic_row;

#define K8S "node.kubernetes.io/"

static const automatic_row automatic_rows[] = {
    {"C2 not-ready NoExecute", "!" K8S "not-ready:NoExecute", false, "", DSET_VERDICT_RUN},
    {"C2 unreachable NoExecute", "!" K8S "unreachable:NoExecute", false, "", DSET_VERDICT_RUN},
    {"C2 disk-pressure NoSchedule", "!" K8S "disk-pressure:NoSchedule", false, "", DSET_VERDICT_RUN},
    {"C2 memory-pressure NoSchedule", "!" K8S "memory-pressure:NoSchedule", false, "", DSET_VERDICT_RUN},
    {"C2 pid-pressure NoSchedule", "!" K8S "pid-pressure:NoSchedule", false, "", DSET_VERDICT_RUN},
    {"C2 unschedulable NoSchedule", "!" K8S "unschedulable:NoSchedule", false, "", DSET_VERDICT_RUN},
    {"C2 network-unavailable without hostNetwork", "!" K8S "network-unavailable:NoSchedule", false, "",
     DSET_VERDICT_STAY},
    {"C2 network-unavailable with hostNetwork", "!" K8S "network-unavailable:NoSchedule", true, "", DSET_VERDICT_RUN},
    {"C2 any value is tolerated", "!" K8S "disk-pressure=yes:NoSchedule", false, "", DSET_VERDICT_RUN},
    {"C2 not-ready is tolerated for NoExecute only", "!" K8S "not-ready:NoSchedule", false, "", DSET_VERDICT_STAY},
    {"C2 unreachable is tolerated for NoExecute only", "!" K8S "unreachable:NoSchedule", false, "", DSET_VERDICT_STAY},
    {"C2 disk-pressure is tolerated for NoSchedule only", "!" K8S "disk-pressure:NoExecute", false, "",
     DSET_VERDICT_NEITHER},
    {"C2 unschedulable is tolerated for NoSchedule only", "!" K8S "unschedulable:NoExecute", true, "",
     DSET_VERDICT_NEITHER},
    {"C2 other node taints are not tolerated", "!" K8S "out-of-service:NoExecute", true, "", DSET_VERDICT_NEITHER},
    {"C3 an equal toleration is replaced", "!" K8S "not-ready:NoExecute", false, K8S "not-ready Exists - NoExecute",
     DSET_VERDICT_RUN},
    {"C3 two equal tolerations are replaced", "!" K8S "not-ready:NoExecute", false,
     K8S "not-ready Exists - NoExecute; " K8S "not-ready Exists - NoExecute", DSET_VERDICT_RUN},
    {"C3 a toleration that differs in its operator stays beside the automatic one", "!" K8S "not-ready=x:NoExecute",
     false, K8S "not-ready Equal - NoExecute", DSET_VERDICT_RUN},
    {"C3 a toleration of another effect stays and works", "!" K8S "not-ready:NoSchedule", false,
     K8S "not-ready Exists - NoSchedule", DSET_VERDICT_RUN},
    {"C3 tolerating everything does not disturb the merge", "!" K8S "not-ready:NoExecute !x:NoExecute", false,
     "- Exists - -", DSET_VERDICT_RUN},
};

START_TEST(C3_automatic_tolerations) {
  const automatic_row *row = &automatic_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 %s", row->taint));
  world_tolerations(&w, row->tolerations);
  w.daemonset.host_network = row->host_network;
  expect_verdict(&w, row->row, false, "n1", row->verdict);
  world_free(&w);
}
END_TEST

/* ---- C5 to C8: node name, node selector, terms ---- */

typedef struct place_row {
  const char *row;
  const char *node_name;
  const char *selector;
  const char *terms; /* NULL = absent */
  bool run;
} place_row;

/* The node is "n1 zone=a disk=ssd empty= -odd-=!". */
static const place_row place_rows[] = {
    {"C5 absent", NULL, "", NULL, true},
    {"C5 empty", "", "", NULL, true},
    {"C5 equal", "n1", "", NULL, true},
    {"C5 differs", "n2", "", NULL, false},
    {"C5 is case-sensitive", "N1", "", NULL, false},
    {"C5 a prefix is not equal", "n", "", NULL, false},
    {"C6 equal", "", "zone=a", NULL, true},
    {"C6 other value", "", "zone=b", NULL, false},
    {"C6 missing label", "", "rack=a", NULL, false},
    {"C6 missing label, empty value wanted", "", "rack=", NULL, false},
    {"C6 empty value", "", "empty=", NULL, true},
    {"C6 all pairs hold", "", "zone=a disk=ssd", NULL, true},
    {"C6 one pair of two fails", "", "zone=a disk=hdd", NULL, false},
    {"C6 odd keys and values just compare", "", "-odd-=!", NULL, true},
    {"C6 odd keys and values just compare, other value", "", "-odd-=!!", NULL, false},
    {"C7 both hold", "", "zone=a", "disk In ssd", true},
    {"C7 selector fails", "", "zone=b", "disk In ssd", false},
    {"C7 terms fail", "", "zone=a", "disk In hdd", false},
    {"C8 no terms at all", "", "", "", false},
    {"C8 one empty term", "", "", "()", false},
    {"C8 two empty terms", "", "", "() | ()", false},
    {"C8 an empty term before a good one", "", "", "() | zone In a", true},
    {"C8 an empty term behind a failing one", "", "", "zone In b | ()", false},
    {"C8 first term holds", "", "", "zone In a | zone In b", true},
    {"C8 last term holds", "", "", "zone In b | zone In a", true},
    {"C8 no term holds", "", "", "zone In b | zone In c", false},
    {"C9 all expressions hold", "", "", "zone In a & disk In ssd", true},
    {"C9 one expression fails", "", "", "zone In a & disk In hdd", false},
    {"C9 expression and field hold", "", "", "zone In a & @metadata.name In n1", true},
    {"C9 the field fails", "", "", "zone In a & @metadata.name In n2", false},
    {"C9 the expression fails", "", "", "zone In b & @metadata.name In n1", false},
    {"C9 requirements of different terms do not mix", "", "", "zone In a & disk In hdd | zone In b & disk In ssd",
     false},
};

START_TEST(C5_C9_placement) {
  const place_row *row = &place_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1 zone=a disk=ssd empty= -odd-=!");
  w.daemonset.node_name = row->node_name;
  w.daemonset.node_selector = world_labels(&w, row->selector, &w.daemonset.node_selector_count);
  w.daemonset.required_affinity = world_terms(&w, row->terms);
  expect_verdict(&w, row->row, false, "n1", row->run ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER);
  world_free(&w);
}
END_TEST

/* ---- C10 to C14: expressions and fields ---- */

#define LONG63 "a23456789012345678901234567890123456789012345678901234567890123"

/* What a term does on a node: it matches, does not match, or cannot be used at all. */
enum { YES, NO, UNUSABLE };

typedef struct term_row {
  const char *row;
  const char *labels; /* of n1 */
  const char *term;
  int result;
} term_row;

static const term_row term_rows[] = {
    {"C12 In, missing", "", "k In a", NO},
    {"C12 In, value in set", "k=b", "k In a,b", YES},
    {"C12 In, value not in set", "k=c", "k In a,b", NO},
    {"C12 In, empty value in set", "k=", "k In ''", YES},
    {"C12 In, missing is not the empty value", "", "k In ''", NO},
    {"C12 In is case-sensitive", "k=A", "k In a", NO},
    {"C12 NotIn, missing", "", "k NotIn a", YES},
    {"C12 NotIn, value in set", "k=b", "k NotIn a,b", NO},
    {"C12 NotIn, value not in set", "k=c", "k NotIn a,b", YES},
    {"C12 Exists, missing", "", "k Exists", NO},
    {"C12 Exists, present", "k=x", "k Exists", YES},
    {"C12 Exists, present and empty", "k=", "k Exists", YES},
    {"C12 DoesNotExist, missing", "", "k DoesNotExist", YES},
    {"C12 DoesNotExist, present", "k=x", "k DoesNotExist", NO},
    {"C12 DoesNotExist, present and empty", "k=", "k DoesNotExist", NO},
    {"C12 Gt, missing", "", "k Gt 5", NO},
    {"C12 Gt, greater", "k=6", "k Gt 5", YES},
    {"C12 Gt, equal", "k=5", "k Gt 5", NO},
    {"C12 Gt, less", "k=4", "k Gt 5", NO},
    {"C12 Gt compares numbers, not text", "k=10", "k Gt 9", YES},
    {"C12 Gt, label is no number", "k=many", "k Gt 5", NO},
    {"C12 Lt, missing", "", "k Lt 5", NO},
    {"C12 Lt, less", "k=4", "k Lt 5", YES},
    {"C12 Lt, equal", "k=5", "k Lt 5", NO},
    {"C12 Lt, greater", "k=6", "k Lt 5", NO},
    {"C12 Lt, label is no number", "k=few", "k Lt 5", NO},

    {"C10 In without values", "k=a", "k In", UNUSABLE},
    {"C10 NotIn without values", "k=a", "k NotIn", UNUSABLE},
    {"C10 Exists with a value", "k=a", "k Exists a", UNUSABLE},
    {"C10 DoesNotExist with a value", "", "k DoesNotExist a", UNUSABLE},
    {"C10 Gt without value", "k=6", "k Gt", UNUSABLE},
    {"C10 Gt with two values", "k=6", "k Gt 1,2", UNUSABLE},
    {"C10 Lt with two values", "k=0", "k Lt 1,2", UNUSABLE},
    {"C10 Gt, bound no number", "k=6", "k Gt five", UNUSABLE},
    {"C10 Gt, empty bound", "k=6", "k Gt ''", UNUSABLE},
    {"C10 Gt, bound -6 breaks the label grammar", "k=6", "k Gt -6", UNUSABLE},
    {"C10 Gt, bound +6 breaks the label grammar", "k=7", "k Gt +6", UNUSABLE},
    {"C10 Lt, bound -6 breaks the label grammar", "k=-7", "k Lt -6", UNUSABLE},
    {"C10 unknown operator", "k=a", "k Equals a", UNUSABLE},
    {"C10 operators are case-sensitive", "k=a", "k in a", UNUSABLE},
    {"C10 no operator", "k=a", "k", UNUSABLE},
    {"C10 empty key", "", "'' DoesNotExist", UNUSABLE},
    {"C10 bad key", "", "-k DoesNotExist", UNUSABLE},
    {"C10 key of two slashes", "", "a/b/c DoesNotExist", UNUSABLE},
    {"C10 key with an empty prefix", "", "/k DoesNotExist", UNUSABLE},
    {"C10 key with an upper-case prefix", "", "Example.com/k DoesNotExist", UNUSABLE},
    {"C10 key with a prefix", "example.com/k=a", "example.com/k In a", YES},
    {"C10 key of 63 bytes", "", LONG63 " DoesNotExist", YES},
    {"C10 key of 64 bytes", "", LONG63 "4 DoesNotExist", UNUSABLE},
    {"C10 value of 63 bytes", "k=" LONG63, "k In " LONG63, YES},
    {"C10 value of 64 bytes", "k=" LONG63 "4", "k In " LONG63 "4", UNUSABLE},
    {"C10 bad value of In", "k=a", "k In a,-b", UNUSABLE},
    {"C10 bad value of NotIn", "", "k NotIn b/c", UNUSABLE},
    {"C10 one bad expression spoils its whole term", "k=a", "k In a & j In -", UNUSABLE},

    {"C13 In, the node's name", "", "@metadata.name In n1", YES},
    {"C13 In, another name", "", "@metadata.name In n2", NO},
    {"C13 NotIn, the node's name", "", "@metadata.name NotIn n1", NO},
    {"C13 NotIn, another name", "", "@metadata.name NotIn n2", YES},
    {"C13 In, no value", "", "@metadata.name In", UNUSABLE},
    {"C13 In, two values", "", "@metadata.name In n1,n2", UNUSABLE},
    {"C13 NotIn, no value", "", "@metadata.name NotIn", UNUSABLE},
    {"C13 NotIn, two values", "", "@metadata.name NotIn n2,n3", UNUSABLE},
    {"C13 Exists", "", "@metadata.name Exists", UNUSABLE},
    {"C13 DoesNotExist", "", "@metadata.uid DoesNotExist", UNUSABLE},
    {"C13 Gt", "", "@metadata.name Gt 1", UNUSABLE},
    {"C13 Lt", "", "@metadata.name Lt 1", UNUSABLE},
    {"C13 another key reads as empty, In", "", "@metadata.namespace In ''", YES},
    {"C13 another key reads as empty, In fails", "", "@metadata.namespace In x", NO},
    {"C13 another key reads as empty, NotIn", "", "@metadata.namespace NotIn x", YES},
    {"C13 another key reads as empty, NotIn fails", "", "@metadata.namespace NotIn ''", NO},
    {"C13 a label is not a field", "k=a", "@k In a", NO},
    {"C13 values are not parsed", "", "@metadata.name NotIn -bad-", YES},
    {"C13 all fields must hold", "", "@metadata.name In n1 & @metadata.name In n2", NO},

    {"C14 label +3", "k=+3", "k Gt 2", YES},
    {"C14 label 007", "k=007", "k Lt 8", YES},
    {"C14 label -5", "k=-5", "k Lt 0", YES},
    {"C14 bound 007", "k=8", "k Gt 007", YES},
    {"C14 label is the greatest int64", "k=9223372036854775807", "k Gt 9223372036854775806", YES},
    {"C14 label is the least int64", "k=-9223372036854775808", "k Lt 0", YES},
    {"C14 label overflows", "k=9223372036854775808", "k Gt 0", NO},
    {"C14 label underflows", "k=-9223372036854775809", "k Lt 0", NO},
    {"C14 bound overflows", "k=1", "k Lt 9223372036854775808", UNUSABLE},
    {"C14 label without digits", "k=+", "k Lt 5", NO},
    {"C14 label of two signs", "k=--3", "k Lt 5", NO},
    {"C14 empty label", "k=", "k Lt 5", NO},
    {"C14 label with underscore", "k=1_0", "k Gt 0", NO},
    {"C14 label with exponent", "k=1e3", "k Gt 0", NO},
    {"C14 label with fraction", "k=1.5", "k Gt 0", NO},
    {"C14 hexadecimal label", "k=0x10", "k Gt 0", NO},
    {"C14 bound with exponent", "k=1", "k Lt 1e3", UNUSABLE},
};

START_TEST(C10_C14_term) {
  const term_row *row = &term_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 %s", row->labels));
  w.daemonset.required_affinity = world_terms(&w, row->term);
  expect_verdict(&w, row->row, false, "n1", row->result == YES ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER);
  world_free(&w);
}
END_TEST

static const term_row nameless_rows[] = {
    {"C13 nameless node, In", "", "@metadata.name In x", YES},
    {"C13 nameless node, NotIn", "", "@metadata.name NotIn ''", YES},
    {"C13 nameless node, another key", "", "@metadata.namespace In x", YES},
    {"C13 nameless node, all fields", "", "@metadata.name In x & @metadata.name In y", YES},
    {"C13 nameless node, two values", "", "@metadata.name In x,y", UNUSABLE},
    {"C13 nameless node, Exists", "", "@metadata.name Exists", UNUSABLE},
    {"C13 nameless node, the expression holds", "k=a", "k In a & @metadata.name In x", YES},
    {"C13 nameless node, the expression fails", "k=b", "k In a & @metadata.name In x", NO},
};

/* Such a node is no part of a snapshot, but a matcher may be asked about it. */
START_TEST(C13_nameless_node) {
  const term_row *row = &nameless_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 %s", row->labels));
  world_node(&w, "n1")->name = "";
  w.daemonset.required_affinity = world_terms(&w, row->term);
  expect_verdict(&w, row->row, false, "", row->result == YES ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER);
  world_free(&w);
}
END_TEST

/* C11: whatever a term's result, a later or an earlier term may still match. */
START_TEST(C11_other_terms) {
  const term_row *row = &term_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 there=yes %s", row->labels));
  w.daemonset.required_affinity = world_terms(&w, world_format(&w, "%s | there Exists", row->term));
  expect_verdict(&w, row->row, false, "n1", DSET_VERDICT_RUN);
  w.daemonset.required_affinity = world_terms(&w, world_format(&w, "there Exists | %s", row->term));
  expect_verdict(&w, row->row, false, "n1", DSET_VERDICT_RUN);
  w.daemonset.required_affinity = world_terms(&w, world_format(&w, "there DoesNotExist | %s", row->term));
  expect_verdict(&w, row->row, false, "n1", row->result == YES ? DSET_VERDICT_RUN : DSET_VERDICT_NEITHER);
  world_free(&w);
}
END_TEST

/* C10, C13: the reason tells an unusable term from one that does not match. */
START_TEST(C10_unusable_is_reported) {
  const term_row *row = &term_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 %s", row->labels));
  w.daemonset.required_affinity = world_terms(&w, row->term);
  dset_matcher *matcher = NULL;
  dset_explanation *explanation = NULL;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);
  ck_assert_int_eq(dset_explain(matcher, world_node(&w, "n1"), &explanation, NULL), DSET_OK);
  const char *expected = row->result == YES               ? "no reason"
                         : row->result == UNUSABLE        ? "affinity-term-unusable"
                         : strchr(row->term, '@') != NULL ? "affinity-field"
                                                          : "affinity-expression";
  const dset_reason *reason = dset_explanation_reason(explanation, 0);
  expect_text(row->row, "reason", reason == NULL ? "no reason" : dset_reason_name(reason->code), expected);
  ck_assert_msg(reason == NULL || reason->term == 0, "%s: not of term 0", row->row);
  dset_explanation_free(explanation);
  dset_matcher_free(matcher);
  world_free(&w);
}
END_TEST

/* ---- C15, C16: tolerations ---- */

typedef struct taint_row {
  const char *row;
  const char *taint;
  const char *toleration; /* key op value effect */
  bool gate_off;
  bool gate_on;
} taint_row;

static const taint_row taint_rows[] = {
    {"C15 effect empty", "!k=v:NoSchedule", "k Equal v -", true, true},
    {"C15 effect equal", "!k=v:NoSchedule", "k Equal v NoSchedule", true, true},
    {"C15 effect differs", "!k=v:NoSchedule", "k Equal v NoExecute", false, false},
    {"C15 key empty", "!k=v:NoSchedule", "- Exists - NoSchedule", true, true},
    {"C15 key differs", "!k=v:NoSchedule", "j Equal v NoSchedule", false, false},
    {"C15 everything", "!k=v:NoSchedule", "- Exists - -", true, true},
    {"C15 key empty and operator Equal matches any key", "!k=v:NoSchedule", "- Equal v -", true, true},
    {"C15 operator empty, values equal", "!k=v:NoSchedule", "k - v NoSchedule", true, true},
    {"C15 operator empty, values differ", "!k=v:NoSchedule", "k - w NoSchedule", false, false},
    {"C15 operator empty, both values empty", "!k:NoSchedule", "k - - NoSchedule", true, true},
    {"C15 Equal, values equal", "!k=v:NoSchedule", "k Equal v NoSchedule", true, true},
    {"C15 Equal, values differ", "!k=v:NoSchedule", "k Equal w NoSchedule", false, false},
    {"C15 Equal, both values empty", "!k:NoSchedule", "k Equal - NoSchedule", true, true},
    {"C15 Equal, value empty", "!k=v:NoSchedule", "k Equal - NoSchedule", false, false},
    {"C15 Exists", "!k=v:NoSchedule", "k Exists - NoSchedule", true, true},
    {"C15 Exists with a value", "!k=v:NoSchedule", "k Exists w NoSchedule", true, true},
    {"C15 Gt, greater", "!k=5:NoSchedule", "k Gt 4 NoSchedule", false, true},
    {"C15 Gt, equal", "!k=5:NoSchedule", "k Gt 5 NoSchedule", false, false},
    {"C15 Gt, less", "!k=5:NoSchedule", "k Gt 6 NoSchedule", false, false},
    {"C15 Gt compares numbers", "!k=10:NoSchedule", "k Gt 9 NoSchedule", false, true},
    {"C15 Gt, negative", "!k=-5:NoSchedule", "k Gt -6 NoSchedule", false, true},
    {"C15 Gt, key differs", "!k=5:NoSchedule", "j Gt 4 NoSchedule", false, false},
    {"C15 Lt, less", "!k=5:NoSchedule", "k Lt 6 NoSchedule", false, true},
    {"C15 Lt, equal", "!k=5:NoSchedule", "k Lt 5 NoSchedule", false, false},
    {"C15 Lt, greater", "!k=5:NoSchedule", "k Lt 4 NoSchedule", false, false},
    {"C15 Gt, taint value not a number", "!k=v:NoSchedule", "k Gt 4 NoSchedule", false, false},
    {"C15 Lt, taint value empty", "!k:NoSchedule", "k Lt 4 NoSchedule", false, false},
    {"C15 Gt, toleration value not a number", "!k=5:NoSchedule", "k Gt v NoSchedule", false, false},
    {"C15 Gt, leading zero is not canonical", "!k=5:NoSchedule", "k Gt 04 NoSchedule", false, false},
    {"C15 Gt, taint with leading zero", "!k=05:NoSchedule", "k Gt 4 NoSchedule", false, false},
    {"C15 Gt, plus sign is not canonical", "!k=5:NoSchedule", "k Gt +4 NoSchedule", false, false},
    {"C15 Lt, minus zero is not canonical", "!k=-0:NoSchedule", "k Lt 4 NoSchedule", false, false},
    {"C15 Lt, zero is canonical", "!k=0:NoSchedule", "k Lt 4 NoSchedule", false, true},
    {"C15 Gt, greatest int64", "!k=9223372036854775807:NoSchedule", "k Gt 1 NoSchedule", false, true},
    {"C15 Gt, overflow", "!k=9223372036854775808:NoSchedule", "k Gt 1 NoSchedule", false, false},
    {"C15 Lt, overflow", "!k=1:NoSchedule", "k Lt 9223372036854775808 NoSchedule", false, false},
    {"C15 other operator", "!k=v:NoSchedule", "k NotEqual w NoSchedule", false, false},
    {"C15 operators are case-sensitive", "!k=v:NoSchedule", "k exists - NoSchedule", false, false},
    {"C15 one of two taints is tolerated", "!k=v:NoSchedule !l=v:NoSchedule", "k Exists - NoSchedule", false, false},
    {"C15 one of two tolerations suffices", "!k=v:NoSchedule", "j Exists - -; k Exists - -", true, true},
};

START_TEST(C15_toleration) {
  const taint_row *row = &taint_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, world_format(&w, "n1 %s", row->taint));
  world_tolerations(&w, row->toleration);
  expect_verdict(&w, row->row, false, "n1", row->gate_off ? DSET_VERDICT_RUN : DSET_VERDICT_STAY);
  expect_verdict(&w, row->row, true, "n1", row->gate_on ? DSET_VERDICT_RUN : DSET_VERDICT_STAY);
  /* C16: without options the gate is off, and toleration seconds play no part */
  dset_toleration *tolerations = world_alloc(&w, w.daemonset.toleration_count, sizeof *tolerations);
  memcpy(tolerations, w.daemonset.tolerations, w.daemonset.toleration_count * sizeof *tolerations);
  tolerations[0].has_toleration_seconds = true;
  w.daemonset.tolerations = tolerations;
  dset_matcher *matcher = NULL;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);
  int verdict = dset_matcher_verdict(matcher, world_node(&w, "n1"));
  ck_assert_msg(verdict == (row->gate_off ? DSET_VERDICT_RUN : DSET_VERDICT_STAY), "%s: without options", row->row);
  dset_matcher_free(matcher);
  world_free(&w);
}
END_TEST

/* C16: the planner has the same option. */
START_TEST(C16_gate_in_plans) {
  for (int gate = 0; gate <= 1; gate++) {
    dset_world w;
    world_init(&w);
    world_nodes(&w, "n1 !k=5:NoSchedule");
    world_tolerations(&w, "k Gt 4 NoSchedule");
    w.options.compare_tolerations = gate == 1;
    world_expect(&w, gate ? "C16 gate on" : "C16 gate off", TRACE_PODS, gate ? "CreatePod n1 node-needs-pod" : "");
    world_free(&w);
  }
}
END_TEST

/* ---- reasons ---- */

typedef struct reason_row {
  const char *row;
  const char *node;
  const char *node_name;
  const char *selector;
  const char *terms;
  const char *reasons; /* "name key; name key", the key left out when empty */
} reason_row;

static const reason_row reason_rows[] = {
    {"run has no reason", "n1 zone=a", "n1", "zone=a", "zone In a", ""},
    {"a failing term beside a matching one is no reason", "n1 zone=a", "", "", "zone In b | zone In a", ""},
    {"a failing term beside a matching one is no reason for a tainted node", "n1 zone=a !k:NoSchedule", "", "",
     "zone In b | zone In a", "taint-no-schedule k"},
    {"C5", "n1", "n2", "", NULL, "node-name"},
    {"C6 missing", "n1", "", "zone=a", NULL, "node-selector-missing zone"},
    {"C6 differs", "n1 zone=b", "", "zone=a", NULL, "node-selector-differs zone"},
    {"C6 by key", "n1 zone=b", "", "zone=a rack=1 disk=ssd", NULL,
     "node-selector-missing disk; node-selector-missing rack; node-selector-differs zone"},
    {"C8 no terms", "n1", "", "", "", "affinity-empty"},
    {"C8 empty term", "n1", "", "", "()", "affinity-term-empty"},
    {"C10 the whole term", "n1 k=a", "", "", "k Like a", "affinity-term-unusable k"},
    {"C12", "n1 k=a", "", "", "k In b", "affinity-expression k"},
    {"C13", "n1", "", "", "@metadata.name In n2", "affinity-field metadata.name"},
    {"every failing expression", "n1 k=a", "", "", "k In b & j Exists & k Exists",
     "affinity-expression k; affinity-expression j"},
    {"every term in its order", "n1 k=a", "", "", "() | k In b | j Exists",
     "affinity-term-empty; affinity-expression k; affinity-expression j"},
    {"C4 NoExecute", "n1 !k=v:NoExecute", "", "", NULL, "taint-no-execute k"},
    {"C4 NoSchedule", "n1 !k=v:NoSchedule", "", "", NULL, "taint-no-schedule k"},
    {"C4 PreferNoSchedule is no reason", "n1 !k=v:PreferNoSchedule", "", "", NULL, ""},
    {"a tolerated taint is no reason", "n1 !" K8S "unschedulable:NoSchedule !k:NoSchedule", "", "", NULL,
     "taint-no-schedule k"},
    {"taints by key, then effect", "n1 !z:NoSchedule !a:NoSchedule !a:NoExecute", "", "", NULL,
     "taint-no-execute a; taint-no-schedule a; taint-no-schedule z"},
    {"everything at once", "n1 zone=b k=a !t:NoSchedule !t:NoExecute", "n2", "zone=a", "k In b & @metadata.name In x",
     "node-name; node-selector-differs zone; affinity-expression k; affinity-field metadata.name; "
     "taint-no-execute t; taint-no-schedule t"},
};

static const char *trace_reasons(dset_world *w, const char *row, const dset_explanation *explanation) {
  const char *line = "";
  for (size_t i = 0; i < dset_explanation_count(explanation); i++) {
    const dset_reason *reason = dset_explanation_reason(explanation, i);
    const char *name = dset_reason_name(reason->code);
    ck_assert_msg(reason->text != NULL && reason->text[0] != '\0', "%s: %s without text", row, name);
    ck_assert_msg(reason->key != NULL && reason->op != NULL && reason->value != NULL && reason->effect != NULL &&
                      reason->actual != NULL,
                  "%s: %s: a member is NULL", row, name);
    line =
        world_format(w, "%s%s%s%s%s", line, i == 0 ? "" : "; ", name, reason->key[0] == '\0' ? "" : " ", reason->key);
  }
  return line;
}

START_TEST(explain_reasons) {
  const reason_row *row = &reason_rows[_i];
  dset_world w;
  world_init(&w);
  world_nodes(&w, row->node);
  w.daemonset.node_name = row->node_name;
  w.daemonset.node_selector = world_labels(&w, row->selector, &w.daemonset.node_selector_count);
  w.daemonset.required_affinity = world_terms(&w, row->terms);
  dset_matcher *matcher = NULL;
  dset_explanation *explanation = NULL;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);
  ck_assert_int_eq(dset_explain(matcher, world_node(&w, "n1"), &explanation, NULL), DSET_OK);
  dset_matcher_free(matcher);
  expect_text(row->row, "reasons", trace_reasons(&w, row->row, explanation), row->reasons);
  ck_assert_ptr_null(dset_explanation_reason(explanation, dset_explanation_count(explanation)));
  dset_explanation_free(explanation);
  world_free(&w);
}
END_TEST

/* The facts behind a reason; those that do not apply are "" or -1. */
static void expect_reason(const dset_reason *reason, const char *name, int term, const char *facts[5]) {
  static const char *const members[] = {"key", "op", "value", "effect", "actual"};
  expect_text(name, "code", dset_reason_name(reason->code), name);
  ck_assert_msg(reason->term == term, "%s: term %d", name, (int)reason->term);
  ck_assert_msg((reason->requirement == -1) == (term == -1), "%s: requirement %d", name, (int)reason->requirement);
  const char *actual[] = {reason->key, reason->op, reason->value, reason->effect, reason->actual};
  for (size_t i = 0; i < COUNT_OF(members); i++) expect_text(name, members[i], actual[i], facts[i]);
}

START_TEST(explain_facts) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1 zone=b k=a !t=v:NoExecute");
  w.daemonset.node_selector = world_labels(&w, "zone=a rack=1", &w.daemonset.node_selector_count);
  w.daemonset.required_affinity = world_terms(&w, "k In b,c & x Exists");
  dset_matcher *matcher = NULL;
  dset_explanation *explanation = NULL;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);
  ck_assert_int_eq(dset_explain(matcher, world_node(&w, "n1"), &explanation, NULL), DSET_OK);
  ck_assert_uint_eq(dset_explanation_count(explanation), 5);
  dset_matcher_free(matcher);
  const dset_reason *expression = dset_explanation_reason(explanation, 3);
  expect_text("second expression", "key", expression->key, "x");
  expect_text("second expression", "actual", expression->actual, "");
  ck_assert_int_eq(expression->requirement, 1);
  expression = dset_explanation_reason(explanation, 2);
  ck_assert_int_eq(expression->requirement, 0);
  expect_reason(expression, "affinity-expression", 0, (const char *[]){"k", "In", "b,c", "", "a"});
  const dset_reason *missing = dset_explanation_reason(explanation, 0);
  const dset_reason *differs = dset_explanation_reason(explanation, 1);
  const dset_reason *taint = dset_explanation_reason(explanation, 4);
  expect_reason(missing, "node-selector-missing", -1, (const char *[]){"rack", missing->op, "1", "", ""});
  expect_reason(differs, "node-selector-differs", -1, (const char *[]){"zone", differs->op, "a", "", "b"});
  expect_reason(taint, "taint-no-execute", -1, (const char *[]){"t", taint->op, "v", "NoExecute", taint->actual});
  dset_explanation_free(explanation);
  world_free(&w);
}
END_TEST

START_TEST(explain_names) {
  for (int code = DSET_REASON_NODE_NAME; code <= DSET_REASON_TAINT_NO_SCHEDULE; code++) {
    ck_assert_str_ne(dset_reason_name(code), "unknown");
    ck_assert_int_eq(dset_reason_rule(code)[0], 'C');
  }
  ck_assert_str_eq(dset_reason_name(0), "unknown");
  ck_assert_str_eq(dset_reason_rule(0), "");
  ck_assert_str_eq(dset_reason_name(DSET_REASON_TAINT_NO_SCHEDULE + 1), "unknown");
  ck_assert_str_eq(dset_reason_rule(-1), "");
  ck_assert_str_eq(dset_reason_name(DSET_REASON_NODE_SELECTOR_DIFFERS), "node-selector-differs");
  ck_assert_str_eq(dset_reason_rule(DSET_REASON_NODE_SELECTOR_DIFFERS), "C6");
}
END_TEST

/* ---- errors ---- */

START_TEST(arguments) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1");
  dset_node *node = world_node(&w, "n1");
  dset_matcher *matcher = (dset_matcher *)&w;
  dset_error error = {0};
  ck_assert_int_eq(dset_matcher_new(NULL, NULL, &matcher, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(matcher);
  ck_assert_int_eq(error.code, DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, NULL, NULL), DSET_ERR_INVALID);
  w.daemonset.node_selector_count = 1;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_ERR_INVALID);
  w.daemonset.node_selector_count = 0;
  w.daemonset.size = 1;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_ERR_ABI);
  w.daemonset.size = 0;
  dset_match_options options = {.size = 1};
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, &options, &matcher, NULL), DSET_ERR_ABI);
  ck_assert_ptr_null(matcher);
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);

  dset_explanation *explanation = (dset_explanation *)&w;
  ck_assert_int_eq(dset_matcher_verdict(NULL, node), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_verdict(matcher, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_explain(NULL, node, &explanation, NULL), DSET_ERR_INVALID);
  ck_assert_ptr_null(explanation);
  ck_assert_int_eq(dset_explain(matcher, NULL, &explanation, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_explain(matcher, node, NULL, NULL), DSET_ERR_INVALID);
  node->size = 1;
  ck_assert_int_eq(dset_matcher_verdict(matcher, node), DSET_ERR_ABI);
  ck_assert_int_eq(dset_explain(matcher, node, &explanation, &error), DSET_ERR_ABI);
  ck_assert_int_eq(error.code, DSET_ERR_ABI);
  node->size = 0;
  ck_assert_int_eq(dset_matcher_verdict(matcher, node), DSET_VERDICT_RUN);
  dset_matcher_free(matcher);
  dset_matcher_free(NULL);
  dset_explanation_free(NULL);
  world_free(&w);
}
END_TEST

/* A matcher needs nothing of the DaemonSet any more: everything it was made from is overwritten. */
START_TEST(matcher_is_independent) {
  dset_world w;
  world_init(&w);
  world_nodes(&w, "n1 zone=a !k=5:NoSchedule; n2 zone=b");
  char key[] = "zone";
  char value[] = "a";
  const char *values[] = {value};
  dset_requirement requirement = {.key = key, .op = "In", .values = values, .value_count = 1};
  dset_term term = {.expressions = &requirement, .expression_count = 1};
  dset_terms terms = {.terms = &term, .count = 1};
  dset_toleration toleration = {.key = "k", .op = "Exists"};
  w.daemonset.required_affinity = &terms;
  w.daemonset.tolerations = &toleration;
  w.daemonset.toleration_count = 1;
  dset_matcher *matcher = NULL;
  ck_assert_int_eq(dset_matcher_new(&w.daemonset, NULL, &matcher, NULL), DSET_OK);
  memset(key, 'x', sizeof key - 1);
  memset(value, 'x', sizeof value - 1);
  memset(&terms, 0, sizeof terms);
  memset(&toleration, 0, sizeof toleration);
  ck_assert_int_eq(dset_matcher_verdict(matcher, world_node(&w, "n1")), DSET_VERDICT_RUN);
  ck_assert_int_eq(dset_matcher_verdict(matcher, world_node(&w, "n2")), DSET_VERDICT_NEITHER);
  dset_matcher_free(matcher);
  world_free(&w);
}
END_TEST

Suite *dset_suite_match(void);

Suite *dset_suite_match(void) {
  Suite *suite = suite_create("match");
  TCase *tcase = tcase_create("match");
  ADD_ROWS(tcase, C4_verdict, verdict_rows);
  ADD_ROWS(tcase, C3_automatic_tolerations, automatic_rows);
  ADD_ROWS(tcase, C5_C9_placement, place_rows);
  ADD_ROWS(tcase, C10_C14_term, term_rows);
  ADD_ROWS(tcase, C13_nameless_node, nameless_rows);
  ADD_ROWS(tcase, C11_other_terms, term_rows);
  ADD_ROWS(tcase, C10_unusable_is_reported, term_rows);
  ADD_ROWS(tcase, C15_toleration, taint_rows);
  tcase_add_test(tcase, C16_gate_in_plans);
  ADD_ROWS(tcase, explain_reasons, reason_rows);
  tcase_add_test(tcase, explain_facts);
  tcase_add_test(tcase, explain_names);
  tcase_add_test(tcase, arguments);
  tcase_add_test(tcase, matcher_is_independent);
  suite_add_tcase(suite, tcase);
  return suite;
}
