/** `viv devices`: the board of a running machine, and its device tree also of one that is off. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DeviceDescription } from '../../emulator/index.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

test('devices with addresses, lines, PCI identities and live registers', async () => {
  const home = join(temporaryFolder(), 'home');
  const call = (...args: string[]) => viv(home, ...args);
  expect(
    (await call('create', 'm', '--template', 'hello-riscv64', '--virtio', 'pci', '--device', 'edu', '--drive', 'size=1M')).status,
  ).toBe(0);
  const off = await call('devices', 'm');
  expect([off.status, off.err]).toEqual([1, expect.stringContaining('off')]);
  const tree = join(home, '..', 'm.dtb');
  expect((await call('devices', 'm', '--dtb', tree)).status).toBe(0);
  const bytes = readFileSync(tree);
  expect(bytes.readUInt32BE(0)).toBe(0xd00d_feed);
  expect(bytes.includes('pci-host-ecam-generic')).toBe(true);

  expect((await call('start', 'm')).status).toBe(0);
  try {
    const table = await call('devices', 'm');
    expect(table.status).toBe(0);
    expect(table.out).toMatch(/^uart16550 +0x10000000 +0x100 +10 +- +Serial port/m);
    expect(table.out).toMatch(/^virtio-block-0-pci +0x30008000 +0x1000 +33 +00:01\.0 1af4:1042 +Disk 1/m);
    expect(table.out).toMatch(/^edu +not placed +0x100000 /m);
    const all = JSON.parse((await call('devices', 'm', '--json')).out) as readonly DeviceDescription[];
    expect(all.length).toBe(table.out.trimEnd().split('\n').length - 1);
    const registers = await call('devices', 'm', 'uart16550');
    expect(registers.out).toMatch(/^\+0x001 +0x01 +interruptEnable/m);
    expect((await call('devices', 'm', 'nothing')).err).toContain('There are: plic, clint, uart16550');
    // Reading is looking: the guest goes on as if nobody had.
    expect((await call('show', 'm')).out).toContain('running');
  } finally {
    await call('stop', 'm');
  }
});
