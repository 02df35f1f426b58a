/** Where guests may connect: said of a card or of its network, told at once to what runs, and no part of what a snapshot takes back. */
import { expect, test } from 'vitest';
import { sameHardware, withHardware } from '../../../main/library/definition-parts.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { scriptedSupervisor } from './scripted-supervisor.ts';

const box = (networks: NonNullable<MachineDefinition['networks']>) => bareDefinition('box', { networks });

async function started(networks: NonNullable<MachineDefinition['networks']>) {
  const scripted = await scriptedSupervisor();
  await scripted.library.networks.create('office', 'nat', {});
  const { id } = await scripted.supervisor.create(box(networks));
  const machine = scripted.supervisor.machine(id);
  await machine.start();
  /** What links were told of it last, each by its card. */
  const told = () =>
    (scripted.emulator.machines.at(-1)?.told as { kind: string; hostPorts: number[]; reach: { restrict: boolean; deny: unknown[] } }[])
      .filter(({ kind }) => kind === 'reach')
      .slice(-networks.length)
      .map(({ hostPorts, reach }) => [hostPorts, reach.restrict, reach.deny.length]);
  return { ...scripted, id, machine, told };
}

test('what a card says is told to what runs, and needs no restart', async () => {
  const { supervisor, id, machine, told } = await started([{ network: 'nat', hostPorts: [8000] }]);
  await supervisor.update(id, { networks: [{ network: 'nat', hostPorts: [9000], reach: { restrict: true } }] });
  expect(told()).toEqual([[[9000], true, 0]]);
  expect(machine.status().needsRestart).toBe(false);
  await supervisor.update(id, { networks: [{ network: 'nat' }] });
  expect(told()).toEqual([[[], false, 0]]);
  // Another network is another card, from the next start on; what is there keeps what it has.
  await supervisor.update(id, { networks: [{ network: 'office', mac: '52:54:00:00:00:09', reach: { restrict: true } }] });
  expect(told()).toEqual([[[], false, 0]]);
  expect(machine.status().needsRestart).toBe(true);
});

test('what a network says is told to the cards on it that say nothing themselves', async () => {
  const mac = (end: number) => `52:54:00:00:00:0${end}`;
  const { library, supervisor, told } = await started([
    { network: 'office', mac: mac(1) },
    { network: 'office', mac: mac(2), reach: { restrict: true } },
  ]);
  await library.networks.set('office', { reach: { deny: ['10.0.0.0/8'] } });
  await supervisor.applyReachOn('office');
  expect(told()).toEqual([
    [[], false, 1],
    [[], true, 0],
  ]);
});

test('a machine that goes back keeps what its owner says now', () => {
  const present = box([{ network: 'nat', reach: { restrict: true } }]);
  const then = box([{ network: 'nat', hostPorts: [80], mtu: 9000 }]);
  expect(withHardware(present, then).networks).toEqual([{ network: 'nat', mtu: 9000, reach: { restrict: true } }]);
  expect(sameHardware(present, box([{ network: 'nat' }]))).toBe(true);
  expect(sameHardware(present, then)).toBe(false);
});
