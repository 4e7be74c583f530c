/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_annotation.c (L2): annotations of the template that mean something to Kubernetes (B10):
 *
 *   kubernetes.io/config.mirror                    only with a nodeName
 *   controller.kubernetes.io/pod-deletion-cost     an int32 without sign "+" and leading zeros
 *   seccomp.security.alpha.kubernetes.io/pod       a profile
 *   container.seccomp....kubernetes.io/<name>      a profile
 *   container.apparmor....kubernetes.io/<name>     a profile, and the name of a container
 *
 *   profile     | seccomp              | AppArmor
 *   by name     | runtime/default, docker/default, unconfined | runtime/default, unconfined, ""
 *   localhost/… | a path that neither starts with "/" nor has ".." | anything
 *
 * Not checked: tolerations as JSON in scheduler.alpha.kubernetes.io/tolerations.
 */
#include "model.h"
#include "table.h"
#include "text.h"
#include "validate.h"

static const char mirror_key[] = "kubernetes.io/config.mirror";
static const char cost_key[] = "controller.kubernetes.io/pod-deletion-cost";
static const char seccomp_key[] = "seccomp.security.alpha.kubernetes.io/pod";
static const char seccomp_prefix[] = "container.seccomp.security.alpha.kubernetes.io/";
static const char apparmor_prefix[] = "container.apparmor.security.beta.kubernetes.io/";
static const char local_prefix[] = "localhost/";

static bool starts_with(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void invalid(dset_validation *v, const dset_path *path, const char *value, const char *text) {
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B10", path, dset_findings_quote(v->findings, value), "%s",
                    text);
}

static bool is_cost(const char *text) {
  int64_t number;
  if (text[0] == '+' || (text[0] == '0' && text[1] != '\0')) return false;
  return dset_text_to_int64(text, strlen(text), &number) && number >= INT32_MIN && number <= INT32_MAX;
}

static bool has_back_step(const char *path) {
  for (const char *part = path;; part++) {
    if (strcmp(part, "..") == 0 || starts_with(part, "../")) return true;
    part = strchr(part, '/');
    if (part == NULL) return false;
  }
}

static void check_seccomp(dset_validation *v, const dset_path *path, const char *profile) {
  if (strcmp(profile, "runtime/default") == 0 || strcmp(profile, "docker/default") == 0 ||
      strcmp(profile, "unconfined") == 0) {
    return;
  }
  if (!starts_with(profile, local_prefix)) {
    invalid(v, path, profile, "must be a valid seccomp profile");
    return;
  }
  const char *file = profile + strlen(local_prefix);
  if (file[0] == '/') invalid(v, path, file, "must be a relative path");
  if (has_back_step(file)) invalid(v, path, file, "must not contain '..'");
}

static void check_apparmor(dset_validation *v, const dset_path *path, const char *profile) {
  if (profile[0] == '\0' || strcmp(profile, "runtime/default") == 0 || strcmp(profile, "unconfined") == 0 ||
      starts_with(profile, local_prefix)) {
    return;
  }
  const char *quoted = dset_findings_quote(v->findings, profile);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B10", path, quoted, "invalid AppArmor profile name: %s",
                    quoted);
}

/* The names of all containers; false, and remembered, when an allocation fails. */
static bool collect_names(dset_validation *v, dset_table *names) {
  const dset_manifest *manifest = v->manifest;
  const struct {
    const dset_container *const *containers;
    size_t count;
  } lists[] = {
      {manifest->containers, manifest->container_count},
      {manifest->init_containers, manifest->init_container_count},
      {manifest->ephemeral_containers, manifest->ephemeral_container_count},
  };
  if (!dset_table_init(names, &v->scratch, lists[0].count + lists[1].count + lists[2].count)) {
    v->findings->failed = true;
    return false;
  }
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    for (size_t c = 0; c < lists[i].count; c++) dset_table_insert(names, lists[i].containers[c]->name, "", 0);
  }
  return true;
}

static void check_all_apparmor(dset_validation *v, const dset_path *annotations) {
  dset_table names = {.slots = NULL};
  for (size_t i = 0; i < v->manifest->template_annotation_count; i++) {
    const dset_label *annotation = &v->manifest->template_annotations[i];
    const char *key = dset_text_or_empty(annotation->key);
    if (!starts_with(key, apparmor_prefix)) continue;
    if (names.slots == NULL && !collect_names(v, &names)) return;
    dset_path at = {.parent = annotations, .key = key, .bracketed = true};
    const char *container = key + strlen(apparmor_prefix);
    if (dset_table_find(&names, container, "") == DSET_TABLE_NONE) invalid(v, &at, container, "container not found");
    check_apparmor(v, &at, dset_text_or_empty(annotation->value));
  }
}

static void check_cost(dset_validation *v, const dset_path *annotations) {
  const dset_manifest *stored = v->stored;
  const char *cost =
      dset_label_value(v->manifest->template_annotations, v->manifest->template_annotation_count, cost_key);
  const char *old = NULL;
  if (stored != NULL) old = dset_label_value(stored->template_annotations, stored->template_annotation_count, cost_key);
  bool old_bad = old != NULL && !is_cost(old); /* then it may stay so */
  if (cost == NULL || is_cost(cost) || old_bad) return;
  const dset_path at = {.parent = annotations, .key = cost_key, .bracketed = true};
  invalid(v, &at, cost, "must be a 32bit integer");
}

void dset_validate_known_annotations(dset_validation *v, const dset_path *annotations) {
  const dset_label *list = v->manifest->template_annotations;
  size_t count = v->manifest->template_annotation_count;
  const char *mirror = dset_label_value(list, count, mirror_key);
  const char *seccomp = dset_label_value(list, count, seccomp_key);
  if (mirror != NULL && dset_text_empty(v->daemonset->node_name)) {
    const dset_path at = {.parent = annotations, .key = mirror_key, .bracketed = true};
    invalid(v, &at, mirror, "must set spec.nodeName if mirror pod annotation is set");
  }
  check_cost(v, annotations);
  if (seccomp != NULL) check_seccomp(v, DSET_AT(annotations, seccomp_key), seccomp);
  for (size_t i = 0; i < count; i++) {
    const char *key = dset_text_or_empty(list[i].key);
    if (!starts_with(key, seccomp_prefix)) continue;
    check_seccomp(v, DSET_AT(annotations, key), dset_text_or_empty(list[i].value));
  }
  check_all_apparmor(v, annotations);
}
