/** The disks of a throwaway machine: a raw file that is written in place as it is, everything else over an overlay that is forgotten. */
import type { DiskAttachment } from '../../../emulator/index.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { admitDisks } from '../../disks/admit-disks.ts';

export interface RunDisks {
  readonly attachments: readonly DiskAttachment[];
  /** Lets the files go and removes what was written, after the machine's end. */
  remove(): Promise<void>;
}

/** A raw file, used in place or only read. */
const isPlain = ({ path, format, writes, sizeBytes }: DiskDefinition) =>
  path !== undefined && format !== 'qcow2' && (writes === undefined || writes === 'direct') && sizeBytes === undefined;

/**
 * What the emulator attaches; its files are claimed until `remove`.
 * @throws ContractError when an image cannot be used, or another machine or program has it
 */
export async function openRunDisks(given: readonly DiskDefinition[]): Promise<RunDisks> {
  if (given.length === 0) return { attachments: [], remove: () => Promise.resolve() };
  const disks = await attachmentsOf(await admitDisks(given));
  const [{ FileClaims }, { usedFiles }] = await Promise.all([import('../../claims/file-claims.ts'), import('../../disks/used-files.ts')]);
  const claims = new FileClaims();
  const release = () => claims.close();
  try {
    await claims.take('run', 'viv run', await usedFiles(disks.attachments));
  } catch (error) {
    await disks.remove();
    throw error;
  }
  process.once('exit', release);
  return {
    attachments: disks.attachments,
    async remove() {
      process.off('exit', release);
      release();
      await disks.remove();
    },
  };
}

async function attachmentsOf(disks: readonly DiskDefinition[]): Promise<RunDisks> {
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
