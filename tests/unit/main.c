/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c: runs the unit tests. `unit` runs all suites, `unit match plan` those, `unit -l` lists them. CK_FORK=no, as
 * debuggers and valgrind want it, and the other variables of Check work.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line for each suite. */
#define SUITES(X)      \
  X(match)             \
  X(match_random)      \
  X(claim)             \
  X(manage)            \
  X(rollout)           \
  X(history)           \
  X(status)            \
  X(plan)              \
  X(admit)             \
  X(allocator)         \
  X(json)              \
  X(yaml)              \
  X(source)            \
  X(places)            \
  X(repeats)           \
  X(schema)            \
  X(hash)              \
  X(conform)           \
  X(base)              \
  X(quote)             \
  X(manifests)         \
  X(codec)             \
  X(stream)            \
  X(golden)            \
  X(laws)              \
  X(script)            \
  X(cluster)           \
  X(cluster_law)       \
  X(ledger)            \
  X(ledger_view)       \
  X(ledger_ask)        \
  X(ledger_bytes)      \
  X(apply)             \
  X(apply_answers)     \
  X(apply_callbacks)   \
  X(apply_crash)       \
  X(apply_guard)       \
  X(apply_pending)     \
  X(apply_random)      \
  X(simulate)          \
  X(simulate_api)      \
  X(simulate_faults)   \
  X(simulate_law)      \
  X(simulate_crash)    \
  X(simulate_rules)    \
  X(simulate_course)   \
  X(simulate_promises) \
  X(simulate_callers)  \
  X(simulate_errors)   \
  X(simulate_detail)   \
  X(simulate_loops)    \
  X(host_bugs)         \
  X(bad_input)         \
  X(quantity)          \
  X(image)             \
  X(grammar)           \
  X(findings)          \
  X(validate)          \
  X(validate_template) \
  X(validate_update)   \
  X(caution)           \
  X(upstream)

#define DECLARE(name) Suite *dset_suite_##name(void);
SUITES(DECLARE)

typedef struct entry {
  const char *name;
  Suite *(*create)(void);
} entry;

#define ENTRY(name) {#name, dset_suite_##name},
static const entry entries[] = {SUITES(ENTRY)};

enum { ENTRIES = sizeof entries / sizeof entries[0] };

static const entry *find(const char *name) {
  for (size_t i = 0; i < ENTRIES; i++) {
    if (strcmp(entries[i].name, name) == 0) return &entries[i];
  }
  fprintf(stderr, "unit: there is no suite \"%s\"; -l lists them\n", name);
  return NULL;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "-l") == 0) {
    for (size_t i = 0; i < ENTRIES; i++) puts(entries[i].name);
    return EXIT_SUCCESS;
  }
  SRunner *runner = srunner_create(NULL);
  for (int i = 1; i < count; i++) {
    const entry *chosen = find(arguments[i]);
    if (chosen == NULL) {
      srunner_free(runner);
      return EXIT_FAILURE;
    }
    srunner_add_suite(runner, chosen->create());
  }
  for (size_t i = 0; count == 1 && i < ENTRIES; i++) srunner_add_suite(runner, entries[i].create());
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  int run = srunner_ntests_run(runner);
  srunner_free(runner);
  return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
