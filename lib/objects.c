/* SPDX-License-Identifier: Apache-2.0 */
/* objects.c (L5): Kubernetes' DaemonSet, Node, Pod and ControllerRevision to the structs of model.h. */
#include <string.h>

#include "decode.h"
#include "emit.h"
#include "encode.h"
#include "text.h"

#define GENERATION_ANNOTATION "deprecated.daemonset.template.generation"

static bool decode_owner(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_owner *owner = item;
  return dset_decode_string(decoder, tree, "kind", &owner->kind) &&
         dset_decode_string(decoder, tree, "name", &owner->name) &&
         dset_decode_string(decoder, tree, "uid", &owner->uid) &&
         dset_decode_bool(decoder, tree, "controller", &owner->controller);
}

/* Steps into an object member and decodes it with `decode`; an absent one is left alone. */
static bool decode_inside(dset_decoder *decoder, const json_t *object, const char *key, dset_item_decoder *decode,
                          void *item) {
  json_t *tree;
  if (!dset_decode_object(decoder, object, key, &tree)) return false;
  if (tree == NULL) return true;
  dset_decoder_enter(decoder, key, 0);
  if (!decode(decoder, tree, item)) return false;
  dset_decoder_leave(decoder);
  return true;
}

static bool decode_metadata_members(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_metadata *meta = item;
  void *owners = NULL;
  int64_t deletion_ms = 0;
  bool good = dset_decode_string(decoder, tree, "namespace", &meta->ns) &&
              dset_decode_string(decoder, tree, "name", &meta->name) &&
              dset_decode_string(decoder, tree, "uid", &meta->uid) &&
              dset_decode_labels(decoder, tree, "labels", &meta->labels, &meta->label_count) &&
              dset_decode_labels(decoder, tree, "annotations", &meta->annotations, &meta->annotation_count) &&
              dset_decode_list(decoder, tree, "ownerReferences", sizeof(dset_owner), decode_owner, &owners,
                               &meta->owner_count) &&
              dset_decode_time(decoder, tree, "creationTimestamp", &meta->created_ms) &&
              dset_decode_time(decoder, tree, "deletionTimestamp", &deletion_ms) &&
              dset_decode_integer(decoder, tree, "generation", INT64_MIN, INT64_MAX, &meta->generation);
  meta->owners = owners;
  const json_t *deletion = json_object_get(tree, "deletionTimestamp");
  meta->deleting = deletion != NULL && !json_is_null(deletion);
  return good;
}

static bool decode_metadata(dset_decoder *decoder, const json_t *tree, dset_metadata *meta) {
  *meta = (dset_metadata){0};
  return dset_decode_is_object(decoder, tree) &&
         decode_inside(decoder, tree, "metadata", decode_metadata_members, meta);
}

/* A zero-filled object in the decoder's arena, or NULL and a failure. */
static void *make(dset_decoder *decoder, size_t bytes) {
  void *object = dset_arena_zalloc(decoder->arena, 1, bytes);
  if (object == NULL) dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  return object;
}

static bool decode_requirement(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_requirement *requirement = item;
  return dset_decode_string(decoder, tree, "key", &requirement->key) &&
         dset_decode_string(decoder, tree, "operator", &requirement->op) &&
         dset_decode_strings(decoder, tree, "values", &requirement->values, &requirement->value_count);
}

static bool decode_requirements(dset_decoder *decoder, const json_t *tree, const char *key,
                                const dset_requirement **requirements, size_t *count) {
  void *items = NULL;
  bool good = dset_decode_list(decoder, tree, key, sizeof(dset_requirement), decode_requirement, &items, count);
  *requirements = items;
  return good;
}

bool dset_decode_term(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_term *term = item;
  return decode_requirements(decoder, tree, "matchExpressions", &term->expressions, &term->expression_count) &&
         decode_requirements(decoder, tree, "matchFields", &term->fields, &term->field_count);
}

static bool decode_required(dset_decoder *decoder, const json_t *tree, void *item) {
  const dset_terms **result = item;
  dset_terms *terms = make(decoder, sizeof *terms);
  void *items = NULL;
  if (terms == NULL) return false;
  if (!dset_decode_list(decoder, tree, "nodeSelectorTerms", sizeof(dset_term), dset_decode_term, &items,
                        &terms->count)) {
    return false;
  }
  terms->terms = items;
  *result = terms;
  return true;
}

static bool decode_node_affinity(dset_decoder *decoder, const json_t *tree, void *item) {
  return decode_inside(decoder, tree, "requiredDuringSchedulingIgnoredDuringExecution", decode_required, item);
}

static bool decode_affinity(dset_decoder *decoder, const json_t *tree, void *item) {
  return decode_inside(decoder, tree, "nodeAffinity", decode_node_affinity, item);
}

