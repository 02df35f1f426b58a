/**
 * The border: the one dispatcher that every transport uses. A call is looked up in its contract, its arguments are
 * checked there, and only then the handler runs; events go to every attached client. Data from outside is untrusted.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { CodedError } from '../../emulator/error/coded-error.ts';
import { type Contract, type Emitter, type Handlers } from '../../preload/contract/contract.ts';
import { contracts } from '../../preload/contract/index.ts';

type Contracts = typeof contracts;
/** What `main` provides; a missing handler does not compile. */
export type ServiceHandlers = { readonly [K in keyof Contracts]: Handlers<Contracts[K]> };
export type ServiceEvents = { readonly [K in keyof Contracts]: Emitter<Contracts[K]> };
export type EventListener = (service: string, name: string, payload: unknown) => void;

/** Events of all contracts, to be emitted before anybody may listen. */
export interface Broadcaster {
  readonly events: ServiceEvents;
  /** @returns the unsubscribe */
  listen(listener: EventListener): () => void;
}

/** Makes the emitters by walking the contracts. */
export function broadcaster(): Broadcaster {
  const listeners = new Set<EventListener>();
  const emitters = ({ name: service, members }: Contract) =>
    Object.fromEntries(
      Object.entries(members)
        .filter(([, member]) => member.kind === 'event')
        .map(([name]) => [name, (payload: unknown) => listeners.forEach((listener) => listener(service, name, payload))]),
    );
  return {
    events: Object.fromEntries(Object.entries(contracts).map(([key, contract]) => [key, emitters(contract)])) as unknown as ServiceEvents,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Answers a call from outside. Rejects with `ContractError` only. */
export type Dispatch = (service: string, method: string, args: readonly unknown[]) => Promise<unknown>;

/**
 * Makes the dispatcher.
 * @param report told about errors that are our own fault; the caller outside gets them as `internal`
 */
export function dispatcher(handlers: ServiceHandlers, report: (error: Error) => void): Dispatch {
  return async (service, method, args) => {
    const contract: Contract | undefined = Object.hasOwn(contracts, service) ? contracts[service as keyof Contracts] : undefined;
    const member = contract && Object.hasOwn(contract.members, method) ? contract.members[method] : undefined;
    if (member?.kind !== 'call') throw new ContractError('call-unknown', { call: `${service}.${method}` });
    member.check(args);
    const handler = (handlers as unknown as Record<string, Record<string, (...args: readonly unknown[]) => unknown>>)[service]?.[method];
    try {
      return await handler?.(...args);
    } catch (error) {
      throw asContractError(error, report);
    }
  };
}

/** What a client is told of an error; what has no code is a fault of ours. */
export function asContractError(error: unknown, report: (error: Error) => void): ContractError {
  if (error instanceof ContractError) return error;
  if (error instanceof CodedError) return ContractError.of(error, { cause: error });
  const cause = error instanceof Error ? error : new Error(String(error));
  report(cause);
  return new ContractError('internal-fault', { detail: cause.message }, { cause });
}
