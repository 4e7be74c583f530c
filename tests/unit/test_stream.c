/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_stream.c: large lists of nodes and pods, read without a tree: what is read so, what is left to the way by a
 * tree, that both give the same, that the public call takes the one or the other, failing allocations, and the parts
 * below.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemonset.h"
#include "intern.h"
#include "schema.h"
#include "skip.h"
#include "stream.h"
#include "stream_table.h"
#include "support/both.h"
#include "support/fault.h"
#include "support/lists.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

#define NODES(items) "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"items\":[" items "]}"
#define PODS(items) "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[" items "]}"
#define LIST(items) "{\"apiVersion\":\"v1\",\"items\":[" items "],\"kind\":\"List\"}"
#define META(members) PODS("{\"metadata\":{" members "}}")
#define LABELS(members) META("\"labels\":{" members "}")
#define SPEC(members) PODS("{\"spec\":{" members "}}")
#define AFFINITY(value) \
  SPEC("\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":" value "}}")
#define TERM(members) AFFINITY("{\"nodeSelectorTerms\":[{" members "}]}")
#define STATUS(members) PODS("{\"status\":{" members "}}")
#define TAINTS(value) NODES("{\"spec\":{\"taints\":" value "}}")
#define SKIPPED(value) PODS("{\"x\":" value "}")

/* ---- what is whose: some that are no JSON are YAML, and so not refused ---- */

typedef struct row {
  enum both_outcome outcome;
  const char *text;
} row;

