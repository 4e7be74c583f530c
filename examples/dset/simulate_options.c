/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate_options.c: the options of `dset simulate` alone, and the values that they and scripts are made of:
 *
 *   duration   500ms, 2s, 1m30s, 1h, 0
 *   span       a duration, or two: 3s..10s
 *   percent    10%, 0.5%; the sign may be left out
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

static const int64_t longest_ms = INT64_C(10) * 366 * 24 * HOUR_MS;

static const struct unit {
  const char *name;
  int64_t ms;
} units[] = {{"ms", 1}, {"s", SECOND_MS}, {"m", MINUTE_MS}, {"h", HOUR_MS}};

/* ---- values ---- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* One number with its unit at `*text`, which is moved behind it. */
static bool read_part(const char **text, int64_t *ms) {
  int64_t number = 0;
  if (!is_digit(**text)) return false;
  for (; is_digit(**text); ++*text) {
    number = number * 10 + (**text - '0');
    if (number > longest_ms) return false;
  }
  size_t letters = strspn(*text, "mhs");
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (strlen(units[i].name) != letters || strncmp(*text, units[i].name, letters) != 0) continue;
    *text += letters;
    *ms += number > longest_ms / units[i].ms ? longest_ms + 1 : number * units[i].ms;
    return *ms <= longest_ms;
  }
  return false;
}

/* The duration that stands between `text` and `end`. */
static bool read_until(const char *text, const char *end, int64_t *ms) {
  *ms = 0;
  if (end == text + 1 && *text == '0') return true;
  do {
    if (!read_part(&text, ms)) return false;
  } while (text < end);
  return text == end;
}

bool read_duration(const char *text, int64_t *ms) {
  return read_until(text, text + strlen(text), ms);
}

bool read_span(const char *text, dset_span *span) {
  const char *dots = strstr(text, "..");
  if (dots == NULL) {
    bool good = read_duration(text, &span->least_ms);
    span->most_ms = span->least_ms;
    return good;
  }
  return read_until(text, dots, &span->least_ms) && read_duration(dots + 2, &span->most_ms) &&
         span->least_ms <= span->most_ms;
}

bool read_per_mille(const char *text, uint32_t *per_mille) {
  uint32_t number = 0;
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || digits > 3) return false;
  for (size_t i = 0; i < digits; i++) number = number * 10 + (uint32_t)(text[i] - '0');
  text += digits;
  number *= 10;
  if (text[0] == '.') {
    if (!is_digit(text[1])) return false;
    number += (uint32_t)(text[1] - '0');
    text += 2;
  }
  if (text[0] == '%') text++;
  *per_mille = number;
  return text[0] == '\0' && number <= 1000;
}

char *duration_text(int64_t ms) {
  int hours = (int)(ms / HOUR_MS), minutes = (int)(ms / MINUTE_MS % 60), seconds = (int)(ms / SECOND_MS % 60);
  char h[16] = "", m[16] = "", s[16] = "";
  if (ms > 0 && ms < SECOND_MS) return format("%dms", (int)ms);
  if (hours > 0) snprintf(h, sizeof h, "%dh", hours);
  if (minutes > 0) snprintf(m, sizeof m, "%dm", minutes);
  int length = snprintf(s, sizeof s, "%d.%03d", seconds, (int)(ms % SECOND_MS));
  while (s[length - 1] == '0') length--; /* of "1.500" the last two digits say nothing, */
  if (s[length - 1] == '.') length--;    /* and of "1.000" all behind the 1 */
  bool none = ms % MINUTE_MS == 0 && ms != 0;
  return none ? format("%s%s", h, m) : format("%s%s%.*ss", h, m, length, s);
}

/* ---- options; each returns 0, or an exit code ---- */

static int bad_value(const char *option, const char *needs, const char *value) {
  char *text = format("%s needs %s, not ", option, needs);
  int result = usage(text, value);
  free(text);
  return result;
}

static int take_duration(const char *option, const char *value, int64_t *ms) {
  return read_duration(value, ms) ? 0 : bad_value(option, "a duration such as 30s or 1m30s", value);
}

