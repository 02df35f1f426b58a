/** Raw files in place: lengths that are no whole sectors, and hosts without room. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFileDisk } from '../../../emulator/host/file-disk.ts';
import { RoomPatience } from '../../../emulator/host/room-patience.ts';
import { temporaryFolder } from '../../main/temporary-home.ts';

const owner = { log: () => undefined, trouble: () => undefined, recovered: () => undefined };

test('the end of a read-only file is there, filled up with zeros; in place it is refused with what to do', async () => {
  const path = join(temporaryFolder(), 'odd.img');
  writeFileSync(path, Buffer.concat([Buffer.alloc(1000, 'x'), Buffer.from('END')]));
  const disk = await openFileDisk({ path, readonly: true }, owner);
  expect(disk.sizeBytes).toBe(1024);
  const last = new Uint8Array(512).fill(7);
  await disk.read(512, last);
  expect(Buffer.from(last).toString('latin1')).toBe(`${'x'.repeat(488)}END${'\0'.repeat(21)}`);
  await disk.close();
  await expect(openFileDisk({ path, readonly: false }, owner)).rejects.toThrow(
    /is 1003 bytes long, which is not a whole number of 512-byte sectors, .*add overlay, throwaway or readonly, or extend it \(truncate -s 1024/,
  );
  truncateSync(path, 1024);
  await (await openFileDisk({ path, readonly: false }, owner)).close();
});

describe('a host without room', () => {
  const full = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  function watched(retryAfter: number) {
    const told: string[] = [];
    const patience = new RoomPatience(
      '/disk.img',
      { trouble: ({ code }) => void told.push(code), recovered: () => void told.push('recovered') },
      retryAfter,
    );
    return { patience, told };
  }

  test('is waited for, told once whatever waits, and told to be over', async () => {
    const { patience, told } = watched(1);
    let room = false;
    let tries = 0;
    const work = () => {
      tries++;
      return room ? Promise.resolve() : full();
    };
    const all = Promise.all([patience.persist(work), patience.persist(work)]);
    await expect.poll(() => tries).toBeGreaterThan(6);
    expect(told).toEqual(['disk-full']);
    room = true;
    await all;
    expect(told).toHaveLength(2);
  });

  test('does not keep a disk from being closed; other errors are passed on', async () => {
    const { patience } = watched(1e9);
    const waiting = patience.persist(full);
    patience.end();
    await expect(waiting).rejects.toThrow('full');
    await expect(watched(1).patience.persist(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
