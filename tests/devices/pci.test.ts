/** PCI functions and their host bridge, seen from a guest: configuration space, regions, pins and messages. */
import { describe, expect, it } from 'vitest';
import { Edu } from '../../emulator/device/edu/device.ts';
import { eduPciState, eduState } from '../../emulator/device/edu/state.ts';
import { msi } from '../../emulator/device/pci/capability.ts';
import { PciFunction, type PciShape } from '../../emulator/device/pci/function.ts';
import { PciHostBridge, pciLine } from '../../emulator/device/pci/host-bridge.ts';
import { pciFields } from '../../emulator/device/pci/state.ts';
import { GuestMemory } from '../../emulator/memory/guest-memory.ts';
import { reset, schema } from '../../emulator/snapshot/schema.ts';

const IDENTITY = { vendor: 0x1234, device: 0x5678, revision: 2, classCode: 0x01_0203, subsystemVendor: 0x9abc, subsystem: 0xdef0 };
const RAM = 0x8000_0000;
const COMMAND = 0x04;
const MEMORY_AND_MASTER = 6;
const INTX_OFF = 0x400;

interface Bench {
  readonly bridge: PciHostBridge;
  readonly levels: boolean[];
  readonly messages: [number, number][];
  readonly functions: readonly PciFunction[];
  read(slot: number, offset: number, size?: 1 | 2 | 4): number;
  write(slot: number, offset: number, value: number, size?: 1 | 2 | 4): void;
}

/** A bus with functions of the given shapes in slots 1, 2, ... */
function bench(shapes: readonly Partial<PciShape>[]): Bench {
  const buffer = new SharedArrayBuffer(0x1_0000);
  const levels = [false, false, false, false];
  const messages: [number, number][] = [];
  const functions = shapes.map((shape, index) => {
    const state = schema(`function-${index}`, 1, pciFields(shape.msix?.vectors ?? 0));
    const place = { buffer, stateAt: 0x100 + 0x800 * index, guardAt: 0x40 + 16 * index };
    reset(state, buffer, place.stateAt);
    const wires = { message: (address: number, data: number) => void messages.push([address, data]) };
    return new PciFunction(
      `function-${index}`,
      state,
      place,
      { identity: IDENTITY, pin: 1, regions: [], capabilities: [], ...shape },
      wires,
    );
  });
  const lines = levels.map((_, line) => ({ set: (level: boolean) => void (levels[line] = level) }));
  const bridge = new PciHostBridge(
    functions.map((own, index) => ({ slot: index + 1, function: own })),
    lines,
    buffer,
    0,
  );
  return {
    bridge,
    levels,
    messages,
    functions,
    read: (slot, offset, size = 4) => bridge.configuration.read(slot * 0x8000 + offset, size),
    write: (slot, offset, value, size = 4) => bridge.configuration.write(slot * 0x8000 + offset, size, value),
  };
}

/** A region of memory that holds what is written. */
function scratch(size: number) {
  const view = new DataView(new ArrayBuffer(size));
  return {
    read: (offset: number, width: 1 | 2 | 4) => (width === 4 ? view.getUint32(offset, true) : view.getUint8(offset)),
    write: (offset: number, width: 1 | 2 | 4, value: number) =>
      width === 4 ? view.setUint32(offset, value, true) : view.setUint8(offset, value),
  };
}

