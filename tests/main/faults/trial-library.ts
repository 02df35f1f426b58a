/** A library with something in it to be damaged: a machine whose guest has worked, and three snapshots of it. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { openWholeProgram, type WholeProgram } from '../../kit/whole-program.ts';
import { guestDefinition } from '../../soak/guest-definition.ts';
import { GuestLines } from '../../soak/guest-lines.ts';
import { type TrialFolder, trialFolder } from '../../soak/kill-trials.ts';

const PATIENCE_MS = 120_000;

/** A program whose guests are listened to. */
export interface Listening {
  readonly program: WholeProgram;
  /** Waits until the guest has flushed so many more records. @throws Error with the machine's state where it does not */
  worked(machine: MachineId, records: number): Promise<void>;
  readonly lines: GuestLines;
}

export async function openListening(trial: TrialFolder): Promise<Listening> {
  const lines = new GuestLines();
  let error: string | undefined;
  let count = 0;
  const program = await openWholeProgram(trial.home, {
    output(_, text) {
      error ??= lines.output(text);
      count += text.split('\n').length - 1;
    },
    returned: () => lines.returned(),
  });
  return {
    program,
    lines,
    async worked(machine, records) {
      const until = count + records;
      for (const limit = Date.now() + PATIENCE_MS; count < until; await wait(5)) {
        if (error !== undefined) throw new Error(`the guest found: ${error}`);
        const { state, reason } = await program.machines.get(machine);
        if (Date.now() > limit || state === 'failed')
          throw new Error(`the guest does not go on: the machine is ${state}: ${wordsOf(reason)}`);
      }
    },
  };
}

export interface TrialLibrary {
  readonly trial: TrialFolder;
  readonly machine: MachineId;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotId[];
}

/** Lays it out in a folder; nothing has it open afterwards. */
export async function trialLibrary(folder: string): Promise<TrialLibrary> {
  mkdirSync(folder, { recursive: true });
  const trial = trialFolder(folder);
  const { program, worked } = await openListening(trial);
  try {
    const { id } = await program.machines.create({
      definition: { ...guestDefinition('worked', trial.program, trial.base), onQuit: 'stop' },
    });
    await program.machines.start(id);
    const snapshots: SnapshotId[] = [];
    for (let round = 0; round < 3; round++) {
      await worked(id, 60);
      const { snapshot } = await program.snapshots.create(id, { name: `point ${round + 1}` });
      await program.stored(id, snapshot.id);
      snapshots.push(snapshot.id);
    }
    await worked(id, 60);
    await program.machines.stop(id);
    return { trial, machine: id, snapshots };
  } finally {
    await program.close();
  }
}

/** The files of a library, by what they are to it. */
export const libraryFiles = ({ home, base }: TrialFolder) => ({
  library: home.library,
  store: join(home.folder, 'store.db'),
  overlays: join(home.folder, 'overlays'),
  base,
});
