/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster_class.c (L4): nodes that look the same to all DaemonSets form a class, and share verdicts.
 *
 *   node: zone=a host=n1 disk=ssd  taints: x:NoSchedule y:PreferNoSchedule       keys that rules name: disk zone
 *   face:  disk=ssd zone=a         x:NoSchedule                                  what nobody asks for is left out
 *
 * A class that arises from another one, because a label or taint of a node changed, takes over the verdicts of
 * DaemonSets that name none of the keys in which the two differ; where taints differ, nobody's.
 */
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "copy.h"
#include "text.h"

static bool key_equals(const dset_hook *hook, const void *text) {
  return strcmp(((const dset_place_key *)hook)->text, text) == 0;
}

static dset_place_key *find_key(const dset_cluster *cluster, const char *text) {
  return (dset_place_key *)dset_index_find(&cluster->keys, dset_table_hash(0, text), key_equals, text);
}

static int compare_labels(const void *a, const void *b) {
  const dset_label *left = a;
  const dset_label *right = b;
  return strcmp(left->key, right->key);
}

static int compare_taints(const void *a, const void *b) {
  const dset_taint *left = a;
  const dset_taint *right = b;
  int order = strcmp(left->key, right->key);
  if (order == 0) order = strcmp(left->effect, right->effect);
  return order != 0 ? order : strcmp(left->value, right->value);
}

/* Whether a key stands before place `index` as well: then that one counts. */
static bool repeated(const dset_label *labels, size_t index) {
  for (size_t i = 0; i < index; i++) {
    if (dset_text_equal(labels[i].key, labels[index].key)) return true;
  }
  return false;
}

static bool face_labels(dset_cluster *cluster, const dset_node *node, dset_node *face) {
  dset_label *labels = dset_arena_alloc(&cluster->scratch, node->label_count, sizeof *labels);
  if (labels == NULL) return false;
  face->labels = labels;
  for (size_t i = 0; i < node->label_count; i++) {
    const char *key = dset_text_or_empty(node->labels[i].key);
    if (find_key(cluster, key) == NULL || repeated(node->labels, i)) continue;
    labels[face->label_count++] = (dset_label){key, dset_text_or_empty(node->labels[i].value)};
  }
  if (face->label_count > 1) qsort(labels, face->label_count, sizeof *labels, compare_labels);
  return true;
}

static bool face_taints(dset_cluster *cluster, const dset_node *node, dset_node *face) {
  dset_taint *taints = dset_arena_alloc(&cluster->scratch, node->taint_count, sizeof *taints);
  if (taints == NULL) return false;
  face->taints = taints;
  size_t count = 0;
  for (size_t i = 0; i < node->taint_count; i++) {
    const dset_taint *from = &node->taints[i];
    if (!dset_text_equal(from->effect, "NoExecute") && !dset_text_equal(from->effect, "NoSchedule")) continue; /* C4 */
    taints[count++] = (dset_taint){dset_text_or_empty(from->key), dset_text_or_empty(from->value), from->effect};
  }
  if (count > 1) qsort(taints, count, sizeof *taints, compare_taints);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && compare_taints(&taints[i - 1], &taints[i]) == 0) continue;
    taints[face->taint_count++] = taints[i];
  }
  return true;
}

static bool same_taints(const dset_node *a, const dset_node *b) {
  if (a->taint_count != b->taint_count) return false;
  for (size_t i = 0; i < a->taint_count; i++) {
    if (compare_taints(&a->taints[i], &b->taints[i]) != 0) return false;
  }
  return true;
}

static bool class_equals(const dset_hook *hook, const void *key) {
  const dset_node *a = &((const dset_class *)hook)->face;
  const dset_node *b = key;
  return dset_labels_same(a->labels, a->label_count, b->labels, b->label_count) && same_taints(a, b);
}

static uint64_t hash_face(const dset_node *face) {
  uint64_t hash = face->label_count;
  for (size_t i = 0; i < face->label_count; i++) {
    hash = dset_table_hash(dset_table_hash(hash, face->labels[i].key), face->labels[i].value);
  }
  for (size_t i = 0; i < face->taint_count; i++) {
    const dset_taint *taint = &face->taints[i];
    hash = dset_table_hash(dset_table_hash(dset_table_hash(hash, taint->key), taint->effect), taint->value);
  }
  return dset_table_hash(hash, "class");
}

static size_t taint_bytes(const dset_node *face) {
  size_t bytes = face->taint_count * sizeof *face->taints;
  for (size_t i = 0; i < face->taint_count; i++) {
    const dset_taint *taint = &face->taints[i];
    bytes += dset_text_size(taint->key) + dset_text_size(taint->value) + dset_text_size(taint->effect);
  }
  return bytes;
}

