/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h: the library's main function. A snapshot goes in, a plan comes out: what to create, delete, adopt, release and
 * record, the status, and the moment to ask again.
 *
 *   dset_plan *plan;
 *   if (dset_plan_compute(&snapshot, NULL, &plan, &error) == DSET_OK) {
 *     for (size_t i = 0; i < dset_plan_action_count(plan); i++) carry_out(dset_plan_action(plan, i));
 *     wake_up_at(dset_plan_next_check_ms(plan));
 *     dset_plan_free(plan);
 *   }
 *
 * One plan is one sync of the Kubernetes controller. Carry its actions out in their order and compute the next plan
 * from what is then observed; while creations and deletions have not been observed yet, say so in the snapshot's
 * in_flight members, and the plan will only update the status (I8).
 *
 * CARRYING OUT. What the host does with each action, in the DaemonSet's namespace:
 *
 *   CREATE_POD            Create a pod for `node`, named by the host, with the template's labels and the label
 *                         controller-revision-hash = `hash` unless that is "", and an owner: kind DaemonSet, its name
 *                         and uid, controller. Without them the next plan does not recognise it and creates again. Bind
 *                         it to the node, or leave that to a scheduler and pin it (D10); dset_pod_json() does so.
 *   DELETE_POD            Delete it. While it shuts down show it as `deleting`, then leave it out.
 *   ADOPT_, RELEASE_      Add the DaemonSet as controlling owner of the pod or revision; remove it from the owners.
 *   LABEL_POD             Set its label controller-revision-hash to `hash`.
 *   CREATE_REVISION       Record a revision named `revision` with `number`, the template's labels, the hash label, the
 *                         same owner as a pod, and the DaemonSet's revision_data as data.
 *   UPDATE_REVISION       Set its number, and its hash label.
 *   DELETE_REVISION       Delete it.
 *   BUMP_COLLISION_COUNT  Set the status' collision_count to `number`, and has_collision_count.
 *   UPDATE_STATUS         Keep a copy of `status` as the DaemonSet's status, but for `conditions`: keep your own. Like
 *                         every string of an action it belongs to the plan and is gone after dset_plan_free().
 *   EMIT_EVENT            Show it to people.
 *
 * Pods bound to a node that vanished are the host's to remove: the controller deletes only those that wait for one
 * (E15), as Kubernetes has another controller for the rest, the collector of pods. With surge such a pod, when it is
 * outdated, stops the rollout until it is gone (F14).
 *
 * A host that sees its own writes at once leaves in_flight_creates and in_flight_deletes at 0. One that learns of them
 * later, from a watch, counts there what it has sent and not seen, so that nothing is done twice (I8). Writes that
 * count as lost (E20) it forgets: back to 0, and from then on the newer ones alone.
 *
 * THE ORDER OF CHOICES. The same snapshot gives the same bytes, whatever the order of its lists. Kubernetes follows the
 * order of hash maps in several places; this library takes the least in these orders, names compared byte by byte:
 *
 *   nodes              by name
 *   pods of one node   bound to a node before waiting; then earlier creation (not set first); then name (E2)
 *   creates            by node; in a rolling update those for unavailable old pods come before the others (F13)
 *   deletes, manage    by node; on a node Failed and Succeeded pods in pod order, then excess pods in pod order, then
 *                      the outdated one that a new one replaces (E16); at last pods of vanished nodes, by node, pod;
 *                      of all but excess and replaced pods those that are adopted in this sync come last on their node
 *   deletes, rollout   unavailable ones, then picks among the available (F9); with surge the marked ones, then picks
 *                      on nodes that no longer qualify (F13); each part by node, then pod order
 *   failed pods        of several on a node the first in pod order is deleted, one that is adopted in this sync only
 *                      if there is no other (E9)
 *   revisions          by number, then name; of several current ones with equal number the least name is kept (F24)
 *   claims             adoptions, then releases, each by name
 *   limit              the first `burst` creates and the first `burst` deletes of each list (E17)
 *
 * THE ORDER OF ACTIONS. Revisions: claims, missing labels. Then the new revision; or, when there are several current
 * ones, pod claims, pod labels, deletion of the duplicates. The revision's new number. Pod claims, when not yet listed.
 * Events of planning. Creates, deletes. Old revisions. Status.
 */
#ifndef DAEMONSET_PLAN_H
#define DAEMONSET_PLAN_H

#include "daemonset/base.h"
#include "daemonset/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* dset_plan_next_check_ms() of a plan that time alone will not change. */
#define DSET_NEVER INT64_MAX

/* How long writes may stay in flight before they count as lost (E20), in milliseconds. */
#define DSET_IN_FLIGHT_TIMEOUT_MS INT64_C(300000)

