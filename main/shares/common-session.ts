/** The session of a common share as a snapshot keeps it. It may come from a file of somebody else's: it names folders, never where they are. */
import { SLOTS_MAX } from '../../emulator/share/gathered/numbers.ts';
import type { StoredCommonSession } from './messages.ts';

export interface CommonSession {
  readonly isMounted: boolean;
  /** The next slot's number. */
  readonly next: number;
  /** Absent: nothing is known of what the guest had there. */
  readonly slots: readonly (readonly [slot: number, tag: string, session: Uint8Array | undefined])[];
}

const NONE: CommonSession = { isMounted: false, next: 1, slots: [] };

export function storedCommonSession({ isMounted, next, slots }: CommonSession): Uint8Array<ArrayBuffer> {
  const stored: StoredCommonSession = {
    ...{ version: 1, isMounted, next },
    slots: slots.map(([slot, tag, session]) => [slot, tag, session ? Buffer.from(session).toString('base64') : null]),
  };
  return new TextEncoder().encode(JSON.stringify(stored));
}

const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= SLOTS_MAX;

/** What is none of ours is as if nothing had been saved. */
export function readCommonSession(session: Uint8Array | undefined): CommonSession {
  if (!session) return NONE;
  try {
    const { version, isMounted, next, slots } = JSON.parse(new TextDecoder().decode(session)) as StoredCommonSession;
    if ((version as number) !== 1) return NONE;
    const own = slots.filter(([slot, tag]) => isNumber(slot) && typeof tag === 'string');
    return {
      isMounted: isMounted === true,
      next: Math.max(isNumber(next) ? next : 1, ...own.map(([slot]) => slot + 1)),
      slots: own.map(([slot, tag, each]) => [slot, tag, typeof each === 'string' ? Buffer.from(each, 'base64') : undefined]),
    };
  } catch {
    return NONE;
  }
}
