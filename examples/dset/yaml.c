/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.c: JSON as YAML in blocks, as kubectl writes it:
 *
 *   {"a":{},"b":[{"c":"x","d":1}],"e":"yes"}     a: {}
 *                                                b:
 *                                                - c: x
 *                                                  d: 1
 *                                                e: "yes"
 *
 * A string must come back as the same string, from readers of YAML 1.1 and 1.2:
 *
 *   | it is                                              | written             |
 *   |----------------------------------------------------|---------------------|
 *   | a word that no reader takes for anything else      | as it is            |
 *   | several lines that a block can hold                | |, |- or |+         |
 *   | anything else                                      | in quotes, as JSON  |
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "jsontext.h"

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/*
 * What begins with a letter or a slash, dashes in front of it or not, is no number, time, merge key or indicator; nor
 * is what begins with a digit and has a letter that no number or time has. Of the words that readers take for null or a
 * truth value there are few.
 */
static bool is_word(const char *text) {
  static const char *const taken[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    if (strcasecmp(text, taken[i]) == 0) return false;
  }
  if (is_digit(text[0])) return strpbrk(text, "ghijklmnpqrsuvwyGHIJKLMNPQRSUVWY") != NULL;
  size_t dashes = strspn(text, "-");
  return dashes <= 2 && (is_letter(text[dashes]) || (dashes == 0 && text[0] == '/'));
}

/* Inside, a colon before a blank or at the end, and # behind a blank, mean something: # is not let through at all. */
static bool is_plain(const char *text) {
  if (!is_word(text)) return false;
  for (const char *c = text; *c != '\0'; c++) {
    bool ends = c[1] == '\0' || c[1] == ' ';
    if ((*c == ' ' && c[1] == '\0') || (*c == ':' && ends)) return false;
    if (!is_letter(*c) && !is_digit(*c) && strchr(" /._-+@=$~^;%:", *c) == NULL) return false;
  }
  return true;
}

/* Whether a block can hold a text: a line break in it, nothing invisible, and no blank where indentation is measured.
 */
static bool is_block(const char *text) {
  if (strchr(text, '\n') == NULL || strchr(" \t\n", text[0]) != NULL) return false;
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    const char *start = at;
    uint32_t point = next_character(&at, end);
    bool broken = point == 0xFFFD && at - start == 1;
    if (broken || point == 0xFEFF || (point & 0xFFFE) == 0xFFFE) return false;
    if (point != '\n' && point != '\t' && !is_clean(point)) return false;
  }
  return true;
}

static void write_block(FILE *file, const char *text, int indent) {
  size_t length = strlen(text);
  bool ends = text[length - 1] == '\n';
  fputs(!ends ? "|-" : text[length - 2] == '\n' ? "|+" : "|", file);
  while (*text != '\0') {
    size_t line = strcspn(text, "\n");
    fputc('\n', file);
    if (line > 0) fprintf(file, "%*s", indent, "");
    fwrite(text, 1, line, file);
    text += line;
    if (*text == '\n') text++;
  }
}

/* JSON's escapes are YAML's as well. Of what JSON leaves as it is, YAML wants the invisible escaped. */
static void write_quoted(FILE *file, const char *text) {
  const char *end = text + strlen(text);
  fputc('"', file);
  for (const char *at = text; at < end;) {
    const char *start = at;
    uint32_t point = next_character(&at, end);
    if (point >= 0x7F && point <= 0xFFFF && (!is_clean(point) || point == 0xFEFF || point >= 0xFFFE)) {
      fprintf(file, "\\u%04x", (unsigned)point);
      continue;
    }
    char character[5] = {0};
    memcpy(character, start, (size_t)(at - start));
    write_json_part(file, character);
  }
  fputc('"', file);
}

/* A key of more than 1024 characters must be announced: its reader looks no further for the colon. */
static void write_key(FILE *file, const char *key, int indent) {
  enum { LONGEST = 128 };
  bool announced = strlen(key) > LONGEST;
  if (announced) fputs("? ", file);
  if (is_plain(key)) {
    fputs(key, file);
  } else {
    write_quoted(file, key);
  }
  if (announced) fprintf(file, "\n%*s", indent, "");
  fputc(':', file);
}

static const char *write_scalar(FILE *file, const char *at, const char *end, int indent) {
  const char *stop = span_value_end(at, end);
  if (stop == NULL) stop = end;
  struct span value = {at, (size_t)(stop - at)};
  char *text = span_string(value);
  if (text == NULL) {
    fwrite(at, 1, value.length, file);
  } else if (is_plain(text)) {
    fputs(text, file);
  } else if (is_block(text)) {
    write_block(file, text, indent);
  } else {
    write_quoted(file, text);
  }
  free(text);
  return stop;
}

/* Whether a map or list with anything in it starts at `at`. */
static bool is_filled(const char *at, const char *end) {
  if (at == end || (*at != '{' && *at != '[')) return false;
  const char *inside = span_blanks_end(at + 1, end);
  return inside < end && *inside != '}' && *inside != ']';
}

static const char *write_children(FILE *file, const char *at, const char *end, int indent, bool fresh);

/* One value behind "key:" or "-". */
static const char *write_child(FILE *file, const char *at, const char *end, int indent, bool of_map) {
  if (!is_filled(at, end)) {
    fputc(' ', file);
    return write_scalar(file, at, end, indent + 2);
  }
  if (!of_map) fputc(' ', file);
  bool list_of_map = of_map && *at == '[';
  return write_children(file, at, end, list_of_map ? indent : indent + 2, !of_map);
}

/* The lines of a map or list that has some, each indented; when `fresh`, the first one stands where it should. */
static const char *write_children(FILE *file, const char *at, const char *end, int indent, bool fresh) {
  bool map = *at == '{';
  at = span_blanks_end(at + 1, end);
  for (bool first = true; at < end && *at != '}' && *at != ']'; first = false) {
    if (!first || !fresh) fprintf(file, "\n%*s", indent, "");
    if (map) {
      const char *stop = span_value_end(at, end);
      char *key = stop == NULL ? NULL : span_string((struct span){at, (size_t)(stop - at)});
      if (key == NULL) return end;
      write_key(file, key, indent);
      free(key);
      at = span_blanks_end(stop, end);
      if (at < end) at = span_blanks_end(at + 1, end); /* behind the colon */
    } else {
      fputc('-', file);
    }
    at = span_blanks_end(write_child(file, at, end, indent, map), end);
    if (at < end && *at == ',') at = span_blanks_end(at + 1, end);
  }
  return at < end ? at + 1 : end;
}

void span_yaml(FILE *file, struct span value) {
  const char *end = value.text + value.length;
  const char *at = span_blanks_end(value.text, end);
  if (is_filled(at, end)) {
    write_children(file, at, end, 0, true);
  } else {
    write_scalar(file, at, end, 2);
  }
  fputc('\n', file);
}
