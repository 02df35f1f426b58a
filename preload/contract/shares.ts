/** Folders of the host's that a guest uses. */

/** What a shared folder of a machine is doing. */
export interface ShareStatus {
  /** Absent: the share has no folder. */
  readonly path?: string;
  readonly tag: string;
  readonly readonly: boolean;
  /**
   * `shared`: the guest has it; `unmounted`: it would, if it mounted what `within` says; `start`: from the machine's next start
   * on; `off`: the machine is off; `unusable`: see `problem`.
   */
  readonly state: 'shared' | 'unmounted' | 'start' | 'off' | 'unusable';
  /** Until the next start it is a folder of its tag's name in the share of this tag. */
  readonly within?: string;
  /** The host's error by its name, or `silent` for a folder that does not answer. */
  readonly problem?: string;
}