describe('configuration space', () => {
  it('names the device, and reads as ones where there is none', () => {
    const { read } = bench([{}]);
    expect(read(1, 0)).toBe(0x5678_1234);
    expect(read(1, 8)).toBe(0x0102_0302);
    expect(read(1, 0x2c)).toBe(0xdef0_9abc);
    expect(read(1, 0x3d, 1)).toBe(1);
    expect(read(2, 0)).toBe(0xffff_ffff);
    expect(read(1, 0x1000)).toBe(0xffff_ffff);
    expect(read(1, 0x100)).toBe(0);
  });

  it('tells the size of each region, and answers only where the guest has placed it', () => {
    const target = scratch(0x4000);
    const { read, write, bridge } = bench([{ regions: [{ bar: 2, kind: 'memory64', prefetchable: true, size: 0x4000, target }] }]);
    expect(read(1, 0x18)).toBe(0xc);
    write(1, 0x18, 0xffff_ffff);
    write(1, 0x1c, 0xffff_ffff);
    expect(read(1, 0x18)).toBe(0xffff_c00c);
    expect(read(1, 0x1c)).toBe(0xffff_ffff);
    write(1, 0x14, 0xffff_ffff);
    expect(read(1, 0x14)).toBe(0);
    write(1, 0x18, 0x4000_8000);
    write(1, 0x1c, 0);
    const window = bridge.window('memory', 0x4000_0000);
    expect(window.read(0x8010, 4)).toBe(0xffff_ffff);
    write(1, COMMAND, MEMORY_AND_MASTER, 2);
    window.write(0x8010, 4, 0x1234_5678);
    expect(window.read(0x8010, 4)).toBe(0x1234_5678);
    expect(target.read(0x10, 4)).toBe(0x1234_5678);
    expect(window.read(0x7ffc, 4)).toBe(0xffff_ffff);
    expect(window.read(0xc000, 4)).toBe(0xffff_ffff);
    expect(bridge.window('io', 0).read(0x8010, 4)).toBe(0xffff_ffff);
  });

  it('places a region beyond 4 GiB, and passes eight bytes on in one access where the region takes them', () => {
    const stored: [number, bigint][] = [];
    const target = {
      ...scratch(0x1000),
      readWide: (offset: number) => (offset === 8 ? 0x0102_0304_0506_0708n : undefined),
      writeWide: (offset: number, value: bigint) => offset === 8 && stored.push([offset, value]) > 0,
    };
    const { bridge, read, write } = bench([{ regions: [{ bar: 2, kind: 'memory64', size: 0x1000, target }] }]);
    write(1, 0x18, 0xffff_ffff);
    write(1, 0x1c, 0xffff_ffff);
    expect([read(1, 0x18), read(1, 0x1c)]).toEqual([0xffff_f004, 0xffff_ffff]);
    write(1, 0x18, 0x1_0000);
    write(1, 0x1c, 4);
    write(1, COMMAND, MEMORY_AND_MASTER, 2);
    const window = bridge.window('memory', 0x4_0000_0000);
    window.write(0x1_0010, 4, 0x1234_5678);
    expect(target.read(0x10, 4)).toBe(0x1234_5678);
    expect([window.readWide?.(0x1_0008), window.readWide?.(0x1_0010), window.readWide?.(0)]).toEqual([
      0x0102_0304_0506_0708n,
      undefined,
      undefined,
    ]);
    expect([window.writeWide?.(0x1_0008, 9n), window.writeWide?.(0x1_0010, 9n)]).toEqual([true, false]);
    expect(stored).toEqual([[8, 9n]]);
  });

  it('links its capabilities', () => {
    const { read } = bench([{ capabilities: [msi], msix: { vectors: 3, bar: 1 } }]);
    expect(read(1, 6, 2) & 0x10).toBe(0x10);
    const first = read(1, 0x34, 1);
    expect(read(1, first, 1)).toBe(0x11);
    expect(read(1, first + 2, 2)).toBe(2);
    const second = read(1, first + 1, 1);
    expect(read(1, second, 1)).toBe(5);
    expect(read(1, second + 1, 1)).toBe(0);
  });
});

describe('interrupts', () => {
  it('pins of several functions share a line, which is low only when all let go', () => {
    const { functions, levels } = bench([{}, {}, {}, {}, {}]);
    const [first, , , , fifth] = functions as [PciFunction, PciFunction, PciFunction, PciFunction, PciFunction];
    const line = pciLine(1, 1);
    expect(pciLine(5, 1)).toBe(line);
    first.setPin(true);
    fifth.setPin(true);
    expect(levels).toEqual([0, 1, 2, 3].map((each) => each === line));
    first.setPin(false);
    expect(levels[line]).toBe(true);
    fifth.setPin(false);
    expect(levels[line]).toBe(false);
  });

  it('a pin that is switched off lets go, and pulls again afterwards', () => {
    const { functions, levels, write, read } = bench([{}]);
    functions[0]?.setPin(true);
    write(1, COMMAND, INTX_OFF, 2);
    expect(levels.includes(true)).toBe(false);
    expect(read(1, 6, 2) & 8).toBe(8);
    write(1, COMMAND, 0, 2);
    expect(levels.includes(true)).toBe(true);
  });

  it('MSI-X sends what the table says; masked vectors wait', () => {
    const { functions, messages, write, read, bridge, levels } = bench([{ msix: { vectors: 2, bar: 1 } }]);
    const [own] = functions as [PciFunction];
    write(1, 0x14, 0x4000_0000);
    write(1, COMMAND, MEMORY_AND_MASTER, 2);
    const table = bridge.window('memory', 0x4000_0000);
    const capability = read(1, 0x34, 1);
    own.sendMsix(0);
    expect(messages).toEqual([]);
    write(1, capability + 2, 0x8000, 2);
    table.write(0x10, 4, 0xfee0_1000);
    table.write(0x14, 4, 1);
    table.write(0x18, 4, 0x31);
    own.sendMsix(1);
    expect(messages).toEqual([]);
    expect(table.read(0x800, 4)).toBe(2);
    table.write(0x1c, 4, 0);
    expect(messages).toEqual([[0x1_fee0_1000, 0x31]]);
    expect(table.read(0x800, 4)).toBe(0);
    write(1, capability + 2, 0xc000, 2);
    own.sendMsix(1);
    expect(messages.length).toBe(1);
    write(1, capability + 2, 0x8000, 2);
    expect(messages.length).toBe(2);
    own.setPin(true);
    expect(levels.includes(true)).toBe(false);
  });
});

