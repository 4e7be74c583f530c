/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.h: Kubernetes JSON and YAML to the structs of model.h, and plans to JSON. The only header whose functions need
 * jansson and libyaml; they are absent from libdaemonset-core.a.
 *
 * Objects are read leniently as the API server's clients do: unknown fields are ignored, null equals absent, the last
 * of equal keys counts. What is read must have its field's kind: DSET_ERR_TYPE says where and what was expected. Only
 * DaemonSets that somebody wrote, manifests, are read strictly. Text is UTF-8
 * (a byte order mark is allowed) and must not hold NUL. YAML scalars resolve as Kubernetes resolves them (YAML 1.1:
 * yes, on, 0644, ~; what is quoted stays a string); anchors and merge keys work.
 *
 * A live DaemonSet is taken as the API server stores it; of the defaults only the update strategy, the history limit
 * and the rolling budget are filled in (A2 to A4).
 *
 * jansson's allocator (json_set_alloc_funcs) belongs to the host: the library never sets it, and takes the trees that
 * it reads into from there. JSON text is read by the library itself, as jansson's own reader is not safe when memory
 * runs out: then it may lose bytes of a string and report success.
 */
#ifndef DAEMONSET_CODEC_H
#define DAEMONSET_CODEC_H

#include "daemonset/base.h"
#include "daemonset/match.h"
#include "daemonset/model.h"
#include "daemonset/plan.h"
#include "daemonset/validate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of unknown and duplicate fields; kubectl's --validate. */
enum dset_validation_mode {
  DSET_VALIDATION_STRICT = 0, /* errors */
  DSET_VALIDATION_WARN = 1,   /* findings of severity warning */
  DSET_VALIDATION_IGNORE = 2  /* left out in silence */
};

/* Bounds on what is read. NULL in its place means all defaults; 0 in a member means its default. */
typedef struct dset_read_options {
  size_t size;
  const dset_allocator *allocator; /* for the result; NULL = malloc and free */
  size_t max_bytes;                /* of text; default 64 MiB; more is DSET_ERR_LIMIT */
  size_t max_depth;                /* of nesting; default and maximum 1,000; more is DSET_ERR_LIMIT */
  size_t max_values;               /* of one YAML document with its aliases expanded; default 1,000,000 */
  int32_t validation;              /* enum dset_validation_mode, of DaemonSet manifests; see dset_documents_read() */
  bool json_only;                  /* text that is no JSON is DSET_ERR_SYNTAX; it is not tried as YAML */
} dset_read_options;

/* Kinds of objects. */
enum dset_kind {
  DSET_KIND_OTHER = 0, /* anything else: named, but not read */
  DSET_KIND_DAEMONSET = 1,
  DSET_KIND_NODE = 2,
  DSET_KIND_POD = 3,
  DSET_KIND_REVISION = 4
};

/*
 * One object of a document set. Exactly the pointer that belongs to `kind` is set. Lists (kind List, NodeList, ...) are
 * taken apart: their items appear one by one, in order, with the index of the list.
 */
typedef struct dset_object {
  int32_t kind; /* enum dset_kind */
  size_t index; /* position of its document in the text, from 0; documents that hold only a comment count */
  size_t line;  /* where its document starts */
  const char *api_version;
  const char *kind_name;
  const dset_daemonset *daemonset;
  const dset_node *node;
  const dset_pod *pod;
  const dset_revision *revision;
} dset_object;

/* The objects of one text. Immutable. */
typedef struct dset_documents dset_documents;

/*
 * Reads all documents of `text`: JSON (one value or several in a row) or YAML with any number of documents, told apart
 * by the first character. `*documents` is released with dset_documents_free() and does not need the text afterwards.
 * A text without any document is not an error.
 *
 * JSON of 64 KiB or more that is one list of nodes and pods (kind NodeList, PodList or List) is read without a tree of
 * jansson's, several times as fast and in a fraction of the memory; what comes out is the same. Where it holds
 * something unusual, such as other documents, DaemonSets, a key that stands twice, or an error, it is read as any text.
 *
 * A DaemonSet without metadata.uid is a manifest: unknown and duplicate fields are refused unless options->validation
 * says otherwise, and all defaults are filled in (A2 to A19), so that its revision_data are those that a cluster would
 * have. One with a uid is live, and taken as it is. Validation (section B) is for dset_manifests_read().
 * Errors: DSET_ERR_SYNTAX, DSET_ERR_TYPE, DSET_ERR_RANGE, DSET_ERR_LIMIT, DSET_ERR_ENCODING, each with line, column
 * and, where there is one, path; DSET_ERR_INVALID (an argument is NULL), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_documents_read(const char *text, size_t bytes, const dset_read_options *options,
                                 dset_documents **documents, dset_error *error);

/*
 * What was found in manifests and is no reason to refuse them: unknown and duplicate fields with DSET_VALIDATION_WARN.
 * Owned by the documents.
 */
