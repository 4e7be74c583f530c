/* SPDX-License-Identifier: Apache-2.0 */
/* test_yaml.c: YAML text to the trees Kubernetes makes of it: scalars, keys, aliases, errors, bounds, locations. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "yaml.h"
#include "support/fault.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {1 << 20, 1000, 100000, false};

static int load(const char *text, json_t **root, dset_error *error) {
  dset_slice slice = {text, 0, strlen(text), 1, 1};
  return dset_yaml_load(&slice, &bounds, NULL, root, error);
}

static char *dump(const json_t *root) {
  return json_dumps(root, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

/* ---- scalars ---- */

typedef struct scalar_row {
  const char *text;
  const char *value; /* as JSON; NULL: the value is refused */
  const char *key;   /* NULL: the key is refused */
} scalar_row;

static const scalar_row scalar_rows[] = {
    {"~", "null", NULL},
    {"null", "null", NULL},
    {"NULL", "null", NULL},
    {"nULL", "\"nULL\"", "nULL"},
    {"yes", "true", "true"},
    {"On", "true", "true"},
    {"y", "true", "true"},
    {"TRUE", "true", "true"},
    {"no", "false", "false"},
    {"OFF", "false", "false"},
    {"N", "false", "false"},
    {"yES", "\"yES\"", "yES"},
    {"'yes'", "\"yes\"", "yes"},
    {"\"12\"", "\"12\"", "12"},
    {"12", "12", "12"},
    {"+12", "12", "12"},
    {"-0", "0", "0"},
    {"0x1F", "31", "31"},
    {"-0X1f", "-31", "-31"},
    {"0b101", "5", "5"},
    {"0b-101", "-5", "-5"},
    {"0B-101", "\"0B-101\"", "0B-101"},
    {"0o17", "15", "15"},
    {"0644", "420", "420"},
    {"08", "8", "8"},
    {"1_000", "1000", "1000"},
    {"1__0_", "10", "10"},
    {"_1", "\"_1\"", "_1"},
    {"0x", "\"0x\"", "0x"},
    {"9223372036854775807", "9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", NULL, NULL},
    {"18446744073709551616", "1.8446744073709552e19", "1.8446744e+19"},
    {"1.5", "1.5", "1.5"},
    {"1.0", "1", "1"},
    {"-2.", "-2", "-2"},
    {".5", "0.5", "0.5"},
    {"-.5e1", "-5", "-5"},
    {"1e3", "1000", "1000"},
    {"1e6", "1000000", "1e+06"},
    {"1e-7", "9.9999999999999995e-8", "1e-07"},
    {"1_0.5_0", "10.5", "10.5"},
    {".1_0", "0.10000000000000001", "0.1"},
    {"._1", "\"._1\"", "._1"},
    {"1e_-2", "0.01", "0.01"},
    {"4611686018427387904.0", "4611686018427388000", "4.611686e+18"},
    {"1e20", "1e20", "1e+20"},
    {"1e999", "\"1e999\"", "1e999"},
    {".inf", NULL, ".inf"},
    {"-.INF", NULL, "-.inf"},
    {".nan", NULL, ".nan"},
    {"0.0001", "0.0001", "0.0001"},
    {"0.00001", "1.0000000000000001e-5", "1e-05"},
    {"123456.7", "123456.7", "123456.7"},
    {"16777217.0", "16777217", "1.6777216e+07"},
    {"1:30", "\"1:30\"", "1:30"},
    {"2001-01-01", "\"2001-01-01\"", "2001-01-01"},
    {"1.2.3", "\"1.2.3\"", "1.2.3"},
    {"500m", "\"500m\"", "500m"},
    {"!!str 12", "\"12\"", "12"},
    {"!!str", "\"\"", ""},
    {"!!int '12'", "12", "12"},
    {"!!int 1.5", NULL, NULL},
    {"!!float 1", "1", "1"},
    {"!!float x", NULL, NULL},
    {"!!bool yes", "true", "true"},
    {"!!bool 1", NULL, NULL},
    {"!!null ''", "null", NULL},
    {"!!null x", NULL, NULL},
    {"!!timestamp 2001-01-01", "\"2001-01-01\"", "2001-01-01"},
    {"!!timestamp x", NULL, NULL},
    {"!!binary aGVsbG8=", "\"hello\"", "hello"},
    {"!!binary aGVsbG8", NULL, NULL},
    {"!!binary a===", NULL, NULL},
    {"!!binary /w==", NULL, NULL}, /* 0xFF */
    {"!local 12", "\"12\"", "12"},
    {"! 12", "\"12\"", "12"},
    {"\"\\x41\\u00e9\\n\"", "\"A\xC3\xA9\\n\"", "A\xC3\xA9\n"},
};

