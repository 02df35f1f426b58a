/** Writes toy programs: instructions by name, labels, and the mode that each place will be decoded in. */
import { PREFIX_32 } from './row.ts';
import { toyRows } from './rows.ts';

export type ToyLine =
  | { readonly label: string }
  /** From here on the code is for this mode. */
  | { readonly wide: boolean }
  | {
      readonly name: string;
      readonly to?: number;
      readonly from?: number;
      readonly imm?: Immediate;
      readonly index?: number;
      readonly scale?: number;
    };

/** A label stands for its distance from the instruction. */
type Immediate = number | bigint | string;

export const op = (name: string, operands: Omit<Extract<ToyLine, { name: string }>, 'name'> = {}): ToyLine => ({ name, ...operands });
export const label = (name: string): ToyLine => ({ label: name });

/** @returns the program's bytes; targets named by label become distances from their instruction */
export function assembleToy(lines: readonly ToyLine[]): Uint8Array {
  const labels = new Map<string, number>();
  let bytes: number[] = [];
  // Lengths do not depend on targets, so the second pass knows every label.
  for (let pass = 0; pass < 2; pass++) {
    bytes = [];
    let wide = false;
    for (const line of lines) {
      if ('label' in line) labels.set(line.label, bytes.length);
      else if ('wide' in line) wide = line.wide;
      else bytes.push(...encode(line, wide, bytes.length, labels));
    }
  }
  return Uint8Array.from(bytes);
}

type Instruction = Extract<ToyLine, { name: string }>;
function encode(
  { name, to = 0, from = 0, imm = 0, index = 0, scale = 0 }: Instruction,
  wide: boolean,
  at: number,
  labels: ReadonlyMap<string, number>,
): number[] {
  const row = toyRows.find((one) => one.name === name);
  if (!row) throw new Error(`the toy has no ${name}`);
  const value = BigInt(typeof imm === 'string' ? (labels.get(imm) ?? 0) - at : imm);
  return [
    ...(row.prefixed ? [PREFIX_32] : []),
    row.code,
    ...(row.hasRegisters ? [(to << 4) | from] : []),
    ...(row.hasIndex ? [(scale << 4) | index] : []),
    ...(row.hasImmediate
      ? Array.from({ length: row.isWide ? 8 : wide ? 4 : 1 }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn))
      : []),
  ];
}
