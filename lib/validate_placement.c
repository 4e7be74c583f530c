/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_placement.c (L2): node affinity (B24 to B27) and tolerations (B28, B29) of the template.
 *
 *   operator      | values of an expression on labels | of a field: metadata.name
 *   In, NotIn     | one or more                       | exactly one
 *   Exists        | none                              | -
 *   DoesNotExist  | none                              | -
 *   Gt, Lt        | exactly one                       | -
 *
 *   operator of a toleration | its value
 *   Equal, ""                | a label value; findings stand at `operator`
 *   Exists                   | empty; findings stand at `operator`
 *   Gt, Lt                   | a decimal int64, where these operators are allowed
 */
#include "text.h"
#include "validate.h"

/* ---- affinity ---- */

static void check_field(dset_validation *v, const dset_path *path, const dset_requirement *field) {
  const char *key = dset_text_or_empty(field->key);
  if (!dset_text_equal(field->op, "In") && !dset_text_equal(field->op, "NotIn")) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B26", DSET_AT(path, "operator"),
                      dset_findings_json(v->findings, field->op), "not a valid selector operator");
  } else if (field->value_count != 1) {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B26", DSET_AT(path, "values"), NULL,
                      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  }
  if (strcmp(key, "metadata.name") != 0) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B26", DSET_AT(path, "key"),
                      dset_findings_quote(v->findings, key), "not a valid field selector key");
    return;
  }
  for (size_t i = 0; i < field->value_count; i++) {
    const char *value = dset_text_or_empty(field->values[i]);
    dset_findings_grammar(v->findings, "B26", DSET_AT_INDEX(DSET_AT(path, "values"), i), value,
                          dset_grammar_subdomain(value));
  }
}

static void check_term(dset_validation *v, const dset_path *path, const dset_term *term, bool any_value) {
  for (size_t i = 0; i < term->expression_count; i++) {
    dset_validate_requirement(v, "B25", DSET_AT_INDEX(DSET_AT(path, "matchExpressions"), i), &term->expressions[i],
                              true, any_value);
  }
  for (size_t i = 0; i < term->field_count; i++) {
    check_field(v, DSET_AT_INDEX(DSET_AT(path, "matchFields"), i), &term->fields[i]);
  }
}

static void check_required(dset_validation *v, const dset_path *path) {
  const dset_terms *required = v->daemonset->required_affinity;
  const dset_path *terms = DSET_AT(path, "nodeSelectorTerms");
  size_t errors = v->findings->errors;
  if (required == NULL) return;
  if (required->count == 0) {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B24", terms, NULL,
                      "must have at least one node selector term");
  }
  for (size_t i = 0; i < required->count; i++) {
    check_term(v, DSET_AT_INDEX(terms, i), &required->terms[i], v->any_affinity_value);
  }
  v->affinity_refused = v->findings->errors != errors;
}

static void check_preferred(dset_validation *v, const dset_path *path) {
  for (size_t i = 0; i < v->manifest->preferred_term_count; i++) {
    const dset_preferred_term *term = &v->manifest->preferred_terms[i];
    const dset_path *at = DSET_AT_INDEX(path, i);
    if (term->weight < 1 || term->weight > 100) {
      dset_findings_add(v->findings, DSET_FINDING_INVALID, "B27", DSET_AT(at, "weight"),
                        dset_findings_number(v->findings, term->weight), "must be in the range 1-100");
    }
    check_term(v, DSET_AT(at, "preference"), &term->preference, true);
  }
}

void dset_validate_affinity(dset_validation *v, const dset_path *pod) {
  const dset_path *affinity = DSET_AT(DSET_AT(pod, "affinity"), "nodeAffinity");
  check_required(v, DSET_AT(affinity, "requiredDuringSchedulingIgnoredDuringExecution"));
  check_preferred(v, DSET_AT(affinity, "preferredDuringSchedulingIgnoredDuringExecution"));
}

/* ---- tolerations ---- */

