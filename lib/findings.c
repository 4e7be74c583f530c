/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings.c (L1): the list of findings. The text of a finding (B1):
 *
 *   Required      Required value                then, when there is a detail, ": <detail>"
 *   Forbidden     Forbidden
 *   TooLong       Too long
 *   Invalid       Invalid value: <value>
 *   NotSupported  Unsupported value: <value>
 *   Duplicate     Duplicate value: <value>
 *   NotFound      Not found: <value>
 *   all others    the detail alone
 */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "literal.h"
#include "text.h"

enum { DEFAULT_LIMIT = 10000 };

typedef struct kind_row {
  int32_t kind;
  const char *name;
  const char *text; /* in front of value and detail; NULL: the detail is the whole text */
} kind_row;

static const kind_row kinds[] = {
    {DSET_FINDING_REQUIRED, "FieldValueRequired", "Required value"},
    {DSET_FINDING_FORBIDDEN, "FieldValueForbidden", "Forbidden"},
    {DSET_FINDING_INVALID, "FieldValueInvalid", "Invalid value"},
    {DSET_FINDING_NOT_SUPPORTED, "FieldValueNotSupported", "Unsupported value"},
    {DSET_FINDING_DUPLICATE, "FieldValueDuplicate", "Duplicate value"},
    {DSET_FINDING_TOO_LONG, "FieldValueTooLong", "Too long"},
    {DSET_FINDING_NOT_FOUND, "FieldValueNotFound", "Not found"},
    {DSET_FINDING_SYNTAX, "Syntax", NULL},
    {DSET_FINDING_NO_KIND, "NoKind", NULL},
    {DSET_FINDING_WRONG_TYPE, "WrongType", NULL},
    {DSET_FINDING_OUT_OF_RANGE, "OutOfRange", NULL},
    {DSET_FINDING_UNKNOWN_FIELD, "UnknownField", NULL},
    {DSET_FINDING_DUPLICATE_FIELD, "DuplicateField", NULL},
    {DSET_FINDING_HOST_PORT_SURGE, "HostPortWithSurge", NULL},
    {DSET_FINDING_TOLERATES_EVERYTHING, "ToleratesEverything", NULL},
    {DSET_FINDING_NODE_NAME, "NodeNameInTemplate", NULL},
    {DSET_FINDING_BUDGET_ALL_NODES, "BudgetOfAllNodes", NULL},
    {DSET_FINDING_SELECTOR_OVERLAP, "SelectorOverlap", NULL},
    {DSET_FINDING_SURGE_ON_DELETE, "SurgeOnDelete", NULL},
    {DSET_FINDING_UNUSABLE_TERM, "UnusableTerm", NULL},
    {DSET_FINDING_CONTRADICTION, "Contradiction", NULL},
};

static const kind_row *find_kind(int32_t kind) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (kinds[i].kind == kind) return &kinds[i];
  }
  return NULL;
}

const char *dset_finding_kind_name(int32_t kind) {
  const kind_row *row = find_kind(kind);
  return row == NULL ? "" : row->name;
}

/* The library's own warnings, as the numbers of their kinds say. */
static bool is_own_warning(int32_t kind) {
  return kind >= DSET_FINDING_HOST_PORT_SURGE;
}

/* Fields that strict decoding refuses. */
static bool is_about_field(int32_t kind) {
  return kind == DSET_FINDING_UNKNOWN_FIELD || kind == DSET_FINDING_DUPLICATE_FIELD;
}

static int32_t severity_of(const dset_findings *findings, int32_t kind) {
  return is_own_warning(kind) || (is_about_field(kind) && findings->fields_warn) ? DSET_SEVERITY_WARNING
                                                                                 : DSET_SEVERITY_ERROR;
}

static bool is_silent(const dset_findings *findings, int32_t kind) {
  if (is_about_field(kind)) return findings->fields_ignored;
  if (!is_own_warning(kind)) return false;
  for (size_t i = 0; i < findings->silent_count; i++) {
    if (findings->silent[i] == kind) return true;
  }
  return findings->no_warnings;
}

dset_findings *dset_findings_new(const dset_validate_options *options) {
  dset_arena arena;
  dset_arena_init(&arena, options == NULL ? NULL : options->allocator);
  dset_findings *made = dset_arena_zalloc(&arena, 1, sizeof *made);
  if (made == NULL) return NULL;
  made->arena = arena;
  made->limit = DEFAULT_LIMIT;
  if (options == NULL) return made;
  if (options->max_findings != 0) made->limit = options->max_findings;
  made->silent = options->silent;
  made->silent_count = options->silent_count;
  made->no_warnings = options->no_warnings;
  return made;
}

int dset_findings_finish(dset_findings *findings, dset_findings **target, dset_error *error) {
  if (findings->failed) {
    dset_findings_free(findings);
    return dset_fail_memory(error);
  }
  findings->silent = NULL; /* the host's */
  findings->silent_count = 0;
  *target = findings;
  return DSET_OK;
}

static void write_text(dset_buffer *buffer, const kind_row *row, const char *value, const char *detail) {
  if (row->text != NULL) dset_buffer_string(buffer, row->text);
  if (row->text != NULL && value != NULL) {
    dset_buffer_string(buffer, ": ");
    dset_buffer_string(buffer, value);
  }
  if (row->text != NULL && detail[0] != '\0') dset_buffer_string(buffer, ": ");
  dset_buffer_string(buffer, detail);
}

