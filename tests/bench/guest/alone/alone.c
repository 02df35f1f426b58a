/*
 * The suite without an operating system: a kernel around bench.c. With 32 bits it is started by multiboot, for emulators of
 * 32-bit computers; with 64 bits as Linux is, at its 64-bit entry. Its command line is a list of CASE:ROUNDS. On the first serial port it prints `start CASE` and then bench.c's line for each;
 * it has no clock, so whoever reads the lines takes the time. At the end it prints `end` and turns the computer off.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int count, char **words);

enum { SERIAL = 0x3f8, SERIAL_STATUS = SERIAL + 5, MAY_SEND = 0x20, SLEEP = 0x604, SLEEP_OFF = 0x2000 };
enum { HEAP_BYTES = 24 << 20 };

/* A stack; SSE on (CR0.MP, not EM; CR4.OSFXSR and OSXMMEXCPT). */
#ifdef __x86_64__
/* Linux's zero page, whose address is in RSI: cmd_line_ptr (Documentation/arch/x86/boot.rst). */
enum { COMMAND_LINE = 0x228 / 4 };
__asm__(".globl _start\n"
        "_start:\n mov $stack + 65536, %rsp\n mov %rsi, %rdi\n"
        " mov %cr0, %rax\n and $~4, %rax\n or $2, %rax\n mov %rax, %cr0\n"
        " mov %cr4, %rax\n or $0x600, %rax\n mov %rax, %cr4\n fninit\n"
        " call begin\n1: hlt\n jmp 1b\n");
#else
/* The multiboot information, whose address is in EBX (Multiboot 0.6.96, section 3.3). The header wants memory to be told. */
enum { COMMAND_LINE = 4 };
__asm__(".section .multiboot, \"a\"\n .balign 4\n .long 0x1badb002, 2, -(0x1badb002 + 2)\n .previous");
__asm__(".globl _start\n"
        "_start:\n mov $stack + 65536, %esp\n"
        " mov %cr0, %eax\n and $~4, %eax\n or $2, %eax\n mov %eax, %cr0\n"
        " mov %cr4, %eax\n or $0x600, %eax\n mov %eax, %cr4\n fninit\n"
        " push %ebx\n call begin\n1: hlt\n jmp 1b\n");
#endif
uint8_t stack[65536] __attribute__((aligned(16)));
static uint8_t heap[HEAP_BYTES] __attribute__((aligned(64)));
static size_t used;

static inline void out(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out_word(uint16_t port, uint16_t value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline uint8_t in(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static void put(char c) {
  while (!(in(SERIAL_STATUS) & MAY_SEND)) {}
  out(SERIAL, c);
}
static void say(const char *text) {
  while (*text) put(*text++);
}

int printf(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  for (; *format; format++) {
    if (*format != '%') put(*format);
    else if (*++format == 's') say(va_arg(rest, const char *));
    else if (*format == '0') {
      uint64_t value = va_arg(rest, unsigned long long);
      for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
      format += 5;
    } else {
      va_arg(rest, double);
      say("0.000000");
      format += 2;
    }
  }
  va_end(rest);
  return 0;
}
int clock_gettime(int clock, struct timespec *time) {
  (void)clock;
  *time = (struct timespec){0, 0};
  return 0;
}
void *malloc(size_t bytes) {
  if (bytes > HEAP_BYTES - used) return 0;
  void *p = heap + used;
  used += (bytes + 63) & ~(size_t)63;
  return p;
}
void exit(int status) {
  (void)status;
  say("out of memory\n");
  for (;;) __asm__ volatile("hlt");
}
int atoi(const char *text) {
  int value = 0;
  while (*text >= '0' && *text <= '9') value = 10 * value + *text++ - '0';
  return value;
}
int strcmp(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (uint8_t)*a - (uint8_t)*b;
}
void *memset(void *to, int value, size_t count) {
  void *at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(value) : "memory");
  return to;
}
void *memcpy(void *to, const void *from, size_t count) {
  void *at = to;
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(count) : : "memory");
  return to;
}
int memcmp(const void *a, const void *b, size_t count) {
  const uint8_t *x = a, *y = b;
  for (; count; x++, y++, count--)
    if (*x != *y) return *x - *y;
  return 0;
}

static void swap(uint8_t *a, uint8_t *b, size_t size) {
  for (; size; a++, b++, size--) {
    uint8_t other = *a;
    *a = *b;
    *b = other;
  }
}
/* Heap sort: the same on both sides is all that it has to be. */
static void sink(uint8_t *base, size_t at, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0) child++;
    if (compare(base + at * size, base + child * size) >= 0) return;
    swap(base + at * size, base + child * size, size);
  }
}
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  for (size_t at = count / 2; at-- > 0;) sink(base, at, count, size, compare);
  for (size_t end = count; end-- > 1;) {
    swap(base, (uint8_t *)base + end * size, size);
    sink(base, 0, end, size, compare);
  }
}

#ifndef __x86_64__
/* What the compiler calls for 64-bit divisions (libgcc's names); bench.c divides by 32-bit numbers only. */
static uint64_t divide(uint64_t value, uint32_t by, uint32_t *rest) {
  uint32_t high = value >> 32, low = value, result_high = high / by, remainder = high % by;
  __asm__("divl %2" : "+a"(low), "+d"(remainder) : "r"(by));
  *rest = remainder;
  return (uint64_t)result_high << 32 | low;
}
uint64_t __udivdi3(uint64_t value, uint64_t by) {
  uint32_t rest;
  return divide(value, (uint32_t)by, &rest);
}
uint64_t __umoddi3(uint64_t value, uint64_t by) {
  uint32_t rest;
  divide(value, (uint32_t)by, &rest);
  return rest;
}
#endif

/* @param information what the loader tells; one of its words is the address of the command line */
__attribute__((used)) void begin(const uint32_t *information) {
  char *words[3] = {"bench"};
  for (char *at = (char *)(uintptr_t)information[COMMAND_LINE]; *at;) {
    while (*at == ' ') at++;
    char *name = at;
    while (*at && *at != ' ' && *at != ':') at++;
    if (*at != ':') continue;
    *at++ = 0;
    words[1] = name;
    words[2] = at;
    while (*at && *at != ' ') at++;
    if (*at) *at++ = 0;
    say("start ");
    say(name);
    say("\n");
    used = 0;
    if (main(3, words) != 0) say("no such case\n");
  }
  say("end\n");
  out_word(SLEEP, SLEEP_OFF);
}
