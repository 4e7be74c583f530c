/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_quantity.c: L5: quantities. What the rows expect was printed by Kubernetes' own code: apimachinery 0.37.2,
 * pkg/api/resource.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"
#include "support/build.h"
#include "support/fault.h"
#include "support/random.h"

static const char wrong_form[] =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
static const char wrong_number[] = "unable to parse numeric part of quantity";
static const char wrong_suffix[] = "unable to parse quantity's suffix";

/* ---- texts ---- */

typedef struct text_row {
  const char *text;
  const char *stored; /* NULL: it is no quantity, and `rounded` says why */
  const char *rounded;
} text_row;

/* clang-format off */
static const text_row text_rows[] = {
    /* zero, and what passes for it */
    {"0", "0", "0"}, {"00", "0", "0"}, {"0.0", "0", "0"}, {"-0", "0", "0"}, {"+0", "0", "0"}, {"0Ki", "0", "0"},
    {"0e3", "0", "0"}, {"0n", "0", "0"}, {"-0.0m", "0", "0"}, {"+", "0", "0"}, {"-", "0", "0"}, {".", "0", "0"},
    {"-.", "0", "0"}, {"k", "0", "0"}, {"Ki", "0", "0"}, {"e1", "0", "0"}, {".Mi", "0", "0"},
    {"0.0000000000000000000", "0", "0"}, {"0.0Ki", "0", "0"}, {"0Ei", "0", "0"}, {"0e-20", "0", "0"},
    /* decimal suffixes, all of them */
    {"1n", "1n", "1m"}, {"1u", "1u", "1m"}, {"1m", "1m", "1m"}, {"1", "1", "1"}, {"1k", "1k", "1k"}, {"1M", "1M", "1M"},
    {"1G", "1G", "1G"}, {"1T", "1T", "1T"}, {"1P", "1P", "1P"}, {"1E", "1E", "1E"},
    /* the largest suffix that leaves a whole number */
    {"1000m", "1", "1"}, {"1500m", "1500m", "1500m"}, {"1.5", "1500m", "1500m"}, {"0.5", "500m", "500m"},
    {"100m", "100m", "100m"}, {"1000", "1k", "1k"}, {"1500", "1500", "1500"}, {"1000000", "1M", "1M"},
    {"1234567", "1234567", "1234567"}, {"12000k", "12M", "12M"}, {"1000000n", "1m", "1m"}, {"0.001", "1m", "1m"},
    {"0.25", "250m", "250m"}, {"2.50k", "2500", "2500"}, {"1.2345k", "1234500m", "1234500m"}, {"10", "10", "10"},
    {"100", "100", "100"}, {"120", "120", "120"}, {"1200", "1200", "1200"}, {"0.000001", "1u", "1m"},
    {"123.456M", "123.456M", "123.456M"},
    /* texts that are kept */
    {"+5", "+5", "+5"}, {"005", "005", "005"}, {"5.", "5.", "5."}, {"1.500", "1.500", "1.500"},
    {"+1.5e3", "1500", "1500"}, {"0001.250", "0001.250", "0001.250"}, {"1e+3", "1e+3", "1e+3"}, {"1E3", "1E3", "1E3"},
    {"1e03", "1e03", "1e03"}, {"-7", "-7", "-7"}, {"5.k", "5.k", "5.k"}, {"1025Ki", "1025Ki", "1025Ki"},
    {"+3Mi", "+3Mi", "+3Mi"}, {"5.Ki", "5.Ki", "5.Ki"}, {"0007Gi", "0007Gi", "0007Gi"},
    /* texts that are not, for their zeros */
    {"1.5000", "1500m", "1500m"}, {".5", "500m", "500m"}, {"-.5", "-500m", "-500m"}, {"+.5", "500m", "500m"},
    {"05.0000", "5", "5"}, {"0.5k", "500", "500"}, {"8Ki", "8Ki", "8Ki"}, {"+8Ki", "8Ki", "8Ki"},
    {"0016Mi", "16Mi", "16Mi"},
    /* no suffix beyond E */
    {"1000E", "1", "1"}, {"1500000E", "1500", "1500"}, {"10000000000000000000000", "10", "10"},
    {"1000000000000000000000E", "1", "1"},
    {"999999999999999999999E", "999999999999999999999E", "999999999999999999999E"}, {"-2000E", "-2", "-2"},
    /* exponents */
    {"1e3", "1e3", "1e3"}, {"1e2", "100", "100"}, {"1e1", "10", "10"}, {"12e4", "120e3", "120e3"},
    {"1e0", "1e0", "1e0"}, {"1e-3", "1e-3", "1e-3"}, {"1e-1", "100e-3", "100e-3"}, {"1.5e3", "1500", "1500"},
    {"1.5e-3", "1500e-6", "2e-3"}, {"1e-9", "1e-9", "1e-3"}, {"1e-10", "1e-9", "1e-3"}, {"5e-100", "1e-9", "1e-3"},
    {"1e18", "1e18", "1e18"}, {"1e19", "10e18", "10e18"}, {"1e100", "10e99", "10e99"}, {"-1e2", "-100", "-100"},
    {"123456789012345678901e5", "12345678901234567890100e3", "12345678901234567890100e3"},
    {"1e2147483647", "10e2147483646", "10e2147483646"}, {"10e2147483645", "1e2147483646", "1e2147483646"},
    {"1e4294967296", "1e4294967296", "1e4294967296"}, {"1e4294967299", "1e4294967299", "1e4294967299"},
    {"1.5e-2147483648", "150e2147483646", "150e2147483646"}, {"100e2147483647", "100e2147483647", "100e2147483647"},
    /* binary suffixes, all of them */
    {"1Ki", "1Ki", "1Ki"}, {"1Mi", "1Mi", "1Mi"}, {"1Gi", "1Gi", "1Gi"}, {"1Ti", "1Ti", "1Ti"}, {"1Pi", "1Pi", "1Pi"},
    {"1Ei", "1Ei", "1Ei"},
    /* 1024 of one is 1 of the next */
    {"1024Ki", "1Mi", "1Mi"}, {"1024Mi", "1Gi", "1Gi"}, {"2048Gi", "2Ti", "2Ti"}, {"1048576Ki", "1Gi", "1Gi"},
    {"1536Ki", "1536Ki", "1536Ki"}, {"8192Pi", "9223372036854775807", "9223372036854775807"},
    {"512Ti", "512Ti", "512Ti"}, {"100Ki", "100Ki", "100Ki"}, {"-1024Mi", "-1Gi", "-1Gi"},
    /* binary with a fraction */
    {"0.5Ki", "512", "512"}, {"1.5Ki", "1536", "1536"}, {"1.5Gi", "1536Mi", "1536Mi"}, {"0.5Mi", "512Ki", "512Ki"},
    {"1.25Ki", "1280", "1280"}, {"1.0001Ki", "1024102400u", "1024103m"}, {"0.1Ki", "102400m", "102400m"},
    {"0.0001Ki", "102400u", "103m"}, {"1.1Mi", "1153433600m", "1153433600m"}, {"-1.5Gi", "-1536Mi", "-1536Mi"},
    {"-0.5Ki", "-512", "-512"}, {"0.0009765625Ki", "1", "1"},
    {"0.00097656250000000000000000001Ki", "1000000001n", "1001m"}, {"0.00000000000000000000000001Ei", "12n", "1m"},
    {"1.0000000001Mi", "1048576000104858n", "1048576001m"},
    /* the cap of binary quantities */
    {"7Ei", "7Ei", "7Ei"}, {"8Ei", "9223372036854775807", "9223372036854775807"},
    {"16Ei", "9223372036854775807", "9223372036854775807"}, {"-8Ei", "-9223372036854775807", "-9223372036854775807"},
    {"9007199254740991Ki", "9007199254740991Ki", "9007199254740991Ki"},
    {"9007199254740992Ki", "9223372036854775807", "9223372036854775807"},
    {"9007199254740991.9999999999999Ki", "9223372036854775807", "9223372036854775807"},
    {"99999999999999999999Ki", "9223372036854775807", "9223372036854775807"},
    {"-99999999999999999999.5Gi", "-9223372036854775807", "-9223372036854775807"},
    {"8388607.99999Ti", "9223372036843780691722240u", "9223372036843780691723m"},
    /* decimals have none */
    {"9223372036854775807", "9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", "9223372036854775808", "9223372036854775808"},
    {"-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775807k", "9223372036854775807k", "9223372036854775807k"},
    {"123456789012345678901234567890", "123456789012345678901234567890", "123456789012345678901234567890"},
    {"99999999999999999999E", "99999999999999999999E", "99999999999999999999E"},
    {"100000000000000000000", "100E", "100E"},
    {"1234567890123456789012.5", "1234567890123456789012500m", "1234567890123456789012500m"},
    /* 18 digits and more */
    {"123456789012345678", "123456789012345678", "123456789012345678"},
    {"1234567890123456789", "1234567890123456789", "1234567890123456789"},
    {"123456789.123456789", "123456789.123456789", "123456789124m"},
    {"1234567890.123456789", "1234567890123456789n", "1234567890124m"},
    {"123456789012345678m", "123456789012345678m", "123456789012345678m"},
    {"1234567890123456789m", "1234567890123456789m", "1234567890123456789m"}, {"0.000000000000000001k", "1n", "1m"},
    /* rounding up */
    {"0.1005", "100500u", "101m"}, {"0.1n", "1n", "1m"}, {"1.5n", "2n", "1m"}, {"1001u", "1001u", "2m"},
    {"999999999.9999999999", "1G", "1G"}, {"0.9999999999", "1", "1"}, {"0.0009", "900u", "1m"},
    {"1.0001", "1000100u", "1001m"}, {"-1.0001", "-1000100u", "-1001m"}, {"-0.1n", "-1n", "-1m"}, {"-1n", "-1n", "-1m"},
    {"1.0000000000000000000001", "1000000001n", "1001m"}, {"9.9999", "9999900u", "10"},
    {"99.99900000000000000000000001", "99999000001n", "100"}, {"12345.6789", "12345678900u", "12345679m"},
    {"0.9999m", "999900n", "1m"}, {"1e-7", "100e-9", "1e-3"}, {"1500u", "1500u", "2m"}, {"999999u", "999999u", "1"},
    /* not a quantity: form */
    {"", NULL, wrong_form}, {" ", NULL, wrong_form}, {"a", NULL, wrong_form}, {"1 Mi", NULL, wrong_form},
    {"1Mi x", NULL, wrong_form}, {"0x10", NULL, wrong_form}, {"1,5", NULL, wrong_form}, {"1..5", NULL, wrong_form},
    {"1.2.3", NULL, wrong_form}, {"--1", NULL, wrong_suffix}, {"+-1", NULL, wrong_suffix}, {"1_000", NULL, wrong_form},
    {"1.5e1.5", NULL, wrong_form}, {"Inf", NULL, wrong_form}, {"NaN", NULL, wrong_form}, {"1\n", NULL, wrong_form},
    {"\t1", NULL, wrong_form}, {"1Mi\n", NULL, wrong_form}, {"1B", NULL, wrong_form}, {"1MB", NULL, wrong_form},
    {"\302\275", NULL, wrong_form},
    /* not a quantity: suffix */
    {"1K", NULL, wrong_suffix}, {"1ki", NULL, wrong_suffix}, {"1mi", NULL, wrong_suffix}, {"1Mib", NULL, wrong_form},
    {"1kk", NULL, wrong_suffix}, {"1e", NULL, wrong_suffix}, {"1E+", NULL, wrong_suffix}, {"1e+-3", NULL, wrong_form},
    {"1-", NULL, wrong_suffix}, {"1+5", NULL, wrong_suffix}, {"1KiKi", NULL, wrong_suffix},
    {"1e99999999999999999999", NULL, wrong_suffix}, {"1i", NULL, wrong_suffix}, {"1eE3", NULL, wrong_suffix},
    {"5 ", "5", "5"}, {"1Mi5", NULL, wrong_suffix},
    /* not a quantity: number */
    {"Pi", NULL, wrong_number}, {"Ei", NULL, wrong_number}, {".Pi", NULL, wrong_number}, {"+Ei", NULL, wrong_number},
    {"e-10", NULL, wrong_number}, {".e-10", NULL, wrong_number}, {"-Pi", NULL, wrong_number},
    /* spaces around */
    {" 1 ", "1", "1"}, {"  1500m", "1500m", "1500m"}, {"1024Mi ", "1Gi", "1Gi"}, {"\302\2401\343\200\200", "1", "1"},
    {"\342\200\203\342\200\2031k\302\205", "1k", "1k"}, {"\342\200\2131", NULL, wrong_form},
    {"\357\273\2771", NULL, wrong_form},
};
/* clang-format on */

