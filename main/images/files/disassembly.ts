/** `viv disasm`: a file's code as text. ELF files by their executable sections with symbols, anything else as flat code. */
import { elfArchitecture } from '../../../emulator/format/elf.ts';
import { readPath } from '../../../emulator/host/files/open-path.ts';
import type { DisassemblyWishes } from '../../../emulator/isa/disassembly.ts';
import { boardOf } from '../../../preload/contract/definition/boards.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { FileInspection } from '../../../preload/contract/images.ts';
import { codeOf, type Code } from './elf-code.ts';
import { inspectFile } from './inspect.ts';

export interface DisassemblyFileOptions extends Pick<DisassemblyWishes, 'syntax' | 'bits'> {
  /** Where a flat file lies in memory. Default: where the architecture's bare programs start. */
  readonly origin?: bigint | undefined;
  /** Of a flat file. Default: the usual board's. */
  readonly architecture?: string | undefined;
}

/** Files that can hold code as it runs. */
const SHOWN: readonly FileInspection['kind'][] = ['program', 'kernel-image', 'unrecognised'];
const MNEMONIC_WIDTH = 8;

/** The lines, without line ends. @throws ContractError for a file that is not there or holds no code of a board's architecture */
export async function* disassembleFile(path: string, options: DisassemblyFileOptions = {}): AsyncGenerator<string> {
  const { disassemblies } = await import('../../../emulator/isa/disassembly.ts');
  const { kind, architecture = options.architecture ?? boardOf(undefined).architecture, description } = await inspectFile(path);
  const disassembly = disassemblies[architecture];
  if (!disassembly || !SHOWN.includes(kind))
    throw new ContractError('code-cannot-be-shown', { path, description, architectures: Object.keys(disassemblies) });
  const bytes = await readPath(path);
  const flat: Code = { pieces: [{ name: path, address: options.origin ?? disassembly.origin, bytes }], symbols: new Map() };
  const { pieces, symbols } = elfArchitecture(bytes) === undefined ? flat : codeOf(bytes);
  const wishes = { ...options, symbol: (at: bigint) => symbols.get(at) };
  for (const piece of pieces) {
    yield '';
    yield `${piece.name}:`;
    for (const { address, code, text } of disassembly.show(piece.bytes, piece.address, wishes)) {
      const label = symbols.get(address);
      if (label !== undefined) yield* ['', `${address.toString(16).padStart(16, '0')} <${label}>:`];
      yield `${address.toString(16).padStart(12)}:  ${code.padEnd(disassembly.codeWidth)}  ${inColumns(text)}`;
    }
  }
}

/** The operands below one another. */
const inColumns = (text: string): string => text.replace(' ', ' '.repeat(Math.max(1, MNEMONIC_WIDTH - text.indexOf(' '))));
