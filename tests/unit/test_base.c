/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c: L0: the error record, arenas, text, buffers and tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "error.h"
#include "support/build.h"
#include "support/fault.h"
#include "table.h"
#include "text.h"

/* ---- error.c ---- */

enum { TEXT_BYTES = sizeof(((dset_error *)NULL)->text) };

START_TEST(error_fills) {
  dset_error error;
  memset(&error, 0xFF, sizeof error);
  ck_assert_int_eq(dset_fail(&error, DSET_ERR_RANGE, "pods[7].name", "expected %d, found \"%s\"", 1, "x"),
                   DSET_ERR_RANGE);
  ck_assert_int_eq(error.code, DSET_ERR_RANGE);
  ck_assert_str_eq(error.path, "pods[7].name");
  ck_assert_str_eq(error.text, "expected 1, found \"x\"");
  ck_assert_uint_eq(error.line, 0);
  ck_assert_uint_eq(error.column, 0);
  dset_fail_at(&error, 3, 9);
  ck_assert_uint_eq(error.line, 3);
  ck_assert_uint_eq(error.column, 9);
  ck_assert_str_eq(error.path, "pods[7].name");
  ck_assert_int_eq(dset_fail_memory(&error), DSET_ERR_NOMEM);
  ck_assert_int_eq(error.code, DSET_ERR_NOMEM);
  ck_assert_str_eq(error.path, "");
  ck_assert_uint_eq(error.line, 0);
}
END_TEST

START_TEST(error_may_be_null) {
  ck_assert_int_eq(dset_fail(NULL, DSET_ERR_TYPE, "path", "%s", "text"), DSET_ERR_TYPE);
  ck_assert_int_eq(dset_fail_memory(NULL), DSET_ERR_NOMEM);
  dset_fail_at(NULL, 1, 1);
}
END_TEST

/* `filler` characters of 'x' and then `tail`, `bytes` in all. What is kept must be `kept` bytes and "...". */
typedef struct cut_row {
  const char *what;
  const char *character; /* repeated behind the filler to beyond the end */
  size_t filler;
  size_t kept;
} cut_row;

static const cut_row cut_rows[] = {
    {"one byte each", "y", 0, 252},
    {"two bytes, whole at the cut", "\xC3\xA9", 0, 252},
    {"two bytes, torn by the cut", "\xC3\xA9", 1, 251},
    {"three bytes, whole", "\xE2\x82\xAC", 0, 252},
    {"three bytes, torn behind the first", "\xE2\x82\xAC", 2, 251},
    {"three bytes, torn behind the second", "\xE2\x82\xAC", 1, 250},
    {"four bytes, whole", "\xF0\x9F\x98\x80", 0, 252},
    {"four bytes, torn behind the first", "\xF0\x9F\x98\x80", 3, 251},
    {"four bytes, torn behind the third", "\xF0\x9F\x98\x80", 1, 249},
};

static void expect_cut(const cut_row *row, const char *whole, const char *cut) {
  ck_assert_msg(strlen(cut) == row->kept + 3, "%s: %zu bytes", row->what, strlen(cut));
  ck_assert_msg(memcmp(cut, whole, row->kept) == 0, "%s: %s", row->what, cut);
  ck_assert_msg(strcmp(cut + row->kept, "...") == 0, "%s: %s", row->what, cut);
}

START_TEST(error_cut) {
  const cut_row *row = &cut_rows[_i];
  char whole[600];
  memset(whole, 'x', row->filler);
  whole[row->filler] = '\0';
  while (strlen(whole) < 500) strcat(whole, row->character);
  dset_error error;
  dset_fail(&error, DSET_ERR_SYNTAX, whole, "%s", whole);
  expect_cut(row, whole, error.path);
  expect_cut(row, whole, error.text);
}
END_TEST

START_TEST(error_just_fits) {
  char whole[TEXT_BYTES + 1];
  memset(whole, 'x', sizeof whole);
  whole[TEXT_BYTES - 1] = '\0';
  dset_error error;
  dset_fail(&error, DSET_ERR_SYNTAX, whole, "%s", whole);
  ck_assert_str_eq(error.path, whole);
  ck_assert_str_eq(error.text, whole);
  whole[TEXT_BYTES - 1] = 'x';
  whole[TEXT_BYTES] = '\0';
  dset_fail(&error, DSET_ERR_SYNTAX, whole, "%s", whole);
  ck_assert_uint_eq(strlen(error.path), TEXT_BYTES - 1);
  ck_assert_str_eq(error.text + TEXT_BYTES - 4, "...");
  ck_assert_str_eq(error.path, error.text);
}
END_TEST

