/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c: `dset explain`: the verdict on every node, and every reason. */
#include <stdlib.h>

#include "dset.h"

static void add_reasons(struct table *rows, const dset_node *node, const dset_explanation *explanation) {
  static const char *const words[] = {"no", "stay", "run"};
  static const enum colour colours[] = {RED, YELLOW, GREEN};
  int verdict = dset_explanation_verdict(explanation);
  const char *name = node->name == NULL || node->name[0] == '\0' ? "-" : node->name;
  size_t count = dset_explanation_count(explanation);
  for (size_t i = 0; i < count || i == 0; i++) {
    const dset_reason *reason = dset_explanation_reason(explanation, i);
    const char *cells[] = {i == 0 ? words[verdict] : "", i == 0 ? name : "",
                           reason == NULL ? "-" : dset_reason_name(reason->code),
                           reason == NULL ? "-" : dset_reason_rule(reason->code),
                           reason == NULL ? "the node may run the pod" : reason->text};
    table_add(rows, colours[verdict], cells);
  }
}

static int explain_table(const struct input *input, size_t index, const dset_daemonset *daemonset,
                         const struct request *request) {
  static const char *const heads[] = {"VERDICT", "NODE", "REASON", "RULE", "BECAUSE"};
  dset_matcher *matcher;
  dset_error error;
  if (dset_matcher_new(daemonset, NULL, &matcher, &error) != DSET_OK) {
    complain(input->daemonset_origins[index].file, &error);
    return EXIT_ERROR;
  }
  size_t counts[3] = {0};
  struct table *rows = table_new(heads, 5);
  int result = 0;
  for (size_t i = 0; i < input->node_count && result == 0; i++) {
    dset_explanation *explanation;
    if (dset_explain(matcher, input->nodes[i], &explanation, &error) != DSET_OK) {
      complain(input->node_origins[i].file, &error);
      result = EXIT_ERROR;
      continue;
    }
    counts[dset_explanation_verdict(explanation)]++;
    add_reasons(rows, input->nodes[i], explanation);
    dset_explanation_free(explanation);
  }
  if (index > 0) putchar('\n');
  printf("DaemonSet %s/%s: runs on %zu of %zu nodes; on %zu an existing pod may stay\n\n", daemonset->ns,
         daemonset->name == NULL ? "" : daemonset->name, counts[DSET_VERDICT_RUN], input->node_count,
         counts[DSET_VERDICT_STAY]);
  table_print(rows, stdout, request->colour);
  table_free(rows);
  dset_matcher_free(matcher);
  return result;
}

static int explain_json(const struct input *input, size_t index, const dset_daemonset *daemonset) {
  const struct origin *from = &input->daemonset_origins[index];
  char *name = format("%s/%s", daemonset->ns, daemonset->name == NULL ? "" : daemonset->name);
  dset_write_options options = {.size = sizeof options, .name = name};
  dset_text *text;
  dset_error error;
  int code = dset_explain_json(daemonset, input->nodes, input->node_count, &options, &text, &error);
  free(name);
  if (code != DSET_OK) {
    complain(from->file, &error);
    return EXIT_ERROR;
  }
  printf("{");
  print_origin(from);
  printf(",%s\n", dset_text_bytes(text) + 1); /* behind the opening brace */
  dset_text_free(text);
  return 0;
}

int explain_command(const struct input *input, const struct request *request) {
  for (size_t i = 0; i < input->daemonset_count; i++) {
    dset_daemonset daemonset = complete(input, i);
    bool json = request->form == FORM_JSON || request->batch;
    int result = json ? explain_json(input, i, &daemonset) : explain_table(input, i, &daemonset, request);
    if (result != 0) return result;
  }
  return 0;
}
