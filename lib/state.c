/* SPDX-License-Identifier: Apache-2.0 */
/* state.c (L5): planning questions. Their objects are live ones: read leniently, and not defaulted beyond A2 to A4. */
#include "reading.h"
#include "text.h"

struct dset_state {
  dset_arena arena; /* first, see dset_reading_begin() */
  const char *name;
  dset_snapshot snapshot;
  dset_options options;
};

static bool read_options(dset_decoder *decoder, const json_t *root, dset_options *options) {
  json_t *tree;
  int64_t burst = 0;
  if (!dset_decode_object(decoder, root, "options", &tree)) return false;
  if (tree == NULL) return true;
  dset_decoder_enter(decoder, "options", 0);
  bool good = dset_decode_integer(decoder, tree, "burst", 0, UINT32_MAX, &burst) &&
              dset_decode_string(decoder, tree, "revisionHash", &options->revision_hash) &&
              dset_decode_seconds(decoder, tree, "backoffInitialSeconds", &options->backoff_initial_ms) &&
              dset_decode_seconds(decoder, tree, "backoffMaxSeconds", &options->backoff_max_ms);
  options->burst = (uint32_t)burst;
  if (good) dset_decoder_leave(decoder);
  return good;
}

static bool read_backoff(dset_decoder *decoder, const json_t *tree, void *item) {
  dset_backoff *backoff = item;
  return dset_decode_string(decoder, tree, "node", &backoff->node) &&
         dset_decode_seconds(decoder, tree, "delaySeconds", &backoff->delay_ms) &&
         dset_decode_time(decoder, tree, "last", &backoff->last_ms);
}

static bool read_in_flight(dset_decoder *decoder, const json_t *root, dset_snapshot *snapshot) {
  json_t *tree;
  if (!dset_decode_object(decoder, root, "inFlight", &tree)) return false;
  if (tree == NULL) return true;
  dset_decoder_enter(decoder, "inFlight", 0);
  bool good = dset_decode_integer(decoder, tree, "creates", INT64_MIN, INT64_MAX, &snapshot->in_flight_creates) &&
              dset_decode_integer(decoder, tree, "deletes", INT64_MIN, INT64_MAX, &snapshot->in_flight_deletes) &&
              dset_decode_time(decoder, tree, "since", &snapshot->in_flight_since_ms);
  if (good) dset_decoder_leave(decoder);
  return good;
}

/* Lists of pointers to objects: each item is decoded by a function of its own type. */
static bool read_node(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_node(decoder, tree, item);
}

static bool read_pod(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_pod(decoder, tree, item);
}

static bool read_revision(dset_decoder *decoder, const json_t *tree, void *item) {
  return dset_decode_revision(decoder, tree, item);
}

static bool read_lists(dset_decoder *decoder, const json_t *root, dset_snapshot *snapshot) {
  void *nodes = NULL;
  void *pods = NULL;
  void *revisions = NULL;
  void *backoffs = NULL;
  bool good = dset_decode_list(decoder, root, "nodes", sizeof(dset_node *), read_node, &nodes, &snapshot->node_count) &&
              dset_decode_list(decoder, root, "pods", sizeof(dset_pod *), read_pod, &pods, &snapshot->pod_count) &&
              dset_decode_list(decoder, root, "controllerRevisions", sizeof(dset_revision *), read_revision, &revisions,
                               &snapshot->revision_count) &&
              dset_decode_list(decoder, root, "backoff", sizeof(dset_backoff), read_backoff, &backoffs,
                               &snapshot->backoff_count);
  snapshot->nodes = nodes;
  snapshot->pods = pods;
  snapshot->revisions = revisions;
  snapshot->backoffs = backoffs;
  return good;
}

static bool read_live(dset_decoder *decoder, const json_t *tree, const dset_daemonset **daemonset) {
  dset_validate_options keep = {.size = sizeof keep, .allocator = &decoder->arena->allocator, .max_findings = 1};
  dset_findings *findings = dset_findings_new(&keep);
  if (findings == NULL) return dset_decoder_fail(decoder, DSET_ERR_NOMEM, "", "");
  findings->fields_ignored = true;
  bool good = dset_reading_daemonset(decoder, tree, NULL, false, findings, 0, daemonset);
  dset_findings_free(findings);
  return good;
}

static bool visit_state(dset_decoder *decoder, const dset_source_document *document, void *context) {
  dset_state *state = context;
  const json_t *root = document->root;
  if (json_is_null(root)) return true;
  if (!dset_decode_is_object(decoder, root)) return false;
  if (state->snapshot.daemonset != NULL) {
    return dset_decoder_fail(decoder, DSET_ERR_INVALID, "expected one object, found a second", "");
  }
  json_t *daemonset;
  if (!dset_decode_string(decoder, root, "name", &state->name) ||
      !dset_decode_object(decoder, root, "daemonSet", &daemonset)) {
    return false;
  }
  if (daemonset == NULL) return dset_decoder_fail(decoder, DSET_ERR_INVALID, "the member daemonSet is missing", "");
  dset_decoder_enter(decoder, "daemonSet", 0);
  if (!read_live(decoder, daemonset, &state->snapshot.daemonset)) return false;
  dset_decoder_leave(decoder);
  return dset_decode_time(decoder, root, "now", &state->snapshot.now_ms) &&
         read_options(decoder, root, &state->options) && read_lists(decoder, root, &state->snapshot) &&
         read_in_flight(decoder, root, &state->snapshot);
}

int dset_state_read(const char *text, size_t bytes, const dset_read_options *options, dset_state **state,
                    dset_error *error) {
  if (state == NULL) return dset_fail(error, DSET_ERR_INVALID, "state", "must not be NULL");
  *state = NULL;
  dset_bounds bounds;
  void *memory;
  int code = dset_reading_begin(text, options, sizeof(dset_state), &bounds, &memory, error);
  if (code != DSET_OK) return code;
  dset_state *made = memory;
  made->name = "";
  made->snapshot.size = sizeof made->snapshot;
  made->options.size = sizeof made->options;
  code = dset_reading_visit(text, bytes, &bounds, &made->arena, NULL, visit_state, made, error);
  if (code == DSET_OK && made->snapshot.daemonset == NULL) {
    code = dset_fail(error, DSET_ERR_INVALID, NULL, "expected a JSON object, found nothing");
  }
  if (code != DSET_OK) {
    dset_state_free(made);
    return code;
  }
  *state = made;
  return DSET_OK;
}

const char *dset_state_name(const dset_state *state) {
  return state->name;
}

const dset_snapshot *dset_state_snapshot(const dset_state *state) {
  return &state->snapshot;
}

const dset_options *dset_state_options(const dset_state *state) {
  return &state->options;
}

void dset_state_free(dset_state *state) {
  if (state == NULL) return;
  dset_arena arena = state->arena;
  dset_arena_clear(&arena);
}
