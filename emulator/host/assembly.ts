/** The assembler and disassembler for `main`, apart from index.ts because starting a machine needs neither. */
export { assemble, AssemblyError } from '../isa/riscv/assembler.ts';
export { disassemble } from '../isa/riscv/disassembler.ts';
