/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_laws.c: what holds for every state, tried on many random ones (support/trial_random.c).
 *
 *   order      the order of nodes, pods, revisions, labels, taints and back-offs has no influence on any byte
 *   unchanged  planning leaves every byte of its input as it was
 *   safe       what a plan may never do, see check_plan()
 *   verdicts   the explanation and the matcher agree, and reasons are absent if and only if the verdict is RUN
 *   time       nothing but the back-off written down changes between now and the next check
 *   codec      the state as JSON gives the same plan
 *   settles    a cluster that does what plans say comes to rest; also one in which every pod becomes ready, and then
 *              every eligible node has one ready pod of the current template
 *
 * A state that breaks a law is made small and saved. DSET_LAWS_SEED and DSET_LAWS_STATES choose other and more states,
 * DSET_LAWS_DIR where to save.
 */
#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/cluster.h"
#include "support/plan_text.h"
#include "support/random.h"

enum { STATES = 20000, FIRST_STATES = 5000, CAUSES = 25 };
#define SEED UINT64_C(20260302)

/* What a broken law has to say; the last one counts. Each test runs in a process of its own. */
static char why[512];

static bool broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool broken(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, sizeof why, format, arguments);
  va_end(arguments);
  return false;
}

/* As ck_assert(), which writes a line to a file each time and would take most of the time of these tests. */
#define REQUIRE(condition)                            \
  do {                                                \
    if (!(condition)) ck_abort_msg("%s", #condition); \
  } while (0)

/* How often the states got somewhere: a generator that never does proves nothing. */
static size_t seen_causes[CAUSES + 1];
static size_t seen_settled;
static size_t seen_surge;
static size_t seen_exact;
static size_t seen_steps; /* the most that any state needed to come to rest, in hundredths of its bound */

/* ---- plans as text ---- */

static dset_plan *plan_of(trial *t) {
  dset_snapshot snapshot;
  dset_plan *plan;
  dset_error error;
  trial_snapshot(t, &snapshot);
  int code = dset_plan_compute(&snapshot, &t->options, &plan, &error);
  if (code != DSET_OK) ck_abort_msg("a random state is refused: %s: %s", error.path, error.text);
  return plan;
}

static char *planned_text(trial *t) {
  dset_plan *plan = plan_of(t);
  char *text = plan_text(plan, NULL);
  dset_plan_free(plan);
  return text;
}

/* Fails where two texts part. Frees both. */
static bool equal_texts(const char *what, char *a, char *b) {
  size_t at = 0;
  while (a[at] != '\0' && a[at] == b[at]) at++;
  bool equal = a[at] == b[at];
  size_t from = at < 40 ? 0 : at - 40;
  if (!equal) broken("%s: ...%.120s | ...%.120s", what, a + from, b + from);
  free(a);
  free(b);
  return equal;
}

/* ---- order, unchanged ---- */

static bool law_order(const trial *given) {
  trial *t = trial_copy(given);
  trial *shuffled = trial_copy(given);
  trial_shuffle(shuffled, given->seed);
  bool good = equal_texts("shuffled input gives another plan", planned_text(t), planned_text(shuffled));
  trial_free(t);
  trial_free(shuffled);
  return good;
}

static bool law_unchanged(const trial *given) {
  trial *t = trial_copy(given);
  dset_snapshot snapshot;
  dset_plan *plan;
  trial_snapshot(t, &snapshot);
  dset_snapshot before = snapshot;
  uint64_t digest = trial_digest(t);
  REQUIRE(dset_plan_compute(&snapshot, &t->options, &plan, NULL) == DSET_OK);
  dset_plan_free(plan);
  bool good = digest == trial_digest(t) && memcmp(&before, &snapshot, sizeof snapshot) == 0;
  trial_free(t);
  return good || broken("planning wrote into its input");
}

/* ---- safe ---- */

static dset_matcher *matcher_of(const trial *t) {
  dset_match_options options = {.size = sizeof options, .compare_tolerations = t->options.compare_tolerations};
  dset_matcher *matcher;
  REQUIRE(dset_matcher_new(&t->daemonset, &options, &matcher, NULL) == DSET_OK);
  return matcher;
}

static bool happens_before(const dset_plan *plan, size_t end, const dset_action *action) {
  for (size_t i = 0; i < end; i++) {
    const dset_action *other = dset_plan_action(plan, i);
    if (other->type != action->type) continue;
    if (strcmp(action->type == DSET_ACTION_CREATE_POD ? other->node : other->pod,
               action->type == DSET_ACTION_CREATE_POD ? action->node : action->pod) == 0) {
      return true;
    }
  }
  return false;
}

/* Whether a node has a pod of the DaemonSet that is not on its last way out (D11). */
static bool occupied(const trial *t, const dset_node *node) {
  for (size_t i = 0; i < t->pod_count; i++) {
    const dset_pod *pod = &t->pods[i];
    const char *target = cluster_target(pod);
    bool going = pod->deleting && (pod->phase == DSET_PHASE_FAILED || pod->phase == DSET_PHASE_SUCCEEDED);
    if (target != NULL && !going && strcmp(target, node->name) == 0 && cluster_claims(t, pod)) return true;
  }
  return false;
}

static bool check_create(const trial *t, const dset_matcher *matcher, const dset_action *action) {
  const dset_node *node = cluster_node(t, action->node);
  if (node == NULL) return broken("a pod is created on %s, which does not exist", action->node);
  if (dset_matcher_verdict(matcher, node) != DSET_VERDICT_RUN) {
    return broken("a pod is created on %s, which must not run it", node->name);
  }
  bool needs = action->cause == DSET_CAUSE_NODE_NEEDS_POD;
  return !needs || !occupied(t, node) || broken("node %s is said to need a pod and has one", node->name);
}

static bool check_delete(const trial *t, const dset_action *action) {
  const dset_pod *pod = cluster_pod(t, action->pod);
  if (pod == NULL) return broken("a pod is deleted that does not exist, %s", action->pod);
  if (!cluster_claims(t, pod)) return broken("pod %s is deleted and not the DaemonSet's", pod->name);
  const char *target = cluster_target(pod);
  if (target == NULL || strcmp(target, action->node) != 0) {
    return broken("pod %s is not on %s", pod->name, action->node);
  }
  bool bound = pod->node_name != NULL && pod->node_name[0] != '\0';
  if (bound && action->phase == DSET_SYNC_MANAGE && cluster_node(t, target) == NULL) {
    return broken("pod %s is deleted because its node vanished, and bound (S14)", pod->name);
  }
  if (pod->deleting && action->cause != DSET_CAUSE_NODE_GONE) return broken("pod %s is deleting already", pod->name);
  return true;
}

static bool is_current(const trial *t, const dset_revision *revision) {
  size_t bytes = t->daemonset.revision_data_bytes;
  return revision->data_bytes == bytes && memcmp(revision->data, t->daemonset.revision_data, bytes) == 0;
}

/* E20. */
static bool in_flight(const trial *t) {
  bool waits = t->in_flight_creates > 0 || t->in_flight_deletes > 0;
  bool lost = t->in_flight_since_ms != 0 && t->now_ms - t->in_flight_since_ms > DSET_IN_FLIGHT_TIMEOUT_MS;
  return waits && !lost;
}

/* Whether the sync may have ended before it came to pods and status. */
static bool ends_early(const trial *t, const dset_plan *plan) {
  const dset_selector *selector = t->daemonset.selector;
  bool all = selector != NULL && selector->label_count + selector->expression_count == 0;
  return all || t->daemonset.deleting || dset_plan_problem_count(plan) > 0;
}

/* No node that needs a pod is forgotten. */
static bool check_needs(const trial *t, const dset_matcher *matcher, const dset_plan *plan, size_t burst) {
  if (in_flight(t) || ends_early(t, plan)) return true;
  size_t creates = 0;
  size_t given = 0;
  size_t needed = 0;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    creates += dset_plan_action(plan, i)->type == DSET_ACTION_CREATE_POD;
    given += dset_plan_action(plan, i)->cause == DSET_CAUSE_NODE_NEEDS_POD;
  }
  for (size_t i = 0; i < t->node_count; i++) {
    needed += dset_matcher_verdict(matcher, &t->nodes[i]) == DSET_VERDICT_RUN && !occupied(t, &t->nodes[i]);
  }
  return creates == burst || given == needed || broken("%zu nodes need a pod and %zu get one", needed, given);
}

