/** The states in which a program may be entered without firmware. */
import { ATTRIBUTE, CR0, CR4, EFER, FLAG, GPR, SEGMENT } from '../../../isa/x86/state.ts';
import { setSegment } from '../../../isa/x86/privileged/segments.ts';
import type { X86Core } from '../../../isa/x86/privileged/x86-core.ts';
import type { CoreStart } from '../../kit/core-binding.ts';
import { GDT, PAGE_TABLES } from './layout.ts';
import { GDT_LIMIT, SELECTOR } from './long-mode.ts';

type State = X86Core['state'];

/**
 * `long`: 64-bit code over page tables that map the first 4 GiB to themselves (Linux, Documentation/arch/x86/boot);
 * `protected`: flat 32-bit code without paging (PVH, multiboot).
 */
export type Entry = 'long' | 'protected';
/** Registers of a start, in the order of `CoreStart.arguments`. */
export const ARGUMENTS = [GPR.RAX, GPR.RBX, GPR.RSI, GPR.RSP] as const;

const ALL = 0xffff_ffff;
const FLAT_DATA = ATTRIBUTE.P | ATTRIBUTE.S | ATTRIBUTE.writable | ATTRIBUTE.accessed | ATTRIBUTE.G | ATTRIBUTE.DB;
/** Readable code: the bit that makes data writable. */
const FLAT_CODE = ATTRIBUTE.P | ATTRIBUTE.S | ATTRIBUTE.code | ATTRIBUTE.writable | ATTRIBUTE.accessed | ATTRIBUTE.G;

/** Puts a core that has been powered on into the state in which its program starts. */
export function enter(state: State, { entry, pc, arguments: given }: CoreStart): void {
  const long = entry === 'long';
  const code = { base: 0n, limit: ALL, attributes: FLAT_CODE | (long ? ATTRIBUTE.L : ATTRIBUTE.DB) };
  setSegment(state, SEGMENT.CS, SELECTOR.code, code);
  for (const segment of [SEGMENT.DS, SEGMENT.ES, SEGMENT.SS, SEGMENT.FS, SEGMENT.GS])
    setSegment(state, segment, SELECTOR.data, { base: 0n, limit: ALL, attributes: FLAT_DATA });
  state.gdtBase = BigInt(GDT);
  state.gdtLimit = GDT_LIMIT;
  state.rflags = FLAG.fixed;
  state.cr0 = CR0.PE | CR0.ET | CR0.NE;
  if (long) {
    state.cr0 = (CR0.PE | CR0.ET | CR0.NE | CR0.WP | CR0.PG) >>> 0;
    state.cr3 = BigInt(PAGE_TABLES);
    state.cr4 = CR4.PAE;
    state.efer = EFER.LME | EFER.LMA;
  }
  state.pc = pc;
  given.forEach((value, index) => {
    const register = ARGUMENTS[index];
    if (register !== undefined) state.gpr[register] = value;
  });
}
