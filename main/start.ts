/** `npm start`: opens the window in Electron, or says why not and opens the browser shell. */
import { parseArgs } from 'node:util';
import { freshBundle } from './build/fresh-bundle.js';
import { CodedError } from '../emulator/error/coded-error.ts';
import { makeFilesPrivate } from './library/own-files.ts';
import { print, printError } from './output/print.ts';

type BrowserShell = typeof import('./browser/run-browser-shell.ts');

const HELP = `Vivarium: virtual machines with a built-in emulator

Usage: npm start -- [--browser [--port N] | --electron] [--guest TEMPLATE]

  --browser          show the window in a browser; its local address is printed
  --port N           its port (default: any free one)
  --electron         show the window in Electron or fail; retries a failed download of Electron
  --guest TEMPLATE   open with a machine of that template starting, for example debian-riscv64

Without options Electron is used if available, otherwise the browser.

Examples:
  npm start
  npm start -- --browser --port 8080
`;

const OPTIONS = {
  browser: { type: 'boolean' },
  electron: { type: 'boolean' },
  port: { type: 'string' },
  guest: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The port asked for; 0 takes any free one. */
function portOf(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (!/^\d+$/.test(text ?? '0') || port > 65535) throw new TypeError(`--port takes a number from 0 to 65535, not "${text}"`);
  return port;
}

async function main(args: readonly string[]): Promise<number> {
  makeFilesPrivate();
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const port = portOf(values.port);
  if (values.browser && values.electron) throw new TypeError('--browser and --electron cannot be combined');
  if (values.help) {
    print(HELP);
    return 0;
  }
  if (!values.browser && values.port === undefined) {
    const { launchElectron } = await import('./electron/launch.ts');
    const launch = await launchElectron(args, (line) => print(line), values.electron === true);
    if ('status' in launch) return launch.status;
    print(`${launch.unavailable}.${values.electron ? '' : ' Opening in the browser instead.'}`);
    if (values.electron) return 1;
  }
  const [{ buildWindow }, { buildProgram }] = await Promise.all([import('./build/window.ts'), import('./build/program.ts')]);
  if (await buildWindow()) print('Built the window.');
  await buildProgram();
  const { runBrowserShell } = (await import(freshBundle('shell') ?? './browser/run-browser-shell.ts')) as BrowserShell;
  await runBrowserShell({ port, ...(values.guest === undefined ? {} : { guest: values.guest }) });
  return 0;
}

function complain(error: unknown): number {
  const wrongCall = error instanceof TypeError;
  printError(
    wrongCall
      ? `${error.message}\nTry: npm start -- --help`
      : error instanceof CodedError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
  );
  return wrongCall ? 2 : 1;
}

process.exit(await main(process.argv.slice(2)).catch(complain));
