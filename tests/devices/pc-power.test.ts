/** How a PC is switched off and reset, and the ports by which it says things: each by the sequence that kernels use. */
import { describe, expect, it, test } from 'vitest';
import { settle, testOutside } from './kit/test-board.ts';
import { testPc } from './kit/test-pc.ts';

type Pc = ReturnType<typeof testPc>;

describe('power', () => {
  it('goes off by the sleep control of ACPI', () => {
    const pc = testPc();
    expect(pc.board.ports.read(0x604, 2) & 1, 'it is in ACPI mode').toBe(1);
    pc.board.ports.write(0x604, 2, 0x2000);
    expect(pc.power).toEqual([{ kind: 'poweroff', code: 0 }]);
  });

  test.each<[string, (pc: Pc) => void]>([
    ['reset control', (pc) => pc.out(0xcf9, 2, 6)],
    ['keyboard controller', (pc) => pc.out(0x64, 0xfe)],
    ['its output port', (pc) => (pc.out(0x64, 0xd1), pc.out(0x60, 0xfe))],
    ['system control port', (pc) => pc.out(0x92, 3)],
  ])('is reset by the %s', (_, act) => {
    const pc = testPc();
    act(pc);
    expect(pc.power).toEqual([{ kind: 'reboot' }]);
  });

  test.each([0xf4, 0x501])('ends with a code by the exit port %i', (port) => {
    const pc = testPc();
    pc.out(port, 3);
    expect(pc.power).toEqual([{ kind: 'poweroff', code: 7 }]);
  });

  it('has a button that the guest hears of', async () => {
    const pc = testPc();
    const outside = pc.board.attach(testOutside());
    await settle();
    pc.board.ports.write(0x602, 2, 0x100);
    expect(outside.pressPowerButton()).toBe(true);
    expect(pc.board.ports.read(0x600, 2) & 0x100).toBe(0x100);
    pc.out(0xa0, 0x0a);
    expect(pc.in(0xa0) & 2, 'interrupt 9').toBe(2);
    pc.board.ports.write(0x600, 2, 0x100);
    pc.out(0xa0, 0x0a);
    expect(pc.in(0xa0) & 2).toBe(0);
  });
});

describe('the keyboard controller', () => {
  it("passes Linux's and firmware's probes without a keyboard", () => {
    const pc = testPc();
    const ask = (command: number) => {
      pc.out(0x64, command);
      expect(pc.in(0x64) & 1).toBe(1);
      return pc.in(0x60);
    };
    expect(pc.in(0x64) & 1).toBe(0);
    expect([ask(0xaa), ask(0xab), ask(0xa9)]).toEqual([0x55, 0, 0]);
    pc.out(0x64, 0x60);
    pc.out(0x60, 0x70);
    expect(ask(0x20)).toBe(0x70);
    pc.out(0x64, 0xd3);
    pc.out(0x60, 0x5a);
    expect([pc.in(0x64) & 0x21, pc.in(0x60)]).toEqual([0x21, 0x5a]);
    pc.out(0x64, 0xa7);
    expect(ask(0x20) & 0x20).toBe(0x20);
    pc.out(0x64, 0xa8);
    expect(ask(0x20) & 0x20).toBe(0);
  });
});