static void expect_written(const char *what, const dset_quantity *quantity, const char *expected) {
  dset_buffer buffer;
  dset_buffer_init(&buffer, NULL);
  dset_quantity_write(quantity, &buffer);
  ck_assert(!buffer.failed);
  ck_assert_msg(strcmp(buffer.bytes, expected) == 0, "\"%s\": %s, not %s", what, buffer.bytes, expected);
  dset_buffer_clear(&buffer);
}

/* The text is given without a NUL behind it: that it is not read beyond its end is for the sanitizers to see. */
START_TEST(quantity_text) {
  const text_row *row = &text_rows[_i];
  size_t bytes = strlen(row->text);
  char *text = malloc(bytes == 0 ? 1 : bytes);
  ck_assert_ptr_nonnull(text);
  memcpy(text, row->text, bytes);
  dset_quantity quantity;
  const char *why = dset_quantity_parse(text, bytes, &quantity);
  if (row->stored == NULL) {
    ck_assert_msg(why != NULL, "\"%s\" is read", row->text);
    ck_assert_str_eq(why, row->rounded);
  } else {
    ck_assert_msg(why == NULL, "\"%s\": %s", row->text, why);
    expect_written(row->text, &quantity, row->stored);
    dset_quantity_round_up_milli(&quantity);
    expect_written(row->text, &quantity, row->rounded);
  }
  free(text);
}
END_TEST

