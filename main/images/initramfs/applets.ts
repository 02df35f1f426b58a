/** BusyBox's commands, read from the binary itself: the names stand in it one after the other, sorted, from "[" on. */

/** @throws Error when the bytes hold no list of commands, so that a changed BusyBox is noticed when it is built in */
export function busyboxApplets(binary: Uint8Array): string[] {
  const content = Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength);
  const start = content.indexOf('[\0[[\0', 0, 'latin1');
  const end = start < 0 ? -1 : content.indexOf('\0\0', start, 'latin1');
  const names = end < 0 ? [] : content.toString('latin1', start, end).split('\0');
  if (!names.includes('sh') || !names.every((name) => /^[\w.+[-]+$/.test(name)))
    throw new Error('this BusyBox has no list of commands where it was expected');
  return names;
}