static const row rows[] = {
    /* the list */
    {BOTH_READ, NODES("")},
    {BOTH_READ, PODS("")},
    {BOTH_READ, LIST("")},
    {BOTH_READ, NODES("{}")},
    {BOTH_READ, "{\"items\":[{},{}],\"kind\":\"NodeList\"}"},
    {BOTH_READ, "{\"items\":[{}],\"kind\":\"NodeList\",\"apiVersion\":null}"},
    {BOTH_READ,
     "{\"items\":[{\"metadata\":{\"name\":\"n\"}}],\"metadata\":{},\"kind\":\"NodeList\",\"apiVersion\":\"v1\"}"},
    {BOTH_READ,
     "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"continue\":\"x\",\"remainingItemCount\":5},"
     "\"items\":[]}"},
    {BOTH_READ,
     "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":7,\"items\":[],\"items2\":[],\"x\":{}} \n\t\r"},
    {BOTH_READ, "{\"kind\":\"PodList\",\"apiVersion\":\"v2\",\"items\":[{\"metadata\":5}]}"},
    {BOTH_LEFT, " " PODS("")},
    {BOTH_LEFT, "\xEF\xBB\xBF" PODS("")},
    {BOTH_LEFT, PODS("") PODS("")},
    {BOTH_LEFT, PODS("") "\n---\n{}"},
    {BOTH_LEFT, PODS("") "# comment"},
    {BOTH_REFUSED, PODS("") "x"},
    {BOTH_REFUSED, PODS("") "}"},
    {BOTH_LEFT, "{\"kind\":\"PodList\"}"},
    {BOTH_LEFT, "{\"kind\":\"PodList\",\"items\":null}"},
    {BOTH_REFUSED, "{\"kind\":\"PodList\",\"items\":{}}"},
    {BOTH_REFUSED, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":7}"},
    {BOTH_LEFT, "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"items\":[]}"},
    {BOTH_LEFT, "{\"kind\":\"DaemonSetList\",\"apiVersion\":\"apps/v1\",\"items\":[]}"},
    {BOTH_LEFT, "{\"items\":[]}"},
    {BOTH_LEFT, "{\"kind\":7,\"items\":[]}"},
    {BOTH_LEFT, "{\"kind\":\"List\",\"kind\":\"PodList\",\"items\":[{}]}"},
    {BOTH_LEFT, "{\"kind\":\"PodList\",\"items\":[{}],\"items\":[]}"},
    {BOTH_READ, "{\"k\\u0069nd\":\"PodList\",\"items\":[{}]}"},
    {BOTH_LEFT, "{\"kind\":\"PodList\",\"it\\u0065ms\":[{}],\"items\":[]}"},
    {BOTH_REFUSED, "[]"},
    {BOTH_LEFT, ""},
    {BOTH_REFUSED, "{"},
    {BOTH_REFUSED, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":["},
    {BOTH_REFUSED, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{}}"},
    {BOTH_REFUSED, PODS("7")},
    {BOTH_REFUSED, PODS("null")},
    {BOTH_REFUSED, PODS("[]")},

    /* items and their kinds */
    {BOTH_READ, LIST("{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n\"}},"
                     "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"}},"
                     "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":7,\"data\":{\"a\":\"Yg==\"}}")},
    {BOTH_READ, LIST("{}")},
    {BOTH_READ, LIST("{\"metadata\":7}")},
    {BOTH_READ, LIST("{\"kind\":null,\"metadata\":{}},{\"kind\":\"\"},{\"apiVersion\":\"v1\"}")},
    {BOTH_READ,
     NODES("{\"kind\":\"Node\",\"apiVersion\":\"v1\"},{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{}}")},
    {BOTH_READ, NODES("{\"kind\":\"Node\",\"metadata\":7}")}, /* of no apiVersion: not a node */
    {BOTH_READ, NODES("{\"apiVersion\":\"v2\",\"metadata\":{}}")},
    {BOTH_READ, NODES("{\"metadata\":{},\"kind\":\"\",\"apiVersion\":\"v2\"}")},
    {BOTH_READ, PODS("{\"metadata\":{},\"kind\":\"Pod\",\"apiVersion\":\"v1\"}")},
    {BOTH_LEFT, PODS("{\"metadata\":{},\"kind\":\"Pod\"}")},
    {BOTH_LEFT, PODS("{\"metadata\":{},\"kind\":\"Node\",\"apiVersion\":\"v1\"}")},
    {BOTH_LEFT, PODS("{\"metadata\":{},\"apiVersion\":\"apps/v1\",\"kind\":\"ControllerRevision\"}")},
    {BOTH_LEFT, LIST("{\"metadata\":{},\"apiVersion\":\"v1\",\"kind\":\"Pod\"}")},
    {BOTH_LEFT, LIST("{\"apiVersion\":\"apps/v1\",\"kind\":\"ControllerRevision\",\"metadata\":{\"name\":\"r\"}}")},
    {BOTH_LEFT, LIST("{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"uid\":\"u\"},\"spec\":{}}")},
    {BOTH_LEFT, LIST("{\"kind\":7}")},
    {BOTH_LEFT, LIST("{\"kind\":\"Pod\",\"kind\":\"Pod\"}")},

    /* metadata */
    {BOTH_READ,
     META("\"name\":\"a\",\"namespace\":\"b\",\"uid\":\"c\",\"labels\":{\"d\":\"e\",\"f\":null,\"\":\"\"},"
          "\"annotations\":{\"g\":\"h\",\"i\":null,\"i\":\"\"},\"ownerReferences\":[{\"apiVersion\":7,\"kind\":"
          "\"j\",\"name\":\"k\",\"uid\":\"l\",\"controller\":true},{\"controller\":false},{}],"
          "\"creationTimestamp\":\"2026-03-01T12:00:00Z\",\"deletionTimestamp\":\"0001-01-01T00:00:00Z\","
          "\"generation\":-9223372036854775808,\"managedFields\":[{}],\"finalizers\":7")},
    {BOTH_READ,
     META("\"name\":null,\"namespace\":null,\"uid\":null,\"labels\":null,\"annotations\":null,"
          "\"ownerReferences\":null,\"creationTimestamp\":null,\"deletionTimestamp\":null,\"generation\":null")},
    {BOTH_READ, META("\"labels\":{},\"annotations\":{},\"ownerReferences\":[]")},
    {BOTH_READ, PODS("{\"metadata\":null,\"spec\":null,\"status\":null}")},
    {BOTH_READ, META("\"creationTimestamp\":\"1970-01-01T00:00:00Z\"")},
    {BOTH_READ, META("\"creationTimestamp\":\"1969-12-31T23:59:59.999+24:00\"")},
    {BOTH_LEFT, META("\"creationTimestamp\":\"2026-03-01T12:00:00.0000000000000000000000000000000000000000000Z\"")},
    {BOTH_READ, META("\"creationTimestamp\":\"2026\\u002d03-01T12:00:00Z\"")},
    {BOTH_REFUSED, META("\"creationTimestamp\":\"2026-02-30T12:00:00Z\"")},
    {BOTH_REFUSED, META("\"creationTimestamp\":\"\"")},
    {BOTH_REFUSED, META("\"creationTimestamp\":7")},
    {BOTH_REFUSED, META("\"deletionTimestamp\":\"soon\"")},
    {BOTH_REFUSED, META("\"name\":7")},
    {BOTH_REFUSED, META("\"uid\":{}")},
    {BOTH_REFUSED, META("\"generation\":1.0")},
    {BOTH_REFUSED, META("\"generation\":\"1\"")},
    {BOTH_REFUSED, META("\"generation\":9223372036854775808")},
    {BOTH_LEFT, META("\"generation\":01")},
    {BOTH_REFUSED, META("\"labels\":[]")},
    {BOTH_REFUSED, META("\"annotations\":{\"a\":7}")},
    {BOTH_REFUSED, META("\"annotations\":{\"a\":{}}")},
    {BOTH_REFUSED, META("\"ownerReferences\":{}")},
    {BOTH_REFUSED, META("\"ownerReferences\":[null]")},
    {BOTH_REFUSED, META("\"ownerReferences\":[{\"controller\":\"true\"}]")},
    {BOTH_REFUSED, META("\"ownerReferences\":[{\"controller\":truth}]")},
    {BOTH_REFUSED, PODS("{\"metadata\":[]}")},
    {BOTH_LEFT, META("\"name\":\"a\",\"name\":\"b\"")},
    {BOTH_LEFT, META("\"name\":7,\"name\":\"b\"")},
    {BOTH_LEFT, META("\"name\":null,\"name\":\"b\"")},
    {BOTH_READ, META("\"n\\u0061me\":\"b\"")},
    {BOTH_LEFT, META("\"n\\u0061me\":\"a\",\"name\":\"b\"")},
    {BOTH_READ, META("\"x\":1,\"x\":2")},

    /* labels and strings */
    {BOTH_READ, LABELS("\"a\":\"\\u0061\\n\\/\\\"\\\\\",\"\\u0062\":\"c\"")},
    {BOTH_READ, LABELS("\"\\ud83d\\ude00\":\"\xF0\x9F\x98\x80\xC3\xA9\x7F\"")},
    {BOTH_READ, LABELS("\"a text that is longer than sixteen bytes\":\"another one \\u00e9 of the same kind\"")},
    {BOTH_READ, PODS("{\"metadata\":{\"labels\":{\"a\":\"b\"}}},{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")},
    {BOTH_LEFT, LABELS("\"a\":\"b\",\"a\":\"c\"")},
    {BOTH_LEFT, LABELS("\"a\":\"b\",\"\\u0061\":\"c\"")},
    {BOTH_READ, LABELS("\"a\":\"b\",\"b\":\"a\"")},
    {BOTH_REFUSED, LABELS("\"a\":7")},
    {BOTH_REFUSED, LABELS("\"a\":\"\\ud83d\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\\ude00\\ud83d\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\\u0000\"")},
    {BOTH_REFUSED, LABELS("\"a\\u0000\":\"\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\x01\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\xC3\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\xED\xA0\x80\"")},
    {BOTH_REFUSED, LABELS("\"a\":\"\\x\"")},
    {BOTH_LEFT, LABELS("\"a\":\"b\",")},
    {BOTH_REFUSED, LABELS("\"a\" \"b\"")},
    {BOTH_LEFT, LABELS("a:\"b\"")},

    /* a node's spec */
    {BOTH_READ,
     TAINTS("[{\"key\":\"a\",\"value\":\"b\",\"effect\":\"NoSchedule\",\"timeAdded\":7},{\"value\":null},{}]")},
    {BOTH_READ, TAINTS("null")},
    {BOTH_READ, TAINTS("[]")},
    {BOTH_READ, NODES("{\"spec\":{\"podCIDR\":7},\"status\":{\"conditions\":7}}")},
    {BOTH_READ, NODES("{\"metadata\":{\"annotations\":{\"a\":\"b\"},\"ownerReferences\":[{}]}}")},
    {BOTH_REFUSED, TAINTS("{}")},
    {BOTH_REFUSED, TAINTS("[7]")},
    {BOTH_REFUSED, TAINTS("[{\"effect\":true}]")},
    {BOTH_REFUSED, NODES("{\"spec\":[]}")},
    {BOTH_REFUSED, NODES("{\"metadata\":{\"annotations\":[]}}")},

    /* a pod's spec */
    {BOTH_READ, SPEC("\"nodeName\":\"n\",\"containers\":[{}],\"affinity\":{\"podAffinity\":7,\"nodeAffinity\":{}}")},
    {BOTH_READ, SPEC("\"nodeName\":null,\"affinity\":null")},
    {BOTH_READ, SPEC("\"affinity\":{\"nodeAffinity\":null}")},
    {BOTH_READ, AFFINITY("null")},
    {BOTH_READ, AFFINITY("{}")},
    {BOTH_READ, AFFINITY("{\"nodeSelectorTerms\":null}")},
    {BOTH_READ, AFFINITY("{\"nodeSelectorTerms\":[]}")},
    {BOTH_READ, AFFINITY("{\"nodeSelectorTerms\":[{},{}]}")},
    {BOTH_READ, TERM("\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"b\",\"\\u0063\"]},{}],"
                     "\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[]}]")},
    {BOTH_READ, TERM("\"matchExpressions\":null,\"matchFields\":[{\"values\":null}]")},
    {BOTH_REFUSED, TERM("\"matchExpressions\":[{\"values\":[null]}]")},
    {BOTH_REFUSED, TERM("\"matchExpressions\":[{\"values\":[\"a\",7]}]")},
    {BOTH_LEFT, TERM("\"matchExpressions\":[{\"values\":[\"a\",]}]")},
    {BOTH_REFUSED, TERM("\"matchFields\":{}")},
    {BOTH_REFUSED, AFFINITY("[]")},
    {BOTH_REFUSED, SPEC("\"affinity\":[]")},
    {BOTH_REFUSED, SPEC("\"nodeName\":7")},
    {BOTH_LEFT, SPEC("\"affinity\":{},\"affinity\":{}")},

    /* a pod's status */
    {BOTH_READ,
     STATUS("\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":"
            "\"2026-03-01T12:00:00.5Z\",\"message\":7},{\"type\":\"Ready\",\"status\":\"False\"}]")},
    {BOTH_READ, STATUS("\"phase\":\"Failed\"")},
    {BOTH_READ, STATUS("\"phase\":\"Odd\",\"conditions\":[{}],\"containerStatuses\":7")},
    {BOTH_READ, STATUS("\"phase\":null,\"conditions\":null")},
    {BOTH_REFUSED, STATUS("\"phase\":7")},
    {BOTH_REFUSED, STATUS("\"conditions\":[{\"type\":\"x\",\"lastTransitionTime\":\"x\"}]")},
    {BOTH_REFUSED, STATUS("\"conditions\":[{\"status\":true}]")},
    {BOTH_REFUSED, STATUS("\"conditions\":{}")},

    /* what is gone over */
    {BOTH_READ,
     SKIPPED("{\"a\":[1,-2.5e-3,true,false,null,\"\\u00e9\\ud83d\\ude00\xC3\xA9\",{},[]],\"a\":{\"b\":{}}}")},
    {BOTH_READ, SKIPPED("\t[\r\n1 , 2\n]\t")},
    {BOTH_READ, SKIPPED("-9223372036854775808")},
    {BOTH_READ, SKIPPED("1e-999")},
    {BOTH_READ, SKIPPED("9223372036854775808")}, /* a real, which nobody reads */
    {BOTH_REFUSED, SKIPPED("1e999")},
    {BOTH_LEFT, SKIPPED("01")},
    {BOTH_LEFT, SKIPPED("1.")},
    {BOTH_LEFT, SKIPPED("-")},
    {BOTH_LEFT, SKIPPED("1x")},
    {BOTH_LEFT, SKIPPED("nul")},
    {BOTH_LEFT, SKIPPED("nulll")},
    {BOTH_LEFT, SKIPPED("True")},
    {BOTH_REFUSED, SKIPPED("\"\\ud83d\"")},
    {BOTH_REFUSED, SKIPPED("\"\\u0000\"")},
    {BOTH_REFUSED, SKIPPED("\"\\u00g0\"")},
    {BOTH_LEFT, SKIPPED("\"a\nb\"")},
    {BOTH_REFUSED, SKIPPED("\"\xFF\"")},
    {BOTH_LEFT, SKIPPED("\xC3\xA9")},
    {BOTH_LEFT, SKIPPED("[1,]")},
    {BOTH_REFUSED, SKIPPED("[,1]")},
    {BOTH_LEFT, SKIPPED("[1 2]")},
    {BOTH_REFUSED, SKIPPED("[1}")},
    {BOTH_REFUSED, SKIPPED("{\"a\":1]")},
    {BOTH_LEFT, SKIPPED("{\"a\":1,}")},
    {BOTH_REFUSED, SKIPPED("{\"a\" 1}")},
    {BOTH_LEFT, SKIPPED("{\"a\":}")},
    {BOTH_LEFT, SKIPPED("{1:2}")},
    {BOTH_LEFT, SKIPPED("")},
};

