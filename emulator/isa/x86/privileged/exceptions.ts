/** An exception or interrupt, with what follows where its handler cannot be entered (SDM, volume 3A, section 6.15). */
import { DR6 } from './breakpoints.ts';
import type { Context } from './context.ts';
import { deliver, type Interruption } from './deliver.ts';
import { Again, Fault, hasErrorCode, makesDoubleFault, VECTOR } from './fault.ts';

/** The core can do nothing more. */
export interface Shutdown {
  readonly reason: string;
}

const hex = (value: number | bigint) => `0x${value.toString(16)}`;

/**
 * Enters the handler, or that of the double fault that comes of trying.
 * @param address what a page fault puts into CR2
 * @returns `again` where memory was not there yet: nothing has changed
 */
export function raise(core: Context, what: Interruption, address: bigint): 'entered' | 'again' | Shutdown {
  const { state } = core;
  let now = what;
  let cr2 = address;
  const story: string[] = [];
  for (;;) {
    const before = state.cr2;
    if (now.vector === VECTOR.PF) state.cr2 = cr2;
    try {
      if (deliver(core, now)) state.debugPending |= DR6.BT;
      return 'entered';
    } catch (error) {
      if (error instanceof Again) {
        state.cr2 = before;
        return 'again';
      }
      if (!(error instanceof Fault)) throw error;
      story.push(describe(now, cr2), describe(error, error.address));
      if (now.vector === VECTOR.DF) return { reason: `triple fault at ${hex(state.pc)}: ${[...new Set(story)].join(', then ')}` };
      const double = makesDoubleFault(now.vector, error.vector);
      const vector = double ? VECTOR.DF : error.vector;
      const errorCode = hasErrorCode(vector) ? { errorCode: double ? 0 : error.errorCode } : {};
      now = { vector, ...errorCode, software: false, returnsTo: state.pc, restarts: true };
      cr2 = error.address;
    }
  }
}

const describe = ({ vector, errorCode }: { readonly vector: number; readonly errorCode?: number }, address: bigint): string =>
  `exception ${vector}${errorCode === undefined ? '' : ` (error code ${hex(errorCode)})`}${vector === VECTOR.PF ? ` for ${hex(address)}` : ''}`;
