/** `viv disasm`: a file's code as text. ELF files by their executable sections with symbols, anything else as flat code. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { isRiscv64 } from '../../../emulator/format/elf.ts';
import { readPath } from '../../../emulator/host/files/open-path.ts';
import { codeOf, type Code } from './elf-code.ts';
import { inspectFile } from './inspect.ts';

export interface DisassemblyFileOptions {
  /** Where a flat file lies in memory. Default: the start of RAM. */
  readonly origin?: bigint | undefined;
}
const START_OF_RAM = 0x8000_0000n;

/** The lines, without line ends. @throws ContractError for a file that is not there or holds no RISC-V code */
export async function* disassembleFile(path: string, options: DisassemblyFileOptions = {}): AsyncGenerator<string> {
  const { kind, architecture = 'riscv64', description } = await inspectFile(path);
  if (architecture !== 'riscv64' || (kind !== 'program' && kind !== 'kernel-image' && kind !== 'unrecognised'))
    throw new ContractError('code-cannot-be-shown', { path, description, wanted: 'riscv64' });
  const bytes = await readPath(path);
  const { disassemble } = await import('../../../emulator/isa/assembly.ts');
  const flat: Code = { pieces: [{ name: path, address: options.origin ?? START_OF_RAM, bytes }], symbols: new Map() };
  const code = isRiscv64(bytes) ? codeOf(bytes) : flat;
  for (const piece of code.pieces) {
    yield '';
    yield `${piece.name}:`;
    for (const { address, word, length, text } of disassemble(piece.bytes, piece.address, { symbol: (at) => code.symbols.get(at) })) {
      const label = code.symbols.get(address);
      if (label !== undefined) yield* ['', `${address.toString(16).padStart(16, '0')} <${label}>:`];
      yield `${address.toString(16).padStart(12)}:  ${word
        .toString(16)
        .padStart(length * 2, '0')
        .padEnd(8)}  ${text.replace(' ', ' '.repeat(Math.max(1, 8 - text.indexOf(' '))))}`;
    }
  }
}
