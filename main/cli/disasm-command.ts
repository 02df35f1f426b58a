/** `viv disasm`: a program as text, from the rows that the engines run. */
import { BOARD_NAMES, boardOf } from '../../preload/contract/definition/boards.ts';
import { safeLines } from '../../preload/contract/foreign-text.ts';
import { disassembleFile } from '../images/index.ts';
import { standardOutput } from '../output/print.ts';
import { CallError, EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';

/** Lines written at once: a write each would take longer than the disassembly. */
const LINES_AT_ONCE = 1000;

const ARCHITECTURES = [...new Set(BOARD_NAMES.map((name) => boardOf(name).architecture))];
const SYNTAXES = ['intel', 'att'] as const;
const BITS = ['64', '32', '16'] as const;

const help = `viv disasm: disassemble a program

Usage: viv disasm FILE [OPTION]...

FILE is an ELF file (its executable sections are shown, with symbols) or flat code.

  --address ADDRESS      load address of flat code (default: where a bare program of that architecture starts)
  --architecture NAME    architecture of flat code: ${ARCHITECTURES.join(', ')} (default ${ARCHITECTURES[0]})
  --syntax SYNTAX        of amd64 code: ${SYNTAXES.join(', ')} (default ${SYNTAXES[0]})
  --bits BITS            of amd64 code: ${BITS.join(', ')} (default ${BITS[0]})

Examples:
  viv disasm program.elf
  viv disasm Image --address 0x80200000 | less
  viv disasm boot.bin --architecture amd64 --bits 16 --address 0x7c00
`;

function addressOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^(0x[0-9a-f]{1,16}|\d{1,19})$/i.test(text)) throw new CallError(`--address takes a number like 0x80200000, not "${text}"`);
  return BigInt(text);
}

/** One of the words that an option takes. */
function oneOf<T extends string>(option: string, words: readonly T[], text: string | undefined): T | undefined {
  if (text === undefined || (words as readonly string[]).includes(text)) return text as T | undefined;
  throw new CallError(`--${option} takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not "${text}"`);
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
    const { values, positionals } = readArguments(args, {
      address: { type: 'string' },
      architecture: { type: 'string' },
      syntax: { type: 'string' },
      bits: { type: 'string' },
    });
    const [file] = words(positionals, 'FILE') as [string];
    const syntax = oneOf('syntax', SYNTAXES, values.syntax);
    const bits = oneOf('bits', BITS, values.bits);
    const wishes = {
      origin: addressOf(values.address),
      architecture: oneOf('architecture', ARCHITECTURES, values.architecture),
      ...(syntax === undefined ? {} : { syntax }),
      ...(bits === undefined ? {} : { bits: Number(bits) as 16 | 32 | 64 }),
    };
    // Symbols are whatever the file says.
    for await (const piece of inPieces(disassembleFile(file, wishes))) await standardOutput().write(safeLines(piece));
    return EXIT.ok;
  },
};
