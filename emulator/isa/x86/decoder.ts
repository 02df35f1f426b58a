/**
 * Bytes to rows, by tables that follow from the rows: the opcode's map and byte lead to a few candidates, of which prefixes
 * and the ModRM byte choose one.
 */
import { EA, NO_REGISTER } from './address.ts';
import { MAPS } from './notation.ts';
import type { Size } from './place.ts';
import { DECODING, LONGEST, type Prefixes, readPrefixes } from './prefixes.ts';
import type { X86Decoded, X86Row } from './row.ts';
import { rows } from './rows.ts';
import { operandName, operandSize, type Shape, Variants } from './variants.ts';

export const variants = new Variants(rows);

type Table = (readonly X86Row[])[];
const MAP_COUNT = Object.keys(MAPS).length;

/** Rows that ask for more come first. */
const precision = ({ encoding: { prefix, fixed, digit, w, mod, register }, traits }: X86Row): number =>
  (prefix === undefined ? 0 : 64) + (fixed === undefined ? 0 : 32) + (digit === undefined ? 0 : 16) + (w === undefined ? 0 : 8) +
  (mod === 'both' ? 0 : 4) + (traits.refuses ? 2 : 0) + (register ? 0 : 1);

function makeTables(): readonly Table[] {
  const tables = Array.from({ length: MAP_COUNT }, () => Array.from({ length: 256 }, (): X86Row[] => []));
  for (const row of rows) {
    const { map, opcode, register } = row.encoding;
    for (let low = 0; low < (register ? 8 : 1); low++) tables[map]?.[opcode + low]?.push(row);
  }
  for (const table of tables) for (const candidates of table) candidates.sort((a, b) => precision(b) - precision(a));
  return tables;
}
const tables = makeTables();
/** Whether a ModRM byte follows an opcode: all rows of an opcode agree. */
const hasModrm = tables.map((table) => table.map((candidates) => candidates.some(({ encoding }) => encoding.modrm)));

const prefixes: Prefixes = { length: 0, operandSize: false, addressSize: false, locked: false, repeat: 0, segment: -1, rex: 0 };

/** Bits of an address, and of operands where neither prefix nor row says otherwise. */
const ADDRESS_BITS = [64, 32, 16] as const;
const OPERAND_BITS = [32, 32, 16] as const;

function sizeOf({ encoding, traits, sizes }: X86Row, decoding: number): Size {
  const only = sizes.length === 1 ? sizes[0] : undefined;
  if (only !== undefined) return only;
  if (traits.sizedByAddress) return addressBits(decoding) as Size;
  const narrow = prefixes.operandSize && encoding.prefix !== 0x66;
  if (decoding === DECODING.bits64) {
    if (traits.defaults === 'near' || traits.defaults === 'whole') return 64;
    if (prefixes.rex & 8) return sizes.includes(64) ? 64 : 32;
    if (traits.defaults === 'stack') return narrow ? 16 : 64;
  }
  if (traits.defaults === 'whole') return 32;
  const usual = OPERAND_BITS[decoding] as Size;
  const size: Size = narrow ? (usual === 32 ? 16 : 32) : usual;
  return sizes.includes(size) ? size : (sizes[0] as Size);
}

function matches({ encoding, traits }: X86Row, modrm: number, decoding: number): boolean {
  const is64 = decoding === DECODING.bits64;
  if ((traits.only64 && !is64) || (traits.not64 && is64)) return false;
  const { prefix, fixed, digit, mod, w } = encoding;
  if (prefix !== undefined) {
    const given = prefixes.repeat !== 0 ? prefixes.repeat : prefixes.operandSize ? 0x66 : 0;
    if (given !== prefix) return false;
  }
  if (w !== undefined && (prefixes.rex & 8) >> 3 !== w) return false;
  if (fixed !== undefined) return modrm === fixed;
  if (digit !== undefined && ((modrm >> 3) & 7) !== digit) return false;
  return mod === 'both' || (mod === 'memory') === modrm < 0xc0;
}

/** A memory operand while it is decoded. */
const memory = { base: NO_REGISTER as number, index: NO_REGISTER as number, scale: 0, disp: 0, rip: false, stack: false, length: 0 };

const BASES_16 = [[3, 6], [3, 7], [5, 6], [5, 7], [6, NO_REGISTER], [7, NO_REGISTER], [5, NO_REGISTER], [3, NO_REGISTER]] as const;

