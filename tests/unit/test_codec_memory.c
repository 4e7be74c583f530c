/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_codec_memory.c: every allocation of every public call fails in turn; part of the suite "codec".
 *
 *   for the caller's allocator, then for jansson's; for one failure, then for all from there on:
 *     allocation 0, 1, 2, ... fails until the call succeeds
 *       each failure: DSET_ERR_NOMEM, no output, nothing left, in the record too
 *       the success:  what it made, as text, equals what a call without failures made
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/build.h"
#include "support/fault.h"
#include "text.h"

TCase *dset_tcase_codec_memory(void);

static const char question[] =
    "{\"name\":\"q\",\"now\":\"2026-03-01T12:00:00Z\",\"options\":{\"revisionHash\":\"h\",\"burst\":9},\"daemonSet\":{"
    "\"apiVersion\":\"apps/"
    "v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"name\":\"agent\",\"namespace\":\"ns\",\"uid\":\"u\","
    "\"annotations\":{\"deprecated.daemonset.template.generation\":\"2\"}},\"spec\":{\"selector\":{\"matchLabels\":{"
    "\"app\":\"a\"},\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]}]},"
    "\"template\":{"
    "\"metadata\":{\"labels\":{\"app\":\"a\"},\"annotations\":{\"x\":\"y\"}},\"spec\":{\"containers\":[{\"name\":\"c\"}"
    "],"
    "\"nodeSelector\":{\"zone\":\"z\"},\"tolerations\":[{\"key\":\"t\",\"operator\":\"Equal\",\"value\":\"v\","
    "\"tolerationSeconds\":5}],\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{"
    "\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"zone\",\"operator\":\"NotIn\",\"values\":[\"q\"]}],"
    "\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"NotIn\",\"values\":[\"n9\"]}]}]}}}}}},"
    "\"status\":{\"collisionCount\":1,\"conditions\":[{\"type\":\"x\"}]}},\"nodes\":[{\"metadata\":{\"name\":\"n1\","
    "\"labels\":{\"zone\":\"z\"}}},{\"metadata\":{\"name\":\"n2\",\"labels\":{\"zone\":\"y\"}},\"spec\":{\"taints\":[{"
    "\"key\":\"k\",\"value\":\"\\u00e9\",\"effect\":\"NoSchedule\"}]}},{\"metadata\":{\"name\":\"n3\",\"labels\":{"
    "\"zone\":"
    "\"z\"}}}],\"pods\":[{\"metadata\":{\"name\":\"p1\",\"namespace\":\"ns\",\"labels\":{\"app\":\"a\"},"
    "\"ownerReferences\":[{"
    "\"kind\":\"DaemonSet\",\"name\":\"agent\",\"uid\":\"u\",\"controller\":true}]},\"spec\":{\"nodeName\":\"n1\"},"
    "\"status\":{\"phase\":\"Failed\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}},{\"metadata\":{"
    "\"name\":"
    "\"p2\",\"namespace\":\"ns\",\"labels\":{\"app\":\"b\"}},\"spec\":{\"nodeName\":\"n2\"}}],\"controllerRevisions\":["
    "{"
    "\"metadata\":{\"name\":\"r1\",\"namespace\":\"ns\",\"labels\":{\"app\":\"a\"}},\"revision\":3,\"data\":{\"a\":[1,"
    "2.5]}}],"
    "\"backoff\":[{\"node\":\"n3\",\"delaySeconds\":2,\"last\":\"2026-03-01T11:59:59Z\"}],\"inFlight\":{\"creates\":0}"
    "}";

static const char yaml_documents[] =
    "apiVersion: v1\nkind: List\nitems:\n- &node\n  apiVersion: v1\n  kind: Node\n  metadata: {name: n1, labels: "
    "{zone: z}}\n"
    "- <<: *node\n  metadata: {name: n2}\n- {apiVersion: v1, kind: Secret, data: {a: Yg==}}\n---\n"
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: ns, uid: u}\nspec:\n  selector: {}\n  "
    "template:\n"
    "    metadata: {labels: {app: a}}\n    spec: {containers: [{name: c, args: ['yes', '0644', \"x\\ty\"]}]}\n---\n"
    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ns, labels: {app: a}}, spec: {nodeName: n1}}\n---\n"
    "{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: r, namespace: ns}, revision: 1, data: {a: 1}}\n";