DSET_API const dset_findings *dset_documents_findings(const dset_documents *documents);

/* Releases documents and every object in them; NULL is allowed. */
DSET_API void dset_documents_free(dset_documents *documents);

/* How many objects there are. */
DSET_API size_t dset_documents_count(const dset_documents *documents);

/* Object `index`, in the order of the text; NULL past the end. */
DSET_API const dset_object *dset_documents_object(const dset_documents *documents, size_t index);

/* A planning question: a snapshot with its options. Immutable. */
typedef struct dset_state dset_state;

/*
 * Reads one planning question, a JSON or YAML object:
 *
 *   { "name": any text, "now": RFC 3339 time,
 *     "options": {"burst": 250, "revisionHash": "...", "backoffInitialSeconds": 1, "backoffMaxSeconds": 900},
 *     "daemonSet": {...}, "nodes": [...], "pods": [...], "controllerRevisions": [...],
 *     "backoff": [{"node": name, "delaySeconds": number, "last": RFC 3339 time}],
 *     "inFlight": {"creates": n, "deletes": n, "since": RFC 3339 time} }
 *
 * Only `daemonSet` is required; without `now` the snapshot's now_ms is 0. Its namespace, name and uid are not made up:
 * without them it claims no pods (D2). Members of other names are ignored. `*state` is released with dset_state_free().
 * Errors: as dset_documents_read(); a missing member is DSET_ERR_INVALID.
 */
DSET_API int dset_state_read(const char *text, size_t bytes, const dset_read_options *options, dset_state **state,
                             dset_error *error);

/* The question's name; "" when absent. */
DSET_API const char *dset_state_name(const dset_state *state);

/* What to pass to dset_plan_compute(); owned by the state. `nodes` of an explain question are in it as well. */
DSET_API const dset_snapshot *dset_state_snapshot(const dset_state *state);
DSET_API const dset_options *dset_state_options(const dset_state *state);

/* Releases a state; NULL is allowed. */
DSET_API void dset_state_free(dset_state *state);

/* ---- manifests: text that somebody wrote, read as the API server reads it ---- */

/* NULL in its place means all defaults. */
typedef struct dset_manifest_options {
  size_t size;
  const dset_read_options *read;         /* bounds, allocator; its `validation` is not looked at */
  const dset_validate_options *validate; /* which findings, how many; they bound the findings of one text */
  const char *ns;                        /* for manifests without metadata.namespace; NULL = "default", as kubectl */
  int32_t validation;                    /* enum dset_validation_mode */
} dset_manifest_options;

/*
 * One DaemonSet manifest of a text. What could not be decoded (an apiVersion other than apps/v1, a value of the wrong
 * type) has no manifest, object nor hash, and the findings say why.
 */
typedef struct dset_manifest_entry {
  size_t size;
  size_t index; /* position of its document in the text, from 0 */
  size_t line;  /* where its document starts; 0 when it is not known */
  const char *api_version;
  const char *ns;
  const char *name;
  const dset_manifest *manifest; /* defaulted (A2 to A19); manifest->daemonset has its revision_data (G4) */
  const char *object;            /* the object as JSON, byte for byte as the API server writes it */
  const char *hash;              /* of its template, as Kubernetes computes it (G6), with status.collisionCount */
  const dset_findings *findings; /* with lines and columns */
  size_t selector_line;          /* of spec.selector, for what dset_validate_overlap() says of it; 0 = there is none */
  size_t selector_column;
} dset_manifest_entry;

/* The DaemonSet manifests of one text. Immutable. */
typedef struct dset_manifests dset_manifests;

/*
 * Reads every DaemonSet of a text, whatever its apiVersion; lists are taken apart; other kinds are passed over, unless
 * their name is almost DaemonSet, and so are objects with neither kind, apiVersion nor spec. Unlike
 * dset_documents_read() it does not stop at what is wrong with an object: each object gets its findings (strict
 * decoding, then validation for creation, then the library's own warnings). Text that is no JSON or YAML ends the
 * reading: then the last entry has a finding DSET_FINDING_SYNTAX and nothing else.
 * Errors: DSET_ERR_LIMIT, DSET_ERR_ENCODING (nothing was read), DSET_ERR_INVALID (an argument is NULL or out of range),
 * DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_manifests_read(const char *text, size_t bytes, const dset_manifest_options *options,
                                 dset_manifests **manifests, dset_error *error);

/* How many there are, and entry `index`; NULL past the end. */
DSET_API size_t dset_manifests_count(const dset_manifests *manifests);
DSET_API const dset_manifest_entry *dset_manifests_entry(const dset_manifests *manifests, size_t index);

