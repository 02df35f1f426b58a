/** What went wrong in a view: what it tells, and what the button that leads out of it is found by. */
import type { Fault } from '../../emulator/index.ts';
import { messageOf } from './sentence.ts';
import { faultOf } from './toasts.ts';

export interface Trouble {
  readonly text: string;
  readonly fault?: Fault;
}

/** An error as a view shows it. */
export const troubleOf = (error: unknown): Trouble => ({ text: messageOf(error), ...faultOf(error) });
