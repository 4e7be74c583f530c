/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_bad_input.c: what is wrong is refused, with a code, a place and words, and without losing memory.
 *
 * Each row of a table is one input. It is read from memory of its exact size, so that tools see a read behind its end,
 * with allocators that count, for the library and for jansson: what was taken must be given back.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemonset.h"

#define ROWS(rows) ((int)(sizeof(rows) / sizeof *(rows)))
#define TEXT(literal) literal, sizeof(literal) - 1

/* ---- allocators that count ---- */

typedef struct account {
  size_t pieces;
  size_t bytes;
  size_t most_bytes;
} account;

static void *account_allocate(void *context, size_t bytes) {
  account *held = context;
  void *memory = malloc(bytes == 0 ? 1 : bytes);
  if (memory == NULL) return NULL;
  held->pieces++;
  held->bytes += bytes;
  if (held->bytes > held->most_bytes) held->most_bytes = held->bytes;
  return memory;
}

static void account_release(void *context, void *memory, size_t bytes) {
  account *held = context;
  if (memory == NULL) return;
  held->pieces--;
  held->bytes -= bytes;
  free(memory);
}

static size_t trees; /* pieces of memory that jansson holds */

static void *tree_allocate(size_t bytes) {
  void *memory = malloc(bytes);
  trees += memory != NULL;
  return memory;
}

static void tree_release(void *memory) {
  trees -= memory != NULL;
  free(memory);
}

/* ---- texts ---- */

enum reader {
  DOCUMENTS, /* dset_documents_read() */
  STATE,     /* dset_state_read() */
  PLAN       /* dset_state_read() succeeds, dset_plan_compute() does not */
};

typedef struct row {
  enum reader reader;
  const char *text;
  size_t bytes;
  int code;
  size_t line;
  size_t column;
  const char *path;
  const char *says; /* a part of the error's text */
} row;

#define DS "{\"metadata\":{\"namespace\":\"default\",\"name\":\"agent\",\"uid\":\"u\"},\"spec\":{\"selector\":null}}"
#define IN_STATE(members) TEXT("{\"daemonSet\":" DS ",\n" members "}")
#define IN_DAEMONSET(members) TEXT("{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\n" members "}")
#define IN_POD(members) TEXT("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\n" members "}")

