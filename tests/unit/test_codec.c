/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_codec.c: Kubernetes' objects to structs. Inputs are YAML in flow style, expected JSON has
 * ' in place of ", so that both can be read. Writing is in test_codec_write.c, failing
 * allocations are in test_codec_memory.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/build.h"
#include "text.h"

TCase *dset_tcase_codec_write(void);
TCase *dset_tcase_codec_memory(void);

/* ' to ", in place of a text that lasts until the next call. */
static const char *quoted(const char *text) {
  static char copy[4000];
  ck_assert_uint_lt(strlen(text), sizeof copy);
  strcpy(copy, text);
  for (char *at = copy; *at != '\0'; at++) *at = *at == '\'' ? '"' : *at;
  return copy;
}

static dset_documents *read_documents(const char *text) {
  dset_documents *documents;
  dset_error error;
  int code = dset_documents_read(text, strlen(text), NULL, &documents, &error);
  ck_assert_msg(code == DSET_OK, "%s\n%s: %s", text, error.path, error.text);
  return documents;
}

static dset_state *read_state(const char *text) {
  dset_state *state;
  dset_error error;
  int code = dset_state_read(text, strlen(text), NULL, &state, &error);
  ck_assert_msg(code == DSET_OK, "%s\n%s: %s", text, error.path, error.text);
  return state;
}

/* A question about one DaemonSet whose text is formatted. */
static dset_state *read_daemonset(const char *format, ...) __attribute__((format(printf, 1, 2)));
static dset_state *read_daemonset(const char *format, ...) {
  char text[4000] = "daemonSet: ";
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text + used, sizeof text - used, format, arguments);
  va_end(arguments);
  ck_assert(length >= 0 && (size_t)length < sizeof text - used);
  return read_state(text);
}

static const dset_daemonset *daemonset_of(const dset_state *state) {
  return dset_state_snapshot(state)->daemonset;
}

/* ---- documents ---- */

typedef struct document_row {
  const char *what;
  const char *text;
  const char *objects; /* "index:line version kind read-as name", one a line */
} document_row;

#define OF(version, kind, name) "apiVersion: " version "\nkind: " kind "\nmetadata: {name: " name "}\n"

static const document_row document_rows[] = {
    {"nothing", "", ""},
    {"a comment", "# c\n", ""},
    {"kinds",
     OF("apps/v1", "DaemonSet", "a") "---\n" OF("v1", "Node", "b") "---\n" OF("v1", "Pod", "c") "---\n" OF(
         "apps/v1", "ControllerRevision", "d"),
     "0:1 apps/v1 DaemonSet daemonset a\n1:5 v1 Node node b\n2:9 v1 Pod pod c\n"
     "3:13 apps/v1 ControllerRevision revision d\n"},
    {"other kinds", OF("v1", "ConfigMap", "a") "---\n" OF("v1", "DaemonSet", "b") "---\n" OF("apps/v1", "Pod", "c"),
     "0:1 v1 ConfigMap other -\n1:5 v1 DaemonSet other -\n2:9 apps/v1 Pod other -\n"},
    {"versions that are gone", OF("extensions/v1beta1", "DaemonSet", "a") "---\n" OF("apps/v1beta2", "DaemonSet", "b"),
     "0:1 extensions/v1beta1 DaemonSet other -\n1:5 apps/v1beta2 DaemonSet other -\n"},
    {"no kind", "a: 1\n---\nkind: 5\napiVersion: [v1]\n", "0:1   other -\n1:3   other -\n"},
    {"kind in another case", "{apiVersion: v1, kind: node}", "0:1 v1 node other -\n"},
    {"comments count", "# head\n---\n" OF("v1", "Node", "a") "---\n# c\n---\n" OF("v1", "Node", "b"),
     "1:3 v1 Node node a\n3:9 v1 Node node b\n"},
    {"a list",
     "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: a}}\n"
     "- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n- {apiVersion: v1, kind: Secret}\n- {}\n",
     "0:1 v1 Node node a\n0:1 v1 Pod pod b\n0:1 v1 Secret other -\n0:1   other -\n"},
    {"items without kind", "{apiVersion: v1, kind: NodeList, items: [{metadata: {name: a}}, {metadata: {name: b}}]}",
     "0:1 v1 Node node a\n0:1 v1 Node node b\n"},
    {"items with kind", "{apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Node, metadata: {name: a}}]}",
     "0:1 v1 Node node a\n"},
    {"lists of each kind",
     "{apiVersion: apps/v1, kind: DaemonSetList, items: [{metadata: {name: a}}]}\n---\n"
     "{apiVersion: apps/v1, kind: ControllerRevisionList, items: [{metadata: {name: b}}]}\n---\n"
     "{apiVersion: v1, kind: PodList, items: [{metadata: {name: c}}]}\n---\n"
     "{apiVersion: extensions/v1beta1, kind: DaemonSetList, items: [{metadata: {name: d}}]}\n",
     "0:1 apps/v1 DaemonSet daemonset a\n1:3 apps/v1 ControllerRevision revision b\n2:5 v1 Pod pod c\n"
     "3:7 extensions/v1beta1 DaemonSet other -\n"},
    {"lists without items", "{kind: List}\n---\n{kind: NodeList, items: null}\n---\n{kind: List, items: []}", ""},
    {"a list in a list is not opened",
     "{kind: List, items: [{kind: List, items: [{apiVersion: v1, kind: Node, metadata: {name: a}}]}]}",
     "0:1  List other -\n"},
    {"JSON values in a row",
     "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"a\"}}\n {\"kind\":\"x\"}",
     "0:1 v1 Node node a\n1:2  x other -\n"},
};

