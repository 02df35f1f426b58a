/** Tasks in words: what they are about, how far, and what came of them, from their subject and result alone. */
import { said } from '../kit/said.ts';
import { expect, it } from 'vitest';
import type { MachineId } from '../../preload/contract/machines.ts';
import { taskMessage, taskTitle } from '../../preload/contract/task-words.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';

const box = { machine: 'M' as MachineId, name: 'box' };
const begun = { id: '1', message: '', startedAt: 0 };

it('a title says what is done to what', () => {
  expect(taskTitle({ kind: 'compact-disk', subject: { ...box, slot: 0 } })).toBe('Compacting disk 1 of "box"');
  expect(taskTitle({ kind: 'fetch-template', subject: { template: 'debian-riscv64' } })).toBe('Downloading debian-riscv64');
  expect(taskTitle({ kind: 'purge', subject: { names: ['a', 'b'] } })).toBe('Permanently deleting 2 machines');
  expect(taskTitle({ kind: 'fly-to-moon', subject: {} } as never), 'a kind that only a newer version knows').toBe('fly to moon');
});

it('an ended task says what came of it', () => {
  const purge = { ...begun, kind: 'purge', subject: { names: ['a'] } } as const;
  expect(taskMessage({ ...purge, state: 'done', result: { freedBytes: 3 * 2 ** 20, space: 'freed' } })).toBe('3 MiB freed');
  expect(taskMessage({ ...purge, state: 'done', result: { freedBytes: 0, space: 'nothing' } })).toBe('it had no stored data');
  const leftOut = { snapshots: [{ name: 'one', damaged: true, reason: said('a page is missing') }], disks: [1] };
  const exported: TaskStatus = { ...begun, kind: 'export-machine', subject: { ...box, path: '/x' }, state: 'done', result: leftOut };
  expect(taskMessage(exported)).toBe(
    'one snapshot was left out: "one" (damaged: a page is missing); disk 2 was left out: it was added while the machine was running; restart the machine and export it again',
  );
  const running: TaskStatus = { ...begun, kind: 'suspend', subject: box, state: 'running', message: 'storing memory' };
  expect(taskMessage(running)).toBe('storing memory');
  expect(taskMessage({ ...running, state: 'failed', fault: { code: 'path-missing', facts: { path: '/a' } } })).toBe('there is no file /a');
  expect(taskMessage({ ...running, state: 'cancelled' })).toBe('');
});
