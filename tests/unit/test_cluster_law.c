/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cluster_law.c: THE LAW of cluster.h, on random scripts (support/script_random.c). After every event:
 *
 *   code       the call returns what the header says, and what fails or says nothing new changes nothing
 *   dirty      the list is in its order: what stood there before, then what this event made dirty, by name, then those
 *              whose next check has come, by moment and name
 *   economy    the event made only those dirty that it may concern (model_touches())
 *   plan       the cluster's plan and that of everything are the same text
 *   sound      what is not listed would be decided as its last plan decided, and that plan is still what it was
 *   next       the next check of all is the earliest of the last plans
 *
 * Objects are released before anything is planned. Each script is played in a process of its own; one that fails is
 * made small and saved. DSET_CLUSTER_SEED and DSET_CLUSTER_EVENTS choose other and more events, DSET_CLUSTER_DIR where
 * to save.
 */
#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/model_cluster.h"
#include "support/play.h"
#include "support/plan_text.h"
#include "support/random.h"

enum { EVENTS = 30000, MOST = 64, SCAN_EVERY = 4, SHORT = 64, WHY_BYTES = 4096 };
#define SEED UINT64_C(20260302)

/* A DaemonSet by name, whether it is there or not. */
typedef struct watched {
  const char *ns;
  const char *name;
  const dset_plan *plan; /* the last one, of the cluster; NULL: none */
  char *text;
  size_t decisions; /* how much of the text */
  int64_t planned_ms;
  int64_t next_ms;
  bool touched; /* the event may concern it */
} watched;

/* What the cluster lists, as indices into watched. */
typedef struct listing {
  size_t items[MOST];
  size_t count;
} listing;

typedef struct player {
  dset_cluster *cluster;
  model_cluster model;
  watched watched[MOST];
  size_t count;
  listing dirty; /* after the last event, next checks apart */
  char *why;
  size_t bytes;
} player;

static bool broken(player *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool broken(player *p, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(p->why, p->bytes, format, arguments);
  va_end(arguments);
  return false;
}

static size_t watch(player *p, const char *ns, const char *name) {
  for (size_t i = 0; i < p->count; i++) {
    if (model_same(p->watched[i].ns, ns) && model_same(p->watched[i].name, name)) return i;
  }
  if (p->count == MOST) abort();
  p->watched[p->count] = (watched){.ns = ns, .name = name};
  return p->count++;
}

static model_daemonset *present(const player *p, size_t index) {
  return model_find(&p->model, p->watched[index].ns, p->watched[index].name);
}

static void forget_plan(watched *w) {
  free(w->text);
  w->text = NULL;
  w->plan = NULL;
}

/* ---- lists ---- */

/* The cluster's list; false when it names a DaemonSet that is not there, or one twice, or counts wrongly. */
static bool list(player *p, int64_t now_ms, listing *of) {
  dset_key keys[MOST];
  size_t count = dset_cluster_dirty(p->cluster, now_ms, keys, MOST);
  of->count = 0;
  if (count > p->model.daemonset_count) return broken(p, "%zu are dirty of %zu", count, p->model.daemonset_count);
  if (dset_cluster_dirty(p->cluster, now_ms, NULL, 0) != count) return broken(p, "two counts of the dirty ones");
  for (size_t i = 0; i < count; i++) {
    const model_daemonset *daemonset = model_find(&p->model, keys[i].ns, keys[i].name);
    if (daemonset == NULL) return broken(p, "%s/%s is dirty and not there", keys[i].ns, keys[i].name);
    size_t at = watch(p, daemonset->object->ns, daemonset->object->name);
    for (size_t j = 0; j < of->count; j++) {
      if (of->items[j] == at) return broken(p, "%s/%s is listed twice", keys[i].ns, keys[i].name);
    }
    of->items[of->count++] = at;
  }
  return true;
}

static bool holds(const listing *of, size_t item) {
  for (size_t i = 0; i < of->count; i++) {
    if (of->items[i] == item) return true;
  }
  return false;
}

static int compare_names(const watched *a, const watched *b) {
  int order = dset_text_compare(a->ns, b->ns);
  return order != 0 ? order : dset_text_compare(a->name, b->name);
}

static char *say(const player *p, const listing *of, char *text, size_t bytes) {
  size_t length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < of->count && length < bytes; i++) {
    const watched *w = &p->watched[of->items[i]];
    length += (size_t)snprintf(text + length, bytes - length, " %s/%s", dset_text_or_empty(w->ns), w->name);
  }
  return text;
}

