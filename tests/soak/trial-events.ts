/** What the process under trial says, one JSON line each. */

export type TrialEvent =
  /** The library is open. */
  | { readonly event: 'opened' }
  /** A guest's serial console. */
  | { readonly event: 'output'; readonly machine: string; readonly text: string }
  /** A machine has gone back to a snapshot point, or began at one. */
  | { readonly event: 'returned'; readonly machine: string }
  | { readonly event: 'begun'; readonly call: number; readonly what: string; readonly machine?: string; readonly snapshot?: string }
  | { readonly event: 'done'; readonly call: number }
  /** `fault`: not what a person could be told. */
  | { readonly event: 'refused'; readonly call: number; readonly text: string; readonly fault: boolean }
  /** A snapshot point is taken. */
  | { readonly event: 'taken'; readonly machine: string; readonly snapshot: string }
  /** All of it is stored: from now on it must not be lost. */
  | { readonly event: 'stored'; readonly snapshot: string }
  /** The memory as it was while the machine stood still. */
  | { readonly event: 'memory'; readonly snapshot: string; readonly hash: string };