/* What the calls are asked about; made without failures. */
typedef struct kit {
  dset_state *state;
  const dset_snapshot *snapshot;
  dset_matcher *matcher;
  dset_plan *plan;
} kit;

static void kit_init(kit *k) {
  ck_assert_int_eq(dset_state_read(question, strlen(question), NULL, &k->state, NULL), DSET_OK);
  k->snapshot = dset_state_snapshot(k->state);
  ck_assert_int_eq(dset_matcher_new(k->snapshot->daemonset, NULL, &k->matcher, NULL), DSET_OK);
  ck_assert_int_eq(dset_plan_compute(k->snapshot, dset_state_options(k->state), &k->plan, NULL), DSET_OK);
}

static void kit_free(kit *k) {
  dset_plan_free(k->plan);
  dset_matcher_free(k->matcher);
  dset_state_free(k->state);
}

/* ---- what was made, as text that the caller frees ---- */

static void append(char **text, const char *more) {
  size_t used = *text == NULL ? 0 : strlen(*text);
  *text = realloc(*text, used + strlen(more) + 1);
  ck_assert_ptr_nonnull(*text);
  strcpy(*text + used, more);
}

static void append_plan(char **text, const dset_plan *plan, const dset_daemonset *manifests) {
  dset_write_options options = {.size = sizeof options, .manifests = manifests};
  dset_text *json;
  ck_assert_int_eq(dset_plan_json(plan, &options, &json, NULL), DSET_OK);
  append(text, dset_text_bytes(json));
  dset_text_free(json);
}

/* The plan of a snapshot with its pods' manifests, and the verdicts on its nodes: what is read shows in them. */
static void append_snapshot(char **text, const dset_snapshot *snapshot, const dset_options *options) {
  dset_plan *plan;
  dset_text *json;
  ck_assert_int_eq(dset_plan_compute(snapshot, options, &plan, NULL), DSET_OK);
  append_plan(text, plan, snapshot->daemonset);
  dset_plan_free(plan);
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, snapshot->nodes, snapshot->node_count, NULL, &json, NULL),
                   DSET_OK);
  append(text, dset_text_bytes(json));
  dset_text_free(json);
}

static char *describe_state(const kit *k, void *made) {
  (void)k;
  char *text = NULL;
  append(&text, dset_state_name(made));
  append_snapshot(&text, dset_state_snapshot(made), dset_state_options(made));
  return text;
}

static char *describe_documents(const kit *k, void *made) {
  (void)k;
  char *text = NULL;
  const dset_node *nodes[8];
  const dset_pod *pods[8];
  const dset_revision *revisions[8];
  dset_snapshot s = {.size = sizeof s, .nodes = nodes, .pods = pods, .revisions = revisions};
  for (size_t i = 0; i < dset_documents_count(made); i++) {
    const dset_object *object = dset_documents_object(made, i);
    char line[200];
    snprintf(line, sizeof line, "%zu:%zu %s %s %d\n", object->index, object->line, object->api_version,
             object->kind_name, object->kind);
    append(&text, line);
    if (object->daemonset != NULL) s.daemonset = object->daemonset;
    if (object->node != NULL) nodes[s.node_count++] = object->node;
    if (object->pod != NULL) pods[s.pod_count++] = object->pod;
    if (object->revision != NULL) revisions[s.revision_count++] = object->revision;
  }
  append_snapshot(&text, &s, NULL);
  return text;
}

static char *describe_explanation(const kit *k, void *made) {
  (void)k;
  char *text = NULL;
  for (size_t i = 0; i < dset_explanation_count(made); i++) {
    const dset_reason *r = dset_explanation_reason(made, i);
    char line[600];
    snprintf(line, sizeof line, "%d %d %d %d %s|%s|%s|%s|%s|%s\n", dset_explanation_verdict(made), r->code, r->term,
             r->requirement, r->text, r->key, r->op, r->value, r->effect, r->actual);
    append(&text, line);
  }
  return text;
}

