/** Disks of a machine that nobody keeps: overlays in a folder of their own under the system's temporary one. */
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModuleDisk } from '../../emulator/index.ts';
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import { lookAtDiskFile } from './disk-file.ts';
import { openHostImage } from './host-image.ts';
import type { OverlaySetup } from './overlay-messages.ts';

export interface ThrowawayDisks {
  /** In the order of the definitions. */
  readonly attachments: readonly ModuleDisk[];
  /** Removes what was written; the machine must have ended. */
  remove(): Promise<void>;
}

/** What the guest sees: what is asked for, or the base's size. Opening the base now tells what is wrong with it early. */
async function looked({ path, format, sizeBytes }: DiskDefinition): Promise<Pick<OverlaySetup, 'base' | 'sizeBytes'>> {
  if (path === undefined) {
    if (sizeBytes === undefined) throw new ContractError('disk-empty-needs-size');
    return { sizeBytes };
  }
  const base = { path, format: (await lookAtDiskFile(path, { format })).format };
  const { image } = await openHostImage(path, base.format).catch((error: Error) => {
    throw new ContractError('disk-file-unusable', { path, why: causeOf(error) }, { cause: error });
  });
  await image.close();
  if (sizeBytes !== undefined && sizeBytes < image.sizeBytes)
    throw new ContractError('disk-file-cannot-shrink', { path, bytes: image.sizeBytes, sizeBytes });
  return { base, sizeBytes: sizeBytes ?? image.sizeBytes };
}

/**
 * Overlays above the disks' bases, empty at first.
 * @throws ContractError when a base cannot be used; nothing is left then
 */
export async function openThrowawayDisks(disks: readonly DiskDefinition[]): Promise<ThrowawayDisks> {
  const found: Pick<OverlaySetup, 'base' | 'sizeBytes'>[] = [];
  for (const disk of disks) found.push(await looked(disk));
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-disks-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // A process that is ended otherwise still removes them.
  process.once('exit', remove);
  return {
    attachments: disks.map(({ readonly }, index) => ({
      module: new URL('./overlay-disk.ts', import.meta.url).href,
      setup: {
        overlay: join(folder, `${index + 1}.db`),
        ...(found[index] as (typeof found)[number]),
        readonly,
        throwaway: true,
      } satisfies OverlaySetup,
      readonly,
    })),
    async remove() {
      process.off('exit', remove);
      remove();
    },
  };
}