static const row json_rows[] = {
    /* cut off */
    {DOCUMENTS, TEXT("{"), DSET_ERR_SYNTAX, 1, 2, "", "found the end of the text"},
    {DOCUMENTS, TEXT("{\"kind\": \"Pod\",\n \"metadata\": {\"name\": \"a"), DSET_ERR_SYNTAX, 2, 23, "",
     "this string has no closing"},
    {DOCUMENTS, TEXT("[1, 2"), DSET_ERR_SYNTAX, 1, 6, "", "expected ',' or ']'"},
    {DOCUMENTS, TEXT("{\"a\": 1"), DSET_ERR_SYNTAX, 1, 8, "", "expected ',' or '}'"},
    {DOCUMENTS, TEXT("{\"a\": tru"), DSET_ERR_SYNTAX, 1, 7, "", "expected a value"},
    {DOCUMENTS, TEXT("{\"a\": \"\\u12"), DSET_ERR_SYNTAX, 1, 8, "", "four hexadecimal digits"},
    /* not JSON; YAML does not take it either */
    {DOCUMENTS, TEXT("{\"a\" 1 \"b\"}"), DSET_ERR_SYNTAX, 1, 6, "", "expected ':'"},
    {DOCUMENTS, TEXT("{}\n{}\n{\"a\": x}"), DSET_ERR_SYNTAX, 3, 7, "", "expected a value"},
    {STATE, TEXT("{\"a\": \"\\q\"}"), DSET_ERR_SYNTAX, 1, 8, "", "escape"},
    {DOCUMENTS, TEXT("{\"a\": \"b\x01\"}"), DSET_ERR_SYNTAX, 1, 9, "", "control character"},
    {DOCUMENTS, TEXT("{\"a\": \"\\ud800\"}"), DSET_ERR_SYNTAX, 1, 8, "", "surrogate"},
    /* characters */
    {DOCUMENTS, TEXT("{\"a\": \"\xFF\"}"), DSET_ERR_ENCODING, 1, 8, "", "byte 0xff"},
    {DOCUMENTS, TEXT("{\"a\":\n\"\xC3\xA9\xC0\xAF\"}"), DSET_ERR_ENCODING, 2, 3, "", "byte 0xc0"},
    {DOCUMENTS, TEXT("{\"a\": \"b\0c\"}"), DSET_ERR_ENCODING, 1, 9, "", "NUL"},
    {DOCUMENTS, TEXT("{\"a\": \"b\\u0000c\"}"), DSET_ERR_ENCODING, 1, 9, "", "NUL"},
    {DOCUMENTS, TEXT("{\"a\\u0000\": 1}"), DSET_ERR_ENCODING, 1, 4, "", "NUL"},
    /* what a document can be */
    {DOCUMENTS, TEXT("[]"), DSET_ERR_TYPE, 1, 1, "", "expected an object, found a list"},
    {DOCUMENTS, TEXT("{}\n 7"), DSET_ERR_TYPE, 2, 2, "", "expected an object, found a number"},
    {DOCUMENTS, TEXT("{\"kind\": \"List\",\n \"items\": {}}"), DSET_ERR_TYPE, 2, 2, "items", "expected a list"},
    {DOCUMENTS, TEXT("{\"kind\": \"List\", \"items\": [{},\n 5]}"), DSET_ERR_TYPE, 2, 2, "items[1]",
     "expected an object, found a number"},
    {DOCUMENTS, TEXT("{\"kind\": \"NodeList\", \"apiVersion\": \"v1\",\n\"items\": [{\"metadata\": []}]}"),
     DSET_ERR_TYPE, 2, 12, "items[0].metadata", "expected an object, found a list"},
    /* each kind of field */
    {DOCUMENTS, IN_POD("\"metadata\": 1"), DSET_ERR_TYPE, 2, 1, "metadata", "expected an object, found a number"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"name\": 1}"), DSET_ERR_TYPE, 2, 14, "metadata.name", "expected a string"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"labels\": {\"a/b\": true}}"), DSET_ERR_TYPE, 2, 25, "metadata.labels[a/b]",
     "expected a string, found a boolean"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"labels\": [\"a\"]}"), DSET_ERR_TYPE, 2, 14, "metadata.labels",
     "expected an object"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"ownerReferences\": [{}, {\"controller\": \"yes\"}]}"), DSET_ERR_TYPE, 2, 39,
     "metadata.ownerReferences[1].controller", "expected true or false, found a string"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"ownerReferences\": {}}"), DSET_ERR_TYPE, 2, 14, "metadata.ownerReferences",
     "expected a list, found an object"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"creationTimestamp\": 5}"), DSET_ERR_TYPE, 2, 14, "metadata.creationTimestamp",
     "expected an RFC 3339 time"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"creationTimestamp\": \"today\"}"), DSET_ERR_RANGE, 2, 14,
     "metadata.creationTimestamp", "\"today\" is not an RFC 3339 time"},
    {DOCUMENTS, IN_POD("\"metadata\": {\"deletionTimestamp\": \"2026-02-30T00:00:00Z\"}"), DSET_ERR_RANGE, 2, 14,
     "metadata.deletionTimestamp", "is not an RFC 3339 time"},
    {DOCUMENTS, IN_POD("\"status\": {\"conditions\": [{\"lastTransitionTime\": \"2026-01-01 00:00:00Z\"}]}"),
     DSET_ERR_RANGE, 2, 28, "status.conditions[0].lastTransitionTime", "is not an RFC 3339 time"},
    {DOCUMENTS,
     IN_POD("\"spec\": {\"affinity\": {\"nodeAffinity\": {\"requiredDuringSchedulingIgnoredDuringExecution\": "
            "{\"nodeSelectorTerms\": [{\"matchFields\": [{\"values\": [\"a\", 2]}]}]}}}}"),
     DSET_ERR_TYPE, 2, 147,
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0]"
     ".values[1]",
     "expected a string, found a number"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"minReadySeconds\": \"5\"}"), DSET_ERR_TYPE, 2, 10, "spec.minReadySeconds",
     "expected an integer, found a string"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"minReadySeconds\": 1.5}"), DSET_ERR_TYPE, 2, 10, "spec.minReadySeconds",
     "expected an integer, found a fractional number"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"minReadySeconds\": 2147483648}"), DSET_ERR_RANGE, 2, 10,
     "spec.minReadySeconds", "from -2147483648 to 2147483647, found 2147483648"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"revisionHistoryLimit\": -2147483649}"), DSET_ERR_RANGE, 2, 10,
     "spec.revisionHistoryLimit", "found -2147483649"},
    {DOCUMENTS, IN_DAEMONSET("\"metadata\": {\"generation\": 9223372036854775808}"), DSET_ERR_RANGE, 2, 14,
     "metadata.generation", "to 9223372036854775807, found about 9223372036854776000"},
    {DOCUMENTS, IN_DAEMONSET("\"metadata\": {\"generation\": 1e999}"), DSET_ERR_RANGE, 2, 28, "",
     "beyond a 64-bit real"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"updateStrategy\": {\"rollingUpdate\": {\"maxSurge\": true}}}"),
     DSET_ERR_TYPE, 2, 47, "spec.updateStrategy.rollingUpdate.maxSurge",
     "expected an integer or a percentage, found a boolean"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"updateStrategy\": {\"rollingUpdate\": {\"maxUnavailable\": 3000000000}}}"),
     DSET_ERR_RANGE, 2, 47, "spec.updateStrategy.rollingUpdate.maxUnavailable", "found 3000000000"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"template\": {\"spec\": {\"hostNetwork\": 1}}}"), DSET_ERR_TYPE, 2, 32,
     "spec.template.spec.hostNetwork", "expected true or false, found a number"},
    {DOCUMENTS, IN_DAEMONSET("\"spec\": {\"template\": {\"spec\": {\"tolerations\": [{}, 1]}}}"), DSET_ERR_TYPE, 2, 52,
     "spec.template.spec.tolerations[1]", "expected an object, found a number"},
    {DOCUMENTS, IN_DAEMONSET("\"status\": {\"observedGeneration\": []}"), DSET_ERR_TYPE, 2, 12,
     "status.observedGeneration", "expected an integer, found a list"},
    {DOCUMENTS, IN_DAEMONSET("\"status\": {\"conditions\": {}}"), DSET_ERR_TYPE, 2, 12, "status.conditions",
     "expected a list, found an object"},
    /* planning questions */
    {STATE, TEXT(""), DSET_ERR_INVALID, 0, 0, "", "found nothing"},
    {STATE, TEXT("{}"), DSET_ERR_INVALID, 1, 1, "", "the member daemonSet is missing"},
    {STATE, TEXT(" []"), DSET_ERR_TYPE, 1, 2, "", "expected an object, found a list"},
    {STATE, TEXT("{\"daemonSet\": []}"), DSET_ERR_TYPE, 1, 2, "daemonSet", "expected an object, found a list"},
    {STATE, TEXT("{\"daemonSet\":" DS "}\n{\"daemonSet\":" DS "}"), DSET_ERR_INVALID, 2, 1, "", "found a second"},
    {STATE, IN_STATE("\"name\": 1"), DSET_ERR_TYPE, 2, 1, "name", "expected a string"},
    {STATE, IN_STATE("\"now\": \"2026-13-01T00:00:00Z\""), DSET_ERR_RANGE, 2, 1, "now", "is not an RFC 3339 time"},
    {STATE, IN_STATE("\"options\": {\"burst\": -1}"), DSET_ERR_RANGE, 2, 13, "options.burst", "from 0 to 4294967295"},
    {STATE, IN_STATE("\"options\": {\"backoffMaxSeconds\": -1}"), DSET_ERR_RANGE, 2, 13, "options.backoffMaxSeconds",
     "expected a number of seconds"},
    {STATE, IN_STATE("\"nodes\": {}"), DSET_ERR_TYPE, 2, 1, "nodes", "expected a list, found an object"},
    {STATE, IN_STATE("\"nodes\": [null]"), DSET_ERR_TYPE, 2, 11, "nodes[0]", "expected an object, found null"},
    {STATE, IN_STATE("\"controllerRevisions\": [{\"revision\": \"1\"}]"), DSET_ERR_TYPE, 2, 26,
     "controllerRevisions[0].revision", "expected an integer, found a string"},
    {STATE, IN_STATE("\"backoff\": [{\"node\": \"a\", \"delaySeconds\": 1e13}]"), DSET_ERR_RANGE, 2, 27,
     "backoff[0].delaySeconds", "expected a number of seconds"},
    {STATE, IN_STATE("\"inFlight\": {\"creates\": 0.5}"), DSET_ERR_TYPE, 2, 14, "inFlight.creates",
     "expected an integer, found a fractional number"},
    {PLAN, IN_STATE("\"nodes\": [{\"metadata\": {\"name\": \"a\"}}, {\"metadata\": {\"name\": \"a\"}}]"),
     DSET_ERR_DUPLICATE, 0, 0, "nodes[1]", "\"a\" is there already as nodes[0]"},
    {PLAN, IN_STATE("\"nodes\": [{\"metadata\": {}}]"), DSET_ERR_INVALID, 0, 0, "nodes[0].name", "must not be empty"},
    {PLAN,
     IN_STATE("\"pods\": [{\"metadata\": {\"name\": \"p\"}}, {\"metadata\": {\"name\": \"q\"}},"
              "{\"metadata\": {\"name\": \"p\", \"namespace\": \"\"}}]"),
     DSET_ERR_DUPLICATE, 0, 0, "pods[2]", "\"p\" is there already as pods[0]"},
    {PLAN, IN_STATE("\"controllerRevisions\": [{\"metadata\": {\"name\": \"r\"}}, {\"metadata\": {\"name\": \"r\"}}]"),
     DSET_ERR_DUPLICATE, 0, 0, "revisions[1]", "\"r\" is there already as revisions[0]"},
    {PLAN, IN_STATE("\"backoff\": [{\"delaySeconds\": 1}]"), DSET_ERR_INVALID, 0, 0, "backoffs[0]",
     "the name of a node"},
    {PLAN, IN_STATE("\"backoff\": [{\"node\": \"a\"}, {\"node\": \"a\"}]"), DSET_ERR_DUPLICATE, 0, 0, "backoffs[1]",
     "\"a\" is there already as backoffs[0]"},
};

