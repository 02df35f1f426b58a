/** `viv traffic`: the figures of a guest's network as tables, and as they are. */
import { expect, test } from 'vitest';
import type { CardActivity } from '../../preload/contract/card-activity.ts';
import { BOX, machine, scriptedProgram } from './scripted-program.ts';

const CARD: CardActivity = {
  link: { isUp: true, delay: 0, loss: 0, seed: 1, lost: 0 },
  traffic: {
    ...{ toGuest: 3 * 2 ** 20, fromGuest: 2048 },
    history: { everyMs: 500, last: 1, toGuest: [0, 62_500], fromGuest: [9, 0] },
  },
  nat: {
    ...{
      address: '10.0.2.15',
      addresses: ['10.0.2.15', 'fec0::7', 'fe80::7'],
      gateway: '10.0.2.2',
      nameServer: '10.0.2.3',
      isHere: true,
      flowCount: 1,
    },
    flows: [
      {
        ...{ protocol: 'tcp', guestPort: 40_000, peer: '2001:db8::1', peerPort: 80, opener: 'guest', state: 'open' },
        ...{ toGuest: 900, fromGuest: 80, began: 0, age: 4200 },
      },
    ],
    ended: [],
    // What a guest asks for is for it to say: a terminal must not obey it.
    questions: [{ name: 'evil\x1b[2J.example', type: 'A', outcome: 'missing', addresses: [], count: 2, ago: 3000 }],
    unreached: [{ protocol: 'tcp', address: '10.0.2.2', port: 8000, why: 'host port closed', count: 1, ago: 400 }],
  },
};
const program = () =>
  scriptedProgram({
    machines: { list: () => [machine('box', { state: 'running' })], cardActivity: () => [CARD, { ...CARD, nat: undefined } as never] },
  });

test('says what a guest has, asked for and could not reach', async () => {
  const { viv, calls } = await program();
  const { status, out, err } = await viv('traffic', 'box');
  expect([status, err]).toEqual([0, '']);
  const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
  expect(lines.slice(0, 3)).toEqual([
    'CARD | CABLE | ADDRESS | RECEIVED | NOW | SENT | NOW',
    '1 | up | 10.0.2.15 | 3 MiB | 1 Mbit/s | 2 KiB | 0 bit/s',
    '2 | up | - | 3 MiB | 1 Mbit/s | 2 KiB | 0 bit/s',
  ]);
  expect(lines).toContain('tcp | 40000 | [2001:db8::1]:80 | 900 bytes | 80 bytes | 4.2 s | Open');
  expect(out).toContain('there is no such name');
  expect(out).toContain('3 s ago, 2 times');
  expect(out).not.toContain('\x1b');
  expect(out).toMatch(/10\.0\.2\.2:8000 +tcp +This computer’s ports are closed to the guest\./);
  expect(calls).toEqual([['machines.cardActivity', BOX]]);
});
test('--json prints what there is', async () => {
  const { viv } = await program();
  const { out } = await viv('traffic', 'box', '--json');
  expect((JSON.parse(out) as CardActivity[])[0]).toEqual(CARD);
});

test('viv list and viv show have the addresses of what runs', async () => {
  const listing = await program();
  const { out } = await listing.viv('list');
  expect(out).toMatch(/box .*10\.0\.2\.15/);
  expect(out).not.toContain('fe80');
  expect(JSON.parse((await listing.viv('list', '--json')).out)).toMatchObject([{ addresses: ['10.0.2.15', 'fec0::7', 'fe80::7'] }]);
  expect((await listing.viv('show', 'box')).out).toMatch(/addresses +10\.0\.2\.15, fec0::7, fe80::7/);
});
