/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate.h: a cluster in a bottle. It holds nodes, pods, DaemonSets and revisions; schedules, starts and stops pods;
 * shows its controller all of that with delay; lets nodes come and go, writes fail and hosts crash; and checks at every
 * step what a controller must never do. The same scenario gives the same run, byte for byte.
 *
 *   dset_scenario scenario = {.size = sizeof scenario, .nodes = nodes, .node_count = 3};
 *   scenario.daemonsets = daemonsets, scenario.daemonset_count = 1;
 *   dset_simulation *simulation;
 *   int end;
 *   if (dset_simulation_new(&scenario, NULL, &simulation, &error) != DSET_OK) return fail(&error);
 *   dset_simulation_run(simulation, DSET_NEVER, &end, &error);      until nothing is left to happen
 *   dset_simulation_change(simulation, &new_template, &error);
 *   dset_simulation_run(simulation, DSET_NEVER, &end, &error);      the rolling update
 *   ... dset_simulation_stats_of(simulation)->now_ms, dset_simulation_violation_count(simulation) ...
 *   dset_simulation_free(simulation);
 *
 *   store ──watch, with a lag for each kind──► view ──► cluster.h, host.h: plan, apply
 *     ▲ ▲                                                        │
 *     │ └────────────── writes: they take time, fail, are lost ──┘
 *     └─ scheduler, kubelets, collectors of pods, people (changes)
 *
 * WHOSE CONTROLLER. By default the library's: dset_cluster_plan(), dset_apply() and a ledger that is saved with the
 * scenario's other state. DSET_CONTROLLER_NONE leaves the place empty, for tests of other controllers: they read the
 * view (dset_simulation_snapshot()) and write with dset_simulation_act(), either between two dset_simulation_run(), or
 * in a callback (dset_listener.plan). The same invariants are checked.
 *
 * TIME is simulated, in milliseconds; nothing waits. A step is one moment: all that happens in it, then the controller
 * plans until it has nothing to do in it.
 *
 * INVARIANTS. A view is what the controller was shown when it decided; writes that any controller has sent count even
 * if they were not shown yet. A node is eligible if its verdict is RUN. Pods count that the DaemonSet claims: it is
 * their controller, and its selector matches (D4). A pod is outdated if it has the hash of no revision that holds the
 * template of the DaemonSet in the view (F2, G15).
 *
 *   one-pod        never two pods on a node that controllers created: with surge, of one hash (E13)
 *   budget         an available outdated pod is deleted without surge only if then at most maxUnavailable eligible
 *                  nodes are without an available pod (F8)
 *   surge          beside an available outdated pod another is created only if then at most maxSurge nodes have such a
 *                  pair whose new pod is not available yet (F11); the outdated one goes only when the new one is
 *                  available (E14, F10), or from an ineligible node if enough others are available (F12)
 *   owned          only pods are deleted, labelled or released whose controller is the DaemonSet; only pods without
 *                  controller are adopted (D4)
 *   pod-lost       a pod that its node should keep, of the current template, not ended and alone there, is never
 *                  deleted, with surge neither is one beside outdated ones, unless several revisions hold that template
 *                  (G10); with OnDelete neither is an outdated one (E4, E14, F1)
 *   pod-needless   a pod is created only on an eligible node (E4)
 *   backoff        failed pods of the current template of one node are deleted no sooner than their back-off says (E8)
 *   revision-lost  no revision goes that is the current one's, or whose hash a pod carries (G16)
 *   status         observedGeneration never falls and never is ahead of the generation (H6)
 *   settles        at rest every eligible node has one available pod of the current template, other nodes have none
 *                  that must go, and a plan of the store as it is has nothing to do: dset_simulation_judge()
 *   quiet          at rest nothing is written any more: dset_simulation_quiet()
 *
 * MEMORY grows with what has happened. When an allocation fails the call returns DSET_ERR_NOMEM, and from then on each
 * call does: such a simulation can only be freed. A simulation may be used by one thread at a time.
 *
 * Every item is since 0.1.
 */
