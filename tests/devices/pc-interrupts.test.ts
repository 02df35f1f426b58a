/** Interrupts of a PC: the two 8259A by the sequences that kernels use, the I/O APIC, and messages to local APICs. */
import { describe, expect, it } from 'vitest';
import { testPc } from './kit/test-pc.ts';

const MASTER = 0x20;
const SLAVE = 0xa0;
const IOAPIC = 0xfec0_0000;
const REMOTE_IRR = 1 << 14;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;

type Pc = ReturnType<typeof testPc>;
/** As Linux does (arch/x86/kernel/i8259.c): vectors from 0x30, everything masked but what is given. */
function initialise(pc: Pc, open: number): void {
  pc.out(MASTER + 1, 0xff);
  pc.out(MASTER, 0x11);
  pc.out(MASTER + 1, 0x30, 4, 1);
  pc.out(SLAVE, 0x11);
  pc.out(SLAVE + 1, 0x38, 2, 1);
  pc.out(MASTER + 1, ~open & 0xff);
  pc.out(SLAVE + 1, (~open >> 8) & 0xff);
}
const registerAt = (pc: Pc, index: number) => {
  pc.board.write(IOAPIC, 4, index);
  return pc.board.read(IOAPIC + 0x10, 4);
};
function setEntry(pc: Pc, pin: number, low: number, destination = 0): void {
  pc.board.write(IOAPIC, 4, 0x11 + 2 * pin);
  pc.board.write(IOAPIC + 0x10, 4, destination * 2 ** 24);
  pc.board.write(IOAPIC, 4, 0x10 + 2 * pin);
  pc.board.write(IOAPIC + 0x10, 4, low);
}
/** The serial port's line, by its transmitter-empty interrupt; it stays up until the identification is read. */
const pullSerial = (pc: Pc) => pc.out(0x3f9, 0, 2);
const releaseSerial = (pc: Pc) => pc.in(0x3fa);

describe('the 8259A', () => {
  it('reads back its mask: the probe of Linux', () => {
    const pc = testPc();
    pc.out(MASTER + 1, 0xfb);
    expect(pc.in(MASTER + 1)).toBe(0xfb);
  });

  it('interrupts with its vector, once until the end of interrupt', () => {
    const pc = testPc();
    initialise(pc, 1 << 4);
    expect(pc.intr()).toBe(false);
    pullSerial(pc);
    expect(pc.intr()).toBe(true);
    expect(pc.board.acknowledgeInterrupt()).toBe(0x34);
    expect(pc.intr()).toBe(false);
    releaseSerial(pc);
    pullSerial(pc);
    expect(pc.intr(), 'not before the end of the first').toBe(false);
    pc.out(MASTER, 0x20);
    expect(pc.intr()).toBe(true);
  });

  it('shows requests and what is in service', () => {
    const pc = testPc();
    initialise(pc, 1 << 4);
    pullSerial(pc);
    pc.out(MASTER, 0x0a);
    expect(pc.in(MASTER)).toBe(1 << 4);
    pc.board.acknowledgeInterrupt();
    pc.out(MASTER, 0x0b);
    expect(pc.in(MASTER)).toBe(1 << 4);
    pc.out(MASTER, 0x60 + 4);
    expect(pc.in(MASTER), 'a specific end').toBe(0);
  });

  it('is spurious where the line has fallen before the acknowledgement', () => {
    const pc = testPc();
    initialise(pc, 1 << 4);
    pullSerial(pc);
    releaseSerial(pc);
    expect(pc.intr()).toBe(false);
    expect(pc.board.acknowledgeInterrupt()).toBe(0x37);
    pc.out(MASTER, 0x0b);
    expect(pc.in(MASTER), 'nothing is in service').toBe(0);
  });

  it("hands on the slave's interrupts, level-triggered as ELCR says", () => {
    const pc = testPc();
    initialise(pc, (1 << 9) | (1 << 2));
    pc.out(0x4d1, 0x02);
    expect(pc.in(0x4d1)).toBe(2);
    // The power button, whose line is 9.
    pc.board.ports.write(0x602, 2, 0x100);
    pressPowerButton(pc);
    expect(pc.board.acknowledgeInterrupt()).toBe(0x39);
    pc.out(SLAVE, 0x20);
    pc.out(MASTER, 0x20);
    expect(pc.intr(), 'it is still high').toBe(true);
    pc.board.ports.write(0x600, 2, 0x100);
    expect(pc.intr()).toBe(false);
  });

  it('answers a poll', () => {
    const pc = testPc();
    initialise(pc, 1 << 4);
    pc.out(MASTER, 0x0c);
    expect(pc.in(MASTER)).toBe(0);
    pullSerial(pc);
    pc.out(MASTER, 0x0c);
    expect(pc.in(MASTER)).toBe(0x84);
  });

  it('serves the more urgent of two, and rotates on request', () => {
    const pc = testPc();
    initialise(pc, (1 << 4) | 1);
    pc.out(0x43, 0x30);
    pc.out(0x40, 1, 0);
    pullSerial(pc);
    pc.pass(10_000);
    expect(pc.board.acknowledgeInterrupt()).toBe(0x30);
    expect(pc.intr()).toBe(false);
    // The end with rotation puts input 0 last.
    pc.out(MASTER, 0xa0);
    expect(pc.board.acknowledgeInterrupt()).toBe(0x34);
  });
});