/* A class in one piece: [class|taints|their strings|labels|their strings], each part aligned. */
static dset_class *make_class(dset_cluster *cluster, const dset_node *face, uint64_t hash) {
  size_t label_part = sizeof(dset_class) + dset_pool_room(taint_bytes(face));
  size_t bytes = label_part + dset_labels_bytes(face->labels, face->label_count);
  dset_class *made = dset_pool_take(&cluster->pool, bytes);
  int8_t *verdicts = dset_pool_take(&cluster->pool, cluster->number_limit);
  if (made == NULL || verdicts == NULL) {
    dset_pool_give(&cluster->pool, made, bytes);
    dset_pool_give(&cluster->pool, verdicts, cluster->number_limit);
    return NULL;
  }
  *made = (dset_class){.bytes = bytes, .verdicts = verdicts, .verdict_count = cluster->number_limit};
  memset(verdicts, VERDICT_UNKNOWN, cluster->number_limit);
  dset_taint *taints = (dset_taint *)(made + 1);
  char *at = (char *)(taints + face->taint_count);
  for (size_t i = 0; i < face->taint_count; i++) {
    taints[i].key = dset_text_place(face->taints[i].key, &at);
    taints[i].value = dset_text_place(face->taints[i].value, &at);
    taints[i].effect = dset_text_place(face->taints[i].effect, &at);
  }
  made->face = (dset_node){.size = sizeof made->face, .taints = taints, .taint_count = face->taint_count};
  made->face.labels = dset_labels_place(face->labels, face->label_count, (char *)made + label_part);
  made->face.label_count = face->label_count;
  dset_index_add(&cluster->classes, &cluster->pool, &made->hook, hash);
  return made;
}

static void stamp(dset_cluster *cluster, const char *text) {
  dset_place_key *key = find_key(cluster, text);
  if (key != NULL) key->stamp = cluster->stamp;
}

/* Stamps the keys in which two faces differ. Both are sorted. */
static void stamp_differences(dset_cluster *cluster, const dset_node *a, const dset_node *b) {
  size_t i = 0;
  size_t j = 0;
  cluster->stamp++;
  while (i < a->label_count || j < b->label_count) {
    int order = i == a->label_count ? 1 : j == b->label_count ? -1 : strcmp(a->labels[i].key, b->labels[j].key);
    if (order != 0) {
      stamp(cluster, order < 0 ? a->labels[i++].key : b->labels[j++].key);
      continue;
    }
    if (strcmp(a->labels[i].value, b->labels[j].value) != 0) stamp(cluster, a->labels[i].key);
    i++;
    j++;
  }
}

static bool names_stamped(const dset_cluster *cluster, const dset_record_daemonset *daemonset) {
  for (size_t i = 0; i < daemonset->key_count; i++) {
    if (daemonset->keys[i]->stamp == cluster->stamp) return true;
  }
  return false;
}

static void take_over(dset_cluster *cluster, dset_class *made, const dset_class *like) {
  if (!same_taints(&made->face, &like->face)) return;
  stamp_differences(cluster, &made->face, &like->face);
  for (size_t i = 0; i < cluster->daemonset_count; i++) {
    const dset_record_daemonset *daemonset = cluster->daemonsets[i];
    if (names_stamped(cluster, daemonset)) continue;
    made->verdicts[daemonset->number] = like->verdicts[daemonset->number];
  }
}

dset_class *dset_class_join(dset_cluster *cluster, const dset_node *node, const dset_class *like) {
  dset_arena_reset(&cluster->scratch, SIZE_MAX);
  dset_node face = {0};
  if (!face_labels(cluster, node, &face) || !face_taints(cluster, node, &face)) return NULL;
  uint64_t hash = hash_face(&face);
  dset_class *of = (dset_class *)dset_index_find(&cluster->classes, hash, class_equals, &face);
  if (of == NULL) {
    of = make_class(cluster, &face, hash);
    if (of == NULL) return NULL;
    if (like != NULL) take_over(cluster, of, like);
  }
  of->nodes++;
  return of;
}

void dset_class_leave(dset_cluster *cluster, dset_class *of) {
  if (of == NULL || --of->nodes != 0) return;
  dset_index_remove(&cluster->classes, &of->hook);
  dset_pool_give(&cluster->pool, of->verdicts, of->verdict_count);
  dset_pool_give(&cluster->pool, of, of->bytes);
}

int dset_class_verdict(dset_cluster *cluster, const dset_record_daemonset *daemonset, const dset_node *node,
                       dset_class *of) {
  if (daemonset->named) {
    cluster->counters.verdicts_computed++;
    return dset_rules_verdict(&daemonset->sync.rules, node, NULL);
  }
  int8_t *verdict = &of->verdicts[daemonset->number];
  if (*verdict != VERDICT_UNKNOWN) {
    cluster->counters.verdicts_reused++;
    return *verdict;
  }
  cluster->counters.verdicts_computed++;
  *verdict = (int8_t)dset_rules_verdict(&daemonset->sync.rules, &of->face, NULL);
  return *verdict;
}

