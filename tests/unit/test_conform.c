/* SPDX-License-Identifier: Apache-2.0 */
/* test_conform.c: any tree to a typed tree (conform.c), its defaults (defaults.c), and what is written of it
 * (encode.c). */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "defaults.h"
#include "encode.h"
#include "json.h"
#include "support/fault.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static json_t *tree_of(const char *text) {
  static const dset_bounds bounds = {1 << 20, 1000, 1000, false};
  dset_slice slice = {text, 0, strlen(text), 1, 1};
  json_t *root;
  size_t end;
  dset_error error;
  ck_assert_msg(dset_json_load(&slice, &bounds, NULL, &root, &end, &error) == DSET_OK, "%s: %s", text, error.text);
  ck_assert_uint_eq(end, strlen(text));
  return root;
}

/* "field: text", a line each. The caller frees it. */
static char *findings_text(const dset_findings *findings) {
  dset_buffer lines;
  dset_buffer_init(&lines, NULL);
  dset_buffer_string(&lines, "");
  for (size_t i = 0; i < dset_findings_count(findings); i++) {
    const dset_finding *finding = dset_findings_get(findings, i);
    dset_buffer_format(&lines, "%s%s %s: %s", i > 0 ? "\n" : "", dset_finding_kind_name(finding->kind), finding->field,
                       finding->text);
  }
  ck_assert(!lines.failed);
  return lines.bytes;
}

/* ---- typed trees ---- */

typedef struct conform_row {
  uint16_t type;
  const char *text;
  const char *typed;    /* as jansson writes it, by key */
  const char *findings; /* a line each */
} conform_row;

#define POD DSET_SCHEMA_POD_SPEC
#define MANY "[1,2]"

