/**
 * `npm start -- --browser`: the window in an ordinary browser, until it is interrupted. Where another program has the
 * library already (machines started by `viv start`, an open window), it shows that program's machines.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { fileURLToPath } from 'node:url';
import { createApplication, type Application } from '../application.ts';
import type { Dispatch } from '../border/border.ts';
import type { Link, Session } from '../border/session.ts';
import { findHome, type Home } from '../library/home.ts';
import { findOwner, type Owner } from '../library/instance-lock.ts';
import { connectLocally, type LocalConnection } from '../local/local-client.ts';
import { listenLocally } from '../local/local-server.ts';
import { relaySession } from '../local/relay.ts';
import { endDespiteThreads, endOnSignals } from '../ending/quitting.ts';
import { startGuest } from '../start-guest.ts';
import { openBrowserShell, type BrowserShell } from './browser-shell.ts';
import { print, printError } from '../output/print.ts';

const WINDOW = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

export interface BrowserRun {
  /** 0 takes any free one. */
  readonly port: number;
  /** A template of which a machine is started at once. */
  readonly guest?: string;
}

/**
 * Runs until SIGINT or SIGTERM, or until a client asks to quit; machines are stopped cleanly then.
 * @throws ContractError when it cannot be started
 */
export async function runBrowserShell(run: BrowserRun): Promise<void> {
  const end = Promise.withResolvers<undefined>();
  let hurry = () => end.resolve(undefined);
  endOnSignals({ end: () => end.resolve(undefined), hurry: () => hurry() });
  const home = findHome();
  let application: Application;
  try {
    application = await createApplication({
      shell: 'browser',
      program: 'the browser shell',
      home,
      listens: true,
      quit: () => end.resolve(undefined),
    });
  } catch (error) {
    const owner = error instanceof ContractError && error.kind === 'locked' ? findOwner(home.lock) : undefined;
    if (owner?.socket === undefined) throw error;
    return showOwner({ ...owner, socket: owner.socket }, home, run, end.promise);
  }
  hurry = () => application.hurry();
  try {
    await showOwn(application, home, run, end.promise);
  } finally {
    await application.close();
    await endDespiteThreads();
  }
}

async function showOwn(application: Application, home: Home, { port, guest }: BrowserRun, end: Promise<unknown>): Promise<void> {
  const serve = (link: Link): Session => application.serve(link);
  const shell = await openBrowserShell({ port, folder: WINDOW, serve });
  const local = await listenLocally(home.socket, serve, home.folder).catch(async (error: Error) => {
    await shell.close();
    if (error instanceof ContractError) throw error;
    throw new ContractError('socket-unusable', { path: home.socket, detail: error.message });
  });
  announce(shell, 'Press Ctrl-C to quit Vivarium; running machines are saved and resume when they are started again.');
  // The window shows a start that fails; so does the terminal.
  if (guest !== undefined) startGuest(application, guest).catch((error: Error) => printError(error.message));
  await end;
  for (const { life, record } of application.supervisor.machines())
    if (life.isActive) print(`${record.definition.onQuit === 'stop' ? 'stopping' : 'saving'} "${record.definition.name}" ...`);
  await shell.close();
  await local.close();
}

/** Shows the machines of the program that has the library; they run on when this one ends. */
async function showOwner(owner: Owner & { socket: string }, home: Home, { port, guest }: BrowserRun, end: Promise<unknown>): Promise<void> {
  const connection = await connectLocally(owner.socket, home.folder);
  const serve = (link: Link): Session => relaySession(owner.socket, link, home.folder);
  const shell = await openBrowserShell({ port, folder: WINDOW, serve });
  print(`The machines belong to ${owner.program} (process ${owner.pid}) and keep running when this window is closed.`);
  announce(shell, 'Ctrl-C closes it.');
  if (guest !== undefined) startGuest({ dispatch: dispatchOver(connection) }, guest).catch((error: Error) => printError(error.message));
  await Promise.race([end, connection.ended.then(() => print(`${owner.program} has ended.`))]);
  connection.close();
  await shell.close();
}

/** Calls by name, made through a client. */
function dispatchOver({ client }: LocalConnection): Dispatch {
  const services = client.services as unknown as Record<string, Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  return async (service, method, args) => services[service]?.[method]?.(...args);
}

/** Says where the window is; on a terminal Enter prints a new address, for another browser. */
function announce(shell: BrowserShell, how: string): void {
  const { stdin } = process;
  const say = () => {
    print(`Vivarium is open at ${shell.newAddress()}`);
    print(`The address works in one browser${stdin.isTTY ? '; press Enter for another' : ''}. Once opened, that browser`);
    print(`can also use ${shell.address} as long as Vivarium is running.`);
    print(how);
  };
  say();
  if (!stdin.isTTY) return;
  stdin.on('data', say);
  stdin.unref();
}
