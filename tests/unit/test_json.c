/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c: JSON text to trees: values, errors and their positions, bounds, locations, failing allocations. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "support/fault.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {1 << 20, 1000, 1000, false};

static int load(const char *text, json_t **root, size_t *end, dset_error *error) {
  dset_slice slice = {text, 0, strlen(text), 1, 1};
  return dset_json_load(&slice, &bounds, NULL, root, end, error);
}

/* ---- values ---- */

typedef struct value_row {
  const char *text;
  const char *tree; /* as jansson writes it */
} value_row;

static const value_row value_rows[] = {
    {"null", "null"},
    {" true ", "true"},
    {"false", "false"},
    {"{}", "{}"},
    {"[]", "[]"},
    {" [ ] ", "[]"},
    {"{\"a\":{\"b\":[1,\"x\",null]}}", "{\"a\":{\"b\":[1,\"x\",null]}}"},
    {"\t{\r\n\"a\" : 1 ,\n \"b\" : 2 }", "{\"a\":1,\"b\":2}"},
    {"0", "0"},
    {"-0", "0"},
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", "9.2233720368547758e18"},
    {"-99999999999999999999", "-1e20"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"0.5", "0.5"},
    {"-12.5e3", "-12500.0"},
    {"1E+2", "100.0"},
    {"25e-2", "0.25"},
    {"0.0", "0.0"},
    {"1e-999", "0.0"},
    {"0e99999999999999999999", "0.0"},
    {"0.000000000000000000000000000000000000000000000000000000000000000000015625e70", "156.25"},
    {"\"\"", "\"\""},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "\"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"\"\xC3\xA9\x7F\"", "\"\xC3\xA9\x7F\""},
    {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"},
    {"{\"a\":{\"x\":1},\"\\u0061\":{\"y\":2}}", "{\"a\":{\"y\":2}}"},
};

