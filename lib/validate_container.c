/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_container.c (L2): containers of the template (B11.2, B11.3, B12). What differs between their three lists:
 *
 *   list                | may be empty | names are unique among        | host ports are unique in | more
 *   containers          | no           | themselves                    | the list                 |
 *   initContainers      | yes          | containers and themselves     | each container           |
 *   ephemeralContainers | yes          | all three                     | -                        | no ports; image not
 *                       |              |                               |                          | padded; target
 * exists
 */
#include "table.h"
#include "text.h"
#include "validate.h"

/* The lists share one table of names; its index tells where a name is from. */
enum { FROM_CONTAINERS, FROM_INIT_CONTAINERS, FROM_EPHEMERAL_CONTAINERS };

/* A table with room for `count` names; false, and remembered, when an allocation fails. */
static bool make_table(dset_validation *v, dset_table *table, size_t count) {
  if (!v->findings->failed && !dset_table_init(table, &v->scratch, count)) v->findings->failed = true;
  return !v->findings->failed;
}

static void duplicate(dset_validation *v, const dset_path *path, const char *text) {
  dset_findings_add(v->findings, DSET_FINDING_DUPLICATE, "B11", path, dset_findings_quote(v->findings, text), "%s", "");
}

/* ---- ports ---- */

static void check_number(dset_validation *v, const dset_path *path, int32_t port) {
  if (port >= 1 && port <= 65535) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B11", path, dset_findings_number(v->findings, port),
                    "must be between 1 and 65535, inclusive");
}

static void check_port_name(dset_validation *v, const dset_path *path, const char *name, dset_table *names) {
  if (dset_text_empty(name)) return;
  dset_messages messages = dset_grammar_port_name(name);
  dset_findings_grammar(v->findings, "B11", path, name, messages);
  if (messages.count == 0 && dset_table_insert(names, name, "", 0) != DSET_TABLE_NONE) duplicate(v, path, name);
}

static void check_port(dset_validation *v, const dset_path *path, const dset_container_port *port, dset_table *names) {
  const char *protocol = dset_text_or_empty(port->protocol);
  const dset_path *protocol_path = DSET_AT(path, "protocol");
  bool known = strcmp(protocol, "TCP") == 0 || strcmp(protocol, "UDP") == 0 || strcmp(protocol, "SCTP") == 0;
  check_port_name(v, DSET_AT(path, "name"), port->name, names);
  if (port->container_port == 0) {
    dset_validate_required(v, "B11", DSET_AT(path, "containerPort"));
  } else {
    check_number(v, DSET_AT(path, "containerPort"), port->container_port);
  }
  if (port->host_port != 0) check_number(v, DSET_AT(path, "hostPort"), port->host_port);
  if (protocol[0] == '\0') {
    dset_validate_required(v, "B11", protocol_path);
  } else if (!known) {
    dset_validate_not_supported(v, "B11", protocol_path, protocol, "\"SCTP\", \"TCP\", \"UDP\"");
  }
}

static void check_ports(dset_validation *v, const dset_path *container_path, const dset_container *container) {
  dset_table names;
  if (container->port_count == 0 || !make_table(v, &names, container->port_count)) return;
  for (size_t i = 0; i < container->port_count; i++) {
    check_port(v, DSET_AT_INDEX(DSET_AT(container_path, "ports"), i), &container->ports[i], &names);
  }
}

/* What two pods on one node cannot both have: protocol, address and port. */
static void check_host_ports(dset_validation *v, const dset_path *container_path, const dset_container *container,
                             dset_table *taken) {
  for (size_t i = 0; i < container->port_count; i++) {
    const dset_container_port *port = &container->ports[i];
    if (port->host_port == 0) continue;
    const char *claim = dset_arena_format(&v->scratch, "%s/%s/%d", dset_text_or_empty(port->protocol),
                                          dset_text_or_empty(port->host_ip), (int)port->host_port);
    if (claim == NULL) {
      v->findings->failed = true;
    } else if (dset_table_insert(taken, claim, "", 0) != DSET_TABLE_NONE) {
      duplicate(v, DSET_AT(DSET_AT_INDEX(DSET_AT(container_path, "ports"), i), "hostPort"), claim);
    }
  }
}

