import type { IconName } from './icons.ts';

/** One line of a pick-dialog. */
export interface PickEntry {
  readonly key: string;
  readonly label: string;
  readonly icon: IconName;
  /** Under which heading; entries of one group follow each other. */
  readonly group?: string;
  readonly shortcut?: string;
}
