/** The trials' command line. */
import { parseArgs } from 'node:util';
import { GUEST_BOARD_NAMES, type GuestBoardName, isGuestBoard } from '../bench/boards.ts';

export interface SoakOptions {
  readonly kills: number;
  readonly restores: number;
  readonly debian: number;
  readonly neighbours: number;
  readonly roots: number;
  /** Megabytes, both ways together. */
  readonly load: number;
  readonly board: GuestBoardName;
  readonly seed: number;
  readonly json?: string;
}
/** A wrong call, said to the person. */
export class SoakCallError extends Error {
  override readonly name = 'SoakCallError';
}

export const HELP = `npm run soak: kill and restore trials of the whole program

Usage: npm run soak [-- OPTION...]

  --kills N      kill the program at N random moments while it works; nothing finished may be lost (default 200)
  --restores N   go back N times to random points of a branching history; each must be what it was (default 200)
  --debian N     go back N times on Debian with 512 MiB under load, too; it needs apt and a cross compiler (default 0)
  --neighbours N have N machines fail, end and go back at random moments beside three that must run on (default 0)
  --roots N      boot a Debian root on a disk N times and compare what its programs give with what is known: on
                 riscv64-virt with 2 and with 4 cores and 300 short programs; on pc with 1 and with 2 cores, a login and
                 the packages' programs. It needs root, apt and debootstrap, for pc on x86-64 (default 0)
  --load MB      carry MB megabytes through a card of Debian's, half of them each way, while its console is flooded and
                 snapshots are taken: nothing may be lost, and no more than 100 MiB of memory be taken for it; it needs apt
                 (default 0)
  --board BOARD  ${GUEST_BOARD_NAMES.join(' or ')}: the board of all machines (default riscv64-virt)
  --seed S       the random numbers (default: another each time; printed)
  --json FILE    also write the result as JSON

Ends at the first loss, with status 1, and says what was lost, with the seed and the step.`;

const MAX_COUNT = 1_000_000;

/** @throws SoakCallError for a wrong call */
export function soakOptions(args: readonly string[]): SoakOptions | 'help' {
  const { help, kills, restores, debian, neighbours, roots, load, board, seed, json } = parse(args);
  if (help) return 'help';
  if (!isGuestBoard(board)) throw new SoakCallError(`--board takes ${GUEST_BOARD_NAMES.join(' or ')}, not "${board}"`);
  if (board !== 'riscv64-virt' && neighbours !== '0')
    throw new SoakCallError('--neighbours has machines of riscv64-virt only: leave --board out');
  const count = (name: string, text: string) => {
    if (!/^\d+$/.test(text) || Number(text) > MAX_COUNT)
      throw new SoakCallError(`--${name} takes a number from 0 to ${MAX_COUNT}, not "${text}"`);
    return Number(text);
  };
  return {
    kills: count('kills', kills),
    restores: count('restores', restores),
    debian: count('debian', debian),
    neighbours: count('neighbours', neighbours),
    roots: count('roots', roots),
    load: count('load', load),
    board,
    seed: count('seed', seed ?? String(Date.now() % MAX_COUNT)),
    ...(json === undefined ? {} : { json }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string', default: '200' },
        restores: { type: 'string', default: '200' },
        debian: { type: 'string', default: '0' },
        neighbours: { type: 'string', default: '0' },
        roots: { type: 'string', default: '0' },
        load: { type: 'string', default: '0' },
        board: { type: 'string', default: 'riscv64-virt' },
        seed: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new SoakCallError((error as Error).message);
  }
}
