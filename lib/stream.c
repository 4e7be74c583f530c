/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c (L5): a list of nodes and pods from its text, see stream.h.
 *
 *   {"kind":"PodList", ... "items":[{"metadata":{...},"spec":{...}, ...}, ...]}
 *      LIST                  ITEM ─► NODE, POD, OTHER ─► METADATA, POD_SPEC, ... by the rows of stream_table.c
 *
 * Functions return false when the text is not its own, or memory ran out. Items of a list whose end is not known yet
 * stand in a stack of bytes, those of inner lists above those of outer ones. When the kind of the list comes behind its
 * items, they are gone over first and read in the end.
 */
#include "stream.h"

#include <string.h>

#include "intern.h"
#include "items.h"
#include "scan.h"
#include "stream_table.h"
#include "text.h"
#include "token.h"

typedef struct reader {
  dset_scan scan;
  dset_arena *arena;
  dset_intern shared;
  dset_buffer stack; /* items of the lists that are open */
  dset_buffer objects;
  dset_stream_list list;
  const char *items;    /* those of the list, in the text */
  const char *listed;   /* the kind of items that name none; NULL: not known yet */
  uint32_t label_lists; /* so far, those that are open included */
  bool no_memory;
} reader;

static bool read_object(reader *r, enum dset_shape shape, char *into, size_t levels);

/* Notes that memory ran out when `made` is NULL. */
static bool got(reader *r, const void *made) {
  if (made == NULL) r->no_memory = true;
  return made != NULL;
}

/* ---- strings, times, numbers ---- */

static dset_interned *intern(reader *r, const dset_scan_string *s) {
  dset_interned *found = dset_intern_text(&r->shared, s->bytes, s->length);
  if (r->shared.failed) r->no_memory = true;
  return found;
}

static bool read_text(reader *r, const char **to) {
  dset_scan_string s;
  if (!dset_scan_take_string(&r->scan, &s)) return false;
  *to = dset_arena_copy(r->arena, s.bytes, s.length);
  return got(r, *to);
}

static bool read_shared(reader *r, const char **to) {
  dset_scan_string s;
  if (!dset_scan_take_string(&r->scan, &s)) return false;
  const dset_interned *found = intern(r, &s);
  if (found != NULL) *to = found->text;
  return found != NULL;
}

static bool read_time(reader *r, int64_t *to) {
  dset_scan_string s;
  char text[64];
  if (!dset_scan_take_string(&r->scan, &s) || s.length >= sizeof text) return false;
  memcpy(text, s.bytes, s.length);
  text[s.length] = '\0';
  return dset_decode_moment(text, to, NULL) == DSET_OK;
}

static bool read_bool(reader *r, bool *to) {
  *to = dset_scan_word(&r->scan, "true");
  return *to || dset_scan_word(&r->scan, "false");
}

/* ---- lists ---- */

static bool push(reader *r, const void *item, size_t bytes) {
  dset_buffer_add(&r->stack, item, bytes);
  return got(r, r->stack.failed ? NULL : r->stack.bytes);
}

/* Moves what stands in the stack from `mark` on into the arena. */
static bool pop(reader *r, size_t mark, size_t item_bytes, void **items, size_t *count) {
  size_t bytes = r->stack.length - mark;
  *items = dset_arena_alloc(r->arena, bytes, 1);
  if (!got(r, *items)) return false;
  if (bytes != 0) memcpy(*items, r->stack.bytes + mark, bytes);
  *count = bytes / item_bytes;
  r->stack.length = mark;
  return true;
}

static bool read_label(reader *r, const dset_scan_string *key, uint32_t list) {
  dset_label label = {NULL, ""};
  dset_interned *found = intern(r, key);
  if (found == NULL || found->seen == list) return false;
  found->seen = list;
  label.key = found->text;
  return (dset_scan_word(&r->scan, "null") || read_shared(r, &label.value)) && push(r, &label, sizeof label);
}