START_TEST(quantity_unset) {
  dset_quantity quantity = {0};
  expect_written("unset", &quantity, "0");
  dset_quantity_round_up_milli(&quantity);
  expect_written("unset, rounded", &quantity, "0");
  ck_assert_str_eq(dset_quantity_format_name(quantity.format), "");
}
END_TEST

/* There is an answer at once, whatever the exponent. */
START_TEST(quantity_too_large) {
  static const char *const texts[] = {"1234567890123456789e500001", "1234567890123456789e2147483647",
                                      "-12345678901234567890e500000"};
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    dset_quantity quantity;
    const char *why = dset_quantity_parse(texts[i], strlen(texts[i]), &quantity);
    ck_assert_msg(why != NULL && strcmp(why, "the number is too large") == 0, "%s", texts[i]);
  }
  static const text_row rows[] = {
      {"1234567890123456789e499998", "1234567890123456789e499998", "1234567890123456789e499998"},
      {"1234567890123456789e-2000000000", "1e-9", "1e-3"},
      {"0.000000000000000000e2000000000", "0", "0"},
      {"0.000000000000000000e-2000000000", "0", "0"},
  };
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    dset_quantity quantity;
    ck_assert_ptr_null(dset_quantity_parse(rows[i].text, strlen(rows[i].text), &quantity));
    expect_written(rows[i].text, &quantity, rows[i].stored);
    dset_quantity_round_up_milli(&quantity);
    expect_written(rows[i].text, &quantity, rows[i].rounded);
  }
}
END_TEST

