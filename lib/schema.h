/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h (L5): the types of Kubernetes' API that are read here, as a table: which fields there are, of which kind,
 * and how Go writes them. schema_table.c is generated from the Go types by tests/schema; nothing of it is typed by
 * hand.
 *
 * A typed tree is a JSON tree that follows the table: it has only fields of the table; nulls are left out; quantities
 * and times are in their canonical form. conform.c makes one from any tree. Empty lists and maps are there for
 * validation alone: what is stored does not have them (dset_encode_is_stored()).
 */
#ifndef DSET_LIB_SCHEMA_H
#define DSET_LIB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A time that is there and not set, as a pointer to one can be: Go writes it as null. */
#define DSET_SCHEMA_ZERO_TIME "0001-01-01T00:00:00Z"

/* What a value is, or the items of a list or map. */
enum dset_schema_kind {
  DSET_SCHEMA_STRING = 1,
  DSET_SCHEMA_BOOL,
  DSET_SCHEMA_INT32,
  DSET_SCHEMA_INT64,
  DSET_SCHEMA_INT_OR_STRING,
  DSET_SCHEMA_QUANTITY,
  DSET_SCHEMA_TIME,       /* RFC 3339, whole seconds */
  DSET_SCHEMA_MICRO_TIME, /* the same with six decimals */
  DSET_SCHEMA_STRUCT,
  DSET_SCHEMA_RAW /* any JSON, kept as it is (FieldsV1, RawExtension) */
};

enum dset_schema_shape {
  DSET_SCHEMA_PLAIN = 1,
  DSET_SCHEMA_POINTER, /* absent and zero differ */
  DSET_SCHEMA_LIST,
  DSET_SCHEMA_MAP,   /* keys are strings */
  DSET_SCHEMA_INLINE /* a struct whose fields stand among those of the outer one, as LocalObjectReference's do */
};

typedef struct dset_field {
  const char *name;     /* in JSON; NULL for INLINE */
  const char *go_name;  /* in the Go struct */
  const char *go_type;  /* of the field, as Go's reflection prints it: "*v1.Probe", "map[string]string" */
  const char *fallback; /* the default as JSON text, put in place of a zero or absent value; NULL = none */
  uint16_t type;        /* of STRUCT: its number in the table */
  uint8_t kind;         /* enum dset_schema_kind */
  uint8_t shape;        /* enum dset_schema_shape */
  bool omit;            /* left out when zero (`omitempty` where it works, `omitzero`); otherwise always written */
  bool round_up;        /* QUANTITY: defaulting rounds up to 1/1000 (A12) */
} dset_field;

typedef struct dset_type {
  const char *go_type; /* "v1.PodSpec" */
  uint16_t first;      /* of its fields in dset_schema_fields */
  uint16_t count;
} dset_type;

extern const dset_field dset_schema_fields[];
extern const dset_type dset_schema_types[];

/* Numbers of the types that reading starts from: DSET_SCHEMA_DAEMONSET, _NODE, _POD, _CONTROLLER_REVISION, ... */
#include "schema_types.h"

/* The field of that name, those of inline structs included, or NULL. */
const dset_field *dset_schema_find(uint16_t type, const char *name);

/*
 * The field that a wrong name was probably meant to be: the same but for case; if there is none, one that besides
 * differs by one letter added, left out or changed, or by two of them swapped. NULL when there is none or more than
 * one.
 */
const dset_field *dset_schema_suggest(uint16_t type, const char *name);

/* Whether two names are that close. */
bool dset_schema_alike(const char *wrong, const char *right);

#endif
