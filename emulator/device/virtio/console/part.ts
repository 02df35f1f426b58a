/** A virtio console as a board lists it: a console a port. */
import { ByteRing } from '../../kit/byte-ring.ts';
import type { ConsoleEnds } from '../../kit/outside.ts';
import type { VirtioPart } from '../part.ts';
import { ConsoleBackEnd, isTerminal } from './back-end.ts';
import { VirtioConsole } from './device.ts';
import { consoleQueues, consoleState } from './state.ts';

const NAME = 'virtio-console';
const EMERGENCY_RING_BYTES = 4096;

/** @param ports their names, port 0 first */
export const virtioConsole = (ports: readonly string[]): VirtioPart => ({
  component: { name: NAME, schema: consoleState(ports.length) },
  title: 'Consoles (virtio)',
  queues: consoleQueues(ports.length),
  shared: { emergency: ByteRing.size(EMERGENCY_RING_BYTES) },
  build({ place, buffer, shared, release }, wires) {
    const emergency = new ByteRing(buffer, shared('emergency'), EMERGENCY_RING_BYTES, release);
    const device = new VirtioConsole(NAME, ports, place(NAME), { ...wires, emergency });
    return {
      device,
      initialise: () => emergency.clear(),
      attach() {
        const backEnd = new ConsoleBackEnd(device);
        const consoles = ports.map((name, port): ConsoleEnds => ({
          isTerminal: isTerminal(name),
          take: (most) => backEnd.takeOutput(port, most),
          // The emergency characters come first, see ConsoleBackEnd.takeOutput; the rest stays in the guest's buffers.
          held: () => (port === 0 ? emergency.length : 0),
          room: () => backEnd.inputRoom(port),
          put: (bytes) => backEnd.putInput(port, bytes),
          resize: (columns, rows) => backEnd.resize(port, columns, rows),
        }));
        return { notified: () => backEnd.notified(), consoles };
      },
    };
  },
});
