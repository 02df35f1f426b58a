/** The real program as people start it, in a process of its own, over a library made for the purpose. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findHome } from '../../../main/library/home.ts';
import { openLibrary } from '../../../main/library/library.ts';
import { templateDefinition } from '../../../main/supervisor/template-definition.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Whoever waits longer waits for nothing, in milliseconds. */
const PATIENCE = 120_000;

export interface StartedProgram {
  readonly address: string;
  readonly pid: number;
  /** From its start until it said its address, in milliseconds. */
  readonly startedIn: number;
  close(): Promise<void>;
}

/** `npm start -- --browser`, without npm. */
export async function startProgram(home: string): Promise<StartedProgram> {
  const before = performance.now();
  const child = spawn(process.execPath, ['main/start.js', '--browser'], {
    cwd: ROOT,
    env: { ...process.env, VIVARIUM_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address after ${PATIENCE} ms: ${said}`)), PATIENCE);
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const found = /open at (\S+)/.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    void ended.then(() => reject(new Error(`the program ended: ${said}`)));
  });
  return {
    address,
    pid: child.pid as number,
    startedIn: performance.now() - before,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Puts machines into a library that nobody has open: `machine 001` and so on, of the template that needs nothing from outside. */
export async function fillLibrary(home: string, count: number): Promise<readonly string[]> {
  const library = await openLibrary(findHome({ ...process.env, VIVARIUM_HOME: home }), { program: 'the figures' });
  const names = Array.from({ length: count }, (_, index) => `machine ${String(index + 1).padStart(3, '0')}`);
  try {
    for (const [index, name] of names.entries()) {
      const definition = templateDefinition({ name: 'hello-riscv64', kind: 'bare' }, name, []);
      await library.machines.create({ ...definition, memoryMiB: 16, group: index % 10 === 0 ? 'servers' : '', onQuit: 'stop' });
    }
  } finally {
    await library.close();
  }
  return names;
}

/** Runs a command of `viv`. @throws Error with what it said, where it fails */
export async function viv(home: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['main/cli/viv.js', ...args], { cwd: ROOT, env: { ...process.env, VIVARIUM_HOME: home } });
}

/** Starts machines of a library whose program runs. */
export async function startMachines(home: string, names: readonly string[]): Promise<void> {
  for (const name of names) await viv(home, 'start', name);
}

/** Ticks of a clock tick's count a second (sysconf, `_SC_CLK_TCK`; 100 on every Linux that Node runs on). */
const TICKS = 100;

/** Processor time that a process has taken with all its threads, in seconds (proc(5), `/proc/pid/stat`). Linux only. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory that a process has, in bytes (proc(5), `VmRSS`). */
export const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
