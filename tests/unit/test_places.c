/* SPDX-License-Identifier: Apache-2.0 */
/* test_places.c: where many values of a document stand, found in one walk; lines and columns in long texts. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "support/random.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {64 << 20, 1000, 10000000, false};

/* The only document of a text; the caller releases its root. */
static dset_source_document read_one(const char *text) {
  dset_source source;
  dset_source_document document;
  dset_error error;
  ck_assert_int_eq(dset_source_open(&source, text, strlen(text), &bounds, &error), DSET_OK);
  int code = dset_source_next(&source, &document, &error);
  ck_assert_msg(code == DSET_OK && document.root != NULL, "%s", code == DSET_OK ? text : error.text);
  return document;
}

/* ---- rows: all places of a text at once ---- */

enum { ROW_PLACES = 9 };

typedef struct place_row {
  const char *text;
  struct {
    dset_step steps[4];
    size_t count;
    size_t line;
    size_t column;
  } places[ROW_PLACES];
  size_t count;
} place_row;

static const place_row place_rows[] = {
    {"{\"b\": [10, {\"x\": 1},\n  12], \"a\": {\"c\": 3}}",
     {{{{"b", 0}, {NULL, 2}}, 2, 2, 3}, /* told in no order, one of them twice */
      {{{"a", 0}, {"c", 0}}, 2, 2, 14},
      {{{"b", 0}}, 1, 1, 2},
      {{{"b", 0}, {NULL, 1}, {"x", 0}}, 3, 1, 13},
      {{{"b", 0}, {NULL, 2}}, 2, 2, 3},
      {{{"b", 0}, {NULL, 0}}, 2, 1, 8},
      {{{NULL, 0}}, 0, 1, 1},
      {{{"b", 0}, {NULL, 3}}, 2, 1, 2}, /* nowhere */
      {{{"b", 0}, {"x", 0}}, 2, 1, 2}},
     9},
    {"{\"a\": {\"b\": {\"c\": 1}, \"d\": 1},\n \"x\": 1,\n \"a\": {\"b\": 1},\n \"x\": {}}",
     {{{{"a", 0}, {"b", 0}, {"c", 0}}, 3, 3, 8}, /* of equal keys the last one, though the first one had more */
      {{{"a", 0}, {"b", 0}}, 2, 3, 8},
      {{{"a", 0}, {"d", 0}}, 2, 3, 2},
      {{{"a", 0}}, 1, 3, 2},
      {{{"x", 0}, {"y", 0}}, 2, 4, 2}},
     5},
    {"{\"\\u0061\\n\": 1, \"a\": 2, \"\\uD83D\\uDE00\": {\"\": 3}, \"a\xC3\xA9\": 4}",
     {{{{"a\n", 0}}, 1, 1, 2}, /* keys are compared unescaped; a column is a character */
      {{{"a", 0}}, 1, 1, 17},
      {{{"\xF0\x9F\x98\x80", 0}, {"", 0}}, 2, 1, 42},
      {{{"a\xC3\xA9", 0}}, 1, 1, 50},
      {{{"a\n\n", 0}}, 1, 1, 1}},
     5},
    {"{\"\\u00e8\": 1, \"\\u00e9\": 2}", {{{{"\xC3\xA8", 0}}, 1, 1, 2}, {{{"\xC3\xA9", 0}}, 1, 1, 15}}, 2},
    {"[[[1, 2], []], [3]]",
     {{{{NULL, 1}, {NULL, 0}}, 2, 1, 17},
      {{{NULL, 0}, {NULL, 0}, {NULL, 1}}, 3, 1, 7},
      {{{NULL, 0}, {NULL, 1}, {NULL, 0}}, 3, 1, 11},
      {{{NULL, 0}}, 1, 1, 2},
      {{{NULL, 18446744073709551615u}}, 1, 1, 1}},
     5},
    {"12", {{{{NULL, 0}}, 1, 1, 1}, {{{"a", 0}, {"b", 0}}, 2, 1, 1}, {{{NULL, 0}}, 0, 1, 1}}, 3},
    {"# c\nb:\n- 10\n- {x: 1}\n-   12\na: &m\n  c: 3\nr: *m\n",
     {{{{"b", 0}, {NULL, 2}}, 2, 5, 5},
      {{{"a", 0}, {"c", 0}}, 2, 7, 3},
      {{{"r", 0}, {"c", 0}}, 2, 8, 1}, /* behind an alias: at the alias */
      {{{"b", 0}, {NULL, 1}, {"x", 0}}, 3, 4, 4},
      {{{"b", 0}, {NULL, 0}, {"x", 0}}, 3, 3, 3},
      {{{NULL, 0}}, 0, 2, 1}},
     6},
    {"a: {b: {c: 1}, d: 1}\nx: 1\na: {b: 1}\nx: {}\n",
     {{{{"a", 0}, {"b", 0}, {"c", 0}}, 3, 3, 5}, {{{"a", 0}, {"d", 0}}, 2, 3, 1}, {{{"x", 0}, {"y", 0}}, 2, 4, 1}},
     3},
    {"0x10: 1\nyes: {\xC3\xA9: 1, z: 2}\n<<: {m: 1}\n",
     {{{{"16", 0}}, 1, 1, 1}, /* keys as the text they become */
      {{{"true", 0}, {"z", 0}}, 2, 2, 13},
      {{{"m", 0}}, 1, 1, 1}}, /* merged: the deepest part that exists */
     3},
};

