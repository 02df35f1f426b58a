/** Readers that are slow, against the real program: output is held back at its source, arrives whole, or is said to be missing. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { assemble } from '../../emulator/isa/assembly.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { startViv, viv, VIV } from './viv.ts';

const PATIENCE = { timeout: 120_000, interval: 100 };
/** Lines of nine bytes: more than every window and pipe on their way together. */
const LINES = 100_000;
const ALL = Array.from({ length: LINES }, (_, index) => `${index.toString(16).padStart(8, '0')}\n`).join('');

/** Waits for a key, prints its numbered lines as fast as they are taken, and stays. */
const PROGRAM = `
  li s0, 0x10000000
1:
  lbu t0, 5(s0)
  andi t0, t0, 1
  beqz t0, 1b
  lbu t0, 0(s0)
  li s1, 0
line:
  li s2, 28
digit:
  srl t1, s1, s2
  andi t1, t1, 15
  addi t1, t1, 48
  li t2, 58
  blt t1, t2, 2f
  addi t1, t1, 39
2:
  call print
  addi s2, s2, -4
  bgez s2, digit
  li t1, 10
  call print
  addi s1, s1, 1
  li t0, ${LINES}
  blt s1, t0, line
stay:
  wfi
  j stay
print:
  lbu t0, 5(s0)
  andi t0, t0, 32
  beqz t0, print
  sb t1, 0(s0)
  ret
`;

/** A library with a machine of that program, running. */
async function printingBox() {
  const home = temporaryFolder();
  const program = join(home, 'program.bin');
  writeFileSync(program, assemble(PROGRAM).bytes);
  const run = (...args: readonly string[]) => viv(home, ...args);
  expect(await run('create', 'box', '--bare', program, '--memory', '16M')).toMatchObject({ status: 0 });
  expect(await run('start', 'box')).toMatchObject({ status: 0 });
  onTestFinished(async () => void (await run('stop', 'box')));
  const go = async () => {
    const console = startViv(home, 'console', 'box');
    console.write('g');
    return console;
  };
  const reason = async () => (JSON.parse((await run('list', '--json')).out) as { reason: string }[])[0]?.reason;
  return { home, run, go, reason };
}

test('log --follow: a reader that stands still holds the guest, which is said, and then gets every line', async () => {
  const { home, go, reason } = await printingBox();
  const follow = spawn(process.execPath, [VIV, 'log', 'box', '--follow'], {
    env: { ...process.env, VIVARIUM_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void follow.kill('SIGKILL'));
  const errors: Buffer[] = [];
  follow.stderr.on('data', (piece: Buffer) => errors.push(piece));
  // Typing goes by another attachment, which does not stay: it would hold the guest as well.
  const typist = await go();
  await once(follow.stdout, 'readable');
  typist.kill('SIGKILL');
  await vi.waitFor(async () => expect(await reason()).toContain('waits for a program that stopped reading output'), PATIENCE);
  let text = '';
  for await (const piece of follow.stdout) {
    text += (piece as Buffer).toString();
    if (text.length >= ALL.length) break;
  }
  expect(text.length).toBe(ALL.length);
  expect(text === ALL).toBe(true);
  follow.kill('SIGINT');
  await once(follow, 'exit');
  expect(Buffer.concat(errors).toString()).toBe('');
});

test('console --pty: a terminal program that reads slowly gets every line, or is told how much it missed', async () => {
  const { home } = await printingBox();
  const console = startViv(home, 'console', 'box', '--pty');
  await vi.waitFor(() => expect(console.err()).toContain('screen /dev/'), PATIENCE);
  const fd = openSync(console.out().trim(), constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  writeFileSync(fd, 'g');
  const piece = Buffer.alloc(2048);
  let text = '';
  const last = ALL.slice(-9);
  for (const limit = Date.now() + PATIENCE.timeout; !text.endsWith(last) && Date.now() < limit; await wait(1))
    try {
      text += piece.toString('latin1', 0, readSync(fd, piece));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
    }
  expect(text.endsWith(last)).toBe(true);
  // The news of it may come a moment after what follows it.
  const skipped = () => [...console.err().matchAll(/viv: (\d+) bytes were skipped/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  await vi.waitFor(() => expect(text.length + skipped()).toBe(ALL.length), PATIENCE);
  if (skipped() === 0) expect(text === ALL).toBe(true);
});

test('snapshot export -: into a reader that is slow the file is whole', async () => {
  const { home, run } = await printingBox();
  const content = randomBytes(3 * 2 ** 20);
  const [image, file, back] = ['disk.img', 'box.vivarium', 'back.img'].map((name) => join(home, name)) as [string, string, string];
  writeFileSync(image, content);
  expect(await run('stop', 'box')).toMatchObject({ status: 0 });
  expect(await run('disk', 'import', 'box', image)).toMatchObject({ status: 0 });
  expect(await run('start', 'box')).toMatchObject({ status: 0 });
  expect(await run('snapshot', 'create', 'box', 'kept')).toMatchObject({ status: 0 });
  const exporting = spawn(process.execPath, [VIV, 'snapshot', 'export', 'box', '-'], {
    env: { ...process.env, VIVARIUM_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void exporting.kill('SIGKILL'));
  const pieces: Buffer[] = [];
  const status = once(exporting, 'close');
  // Iteration reads a piece when the one before is dealt with.
  for await (const piece of exporting.stdout) {
    pieces.push(piece as Buffer);
    await wait(5);
  }
  expect((await status)[0]).toBe(0);
  writeFileSync(file, Buffer.concat(pieces));
  expect(await run('snapshot', 'import', file, '--name', 'again')).toMatchObject({ status: 0 });
  expect(await run('disk', 'export', 'again', '1', back, '--format', 'raw')).toMatchObject({ status: 0 });
  expect(readFileSync(back).equals(content)).toBe(true);
});