static bool same_lists(player *p, const char *what, const listing *got, const listing *wanted) {
  char texts[2][512];
  bool same = got->count == wanted->count;
  for (size_t i = 0; same && i < got->count; i++) same = got->items[i] == wanted->items[i];
  return same || broken(p, "%s:%s; expected:%s", what, say(p, got, texts[0], sizeof texts[0]),
                        say(p, wanted, texts[1], sizeof texts[1]));
}

/* What was dirty before and is still there, then what has become so, by name. */
static bool check_dirty(player *p, bool nothing_new) {
  listing now;
  listing wanted = {.count = 0};
  if (!list(p, INT64_MIN, &now)) return false;
  for (size_t i = 0; i < p->dirty.count; i++) {
    if (present(p, p->dirty.items[i]) != NULL) wanted.items[wanted.count++] = p->dirty.items[i];
  }
  size_t before = wanted.count;
  for (size_t i = 0; i < now.count; i++) {
    size_t item = now.items[i];
    if (holds(&p->dirty, item)) continue;
    const watched *w = &p->watched[item];
    if (nothing_new) return broken(p, "%s/%s became dirty although nothing changed", w->ns, w->name);
    if (!w->touched) return broken(p, "%s/%s became dirty, which the event does not concern", w->ns, w->name);
    size_t at = wanted.count++;
    for (; at > before && compare_names(w, &p->watched[wanted.items[at - 1]]) < 0; at--) {
      wanted.items[at] = wanted.items[at - 1];
    }
    wanted.items[at] = item;
  }
  p->dirty = now;
  return same_lists(p, "the dirty ones are", &now, &wanted);
}

/* The same, then those whose next check has come. */
static bool check_due(player *p, listing *due) {
  listing wanted = p->dirty;
  for (size_t i = 0; i < p->count; i++) {
    const watched *w = &p->watched[i];
    if (w->plan == NULL || w->next_ms == DSET_NEVER || w->next_ms > p->model.now_ms || holds(&p->dirty, i)) continue;
    size_t at = wanted.count++;
    for (; at > p->dirty.count; at--) {
      const watched *other = &p->watched[wanted.items[at - 1]];
      if (other->next_ms < w->next_ms || (other->next_ms == w->next_ms && compare_names(other, w) < 0)) break;
      wanted.items[at] = wanted.items[at - 1];
    }
    wanted.items[at] = i;
  }
  return list(p, p->model.now_ms, due) && same_lists(p, "those that are due are", due, &wanted);
}

static bool check_next(player *p) {
  int64_t next_ms = DSET_NEVER;
  for (size_t i = 0; i < p->count; i++) {
    if (p->watched[i].plan != NULL && p->watched[i].next_ms < next_ms) next_ms = p->watched[i].next_ms;
  }
  int64_t got_ms = dset_cluster_next_check(p->cluster);
  return got_ms == next_ms || broken(p, "the next check is %" PRId64 ", expected %" PRId64, got_ms, next_ms);
}

/* ---- plans ---- */

static bool same_texts(player *p, const watched *w, const char *what, const char *got, const char *wanted) {
  char parts[1024];
  return play_same_texts(got, wanted, parts, sizeof parts) || broken(p, "%s/%s, %s:%s", w->ns, w->name, what, parts);
}

static char *model_text(const player *p, size_t index, size_t *decisions, int64_t *next_ms) {
  dset_plan *plan = model_plan(&p->model, present(p, index));
  char *text = plan_text(plan, decisions);
  if (next_ms != NULL) *next_ms = dset_plan_next_check_ms(plan);
  dset_plan_free(plan);
  return text;
}

static bool plan_one(player *p, size_t index) {
  watched *w = &p->watched[index];
  dset_error error = {0};
  uint64_t plans = dset_cluster_counters_of(p->cluster)->plans;
  int code = dset_cluster_plan(p->cluster, w->ns, w->name, p->model.now_ms, &w->plan, &error);
  if (code != DSET_OK) return broken(p, "no plan: %s: %s", error.path, error.text);
  if (dset_cluster_counters_of(p->cluster)->plans != plans + 1) return broken(p, "a plan was not counted");
  free(w->text);
  w->planned_ms = p->model.now_ms;
  w->text = model_text(p, index, &w->decisions, &w->next_ms);
  char *text = plan_text(w->plan, NULL);
  bool same = same_texts(p, w, "another plan", text, w->text);
  free(text);
  listing wanted = {.count = 0};
  for (size_t i = 0; i < p->dirty.count; i++) {
    if (p->dirty.items[i] != index) wanted.items[wanted.count++] = p->dirty.items[i];
  }
  p->dirty = wanted;
  return same;
}