/* A revision that is deleted for the limit is neither current nor used by a pod (G16, G17). */
static bool check_revisions(const trial *t, const dset_plan *plan) {
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    if (action->cause != DSET_CAUSE_HISTORY_LIMIT) continue;
    const dset_revision *revision = cluster_revision(t, action->revision);
    if (revision == NULL || is_current(t, revision)) return broken("revision %s is deleted", action->revision);
    const char *hash = trial_label(revision->labels, revision->label_count, DSET_LABEL_HASH);
    if (hash == NULL) hash = revision->name;
    for (size_t j = 0; hash[0] != '\0' && j < t->pod_count; j++) {
      const dset_pod *pod = &t->pods[j];
      const char *carried = trial_label(pod->labels, pod->label_count, DSET_LABEL_HASH);
      if (carried == NULL || strcmp(carried, hash) != 0 || cluster_target(pod) == NULL) continue;
      if (cluster_claims(t, pod)) return broken("revision %s is deleted, pod %s uses it", revision->name, pod->name);
    }
  }
  return true;
}

/* Creates and deletes: only ours, only where they may be, none twice, at most `burst` of each, of one phase. */
static bool check_work(const trial *t, const dset_matcher *matcher, const dset_plan *plan) {
  size_t counts[] = {0, 0};
  int32_t phase = DSET_SYNC_NONE;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    const dset_action *action = dset_plan_action(plan, i);
    bool create = action->type == DSET_ACTION_CREATE_POD;
    if (!create && action->type != DSET_ACTION_DELETE_POD) continue;
    if (create ? !check_create(t, matcher, action) : !check_delete(t, action)) return false;
    if (happens_before(plan, i, action)) return broken("%s twice", create ? action->node : action->pod);
    if (phase != DSET_SYNC_NONE && phase != action->phase) return broken("manage and rollout act in one plan");
    phase = action->phase;
    counts[create]++;
  }
  size_t burst = t->options.burst == 0 ? 250 : t->options.burst;
  if (counts[0] > burst || counts[1] > burst) return broken("more creates or deletes than the burst");
  if (in_flight(t) && phase != DSET_SYNC_NONE) return broken("acts on pods while writes are in flight");
  return check_needs(t, matcher, plan, burst);
}

