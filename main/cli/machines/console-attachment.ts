/**
 * A command's hold on one console of a running machine: bytes in both directions, as fast as the slower side takes them,
 * and the one end that many things may bring.
 */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { caughtUp, turns } from '../../../emulator/structures/in-turn.ts';
import type { ConsoleChannel } from '../../../preload/contract/consoles.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Attachment } from '../../../preload/contract/wire.ts';
import { printError } from '../../output/print.ts';
import { QuestionFilter } from '../../doors/question-filter.ts';
import type { Program } from './program.ts';

/** Whether a machine has consoles to attach to. */
export const isActive = ({ state }: MachineStatus) => state !== 'off' && state !== 'failed';

/** Output is written and acknowledged in pieces of this many bytes: a slow line makes progress with each. */
const PIECE = 4096;

export interface ConsoleAttachment {
  readonly channel: Pick<ConsoleChannel, 'write' | 'delivered'>;
  /**
   * Hands what the console prints to `write`, one piece after the other; its reader decides how fast that goes. When
   * `write` rejects the attachment ends with `unwritable`'s reason, where it gives one.
   */
  carry(write: (bytes: Uint8Array) => Promise<void>, unwritable?: (error: Error) => string | undefined): void;
  /** Something was printed. */
  onOutput(listener: () => void): void;
  /** Resolves when the machine or the program has ended, with the reason, or with what `end` or `leave` was called with. */
  readonly ended: Promise<string | undefined>;
  /** Ends it once everything printed so far has been handed over. */
  end(reason?: string): void;
  /** Ends it at once. */
  leave(reason?: string): void;
  /** Lets the console go. @returns how many bytes of input have not reached the guest */
  close(): number;
}

export function attachToConsole({ client }: Program, machine: MachineStatus, number: number, attachment: Attachment): ConsoleAttachment {
  const channel = client.openConsole(machine.id, number, attachment);
  const done = Promise.withResolvers<string | undefined>();
  const filter = new QuestionFilter();
  let answers = false;
  let lost = 0;
  const inTurn = turns();
  let ending = false;
  const end = (reason?: string) => {
    ending = true;
    void channel
      .finish()
      .then(() => caughtUp(inTurn))
      .then(() => done.resolve(reason));
  };
  const stopWatching = client.services.machines.changed.on((status) => {
    if (status.id === machine.id && !isActive(status)) end(`"${status.definition.name}" is ${status.state} (${wordsOf(status.reason)})`);
  });
  channel.onSkipped((bytes) => printError(`viv: ${bytes} bytes were skipped: the machine prints faster than this terminal can show`));
  channel.onAnswers((now) => void inTurn(async () => (answers = now)));
  channel.onLost((bytes) => (lost += bytes));
  channel.onClosed((reason) => (ending ? undefined : void caughtUp(inTurn).then(() => done.resolve(wordsOf(reason)))));
  return {
    channel,
    carry(write, unwritable = () => undefined) {
      const put = async (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; at += PIECE) {
          const piece = bytes.subarray(at, at + PIECE);
          // What was printed before, and what another terminal is asked, is shown without its questions.
          await write(attachment.terminal ? filter.filter(piece, answers) : piece);
          channel.acknowledge(piece.length);
        }
      };
      channel.onOutput((bytes) => {
        inTurn(() => put(bytes)).catch((error: Error) => done.resolve(unwritable(error)));
      });
    },
    onOutput: (listener) => channel.onOutput(listener),
    ended: done.promise,
    end,
    leave: (reason) => done.resolve(reason),
    close() {
      stopWatching();
      lost += channel.undelivered();
      channel.close();
      return lost;
    },
  };
}
