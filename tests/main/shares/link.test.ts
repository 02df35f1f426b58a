/** A folder's link and its thread: the order of what is asked, by whichever way it goes, and a folder that does not answer. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { openShare } from '../../../main/shares/share-link.ts';
import { fuseMount } from '../../kit/fuse-mount.ts';
import { describeWith } from '../../kit/tools.ts';
import { folders, message, type Reply, ROOM } from './fuse-guest.ts';

const LIMIT = 120_000;
const SMALL = 4096;

async function guestOf(folder: string) {
  const lines: string[] = [];
  const link = await openShare({ folder, readonly: false }, { log: (line) => void lines.push(line) });
  onTestFinished(() => link.close());
  const sent = (room: number, ...parts: Parameters<typeof message>) => link.serve(Uint8Array.from(message(...parts)), room);
  const call = async (room: number, ...parts: Parameters<typeof message>): Promise<Reply> => {
    const answer = await sent(room, ...parts);
    if (!answer) throw new Error(`message ${parts[0]} has no answer`);
    const bytes = Buffer.from(answer);
    return { errno: Math.abs(bytes.readInt32LE(4)), data: bytes.subarray(16) };
  };
  const lookup = async (name: string) => (await call(SMALL, OPCODE.LOOKUP, 1, [name])).data.readBigUInt64LE(0);
  const open = async (node: bigint) => (await call(SMALL, OPCODE.OPEN, node, [0, 0])).data.readBigUInt64LE(0);
  const read = (room: number, node: bigint, handle: bigint, size: number) => call(room, OPCODE.READ, node, [handle, 0n, size, 0, 0n, 0, 0]);
  const release = (node: bigint, handle: bigint) => call(SMALL, OPCODE.RELEASE, node, [handle, 0, 0, 0n]);
  return { link, lines, sent, call, lookup, open, read, release };
}

test('what is asked is done in order, whether it goes by the mailbox or by the port', { timeout: LIMIT }, async () => {
  const { shared } = folders();
  fs.writeFileSync(join(shared, 'small'), 's'.repeat(1000));
  fs.writeFileSync(join(shared, 'big'), 'b'.repeat(300_000));
  const guest = await guestOf(shared);
  const [small, big] = [await guest.lookup('small'), await guest.lookup('big')];
  for (let round = 0; round < 200; round++) {
    const [a, b] = [await guest.open(small), await guest.open(big)];
    // Both at once: one of them has no place in the mailbox.
    const [few, many] = await Promise.all([guest.read(SMALL, small, a, 2000), guest.read(ROOM, big, b, 400_000)]);
    expect([few.data.toString(), many.data.length]).toEqual(['s'.repeat(1000), 300_000]);
    expect((await guest.release(small, a)).errno).toBe(0);
    // A file that is said to be closed is, for whatever is asked next.
    expect((await guest.read(round % 2 === 0 ? SMALL : ROOM, small, a, 10)).errno).toBe(ERRNO.EBADF);
    await guest.release(big, b);
  }
});

test('a guest that closes without asking for anything more has closed', { timeout: LIMIT }, async () => {
  const { shared } = folders();
  fs.writeFileSync(join(shared, 'file'), 'x');
  const guest = await guestOf(shared);
  const node = await guest.lookup('file');
  for (let count = 0; count < 300; count++) await guest.open(node);
  for (let handle = 1n; handle <= 300n; handle++) void guest.release(node, handle);
  const saved = JSON.parse(new TextDecoder().decode(await guest.link.settled())) as { readonly tree: { readonly files: unknown[] } };
  expect(saved.tree.files).toEqual([]);
});

describeWith(['fuse'], 'a folder that hangs', () => {
  test('holds up neither its own link nor another folder, and goes on when it answers again', { timeout: LIMIT }, async () => {
    const { shared, outside } = folders();
    fs.writeFileSync(join(shared, 'file'), 'x');
    fs.writeFileSync(join(outside, 'file'), 'y');
    const mounted = await fuseMount(shared);
    const [slow, other] = [await guestOf(mounted.path), await guestOf(outside)];
    expect(await slow.lookup('file')).toBe(2n);
    mounted.hang(true);
    let answers = 0;
    const asked = ['one', 'two', 'three'].map((name) =>
      slow.call(SMALL, OPCODE.LOOKUP, 1, [name]).then(({ errno }) => ((answers += 1), errno)),
    );
    for (let round = 0; round < 50; round++) await other.lookup('file');
    expect(answers).toBe(0);
    // A machine that is to stand still is not kept waiting.
    expect(await slow.link.settled()).toBeUndefined();
    expect(slow.lines.at(-1)).toContain('does not answer');
    mounted.hang(false);
    expect(await Promise.all(asked)).toEqual([ERRNO.ENOENT, ERRNO.ENOENT, ERRNO.ENOENT]);
    expect(await slow.lookup('file')).toBe(2n);
  });

  test('does not keep a machine from ending', { timeout: LIMIT }, async () => {
    const { shared } = folders();
    const mounted = await fuseMount(shared);
    const guest = await guestOf(mounted.path);
    mounted.hang(true);
    let isAnswered = false;
    void Promise.resolve(guest.sent(SMALL, OPCODE.LOOKUP, 1, ['file'])).then(() => (isAnswered = true));
    await guest.link.close();
    expect(isAnswered).toBe(false);
    mounted.hang(false);
  });
});
