/** The disks of a throwaway machine: a raw file that is written in place as it is, everything else over an overlay that is forgotten. */
import type { DiskAttachment } from '../../../emulator/index.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { refuseQcow2InPlace } from '../../disks/in-place.ts';

export interface RunDisks {
  readonly attachments: readonly DiskAttachment[];
  /** Removes what was written, after the machine's end. */
  remove(): Promise<void>;
}

/** A raw file, used in place or only read. */
const isPlain = ({ path, format, writes, sizeBytes }: DiskDefinition) =>
  path !== undefined && format !== 'qcow2' && (writes === undefined || writes === 'direct') && sizeBytes === undefined;

/**
 * What the emulator attaches.
 * @throws ContractError when an image cannot be used
 */
export async function openRunDisks(disks: readonly DiskDefinition[]): Promise<RunDisks> {
  for (const disk of disks) if (isPlain(disk) && !disk.readonly) await refuseQcow2InPlace(disk.path as string);
  if (disks.every(isPlain))
    return {
      attachments: disks.map(({ path, readonly }) => ({ path: path as string, readonly })),
      remove: () => Promise.resolve(),
    };
  const { openThrowawayDisks } = await import('../../disks/throwaway.ts');
  const others = await openThrowawayDisks(disks.filter((disk) => !isPlain(disk)));
  const rest = [...others.attachments];
  const attachments = disks.map((disk) => (isPlain(disk) ? { path: disk.path as string, readonly: disk.readonly } : rest.shift()));
  return { attachments: attachments.filter((attachment) => attachment !== undefined), remove: () => others.remove() };
}
