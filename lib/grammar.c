/* SPDX-License-Identifier: Apache-2.0 */
/* grammar.c (L0): grammars of names and their messages (B2). */
#include "grammar.h"

#include <string.h>

enum { MAX_LABEL_BYTES = 63, MAX_SUBDOMAIN_BYTES = 253, MAX_PORT_NAME_BYTES = 15 };

/* Kubernetes shows these expressions; the functions below decide. */
#define LABEL_FORM "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define SUBDOMAIN_FORM LABEL_FORM "(\\." LABEL_FORM ")*"
#define NAME_FORM "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define EXPLAIN(examples, form) " (e.g. " examples ", regex used for validation is '" form "')"

#define LABEL_TEXT                                                                                           \
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and" \
  " end with an alphanumeric character" EXPLAIN("'my-name',  or '123-abc'", LABEL_FORM)
#define SUBDOMAIN_TEXT                                                                                                \
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and" \
  " end with an alphanumeric character" EXPLAIN("'example.com'", SUBDOMAIN_FORM)
#define NAME_TEXT                                                                                         \
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric" \
  " character" EXPLAIN("'MyName',  or 'my.name',  or '123-abc'", NAME_FORM)
#define VALUE_TEXT                                                                                               \
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start" \
  " and end with an alphanumeric character" EXPLAIN("'MyValue',  or 'my_value',  or '12345'", "(" NAME_FORM ")?")

/* Character classes are spelled out: those of the C library follow the process' locale. */
static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

static bool is_alphanumeric(char c) {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

static void say(dset_messages *messages, const char *text) {
  messages->texts[messages->count++] = text;
}

/* SUBDOMAIN_FORM, whatever the length. */
static bool has_subdomain_form(const char *text, size_t bytes) {
  char before = '.';
  for (size_t i = 0; i < bytes; i++) {
    char c = text[i];
    bool alphanumeric = is_lower(c) || is_digit(c);
    if (!alphanumeric && c != '-' && c != '.') return false;
    if (!alphanumeric && (before == '.' || (c == '.' && before == '-'))) return false;
    before = c;
  }
  return before != '-' && before != '.';
}

/* NAME_FORM, whatever the length. */
static bool has_name_form(const char *text, size_t bytes) {
  if (bytes == 0 || !is_alphanumeric(text[0]) || !is_alphanumeric(text[bytes - 1])) return false;
  for (size_t i = 0; i < bytes; i++) {
    if (!is_alphanumeric(text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.') return false;
  }
  return true;
}

dset_messages dset_grammar_label(const char *text) {
  dset_messages messages = {.count = 0};
  size_t bytes = strlen(text);
  if (bytes > MAX_LABEL_BYTES) say(&messages, "must be no more than 63 characters");
  if (!has_subdomain_form(text, bytes)) {
    say(&messages, LABEL_TEXT);
  } else if (memchr(text, '.', bytes) != NULL) {
    say(&messages, "must not contain dots");
  }
  return messages;
}

dset_messages dset_grammar_subdomain(const char *text) {
  dset_messages messages = {.count = 0};
  size_t bytes = strlen(text);
  if (bytes > MAX_SUBDOMAIN_BYTES) say(&messages, "must be no more than 253 characters");
  if (!has_subdomain_form(text, bytes)) say(&messages, SUBDOMAIN_TEXT);
  return messages;
}

static void check_prefix(dset_messages *messages, const char *prefix, size_t bytes) {
  if (bytes == 0) {
    say(messages, "prefix part must be non-empty");
    return;
  }
  if (bytes > MAX_SUBDOMAIN_BYTES) say(messages, "prefix part must be no more than 253 bytes");
  if (!has_subdomain_form(prefix, bytes)) say(messages, "prefix part " SUBDOMAIN_TEXT);
}

dset_messages dset_grammar_label_key(const char *text) {
  dset_messages messages = {.count = 0};
  const char *slash = strchr(text, '/');
  const char *name = slash == NULL ? text : slash + 1;
  if (strchr(name, '/') != NULL) {
    say(&messages,
        "a valid label key " NAME_TEXT " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
    return messages;
  }
  if (slash != NULL) check_prefix(&messages, text, (size_t)(slash - text));
  size_t bytes = strlen(name);
  if (bytes == 0) say(&messages, "name part must be non-empty");
  if (bytes > MAX_LABEL_BYTES) say(&messages, "name part must be no more than 63 bytes");
  if (!has_name_form(name, bytes)) say(&messages, "name part " NAME_TEXT);
  return messages;
}

dset_messages dset_grammar_label_value(const char *text) {
  dset_messages messages = {.count = 0};
  size_t bytes = strlen(text);
  if (bytes > MAX_LABEL_BYTES) say(&messages, "must be no more than 63 bytes");
  if (bytes != 0 && !has_name_form(text, bytes)) say(&messages, VALUE_TEXT);
  return messages;
}

dset_messages dset_grammar_port_name(const char *text) {
  dset_messages messages = {.count = 0};
  size_t bytes = strlen(text);
  bool foreign = bytes == 0;
  bool letter = false;
  bool pair = false;
  for (size_t i = 0; i < bytes; i++) {
    foreign = foreign || (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '-');
    letter = letter || is_lower(text[i]);
    pair = pair || (text[i] == '-' && text[i + 1] == '-');
  }
  if (bytes > MAX_PORT_NAME_BYTES) say(&messages, "must be no more than 15 characters");
  if (foreign) say(&messages, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!letter) say(&messages, "must contain at least one letter (a-z)");
  if (pair) say(&messages, "must not contain consecutive hyphens");
  if (bytes > 0 && (text[0] == '-' || text[bytes - 1] == '-')) say(&messages, "must not begin or end with a hyphen");
  return messages;
}

dset_messages dset_grammar_percent(const char *text) {
  dset_messages messages = {.count = 0};
  size_t digits = 0;
  while (is_digit(text[digits])) digits++;
  if (digits == 0 || strcmp(text + digits, "%") != 0) {
    say(&messages, "a valid percent string must be a numeric string followed by an ending '%'" EXPLAIN(
                       "'1%',  or '93%'", "[0-9]+%"));
  }
  return messages;
}

dset_messages dset_grammar_decimal(const char *text) {
  dset_messages messages = {.count = 0};
  if (text[0] == '\0') {
    say(&messages, "must be non-empty");
    return messages;
  }
  const char *first = text[0] == '-' ? text + 1 : text;
  size_t digits = 0;
  while (is_digit(first[digits])) digits++;
  bool zero = strcmp(text, "0") == 0;
  if (!zero && (digits == 0 || first[0] == '0' || first[digits] != '\0')) {
    say(&messages, "must be a valid decimal integer in canonical form");
  }
  return messages;
}
