/** What a core was doing when it shut down: its registers and the instructions around the last one. */
import { disassembleAt } from '../../isa/x86/disassembler.ts';
import { at, instructionPointer, is64, rflagsOf, wide } from '../../isa/x86/privileged/context.ts';
import type { X86Core } from '../../isa/x86/privileged/x86-core.ts';
import { ATTRIBUTE, SEGMENT } from '../../isa/x86/state.ts';

const NAMES = ['RAX', 'RCX', 'RDX', 'RBX', 'RSP', 'RBP', 'RSI', 'RDI', 'R8', 'R9', 'R10', 'R11', 'R12', 'R13', 'R14', 'R15'] as const;
const SEGMENT_NAMES = ['CS', 'SS', 'DS', 'ES', 'FS', 'GS', 'TR', 'LDTR'] as const satisfies readonly (keyof typeof SEGMENT)[];
const A_ROW = 4;
/** Instructions shown before the last one, and how many bytes they may have together. */
const BEFORE = 8;
const BYTES_BEFORE = 64;
const BYTES_FROM_IT = 16;

const hex = (value: number | bigint, digits: number) => BigInt(value).toString(16).padStart(digits, '0');

type Core = Pick<X86Core, 'state' | 'memory'>;

function registers({ state }: Core): string[] {
  const general = NAMES.map((name, register) => `${name.padEnd(3)} ${hex(wide(state.gpr, register), 16)}`);
  const rows = Array.from({ length: NAMES.length / A_ROW }, (_, row) => general.slice(row * A_ROW, (row + 1) * A_ROW).join('  '));
  const rip = instructionPointer(state, state.pc);
  const { cr0, cr2, cr3, cr4, efer, gdtBase, gdtLimit, idtBase, idtLimit } = state;
  return [
    ...rows,
    `RIP ${hex(rip, 16)}  RFLAGS ${hex(rflagsOf(state) >>> 0, 8)}`,
    `CR0 ${hex(cr0, 8)}  CR2 ${hex(cr2, 16)}  CR3 ${hex(cr3, 16)}  CR4 ${hex(cr4, 8)}  EFER ${hex(efer, 8)}`,
    `GDT ${hex(gdtBase, 16)} limit ${hex(gdtLimit, 4)}  IDT ${hex(idtBase, 16)} limit ${hex(idtLimit, 4)}`,
    ...SEGMENT_NAMES.map((name) => {
      const index = SEGMENT[name];
      const [selector, base, limit] = [state.segmentSelector, state.segmentBase, state.segmentLimit].map((values) => wide(values, index));
      return `${name.padEnd(4)} ${hex(selector ?? 0n, 4)}  base ${hex(base ?? 0n, 16)} limit ${hex(limit ?? 0n, 8)} attributes ${hex(at(state.segmentAttributes, index), 5)}`;
    }),
  ];
}

/** The bytes of code that can be read around the last instruction, and where in them it begins. */
function code({ state, memory }: Core): { bytes: Uint8Array; last: number } {
  const byte = (address: bigint): number | undefined => {
    try {
      return Number(memory.read(address, 1));
    } catch {
      return undefined;
    }
  };
  const before: number[] = [];
  const after: number[] = [];
  const { pc } = state;
  for (let step = 1, found; before.length < BYTES_BEFORE && (found = byte(pc - BigInt(step))) !== undefined; step++) before.unshift(found);
  for (let step = 0, found; step < BYTES_FROM_IT && (found = byte(pc + BigInt(step))) !== undefined; step++) after.push(found);
  return { bytes: Uint8Array.of(...before, ...after), last: before.length };
}

/**
 * Instructions have no end by which they could be found backwards: of all places before the last one, the first from which
 * decoding arrives at it without a byte that is no instruction, and without the instruction that two zeros are, which no
 * program has.
 */
function instructions(core: Core): string[] {
  const { bytes, last } = code(core);
  if (bytes.length === last) return ['its code cannot be read'];
  const view = new DataView(bytes.buffer);
  const { state } = core;
  const bits = is64(state) ? 64 : at(state.segmentAttributes, SEGMENT.CS) & ATTRIBUTE.DB ? 32 : 16;
  const from = state.pc - BigInt(last);
  const chainFrom = (start: number) => {
    const chain = [];
    for (let place = start; place < last;) {
      const instruction = disassembleAt(view, place, from + BigInt(place), { bits });
      if (instruction.text.startsWith('.byte') || view.getUint16(place) === 0) return undefined;
      chain.push(instruction);
      place += instruction.length;
      if (place > last) return undefined;
    }
    return chain;
  };
  let start = 0;
  let before = chainFrom(start);
  while (!before) before = chainFrom(++start);
  const own = disassembleAt(view, last, state.pc, { bits });
  return [...before.slice(-BEFORE), own].map(({ address, text }) => `${address === state.pc ? '>' : ' '} ${hex(address, 16)}  ${text}`);
}

/** Several lines for the machine's log. */
export const shutdownReport = (core: Core): string =>
  [...registers(core), 'The code up to the last instruction:', ...instructions(core)].join('\n');
