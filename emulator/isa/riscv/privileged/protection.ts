/** Physical memory protection (privileged manual, section "Physical Memory Protection"). */
import { PMP_ENTRIES, PRIVILEGE } from '../state.ts';
import type { CoreState } from './core.ts';

const MATCH = { off: 0, top: 1, four: 2, power: 3 } as const;

/** Whether any entry is in force: if none is, all is allowed to M and, with PMP never set up, to the others too. */
export function protectionActive(state: CoreState): boolean {
  return state.pmpcfg.some((configuration) => configuration !== 0n);
}

/**
 * Whether an access to the page around a physical address is allowed.
 *
 * Permissions are granted a page at a time, as they are remembered with the page's translation; an entry smaller than
 * a page applies to the whole page, the strictest way (an access that it forbids is refused everywhere in the page).
 * @param access 0 fetch, 1 load, 2 store
 */
export function protectionAllows(state: CoreState, physical: bigint, access: number, privilege: number): boolean {
  const first = physical & ~0xfffn;
  const last = first + 0xfffn;
  const needed = [4, 1, 2][access] as number;
  let floor = 0n;
  for (let n = 0; n < PMP_ENTRIES; n++) {
    const configuration = Number((state.pmpcfg[n >> 3]! >> BigInt((n & 7) * 8)) & 0xffn);
    const top = state.pmpaddr[n]! << 2n;
    const [from, to] = range((configuration >> 3) & 3, floor, state.pmpaddr[n]!);
    floor = top;
    if (from >= to || last < from || first >= to) continue;
    const applies = privilege !== PRIVILEGE.M || (configuration & 0x80) !== 0;
    const permitted = !applies || (configuration & needed) !== 0;
    // Wholly inside: this entry decides. Partly: only a refusal decides, later entries cover the rest.
    if (first >= from && last < to) return permitted;
    if (!permitted) return false;
  }
  return privilege === PRIVILEGE.M;
}

/** The bytes an entry covers, from inclusive, to exclusive. */
function range(matching: number, floor: bigint, address: bigint): readonly [bigint, bigint] {
  if (matching === MATCH.off) return [0n, 0n];
  if (matching === MATCH.top) return [floor, address << 2n];
  if (matching === MATCH.four) return [address << 2n, (address << 2n) + 4n];
  // The number of trailing ones gives the size: 2^(ones + 3) bytes.
  const ones = address ^ (address + 1n);
  return [(address & ~ones) << 2n, ((address & ~ones) << 2n) + ((ones + 1n) << 2n)];
}
