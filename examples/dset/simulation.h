/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulation.h: what the parts of `dset simulate` share.
 *
 *   simulate_options.c ─► struct simulated ◄─ script.c, script_changes.c    flags and --script: what shall happen
 *                              │
 *                              ▼
 *   input.c ─► simulate.c (simulate_nodes.c) ─► the library ─► story.c ─► story_text.c, story_json.c    what did happen
 */
#ifndef DSET_SIMULATION_H
#define DSET_SIMULATION_H

#include "dset.h"

/* ---- what shall happen ---- */

/* Pods of a node that take another time to be ready. */
struct slow {
  const char *text; /* "NODE=SPAN", as it was given */
  size_t node_length;
  dset_span ready;
};

/* A change of a script, and where it stands. What an applied file holds is many changes: one each. */
struct planned {
  dset_change change; /* at_ms counts from the start, or from the update */
  bool after_update;
  size_t line;
  size_t column;
};

/* A rule for pods, and where it stands in a script; line 0: it is a flag's. */
struct ruled {
  dset_kubelet rule;
  size_t line;
  size_t column;
};

struct simulated {
  const char *update;   /* a file; NULL: none */
  int64_t update_at_ms; /* since the start; -1: when the first state has come to rest */
  const char *script;
  uint64_t seed;
  int64_t until_ms;   /* since the start */
  int32_t controller; /* enum dset_controller */
  dset_span start;
  dset_span ready;
  dset_span stop;
  uint32_t fail_per_mille;
  const char **never_ready; /* nodes */
  size_t never_ready_count;
  struct slow *slow;
  size_t slow_count;
  /* of the script, and then of all; texts and objects are the input's */
  struct ruled *rules;
  size_t rule_count;
  struct planned *changes;
  size_t change_count;
  dset_delays delays;
  dset_fault_rates faults;
};

void simulated_set_defaults(struct simulated *simulated);
void simulated_free(struct simulated *simulated);

/* Takes an option of `dset simulate` alone. Returns 0, or an exit code. */
int simulated_take(struct simulated *simulated, const char *option, const char *value);

/* "1m30s", "500ms", "0"; and "3s..10s", or one duration; and "10%", "0.5%", "10". False: the text is none. */
bool read_duration(const char *text, int64_t *ms);
bool read_span(const char *text, dset_span *span);
bool read_per_mille(const char *text, uint32_t *per_mille);

/* A duration in the same form, that the caller frees. */
char *duration_text(int64_t ms);

/* Adds what the script says. False: it is wrong, and that was said. */
bool script_read(struct simulated *simulated, struct input *input, const struct request *request);

void add_change(struct simulated *simulated, const struct planned *planned);

/* Adds a change for each object of a file. `*daemonsets` counts those; NULL: nobody asks. False as above. */
bool apply_file(struct simulated *simulated, struct input *input, const struct request *request, const char *file,
                const struct planned *when, size_t *daemonsets);

/* The hash that Kubernetes gives the template of a DaemonSet, kept by the input. */
const char *kubernetes_hash(struct input *input, const dset_daemonset *daemonset);

/* A copy of a text, kept by the input. */
const char *keep(struct input *input, const char *text, size_t length);

/* ---- what did happen ---- */

/* A line of the library's trace, texts included. */
struct event {
  dset_trace trace;
  char *texts; /* one block for all of them */
};

/* A node, for the first DaemonSet of the input. */
struct told_node {
  const char *name;
  char *made;         /* the pod that was created for the template of now */
  int64_t updated_ms; /* when that was ready; -1: not yet */
  int64_t blocked_ms; /* for how long the rolling update waited for this node */
};

struct story {
  const struct request *request;
  const struct simulated *simulated;
  dset_simulation *simulation;
  const char *ns; /* the first DaemonSet */
  const char *name;
  size_t daemonset_count;
  int64_t start_ms;
  int64_t limit_ms;        /* what comes later is not told */
  int64_t update_ms;       /* when the update was applied; -1: it was not */
  int64_t last_ms;         /* of the last event that is more than a thought of the controller's */
  int64_t next_ms;         /* when the time is over: the next moment */
  struct told_node *nodes; /* by name */
  size_t node_count;
  struct told_node **order; /* those that are updated */
  size_t order_count;
  struct told_node *waits_for; /* NULL: the rolling update does not wait */
  int64_t waits_since_ms;
  char *wait;           /* the last text */
  struct event *events; /* of this step */
  size_t event_count;
  size_t event_capacity;
  size_t told; /* steps */
  /* how it ended */
  dset_simulation_stats stats;
  bool ended;   /* nothing is heard any more */
  bool over;    /* the time is */
  bool settled; /* everything is where it should be */
};

/* All nodes that there are, or will be. Then: whether all exist that options and script speak of; if not, that was
 * said. */
void story_list_nodes(struct story *story, const struct input *input);
bool story_check_nodes(const struct story *story);

/* The listener of a story. */
void story_hear(void *story, const dset_trace *trace);

/* The end of a step: it is written where the form has steps. And of the story: its figures are those of now. */
void story_step(struct story *story);
void story_end(struct story *story);
void story_free(struct story *story);

/* Nodes that the rolling update waited for, the longest first; the caller frees the list. */
struct told_node **story_blockers(const struct story *story, size_t *count);

/* The next violation, from `*index` on, which is moved behind it; false: there is none. */
bool story_violation(const struct story *story, size_t *index, dset_violation *violation);

/* One step, and the figures at the end, for people. */
void story_print_step(struct story *story);
void story_print_end(const struct story *story);

/* The same as one JSON document. */
void story_json_step(struct story *story);
void story_json_end(const struct story *story);

#endif