/*
 * The back-off of one node after failed pods (E8). Carry a plan's entries into the next snapshot, unless the
 * DaemonSet's uid or the observed_generation of its status has changed by then, as after a plan that writes a new one.
 * Final.
 */
typedef struct dset_backoff {
  const char *node;
  int64_t delay_ms;
  int64_t last_ms; /* when the delay started */
} dset_backoff;

/*
 * Everything one plan is computed from. Nodes: all of the cluster. Pods and revisions: at least those of the
 * DaemonSet's namespace; others are ignored.
 */
typedef struct dset_snapshot {
  size_t size;
  const dset_daemonset *daemonset;
  const dset_node *const *nodes;
  size_t node_count;
  const dset_pod *const *pods;
  size_t pod_count;
  const dset_revision *const *revisions;
  size_t revision_count;
  int64_t now_ms;
  const dset_backoff *backoffs; /* drop them when the DaemonSet's uid or observed generation changes (E8) */
  size_t backoff_count;
  int64_t in_flight_creates;  /* creations not observed yet */
  int64_t in_flight_deletes;  /* deletions not observed yet; when both are at most 0 nothing is in flight */
  int64_t in_flight_since_ms; /* when the newest of them were sent, as Kubernetes sets the time anew with each batch
                                 (E20); 0 = unknown: they never count as lost */
} dset_snapshot;

/* How to plan. NULL in its place means all defaults; 0 in a member means its default. */
typedef struct dset_options {
  size_t size;
  const dset_allocator *allocator; /* NULL = malloc and free */
  uint32_t burst;                  /* at most so many creates and so many deletes a list; default 250 (E17) */
  int64_t backoff_initial_ms;      /* first delay after a failed pod; default 1,000 (E8) */
  int64_t backoff_max_ms;          /* greatest delay; default 900,000 */
  const char *revision_hash;       /* for a new revision, part of its name: at most 63 lower-case letters and digits;
                                      "" = the default, dset_revision_hash() */
  bool compare_tolerations;        /* gate TaintTolerationComparisonOperators: "Gt" and "Lt" work (C15, C16) */
} dset_options;

/* What to do. Values are never reused. The members of dset_action that are set stand behind each. */
enum dset_action_type {
  DSET_ACTION_CREATE_POD = 1,        /* node, hash, phase */
  DSET_ACTION_DELETE_POD = 2,        /* pod, node, phase */
  DSET_ACTION_ADOPT_POD = 3,         /* pod: make the DaemonSet its controller (D6) */
  DSET_ACTION_RELEASE_POD = 4,       /* pod: remove the DaemonSet from its owners (D6) */
  DSET_ACTION_LABEL_POD = 5,         /* pod, hash: set its label controller-revision-hash (G11) */
  DSET_ACTION_CREATE_REVISION = 6,   /* revision (its name), number, hash (G12) */
  DSET_ACTION_UPDATE_REVISION = 7,   /* revision, number, hash: set both (G2, G9) */
  DSET_ACTION_DELETE_REVISION = 8,   /* revision */
  DSET_ACTION_ADOPT_REVISION = 9,    /* revision */
  DSET_ACTION_RELEASE_REVISION = 10, /* revision */
  DSET_ACTION_BUMP_COLLISION_COUNT =
      11,                         /* number: the new count for the status; revision: the name that is taken (G13) */
  DSET_ACTION_UPDATE_STATUS = 12, /* status */
  DSET_ACTION_EMIT_EVENT = 13     /* event_type, event_reason, text = the message; of a pod: pod, node, phase (E23) */
};

/* Which part of the sync an action comes from. */
enum dset_phase_of_sync {
  DSET_SYNC_NONE = 0,
  DSET_SYNC_MANAGE = 1, /* section E */
  DSET_SYNC_ROLLOUT = 2 /* section F */
};