static const char *name_of(const dset_object *object) {
  int pointers =
      (object->daemonset != NULL) + (object->node != NULL) + (object->pod != NULL) + (object->revision != NULL);
  ck_assert_int_eq(pointers, object->kind == DSET_KIND_OTHER ? 0 : 1);
  switch (object->kind) {
    case DSET_KIND_DAEMONSET: return object->daemonset->name;
    case DSET_KIND_NODE: return object->node->name;
    case DSET_KIND_POD: return object->pod->name;
    case DSET_KIND_REVISION: return object->revision->name;
    default: return "-";
  }
}

START_TEST(documents_of_text) {
  static const char *const kinds[] = {"other", "daemonset", "node", "pod", "revision"};
  const document_row *row = &document_rows[_i];
  dset_documents *read = read_documents(row->text);
  char found[1000] = "";
  for (size_t i = 0; i < dset_documents_count(read); i++) {
    const dset_object *object = dset_documents_object(read, i);
    size_t used = strlen(found);
    snprintf(found + used, sizeof found - used, "%zu:%zu %s %s %s %s\n", object->index, object->line,
             object->api_version, object->kind_name, kinds[object->kind], name_of(object));
  }
  expect_text(row->what, "objects", found, row->objects);
  ck_assert_ptr_null(dset_documents_object(read, dset_documents_count(read)));
  ck_assert_ptr_null(dset_documents_object(read, SIZE_MAX));
  dset_documents_free(read);
}
END_TEST

/* ---- errors of reading ---- */

typedef struct error_row {
  const char *text;
  int code;
  const char *at; /* "line:column path" */
  const char *says;
} error_row;

static const error_row document_error_rows[] = {
    {"- a", DSET_ERR_TYPE, "1:1 ", "expected an object, found a list"},
    {"a: 1\n---\ntext\n", DSET_ERR_TYPE, "3:1 ", "expected an object, found a string"},
    {"a: 1\n---\nb: [\n", DSET_ERR_SYNTAX, "4:1 ", ""},
    {"{\"a\": 1,\n \"b\" 2}", DSET_ERR_SYNTAX, "2:6 ", ""},
    {"kind: List\nitems:\n  a: 1\n", DSET_ERR_TYPE, "2:1 items", "expected a list, found an object"},
    {"kind: List\nitems:\n- {}\n- 5\n", DSET_ERR_TYPE, "4:3 items[1]", "expected an object, found a number"},
    {"kind: NodeList\napiVersion: v1\nitems:\n- metadata: {name: a}\n- metadata:\n    name: [a]\n", DSET_ERR_TYPE,
     "6:5 items[1].metadata.name", "expected a string, found a list"},
    {OF("v1", "Node", "5"), DSET_ERR_TYPE, "3:12 metadata.name", "expected a string, found a number"},
    {OF("v1", "Node", "yes"), DSET_ERR_TYPE, "3:12 metadata.name", "expected a string, found a boolean"},
    {"apiVersion: v1\nkind: Node\nmetadata:\n  labels:\n    example.com/tier: 1.5\n", DSET_ERR_TYPE,
     "5:5 metadata.labels[example.com/tier]", "expected a string, found a fractional number"},
    {"apiVersion: v1\nkind: Node\nmetadata: 7\n", DSET_ERR_TYPE, "3:1 metadata", "expected an object, found a number"},
    {"apiVersion: v1\nkind: Node\nspec: {taints: [{key: a}, {effect: {}}]}\n", DSET_ERR_TYPE,
     "3:28 spec.taints[1].effect", "expected a string, found an object"},
    {"{apiVersion: v1, kind: Pod, metadata: {creationTimestamp: 2026-02-30T00:00:00Z}}", DSET_ERR_RANGE,
     "1:40 metadata.creationTimestamp",
     "\"2026-02-30T00:00:00Z\" is not an RFC 3339 time such as 2026-03-01T12:00:00Z"},
    {"{apiVersion: v1, kind: Pod, metadata: {deletionTimestamp: 5}}", DSET_ERR_TYPE, "1:40 metadata.deletionTimestamp",
     "expected an RFC 3339 time, found a number"},
    {"{apiVersion: v1, kind: Pod, metadata: {ownerReferences: [{controller: x}]}}", DSET_ERR_TYPE,
     "1:59 metadata.ownerReferences[0].controller", "expected true or false, found a string"},
    {"{apiVersion: apps/v1, kind: ControllerRevision, revision: 1.5}", DSET_ERR_TYPE, "1:49 revision",
     "expected an integer, found a fractional number"},
    {"apiVersion: apps/v1\nkind: ControllerRevision\nrevision: 9223372036854775808\n", DSET_ERR_RANGE, "3:11 ", ""},
    {"{apiVersion: apps/v1, kind: DaemonSet, spec: {minReadySeconds: 2147483648}}", DSET_ERR_RANGE,
     "1:47 spec.minReadySeconds", "expected an integer from -2147483648 to 2147483647, found 2147483648"},
};

