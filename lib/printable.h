/* SPDX-License-Identifier: Apache-2.0 */
/* printable.h (L0): which characters Go prints as they are, and which it escapes. */
#ifndef DSET_LIB_PRINTABLE_H
#define DSET_LIB_PRINTABLE_H

#include <stdbool.h>
#include <stdint.h>

/* As Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the space of ASCII, by Unicode 15.0. */
bool dset_printable(uint32_t code_point);

#endif
