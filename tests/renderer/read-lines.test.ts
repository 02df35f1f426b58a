/** Lists that are typed a line an item. */
import { expect, test } from 'vitest';
import { FIELDS } from '../../preload/contract/definition/fields.ts';
import { readLines } from '../../renderer/views/hardware/read-lines.ts';

test('lines are read as their option is; empty ones mean nothing', () => {
  const read = FIELDS.networks.options![0]!.read!;
  expect(readLines(' nat,host-port=80 \n\nnat\n', read)).toEqual({ value: [{ network: 'nat', hostPorts: [80] }, { network: 'nat' }] });
  expect(readLines('\n', read)).toEqual({ value: [] });
  expect(readLines('none', read)).toEqual({ value: [] });
});
test('what is wrong with a line is said', () => {
  expect(readLines('2222', FIELDS.forwards.options![0]!.read!)).toEqual({
    problem: 'A line takes [ADDRESS:]HOSTPORT:GUESTPORT[/udp], not "2222".',
  });
});