/* ---- what every container has ---- */

static void check_policy(dset_validation *v, const dset_path *path, const char *policy, const char *const *known,
                         const char *supported) {
  if (dset_text_empty(policy)) {
    dset_validate_required(v, "B11", path);
    return;
  }
  for (; *known != NULL; known++) {
    if (strcmp(policy, *known) == 0) return;
  }
  dset_validate_not_supported(v, "B11", path, policy, supported);
}

static void check_container(dset_validation *v, const dset_path *path, const dset_container *container) {
  static const char *const message_policies[] = {"File", "FallbackToLogsOnError", NULL};
  static const char *const pull_policies[] = {"Always", "IfNotPresent", "Never", NULL};
  const dset_path *name_path = DSET_AT(path, "name");
  if (dset_text_empty(container->name)) {
    dset_validate_required(v, "B11", name_path);
  } else {
    dset_findings_grammar(v->findings, "B11", name_path, container->name, dset_grammar_label(container->name));
  }
  if (dset_text_empty(container->image)) dset_validate_required(v, "B11", DSET_AT(path, "image"));
  check_policy(v, DSET_AT(path, "terminationMessagePolicy"), container->termination_message_policy, message_policies,
               "\"File\", \"FallbackToLogsOnError\"");
  check_ports(v, path, container);
  check_policy(v, DSET_AT(path, "imagePullPolicy"), container->image_pull_policy, pull_policies,
               "\"Always\", \"IfNotPresent\", \"Never\"");
}

static size_t count_ports(const dset_container *const *containers, size_t count) {
  size_t ports = 0;
  for (size_t i = 0; i < count; i++) ports += containers[i]->port_count;
  return ports;
}

/* ---- the three lists ---- */

static void check_containers(dset_validation *v, const dset_path *path, dset_table *names) {
  const dset_container *const *containers = v->manifest->containers;
  size_t count = v->manifest->container_count;
  dset_table taken;
  if (count == 0) {
    dset_validate_required(v, "B11", path);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const dset_path *at = DSET_AT_INDEX(path, i);
    const char *name = dset_text_or_empty(containers[i]->name);
    check_container(v, at, containers[i]);
    if (dset_table_insert(names, name, "", FROM_CONTAINERS) != DSET_TABLE_NONE) duplicate(v, DSET_AT(at, "name"), name);
  }
  if (!make_table(v, &taken, count_ports(containers, count))) return;
  for (size_t i = 0; i < count; i++) check_host_ports(v, DSET_AT_INDEX(path, i), containers[i], &taken);
}

/* Init containers run one by one, so each has its host ports for itself. Kubernetes names the first container in a
 * finding on any of them. */
static void check_init_containers(dset_validation *v, const dset_path *path, dset_table *names) {
  for (size_t i = 0; i < v->manifest->init_container_count; i++) {
    const dset_container *container = v->manifest->init_containers[i];
    const dset_path *at = DSET_AT_INDEX(path, i);
    const char *name = dset_text_or_empty(container->name);
    dset_table taken;
    check_container(v, at, container);
    if (dset_table_find(names, name, "") != DSET_TABLE_NONE) {
      duplicate(v, DSET_AT(at, "name"), name);
    } else if (name[0] != '\0') {
      dset_table_insert(names, name, "", FROM_INIT_CONTAINERS);
    }
    if (container->port_count == 0 || !make_table(v, &taken, container->port_count)) continue;
    dset_path first = {.parent = path, .index = 0, .written = true};
    dset_path real = {.parent = &first, .index = i, .hidden = true};
    check_host_ports(v, &real, container, &taken);
  }
}

