/** The program's end of a stream from a machine's I/O thread, as the running command that sessions know. */
import type { MessagePort } from 'node:worker_threads';
import type { CommandEvents, RunningCommand } from '../../preload/contract/commands.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { SendWindow } from '../../preload/contract/send-window.ts';
import { CHANNEL_WINDOW } from '../../preload/contract/wire.ts';
import type { FromStream, ToStream } from './stream-messages.ts';

export interface StreamKind {
  /** It takes no input. */
  readonly readOnly: boolean;
  /** The machine's end ends it in order. */
  readonly endsWithMachine: boolean;
}

export function streamClient(port: MessagePort, { readOnly, endsWithMachine }: StreamKind, events: CommandEvents): RunningCommand {
  let isOver = false;
  const ended = { input: readOnly, output: false };
  const window = new SendWindow(CHANNEL_WINDOW, (piece) => events.output(1, piece));
  window.open();
  const say = (message: ToStream) => port.postMessage(message);
  const finish = (tell: () => void) => {
    if (isOver) return;
    isOver = true;
    port.close();
    tell();
  };
  const endIfBoth = () => {
    if (ended.input && ended.output) finish(() => events.ended({ status: 0, outOfMemory: false }));
  };
  const outputEnds = () => {
    // After what still waits for the client.
    void window.write(new Uint8Array(0)).then(() => {
      if (isOver || ended.output) return;
      ended.output = true;
      events.outputEnded?.();
      endIfBoth();
    });
  };
  const lost = (kind: 'refused' | 'stopped', reason: Parameters<CommandEvents['lost']>[0]['reason']) =>
    void window.write(new Uint8Array(0)).then(() => finish(() => events.lost({ kind, reason })));

  port.on('message', (message: FromStream) => {
    if (isOver) return;
    if ('bytes' in message) void window.write(message.bytes);
    else if ('room' in message) events.inputRoom(message.room);
    else if ('dropped' in message) events.dropped?.(message.dropped);
    else if ('failed' in message) lost('refused', message.failed);
    else outputEnds();
  });
  port.on('close', () => {
    if (isOver) return;
    if (endsWithMachine) outputEnds();
    else lost('stopped', faultWith('stream-machine-ended'));
  });
  return {
    write: (bytes) => say({ bytes }),
    endInput() {
      if (ended.input) return;
      ended.input = true;
      say({ ended: true });
      endIfBoth();
    },
    acknowledge(_stream, count) {
      window.acknowledge(count);
      if (!isOver) say({ taken: count });
    },
    signal: () => undefined,
    resize: () => undefined,
    hangUp() {
      isOver = true;
      window.end();
      port.close();
    },
  };
}