static char *describe_matcher(const kit *k, void *made) {
  char *text = NULL;
  for (size_t i = 0; i < k->snapshot->node_count; i++) {
    dset_explanation *explanation;
    ck_assert_int_eq(dset_explain(made, k->snapshot->nodes[i], &explanation, NULL), DSET_OK);
    char *lines = describe_explanation(k, explanation);
    append(&text, lines == NULL ? "run\n" : lines);
    free(lines);
    dset_explanation_free(explanation);
  }
  return text;
}

static char *describe_plan(const kit *k, void *made) {
  char *text = NULL;
  append_plan(&text, made, k->snapshot->daemonset);
  return text;
}

static char *describe_text(const kit *k, void *made) {
  (void)k;
  char *text = NULL;
  append(&text, dset_text_bytes(made));
  return text;
}

/* ---- the calls ---- */

typedef int make_call(const kit *k, const dset_allocator *allocator, void **made, dset_error *error);

/* An output that a failed call must set to NULL. */
#define UNSET(type) ((type *)(uintptr_t)question)

static int make_matcher(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_match_options options = {.size = sizeof options, .allocator = allocator};
  dset_matcher *matcher = UNSET(dset_matcher);
  int code = dset_matcher_new(k->snapshot->daemonset, &options, &matcher, error);
  *made = matcher;
  return code;
}

/* The explanation takes its memory where the matcher does, so that the matcher is made here, too. */
static int make_explanation(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_match_options options = {.size = sizeof options, .allocator = allocator};
  dset_explanation *explanation = NULL;
  dset_matcher *matcher;
  int code = dset_matcher_new(k->snapshot->daemonset, &options, &matcher, error);
  if (code == DSET_OK) {
    explanation = UNSET(dset_explanation);
    code = dset_explain(matcher, k->snapshot->nodes[1], &explanation, error);
    dset_matcher_free(matcher);
  }
  *made = explanation;
  return code;
}

static int make_plan(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_options options = *dset_state_options(k->state);
  options.allocator = allocator;
  dset_plan *plan = UNSET(dset_plan);
  int code = dset_plan_compute(k->snapshot, &options, &plan, error);
  *made = plan;
  return code;
}

static int make_documents(const dset_allocator *allocator, const char *text, void **made, dset_error *error) {
  dset_read_options options = {.size = sizeof options, .allocator = allocator};
  dset_documents *documents = UNSET(dset_documents);
  int code = dset_documents_read(text, strlen(text), &options, &documents, error);
  *made = documents;
  return code;
}

static int make_yaml(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  (void)k;
  return make_documents(allocator, yaml_documents, made, error);
}

static int make_state(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  (void)k;
  dset_read_options options = {.size = sizeof options, .allocator = allocator};
  dset_state *state = UNSET(dset_state);
  int code = dset_state_read(question, strlen(question), &options, &state, error);
  *made = state;
  return code;
}

static int make_plan_json(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_write_options options = {.size = sizeof options, .allocator = allocator, .name = "q"};
  dset_text *text = UNSET(dset_text);
  int code = dset_plan_json(k->plan, &options, &text, error);
  *made = text;
  return code;
}

static int make_manifests_json(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_write_options options = {.size = sizeof options, .allocator = allocator, .manifests = k->snapshot->daemonset};
  dset_text *text = UNSET(dset_text);
  int code = dset_plan_json(k->plan, &options, &text, error);
  *made = text;
  return code;
}

static int make_explain_json(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_write_options options = {.size = sizeof options, .allocator = allocator, .name = "q"};
  dset_text *text = UNSET(dset_text);
  int code =
      dset_explain_json(k->snapshot->daemonset, k->snapshot->nodes, k->snapshot->node_count, &options, &text, error);
  *made = text;
  return code;
}

