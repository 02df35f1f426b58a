/** How a row of the RISC-V tables is declared; everything else (decoder, assembler, engines) is derived from it. */
import { type Encoding, type Operands, parseRow } from './notation/riscv.ts';
import type { Cpu } from './cpu.ts';

/** What engines may want to know about a row before reading its meaning. */
export interface RowTraits {
  /** Uses the floating-point unit: illegal while mstatus.FS is off. */
  readonly float?: boolean;
  /** Always the last instruction of a fragment: changes control flow or the core's mode. */
  readonly ends?: boolean;
  /** Operand values that make this row a different, or an illegal, instruction. */
  readonly refuses?: (operands: Readonly<Record<string, number>>) => boolean;
}

/** One instruction. `meaning` is absent for a row the emulator does not implement yet: executing it is illegal. */
export interface Row extends RowTraits {
  readonly name: string;
  readonly pattern: string;
  readonly encoding: Encoding;
  readonly meaning?: (cpu: Cpu, operands: never) => void;
  /** A compressed row: the row it stands for, and that row's operands from its own. */
  readonly expandsTo?: {
    readonly name: string;
    readonly operands: (own: Readonly<Record<string, number>>) => Readonly<Record<string, number>>;
  };
}

/** An instruction with its meaning, the pattern in the manual's notation. */
export function instruction<const P extends string>(
  name: string,
  pattern: P,
  meaning: (cpu: Cpu, operands: Operands<P>) => void,
  traits: RowTraits = {},
): Row {
  return { name, pattern, encoding: parseRow(pattern), meaning, ...traits };
}

/** A compressed instruction: another row with some operands fixed. */
export function compressed<const P extends string>(
  name: string,
  pattern: P,
  target: string,
  operands: (own: Readonly<Record<Exclude<keyof Operands<P>, symbol>, number>>) => Readonly<Record<string, number>>,
  traits: RowTraits = {},
): Row {
  return {
    name,
    pattern,
    encoding: parseRow(pattern),
    expandsTo: { name: target, operands: operands as (own: Readonly<Record<string, number>>) => Readonly<Record<string, number>> },
    ...traits,
  };
}

/** One decoded instruction: its row (the full one for a compressed form), its length in bytes and its operands' numbers. */
export interface Decoded {
  readonly row: Row;
  readonly length: 2 | 4;
  readonly operands: Readonly<Record<string, number>>;
  /** The row as written, where it is a compressed form of `row`. */
  readonly written: Row;
}
