/** What every section of the Hardware form is given, and what it says back. */
import type { MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import type { Problem } from './definition-draft.ts';

export interface SectionProps {
  readonly draft: MachineDefinition;
  readonly changed: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly machine: MachineStatus;
}
export interface SectionEmits {
  change: [patch: Partial<MachineDefinition>];
}
