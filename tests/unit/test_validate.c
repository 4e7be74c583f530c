/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_validate.c: section B, metadata and spec of a DaemonSet at creation (validate.h). The texts are those that
 * Kubernetes' own validation printed for the same objects. The pod template stands in test_validate_template.c, updates
 * in test_validate_update.c.
 */
#include <string.h>

#include "messages.h"
#include "support/draft.h"

typedef struct finding_row {
  const char *row;
  const char *changes;  /* of a draft */
  const char *findings; /* errors, one a line */
} finding_row;

static void expect_errors(const finding_row *row) {
  draft d;
  draft_init(&d, row->changes);
  draft_expect(row->row, &d, NULL, NULL, DSET_SEVERITY_ERROR, row->findings);
  draft_free(&d);
}

/* ---- B3 to B6: metadata ---- */

static const finding_row meta_rows[] = {
    {"nothing to say", "", ""},
    {"B3 name absent", "name ''", "metadata.name: Required value: name or generateName is required"},
    {"B3 name with dots", "name a.b", ""},
    {"B3 name no subdomain", "name a_b", "metadata.name: Invalid value: \"a_b\": " BAD_SUBDOMAIN},
    {"B3 name with two faults", "name _*254",
     "metadata.name: Invalid value: "
     "\"______________________________________________________________________________________________________________"
     "_________________________________________________________________________________________________________________"
     "_"
     "______________________________\": must be no more than 253 characters\n"
     "metadata.name: Invalid value: "
     "\"______________________________________________________________________________________________________________"
     "_________________________________________________________________________________________________________________"
     "_"
     "______________________________\": " BAD_SUBDOMAIN},
    {"B3 name is quoted", "name a%22b", "metadata.name: Invalid value: \"a\\\"b\": " BAD_SUBDOMAIN},
    {"B3 generateName ends in a dash", "generateName a-", ""},
    {"B3 generateName, the last but one is not looked at", "generateName a_-", ""},
    {"B3 generateName is a dash", "generateName -", "metadata.generateName: Invalid value: \"-\": " BAD_SUBDOMAIN},
    {"B3 generateName no subdomain", "generateName Aa-",
     "metadata.generateName: Invalid value: \"Aa-\": " BAD_SUBDOMAIN},
    {"B3 generateName before name", "generateName A; name ''",
     "metadata.generateName: Invalid value: \"A\": " BAD_SUBDOMAIN
     "\nmetadata.name: Required value: name or generateName is required"},
    {"B3 namespace absent", "ns ''", "metadata.namespace: Required value"},
    {"B3 namespace with dots", "ns a.b", "metadata.namespace: Invalid value: \"a.b\": must not contain dots"},
    {"B3 namespace no label", "ns A", "metadata.namespace: Invalid value: \"A\": " BAD_LABEL},
    {"B3 generation", "generation -1", "metadata.generation: Invalid value: -1: " NOT_NEGATIVE},
    {"B4 label", "label example.com/a=b", ""},
    {"B4 key", "label a_=b", "metadata.labels: Invalid value: \"a_\": " BAD_NAME_PART},
    {"B4 value", "label a=b_", "metadata.labels: Invalid value: \"b_\": " BAD_VALUE},
    {"B4 key and value, in the order given", "label z=-; label /a=b",
     "metadata.labels: Invalid value: \"-\": " BAD_VALUE
     "\nmetadata.labels: Invalid value: \"/a\": prefix part must be non-empty"},
    {"B5 any value", "annotation a=%00; annotation b=~", ""},
    {"B5 key, case does not matter", "annotation Example.COM/A=b", ""},
    {"B5 key, beyond ASCII it does", "annotation \xC4\x80=b",
     "metadata.annotations: Invalid value: \"\xC4\x80\": " BAD_NAME_PART},
    {"B5 key, Kelvin sign and dotted I are letters", "annotation \xE2\x84\xAA\xC4\xB0=b", ""},
    {"B5 key is shown as it stands", "annotation A_/B_=b",
     "metadata.annotations: Invalid value: \"A_/B_\": prefix part " BAD_SUBDOMAIN
     "\nmetadata.annotations: Invalid value: \"A_/B_\": " BAD_NAME_PART},
    {"B6 owner", "owner apps/v1 Deployment d u controller block; owner v1 Pod p u", ""},
    {"B6 owner needs all", "owner '' '' '' ''",
     "metadata.ownerReferences[0].apiVersion: Required value: must not be empty\n"
     "metadata.ownerReferences[0].kind: Required value: must not be empty\n"
     "metadata.ownerReferences[0].name: Required value: must not be empty\n"
     "metadata.ownerReferences[0].uid: Required value: must not be empty"},
    {"B6 apiVersion", "owner a/b/c K n u; owner v1/ K n u; owner / K n u",
     "metadata.ownerReferences[0].apiVersion: Invalid value: \"a/b/c\": must be <group>/<version> or <version>\n"
     "metadata.ownerReferences[1].apiVersion: Invalid value: \"v1/\": must be <group>/<version> or <version>\n"
     "metadata.ownerReferences[2].apiVersion: Invalid value: \"/\": must be <group>/<version> or <version>"},
    {"B6 events own nothing", "owner v1 Event e u controlled; owner events.k8s.io/v1 Event e u",
     "metadata.ownerReferences[0]: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"e\","
     "\"uid\":\"u\",\"controller\":false}: /v1, Kind=Event is disallowed from being an owner"},
    {"B6 two controllers", "owner v1 A a u controller; owner v1 B b u; owner v1 C c u controller unblocked",
     "metadata.ownerReferences: Invalid value: [{\"apiVersion\":\"v1\",\"kind\":\"A\",\"name\":\"a\",\"uid\":\"u\","
     "\"controller\":true},{\"apiVersion\":\"v1\",\"kind\":\"B\",\"name\":\"b\",\"uid\":\"u\"},{\"apiVersion\":\"v1\","
     "\"kind\":\"C\",\"name\":\"c\",\"uid\":\"u\",\"controller\":true,\"blockOwnerDeletion\":false}]: Only one "
     "reference"
     " can have Controller set to true. Found \"true\" in references for A/a and C/c"},
    {"B6 finalizers", "finalizer orphan; finalizer kubernetes; finalizer example.com/f", ""},
    {"B6 finalizer by itself", "finalizer example.com/f; finalizer x",
     "metadata.finalizers[1]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully"
     " qualified"},
    {"B6 finalizer no key, before the names", "finalizer x; finalizer a/_",
     "metadata.finalizers: Invalid value: \"a/_\": " BAD_NAME_PART
     "\nmetadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully"
     " qualified"},
    {"B6 orphan and foregroundDeletion", "finalizer foregroundDeletion; finalizer orphan",
     "metadata.finalizers: Invalid value: [\"foregroundDeletion\",\"orphan\"]: finalizer orphan and foregroundDeletion"
     " cannot be both set"},
};

