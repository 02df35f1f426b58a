/** Calls that cannot be right: they say so by their status, and leave nothing behind. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { printsAndEnds } from './bare-program.ts';
import { viv } from './viv.ts';

const TEMPLATE = ['--template', 'hello-riscv64'];

test('create makes the machine as it was asked for, or none', async () => {
  const home = temporaryFolder();
  const run = (...args: string[]) => viv(home, ...args);
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const cases: [string[], number, string][] = [
    [[...TEMPLATE, '--memory', '10'], 2, '--memory takes a size from 16M to 3G'],
    [['--kernel', '/nonexistent'], 1, 'there is no file /nonexistent'],
    [[...TEMPLATE, '--initrd', pipe], 1, 'is a pipe, which can be read only once'],
    [[...TEMPLATE, '--bios', home], 1, 'is a folder, not a file'],
    [['--bare', '/dev/null'], 1, 'is a character device'],
    [[...TEMPLATE, '--drive', 'file=/nope'], 1, 'there is no file /nope'],
    [[...TEMPLATE, '--drive', `file=${pipe},readonly`], 1, 'is a pipe'],
    [['--template', 'no-such-template'], 1, 'no-such-template'],
    [[...TEMPLATE, '--port', 'a', '--port', 'a'], 1, 'There is already a port with this name.'],
    [[...TEMPLATE, '--unknown'], 2, '--unknown'],
  ];
  for (const [args, status, message] of cases)
    expect([args, await run('create', 'box', ...args)]).toEqual([args, { status, out: '', err: expect.stringContaining(message) }]);
  expect(JSON.parse((await run('list', '--json')).out)).toEqual([]);
  expect(JSON.parse((await run('list', '--deleted', '--json')).out)).toEqual([]);
});

test('a machine whose file is gone is still changed and renamed; a new file must be there', async () => {
  const home = temporaryFolder();
  const run = (...args: string[]) => viv(home, ...args);
  const program = join(home, 'program.bin');
  writeFileSync(program, printsAndEnds('H', 0));
  expect(await run('create', 'box', '--bare', program)).toMatchObject({ status: 0, err: '' });
  execFileSync('rm', [program]);
  expect(await run('set', 'box', '--memory', '32M', '--name', 'crate')).toMatchObject({ status: 0, err: '' });
  expect(await run('set', 'crate', '--bare', `${program}2`)).toMatchObject({ status: 1 });
  expect(await run('disk', 'add', 'crate', '--file', '/nope')).toMatchObject({ status: 1, out: '', err: 'viv: there is no file /nope\n' });
  expect((await run('show', 'crate')).out).not.toContain('disk 1');
});

test('a qcow2 file that is added without a format is used as what it is', async () => {
  const home = temporaryFolder();
  const file = join(home, 'disk.img');
  // A header of version 2 and no clusters: a disk of 1 MiB (docs/interop/qcow2.txt).
  const header = Buffer.alloc(65536 * 3);
  header.set(Buffer.from('QFI\xfb', 'latin1'));
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(2n ** 20n, 24);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(65536n * 2n, 40);
  header.writeBigUInt64BE(65536n, 48);
  header.writeUInt32BE(1, 56);
  writeFileSync(file, header);
  await viv(home, 'create', 'box', ...TEMPLATE);
  expect(await viv(home, 'disk', 'add', 'box', '--file', file)).toMatchObject({ status: 0, out: 'disk 1\n' });
  const [disk] = JSON.parse((await viv(home, 'disk', 'list', 'box', '--json')).out) as { sizeBytes: number; format: string }[];
  expect(disk).toMatchObject({ sizeBytes: 2 ** 20, format: 'qcow2' });
});

test('a console that the machine does not have', async () => {
  const home = temporaryFolder();
  await viv(home, 'create', 'box', ...TEMPLATE);
  expect((await viv(home, 'start', 'box')).status).toBe(0);
  try {
    for (const pty of [[], ['--pty']])
      expect(await viv(home, 'console', 'box', '--console', '5', ...pty)).toMatchObject({
        status: 1,
        out: '',
        err: expect.stringContaining('"box" has no console 5: its last is '),
      });
    expect(await viv(home, 'log', 'box', '--console', '5')).toMatchObject({ status: 1 });
    expect(await viv(home, 'console', 'box', '--console', 'five')).toMatchObject({ status: 2 });
  } finally {
    await viv(home, 'stop', 'box');
  }
});
