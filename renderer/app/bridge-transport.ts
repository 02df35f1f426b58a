/** The Electron shell's transport: the preload's bridge, with the typed services and their errors built over it. */
import { contracts } from '../../preload/contract/index.ts';
import { ContractError, type Contract } from '../../preload/contract/contract.ts';
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { Services } from '../../preload/contract/wire-client.ts';
import type { Transport } from './transport.ts';

/** Makes the transport. It is always connected: the page and the program it belongs to live and die together. */
export function createBridgeTransport(bridge: Bridge): Transport {
  const callOf = async (service: string, method: string, args: readonly unknown[]): Promise<unknown> => {
    const outcome = await bridge.call(service, method, args);
    if ('error' in outcome) throw new ContractError(outcome.error.code, outcome.error.message);
    return outcome.ok;
  };
  const memberOf = (service: string, member: string, kind: Contract['members'][string]['kind']) =>
    kind === 'call'
      ? (...args: unknown[]) => callOf(service, member, args)
      : { on: (listener: (payload: unknown) => void) => bridge.on(service, member, listener) };
  const services = Object.fromEntries(
    Object.values(contracts).map(({ name, members }) => [
      name,
      Object.fromEntries(Object.entries(members).map(([member, { kind }]) => [member, memberOf(name, member, kind)])),
    ]),
  );
  return {
    services: services as unknown as Services,
    openConsole: (machine, console) => bridge.openConsole(machine, console),
    connection: 'connected',
    onConnection: () => () => undefined,
    reconnect: () => undefined,
  };
}