/* Unless the sync ended before it counted, the status adds up. */
static bool check_status(const trial *t, const dset_matcher *matcher, const dset_plan *plan) {
  const dset_status *status = dset_plan_status(plan);
  if (ends_early(t, plan)) return true;
  int32_t desired = 0;
  for (size_t i = 0; i < t->node_count; i++) desired += dset_matcher_verdict(matcher, &t->nodes[i]) == DSET_VERDICT_RUN;
  bool good = status->desired_number_scheduled == desired && status->current_number_scheduled <= desired &&
              status->number_ready <= status->current_number_scheduled &&
              status->number_available <= status->number_ready &&
              status->updated_number_scheduled <= status->current_number_scheduled &&
              status->number_unavailable == desired - status->number_available;
  return good || broken("the status does not add up, desired %d", desired);
}

/* The next check is later than now, and never when there is nothing to wait for. */
static bool check_next(const trial *t, const dset_plan *plan) {
  int64_t next_ms = dset_plan_next_check_ms(plan);
  if (next_ms <= t->now_ms) return broken("the next check is not later than now");
  bool failed = false;
  for (size_t i = 0; i < t->pod_count; i++) failed |= t->pods[i].phase == DSET_PHASE_FAILED;
  bool waits = t->daemonset.min_ready_seconds != 0 || failed || t->in_flight_since_ms != 0;
  return waits || next_ms == DSET_NEVER || broken("there is nothing to wait for, and a next check");
}

