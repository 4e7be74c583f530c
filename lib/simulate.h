/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate.h (L4s): what a simulation holds. It stands on what hosts see: cluster.h and host.h.
 *
 *   agenda: what happens when ──► task ──► pod, node, change, watch, call, host
 *
 *   objects ──► nodes ──► pods that are for them       store: an object's own state
 *      │                                               seen[h]: what host h was shown of it
 *      ▼  each change
 *   logs, one a kind: [entry][entry]...[entry]
 *                        ▲ cursor of host 1   ▲ end     what lies behind a cursor comes when it is due
 *
 *   hosts ──► cluster (their view), ledger, runs
 *
 * SIDES. What nodes and pods look like depends on who looks: host 1, host 2, or the store.
 */
#ifndef DSET_LIB_SIMULATE_H
#define DSET_LIB_SIMULATE_H

#include "arena.h"
#include "daemonset/cluster.h"
#include "daemonset/host.h"
#include "daemonset/match.h"
#include "daemonset/simulate.h"
#include "error.h"
#include "index.h"
#include "pool.h"
#include "selector.h"

enum { DSET_SIM_HOSTS = 2, DSET_SIM_STORE = 2, DSET_SIM_SIDES = 3, DSET_SIM_VIOLATIONS = 32 };

/* Of a kind that nothing has happened to: 0 would mean that it is not known. */
enum { DSET_SIM_FIRST_VERSION = 1 };

/* ---- agenda ---- */

/* What is due; of one moment in the order in which it was put. */
enum dset_sim_task_kind {
  DSET_TASK_CHANGE,      /* a dset_change */
  DSET_TASK_LIVE,        /* a pod's next stage */
  DSET_TASK_STOP,        /* a deleting pod is gone */
  DSET_TASK_AVAILABLE,   /* a pod may be available by now, as one side sees it */
  DSET_TASK_LOST,        /* a deletion that was sent is not waited for any more */
  DSET_TASK_UNREACHABLE, /* a node has been cut off for long */
  DSET_TASK_COLLECT,     /* an object whose node or owner is gone */
  DSET_TASK_SHOW,        /* a host's watch of one kind */
  DSET_TASK_LIST,        /* a host's watch of one kind lists anew */
  DSET_TASK_CALL,        /* a write reaches the store */
  DSET_TASK_ANSWER,      /* its answer reaches the host */
  DSET_TASK_WAKE,        /* a host wakes up */
  DSET_TASK_RESTART,     /* a host starts */
  DSET_TASK_LOOK,        /* the caller wants a step */
  DSET_TASK_CALM         /* from now on nothing goes wrong */
};

typedef struct dset_sim_task {
  int64_t at_ms;
  uint64_t sequence;
  void *object;
  uint32_t stamp; /* not that of the object any more: the task is void */
  uint8_t kind;
  uint8_t part; /* side, or kind of objects */
} dset_sim_task;

typedef struct dset_sim_agenda {
  dset_sim_task *heap;
  size_t count;
  size_t capacity;
  uint64_t sequence;
} dset_sim_agenda;

/* ---- objects ---- */

typedef struct dset_sim_object {
  dset_hook hook;
  const char *ns;
  const char *name;
  size_t last;   /* its last entry in the log of its kind, counted from 1 */
  uint64_t mark; /* the last pass over the log that met it */
  uint8_t kind;
} dset_sim_object;

typedef struct dset_sim_node {
  dset_sim_object object;
  size_t number;
  const dset_node *plain; /* as people put it; NULL: there is none of that name */
  const dset_node *store; /* with what is known of it by itself; NULL as before */
  const dset_node *seen[DSET_SIM_HOSTS];
  struct dset_sim_pod *pods; /* that are for it, and exist on some side */
  uint32_t *fitted;          /* by rule: how many pods it was for */
  bool cordoned;
  bool cut_off;
  bool unreachable;
  uint32_t stamp;
} dset_sim_node;

/* What changes of a pod. */
typedef struct dset_sim_state {
  const char *node_name;
  const dset_label *labels;
  size_t label_count;
  const dset_owner *owners;
  size_t owner_count;
  int64_t ready_since_ms;
  int32_t phase;
  bool ready;
  bool deleting;
  bool exists;
} dset_sim_state;

