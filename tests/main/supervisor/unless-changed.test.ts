/** Changes that were thought out on an older definition: none of them undoes a newer one. */
import { describe, expect, test } from 'vitest';
import { ContractError } from '../../../preload/contract/contract.ts';
import { machines as contract } from '../../../preload/contract/machines.ts';
import { unlessChanged } from '../../../main/supervisor/unless-changed.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { scriptedSupervisor } from './scripted-supervisor.ts';

const boxed = async () => {
  const { supervisor } = await scriptedSupervisor();
  const { id } = await supervisor.create(bareDefinition('box', { memoryMiB: 16 }));
  return { supervisor, id };
};

describe('a change with what it was based on', () => {
  test('is stored while those fields are as they were, whatever else has changed', async () => {
    const { supervisor, id } = await boxed();
    await supervisor.update(id, { memoryMiB: 64 });
    const { definition } = await supervisor.update(id, unlessChanged({ note: 'mine' }, { note: '' }));
    expect(definition).toMatchObject({ memoryMiB: 64, note: 'mine' });
  });
  test('is refused as changed, naming the field, where one is something else by now', async () => {
    const { supervisor, id } = await boxed();
    await supervisor.update(id, { memoryMiB: 64 });
    const change = unlessChanged({ memoryMiB: 32, note: 'mine' }, { memoryMiB: 16, note: '' });
    await expect(supervisor.update(id, change)).rejects.toMatchObject({ kind: 'changed', message: expect.stringContaining('(memory)') });
    expect(supervisor.machine(id).record.definition).toMatchObject({ memoryMiB: 64, note: '' });
  });
  test('knows a field that was absent, and does not mind the order of keys', async () => {
    const { supervisor, id } = await boxed();
    await supervisor.update(id, unlessChanged({ onQuit: 'stop' }, {}));
    await expect(supervisor.update(id, unlessChanged({ onQuit: 'save' }, {}))).rejects.toBeInstanceOf(ContractError);
    await supervisor.update(id, unlessChanged({ checkpoints: { everySeconds: 30, budgetBytes: 0 } }, {}));
    const turned = { checkpoints: { budgetBytes: 0, everySeconds: 30 } };
    await supervisor.update(id, unlessChanged({ checkpoints: { everySeconds: 60, budgetBytes: 0 } }, turned));
  });
  test('that builds on what is stored never loses another one made at the same moment', async () => {
    const { supervisor, id } = await boxed();
    const add = (name: string) => supervisor.update(id, ({ ports }) => ({ ports: [...ports, { name }] }));
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    expect(supervisor.machine(id).record.definition.ports.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });
});

test('the border takes an update with and without what it was based on, and nothing else', () => {
  const { check } = contract.members.update;
  expect(() => check(['id', { note: 'x' }])).not.toThrow();
  expect(() => check(['id', { note: 'x' }, { note: '' }])).not.toThrow();
  // What was stored once need not be acceptable any more to be changed.
  expect(() => check(['id', { note: 'x' }, { disks: [{ path: '', readonly: false }] }])).not.toThrow();
  expect(() => check(['id', { note: 'x' }, { notes: '' }])).toThrow('argument 3');
  expect(() => check(['id', { note: 'x' }, null])).toThrow('argument 3');
  expect(() => check(['id'])).toThrow('arguments');
  expect(() => check(['id', {}, {}, {}])).toThrow('arguments');
});
