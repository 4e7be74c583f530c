/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_findings.c: the list of findings as hosts see it (validate.h): members, limit, totals, silence, names of kinds;
 * the ways to values (path.h); contracts of the calls; and every allocation that can fail.
 */
#include "findings.h"

#include <string.h>

#include "support/draft.h"
#include "support/fault.h"

/* ---- kinds ---- */

static const struct {
  int32_t kind;
  const char *name;
} kind_rows[] = {
    {DSET_FINDING_REQUIRED, "FieldValueRequired"},
    {DSET_FINDING_FORBIDDEN, "FieldValueForbidden"},
    {DSET_FINDING_INVALID, "FieldValueInvalid"},
    {DSET_FINDING_NOT_SUPPORTED, "FieldValueNotSupported"},
    {DSET_FINDING_DUPLICATE, "FieldValueDuplicate"},
    {DSET_FINDING_TOO_LONG, "FieldValueTooLong"},
    {DSET_FINDING_NOT_FOUND, "FieldValueNotFound"},
    {DSET_FINDING_SYNTAX, "Syntax"},
    {DSET_FINDING_NO_KIND, "NoKind"},
    {DSET_FINDING_WRONG_TYPE, "WrongType"},
    {DSET_FINDING_OUT_OF_RANGE, "OutOfRange"},
    {DSET_FINDING_UNKNOWN_FIELD, "UnknownField"},
    {DSET_FINDING_DUPLICATE_FIELD, "DuplicateField"},
    {DSET_FINDING_HOST_PORT_SURGE, "HostPortWithSurge"},
    {DSET_FINDING_TOLERATES_EVERYTHING, "ToleratesEverything"},
    {DSET_FINDING_NODE_NAME, "NodeNameInTemplate"},
    {DSET_FINDING_BUDGET_ALL_NODES, "BudgetOfAllNodes"},
    {DSET_FINDING_SELECTOR_OVERLAP, "SelectorOverlap"},
    {DSET_FINDING_SURGE_ON_DELETE, "SurgeOnDelete"},
    {DSET_FINDING_UNUSABLE_TERM, "UnusableTerm"},
    {DSET_FINDING_CONTRADICTION, "Contradiction"},
    {0, ""},
    {-1, ""},
    {15, ""},
    {1000, ""},
};

START_TEST(kind_names) {
  expect_text("kind", "name", dset_finding_kind_name(kind_rows[_i].kind), kind_rows[_i].name);
}
END_TEST

/* B1: a finding of each kind, and the kinds that are written as their detail. */
START_TEST(B1_texts) {
  static const struct {
    int32_t kind;
    const char *value;
    const char *detail;
    const char *text;
    int32_t severity;
  } rows[] = {
      {DSET_FINDING_REQUIRED, NULL, "", "Required value", DSET_SEVERITY_ERROR},
      {DSET_FINDING_REQUIRED, NULL, "why", "Required value: why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_FORBIDDEN, NULL, "why", "Forbidden: why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_INVALID, "5", "why", "Invalid value: 5: why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_INVALID, "\"\"", "why", "Invalid value: \"\": why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_NOT_SUPPORTED, "\"x\"", "why", "Unsupported value: \"x\": why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_DUPLICATE, "\"x\"", "", "Duplicate value: \"x\"", DSET_SEVERITY_ERROR},
      {DSET_FINDING_DUPLICATE, "\"x\"", "why", "Duplicate value: \"x\": why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_NOT_FOUND, "\"x\"", "", "Not found: \"x\"", DSET_SEVERITY_ERROR},
      {DSET_FINDING_TOO_LONG, NULL, "why", "Too long: why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_UNKNOWN_FIELD, NULL, "why", "why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_SYNTAX, NULL, "why", "why", DSET_SEVERITY_ERROR},
      {DSET_FINDING_NODE_NAME, NULL, "why", "why", DSET_SEVERITY_WARNING},
  };
  dset_findings *findings = dset_findings_new(NULL);
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    dset_findings_add(findings, rows[i].kind, "B1", NULL, rows[i].value, "%s", rows[i].detail);
    const dset_finding *finding = dset_findings_get(findings, i);
    ck_assert_ptr_nonnull(finding);
    expect_text(rows[i].text, "text", finding->text, rows[i].text);
    expect_text(rows[i].text, "value", finding->value, rows[i].value == NULL ? "" : rows[i].value);
    expect_text(rows[i].text, "field", finding->field, "");
    ck_assert_int_eq(finding->severity, rows[i].severity);
    ck_assert_int_eq(finding->kind, rows[i].kind);
    ck_assert_uint_eq(finding->size, sizeof *finding);
  }
  dset_findings_free(findings);
}
END_TEST

