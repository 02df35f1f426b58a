/* The benchmark's guest program: what computes, without asking anything of a kernel. See cases.h. */
#include "cases.h"

static uint64_t seed = 88172645463325252u;
/* Marsaglia's xorshift64: the same numbers everywhere. */
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}
static uint64_t mix(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x9e3779b97f4a7c15u + 1; }
static void *space(size_t bytes) {
  void *p = malloc(bytes);
  if (!p) exit(3);
  return p;
}

/* CRC-32 by table, a byte at a time. */
static uint64_t crc(int rounds) {
  enum { SIZE = 1 << 20 };
  static uint32_t table[256];
  unsigned char *data = space(SIZE);
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (int i = 0; i < SIZE; i++) data[i] = next();
  uint32_t c = ~0u;
  for (int r = 0; r < rounds; r++)
    for (int i = 0; i < SIZE; i++) c = table[(c ^ data[i]) & 255] ^ (c >> 8);
  return ~c;
}

static uint64_t sieve(int rounds) {
  enum { SIZE = 2000000 };
  unsigned char *composite = space(SIZE);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    memset(composite, 0, SIZE);
    for (int i = 2; i < SIZE; i++) {
      if (composite[i]) continue;
      sum = sum * 31 + i;
      for (int64_t j = (int64_t)i * i; j < SIZE; j += i) composite[j] = 1;
    }
  }
  return sum;
}

/* Opaque, so that the compiler keeps the calls. */
static __attribute__((noinline)) uint64_t fib_of(int n) { return n < 2 ? (uint64_t)n : fib_of(n - 1) + fib_of(n - 2); }
static uint64_t fib(int rounds) {
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = mix(sum, fib_of(30 + (r & 1)));
  return sum;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}
/* The C library's qsort, with its calls through a pointer. */
static uint64_t sort(int rounds) {
  enum { COUNT = 100000 };
  uint32_t *numbers = space(COUNT * sizeof *numbers);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < COUNT; i++) numbers[i] = next();
    qsort(numbers, COUNT, sizeof *numbers, ascending);
    for (int i = 0; i < COUNT; i += 997) sum = mix(sum, numbers[i]);
  }
  return sum;
}

/* Open addressing with FNV-1a over short keys: insert, then count. */
static uint64_t hash(int rounds) {
  enum { SLOTS = 1 << 17, KEYS = 60000, LENGTH = 12 };
  struct slot { char key[LENGTH]; uint32_t count; } *slots = space(SLOTS * sizeof *slots);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    memset(slots, 0, SLOTS * sizeof *slots);
    for (int i = 0; i < 3 * KEYS; i++) {
      char key[LENGTH] = {0};
      uint64_t number = next() % KEYS;
      for (int k = 0; k < LENGTH - 1; k++, number /= 5) key[k] = 'a' + number % 5;
      uint32_t h = 2166136261u;
      for (int k = 0; k < LENGTH - 1; k++) h = (h ^ (unsigned char)key[k]) * 16777619u;
      struct slot *slot = &slots[h % SLOTS];
      while (slot->count && memcmp(slot->key, key, LENGTH)) slot = slot + 1 < slots + SLOTS ? slot + 1 : slots;
      memcpy(slot->key, key, LENGTH);
      slot->count++;
    }
    for (int i = 0; i < SLOTS; i += 61) sum = mix(sum, slots[i].count);
  }
  return sum;
}

/* The C library's memcpy, in all sizes and alignments up to a few pages. */
static uint64_t copy(int rounds) {
  enum { SIZE = 1 << 20, LONGEST = 16384 };
  unsigned char *from = space(SIZE + LONGEST + 64), *to = space(SIZE + LONGEST + 64);
  for (int i = 0; i < SIZE + LONGEST + 64; i++) from[i] = next(), to[i] = 0;
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++)
    for (int i = 0; i < 256; i++) {
      uint64_t n = next();
      size_t length = 1 + n % LONGEST, skew = n >> 60 & 7;
      memcpy(to + (n >> 20) % SIZE, from + ((n >> 36) % SIZE & ~(size_t)7) + (i & 1 ? skew : 0), length);
      sum = mix(sum, to[n % SIZE]);
    }
  return sum;
}