/* Without surge no more available pods go than the budget leaves (F8). */
static bool check_budget(const dset_plan *plan) {
  const dset_rollout *rollout = dset_plan_rollout(plan);
  int64_t available = 0;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) {
    available += dset_plan_action(plan, i)->cause == DSET_CAUSE_OUTDATED;
  }
  if (available == 0) return true;
  return available + rollout->unavailable <= rollout->max_unavailable || broken("more than the budget goes");
}

static bool check_plan(const trial *t, const dset_matcher *matcher, const dset_plan *plan) {
  seen_surge += dset_plan_rollout(plan)->surge;
  for (size_t i = 0; i < dset_plan_action_count(plan); i++) seen_causes[dset_plan_action(plan, i)->cause]++;
  return check_work(t, matcher, plan) && check_status(t, matcher, plan) && check_next(t, plan) && check_budget(plan) &&
         check_revisions(t, plan);
}

static bool law_safe(const trial *given) {
  trial *t = trial_copy(given);
  dset_plan *plan = plan_of(t);
  dset_matcher *matcher = matcher_of(t);
  bool good = check_plan(t, matcher, plan);
  dset_matcher_free(matcher);
  dset_plan_free(plan);
  trial_free(t);
  return good;
}

/* ---- verdicts ---- */

static bool law_verdicts(const trial *t) {
  dset_matcher *matcher = matcher_of(t);
  bool good = true;
  for (size_t i = 0; good && i < t->node_count; i++) {
    int verdict = dset_matcher_verdict(matcher, &t->nodes[i]);
    dset_explanation *explanation;
    REQUIRE(dset_explain(matcher, &t->nodes[i], &explanation, NULL) == DSET_OK);
    size_t count = dset_explanation_count(explanation);
    if (dset_explanation_verdict(explanation) != verdict) good = broken("two verdicts on %s", t->nodes[i].name);
    if ((count == 0) != (verdict == DSET_VERDICT_RUN)) good = broken("verdict and reasons on %s", t->nodes[i].name);
    dset_explanation_free(explanation);
  }
  dset_matcher_free(matcher);
  return good;
}

/* ---- time ---- */

/* Everything in front of the back-off. */
static char *decisions(trial *t) {
  dset_plan *plan = plan_of(t);
  size_t length;
  char *text = plan_text(plan, &length);
  text[length] = '\0';
  dset_plan_free(plan);
  return text;
}

static bool law_time(const trial *given) {
  trial *t = trial_copy(given);
  dset_random random = random_from(given->seed);
  dset_plan *plan = plan_of(t);
  int64_t now_ms = t->now_ms;
  int64_t next_ms = dset_plan_next_check_ms(plan);
  dset_plan_free(plan);
  if (next_ms == DSET_NEVER) next_ms = now_ms + INT64_C(400000000000000);
  int64_t room = next_ms - now_ms - 1;
  bool good = true;
  if (room > 0) {
    const int64_t moments[] = {1, room / 2 + 1, room, 1 + (int64_t)random_below(&random, (uint64_t)room)};
    for (size_t i = 0; good && i < sizeof moments / sizeof *moments; i++) {
      char what[80];
      snprintf(what, sizeof what, "another plan %" PRId64 " ms later, before the next check", moments[i]);
      t->now_ms = now_ms;
      char *first = decisions(t);
      t->now_ms = now_ms + moments[i];
      good = equal_texts(what, first, decisions(t));
    }
  }
  trial_free(t);
  return good;
}

/* ---- codec ---- */