static void expect_error(const error_row *row, int code, const dset_error *error) {
  char at[400];
  ck_assert_msg(code == row->code && error->code == code, "%s\ncode %s, %s", row->text, dset_code_name(code),
                error->text);
  snprintf(at, sizeof at, "%zu:%zu %s", error->line, error->column, error->path);
  expect_text(row->text, "position", at, row->at);
  if (row->says[0] != '\0') expect_text(row->text, "text", error->text, row->says);
  ck_assert_msg(error->text[0] != '\0', "%s: no text", row->text);
}

START_TEST(document_error) {
  const error_row *row = &document_error_rows[_i];
  dset_documents *documents = (dset_documents *)(uintptr_t)row;
  dset_error error;
  int code = dset_documents_read(row->text, strlen(row->text), NULL, &documents, &error);
  expect_error(row, code, &error);
  ck_assert_ptr_null(documents);
  ck_assert_int_eq(dset_documents_read(row->text, strlen(row->text), NULL, &documents, NULL), code);
}
END_TEST

static const error_row state_error_rows[] = {
    {"", DSET_ERR_INVALID, "0:0 ", "expected a JSON object, found nothing"},
    {"null", DSET_ERR_INVALID, "0:0 ", "expected a JSON object, found nothing"},
    {"{}", DSET_ERR_INVALID, "1:1 ", "the member daemonSet is missing"},
    {"{daemonSet: null}", DSET_ERR_INVALID, "1:1 ", "the member daemonSet is missing"},
    {"{daemonSet: {}}\n---\n{daemonSet: {}}", DSET_ERR_INVALID, "3:1 ", "expected one object, found a second"},
    {"{daemonSet: []}", DSET_ERR_TYPE, "1:2 daemonSet", "expected an object, found a list"},
    {"{name: 5, daemonSet: {}}", DSET_ERR_TYPE, "1:2 name", "expected a string, found a number"},
    {"{daemonSet: {}, now: yesterday}", DSET_ERR_RANGE, "1:17 now",
     "\"yesterday\" is not an RFC 3339 time such as 2026-03-01T12:00:00Z"},
    {"{daemonSet: {}, nodes: {}}", DSET_ERR_TYPE, "1:17 nodes", "expected a list, found an object"},
    {"{daemonSet: {}, pods: [{}, null]}", DSET_ERR_TYPE, "1:28 pods[1]", "expected an object, found null"},
    {"{daemonSet: {}, options: {burst: -1}}", DSET_ERR_RANGE, "1:27 options.burst",
     "expected an integer from 0 to 4294967295, found -1"},
    {"{daemonSet: {}, options: {backoffMaxSeconds: -0.5}}", DSET_ERR_RANGE, "1:27 options.backoffMaxSeconds",
     "expected a number of seconds from 0 to 1e12"},
    {"{daemonSet: {}, backoff: [{delaySeconds: x}]}", DSET_ERR_TYPE, "1:28 backoff[0].delaySeconds",
     "expected a number of seconds, found a string"},
    {"{daemonSet: {}, inFlight: {creates: 1.5}}", DSET_ERR_TYPE, "1:28 inFlight.creates",
     "expected an integer, found a fractional number"},
    {"{daemonSet: {spec: {updateStrategy: {rollingUpdate: {maxSurge: true}}}}}", DSET_ERR_TYPE,
     "1:54 daemonSet.spec.updateStrategy.rollingUpdate.maxSurge",
     "expected an integer or a percentage, found a boolean"},
    {"{daemonSet: {spec: {updateStrategy: {rollingUpdate: {maxSurge: 1.5}}}}}", DSET_ERR_TYPE,
     "1:54 daemonSet.spec.updateStrategy.rollingUpdate.maxSurge",
     "expected an integer or a percentage, found a fractional number"},
    {"{daemonSet: {spec: {updateStrategy: {rollingUpdate: {maxSurge: 2147483648}}}}}", DSET_ERR_RANGE,
     "1:54 daemonSet.spec.updateStrategy.rollingUpdate.maxSurge",
     "expected an integer from -2147483648 to 2147483647, found 2147483648"},
    {"{daemonSet: {spec: {template: {spec: {tolerations: [{key: 1}]}}}}}", DSET_ERR_TYPE,
     "1:54 daemonSet.spec.template.spec.tolerations[0].key", "expected a string, found a number"},
};

START_TEST(state_error) {
  const error_row *row = &state_error_rows[_i];
  dset_state *state = (dset_state *)(uintptr_t)row;
  dset_error error;
  expect_error(row, dset_state_read(row->text, strlen(row->text), NULL, &state, &error), &error);
  ck_assert_ptr_null(state);
}
END_TEST

