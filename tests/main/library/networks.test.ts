/** Networks as rows: names, addresses that stay a card's, and what is refused. */
import { expect, test } from 'vitest';
import { openLibrary } from '../../../main/library/library.ts';
import { findHome } from '../../../main/library/home.ts';
import { temporaryFolder } from '../temporary-home.ts';

test('networks are kept, each with addresses of its own, and cards keep theirs', async () => {
  const home = findHome({ VIVARIUM_HOME: temporaryFolder() });
  let library = await openLibrary(home, { program: 'test' });
  await library.networks.create('office', 'nat');
  await library.networks.create('lab', 'host-only', { mtu: 9000 });
  await library.networks.set('office', { reach: { deny: ['lan'] }, mtu: 1400 });
  await library.networks.set('office', { reach: { deny: ['lan'] } });
  await expect(library.networks.set('home', {})).rejects.toMatchObject({ code: 'network-unknown' });
  await expect(library.networks.create('lab', 'nat')).rejects.toMatchObject({ code: 'network-taken' });
  await expect(library.networks.get('home')).rejects.toThrow('there are nat, lab, office');
  expect(await library.networks.hostOf('office', 'aa')).toBe(15);
  expect(await library.networks.hostOf('office', 'bb')).toBe(16);
  expect(await library.networks.hostOf('lab', 'bb')).toBe(15);
  await library.close();
  library = await openLibrary(home, { program: 'test' });
  expect(await library.networks.list()).toEqual([
    { name: 'lab', kind: 'host-only', subnet: 2, mtu: 9000 },
    { name: 'office', kind: 'nat', subnet: 1, reach: { deny: ['lan'] } },
  ]);
  expect(await library.networks.hostOf('office', 'bb')).toBe(16);
  await library.networks.delete('office');
  await library.networks.create('new', 'isolated');
  expect(await library.networks.get('new')).toMatchObject({ subnet: 1 });
  expect(await library.networks.hosts('new')).toEqual(new Map());
  await library.close();
});

test('an address that is lent is nobody else’s until it is given back, and is not remembered', async () => {
  const home = findHome({ VIVARIUM_HOME: temporaryFolder() });
  let library = await openLibrary(home, { program: 'test' });
  await library.networks.create('lab', 'nat');
  const given = await Promise.all([
    library.networks.lendHost('lab', 'aa'),
    library.networks.hostOf('lab', 'bb'),
    library.networks.lendHost('lab', 'cc'),
    library.networks.hostOf('lab', 'dd'),
  ]);
  expect(given).toEqual([15, 16, 17, 18]);
  // A card that has an address of its own keeps it.
  expect(await library.networks.lendHost('lab', 'bb')).toBe(16);
  library.networks.giveBack('lab', 'aa');
  expect(await library.networks.hostOf('lab', 'ee')).toBe(15);
  await library.close();
  library = await openLibrary(home, { program: 'test' });
  expect([...(await library.networks.hosts('lab')).keys()].sort()).toEqual(['bb', 'dd', 'ee']);
  await library.close();
});
