/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c: see fault.h. Each block stands behind a head that remembers its size: [head|what the caller gets]. */
#include "fault.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef union head {
  size_t bytes;
  max_align_t align;
} head;

static void *allocate(void *context, size_t bytes) {
  fault *f = context;
  size_t number = f->asked++;
  if (number == f->at || (number > f->at && f->mode == FAULT_ON)) return NULL;
  if (bytes > PTRDIFF_MAX - sizeof(head)) return NULL; /* as malloc would */
  head *block = malloc(sizeof *block + bytes);
  if (block == NULL) abort();
  memset(block + 1, 0xA5, bytes); /* nobody may take fresh memory for zero */
  block->bytes = bytes;
  f->live++;
  f->live_bytes += bytes;
  if (f->live_bytes > f->peak_bytes) f->peak_bytes = f->live_bytes;
  return block + 1;
}

static void release_head(fault *f, head *block) {
  f->live--;
  f->live_bytes -= block->bytes;
  memset(block + 1, 0x5A, block->bytes); /* nor read what was released */
  free(block);
}

static void release(void *context, void *memory, size_t bytes) {
  fault *f = context;
  head *block = (head *)memory - 1;
  if (block->bytes != bytes) f->wrong_bytes++;
  release_head(f, block);
}

void fault_init(fault *f, size_t at, enum fault_mode mode) {
  *f = (fault){.allocator = {allocate, release, f}, .at = at, .mode = mode};
}

void fault_expect_empty(const fault *f, const char *what) {
  ck_assert_msg(f->live == 0 && f->live_bytes == 0, "%s, allocation %zu: %zu blocks of %zu bytes are left", what, f->at,
                f->live, f->live_bytes);
  ck_assert_msg(f->wrong_bytes == 0, "%s, allocation %zu: %zu releases name a wrong size", what, f->at, f->wrong_bytes);
}

/* jansson's hooks carry no context, and its release no size. */
static fault *behind_jansson;
static json_malloc_t former_malloc;
static json_free_t former_free;

static void *jansson_malloc(size_t bytes) {
  return allocate(behind_jansson, bytes);
}

static void jansson_free(void *memory) {
  if (memory != NULL) release_head(behind_jansson, (head *)memory - 1);
}

void fault_jansson_on(fault *f) {
  ck_assert_msg(behind_jansson == NULL, "jansson has a fault already");
  behind_jansson = f;
  json_get_alloc_funcs(&former_malloc, &former_free);
  json_set_alloc_funcs(jansson_malloc, jansson_free);
}

void fault_jansson_off(void) {
  json_set_alloc_funcs(former_malloc, former_free);
  behind_jansson = NULL;
}
