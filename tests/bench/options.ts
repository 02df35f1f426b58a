/** The benchmark's command line. */
import { parseArgs } from 'node:util';
import type { EngineMode } from '../../emulator/index.ts';
import { GUEST_BOARD_NAMES, type GuestBoardName, isGuestBoard } from './boards.ts';
import { CASES } from './cases.ts';
import { PROGRAM_CASES } from './programs/cases.ts';
import { SYSTEM_CASES } from './system/cases.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly runs: number;
  readonly engine: EngineMode;
  readonly board: GuestBoardName;
  /** Absent: all. */
  readonly only?: readonly string[];
  readonly json?: string;
  /** A result to compare with. */
  readonly against?: string;
}
/** A wrong call, said to the person. */
export class BenchCallError extends Error {
  override readonly name = 'BenchCallError';
}

/** Things to measure besides the cases. */
export const BOOT = 'boot';
export const DISK = 'disk';
export const SNAPSHOTS = 'snapshots';
export const V86 = 'v86';
export const NETWORK = 'network';
export const SHARE = 'share';
export const PROGRAMS = 'programs';
export const SYSTEM = 'system';
const SECTIONS: readonly string[] = [BOOT, PROGRAMS, SYSTEM, DISK, SNAPSHOTS, V86, NETWORK, SHARE];
const NAMES: readonly string[] = [...SECTIONS, ...[...CASES, ...PROGRAM_CASES, ...SYSTEM_CASES].map(({ name }) => name)];

export const HELP = `npm run bench: our guest against QEMU's emulation, measured side by side on this machine

Usage: npm run bench [-- OPTION...]

  --quick            one run with smaller sizes
  --runs N           runs of each side; medians are shown (default 3)
  --only NAME[,...]  only these: ${NAMES.join(', ')}
  --engine ENGINE    auto, interpreter or compiler (default auto)
  --board BOARD      ${GUEST_BOARD_NAMES.join(' or ')} (default riscv64-virt); disk, snapshots and share are measured on riscv64-virt
                     only, v86 (the suite as a 32-bit kernel, beside the npm package of that name) on pc only
  --json FILE        also write the result as JSON
  --against FILE     compare with such a result: exit status 3 where something is slower, beside its peer, than the noise
                     of both explains (3 % at least). It takes two runs or more of each

Both boot Debian's kernel for the board with one core and 512 MiB; start to power-off includes starting the process. The
exit status says whether everything ran and gave the same results, not how fast, unless there is --against.`;

/** @throws BenchCallError for a wrong call */
export function benchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { quick, runs, engine, board, only, json, against, help } = parse(args);
  if (help) return 'help';
  if (engine !== 'auto' && engine !== 'interpreter' && engine !== 'compiler')
    throw new BenchCallError(`--engine takes auto, interpreter or compiler, not "${engine}"`);
  if (!isGuestBoard(board)) throw new BenchCallError(`--board takes ${GUEST_BOARD_NAMES.join(' or ')}, not "${board}"`);
  const count = Number(runs ?? (quick ? 1 : 3));
  if (!Number.isInteger(count) || count < 1 || count > 99) throw new BenchCallError(`--runs takes a number from 1 to 99, not "${runs}"`);
  const names = only?.flatMap((text) => text.split(','));
  const stray = names?.find((name) => !NAMES.includes(name));
  if (stray !== undefined) throw new BenchCallError(`there is no case "${stray}". There are: ${NAMES.join(', ')}`);
  const elsewhere = board === 'riscv64-virt' ? undefined : names?.find((name) => name === DISK || name === SNAPSHOTS || name === SHARE);
  if (elsewhere !== undefined) throw new BenchCallError(`${elsewhere} is measured on riscv64-virt only: leave --board out`);
  if (names?.includes(V86) && board !== 'pc') throw new BenchCallError(`${V86} is measured on the board pc: add --board pc`);
  if (against !== undefined && count < 2) throw new BenchCallError('--against takes two runs or more: add --runs 3');
  const given = {
    ...(names ? { only: names } : {}),
    ...(json === undefined ? {} : { json }),
    ...(against === undefined ? {} : { against }),
  };
  return { quick, runs: count, engine, board, ...given };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        runs: { type: 'string' },
        only: { type: 'string', multiple: true },
        engine: { type: 'string', default: 'auto' },
        board: { type: 'string', default: 'riscv64-virt' },
        json: { type: 'string' },
        against: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BenchCallError((error as Error).message);
  }
}
