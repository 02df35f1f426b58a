/** The store of timelines: what main says last holds, whichever comes first, the answer or the event. */
import { describe, expect, test } from 'vitest';
import { useSnapshots } from '../../../renderer/stores/snapshots.ts';
import { fakeTransport } from '../fake-transport.ts';
import { piniaOver } from '../with-stores.ts';
import { asId, family, MACHINE, snapshot } from './some-snapshots.ts';

const opened = async (answers: Parameters<typeof fakeTransport>[0] = {}) => {
  const fake = fakeTransport({ 'snapshots.timeline': () => family('a b<a c<b', 'c'), ...answers });
  const store = useSnapshots(piniaOver(fake.transport));
  await store.load(MACHINE);
  const shown = () => store.get(MACHINE)?.snapshots.map(({ id, parent }) => `${id}<${parent}`);
  return { ...fake, store, shown };
};

describe('a timeline', () => {
  test('takes in what is taken, in the order of time', async () => {
    const { send, shown } = await opened();
    send('snapshots.changed', snapshot('d', 'c', 9));
    send('snapshots.changed', snapshot('between', 'a', 0.5));
    expect(shown()).toEqual(['a<null', 'between<a', 'b<a', 'c<b', 'd<c']);
  });
  test('what came after a removed one comes after its parent, Now too', async () => {
    const { send, shown, store } = await opened();
    send('snapshots.removed', { machine: MACHINE, id: asId('b') });
    expect(shown()).toEqual(['a<null', 'c<a']);
    send('snapshots.removed', { machine: MACHINE, id: asId('c') });
    expect(store.get(MACHINE)?.present.parent).toBe('a');
  });
  test('an event that overtakes its answer is not taken back by it', async () => {
    const fresh = snapshot('d', 'c', 9, { state: 'storing' });
    const { send, store } = await opened({
      'snapshots.create': () => {
        send('snapshots.changed', { ...fresh, state: 'ready' });
        return { snapshot: fresh, task: 'T' };
      },
    });
    await store.create(MACHINE, {});
    expect(store.find(MACHINE, asId('d'))?.state).toBe('ready');
  });
  test('that main could not delete stays', async () => {
    const { store, shown } = await opened({
      'snapshots.delete': () => {
        throw new Error('it is protected');
      },
    });
    await expect(store.remove(MACHINE, [asId('b')])).rejects.toThrow('it is protected');
    expect(shown()).toHaveLength(3);
  });
  test('after a lost connection only what is looked at is read again', async () => {
    const { store, calls } = await opened();
    const before = calls.length;
    await store.reload();
    expect([calls.length - before, store.get(MACHINE)]).toEqual([0, undefined]);
    const stop = store.follow(MACHINE);
    await store.reload();
    expect(store.get(MACHINE)?.snapshots).toHaveLength(3);
    stop();
  });
  test('events of machines nobody has looked at are nothing', async () => {
    const { send, store } = await opened();
    send('snapshots.changed', { ...snapshot('x', null, 0), machine: 'other' });
    expect(store.get('other' as never)).toBeUndefined();
  });
});
