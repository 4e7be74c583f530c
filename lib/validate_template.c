/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_template.c (L2): the pod template, in Kubernetes' order (B10 to B12). Paths leave out `metadata` (B10).
 *
 *   labels, annotations, annotations with a meaning                         B10
 *   terminationGracePeriodSeconds, containers, hostPort under hostNetwork   B11.1 to B11.3
 *   restartPolicy, dnsPolicy, nodeSelector, affinity                        B11.4 to B11.6
 *   dnsConfig, nodeName, activeDeadlineSeconds, tolerations                 B11.7 to B11.9
 *   ephemeralContainers                                                     B12
 */
#include "text.h"
#include "validate.h"

static void check_restart_policy(dset_validation *v, const dset_path *path) {
  const char *policy = v->manifest->restart_policy;
  if (dset_text_empty(policy)) {
    dset_validate_required(v, "B11", path);
  } else if (strcmp(policy, "Always") != 0 && strcmp(policy, "OnFailure") != 0 && strcmp(policy, "Never") != 0) {
    dset_validate_not_supported(v, "B11", path, policy, "\"Always\", \"OnFailure\", \"Never\"");
  }
}

static void check_dns_policy(dset_validation *v, const dset_path *path) {
  static const char *const policies[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"};
  const char *policy = v->manifest->dns_policy;
  if (dset_text_empty(policy)) {
    dset_validate_required(v, "B11", path);
    return;
  }
  for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
    if (strcmp(policy, policies[i]) == 0) return;
  }
  dset_validate_not_supported(v, "B11", path, policy,
                              "\"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"");
}

/* Without a policy of its own the pod needs a name server of its own. */
static void check_dns_config(dset_validation *v, const dset_path *path) {
  if (!dset_text_equal(v->manifest->dns_policy, "None")) return;
  if (!v->manifest->has_dns_config) {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B11", path, NULL,
                      "must provide `dnsConfig` when `dnsPolicy` is None");
  } else if (v->manifest->dns_nameserver_count == 0) {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B11", DSET_AT(path, "nameservers"), NULL,
                      "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
}

static void check_active_deadline(dset_validation *v, const dset_path *path) {
  int64_t seconds = v->manifest->active_deadline_seconds;
  if (!v->manifest->has_active_deadline_seconds || (seconds >= 1 && seconds <= INT32_MAX)) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B11", path, dset_findings_number(v->findings, seconds),
                    "must be between 1 and 2147483647, inclusive");
}

static void check_pod(dset_validation *v, const dset_path *pod) {
  const dset_daemonset *daemonset = v->daemonset;
  if (!v->manifest->has_termination_grace_period) {
    dset_validate_required(v, "B11", DSET_AT(pod, "terminationGracePeriodSeconds"));
  }
  dset_validate_containers(v, pod);
  dset_validate_host_network(v, pod);
  check_restart_policy(v, DSET_AT(pod, "restartPolicy"));
  check_dns_policy(v, DSET_AT(pod, "dnsPolicy"));
  dset_validate_labels(v, "B11", DSET_AT(pod, "nodeSelector"), daemonset->node_selector,
                       daemonset->node_selector_count);
  dset_validate_affinity(v, pod);
  check_dns_config(v, DSET_AT(pod, "dnsConfig"));
  if (!dset_text_empty(daemonset->node_name)) {
    dset_findings_grammar(v->findings, "B11", DSET_AT(pod, "nodeName"), daemonset->node_name,
                          dset_grammar_subdomain(daemonset->node_name));
  }
  check_active_deadline(v, DSET_AT(pod, "activeDeadlineSeconds"));
  dset_validate_tolerations(v, pod);
}

void dset_validate_template(dset_validation *v, const dset_path *template) {
  const dset_manifest *manifest = v->manifest;
  const dset_path *metadata = DSET_AT_HIDDEN(template, "metadata");
  const dset_path *pod = DSET_AT(template, "spec");
  dset_validate_labels(v, "B10", DSET_AT(metadata, "labels"), v->daemonset->template_labels,
                       v->daemonset->template_label_count);
  dset_validate_annotations(v, "B10", DSET_AT(metadata, "annotations"), manifest->template_annotations,
                            manifest->template_annotation_count, NULL);
  dset_validate_known_annotations(v, DSET_AT(metadata, "annotations"));
  check_pod(v, pod);
  if (manifest->ephemeral_container_count == 0) return;
  dset_findings_add(v->findings, DSET_FINDING_FORBIDDEN, "B12", DSET_AT(pod, "ephemeralContainers"), NULL,
                    "ephemeral containers not allowed in pod template");
}