#define YAML_POD "apiVersion: v1\nkind: Pod\n"

static const row yaml_rows[] = {
    {DOCUMENTS, TEXT("a: [1, 2"), DSET_ERR_SYNTAX, 1, 9, "", "did not find expected ',' or ']'"},
    {DOCUMENTS, TEXT("a: \"b"), DSET_ERR_SYNTAX, 1, 6, "", "unexpected end of stream"},
    {DOCUMENTS, TEXT("a: b\n c: d"), DSET_ERR_SYNTAX, 2, 3, "", "mapping values are not allowed"},
    {DOCUMENTS, TEXT("a:\n\tb: 1"), DSET_ERR_SYNTAX, 2, 1, "", "cannot start any token"},
    {DOCUMENTS, TEXT("a: b\nc"), DSET_ERR_SYNTAX, 2, 2, "", "could not find expected ':'"},
    {DOCUMENTS, TEXT("a: 1\n---\nb: }"), DSET_ERR_SYNTAX, 3, 4, "", "did not find expected node content"},
    {DOCUMENTS, TEXT("a: *b"), DSET_ERR_SYNTAX, 1, 4, "", "alias"},
    {DOCUMENTS, TEXT("a: &b [*b]"), DSET_ERR_SYNTAX, 1, 8, "", "alias"},
    {DOCUMENTS, TEXT("a: &b {c: *b}"), DSET_ERR_SYNTAX, 1, 11, "", "alias"},
    {DOCUMENTS, TEXT("a:\n  <<: 5"), DSET_ERR_SYNTAX, 2, 7, "", "'<<' takes a mapping"},
    {DOCUMENTS, TEXT("a: &x [1]\nb:\n  <<: *x"), DSET_ERR_SYNTAX, 3, 7, "", "'<<' takes a mapping"},
    {DOCUMENTS, TEXT("? [a, b]\n: c"), DSET_ERR_SYNTAX, 1, 3, "", "key"},
    {DOCUMENTS, TEXT("a: !!int x"), DSET_ERR_SYNTAX, 1, 4, "", "not of the type that its tag says"},
    {DOCUMENTS, TEXT("a: \"\\0\""), DSET_ERR_ENCODING, 1, 4, "", "NUL"},
    {DOCUMENTS, TEXT("a: \xC3("), DSET_ERR_ENCODING, 1, 4, "", "byte 0xc3"},
    {DOCUMENTS, TEXT("a: b\n\0"), DSET_ERR_ENCODING, 2, 1, "", "NUL"},
    {DOCUMENTS, TEXT("just text"), DSET_ERR_TYPE, 1, 1, "", "expected an object, found a string"},
    {DOCUMENTS, TEXT("# comment\n- a\n- b"), DSET_ERR_TYPE, 2, 1, "", "expected an object, found a list"},
    {DOCUMENTS, TEXT("kind: List\nitems:\n  - {}\n  - text\n"), DSET_ERR_TYPE, 4, 5, "items[1]",
     "expected an object, found a string"},
    {DOCUMENTS, TEXT("kind: List\nitems: text\n"), DSET_ERR_TYPE, 2, 1, "items", "expected a list, found a string"},
    {DOCUMENTS, TEXT(YAML_POD "metadata:\n  name: 0755\n"), DSET_ERR_TYPE, 4, 3, "metadata.name",
     "expected a string, found a number"},
    {DOCUMENTS, TEXT(YAML_POD "metadata:\n  labels:\n    on: yes\n"), DSET_ERR_TYPE, 5, 5, "metadata.labels.true",
     "expected a string, found a boolean"},
    {DOCUMENTS, TEXT("a: 1\n---\n" YAML_POD "metadata: [1]\n"), DSET_ERR_TYPE, 5, 1, "metadata",
     "expected an object, found a list"},
    {DOCUMENTS, TEXT("kind: DaemonSet\napiVersion: apps/v1\nspec:\n  minReadySeconds: 99999999999\n"), DSET_ERR_RANGE,
     4, 3, "spec.minReadySeconds", "found 99999999999"},
    {STATE, TEXT("# nothing\n"), DSET_ERR_INVALID, 0, 0, "", "found nothing"},
    {STATE, TEXT("name: x\n"), DSET_ERR_INVALID, 1, 1, "", "the member daemonSet is missing"},
    {STATE, TEXT("daemonSet: {}\n---\ndaemonSet: {}\n"), DSET_ERR_INVALID, 3, 1, "", "found a second"},
};

