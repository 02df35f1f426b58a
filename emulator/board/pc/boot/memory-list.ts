/** What is where in a PC's memory, as firmware tells it (ACPI 6.5, table 15.4: address range types). */
import { CONVENTIONAL_END, FIRMWARE, HIGH_MEMORY } from '../memory-map.ts';
import type { RamRange } from '../../../memory/ram-ranges.ts';

export const RANGE = { usable: 1, reserved: 2 } as const;

export interface ListedRange {
  readonly at: number;
  readonly size: number;
  /** See RANGE. */
  readonly type: number;
}

const CONVENTIONAL_MAX = 0xa_0000;

export function memoryList([low, ...high]: readonly RamRange[]): readonly ListedRange[] {
  const lowEnd = low?.size ?? 0;
  return [
    { at: 0, size: CONVENTIONAL_END, type: RANGE.usable },
    { at: CONVENTIONAL_END, size: CONVENTIONAL_MAX - CONVENTIONAL_END, type: RANGE.reserved },
    { ...FIRMWARE, type: RANGE.reserved },
    { at: HIGH_MEMORY, size: lowEnd - HIGH_MEMORY, type: RANGE.usable },
    ...high.map(({ at, size }) => ({ at, size, type: RANGE.usable })),
  ];
}
