/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlap.c (L2): DaemonSets of a namespace that select each other's pods.
 *
 * Manifests of a namespace whose pods carry the same labels are kin: one answer holds for all of them. Of the
 * requirements of a selector, the one that the fewest kin can meet says which of them are asked:
 *
 *   requirement     | who can meet it
 *   In, or a label  | kin that have the label with one of the values
 *   Exists          | kin that have the label
 *   the others      | all kin of the namespace
 *
 * So labels that tell DaemonSets apart also keep the work near linear in their number.
 */
#include "check.h"
#include "selector.h"
#include "table.h"
#include "text.h"
#include "validate.h"
#include "value.h"

typedef struct kin {
  const dset_daemonset *daemonset; /* the first of them */
  dset_table labels;
  size_t first; /* its number */
  size_t other; /* the first of another name; SIZE_MAX: there is none */
} kin;

/* Kin that have one thing in common, in order: from `head` to `tail`. */
typedef struct group {
  size_t head;
  size_t tail;
  size_t count;
} group;

typedef struct member {
  size_t kin;
  size_t next;
} member;

/* The tables map to numbers of `all`, and of `groups`. */
typedef struct overlap {
  dset_findings *findings;
  dset_arena *scratch;
  dset_table by_labels; /* namespace and labels as JSON */
  dset_table by_label;  /* namespace and "key=value", "key", or "" for all of it: more may answer to it, never less */
  kin *all;
  group *groups;
  member *members;
  size_t kin_count;
  size_t group_count;
  size_t member_count;
} overlap;

/* ---- filling the tables ---- */

static bool make_tables(overlap *o, const dset_manifest *const *manifests, size_t count) {
  size_t most = count;
  for (size_t i = 0; i < count; i++) most += 2 * manifests[i]->daemonset->template_label_count;
  o->all = dset_arena_alloc(o->scratch, count, sizeof *o->all);
  o->groups = dset_arena_alloc(o->scratch, most, sizeof *o->groups);
  o->members = dset_arena_alloc(o->scratch, most, sizeof *o->members);
  return o->all != NULL && o->groups != NULL && o->members != NULL &&
         dset_table_init(&o->by_labels, o->scratch, count) && dset_table_init(&o->by_label, o->scratch, most);
}

static const char *pair_text(const overlap *o, const char *key, const char *value) {
  return dset_arena_format(o->scratch, "%s=%s", dset_text_or_empty(key), dset_text_or_empty(value));
}

static void join(overlap *o, const char *ns, const char *label, size_t of) {
  size_t at = dset_table_insert(&o->by_label, ns, label, o->group_count);
  member *made = &o->members[o->member_count];
  *made = (member){.kin = of, .next = SIZE_MAX};
  if (at == DSET_TABLE_NONE) {
    o->groups[o->group_count++] = (group){o->member_count, o->member_count, 1};
  } else {
    o->members[o->groups[at].tail].next = o->member_count;
    o->groups[at].tail = o->member_count;
    o->groups[at].count++;
  }
  o->member_count++;
}

/* Adds kin that are made of manifest `index`. */
static bool add_kin(overlap *o, const dset_daemonset *daemonset, size_t index) {
  kin *made = &o->all[o->kin_count];
  *made = (kin){.daemonset = daemonset, .first = index, .other = SIZE_MAX};
  if (!dset_validate_label_table(&made->labels, o->scratch, daemonset->template_labels,
                                 daemonset->template_label_count)) {
    return false;
  }
  join(o, daemonset->ns, "", o->kin_count);
  for (size_t i = 0; i < daemonset->template_label_count; i++) {
    const dset_label *label = &daemonset->template_labels[i];
    const char *pair = pair_text(o, label->key, label->value);
    if (pair == NULL) return false;
    join(o, daemonset->ns, label->key, o->kin_count);
    join(o, daemonset->ns, pair, o->kin_count);
  }
  o->kin_count++;
  return true;
}

static bool add_manifest(overlap *o, const dset_daemonset *daemonset, size_t index) {
  dset_buffer json;
  dset_buffer_init(&json, &o->scratch->allocator);
  dset_value_labels(&json, daemonset->template_labels, daemonset->template_label_count);
  const char *labels = json.failed ? NULL : dset_arena_string(o->scratch, json.bytes);
  dset_buffer_clear(&json);
  if (labels == NULL) return false;
  size_t at = dset_table_insert(&o->by_labels, daemonset->ns, labels, o->kin_count);
  if (at == DSET_TABLE_NONE) return add_kin(o, daemonset, index);
  kin *known = &o->all[at];
  if (known->other == SIZE_MAX && !dset_text_equal(known->daemonset->name, daemonset->name)) known->other = index;
  return true;
}