enum dset_sim_stage { DSET_STAGE_WAITS, DSET_STAGE_BOUND, DSET_STAGE_RUNS, DSET_STAGE_READY, DSET_STAGE_ENDED };

typedef struct dset_sim_pod {
  dset_sim_object object;
  const char *uid;
  int64_t created_ms;
  const dset_terms *affinity;
  dset_sim_node *node;       /* the one it is for (D10); NULL: cannot be derived */
  struct dset_sim_pod *next; /* of that node */
  dset_sim_state store;
  dset_sim_state seen[DSET_SIM_HOSTS];
  const dset_kubelet *kubelet;
  int64_t fails_at_ms;                /* DSET_NEVER: it does not */
  uint32_t flaps;                     /* still to come */
  uint32_t stamp;                     /* of its life */
  int64_t awaited_ms[DSET_SIM_SIDES]; /* when it was last looked up again, by side */
  int64_t sent_ms;                    /* the host's time at which a deletion was sent; 0: none */
  uint8_t stage;
  int64_t sent_before_ms; /* while a plan is checked */
  const struct dset_sim_spec *adopter;
  bool released;
  bool doomed;    /* a controller's deletion was done */
  bool backs_off; /* it had failed when its deletion was decided */
  bool made;      /* by a controller */
  bool linked;    /* among the pods of its node */
  bool stuck;     /* its kubelet was cut off when something was due */
} dset_sim_pod;

/* A spec that a DaemonSet has or had. */
typedef struct dset_sim_spec {
  dset_daemonset *facts; /* without status */
  dset_matcher *matcher;
  dset_parsed_selector selector; /* matches nothing where it cannot be used (D1) */
  struct dset_sim_spec *next;    /* of the simulation */
  const char *hash;              /* of a new revision; "": the library's own */
  int32_t collisions;            /* counted when it came, and so in `hash` */
  const char *generation;        /* label of pods of this template (F2); NULL: none */
  const char **hashes;           /* labels of pods of this template: those of its revisions (F2, G15) */
  size_t hash_count;
  size_t hash_capacity;
  const dset_label *labels; /* of pods made last, with ... */
  size_t label_count;
  const char *label_hash; /* this hash */
  uint32_t number;        /* of its template */
} dset_sim_spec;

/* What a side knows of a DaemonSet. `spec` is NULL: it is not there. */
typedef struct dset_sim_facts {
  dset_sim_spec *spec;
  const dset_status *status;
  uint64_t version;
} dset_sim_facts;

/* What a node adds to the sums of a side (simulate_count.c). */
typedef struct dset_sim_share {
  bool counted; /* up to date */
  bool eligible;
  bool available;
  bool updated;
  bool surging;
} dset_sim_share;

typedef struct dset_sim_sums {
  dset_sim_share *shares; /* by node */
  size_t capacity;
  size_t known;  /* so many nodes are counted, or on the list */
  size_t *stale; /* numbers of nodes that are to be counted again */
  size_t stale_count;
  const dset_sim_spec *spec; /* what was counted by */
  int64_t eligible;
  int64_t available; /* eligible nodes */
  int64_t updated;
  int64_t surging;
  int64_t serving; /* nodes with an available pod, eligible or not */
} dset_sim_sums;

/* Back-off of a node, as the invariant keeps it. */
typedef struct dset_sim_backoff {
  int64_t generation; /* observed */
  int64_t last_ms;
  int64_t delay_ms;
} dset_sim_backoff;

