/** The assembler for `main`, apart from index.ts because starting a machine does not need it. */
export { assemble, AssemblyError } from './riscv/assembler.ts';