/* ---- what the hash is made of ---- */

typedef struct form_row {
  const char *text;
  bool milli; /* rounded */
  bool big;
  bool negative;
  int64_t value; /* of the small form */
  int32_t scale;
  const char *format;
  bool keeps_text;
  size_t count;
  uint64_t words[3];
} form_row;

static const form_row form_rows[] = {
    {"0", false, false, false, 0, 0, "DecimalSI", true, 0, {0}},
    {"0", true, false, false, 0, 0, "DecimalSI", true, 0, {0}},
    {"+", false, false, false, 0, 0, "DecimalSI", false, 0, {0}},
    {"+", true, false, false, 0, 0, "DecimalSI", false, 0, {0}},
    {"100m", false, false, false, 100, -3, "DecimalSI", true, 0, {0}},
    {"100m", true, false, false, 100, -3, "DecimalSI", true, 0, {0}},
    {"1.500", false, false, false, 1500, -3, "DecimalSI", true, 0, {0}},
    {"1.500", true, false, false, 1500, -3, "DecimalSI", true, 0, {0}},
    {"1024Mi", false, false, false, 1073741824, 0, "BinarySI", false, 0, {0}},
    {"1024Mi", true, false, false, 1073741824, 0, "BinarySI", false, 0, {0}},
    {"512Mi", false, false, false, 536870912, 0, "BinarySI", false, 0, {0}},
    {"512Mi", true, false, false, 536870912, 0, "BinarySI", false, 0, {0}},
    {"1.5u", false, false, false, 15, -7, "DecimalSI", false, 0, {0}},
    {"1.5u", true, false, false, 1, -3, "DecimalSI", false, 0, {0}},
    {"-1500u", false, false, false, -1500, -6, "DecimalSI", true, 0, {0}},
    {"-1500u", true, false, false, -2, -3, "DecimalSI", false, 0, {0}},
    {"1e3", false, false, false, 1, 3, "DecimalExponent", true, 0, {0}},
    {"1e3", true, false, false, 1, 3, "DecimalExponent", true, 0, {0}},
    {"0.0Ki", false, true, false, 0, 1, "BinarySI", false, 0, {0}},
    {"0.0Ki", true, true, false, 0, 3, "BinarySI", false, 0, {0}},
    {"0.0000000000000000000", false, true, false, 0, 19, "DecimalSI", false, 0, {0}},
    {"0.0000000000000000000", true, true, false, 0, 3, "DecimalSI", false, 0, {0}},
    {"0e-20", false, true, false, 0, 20, "DecimalExponent", false, 0, {0}},
    {"0e-20", true, true, false, 0, 3, "DecimalExponent", false, 0, {0}},
    {"1.5Gi", false, true, false, 0, 9, "BinarySI", false, 1, {UINT64_C(1610612736000000000)}},
    {"1.5Gi", true, true, false, 0, 3, "BinarySI", false, 1, {UINT64_C(1610612736000)}},
    {"0.5Ki", false, true, false, 0, 9, "BinarySI", false, 1, {UINT64_C(512000000000)}},
    {"0.5Ki", true, true, false, 0, 3, "BinarySI", false, 1, {UINT64_C(512000)}},
    {"-0.5Ki", false, true, true, 0, 9, "BinarySI", false, 1, {UINT64_C(512000000000)}},
    {"-0.5Ki", true, true, true, 0, 3, "BinarySI", false, 1, {UINT64_C(512000)}},
    {"0.0001Ki", false, true, false, 0, 9, "DecimalSI", false, 1, {UINT64_C(102400000)}},
    {"0.0001Ki", true, true, false, 0, 3, "DecimalSI", false, 1, {UINT64_C(103)}},
    {"8Ei", false, true, false, 0, 0, "BinarySI", false, 1, {UINT64_C(9223372036854775807)}},
    {"8Ei", true, true, false, 0, 3, "BinarySI", false, 2, {UINT64_C(18446744073709550616), UINT64_C(499)}},
    {"-8Ei", false, true, true, 0, 0, "BinarySI", false, 1, {UINT64_C(9223372036854775807)}},
    {"-8Ei", true, true, true, 0, 3, "BinarySI", false, 2, {UINT64_C(18446744073709550616), UINT64_C(499)}},
    {"1Pi", false, true, false, 0, 9, "BinarySI", false, 2, {UINT64_C(2882303761517117440), UINT64_C(61035)}},
    {"1Pi", true, true, false, 0, 3, "BinarySI", false, 1, {UINT64_C(1125899906842624000)}},
    {"1234567890123456789",
     false,
     true,
     false,
     0,
     9,
     "DecimalSI",
     false,
     2,
     {UINT64_C(7888470988684038656), UINT64_C(66926059)}},
    {"1234567890123456789",
     true,
     true,
     false,
     0,
     3,
     "DecimalSI",
     false,
     2,
     {UINT64_C(17082781258626382344), UINT64_C(66)}},
    {"-12345678901234567890.12345",
     false,
     true,
     true,
     0,
     9,
     "DecimalSI",
     false,
     2,
     {UINT64_C(5097733592125630096), UINT64_C(669260594)}},
    {"-12345678901234567890.12345",
     true,
     true,
     true,
     0,
     3,
     "DecimalSI",
     false,
     2,
     {UINT64_C(4807115922877859020), UINT64_C(669)}},
    {"1e-10", false, true, false, 0, 9, "DecimalExponent", false, 1, {UINT64_C(1)}},
    {"1e-10", true, true, false, 0, 3, "DecimalExponent", false, 1, {UINT64_C(1)}},
    {"0.1n", false, true, false, 0, 9, "DecimalSI", false, 1, {UINT64_C(1)}},
    {"0.1n", true, true, false, 0, 3, "DecimalSI", false, 1, {UINT64_C(1)}},
    {"123456789012345678901234567890",
     false,
     true,
     false,
     0,
     9,
     "DecimalSI",
     false,
     2,
     {UINT64_C(12312739301247792128), UINT64_C(6692605942763486917)}},
    {"123456789012345678901234567890",
     true,
     true,
     false,
     0,
     3,
     "DecimalSI",
     false,
     2,
     {UINT64_C(8982045596877734992), UINT64_C(6692605942763)}},
    {"1.0000000000000000000001", false, true, false, 0, 9, "DecimalSI", false, 1, {UINT64_C(1000000001)}},
    {"1.0000000000000000000001", true, true, false, 0, 3, "DecimalSI", false, 1, {UINT64_C(1001)}},
    {"1234567890123456789e20",
     false,
     true,
     false,
     0,
     9,
     "DecimalExponent",
     false,
     3,
     {UINT64_C(10368603828256768000), UINT64_C(2521273363957356555), UINT64_C(362806895)}},
    {"1234567890123456789e20",
     true,
     true,
     false,
     0,
     3,
     "DecimalExponent",
     false,
     3,
     {UINT64_C(10124967022061158400), UINT64_C(14884588080629232608), UINT64_C(362)}},
};