typedef struct dset_sim_daemonset {
  dset_sim_object object;
  dset_sim_facts store;
  dset_sim_facts seen[DSET_SIM_HOSTS];
  uint32_t templates; /* how many it had */
  dset_sim_sums sums[DSET_SIM_SIDES];
  dset_sim_backoff *backoffs; /* by node */
  uint8_t *sent;              /* by node: creations under way */
  size_t node_capacity;       /* of both */
  dset_run *runs[DSET_SIM_HOSTS];
  bool due[DSET_SIM_HOSTS];               /* is planned at the next opportunity */
  int64_t wake_ms[DSET_SIM_HOSTS];        /* DSET_NEVER: nothing is asked for */
  bool backs_off[DSET_SIM_HOSTS];         /* its view has back-offs */
  const dset_plan *plans[DSET_SIM_HOSTS]; /* made in this moment, and not checked yet */
  dset_sim_spec *decided[DSET_SIM_HOSTS]; /* what its run was planned for */
  int64_t decided_ms[DSET_SIM_HOSTS];     /* and when, by the host's clock */
  bool deferred[DSET_SIM_HOSTS];          /* until something new is shown */
  int64_t moment_ms;                      /* of the last plan, */
  uint32_t moment_plans;                  /* and the how many-th in that moment it was */
  const dset_sim_spec *measured;          /* at the last step */
  const char *waits;                      /* what the last trace said of it */
} dset_sim_daemonset;

typedef struct dset_sim_revision {
  dset_sim_object object;
  const dset_revision *store; /* NULL: gone */
  const dset_revision *seen[DSET_SIM_HOSTS];
} dset_sim_revision;

/* ---- log ---- */

/* One change as watches show it; the member of its kind is set, NULL: the object is gone. */
typedef struct dset_sim_entry {
  dset_sim_object *object;
  uint64_t version;
  int64_t due_ms[DSET_SIM_HOSTS];
  union {
    const dset_node *node;
    dset_sim_state pod;
    dset_sim_facts daemonset;
    const dset_revision *revision;
  } as;
} dset_sim_entry;

typedef struct dset_sim_log {
  dset_sim_entry *entries;
  size_t first; /* how many were dropped */
  size_t count; /* that were ever written */
  size_t capacity;
  uint64_t version; /* of the last */
} dset_sim_log;

/* ---- hosts, calls ---- */

typedef struct dset_sim_host {
  dset_simulation *sim;
  int number; /* 0 or 1 */
  bool alive;
  bool crashed; /* inside a callback: it is taken down afterwards */
  uint32_t stamp;
  dset_cluster *cluster;
  dset_ledger *ledger;
  uint64_t fence; /* of the saved ledger that it knows */
  int64_t clock_ms;
  uint64_t reconciles; /* once its view of pods has this version; 0: it has */
  int64_t wake_ms;     /* the earliest that its DaemonSets ask for */
  size_t cursors[DSET_WATCHES];
  uint64_t versions[DSET_WATCHES];
  int64_t last_due_ms[DSET_WATCHES];
  int64_t shows_ms[DSET_WATCHES]; /* when its watch shows something next */
  bool lost[DSET_WATCHES];
  bool stopped[DSET_WATCHES];   /* by a change */
  uint32_t shows[DSET_WATCHES]; /* stamps of tasks */
} dset_sim_host;

/* A write of a controller, with what it was decided from. Texts are the simulation's. */
typedef struct dset_sim_call {
  dset_sim_daemonset *daemonset;
  dset_sim_spec *spec;
  uint64_t daemonset_version;
  int host;
  uint32_t host_stamp;
  int32_t type;
  int32_t cause;
  int32_t attempt;
  const char *node;
  const char *pod;
  const char *revision;
  const char *hash;
  int64_t number;
  const dset_status *status;
  size_t index; /* in its run */
  int fault;    /* enum dset_fault, or -1 */
  int32_t result;
  const char *made; /* the pod that was created */
  uint64_t version;
  const char *text;
} dset_sim_call;

/* ---- all of it ---- */

typedef struct dset_sim_objects {
  dset_index index;
  dset_sim_object **items; /* in the order in which they came */
  size_t count;
  size_t capacity;
} dset_sim_objects;

