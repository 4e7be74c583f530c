/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h: carries plans out with Kubernetes' care, and remembers what is in flight.
 *
 *   dset_ledger *ledger;                                  one for all DaemonSets of a host, kept from plan to plan
 *   dset_ledger_new(NULL, &ledger, &error);
 *   ...
 *   dset_ledger_observe_pod(ledger, DSET_POD_ADDED, &pod, &error);         whenever the host sees a pod change
 *   ...
 *   dset_ledger_fill(ledger, &snapshot, &error);          what is in flight, and the back-offs, into the snapshot
 *   dset_plan_compute(&snapshot, NULL, &plan, &error);
 *   dset_apply_options options = {.size = sizeof options, .daemonset = snapshot.daemonset, .now_ms = now_ms};
 *   dset_apply(plan, &options, &callbacks, host, ledger, &run, &error);
 *   if (dset_run_result(run)->state == DSET_RUN_WAITING) ...               dset_run_finish() comes from an event loop
 *   dset_run_free(run);
 *
 * THE LEDGER knows each write in flight by what it is: a creation by its node, and by the name of the pod once that is
 * known; a deletion by the name of its pod. Kubernetes has two counters in its place, which one deletion lowers twice
 * (S17); they are kept beside it for those who want to compare (dset_ledger_counters()).
 *
 *   a creation ends when
 *     the pod of its name is seen, or seen to be gone
 *     its name is not known, and a pod of the DaemonSet is seen for its node, with its hash, not deleting
 *     the callback says that nothing was created: SKIP, FAILED and the like, but not TIMEOUT
 *     5 minutes have passed since dset_apply() (E20: strictly more)
 *   a deletion ends when
 *     the pod is seen deleting, or seen to be gone
 *     the callback says so: NOT_FOUND, SKIP, FAILED and the like, but not TIMEOUT
 *     5 minutes have passed since dset_apply() (E20: strictly more)
 *
 * While a creation waits for its callback to finish, a pod that may be the one is remembered: it ends the creation when
 * the callback then names it, or names none. When the clock is put back, writes and back-offs "of the future" count
 * from now.
 *
 * HOW A PLAN IS CARRIED OUT. In its order. Claims, labels and revisions one after the other; creations in batches of 1,
 * 2, 4, 8 ... (E18), each once the one before is finished; then all deletions; then old revisions, and the status.
 *
 *   action                       | what is a failure            | then
 *   ADOPT_, RELEASE_             | all but NOT_FOUND (D7)       | the claims beside it go on, then the run ends (D8)
 *   LABEL_POD, CREATE_REVISION,  | anything; of ALREADY_EXISTS  | the run ends: no pods, no status (I7)
 *     UPDATE_REVISION, BUMP_,    |   see below                  |
 *     DELETE_REVISION, duplicate |                              |
 *   CREATE_POD                   | all but NAMESPACE_           | later batches are not tried, deletions are (E18);
 *                                |   TERMINATING (E19: it stays |   no old revision is deleted (I9)
 *                                |   in flight, 5 minutes: S18) |
 *   DELETE_POD                   | all but NOT_FOUND (E19)      | the others go on; no old revision is deleted (I9)
 *   DELETE_REVISION, old         | anything                     | the other old ones stay (G16)
 *   UPDATE_STATUS                | anything                     | it is tried once more (H10)
 *
 * SKIP is no failure anywhere: the host does not want this action now. It counts as not sent, and the run goes on.
 *
 * TIMEOUT: no answer came; what was asked for may have happened, or may happen yet. It is a failure as FAILED is, but a
 * creation or a deletion stays in flight, as after OK: the next plans wait until it is seen, or for 5 minutes (I8).
 * Kubernetes forgets it at once, and its counters go down as for FAILED (E19): its next sync may create a second pod.
 *
 * ALREADY_EXISTS for a revision (G13): a host that finds the same data under that name returns OK; otherwise the run
 * ends, and the next plan that sees the revision has BUMP_COLLISION_COUNT. For a pod it is a failure as in Kubernetes:
 * a host that names pods itself, and finds its own pod there, returns OK.
 *
 * CALLBACKS are called by dset_apply() and dset_run_finish(), on the thread that calls these, one at a time. They may
 * call dset_run_finish() on the same run and anything on the ledger but dset_ledger_free(), dset_ledger_forget(); they
 * must not free or cancel the run. What they are given is valid until they return; what they point to in the reply is
 * copied when they return. A callback that is NULL is one that returns SKIP. Nothing but UPDATE_STATUS is retried: what
 * failed is found again by the next plan, which should be made after `retry_after_ms`.
 *
 * A CRASH. All that a plan may write is recorded in the ledger before the first callback, then `save` is called, unless
 * the plan writes nothing: a host that keeps dset_ledger_write() there and reads it back when it starts goes on where
 * it was. It may save at other times, too.
 *
 *   it crashes                    | what the saved ledger says | what follows
 *   before save returns           | nothing of this plan       | the plan is made again; nothing was done
 *   after that, before, between   | all writes are in flight   | the next plans wait (I8) until pods are seen, or
 *     or behind callbacks         |                            |   for 5 minutes: nothing is done twice
 *
 * Hosts that take a ledger over from each other must agree about the time, to within a few minutes.
 *
 * A host that lists all pods when it starts, after everything it sent has come to rest, need not wait: that list is the
 * truth, and dset_ledger_settle() says so.
 *
 * THREADS. A ledger and its runs may be used by one thread at a time. Every item is since 0.1.
 */
