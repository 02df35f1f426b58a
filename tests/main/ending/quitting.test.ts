/** Quitting: what a second and a third signal do, and that nothing is waited for without end. */
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { suspendAll } from '../../../main/history/leaving.ts';

type Timelines = Parameters<typeof suspendAll>[0];
type Machines = Parameters<typeof suspendAll>[1];

test('a machine whose saving does not end is left to be stopped when the person is in a hurry', async () => {
  const notices: string[] = [];
  const timelines = {
    suspend: () => new Promise(() => undefined),
    parts: { notice: (_level: string, what: Fault) => notices.push(wordsOf(what)) },
  } as unknown as Timelines;
  const machines = [
    { id: 'one', life: { state: 'running' }, record: { definition: { name: 'box' } } },
    { id: 'two', life: { state: 'running' }, record: { definition: { name: 'other', onQuit: 'stop' } } },
  ] as unknown as Machines;
  const hurry = new AbortController();
  const left = suspendAll(timelines, machines, hurry.signal);
  hurry.abort();
  await left;
  expect(notices).toEqual(['"box" could not be suspended and was stopped: it was told to quit immediately']);
});

/** A program that says what it is told, and ends only when it must. */
const PROGRAM = `
  import { endOnSignals } from ${JSON.stringify(new URL('../../../main/ending/quitting.ts', import.meta.url).href)};
  endOnSignals({ end: () => console.log('end'), hurry: () => console.log('hurry') });
  setInterval(() => undefined, 1000);
  console.log('ready');
`;

test('the first signal ends in order, one right after it is the same, the second hurries, the third ends at once', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  let heard = () => undefined as void;
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString();
    heard();
  });
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      heard = () => (said.includes(text) ? resolve() : undefined);
      heard();
    });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  const later = () => new Promise((resolve) => setTimeout(resolve, 1200));
  await says('ready');
  child.kill('SIGINT');
  await says('end');
  child.kill('SIGTERM');
  await later();
  child.kill('SIGTERM');
  await says('hurry');
  await later();
  child.kill('SIGHUP');
  expect(await ended).toBe('SIGKILL');
  expect(said).toBe('ready\nend\nhurry\n');
});
