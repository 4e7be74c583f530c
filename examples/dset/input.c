/* SPDX-License-Identifier: Apache-2.0 */
/* input.c: reading files, folders and standard input into objects by kind. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Reads all of a stream. NULL: `errno` says why. */
static char *read_all(FILE *file, size_t *length) {
  size_t capacity = 1 << 16;
  char *text = need(malloc(capacity));
  *length = 0;
  for (;;) {
    *length += fread(text + *length, 1, capacity - *length, file);
    if (ferror(file)) {
      int reason = errno;
      free(text);
      errno = reason;
      return NULL;
    }
    if (*length < capacity) return text;
    capacity *= 2;
    text = need(realloc(text, capacity));
  }
}

static bool read_stream(struct input *input, FILE *file, const char *name) {
  size_t length;
  char *text = read_all(file, &length);
  if (text == NULL) {
    fprintf(stderr, "dset: %s: %s\n", name, strerror(errno));
    return false;
  }
  dset_error error;
  dset_documents *documents;
  int code = dset_documents_read(text, length, NULL, &documents, &error);
  free(text);
  if (code != DSET_OK) {
    complain(name, &error);
    return false;
  }
  hold(input)->documents = documents;
  for (size_t i = 0; i < dset_documents_count(documents); i++) {
    sort_in(input, dset_documents_object(documents, i), name);
  }
  return true;
}

static bool read_file(struct input *input, const char *name) {
  FILE *file = fopen(name, "rb");
  if (file == NULL) {
    fprintf(stderr, "dset: %s: %s\n", name, strerror(errno));
    return false;
  }
  bool good = read_stream(input, file, name);
  fclose(file);
  return good;
}

/* Whether a name found in a folder is worth opening. */
static bool is_manifest(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static int compare_names(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

/* The names in a folder, sorted, without those that start with a dot. */
static char **list_folder(DIR *folder, size_t *count) {
  char **names = NULL;
  *count = 0;
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    names = grow(names, *count, sizeof *names);
    names[(*count)++] = format("%s", entry->d_name);
  }
  if (*count > 1) qsort(names, *count, sizeof *names, compare_names);
  return names;
}

static bool read_path(struct input *input, const char *path, const struct request *request, bool named);

static bool read_folder(struct input *input, const char *path, const struct request *request) {
  DIR *folder = opendir(path);
  if (folder == NULL) {
    fprintf(stderr, "dset: %s: %s\n", path, strerror(errno));
    return false;
  }
  size_t count;
  char **names = list_folder(folder, &count);
  closedir(folder);
  bool good = true;
  for (size_t i = 0; i < count; i++) {
    size_t bytes = strlen(path) + strlen(names[i]) + 2;
    char *inside = input_memory(input, bytes);
    bool slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
    snprintf(inside, bytes, slash ? "%s%s" : "%s/%s", path, names[i]);
    good = read_path(input, inside, request, false) && good;
    free(names[i]);
  }
  free(names);
  return good;
}

/* A path that was named is always read; one found in a folder only if it looks like a manifest. */
static bool read_path(struct input *input, const char *path, const struct request *request, bool named) {
  if (named && strcmp(path, "-") == 0) return read_stream(input, stdin, "-");
  struct stat about;
  if (!named && lstat(path, &about) == 0 && S_ISLNK(about.st_mode) && !is_manifest(path))
    return true; /* may be a loop */
  if (stat(path, &about) != 0) {
    fprintf(stderr, "dset: %s: %s\n", path, strerror(errno));
    return false;
  }
  if (S_ISDIR(about.st_mode)) return !(named || request->recursive) || read_folder(input, path, request);
  return !(named || is_manifest(path)) || read_file(input, path);
}

bool input_read(struct input *input, const struct request *request) {
  bool good = true;
  for (size_t i = 0; i < request->file_count; i++) good = read_path(input, request->files[i], request, true) && good;
  return good;
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
  if (daemonset.uid == NULL) daemonset.uid = "00000000-0000-0000-0000-000000000000";
  if (daemonset.generation == 0) daemonset.generation = 1;
  return daemonset;
}
