/* SPDX-License-Identifier: Apache-2.0 */
/* table.c: aligned columns for people. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dset.h"

struct table {
  const char *const *heads;
  size_t columns;
  char **cells; /* row by row */
  enum colour *colours;
  size_t rows;
};

void *need(void *memory) {
  if (memory != NULL) return memory;
  fputs("dset: out of memory\n", stderr);
  exit(EXIT_ERROR);
}

char *format(const char *pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  int length = vsnprintf(NULL, 0, pattern, arguments);
  va_end(arguments);
  char *text = need(malloc((size_t)(length < 0 ? 0 : length) + 1));
  va_start(arguments, pattern);
  vsnprintf(text, (size_t)(length < 0 ? 0 : length) + 1, pattern, arguments);
  va_end(arguments);
  return text;
}

/* Characters, for alignment: continuation bytes do not count. */
static int width(const char *text) {
  int characters = 0;
  for (; *text != '\0'; text++) characters += ((unsigned char)*text & 0xC0) != 0x80;
  return characters;
}

struct table *table_new(const char *const *heads, size_t columns) {
  struct table *made = need(calloc(1, sizeof *made));
  made->heads = heads;
  made->columns = columns;
  return made;
}

void table_add(struct table *table, enum colour colour, const char *const *cells) {
  size_t filled = table->rows * table->columns;
  table->cells = need(realloc(table->cells, (filled + table->columns) * sizeof *table->cells));
  table->colours = need(realloc(table->colours, (table->rows + 1) * sizeof *table->colours));
  for (size_t i = 0; i < table->columns; i++) table->cells[filled + i] = format("%s", cells[i]);
  table->colours[table->rows++] = colour;
}

static const char *cell(const struct table *table, size_t row, size_t column) {
  return table->cells[row * table->columns + column];
}

/* The last column is not padded, so that lines carry no trailing blanks. */
static void print_cell(FILE *file, const char *text, int columns, bool last) {
  fputs(text, file);
  if (!last) fprintf(file, "%*s", columns - width(text) + 3, "");
}

void table_print(const struct table *table, FILE *file, bool colour) {
  static const char *const codes[] = {"", "\033[32m", "\033[33m", "\033[31m"};
  int *widths = need(calloc(table->columns, sizeof *widths));
  for (size_t column = 0; column < table->columns; column++) {
    widths[column] = width(table->heads[column]);
    for (size_t row = 0; row < table->rows; row++) {
      int wide = width(cell(table, row, column));
      if (wide > widths[column]) widths[column] = wide;
    }
  }
  for (size_t column = 0; column < table->columns; column++) {
    print_cell(file, table->heads[column], widths[column], column + 1 == table->columns);
  }
  fputc('\n', file);
  for (size_t row = 0; row < table->rows; row++) {
    bool paint = colour && table->colours[row] != PLAIN;
    for (size_t column = 0; column < table->columns; column++) {
      if (paint && column == 0) fputs(codes[table->colours[row]], file);
      print_cell(file, cell(table, row, column), widths[column], column + 1 == table->columns);
      if (paint && column == 0) fputs("\033[0m", file);
    }
    fputc('\n', file);
  }
  free(widths);
}

void table_free(struct table *table) {
  for (size_t i = 0; i < table->rows * table->columns; i++) free(table->cells[i]);
  free(table->cells);
  free(table->colours);
  free(table);
}
