/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifests.c (L5): the DaemonSet manifests of a text, each with its findings.
 *
 *   a document, or an item of a list, is          it becomes
 *   no object                                     an entry that says so (DSET_FINDING_NO_KIND)
 *   an object without kind, apiVersion and spec   nothing: values for templates, a kustomization
 *   another object without a kind                 an entry that says so
 *   of a kind that is almost DaemonSet            an entry that asks whether it is meant
 *   of another kind                               nothing
 *   a DaemonSet of another apiVersion             an entry that says what to do
 *   an apps/v1 DaemonSet                          an entry, read by manifest.c
 *
 * A text that is no JSON or YAML gets a last entry that says where, and is not read further.
 */
#include <string.h>

#include "check.h"
#include "items.h"
#include "manifest.h"
#include "reading.h"
#include "schema.h"
#include "text.h"

/* Repeated keys of one document that get a finding of their own; all are counted. */
enum { MOST_REPEATS = 1000 };

/* An entry, and the way to its selector in the document. */
typedef struct read_entry {
  dset_manifest_entry entry;
  const dset_step *selector;
  size_t selector_steps;
} read_entry;

struct dset_manifests {
  dset_arena arena;
  read_entry **entries;
  size_t count;
  size_t capacity;
};

/* What reading one text needs. */
typedef struct reading {
  dset_manifests *to;
  const char *default_ns;
  const dset_validate_options *validate;
  size_t findings_left;  /* how many more are kept */
  dset_repeats *repeats; /* repeated keys of the current document */
  int32_t validation;
} reading;

/* ---- entries ---- */

static dset_manifest_entry *add_entry(reading *r, const dset_source_document *document, const dset_path *path,
                                      const char *api_version) {
  dset_manifests *to = r->to;
  read_entry **entries = dset_arena_grow(&to->arena, to->entries, to->count, &to->capacity, sizeof(read_entry *));
  read_entry *made = dset_arena_zalloc(&to->arena, 1, sizeof *made);
  dset_findings *findings = dset_findings_new(r->validate);
  if (entries != NULL) to->entries = entries;
  if (entries == NULL || made == NULL || findings == NULL) {
    dset_findings_free(findings);
    return NULL;
  }
  entries[to->count++] = made;
  made->selector = dset_path_steps(DSET_AT(DSET_AT(path, "spec"), "selector"), &to->arena, &made->selector_steps);
  dset_manifest_entry *entry = &made->entry;
  if (findings->limit > r->findings_left) findings->limit = r->findings_left;
  findings->fields_warn = r->validation == DSET_VALIDATION_WARN;
  findings->fields_ignored = r->validation == DSET_VALIDATION_IGNORE;
  *entry = (dset_manifest_entry){.size = sizeof *entry, .index = document->index, .line = document->line};
  entry->findings = findings;
  entry->ns = entry->name = "";
  entry->api_version = dset_arena_string(&to->arena, api_version);
  return entry->api_version == NULL || made->selector == NULL ? NULL : entry;
}

static dset_findings *findings_of(dset_manifest_entry *entry) {
  return (dset_findings *)(uintptr_t)entry->findings; /* made here; const for the user alone */
}

/* ---- lines and columns ---- */

/* Asks for a place, or takes what was found. */
static void exchange(dset_place *place, bool take, const dset_step *steps, size_t count, size_t *line, size_t *column) {
  if (take) {
    *line = place->line;
    *column = place->column;
  } else {
    *place = (dset_place){.steps = steps, .step_count = count};
  }
}

/* The same for all places of the entries from `first` on, always in one order; how many there are. */
static size_t exchange_all(dset_manifests *manifests, size_t first, dset_place *places, bool take) {
  size_t count = 0;
  for (size_t i = first; i < manifests->count; i++) {
    read_entry *made = manifests->entries[i];
    dset_manifest_entry *entry = &made->entry;
    dset_findings *findings = findings_of(entry);
    for (size_t j = 0; j < findings->count; j++) {
      dset_found *found = &findings->records[j];
      dset_finding *finding = &found->finding;
      if (finding->line != 0) continue; /* a repeated key */
      exchange(&places[count++], take, found->steps, found->step_count, &finding->line, &finding->column);
    }
    if (entry->manifest == NULL || entry->manifest->daemonset->selector == NULL) continue;
    exchange(&places[count++], take, made->selector, made->selector_steps, &entry->selector_line,
             &entry->selector_column);
  }
  return count;
}

