/** What of a machine's hardware changed, a line each: `memory: 128 MiB -> 256 MiB`, `disk 1: removed (64 MiB, ...)`. */
import type { HardwareChange } from '../../../preload/contract/snapshots.ts';

function lineOf({ what, before, after }: HardwareChange): string {
  if (before === null) return `${what}: added (${after})`;
  if (after === null) return `${what}: removed (${before})`;
  return `${what}: ${before} -> ${after}`;
}

/** Empty where nothing did. */
export const hardwareLines = (changes: readonly HardwareChange[]): readonly string[] => changes.map(lineOf);