#ifndef DAEMONSET_SIMULATE_H
#define DAEMONSET_SIMULATE_H

#include "daemonset/base.h"
#include "daemonset/host.h"
#include "daemonset/model.h"
#include "daemonset/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A running simulation. */
typedef struct dset_simulation dset_simulation;

/* A duration, drawn evenly from both ends and all between for each use. Not negative; `most_ms` below `least_ms` counts
 * as equal to it. Final. */
typedef struct dset_span {
  int64_t least_ms;
  int64_t most_ms;
} dset_span;

/*
 * How pods behave on their nodes. Of several rules the first that fits a pod counts. A zero-filled rule: everything
 * happens at once. A pod that no rule fits takes 1 s to start, 1 s more to be ready, 1 s to stop.
 */
typedef struct dset_kubelet {
  size_t size;
  const char *node; /* the nodes: a name, "ab*" = all that start with "ab"; "" = all */
  uint32_t
      template_number; /* pods of the DaemonSet's template 1 (that of the scenario), 2 (the next one) ...; 0 = all */
  uint32_t pods;       /* only the first so many pods on each node that the rule fits; 0 = all */
  dset_span start;     /* from bound to Running */
  dset_span ready;     /* from Running to Ready */
  dset_span stop;      /* from deleted to gone */
  bool never_ready;
  uint32_t fail_per_mille; /* so many of 1,000 pods become Failed, `fail` after they are Running */
  dset_span fail;
  uint32_t flaps; /* how often a ready pod gets unready, as when its container crashes */
  dset_span up;   /* for how long it was ready then */
  dset_span down; /* and for how long it is unready */
} dset_kubelet;

/* Kinds of objects, as watches have them. Values are never reused. */
enum dset_watch { DSET_WATCH_NODES = 0, DSET_WATCH_PODS = 1, DSET_WATCH_DAEMONSETS = 2, DSET_WATCH_REVISIONS = 3 };
enum { DSET_WATCHES = 4 };

/* How long things take that are no pod's matter. */
typedef struct dset_delays {
  size_t size;
  dset_span watch[DSET_WATCHES]; /* from a change until the controller sees it; each kind keeps its order */
  dset_span call;                /* a controller's write: it is done half-way; 0 = at once */
  dset_span schedule;            /* from created to bound */
  dset_span collect;             /* until pods of vanished nodes and of deleted DaemonSets go */
  dset_span unreachable;         /* from cut off until taints say so and pods count as not ready; 0 = 40 s */
  dset_span restart;             /* of a host that has crashed; also until a lost watch lists anew */
} dset_delays;

/* What can go wrong. Values are never reused. Names as dset_fault_name() gives them. */
enum dset_fault {
  DSET_FAULT_FAILED = 0,       /* "failed": a write is refused */
  DSET_FAULT_CONFLICT = 1,     /* "conflict": a write of an existing object is refused */
  DSET_FAULT_LOST_REQUEST = 2, /* "lost-request": no answer, and not done: DSET_RESULT_TIMEOUT */
  DSET_FAULT_LOST_ANSWER = 3,  /* "lost-answer": no answer, but done: DSET_RESULT_TIMEOUT */
  DSET_FAULT_CRASH_BEFORE = 4, /* "crash-before": the host crashes, the write is not sent */
  DSET_FAULT_CRASH_AFTER = 5,  /* "crash-after": the host crashes once the write is sent */
  DSET_FAULT_WATCH_LOST = 6,   /* "watch-lost": a kind is not shown any more, until it is listed anew */
  DSET_FAULT_STALE_LIST = 7,   /* "stale-list": a list is older than what is stored */
  DSET_FAULT_TIME_TRAVEL = 8,  /* "time-travel": and older than what this controller had been shown before it crashed */
  DSET_FAULT_UNOBSERVED =
      9, /* "unobserved": a list in place of a change; of objects that changed again only the last is seen */
  DSET_FAULT_CLOCK_FORTH = 10, /* "clock-forth": the hosts' clock jumps by `clock_ms`; not while a write is under way */
  DSET_FAULT_CLOCK_BACK = 11,  /* "clock-back": the same, back */
  DSET_FAULT_TWO_HOSTS = 12    /* "two-hosts": a second host takes over while the first goes on */
};
enum {
  DSET_FAULTS = 13,     /* there are so many, and there will never be more than ... */
  DSET_FAULT_SLOTS = 32 /* ... so many */
};

