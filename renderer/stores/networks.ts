/** Mirrors the networks that machines share; read when somebody looks, and again when machines come and go. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { NetworkKind, NetworkSettings, NetworkStatus } from '../../preload/contract/networks.ts';
import { useServices } from '../composables/border.ts';

export const useNetworks = defineStore('networks', () => {
  const client = useServices().networks;
  const list = ref<readonly NetworkStatus[]>([]);
  const loaded = ref(false);

  client.changed.on((all) => (list.value = all));
  async function load() {
    list.value = await client.list();
    loaded.value = true;
  }
  const find = (name: string) => list.value.find((network) => network.name === name);
  const create = (name: string, kind: NetworkKind) => client.create({ name, kind });
  const set = (name: string, settings: NetworkSettings) => client.set(name, settings);
  return { list, loaded, load, find, create, set, remove: client.delete };
});
