/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.c: `--script FILE`, a YAML document that says how pods behave, how long things take, and what goes wrong;
 * `changes` are in script_changes.c. Whatever is not expected is refused with its line and column.
 *
 *   pods: [{nodes: gpu-*, ready: 3s..10s, fail: 10%}]     of several rules the first that fits a pod counts
 *   delays: {watch: 100ms, write: 50ms}
 *   faults: {lost-answer: 1%, until: 10m}
 *   changes: [{at: 30s, cut-off: n2}, {at: update+1m, rejoin: n2}]
 */
#include "script.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- places and complaints ---- */

static void begin_complaint(const struct script *script, const yaml_mark_t *mark) {
  fprintf(stderr, "dset: %s:%zu:%zu: ", script->file, mark->line + 1, mark->column + 1);
}

const char *script_text(const yaml_node_t *value) {
  return value->type == YAML_SCALAR_NODE ? (const char *)value->data.scalar.value : NULL;
}

bool script_expected(const struct script *script, const yaml_node_t *value, const char *expected) {
  const char *text = script_text(value);
  begin_complaint(script, &value->start_mark);
  fprintf(stderr, "expected %s, found ", expected);
  if (text == NULL) {
    fputs(value->type == YAML_SEQUENCE_NODE ? "a list" : "a map", stderr);
  } else if (text[0] == '\0') {
    fputs("nothing", stderr);
  } else {
    fputc('"', stderr);
    write_clean(stderr, text);
    fputc('"', stderr);
  }
  fputc('\n', stderr);
  return false;
}

bool script_refuse(const struct script *script, const yaml_node_t *value, const char *text, const char *name) {
  begin_complaint(script, &value->start_mark);
  fputs(text, stderr);
  write_clean(stderr, name);
  fputc('\n', stderr);
  return false;
}

/* ---- lists and maps ---- */

bool script_items(struct script *script, const yaml_node_t *value, bool (*each)(struct script *, const yaml_node_t *)) {
  if (value == NULL) return true;
  if (value->type != YAML_SEQUENCE_NODE) return script_expected(script, value, "a list");
  const yaml_node_item_t *item = value->data.sequence.items.start;
  for (; item < value->data.sequence.items.top; item++) {
    if (!each(script, yaml_document_get_node(&script->document, *item))) return false;
  }
  return true;
}

static const yaml_node_t *node_at(const struct script *script, int index) {
  return yaml_document_get_node((yaml_document_t *)&script->document, index); /* it does not change the document */
}

const yaml_node_t *script_member(const struct script *script, const yaml_node_t *map, const char *name) {
  const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
  for (; pair < map->data.mapping.pairs.top; pair++) {
    const char *key = script_text(node_at(script, pair->key));
    if (key != NULL && strcmp(key, name) == 0) return node_at(script, pair->value);
  }
  return NULL;
}

