/** What the two ends of a stream say to each other, one on a machine's I/O thread, the other in the program. */
import type { Fault } from '../../emulator/index.ts';

export type FromStream =
  | { readonly bytes: Uint8Array }
  /** So many more bytes may be written to it. */
  | { readonly room: number }
  /** It has no more bytes; it may still take some. */
  | { readonly ended: true }
  /** So many frames were left out of a capture, in all. */
  | { readonly dropped: number }
  /** It broke off, or was not to be had. */
  | { readonly failed: Fault };

export type ToStream =
  | { readonly bytes: Uint8Array }
  /** So many of its bytes have been dealt with. */
  | { readonly taken: number }
  /** No more bytes are written to it. */
  | { readonly ended: true };
