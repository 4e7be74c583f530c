/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate.c (L2): validation of a DaemonSet, in the order in which Kubernetes reports (section B):
 *
 *   creation                        | update
 *   metadata (B3 to B6)             | metadata (B23, B4 to B6); template generation, selector (B23)
 *   selector (B7 to B9)             | the same from here on
 *   template (B10 to B14)           |
 *   minReadySeconds, template generation, update strategy, revisionHistoryLimit (B15 to B22)
 *   the library's own warnings (caution.c)
 *
 * The strategy of type RollingUpdate, with a maxUnavailable and maxSurge that are each what B19 and B20 allow:
 *
 *   maxUnavailable | maxSurge | B21
 *   not 0          | 0        | good
 *   0              | not 0    | good
 *   not 0          | not 0    | maxSurge may not be set
 *   0              | 0        | maxUnavailable cannot be 0
 */
#include "validate.h"

#include "check.h"
#include "selector.h"
#include "table.h"
#include "text.h"
#include "value.h"

/* ---- selector ---- */

bool dset_validate_label_table(dset_table *table, dset_arena *arena, const dset_label *labels, size_t count) {
  if (!dset_table_init(table, arena, count)) return false;
  for (size_t i = 0; i < count; i++) dset_table_insert(table, labels[i].key, "", i);
  return true;
}

bool dset_validate_selects(const dset_parsed_selector *selector, const dset_label *labels, const dset_table *by_key) {
  if (selector->nothing) return false;
  for (size_t i = 0; i < selector->count; i++) {
    size_t at = dset_table_find(by_key, selector->requirements[i].key, "");
    const char *value = at == DSET_TABLE_NONE ? NULL : dset_text_or_empty(labels[at].value);
    if (!dset_requirement_holds(&selector->requirements[i], value)) return false;
  }
  return true;
}

static void check_match(dset_validation *v, const dset_path *labels_path) {
  const dset_daemonset *daemonset = v->daemonset;
  dset_parsed_selector selector;
  dset_unusable unusable;
  dset_table by_key;
  if (!dset_selector_parse(&v->scratch, daemonset->selector, &selector, &unusable) ||
      !dset_validate_label_table(&by_key, &v->scratch, daemonset->template_labels, daemonset->template_label_count)) {
    v->findings->failed = true;
    return;
  }
  if (unusable != NULL || dset_validate_selects(&selector, daemonset->template_labels, &by_key)) return;
  dset_buffer value = dset_findings_buffer(v->findings);
  dset_value_labels(&value, daemonset->template_labels, daemonset->template_label_count);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, "B8", labels_path, dset_findings_take(v->findings, &value),
                    "`selector` does not match template `labels`");
}

static void check_selector(dset_validation *v, const dset_path *spec) {
  const dset_selector *selector = v->daemonset->selector;
  const dset_path *path = DSET_AT(spec, "selector");
  if (selector != NULL) {
    dset_validate_labels(v, "B7", DSET_AT(path, "matchLabels"), selector->labels, selector->label_count);
    for (size_t i = 0; i < selector->expression_count; i++) {
      dset_validate_requirement(v, "B7", DSET_AT_INDEX(DSET_AT(path, "matchExpressions"), i), &selector->expressions[i],
                                false, v->any_selector_value);
    }
  }
  check_match(v, DSET_AT(DSET_AT(DSET_AT(spec, "template"), "metadata"), "labels"));
  if (selector != NULL && selector->label_count == 0 && selector->expression_count == 0) {
    dset_findings_add(v->findings, DSET_FINDING_INVALID, "B9", path, "{}", "empty selector is invalid for daemonset");
  }
}

/* ---- update strategy ---- */

static bool is_percent(const dset_amount *amount) {
  return amount->kind == DSET_AMOUNT_TEXT && dset_grammar_percent(dset_text_or_empty(amount->text)).count == 0;
}

