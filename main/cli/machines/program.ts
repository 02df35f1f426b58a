/**
 * How a command reaches the machines: through the running program's local socket where there is one, otherwise in
 * process against the library. Both speak the wire, so a command does not know which it is.
 */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freshBundle } from '../../build/fresh-bundle.js';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { createWireClient, type WireClient } from '../../../preload/contract/wire-client.ts';
import type { Link } from '../../border/session.ts';
import { findHome, type Home } from '../../library/home.ts';
import { findOwner } from '../../library/instance-lock.ts';
import { connectLocally } from '../../local/local-client.ts';

export interface Program {
  readonly client: WireClient;
  /** Whether it stays when the command ends. */
  readonly stays: boolean;
  close(): Promise<void>;
}

/** A command in process has the library for a moment only; this long the next one waits for it, in milliseconds. */
const WAIT_FOR_COMMANDS = 5000;
/** A background program is up within a second; a slow machine gets more. */
const WAIT_FOR_SERVE = 20_000;
const STEP = 30;

/** The running program that listens, waiting for one that is just starting or for a short command to end. */
export async function runningProgram(home: Home, patience = WAIT_FOR_COMMANDS): Promise<Program | undefined> {
  const until = Date.now() + patience;
  for (;;) {
    const owner = findOwner(home.lock);
    if (!owner) return undefined;
    if (owner.socket !== undefined) {
      try {
        const { client, close } = await connectLocally(owner.socket, home.folder);
        return { client, stays: true, close: async () => close() };
      } catch (error) {
        if (error instanceof ContractError) throw error;
        // The lock comes before the socket when a program starts, and goes after it when one ends.
        if (Date.now() > until)
          throw new ContractError('cli-program-silent', { program: owner.program, pid: owner.pid, detail: (error as Error).message });
      }
    } else if (Date.now() > until) throw new ContractError('cli-library-busy', { program: owner.program, pid: owner.pid });
    await sleep(STEP);
  }
}

/** The program for a command: the running one, or one in this process. */
export async function findProgram(name: string): Promise<Program> {
  const home = findHome();
  const running = await runningProgram(home);
  if (running) return running;
  const { openApplication } = await import('../open-application.ts');
  const application = await openApplication({ shell: 'cli', program: `viv ${name}`, home });
  // One that listens was faster.
  if (!application) return findProgram(name);
  const client = createWireClient();
  const link: Link = { send: (frame) => queueMicrotask(() => client.receive(frame)), buffered: () => 0, close: () => undefined };
  const session = application.serve(link);
  client.attach((frame) => session.receive(frame));
  return {
    client,
    stays: false,
    async close() {
      session.closed();
      await application.close();
    },
  };
}

/**
 * The running program, or else one started in the background that lives as long as its machines and tasks (`viv serve`):
 * for machines that are to go on, and for long work, during which other commands are answered, too.
 */
export async function programThatStays(): Promise<Program> {
  const home = findHome();
  const running = await runningProgram(home);
  if (running) return running;
  const program = fileURLToPath(freshBundle('viv') ?? new URL('../viv.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--until-idle'], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  let ended = false;
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
  child.on('close', () => (ended = true));
  child.on('error', (error) => ((complaint = error.message), (ended = true)));
  const until = Date.now() + WAIT_FOR_SERVE;
  while (Date.now() < until) {
    const started = await runningProgram(home, WAIT_FOR_SERVE);
    if (started) {
      // The background program outlives this command and must not hold its standard error.
      child.stderr.destroy();
      child.unref();
      return started;
    }
    if (ended) throw new ContractError('cli-background-failed', { complaint: complaint.replace(/^viv: /, '').trim() });
    await sleep(STEP);
  }
  throw new ContractError('cli-background-silent', { milliseconds: WAIT_FOR_SERVE });
}

/** Runs `work` with a program and lets it go afterwards. */
export async function withProgram<T>(program: Promise<Program>, work: (program: Program) => Promise<T>): Promise<T> {
  const found = await program;
  try {
    return await work(found);
  } finally {
    await found.close();
  }
}

/**
 * The machine of that name (or id).
 * @throws ContractError `missing` naming those there are
 */
export async function machineNamed({ client }: Program, name: string): Promise<MachineStatus> {
  const all = await client.services.machines.list();
  const found = all.find(({ definition }) => definition.name === name) ?? all.find(({ id }) => id === name);
  if (found) return found;
  throw new ContractError('cli-machine-unknown', { name, known: all.map(({ definition }) => definition.name) });
}
