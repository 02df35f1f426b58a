/**
 * What a file is that somebody gives as a disk. Raw is the one format without a mark, so what has the mark of another is
 * never taken for raw unless the person says so: the guest would see the container's bytes, and its first write spoil it.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { access, constants } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import { wholeSectors } from '../../emulator/disk/whole-sectors.ts';
import type { Compression, Identity } from '../../emulator/format/identify.ts';
import { identifyOpen } from '../../emulator/host/files/identify-path.ts';
import { openPath, type OpenPath } from '../../emulator/host/files/open-path.ts';
import { pathErrorOf } from '../../emulator/host/files/path-error.ts';

/** A file or block device that can be a disk. */
export interface DiskFile {
  readonly format: ImageFormat;
  readonly identity: string;
  /** Bytes that can be read of it; of a raw one, what the disk holds. */
  readonly fileBytes: number;
}

export interface DiskFileOptions {
  /** What the person says it is; absent: it is looked at. */
  readonly format?: ImageFormat | undefined;
  /** The guest is to write into the file itself. */
  readonly writes?: boolean;
}

/**
 * Looks at a file that is to be a disk.
 * @throws ContractError in one sentence when it cannot be one, with the command that makes one of it
 */
export async function lookAtDiskFile(path: string, { format, writes = false }: DiskFileOptions = {}): Promise<DiskFile> {
  const file = await openPath(path);
  try {
    if (file.sizeBytes === 0) throw new ContractError('image-empty', { path });
    const found = format ?? formatOf(path, await identifyOpen(file));
    if (writes) await requireWritable(path, found, file);
    return { format: found, identity: file.identity, fileBytes: file.sizeBytes };
  } finally {
    await file.handle.close();
  }
}

async function requireWritable(path: string, format: ImageFormat, { sizeBytes }: OpenPath): Promise<void> {
  if (format === 'qcow2') throw new ContractError('image-qcow2-in-place', { path });
  if (sizeBytes !== wholeSectors(sizeBytes))
    throw new ContractError('disk-odd-length', { path, bytes: sizeBytes, wholeBytes: wholeSectors(sizeBytes) });
  await access(path, constants.W_OK).catch((error: unknown) => Promise.reject(pathErrorOf(path, error, true)));
}

function formatOf(path: string, identity: Identity): ImageFormat {
  const { kind, description } = identity;
  const refuse = (advice: string) => new ContractError('image-not-a-disk', { path, description, advice });
  switch (kind) {
    case 'qcow2':
      return 'qcow2';
    case 'foreign-disk':
      throw refuse(`convert it first with "qemu-img convert -O qcow2 ${inShell(path)} ${inShell(besides(path, '.qcow2'))}"`);
    case 'compressed':
      throw refuse(`unpack it first with "${UNPACK[identity.compression]} ${inShell(path)}", or ${AS_IT_IS}`);
    case 'archive':
      throw refuse(`viv snapshot import ${inShell(path)} makes a machine of it`);
    case 'elf':
    case 'boot-image':
    case 'bzimage':
    case 'zboot':
    case 'other-architecture':
      throw refuse(`it is a program, not a disk; start it with --kernel or --bare, or ${AS_IT_IS}`);
    default:
      return 'raw';
  }
}

const AS_IT_IS = 'use format=raw to give the guest its bytes unchanged';

/** Commands that leave the compressed file where it is. */
const UNPACK: Readonly<Record<Compression, string>> = {
  gzip: 'gunzip -k',
  xz: 'unxz -k',
  zstd: 'unzstd',
  bzip2: 'bunzip2 -k',
  lz4: 'unlz4',
};

const besides = (path: string, ending: string) => `${basename(path, extname(path))}${ending}`;

/** A name as a shell's word. */
const inShell = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
