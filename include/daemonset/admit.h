/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.h: could the Kubernetes controller have done exactly this? A snapshot and the actions that another controller
 * took in one sync go in, a judgement comes out: admissible, or the first rule that is broken and what it allows.
 *
 *   dset_judgement *judgement;
 *   if (dset_plan_admits(&snapshot, NULL, actions, count, &judgement, &error) == DSET_OK) {
 *     if (!dset_judgement_admitted(judgement)) {
 *       printf("%s: %s; allowed: %s\n", dset_judgement_rule(judgement), dset_judgement_text(judgement),
 *              dset_judgement_allowed(judgement));
 *     }
 *     dset_judgement_free(judgement);
 *   }
 *
 * WHAT IS COMPARED. Of each action its type and, as far as the type has them, these members; a NULL string is "".
 * Causes, phases, explaining texts, and the order of the actions are not compared.
 *
 *   CREATE_POD              node, hash
 *   DELETE_POD              pod
 *   ADOPT_POD, RELEASE_POD  pod; may be listed several times, as the controller sends them once in every phase (D14)
 *   LABEL_POD               pod, hash
 *   CREATE_REVISION         revision, number, hash
 *   UPDATE_REVISION         revision, number, hash; one that gets its missing label (G2) and a new number (G9) may be
 *                           listed once or twice
 *   DELETE_, ADOPT_, RELEASE_REVISION  revision
 *   BUMP_COLLISION_COUNT    number
 *   UPDATE_STATUS           status, all of it
 *   EMIT_EVENT              text = the message, event_type, event_reason; only events of planning: what is said about
 *                           calls that succeeded or failed ("SuccessfulCreate", "FailedDelete" and so on, E23) is
 * passed over
 *
 * Pods and revisions are those of the DaemonSet's namespace.
 *
 * WHAT IS FREE. Where Kubernetes follows the order of hash maps, every choice it can make is admitted (F18 to F21,
 * F24): which failed pod of a node goes first (E9), which available outdated pods are replaced and which nodes surge
 * (F8, F11, F12), what of a list is left for later when it is longer than `burst` (E17), which revision is kept or
 * deleted first among equal numbers. The hash of a new revision is the other controller's own, unless the options name
 * one.
 *
 * WHAT IS JUDGED. One sync whose phases all see the snapshot, and whose calls all succeed: a call that was tried and
 * failed counts as taken. What a controller sees of its own writes during a sync (F25), and calls it leaves out after a
 * failed batch (F23), are not: give it the snapshot that it had.
 */
#ifndef DAEMONSET_ADMIT_H
#define DAEMONSET_ADMIT_H

#include "daemonset/base.h"
#include "daemonset/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* dset_judgement_index() when no action is to blame: something is missing, or nothing is wrong. */
#define DSET_NO_ACTION SIZE_MAX

/* A judgement on the actions of one sync. Immutable; independent of all it was made from. */
typedef struct dset_judgement dset_judgement;

/*
 * Judges `action_count` actions, an array of pointers, into `*judgement`, to be released with dset_judgement_free().
 * `options` may be NULL. That the actions are not admissible is no error.
 * Errors: those of dset_plan_compute(); for an action DSET_ERR_INVALID (NULL, of no known type, without a member that
 * the table above names first) and DSET_ERR_ABI. The error's path names it as in `actions[2].pod`.
 */
DSET_API int dset_plan_admits(const dset_snapshot *snapshot, const dset_options *options,
                              const dset_action *const *actions, size_t action_count, dset_judgement **judgement,
                              dset_error *error);

/* Releases a judgement; NULL is allowed. */
DSET_API void dset_judgement_free(dset_judgement *judgement);

/* Whether Kubernetes could have taken exactly these actions. */
DSET_API bool dset_judgement_admitted(const dset_judgement *judgement);

/*
 * The first rule that is broken, such as "F8"; "" when admitted. First in the order of the sync: revisions, claims,
 * creates, deletes, events, status; within one of these what was done too much or wrong comes before what is missing.
 */
DSET_API const char *dset_judgement_rule(const dset_judgement *judgement);

/* What is wrong, one line for people; "" when admitted. */
DSET_API const char *dset_judgement_text(const dset_judgement *judgement);

/* What would have been right in its place, one line, such as "any 2 of n1, n4, n7"; "" when admitted. */
DSET_API const char *dset_judgement_allowed(const dset_judgement *judgement);

/* The index of the action that breaks the rule, or DSET_NO_ACTION. */
DSET_API size_t dset_judgement_index(const dset_judgement *judgement);

#ifdef __cplusplus
}
#endif

#endif