static const conform_row conform_rows[] = {
    /* strings */
    {POD, "{\"nodeName\":\"a\"}", "{\"nodeName\":\"a\"}", ""},
    {POD, "{\"nodeName\":\"\"}", "{\"nodeName\":\"\"}", ""},
    {POD, "{\"nodeName\":null}", "{}", ""},
    {POD, "{\"nodeName\":5}", "{}", "WrongType nodeName: expected a string, found a number"},
    {POD, "{\"nodeName\":true}", "{}", "WrongType nodeName: expected a string, found a boolean"},
    {POD, "{\"nodeName\":{}}", "{}", "WrongType nodeName: expected a string, found an object"},
    /* booleans */
    {POD, "{\"hostNetwork\":true,\"hostPID\":false}", "{\"hostNetwork\":true,\"hostPID\":false}", ""},
    {POD, "{\"hostNetwork\":null}", "{}", ""},
    {POD, "{\"hostNetwork\":\"true\"}", "{}", "WrongType hostNetwork: expected true or false, found a string"},
    {POD, "{\"hostNetwork\":1}", "{}", "WrongType hostNetwork: expected true or false, found a number"},
    /* integers */
    {POD, "{\"priority\":2147483647}", "{\"priority\":2147483647}", ""},
    {POD, "{\"priority\":-2147483648}", "{\"priority\":-2147483648}", ""},
    {POD, "{\"priority\":2147483648}", "{}",
     "OutOfRange priority: expected an integer from -2147483648 to 2147483647, found 2147483648"},
    {POD, "{\"priority\":-99999999999999999999}", "{}",
     "OutOfRange priority: expected an integer from -2147483648 to 2147483647, found about -100000000000000000000"},
    {POD, "{\"activeDeadlineSeconds\":9223372036854775808}", "{}",
     "OutOfRange activeDeadlineSeconds: expected an integer from -9223372036854775808 to 9223372036854775807, found "
     "about 9223372036854776000"},
    {POD, "{\"overhead\":{\"cpu\":18446744073709551615}}", "{\"overhead\":{\"cpu\":\"18446744073709552k\"}}", ""},
    {POD, "{\"nodeName\":9223372036854775808}", "{}",
     "WrongType nodeName: expected a string, found a number beyond 64 bits"},
    {POD, "{\"priority\":1.0}", "{}", "WrongType priority: expected an integer, found a fractional number"},
    {POD, "{\"priority\":\"1\"}", "{}", "WrongType priority: expected an integer, found a string"},
    {POD, "{\"activeDeadlineSeconds\":2147483648}", "{\"activeDeadlineSeconds\":2147483648}", ""},
    /* lists and maps */
    {POD, "{\"containers\":[]}", "{\"containers\":[]}", ""},
    {POD, "{\"initContainers\":[]}", "{\"initContainers\":[]}", ""},
    {POD, "{\"containers\":null}", "{}", ""},
    {POD, "{\"containers\":[null]}", "{\"containers\":[{}]}", ""},
    {POD, "{\"containers\":{}}", "{}", "WrongType containers: expected a list, found an object"},
    {POD, "{\"containers\":[{\"command\":[\"a\",null]}]}", "{\"containers\":[{\"command\":[\"a\",\"\"]}]}", ""},
    {POD, "{\"containers\":[{\"command\":\"a\"}]}", "{\"containers\":[{}]}",
     "WrongType containers[0].command: expected a list, found a string"},
    {POD, "{\"containers\":[{\"command\":[\"a\",2]}]}", "{\"containers\":[{\"command\":[\"a\",\"\"]}]}",
     "WrongType containers[0].command[1]: expected a string, found a number"},
    {POD, "{\"nodeSelector\":{}}", "{\"nodeSelector\":{}}", ""},
    {POD, "{\"nodeSelector\":{\"a\":null,\"b\":\"\"}}", "{\"nodeSelector\":{\"a\":\"\",\"b\":\"\"}}", ""},
    {POD, "{\"nodeSelector\":{\"a\":true}}", "{\"nodeSelector\":{\"a\":\"\"}}",
     "WrongType nodeSelector.a: expected a string, found a boolean"},
    {POD, "{\"nodeSelector\":[]}", "{}", "WrongType nodeSelector: expected an object, found a list"},
    /* structs */
    {POD, "{\"affinity\":{}}", "{\"affinity\":{}}", ""},
    {POD, "{\"affinity\":null}", "{}", ""},
    {POD, "{\"affinity\":\"\"}", "{}", "WrongType affinity: expected an object, found a string"},
    {POD, "{\"containers\":[{\"env\":[{\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"a\",\"key\":\"b\"}}}]}]}",
     "{\"containers\":[{\"env\":[{\"valueFrom\":{\"configMapKeyRef\":{\"key\":\"b\",\"name\":\"a\"}}}]}]}", ""},
    /* int-or-string */
    {DSET_SCHEMA_CONTAINER, "{\"livenessProbe\":{\"httpGet\":{\"port\":80}}}",
     "{\"livenessProbe\":{\"httpGet\":{\"port\":80}}}", ""},
    {DSET_SCHEMA_CONTAINER, "{\"livenessProbe\":{\"httpGet\":{\"port\":\"web\"}}}",
     "{\"livenessProbe\":{\"httpGet\":{\"port\":\"web\"}}}", ""},
    {DSET_SCHEMA_CONTAINER, "{\"livenessProbe\":{\"httpGet\":{\"port\":true}}}", "{\"livenessProbe\":{\"httpGet\":{}}}",
     "WrongType livenessProbe.httpGet.port: expected an integer or a percentage, found a boolean"},
    {DSET_SCHEMA_CONTAINER, "{\"livenessProbe\":{\"httpGet\":{\"port\":4294967296}}}",
     "{\"livenessProbe\":{\"httpGet\":{}}}",
     "OutOfRange livenessProbe.httpGet.port: expected an integer from -2147483648 to 2147483647, found 4294967296"},
    /* quantities */
    {DSET_SCHEMA_CONTAINER, "{\"resources\":{\"limits\":{\"cpu\":\"1000m\",\"memory\":\"1024Mi\",\"x\":2,\"y\":0.5}}}",
     "{\"resources\":{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\",\"x\":\"2\",\"y\":\"500m\"}}}", ""},
    {DSET_SCHEMA_CONTAINER, "{\"resources\":{\"limits\":{\"cpu\":null}}}",
     "{\"resources\":{\"limits\":{\"cpu\":\"0\"}}}", ""},
    {DSET_SCHEMA_CONTAINER, "{\"resources\":{\"limits\":{\"cpu\":\"1 core\"}}}",
     "{\"resources\":{\"limits\":{\"cpu\":\"0\"}}}",
     "OutOfRange resources.limits.cpu: expected a quantity such as \"500m\" or \"1Gi\", found \"1 core\""},
    {DSET_SCHEMA_CONTAINER, "{\"resources\":{\"limits\":{\"cpu\":true}}}",
     "{\"resources\":{\"limits\":{\"cpu\":\"0\"}}}",
     "WrongType resources.limits.cpu: expected a quantity, found a boolean"},
    /* times */
    {DSET_SCHEMA_OBJECT_META, "{\"creationTimestamp\":\"2026-03-01T13:00:00.75+01:00\"}",
     "{\"creationTimestamp\":\"2026-03-01T12:00:00Z\"}", ""},
    {DSET_SCHEMA_OBJECT_META, "{\"creationTimestamp\":\"1969-12-31T23:59:59.5Z\"}",
     "{\"creationTimestamp\":\"1969-12-31T23:59:59Z\"}", ""},
    {DSET_SCHEMA_OBJECT_META, "{\"creationTimestamp\":null}", "{}", ""},
    {DSET_SCHEMA_OBJECT_META, "{\"creationTimestamp\":\"0001-01-01T00:00:00Z\"}", "{}", ""},
    {DSET_SCHEMA_OBJECT_META, "{\"creationTimestamp\":5}", "{}",
     "WrongType creationTimestamp: expected an RFC 3339 time, found a number"},
    /* raw */
    {DSET_SCHEMA_OBJECT_META, "{\"managedFields\":[{\"fieldsV1\":{\"f:a\":{\"b\":[null,{}]}}}]}",
     "{\"managedFields\":[{\"fieldsV1\":{\"f:a\":{\"b\":[null,{}]}}}]}", ""},
    /* unknown fields */
    {POD, "{\"nodeSelecter\":{}}", "{}", "UnknownField nodeSelecter: unknown field, did you mean \"nodeSelector\"?"},
    {POD, "{\"hostnetwork\":true}", "{}", "UnknownField hostnetwork: unknown field, did you mean \"hostNetwork\"?"},
    {POD, "{\"replicas\":" MANY ",\"containers\":[{\"x.y/z\":null}]}", "{\"containers\":[{}]}",
     "UnknownField replicas: unknown field\nUnknownField containers[0].x.y/z: unknown field"},
    /* everything at once */
    {POD, "{\"nodeName\":1,\"hostPID\":2,\"nope\":3,\"priority\":4}", "{\"priority\":4}",
     "WrongType nodeName: expected a string, found a number\n"
     "WrongType hostPID: expected true or false, found a number\nUnknownField nope: unknown field"},
};

