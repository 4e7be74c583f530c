/* SPDX-License-Identifier: Apache-2.0 */
/* stream_table.c (L5): which members are read, and where they go, see stream_table.h. */
#include "stream_table.h"

#include "schema.h"

#define NAME(text) text, sizeof(text) - 1

/* A member of a struct, by itself or with its count. */
#define TO(type, member) offsetof(type, member), 0
#define TO_MANY(type, member, count) offsetof(type, member), offsetof(type, count)

static const dset_row list_rows[] = {
    {NAME("apiVersion"), DSET_ROW_SHARED, 0, TO(dset_stream_list, api_version)},
    {NAME("kind"), DSET_ROW_SHARED, 0, TO(dset_stream_list, kind)},
    {NAME("items"), DSET_ROW_ITEMS, DSET_SHAPE_ITEM, 0, 0},
};

/* The first two rows are those of ITEM and OTHER. */
static const dset_row node_rows[] = {
    {NAME("apiVersion"), DSET_ROW_SHARED, 0, TO(dset_stream_item, api_version)},
    {NAME("kind"), DSET_ROW_SHARED, 0, TO(dset_stream_item, kind)},
    {NAME("metadata"), DSET_ROW_INSIDE, DSET_SHAPE_METADATA, TO(dset_stream_item, meta)},
    {NAME("spec"), DSET_ROW_INSIDE, DSET_SHAPE_NODE_SPEC, TO(dset_stream_item, node)},
};

static const dset_row pod_rows[] = {
    {NAME("apiVersion"), DSET_ROW_SHARED, 0, TO(dset_stream_item, api_version)},
    {NAME("kind"), DSET_ROW_SHARED, 0, TO(dset_stream_item, kind)},
    {NAME("metadata"), DSET_ROW_INSIDE, DSET_SHAPE_METADATA, TO(dset_stream_item, meta)},
    {NAME("spec"), DSET_ROW_INSIDE, DSET_SHAPE_POD_SPEC, TO(dset_stream_item, pod)},
    {NAME("status"), DSET_ROW_INSIDE, DSET_SHAPE_POD_STATUS, 0, 0},
};

static const dset_row metadata_rows[] = {
    {NAME("namespace"), DSET_ROW_SHARED, 0, TO(dset_metadata, ns)},
    {NAME("name"), DSET_ROW_TEXT, 0, TO(dset_metadata, name)},
    {NAME("uid"), DSET_ROW_TEXT, 0, TO(dset_metadata, uid)},
    {NAME("labels"), DSET_ROW_LABELS, 0, TO_MANY(dset_metadata, labels, label_count)},
    {NAME("annotations"), DSET_ROW_STRINGS, 0, 0, 0},
    {NAME("ownerReferences"), DSET_ROW_LIST, DSET_SHAPE_OWNER, TO_MANY(dset_metadata, owners, owner_count)},
    {NAME("creationTimestamp"), DSET_ROW_TIME, 0, TO(dset_metadata, created_ms)},
    {NAME("deletionTimestamp"), DSET_ROW_IS_SET, 0, TO(dset_metadata, deleting)},
    {NAME("generation"), DSET_ROW_INTEGER, 0, TO(dset_metadata, generation)},
};

static const dset_row owner_rows[] = {
    {NAME("kind"), DSET_ROW_SHARED, 0, TO(dset_owner, kind)},
    {NAME("name"), DSET_ROW_SHARED, 0, TO(dset_owner, name)},
    {NAME("uid"), DSET_ROW_SHARED, 0, TO(dset_owner, uid)},
    {NAME("controller"), DSET_ROW_BOOL, 0, TO(dset_owner, controller)},
};

static const dset_row node_spec_rows[] = {
    {NAME("taints"), DSET_ROW_LIST, DSET_SHAPE_TAINT, TO_MANY(dset_node, taints, taint_count)},
};

static const dset_row taint_rows[] = {
    {NAME("key"), DSET_ROW_SHARED, 0, TO(dset_taint, key)},
    {NAME("value"), DSET_ROW_SHARED, 0, TO(dset_taint, value)},
    {NAME("effect"), DSET_ROW_SHARED, 0, TO(dset_taint, effect)},
};

static const dset_row pod_spec_rows[] = {
    {NAME("nodeName"), DSET_ROW_SHARED, 0, TO(dset_pod, node_name)},
    {NAME("affinity"), DSET_ROW_INSIDE, DSET_SHAPE_AFFINITY, 0, 0},
};

