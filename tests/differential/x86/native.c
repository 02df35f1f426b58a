/*
 * Runs cases on the host's processor: reads them from standard input and writes what became of each to standard output.
 * A case: 16 registers, RFLAGS, 16 vector registers, their upper halves, MXCSR, a seed for the data, the length of its code, the
 * code. A result: registers, RFLAGS, vector registers, upper halves, MXCSR, address, signal, data. Code ends by INT3 wherever it comes to one.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE ((uint8_t *)0x10000000)
#define DATA ((uint8_t *)0x10010000)
#define CODE_BYTES 4096
#define DATA_BYTES 4096

struct state {
  uint64_t gpr[16];
  uint64_t rflags;
  uint8_t xmm[16][16];
  uint8_t upper[16][16];
  uint64_t mxcsr;
};
struct head {
  struct state state;
  uint32_t seed;
  uint32_t length;
};
struct result {
  struct state state;
  uint64_t rip;
  uint64_t signal;
};

static struct result result;
uint64_t saved_rsp;
uint64_t target = (uint64_t)CODE;
struct state given;
uint32_t usual_mxcsr = 0x1f80;
uint32_t has_avx;

/* Index of each general register, by encoding, in the signal's context. */
static const int context_index[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

void back(void);

static void handler(int number, siginfo_t *info, void *opaque) {
  (void)info;
  ucontext_t *context = opaque;
  greg_t *registers = context->uc_mcontext.gregs;
  for (int i = 0; i < 16; i++) result.state.gpr[i] = registers[context_index[i]];
  result.state.rflags = registers[REG_EFL];
  memcpy(result.state.xmm, context->uc_mcontext.fpregs->_xmm, sizeof result.state.xmm);
  result.rip = registers[REG_RIP] - (number == SIGTRAP ? 1 : 0);
  result.signal = number;
  result.state.mxcsr = context->uc_mcontext.fpregs->mxcsr;
  /* Behind the area of FXSAVE and a header of 64 bytes; XSTATE_BV says whether it is there. */
  const uint8_t *area = (const uint8_t *)context->uc_mcontext.fpregs;
  memset(result.state.upper, 0, sizeof result.state.upper);
  if (has_avx && (area[512] & 4)) memcpy(result.state.upper, area + 576, sizeof result.state.upper);
  registers[REG_RIP] = (greg_t)back;
  registers[REG_RSP] = saved_rsp;
  registers[REG_EFL] = 0x202;
}

/* Loads the registers of `given`, jumps to the code, and comes back by way of the handler. */
static __attribute__((noinline)) void enter(void) {
  __asm__ volatile(
      "push %%rbx\n push %%rbp\n push %%r12\n push %%r13\n push %%r14\n push %%r15\n"
      "mov %%rsp, saved_rsp(%%rip)\n"
      "ldmxcsr usual_mxcsr(%%rip)\n"
      "lea given(%%rip), %%rax\n"
      "movups 136(%%rax), %%xmm0\n movups 152(%%rax), %%xmm1\n movups 168(%%rax), %%xmm2\n movups 184(%%rax), %%xmm3\n"
      "movups 200(%%rax), %%xmm4\n movups 216(%%rax), %%xmm5\n movups 232(%%rax), %%xmm6\n movups 248(%%rax), %%xmm7\n"
      "movups 264(%%rax), %%xmm8\n movups 280(%%rax), %%xmm9\n movups 296(%%rax), %%xmm10\n movups 312(%%rax), %%xmm11\n"
      "movups 328(%%rax), %%xmm12\n movups 344(%%rax), %%xmm13\n movups 360(%%rax), %%xmm14\n movups 376(%%rax), %%xmm15\n"
      "cmpl $0, has_avx(%%rip)\n je 1f\n"
      "vinsertf128 $1, 392(%%rax), %%ymm0, %%ymm0\n"
      "vinsertf128 $1, 408(%%rax), %%ymm1, %%ymm1\n"
      "vinsertf128 $1, 424(%%rax), %%ymm2, %%ymm2\n"
      "vinsertf128 $1, 440(%%rax), %%ymm3, %%ymm3\n"
      "vinsertf128 $1, 456(%%rax), %%ymm4, %%ymm4\n"
      "vinsertf128 $1, 472(%%rax), %%ymm5, %%ymm5\n"
      "vinsertf128 $1, 488(%%rax), %%ymm6, %%ymm6\n"
      "vinsertf128 $1, 504(%%rax), %%ymm7, %%ymm7\n"
      "vinsertf128 $1, 520(%%rax), %%ymm8, %%ymm8\n"
      "vinsertf128 $1, 536(%%rax), %%ymm9, %%ymm9\n"
      "vinsertf128 $1, 552(%%rax), %%ymm10, %%ymm10\n"
      "vinsertf128 $1, 568(%%rax), %%ymm11, %%ymm11\n"
      "vinsertf128 $1, 584(%%rax), %%ymm12, %%ymm12\n"
      "vinsertf128 $1, 600(%%rax), %%ymm13, %%ymm13\n"
      "vinsertf128 $1, 616(%%rax), %%ymm14, %%ymm14\n"
      "vinsertf128 $1, 632(%%rax), %%ymm15, %%ymm15\n"
      "1:\n ldmxcsr 648(%%rax)\n"
      "push 128(%%rax)\n popf\n"
      "mov 8(%%rax), %%rcx\n mov 16(%%rax), %%rdx\n mov 24(%%rax), %%rbx\n mov 32(%%rax), %%rsp\n mov 40(%%rax), %%rbp\n"
      "mov 48(%%rax), %%rsi\n mov 56(%%rax), %%rdi\n mov 64(%%rax), %%r8\n mov 72(%%rax), %%r9\n mov 80(%%rax), %%r10\n"
      "mov 88(%%rax), %%r11\n mov 96(%%rax), %%r12\n mov 104(%%rax), %%r13\n mov 112(%%rax), %%r14\n mov 120(%%rax), %%r15\n"
      "mov 0(%%rax), %%rax\n"
      "jmp *target(%%rip)\n"
      ".globl back\n back:\n"
      "ldmxcsr usual_mxcsr(%%rip)\n"
      "pop %%r15\n pop %%r14\n pop %%r13\n pop %%r12\n pop %%rbp\n pop %%rbx\n" ::
          : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
            "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

static void fill(uint32_t seed) {
  uint32_t x = seed | 1;
  for (int at = 0; at < DATA_BYTES; at += 4) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    memcpy(DATA + at, &x, 4);
  }
}

int main(void) {
  has_avx = __builtin_cpu_supports("avx") != 0;
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, NULL);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (mmap(CODE, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) == MAP_FAILED) return 1;
  if (mmap(DATA, DATA_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) return 1;
  struct head head;
  while (fread(&head, sizeof head, 1, stdin) == 1) {
    memset(CODE, 0xcc, CODE_BYTES);
    if (head.length > CODE_BYTES || fread(CODE, 1, head.length, stdin) != head.length) return 2;
    fill(head.seed);
    given = head.state;
    enter();
    fwrite(&result, sizeof result, 1, stdout);
    fwrite(DATA, 1, DATA_BYTES, stdout);
  }
  return 0;
}
