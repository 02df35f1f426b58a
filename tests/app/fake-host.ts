/** A computer for tests of the window: four cores, a disk that is getting full, and a library that takes some of it. */
import type { HostFigures, StorageUse } from '../../preload/contract/host.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';

const GIBI = 2 ** 30;

export const FAKE_HOST: HostFigures = {
  cores: 4,
  cpuPercent: 37,
  memoryBytes: 16 * GIBI,
  memoryFreeBytes: 9.5 * GIBI,
  ownMemoryBytes: 1.4 * GIBI,
  diskBytes: 240 * GIBI,
  diskFreeBytes: 19 * GIBI,
};

/** The oldest machine takes most. */
export function fakeStorage(machines: readonly MachineStatus[]): StorageUse {
  const each = machines.map(({ id, definition: { name } }, index) => ({ id, name, bytes: Math.round(GIBI / (index + 1)) }));
  const shared = { shared: 0.4 * GIBI, systems: 0, imported: 2.1 * GIBI, consoles: 0.2 * GIBI, cache: 0.6 * GIBI, records: 3 * 2 ** 20 };
  const binBytes = GIBI / 10;
  return {
    folder: '/home/ada/.local/share/vivarium',
    machines: each,
    binBytes,
    shared,
    totalBytes: [...each.map(({ bytes }) => bytes), binBytes, ...Object.values(shared)].reduce((sum, bytes) => sum + bytes, 0),
  };
}
