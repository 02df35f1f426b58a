/** The guest of the trials, built for a board: the project's own assembler for RISC-V, the computer's compiler for a PC. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '../../emulator/isa/assembly.ts';
import type { GuestBoardName } from '../bench/boards.ts';
import { tool } from '../kit/tools.ts';

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A program without anything around it, at an address that its own data leaves free. */
// prettier-ignore
const FREESTANDING = [
  '-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-march=x86-64', '-mgeneral-regs-only', '-mno-red-zone', '-ffreestanding', '-fno-pic',
  '-no-pie', '-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-fcf-protection=none', '-fno-tree-loop-distribute-patterns',
  '-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,-z,noseparate-code', '-Wl,-Ttext-segment=0x700000', '-s',
];

/** Builds it in a folder. @returns its path */
export function buildGuest(board: GuestBoardName, folder: string): string {
  if (board === 'pc') {
    const program = join(folder, 'guest.elf');
    execFileSync(tool('x86-64-gcc') ?? 'gcc', [...FREESTANDING, '-o', program, source('./guest-amd64.c')], { stdio: 'pipe' });
    return program;
  }
  const program = join(folder, 'guest.bin');
  writeFileSync(program, assemble(readFileSync(source('./guest.s'), 'utf8')).bytes);
  return program;
}
