/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster.h (L4): what a cluster keeps.
 *
 *   keys    label keys that some DaemonSet names
 *     ╎
 *   classes ──► face: labels under those keys, taints          one for all nodes that look the same
 *     ▲    └──► verdict of each DaemonSet                      computed when first asked for
 *     │
 *   nodes ──► entries by DaemonSet                             there if the node runs it, or holds pods of it
 *                 ╎
 *   daemonsets ──► entries: settled ⇄ ⇄, changed ⇄ ⇄           a plan judges the changed ones anew
 *     │       ├──► sums of the entries' shares                 old share away, new share added
 *     │       ├──► orders of entries by what is to be done     by node
 *     │       ├──► moments at which pods become available
 *     │       └──► pods it adopts, releases; hashes pods carry
 *     ▼
 *   owners ──► pods with that controller ⇄                     one owner for all pods without, in each namespace
 *         └──► revisions with that controller ⇄
 *
 * An event first decides what it will need, and reserves it; what follows cannot fail. So it is taken in whole or not
 * at all.
 */
#ifndef DSET_LIB_CLUSTER_H
#define DSET_LIB_CLUSTER_H

#include "daemonset/cluster.h"
#include "index.h"
#include "moments.h"
#include "order.h"
#include "plan.h"
#include "pool.h"

/* A verdict that was not asked for yet. */
enum { VERDICT_UNKNOWN = -1 };

/* A label key that rules name. It stays while nobody names it, until nodes are sorted into classes anew. */
typedef struct dset_place_key {
  dset_hook hook;
  size_t users;
  uint64_t stamp; /* equal to the cluster's: the two classes at hand differ in it */
  bool sorted;    /* all classes have it in their faces */
  char text[];
} dset_place_key;

typedef struct dset_class {
  dset_hook hook;
  dset_node face; /* without name; labels by key, taints by key, effect, value */
  size_t nodes;
  size_t bytes;
  int8_t *verdicts; /* by DaemonSet's number */
  size_t verdict_count;
} dset_class;

typedef struct dset_record_node {
  dset_hook hook;
  dset_node view; /* its taints are those of its class */
  size_t label_bytes;
  size_t name_bytes;
  dset_class *of;               /* NULL: pods are for it, but it is not there */
  dset_class *next_of;          /* while nodes are sorted anew */
  struct dset_member **members; /* by DaemonSet's number */
  size_t member_count;
  size_t pods; /* that are for it */
} dset_record_node;

/* What manage has to do with an entry. */
enum dset_managing {
  DSET_MANAGING_NOTHING,
  DSET_MANAGING_CREATES,
  DSET_MANAGING_DELETES,
  DSET_MANAGING_ASKS, /* Failed or Succeeded pods: every plan has to ask, as back-offs run out */
  DSET_MANAGING_GONE, /* deletes of a vanished node */
  DSET_MANAGING_COUNT
};

/* A pair of DaemonSet and node: an entry with what it adds to the sums. */
typedef struct dset_member {
  dset_entry view;
  struct dset_record_daemonset *daemonset;
  dset_record_node *node;
  struct dset_member *before; /* among the settled, or the changed */
  struct dset_member *next;
  const dset_pod *few[2]; /* where view.pods are, as long as they fit */
  dset_moment moment;     /* from when a ready pod is available */
  uint32_t capacity;
  bool changed;
  int8_t managing;
  dset_roll_share rolling;
  dset_share share;
} dset_member;

/* Pods of one controller, or of one namespace and none; and revisions, whose controller is known by its uid alone. */
typedef struct dset_record_owner {
  dset_hook hook;
  dset_owner owner; /* its `controller` is set, or there is none */
  const char *ns;
  struct dset_record_pod *pods;
  struct dset_record_revision *revisions;
  struct dset_record_daemonset *daemonset; /* whose pods these are */
  size_t bytes;
} dset_record_owner;

/* A pod without controller that a DaemonSet adopts. */
typedef struct dset_adoption {
  struct dset_adoption *next; /* of the same pod */
  struct dset_record_daemonset *daemonset;
  dset_member *member; /* NULL: not counted on any node */
} dset_adoption;

/* The labels of pods; most pods share theirs. */
typedef struct dset_label_set {
  dset_hook hook;
  const dset_label *labels;
  size_t count;
  size_t users;
  size_t bytes;
} dset_label_set;

typedef struct dset_record_pod {
  dset_hook hook;
  dset_pod view;
  dset_label_set *labels;
  dset_record_owner *owner;
  struct dset_record_pod *before; /* of the same owner */
  struct dset_record_pod *next;
  dset_record_node *target; /* NULL: cannot be derived */
  dset_member *member;      /* of the DaemonSet that keeps it; NULL: none, or not counted */
  dset_adoption *adoptions;
  size_t name_bytes;
  bool kept;
  bool released;
} dset_record_pod;