/* Values and details of any length. */
START_TEST(long_texts) {
  draft d;
  dset_findings *findings = NULL;
  draft_init(&d, "name _*100000");
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, NULL, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_count(findings), 2);
  ck_assert_uint_eq(strlen(dset_findings_get(findings, 0)->value), 100002);
  ck_assert_uint_gt(strlen(dset_findings_get(findings, 1)->text), 100200);
  dset_findings_free(findings);
  draft_free(&d);
}
END_TEST

/* ---- members ---- */

#define MISTAKES                                                                                                      \
  "label _=b; ns ''; nodeName n; restartPolicy Never; toleration '' Exists '' ''; affinity ();"                       \
  "owner v1 A a u controller; owner v1 Event b u controller; finalizer x; finalizer orphan; finalizer "               \
  "foregroundDeletion;"                                                                                               \
  "annotation Aa/b/c=d; generateName _-; port A TCP '' 80 80; port b TCP '' 81 80; strategy Foo; init main a Always " \
  "File;"                                                                                                             \
  "templateAnnotation container.apparmor.security.beta.kubernetes.io/x=y; ephemeral e x Always File t"

static const struct {
  const char *field;
  const char *rule;
} rule_rows[] = {
    {"metadata.labels", "B4"},
    {"metadata.namespace", "B3"},
    {"metadata.ownerReferences", "B6"},
    {"metadata.finalizers[0]", "B6"},
    {"metadata.annotations", "B5"},
    {"spec.template.spec.containers[0].ports[1].hostPort", "B11"},
    {"spec.template.spec.ephemeralContainers", "B12"},
    {"spec.updateStrategy", "B16"},
    {"spec.template.spec.nodeName", ""}, /* a warning of the library's own */
};

START_TEST(findings_cite_their_rule) {
  draft d;
  dset_findings *findings = NULL;
  size_t found = 0;
  draft_init(&d, MISTAKES);
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, NULL, &findings, NULL), DSET_OK);
  for (size_t i = 0; i < dset_findings_count(findings); i++) {
    const dset_finding *finding = dset_findings_get(findings, i);
    if (strcmp(finding->field, rule_rows[_i].field) != 0) continue;
    expect_text(finding->field, "rule", finding->rule, rule_rows[_i].rule);
    ck_assert_uint_eq(finding->line, 0);
    ck_assert_uint_eq(finding->column, 0);
    ck_assert_uint_eq(finding->manifest, 0);
    found++;
  }
  ck_assert_uint_ge(found, 1);
  ck_assert_ptr_null(dset_findings_get(findings, dset_findings_count(findings)));
  dset_findings_free(findings);
  draft_free(&d);
}
END_TEST

START_TEST(limit_and_totals) {
  dset_validate_options options = {.size = sizeof options, .max_findings = 3};
  dset_findings *all = NULL;
  dset_findings *some = NULL;
  draft d;
  draft_init(&d, MISTAKES);
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, NULL, &all, NULL), DSET_OK);
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, &options, &some, NULL), DSET_OK);
  size_t errors = dset_findings_total(all, DSET_SEVERITY_ERROR);
  size_t warnings = dset_findings_total(all, DSET_SEVERITY_WARNING);
  ck_assert_uint_eq(warnings, 3); /* nodeName, the toleration, the empty term */
  ck_assert_uint_eq(dset_findings_count(all), errors + warnings);
  ck_assert_uint_eq(dset_findings_total(all, 0), 0);
  ck_assert_uint_eq(dset_findings_count(some), 3);
  ck_assert_uint_eq(dset_findings_total(some, DSET_SEVERITY_ERROR), errors);
  ck_assert_uint_eq(dset_findings_total(some, DSET_SEVERITY_WARNING), warnings);
  for (size_t i = 0; i < 3; i++) {
    expect_text("limit", "text", dset_findings_get(some, i)->text, dset_findings_get(all, i)->text);
  }
  dset_findings_free(all);
  dset_findings_free(some);
  draft_free(&d);
}
END_TEST

