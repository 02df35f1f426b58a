/**
 * The x87 unit's instructions (SDM, volume 1, section 5.2). 64-bit programs hardly use them, so each is an operation of the
 * privileged half, which gets the opcode and the ModRM byte's fields, and the address of a memory operand.
 */
import type { SegmentUse } from './address.ts';
import type { Cpu } from './cpu.ts';
import type { Place } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const traits: X86Traits = { ends: true, mayTrap: true, rare: true, apart: true };
const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** How the privileged half is told which instruction it is: the opcode's low three bits, the field reg, and for registers 1. */
export const X87_CODE = { opcode: 8, reg: 4, register: 1 } as const;
const codeOf = (opcode: number, reg: number, register: boolean) =>
  ((opcode & 7) << X87_CODE.opcode) | (reg << X87_CODE.reg) | (register ? X87_CODE.register : 0);

const ARITHMETIC = ['fadd', 'fmul', 'fcom', 'fcomp', 'fsub', 'fsubr', 'fdiv', 'fdivr'];
const integer = (names: readonly string[]) => names.map((name) => name.replace('f', 'fi'));
/** Memory forms by opcode and the field reg; an empty name is none. */
const MEMORY: readonly (readonly string[])[] = [
  ARITHMETIC,
  ['fld', '', 'fst', 'fstp', 'fldenv', 'fldcw', 'fnstenv', 'fnstcw'],
  integer(ARITHMETIC),
  ['fild', 'fisttp', 'fist', 'fistp', '', 'fld', '', 'fstp'],
  ARITHMETIC,
  ['fld', 'fisttp', 'fst', 'fstp', 'frstor', '', 'fnsave', 'fnstsw'],
  integer(ARITHMETIC),
  ['fild', 'fisttp', 'fist', 'fistp', 'fbld', 'fild', 'fbstp', 'fistp'],
];
/** Register forms that take ST(i). */
const STACK: readonly (readonly string[])[] = [
  ARITHMETIC,
  ['fld', 'fxch', '', '', '', '', '', ''],
  ['fcmovb', 'fcmove', 'fcmovbe', 'fcmovu', '', '', '', ''],
  ['fcmovnb', 'fcmovne', 'fcmovnbe', 'fcmovnu', '', 'fucomi', 'fcomi', ''],
  ['fadd', 'fmul', '', '', 'fsubr', 'fsub', 'fdivr', 'fdiv'],
  ['ffree', '', 'fst', 'fstp', 'fucom', 'fucomp', '', ''],
  ['faddp', 'fmulp', '', '', 'fsubrp', 'fsubp', 'fdivrp', 'fdivp'],
  ['', '', '', '', '', 'fucomip', 'fcomip', ''],
];
/** Instructions that are a whole ModRM byte. */
const WHOLE: Readonly<Record<string, string>> = {
  'D9 D0': 'fnop', 'D9 E0': 'fchs', 'D9 E1': 'fabs', 'D9 E4': 'ftst', 'D9 E5': 'fxam',
  'D9 E8': 'fld1', 'D9 E9': 'fldl2t', 'D9 EA': 'fldl2e', 'D9 EB': 'fldpi', 'D9 EC': 'fldlg2', 'D9 ED': 'fldln2', 'D9 EE': 'fldz',
  'D9 F0': 'f2xm1', 'D9 F1': 'fyl2x', 'D9 F2': 'fptan', 'D9 F3': 'fpatan', 'D9 F4': 'fxtract', 'D9 F5': 'fprem1', 'D9 F8': 'fprem',
  'D9 F9': 'fyl2xp1', 'D9 FB': 'fsincos', 'D9 FD': 'fscale', 'D9 FE': 'fsin', 'D9 FF': 'fcos',
  'D9 F6': 'fdecstp', 'D9 F7': 'fincstp', 'D9 FA': 'fsqrt', 'D9 FC': 'frndint',
  'DA E9': 'fucompp', 'DB E2': 'fnclex', 'DB E3': 'fninit', 'DE D9': 'fcompp', 'DF E0': 'fnstsw',
};

/** Bytes of each memory form's operand; the environment's, and all's, are those of 32-bit operands. */
const BYTES: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 4, 4, 4, 4],
  [4, 0, 4, 4, 28, 2, 28, 2],
  [4, 4, 4, 4, 4, 4, 4, 4],
  [4, 4, 4, 4, 0, 10, 0, 10],
  [8, 8, 8, 8, 8, 8, 8, 8],
  [8, 8, 8, 8, 108, 0, 108, 2],
  [2, 2, 2, 2, 2, 2, 2, 2],
  [2, 2, 2, 2, 10, 8, 10, 8],
];
/** Loads and arithmetic read, stores write. */
const useOf = (name: string, opcode: number, reg: number): SegmentUse => ({
  bytes: BYTES[opcode & 7]?.[reg] ?? 0,
  writes: /^f(i?st|bst|nst|nsave)/.test(name),
});
const memoryRow = (name: string, opcode: number, reg: number): X86Row =>
  instruction(name, `${hex(opcode)} /${reg} | m`, (cpu: Cpu, at: Place) => cpu.system('x87', at.address(useOf(name, opcode, reg)), cpu.i64(codeOf(opcode, reg, false))), traits);
/** ST(i) is told as the number of a register. */
const stackRow = (name: string, opcode: number, reg: number): X86Row =>
  instruction(name, `${hex(opcode)} /${reg} | r32` as '', (cpu: Cpu) => cpu.system('x87', cpu.and(cpu.extendU(cpu.instance.register), cpu.i64(7)), cpu.i64(codeOf(opcode, reg, true))),
    { ...traits, first: 'read', numbered: true });
const wholeRow = ([text, name]: [string, string]): X86Row => {
  const [opcode = 0, modrm = 0] = text.split(' ').map((byte) => parseInt(byte, 16));
  return instruction(name, `${text} |`, (cpu: Cpu) => cpu.system('x87', cpu.i64(modrm & 7), cpu.i64(codeOf(opcode, (modrm >> 3) & 7, true))), traits);
};
const byOpcode = (names: readonly (readonly string[])[], make: (name: string, opcode: number, reg: number) => X86Row) =>
  names.flatMap((row, opcode) => row.flatMap((name, reg) => (name ? [make(name, 0xd8 + opcode, reg)] : [])));

export const x87: readonly X86Row[] = [
  instruction('fwait', '9B |', (cpu: Cpu) => cpu.system('x87Wait'), traits),
  ...byOpcode(MEMORY, memoryRow),
  ...byOpcode(STACK, stackRow),
  ...Object.entries(WHOLE).map(wholeRow),
];
