/** Physical memory protection (privileged manual, section "Physical Memory Protection"). */
import { PMP_ENTRIES, PRIVILEGE } from '../state.ts';
import type { CoreState } from './core.ts';

/** Four bytes (2) are less than the granule and cannot be chosen. */
const MATCH = { off: 0, top: 1 } as const;

/** Whether any entry is in force: if none is, all is allowed to M and, with PMP never set up, to the others too. */
export function protectionActive(state: CoreState): boolean {
  return state.pmpcfg.some((configuration) => configuration !== 0n);
}

/**
 * The granule is 4 KiB, since permissions are remembered with a page's translation: as the manual says for G = 10, the
 * low bits of an address do not count, and read as ones for a power of two and as zeros else.
 */
const GRANULE = 10n;
export const granuleAddress = (address: bigint, power: boolean): bigint =>
  power ? address | ((1n << (GRANULE - 1n)) - 1n) : address & ~((1n << GRANULE) - 1n);

/**
 * Whether an access to a physical address is allowed, and with it every such access to the page around it.
 * @param access 0 fetch, 1 load, 2 store
 */
export function protectionAllows(state: CoreState, physical: bigint, access: number, privilege: number): boolean {
  const needed = [4, 1, 2][access] as number;
  let floor = 0n;
  for (let n = 0; n < PMP_ENTRIES; n++) {
    const configuration = Number((state.pmpcfg[n >> 3]! >> BigInt((n & 7) * 8)) & 0xffn);
    const address = state.pmpaddr[n]!;
    const [from, to] = range((configuration >> 3) & 3, floor, address);
    floor = granuleAddress(address, false) << 2n;
    if (physical < from || physical >= to) continue;
    const applies = privilege !== PRIVILEGE.M || (configuration & 0x80) !== 0;
    return !applies || (configuration & needed) !== 0;
  }
  return privilege === PRIVILEGE.M;
}

/** The bytes an entry covers, from inclusive, to exclusive. */
function range(matching: number, floor: bigint, address: bigint): readonly [bigint, bigint] {
  if (matching === MATCH.off) return [0n, 0n];
  if (matching === MATCH.top) return [floor, granuleAddress(address, false) << 2n];
  // The number of trailing ones gives the size: 2^(ones + 3) bytes.
  const power = granuleAddress(address, true);
  const ones = power ^ (power + 1n);
  return [(power & ~ones) << 2n, ((power & ~ones) << 2n) + ((ones + 1n) << 2n)];
}
