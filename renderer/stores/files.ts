/** Files on guests' disks, in a snapshot or now; nothing is kept: what is now is another thing a moment later. */
import { defineStore } from 'pinia';
import { useServices } from '../composables/border.ts';

export const useGuestFiles = defineStore('guest files', () => {
  const client = useServices().files;
  return { list: client.list, read: client.read, take: client.take };
});
