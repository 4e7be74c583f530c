/* SPDX-License-Identifier: Apache-2.0 */
/* copy.c (L1): see copy.h. */
#include "copy.h"

#include <string.h>

#include "model.h"
#include "text.h"

size_t dset_labels_bytes(const dset_label *labels, size_t count) {
  size_t bytes = count * sizeof *labels;
  for (size_t i = 0; i < count; i++) {
    bytes += dset_text_size(labels[i].key) + dset_text_size(labels[i].value);
  }
  return bytes;
}

const dset_label *dset_labels_place(const dset_label *labels, size_t count, void *memory) {
  dset_label *copy = memory;
  char *at = (char *)(copy + count);
  for (size_t i = 0; i < count; i++) {
    copy[i].key = dset_text_place(labels[i].key, &at);
    copy[i].value = dset_text_place(labels[i].value, &at);
  }
  return copy;
}

bool dset_labels_same(const dset_label *a, size_t a_count, const dset_label *b, size_t b_count) {
  if (a_count != b_count) return false;
  for (size_t i = 0; i < a_count; i++) {
    if (!dset_text_equal(a[i].key, b[i].key) || !dset_text_equal(a[i].value, b[i].value)) return false;
  }
  return true;
}

/* A copy under way: once an allocation has failed, nothing more is done. */
struct copier {
  dset_arena *arena;
  bool failed;
};

static void *reserve(struct copier *copier, size_t count, size_t bytes) {
  void *memory = copier->failed ? NULL : dset_arena_zalloc(copier->arena, count, bytes);
  if (memory == NULL) copier->failed = true;
  return memory;
}

static const char *copy_text(struct copier *copier, const char *text) {
  if (text == NULL || copier->failed) return NULL;
  const char *copy = dset_arena_string(copier->arena, text);
  if (copy == NULL) copier->failed = true;
  return copy;
}

static const dset_label *copy_labels(struct copier *copier, const dset_label *labels, size_t count) {
  void *memory = reserve(copier, 1, dset_labels_bytes(labels, count));
  return memory == NULL ? NULL : dset_labels_place(labels, count, memory);
}

static const dset_requirement *copy_requirements(struct copier *copier, const dset_requirement *from, size_t count) {
  dset_requirement *copy = reserve(copier, count, sizeof *copy);
  for (size_t i = 0; i < count && !copier->failed; i++) {
    const char **values = reserve(copier, from[i].value_count, sizeof *values);
    for (size_t j = 0; j < from[i].value_count && !copier->failed; j++)
      values[j] = copy_text(copier, from[i].values[j]);
    copy[i] =
        (dset_requirement){copy_text(copier, from[i].key), copy_text(copier, from[i].op), values, from[i].value_count};
  }
  return copy;
}

static const dset_selector *copy_selector(struct copier *copier, const dset_selector *from) {
  dset_selector *copy = from == NULL ? NULL : reserve(copier, 1, sizeof *copy);
  if (copy == NULL) return NULL;
  *copy = *from;
  copy->labels = copy_labels(copier, from->labels, from->label_count);
  copy->expressions = copy_requirements(copier, from->expressions, from->expression_count);
  return copy;
}

static const dset_terms *copy_terms(struct copier *copier, const dset_terms *from) {
  dset_terms *copy = from == NULL ? NULL : reserve(copier, 1, sizeof *copy);
  if (copy == NULL) return NULL;
  dset_term *terms = reserve(copier, from->count, sizeof *terms);
  for (size_t i = 0; i < from->count && !copier->failed; i++) {
    terms[i] = from->terms[i];
    terms[i].expressions = copy_requirements(copier, terms[i].expressions, terms[i].expression_count);
    terms[i].fields = copy_requirements(copier, terms[i].fields, terms[i].field_count);
  }
  *copy = (dset_terms){terms, from->count};
  return copy;
}

static const dset_toleration *copy_tolerations(struct copier *copier, const dset_toleration *from, size_t count) {
  dset_toleration *copy = reserve(copier, count, sizeof *copy);
  for (size_t i = 0; i < count && !copier->failed; i++) {
    copy[i] = from[i];
    copy[i].key = copy_text(copier, from[i].key);
    copy[i].op = copy_text(copier, from[i].op);
    copy[i].value = copy_text(copier, from[i].value);
    copy[i].effect = copy_text(copier, from[i].effect);
  }
  return copy;
}

static const dset_status *copy_status(struct copier *copier, const dset_status *from) {
  dset_status *copy = from == NULL ? NULL : reserve(copier, 1, sizeof *copy);
  if (copy == NULL) return NULL;
  *copy = *from;
  copy->size = sizeof *copy;
  copy->conditions = copy_text(copier, from->conditions);
  return copy;
}