static bool law_codec(const trial *given) {
  if (!trial_json_is_exact(given)) return true;
  seen_exact++;
  trial *t = trial_copy(given);
  char *json = trial_json(t, "law");
  dset_state *state;
  dset_plan *plan;
  dset_error error;
  int code = dset_state_read(json, strlen(json), NULL, &state, &error);
  if (code == DSET_OK) {
    code = dset_plan_compute(dset_state_snapshot(state), dset_state_options(state), &plan, &error);
    dset_state_free(state);
  }
  bool good = code == DSET_OK || broken("%s: %s", error.path, error.text);
  if (good) {
    good = equal_texts("the state as JSON gives another plan", planned_text(t), plan_text(plan, NULL));
    dset_plan_free(plan);
  }
  free(json);
  trial_free(t);
  return good;
}

/* ---- settles ---- */

static bool negative(const dset_amount *amount) {
  return amount->kind == DSET_AMOUNT_INT ? amount->number < 0
                                         : amount->kind == DSET_AMOUNT_TEXT && amount->text[0] == '-';
}

/*
 * Whether the hash of a current revision can be empty, so that no pod is ever new (F2): its label is, or it has none
 * and gets none because it is used without being claimed (G13).
 */
static bool empty_hash(const trial *t) {
  for (size_t i = 0; i < t->revision_count; i++) {
    const dset_revision *revision = &t->revisions[i];
    if (!is_current(t, revision)) continue;
    const char *hash = trial_label(revision->labels, revision->label_count, DSET_LABEL_HASH);
    if (hash != NULL ? hash[0] == '\0' : !cluster_claims_revision(t, revision)) return true;
  }
  return false;
}

/*
 * States in which the controller itself never comes to rest. The API server refuses all but the first (section B):
 *   an empty selector: an event in every sync (I5)
 *   a selector that the template does not match: every pod it creates is released (D4)
 *   a negative surge: rollout creates what manage deletes (F3, F5)
 *   a current revision whose hash label is empty
 */
static bool comes_to_rest(const trial *t) {
  const dset_daemonset *daemonset = &t->daemonset;
  const dset_selector *selector = daemonset->selector;
  if (selector == NULL || selector->label_count + selector->expression_count == 0) return false;
  if (!cluster_selects(selector, daemonset->template_labels, daemonset->template_label_count)) return false;
  return !negative(&daemonset->max_surge) && !empty_hash(t);
}

/* Steps within which a state comes to rest: a node takes a few for each of its pods and for its replacement. */
static size_t bound_of(const trial *t) {
  return 20 + 4 * (t->node_count + t->pod_count);
}

static bool updated(const trial *t, const dset_pod *pod, const char *hash) {
  const char *carried = trial_label(pod->labels, pod->label_count, DSET_LABEL_HASH);
  if (carried != NULL && hash != NULL && strcmp(carried, hash) == 0) return true;
  carried = trial_label(pod->labels, pod->label_count, DSET_LABEL_TEMPLATE_GENERATION);
  char generation[24];
  snprintf(generation, sizeof generation, "%" PRId64, t->daemonset.template_generation);
  return t->daemonset.has_template_generation && carried != NULL && strcmp(carried, generation) == 0;
}

/* The hash of the revision that holds the template, when exactly one of our namespace does. */
static const char *current_hash(const trial *t) {
  const char *hash = NULL;
  for (size_t i = 0; i < t->revision_count; i++) {
    const dset_revision *revision = &t->revisions[i];
    if (!is_current(t, revision) || strcmp(revision->ns, t->daemonset.ns) != 0) continue;
    if (hash != NULL) return NULL;
    hash = trial_label(revision->labels, revision->label_count, DSET_LABEL_HASH);
  }
  return hash;
}

