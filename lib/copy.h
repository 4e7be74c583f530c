/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h (L1): copies of the caller's structs, and whether two of them say the same. */
#ifndef DSET_LIB_COPY_H
#define DSET_LIB_COPY_H

#include "arena.h"
#include "daemonset/model.h"

/* The memory that a copy of labels takes, strings included. */
size_t dset_labels_bytes(const dset_label *labels, size_t count);

/* Copies labels into so much memory, aligned for a pointer. Absent values become "". */
const dset_label *dset_labels_place(const dset_label *labels, size_t count, void *memory);

bool dset_labels_same(const dset_label *a, size_t a_count, const dset_label *b, size_t b_count);

/* A copy of a status, its conditions included, of the size of this library's struct; NULL when an allocation fails. */
const dset_status *dset_status_copy(dset_arena *arena, const dset_status *from);

/* Copies a DaemonSet with all it points to, its status included; `*copy` has the size of this library's struct. False
 * when an allocation fails. */
bool dset_daemonset_copy(dset_arena *arena, const dset_daemonset *from, dset_daemonset **copy);

/* The same for the other objects. */
bool dset_node_copy(dset_arena *arena, const dset_node *from, dset_node **copy);
bool dset_pod_copy(dset_arena *arena, const dset_pod *from, dset_pod **copy);
bool dset_revision_copy(dset_arena *arena, const dset_revision *from, dset_revision **copy);

/* Whether two DaemonSets have the same placement rules: what dset_rules_of() reads. */
bool dset_daemonset_same_placement(const dset_daemonset *a, const dset_daemonset *b);

/* Whether they claim the same pods: uid and selector. */
bool dset_daemonset_same_claims(const dset_daemonset *a, const dset_daemonset *b);

/* Whether they are equal in everything. */
bool dset_daemonset_same(const dset_daemonset *a, const dset_daemonset *b);

#endif
