/** Every architecture's code as text, in one shape: for whoever shows code without knowing whose it is. */
import { disassemble as ofRiscv } from './riscv/disassembler.ts';
import { disassemble as ofX86 } from './x86/disassembler.ts';

/** How a person wants it shown. What an architecture does not know, it leaves aside. */
export interface DisassemblyWishes {
  /** A name for an address, shown behind it. */
  readonly symbol?: (address: bigint) => string | undefined;
  /** Of x86: Intel's manual, or the GNU assembler's usual one. Default: intel. */
  readonly syntax?: 'intel' | 'att';
  /** Of x86: the bits of the code segment. Default: 64. */
  readonly bits?: 16 | 32 | 64;
}
export interface ShownInstruction {
  readonly address: bigint;
  /** Hexadecimal, as the architecture's tools write it: one number for RISC-V, byte for byte for x86. */
  readonly code: string;
  /** Mnemonic and operands with one space between them, or a directive for what is no instruction. */
  readonly text: string;
}
export interface Disassembly {
  /** Where code without an address of its own lies unless somebody says otherwise. */
  readonly origin: bigint;
  /** Characters that `code` usually takes. */
  readonly codeWidth: number;
  show(code: Uint8Array, address: bigint, wishes: DisassemblyWishes): Generator<ShownInstruction>;
}

const riscv64: Disassembly = {
  origin: 0x8000_0000n,
  codeWidth: 8,
  *show(code, address, { symbol }) {
    for (const { address: at, word, length, text } of ofRiscv(code, address, symbol ? { symbol } : {}))
      yield { address: at, code: word.toString(16).padStart(length * 2, '0'), text };
  },
};

const amd64: Disassembly = {
  origin: 0n,
  // Seven bytes, as objdump's lines have; most instructions are shorter.
  codeWidth: 3 * 7 - 1,
  *show(code, address, wishes) {
    for (const { address: at, length, text } of ofX86(code, address, wishes)) {
      const from = Number(at - address);
      const bytes = Array.from(code.subarray(from, from + length), (byte) => byte.toString(16).padStart(2, '0'));
      yield { address: at, code: bytes.join(' '), text };
    }
  },
};

/** By architecture, as boards name theirs. */
export const disassemblies: Readonly<Record<string, Disassembly>> = { riscv64, amd64 };
