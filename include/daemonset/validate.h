/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate.h: what the API server of Kubernetes 1.37.2 says of a DaemonSet that somebody wants to create or update
 * (section B), and what this library itself would warn of. For hosts with objects of their own; codec.h reads
 * manifests and brings the same findings with lines and columns.
 *
 *   dset_findings *findings;
 *   if (dset_validate(&manifest, NULL, NULL, &findings, &error) == DSET_OK) {
 *     bool refused = dset_findings_total(findings, DSET_SEVERITY_ERROR) > 0;
 *     for (size_t i = 0; i < dset_findings_count(findings); i++) {
 *       const dset_finding *finding = dset_findings_get(findings, i);
 *       printf("%s: %s\n", finding->field, finding->text);         as kubectl prints it
 *     }
 *     dset_findings_free(findings);
 *   }
 *
 * What is checked is what the structs hold: metadata, selector, strategy, placement, and of containers name, image,
 * policies and ports. The API server checks far more of a container than that: volumes, environment, mounts, probes,
 * security contexts and resources are left out (B11), and so is metadata.managedFields.
 */
#ifndef DAEMONSET_VALIDATE_H
#define DAEMONSET_VALIDATE_H

#include "daemonset/base.h"
#include "daemonset/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is validated ---- */

/* An owner reference as it is written (B6). Texts show `controller` and `blockOwnerDeletion` when they are present. */
typedef struct dset_owner_reference {
  const char *api_version;
  const char *kind;
  const char *name;
  const char *uid;
  bool controller;
  bool has_controller; /* may be left false when `controller` is true */
  bool block_owner_deletion;
  bool has_block_owner_deletion;
} dset_owner_reference;

/* A port of a container. */
typedef struct dset_container_port {
  const char *name;
  const char *protocol;
  const char *host_ip;
  int32_t container_port;
  int32_t host_port; /* 0 = none */
} dset_container_port;

/* A container, as far as it is validated (B11.2, B11.3, B12). */
typedef struct dset_container {
  size_t size;
  const char *name;
  const char *image;
  const char *image_pull_policy;
  const char *termination_message_policy;
  const char *target_container_name; /* of an ephemeral container */
  const dset_container_port *ports;
  size_t port_count;
} dset_container;

/* A preferred term of node affinity (B27). */
typedef struct dset_preferred_term {
  int32_t weight;
  dset_term preference;
} dset_preferred_term;

/*
 * A DaemonSet as its author writes it: the facts the controller reads, and beside them those that only validation
 * reads. Defaults are not filled in (A2 to A19; dset_manifests_read() does): a zero-filled one is as empty as
 * a manifest without members, and misses what the API server would have filled in: `protocol` of a port, for example.
 *
 * A list that is not NULL and yet has no items is written and empty. Kubernetes tells that from an absent one in two
 * places: labels of the template in the text of B8, ports of an ephemeral container (B12).
 *
 * Of `daemonset`, validation reads `ns`, `name`, `uid`, `generation`, `selector`, `template_labels`, `node_name`,
 * `node_selector`, `required_affinity`, `tolerations`, `host_network`, `min_ready_seconds`, `revision_history_limit`,
 * both amounts and `has_rolling_update`, and `revision_data` when an update is validated: there it tells whether the
 * template changed. It does not read `strategy`: `strategy_type` has the type as it is written.
 */
typedef struct dset_manifest {
  size_t size;
  const dset_daemonset *daemonset; /* required */
  /* metadata */
  const char *generate_name;
  const char *resource_version;
  const dset_label *labels;
  size_t label_count;
  const dset_label *annotations;
  size_t annotation_count;
  const dset_owner_reference *owners;
  size_t owner_count;
  const char *const *finalizers;
  size_t finalizer_count;
  int64_t created_ms;             /* 0 = not set */
  int64_t deletion_ms;            /* 0 = not being deleted */
  int64_t deletion_grace_seconds; /* when has_deletion_grace_seconds */
  /* spec */
  const char *strategy_type; /* as written; "" = absent (A2 makes it RollingUpdate) */
  const dset_label *template_annotations;
  size_t template_annotation_count;
  const char *restart_policy;
  const char *dns_policy;
  size_t dns_nameserver_count; /* of dnsConfig; dnsPolicy None needs one */
  const dset_container *const *containers;
  size_t container_count;
  const dset_container *const *init_containers;
  size_t init_container_count;
  const dset_container *const *ephemeral_containers; /* none is allowed (B12), and still each is checked */
  size_t ephemeral_container_count;
  const dset_preferred_term *preferred_terms;
  size_t preferred_term_count;
  int64_t active_deadline_seconds; /* when has_active_deadline_seconds; not allowed (B14) */
  int64_t template_generation;     /* B15: spec.templateGeneration as the API server keeps it (A20) */
  bool has_deletion_grace_seconds;
  bool has_active_deadline_seconds;
  bool has_termination_grace_period; /* terminationGracePeriodSeconds is present (B11.1) */
  bool has_dns_config;               /* dnsConfig is present */
} dset_manifest;

/* ---- what is found ---- */

enum dset_severity {
  DSET_SEVERITY_ERROR = 1,  /* the API server refuses the manifest */
  DSET_SEVERITY_WARNING = 2 /* it is accepted, and still likely to be wrong */
};

