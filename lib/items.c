/* SPDX-License-Identifier: Apache-2.0 */
/*
 * items.c (L5): the objects of a document, see items.h.
 *
 *   kind of the document    an item without a kind is
 *   List                    without a kind
 *   NodeList, ...           a Node, ... of the list's apiVersion
 *   anything else           (the document itself is the object)
 */
#include "items.h"

#include <string.h>

#include "daemonset/codec.h"

int32_t dset_items_kind(const char *api_version, const char *kind) {
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

static const char *text_member(const json_t *tree, const char *key) {
  const char *text = json_string_value(json_object_get(tree, key));
  return text == NULL ? "" : text;
}

static bool is_list(const char *kind) {
  size_t length = strlen(kind);
  return length >= 4 && strcmp(kind + length - 4, "List") == 0;
}

static bool visit_items(const json_t *root, const dset_path *items_path, const json_t *items, dset_item_visitor *visit,
                        void *context) {
  char listed[64] = "";
  const char *list_kind = text_member(root, "kind");
  size_t length = strlen(list_kind) - strlen("List");
  if (length < sizeof listed) memcpy(listed, list_kind, length);
  bool going = true;
  for (size_t i = 0; going && i < json_array_size(items); i++) {
    const json_t *value = json_array_get(items, i);
    dset_path path = {.parent = items_path, .index = i, .hidden = true};
    dset_item item = {value, text_member(value, "apiVersion"), text_member(value, "kind"), &path, NULL};
    if (!json_is_object(value)) item.expected = "an object";
    if (item.kind[0] == '\0' && listed[0] != '\0') {
      item.kind = listed;
      item.api_version = text_member(root, "apiVersion");
    }
    going = visit(context, &item);
  }
  return going;
}

bool dset_items_visit(const json_t *root, dset_item_visitor *visit, void *context) {
  if (json_is_null(root)) return true;
  dset_item whole = {root, text_member(root, "apiVersion"), text_member(root, "kind"), NULL, NULL};
  if (!json_is_object(root)) whole.expected = "an object";
  if (!json_is_object(root) || !is_list(whole.kind)) return visit(context, &whole);
  const json_t *items = json_object_get(root, "items");
  if (items == NULL || json_is_null(items)) return true;
  dset_path path = {.key = "items", .hidden = true};
  if (json_is_array(items)) return visit_items(root, &path, items, visit, context);
  dset_item wrong = {items, whole.api_version, whole.kind, &path, "a list"};
  return visit(context, &wrong);
}
