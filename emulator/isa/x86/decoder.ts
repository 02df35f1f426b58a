/**
 * Bytes to rows, by tables that follow from the rows: the opcode's map and byte lead to a few candidates, of which prefixes
 * and the ModRM byte choose one.
 */
import { EA, NO_REGISTER } from './address.ts';
import { MAPS, type OperandSpec } from './notation.ts';
import { immediates, readDisplacement, readImmediate } from './immediates.ts';
import type { Size } from './place.ts';
import { operandName, upperName } from './operand-names.ts';
import { fillOutline, headOf, outlineOf, Outlines } from './outlines.ts';
import { DECODING, LONGEST, type Prefixes, readPrefixes, readVex } from './prefixes.ts';
import type { Concrete, Variant, X86Decoded, X86Row } from './row.ts';
import { rows } from './rows.ts';
import { hasFlatShape, operandSize, packShape, Variants } from './variants.ts';
import { accessOf, FORM } from './wide-operands.ts';

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

function makeDecoder() {
  const tables = makeTables();
  // Whether a ModRM byte follows an opcode: all rows of an opcode agree.
  const hasModrm = tables.map((table) => table.map((candidates) => candidates.some(({ encoding }) => encoding.modrm)));
  return { variants: new Variants(rows), tables, hasModrm, outlines: new Outlines() };
}
let made: ReturnType<typeof makeDecoder> | undefined;
/** Made when they are first asked for: most threads run no x86 code, and every start would wait for them. */
const known = () => (made ??= makeDecoder());

/** All that a row may be, by its operands. */
export const variants = (): Variants => known().variants;

const prefixes: Prefixes = { length: 0, operandSize: false, addressSize: false, locked: false, repeat: 0, segment: -1, rex: 0, long: false, vvvv: 0 };

/** Bits of an address, and of operands where neither prefix nor row says otherwise. */
const ADDRESS_BITS = [64, 32, 16, 32] as const;
const OPERAND_BITS = [32, 32, 16, 32] as const;

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
  const { prefix, fixed, digit, mod, w, vex } = encoding;
  if (vex && !matchesVex(encoding)) return false;
  if (prefix !== undefined) {
    const given = prefixes.repeat !== 0 ? prefixes.repeat : prefixes.operandSize ? 0x66 : 0;
    if (given !== prefix) return false;
  }
  if (w !== undefined && (prefixes.rex & 8) >> 3 !== w) return false;
  if (fixed !== undefined) return modrm === fixed;
  if (digit !== undefined && ((modrm >> 3) & 7) !== digit) return false;
  return mod === 'both' || (mod === 'memory') === modrm < 0xc0;
}

/** What VEX holds besides prefixes: a length that the row has, and no register where the row has none. */
function matchesVex({ vex, operands }: X86Row['encoding']): boolean {
  if (vex === (prefixes.long ? 'short' : 'long')) return false;
  return prefixes.vvvv === 0 || operands.some(({ slot }) => slot === 'vvvv');
}

/** A memory operand while it is decoded; `sibIndex`: what SIB has for a vector of indices, -1 without SIB. */
const memory = { sibIndex: -1, base: NO_REGISTER as number, index: NO_REGISTER as number, scale: 0, disp: 0, rip: false, stack: false, length: 0 };

const BASES_16 = [[3, 6], [3, 7], [5, 6], [5, 7], [6, NO_REGISTER], [7, NO_REGISTER], [5, NO_REGISTER], [3, NO_REGISTER]] as const;

