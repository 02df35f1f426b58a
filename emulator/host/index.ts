/**
 * Starts machines: the only door from a process into the emulator. `main` calls it from the Electron main process,
 * the browser shell or the CLI; each machine gets its threads and its shared memory here.
 */
import type { MachineConfiguration, MachineEvents, RunningMachine } from '../index.ts';

/**
 * Loads the boot files, creates the machine's memory and threads and lets it run.
 * @throws MachineError when a file is missing or unusable; nothing is left running then
 */
export async function startMachine(configuration: MachineConfiguration, events: MachineEvents): Promise<RunningMachine> {
  void configuration;
  void events;
  throw new Error('the engine lands in the next commits');
}