static void expect(enum both_outcome wanted, const char *text, size_t bytes, size_t max_depth) {
  static const char *const names[] = {"read", "left to the tree", "refused", "different"};
  char why[200] = "";
  enum both_outcome outcome = both_read(text, bytes, max_depth, why);
  ck_assert_msg(outcome == wanted, "%.*s: %s, not %s; %s", (int)(bytes < 1000 ? bytes : 1000), text, names[outcome],
                names[wanted], why);
}

START_TEST(stream_row) {
  expect(rows[_i].outcome, rows[_i].text, strlen(rows[_i].text), 0);
}
END_TEST

/* A text that ends anywhere before its end is refused, and nothing behind it is looked at. */
START_TEST(stream_cut) {
  for (int i = 0; i < COUNT(rows); i++) {
    const char *text = rows[i].text;
    size_t bytes = strlen(text);
    if (rows[i].outcome != BOTH_READ) continue;
    while (strchr(" \n\t\r", text[bytes - 1]) != NULL) bytes--;
    for (size_t cut = 1; cut < bytes; cut++) expect(BOTH_REFUSED, text, cut, 0);
  }
}
END_TEST

/* ---- depth ---- */

START_TEST(stream_depth) {
  static const char front[] = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{\"x\":", behind[] = "}]}";
  char text[5000];
  for (size_t depth = 0; depth <= 1000; depth++) { /* three are open already */
    if (depth == 20) depth = 990;
    size_t length = strlen(front);
    memcpy(text, front, length);
    memset(text + length, '[', depth);
    text[length + depth] = '1';
    memset(text + length + depth + 1, ']', depth);
    length += 2 * depth + 1;
    memcpy(text + length, behind, sizeof behind);
    length += strlen(behind);
    expect(depth + 3 <= 1000 ? BOTH_READ : BOTH_REFUSED, text, length, 0);
    expect(depth + 3 <= 10 ? BOTH_READ : BOTH_REFUSED, text, length, 10);
  }
}
END_TEST

/* Each object and array that is looked into counts, too: with one level less it is refused. */
START_TEST(stream_depth_inside) {
  static const struct {
    size_t levels;
    const char *text;
  } inside[] = {
      {2, PODS("")},
      {3, PODS("{}")},
      {4, META("")},
      {5, LABELS("")},
      {5, META("\"annotations\":{}")},
      {6, TAINTS("[{}]")},
      {4, SPEC("")},
      {7, AFFINITY("{}")},
      {9, TERM("")},
      {10, TERM("\"matchFields\":[]")},
      {12, TERM("\"matchFields\":[{\"values\":[]}]")},
      {6, STATUS("\"conditions\":[{}]")},
      {2, LIST("")},
      {3, LIST("{}")},
  };
  for (int i = 0; i < COUNT(inside); i++) {
    expect(BOTH_READ, inside[i].text, strlen(inside[i].text), inside[i].levels);
    expect(BOTH_REFUSED, inside[i].text, strlen(inside[i].text), inside[i].levels - 1);
  }
}
END_TEST

/* ---- values ---- */

typedef struct large_text {
  dset_buffer text;
  dset_documents *documents;
} large_text;

/* Reads the text with blanks behind it, so that it is a large one. */
static void read_large(large_text *l, const char *text) {
  dset_buffer_init(&l->text, NULL);
  dset_buffer_string(&l->text, text);
  while (l->text.length < DSET_STREAM_BYTES) dset_buffer_string(&l->text, "                                \n");
  dset_error error;
  ck_assert_msg(dset_documents_read(l->text.bytes, l->text.length, NULL, &l->documents, &error) == DSET_OK, "%s",
                error.text);
  memset(l->text.bytes, 'x', l->text.length); /* it is not needed afterwards */
}

static void free_large(large_text *l) {
  dset_documents_free(l->documents);
  dset_buffer_clear(&l->text);
}

START_TEST(stream_values) {
  large_text l;
  read_large(
      &l, LIST("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\\u00e9\",\"labels\":{\"b\":\"1\","
               "\"a\":null}},\"spec\":{\"taints\":[{\"key\":\"k\",\"effect\":\"NoExecute\"}]}},"
               "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"ns\",\"uid\":"
               "\"u\",\"labels\":{\"b\":\"1\"},\"ownerReferences\":[{\"kind\":\"DaemonSet\",\"name\":\"d\",\"uid\":"
               "\"v\",\"controller\":true}],\"creationTimestamp\":\"1970-01-01T00:00:02Z\",\"deletionTimestamp\":"
               "\"1970-01-01T00:00:03Z\"},\"spec\":{\"nodeName\":\"n\",\"affinity\":{\"nodeAffinity\":{"
               "\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[{\"matchFields\":[{\"key\":"
               "\"f\",\"operator\":\"In\",\"values\":[\"x\",\"y\"]}]}]}}}},\"status\":{\"phase\":\"Running\","
               "\"conditions\":[{\"type\":\"A\"},{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":"
               "\"1970-01-01T00:00:04Z\"}]}},{\"apiVersion\":\"v1\",\"kind\":\"Secret\"}"));
  ck_assert_uint_eq(dset_documents_count(l.documents), 3);
  const dset_object *object = dset_documents_object(l.documents, 0);
  const dset_node *node = object->node;
  ck_assert_int_eq(object->kind, DSET_KIND_NODE);
  ck_assert_uint_eq(object->index, 0);
  ck_assert_uint_eq(object->line, 1);
  ck_assert_str_eq(object->api_version, "v1");
  ck_assert_str_eq(object->kind_name, "Node");
  ck_assert_ptr_null(object->pod);
  ck_assert_uint_eq(node->size, sizeof *node);
  ck_assert_str_eq(node->name, "n\xC3\xA9");
  ck_assert_uint_eq(node->label_count, 2);
  ck_assert_str_eq(node->labels[0].key, "b");
  ck_assert_str_eq(node->labels[0].value, "1");
  ck_assert_str_eq(node->labels[1].key, "a");
  ck_assert_str_eq(node->labels[1].value, "");
  ck_assert_uint_eq(node->taint_count, 1);
  ck_assert_str_eq(node->taints[0].key, "k");
  ck_assert_ptr_null(node->taints[0].value);
  const dset_pod *pod = dset_documents_object(l.documents, 1)->pod;
  ck_assert_uint_eq(pod->size, sizeof *pod);
  ck_assert_str_eq(pod->ns, "ns");
  ck_assert_str_eq(pod->name, "p");
  ck_assert_str_eq(pod->uid, "u");
  ck_assert_str_eq(pod->node_name, "n");
  ck_assert_ptr_eq(pod->labels[0].key, node->labels[0].key); /* one copy */
  ck_assert_str_eq(pod->owners[0].name, "d");
  ck_assert(pod->owners[0].controller);
  ck_assert_int_eq(pod->created_ms, 2000);
  ck_assert(pod->deleting && pod->ready);
  ck_assert_int_eq(pod->ready_since_ms, 4000);
  ck_assert_int_eq(pod->phase, DSET_PHASE_RUNNING);
  ck_assert_uint_eq(pod->required_affinity->count, 1);
  ck_assert_str_eq(pod->required_affinity->terms[0].fields[0].values[1], "y");
  ck_assert_int_eq(dset_documents_object(l.documents, 2)->kind, DSET_KIND_OTHER);
  ck_assert_str_eq(dset_documents_object(l.documents, 2)->kind_name, "Secret");
  ck_assert_uint_eq(dset_findings_count(dset_documents_findings(l.documents)), 0);
  free_large(&l);
}
END_TEST

/* More texts than the first table of them holds. */
START_TEST(stream_many_labels) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  dset_buffer_string(&text, "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"labels\":{");
  for (int i = 0; i < 2500; i++) dset_buffer_format(&text, "%s\"label-%d\":\"value-%d\"", i == 0 ? "" : ",", i, i);
  dset_buffer_string(&text, "}}}]}");
  expect(BOTH_READ, text.bytes, text.length, 0);
  dset_buffer_clear(&text);
}
END_TEST