START_TEST(quantity_form) {
  const form_row *row = &form_rows[_i];
  dset_quantity quantity;
  ck_assert_ptr_null(dset_quantity_parse(row->text, strlen(row->text), &quantity));
  if (row->milli) dset_quantity_round_up_milli(&quantity);
  ck_assert_msg(quantity.big == row->big && quantity.negative == row->negative, "%s", row->text);
  ck_assert_msg(quantity.value == row->value, "%s: %" PRId64, row->text, quantity.value);
  ck_assert_msg(quantity.scale == row->scale, "%s: %" PRId32, row->text, quantity.scale);
  ck_assert_msg(quantity.keeps_text == row->keeps_text, "%s", row->text);
  ck_assert_str_eq(dset_quantity_format_name(quantity.format), row->format);
  if (!row->big) return;
  dset_arena arena;
  dset_arena_init(&arena, NULL);
  size_t count = 4711;
  const uint64_t *words = dset_quantity_words(&quantity, &arena, &count);
  ck_assert_ptr_nonnull(words);
  ck_assert_msg(count == row->count, "%s: %zu words", row->text, count);
  for (size_t i = 0; i < count; i++) ck_assert_msg(words[i] == row->words[i], "%s: word %zu", row->text, i);
  dset_arena_clear(&arena);
}
END_TEST

