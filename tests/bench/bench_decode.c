/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_decode.c: what it costs to read a NodeList of 15 MB and a PodList of 100 MB, beside jansson: json_loadb() of
 * the same text to a tree, the same objects read from the tree, and both released. The two take turns. Prints figures
 * and judges nothing; that both read as many objects is checked.
 *
 * usage: bench_decode [repetitions]
 *        bench_decode --text nodes|pods     writes the list itself, for other readers
 *
 * A line for each list: name, unit, ours, jansson's, their ratio (the median of the ratios of the turns), turns. Then
 * the memory that the objects take, and its peak, as parts of the text.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemonset/codec.h"
#include "decode.h"
#include "items.h"
#include "support/lists.h"

static _Noreturn void stop(const char *why) {
  fprintf(stderr, "bench_decode: %s\n", why);
  exit(2);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* An allocator that counts. */
typedef struct usage {
  size_t bytes;
  size_t peak;
} usage;

static void *allocate(void *context, size_t bytes) {
  usage *u = context;
  u->bytes += bytes;
  if (u->bytes > u->peak) u->peak = u->bytes;
  return malloc(bytes);
}

static void release(void *context, void *memory, size_t bytes) {
  usage *u = context;
  u->bytes -= bytes;
  free(memory);
}

static size_t read_ours(const dset_buffer *text, usage *kept) {
  usage u = {0};
  dset_allocator allocator = {allocate, release, &u};
  dset_read_options options = {.size = sizeof options, .allocator = &allocator, .max_bytes = SIZE_MAX};
  dset_documents *documents;
  dset_error error;
  if (dset_documents_read(text->bytes, text->length, &options, &documents, &error) != DSET_OK) stop(error.text);
  size_t count = dset_documents_count(documents);
  *kept = u;
  dset_documents_free(documents);
  return count;
}

typedef struct tree_reading {
  dset_decoder decoder;
  size_t count;
} tree_reading;

static bool read_item(void *context, const dset_item *item) {
  tree_reading *t = context;
  const dset_node *node;
  const dset_pod *pod;
  t->count++;
  return dset_items_kind(item->api_version, item->kind) == DSET_KIND_NODE
             ? dset_decode_node(&t->decoder, item->value, &node)
             : dset_decode_pod(&t->decoder, item->value, &pod);
}

static size_t read_peer(const dset_buffer *text) {
  json_error_t why;
  json_t *root = json_loadb(text->bytes, text->length, 0, &why);
  if (root == NULL) stop(why.text);
  dset_arena arena;
  dset_error error;
  tree_reading t = {.count = 0};
  dset_arena_init(&arena, NULL);
  dset_decoder_init(&t.decoder, &arena, &error);
  if (!dset_items_visit(root, read_item, &t)) stop(error.text);
  json_decref(root);
  dset_arena_clear(&arena);
  return t.count;
}

static int compare(const void *a, const void *b) {
  const double *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return values[count / 2];
}

static void measure(const char *name, enum list_kind kind, size_t bytes, size_t turns) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  list_write(&text, kind, bytes);
  double *ours = calloc(turns * 3, sizeof *ours);
  if (text.failed || ours == NULL) stop("out of memory");
  double *peer = ours + turns, *ratio = peer + turns;
  usage kept = {0};
  for (size_t i = 0; i < turns; i++) {
    double start = now_ms();
    size_t count = read_ours(&text, &kept);
    double between = now_ms();
    if (read_peer(&text) != count) stop("the two read different lists");
    peer[i] = now_ms() - between;
    ours[i] = between - start;
    ratio[i] = peer[i] / ours[i];
  }
  printf("%s ms %.2f %.2f %.2f %zu\n", name, median(ours, turns), median(peer, turns), median(ratio, turns), turns);
  printf("%s-memory share-of-text %.4f kept %.4f peak\n", name, (double)kept.bytes / (double)text.length,
         (double)kept.peak / (double)text.length);
  free(ours);
  dset_buffer_clear(&text);
}

static const struct list {
  const char *name;
  enum list_kind kind;
  size_t bytes;
  const char *short_name;
} lists[] = {
    {"decode-nodelist-15MB", LIST_OF_NODES, 15000000, "nodes"},
    {"decode-podlist-100MB", LIST_OF_PODS, 100000000, "pods"},
};

static bool write_text(const char *short_name) {
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (strcmp(lists[i].short_name, short_name) != 0) continue;
    dset_buffer text;
    dset_buffer_init(&text, NULL);
    list_write(&text, lists[i].kind, lists[i].bytes);
    bool good = !text.failed && fwrite(text.bytes, 1, text.length, stdout) == text.length && fflush(stdout) == 0;
    dset_buffer_clear(&text);
    return good;
  }
  return false;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--text") == 0 && write_text(argv[2])) return 0;
  size_t turns = argc == 2 ? (size_t)strtoul(argv[1], NULL, 10) : 11;
  if (argc > 2 || turns == 0) stop("usage: bench_decode [repetitions] | --text nodes|pods");
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    measure(lists[i].name, lists[i].kind, lists[i].bytes, turns);
  }
  return 0;
}