static const dset_row affinity_rows[] = {
    {NAME("nodeAffinity"), DSET_ROW_INSIDE, DSET_SHAPE_NODE_AFFINITY, 0, 0},
};

static const dset_row node_affinity_rows[] = {
    {NAME("requiredDuringSchedulingIgnoredDuringExecution"), DSET_ROW_TERMS, DSET_SHAPE_NODE_SELECTOR,
     TO(dset_pod, required_affinity)},
};

static const dset_row node_selector_rows[] = {
    {NAME("nodeSelectorTerms"), DSET_ROW_LIST, DSET_SHAPE_TERM, TO_MANY(dset_terms, terms, count)},
};

static const dset_row term_rows[] = {
    {NAME("matchExpressions"), DSET_ROW_LIST, DSET_SHAPE_REQUIREMENT,
     TO_MANY(dset_term, expressions, expression_count)},
    {NAME("matchFields"), DSET_ROW_LIST, DSET_SHAPE_REQUIREMENT, TO_MANY(dset_term, fields, field_count)},
};

static const dset_row requirement_rows[] = {
    {NAME("key"), DSET_ROW_SHARED, 0, TO(dset_requirement, key)},
    {NAME("operator"), DSET_ROW_SHARED, 0, TO(dset_requirement, op)},
    {NAME("values"), DSET_ROW_TEXTS, 0, TO_MANY(dset_requirement, values, value_count)},
};

static const dset_row pod_status_rows[] = {
    {NAME("phase"), DSET_ROW_SHARED, 0, TO(dset_stream_item, phase)},
    {NAME("conditions"), DSET_ROW_LIST, DSET_SHAPE_CONDITION, TO_MANY(dset_stream_item, conditions, condition_count)},
};

static const dset_row condition_rows[] = {
    {NAME("type"), DSET_ROW_SHARED, 0, TO(dset_condition, type)},
    {NAME("status"), DSET_ROW_SHARED, 0, TO(dset_condition, status)},
    {NAME("lastTransitionTime"), DSET_ROW_TIME, 0, TO(dset_condition, since_ms)},
};

#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

const dset_shape_rows dset_shapes[DSET_SHAPES] = {
    [DSET_SHAPE_LIST] = {ROWS(list_rows), 0, 0},
    [DSET_SHAPE_ITEM] = {node_rows, 2, 0, 0},
    [DSET_SHAPE_OTHER] = {node_rows, 2, 0, 0},
    [DSET_SHAPE_NODE] = {ROWS(node_rows), 0, DSET_SCHEMA_NODE},
    [DSET_SHAPE_POD] = {ROWS(pod_rows), 0, DSET_SCHEMA_POD},
    [DSET_SHAPE_METADATA] = {ROWS(metadata_rows), 0, DSET_SCHEMA_OBJECT_META},
    [DSET_SHAPE_OWNER] = {ROWS(owner_rows), sizeof(dset_owner), DSET_SCHEMA_OWNER_REFERENCE},
    [DSET_SHAPE_NODE_SPEC] = {ROWS(node_spec_rows), 0, DSET_SCHEMA_NODE_SPEC},
    [DSET_SHAPE_TAINT] = {ROWS(taint_rows), sizeof(dset_taint), DSET_SCHEMA_TAINT},
    [DSET_SHAPE_POD_SPEC] = {ROWS(pod_spec_rows), 0, DSET_SCHEMA_POD_SPEC},
    [DSET_SHAPE_AFFINITY] = {ROWS(affinity_rows), 0, DSET_SCHEMA_AFFINITY},
    [DSET_SHAPE_NODE_AFFINITY] = {ROWS(node_affinity_rows), 0, DSET_SCHEMA_NODE_AFFINITY},
    [DSET_SHAPE_NODE_SELECTOR] = {ROWS(node_selector_rows), 0, DSET_SCHEMA_NODE_SELECTOR},
    [DSET_SHAPE_TERM] = {ROWS(term_rows), sizeof(dset_term), DSET_SCHEMA_NODE_SELECTOR_TERM},
    [DSET_SHAPE_REQUIREMENT] = {ROWS(requirement_rows), sizeof(dset_requirement),
                                DSET_SCHEMA_NODE_SELECTOR_REQUIREMENT},
    [DSET_SHAPE_POD_STATUS] = {ROWS(pod_status_rows), 0, DSET_SCHEMA_POD_STATUS},
    [DSET_SHAPE_CONDITION] = {ROWS(condition_rows), sizeof(dset_condition), DSET_SCHEMA_POD_CONDITION},
};
