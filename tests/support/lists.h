/* SPDX-License-Identifier: Apache-2.0 */
/* lists.h: the JSON text of lists of nodes and pods: large ones as clusters have them, and small ones of all sorts. */
#ifndef DSET_TEST_LISTS_H
#define DSET_TEST_LISTS_H

#include "random.h"
#include "text.h"

enum list_kind { LIST_OF_NODES, LIST_OF_PODS };

/* Adds a list of at least `bytes` bytes, written without blanks as API servers do; with managed fields. */
void list_write(dset_buffer *to, enum list_kind kind, size_t bytes);

/* Adds a small list: any members, in any order, most of them good, some odd. */
void list_write_random(dset_buffer *to, dset_random *random);

/* Changes a text in one place: a value, a key, a member, a byte, an end. */
void list_mutate(dset_buffer *text, dset_random *random);

#endif
