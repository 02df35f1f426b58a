/**
 * `npm run figures`: how quick the window is over the real program, in Chromium: its start, five hundred machines, and a console that is
 * flooded. Prints figures beside what is wanted, and decides nothing: they mean something on a machine that does little else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure, FigureOptions } from './figure.ts';
import { flooded } from './flooded.ts';
import { manyMachines } from './many-machines.ts';
import { windowSize } from './window-size.ts';

type Section = (options: FigureOptions, tell: (figure: Figure) => void) => Promise<void>;

const SECTIONS: Readonly<Record<string, Section>> = { size: windowSize, machines: manyMachines, flood: flooded };

const HELP = `npm run figures: how quick the window is

Usage: npm run figures [-- [--seconds N] [--template NAME] SECTION...]

  size      what the page loads before a console opens
  machines  the start, and 500 machines of which 20 run: scrolling, an action's answer, the processor when idle
  flood     from a key to its echo while the guest prints without end, and the memory that takes

  --seconds N      how long the flood lasts (default 60)
  --template NAME  of the guest that is flooded (default debian-riscv64)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    template: { type: 'string', default: 'debian-riscv64' },
    help: { type: 'boolean' },
  },
});
const wrong = positionals.find((name) => !(name in SECTIONS));
if (values.help || wrong !== undefined) {
  console.log(wrong === undefined ? HELP : `there is no section ${wrong}\n\n${HELP}`);
  process.exit(wrong === undefined ? 0 : 2);
}
for (const [name, section] of Object.entries(SECTIONS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const home = mkdtempSync(join(tmpdir(), 'vivarium-figures-'));
  try {
    await section({ home, seconds: Number(values.seconds), template: values.template }, ({ what, is, wanted }) =>
      console.log(`${what.padEnd(58)} ${is.padEnd(28)}${wanted === undefined ? '' : ` wanted: ${wanted}`}`),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
