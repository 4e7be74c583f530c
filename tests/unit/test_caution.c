/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_caution.c: warnings of the library's own (caution.c, caution_affinity.c, overlap.c): each both ways, as a
 * warning on a manifest that is in order costs more than one that is missing.
 */
#include <string.h>

#include "support/draft.h"

typedef struct caution_row {
  const char *row;
  const char *changes;
  const char *findings; /* warnings, one a line */
} caution_row;

static void expect_warnings(const caution_row *row) {
  draft d;
  draft_init(&d, row->changes);
  draft_expect(row->row, &d, NULL, NULL, DSET_SEVERITY_WARNING, row->findings);
  draft_free(&d);
}

#define POD "spec.template.spec."
#define BUDGET "spec.updateStrategy.rollingUpdate."
#define STANDS_STILL(port)                                              \
  "a surge starts the new pod while the old one still holds port " port \
  " of the node, so that the update stands"                             \
  " still; use maxUnavailable in place of maxSurge"
#define ALL_AT_ONCE "lets an update take down the pods of all nodes at once; use less than 100%"
#define NO_EFFECT "has no effect with OnDelete; leave it out, or use RollingUpdate"
#define EVERY_TAINT                                                                                                   \
  "tolerates every taint, so that pods also run on nodes that fail or are being drained and are never evicted; name " \
  "the"                                                                                                               \
  " keys or the effect that are meant"

static const caution_row rows[] = {
    {"a manifest in order", "", ""},
    {"host port without surge", "port '' TCP '' 80 80", ""},
    {"host port with surge", "budget 0 1; port a TCP '' 81 0; port b TCP '' 80 8080",
     POD "containers[0].ports[1].hostPort: " STANDS_STILL("8080")},
    {"host port with surge in percent", "budget 0 10%; container b x Always File; port '' TCP '' 80 80",
     POD "containers[1].ports[0].hostPort: " STANDS_STILL("80")},
    {"one warning for all ports", "budget 0 1; port '' TCP '' 80 80; port '' TCP '' 81 81",
     POD "containers[0].ports[0].hostPort: " STANDS_STILL("80")},
    {"surge without host port", "budget 0 1; port '' TCP '' 80 0", ""},
    {"surge of 0", "budget 1 0%; port '' TCP '' 80 80", ""},
    {"host network with surge", "budget 0 1; hostNetwork; port '' TCP '' 80 0",
     POD "containers[0].ports[0].containerPort: " STANDS_STILL("80")},
    {"host network without ports", "budget 0 1; hostNetwork", ""},
    {"host port of an init container, which is over by then", "budget 0 1; init a x Always File; port '' TCP '' 80 80",
     ""},
    {"host port, OnDelete", "strategy OnDelete; budget 0 1; port '' TCP '' 80 80", BUDGET "maxSurge: " NO_EFFECT},
    {"OnDelete without surge", "strategy OnDelete; budget 1 0", ""},
    {"OnDelete without budget", "strategy OnDelete; budget", ""},
    {"budget of all", "budget 100% 0", BUDGET "maxUnavailable: " ALL_AT_ONCE},
    {"budget of nearly all", "budget 99% 0", ""},
    {"budget as a number", "budget 1000 0", ""},
    {"budget of all in surge", "budget 0 100%", ""},
    {"budget of all, OnDelete", "strategy OnDelete; budget 100% 0", ""},
    {"tolerates everything", "toleration k Exists '' ''; toleration '' Exists '' ''",
     POD "tolerations[1]: " EVERY_TAINT},
    {"tolerates everything of one effect", "toleration '' Exists '' NoSchedule; toleration '' Exists '' NoExecute", ""},
    {"no key and no operator is an error", "toleration '' '' '' ''", ""},
    {"node name", "nodeName n",
     POD "nodeName: binds the pods to this one node, so that no other node gets one; use nodeSelector to choose nodes"},
    {"in order: strategy, node name, affinity, tolerations",
     "budget 100% 0; nodeName n; affinity (); toleration '' Exists '' ''",
     BUDGET
     "maxUnavailable: " ALL_AT_ONCE "\n" POD
     "nodeName: binds the pods to this one node, so that no other node gets one; use nodeSelector to choose nodes\n" POD
     "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: an empty term"
     " matches no node; leave it out, or all of the affinity when every node is meant\n" POD
     "tolerations[0]: " EVERY_TAINT},
};

