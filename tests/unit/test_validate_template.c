/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_validate_template.c: section B, the pod template (B10 to B12, B24 to B30). The texts are those that Kubernetes'
 * own validation printed for the same objects.
 */
#include <string.h>

#include "messages.h"
#include "support/draft.h"

typedef struct finding_row {
  const char *row;
  const char *changes;
  const char *findings; /* errors, one a line */
} finding_row;

static void expect_errors(const finding_row *row) {
  draft d;
  draft_init(&d, row->changes);
  draft_expect(row->row, &d, NULL, NULL, DSET_SEVERITY_ERROR, row->findings);
  draft_free(&d);
}

#define POD "spec.template.spec."
#define NOTES "spec.template.annotations"
#define COST "controller.kubernetes.io/pod-deletion-cost"
#define SECCOMP "seccomp.security.alpha.kubernetes.io/pod"
#define APPARMOR "container.apparmor.security.beta.kubernetes.io/"

/* ---- B10: labels and annotations ---- */

static const finding_row note_rows[] = {
    {"B10 labels, without metadata", "templateLabels app=agent x_=_",
     "spec.template.labels: Invalid value: \"x_\": " BAD_NAME_PART
     "\nspec.template.labels: Invalid value: \"_\": " BAD_VALUE},
    {"B10 annotations, without metadata", "templateAnnotation a/b/c=x",
     NOTES ": Invalid value: \"a/b/c\": " BAD_SLASHES},
    {"B10 mirror pod", "templateAnnotation kubernetes.io/config.mirror=x",
     NOTES
     "[kubernetes.io/config.mirror]: Invalid value: \"x\": must set spec.nodeName if mirror pod annotation is set"},
    {"B10 mirror pod of a node", "templateAnnotation kubernetes.io/config.mirror=x; nodeName n", ""},
    {"B10 cost", "templateAnnotation " COST "=-2147483648", ""},
    {"B10 cost 0", "templateAnnotation " COST "=0", ""},
    {"B10 cost, negative with zeros", "templateAnnotation " COST "=-05", ""},
    {"B10 cost, with zeros", "templateAnnotation " COST "=05",
     NOTES "[" COST "]: Invalid value: \"05\": must be a 32bit integer"},
    {"B10 cost, signed", "templateAnnotation " COST "=+5",
     NOTES "[" COST "]: Invalid value: \"+5\": must be a 32bit integer"},
    {"B10 cost, too large", "templateAnnotation " COST "=2147483648",
     NOTES "[" COST "]: Invalid value: \"2147483648\": must be a 32bit integer"},
    {"B10 cost, empty", "templateAnnotation " COST "=",
     NOTES "[" COST "]: Invalid value: \"\": must be a 32bit integer"},
    {"B10 seccomp", "templateAnnotation " SECCOMP "=docker/default", ""},
    {"B10 seccomp of a file", "templateAnnotation " SECCOMP "=localhost/a/..b", ""},
    {"B10 seccomp unknown", "templateAnnotation " SECCOMP "=x",
     NOTES "." SECCOMP ": Invalid value: \"x\": must be a valid seccomp profile"},
    {"B10 seccomp of a file elsewhere",
     "templateAnnotation container."
     "seccomp.security.alpha.kubernetes.io/c=localhost//a/..",
     NOTES
     ".container.seccomp.security.alpha.kubernetes.io/c: Invalid value: \"/a/..\": must be a relative path\n" NOTES
     ".container.seccomp.security.alpha.kubernetes.io/c: Invalid value: \"/a/..\": must not contain '..'"},
    {"B10 AppArmor",
     "init pre nginx Always File; templateAnnotation " APPARMOR "pre=; templateAnnotation " APPARMOR "main=localhost/x",
     ""},
    {"B10 AppArmor", "templateAnnotation " APPARMOR "other=x",
     NOTES "[" APPARMOR "other]: Invalid value: \"other\": container not found\n" NOTES "[" APPARMOR
           "other]: Invalid value: \"x\": invalid AppArmor profile name: \"x\""},
};

START_TEST(B10_annotations) {
  expect_errors(&note_rows[_i]);
}
END_TEST

/* ---- B11, B12: containers ---- */

#define MAIN POD "containers[0]."
#define PORT MAIN "ports[0]."
#define IN_RANGE "must be between 1 and 65535, inclusive"

