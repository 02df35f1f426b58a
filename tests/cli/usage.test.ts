/** `viv usage` over a program of which we know what it takes. */
import { expect, test } from 'vitest';
import type { MachineId } from '../../preload/contract/machines.ts';
import { scriptedProgram } from './scripted-program.ts';

const GIBI = 2 ** 30;
const host = {
  cores: 4,
  cpuPercent: 12.4,
  memoryBytes: 16 * GIBI,
  memoryFreeBytes: 10 * GIBI,
  ownMemoryBytes: 2 * GIBI,
  diskBytes: 200 * GIBI,
  diskFreeBytes: 50 * GIBI,
};
const storage = {
  folder: '/home/ada/vivarium',
  machines: [
    { id: 'A' as MachineId, name: 'box', bytes: GIBI },
    { id: 'B' as MachineId, name: 'empty', bytes: 0 },
  ],
  binBytes: GIBI / 2,
  shared: { shared: 0, systems: GIBI / 4, imported: 0, consoles: GIBI / 8, cache: 2 * GIBI, records: 2048 },
  totalBytes: 3.75 * GIBI + 2048,
};

test('usage is told by machine and by what no machine has alone', async () => {
  const program = await scriptedProgram({ application: { hostFigures: () => host, storageUse: () => storage } });
  const { status, out } = await program.viv('usage');
  expect({ status, out }).toEqual({
    status: 0,
    out: [
      'CPU     12 % of 4 cores',
      'memory  6 GiB of 16 GiB in use, 2 GiB by Vivarium',
      'disk    50 GiB of 200 GiB free',
      '',
      '/home/ada/vivarium                 3.8 GiB',
      '  machine box                      1 GiB',
      '  deleted machines                 512 MiB',
      '  systems installed for templates  256 MiB',
      '  console history                  128 MiB',
      '  template downloads and caches    2 GiB',
      '  definitions and settings         2 KiB',
      '',
    ].join('\n'),
  });
  expect(JSON.parse((await program.viv('usage', '--json')).out)).toEqual({ host, storage });
});
