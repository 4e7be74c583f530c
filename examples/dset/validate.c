/* SPDX-License-Identifier: Apache-2.0 */
/* validate.c: `dset validate`: what the API server would say of the DaemonSets in manifests, and our own warnings. */
#include "manifests.h"

int validate_command(const struct request *request) {
  struct manifest_set set;
  manifests_load(&set, request, findings_limit(request));
  switch (request->form) {
    case FORM_JSON: report_json(&set); break;
    case FORM_JUNIT: report_junit(&set); break;
    case FORM_TAP: report_tap(&set); break;
    default: report_text(&set); break;
  }
  int result = manifests_exit(&set);
  manifests_free(&set);
  return result;
}
