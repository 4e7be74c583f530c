/* SPDX-License-Identifier: Apache-2.0 */
/* checks.c: what is wrong with the input as a whole, and what is likely to have been forgotten. */
#include <stdlib.h>
#include <string.h>

#include "dset.h"

/* An object by its name. */
struct named {
  const char *ns;
  const char *name;
  const struct origin *origin;
};

static const char *or_empty(const char *text) {
  return text == NULL ? "" : text;
}

static int compare_named(const void *a, const void *b) {
  const struct named *left = a;
  const struct named *right = b;
  int order = strcmp(or_empty(left->ns), or_empty(right->ns));
  if (order == 0) order = strcmp(or_empty(left->name), or_empty(right->name));
  if (order == 0) order = strcmp(left->origin->file, right->origin->file);
  if (order != 0) return order;
  return left->origin->line < right->origin->line ? -1 : left->origin->line > right->origin->line;
}

/* Complains about an object without a name, and about two of one name. */
static bool unique(struct named *objects, size_t count, const char *kind) {
  if (count > 1) qsort(objects, count, sizeof *objects, compare_named);
  for (size_t i = 0; i < count; i++) {
    if (or_empty(objects[i].name)[0] != '\0') continue;
    const struct origin *from = objects[i].origin;
    fprintf(stderr, "dset: %s:%zu:1: metadata.name: a %s needs a name\n", from->file, from->line, kind);
    return false;
  }
  for (size_t i = 1; i < count; i++) {
    const struct named *first = &objects[i - 1];
    const struct named *second = &objects[i];
    bool same_namespace = strcmp(or_empty(first->ns), or_empty(second->ns)) == 0;
    if (!same_namespace || strcmp(or_empty(first->name), or_empty(second->name)) != 0) continue;
    fprintf(stderr, "dset: %s:%zu:1: %s \"%s\" is there already, in %s:%zu:1\n", second->origin->file,
            second->origin->line, kind, or_empty(second->name), first->origin->file, first->origin->line);
    return false;
  }
  return true;
}

bool input_unique(const struct input *input) {
  size_t most = input->node_count;
  if (input->pod_count > most) most = input->pod_count;
  if (input->revision_count > most) most = input->revision_count;
  struct named *objects = need(malloc((most + 1) * sizeof *objects));
  for (size_t i = 0; i < input->node_count; i++) {
    objects[i] = (struct named){"", input->nodes[i]->name, &input->node_origins[i]};
  }
  bool good = unique(objects, input->node_count, "node");
  for (size_t i = 0; i < input->pod_count; i++) {
    objects[i] = (struct named){input->pods[i]->ns, input->pods[i]->name, &input->pod_origins[i]};
  }
  good = unique(objects, input->pod_count, "pod") && good;
  for (size_t i = 0; i < input->revision_count; i++) {
    objects[i] = (struct named){input->revisions[i]->ns, input->revisions[i]->name, &input->revision_origins[i]};
  }
  good = unique(objects, input->revision_count, "revision") && good;
  free(objects);
  return good;
}

bool input_unique_daemonsets(const struct input *input) {
  struct named *objects = need(malloc((input->daemonset_count + 1) * sizeof *objects));
  for (size_t i = 0; i < input->daemonset_count; i++) {
    const char *ns = or_empty(input->daemonsets[i]->ns);
    objects[i] =
        (struct named){ns[0] == '\0' ? "default" : ns, input->daemonsets[i]->name, &input->daemonset_origins[i]};
  }
  bool good = unique(objects, input->daemonset_count, "DaemonSet");
  free(objects);
  return good;
}

/* Whether a pod carries the hash of a revision. */
static bool has_hash(const dset_pod *pod) {
  for (size_t i = 0; i < pod->label_count; i++) {
    if (pod->labels[i].key != NULL && strcmp(pod->labels[i].key, DSET_LABEL_HASH) == 0) return true;
  }
  return false;
}

void input_notes(const struct input *input, const struct request *request) {
  bool plan = request->command != EXPLAIN;
  if (input->node_count == 0) fputs("dset: note: there are no nodes in the input\n", stderr);
  if (input->other_daemonset != NULL) {
    fprintf(stderr, "dset: %s:%zu: note: left out, a DaemonSet of %s: only apps/v1 is read\n", input->other_origin.file,
            input->other_origin.line, input->other_daemonset[0] == '\0' ? "no apiVersion" : input->other_daemonset);
  }
  for (size_t i = 0; plan && i < input->daemonset_count; i++) {
    if (input->daemonsets[i]->selector != NULL) continue;
    const struct origin *from = &input->daemonset_origins[i];
    fprintf(stderr, "dset: %s:%zu: note: spec.selector is missing, so this DaemonSet recognises no pod as its own\n",
            from->file, from->line);
  }
  size_t hashed = 0;
  for (size_t i = 0; i < input->pod_count; i++) hashed += has_hash(input->pods[i]);
  if (plan && hashed > 0 && input->revision_count == 0) {
    fputs(
        "dset: note: there are pods of some revision but no ControllerRevisions in the input: all of them count as "
        "outdated\n",
        stderr);
  }
}