static bool make_plans(player *p, const script_event *event, size_t number, const listing *due) {
  size_t count = event->plans == SCRIPT_PLAN_DUE ? due->count : event->plans == SCRIPT_PLAN_FIRST && due->count > 0;
  for (size_t i = 0; i < count; i++) {
    if (!plan_one(p, due->items[i])) return false;
  }
  size_t first = 0;
  size_t end = event->plans == SCRIPT_PLAN_ALL ? p->model.daemonset_count : 0;
  if (event->plans == SCRIPT_PLAN_DUE && p->model.daemonset_count > 0) {
    first = number % p->model.daemonset_count;
    end = first + 1;
  }
  for (size_t i = first; i < end; i++) {
    const dset_daemonset *object = p->model.daemonsets[i].object;
    if (!plan_one(p, watch(p, object->ns, object->name))) return false;
  }
  listing now;
  return list(p, INT64_MIN, &now) && same_lists(p, "after plans the dirty ones are", &now, &p->dirty);
}

/* What is not listed has the plan that it had; time that moved back apart. */
static bool check_sound(player *p) {
  listing due;
  if (!list(p, p->model.now_ms, &due)) return false;
  for (size_t i = 0; i < p->count; i++) {
    const watched *w = &p->watched[i];
    if (w->plan == NULL) continue;
    char *text = plan_text(w->plan, NULL);
    bool same = same_texts(p, w, "its last plan has changed", text, w->text);
    free(text);
    if (!same) return false;
    if (holds(&due, i) || p->model.now_ms < w->planned_ms) continue;
    size_t decisions;
    text = model_text(p, i, &decisions, NULL);
    text[decisions] = '\0';
    char kept = w->text[w->decisions];
    w->text[w->decisions] = '\0';
    same = same_texts(p, w, "is not listed, and decides what it would no longer", w->text, text);
    w->text[w->decisions] = kept;
    free(text);
    if (!same) return false;
  }
  return true;
}

/* ---- events ---- */

/* The back-offs of the last plan are passed as they stand there. */
static const dset_backoff *backoffs_of(const player *p, const script_event *event) {
  const watched *w = NULL;
  for (size_t i = 0; i < p->count; i++) {
    if (model_same(p->watched[i].ns, event->ns) && model_same(p->watched[i].name, event->name)) w = &p->watched[i];
  }
  if (w == NULL || w->plan == NULL || dset_plan_backoff_count(w->plan) != event->backoff_count) return event->backoffs;
  for (size_t i = 0; i < event->backoff_count; i++) {
    const dset_backoff *a = dset_plan_backoff(w->plan, i);
    const dset_backoff *b = &event->backoffs[i];
    if (a->delay_ms != b->delay_ms || a->last_ms != b->last_ms || !model_same(a->node, b->node)) return event->backoffs;
  }
  return dset_plan_backoff(w->plan, 0);
}

static int call(const player *p, const script_event *event, dset_error *error) {
  if (event->kind != SCRIPT_PUT_BACKOFFS || backoffs_of(p, event) == event->backoffs) {
    return play_event(p->cluster, event, error);
  }
  return dset_cluster_put_backoffs(p->cluster, event->ns, event->name, backoffs_of(p, event), event->backoff_count,
                                   error);
}

static bool removes(const script_event *event) {
  return event->kind >= SCRIPT_REMOVE_NODE && event->kind <= SCRIPT_REMOVE_DAEMONSET;
}

/* Whether the event puts what is there already. */
static bool says_nothing(const player *p, const script_event *event, bool *known) {
  script_event before;
  *known = model_present(&p->model, event, &before);
  if (event->kind == SCRIPT_TIME || (removes(event) && !*known)) return true;
  if (removes(event) || !*known) return false;
  dset_buffer texts[2];
  dset_buffer_init(&texts[0], NULL);
  dset_buffer_init(&texts[1], NULL);
  script_write_event(&texts[0], &before);
  script_write_event(&texts[1], event);
  bool same = strcmp(texts[0].bytes, texts[1].bytes) == 0;
  dset_buffer_clear(&texts[0]);
  dset_buffer_clear(&texts[1]);
  return same;
}

/* An event is counted once if it changed something; the order of a list may or may not be something. */
static bool check_counted(player *p, uint64_t events, bool nothing, bool surely) {
  uint64_t counted = dset_cluster_counters_of(p->cluster)->events - events;
  if (counted > (nothing ? 0 : 1)) return broken(p, "%" PRIu64 " events are counted", counted);
  return counted == 1 || !surely || broken(p, "the event is not counted");
}

