/** Reads the files a machine starts from. */
import type { BootFiles } from '../board/boot/request.ts';
import { MachineError, type MachineConfiguration } from '../index.ts';
import { readPath } from './files/open-path.ts';
import { causeOf } from '../error/machine-error.ts';

/** @param maxBytes what fits; without it, what `readPath` takes at most */
async function read(what: string, path: string, maxBytes?: number): Promise<Uint8Array> {
  try {
    return await readPath(path, maxBytes);
  } catch (error) {
    throw error instanceof MachineError ? new MachineError('boot-file-unusable', { what, why: causeOf(error) }, { cause: error }) : error;
  }
}

/** @throws MachineError when one is not a file, cannot be read or is too large */
export async function readBootFiles({ boot, memoryBytes }: Pick<MachineConfiguration, 'boot' | 'memoryBytes'>): Promise<BootFiles> {
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
