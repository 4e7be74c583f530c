/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bottle_host.h: a host of its own in a scene: it reads the view, plans, carries out with dset_apply() and a ledger,
 * saves that, crashes, starts again. It can be given one bug, of the kind that authors of hosts make.
 *
 *   bottle_host h;
 *   bottle_init(&h, 3);                                 a scene with three nodes
 *   h.bug = HOST_BUG_SAVES_LATE;
 *   h.crash_write = 3;
 *   scene_template(&h.s, 60000, "v2");
 *   bottle_run(&h);                                     until nothing is left to happen, or for 20 minutes
 *   bottle_rest(&h, 1000);                              is all where it should be, and quiet for 1,000 minutes?
 *   ck_assert(scene_violated(&h.s, DSET_INVARIANT_ONE_POD));
 *   bottle_free(&h);
 *
 *   view ──copy──► bug distorts it ──► dset_ledger_fill() ──► dset_plan_compute() ──► dset_apply()
 *     ▲   (bottle_bugs.c)                     ▲                                         │ callbacks, bugs in them
 *     └── scene ◄── dset_simulation_act() ◄───┼─────────────────────────────────────────┘
 *                                           ledger ◄── listener.seen
 */
#ifndef DSET_TEST_BOTTLE_HOST_H
#define DSET_TEST_BOTTLE_HOST_H

#include "arena.h"
#include "scene.h"

