/* SPDX-License-Identifier: Apache-2.0 */
/* render.h (L5): making a dset_text from a buffer, shared by the writers. */
#ifndef DSET_LIB_RENDER_H
#define DSET_LIB_RENDER_H

#include "daemonset/codec.h"
#include "text.h"

/* Checks options (NULL is allowed) and starts a buffer. Errors: DSET_ERR_ABI. */
int dset_text_begin(const dset_write_options *options, dset_buffer *buffer, dset_error *error);

/* Turns the buffer into a text, or clears it and fails with DSET_ERR_NOMEM. */
int dset_text_end(dset_buffer *buffer, dset_text **text, dset_error *error);

/* Writes the pod of dset_pod_json() into a buffer. */
int dset_write_pod(dset_buffer *buffer, const dset_daemonset *daemonset, const char *node, const char *hash,
                   dset_error *error);

#endif
