/** The assembler and disassembler for `main`, apart from index.ts because starting a machine needs neither. */
export { assemble, AssemblyError } from './riscv/assembler.ts';
export { disassemble } from './riscv/disassembler.ts';