START_TEST(cautions) {
  expect_warnings(&rows[_i]);
}
END_TEST

/* ---- affinity ---- */

#define TERMS POD "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
#define EXCLUDES(place, key) \
  TERMS place ": no node can satisfy all that this term requires of \"" key "\"; correct one of them"
#define SELECTS(key, value)                                         \
  POD "nodeSelector: no node that has \"" value "\" of \"" key      \
      "\" matches the required node affinity, so that no node gets" \
      " a pod; correct one of them"
#define NO_INTEGER(place, key) \
  TERMS place                  \
      ": Gt and Lt need a 64-bit integer, so that no node matches this term; correct the requirement on \"" key "\""

static const caution_row affinity_rows[] = {
    {"no terms is an error", "affinity", ""},
    {"C8 an empty term beside another", "affinity a Exists | ()",
     TERMS "[1]: an empty term matches no node; leave it out, or all of the affinity when every node is meant"},
    {"C10 Gt of no number", "affinity a Exists & b Gt x", NO_INTEGER("[0].matchExpressions[1]", "b")},
    {"C10 Lt beyond 64 bits", "affinity b Lt 9223372036854775808", NO_INTEGER("[0].matchExpressions[0]", "b")},
    {"what is an error already", "affinity a In | b Exists & b DoesNotExist", ""},
    {"sane", "affinity a In x,y & a NotIn y & a Exists & b Gt 1 & b Lt 3 & c DoesNotExist & d NotIn z", ""},
    {"each In alone", "affinity a In x | a In y", ""},
    {"In and In", "affinity a In x,y & b In x & a In z", EXCLUDES("[0].matchExpressions[2]", "a")},
    {"In and In that share one", "affinity a In x,y & a In y,z", ""},
    {"In minus NotIn", "affinity a In x,y & a NotIn y,x", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"NotIn and NotIn", "affinity a NotIn x & a NotIn y", ""},
    {"In and DoesNotExist", "affinity a DoesNotExist & a In x", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"NotIn and DoesNotExist", "affinity a DoesNotExist & a NotIn x", ""},
    {"Exists and DoesNotExist", "affinity a Exists & a DoesNotExist", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"Gt and DoesNotExist", "affinity a Gt 1 & a DoesNotExist", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"Lt and DoesNotExist", "affinity a Lt 1 & a DoesNotExist", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"Gt and Lt", "affinity a Gt 3 & a Lt 5", ""},
    {"Gt and Lt without room", "affinity a Gt 3 & a Lt 4", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"Gt and Lt the wrong way", "affinity a Lt 3 & a Gt 7", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"the closest of several", "affinity a Gt 1 & a Gt 3 & a Lt 9 & a Lt 5", ""},
    {"the closest of several", "affinity a Gt 1 & a Gt 3 & a Lt 9 & a Lt 4", EXCLUDES("[0].matchExpressions[3]", "a")},
    {"Lt of the least label value", "affinity a Lt 1", ""},
    {"Lt below it", "affinity a Lt 0", EXCLUDES("[0].matchExpressions[0]", "a")},
    {"Gt of the largest number", "affinity a Gt 9223372036854775807", EXCLUDES("[0].matchExpressions[0]", "a")},
    {"In within bounds", "affinity a In x,4 & a Gt 3", ""},
    {"In without number", "affinity a In x,y & a Gt 3", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"In beyond bounds", "affinity a In 1,9 & a Gt 3 & a Lt 7", EXCLUDES("[0].matchExpressions[2]", "a")},
    {"fields", "affinity @metadata.name In n & @metadata.name NotIn m", ""},
    {"two names", "affinity @metadata.name In n & a Exists & @metadata.name In m",
     EXCLUDES("[0].matchFields[1]", "metadata.name")},
    {"a name and not", "affinity @metadata.name In n & @metadata.name NotIn n",
     EXCLUDES("[0].matchFields[1]", "metadata.name")},
    {"one term of two", "affinity a Exists & a DoesNotExist | b Exists", EXCLUDES("[0].matchExpressions[1]", "a")},
    {"node selector alone", "nodeSelector a=x", ""},
    {"node selector and In", "nodeSelector a=x; affinity a In x,y", ""},
    {"node selector and another In", "nodeSelector a=x; affinity a In y", SELECTS("a", "x")},
    {"node selector and NotIn", "nodeSelector a=x; affinity a NotIn x", SELECTS("a", "x")},
    {"node selector and DoesNotExist", "nodeSelector a=; affinity a DoesNotExist", SELECTS("a", "")},
    {"node selector and Gt", "nodeSelector a=5; affinity a Gt 4", ""},
    {"node selector below Gt", "nodeSelector a=5; affinity a Gt 5", SELECTS("a", "5")},
    {"node selector that is no number", "nodeSelector a=x; affinity a Lt 5", SELECTS("a", "x")},
    {"node selector against one term of two", "nodeSelector a=x; affinity a In y | b Exists", ""},
    {"node selector against all terms", "nodeSelector a=x; nodeSelector b=x; affinity b NotIn x | a In y",
     SELECTS("b", "x")},
    {"node selector and a term that is its own enemy", "nodeSelector a=x; affinity b Exists & b DoesNotExist | a In y",
     EXCLUDES("[0].matchExpressions[1]", "b") "\n" SELECTS("a", "x")},
    {"node selector and terms that are their own enemies", "nodeSelector a=x; affinity b Exists & b DoesNotExist",
     EXCLUDES("[0].matchExpressions[1]", "b")},
};

