/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate.c: `dset simulate`: a roll-out from its beginning to its end, before it happens.
 *
 *   the input comes to rest ──► the update is applied ──► it comes to rest ──► is everything where it should be?
 *
 * With --update-at the update is one of the changes, and without --update there is none: then the run is in one piece.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

/* What a simulation is made from; lists of pointers, as the library wants them. */
struct scene {
  struct input *input;
  const struct request *request;
  struct simulated *simulated;
  struct story story;
  dset_daemonset *daemonsets;
  const dset_kubelet **rules;
  const dset_change **changes;
  size_t change_count;
};

const char *keep(struct input *input, const char *text, size_t length) {
  char *copy = input_memory(input, length + 1);
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

/* ---- rules for pods ---- */

static void add_rule(struct simulated *simulated, const dset_kubelet *rule) {
  simulated->rules = need(realloc(simulated->rules, (simulated->rule_count + 1) * sizeof *simulated->rules));
  simulated->rules[simulated->rule_count++] = (struct ruled){.rule = *rule};
}

/*
 * What the options say, behind the rules of the script. What goes wrong with pods, goes wrong with those of the update:
 *
 *   --never-ready  those of the update on the node, or all on it if there is no update
 *   --slow         all on the node
 *   --fail         those of the update, or all if there is none
 */
static void add_rules(struct scene *scene) {
  struct simulated *simulated = scene->simulated;
  uint32_t number = simulated->update == NULL ? 0 : 2;
  dset_kubelet usual = {
      .size = sizeof usual, .start = simulated->start, .ready = simulated->ready, .stop = simulated->stop};
  for (size_t i = 0; i < simulated->never_ready_count; i++) {
    dset_kubelet rule = usual;
    rule.node = simulated->never_ready[i];
    rule.template_number = number;
    rule.never_ready = true;
    add_rule(simulated, &rule);
  }
  for (size_t i = 0; i <= simulated->slow_count; i++) { /* the last one is for all nodes */
    dset_kubelet rule = usual;
    if (i < simulated->slow_count) {
      rule.node = keep(scene->input, simulated->slow[i].text, simulated->slow[i].node_length);
      rule.ready = simulated->slow[i].ready;
    }
    dset_kubelet failing = rule;
    failing.template_number = number;
    failing.fail_per_mille = simulated->fail_per_mille;
    failing.fail = (dset_span){rule.ready.least_ms, rule.ready.least_ms}; /* before it could be ready */
    if (simulated->fail_per_mille > 0) add_rule(simulated, &failing);
    add_rule(simulated, &rule);
  }
}

/* ---- the scenario ---- */

/* The latest moment that a pod tells of, for runs that say the same whenever they are started. */
static int64_t latest_ms(const struct input *input) {
  int64_t latest = 0;
  for (size_t i = 0; i < input->pod_count; i++) {
    const dset_pod *pod = input->pods[i];
    if (pod->created_ms > latest) latest = pod->created_ms;
    if (pod->ready_since_ms > latest) latest = pod->ready_since_ms;
  }
  return latest;
}

/* DaemonSets behind the first are put at the start, as changes: with these the library takes a hash for each. */
static void put_daemonsets(struct scene *scene) {
  struct input *input = scene->input;
  scene->daemonsets = need(calloc(input->daemonset_count, sizeof *scene->daemonsets));
  for (size_t i = 0; i < input->daemonset_count; i++) {
    dset_daemonset *daemonset = &scene->daemonsets[i];
    *daemonset = complete(input, i);
    if (strcmp(daemonset->uid, NEW_UID) == 0) daemonset->uid = ""; /* the library gives each its own */
    struct planned planned = {.change = {.type = DSET_CHANGE_PUT_DAEMONSET, .daemonset = daemonset}};
    planned.change.ns = daemonset->ns;
    planned.change.hash = kubernetes_hash(input, daemonset);
    if (i > 0) add_change(scene->simulated, &planned);
  }
}

/* The changes that are known before the run begins: those after an update at rest wait for it. */
static void list_changes(struct scene *scene) {
  const struct simulated *simulated = scene->simulated;
  scene->changes = need(calloc(simulated->change_count + 1, sizeof *scene->changes));
  for (size_t i = 0; i < simulated->change_count; i++) {
    struct planned *planned = &simulated->changes[i];
    planned->change.at_ms += scene->story.start_ms;
    if (planned->after_update && simulated->update_at_ms < 0) continue;
    if (planned->after_update) planned->change.at_ms += simulated->update_at_ms;
    scene->changes[scene->change_count++] = &planned->change;
  }
}

static void list_rules(struct scene *scene) {
  const struct simulated *simulated = scene->simulated;
  scene->rules = need(calloc(simulated->rule_count + 1, sizeof *scene->rules));
  for (size_t i = 0; i < simulated->rule_count; i++) scene->rules[i] = &simulated->rules[i].rule;
}

/* "pods[3].name" is wrong: where that pod stands. */
static int refuse_object(const struct input *input, const dset_error *error) {
  const struct {
    const char *list;
    const struct origin *origins;
    size_t count;
  } lists[] = {{"nodes[", input->node_origins, input->node_count},
               {"pods[", input->pod_origins, input->pod_count},
               {"revisions[", input->revision_origins, input->revision_count},
               {"daemonsets[", input->daemonset_origins, input->daemonset_count}};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    size_t length = strlen(lists[i].list);
    if (strncmp(error->path, lists[i].list, length) != 0) continue;
    size_t index = (size_t)strtoull(error->path + length, NULL, 10);
    if (index < lists[i].count)
      fprintf(stderr, "dset: %s:%zu: in the object there:\n", lists[i].origins[index].file,
              lists[i].origins[index].line);
  }
  complain(NULL, error);
  return EXIT_ERROR;
}

