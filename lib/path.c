/* SPDX-License-Identifier: Apache-2.0 */
/* path.c (L0): where a part stands in an object, see path.h. */
#include "path.h"

void dset_path_write(const dset_path *path, dset_buffer *buffer) {
  if (path == NULL) return;
  dset_path_write(path->parent, buffer);
  if (path->hidden) return;
  if (path->key == NULL) {
    dset_buffer_format(buffer, "[%zu]", path->index);
  } else if (path->bracketed) {
    dset_buffer_format(buffer, "[%s]", path->key);
  } else {
    if (buffer->length > 0) dset_buffer_add(buffer, ".", 1);
    dset_buffer_string(buffer, path->key);
  }
}

const dset_step *dset_path_steps(const dset_path *path, dset_arena *arena, size_t *count) {
  size_t depth = 0;
  for (const dset_path *at = path; at != NULL; at = at->parent) depth += !at->written;
  dset_step *steps = dset_arena_alloc(arena, depth, sizeof *steps);
  if (steps == NULL) return NULL;
  *count = depth;
  for (const dset_path *at = path; at != NULL; at = at->parent) {
    if (at->written) continue;
    depth--;
    steps[depth].index = at->index;
    steps[depth].key = at->key == NULL ? NULL : dset_arena_string(arena, at->key);
    if (at->key != NULL && steps[depth].key == NULL) return NULL;
  }
  return steps;
}
