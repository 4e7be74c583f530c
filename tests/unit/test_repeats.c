/* SPDX-License-Identifier: Apache-2.0 */
/* test_repeats.c: keys that stand again: which they are, where, how many are kept, and what that costs. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "support/fault.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {64 << 20, 1000, 10000000, false};

/* Reads all documents of a text. */
static int read_all(const char *text, dset_repeats *repeats, dset_error *error) {
  dset_source source;
  dset_source_document document;
  int code = dset_source_open(&source, text, strlen(text), &bounds, error);
  source.repeats = repeats;
  while (code == DSET_OK) {
    code = dset_source_next(&source, &document, error);
    if (document.root == NULL) break;
    json_decref(document.root);
  }
  return code;
}

/* "line:column path" of each record, one in a line; keys are joined as Kubernetes does. */
static void describe(const dset_repeats *repeats, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < repeats->count; i++) {
    const dset_repeat *record = &repeats->records[i];
    used += (size_t)snprintf(text + used, size - used, "%zu:%zu ", record->line, record->column);
    for (size_t step = 0; step < record->step_count; step++) {
      const char *key = record->steps[step].key;
      if (key == NULL) {
        used += (size_t)snprintf(text + used, size - used, "[%zu]", record->steps[step].index);
      } else {
        used += (size_t)snprintf(text + used, size - used, "%s%s", step > 0 ? "." : "", key);
      }
    }
    used += (size_t)snprintf(text + used, size - used, "\n");
    ck_assert_uint_lt(used, size);
  }
}

/* ---- which keys, and where ---- */

typedef struct repeat_row {
  const char *name;
  const char *text;
  const char *repeats;
} repeat_row;

