/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_codec_write.c: plans, explanations and pods to JSON, and times; part of the suite "codec". Inputs are YAML in
 * flow style, expected JSON has ' in place of ".
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/build.h"
#include "support/fault.h"
#include "text.h"

TCase *dset_tcase_codec_write(void);

static dset_state *read_state(const char *text) {
  dset_state *state;
  dset_error error;
  int code = dset_state_read(text, strlen(text), NULL, &state, &error);
  ck_assert_msg(code == DSET_OK, "%s\n%s: %s", text, error.path, error.text);
  return state;
}

/* The tree of a JSON text with ' in place of ". */
static json_t *tree_of(const char *text) {
  char copy[4000];
  ck_assert_uint_lt(strlen(text), sizeof copy);
  strcpy(copy, text);
  for (char *at = copy; *at != '\0'; at++) *at = *at == '\'' ? '"' : *at;
  json_error_t error;
  json_t *tree = json_loads(copy, JSON_DECODE_ANY, &error);
  ck_assert_msg(tree != NULL, "%s\n%s", text, error.text);
  return tree;
}

/* Fails unless the text is the JSON that is expected, in one line; consumes it. */
static void expect_json(const char *what, dset_text *text, const char *expected) {
  const char *bytes = dset_text_bytes(text);
  ck_assert_uint_eq(strlen(bytes), dset_text_length(text));
  ck_assert_msg(strchr(bytes, '\n') == NULL, "%s: more than one line", what);
  json_t *actual = json_loads(bytes, 0, NULL);
  json_t *wanted = tree_of(expected);
  ck_assert_msg(actual != NULL && json_equal(actual, wanted), "%s:\n    expected: %s\n    actual:   %s", what, expected,
                bytes);
  json_decref(actual);
  json_decref(wanted);
  dset_text_free(text);
}

/* ---- the pod (C19 to C22) ---- */

#define AUTOMATIC                                                                           \
  "{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute'},"        \
  "{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute'},"      \
  "{'key':'node.kubernetes.io/disk-pressure','operator':'Exists','effect':'NoSchedule'},"   \
  "{'key':'node.kubernetes.io/memory-pressure','operator':'Exists','effect':'NoSchedule'}," \
  "{'key':'node.kubernetes.io/pid-pressure','operator':'Exists','effect':'NoSchedule'},"    \
  "{'key':'node.kubernetes.io/unschedulable','operator':'Exists','effect':'NoSchedule'}"
#define NETWORK ",{'key':'node.kubernetes.io/network-unavailable','operator':'Exists','effect':'NoSchedule'}"
#define OWNERS                                                                                                \
  "'ownerReferences':[{'apiVersion':'apps/v1','kind':'DaemonSet','name':'agent','uid':'u','controller':true," \
  "'blockOwnerDeletion':true}]"
#define PINNED                                                                                                     \
  "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name'," \
  "'operator':'In','values':['n1']}]}]}"
#define ONLY_AFFINITY "'affinity':{'nodeAffinity':{" PINNED "}}"
#define AFFINITY "'containers':null," ONLY_AFFINITY /* Go writes the list that is not there */

typedef struct pod_row {
  const char *what;
  const char *generation; /* annotation of the template generation */
  const char *hash;
  const char *template;
  const char *metadata; /* what the pod's metadata hold beside generateName, namespace and owner */
  const char *spec;
} pod_row;