static const void *copy_data(struct copier *copier, const void *from, size_t bytes) {
  void *copy = reserve(copier, 1, bytes);
  if (copy != NULL && bytes != 0) memcpy(copy, from, bytes);
  return copy;
}

const dset_status *dset_status_copy(dset_arena *arena, const dset_status *from) {
  struct copier copier = {.arena = arena};
  const dset_status *copy = copy_status(&copier, from);
  return copier.failed ? NULL : copy;
}

bool dset_daemonset_copy(dset_arena *arena, const dset_daemonset *from, dset_daemonset **copy) {
  struct copier copier = {.arena = arena};
  dset_daemonset *made = *copy = reserve(&copier, 1, sizeof *made);
  if (made == NULL) return false;
  *made = *from;
  made->size = sizeof *made;
  made->ns = copy_text(&copier, from->ns);
  made->name = copy_text(&copier, from->name);
  made->uid = copy_text(&copier, from->uid);
  made->selector = copy_selector(&copier, from->selector);
  made->template_labels = copy_labels(&copier, from->template_labels, from->template_label_count);
  made->node_name = copy_text(&copier, from->node_name);
  made->node_selector = copy_labels(&copier, from->node_selector, from->node_selector_count);
  made->required_affinity = copy_terms(&copier, from->required_affinity);
  made->tolerations = copy_tolerations(&copier, from->tolerations, from->toleration_count);
  made->revision_data = copy_data(&copier, from->revision_data, from->revision_data_bytes);
  made->max_unavailable.text = copy_text(&copier, from->max_unavailable.text);
  made->max_surge.text = copy_text(&copier, from->max_surge.text);
  made->status = copy_status(&copier, from->status);
  return !copier.failed;
}

static const dset_owner *copy_owners(struct copier *copier, const dset_owner *from, size_t count) {
  dset_owner *copy = reserve(copier, count, sizeof *copy);
  for (size_t i = 0; i < count && !copier->failed; i++) {
    copy[i] = (dset_owner){copy_text(copier, from[i].kind), copy_text(copier, from[i].name),
                           copy_text(copier, from[i].uid), from[i].controller};
  }
  return copy;
}

bool dset_node_copy(dset_arena *arena, const dset_node *from, dset_node **copy) {
  struct copier copier = {.arena = arena};
  dset_node *made = *copy = reserve(&copier, 1, sizeof *made);
  if (made == NULL) return false;
  *made = *from;
  made->size = sizeof *made;
  made->name = copy_text(&copier, from->name);
  made->labels = copy_labels(&copier, from->labels, from->label_count);
  dset_taint *taints = reserve(&copier, from->taint_count, sizeof *taints);
  for (size_t i = 0; i < from->taint_count && !copier.failed; i++) {
    taints[i] = (dset_taint){copy_text(&copier, from->taints[i].key), copy_text(&copier, from->taints[i].value),
                             copy_text(&copier, from->taints[i].effect)};
  }
  made->taints = taints;
  return !copier.failed;
}

bool dset_pod_copy(dset_arena *arena, const dset_pod *from, dset_pod **copy) {
  struct copier copier = {.arena = arena};
  dset_pod *made = *copy = reserve(&copier, 1, sizeof *made);
  if (made == NULL) return false;
  *made = *from;
  made->size = sizeof *made;
  made->ns = copy_text(&copier, from->ns);
  made->name = copy_text(&copier, from->name);
  made->uid = copy_text(&copier, from->uid);
  made->node_name = copy_text(&copier, from->node_name);
  made->required_affinity = copy_terms(&copier, from->required_affinity);
  made->labels = copy_labels(&copier, from->labels, from->label_count);
  made->owners = copy_owners(&copier, from->owners, from->owner_count);
  return !copier.failed;
}

bool dset_revision_copy(dset_arena *arena, const dset_revision *from, dset_revision **copy) {
  struct copier copier = {.arena = arena};
  dset_revision *made = *copy = reserve(&copier, 1, sizeof *made);
  if (made == NULL) return false;
  *made = *from;
  made->size = sizeof *made;
  made->ns = copy_text(&copier, from->ns);
  made->name = copy_text(&copier, from->name);
  made->uid = copy_text(&copier, from->uid);
  made->labels = copy_labels(&copier, from->labels, from->label_count);
  made->owners = copy_owners(&copier, from->owners, from->owner_count);
  made->data = copy_data(&copier, from->data, from->data_bytes);
  return !copier.failed;
}