/* What Go's Atoi makes of it: 0 of what is no number, the end of the range of one that is too large. */
static int64_t number_of(const char *text, size_t bytes) {
  int64_t number;
  if (dset_text_to_int64(text, bytes, &number)) return number;
  for (size_t i = bytes > 1 && (text[0] == '+' || text[0] == '-'); i < bytes; i++) {
    if (text[i] < '0' || text[i] > '9') return 0;
  }
  if (bytes == 0) return 0;
  return text[0] == '-' ? INT64_MIN : INT64_MAX;
}

int64_t dset_validate_amount(const dset_amount *amount) {
  if (amount->kind != DSET_AMOUNT_TEXT) return amount->kind == DSET_AMOUNT_INT ? amount->number : 0;
  const char *text = dset_text_or_empty(amount->text);
  return number_of(text, strlen(text) - (is_percent(amount) ? 1 : 0));
}

static void invalid_amount(dset_validation *v, const char *rule, const dset_path *path, const dset_amount *amount,
                           const char *text) {
  dset_buffer value = dset_findings_buffer(v->findings);
  dset_value_amount(&value, amount);
  dset_findings_add(v->findings, DSET_FINDING_INVALID, rule, path, dset_findings_take(v->findings, &value), "%s", text);
}

/* B19 */
static void check_amount(dset_validation *v, const dset_path *path, const dset_amount *amount) {
  if (amount->kind != DSET_AMOUNT_TEXT) {
    dset_validate_not_negative(v, "B19", path, dset_validate_amount(amount));
    return;
  }
  dset_messages messages = dset_grammar_percent(dset_text_or_empty(amount->text));
  for (size_t i = 0; i < messages.count; i++) invalid_amount(v, "B19", path, amount, messages.texts[i]);
}

/* B20 */
static void check_at_most_all(dset_validation *v, const dset_path *path, const dset_amount *amount) {
  if (is_percent(amount) && dset_validate_amount(amount) > 100) {
    invalid_amount(v, "B20", path, amount, "must not be greater than 100%");
  }
}

static void check_rolling_update(dset_validation *v, const dset_path *path) {
  const dset_amount *unavailable = &v->daemonset->max_unavailable;
  const dset_amount *surge = &v->daemonset->max_surge;
  const dset_path *unavailable_path = DSET_AT(path, "maxUnavailable");
  const dset_path *surge_path = DSET_AT(path, "maxSurge");
  check_amount(v, unavailable_path, unavailable);
  check_amount(v, surge_path, surge);
  check_at_most_all(v, unavailable_path, unavailable);
  check_at_most_all(v, surge_path, surge);
  bool some_unavailable = dset_validate_amount(unavailable) != 0;
  bool some_surge = dset_validate_amount(surge) != 0;
  if (some_unavailable && some_surge) {
    invalid_amount(v, "B21", surge_path, surge, "may not be set when maxUnavailable is non-zero");
  } else if (!some_unavailable && !some_surge) {
    dset_findings_add(v->findings, DSET_FINDING_REQUIRED, "B21", unavailable_path, NULL,
                      "cannot be 0 when maxSurge is 0");
  }
}

static void check_strategy(dset_validation *v, const dset_path *path) {
  const char *type = v->manifest->strategy_type;
  if (dset_text_equal(type, "OnDelete")) return; /* B17 */
  if (!dset_text_equal(type, "RollingUpdate")) {
    dset_buffer value = dset_findings_buffer(v->findings);
    dset_value_strategy(&value, v->manifest);
    dset_findings_add(v->findings, DSET_FINDING_NOT_SUPPORTED, "B16", DSET_AT_HIDDEN(path, "type"),
                      dset_findings_take(v->findings, &value), "supported values: \"RollingUpdate\", \"OnDelete\"");
  } else if (!v->daemonset->has_rolling_update) {
    dset_validate_required(v, "B18", DSET_AT(path, "rollingUpdate"));
  } else {
    check_rolling_update(v, DSET_AT(path, "rollingUpdate"));
  }
}

/* ---- the whole ---- */

