/** The suite as a 32-bit kernel without an operating system, which v86 and our board `pc` both start by multiboot. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tool } from '../../kit/tools.ts';

const source = (name: string) => fileURLToPath(new URL(`../guest/${name}`, import.meta.url));

// prettier-ignore
const OPTIONS = [
  '-m32', '-march=pentium4', '-msse2', '-mfpmath=sse', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-fno-math-errno',
  '-ffreestanding', '-fno-pic', '-no-pie', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables',
  '-fno-tree-loop-distribute-patterns', '-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,-z,noseparate-code',
  // Where multiboot kernels lie.
  '-Wl,-Ttext-segment=0x100000', '-s',
];

/** Compiles it into a folder. @returns its path */
export function compileAlone(folder: string): string {
  const program = join(folder, 'bench32.elf');
  const sources = [source('alone/alone.c'), source('bench.c')];
  execFileSync(tool('x86-64-gcc') ?? 'gcc', [...OPTIONS, '-isystem', source('alone'), '-o', program, ...sources]);
  return program;
}