/* In a healthy cluster at rest: one ready pod where the verdict is RUN, none where it is NEITHER. */
static bool check_rest(const trial *t, const dset_matcher *matcher, const dset_plan *plan) {
  const dset_daemonset *daemonset = &t->daemonset;
  if (daemonset->deleting || dset_plan_problem_count(plan) > 0) return true;
  const char *hash = current_hash(t);
  bool rolls =
      daemonset->strategy == DSET_STRATEGY_ROLLING_UPDATE && hash != NULL && !negative(&daemonset->max_unavailable);
  for (size_t i = 0; i < t->node_count; i++) {
    const char *node = t->nodes[i].name;
    int verdict = dset_matcher_verdict(matcher, &t->nodes[i]);
    size_t pods = 0;
    for (size_t j = 0; j < t->pod_count; j++) {
      const dset_pod *pod = &t->pods[j];
      const char *target = cluster_target(pod);
      if (target == NULL || strcmp(target, node) != 0 || !cluster_claims(t, pod)) continue;
      pods++;
      if (verdict == DSET_VERDICT_RUN && !pod->ready) return broken("at rest, pod %s is not ready", pod->name);
      if (verdict == DSET_VERDICT_RUN && rolls && !updated(t, pod, hash))
        return broken("at rest, %s is outdated", pod->name);
    }
    if (verdict == DSET_VERDICT_RUN ? pods != 1 : pods > 1) return broken("at rest, node %s has %zu pods", node, pods);
    if (verdict == DSET_VERDICT_NEITHER && pods != 0) return broken("at rest, %s has a pod it must not have", node);
  }
  const dset_status *status = dset_plan_status(plan);
  return status->number_available == status->desired_number_scheduled || broken("at rest, not all are available");
}

/* What a healthy cluster still changes by itself: it grows until every pod is bound and ready. */
static size_t progress_of(const trial *t) {
  size_t progress = 0;
  for (size_t i = 0; i < t->pod_count; i++) {
    progress += t->pods[i].ready;
    progress += t->pods[i].node_name != NULL && t->pods[i].node_name[0] != '\0';
  }
  return progress;
}

/* One step of a cluster. True when it is at rest: nothing to do, nothing to wait for, no pod that still changes. */
static bool settle_step(trial *t, const dset_matcher *matcher, bool healthy, size_t step, bool *good) {
  dset_plan *plan = plan_of(t);
  size_t pods = t->pod_count;
  size_t progress = progress_of(t);
  bool idle = dset_plan_action_count(plan) == 0 && dset_plan_next_check_ms(plan) == DSET_NEVER;
  *good = check_plan(t, matcher, plan);
  cluster_step(t, plan, healthy, step);
  bool rest = idle && t->pod_count == pods && progress_of(t) == progress;
  if (rest && healthy && *good) *good = check_rest(t, matcher, plan);
  dset_plan_free(plan);
  return rest;
}

static bool settles(const trial *given, bool healthy) {
  trial *t = trial_copy(given);
  dset_matcher *matcher = matcher_of(t);
  size_t bound = bound_of(given);
  bool good = true;
  bool rest = false;
  size_t step = 0;
  while (good && !rest && step < bound) rest = settle_step(t, matcher, healthy, step++, &good);
  dset_matcher_free(matcher);
  trial_free(t);
  if (good && !rest) broken("no rest within %zu steps, the cluster is %s", bound, healthy ? "healthy" : "as it is");
  seen_settled += good && rest;
  if (step * 100 / bound > seen_steps) seen_steps = step * 100 / bound;
  return good && rest;
}

/* What is said instead where the controller never rests or never acts. */
static bool law_settles(const trial *given) {
  if (comes_to_rest(given)) return settles(given, false) && settles(given, true);
  trial *t = trial_copy(given);
  const dset_selector *selector = t->daemonset.selector;
  bool all = selector != NULL && selector->label_count + selector->expression_count == 0;
  dset_plan *plan = plan_of(t);
  size_t count = dset_plan_action_count(plan);
  bool good = true;
  if (all) {
    good = count == 1 && dset_plan_action(plan, 0)->cause == DSET_CAUSE_SELECTS_ALL;
  } else if (t->daemonset.deleting) {
    good = count == 0;
  }
  if (!good) broken("an empty selector or a deleting DaemonSet, and %zu actions", count);
  dset_plan_free(plan);
  trial_free(t);
  return good;
}

