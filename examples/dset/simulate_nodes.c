/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_nodes.c: the nodes of a run by name, and whether those exist that options and script speak of. */
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

static int compare_nodes(const void *a, const void *b) {
  return strcmp(((const struct told_node *)a)->name, ((const struct told_node *)b)->name);
}

void story_list_nodes(struct story *story, const struct input *input) {
  const struct simulated *simulated = story->simulated;
  size_t most = input->node_count + simulated->change_count;
  struct told_node *nodes = need(calloc(most + 1, sizeof *nodes));
  size_t count = 0, kept = 0;
  for (size_t i = 0; i < input->node_count; i++) nodes[count++].name = input->nodes[i]->name;
  for (size_t i = 0; i < simulated->change_count; i++) {
    const dset_change *change = &simulated->changes[i].change;
    if (change->type == DSET_CHANGE_PUT_NODE) nodes[count++].name = change->node->name;
  }
  if (count > 1) qsort(nodes, count, sizeof *nodes, compare_nodes);
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || strcmp(nodes[kept - 1].name, nodes[i].name) != 0) nodes[kept++] = nodes[i];
  }
  for (size_t i = 0; i < kept; i++) nodes[i].updated_ms = -1;
  story->nodes = nodes;
  story->node_count = kept;
  story->order = need(calloc(kept + 1, sizeof *story->order));
}

/* "ab*" is any that starts so. */
static bool is_known(const struct story *story, const char *name, size_t length) {
  bool any = length > 0 && name[length - 1] == '*';
  for (size_t i = 0; i < story->node_count; i++) {
    const char *known = story->nodes[i].name;
    if (any ? strncmp(known, name, length - 1) == 0 : strncmp(known, name, length) == 0 && known[length] == '\0')
      return true;
  }
  return false;
}

static bool unknown_node(const char *where, const char *name, size_t length) {
  fprintf(stderr, "dset: %s: there is no node %.*s in the input\n", where, (int)length, name);
  return false;
}

static bool unknown_in_script(const struct simulated *simulated, size_t line, size_t column, const char *name) {
  char *where = format("%s:%zu:%zu", simulated->script, line, column);
  unknown_node(where, name, strlen(name));
  free(where);
  return false;
}

/* The node that a change is done to; NULL: to none, or it is put by it. */
static const char *node_of(const dset_change *change) {
  switch (change->type) {
    case DSET_CHANGE_REMOVE_NODE:
    case DSET_CHANGE_CORDON:
    case DSET_CHANGE_UNCORDON:
    case DSET_CHANGE_DRAIN:
    case DSET_CHANGE_CUT_OFF:
    case DSET_CHANGE_REJOIN: return change->name;
    case DSET_CHANGE_DELETE_POD:
    case DSET_CHANGE_FAIL_POD: return change->node->name;
    default: return NULL;
  }
}

bool story_check_nodes(const struct story *story) {
  const struct simulated *simulated = story->simulated;
  for (size_t i = 0; i < simulated->slow_count; i++) {
    const struct slow *slow = &simulated->slow[i];
    if (!is_known(story, slow->text, slow->node_length)) return unknown_node("--slow", slow->text, slow->node_length);
  }
  for (size_t i = 0; i < simulated->never_ready_count; i++) {
    const char *name = simulated->never_ready[i];
    if (!is_known(story, name, strlen(name))) return unknown_node("--never-ready", name, strlen(name));
  }
  for (size_t i = 0; i < simulated->rule_count; i++) {
    const struct ruled *ruled = &simulated->rules[i];
    const char *name = ruled->rule.node;
    if (name != NULL && !is_known(story, name, strlen(name)))
      return unknown_in_script(simulated, ruled->line, ruled->column, name);
  }
  for (size_t i = 0; i < simulated->change_count; i++) {
    const struct planned *planned = &simulated->changes[i];
    const char *name = node_of(&planned->change);
    if (name != NULL && !is_known(story, name, strlen(name)))
      return unknown_in_script(simulated, planned->line, planned->column, name);
  }
  return true;
}
