/** The fields of a definition that the emulator takes as they are. */
import type { MachineConfiguration } from '../../emulator/index.ts';
import { PASSED_ON } from '../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** Those that `MachineConfiguration` has under the same name and type: a field declared `passedOn` that it lacks does no harm. */
type PassedOn = Omit<MachineConfiguration, 'memoryBytes' | 'boot' | 'disks' | 'networks' | 'shares' | 'ports'>;

const NAMES: ReadonlySet<string> = new Set(PASSED_ON.map(({ path }) => path));

export const passedOn = (definition: MachineDefinition): PassedOn =>
  Object.fromEntries(Object.entries(definition).filter(([field]) => NAMES.has(field))) as unknown as PassedOn;
