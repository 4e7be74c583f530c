/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h (L3): which DaemonSet a plan is of. */
#ifndef DSET_LIB_DIGEST_H
#define DSET_LIB_DIGEST_H

#include "daemonset/model.h"

/* A number made of uid and generation: no two objects share a uid, no two specs of one a generation. Made in every
 * plan, so it costs a few nanoseconds. */
uint64_t dset_digest_identity(const dset_daemonset *daemonset);

#endif