/* How often. Every opportunity has the chance of its fault: each write, watch event, list, plan. */
typedef struct dset_fault_rates {
  size_t size;
  uint32_t per_mille[DSET_FAULT_SLOTS]; /* by enum dset_fault; the rest must be 0 */
  int64_t clock_ms;                     /* how far clocks jump; 0 = 6 minutes */
  int64_t until_ms;         /* simulated time from which on nothing goes wrong; clocks are right again. 0 = never */
  uint64_t crash_call;      /* if not 0: the host crashes at its so many-th write, whatever the rates */
  bool crash_after;         /* once it is sent, not before */
  uint64_t most;            /* so many happen, silenced ones included, and no more; 0 = no limit */
  const uint64_t *silenced; /* numbers of faults that do not happen, counted from 1, all of them */
  size_t silenced_count;
} dset_fault_rates;

/* What people, machines and tests do to the cluster. Values are never reused. */
enum dset_change_type {
  DSET_CHANGE_PUT_NODE = 1,      /* node: it joins, or has other labels and taints */
  DSET_CHANGE_REMOVE_NODE = 2,   /* name */
  DSET_CHANGE_CORDON = 3,        /* name: the taint node.kubernetes.io/unschedulable */
  DSET_CHANGE_UNCORDON = 4,      /* name */
  DSET_CHANGE_DRAIN = 5,         /* name: cordoned, and pods go that no DaemonSet controls */
  DSET_CHANGE_CUT_OFF = 6,       /* name: its kubelet does nothing any more; see dset_delays.unreachable */
  DSET_CHANGE_REJOIN = 7,        /* name */
  DSET_CHANGE_PUT_DAEMONSET = 8, /* daemonset, hash: made, or has another spec; generation and status are kept (A22) */
  DSET_CHANGE_REMOVE_DAEMONSET = 9, /* ns, name: with its pods and revisions (A23) */
  DSET_CHANGE_PUT_POD = 10,         /* pod: made or changed by somebody else */
  DSET_CHANGE_DELETE_POD = 11,      /* ns, name; or node: all pods on it */
  DSET_CHANGE_FAIL_POD = 12,        /* the same: they are Failed, as when evicted */
  DSET_CHANGE_PUT_REVISION = 13,    /* revision: made by somebody else; one that is there stays */
  DSET_CHANGE_REMOVE_REVISION = 14, /* ns, name */
  DSET_CHANGE_CRASH_HOST = 15,      /* and it starts again */
  DSET_CHANGE_TWO_HOSTS = 16,       /* as DSET_FAULT_TWO_HOSTS */
  DSET_CHANGE_SET_CLOCK = 17,       /* ms: so much is the hosts' clock ahead, or behind when negative */
  DSET_CHANGE_STOP_WATCH = 18,      /* kind: nothing of it is shown any more */
  DSET_CHANGE_RESUME_WATCH = 19,    /* kind: it is listed anew */
  DSET_CHANGE_NAMESPACE_ENDS = 20,  /* ns: creations are refused (E19) */
  DSET_CHANGE_NAMESPACE_STAYS = 21  /* ns */
};

/* One change. Copied. */
typedef struct dset_change {
  size_t size;
  int64_t at_ms; /* a moment that is over means now */
  int32_t type;  /* enum dset_change_type */
  const char *ns;
  const char *name;
  const dset_node *node;
  const dset_pod *pod;
  const dset_daemonset *daemonset;
  const dset_revision *revision;
  const char *hash; /* of a new revision of `daemonset`, see dset_options.revision_hash */
  int64_t ms;
  int32_t kind; /* enum dset_watch */
} dset_change;