START_TEST(stream_real_lists) {
  for (int kind = 0; kind < 2; kind++) {
    dset_buffer text;
    dset_buffer_init(&text, NULL);
    list_write(&text, kind == 0 ? LIST_OF_NODES : LIST_OF_PODS, 400000);
    expect(BOTH_READ, text.bytes, text.length, 0);
    dset_buffer_clear(&text);
  }
}
END_TEST

/* ---- the public call ---- */

/* How many values of jansson a call makes. */
static size_t count_values(const char *text, size_t bytes, int *code, dset_error *error) {
  fault jansson;
  fault_init(&jansson, FAULT_NEVER, FAULT_ONCE);
  fault_jansson_on(&jansson);
  dset_documents *documents;
  *code = dset_documents_read(text, bytes, NULL, &documents, error);
  dset_documents_free(documents);
  fault_jansson_off();
  fault_expect_empty(&jansson, "jansson");
  return jansson.asked;
}

START_TEST(stream_threshold) {
  static char text[DSET_STREAM_BYTES + 1];
  int code;
  memset(text, ' ', sizeof text);
  memcpy(text, PODS("{}"), strlen(PODS("{}")));
  ck_assert_uint_gt(count_values(text, DSET_STREAM_BYTES - 1, &code, NULL), 0);
  ck_assert_int_eq(code, DSET_OK);
  ck_assert_uint_eq(count_values(text, DSET_STREAM_BYTES, &code, NULL), 0);
  ck_assert_int_eq(code, DSET_OK);
  text[DSET_STREAM_BYTES] = '}';
  ck_assert_uint_gt(count_values(text, DSET_STREAM_BYTES + 1, &code, NULL), 0);
  ck_assert_int_eq(code, DSET_ERR_SYNTAX);
}
END_TEST

