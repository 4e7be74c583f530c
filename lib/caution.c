/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caution.c (L2): warnings of the library's own, on what the API server accepts and the author hardly wants:
 *
 *   strategy      | found                                                        | kind
 *   RollingUpdate | maxSurge, and a port of the node that the old pod holds      | HostPortWithSurge
 *   RollingUpdate | maxUnavailable of 100 %                                      | BudgetOfAllNodes
 *   OnDelete      | maxSurge                                                     | SurgeOnDelete
 *   any           | a toleration of every taint; nodeName; see caution_affinity.c | ToleratesEverything,
 * NodeNameInTemplate
 */
#include "text.h"
#include "validate.h"

static void caution(dset_validation *v, int32_t kind, const dset_path *path, const char *text) {
  dset_findings_add(v->findings, kind, "", path, NULL, "%s", text);
}

/* ---- strategy ---- */

/*
 * The first port of a regular container that a pod takes of its node. Under hostNetwork that is every container port,
 * as the API server fills in the host port when the pod is created (A11).
 */
static const dset_container_port *first_host_port(const dset_validation *v, size_t *container, size_t *index) {
  for (size_t i = 0; i < v->manifest->container_count; i++) {
    const dset_container *at = v->manifest->containers[i];
    for (size_t p = 0; p < at->port_count; p++) {
      const dset_container_port *port = &at->ports[p];
      if (port->host_port == 0 && (!v->daemonset->host_network || port->container_port == 0)) continue;
      *container = i;
      *index = p;
      return port;
    }
  }
  return NULL;
}

static void check_host_port(dset_validation *v, const dset_path *pod) {
  size_t container;
  size_t index;
  const dset_container_port *port = first_host_port(v, &container, &index);
  if (port == NULL) return;
  const dset_path *ports = DSET_AT(DSET_AT_INDEX(DSET_AT(pod, "containers"), container), "ports");
  const char *member = port->host_port != 0 ? "hostPort" : "containerPort";
  dset_findings_add(v->findings, DSET_FINDING_HOST_PORT_SURGE, "", DSET_AT(DSET_AT_INDEX(ports, index), member), NULL,
                    "a surge starts the new pod while the old one still holds port %d of the node, so that the update"
                    " stands still; use maxUnavailable in place of maxSurge",
                    (int)(port->host_port != 0 ? port->host_port : port->container_port));
}

static void check_strategy(dset_validation *v, const dset_path *spec) {
  const dset_amount *unavailable = &v->daemonset->max_unavailable;
  const dset_path *budget = DSET_AT(DSET_AT(spec, "updateStrategy"), "rollingUpdate");
  if (!v->daemonset->has_rolling_update) return;
  bool surge = dset_validate_amount(&v->daemonset->max_surge) > 0;
  if (dset_text_equal(v->manifest->strategy_type, "OnDelete")) {
    if (!surge) return;
    caution(v, DSET_FINDING_SURGE_ON_DELETE, DSET_AT(budget, "maxSurge"),
            "has no effect with OnDelete; leave it out, or use RollingUpdate");
  } else if (dset_text_equal(v->manifest->strategy_type, "RollingUpdate")) {
    if (surge) check_host_port(v, DSET_AT(DSET_AT(spec, "template"), "spec"));
    if (unavailable->kind != DSET_AMOUNT_TEXT || !dset_text_equal(unavailable->text, "100%")) return;
    caution(v, DSET_FINDING_BUDGET_ALL_NODES, DSET_AT(budget, "maxUnavailable"),
            "lets an update take down the pods of all nodes at once; use less than 100%");
  }
}

/* ---- placement ---- */

static void check_tolerations(dset_validation *v, const dset_path *pod) {
  for (size_t i = 0; i < v->daemonset->toleration_count; i++) {
    const dset_toleration *toleration = &v->daemonset->tolerations[i];
    bool every_key = dset_text_empty(toleration->key) && dset_text_equal(toleration->op, "Exists");
    if (!every_key || !dset_text_empty(toleration->effect)) continue;
    caution(
        v, DSET_FINDING_TOLERATES_EVERYTHING, DSET_AT_INDEX(DSET_AT(pod, "tolerations"), i),
        "tolerates every taint, so that pods also run on nodes that fail or are being drained and are never evicted;"
        " name the keys or the effect that are meant");
  }
}

void dset_validate_caution(dset_validation *v, const dset_path *spec) {
  const dset_path *pod = DSET_AT(DSET_AT(spec, "template"), "spec");
  if (v->findings->no_warnings) return;
  check_strategy(v, spec);
  if (!dset_text_empty(v->daemonset->node_name)) {
    caution(v, DSET_FINDING_NODE_NAME, DSET_AT(pod, "nodeName"),
            "binds the pods to this one node, so that no other node gets one; use nodeSelector to choose nodes");
  }
  dset_validate_caution_affinity(v, pod);
  check_tolerations(v, pod);
}
