/** From a definition's cards to what is attached: addresses, links, and the doors that stay closed. */
import { expect, test } from 'vitest';
import { forwardProblems } from '../../../preload/contract/definition/rules.ts';
import { withOwnAddresses } from '../../../main/supervisor/machine-networks.ts';
import { asPlugged, cardAddress, forwardingCard, NAT_LINK, networkAttachments, SWITCHED_LINK } from '../../../main/network/attachments.ts';
import { keepFromGuests } from '../../../main/network/own-ports.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';

test('a port on which this program answers is closed to guests, whatever a card lists', () => {
  const ports = () => networkAttachments({ name: 'box', networks: [{ network: 'nat', hostPorts: [8000, 8001] }] })[0]?.setup;
  const open = keepFromGuests(8001);
  expect(ports()).toMatchObject({ hostPorts: [8000] });
  open();
  expect(ports()).toMatchObject({ hostPorts: [8000, 8001] });
});

test('what a card does not say of its reach and MTU, its network does', () => {
  const networks = [{ name: 'office', reach: { deny: ['lan'] }, mtu: 9000 }, { name: 'lab' }];
  const own = { network: 'office', reach: { restrict: true } };
  expect(asPlugged([{ network: 'office' }, own, { network: 'lab', mtu: 1300 }, { network: 'nat' }, { network: 'gone' }], networks)).toEqual(
    [
      { network: 'office', reach: { deny: ['lan'] }, mtu: 9000 },
      { network: 'office', reach: { restrict: true }, mtu: 9000 },
      { network: 'lab', mtu: 1300 },
      { network: 'nat' },
      { network: 'gone' },
    ],
  );
});

test('cards lead to their networks, and forwards through a private one where there is one', () => {
  const networks = [{ network: 'office', mac: '52:54:00:AA:BB:CC' }, { network: 'nat' }];
  const forwards = [{ hostPort: 1024, guestPort: 22 }];
  const attached = networkAttachments({ name: 'My box', networks, forwards });
  expect(attached.map(({ address, module }) => [address, module])).toEqual([
    ['52:54:00:aa:bb:cc', SWITCHED_LINK],
    ['52:54:00:12:34:57', NAT_LINK],
  ]);
  expect(attached.map(({ setup }) => (setup as { forwards: unknown[] }).forwards.length)).toEqual([0, 1]);
  expect(attached[0]?.setup).toMatchObject({ hostName: 'my-box' });
  expect([forwardingCard({ networks: networks.slice(0, 1) }), forwardingCard({})]).toEqual([0, -1]);
  expect([...forwardProblems({ networks, forwards })]).toEqual([]);
  expect([...forwardProblems({ networks: [], forwards })]).toMatchObject([{ field: 'forwards' }]);
});

test('a card on a shared network is given an address that no other card has; one it has stays', async () => {
  const get = (name: string) =>
    name === 'office'
      ? Promise.resolve({ name, kind: 'nat' as const, subnet: 1 })
      : Promise.reject(new ContractError('network-unknown', { name, known: ['office'] }));
  const library = { networks: { get } } as unknown as Parameters<typeof withOwnAddresses>[2];
  const others: MachineDefinition[] = [];
  for (let count = 0; count < 50; count++) {
    const networks = await withOwnAddresses([{ network: 'office' }, { network: 'office' }, { network: 'nat' }], others, library);
    others.push({ name: `box ${count}`, networks } as unknown as MachineDefinition);
  }
  const given = others.flatMap((definition) => [0, 1].map((card) => cardAddress(definition, card)));
  expect(new Set(given).size).toBe(100);
  expect(given.every((address) => /^52:54:00(:[\da-f]{2}){3}$/.test(address))).toBe(true);
  expect(others[0]?.networks?.[2]).toEqual({ network: 'nat' });
  const own = [{ network: 'office', mac: '02:00:00:00:00:01' }];
  expect(await withOwnAddresses(own, others, library)).toEqual(own);
  await expect(withOwnAddresses([{ network: 'lab' }], [], library)).rejects.toThrow('there is no network "lab": there are nat, office');
});