static int read_and_plan(const char *text, size_t bytes, const dset_read_options *options, dset_error *error) {
  dset_state *state;
  dset_plan *plan;
  int code = dset_state_read(text, bytes, options, &state, error);
  ck_assert_msg(code == DSET_OK, "%s: the state is refused: %s", text, error->text);
  dset_options planning = *dset_state_options(state);
  planning.allocator = options->allocator;
  code = dset_plan_compute(dset_state_snapshot(state), &planning, &plan, error);
  ck_assert_ptr_null(plan);
  dset_state_free(state);
  return code;
}

static int ask(enum reader reader, const char *text, size_t bytes, dset_read_options *options, dset_error *error) {
  if (reader == PLAN) return read_and_plan(text, bytes, options, error);
  dset_documents *documents = NULL;
  dset_state *state = NULL;
  int code = reader == STATE ? dset_state_read(text, bytes, options, &state, error)
                             : dset_documents_read(text, bytes, options, &documents, error);
  ck_assert_msg(code == DSET_OK || (documents == NULL && state == NULL), "an output is set beside an error");
  dset_documents_free(documents);
  dset_state_free(state);
  return code;
}

/* Asks with counting allocators and `options`, which may be NULL, and reports what was held at most. */
static int ask_counted(enum reader reader, const char *text, size_t bytes, const dset_read_options *bounds,
                       dset_error *error, size_t *most_bytes) {
  account held = {0};
  dset_allocator allocator = {account_allocate, account_release, &held};
  dset_read_options options = bounds == NULL ? (dset_read_options){.size = sizeof options} : *bounds;
  options.allocator = &allocator;
  char *exact = malloc(bytes == 0 ? 1 : bytes);
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, text, bytes);
  trees = 0;
  json_set_alloc_funcs(tree_allocate, tree_release);
  int code = ask(reader, exact, bytes, &options, error);
  json_set_alloc_funcs(malloc, free);
  free(exact);
  ck_assert_msg(held.pieces == 0 && held.bytes == 0, "%.60s: %zu pieces, %zu bytes lost", text, held.pieces,
                held.bytes);
  ck_assert_msg(trees == 0, "%.60s: jansson still holds %zu pieces", text, trees);
  if (most_bytes != NULL) *most_bytes = held.most_bytes;
  return code;
}