#ifndef DAEMONSET_HOST_H
#define DAEMONSET_HOST_H

#include "daemonset/base.h"
#include "daemonset/model.h"
#include "daemonset/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is in flight, for any number of DaemonSets. */
typedef struct dset_ledger dset_ledger;

/* Resources whose versions are compared (I2). Values are never reused. */
enum dset_resource {
  DSET_RESOURCE_PODS = 0,      /* creations, deletions, adoptions, releases and labels write it */
  DSET_RESOURCE_DAEMONSETS = 1 /* the status and the collision count */
};

/* What has happened to a pod. */
enum dset_pod_event {
  DSET_POD_ADDED = 1,   /* the host sees it for the first time */
  DSET_POD_CHANGED = 2, /* it has changed */
  DSET_POD_GONE = 3     /* it does not exist any more; `pod` as last seen, its namespace and name suffice */
};

/* One write in flight. Members that do not apply are "". Valid until the ledger is changed. Final. */
typedef struct dset_flight {
  int32_t type;         /* enum dset_action_type */
  const char *node;     /* CREATE_POD */
  const char *pod;      /* of writes on pods; of CREATE_POD once it is known */
  const char *revision; /* of writes on revisions */
  int64_t since_ms;
  bool running; /* its run is not finished yet */
} dset_flight;

/* What is in flight of one DaemonSet, as a snapshot takes it. `backoffs` are valid until the ledger is changed. */
typedef struct dset_in_flight {
  size_t size;
  int64_t creates;
  int64_t deletes;
  int64_t since_ms; /* of the last of them: plans wait until that one is lost */
  const dset_backoff *backoffs;
  size_t backoff_count;
} dset_in_flight;

/*
 * Makes an empty ledger, to be released with dset_ledger_free() once it has no runs. Of `options` the allocator and
 * `backoff_max_ms` are used: back-offs older than twice that are dropped (E8). NULL means all defaults.
 * Errors: DSET_ERR_INVALID (`ledger` is NULL, a negative duration), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_ledger_new(const dset_options *options, dset_ledger **ledger, dset_error *error);

/* Releases a ledger; NULL is allowed. */
DSET_API void dset_ledger_free(dset_ledger *ledger);

/*
 * Writes what is in flight, and the back-offs, of `snapshot->daemonset` at `snapshot->now_ms` to the members of the
 * snapshot of these names. Drops what is lost (E20), and back-offs of another uid or an older observed generation
 * (E8). Those of a newer one are kept and not filled in: the view is behind.
 * Errors: DSET_ERR_INVALID (an argument or the DaemonSet is NULL, it has no name, a "/" in its name or
 * namespace), DSET_ERR_ABI.
 */
DSET_API int dset_ledger_fill(dset_ledger *ledger, dset_snapshot *snapshot, dset_error *error);

/* The same for hosts that have no snapshot but a cluster: for dset_cluster_put_in_flight(),
 * dset_cluster_put_backoffs(). Only size, namespace, name, uid and the status of the DaemonSet are read. Errors as
 * dset_ledger_fill(). */