describe('edu', () => {
  function edu() {
    const buffer = new SharedArrayBuffer(0x1_0000);
    const pageFlags = new Uint8Array(8);
    const memory = new GuestMemory({
      buffer,
      ramOffset: 0x8000,
      ranges: [{ at: RAM, size: 0x8000 }],
      pageFlags,
      fetch: () => undefined,
      keep: () => undefined,
      codeWritten: () => undefined,
    });
    const place = { buffer, stateAt: 0x400, guardAt: 0x40 };
    reset(eduState, buffer, place.stateAt);
    const functionPlace = { buffer, stateAt: 0x200, guardAt: 0x60 };
    reset(eduPciState, buffer, functionPlace.stateAt);
    const messages: [number, number][] = [];
    const log: string[] = [];
    const device = new Edu('edu', place, functionPlace, {
      memory,
      log: (line) => void log.push(line),
      message: (address, data) => void messages.push([address, data]),
    });
    let level = false;
    const bridge = new PciHostBridge(
      [{ slot: 1, function: device.function }],
      Array.from({ length: 4 }, () => ({ set: (on) => (level = on) })),
      buffer,
      0,
    );
    bridge.configuration.write(0x8010, 4, 0x4000_0000);
    bridge.configuration.write(0x8004, 2, MEMORY_AND_MASTER);
    const window = bridge.window('memory', 0x4000_0000);
    const read = (at: number) => window.read(at, 4);
    const write = (at: number, value: number) => window.write(at, 4, value);
    const move = (from: number, to: number, count: number, command: number) => {
      for (const [at, value] of [
        [0x80, from],
        [0x88, to],
        [0x90, count],
        [0x98, command],
      ] as const)
        write(at, value);
    };
    return { bridge, memory, messages, log, read, write, move, level: () => level };
  }

  it('identifies itself, lives, and computes factorials', () => {
    const { read, write, bridge } = edu();
    expect(bridge.configuration.read(0x8000, 4)).toBe(0x11e8_1234);
    expect(read(0)).toBe(0x0100_00ed);
    write(4, 0x1234_5678);
    expect(read(4)).toBe(0xedcb_a987);
    for (const [n, product] of [
      [0, 1],
      [1, 1],
      [5, 120],
      [12, 479_001_600],
      [13, 1_932_053_504],
      [34, 0],
      [0xffff_ffff, 0],
    ] as const) {
      write(8, n);
      expect(read(8)).toBe(product);
    }
    expect(read(0x20) & 1).toBe(0);
  });

  it('interrupts when asked to, by pin or by message', () => {
    const { read, write, bridge, messages, level } = edu();
    write(0x60, 5);
    expect([read(0x24), level()]).toEqual([5, true]);
    write(0x64, 1);
    expect([read(0x24), level()]).toEqual([4, true]);
    write(0x64, 4);
    expect([read(0x24), level()]).toEqual([0, false]);
    write(0x20, 0x80);
    write(8, 3);
    expect([read(0x24), level()]).toEqual([1, true]);
    write(0x64, 1);
    const at = 0x8000 + bridge.configuration.read(0x8034, 1);
    bridge.configuration.write(at + 4, 4, 0xfee0_0000);
    bridge.configuration.write(at + 12, 4, 0x4021);
    bridge.configuration.write(at + 2, 2, 1);
    write(8, 4);
    expect(messages).toEqual([[0xfee0_0000, 0x4021]]);
    expect(level()).toBe(false);
  });

  it('moves memory in and out, and nothing outside', () => {
    const { read, write, move, memory, log } = edu();
    memory.bytes(RAM + 0x100, 8)?.set([1, 2, 3, 4, 5, 6, 7, 8]);
    move(RAM + 0x100, 0x4_0010, 8, 1);
    move(0x4_0010, RAM + 0x200, 8, 7);
    expect([...(memory.bytes(RAM + 0x200, 8) ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(read(0x24)).toBe(0x100);
    expect(read(0x98)).toBe(6);
    write(0x64, 0x100);
    for (const [from, to, count, command] of [
      [0x4_0ff9, RAM, 8, 3],
      [0x3_ffff, RAM, 8, 3],
      [RAM + 0x7ffc, 0x4_0000, 8, 1],
      [0x4_0000, 0, 8, 3],
    ] as const)
      move(from, to, count, command);
    expect(log.length).toBe(4);
  });
});