/* A record with all but its texts. */
static dset_found *add_record(dset_findings *findings, const kind_row *row, const char *rule, const dset_path *path) {
  dset_found *records =
      dset_arena_grow(&findings->arena, findings->records, findings->count, &findings->capacity, sizeof *records);
  findings->failed = records == NULL;
  if (findings->failed) return NULL;
  findings->records = records;
  dset_found *found = &records[findings->count];
  *found = (dset_found){.finding = {.size = sizeof found->finding, .kind = row->kind, .rule = rule}};
  found->finding.severity = severity_of(findings, row->kind);
  dset_buffer field = dset_findings_buffer(findings);
  dset_path_write(path, &field);
  found->finding.field = dset_findings_take(findings, &field);
  found->steps = dset_path_steps(path, &findings->arena, &found->step_count);
  findings->failed = findings->failed || found->steps == NULL;
  return findings->failed ? NULL : found;
}

void dset_findings_count_more(dset_findings *findings, int32_t kind, size_t count) {
  if (is_silent(findings, kind)) return;
  if (severity_of(findings, kind) == DSET_SEVERITY_ERROR) {
    findings->errors += count;
  } else {
    findings->warnings += count;
  }
  if (kind >= DSET_FINDING_SYNTAX && kind <= DSET_FINDING_OUT_OF_RANGE) findings->undecoded += count;
}

/* Whether a finding of the kind is to be kept; it is counted. */
static bool count_finding(dset_findings *findings, int32_t kind) {
  if (findings->failed || is_silent(findings, kind)) return false;
  dset_findings_count_more(findings, kind, 1);
  return findings->count < findings->limit;
}

void dset_findings_add(dset_findings *findings, int32_t kind, const char *rule, const dset_path *path,
                       const char *value, const char *format, ...) {
  const kind_row *row = find_kind(kind);
  if (row == NULL || !count_finding(findings, kind)) return;
  dset_found *found = add_record(findings, row, rule, path);
  if (found == NULL) return;
  va_list arguments;
  va_start(arguments, format);
  dset_buffer detail = dset_findings_buffer(findings);
  dset_buffer_arguments(&detail, format, arguments);
  va_end(arguments);
  dset_buffer text = dset_findings_buffer(findings);
  write_text(&text, row, value, dset_text_or_empty(detail.bytes));
  text.failed = text.failed || detail.failed;
  dset_buffer_clear(&detail);
  found->finding.text = dset_findings_take(findings, &text);
  found->finding.value = dset_arena_string(&findings->arena, value);
  if (found->finding.value == NULL) findings->failed = true;
  findings->count += !findings->failed;
}

void dset_findings_grammar(dset_findings *findings, const char *rule, const dset_path *path, const char *text,
                           dset_messages messages) {
  if (messages.count == 0) return;
  const char *value = dset_findings_quote(findings, text);
  for (size_t i = 0; i < messages.count; i++) {
    dset_findings_add(findings, DSET_FINDING_INVALID, rule, path, value, "%s", messages.texts[i]);
  }
}

/* ---- values ---- */

dset_buffer dset_findings_buffer(const dset_findings *findings) {
  dset_buffer buffer;
  dset_buffer_init(&buffer, &findings->arena.allocator);
  buffer.failed = findings->failed;
  return buffer;
}

const char *dset_findings_take(dset_findings *findings, dset_buffer *buffer) {
  bool full = findings->count >= findings->limit; /* then nobody reads it */
  const char *text = buffer->failed ? NULL : dset_arena_string(&findings->arena, full ? "" : buffer->bytes);
  dset_buffer_clear(buffer);
  if (text == NULL) findings->failed = true;
  return dset_text_or_empty(text);
}

const char *dset_findings_quote(dset_findings *findings, const char *text) {
  dset_buffer buffer = dset_findings_buffer(findings);
  dset_text_quote(&buffer, dset_text_or_empty(text));
  return dset_findings_take(findings, &buffer);
}

const char *dset_findings_json(dset_findings *findings, const char *text) {
  dset_buffer buffer = dset_findings_buffer(findings);
  dset_literal_string(&buffer, dset_text_or_empty(text), strlen(dset_text_or_empty(text)));
  return dset_findings_take(findings, &buffer);
}

const char *dset_findings_number(dset_findings *findings, int64_t number) {
  dset_buffer buffer = dset_findings_buffer(findings);
  dset_buffer_format(&buffer, "%lld", (long long)number);
  return dset_findings_take(findings, &buffer);
}

/* ---- the list as hosts see it ---- */

size_t dset_findings_count(const dset_findings *findings) {
  return findings->count;
}

const dset_finding *dset_findings_get(const dset_findings *findings, size_t index) {
  return index < findings->count ? &findings->records[index].finding : NULL;
}

size_t dset_findings_total(const dset_findings *findings, int32_t severity) {
  switch (severity) {
    case DSET_SEVERITY_ERROR: return findings->errors;
    case DSET_SEVERITY_WARNING: return findings->warnings;
    default: return 0;
  }
}

void dset_findings_free(dset_findings *findings) {
  if (findings == NULL) return;
  dset_arena arena = findings->arena;
  dset_arena_clear(&arena);
}
