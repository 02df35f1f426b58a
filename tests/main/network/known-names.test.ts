/** A machine on several networks: whichever of its cards' name servers is asked knows the names of all. */
import { expect, test } from 'vitest';
import { joinNames } from '../../../main/network/known-names.ts';
import type { MachineNames } from '../../../main/network/switch-messages.ts';

function server() {
  const told: MachineNames[] = [];
  return { setNames: (names: MachineNames) => void told.push(names), known: () => new Map(told.at(-1)) };
}

test('a name of one network is known on all, and each says first where it is on its own', () => {
  const [owner, nat, lab, office] = [{}, server(), server(), server()];
  joinNames(owner, nat);
  const [onLab, onOffice] = [joinNames(owner, lab), joinNames(owner, office)];
  onLab.tell([
    ['a', '10.86.1.20'],
    ['both', '10.86.1.21'],
  ]);
  onOffice.tell([['both', '10.86.2.21']]);
  expect(nat.known().get('a')).toBe('10.86.1.20');
  expect([lab, office].map(({ known }) => known().get('both'))).toEqual(['10.86.1.21', '10.86.2.21']);
  expect(office.known().get('a')).toBe('10.86.1.20');
  // One that is joined later knows them at once.
  const late = server();
  joinNames(owner, late);
  expect(late.known().size).toBe(2);
  onLab.leave();
  expect([...nat.known()]).toEqual([['both', '10.86.2.21']]);
  onLab.tell([['a', '10.86.1.20']]);
  expect(nat.known().has('a')).toBe(false);
});

test('nothing of it is told to another machine', () => {
  const [own, other] = [server(), server()];
  joinNames({}, other);
  joinNames({}, own).tell([['a', '10.86.1.20']]);
  expect(other.known().size).toBe(0);
});
