/** The client's half of commands that run in guests, and of streams: channels of the wire as `RunningCommand`s. */
import type { Reason } from './errors/reasons.ts';
import type { CommandControl, CommandEvents, CommandLoss, RunningCommand } from './commands.ts';
import { encodeAcknowledgement, encodeFrame, encodeMessage, FRAME, type ClientMessage, type CommandNews, type Frame } from './wire.ts';

export class WireCommands {
  readonly #channels = new Map<number, CommandEvents>();
  readonly #send: (frame: Frame) => boolean;

  /** @param send answers whether there is a link to send on */
  constructor(send: (frame: Frame) => boolean) {
    this.#send = send;
  }

  /** @param begin the message that opens the channel */
  open(channel: number, begin: ClientMessage, events: CommandEvents, notConnected: () => Reason): RunningCommand {
    this.#channels.set(channel, events);
    if (!this.#send(encodeMessage(begin)))
      void Promise.resolve().then(() => this.#end(channel, (listener) => listener.lost({ kind: 'failed', reason: notConnected() })));
    const send = (frame: Frame) => void (this.#channels.has(channel) && this.#send(frame));
    const control = (what: CommandControl) => send(encodeMessage({ kind: 'control', channel, control: what }));
    return {
      write: (bytes) => send(encodeFrame(FRAME.input, channel, bytes)),
      endInput: () => control({ endInput: true }),
      acknowledge: (stream, count) =>
        send(encodeAcknowledgement(channel, count, stream === 1 ? FRAME.acknowledge : FRAME.acknowledgeErrors)),
      signal: (number) => control({ signal: number }),
      resize: (size) => control({ size }),
      hangUp: () => {
        send(encodeMessage({ kind: 'close', channel }));
        this.#channels.delete(channel);
      },
    };
  }

  /** Output of a channel. @returns whether it is a command's */
  output(channel: number, stream: 1 | 2, bytes: Uint8Array): boolean {
    const events = this.#channels.get(channel);
    events?.output(stream, bytes);
    return events !== undefined;
  }

  news(channel: number, news: CommandNews): void {
    const events = this.#channels.get(channel);
    if ('room' in news) events?.inputRoom(news.room);
    else if ('inputClosed' in news) events?.inputClosed();
    else if ('outputEnded' in news) events?.outputEnded?.();
    else if ('dropped' in news) events?.dropped?.(news.dropped);
    else if ('ended' in news) this.#end(channel, (listener) => listener.ended(news.ended));
    else this.#end(channel, (listener) => listener.lost(news.lost));
  }

  /** The link is gone. */
  lost(loss: CommandLoss): void {
    for (const channel of [...this.#channels.keys()]) this.#end(channel, (events) => events.lost(loss));
  }

  #end(channel: number, tell: (events: CommandEvents) => void): void {
    const events = this.#channels.get(channel);
    this.#channels.delete(channel);
    if (events) tell(events);
  }
}