static const repeat_row repeat_rows[] = {
    /* JSON */
    {"none", "{\"a\": 1, \"b\": {\"a\": 1}, \"A\": [{\"a\": 1}, {\"a\": 1}]}", ""},
    {"one", "{\"a\": 1,\n \"a\": 2}", "2:2 a\n"},
    {"each time", "{\"a\": 1, \"a\": 2, \"a\": null}", "1:10 a\n1:18 a\n"},
    {"behind null", "{\"a\": null, \"a\": 1}", "1:13 a\n"},
    {"paths", "{\"spec\": {\"l\": [{}, {\"n\": 1, \"n\": 2}], \"m\": {\"x.y/z\": 1, \"x.y/z\": 2}}}",
     "1:30 spec.l[1].n\n1:58 spec.m.x.y/z\n"},
    {"unescaped", "{\"a\\u00e9\": 1, \"a\xC3\xA9\": 2, \"\\u0061\\u00E9\": 3}", "1:16 a\xC3\xA9\n1:25 a\xC3\xA9\n"},
    {"nested in a repeated one", "{\"a\": {\"b\": 1}, \"a\": {\"b\": 1, \"b\": 2}}", "1:17 a\n1:31 a.b\n"},
    {"nested in a replaced one", "{\"a\": {\"b\": 1, \"b\": 2}, \"a\": 1}", "1:16 a.b\n1:25 a\n"},
    {"several documents", "{\"a\":1,\"a\":1}[] {\"b\":1,\n\"b\":1}", "1:8 a\n2:1 b\n"},
    {"JSON that is YAML after all", "{\"a\": 1, \"a\": 2,}", "1:10 a\n"},
    {"and again in its second document", "{\"a\":1,\"a\":1}\n{\"b\":1,\"b\":1,}", "1:8 a\n2:8 b\n"},
    /* YAML: what Kubernetes' strict reader finds equal */
    {"plain and quoted", "a: 1\n\"a\": 2\n'a': 3\n", "2:1 a\n3:1 a\n"},
    {"integers", "1: a\n0x1: b\n'1': c\n0_1: d\n", "2:1 1\n4:1 1\n"},
    {"text of an integer", "'1': a\n1: b\n\"1\": c\n!!str 1: d\n!!int '1': e\n", "3:1 1\n4:1 1\n5:1 1\n"},
    {"booleans", "true: a\n'true': b\nyes: c\nTRUE: d\nfalse: e\n", "3:1 true\n4:1 true\n"},
    {"reals are no integers", "1: a\n1.0: b\n1.00: c\n1e0: d\n!!float 1: e\n", "3:1 1\n4:1 1\n5:1 1\n"},
    {"reals are compared, not their text", "1.1: a\n1.10000000001: b\n11e-1: c\n", "3:1 1.1\n"},
    {"zeros", "0: a\n0.0: b\n-0.0: c\n-0: d\n", "3:1 -0\n4:1 0\n"},
    {"no number equals no number", ".nan: a\n.NaN: b\n.inf: c\n+.inf: d\n", "4:1 .inf\n"},
    {"dates are text", "2001-01-01: a\n'2001-01-01': b\n", "2:1 2001-01-01\n"},
    {"decoded text", "!!binary aGk=: a\nhi: b\n", "2:1 hi\n"},
    {"aliases as keys", "&k a: 1\n*k : 2\n", "2:1 a\n"},
    {"aliases of numbers", "[&k 1, {*k : a, 1: b, '1': c}]\n", "1:17 [1].1\n"},
    {"quoted <<", "'<<': 1\n\"<<\": 2\n", "2:1 <<\n"},
    {"a value of null", "a:\na: 1\n", "2:1 a\n"},
    {"paths of YAML", "s:\n- {}\n- k: {x: 1, x: 2}\n  k: 1\n", "3:13 s[1].k.x\n4:3 s[1].k\n"},
    {"characters", "\xC3\xA9: {\xC3\xA9: 1, \xC3\xA9: 2}\n", "1:11 \xC3\xA9.\xC3\xA9\n"},
    {"documents of YAML", "a: 1\na: 2\n---\nb: 1\n---\nc: {d: 1, d: 2}\n", "2:1 a\n6:11 c.d\n"},
    /* anchors and merges */
    {"in an anchor, once", "x: &x {a: 1, a: 2}\nw: *x\nz: {<<: *x}\n", "1:14 x.a\n"},
    {"merged first", "x: &x {a: 1}\nw: {<<: *x, a: 2}\n", "2:13 w.a\n"},
    {"merged last", "x: &x {a: 1}\nw: {a: 2, <<: *x}\n", "1:8 w.a\n"},
    {"merged into two", "x: &x {a: 1}\nw: {a: 2, <<: *x}\nz: {a: 2, <<: *x}\n", "1:8 w.a\n1:8 z.a\n"},
    {"merged twice", "x: &x {a: 1}\nw: {<<: *x, <<: *x}\n", "1:8 w.a\n"},
    {"two merges", "x: &x {a: 1}\nw: &y {a: 2}\nz: {<<: *x, <<: *y}\n", "2:8 z.a\n"},
    {"a list, last first", "x: &x {a: 1}\nw: &y {a: 2}\nz: {<<: [*x, *y]}\n", "1:8 z.a\n"},
    {"written out", "{<<: [{a: 1}, {a: 2, b: [{c: 1, c: 2}]}], b: 3}\n", "1:8 a\n1:33 <<[1].b[0].c\n1:43 b\n"},
    {"merged in turn", "x: &x {a: 1}\nw: &y {<<: *x, a: 2}\nz: {a: 3, <<: *y}\n", "1:8 z.a\n2:16 w.a\n"},
    {"kinds survive a merge", "x: &x {1: a}\nw: {'1': b, <<: *x}\nz: {1: b, <<: *x}\n", "1:8 z.1\n"},
    {"a list that is an anchor", "a: {<<: &l [{x: 1}], x: 2}\nb: *l\n", "1:22 a.x\n"},
};

