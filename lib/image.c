/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.c (L5): references of container images, by the grammar of Docker's registries:
 *
 *   reference   [domain "/"] path [":" tag] ["@" digest]; not 64 hexadecimal digits, which would be an image's id
 *   domain      host [":" digits]; host: words of letters, digits and inner "-", joined by "."; or "[" IPv6 "]"
 *   path        parts joined by "/", at most 255 bytes; part: runs of a-z and 0-9, joined by "." "_" "__" or "-"...
 *   digest      sha256, sha384 or sha512, ":", and as many digits 0-9 a-f as that has
 *
 * What stands before the first "/" may be a domain or a part of the path:
 *
 *   localhost; holds "." ":" or an upper case letter    a domain, and if it cannot be one, a part of the path
 *   anything else                                       a part of the path; the domain is docker.io
 *
 * On docker.io a path of one part has the part `library` before it.
 *
 *   tag       digest    policy
 *   latest    any       Always
 *   none      none      Always
 *   none      any       IfNotPresent
 *   other     any       IfNotPresent, so that it does not matter whether it is a tag
 *   what is no reference: IfNotPresent
 */
#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "text.h"

enum { LONGEST_PATH = 255, ID_DIGITS = 64 };

/* A part of the reference; `at` moves towards `end` as it is read. */
typedef struct slice {
  const char *at;
  const char *end;
} slice;

static size_t length(slice s) {
  return (size_t)(s.end - s.at);
}

static bool equal(slice s, const char *text) {
  return length(s) == strlen(text) && memcmp(s.at, text, length(s)) == 0;
}

/* Cuts `s` at the first `separator`, which belongs to neither part. False when there is none. */
static bool cut(slice *s, char separator, slice *rest) {
  const char *found = memchr(s->at, separator, length(*s));
  if (found == NULL) return false;
  *rest = (slice){found + 1, s->end};
  s->end = found;
  return true;
}

/* Moves over the characters of a set and says how many they are. */
static size_t run(slice *s, const char *set) {
  const char *start = s->at;
  while (s->at < s->end && memchr(set, *s->at, strlen(set)) != NULL) s->at++;
  return (size_t)(s->at - start);
}

#define DIGITS "0123456789"
#define LOWER DIGITS "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HEXADECIMAL DIGITS "abcdef"

/* Nothing but so many lower case hexadecimal digits. */
static bool is_hexadecimal(slice s, size_t digits) {
  return run(&s, HEXADECIMAL) == digits && length(s) == 0;
}

/* ---- path, digest ---- */

static bool is_path_part(slice s) {
  for (;;) {
    if (run(&s, LOWER) == 0) return false;
    if (length(s) == 0) return true;
    slice joint = s;
    if (run(&s, "-") > 0) continue;
    run(&s, "._");
    joint.end = s.at;
    if (!equal(joint, ".") && !equal(joint, "_") && !equal(joint, "__")) return false;
  }
}

static bool is_path(slice s) {
  slice rest;
  for (; cut(&s, '/', &rest); s = rest) {
    if (!is_path_part(s)) return false;
  }
  return is_path_part(s);
}

static bool is_digest(slice s) {
  static const struct {
    const char *name;
    size_t digits;
  } algorithms[] = {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}};
  slice sum;
  if (!cut(&s, ':', &sum)) return false;
  for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
    if (equal(s, algorithms[i].name)) return is_hexadecimal(sum, algorithms[i].digits);
  }
  return false;
}

/* ---- domain ---- */

static bool is_port(slice s) {
  return run(&s, DIGITS) > 0 && length(s) == 0;
}

static bool is_host_word(slice s) {
  size_t bytes = length(s);
  if (bytes == 0 || *s.at == '-' || s.end[-1] == '-') return false;
  return run(&s, LOWER UPPER "-") == bytes;
}

static bool is_domain(slice s) {
  slice rest;
  if (length(s) > 0 && *s.at == '[') {
    s.at++;
    if (run(&s, HEXADECIMAL "ABCDEF:") == 0 || length(s) == 0 || *s.at != ']') return false;
    s.at++;
    return length(s) == 0 || (cut(&s, ':', &rest) && length(s) == 0 && is_port(rest));
  }
  if (cut(&s, ':', &rest) && !is_port(rest)) return false;
  for (; cut(&s, '.', &rest); s = rest) {
    if (!is_host_word(s)) return false;
  }
  return is_host_word(s);
}

static bool looks_like_domain(slice s) {
  if (equal(s, "localhost")) return true;
  for (; s.at < s.end; s.at++) {
    if (memchr(".:" UPPER, *s.at, sizeof ".:" UPPER - 1) != NULL) return true;
  }
  return false;
}

/* ---- the whole ---- */

/* Whether `name`, without tag and digest, is a domain and a path. */
static bool is_name(slice name) {
  slice domain = name, path;
  bool split = cut(&domain, '/', &path);
  if (!split || !looks_like_domain(domain)) {
    size_t bytes = length(name) + (split ? 0 : strlen("library/"));
    return is_path(name) && bytes <= LONGEST_PATH;
  }
  if (!is_domain(domain)) return is_path(name) && length(name) <= LONGEST_PATH;
  bool hub = equal(domain, "docker.io") || equal(domain, "index.docker.io");
  size_t bytes = length(path) + (hub && memchr(path.at, '/', length(path)) == NULL ? strlen("library/") : 0);
  return is_path(path) && bytes <= LONGEST_PATH;
}

/* The colon before the tag: the first one behind the last "/". */
static bool cut_tag(slice *name, slice *tag) {
  slice last = *name, rest;
  while (cut(&last, '/', &rest)) last = rest;
  if (!cut(&last, ':', tag)) return false;
  name->end = last.end;
  return true;
}

const char *dset_image_pull_policy(const char *reference) {
  static const char always[] = "Always";
  static const char absent[] = "IfNotPresent";
  const char *text = dset_text_or_empty(reference);
  slice name = {text, text + strlen(text)}, tag = {0}, digest = {0};
  bool is_id = is_hexadecimal(name, ID_DIGITS);
  bool has_digest = cut(&name, '@', &digest);
  bool has_tag = cut_tag(&name, &tag);
  bool latest = has_tag ? equal(tag, "latest") : !has_digest;
  if (!latest || is_id || !is_name(name)) return absent;
  return !has_digest || is_digest(digest) ? always : absent;
}
