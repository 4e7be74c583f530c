/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script_shrink.c: making a failing script smaller: cut behind the event that fails, leave out halves, quarters, ...
 * single events; then make what the rest puts plain, and its plans as few as they can be; until nothing helps any more.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"

enum { MAX_SECONDS = 120 }; /* a script that runs longer hangs */

/* ---- in a process of its own ---- */

static void try_in_child(const script *s, script_law *law, bool quiet, int out) {
  char why[4096] = "";
  size_t failed = 0;
  if (quiet && freopen("/dev/null", "w", stderr) == NULL) _exit(2);
  alarm(MAX_SECONDS);
  if (law(s, why, sizeof why, &failed)) _exit(0);
  if (write(out, &failed, sizeof failed) < 0 || write(out, why, strlen(why)) < 0) _exit(2);
  _exit(1);
}

bool script_try(const script *s, script_law *law, bool quiet, char *why, size_t bytes, size_t *failed) {
  int ends[2];
  fflush(NULL);
  if (pipe(ends) != 0) abort();
  pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    close(ends[0]);
    try_in_child(s, law, quiet, ends[1]);
  }
  close(ends[1]);
  *failed = s->count - 1;
  bool said = read(ends[0], failed, sizeof *failed) == (ssize_t)sizeof *failed;
  size_t length = 0;
  for (ssize_t got = 1; got > 0 && length + 1 < bytes; length += got > 0 ? (size_t)got : 0) {
    got = read(ends[0], why + length, bytes - 1 - length);
  }
  why[length] = '\0';
  close(ends[0]);
  int status;
  if (waitpid(child, &status, 0) != child) abort();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  if (said) return false;
  if (WIFSIGNALED(status)) {
    snprintf(why, bytes, "the process ended by signal %d%s", WTERMSIG(status),
             WTERMSIG(status) == SIGALRM ? ": it hung" : "");
  } else {
    snprintf(why, bytes, "the process ended with exit status %d", WEXITSTATUS(status));
  }
  return false;
}

/* ---- smaller ---- */

typedef struct shrinker {
  script *s;
  script_law *law;
  char *why;
  size_t bytes;
} shrinker;

/* Whether the script still fails; `why` says why then. What stands behind the event that fails goes. */
static bool fails(shrinker *k) {
  size_t failed;
  char *why = malloc(k->bytes);
  if (why == NULL) abort();
  bool holds = k->s->count == 0 || script_try(k->s, k->law, true, why, k->bytes, &failed);
  if (!holds) {
    memcpy(k->why, why, k->bytes);
    if (failed + 1 < k->s->count) k->s->count = failed + 1;
  }
  free(why);
  return !holds;
}

/* Leaves out `length` events from `first` on if the rest fails; what was planned behind them is planned before. */
static bool leave_out(shrinker *k, size_t first, size_t length) {
  script *s = k->s;
  enum script_plans plans = s->events[first + length - 1].plans;
  size_t count = s->count;
  script_event *before = malloc(count * sizeof *before);
  if (before == NULL) abort();
  memcpy(before, s->events, count * sizeof *before);
  memmove(&s->events[first], &s->events[first + length], (count - first - length) * sizeof *before);
  s->count -= length;
  if (first > 0 && s->events[first - 1].plans < plans) s->events[first - 1].plans = plans;
  bool good = fails(k);
  if (!good) {
    memcpy(s->events, before, count * sizeof *before);
    s->count = count;
  }
  free(before);
  return good;
}

/* From the end, where less depends on what is left out. */
static bool fewer_events(shrinker *k) {
  bool reduced = false;
  for (size_t length = k->s->count / 2; length > 0; length /= 2) {
    for (size_t end = k->s->count; end >= length && end > 0;) {
      if (end > k->s->count) end = k->s->count;
      if (end < length) break;
      bool left_out = leave_out(k, end - length, length);
      reduced |= left_out;
      end -= length;
    }
  }
  return reduced;
}

static bool fewer_plans(shrinker *k) {
  bool reduced = false;
  for (size_t i = 0; i < k->s->count; i++) {
    enum script_plans plans = k->s->events[i].plans;
    for (enum script_plans fewer = SCRIPT_PLAN_NONE; fewer < plans; fewer++) {
      k->s->events[i].plans = fewer;
      if (fails(k)) {
        reduced = true;
        break;
      }
      k->s->events[i].plans = plans;
    }
  }
  return reduced;
}

static char *event_text(const script_event *event) {
  dset_buffer text;
  dset_buffer_init(&text, NULL);
  script_write_event(&text, event);
  if (text.failed) abort();
  return text.bytes;
}

/* One simplification of one event. False: there is none of this number. */
static bool simplify(shrinker *k, size_t at, size_t kind, size_t index, bool *reduced) {
  script_event before = k->s->events[at];
  script_event after;
  trial *holder = script_copy_object(&before, &after);
  if (!trial_simplify(holder, kind, index)) {
    trial_free(holder);
    return false;
  }
  script_take_object(&after, holder);
  char *texts[] = {event_text(&before), event_text(&after)};
  *reduced = strcmp(texts[0], texts[1]) != 0;
  free(texts[0]);
  free(texts[1]);
  k->s->events[at] = after;
  if (*reduced) *reduced = fails(k);
  if (*reduced) {
    script_keep(k->s, holder);
  } else {
    k->s->events[at] = before;
    trial_free(holder);
  }
  return true;
}

static bool plainer_objects(shrinker *k) {
  bool any = false;
  for (size_t at = 0; at < k->s->count; at++) {
    for (size_t kind = 0; kind < TRIAL_SIMPLIFICATIONS; kind++) {
      bool reduced;
      for (size_t index = 0; at < k->s->count && simplify(k, at, kind, index, &reduced); index += !reduced)
        any |= reduced;
    }
  }
  return any;
}

static bool plainer_options(shrinker *k) {
  dset_options before = k->s->options;
  k->s->options = (dset_options){.size = sizeof before};
  bool same =
      before.burst == 0 && before.backoff_initial_ms == 0 && before.backoff_max_ms == 0 && !before.compare_tolerations;
  if (!same && fails(k)) return true;
  k->s->options = before;
  return false;
}

void script_shrink(script *s, script_law *law, char *why, size_t bytes) {
  shrinker k = {s, law, why, bytes};
  if (!fails(&k)) return;
  for (bool reduced = true; reduced;) {
    reduced = fewer_events(&k);
    reduced |= fewer_plans(&k);
    reduced |= plainer_options(&k);
    reduced |= plainer_objects(&k);
  }
}
