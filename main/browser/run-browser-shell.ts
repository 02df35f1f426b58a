/** `npm start -- --browser`: the program with its window in an ordinary browser, until it is interrupted. */
import { fileURLToPath } from 'node:url';
import { createApplication } from '../application.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import { listenLocally } from '../local/local-server.ts';
import { startGuest } from '../start-guest.ts';
import { openBrowserShell } from './browser-shell.ts';

const WINDOW = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export interface BrowserRun {
  /** 0 takes any free one. */
  readonly port: number;
  /** A template of which a machine is started at once. */
  readonly guest?: string;
}

/**
 * Runs until SIGINT or SIGTERM, or until a client asks to quit; machines are stopped cleanly then.
 * @throws LibraryError or ContractError when it cannot be started
 */
export async function runBrowserShell({ port, guest }: BrowserRun): Promise<void> {
  const end = Promise.withResolvers<undefined>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end.resolve(undefined));
  const application = await createApplication({ shell: 'browser', program: 'the browser shell', listens: true, quit: () => end.resolve(undefined) });
  try {
    const shell = await openBrowserShell({ port, folder: WINDOW, serve: (link) => application.serve(link) });
    const local = await listenLocally(application.home.socket, (link) => application.serve(link)).catch(async (error: Error) => {
      await shell.close();
      throw new ContractError('unavailable', `the socket ${application.home.socket} cannot be opened: ${error.message}`);
    });
    announce(shell.newAddress());
    offerNewAddresses(() => announce(shell.newAddress()));
    // The window shows a start that fails; so does the terminal.
    if (guest !== undefined) startGuest(application, guest).catch((error: Error) => console.error(error.message));
    await end.promise;
    const running = application.supervisor.running();
    if (running.length > 0) console.log(`stopping ${running.map((name) => `"${name}"`).join(', ')} ...`);
    await shell.close();
    await local.close();
  } finally {
    await application.close();
  }
}

function announce(address: string): void {
  console.log(`Vivarium is open at ${address}`);
  console.log(`The address is good for one visit.${process.stdin.isTTY ? ' Enter prints a new one,' : ''} Ctrl-C ends Vivarium and stops its machines.`);
}

/** On a terminal Enter prints a new address, for another browser. */
function offerNewAddresses(again: () => void): void {
  if (!process.stdin.isTTY) return;
  process.stdin.on('data', again);
  process.stdin.unref();
}