static bool read_labels(reader *r, size_t levels, void **labels, size_t *count) {
  dset_scan_parts p;
  dset_scan_string key;
  size_t mark = r->stack.length;
  uint32_t list = ++r->label_lists;
  if (list == 0 || !dset_scan_open(&r->scan, &p, '{', &levels)) return false;
  while (dset_scan_next_member(&r->scan, &p, &key)) {
    /* The key stands in the text, or in the buffer that the value needs, too: it is interned first. */
    if (!read_label(r, &key, list)) return false;
  }
  return p.ended && pop(r, mark, sizeof(dset_label), labels, count);
}

static bool check_strings(reader *r, size_t levels) {
  dset_scan_parts p;
  dset_scan_string s;
  if (!dset_scan_open(&r->scan, &p, '{', &levels)) return false;
  while (dset_scan_next_member(&r->scan, &p, &s)) {
    if (!dset_scan_word(&r->scan, "null") && !dset_scan_take_string(&r->scan, &s)) return false;
  }
  return p.ended;
}

static bool read_texts(reader *r, size_t levels, void **texts, size_t *count) {
  dset_scan_parts p;
  size_t mark = r->stack.length;
  if (!dset_scan_open(&r->scan, &p, '[', &levels)) return false;
  while (dset_scan_next(&r->scan, &p)) {
    const char *text;
    if (!read_shared(r, &text) || !push(r, &text, sizeof text)) return false;
  }
  return p.ended && pop(r, mark, sizeof(const char *), texts, count);
}

/* Any item of a list. */
typedef union part {
  dset_owner owner;
  dset_taint taint;
  dset_term term;
  dset_requirement requirement;
  dset_condition condition;
} part;

static bool read_list(reader *r, enum dset_shape shape, size_t levels, void **items, size_t *count) {
  dset_scan_parts p;
  size_t mark = r->stack.length, bytes = dset_shapes[shape].item_bytes;
  if (!dset_scan_open(&r->scan, &p, '[', &levels)) return false;
  while (dset_scan_next(&r->scan, &p)) {
    part item;
    memset(&item, 0, sizeof item);
    if (!read_object(r, shape, (char *)&item, levels) || !push(r, &item, bytes)) return false;
  }
  return p.ended && pop(r, mark, bytes, items, count);
}

static bool read_terms(reader *r, enum dset_shape shape, size_t levels, const dset_terms **to) {
  dset_terms *terms = dset_arena_zalloc(r->arena, 1, sizeof *terms);
  *to = terms;
  return got(r, terms) && read_object(r, shape, (char *)terms, levels);
}

/* ---- items ---- */

