/** Input of the UART: what a guest gets of it, when, and that nothing is lost on the way. */
import { expect, it } from 'vitest';
import { LINE_BYTES } from '../../emulator/device/uart16550/state.ts';
import { ascii, eventually, settle, testOutside } from './kit/test-board.ts';
import { IER, IIR, LSR, MCR, MSR, uart } from './kit/test-uart.ts';

it('receives with FIFO trigger and time-out, and asks for more when empty', async () => {
  const { board, read, write, raised } = uart();
  board.attach(testOutside());
  write(IIR, 0xc1);
  write(IER, 0x01);
  board.outside.input(0, ascii('0123456789abcdefXYZ'));
  expect(read(LSR) & 0x01).toBe(1);
  expect(raised()).toBe(true);
  expect(read(IIR) & 0x0f, 'trigger of 14 reached').toBe(0x04);
  let got = '';
  for (let index = 0; index < 15; index++) got += String.fromCharCode(read(0));
  expect(read(IIR) & 0x0f, 'below the trigger: time-out').toBe(0x0c);
  got += String.fromCharCode(read(0));
  await settle();
  expect(read(LSR) & 0x01).toBe(1);
  for (let index = 0; index < 3; index++) got += String.fromCharCode(read(0));
  expect(got).toBe('0123456789abcdefXYZ');
  expect(raised()).toBe(false);
  expect(read(LSR) & 0x01).toBe(0);
  await board.outside.close();
});

it('without FIFOs holds one byte', async () => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  write(IER, 0x01);
  board.outside.input(0, ascii('ab'));
  expect(read(0)).toBe(0x61);
  expect(read(LSR) & 1).toBe(0);
  await settle();
  expect(read(0)).toBe(0x62);
  await board.outside.close();
});

/** What a guest that reads while data is ready gets, up to `count` bytes. */
async function received(read: (offset: number) => number, count: number): Promise<string> {
  let got = '';
  await eventually(() => {
    while ((read(LSR) & 1) !== 0) got += String.fromCharCode(read(0));
    return got.length >= count;
  });
  return got;
}

it('keeps what is typed before a driver starts as Linux does', async () => {
  const { board, read, write } = uart();
  const outside = testOutside();
  board.attach(outside);
  board.outside.input(0, ascii('uname -m\n'));
  // Lines of the boot: interrupts off, every character after a look, a look at the end, interrupts as they were.
  for (let line = 0; line < 200; line++) {
    write(IER, 0);
    for (const byte of ascii(`line ${line}: a driver prints before it listens\n`)) {
      read(LSR);
      write(0, byte);
    }
    read(LSR);
    write(IER, 0);
  }
  // The port is opened: FIFOs cleared and off, registers read, a look for the transmitter, interrupts, FIFOs on.
  for (const value of [0x01, 0x07, 0x00]) write(IIR, value);
  for (const register of [LSR, 0, IIR, MSR, LSR, LSR]) read(register);
  await settle();
  expect(read(LSR) & 1, 'nothing comes so far').toBe(0);
  write(IER, 0x05);
  await eventually(() => board.outside.inputWaiting(0) < 9);
  write(IIR, 0x01);
  write(IIR, 0x81);
  expect(await received(read, 9)).toBe('uname -m\n');
  await board.outside.close();
});

it.for([
  ['looks at the line status', (read: (offset: number) => number) => read(LSR) & 0],
  ['reads without looking', (read: (offset: number) => number) => read(0)],
  [
    'sends after every look',
    (read: (offset: number) => number, write: (offset: number, value: number) => void) => (read(LSR), write(0, 0x2e), 0),
  ],
] as const)('a program that polls gets its input when it %s', async ([, poll]) => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  board.outside.input(0, ascii('k'));
  let got = 0;
  await eventually(() => (got = poll(read, write)) !== 0 || board.outside.inputWaiting(0) === 0);
  expect(got || read(0)).toBe(0x6b);
  await board.outside.close();
});

it('holds input again while the driver is shut, and loses none', async () => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  write(IER, 0x01);
  write(IER, 0);
  board.outside.input(0, ascii('later'));
  await settle();
  expect(board.outside.inputWaiting(0)).toBe(5);
  write(IIR, 0x07);
  write(IER, 0x01);
  expect(await received(read, 5)).toBe('later');
  await board.outside.close();
});

it('sends no more in bulk while the guest asks it to stop, but keys at once', async () => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  write(IIR, 0xc1);
  write(IER, 0x01);
  const drain = () => {
    let got = '';
    while ((read(LSR) & 0x01) !== 0) got += String.fromCharCode(read(0));
    return got;
  };
  write(0, 0x13);
  await settle();
  board.outside.input(0, ascii('key'));
  expect(drain()).toBe('key');
  board.outside.input(0, ascii('x'.repeat(500)));
  expect(drain()).toBe('');
  write(0, 0x11);
  let got = '';
  await eventually(() => (got += drain()).length === 500);
  expect(got).toBe('x'.repeat(500));
  await board.outside.close();
});

it('fills the FIFO from the line while the guest reads, without the I/O thread', async () => {
  const { board, read, write, raised } = uart();
  board.attach(testOutside());
  write(IIR, 0xc1);
  write(IER, 0x01);
  const sent = Array.from({ length: 10_000 }, (_, index) => String.fromCharCode(33 + (index % 90))).join('');
  board.outside.input(0, ascii(sent));
  const drain = () => {
    let got = '';
    while ((read(LSR) & 0x01) !== 0) got += String.fromCharCode(read(0));
    return got;
  };
  // In one go, which ends: until the I/O thread has its turn the guest can leave its interrupt handler.
  let got = drain();
  expect(got.length).toBe(16 + LINE_BYTES);
  expect(raised()).toBe(false);
  await eventually(() => (got += drain()).length === sent.length);
  expect(got).toBe(sent);
  await board.outside.close();
});

it('what is on the line waits for a guest that stops listening, and goes with a reset', async () => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  write(IIR, 0x01);
  write(IER, 0x01);
  board.outside.input(0, ascii('x'.repeat(16) + 'y'.repeat(5000)));
  expect(board.outside.inputWaiting(0)).toBe(5000 - LINE_BYTES);
  // As a driver that is opened anew: FIFO cleared, interrupts later.
  write(IER, 0);
  write(IIR, 0x07);
  expect(read(LSR) & 1).toBe(0);
  write(MCR, 0x10);
  write(IER, 0x01);
  expect(read(LSR) & 1, 'in loopback nothing comes from outside').toBe(0);
  write(MCR, 0x00);
  expect(await received(read, 5000)).toBe('y'.repeat(5000));
  board.outside.input(0, ascii('z'.repeat(40)));
  await board.outside.restart(() => board.initialise());
  write(IIR, 0x01);
  write(IER, 0x01);
  expect(await received(read, 24)).toBe('z'.repeat(24));
  await board.outside.close();
});

it('loses nothing to a guest that reads in steps of its own', async () => {
  const { board, read, write } = uart();
  board.attach(testOutside());
  write(IIR, 0xc1);
  write(IER, 0x01);
  const sent = Array.from({ length: 30_000 }, (_, index) => String.fromCharCode(33 + (index % 89))).join('');
  board.outside.input(0, ascii(sent));
  let got = '';
  for (let step = 1; got.length < sent.length; step = (step * 7) % 23) {
    await eventually(() => (read(LSR) & 1) !== 0);
    for (let count = 0; count < step && (read(LSR) & 1) !== 0; count++) got += String.fromCharCode(read(0));
  }
  expect(got).toBe(sent);
  await board.outside.close();
});