/* Selector changes are told from texts that are not written beyond the limit. */
START_TEST(limit_changes_no_verdict) {
  dset_validate_options options = {.size = sizeof options, .max_findings = 1};
  dset_findings *findings = NULL;
  draft stored;
  draft d;
  draft_init(&stored, "");
  draft_init(&d, "label _=b; selector app=agent & b DoesNotExist");
  ck_assert_int_eq(dset_validate(&d.manifest, &stored.manifest, &options, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_count(findings), 1);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_ERROR), 2);
  dset_findings_free(findings);
  draft_free(&stored);
  draft_free(&d);
}
END_TEST

START_TEST(silence) {
  const int32_t silent[] = {DSET_FINDING_TOLERATES_EVERYTHING, DSET_FINDING_INVALID};
  dset_validate_options options = {.size = sizeof options, .silent = silent, .silent_count = COUNT_OF(silent)};
  draft d;
  draft_init(&d, "nodeName n; toleration '' Exists '' ''; label _=b");
  dset_findings *findings = NULL;
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, &options, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_WARNING), 1);
  ck_assert_int_eq(dset_findings_get(findings, 1)->kind, DSET_FINDING_NODE_NAME);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_ERROR), 1); /* errors are never silent */
  dset_findings_free(findings);
  options = (dset_validate_options){.size = sizeof options, .no_warnings = true};
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, &options, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_WARNING), 0);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_ERROR), 1);
  dset_findings_free(findings);
  draft_free(&d);
}
END_TEST

/* ---- the way to a value ---- */

static const char *write_steps(dset_world *w, const dset_found *found) {
  const char *text = "";
  for (size_t i = 0; i < found->step_count; i++) {
    const dset_step *step = &found->steps[i];
    text =
        step->key == NULL ? world_format(w, "%s[%zu]", text, step->index) : world_format(w, "%s/%s", text, step->key);
  }
  return text;
}

static const struct {
  const char *changes;
  const char *field;
  const char *steps;
} way_rows[] = {
    {"minReady -1", "spec.minReadySeconds", "/spec/minReadySeconds"},
    {"label a=_", "metadata.labels", "/metadata/labels/a"},
    {"annotation a.b/_=c", "metadata.annotations", "/metadata/annotations/a.b/_"},
    {"selector _=b", "spec.selector.matchLabels", "/spec/selector/matchLabels/_"},
    {"templateLabels app=agent a=_", "spec.template.labels", "/spec/template/metadata/labels/a"},
    {"templateAnnotation kubernetes.io/config.mirror=", "spec.template.annotations[kubernetes.io/config.mirror]",
     "/spec/template/metadata/annotations/kubernetes.io/config.mirror"},
    {"finalizer orphan; finalizer a/_", "metadata.finalizers", "/metadata/finalizers[1]"},
    {"nodeSelector a=_", "spec.template.spec.nodeSelector", "/spec/template/spec/nodeSelector/a"},
    {"strategy X", "spec.updateStrategy", "/spec/updateStrategy/type"},
    {"affinity a Exists | b In _",
     "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1]"
     ".matchExpressions[0].values[0]",
     "/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms[1]"
     "/matchExpressions[0]/values[0]"},
    {"init a b Always File; init c d Always File; port '' TCP '' 80 80; port '' TCP '' 81 80",
     "spec.template.spec.initContainers[0].ports[1].hostPort",
     "/spec/template/spec/initContainers[1]/ports[1]/hostPort"},
};

