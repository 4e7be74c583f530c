/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grammar.h (L0): the grammars of names in Kubernetes (B2), and what is said of a text that does not follow one.
 * Lengths are counted in bytes, whatever a message says.
 *
 *   grammar      | a text follows it when it is
 *   label        | [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63 bytes
 *   subdomain    | such labels of any length joined by ".", at most 253 bytes
 *   label key    | [subdomain/]name; a name is ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9], at most 63 bytes
 *   label value  | "" or such a name
 *   port name    | [-a-z0-9]+ with a letter, without "--", not starting or ending in "-", at most 15 bytes
 *   percent      | [0-9]+%
 *   decimal      | 0 or -?[1-9][0-9]*
 */
#ifndef DSET_LIB_GRAMMAR_H
#define DSET_LIB_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* The messages on one text, in Kubernetes' order; none: it follows the grammar. All are static. */
typedef struct dset_messages {
  const char *texts[5];
  size_t count;
} dset_messages;

dset_messages dset_grammar_label(const char *text);
dset_messages dset_grammar_subdomain(const char *text);
dset_messages dset_grammar_label_key(const char *text);
dset_messages dset_grammar_label_value(const char *text);
dset_messages dset_grammar_port_name(const char *text);
dset_messages dset_grammar_percent(const char *text);
dset_messages dset_grammar_decimal(const char *text);

#endif
