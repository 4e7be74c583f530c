/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hash.c: the hash of a template (G6 to G8). Rows and files were hashed by Kubernetes 1.37.2 itself. A file has a
 * DaemonSet and its hash on each line: tests/golden/hash.jsonl, or the one that DSET_HASH_FILE names.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "json.h"
#include "support/fault.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

static const dset_bounds bounds = {1 << 24, 1000, 1000000, false};

static json_t *load(const char *text) {
  dset_slice slice = {text, 0, strlen(text), 1, 1};
  json_t *root = NULL;
  size_t end;
  dset_error error;
  ck_assert_msg(dset_json_load(&slice, &bounds, NULL, &root, &end, &error) == DSET_OK, "%.200s: %s", text, error.text);
  return root;
}

/* A typed tree has no nulls and no empty lists; Go writes them where a field has no `omitempty`. */
static bool absent(const json_t *value) {
  return json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
}

static void prune(json_t *tree) {
  const char *key;
  json_t *value;
  size_t index;
  void *next;
  json_object_foreach_safe(tree, next, key, value) {
    if (absent(value)) {
      json_object_del(tree, key);
    } else {
      prune(value);
    }
  }
  json_array_foreach(tree, index, value) prune(value);
}

static void expect_hash(const char *what, const json_t *template, const json_t *collisions, const char *hash) {
  dset_arena scratch;
  char text[DSET_FNV_NAME_BYTES];
  dset_arena_init(&scratch, NULL);
  ck_assert(dset_hash_template(template, json_is_integer(collisions), (int32_t)json_integer_value(collisions), &scratch,
                               text));
  ck_assert_msg(strcmp(text, hash) == 0, "%s: got %s, want %s", what, text, hash);
  dset_arena_clear(&scratch);
}

/* ---- rows ---- */

typedef struct row {
  const char *template;
  const char *collisions; /* "null": none */
  const char *hash;
} row;

static const row rows[] = {
    /* G7 */
    {"{}", "null", "54f4c57dcb"},
    {"{}", "0", "98789f664"},
    {"{'metadata':{'labels':{}},'spec':{'volumes':[]}}", "null", "54f4c57dcb"},
    {"{'metadata':{'labels':{'name':'x'}},'spec':{'containers':[{'image':'foo/bar:1',"
     "'imagePullPolicy':'IfNotPresent','name':'c','resources':{},'terminationMessagePath':'/dev/termination-log',"
     "'terminationMessagePolicy':'File'}],'dnsPolicy':'ClusterFirst','restartPolicy':'Always',"
     "'schedulerName':'default-scheduler','securityContext':{},'terminationGracePeriodSeconds':30}}",
     "null", "5d8b89669d"},
    /* a map by key, in bytes */
    {"{'metadata':{'labels':{'b':'1','a':'','B':'2','a/b':'3','é':'4'}}}", "null", "6c86fccbb6"},
    /* strings as they are */
    {"{'metadata':{'annotations':{'x':'tab\\t<&> %s 日本'}}}", "null", "65c9c48459"},
    /* collision counts: every bit of it */
    {"{}", "-1", "6865669fbd"},
    /* and 256, of which only the second byte is set */
    {"{}", "256", "58658bdd59"},
    /* an empty struct behind a pointer is not none */
    {"{'spec':{'securityContext':{},'affinity':{}}}", "null", "74f46bdf5"},
    /* a list of structs, of strings, of numbers */
    {"{'spec':{'tolerations':[{'key':'a'},{'operator':'Exists'}],"
     "'securityContext':{'supplementalGroups':[1,-2,3]},'containers':[{'name':'c','args':['a','b']}]}}",
     "null", "7fd7b7cf8b"},
    /* a pointer to zero is not none */
    {"{'spec':{'priority':0,'runtimeClassName':'','hostUsers':false,'terminationGracePeriodSeconds':0}}", "null",
     "784dcf9fcc"},
    /* int or string, of both kinds and absent */
    {"{'spec':{'containers':[{'name':'c','livenessProbe':{'httpGet':{'port':80}},"
     "'readinessProbe':{'httpGet':{'port':'http'}},'startupProbe':{'tcpSocket':{}}}]}}",
     "null", "8b54488fb"},
    /* quantities that keep their text, and those that do not */
    {"{'spec':{'overhead':{'a':'1','b':'100m','c':'2Gi','d':'1e3','e':'1536Mi','f':'0','g':'-1500m','h':'1000Ki',"
     "'i':'15E'}}}",
     "null", "67f9c9597d"},
    /* quantities that no int64 holds */
    {"{'spec':{'overhead':{'a':'9223372036854775807','b':'123456789012345678901234567890',"
     "'c':'-1000000000000000000001','d':'7E'}}}",
     "null", "7b4b7ddd6b"},
    /* a quantity that was never set is sent as 0 */
    {"{'spec':{'containers':[{'name':'c','env':[{'name':'e',"
     "'valueFrom':{'resourceFieldRef':{'resource':'limits.cpu'}}}]}]}}",
     "null", "6d64599c99"},
    /* structs inside structs, inline ones too */
    {"{'spec':{'volumes':[{'name':'a','configMap':{'name':'m','items':[{'key':'k','path':'p'}]}},{'name':'b',"
     "'projected':{'sources':[{'serviceAccountToken':{'path':'t'}}]}}]}}",
     "null", "7569fdc9bf"},
    /* times, as a controller without a time zone reads them */
    {"{'metadata':{'creationTimestamp':'2026-03-01T12:00:00Z','deletionTimestamp':'1969-12-31T23:59:59Z'}}", "null",
     "584c799f5d"},
    /* what fields somebody managed, as JSON that Go wrote */
    {"{'metadata':{'managedFields':[{'manager':'m','time':'2026-03-01T12:00:00Z','fieldsV1':{'f:a':{'.':{},"
     "'f:<b>':{}}}}]}}",
     "null", "76bb78f788"},
};