/* Every bug: its name, and what the author did. */
#define HOST_BUGS(X)                                                                                           \
  /* what is in flight */                                                                                      \
  X(FORGETS_IN_FLIGHT, "forgets-in-flight")   /* a new ledger for each plan */                                 \
  X(CLEARS_ON_EVENT, "clears-on-event")       /* any event of a pod ends all that is in flight */              \
  X(COUNTS_IN_FLIGHT, "counts-in-flight")     /* Kubernetes' counters, saved: lists count them down (E20) */   \
  X(TIMEOUT_IS_FAILURE, "timeout-is-failure") /* no answer: it was not done */                                 \
  X(ACTS_TWICE, "acts-twice")                 /* its client repeats each request */                            \
  X(TWO_LEADERS, "two-leaders")               /* a second process works, with a ledger of its own */           \
  X(NEVER_EXPIRES, "never-expires")           /* does not look again after 5 minutes (E20) */                  \
  /* crashes */                                                                                                \
  X(NEVER_SAVES, "never-saves")         /* keeps the ledger in memory */                                       \
  X(SAVES_LATE, "saves-late")           /* once the plan is carried out */                                     \
  X(SETTLES_EARLY, "settles-early")     /* believes a list that lags behind what it sent */                    \
  X(IGNORES_VERSION, "ignores-version") /* starts with a list from the past (I2) */                            \
  X(LOSES_BACKOFFS, "loses-backoffs")   /* they are not saved */                                               \
  /* back-offs */                                                                                              \
  X(IGNORES_BACKOFF, "ignores-backoff") /* never carries them over */                                          \
  X(RESETS_BACKOFF, "resets-backoff")   /* a new pod is a new beginning */                                     \
  X(SHORT_BACKOFF, "short-backoff")     /* a tenth of what the cluster's operator set */                       \
  /* what it sees of pods, and when */                                                                         \
  X(STALE_CACHE, "stale-cache")             /* reads a cache that is refreshed every 30 s */                   \
  X(SEES_RUNNING_ONLY, "sees-running-only") /* a pod that is not Running does not count */                     \
  X(SEES_BOUND_ONLY, "sees-bound-only")     /* a pod belongs to spec.nodeName only (D10) */                    \
  X(SEES_NO_FAILED, "sees-no-failed")       /* failed pods do not hold their node (D11) */                     \
  X(SEES_NO_DELETING, "sees-no-deleting")   /* nor do those that shut down */                                  \
  X(READY_FOR_EVER, "ready-for-ever")       /* what was ready once is available */                             \
  X(IGNORES_MIN_READY, "ignores-min-ready") /* ready is available (J4) */                                      \
  X(CLOCK_AHEAD, "clock-ahead")             /* an hour: local time taken for UTC */                            \
  /* nodes */                                                                                                  \
  X(IGNORES_TAINTS, "ignores-taints")               /* a pod for each node (C3) */                             \
  X(IGNORES_NODE_SELECTOR, "ignores-node-selector") /* the same (C7) */                                        \
  X(EVICTS_CORDONED, "evicts-cordoned")             /* a cordoned node is to be emptied (C2) */                \
  X(EVICTS_NO_SCHEDULE, "evicts-no-schedule")       /* NoSchedule taken for NoExecute (C4) */                  \
  X(NODES_FOR_EVER, "nodes-for-ever")               /* does not hear that nodes go */                          \
  X(FORGETS_REJOINED, "forgets-rejoined")           /* a node that was unreachable once is off its list */     \
  X(WATCHES_NO_NODES, "watches-no-nodes")           /* wakes up for pods and DaemonSets only */                \
  X(LEAVES_VANISHED, "leaves-vanished")             /* pods that wait for a vanished node are not its (E15) */ \
  /* whose pods */                                                                                             \
  X(OWNS_BY_LABELS, "owns-by-labels") /* what the selector matches is its own (D4) */                          \
  X(OWNS_BY_NAME, "owns-by-name")     /* owners are compared by name, not uid (D13) */                         \
  X(ADOPTS_ALL, "adopts-all")         /* does not look for another controller (D4) */                          \
  X(LABELS_ALL, "labels-all")         /* gives its hash to all that the selector matches */                    \
  X(RELEASES_ALL, "releases-all")     /* releases what others control */                                       \
  /* budgets */                                                                                                \
  X(ONE_TOO_MANY, "one-too-many")                 /* `<=` for `<` (F8) */                                      \
  X(PERCENT_OF_ALL, "percent-of-all")             /* of all nodes, not of those that qualify (F5) */           \
  X(ZERO_IS_NO_LIMIT, "zero-is-no-limit")         /* both budgets 0 (F5) */                                    \
  X(SPENDS_TWICE, "spends-twice")                 /* does not wait for the first half */                       \
  X(DELETES_FIRST, "deletes-first")               /* the outdated pod goes when the new one is made (E14) */   \
  X(SURGE_AS_UNAVAILABLE, "surge-as-unavailable") /* knows no surge */                                         \
  X(SURGES_EVERYWHERE, "surges-everywhere")       /* at once (F11) */                                          \
  /* templates */                                                                                              \
  X(ON_DELETE_ROLLS, "on-delete-rolls")     /* knows no OnDelete (F1) */                                       \
  X(DELETES_NEWEST, "deletes-newest")       /* sorts pods the wrong way round */                               \
  X(HASHES_GENERATION, "hashes-generation") /* any change of the spec is a new template (G3) */                \
  X(FORGETS_HASH, "forgets-hash")           /* pods without controller-revision-hash */                        \
  /* revisions */                                                                                              \
  X(DROPS_REVISIONS, "drops-revisions")     /* keeps the newest, whatever pods carry (G16) */                  \
  X(DROPS_CURRENT, "drops-current")         /* sorts revisions the wrong way round */                          \
  X(IGNORES_COLLISION, "ignores-collision") /* never counts collisions up (G13) */                             \
  /* status */                                                                                                 \
  X(WRITES_NO_STATUS, "writes-no-status")         /* never */                                                  \
  X(COUNTS_GENERATIONS, "counts-generations")     /* those that it has seen since it started (H6) */           \
  X(COUNTS_EVENTS, "counts-events")               /* each event of the DaemonSet is a generation (H6) */       \
  X(WRITES_STATUS_ALWAYS, "writes-status-always") /* at each resync, changed or not (H9) */                    \
  X(NUMBERS_REVISIONS, "numbers-revisions")       /* writes the current revision at each resync (G9) */        \
  /* waking up */                                                                                              \
  X(SWALLOWS_FAILURES, "swallows-failures") /* returns OK when something failed */                             \
  X(NEVER_RETRIES, "never-retries")         /* what failed stays undone until something changes (I12) */       \
  X(NO_NEXT_CHECK, "no-next-check")         /* waits for events only */                                        \
  X(ONE_TIMER, "one-timer")                 /* for all DaemonSets: the last plan sets it */

typedef enum host_bug {
  HOST_BUG_NONE,
#define HOST_BUG_NUMBER(id, name) HOST_BUG_##id,
  HOST_BUGS(HOST_BUG_NUMBER)
#undef HOST_BUG_NUMBER
      HOST_BUG_END
} host_bug;

/* "saves-late"; "none". */
const char *host_bug_name(host_bug bug);

enum { BOTTLE_DAEMONSETS = 2, BOTTLE_NAMES = 64 };

