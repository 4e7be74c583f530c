/* SPDX-License-Identifier: Apache-2.0 */
/* test_schema.c: the table of types, fields by name, and what a wrong name was meant to be. */
#include <check.h>
#include <string.h>

#include "schema.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

/* ---- the table ---- */

/* Each type's fields follow those of the type before, so that none is lost and none has two types. */
START_TEST(schema_types) {
  size_t first = 0;
  for (size_t i = 0; i < DSET_SCHEMA_TYPES; i++) {
    ck_assert_uint_eq(dset_schema_types[i].first, first);
    ck_assert_uint_gt(dset_schema_types[i].count, 0);
    first += dset_schema_types[i].count;
  }
  ck_assert_uint_eq(first, DSET_SCHEMA_FIELDS);
}
END_TEST

START_TEST(schema_fields) {
  for (size_t i = 0; i < DSET_SCHEMA_FIELDS; i++) {
    const dset_field *field = &dset_schema_fields[i];
    ck_assert((field->name == NULL) == (field->shape == DSET_SCHEMA_INLINE));
    ck_assert(field->shape != DSET_SCHEMA_INLINE || field->kind == DSET_SCHEMA_STRUCT);
    ck_assert(!field->round_up || field->kind == DSET_SCHEMA_QUANTITY);
    ck_assert_uint_lt(field->type, DSET_SCHEMA_TYPES);
  }
}
END_TEST

typedef struct find_row {
  uint16_t type;
  const char *name;
  const char *go_name; /* NULL: there is no such field */
  const char *go_type;
  const char *fallback;
  uint8_t kind;
  uint8_t shape;
  bool omit;
  bool round_up;
} find_row;