static void check_row(const row *r) {
  dset_error error = {0};
  int code = ask_counted(r->reader, r->text, r->bytes, NULL, &error, NULL);
  ck_assert_msg(code == r->code && error.code == r->code && error.line == r->line && error.column == r->column &&
                    strcmp(error.path, r->path) == 0 && strstr(error.text, r->says) != NULL,
                "%s\ngives %s at %zu:%zu, path \"%s\": %s\nnot   %s at %zu:%zu, path \"%s\": %s", r->text,
                dset_code_name(code), error.line, error.column, error.path, error.text, dset_code_name(r->code),
                r->line, r->column, r->path, r->says);
}

START_TEST(bad_json) {
  check_row(&json_rows[_i]);
}
END_TEST

START_TEST(bad_yaml) {
  check_row(&yaml_rows[_i]);
}
END_TEST

/* ---- texts too large to write down ---- */

typedef struct text {
  char *bytes;
  size_t length;
} text;

static void append(text *t, const char *piece, size_t times) {
  size_t length = strlen(piece);
  t->bytes = realloc(t->bytes, t->length + length * times + 1);
  ck_assert_ptr_nonnull(t->bytes);
  for (size_t i = 0; i < times; i++, t->length += length) memcpy(t->bytes + t->length, piece, length);
  t->bytes[t->length] = '\0';
}

typedef struct large_row {
  const char *name;
  const char *head;
  const char *open;
  const char *middle;
  const char *close;
  size_t times;
  size_t line; /* 0: accepted */
  size_t column;
  const char *says;
} large_row;