static int make_pod_json(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  dset_write_options options = {.size = sizeof options, .allocator = allocator};
  dset_text *text = UNSET(dset_text);
  int code = dset_pod_json(k->snapshot->daemonset, "n1", "h", &options, &text, error);
  *made = text;
  return code;
}

static void drop_matcher(void *made) {
  dset_matcher_free(made);
}

static void drop_explanation(void *made) {
  dset_explanation_free(made);
}

static void drop_plan(void *made) {
  dset_plan_free(made);
}

/* Manifests of every kind of finding, with a repeated key, a quantity and a time. */
static const char manifest_documents[] =
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, x: 1, creationTimestamp: '2026-03-01T12:00:00Z',\n"
    "  labels: {'a b': c}}\nspec:\n  minReadySeconds: 1\n  minReadySeconds: 2\n  selector: {matchLabels: {a: b}}\n"
    "  template:\n    metadata: {labels: {a: b}}\n    spec:\n      tolerations: [{operator: Exists}]\n      "
    "containers:\n"
    "      - {name: c, image: i, resources: {limits: {cpu: 0.1005}}}\n---\nkind: DaemonSet\n---\n[1]\n---\na: [\n";

static int make_manifests(const kit *k, const dset_allocator *allocator, void **made, dset_error *error) {
  (void)k;
  dset_read_options read = {.size = sizeof read, .allocator = allocator};
  dset_validate_options validate = {.size = sizeof validate, .allocator = allocator};
  dset_manifest_options options = {.size = sizeof options, .read = &read, .validate = &validate};
  dset_manifests *manifests = UNSET(dset_manifests);
  int code = dset_manifests_read(manifest_documents, strlen(manifest_documents), &options, &manifests, error);
  *made = manifests;
  return code;
}

static char *describe_manifests(const kit *k, void *made) {
  (void)k;
  char *text = NULL;
  for (size_t i = 0; i < dset_manifests_count(made); i++) {
    const dset_manifest_entry *entry = dset_manifests_entry(made, i);
    append(&text, entry->name);
    if (entry->object != NULL) append(&text, entry->object);
    if (entry->hash != NULL) append(&text, entry->hash);
    for (size_t j = 0; j < dset_findings_count(entry->findings); j++) {
      const dset_finding *finding = dset_findings_get(entry->findings, j);
      char line[400];
      snprintf(line, sizeof line, "\n%zu:%zu %s %s", finding->line, finding->column, finding->field, finding->text);
      append(&text, line);
    }
  }
  return text;
}

static void drop_manifests(void *made) {
  dset_manifests_free(made);
}

static void drop_documents(void *made) {
  dset_documents_free(made);
}

static void drop_state(void *made) {
  dset_state_free(made);
}

static void drop_text(void *made) {
  dset_text_free(made);
}

static const struct {
  const char *what;
  make_call *make;
  char *(*describe)(const kit *k, void *made);
  void (*drop)(void *made);
  bool jansson; /* it makes values of jansson */
} calls[] = {
    {"dset_matcher_new", make_matcher, describe_matcher, drop_matcher, false},
    {"dset_explain", make_explanation, describe_explanation, drop_explanation, false},
    {"dset_plan_compute", make_plan, describe_plan, drop_plan, false},
    {"dset_documents_read", make_yaml, describe_documents, drop_documents, true},
    {"dset_manifests_read", make_manifests, describe_manifests, drop_manifests, true},
    {"dset_state_read", make_state, describe_state, drop_state, true},
    {"dset_plan_json", make_plan_json, describe_text, drop_text, false},
    {"dset_plan_json, manifests", make_manifests_json, describe_text, drop_text, true},
    {"dset_explain_json", make_explain_json, describe_text, drop_text, false},
    {"dset_pod_json", make_pod_json, describe_text, drop_text, true},
};

/* ---- the loop ---- */

/* Shows only where the texts part: Check refuses long messages. */
static void expect_made(const char *what, size_t at, const char *actual, const char *expected) {
  size_t same = 0;
  while (actual[same] != '\0' && actual[same] == expected[same]) same++;
  if (actual[same] == expected[same]) return;
  size_t from = same < 100 ? 0 : same - 100;
  ck_abort_msg("%s beside the failure of allocation %zu:\n    expected: ...%.300s\n    actual:   ...%.300s", what, at,
               expected + from, actual + from);
}