START_TEST(repeats_row) {
  const repeat_row *row = &repeat_rows[_i];
  char found[400];
  dset_error error;
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_repeats repeats = {.arena = &arena, .limit = 100};
  ck_assert_int_eq(read_all(row->text, &repeats, &error), DSET_OK);
  describe(&repeats, found, sizeof found);
  ck_assert_msg(strcmp(found, row->repeats) == 0, "%s:\n%s", row->name, found);
  ck_assert_uint_eq(repeats.total, repeats.count);
  ck_assert_int_eq(read_all(row->text, NULL, &error), DSET_OK); /* nobody asks */
  dset_arena_clear(&arena);
}
END_TEST

/* Those of documents in front of a refused one stay, those of the refused one go. */
START_TEST(repeats_of_refused) {
  static const char *const texts[] = {"{\"a\":1,\"a\":1}{}{\"b\":1,\"b\":1,", "a: 1\na: 2\n---\nb: 1\nb: [\n"};
  char found[100];
  dset_error error;
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_repeats repeats = {.arena = &arena, .limit = 100};
  ck_assert_int_eq(read_all(texts[_i], &repeats, &error), DSET_ERR_SYNTAX);
  describe(&repeats, found, sizeof found);
  ck_assert_str_eq(found, _i == 0 ? "1:8 a\n" : "2:1 a\n");
  ck_assert_uint_eq(repeats.total, 1);
  dset_arena_clear(&arena);
}
END_TEST

/* ---- the limit ---- */

START_TEST(repeats_limit) {
  char found[100];
  dset_error error;
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_repeats repeats = {.arena = &arena, .limit = 2}, counted = {.arena = NULL, .limit = 0};
  const char *text = _i == 0 ? "{\"a\":1,\"a\":1}{\"b\":1,\"b\":1,\"b\":1}" : "a: 1\na: 1\n---\nb: 1\nb: 1\nb: 1\n";
  ck_assert_int_eq(read_all(text, &repeats, &error), DSET_OK);
  describe(&repeats, found, sizeof found);
  ck_assert_str_eq(found, _i == 0 ? "1:8 a\n1:21 b\n" : "2:1 a\n5:1 b\n");
  ck_assert_uint_eq(repeats.total, 3);
  ck_assert_int_eq(read_all(text, &counted, &error), DSET_OK);
  ck_assert_uint_eq(counted.total, 3);
  ck_assert_uint_eq(counted.count, 0);
  dset_arena_clear(&arena);
}
END_TEST

/* The same key `count` times, with a value of two allocations or more. */
static char *many(size_t count, bool yaml) {
  static const char *const units[] = {"\"key\": [1],\n", "key: [1]\n"};
  size_t length = strlen(units[yaml]);
  char *text = malloc(count * length + 20), *end = text;
  ck_assert_ptr_nonnull(text);
  if (!yaml) end += sprintf(end, "{");
  for (size_t i = 0; i < count; i++) end += sprintf(end, "%s", units[yaml]);
  strcpy(end, yaml ? "" : "\"end\": 1}");
  return text;
}

/* Memory follows the limit, not the number of repetitions: replaced values are released at once. */
START_TEST(repeats_memory_is_bounded) {
  size_t peaks[2];
  for (size_t i = 0; i < 2; i++) {
    size_t count = i == 0 ? 1000 : 200000;
    fault memory;
    fault_init(&memory, FAULT_NEVER, FAULT_ONCE);
    fault_jansson_on(&memory);
    dset_arena arena;
    dset_arena_init(&arena, &memory.allocator);
    dset_repeats repeats = {.arena = &arena, .limit = 100};
    char *text = many(count, _i == 1);
    ck_assert_int_eq(read_all(text, &repeats, NULL), DSET_OK);
    ck_assert_uint_eq(repeats.total, count - 1);
    ck_assert_uint_eq(repeats.count, 100);
    ck_assert_uint_eq(repeats.records[99].line, 101);
    peaks[i] = memory.peak_bytes;
    free(text);
    dset_arena_clear(&arena);
    fault_expect_empty(&memory, "repeats");
    fault_jansson_off();
  }
  ck_assert_uint_eq(peaks[0], peaks[1]);
}
END_TEST

