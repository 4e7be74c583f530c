/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsontext.h: JSON as text. What stands in it is passed on byte by byte, so that a number keeps its digits and an
 * object its order and its duplicate keys; no tree is made. Names start with span_, as json_string() and the like are
 * jansson's.
 */
#ifndef DSET_JSONTEXT_H
#define DSET_JSONTEXT_H

#include "dset.h"

/* text[0..length) */
struct span {
  const char *text;
  size_t length;
};

/* Whether a text is one JSON value, nested at most a thousand deep. What is no UTF-8 is not noticed. */
bool span_valid(struct span text);

/*
 * The value of a member of an object; of equal keys the last counts. Text NULL: there is none. In a text that is not
 * JSON, what can be seen is found.
 */
struct span span_member(struct span object, const char *key);

/* The text of a JSON string that the caller frees; NULL when it is no string. A NUL in it becomes U+FFFD. */
char *span_string(struct span value);

/* Writes JSON over several lines, its lines behind the first indented by `indent` blanks; and as YAML in blocks. */
void span_indented(FILE *file, struct span value, int indent);
void span_yaml(FILE *file, struct span value);

/* For these: where the value that starts at `at` ends, and the next byte that is no blank. NULL: the text ends first.
 */
const char *span_value_end(const char *at, const char *end);
const char *span_blanks_end(const char *at, const char *end);

#endif