/* ---- A19 ---- */

/* In rising order; those of one line are equal. */
static const char *const ordered[][4] = {
    {"-1e400"},
    {"-9223372036854775808", "-9223372036854775808000m"},
    {"-8Ei", "-9223372036854775807", "-9Ei"},
    {"-1Ki", "-1024", "-1024000m", "-1.024k"},
    {"-1k", "-1000"},
    {"-1", "-1000m", "-1.000", "-0.0009765625Ki"},
    {"-1n", "-0.1n", "-1e-100"},
    {"0", "-0", "0Ki", "0.0000000000000000000"},
    {"1n", "0.000000001", "0.0000000000001", "1e-9"},
    {"0.000000002", "2n", "1.1n"},
    {"999999999n", "0.999999999"},
    {"1", "1.0", "0.9999999999", "1e0"},
    {"1.000000001", "1000000001n", "1.0000000000001"},
    {"999", "0.999k"},
    {"1k", "1000", "1e3", "0.001M"},
    {"1Ki", "1024", "1.024k", "1024000m"},
    {"1Gi", "1024Mi", "1073741824", "1073741824000m"},
    {"1E", "1000P", "1000000000000000000", "1e18"},
    {"9223372036854775807", "8Ei", "99Ei", "9223372036854775807.0"},
    {"9223372036854775808", "9223372036854775808.000"},
    {"10E", "10000000000000000000", "1e19"},
    {"99999999999999999999.999", "99999999999999999999999m"},
    {"1e400", "10e399"},
    {"1e2147483647"},
};