START_TEST(conform_rows_hold) {
  const conform_row *row = &conform_rows[_i];
  json_t *tree = tree_of(row->text);
  dset_findings *findings = dset_findings_new(NULL);
  json_t *typed = dset_conform(tree, row->type, NULL, findings);
  char *written = json_dumps(typed, JSON_SORT_KEYS | JSON_COMPACT);
  char *found = findings_text(findings);
  ck_assert_str_eq(written, row->typed);
  ck_assert_str_eq(found, row->findings);
  free(found);
  free(written);
  json_decref(typed);
  json_decref(tree);
  dset_findings_free(findings);
}
END_TEST

/* A typed tree is a fixed point, and shares nothing that can change with the tree it came from. */
START_TEST(conform_twice) {
  const conform_row *row = &conform_rows[_i];
  json_t *tree = tree_of(row->text);
  dset_findings *first = dset_findings_new(NULL), *second = dset_findings_new(NULL);
  json_t *once = dset_conform(tree, row->type, NULL, first);
  json_object_clear(tree);
  json_t *twice = dset_conform(once, row->type, NULL, second);
  ck_assert(json_equal(once, twice));
  ck_assert_uint_eq(dset_findings_count(second), 0);
  json_decref(twice);
  json_decref(once);
  json_decref(tree);
  dset_findings_free(second);
  dset_findings_free(first);
}
END_TEST