START_TEST(B3_to_B6_metadata) {
  expect_errors(&meta_rows[_i]);
}
END_TEST

START_TEST(B5_size) {
  static const struct {
    size_t bytes;
    const char *findings;
  } rows[] = {
      {256 * 1024, ""},
      {256 * 1024 + 1, "metadata.annotations: Too long: may not be more than 262144 bytes"},
  };
  draft d;
  draft_init(&d, "annotation key=value");
  char *value = world_alloc(&d.world, 1, rows[_i].bytes);
  const dset_label annotations[] = {
      {"key", "value"}, {"k", value}, {"deprecated.daemonset.template.generation", "7"}}; /* A21: it is a field */
  memset(value, 'x', rows[_i].bytes - strlen("keyvaluek"));
  d.manifest.annotations = annotations;
  d.manifest.annotation_count = 3;
  draft_expect("B5 size", &d, NULL, NULL, 0, rows[_i].findings);
  draft_free(&d);
}
END_TEST

/* ---- B7 to B9: selector ---- */

#define NO_MATCH "`selector` does not match template `labels`"
#define UNMATCHED "spec.template.metadata.labels: Invalid value: {\"app\":\"agent\"}: " NO_MATCH
#define WANTS_VALUES "must be specified when `operator` is 'In' or 'NotIn'"
#define WANTS_NONE "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"

