/* SPDX-License-Identifier: Apache-2.0 */
/* dset.h: what the parts of the command line share. */
#ifndef DSET_H
#define DSET_H

#include <stdio.h>

#include "daemonset.h"

enum { EXIT_WORK = 1, EXIT_ERROR = 2 };

/* What was asked on the command line. */
struct request {
  const char *command;
  const char **files;
  size_t file_count;
  bool recursive;
  bool json;
  bool batch;
  bool manifests;
  bool exit_code;
  bool colour;
  bool has_now;
  int64_t now_ms;
  uint32_t burst;
};

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

/* Complains on stderr about two nodes, pods or revisions of one name; false when there are. */
bool input_unique(const struct input *input);

/* Says on stderr what was left out or seems to be forgotten. */
void input_notes(const struct input *input, const struct request *request);

/* memory for the life of the input; ends the program when there is none. */
void *input_memory(struct input *input, size_t bytes);

/* "file:line:column: path: text" on stderr. `file` may be NULL. */
void complain(const char *file, const dset_error *error);

/* `"file":...,"index":...` on standard output. */
void print_origin(const struct origin *from);

/* Ends the program: there is nothing sensible to do without memory. */
void *need(void *memory);

/* The commands; each returns the exit code. */
int plan_command(struct input *input, const struct request *request);
int explain_command(const struct input *input, const struct request *request);
int batch_command(const struct request *request);

/* Completes a DaemonSet that comes from a manifest: namespace, uid and generation as the API server would set them. */
dset_daemonset complete(const struct input *input, size_t index);

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