static void expect_same_error(const char *row_text) {
  static char text[DSET_STREAM_BYTES];
  size_t bytes = strlen(row_text);
  dset_documents *documents;
  dset_error small, large;
  int code = dset_documents_read(row_text, bytes, NULL, &documents, &small);
  memset(text, '\n', sizeof text);
  memcpy(text, row_text, bytes);
  ck_assert_int_eq(dset_documents_read(text, sizeof text, NULL, &documents, &large), code);
  ck_assert_ptr_null(documents);
  ck_assert_int_eq(large.code, small.code);
  if (strstr(small.text, "the end of the text") != NULL) return; /* it is elsewhere */
  ck_assert_str_eq(large.text, small.text);
  ck_assert_str_eq(large.path, small.path);
  ck_assert_uint_eq(large.line, small.line);
  ck_assert_uint_eq(large.column, small.column);
}

/* What is wrong with a large list is said as with a small one. */
START_TEST(stream_errors) {
  size_t tried = 0;
  for (int i = 0; i < COUNT(rows); i++) {
    const char *text = rows[i].text;
    if (rows[i].outcome != BOTH_REFUSED || text[strlen(text) - 1] != '}') continue;
    expect_same_error(text);
    tried++;
  }
  ck_assert_uint_gt(tried, 50);
}
END_TEST