START_TEST(yaml_scalar) {
  const scalar_row *row = &scalar_rows[_i];
  char text[100], wanted[100];
  json_t *root;
  snprintf(text, sizeof text, "k: %s\n", row->text);
  int code = load(text, &root, NULL);
  ck_assert_msg((code == DSET_OK) == (row->value != NULL), "%s", text);
  if (code == DSET_OK) {
    snprintf(wanted, sizeof wanted, "{\"k\":%s}", row->value);
    char *found = dump(root);
    ck_assert_str_eq(found, wanted);
    free(found);
    json_decref(root);
  }
  snprintf(text, sizeof text, "%s : v\n", row->text);
  code = load(text, &root, NULL);
  ck_assert_msg((code == DSET_OK) == (row->key != NULL), "%s", text);
  if (code == DSET_OK) {
    ck_assert_str_eq(json_object_iter_key(json_object_iter(root)), row->key);
    json_decref(root);
  }
}
END_TEST

/* ---- structure ---- */

typedef struct tree_row {
  const char *text;
  const char *tree;
} tree_row;

static const tree_row tree_rows[] = {
    {"", "null"},
    {"# c\n", "null"},
    {"---\n", "null"},
    {"a:\n", "{\"a\":null}"},
    {"a:\n- 1\n- b: 2\n", "{\"a\":[1,{\"b\":2}]}"},
    {"{a: [1, {b: c}], d: }", "{\"a\":[1,{\"b\":\"c\"}],\"d\":null}"},
    {"a: |\n  x\n   y\n", "{\"a\":\"x\\n y\\n\"}"},
    {"a: >-\n  x\n  y\n\n  z\n", "{\"a\":\"x y\\nz\"}"},
    {"a: |-\n  12\n", "{\"a\":\"12\"}"},
    {"a: 'it''s'\n", "{\"a\":\"it's\"}"},
    {"? a\n: b\n", "{\"a\":\"b\"}"},
    {"a: 1\nb: 2\na: 3\n", "{\"a\":3,\"b\":2}"},
    {"1: a\n'1': b\n", "{\"1\":\"b\"}"},
    {"a: !!set {b: 1}\n", "{\"a\":{\"b\":1}}"},
    /* anchors and aliases */
    {"a: &x 1\nb: *x\n", "{\"a\":1,\"b\":1}"},
    {"a: &x {k: [1]}\nb: *x\n", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]}}"},
    {"[&x 1, &x 2, *x]", "[1,2,2]"},
    {"[&x [&x 1, *x], *x]", "[[1,1],1]"}, /* the anchor defined last */
    {"&k a: 1\nb: *k\n", "{\"a\":1,\"b\":\"a\"}"},
    {"&k !!binary aGk=: 1\nb: *k\n", "{\"b\":\"hi\",\"hi\":1}"},
    {"[&k key, {*k : 1}]", "[\"key\",{\"key\":1}]"},
    {"[&k true, {*k : 1}]", "[true,{\"true\":1}]"},
    {"[&k 7, {*k : 1}]", "[7,{\"7\":1}]"},
    {"[&k 1.5, {*k : 1}]", "[1.5,{\"1.5\":1}]"},
    {"[&k key, {*k : &k other, b: *k}]", "[\"key\",{\"b\":\"other\",\"key\":\"other\"}]"},
    /* merges */
    {"- &x {a: 1}\n- {<<: *x, b: 2}\n", "[{\"a\":1},{\"a\":1,\"b\":2}]"},
    {"- &x {a: 1}\n- {<<: *x, a: 2}\n", "[{\"a\":1},{\"a\":2}]"},
    {"- &x {a: 1}\n- {a: 2, <<: *x}\n", "[{\"a\":1},{\"a\":1}]"}, /* set where "<<" stands */
    {"- &x {a: 1}\n- &y {a: 2, b: 3}\n- {<<: [*x, *y]}\n", "[{\"a\":1},{\"a\":2,\"b\":3},{\"a\":1,\"b\":3}]"},
    {"{<<: {a: 1}, b: 2}", "{\"a\":1,\"b\":2}"},
    {"{<<: [{a: 1}, {a: 2}]}", "{\"a\":1}"},
    {"{<<: []}", "{}"},
    {"{'<<': {a: 1}}", "{\"<<\":{\"a\":1}}"},
    {"{!!merge '<<': {a: 1}}", "{\"a\":1}"},
    {"- &x {a: 1}\n- &y {<<: *x, b: 2}\n- {<<: *y}\n", "[{\"a\":1},{\"a\":1,\"b\":2},{\"a\":1,\"b\":2}]"},
};

