/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h: the facts that decisions are made from. A host fills these structs from its own objects; codec.h fills them
 * from Kubernetes JSON and YAML. They hold only what the controller reads: a node's capacity or conditions, for
 * example, play no part in whether a daemon pod belongs on it (C1).
 *
 * Every struct is valid when zero-filled: an absent string is NULL, an absent list has count 0. The list order of
 * nodes, pods, revisions, labels and taints means nothing; tolerations, terms and owners keep theirs.
 * The structs without a `size` member are final and will never grow.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z; 0 means "not set".
 */
#ifndef DAEMONSET_MODEL_H
#define DAEMONSET_MODEL_H

#include "daemonset/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Label names the controller reads and writes. */
#define DSET_LABEL_HASH "controller-revision-hash"
#define DSET_LABEL_TEMPLATE_GENERATION "pod-template-generation"

/* One label, or one pair of a node selector. Keys are unique within a list; of equal keys the first counts. */
typedef struct dset_label {
  const char *key;
  const char *value;
} dset_label;

/* A taint of a node. Effects other than "NoSchedule" and "NoExecute" have no influence (C4). */
typedef struct dset_taint {
  const char *key;
  const char *value;
  const char *effect;
} dset_taint;

/* A toleration of the pod template. `op` is the text of its operator: "", "Equal", "Exists", "Lt", "Gt" (C15). */
typedef struct dset_toleration {
  const char *key;
  const char *op;
  const char *value;
  const char *effect;
  int64_t toleration_seconds; /* plays no part in a verdict; kept for the pod that is created */
  bool has_toleration_seconds;
} dset_toleration;

/* One requirement: `op` is "In", "NotIn", "Exists", "DoesNotExist", and on node labels "Gt" and "Lt" (C10, C12). */
typedef struct dset_requirement {
  const char *key;
  const char *op;
  const char *const *values;
  size_t value_count;
} dset_requirement;

/* A node selector term: all its expressions (on labels) and all its fields must hold (C9). */
typedef struct dset_term {
  const dset_requirement *expressions;
  size_t expression_count;
  const dset_requirement *fields;
  size_t field_count;
} dset_term;

/* Required node affinity: any of the terms suffices; without a usable term no node matches (C8). */
typedef struct dset_terms {
  const dset_term *terms;
  size_t count;
} dset_terms;

/* A label selector. Absent (NULL) it matches nothing; present without requirements it matches everything (D1). */
typedef struct dset_selector {
  const dset_label *labels;
  size_t label_count;
  const dset_requirement *expressions;
  size_t expression_count;
} dset_selector;

/* An owner reference. The first of a list with `controller` set is the object's controller (D3). */
typedef struct dset_owner {
  const char *kind;
  const char *name;
  const char *uid;
  bool controller;
} dset_owner;

/* A node (C1). `name` must not be empty and is unique within a snapshot. */
typedef struct dset_node {
  size_t size;
  const char *name;
  const dset_label *labels;
  size_t label_count;
  const dset_taint *taints;
  size_t taint_count;
} dset_node;

/* A pod's phase. Only Succeeded and Failed are told apart from the rest (E5, J5). */
enum dset_phase {
  DSET_PHASE_NONE = 0, /* not reported, or a phase this library does not know */
  DSET_PHASE_PENDING = 1,
  DSET_PHASE_RUNNING = 2,
  DSET_PHASE_SUCCEEDED = 3,
  DSET_PHASE_FAILED = 4,
  DSET_PHASE_UNKNOWN = 5
};

/* A pod. `name` must not be empty and is unique within its namespace. */
typedef struct dset_pod {
  size_t size;
  const char *ns; /* namespace */
  const char *name;
  const char *uid;
  const char *node_name;               /* the node it is bound to; "" while it waits for the scheduler */
  const dset_terms *required_affinity; /* names the node an unbound pod is meant for (D10); NULL = none */
  const dset_label *labels;
  size_t label_count;
  const dset_owner *owners;
  size_t owner_count;
  int64_t created_ms;     /* metadata.creationTimestamp; not set sorts before every time (E2) */
  int64_t ready_since_ms; /* lastTransitionTime of the condition Ready (J3) */
  int32_t phase;          /* enum dset_phase */
  bool ready;             /* the condition Ready is True (J1) */
  bool deleting;          /* metadata.deletionTimestamp is set */
} dset_pod;

