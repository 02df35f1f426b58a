/** Reads the files a machine starts from. */
import { open, type FileHandle } from 'node:fs/promises';
import type { BootFiles } from '../board/boot/boot.ts';
import { mebibytes } from '../format/bytes.ts';
import { MachineError, type MachineConfiguration } from '../index.ts';

/** What is read of one file: a kernel with its symbols is larger than what is loaded of it, but not more than this. */
const LARGEST_FILE = 2 ** 30;

async function read(what: string, path: string, limit = LARGEST_FILE): Promise<Uint8Array> {
  const file = await openToRead(what, path);
  try {
    const { size } = await file.stat();
    if (size > limit)
      throw new MachineError(`${what} ${path} has ${mebibytes(size)}, more than the ${mebibytes(limit)} that fit: choose another file`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function openToRead(what: string, path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new MachineError(`${what} ${path} cannot be read: ${reason}; choose another file`);
  }
}

/** @throws MachineError when one cannot be read */
export async function readBootFiles({ boot, memoryBytes }: MachineConfiguration): Promise<BootFiles> {
  if (boot.kind === 'bare') return { kind: 'bare', program: await read('the program', boot.program) };
  if (boot.kind === 'firmware') return { kind: 'firmware', firmware: await read('the firmware', boot.firmware) };
  const [kernel, initrd, firmware] = await Promise.all([
    read('the kernel', boot.kernel),
    boot.initrd === undefined ? undefined : read('the initrd', boot.initrd, memoryBytes),
    boot.firmware === undefined ? undefined : read('the firmware', boot.firmware),
  ]);
  return { kind: 'linux', kernel, commandLine: boot.commandLine, ...(initrd ? { initrd } : {}), ...(firmware ? { firmware } : {}) };
}

/** Gives the files' memory back at once; left to the garbage collector of an idle thread it would stay for good. */
export function release(files: BootFiles): void {
  for (const file of Object.values(files)) if (file instanceof Uint8Array && file.buffer instanceof ArrayBuffer) file.buffer.transfer(0);
}
