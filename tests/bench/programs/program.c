/* A file as people compile: tables, structures, loops, a parser. ROUND makes each compilation another one. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE 256
typedef struct entry {
  char *key;
  double value;
  struct entry *next;
} entry;
static entry *table[TABLE];

static unsigned hash(const char *key) {
  unsigned h = ROUND + 2166136261u;
  while (*key) h = (h ^ (unsigned char)*key++) * 16777619u;
  return h % TABLE;
}
static entry *find(const char *key, int make) {
  entry **at = &table[hash(key)];
  for (; *at; at = &(*at)->next)
    if (strcmp((*at)->key, key) == 0) return *at;
  if (!make) return NULL;
  *at = calloc(1, sizeof **at);
  (*at)->key = strdup(key);
  return *at;
}

static const char *input;
static double expression(void);
static double factor(void) {
  while (isspace((unsigned char)*input)) input++;
  if (*input == '(') {
    input++;
    double value = expression();
    if (*input == ')') input++;
    return value;
  }
  if (*input == '-') return input++, -factor();
  if (isdigit((unsigned char)*input)) {
    char *end;
    double value = strtod(input, &end);
    input = end;
    return value;
  }
  char name[32];
  size_t length = 0;
  while (isalpha((unsigned char)*input) && length < sizeof name - 1) name[length++] = *input++;
  name[length] = 0;
  if (length == 0 && *input) input++;
  entry *known = find(name, 0);
  return known ? known->value : 0;
}
static double term(void) {
  double value = factor();
  for (;;) {
    while (isspace((unsigned char)*input)) input++;
    if (*input == '*') input++, value *= factor();
    else if (*input == '/') input++, value /= factor();
    else return value;
  }
}
static double expression(void) {
  double value = term();
  for (;;) {
    while (isspace((unsigned char)*input)) input++;
    if (*input == '+') input++, value += term();
    else if (*input == '-') input++, value -= term();
    else return value;
  }
}

#define KERNEL(type, name)                                                        \
  static void name(type *restrict to, const type *restrict from, int rows, int columns) { \
    for (int row = 1; row < rows - 1; row++)                                      \
      for (int column = 1; column < columns - 1; column++) {                      \
        const type *at = from + row * columns + column;                           \
        to[row * columns + column] = (at[-1] + at[1] + at[-columns] + at[columns]) / 4 + (type)ROUND; \
      }                                                                           \
  }
KERNEL(float, spread_float)
KERNEL(double, spread_double)
KERNEL(int32_t, spread_int)
KERNEL(uint16_t, spread_short)

static int by_value(const void *a, const void *b) {
  const entry *one = *(entry *const *)a, *other = *(entry *const *)b;
  return (one->value > other->value) - (one->value < other->value);
}
int main(int argc, char **argv) {
  static float f[2][64 * 64];
  static double d[2][64 * 64];
  static int32_t n[2][64 * 64];
  static uint16_t s[2][64 * 64];
  for (int i = 0; i < 100; i++) {
    spread_float(f[(i + 1) & 1], f[i & 1], 64, 64);
    spread_double(d[(i + 1) & 1], d[i & 1], 64, 64);
    spread_int(n[(i + 1) & 1], n[i & 1], 64, 64);
    spread_short(s[(i + 1) & 1], s[i & 1], 64, 64);
  }
  entry *all[TABLE];
  size_t count = 0;
  for (int i = 1; i < argc && count < TABLE; i++) {
    char *equals = strchr(argv[i], '=');
    if (!equals) continue;
    *equals = 0;
    input = equals + 1;
    entry *made = find(argv[i], 1);
    made->value = expression();
    all[count++] = made;
  }
  qsort(all, count, sizeof *all, by_value);
  for (size_t i = 0; i < count; i++)
    switch ((int)all[i]->value & 7) {
      case 0: printf("%s none\n", all[i]->key); break;
      case 1: printf("%s %.3f\n", all[i]->key, sqrt(all[i]->value)); break;
      case 2: printf("%s %.3e\n", all[i]->key, exp(-all[i]->value)); break;
      case 5: printf("%s %a\n", all[i]->key, all[i]->value); break;
      default: printf("%s %g\n", all[i]->key, all[i]->value);
    }
  return (int)(f[0][65] + d[0][65] + n[0][65] + s[0][65]);
}
