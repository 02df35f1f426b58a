/**
 * The client's half of the wire: typed services and console channels over any link. A shell gives it a link to send
 * on (`attach`), hands it every frame that arrives (`receive`) and tells it when the link is gone (`detach`); event
 * listeners stay, so that a window can attach again after the program was restarted.
 */
import { faultWith } from './errors/contract-error.ts';
import type { Reason } from './errors/reasons.ts';
import type { CommandEvents, CommandRequest, RunningCommand } from './commands.ts';
import type { ConsoleChannel } from './consoles.ts';
import { ContractError, type Client } from './contract.ts';
import { contracts } from './index.ts';
import type { CableRequest, StreamRequest } from './links.ts';
import { SendWindow } from './send-window.ts';
import { WireCommands } from './wire-commands.ts';
import {
  CHANNEL_WINDOW,
  decodeCount,
  decodeFrame,
  decodeServerMessage,
  encodeAcknowledgement,
  encodeFrame,
  encodeMessage,
  FRAME,
  WIRE_VERSION,
  type Attachment,
  type Frame,
  type ServerMessage,
} from './wire.ts';

export type Services = { readonly [K in keyof typeof contracts]: Client<(typeof contracts)[K]> };

export interface WireClient {
  readonly services: Services;
  /** Attaches to a console; output begins with the stored tail. By default as a window is: a moment without reading, and output is left out. */
  openConsole(machine: string, console: number, attachment?: Attachment): ConsoleChannel;
  /** Runs a command in a machine's guest; that it cannot be started comes as `lost`. */
  openCommand(machine: string, request: CommandRequest, events: CommandEvents): RunningCommand;
  /** Opens a stream that leads to a machine; that it cannot be had comes as `lost`. */
  openStream(machine: string, request: StreamRequest, events: CommandEvents): RunningCommand;
  /** Plugs a card into a network that machines share; that it cannot be, or that the network has ended, comes as `lost`. */
  openCable(request: CableRequest, events: CommandEvents): RunningCommand;
  attach(send: (frame: Frame) => void): void;
  receive(frame: Frame): void;
  /** The link is gone: calls under way are rejected with `reason`, channels are closed. */
  detach(reason: Reason): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}
interface ChannelState {
  isOpen: boolean;
  opened: ((historyBytes: number, position: number) => void)[];
  /** Opened with the channel: the program drops what comes for a channel it does not know yet. */
  readonly input: SendWindow;
  output: ((bytes: Uint8Array) => void)[];
  skipped: ((bytes: number) => void)[];
  lost: ((bytes: number) => void)[];
  answers: ((answers: boolean) => void)[];
  closed: ((reason: Reason) => void)[];
  /** Output that came before anybody listened. */
  early: Uint8Array[];
}