static int sign(int number) {
  return (number > 0) - (number < 0);
}

static void compare_lines(size_t a, size_t b) {
  for (size_t i = 0; i < 4 && ordered[a][i] != NULL; i++) {
    for (size_t k = 0; k < 4 && ordered[b][k] != NULL; k++) {
      dset_quantity left, right;
      ck_assert_ptr_null(dset_quantity_parse(ordered[a][i], strlen(ordered[a][i]), &left));
      ck_assert_ptr_null(dset_quantity_parse(ordered[b][k], strlen(ordered[b][k]), &right));
      int expected = a < b ? -1 : a > b;
      ck_assert_msg(sign(dset_quantity_compare(&left, &right)) == expected, "%s and %s", ordered[a][i], ordered[b][k]);
    }
  }
}

START_TEST(quantity_order) {
  for (size_t a = 0; a < COUNT_OF(ordered); a++) {
    for (size_t b = 0; b < COUNT_OF(ordered); b++) compare_lines(a, b);
  }
}
END_TEST

/* ---- laws ---- */

enum { TEXTS = 50000, MOST = 90 };
#define SEED UINT64_C(20260302)

static void add_digits(dset_random *random, char *text) {
  size_t count = random_below(random, random_once_in(random, 4) ? 40 : 8);
  for (; count > 0; count--) {
    strcat(text, (const char *[]){"0", "9", "5", "1", "0", "9", "7", "3"}[random_below(random, 8)]);
  }
}

