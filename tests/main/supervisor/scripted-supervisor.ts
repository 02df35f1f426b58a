/** A supervisor over a library of its own and scripted machines. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { onTestFinished } from 'vitest';
import { openLibrary } from '../../../main/library/library.ts';
import { requireFiles, resolveConfiguration } from '../../../main/supervisor/resolve-configuration.ts';
import { openSupervisor } from '../../../main/supervisor/supervisor.ts';
import type { MachineActivity, MachineStatus } from '../../../preload/contract/machines.ts';
import { scriptedEmulator } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

export async function scriptedSupervisor(home = temporaryHome()) {
  const library = await openLibrary(home, { program: 'the test' });
  const emulator = scriptedEmulator();
  const changes: MachineStatus[] = [];
  const notices: string[] = [];
  const activities: MachineActivity[] = [];
  const supervisor = await openSupervisor({
    library,
    startMachine: emulator.startMachine,
    async begin({ definition }) {
      const disks = definition.disks.map(({ path, readonly }) => ({ path: path as string, readonly }));
      const configuration = resolveConfiguration(definition, undefined, disks);
      await requireFiles(configuration);
      return { configuration };
    },
    events: {
      changed: (status) => void changes.push(status),
      deleted: () => undefined,
      activity: (told) => void activities.push(...told),
      notice: (_level, what) => void notices.push(wordsOf(what)),
    },
  });
  const close = async () => {
    await supervisor.close();
    await library.close();
  };
  onTestFinished(close);
  /** The states a machine went through, neighbours that are the same counted once. */
  const states = () => changes.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
  return { supervisor, library, emulator, changes, notices, activities, states, close };
}