static const finding_row selector_rows[] = {
    {"B7 labels and expressions", "selector app=agent & app In agent,b & tier DoesNotExist", ""},
    {"B7 label key, not converted then", "selector a_=b",
     "spec.selector.matchLabels: Invalid value: \"a_\": " BAD_NAME_PART},
    {"B7 label value", "selector app=_", "spec.selector.matchLabels: Invalid value: \"_\": " BAD_VALUE},
    {"B7 In without values", "selector app In",
     "spec.selector.matchExpressions[0].values: Required value: " WANTS_VALUES},
    {"B7 NotIn without values", "selector app=agent & tier NotIn",
     "spec.selector.matchExpressions[0].values: Required value: " WANTS_VALUES},
    {"B7 Exists with values", "selector app Exists a",
     "spec.selector.matchExpressions[0].values: Forbidden: " WANTS_NONE},
    {"B7 DoesNotExist with values", "selector app DoesNotExist a",
     "spec.selector.matchExpressions[0].values: Forbidden: " WANTS_NONE},
    {"B7 Gt is for nodes", "selector app Gt 5",
     "spec.selector.matchExpressions[0].operator: Invalid value: \"Gt\": not a valid selector operator"},
    {"B7 operators are case-sensitive", "selector app=agent & app in a",
     "spec.selector.matchExpressions[0].operator: Invalid value: \"in\": not a valid selector operator"},
    {"B7 key and values", "selector app=agent & _ In a,_,b",
     "spec.selector.matchExpressions[0].key: Invalid value: \"_\": " BAD_NAME_PART
     "\nspec.selector.matchExpressions[0].values[1]: Invalid value: \"_\": " BAD_VALUE},
    {"B8 no match", "selector app=b", UNMATCHED},
    {"B8 expression", "selector app NotIn agent", UNMATCHED},
    {"B8 absent matches nothing", "selector -", UNMATCHED},
    {"B8 no labels", "templateLabels -", "spec.template.metadata.labels: Invalid value: null: " NO_MATCH},
    {"B8 empty labels", "templateLabels", "spec.template.metadata.labels: Invalid value: {}: " NO_MATCH},
    {"B8 labels by key", "templateLabels z=1 a=%3C",
     "spec.template.metadata.labels: Invalid value: {\"a\":\"\\u003c\",\"z\":\"1\"}: " NO_MATCH
     "\nspec.template.labels: Invalid value: \"<\": " BAD_VALUE},
    {"B9 empty", "selector", "spec.selector: Invalid value: {}: empty selector is invalid for daemonset"},
};

START_TEST(B7_to_B9_selector) {
  expect_errors(&selector_rows[_i]);
}
END_TEST

/* ---- B13 to B22: the rest of the spec ---- */

#define BUDGET "spec.updateStrategy.rollingUpdate."
#define BOTH_ZERO BUDGET "maxUnavailable: Required value: cannot be 0 when maxSurge is 0"
#define BOTH_SET "may not be set when maxUnavailable is non-zero"

static const finding_row spec_rows[] = {
    {"B13 restartPolicy", "restartPolicy OnFailure",
     "spec.template.spec.restartPolicy: Unsupported value: \"OnFailure\": supported values: \"Always\""},
    {"B14 activeDeadlineSeconds", "activeDeadline 30",
     "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported"},
    {"B15 minReadySeconds", "minReady -1", "spec.minReadySeconds: Invalid value: -1: " NOT_NEGATIVE},
    {"B15 template generation", "templateGeneration -1", "spec.templateGeneration: Invalid value: -1: " NOT_NEGATIVE},
    {"B16 type", "strategy Foo; budget",
     "spec.updateStrategy: Unsupported value: {\"Type\":\"Foo\",\"RollingUpdate\":null}: supported values:"
     " \"RollingUpdate\", \"OnDelete\""},
    {"B16 type with a budget", "strategy ''; budget 20% -",
     "spec.updateStrategy: Unsupported value: {\"Type\":\"\",\"RollingUpdate\":{\"MaxUnavailable\":\"20%\","
     "\"MaxSurge\":0}}: supported values: \"RollingUpdate\", \"OnDelete\""},
    {"B17 OnDelete with any budget", "strategy OnDelete; budget #-1 x", ""},
    {"B17 OnDelete without", "strategy OnDelete; budget", ""},
    {"B18 no budget", "budget", "spec.updateStrategy.rollingUpdate: Required value"},
    {"B21 unavailable", "budget 2 0", ""},
    {"B21 unavailable in percent", "budget 25% 0%", ""},
    {"B21 surge", "budget 0 2", ""},
    {"B21 absent is 0", "budget - 2", ""},
    {"B21 both", "budget 1 2", BUDGET "maxSurge: Invalid value: 2: " BOTH_SET},
    {"B21 both in percent", "budget 1% 2%", BUDGET "maxSurge: Invalid value: \"2%\": " BOTH_SET},
    {"B21 neither", "budget 0 0", BOTH_ZERO},
    {"B21 neither in percent", "budget 00% 0%", BOTH_ZERO},
    {"B21 both absent", "budget - -", BOTH_ZERO},
    {"B19 below 0", "budget #-1 0", BUDGET "maxUnavailable: Invalid value: -1: " NOT_NEGATIVE},
    {"B19 surge below 0", "budget 0 #-5", BUDGET "maxSurge: Invalid value: -5: " NOT_NEGATIVE},
    {"B19 no percent, read as a number", "budget 5x 1", BUDGET "maxUnavailable: Invalid value: \"5x\": " BAD_PERCENT},
    {"B19 no percent, B21 too", "budget x 0",
     BUDGET "maxUnavailable: Invalid value: \"x\": " BAD_PERCENT "\n" BOTH_ZERO},
    {"B19 both", "budget x y",
     BUDGET "maxUnavailable: Invalid value: \"x\": " BAD_PERCENT "\n" BUDGET
            "maxSurge: Invalid value: \"y\": " BAD_PERCENT "\n" BOTH_ZERO},
    {"B20 beyond 100 %", "budget 100% 0", ""},
    {"B20 beyond 100 %", "budget 101% 0",
     BUDGET "maxUnavailable: Invalid value: \"101%\": must not be greater than 100%"},
    {"B20 beyond any number", "budget 0 99999999999999999999%",
     BUDGET "maxSurge: Invalid value: \"99999999999999999999%\": must not be greater than 100%"},
    {"B20 integers have no bound", "budget #2147483647 0", ""},
    {"B20 both, then B21", "budget 101% 101%",
     BUDGET "maxUnavailable: Invalid value: \"101%\": must not be greater than 100%\n" BUDGET
            "maxSurge: Invalid value: \"101%\": must not be greater than 100%\n" BUDGET
            "maxSurge: Invalid value: \"101%\": " BOTH_SET},
    {"B22 revisionHistoryLimit", "historyLimit 0", ""},
    {"B22 revisionHistoryLimit", "historyLimit -1", "spec.revisionHistoryLimit: Invalid value: -1: " NOT_NEGATIVE},
    {"the order of section B",
     "name ''; ns ''; selector; activeDeadline 0; nodeName _; restartPolicy Never; minReady -1; budget 0 0;"
     " historyLimit -1",
     "metadata.name: Required value: name or generateName is required\n"
     "metadata.namespace: Required value\n"
     "spec.selector: Invalid value: {}: empty selector is invalid for daemonset\n"
     "spec.template.spec.nodeName: Invalid value: \"_\": " BAD_SUBDOMAIN "\n"
     "spec.template.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive\n"
     "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"\n"
     "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported\n"
     "spec.minReadySeconds: Invalid value: -1: " NOT_NEGATIVE "\n" BOTH_ZERO
     "\nspec.revisionHistoryLimit: Invalid value: -1: " NOT_NEGATIVE},
};

