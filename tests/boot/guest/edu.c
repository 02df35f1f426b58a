/*
 * Tries everything that QEMU's docs/specs/edu.rst says of the teaching device, as a bare machine-mode program: finds it
 * on the PCI bus, places its region, checks identification, liveness, factorials, interrupts by the pin (through the
 * PLIC) and by message, and DMA both ways. Ends the machine with the number of the first check that failed, or 0.
 */
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned char u8;

#define R32(address) (*(volatile u32 *)(u64)(address))
#define R16(address) (*(volatile unsigned short *)(u64)(address))
#define ECAM 0x30000000ul
#define BAR 0x40000000ul
#define PLIC 0x0c000000ul
#define PCI_LINE 32
#define FINISHER 0x100000ul

static void end(u32 code) {
  R32(FINISHER) = code == 0 ? 0x5555 : 0x3333 | code << 16;
  for (;;) {}
}
#define CHECK(number, condition) do { if (!(condition)) end(number); } while (0)

static u64 device;
static u32 source;

/* The PLIC's first context is hart 0's machine mode. */
static u32 claimed(void) { return R32(PLIC + 0x200004); }
static void complete(u32 line) { R32(PLIC + 0x200004) = line; }

static u8 outgoing[64], incoming[64];
static volatile u32 mailbox;

static void dma(u64 from, u64 to, u64 count, u64 command) {
  volatile u64 *const registers = (volatile u64 *)(BAR + 0x80);
  registers[0] = from;
  registers[1] = to;
  registers[2] = count;
  registers[3] = command;
  while (registers[3] & 1) {}
}

int main(void) {
  for (u32 slot = 1; slot < 32; slot++)
    if (R32(ECAM + slot * 0x8000) == 0x11e81234) {
      device = ECAM + slot * 0x8000;
      source = PCI_LINE + slot % 4;
    }
  CHECK(1, device != 0);
  R32(device + 0x10) = 0xffffffff;
  CHECK(2, R32(device + 0x10) == 0xfff00000);
  R32(device + 0x10) = BAR;
  R16(device + 4) = 6;

  CHECK(3, R32(BAR) == 0x010000ed);
  R32(BAR + 4) = 0x12345678;
  CHECK(4, R32(BAR + 4) == 0xedcba987);
  R32(BAR + 8) = 10;
  while (R32(BAR + 0x20) & 1) {}
  CHECK(5, R32(BAR + 8) == 3628800);

  R32(PLIC + 4 * source) = 1;
  R32(PLIC + 0x2000 + 4 * (source / 32)) = 1u << source % 32;
  CHECK(6, claimed() == 0);
  R32(BAR + 0x60) = 0x21;
  CHECK(7, R32(BAR + 0x24) == 0x21);
  CHECK(8, R16(device + 6) & 8);
  CHECK(9, claimed() == source);
  R32(BAR + 0x64) = 0x21;
  complete(source);
  CHECK(10, R32(BAR + 0x24) == 0 && claimed() == 0);
  R32(BAR + 0x20) = 0x80;
  R32(BAR + 8) = 5;
  while (R32(BAR + 0x20) & 1) {}
  CHECK(11, R32(BAR + 0x24) == 1 && claimed() == source);
  R32(BAR + 0x64) = 1;
  complete(source);

  for (u32 i = 0; i < sizeof outgoing; i++) outgoing[i] = i * 7 + 1;
  dma((u64)outgoing, 0x40000, sizeof outgoing, 1);
  dma(0x40000, (u64)incoming, sizeof incoming, 3 | 4);
  for (u32 i = 0; i < sizeof incoming; i++) CHECK(12, incoming[i] == outgoing[i]);
  CHECK(13, R32(BAR + 0x24) == 0x100 && claimed() == source);
  R32(BAR + 0x64) = 0x100;
  complete(source);

  /* A message is a write: sent to RAM, it can be read there. */
  u64 capability = device + R32(device + 0x34) % 256;
  CHECK(14, R32(capability) % 256 == 5);
  R32(capability + 4) = (u32)(u64)&mailbox;
  R32(capability + 8) = (u64)&mailbox >> 32;
  R32(capability + 12) = 0x4021;
  R16(capability + 2) = 1;
  R32(BAR + 0x60) = 2;
  CHECK(15, mailbox == 0x4021);
  CHECK(16, claimed() == 0);
  end(0);
}