START_TEST(places_row) {
  const place_row *row = &place_rows[_i];
  dset_place places[ROW_PLACES];
  dset_source_document document = read_one(row->text);
  for (size_t i = 0; i < row->count; i++) {
    places[i] = (dset_place){.steps = row->places[i].steps, .step_count = row->places[i].count};
  }
  dset_source_locate_all(&document, places, row->count);
  for (size_t i = 0; i < row->count; i++) {
    ck_assert_ptr_eq(places[i].steps, row->places[i].steps); /* the order is the caller's */
    ck_assert_msg(places[i].line == row->places[i].line && places[i].column == row->places[i].column,
                  "%s: place %zu at %zu:%zu", row->text, i, places[i].line, places[i].column);
  }
  dset_source_locate_all(&document, NULL, 0);
  json_decref(document.root);
}
END_TEST

/* ---- random documents: their writer knows where everything stands ---- */

typedef struct written {
  const char *key; /* NULL: an item or the root */
  size_t line;     /* of the key, or else of the value */
  size_t column;
  char kind; /* '{', '[' or '1' */
  struct written *parts[6];
  size_t count;
} written;

typedef struct writer {
  dset_random random;
  char text[1 << 16];
  size_t length;
  size_t line;
  size_t column;
  bool yaml;
  written pool[2000];
  size_t used;
} writer;

static void put(writer *w, const char *text) {
  for (; *text != '\0'; text++) {
    ck_assert_uint_lt(w->length + 1, sizeof w->text);
    w->text[w->length++] = *text;
    if (*text == '\n') {
      w->line++;
      w->column = 1;
    } else if (((unsigned char)*text & 0xC0) != 0x80) {
      w->column++;
    }
  }
  w->text[w->length] = '\0';
}

static void put_blank(writer *w) {
  static const char *const blanks[] = {"", " ", "\n", "\n  ", " \n "};
  put(w, blanks[random_below(&w->random, COUNT(blanks))]);
}

/* Keys, and how they are written; the third is for YAML. */
static const char *const keys[][3] = {{"a", "\"a\"", "a"},
                                      {"b", "\"\\u0062\"", "'b'"},
                                      {"\xC3\xA9", "\"\xC3\xA9\"", "\xC3\xA9"},
                                      {"true", "\"true\"", "yes"},
                                      {"a\"b", "\"a\\\"b\"", "'a\"b'"}};

static written *write_value(writer *w, size_t depth);

static void write_part(writer *w, written *outer, size_t depth) {
  const char *const *key = keys[random_below(&w->random, COUNT(keys))];
  size_t line = w->line, column = w->column;
  if (outer->kind == '{') {
    put(w, key[w->yaml ? 2 : 1]);
    put(w, ": ");
  }
  written *part = write_value(w, depth + 1);
  outer->parts[outer->count++] = part;
  if (outer->kind != '{') return;
  part->key = key[0];
  part->line = line;
  part->column = column;
}

static written *write_value(writer *w, size_t depth) {
  ck_assert_uint_lt(w->used, COUNT(w->pool));
  written *value = &w->pool[w->used++];
  *value = (written){.line = w->line, .column = w->column};
  uint64_t kind =
      depth == 0 ? random_below(&w->random, 2) : random_below(&w->random, depth < 5 ? 5 : 1) + (depth >= 5 ? 2 : 0);
  value->kind = kind == 0 || kind == 3 ? '{' : kind == 1 || kind == 4 ? '[' : '1';
  if (value->kind == '1') {
    put(w, "1");
    return value;
  }
  put(w, value->kind == '{' ? "{" : "[");
  for (size_t count = random_below(&w->random, 6); count > 0; count--) {
    put_blank(w);
    write_part(w, value, depth);
    if (count > 1) put(w, ",");
    put_blank(w);
  }
  put(w, value->kind == '{' ? "}" : "]");
  return value;
}

