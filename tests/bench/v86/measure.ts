/** Our board `pc` beside v86, the emulator in WebAssembly for 32-bit PCs: the same kernel without an operating system in both. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CASES } from '../cases.ts';
import { type CaseLine, groupResult, readCases, type V86Result } from '../measures.ts';
import type { BenchOptions } from '../options.ts';
import { compileAlone } from './program.ts';

const VIV = fileURLToPath(new URL('../../../main/cli/viv.js', import.meta.url));
const V86 = fileURLToPath(new URL('./run-v86.ts', import.meta.url));
/** v86 takes several seconds for what QEMU does in one. */
const PART = { quick: 0.2, whole: 1 } as const;

/** Runs the kernel in a process. @returns the cases' lines, with the seconds from `start` to the line as they arrived here */
async function timed(args: readonly string[]): Promise<Map<string, CaseLine>> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const found = new Map<string, CaseLine>();
  let from = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const now = performance.now();
    if (line.startsWith('start ')) from = now;
    for (const [name, { checksum }] of readCases(line)) found.set(name, { checksum, seconds: (now - from) / 1000 });
  }
  return found;
}

/** @throws Error when one of them does not run a case, or not with the same result */
export async function measureV86({ quick, runs, engine, only }: BenchOptions): Promise<V86Result> {
  const named = CASES.filter(({ name }) => only?.includes(name));
  const cases = named.length > 0 ? named : CASES;
  const part = quick ? PART.quick : PART.whole;
  const commandLine = cases.map(({ name, rounds }) => `${name}:${Math.max(1, Math.round(rounds * part))}`).join(' ');
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    const [narrow, wide] = [compileAlone(folder, 32), compileAlone(folder, 64)];
    const us = (kernel: string) => [VIV, 'run', '--board', 'pc', '--kernel', kernel, '--append', commandLine, '--engine', engine];
    const sides = [us(narrow), us(wide), [V86, narrow, commandLine]];
    const found = sides.map((): Map<string, CaseLine>[] => []);
    for (let run = 1; run <= runs; run++) {
      console.error(`beside v86, run ${run} of ${runs}`);
      for (const [index, side] of sides.entries()) found[index]?.push(await timed(side));
    }
    const [ours32 = [], ours64 = [], peer = []] = found;
    return { same: groupResult(cases, ours32, peer), wide: groupResult(cases, ours64, peer) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
