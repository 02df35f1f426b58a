/** What firmware finds in the memory of a PC's clock (SeaBIOS, src/hw/rtc.h; QEMU, hw/i386/pc.c). */
import * as map from './memory-map.ts';

const KIB = 1024;
const KIB_64 = 64 * KIB;
const MIB_16 = 16 * 1024 * KIB;
const CONVENTIONAL_KIB = 640;

/** Bytes by register. */
export function clockMemory(cores: number, memoryBytes: number): Readonly<Record<number, number>> {
  const low = Math.min(memoryBytes, map.LOW_RAM_MAX);
  const above16 = Math.max(0, Math.floor((low - MIB_16) / KIB_64));
  const extended = Math.min(0xffff, Math.floor((low - map.HIGH_MEMORY) / KIB));
  const above4 = Math.floor((memoryBytes - low) / KIB_64);
  const word = (at: number, value: number) => ({ [at]: value & 0xff, [at + 1]: (value >> 8) & 0xff });
  return {
    ...word(0x15, CONVENTIONAL_KIB),
    ...word(0x17, extended),
    ...word(0x30, extended),
    ...word(0x34, above16),
    ...word(0x5b, above4 & 0xffff),
    0x5d: above4 >> 16,
    0x5f: cores - 1,
  };
}
