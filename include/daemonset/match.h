/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h: may this node run the daemon pod, and if not, why not. Section C of the semantics.
 *
 *   dset_matcher *matcher;
 *   if (dset_matcher_new(daemonset, NULL, &matcher, &error) == DSET_OK) {
 *     int verdict = dset_matcher_verdict(matcher, node);
 *     ...
 *     dset_matcher_free(matcher);
 *   }
 *
 * dset_plan_compute() uses the same matcher; hosts need this header for explaining, and for filtering node events.
 */
#ifndef DAEMONSET_MATCH_H
#define DAEMONSET_MATCH_H

#include "daemonset/base.h"
#include "daemonset/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The verdict on a node (C4). A greater value permits more: RUN implies STAY. */
enum dset_verdict {
  DSET_VERDICT_NEITHER = 0, /* no pod may be created, an existing one must go */
  DSET_VERDICT_STAY = 1,    /* an existing pod may stay, none may be created */
  DSET_VERDICT_RUN = 2      /* the node runs one daemon pod */
};

/* Why a node does not get the pod. Names as dset_reason_name() gives them. Values are never reused. */
enum dset_reason_code {
  DSET_REASON_NODE_NAME = 1,              /* "node-name": the template names another node (C5) */
  DSET_REASON_NODE_SELECTOR_MISSING = 2,  /* "node-selector-missing": a selected label is absent (C6) */
  DSET_REASON_NODE_SELECTOR_DIFFERS = 3,  /* "node-selector-differs": a selected label has another value (C6) */
  DSET_REASON_AFFINITY_EMPTY = 4,         /* "affinity-empty": required affinity without any term (C8) */
  DSET_REASON_AFFINITY_TERM_EMPTY = 5,    /* "affinity-term-empty": a term without requirements (C8) */
  DSET_REASON_AFFINITY_TERM_UNUSABLE = 6, /* "affinity-term-unusable": a term that cannot be parsed (C10) */
  DSET_REASON_AFFINITY_EXPRESSION = 7,    /* "affinity-expression": an expression on labels fails (C12) */
  DSET_REASON_AFFINITY_FIELD = 8,         /* "affinity-field": a requirement on a field fails (C13) */
  DSET_REASON_TAINT_NO_EXECUTE = 9,       /* "taint-no-execute": not tolerated, existing pods go (C4) */
  DSET_REASON_TAINT_NO_SCHEDULE = 10      /* "taint-no-schedule": not tolerated, existing pods stay (C4) */
};

/*
 * One reason. `text` is one line for people. The other members name the facts; those that do not apply are "" or -1:
 * `key`, `op`, `value` of the requirement, selector pair or taint; `effect` of the taint; `actual` the node's value;
 * `term` and `requirement` count from 0 within the required affinity.
 */
typedef struct dset_reason {
  int32_t code; /* enum dset_reason_code */
  int32_t term;
  int32_t requirement;
  const char *text;
  const char *key;
  const char *op;
  const char *value; /* several values are joined with "," */
  const char *effect;
  const char *actual;
} dset_reason;

/* How to match. NULL in its place means all defaults. */
typedef struct dset_match_options {
  size_t size;
  const dset_allocator *allocator; /* NULL = malloc and free */
  bool compare_tolerations;        /* gate TaintTolerationComparisonOperators: "Gt" and "Lt" work (C15, C16) */
} dset_match_options;

/* A DaemonSet's placement rules, compiled. Immutable: many threads may ask one matcher at once. */
typedef struct dset_matcher dset_matcher;

/* Every reason why one node does not get the pod. Immutable. */
typedef struct dset_explanation dset_explanation;

/*
 * Compiles the placement rules of `daemonset` into `*matcher`, to be released with dset_matcher_free(). Nothing of
 * `daemonset` is needed afterwards. Terms that cannot be parsed are kept as unusable, as the controller does (C11).
 * Errors: DSET_ERR_INVALID (an argument is NULL, a list has a count but no items), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_matcher_new(const dset_daemonset *daemonset, const dset_match_options *options,
                              dset_matcher **matcher, dset_error *error);

/* Releases a matcher; NULL is allowed. */
DSET_API void dset_matcher_free(dset_matcher *matcher);

/* The verdict on one node: enum dset_verdict, or DSET_ERR_INVALID (an argument is NULL) or DSET_ERR_ABI. */
DSET_API int dset_matcher_verdict(const dset_matcher *matcher, const dset_node *node);

/*
 * The verdict on one node with every reason, not only the first: reasons are absent if and only if the verdict is RUN.
 * Their order: node name, node selector (by key), affinity (by term, then requirement), taints (by key, then effect,
 * then value). `*explanation` is released with dset_explanation_free() and needs neither the matcher nor the node.
 * Errors: DSET_ERR_INVALID, DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_explain(const dset_matcher *matcher, const dset_node *node, dset_explanation **explanation,
                          dset_error *error);

/* enum dset_verdict of an explanation. */
DSET_API int dset_explanation_verdict(const dset_explanation *explanation);

/* How many reasons there are. */
DSET_API size_t dset_explanation_count(const dset_explanation *explanation);

/* Reason `index`, owned by the explanation; NULL past the end. */
DSET_API const dset_reason *dset_explanation_reason(const dset_explanation *explanation, size_t index);

/* Releases an explanation; NULL is allowed. */
DSET_API void dset_explanation_free(dset_explanation *explanation);

/* The stable name of a reason code, such as "taint-no-schedule"; static; "unknown" for any other number. */
DSET_API const char *dset_reason_name(int code);

/* The rule a reason code comes from, such as "C6"; static; "" for any other number. */
DSET_API const char *dset_reason_rule(int code);

#ifdef __cplusplus
}
#endif

#endif
