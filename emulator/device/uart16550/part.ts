/** The 16550A serial port as a board lists it: the machine's first console. */
import { ByteRing } from '../kit/byte-ring.ts';
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Uart16550 } from './device.ts';
import { uartRegisters } from './registers.ts';
import { uartState } from './state.ts';

/** Bytes of output that may wait for the I/O thread. */
export const UART_RING_BYTES = 64 * 1024;
/** Hertz of its clock, from which a guest computes divisors. */
export const UART_CLOCK = 3_686_400;

export const uart16550: Part = {
  name: 'uart16550',
  title: 'Serial port (16550A)',
  components: [{ name: 'uart16550', schema: uartState }],
  rings: true,
  shared: { ring: ByteRing.size(UART_RING_BYTES) },
  node: { name: 'serial', properties: () => ({ compatible: 'ns16550a', 'clock-frequency': UART_CLOCK }) },
  build({ place, buffer, shared, release, line, ring }) {
    const output = new ByteRing(buffer, shared('ring'), UART_RING_BYTES, release);
    const device = new Uart16550('uart16550', place('uart16550'), { line, output, wake: ring });
    const mounted = mount(device, uartRegisters);
    const console = {
      isTerminal: true,
      isBuffered: true,
      take(most: number) {
        const bytes = output.take(most);
        if (bytes.length > 0) device.drained();
        return bytes;
      },
      held: () => output.length,
      room: (waiting: number) => device.inputRoom(waiting),
      put: (bytes: Uint8Array) => device.putInput(bytes),
    };
    return {
      target: mounted,
      devices: [mounted],
      initialise: () => output.clear(),
      kick: ring,
      attach: () => ({ consoles: [console] }),
      firmwareConsole: device,
    };
  },
};
