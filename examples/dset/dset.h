/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dset.h: what the parts of the command line share.
 *
 *   main.c ─► options.c help.c            arguments to a request
 *      │
 *      ├─► input.c checks.c ──────────► plan.c explain.c table.c      objects: what to do about them
 *      │             └────────────────► simulate.c (simulation.h)     and what will happen
 *      ├─► manifests.c findings.c ────► validate.c report_*.c default.c   manifests: what was found, what is stored
 *      └─► batch.c batch_manifests.c   the same for programs, a line for a line
 *
 *   files.c walks folders for both; write.c, jsontext.c, yaml.c and places.c write, for whoever needs it.
 */
#ifndef DSET_H
#define DSET_H

#include <stdio.h>

#include "daemonset.h"

enum { EXIT_WORK = 1, EXIT_FINDINGS = 1, EXIT_ERROR = 2 };

/* ---- the request ---- */

enum command { PLAN = 1, EXPLAIN = 2, VALIDATE = 4, DEFAULT = 8, SIMULATE = 16 }; /* bits, for sets of commands */

enum form { FORM_TABLE, FORM_TEXT, FORM_JSON, FORM_YAML, FORM_REVISION, FORM_JUNIT, FORM_TAP, FORM_TRACE };

enum warnings { WARNINGS_ON, WARNINGS_OFF, WARNINGS_ERROR };

/* What is said on a terminal while there is nothing else to see. */
struct progress {
  bool wanted;
  bool shown;
  int64_t started_ms;
  int64_t said_ms;
};

/* What was asked on the command line. */
struct request {
  enum command command;
  const char **files;
  size_t file_count;
  enum form form;
  bool recursive;
  bool batch;
  bool manifests;
  bool exit_code;
  bool colour;
  bool has_now;
  bool has_validation;
  int64_t now_ms;
  uint32_t burst;
  int32_t validation; /* enum dset_validation_mode */
  enum warnings warnings;
  int32_t *silent; /* kinds of warnings that are not wanted */
  size_t silent_count;
  size_t max_findings; /* 0 = not given */
  size_t max_bytes;    /* of a text */
  size_t max_values;   /* of a document */
  struct progress *progress;
  struct simulated *simulated; /* simulation.h */
};

/* Reads argv[2] and on into a request whose command is known. Returns 0, or an exit code. */
int options_read(struct request *request, int argc, char **argv);

/* A mistake on the command line: said on stderr. Returns the exit code. */
int usage(const char *text, const char *argument);

/* The command of that name; 0 = none. */
int command_of(const char *name);

/* Help on everything (0) or on a command, on standard output. */
void help_print(int command);

/* ---- files ---- */

/* One text, or why there is none. Lives as long as the visit, except for a text that the visit takes over. */
struct source {
  const char *file;
  char *text; /* NULL: it could not be read. Set to NULL by a visit that keeps it, and frees it */
  size_t length;
  const char *problem; /* then this says why */
  bool named;          /* on the command line, not found in a folder */
};

/*
 * Visits every text that the request names, in order. A visit returns false when something is wrong with its text; the
 * next one is visited all the same. False when any visit was.
 */
typedef bool visit(void *context, struct source *source);
bool files_visit(const struct request *request, visit *each, void *context);

/* Whether it is time to say on the terminal how things go: when the first second is over, and then now and then. */
bool progress_due(const struct request *request);

/* Says it, in one line; wipes it from the terminal, before anything else is written. */
void progress_say(const struct request *request, const char *text);
void progress_clear(const struct request *request);

/* ---- objects ---- */

/* Where an object came from. */
struct origin {
  const char *file;
  size_t index; /* position of its document in the file */
  size_t line;
};

/* Everything read from files, by kind; `*_origins` run in parallel. */
struct input {
  const dset_daemonset **daemonsets;
  struct origin *daemonset_origins;
  size_t daemonset_count;
  const dset_node **nodes;
  struct origin *node_origins;
  size_t node_count;
  const dset_pod **pods;
  struct origin *pod_origins;
  size_t pod_count;
  const dset_revision **revisions;
  struct origin *revision_origins;
  size_t revision_count;
  size_t other_count;          /* objects of other kinds */
  struct origin other_origin;  /* the last DaemonSet that is not apps/v1 */
  const char *other_daemonset; /* its apiVersion, or NULL */
  struct held *held;           /* memory */
};

/* Reads the files of a request. Complains on stderr and returns false when anything cannot be read. */
bool input_read(struct input *input, const struct request *request);
void input_free(struct input *input);

/* Frees an input whose objects go on living with another one. */
void input_keep(struct input *input, struct input *from);

/* Complains on stderr about nodes, pods or revisions without a name, or two of one name; false when there are. The
 * second is about DaemonSets. */
bool input_unique(const struct input *input);
bool input_unique_daemonsets(const struct input *input);

/* Pods and revisions without a namespace are in "default", as kubectl has it. */
void input_default_namespaces(struct input *input);

/* Says on stderr what was left out or seems to be forgotten. */
void input_notes(const struct input *input, const struct request *request);

/* memory for the life of the input; ends the program when there is none. */
void *input_memory(struct input *input, size_t bytes);

/* Completes a DaemonSet that comes from a manifest: namespace, uid and generation as the API server would set them. */
dset_daemonset complete(const struct input *input, size_t index);

/* The uid that it gives if nothing knows another. */
#define NEW_UID "00000000-0000-0000-0000-000000000000"

/* ---- the commands; each returns the exit code ---- */

int plan_command(struct input *input, const struct request *request);
int explain_command(const struct input *input, const struct request *request);
int simulate_command(struct input *input, const struct request *request);
int validate_command(const struct request *request);
int default_command(const struct request *request);
int batch_command(const struct request *request);           /* of lines, for every command */
int batch_manifests_command(const struct request *request); /* of files, for validate and default */

/* Answers a line for validate and default; and answers that the line named so cannot be answered. */
void answer_manifest(const char *line, size_t length, const struct request *request);
void answer_error(const char *name, const dset_error *error);

/* ---- writing ---- */

/* "file:line:column: path: text" on stderr. `file` may be NULL. */
void complain(const char *file, const dset_error *error);

/* `"file":...,"index":...` on standard output. */
void print_origin(const struct origin *from);

/* Ends the program: there is nothing sensible to do without memory. */
void *need(void *memory);

/* The code point at `*at`, which is moved behind it; U+FFFD for a byte that is no UTF-8. `*at` < `end`. */
uint32_t next_character(const char **at, const char *end);

/* A JSON string, NULL as ""; and the same without its quotes, to be put together from parts. Any bytes will do. */
void write_json(FILE *file, const char *text);
void write_json_part(FILE *file, const char *text);

/* The text of an XML 1.0 attribute or element; what XML cannot hold becomes U+FFFD. */
void write_xml(FILE *file, const char *text);

/* Text for people: whatever could steer a terminal or deceive its reader becomes U+FFFD; what is endless is cut. */
void write_clean(FILE *file, const char *text);
bool is_clean(uint32_t character);

/* One line of a table: cells, and how to colour the first. */
enum colour { PLAIN, GREEN, YELLOW, RED };

struct table *table_new(const char *const *heads, size_t columns);
void table_add(struct table *table, enum colour colour, const char *const *cells);
void table_print(const struct table *table, FILE *file, bool colour);
void table_free(struct table *table);

/* A formatted string that the caller frees. */
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* An RFC 3339 time that the caller frees; "never" for DSET_NEVER. */
char *time_text(int64_t time_ms);

#endif
