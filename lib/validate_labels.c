/* SPDX-License-Identifier: Apache-2.0 */
/* validate_labels.c (L2): labels, annotations and requirements on labels, wherever they stand (B4, B5, B7, B25). */
#include "text.h"
#include "validate.h"

enum { MAX_ANNOTATION_BYTES = 256 * 1024 };

void dset_validate_required(dset_validation *v, const char *rule, const dset_path *path) {
  dset_findings_add(v->findings, DSET_FINDING_REQUIRED, rule, path, NULL, "%s", "");
}

void dset_validate_not_supported(dset_validation *v, const char *rule, const dset_path *path, const char *value,
                                 const char *supported) {
  dset_findings_add(v->findings, DSET_FINDING_NOT_SUPPORTED, rule, path, dset_findings_json(v->findings, value),
                    "supported values: %s", supported);
}

void dset_validate_not_negative(dset_validation *v, const char *rule, const dset_path *path, int64_t number) {
  if (number >= 0) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, rule, path, dset_findings_number(v->findings, number),
                    "must be greater than or equal to 0");
}

void dset_validate_labels(dset_validation *v, const char *rule, const dset_path *path, const dset_label *labels,
                          size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *key = dset_text_or_empty(labels[i].key);
    const char *value = dset_text_or_empty(labels[i].value);
    dset_path at = {.parent = path, .key = key, .hidden = true};
    dset_findings_grammar(v->findings, rule, &at, key, dset_grammar_label_key(key));
    dset_findings_grammar(v->findings, rule, &at, value, dset_grammar_label_value(value));
  }
}

/*
 * A key in lower case as far as the grammar of keys can tell: Go's ToLower makes ASCII letters of A to Z and of two
 * characters beyond, the dotted capital I (U+0130) and the Kelvin sign (U+212A).
 */
static void add_lower(dset_buffer *buffer, const char *key) {
  while (*key != '\0') {
    char lower = *key;
    size_t bytes = 1;
    if (lower >= 'A' && lower <= 'Z') lower = (char)(lower - 'A' + 'a');
    if (strncmp(key, "\xC4\xB0", 2) == 0) {
      lower = 'i';
      bytes = 2;
    } else if (strncmp(key, "\xE2\x84\xAA", 3) == 0) {
      lower = 'k';
      bytes = 3;
    }
    dset_buffer_add(buffer, &lower, 1);
    key += bytes;
  }
}

static void check_annotation_key(dset_validation *v, const char *rule, const dset_path *path, const char *key) {
  if (dset_grammar_label_key(key).count == 0) return; /* then it is one in lower case, too */
  dset_path at = {.parent = path, .key = key, .hidden = true};
  dset_buffer lower = dset_findings_buffer(v->findings);
  add_lower(&lower, key);
  if (lower.failed) {
    v->findings->failed = true;
  } else {
    dset_findings_grammar(v->findings, rule, &at, key, dset_grammar_label_key(dset_text_or_empty(lower.bytes)));
  }
  dset_buffer_clear(&lower);
}

void dset_validate_annotations(dset_validation *v, const char *rule, const dset_path *path,
                               const dset_label *annotations, size_t count, const char *apart) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    const char *key = dset_text_or_empty(annotations[i].key);
    if (apart != NULL && strcmp(key, apart) == 0) continue;
    bytes += strlen(key) + strlen(dset_text_or_empty(annotations[i].value));
    check_annotation_key(v, rule, path, key);
  }
  if (bytes <= MAX_ANNOTATION_BYTES) return;
  dset_findings_add(v->findings, DSET_FINDING_TOO_LONG, rule, path, NULL, "may not be more than %d bytes",
                    MAX_ANNOTATION_BYTES);
}

static void check_value_count(dset_validation *v, const char *rule, const dset_path *path,
                              const dset_requirement *requirement, bool bounds) {
  const char *op = requirement->op;
  bool some = requirement->value_count > 0;
  const dset_path *values = DSET_AT(path, "values");
  if (dset_text_equal(op, "In") || dset_text_equal(op, "NotIn")) {
    if (some) return;
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, rule, values, NULL,
                      "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (dset_text_equal(op, "Exists") || dset_text_equal(op, "DoesNotExist")) {
    if (!some) return;
    dset_findings_add(v->findings, DSET_FINDING_FORBIDDEN, rule, values, NULL,
                      "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (bounds && (dset_text_equal(op, "Gt") || dset_text_equal(op, "Lt"))) {
    if (requirement->value_count == 1) return;
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, rule, values, NULL,
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, rule, DSET_AT(path, "operator"),
                      dset_findings_json(v->findings, op), "not a valid selector operator");
  }
}

void dset_validate_requirement(dset_validation *v, const char *rule, const dset_path *path,
                               const dset_requirement *requirement, bool bounds, bool any_value) {
  const char *key = dset_text_or_empty(requirement->key);
  check_value_count(v, rule, path, requirement, bounds);
  dset_findings_grammar(v->findings, rule, DSET_AT(path, "key"), key, dset_grammar_label_key(key));
  for (size_t i = 0; !any_value && i < requirement->value_count; i++) {
    const char *value = dset_text_or_empty(requirement->values[i]);
    dset_findings_grammar(v->findings, rule, DSET_AT_INDEX(DSET_AT(path, "values"), i), value,
                          dset_grammar_label_value(value));
  }
}

bool dset_validate_bad_value(const dset_requirement *requirement) {
  for (size_t i = 0; i < requirement->value_count; i++) {
    if (dset_grammar_label_value(dset_text_or_empty(requirement->values[i])).count != 0) return true;
  }
  return false;
}
