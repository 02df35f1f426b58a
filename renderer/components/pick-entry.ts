import type { IconName } from './icons.ts';

/** One line of a pick-dialog. */
export interface PickEntry {
  readonly key: string;
  readonly label: string;
  readonly icon: IconName;
  /** Under which heading; entries of one group follow each other. */
  readonly group?: string;
  readonly shortcut?: string;
  /** Shown at the foot while the entry is chosen: the command line that does the same. */
  readonly detail?: string;
}
