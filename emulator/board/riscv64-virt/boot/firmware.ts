/** What OpenSBI's `fw_dynamic` is told in a2: `struct fw_dynamic_info` (OpenSBI, docs/firmware/fw_dynamic.md). */

const MAGIC = 0x4942_534fn;
const VERSION = 2n;
const MODE_SUPERVISOR = 1n;

/** @param next physical address of the next stage, entered in S mode; 0 if there is none */
export function dynamicInfo(next: number, bootHart: number): Uint8Array {
  const words = BigUint64Array.of(MAGIC, VERSION, BigInt(next), MODE_SUPERVISOR, 0n, BigInt(bootHart));
  return new Uint8Array(words.buffer);
}
