/** The tables of `pc`: read with our own eyes, and by ACPI's own compiler where there is one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { buffer, eisaId, integer, name, packageOf, path, scope, string } from '../../../emulator/board/acpi/aml.ts';
import { acpiTables } from '../../../emulator/board/pc/acpi-tables.ts';
import { smbiosTables } from '../../../emulator/board/pc/smbios.ts';
import { describeWith, tool } from '../../kit/tools.ts';

const FROM = 0xe_0000;
const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0) & 0xff;
const textOf = (bytes: Uint8Array, from: number, length: number) => Buffer.from(bytes.subarray(from, from + length)).toString('latin1');
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe('AML', () => {
  test.each([
    ['a byte', integer(0x42), [0x0a, 0x42]],
    ['zero and one', packageOf(integer(0), integer(1)), [0x12, 4, 2, 0, 1]],
    ['a word', integer(0x1234), [0x0b, 0x34, 0x12]],
    ['more than 32 bits', integer(0x1_0000_0000), [0x0e, 0, 0, 0, 0, 1, 0, 0, 0]],
    ['a path of two names', path('\\_SB.PCI0'), [0x5c, 0x2e, ...Buffer.from('_SB_PCI0')]],
    ['an identity', eisaId('PNP0501'), [0x0c, 0x41, 0xd0, 0x05, 0x01]],
    ['a string', name('_HID', string('A')), [8, ...Buffer.from('_HID'), 0x0d, 0x41, 0]],
  ])('%s', (_, term, bytes) => {
    expect([...term]).toEqual(bytes);
  });

  it('counts the bytes of a length with the length', () => {
    for (const size of [10, 57, 58, 59, 60, 61, 4000, 4090, 70_000]) {
      const term = scope('\\_SB', buffer(new Uint8Array(size)));
      const extra = (term[1] as number) >> 6;
      let length = (term[1] as number) & (extra === 0 ? 0x3f : 15);
      for (let byte = 0; byte < extra; byte++) length |= (term[2 + byte] as number) << (4 + 8 * byte);
      expect(length, `${size} bytes`).toBe(term.length - 1);
    }
  });

  it('refuses what is no name', () => {
    expect(() => path('com1')).toThrow('no name');
    expect(() => path('TOOLONG')).toThrow('no name');
  });
});

describe('the tables', () => {
  const tables = acpiTables(3, FROM);
  const called = (signature: string) => tables.find(({ bytes }) => textOf(bytes, 0, 4) === signature)?.bytes as Uint8Array;

  it('lead from the root pointer to each other, and their checksums are right', () => {
    const [root] = tables;
    expect(root?.address).toBe(FROM);
    const pointer = root?.bytes as Uint8Array;
    expect([sum(pointer.subarray(0, 20)), sum(pointer)]).toEqual([0, 0]);
    const at = (address: bigint) => tables.find((each) => BigInt(each.address) === address)?.bytes as Uint8Array;
    const list = at(view(pointer).getBigUint64(24, true));
    expect(textOf(list, 0, 4)).toBe('XSDT');
    const listed = [0, 1].map((index) => at(view(list).getBigUint64(36 + 8 * index, true)));
    expect(listed.map((bytes) => textOf(bytes, 0, 4))).toEqual(['FACP', 'APIC']);
    expect(textOf(at(view(listed[0] as Uint8Array).getBigUint64(140, true)), 0, 4)).toBe('DSDT');
    // Section 5.2.9, table 5.10: bit 4 clear and bit 5 set say that there is a fixed power button and no fixed sleep button.
    expect((view(listed[0] as Uint8Array).getUint32(112, true) >> 4) & 3).toBe(2);
    for (const { bytes } of tables.slice(1)) {
      if (textOf(bytes, 0, 4) === 'FACS') continue;
      expect(view(bytes).getUint32(4, true)).toBe(bytes.length);
      expect(sum(bytes), textOf(bytes, 0, 4)).toBe(0);
    }
  });

  it('name a local APIC for each core, and how ISA reaches the I/O APIC', () => {
    const madt = called('APIC');
    const entries: number[][] = [];
    for (let at = 44; at < madt.length; at += madt[at + 1] as number) entries.push([...madt.subarray(at, at + (madt[at + 1] as number))]);
    expect(entries.filter(([type]) => type === 0).map(([, , uid, apic, enabled]) => [uid, apic, enabled])).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
    ]);
    expect(entries.filter(([type]) => type === 2).map(([, , , irq, pin]) => [irq, pin])).toEqual([
      [0, 2],
      [9, 9],
    ]);
  });

  it('do not overlap, and fit into the memory that firmware has', () => {
    const ranges = [...tables].sort((one, other) => one.address - other.address);
    ranges.forEach(({ address, bytes }, index) =>
      expect(address + bytes.length).toBeLessThanOrEqual(ranges[index + 1]?.address ?? 0xf_0000),
    );
  });
});

describe('SMBIOS', () => {
  it('has an entry point that leads to structures with an end', () => {
    const [entry, content] = smbiosTables(2, 512 * 2 ** 20, 0xf_0000);
    const head = entry?.bytes as Uint8Array;
    expect([textOf(head, 0, 5), sum(head)]).toEqual(['_SM3_', 0]);
    const bytes = content?.bytes as Uint8Array;
    expect(view(head).getBigUint64(16, true)).toBe(BigInt(content?.address ?? 0));
    const types: number[] = [];
    for (let at = 0; at < bytes.length;) {
      types.push(bytes[at] as number);
      at += bytes[at + 1] as number;
      while (bytes[at] !== 0 || bytes[at + 1] !== 0) at++;
      at += 2;
    }
    expect(types).toEqual([0, 1, 3, 4, 16, 17, 19, 32, 127]);
  });
});

describeWith(['iasl'], "ACPI's own compiler", () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-acpi-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const iasl = (...options: string[]) => {
    const { stdout, stderr } = spawnSync(tool('iasl') ?? 'iasl', options, { cwd: folder, encoding: 'utf8' });
    return stdout + stderr;
  };

  test.each(['DSDT', 'FACP', 'APIC', 'XSDT', 'FACS'])('reads %s without complaint, and makes the same of what it has read', (signature) => {
    const { bytes } = acpiTables(8, FROM).find((each) => textOf(each.bytes, 0, 4) === signature) as { bytes: Uint8Array };
    writeFileSync(join(folder, `${signature}.dat`), bytes);
    const said = iasl('-d', `${signature}.dat`);
    expect(said).not.toMatch(/error|warning|invalid|incorrect|unknown/i);
    const source = readFileSync(join(folder, `${signature}.dsl`), 'latin1');
    expect(source).not.toMatch(/\*\*\*\*|Unknown|incorrect/);
    if (signature === 'DSDT') expect(iasl('-oa', '-p', 'again', `${signature}.dsl`)).toContain('0 Errors, 0 Warnings');
    if (signature === 'DSDT') expect(readFileSync(join(folder, 'again.aml')).subarray(36)).toEqual(Buffer.from(bytes.subarray(36)));
  });
});