function pressPowerButton(pc: Pc): void {
  const device = pc.board.devices.find(({ name }) => name === 'acpi-pm');
  if (!device) throw new Error('no power management');
  (device.state as { status: number }).status |= 0x100;
  // The line follows at the next access that looks.
  pc.board.ports.write(0x602, 2, pc.board.ports.read(0x602, 2));
}

describe('the I/O APIC', () => {
  it('says what it is, and has all pins masked', () => {
    const pc = testPc();
    expect(registerAt(pc, 1)).toBe(0x0017_0020);
    for (let pin = 0; pin < 24; pin++) expect(registerAt(pc, 0x10 + 2 * pin)).toBe(MASKED);
  });

  it('sends an edge as a message to the local APIC that the entry names', () => {
    const pc = testPc({ cores: 2 });
    setEntry(pc, 4, 0x41, 1);
    pullSerial(pc);
    expect([pc.requested(0), pc.requested(1)]).toEqual([[], [0x41]]);
    setEntry(pc, 4, 0x42 | (1 << 11), 0x01);
    const [first] = pc.cores;
    if (first) first.apicLdr = 0x0100_0000;
    releaseSerial(pc);
    pullSerial(pc);
    expect([pc.requested(0), pc.requested(1)], 'a logical destination').toEqual([[0x42], []]);
  });

  it('keeps an edge that comes while the pin is masked', () => {
    const pc = testPc();
    setEntry(pc, 4, 0x41 | MASKED);
    pullSerial(pc);
    expect(pc.requested()).toEqual([]);
    setEntry(pc, 4, 0x41);
    expect(pc.requested()).toEqual([0x41]);
  });

  it('has the timer on pin 2', () => {
    const pc = testPc();
    setEntry(pc, 2, 0x30);
    pc.out(0x43, 0x34);
    pc.out(0x40, 100, 0);
    pc.requested();
    pc.pass(100_000);
    expect(pc.requested()).toEqual([0x30]);
  });

  it('asks again for a level that is still high when its end comes, and not before', () => {
    const pc = testPc();
    setEntry(pc, 9, 0x51 | LEVEL);
    pc.board.ports.write(0x602, 2, 0x100);
    pressPowerButton(pc);
    expect(pc.requested()).toEqual([0x51]);
    expect(registerAt(pc, 0x10 + 18) & REMOTE_IRR).toBe(REMOTE_IRR);
    expect(((pc.cores[0]?.apicTmr[2] as number) >> 0x11) & 1, 'the local APIC knows that it is a level').toBe(1);
    pc.board.endOfInterrupt(0x51);
    expect(pc.requested(), 'again').toEqual([0x51]);
    pc.board.ports.write(0x600, 2, 0x100);
    pc.board.endOfInterrupt(0x51);
    expect(pc.requested()).toEqual([]);
    expect(registerAt(pc, 0x10 + 18) & REMOTE_IRR).toBe(0);
  });
});

describe('messages of PCI functions', () => {
  it('reach local APICs, and elsewhere are writes', () => {
    const pc = testPc({ cores: 2 });
    pc.board.message(0xfee0_1000, 0x61);
    expect(pc.requested(1)).toEqual([0x61]);
    pc.board.message(0x1000, 0x1234_5678);
    expect(pc.memory.view.getUint32(0x1000, true)).toBe(0x1234_5678);
  });
});