static const struct {
  int code;
  const char *name;
} code_rows[] = {
    {DSET_OK, "ok"},
    {DSET_ERR_NOMEM, "out-of-memory"},
    {DSET_ERR_INVALID, "invalid"},
    {DSET_ERR_ABI, "abi"},
    {DSET_ERR_DUPLICATE, "duplicate"},
    {DSET_ERR_SYNTAX, "syntax"},
    {DSET_ERR_TYPE, "type"},
    {DSET_ERR_RANGE, "range"},
    {DSET_ERR_LIMIT, "limit"},
    {DSET_ERR_ENCODING, "encoding"},
    {1, "unknown"},
    {DSET_ERR_ENCODING - 1, "unknown"},
    {INT32_MIN, "unknown"},
    {INT32_MAX, "unknown"},
};

START_TEST(code_name) {
  ck_assert_str_eq(dset_code_name(code_rows[_i].code), code_rows[_i].name);
}
END_TEST

START_TEST(version) {
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", DSET_VERSION_MAJOR, DSET_VERSION_MINOR, DSET_VERSION_PATCH);
  ck_assert_str_eq(dset_version(), text);
  ck_assert_str_eq(dset_version(), DSET_VERSION_STRING);
}
END_TEST

/* ---- arena.c ---- */

START_TEST(arena_pieces) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  ck_assert_uint_eq(f.asked, 0);
  enum { PIECES = 2000 };
  static unsigned char *pieces[PIECES];
  size_t misaligned = 0;
  for (size_t i = 0; i < PIECES; i++) {
    size_t bytes = i * 7 % 300; /* 0 among them */
    pieces[i] = dset_arena_alloc(&arena, bytes, 1);
    ck_assert_ptr_nonnull(pieces[i]);
    misaligned += (uintptr_t)pieces[i] % _Alignof(max_align_t) != 0;
    memset(pieces[i], (int)(i & 0xFF), bytes);
  }
  size_t overwritten = 0;
  for (size_t i = 0; i < PIECES; i++) {
    for (size_t k = 0; k < i * 7 % 300; k++) overwritten += pieces[i][k] != (i & 0xFF);
  }
  ck_assert_uint_eq(misaligned, 0);
  ck_assert_uint_eq(overwritten, 0);
  ck_assert_msg(f.asked < 20, "blocks double: %zu allocations for %d pieces", f.asked, PIECES);
  dset_arena_clear(&arena);
  fault_expect_empty(&f, "arena");
  ck_assert_ptr_nonnull(dset_arena_alloc(&arena, 1, 1)); /* a cleared arena is an empty one */
  dset_arena_clear(&arena);
  fault_expect_empty(&f, "arena, again");
}
END_TEST

/* Pieces larger than any block, between small ones. */
START_TEST(arena_large_pieces) {
  static const size_t sizes[] = {5000000, 16, 2800000, 16, 40000000, 16, 1, 2048, 2033};
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  unsigned char *pieces[COUNT_OF(sizes)];
  size_t bytes = 0;
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    pieces[i] = dset_arena_alloc(&arena, sizes[i], 1);
    ck_assert_ptr_nonnull(pieces[i]);
    memset(pieces[i], (int)i, sizes[i]);
    bytes += sizes[i];
  }
  size_t overwritten = 0;
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    for (size_t k = 0; k < sizes[i]; k++) overwritten += pieces[i][k] != i;
  }
  ck_assert_uint_eq(overwritten, 0);
  ck_assert_uint_ge(f.live_bytes, bytes);
  dset_arena_clear(&arena);
  fault_expect_empty(&f, "large pieces");
}
END_TEST

static const struct {
  size_t count;
  size_t bytes;
} overflow_rows[] = {
    {SIZE_MAX, 1},         {1, SIZE_MAX},     {SIZE_MAX, SIZE_MAX}, {SIZE_MAX / 2 + 1, 2},
    {2, SIZE_MAX / 2 + 1}, {SIZE_MAX / 8, 9}, {SIZE_MAX - 15, 1},
};