/* ---- defaults ---- */

/* Follows "spec.containers[0].image" into a tree; NULL when it leads nowhere. */
static const json_t *at_path(const json_t *tree, const char *path) {
  char step[64];
  while (tree != NULL && *path != '\0') {
    if (*path == '[') {
      char *end;
      tree = json_array_get(tree, strtoul(path + 1, &end, 10));
      path = end + 1;
    } else {
      path += *path == '.';
      size_t length = strcspn(path, ".[");
      memcpy(step, path, length);
      step[length] = '\0';
      tree = json_object_get(tree, step);
      path += length;
    }
  }
  return tree;
}

typedef struct default_row {
  const char *rule;
  const char *spec;  /* of the DaemonSet, single quotes for double ones */
  const char *path;  /* into the spec */
  const char *value; /* as jansson writes it; NULL: absent */
} default_row;

#define POD_PATH "template.spec."
#define FIRST "template.spec.containers[0]."
#define IN_POD(text) "{'template':{'spec':" text "}}"
#define IN_CONTAINER(text) IN_POD("{'containers':[" text "]}")
#define IN_VOLUME(text) IN_POD("{'volumes':[" text "]}")

static const default_row default_rows[] = {
    {"A2", "{}", "updateStrategy.type", "\"RollingUpdate\""},
    {"A2", "{'updateStrategy':{'type':''}}", "updateStrategy.type", "\"RollingUpdate\""},
    {"A2", "{}", "revisionHistoryLimit", "10"},
    {"A2", "{'revisionHistoryLimit':0}", "revisionHistoryLimit", "0"},
    {"A2", "{}", "minReadySeconds", NULL},
    {"A2", "{}", "selector", NULL},
    {"A3", "{}", "updateStrategy.rollingUpdate", "{\"maxSurge\":0,\"maxUnavailable\":1}"},
    {"A3", "{'updateStrategy':{'rollingUpdate':{}}}", "updateStrategy.rollingUpdate",
     "{\"maxSurge\":0,\"maxUnavailable\":1}"},
    {"A3", "{'updateStrategy':{'rollingUpdate':{'maxUnavailable':'5%'}}}", "updateStrategy.rollingUpdate",
     "{\"maxSurge\":0,\"maxUnavailable\":\"5%\"}"},
    {"A3", "{'updateStrategy':{'rollingUpdate':{'maxSurge':2}}}", "updateStrategy.rollingUpdate",
     "{\"maxSurge\":2,\"maxUnavailable\":1}"},
    {"A3", "{'updateStrategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':1}}}", "updateStrategy.rollingUpdate",
     "{\"maxSurge\":1,\"maxUnavailable\":0}"},
    {"A4", "{'updateStrategy':{'type':'OnDelete'}}", "updateStrategy", "{\"type\":\"OnDelete\"}"},
    {"A5", "{'updateStrategy':{'type':'OnDelete','rollingUpdate':{}}}", "updateStrategy.rollingUpdate",
     "{\"maxSurge\":0,\"maxUnavailable\":0}"},
    {"A6", "{}", POD_PATH "restartPolicy", "\"Always\""},
    {"A6", IN_POD("{'restartPolicy':'Never'}"), POD_PATH "restartPolicy", "\"Never\""},
    {"A6", "{}", POD_PATH "dnsPolicy", "\"ClusterFirst\""},
    {"A6", "{}", POD_PATH "schedulerName", "\"default-scheduler\""},
    {"A6", "{}", POD_PATH "terminationGracePeriodSeconds", "30"},
    {"A6", IN_POD("{'terminationGracePeriodSeconds':0}"), POD_PATH "terminationGracePeriodSeconds", "0"},
    {"A6", IN_POD("{'terminationGracePeriodSeconds':-1}"), POD_PATH "terminationGracePeriodSeconds", "-1"},
    {"A6", "{}", POD_PATH "securityContext", "{}"},
    {"A7", "{}", POD_PATH "serviceAccountName", NULL},
    {"A7", IN_POD("{'serviceAccount':'a'}"), POD_PATH "serviceAccountName", "\"a\""},
    {"A7", IN_POD("{'serviceAccountName':'a'}"), POD_PATH "serviceAccount", "\"a\""},
    {"A7", IN_POD("{'serviceAccountName':'a','serviceAccount':'b'}"), POD_PATH "serviceAccount", "\"a\""},
    {"A8", IN_CONTAINER("{}"), FIRST "terminationMessagePath", "\"/dev/termination-log\""},
    {"A8", IN_CONTAINER("{}"), FIRST "terminationMessagePolicy", "\"File\""},
    {"A8", IN_POD("{'initContainers':[{}]}"), POD_PATH "initContainers[0].terminationMessagePolicy", "\"File\""},
    {"A8", IN_POD("{'ephemeralContainers':[{}]}"), POD_PATH "ephemeralContainers[0].terminationMessagePolicy",
     "\"File\""},
    {"A8", IN_CONTAINER("{'ports':[{}]}"), FIRST "ports[0].protocol", "\"TCP\""},
    {"A8", IN_CONTAINER("{'ports':[{'protocol':'UDP'}]}"), FIRST "ports[0].protocol", "\"UDP\""},
    {"A8", IN_CONTAINER("{'env':[{'valueFrom':{'fieldRef':{}}}]}"), FIRST "env[0].valueFrom.fieldRef.apiVersion",
     "\"v1\""},
    {"A8", IN_CONTAINER("{'env':[{'valueFrom':{'fileKeyRef':{}}}]}"), FIRST "env[0].valueFrom.fileKeyRef.optional",
     "false"},
    {"A9", IN_CONTAINER("{'image':'nginx'}"), FIRST "imagePullPolicy", "\"Always\""},
    {"A9", IN_CONTAINER("{'image':'nginx:1.2'}"), FIRST "imagePullPolicy", "\"IfNotPresent\""},
    {"A9", IN_CONTAINER("{'image':'nginx','imagePullPolicy':'Never'}"), FIRST "imagePullPolicy", "\"Never\""},
    {"A9", IN_CONTAINER("{}"), FIRST "imagePullPolicy", "\"IfNotPresent\""},
    {"A9", IN_POD("{'ephemeralContainers':[{'image':'nginx'}]}"), POD_PATH "ephemeralContainers[0].imagePullPolicy",
     "\"Always\""},
    {"A9", IN_VOLUME("{'image':{'reference':'a/b:latest'}}"), POD_PATH "volumes[0].image.pullPolicy", "\"Always\""},
    {"A10", IN_CONTAINER("{'livenessProbe':{}}"), FIRST "livenessProbe",
     "{\"failureThreshold\":3,\"periodSeconds\":10,\"successThreshold\":1,\"timeoutSeconds\":1}"},
    {"A10", IN_CONTAINER("{'startupProbe':{'timeoutSeconds':0,'periodSeconds':5,'initialDelaySeconds':7}}"),
     FIRST "startupProbe",
     "{\"failureThreshold\":3,\"initialDelaySeconds\":7,\"periodSeconds\":5,\"successThreshold\":1,"
     "\"timeoutSeconds\":1}"},
    {"A10", IN_CONTAINER("{'readinessProbe':{'httpGet':{'port':1}}}"), FIRST "readinessProbe.httpGet",
     "{\"path\":\"/\",\"port\":1,\"scheme\":\"HTTP\"}"},
    {"A10", IN_CONTAINER("{'lifecycle':{'preStop':{'httpGet':{'port':1}}}}"), FIRST "lifecycle.preStop.httpGet",
     "{\"path\":\"/\",\"port\":1,\"scheme\":\"HTTP\"}"},
    {"A10", IN_CONTAINER("{'livenessProbe':{'grpc':{'port':1}}}"), FIRST "livenessProbe.grpc",
     "{\"port\":1,\"service\":\"\"}"},
    {"A11", IN_POD("{'hostNetwork':true,'containers':[{'ports':[{'containerPort':80}]}]}"), FIRST "ports[0].hostPort",
     NULL},
    {"A11", IN_CONTAINER("{'resources':{'limits':{'cpu':1}}}"), FIRST "resources.requests", NULL},
    {"A11", "{}", POD_PATH "enableServiceLinks", NULL},
    {"A12", IN_CONTAINER("{'resources':{'limits':{'cpu':'0.1005'}}}"), FIRST "resources.limits.cpu", "\"101m\""},
    {"A12", IN_POD("{'overhead':{'cpu':'0.1005'}}"), POD_PATH "overhead.cpu", "\"101m\""},
    {"A12", IN_POD("{'resources':{'requests':{'cpu':'0.1005'}}}"), POD_PATH "resources.requests.cpu", "\"101m\""},
    {"A12", IN_VOLUME("{'emptyDir':{'sizeLimit':'0.1005'}}"), POD_PATH "volumes[0].emptyDir.sizeLimit", "\"100500u\""},
    {"A13", IN_VOLUME("{'name':'a'}"), POD_PATH "volumes[0].emptyDir", "{}"},
    {"A13", IN_VOLUME("{'name':'a','hostPath':{'path':'/'}}"), POD_PATH "volumes[0].emptyDir", NULL},
    {"A13", IN_VOLUME("{'hostPath':{'path':'/'}}"), POD_PATH "volumes[0].hostPath.type", "\"\""},
    {"A14", IN_VOLUME("{'secret':{}}"), POD_PATH "volumes[0].secret.defaultMode", "420"},
    {"A14", IN_VOLUME("{'configMap':{'defaultMode':0}}"), POD_PATH "volumes[0].configMap.defaultMode", "0"},
    {"A14", IN_VOLUME("{'downwardAPI':{'items':[{'fieldRef':{}}]}}"),
     POD_PATH "volumes[0].downwardAPI.items[0].fieldRef.apiVersion", "\"v1\""},
    {"A14", IN_VOLUME("{'projected':{'sources':[{'serviceAccountToken':{}}]}}"),
     POD_PATH "volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds", "3600"},
    {"A15", IN_VOLUME("{'iscsi':{}}"), POD_PATH "volumes[0].iscsi.iscsiInterface", "\"default\""},
    {"A15", IN_VOLUME("{'rbd':{}}"), POD_PATH "volumes[0].rbd.keyring", "\"/etc/ceph/keyring\""},
    {"A15", IN_VOLUME("{'azureDisk':{}}"), POD_PATH "volumes[0].azureDisk",
     "{\"cachingMode\":\"ReadWrite\",\"fsType\":\"ext4\",\"kind\":\"Shared\",\"readOnly\":false}"},
    {"A15", IN_VOLUME("{'scaleIO':{}}"), POD_PATH "volumes[0].scaleIO.storageMode", "\"ThinProvisioned\""},
    {"A15", IN_VOLUME("{'ephemeral':{'volumeClaimTemplate':{}}}"),
     POD_PATH "volumes[0].ephemeral.volumeClaimTemplate.spec.volumeMode", "\"Filesystem\""},
    {"A17", IN_POD("{'containers':[]}"), POD_PATH "containers", NULL},
    {"A16", IN_POD("{'tolerations':[{}]}"), POD_PATH "tolerations[0]", "{}"},
};

