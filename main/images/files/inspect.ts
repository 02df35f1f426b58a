/** Says what a file is by its content, so that a person learns before the boot that a kernel is for another processor. */
import { constants, createGunzip, zstdDecompressSync } from 'node:zlib';
import { type Compression, identify, type Identity } from '../../../emulator/format/identify.ts';
import { identifyOpen } from '../../../emulator/host/files/identify-path.ts';
import { openPath } from '../../../emulator/host/files/open-path.ts';
import type { FileInspection } from '../../../preload/contract/images.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';

type Verdict = Pick<FileInspection, 'kind' | 'architecture' | 'description' | 'format'>;

/** @throws ContractError when it is not there, cannot be read, or is neither a file nor a block device */
export async function inspectFile(path: string): Promise<FileInspection> {
  const file = await openPath(path);
  try {
    const { head, ...identity } = await identifyOpen(file);
    const { description, ...verdict } = await judge(identity, head);
    const where = file.kind === 'block device' ? ' on a block device' : '';
    const shown = `${description}${where}, ${formatBytes(file.sizeBytes)}`;
    return { path, sizeBytes: file.sizeBytes, description: shown, ...verdict };
  } finally {
    await file.handle.close();
  }
}

async function judge(identity: Identity, head: Uint8Array): Promise<Verdict> {
  const { description } = identity;
  switch (identity.kind) {
    case 'elf':
      return identity.architecture === undefined
        ? { kind: 'other-architecture', description }
        : { kind: 'program', architecture: identity.architecture, description };
    case 'bzimage':
      return { kind: 'packed-kernel', architecture: identity.architecture, description };
    case 'boot-image':
      return { kind: 'kernel-image', architecture: identity.architecture, description };
    case 'zboot':
      return { kind: 'packed-kernel', description };
    case 'other-architecture':
      return { kind: 'other-architecture', description };
    case 'cpio':
      return { kind: 'initrd', description };
    case 'qcow2':
      return { kind: 'disk', description, format: 'qcow2' };
    case 'iso':
    case 'raw-disk':
      return { kind: 'disk', description, format: 'raw' };
    case 'foreign-disk':
      return { kind: 'foreign-disk', description };
    case 'compressed':
      return judgeCompressed(identity.compression, description, head);
    default:
      return { kind: 'unrecognised', description };
  }
}

/** Looks inside where that is possible: the first bytes say whether it is a kernel, an archive or a disk. */
async function judgeCompressed(compression: Compression, description: string, head: Uint8Array): Promise<Verdict> {
  const inside = compression === 'gzip' ? await gunzipStart(head) : compression === 'zstd' ? unzstdStart(head) : new Uint8Array(0);
  const unknown = inside.length === 0;
  const inner = unknown ? undefined : await judge(identify(inside), new Uint8Array(0));
  const packed = (kind: FileInspection['kind']): Verdict => ({
    kind,
    ...(inner?.architecture === undefined ? {} : { architecture: inner.architecture }),
    description: `${inner?.description ?? ''} (${compression})`,
  });
  if (inner?.kind === 'kernel-image' && compression === 'gzip') return packed('packed-kernel');
  if (inner?.kind === 'disk' || inner?.kind === 'foreign-disk') return packed('compressed-disk');
  if (inner && inner.kind !== 'unrecognised') return packed(inner.kind);
  // The kernel unpacks an initial file system by all of these; of gzip it is known here what is inside.
  if (compression === 'gzip' || !unknown) return { kind: 'unrecognised', description };
  return { kind: 'initrd', description: `${description}, perhaps an initial file system` };
}

/** What the first part of a gzip file unpacks to; empty where it is damaged. */
function gunzipStart(bytes: Uint8Array): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const pieces: Buffer[] = [];
  let length = 0;
  const unpacker = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const finish = () => resolve(Buffer.concat(pieces));
  unpacker.on('data', (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
    // A small file can unpack to gigabytes; the beginning is all that is looked at.
    if (length > MAX_UNPACKED_BYTES) {
      unpacker.destroy();
      finish();
    }
  });
  unpacker.on('end', finish);
  unpacker.on('error', finish);
  unpacker.end(bytes);
  return promise;
}

const MAX_UNPACKED_BYTES = 256 * 1024;

/** The same for zstd; empty also where the first part unpacks to too much. */
function unzstdStart(bytes: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: MAX_UNZSTD_BYTES });
  } catch {
    return new Uint8Array(0);
  }
}

const MAX_UNZSTD_BYTES = 16 * 1024 * 1024;
