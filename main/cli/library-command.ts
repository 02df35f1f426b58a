/** `viv library`: look after the library's file. */
import { findHome } from '../library/home.ts';
import { openLibrary, setDamagedAside } from '../library/library.ts';
import { CallError, EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';

export const libraryCommand: Command = {
  help: `viv library: check or repair the library of machines

Usage: viv library check
       viv library repair

check reads the whole file and says what is wrong with it. repair puts a file that is damaged beside itself as
library.db.damaged-DATE, so that the next command starts a new library; nothing is deleted. No program may have the
library open meanwhile.

Examples:
  viv library check
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [what] = words(positionals, 'check or repair') as [string];
    if (what === 'check') return check();
    if (what === 'repair') return repair();
    throw new CallError(`"${what}" is neither check nor repair`);
  },
};

async function check(): Promise<number> {
  const library = await openLibrary(findHome(), { program: 'viv library check' });
  try {
    const problems = await library.check();
    for (const problem of problems) console.error(`viv: ${problem}`);
    if (problems.length === 0) console.log(`${library.home.library}: nothing is wrong`);
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await library.close();
  }
}

/** A library that opens is not put aside: the command is for one that does not. */
async function repair(): Promise<number> {
  const home = findHome();
  const library = await openLibrary(home, { program: 'viv library repair' }).catch((error: { problem?: string }) => {
    if (error.problem !== 'damaged') throw error;
  });
  if (library) {
    const problems = await library.check();
    await library.close();
    if (problems.length === 0) {
      console.log(`${home.library}: nothing is wrong, nothing was done`);
      return EXIT.ok;
    }
  }
  console.log(`the damaged library is kept as ${setDamagedAside(home)}; the next command starts a new one`);
  return EXIT.ok;
}
