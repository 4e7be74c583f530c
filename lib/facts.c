/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c (L5): the typed tree of a DaemonSet to the structs of validate.h; what the planner reads, objects.c decodes.
 */
#include "facts.h"

#include "text.h"

static bool decode_owner(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_owner_reference *owner = item;
  owner->has_controller = json_object_get(tree, "controller") != NULL;
  owner->has_block_owner_deletion = json_object_get(tree, "blockOwnerDeletion") != NULL;
  return dset_decode_string(decoder, tree, "apiVersion", &owner->api_version) &&
         dset_decode_string(decoder, tree, "kind", &owner->kind) &&
         dset_decode_string(decoder, tree, "name", &owner->name) &&
         dset_decode_string(decoder, tree, "uid", &owner->uid) &&
         dset_decode_bool(decoder, tree, "controller", &owner->controller) &&
         dset_decode_bool(decoder, tree, "blockOwnerDeletion", &owner->block_owner_deletion);
}

static bool decode_metadata(dset_decoder *decoder, const json_t *tree, dset_manifest *manifest) {
  void *owners = NULL;
  bool good = dset_decode_string(decoder, tree, "generateName", &manifest->generate_name) &&
              dset_decode_string(decoder, tree, "resourceVersion", &manifest->resource_version) &&
              dset_decode_labels(decoder, tree, "labels", &manifest->labels, &manifest->label_count) &&
              dset_decode_labels(decoder, tree, "annotations", &manifest->annotations, &manifest->annotation_count) &&
              dset_decode_list(decoder, tree, "ownerReferences", sizeof(dset_owner_reference), decode_owner, &owners,
                               &manifest->owner_count) &&
              dset_decode_strings(decoder, tree, "finalizers", &manifest->finalizers, &manifest->finalizer_count) &&
              dset_decode_time(decoder, tree, "creationTimestamp", &manifest->created_ms) &&
              dset_decode_time(decoder, tree, "deletionTimestamp", &manifest->deletion_ms) &&
              dset_decode_integer(decoder, tree, "deletionGracePeriodSeconds", INT64_MIN, INT64_MAX,
                                  &manifest->deletion_grace_seconds);
  manifest->owners = owners;
  manifest->has_deletion_grace_seconds = json_object_get(tree, "deletionGracePeriodSeconds") != NULL;
  return good;
}

static bool decode_port(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_container_port *port = item;
  int64_t container_port = 0, host_port = 0;
  bool good = dset_decode_string(decoder, tree, "name", &port->name) &&
              dset_decode_string(decoder, tree, "protocol", &port->protocol) &&
              dset_decode_string(decoder, tree, "hostIP", &port->host_ip) &&
              dset_decode_integer(decoder, tree, "containerPort", INT32_MIN, INT32_MAX, &container_port) &&
              dset_decode_integer(decoder, tree, "hostPort", INT32_MIN, INT32_MAX, &host_port);
  port->container_port = (int32_t)container_port;
  port->host_port = (int32_t)host_port;
  return good;
}

static bool decode_container(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_container *container = item;
  container->size = sizeof *container;
  void *ports = NULL;
  bool good = dset_decode_string(decoder, tree, "name", &container->name) &&
              dset_decode_string(decoder, tree, "image", &container->image) &&
              dset_decode_string(decoder, tree, "imagePullPolicy", &container->image_pull_policy) &&
              dset_decode_string(decoder, tree, "terminationMessagePolicy", &container->termination_message_policy) &&
              dset_decode_string(decoder, tree, "targetContainerName", &container->target_container_name) &&
              dset_decode_list(decoder, tree, "ports", sizeof(dset_container_port), decode_port, &ports,
                               &container->port_count);
  container->ports = ports;
  return good;
}

static bool decode_containers(dset_decoder *decoder, const json_t *spec, const char *key,
                              const dset_container *const **containers, size_t *count) {
  void *items = NULL;
  if (!dset_decode_list(decoder, spec, key, sizeof(dset_container), decode_container, &items, count)) return false;
  const dset_container **pointers = dset_arena_alloc(decoder->arena, *count, sizeof *pointers);
  if (pointers == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  for (size_t i = 0; i < *count; i++) pointers[i] = (const dset_container *)items + i;
  *containers = pointers;
  return true;
}

static bool decode_preferred(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_preferred_term *preferred = item;
  int64_t weight = 0;
  if (!dset_decode_integer(decoder, tree, "weight", INT32_MIN, INT32_MAX, &weight)) return false;
  preferred->weight = (int32_t)weight;
  const json_t *term = json_object_get(tree, "preference");
  return term == NULL || dset_decode_term(decoder, term, &preferred->preference);
}

static bool decode_pod_spec(dset_decoder *decoder, const json_t *spec, dset_manifest *manifest) {
  void *preferred = NULL;
  const json_t *affinity = json_object_get(json_object_get(spec, "affinity"), "nodeAffinity");
  bool good =
      dset_decode_string(decoder, spec, "restartPolicy", &manifest->restart_policy) &&
      dset_decode_string(decoder, spec, "dnsPolicy", &manifest->dns_policy) &&
      dset_decode_integer(decoder, spec, "activeDeadlineSeconds", INT64_MIN, INT64_MAX,
                          &manifest->active_deadline_seconds) &&
      decode_containers(decoder, spec, "containers", &manifest->containers, &manifest->container_count) &&
      decode_containers(decoder, spec, "initContainers", &manifest->init_containers, &manifest->init_container_count) &&
      decode_containers(decoder, spec, "ephemeralContainers", &manifest->ephemeral_containers,
                        &manifest->ephemeral_container_count) &&
      dset_decode_list(decoder, affinity, "preferredDuringSchedulingIgnoredDuringExecution",
                       sizeof(dset_preferred_term), decode_preferred, &preferred, &manifest->preferred_term_count);
  manifest->preferred_terms = preferred;
  const json_t *dns = json_object_get(spec, "dnsConfig");
  manifest->has_dns_config = dns != NULL;
  manifest->dns_nameserver_count = json_array_size(json_object_get(dns, "nameservers"));
  manifest->has_active_deadline_seconds = json_object_get(spec, "activeDeadlineSeconds") != NULL;
  manifest->has_termination_grace_period = json_object_get(spec, "terminationGracePeriodSeconds") != NULL;
  return good;
}

bool dset_decode_manifest(dset_decoder *decoder, const json_t *typed, const dset_manifest **result) {
  dset_manifest *manifest = dset_arena_zalloc(decoder->arena, 1, sizeof *manifest);
  if (manifest == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  manifest->size = sizeof *manifest;
  *result = manifest;
  const json_t *spec = json_object_get(typed, "spec"), *template = json_object_get(spec, "template");
  if (!dset_decode_daemonset(decoder, typed, &manifest->daemonset)) return false;
  manifest->template_generation = manifest->daemonset->template_generation;
  return decode_metadata(decoder, json_object_get(typed, "metadata"), manifest) &&
         dset_decode_string(decoder, json_object_get(spec, "updateStrategy"), "type", &manifest->strategy_type) &&
         dset_decode_labels(decoder, json_object_get(template, "metadata"), "annotations",
                            &manifest->template_annotations, &manifest->template_annotation_count) &&
         decode_pod_spec(decoder, json_object_get(template, "spec"), manifest);
}
