/*
 * What programs ask of the kernel (see cases.h). Each case is a few instructions of a program and many of the kernel: traps,
 * returns, changes of address space, interrupts.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cases.h"

static void must(int held) {
  if (held) return;
  perror("system");
  exit(3);
}

/* The shortest call there is. */
static uint64_t calls(int rounds) {
  uint64_t sum = 0;
  for (int64_t i = 0; i < (int64_t)rounds * 1000; i++) sum += syscall(SYS_getppid) == getppid();
  return sum;
}

/* Pages that are not there yet. */
static uint64_t faults(int rounds) {
  enum { SIZE = 4 << 20, PAGE = 4096 };
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    unsigned char *pages = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(pages != MAP_FAILED);
    must(madvise(pages, SIZE, MADV_NOHUGEPAGE) == 0);
    for (int at = 0; at < SIZE; at += PAGE) pages[at] = r;
    for (int at = 0; at < SIZE; at += PAGE) sum += pages[at];
    munmap(pages, SIZE);
  }
  return sum;
}

/* Two processes that wait for each other's byte: four changes of address space and four calls a round. */
static uint64_t switches(int rounds) {
  int there[2], back[2];
  must(pipe(there) == 0 && pipe(back) == 0);
  unsigned char byte = 0;
  int64_t times = (int64_t)rounds * 100;
  pid_t child = fork();
  must(child >= 0);
  if (child == 0) {
    for (int64_t i = 0; i < times; i++)
      if (read(there[0], &byte, 1) != 1 || (byte++, write(back[1], &byte, 1)) != 1) _exit(1);
    _exit(0);
  }
  for (int64_t i = 0; i < times; i++) must(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
  int status;
  must(waitpid(child, &status, 0) == child && status == 0);
  return (uint64_t)times << 8 | byte;
}

/* A mebibyte a round through a pipe, in pieces that fill it. */
static uint64_t pipes(int rounds) {
  enum { PIECE = 65536, PIECES = 16 };
  static unsigned char piece[PIECE];
  int ends[2];
  must(pipe(ends) == 0);
  pid_t child = fork();
  must(child >= 0);
  if (child == 0) {
    memset(piece, 7, sizeof piece);
    for (int i = 0; i < rounds * PIECES; i++)
      for (int at = 0; at < PIECE;) {
        ssize_t written = write(ends[1], piece + at, PIECE - at);
        if (written <= 0) _exit(1);
        at += written;
      }
    _exit(0);
  }
  close(ends[1]);
  uint64_t sum = 0;
  for (ssize_t got; (got = read(ends[0], piece, sizeof piece)) > 0;) sum += (uint64_t)got * piece[got - 1];
  int status;
  must(waitpid(child, &status, 0) == child && status == 0);
  close(ends[0]);
  return sum;
}

static volatile sig_atomic_t caught;
static void catches(int number) { caught += number == SIGUSR1; }
static uint64_t signals(int rounds) {
  struct sigaction action = {.sa_handler = catches};
  must(sigaction(SIGUSR1, &action, NULL) == 0);
  for (int64_t i = 0; i < (int64_t)rounds * 100; i++) raise(SIGUSR1);
  return caught;
}

/* Processes that end at once. */
static uint64_t forks(int rounds) {
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) _exit(r & 63);
    int status;
    must(waitpid(child, &status, 0) == child);
    sum += WEXITSTATUS(status);
  }
  return sum;
}

/* Sleeps that are as short as the kernel's timers allow: a timer interrupt each. */
static uint64_t timers(int rounds) {
  must(prctl(PR_SET_TIMERSLACK, 1) == 0);
  for (int64_t i = 0; i < (int64_t)rounds * 100; i++) {
    struct timespec shortest = {.tv_nsec = 1000};
    must(nanosleep(&shortest, NULL) == 0);
  }
  return rounds;
}

static const struct bench_case cases[] = {
    {"calls", calls},     {"faults", faults}, {"switches", switches}, {"pipes", pipes},
    {"signals", signals}, {"forks", forks},   {"timers", timers},
};

int main(int count, char **words) { return run_case(cases, sizeof cases / sizeof *cases, count, words); }
