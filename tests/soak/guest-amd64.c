/*
 * The guest of the trials for the board pc: the same steps as guest.s, told there, over virtio-pci with an interrupt by MSI-X.
 * Entered in 64-bit mode with the first 4 GiB mapped to themselves; loaded at 7 MiB, above what it fills.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

enum { SERIAL = 0x3f8, SERIAL_STATUS = SERIAL + 5, MAY_SEND = 0x20, EXIT = 0xf4 };
enum { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc, BLOCK_DEVICE = 0x10421af4, SLOTS = 32, MSIX = 0x11 };
enum { BAR1 = 0x14, BAR4 = 0x20, VECTORS_AT = 0xc0000000u, STRUCTURES_AT = 0xc0010000u };
enum { VECTOR = 0x30, APIC_ENABLED = 0x1ff };

/* As in guest.s; the memory begins at 0. */
#define QUEUE ((u8 *)0x10000)
#define HEADER ((volatile u8 *)0x11000)
#define STATE ((volatile u64 *)0x12000)
#define BLOCK ((u64 *)0x13000)
#define BACK ((u64 *)0x14000)
#define SWEPT_AT 0x100000ul
#define LARGE_AT 0x200000ul
enum { SWEPT = 64, LARGE_PAGES = 1024, RECORDS = 256, SCATTER = 1024, SCATTERED = 1024, SECTORS_PER_BLOCK = 8 };
enum { PAGE = 4096, WORDS = PAGE / 8, OLD = 100 };
#define MIX 0x9e3779b97f4a7c15ul
enum { READ = 0, WRITE = 1, FLUSH = 4, ZERO = 13 };

static volatile u32 *const local_apic = (u32 *)0xfee00000;
/* The structures as they lie in the function's fourth region. */
static volatile u8 *const common = (u8 *)(u64)STRUCTURES_AT;
static volatile u16 *const notify = (u16 *)(u64)(STRUCTURES_AT + 0x3000);

static u64 n, chain;
static u16 available, used;
static int fills;
struct gate { u16 low, selector; u8 stack, kind; u16 middle; u32 high, zero; };
static struct gate gates[VECTOR + 1];
extern const u8 trapped[], answered[];

static void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static void out32(u16 port, u32 value) { __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }
static u8 in8(u16 port) { u8 value; __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port)); return value; }
static u32 in32(u16 port) { u32 value; __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port)); return value; }
static u64 time_stamp(void) { u32 low, high; __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)); return (u64)high << 32 | low; }

static void put(char letter) {
  while (!(in8(SERIAL_STATUS) & MAY_SEND)) {}
  out8(SERIAL, letter);
}
static void say(const char *text) { while (*text) put(*text++); }
static void put_n(void) { for (u64 power = 1000000000; power; power /= 10) put('0' + n / power % 10); }
static void put_chain(void) { for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[chain >> shift & 15]); }
__attribute__((noreturn)) void fail(const char *text) {
  say(text);
  put_n();
  put('\n');
  out8(EXIT, 1);
  for (;;) __asm__ volatile("cli\n\thlt");
}

static u64 hash(u64 step) { return step * MIX >> 40; }

static u32 config_read(int slot, int at) { out32(CONFIG_ADDRESS, 0x80000000u | slot << 11 | at); return in32(CONFIG_DATA); }
static void config_write(int slot, int at, u32 value) {
  out32(CONFIG_ADDRESS, 0x80000000u | slot << 11 | at);
  out32(CONFIG_DATA, value);
}
static volatile u32 *word(int at) { return (volatile u32 *)(common + at); }
static volatile u16 *half(int at) { return (volatile u16 *)(common + at); }

/* Finds the disk's function, places its regions and takes the device (virtio 1.3, sections 3.1.1 and 4.1.5.1). */
static void open_disk(void) {
  int slot = 0;
  while (config_read(slot, 0) != BLOCK_DEVICE) if (++slot == SLOTS) fail("E there is no disk at ");
  config_write(slot, BAR1, VECTORS_AT);
  config_write(slot, BAR4, STRUCTURES_AT);
  config_write(slot, BAR4 + 4, 0);
  config_write(slot, 4, 6); /* memory, bus master */
  volatile u32 *vectors = (u32 *)(u64)VECTORS_AT;
  vectors[0] = 0xfee00000;
  vectors[1] = 0;
  vectors[2] = VECTOR;
  vectors[3] = 0;
  for (int at = config_read(slot, 0x34) & 0xfc; at; at = config_read(slot, at) >> 8 & 0xfc)
    if ((config_read(slot, at) & 0xff) == MSIX) config_write(slot, at, config_read(slot, at) | 0x80000000u);
  common[0x14] = 0;
  common[0x14] = 1;
  common[0x14] = 3;
  *word(0) = 0;
  u32 offered = *word(4);
  fills = offered >> 14 & 1;
  *word(8) = 0;
  *word(12) = offered & (1 << 14 | 1 << 9);
  *word(8) = 1;
  *word(12) = 1; /* version 1 */
  common[0x14] = 11;
  *half(0x16) = 0;
  *half(0x18) = 8;
  *half(0x1a) = 0;
  *word(0x20) = (u64)QUEUE;
  *word(0x24) = 0;
  *word(0x28) = (u64)QUEUE + 0x400;
  *word(0x2c) = 0;
  *word(0x30) = (u64)QUEUE + 0x800;
  *word(0x34) = 0;
  *half(0x1c) = 1;
  common[0x14] = 15;
}

struct descriptor { u64 at; u32 length; u16 flags, next; };