/* All of one document at once: a list may have thousands of items, and each walk goes over the whole text. */
static bool locate_entries(dset_manifests *manifests, size_t first, const dset_source_document *document) {
  size_t most = manifests->count - first;
  for (size_t i = first; i < manifests->count; i++) most += manifests->entries[i]->entry.findings->count;
  dset_arena scratch;
  dset_arena_init(&scratch, &manifests->arena.allocator);
  dset_place *places = dset_arena_alloc(&scratch, most, sizeof *places);
  if (places == NULL) return false;
  size_t count = exchange_all(manifests, first, places, false);
  if (count > 0) dset_source_locate_all(document, places, count);
  exchange_all(manifests, first, places, true);
  dset_arena_clear(&scratch);
  return true;
}

/* ---- what is read ---- */

static bool is_daemonset(const dset_item *item) {
  return strcmp(item->kind, "DaemonSet") == 0;
}

/* What to do about an apiVersion that is not apps/v1. */
static const char *advice_on(const char *api_version) {
  static const char *const gone[] = {"extensions/v1beta1", "apps/v1beta2"};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
    if (strcmp(api_version, gone[i]) != 0) continue;
    return " since Kubernetes 1.16: write `apps/v1`, which needs spec.selector and does not change it afterwards";
  }
  if (strncmp(api_version, "apps.kruise.io/", strlen("apps.kruise.io/")) == 0) {
    return " in Kubernetes: OpenKruise's is a kind of its own, with fields and rules that this library does not know";
  }
  return ": it is `apps/v1`";
}

static bool say_no_kind(dset_manifest_entry *entry, const dset_item *item) {
  dset_findings *findings = findings_of(entry);
  if (item->expected != NULL) {
    dset_findings_add(findings, DSET_FINDING_NO_KIND, "", item->path, NULL, "expected %s, found %s", item->expected,
                      dset_decode_kind(item->value));
  } else if (item->kind[0] == '\0') {
    dset_findings_add(findings, DSET_FINDING_NO_KIND, "", item->path, NULL,
                      "this object has no kind; a DaemonSet starts with `apiVersion: apps/v1` and `kind: DaemonSet`");
  } else if (!is_daemonset(item)) {
    dset_findings_add(findings, DSET_FINDING_NO_KIND, "", DSET_AT(item->path, "kind"), NULL,
                      "there is no kind %s, did you mean \"DaemonSet\"?", dset_findings_quote(findings, item->kind));
  } else if (item->api_version[0] == '\0') {
    dset_findings_add(findings, DSET_FINDING_NO_KIND, "", DSET_AT(item->path, "kind"), NULL,
                      "this DaemonSet has no apiVersion; it is `apps/v1`");
  } else {
    const char *quoted = dset_findings_quote(findings, item->api_version);
    dset_findings_add(findings, DSET_FINDING_NO_KIND, "", DSET_AT(item->path, "apiVersion"), NULL,
                      "there is no DaemonSet of %s%s", quoted, advice_on(item->api_version));
  }
  return !findings->failed;
}

/* Whether there is something to say of what is no apps/v1 DaemonSet. */
static bool is_of_interest(const dset_item *item) {
  if (item->expected != NULL || is_daemonset(item)) return true;
  if (item->kind[0] != '\0') return dset_schema_alike(item->kind, "DaemonSet");
  return item->api_version[0] != '\0' || json_object_get(item->value, "spec") != NULL;
}

typedef struct item_reading {
  reading *r;
  const dset_source_document *document;
} item_reading;

static bool visit_item(void *context, const dset_item *item) {
  item_reading *at = context;
  reading *r = at->r;
  bool known = is_daemonset(item) && strcmp(item->api_version, "apps/v1") == 0;
  if (!known && !is_of_interest(item)) return true;
  dset_manifest_entry *entry = add_entry(r, at->document, item->path, item->api_version);
  if (entry == NULL) return false;
  dset_findings *findings = findings_of(entry);
  bool good = known ? dset_reading_repeats(at->document, r->repeats, item->path, findings) &&
                          dset_manifest_load(item->value, item->path, r->default_ns, r->validate, &r->to->arena,
                                             findings, entry)
                    : say_no_kind(entry, item);
  r->findings_left = findings->limit - findings->count;
  return good && !findings->failed;
}

