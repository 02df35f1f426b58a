/** Machines for tests of snapshot points: bare programs, what they print, and points kept in memory. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { assemble } from '../../../emulator/isa/assembly.ts';
import { startMachine } from '../../../emulator/host/index.ts';
import { readState } from '../../../emulator/machine/saved-state.ts';
import { copyPages, fillPages } from '../../../emulator/host/pages.ts';
import type {
  Ending,
  EngineMode,
  MachineConfiguration,
  RestorePoint,
  RunningMachine,
  SavedPoint,
  SharedRam,
} from '../../../emulator/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-points-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let programs = 0;

/** A machine of a bare program in assembly. */
export function bare(source: string, engine: EngineMode, more: Partial<MachineConfiguration> = {}): MachineConfiguration {
  const program = join(folder, `program-${programs++}.bin`);
  writeFileSync(program, assemble(source).bytes);
  const boot = { kind: 'bare', program } as const;
  return { board: 'riscv64-virt', memoryBytes: 64 * 2 ** 20, cores: 1, engine, boot, disks: [], ports: [], ...more };
}

export interface Attached {
  readonly machine: RunningMachine;
  /** What was printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<Ending>;
  readonly log: string[];
  says(text: string): Promise<void>;
}

export async function attach(configuration: MachineConfiguration, point?: RestorePoint): Promise<Attached> {
  let output = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  const ended = Promise.withResolvers<Ending>();
  const log: string[] = [];
  let machine: RunningMachine | undefined;
  const events = {
    output: (console: number, bytes: Uint8Array) => {
      output += Buffer.from(bytes).toString('latin1');
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
      setImmediate(() => machine?.acknowledge(console, bytes.length));
    },
    ended: (ending: Ending) => ended.resolve(ending),
    log: (line: string) => void log.push(line),
  };
  machine = await startMachine(configuration, events, point);
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      if (output.includes(text)) resolve();
      else waiting.push({ text, resolve });
    });
  return { machine, printed: () => output, ended: ended.promise, log, says };
}

/** The pages that are not zero. */
export type Pages = ReadonlyMap<number, Uint8Array>;

/** A saved state with its whole memory. */
export interface Point {
  readonly state: Uint8Array;
  readonly pages: Pages;
  readonly uptimeMs: number;
  /** Of the state and all of RAM. */
  readonly hash: string;
  /** How many pages were copied for it. */
  readonly copied: number;
}

function hashOf(state: Uint8Array, pages: Pages): string {
  const hash = createHash('sha256').update(state);
  for (const [page, bytes] of [...pages].sort(([a], [b]) => a - b)) hash.update(String(page)).update(bytes);
  return hash.digest('hex');
}

/** Copies what a snapshot point has marked. @param base the pages it has in common where only changed ones are marked */
export async function pointOf({ state, ram, uptimeMs }: SavedPoint, base?: Point): Promise<Point> {
  const pages = new Map(base?.pages);
  let copied = 0;
  await copyPages(ram, (page, bytes) => {
    copied++;
    if (bytes) pages.set(page, bytes);
    else pages.delete(page);
  });
  return { state, pages, uptimeMs, copied, hash: hashOf(state, pages) };
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined) => a === b || (a && b ? Buffer.compare(a, b) === 0 : false);

/** In what two points differ, by name: nothing where they are the same. */
export function inequalities(one: Point, other: Point): string[] {
  const [a, b] = [readState(one.state), readState(other.state)];
  const list: string[] = a.machine.ticks === b.machine.ticks ? [] : [`ticks ${a.machine.ticks} ${b.machine.ticks}`];
  for (const [name, { fields }] of a.components)
    for (const [field, bytes] of Object.entries(fields)) {
      const there = b.components.get(name)?.fields[field];
      if (!same(bytes, there)) list.push(`${name}.${field} ${hex(bytes)} ${there ? hex(there) : 'missing'}`);
    }
  const pages = [...new Set([...one.pages.keys(), ...other.pages.keys()])].filter(
    (page) => !same(one.pages.get(page), other.pages.get(page)),
  );
  if (pages.length > 0) list.push(`${pages.length} pages: ${pages.slice(0, 20).join(' ')}`);
  return list;
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The pages in which two memories differ, as bits. */
export function differences(memoryBytes: number, to: Pages, from: Pages = new Map()): Uint8Array {
  const bits = new Uint8Array(memoryBytes / 4096 / 8);
  for (const page of new Set([...to.keys(), ...from.keys()]))
    if (!same(to.get(page), from.get(page))) bits[page >> 3] = (bits[page >> 3] as number) | (1 << (page & 7));
  return bits;
}

export interface PointOptions {
  /** The point that the machine's memory was last saved as or put back to; absent: for a start. */
  readonly from?: Point;
  /** Awaited before each batch that is read. */
  readonly slow?: (pages: readonly number[]) => Promise<void>;
  readonly paused?: boolean;
  /** Called with what became of the filling. */
  readonly filled?: (result: Promise<string>) => void;
}

/** A point to go on from, filled on this thread. */
export function restorePoint(point: Point, memoryBytes: number, { from, slow, paused = false, filled }: PointOptions = {}): RestorePoint {
  return {
    state: point.state,
    differs: differences(memoryBytes, point.pages, from?.pages),
    paused,
    fill: (ram: SharedRam) => {
      const result = fillPages(ram, async (pages) => {
        await slow?.(pages);
        return pages.map((page) => point.pages.get(page));
      });
      result.catch(() => undefined);
      filled?.(result);
    },
  };
}

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
