/* SPDX-License-Identifier: Apache-2.0 */
/* files.c: the texts that a request names: files, folders, standard input. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "dset.h"

struct walk {
  const struct request *request;
  visit *each;
  void *context;
};

/* ---- progress: said when a second has passed, or a file is so large that it will ---- */

enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 200, LARGE_BYTES = 32 << 20 };

static int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool progress_due(const struct request *request) {
  struct progress *progress = request->progress;
  if (!progress->wanted) return false;
  int64_t now = monotonic_ms();
  if (progress->started_ms == 0) progress->started_ms = now;
  return now - progress->started_ms >= PROGRESS_AFTER_MS && now - progress->said_ms >= PROGRESS_EVERY_MS;
}

void progress_say(const struct request *request, const char *text) {
  progress_clear(request);
  fputs("dset: ", stderr);
  write_clean(stderr, text);
  fflush(stderr);
  request->progress->shown = true;
  request->progress->said_ms = monotonic_ms();
}

static void say_reading(const struct request *request, const char *file, size_t bytes) {
  bool large = bytes >= LARGE_BYTES;
  if (!request->progress->wanted || (!progress_due(request) && !large)) return;
  char *text = large ? format("reading %s (%zu MiB)", file, bytes >> 20) : format("reading %s", file);
  progress_say(request, text);
  free(text);
}

void progress_clear(const struct request *request) {
  if (request->progress->shown) fputs("\r\033[K", stderr);
  request->progress->shown = false;
}

/* ---- texts ---- */

/* Reads a stream, at most one byte more than is allowed: an endless one has an end then. NULL: `errno` says why. */
static char *read_all(FILE *file, size_t allowed, size_t *length) {
  size_t most = allowed == SIZE_MAX ? SIZE_MAX : allowed + 1;
  size_t capacity = 1 << 16;
  char *text = need(malloc(capacity));
  *length = 0;
  for (;;) {
    size_t wanted = capacity < most ? capacity : most;
    *length += fread(text + *length, 1, wanted - *length, file);
    if (ferror(file)) {
      int reason = errno;
      free(text);
      errno = reason;
      return NULL;
    }
    if (*length < wanted || wanted == most) return text;
    capacity *= 2;
    text = need(realloc(text, capacity));
  }
}

static bool fail(const struct walk *walk, const char *path, bool named, const char *problem) {
  struct source source = {.file = path, .problem = problem, .named = named};
  return walk->each(walk->context, &source);
}

static bool read_stream(const struct walk *walk, FILE *file, const char *path, bool named) {
  size_t length;
  char *text = read_all(file, walk->request->max_bytes, &length);
  if (text == NULL) return fail(walk, path, named, strerror(errno));
  if (length > walk->request->max_bytes) {
    free(text);
    char *problem = format("more than %zu bytes; --max-bytes sets how many are read", walk->request->max_bytes);
    fail(walk, path, named, problem);
    free(problem);
    return false;
  }
  say_reading(walk->request, path, length);
  struct source source = {.file = path, .text = text, .length = length, .named = named};
  bool good = walk->each(walk->context, &source);
  progress_clear(walk->request);
  free(source.text);
  return good;
}

static bool read_file(const struct walk *walk, const char *path, bool named) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return fail(walk, path, named, strerror(errno));
  bool good = read_stream(walk, file, path, named);
  fclose(file);
  return good;
}

/* ---- folders ---- */

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
    bool full = (*count & (*count + 1)) == 0; /* capacities are 1, 3, 7, 15 ... */
    if (full) names = need(realloc(names, (*count * 2 + 1) * sizeof *names));
    names[(*count)++] = format("%s", entry->d_name);
  }
  if (*count > 1) qsort(names, *count, sizeof *names, compare_names);
  return names;
}

static bool visit_path(const struct walk *walk, const char *path, bool named);

static bool visit_folder(const struct walk *walk, const char *path, bool named) {
  DIR *folder = opendir(path);
  if (folder == NULL) return fail(walk, path, named, strerror(errno));
  size_t count;
  char **names = list_folder(folder, &count);
  closedir(folder);
  bool slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
  bool good = true;
  for (size_t i = 0; i < count; i++) {
    char *inside = format(slash ? "%s%s" : "%s/%s", path, names[i]);
    good = visit_path(walk, inside, false) && good;
    free(inside);
    free(names[i]);
  }
  free(names);
  return good;
}

/* A path that was named is always read; one found in a folder only if it looks like a manifest. */
static bool visit_path(const struct walk *walk, const char *path, bool named) {
  if (named && strcmp(path, "-") == 0) return read_stream(walk, stdin, "-", named);
  struct stat about;
  if (!named && lstat(path, &about) == 0 && S_ISLNK(about.st_mode) && !is_manifest(path))
    return true; /* may be a loop */
  if (stat(path, &about) != 0) return fail(walk, path, named, strerror(errno));
  if (S_ISDIR(about.st_mode)) return !(named || walk->request->recursive) || visit_folder(walk, path, named);
  return !(named || is_manifest(path)) || read_file(walk, path, named);
}

bool files_visit(const struct request *request, visit *each, void *context) {
  const struct walk walk = {request, each, context};
  bool good = true;
  for (size_t i = 0; i < request->file_count; i++) good = visit_path(&walk, request->files[i], true) && good;
  return good;
}
