/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate.h (L2): validation in parts, each called in its turn by validate.c, so that findings come in Kubernetes'
 * order.
 */
#ifndef DSET_LIB_VALIDATE_H
#define DSET_LIB_VALIDATE_H

#include "findings.h"
#include "selector.h"
#include "table.h"

/* One validation. */
typedef struct dset_validation {
  const dset_manifest *manifest;
  const dset_manifest *stored; /* NULL: creation */
  const dset_daemonset *daemonset;
  dset_findings *findings;
  dset_arena scratch;
  bool compare_tolerations; /* B28: the gate is on, or the stored template uses such operators already */
  bool any_selector_value;  /* B7, B25: values of the stored object are bad already and may stay so */
  bool any_affinity_value;
  bool affinity_refused; /* errors were found in the required node affinity */
} dset_validation;

/* Validates manifests that keep their contract, as dset_validate() does, and adds to a list. Options may be NULL. */
void dset_validate_manifest(const dset_manifest *manifest, const dset_manifest *stored,
                            const dset_validate_options *options, dset_findings *findings);

/* validate_labels.c: findings that come often. The value of the second is a Go type made of string, thus JSON (B1). */
void dset_validate_required(dset_validation *v, const char *rule, const dset_path *path);
void dset_validate_not_supported(dset_validation *v, const char *rule, const dset_path *path, const char *value,
                                 const char *supported);
void dset_validate_not_negative(dset_validation *v, const char *rule, const dset_path *path, int64_t number);

/* validate.c: the number of an amount or its percent; 0 when it is none, an end of int64 when it is beyond (B21). */
int64_t dset_validate_amount(const dset_amount *amount);

/*
 * validate.c: as dset_selector_matches(), in a time that does not grow with labels times requirements, as a manifest is
 * anybody's text: by a table of the labels. False when an allocation fails.
 */
bool dset_validate_label_table(dset_table *table, dset_arena *arena, const dset_label *labels, size_t count);
bool dset_validate_selects(const dset_parsed_selector *selector, const dset_label *labels, const dset_table *by_key);

/* validate_labels.c: what occurs in several places. `rule` is cited by the findings. */
void dset_validate_labels(dset_validation *v, const char *rule, const dset_path *path, const dset_label *labels,
                          size_t count);

/* The one with key `apart` is not looked at; NULL: all are. */
void dset_validate_annotations(dset_validation *v, const char *rule, const dset_path *path,
                               const dset_label *annotations, size_t count, const char *apart);

/* A DaemonSet's own annotation that the API server makes a field of before it validates (A21). */
#define DSET_GENERATION_ANNOTATION "deprecated.daemonset.template.generation"

/* A requirement on labels. `bounds`: Gt and Lt exist (B25; not B7). `any_value`: values are not looked at. */
void dset_validate_requirement(dset_validation *v, const char *rule, const dset_path *path,
                               const dset_requirement *requirement, bool bounds, bool any_value);

/* Whether a value of the requirement is no label value. */
bool dset_validate_bad_value(const dset_requirement *requirement);

/* validate_meta.c: metadata, at creation (B3 to B6); and its parts that an update has, too. */
void dset_validate_meta(dset_validation *v, const dset_path *metadata);
void dset_validate_owners(dset_validation *v, const dset_path *metadata);
void dset_validate_finalizer_names(dset_validation *v, const dset_path *metadata);

/* validate_update.c: what only an update has (B23). */
void dset_validate_meta_update(dset_validation *v, const dset_path *metadata);
void dset_validate_spec_update(dset_validation *v, const dset_path *spec);

/* validate_annotation.c: annotations of the template that mean something to Kubernetes (B10). */
void dset_validate_known_annotations(dset_validation *v, const dset_path *annotations);

/* validate_template.c, validate_container.c, validate_placement.c: the pod template (B10 to B12, B24 to B29). */
void dset_validate_template(dset_validation *v, const dset_path *template);
void dset_validate_containers(dset_validation *v, const dset_path *pod);
void dset_validate_host_network(dset_validation *v, const dset_path *pod);
void dset_validate_affinity(dset_validation *v, const dset_path *pod);
void dset_validate_tolerations(dset_validation *v, const dset_path *pod);

/* caution.c: the library's own warnings. */
void dset_validate_caution(dset_validation *v, const dset_path *spec);

/* caution_affinity.c: those on required node affinity and node selector. */
void dset_validate_caution_affinity(dset_validation *v, const dset_path *pod);

#endif