/* Who decides. */
enum dset_controller {
  DSET_CONTROLLER_LIBRARY = 0,
  DSET_CONTROLLER_KUBERNETES = 1, /* the library's plans, woken as Kubernetes wakes: see below */
  DSET_CONTROLLER_NONE = 2        /* the caller, with dset_simulation_act() */
};

/*
 * DSET_CONTROLLER_KUBERNETES asks for the wake-ups that Kubernetes asks for (I22: E10, H12, I16) in place of the plan's
 * next check, and like its queue keeps only the earliest of those that it waits for. It loses some: with maxSurge and
 * minReadySeconds a rolling update can stand still. It counts writes in flight without identity (E20), and keeps none
 * of them over a crash.
 */

/* What a trace tells. Values are never reused. */
enum dset_trace_type {
  DSET_TRACE_CHANGE = 1,    /* somebody changed something: name, text */
  DSET_TRACE_WRITE = 2,     /* a controller's write was done: action; name of the pod or revision, node */
  DSET_TRACE_REFUSED = 3,   /* a controller's write had no success: action, result, text */
  DSET_TRACE_POD = 4,       /* a pod is bound, Running, Ready, not ready, Failed, gone: name, node, text */
  DSET_TRACE_NODE = 5,      /* a node is unreachable, or back: node, text */
  DSET_TRACE_PLAN = 6,      /* a plan that does something: text; number: how many actions */
  DSET_TRACE_WAIT = 7,      /* the rolling update waits: node: for which one; text: why */
  DSET_TRACE_HOST = 8,      /* a host crashes, starts, takes over, defers: text */
  DSET_TRACE_FAULT = 9,     /* a fault happens: number, fault, text */
  DSET_TRACE_VIOLATION = 10 /* an invariant does not hold: invariant, text */
};

/* One line of a trace. Valid during the call. Members that do not apply are 0 or "". */
typedef struct dset_trace {
  size_t size;
  int64_t at_ms;
  int32_t type;   /* enum dset_trace_type */
  int32_t host;   /* 1 or 2; 0: nobody's */
  int32_t action; /* enum dset_action_type */
  int32_t cause;  /* enum dset_cause */
  int32_t result; /* enum dset_result */
  int32_t fault;  /* enum dset_fault */
  int32_t invariant;
  uint64_t number; /* of a fault: see dset_fault_rates.silenced; of a plan: its actions */
  const char *ns;  /* of the DaemonSet */
  const char *daemonset;
  const char *node;
  const char *name;
  const char *text; /* one line for people, without the time */
} dset_trace;

/*
 * What the caller wants to hear. During `trace` and `seen` the simulation must not be called. `plan` is called in each
 * step when nothing else is left to happen in its moment, again and again until it returns false: it had nothing to do.
 * It may call everything but dset_simulation_step(), _run(), _judge(), _quiet() and _free(): it is the place for a
 * controller of the caller's (DSET_CONTROLLER_NONE), which is woken by dset_simulation_wake().
 */
typedef struct dset_listener {
  size_t size;
  void (*trace)(void *user_data, const dset_trace *trace);
  void (*seen)(void *user_data, int event, const dset_pod *pod); /* the view shows a pod: enum dset_pod_event */
  bool (*plan)(void *user_data);
  void *user_data;
} dset_listener;

/* All that a simulation starts from. Plain data, copied. */
typedef struct dset_scenario {
  size_t size;
  uint64_t seed;
  int64_t start_ms; /* the time it begins at; 0 = 2030-01-01T00:00:00Z */
  const dset_node *const *nodes;
  size_t node_count;
  const dset_pod *const *pods;
  size_t pod_count;
  const dset_daemonset *const *daemonsets;
  size_t daemonset_count;
  const dset_revision *const *revisions;
  size_t revision_count;
  const dset_kubelet *const *kubelets;
  size_t kubelet_count;
  const dset_change *const *changes;
  size_t change_count;
  const dset_delays *delays;      /* NULL: nothing takes time, but 40 s until a node counts as unreachable */
  const dset_fault_rates *faults; /* NULL: nothing goes wrong */
  const dset_options *options;    /* of plans; `revision_hash` is a matter of changes. NULL: all defaults */
  const char *hash;               /* of a new revision of the first DaemonSet; "" = dset_revision_hash() */
  int32_t controller;             /* enum dset_controller */
} dset_scenario;

