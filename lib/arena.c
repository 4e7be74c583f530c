/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c (L0): see arena.h for the picture. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 2048, LAST_BLOCK_BYTES = 16 << 20 };

struct dset_arena_block {
  dset_arena_block *older;
  size_t bytes; /* of the whole block, header included */
  size_t used;
  max_align_t payload[];
};

static void *libc_allocate(void *context, size_t bytes) {
  (void)context;
  return malloc(bytes);
}

static void libc_release(void *context, void *memory, size_t bytes) {
  (void)context;
  (void)bytes;
  free(memory);
}

void dset_arena_init(dset_arena *arena, const dset_allocator *allocator) {
  static const dset_allocator libc = {libc_allocate, libc_release, NULL};
  arena->allocator = allocator == NULL || allocator->allocate == NULL ? libc : *allocator;
  arena->blocks = NULL;
  arena->next_bytes = FIRST_BLOCK_BYTES;
}

/* A new newest block with room for at least `piece` bytes. */
static dset_arena_block *add_block(dset_arena *arena, size_t piece) {
  size_t payload = piece > arena->next_bytes ? piece : arena->next_bytes;
  if (payload > SIZE_MAX - sizeof(dset_arena_block)) return NULL;
  size_t bytes = sizeof(dset_arena_block) + payload;
  dset_arena_block *block = arena->allocator.allocate(arena->allocator.context, bytes);
  if (block == NULL) return NULL;
  *block = (dset_arena_block){.older = arena->blocks, .bytes = bytes, .used = sizeof *block};
  arena->blocks = block;
  arena->next_bytes = payload < LAST_BLOCK_BYTES / 2 ? payload * 2 : LAST_BLOCK_BYTES;
  return block;
}

void *dset_arena_alloc(dset_arena *arena, size_t count, size_t bytes) {
  const size_t align = _Alignof(max_align_t);
  if (bytes != 0 && count > (SIZE_MAX - align) / bytes) return NULL;
  size_t total = (count * bytes + align - 1) / align * align;
  dset_arena_block *newest = arena->blocks;
  if (newest == NULL || newest->bytes - newest->used < total) newest = add_block(arena, total);
  if (newest == NULL) return NULL;
  void *memory = (char *)newest + newest->used;
  newest->used += total;
  return memory;
}

void *dset_arena_zalloc(dset_arena *arena, size_t count, size_t bytes) {
  void *memory = dset_arena_alloc(arena, count, bytes);
  if (memory != NULL) memset(memory, 0, count * bytes);
  return memory;
}

char *dset_arena_copy(dset_arena *arena, const char *text, size_t bytes) {
  if (bytes == SIZE_MAX) return NULL;
  char *copy = dset_arena_alloc(arena, bytes + 1, 1);
  if (copy == NULL) return NULL;
  if (bytes != 0) memcpy(copy, text, bytes);
  copy[bytes] = '\0';
  return copy;
}

char *dset_arena_string(dset_arena *arena, const char *text) {
  return text == NULL ? dset_arena_copy(arena, "", 0) : dset_arena_copy(arena, text, strlen(text));
}

void *dset_arena_grow(dset_arena *arena, void *items, size_t count, size_t *capacity, size_t item_bytes) {
  if (count < *capacity) return items;
  size_t larger = *capacity < 8 ? 8 : *capacity * 2;
  void *copy = dset_arena_alloc(arena, larger, item_bytes);
  if (copy == NULL) return NULL;
  if (count != 0) memcpy(copy, items, count * item_bytes);
  *capacity = larger;
  return copy;
}

void dset_arena_clear(dset_arena *arena) {
  while (arena->blocks != NULL) {
    dset_arena_block *block = arena->blocks;
    arena->blocks = block->older;
    arena->allocator.release(arena->allocator.context, block, block->bytes);
  }
}

void dset_arena_reset(dset_arena *arena, size_t keep_bytes) {
  dset_arena_block *kept = arena->blocks;
  if (kept == NULL) return;
  arena->blocks = kept->older;
  dset_arena_clear(arena);
  if (kept->bytes > keep_bytes) {
    arena->allocator.release(arena->allocator.context, kept, kept->bytes);
    return;
  }
  kept->older = NULL;
  kept->used = sizeof *kept;
  arena->blocks = kept;
}
