/** Which second console stands beside a machine's, where, and how wide: remembered in the browser's store. */
import { shallowReactive, watch } from 'vue';
import type { MachineId } from '../../../preload/contract/machines.ts';

export interface Split {
  readonly direction: 'right' | 'below';
  /** Of the first one, from 0 to 1. */
  readonly share: number;
  readonly machine: MachineId;
  readonly console: number;
}

const KEY = 'vivarium.splits';
/** Neither becomes smaller than this part. */
const LEAST = 0.15;
/** The separator's step by key. */
export const SHARE_STEP = 0.05;

export const boundedShare = (share: number): number => Math.min(1 - LEAST, Math.max(LEAST, share));

const isSplit = (value: unknown): value is Split => {
  const { direction, share, machine, console } = (value ?? {}) as Partial<Split>;
  return (
    (direction === 'right' || direction === 'below') &&
    typeof share === 'number' &&
    share >= LEAST &&
    share <= 1 - LEAST &&
    typeof machine === 'string' &&
    Number.isInteger(console)
  );
};

/** What another page stored may be anything. */
function stored(): Map<MachineId, Split> {
  try {
    const entries = Object.entries((JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {}) as Record<string, unknown>);
    return new Map(entries.flatMap(([id, split]) => (isSplit(split) ? [[id as MachineId, split] as const] : [])));
  } catch {
    return new Map();
  }
}

let splits: Map<MachineId, Split> | undefined;

/** The splits of this window, by the machine whose consoles stand first. */
export function useSplits(): Map<MachineId, Split> {
  if (!splits) {
    const known = shallowReactive(stored());
    watch(known, () => {
      try {
        localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(known)));
      } catch {
        // It holds as long as the page.
      }
    });
    splits = known;
  }
  return splits;
}
