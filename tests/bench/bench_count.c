/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_count.c: one plan of one question (codec.h), for counting the instructions of dset_plan_compute() with
 * valgrind --tool=callgrind --toggle-collect=dset_plan_compute. Prints how many pods it creates and deletes.
 *
 * usage: bench_count FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemonset.h"

static char *read_file(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  char *text = NULL;
  if (fseek(file, 0, SEEK_END) == 0) {
    long end = ftell(file);
    rewind(file);
    if (end > 0) text = malloc((size_t)end);
    if (text != NULL) *bytes = fread(text, 1, (size_t)end, file);
  }
  fclose(file);
  return text;
}

static int count(const dset_state *state) {
  void *volatile large =
      malloc(65536); /* malloc now puts in order what reading has freed, which is no part of the plan */
  free(large);
  dset_plan *plan;
  dset_error error;
  if (dset_plan_compute(dset_state_snapshot(state), dset_state_options(state), &plan, &error) != DSET_OK) {
    fprintf(stderr, "%s: %s\n", error.path, error.text);
    return 2;
  }
  size_t pods = 0;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    int32_t type = dset_plan_action(plan, i)->type;
    pods += type == DSET_ACTION_CREATE_POD || type == DSET_ACTION_DELETE_POD;
  }
  dset_plan_free(plan);
  printf("%zu creates and deletes\n", pods);
  return 0;
}

int main(int argc, char **argv) {
  size_t bytes = 0;
  char *text = argc == 2 ? read_file(argv[1], &bytes) : NULL;
  if (text == NULL) {
    fputs("usage: bench_count FILE\n", stderr);
    return 2;
  }
  dset_state *state;
  dset_error error;
  int status = 2;
  if (dset_state_read(text, bytes, NULL, &state, &error) == DSET_OK) {
    status = count(state);
    dset_state_free(state);
  } else {
    fprintf(stderr, "%s: %s\n", error.path, error.text);
  }
  free(text);
  return status;
}
