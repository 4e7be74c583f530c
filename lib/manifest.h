/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h (L5): one DaemonSet that somebody wrote, as the API server takes it.
 *
 *   any tree ─conform─► typed tree ─defaults─► stored object ─┬─encode─► its JSON, revision data, hash
 *                                                             └─facts──► dset_manifest ─validate─► findings
 */
#ifndef DSET_LIB_MANIFEST_H
#define DSET_LIB_MANIFEST_H

#include <jansson.h>

#include "daemonset/codec.h"
#include "findings.h"

/*
 * Fills an entry, but for its place in the text, and adds all findings. One that cannot be decoded gets a name and a
 * namespace at most. Everything is made in `arena`. False when an allocation fails.
 */
bool dset_manifest_load(const json_t *tree, const dset_path *path, const char *default_ns,
                        const dset_validate_options *validate, dset_arena *arena, dset_findings *findings,
                        dset_manifest_entry *entry);

#endif
