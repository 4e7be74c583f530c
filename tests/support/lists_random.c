/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists_random.c: small lists of all sorts, and changes to them, see lists.h.
 *
 * A list is made of members that are left out, put in another order, or odd, each with a small chance. A change works
 * on the text alone: it takes a token of it as it finds it, so that also lists that are no JSON any more come out.
 */
#include <string.h>

#include "lists.h"

#define PICK(random, array) (array)[random_below(random, sizeof(array) / sizeof *(array))]

static void add(dset_buffer *to, const char *text) {
  dset_buffer_string(to, text);
}

/* ---- values ---- */

static const char *const odd_values[] = {
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e3",
    "-0",
    "01",
    "1e999",
    "9223372036854775807",
    "9223372036854775808",
    "\"\"",
    "\"x\"",
    "\"Ready\"",
    "\"True\"",
    "{}",
    "[]",
    "[null]",
    "[{}]",
    "{\"a\":null}",
    "{\"a\":\"b\",\"a\":\"c\"}",
    "[[[[[]]]]]",
    "{\"a\":{\"a\":{\"a\":{}}}}",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\u00e9\"",
    "\"\xC3\xA9\"",
    "\"\xC3\"",
    "\"\xE2\x80\xA8 \xF0\x9F\x98\x80\"",
    "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
    "\"\\x\"",
    "nul",
    "\"a\tb\"",
    "[\"a\",\"b\"]",
    "[1,2,3]",
    "\"2026-03-01T12:00:00Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"2026-03-01T9:00:00,25+24:00\"",
    "\"2026-02-30T12:00:00Z\"",
    "9999999999999999999999",
    "1.7976931348623157e308",
    "0.1e-400",
    "\"k:{\\\"type\\\":\\\"Ready\\\"}\"",
    "-",
    "+1",
    ".5",
    "1.",
    "NaN",
    "\"2026-03-01T12:00:00.000000000000000000000000000000000000000000000000000000Z\""};

static const char *const texts[] = {"",
                                    "a",
                                    "app",
                                    "Ready",
                                    "agent",
                                    "x.example/y-1",
                                    "\xC3\xA9t\xC3\xA9",
                                    "In",
                                    "node-1",
                                    "b",
                                    "tab\\there",
                                    "\\u0061pp",
                                    "a long text that is more than sixteen bytes",
                                    "\\ud83d\\ude00",
                                    "quote \\\" and backslash \\\\"};

static const char *const times[] = {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00.25+01:00", "1970-01-01T00:00:00Z",
                                    "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"};

static void write_blanks(dset_buffer *to, dset_random *random) {
  static const char *const blanks[] = {" ", "\n", "\t", "\r\n", "\n          ", "                    \n"};
  if (random_once_in(random, 12)) add(to, PICK(random, blanks));
}

static void write_odd(dset_buffer *to, dset_random *random) {
  add(to, PICK(random, odd_values));
}

static void write_text(dset_buffer *to, dset_random *random) {
  dset_buffer_format(to, "\"%s\"", PICK(random, texts));
}

static void write_time(dset_buffer *to, dset_random *random) {
  dset_buffer_format(to, "\"%s\"", PICK(random, times));
}

static void write_bool(dset_buffer *to, dset_random *random) {
  add(to, random_once_in(random, 2) ? "true" : "false");
}

static void write_number(dset_buffer *to, dset_random *random) {
  static const char *const numbers[] = {"0", "7", "-3", "9223372036854775807", "-9223372036854775808", "123456789012"};
  add(to, PICK(random, numbers));
}

static void write_word(dset_buffer *to, dset_random *random) {
  static const char *const words[] = {"Ready",     "True",   "False",   "Running",   "Failed",   "Pending",
                                      "Succeeded", "Exists", "Unknown", "NoExecute", "DaemonSet"};
  dset_buffer_format(to, "\"%s\"", PICK(random, words));
}

/* What no reader of nodes and pods looks into. */
static void write_junk(dset_buffer *to, dset_random *random) {
  static const char *const junk[] = {"{\"f:metadata\":{\"f:labels\":{\".\":{},\"k:{\\\"type\\\":\\\"Ready\\\"}\":{}}}}",
                                     "[{\"name\":\"c\",\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"A\"}]}]",
                                     "\"text\"",
                                     "12",
                                     "1.25e2",
                                     "null",
                                     "[true,false,null,[],{}]",
                                     "{\"limits\":{\"cpu\":\"1\",\"cpu\":\"2\"}}"};
  if (random_once_in(random, 20)) {
    write_odd(to, random);
  } else {
    add(to, PICK(random, junk));
  }
}

