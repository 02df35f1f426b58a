/** The connection as the window shows it. */
import { onScopeDispose, ref, type Ref } from 'vue';
import type { Connection } from '../app/transport.ts';
import { useTransport } from './border.ts';

/** Follows the transport; `onConnected` runs at once where there is a connection, and after every return. */
export function useConnection(onConnected: () => void): Ref<Connection> {
  const transport = useTransport();
  const connection = ref(transport.connection);
  onScopeDispose(
    transport.onConnection((next) => {
      connection.value = next;
      if (next === 'connected') onConnected();
    }),
  );
  if (transport.connection === 'connected') onConnected();
  return connection;
}
