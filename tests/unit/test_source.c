/* SPDX-License-Identifier: Apache-2.0 */
/* test_source.c: text to documents: encodings, bounds, JSON or YAML, where documents start and end. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {1000, 100, 1000, false};

/* ---- encodings and size ---- */

typedef struct encoding_row {
  const char *name;
  const char *text;
  size_t bytes;
  size_t line; /* 0: the text is good */
  size_t column;
  const char *says;
} encoding_row;

#define TEXT(literal) literal, sizeof(literal) - 1

static const encoding_row encoding_rows[] = {
    {"two, three and four bytes", TEXT("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"),
     0, 0, ""},
    {"beside the surrogates", TEXT("\xED\x9F\xBF\xEE\x80\x80"), 0, 0, ""},
    {"overlong, two bytes", TEXT("a: \xC0\xAF"), 1, 4, "byte 0xc0"},
    {"overlong, three bytes", TEXT("a:\n b: \xE0\x9F\xBF"), 2, 5, "byte 0xe0"},
    {"overlong, four bytes", TEXT("\xF0\x8F\xBF\xBF"), 1, 1, "byte 0xf0"},
    {"surrogate", TEXT("\xC3\xA9\xED\xA0\x80"), 1, 2, "byte 0xed"},
    {"beyond U+10FFFF", TEXT("\xF4\x90\x80\x80"), 1, 1, "byte 0xf4"},
    {"0xF5", TEXT("\xF5\x80\x80\x80"), 1, 1, "byte 0xf5"},
    {"0xFF", TEXT("a\n\xC3\xA9\xC3\xA9\xFF"), 2, 3, "byte 0xff"},
    {"continuation alone", TEXT("a\x80"), 1, 2, "byte 0x80"},
    {"continuation missing", TEXT("\xC3("), 1, 1, "byte 0xc3"},
    {"last continuation missing", TEXT("\xF0\x90\x80("), 1, 1, "byte 0xf0"},
    {"cut at the end, two bytes", TEXT("ab\xC3"), 1, 3, "byte 0xc3"},
    {"cut at the end, three bytes", TEXT("\xE2\x82"), 1, 1, "byte 0xe2"},
    {"cut at the end, four bytes", TEXT("\xF0\x9F\x98"), 1, 1, "byte 0xf0"},
    {"NUL", TEXT("a: b\n\0"), 2, 1, "NUL byte"},
    {"NUL behind a mark", TEXT("\xEF\xBB\xBF\0"), 1, 1, "NUL byte"},
};

START_TEST(source_encoding) {
  const encoding_row *row = &encoding_rows[_i];
  char *text = malloc(row->bytes); /* of exact size, so that tools see a read behind it */
  ck_assert_ptr_nonnull(text);
  memcpy(text, row->text, row->bytes);
  dset_source source;
  dset_error error;
  int code = dset_source_open(&source, text, row->bytes, &bounds, &error);
  ck_assert_msg(code == (row->line == 0 ? DSET_OK : DSET_ERR_ENCODING), "%s", row->name);
  if (row->line > 0) {
    ck_assert_msg(strstr(error.text, row->says) != NULL, "%s: %s", row->name, error.text);
    ck_assert_uint_eq(error.line, row->line);
    ck_assert_uint_eq(error.column, row->column);
  }
  free(text);
}
END_TEST

START_TEST(source_max_bytes) {
  dset_source source;
  dset_error error;
  dset_bounds small = {4, 100, 1000, false};
  ck_assert_int_eq(dset_source_open(&source, "[12]", 4, &small, &error), DSET_OK);
  ck_assert_int_eq(dset_source_open(&source, "[123]", 5, &small, &error), DSET_ERR_LIMIT);
  ck_assert_str_eq(error.text, "the text has 5 bytes; the limit is 4");
}
END_TEST

START_TEST(source_max_directives) {
  char text[1000] = "a: 1\n---\n";
  dset_source source;
  dset_source_document document;
  dset_error error;
  for (int i = 0; i < 101; i++) strcat(text, "%x\n");
  strcat(text, "---\nb: 2\n");
  ck_assert_int_eq(dset_source_open(&source, text, strlen(text), &bounds, &error), DSET_OK);
  ck_assert_int_eq(dset_source_next(&source, &document, &error), DSET_OK);
  json_decref(document.root);
  ck_assert_int_eq(dset_source_next(&source, &document, &error), DSET_ERR_LIMIT);
  ck_assert_ptr_null(document.root);
  ck_assert_str_eq(error.text, "the document has 101 directives; the limit is 100");
  ck_assert_uint_eq(error.line, 3);
  ck_assert_uint_eq(error.column, 1);
}
END_TEST

/* ---- documents ---- */

typedef struct document_row {
  const char *name;
  const char *text;
  const char *documents; /* "line: tree" of each, one in a line */
} document_row;