/** Reads a ModRM byte of a memory operand with what follows it into `memory`. @returns whether all of it is there */
function readMemory(view: DataView, at: number, there: number, bits: number): boolean {
  memory.base = memory.index = NO_REGISTER;
  memory.scale = memory.disp = 0;
  memory.rip = memory.stack = false;
  memory.length = 1;
  memory.sibIndex = -1;
  const modrm = view.getUint8(at);
  const mod = modrm >> 6;
  const low = modrm & 7;
  let dispBytes = mod === 1 ? 1 : mod === 2 ? (bits === 16 ? 2 : 4) : 0;
  if (bits === 16) {
    const [base, index] = BASES_16[low] as readonly [number, number];
    if (mod === 0 && low === 6) dispBytes = 2;
    else {
      memory.base = base;
      memory.index = index;
      memory.stack = base === 5;
    }
  } else if (low === 4) {
    if (there < 2) return false;
    const sib = view.getUint8(at + 1);
    memory.length = 2;
    const index = ((sib >> 3) & 7) | ((prefixes.rex & 2) << 2);
    memory.sibIndex = index;
    memory.scale = sib >> 6;
    if (index !== 4) memory.index = index;
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
  memory.disp = readDisplacement(view, at + from, dispBytes);
  return true;
}

/** The control `ea`, see address.ts. @param segment the one that is meant where no prefix names another */
function eaControl(decoding: number, segment: number): number {
  const bits = addressBits(decoding);
  const is64 = decoding === DECODING.bits64;
  const size = bits === 32 ? EA.offset32 : bits === 16 ? EA.offset16 : 0;
  const named = prefixes.segment >= 0 ? prefixes.segment : segment;
  // A code segment cannot be written, however flat it is.
  const counts = is64 ? named >= SEGMENT.FS : decoding !== DECODING.flat32 || named >= SEGMENT.FS || named === SEGMENT.CS;
  return size | (counts && !is64 ? EA.linear32 : 0) | (counts ? (named + 1) << EA.segmentAt : 0);
}
const addressBits = (decoding: number): number => {
  const bits = ADDRESS_BITS[decoding] as number;
  return prefixes.addressSize ? (bits === 32 ? 16 : 32) : bits;
};
const SEGMENT = { CS: 1, SS: 2, DS: 3, FS: 4 } as const;

/** See Architecture.decode. */
export function decode(view: DataView, at: number, there: number, decoding: number, once = false): X86Decoded | 'illegal' | 'more' {
  const more = there < LONGEST ? 'more' : 'illegal';
  if (!readPrefixes(prefixes, view, at, there, decoding)) return more;
  let length = prefixes.length;
  let map: number = MAPS.one;
  let opcode = view.getUint8(at + length++);
  const vex = opcode === 0xc4 || opcode === 0xc5 ? readVex(prefixes, view, at, there, decoding) : -1;
  if (vex === 'more') return more;
  if (vex === 'illegal') return 'illegal';
  if (vex >= 0) {
    map = vex;
    length = prefixes.length;
    if (there <= length) return more;
    opcode = view.getUint8(at + length++);
  } else if (opcode === 0x0f) {
    if (there <= length) return more;
    opcode = view.getUint8(at + length++);
    map = opcode === 0x38 ? MAPS['0F38'] : opcode === 0x3a ? MAPS['0F3A'] : MAPS['0F'];
    if (map !== MAPS['0F']) {
      if (there <= length) return more;
      opcode = view.getUint8(at + length++);
    }
  }
  const { tables, hasModrm, outlines } = known();
  const candidates = tables[map]?.[opcode] as readonly X86Row[];
  let modrm = 0;
  let sib = 0;
  const modrmAt = length;
  if (hasModrm[map]?.[opcode]) {
    if (there <= length) return more;
    modrm = view.getUint8(at + length++);
    if (modrm < 0xc0 && (modrm & 7) === 4 && addressBits(decoding) !== 16) {
      if (there <= length) return more;
      sib = view.getUint8(at + length++);
    }
  }
  const headLength = length;
  if (vex < 0) {
    const outline = outlines.open(prefixes, headOf(map, opcode, modrm, sib), decoding);
    const again = outline && fillOutline(outline, view, at, there, headLength, (prefixes.rex & 1) !== 0, once);
    if (again) return again;
  }
  if (hasModrm[map]?.[opcode] && modrm < 0xc0) {
    if (!readMemory(view, at + modrmAt, there - modrmAt, addressBits(decoding))) return more;
    length = modrmAt + memory.length;
  }
  let refused = false;
  for (const row of candidates) {
    if (!matches(row, modrm, decoding)) continue;
    const found = complete(row, { view, at, there, decoding, opcode, modrm, length });
    if (found === 'more') return more;
    // An immediate that makes it another instruction: others of its outline may be the one before.
    if (found === 'refused') refused = true;
    else return found === 'illegal' || refused || vex >= 0 ? found : outlined(found, row, length - headLength, decoding);
  }
  return 'illegal';
}

/** Remembers the outline of an instruction whose head is in hand. */
function outlined(decoded: X86Decoded, row: X86Row, dispBytes: number, decoding: number): X86Decoded {
  const bytes = row.encoding.immediates.map((code) => immediateBytes(code, decoded.row.size, decoding));
  const outline = outlineOf(decoded, row, dispBytes, bytes);
  if (!outline) return decoded;
  known().outlines.remember(outline);
  return { ...decoded, outline };
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

/** Reads immediates and names the operands of a row that has been found. Runs for every instruction that a guest reaches. */
function complete(row: X86Row, opened: Opened): X86Decoded | 'illegal' | 'more' | 'refused' {
  const { encoding, traits } = row;
  const { view, at, there, decoding, opcode, modrm } = opened;
  const { rex } = prefixes;
  const size = sizeOf(row, decoding);
  let { length } = opened;
  let read = 0;
  for (const code of encoding.immediates) {
    const bytes = immediateBytes(code, size, decoding);
    if (there < length + bytes) return 'more';
    read = readImmediate(view, at + length, bytes, row, read);
    length += bytes;
  }
  if (length > LONGEST) return 'illegal';
  const alike = memory.sibIndex < 0 || memory.sibIndex === prefixes.vvvv || memory.sibIndex === regOf(modrm) || prefixes.vvvv === regOf(modrm);
  if (traits.refuses?.({ rexB: (rex & 1) !== 0, size, immediate: read > 0 ? (immediates[0] as number) : 0, alike })) return 'refused';

  const isMemory = encoding.modrm && modrm < 0xc0;
  if (prefixes.locked && !(traits.lockable && isMemory)) return 'illegal';
  // A vector operand with VEX is either, in one variant.
  const isApart = isMemory && !(encoding.vex && encoding.operands.some(({ kind }) => kind === 'wide/m' || kind === 'vsib'));
  const variant = variants().at(row, packShape({ size, memory: isApart, high: highBytes(row, size, isMemory, modrm, opcode), locked: prefixes.locked, repeat: repetition(row), flat: decoding === DECODING.flat32 && hasFlatShape(row) }));
  if (!variant) return 'illegal';
  const operands: Record<string, number> = {};
  const specs = encoding.operands;
  let taken = 0;
  for (let index = 0; index < specs.length; index++) {
    const { slot, number } = specs[index] as OperandSpec;
    const { is } = variant.concrete[index] as Concrete;
    const name = operandName(index);
    if (slot === 'reg') operands[name] = generalNumber(regOf(modrm), is);
    else if (slot === 'vvvv') operands[name] = prefixes.vvvv;
    else if (slot === 'is4') operands[name] = ((immediates[0] as number) >> 4) & (decoding === DECODING.bits64 ? 15 : 7);
    else if (slot === 'rm') {
      if (is === 'vsib') operands[name] = memory.sibIndex;
      else if (!isMemory) operands[name] = generalNumber((modrm & 7) | ((rex & 1) << 3), is);
    } else if (slot === 'opcode') operands[name] = generalNumber((opcode & 7) | ((rex & 1) << 3), is);
    else if (slot === 'fixed') operands[name] = number ?? 1;
    else if (is === 'distance') operands[name] = (immediates[taken++] as number) + length;
    else if (is !== 'moffs') {
      operands[name] = immediates[taken++] as number;
      if (is === 'immediate64') operands['above'] = immediates[taken++] as number;
    }
    // Upper halves matter where they are written, and where vectors are long.
    if (is === 'wide' || is === 'wideMemory' || is === 'vsib') {
      const number = operands[name];
      if (number !== undefined && (prefixes.long || accessOf(row, index) !== 'read')) operands[upperName(index)] = number;
    }
  }
  if (encoding.vex) operands['form'] = (isMemory ? FORM.memory : 0) | (prefixes.long && encoding.vex !== 'ignored' ? FORM.long : 0);
  if (isMemory) nameMemory(operands, decoding);
  else if (encoding.immediates[0] === 'moffs') {
    operands['ea'] = eaControl(decoding, SEGMENT.DS);
    operands['disp'] = immediates[0] as number;
    operands['above'] = read > 1 ? (immediates[1] as number) : 0;
  } else if (traits.memory) operands['ea'] = eaControl(decoding, SEGMENT.DS);
  if (traits.numbered) operands['number'] = operands[operandName(0)] ?? 0;
  return { row: variant, length, operands };
}

/** ModRM's field reg, with the bit that REX has of it. */
const regOf = (modrm: number): number => ((modrm >> 3) & 7) | ((prefixes.rex & 4) << 1);
/** There are only eight MMX registers, whatever REX says. */
const generalNumber = (number: number, is: string | undefined): number => (is === 'high' ? number - 4 : is === 'mmx' ? number & 7 : number);

function nameMemory(operands: Record<string, number>, decoding: number): void {
  const { base, index, scale, disp, rip, stack } = memory;
  const ea = eaControl(decoding, stack ? SEGMENT.SS : SEGMENT.DS) | scale;
  operands['base'] = base;
  operands['index'] = index;
  operands['ea'] = rip && decoding === DECODING.bits64 ? ea | EA.ripRelative : ea;
  operands['disp'] = disp;
}

/** For each operand, from bit 0, whether it is AH or one of its kin: those of 8 bits from number 4 on, without REX. */
function highBytes(row: X86Row, size: Size, isMemory: boolean, modrm: number, opcode: number): number {
  if (prefixes.rex) return 0;
  const { operands } = row.encoding;
  let high = 0;
  for (let index = 0; index < operands.length; index++) {
    const spec = operands[index] as OperandSpec;
    if (spec.slot === 'fixed' || operandSize(spec, size) !== 8) continue;
    if (spec.kind !== 'gpr' && (spec.kind !== 'gpr/m' || isMemory)) continue;
    const number = spec.slot === 'reg' ? (modrm >> 3) & 7 : spec.slot === 'opcode' ? opcode & 7 : modrm & 7;
    if (number >= 4) high |= 1 << index;
  }
  return high;
}
function repetition({ traits: { repeats } }: X86Row): Variant['repeat'] {
  if (!repeats || prefixes.repeat === 0) return 'none';
  return prefixes.repeat === 0xf2 && repeats === 'both' ? 'repne' : 'rep';
}

function immediateBytes(code: string, size: Size, decoding: number): number {
  if (code === 'ib' || code === 'cb') return 1;
  if (code === 'iw') return 2;
  if (code === 'id') return 4;
  if (code === 'iv') return size / 8;
  if (code === 'moffs') return addressBits(decoding) / 8;
  return size === 16 ? 2 : 4;
}
/** See Architecture.illegalValue: the first bytes. */
export function illegalValue(view: DataView, at: number, there: number): number {
  let value = 0;
  for (let index = 0; index < Math.min(there, 4); index++) value |= view.getUint8(at + index) << (8 * index);
  return value;
}