START_TEST(arena_overflow) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  ck_assert_ptr_nonnull(dset_arena_alloc(&arena, 1, 1));
  size_t before = f.asked;
  ck_assert_ptr_null(dset_arena_alloc(&arena, overflow_rows[_i].count, overflow_rows[_i].bytes));
  ck_assert_ptr_null(dset_arena_zalloc(&arena, overflow_rows[_i].count, overflow_rows[_i].bytes));
  ck_assert_ptr_null(dset_arena_copy(&arena, "", SIZE_MAX));
  ck_assert_msg(f.asked == before, "the allocator was asked for a size that went round");
  dset_arena_clear(&arena);
  fault_expect_empty(&f, "overflow");
}
END_TEST

START_TEST(arena_nothing) {
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  ck_assert_ptr_nonnull(dset_arena_alloc(&arena, 0, 8));
  ck_assert_ptr_nonnull(dset_arena_alloc(&arena, SIZE_MAX, 0));
  ck_assert_ptr_nonnull(dset_arena_zalloc(&arena, 0, 0));
  ck_assert_str_eq(dset_arena_string(&arena, NULL), "");
  ck_assert_str_eq(dset_arena_copy(&arena, NULL, 0), "");
  ck_assert_str_eq(dset_arena_copy(&arena, "abc", 2), "ab");
  ck_assert_str_eq(dset_arena_string(&arena, "abc"), "abc");
  ck_assert_str_eq(dset_arena_format(&arena, "%s-%d", "a", 7), "a-7");
  dset_arena_clear(&arena);
  dset_arena_clear(&arena);
}
END_TEST

START_TEST(arena_zero_filled) {
  fault f; /* whose memory is not zero */
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  const unsigned char *memory = dset_arena_zalloc(&arena, 100, 9);
  size_t set = 0;
  for (size_t i = 0; i < 900; i++) set += memory[i] != 0;
  ck_assert_uint_eq(set, 0);
  dset_arena_clear(&arena);
}
END_TEST

START_TEST(arena_grows_lists) {
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  int *items = NULL;
  size_t capacity = 0;
  for (size_t count = 0; count < 1000; count++) {
    int *more = dset_arena_grow(&arena, items, count, &capacity, sizeof *items);
    ck_assert_ptr_nonnull(more);
    ck_assert_msg(count == 0 || more == items || capacity >= 2 * count, "the list moves only when it doubles");
    items = more;
    items[count] = (int)count;
  }
  size_t wrong = 0;
  for (size_t i = 0; i < 1000; i++) wrong += items[i] != (int)i;
  ck_assert_uint_eq(wrong, 0);
  dset_arena_clear(&arena);
}
END_TEST

/* Each of the calls reports the failure, and the arena is good afterwards. */
START_TEST(arena_failure) {
  for (int call = 0; call < 6; call++) {
    fault f;
    fault_init(&f, 0, FAULT_ONCE);
    dset_arena arena;
    dset_arena_init(&arena, &f.allocator);
    size_t capacity = 0;
    const void *made = &f;
    switch (call) {
      case 0: made = dset_arena_alloc(&arena, 1, 8); break;
      case 1: made = dset_arena_zalloc(&arena, 1, 100000); break;
      case 2: made = dset_arena_copy(&arena, "abc", 3); break;
      case 3: made = dset_arena_string(&arena, NULL); break;
      case 4: made = dset_arena_format(&arena, "%d", 1); break;
      default: made = dset_arena_grow(&arena, NULL, 0, &capacity, 8); break;
    }
    ck_assert_msg(made == NULL && capacity == 0 && f.asked == 1, "call %d", call);
    ck_assert_ptr_nonnull(dset_arena_alloc(&arena, 1, 8));
    dset_arena_clear(&arena);
    fault_expect_empty(&f, "arena failure");
  }
}
END_TEST

/* ---- text.c ---- */

START_TEST(text_null_is_empty) {
  ck_assert_str_eq(dset_text_or_empty(NULL), "");
  ck_assert(dset_text_empty(NULL) && dset_text_empty("") && !dset_text_empty(" "));
  ck_assert(dset_text_equal(NULL, NULL) && dset_text_equal(NULL, "") && dset_text_equal("", NULL));
  ck_assert(dset_text_equal("a", "a") && !dset_text_equal("a", NULL) && !dset_text_equal("a", "A"));
  ck_assert_int_eq(dset_text_compare(NULL, ""), 0);
  ck_assert_int_lt(dset_text_compare(NULL, "a"), 0);
  ck_assert_int_lt(dset_text_compare("a", "b"), 0);
  ck_assert_int_lt(dset_text_compare("z", "\xC3\xA9"), 0); /* bytes count as unsigned */
}
END_TEST

