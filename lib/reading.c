/* SPDX-License-Identifier: Apache-2.0 */
/* reading.c (L5): what the readers of texts share, see reading.h. */
#include "reading.h"

#include <string.h>

#include "check.h"
#include "conform.h"
#include "defaults.h"

enum { DEFAULT_MAX_BYTES = 64 << 20, DEFAULT_MAX_DEPTH = 1000, DEFAULT_MAX_VALUES = 1000000 };

int dset_reading_bounds(const dset_read_options *options, dset_bounds *bounds, dset_error *error) {
  *bounds = (dset_bounds){DEFAULT_MAX_BYTES, DEFAULT_MAX_DEPTH, DEFAULT_MAX_VALUES, false};
  if (options == NULL) return DSET_OK;
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK) code = dset_check_allocator(options->allocator, error);
  if (code != DSET_OK) return code;
  if (options->max_depth > DEFAULT_MAX_DEPTH) {
    return dset_fail(error, DSET_ERR_INVALID, "options.max_depth", "must be at most %d", DEFAULT_MAX_DEPTH);
  }
  bounds->json_only = options->json_only;
  if (options->max_bytes != 0) bounds->max_bytes = options->max_bytes;
  if (options->max_depth != 0) bounds->max_depth = options->max_depth;
  if (options->max_values != 0) bounds->max_values = options->max_values;
  return DSET_OK;
}