static json_t *defaulted(const char *spec) {
  char text[1024];
  snprintf(text, sizeof text, "{'spec':%s}", spec);
  for (char *c = text; *c != '\0'; c++) {
    if (*c == '\'') *c = '"';
  }
  json_t *tree = tree_of(text);
  dset_findings *findings = dset_findings_new(NULL);
  json_t *typed = dset_conform(tree, DSET_SCHEMA_DAEMONSET, NULL, findings);
  ck_assert_uint_eq(dset_findings_count(findings), 0);
  ck_assert(dset_defaults_fill(typed, NULL));
  dset_findings_free(findings);
  json_decref(tree);
  return typed;
}

START_TEST(default_rows_hold) {
  const default_row *row = &default_rows[_i];
  json_t *typed = defaulted(row->spec);
  const json_t *value = at_path(json_object_get(typed, "spec"), row->path);
  char *written = value == NULL ? NULL : json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
  if (row->value == NULL) {
    ck_assert_msg(written == NULL, "%s %s: %s", row->rule, row->spec, written);
  } else {
    ck_assert_msg(written != NULL && strcmp(written, row->value) == 0, "%s %s: %s", row->rule, row->spec,
                  written == NULL ? "absent" : written);
  }
  free(written);
  json_decref(typed);
}
END_TEST