/* ---- objects ---- */

typedef void writer(dset_buffer *to, dset_random *random);

typedef struct member {
  const char *key;
  writer *write;
  unsigned char one_in; /* that often it is there: always, or once in so many */
} member;

/* Few are odd: one odd value makes the whole list so. */
static void write_value(dset_buffer *to, dset_random *random, writer *write) {
  if (random_once_in(random, 400)) {
    write_odd(to, random);
  } else if (random_once_in(random, 40)) {
    add(to, "null");
  } else {
    write(to, random);
  }
}

static void write_object(dset_buffer *to, dset_random *random, const member *members, size_t count) {
  size_t start = random_once_in(random, 4) ? random_below(random, count) : 0;
  const char *comma = "";
  add(to, "{");
  for (size_t i = 0; i < count; i++) {
    const member *m = &members[(start + i) % count];
    if (m->one_in > 1 && !random_once_in(random, m->one_in)) continue;
    size_t times_written = random_once_in(random, 800) ? 2 : 1;
    for (size_t t = 0; t < times_written; t++) {
      add(to, comma);
      write_blanks(to, random);
      dset_buffer_format(to, "\"%s\"", m->key);
      write_blanks(to, random);
      add(to, ":");
      write_blanks(to, random);
      write_value(to, random, m->write);
      write_blanks(to, random);
      comma = ",";
    }
  }
  add(to, "}");
}

#define OBJECT(name, ...)                                                \
  static void name(dset_buffer *to, dset_random *random) {               \
    static const member members[] = {__VA_ARGS__};                       \
    write_object(to, random, members, sizeof members / sizeof *members); \
  }

static void write_list(dset_buffer *to, dset_random *random, writer *write, uint64_t most) {
  uint64_t count = random_below(random, most + 1);
  add(to, "[");
  for (uint64_t i = 0; i < count; i++) {
    if (i > 0) add(to, ",");
    write_blanks(to, random);
    if (random_once_in(random, 400)) {
      write_odd(to, random);
    } else {
      write(to, random);
    }
    write_blanks(to, random);
  }
  add(to, "]");
}

#define LIST(name, item, most)                             \
  static void name(dset_buffer *to, dset_random *random) { \
    write_list(to, random, item, most);                    \
  }

static void write_map(dset_buffer *to, dset_random *random) {
  uint64_t count = random_below(random, 5);
  add(to, "{");
  for (uint64_t i = 0; i < count; i++) {
    add(to, i > 0 ? "," : "");
    if (random_once_in(random, 10)) {
      write_text(to, random); /* perhaps one that is there */
    } else {
      dset_buffer_format(to, "\"%s.%d\"", PICK(random, texts), (int)i);
    }
    add(to, ":");
    write_value(to, random, write_text);
  }
  add(to, "}");
}

OBJECT(write_owner, {"apiVersion", write_text, 2}, {"kind", write_word, 1}, {"name", write_text, 1},
       {"uid", write_text, 1}, {"controller", write_bool, 2}, {"blockOwnerDeletion", write_bool, 2})
LIST(write_owners, write_owner, 2)
OBJECT(write_metadata, {"name", write_text, 1}, {"namespace", write_text, 2}, {"uid", write_text, 2},
       {"resourceVersion", write_text, 3}, {"generation", write_number, 4}, {"creationTimestamp", write_time, 2},
       {"deletionTimestamp", write_time, 6}, {"labels", write_map, 2}, {"annotations", write_map, 3},
       {"ownerReferences", write_owners, 2}, {"managedFields", write_junk, 3}, {"nam\\u0065", write_text, 200})
OBJECT(write_taint, {"key", write_text, 1}, {"value", write_text, 2}, {"effect", write_word, 1},
       {"timeAdded", write_time, 3})