/** Makes a client without a link; calls before `attach` are rejected as unavailable. */
export function createWireClient(): WireClient {
  let link: ((frame: Frame) => void) | undefined;
  let lostReason: Reason = faultWith('wire-not-connected');
  let next = 1;
  const pending = new Map<number, Pending>();
  const channels = new Map<number, ChannelState>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();

  const commands = new WireCommands((frame) => {
    link?.(frame);
    return link !== undefined;
  });

  const call = (service: string, method: string, args: readonly unknown[]) =>
    new Promise((resolve, reject: (error: Error) => void) => {
      if (!link) return reject(ContractError.of(lostReason));
      const id = next++;
      pending.set(id, { resolve, reject });
      link(encodeMessage({ kind: 'call', id, service, method, args }));
    });

  const subscribe = (key: string, listener: (payload: unknown) => void) => {
    const set = listeners.get(key) ?? new Set();
    listeners.set(key, set.add(listener));
    return () => void set.delete(listener);
  };

  const settle = (id: number, act: (waiting: Pending) => void) => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (waiting) act(waiting);
  };

  const lose = (channel: ChannelState | undefined, bytes: number) => {
    if (bytes > 0) channel?.lost.forEach((listener) => listener(bytes));
  };

  const closeChannel = (number: number, reason: Reason) => {
    const channel = channels.get(number);
    channels.delete(number);
    lose(channel, channel?.input.end() ?? 0);
    channel?.closed.forEach((listener) => listener(reason));
  };

  const deliver = (number: number, bytes: Uint8Array) => {
    if (commands.output(number, 1, bytes)) return;
    const channel = channels.get(number);
    if (channel?.output.length) channel.output.forEach((listener) => listener(bytes));
    else channel?.early.push(bytes);
  };

  const opened = ({ channel: number, historyBytes, position }: Extract<ServerMessage, { kind: 'opened' }>) => {
    const channel = channels.get(number);
    if (!channel) return;
    channel.isOpen = true;
    channel.opened.forEach((listener) => listener(historyBytes, position));
    channel.input.open();
  };

  const handle = (message: ServerMessage) => {
    if (message.kind === 'answer') settle(message.id, (waiting) => waiting.resolve(message.ok));
    else if (message.kind === 'refusal') settle(message.id, (waiting) => waiting.reject(ContractError.of(message.error)));
    else if (message.kind === 'event')
      listeners.get(`${message.service}.${message.name}`)?.forEach((listener) => listener(message.payload));
    else if (message.kind === 'opened') opened(message);
    else if (message.kind === 'skipped') channels.get(message.channel)?.skipped.forEach((listener) => listener(message.bytes));
    else if (message.kind === 'command') commands.news(message.channel, message.news);
    else if (message.kind === 'answers') channels.get(message.channel)?.answers.forEach((listener) => listener(message.answers));
    else if (message.kind === 'lost') {
      const channel = channels.get(message.channel);
      lose(channel, message.bytes);
      channel?.input.acknowledge(message.bytes);
    } else if (message.kind === 'closed') closeChannel(message.channel, message.reason);
    else if (message.kind === 'hello' && message.wire !== WIRE_VERSION)
      client.detach(faultWith('wire-other-version', { version: message.version }));
  };

  const client: WireClient = {
    services: Object.fromEntries(
      Object.values(contracts).map(({ name, members }) => [
        name,
        Object.fromEntries(
          Object.entries(members).map(([member, { kind }]) => [
            member,
            kind === 'call'
              ? (...args: unknown[]) => call(name, member, args)
              : { on: (listener: (payload: unknown) => void) => subscribe(`${name}.${member}`, listener) },
          ]),
        ),
      ]),
    ) as unknown as Services,

    openConsole(machine, console, { whole, terminal } = { whole: false, terminal: true }) {
      const number = next++;
      const send = (frame: Frame) => (channels.has(number) ? link?.(frame) : undefined);
      const input = new SendWindow(CHANNEL_WINDOW, (piece) => send(encodeFrame(FRAME.input, number, piece)));
      const state: ChannelState = {
        isOpen: false,
        opened: [],
        input,
        output: [],
        skipped: [],
        lost: [],
        answers: [],
        closed: [],
        early: [],
      };
      channels.set(number, state);
      if (link) link(encodeMessage({ kind: 'open', channel: number, machine, console, whole, terminal }));
      else queueMicrotaskClose(() => closeChannel(number, lostReason));
      return {
        onOpened: (listener) => void state.opened.push(listener),
        onOutput(listener) {
          state.output.push(listener);
          for (const bytes of state.early.splice(0)) listener(bytes);
        },
        onSkipped: (listener) => void state.skipped.push(listener),
        onAnswers: (listener) => void state.answers.push(listener),
        onLost: (listener) => void state.lost.push(listener),
        onClosed: (listener) => void state.closed.push(listener),
        acknowledge: (count) => void send(encodeAcknowledgement(number, count)),
        write: (bytes) => input.write(bytes),
        delivered: () => input.idle(),
        undelivered: () => input.unacknowledged,
        finish() {
          if (!channels.has(number)) return Promise.resolve();
          const ask = () => send(encodeMessage({ kind: 'finish', channel: number }));
          if (state.isOpen) ask();
          else state.opened.push(ask);
          return new Promise((resolve) => state.closed.push(() => resolve()));
        },
        close() {
          send(encodeMessage({ kind: 'close', channel: number }));
          channels.delete(number);
          input.end();
        },
      };
    },

    openCommand(machine, request, events) {
      const channel = next++;
      return commands.open(channel, { kind: 'run', channel, machine, request }, events, () => lostReason);
    },
    openStream(machine, request, events) {
      const channel = next++;
      return commands.open(channel, { kind: 'stream', channel, machine, request }, events, () => lostReason);
    },
    openCable(request, events) {
      const channel = next++;
      return commands.open(channel, { kind: 'plug', channel, request }, events, () => lostReason);
    },

    attach(send) {
      link = send;
    },
    receive(frame) {
      if (typeof frame === 'string') return handle(decodeServerMessage(frame));
      const { kind, number, payload } = decodeFrame(frame);
      if (kind === FRAME.output) deliver(number, payload);
      else if (kind === FRAME.errors) commands.output(number, 2, payload);
      else if (kind === FRAME.acknowledge) channels.get(number)?.input.acknowledge(decodeCount(payload));
      else if (kind === FRAME.bytesAnswer) settle(number, (waiting) => waiting.resolve(payload));
    },
    detach(reason) {
      link = undefined;
      lostReason = reason;
      for (const id of [...pending.keys()]) settle(id, (waiting) => waiting.reject(ContractError.of(reason)));
      for (const number of [...channels.keys()]) closeChannel(number, reason);
      commands.lost({ kind: 'failed', reason });
    },
  };
  return client;
}

/** Runs `act` after the caller had the chance to listen. */
function queueMicrotaskClose(act: () => void): void {
  void Promise.resolve().then(act);
}
