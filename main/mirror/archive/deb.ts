/** A Debian binary package (deb(5)): its control files and its content, both tar archives. */
import { open } from 'node:fs/promises';
import { type ArMember, arMembers } from './ar.ts';
import { damaged } from './archive-fault.ts';
import { compressionOf, decompressed } from './compression.ts';
import { type TarEntry, tarEntries } from './tar.ts';

export type DebPart = 'control' | 'data';

/** Of all control files together, unpacked. */
export const MOST_CONTROL_BYTES = 32 * 1024 * 1024;

/**
 * The entries of one part, in their order.
 * @param most bytes that the part may have unpacked
 * @throws ArchiveFault
 */
export async function* debEntries(file: string, part: DebPart, most: number, signal?: AbortSignal): AsyncGenerator<TarEntry> {
  const handle = await open(file, 'r');
  try {
    const members = await arMembers(handle);
    if (members[0]?.name !== 'debian-binary') throw damaged('it is no Debian package');
    const member = members.find(({ name }) => /^\w+\.tar(\.(gz|xz|zst))?$/.test(name) && name.startsWith(`${part}.tar`));
    if (!member) throw damaged(`it has no ${part} part that can be read (${members.map(({ name }) => name).join(', ')})`);
    yield* tarEntries(decompressed(contentOf(handle, member, signal), compressionOf(member.name), most));
  } finally {
    await handle.close();
  }
}

/** Lets others have their turn with each piece. */
async function* contentOf(
  handle: Awaited<ReturnType<typeof open>>,
  { start, length }: ArMember,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length;) {
    signal?.throwIfAborted();
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(1 << 18), 0, Math.min(1 << 18, length - at), start + at);
    if (bytesRead === 0) throw damaged('it ends too early');
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
