/* SPDX-License-Identifier: Apache-2.0 */
/* plan_text.h: everything that a plan's getters say, as text: two plans are the same if and only if their texts are. */
#ifndef DSET_TEST_PLAN_TEXT_H
#define DSET_TEST_PLAN_TEXT_H

#include "daemonset.h"

/*
 * The caller frees the text. First stand the decisions: actions, problems, status, rollout; their length is written to
 * `decisions` unless it is NULL. Behind them stands what may change with the moment of planning although nothing is
 * decided differently: back-offs that start now, and the next check.
 */
char *plan_text(const dset_plan *plan, size_t *decisions);

#endif
