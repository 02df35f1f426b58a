/** The page-table walk once more, in TypeScript and without effects, for the compiler's thread. */
import type { CodeContext } from '../../architecture.ts';
import { PRIVILEGE } from '../state.ts';

const PTE = { V: 1, R: 2, X: 8, U: 16, A: 64 };

/**
 * Where code at a virtual address lies; undefined where it is not mapped, not executable at this privilege, or was
 * never touched. The core checks the result again before it uses what was made from it.
 */
export function translateCode(address: bigint, { translation, privilege }: CodeContext, read: (physical: bigint) => bigint | undefined): bigint | undefined {
  const satp = BigInt(translation ?? 0);
  if (privilege === PRIVILEGE.M || satp >> 60n === 0n) return address;
  let table = (satp & 0xfff_ffff_ffffn) << 12n;
  for (let level = Number(satp >> 60n) - 6; level >= 0; level--) {
    const index = (BigInt.asUintN(64, address) >> BigInt(12 + 9 * level)) & 511n;
    const pte = read(table + index * 8n);
    if (pte === undefined) return undefined;
    const flags = Number(pte & 0xffn);
    if (!(flags & PTE.V)) return undefined;
    const base = ((pte >> 10n) & 0xfff_ffff_ffffn) << 12n;
    if (!(flags & (PTE.R | PTE.X))) {
      table = base;
      continue;
    }
    if (!(flags & PTE.X) || !(flags & PTE.A) || ((flags & PTE.U) !== 0) !== (privilege === PRIVILEGE.U)) return undefined;
    const inside = (1n << BigInt(12 + 9 * level)) - 1n;
    return (base & ~inside) | (address & inside);
  }
  return undefined;
}
