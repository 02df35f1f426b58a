/** The UART as Linux's 8250 driver and bare programs rely on it. */
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { SEIP } from '../../emulator/device/plic/lines.ts';
import { PLIC, UART, UART_LINE } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { UART_RING_BYTES } from '../../emulator/device/uart16550/part.ts';
import { LINE_BYTES } from '../../emulator/device/uart16550/state.ts';
import { ascii, eventually, settle, testBoard, testOutside, text } from './kit/test-board.ts';

const IER = 1;
const IIR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;

function uart() {
  const test = testBoard();
  const { board } = test;
  const read = (offset: number) => board.read(UART.at + offset, 1);
  const write = (offset: number, value: number) => board.write(UART.at + offset, 1, value);
  board.write(PLIC.at + 4 * UART_LINE, 4, 1);
  board.write(PLIC.at + 0x2080, 4, 1 << UART_LINE);
  const raised = () => (board.signals(0).lines & SEIP) !== 0;
  return { ...test, read, write, raised };
}

it('passes the probes of the 8250 driver', () => {
  const { read, write } = uart();
  write(IER, 0);
  expect(read(IER)).toBe(0);
  write(IER, 0x0f);
  expect(read(IER)).toBe(0x0f);
  write(IER, 0xff);
  expect(read(IER), 'no bits of larger relatives').toBe(0x0f);
  write(IER, 0);
  write(MCR, 0x1a);
  expect(read(MSR) & 0xf0, 'loopback feeds RTS and OUT2 back').toBe(0x90);
  write(MCR, 0);
  write(IIR, 0x01);
  expect(read(IIR) >> 6, 'a 16550A has working FIFOs').toBe(3);
  write(IIR, 0);
  expect(read(IIR) >> 6).toBe(0);
  write(LCR, 0x80);
  write(0, 0x34);
  write(1, 0x12);
  expect([read(0), read(1)]).toEqual([0x34, 0x12]);
  write(LCR, 0x03);
  expect(read(IER), 'the divisor is not the interrupt enable').toBe(0);
  write(7, 0x5a);
  expect(read(7)).toBe(0x5a);
});

it('raises THRE whenever it is enabled anew, and reading IIR clears it', () => {
  const { read, write, raised } = uart();
  for (let round = 0; round < 2; round++) {
    write(IER, 0x02);
    expect(raised()).toBe(true);
    expect(read(IIR) & 0x0f).toBe(0x02);
    expect(read(IIR) & 0x0f).toBe(0x01);
    expect(raised()).toBe(false);
    write(IER, 0);
  }
  write(IER, 0x02);
  read(IIR);
  write(0, 0x41);
  expect(read(IIR) & 0x0f, 'a sent byte empties the transmitter again').toBe(0x02);
});

it('prints through the I/O thread', async () => {
  const { board, write } = uart();
  const outside = testOutside();
  board.attach(outside);
  for (const byte of ascii('hello\n')) write(0, byte);
  await settle();
  expect(text(outside.printed.get(0))).toBe('hello\n');
  await board.outside.close();
});

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
  const { board, read } = uart();
  board.attach(testOutside());
  board.write(UART.at + IER, 1, 0x01);
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

it('loopback returns what is sent, and an overrun is reported once', () => {
  const { read, write } = uart();
  write(MCR, 0x10);
  write(0, 0x55);
  write(0, 0x66);
  expect(read(LSR) & 0x03).toBe(0x03);
  expect(read(LSR) & 0x03).toBe(0x01);
  expect(read(0)).toBe(0x55);
});

it('is not ready while nobody takes its output, and says so when there is room', async () => {
  const { board, read, write, raised } = uart();
  let count = 0;
  while ((read(LSR) & 0x20) !== 0) {
    write(0, 0x2e);
    count += 1;
  }
  expect(count).toBeGreaterThan(60_000);
  expect(count).toBeLessThan(UART_RING_BYTES);
  write(IER, 0x02);
  expect(raised()).toBe(false);
  const outside = testOutside();
  board.attach(outside);
  await eventually(() => outside.printed.get(0)?.length === count);
  expect(raised(), 'the THRE interrupt comes with the room').toBe(true);
  expect(read(LSR) & 0x60).toBe(0x60);
  expect(outside.printed.get(0)?.length).toBe(count);
  await board.outside.close();
});

