/** What engines know of an instruction of any architecture before they read its meaning. */

/** How an operand comes to a row: a register, an immediate (i64), or a small unsigned number that controls it (i32). */
export interface Operand {
  readonly name: string;
  /** The register file, for a register. */
  readonly file?: string;
  readonly kind: 'register' | 'immediate' | 'control';
  /** Registers only. */
  readonly access?: 'read' | 'write' | 'both';
  /** A register that has the number of another operand's, in a file of registers as wide: decoded apart, and packed with that. */
  readonly beside?: string;
  /** Bits a control takes (8 where absent), or an immediate (32; more, up to 64, only where records have 32 bytes). */
  readonly bits?: number;
}

/** A register that an instruction uses by nature; `write`: wholly, whatever it held. */
export interface ImplicitRegister {
  readonly file: string;
  readonly number: number;
  readonly access: 'read' | 'write' | 'both';
}

/** Where an instruction may go besides on; distances are from its own address. */
export type Flow =
  | { readonly kind: 'branch'; readonly by: number }
  /** `links`: it leaves the address behind it for a return. */
  | { readonly kind: 'jump'; readonly by: number; readonly links: boolean }
  | { readonly kind: 'indirect'; readonly links: boolean; readonly returns: boolean };

/** By name: register numbers, immediates of up to 32 bits, and controls. */
export type OperandNumbers = Readonly<Record<string, number>>;

export interface RowTraits {
  /** Uses the floating-point unit. */
  readonly float?: boolean;
  /** Always the last instruction of a fragment: changes control flow or the core's mode. */
  readonly ends?: boolean;
  /** Control flow that can be followed; absent where there is none, or none that the engine may follow. */
  readonly flow?: (operands: OperandNumbers) => Flow;
  /** Registers used without an operand that names them. */
  readonly implicit?: readonly ImplicitRegister[];
  /** Can always be done: touches nothing but registers, and cannot trap (jumps and branches can be so). Absent: it may have to be left to the interpreter. */
  readonly pure?: boolean;
  /** What must hold of the state: a field (u32) that is not 0. Otherwise the operation is done, which must trap. */
  readonly needs?: { readonly field: string; readonly operation: string };
  /**
   * Not among the few hundred instructions that make up nearly all of what programs execute: the interpreter has a function of
   * its own for it, at the cost of a call. Its main function holds about 400 handlers at most; the host's compiler
   * takes gigabytes for a thousand. Rows that differ in the width or kind of an operand are rows of their own.
   */
  readonly rare?: boolean;
}

/** One instruction. `meaning` is absent for a row the emulator does not implement yet: executing it is illegal. */
export interface Row extends RowTraits {
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Lengths in bytes that it has; a handler of the interpreter is made for each. Absent: any, up to `Architecture.code.longest`. */
  readonly lengths?: readonly number[];
  /** Reads as the architecture's own `cpu` and operands. */
  readonly meaning?: (cpu: never, operands: never) => void;
  /** What it means within a compiled region where `Architecture.inlines` allows it; absent: `meaning`. */
  readonly compiled?: (cpu: never, operands: never) => void;
}

/** One decoded instruction: its row, its length in bytes and its operands' numbers. */
export interface Decoded {
  readonly row: Row;
  readonly length: number;
  readonly operands: OperandNumbers;
  /** Immediates of more bits, by name. */
  readonly wide?: Readonly<Record<string, bigint>>;
  /**
   * The same object for instructions that differ from this one in nothing but the immediates that it names, or their like; `packed` is
   * what the engine keeps of them.
   */
  readonly outline?: { readonly varies: readonly string[]; packed?: unknown };
  /** The immediates that the outline names, in order, where it was known. */
  readonly values?: readonly number[];
}