START_TEST(read_arguments) {
  struct {
    dset_read_options known;
    size_t unknown;
  } newer = {.known = {.size = sizeof newer}, .unknown = 1};
  dset_read_options deep = {.size = sizeof deep, .max_depth = 1001};
  dset_read_options shallow = {.size = sizeof shallow, .max_depth = 3};
  dset_read_options small = {.size = sizeof small, .max_bytes = 10};
  dset_read_options few = {.size = sizeof few, .max_values = 3};
  dset_read_options json = {.size = sizeof json, .json_only = true};
  dset_read_options short_one = {.size = sizeof(size_t)};
  const struct {
    const char *text;
    const dset_read_options *options;
    int code;
  } rows[] = {
      {NULL, NULL, DSET_ERR_INVALID},
      {"daemonSet: {}", &deep, DSET_ERR_INVALID},
      {"daemonSet: {}", &newer.known, DSET_ERR_ABI},
      {"daemonSet: {}", &short_one, DSET_ERR_ABI},
      {"daemonSet: {}", &small, DSET_ERR_LIMIT},
      {"daemonSet: {spec: {template: {}}}", &shallow, DSET_ERR_LIMIT},
      {"daemonSet: {a: 1, b: 2}", &few, DSET_ERR_LIMIT},
      {"daemonSet: \xFF", NULL, DSET_ERR_ENCODING},
      {"daemonSet: {}", &json, DSET_ERR_SYNTAX},
      {"{daemonSet: {}}", &json, DSET_ERR_SYNTAX},
      {"{\"daemonSet\": {}", &json, DSET_ERR_SYNTAX},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    size_t bytes = rows[i].text == NULL ? 0 : strlen(rows[i].text);
    dset_state *state = (dset_state *)(uintptr_t)rows;
    dset_documents *documents = (dset_documents *)(uintptr_t)rows;
    dset_error error;
    ck_assert_msg(dset_state_read(rows[i].text, bytes, rows[i].options, &state, &error) == rows[i].code, "row %zu", i);
    ck_assert_int_eq(dset_documents_read(rows[i].text, bytes, rows[i].options, &documents, &error), rows[i].code);
    ck_assert(error.code == rows[i].code && state == NULL && documents == NULL);
  }
  ck_assert_int_eq(dset_state_read("", 0, NULL, NULL, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_documents_read("", 0, NULL, NULL, NULL), DSET_ERR_INVALID);
  newer.unknown = 0;
  dset_state *state;
  ck_assert_int_eq(dset_state_read("{\"daemonSet\": {}}", 17, &json, &state, NULL), DSET_OK);
  dset_state_free(state);
  ck_assert_int_eq(dset_state_read("daemonSet: {}", 13, &newer.known, &state, NULL), DSET_OK);
  dset_state_free(state);
  dset_state_free(NULL);
  dset_documents_free(NULL);
  dset_text_free(NULL);
}
END_TEST

/* ---- a DaemonSet ---- */

static const char *amount_text(const dset_amount *amount) {
  static char texts[2][40];
  static int turn;
  char *text = texts[turn = 1 - turn];
  switch (amount->kind) {
    case DSET_AMOUNT_INT: snprintf(text, sizeof texts[0], "%d", amount->number); break;
    case DSET_AMOUNT_TEXT: snprintf(text, sizeof texts[0], "\"%s\"", amount->text); break;
    default: strcpy(text, "-"); break;
  }
  return text;
}

/* A2 to A4. "strategy: maxUnavailable maxSurge", or "strategy" without a budget. */
static const struct {
  const char *strategy;
  const char *read;
} budget_rows[] = {
    {"null", "rolling: 1 0"},
    {"{}", "rolling: 1 0"},
    {"{type: '', rollingUpdate: null}", "rolling: 1 0"},
    {"{type: RollingUpdate, rollingUpdate: {}}", "rolling: 1 0"},
    {"{rollingUpdate: {maxUnavailable: 3}}", "rolling: 3 0"},
    {"{rollingUpdate: {maxUnavailable: 0}}", "rolling: 0 0"},
    {"{rollingUpdate: {maxUnavailable: -1}}", "rolling: -1 0"},
    {"{rollingUpdate: {maxUnavailable: 25%}}", "rolling: \"25%\" 0"},
    {"{rollingUpdate: {maxUnavailable: '5'}}", "rolling: \"5\" 0"},
    {"{rollingUpdate: {maxUnavailable: ''}}", "rolling: \"\" 0"},
    {"{rollingUpdate: {maxUnavailable: 2147483647, maxSurge: -2147483648}}", "rolling: 2147483647 -2147483648"},
    {"{rollingUpdate: {maxSurge: 1}}", "rolling: 1 1"},
    {"{rollingUpdate: {maxSurge: 10%, maxUnavailable: null}}", "rolling: 1 \"10%\""},
    {"{type: OnDelete}", "on-delete"},
    {"{type: OnDelete, rollingUpdate: {}}", "on-delete: - -"},
    {"{type: OnDelete, rollingUpdate: {maxSurge: 1}}", "on-delete: - 1"},
    {"{type: Recreate}", "other"},
    {"{type: rollingupdate, rollingUpdate: {maxUnavailable: 2}}", "other: 2 -"},
};

START_TEST(daemonset_budget) {
  static const char *const strategies[] = {"rolling", "on-delete", "other"};
  dset_state *state = read_daemonset("{spec: {updateStrategy: %s}}", budget_rows[_i].strategy);
  const dset_daemonset *read = daemonset_of(state);
  char found[100];
  snprintf(found, sizeof found, "%s", strategies[read->strategy]);
  if (read->has_rolling_update) {
    snprintf(found, sizeof found, "%s: %s %s", strategies[read->strategy], amount_text(&read->max_unavailable),
             amount_text(&read->max_surge));
  }
  expect_text(budget_rows[_i].strategy, "budget", found, budget_rows[_i].read);
  dset_state_free(state);
}
END_TEST

START_TEST(daemonset_defaults) {
  dset_state *state = read_daemonset("{}");
  const dset_daemonset *read = daemonset_of(state);
  ck_assert_uint_eq(read->size, sizeof *read);
  ck_assert(dset_text_empty(read->ns) && dset_text_empty(read->name) && dset_text_empty(read->uid));
  ck_assert(read->selector == NULL && read->required_affinity == NULL && read->toleration_count == 0);
  ck_assert(read->has_revision_history_limit && read->revision_history_limit == 10);
  ck_assert(!read->has_template_generation && !read->deleting && !read->host_network);
  ck_assert_int_eq(read->min_ready_seconds, 0);
  ck_assert(read->status != NULL && read->status->size == sizeof *read->status && !read->status->has_collision_count);
  dset_state_free(state);
  state = read_daemonset("{spec: {revisionHistoryLimit: 0}}");
  ck_assert_int_eq(daemonset_of(state)->revision_history_limit, 0);
  dset_state_free(state);
  state = read_daemonset("{spec: {revisionHistoryLimit: null, template: null, selector: {}}}");
  ck_assert_int_eq(daemonset_of(state)->revision_history_limit, 10);
  ck_assert_ptr_nonnull(daemonset_of(state)->selector); /* present without requirements: matches everything (D1) */
  dset_state_free(state);
}
END_TEST

START_TEST(daemonset_members) {
  dset_state *state = read_daemonset(
      "{unknown: [1, {a: b}], metadata: {namespace: ns, name: agent, uid: u, generation: 9007199254740993,\n"
      "  deletionTimestamp: 2026-03-01T00:00:00Z},\n"
      " spec: {minReadySeconds: 5, revisionHistoryLimit: 3,\n"
      "  selector: {matchLabels: {app: a}, matchExpressions: [{key: k, operator: In, values: [v, w]}, {key: x,\n"
      "    operator: Exists}]},\n"
      "  template: {metadata: {labels: {app: a, tier: '1'}}, spec: {nodeName: n1, hostNetwork: true,\n"
      "   nodeSelector: {zone: z}, tolerations: [{key: t, operator: Equal, value: v, effect: NoExecute,\n"
      "    tolerationSeconds: 0}, {operator: Exists, tolerationSeconds: null}],\n"
      "   affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{},\n"
      "    {matchExpressions: [{key: e, operator: Gt, values: ['5']}],\n"
      "     matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]}}}}}}}");
  const dset_daemonset *read = daemonset_of(state);
  ck_assert_str_eq(read->ns, "ns");
  ck_assert_str_eq(read->name, "agent");
  ck_assert_str_eq(read->uid, "u");
  ck_assert_int_eq(read->generation, INT64_C(9007199254740993)); /* beyond what a double holds */
  ck_assert(read->deleting && read->host_network);
  ck_assert_int_eq(read->min_ready_seconds, 5);
  ck_assert_int_eq(read->revision_history_limit, 3);
  ck_assert_uint_eq(read->selector->label_count, 1);
  ck_assert_str_eq(read->selector->labels[0].key, "app");
  ck_assert_uint_eq(read->selector->expression_count, 2);
  ck_assert_uint_eq(read->selector->expressions[0].value_count, 2);
  ck_assert_str_eq(read->selector->expressions[0].values[1], "w");
  ck_assert_str_eq(read->selector->expressions[1].op, "Exists");
  ck_assert_uint_eq(read->template_label_count, 2);
  ck_assert_str_eq(read->template_labels[1].value, "1");
  ck_assert_str_eq(read->node_name, "n1");
  ck_assert_uint_eq(read->node_selector_count, 1);
  ck_assert_uint_eq(read->toleration_count, 2);
  ck_assert(read->tolerations[0].has_toleration_seconds && read->tolerations[0].toleration_seconds == 0);
  ck_assert_str_eq(read->tolerations[0].effect, "NoExecute");
  ck_assert(!read->tolerations[1].has_toleration_seconds && dset_text_empty(read->tolerations[1].key));
  ck_assert_uint_eq(read->required_affinity->count, 2);
  ck_assert_uint_eq(read->required_affinity->terms[0].expression_count, 0);
  ck_assert_str_eq(read->required_affinity->terms[1].expressions[0].values[0], "5");
  ck_assert_str_eq(read->required_affinity->terms[1].fields[0].key, "metadata.name");
  dset_state_free(state);
}
END_TEST

/* A21. */
static const struct {
  const char *annotation;
  bool present;
  int64_t value;
} generation_rows[] = {
    {"'7'", true, 7},
    {"'007'", true, 7},
    {"'-3'", true, -3},
    {"'0'", true, 0},
    {"'9223372036854775807'", true, INT64_MAX},
    {"'9223372036854775808'", false, 0},
    {"x", false, 0},
    {"''", false, 0},
    {"' 7'", false, 0},
    {"null", false, 0},
};

START_TEST(daemonset_template_generation) {
  dset_state *state = read_daemonset("{metadata: {annotations: {a: b, deprecated.daemonset.template.generation: %s}}}",
                                     generation_rows[_i].annotation);
  ck_assert(daemonset_of(state)->has_template_generation == generation_rows[_i].present);
  ck_assert_int_eq(daemonset_of(state)->template_generation, generation_rows[_i].value);
  dset_state_free(state);
}
END_TEST

START_TEST(daemonset_status) {
  dset_state *state = read_daemonset(
      "{status: {desiredNumberScheduled: 1, currentNumberScheduled: 2, numberMisscheduled: 3, numberReady: 4,\n"
      "  updatedNumberScheduled: 5, numberAvailable: 6, numberUnavailable: 7, observedGeneration: 8, collisionCount: "
      "9,\n"
      "  conditions: [{type: x, status: s, reason: r}]}}");
  const dset_status *read = daemonset_of(state)->status;
  ck_assert_int_eq(read->desired_number_scheduled, 1);
  ck_assert_int_eq(read->current_number_scheduled, 2);
  ck_assert_int_eq(read->number_misscheduled, 3);
  ck_assert_int_eq(read->number_ready, 4);
  ck_assert_int_eq(read->updated_number_scheduled, 5);
  ck_assert_int_eq(read->number_available, 6);
  ck_assert_int_eq(read->number_unavailable, 7);
  ck_assert_int_eq(read->observed_generation, 8);
  ck_assert(read->has_collision_count && read->collision_count == 9);
  ck_assert_str_eq(read->conditions, "[{\"type\":\"x\",\"status\":\"s\",\"reason\":\"r\"}]"); /* as they stand */
  dset_state_free(state);
}
END_TEST

/* Absent and 0 differ (G6). */
START_TEST(daemonset_collision_count) {
  static const struct {
    const char *status;
    bool present;
    int32_t value;
  } rows[] = {{"null", false, 0},
              {"{}", false, 0},
              {"{collisionCount: null}", false, 0},
              {"{collisionCount: 0}", true, 0},
              {"{collisionCount: -1}", true, -1}};
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    dset_state *state = read_daemonset("{status: %s}", rows[i].status);
    const dset_status *read = daemonset_of(state)->status;
    ck_assert_msg(read->has_collision_count == rows[i].present && read->collision_count == rows[i].value, "%s",
                  rows[i].status);
    dset_state_free(state);
  }
}
END_TEST

