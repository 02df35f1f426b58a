/** The promises every device keeps, run for each device of a board that has one of each kind. */
import { describe, expect, it } from 'vitest';
import { reset } from '../../emulator/snapshot/schema.ts';
import { seeded, testBoard } from './kit/test-board.ts';

const configuration = { cores: 2, disks: [{ readonly: false }, { readonly: true }], ports: ['shell', 'vivarium.status'] };
const names = testBoard(configuration).board.devices.map(({ name }) => name);
const plain = (state: object) =>
  Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, ArrayBuffer.isView(value) ? Array.from(value as unknown as number[]) : value]),
  );

it('the board has every kind of device', () => {
  const kinds = new Set(names.map((name) => name.replace(/-\d+$/, '')));
  expect([...kinds].sort()).toEqual(
    [
      'clint',
      'finisher',
      'goldfish-rtc',
      'plic',
      'uart16550',
      'virtio-block',
      'virtio-console',
      'virtio-empty',
      'virtio-rng',
      'vmgenid',
    ].sort(),
  );
  expect(new Set(names).size).toBe(names.length);
});

describe.each(names)('%s', (name) => {
  const make = () => {
    const test = testBoard(configuration);
    const device = test.board.devices.find((candidate) => candidate.name === name);
    if (!device) throw new Error(`no device ${name}`);
    const bytes = () => new Uint8Array(test.buffer, device.place.stateAt, device.schema.size);
    return { ...test, device, bytes };
  };

  it('answers at every register, and counts none of them as unknown', () => {
    const { board, device } = make();
    expect(device.registers.length).toBeGreaterThan(0);
    for (const { at, width, doc } of device.registers) {
      const value = board.read(device.address + at, width);
      expect(value, `${name} at 0x${at.toString(16)}`).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(2 ** (8 * width));
      expect(doc.length).toBeGreaterThan(5);
    }
    expect(device.unknownAccesses).toBe(0);
  });

  it('takes any value at every register without failing', () => {
    const { board, device } = make();
    const random = seeded(0x5eed);
    for (let round = 0; round < 4; round++) {
      for (const { at, width } of device.registers) expect(board.write(device.address + at, width, random(2 ** 31))).toBe(true);
    }
  });

  it('reading a register without a declared effect changes no state', () => {
    const { board, device, bytes } = make();
    const before = [...bytes()];
    for (const { at, width, effect } of device.registers) if (effect === undefined) board.read(device.address + at, width);
    expect([...bytes()]).toEqual(before);
  });

  it('starts with the values of its schema', () => {
    const { device } = make();
    for (const [key, field] of Object.entries(device.schema.fields)) {
      const value = (device.state as Record<string, unknown>)[key];
      const expected =
        field.count > 1 ? new Array(field.count).fill(field.kind === 'u32' ? Number(field.reset) | 0 : field.reset) : field.reset;
      expect(ArrayBuffer.isView(value) ? Array.from(value as unknown as number[]) : value, key).toEqual(expected);
    }
  });

  it('has all its state in the schema: any state survives save and restore, and a second thread sees it', () => {
    const { device, bytes, board } = make();
    const random = seeded(0xcafe);
    bytes().set(Uint8Array.from({ length: device.schema.size }, () => random(256)));
    const saved = bytes().slice();
    const shown = plain(device.state);
    reset(device.schema, device.place.buffer, device.place.stateAt);
    expect(plain(device.state)).not.toEqual(shown);
    bytes().set(saved);
    expect(plain(device.state)).toEqual(shown);
    const other = make();
    other.bytes().set(saved);
    for (const { at, width, effect } of device.registers) {
      if (effect !== undefined) continue;
      expect(other.board.read(device.address + at, width), `0x${at.toString(16)}`).toBe(board.read(device.address + at, width));
    }
  });

  it('counts accesses to registers it does not have', () => {
    const { board, device } = make();
    const known = new Set(device.registers.flatMap(({ at, width }) => Array.from({ length: width }, (_, byte) => at + byte)));
    let offset = 0;
    while (known.has(offset)) offset += 4;
    expect(board.read(device.address + offset, 4)).toBe(0);
    board.write(device.address + offset, 4, 1);
    expect(device.unknownAccesses).toBe(2);
    expect(device.lastUnknown).toBe(offset);
  });
});

it('nothing answers between the devices', () => {
  const { board } = testBoard();
  for (const address of [0, 0x10_2000, 0x1000_0100, 0x1000_9000, 0x7fff_fffc, 0xffff_fffc]) {
    expect(board.read(address, 4)).toBe(-1);
    expect(board.write(address, 4, 0)).toBe(false);
  }
});
