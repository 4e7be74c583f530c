/* SPDX-License-Identifier: Apache-2.0 */
/* input.c: the objects of all texts, by kind. */
#include <stdlib.h>
#include <string.h>

#include "dset.h"

/* What must live as long as the objects: documents, names, copies. */
struct held {
  struct held *next;
  dset_documents *documents;
  void *memory;
};

static struct held *hold(struct input *input) {
  struct held *made = need(calloc(1, sizeof *made));
  made->next = input->held;
  input->held = made;
  return made;
}

void *input_memory(struct input *input, size_t bytes) {
  struct held *held = hold(input);
  held->memory = need(malloc(bytes == 0 ? 1 : bytes));
  return held->memory;
}

void complain(const char *file, const dset_error *error) {
  fputs("dset: ", stderr);
  if (file != NULL) fprintf(stderr, "%s:", file);
  if (error->line != 0) fprintf(stderr, "%zu:%zu:", error->line, error->column);
  if (file != NULL || error->line != 0) fputc(' ', stderr);
  if (error->path[0] != '\0') fprintf(stderr, "%s: ", error->path);
  fprintf(stderr, "%s\n", error->text);
}

static void *grow(void *items, size_t count, size_t item_bytes) {
  bool full = (count & (count + 1)) == 0; /* capacities are 1, 3, 7, 15 ... */
  return full ? need(realloc(items, (count * 2 + 1) * item_bytes)) : items;
}

#define APPEND(items, origins, count, item, from)            \
  do {                                                       \
    (items) = grow((items), (count), sizeof *(items));       \
    (origins) = grow((origins), (count), sizeof *(origins)); \
    (items)[(count)] = (item);                               \
    (origins)[(count)++] = (from);                           \
  } while (0)

static void sort_in(struct input *in, const dset_object *object, const char *file) {
  struct origin from = {file, object->index, object->line};
  switch (object->kind) {
    case DSET_KIND_DAEMONSET:
      APPEND(in->daemonsets, in->daemonset_origins, in->daemonset_count, object->daemonset, from);
      break;
    case DSET_KIND_NODE: APPEND(in->nodes, in->node_origins, in->node_count, object->node, from); break;
    case DSET_KIND_POD: APPEND(in->pods, in->pod_origins, in->pod_count, object->pod, from); break;
    case DSET_KIND_REVISION:
      APPEND(in->revisions, in->revision_origins, in->revision_count, object->revision, from);
      break;
    default:
      in->other_count++;
      if (strcmp(object->kind_name, "DaemonSet") != 0) break;
      in->other_daemonset = object->api_version;
      in->other_origin = from;
      break;
  }
}

/* One text of the request. */
struct reading {
  struct input *input;
  const struct request *request;
};

/* Unknown and duplicate fields that are let pass. */
static void say_findings(const char *file, const dset_findings *findings) {
  const dset_finding *finding;
  for (size_t i = 0; (finding = dset_findings_get(findings, i)) != NULL; i++) {
    fprintf(stderr, "dset: %s:%zu:%zu: note: %s: ", file, finding->line, finding->column, finding->field);
    write_clean(stderr, finding->text);
    fputc('\n', stderr);
  }
}

static bool read_source(void *context, struct source *source) {
  const struct reading *reading = context;
  if (source->text == NULL) {
    fprintf(stderr, "dset: %s: %s\n", source->file, source->problem);
    return false;
  }
  const struct request *request = reading->request;
  dset_read_options options = {.size = sizeof options};
  options.max_bytes = request->max_bytes;
  options.max_values = request->max_values;
  options.validation = request->validation;
  dset_error error;
  dset_documents *documents;
  int code = dset_documents_read(source->text, source->length, &options, &documents, &error);
  progress_clear(request);
  if (code != DSET_OK) {
    complain(source->file, &error);
    return false;
  }
  hold(reading->input)->documents = documents;
  char *file = input_memory(reading->input, strlen(source->file) + 1);
  strcpy(file, source->file);
  say_findings(file, dset_documents_findings(documents));
  for (size_t i = 0; i < dset_documents_count(documents); i++) {
    sort_in(reading->input, dset_documents_object(documents, i), file);
  }
  return true;
}

bool input_read(struct input *input, const struct request *request) {
  struct reading reading = {input, request};
  return files_visit(request, read_source, &reading);
}

void input_free(struct input *input) {
  while (input->held != NULL) {
    struct held *held = input->held;
    input->held = held->next;
    dset_documents_free(held->documents);
    free(held->memory);
    free(held);
  }
  free(input->daemonsets);
  free(input->daemonset_origins);
  free(input->nodes);
  free(input->node_origins);
  free(input->pods);
  free(input->pod_origins);
  free(input->revisions);
  free(input->revision_origins);
}

void input_keep(struct input *input, struct input *from) {
  struct held **end = &from->held;
  while (*end != NULL) end = &(*end)->next;
  *end = input->held;
  input->held = from->held;
  from->held = NULL;
  input_free(from);
}

/* The uid by which pods and revisions name a DaemonSet as their controller; NULL when none does. */
static const char *uid_in_use(const struct input *input, const dset_daemonset *daemonset) {
  for (size_t i = 0; i < input->pod_count; i++) {
    const dset_pod *pod = input->pods[i];
    for (size_t j = 0; j < pod->owner_count; j++) {
      const dset_owner *owner = &pod->owners[j];
      if (!owner->controller || owner->kind == NULL || strcmp(owner->kind, "DaemonSet") != 0) continue;
      if (owner->name == NULL || daemonset->name == NULL || strcmp(owner->name, daemonset->name) != 0) continue;
      if (pod->ns != NULL && strcmp(pod->ns, daemonset->ns) == 0) return owner->uid;
    }
  }
  return NULL;
}

dset_daemonset complete(const struct input *input, size_t index) {
  dset_daemonset daemonset = *input->daemonsets[index];
  if (daemonset.ns == NULL || daemonset.ns[0] == '\0') daemonset.ns = "default";
  if (daemonset.uid != NULL && daemonset.uid[0] != '\0') return daemonset;
  daemonset.uid = uid_in_use(input, &daemonset);
  if (daemonset.uid == NULL) daemonset.uid = NEW_UID;
  if (daemonset.generation == 0) daemonset.generation = 1;
  return daemonset;
}

void input_default_namespaces(struct input *input) {
  for (size_t i = 0; i < input->pod_count; i++) {
    if (input->pods[i]->ns != NULL && input->pods[i]->ns[0] != '\0') continue;
    dset_pod *pod = input_memory(input, sizeof *pod);
    *pod = *input->pods[i];
    pod->ns = "default";
    input->pods[i] = pod;
  }
  for (size_t i = 0; i < input->revision_count; i++) {
    if (input->revisions[i]->ns != NULL && input->revisions[i]->ns[0] != '\0') continue;
    dset_revision *revision = input_memory(input, sizeof *revision);
    *revision = *input->revisions[i];
    revision->ns = "default";
    input->revisions[i] = revision;
  }
}