static void random_text(dset_random *random, char *text) {
  static const char *const suffixes[] = {"",   "n",  "u",  "m",  "k",  "M",  "G",  "T",   "P",   "E", "",
                                         "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-7", "e25", "m"};
  strcpy(text, (const char *[]){"", "-", "+"}[random_below(random, 3)]);
  add_digits(random, text);
  if (random_once_in(random, 2)) strcat(text, ".");
  if (strchr(text, '.') != NULL) add_digits(random, text);
  strcat(text, suffixes[random_below(random, COUNT_OF(suffixes))]);
}

/* What is stored is stored again as it is; rounding moves away from zero, less than 1/1000, and only once. */
static bool holds(const char *text, size_t *accepted) {
  dset_quantity first, second;
  if (dset_quantity_parse(text, strlen(text), &first) != NULL) return true;
  ++*accepted;
  dset_buffer once, twice;
  dset_buffer_init(&once, NULL);
  dset_buffer_init(&twice, NULL);
  dset_quantity_write(&first, &once);
  bool same = dset_quantity_parse(once.bytes, once.length, &second) == NULL;
  dset_quantity_write(&second, &twice);
  same = same && strcmp(once.bytes, twice.bytes) == 0;
  dset_buffer_clear(&once);
  dset_buffer_clear(&twice);
  dset_quantity zero = {0}, rounded = first;
  dset_quantity_round_up_milli(&rounded);
  dset_quantity again = rounded;
  dset_quantity_round_up_milli(&again);
  int side = sign(dset_quantity_compare(&first, &zero));
  return same && dset_quantity_compare(&rounded, &first) * side >= 0 && dset_quantity_compare(&rounded, &again) == 0 &&
         sign(dset_quantity_compare(&rounded, &zero)) == side;
}

START_TEST(quantity_laws) {
  dset_random random = random_from(SEED);
  size_t accepted = 0;
  for (size_t i = 0; i < TEXTS; i++) {
    char text[MOST] = "";
    random_text(&random, text);
    ck_assert_msg(holds(text, &accepted), "\"%s\" (seed %" PRIu64 ", text %zu)", text, SEED, i);
  }
  ck_assert_msg(accepted > TEXTS / 2, "%zu accepted (seed %" PRIu64 ")", accepted, SEED);
}
END_TEST

START_TEST(quantity_failure) {
  static const char text[] = "123456789012345678901234567890.5";
  dset_quantity quantity;
  ck_assert_ptr_null(dset_quantity_parse(text, strlen(text), &quantity));
  fault f;
  fault_init(&f, 0, FAULT_ON);
  dset_arena arena;
  dset_arena_init(&arena, &f.allocator);
  size_t count = 0;
  ck_assert_ptr_null(dset_quantity_words(&quantity, &arena, &count));
  dset_buffer buffer;
  dset_buffer_init(&buffer, &f.allocator);
  dset_quantity_write(&quantity, &buffer);
  ck_assert(buffer.failed);
  dset_buffer_clear(&buffer);
  dset_arena_clear(&arena);
  fault_expect_empty(&f, "quantity");
}
END_TEST

Suite *dset_suite_quantity(void);

Suite *dset_suite_quantity(void) {
  Suite *suite = suite_create("quantity");
  TCase *tcase = tcase_create("quantity");
  tcase_set_timeout(tcase, 60);
  ADD_ROWS(tcase, quantity_text, text_rows);
  tcase_add_test(tcase, quantity_unset);
  tcase_add_test(tcase, quantity_too_large);
  ADD_ROWS(tcase, quantity_form, form_rows);
  tcase_add_test(tcase, quantity_order);
  tcase_add_test(tcase, quantity_laws);
  tcase_add_test(tcase, quantity_failure);
  suite_add_tcase(suite, tcase);
  return suite;
}
