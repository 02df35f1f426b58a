/** What a machine boots from, and what comes of it: the same words for every board. */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { CoreStart } from '../kit/core-binding.ts';

/** The files of a boot source, as bytes. */
export type BootFiles =
  | {
      readonly kind: 'linux';
      readonly kernel: Uint8Array;
      readonly initrd?: Uint8Array;
      readonly commandLine: string;
      /** Firmware that starts it; absent: the board's own way. */
      readonly firmware?: Uint8Array;
    }
  | { readonly kind: 'firmware'; readonly firmware: Uint8Array }
  | { readonly kind: 'bare'; readonly program: Uint8Array };

/**
 * Undoes a compression, gzip unless told; throws an Error for damaged or truncated input, and a RangeError as soon as there are
 * more than `limit` bytes.
 */
export type Inflate = (bytes: Uint8Array, limit: number, compression?: 'gzip' | 'zstd') => Uint8Array;

export interface BootRequest {
  readonly files: BootFiles;
  readonly memory: GuestMemory;
  readonly inflate: Inflate;
  /** Gives `count` random bytes, for the kernel's pool. */
  entropy(count: number): Uint8Array;
}

/** A machine whose memory is ready. */
export interface PreparedBoot {
  readonly start: CoreStart;
  /** What went where, for the machine's log. */
  readonly log: readonly string[];
}