static int make(struct scene *scene) {
  const struct input *input = scene->input;
  const struct request *request = scene->request;
  const struct simulated *simulated = scene->simulated;
  const dset_daemonset *const daemonsets[] = {&scene->daemonsets[0]};
  const dset_options options = {.size = sizeof options, .burst = request->burst};
  const dset_listener listener = {.size = sizeof listener, .trace = story_hear, .user_data = &scene->story};
  const dset_scenario scenario = {.size = sizeof scenario,
                                  .seed = simulated->seed,
                                  .start_ms = scene->story.start_ms,
                                  .nodes = input->nodes,
                                  .node_count = input->node_count,
                                  .pods = input->pods,
                                  .pod_count = input->pod_count,
                                  .daemonsets = daemonsets,
                                  .daemonset_count = 1,
                                  .revisions = input->revisions,
                                  .revision_count = input->revision_count,
                                  .kubelets = scene->rules,
                                  .kubelet_count = simulated->rule_count,
                                  .changes = scene->changes,
                                  .change_count = scene->change_count,
                                  .delays = &simulated->delays,
                                  .faults = &simulated->faults,
                                  .options = &options,
                                  .hash = kubernetes_hash(scene->input, &scene->daemonsets[0]),
                                  .controller = simulated->controller};
  dset_error error;
  if (dset_simulation_new(&scenario, &listener, &scene->story.simulation, &error) == DSET_OK) return 0;
  return refuse_object(input, &error);
}

/* ---- the run ---- */

static void show_progress(const struct scene *scene, const dset_simulation_stats *stats) {
  enum { WIDTH = 20 };
  static const char bar[] = "####################....................";
  if (!progress_due(scene->request)) return;
  int64_t done = stats->eligible == 0 ? 0 : stats->updated * WIDTH / stats->eligible;
  char *time = duration_text(stats->now_ms - scene->story.start_ms);
  char *text = format("simulating [%.*s] %lld of %lld nodes updated, %s", WIDTH, bar + WIDTH - done,
                      (long long)stats->updated, (long long)stats->eligible, time);
  progress_say(scene->request, text);
  free(text);
  free(time);
}

/* Pods that are made without end, as when the selector does not match their labels: no such run comes to rest. */
static bool makes_no_end(const struct scene *scene, const dset_simulation_stats *stats) {
  enum { FEW = 10000, A_NODE = 1000 };
  if (stats->creates <= FEW + (uint64_t)stats->eligible * A_NODE) return false;
  progress_clear(scene->request);
  fprintf(stderr,
          "dset: stopped: %" PRIu64 " pods were created for %" PRId64
          " nodes; does the selector match the labels of the template? dset validate says so\n",
          stats->creates, stats->eligible);
  return true;
}

/* Steps until nothing is left to happen, or the time is over. The step that goes beyond is not told: its moment is
 * known only when it is there. */
static int run(struct scene *scene) {
  struct story *story = &scene->story;
  const dset_simulation_stats *stats = dset_simulation_stats_of(story->simulation);
  dset_error error;
  for (bool more = true; more && !story->over;) {
    story->stats = *stats;
    if (dset_simulation_step(story->simulation, &more, &error) != DSET_OK) {
      progress_clear(scene->request);
      complain(NULL, &error);
      return EXIT_ERROR;
    }
    story->over = stats->now_ms > story->limit_ms || makes_no_end(scene, stats);
    story->next_ms = stats->now_ms;
    if (!story->over) story_step(story);
    show_progress(scene, stats);
  }
  if (!story->over) story->stats = *stats;
  return 0;
}

/* Applies the update, and what is to happen after it. */
static int update(struct scene *scene, const struct planned *applied, size_t count) {
  struct story *story = &scene->story;
  int64_t now_ms = dset_simulation_stats_of(story->simulation)->now_ms;
  dset_error error;
  int code = DSET_OK;
  story->update_ms = now_ms;
  for (size_t i = 0; i < count && code == DSET_OK; i++) {
    dset_change change = applied[i].change;
    change.at_ms = now_ms;
    code = dset_simulation_change(story->simulation, &change, &error);
  }
  for (size_t i = 0; i < scene->simulated->change_count && code == DSET_OK; i++) {
    const struct planned *planned = &scene->simulated->changes[i];
    dset_change change = planned->change;
    if (!planned->after_update) continue;
    change.at_ms += now_ms - story->start_ms;
    code = dset_simulation_change(story->simulation, &change, &error);
  }
  if (code == DSET_OK) return 0;
  complain(scene->simulated->update, &error);
  return EXIT_ERROR;
}