static const large_row large_rows[] = {
    {"JSON lists, 10,000 deep", "{\"a\":", "[", "", "]", 10000, 1, 1005, "deep"},
    {"JSON objects, 10,000 deep", "", "{\"a\":", "1", "}", 10000, 1, 5001, "deep"},
    {"YAML flow lists, 10,000 deep", "a: ", "[", "", "]", 10000, 1, 1003, "deep"},
    {"YAML list in list, 10,000 deep", "", "- ", "x", "", 10000, 1, 2001, "deep"},
    {"YAML flow objects, 10,000 deep", "a: ", "{b: ", "1", "}", 10000, 1, 4000, "deep"},
    {"never closed, 10,000 deep", "{\"a\":", "[", "", "", 10000, 1, 1005, "deep"},
    {"JSON lists, 999 deep in an object", "{\"a\":", "[", "", "]", 999, 0, 0, ""},
    {"YAML flow lists, 999 deep in an object", "a: ", "[", "", "]", 999, 0, 0, ""},
};

START_TEST(bad_depth) {
  const large_row *r = &large_rows[_i];
  text t = {0};
  append(&t, r->head, 1);
  append(&t, r->open, r->times);
  append(&t, r->middle, 1);
  append(&t, r->close, r->times);
  if (strchr(r->head, '{') != NULL) append(&t, "}", 1);
  dset_error error = {0};
  int code = ask_counted(DOCUMENTS, t.bytes, t.length, NULL, &error, NULL);
  free(t.bytes);
  if (r->line == 0) {
    ck_assert_msg(code == DSET_OK, "%s: %s", r->name, error.text);
    return;
  }
  ck_assert_msg(code == DSET_ERR_LIMIT && error.line == r->line && error.column == r->column &&
                    strstr(error.text, r->says) != NULL,
                "%s: %s at %zu:%zu: %s", r->name, dset_code_name(code), error.line, error.column, error.text);
}
END_TEST

/* Nine levels of nine aliases: 9^9 values. */
static const char bomb[] =
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
    "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
    "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\ni: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h]\n";

START_TEST(bad_alias_bomb) {
  dset_error error = {0};
  size_t most_bytes;
  int code = ask_counted(DOCUMENTS, bomb, sizeof bomb - 1, NULL, &error, &most_bytes);
  ck_assert_msg(code == DSET_ERR_LIMIT, "%s: %s", dset_code_name(code), error.text);
  ck_assert_msg(error.line >= 6 && error.line <= 7, "the limit is passed in line %zu", error.line);
  ck_assert_ptr_nonnull(strstr(error.text, "1000000"));
}
END_TEST

/* The same limit counts what merge keys bring in. */
START_TEST(bad_merge_bomb) {
  text t = {0};
  append(&t, "a: &a {", 1);
  for (int i = 0; i < 1000; i++) {
    char member[32];
    snprintf(member, sizeof member, "k%d: 1, ", i);
    append(&t, member, 1);
  }
  append(&t, "}\nb:\n", 1);
  append(&t, "- {<<: *a}\n", 2000);
  dset_error error = {0};
  int code = ask_counted(DOCUMENTS, t.bytes, t.length, NULL, &error, NULL);
  free(t.bytes);
  ck_assert_msg(code == DSET_ERR_LIMIT, "%s: %s", dset_code_name(code), error.text);
}
END_TEST

START_TEST(bad_size) {
  const size_t bytes = (size_t)100 << 20;
  char *blank = malloc(bytes);
  ck_assert_ptr_nonnull(blank);
  memset(blank, ' ', bytes);
  memcpy(blank, "{}", 2);
  dset_documents *documents;
  dset_error error = {0};
  account held = {0};
  dset_allocator allocator = {account_allocate, account_release, &held};
  dset_read_options options = {.size = sizeof options, .allocator = &allocator};
  ck_assert_int_eq(dset_documents_read(blank, bytes, &options, &documents, &error), DSET_ERR_LIMIT);
  ck_assert_ptr_null(documents);
  ck_assert_str_eq(error.path, "");
  ck_assert_ptr_nonnull(strstr(error.text, "104857600"));
  ck_assert_ptr_nonnull(strstr(error.text, "67108864"));
  ck_assert_msg(held.most_bytes < 65536, "%zu bytes for a text that is refused", held.most_bytes);
  ck_assert_uint_eq(held.pieces, 0);
  options.max_bytes = bytes;
  ck_assert_int_eq(dset_documents_read(blank, bytes, &options, &documents, &error), DSET_OK);
  ck_assert_uint_eq(dset_documents_count(documents), 1);
  dset_documents_free(documents);
  ck_assert_uint_eq(held.pieces, 0);
  options.max_bytes = bytes - 1;
  ck_assert_int_eq(dset_documents_read(blank, bytes, &options, &documents, &error), DSET_ERR_LIMIT);
  free(blank);
}
END_TEST

