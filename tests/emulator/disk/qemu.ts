/** QEMU's own tools as the oracle: images made, written and read by them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { openImage, type BackingResolver, type ImageFile, type OpenedImage } from '../../../emulator/disk/open.ts';
import { tool } from '../../kit/tools.ts';
import { decompressors } from './codecs.ts';
import { FileStore } from './stores.ts';

/** Runs qemu-img. @returns what it prints */
export function qemuImg(...given: string[]): string {
  return execFileSync(tool('qemu-img') ?? 'qemu-img', given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs commands of qemu-io on an image in one process; it comes with qemu-img. */
export function qemuIo(file: string, format: string, commands: readonly string[]): void {
  const program = (tool('qemu-img') ?? 'qemu-img').replace(/qemu-img$/, 'qemu-io');
  const printed = execFileSync(program, ['-f', format, ...commands.flatMap((each) => ['-c', each]), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failure = /.*(failed|invalid|error|not aligned).*/i.exec(printed);
  if (failure) throw new Error(`qemu-io: ${failure[0]}`);
}

/** What QEMU reads from an image. */
export function rawByQemu(file: string, format = 'qcow2'): Buffer {
  const raw = `${file}.raw`;
  qemuImg('convert', '-f', format, '-O', 'raw', file, raw);
  return readFileSync(raw);
}

export function imageFile(path: string): ImageFile {
  const { dev, ino } = statSync(path);
  return { store: new FileStore(path), identity: `${dev}:${ino}`, name: path };
}

/** Relative names are meant from the place of the image that holds them. */
export const besideImage: BackingResolver = async (name, from) => imageFile(isAbsolute(name) ? name : join(dirname(from.name), name));

export const openFile = (path: string, format: 'raw' | 'qcow2' = 'qcow2'): Promise<OpenedImage> =>
  openImage(imageFile(path), { format, decompressors, resolve: besideImage });