static const pod_row pod_rows[] = {
    {"least", "null", "", "{spec: {}}", "'labels':{}", AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"hash", "null", "h", "{metadata: {labels: {app: a}}, spec: {}}",
     "'labels':{'app':'a','controller-revision-hash':'h'}", AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"generation, printed again", "'007'", "h", "{spec: {}}",
     "'labels':{'controller-revision-hash':'h','pod-template-generation':'7'}",
     AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"generation that does not parse", "x", "", "{spec: {}}", "'labels':{}", AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"labels of the template give way", "'3'", "h",
     "{metadata: {labels: {controller-revision-hash: x, pod-template-generation: '1'}}, spec: {}}",
     "'labels':{'controller-revision-hash':'h','pod-template-generation':'3'}",
     AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"of other metadata only annotations and finalizers", "null", "",
     "{metadata: {name: x, namespace: ns, labels: {a: b}, annotations: {c: d}, finalizers: [f], generateName: z,\n"
     " ownerReferences: [{uid: v}]}, spec: {}}",
     "'labels':{'a':'b'},'annotations':{'c':'d'},'finalizers':['f']", AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"the spec stays", "null", "",
     "{spec: {containers: [{name: c, ports: [{containerPort: 80}]}], nodeSelector: {a: b}, nodeName: n7}}",
     "'labels':{}",
     "'containers':[{'name':'c','resources':{},'ports':[{'containerPort':80}]}],'nodeSelector':{'a':'b'},"
     "'nodeName':'n7'," ONLY_AFFINITY ",'tolerations':[" AUTOMATIC "]"},
    {"host network", "null", "", "{spec: {hostNetwork: true}}", "'labels':{}",
     "'hostNetwork':true," AFFINITY ",'tolerations':[" AUTOMATIC NETWORK "]"},
    {"required terms are replaced, preferred ones stay", "null", "",
     "{spec: {affinity: {podAffinity: {}, nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
     "[{weight: 1}],\n"
     " requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a,\n"
     " operator: Exists}]}, {matchFields: []}]}}}}}",
     "'labels':{}",
     "'containers':null,'affinity':{'podAffinity':{},'nodeAffinity':"
     "{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':1,'preference':{}}]," PINNED
     "}},'tolerations':[" AUTOMATIC "]"},
    {"missing objects are made", "null", "", "{spec: {affinity: {nodeAffinity: null, podAntiAffinity: {}}}}",
     "'labels':{}",
     "'containers':null,'affinity':{'podAntiAffinity':{},'nodeAffinity':{" PINNED "}},'tolerations':[" AUTOMATIC "]"},
    {"tolerations of the template come first; an equal one is replaced (C3)", "null", "",
     "{spec: {tolerations: [{key: a, value: v, effect: NoSchedule, operator: Equal}, {operator: Exists},\n"
     " {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 30},\n"
     " {key: b, operator: Exists, effect: NoExecute, tolerationSeconds: 0}]}}",
     "'labels':{}",
     AFFINITY ",'tolerations':[{'key':'a','operator':'Equal','value':'v','effect':'NoSchedule'},{'operator':'Exists'},"
              "{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute'},"
              "{'key':'b','operator':'Exists','effect':'NoExecute','tolerationSeconds':0},"
              "{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute'},"
              "{'key':'node.kubernetes.io/disk-pressure','operator':'Exists','effect':'NoSchedule'},"
              "{'key':'node.kubernetes.io/memory-pressure','operator':'Exists','effect':'NoSchedule'},"
              "{'key':'node.kubernetes.io/pid-pressure','operator':'Exists','effect':'NoSchedule'},"
              "{'key':'node.kubernetes.io/unschedulable','operator':'Exists','effect':'NoSchedule'}]"},
};

