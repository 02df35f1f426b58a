/** A library for pictures of the window. */
import type { MachineId } from '../../preload/contract/machines.ts';
import type { startFakeMain } from './fake-main.ts';
import { WEEK } from './fake-timeline.ts';

type FakeMain = Awaited<ReturnType<typeof startFakeMain>>;

/** A library that somebody uses: machines in several states, one of them with a week of snapshots. */
export async function furnish({ machines, networks, timeline }: FakeMain): Promise<MachineId> {
  await networks.create({ name: 'office', kind: 'nat' });
  const { id } = machines.add({
    ...machines.plain('web', 'debian-riscv64'),
    note: 'The staging server.',
    group: '',
    tags: ['debian'],
    disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 32 }],
    networks: [{ network: 'nat' }, { network: 'office' }],
    ports: [{ name: 'log' }],
  });
  timeline.diskLists.set(id, [{ slot: 0, id: 'D1', sizeBytes: 2 ** 32, hostBytes: 311 * 2 ** 20 }]);
  const database = machines.add({ ...machines.plain('database', 'debian-riscv64'), networks: [{ network: 'office' }] });
  for (const name of ['kernel tests', 'hello'])
    machines.add({ ...machines.plain(name), group: 'Experiments', ...(name === 'hello' ? { tags: ['bare'] } : {}) });
  const broken = machines.add({ ...machines.plain('old image'), boot: { kind: 'linux', kernel: '/missing/Image' } });
  for (const one of [id, database.id]) void machines.service.start(one);
  void machines.service.pause(database.id);
  try {
    void machines.service.start(broken.id);
  } catch {
    // It is to look as one that failed.
  }
  timeline.script(id, WEEK);
  return id;
}
