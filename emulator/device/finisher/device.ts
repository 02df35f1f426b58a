/** The test finisher: a guest writes here to power off (with an exit code) or to reboot. */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { PowerRequest } from '../kit/part.ts';
import type { FinisherFront } from './registers.ts';
import { finisherState } from './state.ts';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

export class Finisher extends DeviceCore<typeof finisherState.fields> implements FinisherFront {
  readonly #powerRequested: (request: PowerRequest) => void;

  constructor(name: string, place: Place, powerRequested: (request: PowerRequest) => void) {
    super(name, finisherState, place);
    this.#powerRequested = powerRequested;
  }

  finish(word: number): void {
    this.state.last = word;
    const status = word & 0xffff;
    if (status === PASS) this.#powerRequested({ kind: 'poweroff', code: 0 });
    else if (status === FAIL) this.#powerRequested({ kind: 'poweroff', code: word >>> 16 });
    else if (status === RESET) this.#powerRequested({ kind: 'reboot' });
  }
}
