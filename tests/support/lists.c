/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c: large lists of nodes and pods as API servers write them, see lists.h. */
#include "lists.h"

#include <stdlib.h>

#define UID "%08zx-7c54-4c58-9a53-0d4a1f1f9d11"

static void write_node_labels(dset_buffer *to, size_t i) {
  static const char *const features[] = {"cpu-cpuid.ADX",         "cpu-cpuid.AESNI",      "cpu-cpuid.AVX2",
                                         "cpu-cpuid.AVX512F",     "cpu-cpuid.FMA3",       "cpu-hardware_multithreading",
                                         "kernel-config.NO_HZ",   "kernel-version.major", "memory-numa",
                                         "network-sriov.capable", "pci-10de.present",     "storage-nonrotationaldisk",
                                         "system-os_release.ID",  "usb-ff_1a6e_089a.ok"};
  dset_buffer_format(to,
                     "\"labels\":{\"beta.kubernetes.io/arch\":\"amd64\",\"beta.kubernetes.io/os\":\"linux\","
                     "\"kubernetes.io/arch\":\"amd64\",\"kubernetes.io/os\":\"linux\","
                     "\"kubernetes.io/hostname\":\"node-%06zu.nodes.example\","
                     "\"node.kubernetes.io/instance-type\":\"m6i.%zuxlarge\","
                     "\"topology.kubernetes.io/region\":\"eu-central-1\","
                     "\"topology.kubernetes.io/zone\":\"eu-central-1%c\",\"example.com/pool\":\"pool-%zu\"",
                     i, (size_t)1 << i % 5, (char)('a' + i % 3), i % 12);
  for (size_t f = 0; f < sizeof features / sizeof *features; f++) {
    dset_buffer_format(to, ",\"feature.node.kubernetes.io/%s\":\"true\"", features[f]);
  }
  dset_buffer_string(to, "},");
}

static void write_managed_fields(dset_buffer *to) {
  static const char *const managers[] = {"kube-controller-manager", "kubelet", "node-feature-discovery"};
  dset_buffer_string(to, "\"managedFields\":[");
  for (size_t m = 0; m < 3; m++) {
    dset_buffer_format(to,
                       "%s{\"manager\":\"%s\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
                       "\"time\":\"2026-03-01T12:0%zu:00Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{"
                       "\"f:annotations\":{\".\":{},\"f:node.alpha.kubernetes.io/ttl\":{}},\"f:labels\":{\".\":{},"
                       "\"f:beta.kubernetes.io/arch\":{},\"f:beta.kubernetes.io/os\":{},\"f:kubernetes.io/arch\":{},"
                       "\"f:kubernetes.io/hostname\":{},\"f:kubernetes.io/os\":{}}},\"f:status\":{\"f:conditions\":{"
                       "\"k:{\\\"type\\\":\\\"DiskPressure\\\"}\":{\"f:lastHeartbeatTime\":{}},"
                       "\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\"f:lastHeartbeatTime\":{},\"f:lastTransitionTime\":{},"
                       "\"f:message\":{},\"f:reason\":{},\"f:status\":{}}},\"f:images\":{}}}%s}",
                       m == 0 ? "" : ",", managers[m], m, m == 0 ? "" : ",\"subresource\":\"status\"");
  }
  dset_buffer_string(to, "]");
}

static void write_conditions(dset_buffer *to, const char *const *types, size_t count) {
  dset_buffer_string(to, "\"conditions\":[");
  for (size_t c = 0; c < count; c++) {
    dset_buffer_format(to,
                       "%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"2026-03-01T12:00:0%zuZ\","
                       "\"lastTransitionTime\":\"2026-02-01T08:30:1%zuZ\",\"reason\":\"KubeletHas%s\","
                       "\"message\":\"kubelet has sufficient memory available\"}",
                       c == 0 ? "" : ",", types[c], c == 0 ? "True" : "False", c, c, types[c]);
  }
  dset_buffer_string(to, "],");
}

static void write_images(dset_buffer *to, size_t i) {
  dset_buffer_string(to, "\"images\":[");
  for (size_t m = 0; m < 40; m++) {
    dset_buffer_format(to,
                       "%s{\"names\":[\"registry.example/team-%zu/service-%zu@sha256:"
                       "3f5b3a0e7c544c589a530d4a1f1f9d113f5b3a0e7c544c589a530d4a1f1f9d11\","
                       "\"registry.example/team-%zu/service-%zu:v1.%zu.%zu\"],\"sizeBytes\":%zu}",
                       m == 0 ? "" : ",", m % 7, m, m % 7, m, i % 10, m, 10000000 + m * 123457);
  }
  dset_buffer_string(to, "],");
}

