/** Cables of network cards: in the definition, at once in what runs, and no part of what a snapshot takes back. */
import { expect, test, vi } from 'vitest';
import { changeLink, linkStatuses } from '../../../main/supervisor/machine-cables.ts';
import { hardwareOf, sameHardware, withHardware } from '../../../main/library/definition-parts.ts';
import { compareDefinitions } from '../../../main/compare/compare-definitions.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { scriptedSupervisor } from './scripted-supervisor.ts';

const box = (networks: NonNullable<MachineDefinition['networks']>) => bareDefinition('box', { networks });
async function made(networks: NonNullable<MachineDefinition['networks']> = [{ network: 'nat' }, { network: 'nat' }]) {
  const scripted = await scriptedSupervisor();
  const { id } = await scripted.supervisor.create(box(networks));
  const machine = scripted.supervisor.machine(id);
  const cables = () => machine.record.definition.networks?.map(({ cable }) => cable);
  const change = (card: number, wanted: Parameters<typeof changeLink>[2]) =>
    changeLink(machine, card, wanted, (patch) => scripted.supervisor.update(id, patch));
  /** What links were told about cables, but for questions. */
  const told = () =>
    (scripted.emulator.machines.at(-1)?.told as { kind: string; change: object }[])
      .filter(({ kind, change: one }) => kind === 'link' && Object.keys(one).length > 0)
      .map(({ change: one }) => one);
  return { ...scripted, id, machine, cables, change, told };
}

test('a change is kept in the definition, and told to what runs', async () => {
  const { machine, cables, change, told } = await made();
  await machine.start();
  await change(1, { rate: 1e6, delay: 40 });
  await change(1, { isUp: false, delay: 0 });
  expect(cables()).toEqual([undefined, { unplugged: true, rate: 1e6 }]);
  expect(told()).toContainEqual({ isUp: false, delay: 0 });
  expect(machine.status().needsRestart).toBe(false);
  await change(1, { isUp: true, rate: 0 });
  expect(cables()).toEqual([undefined, undefined]);
  await expect(change(2, { isUp: false })).rejects.toMatchObject({ code: 'machine-no-card' });
});

test('while the machine is off it is kept for the next start, and shown as it will be', async () => {
  const { machine, change, emulator } = await made();
  expect(await change(0, { isUp: false, loss: 2.5 })).toMatchObject({ isUp: false, loss: 2.5, delay: 0 });
  expect((await linkStatuses(machine)).map(({ isUp }) => isUp)).toEqual([false, true]);
  await machine.start();
  expect(emulator.machines).toHaveLength(1);
});

test('a definition that is changed otherwise reaches what runs, only as far as it is another', async () => {
  const { id, supervisor, machine, told } = await made([{ network: 'nat', cable: { delay: 5 } }]);
  await machine.start();
  await supervisor.update(id, { networks: [{ network: 'nat', cable: { delay: 5, unplugged: true } }] });
  await supervisor.update(id, { networks: [{ network: 'nat', cable: { rate: 56_000, unplugged: true } }] });
  await supervisor.update(id, { note: 'nothing about cables' });
  expect(told()).toEqual([{ isUp: false }, { rate: 56_000, delay: 0, loss: 0 }]);
});

test('a guest that reboots finds the cable as it is by now, not as it was at the start', async () => {
  const { machine, change, emulator, told } = await made();
  await machine.start();
  await change(0, { isUp: false });
  emulator.machines.at(-1)?.end({ kind: 'reboot' });
  await vi.waitFor(() => expect(emulator.machines).toHaveLength(2));
  await vi.waitFor(() => expect(told()).toEqual([{ isUp: false }]));
});

test('cables are no hardware: they stay when a machine goes back, and are no difference', () => {
  const present = box([{ network: 'nat', cable: { unplugged: true } }, { network: 'lab' }]);
  const then = {
    ...box([
      { network: 'nat', cable: { delay: 9 } },
      { network: 'nat', cable: { delay: 9 } },
    ]),
    memoryMiB: 32,
  };
  expect(withHardware(present, then)).toMatchObject({
    memoryMiB: 32,
    networks: [{ network: 'nat', cable: { unplugged: true } }, { network: 'nat' }],
  });
  expect(withHardware(present, then).networks?.[1]?.cable).toBeUndefined();
  expect(sameHardware(box([{ network: 'nat' }]), box([{ network: 'nat', cable: { loss: 1 } }]))).toBe(true);
  expect(sameHardware(box([{ network: 'nat' }]), box([{ network: 'lab' }]))).toBe(false);
  expect(hardwareOf(bareDefinition('box'))).not.toHaveProperty('networks');
  expect(compareDefinitions(box([{ network: 'nat' }]), box([{ network: 'nat', cable: { loss: 1 } }]))).toEqual([]);
});