LIST(write_taints, write_taint, 2)
OBJECT(write_node_spec, {"podCIDR", write_text, 3}, {"taints", write_taints, 1}, {"unschedulable", write_bool, 3})
LIST(write_texts, write_text, 3)
OBJECT(write_requirement, {"key", write_text, 1}, {"operator", write_word, 1}, {"values", write_texts, 2})
LIST(write_requirements, write_requirement, 2)
OBJECT(write_term, {"matchExpressions", write_requirements, 2}, {"matchFields", write_requirements, 2})
LIST(write_terms, write_term, 2)
OBJECT(write_selector, {"nodeSelectorTerms", write_terms, 1}, {"x", write_junk, 5})
OBJECT(write_node_affinity, {"preferredDuringSchedulingIgnoredDuringExecution", write_junk, 3},
       {"requiredDuringSchedulingIgnoredDuringExecution", write_selector, 1})
OBJECT(write_affinity, {"podAffinity", write_junk, 4}, {"nodeAffinity", write_node_affinity, 1})
OBJECT(write_pod_spec, {"volumes", write_junk, 2}, {"containers", write_junk, 2}, {"nodeName", write_text, 1},
       {"affinity", write_affinity, 3}, {"tolerations", write_junk, 3})
OBJECT(write_condition, {"type", write_word, 1}, {"status", write_word, 1}, {"lastProbeTime", write_junk, 3},
       {"lastTransitionTime", write_time, 2}, {"message", write_text, 3})
LIST(write_conditions, write_condition, 3)
OBJECT(write_status, {"phase", write_word, 1}, {"conditions", write_conditions, 1},
       {"containerStatuses", write_junk, 3})
OBJECT(write_node, {"metadata", write_metadata, 1}, {"spec", write_node_spec, 2}, {"status", write_junk, 2})
OBJECT(write_pod, {"metadata", write_metadata, 1}, {"spec", write_pod_spec, 2}, {"status", write_status, 2})

static void write_v1(dset_buffer *to, dset_random *random) {
  add(to, random_once_in(random, 60) ? "\"v2\"" : "\"v1\"");
}

static void write_node_kind(dset_buffer *to, dset_random *random) {
  add(to, random_once_in(random, 60) ? "\"Pod\"" : "\"Node\"");
}

static void write_pod_kind(dset_buffer *to, dset_random *random) {
  static const char *const kinds[] = {"\"Node\"", "\"Service\"", "\"ControllerRevision\"", "\"\""};
  add(to, random_once_in(random, 60) ? PICK(random, kinds) : "\"Pod\"");
}

OBJECT(write_named_node, {"apiVersion", write_v1, 1}, {"kind", write_node_kind, 1}, {"metadata", write_metadata, 1},
       {"spec", write_node_spec, 2})
OBJECT(write_named_pod, {"apiVersion", write_v1, 1}, {"kind", write_pod_kind, 1}, {"metadata", write_metadata, 1},
       {"spec", write_pod_spec, 2}, {"status", write_status, 2})
OBJECT(write_other, {"apiVersion", write_v1, 2}, {"kind", write_word, 1}, {"metadata", write_junk, 2},
       {"data", write_junk, 1})

static void write_any(dset_buffer *to, dset_random *random) {
  writer *const writers[] = {write_named_node, write_named_pod, write_other};
  writers[random_below(random, 3)](to, random);
}

LIST(write_nodes, write_node, 3)
LIST(write_pods, write_pod, 3)
LIST(write_named_nodes, write_named_node, 2)
LIST(write_named_pods, write_named_pod, 2)
LIST(write_mixed, write_any, 3)

static void write_node_list(dset_buffer *to, dset_random *random) {
  (void)random;
  add(to, "\"NodeList\"");
}

static void write_pod_list(dset_buffer *to, dset_random *random) {
  (void)random;
  add(to, "\"PodList\"");
}

static void write_plain_list(dset_buffer *to, dset_random *random) {
  static const char *const odd[] = {"\"Lis\"", "\"DaemonSetList\"", "\"Pod\"", "\"XList\""};
  add(to, random_once_in(random, 40) ? PICK(random, odd) : "\"List\"");
}

OBJECT(write_list_of_nodes, {"kind", write_node_list, 1}, {"apiVersion", write_v1, 1}, {"metadata", write_junk, 2},
       {"items", write_nodes, 1})
OBJECT(write_list_of_pods, {"kind", write_pod_list, 1}, {"apiVersion", write_v1, 1}, {"metadata", write_junk, 2},
       {"items", write_pods, 1})
OBJECT(write_sorted_nodes, {"apiVersion", write_v1, 1}, {"items", write_named_nodes, 1}, {"kind", write_node_list, 1},
       {"metadata", write_junk, 2})
