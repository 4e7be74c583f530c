/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_place.c (L5): where the values of a YAML document stand: its events once more, see dset_yaml_locate(). */
#include <string.h>
#include <yaml.h>

#include "scalar.h"
#include "yaml.h"

typedef struct walker {
  yaml_parser_t parser;
  dset_search search;
} walker;

/* Goes over the rest of the value that `event` has started, and releases it; false when the parser fails. */
static bool skip_value(walker *w, yaml_event_t *event) {
  size_t depth = 0;
  for (;;) {
    yaml_event_type_t type = event->type;
    yaml_event_delete(event);
    if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT) depth++;
    if (type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT) depth--;
    if (depth == 0) return true;
    if (yaml_parser_parse(&w->parser, event) == 0) return false;
  }
}

/* The text of a key, or NULL when it is an alias or has none. */
static const char *key_text(const yaml_event_t *event, char short_key[32]) {
  dset_scalar scalar;
  if (event->type != YAML_SCALAR_EVENT) return NULL;
  const char *tag = (const char *)event->data.scalar.tag, *value = (const char *)event->data.scalar.value;
  bool plain = event->data.scalar.plain_implicit != 0;
  if (!dset_scalar_resolve(tag, plain, value, event->data.scalar.length, &scalar)) return NULL;
  if (scalar.kind == DSET_SCALAR_STRING) return value;
  return dset_scalar_key(&scalar, short_key) ? short_key : NULL;
}

static int compare_key(const void *key, const dset_step *step) {
  return strcmp(key, step->key);
}

/* Those of the parts that lead to the member whose key is `event`, or to item `index`. */
static dset_range find_part(const walker *w, dset_range parts, const yaml_event_t *event, bool mapping, size_t index) {
  char short_key[32];
  const char *key = mapping ? key_text(event, short_key) : NULL;
  if (!mapping) return dset_search_item(&w->search, parts, index);
  if (key != NULL) return dset_search_key(&w->search, parts, compare_key, key);
  parts.end = parts.first;
  return parts;
}

/* Notes what `here` leads to in the value that `event` starts, and goes over the value; releases `event`. */
static bool walk(walker *w, yaml_event_t *event, dset_range here) {
  bool mapping = event->type == YAML_MAPPING_START_EVENT, sequence = event->type == YAML_SEQUENCE_START_EVENT;
  dset_range parts = dset_search_parts(&w->search, here, mapping);
  if ((!mapping && !sequence) || dset_range_empty(parts)) return skip_value(w, event);
  yaml_event_delete(event);
  for (size_t i = 0;; i++) {
    if (yaml_parser_parse(&w->parser, event) == 0) return false;
    if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT) {
      yaml_event_delete(event);
      return true;
    }
    dset_range part = find_part(w, parts, event, mapping, i);
    if (!dset_range_empty(part)) dset_search_found(&w->search, part, event->start_mark.index);
    if (mapping && (!skip_value(w, event) || yaml_parser_parse(&w->parser, event) == 0)) return false;
    if (!(dset_range_empty(part) ? skip_value(w, event) : walk(w, event, part))) return false;
  }
}

static void walk_document(walker *w, dset_range all) {
  yaml_event_t event;
  while (yaml_parser_parse(&w->parser, &event) != 0) {
    if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT) {
      dset_search_found(&w->search, all, event.start_mark.index);
      walk(w, &event, all);
      return;
    }
    yaml_event_delete(&event);
  }
}

void dset_yaml_locate(const dset_slice *slice, dset_place *places, size_t count) {
  walker w;
  dset_range all = dset_search_begin(&w.search, places, count);
  if (dset_yaml_start(&w.parser, slice)) {
    walk_document(&w, all);
    yaml_parser_delete(&w.parser);
  }
  dset_search_end(&w.search, slice, DSET_UNIT_CHARACTERS);
}