/* ---- revision data (G4, G5): the template, and what stands for it in `{"spec":{"template":...}}` ---- */

#define EMPTY "{'$patch':'replace','metadata':{},'spec':{'containers':null}}"
#define E_ACUTE "\xC3\xA9"

static const struct {
  const char *template;
  const char *data;
} data_rows[] = {
    {"{metadata: {labels: {name: x}}, spec: {containers: [{name: c, image: 'foo/bar:1', resources: {},\n"
     "  imagePullPolicy: IfNotPresent, terminationMessagePath: /dev/termination-log,\n"
     "  terminationMessagePolicy: File}], restartPolicy: Always, terminationGracePeriodSeconds: 30,\n"
     "  dnsPolicy: ClusterFirst, securityContext: {}, schedulerName: default-scheduler}}",
     "{'$patch':'replace','metadata':{'labels':{'name':'x'}},'spec':{'containers':[{'image':'foo/bar:1',"
     "'imagePullPolicy':'IfNotPresent','name':'c','resources':{},'terminationMessagePath':'/dev/termination-log',"
     "'terminationMessagePolicy':'File'}],'dnsPolicy':'ClusterFirst','restartPolicy':'Always',"
     "'schedulerName':'default-scheduler','securityContext':{},'terminationGracePeriodSeconds':30}}"},
    {"null", EMPTY},
    {"{}", EMPTY},
    {"{metadata: null, spec: null}", EMPTY},
    {"{spec: {nodeName: null, initContainers: [], affinity: {nodeAffinity: null}, containers: []}}",
     "{'$patch':'replace','metadata':{},'spec':{'affinity':{},'containers':[]}}"},
    {"{spec: {nodeSelector: {Z: '1', a_: '1', a: '1', '" E_ACUTE "': '1', ab: '1'}}, metadata: {name: ''}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':null,"
     "'nodeSelector':{'Z':'1','a':'1','a_':'1','ab':'1','" E_ACUTE "':'1'}}}"},
    {"{spec: {unknown: 1, nodename: x, hostNetwork: false, priority: -0, activeDeadlineSeconds: -9007199254740993}}",
     "{'$patch':'replace','metadata':{},'spec':{'activeDeadlineSeconds':-9007199254740993,'containers':null,"
     "'priority':0}}"},
    {"{spec: {nodeName: \"\\b\\f\\n\\r\\t\\x01\\x1f\\x7f/\\\\\"}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':null,"
     "'nodeName':'\\b\\f\\n\\r\\t\\u0001\\u001f\x7F/\\\\'}}"},
    {"{spec: {nodeSelector: {\"<&>\": \"<a>&b\\u2028\\u2029\\u2027\\u00e9\\U0001F600\"}}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':null,'nodeSelector':{'\\u003c\\u0026\\u003e':'"
     "\\u003ca\\u003e\\u0026b\\u2028\\u2029\xE2\x80\xA7" E_ACUTE "\xF0\x9F\x98\x80'}}}"},
};