/* What is defaulted needs no defaults. */
START_TEST(default_twice) {
  json_t *typed = defaulted(default_rows[_i].spec);
  json_t *before = json_deep_copy(typed);
  ck_assert(dset_defaults_fill(typed, NULL));
  ck_assert(json_equal(before, typed));
  json_decref(before);
  json_decref(typed);
}
END_TEST

/* ---- text ---- */

typedef struct encode_row {
  const char *tree; /* a typed pod template, single quotes for double ones */
  const char *object;
  const char *data; /* without what is around the template */
} encode_row;

static const encode_row encode_rows[] = {
    {"{}", "{'metadata':{},'spec':{'containers':null}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':null}}"},
    {"{'metadata':{'labels':{}},'spec':{'containers':[],'volumes':[]}}", "{'metadata':{},'spec':{'containers':[]}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':[]}}"},
    {"{'spec':{'nodeName':'','hostNetwork':false,'priority':0,'containers':[{}]}}",
     "{'metadata':{},'spec':{'containers':[{'name':'','resources':{}}],'priority':0}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':[{'name':'','resources':{}}],'priority':0}}"},
    {"{'metadata':{'labels':{'b':'<','a':'2'},'name':'n'},'spec':{'terminationGracePeriodSeconds':9007199254740993}}",
     "{'metadata':{'name':'n','labels':{'a':'2','b':'\\u003c'}},"
     "'spec':{'containers':null,'terminationGracePeriodSeconds':9007199254740993}}",
     "{'$patch':'replace','metadata':{'labels':{'a':'2','b':'\\u003c'},'name':'n'},"
     "'spec':{'containers':null,'terminationGracePeriodSeconds':9007199254740993}}"},
    {"{'spec':{'volumes':[{'hostPath':{'type':''},'name':'v'},{'projected':{}},{'iscsi':{}}]}}",
     "{'metadata':{},'spec':{'volumes':[{'name':'v','hostPath':{'path':'','type':''}},"
     "{'name':'','projected':{'sources':null}},{'name':'','iscsi':{'targetPortal':'','iqn':'','lun':0}}],"
     "'containers':null}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':null,"
     "'volumes':[{'hostPath':{'path':'','type':''},'name':'v'},{'name':'','projected':{'sources':null}},"
     "{'iscsi':{'iqn':'','lun':0,'targetPortal':''},'name':''}]}}"},
    {"{'spec':{'containers':[{'env':[{'valueFrom':{'resourceFieldRef':{}}}],'livenessProbe':{'httpGet':{}}}]}}",
     "{'metadata':{},'spec':{'containers':[{'name':'','env':[{'name':'','valueFrom':{'resourceFieldRef':"
     "{'resource':'','divisor':'0'}}}],'resources':{},'livenessProbe':{'httpGet':{'port':0}}}]}}",
     "{'$patch':'replace','metadata':{},'spec':{'containers':[{'env':[{'name':'','valueFrom':{'resourceFieldRef':"
     "{'divisor':'0','resource':''}}}],'livenessProbe':{'httpGet':{'port':0}},'name':'','resources':{}}]}}"},
};

