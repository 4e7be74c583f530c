/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h (L0): where a part stands in an object, as a chain of frames on the C stack:
 *
 *   dset_path containers = {&spec, "containers", 0, false};
 *   dset_path first = {&containers, NULL, 0, false};           spec.containers[0]
 *
 * or for a path that is used once: DSET_AT_INDEX(DSET_AT(&spec, "containers"), 0).
 *
 * Kubernetes' field paths leave out some steps (B4: a label's key; B10: `metadata` of the template). Such a frame is
 * hidden: it leads to the text of the manifest, and is not written. The other way round a frame is `written` alone
 * where Kubernetes names a part that is not the one it means (B11: ports of every init container as those of the
 * first).
 */
#ifndef DSET_LIB_PATH_H
#define DSET_LIB_PATH_H

#include "text.h"

typedef struct dset_path {
  const struct dset_path *parent;
  const char *key; /* NULL: an item of a list */
  size_t index;
  bool hidden;
  bool written;
  bool bracketed; /* the key stands in brackets: `annotations[example.com/a]` */
} dset_path;

/* A frame that lives until the end of the block that it stands in. */
#define DSET_AT(above, name) (&(dset_path){.parent = (above), .key = (name)})
#define DSET_AT_INDEX(above, number) (&(dset_path){.parent = (above), .index = (number)})
#define DSET_AT_HIDDEN(above, name) (&(dset_path){.parent = (above), .key = (name), .hidden = true})

/* One step from a value to a part of it: a key, or when `key` is NULL an index. */
typedef struct dset_step {
  const char *key;
  size_t index;
} dset_step;

/* The path as Kubernetes writes it: `spec.containers[0].name`. NULL writes nothing. */
void dset_path_write(const dset_path *path, dset_buffer *buffer);

/* The steps of a path, hidden ones included and `written` ones left out, copied into an arena; NULL when an allocation
 * fails. */
const dset_step *dset_path_steps(const dset_path *path, dset_arena *arena, size_t *count);

#endif