/* The kind of items that name none, "" when they must; NULL: the list is not its own. */
static const char *listed_by(const char *kind) {
  static const char *const kinds[][2] = {{"List", ""}, {"NodeList", "Node"}, {"PodList", "Pod"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (dset_text_equal(kind, kinds[i][0])) return kinds[i][1];
  }
  return NULL;
}

/* What is known of the item so far makes it this object. As in items.c, the list stands in for an absent kind. */
static dset_object object_of(const reader *r, const dset_stream_item *item) {
  dset_object object = {.line = 1, .api_version = item->api_version, .kind_name = item->kind};
  if (dset_text_empty(item->kind) && r->listed[0] != '\0') {
    object.kind_name = r->listed;
    object.api_version = r->list.api_version;
  }
  object.kind_name = dset_text_or_empty(object.kind_name);
  object.api_version = dset_text_or_empty(object.api_version);
  object.kind = dset_items_kind(object.api_version, object.kind_name);
  return object;
}

/* ITEM: it is not its own. */
static enum dset_shape shape_of(int32_t kind) {
  switch (kind) {
    case DSET_KIND_NODE: return DSET_SHAPE_NODE;
    case DSET_KIND_POD: return DSET_SHAPE_POD;
    case DSET_KIND_OTHER: return DSET_SHAPE_OTHER;
    default: return DSET_SHAPE_ITEM;
  }
}

static bool take_node(reader *r, const dset_stream_item *item, dset_object *object) {
  dset_node *node = dset_arena_alloc(r->arena, 1, sizeof *node);
  if (!got(r, node)) return false;
  *node = item->node;
  dset_decode_take_node(node, &item->meta);
  object->node = node;
  return true;
}

static bool take_pod(reader *r, const dset_stream_item *item, dset_object *object) {
  dset_pod *pod = dset_arena_alloc(r->arena, 1, sizeof *pod);
  if (!got(r, pod)) return false;
  *pod = item->pod;
  dset_decode_take_pod(pod, &item->meta);
  dset_decode_take_status(pod, item->phase, item->conditions, item->condition_count);
  object->pod = pod;
  return true;
}

static bool read_item(reader *r, size_t levels) {
  dset_stream_item item = {.shape = DSET_SHAPE_ITEM};
  if (!read_object(r, DSET_SHAPE_ITEM, (char *)&item, levels)) return false;
  dset_object object = object_of(r, &item);
  enum dset_shape shape = shape_of(object.kind);
  bool decided = item.shape != DSET_SHAPE_ITEM;
  if (shape == DSET_SHAPE_ITEM || (decided && shape != item.shape)) return false;
  if (shape == DSET_SHAPE_NODE && !take_node(r, &item, &object)) return false;
  if (shape == DSET_SHAPE_POD && !take_pod(r, &item, &object)) return false;
  dset_buffer_add(&r->objects, (const char *)&object, sizeof object);
  return got(r, r->objects.failed ? NULL : r->objects.bytes);
}

static bool read_items(reader *r, size_t levels) {
  dset_scan_parts p;
  r->listed = listed_by(r->list.kind);
  if (r->listed == NULL || !dset_scan_open(&r->scan, &p, '[', &levels)) return false;
  while (dset_scan_next(&r->scan, &p)) {
    if (!read_item(r, levels)) return false;
  }
  return p.ended;
}

/* Items whose list is known by now are read, others only gone over. */
static bool read_or_skip_items(reader *r, size_t levels) {
  r->items = r->scan.at;
  return r->list.kind != NULL && r->list.api_version != NULL ? read_items(r, levels) : dset_scan_skip(&r->scan, levels);
}

/* ---- objects ---- */

static const dset_row *find_row(enum dset_shape shape, const dset_scan_string *key) {
  const dset_shape_rows *of = &dset_shapes[shape];
  for (size_t i = 0; i < of->count; i++) {
    const dset_row *row = &of->rows[i];
    if (row->length == key->length && memcmp(row->name, key->bytes, key->length) == 0) return row;
  }
  return NULL;
}

static bool read_many(reader *r, const dset_row *row, void *to, size_t *count, size_t levels) {
  void *items = NULL;
  bool good = row->kind == DSET_ROW_LABELS  ? read_labels(r, levels, &items, count)
              : row->kind == DSET_ROW_TEXTS ? read_texts(r, levels, &items, count)
                                            : read_list(r, row->shape, levels, &items, count);
  memcpy(to, &items, sizeof items); /* the pointer there is to something else than void */
  return good;
}

static bool read_member(reader *r, const dset_row *row, char *into, size_t levels) {
  void *to = into + row->to;
  int64_t time_ms;
  switch (row->kind) {
    case DSET_ROW_TEXT: return read_text(r, to);
    case DSET_ROW_SHARED: return read_shared(r, to);
    case DSET_ROW_BOOL: return read_bool(r, to);
    case DSET_ROW_TIME: return read_time(r, to);
    case DSET_ROW_IS_SET: *(bool *)to = true; return read_time(r, &time_ms);
    case DSET_ROW_INTEGER: return dset_scan_integer(&r->scan, to);
    case DSET_ROW_STRINGS: return check_strings(r, levels);
    case DSET_ROW_INSIDE: return read_object(r, row->shape, to, levels);
    case DSET_ROW_TERMS: return read_terms(r, row->shape, levels, to);
    case DSET_ROW_ITEMS: return read_or_skip_items(r, levels);
    default: return read_many(r, row, to, (void *)(into + row->count), levels);
  }
}

/* The shape of an item when the first member comes that says more than its kind. */
static enum dset_shape decide(const reader *r, char *into) {
  dset_stream_item *item = (void *)into;
  item->shape = shape_of(object_of(r, item).kind);
  return item->shape;
}

/* Reads an object of that shape into its struct, of which it writes the members that are there and not null. */
static bool read_object(reader *r, enum dset_shape shape, char *into, size_t levels) {
  dset_scan_parts p;
  dset_scan_string key;
  uint32_t seen = 0; /* a bit for each row */
  if (!dset_scan_open(&r->scan, &p, '{', &levels)) return false;
  while (dset_scan_next_member(&r->scan, &p, &key)) {
    const dset_row *row = find_row(shape, &key);
    if (row == NULL && shape == DSET_SHAPE_ITEM) {
      shape = decide(r, into);
      if (shape == DSET_SHAPE_ITEM) return false;
      row = find_row(shape, &key);
    }
    if (row == NULL) {
      if (!dset_scan_skip(&r->scan, levels)) return false;
      continue;
    }
    uint32_t bit = UINT32_C(1) << (row - dset_shapes[shape].rows);
    if ((seen & bit) != 0) return false;
    seen |= bit;
    if (!dset_scan_word(&r->scan, "null") && !read_member(r, row, into, levels)) return false;
  }
  return p.ended;
}

/* ---- the text ---- */

static bool read_list_object(reader *r, size_t levels) {
  if (!read_object(r, DSET_SHAPE_LIST, (char *)&r->list, levels)) return false;
  if (dset_token_blanks(r->scan.at, r->scan.end) != r->scan.end || r->items == NULL) return false;
  r->scan.at = r->items;
  return r->listed != NULL || read_items(r, levels - 1);
}

static bool take_objects(reader *r, dset_stream_objects *objects) {
  objects->count = r->objects.length / sizeof(dset_object);
  dset_object *copy = dset_arena_alloc(r->arena, objects->count, sizeof *copy);
  if (!got(r, copy)) return false;
  if (objects->count != 0) memcpy(copy, r->objects.bytes, r->objects.length);
  objects->objects = copy;
  return true;
}

enum dset_stream_code dset_stream_read(const char *text, size_t bytes, const dset_bounds *bounds, dset_arena *arena,
                                       dset_stream_objects *objects) {
  if (bytes == 0 || text[0] != '{' || bytes > bounds->max_bytes) return DSET_STREAM_NOT_ITS_OWN;
  dset_arena scratch;
  dset_arena_init(&scratch, &arena->allocator);
  reader r = {
      .scan = {.at = text, .end = text + bytes}, .arena = arena, .shared = {.texts = arena, .scratch = &scratch}};
  dset_buffer_init(&r.stack, &arena->allocator);
  dset_buffer_init(&r.scan.unescaped, &arena->allocator);
  dset_buffer_init(&r.objects, &arena->allocator);
  bool good = read_list_object(&r, bounds->max_depth) && take_objects(&r, objects);
  bool no_memory = r.no_memory || r.scan.unescaped.failed;
  dset_buffer_clear(&r.stack);
  dset_buffer_clear(&r.scan.unescaped);
  dset_buffer_clear(&r.objects);
  dset_arena_clear(&scratch);
  return good ? DSET_STREAM_READ : no_memory ? DSET_STREAM_NO_MEMORY : DSET_STREAM_NOT_ITS_OWN;
}