/* Returns when it is done; a refused one fails. */
static void request(u32 kind, u64 sector, const volatile void *data, u32 length) {
  *(volatile u32 *)HEADER = kind;
  *(volatile u32 *)(HEADER + 4) = 0;
  *(volatile u64 *)(HEADER + 8) = sector;
  HEADER[16] = 0xff;
  volatile struct descriptor *queue = (void *)QUEUE;
  queue[0] = (struct descriptor){ (u64)HEADER, 16, 1, length ? 1 : 2 };
  queue[1] = (struct descriptor){ (u64)data, length, kind == READ ? 3 : 1, 2 };
  queue[2] = (struct descriptor){ (u64)HEADER + 16, 1, 2, 0 };
  *(volatile u16 *)(QUEUE + 0x404 + 2 * (available & 7)) = 0;
  available++;
  __asm__ volatile("mfence" : : : "memory");
  *(volatile u16 *)(QUEUE + 0x402) = available;
  __asm__ volatile("mfence" : : : "memory");
  notify[0] = 0;
  used++;
  /* Interrupts are open only while it sleeps, so none comes between the look and the sleep. */
  while (*(volatile u16 *)(QUEUE + 0x802) != used) __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
  if (HEADER[16]) fail("E the disk refused a request at ");
}

static void fill(u64 *at, u64 one, u64 other) {
  for (int word = 0; word < WORDS; word += 2) at[word] = one, at[word + 1] = other;
}
/* The n in the block that was read and its chain; one that is not all the same fails. */
static u64 whole(u64 *its_chain) {
  for (int word = 0; word < WORDS; word += 2)
    if (BACK[word] != BACK[0] || BACK[word + 1] != BACK[1]) fail("E a block is torn at ");
  *its_chain = BACK[1];
  return BACK[0];
}
static u64 record_of(u64 step, u64 *its_chain) {
  request(READ, step % RECORDS * SECTORS_PER_BLOCK, BACK, PAGE);
  return whole(its_chain);
}
static u64 scatter_place(void) { return (SCATTER + hash(n) % SCATTERED) * SECTORS_PER_BLOCK; }

/* What was there is there. */
static void check(void) {
  for (int page = 0; page < SWEPT; page++) {
    const volatile u64 *swept = (u64 *)(SWEPT_AT + page * PAGE);
    if (swept[0] != n || swept[1] != chain) fail("E memory is not what it was at ");
  }
  u64 its_chain;
  if (n % 16 == 0 && n > STATE[2] + OLD && record_of(n - OLD, &its_chain) != n - OLD)
    fail("E an older record is not on the disk at ");
}
static void sweep(void) {
  for (int page = 0; page < SWEPT; page++) {
    volatile u64 *swept = (u64 *)(SWEPT_AT + page * PAGE);
    swept[0] = n;
    swept[1] = chain;
  }
}
static void write_disk(void) {
  fill(BLOCK, n, chain);
  if (n % 8 == 3) request(WRITE, scatter_place(), BLOCK, PAGE);
  if (n % 8 == 7 && fills) {
    BACK[0] = scatter_place();
    BACK[1] = SECTORS_PER_BLOCK; /* one range: sector, count and flags */
    request(ZERO, 0, BACK, 16);
  } else if (n % 8 == 7) {
    fill(BACK, 0, 0);
    request(WRITE, scatter_place(), BACK, PAGE);
  }
  request(WRITE, n % RECORDS * SECTORS_PER_BLOCK, BLOCK, PAGE);
  request(FLUSH, 0, 0, 0);
}

static void set_gate(int vector, const u8 *entry) {
  u64 at = (u64)entry;
  gates[vector] = (struct gate){ at, 0x10, 0, 0x8e, at >> 16, at >> 32, 0 };
}

__attribute__((noreturn)) void begin(void) {
  for (int vector = 0; vector < 32; vector++) set_gate(vector, trapped);
  set_gate(VECTOR, answered);
  struct { u16 limit; u64 base; } __attribute__((packed)) table = { sizeof gates - 1, (u64)gates };
  __asm__ volatile("lidt %0" : : "m"(table));
  out8(0x21, 0xff);
  out8(0xa1, 0xff);
  local_apic[0xf0 / 4] = APIC_ENABLED;
  open_disk();
  for (u64 record = 0; record < RECORDS; record++) {
    u64 its_chain, step = record_of(record, &its_chain);
    if (step > n) n = step, chain = its_chain;
  }
  if (n) n--; /* what the newest step did besides is done again */
  STATE[0] = n;
  STATE[1] = chain;
  STATE[2] = n;
  sweep(); /* as if step n had swept */
  STATE[3] = 1;
  put('B');
  put_n();
  put('\n');
  for (;;) {
    check();
    n++;
    chain = (chain ^ time_stamp()) * MIX + n;
    volatile u64 *large = (u64 *)(LARGE_AT + hash(n) % LARGE_PAGES * PAGE);
    large[0] = n;
    large[WORDS - 1] = chain;
    sweep();
    write_disk();
    STATE[0] = n;
    STATE[1] = chain;
    put('R');
    put_n();
    put(' ');
    put_chain();
    put('\n');
  }
}

__attribute__((noreturn)) void trap(void) { fail("E a trap at "); }
void answer(void) { local_apic[0xb0 / 4] = 0; }

__asm__(
    ".globl _start\n_start:\nlea stack_end(%rip), %rsp\ncall begin\n"
    ".balign 16\ntrapped:\nand $-16, %rsp\ncall trap\n"
    ".balign 16\nanswered:\npush %rax\npush %rcx\npush %rdx\npush %rsi\npush %rdi\npush %r8\npush %r9\npush %r10\npush %r11\n"
    "call answer\n"
    "pop %r11\npop %r10\npop %r9\npop %r8\npop %rdi\npop %rsi\npop %rdx\npop %rcx\npop %rax\niretq\n"
    ".bss\n.balign 16\n.space 8192\nstack_end:\n.text\n");