/* C14. */
static const struct {
  const char *text;
  bool good;
  int64_t value;
} integer_rows[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"+0", true, 0},
    {"7", true, 7},
    {"+3", true, 3},
    {"-5", true, -5},
    {"007", true, 7},
    {"-007", true, -7},
    {"00000000000000000000000000000000000000001", true, 1},
    {"9223372036854775807", true, INT64_MAX},
    {"+9223372036854775807", true, INT64_MAX},
    {"-9223372036854775807", true, -INT64_MAX},
    {"-9223372036854775808", true, INT64_MIN},
    {"9223372036854775808", false, 0},
    {"-9223372036854775809", false, 0},
    {"9223372036854775810", false, 0},
    {"-9223372036854775810", false, 0},
    {"18446744073709551615", false, 0},
    {"18446744073709551616", false, 0},
    {"18446744073709551617", false, 0},
    {"99999999999999999999", false, 0},
    {"", false, 0},
    {"+", false, 0},
    {"-", false, 0},
    {"+-1", false, 0},
    {"--1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1\n", false, 0},
    {"1_000", false, 0},
    {"1e3", false, 0},
    {"1.0", false, 0},
    {"0x1", false, 0},
    {"a", false, 0},
    {"1a", false, 0},
    {"\xD9\xA1", false, 0}, /* a digit, but not 0 to 9 */
};

START_TEST(text_to_int64) {
  int64_t value = 4711;
  const char *text = integer_rows[_i].text;
  bool good = dset_text_to_int64(text, strlen(text), &value);
  ck_assert_msg(good == integer_rows[_i].good, "\"%s\"", text);
  ck_assert_msg(value == (good ? integer_rows[_i].value : 4711), "\"%s\": %lld", text, (long long)value);
}
END_TEST

START_TEST(text_to_int64_of_a_part) {
  int64_t value = 0;
  ck_assert(dset_text_to_int64("123x", 3, &value));
  ck_assert_int_eq(value, 123);
  ck_assert(!dset_text_to_int64("1\0002", 3, &value));
}
END_TEST

/* ---- buffers ---- */

START_TEST(buffer_grows) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_buffer buffer;
  dset_buffer_init(&buffer, &f.allocator);
  ck_assert_uint_eq(f.asked, 0);
  char expected[4000] = "";
  for (int i = 0; i < 100; i++) {
    dset_buffer_add(&buffer, "abcdef", 3);
    dset_buffer_string(&buffer, i % 2 == 0 ? "[x]" : NULL);
    dset_buffer_format(&buffer, "<%s %d>", "n", i);
    snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "abc%s<n %d>", i % 2 == 0 ? "[x]" : "",
             i);
    ck_assert_uint_eq(f.live, 1);
  }
  ck_assert(!buffer.failed);
  ck_assert_str_eq(buffer.bytes, expected);
  ck_assert_uint_eq(buffer.length, strlen(expected));
  dset_buffer_clear(&buffer);
  fault_expect_empty(&f, "buffer");
  ck_assert_uint_eq(buffer.length, 0);
  dset_buffer_string(&buffer, "again");
  ck_assert_str_eq(buffer.bytes, "again");
  dset_buffer_clear(&buffer);
  fault_expect_empty(&f, "buffer, again");
}
END_TEST