struct dset_simulation {
  dset_pool pool;
  dset_arena arena;    /* what stays */
  dset_arena snapshot; /* of dset_simulation_snapshot() */
  bool failed;         /* an allocation did */
  dset_listener listener;
  dset_options options;
  int32_t controller;
  dset_delays delays;
  dset_fault_rates faults;
  const dset_kubelet *const *kubelets;
  size_t kubelet_count;
  uint64_t dice;
  uint64_t fired;
  bool calm;    /* nothing goes wrong any more */
  bool history; /* logs are kept whole */
  dset_sim_agenda agenda;
  int64_t now_ms;
  uint64_t version;
  uint64_t pass;
  dset_index texts;
  dset_sim_objects objects[DSET_WATCHES];
  dset_sim_log logs[DSET_WATCHES];
  dset_sim_host hosts[DSET_SIM_HOSTS];
  dset_sim_spec *specs;
  size_t call_count; /* under way */
  uint64_t pods_made;
  const char **ending; /* namespaces that are terminating */
  size_t ending_count;
  size_t ending_capacity;
  unsigned char *saved; /* the ledger */
  size_t saved_bytes;
  size_t saved_capacity;
  uint64_t fence; /* how often it was saved */
  bool busy;      /* in a callback of the caller's controller */
  bool resting;   /* writes are violations */
  dset_simulation_stats stats;
  dset_violation violations[DSET_SIM_VIOLATIONS];
};

static inline dset_sim_node *dset_sim_node_at(const dset_simulation *sim, size_t index) {
  return (dset_sim_node *)sim->objects[DSET_WATCH_NODES].items[index];
}

static inline dset_sim_pod *dset_sim_pod_at(const dset_simulation *sim, size_t index) {
  return (dset_sim_pod *)sim->objects[DSET_WATCH_PODS].items[index];
}

static inline dset_sim_daemonset *dset_sim_daemonset_at(const dset_simulation *sim, size_t index) {
  return (dset_sim_daemonset *)sim->objects[DSET_WATCH_DAEMONSETS].items[index];
}

static inline dset_sim_revision *dset_sim_revision_at(const dset_simulation *sim, size_t index) {
  return (dset_sim_revision *)sim->objects[DSET_WATCH_REVISIONS].items[index];
}

/* simulate_base.c: memory, texts, dice, agenda. After a failed allocation `failed` is set and NULL or "" returned. */
void *dset_sim_alloc(dset_simulation *sim, size_t count, size_t bytes); /* zero-filled, stays */
void *dset_sim_grow(dset_simulation *sim, void *items, size_t count, size_t *capacity, size_t bytes); /* by one */
const char *dset_sim_text(dset_simulation *sim, const char *text);
const char *dset_sim_format(dset_simulation *sim, const char *format, ...) DSET_PRINTF(2, 3);
uint64_t dset_sim_dice(dset_simulation *sim, uint64_t sides);
int64_t dset_sim_draw(dset_simulation *sim, const dset_span *span);
int64_t dset_sim_after(dset_simulation *sim, const dset_span *span); /* a moment: that long from now */
bool dset_sim_fault(dset_simulation *sim, int fault, const char *what);
void dset_sim_plan_task(dset_simulation *sim, int64_t at_ms, int kind, int part, void *object, uint32_t stamp);
const dset_sim_task *dset_sim_next_task(dset_simulation *sim); /* that is not void; NULL: none */
dset_sim_task dset_sim_take_task(dset_simulation *sim);

/* simulate_tell.c: what listeners hear. */
bool dset_sim_heard(const dset_simulation *sim);
void dset_sim_tell(dset_simulation *sim, dset_trace *trace, const char *format, ...) DSET_PRINTF(3, 4);
void dset_sim_tell_plan(dset_simulation *sim, const dset_sim_host *host, dset_sim_daemonset *daemonset,
                        const dset_plan *plan);
void dset_sim_violate(dset_simulation *sim, int invariant, const dset_sim_daemonset *daemonset, const char *format, ...)
    DSET_PRINTF(4, 5);

