/** A disk that takes its time, for tests of how threads end; what it does is counted in shared memory. */
import type { OpenDisk } from '../../../emulator/index.ts';

export interface SlowSetup {
  /** How long opening takes, and how long opening keeps the whole thread, in milliseconds. */
  readonly opensMs?: number;
  readonly blocksMs?: number;
  /** Set to `OPENING`, `OPEN` and `CLOSED`, in this order. */
  readonly state: Int32Array;
}
export const OPENING = 1;
export const OPEN = 2;
export const CLOSED = 3;

export const openDisk: OpenDisk = async (setup) => {
  const { opensMs = 0, blocksMs = 0, state } = setup as SlowSetup;
  const enter = (value: number) => {
    Atomics.store(state, 0, value);
    Atomics.notify(state, 0);
  };
  enter(OPENING);
  if (blocksMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blocksMs);
  await new Promise((resolve) => setTimeout(resolve, opensMs));
  enter(OPEN);
  return {
    sizeBytes: 1 << 20,
    readonly: false,
    read: async (_, into) => void into.fill(0),
    write: async () => undefined,
    flush: async () => undefined,
    async close() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      enter(CLOSED);
    },
  };
};