/* Kinds of findings. The first group is Kubernetes' own (B1), with its names. Values are never reused. */
enum dset_finding_kind {
  DSET_FINDING_REQUIRED = 1,
  DSET_FINDING_FORBIDDEN = 2,
  DSET_FINDING_INVALID = 3,
  DSET_FINDING_NOT_SUPPORTED = 4,
  DSET_FINDING_DUPLICATE = 5,
  DSET_FINDING_TOO_LONG = 6,
  DSET_FINDING_NOT_FOUND = 7,
  /* of reading a manifest (codec.h) */
  DSET_FINDING_SYNTAX = 16,          /* not JSON or YAML; what follows it in the text was not read */
  DSET_FINDING_NO_KIND = 17,         /* apiVersion or kind is absent, or not one that is read here */
  DSET_FINDING_WRONG_TYPE = 18,      /* a value of another kind than its field */
  DSET_FINDING_OUT_OF_RANGE = 19,    /* a number, time or quantity that does not fit its field */
  DSET_FINDING_UNKNOWN_FIELD = 20,   /* the type has no such field */
  DSET_FINDING_DUPLICATE_FIELD = 21, /* the key stands twice in one object */
  /* the library's own warnings */
  DSET_FINDING_HOST_PORT_SURGE = 32, /* the new pod waits for a port that the old one holds: a surge stands still */
  DSET_FINDING_TOLERATES_EVERYTHING =
      33,                             /* a toleration without key: runs on nodes that fail, too, and is never evicted */
  DSET_FINDING_NODE_NAME = 34,        /* nodeName in the template: the pod belongs on that one node alone (C5) */
  DSET_FINDING_BUDGET_ALL_NODES = 35, /* the update may take down every pod at once */
  DSET_FINDING_SELECTOR_OVERLAP = 36, /* two DaemonSets of a namespace select each other's pods */
  DSET_FINDING_SURGE_ON_DELETE = 37,  /* maxSurge has no effect with OnDelete */
  DSET_FINDING_UNUSABLE_TERM = 38,    /* a term of required node affinity that no node can match (C8 to C14) */
  DSET_FINDING_CONTRADICTION = 39     /* node selector and affinity, or expressions of a term, exclude each other */
};

/* One finding. Owned by its dset_findings. */
typedef struct dset_finding {
  size_t size;
  int32_t severity;  /* enum dset_severity */
  int32_t kind;      /* enum dset_finding_kind */
  const char *rule;  /* of RULES.md, "B21"; "" for the library's own warnings */
  const char *field; /* as Kubernetes writes it, `spec.template.spec.containers[0].name`; "" = the whole */
  const char *value; /* what stands there, as Kubernetes writes it in `text`; "" when the text shows none */
  const char *text;  /* without the field: `Invalid value: "5": ...` (B1) */
  size_t line;       /* in the text of the manifest, both from 1; 0 = not read from text */
  size_t column;
  size_t manifest; /* of dset_validate_overlap(): which of its manifests; else 0 */
} dset_finding;

/* A list of findings. Immutable. */
typedef struct dset_findings dset_findings;

/*
 * How many are in the list: first what Kubernetes says, in its order, then the library's own warnings. Where Kubernetes
 * walks through a map (labels, annotations, node selector), whose order changes from call to call, the list follows the
 * order in which the labels were given. Kubernetes reports some mistakes twice, at one field or at two; so does the
 * list.
 */
DSET_API size_t dset_findings_count(const dset_findings *findings);

/* Finding `index`; NULL past the end. */
DSET_API const dset_finding *dset_findings_get(const dset_findings *findings, size_t index);

/* How many of one severity were found, those beyond the limit of the list included. */
DSET_API size_t dset_findings_total(const dset_findings *findings, int32_t severity);

/* Releases a list; NULL is allowed. */
DSET_API void dset_findings_free(dset_findings *findings);

/* The name of a kind: Kubernetes' own such as "FieldValueInvalid", else one of the same form; "" for unknown numbers.
 */
DSET_API const char *dset_finding_kind_name(int32_t kind);

/* ---- validation ---- */

/* NULL in its place means all defaults; 0 in a member means its default. */
typedef struct dset_validate_options {
  size_t size;
  const dset_allocator *allocator; /* for the findings; NULL = malloc and free */
  size_t max_findings;             /* kept in the list; default 10,000; those beyond are only counted */
  const int32_t *silent;           /* kinds of the library's own warnings that are not wanted */
  size_t silent_count;
  bool no_warnings;         /* none of the library's own warnings */
  bool compare_tolerations; /* gate TaintTolerationComparisonOperators: "Gt" and "Lt" are allowed (B28) */
} dset_validate_options;

/*
 * Validates a manifest for creation, or when `stored` is not NULL as an update of it (B23). Having findings is not an
 * error of the call. `*findings` is released with dset_findings_free() and needs neither manifest afterwards.
 *
 * The API server completes an object before it validates: it fills in defaults (A2 to A19), makes a name of
 * generateName, and on an update carries over what a client cannot change: creation and deletion times, both
 * generations (A22). What is given here is validated as it stands, so a host that wants the API server's answer to an
 * update copies these first.
 *
 * Errors: DSET_ERR_INVALID (`manifest` or `findings` is NULL, `daemonset` of a manifest is NULL, a list has a count but
 * no items), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_validate(const dset_manifest *manifest, const dset_manifest *stored,
                           const dset_validate_options *options, dset_findings **findings, dset_error *error);

/*
 * Warns of DaemonSets that select each other's pods: each manifest whose selector matches the template labels of
 * another one of its namespace gets one finding DSET_FINDING_SELECTOR_OVERLAP, which names the first such. Manifests of
 * one namespace and name are one DaemonSet and not compared. The work is near linear in their number, as long as few of
 * them carry a label that a selector wants and are told apart by others. Selectors that cannot be parsed match nothing.
 * Errors: as dset_validate().
 */
DSET_API int dset_validate_overlap(const dset_manifest *const *manifests, size_t count,
                                   const dset_validate_options *options, dset_findings **findings, dset_error *error);

#ifdef __cplusplus
}
#endif

#endif
