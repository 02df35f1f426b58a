/** Stores mirror main's truth: what main says last is what they show. */
import { said } from '../kit/said.ts';
import { taskMessage } from '../../preload/contract/task-words.ts';
import { describe, expect, test } from 'vitest';
import type { MachineActivity, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { useApplication } from '../../renderer/stores/application.ts';
import { useImages } from '../../renderer/stores/images.ts';
import { useMachines } from '../../renderer/stores/machines.ts';
import { useTasks } from '../../renderer/stores/tasks.ts';
import { fakeTransport } from './fake-transport.ts';
import { plainDefinition } from './plain-definition.ts';
import { piniaOver } from './with-stores.ts';

const machine = (id: string, patch: Partial<MachineStatus> = {}): MachineStatus => ({
  id: id as MachineId,
  definition: plainDefinition(id),
  state: 'off',
  reason: said('never started'),
  needsRestart: false,
  suspended: false,
  lastLine: '',
  createdAt: 1,
  ...patch,
});
const activity = (id: string, mips: number): MachineActivity => ({
  id: id as MachineId,
  mips,
  hostCpuPercent: 50,
  instructions: 1,
  compiledInstructions: 1,
  fragments: 1,
  seconds: 1,
  hostCpuSeconds: 1,
});

describe('machines', () => {
  test('are listed oldest first, and a change replaces what was known', async () => {
    const { transport, send } = fakeTransport({ 'machines.list': () => [machine('b', { createdAt: 2 }), machine('a')] });
    const machines = useMachines(piniaOver(transport));
    await machines.load();
    expect(machines.list.map(({ id }) => id)).toEqual(['a', 'b']);
    send('machines.changed', machine('a', { state: 'running', startedAt: 5 }));
    expect(machines.get('a' as MachineId)?.state).toBe('running');
    expect(machines.running.map(({ id }) => id)).toEqual(['a']);
  });
  test('that are gone when main is asked again are forgotten', async () => {
    let there = [machine('a'), machine('b')];
    const { transport } = fakeTransport({ 'machines.list': () => there });
    const machines = useMachines(piniaOver(transport));
    await machines.load();
    there = [machine('b')];
    await machines.load();
    expect(machines.list.map(({ id }) => id)).toEqual(['b']);
  });
  test('keep a minute of figures, and a new run begins a new curve', async () => {
    const { transport, send } = fakeTransport({ 'machines.list': () => [machine('a', { state: 'running', startedAt: 5 })] });
    const machines = useMachines(piniaOver(transport));
    await machines.load();
    for (let mips = 1; mips <= 70; mips++) send('machines.activity', [activity('a', mips)]);
    expect(machines.trail('a' as MachineId)?.mips).toHaveLength(60);
    expect(machines.trail('a' as MachineId)?.mips.at(-1)).toBe(70);
    expect(machines.curve('a' as MachineId)).toHaveLength(60);
    send('machines.changed', machine('a', { state: 'paused', startedAt: 5 }));
    expect(machines.trail('a' as MachineId)?.mips).toHaveLength(60);
    send('machines.changed', machine('a', { state: 'starting', startedAt: 9 }));
    expect(machines.trail('a' as MachineId)).toBeUndefined();
  });
  test('have no curve while they wait, and one for a minute after they worked', async () => {
    const { transport, send } = fakeTransport({ 'machines.list': () => [machine('a', { state: 'running', startedAt: 5 })] });
    const machines = useMachines(piniaOver(transport));
    await machines.load();
    const curve = () => machines.curve('a' as MachineId);
    for (let second = 0; second < 5; second++) send('machines.activity', [activity('a', 0.2)]);
    expect(curve()).toBeUndefined();
    expect(machines.trail('a' as MachineId)?.latest.mips).toBe(0.2);
    send('machines.activity', [activity('a', 90)]);
    for (let second = 0; second < 59; second++) send('machines.activity', [activity('a', 0.2)]);
    expect(curve()).toHaveLength(60);
    send('machines.activity', [activity('a', 0.2)]);
    expect(curve()).toBeUndefined();
  });
  test('that main could not delete stay', async () => {
    const { transport } = fakeTransport({
      'machines.list': () => [machine('a')],
      'machines.delete': () => {
        throw new Error('it is running');
      },
    });
    const machines = useMachines(piniaOver(transport));
    await machines.load();
    await expect(machines.remove('a' as MachineId)).rejects.toThrow('it is running');
    expect(machines.list).toHaveLength(1);
  });
});

describe('tasks', () => {
  const task = (patch: Partial<TaskStatus>): TaskStatus =>
    ({
      id: 'T',
      kind: 'fetch-template',
      subject: { template: 'debian-riscv64' },
      state: 'running',
      message: '',
      startedAt: 1,
      ...patch,
    }) as TaskStatus;
  test('can be waited for, whether they end before or after', async () => {
    const { transport, send } = fakeTransport();
    const tasks = useTasks(piniaOver(transport));
    send('tasks.changed', task({}));
    const ended = tasks.ended('T');
    expect(tasks.running).toHaveLength(1);
    send('tasks.changed', task({ state: 'failed', fault: { code: 'text', facts: { text: 'no network' } } }));
    expect(taskMessage(await ended)).toBe('no network');
    expect((await tasks.ended('T')).state).toBe('failed');
    expect(tasks.running).toHaveLength(0);
  });
});

describe('templates', () => {
  test('change in their place', async () => {
    const template = { name: 't', title: 'T', description: '', memoryMiB: 64, parts: 'fetchable', source: 'apt' };
    const { transport, send } = fakeTransport({ 'images.templates': () => [template, { ...template, name: 'u' }] });
    const images = useImages(piniaOver(transport));
    await images.load();
    send('images.changed', { ...template, parts: 'ready' });
    expect(images.templates.map(({ name, parts }) => `${name} ${parts}`)).toEqual(['t ready', 'u fetchable']);
  });
});

describe('the application', () => {
  test('asks before it quits and forgets the question when answered', async () => {
    const { transport, send, calls } = fakeTransport({ 'application.quit': () => undefined });
    const application = useApplication(piniaOver(transport));
    send('application.quitRequested', { running: ['debian'] });
    expect(application.quitting).toEqual(['debian']);
    application.stay();
    expect(application.quitting).toBeUndefined();
    expect(calls).toEqual([]);
    await application.quit();
    expect(calls).toEqual(['application.quit']);
  });
});
