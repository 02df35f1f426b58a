/** The sending half of a flow-controlled stream. */
import { expect, test } from 'vitest';
import { SendWindow } from '../../preload/contract/send-window.ts';

function stream(size: number) {
  const sent: Uint8Array[] = [];
  const window = new SendWindow(size, (piece) => void sent.push(piece));
  return { window, underWay: () => sent.reduce((sum, { length }) => sum + length, 0), text: () => Buffer.concat(sent).toString() };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('nothing goes before it is open, and then no more than the window', async () => {
  const { window, underWay, text } = stream(8);
  let written = false;
  void window.write(Buffer.from('0123456789abcdef')).then(() => (written = true));
  expect(underWay()).toBe(0);
  window.open();
  expect(underWay()).toBe(8);
  window.acknowledge(3);
  await settle();
  // A whole piece of two, and not the one byte of room behind it.
  expect([underWay(), written]).toEqual([10, false]);
  window.acknowledge(7);
  await settle();
  expect([text(), written, window.unacknowledged]).toEqual(['0123456789abcdef', true, 6]);
});

test('is idle when the other side has dealt with everything', async () => {
  const { window } = stream(8);
  window.open();
  void window.write(Buffer.from('abc'));
  void window.write(new Uint8Array());
  let idle = false;
  void window.idle().then(() => (idle = true));
  await settle();
  expect(idle).toBe(false);
  window.acknowledge(3);
  await settle();
  expect(idle).toBe(true);
});

test('its end lets every writer go and says what did not arrive', async () => {
  const { window } = stream(4);
  window.open();
  const writes = [window.write(Buffer.from('abcdef')), window.write(Buffer.from('gh')), window.idle()];
  window.acknowledge(2);
  expect(window.end()).toBe(6);
  await Promise.all(writes);
  expect(window.end()).toBe(0);
});

test('pieces do not become smaller the longer a stream goes on', async () => {
  const under: number[] = [];
  const pieces: number[] = [];
  const window = new SendWindow(100 * 1024, ({ length }) => (under.push(length), pieces.push(length)));
  window.open();
  // Chunks as a pipe gives them, each piece acknowledged as it was sent.
  for (let chunk = 0; chunk < 2000; chunk++) {
    const written = window.write(new Uint8Array(64 * 1024));
    let isUnderWay = false;
    void written.then(() => (isUnderWay = true));
    await settle();
    while (!isUnderWay) {
      window.acknowledge(under.shift() as number);
      await settle();
    }
  }
  expect(pieces.length).toBeLessThan(2000 * 4);
  expect(pieces.slice(-9).every((length) => length >= 14 * 1024)).toBe(true);
});
