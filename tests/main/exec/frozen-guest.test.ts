/** File systems brought to rest by a shell of this computer's, with a stand-in for the program that does it. */
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freezeGuest } from '../../../main/exec/frozen-guest.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { CommandEvents, CommandRequest, RunningCommand } from '../../../preload/contract/commands.ts';
import { temporaryFolder } from '../temporary-home.ts';

const LIMIT = 60_000;
const MOUNTS = [
  'proc /proc proc rw 0 0',
  '/dev/vda / ext4 rw,relatime 0 0',
  '/dev/vda /again ext4 rw 0 0',
  '/dev/vdb /with\\040space xfs rw 0 0',
  '/dev/vdc /safe ext4 ro,noatime 0 0',
  '/dev/vdd /boot vfat rw 0 0',
];

/** A guest whose commands this computer's shell runs. @param program what `fsfreeze` is; absent: there is none */
function guest(program?: string) {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  writeFileSync(log, '');
  writeFileSync(join(folder, 'mounts'), `${MOUNTS.join('\n')}\n`);
  if (program !== undefined) {
    writeFileSync(join(folder, 'fsfreeze'), `#!/bin/sh\necho "$@" >> ${log}\n${program}\n`);
    chmodSync(join(folder, 'fsfreeze'), 0o700);
  }
  let hangUps = 0;
  const start = ({ text }: CommandRequest, events: CommandEvents): RunningCommand => {
    const command = text.replace('/proc/mounts', join(folder, 'mounts'));
    const child = spawn('/bin/sh', ['-c', command], { env: { PATH: `${folder}:/usr/bin:/bin` }, detached: true });
    child.stdout.on('data', (piece: Buffer) => events.output(1, piece));
    child.stderr.on('data', (piece: Buffer) => events.output(2, piece));
    child.on('close', (status) => events.ended({ status: status ?? 129, outOfMemory: false }));
    return {
      write: (bytes) => void child.stdin.write(bytes),
      endInput: () => child.stdin.end(),
      acknowledge: () => undefined,
      signal: () => undefined,
      resize: () => undefined,
      hangUp: () => {
        hangUps += 1;
        process.kill(-child.pid!, 'SIGHUP');
      },
    };
  };
  return { start, calls: () => readFileSync(log, 'utf8').trim().split('\n'), hangUps: () => hangUps };
}

test('each disk that is written to rests once, and goes on when it is told', { timeout: LIMIT }, async () => {
  const { start, calls, hangUps } = guest('exit 0');
  // Longer than anybody waits for the end: what watches over the rest must not keep the command from being over.
  const frozen = await freezeGuest((request, events) => start({ text: request.text.replace('sleep 10', 'sleep 300') }, events));
  expect(frozen.why).toBeUndefined();
  expect(calls()).toEqual(['--freeze /', '--freeze /with space']);
  expect(await frozen.thaw()).toBeUndefined();
  expect(calls().slice(2).sort()).toEqual(['--unfreeze /', '--unfreeze /with space'].sort());
  expect(hangUps()).toBe(0);
});

test('where one cannot rest, none does, and it is said', { timeout: LIMIT }, async () => {
  const { start, calls } = guest('case "$*" in "--freeze /") exit 0 ;; --freeze*) exit 1 ;; esac');
  const { why, thaw } = await freezeGuest(start);
  expect(wordsOf(why!)).toContain('/with space cannot be frozen');
  expect(calls()).toEqual(['--freeze /', '--freeze /with space', '--unfreeze /']);
  expect(await thaw()).toBe(why);
});

test('a guest without the program says so', { timeout: LIMIT }, async () => {
  const { start } = guest();
  expect(wordsOf((await freezeGuest(start)).why!)).toContain('it has no fsfreeze');
});

test('nobody who tells it to go on: it does by itself, and that is known', { timeout: LIMIT }, async () => {
  const { start, calls } = guest('exit 0');
  const frozen = await freezeGuest((request, events) => start({ text: request.text.replace('sleep 10', 'sleep 1') }, events));
  await expect.poll(() => calls().some((call) => call.startsWith('--unfreeze')), { timeout: 30_000 }).toBe(true);
  expect(wordsOf((await frozen.thaw())!)).toContain('too early');
});