static bool unknown_key(const struct script *script, const yaml_node_t *key, const char *const *names, size_t count,
                        const char *what) {
  begin_complaint(script, &key->start_mark);
  fputc('"', stderr);
  write_clean(stderr, script_text(key));
  fprintf(stderr, "\" is no member of %s; expected ", what);
  for (size_t i = 0; i < count; i++) fprintf(stderr, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", names[i]);
  fputc('\n', stderr);
  return false;
}

bool script_map(const struct script *script, const yaml_node_t *value, const char *const *names, size_t count,
                const char *what) {
  if (value->type != YAML_MAPPING_NODE) return script_expected(script, value, "a map");
  const yaml_node_pair_t *pair = value->data.mapping.pairs.start;
  for (; pair < value->data.mapping.pairs.top; pair++) {
    const yaml_node_t *key = node_at(script, pair->key);
    const char *text = script_text(key);
    if (text == NULL) return script_expected(script, key, "a name");
    size_t i = 0;
    while (i < count && strcmp(names[i], text) != 0) i++;
    if (i == count) return unknown_key(script, key, names, count, what);
    if (script_member(script, value, text) != node_at(script, pair->value))
      return script_refuse(script, key, "it stands there twice: ", text);
  }
  return true;
}

/* ---- tables of members ---- */

enum member_kind { NAME, COUNT, COUNT_64, DURATION, SPAN, READY, WATCH, PERCENT };

struct member {
  const char *name;
  enum member_kind kind;
  size_t offset; /* in its struct */
};

enum { MOST_MEMBERS = 16 };

static bool read_count(const char *text, uint64_t most, uint64_t *count) {
  char *end;
  *count = strtoull(text, &end, 10);
  return text[0] >= '0' && text[0] <= '9' && strlen(text) < 19 && *end == '\0' && *count > 0 && *count <= most;
}

static bool read_ready(const char *text, dset_kubelet *rule) {
  rule->never_ready = strcmp(text, "never") == 0;
  return rule->never_ready || read_span(text, &rule->ready);
}

static bool read_watch(const char *text, dset_span *watches) {
  if (!read_span(text, watches)) return false;
  for (int kind = 1; kind < DSET_WATCHES; kind++) watches[kind] = watches[0];
  return true;
}

static bool read_value(const struct script *script, const struct member *member, const yaml_node_t *value, void *to) {
  static const char *const expected[] = {/* by enum member_kind */
                                         "a name",
                                         "a number from 1 on",
                                         "a number from 1 on",
                                         "a duration such as 1m30s",
                                         "a duration such as 2s, or two such as 3s..10s",
                                         "never, a duration such as 2s, or two such as 3s..10s",
                                         "a duration such as 2s, or two such as 3s..10s",
                                         "a percentage such as 10% or 0.5%"};
  const char *text = script_text(value);
  void *at = (char *)to + member->offset;
  uint64_t count = 0;
  bool good = text != NULL;
  if (good) switch (member->kind) {
      case NAME:
        good = text[0] != '\0';
        *(const char **)at = keep(script->input, text, strlen(text));
        break;
      case COUNT:
        good = read_count(text, UINT32_MAX, &count);
        *(uint32_t *)at = (uint32_t)count;
        break;
      case COUNT_64: good = read_count(text, UINT64_MAX, at); break;
      case DURATION: good = read_duration(text, at); break;
      case SPAN: good = read_span(text, at); break;
      case READY: good = read_ready(text, to); break;
      case WATCH: good = read_watch(text, at); break;
      case PERCENT: good = read_per_mille(text, at); break;
    }
  return good || script_expected(script, value, expected[member->kind]);
}

/* Reads a map by its table: in the order of the table, so that what is said of all comes before what is said of one. */
static bool read_members(const struct script *script, const yaml_node_t *map, const struct member *members,
                         size_t count, const char *what, void *to) {
  const char *names[MOST_MEMBERS];
  for (size_t i = 0; i < count; i++) names[i] = members[i].name;
  if (!script_map(script, map, names, count, what)) return false;
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *value = script_member(script, map, members[i].name);
    if (value != NULL && !read_value(script, &members[i], value, to)) return false;
  }
  return true;
}

#define MEMBERS(table) (table), sizeof(table) / sizeof *(table)

/* ---- pods, delays, faults ---- */

static bool read_rule(struct script *script, const yaml_node_t *value) {
  static const struct member members[] = {
      {"nodes", NAME, offsetof(dset_kubelet, node)},
      {"template", COUNT, offsetof(dset_kubelet, template_number)},
      {"first", COUNT, offsetof(dset_kubelet, pods)},
      {"start", SPAN, offsetof(dset_kubelet, start)},
      {"ready", READY, 0},
      {"stop", SPAN, offsetof(dset_kubelet, stop)},
      {"fail", PERCENT, offsetof(dset_kubelet, fail_per_mille)},
      {"fail-after", SPAN, offsetof(dset_kubelet, fail)},
      {"flaps", COUNT, offsetof(dset_kubelet, flaps)},
      {"up", SPAN, offsetof(dset_kubelet, up)},
      {"down", SPAN, offsetof(dset_kubelet, down)},
  };
  struct simulated *to = script->to;
  struct ruled ruled = {.rule = {.size = sizeof ruled.rule, .start = to->start, .ready = to->ready, .stop = to->stop},
                        .line = value->start_mark.line + 1,
                        .column = value->start_mark.column + 1};
  if (!read_members(script, value, MEMBERS(members), "a rule for pods", &ruled.rule)) return false;
  to->rules = need(realloc(to->rules, (to->rule_count + 1) * sizeof *to->rules));
  to->rules[to->rule_count++] = ruled;
  return true;
}

