/** The outer container of a .deb (deb(5), ar(5)): members one after the other, each behind a header of 60 bytes. */
import type { FileHandle } from 'node:fs/promises';
import { damaged } from './archive-fault.ts';

/** Where a member lies in the file, in bytes. */
export interface ArMember {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

const MAGIC = '!<arch>\n';
const HEADER = 60;
/** A .deb has three, and may have some whose names begin with "_". */
const MOST_MEMBERS = 16;

/** @throws ArchiveFault where the file is no ar archive or is cut off */
export async function arMembers(file: FileHandle): Promise<ArMember[]> {
  const { size } = await file.stat();
  if ((await textAt(file, 0, MAGIC.length)) !== MAGIC) throw damaged('it is no ar archive');
  const members: ArMember[] = [];
  for (let at = MAGIC.length; at < size;) {
    const header = await textAt(file, at, HEADER);
    const length = /^\d+ *$/.test(header.slice(48, 58)) ? Number(header.slice(48, 58)) : NaN;
    if (header.length < HEADER || header.slice(58) !== '`\n' || Number.isNaN(length)) throw damaged('a member has no header');
    const start = at + HEADER;
    if (start + length > size) throw damaged('it ends too early');
    if (members.push({ name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), start, length }) > MOST_MEMBERS)
      throw damaged('it has too many members');
    at = start + length + (length % 2);
  }
  return members;
}

async function textAt(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString('latin1', 0, bytesRead);
}
