/** A transport in memory for tests of stores and consoles: answers are given, events sent, channels looked into. */
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { Connection, Transport } from '../../renderer/app/transport.ts';
import type { ConsoleChannel } from '../../preload/contract/consoles.ts';
import { contracts } from '../../preload/contract/index.ts';
import type { Services } from '../../preload/contract/wire-client.ts';

type Answer = (...args: never[]) => unknown;

export class FakeChannel implements ConsoleChannel {
  readonly written: string[] = [];
  readonly acknowledged: number[] = [];
  closed = false;
  opened: (historyBytes: number, position?: number) => void = () => undefined;
  output: (bytes: Uint8Array) => void = () => undefined;
  skipped: (bytes: number) => void = () => undefined;
  answers: (answers: boolean) => void = () => undefined;
  lost: (bytes: number) => void = () => undefined;
  ended: (reason: Reason) => void = () => undefined;

  onOpened(listener: (historyBytes: number, position: number) => void) {
    this.opened = (historyBytes, position = 0) => listener(historyBytes, position);
  }
  onOutput(listener: (bytes: Uint8Array) => void) {
    this.output = listener;
  }
  onSkipped(listener: (bytes: number) => void) {
    this.skipped = listener;
  }
  onClosed(listener: (reason: Reason) => void) {
    this.ended = listener;
  }
  acknowledge(count: number) {
    this.acknowledged.push(count);
  }
  onAnswers(listener: (answers: boolean) => void) {
    this.answers = listener;
  }
  onLost(listener: (bytes: number) => void) {
    this.lost = listener;
  }
  async write(bytes: Uint8Array) {
    this.written.push(new TextDecoder().decode(bytes));
  }
  async delivered() {}
  undelivered() {
    return 0;
  }
  async finish() {}
  close() {
    this.closed = true;
  }
}

/** @param answers - by `service.call`; a call without an answer is rejected */
export function fakeTransport(answers: Readonly<Record<string, Answer>> = {}) {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const watchers = new Set<(connection: Connection) => void>();
  const channels: FakeChannel[] = [];
  const calls: string[] = [];
  let connection: Connection = 'connected';

  const member = (name: string, kind: 'call' | 'event') =>
    kind === 'call'
      ? async (...args: never[]) => {
          calls.push(name);
          const answer = answers[name];
          if (!answer) throw new Error(`the test gives no answer to ${name}`);
          return answer(...args);
        }
      : {
          on(listener: (payload: unknown) => void) {
            listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
            return () => void listeners.get(name)?.delete(listener);
          },
        };
  const transport: Transport = {
    services: Object.fromEntries(
      Object.values(contracts).map(({ name, members }) => [
        name,
        Object.fromEntries(Object.entries(members).map(([key, { kind }]) => [key, member(`${name}.${key}`, kind)])),
      ]),
    ) as unknown as Services,
    openConsole() {
      const channel = new FakeChannel();
      channels.push(channel);
      return channel;
    },
    pathOf: () => undefined,
    get connection() {
      return connection;
    },
    onConnection(listener) {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    reconnect: () => undefined,
  };
  return {
    transport,
    channels,
    calls,
    send: (name: string, payload: unknown) => listeners.get(name)?.forEach((listener) => listener(payload)),
    become(next: Connection) {
      connection = next;
      watchers.forEach((listener) => listener(next));
    },
  };
}
