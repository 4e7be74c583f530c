/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bottle_scenes.h: scenarios for a host of its own, see bottle_host.h. Each comes to rest within 20 minutes with a host
 * that has no bug. In all of them pods are shown to the host half a second late, and everything else at once, unless
 * the scenario says otherwise.
 */
#ifndef DSET_TEST_BOTTLE_SCENES_H
#define DSET_TEST_BOTTLE_SCENES_H

#include "bottle_host.h"

/* Each name, and whether it needs versions (I2). */
#define BOTTLE_SCENES(X)                                                                                      \
  X(installs, false)          /* three nodes */                                                               \
  X(rolls, false)             /* six nodes, maxUnavailable 2, a new template */                               \
  X(rolls_slowly, false)      /* the same with minReadySeconds 30 */                                          \
  X(rolls_by_default, false)  /* the same, both budgets 0: it counts as 1 (F5) */                             \
  X(rolls_by_percent, false)  /* 50 %; of six nodes four do not qualify */                                    \
  X(rolls_with_flaps, false)  /* while a pod of another node gets unready */                                  \
  X(rolls_with_lag, false)    /* pods are shown up to 4 s late, and stop one after the other */               \
  X(surges, false)            /* three nodes, maxSurge 1, minReadySeconds 10, a new template */               \
  X(surges_late, false)       /* two nodes, and the last pod is ready long after the first */                 \
  X(two_surge, false)         /* the same, and a second DaemonSet */                                          \
  X(fails, false)             /* the first four pods of each node fail at once */                             \
  X(fails_and_crashes, false) /* and the host crashes */                                                      \
  X(lags, false)              /* each pod is shown up to 5 s late */                                          \
  X(loses_answers, false)     /* of two writes in three, when installing */                                   \
  X(loses_a_pod, false)       /* the request for it */                                                        \
  X(stands_still, false)      /* no write works for half a minute, and nothing else happens */                \
  X(crashes_before, false)    /* in mid-plan, at a creation */                                                \
  X(crashes_after, false)     /* the same, and it was done */                                                 \
  X(crashes_later, false)     /* when it has installed, and again in the rolling update */                    \
  X(starts_in_the_past, true) /* a host that starts anew is shown for a while what was true long ago */       \
  X(on_delete, false)         /* OnDelete: a new template, and somebody deletes a pod */                      \
  X(taints, false)            /* nodes with NoExecute, NoSchedule; a node gets NoSchedule; one is cordoned */ \
  X(selects_nodes, false)     /* nodeSelector */                                                              \
  X(node_comes, false)        /* a node joins */                                                              \
  X(node_goes, false)         /* a node is removed, with its pod */                                           \
  X(node_is_back, false)      /* a node is cut off for long, its pod removed, and it comes back */            \
  X(node_vanishes, false)     /* before its pod was bound */                                                  \
  X(binds_late, false)        /* the scheduler takes 5 s */                                                   \
  X(stops_slowly, false)      /* pods take 30 s to stop */                                                    \
  X(many_revisions, false)    /* five templates, revisionHistoryLimit 1 */                                    \
  X(other_budget, false)      /* the spec changes, the template does not */                                   \
  X(overlaps, false)          /* a second DaemonSet with the same selector */                                 \
  X(orphans, false)           /* pods without controller, pods of another one, of a former one */             \
  X(collides, false)          /* the revision's name is taken (G13) */

#define BOTTLE_SCENE_DECLARE(name, versions) void bottle_scene_##name(bottle_host *h);
BOTTLE_SCENES(BOTTLE_SCENE_DECLARE)
#undef BOTTLE_SCENE_DECLARE

typedef struct bottle_scene {
  const char *name;
  void (*make)(bottle_host *h); /* behind bottle_init() of no nodes */
  bool needs_versions;
} bottle_scene;

extern const bottle_scene bottle_scenes[];
extern const size_t bottle_scene_count;

/* The scene of that name; aborts when there is none. */
const bottle_scene *bottle_scene_of(const char *name);

#endif
