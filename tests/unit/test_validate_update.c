/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_validate_update.c: section B, what an update may not change (B23), and what it may keep (B7, B25, B28). Each row
 * changes a draft that is stored and the draft that takes its place. The texts are those of Kubernetes' own validation.
 */
#include <string.h>

#include "messages.h"
#include "support/draft.h"

typedef struct update_row {
  const char *row;
  const char *stored;
  const char *changes;
  const char *findings; /* errors, one a line */
} update_row;

static void expect_update(const update_row *row) {
  draft stored;
  draft d;
  draft_init(&stored, row->stored);
  draft_init(&d, row->changes);
  draft_expect(row->row, &d, &stored, NULL, DSET_SEVERITY_ERROR, row->findings);
  draft_free(&stored);
  draft_free(&d);
}

#define IMMUTABLE "field is immutable"

static const update_row meta_rows[] = {
    {"no change", "", "", ""},
    {"B23 resourceVersion", "", "resourceVersion ''",
     "metadata.resourceVersion: Invalid value: \"\": must be specified for an update"},
    {"B23 generation", "generation 2", "generation 1",
     "metadata.generation: Invalid value: 1: must not be decremented"},
    {"B23 generation rises", "generation 2", "generation 7", ""},
    {"B23 generation below 0", "", "generation -1",
     "metadata.generation: Invalid value: -1: " NOT_NEGATIVE
     "\nmetadata.generation: Invalid value: -1: must not be decremented"},
    {"B23 identity", "", "name b; ns other; uid u",
     "metadata.name: Invalid value: \"b\": " IMMUTABLE "\nmetadata.namespace: Invalid value: \"other\": " IMMUTABLE
     "\nmetadata.uid: Invalid value: \"u\": " IMMUTABLE},
    {"B23 names are not looked at otherwise", "name _; ns A; generateName _", "name _; ns A; generateName _", ""},
    {"B23 times set", "", "created 1000000000000; deletion 951782400000; grace 30",
     "metadata.creationTimestamp: Invalid value: \"2001-09-09T01:46:40Z\": " IMMUTABLE
     "\nmetadata.deletionTimestamp: Invalid value: \"2000-02-29T00:00:00Z\": " IMMUTABLE
     "\nmetadata.deletionGracePeriodSeconds: Invalid value: 30: " IMMUTABLE},
    {"B23 times taken away", "created 1000; deletion 1000; grace 0", "",
     "metadata.creationTimestamp: Invalid value: null: " IMMUTABLE
     "\nmetadata.deletionTimestamp: Invalid value: null: " IMMUTABLE
     "\nmetadata.deletionGracePeriodSeconds: Invalid value: null: " IMMUTABLE},
    {"B23 times kept", "created 1000; deletion 1000; grace 0", "created 1000; deletion 1000; grace 0", ""},
    {"B23 finalizers while alive", "", "finalizer example.com/f", ""},
    {"B23 finalizers while being deleted", "deletion 1000; finalizer example.com/a",
     "deletion 1000; finalizer z.com/f; finalizer example.com/a; finalizer b.com/f; finalizer z.com/f",
     "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new "
     "finalizers"
     " []string{\"b.com/f\", \"z.com/f\"}"},
    {"B23 finalizers fewer", "deletion 1000; finalizer example.com/a", "deletion 1000", ""},
    {"B6 names of finalizers, not their form", "",
     "finalizer x; finalizer a/_; finalizer orphan;"
     "finalizer foregroundDeletion",
     "metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully "
     "qualified"},
    {"B4 to B6 still apply", "", "label _=b; annotation _=b; owner v1 K n ''",
     "metadata.labels: Invalid value: \"_\": " BAD_NAME_PART
     "\nmetadata.annotations: Invalid value: \"_\": " BAD_NAME_PART
     "\nmetadata.ownerReferences[0].uid: Required value: must not be empty"},
};

START_TEST(B23_metadata) {
  expect_update(&meta_rows[_i]);
}
END_TEST

#define GENERATION "spec.templateGeneration: Invalid value: "

