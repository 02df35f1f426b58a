/** Tasks in words: what was done but not as it should be is a warning. */
import { expect, test } from 'vitest';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { taskMessage, taskWarns } from '../../preload/contract/task-words.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';

const ended = (part: object) => ({ id: 'T', message: '', startedAt: 0, state: 'done', ...part }) as TaskStatus;
const disk = { kind: 'export-disk', subject: { machine: 'M', name: 'box', slot: 0, path: '/x' } };
const machine = { kind: 'export-machine', subject: { machine: 'M', name: 'box', path: '/x' } };

test('an image whose guest was not at rest warns, one that is whole does not', () => {
  const restless = ended({ ...disk, result: { unrest: faultWith('guest-paused', { name: 'box' }) } });
  expect([taskWarns(restless), taskMessage(restless)]).toEqual([
    true,
    'the image is as after a power failure: "box" is paused: viv resume resumes it',
  ]);
  const whole = ended({ ...disk, result: {} });
  expect([taskWarns(whole), taskMessage(whole)]).toEqual([false, '']);
});

test('an export without some of it warns; what failed does not, as it says so', () => {
  expect(taskWarns(ended({ ...machine, result: { snapshots: [], disks: [1] } }))).toBe(true);
  expect(taskWarns(ended({ ...machine, result: { snapshots: [], disks: [] } }))).toBe(false);
  expect(taskWarns(ended({ ...disk, state: 'failed', fault: faultWith('guest-paused', { name: 'box' }) }))).toBe(false);
});
