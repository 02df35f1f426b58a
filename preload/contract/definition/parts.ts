/** What definitions are made up of that stands by itself elsewhere too: names, paths, disks. */
import type * as v from 'valibot';
import { flag, oneOf, optional, record, text, whole } from '../schema/shapes.ts';
import { INTERVAL_MAX } from './units.ts';

/** As long as Linux takes one (PATH_MAX). */
export const path = text(4096);
export const templateName = text(100);
export const NOTE_MAX = 20_000;
/** A number of bytes: up to 2^53. */
export const bytes = whole(0, Number.MAX_SAFE_INTEGER);
export const imageFormat = oneOf(['raw', 'qcow2']);

/** One virtio block device. */
export const disk = record({
  /** Names the disk in the library; given by the program when the disk is first stored. Absent where writes are `direct`. */
  id: optional(text(64)),
  /** The base image, never written unless `writes` is `direct`; absent: an empty disk, or one whose content was copied in. */
  path: optional(path),
  /** The base's format; absent: raw. */
  format: optional(imageFormat),
  readonly: flag,
  /** Where writes go: into an overlay that is kept, one that is forgotten at the stop, or the raw file itself (no snapshots then). Absent: `direct`. */
  writes: optional(oneOf(['overlay', 'throwaway', 'direct'])),
  /** What the guest sees, in bytes; needed for an empty disk, and otherwise at least the base's size. Absent: the base's. */
  sizeBytes: optional(bytes),
});
/** A virtio console port beside the serial port. */
export const port = record({ name: text(60) });
/** Automatic checkpoints; 0 seconds: none. They and what they share stay within the budget (0: no limit). */
export const checkpointSetting = record({ everySeconds: whole(0, INTERVAL_MAX), budgetBytes: bytes });

export type Disk = v.InferOutput<typeof disk>;
