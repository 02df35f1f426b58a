/** Message-signalled interrupts that no interrupt controller takes. */
import type { GuestMemory } from '../../memory/guest-memory.ts';

/** Sends a message as what it is on the bus: a write of 32 bits. Outside RAM nobody hears it. */
export function writeMessage(memory: GuestMemory, address: number, data: number): void {
  const at = memory.offset(address, 4);
  if (at < 0) return;
  memory.prepare(address, 4);
  memory.view.setUint32(at, data, true);
  memory.written(address, 4);
}
