/** The switch between machines: whom a frame reaches, what is learned of its sender, and what nobody may pretend. */
import { expect, it } from 'vitest';
import type { Frame } from '../../../emulator/device/kit/network.ts';
import { cardText, Switch, type SwitchPort } from '../../../emulator/network/switch/switch.ts';

const bytesOf = (card: string) => card.split(':').map((part) => Number.parseInt(part, 16));
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';
const [A, B, C, INNER] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b', '52:54:00:00:00:0c', '52:54:00:00:00:dd'];
const frame = (to: string, from: string): Frame => ({ bytes: Uint8Array.from([...bytesOf(to), ...bytesOf(from), 8, 0, 1]) });

function plugged() {
  const time = { now: 0 };
  const network = new Switch(() => time.now);
  const got: string[] = [];
  const port = (card: string, name: string): SwitchPort => ({
    card,
    deliver: ({ bytes }, isShared) => void got.push(`${name}${isShared ? ' shared' : ''} from ${cardText(bytes.subarray(6))}`),
  });
  const [a, b, c] = [port(A, 'a'), port(B, 'b'), port(C, 'c')];
  for (const each of [a, b, c]) expect(network.plug(each)).toBe(true);
  return { network, time, a, b, c, got, taken: () => got.splice(0) };
}

it('gives a frame to whom it is for, and to all others what is for many or for somebody unknown', () => {
  const { network, a, b, taken } = plugged();
  network.send(a, [frame(B, A)]);
  expect(taken()).toEqual([`b from ${A}`]);
  network.send(b, [frame(EVERYBODY, B), frame(INNER, B), frame(B, B)]);
  expect(taken()).toEqual([`a shared from ${B}`, `c shared from ${B}`, `a shared from ${B}`, `c shared from ${B}`]);
});

it('learns addresses behind a card, follows those that move, and forgets them after five minutes', () => {
  const { network, a, b, c, time, taken } = plugged();
  network.send(a, [frame(EVERYBODY, INNER)]);
  taken();
  network.send(b, [frame(INNER, B)]);
  expect(taken()).toEqual([`a from ${B}`]);
  network.send(c, [frame(A, INNER)]);
  taken();
  network.send(b, [frame(INNER, B)]);
  expect(taken()).toEqual([`c from ${B}`]);
  time.now = 300_000;
  network.send(b, [frame(INNER, B)]);
  expect(taken()).toEqual([`a shared from ${B}`, `c shared from ${B}`]);
});

it('lets nobody send in the name of another card, or of many', () => {
  const { network, a, c, taken } = plugged();
  network.send(c, [frame(B, A), frame(EVERYBODY, EVERYBODY)]);
  expect([taken(), network.forged]).toEqual([[], 1]);
  network.send(a, [frame(C, A)]);
  expect(taken()).toEqual([`c from ${A}`]);
});

it('keeps a bounded number of addresses', () => {
  const { network, a, b, taken } = plugged();
  const inner = (index: number) =>
    `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 0xff).toString(16).padStart(2, '0')}`;
  for (let index = 0; index < 2000; index++) network.send(a, [frame(B, inner(index))]);
  taken();
  network.send(b, [frame(inner(1999), B), frame(inner(100), B)]);
  expect(taken()).toEqual([`a from ${B}`, `a shared from ${B}`, `c shared from ${B}`]);
});

it('has one card an address, and sends nothing for one that is out', () => {
  const { network, a, b, taken } = plugged();
  const twin: SwitchPort = { card: A, deliver: () => expect.unreachable() };
  expect(network.plug(twin)).toBe(false);
  network.send(twin, [frame(B, A)]);
  network.unplug(b);
  network.send(b, [frame(A, B)]);
  expect(taken()).toEqual([]);
  expect(network.owner(A)).toBe(a);
  network.unplug(a);
  expect(network.plug(twin)).toBe(true);
});
