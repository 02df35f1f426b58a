/**
 * Errors of disk images and file systems. A `finding` says in the format's own terms what contradicts it: it is a fact for
 * whoever looks into the file, and nothing decides by it.
 */
import { entry, type Fault } from './coded-error.ts';

export const imageErrors = {
  /** `name`: which file of the chain it is. */
  'image-unusable': entry<{ name: string; why: Fault }>('unavailable', ({ name, why }, say) => `${name}: ${say(why)}`),
  'image-damaged': entry<{ finding: string }>('damaged', ({ finding }) => `this qcow2 image is damaged: ${finding}`),
  'image-unsupported': entry<{ finding: string }>('unavailable', ({ finding }) => finding),
  'image-other-format': entry('invalid', () => 'this is not a qcow2 image; if it is a raw image, open it with the format "raw"'),
  'image-range': entry<{ offset: number; length: number; sizeBytes: number }>(
    'invalid',
    ({ offset, length, sizeBytes }) => `bytes ${offset} to ${offset + length} are not inside a disk of ${sizeBytes} bytes`,
  ),
  'image-cluster-size': entry<{ clusterBytes: number }>(
    'invalid',
    ({ clusterBytes }) => `clusters of ${clusterBytes} bytes are not possible; use a power of two from 512 bytes to 2 MiB`,
  ),
  'image-clusters-too-small': entry<{ sizeBytes: number; clusterBytes: number }>(
    'invalid',
    ({ sizeBytes, clusterBytes }) => `a disk of ${sizeBytes} bytes needs larger clusters than ${clusterBytes} bytes`,
  ),
  'image-backs-itself': entry('unavailable', () => 'it is its own backing file, directly or through others'),
  'image-chain-too-long': entry<{ most: number }>(
    'unavailable',
    ({ most }) => `it would be backing file number ${most}; a chain may have ${most} files`,
  ),
  'image-backing-is-address': entry<{ backing: string }>(
    'unavailable',
    ({ backing }) => `its backing file ${JSON.stringify(backing)} is an address, not a file; only files can be used`,
  ),
  'image-backing-not-allowed': entry<{ backing: string }>(
    'unavailable',
    ({ backing }) => `it needs the backing file ${JSON.stringify(backing)}, and backing files are not allowed here`,
  ),
  'image-backing-unusable': entry<{ backing: string; why: Fault }>(
    'unavailable',
    ({ backing, why }, say) => `its backing file ${JSON.stringify(backing)} cannot be used: ${say(why)}`,
  ),
  'image-backing-format': entry<{ format: string }>(
    'unavailable',
    ({ format }) => `its format is said to be ${JSON.stringify(format)}; raw and qcow2 can be read (convert it with qemu-img convert)`,
  ),
  'image-backing-unsaid': entry<{ name: string }>(
    'unavailable',
    ({ name }) =>
      `it has a backing file of its own, but the image above does not say that it is qcow2; if that is right, say so: qemu-img rebase -u -b ${JSON.stringify(name)} -F qcow2 IMAGE`,
  ),
  'file-system-damaged': entry<{ finding: string }>('damaged', ({ finding }) => `the file system is damaged: ${finding}`),
  'file-system-unsupported': entry<{ finding: string }>('unavailable', ({ finding }) => finding),
} as const;