/* simulate_store.c: objects and the log of their changes. */
dset_sim_node *dset_sim_find_node(const dset_simulation *sim, const char *name); /* NULL: none was ever of that name */
dset_sim_pod *dset_sim_find_pod(const dset_simulation *sim, const char *ns, const char *name);
dset_sim_daemonset *dset_sim_find_daemonset(const dset_simulation *sim, const char *ns, const char *name);
dset_sim_revision *dset_sim_find_revision(const dset_simulation *sim, const char *ns, const char *name);
dset_sim_node *dset_sim_node_of(dset_simulation *sim, const char *name); /* made if need be */
dset_sim_daemonset *dset_sim_daemonset_of(dset_simulation *sim, const char *ns, const char *name);
dset_sim_pod *dset_sim_add_pod(dset_simulation *sim, const char *ns, const char *name);
dset_sim_revision *dset_sim_revision_of(dset_simulation *sim, const char *ns, const char *name);
void dset_sim_log_node(dset_simulation *sim, dset_sim_node *node);
void dset_sim_log_pod(dset_simulation *sim, dset_sim_pod *pod);
void dset_sim_log_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset);
void dset_sim_log_revision(dset_simulation *sim, dset_sim_revision *revision);
const dset_owner *dset_sim_controller(const dset_sim_state *state);
bool dset_sim_owns(const dset_sim_spec *spec, const dset_sim_pod *pod, const dset_sim_state *state);
bool dset_sim_claims(const dset_sim_spec *spec, const dset_sim_pod *pod, const dset_sim_state *state); /* D4 */
const dset_label *dset_sim_with_label(dset_simulation *sim, const dset_label *labels, size_t *count, const char *key,
                                      const char *value);
void dset_sim_link(dset_sim_pod *pod); /* to the pods of its node */
void dset_sim_pod_facts(const dset_sim_pod *pod, const dset_sim_state *state, dset_pod *facts);

/* simulate_scenario.c */
int dset_sim_check_scenario(const dset_scenario *scenario, dset_error *error);
int dset_sim_in_list(int code, const char *list, size_t index, dset_error *error); /* its path says which item */

/* simulate_objects.c: objects as scenarios and changes give them. */
void dset_sim_put_node(dset_simulation *sim, const dset_node *from);
void dset_sim_refresh_node(dset_simulation *sim, dset_sim_node *node);
void dset_sim_put_pod(dset_simulation *sim, const dset_pod *from);
void dset_sim_put_daemonset(dset_simulation *sim, const dset_daemonset *from, const char *hash);
void dset_sim_put_revision(dset_simulation *sim, const dset_revision *from);
void dset_sim_remove_revision(dset_simulation *sim, dset_sim_revision *revision);
void dset_sim_remove_daemonset(dset_simulation *sim, dset_sim_daemonset *daemonset);

/* simulate_pod.c: scheduler, kubelets, collectors. */
void dset_sim_begin_pod(dset_simulation *sim, dset_sim_pod *pod);
void dset_sim_change_pod(dset_simulation *sim, dset_sim_pod *pod, const dset_sim_state *before);
void dset_sim_live(dset_simulation *sim, dset_sim_pod *pod);
void dset_sim_delete_pod(dset_simulation *sim, dset_sim_pod *pod);
void dset_sim_fail_pod(dset_simulation *sim, dset_sim_pod *pod);
void dset_sim_end_pod(dset_simulation *sim, dset_sim_pod *pod, const char *why);
void dset_sim_rejoin(dset_simulation *sim, dset_sim_node *node);
void dset_sim_unreachable(dset_simulation *sim, dset_sim_node *node);
void dset_sim_await_collect(dset_simulation *sim, dset_sim_object *object); /* a pod or a revision, a while later */
void dset_sim_collect(dset_simulation *sim, dset_sim_object *object);       /* if its node or its DaemonSet is gone */
void dset_sim_wake_waiting(dset_simulation *sim, dset_sim_node *node);      /* pods that wait for it are scheduled */

/* simulate_change.c */
int dset_sim_check_change(const dset_change *change, dset_error *error); /* paths begin at the change */
void dset_sim_plan_change(dset_simulation *sim, const dset_change *change);
void dset_sim_do_change(dset_simulation *sim, const dset_change *change);

/* simulate_watch.c: what hosts are shown. */
void dset_sim_announce(dset_simulation *sim, int kind, dset_sim_entry *entry);
void dset_sim_show(dset_simulation *sim, dset_sim_host *host, int kind);
void dset_sim_list(dset_simulation *sim, dset_sim_host *host, int kind);
void dset_sim_list_all(dset_simulation *sim, dset_sim_host *host, bool restarted);
void dset_sim_stop_watch(dset_simulation *sim, int kind);
void dset_sim_resume_watch(dset_simulation *sim, int kind);
void dset_sim_whole(const dset_sim_facts *from, dset_daemonset *to);

/* simulate_call.c: a controller's writes. */
dset_sim_call dset_sim_call_of(dset_simulation *sim, dset_sim_daemonset *daemonset, int host,
                               const dset_action *action);
