/* SPDX-License-Identifier: Apache-2.0 */
/* test_manifests.c: dset_manifests_read(): which entries there are, and what is found where in a text. */
#include <check.h>
#include <string.h>

#include "daemonset.h"
#include "text.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

#define HEAD "apiVersion: apps/v1\nkind: DaemonSet\n"
#define GOOD_SPEC                                                                                            \
  "spec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      " \
  "containers: [{name: c, image: i}]\n"
#define GOOD HEAD "metadata: {name: ds}\n" GOOD_SPEC

typedef struct text_row {
  const char *what;
  const char *text;
  int32_t validation;
  const char *said; /* a line for each entry and each finding */
} text_row;

static const text_row text_rows[] = {
    {"nothing", "", 0, ""},
    {"other kinds", "kind: Pod\n---\n{apiVersion: v1, kind: List, items: []}\n", 0, ""},
    {"a good one", GOOD, 0, "#0 line 1 default/ds object\n"},
    {"the second document", "kind: Pod\n---\n" GOOD, 0, "#1 line 3 default/ds object\n"},
    {"items of a list",
     "apiVersion: apps/v1\nkind: DaemonSetList\nitems:\n- metadata: {name: ds, namespace: m, x: 1}\n", 0,
     "#0 line 1 m/ds object\n"
     "4:38 error UnknownField metadata.x: unknown field\n"
     "4:3 error FieldValueInvalid spec.template.metadata.labels: Invalid value: null: `selector` does not match "
     "template `labels`\n"
     "4:3 error FieldValueRequired spec.template.spec.containers: Required value\n"},
    {"no object", "[1]", 0, "#0 line 1 / \n1:1 error NoKind : expected an object, found a list\n"},
    {"values and kustomizations", "a: 1\n---\nresources: []\n", 0, ""},
    {"a slip of the hand", "apiVersion: apps/v1\nkind: Daemonset\n", 0,
     "#0 line 1 / \n2:1 error NoKind kind: there is no kind \"Daemonset\", did you mean \"DaemonSet\"?\n"},
    {"no kind", "apiVersion: v1\n", 0,
     "#0 line 1 / \n1:1 error NoKind : this object has no kind; a DaemonSet starts with `apiVersion: apps/v1` and "
     "`kind: DaemonSet`\n"},
    {"an old version", "apiVersion: extensions/v1beta1\nkind: DaemonSet\n", 0,
     "#0 line 1 / \n1:1 error NoKind apiVersion: there is no DaemonSet of \"extensions/v1beta1\" since Kubernetes "
     "1.16: "
     "write `apps/v1`, which needs spec.selector and does not change it afterwards\n"},
    {"no JSON or YAML", GOOD "---\na: [\n", 0,
     "#0 line 1 default/ds object\n#1 line 11 / \n12:1 error Syntax : did not find expected node content while parsing "
     "a flow node that starts in line 12\n"},
    {"wrong types are all found, and nothing is validated",
     HEAD "metadata: {name: 5}\nspec:\n  minReadySeconds: x\n  template:\n    spec: {hostNetwork: 'yes'}\n", 0,
     "#0 line 1 default/ \n"
     "3:12 error WrongType metadata.name: expected a string, found a number\n"
     "5:3 error WrongType spec.minReadySeconds: expected an integer, found a string\n"
     "7:12 error WrongType spec.template.spec.hostNetwork: expected true or false, found a string\n"},
    {"fields, strictly", GOOD "  replicas: 1\n  replicas: 2\n", 0,
     "#0 line 1 default/ds object\n"
     "11:3 error DuplicateField spec.replicas: this key stands here twice; the last one counts\n"
     "11:3 error UnknownField spec.replicas: unknown field\n"},
    {"fields, as warnings", GOOD "  replicas: 1\n", DSET_VALIDATION_WARN,
     "#0 line 1 default/ds object\n10:3 warning UnknownField spec.replicas: unknown field\n"},
    {"fields, ignored", GOOD "  replicas: 1\n  replicas: 2\n", DSET_VALIDATION_IGNORE, "#0 line 1 default/ds object\n"},
    {"JSON",
     "{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\n\"metadata\":{\"name\":\"n\",\"name\":\"m\"},\n\"x\":{}}", 0,
     "#0 line 1 default/m object\n"
     "2:24 error DuplicateField metadata.name: this key stands here twice; the last one counts\n"
     "3:1 error UnknownField x: unknown field\n"
     "1:1 error FieldValueInvalid spec.template.metadata.labels: Invalid value: null: `selector` does not match "
     "template `labels`\n"
     "1:1 error FieldValueRequired spec.template.spec.containers: Required value\n"},
    {"empty maps and lists, which are not stored",
     HEAD "metadata: {name: ds}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {}}\n"
          "    spec:\n      containers: [{name: c, image: i, ports: []}]\n"
          "      ephemeralContainers: [{name: e, image: i, ports: []}]\n",
     0,
     "#0 line 1 default/ds object\n"
     "7:16 error FieldValueInvalid spec.template.metadata.labels: Invalid value: {}: `selector` does not match "
     "template `labels`\n"
     "10:49 error FieldValueForbidden spec.template.spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an "
     "Ephemeral Container\n"
     "10:7 error FieldValueForbidden spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not "
     "allowed "
     "in pod template\n"},
    {"a template generation that is no number (A21)",
     HEAD "metadata:\n  name: ds\n  annotations:\n    deprecated.daemonset.template.generation: x\n" GOOD_SPEC, 0,
     "#0 line 1 default/ds \n"
     "6:5 error OutOfRange metadata.annotations.deprecated.daemonset.template.generation: expected an integer, found "
     "\"x\"\n"},
};

