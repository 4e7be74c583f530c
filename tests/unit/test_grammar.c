/* SPDX-License-Identifier: Apache-2.0 */
/* test_grammar.c: B2, the grammars of names and what is said of texts that break them (grammar.h). */
#include "grammar.h"

#include <stdio.h>
#include <string.h>

#include "messages.h"
#include "support/build.h"

typedef dset_messages (*grammar)(const char *text);

typedef struct grammar_row {
  grammar check;
  const char *text;     /* behind `repeated` */
  size_t repeated;      /* so many letters "a" come first */
  const char *messages; /* one a line */
} grammar_row;

static const grammar_row label_rows[] = {
    {dset_grammar_label, "a", 0, ""},
    {dset_grammar_label, "0", 0, ""},
    {dset_grammar_label, "a-b--c", 0, ""},
    {dset_grammar_label, "", 63, ""},
    {dset_grammar_label, "", 64, "must be no more than 63 characters"},
    {dset_grammar_label, "a.b", 0, "must not contain dots"},
    {dset_grammar_label, ".b", 63, "must be no more than 63 characters\nmust not contain dots"},
    {dset_grammar_label, "", 0, BAD_LABEL},
    {dset_grammar_label, "-a", 0, BAD_LABEL},
    {dset_grammar_label, "a-", 0, BAD_LABEL},
    {dset_grammar_label, "A", 0, BAD_LABEL},
    {dset_grammar_label, "a_b", 0, BAD_LABEL},
    {dset_grammar_label, "a..b", 0, BAD_LABEL},
    {dset_grammar_label, "\xC3\xA9", 0, BAD_LABEL},
    {dset_grammar_label, "_", 63, "must be no more than 63 characters\n" BAD_LABEL},
};

static const grammar_row subdomain_rows[] = {
    {dset_grammar_subdomain, "a", 0, ""},
    {dset_grammar_subdomain, "a.b-c.0", 0, ""},
    {dset_grammar_subdomain, ".b", 64, ""}, /* a part may be longer than a label */
    {dset_grammar_subdomain, "", 253, ""},
    {dset_grammar_subdomain, "", 254, "must be no more than 253 characters"},
    {dset_grammar_subdomain, "", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "a..b", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, ".a", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "a.", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "a-.b", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "a.-b", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "a b", 0, BAD_SUBDOMAIN},
    {dset_grammar_subdomain, "A", 253, "must be no more than 253 characters\n" BAD_SUBDOMAIN},
};

static const grammar_row key_rows[] = {
    {dset_grammar_label_key, "a", 0, ""},
    {dset_grammar_label_key, "A_b.C-0", 0, ""},
    {dset_grammar_label_key, "example.com/MyName", 0, ""},
    {dset_grammar_label_key, "", 63, ""},
    {dset_grammar_label_key, "/a", 253, ""},
    {dset_grammar_label_key, "", 64, "name part must be no more than 63 bytes"},
    {dset_grammar_label_key, "", 0, "name part must be non-empty\n" BAD_NAME_PART},
    {dset_grammar_label_key, "a/", 0, "name part must be non-empty\n" BAD_NAME_PART},
    {dset_grammar_label_key, "-a", 0, BAD_NAME_PART},
    {dset_grammar_label_key, "a.", 0, BAD_NAME_PART},
    {dset_grammar_label_key, "a b", 0, BAD_NAME_PART},
    {dset_grammar_label_key, "-", 63, "name part must be no more than 63 bytes\n" BAD_NAME_PART},
    {dset_grammar_label_key, "/a", 0, "prefix part must be non-empty"},
    {dset_grammar_label_key, "Example.com/a", 0, "prefix part " BAD_SUBDOMAIN},
    {dset_grammar_label_key, "/a", 254, "prefix part must be no more than 253 bytes"},
    {dset_grammar_label_key, "_/_", 253,
     "prefix part must be no more than 253 bytes\nprefix part " BAD_SUBDOMAIN "\n" BAD_NAME_PART},
    {dset_grammar_label_key, "/", 0, "prefix part must be non-empty\nname part must be non-empty\n" BAD_NAME_PART},
    {dset_grammar_label_key, "a/b/c", 0, BAD_SLASHES},
    {dset_grammar_label_key, "//", 0, BAD_SLASHES},
};

static const grammar_row value_rows[] = {
    {dset_grammar_label_value, "", 0, ""},
    {dset_grammar_label_value, "My.value_1", 0, ""},
    {dset_grammar_label_value, "", 63, ""},
    {dset_grammar_label_value, "", 64, "must be no more than 63 bytes"},
    {dset_grammar_label_value, "a/b", 0, BAD_VALUE},
    {dset_grammar_label_value, "-5", 0, BAD_VALUE},
    {dset_grammar_label_value, "a_", 0, BAD_VALUE},
    {dset_grammar_label_value, "_", 63, "must be no more than 63 bytes\n" BAD_VALUE},
};