void dset_sim_send(dset_simulation *sim, dset_sim_call *call);   /* decides what goes wrong */
void dset_sim_effect(dset_simulation *sim, dset_sim_call *call); /* does it, unless it was refused */

/* simulate_host.c: the library's controller. */
void dset_sim_start_host(dset_simulation *sim, dset_sim_host *host, bool restarted);
void dset_sim_crash_host(dset_simulation *sim, dset_sim_host *host);
void dset_sim_stop_host(dset_simulation *sim, dset_sim_host *host);
void dset_sim_take_over(dset_simulation *sim);
bool dset_sim_work_hosts(dset_simulation *sim); /* true: something was planned */
void dset_sim_follow(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset); /* of its run */
void dset_sim_set_clock(dset_simulation *sim, dset_sim_host *host, int64_t ms);
void dset_sim_force_plans(dset_simulation *sim);

/* simulate_carry.c */
void dset_sim_callbacks(const dset_simulation *sim, dset_callbacks *callbacks);
void dset_sim_answer(dset_simulation *sim, dset_sim_call *call);

/* simulate_wake.c: when the library's controller, or Kubernetes', asks to be woken. */
void dset_sim_ask(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset, const dset_plan *plan);
void dset_sim_ask_pod(dset_simulation *sim, dset_sim_host *host, const dset_sim_pod *pod, const dset_sim_state *before);
void dset_sim_wake(dset_simulation *sim, dset_sim_host *host); /* the moment has come */
void dset_sim_add_wake(dset_simulation *sim, dset_sim_host *host, dset_sim_daemonset *daemonset, int64_t at_ms);

/* simulate_count.c: how many nodes are eligible, available, updated, surging, as a side sees them. */
void dset_sim_stale_node(dset_simulation *sim, const dset_sim_node *node, int side);
void dset_sim_stale_views(dset_simulation *sim, const dset_sim_node *node); /* of all hosts; nothing when it is NULL */
void dset_sim_stale_all(dset_simulation *sim, int side);
const dset_sim_sums *dset_sim_count(dset_simulation *sim, dset_sim_daemonset *daemonset, int side);
const dset_sim_facts *dset_sim_facts_of(const dset_sim_daemonset *daemonset, int side);
const dset_sim_state *dset_sim_state_of(const dset_sim_pod *pod, int side);
int dset_sim_verdict(const dset_sim_spec *spec, const dset_sim_node *node, int side);
bool dset_sim_has_hash(const dset_sim_spec *spec, const dset_sim_state *state); /* of a revision of the template */
bool dset_sim_is_new(const dset_sim_spec *spec, const dset_sim_state *state);
bool dset_sim_available(const dset_simulation *sim, const dset_sim_spec *spec, const dset_sim_state *state, int side);
bool dset_sim_is_sent(const dset_sim_pod *pod, int64_t now_ms);        /* a deletion, that may still be under way */
void dset_sim_lose(dset_simulation *sim, dset_sim_pod *pod, int side); /* what was sent is not waited for any more */
bool dset_sim_lives(const dset_simulation *sim, const dset_sim_pod *pod, int side);
int64_t dset_sim_time(const dset_simulation *sim, int side);

/* simulate.c */
int dset_sim_idle(const dset_simulation *sim, dset_error *error); /* whether it can be stepped */
void dset_sim_look(dset_simulation *sim); /* a controller of the caller's plans in this moment */

/* simulate_view.c */
void dset_sim_measure(dset_simulation *sim); /* the numbers of this moment */

/* simulate_check.c: the invariants. */
void dset_sim_check_call(dset_simulation *sim, const dset_sim_call *call);
void dset_sim_check_plan(dset_simulation *sim, dset_sim_daemonset *daemonset, int host, const dset_plan *plan);
int64_t dset_sim_most_delay_ms(const dset_simulation *sim); /* of back-offs */
void dset_sim_mark_sent(dset_simulation *sim, const dset_sim_call *call);
void dset_sim_check_made(dset_simulation *sim, const dset_sim_call *call, const dset_sim_pod *pod);
void dset_sim_check_status(dset_simulation *sim, const dset_sim_call *call);

#endif