/* Every length around the sizes at which it grows, so that the NUL always has its byte. */
START_TEST(buffer_at_its_edge) {
  char text[600];
  memset(text, 'x', sizeof text);
  size_t wrong = 0;
  for (size_t length = 0; length < sizeof text; length++) {
    fault f;
    fault_init(&f, FAULT_NEVER, FAULT_ONCE);
    dset_buffer buffer;
    dset_buffer_init(&buffer, &f.allocator);
    dset_buffer_add(&buffer, text, length);
    dset_buffer_add(&buffer, "", 0);
    wrong += buffer.failed || buffer.length != length || strlen(buffer.bytes) != length || buffer.capacity <= length;
    dset_buffer_format(&buffer, "%s", "y");
    wrong += strlen(buffer.bytes) != length + 1 || buffer.bytes[length] != 'y';
    dset_buffer_clear(&buffer);
    fault_expect_empty(&f, "buffer");
  }
  ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(buffer_failure_stays) {
  for (size_t at = 0; at < 3; at++) {
    fault f;
    fault_init(&f, at, FAULT_ONCE);
    dset_buffer buffer;
    dset_buffer_init(&buffer, &f.allocator);
    size_t length = 0;
    for (int i = 0; i < 100; i++) {
      dset_buffer_string(&buffer, "0123456789");
      if (!buffer.failed) length += 10;
    }
    ck_assert_msg(buffer.failed && f.asked == at + 1, "failure %zu: asked %zu times", at, f.asked);
    dset_buffer_add(&buffer, "a", 1);
    dset_buffer_format(&buffer, "%d", 1);
    dset_buffer_add(&buffer, "", 0);
    ck_assert_msg(buffer.failed && buffer.length == length, "failure %zu: written behind it", at);
    ck_assert_uint_eq(f.asked, at + 1);
    dset_buffer_clear(&buffer);
    ck_assert(!buffer.failed);
    fault_expect_empty(&f, "buffer failure");
  }
}
END_TEST

START_TEST(buffer_too_long) {
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_buffer buffer;
  dset_buffer_init(&buffer, &f.allocator);
  dset_buffer_string(&buffer, "a");
  dset_buffer_add(&buffer, "b", SIZE_MAX);
  ck_assert(buffer.failed);
  ck_assert_uint_eq(f.asked, 1);
  dset_buffer_clear(&buffer);
  fault_expect_empty(&f, "buffer too long");
}
END_TEST

/* ---- table.c ---- */

START_TEST(table_two_parts) {
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_table table;
  ck_assert(dset_table_init(&table, &arena, 7));
  static const char *const keys[][2] = {{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"", ""}, {"c", "ab"}};
  for (size_t i = 0; i < COUNT_OF(keys); i++) {
    ck_assert_uint_eq(dset_table_find(&table, keys[i][0], keys[i][1]), DSET_TABLE_NONE);
    ck_assert_uint_eq(dset_table_insert(&table, keys[i][0], keys[i][1], i + 10), DSET_TABLE_NONE);
  }
  for (size_t i = 0; i < COUNT_OF(keys); i++) {
    ck_assert_uint_eq(dset_table_find(&table, keys[i][0], keys[i][1]), i + 10);
    ck_assert_msg(dset_table_insert(&table, keys[i][0], keys[i][1], 99) == i + 10, "the first stays");
  }
  ck_assert_uint_eq(dset_table_find(&table, "abc", NULL), 12); /* NULL is "" */
  ck_assert_uint_eq(dset_table_find(&table, NULL, NULL), 14);
  ck_assert_uint_eq(dset_table_find(&table, "ab", "cd"), DSET_TABLE_NONE);
  dset_arena_clear(&arena);
}
END_TEST

START_TEST(table_empty) {
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_table table;
  ck_assert(dset_table_init(&table, &arena, 0));
  ck_assert_uint_eq(dset_table_find(&table, "a", ""), DSET_TABLE_NONE);
  ck_assert_uint_eq(dset_table_find(&table, "", ""), DSET_TABLE_NONE);
  dset_arena_clear(&arena);
}
END_TEST

/* Keys that ascend need no slots, until one is looked up or inserted again (table.h): here that is `turn`. */
static void try_order(size_t turn, bool look_up) {
  static const char *const keys[][2] = {{"a", ""}, {"a", "b"}, {"b", "a"}, {"c", "a"}, {"c", "b"}, {"d", ""}};
  enum { KEYS = COUNT_OF(keys) };
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_table table;
  ck_assert(dset_table_init(&table, &arena, KEYS));
  for (size_t i = 0; i < KEYS; i++) {
    if (i == turn && look_up) {
      ck_assert_uint_eq(dset_table_find(&table, keys[i][0], keys[i][1]), DSET_TABLE_NONE);
    } else if (i == turn && i > 0) {
      ck_assert_uint_eq(dset_table_insert(&table, keys[i - 1][0], keys[i - 1][1], 9), i - 1);
    }
    ck_assert_uint_eq(dset_table_insert(&table, keys[i][0], keys[i][1], i), DSET_TABLE_NONE);
    ck_assert(table.slots->filled == (i >= turn && (look_up || turn > 0)));
  }
  for (size_t i = 0; i < KEYS; i++) {
    ck_assert_uint_eq(dset_table_insert(&table, keys[i][0], keys[i][1], 9), i);
    ck_assert_uint_eq(dset_table_find(&table, keys[i][0], keys[i][1]), i);
  }
  ck_assert_uint_eq(table.count, KEYS);
  dset_arena_clear(&arena);
}

START_TEST(table_order) {
  for (size_t turn = 0; turn < 7; turn++) {
    try_order(turn, false);
    try_order(turn, true);
  }
}
END_TEST

/* The table is filled to what it was made for, and its slots collide many times over. */
START_TEST(table_many_keys) {
  enum { KEYS = 100000 };
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  dset_table table;
  ck_assert(dset_table_init(&table, &arena, KEYS));
  char(*keys)[24] = malloc(sizeof(char[24]) * KEYS);
  ck_assert_ptr_nonnull(keys);
  size_t wrong = 0;
  for (size_t i = 0; i < KEYS; i++) {
    snprintf(keys[i], sizeof keys[i], "node-%zu", i);
    wrong += dset_table_insert(&table, keys[i], i % 2 == 0 ? "" : "ns", i) != DSET_TABLE_NONE;
  }
  for (size_t i = 0; i < KEYS; i++) {
    char copy[24];
    strcpy(copy, keys[i]); /* keys are compared, not their addresses */
    wrong += dset_table_find(&table, copy, i % 2 == 0 ? "" : "ns") != i;
    wrong += dset_table_find(&table, copy, i % 2 == 0 ? "ns" : "") != DSET_TABLE_NONE;
    wrong += dset_table_insert(&table, copy, i % 2 == 0 ? "" : "ns", 0) != i;
  }
  for (size_t i = 0; i < KEYS; i += DSET_TABLE_BATCH) {
    const char *names[DSET_TABLE_BATCH];
    size_t found[DSET_TABLE_BATCH];
    size_t count = KEYS - i < DSET_TABLE_BATCH ? KEYS - i : DSET_TABLE_BATCH;
    for (size_t j = 0; j < count; j++) names[j] = keys[i + j];
    dset_table_find_batch(&table, names, count, found);
    for (size_t j = 0; j < count; j++) wrong += found[j] != ((i + j) % 2 == 0 ? i + j : DSET_TABLE_NONE);
  }
  ck_assert_uint_eq(wrong, 0);
  free(keys);
  dset_arena_clear(&arena);
}
END_TEST

START_TEST(table_failure) {
  for (size_t at = 0; at < 2; at++) {
    fault f;
    fault_init(&f, at, FAULT_ON);
    dset_arena arena;
    dset_arena_init(&arena, &f.allocator);
    dset_table table;
    ck_assert_msg(!dset_table_init(&table, &arena, 10000), "allocation %zu", at);
    dset_arena_clear(&arena);
    fault_expect_empty(&f, "table");
  }
  fault f;
  fault_init(&f, FAULT_NEVER, FAULT_ONCE);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  dset_table table;
  ck_assert(!dset_table_init(&table, &arena, SIZE_MAX));
  ck_assert(!dset_table_init(&table, &arena, ((size_t)1 << 30) + 1));
  ck_assert_uint_eq(f.asked, 0);
  dset_arena_clear(&arena);
}
END_TEST

Suite *dset_suite_base(void);

Suite *dset_suite_base(void) {
  Suite *suite = suite_create("base");
  TCase *tcase = tcase_create("base");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, error_fills);
  tcase_add_test(tcase, error_may_be_null);
  ADD_ROWS(tcase, error_cut, cut_rows);
  tcase_add_test(tcase, error_just_fits);
  ADD_ROWS(tcase, code_name, code_rows);
  tcase_add_test(tcase, version);
  tcase_add_test(tcase, arena_pieces);
  tcase_add_test(tcase, arena_large_pieces);
  ADD_ROWS(tcase, arena_overflow, overflow_rows);
  tcase_add_test(tcase, arena_nothing);
  tcase_add_test(tcase, arena_zero_filled);
  tcase_add_test(tcase, arena_grows_lists);
  tcase_add_test(tcase, arena_failure);
  tcase_add_test(tcase, text_null_is_empty);
  ADD_ROWS(tcase, text_to_int64, integer_rows);
  tcase_add_test(tcase, text_to_int64_of_a_part);
  tcase_add_test(tcase, buffer_grows);
  tcase_add_test(tcase, buffer_at_its_edge);
  tcase_add_test(tcase, buffer_failure_stays);
  tcase_add_test(tcase, buffer_too_long);
  tcase_add_test(tcase, table_two_parts);
  tcase_add_test(tcase, table_order);
  tcase_add_test(tcase, table_empty);
  tcase_add_test(tcase, table_many_keys);
  tcase_add_test(tcase, table_failure);
  suite_add_tcase(suite, tcase);
  return suite;
}
