/** Stores outside a page: an application that is never mounted gives them what `app/main.ts` gives. */
import { createPinia, type Pinia } from 'pinia';
import { createSSRApp } from 'vue';
import type { Transport } from '../../renderer/app/transport.ts';
import { transportKey } from '../../renderer/composables/border.ts';

export function piniaOver(transport: Transport): Pinia {
  const pinia = createPinia();
  createSSRApp({}).use(pinia).provide(transportKey, transport);
  return pinia;
}