START_TEST(stream_bounds) {
  static char text[DSET_STREAM_BYTES];
  dset_documents *documents;
  dset_error error;
  dset_read_options options = {.size = sizeof options, .max_bytes = DSET_STREAM_BYTES - 1};
  memset(text, ' ', sizeof text);
  memcpy(text, PODS("{}"), strlen(PODS("{}")));
  ck_assert_int_eq(dset_documents_read(text, sizeof text, &options, &documents, &error), DSET_ERR_LIMIT);
  ck_assert_str_eq(error.text, "the text has 65536 bytes; the limit is 65535");
}
END_TEST

/* ---- failing allocations ---- */

/* Lets each allocation of reading `text` fail in turn; gives the number of those that succeeded in the end. */
static size_t fail_each(const char *text, size_t bytes, enum fault_mode mode) {
  for (size_t at = 0;; at++) {
    fault f;
    fault_init(&f, at, mode);
    dset_read_options options = {.size = sizeof options, .allocator = &f.allocator};
    dset_documents *documents;
    dset_error error;
    int code = dset_documents_read(text, bytes, &options, &documents, &error);
    ck_assert_msg(code == DSET_OK || code == DSET_ERR_NOMEM, "%s", error.text);
    ck_assert((code == DSET_OK) == (documents != NULL));
    ck_assert_msg((code == DSET_OK) == (f.asked <= at), "allocation %zu of %zu failed and nobody says so", at, f.asked);
    dset_documents_free(documents);
    fault_expect_empty(&f, "documents");
    if (code == DSET_OK) return f.asked;
  }
}