/* What the rules say: the deepest part that exists, of equal keys the last. */
static const written *follow(const written *root, const dset_step *steps, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const written *next = NULL;
    for (size_t part = 0; part < root->count; part++) {
      const char *key = root->parts[part]->key;
      bool same = key == NULL ? steps[i].key == NULL && steps[i].index == part
                              : steps[i].key != NULL && strcmp(key, steps[i].key) == 0;
      if (same) next = root->parts[part];
    }
    if (next == NULL) return root;
    root = next;
  }
  return root;
}

START_TEST(places_random) {
  enum { PLACES = 200, STEPS = 6, ROUNDS = 300 };
  static const uint64_t seed = 20260302;
  static writer w;
  static dset_step steps[PLACES][STEPS];
  static dset_place places[PLACES];
  w.random = random_from(seed + (uint64_t)_i);
  w.yaml = _i == 1;
  for (int round = 0; round < ROUNDS; round++) {
    w.length = w.used = 0;
    w.line = w.column = 1;
    put(&w, w.yaml ? "--- # not JSON\n" : "");
    const written *root = write_value(&w, 0);
    dset_source_document document = read_one(w.text);
    for (size_t i = 0; i < PLACES; i++) {
      for (size_t step = 0; step < STEPS; step++) {
        bool key = random_once_in(&w.random, 2);
        steps[i][step] = (dset_step){key ? keys[random_below(&w.random, COUNT(keys))][0] : NULL,
                                     key ? 0 : random_below(&w.random, 6)};
      }
      places[i] = (dset_place){.steps = steps[i], .step_count = random_below(&w.random, STEPS + 1)};
    }
    dset_source_locate_all(&document, places, PLACES);
    for (size_t i = 0; i < PLACES; i++) {
      const written *wanted = follow(root, steps[i], places[i].step_count);
      size_t line, column;
      dset_source_locate(&document, places[i].steps, places[i].step_count, &line, &column);
      ck_assert_msg(places[i].line == wanted->line && places[i].column == wanted->column,
                    "seed %" PRIu64 " round %d place %zu: %zu:%zu, not %zu:%zu\n%s", seed, round, i, places[i].line,
                    places[i].column, wanted->line, wanted->column, w.text);
      ck_assert_msg(line == wanted->line && column == wanted->column, "alone: seed %" PRIu64 " round %d place %zu",
                    seed, round, i);
    }
    json_decref(document.root);
  }
}
END_TEST

/* ---- depth ---- */

START_TEST(places_depth) {
  enum { DEPTH = 1000 };
  static char text[4 * DEPTH + 10];
  static dset_step steps[DEPTH];
  static dset_place places[DEPTH + 1];
  strcpy(text, _i == 1 ? "---\n" : "");
  size_t start = strlen(text);
  for (size_t i = 0; i < DEPTH; i++) strcat(text, "[");
  for (size_t i = 0; i < DEPTH; i++) strcat(text, "]");
  dset_source_document document = read_one(text);
  for (size_t i = 0; i <= DEPTH; i++) places[i] = (dset_place){.steps = steps, .step_count = DEPTH - i};
  dset_source_locate_all(&document, places, DEPTH + 1);
  for (size_t i = 0; i <= DEPTH; i++) {
    ck_assert_uint_eq(places[i].line, start > 0 ? 2 : 1);
    ck_assert_uint_eq(places[i].column, i == 0 ? (size_t)DEPTH : DEPTH - i + 1); /* in the innermost there is no item */
  }
  json_decref(document.root);
}
END_TEST

/* ---- what it costs, told by counting ---- */

static size_t compared;

static int compare_counted(const void *key, const dset_step *step) {
  compared++;
  return strcmp(key, step->key);
}