#define ROW(type, name, go_name, go_type, fallback, kind, shape, omit, round_up) \
  { DSET_SCHEMA_##type, name, go_name, go_type, fallback, DSET_SCHEMA_##kind, DSET_SCHEMA_##shape, omit, round_up }
#define NONE(type, name) \
  { DSET_SCHEMA_##type, name, NULL, NULL, NULL, 0, 0, false, false }

/* A row for each kind, each shape, and each thing that is easily got wrong. */
static const find_row find_rows[] = {
    ROW(POD_SPEC, "hostname", "Hostname", "string", NULL, STRING, PLAIN, true, false),
    ROW(POD_SPEC, "hostPID", "HostPID", "bool", NULL, BOOL, PLAIN, true, false),
    ROW(DAEMONSET_SPEC, "minReadySeconds", "MinReadySeconds", "int32", NULL, INT32, PLAIN, true, false),
    ROW(DAEMONSET_SPEC, "revisionHistoryLimit", "RevisionHistoryLimit", "*int32", "10", INT32, POINTER, true, false),
    ROW(POD_SPEC, "terminationGracePeriodSeconds", "TerminationGracePeriodSeconds", "*int64", "30", INT64, POINTER,
        true, false),
    ROW(ROLLING_UPDATE_DAEMONSET, "maxSurge", "MaxSurge", "*intstr.IntOrString", NULL, INT_OR_STRING, POINTER, true,
        false),
    ROW(HTTP_GET_ACTION, "port", "Port", "intstr.IntOrString", NULL, INT_OR_STRING, PLAIN, false, false),
    ROW(RESOURCE_REQUIREMENTS, "limits", "Limits", "v1.ResourceList", NULL, QUANTITY, MAP, true, true),
    ROW(NODE_STATUS, "capacity", "Capacity", "v1.ResourceList", NULL, QUANTITY, MAP, true, false),
    ROW(EMPTY_DIR_VOLUME_SOURCE, "sizeLimit", "SizeLimit", "*resource.Quantity", NULL, QUANTITY, POINTER, true, false),
    ROW(RESOURCE_FIELD_SELECTOR, "divisor", "Divisor", "resource.Quantity", NULL, QUANTITY, PLAIN, false, false),
    ROW(OBJECT_META, "creationTimestamp", "CreationTimestamp", "v1.Time", NULL, TIME, PLAIN, true, false),
    ROW(OBJECT_META, "deletionTimestamp", "DeletionTimestamp", "*v1.Time", NULL, TIME, POINTER, true, false),
    ROW(POD_CONDITION, "lastTransitionTime", "LastTransitionTime", "v1.Time", NULL, TIME, PLAIN, false, false),
    ROW(MANAGED_FIELDS_ENTRY, "fieldsV1", "FieldsV1", "*v1.FieldsV1", NULL, RAW, POINTER, true, false),
    ROW(CONTROLLER_REVISION, "data", "Data", "runtime.RawExtension", NULL, RAW, PLAIN, false, false),
    ROW(DAEMONSET, "metadata", "ObjectMeta", "v1.ObjectMeta", NULL, STRUCT, PLAIN, false, false),
    ROW(POD_SPEC, "securityContext", "SecurityContext", "*v1.PodSecurityContext", "{}", STRUCT, POINTER, true, false),
    ROW(POD_SPEC, "serviceAccount", "DeprecatedServiceAccount", "string", NULL, STRING, PLAIN, true, false),
    ROW(POD_SPEC, "containers", "Containers", "[]v1.Container", NULL, STRUCT, LIST, false, false),
    ROW(CONTAINER, "args", "Args", "[]string", NULL, STRING, LIST, true, false),
    ROW(CONTAINER, "resources", "Resources", "v1.ResourceRequirements", NULL, STRUCT, PLAIN, false, false),
    ROW(CONTAINER, "imagePullPolicy", "ImagePullPolicy", "v1.PullPolicy", NULL, STRING, PLAIN, true, false),
    ROW(POD_SPEC, "nodeSelector", "NodeSelector", "map[string]string", NULL, STRING, MAP, true, false),
    ROW(GRPC_ACTION, "service", "Service", "*string", "\"\"", STRING, POINTER, false, false),
    /* of inline structs, of inline structs in those, and of the struct that holds them */
    ROW(DAEMONSET, "kind", "Kind", "string", NULL, STRING, PLAIN, true, false),
    ROW(VOLUME, "emptyDir", "EmptyDir", "*v1.EmptyDirVolumeSource", NULL, STRUCT, POINTER, true, false),
    ROW(PROBE, "httpGet", "HTTPGet", "*v1.HTTPGetAction", NULL, STRUCT, POINTER, true, false),
    ROW(PROBE, "timeoutSeconds", "TimeoutSeconds", "int32", "1", INT32, PLAIN, true, false),
    ROW(EPHEMERAL_CONTAINER, "image", "Image", "string", NULL, STRING, PLAIN, true, false),
    ROW(EPHEMERAL_CONTAINER, "targetContainerName", "TargetContainerName", "string", NULL, STRING, PLAIN, true, false),
    /* none */
    NONE(POD_SPEC, ""),
    NONE(POD_SPEC, "Hostname"),
    NONE(POD_SPEC, "hostnam"),
    NONE(POD_SPEC, "hostnames"),
    NONE(POD_SPEC, "emptyDir"),
    NONE(VOLUME, "VolumeSource"),
    NONE(RESOURCE_REQUIREMENTS, "cpu"),
};

START_TEST(schema_find) {
  const find_row *row = &find_rows[_i];
  const dset_field *field = dset_schema_find(row->type, row->name);
  if (row->go_name == NULL) {
    ck_assert_msg(field == NULL, "%s", row->name);
    return;
  }
  ck_assert_msg(field != NULL, "%s", row->name);
  ck_assert_str_eq(field->name, row->name);
  ck_assert_str_eq(field->go_name, row->go_name);
  ck_assert_str_eq(field->go_type, row->go_type);
  ck_assert_pstr_eq(field->fallback, row->fallback);
  ck_assert_msg(field->kind == row->kind, "%s: kind %d", row->name, field->kind);
  ck_assert_msg(field->shape == row->shape, "%s: shape %d", row->name, field->shape);
  ck_assert_msg(field->omit == row->omit, "%s: omit", row->name);
  ck_assert_msg(field->round_up == row->round_up, "%s: round up", row->name);
}
END_TEST

/* A struct's field names the type that it is of. */
START_TEST(schema_of) {
  const dset_field *field = dset_schema_find(DSET_SCHEMA_DAEMONSET, "spec");
  ck_assert_uint_eq(field->type, DSET_SCHEMA_DAEMONSET_SPEC);
  field = dset_schema_find(field->type, "template");
  ck_assert_uint_eq(field->type, DSET_SCHEMA_POD_TEMPLATE);
  field = dset_schema_find(field->type, "spec");
  ck_assert_uint_eq(field->type, DSET_SCHEMA_POD_SPEC);
  ck_assert_str_eq(dset_schema_types[field->type].go_type, "v1.PodSpec");
  ck_assert_uint_eq(dset_schema_find(field->type, "containers")->type, DSET_SCHEMA_CONTAINER);
  ck_assert_uint_eq(dset_schema_find(DSET_SCHEMA_POD, "spec")->type, DSET_SCHEMA_POD_SPEC);
}
END_TEST

/* ---- suggestions ---- */

typedef struct suggest_row {
  uint16_t type;
  const char *wrong;
  const char *meant; /* NULL: none */
} suggest_row;

static const suggest_row suggest_rows[] = {
    /* case */
    {DSET_SCHEMA_POD_SPEC, "hostnetwork", "hostNetwork"},
    {DSET_SCHEMA_POD_SPEC, "NodeSelector", "nodeSelector"},
    {DSET_SCHEMA_POD_SPEC, "HOSTPID", "hostPID"},
    {DSET_SCHEMA_POD_STATUS, "hostip", "hostIP"}, /* not hostIPs, which is a letter away */
    {DSET_SCHEMA_POD_STATUS, "hostips", "hostIPs"},
    /* one letter added */
    {DSET_SCHEMA_POD_SPEC, "containerss", "containers"},
    {DSET_SCHEMA_POD_SPEC, "xcontainers", "containers"},
    {DSET_SCHEMA_POD_SPEC, "tollerations", "tolerations"},
    /* left out */
    {DSET_SCHEMA_POD_SPEC, "container", "containers"},
    {DSET_SCHEMA_POD_SPEC, "olumes", "volumes"},
    {DSET_SCHEMA_POD_SPEC, "nodSelector", "nodeSelector"},
    /* changed */
    {DSET_SCHEMA_POD_SPEC, "nodeSelecter", "nodeSelector"},
    {DSET_SCHEMA_POD_SPEC, "polumes", "volumes"},
    {DSET_SCHEMA_CONTAINER, "imagePullPolicx", "imagePullPolicy"},
    /* swapped */
    {DSET_SCHEMA_POD_SPEC, "nodeSelcetor", "nodeSelector"},
    {DSET_SCHEMA_POD_SPEC, "ovlumes", "volumes"},
    {DSET_SCHEMA_CONTAINER, "prots", "ports"},
    {DSET_SCHEMA_CONTAINER, "imaeg", "image"},
    /* one of those, and the case too */
    {DSET_SCHEMA_POD_SPEC, "nodeselecter", "nodeSelector"},
    {DSET_SCHEMA_CONTAINER, "PROTS", "ports"},
    /* of inline structs */
    {DSET_SCHEMA_VOLUME, "hostpath", "hostPath"},
    {DSET_SCHEMA_VOLUME, "configmap", "configMap"},
    {DSET_SCHEMA_DAEMONSET, "apiversion", "apiVersion"},
    /* more than one: a letter of hostPID changed, or two of hostIPC swapped */
    {DSET_SCHEMA_POD_SPEC, "hostPIC", NULL},
    {DSET_SCHEMA_POD_SPEC, "hostIPD", NULL},
    /* none */
    {DSET_SCHEMA_POD_SPEC, "", NULL},
    {DSET_SCHEMA_POD_SPEC, "x", NULL},
    {DSET_SCHEMA_POD_SPEC, "replicas", NULL},
    {DSET_SCHEMA_POD_SPEC, "tolleration", NULL},
    {DSET_SCHEMA_POD_SPEC, "conatinesr", NULL},
    {DSET_SCHEMA_POD_SPEC, "containersss", NULL},
    {DSET_SCHEMA_POD_SPEC, "ntoainers", NULL},
};

START_TEST(schema_suggest) {
  const suggest_row *row = &suggest_rows[_i];
  const dset_field *field = dset_schema_suggest(row->type, row->wrong);
  ck_assert_msg((field == NULL) == (row->meant == NULL), "%s: %s", row->wrong, field == NULL ? "none" : field->name);
  if (field != NULL) ck_assert_str_eq(field->name, row->meant);
}
END_TEST

Suite *dset_suite_schema(void);

Suite *dset_suite_schema(void) {
  Suite *suite = suite_create("schema");
  TCase *tcase = tcase_create("table");
  tcase_add_test(tcase, schema_types);
  tcase_add_test(tcase, schema_fields);
  tcase_add_test(tcase, schema_of);
  suite_add_tcase(suite, tcase);
  tcase = tcase_create("find");
  tcase_add_loop_test(tcase, schema_find, 0, COUNT(find_rows));
  suite_add_tcase(suite, tcase);
  tcase = tcase_create("suggest");
  tcase_add_loop_test(tcase, schema_suggest, 0, COUNT(suggest_rows));
  suite_add_tcase(suite, tcase);
  return suite;
}