/* A text that is no JSON or YAML from here on. */
static bool say_syntax(reading *r, const dset_source *source, const dset_error *why) {
  dset_source_document document = {.index = source->index, .line = source->line};
  dset_manifest_entry *entry = add_entry(r, &document, NULL, "");
  if (entry == NULL) return false;
  dset_findings *findings = findings_of(entry);
  dset_findings_add(findings, DSET_FINDING_SYNTAX, "", NULL, NULL, "%s", why->text);
  if (findings->count > 0) {
    findings->records[0].finding.line = why->line;
    findings->records[0].finding.column = why->column;
  }
  return !findings->failed;
}

/* Whether a text that ends its reading with `code` was at least one to read. */
static bool is_about_text(int code) {
  return code == DSET_ERR_SYNTAX || code == DSET_ERR_RANGE || code == DSET_ERR_ENCODING;
}

static int read_documents(reading *r, dset_source *source, dset_error *error) {
  for (;;) {
    dset_source_document document;
    dset_error why;
    dset_reading_forget(r->repeats);
    int code = dset_source_next(source, &document, &why);
    if (is_about_text(code)) return say_syntax(r, source, &why) ? DSET_OK : dset_fail_memory(error);
    if (code != DSET_OK && error != NULL) *error = why;
    if (code != DSET_OK || document.root == NULL) return code;
    item_reading at = {r, &document};
    size_t first = r->to->count;
    bool good = dset_items_visit(document.root, visit_item, &at) && locate_entries(r->to, first, &document);
    json_decref(document.root);
    if (!good) return dset_fail_memory(error);
  }
}

static int check_options(const dset_manifest_options *options, dset_error *error) {
  int code = dset_check_size(options, sizeof *options, "options", error);
  if (code == DSET_OK && options != NULL) {
    code = dset_check_validate_options(options->validate, error);
  }
  if (code != DSET_OK || options == NULL) return code;
  if (options->validation >= DSET_VALIDATION_STRICT && options->validation <= DSET_VALIDATION_IGNORE) return DSET_OK;
  return dset_fail(error, DSET_ERR_INVALID, "options.validation", "must be one of enum dset_validation_mode");
}

int dset_manifests_read(const char *text, size_t bytes, const dset_manifest_options *options,
                        dset_manifests **manifests, dset_error *error) {
  if (manifests == NULL) return dset_fail(error, DSET_ERR_INVALID, "manifests", "must not be NULL");
  *manifests = NULL;
  static const dset_manifest_options defaults = {.size = sizeof defaults};
  int code = check_options(options, error);
  if (code != DSET_OK) return code;
  if (options == NULL) options = &defaults;
  dset_bounds bounds;
  void *made = NULL;
  code = dset_reading_begin(text, options->read, sizeof(dset_manifests), &bounds, &made, error);
  if (code != DSET_OK) return code;
  reading r = {.to = made,
               .default_ns = options->ns,
               .validate = options->validate,
               .validation = options->validation,
               .findings_left = SIZE_MAX};
  if (dset_text_empty(r.default_ns)) r.default_ns = "default";
  dset_arena scratch;
  dset_arena_init(&scratch, options->read == NULL ? NULL : options->read->allocator);
  dset_repeats repeats = {.arena = &scratch, .limit = MOST_REPEATS};
  r.repeats = &repeats;
  dset_source source;
  code = dset_source_open(&source, text, bytes, &bounds, error);
  source.repeats = &repeats;
  if (code == DSET_OK) code = read_documents(&r, &source, error);
  dset_arena_clear(&scratch);
  if (code != DSET_OK) {
    dset_manifests_free(made);
    return code;
  }
  *manifests = made;
  return DSET_OK;
}

size_t dset_manifests_count(const dset_manifests *manifests) {
  return manifests->count;
}

const dset_manifest_entry *dset_manifests_entry(const dset_manifests *manifests, size_t index) {
  return index < manifests->count ? &manifests->entries[index]->entry : NULL;
}

void dset_manifests_free(dset_manifests *manifests) {
  if (manifests == NULL) return;
  for (size_t i = 0; i < manifests->count; i++) dset_findings_free(findings_of(&manifests->entries[i]->entry));
  dset_arena arena = manifests->arena;
  dset_arena_clear(&arena);
}
