/**
 * The Electron shell's transport: the contracts' clients over `window.vivarium`. Its connection is as lasting as the
 * program, because both are one.
 */
import type { Bridge } from '../../preload/contract/bridge.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import { contracts } from '../../preload/contract/index.ts';
import type { Services } from '../../preload/contract/wire-client.ts';
import type { Transport } from './transport.ts';

async function answerOf(bridge: Bridge, service: string, method: string, args: readonly unknown[]): Promise<unknown> {
  const outcome = await bridge.call(service, method, args);
  if ('error' in outcome) throw ContractError.of(outcome.error);
  return outcome.ok;
}

export function createBridgeTransport(bridge: Bridge): Transport {
  const services = Object.values(contracts).map(({ name: service, members }) => [
    service,
    Object.fromEntries(
      Object.entries(members).map(([name, { kind }]) => [
        name,
        kind === 'call'
          ? (...args: readonly unknown[]) => answerOf(bridge, service, name, args)
          : { on: (listener: (payload: unknown) => void) => bridge.on(service, name, listener) },
      ]),
    ),
  ]);
  return {
    // Built by walking the contracts, which the type system cannot follow.
    services: Object.fromEntries(services) as Services,
    openConsole: (machine, console) => bridge.openConsole(machine, console),
    pathOf: (file) => bridge.pathOf(file) || undefined,
    connection: 'connected',
    onConnection: () => () => undefined,
    reconnect: () => undefined,
  };
}
