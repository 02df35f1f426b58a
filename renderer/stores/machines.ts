/** Mirrors main's machines and the live figures of those that run. */
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive } from 'vue';
import type { MachineActivity, MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { useServices } from '../composables/border.ts';

/** One figure a second: a minute of history is what a sparkline shows. */
const HISTORY = 60;
/** A guest below this only waits: its timer ticks. */
const IDLE_MIPS = 2;

export interface ActivityTrail {
  readonly latest: MachineActivity;
  /** MIPS, oldest first, of the last minute. */
  readonly mips: readonly number[];
}

const alive = (status: MachineStatus) => status.state !== 'off' && status.state !== 'failed';

export const useMachines = defineStore('machines', () => {
  const client = useServices().machines;
  const byId = shallowReactive(new Map<MachineId, MachineStatus>());
  const trails = shallowReactive(new Map<MachineId, ActivityTrail>());
  /** Of those that did something within the minute: what waits changes nothing that is drawn. */
  const curves = shallowReactive(new Map<MachineId, readonly number[]>());
  const loaded = ref(false);

  const list = computed(() => [...byId.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)));
  const running = computed(() => list.value.filter(alive));

  function put(status: MachineStatus): MachineStatus {
    const before = byId.get(status.id);
    // A new run starts with a new curve.
    if (before?.startedAt !== status.startedAt || !alive(status)) forgetTrail(status.id);
    byId.set(status.id, status);
    return status;
  }
  function forgetTrail(id: MachineId) {
    trails.delete(id);
    curves.delete(id);
  }
  function forget(id: MachineId) {
    byId.delete(id);
    forgetTrail(id);
  }
  client.changed.on((status) => void put(status));
  client.deleted.on(({ id }) => forget(id));
  client.activity.on((all) => {
    for (const latest of all) {
      const { id } = latest;
      if (!byId.has(id)) continue;
      const mips = [...(trails.get(id)?.mips ?? []), latest.mips].slice(-HISTORY);
      trails.set(id, { latest, mips });
      if (mips.some((one) => one >= IDLE_MIPS)) curves.set(id, mips);
      else curves.delete(id);
    }
  });

  /** Reads everything again: at the start and after a lost connection. */
  async function load() {
    const all = await client.list();
    const known = new Set(all.map((status) => status.id));
    for (const id of byId.keys()) if (!known.has(id)) forget(id);
    all.forEach(put);
    loaded.value = true;
  }
  const get = (id: MachineId | undefined) => (id === undefined ? undefined : byId.get(id));
  const trail = (id: MachineId) => trails.get(id);
  const curve = (id: MachineId) => curves.get(id);

  async function create(request: Parameters<typeof client.create>[0]) {
    return put(await client.create(request));
  }
  async function duplicate(id: MachineId) {
    return put(await client.duplicate(id));
  }
  /** Changes fields; `base` is what the person saw in them, so that nothing they have not seen is overwritten. */
  async function update(id: MachineId, patch: Partial<MachineDefinition>, base: Partial<MachineDefinition>) {
    return put(await client.update(id, patch, base));
  }
  /** Reads one machine again. */
  async function reload(id: MachineId) {
    return put(await client.get(id));
  }
  async function remove(id: MachineId) {
    await client.delete(id);
    forget(id);
  }
  async function undelete(id: MachineId) {
    return put(await client.undelete(id));
  }
  return {
    list,
    running,
    loaded,
    load,
    get,
    trail,
    curve,
    create,
    update,
    reload,
    remove,
    undelete,
    draft: client.draft,
    duplicate,
    saveTemplate: client.saveTemplate,
    bin: client.bin,
    purge: client.purge,
    undo: client.undo,
    history: client.history,
    revert: async (id: MachineId, number: number) => put(await client.revert(id, number)),
    check: client.check,
    screens: client.screens,
    devices: client.devices,
    cardActivity: client.cardActivity,
    forwards: client.forwards,
    links: client.links,
    setLink: client.setLink,
    start: client.start,
    pause: client.pause,
    resume: client.resume,
    reset: client.reset,
    shutdown: client.shutdown,
    stop: client.stop,
    suspend: client.suspend,
  };
});
