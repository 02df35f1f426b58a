/**
 * The virtual machine generation ID: tells a guest that it went back in time or was copied, so that it reseeds its
 * random number generator. The binding knows no acknowledgement and expects an edge; on level-triggered lines, reading
 * the ID is the acknowledgement, which every driver does.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { VmgenidFront } from './registers.ts';
import { vmgenidState } from './state.ts';

export class Vmgenid extends DeviceCore<typeof vmgenidState.fields> implements VmgenidFront {
  readonly #line: InterruptLine;

  constructor(name: string, place: Place, line: InterruptLine) {
    super(name, vmgenidState, place);
    this.#line = line;
  }

  /** Gives a machine that begins its ID. Takes the lock. */
  begin(id: Uint8Array): void {
    this.lock.hold(() => this.state.id.set(id));
  }

  /** Replaces the ID and tells the guest. Takes the lock. */
  renew(id: Uint8Array): void {
    this.lock.hold(() => {
      this.state.id.set(id);
      this.#line.set(true);
    });
  }

  readByte(index: number): number {
    this.#line.set(false);
    return this.state.id[index] as number;
  }
}