/* Why. Names as dset_cause_name() gives them. Values are never reused. */
enum dset_cause {
  DSET_CAUSE_NODE_NEEDS_POD = 1,          /* "node-needs-pod" (E4) */
  DSET_CAUSE_NODE_NEEDS_REPLACEMENT = 2,  /* "node-needs-replacement": surge on, no usable pod is left (E12) */
  DSET_CAUSE_SURGE_UNAVAILABLE = 3,       /* "surge-unavailable": beside an unavailable outdated pod (F11) */
  DSET_CAUSE_SURGE_BUDGET = 4,            /* "surge-budget": beside an available outdated pod, within maxSurge (F11) */
  DSET_CAUSE_NODE_INELIGIBLE = 5,         /* "node-ineligible" (E4) */
  DSET_CAUSE_POD_SUCCEEDED = 6,           /* "pod-succeeded" (E6) */
  DSET_CAUSE_POD_FAILED = 7,              /* "pod-failed" (E7) */
  DSET_CAUSE_EXCESS = 8,                  /* "excess": more pods than the node needs (E11, E13) */
  DSET_CAUSE_OUTDATED_NOT_READY = 9,      /* "outdated-not-ready": a new pod stands beside it (E14) */
  DSET_CAUSE_OUTDATED_REPLACED = 10,      /* "outdated-replaced": the new pod is available (E14, F10) */
  DSET_CAUSE_NODE_GONE = 11,              /* "node-gone": waits for a node that vanished (E15) */
  DSET_CAUSE_OUTDATED_UNAVAILABLE = 12,   /* "outdated-unavailable": replaced without limit (F7) */
  DSET_CAUSE_OUTDATED = 13,               /* "outdated": replaced within maxUnavailable (F8) */
  DSET_CAUSE_INELIGIBLE_UNAVAILABLE = 14, /* "ineligible-unavailable": outdated, on a node it must leave (F10) */
  DSET_CAUSE_INELIGIBLE_AVAILABLE = 15,   /* "ineligible-available": the same, enough others are available (F12) */
  DSET_CAUSE_ORPHAN_MATCHES = 16,         /* "orphan-matches": no controller, the selector matches (D4) */
  DSET_CAUSE_SELECTOR_MISMATCH = 17,      /* "selector-mismatch": ours, the selector does not match (D4) */
  DSET_CAUSE_DUPLICATE_REVISION = 18,     /* "duplicate-revision": several revisions hold this template (G10, G11) */
  DSET_CAUSE_LABEL_MISSING = 19,          /* "label-missing": a revision without hash label (G2) */
  DSET_CAUSE_TEMPLATE_NEW = 20,           /* "template-new": no revision holds this template (G12) */
  DSET_CAUSE_NUMBER_BEHIND = 21,          /* "number-behind": the current revision must have the highest (G9) */
  DSET_CAUSE_NAME_COLLISION = 22,         /* "name-collision": the name is taken by another template (G13) */
  DSET_CAUSE_HISTORY_LIMIT = 23,          /* "history-limit": more old revisions than are kept (G16) */
  DSET_CAUSE_STATUS_CHANGED = 24,         /* "status-changed" (H9) */
  DSET_CAUSE_SELECTS_ALL = 25             /* "selects-all": the selector is empty (I5) */
};

/*
 * One action, owned by its plan. Members that do not apply are NULL or 0. `text` is one line for people with the facts
 * that led to it; of an event it is the message.
 */
typedef struct dset_action {
  size_t size;
  int32_t type;  /* enum dset_action_type */
  int32_t cause; /* enum dset_cause */
  int32_t phase; /* enum dset_phase_of_sync */
  const char *text;
  const char *node;
  const char *pod;
  const char *revision;
  const char *hash;
  int64_t number;
  const dset_status *status;
  const char *event_type; /* "Normal" or "Warning" */
  const char *event_reason;
} dset_action;

/* What makes the controller's sync return an error. Values are never reused. */
enum dset_problem_code {
  DSET_PROBLEM_SELECTOR = 1,           /* "selector": it cannot be parsed (D1) */
  DSET_PROBLEM_OWNER = 2,              /* "owner": the DaemonSet has no namespace, name or uid (D2) */
  DSET_PROBLEM_REVISION_COLLISION = 3, /* "revision-collision": see BUMP_COLLISION_COUNT (G13) */
  DSET_PROBLEM_BUDGET = 4,             /* "budget": maxUnavailable or maxSurge cannot be scaled (F5) */
  DSET_PROBLEM_NODE_GONE = 5,          /* "node-gone": with surge, an outdated pod's node vanished (F14) */
  DSET_PROBLEM_NO_LABELS = 6           /* "no-labels": pods would carry no label at all and cannot be created (C23) */
};

/* One problem, owned by its plan. The actions of the plan are those that the controller takes all the same. */
typedef struct dset_problem {
  int32_t code;     /* enum dset_problem_code */
  const char *text; /* one line for people */
} dset_problem;

/*
 * The arithmetic of the rolling update, for explaining (F5, F6, F10). All zero unless `ran`. Counts are of nodes, those
 * of `replace` and `candidates` of pods, which is the same: one outdated pod a node.
 */
