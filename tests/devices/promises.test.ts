/** The promises every device keeps, run for each device of a board that has one of each kind. */
import { describe, expect, it } from 'vitest';
import { reset } from '../../emulator/snapshot/schema.ts';
import type { Board } from '../../emulator/board/kit/board.ts';
import type { BoardDevice } from '../../emulator/board/kit/board-device.ts';
import type { BoardConfiguration } from '../../emulator/board/kit/plan.ts';
import { seeded, testBoard } from './kit/test-board.ts';

const both = {
  cores: 2,
  disks: [{ readonly: false }, { readonly: true }],
  ports: ['shell', 'vivarium.exec'],
  networks: [{}, {}],
  shares: [{}, {}, { protocol: '9p' as const }],
};
const onMmio: Partial<BoardConfiguration> = { ...both, virtio: 'mmio' };
const onPci: Partial<BoardConfiguration> = { ...both, virtio: 'pci', devices: ['edu'] };
const namesOf = (configuration: Partial<BoardConfiguration>) => testBoard(configuration).board.devices.map(({ name }) => name);
const onPc: Partial<BoardConfiguration> = { ...both, board: 'pc', devices: ['edu'] };
/** Within the window of either board's PCI bus. */
const placedAt = ({ board }: Partial<BoardConfiguration>) => (board === 'pc' ? 0xd000_0000 : 0x5000_0000);

/** A device where a guest reaches it: regions of PCI functions lie where firmware has put them. */
function deviceOf(configuration: Partial<BoardConfiguration>, name: string) {
  const test = testBoard(configuration);
  const { board } = test;
  const own = board.devices.find((candidate) => candidate.name === `${name}-pci`);
  if (own) {
    own.write(4, 2, 2);
    for (const at of [0x10, 0x14, 0x18, 0x1c, 0x20, 0x24]) {
      own.write(at, 4, 0xffff_ffff);
      // A region's own register reads back its kind in the low bits; the high half of a 64-bit region stays 0.
      const high = (own.read(at - 4, 4) & 7) === 4;
      own.write(at, 4, high ? 0 : placedAt(configuration) + 0x100_0000 * at);
    }
  }
  const device = board.devices.find((candidate) => candidate.name === name);
  if (!device) throw new Error(`no device ${name}`);
  return { ...test, device, ...accessTo(board, device) };
}

/** How a guest reaches a device's registers: in memory, by ports, or, of configuration space behind ports, as the bridge does. */
function accessTo(board: Board, device: BoardDevice) {
  const { address, space } = device;
  const bus = space === 'ports' ? board.ports : board;
  return {
    read: (at: number, size: 1 | 2 | 4) => (address === undefined ? device.read(at, size) : bus.read(address + at, size)),
    write: (at: number, size: 1 | 2 | 4, value: number) =>
      address === undefined ? (device.write(at, size, value), true) : bus.write(address + at, size, value),
  };
}
const plain = (state: object) =>
  Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, ArrayBuffer.isView(value) ? Array.from(value as unknown as number[]) : value]),
  );

it('the board has every kind of device', () => {
  const names = namesOf(onMmio);
  const kinds = new Set(names.map((name) => name.replace(/-\d+$/, '')));
  expect([...kinds].sort()).toEqual(
    [
      'clint',
      'finisher',
      'goldfish-rtc',
      'pci-host',
      'plic',
      'uart16550',
      'virtio-9p',
      'virtio-block',
      'virtio-console',
      'virtio-fs',
      'virtio-net',
      'virtio-rng',
      'vmgenid',
    ].sort(),
  );
  expect(new Set(names).size).toBe(names.length);
});

it('a PC has what PCs have', () => {
  const kinds = new Set(namesOf(onPc).map((name) => name.replace(/-pci$|-\d+(-pci)?$/, '')));
  for (const kind of ['acpi-pm', 'i8042', 'i8254', 'i8259', 'ioapic', 'mc146818', 'pci-host', 'pci-ports', 'uart16550', 'vmgenid'])
    expect(kinds).toContain(kind);
  expect(new Set(namesOf(onPc)).size).toBe(namesOf(onPc).length);
});

const cases = [
  ...namesOf(onMmio).map((name) => [name, 'mmio', onMmio] as const),
  ...namesOf(onPci)
    .filter((name) => /^edu|-pci$|^virtio/.test(name))
    .map((name) => [name, 'pci', onPci] as const),
  ...namesOf(onPc).map((name) => [name, 'pc', onPc] as const),
];
describe.each(cases)('%s (%s)', (name, _place, configuration) => {
  const make = () => {
    const test = deviceOf(configuration, name);
    const { device } = test;
    const bytes = () => new Uint8Array(test.buffer, device.place.stateAt, device.schema.size);
    return { ...test, device, bytes };
  };

  it('answers at every register, and counts none of them as unknown', () => {
    const { read, device } = make();
    expect(device.registers.length).toBeGreaterThan(0);
    for (const { at, width, doc } of device.registers) {
      const value = read(at, width);
      expect(value, `${name} at 0x${at.toString(16)}`).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(2 ** (8 * width));
      expect(doc.length).toBeGreaterThan(5);
    }
    expect(device.unknownAccesses).toBe(0);
  });

  it('takes any value at every register without failing', () => {
    const { write, device } = make();
    const random = seeded(0x5eed);
    for (let round = 0; round < 4; round++) {
      for (const { at, width } of device.registers) expect(write(at, width, random(2 ** 31))).toBe(true);
    }
  });

  it('reading a register without a declared effect changes no state', () => {
    const { read, device, bytes } = make();
    const before = [...bytes()];
    for (const { at, width, effect } of device.registers) if (effect === undefined) read(at, width);
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
    const { device, bytes, read } = make();
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
      expect(other.read(at, width), `0x${at.toString(16)}`).toBe(read(at, width));
    }
  });

  // All of configuration space may be read: what is not there is 0 (PCI 3.0, section 6.1); behind the ports that reach it is more of it.
  if (/^pci-host$|-pci$|^pci-ports$/.test(name)) return;
  it('counts accesses to registers it does not have', () => {
    const { read, write, device } = make();
    const known = new Set(device.registers.flatMap(({ at, width }) => Array.from({ length: width }, (_, byte) => at + byte)));
    let offset = 0;
    while (known.has(offset)) offset += 1;
    // Some devices on ports have no room left for one.
    if (offset + 1 > device.size) return;
    expect(read(offset, 1)).toBe(0);
    write(offset, 1, 1);
    expect(device.unknownAccesses).toBe(2);
    expect(device.lastUnknown).toBe(offset);
  });
});

it('nothing answers between the devices', () => {
  const { board } = testBoard();
  for (const address of [0, 0x10_2000, 0x1000_0100, 0x1000_9000, 0x2fff_fffc, 0xffff_fffc]) {
    expect(board.read(address, 4)).toBe(-1);
    expect(board.write(address, 4, 0)).toBe(false);
  }
});
