/** Disks that modules open: cut at the snapshot point, told things, and others put in when a machine goes back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startMachine } from '../../../emulator/host/index.ts';
import type { DiskAttachment } from '../../../emulator/index.ts';
import { attach, bare, type Point, pointOf, restorePoint, sleep } from './bare-machine.ts';

const MEMORY = 64 * 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'vivarium-disks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const module = new URL('./noting-disk.ts', import.meta.url).href;
const noting = (name: string, sizeBytes = 1 << 20, filled = 1): DiskAttachment => ({
  module,
  setup: { name, sizeBytes, filled },
  readonly: false,
});

/** A driver without interrupts: reads sector 0 of the disk again and again and prints its first byte. */
const READER = `
  li s0, 0x10001000     # virtio-mmio slot 0
  li s1, 0x80100000     # descriptors, then the two rings
  li s2, 0x80101000
  li s3, 0x80102000
  li s4, 0x80103000     # header, data, status
  sw x0, 0x70(s0)
  li t0, 3
  sw t0, 0x70(s0)
  li t0, 1
  sw t0, 0x24(s0)
  sw t0, 0x20(s0)       # VERSION_1
  li t0, 11
  sw t0, 0x70(s0)
  sw x0, 0x30(s0)
  li t0, 4
  sw t0, 0x38(s0)
  sw s1, 0x80(s0)
  sw s2, 0x90(s0)
  sw s3, 0xa0(s0)
  li t0, 1
  sw t0, 0x44(s0)
  li t0, 15
  sw t0, 0x70(s0)
  # header to be read, data and status to be written
  sd s4, 0(s1)
  li t0, 16
  sw t0, 8(s1)
  li t0, 0x10001
  sw t0, 12(s1)
  addi t1, s4, 512
  sd t1, 16(s1)
  li t0, 512
  sw t0, 24(s1)
  li t0, 0x20003
  sw t0, 28(s1)
  addi t1, s4, 16
  sd t1, 32(s1)
  li t0, 1
  sw t0, 40(s1)
  li t0, 2
  sw t0, 44(s1)
  li s5, 0              # requests made
  li s6, 0x10000000
again:
  andi t0, s5, 3
  slli t0, t0, 1
  add t0, t0, s2
  sh x0, 4(t0)
  addi s5, s5, 1
  fence
  sh s5, 2(s2)
  fence
  sw x0, 0x50(s0)
  slli t2, s5, 48
  srli t2, t2, 48
wait:
  lhu t1, 2(s3)
  bne t1, t2, wait
  lbu t0, 512(s4)
  sb t0, 0(s6)
  li t0, 20000
rest:
  addi t0, t0, -1
  bnez t0, rest
  j again
`;

it('a disk is cut at the snapshot point, and another is in the machine after a return', async () => {
  const configuration = bare(READER, 'auto', { disks: [noting('first', 1 << 20, 65)] });
  const { machine, says, printed, log } = await attach(configuration);
  await says('AAA');
  const snapshotPoint = await machine.save();
  expect(snapshotPoint.disks).toEqual([{ name: 'first', cut: 1, first: 65 }]);
  const point = await pointOf(snapshotPoint);
  await says('A'.repeat(printed().length + 2));

  const disks = [noting('second', 1 << 20, 66)];
  const detached = Promise.withResolvers<readonly string[]>();
  const back = { ...restorePoint(point, MEMORY, { from: point }), disks, detached: () => detached.resolve([...log]) };
  const kept = await machine.restore(back, { keep: { onlyChanged: true } });
  expect(kept?.disks).toEqual([{ name: 'first', cut: 2, first: 65 }]);
  await pointOf(kept as NonNullable<typeof kept>, point);
  expect(await detached.promise).toContain('first: closed');
  await says('BBB');
  expect(printed()).toMatch(/^A+B+$/);
  expect(await machine.tellDisk(0, 'hello')).toMatchObject({ name: 'second', message: 'hello' });
  await expect(machine.tellDisk(0, 'fail')).rejects.toThrow('second: told to fail');
  await expect(machine.tellDisk(1, 'hello')).rejects.toThrow(/no disk 1/);

  const broken = { ...restorePoint(point, MEMORY, { from: point }), disks: [noting('broken')] };
  await expect(machine.restore(broken)).rejects.toMatchObject({
    name: 'MachineError',
    message: 'there is no file broken',
  });
  await says(`${printed()}BB`);
  await machine.stop();
  await expect(machine.tellDisk(0, 'hello')).rejects.toThrow(/has ended/);
  expect(log.filter((line) => /opened|closed/.test(line))).toEqual(['first: opened', 'second: opened', 'first: closed', 'second: closed']);

  const branch = await attach({ ...configuration, disks: [noting('third', 1 << 20, 67)] }, restorePoint(point, MEMORY));
  await branch.says('CCC');
  expect(branch.printed()).toMatch(/^A?C+$/);
  await branch.machine.stop();
}, 60_000);

it('a disk in trouble is reported, and an image file used in place takes no messages', async () => {
  const path = join(folder, 'plain.img');
  writeFileSync(path, new Uint8Array(1 << 20));
  const configuration = bare('stay: j stay', 'interpreter', { disks: [noting('full'), { path, readonly: false }] });
  const troubles: (readonly [number, unknown])[] = [];
  const machine = await startMachine(configuration, {
    output: () => undefined,
    ended: () => undefined,
    log: () => undefined,
    diskTrouble: (slot, fault) => troubles.push([slot, fault]),
  });
  await machine.tellDisk(0, 'trouble');
  await machine.tellDisk(0, 'recovered');
  expect(troubles).toEqual([
    [0, { code: 'disk-full', facts: { path: 'full' } }],
    [0, undefined],
  ]);
  await expect(machine.tellDisk(1, 'hello')).rejects.toThrow(/image file used in place/);
  expect((await machine.save()).disks[1]).toBeUndefined();
  await sleep(1);
  await machine.stop();
}, 60_000);

it('a disk that throws out of turn makes the machine fail and say why', async () => {
  const { machine, ended } = await attach(bare('stay: j stay', 'interpreter', { disks: [noting('wild')] }));
  await machine.tellDisk(0, 'crash');
  expect(await ended).toMatchObject({
    kind: 'failed',
    fault: { code: 'machine-thread-crashed', facts: { detail: expect.stringContaining('wild: crashed') as string } },
  });
  await expect(machine.tellDisk(0, 'hello')).rejects.toThrow(/has ended/);
}, 60_000);

it('a paused machine stands still, its disks too, and goes on where it was', async () => {
  const { machine, says, printed } = await attach(bare(READER, 'auto', { disks: [noting('first', 1 << 20, 65)] }));
  await says('AAA');
  let last: Point | undefined;
  for (let round = 0; round < 5; round++) {
    await machine.pause();
    const before = await pointOf(await machine.save());
    await sleep(30);
    const after = await pointOf(await machine.save());
    expect(after.hash).toBe(before.hash);
    expect(after.hash).not.toBe(last?.hash);
    last = after;
    await machine.resume();
    await says('A'.repeat(printed().length + 2));
  }
  await machine.stop();
}, 60_000);