static void write_node(dset_buffer *to, size_t i) {
  static const char *const types[] = {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"};
  dset_buffer_format(to,
                     "{\"metadata\":{\"name\":\"node-%06zu.nodes.example\",\"uid\":\"" UID
                     "\","
                     "\"resourceVersion\":\"%zu\",\"creationTimestamp\":\"2026-01-0%zuT09:00:00Z\",",
                     i, i, 1000000 + i, 1 + i % 9);
  write_node_labels(to, i);
  dset_buffer_format(
      to,
      "\"annotations\":{\"csi.volume.kubernetes.io/nodeid\":\"{\\\"ebs.csi.aws.com\\\":\\\"i-%017zx\\\"}\","
      "\"node.alpha.kubernetes.io/ttl\":\"0\",\"projectcalico.org/IPv4Address\":\"10.%zu.%zu.7/20\","
      "\"volumes.kubernetes.io/controller-managed-attach-detach\":\"true\"},",
      i, i / 250 % 250, i % 250);
  write_managed_fields(to);
  dset_buffer_format(to, "},\"spec\":{\"podCIDR\":\"10.%zu.%zu.0/24\",\"providerID\":\"aws:///eu-central-1a/i-%017zx\"",
                     i / 250 % 250, i % 250, i);
  if (i % 4 == 0) {
    dset_buffer_string(to, ",\"taints\":[{\"key\":\"nvidia.com/gpu\",\"value\":\"true\",\"effect\":\"NoSchedule\"}]");
  }
  dset_buffer_string(to,
                     "},\"status\":{\"capacity\":{\"cpu\":\"16\",\"ephemeral-storage\":\"104845292Ki\",\"memory\":"
                     "\"64762772Ki\",\"pods\":\"234\"},\"allocatable\":{\"cpu\":\"15890m\",\"memory\":\"61849108Ki\","
                     "\"pods\":\"234\"},");
  write_conditions(to, types, 5);
  dset_buffer_format(to,
                     "\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"10.0.%zu.%zu\"},{\"type\":\"Hostname\","
                     "\"address\":\"node-%06zu.nodes.example\"}],\"daemonEndpoints\":{\"kubeletEndpoint\":{\"Port\":"
                     "10250}},",
                     i / 250 % 250, i % 250, i);
  write_images(to, i);
  dset_buffer_format(to,
                     "\"nodeInfo\":{\"machineID\":\"ec2%029zx\",\"kernelVersion\":\"6.1.0-18-amd64\",\"osImage\":"
                     "\"Debian GNU/Linux 12 (bookworm)\",\"kubeletVersion\":\"v1.37.2\",\"operatingSystem\":\"linux\","
                     "\"architecture\":\"amd64\"}}}",
                     i);
}

static void write_container(dset_buffer *to, size_t i, size_t c) {
  dset_buffer_format(to,
                     "%s{\"name\":\"container-%zu\",\"image\":\"registry.example/team/agent:v1.%zu\",\"args\":"
                     "[\"--config=/etc/agent/config.yaml\",\"--node=$(NODE_NAME)\",\"--log-level=info\"],\"ports\":["
                     "{\"name\":\"metrics\",\"containerPort\":9100,\"protocol\":\"TCP\"}],\"env\":[",
                     c == 0 ? "" : ",", c, i % 5);
  for (size_t e = 0; e < 10; e++) {
    dset_buffer_format(to, "%s{\"name\":\"AGENT_SETTING_%zu\",\"value\":\"value of the setting %zu\"}",
                       e == 0 ? "" : ",", e, e * 7);
  }
  dset_buffer_string(
      to,
      ",{\"name\":\"NODE_NAME\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"spec.nodeName\"}}}"
      "],\"resources\":{\"limits\":{\"cpu\":\"200m\",\"memory\":\"256Mi\"},\"requests\":{\"cpu\":\"50m\",\"memory\":"
      "\"128Mi\"}},\"volumeMounts\":[{\"name\":\"config\",\"readOnly\":true,\"mountPath\":\"/etc/agent\"},{\"name\":"
      "\"kube-api-access\",\"readOnly\":true,\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}],"
      "\"livenessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":\"metrics\",\"scheme\":\"HTTP\"},"
      "\"initialDelaySeconds\":10,\"timeoutSeconds\":1,\"periodSeconds\":10,\"successThreshold\":1,"
      "\"failureThreshold\":3},\"terminationMessagePath\":\"/dev/termination-log\",\"terminationMessagePolicy\":"
      "\"File\",\"imagePullPolicy\":\"IfNotPresent\",\"securityContext\":{\"capabilities\":{\"drop\":[\"ALL\"]},"
      "\"readOnlyRootFilesystem\":true,\"allowPrivilegeEscalation\":false}}");
}

static void write_pod_spec(dset_buffer *to, size_t i, size_t containers) {
  dset_buffer_string(
      to,
      "\"spec\":{\"volumes\":[{\"name\":\"config\",\"configMap\":{\"name\":\"agent-config\","
      "\"defaultMode\":420}},{\"name\":\"kube-api-access\",\"projected\":{\"sources\":[{"
      "\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},{\"configMap\":{\"name\":"
      "\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}}],\"defaultMode\":420}}],"
      "\"containers\":[");
  for (size_t c = 0; c < containers; c++) write_container(to, i, c);
  dset_buffer_format(
      to,
      "],\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
      "\"serviceAccountName\":\"agent\",\"nodeName\":\"node-%06zu.nodes.example\",\"securityContext\":{},"
      "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{"
      "\"nodeSelectorTerms\":[{\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":"
      "[\"node-%06zu.nodes.example\"]}]}]}}},\"schedulerName\":\"default-scheduler\",\"tolerations\":[",
      i, i);
  static const char *const taints[] = {"not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure"};
  for (size_t t = 0; t < 5; t++) {
    dset_buffer_format(to, "%s{\"key\":\"node.kubernetes.io/%s\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"}",
                       t == 0 ? "" : ",", taints[t]);
  }
  dset_buffer_string(to, "],\"priority\":2000001000,\"enableServiceLinks\":true},");
}

