/** Mirrors which consoles each machine has; their bytes live in `console/`, not here. */
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { ConsoleDescription } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { useServices } from '../composables/border.ts';

/** Every board has its serial port, also before main has answered. */
const SERIAL: readonly ConsoleDescription[] = [{ index: 0, name: 'ttyS0' }];

export const useConsoles = defineStore('consoles', () => {
  const client = useServices().consoles;
  const lists = shallowReactive(new Map<MachineId, readonly ConsoleDescription[]>());

  async function load(id: MachineId) {
    lists.set(id, await client.list(id));
  }
  const list = (id: MachineId) => lists.get(id) ?? SERIAL;
  /** Logs in to a machine's guest, on a console that the list has from then on. */
  async function openSsh(id: MachineId, again = false) {
    await client.openSsh(id, again);
    await load(id);
  }
  async function closeSsh(id: MachineId) {
    await client.closeSsh(id);
    await load(id);
  }
  /** What consoles printed earlier. */
  const past = { find: client.find, kept: client.kept, past: client.past, between: client.between, usage: client.usage };
  /** Ways to consoles for other programs. */
  const doors = { doors: client.doors, openDoor: client.openDoor, closeDoor: client.closeDoor };
  return { list, load, openSsh, closeSsh, resize: client.resize, clear: client.clear, ...past, ...doors };
});