static char *double_quotes(const char *text) {
  char *copy = strdup(text);
  for (char *c = copy; *c != '\0'; c++) {
    if (*c == '\'') *c = '"';
  }
  return copy;
}

START_TEST(encode_rows_hold) {
  const encode_row *row = &encode_rows[_i];
  char *text = double_quotes(row->tree), *object = double_quotes(row->object), *data = double_quotes(row->data);
  json_t *tree = tree_of(text);
  dset_buffer written;
  dset_buffer_init(&written, NULL);
  dset_encode_object(&written, tree, DSET_SCHEMA_POD_TEMPLATE);
  ck_assert_str_eq(written.bytes, object);
  dset_buffer_clear(&written);
  dset_encode_revision_data(&written, tree);
  char whole[2048];
  snprintf(whole, sizeof whole, "{\"spec\":{\"template\":%s}}", data);
  ck_assert_str_eq(written.bytes, whole);
  dset_buffer_clear(&written);
  json_decref(tree);
  free(data);
  free(object);
  free(text);
}
END_TEST

/* No type has more fields than encode.c has room for: each, given in full, is written in full. */
START_TEST(encode_every_field) {
  for (uint16_t type = 0; type < DSET_SCHEMA_TYPES; type++) {
    const dset_type *of = &dset_schema_types[type];
    for (uint16_t i = 0; i < of->count; i++) {
      const dset_field *field = &dset_schema_fields[of->first + i];
      if (field->shape == DSET_SCHEMA_INLINE || field->kind != DSET_SCHEMA_STRING) continue;
      json_t *value = json_string("x");
      if (field->shape == DSET_SCHEMA_LIST) value = json_pack("[o]", value);
      if (field->shape == DSET_SCHEMA_MAP) value = json_pack("{s:o}", "k", value);
      json_t *tree = json_pack("{s:o}", field->name, value);
      dset_buffer written;
      dset_buffer_init(&written, NULL);
      dset_encode_object(&written, tree, type);
      json_t *back = tree_of(written.bytes);
      ck_assert_msg(json_equal(json_object_get(back, field->name), value), "%s.%s: %s", of->go_type, field->name,
                    written.bytes);
      json_decref(back);
      dset_buffer_clear(&written);
      json_decref(tree);
    }
  }
}
END_TEST

