/*
 * What the benchmark's programs have in common: `PROGRAM CASE ROUNDS` runs one case and prints a line
 *   bench CASE CHECKSUM SECONDS
 * with the guest's own clock. The same binary runs in our guest and in the peer's; checksums must agree.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench_case {
  const char *name;
  uint64_t (*run)(int rounds);
};

/* The program's exit status; `words` as main gets them. */
static int run_case(const struct bench_case *cases, size_t number, int count, char **words) {
  if (count != 3) return 2;
  for (size_t i = 0; i < number; i++) {
    if (strcmp(cases[i].name, words[1])) continue;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    uint64_t sum = cases[i].run(atoi(words[2]));
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("bench %s %016llx %.6f\n", words[1], (unsigned long long)sum, seconds);
    return 0;
  }
  return 2;
}
