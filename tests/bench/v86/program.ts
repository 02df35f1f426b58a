/** The suite as a kernel without an operating system: with 32 bits v86 and our board `pc` both start it, with 64 only ours. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tool } from '../../kit/tools.ts';

const source = (name: string) => fileURLToPath(new URL(`../guest/${name}`, import.meta.url));

// prettier-ignore
const OPTIONS = [
  '-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-fno-math-errno', '-ffreestanding', '-fno-pic', '-no-pie', '-fno-stack-protector',
  '-fcf-protection=none', '-fno-asynchronous-unwind-tables', '-fno-tree-loop-distribute-patterns', '-nostdlib', '-static',
  // Where kernels lie that a multiboot loader starts.
  '-Wl,--build-id=none', '-Wl,-z,noseparate-code', '-Wl,-Ttext-segment=0x100000', '-s',
];
const WIDTHS = { 32: ['-m32', '-march=pentium4', '-msse2', '-mfpmath=sse'], 64: ['-m64', '-mno-red-zone'] } as const;

/** Compiles it into a folder. @returns its path */
export function compileAlone(folder: string, bits: keyof typeof WIDTHS): string {
  const program = join(folder, `bench${bits}.elf`);
  const sources = [source('alone/alone.c'), source('bench.c')];
  execFileSync(tool('x86-64-gcc') ?? 'gcc', [...WIDTHS[bits], ...OPTIONS, '-isystem', source('alone'), '-o', program, ...sources]);
  return program;
}