START_TEST(ways_to_values) {
  draft d;
  dset_findings *findings = NULL;
  draft_init(&d, way_rows[_i].changes);
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, NULL, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_count(findings), 1);
  expect_text(way_rows[_i].changes, "field", dset_findings_get(findings, 0)->field, way_rows[_i].field);
  expect_text(way_rows[_i].changes, "steps", write_steps(&d.world, &findings->records[0]), way_rows[_i].steps);
  dset_findings_free(findings);
  draft_free(&d);
}
END_TEST

/* ---- contracts ---- */

typedef struct contract {
  draft d;
  dset_manifest stored;
  dset_validate_options options;
  dset_container container;
  const dset_container *containers[1];
} contract;

static void no_daemonset(contract *c) {
  c->d.manifest.daemonset = NULL;
}
static void stored_without_daemonset(contract *c) {
  c->stored.daemonset = NULL;
}
static void small_manifest(contract *c) {
  c->d.manifest.size = sizeof(size_t);
}
static void small_options(contract *c) {
  c->options.size = sizeof(size_t);
}
static void labels_without_items(contract *c) {
  c->d.manifest.label_count = 1;
}
static void silent_without_items(contract *c) {
  c->options.silent_count = 1;
}
static void container_null(contract *c) {
  c->containers[0] = NULL;
}
static void container_small(contract *c) {
  c->container.size = sizeof(size_t);
}
static void ports_without_items(contract *c) {
  c->container.port_count = 2;
}
static void preference_without_items(contract *c) {
  static const dset_preferred_term term = {1, {NULL, 1, NULL, 0}};
  c->d.manifest.preferred_terms = &term;
  c->d.manifest.preferred_term_count = 1;
}

static const struct {
  void (*spoil)(contract *c);
  int code;
  const char *path;
} contract_rows[] = {
    {no_daemonset, DSET_ERR_INVALID, "daemonset"},
    {stored_without_daemonset, DSET_ERR_INVALID, "daemonset"},
    {small_manifest, DSET_ERR_ABI, "manifest"},
    {small_options, DSET_ERR_ABI, "options"},
    {labels_without_items, DSET_ERR_INVALID, "manifest.labels"},
    {silent_without_items, DSET_ERR_INVALID, "options.silent"},
    {container_null, DSET_ERR_INVALID, "manifest.init_containers"},
    {container_small, DSET_ERR_ABI, "init_containers"},
    {ports_without_items, DSET_ERR_INVALID, "manifest.init_containers"},
    {preference_without_items, DSET_ERR_INVALID, "manifest.preferred_terms"},
};

START_TEST(contract_of_validate) {
  contract c = {.container = {.size = sizeof c.container}, .options = {.size = sizeof c.options}};
  dset_error error = {0};
  draft_init(&c.d, "");
  c.stored = c.d.manifest;
  c.containers[0] = &c.container;
  c.d.manifest.init_containers = c.containers;
  c.d.manifest.init_container_count = 1;
  contract_rows[_i].spoil(&c);
  dset_findings *findings = (dset_findings *)&c;
  int code = dset_validate(&c.d.manifest, &c.stored, &c.options, &findings, &error);
  ck_assert_msg(code == contract_rows[_i].code, "code %d, %s: %s", code, error.path, error.text);
  ck_assert_int_eq(error.code, code);
  expect_text("contract", "path", error.path, contract_rows[_i].path);
  ck_assert_ptr_null(findings);
  draft_free(&c.d);
}
END_TEST

