/** The disassembler: bytes to text, from the same rows that the engines run, in Intel's syntax or that of AT&T. */
import { attText } from './assembly/att.ts';
import { intelText } from './assembly/intel.ts';
import { termsOf } from './assembly/terms.ts';
import { decode } from './decoder.ts';
import { DECODING, LONGEST } from './prefixes.ts';

export interface DisassembledInstruction {
  readonly address: bigint;
  readonly length: number;
  /** `add rax,rbx`, or `.byte 0x..` for what is no instruction. */
  readonly text: string;
}
export interface DisassemblyOptions {
  /** Default: intel. */
  readonly syntax?: 'intel' | 'att';
  /** Bits of the code segment. Default: 64. */
  readonly bits?: 64 | 32 | 16;
  /** A name for an address, shown behind it. */
  readonly symbol?: (address: bigint) => string | undefined;
}

const DECODINGS = { 64: DECODING.bits64, 32: DECODING.bits32, 16: DECODING.bits16 } as const;
const SYNTAX = { intel: intelText, att: attText } as const;

/** The instruction at a place in a piece of code that lies at an address. What is none is shown as one byte. */
export function disassembleAt(view: DataView, at: number, address: bigint, options: DisassemblyOptions = {}): DisassembledInstruction {
  const { syntax = 'intel', bits = 64, symbol } = options;
  const there = Math.min(view.byteLength - at, LONGEST);
  const decoded = decode(view, at, there, DECODINGS[bits]);
  if (decoded === 'more' || decoded === 'illegal')
    return { address, length: 1, text: `.byte 0x${view.getUint8(at).toString(16).padStart(2, '0')}` };
  const { length } = decoded;
  const instruction = termsOf(decoded, address, bits);
  const name = instruction.target === undefined ? undefined : symbol?.(instruction.target);
  const text = SYNTAX[syntax](instruction);
  return { address, length, text: name === undefined ? text : `${text} <${name}>` };
}

/** Every instruction of a piece of code, one behind the other. */
export function* disassemble(code: Uint8Array, address: bigint, options: DisassemblyOptions = {}): Generator<DisassembledInstruction> {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let at = 0; at < code.length; ) {
    const instruction = disassembleAt(view, at, address + BigInt(at), options);
    yield instruction;
    at += instruction.length;
  }
}