/** Reads a ModRM byte of a memory operand with what follows it into `memory`. @returns whether all of it is there */
function readMemory(view: DataView, at: number, there: number, bits: number): boolean {
  Object.assign(memory, { base: NO_REGISTER, index: NO_REGISTER, scale: 0, disp: 0, rip: false, stack: false, length: 1 });
  const modrm = view.getUint8(at);
  const mod = modrm >> 6;
  const low = modrm & 7;
  let dispBytes = mod === 1 ? 1 : mod === 2 ? (bits === 16 ? 2 : 4) : 0;
  if (bits === 16) {
    const [base, index] = BASES_16[low] as readonly [number, number];
    if (mod === 0 && low === 6) dispBytes = 2;
    else Object.assign(memory, { base, index, stack: base === 5 });
  } else if (low === 4) {
    if (there < 2) return false;
    const sib = view.getUint8(at + 1);
    memory.length = 2;
    const index = ((sib >> 3) & 7) | ((prefixes.rex & 2) << 2);
    if (index !== 4) Object.assign(memory, { index, scale: sib >> 6 });
    if ((sib & 7) === 5 && mod === 0) dispBytes = 4;
    else memory.base = (sib & 7) | ((prefixes.rex & 1) << 3);
    memory.stack = memory.base === 4 || memory.base === 5;
  } else if (mod === 0 && low === 5) {
    dispBytes = 4;
    memory.rip = true;
  } else {
    memory.base = low | ((prefixes.rex & 1) << 3);
    memory.stack = memory.base === 5;
  }
  const from = memory.length;
  memory.length += dispBytes;
  if (there < memory.length) return false;
  if (dispBytes === 1) memory.disp = view.getInt8(at + from);
  else if (dispBytes === 2) memory.disp = view.getInt16(at + from, true);
  else if (dispBytes === 4) memory.disp = view.getInt32(at + from, true);
  return true;
}

/** The control `ea`, see address.ts. @param segment the one that is meant where no prefix names another */
function eaControl(decoding: number, segment: number): number {
  const bits = addressBits(decoding);
  const is64 = decoding === DECODING.bits64;
  let ea = (bits === 32 ? EA.offset32 : bits === 16 ? EA.offset16 : 0) | (is64 ? 0 : EA.linear32);
  const named = prefixes.segment >= 0 ? prefixes.segment : segment;
  if (!is64 || named >= 4) ea |= (named + 1) << EA.segmentAt;
  return ea;
}
const addressBits = (decoding: number): number => {
  const bits = ADDRESS_BITS[decoding] as number;
  return prefixes.addressSize ? (bits === 32 ? 16 : 32) : bits;
};
const SEGMENT = { SS: 2, DS: 3 } as const;

/** See Architecture.decode. */
export function decode(view: DataView, at: number, there: number, decoding: number): X86Decoded | 'illegal' | 'more' {
  const more = there < LONGEST ? 'more' : 'illegal';
  if (!readPrefixes(prefixes, view, at, there, decoding)) return more;
  let length = prefixes.length;
  let map: number = MAPS.one;
  let opcode = view.getUint8(at + length++);
  if (opcode === 0x0f) {
    if (there <= length) return more;
    opcode = view.getUint8(at + length++);
    map = opcode === 0x38 ? MAPS['0F38'] : opcode === 0x3a ? MAPS['0F3A'] : MAPS['0F'];
    if (map !== MAPS['0F']) {
      if (there <= length) return more;
      opcode = view.getUint8(at + length++);
    }
  }
  const candidates = tables[map]?.[opcode] as readonly X86Row[];
  let modrm = 0;
  const modrmAt = length;
  if (hasModrm[map]?.[opcode]) {
    if (there <= length) return more;
    modrm = view.getUint8(at + length);
    length++;
    if (modrm < 0xc0) {
      if (!readMemory(view, at + modrmAt, there - modrmAt, addressBits(decoding))) return more;
      length = modrmAt + memory.length;
    }
  }
  for (const row of candidates) {
    if (!matches(row, modrm, decoding)) continue;
    const found = complete(row, { view, at, there, decoding, opcode, modrm, length });
    if (found === 'more') return more;
    if (found !== 'refused') return found;
  }
  return 'illegal';
}

interface Opened {
  readonly view: DataView;
  readonly at: number;
  readonly there: number;
  readonly decoding: number;
  readonly opcode: number;
  readonly modrm: number;
  /** Bytes so far: all but immediates. */
  readonly length: number;
}