static int take_span(const char *option, const char *value, dset_span *span) {
  return read_span(value, span) ? 0 : bad_value(option, "a duration such as 2s, or two such as 3s..10s", value);
}

static int take_seed(struct simulated *simulated, const char *value) {
  char *end;
  errno = 0;
  simulated->seed = strtoull(value, &end, 10);
  return is_digit(value[0]) && *end == '\0' && errno == 0 ? 0 : bad_value("--seed", "a number from 0 on", value);
}

static int take_slow(struct simulated *simulated, const char *value) {
  struct slow slow = {.text = value, .node_length = strcspn(value, "=")};
  const char *span = value + slow.node_length;
  if (slow.node_length == 0 || *span == '\0' || !read_span(span + 1, &slow.ready))
    return bad_value("--slow", "a node and a duration such as n1=30s or n1=10s..1m", value);
  simulated->slow = need(realloc(simulated->slow, (simulated->slow_count + 1) * sizeof *simulated->slow));
  simulated->slow[simulated->slow_count++] = slow;
  return 0;
}

static int take_never_ready(struct simulated *simulated, const char *value) {
  size_t count = simulated->never_ready_count;
  if (value[0] == '\0') return bad_value("--never-ready", "the name of a node", "an empty one");
  simulated->never_ready = need(realloc(simulated->never_ready, (count + 1) * sizeof *simulated->never_ready));
  simulated->never_ready[simulated->never_ready_count++] = value;
  return 0;
}

static int take_wake(struct simulated *simulated, const char *value) {
  bool kubernetes = strcmp(value, "kubernetes") == 0;
  if (!kubernetes && strcmp(value, "library") != 0) return bad_value("--wake", "library or kubernetes", value);
  simulated->controller = kubernetes ? DSET_CONTROLLER_KUBERNETES : DSET_CONTROLLER_LIBRARY;
  return 0;
}

static int take_fail(struct simulated *simulated, const char *value) {
  bool good = read_per_mille(value, &simulated->fail_per_mille);
  return good ? 0 : bad_value("--fail", "a percentage such as 10% or 0.5%", value);
}

static int take_until(struct simulated *simulated, const char *value) {
  int result = take_duration("--until", value, &simulated->until_ms);
  return result == 0 && simulated->until_ms == 0 ? bad_value("--until", "more than no time", value) : result;
}

int simulated_take(struct simulated *simulated, const char *option, const char *value) {
  if (strcmp(option, "--update") == 0) {
    simulated->update = value;
    return 0;
  }
  if (strcmp(option, "--script") == 0) {
    simulated->script = value;
    return 0;
  }
  if (strcmp(option, "--update-at") == 0) return take_duration(option, value, &simulated->update_at_ms);
  if (strcmp(option, "--start") == 0) return take_span(option, value, &simulated->start);
  if (strcmp(option, "--ready") == 0) return take_span(option, value, &simulated->ready);
  if (strcmp(option, "--stop") == 0) return take_span(option, value, &simulated->stop);
  if (strcmp(option, "--until") == 0) return take_until(simulated, value);
  if (strcmp(option, "--fail") == 0) return take_fail(simulated, value);
  if (strcmp(option, "--slow") == 0) return take_slow(simulated, value);
  if (strcmp(option, "--never-ready") == 0) return take_never_ready(simulated, value);
  if (strcmp(option, "--wake") == 0) return take_wake(simulated, value);
  return take_seed(simulated, value);
}

void simulated_set_defaults(struct simulated *simulated) {
  static const dset_span usual = {SECOND_MS, SECOND_MS};
  *simulated = (struct simulated){.update_at_ms = -1,
                                  .until_ms = 24 * HOUR_MS,
                                  .start = usual,
                                  .ready = usual,
                                  .stop = usual,
                                  .delays = {.size = sizeof simulated->delays},
                                  .faults = {.size = sizeof simulated->faults}};
}

void simulated_free(struct simulated *simulated) {
  free(simulated->never_ready);
  free(simulated->slow);
  free(simulated->rules);
  free(simulated->changes);
}