/* ---- memory ---- */

static const char everything[] =
    "{'metadata':{'labels':{'a':'b'},'creationTimestamp':'2026-03-01T12:00:00Z'},'spec':{'template':{'spec':"
    "{'serviceAccount':'x','volumes':[{'name':'v'}],'containers':[{'image':'a','nope':1,'command':[1],"
    "'resources':{'limits':{'cpu':'0.1005','b':'?'}},'livenessProbe':{'httpGet':{'port':'x'}}}]}}}}";

/* Conform, defaults and encode with one allocation failing; true when none was asked that far. */
static bool run_with_fault(size_t at, enum fault_mode mode, const json_t *tree) {
  fault ours, theirs;
  fault_init(&ours, FAULT_NEVER, mode);
  fault_init(&theirs, at, mode);
  fault_jansson_on(&theirs);
  dset_validate_options options = {.size = sizeof options, .allocator = &ours.allocator};
  dset_findings *findings = dset_findings_new(&options);
  json_t *typed = dset_conform(tree, DSET_SCHEMA_DAEMONSET, NULL, findings);
  bool good = typed != NULL && dset_defaults_fill(typed, &ours.allocator);
  json_decref(typed);
  dset_findings_free(findings);
  bool reached = theirs.asked > at;
  fault_jansson_off();
  fault_expect_empty(&ours, "ours");
  fault_expect_empty(&theirs, "jansson's");
  ck_assert_msg(good != reached, "allocation %zu: %s", at, good ? "not noticed" : "failed without a reason");
  return !reached;
}

START_TEST(memory_of_jansson) {
  char *text = double_quotes(everything);
  json_t *tree = tree_of(text);
  for (enum fault_mode mode = FAULT_ONCE; mode <= FAULT_ON; mode++) {
    size_t at = 0;
    while (!run_with_fault(at, mode, tree)) at++;
    ck_assert_uint_gt(at, 50);
  }
  json_decref(tree);
  free(text);
}
END_TEST

Suite *dset_suite_conform(void);
Suite *dset_suite_conform(void) {
  Suite *suite = suite_create("conform");
  TCase *rows = tcase_create("conform");
  tcase_add_loop_test(rows, conform_rows_hold, 0, COUNT(conform_rows));
  tcase_add_loop_test(rows, conform_twice, 0, COUNT(conform_rows));
  tcase_add_loop_test(rows, default_rows_hold, 0, COUNT(default_rows));
  tcase_add_loop_test(rows, default_twice, 0, COUNT(default_rows));
  tcase_add_loop_test(rows, encode_rows_hold, 0, COUNT(encode_rows));
  tcase_add_test(rows, encode_every_field);
  tcase_add_test(rows, memory_of_jansson);
  suite_add_tcase(suite, rows);
  return suite;
}
