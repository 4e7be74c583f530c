/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h (L5): a list of nodes and pods, read from its JSON text without a tree. What it reads, stream_table.h says;
 * the rest is checked and gone over.
 *
 * It reads the lists that API servers and kubectl write. Whatever is unusual, and all that is wrong, is not its own:
 * the caller then has the text read by way of a tree (json.c, objects.c), which gives the same objects, or an error
 * with its place. In doubt it is not its own.
 *
 *   read here                                          not its own
 *   one JSON object of kind List, NodeList or PodList  anything else, and anything in front of or behind it but blanks
 *   items that are nodes, pods or of an unread kind    DaemonSets, ControllerRevisions
 *   members in any order, unknown ones, null           a member that is read and stands twice
 *   values that the way by a tree takes                values that it refuses; times of 64 bytes or more
 */
#ifndef DSET_LIB_STREAM_H
#define DSET_LIB_STREAM_H

#include "daemonset/codec.h"
#include "source.h"

/* Texts that are shorter go by way of a tree: they take no time, and that way is the one which reports errors. */
#define DSET_STREAM_BYTES 65536

enum dset_stream_code { DSET_STREAM_READ, DSET_STREAM_NOT_ITS_OWN, DSET_STREAM_NO_MEMORY };

typedef struct dset_stream_objects {
  dset_object *objects;
  size_t count;
} dset_stream_objects;

/*
 * Reads `text`. The objects are what dset_documents_read() would give, in `arena`, in which something may be left when
 * they are not read.
 */
enum dset_stream_code dset_stream_read(const char *text, size_t bytes, const dset_bounds *bounds, dset_arena *arena,
                                       dset_stream_objects *objects);

#endif