START_TEST(revision_data) {
  dset_state *state = read_daemonset("{spec: {template: %s}}", data_rows[_i].template);
  const dset_daemonset *read = daemonset_of(state);
  char found[2000];
  snprintf(found, sizeof found, "%.*s", (int)read->revision_data_bytes, (const char *)read->revision_data);
  char expected[2000] = "{\"spec\":{\"template\":";
  strcat(strcat(expected, quoted(data_rows[_i].data)), "}}");
  expect_text(data_rows[_i].template, "data", found, expected);
  ck_assert_uint_eq(read->revision_data_bytes, strlen(expected));
  dset_state_free(state);
}
END_TEST

START_TEST(revision_data_quote) {
  dset_state *state = read_daemonset("{spec: {template: {spec: {nodeName: 'say \"x\"'}}}}");
  const dset_daemonset *read = daemonset_of(state);
  const char *expected =
      "{\"spec\":{\"template\":{\"$patch\":\"replace\",\"metadata\":{},\"spec\":{\"containers\":null,"
      "\"nodeName\":\"say \\\"x\\\"\"}}}}";
  ck_assert_uint_eq(read->revision_data_bytes, strlen(expected));
  ck_assert_mem_eq(read->revision_data, expected, strlen(expected));
  dset_state_free(state);
}
END_TEST