START_TEST(stream_memory) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  dset_buffer_string(&text, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[");
  for (int i = 0; i < 400; i++) {
    dset_buffer_format(&text,
                       "%s{\"metadata\":{\"name\":\"\\u0070%d\",\"labels\":{\"a%d\":\"b\",\"c\":\"d%d\"}},\"spec\":{"
                       "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{"
                       "\"nodeSelectorTerms\":[{\"matchFields\":[{\"key\":\"f\",\"values\":[\"x\",\"y\"]}]}]}}}}}",
                       i == 0 ? "" : ",", i, i, i);
  }
  dset_buffer_string(&text, "]}");
  ck_assert_uint_gt(text.length, DSET_STREAM_BYTES);
  ck_assert_uint_gt(fail_each(text.bytes, text.length, FAULT_ONCE), 15);
  ck_assert_uint_gt(fail_each(text.bytes, text.length, FAULT_ON), 15);
  dset_buffer_clear(&text);
}
END_TEST

/* What the objects of a realistic list take, and what reading them takes at most, as shares of the text. */
START_TEST(stream_memory_bound) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  list_write(&text, LIST_OF_PODS, 4000000);
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_read_options options = {.size = sizeof options, .allocator = &f.allocator};
  dset_documents *documents;
  ck_assert_int_eq(dset_documents_read(text.bytes, text.length, &options, &documents, NULL), DSET_OK);
  ck_assert_msg(f.peak_bytes < text.length / 4, "%zu bytes for a text of %zu", f.peak_bytes, text.length);
  dset_documents_free(documents);
  fault_expect_empty(&f, "documents");
  dset_buffer_clear(&text);
}
END_TEST

/* ---- the parts below ---- */

/* Every row has the name and the kind of a field of Kubernetes' types. */
START_TEST(stream_table_is_schema) {
  static const int kinds[] = {
      [DSET_ROW_TEXT] = DSET_SCHEMA_STRING,   [DSET_ROW_SHARED] = DSET_SCHEMA_STRING,
      [DSET_ROW_BOOL] = DSET_SCHEMA_BOOL,     [DSET_ROW_TIME] = DSET_SCHEMA_TIME,
      [DSET_ROW_IS_SET] = DSET_SCHEMA_TIME,   [DSET_ROW_INTEGER] = DSET_SCHEMA_INT64,
      [DSET_ROW_LABELS] = DSET_SCHEMA_STRING, [DSET_ROW_STRINGS] = DSET_SCHEMA_STRING,
      [DSET_ROW_TEXTS] = DSET_SCHEMA_STRING,  [DSET_ROW_LIST] = DSET_SCHEMA_STRUCT,
      [DSET_ROW_INSIDE] = DSET_SCHEMA_STRUCT, [DSET_ROW_TERMS] = DSET_SCHEMA_STRUCT,
  };
  size_t compared = 0;
  for (int s = 0; s < DSET_SHAPES; s++) {
    const dset_shape_rows *shape = &dset_shapes[s];
    ck_assert_int_le(shape->count, 32); /* as many bits as are kept of what was seen */
    for (size_t i = 0; i < shape->count; i++) {
      const dset_row *r = &shape->rows[i];
      ck_assert_uint_eq(r->length, strlen(r->name));
      if (shape->schema_type == 0) continue;
      const dset_field *field = dset_schema_find(shape->schema_type, r->name);
      ck_assert_msg(field != NULL, "%s: no such field", r->name);
      ck_assert_msg(field->kind == kinds[r->kind], "%s: of another kind", r->name);
      bool map = r->kind == DSET_ROW_LABELS || r->kind == DSET_ROW_STRINGS;
      bool list = r->kind == DSET_ROW_LIST || r->kind == DSET_ROW_TEXTS;
      ck_assert_msg(map == (field->shape == DSET_SCHEMA_MAP) && list == (field->shape == DSET_SCHEMA_LIST),
                    "%s: of another shape", r->name);
      if (field->kind == DSET_SCHEMA_STRUCT) ck_assert_uint_eq(dset_shapes[r->shape].schema_type, field->type);
      compared++;
    }
  }
  ck_assert_uint_gt(compared, 35);
}
END_TEST

