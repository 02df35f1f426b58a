/** What a path is: every kind that a host has, none of which makes a caller wait. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answering } from '../../../emulator/host/files/answering.ts';
import { sizeByReading } from '../../../emulator/host/files/device-size.ts';
import { lookAt } from '../../../emulator/host/files/look-at.ts';
import { openPath, readPath } from '../../../emulator/host/files/open-path.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { temporaryFolder } from '../../main/temporary-home.ts';

const put = (name: string, content: string | Uint8Array = 'text') => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
};
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('a path', () => {
  test('to a file, under any of its names, is one file', async () => {
    const path = put('file', '12345');
    symlinkSync(path, `${path}.link`);
    execFileSync('ln', [path, `${path}.hard`]);
    const facts = await Promise.all([path, `${path}.link`, `${path}.hard`].map(lookAt));
    expect(new Set(facts.map(({ identity }) => identity)).size).toBe(1);
    expect(facts[0]).toMatchObject({ kind: 'file', fileBytes: 5 });
    expect((await lookAt(put('other', '12345'))).identity).not.toBe(facts[0]?.identity);
  });

  test('to a pipe, a socket, a device that is no disk, a folder, nothing: each is refused by name, at once', async () => {
    const folder = temporaryFolder();
    const at = (name: string) => join(folder, name);
    execFileSync('mkfifo', [at('pipe')]);
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    mkdirSync(at('folder'));
    symlinkSync(at('nowhere'), at('dangling'));
    symlinkSync(at('loop'), at('loop'));
    const kinds = {
      [at('pipe')]: 'path-is-pipe',
      [at('socket')]: 'path-is-socket',
      '/dev/zero': 'path-is-character-device',
      [at('folder')]: 'path-is-folder',
      [at('missing')]: 'path-missing',
      [`${put('file')}/below`]: 'path-missing',
      [at('dangling')]: 'path-dangling',
      [at('loop')]: 'path-loop',
      [`/${'x'.repeat(300)}`]: 'path-name-too-long',
    };
    for (const [path, fault] of Object.entries(kinds)) {
      expect([path, await faultOf(openPath(path)), await faultOf(readPath(path))]).toEqual([path, fault, fault]);
      await expect(openPath(path, { write: true })).rejects.toThrow(path.slice(0, 100));
    }
    await expect(lookAt(at('dangling'))).rejects.toThrow(`is a symbolic link to ${at('nowhere')}, which is not there`);
  });

  test('that does not answer is given up, and its late answer is not left open', async () => {
    const answer = Promise.withResolvers<string>();
    const late: string[] = [];
    const waiting = { path: '/share/file', late: (value: string) => void late.push(value), patienceMs: 10 };
    await expect(answering(waiting, () => answer.promise)).rejects.toThrow('/share/file does not answer');
    // No second thread is spent on it.
    await expect(answering(waiting, () => Promise.reject(new Error('called')))).rejects.toThrow('does not answer');
    answer.resolve('late');
    await expect.poll(() => late).toEqual(['late']);
    expect(await answering(waiting, () => Promise.resolve('again'))).toBe('again');
  });

  test('of a file that is too long to be loaded is refused before it is read', async () => {
    const path = put('long');
    truncateSync(path, 2 ** 40);
    await expect(readPath(path)).rejects.toThrow(`has ${2 ** 40} bytes; at most 1 GiB can be loaded`);
  });
});

test.each([0, 512, 1024, 1536, 512 * 1000, 512 * 4097])('the end of something that can be read is found: %d bytes', async (bytes) => {
  const path = put('disk', '');
  truncateSync(path, bytes);
  const handle = await open(path, 'r');
  expect(await sizeByReading(handle)).toBe(bytes);
  await handle.close();
});

describeWith(['setpriv'], 'another person', () => {
  test('is told that a file is not theirs, and theirs to read but not to write', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    for (const [name, mode] of [
      ['secret', 0o600],
      ['public', 0o644],
    ] as const) {
      closeSync(openSync(join(folder, name), 'w'));
      chmodSync(join(folder, name), mode);
    }
    const room = join(import.meta.dirname, '../../../emulator/host/files/open-path.ts');
    const script = `
      const { openPath } = await import(${JSON.stringify(room)});
      for (const [name, write] of [['secret', false], ['public', false], ['public', true]])
        console.log(await openPath(${JSON.stringify(folder)} + '/' + name, { write }).then(() => 'open', (error) => error.code + ': ' + error.message));
      process.exit(0);`;
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync(tool('setpriv')!, nobody, { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^path-no-permission: .*secret may not be read by this user: check its permissions/),
      'open',
      expect.stringMatching(/^path-no-permission: .*public may not be written by this user: .*attach it read-only/),
    ]);
  });
});

describeWith(['losetup', 'mke2fs'], 'a block device', () => {
  function loop(bytes: number): string {
    const file = put('backing', '');
    truncateSync(file, bytes);
    const device = execFileSync(tool('losetup')!, ['--find', '--show', file], { encoding: 'utf8' }).trim();
    onTestFinished(() => void execFileSync(tool('losetup')!, ['--detach', device]));
    return device;
  }

  test('has the size that its driver says, and an identity of its own', async () => {
    const path = loop(8 * 2 ** 20);
    const device = await openPath(path);
    expect(device).toMatchObject({ kind: 'block device', sizeBytes: 8 * 2 ** 20, fileBytes: 0 });
    expect(device.identity).toBe(`device 7:${/\d+$/.exec(path)?.[0]}`);
    expect(await sizeByReading(device.handle)).toBe(8 * 2 ** 20);
    await device.handle.close();
    expect(await faultOf(readPath(path))).toBe('path-is-block-device');
  });

  test('that is mounted is read and not written', async () => {
    const path = loop(4 * 2 ** 20);
    execFileSync(tool('mke2fs')!, ['-q', path]);
    const place = temporaryFolder();
    execFileSync('mount', [path, place]);
    onTestFinished(() => void execFileSync('umount', [place]));
    await (await openPath(path)).handle.close();
    await expect(openPath(path, { write: true })).rejects.toThrow(`${path} is in use by the system or another program`);
  });
});
