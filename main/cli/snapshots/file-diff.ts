/** One text file of a machine in two moments, its differences as `diff -u` writes them. */
import { hunks, lineDiff, linesOf, type DiffLine } from '../../../emulator/structures/line-diff.ts';
import { isError } from '../../../preload/contract/errors/contract-error.ts';
import type { GuestPath, GuestText } from '../../../preload/contract/files.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { Snapshot } from '../../../preload/contract/snapshots.ts';
import { CallError } from '../call-error.ts';
import type { Program } from '../machines/program.ts';

export interface FileDifference {
  /** Absent: it was not there. */
  readonly before: GuestText | undefined;
  readonly after: GuestText | undefined;
  readonly lines: readonly string[];
}

/** @throws ContractError when neither moment has the file; CallError when it is no text */
export async function fileDiff(
  program: Program,
  machine: MachineId,
  [from, to]: readonly [Snapshot, Snapshot | null],
  at: GuestPath,
): Promise<FileDifference> {
  let missing: unknown;
  const read = (moment: Snapshot | null) =>
    program.client.services.files.read(machine, moment?.id ?? null, at).catch((error: unknown) => {
      if (!isError(error, 'guest-file-missing') || missing !== undefined) throw error;
      missing = error;
      return undefined;
    });
  const before = await read(from);
  const after = await read(to);
  const [old, present] = [textOf(before, at.path), textOf(after, at.path)];
  const ends = [`--- ${from.name}: ${before ? at.path : 'not there'}`, `+++ ${to?.name ?? 'now'}: ${after ? at.path : 'not there'}`];
  const changes = unified(lineDiff(linesOf(old), linesOf(present)));
  return { before, after, lines: changes.length === 0 ? [] : [...ends, ...changes] };
}

function textOf(file: GuestText | undefined, path: string): string {
  if (file?.without !== undefined)
    throw new CallError(
      `${path} is ${file.without === 'large' ? 'larger than 1 MiB' : 'not a text'}: take both with viv snapshot get and compare those`,
    );
  return file?.text ?? '';
}

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', removed: '-', added: '+' };

/** Pieces of lines, each under a line that says where it begins in both; nothing where the texts are the same. */
export function unified(lines: readonly DiffLine[]): readonly string[] {
  const shown: string[] = [];
  let [before, after] = [1, 1];
  let piece: DiffLine[] = [];
  const end = () => {
    if (piece.length > 0) {
      const [old, present] = [piece.filter(({ kind }) => kind !== 'added').length, piece.filter(({ kind }) => kind !== 'removed').length];
      shown.push(`@@ -${before},${old} +${after},${present} @@`, ...piece.map(({ kind, text }) => `${SIGNS[kind]}${text}`));
      before += old;
      after += present;
    }
    piece = [];
  };
  const parts = hunks(lines);
  if (parts.every((part) => typeof part === 'number')) return [];
  for (const part of parts) {
    if (typeof part !== 'number') piece.push(part);
    else {
      end();
      before += part;
      after += part;
    }
  }
  end();
  return shown;
}
