/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_stream.c: small lists of nodes and pods, most of them changed in some places, read both ways (support/both.h). A
 * text that is read without a tree must be read with one, and the objects must be the same, value by value.
 *
 * usage: fuzz_stream [--count texts] [--seed number] [file...]
 *
 * With files, those are changed in place of lists that are made up.
 *
 * The seed is printed. A text on which the two differ is made smaller and printed, with the number of its own seed. The
 * last line is 'N passed, M failed'. Of the texts at least a fifth must be read without a tree and a fifth refused, so
 * that neither side is tried in vain.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/both.h"
#include "support/lists.h"

enum { DEFAULT_COUNT = 20000 };

typedef struct trial {
  dset_buffer text;
  size_t max_depth;
} trial;

typedef struct files {
  dset_buffer *texts;
  size_t count;
} files;

/* The text of one seed. */
static trial make(uint64_t seed, const files *from) {
  dset_random random = random_from(seed);
  trial t = {.max_depth = random_once_in(&random, 8) ? 1 + random_below(&random, 12) : 0};
  dset_buffer_init(&t.text, NULL);
  if (from->count == 0) {
    list_write_random(&t.text, &random);
  } else {
    const dset_buffer *file = &from->texts[random_below(&random, from->count)];
    dset_buffer_add(&t.text, file->bytes, file->length);
  }
  if (random_once_in(&random, 2)) {
    do list_mutate(&t.text, &random);
    while (random_once_in(&random, 3));
  }
  if (t.text.failed) abort();
  return t;
}

static enum both_outcome judge(const trial *t, char why[200]) {
  return both_read(t->text.bytes == NULL ? "" : t->text.bytes, t->text.length, t->max_depth, why);
}

/* Takes pieces out, shorter and shorter ones, as long as the two still differ. */
static void shrink(trial *t) {
  char why[200];
  for (size_t piece = t->text.length / 2; piece > 0; piece /= 2) {
    for (size_t at = 0; at + piece <= t->text.length;) {
      trial smaller = {.max_depth = t->max_depth};
      dset_buffer_init(&smaller.text, NULL);
      dset_buffer_add(&smaller.text, t->text.bytes, at);
      dset_buffer_add(&smaller.text, t->text.bytes + at + piece, t->text.length - at - piece);
      bool better = judge(&smaller, why) == BOTH_DIFFERENT;
      dset_buffer_clear(better ? &t->text : &smaller.text);
      if (better) t->text = smaller.text;
      if (!better) at += piece;
    }
  }
}

static void report(trial *t, uint64_t seed) {
  char why[200];
  shrink(t);
  judge(t, why);
  printf("text of seed %" PRIu64 ", depth %zu: %s\n", seed, t->max_depth, why);
  fwrite(t->text.bytes, 1, t->text.length, stdout);
  putchar('\n');
}

static bool load(files *to, char **names, size_t count) {
  to->texts = calloc(count + 1, sizeof *to->texts);
  if (to->texts == NULL) return false;
  for (; to->count < count; to->count++) {
    dset_buffer *text = &to->texts[to->count];
    char piece[4096];
    FILE *file = fopen(names[to->count], "rb");
    if (file == NULL) return false;
    dset_buffer_init(text, NULL);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) dset_buffer_add(text, piece, got);
    fclose(file);
  }
  return true;
}

/* Reads the options; gives the place of the first argument behind them, or 0. */
static int parse(int argc, char **argv, uint64_t *count, uint64_t *seed) {
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i += 2) {
    uint64_t *to = strcmp(argv[i], "--count") == 0 ? count : strcmp(argv[i], "--seed") == 0 ? seed : NULL;
    char *end = NULL;
    if (to == NULL || i + 1 == argc) return 0;
    *to = strtoull(argv[i + 1], &end, 10);
    if (*end != '\0') return 0;
  }
  return *count > 0 ? i : 0;
}

/* Tries the texts of `count` seeds. */
static void run(const files *from, uint64_t count, uint64_t seed, uint64_t outcomes[BOTH_OUTCOMES]) {
  for (uint64_t i = 0; i < count; i++) {
    char why[200];
    trial t = make(seed + i, from);
    enum both_outcome outcome = judge(&t, why);
    if (outcome == BOTH_DIFFERENT && outcomes[BOTH_DIFFERENT] < 5) report(&t, seed + i);
    outcomes[outcome]++;
    dset_buffer_clear(&t.text);
  }
}

int main(int argc, char **argv) {
  uint64_t count = DEFAULT_COUNT, seed = 1, outcomes[BOTH_OUTCOMES] = {0};
  files from = {NULL, 0};
  int first = parse(argc, argv, &count, &seed);
  if (first == 0 || !load(&from, argv + first, (size_t)(argc - first))) {
    fputs("usage: fuzz_stream [--count texts] [--seed number] [file...]\n", stderr);
    return 2;
  }
  printf("seed %" PRIu64 "\n", seed);
  run(&from, count, seed, outcomes);
  for (size_t i = 0; i < from.count; i++) dset_buffer_clear(&from.texts[i]);
  free(from.texts);
  printf("%" PRIu64 " read both ways, %" PRIu64 " left to the tree, %" PRIu64 " refused\n", outcomes[BOTH_READ],
         outcomes[BOTH_LEFT], outcomes[BOTH_REFUSED]);
  bool vain = count >= 1000 && (outcomes[BOTH_READ] < count / 5 || outcomes[BOTH_REFUSED] < count / 5);
  if (vain) puts("too few are read both ways, or too few refused");
  uint64_t failed = outcomes[BOTH_DIFFERENT] + (vain ? 1 : 0);
  printf("%" PRIu64 " passed, %" PRIu64 " failed\n", count - outcomes[BOTH_DIFFERENT], failed);
  return failed == 0 ? 0 : 1;
}
