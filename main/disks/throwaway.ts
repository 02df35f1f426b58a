/** Disks of a machine that nobody keeps: overlays in a folder of their own under the system's temporary one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModuleDisk } from '../../emulator/index.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import { openHostImage } from './host-image.ts';
import type { OverlaySetup } from './overlay-disk.ts';

export interface ThrowawayDisks {
  /** In the order of the definitions. */
  readonly attachments: readonly ModuleDisk[];
  /** Removes what was written; the machine must have ended. */
  remove(): Promise<void>;
}

/** What the guest sees: what is asked for, or the base's size. Opening the base now tells what is wrong with it early. */
async function sizeOf({ path, format = 'raw', sizeBytes }: DiskDefinition): Promise<number> {
  if (path === undefined) {
    if (sizeBytes === undefined) throw new ContractError('invalid', 'an empty disk needs a size');
    return sizeBytes;
  }
  const { image } = await openHostImage(path, format).catch((error: Error) => {
    throw new ContractError('unavailable', `the disk ${path} cannot be used: ${error.message}`);
  });
  await image.close();
  if (sizeBytes !== undefined && sizeBytes < image.sizeBytes)
    throw new ContractError('invalid', `the disk ${path} has ${image.sizeBytes} bytes: it cannot be shown as one of ${sizeBytes}`);
  return sizeBytes ?? image.sizeBytes;
}

/**
 * Overlays above the disks' bases, empty at first.
 * @throws ContractError when a base cannot be used; nothing is left then
 */
export async function openThrowawayDisks(disks: readonly DiskDefinition[]): Promise<ThrowawayDisks> {
  const sizes: number[] = [];
  for (const disk of disks) sizes.push(await sizeOf(disk));
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-disks-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // A process that is ended otherwise still removes them.
  process.once('exit', remove);
  return {
    attachments: disks.map(({ path, format = 'raw', readonly }, index) => ({
      module: new URL('./overlay-disk.ts', import.meta.url).href,
      setup: {
        overlay: join(folder, `${index + 1}.db`),
        ...(path === undefined ? {} : { base: { path, format } }),
        sizeBytes: sizes[index] ?? 0,
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