static bool decode_taint(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_taint *taint = item;
  return dset_decode_string(decoder, tree, "key", &taint->key) &&
         dset_decode_string(decoder, tree, "value", &taint->value) &&
         dset_decode_string(decoder, tree, "effect", &taint->effect);
}

static bool decode_node_spec(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_node *node = item;
  void *taints = NULL;
  bool good = dset_decode_list(decoder, tree, "taints", sizeof(dset_taint), decode_taint, &taints, &node->taint_count);
  node->taints = taints;
  return good;
}

void dset_decode_take_node(dset_node *node, const dset_metadata *meta) {
  node->size = sizeof *node;
  node->name = meta->name;
  node->labels = meta->labels;
  node->label_count = meta->label_count;
}

bool dset_decode_node(dset_decoder *decoder, const json_t *tree, const dset_node **result) {
  dset_metadata meta;
  dset_node *node = make(decoder, sizeof *node);
  if (node == NULL || !decode_metadata(decoder, tree, &meta)) return false;
  dset_decode_take_node(node, &meta);
  *result = node;
  return decode_inside(decoder, tree, "spec", decode_node_spec, node);
}

static bool decode_pod_spec(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_pod *pod = item;
  return dset_decode_string(decoder, tree, "nodeName", &pod->node_name) &&
         decode_inside(decoder, tree, "affinity", decode_affinity, &pod->required_affinity);
}

static bool decode_condition(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_condition *made = item;
  return dset_decode_string(decoder, tree, "type", &made->type) &&
         dset_decode_string(decoder, tree, "status", &made->status) &&
         dset_decode_time(decoder, tree, "lastTransitionTime", &made->since_ms);
}

static int32_t phase_of(const char *text) {
  static const char *const names[] = {"", "Pending", "Running", "Succeeded", "Failed", "Unknown"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (dset_text_equal(text, names[i])) return (int32_t)i;
  }
  return DSET_PHASE_NONE;
}

void dset_decode_take_status(dset_pod *pod, const char *phase, const dset_condition *conditions, size_t count) {
  pod->phase = phase_of(phase);
  for (size_t i = 0; i < count; i++) {
    if (!dset_text_equal(conditions[i].type, "Ready")) continue;
    pod->ready = dset_text_equal(conditions[i].status, "True");
    pod->ready_since_ms = conditions[i].since_ms;
    break; /* the first decides (J1) */
  }
}

static bool decode_pod_status(dset_decoder *decoder, const json_t *tree, void *item) {
  const char *phase = NULL;
  void *conditions = NULL;
  size_t count = 0;
  if (!dset_decode_string(decoder, tree, "phase", &phase) ||
      !dset_decode_list(decoder, tree, "conditions", sizeof(dset_condition), decode_condition, &conditions, &count)) {
    return false;
  }
  dset_decode_take_status(item, phase, conditions, count);
  return true;
}

void dset_decode_take_pod(dset_pod *pod, const dset_metadata *meta) {
  pod->size = sizeof *pod;
  pod->ns = meta->ns;
  pod->name = meta->name;
  pod->uid = meta->uid;
  pod->labels = meta->labels;
  pod->label_count = meta->label_count;
  pod->owners = meta->owners;
  pod->owner_count = meta->owner_count;
  pod->created_ms = meta->created_ms;
  pod->deleting = meta->deleting;
}

bool dset_decode_pod(dset_decoder *decoder, const json_t *tree, const dset_pod **result) {
  dset_metadata meta;
  dset_pod *pod = make(decoder, sizeof *pod);
  if (pod == NULL || !decode_metadata(decoder, tree, &meta)) return false;
  dset_decode_take_pod(pod, &meta);
  *result = pod;
  return decode_inside(decoder, tree, "spec", decode_pod_spec, pod) &&
         decode_inside(decoder, tree, "status", decode_pod_status, pod);
}

/* Moves what a buffer holds into the arena. */
static bool take_buffer(dset_decoder *decoder, dset_buffer *buffer, const char **bytes, size_t *length) {
  *bytes = buffer->failed ? NULL : dset_arena_copy(decoder->arena, buffer->bytes, buffer->length);
  *length = buffer->length;
  dset_buffer_clear(buffer);
  return *bytes != NULL || dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
}

/* Revision data are opaque: kept as they stand, but for white space. */
static bool decode_data(dset_decoder *decoder, const json_t *tree, dset_revision *revision) {
  const json_t *data = json_object_get(tree, "data");
  if (data == NULL || json_is_null(data)) return true;
  dset_buffer buffer;
  dset_buffer_init(&buffer, &decoder->arena->allocator);
  dset_emit_tree(&buffer, data, DSET_EMIT_AS_IS);
  const char *bytes;
  if (!take_buffer(decoder, &buffer, &bytes, &revision->data_bytes)) return false;
  revision->data = bytes;
  return true;
}

