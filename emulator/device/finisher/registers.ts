/** The finisher's one register (SiFive test device; QEMU's docs/system/riscv/virt). */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { finisherState } from './state.ts';

export interface FinisherFront {
  readonly state: StateOf<typeof finisherState>;
  finish(word: number): void;
}

export const finisherRegisters = registers<FinisherFront>()({
  finish: {
    at: 0,
    doc: '0x5555 powers off, 0x3333 with a code in the high half fails, 0x7777 reboots',
    holds: 'last',
    write: (finisher, word) => finisher.finish(word),
  },
});
