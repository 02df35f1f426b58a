/** Everything that is kept of a console's output, as a file of the browser's downloads. */
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { useConsoles } from '../../stores/consoles.ts';

/** At most so much comes with one answer, in bytes. */
const STEP = 2 * 1024 * 1024;

/** @returns whether there was anything */
export async function saveOutput(
  consoles: Pick<ReturnType<typeof useConsoles>, 'kept' | 'past'>,
  id: MachineId,
  console: number,
  name: string,
) {
  const { stretches } = await consoles.kept(id, console, 0, 0);
  const pieces: BlobPart[] = [];
  for (const { position, length } of stretches)
    for (let at = position; at < position + length; at += STEP)
      pieces.push(new Uint8Array(await consoles.past(id, console, at, Math.min(at + STEP, position + length))));
  if (pieces.length === 0) return false;
  const address = URL.createObjectURL(new Blob(pieces, { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.log`;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return true;
}