bool dset_decode_revision(dset_decoder *decoder, const json_t *tree, const dset_revision **result) {
  dset_metadata meta;
  dset_revision *revision = make(decoder, sizeof *revision);
  if (revision == NULL || !decode_metadata(decoder, tree, &meta)) return false;
  *revision = (dset_revision){.size = sizeof *revision, .ns = meta.ns, .name = meta.name, .uid = meta.uid};
  revision->labels = meta.labels;
  revision->label_count = meta.label_count;
  revision->owners = meta.owners;
  revision->owner_count = meta.owner_count;
  revision->deleting = meta.deleting;
  *result = revision;
  return dset_decode_integer(decoder, tree, "revision", INT64_MIN, INT64_MAX, &revision->number) &&
         decode_data(decoder, tree, revision);
}

static bool decode_toleration(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_toleration *toleration = item;
  const json_t *seconds = json_object_get(tree, "tolerationSeconds");
  toleration->has_toleration_seconds = seconds != NULL && !json_is_null(seconds);
  return dset_decode_string(decoder, tree, "key", &toleration->key) &&
         dset_decode_string(decoder, tree, "operator", &toleration->op) &&
         dset_decode_string(decoder, tree, "value", &toleration->value) &&
         dset_decode_string(decoder, tree, "effect", &toleration->effect) &&
         dset_decode_integer(decoder, tree, "tolerationSeconds", INT64_MIN, INT64_MAX, &toleration->toleration_seconds);
}

static bool decode_template_metadata(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_daemonset *daemonset = item;
  return dset_decode_labels(decoder, tree, "labels", &daemonset->template_labels, &daemonset->template_label_count);
}

static bool decode_template_spec(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_daemonset *daemonset = item;
  void *tolerations = NULL;
  bool good =
      dset_decode_string(decoder, tree, "nodeName", &daemonset->node_name) &&
      dset_decode_labels(decoder, tree, "nodeSelector", &daemonset->node_selector, &daemonset->node_selector_count) &&
      dset_decode_bool(decoder, tree, "hostNetwork", &daemonset->host_network) &&
      decode_inside(decoder, tree, "affinity", decode_affinity, &daemonset->required_affinity) &&
      dset_decode_list(decoder, tree, "tolerations", sizeof(dset_toleration), decode_toleration, &tolerations,
                       &daemonset->toleration_count);
  daemonset->tolerations = tolerations;
  return good;
}

static bool decode_template(dset_decoder *decoder, const json_t *tree, void *item) {
  return decode_inside(decoder, tree, "metadata", decode_template_metadata, item) &&
         decode_inside(decoder, tree, "spec", decode_template_spec, item);
}

/* G4. */
static bool write_revision_data(dset_decoder *decoder, const json_t *template, dset_daemonset *daemonset) {
  dset_buffer buffer;
  dset_buffer_init(&buffer, &decoder->arena->allocator);
  dset_encode_revision_data(&buffer, template);
  const char *bytes;
  if (!take_buffer(decoder, &buffer, &bytes, &daemonset->revision_data_bytes)) return false;
  daemonset->revision_data = bytes;
  return true;
}

static bool decode_selector(dset_decoder *decoder, const json_t *tree, void *item) {
  const dset_selector **result = item;
  dset_selector *selector = make(decoder, sizeof *selector);
  if (selector == NULL) return false;
  *result = selector;
  return dset_decode_labels(decoder, tree, "matchLabels", &selector->labels, &selector->label_count) &&
         decode_requirements(decoder, tree, "matchExpressions", &selector->expressions, &selector->expression_count);
}

static bool decode_rolling_update(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_daemonset *daemonset = item;
  daemonset->has_rolling_update = true;
  return dset_decode_amount(decoder, tree, "maxUnavailable", &daemonset->max_unavailable) &&
         dset_decode_amount(decoder, tree, "maxSurge", &daemonset->max_surge);
}

static bool decode_strategy(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_daemonset *daemonset = item;
  const char *type = NULL;
  if (!dset_decode_string(decoder, tree, "type", &type)) return false;
  if (dset_text_equal(type, "OnDelete")) {
    daemonset->strategy = DSET_STRATEGY_ON_DELETE;
  } else if (!dset_text_empty(type) && !dset_text_equal(type, "RollingUpdate")) {
    daemonset->strategy = DSET_STRATEGY_OTHER;
  }
  return decode_inside(decoder, tree, "rollingUpdate", decode_rolling_update, daemonset);
}

