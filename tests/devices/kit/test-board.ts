/** A board over memory of its own, with a clock and an outside that the test controls. */
import { GuestMemory } from '../../../emulator/memory/guest-memory.ts';
import { type Board, createBoard } from '../../../emulator/board/kit/board.ts';
import type { BackEnds } from '../../../emulator/board/kit/back-ends.ts';
import { boardLayout } from '../../../emulator/board/kit/layout.ts';
import type { BoardConfiguration } from '../../../emulator/board/kit/plan.ts';
import type { PowerRequest } from '../../../emulator/device/kit/part.ts';
import { boardKind, loadBoard } from '../../../emulator/board/boards.ts';

export interface TestBoard {
  readonly board: Board;
  readonly memory: GuestMemory;
  readonly buffer: SharedArrayBuffer;
  /** Where each core's architectural state is in `buffer`. */
  readonly states: readonly number[];
  readonly pageFlags: Uint8Array;
  /** In ticks of 100 ns, and parts of them. */
  readonly clock: { now: number };
  readonly power: PowerRequest[];
  readonly log: string[];
  /** Bytes right before and after RAM, which stay zero unless something writes outside it. */
  readonly guards: readonly Uint8Array[];
  /** Pages of translated code that devices have written. */
  readonly codeWrites: number[];
}

await loadBoard('riscv64-virt');
await loadBoard('pc');

const GUARD_BYTES = 4096;

export const RAM_BYTES = 4 * 1024 * 1024;

/** Builds and initialises a board; `configuration` says what differs from one core, no disks and no ports. */
export function testBoard(configuration: Partial<BoardConfiguration> = {}, ramBytes = RAM_BYTES): TestBoard {
  const layout = boardLayout({ board: 'riscv64-virt', cores: 1, memoryBytes: ramBytes, disks: [], ports: [], ...configuration }, 0);
  const kind = boardKind(layout.configuration.board);
  const coreBytes = kind.architecture.state.size;
  const states = Array.from({ length: layout.configuration.cores }, (_, core) => layout.size + core * coreBytes);
  const ramOffset = Math.ceil((layout.size + states.length * coreBytes) / 4096) * 4096 + GUARD_BYTES;
  const buffer = new SharedArrayBuffer(ramOffset + ramBytes + GUARD_BYTES);
  const pageFlags = new Uint8Array(new SharedArrayBuffer(ramBytes / 4096));
  const clock = { now: 0 };
  const made = { power: [] as PowerRequest[], log: [] as string[], codeWrites: [] as number[] };
  const codeWritten = (page: number) => void made.codeWrites.push(page);
  const memory = new GuestMemory({
    buffer,
    ramOffset,
    ranges: kind.memory(ramBytes),
    pageFlags,
    fetch: () => undefined,
    keep: () => undefined,
    codeWritten,
  });
  const board = createBoard(layout, {
    buffer,
    memory,
    clock: { ticks: () => Math.floor(clock.now), nanoseconds: () => Math.floor(clock.now * 100) },
    powerRequested: (request) => made.power.push(request),
    log: (line) => made.log.push(line),
    states,
  });
  board.initialise();
  const guards = [ramOffset - GUARD_BYTES, ramOffset + ramBytes].map((at) => new Uint8Array(buffer, at, GUARD_BYTES));
  const result: TestBoard = { board, memory, buffer, states, pageFlags, clock, guards, ...made };
  return result;
}

/** What came out of the consoles, and the rest of an outside. */
export interface TestOutside extends BackEnds {
  readonly printed: Map<number, number[]>;
}

/** An outside: collects output, fixed entropy, a wall clock at 1 second past the epoch unless told. */
export function testOutside(parts: Partial<BackEnds> = {}): TestOutside {
  const printed = new Map<number, number[]>();
  return {
    printed,
    disks: [],
    networks: [],
    shares: [],
    output: (console, bytes) => {
      printed.set(console, [...(printed.get(console) ?? []), ...bytes]);
    },
    entropy: (count) => new Uint8Array(count).fill(0xa5),
    wallClock: () => 1_000_000_000n,
    later: (milliseconds, action) => void setTimeout(action, milliseconds),
    soon: (action) => void setImmediate(action),
    ...parts,
  };
}

/** Lets the I/O loop and everything it started settle. */
export async function settle(milliseconds = 15): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until something holds: for what takes several rounds of a loop or another thread, however busy the machine is. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (const limit = Date.now() + 20_000; !holds() && Date.now() < limit;) await settle(1);
}

export const text = (bytes: Iterable<number> | undefined): string => String.fromCharCode(...(bytes ?? []));
export const ascii = (line: string): Uint8Array => Uint8Array.from([...line].map((letter) => letter.charCodeAt(0)));

/** A small seeded generator (xorshift32), so that a failing run can be repeated. */
export function seeded(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
