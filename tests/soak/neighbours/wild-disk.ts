/** A disk for trials in whose thread an error strikes out of turn, at a moment of the trial's choice. */
import type { OpenDisk } from '../../../emulator/index.ts';

/** What the error says. */
export const STRIKE = 'the wild disk strikes';

export interface WildSetup {
  /** When it strikes, in milliseconds after opening. */
  readonly strikesAfterMs: number;
}

export const openDisk: OpenDisk = async (setup) => {
  const { strikesAfterMs } = setup as WildSetup;
  setTimeout(() => {
    throw new Error(STRIKE);
  }, strikesAfterMs).unref();
  return {
    sizeBytes: 1 << 20,
    readonly: false,
    read: async (_, into) => void into.fill(0),
    write: async () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
};