START_TEST(json_value) {
  const value_row *row = &value_rows[_i];
  json_t *root;
  size_t end;
  dset_error error;
  ck_assert_msg(load(row->text, &root, &end, &error) == DSET_OK, "%s: %s", row->text, error.text);
  char *tree = json_dumps(root, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
  ck_assert_str_eq(tree, row->tree);
  free(tree);
  json_decref(root);
}
END_TEST

/* Reals are read to the nearest double, and to the even one of two that are equally near. */
START_TEST(json_real_rounding) {
  static const char halfway[] = "9007199254740993.0"; /* 2^53 + 1 */
  char text[2000];
  json_t *root;
  size_t end;
  ck_assert_int_eq(load(halfway, &root, &end, NULL), DSET_OK);
  ck_assert(json_real_value(root) == 9007199254740992.0);
  json_decref(root);
  memset(text, '0', sizeof text); /* a digit behind more than any double needs still decides */
  memcpy(text, halfway, strlen(halfway));
  memcpy(text + 1500, "1", 2);
  ck_assert_int_eq(load(text, &root, &end, NULL), DSET_OK);
  ck_assert(json_real_value(root) == 9007199254740994.0);
  json_decref(root);
}
END_TEST

START_TEST(json_end) {
  json_t *root;
  dset_slice slice = {"x {\"a\": 1}{}", 1, 12, 1, 2};
  size_t end = 0;
  ck_assert_int_eq(dset_json_load(&slice, &bounds, NULL, &root, &end, NULL), DSET_OK);
  ck_assert_uint_eq(end, 10);
  json_decref(root);
}
END_TEST

/* ---- errors ---- */

typedef struct error_row {
  const char *text;
  int code;
  size_t line;
  size_t column;
  const char *says;
} error_row;

static const error_row error_rows[] = {
    {"", DSET_ERR_SYNTAX, 1, 1, "expected a value, found the end of the text"},
    {"{", DSET_ERR_SYNTAX, 1, 2, "expected a key in double quotes, found the end of the text"},
    {"{\n \"a\"", DSET_ERR_SYNTAX, 2, 5, "expected ':' behind the key, found the end of the text"},
    {"{\"a\":", DSET_ERR_SYNTAX, 1, 6, "expected a value, found the end of the text"},
    {"\n{\"a\":1\n", DSET_ERR_SYNTAX, 3, 1, "expected ',' or '}' for the '{' in line 2, found the end of the text"},
    {"[1,\n2", DSET_ERR_SYNTAX, 2, 2, "expected ',' or ']' for the '[' in line 1, found the end of the text"},
    {"{\"a\": 1,}", DSET_ERR_SYNTAX, 1, 9, "expected a key in double quotes, found '}'"},
    {"[1,]", DSET_ERR_SYNTAX, 1, 4, "expected a value, found ']'"},
    {"[1 2]", DSET_ERR_SYNTAX, 1, 4, "expected ',' or ']', found '2'"},
    {"{\"a\": 1 \"b\": 2}", DSET_ERR_SYNTAX, 1, 9, "expected ',' or '}', found '\"'"},
    {"{\"a\" 1}", DSET_ERR_SYNTAX, 1, 6, "expected ':' behind the key, found '1'"},
    {"{a: 1}", DSET_ERR_SYNTAX, 1, 2, "expected a key in double quotes, found 'a'"},
    {"{'a': 1}", DSET_ERR_SYNTAX, 1, 2, "expected a key in double quotes, found '''"},
    {"{\"a\": 'b'}", DSET_ERR_SYNTAX, 1, 7, "expected a value, found '''"},
    {"{\"\xC3\xA9\": \xC3\xA9}", DSET_ERR_SYNTAX, 1, 7, "expected a value, found '\xC3\xA9'"},
    {"[True]", DSET_ERR_SYNTAX, 1, 2, "expected a value, found 'True'"},
    {"[nul]", DSET_ERR_SYNTAX, 1, 2, "found 'nul'"},
    {"[NaN]", DSET_ERR_SYNTAX, 1, 2, "found 'NaN'"},
    {"[\x01]", DSET_ERR_SYNTAX, 1, 2, "found the control character 0x01"},
    {"[01]", DSET_ERR_SYNTAX, 1, 2, "does not start with 0"},
    {"[-]", DSET_ERR_SYNTAX, 1, 3, "expected a digit, found ']'"},
    {"[1.]", DSET_ERR_SYNTAX, 1, 4, "expected a digit, found ']'"},
    {"[1e+]", DSET_ERR_SYNTAX, 1, 5, "expected a digit"},
    {"[.5]", DSET_ERR_SYNTAX, 1, 2, "expected a value, found '.5'"},
    {"[+1]", DSET_ERR_SYNTAX, 1, 2, "expected a value, found '+'"},
    {"[\n\"abc", DSET_ERR_SYNTAX, 2, 1, "no closing '\"'"},
    {"[\"abc\\\"]", DSET_ERR_SYNTAX, 1, 2, "no closing '\"'"},
    {"[\"a\nb\"]", DSET_ERR_SYNTAX, 1, 4, "control character 0x0a"},
    {"[\"a\\x\"]", DSET_ERR_SYNTAX, 1, 4, "starts no escape"},
    {"[\"a\\", DSET_ERR_SYNTAX, 1, 4, "starts no escape"},
    {"[\"\\u12g4\"]", DSET_ERR_SYNTAX, 1, 3, "four hexadecimal digits"},
    {"[\"\\u12", DSET_ERR_SYNTAX, 1, 3, "four hexadecimal digits"},
    {"[\"\\ud800\"]", DSET_ERR_SYNTAX, 1, 3, "surrogate"},
    {"[\"\\ud800x\"]", DSET_ERR_SYNTAX, 1, 3, "surrogate"},
    {"[\"\\ud800\\u0041\"]", DSET_ERR_SYNTAX, 1, 3, "surrogate"},
    {"[\"\\udc00\\ud800\"]", DSET_ERR_SYNTAX, 1, 3, "surrogate"},
    {"[\"a\\u0000\"]", DSET_ERR_ENCODING, 1, 4, "escaped NUL"},
    {"{\"a\\u0000\": 1}", DSET_ERR_ENCODING, 1, 4, "escaped NUL"},
    {"[1e999]", DSET_ERR_RANGE, 1, 2, "64-bit real"},
    {"[-1e99999999999999999999]", DSET_ERR_RANGE, 1, 2, "64-bit real"},
};

START_TEST(json_error) {
  const error_row *row = &error_rows[_i];
  json_t unchanged, *root = &unchanged;
  size_t end;
  dset_error error;
  ck_assert_msg(load(row->text, &root, &end, &error) == row->code, "%s", row->text);
  ck_assert_ptr_null(root);
  ck_assert_int_eq(error.code, row->code);
  ck_assert_msg(strstr(error.text, row->says) != NULL, "%s: %s", row->text, error.text);
  ck_assert_msg(error.line == row->line && error.column == row->column, "%s: %zu:%zu", row->text, error.line,
                error.column);
}
END_TEST

/* ---- depth ---- */

/* `count` times `unit`, on heap. */
static char *repeat(const char *unit, size_t count) {
  size_t length = strlen(unit);
  char *text = malloc(count * length + 1);
  ck_assert_ptr_nonnull(text);
  for (size_t i = 0; i < count; i++) memcpy(text + i * length, unit, length);
  text[count * length] = '\0';
  return text;
}

START_TEST(json_depth) {
  static const char *const units[] = {"[", "{\"a\":"};
  for (size_t unit = 0; unit < 2; unit++) {
    char *text = repeat(units[unit], 10000);
    json_t *root;
    size_t end;
    dset_error error;
    ck_assert_int_eq(load(text, &root, &end, &error), DSET_ERR_LIMIT);
    ck_assert_ptr_null(root);
    ck_assert_str_eq(error.text, "values are nested deeper than the limit of 1000");
    ck_assert_uint_eq(error.line, 1);
    ck_assert_uint_eq(error.column, 1000 * strlen(units[unit]) + 1);
    free(text);
  }
}
END_TEST

START_TEST(json_depth_at_limit) {
  char text[2001];
  json_t *root;
  size_t end;
  memset(text, '[', 1000);
  memset(text + 1000, ']', 1000);
  text[2000] = '\0';
  ck_assert_int_eq(load(text, &root, &end, NULL), DSET_OK);
  ck_assert_uint_eq(end, 2000);
  json_decref(root);
}
END_TEST

/* ---- locations ---- */

static const char located[] =
    "{\"a\": 1,\n"
    " \"s\": \"}]\\\"\",\n"
    " \"\xC3\xA9\": [[], {\"x\": 1}, -1.5e3,\n"
    "   {\"\\u0061\": true}],\n"
    " \"a\": {\"b\": 2}}";

typedef struct location_row {
  dset_step steps[3];
  size_t count;
  size_t line;
  size_t column;
} location_row;

static const location_row location_rows[] = {
    {{{NULL, 0}}, 0, 1, 1},
    {{{"s", 0}}, 1, 2, 2},
    {{{"a", 0}}, 1, 5, 2}, /* the last of equal keys */
    {{{"a", 0}, {"b", 0}}, 2, 5, 8},
    {{{"\xC3\xA9", 0}}, 1, 3, 2},
    {{{"\xC3\xA9", 0}, {NULL, 0}}, 2, 3, 8},
    {{{"\xC3\xA9", 0}, {NULL, 1}, {"x", 0}}, 3, 3, 13},
    {{{"\xC3\xA9", 0}, {NULL, 2}}, 2, 3, 22},
    {{{"\xC3\xA9", 0}, {NULL, 3}, {"a", 0}}, 3, 4, 5}, /* an escaped key */
    {{{"\xC3\xA9", 0}, {NULL, 4}}, 2, 3, 2},           /* leads nowhere: the deepest part */
    {{{"\xC3\xA9", 0}, {"x", 0}}, 2, 3, 2},
    {{{"none", 0}, {"x", 0}}, 2, 1, 1},
    {{{NULL, 0}}, 1, 1, 1},
    {{{"s", 0}, {"x", 0}}, 2, 2, 2},
};

START_TEST(json_locate) {
  const location_row *row = &location_rows[_i];
  dset_slice slice = {located, 0, sizeof located - 1, 1, 1};
  dset_place place = {.steps = row->steps, .step_count = row->count};
  dset_json_locate(&slice, &place, 1);
  ck_assert_uint_eq(place.line, row->line);
  ck_assert_uint_eq(place.column, row->column);
}
END_TEST

/* ---- failing allocations ---- */

static const char *const memory_rows[] = {
    "\"aaaaaaaaaaaaaa\"", /* token lengths at which buffers of powers of two are full */
    "\"aaaaaaaaaaaaaaa\"",
    "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\\u20ac\\n\\ud83d\\ude00 and more than sixteen\"]",
    "[12345678901234567, 1.234567890123456789012345678901234567890123456789012345678901234567890e10]",
    "{\"a\": {\"b\": [1, 2, 3, 4, 5, 6, 7, 8, 9, [true, [null]]]}, \"c\": {}, \"a\": {\"b\": \"other\"}, \"\\u0063\": "
    "1}",
    "{\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k10\":10,\"k11\":11,\"k12\":"
    "12}",
};

START_TEST(json_memory) {
  const char *row = memory_rows[_i];
  json_t *reference, *root = NULL;
  size_t end, failures = 0;
  ck_assert_int_eq(load(row, &reference, &end, NULL), DSET_OK);
  fault memory;
  int code = DSET_ERR_NOMEM;
  for (; code == DSET_ERR_NOMEM; failures++) {
    dset_error error;
    fault_init(&memory, failures, FAULT_ON);
    fault_jansson_on(&memory);
    code = load(row, &root, &end, &error);
    if (code == DSET_OK) break;
    ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
    ck_assert_ptr_null(root);
    fault_expect_empty(&memory, "a load that fails");
    fault_jansson_off();
  }
  ck_assert_int_eq(code, DSET_OK);
  ck_assert_uint_gt(failures, 0);
  ck_assert(json_equal(root, reference));
  json_decref(root);
  fault_expect_empty(&memory, "a load");
  fault_jansson_off();
  json_decref(reference);
}
END_TEST

Suite *dset_suite_json(void);

Suite *dset_suite_json(void) {
  Suite *suite = suite_create("json");
  TCase *tcase = tcase_create("json");
  tcase_add_loop_test(tcase, json_value, 0, COUNT(value_rows));
  tcase_add_test(tcase, json_real_rounding);
  tcase_add_test(tcase, json_end);
  tcase_add_loop_test(tcase, json_error, 0, COUNT(error_rows));
  tcase_add_test(tcase, json_depth);
  tcase_add_test(tcase, json_depth_at_limit);
  tcase_add_loop_test(tcase, json_locate, 0, COUNT(location_rows));
  tcase_add_loop_test(tcase, json_memory, 0, COUNT(memory_rows));
  suite_add_tcase(suite, tcase);
  return suite;
}