typedef struct dset_rollout {
  bool ran;                /* the phase was reached and its budget known (F1, I9) */
  bool surge;              /* it took the branch with surge (F5) */
  int64_t desired;         /* eligible nodes, D of F5 */
  int64_t max_unavailable; /* scaled */
  int64_t max_surge;       /* scaled */
  int64_t unavailable;     /* U of F6 */
  int64_t available;       /* V of F10 */
  int64_t surging;         /* S of F10 */
  int64_t replace;         /* unavailable outdated pods: A of F6, X of F10 */
  int64_t candidates;      /* available outdated pods: C of F6, Y of F10 */
  int64_t picked;          /* how many of the candidates the budget allows now (F8, F11) */
} dset_rollout;

/* A computed plan. Immutable; independent of the snapshot it was computed from. */
typedef struct dset_plan dset_plan;

/*
 * Computes the plan of one sync into `*plan`, to be released with dset_plan_free(). `options` may be NULL.
 * Errors: DSET_ERR_INVALID (an argument or a required member is NULL, a name is empty, a list has a count but no
 * items, a negative duration, an option out of its bounds), DSET_ERR_DUPLICATE (two nodes of one name; two pods, or two
 * revisions, of one namespace and name; two back-off entries of one node), DSET_ERR_ABI, DSET_ERR_NOMEM. The error's
 * path names the item as in `pods[7].name`.
 */
DSET_API int dset_plan_compute(const dset_snapshot *snapshot, const dset_options *options, dset_plan **plan,
                               dset_error *error);

/* Releases a plan; NULL is allowed. */
DSET_API void dset_plan_free(dset_plan *plan);

/* How many actions there are. */
DSET_API size_t dset_plan_action_count(const dset_plan *plan);

/* Action `index` in the order to carry them out; NULL past the end. */
DSET_API const dset_action *dset_plan_action(const dset_plan *plan, size_t index);

/*
 * The status as computed, written or not (H6). Where the sync ends before the status is computed, the one that the
 * DaemonSet came with.
 */
DSET_API const dset_status *dset_plan_status(const dset_plan *plan);

/* How many problems there are; 0 when the controller's sync would succeed. */
DSET_API size_t dset_plan_problem_count(const dset_plan *plan);

/* Problem `index`; NULL past the end. */
DSET_API const dset_problem *dset_plan_problem(const dset_plan *plan, size_t index);

/* How many back-off entries to carry to the next plan. */
DSET_API size_t dset_plan_backoff_count(const dset_plan *plan);

/* Back-off entry `index`, by node; NULL past the end. */
DSET_API const dset_backoff *dset_plan_backoff(const dset_plan *plan, size_t index);

/*
 * The earliest moment after the snapshot's at which time alone can change the plan: a ready pod becomes available (J4),
 * a back-off with a failed pod waiting for it ends (E8), writes in flight count as lost (E20). DSET_NEVER if none.
 * Where a clock was off and a pod is ready, or a back-off runs, since a moment after the snapshot's, it is at most
 * minReadySeconds, or the delay, away.
 */
DSET_API int64_t dset_plan_next_check_ms(const dset_plan *plan);

/*
 * A digest of what a plan decides, never 0: the DaemonSet's uid and generation; all actions, problems, the status and
 * the arithmetic of the rollout. Two plans that differ in nothing but their back-offs and next check
 * have the same one, whether they come from a snapshot or a cluster, so a plan is still right if and only if a plan of
 * the state as it is now has its digest. Facts that decide nothing do not count, nor does time that has passed. It is
 * made when asked for: planning costs the same, and planning anew is what a cluster makes cheap. Not meant to withstand
 * somebody who wants two plans to have one digest.
 */
DSET_API uint64_t dset_plan_digest(const dset_plan *plan);

/* The arithmetic of the rolling update. */
DSET_API const dset_rollout *dset_plan_rollout(const dset_plan *plan);

/*
 * The library's own hash of a template, for naming a new revision: a pure function of `revision_data` and of the
 * status' collision count, lower-case letters and digits (G8). It is not the hash Kubernetes would compute, and nothing
 * depends on that. Writes at most 16 bytes with the final NUL to `text`.
 * Errors: DSET_ERR_INVALID (an argument is NULL, `bytes` is below 16), DSET_ERR_ABI.
 */
DSET_API int dset_revision_hash(const dset_daemonset *daemonset, char *text, size_t bytes, dset_error *error);

/* Stable names, static: "CreatePod", "node-needs-pod", "manage", "budget"; "unknown" for any other number. */
DSET_API const char *dset_action_type_name(int type);
DSET_API const char *dset_cause_name(int cause);
DSET_API const char *dset_sync_name(int phase);
DSET_API const char *dset_problem_name(int code);

/* The rule a cause comes from, such as "E4"; static; "" for any other number. */
DSET_API const char *dset_cause_rule(int cause);

#ifdef __cplusplus
}
#endif

#endif
