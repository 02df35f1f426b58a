/** `viv capture`: what a network card's cable carries, as a pcapng file. */
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { CommandLoss, RunningCommand } from '../../../preload/contract/commands.ts';
import type { MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import { turns } from '../../../emulator/structures/in-turn.ts';
import { printError, READER_GONE, standardOutput } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { machineNamed, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { refuseTerminal, STANDARD_OUTPUT } from '../through-file.ts';
import { cardOf } from './find-card.ts';

const help = `viv capture: write what a network card sends and receives as a pcapng file

Usage: viv capture NAME --write FILE|- [--net CARD]

Every frame is written until the machine stops or Ctrl-C ends it; of a machine that is off, from its start on. Times are
those of this computer, in nanoseconds. Long segments that the guest leaves to its card to cut are written as they are.
A reader that is too slow never slows the guest: what it misses is counted in the file and said here.

  --write FILE    where to; - is standard output. An existing file is overwritten. It holds whatever the guest sends,
                  passwords too, so only you can read it
  --net CARD      the number of the network card, from 1; the first where it is missing

Examples:
  viv capture box --write box.pcapng
  viv capture box --write - | wireshark -k -i -
  viv capture box --net 2 --write - | tshark -r -
`;

const OPTIONS = { write: { type: 'string' }, net: { type: 'string' } } as const;

interface Target {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
async function targetOf(path: string): Promise<Target> {
  if (path === STANDARD_OUTPUT) {
    refuseTerminal();
    return { write: (bytes) => standardOutput().write(bytes), close: () => Promise.resolve() };
  }
  let file: FileHandle;
  try {
    file = await open(path, 'w', 0o600);
  } catch (error) {
    throw new CallError(`--write: ${path} cannot be written: ${(error as Error).message}`);
  }
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
  };
  return { write, close: () => file.close() };
}

const runs = ({ state }: MachineStatus) => state === 'running' || state === 'paused';

/** Waits for the machine to run. @returns whether it does: the person may have had enough */
async function started({ client }: Program, machine: MachineStatus, ended: AbortSignal): Promise<boolean> {
  if (runs(machine)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (status: MachineStatus) => (status.id === machine.id && runs(status) ? resolve(true) : undefined);
  const stop = client.services.machines.changed.on(look);
  printError(`viv: waiting for "${machine.definition.name}" to start`);
  ended.addEventListener('abort', () => resolve(false), { once: true });
  look(await client.services.machines.get(machine.id));
  return promise.finally(stop);
}

type Outcome =
  | { readonly kind: 'ended' | 'left' }
  | { readonly kind: 'unwritable'; readonly error: Error }
  | { readonly kind: 'lost'; readonly loss: CommandLoss };

/** Writes the frames of a card until it ends. @returns how, and how many frames were left out */
async function record({ client }: Program, id: MachineId, card: number, target: Target, ended: AbortSignal): Promise<[Outcome, number]> {
  const outcome = Promise.withResolvers<Outcome>();
  const inTurn = turns();
  let dropped = 0;
  const stream: RunningCommand = client.openStream(
    id,
    { capture: card },
    {
      output(_, bytes) {
        inTurn(() => target.write(bytes)).then(
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
  ended.addEventListener('abort', () => outcome.resolve({ kind: 'left' }), { once: true });
  const how = await outcome.promise;
  stream.hangUp();
  await inTurn(async () => undefined).catch(() => undefined);
  return [how, dropped];
}

function statusOf(outcome: Outcome): number {
  if (outcome.kind === 'lost') printError(`viv: ${wordsOf(outcome.loss.reason)}`);
  if (outcome.kind !== 'unwritable') return outcome.kind === 'lost' ? EXIT.failed : EXIT.ok;
  if (standardOutput().failure?.readerGone) return READER_GONE;
  printError(`viv: the capture cannot be written: ${outcome.error.message}`);
  return EXIT.failed;
}

export const captureCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name] = words(positionals, 'NAME') as [string];
    if (values.write === undefined) throw new CallError('--write is missing: it says where the capture goes');
    const card = cardOf(values.net);
    const path = values.write;
    return withProgram(programThatStays(), async (program) => {
      const machine = await machineNamed(program, name);
      const target = await targetOf(path);
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) void once(process, signal).then(() => ending.abort());
      try {
        if (!(await started(program, machine, ending.signal))) return EXIT.interrupted;
        const [outcome, dropped] = await record(program, machine.id, card, target, ending.signal);
        if (dropped > 0) printError(`viv: ${dropped} frames were left out in all`);
        return statusOf(outcome);
      } finally {
        await target.close();
      }
    });
  },
};
