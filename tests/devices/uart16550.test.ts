/** The UART as Linux's 8250 driver and bare programs rely on it. */
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { UART } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { UART_RING_BYTES } from '../../emulator/device/uart16550/part.ts';
import { ascii, eventually, settle, testOutside, text } from './kit/test-board.ts';
import { IER, IIR, LCR, LSR, MCR, MSR, uart } from './kit/test-uart.ts';

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
    import { loadBoard } from ${JSON.stringify(new URL('../../emulator/board/boards.ts', import.meta.url).href)};
    await loadBoard(workerData.configuration.board);
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
