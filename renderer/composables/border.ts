/** What `app/main.ts` provides to every view and store: the transport and the typed services it carries. */
import { inject, type InjectionKey } from 'vue';
import type { Services } from '../../preload/contract/wire-client.ts';
import type { Transport } from '../app/transport.ts';

export const transportKey: InjectionKey<Transport> = Symbol('transport');

/** The transport; only inside the application. */
export function useTransport(): Transport {
  const transport = inject(transportKey);
  if (!transport) throw new Error('no transport was provided: the application starts in app/main.ts');
  return transport;
}
/** The contracts' clients; only inside the application. */
export const useServices = (): Services => useTransport().services;
