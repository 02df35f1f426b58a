/**
 * The doorway: what a page in the Electron shell may ask of the program, and nothing else. The contracts are walked,
 * so a new call needs no line here, and a name that no contract declares goes nowhere. Runs sandboxed.
 */
import type { IpcRenderer } from 'electron';
import { PORT_CHANNEL, type Bridge } from './contract/bridge.ts';
import { ContractError, faultWith } from './contract/errors/contract-error.ts';
import { contracts } from './contract/index.ts';
import { createWireClient, type WireClient } from './contract/wire-client.ts';
import type { Frame } from './contract/wire.ts';

const declared = new Set(
  Object.values(contracts).flatMap(({ name, members }) => Object.entries(members).map(([member, { kind }]) => `${kind} ${name}.${member}`)),
);

/** Connects to the program over a port of its own; frames sent before the program listens are kept by the port. */
export function connect(ipc: Pick<IpcRenderer, 'postMessage'>): WireClient {
  const wire = createWireClient();
  const { port1: port, port2: programs } = new MessageChannel();
  port.onmessage = ({ data }: MessageEvent<Frame>) => {
    wire.receive(data);
    port.postMessage(data.length);
  };
  wire.attach((frame) => port.postMessage(frame));
  ipc.postMessage(PORT_CHANNEL, null, [programs]);
  return wire;
}

/** Makes what the page sees. @param pathOf Electron's answer to where a dropped file is */
export function createBridge({ services, openConsole }: Pick<WireClient, 'services' | 'openConsole'>, pathOf: Bridge['pathOf']): Bridge {
  type Callable = Readonly<Record<string, Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>>>;
  type Audible = Readonly<Record<string, Readonly<Record<string, { on(listener: (payload: unknown) => void): () => void }>>>>;
  return {
    async call(service, method, args) {
      if (!declared.has(`call ${service}.${method}`)) return { error: faultWith('call-unknown', { call: `${service}.${method}` }) };
      try {
        return { ok: await (services as unknown as Callable)[service]?.[method]?.(...args) };
      } catch (error) {
        const { code, facts } = error instanceof ContractError ? error : faultWith('internal-fault', { detail: String(error) });
        return { error: { code, facts } };
      }
    },
    on(service, event, listener) {
      if (!declared.has(`event ${service}.${event}`)) throw new Error(`there is no event ${service}.${event}`);
      return (services as unknown as Audible)[service]?.[event]?.on(listener) ?? (() => undefined);
    },
    openConsole: (machine, console) => openConsole(String(machine), Number(console)),
    pathOf,
  };
}
