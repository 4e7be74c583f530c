/* SPDX-License-Identifier: Apache-2.0 */
/* options.c: arguments to a request. An option is a row of the table below, and a case of take() when it has a value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

enum {
  PLANNING = PLAN | EXPLAIN,      /* commands about a cluster as it is */
  CLUSTER = PLANNING | SIMULATE,  /* and about a cluster */
  MANIFESTS = VALIDATE | DEFAULT, /* commands about manifests alone */
  ANY = CLUSTER | MANIFESTS
};

enum option_id {
  FILE_NAME,
  OUTPUT,
  RECURSIVE,
  BATCH,
  NOW,
  BURST,
  PODS,
  EXIT_CODE,
  VALIDATION,
  WARNINGS,
  SILENCE,
  MAX_FINDINGS,
  MAX_BYTES,
  MAX_VALUES,
  SIMULATED /* simulate_options.c has them */
};

struct option {
  const char *name;
  enum option_id id;
  unsigned commands;
  bool takes_value;
};

static const struct option options[] = {
    {"-f", FILE_NAME, ANY, true},
    {"--file", FILE_NAME, ANY, true},
    {"--filename", FILE_NAME, ANY, true},
    {"-o", OUTPUT, ANY, true},
    {"--output", OUTPUT, ANY, true},
    {"-R", RECURSIVE, ANY, false},
    {"--recursive", RECURSIVE, ANY, false},
    {"--batch", BATCH, PLANNING | MANIFESTS, false},
    {"--now", NOW, CLUSTER, true},
    {"--burst", BURST, CLUSTER, true},
    {"--manifests", PODS, PLANNING, false},
    {"--exit-code", EXIT_CODE, PLANNING, false},
    {"--validation", VALIDATION, ANY, true},
    {"--validate", VALIDATION, ANY, true}, /* kubectl's name */
    {"--warnings", WARNINGS, MANIFESTS, true},
    {"--silence", SILENCE, MANIFESTS, true},
    {"--max-findings", MAX_FINDINGS, MANIFESTS, true},
    {"--max-bytes", MAX_BYTES, ANY, true},
    {"--max-values", MAX_VALUES, ANY, true},
    {"--update", SIMULATED, SIMULATE, true},
    {"--update-at", SIMULATED, SIMULATE, true},
    {"--script", SIMULATED, SIMULATE, true},
    {"--start", SIMULATED, SIMULATE, true},
    {"--ready", SIMULATED, SIMULATE, true},
    {"--stop", SIMULATED, SIMULATE, true},
    {"--slow", SIMULATED, SIMULATE, true},
    {"--never-ready", SIMULATED, SIMULATE, true},
    {"--fail", SIMULATED, SIMULATE, true},
    {"--wake", SIMULATED, SIMULATE, true},
    {"--seed", SIMULATED, SIMULATE, true},
    {"--until", SIMULATED, SIMULATE, true},
};

int usage(const char *text, const char *argument) {
  fprintf(stderr, "dset: %s%s\ntry: dset --help\n", text, argument);
  return EXIT_ERROR;
}

/* ---- values; each returns 0, or an exit code ---- */

/* A number from 1 to `most`; `needs` says so in front of what was given. */
static int take_number(const char *value, size_t most, const char *needs, size_t *number) {
  char *end;
  errno = 0;
  unsigned long long read = strtoull(value, &end, 10);
  bool digits = value[0] >= '0' && value[0] <= '9' && *end == '\0';
  if (!digits || errno != 0 || read == 0 || read > most) return usage(needs, value);
  *number = (size_t)read;
  return 0;
}

/* The number of the word among `words`, which end with NULL. */
static int take_word(const char *value, const char *const *words, const char *needs, int *number) {
  for (*number = 0; words[*number] != NULL; ++*number) {
    if (strcmp(value, words[*number]) == 0) return 0;
  }
  return usage(needs, value);
}

/* Names of forms, by enum form. */
static int take_form(struct request *request, const char *value) {
  static const struct {
    const char *name;
    enum form form;
    unsigned commands;
  } forms[] = {
      {"table", FORM_TABLE, CLUSTER},       {"json", FORM_JSON, ANY},        {"text", FORM_TEXT, VALIDATE},
      {"junit", FORM_JUNIT, VALIDATE},      {"tap", FORM_TAP, VALIDATE},     {"yaml", FORM_YAML, DEFAULT},
      {"revision", FORM_REVISION, DEFAULT}, {"trace", FORM_TRACE, SIMULATE},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if ((forms[i].commands & request->command) == 0 || strcmp(value, forms[i].name) != 0) continue;
    request->form = forms[i].form;
    return 0;
  }
  if (request->command == VALIDATE) return usage("--output is text, json, junit or tap, not ", value);
  if (request->command == DEFAULT) return usage("--output is json, yaml or revision, not ", value);
  if (request->command == SIMULATE) return usage("--output is table, trace or json, not ", value);
  return usage("--output is table or json, not ", value);
}

