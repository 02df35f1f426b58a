/** The front end of a virtio console (virtio 1.3, section 5.3): its configuration and the emergency write. */
import { bind, type StateOf } from '../../../snapshot/schema.ts';
import type { ByteRing } from '../../kit/byte-ring.ts';
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import { CONSOLE_QUEUE_SIZE, consoleQueues, consoleState } from './state.ts';

const CONFIG_BYTES = 12;
const CONFIG_EMERGENCY = 8;

export class VirtioConsole extends VirtioDevice {
  readonly console: StateOf<ReturnType<typeof consoleState>>;
  /** The ports' names, port 0 first. */
  readonly ports: readonly string[];
  /** Characters written through the configuration, for port 0. */
  readonly emergency: ByteRing;
  readonly #wake: () => void;

  constructor(name: string, ports: readonly string[], place: Place, wires: VirtioWires & { emergency: ByteRing }) {
    const schema = consoleState(ports.length);
    super(name, { deviceId: 3, queues: consoleQueues(ports.length), queueSizeMax: CONSOLE_QUEUE_SIZE, schema }, place, wires);
    this.console = bind(schema, place.buffer, place.stateAt);
    this.ports = ports;
    this.emergency = wires.emergency;
    this.#wake = wires.wake;
  }

  protected override onReset(): void {
    for (const field of ['owed', 'guestReady', 'guestOpen', 'sent'] as const) this.console[field].fill(0);
  }

  /** `struct virtio_console_config`, section 5.3.4. */
  override readConfig(offset: number): number {
    const config = new DataView(new ArrayBuffer(CONFIG_BYTES));
    config.setUint16(0, this.console.columns, true);
    config.setUint16(2, this.console.rows, true);
    config.setUint32(4, this.ports.length, true);
    return offset < CONFIG_BYTES ? config.getUint8(offset) : 0;
  }

  override writeConfig(offset: number, byte: number): void {
    // The low byte of `emerg_wr` is a character to show, even before the driver is ready (section 5.3.5).
    if (offset !== CONFIG_EMERGENCY) return;
    this.emergency.push(byte);
    this.#wake();
  }
}