/* One call with one fault; true when it succeeded. `reference` is what it must have made. */
static bool call_once(const kit *k, int row, bool jansson, size_t at, enum fault_mode mode, const char *reference) {
  const char *what = calls[row].what;
  fault own, other;
  fault_init(&own, jansson ? FAULT_NEVER : at, mode);
  fault_init(&other, jansson ? at : FAULT_NEVER, mode);
  dset_error error = {.code = DSET_OK};
  void *made;
  fault_jansson_on(&other);
  int code = calls[row].make(k, &own.allocator, &made, &error);
  fault_jansson_off();
  fault_expect_empty(&other, what); /* no value of jansson outlives a call */
  bool failed = (jansson ? other : own).asked > at;
  own.at = FAULT_NEVER;
  ck_assert_msg(own.asked > 0 || code == DSET_ERR_NOMEM, "%s does not use the caller's allocator", what);
  if (code == DSET_OK) {
    char *text = calls[row].describe(k, made);
    expect_made(what, at, text, reference);
    free(text);
    calls[row].drop(made);
    ck_assert_msg(!failed, "%s, allocation %zu: nobody saw it fail", what, at);
  } else {
    ck_assert_msg(code == DSET_ERR_NOMEM, "%s, allocation %zu: %s", what, at, dset_code_name(code));
    ck_assert_msg(error.code == DSET_ERR_NOMEM, "%s, allocation %zu: the record says %s", what, at, error.text);
    ck_assert_msg(made == NULL, "%s, allocation %zu: the output is not NULL", what, at);
    ck_assert_msg(failed, "%s fails without cause", what);
  }
  fault_expect_empty(&own, what);
  return code == DSET_OK;
}

START_TEST(memory_of_call) {
  kit k;
  kit_init(&k);
  void *made;
  ck_assert_int_eq(calls[_i].make(&k, NULL, &made, NULL), DSET_OK);
  char *reference = calls[_i].describe(&k, made);
  calls[_i].drop(made);
  ck_assert_uint_gt(strlen(reference), 40);
  for (int variant = 0; variant < 4; variant++) {
    bool jansson = variant >= 2;
    size_t at = 0;
    while (!call_once(&k, _i, jansson, at, variant % 2 == 0 ? FAULT_ONCE : FAULT_ON, reference)) at++;
    ck_assert_msg(jansson ? (at > 0) == calls[_i].jansson : at > 0, "%s: %zu failures", calls[_i].what, at);
  }
  free(reference);
  kit_free(&k);
}
END_TEST

/* What is wrong in a text is told with its path, which takes memory, too. */
START_TEST(memory_error_path) {
  static const char bad[] = "{\"daemonSet\":{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":1}}}}";
  size_t failures = 0;
  for (size_t at = 0;; at++) {
    fault f;
    fault_init(&f, at, FAULT_ONCE);
    dset_read_options options = {.size = sizeof options, .allocator = &f.allocator};
    dset_state *state = UNSET(dset_state);
    dset_error error;
    int code = dset_state_read(bad, strlen(bad), &options, &state, &error);
    ck_assert_ptr_null(state);
    ck_assert_int_eq(error.code, code);
    fault_expect_empty(&f, "an error");
    if (code == DSET_ERR_TYPE) {
      ck_assert_str_eq(error.path, "daemonSet.metadata.labels.x");
      break;
    }
    ck_assert_msg(code == DSET_ERR_NOMEM, "allocation %zu: %s", at, dset_code_name(code));
    failures++;
  }
  ck_assert_uint_gt(failures, 0);
}
END_TEST

TCase *dset_tcase_codec_memory(void) {
  TCase *tcase = tcase_create("codec_memory");
  tcase_set_timeout(tcase, 600); /* under a sanitizer or valgrind */
  ADD_ROWS(tcase, memory_of_call, calls);
  tcase_add_test(tcase, memory_error_path);
  return tcase;
}
