/** `viv disasm`: a riscv64 program as text, from the rows that the engines run. */
import { safeLines } from '../../preload/contract/foreign-text.ts';
import { disassembleFile } from '../images/index.ts';
import { standardOutput } from '../output/print.ts';
import { CallError, EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';

/** Lines written at once: a write each would take longer than the disassembly. */
const LINES_AT_ONCE = 1000;

const help = `viv disasm: disassemble a riscv64 program

Usage: viv disasm FILE [--address ADDRESS]

FILE is an ELF file (its executable sections are shown, with symbols) or flat code.

  --address ADDRESS    load address of flat code (default 0x80000000)

Examples:
  viv disasm program.elf
  viv disasm Image --address 0x80200000 | less
`;

function addressOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text)) throw new CallError(`--address takes a number like 0x80200000, not "${text}"`);
  return BigInt(text);
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let kept: string[] = [];
  for await (const line of lines) {
    kept.push(line, '\n');
    if (kept.length < 2 * LINES_AT_ONCE) continue;
    yield kept.join('');
    kept = [];
  }
  yield kept.join('');
}

export const disasmCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, { address: { type: 'string' } });
    const [file] = words(positionals, 'FILE') as [string];
    const origin = addressOf(values.address);
    // Symbols are whatever the file says.
    for await (const piece of inPieces(disassembleFile(file, { origin }))) await standardOutput().write(safeLines(piece));
    return EXIT.ok;
  },
};
