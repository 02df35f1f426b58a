/** `viv run` with bare programs: bytes both ways, exit statuses, time limits and figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { echoesUntilQ, floods, printsAndEnds, printsAndStays } from './bare-program.ts';
import { startViv, viv } from './viv.ts';

function program(bytes: Uint8Array): { folder: string; file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'program.bin');
  writeFileSync(file, bytes);
  return { folder, file };
}

test.for([0, 7])('prints only what the guest prints and exits with its code %i', async (code) => {
  const { folder, file } = program(printsAndEnds('Hello\n', code));
  const stats = join(folder, 'stats.json');
  expect(await viv(folder, 'run', '--bare', file, '--memory', '16M', '--stats', stats)).toEqual({ status: code, out: 'Hello\n', err: '' });
  const figures = JSON.parse(readFileSync(stats, 'utf8')) as { instructions: number };
  expect(figures).toMatchObject({
    exitReason: 'poweroff',
    exitStatus: code,
    fragments: expect.any(Number),
    compiledShare: expect.any(Number),
    mips: expect.any(Number),
    milestones: { firstOutput: expect.any(Number), end: expect.any(Number) },
  });
  expect(figures.instructions).toBeGreaterThan(10);
});

test('standard input reaches the guest, and its end does not end the machine', async () => {
  const { folder, file } = program(echoesUntilQ());
  const running = startViv(folder, 'run', '--bare', file, '--memory', '16M');
  running.write('type');
  await vi.waitFor(() => expect(running.out()).toBe('type'), { timeout: 60_000 });
  running.write(' q');
  running.endInput();
  expect(await running.result).toEqual({ status: 0, out: 'type q', err: '' });
});

test('a time limit ends it with 124 and says so', async () => {
  const { folder, file } = program(printsAndStays('waiting'));
  const { status, err } = await viv(folder, 'run', '--bare', file, '--memory', '16M', '--timeout', '1.5');
  expect(status).toBe(124);
  expect(err).toMatch(/^viv: stopped after 1\.5 seconds \(--timeout\)/);
});

test('an interrupt ends it, and the figures are written', async () => {
  const { folder, file } = program(printsAndStays('waiting'));
  const stats = join(folder, 'stats.json');
  const running = startViv(folder, 'run', '--bare', file, '--memory', '16M', '--stats', stats);
  await vi.waitFor(() => expect(running.out()).toBe('waiting'), { timeout: 60_000 });
  running.kill('SIGINT');
  expect(await running.result).toMatchObject({ status: 130, err: '' });
  const figures = JSON.parse(readFileSync(stats, 'utf8')) as { instructions: number };
  expect(figures).toMatchObject({
    exitReason: 'interrupted by SIGINT',
    exitStatus: 130,
    milestones: { firstOutput: expect.any(Number) },
  });
  expect(figures.instructions).toBeGreaterThan(10);
});

test('a flood into a pipe that nobody reads any more ends quietly', async () => {
  const { folder, file } = program(floods('y'));
  const { spawnSync } = await import('node:child_process');
  const { VIV } = await import('./viv.ts');
  const shell = spawnSync('sh', ['-c', `"$0" "$1" run --bare "$2" --memory 16M | head -c 100000 | wc -c`, process.execPath, VIV, file], {
    encoding: 'utf8',
    env: { ...process.env, VIVARIUM_HOME: folder },
  });
  expect([shell.stdout.trim(), shell.stderr]).toEqual(['100000', '']);
});

test.for([
  ['--bare', ['run', '--bare', '/nowhere/program.elf'], 'program file not found: /nowhere/program.elf'],
  ['--kernel', ['run', '--kernel', '/nowhere/Image'], 'kernel file not found: /nowhere/Image'],
  ['--bios', ['run', '--bios', '/nowhere/fw.bin'], 'firmware file not found: /nowhere/fw.bin'],
  ['--drive', ['run', '--bare', process.execPath, '--drive', 'file=/nowhere/disk.img'], 'there is no file /nowhere/disk.img'],
  ['--template', ['run', '--template', 'nonsense'], 'there is no template "nonsense"'],
] as const)('%s that is not there: exit status 1 and the exact name', async ([, args, message]) => {
  const { status, out, err } = await viv(temporaryFolder(), ...args);
  expect([status, out]).toEqual([1, '']);
  expect(err).toContain(message);
  expect(err).not.toContain('    at ');
});

test('a template that needs nothing from outside greets and answers', async () => {
  const running = startViv(temporaryFolder(), 'run', '--template', 'hello-riscv64');
  await vi.waitFor(() => expect(running.out()).toMatch(/Hello from a bare riscv64 machine/), { timeout: 60_000 });
  running.write('good morning\n');
  await vi.waitFor(() => expect(running.out()).toContain('You said: good morning'), { timeout: 60_000 });
  running.write('off\n');
  expect(await running.result).toMatchObject({ status: 0, err: '' });
});

test('a template without an operating system runs no commands, and says which one does', async () => {
  expect(await viv(temporaryFolder(), 'run', '--template', 'hello-riscv64', '--run', 'ls')).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringContaining('debian-riscv64'),
  });
});