/* What has happened. All but the last ones only grow. */
typedef struct dset_simulation_stats {
  size_t size;
  int64_t start_ms;
  int64_t now_ms;
  uint64_t steps;
  uint64_t plans;
  uint64_t writes;  /* of controllers, tried */
  uint64_t creates; /* done */
  uint64_t deletes;
  uint64_t seen;                     /* changes shown to controllers */
  uint64_t faults[DSET_FAULT_SLOTS]; /* that happened, by enum dset_fault */
  uint64_t violations;
  /* Of the first DaemonSet, at this moment: */
  int64_t eligible;        /* nodes */
  int64_t available;       /* eligible nodes with an available pod */
  int64_t updated;         /* eligible nodes with an available pod of the current template */
  int64_t least_available; /* the least `available` since its spec changed last; or the simulation began */
} dset_simulation_stats;

/* Invariants. Values are never reused. Names as dset_invariant_name() gives them. */
enum dset_invariant {
  DSET_INVARIANT_ONE_POD = 1,
  DSET_INVARIANT_BUDGET = 2,
  DSET_INVARIANT_SURGE = 3,
  DSET_INVARIANT_OWNED = 4,
  DSET_INVARIANT_POD_LOST = 5,
  DSET_INVARIANT_POD_NEEDLESS = 6,
  DSET_INVARIANT_BACKOFF = 7,
  DSET_INVARIANT_REVISION_LOST = 8,
  DSET_INVARIANT_STATUS = 9,
  DSET_INVARIANT_SETTLES = 10,
  DSET_INVARIANT_QUIET = 11
};

/* An invariant that did not hold. Final. */
typedef struct dset_violation {
  int32_t invariant;
  int64_t at_ms;
  const char *ns; /* of the DaemonSet; "" if it is nobody's */
  const char *daemonset;
  const char *text; /* one line; valid as long as the simulation */
} dset_violation;

/* How a run ended. */
enum dset_end {
  DSET_END_REST = 1, /* nothing is left to happen */
  DSET_END_TIME = 2  /* the time is over */
};

/*
 * Makes a simulation of a copy of the scenario, to be released with dset_simulation_free(). Nothing has happened in it
 * yet, but that its controller, if it has one, sees everything. `listener` is copied; NULL: nobody listens.
 * Errors: those of dset_plan_compute() for the objects, with paths such as `nodes[3].name`; DSET_ERR_INVALID as well
 * for a change or rule that lacks a member, a negative duration, a rate above 1,000, no such controller.
 */
DSET_API int dset_simulation_new(const dset_scenario *scenario, const dset_listener *listener,
                                 dset_simulation **simulation, dset_error *error);

/* Releases a simulation; NULL is allowed. */
DSET_API void dset_simulation_free(dset_simulation *simulation);

/* Goes on to the next moment at which something happens, unless there is none: then `*more` is false. `more` may be
 * NULL. Errors: DSET_ERR_INVALID (`simulation` is NULL), DSET_ERR_NOMEM. */
DSET_API int dset_simulation_step(dset_simulation *simulation, bool *more, dset_error *error);

/* Steps until nothing is left to happen, or to `until_ms`: all up to and at that moment has happened then, and it is
 * now. Writes enum dset_end to `*end`, which may be NULL. Errors as dset_simulation_step(). */
DSET_API int dset_simulation_run(dset_simulation *simulation, int64_t until_ms, int *end, dset_error *error);

/* Makes a change happen, now or later. What it changes is seen from the next step on. Errors: DSET_ERR_INVALID (an
 * argument is NULL, no such type, a member that the type needs is absent), DSET_ERR_ABI, DSET_ERR_NOMEM. */