describe('PCI by ports', () => {
  const address = (slot: number, register: number) => 0x8000_0000 + slot * 0x800 + register;

  it("passes Linux's probe of configuration mechanism 1", () => {
    const pc = testPc();
    pc.out(0xcfb, 1);
    pc.board.ports.write(0xcf8, 4, 0x8000_0000);
    expect(pc.board.ports.read(0xcf8, 4)).toBe(0x8000_0000);
  });

  it('finds the chip set and virtio devices, and ones where nothing is', () => {
    const pc = testPc({ ports: ['shell'], disks: [{ readonly: false }] });
    const identity = (slot: number) => {
      pc.board.ports.write(0xcf8, 4, address(slot, 0));
      return pc.board.ports.read(0xcfc, 4);
    };
    expect([0, 1, 3, 4, 5].map(identity)).toEqual([0x1237_8086, 0x7000_8086, 0x1044_1af4, 0x1043_1af4, 0x1042_1af4]);
    expect(identity(2)).toBe(0xffff_ffff);
    pc.board.ports.write(0xcf8, 4, address(3, 8));
    expect([pc.board.ports.read(0xcff, 1), pc.board.ports.read(0xcfe, 2)]).toEqual([0x00, 0x00ff]);
    pc.board.ports.write(0xcf8, 4, 0);
    expect(pc.board.ports.read(0xcfc, 4)).toBe(0xffff_ffff);
  });
});

describe('ports by which a guest speaks', () => {
  it('debug text goes into the log, a line at a time', () => {
    const pc = testPc();
    expect([pc.in(0x402), pc.in(0xe9)]).toEqual([0xe9, 0xe9]);
    pc.out(0x402, ...Buffer.from('hel'));
    pc.out(0xe9, ...Buffer.from('lo\n'));
    expect(pc.log).toEqual(['debug port: hello']);
    pc.out(0xe9, ...Buffer.alloc(200, 'x'));
    expect(pc.log[1]).toBe(`debug port: ${'x'.repeat(160)}`);
  });

  it('a panic is told', () => {
    const pc = testPc();
    expect(pc.in(0x505)).toBe(3);
    pc.out(0x505, 1);
    expect(pc.log).toEqual(['the guest says that its kernel has panicked']);
  });

  it('where nothing answers, everything reads as ones', () => {
    const pc = testPc();
    expect([pc.board.ports.read(0x2f8, 1), pc.board.ports.read(0x80, 2), pc.board.read(0xfed0_0000, 4)]).toEqual([
      0xff, 0xffff, 0xffff_ffff,
    ]);
    pc.out(0x80, 1);
    expect(pc.board.write(0xfed0_0000, 4, 1)).toBe(true);
  });
});

describe('fw_cfg', () => {
  it('is known by its signature and lists its files', () => {
    const pc = testPc({ cores: 2 });
    const item = (number: number, count: number) => {
      pc.board.ports.write(0x510, 2, number);
      return Array.from({ length: count }, () => pc.in(0x511));
    };
    expect(Buffer.from(item(0, 4)).toString()).toBe('QEMU');
    expect(item(1, 4)).toEqual([3, 0, 0, 0]);
    expect(item(5, 2)).toEqual([2, 0]);
    expect(item(0x19, 4)).toEqual([0, 0, 0, 0]);
    expect(item(0x7777, 2), 'what there is not is zeros').toEqual([0, 0]);
  });

  it('copies by DMA, and says what cannot be done', () => {
    const pc = testPc();
    const { view } = pc.memory;
    const transfer = (control: number, length: number, address: number) => {
      view.setUint32(0x1000, control);
      view.setUint32(0x1004, length);
      view.setBigUint64(0x1008, BigInt(address));
      pc.board.ports.write(0x518, 4, 0x0010_0000);
      return view.getUint32(0x1000);
    };
    expect(pc.board.ports.read(0x514, 4)).toBe(0x554d_4551);
    expect(transfer(0x0000_000a, 4, 0x2000)).toBe(0);
    expect(Buffer.from(pc.memory.bytes(0x2000, 4) ?? []).toString()).toBe('QEMU');
    expect(transfer(0x0000_000a, 4, 0x7fff_0000)).toBe(1);
    expect(transfer(0x0000_0018, 4, 0x2000)).toBe(1);
    expect(transfer(0x0000_000c, 2, 0), 'skips').toBe(0);
    expect(transfer(2, 2, 0x2000)).toBe(0);
    expect(Buffer.from(pc.memory.bytes(0x2000, 2) ?? []).toString()).toBe('MU');
  });
});