static const finding_row container_rows[] = {
    {"B11.1 grace period", "terminationGracePeriod -", POD "terminationGracePeriodSeconds: Required value"},
    {"B11.2 no containers", "containers -", POD "containers: Required value"},
    {"B11.2 empty container", "containers -; container",
     MAIN "name: Required value\n" MAIN "image: Required value\n" MAIN "terminationMessagePolicy: Required value\n" MAIN
          "imagePullPolicy: Required value"},
    {"B11.2 name", "containers -; container A nginx Always File", MAIN "name: Invalid value: \"A\": " BAD_LABEL},
    {"B11.2 policies", "containers -; container a nginx Sometimes X",
     MAIN
     "terminationMessagePolicy: Unsupported value: \"X\": supported values: \"File\", \"FallbackToLogsOnError\"\n" MAIN
     "imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\""},
    {"B11.2 policies that are known", "container b nginx Never FallbackToLogsOnError; container c x IfNotPresent File",
     ""},
    {"B11.2 a padded image is let through", "containers -; container a %20nginx%20 Always File", ""},
    {"B11.2 duplicate name", "container main nginx Always File", POD "containers[1].name: Duplicate value: \"main\""},
    {"B11.2 duplicate empty name", "container '' a Always File; container '' a Always File",
     POD "containers[1].name: Required value\n" POD "containers[2].name: Required value\n" POD
         "containers[2].name: Duplicate value: \"\""},
    {"B11.2 port", "port http TCP '' 80 0; port dns UDP '' 53 53; port sig SCTP '' 65535 65535", ""},
    {"B11.2 port without number or protocol", "port",
     PORT "containerPort: Required value\n" PORT "protocol: Required value"},
    {"B11.2 port out of range", "port '' TCP '' -1 65536",
     PORT "containerPort: Invalid value: -1: " IN_RANGE "\n" PORT "hostPort: Invalid value: 65536: " IN_RANGE},
    {"B11.2 protocol", "port '' tcp '' 80 0",
     PORT "protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\""},
    {"B11.2 port names", "port a TCP '' 80 0; port a UDP '' 80 0; port A_ TCP '' 81 0; port A_ TCP '' 82 0",
     MAIN "ports[1].name: Duplicate value: \"a\"\n" MAIN "ports[2].name: Invalid value: \"A_\": must contain only "
          "alpha-numeric characters (a-z, 0-9), and hyphens (-)\n" MAIN
          "ports[2].name: Invalid value: \"A_\": must contain at least one letter (a-z)\n" MAIN
          "ports[3].name: Invalid value: \"A_\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens "
          "(-)\n" MAIN "ports[3].name: Invalid value: \"A_\": must contain at least one letter (a-z)"},
    {"B11.2 port names are of one container", "port a TCP '' 80 0; container b nginx Always File; port a TCP '' 81 0",
     ""},
    {"B11.2 host ports",
     "port '' TCP '' 80 80; port '' UDP '' 80 80; port '' TCP 10.0.0.1 80 80; port '' TCP '' 81 0;"
     "port '' TCP '' 81 0",
     ""},
    {"B11.2 host port twice, across containers",
     "port '' TCP '' 80 80; container b nginx Always File; port '' TCP '' 81 80",
     POD "containers[1].ports[0].hostPort: Duplicate value: \"TCP//80\""},
    {"B11.2 host port and address twice", "port '' UDP 10.0.0.1 80 80; port '' UDP 10.0.0.1 81 80",
     MAIN "ports[1].hostPort: Duplicate value: \"UDP/10.0.0.1/80\""},
    {"B11.2 init containers", "init pre nginx Always File; init pre nginx Always File; init main nginx Always File",
     POD "initContainers[1].name: Duplicate value: \"pre\"\n" POD "initContainers[2].name: Duplicate value: \"main\""},
    {"B11.2 init containers without name", "init '' nginx Always File; init '' nginx Always File",
     POD "initContainers[0].name: Required value\n" POD "initContainers[1].name: Required value"},
    {"B11.2 init containers have host ports for themselves",
     "port '' TCP '' 80 80; init a nginx Always File; port '' TCP '' 80 80; init b nginx Always File; port '' TCP '' "
     "80 80",
     ""},
    {"B11.2 host ports of any init container are reported at the first",
     "init a nginx Always File; init b nginx Always File; port '' TCP '' 80 80; port '' TCP '' 81 80",
     POD "initContainers[0].ports[1].hostPort: Duplicate value: \"TCP//80\""},
    {"B12 ephemeral container", "ephemeral e nginx Always File main",
     POD "ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
    {"B12 each is checked", "init pre nginx Always File; ephemeral pre %20nginx Always File other; port a TCP '' 80 0",
     POD "ephemeralContainers[0].image: Invalid value: \" nginx\": must not have leading or trailing whitespace\n" POD
         "ephemeralContainers[0].name: Duplicate value: \"pre\"\n" POD
         "ephemeralContainers[0].targetContainerName: Not found: \"other\"\n" POD
         "ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container\n" POD
         "ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
    {"B12 targets and white space of Unicode", "ephemeral e a%E3%80%80 Always File f; ephemeral f a Always File e",
     POD "ephemeralContainers[0].image: Invalid value: \"a\\u3000\": must not have leading or trailing whitespace\n" POD
         "ephemeralContainers[0].targetContainerName: Not found: \"f\"\n" POD
         "ephemeralContainers[1].targetContainerName: Not found: \"e\"\n" POD
         "ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
    {"B12 the empty name of an init container counts", "init '' nginx Always File; ephemeral '' nginx Always File",
     POD "initContainers[0].name: Required value\n" POD "ephemeralContainers[0].name: Required value\n" POD
         "ephemeralContainers[0].name: Duplicate value: \"\"\n" POD
         "ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"},
    {"B11.3 without hostNetwork", "port '' TCP '' 80 8080", ""},
    {"B11.3 hostNetwork", "hostNetwork; port '' TCP '' 80 0; port '' TCP '' 81 81", ""},
    {"B11.3 hostNetwork, another port", "hostNetwork; port '' TCP '' 80 8080",
     PORT "hostPort: Invalid value: 8080: must match `containerPort` when `hostNetwork` is true"},
    {"B11.3 not of init containers", "hostNetwork; init a nginx Always File; port '' TCP '' 80 8080", ""},
};

START_TEST(B11_B12_containers) {
  expect_errors(&container_rows[_i]);
}
END_TEST

/* ---- B11: the rest of the pod ---- */

static const finding_row pod_rows[] = {
    {"B11.4 policies absent", "restartPolicy ''; dnsPolicy ''",
     POD "restartPolicy: Required value\n" POD "dnsPolicy: Required value\n" POD
         "restartPolicy: Unsupported value: \"\": supported values: \"Always\""},
    {"B11.4 policies unknown", "restartPolicy X; dnsPolicy Y",
     POD "restartPolicy: Unsupported value: \"X\": supported values: \"Always\", \"OnFailure\", \"Never\"\n" POD
         "dnsPolicy: Unsupported value: \"Y\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", "
         "\"Default\","
         " \"None\"\n" POD "restartPolicy: Unsupported value: \"X\": supported values: \"Always\""},
    {"B11.4 typed strings are shown as JSON", "dnsPolicy %3C",
     POD "dnsPolicy: Unsupported value: \"\\u003c\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\","
         " \"Default\", \"None\""},
    {"B11.4 dnsPolicy None", "dnsPolicy None",
     POD "dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"},
    {"B11.4 dnsPolicy None without servers", "dnsPolicy None; dnsConfig 0",
     POD "dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None"},
    {"B11.4 dnsPolicy None with one", "dnsPolicy None; dnsConfig 1", ""},
    {"B11.5 nodeSelector", "nodeSelector a=b; nodeSelector _=-",
     POD "nodeSelector: Invalid value: \"_\": " BAD_NAME_PART "\n" POD
         "nodeSelector: Invalid value: \"-\": " BAD_VALUE},
    {"B11.7 nodeName", "nodeName a.b", ""},
    {"B11.7 nodeName", "nodeName A", POD "nodeName: Invalid value: \"A\": " BAD_SUBDOMAIN},
    {"B11.8 activeDeadlineSeconds", "activeDeadline 2147483648",
     POD "activeDeadlineSeconds: Invalid value: 2147483648: must be between 1 and 2147483647, inclusive\n" POD
         "activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported"},
};

START_TEST(B11_pod) {
  expect_errors(&pod_rows[_i]);
}
END_TEST

/* ---- B24 to B27: affinity ---- */

#define REQUIRED POD "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
#define PREFERRED POD "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution"
#define EXPRESSION REQUIRED "[0].matchExpressions[0]."
#define FIELD REQUIRED "[0].matchFields[0]."
#define ONE_VALUE "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
#define ONE_BOUND "must be specified single value when `operator` is 'Lt' or 'Gt'"
#define NO_OPERATOR "not a valid selector operator"

static const finding_row affinity_rows[] = {
    {"B24 no terms", "affinity", REQUIRED ": Required value: must have at least one node selector term"},
    {"B24 an empty term", "affinity ()", ""},
    {"B25 all operators", "affinity a In x,y & b NotIn '' & c Exists & d DoesNotExist & e Gt 5 & f Lt x", ""},
    {"B25 In without values", "affinity a In",
     EXPRESSION "values: Required value: must be specified when `operator` is 'In' or 'NotIn'"},
    {"B25 Exists with values", "affinity a Exists b",
     EXPRESSION "values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"},
    {"B25 Gt without value", "affinity a Gt", EXPRESSION "values: Required value: " ONE_BOUND},
    {"B25 Lt with two values", "affinity a Lt 1,2", EXPRESSION "values: Required value: " ONE_BOUND},
    {"B25 operator", "affinity a gt 1", EXPRESSION "operator: Invalid value: \"gt\": " NO_OPERATOR},
    {"B25 no operator", "affinity a", EXPRESSION "operator: Invalid value: \"\": " NO_OPERATOR},
    {"B25 key and values", "affinity '' In -5,a",
     EXPRESSION "key: Invalid value: \"\": name part must be non-empty\n" EXPRESSION
                "key: Invalid value: \"\": " BAD_NAME_PART "\n" EXPRESSION
                "values[0]: Invalid value: \"-5\": " BAD_VALUE},
    {"B25 second term", "affinity a Exists | b Exists & _ Exists",
     REQUIRED "[1].matchExpressions[1].key: Invalid value: \"_\": " BAD_NAME_PART},
    {"B26 field", "affinity @metadata.name In n", ""},
    {"B26 field without value", "affinity @metadata.name NotIn", FIELD "values: Required value: " ONE_VALUE},
    {"B26 field with two values", "affinity @metadata.name In a,B",
     FIELD "values: Required value: " ONE_VALUE "\n" FIELD "values[1]: Invalid value: \"B\": " BAD_SUBDOMAIN},
    {"B26 operator", "affinity @metadata.name Exists", FIELD "operator: Invalid value: \"Exists\": " NO_OPERATOR},
    {"B26 key, values are not looked at then", "affinity @spec.x In B",
     FIELD "key: Invalid value: \"spec.x\": not a valid field selector key"},
    {"B27 weights", "prefer 1 a Exists; prefer 100 b Exists", ""},
    {"B27 weight", "prefer 0 a Exists; prefer 101 b Exists",
     PREFERRED "[0].weight: Invalid value: 0: must be in the range 1-100\n" PREFERRED
               "[1].weight: Invalid value: 101: must be in the range 1-100"},
    {"B27 preference, values of labels are let through", "prefer 1 _ In _ & @metadata.name In _",
     PREFERRED "[0].preference.matchExpressions[0].key: Invalid value: \"_\": " BAD_NAME_PART "\n" PREFERRED
               "[0].preference.matchFields[0].values[0]: Invalid value: \"_\": " BAD_SUBDOMAIN},
};

START_TEST(B24_to_B27_affinity) {
  expect_errors(&affinity_rows[_i]);
}
END_TEST

/* ---- B28 to B30: tolerations ---- */

#define FIRST POD "tolerations[0]."
#define WANTS_KEY "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
#define OPERATORS "supported values: \"Equal\", \"Exists\""
#define PARSING "strconv.ParseInt: parsing "
#define CANONICAL "must be a valid decimal integer in canonical form"

static const struct {
  finding_row row;
  bool gate;
} toleration_rows[] = {
    {{"B28 Equal", "toleration k Equal v NoSchedule", ""}, false},
    {{"B28 empty operator is Equal", "toleration k '' '' ''", ""}, false},
    {{"B28 Equal, value", "toleration k Equal - ''", FIRST "operator: Invalid value: \"-\": " BAD_VALUE}, false},
    {{"B28 Equal, long value", "toleration k '' -*64 ''",
      FIRST
      "operator: Invalid value: \"----------------------------------------------------------------\": must be no more"
      " than 63 bytes;" BAD_VALUE},
     false},
    {{"B28 Exists", "toleration k Exists '' NoExecute 0", ""}, false},
    {{"B28 Exists with value", "toleration k Exists v ''",
      FIRST "operator: Invalid value: \"v\": value must be empty when `operator` is 'Exists'"},
     false},
    {{"B28 Gt, gate off", "toleration k Gt x ''",
      FIRST "operator: Unsupported value: \"Gt\": " OPERATORS ", \"Lt\", \"Gt\""},
     false},
    {{"B28 Lt, gate off", "toleration k Lt 5 ''",
      FIRST "operator: Unsupported value: \"Lt\": " OPERATORS ", \"Lt\", \"Gt\""},
     false},
    {{"B28 Gt, gate on", "toleration k Gt -5 ''; toleration k Lt 9223372036854775807 ''", ""}, true},
    {{"B28 Gt, no number", "toleration k Gt x ''",
      FIRST "value: Invalid value: \"x\": " CANONICAL "\n" FIRST "value: Invalid value: \"x\": " PARSING
            "\"x\": invalid syntax"},
     true},
    {{"B28 Lt, empty", "toleration k Lt '' ''",
      FIRST "value: Invalid value: \"\": must be non-empty\n" FIRST "value: Invalid value: \"\": " PARSING
            "\"\": invalid syntax"},
     true},
    {{"B28 Gt, not canonical", "toleration k Gt 05 ''", FIRST "value: Invalid value: \"05\": " CANONICAL}, true},
    {{"B28 Gt, out of range", "toleration k Gt 9223372036854775808 ''",
      FIRST "value: Invalid value: \"9223372036854775808\": " PARSING "\"9223372036854775808\": value out of range"},
     true},
    {{"B28 Gt, both", "toleration k Gt -0999999999999999999999 ''",
      FIRST "value: Invalid value: \"-0999999999999999999999\": " CANONICAL "\n" FIRST
            "value: Invalid value: \"-0999999999999999999999\": " PARSING
            "\"-0999999999999999999999\": value out of range"},
     true},
    {{"B28 other operator", "toleration k In v ''", FIRST "operator: Unsupported value: \"In\": " OPERATORS}, false},
    {{"B28 other operator, gate on", "toleration k In v ''", FIRST "operator: Unsupported value: \"In\": " OPERATORS},
     true},
    {{"B28 key", "toleration a/b/c Exists '' ''", FIRST "key: Invalid value: \"a/b/c\": " BAD_SLASHES}, false},
    {{"B28 no key", "toleration '' Exists '' ''", ""}, false},
    {{"B28 no key and Equal", "toleration '' Equal v ''", FIRST "operator: Invalid value: \"Equal\": " WANTS_KEY},
     false},
    {{"B28 no key and no operator", "toleration '' '' '' ''", FIRST "operator: Invalid value: \"\": " WANTS_KEY},
     false},
    {{"B28 seconds and no effect", "toleration k Exists '' '' 5",
      FIRST "effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set"},
     false},
    {{"B28 seconds and effect", "toleration k Exists '' NoSchedule -5",
      FIRST "effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"},
     false},
    {{"B29 effects", "toleration k Exists '' PreferNoSchedule; toleration k Exists '' NoExecute", ""}, false},
    {{"B29 effect, after the operator", "toleration k X '' noexecute",
      FIRST "operator: Unsupported value: \"X\": " OPERATORS "\n" FIRST
            "effect: Unsupported value: \"noexecute\": supported values: \"NoSchedule\", \"PreferNoSchedule\", "
            "\"NoExecute\""},
     false},
    {{"B30 duplicates", "toleration k Exists '' ''; toleration k Exists '' ''", ""}, false},
};

START_TEST(B28_to_B30_tolerations) {
  const finding_row *row = &toleration_rows[_i].row;
  dset_validate_options options = {.size = sizeof options, .compare_tolerations = toleration_rows[_i].gate};
  draft d;
  draft_init(&d, row->changes);
  draft_expect(row->row, &d, NULL, &options, DSET_SEVERITY_ERROR, row->findings);
  draft_free(&d);
}
END_TEST

Suite *dset_suite_validate_template(void);
Suite *dset_suite_validate_template(void) {
  Suite *suite = suite_create("validate_template");
  TCase *tcase = tcase_create("rows");
  ADD_ROWS(tcase, B10_annotations, note_rows);
  ADD_ROWS(tcase, B11_B12_containers, container_rows);
  ADD_ROWS(tcase, B11_pod, pod_rows);
  ADD_ROWS(tcase, B24_to_B27_affinity, affinity_rows);
  ADD_ROWS(tcase, B28_to_B30_tolerations, toleration_rows);
  suite_add_tcase(suite, tcase);
  return suite;
}
