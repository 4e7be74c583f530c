/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_base.c (L4s): memory, texts, dice and the agenda of a simulation. */
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "simulate.h"
#include "table.h"

/* ---- memory ---- */

void *dset_sim_alloc(dset_simulation *sim, size_t count, size_t bytes) {
  void *memory = sim->failed ? NULL : dset_arena_zalloc(&sim->arena, count, bytes);
  if (memory == NULL) sim->failed = true;
  return memory;
}

void *dset_sim_grow(dset_simulation *sim, void *items, size_t count, size_t *capacity, size_t bytes) {
  void *grown = sim->failed ? NULL : dset_arena_grow(&sim->arena, items, count, capacity, bytes);
  if (grown == NULL) sim->failed = true;
  return grown;
}

/* ---- texts: each is kept once, so that equal ones are the same ---- */

typedef struct dset_sim_word {
  dset_hook hook;
  char text[];
} dset_sim_word;

static bool word_equals(const dset_hook *hook, const void *text) {
  return strcmp(((const dset_sim_word *)hook)->text, text) == 0;
}

const char *dset_sim_text(dset_simulation *sim, const char *text) {
  if (dset_text_empty(text) || sim->failed) return "";
  uint64_t hash = dset_table_hash(0, text);
  dset_sim_word *word = (dset_sim_word *)dset_index_find(&sim->texts, hash, word_equals, text);
  if (word != NULL) return word->text;
  size_t bytes = strlen(text) + 1;
  word = dset_sim_alloc(sim, 1, sizeof *word + bytes);
  if (word == NULL) return "";
  memcpy(word->text, text, bytes);
  dset_index_add(&sim->texts, &sim->pool, &word->hook, hash);
  return word->text;
}

const char *dset_sim_format(dset_simulation *sim, const char *format, ...) {
  char line[512]; /* names of objects are shorter than half of it */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  return dset_sim_text(sim, line);
}

/* ---- dice ---- */

/* SplitMix64: a good sequence for each seed, also for 0 and 1. */
static uint64_t roll(dset_simulation *sim) {
  uint64_t x = (sim->dice += UINT64_C(0x9E3779B97F4A7C15));
  x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
  return x ^ (x >> 31);
}

uint64_t dset_sim_dice(dset_simulation *sim, uint64_t sides) {
  return sides == 0 ? 0 : roll(sim) % sides;
}

int64_t dset_sim_draw(dset_simulation *sim, const dset_span *span) {
  if (span->most_ms <= span->least_ms) return span->least_ms;
  return span->least_ms + (int64_t)dset_sim_dice(sim, (uint64_t)(span->most_ms - span->least_ms) + 1);
}

int64_t dset_sim_after(dset_simulation *sim, const dset_span *span) {
  return dset_time_add(sim->now_ms, dset_sim_draw(sim, span));
}

static bool silenced(const dset_fault_rates *faults, uint64_t number) {
  if (faults->most != 0 && number > faults->most) return true;
  for (size_t i = 0; i < faults->silenced_count; i++) {
    if (faults->silenced[i] == number) return true;
  }
  return false;
}

bool dset_sim_fault(dset_simulation *sim, int fault, const char *what) {
  uint32_t rate = sim->faults.per_mille[fault];
  if (rate == 0 || sim->calm || dset_sim_dice(sim, 1000) >= rate) return false;
  uint64_t number = ++sim->fired;
  if (silenced(&sim->faults, number)) return false;
  sim->stats.faults[fault]++;
  dset_trace trace = {.type = DSET_TRACE_FAULT, .fault = fault, .number = number};
  dset_sim_tell(sim, &trace, "%s: %s", dset_fault_name(fault), what);
  return true;
}

/* ---- agenda: a heap ---- */

static bool sooner(const dset_sim_task *a, const dset_sim_task *b) {
  return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->sequence < b->sequence;
}

void dset_sim_plan_task(dset_simulation *sim, int64_t at_ms, int kind, int part, void *object, uint32_t stamp) {
  dset_sim_agenda *agenda = &sim->agenda;
  dset_sim_task *heap = dset_sim_grow(sim, agenda->heap, agenda->count, &agenda->capacity, sizeof *heap);
  if (heap == NULL) return;
  agenda->heap = heap;
  dset_sim_task task = {
      at_ms < sim->now_ms ? sim->now_ms : at_ms, ++agenda->sequence, object, stamp, (uint8_t)kind, (uint8_t)part};
  size_t at = agenda->count++;
  for (; at > 0 && sooner(&task, &heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = task;
}

dset_sim_task dset_sim_take_task(dset_simulation *sim) {
  dset_sim_agenda *agenda = &sim->agenda;
  dset_sim_task *heap = agenda->heap;
  dset_sim_task first = heap[0];
  dset_sim_task last = heap[--agenda->count];
  size_t at = 0;
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= agenda->count) break;
    if (child + 1 < agenda->count && sooner(&heap[child + 1], &heap[child])) child++;
    if (!sooner(&heap[child], &last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}

/* A side that nobody looks from waits for nothing; one that starts looks at everything. */
static bool awaits(const dset_simulation *sim, const dset_sim_task *task) {
  const dset_sim_pod *pod = task->object;
  return pod->awaited_ms[task->part] == task->at_ms && (task->part == DSET_SIM_STORE || sim->hosts[task->part].alive);
}

/* Whether what a task was for has changed since. */
static bool is_void(const dset_simulation *sim, const dset_sim_task *task) {
  switch (task->kind) {
    case DSET_TASK_LIVE:
    case DSET_TASK_STOP: return ((const dset_sim_pod *)task->object)->stamp != task->stamp;
    case DSET_TASK_AVAILABLE: return !awaits(sim, task);
    case DSET_TASK_LOST: return ((const dset_sim_pod *)task->object)->sent_ms == 0;
    case DSET_TASK_UNREACHABLE: return ((const dset_sim_node *)task->object)->stamp != task->stamp;
    case DSET_TASK_SHOW:
    case DSET_TASK_LIST: return ((const dset_sim_host *)task->object)->shows[task->part] != task->stamp;
    case DSET_TASK_WAKE: return ((const dset_sim_host *)task->object)->wake_ms != task->at_ms;
    case DSET_TASK_RESTART: return ((const dset_sim_host *)task->object)->alive; /* it took over meanwhile */
    case DSET_TASK_CALM: return sim->calm;
    default: return false;
  }
}

const dset_sim_task *dset_sim_next_task(dset_simulation *sim) {
  while (sim->agenda.count > 0 && is_void(sim, sim->agenda.heap)) dset_sim_take_task(sim);
  return sim->agenda.count == 0 ? NULL : sim->agenda.heap;
}
