/** An empty virtio-mmio place: it answers, with device type 0 (virtio 1.3, section 4.2.2), and holds nothing. */
import type { RegionTarget } from '../kit/device.ts';
import { MAGIC, VENDOR, VERSION } from './mmio-registers.ts';

/** What a driver reads of a place before it learns that nothing is there. */
const REGISTERS: Readonly<Record<number, number>> = { 0x000: MAGIC, 0x004: VERSION, 0x00c: VENDOR };

export const emptyPlace: RegionTarget = {
  read: (offset, size) => (size === 4 ? (REGISTERS[offset] ?? 0) : 0),
  write: () => undefined,
};