START_TEST(yaml_tree) {
  const tree_row *row = &tree_rows[_i];
  json_t *root;
  dset_error error;
  ck_assert_msg(load(row->text, &root, &error) == DSET_OK, "%s: %s", row->text, error.text);
  char *tree = dump(root);
  ck_assert_str_eq(tree, row->tree);
  free(tree);
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
    {"a:\n\tb: 1\n", DSET_ERR_SYNTAX, 2, 1, "a tab does not indent"},
    {"a: 'x\n", DSET_ERR_SYNTAX, 2, 1, "unexpected end of stream while scanning a quoted scalar that starts in line 1"},
    {"a: \"x", DSET_ERR_SYNTAX, 1, 6, "unexpected end of stream"},
    {"a: \"\\q\"", DSET_ERR_SYNTAX, 1, 5, "unknown escape character"},
    {"a: \"\\ud800\"", DSET_ERR_SYNTAX, 1, 7, "invalid Unicode character escape code"},
    {"a: [1, 2\nb: 3\n", DSET_ERR_SYNTAX, 2, 2, "expected ',' or ']' while parsing a flow sequence"},
    {"a: {b: 1\n", DSET_ERR_SYNTAX, 2, 1, "expected ',' or '}'"},
    {"a: 1\n b: 2\n", DSET_ERR_SYNTAX, 2, 3, "mapping values are not allowed"},
    {"a:\n  b: 1\n c: 2\n", DSET_ERR_SYNTAX, 3, 2, "did not find expected key while parsing a block mapping"},
    {"a: b: c\n", DSET_ERR_SYNTAX, 1, 5, "mapping values are not allowed"},
    {"\xC3\xA9: @x\n", DSET_ERR_SYNTAX, 1, 4, "cannot start any token"},
    {"a: \x01\n", DSET_ERR_SYNTAX, 1, 4, "control characters"},
    {"[]]", DSET_ERR_SYNTAX, 1, 3, "did not find expected <document start>"},
    {"a\n--- b\n", DSET_ERR_SYNTAX, 2, 1, "text follows the end of the document"},
    {"a: *x\n", DSET_ERR_SYNTAX, 1, 4, "no anchor 'x'"},
    {"[*x, &x 1]", DSET_ERR_SYNTAX, 1, 2, "no anchor 'x'"},
    {"&a [*a]", DSET_ERR_SYNTAX, 1, 5, "anchor 'a' holds an alias of itself"},
    {"a: &x\n  b: {c: *x}\n", DSET_ERR_SYNTAX, 2, 10, "holds an alias of itself"},
    {"a: &x {<<: *x}\n", DSET_ERR_SYNTAX, 1, 12, "holds an alias of itself"},
    {"? [a]\n: b\n", DSET_ERR_SYNTAX, 1, 3, "cannot be a key"},
    {"a: {{b: c}: d}\n", DSET_ERR_SYNTAX, 1, 5, "cannot be a key"},
    {"a:\n  ~: 1\n", DSET_ERR_SYNTAX, 2, 3, "a key must be"},
    {"[&k ~, {*k : 1}]", DSET_ERR_SYNTAX, 1, 9, "a key must be"},
    {"[&k [], {*k : 1}]", DSET_ERR_SYNTAX, 1, 10, "a key must be"},
    {"a: {<<: 1}\n", DSET_ERR_SYNTAX, 1, 9, "'<<' takes"},
    {"{<<: [{a: 1}, 2]}", DSET_ERR_SYNTAX, 1, 6, "'<<' takes"},
    {"[&x [{a: 1}], {<<: *x}]", DSET_ERR_SYNTAX, 1, 20, "'<<' takes"},
    {"a: !!int x\n", DSET_ERR_SYNTAX, 1, 4, "not of the type that its tag says"},
    {"a: !!binary '***'\n", DSET_ERR_SYNTAX, 1, 4, "not base64"},
    {"a: !!binary gA==\n", DSET_ERR_ENCODING, 1, 4, "not UTF-8"},
    {"a: !!binary AA==\n", DSET_ERR_ENCODING, 1, 4, "NUL"},
    {"a: \"x\\0\"\n", DSET_ERR_ENCODING, 1, 4, "escaped NUL"},
    {"\"x\\0\": a\n", DSET_ERR_ENCODING, 1, 1, "escaped NUL"},
    {"a: 1\nb: 18446744073709551615\n", DSET_ERR_RANGE, 2, 4, "64-bit integer"},
    {"- .inf\n", DSET_ERR_RANGE, 1, 3, "finite"},
    {"- .nan\n", DSET_ERR_RANGE, 1, 3, "finite"},
};