/* A long key above many repetitions is copied once. */
START_TEST(repeats_share_their_way) {
  enum { LONG = 100000, TIMES = 100 };
  char *text = malloc(LONG + TIMES * 20), *end = text;
  ck_assert_ptr_nonnull(text);
  end += sprintf(end, "{\"");
  memset(end, 'x', LONG);
  end += LONG;
  end += sprintf(end, "\": {\"a\": 1");
  for (int i = 0; i < TIMES; i++) end += sprintf(end, ", \"a\": 1");
  strcpy(end, "}}");
  fault memory;
  fault_init(&memory, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &memory.allocator);
  dset_repeats repeats = {.arena = &arena, .limit = TIMES};
  ck_assert_int_eq(read_all(text, &repeats, NULL), DSET_OK);
  ck_assert_uint_eq(repeats.count, TIMES);
  ck_assert_ptr_eq(repeats.records[0].steps[0].key, repeats.records[TIMES - 1].steps[0].key);
  ck_assert_uint_lt(memory.live_bytes, 5 * LONG);
  dset_arena_clear(&arena);
  free(text);
}
END_TEST

/* ---- failing allocations ---- */

static const char *const memory_rows[] = {
    "{\"a\": {\"b\": [1, {\"c\": 1, \"\\u0063\": 2}]}, \"a\": {\"b\": 1}, \"a\": 2, \"a\": 3, \"a\": 4, \"a\": 5, "
    "\"a\": 6, "
    "\"a\": 7, \"a\": 8, \"a\": 9}",
    "x: &x {a: 1, a: 2, 1: 3, 0x1: 4}\nw: {a: 1, <<: [*x, {b: 1}], b: 2}\nz: {<<: *x, a: 1}\n",
};

START_TEST(repeats_memory) {
  const char *text = memory_rows[_i];
  char wanted[400], found[400];
  dset_arena arena;
  dset_error error;
  dset_arena_init(&arena, NULL);
  dset_repeats repeats = {.arena = &arena, .limit = 100};
  ck_assert_int_eq(read_all(text, &repeats, NULL), DSET_OK);
  describe(&repeats, wanted, sizeof wanted);
  dset_arena_clear(&arena);
  int code = DSET_ERR_NOMEM;
  size_t at = 0;
  for (; code == DSET_ERR_NOMEM; at++) {
    fault memory; /* of the tree and of the records; libyaml's are made with malloc */
    fault_init(&memory, at, FAULT_ONCE);
    fault_jansson_on(&memory);
    dset_arena_init(&arena, &memory.allocator);
    repeats = (dset_repeats){.arena = &arena, .limit = 100};
    code = read_all(text, &repeats, &error);
    if (code == DSET_OK) {
      describe(&repeats, found, sizeof found);
    } else {
      ck_assert_int_eq(code, DSET_ERR_NOMEM);
      ck_assert_uint_eq(repeats.total, 0);
    }
    dset_arena_clear(&arena);
    fault_expect_empty(&memory, "repeats");
    fault_jansson_off();
  }
  ck_assert_int_eq(code, DSET_OK);
  ck_assert_uint_gt(at, 20);
  ck_assert_str_eq(found, wanted);
}
END_TEST

Suite *dset_suite_repeats(void);

Suite *dset_suite_repeats(void) {
  Suite *suite = suite_create("repeats");
  TCase *tcase = tcase_create("repeats");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, repeats_row, 0, COUNT(repeat_rows));
  tcase_add_loop_test(tcase, repeats_of_refused, 0, 2);
  tcase_add_loop_test(tcase, repeats_limit, 0, 2);
  tcase_add_loop_test(tcase, repeats_memory_is_bounded, 0, 2);
  tcase_add_test(tcase, repeats_share_their_way);
  tcase_add_loop_test(tcase, repeats_memory, 0, COUNT(memory_rows));
  suite_add_tcase(suite, tcase);
  return suite;
}