static const document_row document_rows[] = {
    {"empty", "", ""},
    {"white space", " \n\t\r\n", ""},
    {"mark alone", "\xEF\xBB\xBF", ""},
    {"comment alone", "# c", "1: null\n"},
    {"separator alone", "---", "1: null\n"},
    {"two separators", "---\n---\n", "1: null\n"},
    {"mark", "\xEF\xBB\xBF{\"a\": 1}", "1: {\"a\":1}\n"},
    {"mark and YAML",
     "\xEF\xBB\xBF"
     "a: 1",
     "1: {\"a\":1}\n"},
    {"JSON values", "{\"a\":1}{\"b\":2}\n\n [3]", "1: {\"a\":1}\n1: {\"b\":2}\n3: [3]\n"},
    {"JSON array", "\n [1, 2]\n", "2: [1,2]\n"},
    {"flow YAML", "{a: b}", "1: {\"a\":\"b\"}\n"},
    {"flow YAML, trailing comma", "{\"a\": 1,}", "1: {\"a\":1}\n"},
    {"flow YAML documents", "{a: b}\n---\n{\"c\": 1}\n", "1: {\"a\":\"b\"}\n3: {\"c\":1}\n"},
    {"JSON with separators", "{\"a\":1}\n---\n{\"b\":2}\n---\nc: 3", "1: {\"a\":1}\n3: {\"b\":2}\n5: {\"c\":3}\n"},
    {"JSON and a comment", "{\"a\":1} # c\n", "1: {\"a\":1}\n1: null\n"},
    {"YAML", "a: 1\n", "1: {\"a\":1}\n"},
    {"YAML without newline", "a: 1\n---\nb: 2", "1: {\"a\":1}\n3: {\"b\":2}\n"},
    {"separator first", "---\na: 1\n---\nb: 2\n", "1: {\"a\":1}\n4: {\"b\":2}\n"},
    {"separator last", "a: 1\n---\n", "1: {\"a\":1}\n"},
    {"separator with blanks and comment", "a: 1\n---  \nb: 2\n--- # c\nc: 3\n",
     "1: {\"a\":1}\n3: {\"b\":2}\n5: {\"c\":3}\n"},
    {"carriage returns", "a: 1\r\n---\r\nb: 2\r\n...\r\n", "1: {\"a\":1}\n3: {\"b\":2}\n"},
    {"comments count", "# head\n---\na: 1\n---\n# c\n\n---\nb: 2\n", "1: null\n3: {\"a\":1}\n5: null\n8: {\"b\":2}\n"},
    {"white space does not count", "a: 1\n---\n\n---\nb: 2\n", "1: {\"a\":1}\n5: {\"b\":2}\n"},
    {"double separator", "a: 1\n---\n---\nb: 2\n", "1: {\"a\":1}\n3: {\"b\":2}\n"},
    {"separator with content", "--- {a: 1}\n--- |\n text\n", "1: {\"a\":1}\n2: \"text\\n\"\n"},
    {"no separators", "a: |\n ---\n  ---\nb: ---x\n----: 1\n",
     "1: {\"----\":1,\"a\":\"---\\n ---\\n\",\"b\":\"---x\"}\n"},
    {"end markers", "a: 1\n...\nb: 2\n...\n", "1: {\"a\":1}\n3: {\"b\":2}\n"},
    {"end markers and separators", "a: 1\n...\n---\nb: 2\n... # c\n# c\n---\nc: 3\n",
     "1: {\"a\":1}\n4: {\"b\":2}\n8: {\"c\":3}\n"},
    {"several end markers", "a: 1\n...\n# c\n...\n...\nb: 2\n...\n...\n---\nc: 3\n",
     "1: {\"a\":1}\n6: {\"b\":2}\n10: {\"c\":3}\n"},
    {"empty document with end", "---\n...\n---\na: 1\n", "1: null\n4: {\"a\":1}\n"},
    {"directives", "%YAML 1.1\n---\na: 1\n---\nb: 2\n", "1: {\"a\":1}\n5: {\"b\":2}\n"},
    {"directives behind a comment", "# c\n%TAG !e! tag:x,2000:\n\n--- !e!t\na: 1\n", "1: {\"a\":1}\n"},
    {"directives in the middle", "a: 1\n...\n%YAML 1.1\n---\nb: 2\n", "1: {\"a\":1}\n3: {\"b\":2}\n"},
    {"percent in content", "a: b\n %c\n", "1: {\"a\":\"b %c\"}\n"},
};

