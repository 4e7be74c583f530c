/* SPDX-License-Identifier: Apache-2.0 */
/* token.c (L5): the smallest parts of JSON, see token.h. */
#include "token.h"

#include <string.h>

#include "scalar.h"
#include "text.h"

/* __SSE2__ is of gcc and clang; DSET_PORTABLE lets tests have the other way on any machine. */
#if defined(__SSE2__) && !defined(DSET_PORTABLE)
#include <emmintrin.h>
#define HAS_SSE2 1
#else
#define HAS_SSE2 0
#endif

/* ---- escapes ---- */

/* The four hexadecimal digits at `at`, or -1. */
static long read_hex(const char *at, const char *end) {
  long code = 0;
  for (int i = 0; i < 4; i++) {
    char c = at + i < end ? at[i] : '\0';
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

static size_t refuse_escape(dset_token_fault *fault, int code, const char *at, const char *text) {
  *fault = (dset_token_fault){code, text, at};
  return 0;
}

size_t dset_token_escape(const char *at, const char *end, dset_token_fault *fault) {
  static const char short_escapes[] = "\"\\/bfnrt";
  if (at + 1 < end && memchr(short_escapes, at[1], sizeof short_escapes - 1) != NULL) return 2;
  if (at + 1 == end || at[1] != 'u') {
    return refuse_escape(fault, DSET_ERR_SYNTAX, at, "this '\\' starts no escape of JSON");
  }
  long code = read_hex(at + 2, end);
  if (code < 0) return refuse_escape(fault, DSET_ERR_SYNTAX, at, "expected four hexadecimal digits behind '\\u'");
  if (code == 0) return refuse_escape(fault, DSET_ERR_ENCODING, at, "a string holds an escaped NUL");
  if (code < 0xD800 || code > 0xDFFF) return 6;
  bool pair = code < 0xDC00 && end - at >= 12 && at[6] == '\\' && at[7] == 'u';
  long low = pair ? read_hex(at + 8, end) : -1;
  if (low >= 0xDC00 && low <= 0xDFFF) return 12;
  return refuse_escape(fault, DSET_ERR_SYNTAX, at, "this half of a surrogate pair lacks the other half");
}

static size_t encode(long code, char out[4]) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = length - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(lead[length] | (unsigned)code);
  return length;
}

size_t dset_token_decode(const char **at, const char *end, char out[4]) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  out[0] = *(*at)++;
  if (out[0] != '\\') return 1;
  out[0] = *(*at)++;
  const char *control = strchr(from, out[0]);
  if (control != NULL) out[0] = to[control - from];
  if (out[0] != 'u') return 1;
  long code = read_hex(*at, end);
  *at += 4;
  if (code >= 0xD800 && code <= 0xDFFF) {
    code = 0x10000 + ((code - 0xD800) << 10) + (read_hex(*at + 2, end) - 0xDC00);
    *at += 6;
  }
  return encode(code, out);
}

/* ---- numbers ---- */

static bool skip_digits(const char **at, const char *end) {
  if (!dset_token_digit(*at, end)) return false;
  while (dset_token_digit(*at, end)) (*at)++;
  return true;
}

/* Goes over a fraction and an exponent, which make a number real; false when one lacks its digits. */
static bool skip_real(const char **at, const char *end, bool *real) {
  if (*at < end && **at == '.') {
    *real = true;
    (*at)++;
    if (!skip_digits(at, end)) return false;
  }
  if (*at < end && (**at == 'e' || **at == 'E')) {
    *real = true;
    (*at)++;
    if (*at < end && (**at == '+' || **at == '-')) (*at)++;
    if (!skip_digits(at, end)) return false;
  }
  return true;
}

const char *dset_token_read_number(const char *at, const char *end, dset_token_number *number,
                                   dset_token_fault *fault) {
  const char *begin = at;
  *number = (dset_token_number){0};
  if (*at == '-') at++;
  if (at < end && *at == '0' && dset_token_digit(at + 1, end)) {
    *fault = (dset_token_fault){DSET_ERR_SYNTAX, "a number of JSON does not start with 0", begin};
    return NULL;
  }
  if (!skip_digits(&at, end) || !skip_real(&at, end, &number->real)) {
    *fault = (dset_token_fault){DSET_ERR_SYNTAX, NULL, at};
    return NULL;
  }
  size_t length = (size_t)(at - begin);
  /* An integer beyond int64 is a real, as kubectl and the clients of the API server read it. */
  if (!number->real) number->real = !dset_text_to_int64(begin, length, &number->integer);
  if (number->real && !dset_scalar_real(begin, length, &number->value)) {
    *fault = (dset_token_fault){DSET_ERR_RANGE, "this number is beyond a 64-bit real", begin};
    return NULL;
  }
  return at;
}

/* ---- strings ---- */

static bool is_plain(char c) {
  unsigned char byte = (unsigned char)c;
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
 * Eight bytes at a time. With ONES in front, (x - ONES * n) has the high bit of each byte that is below n, and of some
 * behind the first such byte; so what is found is looked at once more, byte by byte.
 */
const char *dset_token_plain_portable(const char *at, const char *end) {
  const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    if (((word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & high) != 0) break;
    at += 8;
  }
  while (at < end && is_plain(*at)) at++;
  return at;
}

const char *dset_token_plain(const char *at, const char *end) {
#if HAS_SSE2
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), blank = _mm_set1_epi8(0x20);
  for (; end - at >= 16; at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    stop = _mm_or_si128(stop, _mm_cmplt_epi8(bytes, blank)); /* signed: what is beyond ASCII, too */
    int found = _mm_movemask_epi8(stop);
    if (found != 0) return at + __builtin_ctz((unsigned)found);
  }
#endif
  return dset_token_plain_portable(at, end);
}