it('sends no more than the owner has acknowledged and 100 KiB', async () => {
  const { board, write } = uart();
  const outside = testOutside();
  board.attach(outside);
  let sent = 0;
  const delivered = () => outside.printed.get(0)?.length ?? 0;
  const fill = (most: number) => {
    for (let index = 0; index < most && (board.read(UART.at + LSR, 1) & 0x20) !== 0; index++, sent++) write(0, 0x61);
  };
  await eventually(() => (fill(4000), delivered() >= 100 * 1024));
  fill(UART_RING_BYTES);
  await settle(15);
  expect(delivered()).toBe(100 * 1024);
  board.outside.acknowledge(0, 5000);
  await eventually(() => delivered() >= 100 * 1024 + 5000);
  await settle(15);
  expect(delivered()).toBe(100 * 1024 + 5000);
  await board.outside.close();
  expect(delivered(), 'the last words come at the end').toBe(sent);
});

it('a core that writes into a full transmitter waits, and a release lets it go without loss', async () => {
  const { board, buffer, write, read } = uart();
  while ((read(LSR) & 0x20) !== 0) write(0, 0x2e);
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { createBoard } from ${JSON.stringify(new URL('../../emulator/board/kit/board.ts', import.meta.url).href)};
    import { boardLayout } from ${JSON.stringify(new URL('../../emulator/board/kit/layout.ts', import.meta.url).href)};
    const board = createBoard(boardLayout(workerData.configuration, 0), { buffer: workerData.buffer, memory: undefined, clock: { ticks: () => 0, nanoseconds: () => 0 }, powerRequested() {}, log() {} });
    parentPort.postMessage('started');
    board.write(${UART.at}, 1, 0x21);
    parentPort.postMessage('written');
    parentPort.once('message', () => { board.write(${UART.at}, 1, 0x3f); parentPort.postMessage('written'); });
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    workerData: { buffer, configuration: { ...board.layout.configuration } },
  });
  const said: string[] = [];
  worker.on('message', (message: string) => said.push(message));
  await eventually(() => said.length === 1);
  expect(said).toEqual(['started']);
  await settle(50);
  expect(said, 'it waits').toEqual(['started']);
  board.releaseWaiting(true);
  await eventually(() => said.length === 2);
  expect(said).toEqual(['started', 'written']);
  board.releaseWaiting(false);
  worker.postMessage('again');
  await settle(50);
  expect(said, 'it waits again').toEqual(['started', 'written']);
  const outside = testOutside();
  board.attach(outside);
  await eventually(() => said.length === 3);
  expect(said).toEqual(['started', 'written', 'written']);
  await eventually(() => outside.printed.get(0)?.at(-1) === 0x3f);
  expect(text(outside.printed.get(0)?.slice(-2))).toBe('!?');
  await worker.terminate();
  await board.outside.close();
});

it('serves the built-in firmware: prints and gives typed bytes', async () => {
  const { board } = uart();
  const outside = testOutside();
  board.attach(outside);
  expect(board.firmwareConsole.print(ascii('sbi\n'))).toBe(4);
  expect(board.firmwareConsole.take()).toBe(-1);
  board.outside.input(0, ascii('k'));
  expect(board.firmwareConsole.take()).toBe(0x6b);
  await settle();
  expect(text(outside.printed.get(0))).toBe('sbi\n');
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
  // In one go: no other thread gets a turn.
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
  board.outside.input(0, ascii('x'.repeat(16) + 'y'.repeat(20)));
  expect(board.outside.inputWaiting(0)).toBe(0);
  // As a driver that is opened anew: FIFO cleared, interrupts later.
  write(IER, 0);
  write(IIR, 0x07);
  expect(read(LSR) & 1).toBe(0);
  write(MCR, 0x10);
  write(IER, 0x01);
  expect(read(LSR) & 1, 'in loopback nothing comes from outside').toBe(0);
  write(MCR, 0x00);
  expect(await received(read, 20)).toBe('y'.repeat(20));
  board.outside.input(0, ascii('z'.repeat(40)));
  await board.outside.restart(() => board.initialise());
  write(IIR, 0x01);
  write(IER, 0x01);
  await settle();
  expect(read(LSR) & 1).toBe(0);
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