/* ---- running them ---- */

static const struct {
  const char *name;
  trial_law *holds;
} laws[] = {
    {"order", law_order}, {"unchanged", law_unchanged}, {"safe", law_safe},       {"verdicts", law_verdicts},
    {"time", law_time},   {"codec", law_codec},         {"settles", law_settles},
};

static uint64_t number_from(const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  if (text == NULL || text[0] == '\0') return otherwise;
  char *end;
  uint64_t number = strtoull(text, &end, 10);
  ck_assert_msg(*end == '\0', "%s is not a number: %s", variable, text);
  return number;
}

static uint64_t seed_of(uint64_t seed, uint64_t index) {
  dset_random random = random_from(seed + index * UINT64_C(0xD1B54A32D192ED03));
  return random_next(&random);
}

static void save(const trial *t, const char *path) {
  char *json = trial_json(t, path);
  FILE *file = fopen(path, "w");
  fprintf(file == NULL ? stderr : file, "%s\n", json); /* without a folder to save in, where it can be read */
  if (file != NULL) fclose(file);
  free(json);
}

static void report(const trial *failing, const char *name, trial_law *holds, uint64_t seed, uint64_t index) {
  const char *folder = getenv("DSET_LAWS_DIR");
  trial *small = trial_shrink(failing, holds);
  holds(small); /* fills `why` once more */
  char path[512];
  snprintf(path, sizeof path, "%s/failing-%s-%" PRIu64 ".json", folder == NULL ? "build" : folder, name, failing->seed);
  save(small, path);
  ck_abort_msg("law \"%s\": %s (DSET_LAWS_SEED=%" PRIu64 ", state %" PRIu64
               "; %zu nodes, %zu pods, %zu revisions%s in %s)",
               name, why, seed, index, small->node_count, small->pod_count, small->revision_count,
               trial_json_is_exact(small) ? "" : ", and more than JSON can say", path);
}

static void check_coverage(uint64_t states) {
  for (int cause = 1; cause <= CAUSES; cause++) {
    ck_assert_msg(seen_causes[cause] >= states / 2000, "\"%s\" only %zu times", dset_cause_name(cause),
                  seen_causes[cause]);
  }
  ck_assert_msg(seen_settled > states, "only %zu clusters came to rest", seen_settled);
  ck_assert_msg(seen_surge > states / 50, "only %zu rollouts with surge", seen_surge);
  ck_assert_msg(seen_exact > states / 2, "only %zu states went through JSON", seen_exact);
}

START_TEST(laws_hold) {
  uint64_t seed = number_from("DSET_LAWS_SEED", SEED);
  uint64_t states = number_from("DSET_LAWS_STATES", STATES);
  for (uint64_t i = 0; i < states; i++) {
    trial *t = trial_random(seed_of(seed, i));
    for (size_t j = 0; j < sizeof laws / sizeof *laws; j++) {
      if (!laws[j].holds(t)) report(t, laws[j].name, laws[j].holds, seed, i);
    }
    trial_free(t);
  }
  if (states >= FIRST_STATES) check_coverage(states);
  printf("note: laws: %" PRIu64 " states from seed %" PRIu64 "; the slowest came to rest in %zu%% of its bound\n",
         states, seed, seen_steps);
  fflush(stdout);
}
END_TEST

TCase *dset_tcase_trial(void); /* test_trial.c: the generator and the shrinker themselves */
Suite *dset_suite_laws(void);

Suite *dset_suite_laws(void) {
  Suite *suite = suite_create("laws");
  TCase *tcase = tcase_create("laws");
  tcase_set_timeout(tcase, 0); /* the number of states is the caller's choice */
  tcase_add_test(tcase, laws_hold);
  suite_add_tcase(suite, tcase);
  suite_add_tcase(suite, dset_tcase_trial());
  return suite;
}
