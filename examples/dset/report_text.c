/* SPDX-License-Identifier: Apache-2.0 */
/* report_text.c: findings for people, as compilers write them: on standard output, the summary on stderr. */
#include "manifests.h"

static void write_file(struct manifest_set *set, const struct manifest_file *file) {
  struct places *places = places_new(file->text, file->length);
  for (size_t i = 0; i < file->count; i++) {
    const dset_finding *finding;
    for (size_t j = 0; (finding = manifest_show(set, &file->items[i], j)) != NULL; j++) {
      finding_print(stdout, set->request, file, places, &file->items[i], finding, set->request->colour);
    }
  }
  places_free(places);
}

static const char *plural(size_t count) {
  return count == 1 ? "" : "s";
}

/* "3 manifests in 2 files: 1 error, 2 warnings" */
static void write_summary(const struct manifest_set *set) {
  size_t empty = set->file_count - set->holding - set->unreadable;
  fprintf(stderr, "%zu manifest%s in %zu file%s: %zu error%s", set->manifests, plural(set->manifests), set->holding,
          plural(set->holding), set->errors, plural(set->errors));
  if (set->request->warnings == WARNINGS_ON || set->warnings > 0) {
    fprintf(stderr, ", %zu warning%s", set->warnings, plural(set->warnings));
  }
  if (set->unreadable > 0) fprintf(stderr, "; %zu file%s could not be read", set->unreadable, plural(set->unreadable));
  if (empty > 0) fprintf(stderr, "; no DaemonSet in %zu other%s", empty, plural(empty));
  fputc('\n', stderr);
}

void report_text(struct manifest_set *set) {
  for (size_t i = 0; i < set->file_count; i++) write_file(set, &set->files[i]);
  size_t omitted = findings_omitted(set);
  if (omitted > 0) printf("%zu more not shown; --max-findings sets how many are\n", omitted);
  fflush(stdout); /* the summary comes last also where both go to one place */
  write_summary(set);
}
