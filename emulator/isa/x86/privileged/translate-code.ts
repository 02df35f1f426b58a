/** The walks once more, in TypeScript and without effects, for the compiler's thread. */
import type { CodeContext } from '../../architecture.ts';
import { CR0, CR4, EFER } from '../state.ts';
import { PTE } from './page-entry.ts';

type Read = (physical: bigint) => bigint | undefined;
interface Found {
  readonly entry: bigint;
  /** Bits of the offset within the page. */
  readonly bits: bigint;
}

/**
 * Where code at a linear address lies; undefined where it is not mapped, not executable at this privilege, or was never
 * touched. The core checks the result again before it uses what was made from it.
 */
export function translateCode(address: bigint, context: CodeContext, read: Read): bigint | undefined {
  const [cr0, cr4, efer, cpl] = [context['cr0'], context['cr4'], context['efer'], context['cpl']].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (!(cr0 & CR0.PG)) return address & 0xffff_ffffn;
  const linear = BigInt.asUintN(64, address);
  const user = cpl === 3;
  const found = efer & EFER.LMA || cr4 & CR4.PAE ? walk64(linear, context, read, user) : walk32(linear, context, read, user);
  if (!found) return undefined;
  const inside = (1n << found.bits) - 1n;
  return (found.entry & PTE.address & ~inside) | (linear & inside);
}

const usable = (entry: bigint, user: boolean) => {
  const flags = Number(entry & 0xfffn);
  return (flags & (PTE.P | PTE.A)) === (PTE.P | PTE.A) && (!user || (flags & PTE.U) !== 0);
};

function walk64(linear: bigint, context: CodeContext, read: Read, user: boolean): Found | undefined {
  const long = (Number(context['efer']) & EFER.LMA) !== 0;
  let table = long ? BigInt(context['cr3'] ?? 0) : BigInt(context[`pdpte${(linear >> 30n) & 3n}`] ?? 0);
  if (!long && !(table & BigInt(PTE.P))) return undefined;
  for (let level = long ? (Number(context['cr4']) & CR4.LA57 ? 4 : 3) : 1; level >= 0; level--) {
    const bits = BigInt(12 + 9 * level);
    const entry = read((table & PTE.address) + ((linear >> bits) & 511n) * 8n);
    if (entry === undefined || !usable(entry, user) || entry & PTE.XD) return undefined;
    if (level === 0 || Number(entry & 0xffn) & PTE.PS) return { entry, bits };
    table = entry;
  }
  return undefined;
}

function walk32(linear: bigint, context: CodeContext, read: Read, user: boolean): Found | undefined {
  let table = BigInt(context['cr3'] ?? 0) & 0xffff_f000n;
  for (const bits of [22n, 12n]) {
    const at = table + ((linear >> bits) & 1023n) * 4n;
    const both = read(at & ~7n);
    if (both === undefined) return undefined;
    const entry = (at & 4n ? both >> 32n : both) & 0xffff_ffffn;
    if (!usable(entry, user)) return undefined;
    if (bits === 12n) return { entry, bits };
    // A page of 4 MiB; one beyond 4 GiB is left to the interpreter.
    if (Number(entry & 0xffn) & PTE.PS && Number(context['cr4']) & CR4.PSE) return (entry >> 13n) & 0xffn ? undefined : { entry, bits };
    table = entry & 0xffff_f000n;
  }
  return undefined;
}