static void write_pod(dset_buffer *to, size_t i) {
  static const char *const types[] = {"Ready", "Initialized", "ContainersReady", "PodScheduled"};
  size_t containers = 2;
  dset_buffer_format(
      to,
      "{\"metadata\":{\"name\":\"agent-%05zx\",\"generateName\":\"agent-\",\"namespace\":\"team-%zu\","
      "\"uid\":\"" UID
      "\",\"resourceVersion\":\"%zu\",\"creationTimestamp\":\"2026-02-0%zuT09:00:00Z\","
      "\"labels\":{\"app.kubernetes.io/name\":\"agent\",\"app.kubernetes.io/instance\":\"agent-%zu\","
      "\"controller-revision-hash\":\"6d5f8c7b9\",\"pod-template-generation\":\"%zu\",\"team\":\"t%zu\"},"
      "\"annotations\":{\"checksum/config\":\"3f5b3a0e7c544c589a530d4a1f1f9d11\",\"prometheus.io/scrape\":"
      "\"true\",\"kubernetes.io/config.source\":\"api\"},\"ownerReferences\":[{\"apiVersion\":\"apps/v1\","
      "\"kind\":\"DaemonSet\",\"name\":\"agent-%zu\",\"uid\":\"" UID
      "\",\"controller\":true,\"blockOwnerDeletion\":true}],",
      i, i % 20, i, 2000000 + i, 1 + i % 9, i % 20, i % 20, i % 20, i % 20, i % 20);
  write_managed_fields(to);
  dset_buffer_string(to, "},");
  write_pod_spec(to, i, containers);
  dset_buffer_string(to, "\"status\":{\"phase\":\"Running\",");
  write_conditions(to, types, 4);
  dset_buffer_format(to,
                     "\"hostIP\":\"10.0.%zu.%zu\",\"podIP\":\"10.1.%zu.%zu\",\"startTime\":\"2026-02-01T08:30:00Z\","
                     "\"containerStatuses\":[",
                     i / 250 % 250, i % 250, i / 250 % 250, i % 250);
  for (size_t c = 0; c < containers; c++) {
    dset_buffer_format(
        to,
        "%s{\"name\":\"container-%zu\",\"state\":{\"running\":{\"startedAt\":\"2026-02-01T08:31:00Z\"}},"
        "\"lastState\":{},\"ready\":true,\"restartCount\":%zu,\"image\":\"registry.example/team/agent:v1\","
        "\"imageID\":\"registry.example/team/agent@sha256:"
        "3f5b3a0e7c544c589a530d4a1f1f9d113f5b3a0e7c544c589a530d4a1f1f9d11\",\"containerID\":"
        "\"containerd://3f5b3a0e7c544c589a530d4a1f1f9d113f5b3a0e7c544c589a530d4a%08zx\",\"started\":true}",
        c == 0 ? "" : ",", c, i % 3, i);
  }
  dset_buffer_string(to, "],\"qosClass\":\"Burstable\"}}");
}

void list_write(dset_buffer *to, enum list_kind kind, size_t bytes) {
  dset_buffer_format(to,
                     "{\"kind\":\"%s\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"12345\"},\"items\":[",
                     kind == LIST_OF_NODES ? "NodeList" : "PodList");
  for (size_t i = 0; to->length + 3 < bytes; i++) {
    if (i > 0) dset_buffer_string(to, ",");
    if (kind == LIST_OF_NODES) {
      write_node(to, i);
    } else {
      write_pod(to, i);
    }
  }
  dset_buffer_string(to, "]}\n");
}