/* Each bound can be lowered, and the depth not raised. */
START_TEST(bad_bounds) {
  const struct {
    dset_read_options options;
    const char *text;
    int code;
  } rows[] = {
      {{.max_bytes = 4}, "a: 1", DSET_OK},
      {{.max_bytes = 3}, "a: 1", DSET_ERR_LIMIT},
      {{.max_depth = 2}, "{\"a\":[]}", DSET_OK},
      {{.max_depth = 1}, "{\"a\":[]}", DSET_ERR_LIMIT},
      {{.max_depth = 2}, "a: []", DSET_OK},
      {{.max_depth = 1}, "a: []", DSET_ERR_LIMIT},
      {{.max_values = 5}, "a: &a [1]\nb: *a", DSET_OK},
      {{.max_values = 4}, "a: &a [1]\nb: *a", DSET_ERR_LIMIT},
      {{.max_depth = 1001}, "a: 1", DSET_ERR_INVALID},
      {{.size = 8}, "a: 1", DSET_ERR_ABI},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    dset_error error = {0};
    int code = ask_counted(DOCUMENTS, rows[i].text, strlen(rows[i].text), &rows[i].options, &error, NULL);
    ck_assert_msg(code == rows[i].code, "row %zu, %s: %s: %s", i, rows[i].text, dset_code_name(code), error.text);
  }
}
END_TEST

/* ---- what looks bad and is not ---- */

typedef struct good_row {
  const char *text;
  size_t bytes;
  size_t objects;
} good_row;

static const good_row good_rows[] = {
    {TEXT(""), 0},
    {TEXT(" \n\t\r\n"), 0},
    {TEXT("\xEF\xBB\xBF"), 0},
    {TEXT("# only\n# comments\n"), 0},
    {TEXT("---\n---\n"), 0},
    {TEXT("null"), 0},
    {TEXT("{\"kind\":\"List\",\"items\":[]}"), 0},
    {TEXT("{\"kind\":\"List\"}"), 0},
    {TEXT("{}"), 1},
    {TEXT("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":null,\"spec\":null,\"extra\":[[[]]]}"), 1},
    {TEXT("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"status\":{\"phase\":\"Odd\",\"conditions\":[{}]}}"), 1},
    {TEXT("{a: b}"), 1},
};

