/*
 * Hello: a program without an operating system for the board pc, in 64-bit mode. It greets on the serial port, echoes what is
 * typed, and knows a few commands. It sleeps (hlt) while nothing is typed.
 *
 * The boot loader enters it as it enters Linux: RSI is the address of the zero page, which lists the memory, and the first
 * 4 GiB are mapped to themselves. Built into hello-amd64.elf by hello-amd64.sh, so that nobody needs a compiler.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

/* Ports: the serial port's registers; and of ACPI the status and enable registers of events, and the sleep control. */
enum { SERIAL = 0x3f8, SERIAL_INTERRUPTS = SERIAL + 1, SERIAL_STATUS = SERIAL + 5 };
enum { EVENT_STATUS = 0x600, EVENT_ENABLE = 0x602, POWER_BUTTON = 0x100, SLEEP = 0x604, SLEEP_OFF = 0x2000 };
enum { ARRIVED = 1, MAY_SEND = 0x20 };
/* The serial port is interrupt 4, ACPI's events are 9; their vectors are ours to choose. */
enum { SERIAL_PIN = 4, SERIAL_VECTOR = 0x24, EVENT_PIN = 9, EVENT_VECTOR = 0x29, LEVEL = 0x8000, EXCEPTIONS = 32, PAGE_FAULT = 14 };
enum { CTRL_D = 4, BACKSPACE = 8, ESCAPE = 27, DELETE = 127, LINE_BYTES = 120 };

static volatile u32 *const io_apic = (u32 *)0xfec00000;
static volatile u32 *const local_apic = (u32 *)0xfee00000;
enum { END_OF_INTERRUPT = 0xb0 / 4, SPURIOUS = 0xf0 / 4, APIC_ENABLED = 0x1ff };