/* Releases manifests and all that belongs to them; NULL is allowed. */
DSET_API void dset_manifests_free(dset_manifests *manifests);

/* Text made by the library. Immutable. */
typedef struct dset_text dset_text;

/* The bytes, NUL-terminated, and their number without the NUL. */
DSET_API const char *dset_text_bytes(const dset_text *text);
DSET_API size_t dset_text_length(const dset_text *text);

/* Releases a text; NULL is allowed. */
DSET_API void dset_text_free(dset_text *text);

/* How to write. NULL in its place means all defaults. */
typedef struct dset_write_options {
  size_t size;
  const dset_allocator *allocator; /* for the text; NULL = malloc and free */
  const char *name;                /* becomes the member `name`; NULL = none */
  const dset_daemonset *manifests; /* not NULL: each CreatePod carries its whole pod, made from this DaemonSet */
} dset_write_options;

/*
 * The plan as one line of JSON without a final newline:
 *
 *   {"name", "actions": [{"type", "reason", "rule", "text", and what the type carries: "phase", "node", "pod",
 *    "revision", "hash", "number", "count", "event": {"type", "reason", "message"}, "status", "manifest"}],
 *    "status", "problems": [{"code", "text"}], "backoff": [{"node", "delaySeconds", "last"}], "nextCheck"}
 *
 * Times are RFC 3339; nextCheck is null for DSET_NEVER. "backoff" can be a member of the next question as it
 * stands, but leave it out there when the DaemonSet's uid or status.observedGeneration is another one by then (E8).
 * Errors: DSET_ERR_INVALID (an argument is NULL; `manifests` has no revision_data that is a template),
 * DSET_ERR_ENCODING (a name or another string of the plan, or `name`, is not UTF-8), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_plan_json(const dset_plan *plan, const dset_write_options *options, dset_text **text,
                            dset_error *error);

/*
 * Verdicts and reasons for each node as one line of JSON, in the order of `nodes`:
 *
 *   {"name", "verdicts": [{"node", "run": bool, "continue": bool, "reasons": [{"code", "rule", "text",
 *    "key", "operator", "value", "effect", "actual", "term", "requirement"}]}]}
 *
 * "run": the node runs one pod; "continue": an existing pod may stay. Of a reason's members, those behind "text" are
 * present where they apply (see dset_reason).
 * Errors: as dset_matcher_new(), and DSET_ERR_ENCODING (a string of the DaemonSet or a node, or `name`, is not UTF-8).
 */
DSET_API int dset_explain_json(const dset_daemonset *daemonset, const dset_node *const *nodes, size_t node_count,
                               const dset_write_options *options, dset_text **text, dset_error *error);

/*
 * The pod that a CreatePod action asks for, as JSON (C19 to C22): made from the template in the DaemonSet's
 * revision_data, with the automatic tolerations, pinned to `node`, labelled with `hash` unless it is "".
 * Errors: DSET_ERR_INVALID (an argument is NULL; revision_data is not a template), DSET_ERR_ENCODING (an argument or a
 * name is not UTF-8), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_pod_json(const dset_daemonset *daemonset, const char *node, const char *hash,
                           const dset_write_options *options, dset_text **text, dset_error *error);

/*
 * The hash that Kubernetes 1.37 gives the template in the DaemonSet's revision_data, with its status' collision count
 * (G6): what a host of Kubernetes objects passes as dset_options.revision_hash, so that new revisions get the names a
 * cluster would give them. Writes at most 16 bytes with the final NUL to `text`.
 * Errors: DSET_ERR_INVALID (an argument is NULL, `bytes` is below 16, revision_data is not a template), DSET_ERR_ABI,
 * DSET_ERR_NOMEM.
 */
DSET_API int dset_revision_hash_kubernetes(const dset_daemonset *daemonset, char *text, size_t bytes,
                                           dset_error *error);

/*
 * Parses an RFC 3339 time such as "2026-03-01T12:00:00.5+01:00" to milliseconds since 1970 (fractions of a millisecond
 * are dropped). Errors: DSET_ERR_INVALID (an argument is NULL), DSET_ERR_RANGE (not such a time).
 */
DSET_API int dset_time_parse(const char *text, int64_t *time_ms, dset_error *error);

#ifdef __cplusplus
}
#endif

#endif
