/** A thread of jobs that dies takes only its jobs with it. */
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { JobThread } from '../../../main/jobs/job-thread.ts';
import { receivedError, sentError } from '../../../emulator/error/crossing.ts';
import { MachineError } from '../../../emulator/index.ts';
import { ContractError } from '../../../preload/contract/contract.ts';

describe('a thread of jobs', () => {
  test('that dies rejects what it ran, says so, and is started anew', async () => {
    let started = 0;
    let died = 0;
    const start = () => (started++, new Worker(new URL('./dying-worker.ts', import.meta.url)));
    const thread = new JobThread(start, () => void died++);
    onTestFinished(() => thread.close());
    expect(await thread.run('echo', { a: 1 })).toEqual({ a: 1 });
    let lost = 0;
    await expect(thread.run('die', {}, { lost: () => void lost++ })).rejects.toThrow('the storage thread ended unexpectedly');
    expect([lost, died]).toEqual([1, 1]);
    expect(await thread.run('echo', 2)).toBe(2);
    expect(started).toBe(2);
  });
  test('in which an error strikes out of turn finishes what is under way and closes before it goes', async () => {
    const notes = new Int32Array(new SharedArrayBuffer(8));
    let died = 0;
    const start = () => new Worker(new URL('./crashing-worker.ts', import.meta.url), { workerData: { notes } });
    const thread = new JobThread(start, () => void died++);
    onTestFinished(() => thread.close());
    await expect(thread.run('crash', {})).rejects.toThrow('struck');
    await vi.waitFor(() => expect(died).toBe(1), 30_000);
    expect([...notes], 'the job ended, then its source was closed').toEqual([1, 1]);
    expect(await thread.run('echo', 3)).toBe(3);
  });
  test('that is closed takes no more, and a job that was cancelled before is lost', async () => {
    const thread = new JobThread(() => new Worker(new URL('./dying-worker.ts', import.meta.url)));
    let lost = 0;
    await expect(thread.run('echo', 1, { signal: AbortSignal.abort(), lost: () => void lost++ })).rejects.toThrow();
    expect(lost).toBe(1);
    await thread.close();
    await expect(thread.run('echo', 1)).rejects.toThrow('the program is ending');
  });
  test('tells errors as what they are', () => {
    const crossed = (error: unknown) => receivedError(structuredClone(sentError(error)), (fault) => ContractError.of(fault));
    const full = crossed(new ContractError('store-full', { file: '/store.db', detail: 'SQLITE_FULL' }));
    expect(full).toMatchObject({ kind: 'full', message: expect.stringContaining('no space left') as string });
    const disk = new MachineError('disk-cannot-be-opened', { path: '/a', why: { code: 'path-missing', facts: { path: '/a' } } });
    expect(crossed(disk)).toMatchObject({ code: 'disk-cannot-be-opened', message: disk.message });
    expect(crossed('a text')).toMatchObject({ name: 'Error', message: 'a text' });
  });
});
