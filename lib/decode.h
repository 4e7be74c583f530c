/* SPDX-License-Identifier: Apache-2.0 */
/* decode.h (L5): JSON trees to the structs of model.h. Knows Kubernetes' field names, nothing of text. */
#ifndef DSET_LIB_DECODE_H
#define DSET_LIB_DECODE_H

#include "arena.h"
#include "daemonset/plan.h"
#include "source.h"

enum { DSET_DECODE_DEPTH = 24 };

/* Where the decoder stands. After a failure `steps` lead from the root to the offending value. */
typedef struct dset_decoder {
  dset_arena *arena; /* of what is made */
  dset_error *error; /* filled on failure, but for line and column */
  int code;
  dset_step steps[DSET_DECODE_DEPTH];
  size_t depth;
} dset_decoder;

void dset_decoder_init(dset_decoder *decoder, dset_arena *arena, dset_error *error);

/* Steps into a member or item and back. */
void dset_decoder_enter(dset_decoder *decoder, const char *key, size_t index);
void dset_decoder_leave(dset_decoder *decoder);

/* Fails with `code`, the path of the steps, and the text; always returns false. */
bool dset_decoder_fail(dset_decoder *decoder, int code, const char *text, const char *found);

/*
 * Members of an object. A member that is absent or null leaves the output as it is. False on failure. Strings borrow
 * nothing: they are copied to the arena.
 */
bool dset_decode_string(dset_decoder *decoder, const json_t *object, const char *key, const char **value);
bool dset_decode_bool(dset_decoder *decoder, const json_t *object, const char *key, bool *value);
bool dset_decode_integer(dset_decoder *decoder, const json_t *object, const char *key, int64_t least, int64_t most,
                         int64_t *value);
bool dset_decode_seconds(dset_decoder *decoder, const json_t *object, const char *key, int64_t *milliseconds);
/* A time of RFC 3339 as the model has it: 0 is "not set". Errors: as dset_time_parse(). */
int dset_decode_moment(const char *text, int64_t *time_ms, dset_error *error);
bool dset_decode_time(dset_decoder *decoder, const json_t *object, const char *key, int64_t *time_ms);

/* A member that is an object (an array); `*value` is NULL when it is absent or null. */
bool dset_decode_object(dset_decoder *decoder, const json_t *object, const char *key, json_t **value);
bool dset_decode_array(dset_decoder *decoder, const json_t *object, const char *key, json_t **value);

/* Fails unless `value` is an object. */
bool dset_decode_is_object(dset_decoder *decoder, const json_t *value);

/* An int-or-percent, a list of strings, a map of strings. */
bool dset_decode_amount(dset_decoder *decoder, const json_t *object, const char *key, dset_amount *amount);
bool dset_decode_strings(dset_decoder *decoder, const json_t *object, const char *key, const char *const **values,
                         size_t *count);
bool dset_decode_labels(dset_decoder *decoder, const json_t *object, const char *key, const dset_label **labels,
                        size_t *count);

/* A list of objects, each decoded into `item_bytes` of zero-filled memory. */
typedef bool dset_item_decoder(dset_decoder *decoder, const json_t *tree, void *item);
bool dset_decode_list(dset_decoder *decoder, const json_t *object, const char *key, size_t item_bytes,
                      dset_item_decoder *decode, void **items, size_t *count);

/* Fails with DSET_ERR_TYPE: expected something else. */
bool dset_decode_refuse(dset_decoder *decoder, const char *expected, const json_t *found);

/* "a string", "an object", ...: a value in the words of messages. */
const char *dset_decode_kind(const json_t *value);

/* Whether it is a number beyond int64. */
bool dset_decode_is_huge(const json_t *value);

/* Whole objects (objects.c). The decoder fails unless `tree` is a JSON object. */
bool dset_decode_daemonset(dset_decoder *decoder, const json_t *tree, const dset_daemonset **daemonset);
/* A node selector term (C9), a dset_item_decoder. */
bool dset_decode_term(dset_decoder *decoder, const json_t *tree, void *term);

/* The metadata that all kinds share, and a condition of a pod. */
typedef struct dset_metadata {
  const char *ns;
  const char *name;
  const char *uid;
  const dset_label *labels;
  size_t label_count;
  const dset_label *annotations;
  size_t annotation_count;
  const dset_owner *owners;
  size_t owner_count;
  int64_t created_ms;
  int64_t generation;
  bool deleting;
} dset_metadata;

typedef struct dset_condition {
  const char *type;
  const char *status;
  int64_t since_ms;
} dset_condition;

/* What of them belongs into a node, and into a pod. */
void dset_decode_take_node(dset_node *node, const dset_metadata *meta);
void dset_decode_take_pod(dset_pod *pod, const dset_metadata *meta);
void dset_decode_take_status(dset_pod *pod, const char *phase, const dset_condition *conditions, size_t count);

bool dset_decode_node(dset_decoder *decoder, const json_t *tree, const dset_node **node);
bool dset_decode_pod(dset_decoder *decoder, const json_t *tree, const dset_pod **pod);
bool dset_decode_revision(dset_decoder *decoder, const json_t *tree, const dset_revision **revision);

#endif
