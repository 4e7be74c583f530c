/* SPDX-License-Identifier: Apache-2.0 */
/* test_quote.c: L0: texts in quotes as Go writes them (B1), and which characters it prints. */
#include <string.h>

#include "printable.h"
#include "support/build.h"
#include "support/fault.h"
#include "text.h"

/* What Go's strconv.Quote gives. */
static const struct {
  const char *text;
  const char *quoted; /* without the quotes around it */
} quote_rows[] = {
    {"", ""},
    {NULL, ""},
    {"a b", "a b"},
    {"\"", "\\\""},
    {"\\", "\\\\"},
    {"'", "'"},
    {"<&>", "<&>"},
    {"\a\b\t\n\v\f\r", "\\a\\b\\t\\n\\v\\f\\r"},
    {"\001\006\016\033\037", "\\x01\\x06\\x0e\\x1b\\x1f"},
    {"\177", "\\x7f"},
    {"\xC2\x80", "\\u0080"},                  /* a control character */
    {"\xC2\xA0", "\\u00a0"},                  /* no-break space: no space but that of ASCII is printed */
    {"\xC2\xAD", "\\u00ad"},                  /* soft hyphen */
    {"\xC3\xA9", "\xC3\xA9"},                 /* e with acute */
    {"e\xCC\x81", "e\xCC\x81"},               /* e and a combining acute */
    {"\xE2\x82\xAC", "\xE2\x82\xAC"},         /* euro */
    {"\xE2\x80\xA8", "\\u2028"},              /* line separator */
    {"\xE2\x80\x8B", "\\u200b"},              /* zero width space */
    {"\xEE\x80\x80", "\\ue000"},              /* private use */
    {"\xEF\xBB\xBF", "\\ufeff"},              /* byte order mark */
    {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},         /* the replacement character, written in full */
    {"\xEF\xBF\xBF", "\\uffff"},              /* no character */
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}, /* a face */
    {"\xF0\x90\x80\x8C", "\\U0001000c"},      /* not assigned */
    {"\xF4\x8F\xBF\xBF", "\\U0010ffff"},      /* the last one */
    {"\xC3", "\\xc3"},                        /* ends early */
    {"a\xFF\xFE"
     "b",
     "a\\xff\\xfeb"},
    {"\xC0\xAF", "\\xc0\\xaf"},          /* overlong */
    {"\xED\xA0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
    {"\xE2\x82\"", "\\xe2\\x82\\\""},    /* torn */
};

START_TEST(text_quote) {
  dset_buffer buffer;
  dset_buffer_init(&buffer, NULL);
  dset_text_quote(&buffer, quote_rows[_i].text);
  ck_assert(!buffer.failed && buffer.length >= 2);
  ck_assert_uint_eq(buffer.length, strlen(quote_rows[_i].quoted) + 2);
  ck_assert(buffer.bytes[0] == '"' && buffer.bytes[buffer.length - 1] == '"');
  buffer.bytes[buffer.length - 1] = '\0';
  ck_assert_str_eq(buffer.bytes + 1, quote_rows[_i].quoted);
  dset_buffer_clear(&buffer);
}
END_TEST

START_TEST(text_quote_failure) {
  fault f;
  fault_init(&f, 0, FAULT_ON);
  dset_buffer buffer;
  dset_buffer_init(&buffer, &f.allocator);
  dset_text_quote(&buffer, "a\n\"\xFF");
  ck_assert(buffer.failed && f.asked == 1);
  dset_buffer_clear(&buffer);
  fault_expect_empty(&f, "quote");
}
END_TEST

/* How many of all code points Go 1.26 prints, and the FNV-1a sum of its answers, one byte 0 or 1 each, in their order.
 */
START_TEST(printable_as_in_go) {
  size_t count = 0;
  uint32_t sum = 2166136261U;
  for (uint32_t code = 0; code <= 0x10FFFF; code++) {
    bool answer = dset_printable(code);
    count += answer;
    sum = (sum ^ (answer ? 1U : 0U)) * 16777619U;
  }
  ck_assert_uint_eq(count, 148998);
  ck_assert_uint_eq(sum, 1501371689U);
  ck_assert(!dset_printable(0x110000) && !dset_printable(UINT32_MAX));
}
END_TEST

Suite *dset_suite_quote(void);

Suite *dset_suite_quote(void) {
  Suite *suite = suite_create("quote");
  TCase *tcase = tcase_create("quote");
  tcase_set_timeout(tcase, 60);
  ADD_ROWS(tcase, text_quote, quote_rows);
  tcase_add_test(tcase, text_quote_failure);
  tcase_add_test(tcase, printable_as_in_go);
  suite_add_tcase(suite, tcase);
  return suite;
}