/* One recorded version of the pod template (section G). `name` must not be empty and is unique in its namespace. */
typedef struct dset_revision {
  size_t size;
  const char *ns; /* namespace */
  const char *name;
  const char *uid;
  const dset_label *labels;
  size_t label_count;
  const dset_owner *owners;
  size_t owner_count;
  int64_t number;   /* the member `revision` */
  const void *data; /* compared with dset_daemonset.revision_data byte by byte (G3) */
  size_t data_bytes;
  bool deleting;
} dset_revision;

/* How pods are replaced after the template changes. */
enum dset_strategy {
  DSET_STRATEGY_ROLLING_UPDATE = 0, /* section F */
  DSET_STRATEGY_ON_DELETE = 1,      /* somebody else deletes old pods */
  DSET_STRATEGY_OTHER = 2           /* a type this library does not know: as ON_DELETE (F1) */
};

/* What an int-or-percent holds. */
enum dset_amount_kind {
  DSET_AMOUNT_ABSENT = 0,
  DSET_AMOUNT_INT = 1, /* `number` */
  DSET_AMOUNT_TEXT = 2 /* `text`, "25%" for example; scaled and rounded up as in F4 */
};

/* Kubernetes' int-or-string of a rolling budget. */
typedef struct dset_amount {
  int32_t kind; /* enum dset_amount_kind */
  int32_t number;
  const char *text;
} dset_amount;

/* The status of a DaemonSet (section H). The library fills it too: then `size` is that of the library's struct. */
typedef struct dset_status {
  size_t size;
  int32_t desired_number_scheduled;
  int32_t current_number_scheduled;
  int32_t number_misscheduled;
  int32_t number_ready;
  int32_t updated_number_scheduled;
  int32_t number_available;
  int32_t number_unavailable;
  int32_t collision_count; /* meaningful when has_collision_count; absent and 0 differ (G6) */
  int64_t observed_generation;
  bool has_collision_count;
  const char *conditions; /* opaque, carried over unread (H8); codec.h keeps the JSON array here */
} dset_status;

/*
 * A DaemonSet. `ns`, `name` and `uid` must not be empty for pods to be claimed (D2).
 *
 * The pod template is two things: the scheduling facts below, and `revision_data`, opaque bytes that stand for the
 * whole template. Two templates are the same if and only if their bytes are equal; a host with its own kind of workload
 * puts its own bytes there. codec.h writes the bytes that Kubernetes stores in a ControllerRevision (G4).
 */
typedef struct dset_daemonset {
  size_t size;
  const char *ns; /* namespace */
  const char *name;
  const char *uid;
  int64_t generation;
  const dset_selector *selector;     /* NULL = absent: matches no pod, so every plan creates them all again (D1) */
  const dset_label *template_labels; /* what created pods carry; the selector must match them */
  size_t template_label_count;
  const char *node_name; /* spec.nodeName of the template (C5) */
  const dset_label *node_selector;
  size_t node_selector_count;
  const dset_terms *required_affinity; /* NULL = no constraint; an empty list matches no node (C7, C8) */
  const dset_toleration *tolerations;  /* without the automatic ones, which the library adds (C2) */
  size_t toleration_count;
  const void *revision_data;
  size_t revision_data_bytes;
  int64_t template_generation; /* annotation deprecated.daemonset.template.generation, when it parses (A21) */
  int32_t min_ready_seconds;
  int32_t revision_history_limit; /* used when has_revision_history_limit; otherwise 10 (G17) */
  int32_t strategy;               /* enum dset_strategy */
  dset_amount max_unavailable;    /* of rollingUpdate; must not be absent in it, or the budget is a problem (F5) */
  dset_amount max_surge;          /* of rollingUpdate; absent = 0 */
  const dset_status *status;      /* as last written; NULL = all zero */
  bool has_template_generation;
  bool has_revision_history_limit;
  bool has_rolling_update; /* rollingUpdate is present; otherwise both amounts are ignored: 1 unavailable, no surge */
  bool host_network;       /* adds one more automatic toleration (C2) */
  bool deleting;           /* metadata.deletionTimestamp is set */
} dset_daemonset;

#ifdef __cplusplus
}
#endif

#endif