START_TEST(yaml_error) {
  const error_row *row = &error_rows[_i];
  json_t unchanged, *root = &unchanged;
  dset_error error;
  ck_assert_msg(load(row->text, &root, &error) == row->code, "%s", row->text);
  ck_assert_ptr_null(root);
  ck_assert_int_eq(error.code, row->code);
  ck_assert_msg(strstr(error.text, row->says) != NULL, "%s: %s", row->text, error.text);
  ck_assert_msg(error.line == row->line && error.column == row->column, "%s: %zu:%zu %s", row->text, error.line,
                error.column, error.text);
}
END_TEST

/* Positions are those of the whole text, not of the slice. */
START_TEST(yaml_error_in_slice) {
  static const char text[] = "\xC3\xA9: 1\n---\nb: \xC3\xA9 : 2\n---\n";
  dset_slice slice = {text, 10, 20, 3, 1};
  json_t *root;
  dset_error error;
  ck_assert_int_eq(dset_yaml_load(&slice, &bounds, NULL, &root, &error), DSET_ERR_SYNTAX);
  ck_assert_uint_eq(error.line, 3);
  ck_assert_uint_eq(error.column, 6);
}
END_TEST

/* ---- bounds ---- */

/* `count` times `unit`, on heap. */
static char *repeat(const char *unit, size_t count) {
  size_t length = strlen(unit);
  char *text = malloc(count * length + 1);
  ck_assert_ptr_nonnull(text);
  for (size_t i = 0; i < count; i++) memcpy(text + i * length, unit, length);
  text[count * length] = '\0';
  return text;
}