static inline void out(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out_word(u16 port, u16 value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline u16 in_word(u16 port) {
  u16 value;
  __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline u8 in(u16 port) {
  u8 value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

struct gate { u16 low, selector; u8 stack, kind; u16 middle; u32 high, zero; };
static struct gate gates[EVENT_VECTOR + 1];
/* One entry for each exception, 16 bytes apart, that ends in `fault`. */
extern const u8 exception_entries[];
extern const u8 interrupt_entry[];
extern void prompt(void) __attribute__((noreturn));

/* Where the memory ends, in bytes, by the zero page. */
static u64 memory_end;

static void put(char letter) {
  while (!(in(SERIAL_STATUS) & MAY_SEND)) {}
  out(SERIAL, letter);
}
static void say(const char *text) { while (*text) put(*text++); }
static void say_number(u64 value) {
  char digits[20];
  int count = 0;
  do digits[count++] = '0' + value % 10; while (value /= 10);
  while (count) put(digits[--count]);
}
static void say_hex(u64 value, int digits) {
  for (int shift = 4 * digits - 4; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

static __attribute__((noreturn)) void power_off(void) {
  say("\r\nGood bye.\r\n");
  out_word(SLEEP, SLEEP_OFF);
  for (;;) __asm__ volatile("cli\n\thlt");
}

/* Sleeps until a byte arrives, or the power button is pressed. Interrupts are open only here. */
static char get(void) {
  while (!(in(SERIAL_STATUS) & ARRIVED)) {
    if (in_word(EVENT_STATUS) & POWER_BUTTON) { say("\r\nThe power button."); power_off(); }
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
  }
  return in(SERIAL);
}

static void get_line(char *line) {
  int length = 0;
  for (int escaped = 0;;) {
    char letter = get();
    /* Keys that send several bytes are left out: an escape, "[" and all up to a letter. */
    if (letter == ESCAPE) { escaped = 1; continue; }
    if (escaped) { escaped = letter == '[' || (letter >= '0' && letter <= '9') || letter == ';'; continue; }
    if (letter == '\r' || letter == '\n') break;
    if (letter == CTRL_D && length == 0) power_off();
    if ((letter == BACKSPACE || letter == DELETE) && length > 0) { length--; say("\b \b"); }
    if ((u8)letter < ' ' || letter == DELETE || length == LINE_BYTES) continue;
    line[length++] = letter;
    put(letter);
  }
  line[length] = 0;
  say("\r\n");
}

/* What follows a word at the beginning of a line, or nothing. */
static const char *after(const char *line, const char *word) {
  while (*word) if (*line++ != *word++) return 0;
  if (*line && *line != ' ') return 0;
  while (*line == ' ') line++;
  return line;
}

static void show_memory(const char *rest) {
  u64 address = 0;
  if (*rest == 0) {
    say_number(memory_end >> 20);
    say(" MiB of memory from 0x00000000\r\n");
    address = (u64)show_memory;
  }
  for (; *rest; rest++) {
    int digit = *rest >= '0' && *rest <= '9' ? *rest - '0' : (*rest | 32) >= 'a' && (*rest | 32) <= 'f' ? (*rest | 32) - 'a' + 10 : -1;
    if (digit < 0) { say("An address is hexadecimal: mem 100000\r\n"); return; }
    address = address << 4 | digit;
  }
  for (int row = 0; row < 4; row++) {
    const volatile u8 *bytes = (const u8 *)address + 16 * row;
    u8 seen[16];
    for (int index = 0; index < 16; index++) seen[index] = bytes[index];
    say_hex((u64)bytes, 16);
    for (int index = 0; index < 16; index++) { put(' '); say_hex(seen[index], 2); }
    say("  ");
    for (int index = 0; index < 16; index++) put(seen[index] >= ' ' && seen[index] < DELETE ? seen[index] : '.');
    say("\r\n");
  }
}

static void show_time(void) {
  u32 low, high, denominator, numerator, crystal, rest;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  /* How fast it counts, the processor tells. */
  __asm__ volatile("cpuid" : "=a"(denominator), "=b"(numerator), "=c"(crystal), "=d"(rest) : "a"(0x15), "c"(0));
  u64 ticks = (u64)high << 32 | low, second = (u64)crystal * numerator / denominator;
  say_number(ticks / second);
  put('.');
  u64 thousandths = ticks % second * 1000 / second;
  for (u64 power = 100; power; power /= 10) put('0' + thousandths / power % 10);
  say(" seconds since the machine started (");
  say_number(ticks);
  say(" ticks)\r\n");
}

/* An instruction that went wrong; its command is given up. */
__attribute__((noreturn)) void fault(u64 vector, u64 instruction, u64 address) {
  say("\r\nThat did not work: exception ");
  say_number(vector);
  say(" at 0x");
  say_hex(vector == PAGE_FAULT ? address : instruction, 16);
  say("\r\n");
  prompt();
}

__attribute__((noreturn)) void converse(void) {
  static char line[LINE_BYTES + 1];
  for (;;) {
    const char *rest;
    say("\033[1;34m>\033[0m ");
    get_line(line);
    if (*line == 0) continue;
    if (after(line, "help"))
      say("mem           how much memory there is, and the first bytes of this program\r\n"
          "mem ADDRESS   64 bytes from a hexadecimal address\r\n"
          "time          since the machine started\r\n"
          "off           powers off (Ctrl-D and the power button do too)\r\n"
          "Anything else is echoed.\r\n");
    else if ((rest = after(line, "mem"))) show_memory(rest);
    else if (after(line, "time")) show_time();
    else if (after(line, "off")) power_off();
    else { say("You said: "); say(line); say("\r\n"); }
  }
}

static void set_gate(int vector, const u8 *entry) {
  u64 at = (u64)entry;
  gates[vector] = (struct gate){ at, 0x10, 0, 0x8e, at >> 16, at >> 32, 0 };
}
static void set_pin(int pin, u32 low) {
  io_apic[0] = 0x10 + 2 * pin;
  io_apic[4] = low;
}

void begin(const u8 *zero_page) {
  for (int entry = 0; entry < zero_page[0x1e8]; entry++) {
    const u8 *range = zero_page + 0x2d0 + 20 * entry;
    u64 end = *(const u64 *)range + *(const u64 *)(range + 8);
    if (*(const u32 *)(range + 16) == 1 && end > memory_end) memory_end = end;
  }
  for (int vector = 0; vector < EXCEPTIONS; vector++) set_gate(vector, exception_entries + 16 * vector);
  set_gate(SERIAL_VECTOR, interrupt_entry);
  /* It does what there is to do for any interrupt: says that it has come. */
  set_gate(EVENT_VECTOR, interrupt_entry);
  struct { u16 limit; u64 base; } __attribute__((packed)) table = { sizeof gates - 1, (u64)gates };
  __asm__ volatile("lidt %0" : : "m"(table));
  /* The old interrupt controllers stay silent; the serial port comes by the new ones. */
  out(0x21, 0xff);
  out(0xa1, 0xff);
  local_apic[SPURIOUS] = APIC_ENABLED;
  set_pin(SERIAL_PIN, SERIAL_VECTOR);
  set_pin(EVENT_PIN, EVENT_VECTOR | LEVEL);
  out_word(EVENT_ENABLE, POWER_BUTTON);
  out(SERIAL_INTERRUPTS, 1);
  say("\r\n\033[1;32mHello from a bare amd64 machine.\033[0m\r\n"
      "There is no operating system here, only this small program. help lists what it does.\r\n");
}

/* The button's interrupt lasts as long as it is enabled; what was pressed is still known afterwards. */
void interrupted(void) {
  if (in_word(EVENT_STATUS) & POWER_BUTTON) out_word(EVENT_ENABLE, 0);
  local_apic[END_OF_INTERRUPT] = 0;
}

__asm__(
    ".globl _start\n_start:\n"
    "lea stack_end(%rip), %rsp\nmov %rsi, %rdi\ncall begin\n"
    /* Also after a fault, with the stack as it was. */
    ".globl prompt\nprompt:\nlea stack_end(%rip), %rsp\ncall converse\n"
    /* Exceptions with an error code have it on the stack already: 8, 10 to 14, 17, 21, 29, 30. */
    ".balign 16\nexception_entries:\n.set vector, 0\n.rept 32\n.balign 16\n"
    ".if (0x60227d00 >> vector) & 1 == 0\npush $0\n.endif\npush $vector\njmp exception\n.set vector, vector + 1\n.endr\n"
    "exception:\nmov (%rsp), %rdi\nmov 16(%rsp), %rsi\nmov %cr2, %rdx\nand $-16, %rsp\ncall fault\n"
    ".balign 16\ninterrupt_entry:\npush %rax\npush %rcx\npush %rdx\npush %rsi\npush %rdi\npush %r8\npush %r9\npush %r10\npush %r11\n"
    "call interrupted\n"
    "pop %r11\npop %r10\npop %r9\npop %r8\npop %rdi\npop %rsi\npop %rdx\npop %rcx\npop %rax\niretq\n"
    ".bss\n.balign 16\n.space 8192\nstack_end:\n.text\n");
