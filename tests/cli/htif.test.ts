/** Bare programs as riscv-tests writes them: they print and end through `tohost`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith, tool } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

const SOURCE = `
typedef unsigned long u64;
volatile u64 tohost __attribute__((section(".htif"), aligned(64))), fromhost __attribute__((section(".htif"), aligned(64)));
volatile u64 magic[8] __attribute__((aligned(64)));
static void ask(u64 command) { tohost = command; while (fromhost == 0) ; fromhost = 0; }
static void put(char c) { ask(0x0101000000000000UL | (unsigned char)c); }
int main(void) {
  for (const char *text = "one "; *text; text++) put(*text);
  static const char two[] = "two\\n";
  magic[0] = 64; magic[1] = 1; magic[2] = (u64)two; magic[3] = 4;
  __sync_synchronize();
  ask((u64)magic);
  int written = magic[0];
  #ifdef READS
  ask(0x0100000000000000UL);
  #endif
  tohost = (written << 1) | 1;
  for (;;) ;
}
asm(".section .text.start, \\"ax\\"\\n .globl _start\\n _start: la sp, top\\n call main\\n .bss\\n .space 4096\\n top:\\n .text");
`;

describeWith(['riscv64-linux-gnu-gcc'], 'a program that speaks to its host', () => {
  function build(folder: string, ...options: readonly string[]): string {
    const [source, script, file] = ['htif.c', 'link.ld', 'htif.elf'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(source, SOURCE);
    writeFileSync(
      script,
      'ENTRY(_start) SECTIONS { . = 0x80000000; .text : { *(.text.start) *(.text*) } .htif : { *(.htif) } .data : { *(.data* .rodata* .sdata* .srodata*) } .bss : { *(.bss* .sbss*) } }',
    );
    const flags = [
      '-O1',
      '-nostdlib',
      '-static',
      '-ffreestanding',
      '-fno-pic',
      '-mcmodel=medany',
      '-Wl,--build-id=none',
      `-Wl,-T,${script}`,
    ];
    execFileSync(tool('riscv64-linux-gnu-gcc')!, [...flags, ...options, source, '-o', file], { stdio: 'ignore' });
    return file;
  }

  test.each(['interpreter', 'compiler', 'auto'])('prints and ends (%s)', async (engine) => {
    const folder = temporaryFolder();
    const result = await viv(folder, 'run', '--bare', build(folder), '--engine', engine, '--timeout', '60');
    expect(result).toEqual({ status: 4, out: 'one two\n', err: '' });
  });

  test('is told what is not answered', async () => {
    const folder = temporaryFolder();
    const { status, err } = await viv(folder, 'run', '--bare', build(folder, '-DREADS'), '--timeout', '60');
    expect([status, err]).toEqual([1, expect.stringContaining('the program asks the HTIF host for console input')]);
  });
});
