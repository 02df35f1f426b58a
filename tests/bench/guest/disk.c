/*
 * The disk benchmark's guest program: `disk CASE OPERATIONS` does that many 4 KiB reads or writes on /dev/vda, one
 * after the other and past the guest's page cache, and prints a line
 *   disk CASE CHECKSUM SECONDS
 * with the guest's own clock. A case is WHAT-ORDER-FLUSH: read or write; seq or rand; 0 for one flush at the end,
 * n for one after every n writes as well. The same binary runs in our guest and in the peer's; checksums must agree.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096 };

static uint64_t seed = 88172645463325252u;
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

int main(int count, char **words) {
  char what[8], order[8];
  int each;
  if (count != 3 || sscanf(words[1], "%7[a-z]-%7[a-z]-%d", what, order, &each) != 3) {
    fprintf(stderr, "disk WHAT-ORDER-FLUSH OPERATIONS\n");
    return 2;
  }
  long operations = atol(words[2]);
  int writes = !strcmp(what, "write"), random = !strcmp(order, "rand");
  int disk = open("/dev/vda", O_RDWR | O_DIRECT);
  if (disk < 0) fail("/dev/vda");
  off_t blocks = lseek(disk, 0, SEEK_END) / BLOCK;
  /* Sequential cases have the first half, random ones the second, so that each writes what it alone wrote. */
  off_t first = random ? blocks / 2 : 0, within = blocks / 2;
  uint64_t *block = aligned_alloc(BLOCK, BLOCK), sum = 0;
  if (!block) return 3;
  for (size_t i = 0; i < BLOCK / sizeof *block; i++) block[i] = next();
  double start = now();
  for (long i = 0; i < operations; i++) {
    off_t at = (first + (random ? (off_t)(next() % within) : i % within)) * BLOCK;
    if (writes) {
      block[0] = i;
      if (pwrite(disk, block, BLOCK, at) != BLOCK) fail("write");
      if (each && (i + 1) % each == 0 && fdatasync(disk)) fail("flush");
    } else {
      if (pread(disk, block, BLOCK, at) != BLOCK) fail("read");
      sum = (sum ^ block[i % 512]) * 0x9e3779b97f4a7c15u + 1;
    }
  }
  if (writes && fdatasync(disk)) fail("flush");
  double seconds = now() - start;
  printf("disk %s %016llx %.6f\n", words[1], (unsigned long long)sum, seconds);
  return 0;
}
