/* SPDX-License-Identifier: Apache-2.0 */
/* play.h: events of a script as calls on a cluster, and a cluster beside the naive model. */
#ifndef DSET_TEST_PLAY_H
#define DSET_TEST_PLAY_H

#include "daemonset/cluster.h"
#include "model_cluster.h"

/* The call that an event stands for, with a copy of its object that is gone when the call returns. */
int play_event(dset_cluster *cluster, const script_event *event, dset_error *error);

/* Whether the cluster plans every DaemonSet of the model as the model does; if not, `why` says what differs. */
bool play_equal(dset_cluster *cluster, const model_cluster *model, char *why, size_t bytes);

/* Whether two texts are equal; if not, `why` shows both from a little before the first difference. */
bool play_same_texts(const char *got, const char *wanted, char *why, size_t bytes);

#endif
