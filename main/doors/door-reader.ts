/** One program at a console's door: it is sent what the console prints, and what it sends is typed. */
import type { Channel, ChannelListener } from '../supervisor/console-log.ts';
import { turns } from '../../emulator/structures/in-turn.ts';
import { QuestionFilter } from './question-filter.ts';

/** A console as doors reach it; the attachment survives stops and starts of the machine. */
export interface DoorConsole {
  attach(listener: ChannelListener): Promise<Channel>;
  /** Resolves when the guest has taken it, or it is lost. */
  write(bytes: Uint8Array): Promise<unknown>;
}
/** What leads to a program: bytes in both directions, each side as slow as the other. */
export interface DoorStream {
  /** Calls back piece by piece; the next one comes when the listener's promise has resolved. */
  onInput(listener: (bytes: Uint8Array) => Promise<void>): void;
  /** Resolves when the bytes were taken, rejects when nobody is there any more. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Joins them: what was printed before comes first. @returns what lets the console go */
export async function serveReader(console: DoorConsole, stream: DoorStream): Promise<() => void> {
  const filter = new QuestionFilter();
  const inTurn = turns();
  let answers = false;
  const channel = await console.attach({
    output: (bytes) =>
      void inTurn(async () => {
        await stream.write(filter.filter(bytes, answers));
        channel.acknowledge(bytes.length);
      }).catch(() => channel.close()),
    // What fell out while the program did not read is gone for it; it sees the newest.
    skipped: () => undefined,
    answers: (now) => void inTurn(() => Promise.resolve(void (answers = now))),
  });
  channel.begin();
  stream.onInput(async (bytes) => {
    channel.touched();
    await console.write(bytes);
  });
  return () => channel.close();
}
