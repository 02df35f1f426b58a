/** `viv run` on a host that is full: the machine stands still and goes on by itself. */
import { expect, test } from 'vitest';
import { roomWatch } from '../../main/cli/run/room-watch.ts';

function setting() {
  const happened: string[] = [];
  const room = roomWatch((line) => void happened.push(line));
  const machine = {
    pause: async () => void happened.push('pause'),
    resume: async () => void happened.push('resume'),
  };
  return { happened, room, machine };
}

const trouble = (text: string) => ({ code: 'text', facts: { text } });

test('is paused once, with the reason, and resumed when every disk can write again', async () => {
  const { happened, room, machine } = setting();
  room.watch(machine);
  room.diskTrouble(0, trouble('no room'));
  room.diskTrouble(1, trouble('no room either'));
  room.diskTrouble(0, undefined);
  await expect.poll(() => happened).toEqual(['viv: the machine is paused: disk 1 cannot be written (no room)', 'pause']);
  room.diskTrouble(1, undefined);
  await expect.poll(() => happened.slice(2)).toEqual(['viv: the machine resumed: there is enough space again', 'resume']);
  room.diskTrouble(1, trouble('again'));
  await expect.poll(() => happened.slice(4)).toEqual(['viv: the machine is paused: disk 2 cannot be written (again)', 'pause']);
});

test('trouble before the machine runs waits for it, in order', async () => {
  const { happened, room, machine } = setting();
  room.diskTrouble(0, trouble('full'));
  room.diskTrouble(0, undefined);
  expect(happened).toHaveLength(2);
  room.watch(machine);
  await expect.poll(() => happened.slice(2)).toEqual(['pause', 'resume']);
});