START_TEST(affinity_cautions) {
  expect_warnings(&affinity_rows[_i]);
}
END_TEST

/* What would take too long is passed over. */
START_TEST(many_values) {
  enum { MANY = 1100 };
  static const char *values[MANY];
  draft d;
  draft_init(&d, "");
  for (size_t i = 0; i < MANY; i++) values[i] = world_format(&d.world, "v%zu", i);
  dset_requirement expressions[] = {{"a", "In", values, MANY}, {"a", "NotIn", values, MANY}};
  const dset_term term = {expressions, 2, NULL, 0};
  const dset_terms terms = {&term, 1};
  d.world.daemonset.required_affinity = &terms;
  draft_expect("many", &d, NULL, NULL, 0, "");
  expressions[0].value_count = 20;
  draft_expect("few", &d, NULL, NULL, 0, EXCLUDES("[0].matchExpressions[1]", "a"));
  draft_free(&d);
}
END_TEST

/* A value that the stored object had already is let through, and makes its term unusable (C10). */
START_TEST(bad_value_kept) {
  draft stored;
  draft d;
  draft_init(&stored, "affinity a In _");
  draft_init(&d, "affinity a In _");
  draft_expect("kept", &d, &stored, NULL, 0,
               TERMS
               "[0].matchExpressions[0]: a value is not a valid label value, so that no node matches this term; correct"
               " the requirement on \"a\"");
  draft_free(&stored);
  draft_free(&d);
}
END_TEST

/* ---- overlap ---- */

#define OVERLAPS(name)                                        \
  "spec.selector: also matches the pods of DaemonSet \"" name \
  "\", so that each may take over pods of the other; add a"   \
  " label that tells them apart to both"

static const struct {
  const char *row;
  const char *first;
  const char *second;
  const char *third;
  const char *findings;
} overlap_rows[] = {
    {"apart", "name a; selector app=a; templateLabels app=a", "name b; selector app=b; templateLabels app=b", "ns c",
     ""},
    {"one matches the other", "name a; selector app=x; templateLabels app=x",
     "name b; selector app=x & tier=b; templateLabels app=x tier=b", "name c; ns other; templateLabels app=x",
     "0 " OVERLAPS("b")},
    {"both ways", "name a", "name b", "name c; ns other", "0 " OVERLAPS("b") "\n1 " OVERLAPS("a")},
    {"by expressions", "name a; selector app Exists; templateLabels app=a",
     "name b; selector app NotIn a; templateLabels app=b", "name c; templateLabels tier=x; selector tier=x",
     "0 " OVERLAPS("b") "\n1 " OVERLAPS("c")},
    {"the first of several", "name a; selector app In x,y; templateLabels app=z",
     "name b; templateLabels app=y; selector app=y", "name c; templateLabels app=x; selector app=x",
     "0 " OVERLAPS("b")},
    {"the first of several, by the order of manifests", "name a; selector app In x,y; templateLabels app=z",
     "name b; templateLabels app=x; selector app=x", "name c; templateLabels app=y; selector app=y",
     "0 " OVERLAPS("b")},
    {"the fewest candidates are not those that match", "name a; selector app=x & tier NotIn y; templateLabels app=x",
     "name b; templateLabels app=x tier=y; selector tier=y", "name c; templateLabels app=x; selector tier=q",
     "0 " OVERLAPS("c")},
    {"only what is not wanted", "name a; selector tier DoesNotExist; templateLabels app=a",
     "name b; templateLabels tier=x; selector tier=x", "name c; templateLabels app=c; selector app=c",
     "0 " OVERLAPS("c")},
    {"kin: the one of another name", "name a", "name a", "name c",
     "0 " OVERLAPS("c") "\n1 " OVERLAPS("c") "\n2 " OVERLAPS("a")},
    {"another namespace", "name a", "name b; ns other", "name c; ns third", ""},
    {"the same DaemonSet twice", "name a", "name a", "name a", ""},
    {"selectors that are refused anyway", "name a; selector", "name b; selector -", "name c; selector app In", ""},
};