/* A list through 2 MiB in random order. */
static uint64_t chase(int rounds) {
  enum { COUNT = 1 << 16 };
  struct node { struct node *next; uint64_t value[3]; } *nodes = space(COUNT * sizeof *nodes);
  uint32_t *order = space(COUNT * sizeof *order);
  for (int i = 0; i < COUNT; i++) order[i] = i;
  for (int i = COUNT - 1; i > 0; i--) {
    int j = next() % (i + 1);
    uint32_t swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  for (int i = 0; i < COUNT; i++) {
    nodes[order[i]].next = &nodes[order[(i + 1) % COUNT]];
    nodes[order[i]].value[1] = next();
  }
  uint64_t sum = 0;
  struct node *at = nodes;
  for (int64_t i = 0; i < (int64_t)rounds * COUNT; i++) {
    sum = (sum << 1) + at->value[1];
    at = at->next;
  }
  return sum;
}

static uint64_t bits(double number) {
  uint64_t image;
  memcpy(&image, &number, sizeof image);
  return image;
}

static uint64_t matrix(int rounds) {
  enum { N = 128 };
  static double a[N][N], b[N][N], c[N][N];
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      a[i][j] = (double)(next() >> 40) / 65536;
      b[i][j] = (double)(next() >> 40) / 65536 - 100;
    }
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        double total = 0;
        for (int k = 0; k < N; k++) total += a[i][k] * b[k][j];
        c[i][j] = total;
      }
    for (int i = 0; i < N; i++) sum = mix(sum, bits(c[i][N - 1 - i]));
    a[r % N][r / N % N] += 1;
  }
  return sum;
}

/* Five bodies under gravity, symplectic Euler; the benchmarks game's shape with numbers of our own. */
static uint64_t nbody(int rounds) {
  enum { N = 5 };
  struct { double place[3], speed[3], mass; } body[N];
  for (int i = 0; i < N; i++) {
    for (int k = 0; k < 3; k++) {
      body[i].place[k] = (double)(next() >> 44) / 65536 + 10 * i;
      body[i].speed[k] = (double)(next() >> 44) / (1 << 24);
    }
    body[i].mass = 1 + (double)(next() >> 50) / 4096;
  }
  for (int64_t step = 0; step < (int64_t)rounds * 10000; step++) {
    for (int i = 0; i < N; i++)
      for (int j = i + 1; j < N; j++) {
        double d[3], square = 0.01;
        for (int k = 0; k < 3; k++) {
          d[k] = body[i].place[k] - body[j].place[k];
          square += d[k] * d[k];
        }
        double pull = 0.001 / (square * __builtin_sqrt(square));
        for (int k = 0; k < 3; k++) {
          body[i].speed[k] -= d[k] * body[j].mass * pull;
          body[j].speed[k] += d[k] * body[i].mass * pull;
        }
      }
    for (int i = 0; i < N; i++)
      for (int k = 0; k < 3; k++) body[i].place[k] += 0.001 * body[i].speed[k];
  }
  uint64_t sum = 0;
  for (int i = 0; i < N; i++)
    for (int k = 0; k < 3; k++) sum = mix(sum, bits(body[i].place[k]));
  return sum;
}

static const struct bench_case cases[] = {
    {"crc", crc},       {"sieve", sieve}, {"fib", fib},     {"sort", sort},   {"hash", hash},
    {"memcpy", copy},   {"chase", chase}, {"matrix", matrix}, {"nbody", nbody},
};

int main(int count, char **words) { return run_case(cases, sizeof cases / sizeof *cases, count, words); }
