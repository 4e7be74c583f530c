/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: the command line: commands and exit codes. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "simulation.h"

char *time_text(int64_t time_ms) {
  if (time_ms == DSET_NEVER) return format("never");
  time_t seconds = (time_t)(time_ms / 1000 - (time_ms % 1000 < 0));
  struct tm civil;
  char text[64];
  if (gmtime_r(&seconds, &civil) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &civil) == 0) {
    return format("%lld ms", (long long)time_ms);
  }
  int thousandths = (int)(time_ms - (int64_t)seconds * 1000);
  return thousandths == 0 ? format("%sZ", text) : format("%s.%03dZ", text, thousandths);
}

static int64_t present_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int no_daemonset(const struct input *input) {
  if (input->other_daemonset != NULL) {
    fprintf(stderr, "dset: %s:%zu: no DaemonSet of apps/v1 in the input; this one is of %s\n", input->other_origin.file,
            input->other_origin.line, input->other_daemonset[0] == '\0' ? "no apiVersion" : input->other_daemonset);
  } else {
    fprintf(stderr, "dset: no DaemonSet in the input: %zu nodes, %zu pods, %zu revisions, %zu other objects\n",
            input->node_count, input->pod_count, input->revision_count, input->other_count);
  }
  return EXIT_ERROR;
}

/* The commands about a cluster. */
static int run_objects(const struct request *request) {
  if (request->manifests && request->form != FORM_JSON && !request->batch) {
    return usage("--manifests goes with -o json", "");
  }
  struct input input = {0};
  int result = EXIT_ERROR;
  if (input_read(&input, request) && input_unique(&input)) {
    if (input.daemonset_count > 0) input_notes(&input, request);
    if (input.daemonset_count == 0) {
      result = no_daemonset(&input);
    } else if (request->command == PLAN) {
      result = plan_command(&input, request);
    } else if (request->command == SIMULATE) {
      result = simulate_command(&input, request);
    } else {
      result = explain_command(&input, request);
    }
  }
  input_free(&input);
  return result;
}

static int run(const struct request *request) {
  if (request->batch && request->file_count == 0) return batch_command(request);
  if (request->file_count == 0) return usage("name at least one file with -f", "");
  if ((request->command & (PLAN | EXPLAIN | SIMULATE)) != 0) return run_objects(request);
  if (request->batch) return batch_manifests_command(request);
  return request->command == VALIDATE ? validate_command(request) : default_command(request);
}

int command_of(const char *name) {
  static const struct {
    const char *name;
    enum command command;
  } commands[] = {
      {"plan", PLAN}, {"explain", EXPLAIN}, {"validate", VALIDATE}, {"default", DEFAULT}, {"simulate", SIMULATE}};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(name, commands[i].name) == 0) return (int)commands[i].command;
  }
  return 0;
}

/* What is not said on the command line. Manifests from Git may hold generated configuration, and are read once. */
static void set_defaults(struct request *request) {
  bool manifests = (request->command & (VALIDATE | DEFAULT)) != 0;
  request->form = request->command == VALIDATE ? FORM_TEXT : request->command == DEFAULT ? FORM_JSON : FORM_TABLE;
  request->max_bytes = (size_t)(manifests ? 256 : 64) << 20;
  request->max_values = manifests ? 20000000 : 1000000;
  request->colour = isatty(STDOUT_FILENO) && (getenv("NO_COLOR") == NULL || getenv("NO_COLOR")[0] == '\0');
  request->progress->wanted = isatty(STDERR_FILENO);
}

/* `dset help COMMAND`, or --help anywhere: then `command` is the one it stands behind, or 0. */
static int help(int command, int argc, char **argv) {
  if (strcmp(argv[1], "help") == 0 && argc > 2 && argv[2][0] != '-') {
    command = command_of(argv[2]);
    if (command == 0) return usage("there is no help on the unknown command ", argv[2]);
  }
  help_print(command);
  return 0;
}

/* Does what the arguments ask for. Returns the exit code. */
static int dispatch(int argc, char **argv) {
  const char *first = argc < 2 ? "" : argv[1];
  int command = command_of(first);
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) first = "help";
  }
  if (strcmp(first, "help") == 0) return help(command, argc, argv);
  if (strcmp(first, "--version") == 0 || strcmp(first, "version") == 0) {
    printf("dset %s (Kubernetes " DSET_KUBERNETES_VERSION ")\n", dset_version());
    return 0;
  }
  if (command == 0) {
    return first[0] == '\0' ? usage("what to do? plan, explain, simulate, validate or default", "")
                            : usage("unknown command ", first);
  }
  struct progress progress = {0};
  struct simulated simulated;
  struct request request = {.command = (enum command)command, .progress = &progress, .simulated = &simulated};
  simulated_set_defaults(&simulated);
  request.files = need(calloc((size_t)argc, sizeof *request.files));
  set_defaults(&request);
  int result = options_read(&request, argc, argv);
  bool answers_must_come = (command & (PLAN | EXPLAIN)) != 0 && request.batch;
  if (!request.has_validation && answers_must_come) request.validation = DSET_VALIDATION_WARN;
  bool now_is_given = request.has_now || command == SIMULATE || (request.batch && request.file_count == 0);
  if (!now_is_given) request.now_ms = present_ms();
  if (result == 0) result = run(&request);
  free(request.files);
  free(request.silent);
  simulated_free(&simulated);
  return result;
}

int main(int argc, char **argv) {
  int result = dispatch(argc, argv);
  if (fflush(stdout) == 0 && !ferror(stdout)) return result;
  fputs("dset: cannot write to standard output\n", stderr);
  return EXIT_ERROR;
}
