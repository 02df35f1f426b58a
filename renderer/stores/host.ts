/** Mirrors the computer under the machines; asked again and again while somebody looks. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { HostFigures, StorageUse } from '../../preload/contract/host.ts';
import { useServices } from '../composables/border.ts';

export const useHost = defineStore('host', () => {
  const client = useServices().application;
  const figures = ref<HostFigures>();
  const storage = ref<StorageUse>();

  async function load() {
    figures.value = await client.hostFigures();
  }
  async function measure() {
    storage.value = await client.storageUse();
  }
  return { figures, storage, load, measure };
});
