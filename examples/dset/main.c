/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: the command line: arguments, help, exit codes. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dset.h"

static const char help[] =
    "dset decides what a DaemonSet controller should do, as Kubernetes " DSET_KUBERNETES_VERSION
    " would.\n"
    "\n"
    "usage: dset plan -f FILE...      which pods to create and delete, and why\n"
    "       dset explain -f FILE...   the verdict on every node, with every reason\n"
    "       dset --version | --help\n"
    "\n"
    "FILEs hold DaemonSets, nodes, pods and controller revisions in any mix, as JSON or YAML, alone, in lists or in\n"
    "several documents. A folder stands for the .yaml, .yml and .json files in it; - is standard input.\n"
    "\n"
    "  -f, --file FILE     read FILE; may be given again\n"
    "  -R, --recursive     go into folders inside folders\n"
    "  -o, --output FORM   table (default) or json, one line for each DaemonSet\n"
    "      --batch         answer JSON lines from standard input, or one line for each DaemonSet of the files\n"
    "                      a line: {name, now, daemonSet, nodes, pods, controllerRevisions, options, backoff, "
    "inFlight};\n"
    "                      explain needs daemonSet and nodes, plan needs now as well, unless --now gives it\n"
    "\n"
    "for plan:\n"
    "      --now TIME      plan for this moment, as 2026-03-01T12:00:00Z; default: the present\n"
    "      --burst N       at most N creates and N deletes; default 250\n"
    "      --manifests     with json: the whole pod of each create\n"
    "      --exit-code     exit with 1 when there is something to do\n"
    "\n"
    "A DaemonSet without a namespace is taken to be in \"default\"; one without a uid, as in Git, gets the one that "
    "its\n"
    "pods name, or a new one.\n"
    "\n"
    "exit codes: 0 done, 1 the plan has actions (only with --exit-code), 2 error; a batch goes on after a bad line\n"
    "RULE in a table is a line of RULES.md, which comes with the source.\n"
    "Colours appear on terminals only, and not when NO_COLOR is set.\n"
    "\n"
    "examples:\n"
    "  dset plan -f daemonset.yaml -f cluster/ --now 2026-03-01T12:00:00Z\n"
    "  kubectl get daemonset,node,pod,controllerrevision -A -o yaml | dset plan -f -\n"
    "  dset explain -f daemonset.yaml -f nodes.json -o json\n"
    "  dset plan --batch < questions.jsonl > answers.jsonl\n";

/* A mistake on the command line. */
static int usage(const char *text, const char *argument) {
  fprintf(stderr, "dset: %s%s\ntry: dset --help\n", text, argument);
  return EXIT_ERROR;
}

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

/* Options that take a value. Returns 0, or an exit code. */
static int take_value(struct request *request, const char *option, const char *value) {
  if (strcmp(option, "-f") == 0 || strcmp(option, "--file") == 0 || strcmp(option, "--filename") == 0) {
    request->files[request->file_count++] = value;
  } else if (strcmp(option, "-o") == 0 || strcmp(option, "--output") == 0) {
    request->json = strcmp(value, "json") == 0;
    if (!request->json && strcmp(value, "table") != 0) return usage("--output is table or json, not ", value);
  } else if (strcmp(option, "--now") == 0) {
    dset_error error;
    if (dset_time_parse(value, &request->now_ms, &error) != DSET_OK) return usage("--now: ", error.text);
    request->has_now = true;
  } else {
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    bool digits = value[0] >= '0' && value[0] <= '9' && *end == '\0';
    if (!digits || errno != 0 || number == 0 || number > UINT32_MAX) {
      return usage("--burst needs a number from 1 on, not ", value);
    }
    request->burst = (uint32_t)number;
  }
  return 0;
}

static bool takes_value(const char *option) {
  static const char *const options[] = {"-f", "--file", "--filename", "-o", "--output", "--now", "--burst"};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (strcmp(option, options[i]) == 0) return true;
  }
  return false;
}

static bool take_flag(struct request *request, const char *option) {
  const struct {
    const char *name;
    bool *flag;
  } flags[] = {
      {"-R", &request->recursive},          {"--recursive", &request->recursive}, {"--batch", &request->batch},
      {"--manifests", &request->manifests}, {"--exit-code", &request->exit_code},
  };
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    if (strcmp(option, flags[i].name) != 0) continue;
    *flags[i].flag = true;
    return true;
  }
  return false;
}

/* Reads argv[2] and on. Returns 0, or an exit code. Both "--now TIME" and "--now=TIME" are understood. */
static int take_arguments(struct request *request, int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    char *equals = strncmp(argv[i], "--", 2) == 0 ? strchr(argv[i], '=') : NULL;
    if (equals != NULL) *equals = '\0';
    int result = 0;
    if (takes_value(argv[i])) {
      if (equals == NULL && i + 1 == argc) return usage("a value is missing after ", argv[i]);
      const char *option = argv[i];
      result = take_value(request, option, equals != NULL ? equals + 1 : argv[++i]);
    } else if (equals != NULL || !take_flag(request, argv[i])) {
      if (argv[i][0] == '-' && argv[i][1] != '\0') return usage("unknown option ", argv[i]);
      request->files[request->file_count++] = argv[i];
    }
    if (result != 0) return result;
  }
  return 0;
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

static int run(const struct request *request) {
  if (request->batch && request->file_count == 0) return batch_command(request);
  if (request->file_count == 0) return usage("name at least one file with -f", "");
  if (request->manifests && !request->json && !request->batch) return usage("--manifests goes with -o json", "");
  struct input input = {0};
  int result = EXIT_ERROR;
  if (input_read(&input, request) && input_unique(&input)) {
    if (input.daemonset_count > 0) input_notes(&input, request);
    if (input.daemonset_count == 0) {
      result = no_daemonset(&input);
    } else if (strcmp(request->command, "plan") == 0) {
      result = plan_command(&input, request);
    } else {
      result = explain_command(&input, request);
    }
  }
  input_free(&input);
  return result;
}

/* Does what the arguments ask for. Returns the exit code. */
static int dispatch(int argc, char **argv) {
  const char *first = argc < 2 ? "" : argv[1];
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) first = "help";
  }
  if (strcmp(first, "help") == 0) {
    fputs(help, stdout);
    return 0;
  }
  if (strcmp(first, "--version") == 0 || strcmp(first, "version") == 0) {
    printf("dset %s (Kubernetes " DSET_KUBERNETES_VERSION ")\n", dset_version());
    return 0;
  }
  if (strcmp(first, "plan") != 0 && strcmp(first, "explain") != 0) {
    return first[0] == '\0' ? usage("what to do? plan or explain", "") : usage("unknown command ", first);
  }
  struct request request = {.command = first};
  request.files = need(calloc((size_t)argc, sizeof *request.files));
  request.colour = isatty(STDOUT_FILENO) && (getenv("NO_COLOR") == NULL || getenv("NO_COLOR")[0] == '\0');
  int result = take_arguments(&request, argc, argv);
  if (!request.has_now && !(request.batch && request.file_count == 0)) request.now_ms = present_ms();
  if (result == 0) result = run(&request);
  free(request.files);
  return result;
}

int main(int argc, char **argv) {
  int result = dispatch(argc, argv);
  if (fflush(stdout) == 0 && !ferror(stdout)) return result;
  fputs("dset: cannot write to standard output\n", stderr);
  return EXIT_ERROR;
}
