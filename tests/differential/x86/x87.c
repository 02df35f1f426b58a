/* Runs x87 instructions on the host: reads records of an instruction's number, a control word, ST(0), ST(1) and ten bytes of
   memory; writes what FNSAVE and the memory then hold. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct record { uint32_t number; uint16_t control; uint8_t st0[10], st1[10], memory[10]; uint8_t pad[4]; } __attribute__((packed));
struct result { uint8_t image[108]; uint8_t memory[10]; uint8_t pad[2]; } __attribute__((packed));

#define RUN(text) \
  __asm__ volatile("fninit\n\tfldt %[b]\n\tfldt %[a]\n\tfnclex\n\tfldcw %[cw]\n\t" text "\n\tfnsave %[image]\n\tfninit" \
    : [image] "=m"(out.image), [m] "+m"(out.memory) : [a] "m"(in.st0), [b] "m"(in.st1), [cw] "m"(in.control) : "memory"); break;

int main(void) {
  struct record in;
  struct result out;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    memset(&out, 0, sizeof out);
    memcpy(out.memory, in.memory, 10);
    switch (in.number) {
      case 0: RUN("fsin")
      case 1: RUN("fcos")
      case 2: RUN("fsincos")
      case 3: RUN("fptan")
      case 4: RUN("fpatan")
      case 5: RUN("f2xm1")
      case 6: RUN("fyl2x")
      case 7: RUN("fyl2xp1")
      case 8: RUN("fprem")
      case 9: RUN("fprem1")
      case 10: RUN("fscale")
      case 11: RUN("fxtract")
      case 12: RUN("fbld %[m]")
      case 13: RUN("fbstp %[m]")
      case 14: RUN("fadd %%st(1), %%st")
      case 15: RUN("fmul %%st(1), %%st")
      case 16: RUN("fdivp %%st, %%st(1)")
      case 17: RUN("fsqrt")
      case 18: RUN("fsts %[m]")
      case 19: RUN("fstpl %[m]")
      case 20: RUN("fistps %[m]")
      case 21: RUN("frndint")
      case 22: RUN("fstpt %[m]")
    }
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
