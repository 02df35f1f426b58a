/** What must be written as a file, on standard output: made as a file first, then read out as fast as somebody takes it. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findHome } from '../library/home.ts';
import { standardOutput } from '../output/print.ts';
import { CallError } from './call-error.ts';

/** The FILE that means standard output. */
export const STANDARD_OUTPUT = '-';
const PIECE = 256 * 1024;

/** @throws CallError when it would go to a terminal */
export function refuseTerminal(): void {
  if (standardOutput().isTerminal) throw new CallError('standard output is a terminal: redirect it to a file or a pipe');
}

/**
 * Has a file made, beside the library where there is room for it, and writes its content to standard output.
 * @param make makes the file at a path where none is
 * @throws OutputError; what `make` throws
 */
export async function throughFile(make: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(findHome().folder, 'export-'));
  try {
    const path = join(folder, 'content');
    await make(path);
    const file = await open(path);
    // It goes with its last reader, however this ends.
    await rm(folder, { recursive: true });
    for await (const piece of file.createReadStream({ highWaterMark: PIECE })) await standardOutput().write(piece as Buffer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
