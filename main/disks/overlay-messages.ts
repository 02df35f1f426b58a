/** What an overlay disk is set up with, and what it can be told while its machine runs. */
import type { ImageFormat } from '../../emulator/disk/open.ts';

/** What a `ModuleDisk` with this module is set up with. Paths are absolute. */
export interface OverlaySetup {
  /** The overlay file (`createHead`); that of a throwaway disk is made where it is absent. */
  readonly overlay: string;
  /** Where the settled content is: the store's file and the head's id. Absent: the disk never has any. */
  readonly settled?: { readonly store: string; readonly head: string };
  readonly base?: { readonly path: string; readonly format: ImageFormat };
  /** What the guest sees; at least the base's size. */
  readonly sizeBytes: number;
  readonly readonly: boolean;
  /** Nothing needs to outlive the machine: flushes cost nothing. The overlay file is the owner's to remove. */
  readonly throwaway: boolean;
}

/** What `cut` answers: the generation that ended; rows up to it are the disk at that snapshot point. */
export interface OverlayMark {
  readonly generation: number;
}

/** What the disk can be told (`RunningMachine.tellDisk`), and its answers. */
export type OverlayMessage =
  /** Everything up to the generation is to be in the overlay file, for others to read. Answer: undefined. */
  | { readonly kind: 'commit'; readonly generation: number }
  /** The head's content of that version holds all rows up to the generation: they go. Answer: undefined, at once durable. */
  | { readonly kind: 'settled'; readonly version: number; readonly generation: number }
  /** A snapshot point that can be read beside the running machine, until `release`: nothing of it is removed. Answer: OverlayHold. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'release' }
  /** Answer: OverlaySizes. */
  | { readonly kind: 'sizes' };
/** What makes up the disk at the snapshot point of a `hold`: a version of the head's content, and rows of later generations up to one. */
export interface OverlayHold {
  readonly settledVersion: number | undefined;
  readonly settledGeneration: number;
  readonly generation: number;
}
export interface OverlaySizes {
  readonly sizeBytes: number;
  /** What the overlay takes on the host, and what waits in memory to be written to it. */
  readonly overlayBytes: number;
  readonly waitingBytes: number;
}