/* A mistake in --silence: says which names there are. */
static int unknown_warning(const char *name, size_t length) {
  fprintf(stderr, "dset: --silence: there is no warning \"%.*s\"; there are ", (int)length, name);
  for (int32_t kind = DSET_FINDING_HOST_PORT_SURGE; dset_finding_kind_name(kind)[0] != '\0'; kind++) {
    fprintf(stderr, "%s%s", kind == DSET_FINDING_HOST_PORT_SURGE ? "" : ", ", dset_finding_kind_name(kind));
  }
  fputs("\ntry: dset --help\n", stderr);
  return EXIT_ERROR;
}

/* Names of the library's own warnings, with commas between them. */
static int take_silence(struct request *request, const char *value) {
  for (;;) {
    size_t length = strcspn(value, ",");
    int32_t kind = DSET_FINDING_HOST_PORT_SURGE;
    const char *name;
    for (; (name = dset_finding_kind_name(kind))[0] != '\0'; kind++) {
      if (strlen(name) == length && memcmp(name, value, length) == 0) break;
    }
    if (name[0] == '\0') return unknown_warning(value, length);
    request->silent = need(realloc(request->silent, (request->silent_count + 1) * sizeof *request->silent));
    request->silent[request->silent_count++] = kind;
    if (value[length] == '\0') return 0;
    value += length + 1;
  }
}

static int take_now(struct request *request, const char *value) {
  dset_error error;
  if (dset_time_parse(value, &request->now_ms, &error) != DSET_OK) return usage("--now: ", error.text);
  request->has_now = true;
  return 0;
}

static int take_burst(struct request *request, const char *value) {
  size_t number = 0;
  int result = take_number(value, UINT32_MAX, "--burst needs a number from 1 on, not ", &number);
  request->burst = (uint32_t)number;
  return result;
}

static int take_validation(struct request *request, const char *value) {
  static const char *const words[] = {"strict", "warn", "ignore", NULL}; /* by enum dset_validation_mode */
  if (value != NULL && strcmp(value, "true") == 0) value = "strict";     /* kubectl's words for the two */
  if (value != NULL && strcmp(value, "false") == 0) value = "ignore";
  int number = 0;
  int result = take_word(value, words, "--validation is strict, warn or ignore, not ", &number);
  request->validation = number;
  request->has_validation = true;
  return result;
}

static int take_warnings(struct request *request, const char *value) {
  static const char *const words[] = {"on", "off", "error", NULL}; /* by enum warnings */
  int number = 0;
  int result = take_word(value, words, "--warnings is on, off or error, not ", &number);
  request->warnings = (enum warnings)number;
  return result;
}

/* Takes an option; `value` is NULL for those without. */
static int take(struct request *request, const struct option *option, const char *value) {
  switch (option->id) {
    case FILE_NAME: request->files[request->file_count++] = value; return 0;
    case RECURSIVE: request->recursive = true; return 0;
    case BATCH: request->batch = true; return 0;
    case PODS: request->manifests = true; return 0;
    case EXIT_CODE: request->exit_code = true; return 0;
    case OUTPUT: return take_form(request, value);
    case NOW: return take_now(request, value);
    case BURST: return take_burst(request, value);
    case VALIDATION: return take_validation(request, value);
    case WARNINGS: return take_warnings(request, value);
    case SILENCE: return take_silence(request, value);
    case MAX_FINDINGS:
      return take_number(value, SIZE_MAX, "--max-findings needs a number from 1 on, not ", &request->max_findings);
    case MAX_BYTES:
      return take_number(value, SIZE_MAX - 1, "--max-bytes needs a number from 1 on, not ", &request->max_bytes);
    case MAX_VALUES:
      return take_number(value, SIZE_MAX, "--max-values needs a number from 1 on, not ", &request->max_values);
    case SIMULATED: return simulated_take(request->simulated, option->name, value);
  }
  return EXIT_ERROR;
}

static const struct option *find_option(const char *name) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (strcmp(name, options[i].name) == 0) return &options[i];
  }
  return NULL;
}

/* Both "--now TIME" and "--now=TIME" are understood. */
int options_read(struct request *request, int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    const char *argument = argv[i];
    char *equals = strncmp(argument, "--", 2) == 0 ? strchr(argument, '=') : NULL;
    if (equals != NULL) *equals = '\0';
    if (argument[0] != '-' || argument[1] == '\0') { /* "-" is standard input */
      request->files[request->file_count++] = argument;
      continue;
    }
    const struct option *option = find_option(argument);
    if (option == NULL || (equals != NULL && !option->takes_value)) return usage("unknown option ", argument);
    if ((option->commands & request->command) == 0) return usage("another command than this one has ", argument);
    const char *value = NULL;
    if (option->takes_value) {
      if (equals == NULL && i + 1 == argc) return usage("a value is missing after ", argument);
      value = equals != NULL ? equals + 1 : argv[++i];
    }
    int result = take(request, option, value);
    if (result != 0) return result;
  }
  return 0;
}
