/* SPDX-License-Identifier: Apache-2.0 */
/* value.c (L1): values as JSON, see value.h. */
#include "value.h"

#include <stdlib.h>

#include "literal.h"

static void add_string(dset_buffer *buffer, const char *text) {
  dset_literal_string(buffer, dset_text_or_empty(text), strlen(dset_text_or_empty(text)));
}

/* By key, and of equal keys the first one first, which counts (model.h). */
static int compare_labels(const void *a, const void *b) {
  const dset_label *const *left = a;
  const dset_label *const *right = b;
  int order = dset_text_compare((*left)->key, (*right)->key);
  if (order != 0) return order;
  return *left < *right ? -1 : *left > *right;
}

void dset_value_labels(dset_buffer *buffer, const dset_label *labels, size_t count) {
  if (count == 0) {
    dset_buffer_string(buffer, labels == NULL ? "null" : "{}");
    return;
  }
  const dset_label **sorted = buffer->allocator.allocate(buffer->allocator.context, count * sizeof *sorted);
  if (sorted == NULL) {
    buffer->failed = true;
    return;
  }
  for (size_t i = 0; i < count; i++) sorted[i] = &labels[i];
  qsort(sorted, count, sizeof *sorted, compare_labels);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && dset_text_equal(sorted[i]->key, sorted[i - 1]->key)) continue;
    dset_buffer_string(buffer, i == 0 ? "{" : ",");
    add_string(buffer, sorted[i]->key);
    dset_buffer_string(buffer, ":");
    add_string(buffer, sorted[i]->value);
  }
  dset_buffer_string(buffer, "}");
  buffer->allocator.release(buffer->allocator.context, sorted, count * sizeof *sorted);
}

void dset_value_strings(dset_buffer *buffer, const char *const *strings, size_t count) {
  dset_buffer_string(buffer, "[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) dset_buffer_string(buffer, ",");
    add_string(buffer, strings[i]);
  }
  dset_buffer_string(buffer, "]");
}

void dset_value_amount(dset_buffer *buffer, const dset_amount *amount) {
  if (amount->kind == DSET_AMOUNT_TEXT) {
    add_string(buffer, amount->text);
  } else {
    dset_buffer_format(buffer, "%d", amount->kind == DSET_AMOUNT_INT ? (int)amount->number : 0); /* A5: absent is 0 */
  }
}

void dset_value_strategy(dset_buffer *buffer, const dset_manifest *manifest) {
  const dset_daemonset *daemonset = manifest->daemonset;
  dset_buffer_string(buffer, "{\"Type\":");
  add_string(buffer, manifest->strategy_type);
  if (!daemonset->has_rolling_update) {
    dset_buffer_string(buffer, ",\"RollingUpdate\":null}");
    return;
  }
  dset_buffer_string(buffer, ",\"RollingUpdate\":{\"MaxUnavailable\":");
  dset_value_amount(buffer, &daemonset->max_unavailable);
  dset_buffer_string(buffer, ",\"MaxSurge\":");
  dset_value_amount(buffer, &daemonset->max_surge);
  dset_buffer_string(buffer, "}}");
}

static void add_flag(dset_buffer *buffer, const char *name, bool value) {
  dset_buffer_format(buffer, ",\"%s\":%s", name, value ? "true" : "false");
}

void dset_value_owner(dset_buffer *buffer, const dset_owner_reference *owner) {
  dset_buffer_string(buffer, "{\"apiVersion\":");
  add_string(buffer, owner->api_version);
  dset_buffer_string(buffer, ",\"kind\":");
  add_string(buffer, owner->kind);
  dset_buffer_string(buffer, ",\"name\":");
  add_string(buffer, owner->name);
  dset_buffer_string(buffer, ",\"uid\":");
  add_string(buffer, owner->uid);
  if (owner->controller || owner->has_controller) add_flag(buffer, "controller", owner->controller);
  if (owner->has_block_owner_deletion) add_flag(buffer, "blockOwnerDeletion", owner->block_owner_deletion);
  dset_buffer_string(buffer, "}");
}

void dset_value_owners(dset_buffer *buffer, const dset_owner_reference *owners, size_t count) {
  dset_buffer_string(buffer, "[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) dset_buffer_string(buffer, ",");
    dset_value_owner(buffer, &owners[i]);
  }
  dset_buffer_string(buffer, "]");
}

static void add_requirement(dset_buffer *buffer, const dset_requirement *requirement) {
  dset_buffer_string(buffer, "{\"key\":");
  add_string(buffer, requirement->key);
  dset_buffer_string(buffer, ",\"operator\":");
  add_string(buffer, requirement->op);
  if (requirement->value_count > 0) {
    dset_buffer_string(buffer, ",\"values\":");
    dset_value_strings(buffer, requirement->values, requirement->value_count);
  }
  dset_buffer_string(buffer, "}");
}

void dset_value_selector(dset_buffer *buffer, const dset_selector *selector) {
  if (selector == NULL) {
    dset_buffer_string(buffer, "null");
    return;
  }
  dset_buffer_string(buffer, "{");
  if (selector->label_count > 0) {
    dset_buffer_string(buffer, "\"matchLabels\":");
    dset_value_labels(buffer, selector->labels, selector->label_count);
  }
  for (size_t i = 0; i < selector->expression_count; i++) {
    if (i == 0)
      dset_buffer_string(buffer, selector->label_count > 0 ? ",\"matchExpressions\":[" : "\"matchExpressions\":[");
    if (i > 0) dset_buffer_string(buffer, ",");
    add_requirement(buffer, &selector->expressions[i]);
  }
  dset_buffer_string(buffer, selector->expression_count > 0 ? "]}" : "}");
}

void dset_value_time(dset_buffer *buffer, int64_t time_ms) {
  if (time_ms == 0) {
    dset_buffer_string(buffer, "null");
    return;
  }
  dset_buffer_string(buffer, "\"");
  dset_literal_time(buffer, time_ms);
  dset_buffer_string(buffer, "\"");
}