/* Whether white space, as Unicode has it, stands at either end. */
static bool is_padded(const char *text) {
  static const char *const spaces[] = {
      "\t",           "\n",           "\v",           "\f",           "\r",           " ",
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
      "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
      "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
      "\xE3\x80\x80",
  };
  size_t length = strlen(text);
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    size_t bytes = strlen(spaces[i]);
    if (length < bytes) continue;
    if (memcmp(text, spaces[i], bytes) == 0 || memcmp(text + length - bytes, spaces[i], bytes) == 0) return true;
  }
  return false;
}

static void check_target(dset_validation *v, const dset_path *path, const char *target, const dset_table *names) {
  if (dset_text_empty(target)) return;
  size_t from = dset_table_find(names, target, "");
  if (from == FROM_CONTAINERS || from == FROM_INIT_CONTAINERS) return;
  dset_findings_add(v->findings, DSET_FINDING_NOT_FOUND, "B12", path, dset_findings_quote(v->findings, target), "%s",
                    "");
}

static void check_ephemeral_containers(dset_validation *v, const dset_path *path, dset_table *names) {
  for (size_t i = 0; i < v->manifest->init_container_count; i++) { /* now the empty name counts, too */
    dset_table_insert(names, v->manifest->init_containers[i]->name, "", FROM_INIT_CONTAINERS);
  }
  for (size_t i = 0; i < v->manifest->ephemeral_container_count; i++) {
    const dset_container *container = v->manifest->ephemeral_containers[i];
    const dset_path *at = DSET_AT_INDEX(path, i);
    const char *name = dset_text_or_empty(container->name);
    const char *image = dset_text_or_empty(container->image);
    check_container(v, at, container);
    if (is_padded(image)) {
      dset_findings_add(v->findings, DSET_FINDING_INVALID, "B12", DSET_AT(at, "image"),
                        dset_findings_quote(v->findings, image), "must not have leading or trailing whitespace");
    }
    if (dset_table_insert(names, name, "", FROM_EPHEMERAL_CONTAINERS) != DSET_TABLE_NONE) {
      duplicate(v, DSET_AT(at, "name"), name);
    }
    check_target(v, DSET_AT(at, "targetContainerName"), container->target_container_name, names);
    if (container->ports == NULL) continue;
    dset_findings_add(v->findings, DSET_FINDING_FORBIDDEN, "B12", DSET_AT(at, "ports"), NULL,
                      "cannot be set for an Ephemeral Container");
  }
}

void dset_validate_containers(dset_validation *v, const dset_path *pod) {
  const dset_manifest *manifest = v->manifest;
  dset_table names;
  size_t count = manifest->container_count + manifest->init_container_count + manifest->ephemeral_container_count;
  if (!make_table(v, &names, count)) return;
  check_containers(v, DSET_AT(pod, "containers"), &names);
  check_init_containers(v, DSET_AT(pod, "initContainers"), &names);
  check_ephemeral_containers(v, DSET_AT(pod, "ephemeralContainers"), &names);
}

/* B11.3. A host port that is not set is filled in when the pod is created (A11). */
void dset_validate_host_network(dset_validation *v, const dset_path *pod) {
  if (!v->daemonset->host_network) return;
  for (size_t i = 0; i < v->manifest->container_count; i++) {
    const dset_container *container = v->manifest->containers[i];
    const dset_path *ports = DSET_AT(DSET_AT_INDEX(DSET_AT(pod, "containers"), i), "ports");
    for (size_t p = 0; p < container->port_count; p++) {
      const dset_container_port *port = &container->ports[p];
      if (port->host_port == 0 || port->host_port == port->container_port) continue;
      dset_findings_add(v->findings, DSET_FINDING_INVALID, "B11", DSET_AT(DSET_AT_INDEX(ports, p), "hostPort"),
                        dset_findings_number(v->findings, port->host_port),
                        "must match `containerPort` when `hostNetwork` is true");
    }
  }
}
