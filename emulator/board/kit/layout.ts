/**
 * Where a board's things lie in the machine's shared memory: pure arithmetic, the same on every thread. State goes
 * into snapshots; guards, rings, doorbell and release word are between threads and do not.
 */
import { coreSignals } from '../../device/kit/core-signals.ts';
import { GUARD_SIZE, type Place } from '../../device/kit/device.ts';
import { Doorbell } from '../../device/kit/doorbell.ts';
import type { Component, Part } from '../../device/kit/part.ts';
import { pciPorts } from '../../device/pci/port-access.ts';
import { boardKind } from '../boards.ts';
import type { BoardConfiguration, BoardPlan } from './plan.ts';

/** Ring memory keeps its distance from other words, so that cores do not fight over cache lines. */
const CACHE_LINE = 64;

/** A component, where it is, and whether a saved machine may lack it. */
export interface PlacedComponent extends Component {
  readonly stateAt: number;
  readonly guardAt: number;
  readonly added: boolean;
}

export interface BoardLayout {
  readonly configuration: BoardConfiguration;
  readonly plan: BoardPlan;
  /** By name. */
  readonly components: ReadonlyMap<string, PlacedComponent>;
  /** Byte offsets of what threads share, by part and name. */
  readonly shared: ReadonlyMap<string, number>;
  /** Byte offset of each core's `core-signals`. */
  readonly signals: readonly number[];
  readonly doorbell: number;
  /** Byte offset of a u32: nonzero lets core threads that wait for room go. */
  readonly release: number;
  /** Byte offset of the lock of the PCI bus's lines. */
  readonly pciLock: number;
  /** First byte, and bytes in all; `base + size` is a multiple of 64. */
  readonly base: number;
  readonly size: number;
}

/** Every part of a board in the order in which they are built, the bridge's own function among them. */
export const partsOf = ({ entries, pci }: BoardPlan): readonly Omit<Part, 'build' | 'node'>[] => [
  ...entries.map(({ part }) => part),
  pci.host,
  ...('registers' in pci.ports ? [pciPorts] : []),
  ...pci.entries.map(({ part }) => part),
];

export const sharedKey = (part: string, name: string): string => `${part}/${name}`;

/**
 * Lays a board that is loaded out from byte `base` (a multiple of 64) of the machine's shared memory.
 * @throws MachineError for more devices than the board has room for
 */
export function boardLayout(configuration: BoardConfiguration, base: number): BoardLayout {
  const plan = boardKind(configuration.board).plan(configuration);
  let at = base;
  const place = (size: number, alignment = 8): number => {
    at = Math.ceil(at / alignment) * alignment;
    const here = at;
    at += size;
    return here;
  };
  const parts = partsOf(plan);
  const components = new Map(
    parts.flatMap((part) =>
      part.components.map((component) => {
        const placed = { stateAt: place(component.schema.size), guardAt: place(GUARD_SIZE), added: part.added === true };
        return [component.name, { ...component, ...placed }] as const;
      }),
    ),
  );
  const signals = Array.from({ length: configuration.cores }, () => place(coreSignals.size, CACHE_LINE));
  const doorbell = place(Doorbell.SIZE, CACHE_LINE);
  const release = place(8);
  const pciLock = place(8);
  const shared = new Map(
    parts.flatMap((part) =>
      Object.entries(part.shared ?? {}).map(([name, size]) => [sharedKey(part.name, name), place(size, CACHE_LINE)] as const),
    ),
  );
  const end = place(0, CACHE_LINE);
  return { configuration, plan, components, shared, signals, doorbell, release, pciLock, base, size: end - base };
}

/** Where a component of the layout is. */
export function placeOf(layout: BoardLayout, name: string, buffer: SharedArrayBuffer): Place {
  const found = layout.components.get(name);
  if (!found) throw new Error(`the layout has no component ${name}`);
  return { buffer, stateAt: found.stateAt, guardAt: found.guardAt };
}
