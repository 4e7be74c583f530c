/* SPDX-License-Identifier: Apache-2.0 */
/* test_allocator.c: every call that takes options refuses an allocator of which one half is missing, before it is used.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "daemonset.h"

static void *take(void *context, size_t bytes) {
  (void)context;
  return malloc(bytes);
}

static void give_back(void *context, void *memory, size_t bytes) {
  (void)context;
  (void)bytes;
  free(memory);
}

#define EMPTY "{}"
#define TEMPLATE "{\"spec\":{\"template\":{\"spec\":{}}}}"

static const dset_daemonset daemonset = {
    .ns = "default", .name = "a", .uid = "u", .revision_data = TEMPLATE, .revision_data_bytes = sizeof TEMPLATE - 1};
static const dset_manifest manifest = {.daemonset = &daemonset};
static const dset_manifest *const manifests[] = {&manifest};
static const dset_snapshot snapshot = {.daemonset = &daemonset};

/* A call with an allocator: its code, and what it made, released. */
#define CALL(name, options_type, made_type, call, release)                         \
  static int name(const dset_allocator *allocator, dset_error *error) {            \
    const options_type options = {.size = sizeof options, .allocator = allocator}; \
    made_type *made = (made_type *)error;                                          \
    int code = call;                                                               \
    ck_assert((made == NULL) == (code != DSET_OK));                                \
    release(made);                                                                 \
    return code;                                                                   \
  }

CALL(compute, dset_options, dset_plan, dset_plan_compute(&snapshot, &options, &made, error), dset_plan_free)
CALL(admits, dset_options, dset_judgement, dset_plan_admits(&snapshot, &options, NULL, 0, &made, error),
     dset_judgement_free)
CALL(cluster, dset_options, dset_cluster, dset_cluster_new(&options, &made, error), dset_cluster_free)
CALL(matcher, dset_match_options, dset_matcher, dset_matcher_new(&daemonset, &options, &made, error), dset_matcher_free)
CALL(validate, dset_validate_options, dset_findings, dset_validate(&manifest, NULL, &options, &made, error),
     dset_findings_free)
CALL(overlap, dset_validate_options, dset_findings, dset_validate_overlap(manifests, 1, &options, &made, error),
     dset_findings_free)
CALL(documents, dset_read_options, dset_documents, dset_documents_read(EMPTY, 2, &options, &made, error),
     dset_documents_free)
#define QUESTION "{\"daemonSet\":{}}"
CALL(state, dset_read_options, dset_state, dset_state_read(QUESTION, sizeof QUESTION - 1, &options, &made, error),
     dset_state_free)
CALL(explain, dset_write_options, dset_text, dset_explain_json(&daemonset, NULL, 0, &options, &made, error),
     dset_text_free)
CALL(pod, dset_write_options, dset_text, dset_pod_json(&daemonset, "n", "", &options, &made, error), dset_text_free)

static int read_manifests(const dset_manifest_options *options, dset_error *error) {
  dset_manifests *made = (dset_manifests *)error;
  int code = dset_manifests_read(EMPTY, 2, options, &made, error);
  ck_assert((made == NULL) == (code != DSET_OK));
  dset_manifests_free(made);
  return code;
}

static int manifests_read(const dset_allocator *allocator, dset_error *error) {
  const dset_read_options read = {.size = sizeof read, .allocator = allocator};
  const dset_manifest_options options = {.size = sizeof options, .read = &read};
  return read_manifests(&options, error);
}

static int manifests_validate(const dset_allocator *allocator, dset_error *error) {
  const dset_validate_options checks = {.size = sizeof checks, .allocator = allocator};
  const dset_manifest_options options = {.size = sizeof options, .validate = &checks};
  return read_manifests(&options, error);
}

static int plan_json(const dset_allocator *allocator, dset_error *error) {
  const dset_write_options options = {.size = sizeof options, .allocator = allocator};
  dset_plan *plan;
  ck_assert_int_eq(dset_plan_compute(&snapshot, NULL, &plan, error), DSET_OK);
  dset_text *made = (dset_text *)error;
  int code = dset_plan_json(plan, &options, &made, error);
  ck_assert((made == NULL) == (code != DSET_OK));
  dset_text_free(made);
  dset_plan_free(plan);
  return code;
}

static const struct {
  const char *name;
  int (*call)(const dset_allocator *allocator, dset_error *error);
} rows[] = {
    {"dset_plan_compute", compute},
    {"dset_plan_admits", admits},
    {"dset_cluster_new", cluster},
    {"dset_matcher_new", matcher},
    {"dset_validate", validate},
    {"dset_validate_overlap", overlap},
    {"dset_documents_read", documents},
    {"dset_state_read", state},
    {"dset_manifests_read, read", manifests_read},
    {"dset_manifests_read, validate", manifests_validate},
    {"dset_plan_json", plan_json},
    {"dset_explain_json", explain},
    {"dset_pod_json", pod},
};

START_TEST(allocator_half) {
  const dset_allocator halves[] = {{.allocate = take}, {.release = give_back}};
  for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
    dset_error error = {0};
    int code = rows[_i].call(&halves[i], &error);
    ck_assert_msg(code == DSET_ERR_INVALID && error.code == code, "%s: %s", rows[_i].name, dset_code_name(code));
    ck_assert_str_eq(error.path, "options.allocator");
  }
}
END_TEST

START_TEST(allocator_whole) {
  const dset_allocator whole[] = {{take, give_back, NULL}, {NULL, NULL, NULL}};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    dset_error error = {0};
    int code = rows[_i].call(&whole[i], &error);
    ck_assert_msg(code == DSET_OK, "%s: %s: %s", rows[_i].name, error.path, error.text);
  }
  dset_error error = {0};
  ck_assert_int_eq(rows[_i].call(NULL, &error), DSET_OK);
}
END_TEST

Suite *dset_suite_allocator(void);

Suite *dset_suite_allocator(void) {
  Suite *suite = suite_create("allocator");
  TCase *tcase = tcase_create("allocator");
  tcase_add_loop_test(tcase, allocator_half, 0, sizeof rows / sizeof *rows);
  tcase_add_loop_test(tcase, allocator_whole, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(suite, tcase);
  return suite;
}
