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
#include "check.h"
#include "selector.h"
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

/* ---- several DaemonSets ---- */

/* Compares one manifest with all others. */
static bool check_overlap(dset_findings *findings, dset_arena *scratch, const dset_manifest *const *manifests,
                          size_t count, size_t index) {
  const dset_daemonset *self = manifests[index]->daemonset;
  const dset_path spec = {.key = "spec"};
  dset_parsed_selector selector;
  dset_unusable unusable;
  if (!dset_selector_parse(scratch, self->selector, &selector, &unusable)) return false;
  if (unusable != NULL || selector.nothing || selector.count == 0) return true;
  for (size_t i = 0; i < count; i++) {
    const dset_daemonset *other = manifests[i]->daemonset;
    if (!dset_text_equal(other->ns, self->ns) || dset_text_equal(other->name, self->name)) continue;
    if (!dset_selector_matches(&selector, other->template_labels, other->template_label_count)) continue;
    size_t before = findings->count;
    dset_findings_add(findings, DSET_FINDING_SELECTOR_OVERLAP, "", DSET_AT(&spec, "selector"), NULL,
                      "also matches the pods of DaemonSet \"%s\", so that each may take over pods of the other; add a"
                      " label that tells them apart to both",
                      dset_text_or_empty(other->name));
    if (findings->count > before) findings->records[before].finding.manifest = index;
    return true; /* one says it; a folder of copies would say it for each pair */
  }
  return true;
}

int dset_validate_overlap(const dset_manifest *const *manifests, size_t count, const dset_validate_options *options,
                          dset_findings **findings, dset_error *error) {
  if (findings == NULL) return dset_fail(error, DSET_ERR_INVALID, "findings", "must not be NULL");
  *findings = NULL;
  int code = dset_check_validate_options(options, error);
  if (code == DSET_OK) code = dset_check_list(manifests, count, "manifests", error);
  for (size_t i = 0; code == DSET_OK && i < count; i++) {
    code = dset_check_manifest(manifests[i], "manifests", i, error);
  }
  if (code != DSET_OK) return code;
  dset_findings *made = dset_findings_new(options);
  if (made == NULL) return dset_fail_memory(error);
  dset_arena scratch;
  dset_arena_init(&scratch, &made->arena.allocator);
  for (size_t i = 0; i < count && !made->failed; i++) {
    if (!check_overlap(made, &scratch, manifests, count, i)) made->failed = true;
  }
  dset_arena_clear(&scratch);
  return dset_findings_finish(made, findings, error);
}