START_TEST(source_documents) {
  const document_row *row = &document_rows[_i];
  char found[400] = "";
  size_t used = 0, index = 0;
  dset_source source;
  dset_source_document document;
  dset_error error;
  ck_assert_int_eq(dset_source_open(&source, row->text, strlen(row->text), &bounds, &error), DSET_OK);
  for (;; index++) {
    int code = dset_source_next(&source, &document, &error);
    ck_assert_msg(code == DSET_OK, "%s: %s", row->name, code == DSET_OK ? "" : error.text);
    if (document.root == NULL) break;
    ck_assert_uint_eq(document.index, index);
    char *tree = json_dumps(document.root, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    used += (size_t)snprintf(found + used, sizeof found - used, "%zu: %s\n", document.line, tree);
    ck_assert_uint_lt(used, sizeof found);
    free(tree);
    json_decref(document.root);
  }
  ck_assert_msg(strcmp(found, row->documents) == 0, "%s:\n%s", row->name, found);
  ck_assert_int_eq(dset_source_next(&source, &document, &error), DSET_OK); /* the end stays the end */
  ck_assert_ptr_null(document.root);
}
END_TEST

typedef struct error_row {
  const char *text;
  size_t good; /* documents in front of the bad one */
  int code;
  size_t line;
  size_t column;
  const char *says;
} error_row;

static const error_row error_rows[] = {
    {"{\"a\": 1", 0, DSET_ERR_SYNTAX, 1, 8, "expected ',' or '}'"}, /* no YAML either: JSON's error */
    {"{\"a\":1}\n  {\"b\" 2}", 1, DSET_ERR_SYNTAX, 2, 8, "expected ':'"},
    {"{\"a\":1}{\"b\":2}\n{c: 3}", 2, DSET_ERR_SYNTAX, 2, 2, "expected a key"}, /* two values: this is JSON */
    {"{\"a\":1}}", 1, DSET_ERR_SYNTAX, 1, 8, "expected a value, found '}'"},
    {"{\"a\": 1e999}", 0, DSET_ERR_RANGE, 1, 7, "64-bit real"},
    {"{\"a\": \"\\u0000\"}", 0, DSET_ERR_ENCODING, 1, 8, "escaped NUL"},
    {"a: 1\n---\nb: 2\n c: 3\n", 1, DSET_ERR_SYNTAX, 4, 3, "mapping values are not allowed"},
    {"a: 1\n...\nb: [\n", 1, DSET_ERR_SYNTAX, 4, 1, "did not find expected node content"},
    {"\xEF\xBB\xBF"
     "a: 'x",
     0, DSET_ERR_SYNTAX, 1, 6, "unexpected end of stream"},
    {"a: b\n... c\n", 0, DSET_ERR_SYNTAX, 2, 5, ""},
    {"...\na: 1\n", 0, DSET_ERR_SYNTAX, 1, 1, "did not find expected node content"},
    {"a: 1\n...\n%YAML 1.1\n", 1, DSET_ERR_SYNTAX, 4, 1, "<document start>"},
    {"%YAML 1.1\n", 0, DSET_ERR_SYNTAX, 2, 1, "<document start>"},
};

START_TEST(source_error) {
  const error_row *row = &error_rows[_i];
  dset_source source;
  dset_source_document document;
  dset_error error;
  ck_assert_int_eq(dset_source_open(&source, row->text, strlen(row->text), &bounds, NULL), DSET_OK);
  for (size_t i = 0; i < row->good; i++) {
    ck_assert_int_eq(dset_source_next(&source, &document, &error), DSET_OK);
    ck_assert_ptr_nonnull(document.root);
    json_decref(document.root);
  }
  ck_assert_msg(dset_source_next(&source, &document, &error) == row->code, "%s", row->text);
  ck_assert_ptr_null(document.root);
  ck_assert_int_eq(error.code, row->code);
  ck_assert_msg(strstr(error.text, row->says) != NULL, "%s: %s", row->text, error.text);
  ck_assert_msg(error.line == row->line && error.column == row->column, "%s: %zu:%zu %s", row->text, error.line,
                error.column, error.text);
}
END_TEST

START_TEST(source_locate) {
  static const char *const texts[] = {"\xEF\xBB\xBF{\"z\":1}\n{\"a\":\n {\"b\": 1}}", "z: 1\n---\na:\n  b: 1\n"};
  static const size_t places[][2] = {{3, 3}, {4, 3}};
  const dset_step steps[] = {{"a", 0}, {"b", 0}};
  dset_source source;
  dset_source_document document;
  size_t line, column;
  ck_assert_int_eq(dset_source_open(&source, texts[_i], strlen(texts[_i]), &bounds, NULL), DSET_OK);
  ck_assert_int_eq(dset_source_next(&source, &document, NULL), DSET_OK);
  json_decref(document.root);
  ck_assert_int_eq(dset_source_next(&source, &document, NULL), DSET_OK);
  ck_assert_ptr_nonnull(document.root);
  dset_source_locate(&document, steps, 2, &line, &column);
  ck_assert_uint_eq(line, places[_i][0]);
  ck_assert_uint_eq(column, places[_i][1]);
  json_decref(document.root);
}
END_TEST

Suite *dset_suite_source(void);

Suite *dset_suite_source(void) {
  Suite *suite = suite_create("source");
  TCase *tcase = tcase_create("source");
  tcase_add_loop_test(tcase, source_encoding, 0, COUNT(encoding_rows));
  tcase_add_test(tcase, source_max_bytes);
  tcase_add_test(tcase, source_max_directives);
  tcase_add_loop_test(tcase, source_documents, 0, COUNT(document_rows));
  tcase_add_loop_test(tcase, source_error, 0, COUNT(error_rows));
  tcase_add_loop_test(tcase, source_locate, 0, 2);
  suite_add_tcase(suite, tcase);
  return suite;
}
