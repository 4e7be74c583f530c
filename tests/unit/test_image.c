/* SPDX-License-Identifier: Apache-2.0 */
/* test_image.c: L5: A9. What the rows expect is what Kubernetes' own parser of image names gives. */
#include <string.h>

#include "image.h"
#include "support/build.h"

static const char always[] = "Always";
static const char absent[] = "IfNotPresent";

#define SUM32 "0123456789abcdef0123456789abcdef"
#define SUM64 SUM32 SUM32
#define SUM96 SUM64 SUM32
#define SUM128 SUM64 SUM64

static const struct {
  const char *reference;
  const char *policy;
} policy_rows[] = {
    /* the table of A9 */
    {"nginx", always},
    {"nginx:1.2", absent},
    {"nginx:latest", always},
    {"Reg/UPPER", absent},
    {"reg:5000/x", always},
    {"reg:5000/x@sha256:" SUM64, absent},
    {"x:latest@sha256:" SUM64, always},
    {"", absent},
    /* tags */
    {"x:Latest", absent},
    {"x:latest ", absent},
    {"x:lates", absent},
    {"x:latest1", absent},
    {"x:_a", absent},
    {"x:.a", absent},
    {"x:-a", absent},
    {"x:", absent},
    {"x:a:b", absent},
    {"x:A_.-9", absent},
    {"x:a+b", absent},
    {"a/b:latest", always},
    {"a/b:latest/c", absent},
    {"latest", always},
    {"a:5000", absent},
    {"localhost:5000", absent},
    /* digests */
    {"x@sha256:" SUM64, absent},
    {"x:1@sha256:" SUM64, absent},
    {"x@sha384:" SUM96, absent},
    {"x:latest@sha384:" SUM96, always},
    {"x:latest@sha512:" SUM128, always},
    {"x:latest@sha256:123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", absent},
    {"x:latest@sha256:" SUM64 "0", absent},
    {"x:latest@sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", absent},
    {"x:latest@SHA256:" SUM64, absent},
    {"x:latest@sha512:" SUM64, absent},
    {"x:latest@md5:0123456789abcdef0123456789abcdef", absent},
    {"x:latest@sha256+b64:" SUM64, absent},
    {"x:latest@sha256", absent},
    {"x:latest@", absent},
    {"x@", absent},
    {"@sha256:" SUM64, absent},
    {"x:latest@sha256:" SUM64 "@sha256:" SUM64, absent},
    /* paths */
    {"a/b/c", always},
    {"a.b", always},
    {"a_b", always},
    {"a__b", always},
    {"a---b", always},
    {"a..b", absent},
    {"a___b", absent},
    {"a._b", absent},
    {"a.", absent},
    {"-a", absent},
    {"a-", absent},
    {"_a", absent},
    {"a//b", absent},
    {"/a", absent},
    {"a/", absent},
    {"a/B", absent},
    {"A", absent},
    {"a b", absent},
    {"a/\xC3\xA9", absent},
    {"0", always},
    {"a\n", absent},
    /* domains */
    {"docker.io/x", always},
    {"index.docker.io/x", always},
    {"docker.io/library/x", always},
    {"localhost/x", always},
    {"LOCALHOST/x", always},
    {"Reg/x", always},
    {"reg.io/a/b", always},
    {"reg.io:5000/x", always},
    {"reg.io:/x", absent},
    {"reg.io:a/x", absent},
    {"reg:5000:1/x", absent},
    {"127.0.0.1/x", always},
    {"a-.b/x", absent},
    {"-a.b/x", absent},
    {"a..b/x", absent},
    {".a/x", absent},
    {"a./x", absent},
    {"a_b.c/x", always},
    {"a_b.C/x", absent},
    {"my_reg/x", always},
    {"my_Reg/x", absent},
    {"reg.io/X", absent},
    {"reg.io//x", absent},
    {"reg.io/", absent},
    /* IPv6 */
    {"[::1]/x", always},
    {"[::1]:5000/x", always},
    {"[FE80::1]/x", always},
    {"[]/x", absent},
    {"[::1/x", absent},
    {"[::1]x/x", absent},
    {"[::1]:/x", absent},
    {"[fe80::1%eth0]/x", absent},
    {"[::1]", absent},
    /* what looks like an id */
    {SUM64, absent},
    {"123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", always},
    {SUM64 "0", always},
    {"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", absent},
    {SUM64 ":latest", always},
    {"x/" SUM64, always},
    {"1111111111111111111111111111111111111111111111111111111111111111", absent},
};

START_TEST(image_policy) {
  const char *reference = policy_rows[_i].reference;
  ck_assert_msg(strcmp(dset_image_pull_policy(reference), policy_rows[_i].policy) == 0, "\"%s\"", reference);
}
END_TEST

START_TEST(image_null) {
  ck_assert_str_eq(dset_image_pull_policy(NULL), absent);
}
END_TEST

/* A path has at most 255 bytes, `library/` of docker.io included, but not the domain. */
static const struct {
  const char *before;
  char letter; /* of which there may be so many */
  size_t most;
  const char *after;
} length_rows[] = {
    {"", 'a', 247, ""},
    {"", 'a', 247, ":latest"},
    {"docker.io/", 'a', 247, ""},
    {"index.docker.io/", 'a', 247, ""},
    {"docker.io/a/", 'a', 253, ""},
    {"a/", 'a', 253, ""},
    {"reg:5000/", 'a', 255, ""},
    {"Reg/", 'a', 255, ""},
    {"localhost/", 'a', 255, ""},
    {"[::1]:5000/", 'a', 255, ""},
    {"a_b.c/", 'a', 249, ""}, /* no domain, and so a part of the path */
};

static bool is_read(size_t row, size_t letters) {
  char text[600] = "";
  strcpy(text, length_rows[row].before);
  size_t at = strlen(text);
  memset(text + at, length_rows[row].letter, letters);
  strcpy(text + at + letters, length_rows[row].after);
  return strcmp(dset_image_pull_policy(text), always) == 0;
}

START_TEST(image_length) {
  size_t row = (size_t)_i, most = length_rows[row].most;
  ck_assert_msg(is_read(row, most), "%s: %zu", length_rows[row].before, most);
  ck_assert_msg(!is_read(row, most + 1), "%s: %zu", length_rows[row].before, most + 1);
}
END_TEST

Suite *dset_suite_image(void);

Suite *dset_suite_image(void) {
  Suite *suite = suite_create("image");
  TCase *tcase = tcase_create("image");
  ADD_ROWS(tcase, image_policy, policy_rows);
  tcase_add_test(tcase, image_null);
  ADD_ROWS(tcase, image_length, length_rows);
  suite_add_tcase(suite, tcase);
  return suite;
}