START_TEST(hash_row) {
  const row *r = &rows[_i];
  char text[2048];
  ck_assert_uint_lt(strlen(r->template), sizeof text);
  strcpy(text, r->template);
  for (char *at = text; *at != '\0'; at++) {
    if (*at == '\'') *at = '"';
  }
  json_t *template = load(text);
  json_t *collisions = load(r->collisions);
  expect_hash(r->template, template, collisions, r->hash);
  json_decref(template);
  json_decref(collisions);
}
END_TEST

/* ---- files ---- */

/* False for a line about a manifest that Kubernetes cannot read: it has no hash. */
static bool expect_line(const char *text, size_t number) {
  char what[32];
  snprintf(what, sizeof what, "line %zu", number);
  json_t *line = load(text);
  if (json_object_get(line, "decodeError") != NULL) {
    json_decref(line);
    return false;
  }
  json_t *set = json_object_get(line, "daemonSet");
  json_t *template = json_object_get(json_object_get(set, "spec"), "template");
  const json_t *collisions = json_object_get(json_object_get(set, "status"), "collisionCount");
  const char *hash = json_string_value(json_object_get(line, "hash"));
  ck_assert_msg(json_is_object(template) && hash != NULL, "%s has no template or no hash", what);
  prune(template);
  expect_hash(what, template, collisions, hash);
  json_decref(line);
  return true;
}

static char *read_all(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "cannot open %s", path);
  ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
  long size = ftell(file);
  rewind(file);
  ck_assert_int_gt(size, 0);
  char *text = malloc((size_t)size + 1);
  ck_assert_ptr_nonnull(text);
  *length = fread(text, 1, (size_t)size, file);
  ck_assert_uint_eq(*length, (size_t)size);
  text[*length] = '\0';
  fclose(file);
  return text;
}

START_TEST(hash_file) {
  const char *path = getenv("DSET_HASH_FILE");
  size_t length;
  size_t count = 0;
  char *text = read_all(path == NULL ? "tests/golden/hash.jsonl" : path, &length);
  char *line = text;
  for (size_t number = 1; *line != '\0'; number++) {
    char *end = strchr(line, '\n');
    ck_assert_msg(end != NULL, "line %zu is cut", number);
    *end = '\0';
    if (expect_line(line, number)) count++;
    line = end + 1;
  }
  free(text);
  printf("hash: %zu templates\n", count);
  ck_assert_uint_gt(count, 0);
}
END_TEST

/* ---- failing allocations ---- */

START_TEST(hash_memory) {
  static const char template[] =
      "{\"metadata\":{\"labels\":{\"b\":\"1\",\"a\":\"2\"},\"managedFields\":[{\"fieldsV1\":{\"f:a\":{}}}]},"
      "\"spec\":{\"overhead\":{\"cpu\":\"123456789012345678901234567890\"}}}";
  json_t *tree = load(template);
  char text[DSET_FNV_NAME_BYTES];
  bool done = false;
  size_t failures = 0;
  for (size_t at = 0; !done; at++) {
    fault memory;
    dset_arena scratch;
    fault_init(&memory, at, _i == 0 ? FAULT_ONCE : FAULT_ON);
    dset_arena_init(&scratch, &memory.allocator);
    done = dset_hash_template(tree, false, 0, &scratch, text);
    ck_assert(done == (memory.asked <= at));
    if (!done) failures++;
    dset_arena_clear(&scratch);
    fault_expect_empty(&memory, "a hash");
  }
  ck_assert_uint_gt(failures, 1);
  json_decref(tree);
}
END_TEST

Suite *dset_suite_hash(void);

Suite *dset_suite_hash(void) {
  Suite *suite = suite_create("hash");
  TCase *tcase = tcase_create("hash");
  tcase_add_loop_test(tcase, hash_row, 0, COUNT(rows));
  tcase_add_test(tcase, hash_file);
  tcase_add_loop_test(tcase, hash_memory, 0, 2);
  suite_add_tcase(suite, tcase);
  return suite;
}