typedef struct dset_record_revision {
  dset_hook hook;
  dset_revision view;
  dset_record_owner *owner;
  struct dset_record_revision *before; /* of the same owner */
  struct dset_record_revision *next;
  size_t bytes;
} dset_record_revision;

/* A hash that claimed pods carry (G17). */
typedef struct dset_carried {
  size_t pods;
  size_t bytes;
  char text[];
} dset_carried;

/* What shares were judged by; when it differs, all are judged anew. */
typedef struct dset_basis {
  char *hash; /* NULL: nothing was judged yet */
  size_t hash_bytes;
  int64_t template_generation;
  int64_t now_ms;
  int32_t min_ready_seconds;
  bool has_template_generation;
  bool manage_surge;
  bool rolls;
  bool roll_surge;
} dset_basis;

typedef struct dset_record_daemonset {
  dset_key key;
  size_t number;    /* into verdicts and members */
  dset_arena facts; /* the DaemonSet, and what was compiled from it */
  dset_daemonset *view;
  dset_sync sync;
  dset_snapshot snapshot;   /* without lists, until a plan fills them in */
  const char *new_revision; /* the name that a new revision would get */
  bool named;               /* verdicts depend on names (C5, C13) */
  bool claims;              /* its selector can be used, and it has namespace, name and uid */
  dset_place_key **keys;
  size_t key_count;
  size_t key_bytes;
  dset_record_owner *owner; /* NULL: it claims nothing */
  dset_member *settled;
  dset_member *changed;
  int64_t desired;
  dset_shares sums;
  dset_roll_shares roll_sums;
  dset_order managing[DSET_MANAGING_COUNT];
  dset_order rolling[DSET_ROLLING_COUNT];
  dset_order adopts;
  dset_order releases;
  dset_order carried;
  dset_moments moments;
  dset_basis basis;
  dset_backoff *backoffs; /* by node */
  size_t backoff_count;
  size_t backoff_bytes;
  dset_plan *plan;
  dset_moment check;                    /* the next check of the last plan */
  struct dset_record_daemonset *before; /* among the dirty */
  struct dset_record_daemonset *next;
  struct dset_record_daemonset *due_before; /* among those whose check has come, while they are listed */
  struct dset_record_daemonset *due_next;
  uint64_t touched; /* by which call */
  bool dirty;
} dset_record_daemonset;

struct dset_cluster {
  dset_allocator host;
  dset_allocator allocator; /* asks the host's, and counts */
  dset_options options;
  dset_pool pool;
  dset_arena scratch; /* memory that ends with a call */
  dset_arena spare;   /* for the facts of the next DaemonSet */
  dset_cluster_counters counters;
  dset_index keys;
  dset_index classes;
  dset_index nodes;
  dset_index owners;
  dset_index pods;
  dset_index label_sets;
  dset_index revisions;
  dset_record_daemonset **daemonsets; /* by namespace, name */
  size_t daemonset_count;
  size_t daemonset_capacity;
  bool *numbers;       /* which are in use */
  size_t number_limit; /* numbers are below */
  uint64_t stamp;
  uint64_t calls;
  dset_moments checks;
  dset_record_daemonset *first_dirty;
  dset_record_daemonset *last_dirty;
};

/* ---- cluster.c ---- */

/* Where the DaemonSet of that name is, or would be, and whether it is there. */
size_t dset_cluster_place(const dset_cluster *cluster, const char *ns, const char *name, bool *there);

/* The DaemonSet of that name, or NULL. */
dset_record_daemonset *dset_cluster_find(const dset_cluster *cluster, const char *ns, const char *name);

/* Puts a DaemonSet last among the dirty, unless it is there. Those that one call puts there stand by namespace, name.
 */