static void check_spec(dset_validation *v, const dset_path *spec) {
  const dset_daemonset *daemonset = v->daemonset;
  const dset_path *template = DSET_AT(spec, "template");
  const dset_path *pod = DSET_AT(template, "spec");
  check_selector(v, spec);
  dset_validate_template(v, template);
  if (!dset_text_equal(v->manifest->restart_policy, "Always")) {
    dset_validate_not_supported(v, "B13", DSET_AT(pod, "restartPolicy"), v->manifest->restart_policy, "\"Always\"");
  }
  if (v->manifest->has_active_deadline_seconds) {
    dset_findings_add(v->findings, DSET_FINDING_FORBIDDEN, "B14", DSET_AT(pod, "activeDeadlineSeconds"), NULL,
                      "activeDeadlineSeconds in DaemonSet is not Supported");
  }
  dset_validate_not_negative(v, "B15", DSET_AT(spec, "minReadySeconds"), daemonset->min_ready_seconds);
  dset_validate_not_negative(v, "B15", DSET_AT(spec, "templateGeneration"), v->manifest->template_generation);
  check_strategy(v, DSET_AT(spec, "updateStrategy"));
  if (!daemonset->has_revision_history_limit) return;
  dset_validate_not_negative(v, "B22", DSET_AT(spec, "revisionHistoryLimit"), daemonset->revision_history_limit);
}

/* What the stored object has already it may keep. */
static void allow_stored(dset_validation *v) {
  const dset_daemonset *stored = v->stored->daemonset;
  const dset_selector *selector = stored->selector;
  const dset_terms *required = stored->required_affinity;
  for (size_t i = 0; selector != NULL && i < selector->expression_count; i++) {
    v->any_selector_value = v->any_selector_value || dset_validate_bad_value(&selector->expressions[i]);
  }
  for (size_t t = 0; required != NULL && t < required->count; t++) {
    const dset_term *term = &required->terms[t];
    for (size_t i = 0; i < term->expression_count; i++) {
      v->any_affinity_value = v->any_affinity_value || dset_validate_bad_value(&term->expressions[i]);
    }
  }
  for (size_t i = 0; i < stored->toleration_count; i++) {
    const char *op = stored->tolerations[i].op;
    v->compare_tolerations = v->compare_tolerations || dset_text_equal(op, "Lt") || dset_text_equal(op, "Gt");
  }
}

static void check_all(dset_validation *v) {
  const dset_path metadata = {.key = "metadata"};
  const dset_path spec = {.key = "spec"};
  if (v->stored == NULL) {
    dset_validate_meta(v, &metadata);
  } else {
    allow_stored(v);
    dset_validate_meta_update(v, &metadata);
    dset_validate_spec_update(v, &spec);
  }
  check_spec(v, &spec);
  dset_validate_caution(v, &spec);
}

void dset_validate_manifest(const dset_manifest *manifest, const dset_manifest *stored,
                            const dset_validate_options *options, dset_findings *findings) {
  dset_validation v = {.manifest = manifest, .stored = stored, .daemonset = manifest->daemonset, .findings = findings};
  v.compare_tolerations = options != NULL && options->compare_tolerations;
  dset_arena_init(&v.scratch, &findings->arena.allocator);
  check_all(&v);
  dset_arena_clear(&v.scratch);
}

int dset_validate(const dset_manifest *manifest, const dset_manifest *stored, const dset_validate_options *options,
                  dset_findings **findings, dset_error *error) {
  if (findings == NULL) return dset_fail(error, DSET_ERR_INVALID, "findings", "must not be NULL");
  *findings = NULL;
  int code = dset_check_validate_options(options, error);
  if (code == DSET_OK) code = dset_check_manifest(manifest, "manifest", DSET_CHECK_SINGLE, error);
  if (code == DSET_OK && stored != NULL) code = dset_check_manifest(stored, "stored", DSET_CHECK_SINGLE, error);
  if (code != DSET_OK) return code;
  dset_findings *made = dset_findings_new(options);
  if (made == NULL) return dset_fail_memory(error);
  dset_validate_manifest(manifest, stored, options, made);
  return dset_findings_finish(made, findings, error);
}