DSET_API int dset_ledger_in_flight(dset_ledger *ledger, const dset_daemonset *daemonset, int64_t now_ms,
                                   dset_in_flight *in_flight, dset_error *error);

/*
 * Kubernetes' counters (E20): how many creations and deletions of the last plan that had any are expected to be seen,
 * and when it began; 0 if there was none. They go down as in I15 to I17, also below 0. A DaemonSet that is not known
 * has zeros.
 */
DSET_API void dset_ledger_counters(const dset_ledger *ledger, const char *ns, const char *name, int64_t *creates,
                                   int64_t *deletes, int64_t *since_ms);

/*
 * Tells what happened to a pod. It concerns the DaemonSet that is its controller (D13); a pod that is gone and whose
 * owners are not known, those of its namespace that delete or create a pod of that name. `event`: enum dset_pod_event.
 * Errors: DSET_ERR_INVALID (an argument is NULL, no such event, the name is empty), DSET_ERR_ABI.
 */
DSET_API int dset_ledger_observe_pod(dset_ledger *ledger, int event, const dset_pod *pod, dset_error *error);

/*
 * Tells the version that a write of the DaemonSet's controller got (I2); the highest counts, 0 is no version.
 * For replies that carry one dset_apply() does so by itself, see dset_reply. Of `daemonset`, namespace, name and uid
 * are read. Errors: DSET_ERR_INVALID (an argument is NULL, no such resource, no name, a "/" in name or namespace),
 * DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_ledger_wrote(dset_ledger *ledger, const dset_daemonset *daemonset, int resource, uint64_t version,
                               dset_error *error);

/* The version of a resource that a view must have for this DaemonSet, if `read` is older and not 0; otherwise 0. A
 * view that is new enough ends the waiting (I2). */
DSET_API uint64_t dset_ledger_stale(dset_ledger *ledger, const char *ns, const char *name, int resource, uint64_t read);

/* Nothing that was sent for this DaemonSet is in flight any more. What a run still waits for stays. */
DSET_API void dset_ledger_settle(dset_ledger *ledger, const char *ns, const char *name);

/* The DaemonSet is gone (I3, I14): drops all that is known of it. While it has a run, nothing happens. */
DSET_API void dset_ledger_forget(dset_ledger *ledger, const char *ns, const char *name);

/* Writes the first `capacity` writes in flight of a DaemonSet to `flights`, which may be NULL when it is 0, and returns
 * how many there are: creations by node, deletions by pod, others by kind and name. */
DSET_API size_t dset_ledger_list(const dset_ledger *ledger, const char *ns, const char *name, dset_flight *flights,
                                 size_t capacity);

/*
 * The ledger as bytes: the same facts give the same bytes, on every machine. Writes them to `bytes` if `capacity`
 * suffices, and returns how many there are. Allocates nothing.
 */
DSET_API size_t dset_ledger_write(const dset_ledger *ledger, void *bytes, size_t capacity);

/*
 * A ledger from bytes, all of whose writes may have been sent. Errors: those of dset_ledger_new(), and DSET_ERR_SYNTAX
 * (not what dset_ledger_write() writes, or damaged), DSET_ERR_LIMIT (of a later version of the format).
 */
DSET_API int dset_ledger_read(const void *bytes, size_t count, const dset_options *options, dset_ledger **ledger,
                              dset_error *error);

/* What a callback returns. Any other number counts as DSET_RESULT_FAILED. Values are never reused. */
enum dset_result {
  DSET_RESULT_OK = 0,
  DSET_RESULT_FAILED = 1,
  DSET_RESULT_NOT_FOUND = 2,             /* the object does not exist */
  DSET_RESULT_ALREADY_EXISTS = 3,        /* the name is taken (G13) */
  DSET_RESULT_CONFLICT = 4,              /* the object has changed in between */
  DSET_RESULT_NAMESPACE_TERMINATING = 5, /* E19 */
  DSET_RESULT_SKIP = 6,                  /* the host does not want it now */
  DSET_PENDING = 7,                      /* dset_run_finish() will say; not for `save` */
  DSET_RESULT_TIMEOUT = 8                /* no answer came: it may have happened, or may happen yet */
};

