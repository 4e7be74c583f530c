/* SPDX-License-Identifier: Apache-2.0 */
/* documents.c (L5): the objects of a text, and planning questions. */
#include <string.h>

#include "check.h"
#include "daemonset/codec.h"
#include "decode.h"
#include "model.h"
#include "text.h"

enum { DEFAULT_MAX_BYTES = 64 << 20, DEFAULT_MAX_DEPTH = 1000, DEFAULT_MAX_VALUES = 1000000 };

struct dset_documents {
  dset_arena arena; /* first, see begin_read() */
  dset_object *objects;
  size_t count;
  size_t capacity;
};

struct dset_state {
  dset_arena arena; /* first, see begin_read() */
  const char *name;
  dset_snapshot snapshot;
  dset_options options;
};

static int take_bounds(const dset_read_options *options, dset_bounds *bounds, dset_error *error) {
  *bounds = (dset_bounds){DEFAULT_MAX_BYTES, DEFAULT_MAX_DEPTH, DEFAULT_MAX_VALUES};
  if (options == NULL) return DSET_OK;
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code != DSET_OK) return code;
  if (options->max_depth > DEFAULT_MAX_DEPTH) {
    return dset_fail(error, DSET_ERR_INVALID, "options.max_depth", "must be at most %d", DEFAULT_MAX_DEPTH);
  }
  if (options->max_bytes != 0) bounds->max_bytes = options->max_bytes;
  if (options->max_depth != 0) bounds->max_depth = options->max_depth;
  if (options->max_values != 0) bounds->max_values = options->max_values;
  return DSET_OK;
}

/* Checks the arguments of a reader and makes its zero-filled result, whose first member is its arena. */
static int begin_read(const char *text, const dset_read_options *options, size_t bytes, dset_bounds *bounds,
                      void **made, dset_error *error) {
  if (text == NULL) return dset_fail(error, DSET_ERR_INVALID, "text", "must not be NULL");
  int code = take_bounds(options, bounds, error);
  if (code != DSET_OK) return code;
  dset_arena arena;
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  *made = dset_arena_zalloc(&arena, 1, bytes);
  if (*made == NULL) return dset_fail_memory(error);
  memcpy(*made, &arena, sizeof arena);
  return DSET_OK;
}

/* What a reader does with one document. False: the decoder has failed. */
typedef bool dset_visitor(dset_decoder *decoder, const dset_source_document *document, void *context);