typedef struct bottle_daemonset {
  const char *ns;
  const char *name;
  bool due;
  bool resync; /* due only because time has passed */
  int64_t wake_ms;
  int64_t moment_ms; /* of its last plan, */
  int moment_plans;  /* and the how many-th in that moment it was */
} bottle_daemonset;

/* What it plans from: copies of the objects themselves, so that bugs can change them. */
typedef struct bottle_view {
  dset_daemonset daemonset;
  dset_node *nodes;
  size_t node_count;
  dset_pod *pods;
  size_t pod_count;
  const dset_revision **revisions;
  size_t revision_count;
  int64_t now_ms;
  uint64_t versions[2]; /* enum dset_resource */
} bottle_view;

typedef struct bottle_host {
  scene s; /* first: it is what listeners are given */
  host_bug bug;
  /* The scenario: */
  bool no_versions;      /* objects have none that this host could compare (I2) */
  uint64_t crash_write;  /* it crashes at its so many-th write; 0: at none */
  bool crash_after;      /* when that is done; otherwise before */
  int64_t restart_ms;    /* so much later it starts again */
  int64_t crash_ms;      /* crashes at that moment, too, after the start of the scene; 0: no */
  int64_t past_ms;       /* one that starts again is shown the pods as they were then, after the start, */
  int64_t past_until_ms; /* up to that moment; 0: it is shown what is true */
  /* The process: */
  dset_ledger *ledger;
  bool alive;
  bool crashed;          /* in a callback: taken down afterwards */
  int64_t start_ms;      /* when it started, or starts next */
  uint64_t looked;       /* how many changes it was shown when it looked last */
  uint64_t looked_at[2]; /* and the versions of pods and DaemonSets */
  uint64_t writes;
  uint64_t plans;
  int64_t alarm_ms;
  bottle_daemonset items[BOTTLE_DAEMONSETS];
  size_t item_count;
  bottle_view view; /* of the plan that is carried out */
  dset_arena scratch;
  const dset_plan *plan;
  /* What is outside of it, and stays: */
  unsigned char *saved;
  size_t saved_bytes;
  uint64_t newest[2]; /* the last version of its own writes: a list that starts from the store has at least that */
  bottle_view past;   /* of the first DaemonSet */
  bool has_past;
  dset_arena past_memory;
  /* What bugs remember: */
  dset_ledger *other_ledger;
  const char *names[BOTTLE_NAMES];
  size_t name_count;
  dset_node kept[BOTTLE_NAMES];
  size_t kept_count;
  int64_t number;
  int64_t last_number;
} bottle_host;

void bottle_init(bottle_host *h, size_t nodes);
void bottle_free(bottle_host *h);

/* Starts the scene if need be; until nothing is left to happen, 20 minutes of the scene have passed, or an invariant
 * did not hold. */
void bottle_run(bottle_host *h);

/* Judges, then plans so many times more, a minute apart, half-way started anew; up to the first invariant that does not
 * hold. */
void bottle_rest(bottle_host *h, int plans);

/* ---- parts ---- */

void bottle_must(int code, const char *what); /* what it does must not fail */
int64_t bottle_now(const bottle_host *h);

/* bottle_view.c. Reads the view of a DaemonSet; false: it is not there. Then, what plans take. */
bool bottle_read_view(bottle_host *h, const bottle_daemonset *item);
void bottle_fill_snapshot(bottle_host *h, dset_snapshot *snapshot);

/* Keeps the view as it is now; whether the host is shown the pods of that one. */
void bottle_keep_past(bottle_host *h);
bool bottle_in_the_past(const bottle_host *h);

/* bottle_bugs.c. Changes the view; the in-flight part of a snapshot, and how it is planned. */
void bottle_distort(bottle_host *h, bottle_view *view);
void bottle_distort_flight(bottle_host *h, const bottle_daemonset *item, dset_snapshot *snapshot,
                           dset_options *options);

/* bottle_writes.c. Changes an action that is about to be written; false: it is not written, and counts as done. */
bool bottle_change_action(bottle_host *h, dset_action *action, dset_status *status);

/* What it writes besides, behind an action that was done, and behind a plan. */
void bottle_write_more(bottle_host *h, const bottle_daemonset *item, const dset_action *action);
void bottle_write_after(bottle_host *h, const bottle_daemonset *item);

/* One more write, whatever becomes of it. */
void bottle_write(bottle_host *h, const bottle_daemonset *item, dset_action action);

#endif