/** Reads immediates and names the operands of a row that has been found. */
function complete(row: X86Row, opened: Opened): X86Decoded | 'illegal' | 'more' | 'refused' {
  const { encoding, traits } = row;
  const { view, at, there, decoding, opcode, modrm } = opened;
  const { rex } = prefixes;
  const size = sizeOf(row, decoding);
  let { length } = opened;
  const immediates: number[] = [];
  for (const code of encoding.immediates) {
    const bytes = immediateBytes(code, size, decoding);
    if (there < length + bytes) return 'more';
    immediates.push(...readImmediate(view, at + length, bytes, row));
    length += bytes;
  }
  if (length > LONGEST) return 'illegal';
  const rexB = (rex & 1) !== 0;
  if (traits.refuses?.({ rexB, size, immediate: immediates[0] ?? 0 })) return 'refused';

  const shape = shapeOf(row, size, modrm, opcode);
  if (!shape) return 'illegal';
  const variant = variants.find(row, shape);
  if (!variant) return 'illegal';
  const operands: Record<string, number> = {};
  encoding.operands.forEach((spec, index) => {
    const name = operandName(index);
    const concrete = variant.concrete[index];
    if (spec.slot === 'fixed') operands[name] = spec.number ?? 1;
    else if (spec.slot === 'reg') operands[name] = generalNumber(((modrm >> 3) & 7) | ((rex & 4) << 1), concrete?.is);
    else if (spec.slot === 'opcode') operands[name] = generalNumber((opcode & 7) | ((rex & 1) << 3), concrete?.is);
    else if (spec.slot === 'rm' && !shape.memory) operands[name] = generalNumber((modrm & 7) | ((rex & 1) << 3), concrete?.is);
    else if (concrete?.is === 'distance') operands[name] = (immediates.shift() as number) + length;
    else if (spec.slot === 'immediate' && concrete?.is !== 'moffs') {
      operands[name] = immediates.shift() as number;
      if (concrete?.is === 'immediate64') operands['above'] = immediates.shift() as number;
    }
  });
  if (encoding.immediates[0] === 'moffs') Object.assign(operands, moffsOperands(immediates, decoding));
  else if (shape.memory) Object.assign(operands, memoryOperands(decoding));
  else if (traits.memory) operands['ea'] = eaControl(decoding, SEGMENT.DS);
  if (traits.numbered) operands['number'] = operands[operandName(0)] ?? 0;
  return { row: variant, length, operands };
}

/** There are only eight MMX registers, whatever REX says. */
const generalNumber = (number: number, is: string | undefined): number => (is === 'high' ? number - 4 : is === 'mmx' ? number & 7 : number);

function memoryOperands(decoding: number): Record<string, number> {
  const { base, index, scale, disp, rip, stack } = memory;
  let ea = eaControl(decoding, stack ? SEGMENT.SS : SEGMENT.DS) | scale;
  if (rip && decoding === DECODING.bits64) ea |= EA.ripRelative;
  return { base, index, ea, disp };
}
function moffsOperands([low = 0, high = 0]: readonly number[], decoding: number): Record<string, number> {
  return { ea: eaControl(decoding, SEGMENT.DS), disp: low, above: high };
}

/** @returns undefined where LOCK stands before an instruction that cannot be locked */
function shapeOf({ encoding, traits }: X86Row, size: Size, modrm: number, opcode: number): Shape | undefined {
  const memoryForm = encoding.modrm && modrm < 0xc0;
  if (prefixes.locked && !(traits.lockable && memoryForm)) return undefined;
  let high = 0;
  if (!prefixes.rex)
    encoding.operands.forEach((spec, index) => {
      const isRegister = spec.kind === 'gpr' || (spec.kind === 'gpr/m' && !memoryForm);
      if (!isRegister || spec.slot === 'fixed' || operandSize(spec, size) !== 8) return;
      const number = spec.slot === 'reg' ? (modrm >> 3) & 7 : spec.slot === 'opcode' ? opcode & 7 : modrm & 7;
      if (number >= 4) high |= 1 << index;
    });
  const repeat = !traits.repeats || prefixes.repeat === 0 ? 'none' : prefixes.repeat === 0xf2 && traits.repeats === 'both' ? 'repne' : 'rep';
  return { size, memory: memoryForm, high, locked: prefixes.locked, repeat };
}

function immediateBytes(code: string, size: Size, decoding: number): number {
  if (code === 'ib' || code === 'cb') return 1;
  if (code === 'iw') return 2;
  if (code === 'id') return 4;
  if (code === 'iv') return size / 8;
  if (code === 'moffs') return addressBits(decoding) / 8;
  return size === 16 ? 2 : 4;
}
/** One immediate; one of eight bytes as two numbers, the lower first. */
function readImmediate(view: DataView, at: number, bytes: number, { encoding }: X86Row): number[] {
  const unsigned = encoding.operands.some(({ kind }) => kind === 'uimm');
  if (bytes === 1) return [unsigned ? view.getUint8(at) : view.getInt8(at)];
  if (bytes === 2) return [unsigned ? view.getUint16(at, true) : view.getInt16(at, true)];
  if (bytes === 4) return [view.getInt32(at, true)];
  return [view.getInt32(at, true), view.getInt32(at + 4, true)];
}

/** See Architecture.illegalValue: the first bytes. */
export function illegalValue(view: DataView, at: number, there: number): number {
  let value = 0;
  for (let index = 0; index < Math.min(there, 4); index++) value |= view.getUint8(at + index) << (8 * index);
  return value;
}