/* Opens `text` and shows each document to `visit`, adding line and column to what it reports. */
static int visit_documents(const char *text, size_t bytes, const dset_bounds *bounds, dset_arena *arena,
                           dset_visitor *visit, void *context, dset_error *error) {
  dset_source source;
  int code = dset_source_open(&source, text, bytes, bounds, error);
  while (code == DSET_OK) {
    dset_source_document document;
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

static const char *text_member(const json_t *tree, const char *key) {
  const char *text = json_string_value(json_object_get(tree, key));
  return text == NULL ? "" : text;
}

/* The kind of an object, by apiVersion and kind. */
static int32_t kind_of(const char *api_version, const char *kind) {
  static const struct {
    const char *api_version;
    const char *kind;
    int32_t code;
  } kinds[] = {
      {"apps/v1", "DaemonSet", DSET_KIND_DAEMONSET},
      {"v1", "Node", DSET_KIND_NODE},
      {"v1", "Pod", DSET_KIND_POD},
      {"apps/v1", "ControllerRevision", DSET_KIND_REVISION},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(kinds[i].api_version, api_version) == 0 && strcmp(kinds[i].kind, kind) == 0) return kinds[i].code;
  }
  return DSET_KIND_OTHER;
}

static bool add_object(dset_decoder *decoder, dset_documents *documents, const dset_source_document *document,
                       const json_t *tree, const char *api_version, const char *kind) {
  dset_object *objects =
      dset_arena_grow(&documents->arena, documents->objects, documents->count, &documents->capacity, sizeof *objects);
  if (objects == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  documents->objects = objects;
  dset_object *object = &objects[documents->count];
  *object = (dset_object){.kind = kind_of(api_version, kind), .index = document->index, .line = document->line};
  object->api_version = dset_arena_string(&documents->arena, api_version);
  object->kind_name = dset_arena_string(&documents->arena, kind);
  if (object->api_version == NULL || object->kind_name == NULL) {
    return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  }
  documents->count++;
  switch (object->kind) {
    case DSET_KIND_DAEMONSET: return dset_decode_daemonset(decoder, tree, &object->daemonset);
    case DSET_KIND_NODE: return dset_decode_node(decoder, tree, &object->node);
    case DSET_KIND_POD: return dset_decode_pod(decoder, tree, &object->pod);
    case DSET_KIND_REVISION: return dset_decode_revision(decoder, tree, &object->revision);
    default: return true;
  }
}

/* "NodeList" gives 4: the length of "Node"; 0 where the kind is no list. */
static size_t listed_kind_length(const char *kind) {
  size_t length = strlen(kind);
  return length >= 4 && strcmp(kind + length - 4, "List") == 0 ? length - 4 : 0;
}

/* The items of a list; those of a typed list need not repeat their kind. */
static bool add_items(dset_decoder *decoder, dset_documents *documents, const dset_source_document *document,
                      const json_t *items) {
  const char *list_kind = text_member(document->root, "kind");
  const char *list_version = text_member(document->root, "apiVersion");
  char listed[64] = "";
  size_t length = listed_kind_length(list_kind);
  if (length < sizeof listed) memcpy(listed, list_kind, length);
  dset_decoder_enter(decoder, "items", 0);
  for (size_t i = 0; i < json_array_size(items); i++) {
    const json_t *item = json_array_get(items, i);
    dset_decoder_enter(decoder, NULL, i);
    if (!dset_decode_is_object(decoder, item)) return false;
    const char *kind = text_member(item, "kind");
    const char *version = text_member(item, "apiVersion");
    bool typed = kind[0] == '\0' && listed[0] != '\0';
    if (!add_object(decoder, documents, document, item, typed ? list_version : version, typed ? listed : kind)) {
      return false;
    }
    dset_decoder_leave(decoder);
  }
  dset_decoder_leave(decoder);
  return true;
}

static bool visit_object(dset_decoder *decoder, const dset_source_document *document, void *context) {
  dset_documents *documents = context;
  const json_t *root = document->root;
  if (json_is_null(root)) return true;
  if (!dset_decode_is_object(decoder, root)) return false;
  const char *kind = text_member(root, "kind");
  size_t length = strlen(kind);
  json_t *items;
  if (length < 4 || strcmp(kind + length - 4, "List") != 0) {
    return add_object(decoder, documents, document, root, text_member(root, "apiVersion"), kind);
  }
  if (!dset_decode_array(decoder, root, "items", &items)) return false;
  return items == NULL || add_items(decoder, documents, document, items);
}

int dset_documents_read(const char *text, size_t bytes, const dset_read_options *options, dset_documents **documents,
                        dset_error *error) {
  if (documents == NULL) return dset_fail(error, DSET_ERR_INVALID, "documents", "must not be NULL");
  *documents = NULL;
  dset_bounds bounds;
  void *memory;
  int code = begin_read(text, options, sizeof(dset_documents), &bounds, &memory, error);
  if (code != DSET_OK) return code;
  dset_documents *made = memory;
  code = visit_documents(text, bytes, &bounds, &made->arena, visit_object, made, error);
  if (code != DSET_OK) {
    dset_documents_free(made);
    return code;
  }
  *documents = made;
  return DSET_OK;
}

void dset_documents_free(dset_documents *documents) {
  if (documents == NULL) return;
  dset_arena arena = documents->arena;
  dset_arena_clear(&arena);
}

size_t dset_documents_count(const dset_documents *documents) {
  return documents->count;
}

const dset_object *dset_documents_object(const dset_documents *documents, size_t index) {
  return index < documents->count ? &documents->objects[index] : NULL;
}

static bool read_options(dset_decoder *decoder, const json_t *root, dset_options *options) {
  json_t *tree;
  int64_t burst = 0;
  if (!dset_decode_object(decoder, root, "options", &tree)) return false;
  if (tree == NULL) return true;
  dset_decoder_enter(decoder, "options", 0);
  bool good = dset_decode_integer(decoder, tree, "burst", 0, UINT32_MAX, &burst) &&
              dset_decode_string(decoder, tree, "revisionHash", &options->revision_hash) &&
              dset_decode_seconds(decoder, tree, "backoffInitialSeconds", &options->backoff_initial_ms) &&
              dset_decode_seconds(decoder, tree, "backoffMaxSeconds", &options->backoff_max_ms);
  options->burst = (uint32_t)burst;
  if (good) dset_decoder_leave(decoder);
  return good;
}

static bool read_backoff(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_backoff *backoff = item;
  return dset_decode_string(decoder, tree, "node", &backoff->node) &&
         dset_decode_seconds(decoder, tree, "delaySeconds", &backoff->delay_ms) &&
         dset_decode_time(decoder, tree, "last", &backoff->last_ms);
}

static bool read_in_flight(dset_decoder *decoder, const json_t *root, dset_snapshot *snapshot) {
  json_t *tree;
  if (!dset_decode_object(decoder, root, "inFlight", &tree)) return false;
  if (tree == NULL) return true;
  dset_decoder_enter(decoder, "inFlight", 0);
  bool good = dset_decode_integer(decoder, tree, "creates", INT64_MIN, INT64_MAX, &snapshot->in_flight_creates) &&
              dset_decode_integer(decoder, tree, "deletes", INT64_MIN, INT64_MAX, &snapshot->in_flight_deletes) &&
              dset_decode_time(decoder, tree, "since", &snapshot->in_flight_since_ms);
  if (good) dset_decoder_leave(decoder);
  return good;
}

/* Lists of pointers to objects: each item is decoded by a function of its own type. */
static bool read_node(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_node(decoder, tree, item);
}

static bool read_pod(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_pod(decoder, tree, item);
}

static bool read_revision(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_revision(decoder, tree, item);
}

static bool read_lists(dset_decoder *decoder, const json_t *root, dset_snapshot *snapshot) {
  void *nodes = NULL;
  void *pods = NULL;
  void *revisions = NULL;
  void *backoffs = NULL;
  bool good = dset_decode_list(decoder, root, "nodes", sizeof(dset_node *), read_node, &nodes, &snapshot->node_count) &&
              dset_decode_list(decoder, root, "pods", sizeof(dset_pod *), read_pod, &pods, &snapshot->pod_count) &&
              dset_decode_list(decoder, root, "controllerRevisions", sizeof(dset_revision *), read_revision, &revisions,
                               &snapshot->revision_count) &&
              dset_decode_list(decoder, root, "backoff", sizeof(dset_backoff), read_backoff, &backoffs,
                               &snapshot->backoff_count);
  snapshot->nodes = nodes;
  snapshot->pods = pods;
  snapshot->revisions = revisions;
  snapshot->backoffs = backoffs;
  return good;
}

static bool visit_state(dset_decoder *decoder, const dset_source_document *document, void *context) {
  dset_state *state = context;
  const json_t *root = document->root;
  if (json_is_null(root)) return true;
  if (!dset_decode_is_object(decoder, root)) return false;
  if (state->snapshot.daemonset != NULL) {
    return dset_decoder_fail(decoder, DSET_ERR_INVALID, "expected one object, found a second", "");
  }
  json_t *daemonset;
  if (!dset_decode_string(decoder, root, "name", &state->name) ||
      !dset_decode_object(decoder, root, "daemonSet", &daemonset)) {
    return false;
  }
  if (daemonset == NULL) return dset_decoder_fail(decoder, DSET_ERR_INVALID, "the member daemonSet is missing", "");
  dset_decoder_enter(decoder, "daemonSet", 0);
  if (!dset_decode_daemonset(decoder, daemonset, &state->snapshot.daemonset)) return false;
  dset_decoder_leave(decoder);
  return dset_decode_time(decoder, root, "now", &state->snapshot.now_ms) &&
         read_options(decoder, root, &state->options) && read_lists(decoder, root, &state->snapshot) &&
         read_in_flight(decoder, root, &state->snapshot);
}

int dset_state_read(const char *text, size_t bytes, const dset_read_options *options, dset_state **state,
                    dset_error *error) {
  if (state == NULL) return dset_fail(error, DSET_ERR_INVALID, "state", "must not be NULL");
  *state = NULL;
  dset_bounds bounds;
  void *memory;
  int code = begin_read(text, options, sizeof(dset_state), &bounds, &memory, error);
  if (code != DSET_OK) return code;
  dset_state *made = memory;
  made->name = "";
  made->snapshot.size = sizeof made->snapshot;
  made->options.size = sizeof made->options;
  code = visit_documents(text, bytes, &bounds, &made->arena, visit_state, made, error);
  if (code == DSET_OK && made->snapshot.daemonset == NULL) {
    code = dset_fail(error, DSET_ERR_INVALID, NULL, "expected a JSON object, found nothing");
  }
  if (code != DSET_OK) {
    dset_state_free(made);
    return code;
  }
  *state = made;
  return DSET_OK;
}

const char *dset_state_name(const dset_state *state) {
  return state->name;
}

const dset_snapshot *dset_state_snapshot(const dset_state *state) {
  return &state->snapshot;
}

const dset_options *dset_state_options(const dset_state *state) {
  return &state->options;
}

void dset_state_free(dset_state *state) {
  if (state == NULL) return;
  dset_arena arena = state->arena;
  dset_arena_clear(&arena);
}
