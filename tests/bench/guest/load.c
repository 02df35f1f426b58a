/*
 * The load of the snapshot benchmark: works without end on 64 MiB of memory, in random order, and on /dev/vda, and prints
 *   load ROUNDS MICROSECONDS
 * ten times a second of the guest's clock: rounds done, and the clock.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 16384, DISK_BLOCKS = 16384, WRITE_EVERY = 512, FLUSH_EVERY = 32 * WRITE_EVERY, WORK = 400 };

static uint64_t seed = 88172645463325252u;
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}
static uint64_t microseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

int main(void) {
  uint8_t *memory = aligned_alloc(PAGE, (size_t)PAGES * PAGE);
  uint64_t *block = aligned_alloc(PAGE, PAGE);
  int disk = open("/dev/vda", O_RDWR | O_DIRECT);
  if (!memory || !block || disk < 0) {
    perror("/dev/vda");
    return 1;
  }
  for (long i = 0; i < (long)PAGES * PAGE / 8; i++) ((uint64_t *)memory)[i] = next() & 0xffffff;
  uint64_t told = microseconds();
  for (uint64_t rounds = 1;; rounds++) {
    uint64_t sum = 0;
    for (int i = 0; i < WORK; i++) sum += next();
    *(uint64_t *)(memory + next() % PAGES * PAGE + (sum & 0xff8)) = sum;
    if (rounds % WRITE_EVERY == 0) {
      block[0] = sum;
      if (pwrite(disk, block, PAGE, next() % DISK_BLOCKS * PAGE) != PAGE) return 2;
    }
    if (rounds % FLUSH_EVERY == 0 && fdatasync(disk)) return 2;
    if (rounds % 64 == 0) {
      uint64_t now = microseconds();
      if (now - told < 100000) continue;
      told = now;
      printf("load %llu %llu\n", (unsigned long long)rounds, (unsigned long long)now);
      fflush(stdout);
    }
  }
}
