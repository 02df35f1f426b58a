/** Errors of paths on the host: what a path is that it should not be, and why it cannot be opened. */
import { formatBytes } from '../quantities/bytes.ts';
import { entry } from './coded-error.ts';

type OfPath = { readonly path: string };

export const fileErrors = {
  'path-missing': entry<OfPath>('missing', ({ path }) => `there is no file ${path}`),
  'path-dangling': entry<OfPath & { target: string }>(
    'missing',
    ({ path, target }) => `${path} is a symbolic link to ${target}, which is not there`,
  ),
  'path-loop': entry<OfPath>('missing', ({ path }) => `${path} is a symbolic link that leads back to itself`),
  'path-name-too-long': entry<OfPath>('missing', ({ path }) => `${path.slice(0, 100)}… is too long for the name of a file`),
  'path-is-folder': entry<OfPath>('invalid', ({ path }) => `${path} is a folder, not a file`),
  'path-is-pipe': entry<OfPath>(
    'invalid',
    ({ path }) => `${path} is a pipe, which can be read only once: save what comes out of it as a file first`,
  ),
  'path-is-socket': entry<OfPath>('invalid', ({ path }) => `${path} is a socket, not a file`),
  /** `instead`: the block device of the same disk, where the system has one. */
  'path-is-character-device': entry<OfPath & { instead?: string | undefined }>(
    'invalid',
    ({ path, instead }) => `${path} is a character device, not a file or a disk${instead === undefined ? '' : `: give ${instead}`}`,
  ),
  'path-is-block-device': entry<OfPath>('unavailable', ({ path }) => `${path} is a block device, not a file`),
  'path-no-permission': entry<OfPath & { write: boolean }>(
    'unavailable',
    ({ path, write }) =>
      `${path} may not be ${write ? 'written' : 'read'} by this user: check its permissions and those of its folder${write ? ', or attach it read-only' : ''}`,
  ),
  'path-read-only-system': entry<OfPath>('unavailable', ({ path }) => `${path} is on a read-only file system: attach it read-only`),
  'path-busy': entry<OfPath>(
    'unavailable',
    ({ path }) => `${path} is in use by the system or another program (mounted?): unmount it first`,
  ),
  'path-no-medium': entry<OfPath>('unavailable', ({ path }) => `${path} is a drive without a medium: insert one and try again`),
  'path-no-answer': entry<OfPath>(
    'unavailable',
    ({ path }) => `${path} does not answer: check that the drive or network share it is on is connected`,
  ),
  'path-replaced': entry<OfPath>('unavailable', ({ path }) => `${path} was replaced while it was opened: try again`),
  'path-empty-drive': entry<OfPath>('unavailable', ({ path }) => `${path} is a drive of 0 bytes: insert a medium and try again`),
  'path-too-large': entry<OfPath & { sizeBytes: number; maxBytes: number }>(
    'unavailable',
    ({ path, sizeBytes, maxBytes }) => `${path} has ${sizeBytes} bytes; at most ${formatBytes(maxBytes)} can be loaded`,
  ),
  'path-unusable': entry<OfPath & { write: boolean; detail: string }>(
    'unavailable',
    ({ path, write, detail }) => `${path} cannot be ${write ? 'written' : 'read'}: ${detail}`,
  ),
} as const;