static bool play(player *p, const script_event *event, size_t number) {
  bool known;
  bool nothing = says_nothing(p, event, &known);
  bool surely = !nothing && (removes(event) || !known);
  for (size_t i = 0; i < p->count; i++) {
    const model_daemonset *daemonset = present(p, i);
    p->watched[i].touched = daemonset != NULL && model_touches(&p->model, event, daemonset);
  }
  uint64_t events = dset_cluster_counters_of(p->cluster)->events;
  dset_error error = {0};
  int code = call(p, event, &error);
  int wanted = model_apply(&p->model, event);
  if (code != wanted)
    return broken(p, "%s (%s: %s) instead of %s", dset_code_name(code), error.path, error.text, dset_code_name(wanted));
  if (event->kind == SCRIPT_PUT_DAEMONSET && code == DSET_OK) {
    p->watched[watch(p, event->ns, event->name)].touched = true;
  }
  if (event->kind == SCRIPT_REMOVE_DAEMONSET) forget_plan(&p->watched[watch(p, event->ns, event->name)]);
  nothing |= code != DSET_OK;
  if (!check_counted(p, events, nothing, surely && !nothing)) return false;
  listing due;
  if (!check_dirty(p, nothing) || !check_due(p, &due) || !check_next(p)) return false;
  return make_plans(p, event, number, &due) && check_next(p);
}

static bool law(const script *s, char *why, size_t bytes, size_t *failed) {
  player p = {.why = why, .bytes = bytes};
  if (dset_cluster_new(&s->options, &p.cluster, NULL) != DSET_OK) return false;
  model_init(&p.model, &s->options);
  bool good = true;
  for (size_t i = 0; good && i < s->count; i++) {
    *failed = i;
    good = play(&p, &s->events[i], i);
    if (good && (i % SCAN_EVERY == 0 || s->count <= SHORT)) good = check_sound(&p);
  }
  for (size_t i = 0; i < p.count; i++) free(p.watched[i].text);
  model_clear(&p.model);
  dset_cluster_free(p.cluster);
  return good;
}

/* ---- running it ---- */

static uint64_t number_from(const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  if (text == NULL || text[0] == '\0') return otherwise;
  char *end;
  uint64_t number = strtoull(text, &end, 10);
  ck_assert_msg(*end == '\0', "%s is not a number: %s", variable, text);
  return number;
}

static void report(script *s, uint64_t seed) {
  char why[WHY_BYTES] = "";
  char path[512];
  const char *folder = getenv("DSET_CLUSTER_DIR");
  uint64_t failing = s->seed;
  script_shrink(s, law, why, sizeof why);
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  script_write(&text, s);
  dset_buffer_format(&text, "%s\n", why);
  snprintf(path, sizeof path, "%s/cluster-law-%" PRIu64 ".txt", folder == NULL ? "build" : folder, failing);
  FILE *file = fopen(path, "w");
  if (file != NULL) fputs(text.bytes, file);
  if (file != NULL) fclose(file);
  fprintf(stderr, "%s", text.bytes);
  ck_abort_msg("DSET_CLUSTER_SEED=%" PRIu64 ", script %" PRIu64 ": %zu events are left, in %s: %s", seed, failing,
               s->count, path, why);
}

/* In this process where Check must not fork, as debuggers and valgrind want it. */
static bool hold(const script *s) {
  static char why[WHY_BYTES];
  const char *forks = getenv("CK_FORK");
  size_t failed = 0;
  if (forks == NULL || strcmp(forks, "no") != 0) return script_try(s, law, false, why, sizeof why, &failed);
  bool good = law(s, why, sizeof why, &failed);
  ck_assert_msg(good, "script %" PRIu64 ", event %zu: %s", s->seed, failed, why);
  return good;
}

/* Most scripts are short; now and then one is long, for what only grows. */
static size_t length_of(dset_random *random) {
  return random_once_in(random, 40) ? 10000 : 100 + random_below(random, 1400);
}

START_TEST(cluster_law_holds) {
  uint64_t seed = number_from("DSET_CLUSTER_SEED", SEED);
  uint64_t events = number_from("DSET_CLUSTER_EVENTS", EVENTS);
  dset_random random = random_from(seed);
  uint64_t played = 0;
  size_t scripts = 0;
  printf("note: cluster law: seed %" PRIu64 "\n", seed);
  while (played < events) {
    size_t length = length_of(&random);
    if (length > events - played) length = events - played;
    script *s = script_random(random_next(&random), length);
    if (!hold(s)) report(s, seed);
    played += s->count;
    scripts++;
    script_free(s);
  }
  printf("note: cluster law: %" PRIu64 " events in %zu scripts\n", played, scripts);
  fflush(stdout);
}
END_TEST

Suite *dset_suite_cluster_law(void);

Suite *dset_suite_cluster_law(void) {
  Suite *suite = suite_create("cluster_law");
  TCase *tcase = tcase_create("cluster_law");
  tcase_set_timeout(tcase, 0); /* the number of events is the caller's choice */
  tcase_add_test(tcase, cluster_law_holds);
  suite_add_tcase(suite, tcase);
  return suite;
}