START_TEST(pod_json) {
  const pod_row *row = &pod_rows[_i];
  char question[2000];
  snprintf(question, sizeof question,
           "{daemonSet: {metadata: {name: agent, namespace: ns, uid: u, annotations:\n"
           " {deprecated.daemonset.template.generation: %s}}, spec: {template: %s}}}",
           row->generation, row->template);
  dset_state *state = read_state(question);
  dset_text *text;
  dset_error error;
  int code = dset_pod_json(dset_state_snapshot(state)->daemonset, "n1", row->hash, NULL, &text, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", row->what, error.text);
  char expected[4000];
  snprintf(expected, sizeof expected,
           "{'apiVersion':'v1','kind':'Pod','metadata':{'generateName':'agent-','namespace':'ns'," OWNERS
           ",%s},'spec':{%s}}",
           row->metadata, row->spec);
  expect_json(row->what, text, expected);
  dset_state_free(state);
}
END_TEST

START_TEST(pod_arguments) {
  dset_state *state =
      read_state("{daemonSet: {metadata: {name: a, namespace: b, uid: c}, spec: {template: {spec: {}}}}}");
  dset_daemonset daemonset = *dset_state_snapshot(state)->daemonset;
  dset_text *text = (dset_text *)(uintptr_t)state;
  dset_error error;
  ck_assert_int_eq(dset_pod_json(NULL, "n", "", NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(text);
  ck_assert_int_eq(dset_pod_json(&daemonset, NULL, "", NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "node");
  ck_assert_int_eq(dset_pod_json(&daemonset, "n", "", NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "text");
  static const char *const none[] = {"",
                                     " ",
                                     "{}",
                                     "[]",
                                     "{\"spec\":{}}",
                                     "{\"spec\":{\"template\":{}}}",
                                     "\"text\"",
                                     "{\"spec\":",
                                     "\xFF",
                                     "{\"spec\":{\"template\":{\"spec\":[]}}}"};
  for (size_t i = 0; i < COUNT_OF(none); i++) {
    daemonset.revision_data = none[i];
    daemonset.revision_data_bytes = strlen(none[i]);
    text = (dset_text *)(uintptr_t)state;
    ck_assert_msg(dset_pod_json(&daemonset, "n", "", NULL, &text, &error) == DSET_ERR_INVALID, "%s", none[i]);
    ck_assert_str_eq(error.path, "daemonset.revision_data");
    ck_assert_ptr_null(text);
  }
  daemonset.size = 1;
  ck_assert_int_eq(dset_pod_json(&daemonset, "n", "", NULL, &text, &error), DSET_ERR_ABI);
  dset_state_free(state);
}
END_TEST

/* ---- plans ---- */

static dset_plan *plan_of(const dset_state *state) {
  dset_plan *plan;
  dset_error error;
  int code = dset_plan_compute(dset_state_snapshot(state), dset_state_options(state), &plan, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", error.path, error.text);
  return plan;
}

#define QUESTION                                                                                                      \
  "{now: '2026-03-01T12:00:00.5Z', options: {revisionHash: h1, backoffInitialSeconds: 1.5},\n"                        \
  " daemonSet: {metadata: {name: agent, namespace: ns, uid: u, generation: 2}, spec: {selector: {matchLabels: {app: " \
  "a}},\n"                                                                                                            \
  "  template: {metadata: {labels: {app: a}}, spec: {}}}, status: {observedGeneration: 1, collisionCount: 0,\n"       \
  "  conditions: [{type: x}]}},\n"                                                                                    \
  " nodes: [{metadata: {name: n1}}, {metadata: {name: '<n2>'}}],\n"                                                   \
  " pods: [{metadata: {namespace: ns, name: p, labels: {app: a}, ownerReferences: [{kind: DaemonSet, name: agent, "   \
  "uid: u,\n"                                                                                                         \
  "  controller: true}]}, spec: {nodeName: n1}, status: {phase: Failed}}]}"
#define STATUS(unavailable, observed)                                                                      \
  "{'collisionCount':0,'conditions':[{'type':'x'}],'currentNumberScheduled':1,'desiredNumberScheduled':2," \
  "'numberAvailable':0,'numberMisscheduled':0,'numberReady':0,'numberUnavailable':" unavailable            \
  ",'observedGeneration':" observed ",'updatedNumberScheduled':0}"

/* Texts for people are not compared here: their place is the tests of the stages. */
static json_t *without_texts(const dset_text *text) {
  json_t *plan = json_loads(dset_text_bytes(text), 0, NULL);
  ck_assert_ptr_nonnull(plan);
  size_t index;
  json_t *action;
  json_array_foreach(json_object_get(plan, "actions"), index, action) {
    ck_assert_uint_gt(json_string_length(json_object_get(action, "text")), 0);
    json_object_del(action, "text");
  }
  return plan;
}

START_TEST(plan_json) {
  dset_state *state = read_state(QUESTION);
  dset_plan *computed = plan_of(state);
  dset_write_options options = {.size = sizeof options, .name = "a \"name\"\n"};
  dset_text *text;
  ck_assert_int_eq(dset_plan_json(computed, &options, &text, NULL), DSET_OK);
  ck_assert_ptr_null(strchr(dset_text_bytes(text), '\n'));
  json_t *actual = without_texts(text);
  json_t *expected = tree_of(
      "{'name':'a \\'name\\'\\n','actions':["
      "{'type':'CreateRevision','reason':'template-new','rule':'G12','revision':'agent-h1','number':1,'hash':'h1'},"
      "{'type':'EmitEvent','reason':'pod-failed','rule':'E7','phase':'manage','node':'n1','pod':'p','event':{'type':'Warning',"
      "'reason':'FailedDaemonPod','message':'Found failed daemon pod ns/p on node n1, will try to kill it'}},"
      "{'type':'CreatePod','reason':'node-needs-pod','rule':'E4','phase':'manage','node':'<n2>','hash':'h1'},"
      "{'type':'DeletePod','reason':'pod-failed','rule':'E7','phase':'manage','node':'n1','pod':'p'},"
      "{'type':'UpdateStatus','reason':'status-changed','rule':'H9','status':" STATUS("2", "2") "}],"
      "'status':" STATUS("2", "2") ",'problems':[],"
      "'backoff':[{'node':'n1','delaySeconds':1.5,'last':'2026-03-01T12:00:00.500Z'}],'nextCheck':null}");
  ck_assert_msg(json_equal(actual, expected), "%s", dset_text_bytes(text));
  json_decref(actual);
  json_decref(expected);
  dset_text_free(text);
  dset_plan_free(computed);
  dset_state_free(state);
}
END_TEST

/* JSON is UTF-8: a string that is not is refused, wherever it stands, with the memory given back. */
START_TEST(not_utf8) {
  static const char bad[] = "n\xFF";
  dset_state *state = read_state(QUESTION);
  dset_daemonset daemonset = *dset_state_snapshot(state)->daemonset;
  dset_daemonset misnamed = daemonset;
  misnamed.name = bad;
  dset_snapshot snapshot = *dset_state_snapshot(state);
  const dset_node node = {.size = sizeof node, .name = bad};
  const dset_node *const nodes[] = {&node};
  snapshot.nodes = nodes;
  snapshot.node_count = 1;
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_write_options options = {.size = sizeof options, .allocator = &f.allocator};
  dset_write_options named = {.size = sizeof named, .allocator = &f.allocator, .name = bad};
  dset_write_options pods = {.size = sizeof pods, .allocator = &f.allocator, .manifests = &daemonset};
  dset_plan *clean = plan_of(state);
  dset_plan *stained;
  ck_assert_int_eq(dset_plan_compute(&snapshot, NULL, &stained, NULL), DSET_OK);
  dset_text *texts[6];
  dset_error errors[6];
  int codes[] = {
      dset_plan_json(stained, &options, &texts[0], &errors[0]),
      dset_plan_json(stained, &pods, &texts[1], &errors[1]),
      dset_plan_json(clean, &named, &texts[2], &errors[2]),
      dset_explain_json(&daemonset, nodes, 1, &options, &texts[3], &errors[3]),
      dset_pod_json(&daemonset, bad, "", &options, &texts[4], &errors[4]),
      dset_pod_json(&misnamed, "n", "", &options, &texts[5], &errors[5]),
  };
  static const char *const paths[] = {"", "node", "", "", "node", "daemonset.name"};
  for (size_t i = 0; i < COUNT_OF(codes); i++) {
    ck_assert_msg(codes[i] == DSET_ERR_ENCODING && texts[i] == NULL, "row %zu: %s", i, dset_code_name(codes[i]));
    ck_assert_str_eq(errors[i].path, paths[i]);
  }
  fault_expect_empty(&f, "not UTF-8");
  dset_plan_free(stained);
  dset_plan_free(clean);
  dset_state_free(state);
}
END_TEST

/* Read, planned and written again from what was written: the answer's back-off feeds the next question. */
START_TEST(plan_backoff_round_trip) {
  dset_state *state = read_state(QUESTION);
  dset_plan *first = plan_of(state);
  dset_snapshot snapshot = *dset_state_snapshot(state);
  dset_backoff carried = *dset_plan_backoff(first, 0);
  dset_text *text;
  ck_assert_int_eq(dset_plan_json(first, NULL, &text, NULL), DSET_OK);
  json_t *plan = json_loads(dset_text_bytes(text), 0, NULL);
  json_t *question = json_pack("{s:{},s:O}", "daemonSet", "backoff", json_object_get(plan, "backoff"));
  char *written = json_dumps(question, 0);
  dset_state *again = read_state(written);
  ck_assert_ptr_null(json_object_get(plan, "name"));
  ck_assert_uint_eq(dset_state_snapshot(again)->backoff_count, 1);
  const dset_backoff *read = dset_state_snapshot(again)->backoffs;
  ck_assert_str_eq(read->node, carried.node);
  ck_assert_int_eq(read->delay_ms, 1500);
  ck_assert_int_eq(read->delay_ms, carried.delay_ms);
  ck_assert_int_eq(read->last_ms, carried.last_ms);
  ck_assert_int_eq(read->last_ms, snapshot.now_ms);
  free(written);
  json_decref(plan);
  json_decref(question);
  dset_text_free(text);
  dset_plan_free(first);
  dset_state_free(again);
  dset_state_free(state);
}
END_TEST

START_TEST(plan_problem) {
  dset_state *state = read_state(
      "{now: '2026-03-01T12:00:00Z', daemonSet: {metadata: {name: agent, namespace: ns, uid: u}, spec: {selector:\n"
      " {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}, template: {spec: {}}}}}");
  dset_plan *computed = plan_of(state);
  dset_text *text;
  ck_assert_int_eq(dset_plan_json(computed, NULL, &text, NULL), DSET_OK);
  json_t *written = json_loads(dset_text_bytes(text), 0, NULL);
  const json_t *problems = json_object_get(written, "problems");
  ck_assert_uint_eq(json_array_size(problems), 1);
  ck_assert_str_eq(json_string_value(json_object_get(json_array_get(problems, 0), "code")), "selector");
  ck_assert_uint_gt(json_string_length(json_object_get(json_array_get(problems, 0), "text")), 0);
  json_decref(written);
  dset_text_free(text);
  dset_plan_free(computed);
  dset_state_free(state);
}
END_TEST

START_TEST(plan_arguments) {
  dset_state *state = read_state(QUESTION);
  dset_plan *computed = plan_of(state);
  dset_daemonset daemonset = *dset_state_snapshot(state)->daemonset;
  dset_write_options options = {.size = sizeof options, .manifests = &daemonset};
  dset_text *text = (dset_text *)(uintptr_t)state;
  dset_error error;
  ck_assert_int_eq(dset_plan_json(NULL, NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(text);
  ck_assert_int_eq(dset_plan_json(computed, NULL, NULL, &error), DSET_ERR_INVALID);
  daemonset.revision_data_bytes = 0;
  text = (dset_text *)(uintptr_t)state;
  ck_assert_int_eq(dset_plan_json(computed, &options, &text, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(text);
  options.size = 1;
  ck_assert_int_eq(dset_plan_json(computed, &options, &text, &error), DSET_ERR_ABI);
  dset_plan_free(computed);
  dset_state_free(state);
}
END_TEST

/* The DaemonSet of `manifests` is a caller's struct like any other: of a known size, with items where it counts. */
START_TEST(plan_manifests_checked) {
  dset_state *state = read_state(QUESTION);
  dset_plan *computed = plan_of(state);
  dset_daemonset daemonset = *dset_state_snapshot(state)->daemonset;
  dset_write_options options = {.size = sizeof options, .manifests = &daemonset};
  dset_text *text = (dset_text *)(uintptr_t)state;
  dset_error error;
  daemonset.size = 1;
  ck_assert_int_eq(dset_plan_json(computed, &options, &text, &error), DSET_ERR_ABI);
  ck_assert_ptr_null(text);
  daemonset.size = sizeof daemonset;
  daemonset.toleration_count = 1;
  ck_assert_int_eq(dset_plan_json(computed, &options, &text, &error), DSET_ERR_INVALID);
  dset_plan_free(computed);
  dset_state_free(state);
}
END_TEST

/* ---- explanations ---- */

START_TEST(explain_json) {
  dset_state *state = read_state(
      "{daemonSet: {spec: {template: {spec: {nodeSelector: {zone: a}}}}}, nodes: [{metadata: {name: n2, labels: {zone: "
      "a}}},\n"
      " {metadata: {name: n1}}, {metadata: {name: n3, labels: {zone: a}}, spec: {taints: [{key: k, effect: "
      "NoSchedule}]}},\n"
      " {metadata: {name: n0, labels: {zone: b}}, spec: {taints: [{key: k, effect: NoExecute}]}}]}");
  const dset_snapshot *snapshot = dset_state_snapshot(state);
  dset_write_options options = {.size = sizeof options, .name = "q"};
  dset_text *text;
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, snapshot->nodes, 4, &options, &text, NULL), DSET_OK);
  json_t *actual = json_loads(dset_text_bytes(text), 0, NULL);
  size_t i, k;
  json_t *verdict, *reason;
  json_array_foreach(json_object_get(actual, "verdicts"), i, verdict) {
    json_array_foreach(json_object_get(verdict, "reasons"), k, reason) {
      ck_assert_uint_gt(json_string_length(json_object_get(reason, "text")), 0);
      json_object_del(reason, "text");
    }
  }
  json_t *expected = tree_of(
      "{'name':'q','verdicts':[{'node':'n2','run':true,'continue':true,'reasons':[]},"
      "{'node':'n1','run':false,'continue':false,'reasons':[{'code':'node-selector-missing','rule':'C6',"
      "'key':'zone','value':'a'}]},"
      "{'node':'n3','run':false,'continue':true,'reasons':[{'code':'taint-no-schedule','rule':'C4',"
      "'key':'k','effect':'NoSchedule'}]},"
      "{'node':'n0','run':false,'continue':false,'reasons':[{'code':'node-selector-differs','rule':'C6',"
      "'key':'zone','value':'a','actual':'b'},"
      "{'code':'taint-no-execute','rule':'C4','key':'k','effect':'NoExecute'}]}]}");
  ck_assert_msg(json_equal(actual, expected), "%s", dset_text_bytes(text));
  json_decref(actual);
  json_decref(expected);
  dset_text_free(text);
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, NULL, 0, NULL, &text, NULL), DSET_OK);
  expect_json("no nodes", text, "{'verdicts':[]}");
  dset_state_free(state);
}
END_TEST

START_TEST(explain_arguments) {
  dset_state *state = read_state("{daemonSet: {}, nodes: [{metadata: {name: n1}}]}");
  const dset_snapshot *snapshot = dset_state_snapshot(state);
  dset_write_options options = {.size = 1};
  dset_node node = {.size = 1, .name = "n"};
  const dset_node *nodes[] = {snapshot->nodes[0], NULL};
  dset_text *text = (dset_text *)(uintptr_t)state;
  dset_error error;
  ck_assert_int_eq(dset_explain_json(NULL, nodes, 1, NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(text);
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, NULL, 1, NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, nodes, 1, NULL, NULL, &error), DSET_ERR_INVALID);
  text = (dset_text *)(uintptr_t)state;
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, nodes, 2, NULL, &text, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "nodes[1]");
  ck_assert_ptr_null(text);
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, nodes, 1, &options, &text, &error), DSET_ERR_ABI);
  nodes[1] = &node;
  ck_assert_int_eq(dset_explain_json(snapshot->daemonset, nodes, 2, NULL, &text, &error), DSET_ERR_ABI);
  dset_state_free(state);
}
END_TEST

/* ---- times ---- */

static const struct {
  const char *text;
  bool good;
  int64_t time_ms;
} time_rows[] = {
    {"1970-01-01T00:00:00Z", true, 0},
    {"1970-01-01T00:00:00.001Z", true, 1},
    {"1969-12-31T23:59:59.999Z", true, -1},
    {"1969-12-31T23:59:59Z", true, -1000},
    {"2026-03-01T12:00:00Z", true, INT64_C(1772366400000)},
    {"2026-03-01T12:00:00.5Z", true, INT64_C(1772366400500)},
    {"2026-03-01T12:00:00.123456789Z", true, INT64_C(1772366400123)},
    {"2026-03-01T12:00:00.0009Z", true, INT64_C(1772366400000)},
    {"2026-03-01T12:00:00.99999999999999999999Z", true, INT64_C(1772366400999)},
    {"2026-03-01T12:00:00+01:00", true, INT64_C(1772362800000)},
    {"2026-03-01T12:00:00.5-23:59", true, INT64_C(1772452740500)},
    {"2026-03-01T12:00:00-00:00", true, INT64_C(1772366400000)},
    {"2024-02-29T00:00:00Z", true, INT64_C(1709164800000)},
    {"2000-02-29T00:00:00Z", true, INT64_C(951782400000)},
    {"1900-03-01T00:00:00Z", true, -INT64_C(2203891200000)},
    {"0001-01-01T00:00:00Z", true, -INT64_C(62135596800000)},
    {"0000-01-01T00:00:00Z", true, -INT64_C(62167219200000)},
    {"0000-12-31T00:00:00Z", true, -INT64_C(62135683200000)},
    {"9999-12-31T23:59:59.999Z", true, INT64_C(253402300799999)},
    {"2023-02-29T00:00:00Z", false, 0},
    {"1900-02-29T00:00:00Z", false, 0},
    {"2026-04-31T00:00:00Z", false, 0},
    {"2026-00-01T00:00:00Z", false, 0},
    {"2026-13-01T00:00:00Z", false, 0},
    {"2026-01-00T00:00:00Z", false, 0},
    {"2026-01-01T24:00:00Z", false, 0},
    {"2026-01-01T00:60:00Z", false, 0},
    {"2026-01-01T00:00:60Z", false, 0},
    {"2026-01-01T00:00:00", false, 0},
    {"2026-01-01T00:00:00.Z", false, 0},
    {"2026-01-01T00:00:00ZZ", false, 0},
    {"2026-01-01T00:00:00Z ", false, 0},
    {" 2026-01-01T00:00:00Z", false, 0},
    {"2026-01-01t00:00:00z", false, 0},
    {"2026-01-01 00:00:00Z", false, 0},
    {"2026-01-01T00:00:00+0100", false, 0},
    {"2026-01-01T00:00:00+01", false, 0},
    {"2026-01-02T00:00:00+24:00", true, INT64_C(1767225600000)}, /* as Go reads it */
    {"2026-01-01T0:00:00Z", true, INT64_C(1767225600000)},
    {"2026-01-01T00:00:00,5Z", true, INT64_C(1767225600500)},
    {"2026-01-01T00:00:00+25:00", false, 0},
    {"2026-01-01T:00:00Z", false, 0},
    {"2026-01-01T00:00:00+01:60", false, 0},
    {"2026-01-01T00:00:00 01:00", false, 0},
    {"2026-1-01T00:00:00Z", false, 0},
    {"02026-01-01T00:00:00Z", false, 0},
    {"-026-01-01T00:00:00Z", false, 0},
    {"2026-01-01T0x:00:00Z", false, 0},
    {"2026-01-01", false, 0},
    {"", false, 0},
};

START_TEST(time_parse) {
  int64_t time_ms = 4711;
  dset_error error;
  int code = dset_time_parse(time_rows[_i].text, &time_ms, &error);
  ck_assert_msg(code == (time_rows[_i].good ? DSET_OK : DSET_ERR_RANGE), "\"%s\"", time_rows[_i].text);
  ck_assert_msg(time_ms == time_rows[_i].time_ms, "\"%s\": %lld", time_rows[_i].text, (long long)time_ms);
}
END_TEST

START_TEST(time_parse_arguments) {
  int64_t time_ms;
  ck_assert_int_eq(dset_time_parse(NULL, &time_ms, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_time_parse("2026-01-01T00:00:00Z", NULL, NULL), DSET_ERR_INVALID);
}
END_TEST

TCase *dset_tcase_codec_write(void) {
  TCase *tcase = tcase_create("codec_write");
  ADD_ROWS(tcase, pod_json, pod_rows);
  tcase_add_test(tcase, pod_arguments);
  tcase_add_test(tcase, plan_json);
  tcase_add_test(tcase, not_utf8);
  tcase_add_test(tcase, plan_backoff_round_trip);
  tcase_add_test(tcase, plan_problem);
  tcase_add_test(tcase, plan_arguments);
  tcase_add_test(tcase, plan_manifests_checked);
  tcase_add_test(tcase, explain_json);
  tcase_add_test(tcase, explain_arguments);
  ADD_ROWS(tcase, time_parse, time_rows);
  tcase_add_test(tcase, time_parse_arguments);
  return tcase;
}
