/** The frames of one network card, written until they end. */
import type { CommandLoss, RunningCommand } from '../../../preload/contract/commands.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { WireClient } from '../../../preload/contract/wire-client.ts';
import { turns } from '../../../emulator/structures/in-turn.ts';
import { printError, READER_GONE, standardOutput } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';

/** How a capture ended: with its machine, because the person has enough, or because something failed. */
export type CaptureOutcome =
  | { readonly kind: 'ended' | 'left' }
  | { readonly kind: 'unwritable'; readonly error: Error }
  | { readonly kind: 'lost'; readonly loss: CommandLoss };

export interface CardCapture {
  readonly client: WireClient;
  readonly machine: MachineId;
  /** From 0. */
  readonly card: number;
  write(bytes: Uint8Array): Promise<void>;
  /** The person has enough. */
  readonly enough: AbortSignal;
}

/** Writes the frames of a card until it ends. @returns how, and how many frames were left out */
export async function captureCard({ client, machine, card, write, enough }: CardCapture): Promise<[CaptureOutcome, number]> {
  const outcome = Promise.withResolvers<CaptureOutcome>();
  const inTurn = turns();
  let dropped = 0;
  const stream: RunningCommand = client.openStream(
    machine,
    { capture: card },
    {
      output(_, bytes) {
        inTurn(() => write(bytes)).then(
          () => stream.acknowledge(1, bytes.length),
          (error: Error) => outcome.resolve({ kind: 'unwritable', error }),
        );
      },
      dropped(frames) {
        if (dropped === 0) printError('viv: frames are being left out: whoever reads the capture is too slow');
        dropped = frames;
      },
      inputRoom: () => undefined,
      inputClosed: () => undefined,
      ended: () => void inTurn(async () => outcome.resolve({ kind: 'ended' })),
      lost: (loss) => outcome.resolve({ kind: 'lost', loss }),
    },
  );
  const leave = () => outcome.resolve({ kind: 'left' });
  enough.addEventListener('abort', leave, { once: true });
  if (enough.aborted) leave();
  const how = await outcome.promise;
  enough.removeEventListener('abort', leave);
  stream.hangUp();
  await inTurn(async () => undefined).catch(() => undefined);
  return [how, dropped];
}

/** Says what went wrong. @returns the exit status */
export function captureStatus(outcome: CaptureOutcome): number {
  if (outcome.kind === 'lost') printError(`viv: ${wordsOf(outcome.loss.reason)}`);
  if (outcome.kind !== 'unwritable') return outcome.kind === 'lost' ? EXIT.failed : EXIT.ok;
  if (standardOutput().failure?.readerGone) return READER_GONE;
  printError(`viv: the capture cannot be written: ${outcome.error.message}`);
  return EXIT.failed;
}