static const update_row spec_rows[] = {
    {"B23 template and its generation", "", "template b; templateGeneration 2", ""},
    {"B23 lower", "templateGeneration 3", "templateGeneration 2", GENERATION "2: must not be decremented"},
    {"B23 lower, template changed", "templateGeneration 3", "template b; templateGeneration 2",
     GENERATION "2: must not be decremented"},
    {"B23 equal, template changed", "", "template b", GENERATION "1: must be incremented upon template update"},
    {"B23 equal, template longer", "template a", "template ab",
     GENERATION "1: must be incremented upon template update"},
    {"B23 higher, template the same", "", "templateGeneration 2",
     GENERATION "2: must not be incremented without template update"},
    {"B23 selector", "", "selector app=agent & tier DoesNotExist",
     "spec.selector: Invalid value: "
     "{\"matchLabels\":{\"app\":\"agent\"},\"matchExpressions\":[{\"key\":\"tier\",\"operator\":"
     "\"DoesNotExist\"}]}: " IMMUTABLE},
    {"B23 selector, expressions alone", "", "selector app In agent,b",
     "spec.selector: Invalid value: "
     "{\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"In\",\"values\":[\"agent\",\"b\"]}]}: " IMMUTABLE},
    {"B23 selector taken away", "", "selector -",
     "spec.selector: Invalid value: null: " IMMUTABLE
     "\nspec.template.metadata.labels: Invalid value: {\"app\":\"agent\"}: `selector` does not match template "
     "`labels`"},
    {"B23 selector, labels in another order", "templateLabels a=1 b=2; selector a=1 & b=2",
     "templateLabels a=1 b=2; selector b=2 & a=1", ""},
    {"B23 selector, expressions in another order", "selector a DoesNotExist & b DoesNotExist",
     "selector b DoesNotExist & a DoesNotExist",
     "spec.selector: Invalid value: "
     "{\"matchExpressions\":[{\"key\":\"b\",\"operator\":\"DoesNotExist\"},{\"key\":\"a\","
     "\"operator\":\"DoesNotExist\"}]}: " IMMUTABLE},
    {"B23 in order: metadata, update of the spec, spec", "", "resourceVersion ''; label _=b; template b; selector",
     "metadata.resourceVersion: Invalid value: \"\": must be specified for an update\n"
     "metadata.labels: Invalid value: \"_\": " BAD_NAME_PART "\n" GENERATION
     "1: must be incremented upon template update\n"
     "spec.selector: Invalid value: {}: " IMMUTABLE
     "\nspec.selector: Invalid value: {}: empty selector is invalid for daemonset"},
};

START_TEST(B23_spec) {
  expect_update(&spec_rows[_i]);
}
END_TEST

#define TERMS \
  "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
#define COST "controller.kubernetes.io/pod-deletion-cost"

/* The template differs, so that its generation rises. */
#define CHANGED "template b; templateGeneration 2; "

static const update_row kept_rows[] = {
    {"B7 a selector value that is bad already", "selector app NotIn _", "selector app NotIn _", ""},
    {"B7 a selector label has no such right", "selector app=_", "selector app=_",
     "spec.selector.matchLabels: Invalid value: \"_\": " BAD_VALUE},
    {"B25 an affinity value that is bad already", "affinity a In b | c In _", CHANGED "affinity a In -", ""},
    {"B25 an affinity value that was good", "affinity a In b", CHANGED "affinity a In -",
     TERMS "[0].matchExpressions[0].values[0]: Invalid value: \"-\": " BAD_VALUE},
    {"B25 a field gives no such right", "affinity @metadata.name In _", CHANGED "affinity a In -",
     TERMS "[0].matchExpressions[0].values[0]: Invalid value: \"-\": " BAD_VALUE},
    {"B28 an operator that is used already", "toleration k Gt 5 ''", CHANGED "toleration k Lt 7 ''", ""},
    {"B28 an operator that is new", "toleration k Exists '' ''", CHANGED "toleration k Lt 7 ''",
     "spec.template.spec.tolerations[0].operator: Unsupported value: \"Lt\": supported values: \"Equal\", \"Exists\","
     " \"Lt\", \"Gt\""},
    {"B10 a cost that is bad already", "templateAnnotation " COST "=x", CHANGED "templateAnnotation " COST "=y", ""},
    {"B10 a cost that was good", "templateAnnotation " COST "=1", CHANGED "templateAnnotation " COST "=y",
     "spec.template.annotations[" COST "]: Invalid value: \"y\": must be a 32bit integer"},
};

START_TEST(B7_B25_B28_kept) {
  expect_update(&kept_rows[_i]);
}
END_TEST

/* The deletion of a stored object is known from either of two members. */
START_TEST(B23_deleting) {
  draft stored;
  draft d;
  draft_init(&stored, "");
  draft_init(&d, "finalizer a.com/f");
  stored.world.daemonset.deleting = true;
  draft_expect(
      "deleting", &d, &stored, NULL, 0,
      "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new"
      " finalizers []string{\"a.com/f\"}");
  draft_free(&stored);
  draft_free(&d);
}
END_TEST

Suite *dset_suite_validate_update(void);
Suite *dset_suite_validate_update(void) {
  Suite *suite = suite_create("validate_update");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, B23_metadata, meta_rows);
  ADD_ROWS(tcase, B23_spec, spec_rows);
  ADD_ROWS(tcase, B7_B25_B28_kept, kept_rows);
  tcase_add_test(tcase, B23_deleting);
  suite_add_tcase(suite, tcase);
  return suite;
}
