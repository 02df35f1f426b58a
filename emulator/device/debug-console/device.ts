/** Ports to which firmware and small kernels write what they want to be read: whole lines go into the machine's log. */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { Log } from '../kit/wiring.ts';
import type { DebugConsoleFront } from './registers.ts';
import { debugConsoleState, LINE_BYTES } from './state.ts';

const NEW_LINE = 10;

export class DebugConsole extends DeviceCore<typeof debugConsoleState.fields> implements DebugConsoleFront {
  readonly #log: Log;

  constructor(name: string, place: Place, log: Log) {
    super(name, debugConsoleState, place);
    this.#log = log;
  }

  print(byte: number): void {
    const { state } = this;
    if (byte !== NEW_LINE) {
      state.line[state.length] = byte;
      state.length += 1;
    }
    if (byte === NEW_LINE ? state.length === 0 : state.length < LINE_BYTES) return;
    this.#log(`debug port: ${String.fromCharCode(...state.line.subarray(0, state.length)).trimEnd()}`);
    state.length = 0;
  }
}
