/** The section "programs": what people run, from Debian's packages, in the same root on both sides, in wall and processor time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootBoot } from '../../boot/debian-root.ts';
import { GUEST_BOARDS } from '../boards.ts';
import { ours, peer } from '../guest.ts';
import { type CaseLine, compare, groupResult, type ProgramsResult, readCases } from '../measures.ts';
import type { BenchOptions } from '../options.ts';
import { type GuestCommand, type GuestRun, runGuest } from '../run-guest.ts';
import { PROGRAM_CASES, sizeOf } from './cases.ts';
import { programsRoot } from './root.ts';

const also = (command: GuestCommand, ...args: readonly string[]): GuestCommand => ({ ...command, args: [...command.args, ...args] });

/** @throws Error when a program does not end well on one side, or not with the same result on both */
export async function measurePrograms({ quick, runs, engine, board, only }: BenchOptions): Promise<ProgramsResult> {
  const named = PROGRAM_CASES.filter(({ name }) => only?.includes(name));
  const cases = named.length > 0 ? named : PROGRAM_CASES;
  const image = await programsRoot(board);
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-programs-'));
  const lines: Map<string, CaseLine>[][] = [[], []];
  const processor: Record<string, readonly [number[], number[]]> = {};
  try {
    const { template, peerDisk } = GUEST_BOARDS[board];
    const boot = await rootBoot(folder, template);
    for (let run = 1; run <= runs; run++)
      // A boot for each, so that its processor time is the program's, but for the boot's.
      for (const each of cases) {
        console.error(`${each.name}, run ${run} of ${runs}`);
        const guest = {
          kind: 'linux',
          ...boot,
          commandLine: `${boot.commandLine} vivarium.programs=${each.name}:${sizeOf(each, quick)}`,
        } as const;
        const sides = [
          also(ours(guest, engine, board), '--drive', `file=${image},format=raw,throwaway`),
          also(peer(guest, board), '-drive', `file=${image},format=raw,if=none,id=disk0,snapshot=on`, '-device', `${peerDisk},drive=disk0`),
        ];
        for (const [side, command] of sides.entries()) {
          const done = await runGuest(command, 'end');
          noteCase(lines[side] as Map<string, CaseLine>[], run - 1, done);
          ((processor[each.name] ??= [[], []])[side as 0 | 1] as number[]).push(done.processorSeconds);
        }
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const [a = [], b = []] = lines;
  return {
    wall: groupResult(cases, a, b),
    processor: Object.fromEntries(Object.entries(processor).map(([name, [one, other]]) => [name, compare(one, other)])),
  };
}

function noteCase(lines: Map<string, CaseLine>[], run: number, { console }: GuestRun): void {
  const known = (lines[run] ??= new Map());
  for (const [name, line] of readCases(console)) known.set(name, line);
}