int dset_reading_begin(const char *text, const dset_read_options *options, size_t bytes, dset_bounds *bounds,
                       void **made, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  int code = dset_reading_bounds(options, bounds, error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  *made = dset_arena_zalloc(&arena, 1, bytes);
  if (*made == NULL) return dset_fail_memory(error);
  memcpy(*made, &arena, sizeof arena);
  return DSET_OK;
}

int dset_reading_visit(const char *text, size_t bytes, const dset_bounds *bounds, dset_arena *arena,
                       dset_repeats *repeats, dset_document_visitor *visit, void *context, dset_error *error) {
  dset_source source;
  int code = dset_source_open(&source, text, bytes, bounds, error);
  source.repeats = repeats;
  while (code == DSET_OK) {
    dset_source_document document;
    dset_reading_forget(repeats);
    code = dset_source_next(&source, &document, error);
    if (code != DSET_OK || document.root == NULL) break;
    dset_decoder decoder;
    dset_decoder_init(&decoder, arena, error);
    if (!visit(&decoder, &document, context)) {
      code = decoder.code;
      size_t line;
      size_t column;
      size_t depth = decoder.depth < DSET_DECODE_DEPTH ? decoder.depth : DSET_DECODE_DEPTH;
      if (code != DSET_ERR_NOMEM) {
        dset_source_locate(&document, decoder.steps, depth, &line, &column);
        dset_fail_at(error, line, column);
      }
    }
    json_decref(document.root);
  }
  return code;
}

bool dset_reading_locate(const dset_source_document *document, dset_findings *findings, size_t first) {
  if (findings->count == first) return true; /* no walk over the whole text for each object of a list */
  size_t count = 0;
  dset_place *places = dset_arena_zalloc(&findings->arena, findings->count - first, sizeof *places);
  if (places == NULL) return false;
  for (size_t i = first; i < findings->count; i++) {
    const dset_found *found = &findings->records[i];
    if (found->finding.line == 0)
      places[count++] = (dset_place){.steps = found->steps, .step_count = found->step_count};
  }
  if (count > 0) dset_source_locate_all(document, places, count);
  count = 0;
  for (size_t i = first; i < findings->count; i++) {
    dset_finding *finding = &findings->records[i].finding;
    if (finding->line != 0) continue;
    finding->line = places[count].line;
    finding->column = places[count++].column;
  }
  return true;
}

void dset_reading_forget(dset_repeats *repeats) {
  if (repeats == NULL) return;
  dset_arena_clear(repeats->arena);
  *repeats = (dset_repeats){.arena = repeats->arena, .limit = repeats->limit};
}

static bool leads_into(const dset_repeat *repeat, const dset_step *steps, size_t count) {
  if (repeat->step_count <= count) return false;
  for (size_t i = 0; i < count; i++) {
    const dset_step *step = &repeat->steps[i];
    bool same = steps[i].key == NULL ? step->key == NULL && step->index == steps[i].index
                                     : step->key != NULL && strcmp(step->key, steps[i].key) == 0;
    if (!same) return false;
  }
  return true;
}

/* Adds the finding of a repeat that stands `depth` steps below the root of the object at `path`. */
static bool add_repeat(const dset_repeat *repeat, const dset_path *path, size_t depth, dset_findings *findings) {
  size_t count = repeat->step_count - depth;
  dset_path *frames = dset_arena_zalloc(&findings->arena, count, sizeof *frames);
  if (frames == NULL) return false;
  for (size_t i = 0; i < count; i++) {
    frames[i].parent = i == 0 ? path : &frames[i - 1];
    frames[i].key = repeat->steps[depth + i].key;
    frames[i].index = repeat->steps[depth + i].index;
  }
  size_t before = findings->count;
  dset_findings_add(findings, DSET_FINDING_DUPLICATE_FIELD, "A17", &frames[count - 1], NULL,
                    "this key stands here twice; the last one counts");
  if (findings->count == before) return true;
  findings->records[before].finding.line = repeat->line;
  findings->records[before].finding.column = repeat->column;
  return true;
}

/* Whether Go's JSON decoder looks at the key: it passes over the values of fields that are raw or unknown. */
static bool is_decoded(const dset_step *steps, size_t count) {
  uint16_t type = DSET_SCHEMA_DAEMONSET;
  for (size_t i = 0; i < count; i++) {
    const dset_field *field = steps[i].key == NULL ? NULL : dset_schema_find(type, steps[i].key);
    if (field == NULL) return false;
    if (field->kind == DSET_SCHEMA_RAW) return i + 1 == count;
    if (field->kind != DSET_SCHEMA_STRUCT) return true;
    if (field->shape == DSET_SCHEMA_LIST || field->shape == DSET_SCHEMA_MAP) i++; /* the item */
    type = field->type;
  }
  return true;
}

bool dset_reading_repeats(const dset_source_document *document, const dset_repeats *repeats, const dset_path *path,
                          dset_findings *findings) {
  size_t depth;
  const dset_step *steps = dset_path_steps(path, &findings->arena, &depth);
  bool good = steps != NULL;
  for (size_t i = 0; good && i < repeats->count; i++) {
    const dset_repeat *repeat = &repeats->records[i];
    if (!leads_into(repeat, steps, depth)) continue;
    if (!document->yaml && !is_decoded(repeat->steps + depth, repeat->step_count - depth)) continue;
    good = add_repeat(repeat, path, depth, findings);
  }
  if (path == NULL) dset_findings_count_more(findings, DSET_FINDING_DUPLICATE_FIELD, repeats->total - repeats->count);
  return good && !findings->failed;
}

static int code_of(int32_t kind) {
  switch (kind) {
    case DSET_FINDING_WRONG_TYPE: return DSET_ERR_TYPE;
    case DSET_FINDING_OUT_OF_RANGE: return DSET_ERR_RANGE;
    default: return DSET_ERR_INVALID;
  }
}

/* Fails with the first error among the findings from `first` on. The decoder has entered the first `depth` steps. */
static bool refuse_errors(dset_decoder *decoder, size_t depth, const dset_findings *findings, size_t first) {
  for (size_t i = first; i < findings->count; i++) {
    const dset_found *found = &findings->records[i];
    if (found->finding.severity != DSET_SEVERITY_ERROR) continue;
    for (size_t s = depth; s < found->step_count; s++) {
      const char *key = found->steps[s].key;
      if (key != NULL) key = dset_arena_string(decoder->arena, key); /* the findings may be gone before the error */
      if (key == NULL && found->steps[s].key != NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
      dset_decoder_enter(decoder, key, found->steps[s].index);
    }
    return dset_decoder_fail(decoder, code_of(found->finding.kind), found->finding.text, "");
  }
  return true;
}

bool dset_reading_daemonset(dset_decoder *decoder, const json_t *tree, const dset_path *path, bool defaults,
                            dset_findings *findings, size_t first, const dset_daemonset **daemonset) {
  if (!dset_decode_is_object(decoder, tree)) return false;
  json_t *typed = dset_conform(tree, DSET_SCHEMA_DAEMONSET, path, findings);
  size_t depth = 0;
  for (; path != NULL; path = path->parent) depth++;
  bool made = typed != NULL && !findings->failed;
  if (made && defaults) made = dset_defaults_fill(typed, &decoder->arena->allocator);
  bool good = made ? refuse_errors(decoder, depth, findings, first) && dset_decode_daemonset(decoder, typed, daemonset)
                   : dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  json_decref(typed);
  return good;
}
