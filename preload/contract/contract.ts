/**
 * One contract a service: the only files both sides import. A call names its arguments and its answer by type and
 * carries a check for its arguments, because data from a window or a socket is untrusted. The three transports
 * (Electron IPC, WebSocket, local socket) carry any contract; none knows a call by name.
 */

/** Refuses arguments that are not what the call takes, by throwing a `ContractError`. */
export type Check = (args: readonly unknown[]) => void;

// The function type itself is carried in the type only.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyFunction = (...args: any[]) => unknown;

export interface Call<F extends AnyFunction> {
  readonly kind: 'call';
  readonly check: Check;
  readonly signature?: F;
}
export interface Event<T> {
  readonly kind: 'event';
  readonly payload?: T;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Members = Record<string, Call<any> | Event<any>>;
export interface Contract<M extends Members = Members> {
  readonly name: string;
  readonly members: M;
}

/** Declares a call: `call<(id: MachineId) => void>(args(machineId))`. */
export const call = <F extends AnyFunction>(check: Check): Call<F> => ({ kind: 'call', check });
/** Declares an event, broadcast from `main` to every attached client. */
export const event = <T>(): Event<T> => ({ kind: 'event' });
export const contract = <M extends Members>(name: string, members: M): Contract<M> => ({ name, members });

/** What `main` must provide for a contract: every call, answered now or later. A missing one does not compile. */
export type Handlers<C> =
  C extends Contract<infer M>
    ? {
        [K in keyof M as M[K] extends Call<AnyFunction> ? K : never]: M[K] extends Call<infer F>
          ? (...args: Parameters<F>) => ReturnType<F> | Promise<Awaited<ReturnType<F>>>
          : never;
      }
    : never;

/** What callers get: calls as promises, events as `on(listener)` returning the unsubscribe. */
export type Client<C> =
  C extends Contract<infer M>
    ? {
        [K in keyof M]: M[K] extends Call<infer F>
          ? (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>
          : M[K] extends Event<infer T>
            ? { on(listener: (payload: T) => void): () => void }
            : never;
      }
    : never;

/** How `main` broadcasts a contract's events. */
export type Emitter<C> =
  C extends Contract<infer M>
    ? { [K in keyof M as M[K] extends Event<unknown> ? K : never]: M[K] extends Event<infer T> ? (payload: T) => void : never }
    : never;

export { ContractError } from './errors/contract-error.ts';
export type { ErrorCode } from './errors/catalogue.ts';
