/* SPDX-License-Identifier: Apache-2.0 */
/* trial.c: the memory of a trial: making, copying, digesting, shuffling. */
#include "trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define BLOCK_BYTES ((size_t)16 << 10)

struct trial_block {
  trial_block *next;
  size_t used;
  size_t bytes;
  max_align_t data[];
};

/* ---- memory ---- */

trial *trial_new(void) {
  trial *t = calloc(1, sizeof *t);
  if (t == NULL) abort();
  return t;
}

void trial_free(trial *t) {
  while (t->blocks != NULL) {
    trial_block *next = t->blocks->next;
    memset(t->blocks->data, 0x5A, t->blocks->used); /* whoever kept a pointer does not find what was there */
    free(t->blocks);
    t->blocks = next;
  }
  free(t);
}

void *trial_alloc(trial *t, size_t count, size_t bytes) {
  size_t wanted = (count * bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
  trial_block *block = t->blocks;
  if (block == NULL || block->bytes - block->used < wanted) {
    size_t payload = wanted > BLOCK_BYTES ? wanted : BLOCK_BYTES;
    block = calloc(1, sizeof *block + payload);
    if (block == NULL) abort();
    *block = (trial_block){.next = t->blocks, .bytes = payload};
    t->blocks = block;
  }
  void *memory = (unsigned char *)block->data + block->used;
  block->used += wanted;
  return memory;
}

char *trial_format(trial *t, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) abort();
  char *text = trial_alloc(t, 1, (size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

static void *copy_bytes(trial *t, const void *from, size_t count, size_t bytes) {
  if (from == NULL) return NULL;
  void *copy = trial_alloc(t, count, bytes);
  if (count != 0) memcpy(copy, from, count * bytes);
  return copy;
}

const char *trial_text(trial *t, const char *text) {
  return text == NULL ? NULL : copy_bytes(t, text, strlen(text) + 1, 1);
}

/* A list one longer, zero-filled at its end. */
static void *grown(trial *t, const void *items, size_t count, size_t item_bytes) {
  unsigned char *copy = trial_alloc(t, count + 1, item_bytes);
  if (count != 0) memcpy(copy, items, count * item_bytes);
  return copy;
}

dset_pod *trial_add_pod(trial *t) {
  t->pods = grown(t, t->pods, t->pod_count, sizeof *t->pods);
  dset_pod *pod = &t->pods[t->pod_count++];
  pod->size = sizeof *pod;
  return pod;
}

dset_revision *trial_add_revision(trial *t) {
  t->revisions = grown(t, t->revisions, t->revision_count, sizeof *t->revisions);
  dset_revision *revision = &t->revisions[t->revision_count++];
  revision->size = sizeof *revision;
  return revision;
}

const char *trial_label(const dset_label *labels, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(labels[i].key, key) == 0) return labels[i].value;
  }
  return NULL;
}

void trial_set_label(trial *t, const dset_label **labels, size_t *count, const char *key, const char *value) {
  dset_label *items = grown(t, *labels, *count, sizeof *items);
  size_t at = 0;
  while (at < *count && strcmp(items[at].key, key) != 0) at++;
  items[at] = (dset_label){trial_text(t, key), trial_text(t, value)};
  if (at == *count) (*count)++;
  *labels = items;
}

/* ---- copying ---- */

static const dset_label *copy_labels(trial *t, const dset_label *from, size_t count) {
  dset_label *labels = copy_bytes(t, from, count, sizeof *labels);
  for (size_t i = 0; i < count; i++) labels[i] = (dset_label){trial_text(t, from[i].key), trial_text(t, from[i].value)};
  return labels;
}

static const dset_taint *copy_taints(trial *t, const dset_taint *from, size_t count) {
  dset_taint *taints = copy_bytes(t, from, count, sizeof *taints);
  for (size_t i = 0; i < count; i++) {
    taints[i].key = trial_text(t, from[i].key);
    taints[i].value = trial_text(t, from[i].value);
    taints[i].effect = trial_text(t, from[i].effect);
  }
  return taints;
}

static const dset_toleration *copy_tolerations(trial *t, const dset_toleration *from, size_t count) {
  dset_toleration *tolerations = copy_bytes(t, from, count, sizeof *tolerations);
  for (size_t i = 0; i < count; i++) {
    tolerations[i].key = trial_text(t, from[i].key);
    tolerations[i].op = trial_text(t, from[i].op);
    tolerations[i].value = trial_text(t, from[i].value);
    tolerations[i].effect = trial_text(t, from[i].effect);
  }
  return tolerations;
}

static const dset_owner *copy_owners(trial *t, const dset_owner *from, size_t count) {
  dset_owner *owners = copy_bytes(t, from, count, sizeof *owners);
  for (size_t i = 0; i < count; i++) {
    owners[i].kind = trial_text(t, from[i].kind);
    owners[i].name = trial_text(t, from[i].name);
    owners[i].uid = trial_text(t, from[i].uid);
  }
  return owners;
}

static const dset_requirement *copy_requirements(trial *t, const dset_requirement *from, size_t count) {
  dset_requirement *items = copy_bytes(t, from, count, sizeof *items);
  for (size_t i = 0; i < count; i++) {
    const char **values = copy_bytes(t, from[i].values, from[i].value_count, sizeof *values);
    for (size_t j = 0; j < from[i].value_count; j++) values[j] = trial_text(t, from[i].values[j]);
    items[i].key = trial_text(t, from[i].key);
    items[i].op = trial_text(t, from[i].op);
    items[i].values = values;
  }
  return items;
}

static const dset_terms *copy_terms(trial *t, const dset_terms *from) {
  if (from == NULL) return NULL;
  dset_terms *terms = copy_bytes(t, from, 1, sizeof *terms);
  dset_term *items = copy_bytes(t, from->terms, from->count, sizeof *items);
  for (size_t i = 0; i < from->count; i++) {
    items[i].expressions = copy_requirements(t, from->terms[i].expressions, from->terms[i].expression_count);
    items[i].fields = copy_requirements(t, from->terms[i].fields, from->terms[i].field_count);
  }
  terms->terms = items;
  return terms;
}

static const dset_selector *copy_selector(trial *t, const dset_selector *from) {
  if (from == NULL) return NULL;
  dset_selector *selector = copy_bytes(t, from, 1, sizeof *selector);
  selector->labels = copy_labels(t, from->labels, from->label_count);
  selector->expressions = copy_requirements(t, from->expressions, from->expression_count);
  return selector;
}

static void copy_daemonset(trial *t, dset_daemonset *copy) {
  copy->ns = trial_text(t, copy->ns);
  copy->name = trial_text(t, copy->name);
  copy->uid = trial_text(t, copy->uid);
  copy->selector = copy_selector(t, copy->selector);
  copy->template_labels = copy_labels(t, copy->template_labels, copy->template_label_count);
  copy->node_name = trial_text(t, copy->node_name);
  copy->node_selector = copy_labels(t, copy->node_selector, copy->node_selector_count);
  copy->required_affinity = copy_terms(t, copy->required_affinity);
  copy->tolerations = copy_tolerations(t, copy->tolerations, copy->toleration_count);
  copy->revision_data = copy_bytes(t, copy->revision_data, copy->revision_data_bytes, 1);
  copy->max_unavailable.text = trial_text(t, copy->max_unavailable.text);
  copy->max_surge.text = trial_text(t, copy->max_surge.text);
}

static void copy_pod(trial *t, dset_pod *copy) {
  copy->ns = trial_text(t, copy->ns);
  copy->name = trial_text(t, copy->name);
  copy->uid = trial_text(t, copy->uid);
  copy->node_name = trial_text(t, copy->node_name);
  copy->required_affinity = copy_terms(t, copy->required_affinity);
  copy->labels = copy_labels(t, copy->labels, copy->label_count);
  copy->owners = copy_owners(t, copy->owners, copy->owner_count);
}

static void copy_revision(trial *t, dset_revision *copy) {
  copy->ns = trial_text(t, copy->ns);
  copy->name = trial_text(t, copy->name);
  copy->uid = trial_text(t, copy->uid);
  copy->labels = copy_labels(t, copy->labels, copy->label_count);
  copy->owners = copy_owners(t, copy->owners, copy->owner_count);
  copy->data = copy_bytes(t, copy->data, copy->data_bytes, 1);
}

trial *trial_copy(const trial *from) {
  trial *t = trial_new();
  *t = *from;
  t->blocks = NULL;
  copy_daemonset(t, &t->daemonset);
  t->status.conditions = trial_text(t, from->status.conditions);
  t->options.revision_hash = trial_text(t, from->options.revision_hash);
  t->nodes = copy_bytes(t, from->nodes, from->node_count, sizeof *t->nodes);
  for (size_t i = 0; i < t->node_count; i++) {
    dset_node *node = &t->nodes[i];
    node->name = trial_text(t, node->name);
    node->labels = copy_labels(t, node->labels, node->label_count);
    node->taints = copy_taints(t, node->taints, node->taint_count);
  }
  t->pods = copy_bytes(t, from->pods, from->pod_count, sizeof *t->pods);
  for (size_t i = 0; i < t->pod_count; i++) copy_pod(t, &t->pods[i]);
  t->revisions = copy_bytes(t, from->revisions, from->revision_count, sizeof *t->revisions);
  for (size_t i = 0; i < t->revision_count; i++) copy_revision(t, &t->revisions[i]);
  t->backoffs = copy_bytes(t, from->backoffs, from->backoff_count, sizeof *t->backoffs);
  for (size_t i = 0; i < t->backoff_count; i++) t->backoffs[i].node = trial_text(t, from->backoffs[i].node);
  return t;
}

/* ---- what laws ask for ---- */

void trial_snapshot(trial *t, dset_snapshot *snapshot) {
  *snapshot = (dset_snapshot){.size = sizeof *snapshot, .daemonset = &t->daemonset, .now_ms = t->now_ms};
  t->daemonset.status = t->has_status ? &t->status : NULL;
  const dset_node **nodes = trial_alloc(t, t->node_count, sizeof *nodes);
  const dset_pod **pods = trial_alloc(t, t->pod_count, sizeof *pods);
  const dset_revision **revisions = trial_alloc(t, t->revision_count, sizeof *revisions);
  for (size_t i = 0; i < t->node_count; i++) nodes[i] = &t->nodes[i];
  for (size_t i = 0; i < t->pod_count; i++) pods[i] = &t->pods[i];
  for (size_t i = 0; i < t->revision_count; i++) revisions[i] = &t->revisions[i];
  snapshot->nodes = nodes;
  snapshot->node_count = t->node_count;
  snapshot->pods = pods;
  snapshot->pod_count = t->pod_count;
  snapshot->revisions = revisions;
  snapshot->revision_count = t->revision_count;
  snapshot->backoffs = t->backoffs;
  snapshot->backoff_count = t->backoff_count;
  snapshot->in_flight_creates = t->in_flight_creates;
  snapshot->in_flight_deletes = t->in_flight_deletes;
  snapshot->in_flight_since_ms = t->in_flight_since_ms;
}

static uint64_t digest_bytes(uint64_t digest, const void *data, size_t bytes) {
  const unsigned char *at = data;
  for (size_t i = 0; i + sizeof digest <= bytes; i += sizeof digest) {
    uint64_t word;
    memcpy(&word, at + i, sizeof word);
    digest = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    digest ^= digest >> 32;
  }
  return digest; /* everything that is digested is a multiple of eight bytes long */
}

uint64_t trial_digest(const trial *t) {
  _Static_assert(sizeof *t % sizeof(uint64_t) == 0, "no byte of a trial is left out of its digest");
  uint64_t digest = digest_bytes(0, t, sizeof *t);
  for (const trial_block *block = t->blocks; block != NULL; block = block->next) {
    digest = digest_bytes(digest, block->data, block->used);
  }
  return digest;
}

/* The lists of a trial belong to it: they can be shuffled where they stand. */
static void shuffle(dset_random *random, const void *items, size_t count, size_t item_bytes) {
  random_shuffle(random, (void *)(uintptr_t)items, count, item_bytes);
}

static void shuffle_labels(dset_random *random, const dset_label *labels, size_t count) {
  shuffle(random, labels, count, sizeof *labels);
}

void trial_shuffle(trial *t, uint64_t seed) {
  dset_random random = random_from(seed);
  shuffle(&random, t->nodes, t->node_count, sizeof *t->nodes);
  shuffle(&random, t->pods, t->pod_count, sizeof *t->pods);
  shuffle(&random, t->revisions, t->revision_count, sizeof *t->revisions);
  shuffle(&random, t->backoffs, t->backoff_count, sizeof *t->backoffs);
  for (size_t i = 0; i < t->node_count; i++) {
    shuffle_labels(&random, t->nodes[i].labels, t->nodes[i].label_count);
    shuffle(&random, t->nodes[i].taints, t->nodes[i].taint_count, sizeof(dset_taint));
  }
  for (size_t i = 0; i < t->pod_count; i++) shuffle_labels(&random, t->pods[i].labels, t->pods[i].label_count);
  for (size_t i = 0; i < t->revision_count; i++) {
    shuffle_labels(&random, t->revisions[i].labels, t->revisions[i].label_count);
  }
  const dset_daemonset *daemonset = &t->daemonset;
  shuffle_labels(&random, daemonset->template_labels, daemonset->template_label_count);
  shuffle_labels(&random, daemonset->node_selector, daemonset->node_selector_count);
  if (daemonset->selector == NULL) return;
  shuffle_labels(&random, daemonset->selector->labels, daemonset->selector->label_count);
}
