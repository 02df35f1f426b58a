/* The kernel's interface, as far as the agent needs it: no C library, so that the program is a few kilobytes. */
#ifndef SYSTEM_H
#define SYSTEM_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long usize;

#if defined(__riscv) && __riscv_xlen == 64
/* The numbers of include/uapi/asm-generic/unistd.h. */
enum {
  SYS_dup3 = 24, SYS_fcntl = 25, SYS_ioctl = 29, SYS_mkdirat = 34, SYS_symlinkat = 36, SYS_mount = 40, SYS_chdir = 49,
  SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_signalfd4 = 74,
  SYS_sync = 81, SYS_exit_group = 94, SYS_nanosleep = 101, SYS_clock_gettime = 113, SYS_kill = 129,
  SYS_rt_sigprocmask = 135, SYS_reboot = 142, SYS_setsid = 157, SYS_clone = 220, SYS_execve = 221, SYS_wait4 = 260,
};

static inline long call(long number, long a, long b, long c, long d, long e) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory");
  return a0;
}
#elif defined(__x86_64__)
/* The numbers of arch/x86/entry/syscalls/syscall_64.tbl. */
enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_rt_sigprocmask = 14, SYS_ioctl = 16, SYS_nanosleep = 35, SYS_clone = 56,
  SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62, SYS_fcntl = 72, SYS_chdir = 80, SYS_setsid = 112, SYS_sync = 162,
  SYS_mount = 165, SYS_reboot = 169, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_openat = 257, SYS_mkdirat = 258,
  SYS_symlinkat = 266, SYS_ppoll = 271, SYS_signalfd4 = 289, SYS_dup3 = 292, SYS_pipe2 = 293,
};

static inline long call(long number, long a, long b, long c, long d, long e) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}
#else
#error "the system calls of this architecture are missing"
#endif

enum { EINTR = 4, EAGAIN = 11 };
enum { AT_FDCWD = -100 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NOCTTY = 0400, O_NONBLOCK = 04000, O_CLOEXEC = 02000000 };
enum { F_SETFL = 4 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };
enum { SIGHUP = 1, SIGKILL = 9, SIGPIPE = 13, SIGCHLD = 17, SIGCONT = 18 };
enum { SIG_SETMASK = 2, WNOHANG = 1, CLOCK_MONOTONIC = 1 };
enum { TCGETS = 0x5401, TCSETS = 0x5402, TIOCSCTTY = 0x540e, TIOCGPGRP = 0x540f, TIOCSWINSZ = 0x5414, TIOCGPTPEER = 0x5441 };
#define TIOCSPTLCK 0x40045431
enum { IUTF8 = 040000 };
#define REBOOT_MAGIC 0xfee1dead
#define REBOOT_MAGIC_2 672274793
#define REBOOT_POWER_OFF 0x4321fedc

struct pollfd { int fd; short events, revents; };
struct winsize { u16 rows, columns, width, height; };
struct termios { u32 input, output, control, local; u8 line, characters[19]; };
struct timespec { long seconds, nanoseconds; };

static inline long read(int fd, void *to, usize most) { return call(SYS_read, fd, (long)to, most, 0, 0); }
static inline long write(int fd, const void *from, usize count) { return call(SYS_write, fd, (long)from, count, 0, 0); }
static inline int open(const char *path, int flags) { return call(SYS_openat, AT_FDCWD, (long)path, flags, 0, 0); }
static inline void close(int fd) { call(SYS_close, fd, 0, 0, 0, 0); }
static inline long ioctl(int fd, unsigned request, const void *value) { return call(SYS_ioctl, fd, request, (long)value, 0, 0); }
static inline long kill(int pid, int signal) { return call(SYS_kill, pid, signal, 0, 0, 0); }
static inline void sleep_ms(long count) {
  struct timespec time = { count / 1000, count % 1000 * 1000000 };
  call(SYS_nanosleep, (long)&time, 0, 0, 0, 0);
}
static inline long seconds_now(void) {
  struct timespec now = { 0, 0 };
  call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0);
  return now.seconds;
}
__attribute__((noreturn)) static inline void leave(int status) {
  for (;;) call(SYS_exit_group, status, 0, 0, 0, 0);
}

/* The compiler may call these by itself. */
void *memcpy(void *to, const void *from, usize count) {
  u8 *a = to;
  const u8 *b = from;
  if ((((usize)a | (usize)b) & 7) == 0)
    for (; count >= 8; count -= 8, a += 8, b += 8) *(usize *)a = *(const usize *)b;
  while (count--) *a++ = *b++;
  return to;
}
void *memset(void *to, int value, usize count) {
  for (u8 *a = to; count--;) *a++ = value;
  return to;
}
static inline int same(const void *one, const void *other, usize count) {
  const u8 *a = one, *b = other;
  while (count--) if (*a++ != *b++) return 0;
  return 1;
}
#endif