START_TEST(bad_looking_but_good) {
  const good_row *r = &good_rows[_i];
  dset_documents *documents;
  dset_error error = {0};
  int code = dset_documents_read(r->text, r->bytes, NULL, &documents, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s", r->text, error.text);
  ck_assert_uint_eq(dset_documents_count(documents), r->objects);
  ck_assert_ptr_null(dset_documents_object(documents, r->objects));
  dset_documents_free(documents);
}
END_TEST

/* ---- arguments ---- */

START_TEST(bad_arguments) {
  dset_error error = {0};
  dset_documents *documents = (dset_documents *)&error;
  dset_state *state = (dset_state *)&error;
  ck_assert_int_eq(dset_documents_read(NULL, 0, NULL, &documents, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(documents);
  ck_assert_str_eq(error.path, "text");
  ck_assert_int_eq(dset_documents_read("", 0, NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "documents");
  ck_assert_int_eq(dset_state_read(NULL, 0, NULL, &state, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(state);
  ck_assert_str_eq(error.path, "text");
  ck_assert_int_eq(dset_state_read("{}", 2, NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_str_eq(error.path, "state");
  ck_assert_int_eq(dset_documents_read(NULL, 0, NULL, &documents, NULL), DSET_ERR_INVALID);
}
END_TEST

typedef struct matcher_row {
  const char *name;
  dset_daemonset daemonset;
  int code;
  const char *path;
} matcher_row;

static const dset_requirement requirement_without_values = {.key = "a", .op = "In", .value_count = 1};
static const dset_term terms_with_it[] = {{.expressions = &requirement_without_values, .expression_count = 1}};
static const dset_terms in_an_expression = {terms_with_it, 1};
static const dset_term no_fields[] = {{.field_count = 1}};
static const dset_terms in_a_term = {no_fields, 1};
static const dset_terms no_terms = {NULL, 1};
static const dset_selector no_labels = {.label_count = 1};
static const dset_selector no_values = {.expressions = &requirement_without_values, .expression_count = 1};
static const dset_status small_status = {.size = 8};

static const matcher_row matcher_rows[] = {
    {"all zero", {0}, DSET_OK, ""},
    {"size too small", {.size = 8}, DSET_ERR_ABI, "daemonset"},
    {"status too small", {.status = &small_status}, DSET_ERR_ABI, "daemonset.status"},
    {"tolerations", {.toleration_count = 1}, DSET_ERR_INVALID, "daemonset.tolerations"},
    {"node selector", {.node_selector_count = 1}, DSET_ERR_INVALID, "daemonset.node_selector"},
    {"template labels", {.template_label_count = 1}, DSET_ERR_INVALID, "daemonset.template_labels"},
    {"revision data", {.revision_data_bytes = 1}, DSET_ERR_INVALID, "daemonset.revision_data"},
    {"terms", {.required_affinity = &no_terms}, DSET_ERR_INVALID, "daemonset.required_affinity"},
    {"fields of a term", {.required_affinity = &in_a_term}, DSET_ERR_INVALID, "daemonset.required_affinity"},
    {"values in a term", {.required_affinity = &in_an_expression}, DSET_ERR_INVALID, "daemonset.required_affinity"},
    {"selector labels", {.selector = &no_labels}, DSET_ERR_INVALID, "daemonset.selector"},
    {"selector values", {.selector = &no_values}, DSET_ERR_INVALID, "daemonset.selector"},
};

START_TEST(bad_matcher) {
  const matcher_row *r = &matcher_rows[_i];
  account held = {0};
  dset_allocator allocator = {account_allocate, account_release, &held};
  dset_match_options options = {.size = sizeof options, .allocator = &allocator};
  dset_matcher *matcher = (dset_matcher *)&held;
  dset_error error = {0};
  int code = dset_matcher_new(&r->daemonset, &options, &matcher, &error);
  ck_assert_msg(code == r->code && strcmp(error.path, r->path) == 0, "%s: %s, path %s", r->name, dset_code_name(code),
                error.path);
  ck_assert_msg((matcher == NULL) == (code != DSET_OK), "%s", r->name);
  dset_matcher_free(matcher);
  ck_assert_uint_eq(held.pieces, 0);
}
END_TEST

START_TEST(bad_matcher_arguments) {
  dset_daemonset daemonset = {0};
  dset_node node = {.size = sizeof node, .name = "a"};
  dset_node listless = {.size = sizeof node, .name = "a", .taint_count = 1};
  dset_node small = {.size = 8, .name = "a"};
  dset_matcher *matcher;
  dset_explanation *explanation = (dset_explanation *)&daemonset;
  dset_error error = {0};
  ck_assert_int_eq(dset_matcher_new(NULL, NULL, &matcher, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(matcher);
  ck_assert_int_eq(dset_matcher_new(&daemonset, NULL, NULL, &error), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_new(&daemonset, NULL, &matcher, &error), DSET_OK);
  ck_assert_int_eq(dset_matcher_verdict(matcher, NULL), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_verdict(NULL, &node), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_verdict(matcher, &small), DSET_ERR_ABI);
  ck_assert_int_eq(dset_matcher_verdict(matcher, &listless), DSET_ERR_INVALID);
  ck_assert_int_eq(dset_matcher_verdict(matcher, &node), DSET_VERDICT_RUN);
  ck_assert_int_eq(dset_explain(matcher, &listless, &explanation, &error), DSET_ERR_INVALID);
  ck_assert_ptr_null(explanation);
  ck_assert_int_eq(dset_explain(matcher, &node, NULL, &error), DSET_ERR_INVALID);
  dset_matcher_free(matcher);
  dset_matcher_free(NULL);
  dset_explanation_free(NULL);
}
END_TEST

Suite *dset_suite_bad_input(void);

Suite *dset_suite_bad_input(void) {
  Suite *suite = suite_create("bad_input");
  TCase *tcase = tcase_create("bad_input");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, bad_json, 0, ROWS(json_rows));
  tcase_add_loop_test(tcase, bad_yaml, 0, ROWS(yaml_rows));
  tcase_add_loop_test(tcase, bad_depth, 0, ROWS(large_rows));
  tcase_add_test(tcase, bad_alias_bomb);
  tcase_add_test(tcase, bad_merge_bomb);
  tcase_add_test(tcase, bad_size);
  tcase_add_test(tcase, bad_bounds);
  tcase_add_loop_test(tcase, bad_looking_but_good, 0, ROWS(good_rows));
  tcase_add_test(tcase, bad_arguments);
  tcase_add_loop_test(tcase, bad_matcher, 0, ROWS(matcher_rows));
  tcase_add_test(tcase, bad_matcher_arguments);
  suite_add_tcase(suite, tcase);
  return suite;
}