/* ---- asking them ---- */

/* How many groups can meet a requirement, and which; NULL: an allocation failed. */
static size_t ways(const dset_parsed_requirement *requirement) {
  return requirement->op == DSET_OP_IN ? requirement->value_count : 1;
}

static const char *way(const overlap *o, const dset_parsed_requirement *requirement, size_t i) {
  if (requirement->op == DSET_OP_IN) return pair_text(o, requirement->key, requirement->values[i]);
  return requirement->op == DSET_OP_EXISTS ? requirement->key : "";
}

/* The group of a label; NULL when it is empty. */
static const group *find_group(const overlap *o, const char *ns, const char *label) {
  size_t at = dset_table_find(&o->by_label, ns, label);
  return at == DSET_TABLE_NONE ? NULL : &o->groups[at];
}

static bool count_candidates(const overlap *o, const char *ns, const dset_parsed_requirement *requirement,
                             size_t *count) {
  *count = 0;
  for (size_t i = 0; i < ways(requirement); i++) {
    const char *label = way(o, requirement, i);
    if (label == NULL) return false;
    const group *found = find_group(o, ns, label);
    if (found != NULL) *count += found->count;
  }
  return true;
}

/* The first manifest below `best` of a group that the selector matches, and that is not `self`; else `best`. */
static size_t ask_group(const overlap *o, const group *of, const dset_daemonset *self,
                        const dset_parsed_selector *selector, size_t best) {
  for (size_t i = of->head; i != SIZE_MAX; i = o->members[i].next) {
    const kin *candidate = &o->all[o->members[i].kin];
    if (candidate->first >= best) break;
    bool same = dset_text_equal(candidate->daemonset->name, self->name);
    size_t index = same ? candidate->other : candidate->first;
    if (index < best && dset_validate_selects(selector, candidate->daemonset->template_labels, &candidate->labels)) {
      best = index;
    }
  }
  return best;
}

/* The first manifest that the selector of `self` matches; SIZE_MAX: there is none. False when an allocation fails. */
static bool find_overlap(const overlap *o, const dset_daemonset *self, const dset_parsed_selector *selector,
                         size_t *other) {
  const dset_parsed_requirement *narrowest = NULL;
  size_t fewest = SIZE_MAX;
  for (size_t i = 0; i < selector->count; i++) {
    size_t count;
    if (!count_candidates(o, self->ns, &selector->requirements[i], &count)) return false;
    if (narrowest != NULL && count >= fewest) continue;
    narrowest = &selector->requirements[i];
    fewest = count;
  }
  *other = SIZE_MAX;
  for (size_t i = 0; i < ways(narrowest); i++) {
    const char *label = way(o, narrowest, i);
    if (label == NULL) return false;
    const group *found = find_group(o, self->ns, label);
    if (found != NULL) *other = ask_group(o, found, self, selector, *other);
  }
  return true;
}

/* One finding says it: a folder of copies would say it for each pair. */
static bool check_overlap(const overlap *o, const dset_manifest *const *manifests, size_t index) {
  const dset_daemonset *self = manifests[index]->daemonset;
  const dset_path spec = {.key = "spec"};
  dset_parsed_selector selector;
  dset_unusable unusable;
  size_t other;
  if (!dset_selector_parse(o->scratch, self->selector, &selector, &unusable)) return false;
  if (unusable != NULL || selector.nothing || selector.count == 0) return true;
  if (!find_overlap(o, self, &selector, &other)) return false;
  if (other == SIZE_MAX) return true;
  size_t before = o->findings->count;
  dset_findings_add(o->findings, DSET_FINDING_SELECTOR_OVERLAP, "", DSET_AT(&spec, "selector"), NULL,
                    "also matches the pods of DaemonSet \"%s\", so that each may take over pods of the other; add a"
                    " label that tells them apart to both",
                    dset_text_or_empty(manifests[other]->daemonset->name));
  if (o->findings->count > before) o->findings->records[before].finding.manifest = index;
  return true;
}

static bool check_all(overlap *o, const dset_manifest *const *manifests, size_t count) {
  if (!make_tables(o, manifests, count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (!add_manifest(o, manifests[i]->daemonset, i)) return false;
  }
  for (size_t i = 0; i < count && !o->findings->failed; i++) {
    if (!check_overlap(o, manifests, i)) return false;
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
  overlap o = {.findings = made, .scratch = &scratch};
  if (!check_all(&o, manifests, count)) made->failed = true;
  dset_arena_clear(&scratch);
  return dset_findings_finish(made, findings, error);
}