static bool same_requirements(const dset_requirement *a, size_t a_count, const dset_requirement *b, size_t b_count) {
  if (a_count != b_count) return false;
  for (size_t i = 0; i < a_count; i++) {
    if (!dset_text_equal(a[i].key, b[i].key) || !dset_text_equal(a[i].op, b[i].op)) return false;
    if (a[i].value_count != b[i].value_count) return false;
    for (size_t j = 0; j < a[i].value_count; j++) {
      if (!dset_text_equal(a[i].values[j], b[i].values[j])) return false;
    }
  }
  return true;
}

static bool same_terms(const dset_terms *a, const dset_terms *b) {
  if (a == NULL || b == NULL) return a == b;
  if (a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++) {
    const dset_term *left = &a->terms[i];
    const dset_term *right = &b->terms[i];
    if (!same_requirements(left->expressions, left->expression_count, right->expressions, right->expression_count) ||
        !same_requirements(left->fields, left->field_count, right->fields, right->field_count)) {
      return false;
    }
  }
  return true;
}

/* How long they last plays no part in a verdict. */
static bool same_tolerations(const dset_daemonset *a, const dset_daemonset *b) {
  if (a->toleration_count != b->toleration_count) return false;
  for (size_t i = 0; i < a->toleration_count; i++) {
    const dset_toleration *left = &a->tolerations[i];
    const dset_toleration *right = &b->tolerations[i];
    if (!dset_text_equal(left->key, right->key) || !dset_text_equal(left->op, right->op) ||
        !dset_text_equal(left->value, right->value) || !dset_text_equal(left->effect, right->effect)) {
      return false;
    }
  }
  return true;
}

bool dset_daemonset_same_placement(const dset_daemonset *a, const dset_daemonset *b) {
  return dset_text_equal(a->node_name, b->node_name) && a->host_network == b->host_network &&
         dset_labels_same(a->node_selector, a->node_selector_count, b->node_selector, b->node_selector_count) &&
         same_terms(a->required_affinity, b->required_affinity) && same_tolerations(a, b);
}

static bool same_selector(const dset_selector *a, const dset_selector *b) {
  if (a == NULL || b == NULL) return a == b;
  return dset_labels_same(a->labels, a->label_count, b->labels, b->label_count) &&
         same_requirements(a->expressions, a->expression_count, b->expressions, b->expression_count);
}

bool dset_daemonset_same_claims(const dset_daemonset *a, const dset_daemonset *b) {
  return dset_text_equal(a->uid, b->uid) && same_selector(a->selector, b->selector);
}

static bool same_amount(const dset_amount *a, const dset_amount *b) {
  return a->kind == b->kind && a->number == b->number && dset_text_equal(a->text, b->text);
}

static bool same_status(const dset_status *a, const dset_status *b) {
  if (a == NULL || b == NULL) return a == b;
  bool conditions = (a->conditions == NULL) == (b->conditions == NULL) && dset_text_equal(a->conditions, b->conditions);
  return conditions && a->desired_number_scheduled == b->desired_number_scheduled &&
         a->current_number_scheduled == b->current_number_scheduled &&
         a->number_misscheduled == b->number_misscheduled && a->number_ready == b->number_ready &&
         a->updated_number_scheduled == b->updated_number_scheduled && a->number_available == b->number_available &&
         a->number_unavailable == b->number_unavailable && a->collision_count == b->collision_count &&
         a->has_collision_count == b->has_collision_count && a->observed_generation == b->observed_generation;
}

static bool same_template(const dset_daemonset *a, const dset_daemonset *b) {
  return dset_data_same(a->revision_data, a->revision_data_bytes, b->revision_data, b->revision_data_bytes) &&
         a->has_template_generation == b->has_template_generation && a->template_generation == b->template_generation &&
         dset_labels_same(a->template_labels, a->template_label_count, b->template_labels, b->template_label_count);
}

bool dset_daemonset_same(const dset_daemonset *a, const dset_daemonset *b) {
  return dset_text_equal(a->ns, b->ns) && dset_text_equal(a->name, b->name) && a->generation == b->generation &&
         a->min_ready_seconds == b->min_ready_seconds && a->revision_history_limit == b->revision_history_limit &&
         a->has_revision_history_limit == b->has_revision_history_limit && a->strategy == b->strategy &&
         a->has_rolling_update == b->has_rolling_update && a->deleting == b->deleting &&
         same_amount(&a->max_unavailable, &b->max_unavailable) && same_amount(&a->max_surge, &b->max_surge) &&
         same_status(a->status, b->status) && same_template(a, b) && dset_daemonset_same_claims(a, b) &&
         dset_daemonset_same_placement(a, b);
}
