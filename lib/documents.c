/* SPDX-License-Identifier: Apache-2.0 */
/* documents.c (L5): the objects of a text. */
#include <string.h>

#include "items.h"
#include "reading.h"
#include "stream.h"

struct dset_documents {
  dset_arena arena; /* first, see dset_reading_begin() */
  dset_arena large; /* of the objects of a large list */
  dset_object *objects;
  size_t count;
  size_t capacity;
  dset_findings *findings; /* of its manifests */
  int32_t validation;      /* enum dset_validation_mode; while it is being read */
  dset_repeats *repeats;   /* while it is being read */
};

/* Leads the decoder along a path. */
static void enter_path(dset_decoder *decoder, const dset_path *path) {
  if (path == NULL) return;
  enter_path(decoder, path->parent);
  dset_decoder_enter(decoder, path->key, path->index);
}

static void leave_path(dset_decoder *decoder, const dset_path *path) {
  for (; path != NULL; path = path->parent) dset_decoder_leave(decoder);
}

/* What reading the objects of one document needs. */
typedef struct object_reading {
  dset_documents *to;
  dset_decoder *decoder;
  const dset_source_document *document;
} object_reading;

/* One that an API server has returned: it was checked and defaulted when it was created. */
static bool is_live(const json_t *daemonset) {
  const char *uid = json_string_value(json_object_get(json_object_get(daemonset, "metadata"), "uid"));
  return uid != NULL && uid[0] != '\0';
}

static bool read_daemonset(object_reading *r, const dset_item *item, const dset_daemonset **daemonset) {
  const json_t *tree = item->value;
  dset_findings *findings = r->to->findings;
  bool live = is_live(tree);
  size_t first = findings->count;
  findings->fields_ignored = live || r->to->validation == DSET_VALIDATION_IGNORE;
  findings->fields_warn = r->to->validation == DSET_VALIDATION_WARN;
  if (!dset_reading_repeats(r->document, r->to->repeats, item->path, findings)) {
    return dset_decoder_fail(r->decoder, DSET_ERR_NOMEM, "", "");
  }
  return dset_reading_daemonset(r->decoder, tree, item->path, !live, findings, first, daemonset);
}

static bool read_object(object_reading *r, const dset_item *item, dset_object *object) {
  const json_t *tree = item->value;
  switch (object->kind) {
    case DSET_KIND_DAEMONSET: return read_daemonset(r, item, &object->daemonset);
    case DSET_KIND_NODE: return dset_decode_node(r->decoder, tree, &object->node);
    case DSET_KIND_POD: return dset_decode_pod(r->decoder, tree, &object->pod);
    case DSET_KIND_REVISION: return dset_decode_revision(r->decoder, tree, &object->revision);
    default: return true;
  }
}

static bool visit_item(void *context, const dset_item *item) {
  object_reading *r = context;
  dset_documents *to = r->to;
  enter_path(r->decoder, item->path);
  if (item->expected != NULL) return dset_decode_refuse(r->decoder, item->expected, item->value);
  dset_object *objects = dset_arena_grow(&to->arena, to->objects, to->count, &to->capacity, sizeof *objects);
  if (objects == NULL) return dset_decoder_fail(r->decoder, DSET_ERR_NOMEM, "", "");
  to->objects = objects;
  dset_object *object = &objects[to->count];
  *object = (dset_object){.kind = dset_items_kind(item->api_version, item->kind)};
  object->index = r->document->index;
  object->line = r->document->line;
  object->api_version = dset_arena_string(&to->arena, item->api_version);
  object->kind_name = dset_arena_string(&to->arena, item->kind);
  if (object->api_version == NULL || object->kind_name == NULL) {
    return dset_decoder_fail(r->decoder, DSET_ERR_NOMEM, "", "");
  }
  to->count++;
  if (!read_object(r, item, object)) return false;
  leave_path(r->decoder, item->path);
  return true;
}

static bool visit_object(dset_decoder *decoder, const dset_source_document *document, void *context) {
  object_reading r = {context, decoder, document};
  size_t first = r.to->findings->count;
  if (!dset_items_visit(document->root, visit_item, &r)) return false;
  return dset_reading_locate(document, r.to->findings, first) || dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
}

/* Reads every document by way of a tree. */
static int read_trees(const char *text, size_t bytes, const dset_bounds *bounds, dset_documents *made,
                      dset_error *error) {
  dset_arena scratch;
  dset_arena_init(&scratch, &made->arena.allocator);
  dset_repeats repeats = {.arena = &scratch, .limit = 100};
  made->repeats = &repeats;
  int code = dset_reading_visit(text, bytes, bounds, &made->arena, &repeats, visit_object, made, error);
  made->repeats = NULL;
  dset_arena_clear(&scratch);
  return code;
}

/* Reads the text as a large list, if it is one, and otherwise by way of trees. */
static int read_text(const char *text, size_t bytes, const dset_bounds *bounds, dset_documents *made,
                     dset_error *error) {
  if (bytes < DSET_STREAM_BYTES) return read_trees(text, bytes, bounds, made, error);
  dset_stream_objects objects;
  switch (dset_stream_read(text, bytes, bounds, &made->large, &objects)) {
    case DSET_STREAM_NO_MEMORY: return dset_fail_memory(error);
    case DSET_STREAM_READ:
      made->objects = objects.objects;
      made->count = objects.count;
      return DSET_OK;
    default: dset_arena_clear(&made->large); return read_trees(text, bytes, bounds, made, error);
  }
}

int dset_documents_read(const char *text, size_t bytes, const dset_read_options *options, dset_documents **documents,
                        dset_error *error) {
  if (documents == NULL) return dset_fail(error, DSET_ERR_INVALID, "documents", "must not be NULL");
  *documents = NULL;
  dset_bounds bounds;
  void *memory;
  int code = dset_reading_begin(text, options, sizeof(dset_documents), &bounds, &memory, error);
  if (code != DSET_OK) return code;
  dset_documents *made = memory;
  dset_arena_init(&made->large, &made->arena.allocator);
  dset_validate_options keep = {.size = sizeof keep, .allocator = &made->arena.allocator};
  made->findings = dset_findings_new(&keep);
  made->validation = options == NULL ? DSET_VALIDATION_STRICT : options->validation;
  code = made->findings == NULL ? dset_fail_memory(error) : read_text(text, bytes, &bounds, made, error);
  if (code != DSET_OK) {
    dset_documents_free(made);
    return code;
  }
  *documents = made;
  return DSET_OK;
}

void dset_documents_free(dset_documents *documents) {
  if (documents == NULL) return;
  dset_findings_free(documents->findings);
  dset_arena_clear(&documents->large);
  dset_arena arena = documents->arena;
  dset_arena_clear(&arena);
}

size_t dset_documents_count(const dset_documents *documents) {
  return documents->count;
}

const dset_object *dset_documents_object(const dset_documents *documents, size_t index) {
  return index < documents->count ? &documents->objects[index] : NULL;
}

const dset_findings *dset_documents_findings(const dset_documents *documents) {
  return documents->findings;
}
