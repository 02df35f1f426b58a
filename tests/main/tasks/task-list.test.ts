/** Tasks: their log, another try, and what cannot be tried again. */
import { describe, expect, test } from 'vitest';
import { faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { stepWords } from '../../../preload/contract/task-words.ts';
import { stepLog } from '../../../main/tasks/step-log.ts';
import { taskList, type Progress } from '../../../main/tasks/task-list.ts';
import type { TaskStatus } from '../../../preload/contract/tasks.ts';

function made() {
  const told: TaskStatus[] = [];
  const list = taskList((status) => void told.push(status));
  const statusOf = (id: string) => list.list().find((one) => one.id === id);
  return { told, list, statusOf };
}
const SUBJECT = { path: '/a.vivarium' };

describe('another try', () => {
  test('does the same work as a new task, once; the first tells which', async () => {
    const { list, told, statusOf } = made();
    const outcomes = [() => Promise.reject(new Error('no')), () => Promise.resolve('M1')];
    const work = () => (outcomes.shift() as () => Promise<string>)();
    const first = list.begin('import-machine', SUBJECT, work, (machine) => ({ machine: machine as never }));
    await expect(first.result).rejects.toThrow('no');
    const again = list.retry(first.id);
    expect(statusOf(first.id)).toMatchObject({ state: 'failed', retriedAs: again });
    expect(told.at(-1)).toMatchObject({ id: first.id, retriedAs: again });
    await expect.poll(() => statusOf(again)).toMatchObject({ state: 'done', subject: SUBJECT, result: { machine: 'M1' } });
    expect(() => list.retry(first.id)).toThrow('cannot be tried again');
    expect(() => list.retry(again)).toThrow('cannot be tried again');
  });
  test('is there for what was cancelled, and not for what runs or took something with it', async () => {
    const { list } = made();
    const untilCancelled = (_: unknown, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    const check = list.begin('check-library', {}, untilCancelled);
    expect(() => list.retry(check.id)).toThrow('cannot be tried again');
    list.cancel(check.id);
    await expect(check.result).rejects.toThrow();
    expect(list.retry(check.id)).not.toBe(check.id);
    const suspend = list.begin('suspend', { machine: 'M' as never, name: 'm' }, () => Promise.reject(new Error('no')));
    await expect(suspend.result).rejects.toThrow();
    expect(() => list.retry(suspend.id)).toThrow('cannot be tried again');
    expect(() => list.retry('task-99')).toThrow('no longer exists');
    list.cancelAll();
  });
});

describe('a log', () => {
  test('has each step once, in order, and none of the figures between', async () => {
    const { list } = made();
    const [reading, writing] = [() => faultWith('step-reading-archive'), faultWith('step-writing', { path: '/a' })];
    const work = (progress: (told: Progress) => void) => {
      for (const message of [reading(), reading(), writing, ''] as const) progress({ message, fraction: 0.5 });
      return Promise.resolve();
    };
    const task = list.begin('check-library', {}, work);
    await task.result;
    expect(list.log(task.id).map(({ message }) => message)).toEqual([reading(), writing]);
    expect(() => list.log('task-99')).toThrow('no longer exists');
  });
  test('of very many steps keeps the first and the latest', () => {
    const log = stepLog(() => 7);
    for (let step = 1; step <= 1000; step++) log.add(faultWith('step-line', { line: `${step}` }));
    const messages = log.steps().map(({ message }) => stepWords(message));
    expect([messages.length, messages[0], messages[199], messages[200], messages.at(-1)]).toEqual([400, '1', '200', '801', '1000']);
    expect(log.steps()[0]?.at).toBe(7);
  });
});
