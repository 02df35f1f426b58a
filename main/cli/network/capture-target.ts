/** Where a capture goes: a file that only its owner can read, or standard output. */
import { open, type FileHandle } from 'node:fs/promises';
import { turns } from '../../../emulator/structures/in-turn.ts';
import { standardOutput } from '../../output/print.ts';
import { CallError } from '../call-error.ts';
import { refuseTerminal, STANDARD_OUTPUT } from '../through-file.ts';

export interface CaptureTarget {
  /** Writes after what was given before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes it after what was given. */
  close(): Promise<void>;
}

/** @throws CallError where it cannot be written */
export async function captureTarget(path: string): Promise<CaptureTarget> {
  if (path === STANDARD_OUTPUT) {
    refuseTerminal();
    return { write: (bytes) => standardOutput().write(bytes), close: () => Promise.resolve() };
  }
  let file: FileHandle;
  try {
    file = await open(path, 'w', 0o600);
  } catch (error) {
    throw new CallError(`--write: ${path} cannot be written: ${(error as Error).message}`);
  }
  const inTurn = turns();
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
  };
  return {
    write: (bytes) => inTurn(() => write(bytes)),
    close: async () => {
      await inTurn(async () => undefined).catch(() => undefined);
      await file.close();
    },
  };
}