/* One call. Final. */
typedef struct dset_call {
  const dset_action *action;
  size_t index;    /* of the action in its plan: what dset_run_finish() takes */
  int32_t attempt; /* 1; 2 when the status is written again: read the DaemonSet anew before (H10) */
  const char *ns;  /* of the DaemonSet */
  const char *name;
  const char *uid;
} dset_call;

/* What more a callback may say; zero when it is called. `size` is that of the library's struct. `version` counts for
 * writes on pods and on the DaemonSet that end with OK or TIMEOUT; a host that reads anew after a timeout gives what it
 * read then. Kubernetes registers creations, adoptions and the status alone (I2): who wants just that gives no version
 * for the others. */
typedef struct dset_reply {
  size_t size;
  const char *pod;  /* CREATE_POD: the name of the pod, as soon as it is known, also with DSET_PENDING, TIMEOUT */
  const char *text; /* one line: what went wrong */
  uint64_t version; /* the version that the object has now (I2); 0 = none */
} dset_reply;

/* An event about the DaemonSet (E23). Final. */
typedef struct dset_notice {
  const char *type;   /* "Normal" or "Warning" */
  const char *reason; /* of planning: "FailedDaemonPod" ...; of carrying out: "SuccessfulCreate", "FailedCreate",
                         "SuccessfulDelete", "FailedDelete" */
  const char *message;
  size_t index; /* the action it is about */
} dset_notice;

/* What a host can do. `user_data` is that of dset_apply(). */
typedef struct dset_callbacks {
  size_t size;
  int (*save)(void *user_data,
              const dset_ledger *ledger); /* see A CRASH; NULL: it is not kept. Not 0: nothing is done */
  int (*create_pod)(void *user_data, const dset_call *call, dset_reply *reply);
  int (*delete_pod)(void *user_data, const dset_call *call, dset_reply *reply);
  int (*change_pod)(void *user_data, const dset_call *call, dset_reply *reply);      /* ADOPT_, RELEASE_, LABEL_POD */
  int (*write_revision)(void *user_data, const dset_call *call, dset_reply *reply);  /* all on revisions */
  int (*write_daemonset)(void *user_data, const dset_call *call, dset_reply *reply); /* UPDATE_STATUS, BUMP_ */
  void (*event)(void *user_data, const dset_notice *notice);
} dset_callbacks;

/* How to carry a plan out. */
typedef struct dset_apply_options {
  size_t size;
  const dset_daemonset *daemonset; /* as it is now: namespace, name, uid, generation and status are read */
  int64_t now_ms;
  uint64_t read_pods;       /* the version of the pods that the plan was computed from (I2); 0 = unknown */
  uint64_t read_daemonsets; /* of the DaemonSets */
  uint64_t digest;          /* dset_plan_digest() of a plan of the state as it is now; 0: is not compared */
  bool by_counters;         /* the plan was computed from dset_ledger_counters(): they say what is in flight; what
                               the ledger knows of a write that is asked for once more is replaced */
} dset_apply_options;

/* Where a run stands. */
enum dset_run_state {
  DSET_RUN_DONE = 1,
  DSET_RUN_WAITING = 2, /* for dset_run_finish() */
  DSET_RUN_DEFERRED = 3 /* nothing was done, see `reason` */
};

/* Why a plan was deferred. Values are never reused. Make the next plan from a newer view. */
enum dset_defer {
  DSET_DEFER_NONE = 0,
  DSET_DEFER_RUNNING = 1,   /* another run of this DaemonSet is not finished (I13) */
  DSET_DEFER_STALE = 2,     /* the view is older than what was written (I2) */
  DSET_DEFER_MOVED = 3,     /* it is a plan of another DaemonSet, uid or generation, or the digests differ */
  DSET_DEFER_IN_FLIGHT = 4, /* it creates or deletes although earlier writes are in flight: it did not know (I8) */
  DSET_DEFER_NOT_SAVED = 5  /* `save` failed */
};

