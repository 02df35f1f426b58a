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

/** By how errors call it, the path of each file that a machine starts from. */
function pathsOf(boot: MachineConfiguration['boot']): Readonly<Record<string, string | undefined>> {
  if (boot.kind === 'bare') return { 'the program': boot.program };
  if (boot.kind === 'firmware') return { 'the firmware': boot.firmware };
  // A kernel may be a program of another kind: a multiboot one.
  return { 'the kernel': boot.kernel, 'the program': boot.kernel, 'the initrd': boot.initrd, 'the firmware': boot.firmware };
}

/** An error of a board that loads files, with the path of the file that it is about. */
export function namingFile(error: unknown, { boot }: Pick<MachineConfiguration, 'boot'>): unknown {
  if (!(error instanceof MachineError)) return error;
  const { code, facts } = error;
  const implied = code === 'boot-initrd-too-large' ? 'the initrd' : 'the kernel';
  const what = typeof facts['what'] === 'string' ? facts['what'] : implied;
  const path = pathsOf(boot)[what];
  return path === undefined ? error : MachineError.of({ code, facts: { ...facts, what: `${what} ${path}` } });
}

/** Gives the files' memory back at once; left to the garbage collector of an idle thread it would stay for good. */
export function release(files: BootFiles): void {
  for (const file of Object.values(files)) if (file instanceof Uint8Array && file.buffer instanceof ArrayBuffer) file.buffer.transfer(0);
}