/* Runs to the end and tells how it was. */
static int play(struct scene *scene, const struct planned *applied, size_t count) {
  struct story *story = &scene->story;
  dset_error error;
  int result = run(scene);
  if (result == 0 && count > 0 && !story->over) {
    result = update(scene, applied, count);
    if (result == 0) result = run(scene);
  }
  progress_clear(scene->request);
  if (result != 0) return result;
  story_end(story);
  if (dset_simulation_judge(story->simulation, &error) != DSET_OK) {
    complain(NULL, &error);
    return EXIT_ERROR;
  }
  story->settled = !story->over && dset_simulation_violation_count(story->simulation) == 0;
  if (scene->request->form == FORM_JSON) {
    story_json_end(story);
  } else {
    story_print_end(story);
  }
  return story->settled ? 0 : EXIT_FINDINGS;
}

/* ---- the command ---- */

/* An update of nothing is likely to be a mistake in its name or namespace. */
static void note_new(const struct scene *scene, const struct planned *planned, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const dset_daemonset *put = planned[i].change.daemonset;
    size_t j = 0;
    if (put == NULL) continue;
    for (; j < scene->input->daemonset_count; j++) {
      const dset_daemonset *known = &scene->daemonsets[j];
      if (strcmp(known->ns, put->ns) == 0 && strcmp(known->name, put->name) == 0) break;
    }
    if (j < scene->input->daemonset_count) continue;
    fprintf(stderr, "dset: %s: note: DaemonSet %s/%s is not in the input, so it is a new one\n",
            scene->simulated->update, put->ns, put->name);
  }
}

/* Reads the update into changes of its own, behind those of the script: `*first` is where they start. */
static bool read_update(struct scene *scene, size_t *first) {
  struct simulated *simulated = scene->simulated;
  struct planned when = {.change = {.at_ms = simulated->update_at_ms < 0 ? 0 : simulated->update_at_ms}};
  size_t daemonsets = 0;
  *first = simulated->change_count;
  if (simulated->update == NULL) return true;
  if (!apply_file(simulated, scene->input, scene->request, simulated->update, &when, &daemonsets)) return false;
  note_new(scene, simulated->changes + *first, simulated->change_count - *first);
  if (daemonsets > 0) return true;
  fprintf(stderr, "dset: %s: --update needs a DaemonSet, and there is none\n", simulated->update);
  return false;
}

static int simulate(struct scene *scene) {
  struct simulated *simulated = scene->simulated;
  struct story *story = &scene->story;
  size_t first;
  put_daemonsets(scene);
  if (!script_read(simulated, scene->input, scene->request) || !read_update(scene, &first)) return EXIT_ERROR;
  story_list_nodes(story, scene->input);
  if (!story_check_nodes(story)) return EXIT_ERROR;
  add_rules(scene);
  list_rules(scene);
  if (simulated->faults.until_ms != 0) simulated->faults.until_ms += story->start_ms;
  size_t applied = simulated->change_count - first; /* an update at rest is no change of the scenario */
  bool at_rest = simulated->update != NULL && simulated->update_at_ms < 0;
  if (at_rest) simulated->change_count = first;
  list_changes(scene);
  story->ns = scene->daemonsets[0].ns;
  story->name = scene->daemonsets[0].name;
  if (simulated->update_at_ms >= 0) story->update_ms = story->start_ms + simulated->update_at_ms;
  int result = make(scene);
  return result != 0 ? result : play(scene, simulated->changes + first, at_rest ? applied : 0);
}

int simulate_command(struct input *input, const struct request *request) {
  static const int64_t usual_start_ms = INT64_C(1893456000000); /* 2030: late enough for any input without pods */
  struct simulated *simulated = request->simulated;
  if (simulated->update_at_ms >= 0 && simulated->update == NULL) return usage("--update-at goes with --update", "");
  if (!input_unique_daemonsets(input)) return EXIT_ERROR;
  input_default_namespaces(input);
  int64_t latest = latest_ms(input);
  int64_t start_ms = request->has_now ? request->now_ms : latest == 0 ? usual_start_ms : latest;
  struct scene scene = {.input = input, .request = request, .simulated = simulated};
  scene.story = (struct story){.request = request,
                               .simulated = simulated,
                               .daemonset_count = input->daemonset_count,
                               .start_ms = start_ms,
                               .limit_ms = start_ms + simulated->until_ms,
                               .update_ms = -1,
                               .last_ms = start_ms};
  int result = simulate(&scene);
  dset_simulation_free(scene.story.simulation);
  story_free(&scene.story);
  free(scene.daemonsets);
  free(scene.rules);
  free(scene.changes);
  return result;
}