/* A part of 100,000 places is found by few comparisons, and noted by few writes. */
START_TEST(places_search_cost) {
  enum { PLACES = 100000, LOG = 17 };
  dset_search search;
  dset_place *places = calloc(PLACES, sizeof *places);
  dset_step(*steps)[2] = calloc(PLACES, sizeof *steps);
  ck_assert(places != NULL && steps != NULL);
  for (size_t i = 0; i < PLACES; i++) {
    steps[i][0].key = i % 3 == 0 ? "a" : "b";
    steps[i][1].index = i;
    places[i] = (dset_place){.steps = steps[i], .step_count = 2};
  }
  dset_range all = dset_search_begin(&search, places, PLACES);
  compared = 0;
  dset_range part = dset_search_key(&search, dset_search_parts(&search, all, true), compare_counted, "b");
  ck_assert_uint_le(compared, 2 * (LOG + 1));
  ck_assert_uint_eq(part.end - part.first, PLACES - (PLACES + 2) / 3);
  dset_search_found(&search, part, 7);
  size_t writes = 0;
  for (size_t i = 0; i < PLACES; i++) writes += (places[i].mark == 7 ? 1u : 0u) + (places[i].cover == 7 ? 1u : 0u);
  ck_assert_uint_le(writes, 2 * LOG);
  dset_search_found(&search, dset_search_item(&search, dset_search_parts(&search, part, false), 1), 9);
  char text[12] = "0123456789";
  dset_slice slice = {text, 0, 10, 1, 1};
  dset_search_end(&search, &slice, DSET_UNIT_BYTES);
  for (size_t i = 0; i < PLACES; i++) {
    ck_assert_uint_eq(places[i].column, i == 1 ? 10 : i % 3 == 0 ? 1 : 8);
  }
  free(steps);
  free(places);
}
END_TEST

/* Positions in a document are counted from its start: what stands in front of it is not read again. */
START_TEST(places_count_from_the_document) {
  static const char *const starts[] = {"{\"z\": 1} [2] ", "z: 1\n---\ny: 2\n---\n"};
  static const char *const documents[] = {"{\"a\":\n {\"b\": 1}}", "a:\n  b: 1\n"};
  static const size_t wanted[][2] = {{2, 3}, {6, 3}};
  const dset_step steps[] = {{"a", 0}, {"b", 0}};
  char text[100];
  size_t line, column;
  dset_source source;
  dset_source_document document;
  snprintf(text, sizeof text, "%s%s", starts[_i], documents[_i]);
  ck_assert_int_eq(dset_source_open(&source, text, strlen(text), &bounds, NULL), DSET_OK);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(dset_source_next(&source, &document, NULL), DSET_OK);
    ck_assert_ptr_nonnull(document.root);
    json_decref(document.root);
  }
  memset(text, '\n', document.slice.begin);
  dset_source_locate(&document, steps, 2, &line, &column);
  ck_assert_uint_eq(line, wanted[_i][0]);
  ck_assert_uint_eq(column, wanted[_i][1]);
  dset_source_locate(&document, steps, 0, &line, &column);
  ck_assert_uint_eq(line, _i == 0 ? 1 : 5);
  ck_assert_uint_eq(column, _i == 0 ? strlen(starts[0]) + 1 : 1);
}
END_TEST

/* Documents that share a line, and errors in them. */
START_TEST(places_columns_in_one_line) {
  static const char text[] = "{\"\xC3\xA9\":1}{\"a\":1}[1] {\"b\" 2}";
  dset_source source;
  dset_source_document document;
  dset_error error;
  size_t line, column;
  static const size_t columns[] = {1, 8, 15};
  ck_assert_int_eq(dset_source_open(&source, text, strlen(text), &bounds, NULL), DSET_OK);
  for (size_t i = 0; i < 3; i++) {
    ck_assert_int_eq(dset_source_next(&source, &document, NULL), DSET_OK);
    dset_source_locate(&document, NULL, 0, &line, &column);
    ck_assert_uint_eq(line, 1);
    ck_assert_uint_eq(column, columns[i]);
    json_decref(document.root);
  }
  ck_assert_int_eq(dset_source_next(&source, &document, &error), DSET_ERR_SYNTAX);
  ck_assert_uint_eq(error.line, 1);
  ck_assert_uint_eq(error.column, 24);
}
END_TEST

Suite *dset_suite_places(void);

Suite *dset_suite_places(void) {
  Suite *suite = suite_create("places");
  TCase *tcase = tcase_create("places");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, places_row, 0, COUNT(place_rows));
  tcase_add_loop_test(tcase, places_random, 0, 2);
  tcase_add_loop_test(tcase, places_depth, 0, 2);
  tcase_add_test(tcase, places_search_cost);
  tcase_add_loop_test(tcase, places_count_from_the_document, 0, 2);
  tcase_add_test(tcase, places_columns_in_one_line);
  suite_add_tcase(suite, tcase);
  return suite;
}
