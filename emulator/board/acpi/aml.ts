/**
 * Writes ACPI Machine Language (ACPI 6.5, chapter 20): the few terms of which a board's name space consists. Each function
 * gives the bytes of one term; a table is their concatenation.
 */
import { joined } from '../../structures/joined.ts';

export type Aml = Uint8Array;

const OP = {
  zero: 0x00,
  one: 0x01,
  name: 0x08,
  byte: 0x0a,
  word: 0x0b,
  dword: 0x0c,
  string: 0x0d,
  qword: 0x0e,
  scope: 0x10,
  buffer: 0x11,
  package: 0x12,
  method: 0x14,
  extended: 0x5b,
  device: 0x82,
  notify: 0x86,
} as const;

export const join = (...parts: readonly (Aml | readonly number[])[]): Aml => joined(parts);
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const little = (value: number | bigint, size: number): number[] =>
  Array.from({ length: size }, (_, byte) => Number((BigInt(value) >> BigInt(8 * byte)) & 0xffn));

/** A package length (section 20.2.4): it counts itself. */
function withLength(content: Aml): Aml {
  for (let extra = 0; extra <= 3; extra++) {
    const length = content.length + 1 + extra;
    if (extra === 0 ? length > 0x3f : length >= 2 ** (4 + 8 * extra)) continue;
    if (extra === 0) return join([length], content);
    return join([(extra << 6) | (length & 15), ...little(length >> 4, extra)], content);
  }
  throw new RangeError(`a package of ${content.length} bytes is too long`);
}

/** One segment of a name, of at most four letters (section 20.2.2). */
function segment(text: string): number[] {
  if (!/^[A-Z_][A-Z0-9_]{0,3}$/.test(text)) throw new Error(`${text} is no name of ACPI`);
  return ascii(text.padEnd(4, '_'));
}
/** A path: `\_SB.PCI0`, `COM1`. */
export function path(text: string): Aml {
  const root = text.startsWith('\\');
  const segments = text.slice(root ? 1 : 0).split('.');
  const prefix = segments.length === 1 ? [] : segments.length === 2 ? [0x2e] : [0x2f, segments.length];
  return join(root ? [0x5c] : [], prefix, segments.flatMap(segment));
}

/** An integer in its shortest form. */
export function integer(value: number | bigint): Aml {
  const wide = BigInt(value);
  if (wide === 0n) return join([OP.zero]);
  if (wide === 1n) return join([OP.one]);
  if (wide <= 0xffn) return join([OP.byte], little(wide, 1));
  if (wide <= 0xffffn) return join([OP.word], little(wide, 2));
  if (wide <= 0xffff_ffffn) return join([OP.dword], little(wide, 4));
  return join([OP.qword], little(wide, 8));
}
export const string = (text: string): Aml => join([OP.string], ascii(text), [0]);
export const buffer = (content: Aml): Aml => join([OP.buffer], withLength(join(integer(content.length), content)));
export const packageOf = (...elements: readonly Aml[]): Aml => join([OP.package], withLength(join([elements.length], ...elements)));

/** The identity of a device by its maker's three letters and a number: `PNP0501` (section 19.3.4). */
export function eisaId(text: string): Aml {
  const letters = ascii(text.slice(0, 3)).map((letter) => letter - 0x40);
  const [first = 0, second = 0, third = 0] = letters;
  const maker = (first << 10) | (second << 5) | third;
  const product = Number.parseInt(text.slice(3), 16);
  return join([OP.dword, maker >> 8, maker & 0xff, product >> 8, product & 0xff]);
}

export const name = (called: string, value: Aml): Aml => join([OP.name], path(called), value);
export const scope = (called: string, ...terms: readonly Aml[]): Aml => join([OP.scope], withLength(join(path(called), ...terms)));
export const device = (called: string, ...terms: readonly Aml[]): Aml =>
  join([OP.extended, OP.device], withLength(join(path(called), ...terms)));
/** A method without arguments. */
export const method = (called: string, ...terms: readonly Aml[]): Aml => join([OP.method], withLength(join(path(called), [0], ...terms)));
export const notify = (what: string, value: number): Aml => join([OP.notify], path(what), integer(value));