static void check_equal(dset_validation *v, const dset_path *op_path, const char *text) {
  dset_messages messages = dset_grammar_label_value(text);
  if (messages.count == 0) return;
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B28", op_path, dset_findings_quote(v->findings, text), "%s%s%s",
                    messages.texts[0], messages.count > 1 ? ";" : "", messages.count > 1 ? messages.texts[1] : "");
}

/* Digits with or without a sign, which are an int64 unless there are too many. */
static bool looks_numeric(const char *text) {
  size_t at = text[0] == '+' || text[0] == '-' ? 1 : 0;
  size_t first = at;
  while (text[at] >= '0' && text[at] <= '9') at++;
  return at > first && text[at] == '\0';
}

static void check_comparison(dset_validation *v, const dset_path *path, const char *op, const char *text) {
  const dset_path *value_path = DSET_AT(path, "value");
  int64_t number;
  if (!v->compare_tolerations) {
    dset_validate_not_supported(v, "B28", DSET_AT(path, "operator"), op, "\"Equal\", \"Exists\", \"Lt\", \"Gt\"");
    return;
  }
  dset_findings_grammar(v->findings, "B28", value_path, text, dset_grammar_decimal(text));
  if (dset_text_to_int64(text, strlen(text), &number)) return;
  const char *quoted = dset_findings_quote(v->findings, text);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B28", value_path, quoted, "strconv.ParseInt: parsing %s: %s",
                    quoted, looks_numeric(text) ? "value out of range" : "invalid syntax");
}

static void check_operator(dset_validation *v, const dset_path *path, const dset_toleration *toleration) {
  const char *op = dset_text_or_empty(toleration->op);
  const char *text = dset_text_or_empty(toleration->value);
  const dset_path *op_path = DSET_AT(path, "operator");
  if (op[0] == '\0' || strcmp(op, "Equal") == 0) {
    check_equal(v, op_path, text);
  } else if (strcmp(op, "Exists") == 0) {
    if (text[0] == '\0') return;
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B28", op_path, dset_findings_quote(v->findings, text),
                      "value must be empty when `operator` is 'Exists'");
  } else if (strcmp(op, "Lt") == 0 || strcmp(op, "Gt") == 0) {
    check_comparison(v, path, op, text);
  } else {
    dset_validate_not_supported(v, "B28", op_path, op, "\"Equal\", \"Exists\"");
  }
}

static void check_effect(dset_validation *v, const dset_path *path, const char *effect) {
  if (effect[0] == '\0' || strcmp(effect, "NoSchedule") == 0 || strcmp(effect, "PreferNoSchedule") == 0 ||
      strcmp(effect, "NoExecute") == 0) {
    return;
  }
  dset_validate_not_supported(v, "B29", path, effect, "\"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"");
}

static void check_toleration(dset_validation *v, const dset_path *path, const dset_toleration *toleration) {
  const char *key = dset_text_or_empty(toleration->key);
  const char *effect = dset_text_or_empty(toleration->effect);
  const dset_path *effect_path = DSET_AT(path, "effect");
  if (key[0] != '\0') {
    dset_findings_grammar(v->findings, "B28", DSET_AT(path, "key"), key, dset_grammar_label_key(key));
  } else if (!dset_text_equal(toleration->op, "Exists")) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B28", DSET_AT(path, "operator"),
                      dset_findings_json(v->findings, toleration->op),
                      "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
  }
  if (toleration->has_toleration_seconds && strcmp(effect, "NoExecute") != 0) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B28", effect_path, dset_findings_json(v->findings, effect),
                      "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  check_operator(v, path, toleration);
  check_effect(v, effect_path, effect);
}

void dset_validate_tolerations(dset_validation *v, const dset_path *pod) {
  for (size_t i = 0; i < v->daemonset->toleration_count; i++) {
    check_toleration(v, DSET_AT_INDEX(DSET_AT(pod, "tolerations"), i), &v->daemonset->tolerations[i]);
  }
}
