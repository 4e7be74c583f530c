/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h (L0): all memory of one object, released at once.
 *
 *   arena ─► newest block ─► older block ─► ... ─► NULL
 *            [header|used······|free····]
 *
 * Pieces are cut from the newest block. A block is twice as large as the one before, or as large as the piece that did
 * not fit, so that even an object of many megabytes is a dozen allocations, which a heap takes back and keeps.
 */
#ifndef DSET_LIB_ARENA_H
#define DSET_LIB_ARENA_H

#include "daemonset/base.h"

typedef struct dset_arena_block dset_arena_block;

typedef struct dset_arena {
  dset_allocator allocator;
  dset_arena_block *blocks;
  size_t next_bytes; /* payload of the next block, unless a piece needs more */
} dset_arena;

/* Sets up an empty arena; allocates nothing. NULL = malloc and free. */
void dset_arena_init(dset_arena *arena, const dset_allocator *allocator);

/* `count` × `bytes` of memory, aligned for any type; NULL when the product overflows or an allocation fails.
 * Zero bytes give a valid pointer. */
void *dset_arena_alloc(dset_arena *arena, size_t count, size_t bytes);

/* The same, zero-filled. */
void *dset_arena_zalloc(dset_arena *arena, size_t count, size_t bytes);

/* A NUL-terminated copy of `bytes` bytes; NULL on failure. */
char *dset_arena_copy(dset_arena *arena, const char *text, size_t bytes);

/* A copy of a string; "" for NULL; NULL on failure. */
char *dset_arena_string(dset_arena *arena, const char *text);

/* An array of `count` items with room for one more: `items` itself, or a copy twice as large. NULL on failure. */
void *dset_arena_grow(dset_arena *arena, void *items, size_t count, size_t *capacity, size_t item_bytes);

/* Empties the arena for its next use and keeps its newest block, if that has at most `keep_bytes`. */
void dset_arena_reset(dset_arena *arena, size_t keep_bytes);

/* Releases every block and leaves an empty arena. */
void dset_arena_clear(dset_arena *arena);

#endif