/* Why an action was not carried out. Values are never reused. */
enum dset_skip {
  DSET_SKIP_NONE = 0,
  DSET_SKIP_HOST = 1,     /* the callback returned SKIP, or is NULL */
  DSET_SKIP_BATCH = 2,    /* a creation of an earlier batch failed (E18) */
  DSET_SKIP_ENDED = 3,    /* the run has ended (D8, I7) */
  DSET_SKIP_PODS = 4,     /* an old revision, and creating or deleting failed (I9) */
  DSET_SKIP_CLEANUP = 5,  /* an old revision, and an earlier one could not be deleted (G16) */
  DSET_SKIP_CANCELLED = 6 /* dset_run_cancel() */
};

/* What became of one action. Valid until the run is freed. Final. */
typedef struct dset_outcome {
  const dset_action *action; /* a copy of the plan's */
  int32_t result;            /* enum dset_result; DSET_PENDING: it waits, has not begun, or was cancelled meanwhile */
  int32_t skip;              /* enum dset_skip; if not NONE, result is SKIP */
} dset_outcome;

/* A run as a whole. Counts are of actions; events are not counted. Owned by the run and kept up to date. */
typedef struct dset_apply_result {
  size_t size;
  int32_t state;  /* enum dset_run_state */
  int32_t reason; /* enum dset_defer */
  size_t done;    /* OK; NOT_FOUND where that is as good */
  size_t refused; /* creations in a namespace that is terminating (E19) */
  size_t failed;
  size_t skipped;
  size_t waiting;         /* for dset_run_finish() */
  size_t unknown;         /* were waiting when the run was cancelled: they stay in flight */
  int64_t retry_after_ms; /* plan again so much later, in any case; 0: all went well (I12) */
  const char *text;       /* the first failure, or why it was deferred; "" when there is none */
} dset_apply_result;

/* A plan that is being carried out. Independent of its plan and of all arguments but the ledger and `user_data`. */
typedef struct dset_run dset_run;

/*
 * Carries out what can be now and writes the run to `*run`, to be released with dset_run_free(); that something failed,
 * was deferred or waits is in its result, not in the code. Allocates before the first callback and not afterwards.
 * THE GUARD. A plan whose DaemonSet has another uid or generation by now is deferred. With options.digest so is one
 * that decides anything else than a plan of the state as it is now would; see dset_plan_digest(). Errors, and then
 * nothing was done: DSET_ERR_INVALID (an argument or options->daemonset is NULL, it has no name, a "/" in name or
 * namespace), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_apply(const dset_plan *plan, const dset_apply_options *options, const dset_callbacks *callbacks,
                        void *user_data, dset_ledger *ledger, dset_run **run, dset_error *error);

/*
 * The host has finished an action that it answered with DSET_PENDING, and says how: a result as a callback returns it,
 * but not DSET_PENDING. `reply` may be NULL. Goes on with the run if nothing else waits. Actions may be finished in any
 * order, also from within callbacks of the run, also before theirs has returned.
 * What waited when the run was cancelled can be finished as well, once, as long as neither the run nor its ledger is
 * freed: the ledger then knows how it ended, and the outcome says it. Nothing else follows; the counters stay.
 * Errors: DSET_ERR_INVALID (`run` is NULL, the action does not wait, `result` is DSET_PENDING), DSET_ERR_ABI.
 */
DSET_API int dset_run_finish(dset_run *run, size_t index, int result, const dset_reply *reply, dset_error *error);

/* Gives up what waits, of which nobody knows whether it will happen: it stays in flight, until dset_run_finish() says
 * otherwise. The rest is not done, and not in flight. A run that is done stays as it is. */
DSET_API void dset_run_cancel(dset_run *run);

/* Releases a run; cancels it before. NULL is allowed. */
DSET_API void dset_run_free(dset_run *run);

DSET_API const dset_apply_result *dset_run_result(const dset_run *run);

/* How many outcomes there are: one for each action of the plan, or 0 when it was deferred. */
DSET_API size_t dset_run_outcome_count(const dset_run *run);

/* Writes outcome `index` to `outcome`. False past the end. */
DSET_API bool dset_run_outcome(const dset_run *run, size_t index, dset_outcome *outcome);

/* Stable names, static: "namespace-terminating", "stale", "batch"; "unknown" for any other number. */
DSET_API const char *dset_result_name(int result);
DSET_API const char *dset_defer_name(int reason);
DSET_API const char *dset_skip_name(int skip);

#ifdef __cplusplus
}
#endif

#endif
