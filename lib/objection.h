/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objection.h (L3): which rule an action breaks that is not in the nearest admissible plan, or one that is missing from
 * it; see admit.c. Nothing is decided here: what the stages found is only put into words.
 */
#ifndef DSET_LIB_OBJECTION_H
#define DSET_LIB_OBJECTION_H

#include "plan.h"

/* What there is to judge, and the objection. */
typedef struct dset_judge {
  const dset_sync *sync;
  const dset_stages *done;
  const dset_plan *plan; /* the admissible plan nearest to what was taken */
  dset_taken planned;    /* its actions */
  dset_arena *arena;     /* of the objection's strings */
  const char *rule;      /* NULL: there is no objection */
  const char *text;
  const char *allowed;
  bool failed; /* an allocation failed */
} dset_judge;

/* Sets the objection; NULL in place of a text is a failed allocation. */
void dset_object(dset_judge *judge, const char *rule, const char *text, const char *allowed);

/* To an action that the plan does not hold, or not `again`. */
void dset_object_to_extra(dset_judge *judge, const dset_action *action, bool again);

/* To a pod that is created or deleted though the phases leave it alone; for dset_object_to_extra(). */
void dset_object_to_create(dset_judge *judge, const dset_action *action);
void dset_object_to_delete(dset_judge *judge, const dset_action *action);

/* To the members of an action, when they are not those of the planned one. */
void dset_object_to_members(dset_judge *judge, const dset_action *action, const dset_action *planned);

/* To leaving out a planned action. */
void dset_object_to_missing(dset_judge *judge, const dset_action *planned);

/* "any 2 of a, b, c", "all of a, b", "none now"; sorts `names`. NULL when an allocation fails. */
const char *dset_any_of(dset_judge *judge, size_t take, const char **names, size_t count);

/* The same for what a cut list of creates (node names) or deletes (pod names) leaves to choose (F8, F11,
 * E17). */
const char *dset_choice_text(dset_judge *judge, const dset_work *work, bool creates);

/* Whose pod it is, when the DaemonSet does not hold it: one line; NULL when an allocation fails. */
const char *dset_stranger_text(dset_judge *judge, const char *name);

#endif