START_TEST(yaml_depth) {
  static const char *const units[] = {"[", "{a: ", "- ", "? "};
  const char *unit = units[_i];
  char *text = repeat(unit, 10000);
  json_t *root;
  dset_error error;
  int code = load(text, &root, &error);
  ck_assert_ptr_null(root);
  if (strcmp(unit, "? ") == 0) { /* a mapping as key comes first */
    ck_assert_int_eq(code, DSET_ERR_SYNTAX);
    ck_assert_uint_eq(error.column, 3);
  } else {
    ck_assert_int_eq(code, DSET_ERR_LIMIT);
    ck_assert_str_eq(error.text, "values are nested deeper than the limit of 1000");
    ck_assert_uint_eq(error.line, 1);
    ck_assert_uint_eq(error.column, 1000 * strlen(unit) + 1);
  }
  free(text);
}
END_TEST

/* Each alias adds a level to the tree, though the text is flat. */
START_TEST(yaml_depth_of_aliases) {
  char text[2000] = "- &a0 []\n";
  json_t *root;
  dset_error error;
  dset_bounds shallow = {1 << 20, 10, 100000, false};
  for (int i = 1; i < 30; i++) {
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "- &a%d [*a%d]\n", i, i - 1);
    dset_slice slice = {text, 0, strlen(text), 1, 1};
    int code = dset_yaml_load(&slice, &shallow, NULL, &root, &error);
    if (i + 2 <= 10) {
      ck_assert_int_eq(code, DSET_OK);
      json_decref(root);
    } else {
      ck_assert_int_eq(code, DSET_ERR_LIMIT);
      ck_assert_uint_eq(error.line, 10);
      ck_assert_uint_eq(error.column, 8);
    }
  }
}
END_TEST

/* Nine levels of nine aliases are 9^9 values. */
START_TEST(yaml_alias_bomb) {
  char text[2000] = "a0: &a0 x\n";
  json_t *root;
  dset_error error;
  for (int i = 1; i <= 9; i++) {
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, sizeof text - used, "a%d: &a%d [", i, i);
    for (int j = 0; j < 9; j++) used += (size_t)snprintf(text + used, sizeof text - used, "*a%d,", i - 1);
    snprintf(text + used, sizeof text - used, "]\n");
  }
  ck_assert_int_eq(load(text, &root, &error), DSET_ERR_LIMIT);
  ck_assert_ptr_null(root);
  ck_assert_str_eq(error.text, "the document holds more values than the limit of 100000, aliases expanded");
  ck_assert_uint_eq(error.line, 7);
  ck_assert_uint_eq(error.column, 10);
}
END_TEST

START_TEST(yaml_max_values) {
  json_t *root;
  dset_error error;
  dset_bounds four = {1 << 20, 1000, 4, false};
  dset_slice good = {"[1, 2, 3]", 0, 9, 1, 1}, bad = {"[1, 2,\n 3, 4]", 0, 13, 1, 1};
  dset_slice keys = {"{a: 1, b: 2, c: 3}", 0, 18, 1, 1};
  ck_assert_int_eq(dset_yaml_load(&good, &four, NULL, &root, &error), DSET_OK);
  json_decref(root);
  ck_assert_int_eq(dset_yaml_load(&keys, &four, NULL, &root, &error), DSET_OK);
  json_decref(root);
  ck_assert_int_eq(dset_yaml_load(&bad, &four, NULL, &root, &error), DSET_ERR_LIMIT);
  ck_assert_uint_eq(error.line, 2);
  ck_assert_uint_eq(error.column, 5);
}
END_TEST

/* ---- locations ---- */

static const char located[] =
    "# c\n"
    "a: &x\n"
    "  b: [1, {\xC3\xA9: 2, c: 3}]\n"
    "on: 1\n"
    "l:\n"
    "- - 1\n"
    "  - 2\n"
    "- k: v\n"
    "r: *x\n"
    "'q q': {z: 1}\n"
    "'q q': {w: 1}\n";

typedef struct location_row {
  dset_step steps[4];
  size_t count;
  size_t line;
  size_t column;
} location_row;

