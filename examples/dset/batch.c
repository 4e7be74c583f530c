/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.c: `--batch`: one JSON question a line in, one JSON answer a line out, in order, so that a program in any
 * language can keep one process and ask it. A line that cannot be answered gets {"name", "error"}; the next one is
 * answered all the same. Every answer is flushed, so that a host that waits for it gets it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "jsontext.h"

void print_origin(const struct origin *from) {
  fputs("\"file\":", stdout);
  write_json(stdout, from->file);
  printf(",\"index\":%zu", from->index);
}

void answer_error(const char *name, const dset_error *error) {
  fputs("{\"name\":", stdout);
  write_json(stdout, name);
  fputs(",\"error\":{\"code\":", stdout);
  write_json(stdout, dset_code_name(error->code));
  fputs(",\"text\":", stdout);
  write_json(stdout, error->text);
  fputs(",\"path\":", stdout);
  write_json(stdout, error->path);
  printf(",\"line\":%zu,\"column\":%zu}}\n", error->line, error->column);
}

/* As YAML nearly every line would be something. */
static const dset_read_options only_json = {.size = sizeof only_json, .json_only = true};

/* The name of a question that could not be read as one; it may still be JSON. */
static void answer_unread(const char *line, size_t length, const dset_error *error) {
  char *text = span_string(span_member((struct span){line, length}, "name"));
  answer_error(text, error);
  free(text);
}

/* Answers a line that is not one JSON object, the same for every command; false, and no answer, when it is one. */
static bool answer_no_object(const char *line, size_t length) {
  const char *end = line + length;
  const char *first = span_blanks_end(line, end);
  if (*first == '{' && span_valid((struct span){line, length})) return false;
  dset_documents *values;
  dset_error error;
  int code = dset_documents_read(line, length, &only_json, &values, &error);
  size_t count = code == DSET_OK ? dset_documents_count(values) : 0;
  dset_documents_free(values);
  if (count > 1) {
    size_t column = (size_t)(span_blanks_end(span_value_end(first, end), end) - line) + 1; /* of bytes: it is rare */
    error = (dset_error){.code = DSET_ERR_SYNTAX, .line = 1, .column = column, .text = "a line holds one object"};
    code = DSET_ERR_SYNTAX;
  }
  if (code == DSET_OK) return false; /* a byte order mark, say */
  answer_unread(line, length, &error);
  return true;
}

static int plan_text(const dset_state *state, const struct request *request, const dset_write_options *options,
                     dset_text **text, dset_error *error) {
  dset_snapshot snapshot = *dset_state_snapshot(state);
  dset_options planning = *dset_state_options(state);
  if (request->has_now) snapshot.now_ms = request->now_ms;
  if (snapshot.now_ms == 0) {
    *error =
        (dset_error){.code = DSET_ERR_INVALID, .path = "now", .text = "missing: give it in the question or with --now"};
    return DSET_ERR_INVALID;
  }
  if (request->burst != 0) planning.burst = request->burst;
  dset_plan *plan;
  int code = dset_plan_compute(&snapshot, &planning, &plan, error);
  if (code != DSET_OK) return code;
  code = dset_plan_json(plan, options, text, error);
  dset_plan_free(plan);
  return code;
}

static void answer(const char *line, size_t length, const struct request *request) {
  dset_state *state;
  dset_error error;
  if (dset_state_read(line, length, &only_json, &state, &error) != DSET_OK) {
    answer_unread(line, length, &error);
    return;
  }
  const dset_snapshot *snapshot = dset_state_snapshot(state);
  dset_write_options options = {.size = sizeof options, .name = dset_state_name(state)};
  if (request->manifests) options.manifests = snapshot->daemonset;
  dset_text *text;
  int code;
  if (request->command == PLAN) {
    code = plan_text(state, request, &options, &text, &error);
  } else {
    code = dset_explain_json(snapshot->daemonset, snapshot->nodes, snapshot->node_count, &options, &text, &error);
  }
  if (code == DSET_OK) {
    puts(dset_text_bytes(text));
    dset_text_free(text);
  } else {
    answer_error(dset_state_name(state), &error);
  }
  dset_state_free(state);
}

int batch_command(const struct request *request) {
  char *line = NULL;
  size_t capacity = 0;
  for (ssize_t length = getline(&line, &capacity, stdin); length >= 0; length = getline(&line, &capacity, stdin)) {
    if (strspn(line, " \t\r\n") == (size_t)length) continue;
    if (line[length - 1] == '\n') length--; /* else an unclosed string would seem to hold it */
    if (answer_no_object(line, (size_t)length)) {
      /* that is all there is to say */
    } else if ((request->command & (PLAN | EXPLAIN)) != 0) {
      answer(line, (size_t)length, request);
    } else {
      answer_manifest(line, (size_t)length, request);
    }
    if (fflush(stdout) != 0) {
      free(line);
      return EXIT_ERROR;
    }
  }
  free(line);
  if (!ferror(stdin)) return 0;
  fputs("dset: cannot read standard input\n", stderr);
  return EXIT_ERROR;
}
