/** Guests that go on from one point learn, before they run, that they are not the only one. */
import { expect, it } from 'vitest';
import { readState } from '../../../emulator/machine/saved-state.ts';
import { readComponents, saveComponents } from '../../../emulator/snapshot/components.ts';
import { attach, bare, inequalities, type Point, pointOf, restorePoint } from './bare-machine.ts';

/** Prints the first word of the generation ID whenever it is another one. */
const WATCHER = `
  li s0, 0x4000000
  li s1, 0x10000000
  lwu s2, 0(s0)
  li t0, 'r'
  sb t0, 0(s1)
watch:
  lwu t0, 0(s0)
  beq t0, s2, watch
  mv s2, t0
  li t1, 28
digit:
  srl t2, s2, t1
  andi t2, t2, 15
  addi t2, t2, 'A'
poll:
  lbu t3, 5(s1)
  andi t3, t3, 0x20
  beqz t3, poll
  sb t2, 0(s1)
  addi t1, t1, -4
  bgez t1, digit
  li t0, '.'
  sb t0, 0(s1)
  j watch
`;
const MEMORY = 64 * 2 ** 20;

async function watched(): Promise<Point> {
  const { machine, says } = await attach(bare(WATCHER, 'auto'));
  await says('r');
  const point = await pointOf(await machine.save());
  await machine.stop();
  return point;
}

const idIn = ({ state }: Point) => Buffer.from(readState(state).components.get('vmgenid')?.fields['id'] ?? []).toString('hex');
const FIRST_WORD = /[A-P]{8}\./;

it('every machine that goes on from a point has an ID of its own, and its guest sees it', async () => {
  const point = await watched();
  const seen = new Set<string>();
  for (let copy = 0; copy < 3; copy++) {
    const { machine, says, printed } = await attach(bare(WATCHER, 'auto'), restorePoint(point, MEMORY));
    await says('.');
    seen.add(FIRST_WORD.exec(printed())?.[0] ?? '');
    expect(idIn(await pointOf(await machine.save({ onlyChanged: true }), point))).not.toBe(idIn(point));
    await machine.stop();
  }
  expect(seen.size).toBe(3);
  expect(seen).not.toContain('');
}, 60_000);

it('each return in place gives another ID, and a paused machine is the point to the byte until it runs', async () => {
  const { machine, says, printed } = await attach(bare(WATCHER, 'auto'));
  await says('r');
  const point = await pointOf(await machine.save());
  await machine.restore(restorePoint(point, MEMORY, { from: point }));
  await says('.');
  await machine.pause();
  await machine.restore(restorePoint(point, MEMORY, { from: point }));
  const back = await pointOf(await machine.save({ onlyChanged: true }), point);
  expect(inequalities(back, point)).toEqual([]);
  await machine.resume();
  await says('.');
  const words = async () => {
    const until = Date.now() + 20_000;
    while ((printed().match(/[A-P]{8}\./g) ?? []).length < 2 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    return printed().match(/[A-P]{8}\./g) ?? [];
  };
  const both = await words();
  expect(new Set(both).size).toBe(2);
  // Neither a pause nor a snapshot is a return.
  await machine.pause();
  await machine.resume();
  await machine.save({ onlyChanged: true });
  expect((await words()).length).toBe(2);
  await machine.stop();
}, 60_000);

it('a state saved before there was such a device still opens', async () => {
  const point = await watched();
  const { machine, says } = await attach(bare(WATCHER, 'auto'), restorePoint({ ...point, state: without('vmgenid', point.state) }, MEMORY));
  await says('.');
  await machine.stop();
}, 60_000);

it('a state that lacks another device is refused', async () => {
  const point = await watched();
  const lacking = { ...point, state: without('uart16550', point.state) };
  await expect(attach(bare(WATCHER, 'auto'), restorePoint(lacking, MEMORY))).rejects.toThrow('has no uart16550');
}, 60_000);

/** Saved state without one component, as a program that did not know it had written it. */
function without(name: string, state: Uint8Array): Uint8Array {
  const length = new DataView(state.buffer, state.byteOffset).getUint32(0, true);
  const components = readComponents(state.subarray(4 + length));
  expect(components.has(name)).toBe(true);
  const kept = [...components].filter(([other]) => other !== name);
  const whole = kept.map(([other, { version, fields }]) => ({ other, version, fields }));
  const buffer = new SharedArrayBuffer(1 << 20);
  let at = 0;
  const placed = whole.map(({ other, version, fields }) => {
    const offsets: Record<string, number> = {};
    const start = at;
    const shape: Record<string, { kind: 'u8'; count: number; reset: number; since: number }> = {};
    for (const [field, bytes] of Object.entries(fields)) {
      offsets[field] = at - start;
      shape[field] = { kind: 'u8', count: bytes.length, reset: 0, since: 1 };
      new Uint8Array(buffer, at, bytes.length).set(bytes);
      at += bytes.length;
    }
    return { name: other, schema: { name: other, version, fields: shape, offsets, size: at - start }, at: start };
  });
  const rest = saveComponents(placed, buffer);
  return Uint8Array.from([...state.subarray(0, 4 + length), ...rest]);
}
