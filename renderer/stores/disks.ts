/** Mirrors what each machine's disks stand on and how large they are; read when somebody looks. */
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { DiskStatus } from '../../preload/contract/disks.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { useServices } from '../composables/border.ts';

export const useDisks = defineStore('disks', () => {
  const client = useServices().disks;
  const lists = shallowReactive(new Map<MachineId, readonly DiskStatus[]>());

  async function load(machine: MachineId) {
    lists.set(machine, await client.list(machine));
  }
  client.changed.on(({ machine }) => {
    if (lists.has(machine)) load(machine).catch(() => undefined);
  });
  /** The disk of a definition: by its identity, else by its slot for one that has none. */
  const find = (machine: MachineId, id: string | undefined, slot: number) =>
    lists.get(machine)?.find((disk) => (id === undefined ? disk.slot === slot && disk.id === undefined : disk.id === id));
  return {
    load,
    find,
    holders: client.holders,
    importImage: client.import,
    exportImage: client.export,
    resize: client.resize,
    compact: client.compact,
    acceptBase: client.acceptBase,
  };
});