/* ---- nodes, pods, revisions, the question's other members ---- */

START_TEST(state_members) {
  dset_state *state = read_state(
      "{name: q, now: '2026-03-01T12:00:00.25Z', unknown: {}, daemonSet: {},\n"
      " options: {burst: 4294967295, revisionHash: h, backoffInitialSeconds: 1.5, backoffMaxSeconds: 60},\n"
      " nodes: [{metadata: {name: n1, labels: {a: b}}, spec: {taints: [{key: k, value: v, effect: NoSchedule}]}}],\n"
      " backoff: [{node: n1, delaySeconds: 0.001, last: '1970-01-01T00:00:01Z'}, {node: m}],\n"
      " inFlight: {creates: 2, deletes: -1, since: '1970-01-01T00:00:02Z'},\n"
      " controllerRevisions: [{metadata: {namespace: s, name: r, uid: u, labels: {l: m}, deletionTimestamp: "
      "2026-01-01T00:00:00Z,\n"
      "    ownerReferences: [{kind: DaemonSet, name: d, uid: o, controller: true}]}, revision: -7,\n"
      "   data: {z: 1, a: [ 1, null ]}}, {data: null}, {data: text}]}");
  const dset_snapshot *read = dset_state_snapshot(state);
  const dset_options *options = dset_state_options(state);
  ck_assert_str_eq(dset_state_name(state), "q");
  ck_assert_int_eq(read->now_ms, INT64_C(1772366400250));
  ck_assert_uint_eq(options->size, sizeof *options);
  ck_assert_uint_eq(options->burst, UINT32_MAX);
  ck_assert_str_eq(options->revision_hash, "h");
  ck_assert_int_eq(options->backoff_initial_ms, 1500);
  ck_assert_int_eq(options->backoff_max_ms, 60000);
  ck_assert_uint_eq(read->node_count, 1);
  ck_assert_str_eq(read->nodes[0]->labels[0].value, "b");
  ck_assert_str_eq(read->nodes[0]->taints[0].effect, "NoSchedule");
  ck_assert_uint_eq(read->backoff_count, 2);
  ck_assert(read->backoffs[0].delay_ms == 1 && read->backoffs[0].last_ms == 1000 && read->backoffs[1].delay_ms == 0);
  ck_assert(read->in_flight_creates == 2 && read->in_flight_deletes == -1 && read->in_flight_since_ms == 2000);
  ck_assert_uint_eq(read->revision_count, 3);
  const dset_revision *revision = read->revisions[0];
  ck_assert(revision->number == -7 && revision->deleting && revision->owners[0].controller);
  ck_assert_str_eq(revision->owners[0].uid, "o");
  ck_assert_str_eq(revision->labels[0].key, "l");
  const char *data = "{\"z\":1,\"a\":[1,null]}"; /* the order is kept, and null (G3) */
  ck_assert_uint_eq(revision->data_bytes, strlen(data));
  ck_assert_mem_eq(revision->data, data, strlen(data));
  ck_assert_uint_eq(read->revisions[1]->data_bytes, 0);
  ck_assert_mem_eq(read->revisions[2]->data, "\"text\"", 6);
  dset_state_free(state);
}
END_TEST

START_TEST(state_defaults) {
  dset_state *state = read_state("{daemonSet: {}, options: {}, nodes: null, backoff: [], inFlight: null}");
  const dset_snapshot *read = dset_state_snapshot(state);
  const dset_options *options = dset_state_options(state);
  ck_assert_str_eq(dset_state_name(state), "");
  ck_assert(read->size == sizeof *read && read->now_ms == 0 && read->node_count == 0 && read->pod_count == 0);
  ck_assert(read->revision_count == 0 && read->backoff_count == 0 && read->in_flight_creates == 0);
  ck_assert(options->burst == 0 && options->revision_hash == NULL && options->backoff_max_ms == 0);
  dset_state_free(state);
}
END_TEST

