/* SPDX-License-Identifier: Apache-2.0 */
/* draft.c: see draft.h. */
#include "draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 16, MAX_WORDS = 32 };

static _Noreturn void bad_change(const char *text) {
  fprintf(stderr, "test error: draft: \"%s\" is no change\n", text);
  abort();
}

/* ---- words ---- */

static int hex_digit(char c) {
  const char *digits = "0123456789ABCDEF";
  const char *at = strchr(digits, c);
  return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

/* An argument without its marks. */
static const char *plain(dset_world *w, const char *word) {
  size_t length = strlen(word);
  if (strcmp(word, "''") == 0) return "";
  if (length > 2 && word[1] == '*') {
    size_t count = (size_t)strtoul(word + 2, NULL, 10);
    char *many = world_alloc(w, 1, count + 1);
    memset(many, word[0], count);
    return many;
  }
  char *text = world_alloc(w, 1, length + 1);
  size_t written = 0;
  for (size_t i = 0; i < length; i++) {
    int high = word[i] == '%' ? hex_digit(word[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(word[i + 2]) : -1;
    text[written++] = low >= 0 ? (char)(high * 16 + low) : word[i];
    if (low >= 0) i += 2;
  }
  return text;
}

/* Cuts a change at blanks. Returns how many words there are; those that are absent are "". */
static size_t cut(dset_world *w, const char *text, const char *words[MAX_WORDS]) {
  size_t count = 0;
  for (size_t i = 0; i < MAX_WORDS; i++) words[i] = "";
  while (*(text += strspn(text, " ")) != '\0') {
    size_t length = strcspn(text, " ");
    if (count == MAX_WORDS) bad_change(text);
    words[count++] = plain(w, world_format(w, "%.*s", (int)length, text));
    text += length;
  }
  return count;
}

/* Appends to an array of the world with room for ROOM items. */
#define APPEND(w, items, count, ...)                                                                              \
  do {                                                                                                            \
    if (*(count) == 0) *(items) = world_alloc(w, ROOM, sizeof **(items));                                         \
    if (*(count) == ROOM) abort();                                                                                \
    memcpy((void *)(uintptr_t)(*(items) + (*(count))++), &__VA_ARGS__, sizeof **(items)); /* the model's const */ \
  } while (0)

static void add_pair(dset_world *w, const dset_label **labels, size_t *count, const char *pair) {
  const char *equals = strchr(pair, '=');
  if (equals == NULL) bad_change(pair);
  const dset_label label = {world_format(w, "%.*s", (int)(equals - pair), pair), equals + 1};
  APPEND(w, labels, count, label);
}

/* ---- changes ---- */

static void add_owner(draft *d, const char *const *words) {
  const dset_owner_reference owner = {
      .api_version = words[1],
      .kind = words[2],
      .name = words[3],
      .uid = words[4],
      .controller = strcmp(words[5], "controller") == 0,
      .has_controller = strncmp(words[5], "control", 7) == 0,
      .block_owner_deletion = strcmp(words[6], "block") == 0,
      .has_block_owner_deletion = words[6][0] != '\0',
  };
  APPEND(&d->world, &d->manifest.owners, &d->manifest.owner_count, owner);
}

static void add_container(draft *d, const dset_container *const **list, size_t *count, const char *const *words) {
  dset_container *container = world_alloc(&d->world, 1, sizeof *container);
  *container = (dset_container){sizeof *container, words[1], words[2], words[3], words[4], words[5], NULL, 0};
  d->last = container;
  const dset_container *added = container;
  APPEND(&d->world, list, count, added);
}

static void add_port(draft *d, const char *const *words) {
  const dset_container_port port = {words[1], words[2], words[3], atoi(words[4]), atoi(words[5])};
  APPEND(&d->world, &d->last->ports, &d->last->port_count, port);
}

static void add_preferred(draft *d, const char *rest) {
  char *after;
  const long weight = strtol(rest, &after, 10);
  const dset_preferred_term term = {(int32_t)weight, world_terms(&d->world, after)->terms[0]};
  APPEND(&d->world, &d->manifest.preferred_terms, &d->manifest.preferred_term_count, term);
}

static void add_toleration(draft *d, const char *const *words, size_t count) {
  const dset_toleration toleration = {words[1], words[2], words[3], words[4], atoll(words[5]), count > 5};
  APPEND(&d->world, &d->world.daemonset.tolerations, &d->world.daemonset.toleration_count, toleration);
}

static void set_budget(draft *d, const char *const *words, size_t count) {
  if (count == 1) {
    d->world.daemonset.has_rolling_update = false;
    return;
  }
  world_budget(&d->world, words[1], words[2]);
}

/* What is a string of the manifest or of its DaemonSet. */
static bool set_string(draft *d, const char *name, const char *value) {
  dset_daemonset *daemonset = &d->world.daemonset;
  const struct {
    const char *name;
    const char **target;
  } strings[] = {
      {"name", &daemonset->name},
      {"ns", &daemonset->ns},
      {"uid", &daemonset->uid},
      {"nodeName", &daemonset->node_name},
      {"generateName", &d->manifest.generate_name},
      {"resourceVersion", &d->manifest.resource_version},
      {"restartPolicy", &d->manifest.restart_policy},
      {"dnsPolicy", &d->manifest.dns_policy},
      {"strategy", &d->manifest.strategy_type},
  };
  for (size_t i = 0; i < COUNT_OF(strings); i++) {
    if (strcmp(name, strings[i].name) != 0) continue;
    *strings[i].target = value;
    return true;
  }
  return false;
}

static bool set_number(draft *d, const char *name, const char *value) {
  dset_daemonset *daemonset = &d->world.daemonset;
  dset_manifest *manifest = &d->manifest;
  int64_t number = strtoll(value, NULL, 10);
  if (strcmp(name, "generation") == 0) {
    daemonset->generation = number;
  } else if (strcmp(name, "created") == 0) {
    manifest->created_ms = number;
  } else if (strcmp(name, "deletion") == 0) {
    manifest->deletion_ms = number;
  } else if (strcmp(name, "grace") == 0) {
    manifest->deletion_grace_seconds = number;
    manifest->has_deletion_grace_seconds = true;
  } else if (strcmp(name, "dnsConfig") == 0) {
    manifest->dns_nameserver_count = (size_t)number;
    manifest->has_dns_config = true;
  } else if (strcmp(name, "activeDeadline") == 0) {
    manifest->active_deadline_seconds = number;
    manifest->has_active_deadline_seconds = true;
  } else if (strcmp(name, "minReady") == 0) {
    daemonset->min_ready_seconds = (int32_t)number;
  } else if (strcmp(name, "historyLimit") == 0) {
    daemonset->revision_history_limit = (int32_t)number;
    daemonset->has_revision_history_limit = true;
  } else if (strcmp(name, "templateGeneration") == 0) {
    manifest->template_generation = number;
  } else {
    return false;
  }
  return true;
}

/* What grows a list, or takes one away. */
static bool add_item(draft *d, const char *const *words, size_t count, const char *rest) {
  dset_manifest *manifest = &d->manifest;
  dset_daemonset *daemonset = &d->world.daemonset;
  const char *name = words[0];
  if (strcmp(name, "label") == 0) {
    add_pair(&d->world, &manifest->labels, &manifest->label_count, words[1]);
  } else if (strcmp(name, "annotation") == 0) {
    add_pair(&d->world, &manifest->annotations, &manifest->annotation_count, words[1]);
  } else if (strcmp(name, "templateAnnotation") == 0) {
    add_pair(&d->world, &manifest->template_annotations, &manifest->template_annotation_count, words[1]);
  } else if (strcmp(name, "nodeSelector") == 0) {
    add_pair(&d->world, &daemonset->node_selector, &daemonset->node_selector_count, words[1]);
  } else if (strcmp(name, "finalizer") == 0) {
    APPEND(&d->world, &manifest->finalizers, &manifest->finalizer_count, words[1]);
  } else if (strcmp(name, "owner") == 0) {
    add_owner(d, words);
  } else if (strcmp(name, "containers") == 0) {
    manifest->container_count = 0;
  } else if (strcmp(name, "container") == 0) {
    add_container(d, &manifest->containers, &manifest->container_count, words);
  } else if (strcmp(name, "init") == 0) {
    add_container(d, &manifest->init_containers, &manifest->init_container_count, words);
  } else if (strcmp(name, "ephemeral") == 0) {
    add_container(d, &manifest->ephemeral_containers, &manifest->ephemeral_container_count, words);
  } else if (strcmp(name, "port") == 0) {
    add_port(d, words);
  } else if (strcmp(name, "prefer") == 0) {
    add_preferred(d, rest);
  } else if (strcmp(name, "toleration") == 0) {
    add_toleration(d, words, count);
  } else {
    return false;
  }
  return true;
}

static bool set_part(draft *d, const char *const *words, size_t count, const char *rest) {
  dset_daemonset *daemonset = &d->world.daemonset;
  const char *name = words[0];
  if (strcmp(name, "selector") == 0) {
    daemonset->selector = world_selector(&d->world, strcmp(words[1], "-") == 0 ? NULL : rest);
  } else if (strcmp(name, "templateLabels") == 0) {
    daemonset->template_label_count = 0;
    if (count > 1 && strcmp(words[1], "-") == 0) {
      daemonset->template_labels = NULL;
      return true;
    }
    for (size_t i = 1; i < count; i++) {
      add_pair(&d->world, &daemonset->template_labels, &daemonset->template_label_count, words[i]);
    }
  } else if (strcmp(name, "template") == 0) {
    daemonset->revision_data = words[1];
    daemonset->revision_data_bytes = strlen(words[1]);
  } else if (strcmp(name, "terminationGracePeriod") == 0) {
    d->manifest.has_termination_grace_period = false;
  } else if (strcmp(name, "hostNetwork") == 0) {
    daemonset->host_network = true;
  } else if (strcmp(name, "affinity") == 0) {
    daemonset->required_affinity = world_terms(&d->world, rest);
  } else if (strcmp(name, "budget") == 0) {
    set_budget(d, words, count);
  } else {
    return false;
  }
  return true;
}

static void change(draft *d, const char *text) {
  const char *words[MAX_WORDS];
  size_t count = cut(&d->world, text, words);
  if (count == 0) return;
  const char *rest = text + strspn(text, " ");
  rest += strcspn(rest, " ");
  if (set_string(d, words[0], words[1]) || set_number(d, words[0], words[1])) return;
  if (!add_item(d, words, count, rest) && !set_part(d, words, count, rest)) bad_change(text);
}

void draft_change(draft *d, const char *changes) {
  while (*changes != '\0') {
    size_t length = strcspn(changes, ";");
    change(d, world_format(&d->world, "%.*s", (int)length, changes));
    changes += length + (changes[length] == ';');
  }
}

void draft_init(draft *d, const char *changes) {
  memset(d, 0, sizeof *d);
  world_init(&d->world);
  d->manifest.size = sizeof d->manifest;
  d->manifest.daemonset = &d->world.daemonset;
  d->manifest.has_termination_grace_period = true;
  draft_change(d,
               "container main nginx Always File; restartPolicy Always; dnsPolicy ClusterFirst;"
               "strategy RollingUpdate; templateGeneration 1; resourceVersion 7");
  draft_change(d, changes);
}

void draft_free(draft *d) {
  world_free(&d->world);
}

/* ---- what is found ---- */

const char *draft_write(draft *d, const dset_findings *findings, int32_t severity) {
  const char *text = "";
  for (size_t i = 0; i < dset_findings_count(findings); i++) {
    const dset_finding *finding = dset_findings_get(findings, i);
    if (severity != 0 && finding->severity != severity) continue;
    text = world_format(&d->world, "%s%s%s: %s", text, text[0] == '\0' ? "" : "\n", finding->field, finding->text);
  }
  return text;
}

void draft_expect(const char *row, draft *d, draft *stored, const dset_validate_options *options, int32_t severity,
                  const char *expected) {
  dset_findings *findings = NULL;
  dset_error error = {0};
  int code = dset_validate(&d->manifest, stored == NULL ? NULL : &stored->manifest, options, &findings, &error);
  ck_assert_msg(code == DSET_OK, "%s: %s: %s", row, error.path, error.text);
  expect_text(row, "findings", draft_write(d, findings, severity), expected);
  dset_findings_free(findings);
}
