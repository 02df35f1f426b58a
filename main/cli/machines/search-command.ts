/** `viv search` finds lines in what the consoles of all machines printed. */
import { momentText } from '../../../emulator/quantities/moments.ts';
import type { ConsoleSearch, FoundLine } from '../../../preload/contract/consoles.ts';
import { print, printError } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { consoleNumber } from './console-command.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';

const USUAL_LIMIT = 50;

export const searchCommand: Command = {
  help: `viv search: find lines in what the consoles of all machines printed

Usage: viv search TEXT [--machine NAME [--console N]] [--limit N] [--json]

Any piece of a line is found, whatever its case, newest first; each line is shown with its machine, the time it was
printed, and the machine's snapshot that was taken nearest to then. The output of all machines is kept, also after they
stop: compressed, up to 128 MiB a machine and 512 MiB in all, after which the oldest goes; the first 64 KiB of every
console always stay. The index for searching takes about a third of what was printed on top. Machines in the bin are
left out. Without a match the exit status is 1.

  --machine NAME   in this machine's consoles only
  --console N      in one of them: 0 is the serial port, N the N-th virtio port
  --limit N        at most so many lines (default ${USUAL_LIMIT})
  --json           one JSON object a line

Examples:
  viv search 'kernel panic'
  viv search eth0 --machine box
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      machine: { type: 'string' },
      console: { type: 'string' },
      limit: { type: 'string', default: String(USUAL_LIMIT) },
      json: { type: 'boolean', default: false },
    });
    const [text] = words(positionals, 'TEXT') as [string];
    if (text.trim() === '') throw new CallError('TEXT is empty');
    if (!/^[1-9]\d{0,5}$/.test(values.limit)) throw new CallError(`--limit takes a number from 1 to 999999, not "${values.limit}"`);
    if (values.console !== undefined && values.machine === undefined) throw new CallError('--console needs --machine');
    const console = values.console === undefined ? {} : { console: consoleNumber(values.console) };
    return withProgram(findProgram('search'), async (program) => {
      const only = values.machine === undefined ? {} : { machine: (await machineNamed(program, values.machine)).id, ...console };
      const found = await findLines(program, { text, ...only }, Number(values.limit));
      if (found.lines.length === 0) printError(`viv: nothing that a console printed contains "${text}"`);
      await printLines(program, found.lines, values.json);
      if (found.more) printError(`viv: there is more; --limit ${Number(values.limit) * 10} shows more`);
      return found.lines.length === 0 ? EXIT.failed : EXIT.ok;
    });
  },
};

async function findLines({ client }: Program, search: ConsoleSearch, limit: number): Promise<{ lines: FoundLine[]; more: boolean }> {
  const lines: FoundLine[] = [];
  let before: number | undefined;
  do {
    const step = await client.services.consoles.find({ ...search, ...(before === undefined ? {} : { before }) });
    lines.push(...step.found);
    before = step.before;
  } while (before !== undefined && lines.length <= limit);
  return { lines: lines.slice(0, limit), more: lines.length > limit };
}

async function printLines({ client }: Program, lines: readonly FoundLine[], json: boolean): Promise<void> {
  const names = new Map((await client.services.machines.list()).map(({ id, definition }) => [id, definition.name]));
  for (const found of lines) {
    const name = names.get(found.machine) ?? found.machine;
    if (json) {
      print(JSON.stringify({ ...found, name }));
      continue;
    }
    const port = found.console === 0 ? '' : `:${found.console}`;
    const when = found.time === undefined ? 'unknown time' : momentText(found.time);
    const snapshot = found.snapshot ? `  (snapshot "${found.snapshot.name}")` : '';
    print(`${name}${port}  ${when}${snapshot}\n    ${found.line.trim()}`);
  }
}
