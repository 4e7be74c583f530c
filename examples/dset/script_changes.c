/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_changes.c: the changes of a script, and files that are applied:
 *
 *   {at: 30s, cut-off: n2}      at 30 s after the start      at: update+30s: after the update
 *
 *   cordon, uncordon, drain, cut-off, rejoin, remove-node   a node
 *   delete-pods, fail-pods                                  a node: all pods on it
 *   remove-daemonset                                        its name, with its namespace in front if it is not
 * "default" apply                                                   a file, seen from the script: all objects in it are
 * put crash-host, two-hosts                                   nothing set-clock how far the host's clock is ahead: 5m;
 * or behind: -5m stop-watch, resume-watch                                nodes, pods, daemonsets or revisions
 *   namespace-ends, namespace-stays                         a namespace
 */
#include <stdlib.h>
#include <string.h>

#include "script.h"

enum needs { NODE, NODE_OF_PODS, DAEMONSET, PATH, NOTHING, CLOCK, WATCH_KIND, NAMESPACE };

static const struct kind {
  const char *name;
  int32_t type;
  enum needs needs;
} kinds[] = {
    {"cordon", DSET_CHANGE_CORDON, NODE},
    {"uncordon", DSET_CHANGE_UNCORDON, NODE},
    {"drain", DSET_CHANGE_DRAIN, NODE},
    {"cut-off", DSET_CHANGE_CUT_OFF, NODE},
    {"rejoin", DSET_CHANGE_REJOIN, NODE},
    {"remove-node", DSET_CHANGE_REMOVE_NODE, NODE},
    {"delete-pods", DSET_CHANGE_DELETE_POD, NODE_OF_PODS},
    {"fail-pods", DSET_CHANGE_FAIL_POD, NODE_OF_PODS},
    {"remove-daemonset", DSET_CHANGE_REMOVE_DAEMONSET, DAEMONSET},
    {"apply", DSET_CHANGE_PUT_DAEMONSET, PATH},
    {"crash-host", DSET_CHANGE_CRASH_HOST, NOTHING},
    {"two-hosts", DSET_CHANGE_TWO_HOSTS, NOTHING},
    {"set-clock", DSET_CHANGE_SET_CLOCK, CLOCK},
    {"stop-watch", DSET_CHANGE_STOP_WATCH, WATCH_KIND},
    {"resume-watch", DSET_CHANGE_RESUME_WATCH, WATCH_KIND},
    {"namespace-ends", DSET_CHANGE_NAMESPACE_ENDS, NAMESPACE},
    {"namespace-stays", DSET_CHANGE_NAMESPACE_STAYS, NAMESPACE},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

void add_change(struct simulated *to, const struct planned *planned) {
  to->changes = need(realloc(to->changes, (to->change_count + 1) * sizeof *to->changes));
  to->changes[to->change_count] = *planned;
  to->changes[to->change_count++].change.size = sizeof planned->change;
}

/* ---- files that are applied ---- */

const char *kubernetes_hash(struct input *input, const dset_daemonset *daemonset) {
  char hash[16];
  if (dset_revision_hash_kubernetes(daemonset, hash, sizeof hash, NULL) != DSET_OK) return "";
  return keep(input, hash, strlen(hash));
}

/* A DaemonSet is put as kubectl applies it: over the one that is there, whose uid and status stay. */
static void put_daemonset(struct simulated *to, struct input *input, size_t index, struct planned planned) {
  dset_daemonset *daemonset = input_memory(input, sizeof *daemonset);
  *daemonset = complete(input, index);
  daemonset->uid = "";
  planned.change.type = DSET_CHANGE_PUT_DAEMONSET;
  planned.change.ns = daemonset->ns;
  planned.change.daemonset = daemonset;
  planned.change.hash = kubernetes_hash(input, daemonset);
  add_change(to, &planned);
}

/* Nodes and revisions come before what needs them. */
static void put_all(struct simulated *to, struct input *input, const struct planned *when) {
  struct planned planned = *when;
  for (size_t i = 0; i < input->node_count; i++) {
    planned.change.type = DSET_CHANGE_PUT_NODE;
    planned.change.node = input->nodes[i];
    add_change(to, &planned);
  }
  planned = *when;
  for (size_t i = 0; i < input->revision_count; i++) {
    planned.change.type = DSET_CHANGE_PUT_REVISION;
    planned.change.revision = input->revisions[i];
    add_change(to, &planned);
  }
  for (size_t i = 0; i < input->daemonset_count; i++) put_daemonset(to, input, i, *when);
  planned = *when;
  for (size_t i = 0; i < input->pod_count; i++) {
    planned.change.type = DSET_CHANGE_PUT_POD;
    planned.change.pod = input->pods[i];
    add_change(to, &planned);
  }
}

bool apply_file(struct simulated *simulated, struct input *input, const struct request *request, const char *file,
                const struct planned *when, size_t *daemonsets) {
  struct request one = *request;
  one.files = &file;
  one.file_count = 1;
  struct input applied = {0};
  bool good = input_read(&applied, &one) && input_unique(&applied) && input_unique_daemonsets(&applied);
  if (good) {
    input_default_namespaces(&applied);
    put_all(simulated, &applied, when);
  }
  if (daemonsets != NULL) *daemonsets = applied.daemonset_count;
  input_keep(input, &applied);
  return good;
}

/* ---- one change ---- */

static bool read_at(const struct script *script, const yaml_node_t *value, struct planned *planned) {
  static const char prefix[] = "update+";
  const char *text = value == NULL ? NULL : script_text(value);
  if (text != NULL && strncmp(text, prefix, sizeof prefix - 1) == 0) {
    planned->after_update = true;
    text += sizeof prefix - 1;
  }
  if (text == NULL || !read_duration(text, &planned->change.at_ms))
    return script_expected(script, value, "a moment such as 30s, or update+30s");
  if (planned->after_update && script->to->update == NULL)
    return script_refuse(script, value, "there is no update: --update names one", "");
  return true;
}

/* "file" as seen from the script. */
static const char *beside(const struct script *script, const char *file) {
  const char *slash = strrchr(script->file, '/');
  size_t folder = slash == NULL || file[0] == '/' ? 0 : (size_t)(slash - script->file) + 1;
  char *path = format("%.*s%s", (int)folder, script->file, file);
  const char *kept = keep(script->input, path, strlen(path));
  free(path);
  return kept;
}

static bool read_watch_kind(const char *text, int32_t *kind) {
  static const char *const names[DSET_WATCHES] = {"nodes", "pods", "daemonsets", "revisions"};
  for (*kind = 0; *kind < DSET_WATCHES; ++*kind) {
    if (strcmp(text, names[*kind]) == 0) return true;
  }
  return false;
}

static bool read_clock(const char *text, int64_t *ms) {
  bool behind = text[0] == '-';
  if (!read_duration(text + behind, ms)) return false;
  if (behind) *ms = -*ms;
  return true;
}

/* What the change is done to. */
static bool read_object(struct script *script, const yaml_node_t *value, const struct kind *kind, dset_change *change) {
  static const char *const expected[] = {"the name of a node",
                                         "the name of a node",
                                         "the name of a DaemonSet",
                                         "the name of a file",
                                         "nothing",
                                         "a duration such as 5m or -5m",
                                         "nodes, pods, daemonsets or revisions",
                                         "a namespace"}; /* by enum needs */
  const char *text = script_text(value);
  bool good = text != NULL && (text[0] == '\0') == (kind->needs == NOTHING);
  const char *kept = good ? keep(script->input, text, strlen(text)) : "";
  const char *slash = strchr(kept, '/');
  if (good && kind->needs == WATCH_KIND) good = read_watch_kind(kept, &change->kind);
  if (good && kind->needs == CLOCK) good = read_clock(kept, &change->ms);
  if (!good) return script_expected(script, value, expected[kind->needs]);
  if (kind->needs == NODE) change->name = kept;
  if (kind->needs == NAMESPACE) change->ns = kept;
  if (kind->needs == DAEMONSET) {
    change->ns = slash == NULL ? "default" : keep(script->input, kept, (size_t)(slash - kept));
    change->name = slash == NULL ? kept : slash + 1;
  }
  if (kind->needs == NODE_OF_PODS) {
    dset_node *node = input_memory(script->input, sizeof *node);
    *node = (dset_node){.size = sizeof *node, .name = kept};
    change->node = node;
  }
  return true;
}

bool script_change(struct script *script, const yaml_node_t *value) {
  const char *names[KINDS + 1] = {"at"};
  for (size_t i = 0; i < KINDS; i++) names[i + 1] = kinds[i].name;
  if (!script_map(script, value, names, KINDS + 1, "a change")) return false;
  struct planned planned = {.line = value->start_mark.line + 1, .column = value->start_mark.column + 1};
  const yaml_node_t *at = script_member(script, value, "at"), *object = NULL;
  const struct kind *found = NULL;
  if (at == NULL) return script_refuse(script, value, "a change needs its moment: at", "");
  if (!read_at(script, at, &planned)) return false;
  for (size_t i = 0; i < KINDS; i++) {
    const yaml_node_t *member = script_member(script, value, kinds[i].name);
    if (member == NULL) continue;
    if (found != NULL) return script_refuse(script, value, "one change at a time; this is another: ", kinds[i].name);
    object = member;
    found = &kinds[i];
  }
  if (found == NULL) return script_refuse(script, value, "what shall happen? cordon: NODE, for example", "");
  planned.change.type = found->type;
  if (!read_object(script, object, found, &planned.change)) return false;
  if (found->needs == PATH)
    return apply_file(script->to, script->input, script->request, beside(script, script_text(object)), &planned, NULL);
  add_change(script->to, &planned);
  return true;
}