static bool read_delays(struct script *script, const yaml_node_t *value) {
  enum { SPAN_BYTES = sizeof(dset_span), FIRST = offsetof(dset_delays, watch) };
  static const struct member members[] = {
      {"watch", WATCH, FIRST},
      {"watch-nodes", SPAN, FIRST + DSET_WATCH_NODES * SPAN_BYTES},
      {"watch-pods", SPAN, FIRST + DSET_WATCH_PODS * SPAN_BYTES},
      {"watch-daemonsets", SPAN, FIRST + DSET_WATCH_DAEMONSETS * SPAN_BYTES},
      {"watch-revisions", SPAN, FIRST + DSET_WATCH_REVISIONS * SPAN_BYTES},
      {"write", SPAN, offsetof(dset_delays, call)},
      {"schedule", SPAN, offsetof(dset_delays, schedule)},
      {"collect", SPAN, offsetof(dset_delays, collect)},
      {"unreachable", SPAN, offsetof(dset_delays, unreachable)},
      {"restart", SPAN, offsetof(dset_delays, restart)},
  };
  return value == NULL || read_members(script, value, MEMBERS(members), "delays", &script->to->delays);
}

static bool read_faults(struct script *script, const yaml_node_t *value) {
  struct member members[DSET_FAULTS + 3] = {
      {"until", DURATION, offsetof(dset_fault_rates, until_ms)}, /* since the start, for the time being */
      {"most", COUNT_64, offsetof(dset_fault_rates, most)},
      {"clock", DURATION, offsetof(dset_fault_rates, clock_ms)},
  };
  for (int fault = 0; fault < DSET_FAULTS; fault++) {
    size_t offset = offsetof(dset_fault_rates, per_mille) + (size_t)fault * sizeof(uint32_t);
    members[3 + fault] = (struct member){dset_fault_name(fault), PERCENT, offset};
  }
  return value == NULL || read_members(script, value, MEMBERS(members), "faults", &script->to->faults);
}

/* ---- the document ---- */

static bool read_document(struct script *script) {
  static const char *const names[] = {"pods", "delays", "faults", "changes"};
  const yaml_node_t *root = yaml_document_get_root_node(&script->document);
  if (root == NULL) {
    fprintf(stderr, "dset: %s:1:1: expected a map with pods, delays, faults or changes, found nothing\n", script->file);
    return false;
  }
  return script_map(script, root, names, sizeof names / sizeof *names, "a script") &&
         script_items(script, script_member(script, root, "pods"), read_rule) &&
         read_delays(script, script_member(script, root, "delays")) &&
         read_faults(script, script_member(script, root, "faults")) &&
         script_items(script, script_member(script, root, "changes"), script_change);
}

/* What libyaml has against a text. Of bytes that are no UTF-8 it knows only the offset. */
static bool refuse_text(const struct script *script, const yaml_parser_t *parser, const char *text) {
  yaml_mark_t mark = parser->problem_mark;
  if (parser->error == YAML_READER_ERROR) {
    mark = (yaml_mark_t){0};
    for (const char *at = text, *end = text + parser->problem_offset; at < end;) {
      bool line_ends = next_character(&at, end) == '\n';
      mark.column = line_ends ? 0 : mark.column + 1;
      mark.line += line_ends;
    }
  }
  begin_complaint(script, &mark);
  fprintf(stderr, "%s\n", parser->problem == NULL ? "the text is not YAML" : parser->problem);
  return false;
}

/* One document, and nothing behind it. */
static bool read_text(struct script *script, yaml_parser_t *parser, const char *text) {
  if (!yaml_parser_load(parser, &script->document)) return refuse_text(script, parser, text);
  bool good = read_document(script);
  yaml_document_delete(&script->document);
  if (!good) return false;
  yaml_document_t more;
  if (!yaml_parser_load(parser, &more)) return refuse_text(script, parser, text);
  const yaml_node_t *second = yaml_document_get_root_node(&more);
  if (second != NULL) good = script_refuse(script, second, "a script is one document; this is another", "");
  yaml_document_delete(&more);
  return good;
}

static bool read_source(void *context, struct source *source) {
  struct script *script = context;
  if (source->text == NULL) {
    fprintf(stderr, "dset: %s: %s\n", source->file, source->problem);
    return false;
  }
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) need(NULL);
  yaml_parser_set_input_string(&parser, (const unsigned char *)source->text, source->length);
  script->file = source->file;
  bool good = read_text(script, &parser, source->text);
  yaml_parser_delete(&parser);
  progress_clear(script->request);
  return good;
}

bool script_read(struct simulated *simulated, struct input *input, const struct request *request) {
  if (simulated->script == NULL) return true;
  struct request one = *request;
  one.files = &simulated->script;
  one.file_count = 1;
  struct script script = {.to = simulated, .input = input, .request = request};
  return files_visit(&one, read_source, &script);
}
