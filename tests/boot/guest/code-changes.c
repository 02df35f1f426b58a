/*
 * Code that changes under Linux, on one processor while another executes it: rewritten, through mprotect, through munmap and
 * a new mapping, in a forked child, in a program's file, and by a disk's DMA. Prints a line for each way with the number of
 * calls that ran code which was not there any more, and "all right" when there was none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, ROUNDS = 300, PROGRAMS = 40, BLOCK = 4096, BLOCKS = 256 };

static int wrong_in_all;

/* li a0, value; ret */
static void write_function(void *at, int value) {
  uint32_t code[] = {0x00000513u | ((uint32_t)value << 20), 0x00008067u};
  memcpy(at, code, sizeof code);
}
static int call(void *at) { return ((int (*)(void))at)(); }
static void flush(void *at) { syscall(SYS_riscv_flush_icache, at, (char *)at + PAGE, 0); }
static void pin(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) perror("sched_setaffinity");
}
static void *mapped(void *where, int protection) {
  int fixed = where ? MAP_FIXED : 0;
  void *page = mmap(where, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
  if (page == MAP_FAILED) perror("mmap"), exit(1);
  return page;
}
static void report(const char *way, int calls, int wrong) {
  wrong_in_all += wrong;
  printf("%s: %d wrong of %d\n", way, wrong, calls);
  fflush(stdout);
}

/* The other processor calls what it is given, as often as it is asked. */
static _Atomic(void *) asked;
static atomic_int answer;
static void *caller(void *processor) {
  pin((int)(intptr_t)processor);
  for (;;) {
    void *at;
    while (!(at = atomic_load(&asked))) sched_yield();
    if (at == (void *)-1) return NULL;
    atomic_store(&answer, call(at));
    atomic_store(&asked, NULL);
  }
}
static int call_there(void *at) {
  atomic_store(&asked, at);
  while (atomic_load(&asked)) sched_yield();
  return atomic_load(&answer);
}

static void rewritten(void) {
  void *page = mapped(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    write_function(page, round);
    flush(page);
    wrong += call_there(page) != round;
  }
  report("rewritten", ROUNDS, wrong);
}
static void protected(void) {
  void *page = mapped(NULL, PROT_READ | PROT_WRITE);
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    write_function(page, round);
    mprotect(page, PAGE, PROT_READ | PROT_EXEC);
    flush(page);
    wrong += call_there(page) != round;
  }
  report("mprotect", ROUNDS, wrong);
}
static void mapped_anew(void) {
  void *page = mapped(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    munmap(page, PAGE);
    mapped(page, PROT_READ | PROT_WRITE | PROT_EXEC);
    write_function(page, round);
    flush(page);
    wrong += call_there(page) != round;
  }
  report("munmap", ROUNDS, wrong);
}
static void forked(void) {
  void *page = mapped(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
  int wrong = 0;
  for (int round = 0; round < PROGRAMS; round++) {
    write_function(page, round);
    flush(page);
    wrong += call_there(page) != round;
    pid_t child = fork();
    if (child == 0) {
      write_function(page, round + 100);
      flush(page);
      _exit(call(page) == round + 100 ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    wrong += status != 0;
    wrong += call_there(page) != round;
  }
  report("fork", 3 * PROGRAMS, wrong);
}

/* What a program answers that was started with an argument; its instruction is found in the file and changed there. */
__attribute__((noinline, naked, aligned(8))) static int marked(void) { __asm__("li a0, 0x5a\n\tli a1, 0x3c3\n\tret"); }
static void executed(void) {
  static char image[4 << 20];
  int self = open("/proc/self/exe", O_RDONLY);
  ssize_t size = read(self, image, sizeof image);
  close(self);
  uint32_t mark[2];
  memcpy(mark, (void *)marked, sizeof mark);
  ssize_t at = -1;
  for (ssize_t place = 0; place + 8 <= size; place += 4)
    if (memcmp(image + place, mark, sizeof mark) == 0) at = place;
  if (at < 0) puts("the mark is not in the file"), exit(1);
  int file = open("/tmp-program", O_RDWR | O_CREAT | O_TRUNC, 0755);
  if (write(file, image, size) != size) perror("write"), exit(1);
  close(file);
  int wrong = 0;
  for (int round = 0; round < PROGRAMS; round++) {
    uint32_t code = 0x00000513u | ((uint32_t)round << 20);
    file = open("/tmp-program", O_WRONLY);
    if (file < 0 || pwrite(file, &code, sizeof code, at) != sizeof code) perror("pwrite"), exit(1);
    close(file);
    pid_t child = fork();
    if (child == 0) {
      pin(round & 1);
      execl("/tmp-program", "program", "answer", NULL);
      _exit(255);
    }
    int status;
    waitpid(child, &status, 0);
    wrong += !WIFEXITED(status) || WEXITSTATUS(status) != round;
  }
  report("exec", PROGRAMS, wrong);
}

/* The disk holds a function in each block, which answers with its block's number. */
static void read_from_disk(const char *disk) {
  int file = open(disk, O_RDONLY | O_DIRECT);
  if (file < 0) perror(disk), exit(1);
  void *page = mapped(NULL, PROT_READ | PROT_WRITE | PROT_EXEC);
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    int block = (round * 7) % BLOCKS;
    if (pread(file, page, BLOCK, (off_t)block * BLOCK) != BLOCK) perror("pread"), exit(1);
    flush(page);
    wrong += call_there(page) != block;
  }
  close(file);
  report("DMA", ROUNDS, wrong);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "answer") == 0) return marked();
  pin(0);
  pthread_t thread;
  pthread_create(&thread, NULL, caller, (void *)1);
  rewritten();
  protected();
  mapped_anew();
  forked();
  executed();
  read_from_disk(arguments[1]);
  atomic_store(&asked, (void *)-1);
  pthread_join(thread, NULL);
  puts(wrong_in_all == 0 ? "all right" : "NOT right");
  return wrong_in_all != 0;
}