/* J1, J3: "phase ready since", a `-` where not. */
static const struct {
  const char *status;
  const char *read;
} pod_rows[] = {
    {"null", "0 - 0"},
    {"{}", "0 - 0"},
    {"{phase: Pending}", "1 - 0"},
    {"{phase: Running}", "2 - 0"},
    {"{phase: Succeeded}", "3 - 0"},
    {"{phase: Failed}", "4 - 0"},
    {"{phase: Unknown}", "5 - 0"},
    {"{phase: failed}", "0 - 0"},
    {"{conditions: [{type: Ready, status: 'True', lastTransitionTime: '1970-01-01T00:00:05Z'}]}", "0 ready 5000"},
    {"{conditions: [{type: Ready, status: 'False', lastTransitionTime: '1970-01-01T00:00:05Z'}]}", "0 - 5000"},
    {"{conditions: [{type: Ready, status: 'true'}]}", "0 - 0"},
    {"{conditions: [{type: Ready, status: 'True'}]}", "0 ready 0"},
    {"{conditions: [{type: Ready, status: 'True', lastTransitionTime: null}]}", "0 ready 0"},
    {"{conditions: [{type: Ready, status: 'True', lastTransitionTime: '0001-01-01T00:00:00Z'}]}", "0 ready 0"},
    {"{conditions: [{type: Ready, status: 'True', lastTransitionTime: '1970-01-01T00:00:00Z'}]}", "0 ready 1"},
    {"{conditions: [{type: ContainersReady, status: 'True'}, {type: Ready, status: 'False'}, {type: Ready, status: "
     "'True'}]}",
     "0 - 0"},
    {"{conditions: [{type: Ready, status: 'True'}, {type: Ready, status: 'False'}]}", "0 ready 0"},
    {"{conditions: [{type: ready, status: 'True'}]}", "0 - 0"},
};

START_TEST(pod_status) {
  char text[400];
  snprintf(text, sizeof text, "{daemonSet: {}, pods: [{metadata: {name: p}, status: %s}]}", pod_rows[_i].status);
  dset_state *state = read_state(text);
  const dset_pod *pod = dset_state_snapshot(state)->pods[0];
  char found[100];
  snprintf(found, sizeof found, "%d %s %lld", pod->phase, pod->ready ? "ready" : "-", (long long)pod->ready_since_ms);
  expect_text(pod_rows[_i].status, "pod", found, pod_rows[_i].read);
  dset_state_free(state);
}
END_TEST

START_TEST(pod_members) {
  dset_state *state = read_state(
      "{daemonSet: {}, pods: [{metadata: {namespace: s, name: p, uid: u, labels: {a: b}, deletionTimestamp: "
      "'0001-01-01T00:00:00Z',\n"
      "  creationTimestamp: '1970-01-01T00:00:09.9Z', ownerReferences: [{uid: o}]}, spec: {nodeName: n1, affinity:\n"
      "  {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: null}}}}},\n"
      "  {metadata: {deletionTimestamp: null}, spec: {affinity: {nodeAffinity: {}}}}]}");
  const dset_pod *pod = dset_state_snapshot(state)->pods[0];
  ck_assert_str_eq(pod->ns, "s");
  ck_assert_str_eq(pod->name, "p");
  ck_assert_str_eq(pod->uid, "u");
  ck_assert_str_eq(pod->labels[0].key, "a");
  ck_assert_str_eq(pod->node_name, "n1");
  ck_assert_int_eq(pod->created_ms, 9900);
  ck_assert_uint_eq(pod->owner_count, 1);
  ck_assert(!pod->owners[0].controller && pod->deleting); /* deleting: the member is there, whatever it says */
  ck_assert(pod->required_affinity != NULL && pod->required_affinity->count == 0);
  pod = dset_state_snapshot(state)->pods[1];
  ck_assert(!pod->deleting && pod->required_affinity == NULL && pod->created_ms == 0);
  dset_state_free(state);
}
END_TEST

Suite *dset_suite_codec(void);

Suite *dset_suite_codec(void) {
  Suite *suite = suite_create("codec");
  TCase *tcase = tcase_create("codec");
  ADD_ROWS(tcase, documents_of_text, document_rows);
  ADD_ROWS(tcase, document_error, document_error_rows);
  ADD_ROWS(tcase, state_error, state_error_rows);
  tcase_add_test(tcase, read_arguments);
  ADD_ROWS(tcase, daemonset_budget, budget_rows);
  tcase_add_test(tcase, daemonset_defaults);
  tcase_add_test(tcase, daemonset_members);
  ADD_ROWS(tcase, daemonset_template_generation, generation_rows);
  tcase_add_test(tcase, daemonset_status);
  tcase_add_test(tcase, daemonset_collision_count);
  ADD_ROWS(tcase, revision_data, data_rows);
  tcase_add_test(tcase, revision_data_quote);
  tcase_add_test(tcase, state_members);
  tcase_add_test(tcase, state_defaults);
  ADD_ROWS(tcase, pod_status, pod_rows);
  tcase_add_test(tcase, pod_members);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, dset_tcase_codec_write());
  suite_add_tcase(suite, dset_tcase_codec_memory());
  return suite;
}