START_TEST(contract_of_null) {
  draft d;
  dset_findings *findings = NULL;
  const dset_manifest *manifests[] = {NULL};
  draft_init(&d, "");
  ck_assert_int_eq(dset_validate(&d.manifest, NULL, NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_validate(NULL, NULL, NULL, &findings, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_validate_overlap(NULL, 1, NULL, &findings, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_validate_overlap(manifests, 1, NULL, &findings, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_validate_overlap(NULL, 0, NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_validate_overlap(NULL, 0, NULL, &findings, NULL), DSET_OK);
  ck_assert_uint_eq(dset_findings_count(findings), 0);
  dset_findings_free(findings);
  dset_findings_free(NULL);
  draft_free(&d);
}
END_TEST

/* A manifest of zeros is empty, not wrong; the strings that are NULL are "". */
START_TEST(all_zero) {
  const dset_daemonset daemonset = {0};
  const dset_manifest manifest = {.daemonset = &daemonset};
  dset_findings *findings = NULL;
  ck_assert_int_eq(dset_validate(&manifest, &manifest, NULL, &findings, NULL), DSET_OK);
  ck_assert_uint_gt(dset_findings_total(findings, DSET_SEVERITY_ERROR), 0);
  dset_findings_free(findings);
}
END_TEST

/* ---- memory ---- */

static int validate_with(fault *f, draft *d, draft *stored, dset_findings **findings) {
  dset_validate_options options = {.size = sizeof options, .allocator = &f->allocator, .compare_tolerations = true};
  return dset_validate(&d->manifest, stored == NULL ? NULL : &stored->manifest, &options, findings, NULL);
}

static int overlap_with(fault *f, draft *d, draft *stored, dset_findings **findings) {
  const dset_manifest *manifests[] = {&d->manifest, &stored->manifest};
  dset_validate_options options = {.size = sizeof options, .allocator = &f->allocator};
  return dset_validate_overlap(manifests, 2, &options, findings, NULL);
}

/* Lets every allocation fail in turn. */
static void fail_in_turn(const char *what, enum fault_mode mode, draft *d, draft *stored,
                         int (*call)(fault *f, draft *d, draft *stored, dset_findings **findings)) {
  int code = DSET_ERR_NOMEM;
  for (size_t at = 0; code != DSET_OK; at++) {
    fault f;
    dset_findings *findings = (dset_findings *)&f;
    fault_init(&f, at, mode);
    code = call(&f, d, stored, &findings);
    ck_assert_msg(code == DSET_OK || code == DSET_ERR_NOMEM, "%s, allocation %zu: code %d", what, at, code);
    ck_assert_msg((findings != NULL) == (code == DSET_OK), "%s, allocation %zu: a list and an error", what, at);
    ck_assert_msg(code != DSET_OK || f.asked <= at, "%s, allocation %zu: the failure was not seen", what, at);
    ck_assert_msg(at < 5000, "%s: no end", what);
    dset_findings_free(findings);
    fault_expect_empty(&f, what);
  }
}

START_TEST(every_allocation_can_fail) {
  enum fault_mode mode = _i == 0 ? FAULT_ONCE : FAULT_ON;
  draft d;
  draft stored;
  draft_init(&d, MISTAKES "; nodeSelector a=b; toleration k Gt x ''; budget 1 50%; resourceVersion ''");
  draft_init(&stored, "deletion 1000; finalizer y; selector b=c; name other");
  fail_in_turn("creation", mode, &d, NULL, validate_with);
  fail_in_turn("update", mode, &d, &stored, validate_with);
  draft_change(&d,
               "strategy RollingUpdate; affinity a In b & a In c & x Gt 5 | a In c | a Gt x; nodeSelector x=7; port '' "
               "TCP '' 1 1");
  fail_in_turn("cautions", mode, &d, NULL, validate_with);
  draft_change(&stored, "selector app=agent");
  fail_in_turn("overlap", mode, &d, &stored, overlap_with);
  draft_free(&d);
  draft_free(&stored);
}
END_TEST

Suite *dset_suite_findings(void);
Suite *dset_suite_findings(void) {
  Suite *suite = suite_create("findings");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, kind_names, kind_rows);
  tcase_add_test(tcase, B1_texts);
  tcase_add_test(tcase, long_texts);
  ADD_ROWS(tcase, findings_cite_their_rule, rule_rows);
  tcase_add_test(tcase, limit_and_totals);
  tcase_add_test(tcase, limit_changes_no_verdict);
  tcase_add_test(tcase, silence);
  ADD_ROWS(tcase, ways_to_values, way_rows);
  ADD_ROWS(tcase, contract_of_validate, contract_rows);
  tcase_add_test(tcase, contract_of_null);
  tcase_add_test(tcase, all_zero);
  tcase_add_loop_test(tcase, every_allocation_can_fail, 0, 2);
  suite_add_tcase(suite, tcase);
  return suite;
}