static const location_row location_rows[] = {
    {{{NULL, 0}}, 0, 2, 1},
    {{{"a", 0}}, 1, 2, 1},
    {{{"a", 0}, {"b", 0}}, 2, 3, 3},
    {{{"a", 0}, {"b", 0}, {NULL, 0}}, 3, 3, 7},
    {{{"a", 0}, {"b", 0}, {NULL, 1}, {"c", 0}}, 4, 3, 17},
    {{{"true", 0}}, 1, 4, 1},
    {{{"l", 0}, {NULL, 0}, {NULL, 1}}, 3, 7, 5},
    {{{"l", 0}, {NULL, 1}, {"k", 0}}, 3, 8, 3},
    {{{"r", 0}, {"b", 0}}, 2, 9, 1},       /* behind an alias: where the alias stands */
    {{{"q q", 0}, {"w", 0}}, 2, 11, 9},    /* the last of equal keys */
    {{{"q q", 0}, {"none", 0}}, 2, 11, 1}, /* leads nowhere: the deepest part */
    {{{"l", 0}, {NULL, 7}}, 2, 5, 1},
    {{{"l", 0}, {"k", 0}}, 2, 5, 1},
    {{{NULL, 0}}, 1, 2, 1},
};

START_TEST(yaml_locate) {
  const location_row *row = &location_rows[_i];
  dset_slice slice = {located, 0, sizeof located - 1, 1, 1};
  dset_place place = {.steps = row->steps, .step_count = row->count};
  dset_yaml_locate(&slice, &place, 1);
  ck_assert_uint_eq(place.line, row->line);
  ck_assert_uint_eq(place.column, row->column);
}
END_TEST

/* ---- failing allocations ---- */

/* Allocations of the tree; those of libyaml are made with malloc. */
START_TEST(yaml_memory) {
  static const char text[] =
      "a: &x {k: [1, 2.5, true, ~, text, 6, 7, 8, 9], l: 1}\n&y b: {<<: *x, l: 2}\nc: {<<: [*x, {m: 1}]}\n*y : *x\n";
  json_t *reference, *root = NULL;
  size_t failures = 0;
  ck_assert_int_eq(load(text, &reference, NULL), DSET_OK);
  fault memory;
  int code = DSET_ERR_NOMEM;
  for (; code == DSET_ERR_NOMEM; failures++) {
    dset_error error;
    fault_init(&memory, failures, FAULT_ON);
    fault_jansson_on(&memory);
    code = load(text, &root, &error);
    if (code == DSET_OK) break;
    ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
    ck_assert_ptr_null(root);
    fault_expect_empty(&memory, "a load that fails");
    fault_jansson_off();
  }
  ck_assert_int_eq(code, DSET_OK);
  ck_assert_uint_gt(failures, 50);
  ck_assert(json_equal(root, reference));
  json_decref(root);
  fault_expect_empty(&memory, "a load");
  fault_jansson_off();
  json_decref(reference);
}
END_TEST

Suite *dset_suite_yaml(void);

Suite *dset_suite_yaml(void) {
  Suite *suite = suite_create("yaml");
  TCase *tcase = tcase_create("yaml");
  tcase_add_loop_test(tcase, yaml_scalar, 0, COUNT(scalar_rows));
  tcase_add_loop_test(tcase, yaml_tree, 0, COUNT(tree_rows));
  tcase_add_loop_test(tcase, yaml_error, 0, COUNT(error_rows));
  tcase_add_test(tcase, yaml_error_in_slice);
  tcase_add_loop_test(tcase, yaml_depth, 0, 4);
  tcase_add_test(tcase, yaml_depth_of_aliases);
  tcase_add_test(tcase, yaml_alias_bomb);
  tcase_add_test(tcase, yaml_max_values);
  tcase_add_loop_test(tcase, yaml_locate, 0, COUNT(location_rows));
  tcase_add_test(tcase, yaml_memory);
  suite_add_tcase(suite, tcase);
  return suite;
}