static void describe(dset_buffer *said, const dset_manifests *manifests) {
  for (size_t i = 0; i < dset_manifests_count(manifests); i++) {
    const dset_manifest_entry *entry = dset_manifests_entry(manifests, i);
    dset_buffer_format(said, "#%zu line %zu %s/%s %s\n", entry->index, entry->line, entry->ns, entry->name,
                       entry->object == NULL ? "" : "object");
    ck_assert((entry->object == NULL) == (entry->manifest == NULL) && (entry->object == NULL) == (entry->hash == NULL));
    for (size_t j = 0; j < dset_findings_count(entry->findings); j++) {
      const dset_finding *finding = dset_findings_get(entry->findings, j);
      dset_buffer_format(said, "%zu:%zu %s %s %s: %s\n", finding->line, finding->column,
                         finding->severity == DSET_SEVERITY_ERROR ? "error" : "warning",
                         dset_finding_kind_name(finding->kind), finding->field, finding->text);
    }
  }
}

START_TEST(manifests_rows) {
  const text_row *row = &text_rows[_i];
  dset_manifest_options options = {.size = sizeof options, .validation = row->validation};
  dset_manifests *manifests;
  dset_error error;
  int code = dset_manifests_read(row->text, strlen(row->text), &options, &manifests, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", row->what, error.text);
  dset_buffer said;
  dset_buffer_init(&said, NULL);
  dset_buffer_string(&said, "");
  describe(&said, manifests);
  ck_assert_msg(strcmp(said.bytes, row->said) == 0, "%s:\n%s", row->what, said.bytes);
  dset_buffer_clear(&said);
  ck_assert_ptr_null(dset_manifests_entry(manifests, dset_manifests_count(manifests)));
  dset_manifests_free(manifests);
}
END_TEST

/* Findings beyond the limit, repeated keys among them, are counted. */
START_TEST(manifests_limit) {
  enum { REPEATS = 3000, UNKNOWN = 500, KEPT = 20 };
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  dset_buffer_string(&text, "{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\"");
  for (int i = 0; i <= REPEATS; i++) dset_buffer_string(&text, ",\"spec\":{}");
  for (int i = 0; i < UNKNOWN; i++) dset_buffer_format(&text, ",\"x%d\":0", i);
  dset_buffer_string(&text, "}");
  dset_validate_options keep = {.size = sizeof keep, .max_findings = KEPT};
  dset_manifest_options options = {.size = sizeof options, .validate = &keep};
  dset_manifests *manifests;
  ck_assert_int_eq(dset_manifests_read(text.bytes, text.length, &options, &manifests, NULL), DSET_OK);
  const dset_findings *findings = dset_manifests_entry(manifests, 0)->findings;
  ck_assert_uint_eq(dset_findings_count(findings), KEPT);
  ck_assert_uint_eq(dset_findings_total(findings, DSET_SEVERITY_ERROR), REPEATS + UNKNOWN + 3); /* B3, B8, B11.2 */
  dset_manifests_free(manifests);
  dset_buffer_clear(&text);
}
END_TEST

/* A list of many items, each with a finding: all are found in one walk over the text. One a piece would take minutes.
 */
START_TEST(manifests_long_list) {
  enum { ITEMS = 5000, LINES = 6 };
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  dset_buffer_string(&text, "apiVersion: apps/v1\nkind: DaemonSetList\nitems:\n");
  for (int i = 0; i < ITEMS; i++) {
    dset_buffer_format(&text, "- metadata: {name: a%d}\n  spec:\n    x: 1\n    selector: {matchLabels: {a: b}}\n", i);
    dset_buffer_string(
        &text, "    template: {metadata: {labels: {a: b}},\n      spec: {containers: [{name: c, image: i}]}}\n");
  }
  dset_manifests *manifests;
  ck_assert_int_eq(dset_manifests_read(text.bytes, text.length, NULL, &manifests, NULL), DSET_OK);
  ck_assert_uint_eq(dset_manifests_count(manifests), ITEMS);
  for (size_t i = 0; i < ITEMS; i++) {
    const dset_manifest_entry *entry = dset_manifests_entry(manifests, i);
    ck_assert_uint_eq(dset_findings_count(entry->findings), 1);
    ck_assert_uint_eq(dset_findings_get(entry->findings, 0)->line, 3 + LINES * i + 3);
    ck_assert_uint_eq(entry->selector_line, 3 + LINES * i + 4);
    ck_assert_uint_eq(entry->selector_column, 5);
  }
  dset_manifests_free(manifests);
  dset_read_options options = {.size = sizeof options, .validation = DSET_VALIDATION_WARN};
  dset_documents *documents;
  ck_assert_int_eq(dset_documents_read(text.bytes, text.length, &options, &documents, NULL), DSET_OK);
  const dset_findings *findings = dset_documents_findings(documents);
  ck_assert_uint_eq(dset_findings_count(findings), ITEMS);
  for (size_t i = 0; i < ITEMS; i++) ck_assert_uint_eq(dset_findings_get(findings, i)->line, 3 + LINES * i + 3);
  dset_documents_free(documents);
  dset_buffer_clear(&text);
}
END_TEST

/* Without a selector there is no place of it. */
START_TEST(manifests_no_selector) {
  dset_manifests *manifests;
  const char *text = HEAD "metadata: {name: a}\nspec: {}\n---\n" HEAD "spec: {selector: 5}\n---\n" GOOD;
  ck_assert_int_eq(dset_manifests_read(text, strlen(text), NULL, &manifests, NULL), DSET_OK);
  ck_assert_uint_eq(dset_manifests_entry(manifests, 0)->selector_line, 0);
  ck_assert_uint_eq(dset_manifests_entry(manifests, 1)->selector_line, 0);
  ck_assert_uint_eq(dset_manifests_entry(manifests, 2)->selector_line, 14);
  dset_manifests_free(manifests);
}
END_TEST

START_TEST(manifests_arguments) {
  dset_manifests *manifests;
  dset_error error;
  ck_assert_int_eq(dset_manifests_read(NULL, 0, NULL, &manifests, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_manifests_read("", 0, NULL, NULL, &error), DSET_ERR_INVALID);
  dset_manifest_options options = {.size = sizeof options, .validation = 3};
  ck_assert_int_eq(dset_manifests_read("", 0, &options, &manifests, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "options.validation");
  options = (dset_manifest_options){.size = 1};
  ck_assert_int_eq(dset_manifests_read("", 0, &options, &manifests, &error), DSET_ERR_ABI);
  ck_assert_int_eq(dset_manifests_read("\xFF", 1, NULL, &manifests, &error), DSET_ERR_ENCODING);
  dset_manifests_free(NULL);
}
END_TEST

/* The hash of revision data is that of the template they were made from (G6). */
START_TEST(manifests_hash) {
  dset_manifests *manifests;
  ck_assert_int_eq(dset_manifests_read(GOOD, strlen(GOOD), NULL, &manifests, NULL), DSET_OK);
  const dset_manifest_entry *entry = dset_manifests_entry(manifests, 0);
  char hash[16];
  dset_error error;
  ck_assert_int_eq(dset_revision_hash_kubernetes(entry->manifest->daemonset, hash, sizeof hash, &error), DSET_OK);
  ck_assert_str_eq(hash, entry->hash);
  ck_assert_int_eq(dset_revision_hash_kubernetes(entry->manifest->daemonset, hash, 15, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_revision_hash_kubernetes(entry->manifest->daemonset, NULL, 16, &error), DSET_ERR_INVALID);
  dset_daemonset other = {.size = sizeof other, .revision_data = "x", .revision_data_bytes = 1};
  ck_assert_int_eq(dset_revision_hash_kubernetes(&other, hash, sizeof hash, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(hash, "");
  dset_manifests_free(manifests);
}
END_TEST

Suite *dset_suite_manifests(void);
Suite *dset_suite_manifests(void) {
  Suite *suite = suite_create("manifests");
  TCase *tcase = tcase_create("manifests");
  tcase_add_loop_test(tcase, manifests_rows, 0, COUNT(text_rows));
  tcase_add_test(tcase, manifests_limit);
  tcase_add_test(tcase, manifests_long_list);
  tcase_add_test(tcase, manifests_no_selector);
  tcase_add_test(tcase, manifests_arguments);
  tcase_add_test(tcase, manifests_hash);
  suite_add_tcase(suite, tcase);
  return suite;
}