/* Each byte at each place of texts of each length, from each alignment: both ways find the first that is not plain. */
START_TEST(token_plain) {
  for (size_t length = 0; length <= 40; length++) {
    for (size_t at = 0; at < length; at++) {
      for (unsigned byte = 0; byte < 256; byte++) {
        char *text = malloc(length); /* of just that size: a sanitizer watches */
        ck_assert_ptr_nonnull(text);
        memset(text, 'a', length);
        text[at] = (char)byte;
        if (at + 3 < length) text[at + 3] = '"';
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        size_t wanted = !plain ? at : at + 3 < length ? at + 3 : length;
        size_t found = (size_t)(dset_token_plain(text, text + length) - text);
        size_t portable = (size_t)(dset_token_plain_portable(text, text + length) - text);
        if (found != wanted || portable != wanted) {
          ck_abort_msg("byte 0x%02x at %zu of %zu: %zu and %zu", byte, at, length, found, portable);
        }
        free(text);
      }
    }
  }
}
END_TEST

START_TEST(intern_once) {
  dset_arena texts, scratch;
  dset_arena_init(&texts, NULL);
  dset_arena_init(&scratch, NULL);
  dset_intern intern = {.texts = &texts, .scratch = &scratch};
  const char *first = NULL;
  for (int i = 0; i < 20000; i++) {
    char text[32];
    int length = snprintf(text, sizeof text, "text number %d", i % 5000);
    dset_interned *found = dset_intern_text(&intern, text, (size_t)length);
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found->text, text);
    ck_assert_uint_eq(found->seen, (unsigned)(i / 5000));
    found->seen++;
    if (i == 0) first = found->text;
  }
  ck_assert_ptr_eq(dset_intern_text(&intern, "text number 0", 13)->text, first);
  ck_assert_ptr_ne(dset_intern_text(&intern, "text number 0\0", 14)->text, first);
  ck_assert_str_eq(dset_intern_text(&intern, "", 0)->text, "");
  ck_assert_uint_eq(intern.count, 5002);
  dset_arena_clear(&texts);
  dset_arena_clear(&scratch);
}
END_TEST

/*
 * Texts of eight bytes whose hashes are the same: the hash is taken back step by step, from one that is wanted. They
 * are refused at last, without a long search, and it is not a matter of memory.
 */
START_TEST(intern_collisions) {
  const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15), basis = UINT64_C(0xCBF29CE484222325) ^ 8;
  uint64_t inverse = factor; /* modulo 2^64, by Newton's steps: each doubles the number of right bits */
  for (int i = 0; i < 6; i++) inverse *= 2 - factor * inverse;
  dset_arena texts, scratch;
  dset_arena_init(&texts, NULL);
  dset_arena_init(&scratch, NULL);
  dset_intern intern = {.texts = &texts, .scratch = &scratch};
  size_t kept = 0;
  for (uint64_t i = 0; i < 1000; i++) {
    uint64_t word = (UINT64_C(7) << 32 | i) * inverse;
    word = (word ^ word >> 32) * inverse ^ basis;
    if (dset_intern_text(&intern, (const char *)&word, sizeof word) != NULL) kept++;
  }
  ck_assert_uint_eq(kept, 128);
  ck_assert(!intern.failed);
  dset_arena_clear(&texts);
  dset_arena_clear(&scratch);
}
END_TEST

Suite *dset_suite_stream(void);

Suite *dset_suite_stream(void) {
  Suite *suite = suite_create("stream");
  TCase *reading = tcase_create("reading");
  tcase_set_timeout(reading, 60);
  tcase_add_loop_test(reading, stream_row, 0, COUNT(rows));
  tcase_add_test(reading, stream_cut);
  tcase_add_test(reading, stream_errors);
  tcase_add_test(reading, stream_depth);
  tcase_add_test(reading, stream_depth_inside);
  tcase_add_test(reading, stream_values);
  tcase_add_test(reading, stream_many_labels);
  tcase_add_test(reading, stream_real_lists);
  tcase_add_test(reading, stream_threshold);
  tcase_add_test(reading, stream_bounds);
  suite_add_tcase(suite, reading);
  TCase *memory = tcase_create("memory");
  tcase_set_timeout(memory, 60);
  tcase_add_test(memory, stream_memory);
  tcase_add_test(memory, stream_memory_bound);
  suite_add_tcase(suite, memory);
  TCase *parts = tcase_create("parts");
  tcase_set_timeout(parts, 60);
  tcase_add_test(parts, stream_table_is_schema);
  tcase_add_test(parts, token_plain);
  tcase_add_test(parts, intern_once);
  tcase_add_test(parts, intern_collisions);
  suite_add_tcase(suite, parts);
  return suite;
}
