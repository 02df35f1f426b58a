/** One writer a file: within a process, between processes, and beside programs that lock files themselves. */
import { execFileSync, spawn } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileClaims } from '../../../main/claims/file-claims.ts';
import { isInTheWay, lockHolder, locksOn } from '../../../main/claims/host-locks.ts';
import { lookAt } from '../../../emulator/host/files/look-at.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { temporaryFolder } from '../temporary-home.ts';

function setting() {
  const home = temporaryFolder();
  const folder = join(home, 'claims');
  mkdirSync(folder);
  const image = join(home, 'disk.img');
  writeFileSync(image, Buffer.alloc(1024));
  return { home, folder, image, claims: new FileClaims(() => folder) };
}
const write = (path: string) => ({ path, use: 'write' as const });
const read = (path: string) => ({ path, use: 'read' as const });

describe('in one process', () => {
  test('a second writer is refused by the name of the first, whatever the file is called', async () => {
    const { image, claims, folder } = setting();
    symlinkSync(image, `${image}.link`);
    linkSync(image, `${image}.hard`);
    await claims.take('1', '"one"', [write(image)]);
    for (const path of [image, `${image}.link`, `${image}.hard`]) {
      await expect(claims.take('2', '"two"', [write(path)])).rejects.toThrow(`${path} cannot be written now: "one" has it in use`);
      await expect(claims.take('2', '"two"', [read(path)])).rejects.toThrow(`${path} cannot be read now: "one" has it in use`);
    }
    // A restart of the same machine is no second writer.
    await claims.take('1', '"one"', [write(image)]);
    claims.release('1');
    await claims.take('2', '"two"', [write(image)]);
    claims.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('readers share, and keep a writer away', async () => {
    const { image, claims } = setting();
    await claims.take('1', '"one"', [read(image), read(image)]);
    await claims.take('2', '"two"', [read(image)]);
    await expect(claims.take('3', '"three"', [write(image)])).rejects.toThrow(/"(one|two)" reads it, as the base of a disk or read-only/);
    expect(await claims.conflict('1', [read(image)])).toBeUndefined();
    claims.release('2');
    expect(await claims.conflict('1', [write(image)])).toBeUndefined();
  });

  test('one machine cannot have a file twice and write into it', async () => {
    const { image, claims, folder } = setting();
    symlinkSync(image, `${image}.link`);
    await expect(claims.take('1', '"one"', [write(image), write(image)])).rejects.toThrow(`${image} is listed twice`);
    await expect(claims.take('1', '"one"', [read(image), write(`${image}.link`)])).rejects.toThrow('are the same file');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of several at once at most one gets the file, and soon one does', async () => {
    const { image, folder } = setting();
    const machines = Array.from({ length: 6 }, (_, index) => ({ claims: new FileClaims(() => folder), name: `"m${index}"` }));
    const results = await Promise.allSettled(machines.map(({ claims, name }) => claims.take(name, name, [write(image)])));
    const winners = results.filter(({ status }) => status === 'fulfilled').length;
    expect(winners).toBeLessThanOrEqual(1);
    expect(readdirSync(folder)).toHaveLength(winners);
  });
});

describe('between processes', () => {
  const claimant = (folder: string, image: string) => `
    const { FileClaims } = await import(${JSON.stringify(join(import.meta.dirname, '../../../main/claims/file-claims.ts'))});
    await new FileClaims(() => ${JSON.stringify(folder)}).take('x', 'viv run', [{ path: ${JSON.stringify(image)}, use: 'write' }]);
    console.log('claimed');
    setInterval(() => undefined, 1000);`;

  test('the other is named with its number, and once it was killed its claim counts no more', async () => {
    const { image, claims, folder } = setting();
    const other = spawn(process.execPath, ['--input-type=module', '-e', claimant(folder, image)], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void other.kill('SIGKILL'));
    await new Promise((resolve) => other.stdout.once('data', resolve));
    await expect(claims.take('1', '"one"', [write(image)])).rejects.toThrow(`viv run (process ${other.pid}) has it in use`);
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    await claims.take('1', '"one"', [write(image)]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('what lies in the folder otherwise does not matter: later processes, other hosts, torn files', async () => {
    const { image, claims, folder } = setting();
    await claims.take('1', '"one"', [write(image)]);
    const [name] = readdirSync(folder);
    const prefix = name!.split('.')[0]!;
    claims.release('1');
    const { identity } = await lookAt(image);
    const written = { identity, use: 'write', holder: 'somebody', pid: process.pid, birth: 'another', host: hostname() };
    writeFileSync(join(folder, `${prefix}.reused`), JSON.stringify(written));
    writeFileSync(join(folder, `${prefix}.elsewhere`), JSON.stringify({ ...written, birth: '', host: 'another-host' }));
    writeFileSync(join(folder, `${prefix}.torn`), '{"identity":');
    await claims.take('1', '"one"', [write(image)]);
    expect(readdirSync(folder)).not.toContain(`${prefix}.reused`);
  });
});

test("QEMU's locks: a writer is in everybody's way, a reader in a writer's", () => {
  const text = [
    '1: OFDLCK ADVISORY  READ -1 fe:00:393 100 101',
    '2: OFDLCK ADVISORY  READ -1 fe:00:394 100 100',
    '3: OFDLCK ADVISORY  READ -1 fe:00:394 201 201',
    '4: POSIX  ADVISORY  WRITE 77 fe:00:395 0 EOF',
    '4: -> POSIX  ADVISORY  WRITE 78 fe:00:394 0 EOF',
    'nonsense',
  ].join('\n');
  const on = (inode: bigint) => locksOn(text, 0xfe00n, inode);
  const uses = (inode: bigint) => (['read', 'write'] as const).filter((use) => on(inode).some((lock) => isInTheWay(lock, use)));
  expect([uses(393n), uses(394n), uses(395n), uses(396n)]).toEqual([['read', 'write'], ['write'], ['read', 'write'], []]);
  expect(on(395n)).toEqual([{ exclusive: true, pid: 77, from: 0, to: Infinity }]);
  expect(locksOn(text, 0xfe01n, 393n)).toEqual([]);
});

describeWith(['qemu-system-riscv64'], 'an image that QEMU has', () => {
  async function qemu(image: string, readonly: boolean) {
    const drive = `if=none,id=d,format=raw,file=${image}${readonly ? ',readonly=on' : ''}`;
    const device = ['-drive', drive, '-device', 'virtio-blk-device,drive=d'];
    const child = spawn(
      tool('qemu-system-riscv64')!,
      ['-M', 'virt', '-display', 'none', '-serial', 'none', '-monitor', 'stdio', '-S', ...device],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child;
  }

  test.each([false, true])('is told by its name (readonly %s)', async (readonly) => {
    const { image, claims } = setting();
    truncateSync(image, 2 ** 20);
    const child = await qemu(image, readonly);
    const facts = await lookAt(image);
    await expect.poll(() => lockHolder(image, facts, 'write'), { timeout: 20_000 }).toBe(`qemu-system-ris (process ${child.pid})`);
    await expect(claims.take('1', '"one"', [write(image)])).rejects.toThrow(`qemu-system-ris (process ${child.pid}) has it in use`);
    const reading = claims.take('1', '"one"', [read(image)]);
    if (readonly) await reading;
    else await expect(reading).rejects.toThrow('cannot be read now');
  });
});

describeWith(['losetup'], 'a loop device', () => {
  test('and the file that it is made of are one', async () => {
    const { image, claims } = setting();
    truncateSync(image, 2 ** 20);
    const device = execFileSync(tool('losetup')!, ['--find', '--show', image], { encoding: 'utf8' }).trim();
    onTestFinished(() => void execFileSync(tool('losetup')!, ['--detach', device]));
    await claims.take('1', '"one"', [write(device)]);
    await expect(claims.take('2', '"two"', [write(image)])).rejects.toThrow('"one" has it in use');
    await expect(claims.take('3', '"three"', [write(image), write(device)])).rejects.toThrow('is listed twice');
  });
});