void dset_cluster_touch(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* Takes it from the dirty. */
void dset_cluster_clean(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* The hash of an object's name in its namespace. */
uint64_t dset_cluster_hash(const char *ns, const char *name);

/* ---- cluster_class.c ---- */

/* The class that a node of these labels and taints belongs to, made if it is not there, with the verdicts that it must
 * share with `like` (NULL is allowed). It has one node more. Uses scratch memory. NULL when an allocation fails. */
dset_class *dset_class_join(dset_cluster *cluster, const dset_node *node, const dset_class *like);

/* Ends a node's part in its class, which goes with its last one; NULL is allowed. */
void dset_class_leave(dset_cluster *cluster, dset_class *of);

/* The verdict of a DaemonSet on a node of this class (C4). */
int dset_class_verdict(dset_cluster *cluster, const dset_record_daemonset *daemonset, const dset_node *node,
                       dset_class *of);

/* A number for a DaemonSet that no class has a verdict for. False when an allocation fails. */
bool dset_class_number(dset_cluster *cluster, size_t *number);
void dset_class_give_number(dset_cluster *cluster, size_t number);

/* The keys that a DaemonSet's rules name tell nodes apart from now on. False when an allocation fails; then it has
 * none. */
bool dset_class_take_keys(dset_cluster *cluster, dset_record_daemonset *daemonset);
void dset_class_give_keys(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* ---- cluster_member.c ---- */

/* What the list of a node's members takes of a reservation, and a member with one more pod. */
size_t dset_member_list_room(const dset_cluster *cluster, const dset_record_node *node, size_t number);
size_t dset_member_room(const dset_record_node *node, const dset_record_daemonset *daemonset);

/* NULL: there is none. */
dset_member *dset_member_find(const dset_record_node *node, const dset_record_daemonset *daemonset);

/* Adds a pod to the entry of the node it is for, which is made if it is not there. There must be room. */
dset_member *dset_member_join(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_node *node,
                              const dset_pod *pod);

/* Takes a pod out; an entry that nothing needs any more goes. */
void dset_member_leave(dset_cluster *cluster, dset_member *member, const dset_pod *pod);

/* The verdict on a node: its entry is made or goes as needed. There must be room if it is to be made. */
void dset_member_judge(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_node *node, int verdict);

/* Moves a member to the changed ones; all of them; back. */
void dset_member_change(dset_cluster *cluster, dset_member *member);
void dset_member_change_all(dset_record_daemonset *daemonset);
void dset_member_settle(dset_member *member);

/* Drops all members. */
void dset_member_drop_all(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* ---- cluster_node.c ---- */

/* The record of a node, which may be one that is not there, or NULL. */
dset_record_node *dset_node_find(const dset_cluster *cluster, const char *name);

/* What dset_node_target() takes of a reservation. */
size_t dset_node_room(const char *name);

/* The record of a node that one more pod is for, made if there is none. There must be room. */
dset_record_node *dset_node_target(dset_cluster *cluster, const char *name);

/* One pod less is for a node, whose record goes when the node is not there and it was the last one; NULL is allowed. */
void dset_node_leave(dset_cluster *cluster, dset_record_node *node);

/* ---- cluster_owner.c ---- */

/* The owner of a controller, or of all objects of the namespace that have none (NULL); NULL: there is no record of it.
 */
dset_record_owner *dset_owner_find(const dset_cluster *cluster, const char *ns, const dset_owner *controller);

/* Whether a record is the one of that controller. */
bool dset_owner_is(const dset_record_owner *owner, const dset_owner *controller);

/* What dset_owner_take() takes of a reservation. */
size_t dset_owner_room(const char *ns, const dset_owner *controller);

/* The same, made if it is not there. There must be room. */
dset_record_owner *dset_owner_take(dset_cluster *cluster, const char *ns, const dset_owner *controller);

/* Drops an owner that nobody needs; NULL is allowed. */
void dset_owner_tidy(dset_cluster *cluster, dset_record_owner *owner);

/* ---- cluster_claim.c ---- */

/* What claiming this pod takes of a reservation at most, if the DaemonSet claims it. `target`: NULL, none is known. */
size_t dset_pod_claim_room(const dset_cluster *cluster, const dset_record_daemonset *daemonset, const dset_pod *pod,
                           const dset_record_node *target);

/* Claims a pod, if it is the DaemonSet's to claim (D4); ends all claims to a pod. */
void dset_pod_claim(dset_cluster *cluster, dset_record_daemonset *daemonset, dset_record_pod *pod);
void dset_pod_unclaim(dset_cluster *cluster, dset_record_pod *pod);

/* The same for all pods that a DaemonSet may claim; `sync` is what claims are decided by. */
size_t dset_pod_claims_room(dset_cluster *cluster, const dset_record_daemonset *daemonset);
void dset_pod_claim_all(dset_cluster *cluster, dset_record_daemonset *daemonset);
void dset_pod_unclaim_all(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* ---- cluster_daemonset.c ---- */

/* The DaemonSet that a call names. Errors: DSET_ERR_INVALID. */
int dset_daemonset_find(dset_cluster *cluster, const char *ns, const char *name, dset_record_daemonset **daemonset,
                        dset_error *error);

/* Releases a DaemonSet with all that depends on it. */
void dset_daemonset_release(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* ---- cluster_revision.c ---- */

/* The revisions that a DaemonSet's history is made of, into its snapshot, in scratch memory: its own, those without
 * controller, and the one whose name a new one would get. False when an allocation fails. */
bool dset_revision_list(dset_cluster *cluster, dset_record_daemonset *daemonset);

/* ---- cluster_judge.c ---- */

/* Judges what has changed since the last plan, for a sync that has begun. False when an allocation fails. */
bool dset_judge_changed(dset_cluster *cluster, dset_record_daemonset *daemonset, const char *hash);

#endif