/* Twice as many numbers, in all classes. A failure leaves some of them with more room than they need. */
static bool more_numbers(dset_cluster *cluster) {
  size_t limit = cluster->number_limit * 2;
  for (dset_hook *hook = NULL; (hook = dset_index_next(&cluster->classes, hook)) != NULL;) {
    dset_class *of = (dset_class *)hook;
    if (of->verdict_count >= limit) continue;
    int8_t *verdicts = dset_pool_take(&cluster->pool, limit);
    if (verdicts == NULL) return false;
    memset(verdicts, VERDICT_UNKNOWN, limit);
    memcpy(verdicts, of->verdicts, of->verdict_count);
    dset_pool_give(&cluster->pool, of->verdicts, of->verdict_count);
    of->verdicts = verdicts;
    of->verdict_count = limit;
  }
  bool *numbers = dset_pool_take(&cluster->pool, limit * sizeof *numbers);
  if (numbers == NULL) return false;
  memset(numbers, 0, limit * sizeof *numbers);
  memcpy(numbers, cluster->numbers, cluster->number_limit * sizeof *numbers);
  dset_pool_give(&cluster->pool, cluster->numbers, cluster->number_limit * sizeof *numbers);
  cluster->numbers = numbers;
  cluster->number_limit = limit;
  return true;
}

bool dset_class_number(dset_cluster *cluster, size_t *number) {
  size_t free = 0;
  while (free < cluster->number_limit && cluster->numbers[free]) free++;
  if (free == cluster->number_limit && !more_numbers(cluster)) return false;
  for (dset_hook *hook = NULL; (hook = dset_index_next(&cluster->classes, hook)) != NULL;) {
    ((dset_class *)hook)->verdicts[free] = VERDICT_UNKNOWN;
  }
  cluster->numbers[free] = true;
  *number = free;
  return true;
}

void dset_class_give_number(dset_cluster *cluster, size_t number) {
  cluster->numbers[number] = false;
}

static bool count_key(void *context, const char *text) {
  (void)text;
  ++*(size_t *)context;
  return true;
}

struct key_taker {
  dset_cluster *cluster;
  dset_record_daemonset *daemonset;
};

static bool take_key(void *context, const char *text) {
  const struct key_taker *taker = context;
  dset_cluster *cluster = taker->cluster;
  dset_place_key *key = find_key(cluster, text);
  if (key == NULL) {
    size_t bytes = strlen(text) + 1;
    key = dset_pool_take(&cluster->pool, sizeof *key + bytes);
    if (key == NULL) return false;
    *key = (dset_place_key){0};
    memcpy(key->text, text, bytes);
    dset_index_add(&cluster->keys, &cluster->pool, &key->hook, dset_table_hash(0, text));
  }
  key->users++;
  taker->daemonset->keys[taker->daemonset->key_count++] = key;
  return true;
}

static void drop_unused_keys(dset_cluster *cluster) {
  for (dset_hook *hook = dset_index_next(&cluster->keys, NULL), *next; hook != NULL; hook = next) {
    next = dset_index_next(&cluster->keys, hook);
    dset_place_key *key = (dset_place_key *)hook;
    if (key->users != 0) continue;
    dset_index_remove(&cluster->keys, hook);
    dset_pool_give(&cluster->pool, key, sizeof *key + strlen(key->text) + 1);
  }
}

/* Sorts all nodes into classes that differ in every key. Nobody's verdict changes by it. */
static bool sort_nodes(dset_cluster *cluster) {
  drop_unused_keys(cluster);
  dset_hook *hook = NULL;
  bool good = true;
  while (good && (hook = dset_index_next(&cluster->nodes, hook)) != NULL) {
    dset_record_node *node = (dset_record_node *)hook;
    if (node->of == NULL) continue;
    node->next_of = dset_class_join(cluster, &node->view, node->of);
    good = node->next_of != NULL;
  }
  for (hook = NULL; (hook = dset_index_next(&cluster->nodes, hook)) != NULL;) {
    dset_record_node *node = (dset_record_node *)hook;
    if (good && node->of != NULL) {
      dset_class *before = node->of;
      node->of = node->next_of;
      node->next_of = before;
      node->view.taints = node->of->face.taints;
    }
    dset_class_leave(cluster, node->next_of);
    node->next_of = NULL;
  }
  for (hook = NULL; good && (hook = dset_index_next(&cluster->keys, hook)) != NULL;) {
    ((dset_place_key *)hook)->sorted = true;
  }
  return good;
}

bool dset_class_take_keys(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  size_t count = 0;
  dset_rules_keys(&daemonset->sync.rules, count_key, &count);
  daemonset->key_bytes = count * sizeof *daemonset->keys;
  daemonset->keys = dset_pool_take(&cluster->pool, daemonset->key_bytes);
  if (daemonset->keys == NULL) return false;
  struct key_taker taker = {cluster, daemonset};
  bool good = dset_rules_keys(&daemonset->sync.rules, take_key, &taker);
  bool sorted = true;
  for (size_t i = 0; i < daemonset->key_count; i++) sorted = sorted && daemonset->keys[i]->sorted;
  if (good && !sorted) good = sort_nodes(cluster);
  if (!good) dset_class_give_keys(cluster, daemonset);
  return good;
}

void dset_class_give_keys(dset_cluster *cluster, dset_record_daemonset *daemonset) {
  for (size_t i = 0; i < daemonset->key_count; i++) daemonset->keys[i]->users--;
  dset_pool_give(&cluster->pool, daemonset->keys, daemonset->key_bytes);
  daemonset->keys = NULL;
  daemonset->key_count = 0;
}