START_TEST(B13_to_B22_spec) {
  expect_errors(&spec_rows[_i]);
}
END_TEST

/* A number in a text that is no percent counts as well (B21); draft.h would make an int of it. */
START_TEST(B21_numbers_as_text) {
  static const struct {
    const char *text;
    const char *findings;
  } rows[] = {
      {"5", BUDGET "maxSurge: Invalid value: \"5\": " BAD_PERCENT},
      {"+5", BUDGET "maxSurge: Invalid value: \"+5\": " BAD_PERCENT},
      {"99999999999999999999", BUDGET "maxSurge: Invalid value: \"99999999999999999999\": " BAD_PERCENT},
      {"-99999999999999999999", BUDGET "maxSurge: Invalid value: \"-99999999999999999999\": " BAD_PERCENT},
      {"0", BUDGET "maxSurge: Invalid value: \"0\": " BAD_PERCENT "\n" BOTH_ZERO},
      {"+", BUDGET "maxSurge: Invalid value: \"+\": " BAD_PERCENT "\n" BOTH_ZERO},
      {"", BUDGET "maxSurge: Invalid value: \"\": " BAD_PERCENT "\n" BOTH_ZERO},
      {"1_0", BUDGET "maxSurge: Invalid value: \"1_0\": " BAD_PERCENT "\n" BOTH_ZERO},
  };
  draft d;
  draft_init(&d, "budget 0 0");
  d.world.daemonset.max_surge = (dset_amount){DSET_AMOUNT_TEXT, 0, rows[_i].text};
  draft_expect(rows[_i].text, &d, NULL, NULL, DSET_SEVERITY_ERROR, rows[_i].findings);
  draft_free(&d);
}
END_TEST

Suite *dset_suite_validate(void);
Suite *dset_suite_validate(void) {
  Suite *suite = suite_create("validate");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, B3_to_B6_metadata, meta_rows);
  tcase_add_loop_test(tcase, B5_size, 0, 2);
  ADD_ROWS(tcase, B7_to_B9_selector, selector_rows);
  ADD_ROWS(tcase, B13_to_B22_spec, spec_rows);
  tcase_add_loop_test(tcase, B21_numbers_as_text, 0, 8);
  suite_add_tcase(suite, tcase);
  return suite;
}
