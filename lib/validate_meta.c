/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_meta.c (L2): metadata of a DaemonSet, in this order:
 *
 *   generateName, name, namespace, generation   creation only (B3)
 *   labels, annotations                         B4, B5
 *   ownerReferences, finalizers                 B6
 */
#include "text.h"
#include "validate.h"
#include "value.h"

/* ---- names (B3) ---- */

/*
 * The generated name ends in more characters, so a dash at the end is no fault. Kubernetes puts an "a" in place of the
 * last two characters, thus not even looks at the last but one.
 */
static void check_generate_name(dset_validation *v, const dset_path *path, const char *prefix) {
  size_t length = strlen(prefix);
  if (length == 0) return;
  char *checked = dset_arena_string(&v->scratch, prefix);
  if (checked == NULL) {
    v->findings->failed = true;
    return;
  }
  if (length > 1 && checked[length - 1] == '-') memcpy(checked + length - 2, "a", sizeof "a");
  dset_findings_grammar(v->findings, "B3", path, prefix, dset_grammar_subdomain(checked));
}

static void check_names(dset_validation *v, const dset_path *metadata) {
  const char *name = dset_text_or_empty(v->daemonset->name);
  const char *ns = dset_text_or_empty(v->daemonset->ns);
  const dset_path *name_path = DSET_AT(metadata, "name");
  const dset_path *ns_path = DSET_AT(metadata, "namespace");
  check_generate_name(v, DSET_AT(metadata, "generateName"), dset_text_or_empty(v->manifest->generate_name));
  if (name[0] == '\0') {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B3", name_path, NULL, "name or generateName is required");
  } else {
    dset_findings_grammar(v->findings, "B3", name_path, name, dset_grammar_subdomain(name));
  }
  if (ns[0] == '\0') {
    dset_validate_required(v, "B3", ns_path);
  } else {
    dset_findings_grammar(v->findings, "B3", ns_path, ns, dset_grammar_label(ns));
  }
}

/* ---- owners (B6) ---- */

/* Kinds of text that an apiVersion can be: "", "version" or "group/version"; "/" counts as "". */
static bool is_api_version(const char *text) {
  const char *slash = strchr(text, '/');
  const char *version = slash == NULL ? text : slash + 1;
  return version[0] != '\0' && strchr(version, '/') == NULL;
}

/* An event goes away too soon to own anything. */
static bool is_event(const dset_owner_reference *owner) {
  return (dset_text_equal(owner->api_version, "v1") || dset_text_equal(owner->api_version, "/v1")) &&
         dset_text_equal(owner->kind, "Event");
}

static void need(dset_validation *v, const dset_path *path, const char *text) {
  if (!dset_text_empty(text)) return;
  dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B6", path, NULL, "must not be empty");
}

static void check_owner(dset_validation *v, const dset_path *path, const dset_owner_reference *owner) {
  const dset_path *version = DSET_AT(path, "apiVersion");
  need(v, version, owner->api_version);
  if (!dset_text_empty(owner->api_version) && !is_api_version(owner->api_version)) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B6", version,
                      dset_findings_quote(v->findings, owner->api_version), "must be <group>/<version> or <version>");
  }
  need(v, DSET_AT(path, "kind"), owner->kind);
  need(v, DSET_AT(path, "name"), owner->name);
  need(v, DSET_AT(path, "uid"), owner->uid);
  if (!is_event(owner)) return;
  dset_buffer value = dset_findings_buffer(v->findings);
  dset_value_owner(&value, owner);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B6", path, dset_findings_take(v->findings, &value),
                    "/v1, Kind=Event is disallowed from being an owner");
}

void dset_validate_owners(dset_validation *v, const dset_path *metadata) {
  const dset_owner_reference *owners = v->manifest->owners;
  size_t count = v->manifest->owner_count;
  const dset_owner_reference *controller = NULL;
  const dset_path *path = DSET_AT(metadata, "ownerReferences");
  for (size_t i = 0; i < count; i++) {
    check_owner(v, DSET_AT_INDEX(path, i), &owners[i]);
    if (!owners[i].controller) continue;
    if (controller == NULL) {
      controller = &owners[i];
      continue;
    }
    dset_buffer value = dset_findings_buffer(v->findings);
    dset_value_owners(&value, owners, count);
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B6", path, dset_findings_take(v->findings, &value),
                      "Only one reference can have Controller set to true. Found \"true\" in references for %s/%s and"
                      " %s/%s",
                      dset_text_or_empty(controller->kind), dset_text_or_empty(controller->name),
                      dset_text_or_empty(owners[i].kind), dset_text_or_empty(owners[i].name));
  }
}

/* ---- finalizers (B6) ---- */

static void check_finalizers(dset_validation *v, const dset_path *metadata) {
  const char *const *finalizers = v->manifest->finalizers;
  const dset_path *path = DSET_AT(metadata, "finalizers");
  bool orphan = false;
  bool foreground = false;
  for (size_t i = 0; i < v->manifest->finalizer_count; i++) {
    const char *name = dset_text_or_empty(finalizers[i]);
    dset_path at = {.parent = path, .index = i, .hidden = true};
    dset_findings_grammar(v->findings, "B6", &at, name, dset_grammar_label_key(name));
    orphan = orphan || strcmp(name, "orphan") == 0;
    foreground = foreground || strcmp(name, "foregroundDeletion") == 0;
  }
  if (!orphan || !foreground) return;
  dset_buffer value = dset_findings_buffer(v->findings);
  dset_value_strings(&value, finalizers, v->manifest->finalizer_count);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B6", path, dset_findings_take(v->findings, &value),
                    "finalizer orphan and foregroundDeletion cannot be both set");
}

void dset_validate_finalizer_names(dset_validation *v, const dset_path *metadata) {
  static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
  for (size_t i = 0; i < v->manifest->finalizer_count; i++) {
    const char *name = dset_text_or_empty(v->manifest->finalizers[i]);
    bool good = strchr(name, '/') != NULL;
    for (size_t s = 0; s < sizeof standard / sizeof *standard; s++) good = good || strcmp(name, standard[s]) == 0;
    if (good) continue;
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B6", DSET_AT_INDEX(DSET_AT(metadata, "finalizers"), i),
                      dset_findings_quote(v->findings, name),
                      "name is neither a standard finalizer name nor is it fully qualified");
  }
}

void dset_validate_meta(dset_validation *v, const dset_path *metadata) {
  const dset_manifest *manifest = v->manifest;
  check_names(v, metadata);
  dset_validate_not_negative(v, "B3", DSET_AT(metadata, "generation"), v->daemonset->generation);
  dset_validate_labels(v, "B4", DSET_AT(metadata, "labels"), manifest->labels, manifest->label_count);
  dset_validate_annotations(v, "B5", DSET_AT(metadata, "annotations"), manifest->annotations,
                            manifest->annotation_count, DSET_GENERATION_ANNOTATION);
  dset_validate_owners(v, metadata);
  check_finalizers(v, metadata);
  dset_validate_finalizer_names(v, metadata);
}