#define FOREIGN "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
#define NO_LETTER "must contain at least one letter (a-z)"
#define HYPHENS "must not contain consecutive hyphens"
#define HYPHEN_END "must not begin or end with a hyphen"

static const grammar_row port_rows[] = {
    {dset_grammar_port_name, "http", 0, ""},
    {dset_grammar_port_name, "8-0a", 0, ""},
    {dset_grammar_port_name, "", 15, ""},
    {dset_grammar_port_name, "", 16, "must be no more than 15 characters"},
    {dset_grammar_port_name, "Http", 0, FOREIGN},
    {dset_grammar_port_name, "80", 0, NO_LETTER},
    {dset_grammar_port_name, "a--b", 0, HYPHENS},
    {dset_grammar_port_name, "a-", 0, HYPHEN_END},
    {dset_grammar_port_name, "-a", 0, HYPHEN_END},
    {dset_grammar_port_name, "", 0, FOREIGN "\n" NO_LETTER},
    {dset_grammar_port_name, "-", 0, NO_LETTER "\n" HYPHEN_END},
    {dset_grammar_port_name, "--_0123456789012-", 0,
     "must be no more than 15 characters\n" FOREIGN "\n" NO_LETTER "\n" HYPHENS "\n" HYPHEN_END},
};

#define NOT_CANONICAL "must be a valid decimal integer in canonical form"

static const grammar_row number_rows[] = {
    {dset_grammar_percent, "0%", 0, ""},
    {dset_grammar_percent, "0250%", 0, ""},
    {dset_grammar_percent, "", 0, BAD_PERCENT},
    {dset_grammar_percent, "5", 0, BAD_PERCENT},
    {dset_grammar_percent, "%", 0, BAD_PERCENT},
    {dset_grammar_percent, "-5%", 0, BAD_PERCENT},
    {dset_grammar_percent, "5%%", 0, BAD_PERCENT},
    {dset_grammar_percent, "5.5%", 0, BAD_PERCENT},
    {dset_grammar_decimal, "0", 0, ""},
    {dset_grammar_decimal, "-10", 0, ""},
    {dset_grammar_decimal, "99999999999999999999", 0, ""}, /* the range is another question */
    {dset_grammar_decimal, "", 0, "must be non-empty"},
    {dset_grammar_decimal, "-", 0, NOT_CANONICAL},
    {dset_grammar_decimal, "-0", 0, NOT_CANONICAL},
    {dset_grammar_decimal, "05", 0, NOT_CANONICAL},
    {dset_grammar_decimal, "+5", 0, NOT_CANONICAL},
    {dset_grammar_decimal, "5a", 0, NOT_CANONICAL},
    {dset_grammar_decimal, " 5", 0, NOT_CANONICAL},
};

static void expect_messages(const grammar_row *row) {
  dset_world w;
  world_init(&w);
  char *text = world_alloc(&w, 1, row->repeated + strlen(row->text) + 1);
  memset(text, 'a', row->repeated);
  memcpy(text + row->repeated, row->text, strlen(row->text));
  dset_messages messages = row->check(text);
  const char *all = "";
  for (size_t i = 0; i < messages.count; i++) {
    all = world_format(&w, "%s%s%s", all, i == 0 ? "" : "\n", messages.texts[i]);
  }
  expect_text(text, "messages", all, row->messages);
  world_free(&w);
}

#define ROWS_TEST(test, rows)   \
  START_TEST(test) {            \
    expect_messages(&rows[_i]); \
  }                             \
  END_TEST

ROWS_TEST(B2_label, label_rows)
ROWS_TEST(B2_subdomain, subdomain_rows)
ROWS_TEST(B2_label_key, key_rows)
ROWS_TEST(B2_label_value, value_rows)
ROWS_TEST(B2_port_name, port_rows)
ROWS_TEST(B2_number, number_rows)

Suite *dset_suite_grammar(void);
Suite *dset_suite_grammar(void) {
  Suite *suite = suite_create("grammar");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, B2_label, label_rows);
  ADD_ROWS(tcase, B2_subdomain, subdomain_rows);
  ADD_ROWS(tcase, B2_label_key, key_rows);
  ADD_ROWS(tcase, B2_label_value, value_rows);
  ADD_ROWS(tcase, B2_port_name, port_rows);
  ADD_ROWS(tcase, B2_number, number_rows);
  suite_add_tcase(suite, tcase);
  return suite;
}