START_TEST(overlap) {
  draft d[3];
  const char *changes[] = {overlap_rows[_i].first, overlap_rows[_i].second, overlap_rows[_i].third};
  const dset_manifest *manifests[3];
  for (size_t i = 0; i < 3; i++) {
    draft_init(&d[i], changes[i]);
    manifests[i] = &d[i].manifest;
  }
  dset_findings *findings = NULL;
  dset_error error = {0};
  int code = dset_validate_overlap(manifests, 3, NULL, &findings, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", overlap_rows[_i].row, error.text);
  const char *text = "";
  for (size_t i = 0; i < dset_findings_count(findings); i++) {
    const dset_finding *finding = dset_findings_get(findings, i);
    text = world_format(&d[0].world, "%s%s%zu %s: %s", text, i == 0 ? "" : "\n", finding->manifest, finding->field,
                        finding->text);
    ck_assert_int_eq(finding->kind, DSET_FINDING_SELECTOR_OVERLAP);
  }
  expect_text(overlap_rows[_i].row, "findings", text, overlap_rows[_i].findings);
  dset_findings_free(findings);
  for (size_t i = 0; i < 3; i++) draft_free(&d[i]);
}
END_TEST

/* To compare each with each would take minutes: half are copies, half differ in the second of their labels alone. */
START_TEST(overlap_of_many) {
  enum { MANY = 60000 };
  dset_world w;
  world_init(&w);
  dset_manifest *manifests = world_alloc(&w, MANY, sizeof *manifests);
  dset_daemonset *daemonsets = world_alloc(&w, MANY, sizeof *daemonsets);
  dset_label *labels = world_alloc(&w, MANY, 2 * sizeof *labels);
  dset_selector *selectors = world_alloc(&w, MANY, sizeof *selectors);
  const dset_manifest **list = world_alloc(&w, MANY, sizeof *list);
  for (size_t i = 0; i < MANY; i++) {
    bool copy = i < MANY / 2;
    labels[2 * i] = (dset_label){"app", copy ? "copy" : "other"};
    labels[2 * i + 1] = (dset_label){"tier", copy ? "x" : world_format(&w, "t%zu", i)};
    selectors[i] = (dset_selector){.labels = &labels[2 * i], .label_count = 2};
    daemonsets[i] = (dset_daemonset){.size = sizeof *daemonsets, .ns = "default", .selector = &selectors[i]};
    daemonsets[i].name = copy ? "copy" : world_format(&w, "n%zu", i);
    daemonsets[i].template_labels = &labels[2 * i];
    daemonsets[i].template_label_count = 2;
    manifests[i] = (dset_manifest){.size = sizeof *manifests, .daemonset = &daemonsets[i]};
    list[i] = &manifests[i];
  }
  daemonsets[MANY - 1].template_labels = labels; /* those of the copies */
  dset_findings *findings = NULL;
  ck_assert_int_eq(dset_validate_overlap(list, MANY, NULL, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_WARNING), MANY / 2);
  ck_assert_uint_eq(dset_findings_get(findings, 1)->manifest, 1);
  dset_findings_free(findings);
  world_free(&w);
}
END_TEST

Suite *dset_suite_caution(void);
Suite *dset_suite_caution(void) {
  Suite *suite = suite_create("caution");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, cautions, rows);
  ADD_ROWS(tcase, affinity_cautions, affinity_rows);
  tcase_add_test(tcase, many_values);
  tcase_add_test(tcase, bad_value_kept);
  ADD_ROWS(tcase, overlap, overlap_rows);
  tcase_add_test(tcase, overlap_of_many);
  suite_add_tcase(suite, tcase);
  return suite;
}