DSET_API int dset_simulation_change(dset_simulation *simulation, const dset_change *change, dset_error *error);

/*
 * A write of the caller's controller for a DaemonSet that the view shows: the action of a plan, or one that the caller
 * made up (type and the members that plan.h lists behind it; the others are ignored). Faults happen as the scenario
 * says, except crashes, which are the caller's. Writes enum dset_result to `*result`, and to `*reply`, which may be
 * NULL: the name of a created pod, the version, why it had no success; valid until the next call.
 * Errors: DSET_ERR_INVALID (an argument is NULL, no such DaemonSet, no such action), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_simulation_act(dset_simulation *simulation, const char *ns, const char *name,
                                 const dset_action *action, int *result, dset_reply *reply, dset_error *error);

/* Which state is meant. */
enum dset_side {
  DSET_SIDE_STORE = 0, /* as it is */
  DSET_SIDE_VIEW = 1   /* as the controller was shown it */
};

/*
 * Writes the state to `*snapshot`, in an order that means nothing, with the present time; back-offs and writes in
 * flight are the caller's. `daemonset` in it is NULL if that side has none of that name. Valid until the simulation is
 * changed. Errors: DSET_ERR_INVALID (an argument is NULL, no such side), DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_simulation_snapshot(dset_simulation *simulation, int side, const char *ns, const char *name,
                                      dset_snapshot *snapshot, dset_error *error);

/* The version that a side has of a resource (I2): enum dset_side, enum dset_resource. 0: no such side. */
DSET_API uint64_t dset_simulation_version(const dset_simulation *simulation, int side, int resource);

/* There will be a step at that moment, or now if it is over, whatever else happens: a controller wants to look again.
 * Errors: DSET_ERR_INVALID (`simulation` is NULL), DSET_ERR_NOMEM. */
DSET_API int dset_simulation_wake(dset_simulation *simulation, int64_t at_ms, dset_error *error);

/* Valid as long as the simulation, changed by every call. */
DSET_API const dset_simulation_stats *dset_simulation_stats_of(const dset_simulation *simulation);

/* Whether all DaemonSets are where they should be (settles); what is not becomes a violation. Errors: DSET_ERR_INVALID
 * (`simulation` is NULL), DSET_ERR_NOMEM. */
DSET_API int dset_simulation_judge(dset_simulation *simulation, dset_error *error);

/* Lets the controller plan so many times more, a minute apart, half-way started anew; each write is a violation
 * (quiet). With a controller of the caller's time passes, and from then on until dset_simulation_change() each of its
 * writes is one. Errors as dset_simulation_judge(). */
DSET_API int dset_simulation_quiet(dset_simulation *simulation, size_t plans, dset_error *error);

/* How many violations are kept: the first 32. */
DSET_API size_t dset_simulation_violation_count(const dset_simulation *simulation);

/* Violation `index`, in order of time; false past the end. */
DSET_API bool dset_simulation_violation(const dset_simulation *simulation, size_t index, dset_violation *violation);

/*
 * Makes a scenario smaller that `fails` accepts, and hands it to `fails` again and again: without changes, pods, nodes,
 * rules, faults, one after the other, as long as it still fails. The smallest is the one that was accepted last.
 * `fails` is called at most `tries` times. Errors: DSET_ERR_INVALID (an argument is NULL; the scenario does not fail),
 * DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_scenario_shrink(const dset_scenario *scenario, size_t tries,
                                  bool (*fails)(void *user_data, const dset_scenario *scenario), void *user_data,
                                  dset_error *error);

/* Stable names, static: "lost-answer", "cut-off", "one-pod"; "unknown" for any other number. */
DSET_API const char *dset_fault_name(int fault);
DSET_API const char *dset_change_name(int type);
DSET_API const char *dset_invariant_name(int invariant);

/* The rules an invariant comes from, such as "E14, F10"; static; "" for any other number. */
DSET_API const char *dset_invariant_rule(int invariant);

#ifdef __cplusplus
}
#endif

#endif