/* A3: each amount by itself; another strategy is left as it is (A4). */
static void default_budget(dset_daemonset *daemonset) {
  if (daemonset->strategy != DSET_STRATEGY_ROLLING_UPDATE) return;
  daemonset->has_rolling_update = true;
  dset_amount *unavailable = &daemonset->max_unavailable;
  dset_amount *surge = &daemonset->max_surge;
  if (unavailable->kind == DSET_AMOUNT_ABSENT) *unavailable = (dset_amount){.kind = DSET_AMOUNT_INT, .number = 1};
  if (surge->kind == DSET_AMOUNT_ABSENT) *surge = (dset_amount){.kind = DSET_AMOUNT_INT};
}

static bool decode_int32(dset_decoder *decoder, const json_t *tree, const char *key, int32_t *value) {
  int64_t number = *value;
  bool good = dset_decode_integer(decoder, tree, key, INT32_MIN, INT32_MAX, &number);
  *value = (int32_t)number;
  return good;
}

static bool decode_daemonset_spec(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_daemonset *daemonset = item;
  return decode_inside(decoder, tree, "selector", decode_selector, &daemonset->selector) &&
         decode_inside(decoder, tree, "template", decode_template, daemonset) &&
         decode_inside(decoder, tree, "updateStrategy", decode_strategy, daemonset) &&
         decode_int32(decoder, tree, "minReadySeconds", &daemonset->min_ready_seconds) &&
         decode_int32(decoder, tree, "revisionHistoryLimit", &daemonset->revision_history_limit);
}

static bool decode_daemonset_status(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_status *status = item;
  const struct {
    const char *key;
    int32_t *value;
  } counters[] = {
      {"desiredNumberScheduled", &status->desired_number_scheduled},
      {"currentNumberScheduled", &status->current_number_scheduled},
      {"numberMisscheduled", &status->number_misscheduled},
      {"numberReady", &status->number_ready},
      {"updatedNumberScheduled", &status->updated_number_scheduled},
      {"numberAvailable", &status->number_available},
      {"numberUnavailable", &status->number_unavailable},
      {"collisionCount", &status->collision_count},
  };
  for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
    if (!decode_int32(decoder, tree, counters[i].key, counters[i].value)) return false;
  }
  const json_t *count = json_object_get(tree, "collisionCount");
  status->has_collision_count = count != NULL && !json_is_null(count);
  json_t *conditions;
  if (!dset_decode_integer(decoder, tree, "observedGeneration", INT64_MIN, INT64_MAX, &status->observed_generation) ||
      !dset_decode_array(decoder, tree, "conditions", &conditions)) {
    return false;
  }
  if (conditions == NULL || json_array_size(conditions) == 0) return true;
  dset_buffer buffer;
  size_t length;
  dset_buffer_init(&buffer, &decoder->arena->allocator);
  dset_emit_tree(&buffer, conditions, DSET_EMIT_AS_IS);
  return take_buffer(decoder, &buffer, &status->conditions, &length);
}

/* A21: an annotation that does not parse is as good as none. */
static void take_template_generation(const dset_metadata *meta, dset_daemonset *daemonset) {
  for (size_t i = 0; i < meta->annotation_count; i++) {
    const dset_label *annotation = &meta->annotations[i];
    if (strcmp(annotation->key, GENERATION_ANNOTATION) != 0) continue;
    daemonset->has_template_generation =
        dset_text_to_int64(annotation->value, strlen(annotation->value), &daemonset->template_generation);
  }
}

bool dset_decode_daemonset(dset_decoder *decoder, const json_t *tree, const dset_daemonset **result) {
  dset_metadata meta;
  dset_daemonset *daemonset = make(decoder, sizeof *daemonset);
  dset_status *status = make(decoder, sizeof *status);
  if (daemonset == NULL || status == NULL || !decode_metadata(decoder, tree, &meta)) return false;
  *status = (dset_status){.size = sizeof *status};
  *daemonset = (dset_daemonset){.size = sizeof *daemonset, .ns = meta.ns, .name = meta.name, .uid = meta.uid};
  daemonset->generation = meta.generation;
  daemonset->deleting = meta.deleting;
  daemonset->status = status;
  daemonset->has_revision_history_limit = true;
  daemonset->revision_history_limit = 10; /* A2 */
  take_template_generation(&meta, daemonset);
  *result = daemonset;
  if (!decode_inside(decoder, tree, "spec", decode_daemonset_spec, daemonset) ||
      !decode_inside(decoder, tree, "status", decode_daemonset_status, status)) {
    return false;
  }
  default_budget(daemonset);
  return write_revision_data(decoder, json_object_get(json_object_get(tree, "spec"), "template"), daemonset);
}
