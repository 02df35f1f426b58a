/** Errors about disks: their files, bases, overlays and who uses them. Slots count from 0 in facts and from 1 in words. */
import { entry, type Fault } from '../../../emulator/error/coded-error.ts';
import type { MachineState } from '../machine-state.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { utcMomentText } from '../../../emulator/quantities/moments.ts';
import { counted } from '../counts.ts';
import { shellWord } from '../foreign-text.ts';

type OfDisk = { readonly slot: number };
type OfFile = { readonly path: string };
type Use = 'read' | 'write';

const ACCEPT = 'put the old file back, or accept it as it is now (viv disk accept), but the overlay may no longer match it';
/** How a base is not what it was; `unrecorded`: it changed before its content was recorded. */
export type BaseDifference = 'size' | 'content' | 'unrecorded';
const DIFFERENCES: Record<BaseDifference, string> = {
  size: 'its size differs',
  content: 'its content differs',
  unrecorded: 'it changed before its content was recorded',
};

export const diskErrors = {
  'disk-missing': entry<OfDisk & { name: string; count: number }>(
    'missing',
    ({ name, slot, count }) => `"${name}" has ${counted(count, 'disk')}, so there is no disk ${slot + 1}`,
  ),
  'disk-missing-here': entry<OfDisk>('missing', ({ slot }) => `there is no disk ${slot + 1}`),
  'disk-not-in-snapshot': entry<OfDisk & { name: string; count: number }>(
    'missing',
    ({ name, slot, count }) => `there is no disk ${slot + 1} in "${name}": it holds ${counted(count, 'disk')}`,
  ),
  'disks-too-many': entry<{ most: number }>('conflict', ({ most }) => `a machine has at most ${most} disks: remove one first`),
  'disk-unusable': entry<OfDisk & { why: Fault }>('unavailable', ({ slot, why }, say) => `disk ${slot + 1} cannot be used: ${say(why)}`),
  'disk-of-snapshot-unusable': entry<OfDisk & { name: string; why: Fault }>(
    'unavailable',
    ({ slot, name, why }, say) => `disk ${slot + 1} of "${name}" cannot be used: ${say(why)}. Nothing was changed`,
  ),
  'disk-file-unusable': entry<OfFile & { why: Fault }>(
    'unavailable',
    ({ path, why }, say) => `the disk ${path} cannot be used: ${say(why)}`,
  ),
  'file-unusable': entry<OfFile & { why: Fault }>('unavailable', ({ path, why }, say) => `${path} cannot be used: ${say(why)}`),
  'file-gone': entry<OfFile>('missing', ({ path }) => `${path} is missing: put it back`),
  'disk-no-file': entry('unavailable', () => 'it has no file: choose one, or keep writes in an overlay'),
  'disk-no-id': entry('unavailable', () => 'it has no id: change any setting of the machine and try again'),
  'disk-no-file-or-size': entry('unavailable', () => 'it has neither a file nor a size: set one of them'),
  'disk-base-larger': entry<OfFile & { bytes: number; sizeBytes: number }>(
    'unavailable',
    ({ path, bytes, sizeBytes }) => `${path} has ${bytes} bytes, more than the ${sizeBytes} set for the disk: set at least its size`,
  ),
  'disk-base-grown': entry<OfFile & { bytes: number; sizeBytes: number }>(
    'unavailable',
    ({ path, bytes, sizeBytes }) =>
      `its base image ${path} has ${bytes} bytes, more than the disk's ${sizeBytes}: it has changed since the disk was made`,
  ),
  'disk-overlay-missing': entry<OfFile>(
    'unavailable',
    ({ path }) => `its overlay ${path} is missing: restore a snapshot, or remove the disk and add it again`,
  ),
  'disk-overlay-of-library': entry<OfFile>('conflict', ({ path }) => `the overlay ${path} belongs to a disk of a library`),
  'disk-empty-needs-size': entry('invalid', () => 'an empty disk needs a size'),
  'disk-size-not-sectors': entry<{ sectorBytes: number }>(
    'invalid',
    ({ sectorBytes }) => `a disk's size must be a multiple of ${sectorBytes} bytes`,
  ),
  'disk-cannot-shrink': entry<OfDisk & { sizeBytes: number }>(
    'conflict',
    ({ slot, sizeBytes }) => `disk ${slot + 1} has ${sizeBytes} bytes: a disk cannot be made smaller`,
  ),
  'disk-file-cannot-shrink': entry<OfFile & { bytes: number; sizeBytes: number }>(
    'invalid',
    ({ path, bytes, sizeBytes }) => `the disk ${path} has ${bytes} bytes: it cannot be reduced to ${sizeBytes}`,
  ),
  'disk-is-device': entry<OfFile>('conflict', ({ path }) => `${path} is a block device and cannot be resized`),
  'disk-readonly-resize': entry('conflict', () => 'a read-only image cannot be resized: keep its writes in an overlay first'),
  'disk-direct-compact': entry('conflict', () => 'the guest writes to this file directly: only overlays can be compacted'),
  'disk-direct-export': entry('conflict', () => 'the guest writes to this file directly: stop the machine before exporting the disk'),
  'disk-direct-snapshot': entry<OfDisk>(
    'conflict',
    ({ slot }) =>
      `disk ${slot + 1} is written directly, so it cannot be part of a snapshot: set its writes to "overlay" under Hardware (the image is then not changed)`,
  ),
  'disk-no-base': entry<OfDisk>('conflict', ({ slot }) => `disk ${slot + 1} has no base image to accept`),
  'disk-still-empty': entry<OfDisk>(
    'conflict',
    ({ slot }) => `disk ${slot + 1} is still empty: start the machine once, or export its base image`,
  ),
  'guest-no-volumes': entry<OfDisk & { place?: string; passedOver: readonly string[] }>(
    'missing',
    ({ slot, place, passedOver }) =>
      `disk ${slot + 1} has no ${place === undefined ? 'file system' : `file system in ${place}`} that can be read here${passedOver.length > 0 ? ` (${passedOver.join('; ')})` : ''}: export the disk and open the image with other tools`,
  ),
  'guest-volume-damaged': entry<OfDisk & { why: Fault }>(
    'damaged',
    ({ slot, why }, say) => `a file system of disk ${slot + 1} cannot be read: ${say(why)}`,
  ),
  'guest-folder-missing': entry<OfFile>('missing', ({ path }) => `there is no folder ${path} on this disk at that moment`),
  'guest-file-missing': entry<OfFile>('missing', ({ path }) => `there is no file ${path} on this disk at that moment`),
  'guest-file-not-file': entry<OfFile & { kind: 'directory' | 'link' | 'other' }>('invalid', ({ path, kind }) =>
    kind === 'directory' ? `${path} is a folder: choose one file in it` : `${path} is no regular file, so it has no content to take`,
  ),
  'guest-file-short': entry<OfFile & { sizeBytes: number; done: number }>(
    'damaged',
    ({ path, sizeBytes, done }) => `${path} should have ${sizeBytes} bytes, but only ${done} could be read: its file system is damaged`,
  ),
  'disk-nothing-to-export': entry('unavailable', () => 'the disk has no file'),
  'disk-machine-started': entry('conflict', () => 'the machine was started in the meantime: stop it and try again'),
  'disk-needs-stopped': entry<{ name: string; state: MachineState; what: string }>(
    'conflict',
    ({ name, state, what }) => `"${name}" is ${state}: stop it before a disk is ${what}`,
  ),
  'disk-of-suspended': entry<{ name: string }>(
    'conflict',
    ({ name }) => `"${name}" is suspended, and its saved memory depends on the disk: start it and shut it down first`,
  ),
  'disk-readonly': entry<OfFile>('readonly', ({ path }) => `${path} is attached read-only`),
  'disk-unknown-message': entry<{ message: string }>('internal', ({ message }) => `a disk does not know the message ${message}`),
  'disk-no-settled-content': entry('internal', () => 'a disk outside a library has no settled content'),
  'disk-generation-open': entry<OfFile & { generation: number }>(
    'internal',
    ({ path, generation }) => `generation ${generation} of ${path} has not ended: it cannot be settled`,
  ),

  'image-empty': entry<OfFile>(
    'invalid',
    ({ path }) => `${path} is empty: a disk needs a size (truncate -s 1G ${shellWord(path)} gives it one)`,
  ),
  'image-qcow2-in-place': entry<OfFile>(
    'conflict',
    ({ path }) =>
      `${path} is a qcow2 image, which is never written in place: use format=qcow2 with overlay (writes are kept in an overlay), throwaway or readonly`,
  ),
  'image-not-a-disk': entry<OfFile & { description: string; advice: string }>(
    'invalid',
    ({ path, description, advice }) => `${path} is ${description}: ${advice}`,
  ),
  'image-raw-compressed': entry('invalid', () => 'a raw image cannot be compressed: choose qcow2'),
  'image-truncated-in-use': entry<OfFile>('damaged', ({ path }) => `${path} was truncated while it was in use`),
  'file-changed-while-read': entry<OfFile>(
    'conflict',
    ({ path }) => `${path} changed while it was being read: wait until no program writes to it and try again`,
  ),

  'base-unreadable': entry<OfFile & { why: Fault }>(
    'unavailable',
    ({ path, why }, say) => `the base image ${path} cannot be read: ${say(why)}`,
  ),
  'base-missing': entry<OfFile>('unavailable', ({ path }) => `the base image ${path} is missing: put it back`),
  'base-changed': entry<OfFile & { by: BaseDifference; thenBytes: number; thenAt: number; nowBytes: number; nowAt: number }>(
    'unavailable',
    ({ path, by, thenBytes, thenAt, nowBytes, nowAt }) =>
      `the base image ${path} has changed since the disk was made on it: ${DIFFERENCES[by]} (then ${thenBytes} bytes of ${utcMomentText(thenAt)}, now ${nowBytes} bytes of ${utcMomentText(nowAt)}, UTC): ${ACCEPT}`,
  ),
  'base-in-use': entry<OfFile & { owner: string }>(
    'conflict',
    ({ path, owner }) =>
      `${path} is the base image of a disk of ${owner}, and writing to it would corrupt that disk: add overlay, throwaway or readonly`,
  ),

  /** `use`: what was wanted; `held`: what the holder does with the file. */
  'disk-file-twice': entry<OfDisk & OfFile>(
    'conflict',
    ({ path, slot }) => `${path} is also disk ${slot + 1} of this machine: it cannot start while one of them writes to the file`,
  ),
  'disk-file-shared': entry<OfDisk & OfFile & { name: string }>(
    'conflict',
    ({ path, slot, name }) => `${path} is also disk ${slot + 1} of "${name}": only one of the machines can run at a time`,
  ),
  'disk-no-file-set': entry('unavailable', () => 'no file is set: choose one under Hardware'),
  'file-claimed': entry<OfFile & { use: Use; held: Use; holder: string }>('conflict', ({ path, use, held, holder }) => {
    const does = held === 'write' ? 'has it in use' : 'reads it, as the base of a disk or read-only';
    const advice = use === 'write' ? 'stop that first, or add overlay, throwaway or readonly' : 'stop that first';
    return `${path} cannot be ${use === 'write' ? 'written' : 'read'} now: ${holder} ${does}: ${advice}`;
  }),
  'file-twice': entry<OfFile & { other: string }>(
    'conflict',
    ({ path, other }) =>
      `${other === path ? `${path} is listed twice` : `${other} and ${path} are the same file`}: a machine cannot use it as two disks and write to it`,
  ),

  'output-exists': entry<OfFile>('conflict', ({ path }) => `${path} already exists: choose another name, or delete it first`),
  'output-full': entry<OfFile>(
    'full',
    ({ path }) => `no space left for ${path}: free some space and try again; the incomplete file was deleted`,
  ),
  'output-no-folder': entry<{ folder: string }>('missing', ({ folder }) => `there is no folder ${folder}: create it, or choose another`),
  'output-permission': entry<OfFile & { detail: string }>(
    'readonly',
    ({ path, detail }) => `no permission to write ${path}: choose another folder (${detail})`,
  ),

  'space-too-small': entry<{ what: string; name: string; likelyBytes: number; freeBytes: number; folder: string }>(
    'full',
    ({ what, name, likelyBytes, freeBytes, folder }) =>
      `not enough space for ${what} of "${name}": it may need ${formatBytes(likelyBytes)}, but only ${formatBytes(freeBytes)} are free in ${folder}; delete snapshots or free some space`,
  ),
} as const;