OBJECT(write_sorted_pods, {"apiVersion", write_v1, 1}, {"items", write_named_pods, 1}, {"kind", write_pod_list, 1},
       {"metadata", write_junk, 2})
OBJECT(write_list_of_all, {"apiVersion", write_v1, 1}, {"items", write_mixed, 1}, {"kind", write_plain_list, 1})

void list_write_random(dset_buffer *to, dset_random *random) {
  writer *const writers[] = {write_list_of_nodes, write_list_of_pods, write_sorted_nodes, write_sorted_pods,
                             write_list_of_all};
  static const char *const behind[] = {" {}", "x", "\n---\n", "}", ",", "# c", "\"", "]", "\xEF\xBB\xBF"};
  writers[random_below(random, 5)](to, random);
  if (random_once_in(random, 3)) add(to, "\n");
  if (random_once_in(random, 100)) add(to, PICK(random, behind));
}

/* ---- changes ---- */

/* Puts `text` in place of the bytes from `begin` to `end`. */
static void replace(dset_buffer *buffer, size_t begin, size_t end, const char *text, size_t length) {
  dset_buffer made;
  dset_buffer_init(&made, &buffer->allocator);
  dset_buffer_add(&made, buffer->bytes, begin);
  dset_buffer_add(&made, text, length);
  dset_buffer_add(&made, buffer->bytes + end, buffer->length - end);
  dset_buffer_clear(buffer);
  *buffer = made;
}

/* A token that starts at `at` or behind it: a string, a word, a number, or one byte. */
static void find_token(const dset_buffer *text, size_t at, size_t *begin, size_t *end) {
  const char *bytes = text->bytes;
  while (at < text->length && memchr("\"{[0123456789-tfn,:", bytes[at], 19) == NULL) at++;
  *begin = at;
  if (at < text->length && bytes[at] == '"') {
    for (at++; at < text->length && bytes[at] != '"'; at++) {
      if (bytes[at] == '\\' && at + 1 < text->length) at++;
    }
  } else {
    while (at + 1 < text->length && memchr(",:{}[]\" \n", bytes[at + 1], 9) == NULL) at++;
  }
  *end = at < text->length ? at + 1 : text->length;
}

static void mutate_token(dset_buffer *text, dset_random *random) {
  static const char *const keys[] = {"\"metadata\"", "\"name\"",       "\"kind\"",       "\"items\"",
                                     "\"status\"",   "\"labels\"",     "\"apiVersion\"", "\"n\\u0061me\"",
                                     "\"values\"",   "\"controller\"", "\"phase\""};
  size_t begin, end;
  find_token(text, random_below(random, text->length), &begin, &end);
  const char *with = random_once_in(random, 3) ? PICK(random, keys) : PICK(random, odd_values);
  replace(text, begin, end, with, strlen(with));
}

static void mutate_byte(dset_buffer *text, dset_random *random) {
  static const char bytes[] =
      "\"\\{}[],: \n\t\x01\x1f\x7f\x80\xC3\xA9\xED\xF4\xFF"
      "0-+.eEtfnu/a";
  size_t at = random_below(random, text->length);
  char byte = bytes[random_below(random, sizeof bytes)]; /* the NUL, too */
  switch (random_below(random, 3)) {
    case 0: replace(text, at, at + 1, &byte, 1); break;
    case 1: replace(text, at, at, &byte, 1); break;
    default: replace(text, at, at + 1, "", 0);
  }
}

/* Takes a piece out, or has it there once more. */
static void mutate_piece(dset_buffer *text, dset_random *random) {
  size_t begin, end, last, unused;
  find_token(text, random_below(random, text->length), &begin, &unused);
  find_token(text, random_below(random, text->length), &last, &end);
  if (begin > end || end - begin > 200) return;
  char piece[200];
  memcpy(piece, text->bytes + begin, end - begin);
  if (random_once_in(random, 2)) {
    replace(text, begin, end, "", 0);
  } else {
    replace(text, end, end, piece, end - begin);
  }
}

void list_mutate(dset_buffer *text, dset_random *random) {
  if (text->length < 2) return;
  switch (random_below(random, 8)) {
    case 0:
    case 1:
    case 2: mutate_token(text, random); break;
    case 3:
    case 4: mutate_piece(text, random); break;
    case 5: replace(text, random_below(random, text->length), text->length, "", 0); break;
    default: mutate_byte(text, random);
  }
}
